use jiff::Timestamp;

use super::*;
use crate::{Location, Store, database::Connection};

#[test]
fn a_page_seeks_its_place_in_an_index() {
    let database = crate::testing::sqlite();
    let location = Location::parse(&database.place);
    drop(Store::open(&location, Timestamp::UNIX_EPOCH).unwrap());
    let connection = Connection::open(&location).unwrap();
    let place = LeadPlace { by: 5, id: "crm:1".into() };
    for sort in
        [LeadSort::Id, LeadSort::StatusSince, LeadSort::CreatedAt, LeadSort::Points, LeadSort::Due]
    {
        let (query, values) = page(&LeadFilter::default(), sort, Some(&place), 50);
        let explain = format!("explain query plan {query}");
        let plan = connection.query("explain", &explain, &values).unwrap();
        let steps: Vec<_> = plan.into_iter().map(|row| format!("{:?}", row.rest())).collect();
        assert!(steps.len() == 1 && steps[0].contains("SEARCH lead USING INDEX"), "{steps:?}");
    }
}
