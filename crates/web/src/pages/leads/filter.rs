//! Which leads, in which order: all of it in the address, so that an address is a view.

use domain::ids::{LeadId, UserId};
use serde::Deserialize;
use store::read::{LeadFilter, LeadPlace, LeadSort};

use crate::names::encoded;

/// What the address asks for. What does not read is left out rather than refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(super) status: String,
    pub(super) owner: String,
    pub(super) clock: String,
    pub(super) q: String,
    pub(super) sort: String,
    after: String,
}

/// The orders with their keys and words.
pub(super) const SORTS: [(&str, LeadSort, &str); 5] = [
    ("due", LeadSort::Due, "time left"),
    ("since", LeadSort::StatusSince, "last change of stage"),
    ("points", LeadSort::Points, "score when qualified"),
    ("created", LeadSort::CreatedAt, "newest"),
    ("id", LeadSort::Id, "id"),
];

impl Asked {
    /// The condition. `me` is whom `owner=me` means; names are searched only by those who may see
    /// them.
    pub(super) fn filter(&self, me: &UserId, may_search: bool) -> LeadFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let owner = some(&self.owner).map(|owner| match owner.as_str() {
            "me" => me.clone(),
            id => UserId::from(id),
        });
        LeadFilter {
            status: some(&self.status),
            owner,
            with_running_clock: self.has_clock(),
            search: some(&self.q).filter(|_| may_search),
        }
    }

    pub(super) fn has_clock(&self) -> bool {
        self.clock == "running"
    }

    /// The order: by time left where clocks are asked for, unless it is said otherwise.
    pub(super) fn sort(&self) -> (&'static str, LeadSort) {
        let found = SORTS.into_iter().find(|(key, ..)| *key == self.sort);
        let (key, sort, _) = found.unwrap_or(SORTS[0]);
        (key, sort)
    }

    /// The place after which this page begins.
    pub(super) fn after(&self) -> Option<LeadPlace> {
        let (by, id) = self.after.split_once('~')?;
        Some(LeadPlace { by: by.parse().ok()?, id: LeadId::from(id) })
    }

    /// Whether only some leads are asked for.
    pub(super) fn narrows(&self) -> bool {
        let asked = [&self.status, &self.owner, &self.clock, &self.q];
        asked.iter().any(|asked| !asked.trim().is_empty())
    }

    /// The address of this view, from a place on.
    pub(super) fn href(&self, after: Option<&LeadPlace>) -> String {
        let after = after.map(|place| format!("{}~{}", place.by, place.id)).unwrap_or_default();
        let pairs = [
            ("status", self.status.as_str()),
            ("owner", &self.owner),
            ("clock", &self.clock),
            ("q", self.q.trim()),
            ("sort", &self.sort),
            ("after", &after),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if said.is_empty() { "/leads".to_owned() } else { format!("/leads?{}", said.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_view() {
        let asked = Asked {
            owner: "me".into(),
            q: " a&b ".into(),
            after: "-3~crm:7~x".into(),
            ..Asked::default()
        };
        let filter = asked.filter(&"crm:u1".into(), true);
        assert_eq!(filter.owner, Some("crm:u1".into()));
        assert_eq!(filter.search.as_deref(), Some("a&b"));
        assert_eq!(asked.filter(&"u".into(), false).search, None);
        assert_eq!(asked.after(), Some(LeadPlace { by: -3, id: "crm:7~x".into() }));
        assert_eq!(asked.href(None), "/leads?owner=me&q=a%26b");
        assert!(asked.narrows() && !Asked::default().narrows());
    }
}
