//! When the people of the firm work, and since when. Hours that change hold from then on: whatever
//! began under the old ones keeps them. Source: domain.md, trap 8, and 2.5.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    field::{FieldValue, Fields},
    ids::UserId,
};

/// When a person of the firm works: their zone and the key of their calendar, where known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingHours {
    /// Their own zone.
    pub zone: Option<TimeZone>,
    /// Their calendar in the Agreement.
    pub calendar: Option<String>,
}

/// Everybody's hours, over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct People(BTreeMap<UserId, Vec<(Timestamp, WorkingHours)>>);

impl People {
    /// Hours as they were told, report by report, in the order in which they happened. A report
    /// that says nothing of a zone leaves the zone as it was, and so for the calendar.
    pub fn told<'a>(reports: impl IntoIterator<Item = (UserId, Timestamp, &'a Fields)>) -> People {
        let mut people = People::default();
        for (user, at, fields) in reports {
            let known = people.0.entry(user).or_default();
            let mut hours = known.last().map(|(_, hours)| hours.clone()).unwrap_or_default();
            if let Some(value) = fields.get("zone") {
                hours.zone = value.text().and_then(|zone| TimeZone::get(zone).ok());
            }
            if let Some(value) = fields.get("calendar") {
                hours.calendar = value.text().map(str::to_owned);
            }
            known.push((at, hours));
        }
        people
    }

    /// The hours that held for somebody at an instant. What was told first holds for the time
    /// before it too: nobody came to be without hours.
    pub fn hours(&self, user: &UserId, at: Timestamp) -> Option<&WorkingHours> {
        let told = self.0.get(user)?;
        let later = told.partition_point(|(since, _)| *since <= at);
        told.get(later.saturating_sub(1)).map(|(_, hours)| hours)
    }
}

/// Of what is reported of somebody, that which says when they work.
pub fn of_hours(fields: &Fields) -> Fields {
    let says = |(name, _): &(&String, &FieldValue)| matches!(name.as_str(), "zone" | "calendar");
    fields.iter().filter(says).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("2026-{day}T09:00:00Z").parse().unwrap()
    }

    fn fields(of: &[(&str, &str)]) -> Fields {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
    }

    #[test]
    fn hours_hold_from_when_they_were_told_and_the_first_ones_before_too() {
        let reports = [
            (at("02-01"), fields(&[("zone", "Europe/Berlin"), ("calendar", "office")])),
            (at("03-01"), fields(&[("zone", "Asia/Tokyo")])),
            (at("04-01"), Fields::from([("calendar".into(), FieldValue::Cleared)])),
        ];
        let told = reports.iter().map(|(at, fields)| ("a".into(), *at, fields));
        let people = People::told(told);
        let held = |day: &str| {
            let hours = people.hours(&"a".into(), at(day)).unwrap();
            let zone = hours.zone.as_ref().and_then(|zone| zone.iana_name());
            (zone.unwrap_or_default().to_owned(), hours.calendar.clone())
        };
        let office = || Some("office".to_owned());
        assert_eq!(held("01-01"), ("Europe/Berlin".into(), office()));
        assert_eq!(held("02-28"), ("Europe/Berlin".into(), office()));
        assert_eq!(held("03-01"), ("Asia/Tokyo".into(), office()));
        assert_eq!(held("05-01"), ("Asia/Tokyo".into(), None));
        assert_eq!(people.hours(&"b".into(), at("05-01")), None);
    }
}
