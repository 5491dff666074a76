//! The page of a list, whatever its rows are.

use askama::Template;

use super::{Asked, Head, Shown, say::Say, ticked::Ticked, viewing::Viewing};
use crate::{
    layout::{EmptyState, Files, Frame, Pagination},
    markup::Markup,
};

/// The page.
#[derive(Template)]
#[template(path = "layout/list.html")]
pub(crate) struct ListPage {
    pub(crate) frame: Frame,
    pub(crate) title: String,
    /// The page that it belongs to, as words and an address.
    pub(crate) above: Option<(&'static str, &'static str)>,
    /// A sentence under the title, where one is needed.
    pub(crate) under: Markup,
    /// What can be done from the list, as words and an address.
    pub(crate) act: Option<(&'static str, &'static str)>,
    /// What one row is called, and several.
    pub(crate) words: (&'static str, &'static str),
    /// Whether there is no row at all, whatever is asked for.
    pub(crate) is_empty: bool,
    /// How many rows there are without the filter, in words.
    pub(crate) all: String,
    /// How many are asked for, where somebody has counted.
    pub(crate) total: Option<u64>,
    pub(crate) viewing: Viewing,
    pub(crate) say: Say,
    /// What can be done with ticked rows, for whoever may.
    pub(crate) ticked: Option<Ticked>,
    /// The head of the names' column.
    pub(crate) head: &'static str,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Row>,
    pub(crate) after: Option<String>,
    pub(crate) nothing_yet: EmptyState,
    /// How the rows read, where that needs words.
    pub(crate) foot: &'static str,
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) name: String,
    /// What stands after its name.
    pub(crate) beside: Markup,
    /// In the order of the columns.
    pub(crate) cells: Vec<Shown>,
}

/// `12 leads`, or `3 leads of 12` where only some are asked for.
pub(crate) fn title(
    (one, many): (&str, &str),
    asked: &Asked,
    (n, total): (u64, &str),
    all: &str,
) -> String {
    let words = if n == 1 { one } else { many };
    match asked.narrows() {
        true => format!("{total} {words} of {all}"),
        false => format!("{all} {words}"),
    }
}

impl ListPage {
    fn pagination(&self) -> Pagination {
        let shown = self.rows.len() as u64;
        Pagination { shown, total: self.total, before: None, after: self.after.clone() }
    }

    fn files(&self) -> Files {
        Files::of("All of this view", &self.say.asked.href(), self.say.path)
    }

    fn filtered_away(&self) -> EmptyState {
        let (one, many) = self.words;
        EmptyState {
            title: format!("No {one} is like this"),
            words: match self.all.as_str() {
                "1" => format!("There is 1 {one} without the filter."),
                all => format!("There are {all} {many} without the filter."),
            },
            action: Some(("Clear the filter".to_owned(), self.say.path.to_owned())),
            ..EmptyState::default()
        }
    }
}
