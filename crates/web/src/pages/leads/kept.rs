//! Views of the list that people keep: which ones somebody sees, and how many leads each holds.

use engine::{
    access::{Act, Actor, may},
    view::{Audience, may_change, team_of},
};
use store::{Reader, SavedView, read::LeadFilter};

use super::{filter::Asked, list::counted};
use crate::{failure::Failure, show::LocalTime};

/// The list's name among views.
pub(crate) const LIST: &str = "leads";

/// Pinned views that stand over the list, and on Today; the rest is on the page of all views.
const PINNED_MAX: usize = 6;

/// A view as a link.
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) name: String,
    /// How many leads it holds: `12`, or `1,000+`.
    pub(crate) count: String,
}

/// A view as the page of all views shows it.
pub(crate) struct Shown {
    pub(crate) view: SavedView,
    pub(crate) href: String,
    pub(crate) audience: Audience,
    pub(crate) may_change: bool,
}

/// Every view that somebody sees: their own, their team's, and everybody's. Those who look after
/// shared views see the ones of every team, so that none is left to nobody.
pub(crate) fn seen(reader: &Reader<'_>, by: &Actor) -> Result<Vec<Shown>, Failure> {
    let looks_after = may(by, &Act::ShareWithEverybody).is_ok();
    views(reader, by, looks_after)
}

fn views(reader: &Reader<'_>, by: &Actor, of_all_teams: bool) -> Result<Vec<Shown>, Failure> {
    let team = team_of(reader, &by.user)?;
    let views = reader.views_for(LIST, &by.user, team.as_deref(), of_all_teams)?;
    let shown = views.into_iter().map(|view| Shown {
        href: Asked::read(&view.query).href(None),
        audience: Audience::of(&view),
        may_change: may_change(by, team.as_deref(), &view),
        view,
    });
    Ok(shown.collect())
}

/// The pinned ones among the views that somebody sees, each counted no further than a thousand.
pub(crate) fn pinned(
    reader: &Reader<'_>,
    by: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Link>, Failure> {
    let pinned =
        views(reader, by, false)?.into_iter().filter(|shown| shown.view.pinned).take(PINNED_MAX);
    let links = pinned.map(|shown| {
        let filter: LeadFilter = Asked::read(&shown.view.query).filter(&by.user, reach, time);
        let count = counted(reader, &filter)?.words();
        Ok(Link { href: shown.href, name: shown.view.name, count })
    });
    links.collect()
}

/// The query of a view as it is kept: what it asks for and no more, from its first row on.
pub(crate) fn tidy(query: &str) -> String {
    let href = Asked::read(query).href(None);
    href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}
