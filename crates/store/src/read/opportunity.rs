//! Read model: opportunities and their way through the stages.

use domain::{
    fact::Entry,
    field::{FieldValue, Fields, overlay},
    ids::{AccountId, CampaignId, FactNo, LeadId, OpportunityId, ProductId, UserId},
    money::{Currency, Money},
    record::{OpportunityMoved, OpportunityReported},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{
    columns::{date_of, id_of, name_key, text_of},
    word::{Findable, renamed},
};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, json, values},
    words::{range_of, words_of},
};

pub(crate) const COLUMNS: &str = "id, name, account, lead, owner, product, campaign, stage, \
     stage_since, outcome, amount_minor, currency, opened_on, closed_on, fields, first_fact, \
     last_fact";

pub(crate) const STAGE_COLUMNS: &str = "by_fact, opportunity, stage, at";

/// What became of an opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// They bought.
    Won,
    /// They bought elsewhere.
    Lost,
    /// They bought nothing.
    NoDecision,
    /// The source does not say, or in a word that we do not know.
    Unknown,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 5] =
        [Outcome::Open, Outcome::Won, Outcome::Lost, Outcome::NoDecision, Outcome::Unknown];

    /// The outcome as a key, as the table and reported fields have it.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Won => "won",
            Outcome::Lost => "lost",
            Outcome::NoDecision => "no_decision",
            Outcome::Unknown => "unknown",
        }
    }

    /// Reads `Won` or `no decision`; capitals, spaces and hyphens do not matter.
    pub fn parse(text: &str) -> Outcome {
        let key = text.trim().to_lowercase().replace([' ', '-'], "_");
        Outcome::ALL.into_iter().find(|outcome| outcome.key() == key).unwrap_or(Outcome::Unknown)
    }
}

impl FromValue for Outcome {
    const WANTED: &'static str = "an outcome";
    fn from_value(value: Value) -> Result<Self, Value> {
        String::from_value(value).map(|key| Outcome::parse(&key))
    }
}

impl FromValue for Currency {
    const WANTED: &'static str = "a currency";
    fn from_value(value: Value) -> Result<Self, Value> {
        let code = String::from_value(value)?;
        Currency::parse(&code).map_err(|_| Value::Text(code))
    }
}

/// A possible sale.
#[derive(Debug, Clone, PartialEq)]
pub struct OpportunityRow {
    /// Which.
    pub id: OpportunityId,
    /// Its name.
    pub name: Option<String>,
    /// The company.
    pub account: Option<AccountId>,
    /// The lead that it came from.
    pub lead: Option<LeadId>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// What is to be sold.
    pub product: Option<ProductId>,
    /// The campaign that it is credited to by the source.
    pub campaign: Option<CampaignId>,
    /// The stage it is in, in the source's words.
    pub stage: Option<String>,
    /// Since when, as far as told.
    pub stage_since: Option<Timestamp>,
    /// What became of it.
    pub outcome: Outcome,
    /// What it is worth.
    pub amount: Option<Money>,
    /// When it was opened: a date, `2026-07-01`.
    pub opened_on: Option<String>,
    /// When it was, or is to be, closed: a date.
    pub closed_on: Option<String>,
    /// Everything reported of it.
    pub fields: Fields,
    /// The first fact about it.
    pub first_fact: FactNo,
    /// The last fact about it.
    pub last_fact: FactNo,
}

pub(super) fn read(mut row: Row) -> Result<OpportunityRow, StoreError> {
    Ok(OpportunityRow {
        id: row.next()?,
        name: row.next()?,
        account: row.next()?,
        lead: row.next()?,
        owner: row.next()?,
        product: row.next()?,
        campaign: row.next()?,
        stage: row.next()?,
        stage_since: row.next()?,
        outcome: row.next()?,
        amount: read_amount(&mut row)?,
        opened_on: row.next()?,
        closed_on: row.next()?,
        fields: row.next()?,
        first_fact: row.next()?,
        last_fact: row.next()?,
    })
}

fn read_amount(row: &mut Row) -> Result<Option<Money>, StoreError> {
    let (amount_minor, currency): (Option<i64>, Option<Currency>) = (row.next()?, row.next()?);
    Ok(amount_minor.zip(currency).map(|(amount_minor, currency)| Money { amount_minor, currency }))
}

/// An opportunity's entry into a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct OpportunityStageRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// The stage entered, in the source's words.
    pub stage: String,
    /// When.
    pub at: Timestamp,
}

fn read_stage(mut row: Row) -> Result<OpportunityStageRow, StoreError> {
    Ok(OpportunityStageRow {
        by_fact: row.next()?,
        opportunity: row.next()?,
        stage: row.next()?,
        at: row.next()?,
    })
}

/// What a report is laid over.
#[derive(Default)]
struct Known {
    fields: Fields,
    stage: Option<String>,
    stage_since: Option<Timestamp>,
}

fn known(connection: &Connection, id: &OpportunityId) -> Result<Known, StoreError> {
    let query = "select fields, stage, stage_since from opportunity where id = $1";
    match connection.query_one("read what is known", query, values![id])? {
        None => Ok(Known::default()),
        Some(mut row) => {
            Ok(Known { fields: row.next()?, stage: row.next()?, stage_since: row.next()? })
        }
    }
}

/// A reported stage says where the opportunity is, not when it got there: it makes no entry in its
/// way, and a report older than the last known move does not undo it.
pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &OpportunityReported,
) -> Result<(), StoreError> {
    let mut now = known(connection, &fact.opportunity)?;
    let name_before = text_of(&now.fields, "name");
    overlay(&mut now.fields, &fact.fields);
    let (id, name) = (fact.opportunity.as_str(), text_of(&now.fields, "name"));
    renamed(connection, Findable::Opportunity, id, name_before.as_deref(), name.as_deref())?;
    let is_newer = now.stage_since.is_none_or(|since| since <= entry.happened_at());
    if fact.fields.contains_key("stage") && is_newer {
        now.stage = text_of(&now.fields, "stage");
        now.stage_since = Some(entry.happened_at());
    }
    keep(connection, entry, &fact.opportunity, &now)
}

fn keep(
    connection: &Connection,
    entry: &Entry,
    id: &OpportunityId,
    now: &Known,
) -> Result<(), StoreError> {
    let fields = &now.fields;
    let outcome = text_of(fields, "outcome").map_or(Outcome::Unknown, |text| Outcome::parse(&text));
    let amount = fields.get("amount").and_then(FieldValue::money);
    let sql = "insert into opportunity (id, name, account, lead, owner, product, campaign, stage,
                   stage_since, outcome, amount_minor, currency, opened_on, closed_on, fields,
                   first_fact, last_fact)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
               on conflict (id) do update set name = excluded.name, account = excluded.account,
                   lead = excluded.lead, owner = excluded.owner, product = excluded.product,
                   campaign = excluded.campaign, stage = excluded.stage,
                   stage_since = excluded.stage_since, outcome = excluded.outcome,
                   amount_minor = excluded.amount_minor, currency = excluded.currency,
                   opened_on = excluded.opened_on, closed_on = excluded.closed_on,
                   fields = excluded.fields, last_fact = excluded.last_fact";
    let values = values![
        id,
        text_of(fields, "name"),
        id_of(fields, "account"),
        id_of(fields, "lead"),
        id_of(fields, "owner"),
        id_of(fields, "product"),
        id_of(fields, "campaign"),
        now.stage.as_ref(),
        now.stage_since,
        outcome.key(),
        amount.map(|amount| amount.amount_minor),
        amount.map(|amount| amount.currency.code().to_owned()),
        date_of(fields, "opened_on"),
        closes_on(fields, outcome),
        json(fields),
        entry.no
    ];
    connection.execute("fold an opportunity", sql, values).map(drop)
}

/// The day on which an opportunity closed; while it is open, on which it is expected to.
fn closes_on(fields: &Fields, outcome: Outcome) -> Option<String> {
    let expected = date_of(fields, "expected_on").filter(|_| outcome == Outcome::Open);
    expected.or_else(|| date_of(fields, "closed_on"))
}

pub(crate) fn moved(
    connection: &Connection,
    entry: &Entry,
    fact: &OpportunityMoved,
) -> Result<(), StoreError> {
    let at = entry.happened_at();
    let what = "fold an opportunity's move";
    let sql = "insert into opportunity_stage (by_fact, opportunity, stage, at)
               values ($1, $2, $3, $4)";
    connection.execute(what, sql, values![entry.no, &fact.opportunity, &fact.stage, at])?;
    let sql = "insert into opportunity
                   (id, stage, stage_since, outcome, fields, first_fact, last_fact)
               values ($1, $2, $3, 'unknown', '{}', $4, $4)
               on conflict (id) do update set
                   stage = case when opportunity.stage_since > excluded.stage_since
                       then opportunity.stage else excluded.stage end,
                   stage_since = case when opportunity.stage_since > excluded.stage_since
                       then opportunity.stage_since else excluded.stage_since end,
                   last_fact = excluded.last_fact";
    connection.execute(what, sql, values![&fact.opportunity, &fact.stage, at, entry.no]).map(drop)
}

pub(crate) fn touched(
    connection: &Connection,
    entry: &Entry,
    opportunity: &OpportunityId,
) -> Result<(), StoreError> {
    let sql = "update opportunity set last_fact = $2 where id = $1";
    connection.execute("fold a fact about it", sql, values![opportunity, entry.no]).map(drop)
}

/// How many opportunities were opened from a day on and before another.
pub(super) const OPENED_BETWEEN: &str =
    "select count(*) from opportunity where opened_on >= $1 and opened_on < $2";

impl Reader<'_> {
    /// One opportunity.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunity(&self, id: &OpportunityId) -> Result<Option<OpportunityRow>, StoreError> {
        let query = format!("select {COLUMNS} from opportunity where id = $1");
        self.find("read an opportunity", &query, values![id], read)
    }

    /// The opportunities with these ids, in no order; one that is not known is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_with(
        &self,
        ids: &[OpportunityId],
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let sql = |ids: &str| format!("select {COLUMNS} from opportunity where id in ({ids})");
        let ids: Vec<String> = ids.iter().map(|id| id.0.clone()).collect();
        self.list_of("read some opportunities", sql, &ids, &[], read)
    }

    /// The opportunities whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_named(&self, key: &str) -> Result<Vec<OpportunityId>, StoreError> {
        let mut words = words_of(key).join(" ");
        if words.is_empty() {
            return Ok(Vec::new());
        }
        words.push(' ');
        let [from, to] = range_of(&words);
        let query = "select opportunity.id, opportunity.name from word
                     join opportunity on opportunity.id = word.id
                     where word.kind = $1 and word.words >= $2 and word.words < $3
                     order by opportunity.id";
        let found = values![Findable::Opportunity.key(), from, to];
        let read = |mut row: Row| Ok((row.next::<OpportunityId>()?, row.next::<Option<String>>()?));
        let found = self.list("look for a name", query, found, read)?.into_iter();
        let is_so = |name: &Option<String>| name.as_deref().is_some_and(|it| name_key(it) == key);
        let mut ids: Vec<OpportunityId> =
            found.filter(|(_, name)| is_so(name)).map(|(id, _)| id).collect();
        ids.dedup();
        Ok(ids)
    }

    /// All opportunities, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities(&self) -> Result<Vec<OpportunityRow>, StoreError> {
        let query = format!("select {COLUMNS} from opportunity");
        self.opportunities_by(&query, &[])
    }

    /// How many open opportunities each owner has, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn open_opportunities_by_owner(&self) -> Result<Vec<(UserId, u64)>, StoreError> {
        let query = "select owner, count(*) from opportunity
                     where owner is not null and outcome = 'open' group by owner";
        let mut rows = self.list("count the owners' opportunities", query, &[], |mut row| {
            Ok((row.next::<UserId>()?, row.next::<i64>()?.unsigned_abs()))
        })?;
        rows.sort();
        Ok(rows)
    }

    /// How many open opportunities somebody has.
    ///
    /// # Errors
    /// When the database fails.
    pub fn open_opportunities_of(&self, owner: &UserId) -> Result<u64, StoreError> {
        let query = "select count(*) from opportunity where owner = $1 and outcome = 'open'";
        let read = |mut row: Row| Ok(row.next::<i64>()?.unsigned_abs());
        let n = self.find("count an owner's opportunities", query, values![owner], read)?;
        Ok(n.unwrap_or_default())
    }

    /// How many opportunities were opened from a day to another, both included.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_opened_between(
        &self,
        first_on: Date,
        last_on: Date,
    ) -> Result<u64, StoreError> {
        // An instant of the last day sorts after the day itself.
        let after = last_on.saturating_add(1.day());
        let days = values![first_on.to_string(), after.to_string()];
        let read = |mut row: Row| Ok(row.next::<i64>()?.unsigned_abs());
        let n = self.find("count what was opened", OPENED_BETWEEN, days, read)?;
        Ok(n.unwrap_or_default())
    }

    /// The opportunities of one outcome that are somebody's, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_of_owner(
        &self,
        owner: &UserId,
        outcome: Outcome,
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let query = format!("select {COLUMNS} from opportunity where owner = $1 and outcome = $2");
        self.opportunities_by(&query, values![owner, outcome.key()])
    }

    /// What somebody won between two days, both included, by id. The day of an instant is that in
    /// UTC.
    ///
    /// # Errors
    /// When the database fails.
    pub fn won_by(
        &self,
        owner: &UserId,
        first_on: Date,
        last_on: Date,
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from opportunity
             where owner = $1 and outcome = $2 and closed_on >= $3 and closed_on <= $4"
        );
        let won = Outcome::Won.key();
        let days = values![owner, won, first_on.to_string(), last_on.to_string()];
        self.opportunities_by(&query, days)
    }

    /// A lead's opportunities, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_of_lead(&self, lead: &LeadId) -> Result<Vec<OpportunityRow>, StoreError> {
        let query = format!("select {COLUMNS} from opportunity where lead = $1");
        self.opportunities_by(&query, values![lead])
    }

    /// An account's opportunities, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunities_of_account(
        &self,
        account: &AccountId,
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let query = format!("select {COLUMNS} from opportunity where account = $1");
        self.opportunities_by(&query, values![account])
    }

    fn opportunities_by(
        &self,
        query: &str,
        values: &[Value],
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let mut rows = self.list("read opportunities", query, values, read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The stages that an opportunity entered, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stages_of_opportunity(
        &self,
        opportunity: &OpportunityId,
    ) -> Result<Vec<OpportunityStageRow>, StoreError> {
        let query = format!(
            "select {STAGE_COLUMNS} from opportunity_stage where opportunity = $1
             order by at, by_fact"
        );
        self.list("read an opportunity's way", &query, values![opportunity], read_stage)
    }

    /// Every entry of some opportunities into a stage, in no order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stages_of_opportunities(
        &self,
        opportunities: &[OpportunityId],
    ) -> Result<Vec<OpportunityStageRow>, StoreError> {
        let ids: Vec<String> = opportunities.iter().map(|id| id.0.clone()).collect();
        let sql = |ids: &str| {
            format!("select {STAGE_COLUMNS} from opportunity_stage where opportunity in ({ids})")
        };
        self.list_of("read some opportunities' ways", sql, &ids, &[], read_stage)
    }

    /// Every entry of every opportunity into a stage, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opportunity_stages(&self) -> Result<Vec<OpportunityStageRow>, StoreError> {
        let query = format!("select {STAGE_COLUMNS} from opportunity_stage order by by_fact");
        self.list("read the opportunities' ways", &query, &[], read_stage)
    }
}
