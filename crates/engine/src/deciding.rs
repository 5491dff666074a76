//! Deciding about leads inside a transaction.

use domain::{
    agreement::{History, definition::Judged},
    decision,
    fact::{Entry, Fact},
    ids::LeadId,
    lead::LeadHistory,
    service_level::{People, WorkingHours},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use store::{Reader, StoreError, Writer};

use crate::Error;

/// What deciding needs beside the facts of the lead: the versions in force and people's hours.
pub(crate) struct Rules {
    pub(crate) agreements: History,
    pub(crate) people: People,
}

impl Rules {
    /// Whether no version was ever in force, so that nothing can be decided.
    pub(crate) fn are_silent(&self) -> bool {
        self.agreements.0.is_empty()
    }

    /// Whether a definition waits for a time of the day, so that a lead must be looked at again.
    fn wait_for_a_time(&self) -> bool {
        let latest = self.agreements.0.last();
        latest.is_some_and(|version| {
            let definitions = &version.agreement.definitions;
            definitions.iter().any(|definition| definition.judged != Judged::AtEachFact)
        })
    }
}

/// Everybody's hours, as imported.
pub(crate) fn people(reader: &Reader<'_>) -> Result<People, StoreError> {
    let of = |fields: &domain::field::Fields| WorkingHours {
        zone: fields.get("zone").and_then(|zone| TimeZone::get(zone.text()?).ok()),
        calendar: fields.get("calendar").and_then(|calendar| calendar.text()).map(str::to_owned),
    };
    Ok(reader.users()?.into_iter().map(|user| (user.id, of(&user.fields))).collect())
}

/// Appends every decision that follows about a lead by `now`, and says which are new.
pub(crate) fn decide_about(
    writer: &mut Writer<'_>,
    rules: &Rules,
    lead: &LeadId,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    if rules.are_silent() {
        return Ok(Vec::new());
    }
    let entries = facts_about(&writer.reader(), lead)?;
    let again = look_again_at(&entries, rules, now);
    let history = LeadHistory::new(lead.clone(), entries);
    let mut new = Vec::new();
    decision::decide::<Error>(history, &rules.agreements, &rules.people, now, |told| {
        let entry = writer.append_once(told)?;
        new.extend(entry.clone());
        Ok(entry)
    })?;
    if let Some(at) = again {
        writer.leave_undecided(&format!("lead/{lead}"), at)?;
    }
    Ok(new)
}

/// When the lead must be looked at again with no new fact: when a fact that is dated ahead comes
/// true, or soon, while a definition waits for a time of the day. Such a time comes round once a
/// day, so a lead at rest for longer has been judged.
fn look_again_at(entries: &[Entry], rules: &Rules, now: Timestamp) -> Option<Timestamp> {
    let ahead = entries.iter().map(Entry::happened_at).filter(|at| *at > now).min();
    let newest = entries.iter().map(|entry| entry.recorded_at).max()?;
    let waits = rules.wait_for_a_time() && newest + SignedDuration::from_hours(26) > now;
    ahead.into_iter().chain(waits.then(|| now + SignedDuration::from_mins(5))).min()
}

/// The facts about a lead and about the account that it was last said to belong to.
pub(crate) fn facts_about(reader: &Reader<'_>, lead: &LeadId) -> Result<Vec<Entry>, StoreError> {
    let mut entries = reader.facts_of(&format!("lead/{lead}"))?;
    let named = |entry: &Entry| match entry.fact() {
        Fact::Lead(reported) => reported.fields.get("account")?.text().map(str::to_owned),
        _ => None,
    };
    let account = entries.iter().rev().find_map(named);
    if let Some(account) = account {
        entries.extend(reader.facts_of(&format!("account/{account}"))?);
    }
    Ok(entries)
}
