//! Which facts: all of it in the address, so that an address is a view.

use jiff::civil::Date;
use store::FactFilter;

use crate::{list::Asked, show::LocalTime};

/// What facts can be about: the first half of every subject.
const NOUNS: [&str; 10] = [
    "account",
    "agreement",
    "campaign",
    "lead",
    "opportunity",
    "persona",
    "product",
    "quota",
    "request",
    "user",
];

/// Every kind of fact, in the order in which the list offers them.
pub(super) const KINDS: [&str; 57] = [
    "agreement_proposed",
    "agreement_signed",
    "agreement_withdrawn",
    "agreement_took_effect",
    "clause_commented",
    "change_answered",
    "backtest_attached",
    "action_opened",
    "action_closed",
    "evidence_given",
    "evidence_withdrawn",
    "user_admitted",
    "book_passed_on",
    "user_left",
    "absence_entered",
    "absence_withdrawn",
    "substitute_named",
    "substitute_withdrawn",
    "facts_withdrawn",
    "leads_merged",
    "leads_unmerged",
    "leads_told_apart",
    "lead_qualified",
    "lead_fell_below",
    "milestone_reached",
    "handoff_made",
    "handoff_deemed",
    "collateral_request_made",
    "collateral_request_answered",
    "collateral_request_withdrawn",
    "dispute_opened",
    "dispute_answered",
    "dispute_ruled",
    "lead_routed",
    "routing_credited_back",
    "clock_started",
    "clock_at_risk",
    "clock_breached",
    "clock_escalated",
    "clock_paused",
    "clock_resumed",
    "clock_passed_on",
    "clock_recomputed",
    "clock_stopped",
    "lead",
    "activity",
    "lead_moved",
    "lead_assigned",
    "handoff",
    "handoff_answered",
    "opportunity",
    "opportunity_moved",
    "account",
    "campaign",
    "product",
    "user",
    "quota",
];

/// The condition; days are the firm's, the last one included.
pub(super) fn filter(asked: &Asked, time: &LocalTime) -> FactFilter {
    let some = |name: &str| Some(asked.one(name).to_owned()).filter(|text| !text.is_empty());
    let span = asked.period("recorded").span(time);
    FactFilter {
        subjects: subjects(asked.one("about")),
        kind: some("kind"),
        source: some("source"),
        import: some("import"),
        followed: some("followed"),
        from: span.from,
        before: span.before,
    }
}

/// What is wrong with the days, in words: somebody who audits must not take all facts for those of
/// a day.
pub(super) fn misread(asked: &Asked) -> Option<String> {
    let period = asked.period("recorded");
    let is_none = |text: &&&str| !text.is_empty() && text.parse::<Date>().is_err();
    if let Some(text) = [period.from.as_str(), period.to.as_str()].iter().find(is_none) {
        return Some(format!("\"{text}\" is not a day: write it like 2026-11-16."));
    }
    let (first, last) = (period.first()?, period.last()?);
    (first > last)
        .then(|| format!("The first day, {first}, comes after the last, {last}: turn them round."))
}

/// A whole subject, or an id of any noun.
fn subjects(about: &str) -> Vec<String> {
    let is_whole = about.split_once('/').is_some_and(|(noun, _)| NOUNS.contains(&noun));
    match (about.is_empty(), is_whole) {
        (true, _) => Vec::new(),
        (false, true) => vec![about.to_owned()],
        (false, false) => NOUNS.iter().map(|noun| format!("{noun}/{about}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use domain::fact::Fact;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::pages::ledger::KNOWN;

    fn asked(query: &str) -> Asked {
        Asked::read(&KNOWN, query)
    }

    #[test]
    fn days_are_the_firms_and_the_last_is_included() {
        let now = "2026-11-19T08:12:30Z".parse().unwrap();
        let time = LocalTime::new(now, TimeZone::get("Europe/Berlin").unwrap());
        let query = "recorded_from=2026-10-25&recorded_to=+2026-10-25+";
        let filter = filter(&asked(query), &time);
        // The day on which summer time ends has 25 hours.
        assert_eq!(filter.from.unwrap().to_string(), "2026-10-24T22:00:00Z");
        assert_eq!(filter.before.unwrap().to_string(), "2026-10-25T23:00:00Z");
    }

    #[test]
    fn what_is_no_day_is_refused_and_not_left_out() {
        let cases = [
            ("recorded_from=2026-11-01&recorded_to=2026-11-01", None),
            (
                "recorded_from=05/04/26",
                Some("\"05/04/26\" is not a day: write it like 2026-11-16."),
            ),
            ("recorded_to=gestern", Some("\"gestern\" is not a day: write it like 2026-11-16.")),
            (
                "recorded_from=2026-11-02&recorded_to=2026-11-01",
                Some(
                    "The first day, 2026-11-02, comes after the last, 2026-11-01: turn them round.",
                ),
            ),
        ];
        for (query, expected) in cases {
            assert_eq!(misread(&asked(query)).as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn an_id_is_looked_for_under_every_noun() {
        assert_eq!(subjects("lead/crm:1"), ["lead/crm:1"]);
        assert!(subjects("crm:1").contains(&"opportunity/crm:1".to_owned()));
        assert!(subjects("a/b").contains(&"lead/a/b".to_owned()), "an id may hold a stroke");
        assert!(subjects("").is_empty());
    }

    /// The reference shows one of each kind.
    #[test]
    fn every_kind_of_fact_and_every_noun_is_offered() {
        let reference = include_str!("../../../../../docs/reference/facts.md");
        let shown = reference.lines().filter(|line| line.starts_with("{\"fact\":"));
        let mut kinds = Vec::new();
        for line in shown {
            let Ok(fact) = serde_json::from_str::<Fact>(line) else { continue };
            let (subject, kind) = (fact.subject(), crate::sentence::kind_of(&fact));
            assert!(NOUNS.iter().any(|noun| subject.starts_with(&format!("{noun}/"))), "{subject}");
            assert!(KINDS.contains(&kind.as_str()), "{kind}");
            kinds.push(kind);
        }
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), KINDS.len(), "{kinds:?}");
    }
}
