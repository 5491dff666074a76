use super::*;

const TEXT: &str = r#"# Ours.
[[words]]
clause = "1"
says = 'As it is.' # said in May

# The rule.
[[definition]]
id = "mql"
clause = "2"
says = "From 40 points on."
qualifies_when = 'score.total >= 40 && lead.grade != "A 1" && score.fit > 7.5'
judged = { at = ["08:00"], otherwise = "Europe/Berlin" }
open = true
from = 2026-10-01
[[definition.rule]]
id = "demo"
points = -10
[other]
x = "y"
"#;

fn text(content: &str) -> AgreementText {
    AgreementText::new(BTreeMap::from([("a.toml".to_owned(), content.to_owned())])).unwrap()
}

fn typed(path: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(path.to_owned(), value.to_owned())])
}

#[test]
fn what_can_be_changed_by_itself_is_asked_for_in_words() {
    let (_, asked) = asked(&text(TEXT), "definition/mql").unwrap();
    let said: Vec<_> = asked
        .iter()
        .map(|asked| format!("{}={}={}", asked.path, asked.label, asked.value))
        .collect();
    let expected = [
        "says=Sentence=From 40 points on.",
        "qualifies_when#0=Qualified when: all points together at least=40",
        "qualifies_when#1=Qualified when: points of fit over=7.5",
        "judged.otherwise=Judged: otherwise=Europe/Berlin",
        "open=Open=true",
        "from=From=2026-10-01",
        "rule[demo].points=Rule demo: points=-10",
    ];
    assert_eq!(said, expected);
    assert_eq!(super::asked(&text(TEXT), "definition/none"), None);
}

#[test]
fn one_value_is_changed_and_every_other_byte_stays() {
    let cases = [
        ("words/1", "says", "As it was.", "'As it is.'", "'As it was.'"),
        ("words/1", "says", "It's \"so\".", "'As it is.'", r#""It's \"so\".""#),
        ("words/1", "says", "One\r\ntwo", "'As it is.'", "\"\"\"\nOne\ntwo\"\"\""),
        ("definition/mql", "qualifies_when#0", "50", ">= 40", ">= 50"),
        ("definition/mql", "qualifies_when#1", "8.25", "> 7.5", "> 8.25"),
        ("definition/mql", "open", "false", "open = true", "open = false"),
        ("definition/mql", "from", "2027-01-01", "2026-10-01", "2027-01-01"),
        ("definition/mql", "rule[demo].points", "15", "= -10", "= 15"),
        ("definition/mql", "says", " From 40 points on. ", "", ""),
    ];
    for (key, path, value, from, to) in cases {
        let changed = change_values(&text(TEXT), key, &typed(path, value)).unwrap();
        assert_eq!(changed.files()["a.toml"], TEXT.replacen(from, to, 1), "{path} {value}");
    }
}

#[test]
fn sentences_are_changed_one_a_line() {
    const PERSONA: &str = "[[persona]]\nid = \"a\"\n[persona.rings]\nsuccess_factors = [\"One.\", \"Two.\"]\nperceived_barriers = []\n";
    let (_, asked) = asked(&text(PERSONA), "persona/a").unwrap();
    let lines: Vec<_> = asked
        .iter()
        .map(|asked| (asked.asks.clone(), asked.label.as_str(), asked.value.as_str()))
        .collect();
    let expected = [
        (Asks::Lines, "Rings: what they expect of it", "One.\nTwo."),
        (Asks::Lines, "Rings: what holds them back", ""),
    ];
    assert_eq!(lines, expected);
    let cases = [
        (
            "rings.success_factors",
            "One.\r\n\r\n Say \"three\". ",
            "[\"One.\", \"Two.\"]",
            "[\n    \"One.\",\n    \"Say \\\"three\\\".\",\n]",
        ),
        ("rings.success_factors", " ", "[\"One.\", \"Two.\"]", "[]"),
        ("rings.perceived_barriers", "IT must agree.", "[]", "[\n    \"IT must agree.\",\n]"),
        ("rings.success_factors", "One.\nTwo.", "", ""),
    ];
    for (path, value, from, to) in cases {
        let changed = change_values(&text(PERSONA), "persona/a", &typed(path, value)).unwrap();
        assert_eq!(changed.files()["a.toml"], PERSONA.replacen(from, to, 1), "{path} {value}");
    }
}

#[test]
fn what_does_not_fit_is_said_beside_its_value() {
    let cases = [
        ("qualifies_when#0", "many", "Write a number, such as 40."),
        ("qualifies_when#0", "40 || true", "Write a number, such as 40."),
        ("rule[demo].points", "1e9", "Write a number, such as -10."),
        ("open", "perhaps", "Choose yes or no."),
        ("from", "soon", "Write a day, such as 2026-10-01."),
    ];
    for (path, value, says) in cases {
        let wrong = change_values(&text(TEXT), "definition/mql", &typed(path, value)).unwrap_err();
        assert_eq!(wrong, [Wrong { path: Some(path.to_owned()), says: says.to_owned() }]);
    }
}

#[test]
fn a_clause_is_replaced_taken_out_and_taken_back() {
    let base = text(TEXT);
    let other = "[[words]]\nclause = \"1\"\nsays = \"Other.\"";
    let changed = change_part(&base, "words/1", other).unwrap();
    let stood = "# Ours.\n[[words]]\nclause = \"1\"\nsays = 'As it is.' # said in May";
    assert_eq!(changed.files()["a.toml"], TEXT.replacen(stood, other, 1));
    assert_eq!(take_back(&changed, &base, "words/1").unwrap(), base);

    let without = change_part(&base, "definition/mql", " \n").unwrap();
    assert!(!without.files()["a.toml"].contains("mql"));
    let back = take_back(&without, &base, "definition/mql").unwrap();
    let of = |text: &AgreementText| {
        parts(text)
            .into_iter()
            .map(|part| (part.key.clone(), part.text(text)))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(of(&back), of(&base));
    let more = text(&format!("{TEXT}\n[[words]]\nclause = \"9\"\nsays = \"New.\"\n"));
    assert_eq!(of(&take_back(&more, &base, "words/9").unwrap()), of(&base));
}

/// The fields of the one sample of a firm, by part and path.
fn sample(key: &str, path: &str) -> Asked {
    let content = include_str!("../../../../../samples/agreements/small/agreement.toml");
    let (_, asked) = asked(&text(content), key).expect(key);
    asked.into_iter().find(|asked| asked.path == path).expect(path)
}

#[test]
fn where_the_schema_knows_a_set_one_of_it_is_asked_for_in_words() {
    let words = |key, path| match sample(key, path).asks {
        Asks::OneOf(words) => {
            words.into_iter().map(|(word, says)| format!("{word}: {says}")).collect::<Vec<_>>()
        }
        other => panic!("{path}: {other:?}"),
    };
    let level = "service_level/answer";
    assert_eq!(
        words(level, "on_transfer"),
        [
            "restart: the clock ends, and a fresh one starts",
            "restart_answered: the clock ends as answered, and a fresh one starts",
            "run_on: the clock runs on",
        ]
    );
    let hours = words(level, "hours");
    assert!(hours.contains(&"owner: the hours of the owner’s calendar".to_owned()), "{hours:?}");
    assert!(hours.iter().any(|known| known.starts_with("workshop")), "a calendar: {hours:?}");
    assert!(words("definition/qualified", "status").contains(&"Qualified: Qualified".to_owned()));
    assert_eq!(sample("party/sales", "signer").asks, Asks::Somebody);
    assert_eq!(sample(level, "target").asks, Asks::Words);
}
