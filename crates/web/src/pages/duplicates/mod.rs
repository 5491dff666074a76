//! Leads that may be of one person, with what says so; from here they are compared and merged.

pub(crate) mod export;

use askama::Template;
use axum::{extract::Query, response::Response};
use domain::ids::LeadId;
use engine::{
    Engine,
    access::Act,
    identity::{LookedAt, Namesake, duplicates},
};
use serde::Deserialize;
use store::StoreError;

use crate::{
    failure::Failure,
    layout::{EmptyState, Files, Frame, Place},
    names::{Names, encoded, lead_href},
    pages::merging::compare_href,
    session::Visit,
    show::count,
};

/// Leads that are shown with one, at most.
const SHOWN_MAX: usize = 5;

/// A lead, and who may be the same person.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) rows: Vec<Row>,
    /// How many there are, shown or not.
    all: usize,
}

/// Somebody who may be the same person.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) evidence: String,
    pub(crate) likely: &'static str,
    /// Where both stand side by side.
    pub(crate) compare: String,
}

impl Group {
    /// The likeliest of those found with a lead.
    pub(crate) fn of(
        names: &Names<'_, '_>,
        lead: &LeadId,
        found: &[Namesake],
    ) -> Result<Group, StoreError> {
        let shown = found.iter().take(SHOWN_MAX).map(|namesake| {
            Ok::<_, StoreError>(Row {
                name: names.lead(&namesake.lead)?,
                id: namesake.lead.0.clone(),
                href: lead_href(&namesake.lead),
                evidence: namesake.likeness.words(),
                likely: namesake.likeness.tier.words(),
                compare: compare_href(lead, &namesake.lead),
            })
        });
        Ok(Group {
            name: names.lead(lead)?,
            id: lead.0.clone(),
            href: lead_href(lead),
            rows: shown.collect::<Result<_, _>>()?,
            all: found.len(),
        })
    }

    /// `1 lead`, or `5 of 8 leads`.
    pub(crate) fn how_many(&self) -> String {
        match (self.rows.len(), self.all) {
            (1, 1) => "1 lead".to_owned(),
            (shown, all) if shown == all => format!("{all} leads"),
            (shown, all) => format!("the likeliest {shown} of {all} leads"),
        }
    }

    /// `and 3 more`, where not all are shown.
    fn more(&self) -> Option<String> {
        let more = self.all - self.rows.len();
        (more > 0).then(|| format!("and {more} more"))
    }
}

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The lead after which to go on.
    after: String,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/duplicates/index.html")]
struct DuplicatesPage {
    frame: Frame,
    groups: Vec<Group>,
    looked_at: String,
    /// Whether this is the first page and shows nobody.
    is_clean: bool,
    next: Option<String>,
}

impl DuplicatesPage {
    /// The same as files: every pair, of all pages.
    fn files(&self) -> Files {
        Files::of("All pairs", "/duplicates", "/duplicates")
    }

    /// What would stand here.
    fn nothing_yet(&self) -> EmptyState {
        EmptyState {
            title: "No two leads look like one person".to_owned(),
            words: "Leads that share an address of mail, or a company or telephone number and a \
                    name that is alike, are found as they are reported."
                .to_owned(),
            action: Some(("To the leads".to_owned(), "/leads".to_owned())),
            heads: vec!["Lead", "May be the same person as", "What they have in common"],
            rows: vec![
                vec!["Mirjam Opitz", "M. Opitz", "the same address of mail"],
                vec!["Jo Li", "Jo Lee", "names that are 95 % alike, addresses at li.example"],
            ],
            ..EmptyState::default()
        }
    }
}

/// Shows a page of them.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeReach)?;
    visit.signed.may(&Act::SeeDuplicates)?;
    let is_first = asked.after.is_empty();
    let after = Some(LeadId(asked.after)).filter(|_| !is_first);
    let work = visit.house.work(move |engine: &Engine| {
        engine.read(|reader| {
            let looked_at = duplicates(reader, after.as_ref())?;
            let names = Names::new(reader, true);
            let groups = looked_at.found.iter().map(|(lead, found)| Group::of(&names, lead, found));
            Ok((groups.collect::<Result<Vec<_>, StoreError>>()?, looked_at))
        })
    });
    let (groups, LookedAt { leads, last, .. }) = work.await?;
    let frame = visit.frame("May be one person", Place::Leads);
    Ok(visit.show(DuplicatesPage {
        frame,
        looked_at: looked_at(leads, is_first && last.is_none()),
        is_clean: is_first && last.is_none() && groups.is_empty(),
        groups,
        next: last.map(|last| format!("/duplicates?after={}", encoded(last.as_str()))),
    }))
}

/// How many leads were compared on this page.
fn looked_at(leads: usize, is_all: bool) -> String {
    if leads == 0 {
        return "no lead to look at shares an address, a number or a company with another"
            .to_owned();
    }
    let n = count(leads as u64);
    let noun = if leads == 1 { "lead" } else { "leads" };
    let all = if is_all { "all " } else { "" };
    format!("looked at {all}{n} {noun} that share an address, a number or a company with another")
}
