//! Paths as packages for attribution take them: one path a line, its touches parted by `>`, with how
//! many of it converted, what those were worth, and how many did not.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    channels::Channels,
    journeys::{Ended, Journey, JourneyRefusal, Journeys},
};

/// Values are read to the billionth, so that sums of decimals come out as written.
pub const PARTS: u32 = 1_000_000_000;

/// The longest path, in bytes.
const PATH_BYTES_MAX: usize = 1 << 20;

/// Why a file of paths was not read.
#[derive(Debug, thiserror::Error)]
pub enum PathsTrouble {
    /// The file let us down.
    #[error("could not read the paths: {0}")]
    Unreadable(#[from] io::Error),
    /// The rows are not separated as the header is.
    #[error("could not read the paths as a table: {0}")]
    NoTable(#[from] csv::Error),
    /// A column is not there.
    #[error("there is no column `{wanted}` among {has}: name it so in the first line")]
    NoColumn {
        /// What was looked for.
        wanted: &'static str,
        /// What there is.
        has: String,
    },
    /// A cell cannot be right.
    #[error("line {line}: `{cell}` is no {what}")]
    Cell {
        /// Where.
        line: u64,
        /// What stands there.
        cell: String,
        /// What should.
        what: &'static str,
    },
    /// A row cannot be a journey.
    #[error("line {line}: {refusal}")]
    Journey {
        /// Where.
        line: u64,
        /// Why.
        refusal: JourneyRefusal,
    },
}

/// Names that columns go by, ours first.
const PATH: [&str; 2] = ["path", "journey"];
const CONVERSIONS: [&str; 4] = ["conv", "conversions", "total_conversions", "converted"];
const VALUE: [&str; 4] = ["value", "total_conversion_value", "conversion_value", "revenue"];
const NULLS: [&str; 4] = ["null", "nulls", "total_null", "not_converted"];

/// Reads a file of paths. The value may be left out.
///
/// # Errors
/// [`PathsTrouble`], with the line.
pub fn read_file(path: &Path) -> Result<Journeys, PathsTrouble> {
    read(File::open(path)?)
}

/// Reads paths.
///
/// # Errors
/// [`PathsTrouble`], with the line.
pub fn read(input: impl Read) -> Result<Journeys, PathsTrouble> {
    let mut input = io::BufReader::with_capacity(1 << 16, input);
    let mut first = Vec::new();
    io::BufRead::read_until(&mut input, b'\n', &mut first)?;
    let separator = separator(&first);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(io::Read::chain(first.as_slice(), input));
    let mut row = csv::ByteRecord::new();
    reader.read_byte_record(&mut row)?;
    let header: Vec<String> = row.iter().map(named).collect();
    let places = Places::of(&header)?;
    let mut journeys = Journeys::new(Channels::default(), PARTS);
    let mut touched = Vec::new();
    while reader.read_byte_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let refused = |refusal| PathsTrouble::Journey { line, refusal };
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let ended = places.ended(cell, line)?;
        if ended.conversions == 0 && ended.nulls == 0 {
            continue;
        }
        let path = cell(places.path);
        if path.len() > PATH_BYTES_MAX {
            let cell = String::from_utf8_lossy(&path[..40]).into_owned();
            return Err(PathsTrouble::Cell { line, cell, what: "path of under a megabyte" });
        }
        touched.clear();
        for name in path.split(|byte| *byte == b'>').map(<[u8]>::trim_ascii) {
            if name.is_empty() {
                continue;
            }
            let name = String::from_utf8_lossy(name);
            let number = journeys.channels.number(&name);
            touched.push(number.map_err(|error| refused(error.into()))?);
        }
        let journey = Journey { touched: &touched, ages: &[], ended, milestones: None };
        journeys.push(journey).map_err(refused)?;
    }
    Ok(journeys)
}

fn named(cell: &[u8]) -> String {
    let cell = String::from_utf8_lossy(cell);
    cell.trim_start_matches('\u{feff}').trim().to_lowercase()
}

/// The sign that parts the cells of the header.
fn separator(header: &[u8]) -> u8 {
    let known = [b';', b',', b'\t', b'|'];
    let often = |sign: &u8| header.iter().filter(|byte| *byte == sign).count();
    known.into_iter().rev().max_by_key(often).unwrap_or(b';')
}

/// Where the columns are.
struct Places {
    path: usize,
    conversions: usize,
    value: Option<usize>,
    nulls: usize,
}

impl Places {
    fn of(header: &[String]) -> Result<Places, PathsTrouble> {
        let find = |names: &[&str]| header.iter().position(|has| names.contains(&has.as_str()));
        let must = |names: &[&'static str]| {
            let has = header.join(", ");
            find(names).ok_or(PathsTrouble::NoColumn { wanted: names[0], has })
        };
        Ok(Places {
            path: must(&PATH)?,
            conversions: must(&CONVERSIONS)?,
            value: find(&VALUE),
            nulls: must(&NULLS)?,
        })
    }

    fn ended<'a>(
        &self,
        cell: impl Fn(usize) -> &'a [u8],
        line: u64,
    ) -> Result<Ended, PathsTrouble> {
        let wrong = |place: usize, what| {
            let cell = String::from_utf8_lossy(cell(place)).into_owned();
            PathsTrouble::Cell { line, cell, what }
        };
        let count = |place: usize| -> Result<u32, PathsTrouble> {
            number(cell(place)).ok_or_else(|| wrong(place, "number of journeys"))
        };
        let value = match self.value {
            Some(place) => {
                value(cell(place)).ok_or_else(|| wrong(place, "value of nothing or more"))?
            }
            None => 0,
        };
        Ok(Ended { conversions: count(self.conversions)?, nulls: count(self.nulls)?, value })
    }
}

/// A whole number; some tools write it with a point and zeros.
fn number(cell: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(cell.trim_ascii()).ok()?;
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, rest)| rest.bytes().all(|byte| byte == b'0').then_some(whole));
    whole?.parse().ok()
}

/// A value in [`PARTS`].
fn value(cell: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(cell.trim_ascii()).ok()?;
    if text.is_empty() {
        return Some(0);
    }
    let value: f64 = text.parse().ok()?;
    let parts = (value * f64::from(PARTS)).round();
    (parts >= 0.0 && parts < i64::MAX as f64).then_some(parts as u64)
}

#[cfg(test)]
mod tests;
