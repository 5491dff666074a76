//! A list as files.

use askama::{Template, filters::HtmlSafe};

/// The addresses at which all of a list is to be had as a file.
#[derive(Debug, Clone, Template)]
#[template(path = "layout/files.html")]
pub struct Files {
    what: &'static str,
    csv: String,
    xlsx: String,
}

impl Files {
    /// `what` is the list in words; `href` its address, whose path is `path`.
    pub fn of(what: &'static str, href: &str, path: &str) -> Files {
        let with = |ending: &str| href.replacen(path, &format!("{path}.{ending}"), 1);
        Files { what, csv: with("csv"), xlsx: with("xlsx") }
    }
}

impl HtmlSafe for Files {}
