//! From a file's bytes to text: which encoding it is, and decoding it piece by piece.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::guard::Reason;

/// Bytes read from the file at once.
const PIECE: usize = 1 << 16;

/// Bytes with non-ASCII text that the detector is shown. It gains nothing from more, and it is
/// fifty times slower than the check for UTF-8.
const SHOWN: u64 = 1 << 20;

/// What a pass over a text file's bytes found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Survey {
    pub encoding: &'static Encoding,
    /// Bytes of the byte order mark, to be skipped.
    pub bom_bytes: u64,
    /// Whether the encoding was guessed from the letters it gives.
    pub guessed: bool,
    /// Offset of the first sequence that is not UTF-8 in a file that otherwise is.
    pub damaged_at: Option<u64>,
}

/// Whether the head of a file has no text in any encoding: control bytes that no text has.
pub(super) fn looks_binary(head: &[u8]) -> bool {
    if Encoding::for_bom(head).is_some() || utf16_without_bom(head).is_some() {
        return false;
    }
    let controls = head.iter().filter(|byte| matches!(byte, 1..=8 | 14..=26 | 28..=31)).count();
    controls * 20 > head.len()
}

/// UTF-16 without a mark, seen by the zero halves of Latin letters.
fn utf16_without_bom(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let zeros = |half: usize| head.chunks_exact(2).filter(|pair| pair[half] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if pairs < 2 {
        None
    } else if second * 10 >= pairs * 3 && first * 50 <= pairs {
        Some(UTF_16LE)
    } else if first * 10 >= pairs * 3 && second * 50 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Reads the whole file once, as fast as the disk gives it, to know its encoding for certain: the
/// first accent of an export may stand on its last line.
///
/// # Errors
/// [`Reason::UnknownEncoding`], [`Reason::Nul`], [`Reason::Unreadable`].
pub(super) fn survey(file: &mut File, asked: Option<&str>) -> Result<Survey, Reason> {
    let mut head = Vec::with_capacity(4096);
    file.by_ref().take(4096).read_to_end(&mut head).map_err(Reason::Unreadable)?;
    std::io::Seek::rewind(file).map_err(Reason::Unreadable)?;
    let marked = Encoding::for_bom(&head);
    let bom_bytes = marked.map_or(0, |(_, bytes)| bytes as u64);
    let certain = match asked {
        Some(label) => Some(
            Encoding::for_label(label.as_bytes())
                .ok_or_else(|| Reason::UnknownEncoding(label.to_owned()))?,
        ),
        None => marked.map(|(encoding, _)| encoding).or_else(|| utf16_without_bom(&head)),
    };
    let mut seen = Seen::new(certain);
    let mut piece = vec![0; PIECE];
    loop {
        let bytes = read(file, &mut piece).map_err(Reason::Unreadable)?;
        if bytes == 0 {
            break;
        }
        seen.take(&piece[..bytes])?;
    }
    Ok(seen.conclude(certain, bom_bytes))
}

fn read(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read(piece) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// What is known after some of the bytes.
struct Seen {
    offset: u64,
    /// Whether the text is UTF-16, in which one half of a letter may be zero.
    wide: bool,
    /// The beginning of a character whose end comes with the next piece.
    carry: Vec<u8>,
    multibyte: u64,
    damages: u64,
    damaged_at: Option<u64>,
    detector: EncodingDetector,
    shown: u64,
}

impl Seen {
    fn new(certain: Option<&'static Encoding>) -> Seen {
        Seen {
            offset: 0,
            wide: certain.is_some_and(|it| it == UTF_16LE || it == UTF_16BE),
            carry: Vec::new(),
            multibyte: 0,
            damages: 0,
            damaged_at: None,
            detector: EncodingDetector::new(Iso2022JpDetection::Allow),
            shown: 0,
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Reason> {
        if let Some(at) = self.nul(piece) {
            return Err(Reason::Nul { offset: self.offset + at as u64 });
        }
        if !self.wide {
            if !piece.is_ascii() && self.shown < SHOWN {
                self.detector.feed(piece, false);
                self.shown += piece.len() as u64;
            }
            self.weigh(piece);
        }
        self.offset += piece.len() as u64;
        Ok(())
    }

    fn nul(&self, piece: &[u8]) -> Option<usize> {
        if !piece.contains(&0) {
            return None;
        }
        if !self.wide {
            return piece.iter().position(|byte| *byte == 0);
        }
        let odd = (self.offset % 2) as usize;
        let units = piece.get(odd..).unwrap_or_default().chunks_exact(2);
        units.enumerate().find(|(_, unit)| *unit == [0, 0]).map(|(no, _)| odd + 2 * no)
    }

    /// Counts characters of several bytes that are UTF-8, and sequences that are not.
    fn weigh(&mut self, piece: &[u8]) {
        if self.carry.is_empty() && piece.is_ascii() {
            return;
        }
        let start = self.offset - self.carry.len() as u64;
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(piece);
        let mut at = 0;
        while at < bytes.len() {
            let (good, bad) = match std::str::from_utf8(&bytes[at..]) {
                Ok(text) => (text.len(), 0),
                Err(error) => match error.error_len() {
                    Some(bad) => (error.valid_up_to(), bad),
                    None => {
                        self.carry = bytes[at + error.valid_up_to()..].to_vec();
                        (error.valid_up_to(), self.carry.len())
                    }
                },
            };
            self.multibyte += leading_bytes(&bytes[at..at + good]);
            if bad > 0 && self.carry.is_empty() {
                self.damages += 1;
                self.damaged_at.get_or_insert(start + (at + good) as u64);
            }
            at += good + bad;
        }
    }

    fn conclude(mut self, certain: Option<&'static Encoding>, bom_bytes: u64) -> Survey {
        if !self.carry.is_empty() {
            self.damages += 1;
            self.damaged_at.get_or_insert(self.offset - self.carry.len() as u64);
        }
        if let Some(encoding) = certain {
            let damaged_at = self.damaged_at.filter(|_| encoding == UTF_8);
            return Survey { encoding, bom_bytes, guessed: false, damaged_at };
        }
        // One broken character in a file full of whole ones is damage, not another encoding:
        // reading all of it as windows-1252 would spoil every other accent.
        if self.damages == 0 || self.multibyte > 10 * self.damages {
            let damaged_at = self.damaged_at;
            return Survey { encoding: UTF_8, bom_bytes, guessed: false, damaged_at };
        }
        self.detector.feed(b"", true);
        let encoding = self.detector.guess(None, Utf8Detection::Deny);
        Survey { encoding, bom_bytes, guessed: true, damaged_at: None }
    }
}

/// How many characters of several bytes begin in `text`.
fn leading_bytes(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte >= 0xC0).count() as u64
}

/// A text file decoded piece by piece, its line ends all turned into line feeds.
///
/// Line ends are made one here, before quotes are looked at, so that line numbers are those of an
/// editor and a cell of several lines is the same text whichever system wrote it.
pub(super) struct Decoded {
    file: File,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_len: usize,
    text: Vec<u8>,
    /// The last piece ended with CR, whose LF may follow.
    after_cr: bool,
    finished: bool,
    read: Arc<AtomicU64>,
    ends: LineEndCounts,
}

/// How many lines ended in a way that had to be changed.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct LineEndCounts {
    pub crlf: u64,
    pub cr: u64,
}

impl Decoded {
    pub(super) fn new(file: File, encoding: &'static Encoding, read: Arc<AtomicU64>) -> Decoded {
        Decoded {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            raw_at: 0,
            raw_len: 0,
            // Room for the worst growth of a single piece: one byte to three.
            text: vec![0; 3 * PIECE + 16],
            after_cr: false,
            finished: false,
            read,
            ends: LineEndCounts::default(),
        }
    }

    /// The line ends met so far.
    pub(super) fn line_ends(&self) -> LineEndCounts {
        self.ends
    }

    /// The next piece of text, empty only at the end.
    pub(super) fn piece(&mut self, out: &mut Vec<u8>) -> std::io::Result<()> {
        out.clear();
        while out.is_empty() && !self.finished {
            if self.raw_at == self.raw_len {
                self.raw_len = read(&mut self.file, &mut self.raw)?;
                self.raw_at = 0;
                self.read.fetch_add(self.raw_len as u64, Ordering::Relaxed);
            }
            let last = self.raw_len == 0;
            let source = &self.raw[self.raw_at..self.raw_len];
            let (result, taken, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.text, last);
            self.raw_at += taken;
            let text = &self.text[..written];
            push_with_line_feeds(text, &mut self.after_cr, &mut self.ends, out);
            match result {
                DecoderResult::Malformed(..) => {
                    out.extend_from_slice("\u{FFFD}".as_bytes());
                    self.after_cr = false;
                }
                DecoderResult::InputEmpty if last => self.finished = true,
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

/// Appends text with CRLF and CR turned into LF.
fn push_with_line_feeds(
    text: &[u8],
    after_cr: &mut bool,
    ends: &mut LineEndCounts,
    out: &mut Vec<u8>,
) {
    let mut rest = text;
    if *after_cr && !rest.is_empty() {
        *after_cr = false;
        rest = without_line_feed(rest, ends);
    }
    while rest.contains(&b'\r') {
        let at = rest.iter().position(|byte| *byte == b'\r').expect("it is contained");
        out.extend_from_slice(&rest[..at]);
        out.push(b'\n');
        ends.cr += 1;
        rest = &rest[at + 1..];
        *after_cr = rest.is_empty();
        rest = without_line_feed(rest, ends);
    }
    out.extend_from_slice(rest);
}

/// What follows a CR: its LF, if there is one, has been written already.
fn without_line_feed<'a>(rest: &'a [u8], ends: &mut LineEndCounts) -> &'a [u8] {
    match rest.strip_prefix(b"\n") {
        Some(rest) => {
            ends.crlf += 1;
            ends.cr -= 1;
            rest
        }
        None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_becomes_a_line_feed_even_when_parted_between_pieces() {
        for pieces in [
            vec!["a\r\nb\rc\nd"],
            vec!["a\r", "\nb\r", "c\n", "d"],
            vec!["a\r\n", "b\r", "", "c\nd"],
        ] {
            let (mut out, mut after_cr) = (Vec::new(), false);
            let mut ends = LineEndCounts::default();
            for piece in &pieces {
                push_with_line_feeds(piece.as_bytes(), &mut after_cr, &mut ends, &mut out);
            }
            assert_eq!((ends.crlf, ends.cr), (1, 1), "{pieces:?}");
            assert_eq!(String::from_utf8(out).unwrap(), "a\nb\nc\nd", "{pieces:?}");
        }
    }

    #[test]
    fn utf16_is_seen_without_its_mark_and_single_nuls_are_not_taken_for_it() {
        let little: Vec<u8> =
            "id;name\n1;Zoë\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id;name\n1;Zoë\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(utf16_without_bom(&little), Some(UTF_16LE));
        assert_eq!(utf16_without_bom(&big), Some(UTF_16BE));
        assert_eq!(utf16_without_bom(b"id,name\n1,\0\0\n"), None);
        assert_eq!(utf16_without_bom(b"a"), None);
    }
}
