//! What is counted of a backtest. Each number is a count of leads, and the leads can be asked for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::tried::{Became, Deal, Goal, Implied, ImpliedClock, Rule, Tried, WonAlone};
use crate::{
    limit::monday_of,
    money::{Currency, Money},
    points::Points,
    qualification::Crossing,
    rate::Rate,
};

/// What is asked of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The first day, in the zone.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
    /// As of when outcomes are known.
    pub as_of: Timestamp,
    /// How long after it was found a lead has for coming to something, in days.
    pub within_days: i64,
    /// The zone of the days.
    pub zone: TimeZone,
    /// The threshold that is tried, where the definition has one.
    pub threshold: Option<Points>,
}

/// Which of the rules found a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Both.
    Both,
    /// The one in force only.
    Leave,
    /// The proposed one only.
    Enter,
    /// The one in force in the time, and the proposed one before it.
    ProposedBefore,
    /// The proposed one in the time, and the one in force before it.
    TodayBefore,
}

/// How many leads of a group there are, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// All.
    pub all: u64,
    /// Sales took them on within the time.
    pub taken_on: u64,
    /// Sales worked them and did not take them on.
    pub not_taken_on: u64,
    /// They were won within the time.
    pub won: u64,
    /// They were worked and not won.
    pub lost: u64,
}

impl Found {
    /// Of which it is not known whether they would have been taken on.
    pub fn unknown_taken_on(&self) -> u64 {
        self.all - self.taken_on - self.not_taken_on
    }

    /// Of which it is not known whether they would have been won.
    pub fn unknown_won(&self) -> u64 {
        self.all - self.won - self.lost
    }

    /// Of those with a known end, how many sales took on.
    pub fn rate_taken_on(&self) -> Rate {
        rate(self.taken_on, self.taken_on + self.not_taken_on)
    }

    /// Of those with a known end, how many were won.
    pub fn rate_won(&self) -> Rate {
        rate(self.won, self.won + self.lost)
    }

    /// Of all, how many would have been won if none, and if all, of the unknown had been.
    pub fn bounds_won(&self) -> (Rate, Rate) {
        (rate(self.won, self.all), rate(self.won + self.unknown_won(), self.all))
    }

    fn take(&mut self, taken_on: Became, won: Became) {
        self.all += 1;
        match taken_on {
            Became::Yes => self.taken_on += 1,
            Became::No => self.not_taken_on += 1,
            Became::Unknown => {}
        }
        match won {
            Became::Yes => self.won += 1,
            Became::No => self.lost += 1,
            Became::Unknown => {}
        }
    }
}

fn rate(hits: u64, n: u64) -> Rate {
    Rate::of(hits, n).expect("what is counted of some is not more than they are")
}

/// What one rule reaches of all that was won, or taken on, in the time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Strip {
    /// Opportunities won that it had found before they were opened.
    pub wins: u64,
    /// Leads that sales took on and that it had found before.
    pub taken_on: u64,
    /// What the wins were worth, in minor units.
    pub revenue_minor: BTreeMap<Currency, i64>,
    /// Days from when it found the lead to when the opportunity was opened, the middle one.
    pub lead_days: Option<i64>,
}

/// A backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// Leads that had come to be by the last day.
    pub leads: u64,
    /// Of them, those that could not be judged: what the rule looks at was not kept yet.
    pub not_judged: u64,
    /// Leads that both rules found.
    pub both: Found,
    /// Leads that only the rule in force found.
    pub leave: Found,
    /// Leads that only the proposed one found.
    pub enter: Found,
    /// Leads that the rule in force found in the time, and the proposed one before it.
    pub proposed_before: Found,
    /// Leads that the proposed rule found in the time, and the one in force before it.
    pub today_before: Found,
    /// All that the rule in force found in the time, whatever the other did.
    pub today: Found,
    /// All that the proposed one found in the time, whatever the other did.
    pub proposed: Found,
    /// All wins of the time that came of a lead.
    pub wins: u64,
    /// What they were worth, in minor units.
    pub wins_minor: BTreeMap<Currency, i64>,
    /// Wins of the time that came of no lead: no rule can find them.
    pub wins_alone: u64,
    /// What these were worth, in minor units.
    pub wins_alone_minor: BTreeMap<Currency, i64>,
    /// All leads that sales took on in the time.
    pub taken_on: u64,
    /// What the rule in force reaches of both.
    pub reached_today: Strip,
    /// What the proposed one does.
    pub reached_proposed: Strip,
    /// Leads a week that the rule in force, and the proposed one, found; by Mondays, each from the
    /// first on in which any was found.
    pub weeks: BTreeMap<Date, (u64, u64)>,
    /// Clocks that the rule in force would have started.
    #[serde(skip)]
    pub clocks_today: Clocks,
    /// Clocks that the proposed one would have started.
    #[serde(skip)]
    pub clocks_proposed: Clocks,
}

/// Clocks by the place of their service level in the text and how they would have ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clocks(BTreeMap<(u16, Implied), u64>);

impl Clocks {
    /// How many of a service level would have ended so.
    pub fn of(&self, level: u16, implied: Implied) -> u64 {
        self.0.get(&(level, implied)).copied().unwrap_or_default()
    }

    /// The service levels that have any, in the order of the text.
    pub fn levels(&self) -> BTreeSet<u16> {
        self.0.keys().map(|(level, _)| *level).collect()
    }

    fn take(&mut self, clocks: &[ImpliedClock]) {
        for clock in clocks {
            *self.0.entry((clock.level, clock.implied)).or_default() += 1;
        }
    }
}

impl Backtest {
    /// What a rule found in the time.
    pub fn found(&self, rule: Rule) -> Found {
        if rule == Rule::Today { self.today } else { self.proposed }
    }

    /// The clocks that a rule would have started.
    pub fn clocks(&self, rule: Rule) -> &Clocks {
        if rule == Rule::Today { &self.clocks_today } else { &self.clocks_proposed }
    }

    /// Counts the wins of the time that came of no lead.
    pub fn count_alone(&mut self, alone: &[WonAlone], span: &Span) {
        for won in alone.iter().filter(|won| span.is_in(won.closed_on)) {
            self.wins_alone += 1;
            add(&mut self.wins_alone_minor, won.amount);
        }
    }

    /// Of all wins, those of no lead among them, how many a rule had found before.
    pub fn rate_of_all_wins(&self, rule: Rule) -> Rate {
        let strip = if rule == Rule::Today { &self.reached_today } else { &self.reached_proposed };
        rate(strip.wins, self.wins + self.wins_alone)
    }

    /// A group of leads.
    pub fn group(&self, group: Group) -> Found {
        match group {
            Group::Both => self.both,
            Group::Leave => self.leave,
            Group::Enter => self.enter,
            Group::ProposedBefore => self.proposed_before,
            Group::TodayBefore => self.today_before,
        }
    }

    fn group_mut(&mut self, group: Group) -> &mut Found {
        match group {
            Group::Both => &mut self.both,
            Group::Leave => &mut self.leave,
            Group::Enter => &mut self.enter,
            Group::ProposedBefore => &mut self.proposed_before,
            Group::TodayBefore => &mut self.today_before,
        }
    }
}

impl Span {
    /// The day of an instant.
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// Whether a day is in the time.
    pub fn is_in(&self, on: Date) -> bool {
        self.from <= on && on <= self.to
    }

    /// Whether a lead had come to be by the last day.
    pub fn has_come(&self, tried: &Tried) -> bool {
        self.day(tried.created_at) <= self.to
    }

    /// When a rule would have found a lead, by the last day.
    pub fn at(&self, tried: &Tried, rule: Rule) -> Option<Timestamp> {
        let at = match rule {
            Rule::Today => tried.today,
            Rule::Proposed => tried.proposed_at(self.threshold),
        };
        at.filter(|at| self.day(*at) <= self.to)
    }

    /// The highest threshold that a lead reached by the last day, and when.
    pub fn highest(&self, tried: &Tried) -> Option<Crossing> {
        let in_time = |crossing: &&Crossing| self.day(crossing.at) <= self.to;
        tried.proposed.iter().rfind(in_time).copied()
    }

    /// The same, where it reached that in the time.
    pub fn highest_in_time(&self, tried: &Tried) -> Option<Crossing> {
        self.highest(tried).filter(|crossing| self.from <= self.day(crossing.at))
    }

    /// When a rule found a lead, where that was in the time. What it says of one rule does not
    /// depend on the other.
    pub fn found_by(&self, tried: &Tried, rule: Rule) -> Option<Timestamp> {
        self.at(tried, rule).filter(|at| self.is_in(self.day(*at)))
    }

    /// Which rules found a lead, at least one of them in the time, and when the first of these did.
    pub fn found(&self, tried: &Tried) -> Option<(Group, Timestamp)> {
        let ever = |rule: Rule| self.at(tried, rule).is_some();
        let today = self.found_by(tried, Rule::Today);
        let proposed = self.found_by(tried, Rule::Proposed);
        let first = today.into_iter().chain(proposed).min()?;
        let group = match (today, proposed) {
            (Some(_), Some(_)) => Group::Both,
            (Some(_), None) if ever(Rule::Proposed) => Group::ProposedBefore,
            (Some(_), None) => Group::Leave,
            (None, _) if ever(Rule::Today) => Group::TodayBefore,
            (None, _) => Group::Enter,
        };
        Some((group, first))
    }

    /// The clocks that a rule would have started in the time.
    pub fn clocks<'a>(&self, tried: &'a Tried, rule: Rule) -> &'a [ImpliedClock] {
        let at = self.found_by(tried, rule);
        at.and_then(|at| tried.clocks.get(&at)).map_or(&[], Vec::as_slice)
    }

    /// What became of a lead that was found.
    pub fn became(&self, tried: &Tried, goal: Goal, found_at: Timestamp) -> Became {
        let within = SignedDuration::from_hours(24 * self.within_days);
        tried.became(goal, found_at, within, (self.as_of, &self.zone))
    }

    /// Whether a lead could not be judged by the proposed rule.
    pub fn is_not_judged(&self, tried: &Tried) -> bool {
        !tried.gaps.is_empty() && self.at(tried, Rule::Proposed).is_none()
    }

    /// Opportunities of a lead that were won in the time.
    pub fn wins<'a>(&self, tried: &'a Tried) -> impl Iterator<Item = &'a Deal> {
        let is_won = |deal: &&Deal| deal.is_won && deal.closed_on.is_some_and(|on| self.is_in(on));
        tried.deals.iter().filter(is_won).collect::<Vec<_>>().into_iter()
    }

    /// Of them, those that were opened on the day on which a rule found the lead, or later.
    pub fn wins_found<'a>(&self, tried: &'a Tried, rule: Rule) -> impl Iterator<Item = &'a Deal> {
        let found_on = self.at(tried, rule).map(|at| self.day(at));
        let is_found = move |deal: &&Deal| {
            found_on.zip(deal.opened_on).is_some_and(|(found, opened)| found <= opened)
        };
        self.wins(tried).filter(is_found)
    }

    /// When sales took a lead on, in the time.
    pub fn taken_on(&self, tried: &Tried) -> Option<Timestamp> {
        tried.worked.reached_at.filter(|at| self.is_in(self.day(*at)))
    }

    /// Whether sales took a lead on in the time, and a rule had found it by then.
    pub fn taken_on_found(&self, tried: &Tried, rule: Rule) -> bool {
        let found = self.at(tried, rule);
        self.taken_on(tried).zip(found).is_some_and(|(then, found)| found <= then)
    }
}

/// Counts. Parts of the leads can be counted apart, since all but the middle of the days adds up;
/// here it is one pass.
pub fn tally(rows: &[Tried], span: &Span) -> Backtest {
    let mut counted = Backtest {
        leads: 0,
        not_judged: 0,
        both: Found::default(),
        leave: Found::default(),
        enter: Found::default(),
        proposed_before: Found::default(),
        today_before: Found::default(),
        today: Found::default(),
        proposed: Found::default(),
        wins: 0,
        wins_minor: BTreeMap::new(),
        wins_alone: 0,
        wins_alone_minor: BTreeMap::new(),
        taken_on: 0,
        reached_today: Strip::default(),
        reached_proposed: Strip::default(),
        weeks: BTreeMap::new(),
        clocks_today: Clocks::default(),
        clocks_proposed: Clocks::default(),
    };
    let (mut days_today, mut days_proposed) = (Vec::new(), Vec::new());
    for tried in rows.iter().filter(|tried| span.has_come(tried)) {
        counted.leads += 1;
        counted.not_judged += u64::from(span.is_not_judged(tried));
        let take = |found: &mut Found, at: Timestamp| {
            let taken_on = span.became(tried, Goal::TakenOn, at);
            found.take(taken_on, span.became(tried, Goal::Won, at));
        };
        if let Some((group, at)) = span.found(tried) {
            take(counted.group_mut(group), at);
        }
        span.found_by(tried, Rule::Today).into_iter().for_each(|at| take(&mut counted.today, at));
        let proposed = span.found_by(tried, Rule::Proposed);
        proposed.into_iter().for_each(|at| take(&mut counted.proposed, at));
        week_by_week(&mut counted.weeks, tried, span);
        counted.clocks_today.take(span.clocks(tried, Rule::Today));
        counted.clocks_proposed.take(span.clocks(tried, Rule::Proposed));
        reach(&mut counted.reached_today, &mut days_today, (tried, Rule::Today), span);
        reach(&mut counted.reached_proposed, &mut days_proposed, (tried, Rule::Proposed), span);
        for deal in span.wins(tried) {
            counted.wins += 1;
            add(&mut counted.wins_minor, deal.amount);
        }
        counted.taken_on += u64::from(span.taken_on(tried).is_some());
    }
    fill_weeks(&mut counted.weeks, span);
    counted.reached_today.lead_days = middle(days_today);
    counted.reached_proposed.lead_days = middle(days_proposed);
    counted
}

fn week_by_week(weeks: &mut BTreeMap<Date, (u64, u64)>, tried: &Tried, span: &Span) {
    let week = |rule: Rule| Some(monday_of(span.found_by(tried, rule)?, &span.zone));
    if let Some(monday) = week(Rule::Today) {
        weeks.entry(monday).or_default().0 += 1;
    }
    if let Some(monday) = week(Rule::Proposed) {
        weeks.entry(monday).or_default().1 += 1;
    }
}

/// Weeks in which nobody came are weeks too: what waits is worked off in them.
fn fill_weeks(weeks: &mut BTreeMap<Date, (u64, u64)>, span: &Span) {
    let Some(first) = weeks.keys().next().copied() else { return };
    for monday in first.series(1.week()).take_while(|monday| *monday <= span.to) {
        weeks.entry(monday).or_default();
    }
}

fn add(sums: &mut BTreeMap<Currency, i64>, amount: Option<Money>) {
    if let Some(amount) = amount {
        let sum = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.amount_minor);
    }
}

/// What a rule reaches by a lead.
fn reach(strip: &mut Strip, days: &mut Vec<i64>, (tried, rule): (&Tried, Rule), span: &Span) {
    let Some(found_on) = span.at(tried, rule).map(|at| span.day(at)) else { return };
    for deal in span.wins_found(tried, rule) {
        strip.wins += 1;
        days.extend(deal.opened_on.map(|opened_on| days_between(found_on, opened_on)));
        add(&mut strip.revenue_minor, deal.amount);
    }
    strip.taken_on += u64::from(span.taken_on_found(tried, rule));
}

fn days_between(first: Date, last: Date) -> i64 {
    last.since(first).map_or(0, |span| i64::from(span.get_days()))
}

/// Leads that come week by week to people who can take so many a week, the oldest first: in how many
/// weeks more came than they could take, and how many leads were not taken in the week they came in.
pub fn queue(weeks: impl IntoIterator<Item = u64>, takes: u64) -> (u64, u64) {
    let (mut over, mut late, mut waiting) = (0, 0, 0_u64);
    for came in weeks {
        over += u64::from(came > takes);
        waiting = (waiting + came).saturating_sub(takes);
        late += waiting.min(came);
    }
    (over, late)
}

/// The middle of some numbers, the lower one of two.
fn middle(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    numbers.get(numbers.len().checked_sub(1)? / 2).copied()
}
