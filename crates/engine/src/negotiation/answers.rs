//! What both sides say to a proposal, clause by clause: comments, answers with reasons, and the text
//! that is left without what was declined.

use std::collections::{BTreeMap, BTreeSet};

use connectors::agreement::{edit, read as read_text};
use domain::{
    fact::Fact,
    firm::Side,
    ids::{UserId, Version},
    negotiation::{ChangeAnswered, ClauseCommented, comment_name, reason_name},
};
use jiff::Timestamp;
use store::{
    Reader, StoreError, Writer,
    read::{AgreementRow, AgreementState, AnswerRow},
};

use super::{ClauseChange, base_of, own_redline, redline_between, text_of};
use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{AgreementRefusal, Effective, Proposing, cached, check_signer, propose},
    colleague::append,
    handoff::{NOTE_BYTES_MAX, keep_words},
};

/// Why something is not said to a proposal, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiationRefusal {
    /// It is not before the sides any more.
    #[error("version {0} is not before both sides any more: what was said to it stays readable")]
    NotOpen(Version),
    /// The proposal leaves the clause as it was.
    #[error("version {0} changes no such clause: look at what it says otherwise")]
    NotChanged(Version),
    /// Nothing was written.
    #[error("write what you want to say: the other side reads it, and it stays")]
    NoWords,
    /// Too much was written.
    #[error("that is too long: use at most 4,000 bytes")]
    TooLong,
    /// A change is declined without a reason.
    #[error("say why your side declines it: the other side reads it, and it stays")]
    NoReason,
    /// The side has signed all of it.
    #[error(
        "{0} has signed this version, with every change in it: nothing can be declined any more"
    )]
    SideHasSigned(&'static str),
    /// Nothing is declined.
    #[error("neither side declines a change: there is nothing to leave out")]
    NothingDeclined,
    /// Every change is declined.
    #[error("nothing would be left of version {0}: take it back instead")]
    NothingLeft(Version),
    /// What stays needs what was declined.
    #[error("what is left cannot stand without what was declined: {0}")]
    Torn(String),
}

/// Whether a side takes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToChange {
    /// Whether it does.
    pub accepts: bool,
    /// Why, or why not.
    pub reason: String,
}

impl Engine {
    /// Says something about a clause that a proposal changes.
    ///
    /// # Errors
    /// [`NegotiationRefusal`], or the actor may not.
    pub fn comment_on_clause(
        &self,
        by: &Actor,
        version: Version,
        part: &str,
        words: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::CommentOnClauses).map_err(Refusal::from)?;
        let (by, part, words) = (by.clone(), part.to_owned(), words.trim().to_owned());
        self.store.write(now, move |writer| {
            changed(&writer.reader(), version, &part)?;
            let words = clean(&words)?.ok_or_else(|| refused(NegotiationRefusal::NoWords))?;
            let comments = writer.reader().comments_on(version)?;
            let nth = following(comments.iter().filter(|comment| comment.part == part).count());
            let words = keep_words(writer, &comment_name(version, &part, nth), &words)?;
            let key = comment_name(version, &part, nth);
            let (user, side) = (by.user, by.side);
            let fact = ClauseCommented { version, part, nth, by: user, side, words };
            append(writer, key, Fact::ClauseCommented(fact))
        })
    }

    /// Takes or declines a change for the actor's side. Whoever signs for the side answers for it.
    ///
    /// # Errors
    /// [`NegotiationRefusal`] and [`AgreementRefusal`], or the actor may not.
    pub fn answer_change(
        &self,
        by: &Actor,
        version: Version,
        part: &str,
        answer: ToChange,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Sign(by.side)).map_err(Refusal::from)?;
        let (by, part, versions) = (by.clone(), part.to_owned(), self.versions.clone());
        self.store.write(now, move |writer| {
            let row = changed(&writer.reader(), version, &part)?;
            let agreement = cached(&versions, &row)?;
            check_signer(&writer.reader(), &agreement, &by, now)?;
            let signatures = writer.reader().signatures_of(version)?;
            if signatures.iter().any(|signature| signature.side == by.side) {
                return Err(refused(NegotiationRefusal::SideHasSigned(by.side.word())));
            }
            let reason = clean(&answer.reason)?;
            if !answer.accepts && reason.is_none() {
                return Err(refused(NegotiationRefusal::NoReason));
            }
            let answers = writer.reader().answers_to(version)?;
            let theirs = answers.iter().filter(|row| row.part == part && row.side == by.side);
            let nth = following(theirs.count());
            let key = reason_name(version, &part, by.side, nth);
            let reason = reason.map(|reason| keep_words(writer, &key, &reason)).transpose()?;
            let fact = ChangeAnswered {
                version,
                part,
                nth,
                by: by.user,
                side: by.side,
                accepts: answer.accepts,
                reason,
            };
            append(writer, key, Fact::ChangeAnswered(fact))
        })
    }

    /// Puts what is left of a proposal without its declined changes before both sides, in its place;
    /// the version that it became.
    ///
    /// # Errors
    /// [`NegotiationRefusal`] and [`AgreementRefusal`], or the actor may not.
    pub fn leave_declined_out(
        &self,
        by: &Actor,
        version: Version,
        now: Timestamp,
    ) -> Result<Version, Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let by = by.user.clone();
        self.store.write(now, move |writer| draw(writer, by, version, now))
    }
}

impl Engine {
    /// How many changes of an open version a side has neither taken nor declined; none of a version
    /// that it proposed itself, or that takes no other's place.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unanswered(&self, version: Version, side: Side) -> Result<usize, Error> {
        let found = self.redline(version, None)?;
        if found.against.is_none() {
            return Ok(0);
        }
        self.store.read(|reader| {
            let proposed_by = found.version.proposed_by.as_ref();
            let proposer = proposed_by.map(|by| reader.user(by)).transpose()?.flatten();
            if proposer.is_some_and(|user| user.side == Some(side)) {
                return Ok(0);
            }
            let answers = answers(reader, version)?;
            let clauses = found.redline.clauses.into_iter();
            Ok(clauses.filter(|clause| !answers.contains_key(&(clause.key.clone(), side))).count())
        })
    }
}

/// Draws the text without what was declined, and proposes it.
fn draw(
    writer: &mut Writer<'_>,
    by: UserId,
    version: Version,
    now: Timestamp,
) -> Result<Version, Error> {
    let reader = writer.reader();
    let row = open_row(&reader, version)?;
    let declined = declined(&reader, version, None)?;
    if declined.is_empty() {
        return Err(refused(NegotiationRefusal::NothingDeclined));
    }
    let nothing = || refused(NegotiationRefusal::NothingLeft(version));
    let base = base_of(&reader, version)?.ok_or_else(nothing)?;
    let torn = |says: String| refused(NegotiationRefusal::Torn(says));
    let mut text = text_of(&row)?;
    for part in &declined {
        text = edit::take_back(&text, &base, part).map_err(|wrong| {
            torn(wrong.into_iter().map(|wrong| wrong.says).collect::<Vec<_>>().join(" "))
        })?;
    }
    let left = redline_between(Some(&base), &text).clauses;
    if left.is_empty() {
        return Err(nothing());
    }
    if let Some(kept) = left.iter().find(|clause| declined.contains(&clause.key)) {
        return Err(torn(format!("{} cannot be left as it was by itself", kept.title)));
    }
    read_text(&text).map_err(|mistakes| {
        torn(mistakes.iter().take(3).map(edit::said).collect::<Vec<_>>().join(" "))
    })?;
    let effective = Effective::At(row.effective_at.map_or(now, |at| at.max(now)));
    let proposing = Proposing { text, effective, instead: Some(version) };
    propose(writer, Some(by), &proposing, now)
}

/// The last answer of each side to each change of a version.
///
/// # Errors
/// When the database cannot be read.
pub fn answers(
    reader: &Reader<'_>,
    version: Version,
) -> Result<BTreeMap<(String, Side), AnswerRow>, StoreError> {
    let rows = reader.answers_to(version)?.into_iter();
    Ok(rows.map(|row| ((row.part.clone(), row.side), row)).collect())
}

/// The changes of a version that a side declines, or that either does.
///
/// # Errors
/// When the database cannot be read.
pub fn declined(
    reader: &Reader<'_>,
    version: Version,
    side: Option<Side>,
) -> Result<BTreeSet<String>, StoreError> {
    let answers = answers(reader, version)?.into_iter();
    let theirs = answers.filter(|((_, of), row)| !row.accepts && side.is_none_or(|s| s == *of));
    Ok(theirs.map(|((part, _), _)| part).collect())
}

/// A change that a side declines.
#[derive(Debug, Clone)]
pub struct DeclinedChange {
    /// The clause, with what would have changed in it.
    pub clause: ClauseChange,
    /// The last answer of each side that declines it.
    pub answers: Vec<AnswerRow>,
}

/// The changes of a version that a side declines, or declined to the last, in the order of the text.
///
/// # Errors
/// When the database cannot be read.
pub fn declined_changes(
    reader: &Reader<'_>,
    version: Version,
) -> Result<Vec<DeclinedChange>, Error> {
    let mut declining: BTreeMap<String, Vec<AnswerRow>> = BTreeMap::new();
    for (_, row) in answers(reader, version)?.into_iter().filter(|(_, row)| !row.accepts) {
        declining.entry(row.part.clone()).or_default().push(row);
    }
    if declining.is_empty() {
        return Ok(Vec::new());
    }
    let Some(row) = reader.agreement(version)? else { return Ok(Vec::new()) };
    let clauses = own_redline(reader, &row)?.clauses.into_iter();
    let declined = clauses.filter_map(|clause| {
        let answers = declining.remove(&clause.key)?;
        Some(DeclinedChange { clause, answers })
    });
    Ok(declined.collect())
}

/// A version that is open, if the clause is one that it changes.
fn changed(reader: &Reader<'_>, version: Version, part: &str) -> Result<AgreementRow, Error> {
    let row = open_row(reader, version)?;
    match own_redline(reader, &row)?.clauses.iter().any(|clause| clause.key == part) {
        true => Ok(row),
        false => Err(refused(NegotiationRefusal::NotChanged(version))),
    }
}

fn open_row(reader: &Reader<'_>, version: Version) -> Result<AgreementRow, Error> {
    let row = reader.agreement(version)?;
    let row = row.ok_or_else(|| Refusal::from(AgreementRefusal::NoSuchVersion(version)))?;
    match row.state {
        AgreementState::Proposed => Ok(row),
        _ => Err(refused(NegotiationRefusal::NotOpen(version))),
    }
}

/// What was written; nothing where it is blank.
fn clean(words: &str) -> Result<Option<String>, Error> {
    match words.trim() {
        "" => Ok(None),
        long if long.len() > NOTE_BYTES_MAX => Err(refused(NegotiationRefusal::TooLong)),
        words => Ok(Some(words.to_owned())),
    }
}

/// The number of what follows so many.
fn following(earlier: usize) -> u32 {
    u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1)
}

fn refused(refusal: NegotiationRefusal) -> Error {
    Error::Refused(refusal.into())
}
