//! Read model: who is away, and who signs in whose place. What was taken back stays, and says so.

use domain::{
    absence::{AbsenceEntered, AbsenceWithdrawn, Half, SubstituteNamed, SubstituteWithdrawn},
    fact::Entry,
    firm::Side,
    ids::{FactNo, UserId},
};
use jiff::civil::Date;

use super::user::side_key;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, values},
};

pub(crate) const COLUMNS: &str =
    "by_fact, user_id, first_on, last_on, half, substitute, entered_by, withdrawn_by";

pub(crate) const SUBSTITUTION_COLUMNS: &str =
    "by_fact, signer, side, substitute, first_on, last_on, withdrawn_by";

/// Somebody is, was or will be away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Who.
    pub user: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
    /// Which half of each day; `None` for the whole days.
    pub half: Option<Half>,
    /// Who does their work meanwhile.
    pub substitute: Option<UserId>,
    /// Who wrote it down.
    pub entered_by: UserId,
    /// The fact that took it back.
    pub withdrawn_by: Option<FactNo>,
}

/// Somebody signs in the place of a signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstitutionRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Whose signature it is.
    pub signer: UserId,
    /// For which side.
    pub side: Side,
    /// Who signs.
    pub substitute: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
    /// The fact that took it back.
    pub withdrawn_by: Option<FactNo>,
}

fn read(mut row: Row) -> Result<AbsenceRow, StoreError> {
    Ok(AbsenceRow {
        by_fact: row.next()?,
        user: row.next()?,
        first_on: row.next()?,
        last_on: row.next()?,
        half: row.next()?,
        substitute: row.next()?,
        entered_by: row.next()?,
        withdrawn_by: row.next()?,
    })
}

fn read_substitution(mut row: Row) -> Result<SubstitutionRow, StoreError> {
    Ok(SubstitutionRow {
        by_fact: row.next()?,
        signer: row.next()?,
        side: row.next()?,
        substitute: row.next()?,
        first_on: row.next()?,
        last_on: row.next()?,
        withdrawn_by: row.next()?,
    })
}

impl FromValue for Half {
    const WANTED: &'static str = "a half of a day";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        let half = Half::ALL.iter().find(|(known, _)| *known == key);
        half.map(|(_, half)| *half).ok_or(Value::Text(key))
    }
}

impl FromValue for Date {
    const WANTED: &'static str = "a day";
    fn from_value(value: Value) -> Result<Self, Value> {
        let text = String::from_value(value)?;
        text.parse().map_err(|_| Value::Text(text))
    }
}

pub(crate) fn entered(
    connection: &Connection,
    entry: &Entry,
    fact: &AbsenceEntered,
) -> Result<(), StoreError> {
    let sql = "insert into absence
                   (by_fact, user_id, first_on, last_on, half, substitute, entered_by)
               values ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        entry.no,
        &fact.user,
        fact.first_on.to_string(),
        fact.last_on.to_string(),
        fact.half.map(Half::key),
        fact.substitute.as_ref(),
        &fact.by
    ];
    connection.execute("fold an absence", sql, values).map(drop)
}

pub(crate) fn withdrawn(
    connection: &Connection,
    entry: &Entry,
    fact: &AbsenceWithdrawn,
) -> Result<(), StoreError> {
    let sql = "update absence set withdrawn_by = $2 where by_fact = $1";
    connection.execute("fold an absence's end", sql, values![fact.absence, entry.no]).map(drop)
}

pub(crate) fn named(
    connection: &Connection,
    entry: &Entry,
    fact: &SubstituteNamed,
) -> Result<(), StoreError> {
    let sql = "insert into substitution (by_fact, signer, side, substitute, first_on, last_on)
               values ($1, $2, $3, $4, $5, $6)";
    let values = values![
        entry.no,
        &fact.signer,
        side_key(fact.side),
        &fact.substitute,
        fact.first_on.to_string(),
        fact.last_on.to_string()
    ];
    connection.execute("fold a substitute", sql, values).map(drop)
}

pub(crate) fn unnamed(
    connection: &Connection,
    entry: &Entry,
    fact: &SubstituteWithdrawn,
) -> Result<(), StoreError> {
    let sql = "update substitution set withdrawn_by = $2 where by_fact = $1";
    connection.execute("fold a substitute's end", sql, values![fact.named, entry.no]).map(drop)
}

impl Reader<'_> {
    /// Every absence that stands, by the fact that told it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn standing_absences(&self) -> Result<Vec<AbsenceRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from absence where withdrawn_by is null order by by_fact");
        self.list("read who is away", &query, &[], read)
    }

    /// Somebody's absences, the latest first, those taken back among them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn absences_of(&self, user: &UserId) -> Result<Vec<AbsenceRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from absence where user_id = $1 order by first_on desc, by_fact desc"
        );
        self.list("read somebody's absences", &query, values![user], read)
    }

    /// The absences that stand and do not end before a day, the first to begin first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn absences_from(&self, day: Date) -> Result<Vec<AbsenceRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from absence where last_on >= $1 and withdrawn_by is null
             order by first_on, by_fact"
        );
        self.list("read the absences", &query, values![day.to_string()], read)
    }

    /// The substitutes for signatures that stand and whose time does not end before a day, the
    /// first to begin first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn substitutions_from(&self, day: Date) -> Result<Vec<SubstitutionRow>, StoreError> {
        let query = format!(
            "select {SUBSTITUTION_COLUMNS} from substitution
             where last_on >= $1 and withdrawn_by is null order by first_on, by_fact"
        );
        let day = day.to_string();
        self.list("read the substitutes", &query, values![day], read_substitution)
    }

    /// The substitute that a fact named, taken back or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn substitution(&self, by_fact: FactNo) -> Result<Option<SubstitutionRow>, StoreError> {
        let query = format!("select {SUBSTITUTION_COLUMNS} from substitution where by_fact = $1");
        self.find("read a substitute", &query, values![by_fact], read_substitution)
    }
}
