//! Training and check-ins: who must have been trained for what the text gives them to do, and how
//! often whoever leads people meets each of them. What was done is told of the person, as a day in a
//! field of theirs.

use jiff::civil::Date;

/// The field of a person that says when whoever leads them last met them.
pub const CHECKED_IN: &str = "checked_in_on";

/// What a text asks those to have learnt who do something by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Whoever does one of these is to be trained in it.
    pub duties: Vec<DutyKind>,
    /// How long it holds, in days; for good when absent.
    pub lasts_days: Option<i64>,
}

impl Training {
    /// The field of a person that says on which day they were trained in it.
    pub fn field(&self) -> String {
        format!("trained_{}", self.id.replace('-', "_"))
    }

    /// The last day on which a training of some day holds; `None` where it holds for good.
    pub fn holds_until(&self, trained_on: Date) -> Option<Date> {
        self.lasts_days.map(|days| later(trained_on, days))
    }
}

/// How often whoever leads people meets each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIns {
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// At most so many days lie between two.
    pub every_days: i64,
}

impl CheckIns {
    /// The last day on which the next one is in time.
    pub fn next_by(&self, last: Date) -> Date {
        later(last, self.every_days)
    }
}

fn later(day: Date, days: i64) -> Date {
    let days = jiff::Span::new().try_days(days).unwrap_or_default();
    day.saturating_add(days)
}

/// What somebody does by a text, without saying where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyKind {
    /// Signs, or signs in the signer's place.
    Signs,
    /// Rules where the sides disagree.
    Rules,
    /// Watches over what no other route takes.
    WatchesOver,
    /// Takes the leads of a route.
    Takes,
    /// Receives leads of a pool.
    Receives,
    /// Stands in for owners.
    BacksUp,
    /// Is told while nobody answers.
    IsTold,
    /// Has a goal of their own.
    Reaches,
}

impl DutyKind {
    /// Each with its key in the text.
    pub const ALL: [(&'static str, DutyKind); 8] = [
        ("signs", DutyKind::Signs),
        ("rules", DutyKind::Rules),
        ("watches_over", DutyKind::WatchesOver),
        ("takes", DutyKind::Takes),
        ("receives", DutyKind::Receives),
        ("backs_up", DutyKind::BacksUp),
        ("is_told", DutyKind::IsTold),
        ("reaches", DutyKind::Reaches),
    ];

    /// Its key in the text.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(key, _)| key)
    }

    /// What they do, in words.
    pub fn words(self) -> &'static str {
        match self {
            DutyKind::Signs => "signs",
            DutyKind::Rules => "rules where the sides disagree",
            DutyKind::WatchesOver => "watches over the leads that nobody else can take",
            DutyKind::Takes => "takes the leads of a route",
            DutyKind::Receives => "receives leads in a pool",
            DutyKind::BacksUp => "stands in for owners",
            DutyKind::IsTold => "is told while nobody answers",
            DutyKind::Reaches => "has a goal of their own",
        }
    }
}
