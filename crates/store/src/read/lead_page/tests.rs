use jiff::Timestamp;

use super::*;
use crate::{Location, Store, database::Connection};

const SORTS: [LeadSort; 5] =
    [LeadSort::Id, LeadSort::StatusSince, LeadSort::CreatedAt, LeadSort::Points, LeadSort::Due];

/// An empty SQLite database that can be asked how it would answer.
fn opened() -> (crate::testing::Database, Connection) {
    let database = crate::testing::sqlite();
    let location = Location::parse(&database.place);
    drop(Store::open(&location, Timestamp::UNIX_EPOCH).unwrap());
    let connection = Connection::open(&location).unwrap();
    (database, connection)
}

fn plan(connection: &Connection, query: &str, values: &[Value]) -> Vec<String> {
    let explain = format!("explain query plan {query}");
    let plan = connection.query("explain", &explain, values).unwrap();
    plan.into_iter().map(|row| format!("{:?}", row.rest())).collect()
}

/// Every filter that a list offers but for the search, which looks elsewhere.
fn filters() -> Vec<LeadFilter> {
    let mut filters = Vec::new();
    for status in [None, Some("MQL".to_owned())] {
        for owner in [None, Some(UserId::from("crm:u"))] {
            for with_running_clock in [false, true] {
                let (status, owner) = (status.clone(), owner.clone());
                filters.push(LeadFilter {
                    status: status.into_iter().collect(),
                    owner,
                    with_running_clock,
                    ..LeadFilter::default()
                });
            }
        }
    }
    filters
}

#[test]
fn a_page_seeks_its_place_in_an_index() {
    let (_database, connection) = opened();
    let place = LeadPlace { by: 5, id: "crm:1".into() };
    for filter in filters() {
        for sort in SORTS {
            for after in [None, Some(&place)] {
                let (query, values) = page(&filter, None, sort, after, 50);
                let steps = plan(&connection, &query, &values);
                let goes = format!("{filter:?} {sort:?} {after:?}: {steps:?}");
                assert!(steps[0].contains("USING INDEX"), "{goes}");
                let is_narrow = !filter.status.is_empty() || filter.owner.is_some();
                let narrowed = |step: &str| match &filter.owner {
                    Some(_) => step.contains("(owner=?"),
                    None => step.contains("(<expr>=?"),
                };
                assert!(!is_narrow || narrowed(&steps[0]), "{goes}");
                // Only those with a running clock, who are few, are put in order afterwards.
                let is_sorted = steps.iter().any(|step| step.contains("TEMP B-TREE"));
                let may_be_sorted = filter.with_running_clock && sort != LeadSort::Due;
                assert_eq!(is_sorted, may_be_sorted, "{goes}");
                let from_the_start = !is_narrow && after.is_none() && !filter.with_running_clock;
                assert!(from_the_start || steps[0].contains("SEARCH"), "{goes}");
            }
        }
    }
}

#[test]
fn a_count_looks_at_no_lead() {
    let (_database, connection) = opened();
    for filter in filters() {
        let (query, values) = count(&filter, None);
        let steps = plan(&connection, &query, &values);
        let is_tally = |step: &String| step.contains("SEARCH") && step.contains("tally USING");
        assert!(steps.iter().all(is_tally), "{filter:?}: {steps:?}");
    }
}

#[test]
fn a_search_begins_in_the_index_of_words() {
    let (database, connection) = opened();
    let store = crate::Store::open(&Location::parse(&database.place), Timestamp::UNIX_EPOCH);
    let filter = LeadFilter { search: Some("ann opi crm:7".to_owned()), ..LeadFilter::default() };
    let search = store.unwrap().read(|reader| reader.searched(&filter)).unwrap();
    for sort in SORTS {
        let (query, values) = page(&filter, search.as_ref(), sort, None, 50);
        let steps = plan(&connection, &query, &values);
        let scans = steps.iter().filter(|step| step.contains("SCAN") && !step.contains("few"));
        assert_eq!(scans.count(), 0, "{steps:#?}");
    }
}
