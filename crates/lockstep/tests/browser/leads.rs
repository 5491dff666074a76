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

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_ticked_and_given_to_another_by_keyboard_and_it_is_undone() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads?sort=id").await;
    for key in ["j", "x", "j", "j", "x"] {
        house.presses(key).await;
    }
    assert_eq!(house.count(".pick:checked").await, 2);
    house.clicks(".ticked summary").await;
    house.clicks("#to option[value=nobody]").await;
    let mut wrong = house.examine("leads-ticked").await;
    house.clicks_words("Give them").await;
    house.sees("2 leads given to nobody.").await;
    wrong.extend(house.examine("leads-given").await);
    house.clicks(".flash button").await;
    house.sees("Undone for 2 leads.").await;
    house.visits("/leads").await;
    house.clicks("[data-all]").await;
    assert_eq!(house.count(".pick:checked").await, 25, "all on this page");
    house.clicks(".pick").await;
    assert_eq!(house.count("[data-all]:checked").await, 0);
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_corrected_without_scripts_on_the_list_and_on_the_leads_page() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "marketer").await;
    house.visits("/leads?sort=id").await;
    house.clicks("[data-all]").await;
    house.clicks(".ticked summary").await;
    house.fills("value", "Chair").await;
    house.clicks_words("Correct it").await;
    house.sees("Title of 25 leads is Chair now.").await;
    house.clicks(".flash button").await;
    house.sees("Undone for 25 leads.").await;

    house.visits("/leads/crm:l1").await;
    house.clicks("details summary").await;
    house.clicks_words("Correct title").await;
    house.fills("value", "Owner").await;
    house.clicks_words("Save").await;
    house.sees("Title of 1 lead is Owner now.").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    house.visits("/leads/crm:l1/fields/title").await;
    clean(house.examine("lead-field").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_from_whom_a_lead_came_where_that_is_chosen() {
    let world = firm::busy().await;
    let given = json!({"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")});
    world.reports(given).await;
    let given = json!({"fact": "lead_assigned", "lead": "l1", "owner": world.user("sven")});
    world.reports(given).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads?passed=any&columns=what,stage,owner,passed,clock").await;
    house.sees("from Rita Voss, by hand").await;
    clean(house.examine("leads-passed-on").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_is_corrected_in_its_place_by_keyboard_alone_and_without_scripts() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads?sort=id").await;
    house.presses("j").await;
    house.presses("e").await;
    house.one("form.cell").await;
    assert!(house.has_focus("#cell").await, "it can be written at once");
    let mut wrong = house.examine("leads-cell").await;
    house.presses(Key::Escape).await;
    house.misses("form.cell").await;
    house.visits("/leads?sort=id&edit=crm:l1~title").await;
    let meanwhile = [("value", "Comptroller")];
    world.posts("operations", "/leads/crm:l1/fields/title", &meanwhile).await.said();
    house.presses(" of all").await;
    // An Enter that is still held would save again on the page that refuses.
    house.tabs_to("form.cell button").await;
    house.presses(" ").await;
    house.sees("it holds “Comptroller” now. Save again to put yours in its place.").await;
    wrong.extend(house.examine("leads-cell-refused").await);
    house.one("#cell:focus").await;
    house.presses(Key::Enter).await;
    house.sees("of 1 lead is").await;
    house.one("tr:target").await;
    wrong.extend(house.examine("leads-cell-done").await);
    house.visits("/leads?sort=id&edit=crm:l2~owner").await;
    wrong.extend(house.examine("leads-cell-owner").await);
    house.visits("/opportunities").await;
    wrong.extend(house.examine("opportunities-cells").await);
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.visits("/leads?sort=id&edit=crm:l3~source").await;
    house.clicks("form.cell button").await;
    house.sees("was so already").await;
    house.clicks(".cell a").await;
    house.misses("form.cell").await;
    clean(wrong);
}
