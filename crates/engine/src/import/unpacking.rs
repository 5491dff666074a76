//! ZIP archives of exports: their tables are laid where they are read, and gone afterwards.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use connectors::files::package::{PackageLimits, free, unpack};
use jiff::Timestamp;

use super::{
    ImportRefusal,
    dock::{Dock, new_id},
    look_over::tables_in,
    refused,
};
use crate::Error;

/// What an archive may ask of us.
const PACKAGE: PackageLimits = PackageLimits {
    entries: 1_000,
    tables: 50,
    bytes: 4 << 30,
    dense_from_bytes: 50 << 20,
    ratio: 100,
};

/// Paths as they were named, with the tables of ZIP archives instead of the archives. What was
/// unpacked is gone when this is dropped.
#[derive(Debug)]
pub struct Unpacked {
    /// The files and folders to read.
    pub paths: Vec<PathBuf>,
    /// Where tables of archives lie, each in a folder that is called like its archive.
    pub within: Option<PathBuf>,
}

/// How a folder of unpacked tables is called, and after how long nobody can be reading there.
const PREFIX: &str = "unpacked-";
const LEFT_MAX_MS: i64 = 7 * 24 * 60 * 60 * 1000;

impl Drop for Unpacked {
    fn drop(&mut self) {
        if let Some(folder) = &self.within {
            // What is left by a failure is removed by a later one: see `forget_old`.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Dock {
    /// Lays the tables of ZIP archives beside the other files.
    pub(super) fn unpack(&self, id: &str) -> Result<(), ImportRefusal> {
        let folder = self.folder_of(id);
        for name in names_in(&folder).into_iter().filter(|name| is_archive(name)) {
            let path = folder.join(&name);
            lay(&path, &folder)?;
            std::fs::remove_file(&path).map_err(unreadable)?;
        }
        Ok(())
    }

    /// Unpacks the archives among some paths, as those that are brought by the pages are.
    ///
    /// # Errors
    /// [`ImportRefusal::File`] for an archive that asks for too much or cannot be read.
    pub fn unpacked(&self, paths: &[PathBuf], now: Timestamp) -> Result<Unpacked, Error> {
        self.forget_old(now);
        let mut unpacked = Unpacked { paths: Vec::new(), within: None };
        for path in paths.iter().flat_map(|path| with_archives(path)) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.filter(|name| path.is_file() && is_archive(name));
            let Some(name) = name else {
                unpacked.paths.push(path.clone());
                continue;
            };
            let within = unpacked
                .within
                .get_or_insert_with(|| self.folder.join(format!("{PREFIX}{}", new_id(now))));
            let into = within.join(free(name, &names_in(within)));
            std::fs::create_dir_all(&into).map_err(|error| refused(unreadable(error)))?;
            lay(&path, &into).map_err(refused)?;
            unpacked.paths.push(into);
        }
        Ok(unpacked)
    }

    /// Removes what a process that was killed has left unpacked.
    fn forget_old(&self, now: Timestamp) {
        let is_old = |name: &str| {
            let begun = name.strip_prefix(PREFIX).and_then(|id| id.split('-').next()?.parse().ok());
            begun.is_some_and(|begun: i64| begun < now.as_millisecond() - LEFT_MAX_MS)
        };
        for name in names_in(&self.folder).iter().filter(|name| is_old(name)) {
            let _ = std::fs::remove_dir_all(self.folder.join(name));
        }
    }
}

/// A path, and the archives that lie in it where it is a folder: alone, where nothing else is there
/// to read.
fn with_archives(path: &Path) -> Vec<PathBuf> {
    let names = names_in(path).into_iter().filter(|name| is_archive(name));
    let archives: Vec<PathBuf> =
        names.map(|name| path.join(name)).filter(|path| path.is_file()).collect();
    let has_tables = tables_in(path).is_ok_and(|tables| !tables.is_empty());
    let itself = (archives.is_empty() || has_tables).then(|| path.to_owned());
    itself.into_iter().chain(archives).collect()
}

/// Whether a name is that of a ZIP archive.
pub(super) fn is_archive(name: &str) -> bool {
    name.to_lowercase().ends_with(".zip")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let inside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    inside.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Lays the tables of an archive into a folder.
fn lay(archive: &Path, into: &Path) -> Result<(), ImportRefusal> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let refused = |refusal| ImportRefusal::File(format!("the file {name} {refusal}"));
    unpack(archive, into, PACKAGE).map(drop).map_err(refused)
}

fn unreadable(error: std::io::Error) -> ImportRefusal {
    ImportRefusal::File(error.to_string())
}
