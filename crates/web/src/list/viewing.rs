//! Views of lists that people keep: which ones somebody sees, how many rows each holds, and how the
//! view that stands there is kept.

use askama::{Template, filters::HtmlSafe};
use engine::{
    access::{Act, Actor, may},
    view::{Audience, may_change, team_of},
};
use store::{Reader, SavedView, StoreError};

use super::{Asked, Asker, Counted};
use crate::{
    pages::views::{LISTS, audiences, list},
    session::Signed,
    whom,
};

/// Pinned views that stand over a list, and on Today; the rest is on the page of all views.
const PINNED_MAX: usize = 6;

/// A view as a link.
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) name: String,
    /// How many rows it holds: `12`, or `1,000+`.
    pub(crate) count: String,
    /// Whether it is the view that is shown.
    pub(crate) is_here: bool,
}

/// The views over a list, ready-made and pinned, and the form that keeps another.
#[derive(Template)]
#[template(path = "layout/viewing.html")]
pub(crate) struct Viewing {
    links: Vec<Link>,
    /// Other pages beside the list, as addresses and words.
    others: Vec<(&'static str, &'static str)>,
    list: &'static str,
    /// The query to keep, where this is no view that stands there already.
    keepable: Option<String>,
    /// Whom a view may be kept for, as values and words.
    audiences: Vec<(String, String)>,
    /// Views of the list that may ask for this instead of what they ask for, as ids and names.
    changeable: Vec<(String, String)>,
}

impl HtmlSafe for Viewing {}

impl Viewing {
    /// The views over the list that an address asks for. `ready` are the ready-made ones: query,
    /// words and count.
    pub(crate) fn of(
        reader: &Reader<'_>,
        asked: &Asked,
        signed: &Signed,
        asker: &Asker<'_>,
        ready: Vec<(&str, &str, String)>,
        others: Vec<(&'static str, &'static str)>,
    ) -> Result<Viewing, StoreError> {
        let (here, plain) = (asked.href(), asked.plain());
        let known = asked.known;
        let seen = seen_of(reader, known.list(), &signed.0, false)?;
        let changeable = seen.iter().filter(|shown| shown.may_change);
        let changeable = changeable.map(|shown| (shown.view.id.clone(), shown.view.name.clone()));
        let changeable = changeable.collect();
        let pinned = seen.iter().filter(|shown| shown.view.pinned).take(PINNED_MAX);
        let pinned = pinned.map(|shown| shown.link(reader, asker, &here));
        let pinned = pinned.collect::<Result<Vec<_>, StoreError>>()?;
        let is_pinned = pinned.iter().any(|link| link.is_here);
        let ready = ready.into_iter().map(|(query, words, count)| {
            let href = Asked::read(known, query).href();
            Link { is_here: href == plain && !is_pinned, href, name: words.to_owned(), count }
        });
        let links: Vec<Link> = ready.chain(pinned).collect();
        let stands = links.iter().any(|link| link.href == here);
        let keepable = Some(asked.query()).filter(|query| !query.is_empty() && !stands);
        let team = team_of(reader, &signed.0.user)?;
        let audiences = audiences(signed, team.as_deref());
        Ok(Viewing { links, others, list: known.list(), keepable, audiences, changeable })
    }
}

/// A view as the page of all views shows it.
pub(crate) struct Shown {
    pub(crate) view: SavedView,
    pub(crate) href: String,
    pub(crate) audience: Audience,
    pub(crate) may_change: bool,
}

impl Shown {
    fn link(&self, reader: &Reader<'_>, asker: &Asker<'_>, here: &str) -> Result<Link, StoreError> {
        let counted = match list(&self.view.list) {
            Some(list) => {
                let asked = Asked::read(list.known, &self.view.query);
                Counted::of(|most| (list.count)(reader, &asked, asker, most))?
            }
            None => Counted { n: 0 },
        };
        let (href, name, count) = (self.href.clone(), self.view.name.clone(), counted.words());
        Ok(Link { is_here: href == here, href, name, count })
    }
}

/// Every view that somebody sees: their own, their team's, and everybody's. Those who look after
/// shared views see the ones of every team, so that none is left to nobody.
pub(crate) fn seen(reader: &Reader<'_>, by: &Actor) -> Result<Vec<Shown>, StoreError> {
    let looks_after = may(by, &Act::ShareWithEverybody).is_ok();
    let lists = LISTS.iter().map(|list| seen_of(reader, list.known.list(), by, looks_after));
    Ok(lists.collect::<Result<Vec<_>, StoreError>>()?.into_iter().flatten().collect())
}

/// The views of one list; none of one that they may not see themselves.
fn seen_of(
    reader: &Reader<'_>,
    name: &str,
    by: &Actor,
    of_all_teams: bool,
) -> Result<Vec<Shown>, StoreError> {
    let list = list(name).filter(|list| may(by, &list.seen_by).is_ok());
    let Some(list) = list else { return Ok(Vec::new()) };
    let team = team_of(reader, &by.user)?;
    let views = reader.views_for(name, &by.user, team.as_deref(), of_all_teams)?;
    let shown = views.into_iter().map(|view| Shown {
        href: Asked::read(list.known, &view.query).href(),
        audience: Audience::of(&view),
        may_change: may_change(by, team.as_deref(), &view),
        view,
    });
    Ok(shown.collect())
}

/// Whether somebody has a pinned view of leads that asks whom they are.
pub(crate) fn ask_whom(reader: &Reader<'_>, by: &Actor) -> Result<bool, StoreError> {
    let views = seen_of(reader, "leads", by, false)?;
    Ok(views.iter().any(|shown| shown.view.pinned && whom::asks(&shown.view.query)))
}

/// The pinned ones of every list that somebody sees, each counted no further than a thousand.
pub(crate) fn pinned(
    reader: &Reader<'_>,
    by: &Actor,
    asker: &Asker<'_>,
) -> Result<Vec<Link>, StoreError> {
    let mut links = Vec::new();
    for list in &LISTS {
        let views = seen_of(reader, list.known.list(), by, false)?;
        for shown in views.iter().filter(|shown| shown.view.pinned).take(PINNED_MAX) {
            links.push(shown.link(reader, asker, "")?);
        }
    }
    Ok(links)
}
