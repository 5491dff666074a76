//! The Agreement, read like a document; beside each clause, what it decides today.

pub(crate) mod actions;
pub(crate) mod changes;
mod clause;
pub(crate) mod draft;
mod handing;
mod history;
pub(crate) mod message;
mod paper;
mod people;
pub(crate) mod personas;
pub(crate) mod priorities;
pub(crate) mod propose;
pub(crate) mod redline;
pub(crate) mod routes;
mod running;
mod serving;
pub(crate) mod signature;
pub(crate) mod substitute;
pub(crate) mod talk;
pub(crate) mod text;
mod words;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{agreement::Agreement, firm::Side, ids::Version};
use engine::{
    Engine, Refusal,
    access::{Act, Actor, may},
    agreement::AgreementRefusal,
    backtest::attached_to,
    conflict::conflicts_in,
    negotiation::{answers::declined, contradictions, successors},
    proposal::changes_so_far,
};
use store::{
    Reader, StoreError,
    read::{AgreementRow, AgreementState, SignatureRow},
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Form, Frame, Place},
    markup::{Markup, element},
    names::Names,
    pages::{backtest::attached::attached_words, scoreboard::elsewhere::Margin as Figure},
    session::Visit,
    show::{self, LocalTime, figure},
};
pub use paper::paper;

use clause::{Shown, Today};
use history::Past;
use substitute::Substitutes;

/// The document.
#[derive(Template)]
#[template(path = "pages/agreement/show.html")]
struct AgreementPage {
    frame: Frame,
    view: View,
    /// What is wrong.
    wrong: Markup,
}

/// Before there is a text.
#[derive(Template)]
#[template(path = "pages/agreement/none.html")]
struct NoAgreementPage {
    frame: Frame,
    may_propose: bool,
}

/// How a text comes before both sides, for those who may put it there.
const PROPOSING: [(&str, &str); 2] = [
    (
        "Write the text into a folder, and have every mistake in it named.",
        "lockstep agreement check agreement/",
    ),
    (
        "Put it before both sides, in your name. Those whom it names to sign find it here.",
        "lockstep agreement propose agreement/ --by you@firm.example",
    ),
];

/// What the database says about a version.
struct View {
    version: Version,
    title: String,
    preamble: String,
    state: Markup,
    hash: String,
    clauses: Vec<Shown>,
    /// Whether it says what both sides say to a customer.
    has_message: bool,
    /// Whether it says who leads on what.
    has_priorities: bool,
    /// Where its priorities do not go together with the rest.
    conflicts: Markup,
    /// Where a sentence still says a number that its rule says no more.
    contradictions: Vec<String>,
    seals: Vec<Seal>,
    /// What its definitions would have found, as it was attached.
    attached: Vec<Markup>,
    versions: Vec<Past>,
    /// For which version it was taken back, and which was taken back for it.
    lineage: Vec<Markup>,
    open: Option<Version>,
    may_sign: Option<Side>,
    /// Which side declines changes of it, and so does not sign yet.
    declined: Vec<String>,
    /// What becomes of the clocks that run, beside the signatures of a text that is open for signing.
    running: Markup,
    may_withdraw: bool,
    /// Whether it may still come into force.
    is_open: bool,
    /// Whether it names who rules on disputes.
    has_arbiter: bool,
    /// Whether the person may contest its clauses.
    may_contest: bool,
    substitutes: Substitutes,
    may_draft: bool,
    /// The version in which the person has changed something that nobody sees yet.
    changes: Option<Version>,
    decided: Markup,
    /// Whether it is on paper, where nothing leads on and nothing can be sent.
    on_paper: bool,
    /// When it is printed, if it is.
    printed: Markup,
    /// Where its personas are listed, if it has some.
    personas: Option<String>,
}

/// A signature, or the place for one.
struct Seal {
    side: Markup,
    name: String,
    at: Option<Markup>,
    fact: String,
    /// In whose place, where a substitute signed.
    place: Markup,
}

/// Shows the version in force, or the latest there is.
pub(crate) async fn current(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    match latest(&visit).await? {
        Some(version) => document(visit, version, |_, _| {}).await,
        None => {
            let may_propose = visit.signed.can(&Act::Propose);
            let frame = visit.frame("Agreement", Place::Agreement);
            Ok(visit.show(NoAgreementPage { frame, may_propose }))
        }
    }
}

/// The version in force, or the latest there is.
async fn latest(visit: &Visit) -> Result<Option<Version>, Failure> {
    let found = visit.house.work(|engine| {
        Ok(engine.read(|reader| {
            let rows = reader.agreement_heads()?;
            let in_force = reader.version_in_force()?;
            Ok::<_, StoreError>(in_force.or(rows.last().map(|row| row.version)))
        })?)
    });
    found.await
}

/// Shows a version.
pub(crate) async fn show(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    document(visit, version_of(&no)?, |_, _| {}).await
}

/// A version that is not there is a page that is not there.
pub(crate) fn absent(error: engine::Error) -> Failure {
    match error {
        engine::Error::Refused(Refusal::Agreement(AgreementRefusal::NoSuchVersion(_))) => {
            Failure::Absent
        }
        other => other.into(),
    }
}

/// A version's number in an address.
pub(crate) fn version_of(no: &str) -> Result<Version, Failure> {
    no.parse().map(Version).map_err(|_| Failure::Absent)
}

/// Answers with a version; `refuse` says in its form, or of the whole, what is wrong, if anything is.
async fn document(
    visit: Visit,
    version: Version,
    refuse: impl FnOnce(&mut View, &mut Form),
) -> Result<Response, Failure> {
    let (time, actor) = (visit.time(), visit.signed.0.clone());
    let mut view = visit.house.work(move |engine| viewed(engine, version, &actor, &time)).await?;
    let mut form = Form::default();
    refuse(&mut view, &mut form);
    let substitute = view.substitutes.form.iter();
    let was_refused = form.is_refused() || substitute.clone().any(Form::is_refused);
    let wrong = std::iter::once(&form).chain(substitute).map(Form::summary).collect();
    let mut frame = visit.frame(view.title.clone(), Place::Agreement);
    frame.refused = was_refused;
    let template = AgreementPage { frame, view, wrong };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Where the priorities of a version do not go together with the rest, as a list.
fn conflicts(
    reader: &Reader<'_>,
    version: Version,
    agreement: &Agreement,
    time: &LocalTime,
) -> Result<Markup, StoreError> {
    let found = conflicts_in(reader, agreement, time.now())?;
    Ok(priorities::conflicts::listed(version, &found))
}

fn viewed(
    engine: &Engine,
    version: Version,
    actor: &Actor,
    time: &LocalTime,
) -> Result<View, Failure> {
    let (row, agreement) = engine.agreement(version).map_err(absent)?;
    let is_signer = engine.is_signer(actor)?;
    engine.read(|reader| {
        let names = Names::new(reader, false);
        let today = Today::of(reader, version, row.in_force_at.is_some(), time.now())?;
        let signatures = reader.signatures_of(version)?;
        let is_open = matches!(row.state, AgreementState::Proposed | AgreementState::Signed);
        let may_sign = (row.state == AgreementState::Proposed
            && !signatures.iter().any(|signature| signature.side == actor.side)
            && may(actor, &Act::Sign(actor.side)).is_ok())
        .then_some(actor.side);
        let open = reader.agreement_heads()?.into_iter().find(|other| {
            let is_open = matches!(other.state, AgreementState::Proposed | AgreementState::Signed);
            is_open && other.version != version
        });
        let open = open.map(|other| other.version);
        let decided = match today.has_been_in_force {
            false => Markup::new(),
            true => bound(&today, version),
        };
        let declines = !declined(reader, version, Some(actor.side))?.is_empty();
        let may_change =
            (is_open || row.state == AgreementState::InForce) && may(actor, &Act::Propose).is_ok();
        let substitutes =
            substitute::substitutes(reader, &agreement, actor, is_signer, &names, time)?;
        Ok(View {
            version,
            title: agreement.title.clone(),
            preamble: agreement.preamble.clone(),
            state: state(&row, &unsigned(&agreement, &signatures), time),
            hash: spaced(&row.hash),
            clauses: clause::clauses(&agreement, &today, may_change),
            has_message: message::is_in(&agreement),
            has_priorities: priorities::priorities(&agreement).next().is_some(),
            conflicts: conflicts(reader, version, &agreement, time)?,
            contradictions: contradictions(reader, &row)?,
            changes: changes_so_far(reader, &actor.user)?,
            seals: seals(&agreement, &signatures, &substitutes, &names, time)?,
            attached: attached_to(reader, version)?
                .iter()
                .map(|attached| attached_words(attached, &names, time))
                .collect::<Result<_, StoreError>>()?,
            substitutes,
            lineage: history::lineage(&successors(reader)?, version),
            versions: history::versions(reader, version, &names, time)?,
            open,
            may_sign: may_sign.filter(|side| *side != Side::Neutral && !declines),
            running: match is_open {
                true => running::running(&agreement, &reader.clocks_in_time(time.now())?),
                false => Markup::new(),
            },
            declined: talk::stand(reader, &row, actor)?.lines,
            may_draft: may(actor, &Act::Propose).is_ok(),
            is_open,
            has_arbiter: agreement.disputes.is_some(),
            may_contest: may_contest(&row, &agreement, actor),
            may_withdraw: is_open && may(actor, &Act::Propose).is_ok(),
            decided,
            on_paper: false,
            printed: time.exact(time.now()),
            personas: (!agreement.personas.is_empty()).then(|| personas::personas_href(version)),
        })
    })
}

/// Whether somebody may contest the clauses of a version: of the one in force, where it says who rules.
fn may_contest(row: &AgreementRow, agreement: &Agreement, actor: &Actor) -> bool {
    row.state == AgreementState::InForce
        && agreement.disputes.is_some()
        && may(actor, &Act::ContestClauses).is_ok()
}

/// A hash in groups of four, as people compare them.
fn spaced(hash: &str) -> String {
    let letters: Vec<char> = hash.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn state_words(state: AgreementState) -> &'static str {
    match state {
        AgreementState::Proposed => "before both sides",
        AgreementState::Withdrawn => "taken back",
        AgreementState::Signed => "signed by both sides",
        AgreementState::InForce => "in force",
        AgreementState::Superseded => "superseded",
    }
}

/// The parties that have not signed.
fn unsigned(agreement: &Agreement, signatures: &[SignatureRow]) -> Vec<Side> {
    let has_signed = |side| signatures.iter().any(|signature| signature.side == side);
    agreement.parties.iter().map(|party| party.side).filter(|side| !has_signed(*side)).collect()
}

/// Where a version stands, and whose signature it waits for.
fn state(row: &AgreementRow, unsigned: &[Side], time: &LocalTime) -> Markup {
    let mut words = Markup::text(state_words(row.state));
    if row.state == AgreementState::Proposed {
        let sides: Vec<String> = unsigned.iter().map(crate::session::for_side).collect();
        words = words.and_text(", not yet signed ").and_text(sides.join(" and "));
    }
    match (row.state, row.in_force_at, row.effective_at) {
        (AgreementState::InForce, Some(at), _) => words.and_text(" since ").and(time.exact(at)),
        (AgreementState::Superseded, Some(at), _) => {
            words.and_text(", came into force ").and(time.exact(at))
        }
        (AgreementState::Proposed | AgreementState::Signed, _, Some(at)) => {
            words.and_text(", to come into force ").and(time.exact(at))
        }
        _ => words,
    }
}

fn seals(
    agreement: &Agreement,
    signatures: &[SignatureRow],
    substitutes: &Substitutes,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Seal>, Failure> {
    let mut seals = Vec::new();
    for party in &agreement.parties {
        let signature = signatures.iter().find(|signature| signature.side == party.side);
        let side = element("span").class("side").holding(show::side(party.side));
        let side = Markup::from(side.holding(crate::session::for_side(&party.side)));
        seals.push(match signature {
            Some(signature) => Seal {
                side,
                name: names.user_name(&signature.user)?,
                at: Some(time.exact(signature.at)),
                fact: crate::names::fact_href(signature.by_fact),
                place: in_place_of(signature, names)?,
            },
            None => Seal {
                side,
                name: format!(
                    "{} signs{}",
                    signer(names, &party.signer)?,
                    substitutes.beside(party.side)
                ),
                at: None,
                fact: String::new(),
                place: Markup::new(),
            },
        });
    }
    Ok(seals)
}

/// Who signs by name, with how the text names them; only that, where nobody is known by it.
fn signer(names: &Names<'_, '_>, named: &str) -> Result<String, Failure> {
    Ok(match names.named(named)? {
        Some(name) => format!("{name}, {named},"),
        None => named.to_owned(),
    })
}

/// `in the place of Sven Arndt, as substitute until Thu 3 Dec`, where a substitute signed.
fn in_place_of(signature: &SignatureRow, names: &Names<'_, '_>) -> Result<Markup, Failure> {
    let Some(signer) = &signature.in_place_of else { return Ok(Markup::new()) };
    let words = format!("in the place of {}, as the substitute ", names.user_name(signer)?);
    Ok(match signature.named_by {
        Some(no) => Markup::text(words).and_text("named by ").and(crate::names::fact_link(no)),
        None => Markup::text(words).and_text("whom the text names"),
    })
}

/// What carries the hash of a version: `Every verdict under it … 12 qualifications and 9 clocks.`
fn bound(today: &Today, version: Version) -> Markup {
    let door = |n: u64, of: Figure| figure(show::count(n), &of.href(version, ""));
    Markup::text("Every verdict under it carries this hash: ")
        .and(door(today.qualifications(), Figure::Qualifications))
        .and_text(" qualifications and ")
        .and(door(today.clocks(), Figure::Clocks))
        .and_text(" clocks.")
}

impl NoAgreementPage {
    fn empty(&self) -> EmptyState {
        let (label, href) = match self.may_propose {
            true => ("Let your data propose one", "/agreement/draft"),
            false => ("See who can propose one", "/people"),
        };
        let steps = if self.may_propose { PROPOSING.to_vec() } else { Vec::new() };
        EmptyState {
            title: "Write down what each side may expect, and let it decide".to_owned(),
            words: "An Agreement says when a lead is qualified, how soon sales answers, and what \
                    each side owes the other. It is a folder of text files; two people sign it, \
                    one of each side, and from then on it decides by itself."
                .to_owned(),
            action: Some((label.to_owned(), href.to_owned())),
            small: Markup::new(),
            steps,
            heads: vec!["Clause", "What it decides today"],
            rows: vec![
                vec!["1 When a lead is qualified", "231 leads qualified this quarter"],
                vec!["2 What sales owes a lead", "187 of 212 in time, goal 90 %"],
                vec!["3 What marketing owes sales", "231 handed over, 248 due by now"],
            ],
        }
    }
}
