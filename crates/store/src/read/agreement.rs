//! Read model: the Agreement's versions and their signatures.

use std::collections::BTreeMap;

use domain::{
    fact::Entry,
    firm::{AgreementProposed, AgreementSigned, AgreementTookEffect, AgreementWithdrawn, Side},
    ids::{FactNo, UserId, Version},
};
use jiff::Timestamp;

use super::user::side_key;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Json, Row, Value, json, values},
};

pub(crate) const COLUMNS: &str = "version, hash, state, effective_at, in_force_at, proposed_at, \
     proposed_by, text, last_fact";

pub(crate) const SIGNATURE_COLUMNS: &str =
    "by_fact, version, side, user_id, at, hash, in_place_of, named_by";

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgreementState {
    /// Before both sides, and not yet signed by both.
    Proposed,
    /// Taken back.
    Withdrawn,
    /// Signed by both sides, and not yet in force.
    Signed,
    /// In force.
    InForce,
    /// A later version is, or was, in force after it.
    Superseded,
}

impl AgreementState {
    const ALL: [AgreementState; 5] = [
        AgreementState::Proposed,
        AgreementState::Withdrawn,
        AgreementState::Signed,
        AgreementState::InForce,
        AgreementState::Superseded,
    ];

    /// The state as a key, as the table has it.
    pub fn key(self) -> &'static str {
        match self {
            AgreementState::Proposed => "proposed",
            AgreementState::Withdrawn => "withdrawn",
            AgreementState::Signed => "signed",
            AgreementState::InForce => "in_force",
            AgreementState::Superseded => "superseded",
        }
    }
}

impl FromValue for AgreementState {
    const WANTED: &'static str = "a state of the Agreement";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        AgreementState::ALL.into_iter().find(|state| state.key() == key).ok_or(Value::Text(key))
    }
}

/// A version of the Agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementRow {
    /// Its number.
    pub version: Version,
    /// SHA-256 over its text.
    pub hash: String,
    /// How far it has come.
    pub state: AgreementState,
    /// When it is to come into force.
    pub effective_at: Option<Timestamp>,
    /// When it did.
    pub in_force_at: Option<Timestamp>,
    /// When it was last proposed.
    pub proposed_at: Option<Timestamp>,
    /// By whom.
    pub proposed_by: Option<UserId>,
    /// Each file's name and content.
    pub text: BTreeMap<String, String>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<AgreementRow, StoreError> {
    Ok(AgreementRow {
        version: row.next()?,
        hash: row.next()?,
        state: row.next()?,
        effective_at: row.next()?,
        in_force_at: row.next()?,
        proposed_at: row.next()?,
        proposed_by: row.next()?,
        text: row.next::<Json<_>>()?.0,
        last_fact: row.next()?,
    })
}

/// A signature that stands; those of a withdrawn proposal are void and not here.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatureRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Which version.
    pub version: Version,
    /// For which side.
    pub side: Side,
    /// Who signed.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
    /// The hash that the signer saw.
    pub hash: String,
    /// In whose place, where a substitute signed.
    pub in_place_of: Option<UserId>,
    /// The fact by which the signer had named the substitute; `None` where the text names them.
    pub named_by: Option<FactNo>,
}

fn read_signature(mut row: Row) -> Result<SignatureRow, StoreError> {
    Ok(SignatureRow {
        by_fact: row.next()?,
        version: row.next()?,
        side: row.next()?,
        user: row.next()?,
        at: row.next()?,
        hash: row.next()?,
        in_place_of: row.next()?,
        named_by: row.next()?,
    })
}

/// A version without its text, which is long.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementHead {
    /// Its number.
    pub version: Version,
    /// SHA-256 over its text.
    pub hash: String,
    /// How far it has come.
    pub state: AgreementState,
    /// When it is to come into force.
    pub effective_at: Option<Timestamp>,
    /// When it came into force.
    pub in_force_at: Option<Timestamp>,
    /// When it was last proposed.
    pub proposed_at: Option<Timestamp>,
    /// By whom.
    pub proposed_by: Option<UserId>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

/// A version that is or was in force.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementInForce {
    /// Its number.
    pub version: Version,
    /// SHA-256 over its text.
    pub hash: String,
    /// Since when.
    pub in_force_at: Timestamp,
    /// Each file's name and content.
    pub text: BTreeMap<String, String>,
}

/// Proposing a version again replaces its text; what was signed was another text.
pub(crate) fn proposed(
    connection: &Connection,
    entry: &Entry,
    fact: &AgreementProposed,
) -> Result<(), StoreError> {
    void_signatures(connection, fact.version)?;
    let sql = "insert into agreement (version, hash, state, effective_at, proposed_at,
                   proposed_by, text, last_fact)
               values ($1, $2, 'proposed', $3, $4, $5, $6, $7)
               on conflict (version) do update set hash = excluded.hash, state = excluded.state,
                   effective_at = excluded.effective_at, in_force_at = null,
                   proposed_at = excluded.proposed_at, proposed_by = excluded.proposed_by,
                   text = excluded.text, last_fact = excluded.last_fact";
    let values = values![
        fact.version,
        &fact.hash,
        fact.effective_at,
        entry.happened_at(),
        fact.by.as_ref(),
        json(&fact.text),
        entry.no
    ];
    connection.execute("fold a proposal", sql, values).map(drop)
}

fn void_signatures(connection: &Connection, version: Version) -> Result<(), StoreError> {
    let sql = "delete from signature where version = $1";
    connection.execute("void signatures", sql, values![version]).map(drop)
}

/// A proposal is signed once each side has signed the text that it has now.
pub(crate) fn signed(
    connection: &Connection,
    entry: &Entry,
    fact: &AgreementSigned,
) -> Result<(), StoreError> {
    let sql = "insert into signature
                   (by_fact, version, side, user_id, at, hash, in_place_of, named_by)
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = values![
        entry.no,
        fact.version,
        side_key(fact.side),
        &fact.by,
        entry.happened_at(),
        &fact.hash,
        fact.in_place_of.as_ref(),
        fact.named_by
    ];
    connection.execute("fold a signature", sql, values)?;
    let sql = "update agreement set last_fact = $2, state = case
                   when state = 'proposed' and 2 = (
                       select count(distinct side) from signature
                       where signature.version = agreement.version
                         and signature.hash = agreement.hash
                         and signature.side in ('marketing', 'sales'))
                   then 'signed' else state end
               where version = $1";
    connection.execute("fold a signature", sql, values![fact.version, entry.no]).map(drop)
}

pub(crate) fn withdrawn(
    connection: &Connection,
    entry: &Entry,
    fact: &AgreementWithdrawn,
) -> Result<(), StoreError> {
    void_signatures(connection, fact.version)?;
    let sql = "update agreement set state = 'withdrawn', last_fact = $2 where version = $1";
    connection.execute("fold a withdrawal", sql, values![fact.version, entry.no]).map(drop)
}

pub(crate) fn took_effect(
    connection: &Connection,
    entry: &Entry,
    fact: &AgreementTookEffect,
) -> Result<(), StoreError> {
    let what = "fold an Agreement's coming into force";
    let sql = "update agreement set state = 'superseded', last_fact = $2
               where state = 'in_force' and version <> $1";
    connection.execute(what, sql, values![fact.version, entry.no])?;
    let sql = "update agreement set state = 'in_force', in_force_at = $2, last_fact = $3
               where version = $1";
    connection.execute(what, sql, values![fact.version, entry.happened_at(), entry.no]).map(drop)
}

impl Reader<'_> {
    /// One version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn agreement(&self, version: Version) -> Result<Option<AgreementRow>, StoreError> {
        let query = format!("select {COLUMNS} from agreement where version = $1");
        self.find("read an Agreement", &query, values![version], read)
    }

    /// All versions, the first first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn agreements(&self) -> Result<Vec<AgreementRow>, StoreError> {
        let query = format!("select {COLUMNS} from agreement order by version");
        self.list("read the Agreements", &query, &[], read)
    }

    /// All versions without their texts, the first first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn agreement_heads(&self) -> Result<Vec<AgreementHead>, StoreError> {
        let query = "select version, hash, state, effective_at, in_force_at, proposed_at,
                         proposed_by, last_fact
                     from agreement order by version";
        self.list("read the Agreements' heads", query, &[], |mut row| {
            Ok(AgreementHead {
                version: row.next()?,
                hash: row.next()?,
                state: row.next()?,
                effective_at: row.next()?,
                in_force_at: row.next()?,
                proposed_at: row.next()?,
                proposed_by: row.next()?,
                last_fact: row.next()?,
            })
        })
    }

    /// The version in force; `None` before the first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn version_in_force(&self) -> Result<Option<Version>, StoreError> {
        let query = "select version from agreement where state = 'in_force'";
        self.find("look for the Agreement in force", query, &[], |mut row| row.next())
    }

    /// Every version that is or was in force, in the order in which they came into force.
    ///
    /// # Errors
    /// When the database fails.
    pub fn agreements_in_force(&self) -> Result<Vec<AgreementInForce>, StoreError> {
        let query = "select version, hash, in_force_at, text from agreement
                     where in_force_at is not null order by in_force_at, version";
        self.list("read the Agreements in force", query, &[], |mut row| {
            Ok(AgreementInForce {
                version: row.next()?,
                hash: row.next()?,
                in_force_at: row.next()?,
                text: row.next::<Json<_>>()?.0,
            })
        })
    }

    /// The signatures that stand on a version, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn signatures_of(&self, version: Version) -> Result<Vec<SignatureRow>, StoreError> {
        let query = format!(
            "select {SIGNATURE_COLUMNS} from signature where version = $1 order by by_fact"
        );
        self.list("read an Agreement's signatures", &query, values![version], read_signature)
    }
}
