//! What a definition of a proposed text would have found among the firm's own leads, for whoever is
//! to sign it. Looking writes nothing.

mod asked;
pub(crate) mod attached;
mod chart;
mod clocks;
pub(crate) mod leads;
mod words;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    agreement::Definition,
    backtest::{Backtest, Became, Cut, Found as Counted, Goal, Group, Rule, Span},
    ids::Version,
    rate::Rate as DomainRate,
};
use engine::{
    Engine, Refusal,
    access::Act,
    agreement::AgreementRefusal,
    backtest::{Replay, ReplayWish, attached_to},
    structure::WeeksAhead,
};
use jiff::{Timestamp, tz::TimeZone};

use store::read::AgreementState;

use super::{agreement::version_of, sign_in::sentence};
use crate::{
    app::House,
    charts::{LeverChart, Load, Strip, Twin},
    failure::Failure,
    kept::{Found, Soon, looks_again},
    layout::{Form, Frame, Place},
    markup::Markup,
    session::Visit,
    show::{LocalTime, Rate, count, figure},
};
pub(crate) use asked::Asked;
use attached::AttachedView;
use clocks::ClocksLine;

/// The page.
#[derive(Template)]
#[template(path = "pages/backtest/index.html")]
struct BacktestPage {
    frame: Frame,
    version: Version,
    asked: Asked,
    form: Form,
    definitions: Vec<Choice>,
    view: Option<View>,
    attached: Vec<AttachedView>,
    may_attach: bool,
}

/// Something that can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) words: String,
    pub(super) is_here: bool,
}

/// What was found.
struct View {
    title: String,
    as_of: Option<Markup>,
    head: Markup,
    from: String,
    to: String,
    within: String,
    loaded: String,
    levers: Vec<Choice>,
    lever: Option<LeverView>,
    today: Option<RuleView>,
    proposed: RuleView,
    groups: Vec<Line>,
    bounds: Option<Markup>,
    measures: Vec<Measure>,
    measured: Markup,
    /// The wins that no rule can find, where there are any.
    alone: Option<Markup>,
    clocks: Vec<ClocksLine>,
    load_title: Markup,
    load_says: Markup,
    load: Load,
    load_twin: Twin,
    gaps_head: Markup,
    gaps: Vec<Markup>,
    at: String,
    /// Whether the threshold stands where the text has it.
    is_as_written: bool,
}

/// A rule in its own words, with how many it found.
struct RuleView {
    title: String,
    says: String,
    threshold: Option<String>,
    found: Markup,
}

/// The threshold that can be dragged.
struct LeverView {
    title: Markup,
    /// How many leads there are.
    n: Markup,
    chart: LeverChart,
    twin: Twin,
    score: String,
    low: String,
    high: String,
    step: String,
    at: String,
}

/// A group of leads and what became of them.
struct Line {
    name: &'static str,
    all: Markup,
    won: Markup,
    lost: Markup,
    unknown: Markup,
}

/// How well both rules do something.
struct Measure {
    name: Markup,
    today: Markup,
    proposed: Markup,
    strip: Option<Strip>,
}

impl House {
    /// The replay of a version, or that it is still being worked out.
    pub(crate) fn replay(
        &self,
        version: Version,
        wish: &ReplayWish,
        state: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Soon<Replay>, engine::Error> {
        let definition = wish.definition.as_deref().unwrap_or_default();
        let loaded = wish.loaded_until.map(|at| at.to_string()).unwrap_or_default();
        let name = format!("{version}/{definition}/{}/{loaded}", wish.lever);
        if let Some(found) = state.and_then(|as_of| self.kept.replays.as_it_was(&name, as_of)) {
            return Ok(Soon::Found(found));
        }
        let wish = wish.clone();
        let make = move |engine: &Engine, as_of| engine.replay_version(version, &wish, as_of);
        self.kept.replays.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }
}

/// What an address comes to: a replay with what is counted of it, words about what is wrong, or
/// nothing yet.
enum Answered {
    Here(Found<Replay>, Box<Span>),
    Wrong(String),
    Awaited,
}

fn answer(
    house: &House,
    engine: &Engine,
    version: Version,
    asked: &Asked,
    time: &LocalTime,
) -> Result<Answered, Failure> {
    let zone = zone_of(engine, version)?;
    let wish = match asked.wish(&zone) {
        Ok(wish) => wish,
        Err(words) => return Ok(Answered::Wrong(words)),
    };
    let found = match house.replay(version, &wish, asked.state(), time.now()) {
        Ok(Soon::Found(found)) => found,
        Ok(Soon::Awaited) => return Ok(Answered::Awaited),
        Err(engine::Error::Refused(refusal @ Refusal::Backtest(_))) => {
            return Ok(Answered::Wrong(sentence(&refusal.to_string())));
        }
        Err(failure) => return Err(failure.into()),
    };
    Ok(match asked.span(&found.value) {
        Ok(span) => Answered::Here(found, Box::new(span)),
        Err(words) => Answered::Wrong(words),
    })
}

/// The zone of a version; a version that is not there has no page.
fn zone_of(engine: &Engine, version: Version) -> Result<TimeZone, Failure> {
    match engine.agreement(version) {
        Err(engine::Error::Refused(Refusal::Agreement(AgreementRefusal::NoSuchVersion(_)))) => {
            Err(Failure::Absent)
        }
        found => Ok(found?.1.zone.clone()),
    }
}

/// Shows a backtest.
pub(crate) async fn index(
    visit: Visit,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    document(visit, version_of(&no)?, asked, |_| {}).await
}

/// The page, with what was refused.
async fn document(
    visit: Visit,
    version: Version,
    asked: Asked,
    refuse: impl FnOnce(&mut Form),
) -> Result<Response, Failure> {
    let (may_propose, reach) = (visit.signed.can(&Act::Propose), visit.signed.can(&Act::SeeReach));
    let (time, house, wanted) = (visit.time(), visit.house.clone(), asked.clone());
    let find = move |engine: &Engine| {
        let answered = answer(&house, engine, version, &wanted, &time)?;
        let takes = engine.weeks_ahead(time.now())?;
        let in_force = engine.agreements()?.at(time.now()).map(|in_force| in_force.version);
        let here = match &answered {
            Answered::Here(found, _) => &found.value.definition.id,
            _ => &wanted.definition,
        };
        let definitions = definitions(engine, version, here)?;
        let (attached, is_open) = engine.read(|reader| {
            let row = reader.agreement(version)?;
            let is_open = row.is_some_and(|row| row.state == AgreementState::Proposed);
            Ok::<_, store::StoreError>((attached_to(reader, version)?, is_open))
        })?;
        let attached = attached::views(engine, &attached, reach, &time)?;
        Ok((
            match answered {
                Answered::Here(found, span) => Ok(Some(view(
                    &Shown {
                        replay: &found.value,
                        span: &span,
                        version,
                        takes,
                        in_force,
                        time: &time,
                    },
                    &wanted,
                    &found,
                ))),
                Answered::Awaited => Ok(None),
                Answered::Wrong(words) => Err(words),
            },
            definitions,
            (attached, is_open),
        ))
    };
    let (found, definitions, (attached, is_open)) = visit.house.work(find).await?;
    let mut form = Form::default();
    refuse(&mut form);
    let view = found.map_err(|words| form.refuse_whole(words)).ok().flatten();
    let mut frame = visit.frame(format!("Backtest of version {version}"), Place::Agreement);
    frame.refused = form.is_refused();
    let (refused, awaited) = (form.is_refused(), view.is_none());
    let may_attach = may_propose && is_open;
    let page =
        BacktestPage { frame, version, asked, form, definitions, view, attached, may_attach };
    let response = if refused { visit.refuse(page) } else { visit.show(page) };
    Ok(if awaited && !refused { looks_again(response) } else { response })
}

/// The definitions of a version, where there are several; `here` is the one that is shown.
pub(super) fn definitions(
    engine: &Engine,
    version: Version,
    here: &str,
) -> Result<Vec<Choice>, Failure> {
    let (_, agreement) = engine.agreement(version)?;
    let choice = |known: &Definition| Choice {
        value: known.id.clone(),
        words: format!("{} ({})", known.id, known.status),
        is_here: known.id == here,
    };
    let all: Vec<Choice> = agreement.definitions.iter().map(choice).collect();
    Ok(if all.len() > 1 { all } else { Vec::new() })
}

/// What a view is made of.
struct Shown<'a> {
    replay: &'a Replay,
    span: &'a Span,
    version: Version,
    /// How many leads can be taken in the weeks to come, where that is known.
    takes: Option<WeeksAhead>,
    /// The version by which that is so.
    in_force: Option<Version>,
    time: &'a LocalTime,
}

fn view(shown: &Shown<'_>, asked: &Asked, found: &Found<Replay>) -> View {
    let (replay, span) = (shown.replay, shown.span);
    let counted = replay.tally(span);
    let here = asked.at(replay.as_of);
    let way = |cut: Cut| here.leads(shown.version, cut);
    let open = |n: u64, cut: Cut| figure(count(n), &way(cut));
    let has_today = replay.today.is_some();
    let load = chart::load(shown, &counted, &here);
    let (load_title, load_says) = words::load(shown, &load);
    View {
        title: words::title(replay, span, &counted),
        as_of: found.past().map(|past| shown.time.second(past)),
        head: words::head(shown, &counted, &open),
        from: span.from.to_string(),
        to: span.to.to_string(),
        within: span.within_days.to_string(),
        loaded: day_before(replay.loaded_until, &replay.zone),
        levers: levers(replay, asked),
        lever: chart::lever(shown, &counted, &here, &open),
        today: replay.today.as_ref().map(|(version, definition)| {
            let title = format!("Today’s rule, version {version}");
            let all = counted.today.all;
            words::rule(title, definition, None, (all, &way(Cut::Found(Rule::Today))), span)
        }),
        proposed: {
            let title = match replay.proposed.version {
                Some(version) => format!("Version {version}"),
                None => "Proposed".to_owned(),
            };
            let all = counted.proposed.all;
            let found = way(Cut::Found(Rule::Proposed));
            words::rule(title, &replay.definition, span.threshold, (all, &found), span)
        },
        groups: groups(&counted, has_today, &open),
        bounds: words::bounds(&counted, &open, &way),
        measures: measures(replay, &counted, &here, shown.version),
        measured: words::measured(&counted, has_today, &open),
        alone: words::alone(&counted, span),
        clocks: clocks::lines(replay, &counted, &open),
        load_title,
        load_says,
        load_twin: load.twin(),
        load,
        gaps_head: words::not_judged(&counted, &open, &way),
        gaps: words::gaps(shown, &open),
        is_as_written: span.threshold == replay.threshold(),
        at: here.at,
    }
}

fn day_before(at: Timestamp, zone: &TimeZone) -> String {
    let day = zone.to_datetime(at).date();
    day.yesterday().map_or_else(|_| day.to_string(), |day| day.to_string())
}

fn levers(replay: &Replay, asked: &Asked) -> Vec<Choice> {
    let all = domain::lever::levers(&replay.definition.qualifies_when);
    if all.len() < 2 {
        return Vec::new();
    }
    let choice = |(place, lever): (usize, &domain::lever::Lever)| Choice {
        value: (place + 1).to_string(),
        words: format!("{} of at least {}", lever.score, lever.at),
        is_here: match asked.lever.trim() {
            "" => replay.lever.as_ref() == Some(lever),
            no => no == (place + 1).to_string(),
        },
    };
    all.iter().enumerate().map(choice).collect()
}

fn groups(counted: &Backtest, has_today: bool, open: &dyn Fn(u64, Cut) -> Markup) -> Vec<Line> {
    let line = |(name, group): (&'static str, Group)| {
        let found: Counted = counted.group(group);
        let became = |n: u64, became: Became| open(n, Cut::Became(group, Goal::Won, became));
        Line {
            name,
            all: open(found.all, Cut::Group(group)),
            won: became(found.won, Became::Yes),
            lost: became(found.lost, Became::No),
            unknown: became(found.unknown_won(), Became::Unknown),
        }
    };
    match has_today {
        true => {
            let all = [("In both", Group::Both), ("Leave", Group::Leave), ("Enter", Group::Enter)];
            let before = [
                ("Today’s, found by the proposed rule before the time", Group::ProposedBefore),
                ("Proposed, found by today’s rule before the time", Group::TodayBefore),
            ];
            let before = before.into_iter().filter(|(_, group)| counted.group(*group).all > 0);
            all.into_iter().chain(before).map(line).collect()
        }
        false => vec![line(("Found", Group::Enter))],
    }
}

fn measures(replay: &Replay, counted: &Backtest, here: &Asked, version: Version) -> Vec<Measure> {
    let has_today = replay.today.is_some();
    let target = replay.target.as_deref().unwrap_or("taken on");
    let known = |rule: Rule, goal: Goal| {
        let found = counted.found(rule);
        let rate = if goal == Goal::Won { found.rate_won() } else { found.rate_taken_on() };
        (shown_rate(rate), here.leads(version, Cut::Of(rule, goal, Became::Yes)))
    };
    let of_wins = |rule: Rule| {
        let reached = reached(counted, rule);
        let cut = Cut::WinsFoundBy(rule);
        (rate_of(reached.wins, counted.wins), here.leads(version, cut))
    };
    let of_taken_on = |rule: Rule| {
        let reached = reached(counted, rule);
        let cut = Cut::TakenOnFoundBy(rule);
        (rate_of(reached.taken_on, counted.taken_on), here.leads(version, cut))
    };
    let measure = |name: String, both: [(Rate, String); 2]| {
        let [(today, today_href), (proposed, proposed_href)] = both;
        Measure {
            name: Markup::text(name),
            today: if has_today { words::rate(&today, &today_href) } else { Markup::text("–") },
            proposed: words::rate(&proposed, &proposed_href),
            strip: Some(Strip {
                open: has_today.then_some(("today", today)),
                filled: ("proposed", proposed),
                scale: None,
            }),
        }
    };
    let both = |rate: &dyn Fn(Rule) -> (Rate, String)| [rate(Rule::Today), rate(Rule::Proposed)];
    let mut all = vec![measure("Of the qualified, won".into(), both(&|r| known(r, Goal::Won)))];
    if replay.target.is_some() {
        let name = format!("Of the qualified, became {target}");
        all.push(measure(name, both(&|rule| known(rule, Goal::TakenOn))));
    }
    all.push(measure("Of all wins of leads, found before".into(), both(&of_wins)));
    if counted.wins_alone > 0 {
        let of_all = |rule: Rule| {
            let cut = Cut::WinsFoundBy(rule);
            (shown_rate(counted.rate_of_all_wins(rule)), here.leads(version, cut))
        };
        all.push(measure("Of all wins, those of no lead too".into(), both(&of_all)));
    }
    if replay.target.is_some() {
        all.push(measure(format!("Of all {target}, found before"), both(&of_taken_on)));
    }
    all.extend(words::plain_measures(counted, has_today, &|cut| here.leads(version, cut)));
    all
}

fn reached(counted: &Backtest, rule: Rule) -> &domain::backtest::Strip {
    if rule == Rule::Today { &counted.reached_today } else { &counted.reached_proposed }
}

fn rate_of(hits: u64, n: u64) -> Rate {
    shown_rate(DomainRate::of(hits, n).expect("what a rule reaches is of all there is"))
}

/// A rate with its interval.
pub(crate) fn shown_rate(rate: DomainRate) -> Rate {
    let shown = Rate::of(rate.hits(), rate.n());
    rate.wilson().map_or(shown, |interval| shown.within(interval.low, interval.high))
}

impl BacktestPage {
    /// What the form of the lever says besides the threshold: the same question, the same state.
    fn kept(&self, view: &View) -> Markup {
        let pairs = [
            ("definition", &self.asked.definition),
            ("lever", &self.asked.lever),
            ("from", &self.asked.from),
            ("to", &self.asked.to),
            ("within", &self.asked.within),
            ("loaded", &self.asked.loaded),
            ("at", &view.at),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.trim().is_empty());
        let field = |(name, value): &(&'static str, &String)| {
            let field = crate::markup::element("input").with("type", "hidden");
            Markup::from(field.with("name", name).with("value", value))
        };
        said.map(field).collect()
    }
}
