//! What both sides say to a customer, and how long its proofs hold.

use testkit::http::StatusCode;
use testkit::{AGREEMENT, MESSAGE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_finds_what_to_say_and_what_still_carries_it() {
    let world = World::just_signed_with(MESSAGE);
    let page = world.page("rep", "/agreement/message").await;
    let expected = [
        "signed by Mara Lenz for marketing and Sven Arndt for sales",
        "In one line See what each machine costs you, the next morning.",
        "For factories who pay for energy by the building, Harrow is an energy meter",
        "By machine, not by building. for plant manager",
        "ended Sun 15 Nov",
        "until Wed 16 Dec, 30 more days",
        "from Fri 1 Jan 2027",
        "1 ends soon 1 has ended 1 holds later",
        "2 of 4 proofs hold",
        "May be said after asking It counts towards an audit. ask legal first",
        "machine view what one machine uses",
    ];
    for words in expected {
        assert!(page.contains(words), "{words}: {page}");
    }
    let order = ["What to say", "What carries it", "What may be claimed", "The words for it"];
    let places: Vec<_> = order.iter().map(|words| page.rfind(words).unwrap()).collect();
    assert!(places.is_sorted(), "what to say stands first: {page}");
    let all = world.gets("auditor", "/agreement/1/message").await;
    assert_eq!(all.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_is_told_of_proofs_that_end_and_sales_is_not() {
    let world = World::just_signed_with(MESSAGE);
    for short in ["mara", "marketer"] {
        let page = world.page(short, "/").await;
        assert!(
            page.contains("Proofs of the message 1 has ended; 1 ends on Wed 16 Dec"),
            "{short}: {page}"
        );
    }
    for short in ["rep", "sven", "operations"] {
        let page = world.page(short, "/").await;
        assert!(!page.contains("Proofs of the message"), "{short}: {page}");
    }
    let world = World::just_signed_with(&MESSAGE.replace("2026-12-16", "2026-11-18"));
    let page = world.at("2026-11-18 23:59").page("mara", "/").await;
    assert!(page.contains("Proofs of the message 1 has ended; 1 ends on Wed 18 Nov"), "{page}");
    let page = world.at("2026-11-19 00:00").page("mara", "/").await;
    assert!(page.contains("Proofs of the message 2 have ended"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_benefit_without_a_proof_that_holds_is_said_to_have_none() {
    let clauses = MESSAGE.replace("from = 2027-01-01", "until = 2026-11-18");
    let clauses = clauses.replace("2026-12-16", "2026-11-18");
    let clauses =
        clauses.replace("proof = \"Manual\"", "proof = \"Manual\"\nproof_until = 2026-11-18");
    let world = World::just_signed_with(&clauses);
    let page = world.page("rep", "/agreement/message").await;
    assert!(!page.contains("No proof holds"), "{page}");
    let page = world.at("2026-11-19 09:00").page("rep", "/agreement/message").await;
    assert!(page.contains("No proof holds on Thu 19 Nov"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_with_too_many_words_is_refused_with_their_number() {
    let world = World::just_signed_with(MESSAGE);
    let form = world.gets("mara", "/agreement/1/clauses/message/5").await;
    assert_eq!(form.status, StatusCode::OK);
    let field = form.body.split("id=\"").find(|part| part.contains("See what each machine"));
    let name = field.and_then(|part| part.split('"').next()).unwrap().to_owned();
    let of = form.body.split("name=\"of\" value=\"").nth(1).unwrap();
    let of = of.split('"').next().unwrap();
    let long = "word ".repeat(21);
    let fields = [("of", of), (name.as_str(), long.as_str())];
    let answer = world.posts("mara", "/agreement/1/clauses/message/5", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text();
    assert!(page.contains("has 21 words, and 20 are the most. Take one out."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_was_renewed_reads_as_a_plain_sentence() {
    let world = World::just_signed_with(MESSAGE);
    let renewed = MESSAGE
        .replace("2026-11-15", "2028-11-15")
        .replace("[\"dashboard\"]", "[\"dashboard\", \"cockpit\"]");
    world.proposes(&format!("{AGREEMENT}\n{renewed}"));
    let page = world.page("rep", "/agreement/2/redline").await;
    for words in [
        "proof “41 of 61 factories found another machine than they thought”: until 15 Nov taken out: 2026 put in: 2028",
        "Word “what one machine uses”: forbidden dashboard put in: , cockpit",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_a_message_says_what_one_is_good_for() {
    let world = World::just_signed();
    let page = world.page("rep", "/agreement/1/message").await;
    assert!(page.contains("Say the same to every customer"), "{page}");
    assert!(!world.page("rep", "/agreement").await.contains("what to say"));
    assert_eq!(world.gets("rep", "/agreement/9/message").await.status, StatusCode::NOT_FOUND);
    assert_eq!(World::new().gets("rep", "/agreement/message").await.status, StatusCode::NOT_FOUND);
}
