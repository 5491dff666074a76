//! The page of a list, and the list as a file.

use askama::Template;
use axum::{
    extract::RawQuery,
    response::{IntoResponse, Redirect, Response},
};
use domain::{field::FieldValue, field::Fields, ids::UserId};
use engine::{Engine, access::Act};
use store::{Reader, StoreError};

use super::{Asked, Chip, Choice, Counted, Head, Known, PERIODS, Period, Shown, choice, densities};
use crate::{
    failure::Failure,
    layout::{EmptyState, Files, Frame, Pagination, Place},
    markup::Markup,
    names::Names,
    pages::leads::row::level_words,
    session::Visit,
    sheet::{Cell, FileKind, Sheet, download},
    show::LocalTime,
};

/// Rows of one page.
const ROWS: u32 = 50;
/// Rows that are read at once for a file.
const ROWS_OF_FILE: u32 = 500;
/// Fields of the rows in sight that are offered as columns.
const FIELDS_MAX: usize = 40;

/// A list: what its rows are, and what can be asked of them.
pub(crate) trait Listed: 'static {
    /// A row as the database has it.
    type Row: Send + 'static;
    /// What can be asked.
    const KNOWN: &'static Known;
    /// Its columns after the name, in their standing order.
    const COLUMNS: &'static [Column];
    /// Its entry in the rail.
    const PLACE: Place;
    /// What one row is called, and several.
    const WORDS: (&'static str, &'static str);
    /// Reported fields that a column shows already.
    const ELSEWHERE: &'static [&'static str];

    /// Up to `limit` rows from the place on that the address names.
    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Self::Row>, StoreError>;
    /// How many rows there are, counted no further than `most`.
    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        me: &UserId,
        time: &LocalTime,
        most: u64,
    ) -> Result<u64, StoreError>;
    /// A row's place, as the address of the next page names it.
    fn place(asked: &Asked, row: &Self::Row) -> String;
    /// A row's id.
    fn id(row: &Self::Row) -> &str;
    /// What it is called.
    fn name(row: &Self::Row) -> Option<&str>;
    /// Where its page lies.
    fn href(row: &Self::Row) -> String;
    /// What was reported of it.
    fn fields(row: &Self::Row) -> &Fields;
    /// What stands in a column.
    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Self::Row) -> Result<Markup, Failure>;
    /// The same in a file.
    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Self::Row) -> Result<Cell, Failure>;
    /// What can be asked of it and what is asked of it.
    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure>;
    /// What it is good for, where there is no row at all; `imports` says whether the person may
    /// bring rows in.
    fn nothing_yet(imports: bool) -> EmptyState;
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// How addresses and files name it.
    pub(crate) key: &'static str,
    /// Its head.
    pub(crate) label: &'static str,
    /// How its cells stand.
    pub(crate) class: &'static str,
    /// The order that its head leads to, and whether the greatest comes first in it.
    pub(crate) sort: Option<(&'static str, bool)>,
    /// Whether the list has it anyway.
    pub(crate) is_usual: bool,
}

/// One condition: how it is asked for, and how it reads where it holds.
pub(crate) struct Condition {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) control: Control,
    /// The condition in words, where it holds.
    pub(crate) says: Option<String>,
}

/// How a condition is asked for.
pub(crate) enum Control {
    /// Some of several.
    Ticks(Vec<Choice>),
    /// One of several; the words of none first.
    Choice(&'static str, Vec<Choice>),
    /// A text.
    Text(String),
    /// The last days, or from a day to a day.
    Days(Period),
}

impl Control {
    /// The ready-made periods to choose from.
    fn days(period: &Period) -> Vec<Choice> {
        let words = |days: &str| format!("in the last {days} days");
        PERIODS.iter().map(|key| choice(key, &words(key), *key == period.days)).collect()
    }
}

/// What the rows of a page or of a file are made with.
pub(crate) struct Maker<'a, 'r> {
    pub(crate) reader: &'a Reader<'r>,
    pub(crate) names: &'a Names<'a, 'r>,
    pub(crate) asked: &'a Asked,
    pub(crate) me: &'a UserId,
    pub(crate) time: &'a LocalTime,
}

/// A column that is shown: a standing one, or a reported field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    Standing(&'static Column),
    Field(String),
}

impl Chosen {
    fn key(&self) -> String {
        match self {
            Chosen::Standing(column) => column.key.to_owned(),
            Chosen::Field(name) => format!("field.{name}"),
        }
    }

    fn label(&self) -> String {
        match self {
            Chosen::Standing(column) => column.label.to_owned(),
            Chosen::Field(name) => level_words(name),
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Chosen::Standing(column) => column.class,
            Chosen::Field(_) => "full nw",
        }
    }

    fn head(&self, asked: &Asked) -> Head {
        let sort = if let Chosen::Standing(column) = self { column.sort } else { None };
        let here = sort.filter(|(key, _)| *key == asked.sort());
        Head {
            class: if self.class().starts_with('n') && self.class() != "nw" { "n" } else { "" },
            label: self.label(),
            href: sort.map(|(key, _)| asked.in_order(key)),
            sorted: here.map(|(_, down)| if down { "descending" } else { "ascending" }),
        }
    }
}

/// The columns that an address asks for, the usual ones where it names none that there is; and
/// whether they are others than the usual ones.
fn chosen<L: Listed>(asked: &Asked) -> (Vec<Chosen>, bool) {
    let is_named = |column: &&Column| asked.columns.iter().any(|key| key == column.key);
    let mut found: Vec<Chosen> = L::COLUMNS.iter().filter(is_named).map(Chosen::Standing).collect();
    let fields = asked.columns.iter().filter_map(|key| key.strip_prefix("field."));
    let fields = fields.filter(|name| !name.is_empty());
    found.extend(fields.map(|name| Chosen::Field(name.to_owned())));
    let usual = L::COLUMNS.iter().filter(|column| column.is_usual);
    let usual: Vec<Chosen> = usual.map(Chosen::Standing).collect();
    match found.is_empty() || found == usual {
        true => (usual, false),
        false => (found, true),
    }
}

/// Every column that can be chosen: the standing ones, and fields of the rows in sight.
fn offered<L: Listed>(shown: &[Chosen], rows: &[L::Row]) -> Vec<Choice> {
    let mut all: Vec<Chosen> = L::COLUMNS.iter().map(Chosen::Standing).collect();
    all.extend(shown.iter().filter(|column| matches!(column, Chosen::Field(_))).cloned());
    let names: std::collections::BTreeSet<&String> =
        rows.iter().flat_map(|row| L::fields(row).keys()).collect();
    let fields = names.into_iter().filter(|name| !L::ELSEWHERE.contains(&name.as_str()));
    for name in fields.take(FIELDS_MAX) {
        let column = Chosen::Field(name.clone());
        if !all.contains(&column) {
            all.push(column);
        }
    }
    all.iter()
        .map(|column| choice(&column.key(), &column.label(), shown.contains(column)))
        .collect()
}

fn field(value: Option<&FieldValue>) -> Markup {
    match value {
        None | Some(FieldValue::Cleared) => Markup::new(),
        Some(value) => Markup::text(value),
    }
}

/// The page.
#[derive(Template)]
#[template(path = "layout/list.html")]
struct ListPage {
    frame: Frame,
    asked: Asked,
    path: &'static str,
    words: (&'static str, &'static str),
    all: Counted,
    total: Counted,
    conditions: Vec<Condition>,
    chips: Vec<Chip>,
    columns: Vec<Choice>,
    sorts: Vec<Choice>,
    is_chosen: bool,
    heads: Vec<Head>,
    rows: Vec<Row>,
    after: Option<String>,
    nothing_yet: EmptyState,
}

struct Row {
    href: String,
    name: String,
    cells: Vec<Shown>,
}

/// Shows the list.
pub(crate) async fn index<L: Listed>(
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let asked = Asked::read(L::KNOWN, &query.unwrap_or_default());
    if asked.is_sent() {
        // A form says its empty fields too, and the columns that the list has anyway.
        let is_chosen = chosen::<L>(&asked).1;
        let to = if is_chosen { asked.href() } else { asked.usual_columns() };
        return Ok(Redirect::to(&to).into_response());
    }
    let frame = visit.frame(L::PLACE.name(), L::PLACE);
    let imports = visit.signed.can(&Act::Import);
    let (me, time) = (visit.signed.0.user.clone(), visit.time());
    let reach = visit.signed.can(&Act::SeeReach);
    let make = move |engine: &Engine| {
        engine.read(|reader| {
            let names = Names::new(reader, reach);
            let maker = Maker { reader, names: &names, asked: &asked, me: &me, time: &time };
            made::<L>(&maker, frame, imports)
        })
    };
    let page = visit.house.work(make).await?;
    Ok(visit.show(page))
}

fn made<L: Listed>(
    maker: &Maker<'_, '_>,
    frame: Frame,
    imports: bool,
) -> Result<ListPage, Failure> {
    let (asked, reader) = (maker.asked, maker.reader);
    let mut found = L::rows(maker, asked.after(), ROWS + 1)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let after = found.last().filter(|_| more).map(|last| asked.from(&L::place(asked, last)));
    let (columns, is_chosen) = chosen::<L>(asked);
    let rows = found.iter().map(|row| shown::<L>(maker, &columns, row));
    let rows = rows.collect::<Result<_, Failure>>()?;
    let conditions = L::conditions(maker)?;
    let says = conditions.iter().filter_map(|it| Some((it.name, it.says.clone()?)));
    let chips = says.map(|(name, words)| asked.chip(name, words)).collect();
    let everything = Asked::read(L::KNOWN, "");
    let here = asked.sort();
    let sorts = L::KNOWN.sorts.iter().map(|(key, words)| choice(key, words, *key == here));
    Ok(ListPage {
        path: L::KNOWN.path,
        words: L::WORDS,
        all: Counted::of(|most| L::count(reader, &everything, maker.me, maker.time, most))?,
        total: Counted::of(|most| L::count(reader, asked, maker.me, maker.time, most))?,
        conditions,
        chips,
        columns: offered::<L>(&columns, &found),
        sorts: sorts.collect(),
        is_chosen,
        heads: columns.iter().map(|column| column.head(asked)).collect(),
        rows,
        after,
        nothing_yet: L::nothing_yet(imports),
        asked: asked.clone(),
        frame,
    })
}

fn shown<L: Listed>(
    maker: &Maker<'_, '_>,
    columns: &[Chosen],
    row: &L::Row,
) -> Result<Row, Failure> {
    let cells = columns.iter().map(|column| {
        let value = match column {
            Chosen::Standing(column) => L::shown(maker, column.key, row)?,
            Chosen::Field(name) => field(L::fields(row).get(name)),
        };
        let class = column.class();
        let label = matches!(class, "full nw" | "full any" | "n").then(|| column.label());
        Ok(Shown { class, label, value })
    });
    let name = L::name(row).unwrap_or(L::id(row)).to_owned();
    Ok(Row { href: L::href(row), name, cells: cells.collect::<Result<_, Failure>>()? })
}

impl ListPage {
    fn title(&self) -> String {
        let (one, many) = self.words;
        let words = if self.total.n == 1 { one } else { many };
        match self.asked.narrows() {
            true => format!("{} {words} of {}", self.total.words(), self.all.words()),
            false => format!("{} {words}", self.all.words()),
        }
    }

    fn densities(&self) -> Vec<Choice> {
        densities(self.asked.density())
    }

    fn pagination(&self) -> Pagination {
        let shown = self.rows.len() as u64;
        Pagination { shown, total: self.total.exact(), before: None, after: self.after.clone() }
    }

    fn files(&self) -> Files {
        Files::of("All of this view", &self.asked.href(), self.path)
    }

    fn filtered_away(&self) -> EmptyState {
        let (one, many) = self.words;
        EmptyState {
            title: format!("No {one} is like this"),
            words: format!("There are {} {many} without the filter.", self.all.words()),
            action: Some(("Clear the filter".to_owned(), self.path.to_owned())),
            ..EmptyState::default()
        }
    }
}

/// Sends the list as a file: every row of the view, with the columns of the page.
pub(crate) async fn export<L: Listed>(
    visit: Visit,
    kind: FileKind,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let asked = Asked::read(L::KNOWN, &query.unwrap_or_default());
    let (me, time) = (visit.signed.0.user.clone(), visit.time());
    let reach = visit.signed.can(&Act::SeeReach);
    let (counted, by, at) = (asked.clone(), me.clone(), time.clone());
    kind.holds(&visit.house, move |engine, most| {
        Ok(engine.read(|reader| L::count(reader, &counted, &by, &at, most))?)
    })
    .await?;
    Ok(download(&visit.house, kind, L::WORDS.1, move |engine, sheet| {
        filled::<L>(engine, sheet, &asked, &me, &time, reach)
    }))
}

fn filled<L: Listed>(
    engine: &Engine,
    sheet: &mut Sheet,
    asked: &Asked,
    me: &UserId,
    time: &LocalTime,
    reach: bool,
) -> Result<(), Failure> {
    // Without a choice a file has every standing column.
    let columns = match chosen::<L>(asked) {
        (columns, true) => columns,
        (_, false) => L::COLUMNS.iter().map(Chosen::Standing).collect(),
    };
    let heads = ["id".to_owned(), "name".to_owned()].into_iter();
    let heads: Vec<String> =
        heads.chain(columns.iter().map(Chosen::key).filter(|key| key != "id")).collect();
    let mut goes_on = sheet.head(&heads)?;
    let mut after: Option<String> = None;
    while goes_on {
        let rows = engine.read(|reader| {
            let names = Names::new(reader, reach);
            let maker = Maker { reader, names: &names, asked, me, time };
            let place = after.as_deref().and_then(|place| place.split_once('~'));
            let found = L::rows(&maker, place, ROWS_OF_FILE)?;
            after = found.last().map(|last| L::place(asked, last));
            let rows = found.iter().map(|row| cells::<L>(&maker, &columns, row));
            rows.collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = sheet.rows(&rows)? && rows.len() == ROWS_OF_FILE as usize;
    }
    Ok(())
}

fn cells<L: Listed>(
    maker: &Maker<'_, '_>,
    columns: &[Chosen],
    row: &L::Row,
) -> Result<Vec<Cell>, Failure> {
    let mut cells = vec![L::id(row).into(), L::name(row).map(str::to_owned).into()];
    for column in columns.iter().filter(|column| column.key() != "id") {
        cells.push(match column {
            Chosen::Standing(column) => L::cell(maker, column.key, row)?,
            Chosen::Field(name) => L::fields(row).get(name).into(),
        });
    }
    Ok(cells)
}
