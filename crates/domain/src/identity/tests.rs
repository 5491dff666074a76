use proptest::prelude::*;

use super::*;

fn traits(name: &str, email: &str, phone: &str) -> Traits {
    let words = name.to_lowercase().split_whitespace().map(str::to_owned).collect();
    Traits::new(told(email), told(phone), words)
}

fn told(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[test]
fn an_address_is_compared_by_the_mailbox_that_it_reaches() {
    let cases = [
        (" Ann@Foundry.Example ", Some("ann@foundry.example")),
        ("a.n.n+fair@gmail.com", Some("ann@gmail.com")),
        ("Ann@GoogleMail.com.", Some("ann@gmail.com")),
        ("a.nn@foundry.example", Some("a.nn@foundry.example")),
        ("ann+fair@foundry.example", Some("ann+fair@foundry.example")),
        ("a.nn+fair@outlook.com", Some("a.nn@outlook.com")),
        ("info@foundry.example", None),
        ("Sales+fair@foundry.example", None),
        ("+fair@foundry.example", None),
        ("ann@localhost", None),
        ("ann at foundry.example", None),
        ("", None),
    ];
    for (address, expected) in cases {
        assert_eq!(mailbox(address).as_deref(), expected, "{address}");
    }
    assert_eq!(mailbox(&format!("{}@foundry.example", "a".repeat(254))), None);
}

#[test]
fn a_number_is_compared_by_its_last_digits() {
    let cases = [
        ("+49 30 1234567", Some("301234567")),
        ("0049 (0)30 / 123-4567", Some("301234567")),
        ("030 1234567", Some("301234567")),
        ("030 1234567 ext. 12", Some("301234567")),
        ("1234", None),
        ("extension 12345678", None),
    ];
    for (written, expected) in cases {
        assert_eq!(number(written).as_deref(), expected, "{written}");
    }
}

#[test]
fn two_records_are_alike_by_more_than_a_name() {
    let ann = ("Anna Schmidt", "anna.schmidt@kessler.example", "030 1234567");
    let cases = [
        (
            ("Anna Schmidt", "Anna.Schmidt@Kessler.example", ""),
            false,
            "very likely: the same address of mail, the same name",
        ),
        (("", "anna.schmidt@kessler.example", ""), false, "very likely: the same address of mail"),
        (
            ("Bruno Opitz", "anna.schmidt@kessler.example", ""),
            false,
            "possibly: the same address of mail, but the names differ",
        ),
        (
            ("Schmidt Anna", "a.schmidt@kessler.example", ""),
            false,
            "possibly: the same name, addresses at kessler.example",
        ),
        (
            ("Anna Schmitt", "as@kessler.example", "+49 30 1234567"),
            false,
            "possibly: names that are 96 % alike, the same telephone number, addresses at kessler.example",
        ),
        (
            ("Anna Schmidt", "anna@other.example", ""),
            true,
            "possibly: the same name, the same account",
        ),
        (("Anna Schmidt", "anna@other.example", ""), false, ""),
        (("Anna", "anna@kessler.example", "030 1234567"), true, ""),
        (("Anna Schulz", "as@kessler.example", ""), true, ""),
        (("Bruno Opitz", "bruno@kessler.example", "030 1234567"), true, ""),
        (("", "", ""), true, ""),
    ];
    let first = traits(ann.0, ann.1, ann.2);
    for ((name, email, phone), same_account, expected) in cases {
        let second = traits(name, email, phone);
        let said = |a: &Traits, b: &Traits| {
            let found = a.likeness(b, same_account);
            found.map_or(String::new(), |l| format!("{}: {}", l.tier.words(), l.words()))
        };
        assert_eq!(said(&first, &second), expected, "{name} {email}");
        assert_eq!(said(&second, &first), expected, "{name} {email}, the other way");
    }
}

#[test]
fn a_mail_provider_is_no_company_and_a_role_no_person() {
    let of = |email| traits("Anna Schmidt", email, "");
    assert_eq!(of("anna@gmail.com").likeness(&of("as@gmail.com"), false), None);
    assert_eq!(
        traits("", "info@kessler.example", "")
            .likeness(&traits("", "info@kessler.example", ""), true),
        None
    );
}

proptest! {
    /// Candidates are found by keys, so what is alike must have one in common; by the account alone
    /// they are found through the account.
    #[test]
    fn whoever_shares_a_mailbox_shares_a_key(
        local in "[a-z]{1,6}(\\.[a-z]{1,4})?(\\+[a-z]{1,3})?",
        domain in "(gmail\\.com|googlemail\\.com|kessler\\.example)",
        other in "(gmail\\.com|googlemail\\.com|kessler\\.example)",
        name in "[a-c]{2,5} [a-c]{2,5}",
    ) {
        let (first, second) = (format!("{local}@{domain}"), format!("{}@{other}", local.to_uppercase()));
        let (first, second) = (traits(&name, &first, ""), traits(&name, &second, ""));
        let shared = first.keys().iter().any(|key| second.keys().contains(key));
        prop_assert_eq!(first.likeness(&second, false).is_some(), shared);
    }
}
