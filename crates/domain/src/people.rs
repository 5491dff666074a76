//! The people of the firm as decisions see them: when they work and since when, who leads them, and
//! whether they are there. Hours that change hold from then on: whatever began under the old ones keeps
//! them. Source: domain.md, trap 8, and 2.5.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    absence::{self, Half},
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

/// Where a person of the firm stands, as it is known when something is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colleague {
    /// Who leads them.
    pub manager: Option<UserId>,
    /// Whether they are of the firm.
    pub is_here: bool,
    /// Whether they may be given anything: they are here, and may sign in if they ever might.
    pub can_own: bool,
    /// When they are away.
    pub away: Vec<Away>,
}

/// Days on which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
    /// Which half of each day; the whole days when absent.
    pub half: Option<Half>,
    /// Who does their work meanwhile.
    pub substitute: Option<UserId>,
}

/// Everybody's hours over time, and where they stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct People {
    hours: BTreeMap<UserId, Vec<(Timestamp, WorkingHours)>>,
    colleagues: BTreeMap<UserId, Colleague>,
    /// Whom the Agreement names by mail address.
    named: BTreeMap<String, UserId>,
}

impl People {
    /// Hours as they were told, report by report, in the order in which they happened. A report
    /// that says nothing of a zone leaves the zone as it was, and so for the calendar.
    pub fn told<'a>(reports: impl IntoIterator<Item = (UserId, Timestamp, &'a Fields)>) -> People {
        let mut people = People::default();
        for (user, at, fields) in reports {
            let known = people.hours.entry(user).or_default();
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

    /// The same people with where they stand, and with those whom the Agreement names by their mail
    /// addresses.
    pub fn with_colleagues(
        self,
        colleagues: BTreeMap<UserId, Colleague>,
        named: impl IntoIterator<Item = (String, UserId)>,
    ) -> People {
        let named = named.into_iter().map(|(name, user)| (name.to_lowercase(), user)).collect();
        People { colleagues, named, ..self }
    }

    /// Whom the Agreement names by user id or mail address, where they are known.
    pub fn named(&self, name: &str) -> Option<&UserId> {
        let by_id = || self.colleagues.get_key_value(&UserId::from(name)).map(|(user, _)| user);
        self.named.get(&name.to_lowercase()).or_else(by_id)
    }

    /// Where somebody stands, if they are known.
    pub fn colleague(&self, user: &UserId) -> Option<&Colleague> {
        self.colleagues.get(user)
    }

    /// Somebody's absence at an instant, by their own wall; by that of `firm` where it is not known.
    pub fn away(&self, user: &UserId, firm: &TimeZone, at: Timestamp) -> Option<&Away> {
        let away = &self.colleagues.get(user)?.away;
        let zone = self.hours(user, at).and_then(|hours| hours.zone.as_ref()).unwrap_or(firm);
        let wall = zone.to_datetime(at);
        away.iter().find(|away| absence::holds((away.first_on, away.last_on), away.half, wall))
    }

    /// The hours that held for somebody at an instant. What was told first holds for the time
    /// before it too: nobody came to be without hours.
    pub fn hours(&self, user: &UserId, at: Timestamp) -> Option<&WorkingHours> {
        let told = self.hours.get(user)?;
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
