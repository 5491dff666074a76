//! Evidence for personas, on both databases: what is taken back stands there and counts no more, and a
//! rebuild says the same.

use domain::evidence::{EvidenceGiven, EvidenceKind, EvidenceWithdrawn};
use jiff::civil::date;

use super::*;

fn given(persona: &str, nth: u32, kind: EvidenceKind, about: Option<Subject>) -> Fact {
    Fact::EvidenceGiven(EvidenceGiven {
        persona: persona.to_owned(),
        nth,
        kind,
        on: date(2026, 11, 12),
        about,
        by: "crm:ann".into(),
        side: Side::Sales,
        words: "c90e".to_owned(),
    })
}

#[test]
fn evidence_is_listed_by_its_persona_with_what_was_taken_back() {
    let mut dumps = Vec::new();
    for mut world in World::everywhere() {
        let lead = Some(Subject::Lead("crm:a".into()));
        let first = world.tells(minute(1), given("buyer", 1, EvidenceKind::Interview, lead));
        world.tells(minute(2), given("seller", 1, EvidenceKind::Quote, None));
        let second = world.tells(minute(3), given("buyer", 2, EvidenceKind::Deal, None));
        let back = EvidenceWithdrawn {
            persona: "buyer".to_owned(),
            evidence: first,
            by: "crm:ben".into(),
            words: "41aa".to_owned(),
        };
        world.tells(minute(4), Fact::EvidenceWithdrawn(back));
        let rows = world.asks(|reader| reader.evidence_for("buyer"));
        let told: Vec<_> = rows.iter().map(|row| (row.by_fact, row.kind, row.stands())).collect();
        let expected =
            [(first, EvidenceKind::Interview, false), (second, EvidenceKind::Deal, true)];
        assert_eq!(told, expected, "{}", world.kind);
        assert_eq!(rows[0].about, Some(Subject::Lead("crm:a".into())), "{}", world.kind);
        assert_eq!(rows[0].withdrawn_by, Some("crm:ben".into()), "{}", world.kind);
        assert_eq!(rows[1].on, date(2026, 11, 12), "{}", world.kind);
        assert_eq!(world.asks(|reader| reader.evidence(second)).map(|row| row.nth), Some(2));
        let before = world.dump();
        world.store.rebuild(minute(60), |_, _| {}).unwrap();
        assert_eq!(world.dump(), before, "{}: rebuilt", world.kind);
        dumps.push(before);
    }
    assert!(dumps.windows(2).all(|two| two[0] == two[1]), "both databases say the same");
}
