//! The palette and the sheet of keys, by keyboard alone; the search, without scripts.

use serde_json::json;
use thirtyfour::Key;

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_palette_goes_finds_and_does_by_keyboard_alone() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/").await;
    house.controls('k').await;
    house.one("#palette:modal [role=option][aria-selected=true]").await;
    assert!(house.has_focus("#palette [role=combobox]").await);
    clean(house.examine("palette").await);
    house.presses("mirjam").await;
    house.one("#palette [role=group][aria-label=Leads]").await;
    clean(house.examine("palette-found").await);
    house.presses(Key::Enter).await;
    house.sees("Mirjam Opitz").await;
    house.one("main .kv").await;

    house.controls('k').await;
    house.presses("scoreb").await;
    house.misses("#palette [role=option]:nth-of-type(2)").await;
    house.presses(Key::Enter).await;
    house.one(".nav [aria-current][href='/scoreboard']").await;

    house.controls('k').await;
    house.one("#palette [role=option]").await;
    house.presses(Key::Down + Key::Down + Key::Up).await;
    house.one("#palette [role=option][aria-selected=true]#choice-1").await;
    house.presses(Key::Escape).await;
    house.misses("#palette:modal").await;
    house.presses("g").await;
    house.presses("l").await;
    house.one(".nav [aria-current][href='/leads']").await;
    house.controls('k').await;
    house.presses("sign out").await;
    house.presses(Key::Enter).await;
    house.one("#password").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_of_keys_opens_and_letters_can_be_turned_off() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/leads").await;
    house.presses("?").await;
    house.one(".keys-open:modal").await;
    house.sees("Go to Scoreboard").await;
    clean(house.examine("keys-open").await);
    house.presses(Key::Escape).await;
    house.misses(".keys-open").await;
    house.presses("/").await;
    assert!(house.has_focus("[data-filter]").await);
    house.visits("/leads").await;
    house.presses("]").await;
    house.one("[rel=next], [rel=prev], .pages").await;

    house.tabs_to("button.me").await;
    house.presses(Key::Enter).await;
    house.tabs_to("[name=keys][value=off]").await;
    house.presses(Key::Enter).await;
    house.one("html[data-keys=off]").await;
    house.presses("g").await;
    house.presses("s").await;
    house.one(".nav [aria-current][href='/leads']").await;
    house.controls('k').await;
    house.one("#palette:modal [role=option]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_works_without_scripts() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "rep").await;
    house.visits("/").await;
    house.clicks("[data-palette]").await;
    house.fills("q", "nordsj").await;
    house.clicks(".say button").await;
    house.sees("Nordsjø Pumper").await;
    house.clicks(".found a").await;
    house.sees("about it, newest first").await;
    house.clicks("button.me").await;
    house.clicks("[data-sheet]").await;
    house.sees("Go to Scoreboard").await;
}
