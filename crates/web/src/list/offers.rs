//! Whom a list offers: everybody in a small firm. In a big one whoever is chosen already, and the
//! others once somebody goes there: hundreds of names on each page would be most of it.

use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use domain::firm::Side;
use serde::Deserialize;
use store::{StoreError, read::Colleague};

use super::{Asked, Choice};
use crate::{failure::Failure, names::Names, page::page, session::Visit};

/// A firm of more people offers them only where somebody asks.
const FEW: usize = 100;

/// People as ids and names, and where the others are.
pub(crate) struct Offers {
    pub(crate) people: Vec<(String, String)>,
    pub(crate) others: Option<Others>,
}

/// Where the people are asked for that a page does not offer.
pub(crate) struct Others {
    /// The address of their options.
    pub(crate) options: &'static str,
    /// The address of the same page with everybody, for a browser without script.
    pub(crate) page: String,
}

impl Offers {
    /// Everybody on a side, for whom a list is filtered by; `here` is chosen already.
    pub(crate) fn owners(
        names: &Names<'_, '_>,
        asked: &Asked,
        here: &str,
    ) -> Result<Offers, StoreError> {
        Offers::of(names, asked, here, "/colleagues", |_| true)
    }

    /// Those to whom something can be given; `here` is chosen already.
    pub(crate) fn takers(
        names: &Names<'_, '_>,
        asked: &Asked,
        here: &str,
    ) -> Result<Offers, StoreError> {
        Offers::of(names, asked, here, "/colleagues?takers=yes", |user| user.can_own)
    }

    /// Nobody.
    pub(crate) fn none() -> Offers {
        Offers { people: Vec::new(), others: None }
    }

    fn of(
        names: &Names<'_, '_>,
        asked: &Asked,
        here: &str,
        options: &'static str,
        is_meant: impl Fn(&Colleague) -> bool,
    ) -> Result<Offers, StoreError> {
        if asked.offers_everybody() || names.how_many()? <= FEW {
            return Ok(Offers { people: sided(names, is_meant)?, others: None });
        }
        let chosen = Some(here).filter(|here| !matches!(*here, "" | "me" | "nobody"));
        let named = chosen.map(|id| Ok((id.to_owned(), names.user_name(&id.into())?)));
        let people = named.into_iter().collect::<Result<_, StoreError>>()?;
        Ok(Offers { people, others: Some(Others { options, page: asked.with_everybody() }) })
    }
}

/// Colleagues of a side that are meant, as ids and names, by name.
pub(crate) fn sided(
    names: &Names<'_, '_>,
    is_meant: impl Fn(&Colleague) -> bool,
) -> Result<Vec<(String, String)>, StoreError> {
    let is_of_a_side = |user: &&Colleague| user.side.is_some_and(|side| side != Side::Neutral);
    let meant = names.colleagues()?.iter().filter(is_of_a_side).filter(|user| is_meant(user));
    let name = |user: &Colleague| user.name.clone().unwrap_or_else(|| user.id.words());
    let mut found: Vec<_> = meant.map(|user| (user.id.0.clone(), name(user))).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// Whose options are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Whose {
    /// Only of those to whom something can be given, where it is said at all.
    takers: String,
}

/// The options that a page has left out.
#[derive(askama::Template)]
#[template(
    source = "{% for one in people %}<option value=\"{{ one.key }}\">{{ one.words }}</option>{% endfor %}",
    ext = "html"
)]
struct Options {
    people: Vec<Choice>,
}

/// Answers with the options.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Whose>) -> Result<Response, Failure> {
    let takers = !asked.takers.is_empty();
    let people = visit.house.work(move |engine| {
        engine.read(|reader| {
            let found = sided(&Names::new(reader, false), |user| user.can_own || !takers)?;
            let option = |(key, words)| Choice { key, words, is_chosen: false };
            Ok::<_, Failure>(found.into_iter().map(option).collect())
        })
    });
    let people = people.await?;
    // What a page has still to say is not taken from it.
    Ok(page(Options { people }).into_response())
}
