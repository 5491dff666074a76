//! A first Agreement's text, from what has happened.
//!
//! Each number stands beside what it rests on: as a comment in the text, which is signed with it, and
//! as the same sentence for whoever shows the draft. The text is an ordinary one: it is read by
//! [`super::read`] like any other, and can be changed in every place.

mod evidence;
pub mod points;
mod rules;
mod toml;

use std::collections::BTreeMap;

use domain::{
    draft::{
        Draft,
        answer::AnswerWithin,
        card::{ASKED, Basis},
        seen::SeenKind,
    },
    firm::Side,
    money::{Currency, grouped},
};

use super::text::AgreementText;
use evidence::Evidence;
use rules::Written;
use toml::{Lines, condition, key, list, quoted};

/// Who makes the Agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftHead {
    /// The firm's name; "our firm" when nobody has said.
    pub firm: Option<String>,
    /// The zone of its days.
    pub zone: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Who signs for marketing, by address or id.
    pub marketing: Option<String>,
    /// Who signs for sales.
    pub sales: Option<String>,
}

/// A text and what it rests on, clause by clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The text.
    pub text: AgreementText,
    /// Its clauses, in order; what comes before the first has no number.
    pub clauses: Vec<DraftedClause>,
}

/// A clause and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedClause {
    /// Its number; empty for what comes before the first clause.
    pub no: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub says: String,
    /// What it says in parts, each with what it rests on.
    pub parts: Vec<(String, String)>,
    /// What it rests on as a whole.
    pub rests_on: Vec<String>,
}

/// Who signs while nobody is named; the address can belong to nobody.
pub fn nobody(side: Side) -> String {
    format!("head.of.{}@firm.invalid", side.word())
}

/// Writes the text.
pub fn write(draft: &Draft, head: &DraftHead) -> Drafted {
    let evidence = Evidence { draft, currency: head.currency };
    let rules = rules::written(&draft.card, &draft.kinds);
    let mut clauses = vec![evidence.way(), evidence.definition(&rules), evidence.answer()];
    let mut files = BTreeMap::from([
        ("agreement.toml".to_owned(), opening(draft, head)),
        ("definition.toml".to_owned(), definition(draft, &rules, &clauses[1])),
        ("leads.toml".to_owned(), leads(draft, &rules, &clauses[0])),
        ("service-level.toml".to_owned(), service_level(draft, &clauses[2])),
    ]);
    let (load, goal) = (evidence.load(), evidence.goal());
    if let Some(text) = opportunities(draft, load.as_ref(), goal.as_ref(), head.currency) {
        files.insert("opportunities.toml".to_owned(), text);
    }
    clauses.extend(load);
    clauses.extend(goal);
    let text = AgreementText::new(files).expect("five short files of known names are a text");
    Drafted { text, clauses }
}

/// Who signs, where and when the firm works.
fn opening(draft: &Draft, head: &DraftHead) -> String {
    let mut text = Lines::default();
    text.note(&format!(
        "A first Agreement, drafted from {} leads and {} opportunities.",
        grouped(draft.leads),
        grouped(draft.opportunities)
    ));
    text.note("Beside each number stands what it rests on. Change whatever you would not sign.");
    let firm = head.firm.as_deref().unwrap_or("our firm");
    text.line("[agreement]");
    text.pair("title", &quoted(&format!("Agreement between Marketing and Sales of {firm}")));
    let preamble = "We write down what each side may expect, and let it decide.";
    text.pair("preamble", &quoted(preamble));
    text.pair("zone", &quoted(&head.zone));
    text.pair("currency", &quoted(head.currency.code()));
    for (side, name, signer) in
        [(Side::Marketing, "Marketing", &head.marketing), (Side::Sales, "Sales", &head.sales)]
    {
        text.blank();
        if signer.is_none() {
            text.note("Nobody is named yet: write the address of the person who signs.");
        }
        text.line("[[party]]");
        text.pair("side", &quoted(side.word()));
        text.pair("name", &quoted(name));
        text.pair("signer", &quoted(&signer.clone().unwrap_or_else(|| nobody(side))));
    }
    text.blank();
    text.note("No system tells your opening hours: these are the commonest.");
    text.line("[calendars.office]");
    text.pair("zone", &quoted(&head.zone));
    text.line("[calendars.office.hours]");
    text.pair("mon-fri", &list(["09:00-17:00"]));
    text.into_text()
}

/// The statuses, and what conditions may ask for.
fn leads(draft: &Draft, rules: &[Written], clause: &DraftedClause) -> String {
    let mut text = Lines::default();
    text.notes(&clause.rests_on);
    for (step, (_, rests_on)) in draft.way.steps.iter().zip(&clause.parts) {
        text.blank();
        text.note(rests_on);
        text.line("[[status]]");
        text.pair("key", &quoted(&step.key));
        if let Some(side) = step.side {
            text.pair("owner", &quoted(side.word()));
        }
        if !step.also.is_empty() {
            text.pair("also", &list(step.also.iter().map(String::as_str)));
        }
        if step.is_exit {
            text.pair("exit", "true");
        }
    }
    activities(&mut text, draft);
    for (root, heading) in [("lead", "[fields.lead]"), ("account", "[fields.account]")] {
        let fields: BTreeMap<&str, &str> =
            rules.iter().filter_map(|rule| rule.field(root)).collect();
        if !fields.is_empty() {
            text.blank();
            text.line(heading);
            fields.into_iter().for_each(|(name, kind)| text.pair(name, &quoted(kind)));
        }
    }
    text.into_text()
}

fn activities(text: &mut Lines, draft: &Draft) {
    let asked = (ASKED.to_owned(), SeenKind::default());
    let is_asked = draft.card.basis == Basis::Nothing && !draft.kinds.contains_key(ASKED);
    let more = is_asked.then_some(&asked).into_iter().map(|(kind, seen)| (kind, seen));
    for (kind, seen) in draft.kinds.iter().chain(more) {
        text.blank();
        if seen.is_planned {
            text.note("What is only planned or sent has not happened yet, so it is no success.");
        }
        if seen.is_planned && seen.done.is_empty() {
            text.note("None was seen that had happened: the word for it is the common one.");
        }
        text.line(&format!("[activities.{kind}]"));
        text.pair("label", &quoted(&rules::words(kind)));
        if seen.is_planned {
            let done: Vec<&str> = match (seen.done.is_empty(), seen.by_us > 0) {
                (true, true) => vec!["Completed"],
                (true, false) => vec!["Responded"],
                (false, _) => seen.done.iter().map(String::as_str).collect(),
            };
            text.pair("success", &list(done));
        }
    }
}

/// When a lead is qualified.
fn definition(draft: &Draft, rules: &[Written], clause: &DraftedClause) -> String {
    let mut text = Lines::default();
    text.notes(&clause.rests_on);
    text.blank();
    text.line("[[definition]]");
    text.pair("id", &quoted("qualified"));
    text.clause(clause);
    if !draft.way.is_plain {
        text.pair("applies_when", &condition("has(lead.status)"));
    }
    text.pair("qualifies_when", &condition(&format!("score.total >= {}", draft.card.threshold)));
    text.pair("status", &quoted(&draft.way.qualified));
    text.pair("from_statuses", &list(draft.way.before()));
    for (component, label) in rules::COMPONENTS {
        if rules.iter().any(|rule| rule.component == component) {
            text.blank();
            text.line("[[definition.component]]");
            text.pair("id", &quoted(component));
            text.pair("label", &quoted(label));
        }
    }
    for (rule, (_, rests_on)) in rules.iter().zip(&clause.parts) {
        text.blank();
        text.note(rests_on);
        text.line("[[definition.rule]]");
        text.pair("id", &quoted(&rule.id));
        text.pair("says", &quoted(&rule.says));
        text.pair("component", &quoted(rule.component));
        text.pair("on", &quoted(rule.on));
        text.pair("when", &condition(&rule.when));
        text.pair("points", &rule.points.to_string());
        if rule.on != "fields" {
            text.pair("limit", &quoted("once"));
        }
    }
    text.into_text()
}

/// How soon it is answered.
fn service_level(draft: &Draft, clause: &DraftedClause) -> String {
    let mut text = Lines::default();
    text.notes(&clause.rests_on);
    text.blank();
    text.line("[[service_level]]");
    text.pair("id", &quoted("first-answer"));
    text.clause(clause);
    text.pair("side", &quoted("sales"));
    text.pair("starts_when", &condition(&format!("lead.status == {}", key(&draft.way.qualified))));
    let after = draft.way.after();
    let touched = "activity.by_owner && activity.success";
    let stops = match after.is_empty() {
        true => touched.to_owned(),
        false => {
            let after: Vec<String> = after.into_iter().map(key).collect();
            format!("({touched}) || lead.status in [{}]", after.join(", "))
        }
    };
    text.pair("stops_when", &condition(&stops));
    text.pair("target", &quoted(&target(draft.answer.within)));
    text.pair("hours", &quoted("office"));
    text.pair("zone", &quoted("calendar"));
    text.note("An answer outside working hours is an answer in time.");
    text.pair("zero_time", &quoted("met"));
    text.note("Whoever is given the lead later has the whole time.");
    text.pair("on_transfer", &quoted("restart"));
    if let Some(goal) = evidence::goal_per_cent(draft) {
        text.pair("goal", &quoted(&format!("{goal}%")));
    }
    text.into_text()
}

/// A length of working time as the text has it.
pub fn target(within: AnswerWithin) -> String {
    match within {
        AnswerWithin::Hours(hours) => format!("{hours}h"),
        AnswerWithin::WorkingDays(1) => "1 working day".to_owned(),
        AnswerWithin::WorkingDays(days) => format!("{days} working days"),
    }
}

/// Stages, what somebody carries, and what is to be reached.
fn opportunities(
    draft: &Draft,
    load: Option<&DraftedClause>,
    goal: Option<&DraftedClause>,
    currency: Currency,
) -> Option<String> {
    let deals = &draft.deals;
    let mut text = Lines::default();
    if !deals.stages.is_empty() {
        text.note("The stages of your opportunities, in the order in which they were passed.");
    }
    for (stage, n) in &deals.stages {
        text.blank();
        text.note(&format!("n = {} opportunities stand here", grouped(*n)));
        text.line("[[stage]]");
        text.pair("key", &quoted(stage));
    }
    if let Some((carried, clause)) = deals.load.zip(load) {
        text.blank();
        text.notes(&clause.rests_on);
        text.line("[[capacity]]");
        text.pair("id", &quoted("sales"));
        text.clause(clause);
        text.pair("side", &quoted("sales"));
        text.pair("at_a_time", &carried.at_a_time.to_string());
        text.pair("to_win", &quoted(&evidence::days(carried.days_to_win)));
        text.pair("to_loss", &quoted(&evidence::days(carried.days_to_loss)));
        text.pair("win_rate", &quoted(&evidence::per_cent(carried.won)));
    }
    if let Some((revenue, clause)) = deals.goal.zip(goal) {
        text.blank();
        text.notes(&clause.rests_on);
        text.line("[[goal]]");
        text.pair("id", &quoted("revenue"));
        text.clause(clause);
        text.pair("side", &quoted("sales"));
        text.pair("measure", &quoted("revenue"));
        text.pair("from", &revenue.from.to_string());
        text.pair("to", &revenue.to.to_string());
        text.pair("target", &evidence::amount(revenue.amount_minor, currency));
    }
    (!text.is_empty()).then(|| text.into_text())
}

#[cfg(test)]
mod tests;
