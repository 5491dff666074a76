//! Why a thing that somebody would correct was left as it is, and what to do instead.

/// Why a single thing was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// There is no such thing.
    Absent,
    /// It is so already.
    SoAlready,
    /// It is won or lost: it stays with whoever won or lost it.
    Closed,
    /// It names an account.
    OfAnAccount,
    /// It is won or lost: what counts towards goals is corrected where it comes from.
    Settled,
    /// No source has reported the field of it.
    NotReported,
    /// The field holds something else than text, which the text is not.
    OtherKind,
    /// The field holds a day, which the text is not.
    NoDay,
    /// Somebody changed it since.
    ChangedSince,
    /// It was undone before.
    UndoneBefore,
}

impl Left {
    /// As words after its name.
    pub fn words(self) -> &'static str {
        match self {
            Left::Absent => "is not there",
            Left::SoAlready => "was so already",
            Left::Closed => "is closed and stays with its owner",
            Left::OfAnAccount => "is of an account already",
            Left::Settled => "is closed: correct it where it comes from",
            Left::NotReported => "has no such field",
            Left::OtherKind => "holds a number or an amount there",
            Left::NoDay => "holds a day there, like 2026-11-16",
            Left::ChangedSince => "was changed since",
            Left::UndoneBefore => "was undone before",
        }
    }

    /// What to do instead, as a sentence.
    pub fn remedy(self) -> &'static str {
        match self {
            Left::Absent => "Load the page again: it shows what there is.",
            Left::SoAlready => "Choose or write something else.",
            Left::Closed => "Only what is open goes to another.",
            Left::OfAnAccount => "Correct its account where it comes from.",
            Left::Settled => "Only what is open is corrected here.",
            Left::NotReported => "Choose a field that a source reports of it.",
            Left::OtherKind => "Write what it can hold there: a number, an amount, or yes or no.",
            Left::NoDay => "Write a day such as 2026-11-16.",
            Left::ChangedSince | Left::UndoneBefore => "Load the page again to see what holds now.",
        }
    }
}
