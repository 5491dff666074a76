//! The message as a clause of the document: folded under its sentence, and on paper in full.

use askama::Template;
use domain::{
    agreement::message::{Claim, Concept, Message, Pillar, Proof},
    ids::Version,
};
use jiff::civil::Date;

use super::message_href;
use crate::{
    markup::{Markup, element},
    pages::agreement::clause::Margin,
    show::figure,
};

/// What is under the sentence.
#[derive(Template)]
#[template(path = "pages/agreement/message/deed.html")]
struct Deed<'m> {
    offer: Option<String>,
    title: String,
    takes: Vec<(&'static str, &'m str)>,
    pillars: &'m [Pillar],
    claims: Vec<(String, String)>,
    words: Vec<(&'m str, String)>,
}

/// A message under its sentence.
pub(in crate::pages::agreement) fn deed(message: &Message) -> Markup {
    let takes = [
        ("In one line", &message.one_liner),
        ("In half a minute", &message.elevator),
        ("In a paragraph", &message.boilerplate),
    ];
    let takes = takes.into_iter().filter_map(|(label, says)| Some((label, says.as_deref()?)));
    let title = title(message);
    if title.is_empty() {
        return Markup::new();
    }
    Markup::of_template(&Deed {
        offer: message.value_proposition.as_ref().map(|offer| offer.sentence()),
        title,
        takes: takes.collect(),
        pillars: &message.pillars,
        claims: message.claims.iter().map(claim).collect(),
        words: message.concepts.iter().map(concept).collect(),
    })
}

/// `The message: 3 pillars, 7 proofs, 4 claims, 5 words`; empty where the sentence is all there is.
fn title(message: &Message) -> String {
    let counted = [
        (message.pillars.len(), "pillar"),
        (message.proofs().len(), "proof"),
        (message.claims.len(), "claim"),
        (message.concepts.len(), "word"),
    ];
    let parts: Vec<String> = counted
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| format!("{n} {noun}{}", if n == 1 { "" } else { "s" }))
        .collect();
    let has_words = [&message.one_liner, &message.elevator, &message.boilerplate]
        .iter()
        .any(|says| says.is_some());
    match (parts.is_empty(), message.value_proposition.is_some() || has_words) {
        (true, false) => String::new(),
        (true, true) => "The message".to_owned(),
        _ => format!("The message: {}", parts.join(", ")),
    }
}

impl Deed<'_> {
    /// Where a proof is from, when and where it holds, and who approved it.
    fn of_proof(&self, proof: &Proof) -> String {
        let holds = match (proof.from, proof.until) {
            (None, None) => None,
            (Some(from), None) => Some(format!("from {from}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (Some(from), Some(until)) => Some(format!("from {from} to {until}")),
        };
        let place = proof.jurisdiction.as_ref().map(|place| format!("in {place}"));
        let by = proof.approved_by.as_ref().map(|by| format!("approved by {by}"));
        let parts = [Some(proof.source.clone()), holds, place, by];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn claim(claim: &Claim) -> (String, String) {
    let standing = crate::pages::agreement::propose::capital(claim.standing.words());
    let scopes = [("of ", &claim.product), ("on ", &claim.channel), ("in ", &claim.region)];
    let scopes = scopes
        .into_iter()
        .filter_map(|(word, scope)| scope.as_ref().map(|scope| format!("{word}{scope}")));
    let needs = claim.needs.as_ref().map(|whose| format!("needs the consent of {whose}"));
    let proof = claim.proof.as_ref().map(|proof| {
        let until = claim.proof_until.map(|until| format!(" until {until}")).unwrap_or_default();
        format!("proof: {}{until}", proof.trim_end_matches('.'))
    });
    let terms: Vec<String> = scopes.chain(needs).chain(proof).collect();
    match terms.is_empty() {
        true => (standing, claim.says.clone()),
        false => (standing, format!("{} ({})", claim.says, terms.join("; "))),
    }
}

fn concept(word: &Concept) -> (&str, String) {
    let lists = [
        ("right too: ", &word.admitted),
        ("not in new texts: ", &word.deprecated),
        ("not at all: ", &word.forbidden),
    ];
    let lists = lists.into_iter().filter(|(_, words)| !words.is_empty());
    let lists = lists.map(|(label, words)| format!("{label}{}", words.join(", ")));
    let scope = word.scope.iter().map(|scope| format!("on {scope}"));
    let parts: Vec<String> = [format!("for {}", word.concept)]
        .into_iter()
        .chain(lists)
        .chain(scope)
        .chain(word.why.clone())
        .collect();
    (&word.preferred, parts.join("; "))
}

/// What stands beside it: how many of its proofs hold today, and the way to what a rep says.
pub(in crate::pages::agreement) fn margin(
    message: &Message,
    version: Version,
    no: &str,
    today: Date,
) -> Margin {
    let href = message_href(version);
    let proofs = message.proofs();
    let holds = proofs.iter().filter(|proof| proof.state(today).holds()).count();
    let attention = proofs.iter().filter(|proof| proof.state(today).wants_attention()).count();
    let counted = |words: String| figure(words, &format!("{href}#proofs-{no}"));
    let lead = match proofs.len() {
        0 => Markup::text("No proof stands behind it yet"),
        n => {
            let count = element("b").holding(counted(format!("{holds} of {n}")));
            Markup::from(count).and_text(if n == 1 { " proof holds" } else { " proofs hold" })
        }
    };
    let mut lines = Vec::new();
    if attention > 0 {
        let words =
            if attention == 1 { " has ended or ends soon" } else { " have ended or end soon" };
        lines.push(counted(attention.to_string()).and_text(words));
    }
    let link = element("a").with("href", href).holding("What to say to a customer");
    lines.push(link.into());
    Margin { lead, lines, ..Margin::default() }
}
