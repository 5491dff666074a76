//! The working days of a period, and how many of them are over.

use domain::{
    agreement::Agreement,
    calendar::{Calendar, Closes},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// The working days of a period: those on which the calendar opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkingDays {
    /// Those that are over: their last hour has closed.
    pub elapsed: u32,
    /// All of them.
    pub total: u32,
    /// The calendar that they are counted by.
    pub calendar: String,
}

impl WorkingDays {
    /// The days from `from` to `to`, both included, by the Agreement's default calendar. Dates are
    /// in the calendar's own zone or else the Agreement's.
    pub fn of(agreement: &Agreement, from: Date, to: Date, as_of: Timestamp) -> WorkingDays {
        let always = Calendar::always_open("every day");
        let calendar = agreement.calendars.get(&agreement.default_calendar).unwrap_or(&always);
        let now = calendar.zone().unwrap_or(&agreement.zone).to_datetime(as_of);
        let is_over = |day: Date| match calendar.hours_on(day).last().map(|hours| hours.closes) {
            Some(Closes::At(time)) => day.to_datetime(time) <= now,
            Some(Closes::EndOfDay) => day < now.date(),
            None => false,
        };
        let days = std::iter::successors(Some(from), |day| day.tomorrow().ok());
        let days = days.take_while(|day| *day <= to);
        let (mut elapsed, mut total) = (0, 0);
        for day in days.filter(|day| !calendar.hours_on(*day).is_empty()) {
            total += 1;
            elapsed += u32::from(is_over(day));
        }
        WorkingDays { elapsed, total, calendar: calendar.id().to_owned() }
    }
}
