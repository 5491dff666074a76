//! A first look over a whole table: what its columns show of dates, numbers and words.

use std::collections::BTreeMap;

use domain::money::Currency;
use jiff::tz::TimeZone;

use super::plain_name;
use crate::{
    files::table::{Cell, Row},
    values::{
        date::{DateOrder, DateProfile},
        missing,
        money::observe_money,
        number::{DecimalSign, NumberProfile, NumberStyle},
    },
};

/// How many different values of a column are remembered.
const VALUES_MAX: usize = 200;

/// What holds where a column does not show it.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The zone of dates and times that name none.
    pub zone: TimeZone,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// The order of day and month, where it was said.
    pub date_order: Option<DateOrder>,
    /// The decimal sign, where it was said.
    pub decimal: Option<DecimalSign>,
}

/// What the columns of a table show.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Rows seen.
    pub rows: u64,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Default)]
struct Column {
    filled: u64,
    dates: DateProfile,
    numbers: NumberProfile,
    money: NumberProfile,
    leading_zero: bool,
    with_at: u64,
    longest: usize,
    values: BTreeMap<String, u64>,
    /// Rows whose value is not among those remembered.
    unremembered: u64,
    typed_dates: u64,
}

impl Profile {
    /// Looks at one row.
    pub fn observe(&mut self, row: &Row) {
        self.rows += 1;
        if self.columns.len() < row.cells.len() {
            self.columns.resize_with(row.cells.len(), Column::default);
        }
        for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
            column.observe(cell);
        }
    }

    fn column(&self, index: usize) -> Option<&Column> {
        self.columns.get(index)
    }

    /// Whether nothing stands in the column.
    pub fn is_empty(&self, index: usize) -> bool {
        self.column(index).is_none_or(|column| column.filled == 0)
    }

    /// The different values of a column, as far as they are remembered.
    pub fn values(&self, index: usize) -> Vec<String> {
        self.column(index).map(|column| column.values.keys().cloned().collect()).unwrap_or_default()
    }

    /// The one value of a column in which nearly all rows agree, with how many do.
    pub fn constant(&self, index: usize) -> Option<(&str, u64)> {
        let column = self.column(index)?;
        let (value, count) = column.values.iter().max_by_key(|(_, count)| **count)?;
        (column.filled >= 10 && *count * 10 >= column.filled * 9)
            .then_some((value.as_str(), *count))
    }

    /// How many rows have something in the column.
    pub fn filled(&self, index: usize) -> u64 {
        self.column(index).map_or(0, |column| column.filled)
    }

    /// Whether the column's values are dates.
    pub fn is_dates(&self, index: usize) -> bool {
        self.column(index).is_some_and(|column| {
            let dates = &column.dates;
            let read = dates.day_first
                + dates.month_first
                + dates.either
                + dates.either_with_points
                + dates.clear
                + column.typed_dates;
            read > 0 && read >= dates.unreadable * 9
        })
    }

    /// Whether every value of the column is a number that loses nothing by being read as one.
    pub fn is_numbers(&self, index: usize) -> bool {
        self.column(index).is_some_and(|column| {
            column.numbers.unreadable == 0
                && !column.leading_zero
                && column.longest <= 15
                && column.filled > column.typed_dates
        })
    }

    /// The order of day and month in a column: as it shows itself, as was said, or as the other
    /// columns of the table show it, which one hand wrote.
    pub fn date_order(&self, index: usize, said: Option<DateOrder>) -> DateOrder {
        match (self.order_shown(index), said) {
            (DateOrder::Ambiguous | DateOrder::Mixed | DateOrder::Clear, Some(said)) => said,
            (DateOrder::Ambiguous, None) => {
                self.order_of_others().map_or(DateOrder::Ambiguous, |(order, _)| order)
            }
            (found, _) => found,
        }
    }

    /// The order of day and month that a column shows itself.
    pub fn order_shown(&self, index: usize) -> DateOrder {
        self.column(index).map_or(DateOrder::Clear, |column| column.dates.finish())
    }

    /// The order that all columns show which show one by a number over 12, with the first of them.
    pub fn order_of_others(&self) -> Option<(DateOrder, usize)> {
        let shows_by_number =
            |column: &Column| column.dates.day_first + column.dates.month_first > 0;
        let columns = self.columns.iter().enumerate().filter(|(_, column)| shows_by_number(column));
        let mut shown = columns
            .filter(|(index, _)| self.is_dates(*index))
            .map(|(index, column)| (column.dates.finish(), index));
        let (first, index) = shown.next()?;
        let agree = first != DateOrder::Mixed && shown.all(|(order, _)| order == first);
        agree.then_some((first, index))
    }

    /// The decimal sign of a column of numbers.
    pub fn number_style(&self, index: usize, said: Option<DecimalSign>) -> NumberStyle {
        style(self.column(index).map(|column| &column.numbers), said)
    }

    /// The decimal sign of a column of money.
    pub fn money_style(&self, index: usize, said: Option<DecimalSign>) -> NumberStyle {
        style(self.column(index).map(|column| &column.money), said)
    }

    /// Whether a column about people may tell who somebody is: by its name, unless it has few values
    /// that come again and again; by what looks like an address; or because nearly every row has a
    /// value of its own.
    pub fn may_tell_who(&self, index: usize, header: &str) -> bool {
        const WORDS: [&str; 46] = [
            "name",
            "mail",
            "phone",
            "fax",
            "mobile",
            "street",
            "address",
            "city",
            "postal",
            "zip",
            "birth",
            "license",
            "licence",
            "passport",
            "ssn",
            "iban",
            "income",
            "salary",
            "note",
            "description",
            "comment",
            "photo",
            "linkedin",
            "twitter",
            "latitude",
            "longitude",
            "ip",
            "facebook",
            // German, French, Spanish, Italian.
            "telefon",
            "handy",
            "mobil",
            "straße",
            "strasse",
            "adresse",
            "anschrift",
            "plz",
            "postleitzahl",
            "geburt",
            "notiz",
            "bemerkung",
            "kommentar",
            "beschreibung",
            "naissance",
            "ville",
            "dirección",
            "indirizzo",
        ];
        let Some(column) = self.column(index) else { return false };
        let name = plain_name(header);
        let by_name = WORDS.iter().any(|word| match word.len() {
            0..=3 => super::field_name(header).split('_').any(|part| part == *word),
            _ => name.contains(word),
        });
        let is_text = !self.is_numbers(index) && !self.is_dates(index);
        (by_name && !column.repeats())
            || column.with_at > 0
            || (is_text && column.nearly_all_differ() && column.longest > 3)
    }
}

fn style(profile: Option<&NumberProfile>, said: Option<DecimalSign>) -> NumberStyle {
    let found = profile.map_or(NumberProfile::default().finish(), NumberProfile::finish);
    match said {
        Some(decimal) if found.decimal == DecimalSign::Mixed || found.assumed > 0 => {
            NumberStyle { decimal, assumed: 0 }
        }
        Some(decimal) if profile.is_some_and(|p| p.point + p.comma == 0) => {
            NumberStyle { decimal, assumed: 0 }
        }
        _ => found,
    }
}

impl Column {
    fn observe(&mut self, cell: &Cell) {
        let text = match cell {
            Cell::Blank => return,
            Cell::Text(text) => text.trim(),
            Cell::DateTime(_) => {
                self.filled += 1;
                self.typed_dates += 1;
                return;
            }
            Cell::Number(_) => {
                self.filled += 1;
                self.numbers.whole += 1;
                self.money.whole += 1;
                return;
            }
            Cell::Bool(_) => {
                self.filled += 1;
                self.numbers.unreadable += 1;
                return;
            }
        };
        if missing(text).is_some() {
            return;
        }
        self.filled += 1;
        self.dates.observe(text);
        self.numbers.observe(text);
        observe_money(&mut self.money, text);
        self.leading_zero |=
            text.len() > 1 && text.starts_with('0') && text.chars().all(|c| c.is_ascii_digit());
        self.with_at += u64::from(text.contains('@'));
        self.longest = self.longest.max(text.len());
        self.remember(text);
    }

    fn remember(&mut self, text: &str) {
        if let Some(count) = self.values.get_mut(text) {
            *count += 1;
        } else if self.values.len() < VALUES_MAX {
            self.values.insert(text.chars().take(80).collect(), 1);
        } else {
            self.unremembered += 1;
        }
    }

    /// Whether the column has few words that come again and again, so that none names a person.
    fn repeats(&self) -> bool {
        let different = self.values.len() as u64 + self.unremembered;
        self.filled >= 20 && different * 4 <= self.filled
    }

    fn nearly_all_differ(&self) -> bool {
        let different = self.values.len() as u64 + self.unremembered;
        self.filled >= 10 && different * 2 >= self.filled
    }
}
