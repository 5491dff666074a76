//! Who undid an import, and when.

use domain::ids::UserId;
use engine::import::{drop_folder_user, undo::UndoState};
use jiff::Timestamp;
use store::{Reader, StoreError};

use crate::{markup::Markup, names::Names, show::LocalTime};

/// The undoing of an import, begun or done.
pub(super) struct Undoing {
    pub(super) state: UndoState,
    /// Who undoes it.
    pub(super) by: String,
    /// When it was done.
    pub(super) at: Option<Timestamp>,
}

impl Undoing {
    /// That of an import, if it was begun.
    pub(super) fn of(
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        import: &str,
    ) -> Result<Option<Undoing>, StoreError> {
        let Some(undo) = reader.import_undo(import)? else { return Ok(None) };
        let by = who(undo.by.as_ref(), names)?;
        Ok(Some(Undoing { state: UndoState::of(&undo), by, at: undo.finished_at }))
    }

    /// `Mon 16:10 by Sam Hall`.
    pub(super) fn at_and_by(&self, time: &LocalTime) -> Markup {
        let at = self.at.map(|at| time.near(at).and_text(" ")).unwrap_or_default();
        at.and_text(format!("by {}", self.by))
    }
}

/// Who brings or undoes an import.
pub(super) fn who(by: Option<&UserId>, names: &Names<'_, '_>) -> Result<String, StoreError> {
    Ok(match by {
        Some(user) if *user == drop_folder_user() => "the drop folder".to_owned(),
        Some(user) => names.user_name(user)?,
        None => "the command line".to_owned(),
    })
}
