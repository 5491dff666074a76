//! One fact as it stands in the ledger: the end of every because.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    fact::{Entry, Fact},
    ids::{FactNo, Subject, UserId},
};
use engine::{Engine, access::Act};
use store::{Reader, StoreError};

use crate::{
    failure::Failure,
    layout::Frame,
    markup::Markup,
    names::{Names, lead_href, opportunity_href},
    pages::ledger,
    sentence::{kind_of, sentence},
    session::{Signed, Visit},
    show::{LocalTime, figure},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/fact/show.html")]
struct FactPage {
    frame: Frame,
    no: FactNo,
    view: View,
}

struct View {
    words: String,
    glyph: Markup,
    kv: Vec<(&'static str, Markup)>,
    because: Option<Reasons>,
    body: String,
    before: Option<i64>,
    after: Option<i64>,
}

/// What a decided fact rests on.
struct Reasons {
    clause: String,
    href: String,
    hash: String,
    facts: Vec<Markup>,
}

/// Shows the fact.
pub(crate) async fn show(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let no = FactNo(no.parse().map_err(|_| Failure::Absent)?);
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    let whose = visit.house.work(move |engine: &Engine| {
        engine.read(|reader| reader.entry(no))?.ok_or(Failure::Absent)
    });
    if let Some(user) = quota_of(&whose.await?) {
        visit.signed.may(&Act::SeeFiguresOf(user))?;
    }
    let searches = visit.frame.searches_ledger;
    let view =
        visit.house.work(move |engine: &Engine| viewed(engine, no, reach, searches, &time)).await?;
    let frame = visit.frame.clone().titled(format!("Fact {no}"));
    Ok(visit.show(FactPage { frame, no, view }))
}

/// Whose quota a fact tells.
fn quota_of(entry: &Entry) -> Option<UserId> {
    match entry.fact() {
        Fact::Quota(quota) => quota.user.clone(),
        _ => None,
    }
}

/// Whether a fact is there and the person may open its page.
pub(crate) fn may_open(
    reader: &Reader<'_>,
    signed: &Signed,
    no: FactNo,
) -> Result<bool, StoreError> {
    if !signed.can(&Act::SeeLeads) {
        return Ok(false);
    }
    let is_seen =
        |entry: Entry| quota_of(&entry).is_none_or(|whose| signed.can(&Act::SeeFiguresOf(whose)));
    Ok(reader.entry(no)?.is_some_and(is_seen))
}

fn viewed(
    engine: &Engine,
    no: FactNo,
    reach: bool,
    searches: bool,
    time: &LocalTime,
) -> Result<View, Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let entry = reader.entry(no)?.ok_or(Failure::Absent)?;
        let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
        let names = Names::new(reader, reach).with_words_of(in_force);
        let said = sentence(&entry, &names, time)?;
        let body = serde_json::to_value(entry.fact()).unwrap_or_default();
        let mut kv = vec![
            ("Kind", Markup::text(kind_of(entry.fact()))),
            ("Happened", time.exact(entry.happened_at())),
            ("Recorded", time.exact(entry.recorded_at)),
            ("Source", Markup::text(&entry.told.source)),
            ("Key at the source", Markup::text(&entry.told.key)),
        ];
        match entry.fact().decided_about() {
            Some(Subject::Lead(lead)) => {
                kv.push(("Lead", figure(names.lead(&lead)?, &lead_href(&lead))));
            }
            Some(Subject::Opportunity(id)) => {
                kv.push(("Opportunity", figure(names.opportunity(&id)?, &opportunity_href(&id))));
            }
            None => {}
        }
        if searches {
            let subject = entry.fact().subject();
            let others = ledger::about_href(&subject);
            kv.push(("Facts about the same", figure(subject, &others)));
        }
        let head = reader.head()?.fact;
        Ok(View {
            words: said.words,
            glyph: said.glyph,
            kv,
            because: reasons(entry.fact()),
            body: serde_json::to_string_pretty(&body).unwrap_or_default(),
            before: (no.0 > 1).then_some(no.0 - 1),
            after: (no < head).then_some(no.0 + 1),
        })
    })
}

fn reasons(fact: &Fact) -> Option<Reasons> {
    let because = match fact {
        Fact::LeadQualified(fact) => &fact.because,
        Fact::LeadFellBelow(fact) => &fact.because,
        Fact::ClockStarted(fact) => &fact.because,
        Fact::ClockAtRisk(fact) => &fact.because,
        Fact::ClockBreached(fact) => &fact.because,
        Fact::ClockEscalated(fact) => &fact.because,
        Fact::ClockPaused(fact) => &fact.because,
        Fact::ClockResumed(fact) => &fact.because,
        Fact::ClockPassedOn(fact) => &fact.because,
        Fact::ClockRecomputed(fact) => &fact.because,
        Fact::ClockStopped(fact) => &fact.because,
        Fact::MilestoneReached(fact) => &fact.because,
        Fact::HandoffMade(fact) => &fact.because,
        Fact::HandoffDeemed(fact) => &fact.because,
        Fact::DisputeOpened(fact) => &fact.because,
        Fact::LeadRouted(fact) => &fact.because,
        Fact::RoutingCreditedBack(fact) => &fact.because,
        _ => return None,
    };
    Some(Reasons {
        clause: format!("clause {}, version {}", because.clause, because.version),
        href: format!("/agreement/{}#c{}", because.version, because.clause),
        hash: because.hash.clone(),
        facts: because.facts.iter().map(|no| crate::names::fact_link(*no)).collect(),
    })
}
