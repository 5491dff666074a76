//! Two leads become one person, become two again, or are said to be two: told about each of them, in
//! one transaction with what follows. Nothing is merged by itself.

mod by_key;

pub(crate) use by_key::actor;

use std::collections::BTreeSet;

use domain::{
    decided::SOURCE,
    fact::{Fact, Told},
    field::Fields,
    ids::{FactNo, LeadId, Subject, UserId},
    merged::{LeadsMerged, LeadsToldApart, LeadsUnmerged},
    merging::{NotMerged, Stand, joined, key_of_taking, may_merge, may_take, taken_back},
    record::LeadReported,
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
    /// Merges a lead into another, which goes on and takes over the fields that `takes` names. `by` is
    /// absent for the command line.
    ///
    /// # Errors
    /// [`NotMerged`], or the actor may not.
    pub fn merge_leads(
        &self,
        by: Option<&Actor>,
        (kept, merged): (LeadId, LeadId),
        takes: BTreeSet<String>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, versions) = (allowed(by)?, self.versions.clone());
        self.store.write(now, move |writer| {
            let reader = writer.reader();
            let stands = (stand_of(&reader, &kept)?, stand_of(&reader, &merged)?);
            may_merge((&kept, &stands.0), (&merged, &stands.1)).map_err(refused)?;
            let taken = taken_over(&reader, &kept, &merged, takes)?;
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
            if !taken.is_empty() {
                let (lead, key) = (kept, key_of_taking(&format!("{key}/{}", word(true))));
                let fact = LeadReported { lead, fields: taken, person: None, by };
                append(writer, key, Fact::Lead(fact))?;
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

/// The values of the fields that are taken over.
fn taken_over(
    reader: &Reader<'_>,
    kept: &LeadId,
    merged: &LeadId,
    takes: BTreeSet<String>,
) -> Result<Fields, Error> {
    let of = |lead| Ok::<_, StoreError>(reader.lead(lead)?.map(|row| row.fields));
    let (own, theirs) = (of(kept)?.unwrap_or_default(), of(merged)?.unwrap_or_default());
    let may = may_take(&own, &theirs);
    let mut fields = Fields::new();
    for name in takes {
        let Some(value) = theirs.get(&name).filter(|_| may.contains(&name)) else {
            return Err(refused(NotMerged::NothingToTake(name, merged.clone())));
        };
        fields.insert(name, value.clone());
    }
    Ok(fields)
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
    let mut theirs: BTreeSet<FactNo> = theirs.iter().map(|entry| entry.no).collect();
    let Some(merge) = joined(&own).into_iter().find(|merge| merge.with == *other) else {
        return Ok(Vec::new());
    };
    let key = own.iter().find(|entry| entry.no == merge.fact).map(|entry| &entry.told.key);
    let key = key.map(|key| key_of_taking(key));
    let is_taking = |told: &Told| told.source == SOURCE && key.as_ref() == Some(&told.key);
    let taken = own.iter().find(|entry| is_taking(&entry.told)).map(|entry| entry.no);
    // What was taken over is as if it had been told of the other.
    theirs.extend(taken);
    let mut gone = taken_back(&own, merge.fact, &theirs);
    gone.extend(taken);
    gone.sort();
    Ok(gone)
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
