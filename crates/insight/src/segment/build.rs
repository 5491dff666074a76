//! A segment from columns in any order.

use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ScopedJoinHandle},
};

use super::{BLOCK_CONTACTS, Block, Cells, Deal, Field, Frame, KINDS_MAX, Kind, Segment};
use crate::workers::workers;

/// Activities, a row each.
#[derive(Debug, Clone, Default)]
pub struct Activities {
    /// Whose, by the contact's number.
    pub contact: Vec<u32>,
    /// When, in seconds since 1970.
    pub at: Vec<i64>,
    /// The code of its kind.
    pub kind: Vec<u8>,
    /// What the codes stand for.
    pub kinds: Vec<Kind>,
}

/// Contacts, a row each, by their numbers.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    /// How many there are.
    pub count: usize,
    /// From when on their fields are known, in seconds since 1970; where nothing is said, from their
    /// first activity on.
    pub known_from: Vec<Option<i64>>,
    /// Fields with their cells.
    pub fields: Vec<(Field, Column)>,
}

/// The cells of a field, a row each.
#[derive(Debug, Clone)]
pub enum Column {
    /// Places among the field's values.
    Codes(Vec<u32>),
    /// Thousandths; `BLANK` where blank.
    Numbers(Vec<i64>),
}

/// Deals, a row each.
#[derive(Debug, Clone, Default)]
pub struct Deals {
    /// Whose, by the contact's number.
    pub contact: Vec<u32>,
    /// When it was opened, in seconds since 1970.
    pub opened_at: Vec<i64>,
    /// When it was closed.
    pub closed_at: Vec<i64>,
    /// Whether it was won.
    pub is_won: Vec<bool>,
    /// What it was worth, in minor units.
    pub amount_minor: Vec<i64>,
}

/// Why no segment was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Instants lie too far apart.
    #[error("the instants lie more than 136 years apart: leave out rows with a mistaken date")]
    Span,
    /// There are too many kinds.
    #[error("there are more than 256 kinds of activities: give the rare ones one name")]
    Kinds,
    /// A field has too few cells, or cells of another kind.
    #[error("a field has cells for other contacts than there are: give each contact one")]
    Cells,
    /// A row lacks something.
    #[error("an activity lacks its instant or its kind: give each of them both")]
    Rows,
    /// A row names no contact.
    #[error("a row is about a contact beyond the last: number the contacts from 0 on")]
    Contact,
}

/// Groups activities by contact and orders them by time; at one instant they stay in the order of
/// the rows.
///
/// # Errors
/// [`Unfit`], which says what to leave out.
pub fn build(contacts: &Contacts, activities: Activities, deals: &Deals) -> Result<Segment, Unfit> {
    if activities.kinds.len() > KINDS_MAX {
        return Err(Unfit::Kinds);
    }
    let rows = activities.contact.len();
    let is_whole = activities.at.len() == rows && activities.kind.len() == rows;
    let is_kind = |kind: &u8| usize::from(*kind) < activities.kinds.len();
    if !is_whole || !activities.kind.iter().max().is_none_or(is_kind) {
        return Err(Unfit::Rows);
    }
    let of_contacts = |numbers: &[u32]| numbers.iter().all(|n| (*n as usize) < contacts.count);
    let of_fields = contacts.fields.iter().all(|(field, column)| match (&field.values, column) {
        (None, Column::Numbers(numbers)) => numbers.len() == contacts.count,
        (Some(values), Column::Codes(codes)) => {
            codes.len() == contacts.count
                && codes.iter().all(|code| (*code as usize) < values.len())
        }
        _ => false,
    });
    if !of_fields {
        return Err(Unfit::Cells);
    }
    if !of_contacts(&activities.contact) || !of_contacts(&deals.contact) {
        return Err(Unfit::Contact);
    }
    let (origin, last) = bounds(contacts, &activities, deals)?;
    let frame = Frame {
        origin,
        last,
        kinds: activities.kinds.clone(),
        fields: contacts.fields.iter().map(|(field, _)| field.clone()).collect(),
    };
    let block_count = contacts.count.div_ceil(BLOCK_CONTACTS);
    let parted = Parted::of(&activities, block_count, origin);
    drop(activities);
    let parted_deals = by_block(deals, block_count, origin);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(block_count)));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= block_count {
                return;
            }
            let mut block = of_contacts_alone(contacts, number, origin);
            lay_activities(&mut block, &parted, number);
            lay_deals(&mut block, &parted_deals[number]);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, block));
        }
    };
    thread::scope(|scope| {
        (0..workers().min(block_count)).for_each(|_| {
            scope.spawn(work);
        });
    });
    let mut blocks = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    blocks.sort_by_key(|(number, _)| *number);
    Ok(Segment { frame, blocks: blocks.into_iter().map(|(_, block)| block).collect() })
}

/// The earliest of all instants, and from there the latest, if that can be told in 32 bits.
fn bounds(
    contacts: &Contacts,
    activities: &Activities,
    deals: &Deals,
) -> Result<(i64, u32), Unfit> {
    let wider = |(first, last): (i64, i64), at: &i64| (first.min(*at), last.max(*at));
    let columns = [&activities.at, &deals.opened_at, &deals.closed_at];
    let known = contacts.known_from.iter().flatten().fold((i64::MAX, i64::MIN), wider);
    let bounds = columns.into_iter().fold(known, |bounds, at| at.iter().fold(bounds, wider));
    let (first, last) = if bounds.0 > bounds.1 { (0, 0) } else { bounds };
    let span = last.checked_sub(first).and_then(|span| u32::try_from(span).ok());
    span.filter(|span| *span < u32::MAX).map(|span| (first, span)).ok_or(Unfit::Span)
}

/// A stretch of the activities by block, within a block in the order of the rows.
struct Parted {
    starts: Vec<usize>,
    /// The contact within its block.
    contact: Vec<u16>,
    at: Vec<u32>,
    kind: Vec<u8>,
}

impl Parted {
    /// All of them, a stretch for each of several threads.
    fn of(activities: &Activities, blocks: usize, origin: i64) -> Vec<Parted> {
        let rows = activities.contact.len();
        let length = rows.div_ceil(workers()).max(1);
        let stretches = (0..rows).step_by(length).map(|from| from..rows.min(from + length));
        thread::scope(|scope| {
            let part = |rows| scope.spawn(move || Parted::new(activities, rows, blocks, origin));
            let threads: Vec<_> = stretches.map(part).collect();
            let parted = |thread: ScopedJoinHandle<'_, Parted>| thread.join();
            let parted = threads.into_iter().map(parted).collect::<Result<_, _>>();
            parted.expect("activities are parted without a panic")
        })
    }

    fn new(activities: &Activities, rows: Range<usize>, blocks: usize, origin: i64) -> Parted {
        let numbers = &activities.contact[rows.clone()];
        let mut starts = vec![0; blocks + 1];
        for number in numbers {
            starts[*number as usize / BLOCK_CONTACTS + 1] += 1;
        }
        for block in 0..blocks {
            starts[block + 1] += starts[block];
        }
        let mut ends = starts.clone();
        let empty = rows.len();
        let (mut contact, mut at, mut kind) = (vec![0; empty], vec![0; empty], vec![0; empty]);
        let instants = activities.at[rows.clone()].iter().zip(&activities.kind[rows]);
        for (number, (then, code)) in numbers.iter().zip(instants) {
            let end = &mut ends[*number as usize / BLOCK_CONTACTS];
            contact[*end] = (*number as usize % BLOCK_CONTACTS) as u16;
            at[*end] = (then - origin) as u32;
            kind[*end] = *code;
            *end += 1;
        }
        Parted { starts, contact, at, kind }
    }

    /// The activities of a block: whose, when, of which kind.
    fn block(&self, number: usize) -> (&[u16], &[u32], &[u8]) {
        let range = self.starts[number]..self.starts[number + 1];
        (&self.contact[range.clone()], &self.at[range.clone()], &self.kind[range])
    }
}

fn lay_activities(block: &mut Block, parted: &[Parted], number: usize) {
    let stretches = || parted.iter().map(|parted| parted.block(number));
    let contacts = stretches().flat_map(|(contacts, ..)| contacts);
    block.starts = starts(block.contacts(), contacts.map(|contact| usize::from(*contact)));
    let rows = block.starts[block.contacts()] as usize;
    let mut ends = block.starts.clone();
    (block.at, block.kinds) = (vec![0; rows], vec![0; rows]);
    for (contacts, at, kinds) in stretches() {
        for ((contact, at), kind) in contacts.iter().zip(at).zip(kinds) {
            let end = &mut ends[usize::from(*contact)];
            block.at[*end as usize] = *at;
            block.kinds[*end as usize] = *kind;
            *end += 1;
        }
    }
    for contact in 0..block.contacts() {
        let range = block.starts[contact] as usize..block.starts[contact + 1] as usize;
        if !block.at[range.clone()].is_sorted() {
            order(&mut block.at[range.clone()], &mut block.kinds[range]);
        }
    }
}

fn order(at: &mut [u32], kinds: &mut [u8]) {
    let mut both: Vec<(u32, u8)> = at.iter().copied().zip(kinds.iter().copied()).collect();
    both.sort_by_key(|(at, _)| *at);
    for (place, (at_there, kind)) in both.into_iter().enumerate() {
        (at[place], kinds[place]) = (at_there, kind);
    }
}

/// Where each contact's rows begin, and where the last one's end.
fn starts(contacts: usize, rows: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut starts = vec![0_u32; contacts + 1];
    for contact in rows {
        starts[contact + 1] += 1;
    }
    for contact in 0..contacts {
        starts[contact + 1] += starts[contact];
    }
    starts
}

fn of_contacts_alone(contacts: &Contacts, number: usize, origin: i64) -> Block {
    let first = number * BLOCK_CONTACTS;
    let range = first..contacts.count.min(first + BLOCK_CONTACTS);
    let known = |contact: usize| contacts.known_from.get(contact).copied().flatten();
    let known_from = range.clone().map(|contact| match known(contact) {
        Some(at) => (at - origin) as u32 + 1,
        None => 0,
    });
    let cells = contacts.fields.iter().map(|(field, column)| match column {
        Column::Numbers(numbers) => Cells::Numbers(numbers[range.clone()].to_vec()),
        Column::Codes(codes) if field.values.as_ref().is_some_and(|all| all.len() <= 256) => {
            Cells::Small(codes[range.clone()].iter().map(|code| *code as u8).collect())
        }
        Column::Codes(codes) => Cells::Wide(codes[range.clone()].to_vec()),
    });
    Block { known_from: known_from.collect(), cells: cells.collect(), ..Block::default() }
}

fn by_block(deals: &Deals, blocks: usize, origin: i64) -> Vec<Vec<(u16, Deal)>> {
    let mut parted = vec![Vec::new(); blocks];
    for (row, contact) in deals.contact.iter().enumerate() {
        let deal = Deal {
            opened: (deals.opened_at[row] - origin) as u32,
            closed: (deals.closed_at[row] - origin) as u32,
            is_won: deals.is_won[row],
            amount_minor: deals.amount_minor[row],
        };
        let contact = *contact as usize;
        parted[contact / BLOCK_CONTACTS].push(((contact % BLOCK_CONTACTS) as u16, deal));
    }
    parted
}

fn lay_deals(block: &mut Block, deals: &[(u16, Deal)]) {
    let mut deals = deals.to_vec();
    deals.sort_by_key(|(contact, deal)| (*contact, deal.closed));
    let rows = deals.iter().map(|(contact, _)| usize::from(*contact));
    block.deal_starts = starts(block.contacts(), rows);
    block.deals = deals.into_iter().map(|(_, deal)| deal).collect();
}
