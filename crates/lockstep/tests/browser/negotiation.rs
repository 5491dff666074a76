//! Two heads sit before one text.

use testkit::{AGREEMENT, World};

use crate::{exam::clean, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_says_otherwise_reads_without_colour() {
    let world = World::just_signed();
    let changed = AGREEMENT
        .replace("reach 40 points", "reach 50 points")
        .replace("score.total >= 40", "score.total >= 50")
        .replace("points = 30", "points = 25")
        .replace("target = \"4h\"", "target = \"2h\"");
    world.at("2026-11-17 10:00").proposes(&changed);
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/2").await;
    clean(house.examine("agreement-versions").await);
    house.clicks_words("what it says otherwise").await;
    house.sees("Version 2 says 2 clauses otherwise than version 1").await;
    house.clicks("details.schedule summary").await;
    clean(house.examine("agreement-redline").await);
}
