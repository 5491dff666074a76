//! The first six steps of a house, until all are done or somebody hides them. Whether a step is done
//! is seen from what is in the house; only that they are hidden is kept.

use axum::response::Response;
use domain::firm::Side;
use engine::{Engine, access::Act, first_agreement::signers};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::Deserialize;
use store::{
    Reader, StoreError,
    read::{AgreementHead, AgreementState, LeadFilter},
};

use crate::{failure::Failure, flash::Flash, sent::Sent, session::Visit, show::LocalTime};

/// The setting that hides them.
const HIDDEN: &str = "first_steps.hidden";

/// The steps, or the way to have them back.
pub(super) enum Steps {
    /// They are shown.
    Shown(Vec<Step>),
    /// Somebody hid them before all were done.
    Hidden,
}

/// One step.
pub(super) struct Step {
    pub(super) what: &'static str,
    pub(super) words: String,
    pub(super) takes: &'static str,
    pub(super) href: String,
    pub(super) is_done: bool,
    /// Whether it is the first that is not done.
    pub(super) is_next: bool,
}

/// The steps that are left to whoever sets the house up; nothing once all are done.
pub(super) fn steps(engine: &Engine, time: &LocalTime) -> Result<Option<Steps>, Failure> {
    Ok(engine.read(|reader| {
        let mut steps = all(reader, time)?;
        let Some(next) = steps.iter_mut().find(|step| !step.is_done) else { return Ok(None) };
        next.is_next = true;
        let is_hidden = reader.setting(HIDDEN)?.is_some_and(|word| word == "yes");
        Ok::<_, StoreError>(Some(if is_hidden { Steps::Hidden } else { Steps::Shown(steps) }))
    })?)
}

/// How many are done.
pub(super) fn done(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.is_done).count()
}

fn all(reader: &Reader<'_>, time: &LocalTime) -> Result<Vec<Step>, StoreError> {
    let agreements = reader.agreement_heads()?;
    let signed = agreements.iter().any(|row| {
        use AgreementState::{InForce, Signed, Superseded};
        matches!(row.state, InForce | Signed | Superseded)
    });
    let open = agreements.last().map(|row| format!("/agreement/{}", row.version));
    let agreement = || open.clone().unwrap_or_else(|| "/agreement".to_owned());
    let both =
        !signers(reader, Side::Marketing)?.is_empty() && !signers(reader, Side::Sales)?.is_empty();
    let step = |what, words: &str, takes, is_done, href: String| Step {
        what,
        words: words.to_owned(),
        takes,
        href,
        is_done,
        is_next: false,
    };
    let (has_data, has_clock) = (has_data(reader)?, has_clock(reader)?);
    Ok(vec![
        step(
            "Drop in last year's leads and deals",
            "files as your CRM exports them; nothing is taken before you have seen what would be",
            "3 min",
            has_data,
            if has_data { "/imports" } else { "/imports/new" }.to_owned(),
        ),
        step(
            "Let Lockstep propose an Agreement",
            "drafted from that data, with what each number rests on beside it",
            "2 min",
            open.is_some(),
            open.clone().unwrap_or_else(|| "/agreement/draft".to_owned()),
        ),
        step(
            "Invite the heads of both teams",
            "one manager of marketing and one of sales, each by a link of their own",
            "2 min",
            both,
            if both { "/people" } else { "/people/new" }.to_owned(),
        ),
        step(
            "Have both sides sign",
            "it comes into force by itself with the second signature",
            "5 min",
            signed,
            agreement(),
        ),
        step(
            "See the next lead start its clock",
            "it comes with your next export, or one by one through the API; each lead that qualifies \
             then stands under Leads with the time that is left",
            "1 min",
            has_clock,
            if has_clock { "/leads?clock=running" } else { "/imports/new" }.to_owned(),
        ),
        meeting(&agreements, time),
    ])
}

/// Whether anything was brought in: an import that created rows, or a lead by any other door.
fn has_data(reader: &Reader<'_>) -> Result<bool, StoreError> {
    let created = |counts: &str| {
        let counts: serde_json::Value = serde_json::from_str(counts).unwrap_or_default();
        counts.get("created").and_then(serde_json::Value::as_u64).is_some_and(|n| n > 0)
    };
    let by_import =
        reader.imports()?.iter().any(|run| run.finished_at.is_some() && created(&run.counts));
    Ok(by_import || reader.leads_count(&LeadFilter::default())? > 0)
}

/// Whether any clock has begun; those that run are asked for first, since there are few of them.
fn has_clock(reader: &Reader<'_>) -> Result<bool, StoreError> {
    let running = LeadFilter { with_running_clock: true, ..LeadFilter::default() };
    Ok(reader.leads_count(&running)? > 0 || !reader.clock_tallies()?.is_empty())
}

/// The first weekly meeting: it looks at the first whole week under the Agreement, and its own week
/// has gone by when it is done.
fn meeting(agreements: &[AgreementHead], time: &LocalTime) -> Step {
    let began = agreements.iter().filter_map(|row| row.in_force_at).min();
    let day = |at| time.zone().to_datetime(at).date();
    let today = day(time.now());
    let week = began.and_then(|at| first_week(day(at)));
    let (words, href, is_done) = match week {
        Some((from, to)) if to < today => (
            format!(
                "the scoreboard of {} to {}; print it and lay it between you",
                time.day_words(from),
                time.day_words(to)
            ),
            format!("/scoreboard?from={from}&to={to}"),
            to.checked_add(7.days()).is_ok_and(|end| end < today),
        ),
        Some((_, to)) => (
            format!(
                "the first whole week under the Agreement ends on {}; then print its scoreboard",
                time.day_words(to)
            ),
            "/scoreboard".to_owned(),
            false,
        ),
        None => (
            "the scoreboard of the first whole week under the Agreement, printed".to_owned(),
            "/scoreboard".to_owned(),
            false,
        ),
    };
    Step {
        what: "Hold the first weekly meeting",
        words,
        takes: "15 min",
        href,
        is_done,
        is_next: false,
    }
}

/// The first Monday to Sunday that begins on a day or later.
fn first_week(day: Date) -> Option<(Date, Date)> {
    let monday = match day.weekday() {
        Weekday::Monday => day,
        _ => day.nth_weekday(1, Weekday::Monday).ok()?,
    };
    Some((monday, monday.checked_add(6.days()).ok()?))
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hiding {
    hidden: String,
}

/// Hides the steps, or shows them again, for everybody.
pub(crate) async fn update(visit: Visit, Sent(sent): Sent<Hiding>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let hides = sent.hidden == "yes";
    let word = if hides { "yes" } else { "no" };
    let now = visit.house.now();
    let kept =
        move |engine: &Engine| Ok(engine.keep_settings(vec![(HIDDEN, word.to_owned())], now)?);
    visit.house.work(kept).await?;
    let words = match hides {
        true => "The first steps are hidden; at the foot of this page they can be shown again.",
        false => "The first steps are shown again.",
    };
    Ok(visit.go("/", &Flash::done(words.to_owned())))
}
