//! The two heads sign, one after the other.

use testkit::{AGREEMENT, MESSAGE, PRIORITIES, World};

use crate::{exam::clean, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn both_heads_sign_and_the_page_says_what_is_missing() {
    let world = World::new();
    world.proposes(AGREEMENT);
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement").await;
    assert_eq!(house.count(".seal.open").await, 2);
    house.clicks_words("Sign for marketing").await;
    house.sees("Version 1 is signed for marketing.").await;
    let open = house.texts(".seal.open").await;
    assert!(open.len() == 1 && open[0].contains("no signature yet"), "{open:?}");
    assert!(open[0].to_lowercase().contains("sales"), "{open:?}");
    clean(house.examine("agreement-half-signed").await);

    house.enters(&world, "sven").await;
    world.at("2026-11-16 09:30");
    house.visits("/agreement").await;
    house.clicks_words("Sign for sales").await;
    house.sees("in force since 16 Nov 2026").await;
    assert_eq!(house.count(".seal.open").await, 0);
    let seals = house.texts(".seal").await.join(" ");
    assert!(seals.contains("Mara Lenz") && seals.contains("Sven Arndt"), "{seals}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_sees_first_which_clocks_would_turn() {
    let world = World::just_signed();
    let moved = |lead: &str, status: &str| serde_json::json!([{"fact": "lead_moved", "lead": lead, "status": status}]);
    world.reports(moved("answered", "MQL")).await;
    world.at("2026-11-16 12:00").reports(moved("answered", "SAL")).await;
    world.reports(moved("waits", "MQL")).await;
    world.at("2026-11-16 15:00").ticks();
    world.proposes(&AGREEMENT.replace("target = \"4h\"", "target = \"2h\""));
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/2").await;
    house.clicks_words("Which clocks this version would judge otherwise").await;
    house.sees("2 clocks looked at").await;
    house.sees("2 would be judged otherwise").await;
    assert_eq!(house.count("tr[data-row]").await, 2);
    clean(house.examine("agreement-changes").await);
    house.clicks_words("in time").await;
    house.sees("Everything reported").await;
    house.visits("/agreement/2/changes?turn=missed_no_more").await;
    house.sees("No clock is like this").await;
    house.clicks_words("Clear the filter").await;
    house.one("tr[data-row]").await;
    house.clicks_words("Version 2").await;
    house.clicks_words("Sign for sales").await;
    house.sees("Version 2 is signed for sales.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_sees_which_clocks_will_follow_and_the_clock_says_that_it_did() {
    let world = World::just_signed();
    let moved = serde_json::json!([{"fact": "lead_moved", "lead": "waits", "status": "MQL"}]);
    world.reports(moved).await;
    world.at("2026-11-16 11:00").ticks();
    let text = "target = \"3h\"\nrunning_clocks = \"follow_this_text\"";
    world.proposes(&AGREEMENT.replace("target = \"4h\"", text));
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/2").await;
    house.sees("1 clock that runs and not yet late: judged by this version").await;
    clean(house.examine("agreement-follows").await);
    house.clicks_words("Which clocks this version would judge otherwise").await;
    house.sees("1 of the clocks that run will be judged by it").await;
    clean(house.examine("agreement-changes-follow").await);
    house.visits("/agreement/2").await;
    house.clicks_words("Sign for sales").await;
    house.sees("Version 2 is signed for sales.").await;
    house.enters(&world, "mara").await;
    house.visits("/agreement/2").await;
    house.clicks_words("Sign for marketing").await;
    house.sees("Version 2 is signed for marketing.").await;
    world.at("2026-11-16 11:01").ticks();
    house.visits("/leads/crm:waits").await;
    house.sees("Recomputed by version 2").await;
    clean(house.examine("lead-recomputed").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_reads_what_to_say_as_a_house() {
    let world = World::just_signed_with(MESSAGE);
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/agreement").await;
    house.clicks_words("What to say to a customer").await;
    house.sees("one click selects the whole text").await;
    assert_eq!(house.count(".house .pillars > li").await, 2);
    clean(house.examine("message").await);
    house.visits("/agreement").await;
    clean(house.examine("agreement-with-message").await);
    house.enters(&world, "mara").await;
    house.visits("/agreement/1/clauses/message/5").await;
    clean(house.examine("propose-message").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_together_stands_beside_the_signatures() {
    let world = World::new();
    world.proposes(&format!("{AGREEMENT}\n{PRIORITIES}"));
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/1").await;
    house.sees("Clause 7 gives the lead to sales, and clause 7.1 to marketing").await;
    clean(house.examine("agreement-conflicts").await);
    house.clicks_words("who leads on what").await;
    house.sees("holds, ends on Mon 30 Nov").await;
    assert_eq!(house.count("tbody tr[data-row]").await, 4);
    clean(house.examine("priorities").await);
    house.visits("/agreement/1/redline").await;
    clean(house.examine("redline-conflicts").await);
}
