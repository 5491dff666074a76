//! Several checks of one thing: whoever typed it learns of all that is wrong at once.

use crate::{Error, Refusal};

/// What checks refused so far.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Vec<Refusal>);

impl Refusals {
    /// What was checked, or nothing where it was refused, which is kept.
    ///
    /// # Errors
    /// When a check failed, which is no refusal.
    pub(crate) fn take<T>(&mut self, checked: Result<T, Error>) -> Result<Option<T>, Error> {
        match checked {
            Ok(found) => Ok(Some(found)),
            Err(Error::Refused(refusal)) => {
                self.0.extend(refusal.each());
                Ok(None)
            }
            Err(failed) => Err(failed),
        }
    }

    /// Nothing where nothing was refused.
    ///
    /// # Errors
    /// All that was refused.
    pub(crate) fn done(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(self.error()) }
    }

    /// All that was refused, where something was.
    pub(crate) fn error(mut self) -> Error {
        match self.0.len() {
            1 => Error::Refused(self.0.remove(0)),
            _ => Error::Refused(Refusal::Several(Several(self.0))),
        }
    }
}

/// Several refusals, which stand beside their fields or in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several(Vec<Refusal>);

impl std::fmt::Display for Several {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (nth, refusal) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{refusal}")?;
        }
        Ok(())
    }
}

impl Refusal {
    /// Each refusal by itself: one, or several of what was typed together.
    pub fn each(self) -> Vec<Refusal> {
        match self {
            Refusal::Several(Several(all)) => all,
            one => vec![one],
        }
    }
}
