use std::collections::BTreeMap;

use domain::group::Grouped;
use jiff::tz::TimeZone;
use serde_json::json;

use super::made::{AGREEMENT, Made, all, by, lead_moved, opportunity};
use crate::report::{
    CohortFigures, FunnelFigures, ReportFailure, ReportQuestion, ReportRefusal, Subject, Unit,
};

const NOW: &str = "2026-10-01T12:00:00Z";

const RULES: &str = r#"
[fields.lead]
title = "text"
country = "text"

[[persona]]
id = "director"
clause = "7"
heading = "The director"
says = "Who answers for a plant."
interviews = 0
matches_when = 'lead.title == "Director"'

[[persona]]
id = "german"
clause = "8"
heading = "Who is in Germany"
says = "Whoever is in Germany."
interviews = 0
matches_when = 'lead.country == "DE"'

[segments.home]
label = "At home"
when = 'lead.country == "DE"'
"#;

/// a is like both, b like one and perhaps the other, c like the other, d like none, of e it cannot be
/// said; c came in a month later. A source has a field of its own that is called persona.
fn made() -> Made {
    let made = Made::new();
    made.sign(&format!("{AGREEMENT}{RULES}"));
    let lead = |id: &str, made: &str, fields: serde_json::Value| {
        let mut told = json!({"fact": "lead", "lead": id, "fields": fields});
        told["fields"]["created_at"] = made.into();
        told
    };
    let september = "2026-09-01T08:00:00Z";
    let both = json!({"title": "Director", "country": "DE", "persona": "VIP"});
    let handoff = |id: &str, lead: &str| json!({"fact": "handoff", "handoff": id, "lead": lead, "happened_at": "2026-09-03T08:00:00Z"});
    made.tell(NOW, vec![
        lead("a", september, both),
        lead("b", september, json!({"title": "Director"})),
        lead("c", "2026-08-11T08:00:00Z", json!({"title": "Buyer", "country": "DE"})),
        lead("d", september, json!({"title": "Buyer", "country": "FR"})),
        lead("e", september, json!({})),
        lead_moved("a", "New", "2026-09-01T09:00:00Z"),
        lead_moved("a", "MQL", "2026-09-02T08:00:00Z"),
        lead_moved("a", "Recycle", "2026-09-04T08:00:00Z"),
        lead_moved("a", "MQL", "2026-09-05T08:00:00Z"),
        opportunity("1", json!({"lead": "a", "outcome": "won", "opened_on": "2026-09-03", "closed_on": "2026-09-20"})),
        opportunity("2", json!({"lead": "gone", "outcome": "lost", "opened_on": "2026-09-03", "closed_on": "2026-09-20"})),
        opportunity("3", json!({"outcome": "lost", "opened_on": "2026-09-03", "closed_on": "2026-09-20"})),
        opportunity("4", json!({"lead": null, "outcome": "lost", "opened_on": "2026-09-03", "closed_on": "2026-09-20"})),
        handoff("h1", "a"),
        handoff("h2", "e"),
    ]);
    made
}

fn groups<T>(grouped: &Grouped<T>, n: impl Fn(&T) -> u64) -> BTreeMap<String, u64> {
    let groups = grouped.groups.iter();
    groups.map(|group| (group.key.to_string(), n(&group.figures))).collect()
}

fn expect(found: &BTreeMap<String, u64>, expected: &[(&str, u64)]) {
    let expected = expected.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    assert_eq!(*found, expected);
}

#[test]
fn each_lead_is_in_one_group_of_whom_it_is_like() {
    let made = made();
    let report = made.engine.report_funnel(&by(NOW, "persona"), Subject::Leads).unwrap();
    assert_eq!(report.question.by.as_deref(), Some("agreement.persona"));
    let FunnelFigures::Leads(funnel) = &report.funnel else { panic!() };
    let found = groups(funnel, |figures| figures.units.n());
    let expected = [
        ("The director", 1),
        ("The director + Who is in Germany", 1),
        ("Who is in Germany", 1),
        ("none of them", 1),
        ("not known", 1),
    ];
    expect(&found, &expected);
    assert_eq!(found.values().sum::<u64>(), funnel.total.units.n());
    for note in [
        "by each persona of version 1, leads as they are known now; what fits several is in the group of these together",
        "persona is the Agreement’s; there is also lead.persona: write it out",
        "1 of 5 leads of no known persona: a rule asks for what is not known",
        "1 of 5 leads perhaps of another persona as well: a rule asks for what is not known",
    ] {
        assert!(report.notes.iter().any(|said| said == note), "{note}: {:?}", report.notes);
    }
    // The field of the source has its own full name.
    let of_source = made.engine.report_funnel(&by(NOW, "lead.persona"), Subject::Leads).unwrap();
    let FunnelFigures::Leads(funnel) = &of_source.funnel else { panic!() };
    expect(&groups(funnel, |figures| figures.units.n()), &[("VIP", 1), ("not known", 4)]);
}

#[test]
fn whatever_comes_of_a_lead_is_in_the_group_of_its_lead() {
    let made = made();
    let segment = by(NOW, "segment");
    let deals = made.engine.report_opportunities(&segment).unwrap();
    let found = groups(&deals.pipeline, |figures| figures.all.n());
    // One names a lead that nobody knows, one none, and one says that there is none.
    expect(&found, &[("At home", 1), ("(blank)", 1), ("not known", 2)]);
    for note in [
        "1 of 4 opportunities do not say which lead they come of: of no known segment",
        "1 of 4 opportunities name a lead of which nothing is known",
    ] {
        assert!(deals.notes.iter().any(|said| said == note), "{:?}", deals.notes);
    }
    let handoffs = made.engine.report_handoffs(&segment).unwrap();
    let found = groups(&handoffs.handoffs, |figures| figures.delivered.delivered.n());
    expect(&found, &[("At home", 1), ("not known", 1)]);
    let levels = made.engine.report_service_levels(&segment).unwrap();
    let total = levels.attainment.total.attainment.rate().n();
    assert!(total > 0, "{levels:?}");
    expect(&groups(&levels.attainment, |it| it.attainment.rate().n()), &[("At home", total)]);
}

#[test]
fn without_such_rules_the_word_is_a_fields_or_nobodys() {
    let made = Made::new();
    made.sign(AGREEMENT);
    let told = json!({"fact": "lead", "lead": "a", "fields": {"segment": "Large"}});
    made.tell(NOW, vec![told]);
    let report = made.engine.report_funnel(&by(NOW, "segment"), Subject::Leads).unwrap();
    assert_eq!(report.question.by.as_deref(), Some("segment"));
    for word in ["persona", "agreement.persona"] {
        let refused = made.engine.report_funnel(&by(NOW, word), Subject::Leads);
        let is_refused =
            matches!(refused, Err(ReportFailure::Refused(ReportRefusal::NoSuchDimension { .. })));
        assert!(is_refused, "{word}");
    }
}

#[test]
fn cohorts_of_entry_are_laid_out_within_each_group_and_a_lead_counts_once() {
    let made = made();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let cohorts = Some(Unit::Month);
    let question = ReportQuestion { cohorts, zone, ..by(NOW, "persona") };
    let report = made.engine.report_funnel(&question, Subject::Leads).unwrap();
    assert_eq!(report.question.cohorts.as_deref(), Some("month of entry"));
    let Some(CohortFigures::Leads(cohorts)) = &report.cohorts else { panic!() };
    expect(&groups(&cohorts.total, |it| it.units.n()), &[("2026-08", 1), ("2026-09", 4)]);
    let found = groups(cohorts, |months| months.groups.iter().map(|it| it.figures.units.n()).sum());
    let FunnelFigures::Leads(funnel) = &report.funnel else { panic!() };
    assert_eq!(found, groups(funnel, |figures| figures.units.n()));
    // a was qualified, recycled and qualified again: one lead, once in the rate.
    let group = &cohorts.groups.iter().find(|it| it.key.to_string().contains(" + ")).unwrap();
    let step = &group.figures.groups[0].figures.conversions[0];
    assert_eq!((step.cohort.rate().hits(), step.cohort.rate().n()), (1, 1));
    let plain = report.plain();
    let title = "Who went on, by month of entry: Who is in Germany";
    let table = plain.tables.iter().find(|table| table.title == title).unwrap();
    assert_eq!(
        (table.header[0].as_str(), table.rows[0][0].as_str()),
        ("month of entry", "2026-08")
    );
    assert_eq!(plain.tables.last().map(|table| table.title.as_str()), Some("How ways ended"));
    let without = made.engine.report_funnel(&all(NOW), Subject::Opportunities).unwrap();
    assert_eq!(without.cohorts, None);
}
