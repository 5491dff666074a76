//! The list is filtered by a sentence, and gives it back.

use crate::{firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_sentence_filters_the_list() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads").await;
    let all = house.texts("h1").await;
    house.chooses("status", "SAL").await;
    house.chooses("owner", "me").await;
    house.clicks(".say button").await;
    house.sees("leads of 60").await;
    let stages = house.texts("tbody tr").await;
    assert!(!stages.is_empty() && stages.iter().all(|row| row.contains("SAL")), "{stages:?}");
    assert_eq!(house.count("select[name=owner] option[value=me]:checked").await, 1);

    house.fills("q", "nobody has this name").await;
    house.clicks(".say button").await;
    house.sees("No lead is like this").await;
    house.clicks_words("Clear the filter").await;
    house.one("tbody tr").await;
    assert_eq!(house.texts("h1").await, all);
}
