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
    layout::{Because, EmptyState, Files, Frame, Place, because::Working},
    markup::Markup,
    names::{Names, encoded, lead_href},
    pages::merging::compare_href,
    session::Visit,
    show::{count, figure},
    workings::quiet_link,
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
    /// Which drawer is open.
    because: String,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/duplicates/index.html")]
struct DuplicatesPage {
    frame: Frame,
    groups: Vec<Group>,
    /// How many leads were looked at, as a link, and the words around it.
    looked_at: (&'static str, Markup, &'static str),
    because: Option<Because>,
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
    let here = match is_first {
        true => "/duplicates".to_owned(),
        false => format!("/duplicates?after={}", encoded(&asked.after)),
    };
    let (opens, close) = (asked.because == LOOKED, here.clone());
    let after = Some(LeadId(asked.after)).filter(|_| !is_first);
    let work = visit.house.work(move |engine: &Engine| {
        engine.read(|reader| {
            let looked_at = duplicates(reader, after.as_ref())?;
            let names = Names::new(reader, true);
            let because = opens.then(|| because(&names, &looked_at, close)).transpose()?;
            let groups = looked_at.found.iter().map(|(lead, found)| Group::of(&names, lead, found));
            Ok((groups.collect::<Result<Vec<_>, StoreError>>()?, looked_at, because))
        })
    });
    let (groups, LookedAt { leads, last, .. }, because) = work.await?;
    let frame = visit.frame("May be one person", Place::Leads);
    Ok(visit.show(DuplicatesPage {
        frame,
        looked_at: looked_at(leads.len(), is_first && last.is_none(), &here),
        because,
        is_clean: is_first && last.is_none() && groups.is_empty(),
        groups,
        next: last.map(|last| format!("/duplicates?after={}", encoded(last.as_str()))),
    }))
}

/// The drawer of the leads that were looked at.
const LOOKED: &str = "looked";

/// Which leads were compared on this page, and with how many of them each has something to say.
fn because(
    names: &Names<'_, '_>,
    looked_at: &LookedAt,
    close: String,
) -> Result<Because, StoreError> {
    let alike = |lead: &LeadId| {
        let of = |(first, found): &(LeadId, Vec<Namesake>)| {
            first == lead || found.iter().any(|namesake| namesake.lead == *lead)
        };
        looked_at.found.iter().any(of)
    };
    let counted = looked_at.leads.iter().map(|lead| {
        let rule = if alike(lead) { "may be one person with another" } else { "like no other" };
        Ok::<_, StoreError>(Working {
            what: quiet_link(&names.lead(lead)?, &lead_href(lead)),
            rule: format!("{lead}: {rule}"),
            result: "1".to_owned(),
            ..Working::default()
        })
    });
    let n = looked_at.leads.len() as u64;
    Ok(Because {
        answer: format!("{} were looked at because", leads_words(n)),
        close,
        counted_title: "An address, a number or a company is theirs and another’s".to_owned(),
        counted: counted.collect::<Result<_, _>>()?,
        unit: "Leads".to_owned(),
        total: Some(count(n)),
        next: Some(
            "Each is compared with those it shares something with. What they share alone makes \
             nobody the same person: the names have to be alike too, or the address of mail be one."
                .to_owned(),
        ),
        ..Because::default()
    })
}

fn leads_words(n: u64) -> String {
    if n == 1 { "1 lead".to_owned() } else { format!("{} leads", count(n)) }
}

/// How many leads were compared on this page, with what stands before and after the number.
fn looked_at(leads: usize, is_all: bool, here: &str) -> (&'static str, Markup, &'static str) {
    if leads == 0 {
        let none = "no lead to look at shares an address, a number or a company with another";
        return (none, Markup::default(), "");
    }
    let and = if here.contains('?') { '&' } else { '?' };
    let n = leads_words(leads as u64);
    let number = figure(n, &format!("{here}{and}because={LOOKED}#because"));
    let before = if is_all { "looked at all " } else { "looked at " };
    (before, number, " that share an address, a number or a company with another")
}
