//! A proposal in the making: somebody changes clauses of the Agreement, one after the other, and
//! puts them before both sides in one go. Until then it is theirs alone, beside the ledger.

use std::collections::BTreeMap;

use connectors::agreement::{
    AgreementText, edit,
    parts::parts,
    read as read_text,
    redline::{Redline, redline},
};
use domain::{
    agreement::{
        Agreement,
        text::{Clause, ClauseKind},
    },
    ids::{UserId, Version},
};
use jiff::Timestamp;
use store::{
    Amendment, Reader, StoreError, Writer,
    read::{AgreementRow, AgreementState},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{AgreementRefusal, Effective, OpenVersion, Proposing, propose},
    first_agreement::{Signer, namable},
    negotiation::text_of,
};

pub use connectors::agreement::edit::{Asked, Asks, Wrong};

/// Why a change is not kept or not put before both sides, in the order in which the reasons are
/// looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalRefusal {
    /// There is no such clause.
    #[error("version {0} has no such clause: go back to the version and choose another")]
    NoClause(Version),
    /// They change another version already.
    #[error(
        "your changes so far are to version {0}: put them before both sides, or drop them, first"
    )]
    OtherBase(Version),
    /// The text was changed elsewhere meanwhile.
    #[error("the clause has changed since you opened it: look at it as it is now, then change it")]
    Moved,
    /// What was typed does not fit.
    #[error("{} of what was typed cannot stand in the text: each is said beside its field", .0.len())]
    Wrong(Vec<Wrong>),
    /// Nothing was changed.
    #[error("nothing is changed yet: change a sentence or a number, then keep it")]
    Nothing,
    /// The version that it began from is not in force any more.
    #[error(
        "version {0} has been replaced since you began, so this would take later changes back: \
         drop your changes and make them anew"
    )]
    Outdated(Version),
    /// The clause has its rules where they cannot be replaced.
    #[error(
        "the clause is written in a way in which its points cannot be replaced: change it by hand"
    )]
    NotAnew,
}

/// A clause as it is asked for in a form.
#[derive(Debug, Clone)]
pub struct ClauseForm {
    /// The version that the change is to.
    pub version: Version,
    /// Its number, if it has one.
    pub no: Option<String>,
    /// `Clause 3.1`, or what the section is called.
    pub title: String,
    /// Its heading.
    pub heading: String,
    /// The values that can be changed by themselves.
    pub asked: Vec<Asked>,
    /// The very text of the clause; none where it stands inside of something else.
    pub text: Option<String>,
    /// The hash of the whole text that it was taken from.
    pub hash: String,
    /// How many clauses the person has changed so far.
    pub changed: usize,
    /// Whom a field that asks for somebody can name, where there is such a field.
    pub people: Vec<Signer>,
    /// What a field that asks for something that is sold can name, where there is such a field.
    pub products: Vec<String>,
}

/// How a clause is changed.
#[derive(Debug, Clone)]
pub enum ClauseChanged {
    /// Values of it, by their paths.
    Values(BTreeMap<String, String>),
    /// The whole of its text; none takes the clause out.
    Text(String),
}

/// What somebody would change so far.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The version that it began from.
    pub base: Version,
    /// Whether that version was replaced meanwhile.
    pub is_outdated: bool,
    /// What it says otherwise than that version.
    pub redline: Redline,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// The version that is before both sides now, whose place it would take.
    pub open: Option<OpenVersion>,
    /// The rules as they would be, for their zone and who signs.
    pub agreement: Agreement,
}

impl Engine {
    /// A clause of a version as somebody would change it: with what they changed already.
    ///
    /// # Errors
    /// [`ProposalRefusal`], or the actor may not.
    pub fn clause_form(
        &self,
        by: &Actor,
        version: Version,
        key: &str,
    ) -> Result<ClauseForm, Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let (row, draft) = self.store.read(|reader| based(reader, &by.user, version))?;
        let base = text_of(&row)?;
        let text = draft.as_ref().map(text_of_draft).transpose()?.unwrap_or_else(|| base.clone());
        let found = edit::asked(&text, key).or_else(|| edit::asked(&base, key));
        let (part, asked) = found.ok_or_else(|| refused(ProposalRefusal::NoClause(version)))?;
        let changed = redline(Some(&base), &text).clauses.len();
        let asks = |wanted: Asks| asked.iter().any(|asked| asked.asks == wanted);
        let (people, products) = self.store.read(|reader| {
            let people = if asks(Asks::Somebody) { namable(reader)? } else { Vec::new() };
            let products = if asks(Asks::Product) { reader.products()? } else { Vec::new() };
            Ok::<_, Error>((people, products.into_iter().filter_map(|row| row.name).collect()))
        })?;
        let text_of_part = (!part.places.is_empty()).then(|| part.text(&text));
        Ok(ClauseForm {
            version,
            no: part.no,
            title: part.title,
            heading: part.heading,
            asked,
            text: text_of_part,
            hash: text.hash(),
            changed,
            people,
            products,
        })
    }

    /// Keeps a change to a clause of a version with somebody's others.
    ///
    /// # Errors
    /// [`ProposalRefusal`], or the actor may not.
    pub fn change_clause(
        &self,
        by: &Actor,
        version: Version,
        key: &str,
        hash: &str,
        change: ClauseChanged,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let (owner, key, hash) = (by.user.clone(), key.to_owned(), hash.to_owned());
        self.store.write(now, move |writer| {
            let (row, draft) = based(&writer.reader(), &owner, version)?;
            let base = text_of(&row)?;
            let draft = draft.as_ref().map(text_of_draft).transpose()?;
            let text = draft.unwrap_or_else(|| base.clone());
            if text.hash() != hash {
                return Err(refused(ProposalRefusal::Moved));
            }
            if !parts(&text).iter().any(|part| part.key == key) {
                return Err(refused(ProposalRefusal::NoClause(version)));
            }
            let changed = match &change {
                ClauseChanged::Values(typed) => edit::change_values(&text, &key, typed),
                ClauseChanged::Text(other) => edit::change_part(&text, &key, other),
            };
            let changed = changed.map_err(|wrong| refused(ProposalRefusal::Wrong(wrong)))?;
            if changed == text {
                return Err(refused(ProposalRefusal::Nothing));
            }
            read_text(&changed).map_err(|mistakes| {
                refused(ProposalRefusal::Wrong(edit::wrong(&changed, &key, &mistakes)))
            })?;
            keep(writer, owner, &base, version, changed, now)
        })
    }

    /// Takes what somebody changed in one clause back.
    ///
    /// # Errors
    /// [`ProposalRefusal`], or the actor may not.
    pub fn take_change_back(&self, by: &Actor, key: &str, now: Timestamp) -> Result<(), Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let (owner, key) = (by.user.clone(), key.to_owned());
        self.store.write(now, move |writer| {
            let draft = writer.reader().amendment(&owner)?;
            let draft = draft.ok_or_else(|| refused(ProposalRefusal::Nothing))?;
            let row = version_row(&writer.reader(), draft.base)?;
            let (base, text) = (text_of(&row)?, text_of_draft(&draft)?);
            let wrong = |wrong| refused(ProposalRefusal::Wrong(wrong));
            let changed = edit::take_back(&text, &base, &key).map_err(wrong)?;
            read_text(&changed)
                .map_err(|mistakes| wrong(edit::wrong(&changed, &key, &mistakes)))?;
            keep(writer, owner, &base, draft.base, changed, now)
        })
    }

    /// Drops everything that somebody would change.
    ///
    /// # Errors
    /// When the actor may not, or the database fails.
    pub fn drop_proposal(&self, by: &Actor, now: Timestamp) -> Result<(), Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let owner = by.user.clone();
        self.store.write(now, move |writer| Ok(writer.forget_amendment(&owner)?))
    }

    /// What somebody would change so far.
    ///
    /// # Errors
    /// When the actor may not, or the database fails.
    pub fn proposal_of(&self, by: &Actor) -> Result<Option<Proposal>, Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let open = self.open_version()?;
        self.store.read(|reader| {
            let Some(draft) = reader.amendment(&by.user)? else { return Ok(None) };
            let row = version_row(reader, draft.base)?;
            let (base, text) = (text_of(&row)?, text_of_draft(&draft)?);
            let agreement = read_text(&text)
                .map_err(|mistakes| Refusal::from(AgreementRefusal::Mistakes(mistakes)))?;
            Ok(Some(Proposal {
                base: draft.base,
                is_outdated: is_outdated(row.state),
                redline: redline(Some(&base), &text),
                changed_at: draft.changed_at,
                open,
                agreement,
            }))
        })
    }

    /// Puts what somebody would change before both sides, to come into force then once both have
    /// signed, and in the place of an open version if that is said; the version that it became.
    ///
    /// # Errors
    /// [`ProposalRefusal`] and [`AgreementRefusal`], or the actor may not.
    pub fn put_proposal(
        &self,
        by: &Actor,
        effective: Effective,
        instead: Option<Version>,
        now: Timestamp,
    ) -> Result<Version, Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let owner = by.user.clone();
        self.store.write(now, move |writer| {
            let draft = writer.reader().amendment(&owner)?;
            let draft = draft.ok_or_else(|| refused(ProposalRefusal::Nothing))?;
            let row = version_row(&writer.reader(), draft.base)?;
            if is_outdated(row.state) {
                return Err(refused(ProposalRefusal::Outdated(draft.base)));
            }
            let text = text_of_draft(&draft)?;
            let proposing = Proposing { text, effective, instead };
            let version = propose(writer, Some(owner.clone()), &proposing, now)?;
            writer.forget_amendment(&owner)?;
            Ok(version)
        })
    }
}

/// Keeps a changed text; one that says what its base says is none.
fn keep(
    writer: &mut Writer<'_>,
    owner: UserId,
    base: &AgreementText,
    version: Version,
    text: AgreementText,
    now: Timestamp,
) -> Result<(), Error> {
    if text == *base {
        return Ok(writer.forget_amendment(&owner)?);
    }
    let text = text.files().clone();
    let draft = Amendment { owner, base: version, text, changed_at: now };
    Ok(writer.keep_amendment(&draft)?)
}

/// The version that somebody changes, and what they changed in it so far.
fn based(
    reader: &Reader<'_>,
    owner: &UserId,
    version: Version,
) -> Result<(AgreementRow, Option<Amendment>), Error> {
    let row = version_row(reader, version)?;
    let draft = reader.amendment(owner)?;
    match &draft {
        Some(draft) if draft.base != version => {
            Err(refused(ProposalRefusal::OtherBase(draft.base)))
        }
        None if is_outdated(row.state) => Err(refused(ProposalRefusal::Outdated(version))),
        _ => Ok((row, draft)),
    }
}

/// Whether a version has been replaced or taken back: nothing is proposed on top of it.
fn is_outdated(state: AgreementState) -> bool {
    matches!(state, AgreementState::Superseded | AgreementState::Withdrawn)
}

fn version_row(reader: &Reader<'_>, version: Version) -> Result<AgreementRow, Error> {
    let row = reader.agreement(version)?;
    row.ok_or_else(|| Refusal::from(AgreementRefusal::NoSuchVersion(version)).into())
}

fn text_of_draft(draft: &Amendment) -> Result<AgreementText, Error> {
    AgreementText::new(draft.text.clone())
        .map_err(|failure| Refusal::from(AgreementRefusal::Unreadable(failure.to_string())).into())
}

fn refused(refusal: ProposalRefusal) -> Error {
    Error::Refused(refusal.into())
}

/// How a clause is found again in its text.
pub fn key_of(clause: &Clause) -> String {
    match &clause.kind {
        ClauseKind::Definition(id) => format!("definition/{id}"),
        ClauseKind::ServiceLevel(id) => format!("service_level/{id}"),
        ClauseKind::Milestone(id) => format!("milestone/{id}"),
        ClauseKind::Goal(id) => format!("goal/{id}"),
        ClauseKind::Capacity(id) => format!("capacity/{id}"),
        ClauseKind::Training(id) => format!("training/{id}"),
        ClauseKind::CheckIns => "check_ins".to_owned(),
        ClauseKind::Consequence(id) => format!("consequence/{id}"),
        ClauseKind::Persona(id) => format!("persona/{id}"),
        ClauseKind::Message(_) => format!("message/{}", clause.no),
        ClauseKind::Priority(_) => format!("priority/{}", clause.no),
        ClauseKind::Words => format!("words/{}", clause.no),
        ClauseKind::Handoff => "handoff".to_owned(),
        ClauseKind::Disputes => "disputes".to_owned(),
        ClauseKind::Routing => "routing".to_owned(),
    }
}

/// The version in which somebody has changed something that nobody sees yet.
///
/// # Errors
/// When the database cannot be read.
pub fn changes_so_far(reader: &Reader<'_>, owner: &UserId) -> Result<Option<Version>, StoreError> {
    Ok(reader.amendment(owner)?.map(|draft| draft.base))
}
