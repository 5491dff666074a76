//! `lockstep backtest`: what a definition would have found in the firm's own past.

mod columns;
mod files;
mod words;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use clap::Args as ClapArgs;
use domain::{
    backtest::{Backtest, Cut, Found, Group, Implied, Rule, Span, queue},
    ids::Version,
    money::{Currency, Money},
    points::Points,
    rate::Rate,
};
use engine::{
    backtest::{Proposed, Replay, ReplayWish},
    structure::WeeksAhead,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::agreement::read_folder;
use crate::{
    failure::Failure,
    output::{Answer, instant, table},
    place::Place,
    when,
};

/// What is replayed, and how.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The number of a version, or a folder with an Agreement's TOML files
    #[arg(value_name = "VERSION|DIR")]
    pub text: String,
    /// Which definition; the first that differs from the one in force, where it is left out
    #[arg(long, value_name = "KEY")]
    pub definition: Option<String>,
    /// Try its threshold here, in points
    #[arg(long, value_name = "POINTS", value_parser = points)]
    pub at: Option<Points>,
    /// Which of several thresholds --at moves, from 1 on
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub lever: usize,
    /// The first day; 24 months before the last, where it is left out
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// The last day; the last one of the last quarter that is over, where it is left out
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// How many days a lead has for coming to something
    #[arg(long, value_name = "DAYS", default_value_t = engine::backtest::WITHIN_DAYS,
          value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub within: i64,
    /// What was recorded up to then counts as history, known when it happened: a date or an instant
    #[arg(long, value_name = "WHEN")]
    pub loaded_until: Option<String>,
    /// Files to replay it over, in the place of the ledger.
    #[command(flatten)]
    files: files::Files,
}

fn points(text: &str) -> Result<Points, String> {
    Points::parse(text).ok_or_else(|| "points are a number with at most three decimals".to_owned())
}

/// Replays.
///
/// # Errors
/// When the text has mistakes or no such definition, or the database cannot be read.
pub fn run(args: &Args, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    if args.files.are_named() {
        return files::run(args);
    }
    let version = args.text.parse().ok().map(Version);
    let folder = match version {
        Some(_) => None,
        None => Some(read_folder(&PathBuf::from(&args.text))?),
    };
    let engine = place.open(now)?;
    let proposed = match (version, folder) {
        (None, Some((text, agreement))) => {
            Proposed { agreement: Arc::new(agreement), hash: text.hash(), version: None }
        }
        (version, _) => {
            let version = version.unwrap_or(Version(0));
            let (row, agreement) = engine.agreement(version)?;
            Proposed { agreement, hash: row.hash, version: Some(version) }
        }
    };
    let zone = proposed.agreement.zone.clone();
    let replay = engine.replay(proposed, &wish(args, &zone, now)?, now)?;
    let span = span(args, &replay)?;
    let counted = replay.tally(&span);
    let takes = engine.weeks_ahead(now)?;
    let takes = takes.as_ref();
    Ok(Answer::new(text(&replay, &span, &counted, takes), json_of(&replay, &span, &counted, takes)))
}

fn wish(args: &Args, zone: &TimeZone, now: Timestamp) -> Result<ReplayWish, Failure> {
    let loaded = args.loaded_until.as_deref();
    Ok(ReplayWish {
        definition: args.definition.clone(),
        lever: args.lever,
        loaded_until: loaded.map(|text| when::read(text, zone, now)).transpose()?,
    })
}

fn span(args: &Args, replay: &Replay) -> Result<Span, Failure> {
    let usual = replay.usual_span();
    if args.at.is_some() && replay.lever.is_none() {
        let id = &replay.definition.id;
        return Err(Failure::refused(format!("\"{id}\" has no threshold that --at could move"))
            .advise("Leave --at out, or change the text in the folder."));
    }
    let span = Span {
        from: args.from.unwrap_or(usual.from),
        to: args.to.unwrap_or(usual.to),
        within_days: args.within,
        threshold: args.at.or(usual.threshold),
        ..usual
    };
    if span.from > span.to {
        return Err(
            Failure::usage("the first day lies after the last").advise("Exchange --from and --to.")
        );
    }
    Ok(span)
}

fn text(replay: &Replay, span: &Span, counted: &Backtest, takes: Option<&WeeksAhead>) -> String {
    let mut lines = vec![format!(
        "Definition \"{}\" from {} to {}, as known then: {} leads. {}",
        replay.definition.id,
        span.from,
        span.to,
        counted.leads,
        match span.threshold {
            Some(at) => format!("Threshold {at}."),
            None => String::new(),
        }
    )];
    lines.push(table(&["leads", "all", "won", "not won", "unknown"], groups(replay, counted)));
    lines.push(table(&["measure", "today", "proposed"], measures(replay, counted)));
    lines.push(format!(
        "Opportunities of no lead that were won in the time: {}, worth {}. No rule can find them.",
        counted.wins_alone,
        sums(&counted.wins_alone_minor)
    ));
    let clocks = clocks(replay, counted);
    if !clocks.is_empty() {
        let heads =
            ["service level", "rule", "in time", "not in time", "not asked then", "not over"];
        lines.push(table(&heads, clocks));
    }
    lines.push(load(replay, counted, takes));
    lines.push(format!("Not judged: {} of {} leads.", counted.not_judged, counted.leads));
    lines.extend(gaps(replay, span));
    lines
        .push(
            "Today and proposed each count what their own rule found in the time, judged from when it \
             did: another threshold leaves today as it is. Leads that nobody was given have no known \
             end. Association, not effect."
                .to_owned(),
        );
    lines.join("\n\n")
}

fn groups(replay: &Replay, counted: &Backtest) -> Vec<Vec<String>> {
    let row = |(name, found): (&str, Found)| {
        let numbers = [found.all, found.won, found.lost, found.unknown_won()];
        [name.to_owned()].into_iter().chain(numbers.map(|n| n.to_string())).collect()
    };
    let of = |group: Group| counted.group(group);
    match replay.today {
        Some(_) => {
            let before = [
                ("today's, before the time found by proposed", of(Group::ProposedBefore)),
                ("proposed, before the time found by today's", of(Group::TodayBefore)),
            ];
            let mut rows = vec![
                row(("in both", of(Group::Both))),
                row(("leave", of(Group::Leave))),
                row(("enter", of(Group::Enter))),
            ];
            rows.extend(before.into_iter().filter(|(_, found)| found.all > 0).map(row));
            rows.extend([row(("today", counted.today)), row(("proposed", counted.proposed))]);
            rows
        }
        None => vec![row(("proposed", counted.proposed))],
    }
}

/// The rules that are compared, each with its word.
fn rules(replay: &Replay) -> Vec<(&'static str, Rule)> {
    let both = [("today", Rule::Today), ("proposed", Rule::Proposed)];
    both.into_iter().skip(usize::from(replay.today.is_none())).collect()
}

/// Clocks that each rule would have started, by service level and how they would have ended.
fn clocks(replay: &Replay, counted: &Backtest) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (place, level) in levels(replay, counted) {
        for (word, rule) in rules(replay) {
            let ends = Implied::ALL.map(|(_, end)| counted.clocks(rule).of(place, end).to_string());
            rows.push([level.clone(), word.to_owned()].into_iter().chain(ends).collect());
        }
    }
    rows
}

/// Service levels that any rule would have started a clock of, by their places in the text.
fn levels(replay: &Replay, counted: &Backtest) -> BTreeMap<u16, String> {
    let places = [Rule::Today, Rule::Proposed].map(|rule| counted.clocks(rule).levels());
    let named = |place: u16| Some((place, replay.level(place)?.id.clone()));
    places.into_iter().flatten().filter_map(named).collect()
}

fn clocks_json(replay: &Replay, counted: &Backtest) -> Vec<Value> {
    let of = |place: u16, rule: Rule| -> BTreeMap<&str, u64> {
        let clocks = counted.clocks(rule);
        Implied::ALL.into_iter().map(|(key, end)| (key, clocks.of(place, end))).collect()
    };
    let level = |(place, level): (u16, String)| {
        let ends: BTreeMap<&str, _> =
            rules(replay).into_iter().map(|(word, rule)| (word, of(place, rule))).collect();
        json!({"service_level": level, "clocks": ends})
    };
    levels(replay, counted).into_iter().map(level).collect()
}

fn measures(replay: &Replay, counted: &Backtest) -> Vec<Vec<String>> {
    let target = replay.target.as_deref().unwrap_or("taken on");
    let of = |hits: u64, n: u64| said(Rate::of(hits, n).expect("what is reached is of all"));
    let (was, is) = (counted.today, counted.proposed);
    let (before, after) = (&counted.reached_today, &counted.reached_proposed);
    let days =
        |days: Option<i64>| days.map_or("not measurable".to_owned(), |days| days.to_string());
    let mut rows = vec![
        ["of the qualified, won".to_owned(), said(was.rate_won()), said(is.rate_won())],
        [
            format!("of the qualified, became {target}"),
            said(was.rate_taken_on()),
            said(is.rate_taken_on()),
        ],
        [
            "of all wins of leads, found before".to_owned(),
            of(before.wins, counted.wins),
            of(after.wins, counted.wins),
        ],
        [
            "of all wins, those of no lead too".to_owned(),
            said(counted.rate_of_all_wins(Rule::Today)),
            said(counted.rate_of_all_wins(Rule::Proposed)),
        ],
        [
            format!("of all {target}, found before"),
            of(before.taken_on, counted.taken_on),
            of(after.taken_on, counted.taken_on),
        ],
        [
            "revenue of the wins found before".to_owned(),
            sums(&before.revenue_minor),
            sums(&after.revenue_minor),
        ],
        [
            "days from found to opened, the middle".to_owned(),
            days(before.lead_days),
            days(after.lead_days),
        ],
    ];
    if replay.today.is_none() {
        rows.iter_mut().for_each(|row| row[1] = String::new());
    }
    rows.into_iter().map(Vec::from).collect()
}

/// `26 of 228 (8–16 %)`.
/// A rate in words.
pub(super) fn said(rate: Rate) -> String {
    match rate.wilson() {
        Some(interval) => format!(
            "{} of {} ({:.0}–{:.0} %)",
            rate.hits(),
            rate.n(),
            interval.low * 100.0,
            interval.high * 100.0
        ),
        None => "not measurable".to_owned(),
    }
}

fn sums(minor: &BTreeMap<Currency, i64>) -> String {
    let money = minor.iter().map(|(currency, amount_minor)| {
        Money { amount_minor: *amount_minor, currency: *currency }.to_string()
    });
    let said: Vec<String> = money.collect();
    if said.is_empty() { "none".to_owned() } else { said.join(", ") }
}

fn load(replay: &Replay, counted: &Backtest, takes: Option<&WeeksAhead>) -> String {
    let weeks = counted.weeks.len();
    let Some(WeeksAhead { a_week: takes, weeks: ahead }) = takes else {
        return "How many leads a week can be taken is not measurable: the routing in force names \
                no caps."
            .to_owned();
    };
    let ahead = ahead.iter().map(|week| {
        let away = match week.away_half_days {
            0 => String::new(),
            2 => " (1 day away)".to_owned(),
            half_days => format!(" ({} days away)", half_days as f64 / 2.0),
        };
        format!("{} from {}{away}", week.takes, week.from)
    });
    let ahead = ahead.collect::<Vec<_>>().join(", ");
    let (over, late) = queue(counted.weeks.values().map(|(_, n)| *n), *takes);
    let today = match replay.today {
        Some(_) => {
            let (over, late) = queue(counted.weeks.values().map(|(n, _)| *n), *takes);
            format!(" (today: {over} and {late})")
        }
        None => String::new(),
    };
    format!(
        "{takes} leads a week can be taken, the mean of the next weeks by caps, calendars and \
         absences: {ahead}. The past is held against it as if these people had been there; who was \
         in the pools then, and absences that nobody wrote down, cannot be known. In {over} of \
         {weeks} weeks more would have come, and {late} leads would have waited into the next \
         week{today}."
    )
}

fn gaps(replay: &Replay, span: &Span) -> Vec<String> {
    let mut gaps: Vec<String> = Vec::new();
    for (kind, since) in &replay.kinds {
        gaps.push(match since {
            Some(since) => format!("- {kind}: first seen {since}"),
            None => format!("- {kind}: never recorded"),
        });
    }
    for gap in replay.field_gaps(span) {
        let (without_history, unknown) = (gap.without_history.0, gap.unknown.0);
        if without_history + unknown > 0 {
            gaps.push(format!(
                "- {}.{}: no history for {without_history} leads, never told of {unknown}",
                gap.root.word(),
                gap.field,
            ));
        }
    }
    let late = replay.counted(Cut::Late, span);
    if late > 0 {
        gaps.push(format!(
            "- {late} facts were learnt late and count from then: recorded after {}, more than a \
             day after they happened",
            instant(replay.loaded_until, &replay.zone)
        ));
    }
    if replay.without_lead > 0 {
        gaps.push(format!("- {} opportunities came of no lead", replay.without_lead));
    }
    if gaps.is_empty() { gaps } else { vec![gaps.join("\n")] }
}

fn json_of(replay: &Replay, span: &Span, counted: &Backtest, takes: Option<&WeeksAhead>) -> Value {
    let kinds = replay.kinds.iter().map(|(kind, since)| json!({"kind": kind, "first_on": since}));
    let fields = replay.field_gaps(span).into_iter().map(|gap| {
        json!({
            "field": format!("{}.{}", gap.root.word(), gap.field),
            "without_history": gap.without_history.0,
            "unknown": gap.unknown.0,
        })
    });
    json!({
        "definition": replay.definition.id,
        "hash": replay.proposed.hash,
        "version": replay.proposed.version,
        "today": replay.today.as_ref().map(|(version, _)| version),
        "from": span.from,
        "to": span.to,
        "as_of": span.as_of,
        "up_to_fact": replay.up_to,
        "within_days": span.within_days,
        "threshold": span.threshold.map(|at| at.to_string()),
        "target": replay.target,
        "loaded_until": replay.loaded_until,
        "learnt_late": replay.counted(Cut::Late, span),
        "taken_a_week": takes.map(|ahead| ahead.a_week),
        "weeks_ahead": takes.map(|ahead| &ahead.weeks),
        "found": counted,
        "rates": {
            "today": rates(counted.today, &counted.reached_today, counted),
            "proposed": rates(counted.proposed, &counted.reached_proposed, counted),
        },
        "implied": clocks_json(replay, counted),
        "kinds": kinds.collect::<Vec<_>>(),
        "fields": fields.collect::<Vec<_>>(),
        "without_lead": replay.without_lead,
    })
}

fn rates(found: Found, strip: &domain::backtest::Strip, counted: &Backtest) -> Value {
    json!({
        "n": found.all,
        "won": found.rate_won(),
        "taken_on": found.rate_taken_on(),
        "wins_found": Rate::of(strip.wins, counted.wins),
        "taken_on_found": Rate::of(strip.taken_on, counted.taken_on),
    })
}
