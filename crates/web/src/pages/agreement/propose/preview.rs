//! What somebody would change so far, as both sides will read it, and the way before both sides.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::ids::Version;
use engine::{
    Engine, Refusal,
    access::Act,
    agreement::{AgreementRefusal, Effective, OpenVersion},
    proposal::{Proposal, ProposalRefusal},
};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::Deserialize;

use super::{SO_FAR, clause_href, instead};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    markup::Markup,
    pages::{
        agreement::{
            priorities::conflicts::listed,
            redline::{Marked, marked},
        },
        sign_in::sentence,
    },
    sent::Sent,
    session::Visit,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/propose/preview.html")]
struct PreviewPage {
    frame: Frame,
    so_far: Option<SoFar>,
    form: Form,
}

/// What somebody changed.
struct SoFar {
    base: Version,
    is_outdated: bool,
    /// `3 clauses`.
    n: String,
    open: Option<OpenVersion>,
    changed: Markup,
    redline: Marked,
    /// Each changed clause with its key and where it is changed further.
    clauses: Vec<(String, String, String)>,
    city: String,
    /// Where the priorities do not go together with the rest.
    conflicts: Markup,
}

/// What putting it before both sides sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Putting {
    #[serde(default)]
    on: String,
    #[serde(default)]
    at: String,
    /// `yes` where the open version is to be taken back, and which one that was.
    #[serde(default)]
    instead: String,
    #[serde(default)]
    open: String,
}

/// Which clause is taken back; all without one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dropping {
    #[serde(default)]
    key: String,
}

/// Shows what was changed so far.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    shown(visit, |_| {}).await
}

async fn shown(visit: Visit, refuse: impl FnOnce(&mut Form)) -> Result<Response, Failure> {
    let (by, time) = (visit.signed.0.clone(), visit.time());
    let now = time.now();
    let find = move |engine: &Engine| {
        let Some(proposal) = engine.proposal_of(&by)? else { return Ok(None) };
        let conflicts = engine.conflicts(&proposal.agreement, now)?;
        Ok(Some((proposal, conflicts)))
    };
    let proposal = visit.house.work(find).await?;
    let so_far = proposal.map(|(proposal, conflicts)| {
        let n = proposal.redline.clauses.len();
        SoFar {
            base: proposal.base,
            is_outdated: proposal.is_outdated,
            n: if n == 1 { "1 clause".to_owned() } else { format!("{n} clauses") },
            open: proposal.open,
            changed: time.instant(proposal.changed_at),
            redline: marked(&proposal.redline, BTreeMap::new()),
            clauses: links(&proposal),
            city: city(&proposal.agreement.zone),
            conflicts: listed(proposal.base, &conflicts),
        }
    });
    let zone = so_far.as_ref().map_or(String::new(), |so_far| so_far.city.clone());
    let day = Field::new("on", "Comes into force on", Control::Line("date")).optional();
    let hour = Field::new("at", "At", Control::Line("time")).optional();
    let mut fields = vec![
        day.hint("Leave it empty, or write today, for as soon as both have signed."),
        hour.hint(format!(
            "By the clock of {zone}, as the Agreement says; midnight where it is empty."
        )),
    ];
    fields.extend(so_far.iter().filter_map(|so_far| so_far.open).flat_map(instead::fields));
    let mut form = Form::of(fields);
    refuse(&mut form);
    let was_refused = form.is_refused();
    let mut frame = visit.frame("Your changes so far", Place::Agreement);
    frame.refused = was_refused;
    let template = PreviewPage { frame, so_far, form };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// The changed clauses, each with where it is changed further.
fn links(proposal: &Proposal) -> Vec<(String, String, String)> {
    let clauses =
        proposal.redline.clauses.iter().filter(|clause| !clause.key.starts_with("order/"));
    clauses
        .map(|clause| {
            let name = match clause.heading.is_empty() {
                true => clause.title.clone(),
                false => format!("{} {}", clause.title, clause.heading),
            };
            (name, clause.key.clone(), clause_href(proposal.base, &clause.key))
        })
        .collect()
}

fn city(zone: &TimeZone) -> String {
    let name = zone.iana_name().unwrap_or("UTC");
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// Puts it before both sides.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Putting>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let (by, now, typed) = (visit.signed.0.clone(), visit.house.now(), sent.clone());
    let put = move |engine: &Engine| {
        let proposal = engine.proposal_of(&by)?;
        let proposal = proposal
            .ok_or(Refusal::Proposal(ProposalRefusal::Nothing))
            .map_err(Failure::Refused)?;
        let effective = match effective(&typed, &proposal.agreement.zone) {
            Ok(effective) => effective,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let instead = instead::chosen(&typed.instead, &typed.open);
        Ok(Ok(engine.put_proposal(&by, effective, instead, now)?))
    };
    let (field, words) = match visit.house.work(put).await {
        Ok(Ok(version)) => {
            let words =
                format!("Version {version} is before both sides. Each side’s signer signs it.");
            return Ok(visit.go(&format!("/agreement/{version}"), &Flash::done(words)));
        }
        Ok(Err((field, words))) => (field, words.to_owned()),
        Err(Failure::Refused(refusal)) => {
            let field = match refusal {
                Refusal::Agreement(AgreementRefusal::Over) => "on",
                Refusal::Agreement(AgreementRefusal::Open(_)) => "instead",
                _ => "",
            };
            (field, sentence(&refusal.to_string()))
        }
        Err(other) => return Err(other),
    };
    shown(visit, |form| {
        form.keep([("on", &sent.on), ("at", &sent.at)]);
        form.refuse(field, words);
    })
    .await
}

/// From when on it is asked for, by the Agreement's zone; or the field that does not read.
fn effective(sent: &Putting, zone: &TimeZone) -> Result<Effective, (&'static str, &'static str)> {
    let (on, at) = (sent.on.trim(), sent.at.trim());
    if on.is_empty() {
        return match at.is_empty() {
            true => Ok(Effective::AtOnce),
            false => Err(("on", "Write the day too, or leave both empty.")),
        };
    }
    let on: Date = on.parse().map_err(|_| ("on", "Write a day, such as 2026-12-01."))?;
    if at.is_empty() {
        return Ok(Effective::On(on));
    }
    let at: Time = at.parse().map_err(|_| ("at", "Write a time, such as 09:00."))?;
    let local = on.to_datetime(at).to_zoned(zone.clone());
    let at = local.map_err(|_| ("on", "Write a day of this century."))?.timestamp();
    Ok(Effective::At(at))
}

/// Takes one clause back to what it was, or drops everything.
pub(crate) async fn drop(visit: Visit, Sent(sent): Sent<Dropping>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let (by, now, key) = (visit.signed.0.clone(), visit.house.now(), sent.key.clone());
    let done = visit.house.work(move |engine| {
        let done = match key.is_empty() {
            true => engine.drop_proposal(&by, now),
            false => engine.take_change_back(&by, &key, now),
        };
        Ok(done?)
    });
    match (done.await, sent.key.is_empty()) {
        (Ok(()), true) => Ok(visit.go("/agreement", &Flash::done("Your changes are dropped."))),
        (Ok(()), false) => Ok(visit.go(SO_FAR, &Flash::done("The clause is as it was."))),
        (Err(Failure::Refused(refusal)), _) => {
            let words = match refusal {
                Refusal::Proposal(ProposalRefusal::Wrong(wrong)) => {
                    wrong.into_iter().map(|wrong| wrong.says).collect::<Vec<_>>().join(" ")
                }
                other => sentence(&other.to_string()),
            };
            shown(visit, |form| form.refuse_whole(words)).await
        }
        (Err(other), _) => Err(other),
    }
}
