//! Whom leads are, by the rules of the text in force: of which persona, and of which segment. It is
//! known of all leads at once, as the pages of personas and of priorities have it.

use domain::{agreement::InForce, ids::LeadId};
pub(crate) use engine::persona::By;
use engine::persona::{PersonasReport, Ruled};
use jiff::Timestamp;

use crate::{
    app::House,
    failure::Failure,
    kept::{Found, Soon},
    list::Asked,
    names::encoded,
};

/// The end of a value by which leads are asked for of which it cannot be said.
const UNSAID: &str = "~unsaid";

/// Where the leads are listed, or those of which it cannot be said.
pub(crate) fn href(by: By, id: &str, is_said: bool) -> String {
    let end = if is_said { "" } else { UNSAID };
    format!("/leads?{}={}{end}", by.name(), encoded(id))
}

/// Whether a query asks whom leads are.
pub(crate) fn asks(query: &str) -> bool {
    By::ALL
        .iter()
        .any(|by| query.split('&').any(|part| part.starts_with(&format!("{}=", by.name()))))
}

/// How much it is needed to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    No,
    /// For a number beside the page: it may come later.
    Soon,
    /// For the page itself.
    Now,
}

/// What is known of it.
#[derive(Default)]
pub(crate) struct Whom {
    in_force: Option<InForce>,
    found: Option<Found<PersonasReport>>,
}

/// One condition that is asked for.
pub(crate) struct Told<'a> {
    pub(crate) by: By,
    pub(crate) id: &'a str,
    /// Whether they are meant of whom it is so, not those of whom it cannot be said.
    pub(crate) is_said: bool,
    /// What it is called.
    pub(crate) words: String,
}

impl Whom {
    /// Works it out where it is needed.
    pub(crate) fn of(house: &House, need: Need, now: Timestamp) -> Result<Whom, Failure> {
        let in_force = house.app.engine.agreements()?.at(now).cloned();
        let version = in_force.as_ref().map(|version| version.version);
        let found = match (version, need) {
            (None, _) | (_, Need::No) => None,
            (Some(version), Need::Now) => Some(house.personas(version, None, now)?),
            (Some(version), Need::Soon) => match house.personas_soon(version, now)? {
                Soon::Found(found) => Some(found),
                Soon::Awaited => None,
            },
        };
        Ok(Whom { in_force, found })
    }

    /// What can be asked: the keys and words of a kind.
    pub(crate) fn known(&self, by: By) -> Vec<(String, String)> {
        let agreement = self.in_force.as_ref().map(|version| &*version.agreement);
        let known = agreement.map(|agreement| by.ruled(agreement)).unwrap_or_default();
        let both = known.into_iter().flat_map(|Ruled { id, words, .. }| {
            let unsaid = (format!("{id}{UNSAID}"), format!("{words}: it cannot be said"));
            [(id.to_owned(), words.to_owned()), unsaid]
        });
        both.collect()
    }

    /// The conditions that an address asks for.
    pub(crate) fn told<'a>(&self, asked: &'a Asked) -> Vec<Told<'a>> {
        let told = By::ALL.into_iter().filter_map(|by| {
            let value = asked.one(by.name());
            let id = value.strip_suffix(UNSAID).unwrap_or(value);
            let known = self.known(by).into_iter().find(|(key, _)| key == id);
            let words = known.map_or_else(|| id.to_owned(), |(_, words)| words);
            (!value.is_empty()).then_some(Told { by, id, is_said: id.len() == value.len(), words })
        });
        told.collect()
    }

    /// The leads that an address asks for by whom they are, by id; `None` where it does not ask.
    /// There are none where the text has no such rule, or it is not known yet.
    pub(crate) fn meant(&self, asked: &Asked) -> Option<Vec<LeadId>> {
        let mut told = self.told(asked).into_iter();
        let first = self.leads(&told.next()?).to_vec();
        Some(told.fold(first, |mut meant, told| {
            let others = self.leads(&told);
            meant.retain(|lead| others.binary_search(lead).is_ok());
            meant
        }))
    }

    /// The leads of one condition.
    pub(crate) fn leads(&self, told: &Told<'_>) -> &[LeadId] {
        let Some(report) = self.found.as_ref().map(|found| &*found.value) else { return &[] };
        let of = match told.by {
            By::Persona => report.of(told.id).map(|it| (&it.matches, &it.unknown)),
            By::Segment => report.of_segment(told.id).map(|it| (&it.matches, &it.unknown)),
        };
        let meant = of.map(|(matches, unknown)| if told.is_said { matches } else { unknown });
        meant.map_or(&[], |meant| meant.rows())
    }

    /// As of when it is known, where that is not now.
    pub(crate) fn past(&self) -> Option<Timestamp> {
        self.found.as_ref().and_then(Found::past)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_whom_leads_are_only_by_its_conditions() {
        for (query, expected) in [
            ("persona=director", true),
            ("owner=me&segment=large", true),
            ("owner=me&q=persona=x", false),
            ("source=segment", false),
            ("", false),
        ] {
            assert_eq!(asks(query), expected, "{query}");
        }
        assert_eq!(href(By::Segment, "large", false), "/leads?segment=large~unsaid");
    }
}
