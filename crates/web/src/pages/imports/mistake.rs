//! What was sent of a trial and is refused: it stands beside its control, with all that was written.

use std::collections::BTreeMap;

use crate::{layout::wrong_beside, markup::Markup};

/// What is refused.
pub(super) struct Mistake {
    /// The control that it stands beside.
    pub(super) at: String,
    pub(super) words: String,
    /// All that was sent: it stands where it was written.
    pub(super) sent: BTreeMap<String, String>,
}

impl Mistake {
    /// Why what was written into a control is refused.
    pub(super) fn beside(&self, control: &str) -> Option<Markup> {
        (self.at == control).then(|| wrong_beside(control, &self.words))
    }

    /// What was written into a control.
    pub(super) fn text(&self, control: &str) -> Option<&String> {
        self.sent.get(control)
    }
}
