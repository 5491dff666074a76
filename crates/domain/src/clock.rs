//! The clock of a service level: one running of it, read as at an instant.
//!
//! What starts, pauses and stops a clock is for others to say; here is only the arithmetic.
//! Nothing is polled: the instants at which a clock comes at risk and is breached follow from the
//! calendar and the terms in force at its start. Source: domain.md 2.4 and 2.5.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, NeverOpen};

/// What a service level demands, as agreed when the clock started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The open time that may pass before the stop; more than zero.
    pub target: SignedDuration,
    /// The open time after which the clock is at risk; no more than the target.
    pub warn_after: SignedDuration,
    /// The verdict on a clock that started and stopped while all was closed.
    pub zero_business_time: ZeroTime,
    /// From when on they hold, where that is after the start: nothing is due or at risk before.
    pub hold_from: Option<Timestamp>,
}

impl Terms {
    /// The instant itself, or the one from which on the terms hold where that is later.
    pub fn not_before(&self, at: Timestamp) -> Timestamp {
        self.hold_from.map_or(at, |from| at.max(from))
    }
}

/// The verdict on a clock that stopped outside opening hours before any open time had passed.
/// There is no right answer, so an Agreement must choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroTime {
    /// The level was met. GitLab's rule.
    Met,
    /// The level was not met: only work within opening hours counts.
    NotMet,
    /// No verdict: the clock does not count.
    Ignored,
}

/// One running of a service level. An ending later than the instant of reading has not happened
/// yet; a pause may lie ahead, for an absence is known before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// When the clock was set going, within opening hours or not.
    pub started_at: Timestamp,
    /// The pauses in any order; they may overlap.
    pub pauses: Vec<Pause>,
    /// When what was demanded was done.
    pub stopped_at: Option<Timestamp>,
    /// When the clock ended undone because its subject went elsewhere: to another owner, out of
    /// the population. A breach before that stays one.
    pub withdrawn_at: Option<Timestamp>,
    /// When it came out that the clock should never have run: a duplicate, a test, a record since
    /// erased. This takes back even a breach.
    pub voided_at: Option<Timestamp>,
}

/// A stretch of time that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The first instant that does not count.
    pub from: Timestamp,
    /// The first that counts again; none while nobody knows. The clock's end ends the pause too.
    pub until: Option<Timestamp>,
}

/// A clock, read as at an instant. Measures end with the clock, if it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The first open instant from the start on.
    pub effective_start: Timestamp,
    /// The instant by which the target is consumed, or from which on the terms hold where that is
    /// later, and so of the breach if nothing stops the clock by then; a stop exactly then is in time. None while a pause without an end stops
    /// the target from being consumed.
    pub due_at: Option<Timestamp>,
    /// The instant from which the clock is at risk, whether or not it still runs; none as above.
    pub at_risk_at: Option<Timestamp>,
    /// The open time that counted.
    pub consumed: SignedDuration,
    /// The open time that pauses took out.
    pub paused: SignedDuration,
    /// All time since the start, open or not.
    pub elapsed: SignedDuration,
    /// The open time since the breach, paused or not; zero before.
    pub lateness: SignedDuration,
    /// Where the clock stands.
    pub state: ClockState,
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Running, with time in hand.
    Running,
    /// Running, with the agreed share of the target consumed.
    AtRisk,
    /// Standing still, not yet breached.
    Paused,
    /// Past due and not stopped: it runs, pauses or was withdrawn after the breach.
    Breached,
    /// Stopped in time.
    Met,
    /// Stopped past due. Once breached stays breached.
    MetLate,
    /// Stopped in time outside opening hours, which the terms do not take for meeting the level.
    NotMet,
    /// Stopped in time outside opening hours, which the terms do not judge.
    NoVerdict,
    /// Voided, or withdrawn before it was due.
    Void,
}

impl ClockState {
    /// Whether the service level was kept; none while that is open, and for clocks that do not
    /// count.
    pub fn verdict(self) -> Option<bool> {
        match self {
            ClockState::Met => Some(true),
            ClockState::Breached | ClockState::MetLate | ClockState::NotMet => Some(false),
            ClockState::Running
            | ClockState::AtRisk
            | ClockState::Paused
            | ClockState::NoVerdict
            | ClockState::Void => None,
        }
    }
}

/// A share of a target, in thousandths, rounded up to a nanosecond so that it is not reached early.
pub fn share_of(target: SignedDuration, per_mille: i64) -> SignedDuration {
    let nanoseconds = target.as_nanos().saturating_mul(i128::from(per_mille));
    SignedDuration::try_from_nanos_i128(nanoseconds.saturating_add(999).div_euclid(1000))
        .unwrap_or(SignedDuration::MAX)
}

/// Reads a clock as at `as_of`, of which the caller passes all that was known then. `zone` is
/// that of the person or queue whose time the level goes by; the calendar's own comes first.
///
/// # Errors
/// [`NeverOpen`] when the calendar never lets the target be consumed: give it opening hours.
pub fn read(
    calendar: &Calendar,
    zone: &TimeZone,
    terms: &Terms,
    running: &Running,
    as_of: Timestamp,
) -> Result<Reading, NeverOpen> {
    let ending = running.ending(as_of);
    let course = Course::new(calendar, zone, running, ending);
    let due_at = course.reaching(terms.target)?.map(|at| terms.not_before(at));
    let at_risk_at = course.reaching(terms.warn_after)?.map(|at| terms.not_before(at));
    let end = ending.map_or(as_of, |ending| ending.at);
    let open = calendar.open_between(zone, running.started_at, end);
    // Without pauses all that is open counts, and walking the calendar again would say the same.
    let rested = !running.pauses.is_empty();
    let consumed = if rested { course.consumed_by(end) } else { open };
    let judged = Judged {
        late: due_at.is_some_and(|due_at| end > due_at),
        at_risk: at_risk_at.is_some_and(|at_risk_at| end >= at_risk_at),
        paused: running.is_paused(as_of),
        unopened: open.is_zero() && !calendar.is_open(zone, end),
    };
    Ok(Reading {
        effective_start: calendar.next_opening(zone, running.started_at)?,
        due_at,
        at_risk_at,
        consumed,
        paused: open - consumed,
        elapsed: end.duration_since(running.started_at).max(SignedDuration::ZERO),
        lateness: match due_at {
            Some(due_at) if rested => calendar.open_between(zone, due_at, end),
            Some(_) => (open - terms.target).max(SignedDuration::ZERO),
            None => SignedDuration::ZERO,
        },
        state: judged.state(ending.map(|ending| ending.how), terms.zero_business_time),
    })
}

/// The instant at which a share of the target, in thousandths, is consumed, for ladders of
/// escalation that go on past the breach; none while a pause without an end stops it.
///
/// # Errors
/// [`NeverOpen`] when the calendar never lets the share be consumed: give it opening hours.
pub fn share_reached_at(
    calendar: &Calendar,
    zone: &TimeZone,
    terms: &Terms,
    running: &Running,
    share_per_mille: i64,
    as_of: Timestamp,
) -> Result<Option<Timestamp>, NeverOpen> {
    let reached_at =
        reached_at(calendar, zone, running, share_of(terms.target, share_per_mille), as_of)?;
    Ok(reached_at.map(|at| terms.not_before(at)))
}

/// The instant at which so much of the hours that count is consumed, whether or not that is past
/// the breach; none while a pause without an end stops it.
///
/// # Errors
/// [`NeverOpen`] when the calendar never lets it be consumed: give it opening hours.
pub fn reached_at(
    calendar: &Calendar,
    zone: &TimeZone,
    running: &Running,
    consumed: SignedDuration,
    as_of: Timestamp,
) -> Result<Option<Timestamp>, NeverOpen> {
    Course::new(calendar, zone, running, running.ending(as_of)).reaching(consumed)
}

/// The stretches from one instant up to another in which a clock that has not ended goes on: until
/// it is due those that count, and afterwards all that are open, since lateness does not rest.
/// `due_at` is that of its reading.
pub fn ahead(
    calendar: &Calendar,
    zone: &TimeZone,
    running: &Running,
    due_at: Option<Timestamp>,
    (from, to): (Timestamp, Timestamp),
) -> Vec<(Timestamp, Timestamp)> {
    let course = Course::new(calendar, zone, running, None);
    let until = due_at.map_or(to, |due_at| due_at.min(to));
    let counts = course.stretches.iter().map(|stretch| {
        let end = stretch.until.map_or(until, |end| end.min(until));
        (stretch.from.max(from), end)
    });
    let late = due_at.map(|due_at| (due_at.max(from), to));
    let all = counts.chain(late).filter(|(from, to)| from < to);
    all.flat_map(|(from, to)| calendar.open_stretches(zone, from, to)).collect()
}

impl Running {
    /// A clock that has just been set going.
    pub fn since(started_at: Timestamp) -> Running {
        Running {
            started_at,
            pauses: Vec::new(),
            stopped_at: None,
            withdrawn_at: None,
            voided_at: None,
        }
    }

    /// How the clock has ended by `as_of`, if it has. Void outdoes the others; of a stop and a
    /// withdrawal the earlier counts, and the stop if they fall together.
    fn ending(&self, as_of: Timestamp) -> Option<Ending> {
        let by_then =
            |at: Option<Timestamp>, how| at.filter(|&at| at <= as_of).map(|at| Ending { at, how });
        let stopped = by_then(self.stopped_at, How::Stopped);
        let withdrawn = by_then(self.withdrawn_at, How::Withdrawn);
        let voided = by_then(self.voided_at, How::Voided);
        let endings = [stopped, withdrawn, voided];
        let first = endings.into_iter().flatten().min_by_key(|ending| ending.at)?;
        Some(if voided.is_some() { Ending { how: How::Voided, ..first } } else { first })
    }

    fn is_paused(&self, at: Timestamp) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from <= at && pause.until.is_none_or(|until| at < until))
    }
}

#[derive(Clone, Copy)]
struct Ending {
    at: Timestamp,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Stopped,
    Withdrawn,
    Voided,
}

/// The stretches in which a clock counts, as if it never ended.
struct Course<'a> {
    calendar: &'a Calendar,
    zone: &'a TimeZone,
    stretches: Vec<Stretch>,
}

struct Stretch {
    from: Timestamp,
    until: Option<Timestamp>,
}

impl<'a> Course<'a> {
    fn new(
        calendar: &'a Calendar,
        zone: &'a TimeZone,
        running: &Running,
        ending: Option<Ending>,
    ) -> Course<'a> {
        let stretches = stretches(running, ending.map(|ending| ending.at));
        Course { calendar, zone, stretches }
    }

    fn consumed_by(&self, end: Timestamp) -> SignedDuration {
        self.stretches
            .iter()
            .map(|stretch| {
                let until = stretch.until.map_or(end, |until| until.min(end));
                self.calendar.open_between(self.zone, stretch.from, until)
            })
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// The first instant by which so much has been consumed: `min t: B(start, t) - paused = share`.
    fn reaching(&self, share: SignedDuration) -> Result<Option<Timestamp>, NeverOpen> {
        let mut left = share;
        for stretch in &self.stretches {
            if let Some(until) = stretch.until {
                let open = self.calendar.open_between(self.zone, stretch.from, until);
                if open < left {
                    left -= open;
                    continue;
                }
            }
            return self.calendar.after_open(self.zone, stretch.from, left).map(Some);
        }
        Ok(None)
    }
}

/// The time from the start on without the pauses. The clock's end ends a pause that has no end of
/// its own, so that a clock stopped while it was paused is due in some period and counts there.
fn stretches(running: &Running, ended_at: Option<Timestamp>) -> Vec<Stretch> {
    let mut pauses: Vec<Pause> = running
        .pauses
        .iter()
        .map(|pause| Pause { from: pause.from, until: pause.until.or(ended_at) })
        .filter(|pause| pause.until.is_none_or(|until| pause.from < until))
        .collect();
    pauses.sort_by_key(|pause| pause.from);
    let (mut stretches, mut from) = (Vec::new(), running.started_at);
    for pause in pauses {
        if from < pause.from {
            stretches.push(Stretch { from, until: Some(pause.from) });
        }
        match pause.until {
            Some(until) => from = from.max(until),
            None => return stretches,
        }
    }
    stretches.push(Stretch { from, until: None });
    stretches
}

/// What a clock's state depends on, besides how it ended.
struct Judged {
    late: bool,
    at_risk: bool,
    paused: bool,
    unopened: bool,
}

impl Judged {
    fn state(&self, how: Option<How>, zero_business_time: ZeroTime) -> ClockState {
        match how {
            Some(How::Voided) => ClockState::Void,
            Some(How::Stopped) if self.late => ClockState::MetLate,
            Some(How::Stopped) if self.unopened => match zero_business_time {
                ZeroTime::Met => ClockState::Met,
                ZeroTime::NotMet => ClockState::NotMet,
                ZeroTime::Ignored => ClockState::NoVerdict,
            },
            Some(How::Stopped) => ClockState::Met,
            _ if self.late => ClockState::Breached,
            Some(How::Withdrawn) => ClockState::Void,
            None if self.paused => ClockState::Paused,
            None if self.at_risk => ClockState::AtRisk,
            None => ClockState::Running,
        }
    }
}

#[cfg(test)]
mod tests;
