//! Whether the last row of a table is no record, but adds up those above it, or calls itself so.
//!
//! Sheets often end so. Where that is not certain, the row stays what it seems to be: a record.

use domain::money::Currency;
use rust_decimal::Decimal;

use crate::{
    files::table::{Cell, Row},
    values::{
        missing,
        money::parse_money,
        number::{DecimalSign, from_float, parse_number},
    },
};

/// What a row of sums calls itself, in small letters.
const WORDS: [&str; 29] = [
    "sum",
    "sums",
    "total",
    "totals",
    "grand total",
    "overall total",
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "insgesamt",
    "endsumme",
    "somme",
    "total général",
    "suma",
    "total general",
    "totale",
    "totale generale",
    "somma",
    "total geral",
    "soma",
    "totaal",
    "eindtotaal",
    "som",
    "suma total",
    "somme totale",
    "σ",
    "∑",
];

const SIGNS: [DecimalSign; 2] = [DecimalSign::Point, DecimalSign::Comma];

/// Why a last row is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// It adds up the rows above it.
    AddsUp,
    /// It calls itself a total, whatever its numbers are: the sum of other rows than these, or an
    /// average.
    CallsItself,
}

/// What the columns of a table add up to.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    columns: Vec<Column>,
}

/// One column, read with either decimal sign: which one is meant may show only later.
#[derive(Debug, Clone)]
struct Column {
    /// What it adds up to; nothing where a value is no number.
    sums: [Option<Decimal>; 2],
    /// Values other than zero.
    parts: u64,
}

impl Default for Column {
    fn default() -> Column {
        Column { sums: [Some(Decimal::ZERO); 2], parts: 0 }
    }
}

impl Sums {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        if self.columns.len() < row.cells.len() {
            self.columns.resize_with(row.cells.len(), Column::default);
        }
        for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
            if !is_blank(cell) {
                column.add(cell);
            }
        }
    }

    /// Whether a row is a total and no record, and why.
    pub fn total(&self, row: &Row, key: Option<usize>, keys_are_full: bool) -> Option<Total> {
        if self.are_in(row, key, keys_are_full) {
            return Some(Total::AddsUp);
        }
        calls_itself(row, key).then_some(Total::CallsItself)
    }

    /// Whether a row only adds up those that were added before: every number in it is the sum of
    /// its column, of at least one that has several values, and nothing else stands there but the
    /// word for it. Where the row does not call itself so, `key` must be a column that all rows
    /// before have filled. A row with a key of its own is a record.
    fn are_in(&self, row: &Row, key: Option<usize>, keys_are_full: bool) -> bool {
        if key.is_some_and(|key| !is_blank(row.cell(key)) && !is_word(row.cell(key))) {
            return false;
        }
        let (mut words, mut sums) = (0, 0);
        for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell)) {
            if is_word(cell) {
                words += 1;
                continue;
            }
            let column = self.columns.get(index);
            let Some(column) = column.filter(|column| column.adds_up_to(cell)) else {
                return false;
            };
            sums += u64::from(column.parts > 1);
        }
        let is_named = words == 1 || (words == 0 && key.is_some() && keys_are_full);
        sums > 0 && is_named
    }
}

/// Whether a row calls itself a total: in the key's cell or in the first that is filled, with
/// nothing else in it but numbers, of which there is one.
fn calls_itself(row: &Row, key: Option<usize>) -> bool {
    let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell));
    let Some((_, first)) = filled.next() else { return false };
    let has_key = key.is_some_and(|key| !is_blank(row.cell(key)) && !is_word(row.cell(key)));
    let mut numbers = filled.map(|(_, cell)| is_number(cell)).peekable();
    !has_key && is_word(first) && numbers.peek().is_some() && numbers.all(|is_number| is_number)
}

fn is_number(cell: &Cell) -> bool {
    let text = match cell {
        Cell::Text(text) => text,
        other => return matches!(other, Cell::Number(_)),
    };
    SIGNS.iter().any(|sign| parse_number(text, *sign).is_ok() || value(cell, *sign).is_some())
}

impl Column {
    fn add(&mut self, cell: &Cell) {
        let mut is_part = false;
        for (sum, sign) in self.sums.iter_mut().zip(SIGNS) {
            let Some(before) = *sum else { continue };
            let value = value(cell, sign);
            is_part |= value.is_some_and(|value| !value.is_zero());
            *sum = value.and_then(|value| before.checked_add(value));
        }
        self.parts += u64::from(is_part);
    }

    fn adds_up_to(&self, cell: &Cell) -> bool {
        self.sums.iter().zip(SIGNS).any(|(sum, sign)| {
            let (Some(sum), Some(said)) = (sum, value(cell, sign)) else { return false };
            // A workbook keeps 15 digits, of which adding up loses the last ones.
            let near = sum.abs() * Decimal::new(1, 10);
            (*sum - said).abs() <= near
        })
    }
}

fn is_blank(cell: &Cell) -> bool {
    match cell {
        Cell::Blank => true,
        Cell::Text(text) => missing(text).is_some(),
        _ => false,
    }
}

fn is_word(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    let text = text.trim().trim_end_matches([':', '=']).trim_end().to_lowercase();
    WORDS.contains(&text.as_str())
}

/// A number, or an amount in its minor unit's hundredths whatever its currency: only sums of one
/// column are compared.
fn value(cell: &Cell, sign: DecimalSign) -> Option<Decimal> {
    match cell {
        Cell::Number(number) => from_float(*number).ok(),
        Cell::Text(text) => match parse_number(text, sign) {
            Ok(number) => Some(number.value).filter(|_| !number.is_percent),
            Err(_) => {
                let euro = Currency::parse("EUR").expect("EUR is a currency");
                let money = parse_money(text, euro, sign).ok()?.money;
                Some(Decimal::new(money.amount_minor, 2))
            }
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Row {
        let cell = |text: &&str| match text.parse() {
            Ok(number) if !text.is_empty() => Cell::Number(number),
            _ if text.is_empty() => Cell::Blank,
            _ => Cell::Text((*text).to_owned()),
        };
        Row { line: 1, cells: cells.iter().map(cell).collect() }
    }

    fn are_in(above: &[&[&str]], last: &[&str], key: Option<usize>) -> bool {
        let mut sums = Sums::default();
        above.iter().for_each(|cells| sums.add(&row(cells)));
        let is_full = key.is_some_and(|key| above.iter().all(|cells| !cells[key].is_empty()));
        sums.are_in(&row(last), key, is_full)
    }

    #[test]
    fn a_row_is_a_sum_only_where_that_is_certain() {
        let deals: &[&[&str]] =
            &[&["7", "Acme", "10.25", "1.000,50"], &["8", "Birch", "20", "2.000,00"]];
        let cases: [(&[&str], Option<usize>, bool, &str); 13] = [
            (&["Summe", "", "30.25", "3.000,50"], Some(0), true, "the word stands for the key"),
            (&["", "Total:", "30.25", ""], Some(0), true, "the word stands elsewhere"),
            (&["", "", "30.25", "3.000,50"], Some(0), true, "no key, nothing but sums"),
            (&["", "", "30.25", "3.000,50"], None, false, "no word, and no key that is missing"),
            (&["Gesamt", "", "30.25"], None, true, "the word alone"),
            (&["9", "Total", "30.25", ""], Some(0), false, "it has a key: a firm called Total"),
            (&["15", "", "30.25", ""], Some(0), false, "keys that add up are keys"),
            (&["Summe", "", "30.26", ""], Some(0), false, "it is no sum"),
            (&["Summe", "", "30.25", "7"], Some(0), false, "one of them is none"),
            (&["Summe", "Acme", "30.25", ""], Some(0), false, "it says something else too"),
            (&["Summe", "", "", ""], Some(0), false, "a word and no number"),
            (&["Summe", "Total", "30.25", ""], Some(0), false, "two words"),
            (&["", "", "", ""], Some(0), false, "nothing"),
        ];
        for (last, key, expected, why) in cases {
            assert_eq!(are_in(deals, last, key), expected, "{why}: {last:?}");
        }
    }

    #[test]
    fn a_row_that_calls_itself_a_total_is_one_whatever_its_numbers() {
        let cases: [(&[&str], Option<usize>, bool, &str); 9] = [
            (&["Summe", "", "31", ""], Some(0), true, "the word stands for the key"),
            (&["", "Total:", "31", "€ 7"], Some(0), true, "or for the name"),
            (&["TOTAAL", "", "82 %", ""], Some(0), true, "an average"),
            (&["Totale", "31"], None, true, "no key is known"),
            (&["9", "Total", "31", ""], Some(0), false, "it has a key: a firm called Total"),
            (&["Summe", "Acme", "31", ""], Some(0), false, "it says something else too"),
            (&["", "", "31", "Total"], Some(0), false, "the word stands at the end"),
            (&["Total", "", "", ""], Some(0), false, "no number"),
            (&["Totalis", "", "31", ""], Some(0), false, "another word"),
        ];
        for (last, key, expected, why) in cases {
            let found = Sums::default().total(&row(last), key, true);
            assert_eq!(found == Some(Total::CallsItself), expected, "{why}: {last:?}");
        }
    }

    #[test]
    fn one_value_or_nothing_but_zeros_show_no_sum() {
        assert!(!are_in(&[&["1", "5"]], &["Total", "5"], Some(0)), "one row above");
        assert!(!are_in(&[&["1", "0"], &["2", "0"]], &["Total", "0"], Some(0)));
        let mixed: &[&[&str]] = &[&["1", "€5", "0"], &["2", "€7.50", "0"]];
        assert!(are_in(mixed, &["Total", "€12.50", "0"], Some(0)), "a sum of zeros beside it");
    }

    #[test]
    fn what_a_workbook_rounds_is_still_the_sum() {
        let tenths: Vec<Vec<String>> =
            (0..1000).map(|n| vec![n.to_string(), "0.1".into()]).collect();
        let mut sums = Sums::default();
        for cells in &tenths {
            sums.add(&row(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let added: f64 = tenths.iter().map(|_| 0.1).sum();
        let last = Row { line: 1, cells: vec![Cell::Text("Total".into()), Cell::Number(added)] };
        assert!(sums.are_in(&last, Some(0), true), "{added}");
    }
}
