//! Leads that are told by more than the database knows: some are named one by one where they are
//! few; where they are many, they are picked while the list is gone through in its order.

use domain::ids::LeadId;
use store::{
    Reader, StoreError,
    read::{LeadFilter, LeadPlace, LeadRow, LeadSort},
};

/// As many are named in one question.
const NAMED_MAX: usize = 2_000;
/// So many are read at a time where they are picked.
const AT_ONCE: u32 = 2_000;

/// The leads that are meant, by id; all of them where there is no such condition.
pub(super) type Meant = Option<Vec<LeadId>>;

/// The filter with the leads that are meant, where they are few enough to be named.
fn named(filter: &LeadFilter, meant: &Meant) -> Option<LeadFilter> {
    match meant {
        None => Some(filter.clone()),
        Some(ids) if ids.len() <= NAMED_MAX => {
            Some(LeadFilter { among: Some(ids.clone()), ..filter.clone() })
        }
        Some(_) => None,
    }
}

/// Up to `limit` leads in order, from the first or from the one after a place.
pub(super) fn page(
    reader: &Reader<'_>,
    (filter, meant): (&LeadFilter, &Meant),
    sort: LeadSort,
    after: Option<&LeadPlace>,
    limit: u32,
) -> Result<Vec<LeadRow>, StoreError> {
    if let Some(filter) = named(filter, meant) {
        return reader.leads_page(&filter, sort, after, limit);
    }
    let is_meant = |lead: &LeadRow| is_meant(meant, &lead.id);
    let (mut found, mut after) = (Vec::new(), after.cloned());
    while found.len() < limit as usize {
        let read = reader.leads_page(filter, sort, after.as_ref(), AT_ONCE)?;
        let is_last = read.len() < AT_ONCE as usize;
        after = read.last().map(|last| sort.place_of(last));
        found.extend(read.into_iter().filter(is_meant));
        if is_last {
            break;
        }
    }
    found.truncate(limit as usize);
    Ok(found)
}

/// How many there are, counted no further than `most`.
pub(super) fn count_up_to(
    reader: &Reader<'_>,
    (filter, meant): (&LeadFilter, &Meant),
    most: u64,
) -> Result<u64, StoreError> {
    if let Some(filter) = named(filter, meant) {
        return reader.leads_count_up_to(&filter, most);
    }
    if *filter == LeadFilter::default() {
        let all = meant.as_ref().map_or(0, Vec::len) as u64;
        return Ok(all.min(most));
    }
    let (mut n, mut after) = (0, None);
    while n < most {
        let read = reader.leads_page(filter, LeadSort::Id, after.as_ref(), AT_ONCE)?;
        after = read.last().map(|last| LeadSort::Id.place_of(last));
        n += read.iter().filter(|lead| is_meant(meant, &lead.id)).count() as u64;
        if read.len() < AT_ONCE as usize {
            break;
        }
    }
    Ok(n.min(most))
}

fn is_meant(meant: &Meant, lead: &LeadId) -> bool {
    meant.as_ref().is_none_or(|ids| ids.binary_search(lead).is_ok())
}

#[cfg(test)]
mod tests {
    use domain::{
        fact::{Fact, Told},
        field::Fields,
        record::LeadReported,
    };
    use engine::Engine;
    use store::Location;

    use super::*;

    const LEADS: usize = 2_500;

    /// Picking from many says the same as naming each.
    #[test]
    fn leads_that_are_many_are_picked_in_the_order_in_which_few_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-16T08:00:00Z".parse().unwrap();
        let location = Location::Sqlite(folder.path().join("lockstep.db"));
        let engine = Engine::open(&location, now).unwrap();
        let told = |n: usize| {
            let lead = LeadId(format!("crm:{n:04}"));
            let fact = LeadReported { lead, fields: Fields::new(), person: None, by: None };
            let (source, key) = ("crm".to_owned(), format!("{n}"));
            let told = Told { source, key, happened_at: now, fact: Fact::Lead(fact) };
            domain::reported::Reported { told, person: None }
        };
        engine.take_in((0..LEADS).map(told).collect(), now).unwrap();
        let ids = |from: usize| (from..LEADS).map(|n| LeadId(format!("crm:{n:04}"))).collect();
        let filter = LeadFilter::default();
        engine
            .read(|reader| {
                for (from, meant) in [(0, ids(0)), (2_490, ids(2_490))] {
                    let meant: Meant = Some(meant);
                    let question = (&filter, &meant);
                    let n = (LEADS - from) as u64;
                    assert_eq!(count_up_to(reader, question, 10_000)?, n);
                    assert_eq!(count_up_to(reader, question, 5)?, 5);
                    let first = page(reader, question, LeadSort::Id, None, 6)?;
                    let place = LeadSort::Id.place_of(&first[5]);
                    let next = page(reader, question, LeadSort::Id, Some(&place), 2)?;
                    let found: Vec<&str> = next.iter().map(|lead| lead.id.as_str()).collect();
                    let expected = [from + 6, from + 7].map(|n| format!("crm:{n:04}"));
                    assert_eq!(found, expected);
                    let nobodys = LeadFilter { without_owner: true, ..LeadFilter::default() };
                    assert_eq!(count_up_to(reader, (&nobodys, &meant), 10_000)?, n);
                }
                assert!(
                    page(reader, (&filter, &Some(Vec::new())), LeadSort::Id, None, 5)?.is_empty()
                );
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
}
