use std::collections::BTreeMap;

use super::*;
use crate::agreement::parts::parts;

const TEXT: &str = r#"# What both sides agreed.
[agreement]
title = "Agreement of Harrow"

[calendars.office]
hours = { mon-fri = ["09:00-17:00"] }

# The first words.
[[words]]
clause = "1"
heading = "What we want"
says = "Both of us look at the same facts."

[[definition]]
id = "mql"
clause = "2"
heading = "When a lead is qualified"
says = "A lead is qualified from 40 points on."
qualifies_when = "score.total >= 40"

[[definition.rule]]
id = "demo"
says = "Asked for a demonstration: 30."
points = 30

[[definition.rule]]
id = "price"
says = "Looked at the prices: 10."
points = 10 # once a day

[[service_level]]
id = "answer"
clause = "3.10"
says = "Sales answers within four hours."
target = "4h"
on_transfer = "run_on"

[[status]]
key = "New"
[[status]]
key = "MQL"
"#;

fn text(content: &str) -> AgreementText {
    AgreementText::new(BTreeMap::from([("a.toml".to_owned(), content.to_owned())])).unwrap()
}

fn between(from: &str, to: &str) -> Redline {
    assert!(TEXT.contains(from), "{from}");
    redline(Some(&text(TEXT)), &text(&TEXT.replacen(from, to, 1)))
}

/// A redline in a line: what left in square brackets, what entered in braces.
fn said(redline: &Redline) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Same(text) => text.clone(),
        Piece::Gone(text) => format!("[{text}]"),
        Piece::New(text) => format!("{{{text}}}"),
    };
    let change = |change: &Change| {
        format!("{}: {}", change.label, change.words.iter().map(piece).collect::<String>())
    };
    let clause = |clause: &ClauseChange| {
        let changes: Vec<String> = clause.changes.iter().map(change).collect();
        format!("{} {:?}: {}", clause.title, clause.turn, changes.join(" | "))
    };
    redline.clauses.iter().map(clause).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_text_is_taken_apart_with_its_comments() {
    let of = text(TEXT);
    let parts = parts(&of);
    let keys: Vec<&str> = parts.iter().map(|part| part.key.as_str()).collect();
    let expected = [
        "words/1",
        "definition/mql",
        "service_level/answer",
        "agreement",
        "calendars",
        "status/New",
        "status/MQL",
    ];
    assert_eq!(keys, expected);
    assert!(parts[0].text(&of).starts_with("# The first words.\n[[words]]"));
    assert!(parts[1].text(&of).ends_with("points = 10 # once a day"));
    assert!(parts[3].text(&of).starts_with("# What both"));
    let whole: usize =
        parts.iter().flat_map(|part| &part.places).map(|place| place.range.len()).sum();
    assert_eq!(whole, TEXT.len(), "each byte belongs to one part");
    for value in parts.iter().flat_map(|part| &part.values) {
        let raw = &TEXT[value.place.range.clone()];
        assert!(raw.contains(value.value.split(", ").next().unwrap()), "{value:?} at {raw}");
    }
}

#[test]
fn what_changed_is_told_by_clause_in_plain_words() {
    let cases = [
        (
            "score.total >= 40",
            "score.total >= 50",
            "Clause 2 Changed: Qualified when: all points together at least [40]{50}",
        ),
        (
            "from 40 points on",
            "from 50 points on",
            "Clause 2 Changed: Sentence: A lead is qualified from [40 ]{50 }points on.",
        ),
        ("points = 30", "points = 25", "Clause 2 Changed: Rule demo: points: [30]{25}"),
        ("\"4h\"", "\"2h\"", "Clause 3.10 Changed: Target: [4h]{2h}"),
        (
            "run_on",
            "restart_answered",
            "Clause 3.10 Changed: When it passes to another owner: the clock [runs on]{ends as \
             answered, and a fresh one starts}",
        ),
        (
            "09:00-17:00",
            "08:00-17:00",
            "Opening hours Changed: Office, hours that count: mon-fri: [09:00-17:00]{08:00-17:00}",
        ),
        ("clause = \"3.10\"", "clause = \"4\"", "Clause 4 Changed: Number: [3.10]{4}"),
        ("# once a day", "# daily", ""),
    ];
    for (from, to, expected) in cases {
        let redline = between(from, to);
        assert_eq!(said(&redline), expected, "{from}");
        assert!(redline.differs);
    }
    let same = redline(Some(&text(TEXT)), &text(TEXT));
    assert!(!same.differs && same.clauses.is_empty());
    let first = redline(None, &text(TEXT));
    assert!(first.differs && first.clauses.iter().all(|clause| clause.turn == Turn::Added));
    assert_eq!(first.clauses.len(), parts(&text(TEXT)).len());
}

#[test]
fn what_came_and_went_as_a_whole_is_one_change() {
    let rule = "[[definition.rule]]\nid = \"price\"\nsays = \"Looked at the prices: 10.\"\npoints = 10 # once a day\n";
    let gone = between(rule, "");
    assert_eq!(said(&gone), "Clause 2 Changed: Rule price: [Looked at the prices: 10. points 10]");
    let words = "[[words]]\nclause = \"1\"\nheading = \"What we want\"\nsays = \"Both of us look at the same facts.\"\n";
    let gone = between(words, "");
    assert_eq!(gone.clauses[0].turn, Turn::Removed);
    assert_eq!((gone.clauses[0].no.as_deref(), gone.clauses.len()), (Some("1"), 1));
    let more = between(
        "[[service_level]]",
        "[[words]]\nclause = \"2.5\"\nsays = \"New.\"\n[[service_level]]",
    );
    assert_eq!(said(&more), "Clause 2.5 Added: Number: {2.5} | Sentence: {New.}");
    assert!(more.clauses[0].lines.iter().all(|line| matches!(line, Piece::New(_))));
}

#[test]
fn what_is_known_of_a_persona_is_told_in_sentences() {
    const PERSONA: &str = r#"
[[persona]]
id = "plant-manager"
clause = "2"
buying_roles = ["decider", "economic_buyer"]
matches_when = 'lead.title.contains("Plant")'
objections = [{ says = "Too dear.", answer = "It pays in a year." }]
[persona.rings]
success_factors = ["Costs by machine.", "No stop of a line."]
perceived_barriers = []
"#;
    let cases = [
        (
            "\"No stop of a line.\"",
            "\"No halt of a line.\", \"Used weekly.\"",
            "Rings: what they expect of it: Costs by machine. No [stop ]{halt }of a line{. Used weekly}.",
        ),
        ("[]", "[\"IT must agree.\"]", "Rings: what holds them back: {IT must agree.}"),
        ("a year", "ten months", "Objection “Too dear”: answer: It pays in [a year]{ten months}."),
        (
            " }]",
            " },\n  { says = \"Our IT is full.\", answer = \"It needs none.\" }]",
            "Objection “Our IT is full”: {Our IT is full. answer: It needs none.}",
        ),
        (", \"economic_buyer\"", "", "Parts they play in buying: decider[, economic buyer]"),
        (
            "Plant",
            "Works",
            "A lead is one of them when: the lead’s title contains “[Plant]{Works}”",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(PERSONA.contains(from), "{from}");
        let redline = redline(Some(&text(PERSONA)), &text(&PERSONA.replacen(from, to, 1)));
        assert_eq!(said(&redline), format!("Clause 2 Changed: {expected}"), "{from}");
    }
}

#[test]
fn another_order_is_a_change_where_order_decides() {
    let turned = between(
        "key = \"New\"\n[[status]]\nkey = \"MQL\"",
        "key = \"MQL\"\n[[status]]\nkey = \"New\"",
    );
    assert_eq!(said(&turned), "Order: status Changed: Order: status: [New, ]MQL{, New}");
}

#[test]
fn both_sides_of_a_redline_can_be_read_out_of_it() {
    let sentences = [
        "",
        "Sales answers within four hours.",
        "Sales accepts or rejects each lead within 2 working hours, at 1.5 times.",
        "Each lead (of marketing) is answered: within four hours, by sales.",
        "“Nothing” else; a, b, c.",
    ];
    for (before, after) in sentences.iter().flat_map(|a| sentences.map(|b| (*a, b))) {
        let pieces = words(before, after);
        let side = |left: bool| -> String {
            let theirs = pieces.iter().filter_map(|piece| match piece {
                Piece::Same(text) => Some(text),
                Piece::Gone(text) => left.then_some(text),
                Piece::New(text) => (!left).then_some(text),
            });
            theirs.flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join("")
        };
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!((side(true), side(false)), (bare(before), bare(after)));
    }
}

const MESSAGE: &str = r#"[[message]]
clause = "1.1"
says = "By machine."
one_liner = "See each machine."

[[message.pillar]]
id = "euros"
says = "In euros."

[[message.pillar.proof]]
says = "The euros agree with the bill."
source = "14 bills"
until = 2026-11-05

[[message.word]]
concept = "what one machine uses"
preferred = "machine view"
forbidden = ["dashboard"]

[[message.claim]]
says = "Clipped on."
standing = "allowed"
proof = "Manual"
"#;

#[test]
fn a_proof_or_a_word_that_changed_reads_as_a_plain_sentence() {
    let proof =
        "[[message.pillar.proof]]\nsays = \"Another.\"\nsource = \"Log\"\n\n[[message.word]]";
    let pillar = "[[message.pillar]]\nid = \"day\"\nsays = \"In a day.\"\n[[message.pillar.proof]]\nsays = \"61 of 61.\"\nsource = \"Log\"\n\n[[message.word]]";
    let cases = [
        (
            "14 bills",
            "31 bills",
            "Pillar euros, proof “The euros agree with the bill”: source: [14 ]{31 }bills",
        ),
        (
            "2026-11-05",
            "2028-10-31",
            "Pillar euros, proof “The euros agree with the bill”: until: [5 Nov 2026]{31 Oct 2028}",
        ),
        (
            "[\"dashboard\"]",
            "[\"dashboard\", \"cockpit\"]",
            "Word “what one machine uses”: forbidden: dashboard{, cockpit}",
        ),
        ("See each machine.", "See every machine.", "In one line: See [each ]{every }machine."),
        ("\"allowed\"", "\"banned\"", "Claim “Clipped on”: standing: [allowed]{banned}"),
        ("[[message.word]]", proof, "Pillar euros, proof “Another”: {Another. source Log}"),
        ("[[message.word]]", pillar, "Pillar day: {In a day. proof “61 of 61”, source Log}"),
    ];
    for (from, to, expected) in cases {
        assert!(MESSAGE.contains(from), "{from}");
        let redline = redline(Some(&text(MESSAGE)), &text(&MESSAGE.replacen(from, to, 1)));
        assert_eq!(said(&redline), format!("Clause 1.1 Changed: {expected}"), "{from}");
    }
}

#[test]
fn a_sentence_that_still_says_the_old_number_is_told_and_only_then() {
    let (sentence, both) = ("score.total >= 40", "from 40 points");
    let none: &[&str] = &[];
    /// What is changed in the text, and what is told of it.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 7] = [
        (&[(sentence, "score.total >= 30")], &["Clause 2: the sentence says 40, the rule says 30"]),
        (&[(sentence, "score.total >= 30"), (both, "from 30 points")], none),
        (&[("points = 30", "points = 25")], &["Clause 2: the sentence says 30, the rule says 25"]),
        (&[("\"4h\"", "\"2h\"")], &["Clause 3.10: the sentence says four, the rule says 2h"]),
        (&[("\"4h\"", "\"2h\""), ("within four hours", "within 2 hours")], none),
        (&[("\"4h\"", "\"2h\""), ("within four hours", "soon")], none),
        (&[("within four hours", "within five hours")], none),
    ];
    for (changes, expected) in cases {
        let changed = changes.iter().fold(TEXT.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let redline = redline(Some(&text(TEXT)), &text(&changed));
        assert_eq!(redline.contradictions(), expected, "{changes:?}");
    }
}
