//! Touches and outcomes from two tables of a warehouse, whatever their columns are called.

use std::{collections::BTreeMap, path::Path};

use crate::{
    channels::{Channels, TooManyChannels},
    files::{self, Kind, Names, Table, Trouble, Wanted, Words, leave_out},
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
    /// What of the rows cannot be used, or only with care.
    pub gaps: Gaps,
}

/// Rows that are of no use, or that look like a mistake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Touches of which the file does not say whose they are; left out.
    pub touches_of_nobody: u64,
    /// Outcomes of which it does not; left out.
    pub outcomes_of_nobody: u64,
    /// Deals that stand more than once among the outcomes; each row of theirs counts.
    pub deals_repeated: u64,
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

    /// How many keys stand more than once; those that are blank are no keys.
    fn repeated(&self) -> u64 {
        let mut times = vec![0_u8; self.names.len()];
        for code in &self.codes {
            let times = &mut times[*code as usize];
            *times = times.saturating_add(1);
        }
        let often = times.iter().zip(0..).filter(|(times, _)| **times > 1);
        often.filter(|(_, code)| !self.names.name(*code).trim().is_empty()).count() as u64
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
    /// There are no touches.
    #[error("{file} has no touches: it has a header alone")]
    NoTouches {
        /// The file.
        file: String,
    },
    /// No touch says whose it is.
    #[error(
        "{file}: column `{column}` is blank throughout, so no touch is anybody's: name another"
    )]
    Nobodys {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A conversion has no instant.
    #[error("{file}, {place}: it converted, and column `{column}` does not say when: fill it in")]
    NoInstant {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// Which column should.
        column: String,
    },
    /// A value is below nothing.
    #[error("{file}, {place}: a conversion is worth nothing or more: leave credit notes out")]
    BelowNothing {
        /// The file.
        file: String,
        /// Where.
        place: String,
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
    let of_nobody = units.blank_rows();
    is_there(touches, &unit, table.rows(), of_nobody.len())?;
    let (channels, channel) = numbered(table.words(&channel))?;
    let mut codes = |name: Option<String>| name.map(|name| table.words(&name).codes);
    let (person, asset) = (codes(person), codes(asset));
    let mut touches = Touches {
        at: table.numbers(&at)?,
        channel,
        unit: units.codes,
        person: person.unwrap_or_default(),
        asset: asset.unwrap_or_default(),
    };
    touches.leave_out(&of_nobody);
    let mut gaps = Gaps { touches_of_nobody: of_nobody.len() as u64, ..Gaps::default() };
    let (outcomes, deals) = ended(outcomes, called, &unit, &units.names, &mut gaps)?;
    Ok(Read { touches, outcomes, channels, deals, gaps })
}

/// That there are touches of somebody.
fn is_there(path: &Path, unit: &str, rows: usize, of_nobody: usize) -> Result<(), TablesTrouble> {
    let file = path.display().to_string();
    match rows {
        0 => Err(TablesTrouble::NoTouches { file }),
        rows if rows == of_nobody => Err(TablesTrouble::Nobodys { file, column: unit.to_owned() }),
        _ => Ok(()),
    }
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
    gaps: &mut Gaps,
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
        at: Cells::of(&mut table, Some(&at)),
        at_column: at,
        converted: converted.map(|name| Cells::of(&mut table, Some(&name))),
        value: Cells::of(&mut table, cents.or(value).as_deref()),
        lead: Cells::of(&mut table, lead.as_deref()),
        opened: Cells::of(&mut table, opened.as_deref()),
        deal: deal.map(|name| table.words(&name)),
        table,
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
    let mut outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
    let of_nobody = own.blank_rows();
    let has_deals = ended.deal.is_some();
    let Words { names, mut codes } = ended.deal.unwrap_or(own);
    leave_out(&mut outcomes, &of_nobody);
    leave_out(&mut codes, &of_nobody);
    let deals = Deals { names, codes };
    gaps.outcomes_of_nobody = of_nobody.len() as u64;
    gaps.deals_repeated = if has_deals { deals.repeated() } else { 0 };
    Ok((outcomes, deals))
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
    /// The file, for where its rows stand.
    table: Table,
    deal: Option<Words>,
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
        let place = || (self.table.file(), self.table.place(row));
        let at = match self.at.get(row) {
            Some(at) => at,
            None if converted => {
                let ((file, place), column) = (place(), self.at_column.clone());
                return Err(TablesTrouble::NoInstant { file, place, column });
            }
            // Before everything: what never ended cuts no journey.
            None => i64::MIN,
        };
        let value = self.value.get(row).unwrap_or_default();
        let value = u64::try_from(value).map_err(|_| {
            let (file, place) = place();
            TablesTrouble::BelowNothing { file, place }
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
