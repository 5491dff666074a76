//! A row as a draft: values read, references still by the words of the source.

use domain::{
    bounds,
    field::{FieldValue, Fields},
    money::{Currency, Money},
    person::Person,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Object,
    plan::{Kind, Plan, Planned},
    profile::{Defaults, Profile},
    unit_of,
};
use crate::{
    files::table::{Cell, Row},
    values::{
        self, Missing,
        date::{DateOrder, DateValue, parse_date},
        missing,
        money::{MoneyValue, currency_named, money_from_float, parse_money},
        number::{from_float, parse_number},
    },
};

/// What one row says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The line on which the row starts.
    pub line: u64,
    /// The record's own key, where the table has one.
    pub key: Option<String>,
    /// Values; cleared ones where a blank clears.
    pub fields: Fields,
    /// What tells who the person is.
    pub person: Person,
    /// References to other records, in the source's words.
    pub references: Vec<(String, Object, String)>,
    /// Instants that say when something was, by field.
    pub stamps: Vec<(String, Stamp)>,
    /// Stages or statuses and when they were entered.
    pub stages: Vec<(String, Stamp)>,
    /// What is to be reached in each period that the row says it of.
    pub amounts: Vec<(String, Money)>,
    /// Assumptions about single values, for the report.
    pub notes: Vec<ColumnProblem>,
}

/// An instant, and whether only its day was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The instant; the beginning of the day where only that was written.
    pub at: Timestamp,
    /// The day in the zone of the file.
    pub on: Date,
}

/// Something about the value of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProblem {
    /// The column's name; empty for the row as a whole.
    pub column: String,
    /// What it is, and what would be right.
    pub reason: String,
}

impl Draft {
    /// An instant by its field.
    pub fn stamp(&self, field: &str) -> Option<Stamp> {
        self.stamps.iter().find(|(name, _)| name == field).map(|(_, stamp)| *stamp)
    }

    /// The text of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(FieldValue::text)
    }

    /// A yes-or-no field.
    pub fn is(&self, field: &str) -> Option<bool> {
        match self.fields.get(field) {
            Some(FieldValue::Bool(yes)) => Some(*yes),
            _ => None,
        }
    }

    /// A reference by its field.
    pub fn reference(&self, field: &str) -> Option<&str> {
        let found = self.references.iter().find(|(name, _, _)| name == field);
        found.map(|(_, _, text)| text.as_str())
    }
}

impl Plan {
    /// Reads one row.
    ///
    /// # Errors
    /// Every value that cannot be read, by column, with what would be right. The row is not taken.
    pub fn draft(
        &self,
        row: &Row,
        profile: &Profile,
        defaults: &Defaults,
    ) -> Result<Draft, Vec<ColumnProblem>> {
        let mut draft = Draft { line: row.line, ..Draft::default() };
        let mut problems = Vec::new();
        draft.key = self.key.and_then(|index| text_of(row.cell(index)));
        if let Some(key) = self.key.filter(|_| draft.key.is_none()) {
            let reason = "is blank, and it is the record's own key: fill it in".to_owned();
            problems.push(self.problem(key, reason));
        }
        for (field, value) in &self.table.set {
            draft.fields.insert(field.clone(), FieldValue::Text(value.clone()));
        }
        let currency = self.row_currency(row, defaults);
        for planned in &self.fields {
            let reading = Reading { plan: self, profile, defaults, currency, planned };
            if let Err(problem) = reading.take(row, &mut draft) {
                problems.push(problem);
            }
        }
        self.take_stages(row, profile, defaults, &mut draft, &mut problems);
        for planned in &self.periods {
            let reading = Reading { plan: self, profile, defaults, currency, planned };
            match reading.amount(row, &mut draft) {
                Ok(amount) => draft.amounts.extend(amount.map(|it| (planned.field.clone(), it))),
                Err(problem) => problems.push(problem),
            }
        }
        for &index in &self.private {
            if let Some(text) = text_of(row.cell(index)) {
                draft.person.other.insert(super::field_name(&self.header[index]), text);
            }
        }
        join_names(&mut draft);
        problems.extend(self.out_of_bounds(&draft));
        if problems.is_empty() { Ok(draft) } else { Err(problems) }
    }

    /// What a row says that no record can have.
    fn out_of_bounds(&self, draft: &Draft) -> Option<ColumnProblem> {
        let has_amounts = matches!(self.object, Object::Opportunities | Object::Quotas);
        let is_colleague = self.object == Object::Users;
        let of_fields = bounds::check_fields(&draft.fields, has_amounts, is_colleague);
        let of_person = || match is_colleague {
            true => bounds::check_person(&draft.person),
            false => Ok(()),
        };
        let of_periods = || {
            let mut amounts = draft.amounts.iter().map(|(_, amount)| FieldValue::Money(*amount));
            amounts.try_for_each(|it| bounds::check_amount(&it).map_err(|why| ("amount", why)))
        };
        let (field, why) =
            of_fields.and_then(|()| of_person()).and_then(|()| of_periods()).err()?;
        let is_it = |planned: &&Planned| planned.field == field;
        let column = self.fields.iter().find(is_it).map(|planned| planned.columns[0]);
        let reason = why.to_string();
        Some(match column {
            Some(index) => self.problem(index, reason),
            None => ColumnProblem { column: field.to_owned(), reason },
        })
    }

    /// The currency of a row, where a column says it.
    fn row_currency(&self, row: &Row, defaults: &Defaults) -> Currency {
        let column = self.fields.iter().find(|planned| planned.field == "currency");
        let code = column.and_then(|planned| text_of(row.cell(planned.columns[0])));
        code.and_then(|code| Currency::parse(&code).ok()).unwrap_or(defaults.currency)
    }

    fn take_stages(
        &self,
        row: &Row,
        profile: &Profile,
        defaults: &Defaults,
        draft: &mut Draft,
        problems: &mut Vec<ColumnProblem>,
    ) {
        for (stage, columns) in &self.stages {
            for &index in columns {
                match date_of(row.cell(index), profile.date_order(index, defaults.date_order)) {
                    Ok(None) => continue,
                    Ok(Some(date)) => {
                        draft.stages.push((stage.clone(), stamp(date, &defaults.zone)));
                    }
                    Err(reason) => problems.push(self.problem(index, reason)),
                }
                break;
            }
        }
    }

    fn problem(&self, index: usize, reason: String) -> ColumnProblem {
        ColumnProblem { column: self.header[index].clone(), reason }
    }
}

struct Reading<'a> {
    plan: &'a Plan,
    profile: &'a Profile,
    defaults: &'a Defaults,
    currency: Currency,
    planned: &'a Planned,
}

impl Reading<'_> {
    /// Reads a field from the first of its columns that has something.
    fn take(&self, row: &Row, draft: &mut Draft) -> Result<(), ColumnProblem> {
        let mut unknown = false;
        for &index in &self.planned.columns {
            let cell = row.cell(index);
            match absent(cell) {
                Some(Missing::Blank) => continue,
                Some(Missing::Unknown) => {
                    unknown = true;
                    continue;
                }
                None => {}
            }
            return self
                .read(index, cell, draft)
                .map_err(|reason| self.plan.problem(index, reason));
        }
        if self.planned.clears && !unknown && self.planned.kind != Kind::Person {
            draft.fields.insert(self.planned.field.clone(), FieldValue::Cleared);
        }
        Ok(())
    }

    /// What the only column of a period says is to be reached in it.
    fn amount(&self, row: &Row, draft: &mut Draft) -> Result<Option<Money>, ColumnProblem> {
        let index = self.planned.columns[0];
        let cell = row.cell(index);
        if absent(cell).is_some() {
            return Ok(None);
        }
        let read = self.money(index, cell, draft);
        read.map(|read| Some(read.money)).map_err(|reason| self.plan.problem(index, reason))
    }

    fn read(&self, index: usize, cell: &Cell, draft: &mut Draft) -> Result<(), String> {
        let field = self.planned.field.clone();
        let value = match self.planned.kind {
            Kind::Person => {
                take_person(&mut draft.person, &field, text_of(cell).unwrap_or_default());
                return Ok(());
            }
            Kind::Reference(object) => {
                draft.references.push((field, object, text_of(cell).unwrap_or_default()));
                return Ok(());
            }
            Kind::Instant | Kind::Date => {
                let order = self.profile.date_order(index, self.defaults.date_order);
                let Some(date) = date_of(cell, order)? else { return Ok(()) };
                let stamp = stamp(date, &self.defaults.zone);
                draft.stamps.push((field.clone(), stamp));
                FieldValue::Text(match self.planned.kind {
                    Kind::Date => stamp.on.to_string(),
                    _ => stamp.at.to_string(),
                })
            }
            Kind::Money => FieldValue::Money(self.money(index, cell, draft)?.money),
            Kind::Number => self.bare(index, cell, draft)?,
            Kind::Bool => FieldValue::Bool(yes_or_no(cell)?),
            Kind::Text => FieldValue::Text(self.word(&field, text_of(cell).unwrap_or_default())),
            Kind::Found if self.profile.is_numbers(index) => self.number(index, cell)?,
            Kind::Found => match cell {
                Cell::Bool(yes) => FieldValue::Bool(*yes),
                Cell::Number(_) => self.number(index, cell)?,
                _ => FieldValue::Text(text_of(cell).unwrap_or_default()),
            },
        };
        draft.fields.insert(field, value);
        Ok(())
    }

    /// A word of the source, or ours where the mapping says so.
    fn word(&self, field: &str, text: String) -> String {
        let words = self.plan.table.values.get(field);
        let ours = words.and_then(|words| {
            words
                .iter()
                .find(|(theirs, _)| theirs.eq_ignore_ascii_case(&text))
                .map(|(_, ours)| ours)
        });
        ours.cloned().unwrap_or(text)
    }

    /// The currency of a column: that of the row, or that of the header where no column says it.
    fn currency_of(&self, index: usize) -> Currency {
        let is_said = self.plan.fields.iter().any(|planned| planned.field == "currency");
        let unit = unit_of(&self.plan.header[index]).map(|(_, unit)| unit);
        // A code is written in capitals; in small letters "all" is a word, and no money of Albania.
        let unit = unit.filter(|unit| !is_said && *unit == unit.to_uppercase());
        unit.and_then(currency_named).unwrap_or(self.currency)
    }

    fn money(&self, index: usize, cell: &Cell, draft: &mut Draft) -> Result<MoneyValue, String> {
        let currency = self.currency_of(index);
        let read = match cell {
            Cell::Number(number) => money_from_float(*number, currency),
            cell => {
                let style = self.profile.money_style(index, self.defaults.decimal);
                parse_money(&text_of(cell).unwrap_or_default(), currency, style.decimal)
            }
        };
        let money = read.map_err(|problem| problem.to_string())?;
        if money.rounded {
            let reason = "has more digits than its currency: rounded".to_owned();
            draft.notes.push(self.plan.problem(index, reason));
        }
        if money.differs_from_column {
            let reason = format!("is in {}, unlike its column", money.money.currency);
            draft.notes.push(self.plan.problem(index, reason));
        }
        Ok(money)
    }

    /// A number, of an amount of money too: a yearly revenue is compared as a number.
    fn bare(&self, index: usize, cell: &Cell, draft: &mut Draft) -> Result<FieldValue, String> {
        let unread = match self.number(index, cell) {
            Err(unread) => unread,
            number => return number,
        };
        let style = self.profile.money_style(index, self.defaults.decimal);
        let text = text_of(cell).unwrap_or_default();
        let Ok(MoneyValue { money, .. }) = parse_money(&text, self.currency, style.decimal) else {
            return Err(unread);
        };
        let reason = format!("is an amount in {}: kept as the number alone", money.currency);
        draft.notes.push(self.plan.problem(index, reason));
        let minor = money.currency.minor_digits();
        Ok(as_field(Decimal::new(money.amount_minor, minor).normalize()))
    }

    fn number(&self, index: usize, cell: &Cell) -> Result<FieldValue, String> {
        let value = match cell {
            Cell::Number(number) => from_float(*number),
            cell => {
                let style = self.profile.number_style(index, self.defaults.decimal);
                let text = text_of(cell).unwrap_or_default();
                parse_number(&text, style.decimal).map(|number| number.value)
            }
        };
        Ok(as_field(value.map_err(|problem| problem.to_string())?.normalize()))
    }
}

fn as_field(value: Decimal) -> FieldValue {
    match value.is_integer().then(|| value.to_i64()).flatten() {
        Some(whole) => FieldValue::Whole(whole),
        None => FieldValue::Number(value.to_f64().unwrap_or(f64::MAX)),
    }
}

/// Whether a cell holds nothing, and which kind of nothing.
fn absent(cell: &Cell) -> Option<Missing> {
    match cell {
        Cell::Blank => Some(Missing::Blank),
        Cell::Text(text) => missing(text),
        _ => None,
    }
}

/// A cell as text; `None` when it holds nothing.
fn text_of(cell: &Cell) -> Option<String> {
    if absent(cell).is_some() {
        return None;
    }
    match cell {
        Cell::Blank => None,
        Cell::Text(text) => Some(values::text(text)).filter(|text| !text.is_empty()),
        Cell::Number(number) => Some(
            from_float(*number)
                .map_or_else(|_| number.to_string(), |exact| exact.normalize().to_string()),
        ),
        Cell::Bool(yes) => Some(if *yes { "true" } else { "false" }.to_owned()),
        Cell::DateTime(at) => Some(at.to_string()),
    }
}

fn date_of(cell: &Cell, order: DateOrder) -> Result<Option<DateValue>, String> {
    match cell {
        Cell::DateTime(at) if at.time() == jiff::civil::Time::midnight() => {
            Ok(Some(DateValue::Date(at.date())))
        }
        Cell::DateTime(at) => Ok(Some(DateValue::Local(*at))),
        cell => match text_of(cell) {
            None => Ok(None),
            Some(text) => parse_date(&text, order).map(Some).map_err(|problem| problem.to_string()),
        },
    }
}

fn stamp(date: DateValue, zone: &TimeZone) -> Stamp {
    let at = match date {
        DateValue::Instant(at) => at,
        DateValue::Local(local) => {
            zone.to_ambiguous_timestamp(local).compatible().unwrap_or_default()
        }
        DateValue::Date(day) => {
            let midnight = day.to_datetime(jiff::civil::Time::midnight());
            zone.to_ambiguous_timestamp(midnight).compatible().unwrap_or_default()
        }
    };
    let on = match date {
        DateValue::Date(day) => day,
        _ => at.to_zoned(zone.clone()).date(),
    };
    Stamp { at, on }
}

fn yes_or_no(cell: &Cell) -> Result<bool, String> {
    match cell {
        Cell::Bool(yes) => Ok(*yes),
        cell => values::parse_bool(&text_of(cell).unwrap_or_default())
            .map_err(|problem| problem.to_string()),
    }
}

fn take_person(person: &mut Person, field: &str, text: String) {
    match field {
        "name" => person.name = Some(text),
        "email" => person.email = Some(text),
        "phone" => person.phone = Some(text),
        part => {
            person.other.insert(part.to_owned(), text);
        }
    }
}

/// First and last names make a name where none is given.
fn join_names(draft: &mut Draft) {
    let first = draft.person.other.remove("first_name");
    let last = draft.person.other.remove("last_name");
    if draft.person.name.is_none() {
        let names: Vec<String> = [first, last].into_iter().flatten().collect();
        draft.person.name = (!names.is_empty()).then(|| names.join(" "));
    }
}
