//! What leads show, as points can be given for it: words and numbers of fields, and what people did.

use std::sync::Arc;

use crate::condition::Root;

/// What is looked at: a field, or a kind of activity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// A field of the lead or of its account.
    Field(Root, String),
    /// Whether the contact did this.
    Did(String),
}

/// What a lead said in a field; nothing more is to be said of an activity than that it was.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Words.
    Word(Arc<str>),
    /// A number, or whole units of money.
    Number(f64),
    /// Yes, or that it was done.
    Yes,
}

/// Something that a lead shows or does not show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A field says these words.
    Is(Root, String, Arc<str>),
    /// A field says yes.
    Holds(Root, String),
    /// A field says at least this number.
    From(Root, String, i64),
    /// The contact did this.
    Did(String),
}
