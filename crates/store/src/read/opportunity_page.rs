//! Opportunities a page at a time, each page after the last row of the one before.

use domain::ids::{OpportunityId, UserId};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{
    columns::name_key,
    lead_filter::hold_account,
    opportunity::{COLUMNS, OpportunityRow, Outcome, read},
};
use crate::{conditions::Conditions, error::StoreError, reader::Reader};

/// Which opportunities; every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpportunityFilter {
    /// With one of these outcomes; with any where there are none.
    pub outcome: Vec<Outcome>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// Of nobody.
    pub without_owner: bool,
    /// Of no lead, or of any; of all where nothing is said.
    pub has_lead: Option<bool>,
    /// Of the account with this id, or of one whose name begins so.
    pub account: Option<String>,
    /// In this stage, in the source's words.
    pub stage: Option<String>,
    /// Of the product with this id, or with this name.
    pub product: Option<String>,
    /// Closed, or to be closed, on this day or later.
    pub closes_from: Option<Date>,
    /// Closed, or to be closed, on this day or before.
    pub closes_to: Option<Date>,
    /// Opened on this day or later.
    pub opened_from: Option<Date>,
    /// Opened on this day or before.
    pub opened_to: Option<Date>,
}

/// In which order. Rows that are equal follow by id; what is not known comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OpportunitySort {
    /// The last to enter its stage first.
    #[default]
    StageSince,
    /// The first that closed, or is to close, first.
    Closes,
    /// By id.
    Id,
}

/// An opportunity's place in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpportunityPlace {
    /// What the order goes by: an instant in milliseconds, or a day.
    pub by: String,
    /// The opportunity.
    pub id: OpportunityId,
}

/// Stands for a day that is not known, after all others.
const NO_DAY: &str = "9999-12-31";

impl OpportunitySort {
    /// What the order goes by, as the indexes of the table have it.
    fn expression(self) -> &'static str {
        match self {
            OpportunitySort::StageSince => "coalesce(stage_since, -9223372036854775807)",
            OpportunitySort::Closes => "coalesce(closed_on, '9999-12-31')",
            OpportunitySort::Id => "id",
        }
    }

    /// Whether the greatest comes first.
    pub fn goes_down(self) -> bool {
        self == OpportunitySort::StageSince
    }

    /// The place of a row, to begin the next page after it.
    pub fn place_of(self, row: &OpportunityRow) -> OpportunityPlace {
        let by = match self {
            OpportunitySort::StageSince => {
                row.stage_since.map_or(-i64::MAX, Timestamp::as_millisecond).to_string()
            }
            OpportunitySort::Closes => row.closed_on.clone().unwrap_or_else(|| NO_DAY.to_owned()),
            OpportunitySort::Id => String::new(),
        };
        OpportunityPlace { by, id: row.id.clone() }
    }

    /// Leaves out what does not come after `place`; everything, where it is no place of this order.
    fn hold_after(self, all: &mut Conditions, place: &OpportunityPlace) {
        let at = match self {
            OpportunitySort::StageSince => match place.by.parse::<i64>() {
                Ok(at) => all.value(at),
                Err(_) => return all.hold("1 = 0"),
            },
            OpportunitySort::Closes => all.value(&place.by),
            OpportunitySort::Id => {
                let id = all.value(&place.id);
                return all.hold(format!("id > {id}"));
            }
        };
        let (id, beyond) = (all.value(&place.id), if self.goes_down() { "<" } else { ">" });
        let by = self.expression();
        // The first half says nothing new; SQLite goes into the index by it.
        all.hold(format!("{by} {beyond}= {at} and ({by}, id) {beyond} ({at}, {id})"));
    }
}

impl OpportunityFilter {
    fn hold(&self, all: &mut Conditions) {
        if !self.outcome.is_empty() {
            let list: Vec<String> =
                self.outcome.iter().map(|outcome| all.value(outcome.key())).collect();
            all.hold(format!("outcome in ({})", list.join(", ")));
        }
        if let Some(owner) = &self.owner {
            let owner = all.value(owner);
            all.hold(format!("owner = {owner}"));
        }
        if self.without_owner {
            all.hold("owner is null");
        }
        if let Some(has_lead) = self.has_lead {
            all.hold(if has_lead { "lead is not null" } else { "lead is null" });
        }
        if let Some(account) = &self.account {
            hold_account(account, all);
        }
        if let Some(stage) = &self.stage {
            let stage = all.value(stage);
            all.hold(format!("stage = {stage}"));
        }
        if let Some(product) = &self.product {
            let (id, key) = (all.value(product), all.value(name_key(product)));
            all.hold(format!(
                "product in (select {id} union all select id from product where name_key = {key})"
            ));
        }
        for (sign, day) in [(">=", self.closes_from), ("<=", self.closes_to)] {
            if let Some(day) = day {
                let day = all.value(day.to_string());
                all.hold(format!("closed_on {sign} {day}"));
            }
        }
        if let Some(day) = self.opened_from {
            let day = all.value(day.to_string());
            all.hold(format!("opened_on >= {day}"));
        }
        if let Some(day) = self.opened_to {
            // An instant of the last day sorts after the day itself.
            let after = all.value(day.saturating_add(1.day()).to_string());
            all.hold(format!("opened_on < {after}"));
        }
    }
}

impl Reader<'_> {
    /// Up to `limit` opportunities in order, from the first or from the one after a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_page(
        &self,
        filter: &OpportunityFilter,
        sort: OpportunitySort,
        after: Option<&OpportunityPlace>,
        limit: u32,
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        if let Some(place) = after {
            sort.hold_after(&mut all, place);
        }
        let (limit, clause) = (all.value(limit), all.clause());
        let way = if sort.goes_down() { "desc" } else { "asc" };
        let order = match sort {
            OpportunitySort::Id => "id".to_owned(),
            _ => format!("{} {way}, id {way}", sort.expression()),
        };
        let query =
            format!("select {COLUMNS} from opportunity {clause} order by {order} limit {limit}");
        self.list("read a page of opportunities", &query, &all.values, read)
    }

    /// How many opportunities there are, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_count_up_to(
        &self,
        filter: &OpportunityFilter,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        self.rows_up_to("opportunity", all, most)
    }
}
