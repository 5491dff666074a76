use domain::{
    fact::{Fact, Told},
    field::Fields,
    firm::AgreementWithdrawn,
    record::AccountReported,
};

use super::*;
use crate::{
    Location, Store,
    database::{Connection, Engine},
    testing::databases,
};

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// 20 facts: about accounts 0 to 4, every fifth about the Agreement, from `crm` and `file` by
/// turns, two recorded at each second.
fn filled(place: &str) -> Store {
    let store = Store::open(&Location::parse(place), instant(0)).unwrap();
    for number in 0..20_i64 {
        let fact = match number % 5 {
            0 => Fact::AgreementWithdrawn(AgreementWithdrawn {
                version: domain::ids::Version(1),
                instead: None,
                by: None,
            }),
            _ => Fact::Account(AccountReported {
                account: format!("crm:{}", number % 5).as_str().into(),
                fields: Fields::new(),
                by: None,
            }),
        };
        let source = if number % 2 == 0 { "crm" } else { "file" }.to_owned();
        let told = Told { source, key: number.to_string(), happened_at: instant(0), fact };
        store.write(instant(number / 2), move |writer| writer.append_once(told).map(drop)).unwrap();
    }
    store
        .write(instant(10), |writer| {
            for (before, last) in [(2, 6), (10, 12)] {
                writer.keep_import_facts(
                    "i1",
                    crate::ImportPart::Told,
                    FactNo(before),
                    FactNo(last),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store
}

fn filter(subjects: &[&str], kind: &str, source: &str, span: Option<(i64, i64)>) -> FactFilter {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    FactFilter {
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        kind: some(kind),
        source: some(source),
        from: span.map(|(from, _)| instant(from)),
        before: span.map(|(_, before)| instant(before)),
        import: None,
        followed: None,
    }
}

/// What an import told that took two turns: facts 3 to 6, and 11 and 12.
fn of_import(kind: &str, subjects: &[&str]) -> FactFilter {
    FactFilter { import: Some("i1".to_owned()), ..filter(subjects, kind, "", None) }
}

#[test]
fn every_condition_holds_and_the_newest_come_first() {
    let of_account_1 = ["account/crm:1", "lead/crm:1"];
    let cases = [
        (filter(&[], "", "", None), (1..=20).rev().collect::<Vec<i64>>()),
        (filter(&of_account_1, "", "", None), vec![17, 12, 7, 2]),
        (filter(&of_account_1, "", "file", None), vec![12, 2]),
        (filter(&["account/crm:1"], "agreement_withdrawn", "", None), vec![]),
        (filter(&[], "agreement_withdrawn", "", None), vec![16, 11, 6, 1]),
        (filter(&[], "agreement_withdrawn", "crm", None), vec![11, 1]),
        (filter(&[], "account", "", Some((7, 9))), vec![18, 17, 15]),
        (filter(&[], "", "", Some((2, 4))), vec![8, 7, 6, 5]),
        (filter(&["agreement/1"], "", "", Some((5, 99))), vec![16, 11]),
        (filter(&[], "", "nobody", None), vec![]),
        (of_import("", &[]), vec![12, 11, 6, 5, 4, 3]),
        (of_import("agreement_withdrawn", &[]), vec![11, 6]),
        (of_import("", &["account/crm:1"]), vec![12]),
        (FactFilter { import: Some("i2".to_owned()), ..FactFilter::default() }, vec![]),
    ];
    for database in databases() {
        let store = filled(&database.place);
        for (filter, expected) in &cases {
            let mut paged: Vec<i64> = Vec::new();
            loop {
                let after = paged.last().map(|no| FactNo(*no));
                let page = store.read(|reader| reader.facts_page(filter, after, 3)).unwrap();
                if page.is_empty() {
                    break;
                }
                paged.extend(page.iter().map(|entry| entry.no.0));
            }
            assert_eq!(paged, *expected, "{} {filter:?}", database.kind);
            for most in [3, 1_000] {
                let counted = store.read(|reader| reader.facts_count_up_to(filter, most)).unwrap();
                assert_eq!(counted, most.min(expected.len() as u64), "{filter:?}");
            }
        }
        let beyond = store.read(|r| r.facts_page(&FactFilter::default(), Some(FactNo(99)), 3));
        assert_eq!(beyond.unwrap(), []);
        assert_eq!(store.read(|reader| reader.sources()).unwrap(), ["crm", "file"]);
    }
}

/// The steps in which a database answers a question; PostgreSQL plans as for a large table.
fn plan(connection: &Connection, query: &str, values: &[Value]) -> String {
    let explain = match connection.engine() {
        Engine::Sqlite => format!("explain query plan {query}"),
        Engine::Postgres => format!("explain {query}"),
    };
    let rows = connection.query("explain", &explain, values).unwrap();
    let steps: Vec<_> = rows.into_iter().map(|row| format!("{:?}", row.rest())).collect();
    steps.join("\n")
}

#[test]
fn no_page_reads_the_ledger_through() {
    let about = ["lead/crm:1", "account/crm:1"];
    let spans = [None, Some((instant(3), FactNo(7)))].map(|after| Span { after, limit: 50 });
    let origin = ("crm".to_owned(), "account".to_owned());
    for database in databases() {
        drop(filled(&database.place));
        let connection = Connection::open(&Location::parse(&database.place)).unwrap();
        let seeks = match connection.engine() {
            Engine::Sqlite => "SEARCH fact USING COVERING INDEX fact_by_origin",
            Engine::Postgres => {
                let large = "set enable_seqscan = off; set enable_bitmapscan = off;
                             set enable_sort = off";
                connection.run("plan as for a large table", large).unwrap();
                "Index Only Scan Backward using fact_by_origin"
            }
        };
        for (filter, span) in [None, Some((2, 4))]
            .into_iter()
            .flat_map(|time| spans.map(|span| (filter(&about, "account", "crm", time), span)))
        {
            let (query, values) = filter.of_origin(&origin, span);
            let steps = plan(&connection, &query, &values);
            assert!(steps.contains(seeks), "{}: {steps}", database.kind);
            assert!(!steps.contains("TEMP B-TREE") && !steps.contains("Sort"), "{steps}");
            let (query, values) = filter.of_subjects(span);
            let steps = plan(&connection, &query, &values);
            assert!(steps.contains("fact_by_subject"), "{}: {steps}", database.kind);
            assert!(!steps.contains("fact_by_origin"), "{}: {steps}", database.kind);
        }
        let of_source = plan(&connection, NEXT_ORIGIN[0], values!["crm", "account"]);
        let of_next = plan(&connection, NEXT_ORIGIN[1], values!["crm"]);
        for steps in [of_source, of_next] {
            assert!(steps.contains(&seeks.replace(" Backward", "")), "{}: {steps}", database.kind);
            // Of SQLite's plans only one that names all columns leaps; a row of two would not.
            assert!(!steps.contains("(source,kind)>"), "{}: {steps}", database.kind);
        }
    }
}
