//! From two leads that look like one person to one that goes on, and back.

use testkit::World;

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn two_leads_are_compared_merged_and_made_two_again() {
    let world: World = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads/crm:l0").await;
    house.sees("May be the same person").await;
    house.visits("/leads/crm:l0/merge/crm:l16").await;
    house.sees("After merging").await;
    house.clicks_words("Merge into crm:l0").await;
    house.sees("goes on as this lead").await;
    house.sees("Merged into this lead").await;
    clean(house.examine("lead-merged-into").await);
    house.visits("/leads/crm:l16").await;
    house.sees("Goes on as").await;
    clean(house.examine("lead-gone-on").await);
    house.clicks_words("Make it a lead of its own again").await;
    house.sees("is a lead of its own again").await;
    house.visits("/leads/crm:l16").await;
    house.sees("Score").await;
}
