//! `[calendars.…]`: opening hours of the week, holidays and zones.

use std::collections::BTreeMap;

use domain::calendar::{Calendar, Closes, Holiday, OpenHours};

use super::{Document, header::Header};
use crate::agreement::{
    mistake::guess,
    reader::{Item, Table, is_id},
    source::Placed,
    units,
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HOURS_EXAMPLE: &str = "mon-fri = [\"09:00-12:30\", \"13:15-17:30\"]";

/// Calendars by key, with where their keys stand.
pub type Calendars<'t> = BTreeMap<String, Placed<'t, Calendar>>;

/// The calendars of every file; those that are wrong are left out.
pub fn calendars<'t>(document: &Document<'t>) -> Calendars<'t> {
    let mut calendars = Calendars::new();
    for section in document.tables("calendars", "the calendars") {
        for (key, item) in section.entries("[calendars.office]") {
            let Some(table) = item.table("a calendar") else { continue };
            let calendar = calendar(key.value, &table);
            table.finish();
            let sink = section.sink();
            if !is_id(key.value) || ["owner", "elapsed"].contains(&key.value) {
                let what = format!("{:?} cannot be the name of a calendar.", key.value);
                let instead =
                    "Use small letters, digits and '-'; \"owner\" and \"elapsed\" are taken.";
                sink.add(key.place, what, instead.to_owned());
            } else if calendars.contains_key(key.value) {
                let what = format!("There are two calendars {:?}.", key.value);
                sink.add(key.place, what, "Give one of them another name.".to_owned());
            } else if let Some(calendar) = calendar {
                calendars
                    .insert(key.value.to_owned(), Placed { value: calendar, place: key.place });
            }
        }
    }
    if calendars.is_empty() {
        let instead = "Write [calendars.office.hours] with mon-fri = [\"09:00-17:00\"] below it.";
        document.missing("There is no calendar, so no working hour can be counted.", instead);
    }
    calendars
}

/// The calendar of whoever has none: the one that is named, or the only one.
pub fn default(header: &Header<'_>, calendars: &Calendars<'_>) -> String {
    let keys: Vec<&str> = calendars.keys().map(String::as_str).collect();
    match (&header.default_calendar, keys.as_slice()) {
        (Some(named), _) if calendars.contains_key(&named.value) => named.value.clone(),
        (Some(_), _) => String::new(),
        (None, [only]) => (*only).to_owned(),
        _ => String::new(),
    }
}

/// Puts down what is wrong with the default calendar; apart, because only a whole text has it.
pub fn check_default(document: &Document<'_>, header: &Header<'_>, calendars: &Calendars<'_>) {
    let keys: Vec<&str> = calendars.keys().map(String::as_str).collect();
    let Some(place) = header.place else { return };
    let Some(sink) = document.roots.first().map(Table::sink) else { return };
    match &header.default_calendar {
        Some(named) if !calendars.contains_key(&named.value) => {
            let what = format!("There is no calendar {:?}.", named.value);
            sink.if_whole(named.place, what, guess(&named.value, &keys));
        }
        None if keys.len() > 1 => {
            let what = "\"default_calendar\" is missing: there are several calendars.";
            let instead = format!(
                "Name the one of whoever has none of their own: default_calendar = {:?}.",
                keys[0]
            );
            sink.if_whole(place, what, instead);
        }
        _ => {}
    }
}

fn calendar(key: &str, table: &Table<'_>) -> Option<Calendar> {
    let zone = table.get("zone", "zone = \"Europe/Berlin\"").and_then(|item| item.zone());
    let mut week: [Vec<OpenHours>; 7] = std::array::from_fn(|_| Vec::new());
    let hours = table.need("hours", HOURS_EXAMPLE).and_then(|item| item.table("the hours"));
    if let Some(hours) = hours {
        for (days, item) in hours.entries(HOURS_EXAMPLE) {
            let Some(range) = day_range(days.value) else {
                let what = format!("{:?} is not a day of the week.", days.value);
                let instead = "Write mon, tue, wed, thu, fri, sat, sun, or two with '-': mon-fri.";
                hours.sink().add(days.place, what, instead.to_owned());
                continue;
            };
            let stretches: Vec<OpenHours> = stretches(&item);
            for day in range {
                if !week[day].is_empty() {
                    let what = format!("The hours of {} are given twice.", DAYS[day]);
                    hours.sink().add(days.place, what, "Give each day once.".to_owned());
                }
                week[day].clone_from(&stretches);
            }
        }
        if hours.entries("").is_empty() {
            hours.wrong("This calendar is never open.", format!("Write {HOURS_EXAMPLE}."));
        }
    }
    let holidays = holidays(table);
    let calendar = Calendar::new(key, zone, week, holidays);
    match calendar {
        Ok(calendar) => Some(calendar),
        // Every refusal was found at its own place before.
        Err(refusal) => {
            table.wrong(format!("{refusal}."), None);
            None
        }
    }
}

fn day_range(text: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let day = |word: &str| DAYS.iter().position(|day| *day == word);
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (day(from)?, day(to)?);
    (from <= to).then_some(from..=to)
}

/// The stretches of a day, in order; those that are wrong are left out.
fn stretches(item: &Item<'_>) -> Vec<OpenHours> {
    let mut kept: Vec<OpenHours> = Vec::new();
    for part in item.list().unwrap_or_default() {
        let Some(text) = part.text() else { continue };
        let Some(hours) = stretch(&text.value) else {
            let what = format!("{:?} is not a stretch of a day.", text.value);
            part.wrong(what, "Write \"09:00-12:30\", with two digits each.".to_owned());
            continue;
        };
        if !closes_after(hours) {
            let what = format!("{} does not close after it opens.", text.value);
            let instead = "Write the end of the day as 24:00, and the hours after midnight with \
                           the next day.";
            part.wrong(what, instead.to_owned());
            continue;
        }
        let overlap = kept.iter().find(|other| overlaps(**other, hours));
        if let Some(other) = overlap {
            let what = format!("{} overlaps {other}.", text.value);
            part.wrong(what, "Join the two, or end one earlier.".to_owned());
            continue;
        }
        kept.push(hours);
    }
    kept
}

fn stretch(text: &str) -> Option<OpenHours> {
    let (opens, closes) = text.split_once('-')?;
    let closes = match closes.trim() {
        "24:00" => Closes::EndOfDay,
        time => Closes::At(units::time(time)?),
    };
    Some(OpenHours { opens: units::time(opens.trim())?, closes })
}

fn closes_after(hours: OpenHours) -> bool {
    Closes::At(hours.opens) < hours.closes
}

fn overlaps(one: OpenHours, other: OpenHours) -> bool {
    Closes::At(one.opens) < other.closes && Closes::At(other.opens) < one.closes
}

fn holidays(table: &Table<'_>) -> Vec<Holiday> {
    let example = "[calendars.office.holidays] with 2026-12-25 = \"Christmas Day\"";
    let Some(section) = table.get("holidays", example).and_then(|item| item.table("the holidays"))
    else {
        return Vec::new();
    };
    let mut holidays = Vec::new();
    for (date, item) in section.entries("2026-12-25 = \"Christmas Day\"") {
        let name = item.text();
        match units::date(date.value) {
            Some(on) => {
                holidays.extend(name.map(|name| Holiday { on, name: name.value }));
            }
            None => section.sink().add(
                date.place,
                format!("{:?} is not a date.", date.value),
                "Write 2026-12-25 = \"Christmas Day\".".to_owned(),
            ),
        }
    }
    holidays
}
