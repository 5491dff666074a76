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
use engine::{Engine, access::Act, conflict::segments_in_words, persona::SegmentFigures};
use jiff::civil::Date;

use super::{
    absent,
    clause::Margin,
    latest,
    message::{day_of, stands},
    version_of,
};
use crate::{
    app::House,
    failure::Failure,
    kept::{Soon, looks_again},
    layout::{EmptyState, Frame, Place},
    markup::{Markup, element},
    names::encoded,
    session::Visit,
    show::{self, LocalTime, count, figure, glyph::glyph},
    whom::{self, By},
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
    /// Whether it is still being worked out which leads are of which segment.
    is_awaited: bool,
}

/// A priority.
struct Row {
    no: String,
    product: String,
    /// Its opportunities: leads have no product.
    product_href: Option<String>,
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
    /// How many there are.
    leads: Markup,
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
    let house = visit.house.clone();
    let view = visit.house.work(move |engine| viewed(engine, &house, version, &time)).await?;
    let frame = visit.frame(view.title.clone(), Place::Agreement);
    let is_awaited = view.is_awaited;
    let response = visit.show(PrioritiesPage { frame, view });
    Ok(if is_awaited { looks_again(response) } else { response })
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

fn viewed(
    engine: &Engine,
    house: &House,
    version: Version,
    time: &LocalTime,
) -> Result<View, Failure> {
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
    let (segments, is_awaited) = segments(house, version, &agreement, &row.text, time)?;
    Ok(View {
        version,
        is_awaited,
        stands: stands(engine, &row, &agreement, time)?,
        title,
        on: time.date(today),
        rows: rows.collect(),
        segments,
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
        product_href: priority.product.as_deref().map(product_href),
        segment: known.map_or_else(|| "every lead".to_owned(), |known| known.label.clone()),
        segment_href: known.map(|known| format!("#s-{}", known.id)),
        leads: side(priority.leads),
        owner: priority.owner.clone().unwrap_or_default(),
        days: Days { from: priority.from, until: priority.until }.to_string(),
        phase: phase(priority, today, time),
        names: goals.chain(routes).collect(),
    }
}

fn product_href(product: &str) -> String {
    format!("/opportunities?product={}", encoded(product))
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
fn segments(
    house: &House,
    version: Version,
    agreement: &Agreement,
    files: &BTreeMap<String, String>,
    time: &LocalTime,
) -> Result<(Vec<SegmentShown>, bool), Failure> {
    if agreement.segments.is_empty() {
        return Ok((Vec::new(), false));
    }
    let words = segments_in_words(files);
    let found = match house.personas_soon(version, time.now())? {
        Soon::Found(found) => Some(found),
        Soon::Awaited => None,
    };
    let in_force = house.app.engine.agreements()?.at(time.now()).map(|it| it.version);
    let leads = |segment: &Segment| {
        let figures = found.as_ref().and_then(|found| found.value.of_segment(&segment.id));
        figures.map_or_else(
            || Markup::text("being worked out"),
            |figures| leads_of(figures, in_force == Some(version)),
        )
    };
    let shown = |segment: &Segment| SegmentShown {
        leads: leads(segment),
        id: segment.id.clone(),
        label: segment.label.clone(),
        when: words.get(&segment.id).cloned().unwrap_or_default(),
        clauses: priorities(agreement)
            .filter(|(_, priority)| priority.segment.as_ref() == Some(&segment.id))
            .map(|(clause, _)| clause.no.clone())
            .collect(),
    };
    Ok((agreement.segments.iter().map(shown).collect(), found.is_none()))
}

/// How many leads are of a segment, and of how many it cannot be said; by the rules in force each
/// is a door to the list.
fn leads_of(figures: &SegmentFigures, is_in_force: bool) -> Markup {
    let number = |n: u64, is_said| match is_in_force {
        true => figure(count(n), &whom::href(By::Segment, &figures.segment, is_said)),
        false => Markup::text(count(n)),
    };
    let n = number(figures.matches.n(), true);
    match figures.unknown.n() {
        0 => n,
        unknown => n.and_text("; of ").and(number(unknown, false)).and_text(" it cannot be said"),
    }
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
