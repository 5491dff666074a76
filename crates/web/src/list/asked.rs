//! What the address of a list asks for: which rows, in which order, and how they are shown.

use axum::extract::Query;
use jiff::civil::Date;

use super::{Chip, PERIODS, Period, ROWS, cell::Editing, density};
use crate::names::encoded;

/// What can be asked of a list.
pub(crate) struct Known {
    /// Its address.
    pub(crate) path: &'static str,
    /// Conditions that can be said several times.
    pub(crate) several: &'static [&'static str],
    /// Conditions that are said once.
    pub(crate) once: &'static [&'static str],
    /// Conditions that are periods: `{name}`, `{name}_from`, `{name}_to`.
    pub(crate) periods: &'static [&'static str],
    /// The orders with their words; the first is the one that it has anyway.
    pub(crate) sorts: &'static [(&'static str, &'static str)],
    /// Whether a value of a condition that is said once says anything; see [`anything`].
    pub(crate) reads: fn(name: &str, value: &str) -> bool,
}

impl Known {
    /// The list's name, as views are kept under it: `leads`.
    pub(crate) fn list(&self) -> &'static str {
        self.path.trim_start_matches('/')
    }
}

/// For lists whose conditions can hold any text.
pub(crate) fn anything(_: &str, _: &str) -> bool {
    true
}

/// The longest name that is said again.
const NAME_MAX: usize = 40;
/// The longest text of one condition, and the most of one kind.
const TEXT_MAX: usize = 200;
const SEVERAL_MAX: usize = 50;
/// The longest text of all columns together: the form says one by one what the address joins.
const COLUMNS_MAX: usize = 2_000;

/// What an address asks for. What does not read is left out rather than refused: the sentence over
/// the list says what was understood, and what was not.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(super) known: &'static Known,
    /// Names and values that are not empty, in the order of [`Known`].
    said: Vec<(&'static str, String)>,
    periods: Vec<(&'static str, Period)>,
    sort: String,
    pub(crate) columns: Vec<String>,
    density: String,
    rows: String,
    after: String,
    is_sent: bool,
    offers_everybody: bool,
    /// The cell that is corrected in its place.
    editing: Option<Editing>,
    /// The names of what does not read, each once.
    unread: Vec<String>,
}

impl Asked {
    /// Reads a query; what is none asks for nothing.
    pub(crate) fn read(known: &'static Known, query: &str) -> Asked {
        let uri = format!("{}?{query}", known.path).parse();
        let pairs =
            uri.ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        let mut asked = Asked {
            known,
            said: Vec::new(),
            periods: known.periods.iter().map(|name| (*name, Period::default())).collect(),
            sort: String::new(),
            columns: Vec::new(),
            density: String::new(),
            rows: String::new(),
            after: String::new(),
            is_sent: false,
            offers_everybody: false,
            editing: None,
            unread: Vec::new(),
        };
        for (name, value) in pairs.map(|Query(pairs)| pairs).unwrap_or_default() {
            let most = if name == "columns" { COLUMNS_MAX } else { TEXT_MAX };
            let value: String = value.trim().chars().take(most).collect();
            if !value.is_empty() && !asked.reads(&name, &value) {
                let name: String = name.chars().take(NAME_MAX).collect();
                if !asked.unread.contains(&name) && asked.unread.len() < SEVERAL_MAX {
                    asked.unread.push(name);
                }
            }
            asked.say(&name, value);
        }
        asked
    }

    /// Whether what is said under a name says anything here.
    fn reads(&self, name: &str, value: &str) -> bool {
        let Known { several, once, periods, sorts, reads, .. } = self.known;
        if let Some(name) = once.iter().find(|known| **known == name) {
            return reads(name, value);
        }
        let end = periods.iter().find_map(|period| name.strip_prefix(*period));
        match (name, end) {
            (_, Some("")) => PERIODS.contains(&value),
            (_, Some("_from" | "_to")) => value.parse::<Date>().is_ok(),
            ("sort", _) => sorts.iter().any(|(key, _)| *key == value),
            ("rows", _) => ROWS.iter().any(|(key, _)| *key == value),
            ("columns" | "density" | "after" | "show" | "offers" | "edit", _) => true,
            _ => several.contains(&name),
        }
    }

    /// `Not understood, and left aside: stage, created_from`, where anything was not.
    pub(crate) fn left_aside(&self) -> Option<String> {
        let names = self.unread.join(", ");
        (!names.is_empty()).then(|| format!("Not understood, and left aside: {names}"))
    }

    fn say(&mut self, name: &str, value: String) {
        for (period, days) in &mut self.periods {
            match name.strip_prefix(*period) {
                Some("") => days.days.clone_from(&value),
                Some("_from") => days.from.clone_from(&value),
                Some("_to") => days.to.clone_from(&value),
                _ => {}
            }
        }
        let named = |names: &[&'static str]| names.iter().find(|known| **known == name).copied();
        if let Some(name) = named(self.known.several).filter(|_| !value.is_empty()) {
            let is_said = self.all(name).any(|said| said == value);
            if !is_said && self.all(name).count() < SEVERAL_MAX {
                self.said.push((name, value));
            }
            return;
        }
        if let Some(name) = named(self.known.once) {
            self.said.retain(|(said, _)| *said != name);
            if !value.is_empty() && (self.known.reads)(name, &value) {
                self.said.push((name, value));
            }
            return;
        }
        match name {
            "columns" => {
                let keys = value.split(',').map(str::trim).filter(|key| !key.is_empty());
                for key in keys.take(SEVERAL_MAX) {
                    if !self.columns.iter().any(|known| known == key) {
                        self.columns.push(key.to_owned());
                    }
                }
            }
            "sort" => self.sort = value,
            "density" => self.density = value,
            "rows" => self.rows = value,
            "after" => self.after = value,
            "show" => self.is_sent = true,
            "edit" => self.editing = Editing::parse(&value),
            "offers" => self.offers_everybody = value == "everybody",
            _ => {}
        }
    }

    /// Every value of a condition.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let said = self.said.iter().filter(move |(said, _)| *said == name);
        said.map(|(_, value)| value.as_str())
    }

    /// The value of a condition that is said once; empty where it is not.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// A period.
    pub(crate) fn period(&self, name: &str) -> Period {
        let found = self.periods.iter().find(|(known, _)| *known == name);
        found.map(|(_, period)| period.clone()).unwrap_or_default()
    }

    /// The order: the first of the list's unless it is said otherwise.
    pub(crate) fn sort(&self) -> &'static str {
        let found = self.known.sorts.iter().find(|(key, _)| *key == self.sort);
        found.or(self.known.sorts.first()).map_or("", |(key, _)| key)
    }

    /// The order in words.
    pub(crate) fn sorted_by(&self) -> &'static str {
        let here = self.sort();
        self.known.sorts.iter().find(|(key, _)| *key == here).map_or("", |(_, words)| words)
    }

    /// The class of the table's density; none for the ordinary one.
    pub(crate) fn density(&self) -> &'static str {
        density(&self.density)
    }

    /// How many rows a page has, as the address says it and as a number: the usual unless it is
    /// said otherwise.
    pub(crate) fn rows(&self) -> (&'static str, u32) {
        ROWS.into_iter().find(|(key, _)| *key == self.rows).unwrap_or(ROWS[0])
    }

    /// The place after which this page begins: what the order goes by, and an id.
    pub(crate) fn after(&self) -> Option<(&str, &str)> {
        self.after.split_once('~')
    }

    /// The address of this very page.
    pub(crate) fn here(&self) -> String {
        self.from(&self.after)
    }

    /// The view as a query: what it asks for and no more, from its first row on.
    pub(crate) fn query(&self) -> String {
        query_of(&self.href())
    }

    /// The query of this very page, to come back to.
    pub(crate) fn back(&self) -> String {
        query_of(&self.here())
    }

    /// The address of the same rows, however they are shown.
    pub(crate) fn plain(&self) -> String {
        let (columns, none) = (Vec::new(), String::new);
        Asked { columns, sort: none(), density: none(), rows: none(), ..self.clone() }.href()
    }

    /// Whether only some rows are asked for.
    pub(crate) fn narrows(&self) -> bool {
        !self.said.is_empty() || self.periods.iter().any(|(_, period)| period.is_said())
    }

    /// Whether the address holds more than a view: a form was sent with it.
    pub(crate) fn is_sent(&self) -> bool {
        self.is_sent
    }

    /// The cell that is corrected in its place, if one is.
    pub(crate) fn edited(&self) -> Option<&Editing> {
        self.editing.as_ref()
    }

    /// The same with this cell open.
    pub(crate) fn editing(self, cell: Editing) -> Asked {
        Asked { editing: Some(cell), ..self }
    }

    /// Whether everybody is to be offered, however many there are.
    pub(crate) fn offers_everybody(&self) -> bool {
        self.offers_everybody
    }

    /// The address of this very page, with everybody offered.
    pub(crate) fn with_everybody(&self) -> String {
        let here = self.here();
        let joint = if here.contains('?') { '&' } else { '?' };
        format!("{here}{joint}offers=everybody")
    }

    /// The address of this view from its first row on.
    pub(crate) fn href(&self) -> String {
        self.from("")
    }

    /// The address of the page after a place.
    pub(crate) fn from(&self, place: &str) -> String {
        let mut pairs: Vec<(String, &str)> = Vec::new();
        let names = self.known.several.iter().chain(self.known.once);
        for name in names {
            pairs.extend(self.all(name).map(|value| ((*name).to_owned(), value)));
        }
        for (name, period) in &self.periods {
            let ends = ["", "_from", "_to"].into_iter().zip(period.said());
            pairs.extend(ends.map(|(end, value)| (format!("{name}{end}"), value)));
        }
        let columns = self.columns.join(",");
        let usual = self.known.sorts.first().map_or("", |(key, _)| key);
        let sort = Some(self.sort()).filter(|sort| *sort != usual).unwrap_or_default();
        let rows = Some(self.rows().0).filter(|rows| *rows != ROWS[0].0).unwrap_or_default();
        let density = self.density();
        let how = [("sort", sort), ("columns", &columns), ("density", density), ("rows", rows)];
        pairs.extend(how.map(|(name, value)| (name.to_owned(), value)));
        pairs.push(("after".to_owned(), place));
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        match said.is_empty() {
            true => self.known.path.to_owned(),
            false => format!("{}?{}", self.known.path, said.join("&")),
        }
    }

    /// The address without a condition.
    pub(crate) fn without(&self, name: &str) -> String {
        let mut other = self.clone();
        other.said.retain(|(said, _)| *said != name);
        for (period, days) in &mut other.periods {
            if *period == name {
                *days = Period::default();
            }
        }
        other.href()
    }

    /// The address of the same rows in another order.
    pub(crate) fn in_order(&self, sort: &str) -> String {
        let other = Asked { sort: sort.to_owned(), ..self.clone() };
        other.href()
    }

    /// The address with the columns that the list has anyway.
    pub(crate) fn usual_columns(&self) -> String {
        let other = Asked { columns: Vec::new(), ..self.clone() };
        other.href()
    }

    /// The chip of a condition.
    pub(crate) fn chip(&self, name: &str, words: String) -> Chip {
        Chip { words, without: self.without(name) }
    }
}

fn query_of(href: &str) -> String {
    href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    static THINGS: Known = Known {
        path: "/things",
        several: &["kind"],
        once: &["owner"],
        periods: &["made"],
        sorts: &[("new", "newest"), ("id", "id")],
        reads: |name, value| name != "owner" || value != "noone",
    };

    #[test]
    fn an_address_said_again_is_the_same_without_what_says_nothing() {
        let cases = [
            ("kind=&owner=&show=1&sort=new&density=normal&made=12&x=y", "/things"),
            ("owner=a&kind=B&kind=A&kind=B&owner=b", "/things?kind=B&kind=A&owner=b"),
            ("owner=noone", "/things"),
            ("columns=a,%20b&columns=a&sort=id", "/things?sort=id&columns=a%2Cb"),
            ("rows=100&owner=a", "/things?owner=a&rows=100"),
            ("rows=25&density=compact", "/things?density=compact"),
            ("made=30&made_from=2026-01-01&density=compact", "/things?made=30&density=compact"),
            ("made_to=2026-01-01&after=3~x~y", "/things?made_to=2026-01-01"),
        ];
        for (query, expected) in cases {
            let asked = Asked::read(&THINGS, query);
            assert_eq!(asked.href(), expected, "{query}");
            let again = expected.strip_prefix("/things?").unwrap_or_default();
            assert_eq!(Asked::read(&THINGS, again).href(), expected, "{query}");
        }
    }

    #[test]
    fn what_does_not_read_is_named_once() {
        let all = "kind=A&owner=a&made=30&made_from=2026-01-01&sort=id&columns=a&after=1~b&show=1";
        assert_eq!(Asked::read(&THINGS, all).left_aside(), None);
        let none =
            "owner=noone&made=12&made_to=2026-13-40&sort=old&stage=MQL&stage=SAL&rows=1000&x=";
        let expected = "Not understood, and left aside: owner, made, made_to, sort, stage, rows";
        assert_eq!(Asked::read(&THINGS, none).left_aside().as_deref(), Some(expected));
    }

    #[test]
    fn no_column_is_lost_on_the_way_from_the_form_to_the_address() {
        let columns: Vec<String> = (0..30).map(|n| format!("field.of_its_own_{n}")).collect();
        let sent = columns.iter().map(|key| format!("columns={key}")).collect::<Vec<_>>();
        let href = Asked::read(&THINGS, &sent.join("&")).href();
        let query = href.strip_prefix("/things?").unwrap_or_default();
        assert_eq!(Asked::read(&THINGS, query).columns, columns);
    }

    #[test]
    fn a_condition_is_taken_away_alone_and_from_the_first_row_on() {
        let asked = Asked::read(&THINGS, "kind=A&kind=B&owner=c&made=7&after=3~x~y");
        assert_eq!(asked.after(), Some(("3", "x~y")));
        assert_eq!(asked.without("kind"), "/things?owner=c&made=7");
        assert_eq!(asked.without("made"), "/things?kind=A&kind=B&owner=c");
        assert_eq!(asked.in_order("id"), "/things?kind=A&kind=B&owner=c&made=7&sort=id");
        let shown = Asked::read(&THINGS, "kind=A&sort=id&columns=a&density=compact&after=3~x~y");
        assert_eq!(shown.plain(), "/things?kind=A");
        assert_eq!(shown.query(), "kind=A&sort=id&columns=a&density=compact");
        assert_eq!(shown.back(), format!("{}&after=3~x~y", shown.query()));
        assert!(asked.narrows() && !Asked::read(&THINGS, "sort=id").narrows());
    }
}
