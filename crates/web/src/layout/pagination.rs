//! From one page of a list to the next.

use askama::{Template, filters::HtmlSafe};

/// Where in a list we are, and the ways on. The list is paged by its last key, so there are no
/// page numbers to lie about.
#[derive(Debug, Clone, Template)]
#[template(path = "layout/pagination.html")]
pub struct Pagination {
    /// How many rows are shown.
    pub shown: u64,
    /// How many there are, where somebody has counted.
    pub total: Option<u64>,
    /// The rows before.
    pub before: Option<String>,
    /// The rows after.
    pub after: Option<String>,
}

impl HtmlSafe for Pagination {}
