//! The drop folder: whatever a nightly export leaves there is imported by itself.
//!
//! A file is copied to the dock, and the one that was dropped is moved to `taken` inside the
//! folder, so that nothing is lost and nothing is taken twice. ZIP archives are unpacked as those
//! that are brought by the pages are; one that cannot be is an import that could not be done. What is
//! not recognised waits among the imports for somebody to say what it is; that is remembered for the
//! next night. What is neither table nor archive stays where it lies, and the import says so.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use domain::{decided::SOURCE, ids::UserId};
use jiff::{SignedDuration, Timestamp};
use store::ImportRun;

use super::{
    ImportRefusal,
    dock::{Dock, State, brought, new_id},
    look_over::{inside, others_in, tables_in},
    refused,
    unpacking::is_archive,
    work::Outcome,
};
use crate::{Engine, Error};

/// A file that changed within this may still be written.
const RESTS: SignedDuration = SignedDuration::from_secs(30);

/// Where taken files go, inside the folder.
const TAKEN: &str = "taken";

/// Whose imports those of the drop folder are.
pub fn drop_folder_user() -> UserId {
    UserId(format!("{SOURCE}:drop-folder"))
}

impl Engine {
    /// Takes what lies in the drop folder and rests, as one import; its id, if there is anything.
    ///
    /// # Errors
    /// [`ImportRefusal::File`] when the folder cannot be read or written.
    pub fn take_dropped(
        &self,
        dock: &Dock,
        folder: &Path,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let mut files = tables_in(folder).map_err(refused)?;
        files.extend(archives_in(folder).map_err(refused)?);
        files.retain(|path| rests(path, now));
        if files.is_empty() {
            return Ok(None);
        }
        let id = new_id(now);
        let into = dock.folder_of(&id);
        let there = copied(&files, &into).map_err(|error| cannot(folder, &error))?;
        let left = others_in(folder).map_err(refused)?;
        name_those(&left, &into).map_err(|error| cannot(folder, &error))?;
        let (there, state, outcome) = match dock.unpack(&id) {
            Ok(()) => (dock.files_of(&id).map_err(refused)?, State::Waiting, Outcome::default()),
            Err(refusal) => (there, State::Failed, Outcome::failed(refusal.to_string())),
        };
        let report = serde_json::to_string(&outcome).unwrap_or_default();
        let run = ImportRun { report, ..brought(&id, &there, state, &drop_folder_user(), now) };
        // In the other order, a file could be away before its import is known.
        self.store.write(now, move |writer| Ok::<_, Error>(writer.keep_import(&run)?))?;
        put_away(&files, folder, now).map_err(|error| cannot(folder, &error))?;
        self.work_there_is.tell();
        Ok(Some(id))
    }
}

fn cannot(folder: &Path, error: &io::Error) -> Error {
    refused(ImportRefusal::File(format!("{}: {error}", folder.display())))
}

/// Whether nobody has written to a file for a while.
fn rests(path: &Path, now: Timestamp) -> bool {
    let changed = fs::metadata(path).and_then(|known| known.modified()).ok();
    let changed = changed.and_then(|changed| Timestamp::try_from(changed).ok());
    changed.is_some_and(|changed| now.duration_since(changed) >= RESTS)
}

/// The archives of a folder, by name.
fn archives_in(folder: &Path) -> Result<Vec<PathBuf>, ImportRefusal> {
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file() && is_archive(&name)
    };
    inside(folder, is_one)
}

/// Leaves the names of files that are not taken, so that the import says what was passed over.
fn name_those(files: &[PathBuf], to: &Path) -> io::Result<()> {
    for file in files.iter().filter(|file| file.is_file()) {
        fs::write(to.join(file.file_name().unwrap_or_default()), "")?;
    }
    Ok(())
}

/// Copies files to a folder that is made for them.
fn copied(files: &[PathBuf], to: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(to)?;
    let mut there = Vec::new();
    for file in files {
        let copy = to.join(file.file_name().unwrap_or_default());
        fs::copy(file, &copy)?;
        there.push(copy);
    }
    Ok(there)
}

/// Moves files to where taken ones go, under the instant and their name.
fn put_away(files: &[PathBuf], folder: &Path, now: Timestamp) -> io::Result<()> {
    let taken = folder.join(TAKEN);
    fs::create_dir_all(&taken)?;
    let stamp = now.strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        fs::rename(file, taken.join(format!("{stamp}-{name}")))?;
    }
    Ok(())
}
