use super::*;

#[test]
fn names_are_folded_to_words() {
    let cases: [(&str, &[&str]); 8] = [
        ("  Große   Äpfel GmbH", &["grosse", "apfel", "gmbh"]),
        ("Signe Øvergård", &["signe", "overgard"]),
        ("Łukasz O'Brien-Ðorđević", &["lukasz", "obrien", "dordevic"]),
        ("ISTANBUL İstanbul ıstanbul", &["istanbul"]),
        ("ﬁrm № 7", &["firm", "no", "7"]),
        ("東芝 ｱｯﾌﾟﾙ", &["東芝", "アッフル"]),
        ("--- !", &[]),
        (
            "a b c d e f g h i j k l m n",
            &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"],
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(words_of(name), expected, "{name}");
    }
    let long = words_of(&"x".repeat(300));
    assert_eq!(long[0].len(), WORD_CHARS_MAX);
}

#[test]
fn an_address_gives_the_words_that_its_name_lacks() {
    let words = joined(Some("Anna Østergård"), Some("anna.o@Mail.Example.com"));
    assert_eq!(words, ["anna", "ostergard", "o", "mail", "example"]);
    assert_eq!(joined(None, None), Vec::<String>::new());
    assert_eq!(Wanted::parse("anna@firm.com").0, ["anna", "firm"]);
    assert_eq!(Wanted::parse("anna@firm").0, ["anna", "firm"]);
}

#[test]
fn each_word_stands_first_in_a_row_with_all_the_others() {
    let rows = rows_of(&["anna".into(), "opitz".into(), "firm".into()]);
    assert_eq!(rows, ["anna opitz firm ", "opitz anna firm ", "firm anna opitz "]);
    let [from, to] = range_of("opi");
    let within: Vec<_> = rows.iter().filter(|row| **row >= from && **row < to).collect();
    assert_eq!(within, ["opitz anna firm "]);
}

#[test]
fn a_question_says_each_word_once() {
    let cases: [(&str, &[&str]); 5] = [
        ("Anna  ANNA an", &["anna"]),
        ("ann annabel", &["annabel"]),
        ("opitz ann", &["opitz", "ann"]),
        ("100% _sure", &["100", "sure"]),
        ("% _ '", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(Wanted::parse(text).0, expected, "{text}");
    }
}

#[test]
fn a_text_is_found_by_beginnings_of_its_words() {
    let text = "Sales accepts each qualified lead within four working hours.";
    for (typed, expected) in
        [("accept hours", Some(false)), ("qualified LEAD", Some(true)), ("ours", None), ("", None)]
    {
        assert_eq!(Wanted::parse(typed).found_in(text), expected, "{typed}");
    }
}
