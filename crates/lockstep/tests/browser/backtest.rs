//! Two heads argue about a threshold, try it on the past, and sign.

use serde_json::json;
use testkit::{AGREEMENT, World};
use thirtyfour::Key;

use crate::{exam::clean, house::House};

async fn comes(world: &World, lead: &str, kind: &str) {
    let title = if lead == "director" { "Director" } else { "Buyer" };
    let facts = json!([
        {"fact": "lead", "lead": lead, "fields": {"title": title}},
        {"fact": "activity", "lead": lead, "kind": kind},
    ]);
    assert!(world.reports(facts).await.status.is_success());
}

/// A director asked for a demonstration and qualified under forty points; a buyer did so too, and a
/// second one looked at the prices.
async fn before_thirty_points() -> World {
    let world = World::just_signed();
    world.at("2026-11-16 10:00");
    comes(&world, "director", "demo").await;
    comes(&world, "buyer", "demo").await;
    comes(&world, "quiet", "price").await;
    world.at("2026-11-17 09:00");
    world.proposes(&AGREEMENT.replace("score.total >= 40", "score.total >= 30"));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_is_tried_by_keyboard_attached_and_signed() {
    let world = before_thirty_points().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement/2").await;
    house.clicks_words("What its definition would have found in the past").await;
    house.sees("At 30 points, 1 lead more; nothing was won in the time").await;
    clean(house.examine("backtest-proposed").await);

    // The lever is a native control: its arrows move it, and the page follows without being left.
    house.tabs_to(".range").await;
    for _ in 0..3 {
        house.presses(Key::Right).await;
    }
    house.sees("At 36 points, as many leads").await;
    assert!(house.has_focus(".range").await, "the control that is held stays");
    house.sees("What is attached to a version is tried at the threshold of its text.").await;
    clean(house.examine("backtest-tried").await);
    house.clicks_words("Show it as written").await;
    house.sees("At 30 points, 1 lead more").await;
    house.clicks_words("Attach to version 2").await;
    house.sees("The backtest is attached to the version.").await;
    house.clicks("a[href*='of=enter']").await;
    house.sees("Found by the proposed rule only: 1").await;
    house.sees("crm:buyer").await;

    for who in ["mara", "sven"] {
        house.enters(&world, who).await;
        house.visits("/agreement/2/backtest").await;
        house.sees("Attached by Mara Lenz").await;
        house.visits("/agreement/2").await;
        let side = if who == "mara" { "marketing" } else { "sales" };
        house.clicks_words(&format!("Sign for {side}")).await;
        house.sees(&format!("Version 2 is signed for {side}.")).await;
    }
    world.at("2026-11-17 09:10").ticks();
    house.visits("/leads/crm:director?because=score-mql").await;
    house.sees("version 1").await;
    house.visits("/agreement/2/backtest").await;
    house.sees("not over").await;
    clean(house.examine("backtest-compared").await);
}
