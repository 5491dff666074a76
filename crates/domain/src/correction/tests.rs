use super::*;
use crate::fact::Told;

fn entry(no: i64, second: i64, correction: Correction) -> Arc<Entry> {
    let happened_at = jiff::Timestamp::from_second(second).unwrap();
    let fact = correction.fact(Owned::Lead("crm:1".into()), "crm:u1".into());
    let told = Told { source: "crm".into(), key: no.to_string(), happened_at, fact };
    Arc::new(Entry { no: FactNo(no), recorded_at: happened_at, told })
}

fn owner(id: &str) -> Correction {
    Correction::Owner(Some(id.into()))
}

fn title(text: &str) -> Correction {
    Correction::Field { name: "title".into(), value: text.into() }
}

#[test]
fn what_held_before_is_said_again_unless_somebody_changed_it_since() {
    let country = Correction::Field { name: "country".into(), value: "DE".into() };
    let blank = Correction::Field { name: "title".into(), value: FieldValue::Cleared };
    type Facts = Vec<(i64, Correction)>;
    let cases: [(Facts, Result<Correction, NotUndone>); 8] = [
        (vec![(1, owner("a")), (2, owner("b"))], Ok(owner("a"))),
        (vec![(1, title("CEO")), (2, owner("b"))], Ok(Correction::Owner(None))),
        (vec![(9, owner("a")), (2, owner("b"))], Ok(owner("a"))),
        (vec![(1, title("CEO")), (2, title("CTO"))], Ok(title("CEO"))),
        (vec![(1, country.clone()), (2, title("CTO"))], Ok(blank)),
        (
            vec![(1, owner("a")), (2, owner("b")), (3, owner("c"))],
            Err(NotUndone::ChangedSince(FactNo(3))),
        ),
        (vec![(1, title("CEO")), (2, title("CTO")), (3, country)], Ok(title("CEO"))),
        (vec![(1, owner("a"))], Err(NotUndone::NoCorrection)),
    ];
    for (facts, expected) in cases {
        let numbered = (1..).zip(facts.iter().cloned());
        let entries: Vec<_> =
            numbered.map(|(no, (second, said))| entry(no, second, said)).collect();
        assert_eq!(undoing(&entries, FactNo(2)), expected, "{facts:?}");
    }
}

#[test]
fn what_names_another_record_is_corrected_there() {
    for (name, expected) in [("title", true), ("owner", false), ("account", false)] {
        assert_eq!(is_correctable(name), expected, "{name}");
    }
}

/// A fact that happened when it was recorded.
fn said_at(no: i64, fact: Fact) -> Arc<Entry> {
    let at = jiff::Timestamp::from_second(no).unwrap();
    let told = Told { source: "crm".into(), key: no.to_string(), happened_at: at, fact };
    Arc::new(Entry { no: FactNo(no), recorded_at: at, told })
}

/// A report of an account that says this of its owner, or nothing of it.
fn owned(no: i64, owner: Option<FieldValue>) -> Arc<Entry> {
    let fields = owner.map(|owner| ("owner".to_owned(), owner)).into_iter().collect();
    let fact = AccountReported { account: "crm:a".into(), fields, by: None };
    said_at(no, Fact::Account(fact))
}

fn things() -> [Owned; 3] {
    [
        Owned::Lead("crm:1".into()),
        Owned::Opportunity("crm:2".into()),
        Owned::Account("crm:3".into()),
    ]
}

#[test]
fn an_account_goes_back_to_whose_it_was_unless_it_was_given_on() {
    let facts = [
        owned(1, Some("crm:u1".into())),
        owned(2, None),
        owned(3, Some("crm:u2".into())),
        owned(4, None),
    ];
    assert_eq!(owner_before(&facts, FactNo(3)), Ok(Some("crm:u1".into())));
    assert_eq!(owner_before(&facts, FactNo(1)), Err(FactNo(3)));
    let nobodys = [owned(1, Some(FieldValue::Cleared)), owned(2, Some("crm:u2".into()))];
    assert_eq!(owner_before(&nobodys, FactNo(2)), Ok(None));
    assert_eq!(owner_before(&nobodys, FactNo(9)), Err(FactNo(9)), "nothing was given");
}

#[test]
fn whatever_is_given_away_goes_back_to_whose_it_was() {
    for thing in things() {
        let given = |owner: Option<&str>| {
            thing.clone().given_to(owner.map(UserId::from), Some("crm:boss".into()))
        };
        let facts = [said_at(1, given(Some("crm:u1"))), said_at(2, given(None))];
        assert_eq!(Owned::of(facts[1].fact()), Some(thing.clone()));
        assert_eq!(facts[1].fact().subject(), thing.subject());
        assert_eq!(owner_before(&facts, FactNo(2)), Ok(Some("crm:u1".into())), "{thing:?}");
        assert_eq!(owner_before(&facts, FactNo(1)), Err(FactNo(2)), "{thing:?}");
    }
}

#[test]
fn a_field_of_whatever_is_looked_after_goes_back_to_what_held() {
    let field = |text: &str| Correction::Field { name: "name".into(), value: text.into() };
    for thing in things() {
        let facts: Vec<_> = ["Kesler", "Kessler"]
            .iter()
            .zip(1..)
            .map(|(text, no)| said_at(no, field(text).fact(thing.clone(), "crm:u1".into())))
            .collect();
        assert_eq!(Correction::of(facts[1].fact()), Some(field("Kessler")), "{thing:?}");
        assert_eq!(facts[1].fact().subject(), thing.subject());
        assert_eq!(undoing(&facts, FactNo(2)), Ok(field("Kesler")), "{thing:?}");
        let since = Err(NotUndone::ChangedSince(FactNo(2)));
        assert_eq!(undoing(&facts, FactNo(1)), since, "{thing:?}");
    }
}

#[test]
fn how_an_opportunity_stands_is_said_by_its_source() {
    let [lead, opportunity, account] = things();
    let cases = [
        (&opportunity, "amount", true),
        (&opportunity, "closed_on", true),
        (&opportunity, "outcome", false),
        (&opportunity, "stage", false),
        (&opportunity, "account", false),
        (&account, "name", true),
        (&account, "owner", false),
        (&lead, "title", true),
        (&lead, "stage", true),
    ];
    for (thing, name, expected) in cases {
        assert_eq!(is_correctable_of(thing, name), expected, "{thing:?} {name}");
    }
}
