//! What is refused before a single row is believed: files that are no tables, that are too large,
//! or that were made to hurt.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::child::Stopped;
use super::encoding;

/// One mebibyte.
pub const MIB: u64 = 1 << 20;

/// How much a file may ask of us. Every limit can be raised by whoever runs the machine.
///
/// The figures for XLSX follow from measured attacks: 1.1 MB of ZIP can hold 200 MB of sheet, and
/// shared strings are read whole before the first row, so the directory must be judged first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest text file, in bytes.
    pub csv_bytes: u64,
    /// Largest workbook, in bytes as stored.
    pub xlsx_bytes: u64,
    /// Most columns; 16,384 is Excel's own limit.
    pub columns: usize,
    /// Longest cell of a text file, in bytes.
    pub csv_cell_bytes: usize,
    /// Longest cell of a workbook, in characters; 32,767 is Excel's own limit.
    pub xlsx_cell_chars: usize,
    /// Longest header of a text file, in bytes.
    pub header_bytes: usize,
    /// Longest row of a text file, in bytes: what may be held in memory at once.
    pub row_bytes: usize,
    /// Most cells taken from one sheet, blanks between values counted.
    pub sheet_cells: u64,
    /// Most entries in a workbook's ZIP directory.
    pub entries: usize,
    /// Most bytes of a workbook's one entry, unpacked.
    pub entry_bytes: u64,
    /// Most bytes of all of a workbook's entries, unpacked.
    pub unpacked_bytes: u64,
    /// How many times its stored size an entry of more than 1 MiB may unpack to.
    pub ratio: u64,
    /// Most memory of the child process that parses a workbook, in bytes that it can write to.
    pub child_bytes: u64,
    /// Most processor time of that child.
    pub child_seconds: u64,
    /// How long that child may say nothing while it is asked for rows.
    pub child_silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            csv_bytes: 2048 * MIB,
            xlsx_bytes: 50 * MIB,
            columns: 16_384,
            csv_cell_bytes: MIB as usize,
            xlsx_cell_chars: 32_767,
            header_bytes: MIB as usize,
            row_bytes: 4 * MIB as usize,
            sheet_cells: 50_000_000,
            entries: 2_000,
            entry_bytes: 100 * MIB,
            unpacked_bytes: 200 * MIB,
            ratio: 200,
            child_bytes: 512 * MIB,
            child_seconds: 20,
            child_silence: Duration::from_secs(30),
        }
    }
}

/// A file that is not read at all, and why.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct Refusal {
    /// The file's name, without its folders.
    pub file: String,
    /// What is wrong and what to do.
    pub reason: Reason,
}

/// Why a file is refused, in the order in which it is checked.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The world let us down.
    #[error("cannot be read ({0}): check its name and whether you may open it")]
    Unreadable(std::io::Error),
    /// A folder, a device, a pipe.
    #[error("is not a file: name one CSV or XLSX file")]
    NotAFile,
    /// Zero bytes, or nothing but blank lines.
    #[error("is empty: export it again with its header and rows")]
    Empty,
    /// Over [`Limits::csv_bytes`] or [`Limits::xlsx_bytes`].
    #[error("has {} MiB, more than the {} MiB allowed: split it, or raise the limit", mib(*.bytes), mib(*.limit))]
    TooLarge {
        /// The file's size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A kind of file that holds no table we read.
    #[error("is {found}, not a table: {remedy}")]
    WrongKind {
        /// What it looks like, with its article.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// An encoding that does not exist.
    #[error(
        "was to be read as {0:?}, which is not the name of an encoding: say utf-8, windows-1252 or shift_jis, for example"
    )]
    UnknownEncoding(String),
    /// A delimiter that cannot part cells.
    #[error(
        "was to be parted by byte {0}, which cannot be a delimiter: say a comma, semicolon, tab or bar"
    )]
    UnusableDelimiter(u8),
    /// A NUL, which no text file has.
    #[error(
        "has a NUL byte at offset {offset}, so it is not text: export it again as CSV in UTF-8"
    )]
    Nul {
        /// Bytes from the start of the file.
        offset: u64,
    },
    /// The header alone is over [`Limits::header_bytes`].
    #[error(
        "has a header of more than {limit} bytes (line {line}): check that its lines end, and that the first row names the columns"
    )]
    HeaderTooLong {
        /// Where the header starts.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// Over [`Limits::columns`].
    #[error(
        "has {columns} columns on line {line}, more than the {limit} allowed: keep only the columns to be imported"
    )]
    TooManyColumns {
        /// Where.
        line: u64,
        /// How many.
        columns: usize,
        /// The limit.
        limit: usize,
    },
    /// A header that cannot be understood.
    #[error("has a header that cannot be read: {0}")]
    Header(String),
    /// There is no such sheet.
    #[error("has no sheet named {wanted:?}: its sheets are {}", .has.join(", "))]
    NoSuchSheet {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        has: Vec<String>,
    },
    /// Something in the workbook's ZIP that a workbook never has.
    #[error(
        "is refused because its part {part:?} {fault}: open it in a spreadsheet program and save it anew as XLSX"
    )]
    Archive {
        /// The part's name in the ZIP.
        part: String,
        /// What is wrong with it.
        fault: ArchiveFault,
    },
    /// The ZIP or the workbook is broken.
    #[error("is not a workbook that can be read ({0}): save it anew as XLSX, or as CSV")]
    Broken(String),
    /// One of the reasons above, in the words of the child process that parsed the workbook.
    #[error("{0}")]
    Told(String),
    /// That child gave up or was stopped.
    #[error("{0}")]
    Stopped(Stopped),
}

/// What a workbook's part has that it must not have, in the order in which it is checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// Over [`Limits::entries`].
    #[error("is one of {found} parts, more than the {limit} allowed")]
    TooManyParts {
        /// How many parts.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Two parts with one name: which one is read depends on the reader.
    #[error("has a name that another part has as well")]
    DuplicateName,
    /// Absolute, or leading out of the archive.
    #[error("has a name that leads out of the archive")]
    UnsafeName,
    /// Encrypted.
    #[error("is protected by a password")]
    Encrypted,
    /// A symbolic link.
    #[error("is a link to another file")]
    Link,
    /// Over [`Limits::entry_bytes`].
    #[error("unpacks to {bytes} bytes, more than the {limit} allowed")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Over [`Limits::ratio`].
    #[error("unpacks to more than {limit} times its size, which only a trap does")]
    Bomb {
        /// The limit.
        limit: u64,
    },
    /// Over [`Limits::unpacked_bytes`].
    #[error("brings all parts together to more than the {limit} bytes allowed")]
    TotalTooLarge {
        /// The limit.
        limit: u64,
    },
    /// An archive in the archive.
    #[error("is itself an archive")]
    Nested,
    /// Bytes that do not unpack, or that unpack to more than the directory says.
    #[error("does not unpack to the {declared} bytes that its directory tells")]
    Untrue {
        /// What the directory says.
        declared: u64,
    },
    /// A document type, the door to entity attacks.
    #[error("declares a document type (DOCTYPE)")]
    Doctype,
    /// XML in an encoding in which a DOCTYPE could hide.
    #[error("is not XML in UTF-8")]
    NotUtf8,
    /// A count of strings that no part of this size can hold, believed by readers who make room.
    #[error("claims {claimed} strings, which cannot fit into it")]
    LyingCount {
        /// The count.
        claimed: String,
    },
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(MIB)
}

/// What a file is, by its first bytes and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Workbook,
}

/// A file that passed the first checks, open at its start.
pub(super) struct Admitted {
    pub file: File,
    pub bytes: u64,
    pub kind: Kind,
}

/// The file's name as refusals tell it.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a file and judges it by size and first bytes.
///
/// # Errors
/// The first [`Reason`]s, up to [`Reason::WrongKind`].
pub(super) fn admit(path: &Path, limits: &Limits) -> Result<Admitted, Reason> {
    let about = std::fs::metadata(path).map_err(Reason::Unreadable)?;
    // Asked of the path first, because opening a pipe would wait for a writer who never comes.
    if !about.is_file() {
        return Err(Reason::NotAFile);
    }
    let mut file = File::open(path).map_err(Reason::Unreadable)?;
    let bytes = file.metadata().map_err(Reason::Unreadable)?.len();
    if bytes == 0 {
        return Err(Reason::Empty);
    }
    let mut head = Vec::with_capacity(1024);
    file.by_ref().take(1024).read_to_end(&mut head).map_err(Reason::Unreadable)?;
    let kind = kind(&head, &extension(path))?;
    let limit = if kind == Kind::Text { limits.csv_bytes } else { limits.xlsx_bytes };
    if bytes > limit {
        return Err(Reason::TooLarge { bytes, limit });
    }
    std::io::Seek::rewind(&mut file).map_err(Reason::Unreadable)?;
    Ok(Admitted { file, bytes, kind })
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

const SAVE_AS: &str = "open it in a spreadsheet program and save it as XLSX or CSV";
const UNPACK: &str = "unpack it and import the CSV or XLSX inside";
const EXPORT: &str = "export the table as CSV or XLSX";
const SEND: &str = "export the table as CSV or XLSX, or send facts to the API";
const RENAME: &str = "if it is an Excel workbook, give it the ending .xlsx; if not, unpack it";

/// Starts of files that are no tables. Source: the formats' own specifications.
const MAGIC: [(&[u8], &str, &str); 15] = [
    (b"\x89PNG", "a PNG image", EXPORT),
    (b"\xFF\xD8\xFF", "a JPEG image", EXPORT),
    (b"GIF8", "a GIF image", EXPORT),
    (b"%PDF-", "a PDF document", EXPORT),
    (b"\x1F\x8B", "a gzip archive", UNPACK),
    (b"BZh9", "a bzip2 archive", UNPACK),
    (b"\xFD7zXZ", "an xz archive", UNPACK),
    (b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
    (b"7z\xBC\xAF\x27", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"SQLite format 3", "an SQLite database", EXPORT),
    (b"PAR1", "a Parquet file", EXPORT),
    (b"\x7FELF", "a program", EXPORT),
    (b"{\\rtf", "an RTF document", EXPORT),
    // An old .xls, or an .xlsx behind a password: both are OLE containers.
    (b"\xD0\xCF\x11\xE0", "an old .xls or a workbook behind a password", SAVE_AS),
];

fn kind(head: &[u8], extension: &str) -> Result<Kind, Reason> {
    let wrong = |found, remedy| Err(Reason::WrongKind { found, remedy });
    for (magic, found, remedy) in MAGIC {
        if head.starts_with(magic) {
            return wrong(found, remedy);
        }
    }
    let zip = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    match (extension, zip) {
        ("xls", _) => wrong("an .xls workbook", SAVE_AS),
        ("xlsb", _) => wrong("an .xlsb workbook", SAVE_AS),
        ("ods", _) => wrong("an OpenDocument spreadsheet", SAVE_AS),
        ("xlsx" | "xlsm", true) => Ok(Kind::Workbook),
        ("xlsx" | "xlsm", false) => {
            wrong("named as a workbook but is none", "if it is text, give it the ending .csv")
        }
        (_, true) => wrong("a zip archive", RENAME),
        _ if encoding::looks_binary(head) => wrong("binary", EXPORT),
        _ if begins(head, "[{") || begins(head, "{\"") => wrong("JSON", SEND),
        _ if begins(head, "<!doctypehtml") || begins(head, "<html") => {
            wrong("a page of a site, perhaps one that asks to sign in", EXPORT)
        }
        _ => Ok(Kind::Text),
    }
}

/// Whether a text begins so, whatever its capitals and spaces.
fn begins(head: &[u8], with: &str) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let letters = head.iter().filter(|byte| !byte.is_ascii_whitespace());
    letters.map(u8::to_ascii_lowercase).take(with.len()).eq(with.bytes())
}

#[cfg(test)]
mod tests;
