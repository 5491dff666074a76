//! What commands say about files of a warehouse that are not read.

use insight::files::Trouble;

use crate::failure::Failure;

/// Why a file was not read, and how to name a column that is called something else. `renamed` are
/// our names with the file's, as they were given.
pub(super) fn unread(trouble: &Trouble, renamed: &[(String, String)]) -> Failure {
    match trouble {
        Trouble::Unreadable { file, source } => Failure::io(&format!("read {file}"), source),
        Trouble::NoColumn { column, .. } => {
            let ours = renamed.iter().find(|(_, theirs)| theirs == column);
            let ours = ours.map_or(column, |(ours, _)| ours);
            Failure::refused(trouble.to_string())
                .advise(format!("Name the one that is meant: --column {ours}=NAME."))
        }
        _ => Failure::refused(trouble.to_string()),
    }
}
