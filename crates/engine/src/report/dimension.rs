//! What rows can be told apart by: their own columns and fields, the month they begin in, and
//! what is known of the records that they name.

use std::collections::{BTreeMap, BTreeSet};

use domain::{group::Dimensions, ids::LeadId};
use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{Reader, StoreError};

use super::{
    Asked, ReportFailure, ReportQuestion, ReportRefusal, Sources,
    asked::count,
    membership::{OfLead, Rules},
    record::Record,
    world::{Found, Of, World, names},
};

/// A row of a report.
pub(super) trait Row: Record {
    /// What one of them is called, and what several are.
    const NOUN: [&'static str; 2];
    /// The records that it may name, the nearest first.
    const NAMES: &'static [Of];
    /// Whether the account and the campaign may be those of its lead.
    const THROUGH_LEAD: bool = false;
    /// Whether it has a day of closing beside the day on which it begins.
    const CLOSES: bool = false;

    /// The day on which it begins, or on which it closes.
    fn day(&self, which: Dated, zone: &TimeZone) -> Option<Date>;

    /// The lead that it is, or that it comes of.
    fn of_lead(&self) -> OfLead<'_> {
        match self.value(Of::Lead.word()) {
            None => OfLead::Unsaid,
            Some(id) if id.trim().is_empty() => OfLead::Nobody,
            Some(id) => OfLead::Of(LeadId(id)),
        }
    }
}

/// Which day of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dated {
    /// The one on which it begins.
    Entry,
    /// The one on which it closes.
    Close,
}

/// A part of the calendar by which rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// `2026-09`
    Month,
    /// `2026-Q3`
    Quarter,
    /// `2026`
    Year,
}

impl Unit {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Month => "month",
            Unit::Quarter => "quarter",
            Unit::Year => "year",
        }
    }

    fn of(self, day: Date) -> String {
        let year = day.year();
        match self {
            Unit::Month => format!("{year:04}-{:02}", day.month()),
            Unit::Quarter => format!("{year:04}-Q{}", (day.month() + 2) / 3),
            Unit::Year => format!("{year:04}"),
        }
    }
}

const CALENDAR: [(&str, Dated, Unit); 6] = [
    ("month", Dated::Entry, Unit::Month),
    ("quarter", Dated::Entry, Unit::Quarter),
    ("year", Dated::Entry, Unit::Year),
    ("closed_month", Dated::Close, Unit::Month),
    ("closed_quarter", Dated::Close, Unit::Quarter),
    ("closed_year", Dated::Close, Unit::Year),
];

/// Words that firms use for one thing. A word finds the others where nothing bears its own name.
const SAME: [&[&str]; 10] = [
    &["region", "regionaloffice", "territory"],
    &["industry", "sector"],
    &["country", "officelocation", "location"],
    &["employees", "numberofemployees", "headcount"],
    &["stage", "dealstage", "status", "leadstatus"],
    &["owner", "rep", "seller", "salesrep", "salesagent", "salesperson"],
    &["source", "leadsource", "channel"],
    &["series", "family"],
    &["reason", "lossreason", "rejectionreason"],
    &["servicelevel", "sla"],
];

/// Columns that hold the id of a person of the firm.
const PEOPLE: [&str; 4] = ["owner", "manager", "answered_by", "by"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Named(String),
    Calendar(Dated, Unit),
}

/// Something that rows can be told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dimension {
    /// In full: `stage`, `owner.region`.
    name: String,
    /// The record whose it is; none for the row itself.
    of: Option<Of>,
    column: Column,
}

impl Dimension {
    /// Whether it bears this name; `squeeze` takes the signs out of its own.
    fn is_called(&self, how: Calling, key: &str) -> bool {
        let column = match &self.column {
            Column::Named(column) => squeeze(column),
            Column::Calendar(..) => squeeze(&self.name),
        };
        let prefix = self.of.map_or("", Of::word);
        match how {
            Calling::InFull => format!("{prefix}{column}") == key,
            Calling::InShort => column == key,
            Calling::OtherWord => {
                let same = SAME.iter().find(|words| words.contains(&column.as_str()));
                same.is_some_and(|words| {
                    words.iter().any(|word| *word == key || format!("{prefix}{word}") == key)
                })
            }
        }
    }

    fn tells_people_apart(&self) -> bool {
        match &self.column {
            Column::Named(column) => PEOPLE.contains(&column.as_str()) && column != "manager",
            Column::Calendar(..) => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calling {
    InFull,
    InShort,
    OtherWord,
}

/// Small letters and digits only.
pub(super) fn squeeze(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What is known of each row in the dimension that the question names, in the order of the rows;
/// nothing in it when the question names none. The dimension's full name goes into `asked`, and
/// what is not known into `notes`.
pub(super) fn dimensions<R: Row>(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    rows: &[R],
    asked: &mut Asked,
    notes: &mut Vec<String>,
) -> Result<Vec<Dimensions>, ReportFailure> {
    let Some(by) = question.by.as_deref() else {
        return Ok(vec![Dimensions::new(); rows.len()]);
    };
    let (name, values) = match Rules::asked(sources, question, by) {
        Some(rules) => (rules.name(), rules.groups(sources.reader, rows, notes)?),
        None => {
            let (dimension, values) = fields(sources, question, by, rows, notes)?;
            asked.by_person = dimension.tells_people_apart();
            (dimension.name, values)
        }
    };
    let told = |value: Option<String>| {
        value.map(|value| (name.clone(), value)).into_iter().collect::<Dimensions>()
    };
    let told = values.into_iter().map(told).collect();
    asked.by = Some(name);
    Ok(told)
}

/// Notes beside the rest when each row came in, under the name that is answered.
pub(super) fn enter<R: Row>(
    unit: Unit,
    zone: &TimeZone,
    rows: &[R],
    told: &mut [Dimensions],
) -> String {
    let name = format!("{} of entry", unit.word());
    for (row, told) in rows.iter().zip(told) {
        told.extend(row.day(Dated::Entry, zone).map(|day| (name.clone(), unit.of(day))));
    }
    name
}

/// What is known of each row in the dimension of this name: a column, a field, a part of the
/// calendar.
fn fields<R: Row>(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    by: &str,
    rows: &[R],
    notes: &mut Vec<String>,
) -> Result<(Dimension, Vec<Option<String>>), ReportFailure> {
    let reader = sources.reader;
    let mut world = World::default();
    let dimension = match of_calendar(rows, by) {
        Some(dimension) => dimension,
        None => {
            world = World::read(reader)?;
            find(sources, question, &mut world, rows, by, notes)?
        }
    };
    let mut teller =
        Teller { dimension: &dimension, world: &world, missing: Tally::new(), near: Tally::new() };
    let mut values: Vec<Option<String>> =
        rows.iter().map(|row| teller.value(row, &question.zone)).collect();
    notes.extend(teller.notes(R::NOUN, rows.len()));
    show_names(reader, &world, &dimension, &mut values)?;
    Ok((dimension, values))
}

/// The part of the calendar that bears the name in full, unless a field of the rows themselves
/// does: then nothing of the world need be known.
fn of_calendar<R: Row>(rows: &[R], by: &str) -> Option<Dimension> {
    let key = squeeze(by);
    let (name, dated, unit) = CALENDAR.into_iter().find(|(name, ..)| squeeze(name) == key)?;
    let is_there = dated == Dated::Entry || R::CLOSES;
    let is_field = names(rows).iter().any(|own| squeeze(own) == key);
    (is_there && !is_field).then(|| Dimension {
        name: name.to_owned(),
        of: None,
        column: Column::Calendar(dated, unit),
    })
}

fn find<R: Row>(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    world: &mut World,
    rows: &[R],
    by: &str,
    notes: &mut Vec<String>,
) -> Result<Dimension, ReportFailure> {
    let (reader, key) = (sources.reader, squeeze(by));
    let leads_at_once = R::THROUGH_LEAD || key.starts_with(Of::Lead.word());
    if leads_at_once {
        world.read_leads(reader)?;
    }
    let mut there = catalogue(rows, world);
    let mut found = called(&there, &key);
    if found.is_empty() && !leads_at_once && R::NAMES.contains(&Of::Lead) {
        world.read_leads(reader)?;
        there = catalogue(rows, world);
        found = called(&there, &key);
    }
    if let Some(own) = key.strip_prefix(R::NOUN[0]).filter(|_| found.is_empty()) {
        // `lead.country` of leads is their own country.
        found = called(&there, own);
    }
    let Some(dimension) = found.first() else {
        let mut there: Vec<String> = there.iter().map(|one| one.name.clone()).collect();
        there.extend(Rules::names(sources, question));
        return Err(no_such(by, R::NOUN[1], there).into());
    };
    if dimension.of.is_some() && found.len() > 1 {
        let others: Vec<&str> = found[1..].iter().map(|other| other.name.as_str()).collect();
        let others = others.join(", ");
        let name = &dimension.name;
        notes.push(format!("{by} was taken for {name}; there is also {others}: write it out"));
    }
    Ok((*dimension).clone())
}

/// Fields that bear a name which was taken for something else, in full.
pub(super) fn bear_the_name<R: Row>(rows: &[R], world: &World, key: &str) -> Vec<String> {
    let there = catalogue(rows, world);
    let same = there.iter().filter(|dimension| dimension.is_called(Calling::InShort, key));
    let in_full = |dimension: &Dimension| match dimension.of {
        None => format!("{}.{}", R::NOUN[0], dimension.name),
        Some(_) => dimension.name.clone(),
    };
    same.map(in_full).collect()
}

/// Everything that the rows can be told apart by: what is their own first.
fn catalogue<R: Row>(rows: &[R], world: &World) -> Vec<Dimension> {
    let own = names(rows).into_iter().map(|name| Dimension {
        name: name.clone(),
        of: None,
        column: Column::Named(name),
    });
    let of_calendar = CALENDAR
        .into_iter()
        .filter(|(_, dated, _)| *dated == Dated::Entry || R::CLOSES)
        .map(|(name, dated, unit)| Dimension {
            name: name.to_owned(),
            of: None,
            column: Column::Calendar(dated, unit),
        });
    let named = R::NAMES.iter().flat_map(|of| {
        world.names(*of).into_iter().map(|name| Dimension {
            name: format!("{}.{name}", of.word()),
            of: Some(*of),
            column: Column::Named(name),
        })
    });
    own.chain(of_calendar).chain(named).collect()
}

/// Those that bear the name, by the strictest reading under which any does.
fn called<'a>(there: &'a [Dimension], key: &str) -> Vec<&'a Dimension> {
    for how in [Calling::InFull, Calling::InShort, Calling::OtherWord] {
        let found: Vec<&Dimension> =
            there.iter().filter(|dimension| dimension.is_called(how, key)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn no_such(by: &str, noun: &'static str, there: Vec<String>) -> ReportRefusal {
    let key = squeeze(by);
    let distance = |name: &&String| {
        let full = squeeze(name);
        let short = name.rsplit('.').next().map_or_else(String::new, squeeze);
        [full, short].iter().map(|name| strsim::damerau_levenshtein(name, &key)).min()
    };
    let nearest = there.iter().min_by_key(distance).filter(|nearest| {
        distance(nearest).is_some_and(|distance| distance <= 2.max(key.chars().count() / 3))
    });
    let nearest = nearest.cloned();
    ReportRefusal::NoSuchDimension { asked: by.to_owned(), noun, nearest, there }
}

/// Rows by the id that they name.
type Tally = BTreeMap<String, u64>;

struct Teller<'a> {
    dimension: &'a Dimension,
    world: &'a World,
    /// Ids of which nothing is known.
    missing: Tally,
    /// Ids that were taken for another that differs by spaces alone, with both.
    near: Tally,
}

impl Teller<'_> {
    fn value<R: Row>(&mut self, row: &R, zone: &TimeZone) -> Option<String> {
        let name = match &self.dimension.column {
            Column::Calendar(which, unit) => return row.day(*which, zone).map(|day| unit.of(day)),
            Column::Named(name) => name,
        };
        let Some(of) = self.dimension.of else { return row.value(name) };
        let id = self.reference(row, of)?;
        if id.trim().is_empty() {
            // The row says that it has none: that is blank, and no gap.
            return Some(String::new());
        }
        match self.world.find(of, &id) {
            Some(Found::Exactly(record)) => record.value(name),
            Some(Found::Nearly(record, other)) => {
                *self.near.entry(format!("{id} (taken for {other})")).or_default() += 1;
                record.value(name)
            }
            None => {
                *self.missing.entry(id).or_default() += 1;
                None
            }
        }
    }

    /// The id that a row names, or that its lead names for it.
    fn reference<R: Row>(&self, row: &R, of: Of) -> Option<String> {
        row.value(of.word()).or_else(|| {
            let is_of_lead = R::THROUGH_LEAD && matches!(of, Of::Account | Of::Campaign);
            let lead = is_of_lead.then(|| row.value(Of::Lead.word())).flatten()?;
            match self.world.find(Of::Lead, &lead)? {
                Found::Exactly(lead) | Found::Nearly(lead, _) => lead.value(of.word()),
            }
        })
    }

    fn notes(&self, [one, many]: [&str; 2], rows: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let Some(of) = self.dimension.of else { return notes };
        let of = of.word();
        let a = if matches!(of, "owner" | "account") { "an" } else { "a" };
        let all = count(rows as u64, one, many);
        if !self.missing.is_empty() {
            let n = domain::money::grouped(self.missing.values().sum());
            let ids = listed(&self.missing);
            notes.push(format!("{n} of {all} name {a} {of} of which nothing is known: {ids}"));
        }
        if !self.near.is_empty() {
            let n = domain::money::grouped(self.near.values().sum());
            let ids = listed(&self.near);
            notes.push(format!("{n} of {all} name {a} {of} with other spaces or hyphens: {ids}"));
        }
        notes
    }
}

/// The first five ids.
fn listed(tally: &Tally) -> String {
    let first: Vec<&str> = tally.keys().take(5).map(String::as_str).collect();
    let more = if tally.len() > 5 { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

/// Puts names in the place of ids, where the dimension is of ids. Two things of one name keep
/// their ids beside it.
fn show_names(
    reader: &Reader<'_>,
    world: &World,
    dimension: &Dimension,
    values: &mut [Option<String>],
) -> Result<(), StoreError> {
    let Column::Named(column) = &dimension.column else { return Ok(()) };
    let ids: BTreeSet<&String> =
        values.iter().flatten().filter(|id| !id.trim().is_empty()).collect();
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    for id in ids {
        let name = if PEOPLE.contains(&column.as_str()) {
            person_name(reader, id)?
        } else {
            let of = [Of::Account, Of::Product, Of::Campaign].into_iter();
            let of = of.into_iter().find(|of| of.word() == column);
            of.and_then(|of| record_name(world, of, id))
        };
        shown.extend(name.map(|name| (id.clone(), name)));
    }
    let mut bearers: BTreeMap<&String, u64> = BTreeMap::new();
    for name in shown.values() {
        *bearers.entry(name).or_default() += 1;
    }
    let shared: BTreeSet<String> =
        bearers.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name.clone()).collect();
    for value in values.iter_mut().flatten() {
        if let Some(name) = shown.get(value) {
            *value = if shared.contains(name) { format!("{name} ({value})") } else { name.clone() };
        }
    }
    Ok(())
}

/// The name of a person of the firm, where it is known and not erased.
pub(super) fn person_name(reader: &Reader<'_>, user: &str) -> Result<Option<String>, StoreError> {
    let person = reader.person_of(&format!("user/{user}"))?;
    Ok(person.and_then(|person| person.name.or(person.email)))
}

fn record_name(world: &World, of: Of, id: &str) -> Option<String> {
    match world.find(of, id)? {
        Found::Exactly(record) | Found::Nearly(record, _) => {
            record.value("name").filter(|name| !name.trim().is_empty())
        }
    }
}
