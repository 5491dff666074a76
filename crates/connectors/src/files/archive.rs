//! A workbook's ZIP, judged before the spreadsheet reader sees it.
//!
//! The reader trusts what it is given: it reads all shared strings before the first row, and it
//! makes room for as many as the file claims. Both can end the process, so both are judged here.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::guard::{ArchiveFault, Limits, MIB, Reason};

/// Walks a workbook's directory, then unpacks every part once to see that it tells the truth.
///
/// # Errors
/// [`Reason::Archive`], [`Reason::Broken`], or [`Reason::WrongKind`] for another kind of archive.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Reason> {
    // Before the directory is read, since reading it makes room for every entry.
    if let Some(found) = entries_told(bytes).filter(|found| *found > limits.entries) {
        return Err(too_many(found, limits));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > limits.entries {
        return Err(too_many(archive.len(), limits));
    }
    if archive.has_duplicate_names() {
        return fault("(directory)", ArchiveFault::DuplicateName);
    }
    check_directory(&mut archive, limits)?;
    check_kind(&archive)?;
    check_contents(&mut archive)
}

fn fault<T>(part: &str, fault: ArchiveFault) -> Result<T, Reason> {
    Err(Reason::Archive { part: part.to_owned(), fault })
}

fn too_many(found: usize, limits: &Limits) -> Reason {
    let fault = ArchiveFault::TooManyParts { found, limit: limits.entries };
    Reason::Archive { part: "(directory)".to_owned(), fault }
}

fn broken(error: zip::result::ZipError) -> Reason {
    Reason::Broken(error.to_string())
}

/// The number of entries that the end of the directory tells; 65,535 stands for "more".
/// Source: APPNOTE.TXT 4.3.16.
fn entries_told(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(22 + 65_535)..];
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let count = tail.get(at + 10..at + 12)?;
    Some(usize::from(u16::from_le_bytes([count[0], count[1]])))
}

/// Judges what the directory says, without unpacking anything.
fn check_directory(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<(), Reason> {
    let mut total: u64 = 0;
    for no in 0..archive.len() {
        let part = archive.by_index_raw(no).map_err(broken)?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let (stored, bytes) = (part.compressed_size(), part.size());
        if is_unsafe(&name) || part.enclosed_name().is_none() {
            return fault(&name, ArchiveFault::UnsafeName);
        }
        if part.encrypted() {
            return fault(&name, ArchiveFault::Encrypted);
        }
        if part.is_symlink() {
            return fault(&name, ArchiveFault::Link);
        }
        if bytes > limits.entry_bytes {
            return fault(&name, ArchiveFault::TooLarge { bytes, limit: limits.entry_bytes });
        }
        if bytes > MIB && bytes / stored.max(1) > limits.ratio {
            return fault(&name, ArchiveFault::Bomb { limit: limits.ratio });
        }
        total = total.saturating_add(bytes);
        if total > limits.unpacked_bytes {
            return fault(&name, ArchiveFault::TotalTooLarge { limit: limits.unpacked_bytes });
        }
    }
    Ok(())
}

fn is_unsafe(name: &str) -> bool {
    name.starts_with(['/', '\\'])
        || name.contains('\0')
        || name.split(['/', '\\']).any(|step| step == ".." || step.ends_with(':'))
}

/// Other kinds of office files are ZIPs as well.
fn check_kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), Reason> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let remedy = "open it in a spreadsheet program and save it as XLSX or CSV";
    let wrong = |found| Err(Reason::WrongKind { found, remedy });
    if has("xl/workbook.bin") {
        wrong("an .xlsb workbook")
    } else if has("content.xml") {
        wrong("an OpenDocument spreadsheet")
    } else if has("word/document.xml") || has("ppt/presentation.xml") {
        wrong("a document or a deck")
    } else if !has("[Content_Types].xml") {
        wrong("a zip archive without a workbook in it")
    } else {
        Ok(())
    }
}

/// Unpacks every part, never further than the directory says, and looks at what comes out.
fn check_contents(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Reason> {
    let mut scan = Scan { window: Vec::with_capacity(PIECE + OVERLAP) };
    for no in 0..archive.len() {
        let part = archive.by_index(no).map_err(broken)?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        if let Err(wrong) = scan.part(part, &name) {
            return fault(&name, wrong);
        }
    }
    Ok(())
}

/// Bytes unpacked at once.
const PIECE: usize = 1 << 16;

/// Bytes looked at twice, so that a word parted between two pieces is seen whole.
const OVERLAP: usize = 256;

struct Scan {
    window: Vec<u8>,
}

impl Scan {
    fn part<R: Read>(
        &mut self,
        part: zip::read::ZipFile<'_, R>,
        name: &str,
    ) -> Result<(), ArchiveFault> {
        let declared = part.size();
        let lower = name.to_lowercase();
        let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| lower.ends_with(end));
        // One byte more than declared is asked for: getting it proves the lie. The ZIP reader
        // looks at the same today; that it goes on to do so is not left to it.
        let mut part = part.take(declared + 1);
        let mut unpacked: u64 = 0;
        self.window.clear();
        loop {
            let kept = self.window.len().min(OVERLAP);
            self.window.drain(..self.window.len() - kept);
            let got = (&mut part).take(PIECE as u64).read_to_end(&mut self.window);
            let got = got.map_err(|_| ArchiveFault::Untrue { declared })? as u64;
            if unpacked == 0 {
                check_start(&self.window, is_xml)?;
            }
            unpacked += got;
            if unpacked > declared {
                return Err(ArchiveFault::Untrue { declared });
            }
            if is_xml {
                check_xml(&self.window, kept, declared)?;
            }
            if got == 0 {
                return Ok(());
            }
        }
    }
}

fn check_start(start: &[u8], is_xml: bool) -> Result<(), ArchiveFault> {
    let archives: [&[u8]; 6] =
        [b"PK\x03\x04", b"\x1F\x8B", b"BZh9", b"\xFD7zXZ", b"7z\xBC\xAF\x27", b"Rar!"];
    if archives.iter().any(|magic| start.starts_with(magic)) {
        return Err(ArchiveFault::Nested);
    }
    // UTF-16 and UTF-32 XML would hide the words that are looked for; Excel writes UTF-8 only.
    if is_xml && (start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF")) {
        return Err(ArchiveFault::NotUtf8);
    }
    Ok(())
}

/// Looks for a DOCTYPE, and for a count of strings beyond belief. `fresh` is where the bytes begin
/// that have not been looked at before.
fn check_xml(window: &[u8], fresh: usize, declared: u64) -> Result<(), ArchiveFault> {
    if window[fresh..].contains(&0) {
        return Err(ArchiveFault::NotUtf8);
    }
    if finds(window, b'<', b"<!DOCTYPE").next().is_some() {
        return Err(ArchiveFault::Doctype);
    }
    for at in finds(window, b'u', b"uniqueCount") {
        check_count(&window[at + b"uniqueCount".len()..], declared)?;
    }
    Ok(())
}

/// Where a word stands, capital or small.
fn finds<'a>(window: &'a [u8], first: u8, word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let starts = window.iter().enumerate().filter(move |(_, byte)| **byte == first);
    starts.map(|(at, _)| at).filter(move |at| {
        window.get(*at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
    })
}

/// `uniqueCount="…"`, after which the spreadsheet reader makes room for that many strings: a part
/// of 400 bytes that claims a million million of them would end the process.
fn check_count(after: &[u8], declared: u64) -> Result<(), ArchiveFault> {
    let text: String = after.iter().take(OVERLAP / 2).map(|byte| char::from(*byte)).collect();
    let Some(value) = text.trim_start().strip_prefix('=') else {
        // Blanks as far as one can see are no attribute that a program wrote.
        let hidden = text.len() == OVERLAP / 2 && text.trim().is_empty();
        return if hidden { Err(lying(&text)) } else { Ok(()) };
    };
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let told = value[..end].trim_start_matches('0');
    // The shortest string, `<si/>`, takes five bytes.
    let possible = told.is_empty() || told.parse().is_ok_and(|told: u64| told <= declared / 5);
    let cut_off = end == value.len() && value.len() > OVERLAP / 4;
    if possible && !cut_off { Ok(()) } else { Err(lying(told)) }
}

fn lying(claimed: &str) -> ArchiveFault {
    ArchiveFault::LyingCount { claimed: claimed.chars().take(20).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_strings_is_believed_only_if_they_fit() {
        let cases = [
            (r#"="20">"#, true),
            (r#" = '20'>"#, true),
            (r#"="0000000000020">"#, true),
            (r#"="21">"#, false),
            (r#"="99999999999999999999999">"#, false),
            (" of visitors</t>", true),
            (r#"="">"#, true),
        ];
        for (after, believed) in cases {
            assert_eq!(check_count(after.as_bytes(), 100).is_ok(), believed, "{after}");
        }
        let hidden = format!("{}=\"9999\"", " ".repeat(200));
        assert!(check_count(hidden.as_bytes(), 100).is_err(), "behind two hundred blanks");
        let zeros = format!("=\"{}9999\"", "0".repeat(200));
        assert!(check_count(zeros.as_bytes(), 100).is_err(), "behind two hundred zeros");
    }

    #[test]
    fn names_that_lead_out_are_unsafe() {
        for name in ["/etc/passwd", "..\\x", "xl/../../x", "C:/x", "\\\\host\\x"] {
            assert!(is_unsafe(name), "{name}");
        }
        assert!(!is_unsafe("xl/worksheets/sheet1..xml"));
    }
}
