//! Dates and times as exports write them.

use calamine::ExcelDateTime;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::{Unreadable, ValueProblem, missing};

mod scan;

use scan::{DayMonth, Scanned, Separator};

/// A date or a time as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DateValue {
    /// A day.
    Date(Date),
    /// A day and a time, in a zone that was not written.
    Local(DateTime),
    /// An instant: a day, a time and its distance from UTC.
    Instant(Timestamp),
}

impl DateValue {
    /// The day as written, or in UTC for an instant.
    pub fn date(&self) -> Date {
        match self {
            DateValue::Date(date) => *date,
            DateValue::Local(at) => at.date(),
            DateValue::Instant(at) => Offset::UTC.to_datetime(*at).date(),
        }
    }
}

/// In which order a column writes day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// No value leaves a choice: years come first, or months have names.
    Clear,
    /// The day first, `23/01/2024`.
    DayFirst,
    /// The month first, `01/23/2024`.
    MonthFirst,
    /// Every value can be read both ways: the person must say.
    Ambiguous,
    /// Some values need the day first and some the month first; only those are read, and those
    /// that can be read both ways are problems.
    Mixed,
}

impl DateOrder {
    /// Reads `dmy` or `mdy`, as the mapping and `--date-order` say it.
    pub fn parse(order: &str) -> Option<DateOrder> {
        match order {
            "dmy" => Some(DateOrder::DayFirst),
            "mdy" => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// What a column's values show of the order of day and month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateProfile {
    /// Values whose first number is over 12.
    pub day_first: u64,
    /// Values whose second number is over 12.
    pub month_first: u64,
    /// Values parted by points that can be read both ways.
    pub either_with_points: u64,
    /// Other values that can be read both ways and differ.
    pub either: u64,
    /// Values that leave no choice: year first, month by name, `05/05/2024`, a Unix time.
    pub clear: u64,
    /// Values that are no dates.
    pub unreadable: u64,
}

impl DateProfile {
    /// Looks at one value; blanks count for nothing.
    pub fn observe(&mut self, text: &str) {
        if missing(text).is_some() {
            return;
        }
        let count = match scan::scan(text) {
            Err(_) => &mut self.unreadable,
            Ok(Scanned::Numeric { day_month, .. }) => match day_month {
                DayMonth { first, second, .. } if first > 12 && second > 12 => &mut self.unreadable,
                DayMonth { first, .. } if first > 12 => &mut self.day_first,
                DayMonth { second, .. } if second > 12 => &mut self.month_first,
                DayMonth { first, second, .. } if first == second => &mut self.clear,
                DayMonth { separator: Separator::Point, .. } => &mut self.either_with_points,
                _ => &mut self.either,
            },
            Ok(_) => &mut self.clear,
        };
        *count += 1;
    }

    /// The order that the column shows.
    ///
    /// Points alone speak for the day first, as nobody's habit writes 01.23.2024; slashes and
    /// hyphens alone say nothing.
    pub fn finish(&self) -> DateOrder {
        match (self.day_first > 0, self.month_first > 0) {
            (true, true) => DateOrder::Mixed,
            (true, false) => DateOrder::DayFirst,
            (false, true) => DateOrder::MonthFirst,
            (false, false) if self.either > 0 => DateOrder::Ambiguous,
            (false, false) if self.either_with_points > 0 => DateOrder::DayFirst,
            (false, false) => DateOrder::Clear,
        }
    }
}

/// Reads a date or a time, with the order of its column.
///
/// Ten digits are Unix seconds and thirteen Unix milliseconds; other bare numbers are refused
/// except `20240123`. Serial numbers of Excel need [`parse_excel_serial`]. A leap second is read
/// as the second before it. Years of two digits up to 68 are 20xx, as POSIX has it.
///
/// # Errors
/// A [`ValueProblem`]; ask [`missing`] first, since a blank is no date.
pub fn parse_date(text: &str, order: DateOrder) -> Result<DateValue, ValueProblem> {
    let read = match scan::scan(text) {
        Ok(scanned) => resolve(scanned, order),
        Err(reason) => Err(reason),
    };
    read.map_err(|reason| ValueProblem::new(text, reason))
}

fn resolve(scanned: Scanned, order: DateOrder) -> Result<DateValue, Unreadable> {
    match scanned {
        Scanned::Unix(at) => {
            in_range(i64::from(Offset::UTC.to_datetime(at).year()))?;
            Ok(DateValue::Instant(at))
        }
        Scanned::Known { year, month, day, time } => at(date(year, month, day)?, time),
        Scanned::Numeric { year, day_month, time } => at(pick(year, day_month, order)?, time),
    }
}

fn pick(year: i64, day_month: DayMonth, order: DateOrder) -> Result<Date, Unreadable> {
    let DayMonth { first, second, .. } = day_month;
    let day_first = || date(year, second, first);
    let month_first = || date(year, first, second);
    let against = |order| Unreadable::AgainstOrder { order };
    match order {
        _ if first > 12 && second > 12 => Err(Unreadable::NoSuchDate),
        DateOrder::DayFirst if second > 12 => Err(against("day first")),
        DateOrder::DayFirst => day_first(),
        DateOrder::MonthFirst if first > 12 => Err(against("month first")),
        DateOrder::MonthFirst => month_first(),
        _ if first > 12 => day_first(),
        _ if second > 12 || first == second => month_first(),
        _ => {
            Err(Unreadable::AmbiguousDate { day_first: day_first()?, month_first: month_first()? })
        }
    }
}

fn in_range(year: i64) -> Result<(), Unreadable> {
    let inside = (1900..=2199).contains(&year);
    if inside { Ok(()) } else { Err(Unreadable::YearOutOfRange { year }) }
}

fn date(year: i64, month: u8, day: u8) -> Result<Date, Unreadable> {
    if month == 0 || month > 12 || day == 0 || day > 31 {
        return Err(Unreadable::NoSuchDate);
    }
    in_range(year)?;
    let year = i16::try_from(year).map_err(|_| Unreadable::YearOutOfRange { year })?;
    let [month, day] = [month, day].map(|part| i8::try_from(part).expect("both are at most 31"));
    Date::new(year, month, day).map_err(|_| Unreadable::NoSuchDate)
}

fn at(date: Date, time: Option<scan::Clock>) -> Result<DateValue, Unreadable> {
    let Some(clock) = time else { return Ok(DateValue::Date(date)) };
    let mut at = date.to_datetime(clock.time);
    if clock.ends_the_day {
        at = date.tomorrow().map_err(|_| Unreadable::NoSuchDate)?.to_datetime(Time::midnight());
    }
    match clock.offset {
        None => Ok(DateValue::Local(at)),
        Some(offset) => {
            offset.to_timestamp(at).map(DateValue::Instant).map_err(|_| Unreadable::NoSuchDate)
        }
    }
}

/// From which day Excel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcelEpoch {
    /// 1900-01-01 is day 1: all but old Macintosh files.
    Y1900,
    /// 1904-01-02 is day 1.
    Y1904,
}

/// Reads a serial number of Excel: days, and the time as a fraction of one. Whole days give a
/// date.
///
/// # Errors
/// [`Unreadable::NotADate`] unless it is a number; [`Unreadable::NoSuchDate`] for the 29 February
/// 1900 that only Excel knows; [`Unreadable::YearOutOfRange`].
pub fn parse_excel_serial(text: &str, epoch: ExcelEpoch) -> Result<DateValue, ValueProblem> {
    let problem = |reason| ValueProblem::new(text, reason);
    let serial: f64 = text.trim().parse().map_err(|_| problem(Unreadable::NotADate))?;
    if !(1.0..2_958_466.0).contains(&serial) {
        return Err(problem(Unreadable::NotADate));
    }
    let kind = calamine::ExcelDateTimeType::DateTime;
    let excel = ExcelDateTime::new(serial, kind, epoch == ExcelEpoch::Y1904);
    let at = civil_from_excel(&excel).ok_or_else(|| problem(Unreadable::NoSuchDate))?;
    in_range(i64::from(at.year())).map_err(problem)?;
    let midnight = at.time() == Time::midnight();
    Ok(if midnight { DateValue::Date(at.date()) } else { DateValue::Local(at) })
}

/// A workbook's point in time, unless it is the 29 February 1900 that never was.
pub(crate) fn civil_from_excel(at: &ExcelDateTime) -> Option<DateTime> {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|part| i8::try_from(part).ok());
    let nanosecond = i32::from(milli) * 1_000_000;
    let year = i16::try_from(year).ok()?;
    DateTime::new(year, month?, day?, hour?, minute?, second?, nanosecond).ok()
}

/// A workbook's point in time that is written as text.
pub(crate) fn civil_from_iso(text: &str) -> Option<DateTime> {
    match parse_date(text, DateOrder::Clear).ok()? {
        DateValue::Date(date) => Some(date.to_datetime(Time::midnight())),
        DateValue::Local(at) => Some(at),
        DateValue::Instant(_) => None,
    }
}

#[cfg(test)]
mod tests;
