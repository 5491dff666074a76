//! Words and keys as small numbers, given out as they come.
//!
//! A key that is itself a small number is found in an array, without hashing: most warehouses
//! number their rows. What hashing there is has a secret, so that nobody can make it slow.

use std::hash::{BuildHasher, RandomState};

/// Set in a raw key when the rest is the place of a text; otherwise the key is itself a number.
pub(super) const IS_TEXT: u32 = 1 << 31;

const NONE: u32 = u32::MAX;

/// The most different names of one column.
const NAMES_MAX: usize = (1 << 31) - 1;

/// Names with their codes.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The raw key of each code.
    raws: Vec<u32>,
    /// The code of each small number.
    by_number: Vec<u32>,
    texts: Texts,
    /// The code of each text.
    by_text: Vec<u32>,
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.raws.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.raws.is_empty()
    }

    /// The name of a code.
    ///
    /// # Panics
    /// If the code was not given out here.
    pub fn name(&self, code: u32) -> String {
        let raw = self.raws[code as usize];
        match raw & IS_TEXT {
            0 => raw.to_string(),
            _ => self.texts.text(raw & !IS_TEXT).to_owned(),
        }
    }

    /// Every name, in the order of the codes.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.len()).map(|code| self.name(code as u32))
    }

    /// The codes of names that are blank.
    pub fn blanks(&self) -> Vec<u32> {
        let blank = |place: u32| self.texts.text(place).trim().is_empty();
        let blanks = (0..self.by_text.len()).filter(|place| blank(*place as u32));
        blanks.map(|place| self.by_text[place]).collect()
    }

    /// The code of a name.
    pub fn find(&self, name: &str) -> Option<u32> {
        let code = match small_number(name.as_bytes()) {
            Some(number) => self.by_number.get(number as usize).copied(),
            None => self.texts.find(name).map(|text| self.by_text[text as usize]),
        };
        code.filter(|code| *code != NONE)
    }

    /// For each of our codes, the code of the same name elsewhere.
    pub fn found_in(&self, other: &Names) -> Vec<Option<u32>> {
        let find = |raw: &u32| match raw & IS_TEXT {
            0 => other.by_number.get(*raw as usize).copied().filter(|code| *code != NONE),
            _ => other.find(self.texts.text(raw & !IS_TEXT)),
        };
        self.raws.iter().map(find).collect()
    }

    /// The codes of raw keys, which are numbers or places among `texts`. `None` when there are more
    /// different names than are taken.
    pub(super) fn take(&mut self, raws: &mut [u32], texts: &Texts) -> Option<()> {
        let codes: Option<Vec<u32>> = texts.texts().map(|text| self.text(text)).collect();
        let codes = codes?;
        for raw in raws {
            *raw = match *raw & IS_TEXT {
                0 => self.number(*raw)?,
                _ => codes[(*raw & !IS_TEXT) as usize],
            };
        }
        Some(())
    }

    fn number(&mut self, number: u32) -> Option<u32> {
        let at = number as usize;
        if at >= self.by_number.len() {
            self.by_number.resize((at + 1).next_power_of_two(), NONE);
        }
        if self.by_number[at] == NONE {
            self.by_number[at] = self.give(number)?;
        }
        Some(self.by_number[at])
    }

    fn text(&mut self, text: &str) -> Option<u32> {
        let place = self.texts.place(text)?;
        if place as usize == self.by_text.len() {
            let code = self.give(place | IS_TEXT)?;
            self.by_text.push(code);
        }
        Some(self.by_text[place as usize])
    }

    fn give(&mut self, raw: u32) -> Option<u32> {
        self.raws.push(raw);
        (self.raws.len() <= NAMES_MAX).then(|| self.raws.len() as u32 - 1)
    }
}

/// A number as a key of its own: as it would be printed, and below 2^24, so that the array stays
/// small whoever made the file.
pub(super) fn small_number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 8 || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    let mut number = 0_u32;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u32::from(digit);
    }
    (number < SMALL).then_some(number)
}

/// The same of digits whose number is known.
pub(super) fn as_key(number: i64, digits: &[u8]) -> Option<u32> {
    let is_printed_so = digits.len() == 1 || digits[0] != b'0';
    u32::try_from(number).ok().filter(|number| is_printed_so && *number < SMALL)
}

/// Below this a number is its own key.
pub(super) const SMALL: u32 = 1 << 24;

/// Different texts, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<u32>,
    /// Places by hash, `NONE` where free; twice as long as there are texts, or longer.
    slots: Vec<u32>,
    secret: RandomState,
    /// Places of texts that came lately, found without hashing: most columns say few words over and
    /// over.
    lately: Vec<u32>,
}

/// How many of those there are.
const LATELY: usize = 256;

/// Where a text is looked for among those that came lately.
fn lately_at(text: &[u8]) -> usize {
    let at = |place: usize| text.get(place).map_or(0, |byte| usize::from(*byte));
    let length = text.len();
    (at(0) + 3 * at(length / 2) + 7 * at(length.wrapping_sub(1)) + 31 * length) % LATELY
}

impl Texts {
    pub(super) fn text(&self, place: u32) -> &str {
        let place = place as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.bytes[start..self.ends[place] as usize]
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.text(place as u32))
    }

    fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let place = self.slots[self.slot(text)];
        (place != NONE).then_some(place)
    }

    /// The place of a text that came lately, if it is still known.
    pub(super) fn lately(&self, text: &[u8]) -> Option<u32> {
        let place = *self.lately.get(lately_at(text))?;
        (place != NONE && self.text(place).as_bytes() == text).then_some(place)
    }

    /// The place of a text, a new one if it was not there. `None` when there is no more room.
    pub(super) fn place(&mut self, text: &str) -> Option<u32> {
        if self.slots.len() < 2 * (self.ends.len() + 1) {
            self.grow();
        }
        self.lately.resize(LATELY, NONE);
        let slot = self.slot(text);
        if self.slots[slot] != NONE {
            self.lately[lately_at(text.as_bytes())] = self.slots[slot];
            return Some(self.slots[slot]);
        }
        let place = self.ends.len();
        let end = u32::try_from(self.bytes.len() + text.len()).ok()?;
        if place >= NAMES_MAX {
            return None;
        }
        self.bytes.push_str(text);
        self.ends.push(end);
        self.slots[slot] = place as u32;
        self.lately[lately_at(text.as_bytes())] = place as u32;
        Some(place as u32)
    }

    /// Where a text is, or where it would go.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.secret.hash_one(text) as usize & mask;
        while self.slots[slot] != NONE && self.text(self.slots[slot]) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![NONE; (4 * (self.ends.len() + 1)).next_power_of_two()];
        for place in 0..self.ends.len() as u32 {
            let slot = self.slot(self.text(place));
            self.slots[slot] = place;
        }
    }
}
