//! Lists that are views: a filter as a sentence in the address, columns and density of one's own,
//! pages that seek, and the same rows as files. Whatever has a list says here what its rows are;
//! how a list is asked for, shown and sent stands here once.

pub(crate) mod asked;
pub(crate) mod cell;
mod export;
pub(crate) mod listed;
pub(crate) mod offers;
pub(crate) mod page;
pub(crate) mod period;
pub(crate) mod say;
pub(crate) mod ticked;
pub(crate) mod viewing;

use domain::ids::UserId;
use store::StoreError;

pub(crate) use asked::{Asked, Known, anything};
pub(crate) use export::export;
pub(crate) use listed::{Column, Listed, Maker, again, give, index};
pub(crate) use page::ListPage;
pub(crate) use period::{PERIODS, Period};
pub(crate) use say::{Condition, Control};

use crate::{
    show::{self, LocalTime},
    whom::Whom,
};

/// Who asks for a list, and when.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    /// Whom `owner=me` means.
    pub(crate) me: &'a UserId,
    /// Whether they may see who people are.
    pub(crate) reach: bool,
    pub(crate) time: &'a LocalTime,
    /// Whom leads are, where somebody asks for that.
    pub(crate) whom: &'a Whom,
}

/// Rows of a list are counted up to so many.
pub(crate) const COUNTED_MAX: u64 = 1_000;

/// How close rows stand, with its words; the first is the ordinary one.
pub(crate) const DENSITIES: [(&str, &str); 3] =
    [("normal", "Normal"), ("compact", "Compact"), ("comfortable", "Comfortable")];

/// How many rows a page has, with the words; the first is the usual number, about a screen.
pub(crate) const ROWS: [(&str, u32); 3] = [("25", 25), ("50", 50), ("100", 100)];

/// One of several, with its words and whether it is the one that is asked for.
pub(crate) struct Choice {
    pub(crate) key: String,
    pub(crate) words: String,
    pub(crate) is_chosen: bool,
}

pub(crate) fn choice(key: &str, words: &str, is_chosen: bool) -> Choice {
    Choice { key: key.to_owned(), words: words.to_owned(), is_chosen }
}

/// The densities, and which of them is asked for; the class of the ordinary one is empty.
pub(crate) fn densities(here: &str) -> Vec<Choice> {
    let is_here = |key: &str| key == here || (here.is_empty() && key == DENSITIES[0].0);
    DENSITIES.iter().map(|(key, words)| choice(key, words, is_here(key))).collect()
}

/// The class of the density that an address names; none for the ordinary one.
pub(crate) fn density(named: &str) -> &'static str {
    let found = DENSITIES.iter().skip(1).find(|(key, _)| *key == named);
    found.map_or("", |(key, _)| key)
}

/// A condition that holds, in words.
pub(crate) struct Chip {
    pub(crate) words: String,
    /// The address of the list without it.
    pub(crate) without: String,
}

/// The head of a column.
pub(crate) struct Head {
    pub(crate) class: &'static str,
    pub(crate) label: String,
    /// The address of the same view in the order of this column.
    pub(crate) href: Option<String>,
    /// `ascending` or `descending` where the list is in this order.
    pub(crate) sorted: Option<&'static str>,
}

/// What stands in a column of a row.
pub(crate) struct Shown {
    pub(crate) class: &'static str,
    /// The column's name, where a phone has to say it.
    pub(crate) label: Option<String>,
    pub(crate) value: crate::markup::Markup,
}

/// How many there are, counted no further than somebody would.
pub(crate) struct Counted {
    pub(crate) n: u64,
}

impl Counted {
    /// `count` is asked how many there are, and need not count beyond the number that it is given.
    pub(crate) fn of(
        count: impl FnOnce(u64) -> Result<u64, StoreError>,
    ) -> Result<Counted, StoreError> {
        Ok(Counted { n: count(COUNTED_MAX + 1)? })
    }

    pub(crate) fn exact(&self) -> Option<u64> {
        Some(self.n).filter(|n| *n <= COUNTED_MAX)
    }

    /// `12`, or `1,000+`.
    pub(crate) fn words(&self) -> String {
        match self.exact() {
            Some(n) => show::count(n),
            None => format!("{}+", show::count(COUNTED_MAX)),
        }
    }
}

/// `A`, `A or B`, `A, B or C`.
pub(crate) fn any_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// So many rows are looked at together where the database cannot tell which are meant.
const LOOKED_AT_ONCE: u32 = 100;

/// Up to `most` rows that are meant, where only the rows themselves tell it: pages are looked through
/// one after another, from the first or from the one after a place.
pub(crate) fn looked_through<R, P>(
    most: usize,
    mut after: Option<P>,
    page: impl Fn(Option<&P>, u32) -> Result<Vec<R>, StoreError>,
    place: impl Fn(&R) -> P,
    is_meant: impl Fn(&R) -> Result<bool, StoreError>,
) -> Result<Vec<R>, StoreError> {
    let mut found = Vec::new();
    loop {
        let rows = page(after.as_ref(), LOOKED_AT_ONCE)?;
        let is_last = rows.len() < LOOKED_AT_ONCE as usize;
        after = rows.last().map(&place);
        for row in rows {
            if found.len() < most && is_meant(&row)? {
                found.push(row);
            }
        }
        if is_last || found.len() >= most {
            return Ok(found);
        }
    }
}
