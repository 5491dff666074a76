//! Every fact, the newest first: what somebody who audits looks through.

pub(crate) mod export;
mod filter;

use askama::Template;
use axum::{extract::Query, response::Response};
use domain::{
    agreement::History,
    fact::{Entry, Fact},
    ids::{FactNo, Subject},
};
use engine::access::Act;
use store::{FactFilter, Head, Reader};

use crate::{
    failure::Failure,
    layout::{EmptyState, Files, Form, Frame, Pagination, Place},
    markup::{Markup, element},
    names::{Names, encoded, fact_href, lead_href, opportunity_href},
    sentence::{Sentence, kind_of, sentence, show_kind},
    session::Visit,
    show::{self, LocalTime},
};
use filter::{Asked, KINDS};

/// Rows of one page.
const ROWS: u32 = 50;

/// The page.
#[derive(Template)]
#[template(path = "pages/ledger/index.html")]
struct LedgerPage {
    frame: Frame,
    asked: Asked,
    form: Form,
    list: List,
    zone: String,
}

/// What the ledger says.
struct List {
    rows: Vec<Row>,
    head: Head,
    sources: Vec<String>,
    after: Option<String>,
}

/// A fact as the list shows it.
struct Row {
    no: FactNo,
    href: String,
    kind: String,
    said: Sentence,
    subject: Markup,
    happened: Markup,
    recorded: Markup,
    source: String,
}

/// The address of all facts about a subject.
pub(crate) fn about_href(subject: &str) -> String {
    format!("/ledger?about={}", encoded(subject))
}

/// Shows the facts that the address asks for.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SearchLedger)?;
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    let zone = time.city();
    let mut form = Form::default();
    let filter = asked.filter(time.zone()).map_err(|words| form.refuse_whole(words)).ok();
    let wanted = asked.clone();
    let list = visit
        .house
        .work(move |engine| {
            let agreements = engine.agreements()?;
            engine.read(|reader| listed(reader, &agreements, filter, &wanted, reach, &time))
        })
        .await?;
    let mut frame = visit.frame("Facts", Place::Facts);
    frame.refused = form.is_refused();
    let refused = form.is_refused();
    let template = LedgerPage { frame, asked, form, list, zone };
    Ok(if refused { visit.refuse(template) } else { visit.show(template) })
}

/// The page of facts; no facts where the question was refused.
fn listed(
    reader: &Reader<'_>,
    agreements: &History,
    filter: Option<FactFilter>,
    asked: &Asked,
    reach: bool,
    time: &LocalTime,
) -> Result<List, Failure> {
    let mut found = match filter {
        Some(filter) => reader.facts_page(&filter, asked.after(), ROWS + 1)?,
        None => Vec::new(),
    };
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let after = found.last().filter(|_| more).map(|last| asked.href(Some(last.no)));
    let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
    let names = Names::new(reader, reach).with_words_of(in_force);
    let rows =
        found.iter().map(|entry| row(entry, &names, time)).collect::<Result<_, Failure>>()?;
    Ok(List { rows, head: reader.head()?, sources: reader.sources()?, after })
}

fn row(entry: &Entry, names: &Names<'_, '_>, time: &LocalTime) -> Result<Row, Failure> {
    Ok(Row {
        no: entry.no,
        href: fact_href(entry.no),
        kind: show_kind(&kind_of(entry.fact())),
        said: sentence(entry, names, time)?,
        subject: subject(entry.fact()),
        happened: time.second(entry.happened_at()),
        recorded: time.second(entry.recorded_at),
        source: entry.told.source.clone(),
    })
}

/// What a fact is about, as a link to its page, or to all facts about it where it has none.
fn subject(fact: &Fact) -> Markup {
    let subject = fact.subject();
    let href = match (fact.decided_about(), subject.strip_prefix("agreement/")) {
        (Some(Subject::Lead(lead)), _) => lead_href(&lead),
        (Some(Subject::Opportunity(opportunity)), _) => opportunity_href(&opportunity),
        (None, Some(version)) => format!("/agreement/{version}"),
        (None, None) => about_href(&subject),
    };
    element("a").class("f wrap").with("href", href).holding(subject).into()
}

impl LedgerPage {
    /// The same view as files.
    fn files(&self) -> Files {
        Files::of("All of this view", &self.asked.href(None), "/ledger")
    }

    fn title(&self) -> String {
        let all = show::count(self.list.head.fact.0.unsigned_abs());
        let is_whole = self.list.after.is_none() && self.asked.after().is_none();
        let narrows = self.asked.narrows() && !self.form.is_refused();
        match (narrows, is_whole) {
            (false, _) => format!("{all} facts"),
            (true, true) => format!("{} of {all} facts", show::count(self.list.rows.len() as u64)),
            (true, false) => format!("Some of {all} facts"),
        }
    }

    /// Keys and words of the kinds, and whether it is the one that is asked for.
    fn kinds(&self) -> Vec<(&'static str, String, bool)> {
        KINDS.map(|kind| (kind, show_kind(kind), self.asked.kind == kind)).into()
    }

    fn pagination(&self) -> Pagination {
        Pagination {
            shown: self.list.rows.len() as u64,
            total: None,
            before: None,
            after: self.list.after.clone(),
        }
    }

    fn filtered_away(&self) -> EmptyState {
        EmptyState {
            title: "No fact is like this".to_owned(),
            words: "Whatever was written is still in the ledger: no fact is ever removed."
                .to_owned(),
            action: Some(("Clear the filter".to_owned(), "/ledger".to_owned())),
            ..EmptyState::default()
        }
    }
}
