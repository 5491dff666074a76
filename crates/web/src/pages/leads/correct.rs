//! Acts on ticked leads, one or many, and undoing them.

use axum::{extract::Path, response::Response};
use domain::ids::{LeadId, UserId};
use engine::{
    Engine,
    correction::{Corrected, Wanted},
};
use store::Reader;

use super::{again, filter::Asked, row::level_words};
use crate::{
    failure::Failure,
    flash::Flash,
    names::{Names, encoded},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show,
};
use engine::access::Act;

/// Leads that a sentence names; of the others it says how many there are.
const NAMED_MAX: usize = 3;

/// What the form sends.
#[derive(Debug, Default)]
pub(super) struct Sending {
    leads: Vec<LeadId>,
    /// Whether all in sight are meant.
    pub(super) all: bool,
    pub(super) owner: String,
    pub(super) field: String,
    pub(super) value: String,
    /// Which of the two is meant: `owner` or `field`.
    act: String,
    /// The view that it was sent from.
    pub(super) back: String,
}

impl Sending {
    /// Reads the pairs of the form. With `all`, the leads are those that were in sight.
    fn of(pairs: Vec<(String, String)>) -> Sending {
        let mut sent = Sending::default();
        let mut in_sight = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "lead" => sent.leads.push(LeadId(value)),
                "shown" => in_sight = serde_json::from_str(&value).unwrap_or_default(),
                "all" => sent.all = true,
                "owner" => sent.owner = value,
                "field" => sent.field = value,
                "value" => sent.value = value.trim().to_owned(),
                "act" => sent.act = value,
                "back" => sent.back = value,
                _ => {}
            }
        }
        if sent.all {
            sent.leads = in_sight;
        }
        sent.leads.sort();
        sent.leads.dedup();
        sent
    }

    /// Whether a lead is among those that were ticked.
    pub(super) fn ticks(&self, lead: &str) -> bool {
        self.leads.iter().any(|ticked| ticked.as_str() == lead)
    }

    fn wanted(&self) -> Wanted {
        match self.act.as_str() {
            "owner" => Wanted::Owner(owner(&self.owner)),
            _ => Wanted::Field { name: self.field.clone(), text: self.value.clone() },
        }
    }
}

/// The owner that a form names.
pub(crate) fn owner(sent: &str) -> Option<UserId> {
    Some(sent).filter(|owner| !matches!(*owner, "" | "nobody")).map(UserId::from)
}

/// Corrects the ticked leads. Where none could be, the list comes back with what was ticked.
pub(crate) async fn create(
    visit: Visit,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sent = Sending::of(pairs);
    let flash = match corrected(&visit, sent.leads.clone(), sent.wanted()).await {
        Ok(flash) => flash,
        Err(Failure::Refused(refusal)) => Flash::not_done(sentence(&refusal.to_string())),
        Err(other) => return Err(other),
    };
    match flash.alarm {
        true => again(visit, sent, flash).await,
        false => Ok(visit.go(&Asked::read(&sent.back).here(), &flash)),
    }
}

/// Corrects leads, and says what became of it and where it is undone.
pub(crate) async fn corrected(
    visit: &Visit,
    leads: Vec<LeadId>,
    wanted: Wanted,
) -> Result<Flash, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let reach = visit.signed.can(&Act::SeeReach);
    let correct = move |engine: &Engine| {
        let done = engine.correct_leads(&by, leads, wanted.clone(), now)?;
        engine.read(|reader| said(reader, &done, &wanted, reach))
    };
    visit.house.work(correct).await
}

fn said(
    reader: &Reader<'_>,
    done: &Corrected,
    wanted: &Wanted,
    reach: bool,
) -> Result<Flash, Failure> {
    let names = Names::new(reader, reach);
    let leads = counted(done.done.len());
    let words = match wanted {
        _ if done.done.is_empty() => "No lead was changed.".to_owned(),
        Wanted::Owner(Some(owner)) => format!("{leads} given to {}.", names.user_name(owner)?),
        Wanted::Owner(None) => format!("{leads} given to nobody."),
        Wanted::Field { name, text } if text.is_empty() => {
            format!("{} of {leads} is blank now.", level_words(name))
        }
        Wanted::Field { name, text } => {
            format!("{} of {leads} is {text} now.", level_words(name))
        }
    };
    let words = format!("{words}{}", left(&names, done)?);
    Ok(match done.done.is_empty() {
        true => Flash::not_done(words),
        false => Flash::done(words).with_undo(format!("/undo/corrections/{}", encoded(&done.id))),
    })
}

/// Undoes what the person did to leads.
pub(crate) async fn undo(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let reach = visit.signed.can(&Act::SeeReach);
    let undo = move |engine: &Engine| {
        let undone = engine.undo_correction(&by, &id, now)?;
        engine.read(|reader| {
            let left = left(&Names::new(reader, reach), &undone)?;
            let leads = counted(undone.done.len());
            Ok(match undone.done.is_empty() {
                true => Flash::not_done(format!("Nothing was undone.{left}")),
                false => Flash::done(format!("Undone for {leads}.{left}")),
            })
        })
    };
    let flash = visit.house.work(undo).await?;
    Ok(visit.go("/leads", &flash))
}

fn counted(n: usize) -> String {
    format!("{} {}", show::count(n as u64), if n == 1 { "lead" } else { "leads" })
}

/// The leads that were left as they are, the first few by name and with the reason.
fn left(names: &Names<'_, '_>, of: &Corrected) -> Result<String, Failure> {
    if of.left.is_empty() {
        return Ok(String::new());
    }
    let named = of.left.iter().take(NAMED_MAX);
    let named = named.map(|(lead, why)| Ok(format!("{} {}", names.lead(lead)?, why.words())));
    let mut named = named.collect::<Result<Vec<_>, Failure>>()?;
    if of.left.len() > NAMED_MAX {
        named.push(format!("and {} more", of.left.len() - NAMED_MAX));
    }
    Ok(format!(" {} left as it was: {}.", counted(of.left.len()), named.join(", ")))
}
