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

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_is_changed_from_its_clause_and_put_before_both_sides() {
    let world = World::just_signed();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement").await;
    house.clicks("#c2 .acts a").await;
    house.sees("Propose a change: When a lead is qualified").await;
    clean(house.examine("propose-clause").await);
    house.fills("v1", "A lead is qualified when both together reach 50 points.").await;
    house.fills("v2", "50").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 1 clause").await;
    house.clicks_words("Choose another clause to change").await;
    house.clicks("#c3 .acts a").await;
    house.fills("v2", "2 days").await;
    house.clicks_words("Keep the change").await;
    house.sees("A day of working hours can be read in three ways.").await;
    clean(house.examine("propose-refused").await);
    house.fills("v2", "2h").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 2 clauses").await;
    clean(house.examine("propose-preview").await);
    house.clicks_words("Put it before both sides").await;
    house.sees("Version 2 is before both sides.").await;
}
