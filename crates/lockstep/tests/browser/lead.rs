//! A lead, its clock, and the facts behind both.

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_lead_opens_its_workings_and_they_end_in_a_fact() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads?clock=running").await;
    house.clicks("tbody a[href*='because=clock-']").await;
    house.one("#because blockquote").await;
    house.sees("Sales accepts each qualified lead within four working hours.").await;
    clean(house.examine("lead-clock").await);
    house.clicks("#because a[href^='/facts/']").await;
    house.sees("of the ledger").await;
}
