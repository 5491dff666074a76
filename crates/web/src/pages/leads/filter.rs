//! Which leads, in which order, and how they are shown: all of it in the address, so that an
//! address is a view.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use domain::{
    ids::{LeadId, UserId},
    points::Points,
};
use store::read::{LeadFilter, LeadPlace, LeadSort, Span};

use crate::{
    failure::Failure,
    list::{
        Period, density,
        period::{after, begin},
    },
    names::encoded,
    show::LocalTime,
};

/// What the address asks for. What does not read is left out rather than refused: the sentence
/// over the list says what was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(super) status: Vec<String>,
    pub(super) owner: String,
    pub(super) account: String,
    pub(super) source: String,
    pub(super) clock: String,
    pub(super) created: Period,
    pub(super) changed: Period,
    pub(super) points: String,
    pub(super) q: String,
    pub(super) sort: String,
    pub(super) columns: Vec<String>,
    pub(super) density: String,
    after: String,
    /// Whether a form was sent, whose empty fields the address need not keep.
    is_sent: bool,
}

/// The orders with their keys and words.
pub(super) const SORTS: [(&str, LeadSort, &str); 5] = [
    ("due", LeadSort::Due, "time left"),
    ("since", LeadSort::StatusSince, "last change of stage"),
    ("points", LeadSort::Points, "score when qualified"),
    ("created", LeadSort::CreatedAt, "newest"),
    ("id", LeadSort::Id, "id"),
];

/// What can be asked of clocks, with its words.
pub(super) const CLOCKS: [(&str, &str); 3] =
    [("running", "a running clock"), ("late", "a late clock"), ("today", "a clock due today")];

/// The longest text of one condition, and the most of one kind.
const TEXT_MAX: usize = 200;
const SEVERAL_MAX: usize = 50;

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Failure> {
        Ok(Asked::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Asked {
    /// Reads a query; what is none asks for nothing.
    pub(crate) fn read(query: &str) -> Asked {
        let uri = format!("/leads?{query}").parse();
        let pairs =
            uri.ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        Asked::of(pairs.map(|Query(pairs)| pairs).unwrap_or_default())
    }

    /// Reads the pairs of a query; of several for what can be said once, the last holds.
    fn of(pairs: Vec<(String, String)>) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in pairs {
            let value: String = value.trim().chars().take(TEXT_MAX).collect();
            asked.say(&name, value);
        }
        asked
    }

    fn say(&mut self, name: &str, value: String) {
        let add = |to: &mut Vec<String>, value: &str| {
            if !value.is_empty() && to.len() < SEVERAL_MAX && !to.iter().any(|it| it == value) {
                to.push(value.to_owned());
            }
        };
        match name {
            "status" => add(&mut self.status, &value),
            "columns" => value.split(',').for_each(|key| add(&mut self.columns, key.trim())),
            "owner" => self.owner = value,
            "account" => self.account = value,
            "source" => self.source = value,
            "clock" => self.clock = value,
            "created" => self.created.days = value,
            "created_from" => self.created.from = value,
            "created_to" => self.created.to = value,
            "changed" => self.changed.days = value,
            "changed_from" => self.changed.from = value,
            "changed_to" => self.changed.to = value,
            "points" => self.points = value,
            "q" => self.q = value,
            "sort" => self.sort = value,
            "density" => self.density = value,
            "after" => self.after = value,
            "show" => self.is_sent = true,
            _ => {}
        }
    }

    /// The condition. `me` is whom `owner=me` means; names are searched only by those who may see
    /// them.
    pub(crate) fn filter(&self, me: &UserId, may_search: bool, time: &LocalTime) -> LeadFilter {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let owner = match self.owner.as_str() {
            "" | "nobody" => None,
            "me" => Some(me.clone()),
            id => Some(UserId::from(id)),
        };
        LeadFilter {
            status: self.status.clone(),
            owner,
            without_owner: self.owner == "nobody",
            account: some(&self.account),
            source: some(&self.source),
            with_running_clock: self.has_clock(),
            due: self.due(time),
            created: self.created.span(time),
            changed: self.changed.span(time),
            points_min: self.points_min(),
            search: some(&self.q).filter(|_| may_search),
        }
    }

    pub(super) fn has_clock(&self) -> bool {
        CLOCKS.iter().any(|(key, _)| *key == self.clock)
    }

    fn due(&self, time: &LocalTime) -> Span {
        let now = time.now();
        let today = now.to_zoned(time.zone().clone()).date();
        match self.clock.as_str() {
            "late" => Span { from: None, before: Some(now) },
            "today" => Span { from: Some(now), before: begin(after(today), time) },
            _ => Span::default(),
        }
    }

    pub(super) fn points_min(&self) -> Option<Points> {
        Points::parse(&self.points)
    }

    /// The order: by time left unless it is said otherwise.
    pub(super) fn sort(&self) -> (&'static str, LeadSort) {
        let found = SORTS.into_iter().find(|(key, ..)| *key == self.sort);
        let (key, sort, _) = found.unwrap_or(SORTS[0]);
        (key, sort)
    }

    /// The class of the table's density; none for the ordinary one.
    pub(super) fn density(&self) -> &'static str {
        density(&self.density)
    }

    /// The place after which this page begins.
    pub(super) fn after(&self) -> Option<LeadPlace> {
        let (by, id) = self.after.split_once('~')?;
        Some(LeadPlace { by: by.parse().ok()?, id: LeadId::from(id) })
    }

    /// Whether only some leads are asked for.
    pub(super) fn narrows(&self) -> bool {
        let Asked { status, owner, account, source, q, created, changed, .. } = self;
        let said = [owner, account, source, q].into_iter().any(|said| !said.is_empty());
        let dated = created.is_said() || changed.is_said();
        said || dated || !status.is_empty() || self.has_clock() || self.points_min().is_some()
    }

    /// Whether the address holds more than a view: a form was sent with it.
    pub(super) fn is_sent(&self) -> bool {
        self.is_sent
    }

    /// The address of this view, from a place on.
    pub(crate) fn href(&self, after: Option<&LeadPlace>) -> String {
        let after = after.map(|place| format!("{}~{}", place.by, place.id)).unwrap_or_default();
        let query = self.query(&after);
        if query.is_empty() { "/leads".to_owned() } else { format!("/leads?{query}") }
    }

    /// The address of this very page.
    pub(super) fn here(&self) -> String {
        self.href(self.after().as_ref())
    }

    /// The address in which something else is asked for, from the first row on.
    pub(super) fn but(&self, change: impl FnOnce(&mut Asked)) -> String {
        let mut other = self.clone();
        change(&mut other);
        other.href(None)
    }

    /// The view as a query: nothing that says what holds anyway.
    fn query(&self, after: &str) -> String {
        let columns = self.columns.join(",");
        let [created, changed] = [&self.created, &self.changed].map(Period::said);
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        pairs.extend(self.status.iter().map(|status| ("status", status.as_str())));
        pairs.extend([
            ("owner", self.owner.as_str()),
            ("account", &self.account),
            ("source", &self.source),
            ("clock", if self.has_clock() { &self.clock } else { "" }),
            ("created", created[0]),
            ("created_from", created[1]),
            ("created_to", created[2]),
            ("changed", changed[0]),
            ("changed_from", changed[1]),
            ("changed_to", changed[2]),
            ("points", if self.points_min().is_some() { &self.points } else { "" }),
            ("q", &self.q),
            ("sort", if self.sort().1 == SORTS[0].1 { "" } else { self.sort().0 }),
            ("columns", &columns),
            ("density", self.density()),
            ("after", after),
        ]);
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        said.join("&")
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::read(query)
    }

    fn berlin() -> LocalTime {
        let now = "2026-11-19T08:12:30Z".parse().unwrap();
        LocalTime::new(now, TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn an_address_is_a_view() {
        let asked = asked("owner=me&q=+a%26b+&after=-3~crm:7~x");
        let filter = asked.filter(&"crm:u1".into(), true, &berlin());
        assert_eq!(filter.owner, Some("crm:u1".into()));
        assert_eq!(filter.search.as_deref(), Some("a&b"));
        assert_eq!(asked.filter(&"u".into(), false, &berlin()).search, None);
        assert_eq!(asked.after(), Some(LeadPlace { by: -3, id: "crm:7~x".into() }));
        assert_eq!(asked.href(None), "/leads?owner=me&q=a%26b");
        assert!(asked.narrows() && !Asked::default().narrows());
    }

    #[test]
    fn a_view_said_again_is_the_same_view_without_what_says_nothing() {
        let cases = [
            ("status=&owner=&show=1&sort=due&density=normal&points=&clock=sometimes", "/leads"),
            ("status=B&status=A&status=B", "/leads?status=B&status=A"),
            ("columns=stage&columns=clock,stage", "/leads?columns=stage%2Cclock"),
            ("created=30&created_from=2026-01-01", "/leads?created=30"),
            ("created=31&changed_to=2026-01-01", "/leads?changed_to=2026-01-01"),
            ("created_from=yesterday&points=-2.5", "/leads?points=-2.5"),
            ("points=many&density=compact", "/leads?density=compact"),
        ];
        for (query, expected) in cases {
            let first = asked(query);
            assert_eq!(first.href(None), expected, "{query}");
            let again = asked(expected.strip_prefix("/leads?").unwrap_or_default());
            assert_eq!(again.href(None), expected, "{query}");
            let filters = [first, again].map(|asked| asked.filter(&"u".into(), true, &berlin()));
            assert_eq!(filters[0], filters[1], "{query}");
        }
    }

    #[test]
    fn periods_are_days_of_the_firm_and_the_last_is_included() {
        let span = |query: &str| asked(query).filter(&"u".into(), true, &berlin()).created;
        let instant = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert_eq!(span("created=7").from, instant("2026-11-12T23:00:00Z"));
        assert_eq!(span("created=7").before, None);
        // The day on which summer time ends has 25 hours.
        let day = span("created_from=2026-10-25&created_to=2026-10-25");
        assert_eq!(day.from, instant("2026-10-24T22:00:00Z"));
        assert_eq!(day.before, instant("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn a_clock_due_today_is_neither_late_nor_due_tomorrow() {
        let due = |clock: &str| asked(clock).filter(&"u".into(), true, &berlin()).due;
        let now = Some(berlin().now());
        assert_eq!(due("clock=late"), Span { from: None, before: now });
        let midnight = Some("2026-11-19T23:00:00Z".parse().unwrap());
        assert_eq!(due("clock=today"), Span { from: now, before: midnight });
        assert_eq!(due("clock=running"), Span::default());
    }

    #[test]
    fn nobody_is_no_person() {
        let filter = asked("owner=nobody").filter(&"u".into(), true, &berlin());
        assert!(filter.without_owner && filter.owner.is_none());
    }
}
