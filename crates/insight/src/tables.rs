//! Touches and outcomes from two tables of a warehouse, whatever their columns are called.

use std::{collections::BTreeMap, path::Path};

use crate::{
    channels::{Channels, TooManyChannels},
    files::{self, Kind, Names, Table, Trouble, Wanted},
    gathering::{Outcome, Touches},
};

/// Values are read to the cent.
pub const PARTS: u32 = 100;

/// The decimal digits of that.
const DIGITS: u8 = 2;

/// What a column holds: our name, and the names that it commonly goes by, the likeliest first.
type Known = (&'static str, &'static [&'static str]);

const UNIT: Known = (
    "unit",
    &["account", "account_id", "journey_id", "journey", "person", "contact_id", "lead", "user_id"],
);
const AT: Known = ("at", &["happened_at", "ts", "timestamp", "time", "date"]);
const CHANNEL: Known = ("channel", &["source"]);
const PERSON: Known = ("person", &["contact_id", "contact", "lead"]);
const ASSET: Known = ("asset", &["campaign", "content"]);
const ENDED: Known = ("at", &["closed_at", "closed_on", "converted_at", "conv_ts", "ts"]);
const CONVERTED: Known = ("converted", &["won", "is_won", "conv"]);
const VALUE: Known = ("value", &["amount", "revenue"]);
const CENTS: Known = ("value_cents", &["value_minor", "amount_cents", "amount_minor"]);
const LEAD: Known = ("lead_at", &["lead_created_at", "lead_created_on"]);
const OPENED: Known = ("opened_at", &["opened_on", "opportunity_created_at"]);
const DEAL: Known = ("deal", &["deal_id", "opportunity", "opportunity_id", "id"]);

/// Columns that are called something else: ours to theirs, such as `channel` to `utm_source`.
pub type Called = BTreeMap<String, String>;

/// What two tables say.
#[derive(Debug)]
pub struct Read {
    /// The touches.
    pub touches: Touches,
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// The channels of the touches.
    pub channels: Channels,
    /// The deal of each outcome: its key, or whose it is where it has none.
    pub deals: Deals,
}

/// Keys of deals by the place of their outcome.
#[derive(Debug)]
pub struct Deals {
    names: Names,
    codes: Vec<u32>,
}

impl Deals {
    /// The key of an outcome.
    pub fn key(&self, outcome: usize) -> String {
        self.codes.get(outcome).map(|code| self.names.name(*code)).unwrap_or_default()
    }

    /// The outcomes of a key, in file order.
    pub fn find(&self, key: &str) -> Vec<usize> {
        let Some(code) = self.names.find(key) else { return Vec::new() };
        let of = self.codes.iter().enumerate().filter(|(_, own)| **own == code);
        of.map(|(place, _)| place).collect()
    }
}

/// Why two tables were not read.
#[derive(Debug, thiserror::Error)]
pub enum TablesTrouble {
    /// One of the files.
    #[error(transparent)]
    File(#[from] Trouble),
    /// There are too many channels.
    #[error(transparent)]
    Channels(#[from] TooManyChannels),
    /// A conversion has no instant.
    #[error("{file}, row {row}: it converted, and column `{column}` does not say when: fill it in")]
    NoInstant {
        /// The file.
        file: String,
        /// Where.
        row: usize,
        /// Which column should.
        column: String,
    },
    /// A value is below nothing.
    #[error("{file}, row {row}: a conversion is worth nothing or more: leave credit notes out")]
    BelowNothing {
        /// The file.
        file: String,
        /// Where.
        row: usize,
    },
}

/// Reads touches and outcomes. The instants of conversions may be blank where nothing converted.
///
/// # Errors
/// [`TablesTrouble`], with the place and what to do.
pub fn read(touches: &Path, outcomes: &Path, called: &Called) -> Result<Read, TablesTrouble> {
    let has = files::columns(touches)?;
    let columns = Columns { has: &has, called };
    let unit = columns.name(UNIT);
    let [at, channel] = [AT, CHANNEL].map(|known| columns.name(known));
    let person = columns.find(PERSON).filter(|person| *person != unit);
    let asset = columns.find(ASSET).filter(|asset| *asset != channel);
    let mut wanted = vec![
        Wanted::new(&unit, Kind::Word),
        Wanted::new(&at, Kind::Instant),
        Wanted::new(&channel, Kind::Word),
    ];
    wanted.extend([&person, &asset].into_iter().flatten().map(|n| Wanted::new(n, Kind::Word)));
    let mut table = files::read(touches, &wanted)?;
    let units = table.words(&unit);
    let (channels, channel) = numbered(table.words(&channel))?;
    let mut codes = |name: Option<String>| name.map(|name| table.words(&name).codes);
    let (person, asset) = (codes(person), codes(asset));
    let touches = Touches {
        at: table.numbers(&at)?,
        channel,
        unit: units.codes,
        person: person.unwrap_or_default(),
        asset: asset.unwrap_or_default(),
    };
    let (outcomes, deals) = ended(outcomes, called, &unit, &units.names)?;
    Ok(Read { touches, outcomes, channels, deals })
}

/// Channels by their numbers; blank ones are called so.
fn numbered(words: files::Words) -> Result<(Channels, Vec<u16>), TooManyChannels> {
    let mut channels = Channels::default();
    let numbers = words.names.names().map(|name| {
        let name = name.trim();
        channels.number(if name.is_empty() { "(blank)" } else { name })
    });
    let numbers: Vec<u16> = numbers.collect::<Result<_, _>>()?;
    let codes = words.codes.iter().map(|code| numbers[*code as usize]).collect();
    Ok((channels, codes))
}

fn ended(
    path: &Path,
    called: &Called,
    unit: &str,
    units: &Names,
) -> Result<(Vec<Outcome>, Deals), TablesTrouble> {
    let has = files::columns(path)?;
    let columns = Columns { has: &has, called };
    // Both files call it the same, if the second has it at all.
    let is_there = has.iter().any(|name| name == unit);
    let unit = if is_there { unit.to_owned() } else { columns.name(UNIT) };
    let at = columns.name(ENDED);
    let optional = [
        (CONVERTED, Kind::Flag),
        (CENTS, Kind::Whole),
        (VALUE, Kind::Decimal(DIGITS)),
        (LEAD, Kind::Instant),
        (OPENED, Kind::Instant),
        (DEAL, Kind::Word),
    ];
    let optional = optional.map(|(known, kind)| (columns.find(known), kind));
    let mut wanted = vec![Wanted::new(&unit, Kind::Word), Wanted::new(&at, Kind::Instant)];
    for (name, kind) in &optional {
        wanted.extend(name.iter().map(|name| Wanted::new(name, *kind)));
    }
    let mut table = files::read(path, &wanted)?;
    let own = table.words(&unit);
    let [converted, cents, value, lead, opened, deal] = optional.map(|(name, _)| name);
    let ended = Ended {
        file: path.display().to_string(),
        at: Cells::of(&mut table, Some(&at)),
        at_column: at,
        converted: converted.map(|name| Cells::of(&mut table, Some(&name))),
        value: Cells::of(&mut table, cents.or(value).as_deref()),
        lead: Cells::of(&mut table, lead.as_deref()),
        opened: Cells::of(&mut table, opened.as_deref()),
    };
    // Whoever was never touched is somebody of their own.
    let places = own.names.found_in(units);
    let mut next = units.len() as u32;
    let places: Vec<u32> = places
        .into_iter()
        .map(|place| {
            place.unwrap_or_else(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let outcomes = own.codes.iter().enumerate();
    let outcomes = outcomes.map(|(row, code)| ended.outcome(row, places[*code as usize]));
    let outcomes = outcomes.collect::<Result<_, _>>()?;
    let deal = deal.map(|name| table.words(&name)).unwrap_or(own);
    Ok((outcomes, Deals { names: deal.names, codes: deal.codes }))
}

/// A column of numbers with its blanks; a column that is not there is blank throughout.
#[derive(Default)]
struct Cells {
    numbers: Vec<i64>,
    blanks: Vec<u32>,
}

impl Cells {
    fn of(table: &mut Table, column: Option<&str>) -> Cells {
        let Some(column) = column else { return Cells::default() };
        let (numbers, blanks) = table.numbers_or_blank(column);
        Cells { numbers, blanks }
    }

    fn get(&self, row: usize) -> Option<i64> {
        let number = self.numbers.get(row)?;
        self.blanks.binary_search(&(row as u32)).is_err().then_some(*number)
    }
}

/// The columns of outcomes.
struct Ended {
    file: String,
    at_column: String,
    at: Cells,
    /// Absent where every row is a conversion.
    converted: Option<Cells>,
    value: Cells,
    lead: Cells,
    opened: Cells,
}

impl Ended {
    fn outcome(&self, row: usize, unit: u32) -> Result<Outcome, TablesTrouble> {
        let converted = self.converted.as_ref().is_none_or(|flags| flags.get(row) == Some(1));
        let place = || (self.file.clone(), row + 1);
        let at = match self.at.get(row) {
            Some(at) => at,
            None if converted => {
                let ((file, row), column) = (place(), self.at_column.clone());
                return Err(TablesTrouble::NoInstant { file, row, column });
            }
            // Before everything: what never ended cuts no journey.
            None => i64::MIN,
        };
        let value = self.value.get(row).unwrap_or_default();
        let value = u64::try_from(value).map_err(|_| {
            let (file, row) = place();
            TablesTrouble::BelowNothing { file, row }
        })?;
        let (lead_at, opened_at) = (self.lead.get(row), self.opened.get(row));
        Ok(Outcome { unit, converted, at, lead_at, opened_at, value })
    }
}

/// The columns that a file has.
struct Columns<'a> {
    has: &'a [String],
    called: &'a Called,
}

impl Columns<'_> {
    /// What a column is called here, if it is there or somebody says so.
    fn find(&self, (ours, theirs): Known) -> Option<String> {
        if let Some(named) = self.called.get(ours) {
            return Some(named.clone());
        }
        let known = std::iter::once(&ours).chain(theirs);
        let plain = |name: &str| name.trim().to_lowercase().replace([' ', '-'], "_");
        let mut found = known.filter_map(|known| self.has.iter().find(|has| plain(has) == **known));
        found.next().cloned()
    }

    /// The same; ours, if it is not there, so that it is asked for by name.
    fn name(&self, known: Known) -> String {
        self.find(known).unwrap_or_else(|| known.0.to_owned())
    }
}

#[cfg(test)]
mod tests;
