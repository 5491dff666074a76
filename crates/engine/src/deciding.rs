//! Deciding about leads inside a transaction.

use std::sync::Arc;

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

use crate::{
    Error,
    agreement::{Versions, history, next_to_take_effect, take_effect},
};

/// What deciding needs beside the facts of the lead: the versions in force and people's hours.
pub(crate) struct Rules {
    agreements: History,
    people: People,
    /// When the next signed version comes into force, which may have been a while ago.
    next_at: Option<Timestamp>,
}

impl Rules {
    /// The rules as this transaction has them, from memory where no fact has changed them.
    pub(crate) fn of(writer: &mut Writer<'_>, versions: &Versions) -> Result<Arc<Rules>, Error> {
        if let Some(rules) = writer.rules() {
            return Ok(rules);
        }
        let reader = writer.reader();
        let rules = Arc::new(Rules {
            agreements: history(&reader, versions)?,
            people: people(&reader)?,
            next_at: next_to_take_effect(&reader)?,
        });
        writer.keep_rules(rules.clone());
        Ok(rules)
    }

    /// Brings into force what both have signed and whose instant has come.
    pub(crate) fn bring_into_force(
        writer: &mut Writer<'_>,
        versions: &Versions,
        now: Timestamp,
    ) -> Result<(), Error> {
        match Rules::of(writer, versions)?.next_at {
            Some(at) if at <= now => take_effect(writer, now),
            _ => Ok(()),
        }
    }

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
    let entries = facts_about(lead, |subject| writer.facts_of(subject))?;
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
fn look_again_at(entries: &[Arc<Entry>], rules: &Rules, now: Timestamp) -> Option<Timestamp> {
    let ahead = entries.iter().map(|entry| entry.happened_at()).filter(|at| *at > now).min();
    let newest = entries.iter().map(|entry| entry.recorded_at).max()?;
    let waits = rules.wait_for_a_time() && newest + SignedDuration::from_hours(26) > now;
    ahead.into_iter().chain(waits.then(|| now + SignedDuration::from_mins(5))).min()
}

/// The facts about a lead and about the account that it was last said to belong to.
pub(crate) fn facts_about(
    lead: &LeadId,
    mut facts_of: impl FnMut(&str) -> Result<Vec<Arc<Entry>>, StoreError>,
) -> Result<Vec<Arc<Entry>>, StoreError> {
    let mut entries = facts_of(&format!("lead/{lead}"))?;
    let named = |entry: &Arc<Entry>| match entry.fact() {
        Fact::Lead(reported) => reported.fields.get("account")?.text().map(str::to_owned),
        _ => None,
    };
    let account = entries.iter().rev().find_map(named);
    if let Some(account) = account {
        entries.extend(facts_of(&format!("account/{account}"))?);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
