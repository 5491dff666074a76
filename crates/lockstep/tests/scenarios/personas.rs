//! Whom both sides serve: the cards of the personas, and the leads like them.

use serde_json::json;
use testkit::{AGREEMENT, PERSONAS, World, http::StatusCode};

const CARD: &str = "/agreement/1/personas/director";

/// A director who bought, one who did not, somebody else, and somebody of whom nothing is known.
async fn with_leads() -> World {
    let world = World::just_signed_with(PERSONAS);
    let lead =
        |id: &str, title: &str| json!({"fact": "lead", "lead": id, "fields": {"title": title}});
    let deal = |id: &str, lead: &str, outcome: &str| {
        let fields = json!({"name": id, "lead": lead, "outcome": outcome});
        json!({"fact": "opportunity", "opportunity": id, "fields": fields})
    };
    let told = json!([
        lead("opitz", "Director"),
        lead("aalders", "Director"),
        lead("li", "Buyer"),
        json!({"fact": "lead_moved", "lead": "unknown", "status": "New"}),
        deal("Pumps", "opitz", "won"),
        deal("Valves", "aalders", "lost"),
        deal("Seals", "li", "won"),
    ]);
    assert!(world.reports(told).await.status.is_success());
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_shows_what_was_found_out_and_the_leads_like_it() {
    let world = with_leads().await;
    let page = world.page("rep", CARD).await;
    for words in [
        "The director",
        "Leads like this now 2",
        "of 1 more it cannot be said",
        "1 of 2",
        "Interviews 3 3 behind the signed text, 0 given below",
        "A pump stood still on a Sunday.",
        "What they expect of it nothing recorded yet",
        "What they decide by nothing recorded yet",
        "decider, economic buyer",
        "It pays within a year.",
        "no answer recorded yet",
        "A lead is one of them when the lead’s title is “Director”",
        "for marketing Mara Lenz",
        "with version 1",
    ] {
        assert!(page.contains(words), "{words} is not in: {page}");
    }
    let seller = world.page("rep", "/agreement/1/personas/rep").await;
    assert!(seller.contains("First calls before ten."), "{seller}");
    assert!(
        seller.contains("0 behind the signed text") && !seller.contains("Leads like"),
        "{seller}"
    );
    for absent in ["/agreement/1/personas/nobody", "/agreement/9/personas"] {
        assert_eq!(world.gets("rep", absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_a_card_opens_to_what_it_counts() {
    let world = with_leads().await;
    let rows = |what: &str| format!("/scoreboard/rows?figure=persona.1.director.{what}");
    let cases = [
        ("matches", ["crm:opitz", "crm:aalders"], "crm:li"),
        ("unknown", ["crm:unknown", "whether they are like"], "crm:li"),
        ("won", ["Pumps", "Valves"], "Seals"),
    ];
    let card = world.gets("mara", CARD).await.body;
    for (what, inside, outside) in cases {
        let page = world.page("mara", &rows(what)).await;
        assert!(inside.iter().all(|words| page.contains(words)), "{what}: {page}");
        assert!(!page.contains(outside), "{what}: {page}");
        let door = match what {
            "matches" => "href=\"/leads?persona=director\"",
            "unknown" => "href=\"/leads?persona=director~unsaid\"",
            _ => "persona.1.director.won",
        };
        assert!(card.contains(door), "{what}: {card}");
    }
    let none = world.gets("mara", &rows("lost")).await.status;
    assert_eq!(none, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_filtered_by_whom_they_are_and_it_is_said_what_is_not_known() {
    let world = with_leads().await;
    let cases = [
        ("persona=director", "2 leads of 4", "like “The director”", "Of 1 it cannot be said"),
        ("persona=director~unsaid", "1 lead of 4", "perhaps like “The director”", ""),
        ("persona=director&q=opitz", "1 lead of 4", "like “opitz”", "Of 1 it cannot be said"),
        ("persona=rep", "0 leads of 4", "like “rep”", "No lead is like this"),
        ("persona=", "4 leads", "Add a condition", ""),
    ];
    for (query, title, chip, beside) in cases {
        let page = world.page("rep", &format!("/leads?{query}")).await;
        for words in [title, chip, beside] {
            assert!(page.contains(words), "{query}: {words} is not in {page}");
        }
    }
    let csv = world.gets("rep", "/leads.csv?persona=director&sort=id").await.body;
    let ids: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["crm:aalders", "crm:opitz"]);
    let view = [
        ("list", "leads"),
        ("name", "Directors"),
        ("query", "persona=director"),
        ("audience", "owner"),
        ("pinned", "yes"),
    ];
    assert!(world.posts("rep", "/views", &view).await.status.is_redirection());
    for path in ["/", "/leads"] {
        assert!(world.page("rep", path).await.contains("Directors 2"), "{path}");
    }
    world
        .reports(json!({"fact": "lead", "lead": "unknown", "fields": {"title": "Director"}}))
        .await;
    let page = world.page("rep", "/leads?persona=director").await;
    assert!(page.contains("Of each lead it can be said") && page.contains("Directors 3"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_later_version_took_over_are_those_of_the_earlier() {
    let world = with_leads().await;
    let later = format!("{AGREEMENT}{PERSONAS}").replace("First calls before ten.", "Calls.");
    world.at("2026-11-18 09:00").proposes(&later);
    let card = world.page("sven", "/agreement/2/personas/director").await;
    assert!(card.contains("with version 1 , in force"), "{card}");
    assert!(card.contains("later versions took them over"), "{card}");
    let seller = world.page("sven", "/agreement/2/personas/rep").await;
    assert!(seller.contains("with version 2 , before both sides"), "{seller}");
    assert!(seller.contains("for sales no signature yet"), "{seller}");
    let redline = world.page("sven", "/agreement/2/redline").await;
    assert!(redline.contains("Seller: day"), "{redline}");
}

fn interview(words: &'static str) -> [(&'static str, &'static str); 4] {
    [("kind", "interview"), ("on", "2026-11-12"), ("words", words), ("about", "crm:opitz")]
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_counts_at_once_and_is_taken_back_with_a_word() {
    let world = with_leads().await;
    let give = format!("{CARD}/evidence");
    let given = interview("He asked for the bill by machine.");
    assert_eq!(world.posts("rep", &give, &given).await.status, StatusCode::SEE_OTHER);
    let page = world.page("marketer", CARD).await;
    assert!(page.contains("4 3 behind the signed text, 1 given below"), "{page}");
    assert!(page.contains("the last of these on Thu 12 Nov"), "{page}");
    assert!(page.contains("He asked for the bill by machine."), "{page}");
    let hidden = world.page("reader", CARD).await;
    assert!(hidden.contains("1 given below") && !hidden.contains("by machine."), "{hidden}");
    let again = world.posts("rep", &give, &given).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("You have given this already"), "{}", again.body);
    let no = world.last_fact();
    let back = format!("{give}/{no}/withdrawal");
    let by_another = world.posts("marketer", &back, &[("why", "Not so.")]).await;
    assert_eq!(by_another.status, StatusCode::NOT_FOUND);
    let blank = world.posts("mara", &back, &[("why", " ")]).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text().contains("Say why you take it back"), "{}", blank.body);
    let taken = world.posts("mara", &back, &[("why", "It was a buyer.")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let page = world.page("rep", CARD).await;
    assert!(page.contains("3 3 behind the signed text, 0 given below"), "{page}");
    assert!(page.contains("taken back by Mara Lenz") && page.contains("It was a buyer."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_does_not_hold_is_said_beside_what_was_typed() {
    let world = with_leads().await;
    let give = format!("{CARD}/evidence");
    let cases = [
        (("words", "  "), "Write what was said or done"),
        (("kind", "guess"), "Say what it is: an interview, a deal or a quote"),
        (("on", "2026-12-24"), "it cannot lie ahead"),
        (("on", "yesterday"), "Say on which day it was"),
        (("about", "crm:nobody"), "There is no lead and no opportunity"),
    ];
    let before = world.everything();
    for ((field, value), says) in cases {
        let sent = interview("She said so.").map(|(name, kept)| match name == field {
            true => (name, value),
            false => (name, kept),
        });
        let answer = world.posts("rep", &give, &sent).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.text().contains(says), "{says}: {}", answer.body);
    }
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_sell_write_what_stands_behind_their_own_persona() {
    let world = with_leads().await;
    let card = "/agreement/1/personas/rep";
    let give = format!("{card}/evidence");
    let refused = world.posts("marketer", &give, &interview("They call at nine.")).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(!world.page("marketer", card).await.contains("Give evidence"));
    let given = world.posts("rep", &give, &interview("I call before nine.")).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER);
    assert!(world.page("marketer", card).await.contains("I call before nine."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_says_whom_it_is_like_and_marketing_is_led_to_those_who_sell() {
    let world = with_leads().await;
    let cases = [
        ("opitz", "Persona The director"),
        ("li", "Persona none of them"),
        ("unknown", "Persona none of them; it cannot be said of The director"),
    ];
    for (lead, words) in cases {
        let page = world.page("rep", &format!("/leads/crm:{lead}")).await;
        assert!(page.contains(words), "{lead}: {page}");
    }
    let lead = world.gets("rep", "/leads/crm:opitz").await.body;
    let card = "/agreement/1/personas/director?about=crm:opitz";
    assert!(lead.contains(card), "{lead}");
    assert!(world.gets("rep", card).await.body.contains("value=\"crm:opitz\""));
    assert!(world.page("marketer", "/").await.contains("Who sells : what those who sell need"));
    assert!(!world.page("rep", "/").await.contains("what those who sell need"));
}
