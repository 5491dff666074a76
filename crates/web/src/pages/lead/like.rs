//! Whom a lead is like, by the personas of the version in force.

use domain::{
    agreement::{InForce, Persona},
    condition::Truth,
    field::Fields,
};
use store::read::LeadRow;

use crate::{
    failure::Failure,
    markup::{Markup, element},
    names::encoded,
    pages::agreement::personas::persona_href,
    workings::Known,
};

/// `The plant manager; of The energy manager it cannot be said`, each leading to its card; nothing
/// where the text has no rule for anybody.
pub(super) fn like(
    known: &Known<'_, '_>,
    in_force: &InForce,
    lead: &LeadRow,
) -> Result<Option<Markup>, Failure> {
    let personas = &in_force.agreement.personas;
    if personas.iter().all(|persona| persona.matches_when.is_none()) {
        return Ok(None);
    }
    let account = match &lead.account {
        Some(account) => known.reader.account(account)?.map(|row| row.fields),
        None => None,
    };
    let account = &account.unwrap_or_else(Fields::new);
    let judged = |truth: Truth| {
        let theirs = personas
            .iter()
            .filter(move |persona| persona.is(&lead.fields, account) == Some(truth))
            .map(|persona| card(in_force, persona, lead));
        theirs.collect::<Vec<Markup>>()
    };
    let (like, unknown) = (judged(Truth::Yes), judged(Truth::Unknown));
    let words = match like.is_empty() {
        true => Markup::text("none of them"),
        false => listed(like),
    };
    Ok(Some(match unknown.is_empty() {
        true => words,
        false => words.and_text("; it cannot be said of ").and(listed(unknown)),
    }))
}

/// The name as a link to the card, on which evidence is given about this lead.
fn card(in_force: &InForce, persona: &Persona, lead: &LeadRow) -> Markup {
    let card = persona_href(in_force.version, &persona.id);
    let href = format!("{card}?about={}", encoded(lead.id.as_str()));
    element("a").with("href", href).holding(persona.name.clone()).into()
}

fn listed(links: Vec<Markup>) -> Markup {
    let mut listed = Markup::new();
    for (nth, link) in links.into_iter().enumerate() {
        listed = if nth == 0 { link } else { listed.and_text(", ").and(link) };
    }
    listed
}
