//! Leads that go on as others, on both databases: they have no row meanwhile, the counters know, and
//! a rebuild says the same.

use domain::merged::{LeadsMerged, LeadsToldApart, LeadsUnmerged};

use super::*;

fn reported(lead: &str) -> Fact {
    let fields = fields(&[("source", "Fair")]);
    Fact::Lead(LeadReported { lead: lead.into(), fields, person: None, by: None })
}

fn merged(lead: &str, with: &str, survives: bool) -> Fact {
    let evidence = Some("the same address of mail".to_owned());
    let (lead, with, by) = (lead.into(), with.into(), Some("crm:ann".into()));
    Fact::LeadsMerged(LeadsMerged { lead, with, survives, evidence, by })
}

fn unmerged(lead: &str, from: &str, facts: &[FactNo]) -> Fact {
    let (lead, from, facts) = (lead.into(), from.into(), facts.to_vec());
    Fact::LeadsUnmerged(LeadsUnmerged { lead, from, facts, by: None })
}

fn listed(world: &World) -> Vec<String> {
    counts::agree(world);
    world.asks(|reader| reader.leads()).into_iter().map(|lead| lead.id.0).collect()
}

fn pairs(of: &[(&str, &str)]) -> BTreeMap<LeadId, LeadId> {
    of.iter().map(|(lead, into)| ((*lead).into(), (*into).into())).collect()
}

/// What happens, and what the databases say of it on the way.
fn told(world: &mut World) {
    for (minutes, lead) in [(0, "crm:a"), (1, "crm:b"), (2, "crm:c")] {
        world.tells(minute(minutes), reported(lead));
        world.tells(minute(minutes), moved(lead, "New"));
    }
    let apart = LeadsToldApart { lead: "crm:c".into(), from: "crm:a".into(), by: None };
    world.tells(minute(3), Fact::LeadsToldApart(apart));
    let first = world.tells(minute(4), merged("crm:a", "crm:b", true));
    let second = world.tells(minute(4), merged("crm:b", "crm:a", false));
    assert_eq!(listed(world), ["crm:a", "crm:c"], "{}", world.kind);
    // Facts of every kind are told of the other record.
    world.tells(minute(5), reported("crm:b"));
    world.tells(minute(6), moved("crm:b", "MQL"));
    let last = world.tells(minute(7), activity("crm:b", "demo"));
    assert_eq!(listed(world), ["crm:a", "crm:c"], "{}", world.kind);
    let known_up_to = world.lead("crm:a").last_fact;
    assert_eq!(known_up_to, last, "{}: whoever remembers it looks again", world.kind);
    let merges = world.asks(|reader| reader.merged_leads());
    assert_eq!(merges, pairs(&[("crm:b", "crm:a")]), "{}", world.kind);
    let apart = world.asks(|reader| reader.told_apart_from(&"crm:a".into()));
    assert_eq!(apart.into_iter().collect::<Vec<_>>(), ["crm:c".into()], "{}", world.kind);
    world.tells(minute(8), unmerged("crm:b", "crm:a", &[second]));
    world.tells(minute(8), unmerged("crm:a", "crm:b", &[first]));
    assert_eq!(listed(world), ["crm:a", "crm:b", "crm:c"], "{}", world.kind);
    let (a, b) = (world.lead("crm:a").status, world.lead("crm:b").status);
    assert_eq!((a.as_deref(), b.as_deref()), (Some("New"), Some("MQL")), "{}", world.kind);
    world.tells(minute(9), merged("crm:a", "crm:c", true));
    world.tells(minute(9), merged("crm:c", "crm:a", false));
    assert_eq!(world.asks(|reader| reader.told_apart_from(&"crm:c".into())).len(), 0);
    assert_eq!(world.asks(|reader| reader.merged_with(&"crm:a".into())).len(), 1);
}

#[test]
fn a_lead_that_goes_on_as_another_is_counted_no_more_until_they_are_two_again() {
    let mut dumps = Vec::new();
    for mut world in World::everywhere() {
        told(&mut world);
        assert_eq!(listed(&world), ["crm:a", "crm:b"], "{}", world.kind);
        let before = world.dump();
        world.store.rebuild(minute(60), |_, _| {}).unwrap();
        assert_eq!(world.dump(), before, "{}: rebuilt", world.kind);
        counts::agree(&world);
        dumps.push(before);
    }
    assert!(dumps.windows(2).all(|two| two[0] == two[1]), "both databases say the same");
}
