//! What each of two leads has, and what the one that goes on will have.

use std::collections::BTreeSet;

use domain::{
    fact::Fact,
    field::FieldValue,
    ids::LeadId,
    merging::{NotMerged, may_take},
};
use engine::identity::namesakes;
use store::{Reader, read::LeadRow};

use super::{Called, FIELD, compare_href};
use crate::{
    failure::Failure,
    names::{Names, lead_href},
    pages::{leads::row::level_words, sign_in::sentence},
    show::{LocalTime, count},
};

/// The page's matter.
pub(super) struct Compared {
    pub(super) kept: Called,
    pub(super) merged: Called,
    /// What they have in common, and how likely they are one.
    pub(super) alike: Option<(String, &'static str)>,
    pub(super) rows: Vec<Row>,
    /// Whether one of two values can be chosen somewhere.
    pub(super) has_choice: bool,
    /// Why the second cannot go on as the first.
    pub(super) refusal: Option<String>,
    /// Where the other of the two would go on.
    pub(super) turned: String,
    /// Where they are merged, and where they are told apart.
    pub(super) merge: String,
    pub(super) apart: String,
}

/// One thing about both.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) kept: String,
    pub(super) merged: String,
    pub(super) after: String,
    /// The field of which one of two values can be chosen.
    pub(super) field: Option<String>,
}

impl Row {
    /// A value of the one that goes on stays; where it has none, the other's is filled in.
    fn filled(what: &str, kept: String, merged: String) -> Row {
        let after = if kept.is_empty() { merged.clone() } else { kept.clone() };
        Row { what: what.to_owned(), kept, merged, after, field: None }
    }

    /// A value that each keeps in its own record.
    fn stays(what: &str, kept: String, merged: String) -> Row {
        Row { what: what.to_owned(), after: kept.clone(), kept, merged, field: None }
    }
}

/// What a lead has had.
struct Had {
    activities: u64,
    handoffs: u64,
    running: u64,
}

pub(super) fn compared(
    reader: &Reader<'_>,
    kept: &LeadId,
    merged: &LeadId,
    refusal: Option<NotMerged>,
    time: &LocalTime,
) -> Result<Compared, Failure> {
    let first = reader.lead(kept)?.ok_or(Failure::Absent)?;
    let second = reader.lead(merged)?.ok_or(Failure::Absent)?;
    let names = Names::new(reader, true);
    let alike = namesakes(reader, kept)?.into_iter().find(|found| found.lead == *merged);
    let alike = alike.map(|found| (found.likeness.words(), found.likeness.tier.words()));
    let mut rows = reached(&names, kept, merged)?;
    rows.extend(standing(&names, (&first, &second), time)?);
    rows.extend(fields(&first, &second));
    rows.extend(had(reader, (kept, merged))?);
    rows.retain(|row| !(row.kept.is_empty() && row.merged.is_empty()));
    Ok(Compared {
        kept: Called::of(&names, kept)?,
        merged: Called::of(&names, merged)?,
        alike,
        has_choice: rows.iter().any(|row| row.field.is_some()),
        rows,
        refusal: refusal.map(|refusal| sentence(&refusal.to_string())),
        turned: compare_href(merged, kept),
        merge: compare_href(kept, merged),
        apart: format!("{}/apart/{}", lead_href(kept), crate::names::encoded(merged.as_str())),
    })
}

/// How each is reached. Who they are stands with each record, and is not mixed.
fn reached(names: &Names<'_, '_>, kept: &LeadId, merged: &LeadId) -> Result<Vec<Row>, Failure> {
    let first = names.lead_person(kept)?.unwrap_or_default();
    let second = names.lead_person(merged)?.unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(vec![
        Row::stays("Address of mail", text(&first.email), text(&second.email)),
        Row::stays("Telephone", text(&first.phone), text(&second.phone)),
    ])
}

/// Whose each is, and where it stands.
fn standing(
    names: &Names<'_, '_>,
    (first, second): (&LeadRow, &LeadRow),
    time: &LocalTime,
) -> Result<Vec<Row>, Failure> {
    let owner = |row: &LeadRow| match &row.owner {
        Some(owner) => names.user_name(owner),
        None => Ok("nobody".to_owned()),
    };
    let status = |row: &LeadRow| {
        let since = row.status_since.map(|at| format!(" since {}", time.instant_words(at)));
        let status =
            row.status.as_ref().map(|status| format!("{status}{}", since.unwrap_or_default()));
        status.unwrap_or_default()
    };
    let qualified = |row: &LeadRow| match row.qualified_times {
        0 => "not yet".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let account = |row: &LeadRow| match &row.account {
        Some(account) => names.account(account),
        None => Ok(String::new()),
    };
    Ok(vec![
        Row::filled("Account", account(first)?, account(second)?),
        Row::stays("Owner", owner(first)?, owner(second)?),
        Row::stays("Status", status(first), status(second)),
        Row::stays("Qualified", qualified(first), qualified(second)),
    ])
}

/// What was reported of each.
fn fields(first: &LeadRow, second: &LeadRow) -> Vec<Row> {
    let known = first.fields.keys().chain(second.fields.keys());
    let known: BTreeSet<&String> = known.filter(|name| *name != "account").collect();
    let text = |row: &LeadRow, name: &str| {
        let value = row.fields.get(name).filter(|value| **value != FieldValue::Cleared);
        value.map(ToString::to_string).unwrap_or_default()
    };
    let may = may_take(&first.fields, &second.fields);
    let row = |name: &String| {
        let (what, one, other) = (level_words(name), text(first, name), text(second, name));
        let row = match first.fields.contains_key(name) {
            true => Row::stays(&what, one, other),
            false => Row::filled(&what, one, other),
        };
        Row { field: may.contains(name).then(|| format!("{FIELD}{name}")), ..row }
    };
    known.into_iter().map(row).collect()
}

/// What was done with each, and what runs.
fn had(reader: &Reader<'_>, (kept, merged): (&LeadId, &LeadId)) -> Result<Vec<Row>, Failure> {
    let of = |lead: &LeadId| {
        let facts = reader.facts_of(&format!("lead/{lead}"))?;
        let activities = facts.iter().filter(|entry| matches!(entry.fact(), Fact::Activity(_)));
        let clocks = reader.clocks_of(lead)?;
        Ok::<_, Failure>(Had {
            activities: activities.count() as u64,
            handoffs: reader.handoffs_of(lead)?.len() as u64,
            running: clocks.iter().filter(|clock| clock.stopped_at.is_none()).count() as u64,
        })
    };
    let (first, second) = (of(kept)?, of(merged)?);
    let row = |what: &str, one: u64, other: u64, after: String| Row {
        what: what.to_owned(),
        kept: count(one),
        merged: count(other),
        after,
        field: None,
    };
    let both = count(first.activities + second.activities);
    let stays = || "each stays in its record".to_owned();
    Ok(vec![
        row("Activities", first.activities, second.activities, both),
        row("Handoffs", first.handoffs, second.handoffs, stays()),
        row("Clocks that run", first.running, second.running, stays()),
    ])
}
