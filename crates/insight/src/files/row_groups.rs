//! Parquet: columns kept in row groups, which are read side by side.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use ::parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{ByteArray, DataType, FixedLenByteArray},
    errors::ParquetError,
    file::{
        metadata::ParquetMetaData,
        reader::{FileReader, RowGroupReader},
        serialized_reader::SerializedFileReader,
    },
    schema::types::ColumnDescriptor,
};

use super::{
    Kind, ROWS_MAX, Trouble, Wanted,
    cell::{Wrong, scaled, seconds_since_1970},
    column::{Joining, Part, Table},
    names::SMALL,
    places, shown,
};
use crate::workers::{side_by_side, workers};

/// How many rows are unpacked at a time.
const BATCH: usize = 1 << 16;

/// So many rows most writers put into a row group at most.
const GROUP_ROWS: usize = 1 << 20;

/// The most that the wanted columns may unpack to, in bytes.
const UNPACKED_MAX: i64 = 64 << 30;

/// The names of the columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, Trouble> {
    let reader = open(path)?;
    Ok(names(reader.metadata()))
}

/// Reads the columns of those wanted that are there.
pub(super) fn read(path: &Path, wanted: &[Wanted]) -> Result<Table, Trouble> {
    let reader = open(path)?;
    let metadata = reader.metadata();
    let found = places(path, &names(metadata), wanted)?;
    is_bounded(path, metadata, &found)?;
    let kept: Result<Vec<Kept>, Trouble> = found
        .iter()
        .map(|(place, wanted)| {
            let descriptor = metadata.file_metadata().schema_descr().column(*place);
            kept(&descriptor, wanted.kind).map_err(|unfit| unfit.of(path, wanted))
        })
        .collect();
    let kept = kept?;
    let (next, groups) = (AtomicUsize::new(0), metadata.num_row_groups());
    let there: Vec<&Wanted> = found.iter().map(|(_, wanted)| *wanted).collect();
    let joining = Mutex::new(Joining::new(path, &there, groups));
    let work = || -> Result<(), (usize, Trouble)> {
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= groups {
                return Ok(());
            }
            let taken = row_group(path, group, &found, &kept).and_then(|parts| {
                joining.lock().unwrap_or_else(PoisonError::into_inner).take(group, parts)
            });
            taken.map_err(|trouble| (group, trouble))?;
        }
    };
    let done = side_by_side(workers().min(groups), work).into_iter();
    // Of several troubles, the one that stands first in the file.
    match done.filter_map(Result::err).min_by_key(|(group, _)| *group) {
        Some((_, trouble)) => Err(trouble),
        None => Ok(joining.into_inner().unwrap_or_else(PoisonError::into_inner).finished()),
    }
}

fn open(path: &Path) -> Result<SerializedFileReader<File>, Trouble> {
    let file = File::open(path);
    let file = file.map_err(|source| Trouble::Unreadable { file: shown(path), source })?;
    let reader = guarded(|| SerializedFileReader::new(file));
    reader.map_err(|said| damaged(path, "its footer".into(), said))
}

/// Runs the reader's code, which may panic on what no writer writes.
fn guarded<T>(run: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its lengths contradict one another".into()),
    }
}

fn damaged(path: &Path, place: String, said: String) -> Trouble {
    Trouble::Damaged { file: shown(path), place, said }
}

fn names(metadata: &ParquetMetaData) -> Vec<String> {
    let columns = metadata.file_metadata().schema_descr().columns();
    columns.iter().map(|column| column.path().string()).collect()
}

/// Judges what the file says of itself before anything is unpacked.
fn is_bounded(
    path: &Path,
    metadata: &ParquetMetaData,
    found: &[(usize, &Wanted)],
) -> Result<(), Trouble> {
    let whole = || "the whole".to_owned();
    let groups = metadata.row_groups();
    let counts: Option<Vec<usize>> =
        groups.iter().map(|group| usize::try_from(group.num_rows()).ok()).collect();
    let rows =
        counts.and_then(|counts| counts.iter().try_fold(0, |sum: usize, n| sum.checked_add(*n)));
    let Some(rows) = rows else {
        return Err(damaged(path, whole(), "it says that it has less than no rows".into()));
    };
    if rows > ROWS_MAX {
        let what = "more rows than 32 bits can number";
        return Err(Trouble::TooMuch { file: shown(path), place: whole(), what });
    }
    let sizes = groups.iter().flat_map(|group| {
        found.iter().map(|(place, _)| group.column(*place).uncompressed_size().max(0))
    });
    if sizes.fold(0_i64, i64::saturating_add) > UNPACKED_MAX {
        let what = "more than 64 GiB when unpacked";
        return Err(Trouble::TooMuch { file: shown(path), place: whole(), what });
    }
    Ok(())
}

/// How a column's stored values become what was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kept {
    /// As they are.
    Plain,
    /// Thousandths, millionths or thousand-millionths of a second.
    Millis,
    Micros,
    Nanos,
    /// Days since 1970.
    Days,
    /// With so many digits after the point, of which the asked-for kind keeps so many.
    Scaled {
        has: u8,
        keeps: u8,
    },
}

struct Unfit {
    holds: String,
    remedy: &'static str,
}

impl Unfit {
    fn of(self, path: &Path, wanted: &Wanted) -> Trouble {
        let (file, column, expected) = (shown(path), wanted.name.clone(), wanted.kind.words());
        Trouble::Kept { file, column, holds: self.holds, expected, remedy: self.remedy }
    }
}

fn kept(column: &ColumnDescriptor, kind: Kind) -> Result<Kept, Unfit> {
    let physical = column.physical_type();
    let unfit = |remedy| Unfit { holds: physical.to_string(), remedy };
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return Err(Unfit { holds: "lists or records".into(), remedy: "write one value a row" });
    }
    let is_whole = matches!(physical, Type::INT32 | Type::INT64);
    let is_text = matches!(physical, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
    let decimals = decimals(column);
    match kind {
        _ if is_text && decimals.is_some() => Err(unfit("write the decimal as a whole or a text")),
        Kind::Word if is_text || (is_whole && decimals.is_none()) => Ok(Kept::Plain),
        Kind::Flag if physical == Type::BOOLEAN || is_whole || is_text => Ok(Kept::Plain),
        Kind::Whole if (is_whole && decimals.unwrap_or(0) == 0) || is_text => Ok(Kept::Plain),
        Kind::Instant if is_whole => Ok(unit(column)),
        Kind::Instant if is_text => Ok(Kept::Plain),
        Kind::Decimal(_) if is_text => Ok(Kept::Plain),
        Kind::Decimal(keeps) if is_whole => Ok(Kept::Scaled { has: decimals.unwrap_or(0), keeps }),
        Kind::Decimal(keeps) if matches!(physical, Type::DOUBLE | Type::FLOAT) => {
            Ok(Kept::Scaled { has: 0, keeps })
        }
        Kind::Instant => Err(unfit("write it as TIMESTAMP, DATE or seconds since 1970")),
        Kind::Whole => Err(unfit("write it as INT64")),
        Kind::Decimal(_) => Err(unfit("write it as INT64, DECIMAL(18, …) or DOUBLE")),
        Kind::Flag => Err(unfit("write it as BOOLEAN")),
        Kind::Word => Err(unfit("write it as STRING or INT64")),
    }
}

/// The digits after the point, where the column says that it is a decimal.
fn decimals(column: &ColumnDescriptor) -> Option<u8> {
    let scale = match column.logical_type_ref() {
        Some(LogicalType::Decimal(decimal)) => decimal.scale,
        _ if column.converted_type() == ConvertedType::DECIMAL => column.type_scale(),
        _ => return None,
    };
    u8::try_from(scale).ok()
}

fn unit(column: &ColumnDescriptor) -> Kept {
    match column.logical_type_ref() {
        Some(LogicalType::Date) => return Kept::Days,
        Some(LogicalType::Timestamp(timestamp)) => {
            return match timestamp.unit {
                TimeUnit::MILLIS => Kept::Millis,
                TimeUnit::MICROS => Kept::Micros,
                TimeUnit::NANOS => Kept::Nanos,
            };
        }
        _ => {}
    }
    match column.converted_type() {
        ConvertedType::DATE => Kept::Days,
        ConvertedType::TIMESTAMP_MILLIS => Kept::Millis,
        ConvertedType::TIMESTAMP_MICROS => Kept::Micros,
        _ => Kept::Plain,
    }
}

fn row_group(
    path: &Path,
    group: usize,
    found: &[(usize, &Wanted)],
    kept: &[Kept],
) -> Result<Vec<Part>, Trouble> {
    let place = || format!("row group {}", group + 1);
    let reader = open(path)?;
    let rows = guarded(|| reader.get_row_group(group));
    let rows = rows.map_err(|said| damaged(path, place(), said))?;
    let expected = rows.metadata().num_rows() as usize;
    let mut parts = Vec::with_capacity(found.len());
    for ((column, wanted), kept) in found.iter().zip(kept) {
        // The file says how many there are; it may say much.
        let mut part = Part::with_room(wanted.kind, expected.min(GROUP_ROWS));
        let read = guarded(|| Ok(read_column(rows.as_ref(), *column, *kept, &mut part)));
        match read.map_err(|said| damaged(path, place(), said))? {
            Ok(()) if part.rows() == expected => parts.push(part),
            Ok(()) => {
                let said = format!("`{}` has {} of {expected} rows", wanted.name, part.rows());
                return Err(damaged(path, place(), said));
            }
            Err(Bad::Reader(said)) => return Err(damaged(path, place(), said)),
            Err(Bad::Value { seen, wrong }) => {
                return Err(Trouble::Cell {
                    file: shown(path),
                    place: format!("{}, row {}", place(), part.rows() + 1).into(),
                    column: wanted.name.clone(),
                    seen: seen.into(),
                    expected: wrong.expected,
                    remedy: wrong.remedy,
                });
            }
        }
    }
    Ok(parts)
}

/// Why a column of a row group was not read.
enum Bad {
    Reader(String),
    Value { seen: String, wrong: Wrong },
}

impl From<ParquetError> for Bad {
    fn from(error: ParquetError) -> Bad {
        Bad::Reader(error.to_string())
    }
}

fn read_column(
    rows: &dyn RowGroupReader,
    column: usize,
    kept: Kept,
    part: &mut Part,
) -> Result<(), Bad> {
    match rows.get_column_reader(column)? {
        ColumnReader::BoolColumnReader(reader) => {
            each(reader, part, |part, is_so| take_number(part, i64::from(*is_so), Kept::Plain))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            each(reader, part, |part, number| take_number(part, i64::from(*number), kept))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            each(reader, part, |part, number| take_number(part, *number, kept))
        }
        ColumnReader::FloatColumnReader(reader) => {
            each(reader, part, |part, number| take_fraction(part, f64::from(*number), kept))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            each(reader, part, |part, number| take_fraction(part, *number, kept))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let mut seen = Seen::nothing();
            each(reader, part, move |part, bytes: &ByteArray| seen.take(part, bytes))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            each(reader, part, |part, bytes: &FixedLenByteArray| take_text(part, bytes.data()))
        }
        ColumnReader::Int96ColumnReader(_) => {
            Err(Bad::Reader("INT96 is no longer written: write TIMESTAMP".into()))
        }
    }
}

/// Hands every value of a column on, and blanks where there is none.
fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    part: &mut Part,
    mut take: impl FnMut(&mut Part, &T::T) -> Result<(), Bad>,
) -> Result<(), Bad> {
    let (mut values, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    loop {
        values.clear();
        levels.clear();
        let (rows, given, _) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if rows == 0 {
            return Ok(());
        }
        if given == rows {
            for value in &values {
                take(part, value)?;
            }
            continue;
        }
        let mut values = values.iter();
        for level in &levels {
            match if *level == 0 { None } else { values.next() } {
                Some(value) => take(part, value)?,
                None => part.blank(),
            }
        }
    }
}

#[inline]
fn take_number(part: &mut Part, number: i64, kept: Kept) -> Result<(), Bad> {
    let fits = match (part.kind, kept) {
        (Kind::Word, _) => match u32::try_from(number).ok().filter(|number| *number < SMALL) {
            Some(small) => {
                part.push_raw(small);
                return Ok(());
            }
            None => return take_text(part, number.to_string().as_bytes()),
        },
        (Kind::Flag, _) => Some(number).filter(|number| (0..=1).contains(number)),
        // By a number that is known here: another would be divided by for as long as all else takes.
        (_, Kept::Millis) => Some(number.div_euclid(1_000)),
        (_, Kept::Micros) => Some(number.div_euclid(1_000_000)),
        (_, Kept::Nanos) => Some(number.div_euclid(1_000_000_000)),
        (_, Kept::Days) => number.checked_mul(86_400),
        (_, Kept::Scaled { has, keeps }) if has <= keeps => {
            scaled(number, usize::from(keeps - has))
        }
        (_, Kept::Scaled { has, keeps }) => {
            let more = 10_i64.checked_pow(u32::from(has - keeps));
            more.filter(|more| number % more == 0).map(|more| number / more)
        }
        (_, Kept::Plain) => Some(number),
    };
    let wrong = || Bad::Value { seen: number.to_string(), wrong: Wrong::new(part.kind) };
    let mut number = fits.ok_or_else(wrong)?;
    if part.kind == Kind::Instant {
        let judged = seconds_since_1970(number);
        number = judged.map_err(|wrong| Bad::Value { seen: number.to_string(), wrong })?;
    }
    part.number(number);
    Ok(())
}

/// A floating-point amount, to the nearest last digit that is kept.
fn take_fraction(part: &mut Part, number: f64, kept: Kept) -> Result<(), Bad> {
    let keeps = if let Kept::Scaled { keeps, .. } = kept { keeps } else { 0 };
    let scaled = (number * 10_f64.powi(i32::from(keeps))).round();
    if !scaled.is_finite() || scaled.abs() >= 9e15 {
        let wrong = Wrong::new(part.kind);
        return Err(Bad::Value { seen: number.to_string(), wrong });
    }
    part.number(scaled as i64);
    Ok(())
}

fn take_text(part: &mut Part, text: &[u8]) -> Result<(), Bad> {
    part.cell(text).map_err(|wrong| Bad::Value {
        seen: String::from_utf8_lossy(text).chars().take(40).collect(),
        wrong,
    })
}

/// The last words seen: a column of few words repeats them, and looks them up in one place of its
/// dictionary, which is told by where it is.
struct Seen(Vec<(ByteArray, u32)>);

const SEEN: usize = 64;

impl Seen {
    fn nothing() -> Seen {
        Seen(vec![(ByteArray::from(""), 0); SEEN])
    }

    fn take(&mut self, part: &mut Part, bytes: &ByteArray) -> Result<(), Bad> {
        let text = bytes.data();
        if part.kind != Kind::Word || text.is_empty() {
            return take_text(part, text);
        }
        let sum = usize::from(text[0]) + 7 * usize::from(text[text.len() - 1]) + 31 * text.len();
        let (known, raw) = &mut self.0[sum % SEEN];
        // What is known is held on to, so that nothing else can be where it is.
        if std::ptr::eq(known.data(), text) || known.data() == text {
            part.push_raw(*raw);
            return Ok(());
        }
        *raw = part.raw(text).map_err(|wrong| Bad::Value {
            seen: String::from_utf8_lossy(text).chars().take(40).collect(),
            wrong,
        })?;
        *known = bytes.clone();
        part.push_raw(*raw);
        Ok(())
    }
}
