//! The list of leads.

pub(crate) mod export;
mod filter;
pub(crate) mod row;

use askama::Template;
use axum::{extract::Query, response::Response};
use domain::{agreement::History, firm::Side, ids::UserId};
use engine::access::Act;
use engine::lead::working_hours;
use store::Reader;
use store::read::LeadFilter;

use crate::{
    failure::Failure,
    layout::{EmptyState, Files, Frame, Pagination, Place, STEPS},
    markup::Markup,
    names::Names,
    session::Visit,
    show::{self, LocalTime},
};
use filter::{Asked, SORTS};
use row::{Maker, Row};

/// Rows of one page.
const ROWS: u32 = 50;

/// How leads come in, for those who may bring them.
const IMPORTING: [(&str, &str); 3] = [
    (
        "Look what an export of your systems holds. Nothing is kept.",
        "lockstep import leads.csv --dry-run",
    ),
    ("Bring it in. The same file twice changes nothing.", "lockstep import leads.csv"),
    (
        "Or give a system a key by which it reports each lead as it comes.",
        "lockstep key add --source crm",
    ),
];

/// The list.
#[derive(Template)]
#[template(path = "pages/leads/index.html")]
struct LeadsPage {
    frame: Frame,
    list: List,
    asked: Asked,
    may_search: bool,
    may_import: bool,
}

/// What the database says about the list.
struct List {
    columns: Vec<(String, String)>,
    rows: Vec<Row>,
    total: u64,
    all: u64,
    running: u64,
    mine: u64,
    statuses: Vec<(String, String)>,
    owners: Vec<(String, String)>,
    after: Option<String>,
    has_agreement: bool,
}

/// Shows the list.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let may_search = visit.signed.can(&Act::SeeReach);
    let (me, time, wanted) = (visit.signed.0.user.clone(), visit.time(), asked.clone());
    let list = visit
        .house
        .work(move |engine| {
            let agreements = engine.agreements()?;
            engine.read(|reader| listed(reader, &agreements, &wanted, &me, may_search, &time))
        })
        .await?;
    let may_import = visit.signed.can(&Act::Import);
    let frame = visit.frame("Leads", Place::Leads);
    Ok(visit.show(LeadsPage { frame, list, asked, may_search, may_import }))
}

fn listed(
    reader: &Reader<'_>,
    agreements: &History,
    asked: &Asked,
    me: &UserId,
    reach: bool,
    time: &LocalTime,
) -> Result<List, Failure> {
    let filter = asked.filter(me, reach);
    let (_, sort) = asked.sort();
    let mut found = reader.leads_page(&filter, sort, asked.after().as_ref(), ROWS + 1)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let after = found.last().filter(|_| more).map(|last| asked.href(Some(&sort.place_of(last))));
    let names = Names::new(reader, reach);
    let people = working_hours(reader)?;
    let in_force = agreements.at(time.now());
    let columns = in_force.map(|version| columns(&version.agreement)).unwrap_or_default();
    let maker =
        Maker { reader, names: &names, agreements, people: &people, time, columns: &columns };
    let rows = found.iter().map(|lead| maker.row(lead)).collect::<Result<_, Failure>>()?;
    let statuses = in_force.map(|version| statuses(&version.agreement)).unwrap_or_default();
    let count = |filter: LeadFilter| reader.leads_count(&filter);
    Ok(List {
        rows,
        total: reader.leads_count(&filter)?,
        all: count(LeadFilter::default())?,
        running: count(LeadFilter { with_running_clock: true, ..LeadFilter::default() })?,
        mine: count(LeadFilter { owner: Some(me.clone()), ..LeadFilter::default() })?,
        statuses,
        owners: owners(reader, &names)?,
        after,
        has_agreement: in_force.is_some(),
        columns,
    })
}

/// The components that have a column: those of the first definition, three at most.
fn columns(agreement: &domain::agreement::Agreement) -> Vec<(String, String)> {
    let first = agreement.definitions.first();
    let components = first.map(|first| first.components.as_slice()).unwrap_or_default();
    let short = |label: &str| label.split(':').next().unwrap_or(label).trim().to_owned();
    components.iter().take(3).map(|part| (part.id.clone(), short(&part.label))).collect()
}

fn statuses(agreement: &domain::agreement::Agreement) -> Vec<(String, String)> {
    let words = |status: &domain::agreement::Status| match status.label.is_empty() {
        true => status.key.clone(),
        false => status.label.clone(),
    };
    agreement.statuses.iter().map(|status| (status.key.clone(), words(status))).collect()
}

/// Colleagues who can own leads: those of a side.
fn owners(reader: &Reader<'_>, names: &Names<'_, '_>) -> Result<Vec<(String, String)>, Failure> {
    let mut owners = Vec::new();
    for user in reader.users()? {
        if user.side != Some(Side::Neutral) {
            owners.push((user.id.0.clone(), names.user_name(&user.id)?));
        }
    }
    owners.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(owners)
}

impl LeadsPage {
    fn title(&self) -> String {
        let leads = if self.list.total == 1 { "lead" } else { "leads" };
        let count = show::count(self.list.total);
        match (self.asked.has_clock(), self.asked.narrows()) {
            (true, _) => format!("{count} {leads} with a running clock"),
            (false, true) => format!("{count} {leads} of {}", show::count(self.list.all)),
            (false, false) => format!("{count} {leads}"),
        }
    }

    fn pagination(&self) -> Pagination {
        Pagination {
            shown: self.list.rows.len() as u64,
            total: Some(self.list.total),
            before: None,
            after: self.list.after.clone(),
        }
    }

    /// The ready-made views: address, words, count, and whether this is the one.
    fn views(&self) -> Vec<(String, &'static str, String, bool)> {
        let asked = &self.asked;
        let mine = asked.owner == "me" && !asked.has_clock();
        let plain = !asked.narrows();
        let views = [
            ("/leads", "All", self.list.all, plain),
            ("/leads?clock=running", "Running clocks", self.list.running, asked.has_clock()),
            ("/leads?owner=me", "Mine", self.list.mine, mine),
        ];
        views.map(|(href, words, n, here)| (href.to_owned(), words, show::count(n), here)).into()
    }

    /// The same view as files.
    fn files(&self) -> Files {
        Files::of("All of this view", &self.asked.href(None), "/leads")
    }

    fn sorts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let (here, _) = self.asked.sort();
        SORTS.into_iter().map(|(key, _, words)| (key, words, key == here)).collect()
    }

    fn nothing_yet(&self) -> EmptyState {
        let (label, href) = match self.may_import {
            true => ("Bring leads in", STEPS),
            false => ("See who brings leads in", "/people"),
        };
        let steps = if self.may_import { IMPORTING.to_vec() } else { Vec::new() };
        EmptyState {
            title: "See every lead, whose turn it is, and until when".to_owned(),
            words: "Leads come from your systems: as files, or one by one through the API. Each \
                    stands here with its points and its clock, and every figure opens its facts."
                .to_owned(),
            action: Some((label.to_owned(), href.to_owned())),
            small: Markup::new(),
            steps,
            heads: vec!["Lead", "Stage", "Score", "Owner", "Clock"],
            rows: vec![
                vec!["Anna Berg", "MQL", "104", "Jo Field", "on time, 3 h 10 left"],
                vec!["Ben Carver", "MQL", "88", "Jo Field", "due soon, 22 min left"],
                vec!["Cleo Dorn", "SAL", "91", "Sam Hall", "in time, after 1 h 05"],
            ],
        }
    }

    fn filtered_away(&self) -> EmptyState {
        EmptyState {
            title: "No lead is like this".to_owned(),
            words: format!("There are {} leads without the filter.", show::count(self.list.all)),
            action: Some(("Clear the filter".to_owned(), "/leads".to_owned())),
            ..EmptyState::default()
        }
    }
}
