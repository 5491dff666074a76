//! Two leads become one person, become two again, or are said to be two: told about each of them, in
//! one transaction with what follows. Nothing is merged by itself.

use std::collections::BTreeSet;

use domain::{
    decided::SOURCE,
    fact::{Fact, Told},
    ids::{FactNo, LeadId, Subject, UserId},
    merged::{LeadsMerged, LeadsToldApart, LeadsUnmerged},
    merging::{NotMerged, Stand, joined, may_merge, taken_back},
    withdrawal::holding,
};
use jiff::Timestamp;
use store::{Reader, StoreError, Writer};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::Versions,
    deciding::{Rules, decide_about},
    identity::namesakes,
};

impl Engine {
    /// Merges a lead into another, which goes on. `by` is absent for the command line.
    ///
    /// # Errors
    /// [`NotMerged`], or the actor may not.
    pub fn merge_leads(
        &self,
        by: Option<&Actor>,
        kept: LeadId,
        merged: LeadId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, versions) = (allowed(by)?, self.versions.clone());
        self.store.write(now, move |writer| {
            let reader = writer.reader();
            let stands = (stand_of(&reader, &kept)?, stand_of(&reader, &merged)?);
            may_merge((&kept, &stands.0), (&merged, &stands.1)).map_err(refused)?;
            let alike = namesakes(&reader, &kept)?.into_iter().find(|found| found.lead == merged);
            let evidence = alike.map(|found| found.likeness.words());
            Rules::bring_into_force(writer, &versions, now)?;
            let key = next_key(writer, &merged, "merged")?;
            for (lead, with, survives) in [(&kept, &merged, true), (&merged, &kept, false)] {
                let fact = Fact::LeadsMerged(LeadsMerged {
                    lead: lead.clone(),
                    with: with.clone(),
                    survives,
                    evidence: evidence.clone(),
                    by: by.clone(),
                });
                append(writer, format!("{key}/{}", word(survives)), fact)?;
            }
            decide(writer, &versions, &[&merged], now)
        })
    }

    /// Makes two of what was merged: each lead is again as if it never had been, but for what
    /// somebody has answered.
    ///
    /// # Errors
    /// [`NotMerged::Apart`], or the actor may not.
    pub fn unmerge_leads(
        &self,
        by: Option<&Actor>,
        kept: LeadId,
        merged: LeadId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, versions) = (allowed(by)?, self.versions.clone());
        self.store.write(now, move |writer| {
            let row = writer.reader().merged_into(&merged)?;
            if row.is_none_or(|row| row.into != kept) {
                return Err(refused(NotMerged::Apart(kept, merged)));
            }
            Rules::bring_into_force(writer, &versions, now)?;
            let key = next_key(writer, &merged, "unmerged")?;
            for (lead, from, survives) in [(&kept, &merged, true), (&merged, &kept, false)] {
                let facts = gone_of(writer, lead, from)?;
                let (lead, from, by) = (lead.clone(), from.clone(), by.clone());
                let fact = Fact::LeadsUnmerged(LeadsUnmerged { lead, from, facts, by });
                append(writer, format!("{key}/{}", word(survives)), fact)?;
            }
            decide(writer, &versions, &[&kept, &merged], now)
        })
    }

    /// Remembers that two leads are two persons, so that they are shown as one no more.
    ///
    /// # Errors
    /// [`NotMerged`], or the actor may not.
    pub fn tell_apart(
        &self,
        by: Option<&Actor>,
        one: LeadId,
        other: LeadId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let by = allowed(by)?;
        self.store.write(now, move |writer| {
            let reader = writer.reader();
            if one == other {
                return Err(refused(NotMerged::Itself(one)));
            }
            for lead in [&one, &other] {
                if let Some(row) = reader.merged_into(lead)? {
                    return Err(refused(NotMerged::MergedBefore(row.lead, row.into)));
                }
                if reader.lead(lead)?.is_none() {
                    return Err(refused(NotMerged::Absent(lead.clone())));
                }
            }
            if reader.told_apart_from(&one)?.contains(&other) {
                return Ok(());
            }
            let key = next_key(writer, &one, "told-apart")?;
            append(writer, key, Fact::LeadsToldApart(LeadsToldApart { lead: one, from: other, by }))
        })
    }
}

/// How a lead stands where it is to be merged.
///
/// # Errors
/// When the database cannot be read.
pub fn stand_of(reader: &Reader<'_>, lead: &LeadId) -> Result<Stand, StoreError> {
    let row = reader.lead(lead)?;
    let has_qualified = row.as_ref().is_some_and(|row| row.qualified_times > 0);
    Ok(Stand {
        is_there: row.is_some(),
        merged_into: reader.merged_into(lead)?.map(|row| row.into),
        has_others: !reader.merged_with(lead)?.is_empty(),
        is_further_on: has_qualified || !reader.handoffs_of(lead)?.is_empty(),
    })
}

fn allowed(by: Option<&Actor>) -> Result<Option<UserId>, Error> {
    if let Some(actor) = by {
        may(actor, &Act::MergeLeads).map_err(Refusal::from)?;
    }
    Ok(by.map(|actor| actor.user.clone()))
}

/// The facts about a lead that hold no more once it is another person than `other` again.
fn gone_of(
    writer: &mut Writer<'_>,
    lead: &LeadId,
    other: &LeadId,
) -> Result<Vec<FactNo>, StoreError> {
    let own = holding(writer.facts_of(&format!("lead/{lead}"))?);
    let theirs = writer.facts_of(&format!("lead/{other}"))?;
    let theirs: BTreeSet<FactNo> = theirs.iter().map(|entry| entry.no).collect();
    let merge = joined(&own).into_iter().find(|merge| merge.with == *other);
    Ok(merge.map_or(Vec::new(), |merge| taken_back(&own, merge.fact, &theirs)))
}

/// A key of our own, which no other act with the lead has.
fn next_key(writer: &mut Writer<'_>, lead: &LeadId, act: &str) -> Result<String, StoreError> {
    let nth = writer.facts_of(&format!("lead/{lead}"))?.len();
    Ok(format!("{act}/{lead}/{nth}"))
}

/// Which of the two a fact is told about, in its key.
fn word(survives: bool) -> &'static str {
    if survives { "kept" } else { "merged" }
}

fn append(writer: &mut Writer<'_>, key: String, fact: Fact) -> Result<(), Error> {
    let happened_at = writer.now();
    writer.append_once(Told { source: SOURCE.to_owned(), key, happened_at, fact })?;
    Ok(())
}

fn decide(
    writer: &mut Writer<'_>,
    versions: &Versions,
    leads: &[&LeadId],
    now: Timestamp,
) -> Result<(), Error> {
    let rules = Rules::of(writer, versions)?;
    for lead in leads {
        decide_about(writer, &rules, &Subject::Lead((*lead).clone()), now)?;
    }
    Ok(())
}

fn refused(refusal: NotMerged) -> Error {
    Error::Refused(refusal.into())
}

#[cfg(test)]
mod tests;
