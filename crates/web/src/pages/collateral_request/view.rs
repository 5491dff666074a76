//! Fills the page of one request, and says how requests stand.

use domain::{
    agreement::History,
    collateral_request::{Counts, Ending, answer_name},
    ids::{CollateralRequestId, Subject},
};
use engine::{
    Engine,
    absence::substitute_of,
    access::{Act, Actor, may},
    book::successor,
    collateral_request::{Ends, Wanted, wanted_of},
    dispute::may_contest_request,
    handoff::words_of,
};
use jiff::Timestamp;
use store::{Reader, StoreError, read::CollateralRequestRow};

use super::request_href;
use crate::{
    failure::Failure,
    markup::{Markup, element},
    names::{Names, fact_link, lead_href, opportunity_href},
    pages::{dispute::dispute_href, today::waiting::Waiting},
    show::LocalTime,
};

/// One request.
pub(super) struct View {
    pub(super) title: String,
    pub(super) stands: String,
    pub(super) href: String,
    pub(super) lines: Vec<Line>,
    pub(super) dispute: Option<String>,
    pub(super) may_answer: bool,
    pub(super) may_withdraw: bool,
    /// What a ruling would change, for whoever may contest it.
    pub(super) contest: Option<&'static str>,
}

/// One line of its life.
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) words: Markup,
    pub(super) fact: Markup,
}

/// What a request is called: what is wanted, for those who may read what people write.
pub(crate) fn title_of(
    reader: &Reader<'_>,
    request: &CollateralRequestId,
    reach: bool,
) -> Result<String, StoreError> {
    let wanted = if reach { wanted_of(reader, request)? } else { None };
    Ok(wanted.map_or_else(|| numbered(request), |words| words.wanted))
}

/// `Request 3`.
fn numbered(request: &CollateralRequestId) -> String {
    let nth = request.as_str().rsplit(":r").next().unwrap_or_default();
    format!("Request {nth}")
}

pub(super) fn viewed(
    engine: &Engine,
    request: &CollateralRequestId,
    actor: &Actor,
    time: &LocalTime,
) -> Result<View, Failure> {
    let agreements = engine.agreements()?;
    let reach = may(actor, &Act::SeeReach).is_ok();
    engine.read(|reader| {
        let row = reader.collateral_request(request)?.ok_or(Failure::Absent)?;
        let ends = Ends::of(reader, &agreements, &row, time.now())?;
        let waits = row.ending.is_none();
        let whose = successor(reader, &row.by)?.unwrap_or_else(|| row.by.clone());
        let contests = may_contest_request(reader, &agreements, &row, actor, time.now())?;
        Ok(View {
            title: title_of(reader, request, reach)?,
            stands: stands(&row, time.now()),
            href: request_href(request),
            lines: lines(reader, &agreements, &row, reach, time)?,
            dispute: row.dispute.as_ref().map(dispute_href),
            may_answer: waits && may(actor, &Act::AnswerRequestOf(ends.asked)).is_ok(),
            may_withdraw: waits && may(actor, &Act::WithdrawRequestOf(whose)).is_ok(),
            contest: contests.then(|| would_change(row.counts_at(time.now()))),
        })
    })
}

/// What a ruling that overturns would change.
fn would_change(counts: Counts) -> &'static str {
    match counts {
        Counts::Missed => {
            "It counts as not delivered by the day. Overturned, it is left out of the share."
        }
        Counts::Kept | Counts::Not => {
            "Overturned, it counts as not delivered by the day. If you still need it, ask again."
        }
    }
}

/// How a request stands, in words: `delivered in time`.
pub(super) fn stands(row: &CollateralRequestRow, now: Timestamp) -> String {
    let late = row.ended_at.unwrap_or(now) > row.due_at;
    let words = match (row.ending, late) {
        (None, false) => "open",
        (None, true) => "late, not answered yet",
        (Some(Ending::Delivered), false) => "delivered on time",
        (Some(Ending::Delivered), true) => "delivered late",
        (Some(Ending::Declined), false) => "declined",
        (Some(Ending::Declined), true) => "declined late",
        (Some(Ending::Withdrawn), false) => "taken back",
        (Some(Ending::Withdrawn), true) => "taken back late",
    };
    match (row.overturned, row.counts) {
        (Some(true), Some(Counts::Not)) => format!("{words}; by a ruling it does not count"),
        (Some(true), _) => format!("{words}; by a ruling it counts as not delivered"),
        (Some(false), _) => format!("{words}; the ruling lets it stand"),
        (None, _) if row.dispute.is_some() => format!("{words}; contested"),
        (None, _) => words.to_owned(),
    }
}

/// The lead or opportunity that a request is for, as a link.
pub(super) fn about(about: &Subject, names: &Names<'_, '_>) -> Result<Markup, StoreError> {
    let (href, name) = match about {
        Subject::Lead(lead) => (lead_href(lead), names.lead(lead)?),
        Subject::Opportunity(id) => (opportunity_href(id), names.opportunity(id)?),
    };
    Ok(element("a").with("href", href).holding(name).into())
}

fn lines(
    reader: &Reader<'_>,
    agreements: &History,
    row: &CollateralRequestRow,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Line>, Failure> {
    let names = Names::new(reader, reach);
    let made = || fact_link(row.by_fact);
    let line = |what, words, fact| Line { what, words, fact };
    let asked = Markup::text("by ").and(names.owner(Some(&row.by))?).and_text(", ");
    let mut lines = vec![
        line("Asked", asked.and(time.instant(row.asked_at)), made()),
        line("Of", of(reader, agreements, row, &names, time)?, made()),
    ];
    if let Some(subject) = &row.about {
        lines.push(line("For", about(subject, &names)?, made()));
    }
    if let Some(Wanted { why: Some(why), .. }) = wanted_of(reader, &row.id)?.filter(|_| reach) {
        lines.push(line("What for", Markup::text(why), made()));
    }
    lines.push(line("Due", due(row, time), made()));
    lines.extend(ended(reader, row, (&names, reach), time)?);
    lines.push(line("Counts", Markup::text(counts(row, time.now())), Markup::new()));
    if let Some(overturned) = row.overturned {
        let words = if overturned { "it is overturned" } else { "it stands" };
        lines.push(line("Ruling", Markup::text(words), fact_link(row.last_fact)));
    }
    Ok(lines)
}

/// Whom it was asked of; while it waits, with whom it is since they left or while they are away.
fn of(
    reader: &Reader<'_>,
    agreements: &History,
    row: &CollateralRequestRow,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Markup, Failure> {
    let asked = names.owner(Some(&row.asked))?;
    if row.ending.is_some() {
        return Ok(asked);
    }
    if let Some(taker) = successor(reader, &row.asked)? {
        let now_with = asked.and_text(", who left; now with ").and(names.owner(Some(&taker))?);
        return Ok(now_with.and_text(", who took their book"));
    }
    let zone = agreements.zone_at(time.now());
    Ok(match substitute_of(reader, &zone, &row.asked, time.now())? {
        Some(user) => asked
            .and_text(", who is away; ")
            .and(names.owner(Some(&user))?)
            .and_text(" does their work"),
        None => asked,
    })
}

/// The due instant, with the calendar that says so.
fn due(row: &CollateralRequestRow, time: &LocalTime) -> Markup {
    let due = time.instant(row.due_at);
    match &row.by_calendar {
        Some(by) => {
            let href = format!("/agreement/{}", by.version);
            let version =
                element("a").with("href", href).holding(format!("version {}", by.version));
            let day = time.day_words(row.needed_on);
            due.and_text(format!(", when {day} ends by the calendar {} of ", by.calendar))
                .and(version)
        }
        None => due.and_text(", when the day ends, since no version was in force"),
    }
}

/// How it ended, and what was said with it.
fn ended(
    reader: &Reader<'_>,
    row: &CollateralRequestRow,
    (names, reach): (&Names<'_, '_>, bool),
    time: &LocalTime,
) -> Result<Vec<Line>, Failure> {
    let (Some(ending), Some(at), Some(by)) = (row.ending, row.ended_at, &row.ended_by) else {
        let words = Markup::text("none yet");
        return Ok(vec![Line { what: "Answer", words, fact: Markup::new() }]);
    };
    let fact = || row.ended_fact.map(fact_link).unwrap_or_default();
    let verb = if ending == Ending::Withdrawn { "taken back" } else { ending.word() };
    let words = Markup::text(format!("{verb} by ")).and(names.owner(Some(by))?);
    let words = words.and_text(", ").and(time.instant(at));
    let mut lines = vec![Line { what: "Answer", words, fact: fact() }];
    if let Some(reason) = row.reason {
        let words = Markup::text(reason.words());
        lines.push(Line { what: "Reason", words, fact: fact() });
    }
    if let Some(words) = words_of(reader, &answer_name(&row.id))?.filter(|_| reach) {
        let what = if ending == Ending::Delivered { "Where it is" } else { "Said with it" };
        lines.push(Line { what, words: linked(&words), fact: fact() });
    }
    Ok(lines)
}

/// Words, as a link where they are an address on the web and nothing else.
fn linked(words: &str) -> Markup {
    let is_address = ["https://", "http://"].iter().any(|scheme| words.starts_with(scheme));
    match is_address && !words.contains(char::is_whitespace) {
        true => element("a").with("href", words).holding(words.to_owned()).into(),
        false => Markup::text(words),
    }
}

/// How it counts in the share delivered on time.
fn counts(row: &CollateralRequestRow, now: Timestamp) -> &'static str {
    match (row.counts_at(now), row.ending) {
        (Counts::Kept, _) => "as delivered on time",
        (Counts::Missed, _) => "as not delivered by the day",
        (Counts::Not, None) => "not yet",
        (Counts::Not, Some(_)) => "in neither: it is left out of the share",
    }
}

/// What waits for an answer of somebody: what they are asked, and what those are whose work they do
/// today, or who left it to them.
pub(crate) fn waiting(
    reader: &Reader<'_>,
    agreements: &History,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let reach = may(actor, &Act::SeeReach).is_ok();
    let named = reader.standing_absences()?.into_iter();
    let named = named.filter(|row| row.substitute.as_ref() == Some(&actor.user));
    let mut asked: Vec<_> = named.map(|row| row.user).collect();
    for (user, row) in reader.users_by_id()?.iter().filter(|(_, row)| row.left_at.is_some()) {
        if row.taker.is_some() && successor(reader, user)?.as_ref() == Some(&actor.user) {
            asked.push(user.clone());
        }
    }
    asked.push(actor.user.clone());
    asked.sort();
    asked.dedup();
    let mut waiting = Vec::new();
    for asked in &asked {
        for row in reader.collateral_requests_waiting_for(asked)? {
            let ends = Ends::of(reader, agreements, &row, time.now())?;
            if may(actor, &Act::AnswerRequestOf(ends.asked)).is_err() {
                continue;
            }
            let by = Names::new(reader, reach).user_name(&row.by)?;
            let due = if row.due_at < time.now() { ", and was due " } else { ", due " };
            let words =
                Markup::text(format!("is asked for by {by}{due}")).and(time.near(row.due_at));
            let (what, href) = (title_of(reader, &row.id, reach)?, request_href(&row.id));
            waiting.push(Waiting { what, href, words });
        }
    }
    Ok(waiting)
}
