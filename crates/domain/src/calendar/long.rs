//! Open time over months: weeks are counted, and only the dates about which the clocks change are
//! walked. It gives what walking every date gives.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Calendar, Closes, OpenHours, reached};

/// What is shorter is walked: there is little to gain.
const LONG: SignedDuration = SignedDuration::from_hours(24 * 15);

impl Calendar {
    /// The open time over a long time in the calendar's own zone; none where it is short or reaches
    /// to the ends of time.
    pub(super) fn open_over_long(
        &self,
        zone: &TimeZone,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<SignedDuration> {
        if to.duration_since(from) < LONG {
            return None;
        }
        // The dates in between, the first inside and the last not, lie wholly between the two
        // instants, whatever the clocks do on the dates at the ends.
        let first = zone.to_datetime(from).date().checked_add(2.days()).ok()?;
        let last = zone.to_datetime(to).date().checked_sub(1.day()).ok()?;
        let (begins, ends) = (midnight(zone, first), midnight(zone, last));
        let apart = self.dates_apart(zone, first, last, (begins, ends))?;
        let in_weeks = self.in_weeks(first, last)?;
        let closed = self.holidays_between(first, last).map(|date| self.wall_time(date));
        let walked = apart.iter().filter(|date| !self.is_holiday(**date)).map(|date| {
            let really = self.hours_on(*date).iter().map(|hours| {
                let span = hours.span(zone, *date);
                span.closes.duration_since(span.opens).max(SignedDuration::ZERO)
            });
            really.sum::<SignedDuration>() - self.wall_time(*date)
        });
        let between = in_weeks - closed.sum::<SignedDuration>() + walked.sum::<SignedDuration>();
        Some(self.walked(zone, from, begins) + between + self.walked(zone, ends, to))
    }

    /// The dates in between that are holidays, each once: a date may have several names.
    fn holidays_between(&self, first: Date, last: Date) -> impl Iterator<Item = Date> {
        let all = &self.hours.holidays;
        let from = all.partition_point(|holiday| holiday.on < first);
        let within = all[from..].iter().map(|holiday| holiday.on);
        let mut latest = None;
        within
            .take_while(move |date| *date < last)
            .filter(move |date| latest.replace(*date) != Some(*date))
    }

    /// The dates in between about which the clocks change.
    fn dates_apart(
        &self,
        zone: &TimeZone,
        first: Date,
        last: Date,
        (begins, ends): (Timestamp, Timestamp),
    ) -> Option<BTreeSet<Date>> {
        let margin = SignedDuration::from_hours(72);
        let (after, before) = (begins.checked_sub(margin).ok()?, ends.checked_add(margin).ok()?);
        let mut dates = BTreeSet::new();
        for change in zone.following(after).take_while(|change| change.timestamp() < before) {
            let just_before = change.timestamp() - SignedDuration::from_nanos(1);
            let one = zone.to_datetime(just_before).date();
            let other = zone.to_datetime(change.timestamp()).date();
            let mut date = one.min(other).checked_sub(1.day()).ok()?;
            let end = one.max(other).checked_add(1.day()).ok()?;
            while date <= end {
                dates.insert(date);
                date = date.tomorrow().ok()?;
            }
        }
        dates.retain(|date| first <= *date && *date < last);
        Some(dates)
    }

    /// The open time of the week's hours as the wall shows it, holidays not left out.
    fn in_weeks(&self, first: Date, last: Date) -> Option<SignedDuration> {
        let days = first.until(last).ok()?.get_days();
        let whole: SignedDuration = self.hours.week.iter().flatten().map(wall_time).sum();
        let mut rest = last;
        let mut open = whole.checked_mul(days / 7)?;
        for _ in 0..days % 7 {
            rest = rest.yesterday().ok()?;
            open += self.wall_time(rest);
        }
        Some(open)
    }

    /// The same of one date.
    fn wall_time(&self, date: Date) -> SignedDuration {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.hours.week[weekday].iter().map(wall_time).sum()
    }
}

fn midnight(zone: &TimeZone, date: Date) -> Timestamp {
    reached(zone, date.at(0, 0, 0, 0))
}

/// How long hours last where nobody touches the clocks.
fn wall_time(hours: &OpenHours) -> SignedDuration {
    let since_midnight =
        |time: jiff::civil::Time| time.duration_since(jiff::civil::Time::midnight());
    match hours.closes {
        Closes::At(time) => since_midnight(time) - since_midnight(hours.opens),
        Closes::EndOfDay => SignedDuration::from_hours(24) - since_midnight(hours.opens),
    }
}
