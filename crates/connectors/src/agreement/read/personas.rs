//! `[[persona]]`: whom both sides serve, and the sellers whom marketing serves.

use std::collections::BTreeMap;

use domain::{
    agreement::{
        Persona,
        persona::{BuyingRole, Objection, Of, Ring, SellerTopic},
        text::ClauseKind,
    },
    condition::Root,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    names::{self, Known},
};
use crate::agreement::reader::{Item, Table};

const OF: [(&str, Of); 2] = [("buyers", Of::Buyers), ("sellers", Of::Sellers)];

/// The keys that are about buying, with an example of each.
const OF_BUYERS: [(&str, &str); 5] = [
    ("matches_when", "matches_when = 'lead.title.contains(\"Plant\")'"),
    ("rings", "[persona.rings] with success_factors = [\"…\"] below it"),
    ("buying_roles", "buying_roles = [\"decider\", \"user\"]"),
    ("objections", "objections = [{ says = \"Too dear.\", answer = \"…\" }]"),
    ("channels", "channels = [\"Trade fairs\"]"),
];

const SELLER: &str = "[persona.seller] with day = [\"…\"] below it";

/// The personas, in the order of the text.
pub fn personas<'t>(
    document: &Document<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
) -> Vec<Persona> {
    let mut ids = Ids::new("persona");
    let tables = document.list("persona", "a persona");
    tables.iter().map(|table| persona(table, known, clauses, &mut ids)).collect()
}

fn persona<'t>(
    table: &Table<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
    ids: &mut Ids,
) -> Persona {
    let id = ids.read(table);
    let (clause, says) = clauses.add(table, ClauseKind::Persona(id.clone()));
    let interviews = table.need("interviews", "interviews = 0");
    let interviews = interviews.and_then(|item| item.whole(0..=100_000)).unwrap_or(0);
    let of = table.get("of", "of = \"sellers\"").and_then(|item| item.choice(&OF));
    let of = of.unwrap_or(Of::Buyers);
    let name = clauses.heading(&clause).filter(|heading| !heading.is_empty());
    let mut persona = Persona {
        name: name.map_or_else(|| id.replace('-', " "), str::to_owned),
        id,
        clause,
        says,
        of,
        interviews: u32::try_from(interviews).unwrap_or(0),
        matches_when: None,
        rings: BTreeMap::new(),
        roles: Vec::new(),
        objections: Vec::new(),
        channels: Vec::new(),
        seller: BTreeMap::new(),
    };
    match of {
        Of::Buyers => of_buyers(table, known, &mut persona),
        Of::Sellers => of_sellers(table, &mut persona),
    }
    table.finish();
    persona
}

fn of_buyers(table: &Table<'_>, known: &Known, persona: &mut Persona) {
    let [when, rings, roles, objections, channels] =
        OF_BUYERS.map(|(key, example)| table.get(key, example));
    let scope = known.scope("The rule of a persona", &[Root::Lead, Root::Account], &[]);
    persona.matches_when = names::optional(table, "matches_when", &scope);
    if let Some((item, name)) = when.zip(persona.asks_where_it_stands()) {
        let what = format!("{name} says where a lead stands, not who somebody is.");
        let instead = "Ask for what is reported of the lead or its account, as lead.title.";
        item.wrong(what, instead.to_owned());
    }
    persona.rings = told(rings, "the five rings", &Ring::ALL);
    persona.roles = self::roles(roles);
    persona.objections = self::objections(objections);
    persona.channels = sentences(channels);
    if let Some(item) = table.get("seller", SELLER) {
        let what = "[persona.seller] is of those who sell, and this persona is of buyers.";
        item.wrong(what, "Write of = \"sellers\", or leave it out.".to_owned());
    }
}

fn of_sellers(table: &Table<'_>, persona: &mut Persona) {
    for (key, example) in OF_BUYERS {
        if let Some(item) = table.get(key, example) {
            let what = format!("{key:?} is of those who buy, and this persona is of sellers.");
            item.wrong(
                what,
                "Leave it out; what is known of sellers stands in [persona.seller].".to_owned(),
            );
        }
    }
    persona.seller = told(table.get("seller", SELLER), "the seller", &SellerTopic::ALL);
}

/// Lists of sentences, each under its key. A list without a sentence says nothing and is not there.
fn told<K: Ord + Copy>(
    item: Option<Item<'_>>,
    noun: &'static str,
    keys: &[(&'static str, K)],
) -> BTreeMap<K, Vec<String>> {
    let Some(table) = item.and_then(|item| item.table(noun)) else { return BTreeMap::new() };
    let mut told = BTreeMap::new();
    for (key, topic) in keys {
        let said = sentences(table.get(key, "a list of sentences, such as [\"…\", \"…\"]"));
        if !said.is_empty() {
            told.insert(*topic, said);
        }
    }
    table.finish();
    told
}

fn sentences(item: Option<Item<'_>>) -> Vec<String> {
    let texts = item.map(|item| item.texts()).unwrap_or_default();
    texts.into_iter().map(|text| text.value).collect()
}

fn roles(item: Option<Item<'_>>) -> Vec<BuyingRole> {
    let mut roles: Vec<BuyingRole> = Vec::new();
    for item in item.and_then(|item| item.list()).unwrap_or_default() {
        let Some(role) = item.choice(&BuyingRole::ALL) else { continue };
        if roles.contains(&role) {
            item.wrong(format!("The role {} stands here twice.", role.words()), None);
            continue;
        }
        roles.push(role);
    }
    roles
}

fn objections(item: Option<Item<'_>>) -> Vec<Objection> {
    let mut objections: Vec<Objection> = Vec::new();
    for table in item.map(|item| item.tables("an objection")).unwrap_or_default() {
        let says = table.need("says", "says = \"Too dear.\"").and_then(|item| item.text());
        let answer = table.get("answer", "answer = \"It pays in eight months.\"");
        let answer = answer.and_then(|item| item.text()).map(|answer| answer.value);
        table.finish();
        let Some(says) = says else { continue };
        if objections.iter().any(|known| known.says == says.value) {
            let what = "This objection stands here twice.";
            table.sink().add(says.place, what, "Put both answers into one.".to_owned());
            continue;
        }
        objections.push(Objection { says: says.value, answer });
    }
    objections
}
