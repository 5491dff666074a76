//! Which clocks a text would judge otherwise, for whoever is to sign it. Looking writes nothing. A
//! clock that runs keeps the version that governs it, unless the text says that it follows.

mod asked;
pub(crate) mod export;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    agreement::Agreement,
    ids::{Subject, Version},
    rejudged::{Judged, Rejudged, Turn},
};
use engine::{
    Refusal,
    access::Act,
    agreement::AgreementRefusal,
    report::{LevelTurns, REJUDGED_MAX, RejudgedReport},
};
use jiff::Timestamp;
use store::{Reader, StoreError};

use super::{version_of, words::target};
use crate::{
    app::House,
    failure::Failure,
    kept::{Found, Soon, looks_again},
    layout::{EmptyState, Files, Form, Frame, Pagination, Place},
    markup::Markup,
    names::{Names, encoded, fact_link, lead_href, opportunity_href},
    session::Visit,
    show::{LocalTime, count, figure},
};
pub(crate) use asked::Asked;
use asked::FOLLOWS;

/// Rows of one page.
const ROWS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/changes/index.html")]
struct ChangesPage {
    frame: Frame,
    version: Version,
    asked: Asked,
    /// The first day, as it was said or as it usually is.
    from: String,
    form: Form,
    view: Option<View>,
}

/// What was found.
struct View {
    as_of: Option<Markup>,
    summary: Markup,
    notes: Vec<String>,
    levels: Vec<Level>,
    rows: Vec<Row>,
    /// How many rows the address asks for, and how many come before these.
    n: u64,
    skip: usize,
}

/// A service level, with what becomes of its clocks; each number opens to its rows.
struct Level {
    key: String,
    name: String,
    clause: String,
    target: String,
    looked_at: String,
    turns: Vec<Taken>,
    /// How many run and will be judged by the text.
    follow: Markup,
    follow_is_none: bool,
}

/// How many clocks take a turn.
struct Taken {
    words: &'static str,
    count: Markup,
    is_none: bool,
}

/// A clock.
struct Row {
    name: Markup,
    level: String,
    owner: Markup,
    started: Markup,
    signed: Markup,
    proposed: Markup,
    /// What becomes of it once the text is in force.
    then: Markup,
    facts: Markup,
}

impl House {
    /// Which clocks a text would judge otherwise, or that it is still being worked out.
    pub(crate) fn rejudged(
        &self,
        version: Version,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Soon<RejudgedReport>, engine::Error> {
        let name = format!("{version}/{from}");
        let make =
            move |engine: &engine::Engine, as_of| engine.report_rejudged(version, from, as_of);
        self.kept.rejudged.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }
}

/// The text of a version; a version that is not there has no page.
fn text_of(engine: &engine::Engine, version: Version) -> Result<Arc<Agreement>, Failure> {
    match engine.agreement(version) {
        Err(engine::Error::Refused(Refusal::Agreement(AgreementRefusal::NoSuchVersion(_)))) => {
            Err(Failure::Absent)
        }
        found => Ok(found?.1),
    }
}

/// Shows the clocks.
pub(crate) async fn index(
    visit: Visit,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    let version = version_of(&no)?;
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    let mut form = Form::default();
    let from = asked.from(time.zone(), time.now()).map_err(|words| form.refuse_whole(words)).ok();
    let day = |from: Timestamp| time.zone().to_datetime(from).date().to_string();
    let first_day = from.map_or_else(|| asked.from.clone(), day);
    let (house, wanted) = (visit.house.clone(), asked.clone());
    let find = move |engine: &engine::Engine| {
        let agreements = engine.agreements()?;
        let in_force = agreements.at(time.now()).map(|text| text.agreement.clone());
        let texts = Texts { proposed: text_of(engine, version)?, in_force };
        let Some(from) = from else { return Ok(None) };
        Ok(match house.rejudged(version, from, time.now())? {
            Soon::Awaited => None,
            Soon::Found(found) => {
                Some(engine.read(|reader| view(reader, &found, &texts, (&wanted, reach), &time))?)
            }
        })
    };
    let view = visit.house.work(find).await?;
    let mut frame = visit.frame(format!("Clocks under version {version}"), Place::Agreement);
    frame.refused = form.is_refused();
    let (refused, awaited) = (form.is_refused(), view.is_none());
    let page = ChangesPage { frame, version, asked, from: first_day, form, view };
    let response = if refused { visit.refuse(page) } else { visit.show(page) };
    Ok(if awaited && !refused { looks_again(response) } else { response })
}

fn view(
    reader: &Reader<'_>,
    found: &Found<RejudgedReport>,
    texts: &Texts,
    (asked, reach): (&Asked, bool),
    time: &LocalTime,
) -> Result<View, Failure> {
    let (report, names) = (&*found.value, Names::new(reader, reach));
    let asked_for: Vec<&Rejudged> = report.rows.iter().filter(|row| asked.holds(row)).collect();
    let here = asked_for.iter().skip(asked.skip).take(ROWS);
    let rows = here.map(|clock| row(clock, &names, time)).collect::<Result<_, StoreError>>()?;
    let levels = report.levels.iter();
    Ok(View {
        as_of: found.past().map(|past| time.second(past)),
        summary: summary(report, time),
        notes: notes(report),
        levels: levels.map(|level| of_level(level, report.version, texts, asked)).collect(),
        rows,
        n: asked_for.len() as u64,
        skip: asked.skip,
    })
}

/// `46 clocks looked at, 12 of them running: those started since 24 Aug, and all that run.`
fn summary(report: &RejudgedReport, time: &LocalTime) -> Markup {
    let clocks = |n: u64| match n {
        1 => "1 clock".to_owned(),
        n => format!("{} clocks", count(n)),
    };
    let otherwise = match report.otherwise() {
        0 => "None would be judged otherwise".to_owned(),
        1 => "1 would be judged otherwise".to_owned(),
        n => format!("{} would be judged otherwise", count(n)),
    };
    let started = match report.count(Turn::Started) {
        0 => String::new(),
        n => format!("; {} more would be started", count(n)),
    };
    let stopped = match report.count(Turn::Stopped) {
        0 => String::new(),
        n => format!("; {} that run would not", count(n)),
    };
    let unjudged = match report.count(Turn::Unjudged) {
        0 => String::new(),
        n => format!("; of {} it cannot be said", count(n)),
    };
    let follow = match (report.running, report.follow()) {
        (0, _) => String::new(),
        (_, 0) => " Every clock that runs keeps the version that governs it.".to_owned(),
        (running, follow) => format!(
            " Once the text is in force, {} of the clocks that run will be judged by it; {} keep the \
             version that governs them.",
            count(follow),
            count(running - follow.min(running))
        ),
    };
    Markup::text(format!(
        "{} looked at, {} of them running: those started since ",
        clocks(report.looked_at),
        count(report.running)
    ))
    .and(time.day_of(report.from))
    .and_text(format!(", and all that run. {otherwise}{started}{stopped}{unjudged}.{follow}"))
}

fn notes(report: &RejudgedReport) -> Vec<String> {
    let mut notes = Vec::new();
    if report.left_out > 0 {
        notes.push(format!(
            "{} clocks were not looked at: the page looks at {} leads and opportunities, first those \
             with a clock that runs, then those whose clocks started last. A later day leaves out \
             fewer.",
            count(report.left_out),
            count(REJUDGED_MAX.into())
        ));
    }
    if !report.new_levels.is_empty() && !report.levels.is_empty() {
        let names: Vec<String> = report.new_levels.iter().map(|level| level_name(level)).collect();
        notes.push(format!("Without a clock in this time: {}.", names.join(", ")));
    }
    notes
}

fn level_name(key: &str) -> String {
    key.replace(['_', '-'], " ")
}

/// The text, and the one in force.
struct Texts {
    proposed: Arc<Agreement>,
    in_force: Option<Arc<Agreement>>,
}

impl Texts {
    /// `3 h 00, now 4 h 00`.
    fn target(&self, level: &str) -> String {
        let of = |text: &Agreement| {
            let known = text.service_levels.iter().find(|known| known.id == level);
            known.map_or("none".to_owned(), |known| target(known.target))
        };
        let proposed = of(&self.proposed);
        match self.in_force.as_deref().map(of) {
            Some(now) if now != proposed => format!("{proposed}, now {now}"),
            _ => proposed,
        }
    }
}

fn of_level(level: &LevelTurns, version: Version, texts: &Texts, asked: &Asked) -> Level {
    let turns = Turn::TOLD.map(|(turn, key, words)| match level.count(turn) {
        0 => Taken { words, count: Markup::text("0"), is_none: true },
        n => {
            let href = asked.of(&level.service_level, key).href(version);
            Taken { words, count: figure(count(n), &href), is_none: false }
        }
    });
    Level {
        key: level.service_level.clone(),
        name: level_name(&level.service_level),
        clause: level.clause.clone(),
        target: texts.target(&level.service_level),
        looked_at: count(level.looked_at),
        turns: turns.into(),
        follow: match level.follow {
            0 => Markup::text("0"),
            n => figure(count(n), &asked.of(&level.service_level, FOLLOWS).href(version)),
        },
        follow_is_none: level.follow == 0,
    }
}

fn row(clock: &Rejudged, names: &Names<'_, '_>, time: &LocalTime) -> Result<Row, StoreError> {
    let (name, page) = match &clock.subject {
        Subject::Lead(lead) => (names.lead(lead)?, lead_href(lead)),
        Subject::Opportunity(id) => (names.opportunity(id)?, opportunity_href(id)),
    };
    let workings = format!("{page}?because=clock-{}#because", encoded(clock.clock.as_str()));
    let facts = match clock.stop_fact {
        Some(stop) => fact_link(clock.start_fact).and_text(" to ").and(fact_link(stop)),
        None => fact_link(clock.start_fact),
    };
    Ok(Row {
        name: crate::markup::element("a").with("href", page).holding(name).into(),
        level: level_name(&clock.service_level),
        owner: names.owner(clock.owner.as_ref())?,
        started: time.instant(clock.started_at),
        signed: match &clock.signed {
            Some(signed) => figure(signed.stands.words(), &workings)
                .and_text(due(signed, time))
                .and_text(format!(", version {}", clock.version)),
            None => Markup::text("no clock"),
        },
        proposed: match &clock.proposed {
            Ok(judged) => Markup::text(format!("{}{}", judged.stands.words(), due(judged, time))),
            Err(unjudged) => Markup::text(unjudged.words()),
        },
        then: Markup::text(then(clock, time)),
        facts,
    })
}

/// `judged by this version: late, due Tue 24 Nov, 12:00`, or that it stays as it is.
fn then(clock: &Rejudged, time: &LocalTime) -> String {
    match (&clock.follows, &clock.signed) {
        (Some(judged), _) => {
            format!("judged by this version: {}{}", judged.stands.words(), due(judged, time))
        }
        (None, Some(signed)) if signed.ended_at.is_some() => "keeps its verdict".to_owned(),
        (None, Some(_)) => format!("keeps version {}", clock.version),
        (None, None) => "is not started afterwards".to_owned(),
    }
}

/// `, due Tue 24 Nov, 12:00`.
fn due(judged: &Judged, time: &LocalTime) -> String {
    judged.due_at.map_or(String::new(), |at| format!(", due {}", time.instant_words(at)))
}

impl View {
    fn title(&self) -> String {
        if self.n == 1 { "1 clock".to_owned() } else { format!("{} clocks", count(self.n)) }
    }
}

impl ChangesPage {
    fn files(&self) -> Files {
        let path = format!("/agreement/{}/changes", self.version);
        let all = Asked { skip: 0, ..self.asked.clone() };
        Files::of("All of this view", &all.href(self.version), &path)
    }

    /// What can become of a clock: key, words, and whether it is asked for.
    fn choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let turns = Turn::TOLD.iter().map(|(_, key, words)| (*key, *words));
        let all = turns.chain([(FOLLOWS, "will follow it once it is in force")]);
        all.map(|(key, words)| (key, words, self.asked.turn == key)).collect()
    }

    fn pagination(&self, view: &View) -> Pagination {
        let (skip, shown) = (view.skip, view.rows.len());
        let at = |skip: usize| Asked { skip, ..self.asked.clone() }.href(self.version);
        Pagination {
            shown: shown as u64,
            total: Some(view.n),
            before: (skip > 0).then(|| at(skip.saturating_sub(ROWS))),
            after: ((skip + shown) as u64).lt(&view.n).then(|| at(skip + shown)),
        }
    }

    fn nothing(&self, view: &View) -> EmptyState {
        let looked_at = !view.levels.is_empty();
        let (title, words) = match (looked_at, self.asked.narrows()) {
            (false, _) => (
                "No clock has run in this time",
                "There is nothing that this text could judge otherwise.",
            ),
            (true, true) => ("No clock is like this", "Others may be judged otherwise."),
            (true, false) => (
                "Every clock stands as it does",
                "Under this text each would have the verdict that it has.",
            ),
        };
        EmptyState {
            title: title.to_owned(),
            words: words.to_owned(),
            action: self.asked.narrows().then(|| {
                ("Clear the filter".to_owned(), format!("/agreement/{}/changes", self.version))
            }),
            ..EmptyState::default()
        }
    }
}
