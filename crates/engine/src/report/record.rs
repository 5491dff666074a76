//! What a record says of itself, by name: its columns and every reported field.

use std::sync::LazyLock;

use domain::field::{FieldValue, Fields};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::read::{CampaignRow, ClockRow, HandoffRow, LeadRow, NamedRow, UserRow};

/// A row that can be asked for something by name. Nothing said is `None`; said to be blank is the
/// empty text.
pub(super) trait Record {
    /// The names of its columns.
    fn columns() -> &'static [&'static str]
    where
        Self: Sized;

    /// What a column holds; `None` leaves the word to the reported field of the same name.
    fn column(&self, name: &str) -> Option<String>;

    /// Everything reported of it.
    fn fields(&self) -> &Fields;

    /// What it says under a name.
    fn value(&self, name: &str) -> Option<String> {
        self.column(name).or_else(|| self.fields().get(name).map(text))
    }
}

pub(super) fn text(value: &FieldValue) -> String {
    match value {
        FieldValue::Cleared => String::new(),
        value => value.to_string(),
    }
}

fn id<I: ToString>(id: Option<&I>) -> Option<String> {
    id.map(I::to_string)
}

impl Record for UserRow {
    fn columns() -> &'static [&'static str] {
        &["role", "side", "team", "manager", "region"]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "role" => self.role.map(|role| role.words().to_owned()),
            "side" => self.side.map(|side| side.word().to_owned()),
            "team" => self.team.clone(),
            "manager" => self.manager.clone(),
            "region" => self.region.clone(),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

impl<I> Record for NamedRow<I> {
    fn columns() -> &'static [&'static str] {
        &["name"]
    }

    fn column(&self, name: &str) -> Option<String> {
        (name == "name").then(|| self.name.clone()).flatten()
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

impl Record for CampaignRow {
    fn columns() -> &'static [&'static str] {
        &["name", "type"]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "name" => self.name.clone(),
            "type" => self.kind.clone(),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

impl Record for LeadRow {
    fn columns() -> &'static [&'static str] {
        &["record", "status", "source", "owner", "account"]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "record" => self.record.clone(),
            "status" => self.status.clone(),
            "source" => self.source.clone(),
            // A lead that was given to nobody has a blank owner, not an unknown one.
            "owner" => id(self.owner.as_ref()).or(self.owner_since.map(|_| String::new())),
            "account" => id(self.account.as_ref()),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

impl Record for HandoffRow {
    fn columns() -> &'static [&'static str] {
        &["owner", "answer", "reason", "answered_by", "lead"]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "owner" => id(self.owner.as_ref()),
            "answer" => self.answer.map(|answer| answer.word().to_owned()),
            "reason" => self.reason.clone(),
            "answered_by" => id(self.answered_by.as_ref()),
            "lead" => Some(self.lead.to_string()),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

static NO_FIELDS: LazyLock<Fields> = LazyLock::new(Fields::new);

impl Record for ClockRow {
    fn columns() -> &'static [&'static str] {
        &[
            "service_level",
            "owner",
            "verdict",
            "stopped_by",
            "clause",
            "version",
            "transfer",
            "lead",
            "opportunity",
        ]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "service_level" => Some(self.service_level.clone()),
            // The clock began with nobody to answer for it: blank, as the facts do say so.
            "owner" => Some(id(self.owner.as_ref()).unwrap_or_default()),
            "verdict" => self.verdict.map(|verdict| verdict.words().to_owned()),
            "stopped_by" => self.stopped_by.clone(),
            "clause" => Some(self.clause.clone()),
            "version" => Some(self.version.to_string()),
            "transfer" => Some(self.transfer.to_string()),
            // It runs on one of the two: the other is blank, as the facts do say so.
            "lead" => Some(id(self.subject.lead()).unwrap_or_default()),
            "opportunity" => Some(id(self.subject.opportunity()).unwrap_or_default()),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &NO_FIELDS
    }
}

/// A moment as far as a source tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A date.
    Day(Date),
    /// An instant.
    At(Timestamp),
}

impl When {
    /// What a field tells, or else the column that was made of it. Midnight in UTC is what systems
    /// write for a date, so it is one.
    pub(super) fn of(fields: &Fields, name: &str, column: Option<&str>) -> Option<When> {
        let told = fields.get(name).and_then(FieldValue::text);
        let instant = told.and_then(|text| text.parse::<Timestamp>().ok());
        match instant.filter(|at| at.as_second().rem_euclid(86_400) != 0) {
            Some(at) => Some(When::At(at)),
            None => column?.parse().ok().map(When::Day),
        }
    }

    /// The day that it is in a zone.
    pub(super) fn day(self, zone: &TimeZone) -> Date {
        match self {
            When::Day(day) => day,
            When::At(at) => zone.to_datetime(at).date(),
        }
    }
}
