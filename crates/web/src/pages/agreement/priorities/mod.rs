//! Roles and priorities: who leads on which product, in which segment, and until when; and where that
//! does not go together with the rest of the text.

pub(super) mod conflicts;
pub(crate) mod ends;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    agreement::{
        Agreement,
        priority::{Days, Phase, Priority, Segment},
        text::{Clause, ClauseKind},
    },
    firm::Side,
    ids::Version,
};
use engine::{Engine, access::Act, conflict::segments_in_words};
use jiff::civil::Date;

use super::{
    absent,
    clause::Margin,
    latest,
    message::{day_of, stands},
    version_of,
};
use crate::{
    failure::Failure,
    layout::{EmptyState, Frame, Place},
    markup::{Markup, element},
    session::Visit,
    show::{self, LocalTime, glyph::glyph},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/priorities/index.html")]
struct PrioritiesPage {
    frame: Frame,
    view: View,
}

/// What a version says of priorities.
struct View {
    version: Version,
    /// Where the version stands, and who signed it.
    stands: Markup,
    title: String,
    on: Markup,
    rows: Vec<Row>,
    segments: Vec<SegmentShown>,
    conflicts: Markup,
    none: Option<EmptyState>,
}

/// A priority.
struct Row {
    no: String,
    product: String,
    segment: String,
    segment_href: Option<String>,
    leads: Markup,
    owner: String,
    days: String,
    phase: Markup,
    /// The goals and routes that it names.
    names: Vec<String>,
}

/// A segment with what its leads are.
struct SegmentShown {
    id: String,
    label: String,
    when: String,
    /// The clauses of the priorities in it.
    clauses: Vec<String>,
}

/// Shows the priorities of the version in force, or of the latest there is.
pub(crate) async fn current(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = latest(&visit).await?.ok_or(Failure::Absent)?;
    page(visit, version).await
}

/// Shows the priorities of a version.
pub(crate) async fn show(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    page(visit, version_of(&no)?).await
}

async fn page(visit: Visit, version: Version) -> Result<Response, Failure> {
    let time = visit.time();
    let view = visit.house.work(move |engine| viewed(engine, version, &time)).await?;
    let frame = visit.frame(view.title.clone(), Place::Agreement);
    Ok(visit.show(PrioritiesPage { frame, view }))
}

/// Where the priorities of a version are read.
pub(crate) fn priorities_href(version: Version) -> String {
    format!("/agreement/{version}/priorities")
}

/// The priorities of a text, each with its clause.
pub(super) fn priorities(agreement: &Agreement) -> impl Iterator<Item = (&Clause, &Priority)> {
    agreement.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Priority(priority) => Some((clause, priority)),
        _ => None,
    })
}

fn viewed(engine: &Engine, version: Version, time: &LocalTime) -> Result<View, Failure> {
    let (row, agreement) = engine.agreement(version).map_err(absent)?;
    let today = day_of(&agreement, time);
    let mut stated: Vec<(&Clause, &Priority)> = priorities(&agreement).collect();
    stated.sort_by_key(|(_, priority)| priority.phase(today));
    let found = engine.conflicts(&agreement, time.now())?;
    let rows =
        stated.iter().map(|(clause, priority)| shown(&agreement, clause, priority, today, time));
    let title = match stated.is_empty() {
        true => "Who leads on what".to_owned(),
        false => conflicts::finding(found.len()),
    };
    Ok(View {
        version,
        stands: stands(engine, &row, &agreement, time)?,
        title,
        on: time.date(today),
        rows: rows.collect(),
        segments: segments(&agreement, &row.text),
        conflicts: conflicts::listed(version, &found),
        none: stated.is_empty().then(|| nothing(version)),
    })
}

fn shown(
    agreement: &Agreement,
    clause: &Clause,
    priority: &Priority,
    today: Date,
    time: &LocalTime,
) -> Row {
    let segment = priority.segment.as_ref();
    let known = segment.and_then(|id| agreement.segments.iter().find(|known| known.id == *id));
    let goals = priority.goals.iter().map(|goal| format!("goal {goal}"));
    let routes = priority.routes.iter().map(|route| format!("route {route}"));
    Row {
        no: clause.no.clone(),
        product: priority.product.clone().unwrap_or_else(|| "every product".to_owned()),
        segment: known.map_or_else(|| "every lead".to_owned(), |known| known.label.clone()),
        segment_href: known.map(|known| format!("#s-{}", known.id)),
        leads: side(priority.leads),
        owner: priority.owner.clone().unwrap_or_default(),
        days: Days { from: priority.from, until: priority.until }.to_string(),
        phase: phase(priority, today, time),
        names: goals.chain(routes).collect(),
    }
}

/// A side by its glyph and its word.
fn side(side: Side) -> Markup {
    element("span").class("side").holding(show::side(side)).holding(side.word()).into()
}

/// Where it stands today: glyph, word and day.
fn phase(priority: &Priority, today: Date, time: &LocalTime) -> Markup {
    let (class, id, words, day) = match (priority.phase(today), priority.ends_soon(today)) {
        (Phase::Now, Some(until)) => ("st soon", "soon", "holds, ends on ", Some(until)),
        (Phase::Now, None) => ("st on", "on", "holds", None),
        (Phase::Later(from), _) => ("st on", "ne", "begins on ", Some(from)),
        (Phase::Over(until), _) => ("st on", "late", "ran out on ", Some(until)),
    };
    let words = Markup::text(words).and(day.map(|day| time.date(day)).unwrap_or_default());
    element("span").class(class).holding(glyph(id)).holding(element("span").holding(words)).into()
}

/// The segments with what their leads are, in plain words.
fn segments(agreement: &Agreement, files: &BTreeMap<String, String>) -> Vec<SegmentShown> {
    let words = segments_in_words(files);
    let shown = |segment: &Segment| SegmentShown {
        id: segment.id.clone(),
        label: segment.label.clone(),
        when: words.get(&segment.id).cloned().unwrap_or_default(),
        clauses: priorities(agreement)
            .filter(|(_, priority)| priority.segment.as_ref() == Some(&segment.id))
            .map(|(clause, _)| clause.no.clone())
            .collect(),
    };
    agreement.segments.iter().map(shown).collect()
}

/// What stands beside the clause of a priority: who leads, on what, and until when; as of a day where
/// the version has been in force.
pub(super) fn margin(
    agreement: &Agreement,
    priority: &Priority,
    version: Version,
    today: Option<Date>,
) -> Margin {
    let who = element("b").holding(priority.leads.word());
    let lead = match today.map(|today| priority.phase(today)) {
        None => Markup::from(who).and_text(" would lead"),
        Some(Phase::Now) => Markup::from(who).and_text(" leads today"),
        Some(Phase::Later(_)) => Markup::from(who).and_text(" leads later"),
        Some(Phase::Over(_)) => Markup::from(who).and_text(" led; it ran out"),
    };
    let segment = priority.segment.as_ref();
    let segment = segment.and_then(|id| agreement.segments.iter().find(|known| known.id == *id));
    let about = match (&priority.product, segment) {
        (None, None) => "on everything".to_owned(),
        (Some(product), None) => format!("on {product}"),
        (None, Some(segment)) => format!("in {}", segment.label),
        (Some(product), Some(segment)) => format!("on {product}, in {}", segment.label),
    };
    let days = Days { from: priority.from, until: priority.until }.to_string();
    let terms = |words: String| Markup::from(element("span").class("terms").holding(words));
    let link = element("a").with("href", priorities_href(version)).holding("Who leads on what");
    Margin { lead, lines: vec![terms(about), terms(days), link.into()], ..Margin::default() }
}

fn nothing(version: Version) -> EmptyState {
    EmptyState {
        title: "Agree on who leads, before both do".to_owned(),
        words: "A priority says which side leads on a product, in a segment, and until when. Write it \
                under [[priority]] in the text of the Agreement; where two of them, a goal or a route \
                do not go together, it stands here."
            .to_owned(),
        action: Some(("Read the Agreement".to_owned(), format!("/agreement/{version}"))),
        ..EmptyState::default()
    }
}
