//! Activities grouped by contact and ordered by time, few bytes each, with what is known of the
//! contacts and the deals that came of them.
//!
//! A segment is cut into blocks of contacts. No block knows of another, so blocks are worked on side
//! by side, and read from disk one by one. A segment never changes; what comes late is laid into a
//! copy of the blocks that it concerns.

mod build;
mod codec;
mod store;

use domain::field::FieldValue;

pub use build::{Activities, Column, Contacts, Deals, Unfit, build};
pub use store::{Opened, open, write};

/// How many contacts a block holds.
pub const BLOCK_CONTACTS: usize = 1 << 11;

/// The most kinds of activities; each is one byte.
pub const KINDS_MAX: usize = 256;

/// What of an activity a rule may look at besides its instant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// As the Agreement names it.
    pub kind: String,
    /// How far it went.
    pub status: Option<String>,
}

/// A field of contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As conditions name it: `lead.seniority`, `account.employees`.
    pub name: String,
    /// The values that a coded field takes, or `None` for a number.
    pub values: Option<Vec<FieldValue>>,
}

/// What the blocks of a segment have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The instant from which instants are counted, in seconds since 1970.
    pub origin: i64,
    /// The last instant, in seconds from the origin.
    pub last: u32,
    /// The kinds of activities, by their codes.
    pub kinds: Vec<Kind>,
    /// The fields of contacts.
    pub fields: Vec<Field>,
}

/// Activities grouped by contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What the blocks have in common.
    pub frame: Frame,
    /// Its blocks, in the order of the contacts.
    pub blocks: Vec<Block>,
}

/// One stretch of contacts. Instants are seconds from the frame's origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// For each contact, from when on its fields are known, and one more; 0 where that is not said.
    pub(crate) known_from: Vec<u32>,
    /// For each field, the contacts' cells.
    pub(crate) cells: Vec<Cells>,
    /// Where each contact's activities begin, and where the last one's end.
    pub(crate) starts: Vec<u32>,
    pub(crate) at: Vec<u32>,
    pub(crate) kinds: Vec<u8>,
    /// Where each contact's deals begin, and where the last one's end.
    pub(crate) deal_starts: Vec<u32>,
    pub(crate) deals: Vec<Deal>,
}

/// The cells of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    /// Codes of few values.
    Small(Vec<u8>),
    /// Codes of many.
    Wide(Vec<u32>),
    /// Thousandths; [`BLANK`] where blank.
    Numbers(Vec<i64>),
}

/// A number that is not there.
pub const BLANK: i64 = i64::MIN;

/// What became of a contact. Instants are seconds from the frame's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deal {
    pub(crate) opened: u32,
    pub(crate) closed: u32,
    pub(crate) is_won: bool,
    pub(crate) amount_minor: i64,
}

/// An activity that came after a segment was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// The contact's number, which the segment has.
    pub contact: u32,
    /// When it happened, in seconds since 1970.
    pub at: i64,
    /// The code of its kind.
    pub kind: u8,
}

impl Segment {
    /// How many contacts there are.
    pub fn contacts(&self) -> usize {
        self.blocks.iter().map(Block::contacts).sum()
    }

    /// How many activities there are.
    pub fn activities(&self) -> usize {
        self.blocks.iter().map(|block| block.at.len()).sum()
    }

    /// Lays in what came late. What names a contact, a kind or an instant that the segment does not
    /// have room for is handed back: it is for the next segment.
    pub fn with_late(&mut self, late: &[Late]) -> Vec<Late> {
        let contacts = self.contacts();
        let offset = |late: &Late| u32::try_from(late.at - self.frame.origin).ok();
        let kinds = self.frame.kinds.len();
        let (mut fit, unfit): (Vec<Late>, Vec<Late>) = late.iter().partition(|late| {
            let is_known = (late.contact as usize) < contacts && usize::from(late.kind) < kinds;
            is_known && offset(late).is_some()
        });
        fit.sort_by_key(|late| (late.contact, late.at));
        let origin = self.frame.origin;
        let last = fit.iter().filter_map(offset).max();
        self.frame.last = self.frame.last.max(last.unwrap_or(0));
        for stretch in fit.chunk_by(|a, b| block_of(a.contact) == block_of(b.contact)) {
            let block = &mut self.blocks[block_of(stretch[0].contact)];
            *block = block.with_late(stretch, origin);
        }
        unfit
    }
}

/// The block that a contact is in.
fn block_of(contact: u32) -> usize {
    contact as usize / BLOCK_CONTACTS
}

impl Block {
    /// How many contacts it holds.
    pub(crate) fn contacts(&self) -> usize {
        self.known_from.len()
    }

    /// A contact's activities: instants and kinds.
    pub(crate) fn activities(&self, contact: usize) -> (&[u32], &[u8]) {
        let range = self.starts[contact] as usize..self.starts[contact + 1] as usize;
        (&self.at[range.clone()], &self.kinds[range])
    }

    /// A contact's deals.
    pub(crate) fn deals(&self, contact: usize) -> &[Deal] {
        &self.deals[self.deal_starts[contact] as usize..self.deal_starts[contact + 1] as usize]
    }

    /// The same with what came late, which is in order; at one instant it comes after the rest.
    fn with_late(&self, late: &[Late], origin: i64) -> Block {
        let mut merged =
            Block { at: Vec::new(), kinds: Vec::new(), starts: vec![0], ..self.clone() };
        let mut late = late.iter().peekable();
        for contact in 0..self.contacts() {
            let (at, kinds) = self.activities(contact);
            let mut known = at.iter().zip(kinds).peekable();
            let here = |late: &&&Late| late.contact as usize % BLOCK_CONTACTS == contact;
            loop {
                let next = late.peek().filter(here).map(|late| (late.at - origin) as u32);
                let (at, kind) = match (known.peek(), next) {
                    (Some((at, kind)), next) if next.is_none_or(|next| **at <= next) => {
                        let taken = (**at, **kind);
                        known.next();
                        taken
                    }
                    (_, Some(next)) => (next, late.next().map_or(0, |late| late.kind)),
                    _ => break,
                };
                merged.at.push(at);
                merged.kinds.push(kind);
            }
            merged.starts.push(merged.at.len() as u32);
        }
        merged
    }
}

#[cfg(test)]
mod tests;
