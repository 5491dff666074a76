//! Which facts: all of it in the address, so that an address is a view.

use domain::ids::FactNo;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;
use store::FactFilter;

use crate::names::encoded;

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(super) about: String,
    pub(super) kind: String,
    pub(super) source: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) after: String,
}

/// What facts can be about: the first half of every subject.
const NOUNS: [&str; 9] = [
    "account",
    "agreement",
    "campaign",
    "lead",
    "opportunity",
    "persona",
    "product",
    "quota",
    "user",
];

/// Every kind of fact, in the order in which the list offers them.
pub(super) const KINDS: [&str; 54] = [
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

impl Asked {
    /// The condition; days are those of `zone`, the last one included. Words where a day is none:
    /// somebody who audits must not take all facts for those of a day.
    pub(super) fn filter(&self, zone: &TimeZone) -> Result<FactFilter, String> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (from, to) = (day(&self.from)?, day(&self.to)?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(format!(
                "The first day, {from}, comes after the last, {to}: turn them round."
            ));
        }
        let day_after = |to: Date| to.checked_add(1.day()).ok();
        Ok(FactFilter {
            subjects: self.subjects(),
            kind: some(&self.kind),
            source: some(&self.source),
            from: from.and_then(|from| begin(from, zone)),
            before: to.and_then(day_after).and_then(|after| begin(after, zone)),
        })
    }

    /// A whole subject, or an id of any noun.
    fn subjects(&self) -> Vec<String> {
        let about = self.about.trim();
        let is_whole = about.split_once('/').is_some_and(|(noun, _)| NOUNS.contains(&noun));
        match (about.is_empty(), is_whole) {
            (true, _) => Vec::new(),
            (false, true) => vec![about.to_owned()],
            (false, false) => NOUNS.iter().map(|noun| format!("{noun}/{about}")).collect(),
        }
    }

    /// The fact after which this page begins.
    pub(super) fn after(&self) -> Option<FactNo> {
        self.after.parse().ok().map(FactNo)
    }

    /// Whether only some facts are asked for.
    pub(super) fn narrows(&self) -> bool {
        let asked = [&self.about, &self.kind, &self.source, &self.from, &self.to];
        asked.iter().any(|asked| !asked.trim().is_empty())
    }

    /// The address of this view, from a fact on.
    pub(super) fn href(&self, after: Option<FactNo>) -> String {
        let after = after.map(|no| no.to_string()).unwrap_or_default();
        let pairs = [
            ("about", self.about.trim()),
            ("kind", &self.kind),
            ("source", &self.source),
            ("from", &self.from),
            ("to", &self.to),
            ("after", &after),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if said.is_empty() { "/ledger".to_owned() } else { format!("/ledger?{}", said.join("&")) }
    }
}

fn day(text: &str) -> Result<Option<Date>, String> {
    let refused = |text: &str| format!("\"{text}\" is not a day: write it like 2026-11-16.");
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| refused(text)),
    }
}

/// When a day begins; nothing for a day at the very ends of time.
fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use domain::fact::Fact;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn days_are_the_firms_and_the_last_is_included() {
        let asked =
            Asked { from: "2026-10-25".into(), to: " 2026-10-25 ".into(), ..Asked::default() };
        let filter = asked.filter(&berlin()).unwrap();
        // The day on which summer time ends has 25 hours.
        assert_eq!(filter.from.unwrap().to_string(), "2026-10-24T22:00:00Z");
        assert_eq!(filter.before.unwrap().to_string(), "2026-10-25T23:00:00Z");
    }

    #[test]
    fn what_is_no_day_is_refused_and_not_left_out() {
        let cases = [
            ("05/04/26", "", "\"05/04/26\" is not a day: write it like 2026-11-16."),
            ("", "gestern", "\"gestern\" is not a day: write it like 2026-11-16."),
            (
                "2026-11-02",
                "2026-11-01",
                "The first day, 2026-11-02, comes after the last, 2026-11-01: turn them round.",
            ),
        ];
        for (from, to, expected) in cases {
            let asked = Asked { from: from.into(), to: to.into(), ..Asked::default() };
            assert_eq!(asked.filter(&berlin()).unwrap_err(), expected);
        }
    }

    #[test]
    fn an_id_is_looked_for_under_every_noun() {
        let about = |about: &str| Asked { about: about.into(), ..Asked::default() }.subjects();
        assert_eq!(about(" lead/crm:1 "), ["lead/crm:1"]);
        assert!(about("crm:1").contains(&"opportunity/crm:1".to_owned()));
        assert!(about("a/b").contains(&"lead/a/b".to_owned()), "an id may hold a stroke");
        assert!(about("  ").is_empty());
    }

    #[test]
    fn an_address_is_a_view() {
        let asked = Asked { about: " a&b ".into(), kind: "lead".into(), ..Asked::default() };
        assert_eq!(asked.href(Some(FactNo(7))), "/ledger?about=a%26b&kind=lead&after=7");
        assert_eq!(Asked::default().href(None), "/ledger");
        assert!(asked.narrows() && !Asked::default().narrows());
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
