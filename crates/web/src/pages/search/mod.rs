//! Everything that has a name, by the beginnings of its words.

use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;

use crate::{
    failure::Failure,
    find::{Group, Question},
    layout::Frame,
    session::Visit,
    show,
};

/// Hits of a kind that the page shows.
const EACH: usize = 20;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/search/index.html")]
struct SearchPage {
    frame: Frame,
    q: String,
    is_too_short: bool,
    groups: Vec<Group>,
}

/// Shows what is found.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let q = asked.q.trim().to_owned();
    let question = Question::new(&visit.signed, &q, EACH);
    let is_too_short = question.is_too_short();
    let now = visit.time().now();
    let groups = visit.house.work(move |engine| question.ask(engine, now)).await?;
    let title = if q.is_empty() { "Search".to_owned() } else { format!("Search: {q}") };
    let frame = visit.frame.clone().titled(title);
    Ok(visit.show(SearchPage { frame, q, is_too_short, groups }))
}

impl SearchPage {
    fn title(&self) -> String {
        let found: usize = self.groups.iter().map(|group| group.hits.len()).sum();
        let more = self.groups.iter().any(|group| group.has_more);
        match (self.q.is_empty() || self.is_too_short, found) {
            (true, _) => "Search".to_owned(),
            (false, 0) => format!("Nothing found for “{}”", self.q),
            (false, n) => {
                let more = if more { "more than " } else { "" };
                format!("{more}{} found for “{}”", show::count(n as u64), self.q)
            }
        }
    }
}

impl Group {
    /// How many, as far as they were looked for: `3`, or `20+`.
    fn counted(&self) -> String {
        let more = if self.has_more { "+" } else { "" };
        format!("{}{more}", self.hits.len())
    }
}
