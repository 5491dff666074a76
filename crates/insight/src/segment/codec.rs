//! The frame and the blocks of a segment as bytes, and back.

use domain::field::FieldValue;

use super::{Block, Cells, Deal, Field, Frame, Kind};
use crate::bytes::{Decoder, Encoder};

impl Encoder {
    pub(super) fn frame(&mut self, frame: &Frame) {
        self.u64(frame.origin as u64);
        self.u32(frame.last);
        self.u32(frame.kinds.len() as u32);
        for kind in &frame.kinds {
            self.text(&kind.kind);
            self.u8(u8::from(kind.status.is_some()));
            self.text(kind.status.as_deref().unwrap_or(""));
        }
        self.u32(frame.fields.len() as u32);
        for field in &frame.fields {
            self.text(&field.name);
            self.u32(field.values.as_ref().map_or(u32::MAX, |values| values.len() as u32));
            for value in field.values.iter().flatten() {
                match value {
                    FieldValue::Text(text) => {
                        self.u8(TEXT);
                        self.text(text);
                    }
                    FieldValue::Bool(yes) => self.u8(if *yes { YES } else { NO }),
                    _ => self.u8(CLEARED),
                }
            }
        }
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.u32(block.contacts() as u32);
        self.u32(block.at.len() as u32);
        self.u32(block.deals.len() as u32);
        self.u32s(&block.known_from);
        self.u32s(&block.starts);
        self.u32s(&block.deal_starts);
        self.u32s(&block.at);
        self.0.extend(&block.kinds);
        for cells in &block.cells {
            match cells {
                Cells::Small(codes) => {
                    self.u8(SMALL);
                    self.0.extend(codes);
                }
                Cells::Wide(codes) => {
                    self.u8(WIDE);
                    self.u32s(codes);
                }
                Cells::Numbers(numbers) => {
                    self.u8(NUMBERS);
                    self.i64s(numbers.iter().copied());
                }
            }
        }
        for deal in &block.deals {
            self.u32(deal.opened);
            self.u32(deal.closed);
            self.u8(u8::from(deal.is_won));
            self.u64(deal.amount_minor as u64);
        }
    }
}

const CLEARED: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;
const TEXT: u8 = 3;

const SMALL: u8 = 0;
const WIDE: u8 = 1;
const NUMBERS: u8 = 2;

impl Decoder<'_> {
    pub(super) fn frame(&mut self) -> Option<Frame> {
        let origin = self.u64()? as i64;
        let last = self.u32()?;
        let kinds = (0..self.count(9)?)
            .map(|_| {
                let kind = self.text()?;
                let has_status = self.u8()? == 1;
                let status = self.text()?;
                Some(Kind { kind, status: has_status.then_some(status) })
            })
            .collect::<Option<Vec<Kind>>>()?;
        let mut fields = Vec::new();
        for _ in 0..self.count(8)? {
            let name = self.text()?;
            let count = self.u32()?;
            if count == u32::MAX {
                fields.push(Field { name, values: None });
                continue;
            }
            let values: Option<Vec<FieldValue>> = (0..count).map(|_| self.value()).collect();
            fields.push(Field { name, values: Some(values?) });
        }
        Some(Frame { origin, last, kinds, fields })
    }

    fn value(&mut self) -> Option<FieldValue> {
        match self.u8()? {
            CLEARED => Some(FieldValue::Cleared),
            NO => Some(FieldValue::Bool(false)),
            YES => Some(FieldValue::Bool(true)),
            TEXT => self.text().map(FieldValue::Text),
            _ => None,
        }
    }

    /// A block whose places all lie within it, in the room of another.
    pub(super) fn block(&mut self, frame: &Frame, into: &mut Block) -> Option<()> {
        let [contacts, activities, deals] = [self.u32()?, self.u32()?, self.u32()?];
        let contacts = contacts as usize;
        self.u32s(contacts, &mut into.known_from)?;
        self.starts(contacts, activities, &mut into.starts)?;
        self.starts(contacts, deals, &mut into.deal_starts)?;
        self.u32s(activities as usize, &mut into.at)?;
        let kinds = self.take(activities as usize)?;
        into.kinds.clear();
        into.kinds.extend(kinds);
        let is_kind = |kind: u8| usize::from(kind) < frame.kinds.len();
        if !kinds.iter().max().is_none_or(|most| is_kind(*most)) {
            return None;
        }
        into.cells.resize_with(frame.fields.len(), || Cells::Small(Vec::new()));
        for (field, cells) in frame.fields.iter().zip(&mut into.cells) {
            self.cells(field, contacts, cells)?;
        }
        into.deals.clear();
        for _ in 0..deals {
            into.deals.push(self.deal()?);
        }
        Some(())
    }

    fn starts(&mut self, contacts: usize, rows: u32, into: &mut Vec<u32>) -> Option<()> {
        self.u32s(contacts.checked_add(1)?, into)?;
        (into.is_sorted() && into[0] == 0 && into[contacts] == rows).then_some(())
    }

    fn cells(&mut self, field: &Field, contacts: usize, into: &mut Cells) -> Option<()> {
        let form = self.u8()?;
        match (form, &mut *into) {
            (SMALL, Cells::Small(_)) | (WIDE, Cells::Wide(_)) | (NUMBERS, Cells::Numbers(_)) => {}
            (SMALL, _) => *into = Cells::Small(Vec::new()),
            (WIDE, _) => *into = Cells::Wide(Vec::new()),
            (NUMBERS, _) => *into = Cells::Numbers(Vec::new()),
            _ => return None,
        }
        let most = match into {
            Cells::Small(codes) => {
                codes.clear();
                codes.extend(self.take(contacts)?);
                codes.iter().max().map(|most| usize::from(*most))
            }
            Cells::Wide(codes) => {
                self.u32s(contacts, codes)?;
                codes.iter().max().map(|most| *most as usize)
            }
            Cells::Numbers(numbers) => {
                self.i64s(contacts, numbers)?;
                return field.values.is_none().then_some(());
            }
        };
        let values = field.values.as_ref()?;
        most.is_none_or(|most| most < values.len()).then_some(())
    }

    fn deal(&mut self) -> Option<Deal> {
        Some(Deal {
            opened: self.u32()?,
            closed: self.u32()?,
            is_won: self.u8()? == 1,
            amount_minor: self.u64()? as i64,
        })
    }
}
