//! Leads a page at a time: each page begins after the last row of the one before, so that the
//! thousandth page costs what the first does.

use domain::ids::{LeadId, UserId};
use jiff::Timestamp;

use super::{
    lead::{COLUMNS, LeadRow, read},
    lead_filter::LeadFilter,
    lead_search::LeadSearch,
};
use crate::{
    conditions::Conditions,
    error::StoreError,
    reader::Reader,
    value::{Value, values},
};

/// In which order. Rows that are equal follow by id; what is not known comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LeadSort {
    /// By id.
    #[default]
    Id,
    /// The last to enter its status first.
    StatusSince,
    /// The last made first.
    CreatedAt,
    /// The most points first.
    Points,
    /// The first due first.
    Due,
}

/// A lead's place in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadPlace {
    /// What the order goes by, as a number.
    pub by: i64,
    /// The lead.
    pub id: LeadId,
}

/// Stands for an unknown instant or number, after all others.
const UNKNOWN: i64 = i64::MAX;

impl LeadSort {
    /// What the order goes by, as the indexes of the table `lead` have it.
    fn expression(self) -> &'static str {
        match self {
            LeadSort::Id => "id",
            LeadSort::StatusSince => "coalesce(status_since, -9223372036854775807)",
            LeadSort::CreatedAt => "coalesce(created_at, -9223372036854775807)",
            LeadSort::Points => "coalesce(total_points, -9223372036854775807)",
            LeadSort::Due => "coalesce(next_due_at, 9223372036854775807)",
        }
    }

    /// Whether the greatest comes first.
    pub fn goes_down(self) -> bool {
        matches!(self, LeadSort::StatusSince | LeadSort::CreatedAt | LeadSort::Points)
    }

    /// The place of `lead`, to begin the next page after it.
    pub fn place_of(self, lead: &LeadRow) -> LeadPlace {
        let ms = |instant: Option<Timestamp>| instant.map(Timestamp::as_millisecond);
        let by = match self {
            LeadSort::Id => 0,
            LeadSort::StatusSince => ms(lead.status_since).unwrap_or(-UNKNOWN),
            LeadSort::CreatedAt => ms(lead.created_at).unwrap_or(-UNKNOWN),
            LeadSort::Points => lead.total_points.map_or(-UNKNOWN, |points| points.0),
            LeadSort::Due => ms(lead.next_due_at).unwrap_or(UNKNOWN),
        };
        LeadPlace { by, id: lead.id.clone() }
    }
}

/// The conditions of a filter, and of its search as it was looked at.
fn conditions_of(filter: &LeadFilter, search: Option<&LeadSearch>) -> Conditions {
    let mut all = Conditions::default();
    filter.hold(&mut all);
    if let Some(search) = search {
        search.hold(&mut all);
    }
    all
}

/// Leaves out what does not come after `place`.
fn hold_after(all: &mut Conditions, sort: LeadSort, by: &str, place: &LeadPlace) {
    let beyond = if sort.goes_down() { "<" } else { ">" };
    let text = if sort == LeadSort::Id {
        format!("{by} > {}", all.value(&place.id))
    } else {
        let (at, id) = (all.value(place.by), all.value(&place.id));
        // SQLite seeks by a row value only over plain columns; the first half, which says
        // nothing new, is what it goes into the index by.
        format!("{by} {beyond}= {at} and ({by}, id) {beyond} ({at}, {id})")
    };
    all.hold(text);
}

/// What the order goes by. The leads with a running clock are few: they are found by it and put in
/// order then, which the database does where no index can give the order.
fn ordered_by(filter: &LeadFilter, sort: LeadSort) -> String {
    let by = sort.expression();
    match (filter.with_running_clock, sort) {
        (false, _) | (true, LeadSort::Due) => by.to_owned(),
        (true, LeadSort::Id) => format!("({by} || '')"),
        (true, _) => format!("(+{by})"),
    }
}

/// The question for a page, and its values.
fn page(
    filter: &LeadFilter,
    search: Option<&LeadSearch>,
    sort: LeadSort,
    after: Option<&LeadPlace>,
    limit: u32,
) -> (String, Vec<Value>) {
    let mut conditions = conditions_of(filter, search);
    let by = ordered_by(filter, sort);
    if let Some(place) = after {
        hold_after(&mut conditions, sort, &by, place);
    }
    let limit = conditions.value(limit);
    let way = if sort.goes_down() { "desc" } else { "asc" };
    let order = match sort {
        LeadSort::Id => by,
        _ => format!("{by} {way}, id {way}"),
    };
    let clause = conditions.clause();
    let query = format!("select {COLUMNS} from lead {clause} order by {order} limit {limit}");
    (query, conditions.values)
}

/// The question for a count, and its values.
fn count(filter: &LeadFilter, search: Option<&LeadSearch>) -> (String, Vec<Value>) {
    if search.is_some() || !filter.is_tallied() {
        let conditions = conditions_of(filter, search);
        return (format!("select count(*) from lead {}", conditions.clause()), conditions.values);
    }
    if filter.status.is_empty() && filter.owner.is_none() {
        let state = if filter.with_running_clock { "running" } else { "all" };
        let query = "select n from tally
                     where what = 'lead' and version = 0 and key = '' and state = $1";
        return (query.to_owned(), vec![Value::from(state)]);
    }
    let mut conditions = Conditions::default();
    if let Some(owner) = &filter.owner {
        let owner = conditions.value(owner);
        conditions.hold(format!("owner = {owner}"));
    }
    if let Some(status) = filter.only_status() {
        let status = conditions.value(status);
        conditions.hold(format!("status = substr({status}, 1, 200)"));
    }
    if filter.with_running_clock {
        conditions.hold("running = 1");
    }
    let query = format!("select cast(sum(n) as bigint) from lead_tally {}", conditions.clause());
    (query, conditions.values)
}

impl Reader<'_> {
    /// Up to `limit` leads in order, from the first or from the one after a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_page(
        &self,
        filter: &LeadFilter,
        sort: LeadSort,
        after: Option<&LeadPlace>,
        limit: u32,
    ) -> Result<Vec<LeadRow>, StoreError> {
        let search = self.searched(filter)?;
        let (query, values) = page(filter, search.as_ref(), sort, after, limit);
        self.list("read a page of leads", &query, &values, read)
    }

    /// The search of a filter, looked at.
    fn searched(&self, filter: &LeadFilter) -> Result<Option<LeadSearch>, StoreError> {
        filter.search.as_deref().map(|text| LeadSearch::of(self, text)).transpose()
    }

    /// How many leads there are: from what is counted already, and for a search one by one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_count(&self, filter: &LeadFilter) -> Result<u64, StoreError> {
        let search = self.searched(filter)?;
        let (query, values) = count(filter, search.as_ref());
        let count =
            self.find("count leads", &query, &values, |mut row| row.next::<Option<i64>>())?;
        Ok(count.flatten().unwrap_or(0).unsigned_abs())
    }

    /// How many leads there are, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_count_up_to(&self, filter: &LeadFilter, most: u64) -> Result<u64, StoreError> {
        let search = self.searched(filter)?;
        self.rows_up_to("lead", conditions_of(filter, search.as_ref()), most)
    }

    /// Every owner of a lead, with how many they own in `status`, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_by_owner(&self, status: &str) -> Result<Vec<(UserId, u64)>, StoreError> {
        let query = "select owner, cast(sum(n) as bigint) from lead_tally
                     where status = substr($1, 1, 200) and owner <> '' group by owner";
        let read = |mut row: crate::value::Row| {
            Ok((row.next::<UserId>()?, row.next::<i64>()?.unsigned_abs()))
        };
        let mut rows = self.list("count the owners' leads", query, values![status], read)?;
        rows.sort();
        Ok(rows)
    }
}

#[cfg(test)]
mod tests;
