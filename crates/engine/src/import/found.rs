//! What the files of an import show, as a person sees it before anything is written.

use connectors::{
    files::table::{Cell, Format},
    mapping::{ColumnUse, Kind, Object},
    values::{date::DateOrder, number::DecimalSign},
};
use serde::{Deserialize, Serialize};

use super::{Skipped, Table};

/// Examples of a column's values.
const EXAMPLES: usize = 3;
/// Longest example, in letters.
const EXAMPLE_CHARS: usize = 40;

/// What all files show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The preset that knows most of the tables.
    pub preset: String,
    /// The source that will stand before the ids.
    pub source: String,
    /// The currency of amounts that name none.
    pub currency: String,
    /// The zone of dates that name none.
    pub zone: String,
    /// The tables, in the order of importing.
    pub tables: Vec<FoundTable>,
    /// Files that cannot be read.
    pub skipped: Vec<Skipped>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundTable {
    /// By which choices about it are kept: the file's name, and for a sheet `file#sheet`.
    pub key: String,
    /// What it lists, as far as that is known.
    pub object: Option<Object>,
    /// How its kind is known.
    pub known_by: KnownBy,
    /// Whether it will be taken.
    pub taken: bool,
    /// Its encoding, for text.
    pub encoding: Option<String>,
    /// The byte between its cells, for text.
    pub delimiter: Option<u8>,
    /// The line of its header.
    pub header_line: u64,
    /// Rows below the header.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<FoundColumn>,
    /// Whether a column has dates whose day and month cannot be told apart.
    pub asks_date_order: bool,
    /// The order that holds for them.
    pub date_order: Option<String>,
    /// Whether a column has numbers whose decimal sign cannot be told.
    pub asks_decimal: bool,
    /// The sign that holds for them.
    pub decimal: Option<String>,
    /// What was assumed, and what a person should look at.
    pub notes: Vec<String>,
}

/// How the kind of a table is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// A preset or a mapping knows its columns.
    Preset,
    /// Somebody said so.
    Choice,
    /// Somebody said so of an earlier file with the same columns.
    Memory,
    /// Its columns are named like those of such a table.
    Guess,
    /// It is not known.
    Nothing,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundColumn {
    /// Its name.
    pub name: String,
    /// What it is taken for.
    pub used: ColumnUse,
    /// What its values are: `dates, day before month`.
    pub shows: String,
    /// Some of its values.
    pub examples: Vec<String>,
    /// How many rows have something in it.
    pub filled: u64,
}

impl FoundTable {
    pub(super) fn of(table: &Table) -> FoundTable {
        let (encoding, delimiter) = match &table.format {
            Format::Csv { encoding, delimiter, .. } => {
                (Some((*encoding).to_owned()), Some(*delimiter))
            }
            Format::Xlsx { .. } => (None, None),
        };
        let uses = table.plan.uses();
        let columns: Vec<FoundColumn> =
            uses.into_iter().enumerate().map(|(index, used)| column(table, index, used)).collect();
        FoundTable {
            key: table.key.clone(),
            object: (table.known_by != KnownBy::Nothing).then_some(table.plan.object),
            known_by: table.known_by,
            taken: table.taken,
            encoding,
            delimiter,
            header_line: table.header_line,
            rows: table.rows,
            columns,
            asks_date_order: asks_date_order(table),
            date_order: table.defaults.date_order.map(|order| order_key(order).to_owned()),
            asks_decimal: asks_decimal(table),
            decimal: table.defaults.decimal.map(|sign| sign_key(sign).to_owned()),
            notes: table.notes.clone(),
        }
    }
}

fn column(table: &Table, index: usize, used: ColumnUse) -> FoundColumn {
    let values = table.sample.iter().filter_map(|row| example(row.cell(index)));
    let mut examples: Vec<String> = Vec::new();
    for value in values {
        if examples.len() < EXAMPLES && !examples.contains(&value) {
            examples.push(value);
        }
    }
    FoundColumn {
        name: table.plan.header[index].clone(),
        used,
        shows: shows(table, index),
        examples,
        filled: table.profile.filled(index),
    }
}

fn example(cell: &Cell) -> Option<String> {
    let text = super::cell_text(cell);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    let mut short: String = text.chars().take(EXAMPLE_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Some(short)
}

/// What a column's values are, in words.
fn shows(table: &Table, index: usize) -> String {
    let profile = &table.profile;
    if profile.is_empty(index) {
        return "nothing".to_owned();
    }
    if profile.is_numbers(index) {
        return match profile.number_style(index, table.defaults.decimal).decimal {
            DecimalSign::Comma => "numbers, decimal comma".to_owned(),
            _ => "numbers".to_owned(),
        };
    }
    if profile.is_dates(index) {
        return match profile.date_order(index, table.defaults.date_order) {
            DateOrder::DayFirst => "dates, day before month",
            DateOrder::MonthFirst => "dates, month before day",
            DateOrder::Ambiguous => "dates, day and month not told apart",
            DateOrder::Mixed => "dates in two orders",
            DateOrder::Clear => "dates",
        }
        .to_owned();
    }
    match profile.values(index).len() {
        1 => "one word".to_owned(),
        some if some <= 20 => format!("{some} different words"),
        _ => "text".to_owned(),
    }
}

fn asks_date_order(table: &Table) -> bool {
    let dated = table.plan.fields.iter().filter(|it| matches!(it.kind, Kind::Date | Kind::Instant));
    let staged = table.plan.stages.iter().flat_map(|(_, columns)| columns);
    dated.flat_map(|it| &it.columns).chain(staged).any(|index| {
        matches!(table.profile.date_order(*index, None), DateOrder::Ambiguous | DateOrder::Mixed)
    })
}

fn asks_decimal(table: &Table) -> bool {
    table.plan.fields.iter().any(|it| match it.kind {
        Kind::Money => table.profile.money_style(it.columns[0], None).assumed > 0,
        Kind::Number => table.profile.number_style(it.columns[0], None).assumed > 0,
        _ => false,
    })
}

fn order_key(order: DateOrder) -> &'static str {
    if order == DateOrder::MonthFirst { "mdy" } else { "dmy" }
}

fn sign_key(sign: DecimalSign) -> &'static str {
    if sign == DecimalSign::Comma { "comma" } else { "point" }
}
