//! Rows of a file without quotes, split in blocks of whole lines by several threads.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use memchr::{memchr, memchr_iter};

use super::{
    ROW_BYTES_MAX, Trouble,
    cell::DIGITS_MAX,
    column::{Joining, Part, Table},
    eight_at_once,
    separated::Layout,
    shown,
};
use crate::workers::{side_by_side, workers};

/// How much of a file one thread takes at a time.
const BLOCK_BYTES: usize = 1 << 20;

/// Whole lines of a file.
struct Block {
    number: usize,
    /// Where it begins in the file.
    at: u64,
    bytes: Vec<u8>,
}

/// Cuts a file into blocks.
struct Cutter {
    file: File,
    rest: Vec<u8>,
    at: u64,
    number: usize,
}

/// Why a block was not read.
enum Stop {
    /// It has quotes, or ends of lines that need the long way.
    NotPlain,
    Trouble(Trouble),
}

/// Reads rows from a byte of the file on; `None` when the file needs the long way.
pub(super) fn read(layout: &Layout<'_>, body: u64) -> Result<Option<Table>, Trouble> {
    let unreadable = |source| Trouble::Unreadable { file: shown(layout.path), source };
    let mut file = File::open(layout.path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    file.seek(SeekFrom::Start(body)).map_err(unreadable)?;
    let cutter = Mutex::new(Cutter { file, rest: Vec::new(), at: body, number: 0 });
    let blocks = bytes as usize / BLOCK_BYTES + 1;
    let joining = Mutex::new(Joining::new(layout.path, &layout.wanted, blocks));
    let is_stopped = AtomicBool::new(false);
    let work = || {
        let mut room = Vec::new();
        while !is_stopped.load(Ordering::Relaxed) {
            let block = locked(&cutter).next(layout, mem::take(&mut room));
            let (number, taken) = match block {
                Ok(None) => break,
                Ok(Some(block)) => {
                    let parts = split(layout, &block);
                    room = block.bytes;
                    let join =
                        |parts| locked(&joining).take(block.number, parts).map_err(Stop::Trouble);
                    (block.number, parts.and_then(join))
                }
                Err(trouble) => (usize::MAX, Err(Stop::Trouble(trouble))),
            };
            if let Err(stop) = taken {
                is_stopped.store(true, Ordering::Relaxed);
                return Some((number, stop));
            }
        }
        None
    };
    let mut stops: Vec<_> = side_by_side(workers(), work).into_iter().flatten().collect();
    stops.sort_by_key(|(number, _)| *number);
    // A quote further on may explain what looked wrong before.
    if stops.iter().any(|(_, stop)| matches!(stop, Stop::NotPlain)) {
        return Ok(None);
    }
    match stops.into_iter().next() {
        Some((_, Stop::Trouble(trouble))) => Err(trouble),
        _ => Ok(Some(joining.into_inner().unwrap_or_else(PoisonError::into_inner).finished())),
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cutter {
    /// The next whole lines, in the room of others.
    fn next(&mut self, layout: &Layout<'_>, mut bytes: Vec<u8>) -> Result<Option<Block>, Trouble> {
        let unreadable = |source| Trouble::Unreadable { file: shown(layout.path), source };
        bytes.clear();
        bytes.append(&mut self.rest);
        bytes.reserve(BLOCK_BYTES);
        loop {
            let before = bytes.len();
            let block = (&mut self.file).take(BLOCK_BYTES as u64);
            let read = { block }.read_to_end(&mut bytes).map_err(unreadable)?;
            let end = bytes[before..].iter().rposition(|byte| *byte == b'\n');
            if let Some(end) = end.filter(|_| read > 0) {
                self.rest.extend(&bytes[before + end + 1..]);
                bytes.truncate(before + end + 1);
                break;
            }
            if read == 0 {
                break;
            }
            if bytes.len() > ROW_BYTES_MAX.max(BLOCK_BYTES) {
                return Err(layout.too_much(self.at, "a row is longer than 1 MiB"));
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let block = Block { number: self.number, at: self.at, bytes };
        self.at += block.bytes.len() as u64;
        self.number += 1;
        Ok(Some(block))
    }
}

fn split(layout: &Layout<'_>, block: &Block) -> Result<Vec<Part>, Stop> {
    let bytes = block.bytes.as_slice();
    if memchr(b'"', bytes).is_some() {
        return Err(Stop::NotPlain);
    }
    let rows = memchr_iter(b'\n', bytes).count() + 1;
    let mut parts = layout.parts(rows);
    let mut start = 0;
    while start < bytes.len() {
        start = row(layout, block.at, bytes, start, &mut parts)?;
    }
    Ok(parts)
}

/// The number with which bytes begin, and how many digits it has: so many as cannot overflow.
fn leading_number(bytes: &[u8]) -> (i64, usize) {
    let (mut number, mut digits) = (0, 0);
    while digits + 8 <= DIGITS_MAX
        && let Some(eight) = bytes.get(digits..).and_then(<[u8]>::first_chunk)
    {
        let (more, count) = eight_at_once::leading_number(*eight);
        number = number * 10_i64.pow(count) + i64::from(more);
        digits += count as usize;
        if count < 8 {
            return (number, digits);
        }
    }
    while let Some(byte) = bytes.get(digits)
        && byte.is_ascii_digit()
        && digits < DIGITS_MAX
    {
        number = number * 10 + i64::from(byte - b'0');
        digits += 1;
    }
    (number, digits)
}

/// Takes one row in, and says where the next begins.
fn row(
    layout: &Layout<'_>,
    block_at: u64,
    bytes: &[u8],
    start: usize,
    parts: &mut [Part],
) -> Result<usize, Stop> {
    let at = block_at + start as u64;
    let (mut cell_start, mut place) = (start, 0);
    let ends = [layout.sign, b'\n', b'\r'];
    loop {
        let rest = &bytes[cell_start..];
        let (number, digits) = leading_number(rest);
        let others = &rest[digits..];
        let end = cell_start + digits + eight_at_once::first_of(ends, others);
        let next = match bytes.get(end) {
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
            // An end of line of its own, which the long way knows.
            Some(b'\r') => return Err(Stop::NotPlain),
            Some(_) => end + 1,
            None => end,
        };
        let is_last = bytes.get(end) != Some(&layout.sign);
        if is_last && place == 0 && end == cell_start {
            return Ok(next);
        }
        if let Some(Some(column)) = layout.goes_to.get(place) {
            let cell = &bytes[cell_start..end];
            let wrong = |wrong| Stop::Trouble(layout.wrong(at, *column, cell, wrong));
            let part = &mut parts[*column];
            let is_number = digits > 0 && digits == cell.len();
            if !(is_number && part.digits(number, cell)) {
                part.cell(cell).map_err(wrong)?;
            }
        }
        place += 1;
        cell_start = next;
        if is_last {
            break;
        }
    }
    match place == layout.cells {
        true => Ok(cell_start),
        false => Err(Stop::Trouble(layout.ragged(at, place))),
    }
}
