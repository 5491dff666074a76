//! The versions: who proposed each, who signed it and when, from when to when it was in force, and
//! why it is before the sides no more.

use std::collections::BTreeMap;

use domain::{
    fact::{Entry, Fact},
    ids::Version,
    negotiation::reason_name,
};
use engine::{
    handoff::words_of,
    negotiation::{
        answers::{DeclinedChange, declined_changes},
        successors,
    },
};
use store::{
    Reader,
    read::{AgreementHead, AgreementState},
};

use super::{
    state_words,
    talk::{name_of, talk_href},
};
use crate::{
    failure::Failure,
    markup::{Markup, element},
    names::{Names, fact_link},
    show::LocalTime,
};

/// A version in the list.
pub(super) struct Past {
    pub(super) version: Version,
    pub(super) state: &'static str,
    /// What became of it, a sentence each.
    pub(super) lines: Vec<Markup>,
    pub(super) hash: String,
    /// The version whose place it takes or took.
    pub(super) before: Option<Version>,
    pub(super) here: bool,
}

/// All versions, the latest first.
pub(super) fn versions(
    reader: &Reader<'_>,
    here: Version,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Past>, Failure> {
    let heads = reader.agreement_heads()?;
    let successors = successors(reader)?;
    let past = heads.iter().rev().map(|head| {
        let mut lines = vec![proposed(head, names, time)?];
        for signature in reader.signatures_of(head.version)? {
            let name = names.user_name(&signature.user)?;
            let side = crate::session::for_side(&signature.side);
            let words = Markup::text(format!("Signed {side} by {name}, "));
            lines.push(words.and(time.exact(signature.at)).and_text("."));
        }
        lines.extend(in_force(&heads, head, time));
        lines.extend(lineage(&successors, head.version));
        lines.extend(declined(reader, head.version, names, time)?);
        if head.state == AgreementState::Withdrawn {
            lines.extend(
                reader
                    .entry(head.last_fact)?
                    .map(|fact| withdrawn(&fact, names, time))
                    .transpose()?,
            );
        }
        Ok(Past {
            version: head.version,
            state: state_words(head.state),
            lines,
            hash: head.hash.chars().take(8).collect(),
            before: engine::negotiation::before(&heads, head).map(|before| before.version),
            here: head.version == here,
        })
    });
    past.collect()
}

fn proposed(
    head: &AgreementHead,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Markup, Failure> {
    let by = match &head.proposed_by {
        Some(by) => format!(" by {}", names.user_name(by)?),
        None => " from the command line".to_owned(),
    };
    let words = Markup::text(format!("Put before both sides{by}, "));
    let at = head.proposed_at.map(|at| time.exact(at)).unwrap_or_default();
    Ok(words.and(at).and_text("."))
}

/// From when to when it was in force; or from when it is to be.
fn in_force(heads: &[AgreementHead], head: &AgreementHead, time: &LocalTime) -> Option<Markup> {
    let Some(from) = head.in_force_at else {
        let is_open = matches!(head.state, AgreementState::Proposed | AgreementState::Signed);
        let at = head.effective_at.filter(|_| is_open)?;
        let words = Markup::text("To come into force ").and(time.exact(at));
        return Some(words.and_text(", once both have signed."));
    };
    let words = Markup::text("In force from ").and(time.exact(from));
    let until = heads
        .iter()
        .filter_map(|other| other.in_force_at.map(|at| (at, other.version)))
        .filter(|other| *other > (from, head.version))
        .min();
    Some(match until {
        Some((until, by)) => words
            .and_text(" to ")
            .and(time.exact(until))
            .and_text(format!(", when version {by} took its place.")),
        None => words.and_text("."),
    })
}

/// The changes of a version that a side declines or declined to the last: who, when and why.
fn declined(
    reader: &Reader<'_>,
    version: Version,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Markup>, Failure> {
    let mut lines = Vec::new();
    for DeclinedChange { clause, answers } in declined_changes(reader, version)? {
        for answer in answers {
            let side = crate::session::for_side(&answer.side);
            let who = names.user_name(&answer.user)?;
            let reason = reason_name(version, &clause.key, answer.side, answer.nth);
            let reason = words_of(reader, &reason)?.unwrap_or_default();
            let href = talk_href(version, &clause.key);
            let clause = element("a").with("href", href).holding(name_of(&clause));
            let words =
                Markup::text(format!("Declined {side} by {who}, ")).and(time.exact(answer.at));
            lines.push(words.and_text(": ").and(clause).and_text(format!(". “{reason}”")));
        }
    }
    Ok(lines)
}

/// For which version it was taken back, and which was taken back for it.
pub(super) fn lineage(successors: &BTreeMap<Version, Version>, version: Version) -> Vec<Markup> {
    let link = |version: Version| {
        let href = format_args!("/agreement/{version}");
        Markup::from(element("a").with("href", href).holding(format!("Version {version}")))
    };
    let next =
        successors.get(&version).map(|next| link(*next).and_text(" was proposed in its place."));
    let earlier = successors.iter().filter(|(_, next)| **next == version);
    let earlier = earlier.map(|(earlier, _)| link(*earlier).and_text(" was taken back for it."));
    next.into_iter().chain(earlier).collect()
}

/// Why a version is before the sides no more.
fn withdrawn(entry: &Entry, names: &Names<'_, '_>, time: &LocalTime) -> Result<Markup, Failure> {
    let by = match &entry.told.fact {
        Fact::AgreementWithdrawn(fact) => fact.by.as_ref(),
        _ => None,
    };
    let by = by.map(|by| names.user_name(by)).transpose()?;
    let by = by.map_or_else(|| " by another text".to_owned(), |by| format!(" by {by}"));
    let words = Markup::text(format!("Taken back{by}, ")).and(time.exact(entry.happened_at()));
    Ok(words.and_text("; its signatures are void. ").and(fact_link(entry.no)))
}
