//! `lockstep leads what-if`: leads with other values, or under another text.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use clap::Args as ClapArgs;
use domain::{
    fact::Fact,
    ids::{LeadId, Version},
    qualification::Assessment,
};
use engine::{
    Engine, Refusal,
    what_if::{WhatIf, WhatIfRefusal, WhatIfWish},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    output::{Answer, count, table},
};

/// What is supposed.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The leads, by their ids; - for stdin, one a line
    #[arg(value_name = "LEAD", required = true)]
    leads: Vec<String>,
    /// Under this version, as if it came into force now; the one in force, where it is left out
    #[arg(long, value_name = "VERSION")]
    under: Option<u32>,
    /// Another value, such as lead.title=Director; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// A kind of activity that the contact does now; may be given several times
    #[arg(long, value_name = "KIND")]
    did: Vec<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (name, value) = parts.ok_or("write a name, =, and a value, such as lead.title=Director")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Tries it out.
///
/// # Errors
/// When a value or a version is none, a named lead is not there, or the database cannot be read.
pub fn run(args: &Args, engine: &Engine, now: Timestamp) -> Result<Answer, Failure> {
    let is_list = args.leads.iter().any(|lead| lead == "-");
    let (mut found, mut passed_over) = (Vec::new(), 0_usize);
    for lead in leads(args)? {
        let wish = WhatIfWish {
            lead: lead.clone(),
            under: args.under.map(Version),
            values: args.set.iter().cloned().collect::<BTreeMap<_, _>>(),
            did: args.did.clone(),
        };
        match engine.what_if(&wish, now) {
            Ok(what_if) => found.push((lead, what_if)),
            Err(engine::Error::Refused(Refusal::WhatIf(WhatIfRefusal::NoLead(_)))) if is_list => {
                passed_over += 1;
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    let leads: Vec<Value> = found.iter().map(|(lead, found)| json_of(lead, found)).collect();
    Ok(Answer::new(
        text(&found, passed_over),
        json!({ "leads": leads, "passed_over": passed_over }),
    ))
}

fn leads(args: &Args) -> Result<Vec<LeadId>, Failure> {
    let mut leads = Vec::new();
    for lead in &args.leads {
        if lead == "-" {
            for line in io::stdin().lock().lines() {
                let line = line.map_err(|error| Failure::io("read the ids of leads", &error))?;
                leads.extend(Some(line.trim()).filter(|line| !line.is_empty()).map(LeadId::from));
            }
        } else {
            leads.push(LeadId::from(lead.as_str()));
        }
    }
    Ok(leads)
}

fn text(found: &[(LeadId, WhatIf)], passed_over: usize) -> String {
    let rows = found.iter().flat_map(|(lead, found)| {
        found.after.iter().map(move |after| {
            let before = before(found, after);
            vec![
                lead.to_string(),
                after.definition.clone(),
                before.map_or("not judged".to_owned(), |before| before.total.to_string()),
                after.total.to_string(),
                if after.meets && after.excluded.is_none() { "yes" } else { "no" }.to_owned(),
                follows(found),
            ]
        })
    });
    let heads = ["lead", "definition", "points now", "then", "met then", "would follow"];
    let mut text = table(&heads, rows.collect());
    text.push_str("\n\nNothing was written.");
    if passed_over > 0 {
        text.push_str(&format!(
            " Passed over, since they are no leads: {}.",
            count(passed_over, "line")
        ));
    }
    text
}

fn before<'a>(found: &'a WhatIf, after: &Assessment) -> Option<&'a Assessment> {
    found.before.iter().find(|known| known.definition == after.definition)
}

/// The decisions, by their kinds, and who would get it.
fn follows(found: &WhatIf) -> String {
    let mut says: Vec<String> =
        found.follows.iter().map(|entry| kind(entry.fact()).replace('_', " ")).collect();
    if let Some(routed) = &found.routed {
        let to = routed.to.as_ref().map_or("nobody yet".to_owned(), ToString::to_string);
        says.push(format!("given to {to}"));
    }
    if says.is_empty() { "nothing more".to_owned() } else { says.join(", ") }
}

fn kind(fact: &Fact) -> String {
    let value = serde_json::to_value(fact).unwrap_or_default();
    value["fact"].as_str().unwrap_or_default().to_owned()
}

fn json_of(lead: &LeadId, found: &WhatIf) -> Value {
    let follows = found
        .follows
        .iter()
        .map(|entry| json!({ "happened_at": entry.happened_at(), "fact": entry.fact() }));
    json!({
        "lead": lead,
        "under": found.under.version,
        "before": found.before,
        "after": found.after,
        "follows": follows.collect::<Vec<_>>(),
        "routed": found.routed,
    })
}
