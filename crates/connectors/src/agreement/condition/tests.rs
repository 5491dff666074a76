use super::*;
use crate::agreement::{
    Mistake,
    names::Names,
    reader::Table,
    source::{Sink, Source},
};
use Comparison::*;

const ALL: [Root; 5] = [Root::Lead, Root::Account, Root::Activity, Root::Score, Root::Previous];

fn names() -> Names {
    let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
    let mut names = Names::built_in(
        words(&["New", "MQL", "Accepted"]),
        words(&["webinar", "call"]),
        words(&[]),
    );
    for (name, kind) in [
        ("country", Kind::Text),
        ("title", Kind::Text),
        ("employees", Kind::Number),
        ("customer", Kind::Bool),
        ("born_on", Kind::Date),
        ("seen_at", Kind::Instant),
        ("tier", Kind::OneOf(words(&["high", "Low"]), "such word here,")),
    ] {
        names.lead.insert(name.into(), kind);
    }
    names
}

/// Reads a condition that stands as `when = '''…'''` in a file.
fn read(text: &str, roots: &[Root]) -> Result<Condition, Vec<(usize, String)>> {
    let file = format!("when = '''\n{text}'''\n");
    let source = Source { name: "a.toml", text: &file };
    let sink = Sink::default();
    let table = toml::de::DeTable::parse(source.text).unwrap();
    let table = Table::root(&source, table.get_ref(), &sink);
    let names = names();
    let score = ["fit".to_owned(), "total".to_owned()];
    let scope = Scope { names: &names, at: "This", roots, score: &score };
    let found = table.get("when", "").and_then(|item| condition(&item, &scope));
    let mistakes = sink.into_mistakes();
    match found {
        Some(found) if mistakes.is_empty() => Ok(found),
        found => {
            assert!(found.is_none() && !mistakes.is_empty(), "{text}: {found:?} {mistakes:?}");
            let one = |m: Mistake| {
                let instead = m.instead.map_or(String::new(), |instead| format!(" {instead}"));
                (m.column, format!("{}{instead}", m.what))
            };
            Err(mistakes.into_iter().map(one).collect())
        }
    }
}

fn name(root: Root, field: &str) -> Name {
    Name { root, field: field.into(), lowered: false }
}

fn lead(field: &str) -> Name {
    name(Root::Lead, field)
}

fn text(text: &str) -> Literal {
    Literal::Text(text.into())
}

fn is(field: &str) -> Condition {
    Condition::IsTrue(lead(field))
}

#[test]
fn conditions_mean_what_they_say() {
    let country = |value: &str| Condition::Compare(lead("country"), Equal, text(value));
    let lowered = Name { lowered: true, ..lead("title") };
    let cases = [
        ("true", Condition::Always(true)),
        ("lead.customer", is("customer")),
        ("!lead.customer", Condition::Not(Box::new(is("customer")))),
        (r#"lead.country == "DE""#, country("DE")),
        (r#""DE" == lead.country"#, country("DE")),
        (
            "100 <= score.total",
            Condition::Compare(name(Root::Score, "total"), GreaterOrEqual, Literal::Number(100.0)),
        ),
        (
            "lead.employees > -2.5",
            Condition::Compare(lead("employees"), Greater, Literal::Number(-2.5)),
        ),
        (
            "lead.employees != -3",
            Condition::Compare(lead("employees"), NotEqual, Literal::Number(-3.0)),
        ),
        (
            r#"lead.country in ["DE", "AT"]"#,
            Condition::In(lead("country"), vec![text("DE"), text("AT")]),
        ),
        (
            r#"lead.title.lowerAscii().contains("vp")"#,
            Condition::Search(lowered.clone(), Search::Contains, "vp".into()),
        ),
        (
            r#"lead.title.startsWith("VP")"#,
            Condition::Search(lead("title"), Search::StartsWith, "VP".into()),
        ),
        (
            r#"lead.title.endsWith("é")"#,
            Condition::Search(lead("title"), Search::EndsWith, "é".into()),
        ),
        (r#"lead.title.lowerAscii() != "cto""#, Condition::Compare(lowered, NotEqual, text("cto"))),
        ("has(lead.country)", Condition::Has(lead("country"))),
        (
            "lead.country == previous.country",
            Condition::CompareNames(lead("country"), Equal, name(Root::Previous, "country")),
        ),
        (
            r#"lead.born_on < "2000-01-01""#,
            Condition::Compare(lead("born_on"), Less, text("2000-01-01")),
        ),
        (
            r#"lead.seen_at >= "2026-10-01T09:30:00Z""#,
            Condition::Compare(lead("seen_at"), GreaterOrEqual, text("2026-10-01T09:30:00Z")),
        ),
        (r#"lead.status == "MQL""#, Condition::Compare(lead("status"), Equal, text("MQL"))),
        (r#"lead.status == """#, Condition::Compare(lead("status"), Equal, text(""))),
        (
            r#"lead.tier.lowerAscii() == "low""#,
            Condition::Compare(Name { lowered: true, ..lead("tier") }, Equal, text("low")),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, &ALL), Ok(expected), "{text}");
    }
}

#[test]
fn and_binds_before_or_and_chains_are_flat() {
    let (a, b, c) = (is("customer"), Condition::Always(true), Condition::Always(false));
    let all = Condition::All;
    let any = Condition::Any;
    let cases = [
        ("lead.customer || true && false", any(vec![a.clone(), all(vec![b.clone(), c.clone()])])),
        ("(lead.customer || true) && false", all(vec![any(vec![a.clone(), b.clone()]), c.clone()])),
        ("lead.customer && true && false", all(vec![a.clone(), b.clone(), c.clone()])),
        ("!lead.customer && true", all(vec![Condition::Not(Box::new(a.clone())), b.clone()])),
        ("!(lead.customer && true)", Condition::Not(Box::new(all(vec![a, b])))),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, &ALL), Ok(expected), "{text}");
    }
    let long = vec!["lead.customer"; 400].join(" && ");
    assert!(matches!(read(&long, &ALL), Ok(Condition::All(parts)) if parts.len() == 400));
}

#[test]
fn what_is_wrong_is_shown_where_it_is() {
    let cases = [
        ("", 8, "The condition is blank."),
        ("lead.contry == \"DE\"", 1, "There is no field lead.contry. Did you mean lead.country?"),
        ("lead.shoe_size > 3", 1, "Declare it under [fields.lead]: shoe_size = \"text\"."),
        ("previous.shoe_size > 3", 1, "Declare it under [fields.lead]"),
        (
            "lead.customer && led.country == \"DE\"",
            18,
            "There is nothing called \"led\". Did you mean \"lead\"?",
        ),
        ("country == \"DE\"", 1, "Did you mean lead.country?"),
        ("score.fitt > 3", 1, "has no part \"fitt\". Did you mean \"fit\"?"),
        (
            "lead.country == 49",
            17,
            "lead.country is text, and this is a number. Put it in quotes: \"49\".",
        ),
        (
            "lead.employees > \"9\"",
            18,
            "lead.employees is a number, and this is text. Write a number",
        ),
        ("lead.customer == \"yes\"", 18, "Write true or false, without quotes."),
        ("lead.country > \"DE\"", 16, "lead.country is text, which has no order. Use == or !=."),
        ("lead.born_on > \"1.1.2000\"", 16, "\"1.1.2000\" is not one. Write it as \"2026-10-01\"."),
        ("lead.seen_at > \"2026-10-01\"", 16, "Write it in UTC"),
        ("lead.status == \"SQL\"", 16, "There is no status \"SQL\". Did you mean \"MQL\"?"),
        ("lead.status in [\"MQL\", \"Acepted\"]", 24, "Did you mean \"Accepted\"?"),
        (
            "activity.kind == \"webinars\"",
            18,
            "There is no activity \"webinars\". Did you mean \"webinar\"?",
        ),
        ("lead.tier == \"mid\"", 14, "There is no such word here, \"mid\"."),
        ("lead.title.lowerAscii() == \"CTO\"", 28, "so it never is \"CTO\". Write \"cto\"."),
        ("lead.employees.contains(\"3\")", 25, "only text can be searched"),
        ("lead.country", 1, "lead.country is text, not true or false. Compare it"),
        ("score.total", 1, "Compare it: score.total > 0."),
        ("lead", 1, "\"lead\" by itself is not a value."),
        ("lead.account.name == \"x\"", 1, "A name has two parts"),
        ("lead.country == null", 17, "for \"not known\" write !has(…)"),
        ("lead.country in lead.title", 17, "After \"in\" a list of values must stand."),
        ("lead.country in []", 17, "The list is empty"),
        ("lead.employees + 1 > 3", 16, "A condition does not calculate."),
        ("lead.customer ? true : false", 15, "There is no ? : in a condition."),
        ("lead[\"country\"] == \"DE\"", 5, "Write the field with a dot"),
        ("lead.title.matches(\"VP.*\")", 19, "Patterns are not part of a condition."),
        ("lead.title.size() > 3", 16, "There is no function \"size\""),
        ("[1, 2].exists(x, x > 1)", 14, "There are no loops in a condition."),
        ("lead.customer and true", 15, "Write && for and"),
        ("lead.country = \"DE\"", 14, "Write == to compare."),
        ("(lead.customer", 14, "Close every bracket."),
        ("lead.country == \"DE", 17, "Close every quotation mark."),
        ("1 == 2", 3, "Two values are compared"),
        (
            "lead.country == lead.employees",
            14,
            "lead.country is text, and lead.employees is a number.",
        ),
        ("\"ü\" == lead.country && lead.contry == \"ö\"", 24, "Did you mean lead.country?"),
    ];
    for (text, column, expected) in cases {
        let Err(mistakes) = read(text, &ALL) else { panic!("nothing wrong: {text}") };
        let (at, what) = &mistakes[0];
        assert!(what.contains(expected), "{text}: {what}");
        assert_eq!(*at, column, "{text}: {what}");
    }
}

#[test]
fn every_mistake_of_a_condition_is_told() {
    let mistakes = read("lead.a == 1 && lead.b == 2 || activity.kind in [\"x\", \"y\"]", &ALL);
    assert_eq!(mistakes.unwrap_err().len(), 4);
}

#[test]
fn only_what_is_known_at_that_place_can_be_asked() {
    let mistakes = read("activity.kind == \"call\"", &[Root::Lead, Root::Account]).unwrap_err();
    assert_eq!(
        mistakes[0].1,
        "This cannot ask for activity. It can ask for \"lead\" and \"account\"."
    );
}

/// Every shape that a parser nests, as long as a condition can be.
#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    let refused = |text: &str| assert!(read(text, &ALL).is_err(), "{}", &text[..20]);
    on_a_large_stack(|| {
        refused(&format!("{}true{}", "(".repeat(40), ")".repeat(40)));
        refused(&format!("{}true", "!".repeat(5_000)));
        refused(&format!("{}true", "! ".repeat(100)));
        refused(&format!("lead.employees in [{}1]", "1,".repeat(2_010)));
        refused(&format!("{}true{}", "true && (true || ".repeat(31), ")".repeat(31)));
        refused(&"x".repeat(9_000));
        for part in [
            ".a", ".f()", "[0]", "+1", "==1", " in a", "?a:a", "&&a", "-a", "%1", "!", "(", "{",
            "r\"\\\"", "\"\"\"", "a ",
        ] {
            refused(&format!("lead{}", part.repeat((LENGTH_MAX - 4) / part.len())));
        }
    });
}

proptest::proptest! {
    /// Whatever is written as a condition is read or refused.
    #[test]
    fn no_condition_makes_the_reader_fail(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "lead", ".", "country", "status", "==", "!=", "<", ">=", "&&", "||", "!", "(", ")",
                "[", "]", "in ", "\"MQL\"", "\"ü", "\"", "'", "1", "-2.5", "has(", "lead.customer",
                "contains", "(\"x\")", ".lowerAscii()", "?", ":", "{", "}", ",", "null", "true",
                " ", "\n", "é", "1u", "b\"x\"", "r\"", "exists(x, x)", "\\", "@", "//", "`a`",
                "1e999", "99999999999999999999", "0x", "\u{0}", "\"\\ud800\"", ".?a", "[?0]", "=",
            ]),
            0..14,
        ),
    ) {
        let text = words.concat();
        if !text.contains("'''") {
            let file_would_be_toml = toml::de::DeTable::parse(&format!("when = '''\n{text}'''\n")).is_ok();
            if file_would_be_toml {
                let _ = on_a_large_stack(|| read(&text, &ALL));
            }
        }
    }
}
