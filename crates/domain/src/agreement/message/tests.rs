use jiff::civil::date;

use super::*;

#[test]
fn a_proof_holds_on_its_first_and_its_last_day() {
    let day = date(2026, 11, 22);
    let cases = [
        (None, None, ProofState::Holds(None), "for good"),
        (None, Some(date(2026, 11, 21)), ProofState::Ended(date(2026, 11, 21)), "yesterday"),
        (None, Some(day), ProofState::EndsSoon(day), "the last day"),
        (None, Some(date(2026, 12, 22)), ProofState::EndsSoon(date(2026, 12, 22)), "30 days on"),
        (None, Some(date(2026, 12, 23)), ProofState::Holds(Some(date(2026, 12, 23))), "31 days on"),
        (Some(day), None, ProofState::Holds(None), "the first day"),
        (
            Some(date(2026, 11, 23)),
            Some(date(2026, 11, 30)),
            ProofState::Begins(date(2026, 11, 23)),
            "not yet, whenever it ends",
        ),
    ];
    for (from, until, expected, shows) in cases {
        assert_eq!(ProofState::on(day, from, until), expected, "{shows}");
        let holds = matches!(expected, ProofState::Holds(_) | ProofState::EndsSoon(_));
        assert_eq!(expected.holds(), holds, "{shows}");
    }
}

fn proof(until: Option<Date>) -> Proof {
    Proof {
        says: "61 installations".into(),
        source: "Log".into(),
        from: None,
        until,
        jurisdiction: None,
        approved_by: None,
    }
}

#[test]
fn a_benefit_lacks_proof_once_the_last_proof_has_ended() {
    let slot = String::new;
    let value_proposition = ValueProposition {
        whom: slot(),
        who: slot(),
        product: slot(),
        is_a: slot(),
        that: slot(),
        unlike: slot(),
        our: slot(),
    };
    let until = date(2026, 11, 22);
    let pillar = Pillar {
        id: "machine".into(),
        says: "By machine.".into(),
        personas: vec![],
        proofs: vec![proof(Some(until))],
    };
    let message = Message {
        value_proposition: Some(value_proposition),
        pillars: vec![pillar],
        ..Message::default()
    };
    assert!(!message.lacks_proof(until));
    assert!(message.lacks_proof(until.tomorrow().unwrap()));
    assert!(!Message::default().lacks_proof(until), "there is no benefit that could lack one");
    let carried = message.proofs();
    assert_eq!((carried.len(), carried[0].carries), (1, "By machine."));
}

#[test]
fn a_word_has_a_letter_or_a_digit() {
    for (text, n) in
        [("", 0), ("One", 1), ("By machine, in euros.", 4), ("a – b", 2), ("24/7  help", 2)]
    {
        assert_eq!(words_in(text), n, "{text}");
    }
}
