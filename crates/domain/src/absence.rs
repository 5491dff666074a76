//! Who is away, and who stands in: for somebody's work, or for their signature.
//!
//! No clock rests because somebody is away: only the Agreement says what rests one, and it has no
//! word for an owner's absence. Source: domain.md 2.4.

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::{
    firm::Side,
    ids::{FactNo, UserId},
};

/// Somebody is away, from a first to a last day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceEntered {
    /// Who is away.
    pub user: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
    /// Which half of each day; the whole days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
    /// Who does their work meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<UserId>,
    /// Who wrote it down.
    pub by: UserId,
}

/// A half of a day, parted at noon of the person's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// Until noon.
    Morning,
    /// From noon on.
    Afternoon,
}

impl Half {
    /// Each with its key.
    pub const ALL: [(&'static str, Half); 2] =
        [("morning", Half::Morning), ("afternoon", Half::Afternoon)];

    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Half::Morning => "morning",
            Half::Afternoon => "afternoon",
        }
    }

    /// The half as words after a day: `2026-12-01, mornings only`.
    pub fn words(self) -> &'static str {
        match self {
            Half::Morning => "mornings only",
            Half::Afternoon => "afternoons only",
        }
    }

    /// Whether a time of the day lies in it.
    pub fn holds(self, time: Time) -> bool {
        (self == Half::Morning) == (time < Time::constant(12, 0, 0, 0))
    }
}

/// Whether an absence holds at a wall time of the person who is away.
pub fn holds(days: (Date, Date), half: Option<Half>, at: DateTime) -> bool {
    let (first_on, last_on) = days;
    first_on <= at.date() && at.date() <= last_on && half.is_none_or(|half| half.holds(at.time()))
}

/// An absence was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceWithdrawn {
    /// Whose it was.
    pub user: UserId,
    /// The fact that had entered it.
    pub absence: FactNo,
    /// Who took it back.
    pub by: UserId,
}

/// Whoever the Agreement names to sign for a side named somebody to sign in their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstituteNamed {
    /// Whose signature it is; they named the substitute.
    pub signer: UserId,
    /// For which side.
    pub side: Side,
    /// Who signs in their place.
    pub substitute: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
}

/// A substitute signs no more; what they have signed stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstituteWithdrawn {
    /// Whose signature it is.
    pub signer: UserId,
    /// The fact that had named the substitute.
    pub named: FactNo,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_day_ends_or_begins_at_noon_and_days_include_both_ends() {
        let days: (Date, Date) = ("2026-12-01".parse().unwrap(), "2026-12-02".parse().unwrap());
        let cases = [
            (None, "2026-11-30T23:59", false),
            (None, "2026-12-01T00:00", true),
            (None, "2026-12-02T23:59", true),
            (None, "2026-12-03T00:00", false),
            (Some(Half::Morning), "2026-12-01T11:59", true),
            (Some(Half::Morning), "2026-12-01T12:00", false),
            (Some(Half::Afternoon), "2026-12-02T11:59", false),
            (Some(Half::Afternoon), "2026-12-02T12:00", true),
            (Some(Half::Afternoon), "2026-12-03T12:00", false),
        ];
        for (half, at, expected) in cases {
            assert_eq!(holds(days, half, at.parse().unwrap()), expected, "{half:?} {at}");
        }
    }
}
