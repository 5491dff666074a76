//! The card of one persona.

use domain::{
    agreement::{
        Agreement, Persona,
        persona::{Of, Ring, SellerTopic},
    },
    ids::Version,
};
use engine::{
    Engine,
    access::{Act, Actor, may},
};
use store::{Reader, read::AgreementState};

use super::{
    super::absent,
    Asked,
    counted::Counted,
    evidence::{Evidence, Look, evidence},
    of_words, persona_href,
};
use crate::{
    app::House,
    failure::Failure,
    markup::{Markup, element},
    names::Names,
    pages::agreement::{propose::clause_href, state_words},
    show::{self, LocalTime},
};

/// What the page shows.
pub(super) struct Card {
    pub(super) version: Version,
    pub(super) name: String,
    pub(super) of: &'static str,
    pub(super) clause: String,
    pub(super) says: String,
    /// Where the clause is changed, for whoever may.
    pub(super) propose: Option<String>,
    pub(super) counted: Counted,
    /// The figures: what, how many, and what stands beside.
    pub(super) figures: Vec<(&'static str, Markup, Markup)>,
    /// The rule in plain words.
    pub(super) rule: Option<String>,
    /// What was found out, topic by topic; empty where nothing is recorded.
    pub(super) topics: Vec<(&'static str, Vec<String>)>,
    pub(super) is_seller: bool,
    pub(super) roles: String,
    pub(super) channels: Vec<String>,
    /// What they object to, with the answer.
    pub(super) objections: Vec<(String, Option<String>)>,
    pub(super) evidence: Evidence,
    /// Where evidence is given.
    pub(super) give: String,
    pub(super) signed: Signed,
}

/// Which version the words come from, and who signed it.
pub(super) struct Signed {
    /// The version in which the clause last changed.
    pub(super) since: Version,
    pub(super) state: &'static str,
    /// For which side, who, and when.
    pub(super) by: Vec<(Markup, Markup)>,
}

/// The card of a persona in a version.
pub(super) fn card(
    engine: &Engine,
    house: &House,
    (version, id): (Version, &str),
    (actor, asked): (&Actor, &Asked),
    time: &LocalTime,
) -> Result<Card, Failure> {
    let (row, agreement) = engine.agreement(version).map_err(absent)?;
    let persona =
        agreement.personas.iter().find(|persona| persona.id == *id).ok_or(Failure::Absent)?;
    let words = engine.persona_words(version, &persona.id)?;
    let (_, since) = engine.agreement(words.since).map_err(absent)?;
    let counted = Counted::of(house, version, &agreement, time)?;
    let look = Look { version, persona, actor, asked };
    let (signed, evidence) = engine.read(|reader| {
        let signed = signed(reader, words.since, &since, time)?;
        Ok::<_, Failure>((signed, evidence(reader, &look, time)?))
    })?;
    let may_change = matches!(
        row.state,
        AgreementState::Proposed | AgreementState::Signed | AgreementState::InForce
    ) && may(actor, &Act::Propose).is_ok();
    Ok(Card {
        version,
        name: persona.name.clone(),
        of: of_words(persona.of),
        clause: persona.clause.clone(),
        says: persona.says.clone(),
        propose: may_change.then(|| clause_href(version, &format!("persona/{}", persona.id))),
        figures: figures(persona, version, (&counted, &evidence), time),
        evidence,
        give: format!("{}/evidence", persona_href(version, &persona.id)),
        counted,
        rule: words.rule,
        topics: topics(persona),
        is_seller: persona.of == Of::Sellers,
        roles: roles(persona),
        channels: persona.channels.clone(),
        objections: persona
            .objections
            .iter()
            .map(|objection| (objection.says.clone(), objection.answer.clone()))
            .collect(),
        signed,
    })
}

/// A figure: what it is, the number, and what stands beside it.
type Shown = (&'static str, Markup, Markup);

fn figures(
    persona: &Persona,
    version: Version,
    (counted, evidence): (&Counted, &Evidence),
    time: &LocalTime,
) -> Vec<Shown> {
    let interviews = interviews(persona, version, evidence, time);
    match persona.of {
        Of::Sellers => vec![interviews],
        Of::Buyers => vec![
            ("Leads like this now", counted.matches(persona), counted.beside_matches(persona)),
            ("Won", counted.won(persona), Markup::text(counted.beside_won(persona))),
            interviews,
        ],
    }
}

/// Those behind the signed text, and those that were given since, said apart.
fn interviews(persona: &Persona, version: Version, evidence: &Evidence, time: &LocalTime) -> Shown {
    let all = u64::from(persona.interviews) + evidence.interviews;
    let count = |n: u64, href: &str| show::figure(show::count(n), href);
    let signed = format!("/agreement/{version}#c{}", persona.clause);
    let words = count(persona.interviews.into(), &signed)
        .and_text(" behind the signed text, ")
        .and(count(evidence.interviews, "#evidence"))
        .and_text(" given below");
    let words = match evidence.last_on {
        Some(on) => words.and_text("; the last of these on ").and(time.date(on)),
        None => words,
    };
    ("Interviews", count(all, "#evidence"), words)
}

fn topics(persona: &Persona) -> Vec<(&'static str, Vec<String>)> {
    let said = |said: Option<&Vec<String>>| said.cloned().unwrap_or_default();
    match persona.of {
        Of::Buyers => {
            Ring::ALL.map(|(_, ring)| (ring.words(), said(persona.rings.get(&ring)))).into()
        }
        Of::Sellers => SellerTopic::ALL
            .map(|(_, topic)| (topic.words(), said(persona.seller.get(&topic))))
            .into(),
    }
}

fn roles(persona: &Persona) -> String {
    let words: Vec<&str> = persona.roles.iter().map(|role| role.words()).collect();
    words.join(", ")
}

/// Who signed the version in which the words were written, for each side.
fn signed(
    reader: &Reader<'_>,
    since: Version,
    agreement: &Agreement,
    time: &LocalTime,
) -> Result<Signed, Failure> {
    let names = Names::new(reader, false);
    let signatures = reader.signatures_of(since)?;
    let state = reader.agreement_heads()?.into_iter().find(|head| head.version == since);
    let by = agreement.parties.iter().map(|party| {
        let side = element("span").class("side").holding(show::side(party.side));
        let side = Markup::from(side.holding(crate::session::for_side(&party.side)));
        let of_theirs = signatures.iter().find(|signature| signature.side == party.side);
        Ok(match of_theirs {
            Some(signature) => {
                let who = Markup::text(format!("{}, ", names.user_name(&signature.user)?));
                let at = element("a")
                    .class("f")
                    .with("href", crate::names::fact_href(signature.by_fact))
                    .holding(time.exact(signature.at));
                (side, who.and(Markup::from(at)))
            }
            None => (side, Markup::text("no signature yet")),
        })
    });
    Ok(Signed {
        since,
        state: state.map_or("", |head| state_words(head.state)),
        by: by.collect::<Result<_, Failure>>()?,
    })
}

impl Card {
    /// Whether the words are older than the version.
    pub(super) fn is_older(&self) -> bool {
        self.signed.since != self.version
    }
}
