//! The Agreement's text: a folder of TOML files, read into the meaning that `domain` gives it.
//!
//! Invariant: what is signed is the text, byte for byte after the line ends are made equal, and
//! [`read`] lets nothing through that it does not fully understand. It finds every mistake in one
//! go, each with its file, line and column, and says what to write instead. Where the words that
//! firms use leave two readings, leaving the choice out is a mistake that names both.

mod condition;
pub mod draft;
pub mod edit;
mod mistake;
mod names;
pub mod parts;
mod plain;
mod read;
mod reader;
pub mod redline;
mod source;
mod text;
mod units;

pub use mistake::Mistake;
pub use names::{Kind, Names, is_free_field};
pub use read::{names as declared, read};
pub use text::{AgreementText, TextFailure};

#[cfg(test)]
mod tests;
