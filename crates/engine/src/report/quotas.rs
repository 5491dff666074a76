//! Imported quotas: what somebody, or the firm, is to reach, and what was won of it.

use std::collections::BTreeMap;

use domain::{
    agreement::Agreement,
    counted::{Measure, Part, Total},
    field::FieldValue,
    ids::{FactNo, OpportunityId, UserId},
    money::Currency,
    pacing::share_of_target,
    window::Window,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{
    Reader, StoreError,
    read::{Outcome, QuotaRow},
};

use super::{
    ReportQuestion,
    asked::{after, count},
    dimension::person_name,
    seen::{Seen, opportunities, won_by},
    working_days::WorkingDays,
};
/// One quota and what was won of it: opportunities of the owner that closed in the period.
///
/// In JSON: `{"owner":"crm:u1","name":"Ann Lee","period":"2026-Q4","from":"2026-10-01",
/// "to":"2026-12-31","currency":"EUR","target":1000000,"won":{"total":…,"n":…,"rows":[…]},
/// "attainment":{"value":0.62,"why_not":null}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaFigures {
    /// Whose; none for the whole firm.
    pub owner: Option<UserId>,
    /// Their name, where it is known.
    pub name: Option<String>,
    /// The period, as reported.
    pub period: String,
    /// Its first day; none if the period does not read.
    pub from: Option<Date>,
    /// Its last day.
    pub to: Option<Date>,
    /// The currency of an amount; none where opportunities are counted.
    pub currency: Option<Currency>,
    /// What is to be reached, in minor units or as a count; none if the quota does not say.
    pub target: Option<i64>,
    /// What was won in the period, in the same unit.
    pub won: Total<OpportunityId>,
    /// Won / target.
    pub attainment: Measure,
    /// The working days of the period, by the Agreement in force; none without one.
    pub days: Option<WorkingDays>,
    /// What an even pace over the working days asks for by now, in the unit of the target.
    pub expected_by_now: Option<i64>,
    /// The same by the end of the week, Monday to Sunday in the Agreement's zone; by the end of the
    /// period where that is over sooner.
    pub expected_this_week: Option<i64>,
    /// The fact that last said it.
    pub fact: FactNo,
}

/// What a quota asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Amount(i64, Currency),
    Count(i64),
}

/// Every quota whose period touches the one that is asked for.
pub(super) fn quotas(
    reader: &Reader<'_>,
    question: &ReportQuestion,
    agreement: Option<&Agreement>,
    notes: &mut Vec<String>,
) -> Result<Vec<QuotaFigures>, StoreError> {
    let quotas = reader.quotas()?;
    if quotas.is_empty() {
        return Ok(Vec::new());
    }
    let seen = opportunities(reader, question, &mut Vec::new())?;
    figures(reader, quotas, &seen, question, agreement, notes)
}

/// The quotas of one person whose period touches the one that is asked for, read without looking at
/// anybody else's.
pub(super) fn quotas_of(
    reader: &Reader<'_>,
    owner: &UserId,
    question: &ReportQuestion,
    agreement: Option<&Agreement>,
) -> Result<Vec<QuotaFigures>, StoreError> {
    let quotas = reader.quotas_of(owner)?;
    if quotas.is_empty() {
        return Ok(Vec::new());
    }
    let asked = question.days();
    let days = quotas.iter().filter_map(|quota| days_of(&quota.period));
    let days = days.filter(|days| asked.is_none_or(|asked| touch(*days, asked)));
    let all = days.reduce(|one, other| Window {
        from: one.from.min(other.from),
        before: one.before.max(other.before),
    });
    let seen = match all {
        Some(days) => won_by(reader, owner, (days.from, days.before), question)?,
        None => Vec::new(),
    };
    figures(reader, quotas, &seen, question, agreement, &mut Vec::new())
}

fn figures(
    reader: &Reader<'_>,
    quotas: Vec<QuotaRow>,
    seen: &[Seen],
    question: &ReportQuestion,
    agreement: Option<&Agreement>,
    notes: &mut Vec<String>,
) -> Result<Vec<QuotaFigures>, StoreError> {
    let won = Won::of(seen, question);
    let asked = question.days();
    let mut figures = Vec::new();
    let (mut unreadable, mut mute) = (0, 0);
    for quota in quotas {
        let days = days_of(&quota.period);
        if days.zip(asked).is_some_and(|(days, asked)| !touch(days, asked)) {
            continue;
        }
        let target = target(&quota);
        unreadable += u64::from(days.is_none());
        mute += u64::from(target.is_none());
        let mut of_one = attained(reader, &won, quota, days, target)?;
        of_one.pace(agreement, question.as_of);
        figures.push(of_one);
    }
    if unreadable > 0 {
        let n = count(unreadable, "quota has", "quotas have");
        notes.push(format!("{n} a period that is no year, quarter or month, such as 2026-Q4"));
    }
    if mute > 0 {
        let n = count(mute, "quota says", "quotas say");
        notes.push(format!("{n} neither an amount with its currency nor a whole count"));
    }
    Ok(figures)
}

/// Whether two windows have a day in common.
fn touch(one: Window<Date>, other: Window<Date>) -> bool {
    one.from < other.before && other.from < one.before
}

impl QuotaFigures {
    /// Lays the even pace beside what was won.
    fn pace(&mut self, agreement: Option<&Agreement>, as_of: Timestamp) {
        let (Some(agreement), Some(from), Some(to)) = (agreement, self.from, self.to) else {
            return;
        };
        let days = WorkingDays::of(agreement, from, to, as_of);
        let week = WorkingDays::of(agreement, from, to, week_end(as_of, &agreement.zone));
        let even = |target: i64, elapsed: u32| {
            let so_far = i128::from(target) * i128::from(elapsed);
            i64::try_from(so_far / i128::from(days.total)).ok()
        };
        let target = self.target.filter(|_| days.total > 0);
        self.expected_by_now = target.and_then(|target| even(target, days.elapsed));
        self.expected_this_week = target.and_then(|target| even(target, week.elapsed));
        self.days = Some(days);
    }
}

/// When the week of an instant is over, Monday to Sunday.
fn week_end(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(at).date();
    let to_monday = 7 - i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.saturating_add(to_monday.days()).to_zoned(zone.clone());
    monday.map_or(at, |monday| monday.timestamp())
}

/// The opportunities that were won, each with the day on which it closed. There may be a thousand
/// quotas: each looks only at its owner's.
struct Won<'a> {
    all: Vec<(&'a Seen, Date)>,
    by_owner: BTreeMap<&'a UserId, Vec<(&'a Seen, Date)>>,
}

impl<'a> Won<'a> {
    fn of(seen: &'a [Seen], question: &ReportQuestion) -> Won<'a> {
        let won = seen.iter().filter(|one| one.outcome == Outcome::Won);
        let all: Vec<(&Seen, Date)> =
            won.filter_map(|one| Some((one, one.closed_on(&question.zone)?))).collect();
        let mut by_owner: BTreeMap<&UserId, Vec<(&Seen, Date)>> = BTreeMap::new();
        for &(one, day) in &all {
            if let Some(owner) = &one.row.owner {
                by_owner.entry(owner).or_default().push((one, day));
            }
        }
        Won { all, by_owner }
    }

    /// Those that a quota counts, whatever its period: its owner's, or the whole firm's.
    fn for_quota(&self, quota: &QuotaRow) -> &[(&'a Seen, Date)] {
        match &quota.owner {
            None => &self.all,
            Some(owner) => self.by_owner.get(owner).map_or(&[], Vec::as_slice),
        }
    }
}

fn attained(
    reader: &Reader<'_>,
    all_won: &Won<'_>,
    quota: QuotaRow,
    days: Option<Window<Date>>,
    target: Option<Target>,
) -> Result<QuotaFigures, StoreError> {
    let counted =
        all_won.for_quota(&quota).iter().filter_map(|(one, day)| days?.has(*day).then_some(*one));
    let brings = |one: &Seen| match target? {
        Target::Count(_) => Some(1),
        Target::Amount(_, currency) => {
            let amount = one.row.amount.filter(|amount| amount.currency == currency);
            amount.map(|amount| amount.amount_minor)
        }
    };
    let won: Total<OpportunityId> = counted
        .filter_map(|one| Some(Part { row: one.row.id.clone(), value: brings(one)? }))
        .collect();
    let name = match &quota.owner {
        Some(owner) => person_name(reader, owner.as_str())?,
        None => None,
    };
    let (currency, target) = match target {
        Some(Target::Amount(amount, currency)) => (Some(currency), Some(amount)),
        Some(Target::Count(count)) => (None, Some(count)),
        None => (None, None),
    };
    let attainment = match (days, target) {
        (None, _) => Measure::Cannot("the period of the quota does not read"),
        (_, None) => Measure::Cannot("the quota does not say what is to be reached"),
        (Some(_), Some(target)) => share_of_target(won.total(), target),
    };
    Ok(QuotaFigures {
        owner: quota.owner,
        name,
        period: quota.period,
        from: days.map(|days| days.from),
        to: days.and_then(|days| days.before.yesterday().ok()),
        currency,
        target,
        won,
        attainment,
        days: None,
        expected_by_now: None,
        expected_this_week: None,
        fact: quota.last_fact,
    })
}

fn target(quota: &QuotaRow) -> Option<Target> {
    if let Some(amount) = quota.fields.get("amount").and_then(FieldValue::money) {
        return Some(Target::Amount(amount.amount_minor, amount.currency));
    }
    match quota.fields.get("count") {
        Some(FieldValue::Whole(count)) => Some(Target::Count(*count)),
        _ => None,
    }
}

/// `2026`, `2026-Q4` or `2026-11` as days.
pub(crate) fn days_of(period: &str) -> Option<Window<Date>> {
    let (year, part) = match period.trim().split_once('-') {
        None => (period.trim(), None),
        Some((year, part)) => (year, Some(part)),
    };
    let year: i16 = year.parse().ok().filter(|year| (1000..=9998).contains(year))?;
    let (first, months) = match part {
        None => (1, 12),
        Some(part) => match part.strip_prefix(['Q', 'q']) {
            Some(quarter) => {
                (quarter.parse::<i8>().ok().filter(|q| (1..=4).contains(q))? * 3 - 2, 3)
            }
            None => (part.parse::<i8>().ok()?, 1),
        },
    };
    let from = Date::new(year, first, 1).ok()?;
    let mut last = from;
    for _ in 0..months {
        last = after(last.last_of_month());
    }
    Some(Window { from, before: last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_year_a_quarter_or_a_month() {
        let cases = [
            ("2026", Some(("2026-01-01", "2027-01-01"))),
            ("2026-Q4", Some(("2026-10-01", "2027-01-01"))),
            ("2024-02", Some(("2024-02-01", "2024-03-01"))),
            ("2026-Q5", None),
            ("2026-13", None),
            ("FY26", None),
        ];
        for (period, expected) in cases {
            let expected = expected.map(|(from, before)| Window {
                from: from.parse().unwrap(),
                before: before.parse().unwrap(),
            });
            assert_eq!(days_of(period), expected, "{period}");
        }
    }
}
