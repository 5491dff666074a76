//! The clocks of one lead or opportunity.

use domain::{
    agreement::service::Hours,
    calendar::{Calendar, Closes},
    clock::ClockState,
    service_level::{ServiceClock, Turned},
};
use jiff::{Timestamp, ToSpan, civil::Date, civil::Time, tz::TimeZone};

use super::{Known, quiet_link};
use crate::{
    charts::{ClockLine, Closed},
    failure::Failure,
    layout::because::{Because, Working},
    markup::Markup,
    pages::leads::row::{is_running, level_words, status_of, status_shown},
    show::{figure, working},
};

/// A clock as the page shows it.
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) status: Markup,
    pub(crate) line: ClockLine,
    pub(crate) words: Markup,
    pub(crate) running: bool,
}

pub(crate) fn shown(known: &Known<'_, '_>, clock: &ServiceClock) -> Result<Shown, Failure> {
    let time = known.time;
    let now = time.now();
    let reading = clock.read(now)?;
    let running = is_running(clock, now);
    let due = reading.due_at;
    let name = level_words(&clock.level().id);
    let by = due.map(|due| format!(" by {}", time.near_words(due))).unwrap_or_default();
    let workings = known.because(&format!("clock-{}", clock.start_fact));
    let target = working(clock.target().as_secs());
    let zone = clock.calendar().zone().unwrap_or(clock.zone());
    let zone = zone.iana_name().unwrap_or("local time");
    let consumed = working(reading.consumed.as_secs());
    Ok(Shown {
        title: format!("{name}{by}"),
        status: status_shown(clock, now, &workings)?,
        line: line(known, clock, due.unwrap_or(now), &workings),
        words: figure(target, &workings)
            .and_text(format!(
                " {} in {zone}; ",
                match clock.level().hours {
                    Hours::Elapsed => "on the wall",
                    _ => "of working time",
                }
            ))
            .and(figure(consumed, &workings))
            .and_text(" used. ")
            .and_text(match clock.answers() {
                Some(owner) => format!("It is {}’s to answer.", known.names.user_name(owner)?),
                None => "It has no owner yet.".to_owned(),
            })
            .and_text(match clock.judged_from() {
                Some(at) => format!(
                    " Recomputed by version {} when it came into force, {}.",
                    clock.in_force.version,
                    time.instant_words(at)
                ),
                None => String::new(),
            })
            .and(agreed_for_this(clock, reading.state)),
        running,
    })
}

/// What both sides have agreed on for a clock that is missed, where this one is.
fn agreed_for_this(clock: &ServiceClock, state: ClockState) -> Markup {
    match &clock.level().then {
        Some(then) if state == ClockState::Breached => {
            let signed = crate::markup::element("span").class("signed").holding(then.as_str());
            Markup::text(" Agreed for this: ").and(signed)
        }
        _ => Markup::new(),
    }
}

fn line(known: &Known<'_, '_>, clock: &ServiceClock, due: Timestamp, workings: &str) -> ClockLine {
    let started = clock.running.started_at;
    let stopped = [clock.running.stopped_at, clock.running.withdrawn_at];
    let stopped = stopped.into_iter().flatten().min();
    let end = stopped.unwrap_or(known.time.now()).max(due);
    ClockLine {
        start: started,
        due,
        stopped,
        closed: closed(clock, started, end),
        tone: clock.level().side.into(),
        words: format!("The clock {} from its start to its due time", clock.level().id),
        time: known.time.clone(),
        href: Some(workings.to_owned()),
    }
}

/// The spans that do not count: outside the hours, and where the clock rested.
fn closed(clock: &ServiceClock, from: Timestamp, to: Timestamp) -> Vec<Closed> {
    let zone = clock.calendar().zone().unwrap_or(clock.zone());
    let mut all = gaps(clock.calendar(), zone, from, to);
    for pause in &clock.running.pauses {
        let (from, until) = (pause.from.max(from), pause.until.unwrap_or(to).min(to));
        all.push(Closed { from, to: until, name: "rests".to_owned() });
    }
    all.sort_by_key(|gap| gap.from);
    let mut apart: Vec<Closed> = Vec::new();
    for gap in all.into_iter().filter(|gap| gap.from < gap.to) {
        match apart.last_mut().filter(|last| gap.from <= last.to) {
            Some(last) => last.to = last.to.max(gap.to),
            None => apart.push(gap),
        }
    }
    apart
}

/// More days than this are not drawn one by one.
const DAYS_MAX: usize = 400;

fn gaps(calendar: &Calendar, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Closed> {
    let (mut gaps, mut shut_since) = (Vec::new(), from);
    let last = zone.to_datetime(to).date();
    let days =
        std::iter::successors(Some(zone.to_datetime(from).date()), |day| day.tomorrow().ok());
    for day in days.take_while(|day| *day <= last).take(DAYS_MAX) {
        for hours in calendar.hours_on(day) {
            let opens = instant(zone, day, hours.opens);
            let closes = match hours.closes {
                Closes::At(time) => instant(zone, day, time),
                Closes::EndOfDay => instant(zone, day.saturating_add(1.day()), Time::midnight()),
            };
            if opens > shut_since {
                gaps.push(gap(zone, shut_since, opens.min(to)));
            }
            shut_since = shut_since.max(closes);
        }
    }
    if shut_since < to {
        gaps.push(gap(zone, shut_since, to));
    }
    gaps
}

fn gap(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Closed {
    let days = (zone.to_datetime(to).date() - zone.to_datetime(from).date()).get_days();
    let name = match days {
        0 => "break",
        1 => "night",
        2..=3 => "weekend",
        _ => "closed",
    };
    Closed { from, to, name: name.to_owned() }
}

fn instant(zone: &TimeZone, day: Date, time: Time) -> Timestamp {
    let zoned = day.to_datetime(time).to_zoned(zone.clone());
    zoned.map(|zoned| zoned.timestamp()).unwrap_or(Timestamp::MAX)
}

/// The workings of the clock that an address names, by the fact that started it or by its id.
pub(crate) fn drawer(
    known: &Known<'_, '_>,
    clocks: &[ServiceClock],
    named: &str,
) -> Result<Option<Because>, Failure> {
    let is_meant =
        |clock: &&ServiceClock| clock.start_fact.to_string() == named || clock.id.as_str() == named;
    clocks.iter().find(is_meant).map(|clock| because(known, clock)).transpose()
}

fn because(known: &Known<'_, '_>, clock: &ServiceClock) -> Result<Because, Failure> {
    let time = known.time;
    let reading = clock.read(time.now())?;
    let status = status_of(clock, &reading, time.now());
    let mut counted = vec![known.working(clock.start_fact, "starts the clock")?];
    let started = clock.running.started_at;
    if reading.effective_start > started {
        counted.push(Working {
            when: time.near(reading.effective_start),
            what: Markup::text("The hours that count begin"),
            rule: format!("calendar {}", clock.calendar().id()),
            ..Working::default()
        });
    }
    counted.extend(anew(known, clock));
    for (pause, (rests, counts)) in clock.running.pauses.iter().zip(&clock.turned_by) {
        counted.push(turned(known, *rests, pause.from, "from here no time counts")?);
        if let Some((counts, at)) = counts.zip(pause.until) {
            counted.push(turned(known, counts, at, "time counts again")?);
        }
    }
    let by = clock.stopped_by.clone().unwrap_or_default();
    if let Some(stop) = clock.stop_fact {
        counted.push(known.working(stop, &format!("ends the clock: {by}"))?);
    } else if let Some(at) = clock.ended_at(time.now()) {
        counted.push(Working {
            when: time.near(at),
            rule: "ends the clock".to_owned(),
            what: Markup::text(by),
            ..Working::default()
        });
    }
    if let Some(last) = counted.last_mut() {
        last.result = working(reading.consumed.as_secs());
    }
    let (target, zone) = (clock.target().as_secs(), clock.zone());
    let next = is_running(clock, time.now()).then(|| match (reading.at_risk_at, reading.due_at) {
        (Some(risk), Some(due)) => format!(
            "At risk from {}, late from {}, as {} has it.",
            time.instant_words(risk),
            time.instant_words(due),
            zone.iana_name().unwrap_or("local time")
        ),
        _ => "Nothing, while it rests without an end.".to_owned(),
    });
    Ok(Because {
        answer: format!("{} {}, because", level_words(&clock.level().id), status.said()),
        close: known.close(),
        agreed: known.agreed(&clock.in_force, &clock.level().clause, &clock.level().says)?,
        counted_title: "What moves this clock".to_owned(),
        counted,
        unit: "Working time".to_owned(),
        total: Some(format!("{} of {}", working(reading.consumed.as_secs()), working(target))),
        next,
        kept: known.kept(&clock.in_force, clock.start_fact, clock.stop_fact),
        ..Because::default()
    })
}

/// Each version that came into force while the clock ran and by which it is judged from then on.
fn anew(known: &Known<'_, '_>, clock: &ServiceClock) -> Vec<Working> {
    let mut versions: Vec<Working> = clock
        .judged_anew()
        .filter_map(|clock| {
            let (version, at) = (clock.in_force.version, clock.judged_from()?);
            Some(Working {
                when: known.time.near(at),
                what: quiet_link(
                    &format!("Version {version} came into force"),
                    &format!("/agreement/{version}#c{}", clock.level().clause),
                ),
                rule: format!("recomputed: judged by version {version} from here on"),
                ..Working::default()
            })
        })
        .collect();
    versions.reverse();
    versions
}

/// What made a clock rest or count again.
fn turned(
    known: &Known<'_, '_>,
    by: Turned,
    at: Timestamp,
    rule: &str,
) -> Result<Working, Failure> {
    match by {
        Turned::By(fact) => known.working(fact, rule),
        Turned::Under(version) => Ok(Working {
            when: known.time.near(at),
            what: Markup::text(format!("Under version {version}")),
            rule: rule.to_owned(),
            ..Working::default()
        }),
    }
}

/// A clause of a version in force, quoted.
pub(crate) struct Quoted {
    pub(crate) says: String,
    pub(crate) clause: String,
    pub(crate) href: String,
}

pub(crate) fn quoted(clock: &ServiceClock) -> Quoted {
    let (version, clause) = (clock.in_force.version, &clock.level().clause);
    Quoted {
        says: clock.level().says.clone(),
        clause: format!("clause {clause}, version {version}"),
        href: format!("/agreement/{version}#c{clause}"),
    }
}
