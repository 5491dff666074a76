//! A firm to look at: Ostrand, which exists nowhere, with eighteen months of history.
//!
//! Invariant: everything comes in through the doors, by the road. Records and events are handed to
//! `Engine::take_in` in the order of time; what the Agreement decides, it decides itself; and sales
//! reacts to its decisions as people do. The same `now` gives the same firm.

mod crm;
mod deals;
pub(crate) mod dice;
mod fair;
mod hours;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod queue;
mod requests;
mod stories;
pub(crate) mod texts;
pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    evidence::EvidenceKind,
    fact::Fact,
    firm::Role,
    ids::{FactNo, LeadId, UserId},
};
use engine::{Engine, intake::Taken};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

use hours::Hours;
use stories::Meant;
use texts::{Finding, Step, Vouching, midnight};
use world::{Dates, World};

/// The firm's name.
const NAME: &str = "Ostrand";
/// Its zone.
const ZONE: &str = "Europe/Berlin";
/// Its currency.
const CURRENCY: &str = "EUR";
/// From which all chance comes.
const SEED: u64 = 1_847;
/// So many weeks are told of one by one; charts show no more.
const WEEKS_SHOWN: i32 = 14;

/// What was found out about the personas under the third text, and how many days ago it was given.
const FOUND_OUT: [(i64, Finding); 7] = {
    use EvidenceKind::{Deal, Interview, Quote};
    [
        (
            80,
            found(
                5,
                "plant-manager",
                Interview,
                3,
                "He opened the bill of the year before he opened our slides: eleven per cent more, and nobody could say which line.",
            ),
        ),
        (
            80,
            found(
                3,
                "energy-manager",
                Interview,
                9,
                "She spends four days a quarter on the audit's tables, and wants those days back before anything else.",
            ),
        ),
        (
            12,
            found(
                6,
                "plant-manager",
                Deal,
                4,
                "Won after the works council had seen that figures are by machine and never by person.",
            ),
        ),
        (
            12,
            found(
                7,
                "rep",
                Quote,
                1,
                "If the case study had one number that a plant manager repeats, I would send it.",
            ),
        ),
        (
            11,
            found(
                8,
                "plant-manager",
                Deal,
                20,
                "Lost: the line would have had to stop for a day, and the other supplier clipped on.",
            ),
        ),
        (
            3,
            found(
                3,
                "plant-manager",
                Quote,
                1,
                "I do not need a dashboard. I need Monday's table.",
            ),
        ),
        (
            3,
            found(
                5,
                "rep",
                Interview,
                2,
                "The morning is for calls, the afternoon for the road; what comes at four waits until the next day.",
            ),
        ),
    ]
};

const fn found(
    by: usize,
    persona: &'static str,
    kind: EvidenceKind,
    days_before: i32,
    words: &'static str,
) -> Finding {
    Finding { by, persona, kind, days_before, words }
}

/// One of the firm's people, as whom somebody may look around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The id.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// What may be done.
    pub role: Role,
    /// The work in words, such as `rep, South`.
    pub words: String,
}

/// The firm that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    /// Its name.
    pub name: &'static str,
    /// Its zone.
    pub zone: &'static str,
    /// Its currency.
    pub currency: &'static str,
    /// Its people, the two heads first.
    pub people: Vec<Member>,
}

/// Makes the firm in an empty database, with a history that ends at `now`.
///
/// # Errors
/// When the database cannot be written.
pub fn fill(engine: &Engine, now: Timestamp) -> anyhow::Result<Firm> {
    let now = Timestamp::from_second(now.as_second())?;
    let zone = TimeZone::get(ZONE)?;
    let today = now.to_zoned(zone.clone()).date();
    let ago = |months: i32| midnight(today.saturating_sub(months.months()), &zone);
    let (start, disliked, repaired) = (ago(18), ago(9), ago(5));
    let mistakes = |_| anyhow::anyhow!("the third text of the made-up firm has mistakes");
    let agreement = connectors::agreement::read(&texts::text(3, today)?).map_err(mistakes)?;
    let routed = midnight(texts::routed_from(today), &zone);
    let dates = Dates { start, launch: ago(10), disliked, repaired, routed, quiet: now, now };
    let mut world = World::new(dates, zone.clone(), &agreement, SEED)?;
    world.dates.quiet = world.hours[0].before(now, SignedDuration::from_hours(32));
    let settings = [("firm.name", NAME), ("firm.currency", CURRENCY), ("firm.zone", ZONE)];
    engine.keep_settings(settings.map(|(name, v)| (name, v.to_owned())).to_vec(), start)?;
    // From then on it is heard of everything as it comes; before, a fortnight at a time.
    let told_until = (engine::backtest::HISTORY_UNTIL, routed.to_string());
    engine.keep_settings(vec![told_until], start)?;
    let people = people::let_in(engine, start)?;
    world.furnish();
    world.plan();
    world.set_clocks();
    live(engine, &mut world, &steps(&dates, &zone))?;
    Ok(Firm { name: NAME, zone: ZONE, currency: CURRENCY, people })
}

/// When what happens to the Agreement.
fn steps(dates: &Dates, zone: &TimeZone) -> BTreeMap<Timestamp, Vec<Step>> {
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let mut steps: BTreeMap<Timestamp, Vec<Step>> = BTreeMap::new();
    let first = Step::Propose { version: 1, day: day(dates.start), from: dates.start };
    steps.insert(dates.start, vec![first, Step::Sign(1)]);
    let later = [(2, dates.disliked, dates.disliked), (3, dates.repaired, dates.now)];
    for (version, from, goals) in later {
        let morning = SignedDuration::from_hours(10);
        let proposed = Step::Propose { version, day: day(goals), from };
        steps.entry(from - days(6) + morning).or_default().push(proposed);
        steps.entry(from - days(3) + morning * 3 / 2).or_default().push(Step::Sign(version));
        steps.entry(from).or_default().push(Step::TakeEffect);
    }
    let from = midnight(day(dates.now + days(12)), zone);
    let open = Step::Propose { version: 4, day: day(dates.now), from };
    steps.entry(dates.now - days(2)).or_default().push(open);
    let said = [
        (12, Step::Contest("She buys for the plant: the purchase order of June bears her name.")),
        (11, Step::Answer("Nobody told us so, and her title is assistant.")),
        (10, Step::Overturn("The purchase order decides. Titles are not in the definition.")),
        (3, Step::Contest("The plant lies in the territory as it was drawn in September.")),
    ];
    let after = SignedDuration::from_hours(3);
    steps.entry(dates.now - days(10) + after).or_default().push(Step::Call);
    let closing = Step::CloseActions("Two hours each afternoon are kept free for first calls.");
    steps.entry(dates.now - days(80)).or_default().push(closing);
    steps.entry(dates.now - days(4)).or_default().push(Step::Bring);
    for (ago, finding) in FOUND_OUT {
        steps.entry(dates.now - days(ago)).or_default().push(Step::Find(finding));
    }
    for (ago, vouching) in vouched() {
        steps.entry(dates.now - days(ago)).or_default().push(Step::Vouch(vouching));
    }
    for (ago, asking) in requests::ASKED {
        steps.entry(dates.now - days(ago)).or_default().push(Step::Ask(asking));
    }
    for (ago, step) in said {
        steps.entry(dates.now - days(ago)).or_default().push(step);
    }
    steps
}

/// What is vouched for, and how many days ago: one rep was never shown how a lead changes hands, and two
/// people wait for their check-in.
fn vouched() -> Vec<(i64, Vouching)> {
    let trained = |training, by, of| (40, Vouching { by, of, training: Some(training) });
    let met = |ago, by, of| (ago, Vouching { by, of, training: None });
    let mut all = vec![trained("ruling", 11, 12), trained("handoff", 11, 1)];
    all.extend([5, 6, 8, 9, 10].map(|rep| trained("handoff", 1, rep)));
    all.extend([met(5, 0, 2), met(5, 0, 3), met(26, 0, 4), met(23, 1, 9)]);
    all.extend([5, 6, 7, 8, 10].map(|rep| met(6, 1, rep)));
    all
}

/// Lets time pass: week by week what happened is taken in, the texts go their way, and sales reacts
/// to what was decided.
fn live(
    engine: &Engine,
    world: &mut World,
    steps: &BTreeMap<Timestamp, Vec<Step>>,
) -> anyhow::Result<()> {
    let (start, now) = (world.dates.start, world.dates.now);
    let week = SignedDuration::from_hours(7 * 24);
    let mut ends: BTreeSet<Timestamp> = steps.keys().copied().collect();
    // Each week is told before it is over, so that no number of it is restated. Of long ago no week
    // is shown: a fortnight at a time is enough there, and quicker.
    let mut end = last_minute_of_week(start, &world.zone);
    while end < now {
        ends.insert(end);
        end += if end < now - week * WEEKS_SHOWN { week * 2 } else { week };
        end = last_minute_of_week(end, &world.zone);
    }
    ends.extend([now - week / 2, world.dates.routed, now]);
    for end in ends {
        // From here on Lockstep itself gives leads to reps, so it must hear of them as they come.
        let routed = world.dates.routed;
        while let Some(next) = world.queue.next_at().filter(|next| routed <= *next && *next < end) {
            pass(engine, world, next)?;
        }
        // What was decided has consequences, which happen in the same days.
        while pass(engine, world, end)? {}
        for step in steps.get(&end).into_iter().flatten() {
            step.take(engine, end)?;
        }
    }
    // What was decided just now has consequences that have happened by now.
    while pass(engine, world, now)? {}
    engine.tick(now)?;
    Ok(())
}

/// The last minute of the week in which an instant lies, in a zone.
fn last_minute_of_week(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let day = zone.to_datetime(at).date();
    let to_sunday = i64::from(6 - day.weekday().to_monday_zero_offset());
    let sunday = day.saturating_add(to_sunday.days());
    midnight(sunday, zone) + SignedDuration::from_mins(23 * 60 + 59)
}

/// Takes in what has happened by an instant, and lets sales react; whether anything had happened.
fn pass(engine: &Engine, world: &mut World, end: Timestamp) -> anyhow::Result<bool> {
    let reported = world.queue.until(end);
    if reported.is_empty() {
        return Ok(false);
    }
    let taken = engine.take_in(reported, end)?;
    let given = given(&taken);
    for (lead, at) in qualified(&taken) {
        world.react(&lead, at, given.get(&lead));
    }
    Ok(true)
}

/// To whom leads were routed, and when.
fn given(taken: &[Taken]) -> BTreeMap<LeadId, (UserId, Timestamp)> {
    let decided = taken.iter().flat_map(|taken| &taken.decided);
    let given = decided.filter_map(|entry| match entry.fact() {
        Fact::LeadAssigned(fact) => {
            Some((fact.lead.clone(), (fact.owner.clone()?, entry.happened_at())))
        }
        _ => None,
    });
    given.collect()
}

/// The leads that qualified, in the order in which it was decided.
fn qualified(taken: &[Taken]) -> Vec<(LeadId, Timestamp)> {
    let decided: BTreeMap<FactNo, (LeadId, Timestamp)> = taken
        .iter()
        .flat_map(|taken| &taken.decided)
        .filter_map(|entry| match entry.fact() {
            Fact::LeadQualified(fact) => Some((entry.no, (fact.lead.clone(), entry.happened_at()))),
            _ => None,
        })
        .collect();
    decided.into_values().collect()
}

/// Clocks over an answer that run now: the rep, and the working minutes that have passed of 240.
const ANSWERS: [(usize, i64); 7] =
    [(2, 262), (0, 201), (3, 214), (0, 112), (4, 151), (5, 70), (1, 24)];

/// Clocks over a first call that run now: the rep, and the working minutes that have passed of 480.
const CALLS: [(usize, i64); 5] = [(0, 525), (4, 402), (1, 441), (5, 62), (3, 183)];

/// Leads of the last days that were answered and called: the rep, and the working minutes since.
const DONE: [(usize, i64); 3] = [(1, 760), (3, 980), (0, 1_210)];

impl World {
    /// Leads whose clocks stand where they are meant to stand now, whatever the time of day: clocks
    /// count working time, and it is counted backwards from now.
    fn set_clocks(&mut self) {
        let now = self.dates.now;
        let back =
            |hours: &Hours, from, minutes| hours.before(from, SignedDuration::from_mins(minutes));
        let mut meant = Vec::new();
        for (rep, minutes) in ANSWERS {
            let given = back(&self.hours[rep], now, minutes);
            meant.push((rep, given, Meant::Unanswered(given)));
        }
        for (rep, minutes) in CALLS {
            let answered = back(&self.hours[rep], now, minutes);
            let given = back(&self.hours[rep], answered, 48 + minutes / 10);
            meant.push((rep, given, Meant::Uncalled(given, answered)));
        }
        for (rep, minutes) in DONE {
            let given = back(&self.hours[rep], now, minutes);
            meant.push((rep, given, Meant::Done(given)));
        }
        for (rep, given, meant) in meant {
            self.serious_lead(given, Some(rep), Some(meant), false);
        }
    }
}

#[cfg(test)]
mod tests;
