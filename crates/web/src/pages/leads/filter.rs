//! Which leads, in which order, and how each condition reads: all of it in the address, so that an
//! address is a view.

use domain::{
    handoff::PassedBy,
    ids::{LeadId, UserId},
    points::Points,
};
use store::read::{LeadFilter, LeadPlace, LeadSort, Span};

use crate::{
    list::{
        Asked, Asker, Known,
        period::{after, begin},
    },
    show::LocalTime,
};

/// What can be asked of leads.
pub(crate) static KNOWN: Known = Known {
    path: "/leads",
    several: &["status"],
    once: &["owner", "passed", "account", "source", "clock", "points", "persona", "segment", "q"],
    periods: &["created", "changed"],
    sorts: &[
        ("due", "time left"),
        ("since", "last change of stage"),
        ("points", "score when qualified"),
        ("created", "newest"),
        ("id", "id"),
    ],
    reads: |name, value| match name {
        "clock" => CLOCKS.iter().any(|(key, _)| *key == value),
        "passed" => passed_ways().any(|(key, _)| key == value),
        "points" => Points::parse(value).is_some(),
        _ => true,
    },
};

/// What can be asked of clocks, with its words.
pub(super) const CLOCKS: [(&str, &str); 3] =
    [("running", "a running clock"), ("late", "a late clock"), ("today", "a clock due today")];

/// What can be asked of leads that came to their owner from another, with its words.
pub(super) fn passed_ways() -> impl Iterator<Item = (&'static str, &'static str)> {
    let ways = PassedBy::ALL.iter().map(|(_, key, words)| (*key, *words));
    [("any", "by whatever"), ("me", "from you")].into_iter().chain(ways)
}

/// The condition. Names are searched only by those who may see them.
pub(super) fn filter(asked: &Asked, asker: &Asker<'_>) -> LeadFilter {
    let some = |name: &str| Some(asked.one(name).to_owned()).filter(|text| !text.is_empty());
    let owner = match asked.one("owner") {
        "" | "nobody" => None,
        "me" => Some(asker.me.clone()),
        id => Some(UserId::from(id)),
    };
    LeadFilter {
        status: asked.all("status").map(str::to_owned).collect(),
        owner,
        without_owner: asked.one("owner") == "nobody",
        account: some("account"),
        source: some("source"),
        with_running_clock: !asked.one("clock").is_empty(),
        due: due(asked.one("clock"), asker.time),
        created: asked.period("created").span(asker.time),
        changed: asked.period("changed").span(asker.time),
        passed: !asked.one("passed").is_empty(),
        passed_by: PassedBy::of_key(asked.one("passed")),
        passed_from: (asked.one("passed") == "me").then(|| asker.me.clone()),
        points_min: Points::parse(asked.one("points")),
        among: None,
        search: some("q").filter(|_| asker.reach),
    }
}

fn due(clock: &str, time: &LocalTime) -> Span {
    let now = time.now();
    let today = now.to_zoned(time.zone().clone()).date();
    match clock {
        "late" => Span { from: None, before: Some(now) },
        "today" => Span { from: Some(now), before: begin(after(today), time) },
        _ => Span::default(),
    }
}

/// The order: by time left unless it is said otherwise.
pub(super) fn sort(asked: &Asked) -> LeadSort {
    match asked.sort() {
        "since" => LeadSort::StatusSince,
        "points" => LeadSort::Points,
        "created" => LeadSort::CreatedAt,
        "id" => LeadSort::Id,
        _ => LeadSort::Due,
    }
}

/// How addresses name an order.
pub(super) fn key_of(sort: LeadSort) -> &'static str {
    match sort {
        LeadSort::Due => "due",
        LeadSort::StatusSince => "since",
        LeadSort::Points => "points",
        LeadSort::CreatedAt => "created",
        LeadSort::Id => "id",
    }
}

/// The place after which this page begins.
pub(super) fn place(asked: &Asked) -> Option<LeadPlace> {
    let (by, id) = asked.after()?;
    Some(LeadPlace { by: by.parse().ok()?, id: LeadId::from(id) })
}

/// A place as addresses have it.
pub(super) fn said(place: &LeadPlace) -> String {
    format!("{}~{}", place.by, place.id)
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::whom::Whom;

    fn asked(query: &str) -> Asked {
        Asked::read(&KNOWN, query)
    }

    fn filtered(query: &str, me: &str, reach: bool) -> LeadFilter {
        let (me, time) = (UserId::from(me), berlin());
        let whom = &Whom::default();
        filter(&asked(query), &Asker { me: &me, reach, time: &time, whom })
    }

    fn berlin() -> LocalTime {
        let now = "2026-11-19T08:12:30Z".parse().unwrap();
        LocalTime::new(now, TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn an_address_is_a_view() {
        let query = "owner=me&q=+a%26b+&after=-3~crm:7~x";
        let filter = filtered(query, "crm:u1", true);
        assert_eq!(filter.owner, Some("crm:u1".into()));
        assert_eq!(filter.search.as_deref(), Some("a&b"));
        assert_eq!(filtered(query, "u", false).search, None);
        let asked = asked(query);
        assert_eq!(place(&asked), Some(LeadPlace { by: -3, id: "crm:7~x".into() }));
        assert_eq!(asked.here(), "/leads?owner=me&q=a%26b&after=-3~crm:7~x");
        assert_eq!(asked.href(), "/leads?owner=me&q=a%26b");
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
            assert_eq!(first.href(), expected, "{query}");
            let again = asked(expected.strip_prefix("/leads?").unwrap_or_default());
            assert_eq!(again.href(), expected, "{query}");
            let rest = expected.strip_prefix("/leads?").unwrap_or_default();
            assert_eq!(filtered(query, "u", true), filtered(rest, "u", true), "{query}");
        }
    }

    #[test]
    fn periods_are_days_of_the_firm_and_the_last_is_included() {
        let span = |query: &str| filtered(query, "u", true).created;
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
        let due = |clock: &str| filtered(clock, "u", true).due;
        let now = Some(berlin().now());
        assert_eq!(due("clock=late"), Span { from: None, before: now });
        let midnight = Some("2026-11-19T23:00:00Z".parse().unwrap());
        assert_eq!(due("clock=today"), Span { from: now, before: midnight });
        assert_eq!(due("clock=running"), Span::default());
    }

    #[test]
    fn nobody_is_no_person() {
        let filter = filtered("owner=nobody", "u", true);
        assert!(filter.without_owner && filter.owner.is_none());
    }
}
