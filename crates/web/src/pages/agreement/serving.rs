//! The clauses about whom both sides serve.

use domain::{
    agreement::{
        Persona,
        persona::{Of, Ring, SellerTopic},
    },
    ids::Version,
};

use super::{
    clause::{Margin, Schedule, Shown, bare, terms},
    personas::persona_href,
};
use crate::markup::{Markup, element};

pub(super) fn of_persona(persona: &Persona, version: Version) -> Shown {
    let service = known(persona);
    let title = match persona.of {
        Of::Buyers => "Why and how they buy",
        Of::Sellers => "What is known of those who sell",
    };
    let is_known = service.iter().any(|(_, words)| words != NOTHING);
    let schedule = is_known.then(|| Schedule {
        title: title.to_owned(),
        parts: Vec::new(),
        excluded: Vec::new(),
        terms: Vec::new(),
        service,
    });
    let door =
        element("a").with("href", persona_href(version, &persona.id)).holding(match persona.of {
            Of::Buyers => "Its card, with the leads like this",
            Of::Sellers => "Its card",
        });
    let behind = match persona.interviews {
        0 => "No interview stands behind it yet".to_owned(),
        1 => "One interview stands behind it".to_owned(),
        n => format!("{n} interviews stand behind it"),
    };
    let margin =
        Margin { lines: vec![terms(Markup::text(behind)), door.into()], ..Margin::default() };
    Shown { says: vec![persona.says.clone()], schedule, margin, ..bare(&persona.clause) }
}

/// What is said of something of which nothing was found out.
const NOTHING: &str = "nothing recorded yet";

/// Everything that the text says of it, topic by topic.
fn known(persona: &Persona) -> Vec<(&'static str, String)> {
    let said = |said: &[String]| match said {
        [] => NOTHING.to_owned(),
        said => said.join(" "),
    };
    let none = Vec::new();
    if persona.of == Of::Sellers {
        let topics = SellerTopic::ALL
            .iter()
            .map(|(_, topic)| (topic.words(), said(persona.seller.get(topic).unwrap_or(&none))));
        return topics.collect();
    }
    let rings = Ring::ALL
        .iter()
        .map(|(_, ring)| (ring.words(), said(persona.rings.get(ring).unwrap_or(&none))));
    let mut known: Vec<(&'static str, String)> = rings.collect();
    let roles: Vec<&str> = persona.roles.iter().map(|role| role.words()).collect();
    let roles = if roles.is_empty() { NOTHING.to_owned() } else { roles.join(", ") };
    known.push(("Parts they play in buying", roles));
    known.push(("Where they are reached", said(&persona.channels)));
    known.extend(persona.objections.iter().map(|objection| {
        let answer = objection.answer.as_deref().unwrap_or("no answer recorded yet");
        ("They object", format!("“{}” {answer}", objection.says))
    }));
    known
}
