//! The list is filtered by a sentence, and gives it back.

use serde_json::json;
use thirtyfour::prelude::Key;

use crate::{exam::clean, firm, house::House};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_saved_removed_and_brought_back_without_scripts() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "leader").await;
    house.visits("/leads?status=SAL&points=20").await;
    house.clicks(".keep summary").await;
    house.fills("name", "Accepted and strong").await;
    house.chooses("audience", "all").await;
    house.clicks_words("Save").await;
    house.sees("Kept as Accepted and strong.").await;
    house.one(".views a[aria-current]").await;
    assert_eq!(house.count(".keep").await, 0, "it is kept already");
    house.visits("/views").await;
    house.clicks_words("Change Accepted and strong").await;
    house.clicks_words("Remove this view").await;
    house.sees("Accepted and strong is removed.").await;
    house.clicks(".flash button").await;
    house.sees("Accepted and strong is back.").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    house.clicks_words("Change Accepted and strong").await;
    let mut wrong = house.examine("view").await;
    house.fills("name", &"long ".repeat(20)).await;
    house.clicks_words("Save").await;
    house.sees("The name is too long").await;
    wrong.extend(house.examine("view-refused").await);
    clean(wrong);
}
