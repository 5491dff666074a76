//! Journeys from touches and outcomes: which touches may have a part in which outcome.
//!
//! Source: domain.md 4.1 and 4.5.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    channels::{ChannelNo, Channels},
    files::leave_out,
    journeys::{Ended, Journey, JourneyRefusal, Journeys, Milestones},
};

const DAY_SECONDS: i64 = 86_400;

/// Touches, in columns of one length, in the order that decides between touches of one second.
#[derive(Debug, Clone, Default)]
pub struct Touches {
    /// Whose journey it is part of: a person, or an account with all its people; from 0 on.
    pub unit: Vec<u32>,
    /// When, in seconds since 1970.
    pub at: Vec<i64>,
    /// By which channel.
    pub channel: Vec<ChannelNo>,
    /// Who was touched, where that is finer than the unit; else empty.
    pub person: Vec<u32>,
    /// By what; else empty.
    pub asset: Vec<u32>,
}

impl Touches {
    /// Takes rows, which are ascending, out of every column.
    pub(crate) fn leave_out(&mut self, rows: &[u32]) {
        leave_out(&mut self.at, rows);
        leave_out(&mut self.channel, rows);
        for column in [&mut self.unit, &mut self.person, &mut self.asset] {
            leave_out(column, rows);
        }
    }
}

/// What became of a unit once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Of whom.
    pub unit: u32,
    /// Whether it is a conversion; else what could have been one is lost.
    pub converted: bool,
    /// When, in seconds since 1970.
    pub at: i64,
    /// When the lead came to be, if that is known.
    pub lead_at: Option<i64>,
    /// When the opportunity came to be, if that is known.
    pub opened_at: Option<i64>,
    /// What it is worth, in the smallest parts.
    pub value: u64,
}

/// Before what the look-back window lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// Before the outcome.
    #[default]
    Outcome,
    /// Before the opportunity came to be; touches between that and the outcome count as well.
    Opportunity,
}

/// Which touches count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Eligibility {
    /// How far back; everything, if it does not say.
    pub window_days: Option<u32>,
    /// Before what.
    pub before: Anchor,
    /// Channels that do not count.
    pub excluded: BTreeSet<ChannelNo>,
    /// A touch of one person by one asset counts once within so many minutes.
    pub once_within_minutes: u32,
    /// Later outcomes of a unit share its first touch and the one at which the lead came to be.
    pub shared_first: bool,
}

/// What was left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// Touches by a channel that does not count.
    pub excluded: u64,
    /// Touches of one person by one asset, soon after another.
    pub repeated: u64,
    /// Touches before the window.
    pub too_early: u64,
    /// Conversions with no touch that counts.
    pub untouched: u64,
    /// What those were worth, in the smallest parts.
    pub untouched_value: u64,
    /// Journeys that have not ended; they count as not converted.
    pub unended: u64,
}

/// Journeys, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The journeys.
    pub journeys: Journeys,
    /// For each journey the outcome that it led to; `None` where it has not ended.
    pub outcomes: Vec<Option<u32>>,
    /// For each touch of each journey, its place among the touches.
    pub rows: Vec<u32>,
    /// What was left out.
    pub left_out: LeftOut,
}

/// Cuts the touches of each unit at its outcomes. A touch at the very second of an outcome counts
/// for it.
///
/// # Errors
/// Why the touches make no journeys.
pub fn gather(
    touches: &Touches,
    outcomes: &[Outcome],
    channels: Channels,
    parts: u32,
    eligibility: &Eligibility,
) -> Result<Gathered, JourneyRefusal> {
    let units = touches.unit.iter().chain(outcomes.iter().map(|outcome| &outcome.unit)).max();
    let units = units.map_or(0, |last| *last as usize + 1);
    let by_unit = Grouped::by(units, touches.unit.iter().copied());
    let ends = Grouped::by(units, outcomes.iter().map(|outcome| outcome.unit));
    let mut gathering = Gathering {
        touches,
        eligibility,
        gathered: Gathered {
            journeys: Journeys::new(channels, parts),
            outcomes: Vec::new(),
            rows: Vec::new(),
            left_out: LeftOut::default(),
        },
        has_milestones: outcomes.iter().any(|o| o.lead_at.is_some() || o.opened_at.is_some()),
        touched: Vec::new(),
        ages: Vec::new(),
    };
    let (mut rows, mut own_ends) = (Vec::new(), Vec::new());
    for unit in 0..units {
        rows.clear();
        rows.extend_from_slice(by_unit.of(unit));
        if !rows.is_sorted_by_key(|row| touches.at[*row as usize]) {
            rows.sort_by_key(|row| touches.at[*row as usize]);
        }
        gathering.leave_out(&mut rows);
        own_ends.clear();
        own_ends.extend(ends.of(unit).iter().map(|at| (outcomes[*at as usize], *at)));
        own_ends.sort_by_key(|(outcome, at)| (outcome.at, *at));
        gathering.unit(&rows, &own_ends)?;
    }
    Ok(gathering.gathered)
}

/// Places by group, in order within each.
struct Grouped {
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Grouped {
    fn by(groups: usize, of: impl ExactSizeIterator<Item = u32> + Clone) -> Grouped {
        let mut starts = vec![0_u32; groups + 1];
        for group in of.clone() {
            starts[group as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut places = vec![0_u32; of.len()];
        for (group, place) in of.zip(0..) {
            let at = &mut next[group as usize];
            places[*at as usize] = place;
            *at += 1;
        }
        Grouped { starts, places }
    }

    fn of(&self, group: usize) -> &[u32] {
        &self.places[self.starts[group] as usize..self.starts[group + 1] as usize]
    }
}

struct Gathering<'a> {
    touches: &'a Touches,
    eligibility: &'a Eligibility,
    gathered: Gathered,
    has_milestones: bool,
    touched: Vec<ChannelNo>,
    ages: Vec<u32>,
}

impl Gathering<'_> {
    fn at(&self, row: u32) -> i64 {
        self.touches.at[row as usize]
    }

    /// Takes out what does not count, whatever becomes of the unit.
    fn leave_out(&mut self, rows: &mut Vec<u32>) {
        let (touches, eligibility) = (self.touches, self.eligibility);
        if !eligibility.excluded.is_empty() {
            let before = rows.len();
            let excluded = &eligibility.excluded;
            rows.retain(|row| !excluded.contains(&touches.channel[*row as usize]));
            self.gathered.left_out.excluded += (before - rows.len()) as u64;
        }
        let within = i64::from(eligibility.once_within_minutes) * 60;
        if within == 0 || touches.asset.is_empty() {
            return;
        }
        let what = |row: u32| {
            let person = touches.person.get(row as usize).copied().unwrap_or_default();
            (person, touches.asset[row as usize])
        };
        let before = rows.len();
        let mut kept: Vec<u32> = Vec::with_capacity(before);
        for row in rows.drain(..) {
            let since = touches.at[row as usize] - within;
            let mut recent = kept.iter().rev().take_while(|at| touches.at[**at as usize] > since);
            if !recent.any(|at| what(*at) == what(row)) {
                kept.push(row);
            }
        }
        self.gathered.left_out.repeated += (before - kept.len()) as u64;
        *rows = kept;
    }

    fn unit(&mut self, rows: &[u32], ends: &[(Outcome, u32)]) -> Result<(), JourneyRefusal> {
        let mut from = 0;
        for (number, (outcome, place)) in ends.iter().enumerate() {
            let to = from + rows[from..].partition_point(|row| self.at(*row) <= outcome.at);
            let first = from + self.too_early(&rows[from..to], outcome);
            self.gathered.left_out.too_early += (first - from) as u64;
            if number > 0 && self.eligibility.shared_first && outcome.converted {
                let mut own = self.shared(&rows[..first], outcome);
                own.extend_from_slice(&rows[first..to]);
                self.end(&own, outcome, *place)?;
            } else {
                self.end(&rows[first..to], outcome, *place)?;
            }
            from = to;
        }
        let Some(last) = rows[from..].last() else { return Ok(()) };
        let open = Outcome {
            unit: 0,
            converted: false,
            at: self.at(*last),
            lead_at: None,
            opened_at: None,
            value: 0,
        };
        let first = from + self.too_early(&rows[from..], &open);
        self.gathered.left_out.too_early += (first - from) as u64;
        self.gathered.left_out.unended += 1;
        self.journey(&rows[first..], &open, None)
    }

    /// How many touches lie before the window.
    fn too_early(&self, rows: &[u32], outcome: &Outcome) -> usize {
        let Some(days) = self.eligibility.window_days else { return 0 };
        let anchor = match self.eligibility.before {
            Anchor::Outcome => outcome.at,
            Anchor::Opportunity => outcome.opened_at.unwrap_or(outcome.at).min(outcome.at),
        };
        let since = anchor.saturating_sub(i64::from(days) * DAY_SECONDS);
        rows.partition_point(|row| self.at(*row) < since)
    }

    /// The first touch of the unit and the one at which the lead came to be, of those that an earlier
    /// outcome had.
    fn shared(&self, earlier: &[u32], outcome: &Outcome) -> Vec<u32> {
        let inside = &earlier[self.too_early(earlier, outcome)..];
        let lead = outcome.lead_at.and_then(|at| self.last_by(inside, at));
        let lead = lead.filter(|lead| *lead > 0).map(|lead| inside[lead as usize]);
        inside.first().copied().into_iter().chain(lead).collect()
    }

    /// The place of the last touch at or before an instant.
    fn last_by(&self, rows: &[u32], at: i64) -> Option<u32> {
        (rows.partition_point(|row| self.at(*row) <= at) as u32).checked_sub(1)
    }

    fn end(&mut self, rows: &[u32], outcome: &Outcome, place: u32) -> Result<(), JourneyRefusal> {
        if rows.is_empty() {
            if outcome.converted {
                self.gathered.left_out.untouched += 1;
                self.gathered.left_out.untouched_value += outcome.value;
            }
            return Ok(());
        }
        self.journey(rows, outcome, Some(place))
    }

    fn journey(
        &mut self,
        rows: &[u32],
        outcome: &Outcome,
        place: Option<u32>,
    ) -> Result<(), JourneyRefusal> {
        let (touches, at) = (self.touches, outcome.at);
        let age = |row: &u32| u32::try_from(at - touches.at[*row as usize]).unwrap_or(u32::MAX);
        let (mut touched, mut ages) =
            (std::mem::take(&mut self.touched), std::mem::take(&mut self.ages));
        touched.clear();
        ages.clear();
        touched.extend(rows.iter().map(|row| touches.channel[*row as usize]));
        ages.extend(rows.iter().map(age));
        let by = |at: Option<i64>| at.and_then(|at| self.last_by(rows, at));
        let milestones = self
            .has_milestones
            .then(|| Milestones { lead: by(outcome.lead_at), opportunity: by(outcome.opened_at) });
        let converted = u32::from(outcome.converted);
        let value = if outcome.converted { outcome.value } else { 0 };
        let ended = Ended { conversions: converted, nulls: 1 - converted, value };
        let journey = Journey { touched: &touched, ages: &ages, ended, milestones };
        self.gathered.journeys.push(journey)?;
        self.gathered.outcomes.push(place);
        self.gathered.rows.extend_from_slice(rows);
        (self.touched, self.ages) = (touched, ages);
        Ok(())
    }
}

impl Eligibility {
    /// Which touches count, in words.
    pub fn words(&self, channels: &Channels) -> String {
        let before = match self.before {
            Anchor::Outcome => "the outcome",
            Anchor::Opportunity => "the opportunity, and up to the outcome",
        };
        let mut words = vec![match self.window_days {
            Some(days) => format!("touches in the {days} days before {before}"),
            None => "all touches before the outcome".to_owned(),
        }];
        let excluded: Vec<&str> = self.excluded.iter().map(|no| channels.name(*no)).collect();
        if !excluded.is_empty() {
            words.push(format!("without {}", excluded.join(", ")));
        }
        if self.once_within_minutes > 0 {
            let minutes = self.once_within_minutes;
            words.push(format!("one person and asset once within {minutes} minutes"));
        }
        if self.shared_first {
            words.push("later outcomes share the first touch and the lead's".to_owned());
        }
        words.join(", ")
    }
}

#[cfg(test)]
mod tests;
