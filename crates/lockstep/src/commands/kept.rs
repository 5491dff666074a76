//! Columns that are kept of files, to be asked again at once.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use insight::kept::Damage;

use crate::failure::{Failure, Kind};

/// Has a file written beside, and puts it where it belongs when it is whole; says how many bytes it
/// has.
///
/// # Errors
/// What the system said.
pub(super) fn keep(
    path: &Path,
    write: impl FnOnce(&Path) -> io::Result<u64>,
) -> Result<u64, Failure> {
    let beside = PathBuf::from([path.as_os_str(), ".part".as_ref()].join("".as_ref()));
    let written = write(&beside).and_then(|bytes| fs::rename(&beside, path).map(|()| bytes));
    written.map_err(|error| {
        // What was written by half is of no use; that it is gone is not what went wrong.
        let _ = fs::remove_file(&beside);
        Failure::io(&format!("write {}", path.display()), &error)
    })
}

impl From<Damage> for Failure {
    fn from(damage: Damage) -> Failure {
        match &damage {
            Damage::Unreadable(error) => Failure::io("read what was kept", error),
            _ => Failure::new(Kind::Integrity, damage.to_string()),
        }
    }
}
