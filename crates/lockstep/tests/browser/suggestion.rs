//! Outcomes suggest points; somebody makes a proposal of them.

use testkit::World;

use crate::{exam::clean, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_suggest_points_and_they_are_proposed() {
    let world = World::with_outcomes().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement/1").await;
    house.clicks_words("Points that outcomes suggest").await;
    house.sees("One thing sets apart leads that were won").await;
    clean(house.examine("points-suggested").await);
    house.clicks("a[href*='of=shows-0']").await;
    house.sees("Earlier leads that show “Asked for a demonstration”").await;
    clean(house.examine("points-leads").await);
    house.visits("/agreement/1/points").await;
    house.clicks_words("Keep with my changes to version 1").await;
    house.sees("The points are kept with your changes so far.").await;
    house.sees("points on. The points follow from 168 leads").await;
    clean(house.examine("points-kept").await);
}
