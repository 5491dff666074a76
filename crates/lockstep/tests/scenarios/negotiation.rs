//! Two sides before one text: what differs, who changes it, and what each says to it.

use domain::ids::Version;
use testkit::http::StatusCode;
use testkit::{AGREEMENT, Answer, World};

/// The same text with another threshold and another time to answer.
fn changed() -> String {
    AGREEMENT
        .replace("reach 40 points", "reach 50 points")
        .replace("score.total >= 40", "score.total >= 50")
        .replace("target = \"4h\"", "target = \"2h\"")
}

pub(crate) async fn both_sign(world: &World, version: u32) {
    let hash = world.hash(Version(version));
    for short in ["mara", "sven"] {
        let path = format!("/agreement/{version}/signature");
        let signed = world.posts(short, &path, &[("hash", &hash)]).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_says_otherwise_is_shown_by_clause_in_plain_words() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&changed());
    let page = world.page("rep", "/agreement/2/redline").await;
    assert!(page.contains("Version 2 says 2 clauses otherwise than version 1"), "{page}");
    assert!(
        page.contains("together reach taken out: 40 put in: 50 points"),
        "the sentence is marked where it changed: {page}"
    );
    assert!(page.contains("Qualified when all points together at least"), "{page}");
    assert!(page.contains("Target taken out: 4h put in: 2h"), "{page}");
    assert!(page.contains("- target = &quot;4h") && page.contains("+ target = &quot;2h"), "{page}");
    assert!(!page.contains("What we want to reach"), "what stayed is not told: {page}");

    let back = world.page("auditor", "/agreement/1/redline?against=2").await;
    assert!(back.contains("Target taken out: 2h put in: 4h"), "{back}");
    let first = world.page("auditor", "/agreement/1/redline").await;
    assert!(first.contains("Version 1 is the first"), "{first}");
    for absent in
        ["/agreement/9/redline", "/agreement/1/redline?against=9", "/agreement/1/redline?against=x"]
    {
        assert_eq!(world.gets("rep", absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_proposed_who_signed_and_what_took_whose_place() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&changed());
    let withdrawal =
        world.at("2026-11-17 11:00").posts("sven", "/agreement/2/withdrawal", &[]).await;
    assert_eq!(withdrawal.status, StatusCode::SEE_OTHER);
    world.at("2026-11-18 09:00").proposes(&AGREEMENT.replace("\"4h\"", "\"3h\""));
    both_sign(&world, 3).await;
    let page = world.page("reader", "/agreement").await;
    for says in [
        "Put before both sides from the command line, 17 Nov 2026, 10:00:00 Berlin .",
        "Taken back by Sven Arndt, 17 Nov 2026, 11:00:00 Berlin ; its signatures are void.",
        "Signed for sales by Sven Arndt, 18 Nov 2026, 09:00:00 Berlin .",
        "In force from 16 Nov 2026, 09:00:00 Berlin to 18 Nov 2026, 09:00:00 Berlin , when version 3 took its place.",
        "In force from 18 Nov 2026, 09:00:00 Berlin .",
        "What it says otherwise than version 1",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let page = world.page("reader", "/agreement/3/redline").await;
    assert!(page.contains("Version 3 says one clause otherwise than version 1"), "{page}");
}

const DEFINITION: &str = "/agreement/1/clauses/definition/mql";
const LEVEL: &str = "/agreement/1/clauses/service_level/answer";

/// The hash that a form of a clause was made from.
async fn form_of(world: &World, short: &str, path: &str) -> String {
    let page = world.gets(short, path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let (_, after) = page.body.split_once("name=\"of\" value=\"").expect("the form has it");
    after.split_once('"').expect("it ends").0.to_owned()
}

/// Somebody changes fields of a clause, by their labels.
async fn changes(world: &World, short: &str, path: &str, typed: &[(&str, &str)]) -> Answer {
    let page = world.gets(short, path).await.body;
    let of = form_of(world, short, path).await;
    let mut sent = vec![("of".to_owned(), of)];
    for (label, value) in typed {
        let (before, _) = page.split_once(&format!(">{label}</label>")).expect(label);
        let (_, name) = before.rsplit_once("for=\"").expect("a label names its field");
        sent.push((name.trim_end_matches('"').to_owned(), (*value).to_owned()));
    }
    let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    world.posts(short, path, &sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_changes_from_the_page_become_one_text_in_which_all_else_stays() {
    let world = World::just_signed();
    let page = world.gets("mara", "/agreement").await.body;
    assert!(page.contains(&format!("href=\"{DEFINITION}\"")), "{page}");
    let before = world.everything();
    let typed = [
        ("Sentence", "A lead is qualified when fit and engagement together reach 50 points."),
        ("Qualified when: all points together at least", "50"),
    ];
    let kept = changes(&world, "mara", DEFINITION, &typed).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    changes(&world, "mara", LEVEL, &[("Target", "2h")]).await;
    assert_eq!(world.everything(), before, "nobody else is told yet");
    let page = world.page("mara", "/agreement/proposal").await;
    assert!(page.contains("Your changes so far: 2 clauses"), "{page}");
    assert!(page.contains("taken out: 40 put in: 50 points"), "{page}");
    assert!(!world.page("sven", "/agreement").await.contains("your changes so far"));

    let put = world.posts("mara", "/agreement/proposal", &[("on", "2026-12-01"), ("at", "08:00")]);
    assert_eq!(put.await.status, StatusCode::SEE_OTHER);
    let page = world.page("sven", "/agreement/2").await;
    assert!(page.contains("to come into force 1 Dec 2026, 08:00:00 Berlin"), "{page}");
    let row = world.asks(|engine| engine.agreement(Version(2))).expect("it is there").0;
    assert_eq!(row.text["agreement.toml"], changed());
    let page = world.page("mara", "/agreement/proposal").await;
    assert!(page.contains("Your changes so far: none"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_comes_back_beside_its_field_with_what_was_typed() {
    let world = World::just_signed();
    let gate = "Qualified when: all points together at least";
    let cases = [
        (DEFINITION, gate, "many", "Write a number, such as 40."),
        (LEVEL, "Target", "2 days", "A day of working hours can be read in three ways."),
        (LEVEL, "Hours that count", "offise", "There is no calendar"),
        (LEVEL, "Sentence", " ", "says&#34; is blank."),
    ];
    for (path, label, value, says) in cases {
        let refused = changes(&world, "mara", path, &[(label, value)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{label}");
        let name = refused.body.split_once("href=\"#v").expect("the summary leads to the field").1;
        let name = name.split_once('"').expect("it ends").0;
        let field =
            refused.body.split_once(&format!("id=\"v{name}-wrong\"")).expect("it is there").1;
        let field: String = field.chars().take(500).collect();
        assert!(field.contains(says), "{label}: {field}");
        assert!(refused.body.contains(value.trim()), "{label}");
    }
    let stale = [("of", "0000"), ("v0", "Other words.")];
    let refused = world.posts("mara", DEFINITION, &stale).await;
    assert!(refused.text().contains("The clause has changed since you opened it"));
    let of = form_of(&world, "mara", LEVEL).await;
    let nothing = world.posts("mara", LEVEL, &[("of", &of)]).await;
    assert!(nothing.text().contains("Nothing is changed yet"), "{}", nothing.text());
    let past = {
        changes(&world, "mara", LEVEL, &[("Target", "2h")]).await;
        world.posts("mara", "/agreement/proposal", &[("on", "2026-11-01"), ("at", "")]).await
    };
    assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(past.text().contains("That instant is over"), "{}", past.text());
    assert_eq!(world.gets("mara", "/agreement/2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_emptied_in_a_fold_is_refused_beside_it_in_the_open_fold() {
    let world = World::just_signed();
    let page = world.gets("mara", DEFINITION).await.body;
    assert!(page.contains("novalidate"), "no browser holds the form back without a word: {page}");
    let (_, fold) = page.split_once("<details class=\"pb\"><summary>").expect("items are folded");
    let (_, number) = fold.split_once("type=\"number\"").expect("a number is asked for");
    let (_, name) = number.split_once("name=\"").expect("it has a name");
    let name = name.split_once('"').expect("it ends").0;
    let of = form_of(&world, "mara", DEFINITION).await;
    let refused = world.posts("mara", DEFINITION, &[("of", &of), (name, "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let (before, _) =
        refused.body.split_once(&format!("id=\"{name}-wrong\"")).expect("it is said beside it");
    let (_, fold) = before.rsplit_once("<details").expect("it stands in a fold");
    assert!(fold.starts_with(" class=\"pb\" open>"), "{fold}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_is_taken_out_and_put_in_as_text_and_left_as_it_was() {
    let world = World::just_signed();
    let words = "/agreement/1/clauses/words/1";
    let of = form_of(&world, "sven", words).await;
    let other = "[[words]]\r\nclause = \"1\"\r\nsays = \"We count together.\"\r\n\r\n[[words]]\r\nclause = \"1.1\"\r\nsays = \"Each Monday.\"";
    let kept = world.posts("sven", words, &[("of", &of), ("text", other)]).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let page = world.page("sven", "/agreement/proposal").await;
    assert!(page.contains("put in: Each Monday.") && page.contains("2 clauses"), "{page}");
    let goal = "/agreement/1/clauses/goal/in-time";
    let of = form_of(&world, "sven", goal).await;
    world.posts("sven", goal, &[("of", &of), ("text", "")]).await;
    let page = world.page("sven", "/agreement/proposal").await;
    assert!(page.contains("What we want to reach taken out"), "{page}");

    let needed = "/agreement/1/clauses/definition/mql";
    let of = form_of(&world, "sven", needed).await;
    let refused = world.posts("sven", needed, &[("of", &of), ("text", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("There is no definition of a qualified lead"));
    for key in ["goal/in-time", "words/1.1", "words/1"] {
        world.posts("sven", "/agreement/proposal/removal", &[("key", key)]).await;
    }
    let page = world.page("sven", "/agreement/proposal").await;
    assert!(!page.contains("taken out") && !page.contains("put in: "), "{page}");
    world.posts("sven", "/agreement/proposal/removal", &[]).await;
    assert!(world.page("sven", "/agreement/proposal").await.contains("so far: none"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_propose_finds_no_form_and_changes_nothing() {
    let world = World::just_signed();
    let of = form_of(&world, "mara", LEVEL).await;
    let before = world.everything();
    for short in ["rep", "marketer", "reader", "auditor"] {
        let kept = world.posts(short, LEVEL, &[("of", &of), ("v0", "Other.")]).await;
        let put = world.posts(short, "/agreement/proposal", &[]).await;
        let drop = world.posts(short, "/agreement/proposal/removal", &[]).await;
        for answer in [world.gets(short, LEVEL).await, kept, put, drop] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
        }
        let user = world.user(short);
        let kept = world.asks(|engine| engine.read(|reader| reader.amendment(user)));
        assert_eq!(kept.expect("it can be asked"), None, "{short}");
        assert!(!world.page(short, "/agreement").await.contains("Propose a change"), "{short}");
    }
    assert_eq!(world.everything(), before);
    let absent =
        ["/agreement/9/clauses/words/1", "/agreement/1/clauses/words/9", "/agreement/1/clauses/x"];
    for path in absent {
        assert_eq!(world.gets("mara", path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_version_that_was_replaced_is_not_put_before_both_sides() {
    let world = World::just_signed();
    changes(&world, "mara", LEVEL, &[("Target", "2h")]).await;
    world.proposes(&AGREEMENT.replace("\"90%\"", "\"80%\""));
    both_sign(&world, 2).await;
    let page = world.page("mara", "/agreement/proposal").await;
    assert!(page.contains("Version 1 has been replaced since you began"), "{page}");
    let put = world.posts("mara", "/agreement/proposal", &[]).await;
    assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(put.text().contains("this would take later changes back"), "{}", put.text());
    let other = world.gets("mara", "/agreement/2/clauses/words/1").await;
    assert_eq!(other.header("location"), "/agreement/proposal");
    assert_eq!(world.gets("mara", "/agreement/3").await.status, StatusCode::NOT_FOUND);
}

/// Mara puts a proposal with two changes before both sides.
async fn two_changes(world: &World) {
    let typed = [
        ("Sentence", "A lead is qualified when fit and engagement together reach 50 points."),
        ("Qualified when: all points together at least", "50"),
    ];
    changes(world, "mara", DEFINITION, &typed).await;
    changes(world, "mara", LEVEL, &[("Target", "2h")]).await;
    world.at("2026-11-17 09:00").posts("mara", "/agreement/proposal", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_declines_a_change_signs_only_the_text_without_it() {
    let world = World::just_signed();
    two_changes(&world).await;
    let today = world.page("sven", "/").await;
    assert!(
        today.contains("Version 2 of the Agreement waits for the signature of your side, and for your answer to its changes"),
        "{today}"
    );
    let level = "/agreement/2/answers/service_level/answer";
    let definition = "/agreement/2/answers/definition/mql";
    let declined = [("answer", "declined"), ("reason", "Two hours is less than a lunch.")];
    let answer = world.posts("sven", level, &declined).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    world.posts("sven", definition, &[("answer", "accepted"), ("reason", "")]).await;
    let words = [("words", "We can live with three.")];
    world.posts("rep", "/agreement/2/comments/service_level/answer", &words).await;
    let page = world.page("mara", "/agreement/2/redline").await;
    for says in [
        "Sven Arndt declines the change, Tue 17 Nov, 09:00 Two hours is less than a lunch.",
        "Rita Voss says, Tue 17 Nov, 09:00 We can live with three.",
        "Sales takes it",
        "Sales declines it",
        "Marketing proposes it",
        "Sales declines 1 change; it signs once it declines none.",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let hash = world.hash(Version(2));
    let before = world.everything();
    let signed = world.posts("sven", "/agreement/2/signature", &[("hash", &hash)]).await;
    assert_eq!(signed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(signed.text().contains("Sales declines changes of version 2"), "{}", signed.text());
    assert_eq!(world.everything(), before);

    let drawn = world.posts("mara", "/agreement/2/without-declined", &[]).await;
    assert_eq!(drawn.header("location"), "/agreement/3/redline", "{}", drawn.text());
    let page = world.page("sven", "/agreement/3/redline").await;
    assert!(page.contains("Version 3 says one clause otherwise than version 1"), "{page}");
    let (says, declined) = page.split_once("What was declined on the way here").expect(&page);
    assert!(says.contains("put in: 50") && !says.contains("put in: 2h"), "{page}");
    assert!(declined.contains("put in: 2h") && !declined.contains("put in: 50"), "{page}");
    world.at("2026-11-17 10:00");
    both_sign(&world, 3).await;
    let page = world.page("auditor", "/agreement/2/redline").await;
    assert!(page.contains("Two hours is less than a lunch."), "it stays readable: {page}");
    assert!(!page.contains("Draw the text without"), "{page}");
    let late = world.posts("rep", "/agreement/2/comments/service_level/answer", &words).await;
    assert!(late.text().contains("is not before both sides any more"), "{}", late.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_declined_is_still_told_with_its_reason_once_the_text_was_drawn_anew() {
    let world = World::just_signed();
    two_changes(&world).await;
    let declined = [("answer", "declined"), ("reason", "Two hours is less than a lunch.")];
    let level = "/agreement/2/answers/service_level/answer";
    world.at("2026-11-17 11:00").posts("sven", level, &declined).await;
    world.at("2026-11-17 12:00").posts("mara", "/agreement/2/without-declined", &[]).await;
    let again = AGREEMENT.replace("\"4h\"", "\"3h\"");
    world.at("2026-11-17 13:00").proposes(&again);
    for (version, turn) in [(3, "declined, and left out"), (4, "declined, and otherwise above")] {
        let page = world.page("auditor", &format!("/agreement/{version}/redline")).await;
        let (_, told) = page.split_once("declined on the way here, in version 2").expect(&page);
        for says in [
            turn,
            "taken out: 4h put in: 2h",
            "Sven Arndt declines the change, Tue 17 Nov, 11:00 Two hours is less than a lunch.",
        ] {
            assert!(told.contains(says), "{says}: {told}");
        }
    }
    let page = world.page("auditor", "/agreement/2/redline").await;
    assert!(!page.contains("on the way here"), "its own redline shows it: {page}");
    let page = world.page("auditor", "/agreement/4").await;
    let says = "Declined for sales by Sven Arndt, 17 Nov 2026, 11:00:00 Berlin : Clause 3: What \
                sales owes a lead . “Two hours is less than a lunch.”";
    assert!(page.contains(says), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_taken_back_and_its_successor_lead_to_each_other() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&changed());
    world.at("2026-11-17 11:00").proposes(&AGREEMENT.replace("\"4h\"", "\"3h\""));
    let gone = world.gets("reader", "/agreement/2").await;
    assert!(gone.text().contains("Version 3 was proposed in its place."), "{}", gone.text());
    assert!(gone.body.contains("<a href=\"/agreement/3\">Version 3</a> was proposed in its place"));
    let next = world.gets("reader", "/agreement/3").await;
    assert!(next.body.contains("<a href=\"/agreement/2\">Version 2</a> was taken back for it."));
    world.posts("sven", "/agreement/3/withdrawal", &[]).await;
    world.proposes(&changed());
    let page = world.page("reader", "/agreement/3").await;
    assert!(!page.contains("Version 4 was proposed in its place"), "it was not for it: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_a_proposal_is_said_by_those_who_may_and_with_a_reason() {
    let world = World::just_signed();
    two_changes(&world).await;
    let level = "/agreement/2/answers/service_level/answer";
    let before = world.everything();
    let declined = [("answer", "declined"), ("reason", "No.")];
    for short in ["rep", "marketer", "operations", "reader", "auditor"] {
        let answer = world.posts(short, level, &declined).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
    }
    for short in ["reader", "auditor"] {
        let path = "/agreement/2/comments/service_level/answer";
        let said = world.posts(short, path, &[("words", "Hm.")]).await;
        assert_eq!(said.status, StatusCode::NOT_FOUND, "{short}");
    }
    for short in ["rep", "reader"] {
        let drawn = world.posts(short, "/agreement/2/without-declined", &[]).await;
        assert_eq!(drawn.status, StatusCode::NOT_FOUND, "{short}");
    }
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 5] = [
        (level, &[("answer", "declined"), ("reason", " ")], "Say why your side declines it"),
        (level, &[("reason", "No.")], "Choose whether your side takes the change"),
        ("/agreement/2/comments/goal/in-time", &[("words", "Hm.")], "Nothing to see here"),
        ("/agreement/2/comments/definition/mql", &[("words", " ")], "Write what you want to say"),
        ("/agreement/1/answers/definition/mql", &declined, "is not before both sides any more"),
    ];
    for (path, sent, says) in cases {
        let refused = world.posts("sven", path, sent).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER, "{path}");
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
    }
    assert_eq!(world.everything(), before);
    let nothing = world.posts("mara", "/agreement/2/without-declined", &[]).await;
    assert!(nothing.said().0.contains("Neither side declines a change"), "{:?}", nothing.said());
    for path in [level, "/agreement/2/answers/definition/mql"] {
        world.posts("sven", path, &declined).await;
    }
    let nothing = world.posts("mara", "/agreement/2/without-declined", &[]).await;
    assert!(
        nothing.said().0.contains("Nothing would be left of version 2"),
        "{:?}",
        nothing.said()
    );
    let hash = world.hash(Version(2));
    world.posts("mara", "/agreement/2/signature", &[("hash", &hash)]).await;
    let late = world.posts("mara", level, &declined).await;
    assert!(late.text().contains("has signed this version, with every change"), "{}", late.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_takes_the_place_of_an_open_one_only_where_that_is_said() {
    let world = World::just_signed();
    two_changes(&world).await;
    let words = [("words", "We can live with three.")];
    world.posts("rep", "/agreement/2/comments/service_level/answer", &words).await;
    changes(&world, "sven", LEVEL, &[("Target", "3h")]).await;
    let page = world.page("sven", "/agreement/proposal").await;
    assert!(page.contains("Take version 2 back and propose this instead"), "{page}");
    let lost = "Version 2 is before both sides, with 2 changes and 1 comment.";
    assert!(page.contains(lost), "{page}");

    let before = world.everything();
    let unsaid: [&[(&str, &str)]; 3] =
        [&[], &[("open", "2")], &[("instead", "yes"), ("open", "1")]];
    for sent in unsaid {
        let refused = world.posts("sven", "/agreement/proposal", sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent:?}");
        let says = "Version 2 is before both sides; proposing takes it back, with 2 changes and 1 \
                    comment: say that this text takes its place";
        assert!(refused.text().contains(says), "{}", refused.text());
        assert!(refused.body.contains("id=\"instead-wrong\""), "it stands beside the box");
    }
    let signers = [("marketing", "mara@millrace.example"), ("sales", "sven@millrace.example")];
    let draft = [&signers[..], &[("plain", "yes")]].concat();
    let refused = world.posts("mara", "/agreement/draft", &draft).await;
    assert!(refused.text().contains("say that this text takes its place"), "{}", refused.text());
    assert_eq!(world.everything(), before);

    let said = [("instead", "yes"), ("open", "2")];
    let put = world.posts("sven", "/agreement/proposal", &said).await;
    assert_eq!(put.header("location"), "/agreement/3", "{}", put.text());
    let page = world.page("rep", "/agreement/2").await;
    assert!(page.contains("Version 3 was proposed in its place."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_today_is_as_soon_as_both_have_signed() {
    let world = World::just_signed();
    changes(&world, "mara", LEVEL, &[("Target", "2h")]).await;
    world.at("2026-11-17 10:00");
    let over = world.posts("mara", "/agreement/proposal", &[("on", "2026-11-17"), ("at", "09:00")]);
    let says = "name a later one, or today or none for as soon as both have signed";
    assert!(over.await.text().contains(says));
    let put = world.posts("mara", "/agreement/proposal", &[("on", "2026-11-17"), ("at", "")]).await;
    assert_eq!(put.header("location"), "/agreement/2", "{}", put.text());
    world.at("2026-11-17 11:00");
    both_sign(&world, 2).await;
    let page = world.page("sven", "/agreement").await;
    assert!(page.contains("Version 2 in force since 17 Nov 2026, 11:00:00 Berlin"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_the_text_knows_is_chosen_and_a_name_is_offered() {
    let world = World::just_signed();
    let level = world.gets("mara", LEVEL).await.body;
    let (_, hours) = level.split_once(">Hours that count</label>").expect("it is asked for");
    let (hours, _) = hours.split_once("</select>").expect("it is chosen");
    for says in [
        "<option value=\"office\" selected>office</option>",
        "<option value=\"owner\">the hours of the owner’s calendar</option>",
        "<option value=\"elapsed\">all hours, on the wall</option>",
    ] {
        assert!(hours.contains(says), "{says}: {hours}");
    }
    let party = world.gets("mara", "/agreement/1/clauses/party/sales").await.body;
    let (_, signer) = party.split_once(">Who signs</label>").expect("it is asked for");
    let (signer, _) = signer.split_once("</datalist>").expect("some are known");
    assert!(signer.contains("value=\"sven@millrace.example\" list=\"v"), "{signer}");
    let mara = "<option value=\"mara@millrace.example\">Mara Lenz</option>";
    assert!(signer.contains(mara), "{signer}");
    let kept = changes(&world, "mara", LEVEL, &[("Hours that count", "elapsed")]).await;
    let says = "With hours = &#34;elapsed&#34; no zone matters.";
    assert!(kept.body.contains(says), "what does not go together is refused: {}", kept.text());
    let transfer = [("When it passes to another owner", "restart")];
    let kept = changes(&world, "mara", LEVEL, &transfer).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let page = world.page("mara", "/agreement/proposal").await;
    assert!(page.contains("taken out: runs on put in: ends, and a fresh one starts"), "{page}");
}
