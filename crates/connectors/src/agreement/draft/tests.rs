use domain::{
    agreement::service::Target,
    draft::{
        Choices,
        answer::office,
        seen::{Mark, Seen, SeenLead, Word},
    },
};
use jiff::{Timestamp, tz::TimeZone};

use super::{super::read, *};

fn head() -> DraftHead {
    DraftHead {
        firm: Some("Orme \"Pumps\" \\ Co".into()),
        zone: "Europe/Berlin".into(),
        currency: Currency::parse("EUR").unwrap(),
        marketing: None,
        sales: Some("bo@orme.example".into()),
    }
}

fn seen(leads: Vec<SeenLead>) -> Seen {
    let as_of: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
    Seen {
        as_of,
        today: TimeZone::UTC.to_datetime(as_of).date(),
        zone: TimeZone::UTC,
        currency: head().currency,
        leads,
        kinds: BTreeMap::from([
            ("call".to_owned(), SeenKind { by_us: 3, is_planned: true, ..SeenKind::default() }),
            ("form".to_owned(), SeenKind { leads: 1, by_us: 1, ..SeenKind::default() }),
        ]),
        opportunities: Vec::new(),
        quotas: Vec::new(),
    }
}

fn lead(way: &str, marks: &[Mark]) -> SeenLead {
    SeenLead {
        way: vec![way.to_owned()],
        marks: marks.iter().cloned().collect(),
        ..SeenLead::default()
    }
}

fn source(words: &str) -> Mark {
    Mark::Lead("source".into(), Word::Text(words.into()))
}

#[test]
fn a_text_of_nothing_reads_and_names_nobody() {
    let draft = Draft::of(&Seen { kinds: BTreeMap::new(), ..seen(Vec::new()) });
    let agreement = read(&write(&draft, &head()).text).unwrap();
    assert_eq!(agreement.title, "Agreement between Marketing and Sales of Orme \"Pumps\" \\ Co");
    assert_eq!(agreement.parties[0].signer, "head.of.marketing@firm.invalid");
    assert_eq!(agreement.parties[1].signer, "bo@orme.example");
    assert_eq!(agreement.statuses.len(), 3);
    let office = office();
    assert_eq!(agreement.calendars["office"].week(), office.week(), "hours are measured by these");
}

#[test]
fn whatever_the_words_of_a_firm_are_the_text_reads() {
    let leads = vec![
        lead("New \"hot\" lead", &[source("Bob's fair"), Mark::Did("form".into())]),
        lead("MQL \\ scored", &[source("\"Web\" & more"), source("Äußerung")]),
        lead("Nicht qualifiziert / Junk", &[source("Web-& more"), source("123")]),
    ];
    let draft = Draft::of(&seen(leads));
    let drafted = write(&draft, &head());
    let agreement = read(&drafted.text).unwrap_or_else(|mistakes| {
        let mistakes: String = mistakes.iter().map(|mistake| format!("{mistake}\n")).collect();
        panic!("{mistakes}{:?}", drafted.text)
    });
    assert_eq!(agreement.definitions[0].rules.len(), 6);
    assert_eq!(agreement.service_levels[0].target, Target::WorkingDays(1));
    let text: String = drafted.text.files().values().cloned().collect();
    assert!(text.contains("'activity.kind == \"form\" && !has(activity.by)'"), "{text}");
    assert!(text.contains("success = [\"Completed\"]"), "{text}");
}

#[test]
fn each_clause_says_in_the_text_what_it_rests_on() {
    let draft = Draft::of(&seen(vec![lead("New", &[source("Web")]), lead("MQL", &[])]));
    let drafted = write(&draft.with(Choices::default()), &head());
    let text: String = drafted.text.files().values().cloned().collect();
    let flat = text.replace("\n#", "").replace("  ", " ");
    for clause in &drafted.clauses {
        let parts = clause.parts.iter().map(|(_, rests_on)| rests_on);
        for words in clause.rests_on.iter().chain(parts) {
            assert!(flat.contains(words.as_str()), "{words} is not in {flat}");
        }
    }
    assert!(flat.contains("Came by Web: 10."), "{flat}");
    assert!(flat.contains("It would have let through 1 of 2 leads."), "{flat}");
}
