//! A table's plan: for each column of this very file, what it says.

use super::{
    Mapping, Object, TableMapping, field_name, names_of, period::period_of, plain_name,
    profile::Profile,
};
use crate::values;

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text as it is.
    Text,
    /// Yes or no.
    Bool,
    /// A number.
    Number,
    /// An amount of money.
    Money,
    /// A day.
    Date,
    /// An instant; a day alone is its beginning.
    Instant,
    /// Another record, by its key or its name.
    Reference(Object),
    /// Part of what tells who somebody is.
    Person,
    /// Whatever the column's values show: a number or text.
    Found,
}

/// A field and the columns that may say it, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The field.
    pub field: String,
    /// Its kind.
    pub kind: Kind,
    /// The columns, counted from 0.
    pub columns: Vec<usize>,
    /// Whether a blank cell clears what is known.
    pub clears: bool,
}

/// How the rows of one file become facts.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the table lists.
    pub object: Object,
    /// The mapping of the table.
    pub table: TableMapping,
    /// The file's columns, by name.
    pub header: Vec<String>,
    /// The column of the record's own key.
    pub key: Option<usize>,
    /// Whether the key is a person's name or address.
    pub key_is_a_name: bool,
    /// The status that a lead of this table has from the start.
    pub first_status: Option<String>,
    /// Fields.
    pub fields: Vec<Planned>,
    /// Stages or statuses and the columns that say when they were entered.
    pub stages: Vec<(String, Vec<usize>)>,
    /// What is to be reached in each period that a column is named by; the field is the period.
    pub periods: Vec<Planned>,
    /// Columns that go beside the ledger, for they tell who somebody is.
    pub private: Vec<usize>,
    /// Columns that are left out.
    pub ignored: Vec<usize>,
}

/// Plans a table, once its columns have been looked at.
pub fn plan(mapping: &Mapping, table: &TableMapping, header: &[String], profile: &Profile) -> Plan {
    let columns: Vec<String> = header.iter().map(|name| plain_name(name)).collect();
    let find = |name: &String| {
        let name = plain_name(name);
        let is_so = |column: &String| names_of(column).any(|known| known == name);
        let whole = columns.iter().position(|column| *column == name);
        whole.or_else(|| header.iter().position(is_so))
    };
    let key = table.key.iter().find_map(find);
    let mut fields: Vec<Planned> = Vec::new();
    for (field, headers) in &table.columns {
        let mut found: Vec<usize> = Vec::new();
        for index in headers.each().iter().filter_map(find) {
            // Two spellings of a preset may be one as they are compared.
            if !found.contains(&index) {
                found.push(index);
            }
        }
        if !found.is_empty() {
            let kind = kind_of(table.object, field);
            let clears = clears(mapping, table, field);
            fields.push(Planned { field: field.clone(), kind, columns: found, clears });
        }
    }
    let stages: Vec<(String, Vec<usize>)> = table
        .stages
        .iter()
        .map(|(stage, headers)| {
            (stage.clone(), headers.each().iter().filter_map(find).collect::<Vec<_>>())
        })
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let key_is_a_name = table.object == Object::Users
        && key.is_some_and(|key| {
            fields.iter().any(|f| f.field == "name" && f.columns.contains(&key))
        });
    let first_status = key.and_then(|key| {
        let by_header = |(name, _): &(&String, &String)| plain_name(name) == columns[key];
        table.stage_when_first_seen.iter().find(by_header).map(|(_, status)| status.clone())
    });
    let mut plan = Plan {
        object: table.object,
        table: table.clone(),
        header: header.to_vec(),
        key,
        key_is_a_name,
        first_status,
        fields,
        stages,
        periods: Vec::new(),
        private: Vec::new(),
        ignored: table.ignore.iter().filter_map(find).collect(),
    };
    if table.amounts_by_period {
        plan.find_periods();
    }
    if !table.said_in_full {
        plan.find_stage_dates(profile);
    }
    plan.take_the_rest(mapping, &columns, profile);
    plan
}

fn clears(mapping: &Mapping, table: &TableMapping, field: &str) -> bool {
    mapping.blank == super::Blank::Clear || table.clear.iter().any(|clear| clear == field)
}

impl Plan {
    /// What follows from no column being the key, for records that are told again when they change;
    /// nothing where a column is, or where rows are events.
    pub fn doubt_about_key(&self) -> Option<String> {
        let record = match self.object {
            Object::Leads => "lead",
            Object::Opportunities => "opportunity",
            _ => return None,
        };
        self.key.is_none().then(|| {
            format!(
                "no column is known as the record's own key: rows are told apart by all that they \
                 say, so a row that changes is a new {record} at the next import; say which column \
                 is the key, if one is"
            )
        })
    }

    /// Columns that are named by a period, each once, but for those that are left out.
    fn find_periods(&mut self) {
        for (index, header) in self.header.iter().enumerate() {
            let Some(period) = period_of(header) else { continue };
            let is_new = !self.periods.iter().any(|known| known.field == period);
            if is_new && !self.ignored.contains(&index) {
                let (kind, columns) = (Kind::Money, vec![index]);
                self.periods.push(Planned { field: period, kind, columns, clears: false });
            }
        }
    }

    /// Columns such as `engage_date` or `Date entered MQL`, where the column of stages has a value
    /// of that word.
    fn find_stage_dates(&mut self, profile: &Profile) {
        let word = match self.object {
            Object::Opportunities => "stage",
            Object::Leads => "status",
            _ => return,
        };
        let Some(stage) = self.fields.iter().find(|planned| planned.field == word) else { return };
        let values = profile.values(stage.columns[0]);
        for (index, header) in self.header.iter().enumerate() {
            let Some(word) = stage_word(header) else { continue };
            let is_new = !self.stages.iter().any(|(_, columns)| columns.contains(&index));
            if let Some(value) = values.iter().find(|value| same_stem(&word, value))
                && is_new
                && profile.is_dates(index)
                && !closes(value)
            {
                self.stages.push((value.clone(), vec![index]));
            }
        }
    }

    /// Every column that nothing names becomes a field of its own name, or goes beside the ledger.
    fn take_the_rest(&mut self, mapping: &Mapping, columns: &[String], profile: &Profile) {
        let named = |names: &[String], index: usize| {
            names.iter().any(|name| plain_name(name) == columns[index])
        };
        for index in 0..columns.len() {
            let is_taken = self.key == Some(index)
                || self.ignored.contains(&index)
                || self.fields.iter().any(|planned| planned.columns.contains(&index))
                || self.stages.iter().any(|(_, columns)| columns.contains(&index))
                || self.periods.iter().any(|planned| planned.columns.contains(&index));
            if is_taken || profile.is_empty(index) {
                continue;
            }
            let private = named(&self.table.private, index)
                || (self.object.is_about_a_person()
                    && !named(&self.table.public, index)
                    && profile.may_tell_who(index, &self.header[index]));
            let (field, kind) = own(&self.header[index], &profile.values(index));
            if private {
                self.private.push(index);
            } else if !field.is_empty() && !self.fields.iter().any(|planned| planned.field == field)
            {
                let clears = clears(mapping, &self.table, &field);
                self.fields.push(Planned { field, kind, columns: vec![index], clears });
            }
        }
    }
}

/// As what a column is taken that nothing names: under its own name and as found. But a row of which
/// any table says that it is deleted is left out.
fn own(header: &str, values: &[String]) -> (String, Kind) {
    let field = field_name(header);
    let says = !values.is_empty() && values.iter().all(|value| values::parse_bool(value).is_ok());
    match field.as_str() {
        "deleted" | "is_deleted" if says => ("deleted".to_owned(), Kind::Bool),
        _ => (field, Kind::Found),
    }
}

/// Won and lost stages are dated by the closing date, not by a stem.
fn closes(stage: &str) -> bool {
    let stage = stage.to_lowercase();
    stage.contains("won") || stage.contains("lost")
}

/// The word in `engage_date`, `date_entered_mql`, `mql_at`, `Became a Customer Date`.
fn stage_word(header: &str) -> Option<String> {
    let name = field_name(header);
    let is_stamp = |part: &&str| matches!(*part, "date" | "at" | "on" | "timestamp" | "time");
    if !name.split('_').any(|part| is_stamp(&part)) {
        return None;
    }
    let filler = |part: &&str| {
        is_stamp(part)
            || matches!(*part, "entered" | "became" | "a" | "an" | "the" | "first" | "in")
    };
    let words: Vec<&str> = name.split('_').filter(|part| !filler(part)).collect();
    (!words.is_empty()).then(|| words.concat())
}

/// Whether two words have one stem: one begins as the other does, up to a short ending.
fn same_stem(word: &str, value: &str) -> bool {
    let value = plain_name(value);
    if value == word {
        return true;
    }
    let shared = word.chars().zip(value.chars()).take_while(|(a, b)| a == b).count();
    shared >= 4 && word.chars().count() - shared <= 2 && value.chars().count() - shared <= 3
}

fn kind_of(object: Object, field: &str) -> Kind {
    match field {
        "name" | "first_name" | "last_name" | "email" | "phone" if object.is_about_a_person() => {
            Kind::Person
        }
        "account" => Kind::Reference(Object::Accounts),
        "owner" | "to" | "by" | "manager" | "user" => Kind::Reference(Object::Users),
        "product" => Kind::Reference(Object::Products),
        "campaign" => Kind::Reference(Object::Campaigns),
        "lead" => Kind::Reference(Object::Leads),
        "opportunity" => Kind::Reference(Object::Opportunities),
        "amount" | "price" | "cost" | "budget" => Kind::Money,
        "employees" | "revenue" | "count" => Kind::Number,
        "opened_on" | "closed_on" | "expected_on" | "starts_on" | "ends_on" | "converted_on" => {
            Kind::Date
        }
        "created_at" | "modified_at" | "happened_at" | "delivered_at" | "answered_at"
        | "accepted_at" | "rejected_at" => Kind::Instant,
        "is_won" | "is_closed" | "responded" | "deleted" | "is_converted" => Kind::Bool,
        _ => Kind::Text,
    }
}
