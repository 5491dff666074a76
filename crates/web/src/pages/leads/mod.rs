//! The list of leads.

mod column;
pub(crate) mod correct;
pub(crate) mod export;
mod filter;
pub(crate) mod kept;
pub(crate) mod list;
pub(crate) mod row;
mod said;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use domain::correction::is_correctable;
use engine::{access::Act, correction::KNOWN_FIELDS};

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{EmptyState, Files, Frame, Pagination, Place},
    list::{Choice, PERIODS, Period, choice},
    pages::views::audiences,
    session::Visit,
    show,
};
use correct::Sending;
use filter::{Asked, CLOCKS, SORTS};
use list::{List, listed};

/// The list.
#[derive(Template)]
#[template(path = "pages/leads/index.html")]
struct LeadsPage {
    frame: Frame,
    list: List,
    asked: Asked,
    may_search: bool,
    may_import: bool,
    may_assign: bool,
    may_correct: bool,
    sees_duplicates: bool,
    /// Whom a view may be kept for, as values and words.
    audiences: Vec<(String, String)>,
    /// The act on many leads that came back: what was ticked and typed stands there again.
    tried: Sending,
}

/// Shows the list.
pub(crate) async fn index(visit: Visit, asked: Asked) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    if asked.is_sent() {
        return tidied(&visit, asked).await;
    }
    let page = made(&visit, asked, Sending::default()).await?;
    Ok(visit.show(page))
}

/// Shows the list again after an act on many leads that was not done, and says why.
async fn again(visit: Visit, tried: Sending, why: Flash) -> Result<Response, Failure> {
    let mut page = made(&visit, Asked::read(&tried.back), tried).await?;
    page.frame.flash = Some(why);
    page.frame.refused = true;
    page.frame.back = page.asked.here();
    Ok(visit.refuse(page))
}

async fn made(visit: &Visit, asked: Asked, tried: Sending) -> Result<LeadsPage, Failure> {
    let may_search = visit.signed.can(&Act::SeeReach);
    let (by, time, wanted) = (visit.signed.0.clone(), visit.time(), asked.clone());
    let house = visit.house.clone();
    let list = visit
        .house
        .work(move |engine| {
            let known = (&engine.agreements()?, &house.kept.leads);
            engine.read(|reader| listed(reader, known, &wanted, &by, may_search, &time))
        })
        .await?;
    let may_import = visit.signed.can(&Act::Import);
    let frame = visit.frame("Leads", Place::Leads);
    let audiences = audiences(&visit.signed, list.team.as_deref());
    let may_assign = visit.signed.can(&Act::AssignLeads);
    let may_correct = visit.signed.can(&Act::CorrectLeads);
    let sees_duplicates = visit.signed.can(&Act::SeeDuplicates);
    Ok(LeadsPage {
        frame,
        list,
        asked,
        may_search,
        may_import,
        may_assign,
        may_correct,
        sees_duplicates,
        audiences,
        tried,
    })
}

/// Goes on to the view that a form asked for. A form says its empty fields too, and the columns
/// that the list has anyway; the address of a view does not.
async fn tidied(visit: &Visit, asked: Asked) -> Result<Response, Failure> {
    let now = visit.time().now();
    let keys = asked.columns.clone();
    let is_chosen = visit
        .house
        .work(move |engine| {
            let agreements = engine.agreements()?;
            let in_force = agreements.at(now).map(|version| &*version.agreement);
            Ok(column::chosen(&column::standing(in_force), &keys).1)
        })
        .await?;
    let href = asked.but(|asked| {
        if !is_chosen {
            asked.columns.clear();
        }
    });
    Ok(Redirect::to(&href).into_response())
}

impl LeadsPage {
    fn title(&self) -> String {
        let leads = if self.list.total.n == 1 { "lead" } else { "leads" };
        let count = self.list.total.words();
        let clock = CLOCKS.iter().find(|(key, _)| *key == self.asked.clock);
        match clock {
            Some((_, words)) => format!("{count} {leads} with {words}"),
            None if self.asked.narrows() => {
                format!("{count} {leads} of {}", show::count(self.list.all))
            }
            None => format!("{} {leads}", show::count(self.list.all)),
        }
    }

    fn pagination(&self) -> Pagination {
        let total =
            if self.asked.narrows() { self.list.total.exact() } else { Some(self.list.all) };
        let shown = self.list.rows.len() as u64;
        Pagination { shown, total, before: None, after: self.list.after.clone() }
    }

    /// The views over the list, ready-made and pinned: address, words, count, and whether this is
    /// the one.
    fn views(&self) -> Vec<(String, String, String, bool)> {
        let here = self.asked.href(None);
        let plain = self.asked.but(|asked| {
            asked.columns.clear();
            asked.density.clear();
            asked.sort.clear();
        });
        let ready = [
            ("/leads", "All", self.list.all),
            ("/leads?clock=running", "Running clocks", self.list.running),
            ("/leads?owner=me", "Mine", self.list.mine),
        ];
        let ready = ready.into_iter().map(|(href, words, n)| {
            let is_here = href == plain && !self.list.pinned.iter().any(|link| link.href == here);
            (href.to_owned(), words.to_owned(), show::count(n), is_here)
        });
        let pinned = self.list.pinned.iter().map(|link| {
            (link.href.clone(), link.name.clone(), link.count.clone(), link.href == here)
        });
        ready.chain(pinned).collect()
    }

    /// The query to keep, where this is no view that stands there already.
    fn keepable(&self) -> Option<String> {
        let here = self.asked.href(None);
        let stands = self.views().iter().any(|(href, ..)| *href == here);
        let query = here.split_once('?').map(|(_, query)| query.to_owned());
        query.filter(|_| !stands)
    }

    /// Whether rows can be ticked, for whoever may do something with them.
    fn is_ticked(&self) -> bool {
        self.may_assign || self.may_correct
    }

    /// The query of this very page, to come back to.
    fn back(&self) -> String {
        let here = self.asked.here();
        here.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// The fields that can be corrected of many leads at once: keys and words.
    fn fields(&self) -> Vec<(String, String)> {
        let shown = self.asked.columns.iter().filter_map(|key| key.strip_prefix("field."));
        let tried = Some(self.tried.field.as_str()).filter(|name| !name.is_empty());
        let known = KNOWN_FIELDS.into_iter().chain(shown).chain(tried);
        let mut fields: Vec<(String, String)> = Vec::new();
        for name in known.filter(|name| is_correctable(name)) {
            if fields.iter().all(|(known, _)| known != name) {
                fields.push((name.to_owned(), row::level_words(name)));
            }
        }
        fields
    }

    /// The same view as files.
    fn files(&self) -> Files {
        Files::of("All of this view", &self.asked.href(None), "/leads")
    }

    /// The same view with the columns that lists have anyway.
    fn usual_columns(&self) -> String {
        self.asked.but(|asked| asked.columns.clear())
    }

    fn sorted_by(&self) -> &'static str {
        said::sorted_by(&self.asked)
    }

    fn sorts(&self) -> Vec<Choice> {
        let (here, _) = self.asked.sort();
        SORTS.iter().map(|(key, _, words)| choice(key, words, *key == here)).collect()
    }

    fn clocks(&self) -> Vec<Choice> {
        CLOCKS.iter().map(|(key, words)| choice(key, words, *key == self.asked.clock)).collect()
    }

    fn densities(&self) -> Vec<Choice> {
        crate::list::densities(self.asked.density())
    }

    /// The two periods that can be asked for: name, words, and the days to choose from.
    fn periods(&self) -> Vec<(&'static str, &'static str, &Period, Vec<Choice>)> {
        let days = |period: &Period| {
            let words = |days: &str| format!("in the last {days} days");
            PERIODS.iter().map(|key| choice(key, &words(key), *key == period.days)).collect()
        };
        let (created, changed) = (&self.asked.created, &self.asked.changed);
        vec![
            ("created", "Created", created, days(created)),
            ("changed", "Moved to its stage", changed, days(changed)),
        ]
    }

    fn nothing_yet(&self) -> EmptyState {
        let (label, href) = match self.may_import {
            true => ("Bring leads in", "/imports/new"),
            false => ("See who brings leads in", "/people"),
        };
        EmptyState {
            title: "See every lead, whose turn it is, and until when".to_owned(),
            words: "Leads come from your systems: as files, or one by one through the API. Each \
                    stands here with its points and its clock, and every figure opens its facts. \
                    Nothing is taken from a file before you have seen what would be."
                .to_owned(),
            action: Some((label.to_owned(), href.to_owned())),
            heads: vec!["Lead", "Stage", "Score", "Owner", "Clock"],
            rows: vec![
                vec!["Anna Berg", "MQL", "104", "Jo Field", "on time, 3 h 10 left"],
                vec!["Ben Carver", "MQL", "88", "Jo Field", "due soon, 22 min left"],
                vec!["Cleo Dorn", "SAL", "91", "Sam Hall", "in time, after 1 h 05"],
            ],
            ..EmptyState::default()
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
