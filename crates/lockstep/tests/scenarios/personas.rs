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
        "3 stand behind the signed text",
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
    assert!(seller.contains("0 none stands behind") && !seller.contains("Leads like"), "{seller}");
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
        assert!(card.contains(&format!("persona.1.director.{what}")), "{what}");
    }
    let none = world.gets("mara", &rows("lost")).await.status;
    assert_eq!(none, StatusCode::NOT_FOUND);
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
