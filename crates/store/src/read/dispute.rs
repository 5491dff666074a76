//! Read model: disputes and their rulings.

use domain::{
    dispute::{Contested, DisputeAnswered, DisputeOpened, DisputeRuled},
    fact::Entry,
    firm::Side,
    ids::{
        CollateralRequestId, DisputeId, FactNo, HandoffId, LeadId, OpportunityId, UserId, Version,
    },
};
use jiff::Timestamp;

use super::{
    collateral_request::{self, any},
    lead_filter::Span,
    user::side_key,
};
use crate::{
    conditions::Conditions,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "id, handoff, lead, version, clause, opened_by, opened_side, \
     opened_at, arbiter, due_at, answered_by, answered_at, ruled_by, ruled_at, overturned, \
     follows, by_fact, ruling_fact, last_fact, opportunity, goal, collateral_request";

/// What waits for a ruling comes before all that was ruled.
const ORDER: &str = "coalesce(-ruled_at, -9223372036854775807), due_at, by_fact";

/// How disputes stand, as a list asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStands {
    /// They wait for a ruling that is not due yet.
    Waiting,
    /// They wait for a ruling that was due.
    Overdue,
    /// What was contested stands.
    Upheld,
    /// What was contested is overturned.
    Overturned,
}

/// Which disputes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DisputeFilter {
    /// Standing in one of these ways; in any where there is none.
    pub stands: Vec<DisputeStands>,
    /// Opened for one of these sides; for any where there is none.
    pub sides: Vec<Side>,
    /// Opened then.
    pub opened: Span,
}

impl DisputeFilter {
    fn hold(&self, all: &mut Conditions, now: Timestamp) {
        let stands = self.stands.iter().map(|stands| match stands {
            DisputeStands::Waiting => {
                format!("(ruled_at is null and due_at >= {})", all.value(now))
            }
            DisputeStands::Overdue => format!("(ruled_at is null and due_at < {})", all.value(now)),
            DisputeStands::Upheld => "overturned = 0".to_owned(),
            DisputeStands::Overturned => "overturned = 1".to_owned(),
        });
        let stands: Vec<String> = stands.collect();
        any(all, &stands);
        let sides: Vec<String> = self.sides.iter().map(|side| all.value(side_key(*side))).collect();
        if !sides.is_empty() {
            all.hold(format!("opened_side in ({})", sides.join(", ")));
        }
        if let Some(from) = self.opened.from {
            let from = all.value(from);
            all.hold(format!("opened_at >= {from}"));
        }
        if let Some(before) = self.opened.before {
            let before = all.value(before);
            all.hold(format!("opened_at < {before}"));
        }
    }
}

/// A dispute.
#[derive(Debug, Clone, PartialEq)]
pub struct DisputeRow {
    /// Which.
    pub id: DisputeId,
    /// What is contested.
    pub about: Contested,
    /// Who contests it.
    pub opened_by: UserId,
    /// For which side.
    pub opened_side: Side,
    /// Since when.
    pub opened_at: Timestamp,
    /// Who rules.
    pub arbiter: UserId,
    /// Until when the ruling is due.
    pub due_at: Timestamp,
    /// Who spoke for the other side.
    pub answered_by: Option<UserId>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// Who ruled.
    pub ruled_by: Option<UserId>,
    /// When; `None` while it is open.
    pub ruled_at: Option<Timestamp>,
    /// Whether what was contested is overturned.
    pub overturned: Option<bool>,
    /// The earlier dispute whose ruling this one follows.
    pub follows: Option<DisputeId>,
    /// The fact that opened it.
    pub by_fact: FactNo,
    /// The fact of the ruling.
    pub ruling_fact: Option<FactNo>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<DisputeRow, StoreError> {
    let id = row.next()?;
    let handoff: Option<HandoffId> = row.next()?;
    let lead: Option<LeadId> = row.next()?;
    let version: Option<Version> = row.next()?;
    let clause: Option<String> = row.next()?;
    let mut dispute = DisputeRow {
        id,
        about: Contested::Clause {
            version: version.unwrap_or(Version(0)),
            clause: clause.unwrap_or_default(),
        },
        opened_by: row.next()?,
        opened_side: row.next()?,
        opened_at: row.next()?,
        arbiter: row.next()?,
        due_at: row.next()?,
        answered_by: row.next()?,
        answered_at: row.next()?,
        ruled_by: row.next()?,
        ruled_at: row.next()?,
        overturned: row.next()?,
        follows: row.next()?,
        by_fact: row.next()?,
        ruling_fact: row.next()?,
        last_fact: row.next()?,
    };
    let opportunity: Option<OpportunityId> = row.next()?;
    if let (Some(handoff), Some(lead)) = (handoff, lead) {
        dispute.about = Contested::Handoff { handoff, lead };
    }
    let goal: Option<String> = row.next()?;
    if let Some((opportunity, goal)) = opportunity.zip(goal) {
        dispute.about = Contested::Credit { opportunity, goal };
    }
    if let Some(request) = row.next::<Option<CollateralRequestId>>()? {
        dispute.about = Contested::CollateralRequest { request };
    }
    Ok(dispute)
}

pub(crate) fn opened(
    connection: &Connection,
    entry: &Entry,
    fact: &DisputeOpened,
) -> Result<(), StoreError> {
    let (mut handoff, mut version, mut clause) = (None, None, None);
    let (mut opportunity, mut goal, mut request) = (None, None, None);
    match &fact.about {
        Contested::Handoff { handoff: which, .. } => handoff = Some(which),
        Contested::Clause { version: of, clause: which } => {
            (version, clause) = (Some(*of), Some(which));
        }
        Contested::Credit { opportunity: of, goal: which } => {
            (opportunity, goal) = (Some(of), Some(which));
        }
        Contested::CollateralRequest { request: which } => request = Some(which),
    }
    let sql = "insert into dispute (id, handoff, lead, version, clause, opened_by, opened_side,
                   opened_at, arbiter, due_at, by_fact, last_fact, opportunity, goal,
                   collateral_request)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14)";
    let values = values![
        &fact.dispute,
        handoff,
        fact.about.lead(),
        version,
        clause,
        &fact.by,
        side_key(fact.side),
        entry.happened_at(),
        &fact.arbiter,
        fact.due_at,
        entry.no,
        opportunity,
        goal,
        request
    ];
    connection.execute("fold a dispute", sql, values)?;
    if let Some(request) = request {
        collateral_request::contested(connection, entry, (request, &fact.dispute))?;
    }
    let Some(handoff) = handoff else { return Ok(()) };
    let sql = "update handoff set dispute = $2, last_fact = $3 where id = $1";
    let values = values![handoff, &fact.dispute, entry.no];
    connection.execute("fold a contested handoff", sql, values).map(drop)
}

pub(crate) fn answered(
    connection: &Connection,
    entry: &Entry,
    fact: &DisputeAnswered,
) -> Result<(), StoreError> {
    let sql = "update dispute set answered_by = $2, answered_at = $3, last_fact = $4 where id = $1";
    let values = values![&fact.dispute, &fact.by, entry.happened_at(), entry.no];
    connection.execute("fold the other side's statement", sql, values).map(drop)
}

pub(crate) fn ruled(
    connection: &Connection,
    entry: &Entry,
    fact: &DisputeRuled,
) -> Result<(), StoreError> {
    let sql = "update dispute set ruled_by = $2, ruled_at = $3, overturned = $4, follows = $5,
                   ruling_fact = $6, last_fact = $6
               where id = $1";
    let values = values![
        &fact.dispute,
        &fact.by,
        entry.happened_at(),
        fact.overturned,
        fact.follows.as_ref(),
        entry.no
    ];
    connection.execute("fold a ruling", sql, values)?;
    if let Contested::CollateralRequest { request } = &fact.about {
        collateral_request::ruled(connection, entry, request, fact)?;
    }
    let Contested::Handoff { handoff, .. } = &fact.about else { return Ok(()) };
    let sql = "update handoff set overturned = $2, last_fact = $3 where id = $1";
    let values = values![handoff, fact.overturned, entry.no];
    connection.execute("fold a ruling about a handoff", sql, values).map(drop)
}

impl Reader<'_> {
    /// One dispute.
    ///
    /// # Errors
    /// When the database fails.
    pub fn dispute(&self, id: &DisputeId) -> Result<Option<DisputeRow>, StoreError> {
        let query = format!("select {COLUMNS} from dispute where id = $1");
        self.find("read a dispute", &query, values![id], read)
    }

    /// The disputes about what an opportunity counts towards, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disputes_of_opportunity(
        &self,
        opportunity: &OpportunityId,
    ) -> Result<Vec<DisputeRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from dispute where opportunity = $1 order by by_fact desc");
        self.list("read an opportunity's disputes", &query, values![opportunity], read)
    }

    /// The rulings that have overturned what opportunities count towards, by an instant.
    ///
    /// # Errors
    /// When the database fails.
    pub fn credits_overturned(&self, by: Timestamp) -> Result<Vec<DisputeRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from dispute
             where opportunity is not null and overturned = 1 and ruled_at <= $1 order by by_fact"
        );
        self.list("read which credits were overturned", &query, values![by], read)
    }

    /// All disputes, in the order of their pages.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disputes(&self) -> Result<Vec<DisputeRow>, StoreError> {
        let query = format!("select {COLUMNS} from dispute order by {ORDER}");
        self.list("read the disputes", &query, &[], read)
    }

    /// Up to `limit` disputes as at an instant, those that wait for a ruling first, by when it is due,
    /// then the latest ruled; from the first or from the one after a dispute.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disputes_page(
        &self,
        filter: &DisputeFilter,
        now: Timestamp,
        after: Option<&DisputeId>,
        limit: u32,
    ) -> Result<Vec<DisputeRow>, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all, now);
        if let Some(after) = after {
            let after = all.value(after);
            all.hold(format!("({ORDER}) > (select {ORDER} from dispute where id = {after})"));
        }
        let (limit, clause) = (all.value(limit), all.clause());
        let query =
            format!("select {COLUMNS} from dispute {clause} order by {ORDER} limit {limit}");
        self.list("read a page of disputes", &query, &all.values, read)
    }

    /// How many disputes there are as at an instant, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disputes_count_up_to(
        &self,
        filter: &DisputeFilter,
        now: Timestamp,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all, now);
        self.rows_up_to("dispute", all, most)
    }
}
