//! The definition of a qualified lead: components, rules, limits, resets and when it is judged.

use std::collections::BTreeMap;

use jiff::{civil::Time, tz::TimeZone};

use crate::{
    condition::{Condition, Literal, Name},
    points::{Decay, Points},
};

/// A definition, such as the one of an MQL.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its key: `mql`.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Which leads it judges; all when absent.
    pub applies_when: Option<Condition>,
    /// The parts of the score, such as fit and engagement, kept apart.
    pub components: Vec<Component>,
    /// What earns points.
    pub rules: Vec<Rule>,
    /// Who never qualifies, whatever the points.
    pub exclusions: Vec<Exclusion>,
    /// When the lead qualifies, over `score.…` and the lead.
    pub qualifies_when: Condition,
    /// Statuses from which it may qualify; a lead without a status may always.
    pub from_statuses: Vec<String>,
    /// The status it enters.
    pub status: String,
    /// When it is judged.
    pub judged: Judged,
    /// Scoring ends this long after a date of the lead.
    pub ends: Option<Ends>,
    /// No points are earned after the lead has qualified, until a reset.
    pub stops_when_qualified: bool,
    /// What a change of status does to the points.
    pub resets: Vec<Reset>,
    /// Letters for fit and digits for engagement, highest first.
    pub bands: BTreeMap<String, Vec<Band>>,
}

/// A part of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its key, as `score.<key>` in conditions.
    pub id: String,
    /// On screen: `Fit: who they are`.
    pub label: String,
    /// At most so many points count.
    pub cap: Option<Points>,
    /// At least so many points count, and from when on.
    pub floor: Option<Floor>,
    /// How points fade.
    pub decay: Option<Decay>,
    /// Nothing more is earned here while the total is above this.
    pub stops_above_total: Option<Points>,
}

/// The least that a component can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The least points.
    pub points: Points,
    /// When the floor acts.
    pub acts: FloorActs,
}

/// When a floor acts. The texts of firms often leave this open; the author must choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloorActs {
    /// The sum is never seen below it.
    AtOnce,
    /// What lies below is lifted at each midnight of the Agreement's zone, and the lift stays.
    Nightly,
}

/// A rule that earns points.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its key: `key-page`.
    pub id: String,
    /// Its sentence, as signed.
    pub says: String,
    /// The component it counts to.
    pub component: String,
    /// What it looks at.
    pub looks_at: LooksAt,
    /// When it counts.
    pub when: Condition,
    /// What it does.
    pub award: Award,
    /// How often it counts.
    pub limit: Limit,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum LooksAt {
    /// The lead and its account as they are; it counts while the condition holds.
    Fields,
    /// Each activity.
    Activities {
        /// Whether only a success of the activity's kind counts.
        only_success: bool,
    },
    /// Each change of a field of the lead.
    Change(String),
    /// A silence: nothing scoring happened for so long, and the lead is older than that.
    Inactivity {
        /// How many days of 24 hours.
        days: i64,
    },
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq)]
pub enum Award {
    /// Adds points; they may be negative.
    Points(Points),
    /// Adds the points that stand beside a field's value; none for a value that is not listed.
    ByValue {
        /// The field.
        name: Name,
        /// Values and their points.
        points: Vec<(Literal, Points)>,
    },
    /// Adds the points of the highest step that a number reaches.
    ByNumber {
        /// The field.
        name: Name,
        /// From this number on, so many points; ascending.
        steps: Vec<(f64, Points)>,
    },
    /// Sets the component to nothing from here on.
    Empties,
}

/// How often a rule counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// Every time.
    EveryTime,
    /// Once in a lead's life.
    Once,
    /// So many times in a window; the first ones count.
    Times {
        /// How many.
        times: u32,
        /// In which window.
        window: Window,
    },
}

/// A window of a limit. "Once a week" can be either; the author must choose.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// So many days of 24 hours after one that counted.
    RollingDays(i64),
    /// So many months after one that counted, by the calendar of the zone.
    RollingMonths(i64, TimeZone),
    /// Each day of the calendar.
    Day(TimeZone),
    /// Each week of the calendar, from Monday.
    Week(TimeZone),
    /// Each month of the calendar.
    Month(TimeZone),
    /// Each quarter of the calendar, from January, April, July and October.
    Quarter(TimeZone),
    /// Each year of the calendar.
    Year(TimeZone),
}

/// Who never qualifies.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusion {
    /// Its key.
    pub id: String,
    /// Its sentence, as signed.
    pub says: String,
    /// When it excludes.
    pub when: Condition,
}

/// When a definition is judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// At each fact about the lead.
    AtEachFact,
    /// At set times of the day, in the zone of the lead's region.
    AtTimes {
        /// The times.
        times: Vec<Time>,
        /// The field that tells the region.
        region: Option<Name>,
        /// Zones by region.
        zones: BTreeMap<String, TimeZone>,
        /// The zone of a lead whose region is unknown or not listed.
        otherwise: TimeZone,
    },
}

/// When scoring ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Ends {
    /// So many days of 24 hours …
    pub days: i64,
    /// … after the instant in this field of the lead.
    pub after: String,
}

/// What a change of status does to the points.
#[derive(Debug, Clone, PartialEq)]
pub struct Reset {
    /// On entering this status.
    pub on_status: String,
    /// Only when this holds.
    pub when: Option<Condition>,
    /// Which component.
    pub component: String,
    /// To what.
    pub to: ResetTo,
}

/// To what a reset sets a component.
#[derive(Debug, Clone, PartialEq)]
pub enum ResetTo {
    /// To nothing.
    Zero,
    /// To what it was when the lead last stood in this status.
    ValueAt(String),
}

/// A band of a classification: from so many points on, this mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// From these points on.
    pub from: Points,
    /// The letter or digit.
    pub mark: String,
}
