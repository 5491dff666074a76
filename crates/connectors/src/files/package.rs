//! A ZIP of exports, as a system's data export sends it: its tables are laid beside one another.
//!
//! Nothing that the archive says of itself is believed: names lose their folders, and bytes are
//! counted while they are unpacked.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::Path,
};

use zip::ZipArchive;

/// What a package may ask of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageLimits {
    /// Most entries, tables or not.
    pub entries: usize,
    /// Most tables.
    pub tables: usize,
    /// Most bytes of all tables, unpacked.
    pub bytes: u64,
    /// A table beyond this many bytes is looked at for its ratio.
    pub dense_from_bytes: u64,
    /// Most bytes out of one byte packed.
    pub ratio: u64,
}

/// Why a package is not unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageRefusal {
    /// It is no ZIP, or a damaged one.
    #[error(
        "is no ZIP archive that can be read ({0}): pack it anew, or bring the files themselves"
    )]
    Broken(String),
    /// It has too many entries.
    #[error("holds more than {limit} entries: bring the tables themselves")]
    TooManyEntries {
        /// The limit.
        limit: usize,
    },
    /// It holds too many tables.
    #[error("holds more than {limit} tables: bring them in several archives")]
    TooManyTables {
        /// The limit.
        limit: usize,
    },
    /// Its tables are too large.
    #[error("unpacks to more than {limit} bytes: bring the tables in several archives")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// A table comes out of next to nothing, as no export does.
    #[error(
        "holds {name}, which unpacks to more than {limit} times its packed size: if it is as meant, \
         bring the table itself"
    )]
    TooDense {
        /// The table.
        name: String,
        /// The limit.
        limit: u64,
    },
    /// A table cannot be unpacked.
    #[error("holds {name}, which cannot be unpacked ({why}): pack it anew without a password")]
    Entry {
        /// The table.
        name: String,
        /// Why.
        why: String,
    },
    /// It holds no table.
    #[error("holds no CSV, TSV or XLSX file")]
    NothingInside,
    /// What was unpacked cannot be kept.
    #[error("cannot be unpacked: {0}")]
    NotKept(String),
}

/// Lays the tables of a ZIP into a folder, each under a name that no file there has; how many. What
/// is no table is laid as an empty file, so that whoever reads the folder can say what was passed over.
///
/// # Errors
/// [`PackageRefusal`]; tables that were laid before stay in the folder.
pub fn unpack(package: &Path, into: &Path, limits: PackageLimits) -> Result<usize, PackageRefusal> {
    let broken = |error: zip::result::ZipError| PackageRefusal::Broken(error.to_string());
    let not_kept = |error: io::Error| PackageRefusal::NotKept(error.to_string());
    let file = File::open(package).map_err(not_kept)?;
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    if archive.len() > limits.entries {
        return Err(PackageRefusal::TooManyEntries { limit: limits.entries });
    }
    let mut taken = names_in(into).map_err(not_kept)?;
    let (mut tables, mut left) = (0, limits.bytes);
    for no in 0..archive.len() {
        let told = archive.by_index_raw(no).map_err(broken)?;
        let name = plain_name(&String::from_utf8_lossy(told.name_raw()));
        let (is_file, is_table) = (told.is_file(), told.is_file() && is_table(&name));
        drop(told);
        if !is_table {
            pass_over(&name, is_file, into, &mut taken).map_err(not_kept)?;
            continue;
        }
        tables += 1;
        if tables > limits.tables {
            return Err(PackageRefusal::TooManyTables { limit: limits.tables });
        }
        let name = free(name, &taken);
        let refused = |why: String| PackageRefusal::Entry { name: name.clone(), why };
        let entry = archive.by_index(no).map_err(|error| refused(error.to_string()))?;
        let mut table = made(&into.join(&name)).map_err(not_kept)?;
        let packed = entry.compressed_size();
        let likely = packed.saturating_mul(limits.ratio).max(limits.dense_from_bytes);
        let laid = io::copy(&mut entry.take(left.min(likely).saturating_add(1)), &mut table)
            .map_err(|error| refused(error.to_string()))?;
        if laid > likely {
            return Err(PackageRefusal::TooDense { name, limit: limits.ratio });
        }
        left = left.checked_sub(laid).ok_or(PackageRefusal::TooLarge { limit: limits.bytes })?;
        taken.insert(name);
    }
    if tables == 0 { Err(PackageRefusal::NothingInside) } else { Ok(tables) }
}

/// What stands behind the name of an archive within an archive: it is none any more.
pub const WITHIN: &str = " (within)";

/// Leaves the name of an entry that is not read. An archive within is no archive any more.
fn pass_over(
    name: &str,
    is_file: bool,
    into: &Path,
    taken: &mut BTreeSet<String>,
) -> io::Result<()> {
    if !is_file || name.is_empty() || name.starts_with('.') {
        return Ok(());
    }
    let name = match name.to_lowercase().ends_with(".zip") {
        true => format!("{name}{WITHIN}"),
        false => name.to_owned(),
    };
    let name = free(name, taken);
    made(&into.join(&name))?;
    taken.insert(name);
    Ok(())
}

fn names_in(folder: &Path) -> io::Result<BTreeSet<String>> {
    let inside = fs::read_dir(folder)?;
    Ok(inside.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

/// Whether a name is that of a table; systems of Apple put files that begin with a point beside.
fn is_table(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    !name.starts_with('.') && matches!(ending.as_str(), "csv" | "tsv" | "tab" | "xlsx")
}

/// A file's name without folders and signs that a file's name cannot have.
pub fn plain_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let tame = |c: char| if c.is_control() || "<>:\"|?*#".contains(c) { '_' } else { c };
    let name: String = name.chars().map(tame).take(120).collect();
    name.trim().to_owned()
}

/// The name itself, or the first of `name (2)`, … that no other file has.
pub fn free(name: String, taken: &BTreeSet<String>) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, "csv"));
    let numbered = (2..).map(|no| format!("{stem} ({no}).{ending}"));
    let all = std::iter::once(name.clone()).chain(numbered);
    all.into_iter().find(|name| !taken.contains(name)).unwrap_or(name.clone())
}

/// A new file that only its owner can read.
///
/// # Errors
/// When there is one of that name, or the folder cannot be written.
pub fn made(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::made::zip;

    type Entries<'a> = &'a [(&'a str, &'a [u8])];

    const LIMITS: PackageLimits =
        PackageLimits { entries: 6, tables: 3, bytes: 100, dense_from_bytes: 50, ratio: 10 };

    fn unpacked(entries: Entries<'_>) -> (tempfile::TempDir, Result<usize, PackageRefusal>) {
        let folder = tempfile::tempdir().unwrap();
        let (package, into) = (folder.path().join("all.zip"), folder.path().join("into"));
        fs::create_dir(&into).unwrap();
        fs::write(&package, zip(entries)).unwrap();
        let done = unpack(&package, &into, LIMITS);
        (folder, done)
    }

    #[test]
    fn tables_are_laid_beside_one_another_and_the_rest_is_left() {
        let entries: [(&str, &[u8]); 5] = [
            ("Lead.csv", b"a"),
            ("older/Lead.csv", b"b"),
            ("../../etc/Task.CSV", b"c"),
            ("readme.txt", b"d"),
            ("__MACOSX/._Lead.csv", b"e"),
        ];
        let (folder, done) = unpacked(&entries);
        assert_eq!(done, Ok(3));
        let laid = names_in(&folder.path().join("into")).unwrap();
        assert_eq!(
            laid,
            BTreeSet::from(
                ["Lead (2).csv", "Lead.csv", "Task.CSV", "readme.txt"].map(String::from)
            )
        );
        let readme = folder.path().join("into/readme.txt");
        assert_eq!(fs::read(readme).unwrap(), b"", "only its name");
        assert!(!folder.path().join("etc").exists());
    }

    #[test]
    fn what_asks_for_too_much_is_refused() {
        let (large, dense) = ((0..101).collect::<Vec<u8>>(), vec![b'x'; 90]);
        let many: Vec<(String, &[u8])> = (0..4).map(|n| (format!("{n}.csv"), &b"a"[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (n.as_str(), *b)).collect();
        let more: Vec<(String, &[u8])> = (0..7).map(|n| (format!("{n}.txt"), &b"a"[..])).collect();
        let more: Vec<(&str, &[u8])> = more.iter().map(|(n, b)| (n.as_str(), *b)).collect();
        let too_dense = PackageRefusal::TooDense { name: "a.csv".into(), limit: 10 };
        let cases: [(Entries<'_>, PackageRefusal); 5] = [
            (&[("a.csv", &dense)], too_dense),
            (&[("a.csv", &large)], PackageRefusal::TooLarge { limit: 100 }),
            (&many, PackageRefusal::TooManyTables { limit: 3 }),
            (&more, PackageRefusal::TooManyEntries { limit: 6 }),
            (&[("a.txt", b"x")], PackageRefusal::NothingInside),
        ];
        for (entries, refusal) in cases {
            assert_eq!(unpacked(entries).1, Err(refusal));
        }
    }

    #[test]
    fn a_name_leads_nowhere_else_and_takes_no_place() {
        let cases = [
            ("../../etc/passwd.csv", "passwd.csv"),
            ("C:\\exports\\Lead.csv", "Lead.csv"),
            ("a\nb#c.csv", "a_b_c.csv"),
            ("", ""),
        ];
        for (sent, kept) in cases {
            assert_eq!(plain_name(sent), kept, "{sent:?}");
        }
        let taken = BTreeSet::from(["a.csv".to_owned(), "a (2).csv".to_owned()]);
        assert_eq!(free("a.csv".to_owned(), &taken), "a (3).csv");
    }
}
