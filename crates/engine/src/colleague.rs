//! What is known of a colleague: their team, who leads them, where and when they work, and how they
//! stand. What a source said and what was corrected here are facts alike; the later one holds.

use std::collections::BTreeMap;

use domain::{
    bounds::{OutOfBounds, TEAM_CHARS_MAX, check_length},
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields, lay},
    ids::{FactNo, UserId},
    record::UserReported,
    team::{LedBy, circle},
    withdrawal::holding,
};
use jiff::{Timestamp, tz::TimeZone};
use store::{Reader, StoreError, Writer, read::UserRow};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{Versions, history},
    refusals::Refusals,
};

/// Why what is known of somebody is not corrected, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColleagueRefusal {
    /// There is no such person.
    #[error("there is nobody with the id {0}: look at the list of people")]
    Unknown(UserId),
    /// The name of a team or a region is too long for the lists that it stands in.
    #[error("the name of the {0} {1}")]
    TooLong(&'static str, OutOfBounds),
    /// The manager is nobody.
    #[error("there is nobody with the id {0} to lead them: choose one of the list")]
    ManagerUnknown(UserId),
    /// They would lead themselves.
    #[error("nobody leads themselves: choose somebody else, or nobody")]
    OwnManager,
    /// They would lead one another.
    #[error("{0}: nobody is led by somebody whom they lead, so choose another manager")]
    Circle(String),
    /// The Agreement in force has no such calendar.
    #[error("the Agreement in force has no calendar {0:?}: choose one of its own")]
    CalendarUnknown(String),
    /// It is no time zone.
    #[error("{0:?} is no time zone: write it like Europe/Berlin")]
    ZoneUnknown(String),
}

/// What is to be known of somebody from now on; what is blank is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// Their team.
    pub team: String,
    /// Who leads them, by id.
    pub manager: String,
    /// Their region.
    pub region: String,
    /// Their calendar in the Agreement, by its key.
    pub calendar: String,
    /// Their zone.
    pub zone: String,
}

/// What the facts say of somebody, each value with the fact that it comes from.
pub struct Record {
    /// The values.
    pub fields: Fields,
    facts: BTreeMap<String, FactNo>,
    entries: Vec<Entry>,
}

impl Record {
    /// What is known of a person.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(reader: &Reader<'_>, user: &UserId) -> Result<Record, StoreError> {
        let entries = holding(reader.facts_of(&format!("user/{user}"))?);
        let (mut fields, mut facts) = (Fields::new(), BTreeMap::new());
        for entry in &entries {
            if let Fact::User(told) = entry.fact() {
                lay(&mut fields, &mut facts, &told.fields, entry.no);
            }
        }
        Ok(Record { fields, facts, entries })
    }

    /// The fact that a field's value comes from.
    pub fn told(&self, field: &str) -> Option<&Entry> {
        let no = self.facts.get(field)?;
        self.entries.iter().find(|entry| entry.no == *no)
    }

    /// The fact that last said what they may do.
    pub fn admitted(&self) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| matches!(entry.fact(), Fact::UserAdmitted(_)))
    }
}

impl Engine {
    /// Corrects what is known of somebody by a further fact, which has only what is new. Says
    /// whether anything was. `by` is whoever has the machine where it is nobody.
    ///
    /// # Errors
    /// [`ColleagueRefusal`], or the actor may not.
    pub fn correct_person(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        correction: Correction,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if let Some(by) = by {
            may(by, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let by = by.map(|by| by.user.clone());
        let (user, versions) = (user.clone(), self.versions.clone());
        let told = told_fields(correction);
        self.store.write(now, move |writer| write_down(writer, &versions, by, user, told))
    }
}

/// What is known of somebody who is only now let in: what is blank says nothing.
pub(crate) fn write_down_first(
    writer: &mut Writer<'_>,
    versions: &Versions,
    by: Option<UserId>,
    user: UserId,
    correction: Correction,
) -> Result<bool, Error> {
    write_down(writer, versions, by, user, first_fields(correction))
}

/// Whether what is told of somebody who is only now let in can be so; of `nobody` as long as it is not
/// known who they are.
///
/// # Errors
/// All that cannot.
pub(crate) fn check_first(
    reader: &Reader<'_>,
    versions: &Versions,
    user: Option<&UserId>,
    correction: &Correction,
    now: Timestamp,
) -> Result<(), Error> {
    let nobody = UserId::from("");
    let (users, user) = (reader.users()?, user.unwrap_or(&nobody));
    check_told(reader, versions, (&users, user), &first_fields(correction.clone()), now)
}

/// What a first correction says: what is blank says nothing.
fn first_fields(correction: Correction) -> Fields {
    let mut told = told_fields(correction);
    told.retain(|_, value| *value != FieldValue::Cleared);
    told
}

/// Looks at every value that is told of somebody.
fn check_told(
    reader: &Reader<'_>,
    versions: &Versions,
    (users, user): (&[UserRow], &UserId),
    told: &Fields,
    now: Timestamp,
) -> Result<(), Error> {
    let mut refusals = Refusals::default();
    for name in ["team", "region"] {
        let text = told.get(name).and_then(FieldValue::text).unwrap_or_default();
        let fits = check_length(text, TEAM_CHARS_MAX);
        refusals.take(fits.map_err(|why| refused(ColleagueRefusal::TooLong(name, why))))?;
    }
    refusals.take(check_manager(reader, users, user, told.get("manager")))?;
    refusals.take(check_calendar(reader, versions, told.get("calendar"), now))?;
    refusals.take(with_zone(told.clone()))?;
    refusals.done()
}

/// Appends what is new of some fields of somebody; whether anything is.
fn write_down(
    writer: &mut Writer<'_>,
    versions: &Versions,
    by: Option<UserId>,
    user: UserId,
    told: Fields,
) -> Result<bool, Error> {
    let users = writer.reader().users()?;
    let Some(row) = users.iter().find(|row| row.id == user) else {
        return Err(refused(ColleagueRefusal::Unknown(user)));
    };
    let new = new_fields(&row.fields, told);
    check_told(&writer.reader(), versions, (&users, &user), &new, writer.now())?;
    let new = new_fields(&row.fields, with_zone(new)?);
    if new.is_empty() {
        return Ok(false);
    }
    let nth = writer.reader().facts_of(&format!("user/{user}"))?.len();
    let key = format!("user/{user}/corrected/{nth}");
    append(writer, key, Fact::User(UserReported { user, fields: new, person: None, by }))?;
    Ok(true)
}

/// The correction as fields: what is blank is cleared.
fn told_fields(correction: Correction) -> Fields {
    let Correction { team, manager, region, calendar, zone } = correction;
    let named = [
        ("team", team),
        ("manager", manager),
        ("region", region),
        ("calendar", calendar),
        ("zone", zone),
    ];
    let value = |text: String| {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() { FieldValue::Cleared } else { FieldValue::Text(words.join(" ")) }
    };
    named.into_iter().map(|(name, text)| (name.to_owned(), value(text))).collect()
}

/// Those of the fields that say something else than what is known.
fn new_fields(known: &Fields, told: Fields) -> Fields {
    let is_new = |name: &String, value: &FieldValue| match known.get(name) {
        None => *value != FieldValue::Cleared,
        Some(known) => known != value,
    };
    told.into_iter().filter(|(name, value)| is_new(name, value)).collect()
}

fn check_manager(
    reader: &Reader<'_>,
    users: &[UserRow],
    user: &UserId,
    manager: Option<&FieldValue>,
) -> Result<(), Error> {
    let Some(manager) = manager.and_then(FieldValue::text).map(UserId::from) else {
        return Ok(());
    };
    if !users.iter().any(|row| row.id == manager) {
        return Err(refused(ColleagueRefusal::ManagerUnknown(manager)));
    }
    if manager == *user {
        return Err(refused(ColleagueRefusal::OwnManager));
    }
    let led = |row: &UserRow| Some((row.id.clone(), UserId(row.manager.clone()?)));
    let led_by: LedBy = users.iter().filter_map(led).collect();
    let way = circle(&led_by, user, &manager);
    if way.is_empty() {
        return Ok(());
    }
    let named = way.iter().map(|id| name_of(reader, id)).collect::<Result<Vec<_>, StoreError>>()?;
    let circle = named.join(", who is led by ").replacen(", who is led by", " is led by", 1);
    Err(refused(ColleagueRefusal::Circle(circle)))
}

fn check_calendar(
    reader: &Reader<'_>,
    versions: &Versions,
    calendar: Option<&FieldValue>,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(calendar) = calendar.and_then(FieldValue::text) else { return Ok(()) };
    let history = history(reader, versions)?;
    match history.at(now) {
        Some(found) if found.agreement.calendars.contains_key(calendar) => Ok(()),
        _ => Err(refused(ColleagueRefusal::CalendarUnknown(calendar.to_owned()))),
    }
}

/// The fields with the zone as the time zone database writes it.
fn with_zone(mut fields: Fields) -> Result<Fields, Error> {
    if let Some(FieldValue::Text(zone)) = fields.get_mut("zone") {
        let found = TimeZone::get(zone).ok();
        let Some(name) = found.as_ref().and_then(TimeZone::iana_name) else {
            return Err(refused(ColleagueRefusal::ZoneUnknown(zone.clone())));
        };
        name.clone_into(zone);
    }
    Ok(fields)
}

/// What somebody is called; by their source where no name is known.
pub(crate) fn name_of(reader: &Reader<'_>, user: &UserId) -> Result<String, StoreError> {
    let person = reader.person_of(&format!("user/{user}"))?;
    Ok(person.and_then(|person| person.name).unwrap_or_else(|| user.words()))
}

/// Appends what happened now.
pub(crate) fn append(writer: &mut Writer<'_>, key: String, fact: Fact) -> Result<(), Error> {
    let told = Told { source: SOURCE.to_owned(), key, happened_at: writer.now(), fact };
    writer.append_once(told)?;
    Ok(())
}

fn refused(refusal: ColleagueRefusal) -> Error {
    Error::Refused(refusal.into())
}
