//! Priorities: who leads on which product, in which segment, and for how long.

use jiff::{ToSpan, civil::Date};

use crate::{condition::Condition, firm::Side};

/// A priority that ends within so many days is told to both signers.
pub const ENDS_SOON_DAYS: i64 = 14;

/// Leads that both sides speak of together.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its key.
    pub id: String,
    /// On screen: `Large sites`.
    pub label: String,
    /// Which leads are of it.
    pub when: Condition,
}

/// Who leads, on what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// The product, as opportunities report it; every product where there is none.
    pub product: Option<String>,
    /// The segment, by its key; every lead where there is none.
    pub segment: Option<String>,
    /// The first day; always before its last where there is none.
    pub from: Option<Date>,
    /// The last day; until further notice where there is none.
    pub until: Option<Date>,
    /// Who leads.
    pub leads: Side,
    /// The e-mail address, or the user id, of whoever answers for it.
    pub owner: Option<String>,
    /// Goals that belong to it, by their keys.
    pub goals: Vec<String>,
    /// Routes that belong to it, by their keys.
    pub routes: Vec<String>,
}

/// Where a day lies in what has a first and a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Between them, or on one of them.
    Now,
    /// Before the first.
    Later(Date),
    /// After the last.
    Over(Date),
}

impl Priority {
    /// Where it stands on a day. Both of its days count.
    pub fn phase(&self, day: Date) -> Phase {
        match (self.from, self.until) {
            (_, Some(until)) if until < day => Phase::Over(until),
            (Some(from), _) if from > day => Phase::Later(from),
            _ => Phase::Now,
        }
    }

    /// Its last day, where it holds on a day and ends soon.
    pub fn ends_soon(&self, day: Date) -> Option<Date> {
        let soon = day.checked_add(ENDS_SOON_DAYS.days()).unwrap_or(Date::MAX);
        self.until.filter(|until| self.phase(day) == Phase::Now && *until <= soon)
    }

    /// The days that it has with others, from the first to the last, where there are any.
    pub fn days_with(&self, from: Option<Date>, until: Option<Date>) -> Option<Days> {
        let days = Days {
            from: self.from.into_iter().chain(from).max(),
            until: self.until.into_iter().chain(until).min(),
        };
        let is_empty = days.from.zip(days.until).is_some_and(|(from, until)| until < from);
        (!is_empty).then_some(days)
    }

    /// Whether both speak of a product and a segment that one lead can have.
    pub fn meets(&self, other: &Priority) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a.to_lowercase() == b.to_lowercase(),
            _ => true,
        };
        same(&self.product, &other.product) && same(&self.segment, &other.segment)
    }

    /// Whether it holds for every product and every lead.
    pub fn is_about_everything(&self) -> bool {
        self.product.is_none() && self.segment.is_none()
    }
}

/// Days, each end of which may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = |day: Date| day.strftime("%-d %b %Y").to_string();
        match (self.from, self.until) {
            (None, None) => f.write_str("on all days"),
            (Some(from), None) => write!(f, "from {} on", day(from)),
            (None, Some(until)) => write!(f, "until {}", day(until)),
            (Some(from), Some(until)) => write!(f, "from {} to {}", day(from), day(until)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn priority(from: Option<Date>, until: Option<Date>) -> Priority {
        Priority {
            product: None,
            segment: None,
            from,
            until,
            leads: Side::Sales,
            owner: None,
            goals: vec![],
            routes: vec![],
        }
    }

    #[test]
    fn a_priority_holds_on_its_first_and_its_last_day_and_ends_soon_in_the_last_fortnight() {
        let (first, last) = (date(2026, 10, 1), date(2026, 12, 31));
        let priority = priority(Some(first), Some(last));
        let cases = [
            (date(2026, 9, 30), Phase::Later(first), None),
            (first, Phase::Now, None),
            (date(2026, 12, 16), Phase::Now, None),
            (date(2026, 12, 17), Phase::Now, Some(last)),
            (last, Phase::Now, Some(last)),
            (date(2027, 1, 1), Phase::Over(last), None),
        ];
        for (day, phase, ends) in cases {
            assert_eq!((priority.phase(day), priority.ends_soon(day)), (phase, ends), "{day}");
        }
    }

    #[test]
    fn days_meet_on_a_single_day_and_open_ends_meet_everything() {
        let (a, b, c) = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1));
        let days = |from, until| Some(Days { from, until });
        let cases = [
            ((Some(a), Some(b)), (Some(b), Some(c)), days(Some(b), Some(b))),
            ((Some(a), Some(b)), (Some(c), None), None),
            ((None, Some(a)), (None, None), days(None, Some(a))),
            ((Some(a), None), (None, Some(c)), days(Some(a), Some(c))),
        ];
        for ((from, until), (other_from, other_until), expected) in cases {
            let found = priority(from, until).days_with(other_from, other_until);
            assert_eq!(found, expected, "{from:?} {until:?}");
        }
    }

    #[test]
    fn what_names_nothing_meets_everything_and_capitals_do_not_matter() {
        let of = |product: Option<&str>, segment: Option<&str>| Priority {
            product: product.map(str::to_owned),
            segment: segment.map(str::to_owned),
            ..priority(None, None)
        };
        let cases = [
            ((Some("Meter"), None), (Some("meter"), Some("large")), true),
            ((Some("Meter"), None), (Some("Gateway"), None), false),
            ((None, Some("large")), (Some("Meter"), Some("small")), false),
            ((None, None), (Some("Meter"), Some("small")), true),
        ];
        for ((product, segment), (other_product, other_segment), meets) in cases {
            let (one, other) = (of(product, segment), of(other_product, other_segment));
            assert_eq!(one.meets(&other), meets, "{product:?} {segment:?}");
            assert_eq!(other.meets(&one), meets, "{product:?} {segment:?}");
        }
    }
}
