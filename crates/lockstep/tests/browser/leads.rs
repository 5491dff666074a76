//! The list is filtered by a sentence, and gives it back.

use thirtyfour::prelude::Key;

use crate::{firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_sentence_filters_the_list() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads").await;
    let all = house.texts("h1").await;
    house.clicks(".menu summary").await;
    house.clicks("input[name=status][value=SAL]").await;
    house.chooses("owner", "me").await;
    house.clicks_words("Show these leads").await;
    house.sees("leads of 60").await;
    let stages = house.texts("tbody tr").await;
    assert!(!stages.is_empty() && stages.iter().all(|row| row.contains("SAL")), "{stages:?}");
    assert_eq!(house.count("input[name=status][value=SAL]:checked").await, 1);
    assert_eq!(house.texts(".chip").await.len(), 2, "a chip for each condition");

    house.clicks("a[aria-label^='Without: in']").await;
    house.misses("a[aria-label^='Without: in']").await;
    assert_eq!(house.texts(".chip").await, ["owned by me ×"]);
    house.fills("q", "nobody has this name").await;
    house.presses(Key::Enter).await;
    house.sees("No lead is like this").await;
    house.clicks_words("Clear the filter").await;
    house.one("tbody tr").await;
    assert_eq!(house.texts("h1").await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_chosen_by_keyboard_alone() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads").await;
    house.tabs_to("details:nth-of-type(2) > summary").await;
    house.presses(Key::Enter).await;
    house.tabs_to("input[value=owner]").await;
    house.presses(" ").await;
    house.tabs_to("input[value=created]").await;
    house.presses(" ").await;
    house.tabs_to("details[open] button").await;
    house.presses(Key::Enter).await;
    house.misses("details[open]").await;
    let heads = house.texts("thead th").await;
    assert!(heads.contains(&"Created".to_owned()), "{heads:?}");
    assert!(!heads.contains(&"Owner".to_owned()), "{heads:?}");

    house.tabs_to("summary").await;
    house.presses(Key::Enter).await;
    house.one("details[open] .panel").await;
    house.presses(Key::Escape).await;
    house.misses("details[open]").await;
    assert!(house.has_focus("summary").await, "and is where it was");
}
