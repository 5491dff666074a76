//! What people were trained in, and when whoever leads them last met them: told of the person by a
//! further fact, by somebody who can vouch for it.

use domain::{
    agreement::{Agreement, training::CHECKED_IN},
    fact::Fact,
    field::{FieldValue, Fields},
    ids::UserId,
    record::UserReported,
    structure::{Duty, Untrained, check_in_lapsed, responsibilities, untrained},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use store::{Reader, StoreError};

use super::{Firm, gone};
use crate::{
    Engine, Error, Refusal,
    absence::manager,
    access::{Act, Actor, may},
    agreement::history,
    colleague::{append, name_of},
    substitute::user_named,
};

/// Why a training or a check-in is not written down, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchoolingRefusal {
    /// There is no such person.
    #[error("there is nobody with the id {0}: look at the list of people")]
    Unknown(UserId),
    /// They have left.
    #[error("{0} has left: what they were trained in counts no more")]
    Left(String),
    /// The text knows no such training.
    #[error("the Agreement in force asks for no training {0:?}: choose one of its own")]
    NoTraining(String),
    /// The text asks for no check-ins.
    #[error("the Agreement in force asks for no check-ins: propose a text that does")]
    NoCheckIns,
    /// The day has not come.
    #[error("{0} has not come yet: write down the day on which it was")]
    NotYet(Date),
}

/// What somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vouched {
    /// That somebody was trained, by the key of the training.
    Training(String),
    /// That whoever leads them met them.
    CheckIn,
}

/// A check-in that has not come in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// Who leads.
    pub manager: UserId,
    /// Whom they lead.
    pub user: UserId,
    /// The last day on which the next one would have been in time; `None` where none is told of.
    pub held_until: Option<Date>,
}

impl Firm<'_> {
    /// The trainings that somebody lacks for a duty today.
    pub(super) fn untrained(&self, user: &UserId, duty: &Duty) -> Vec<Untrained> {
        let Some(row) = self.users.get(user) else { return Vec::new() };
        untrained(&self.agreement().trainings, duty, &row.fields, self.today())
    }

    /// Check-ins that have lapsed, by who leads and whom; `None` where the text asks for none.
    pub(super) fn lapsed(&self) -> Option<Vec<Lapsed>> {
        let check_ins = self.agreement().check_ins.as_ref()?;
        let mut lapsed = Vec::new();
        for row in self.users.values().filter(|row| gone(row).is_none()) {
            let leads = |id: &UserId| self.users.get(id).is_some_and(|row| gone(row).is_none());
            let Some(manager) = manager(row).filter(leads) else { continue };
            if let Some(held_until) = check_in_lapsed(check_ins, &row.fields, self.today()) {
                lapsed.push(Lapsed { manager, user: row.id.clone(), held_until });
            }
        }
        lapsed.sort_by(|a, b| (&a.manager, &a.user).cmp(&(&b.manager, &b.user)));
        Some(lapsed)
    }
}

impl Engine {
    /// Writes down on which day somebody was trained or met by whoever leads them; without a day,
    /// takes back what is known. Says whether anything was new.
    ///
    /// # Errors
    /// [`SchoolingRefusal`], or the actor may not: nobody vouches for themselves.
    pub fn vouch(
        &self,
        by: &Actor,
        user: &UserId,
        vouched: Vouched,
        on: Option<Date>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (by, user, versions) = (by.clone(), user.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            let row = writer.reader().user(&user)?;
            let row = row.ok_or_else(|| refused(SchoolingRefusal::Unknown(user.clone())))?;
            may(&by, &Act::VouchFor(user.clone(), manager(&row))).map_err(Refusal::from)?;
            if row.left_at.is_some() {
                return Err(refused(SchoolingRefusal::Left(name_of(&writer.reader(), &user)?)));
            }
            let agreements = history(&writer.reader(), &versions)?;
            let in_force = agreements.at(now).map(|found| &found.agreement);
            let field = field_of(in_force.map(AsRef::as_ref), &vouched).map_err(refused)?;
            let zone = in_force.map_or(TimeZone::UTC, |agreement| agreement.zone.clone());
            let today = zone.to_datetime(now).date();
            if let Some(day) = on.filter(|day| *day > today) {
                return Err(refused(SchoolingRefusal::NotYet(day)));
            }
            let known = row.fields.get(&field);
            let value = on.map_or(FieldValue::Cleared, |day| FieldValue::Text(day.to_string()));
            if known.unwrap_or(&FieldValue::Cleared) == &value {
                return Ok(false);
            }
            let nth = writer.reader().facts_of(&format!("user/{user}"))?.len();
            let key = format!("user/{user}/vouched/{nth}");
            let fields = Fields::from([(field, value)]);
            let fact = UserReported { user, fields, person: None, by: Some(by.user) };
            append(writer, key, Fact::User(fact))?;
            Ok(true)
        })
    }
}

/// What a text gives somebody to do.
///
/// # Errors
/// When the database cannot be read.
pub fn duties_of(
    reader: &Reader<'_>,
    agreement: &Agreement,
    user: &UserId,
) -> Result<Vec<Duty>, StoreError> {
    let mut duties = Vec::new();
    for responsibility in responsibilities(agreement) {
        if user_named(reader, &responsibility.who)?.as_ref() == Some(user) {
            duties.push(responsibility.duty);
        }
    }
    Ok(duties)
}

/// The field of a person in which it is told.
fn field_of(agreement: Option<&Agreement>, vouched: &Vouched) -> Result<String, SchoolingRefusal> {
    match vouched {
        Vouched::Training(id) => {
            let trainings = agreement.into_iter().flat_map(|agreement| &agreement.trainings);
            let found = trainings.into_iter().find(|training| training.id == *id);
            Ok(found.ok_or_else(|| SchoolingRefusal::NoTraining(id.clone()))?.field())
        }
        Vouched::CheckIn => match agreement.and_then(|agreement| agreement.check_ins.as_ref()) {
            Some(_) => Ok(CHECKED_IN.to_owned()),
            None => Err(SchoolingRefusal::NoCheckIns),
        },
    }
}

fn refused(refusal: SchoolingRefusal) -> Error {
    Error::Refused(refusal.into())
}
