//! A message made ready for a page: the house, its proofs as they stand on a day, claims and words.

use domain::{
    agreement::{
        Agreement,
        message::{Carried, Claim, Concept, Message, Pillar, ProofState, Standing},
        text::Clause,
    },
    ids::Version,
};
use jiff::civil::Date;

use crate::{
    markup::{Markup, element},
    pages::agreement::personas::persona_href,
    show::{LocalTime, figure, glyph::glyph},
};

/// A message with everything that a page says of it.
pub(super) struct House {
    /// The number of its clause.
    pub(super) no: String,
    pub(super) heading: String,
    /// The sentence above everything.
    pub(super) roof: String,
    /// The value proposition.
    pub(super) offer: Option<String>,
    /// That no proof of the benefit holds, where none does.
    pub(super) lacks_proof: Option<Markup>,
    /// What is taken along, from the shortest on.
    pub(super) takes: Vec<Take>,
    pub(super) pillars: Vec<PillarShown>,
    /// What it stands on: how many proofs hold, and how many do not.
    pub(super) stands_on: Vec<Markup>,
    pub(super) claims: Vec<Claims>,
    pub(super) words: Vec<Concept>,
    pub(super) proofs: Vec<ProofShown>,
}

/// The message in a length.
pub(super) struct Take {
    pub(super) label: &'static str,
    pub(super) says: String,
}

/// A pillar.
pub(super) struct PillarShown {
    pub(super) says: String,
    /// For whom, with a link to each.
    pub(super) whom: Markup,
    /// Its proofs, each with how it stands.
    pub(super) proofs: Vec<(String, Markup)>,
}

/// Claims of a standing.
pub(super) struct Claims {
    pub(super) standing: String,
    /// Each with what else holds for it.
    pub(super) says: Vec<(String, Markup)>,
}

/// A row of the table of proofs.
pub(super) struct ProofShown {
    pub(super) proof: String,
    pub(super) source: String,
    pub(super) carries: String,
    pub(super) jurisdiction: String,
    pub(super) approved_by: String,
    pub(super) state: Markup,
}

/// A message as of a day.
pub(super) fn house(
    agreement: &Agreement,
    version: Version,
    clause: &Clause,
    message: &Message,
    today: Date,
    time: &LocalTime,
) -> House {
    let personas = |pillar: &Pillar| whom(agreement, version, pillar);
    let pillars = message.pillars.iter().map(|pillar| PillarShown {
        says: pillar.says.clone(),
        whom: personas(pillar),
        proofs: pillar
            .proofs
            .iter()
            .map(|proof| {
                let state = ProofState::on(today, proof.from, proof.until);
                (proof.says.clone(), stands(state, today, time))
            })
            .collect(),
    });
    let lacks_proof = message
        .lacks_proof(today)
        .then(|| Markup::text("No proof holds on ").and(time.date(today)).and_text("."));
    House {
        no: clause.no.clone(),
        heading: clause.heading.clone(),
        roof: clause.says.clone(),
        offer: message.value_proposition.as_ref().map(|offer| offer.sentence()),
        lacks_proof,
        takes: takes(message),
        pillars: pillars.collect(),
        stands_on: stands_on(message, &clause.no, today),
        claims: claims(message, today, time),
        words: message.concepts.clone(),
        proofs: proofs(message, today, time),
    }
}

fn takes(message: &Message) -> Vec<Take> {
    let lengths = [
        ("In one line", &message.one_liner),
        ("In half a minute", &message.elevator),
        ("In a paragraph", &message.boilerplate),
    ];
    let take =
        |(label, says): (&'static str, &Option<String>)| Some(Take { label, says: says.clone()? });
    lengths.into_iter().filter_map(take).collect()
}

/// `for plant manager, energy manager`, each a link to its card.
fn whom(agreement: &Agreement, version: Version, pillar: &Pillar) -> Markup {
    let href = |id: &str| {
        let persona = agreement.personas.iter().find(|persona| persona.id == id);
        persona.map(|persona| persona_href(version, &persona.id))
    };
    let mut whom = Markup::new();
    for (nth, id) in pillar.personas.iter().enumerate() {
        whom.say(if nth == 0 { "for " } else { ", " });
        let name = id.replace('-', " ");
        match href(id) {
            Some(href) => whom.push(element("a").with("href", href).holding(name)),
            None => whom.say(name),
        }
    }
    whom
}

/// How a proof stands on a day: glyph, word and date.
fn stands(state: ProofState, today: Date, time: &LocalTime) -> Markup {
    let (class, id, words, day) = match state {
        ProofState::Ended(day) => ("st late", "late", "ended ", Some(day)),
        ProofState::EndsSoon(day) => ("st soon", "soon", "until ", Some(day)),
        ProofState::Begins(day) => ("st on", "ne", "from ", Some(day)),
        ProofState::Holds(Some(day)) => ("st on", "on", "until ", Some(day)),
        ProofState::Holds(None) => ("st on", "on", "for good", None),
    };
    let left = match state {
        ProofState::EndsSoon(until) => match (until - today).get_days() {
            0 => ", today for the last time".to_owned(),
            1 => ", 1 more day".to_owned(),
            days => format!(", {days} more days"),
        },
        _ => String::new(),
    };
    let day = day.map(|day| {
        let said = format!("{}{left}", time.day_words(day));
        element("time").with("datetime", day).holding(said)
    });
    let words = element("span").holding(words).holding(day.map(Markup::from).unwrap_or_default());
    element("span").class(class).holding(glyph(id)).holding(words).into()
}

/// `7 of 9 proofs hold`, with how many do not, and why.
fn stands_on(message: &Message, no: &str, today: Date) -> Vec<Markup> {
    let states: Vec<ProofState> = message.proofs().iter().map(|proof| proof.state(today)).collect();
    if states.is_empty() {
        return Vec::new();
    }
    let n = |is: fn(&ProofState) -> bool| states.iter().filter(|state| is(state)).count();
    let href = format!("#proofs-{no}");
    let counted = |n: usize, one: &str, more: &str| {
        figure(n.to_string(), &href).and_text(if n == 1 { one } else { more })
    };
    let holds = n(|state| state.holds());
    let of = if states.len() == 1 { "proof holds" } else { "proofs hold" };
    let all = figure(format!("{holds} of {}", states.len()), &href).and_text(format!(" {of}"));
    let others = [
        (n(|state| matches!(state, ProofState::EndsSoon(_))), " ends soon", " end soon"),
        (n(|state| matches!(state, ProofState::Ended(_))), " has ended", " have ended"),
        (n(|state| matches!(state, ProofState::Begins(_))), " holds later", " hold later"),
    ];
    let others = others.into_iter().filter(|(n, ..)| *n > 0);
    [all].into_iter().chain(others.map(|(n, one, more)| counted(n, one, more))).collect()
}

fn claims(message: &Message, today: Date, time: &LocalTime) -> Vec<Claims> {
    let of_standing = |(_, standing): (&str, Standing)| {
        let theirs = message.claims.iter().filter(|claim| claim.standing == standing);
        let says: Vec<(String, Markup)> =
            theirs.map(|claim| (claim.says.clone(), terms(claim, message, today, time))).collect();
        let standing = crate::pages::agreement::propose::capital(standing.words());
        (!says.is_empty()).then_some(Claims { standing, says })
    };
    Standing::ALL.into_iter().filter_map(of_standing).collect()
}

/// What else holds for a claim: what it is about, whose consent it needs, its proof.
fn terms(claim: &Claim, message: &Message, today: Date, time: &LocalTime) -> Markup {
    let mut terms: Vec<Markup> = Vec::new();
    terms.extend(
        claim
            .needs
            .as_ref()
            .map(|whose| Markup::text("ask ").and(element("b").holding(whose)).and_text(" first")),
    );
    let scopes =
        [("of ", &claim.product), ("on ", &claim.channel), ("in ", &claim.region)].into_iter();
    terms.extend(scopes.filter_map(|(word, scope)| {
        scope.as_ref().map(|scope| Markup::text(word).and_text(scope))
    }));
    let pillar = claim.pillar.as_ref();
    let pillar = pillar.and_then(|id| message.pillars.iter().find(|pillar| pillar.id == *id));
    terms.extend(
        pillar.map(|pillar| Markup::text(format!("under “{}”", pillar.says.trim_end_matches('.')))),
    );
    terms.extend(claim.proof.as_ref().map(|proof| {
        let state = ProofState::on(today, None, claim.proof_until);
        let proof = format!("{} ", proof.trim_end_matches('.'));
        Markup::text(proof).and(stands(state, today, time))
    }));
    let mut joined = Markup::new();
    for (nth, term) in terms.into_iter().enumerate() {
        joined.say(if nth == 0 { "" } else { "; " });
        joined.push(term);
    }
    joined
}

/// The proofs, those first that want attention.
fn proofs(message: &Message, today: Date, time: &LocalTime) -> Vec<ProofShown> {
    let mut proofs: Vec<Carried<'_>> = message.proofs();
    proofs.sort_by_key(|proof| proof.state(today));
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let shown = |proof: Carried<'_>| ProofShown {
        proof: proof.proof.to_owned(),
        source: text(proof.source),
        carries: proof.carries.to_owned(),
        jurisdiction: text(proof.jurisdiction),
        approved_by: text(proof.approved_by),
        state: stands(proof.state(today), today, time),
    };
    proofs.into_iter().map(shown).collect()
}
