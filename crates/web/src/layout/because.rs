//! Because: the layer that opens a figure.
//!
//! The server renders it into the page that asks for it (`/leads/7?because=score#because`), so it
//! opens and closes by links.

use askama::{Template, filters::HtmlSafe};

use crate::markup::Markup;

/// The sentence that decided.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// As it was signed.
    pub words: String,
    /// `Clause 3.4, version 7`.
    pub clause: String,
    /// Where it stands.
    pub href: String,
    /// `signed 28 Sep 2026 by Ines Rademacher and Mara Lindqvist`.
    pub signed: String,
}

/// One fact and what it did to the figure.
#[derive(Debug, Clone, Default)]
pub struct Working {
    /// When it happened, short.
    pub when: Markup,
    /// What it was; a link to it, if it has a page.
    pub what: Markup,
    /// The rule that took it or passed it over: small.
    pub rule: String,
    /// The arithmetic: `14 × ½`.
    pub sum: String,
    /// What it comes to.
    pub result: String,
}

/// The drawer. Its parts stand in this order and are left out where there is nothing to say.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "layout/because.html")]
pub struct Because {
    /// `Engagement is 57 because`.
    pub answer: String,
    /// This page without the drawer.
    pub close: String,
    /// The signed sentence.
    pub agreed: Option<Agreed>,
    /// What the facts that count are called: `Touches that count, as of Wed 18 Nov, 15:40`.
    pub counted_title: String,
    /// The facts that count.
    pub counted: Vec<Working>,
    /// The last column's head: `Points`.
    pub unit: String,
    /// What they come to.
    pub total: Option<String>,
    /// The facts that were seen and did not count, with the reason.
    pub passed_over: Vec<Working>,
    /// What changes next, and when.
    pub next: Option<String>,
    /// What it was worked out from: facts so to so, the Agreement's hash.
    pub kept: String,
}

impl Because {
    /// Whether any of the workings has an instant.
    fn shows_times(&self) -> bool {
        self.counted.iter().any(|working| !working.when.to_string().is_empty())
    }

    /// How many columns stand before the results.
    fn width(&self) -> usize {
        1 + usize::from(self.shows_times()) + usize::from(self.shows_sums())
    }

    /// Whether any of the workings shows a sum of its own, as where points fade.
    fn shows_sums(&self) -> bool {
        self.counted.iter().any(|working| !working.sum.to_string().is_empty())
    }
}

impl HtmlSafe for Because {}
