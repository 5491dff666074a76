//! Names are found by beginnings of their words, and no longer when they change or are erased.

use domain::record::OpportunityReported;
use store::{
    Wanted,
    read::{Findable, Hit},
};

use super::*;

fn found(world: &World, kind: Findable, text: &str) -> Vec<(String, bool)> {
    let hits: Vec<Hit> = world.asks(|reader| reader.found(kind, &Wanted::parse(text), 10));
    hits.into_iter().map(|hit| (hit.id, hit.is_whole)).collect()
}

fn ids(world: &World, kind: Findable, text: &str) -> Vec<String> {
    found(world, kind, text).into_iter().map(|(id, _)| id).collect()
}

fn is(world: &World, subject: &'static str, name: &'static str, email: &'static str) {
    let person =
        Person { name: Some(name.to_owned()), email: Some(email.to_owned()), ..Person::default() };
    world.store.write(at("21 10:00"), move |w| w.keep_person(subject, &person)).unwrap();
}

pub fn searched(world: &mut World) {
    names_from_facts(world);
    persons(world);
    ids_and_their_sources(world);
}

fn names_from_facts(world: &mut World) {
    use Findable::{Account, Campaign, Opportunity};
    let kind = world.kind;
    assert_eq!(found(world, Account, "GROSSE ap"), [("crm:9".to_owned(), false)], "{kind}");
    assert_eq!(found(world, Account, "acme"), [], "{kind}: the name was cleared");
    assert_eq!(found(world, Campaign, "fair"), [("crm:fair".to_owned(), true)]);
    assert_eq!(ids(world, Opportunity, "pum"), ["crm:o"]);
    let named = |name: &str| OpportunityReported {
        opportunity: "crm:o".into(),
        fields: fields(&[("name", name)]),
        by: None,
    };
    world.tells(minute(200), Fact::Opportunity(named("Valves for Gdynia")));
    assert_eq!(ids(world, Opportunity, "pum"), Vec::<String>::new(), "{kind}: renamed");
    assert_eq!(ids(world, Opportunity, "gdy valv"), ["crm:o"]);
    world.tells(minute(201), Fact::Opportunity(named("Pumps")));
    let head = world.asks(|reader| reader.head()).fact;
    for (id, name) in [("crm:c1", "Valves"), ("crm:c2", "Valve"), ("crm:c3", "Val Valve Valves")] {
        let fields = fields(&[("name", name)]);
        world.tells(
            minute(202),
            Fact::Account(AccountReported { account: id.into(), fields, by: None }),
        );
    }
    let expected = [("crm:c2", true), ("crm:c3", true), ("crm:c1", false)];
    let expected = expected.map(|(id, is_whole)| (id.to_owned(), is_whole));
    assert_eq!(found(world, Account, "valve"), expected, "{kind}: whole words first, each once");
    assert_eq!(world.asks(|reader| reader.head()).fact.0, head.0 + 3);
}

fn persons(world: &World) {
    use Findable::{Lead, User};
    is(world, "lead/crm:1", "Mirjam Opitz", "m.opitz@opitz-giesserei.example");
    is(world, "user/crm:ann", "Ann Opitz", "ann@firm.example");
    assert_eq!(found(world, Lead, "opitz mir"), [("crm:1".to_owned(), false)]);
    assert_eq!(ids(world, User, "opitz"), ["crm:ann"], "{}: kinds are kept apart", world.kind);
    for (text, is_found) in [
        ("m.opitz@opitz-gie", true),
        ("OPÍTZ", true),
        ("pitz", false),
        ("mirjam firm", false),
        ("example", false),
    ] {
        assert_eq!(!ids(world, Lead, text).is_empty(), is_found, "{} {text}", world.kind);
    }
    is(world, "lead/crm:1", "Mirjam Kern", "m@kern.example");
    assert_eq!(ids(world, Lead, "opitz"), Vec::<String>::new(), "{}: changed", world.kind);
    assert_eq!(ids(world, Lead, "kern"), ["crm:1"]);
    let kern = LeadFilter { search: Some("kern".to_owned()), ..LeadFilter::default() };
    assert_eq!(world.asks(|reader| reader.leads_count(&kern)), 1);
    world.store.write(at("21 11:00"), |w| w.erase_person("lead/crm:1")).unwrap();
    assert_eq!(ids(world, Lead, "kern"), Vec::<String>::new(), "{}: erased", world.kind);
    assert_eq!(world.asks(|reader| reader.leads_count(&kern)), 0);
}

fn ids_and_their_sources(world: &World) {
    let by_id = |text: &str| -> Vec<(String, bool)> {
        let hits = world.asks(|reader| reader.found_by_id(Findable::Lead, text, 3));
        hits.into_iter().map(|hit| (hit.id, hit.is_whole)).collect()
    };
    assert_eq!(by_id("crm:1"), [("crm:1".to_owned(), true)]);
    assert_eq!(by_id("un"), [("crm:unheard".to_owned(), false)], "{}", world.kind);
    for nothing in ["", " ", "two words", "nobody"] {
        assert_eq!(by_id(nothing), [], "{} {nothing}", world.kind);
    }
}
