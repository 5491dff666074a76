//! Numbers and texts as bytes, little end first, and back with every length judged.

/// Bytes being written.
#[derive(Default)]
pub(crate) struct Encoder(pub(crate) Vec<u8>);

impl Encoder {
    pub(crate) fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    pub(crate) fn u32(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.0.extend(text.as_bytes());
    }

    pub(crate) fn u32s(&mut self, numbers: &[u32]) {
        numbers.iter().for_each(|number| self.u32(*number));
    }

    pub(crate) fn i64s(&mut self, numbers: impl Iterator<Item = i64>) {
        numbers.for_each(|number| self.u64(number as u64));
    }

    /// Numbers in as few bytes as the greatest of them needs, which are said first.
    pub(crate) fn narrow(&mut self, numbers: impl Iterator<Item = u64> + Clone) {
        let width = match numbers.clone().max().unwrap_or(0) {
            0 => 0,
            1..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        self.u8(width as u8);
        numbers.for_each(|number| self.0.extend(&number.to_le_bytes()[..width]));
    }
}

/// Bytes being read. `None` is: they do not say what they should.
pub(crate) struct Decoder<'a>(pub(crate) &'a [u8]);

impl<'a> Decoder<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        Some(std::str::from_utf8(self.take(length)?).ok()?.to_owned())
    }

    /// So many numbers, in the room of others.
    pub(crate) fn u32s(&mut self, count: usize, into: &mut Vec<u32>) -> Option<()> {
        let bytes = self.take(count.checked_mul(4)?)?;
        into.clear();
        into.extend(chunks(bytes).map(u32::from_le_bytes));
        Some(())
    }

    /// So many numbers, in the room of others.
    pub(crate) fn i64s(&mut self, count: usize, into: &mut Vec<i64>) -> Option<()> {
        let bytes = self.take(count.checked_mul(8)?)?;
        into.clear();
        into.extend(chunks(bytes).map(i64::from_le_bytes));
        Some(())
    }

    /// How many of something follow, each of at least so many bytes.
    pub(crate) fn count(&mut self, bytes: usize) -> Option<usize> {
        let count = self.u32()? as usize;
        (count.checked_mul(bytes)? <= self.0.len()).then_some(count)
    }

    /// Adds numbers that were written [narrow](Encoder::narrow) to others. Whoever asks has made sure
    /// that there is memory for so many.
    pub(crate) fn narrow<T: TryFrom<u64> + Copy + Default>(
        &mut self,
        count: usize,
        into: &mut Vec<T>,
    ) -> Option<()> {
        let width = usize::from(self.u8()?);
        if width > size_of::<T>() {
            return None;
        }
        let bytes = self.take(count.checked_mul(width)?)?;
        let fit = |number: u64| T::try_from(number).unwrap_or_default();
        match width {
            0 => into.resize(into.len() + count, T::default()),
            1 => into.extend(bytes.iter().map(|byte| fit((*byte).into()))),
            2 => into.extend(chunks(bytes).map(|two| fit(u16::from_le_bytes(two).into()))),
            4 => into.extend(chunks(bytes).map(|four| fit(u32::from_le_bytes(four).into()))),
            8 => into.extend(chunks(bytes).map(|eight| fit(u64::from_le_bytes(eight)))),
            _ => return None,
        }
        Some(())
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl ExactSizeIterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
