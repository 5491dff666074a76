//! What stands where there is nothing yet: what it is good for, one action, and the ghost of the
//! filled screen.

use askama::{Template, filters::HtmlSafe};

use crate::markup::Markup;

/// An empty state. Say what the page is good for, never that somebody forgot something.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "layout/empty_state.html")]
pub struct EmptyState {
    /// The benefit: `See every lead, whose turn it is, and until when`.
    pub title: String,
    /// One or two sentences.
    pub words: String,
    /// The one action, as its words and its address.
    pub action: Option<(String, String)>,
    /// How long it takes, another way: small.
    pub small: Markup,
    /// How it is done outside the pages too: what a person does, and the command, in order.
    pub steps: Vec<(&'static str, &'static str)>,
    /// The heads of the ghost's columns; none for a state without a ghost.
    pub heads: Vec<&'static str>,
    /// Its rows, of made-up values.
    pub rows: Vec<Vec<&'static str>>,
}

impl HtmlSafe for EmptyState {}
