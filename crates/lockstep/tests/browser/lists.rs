//! The lists of opportunities and of accounts.

use serde_json::json;
use thirtyfour::prelude::Key;

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_are_filtered_by_keyboard_alone_and_fit_for_everybody() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/opportunities").await;
    let mut wrong = house.examine("opportunities").await;
    house.tabs_to("details > summary").await;
    house.presses(Key::Enter).await;
    house.tabs_to("input[name=outcome][value=open]").await;
    house.presses(" ").await;
    house.tabs_to("details[open] button").await;
    house.presses(Key::Enter).await;
    house.one(".chip").await;
    house.visits("/opportunities?stage=nowhere&owner=me&closes=30").await;
    wrong.extend(house.examine("opportunities-filtered-away").await);
    house.presses("g").await;
    house.presses("c").await;
    house.one(".nav [aria-current][href='/accounts']").await;
    wrong.extend(house.examine("accounts").await);
    house.visits("/accounts?columns=leads,opportunities,last,id,field.name&density=compact").await;
    wrong.extend(house.examine("accounts-columns").await);
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_row_says_what_it_is_good_for() {
    let world = testkit::World::new();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    let mut wrong = Vec::new();
    for name in ["opportunities", "accounts", "leads"] {
        house.visits(&format!("/{name}")).await;
        assert_eq!(house.count("main .b.primary[href='/imports/new']").await, 1, "{name}");
        wrong.extend(house.examine(&format!("{name}-none-yet")).await);
    }
    clean(wrong);
}

/// A firm of more people than a page names.
async fn crowded() -> testkit::World {
    let world = firm::busy().await;
    let seller = |n: usize| {
        let person = json!({"name": format!("Seller {n:03}")});
        json!({"fact": "user", "user": format!("s{n:03}"), "person": person, "fields": {"side": "sales"}})
    };
    world.reports((0..120).map(seller).collect()).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_offered_once_somebody_goes_near_the_choice() {
    let world = crowded().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads?sort=id").await;
    assert_eq!(house.count("#to option").await, 2, "nobody was named yet");
    house.clicks(".pick").await;
    house.clicks(".ticked summary").await;
    house.clicks("#to option[value='crm:s119']").await;
    let mut wrong = house.examine("leads-crowd").await;
    house.clicks_words("Give them").await;
    house.sees("1 lead given to Seller 119.").await;
    house.clicks(".say:not(.ticked) summary").await;
    house.clicks("#owner option[value='crm:s119']").await;
    house.clicks_words("Show these leads").await;
    house.sees("owned by Seller 119").await;
    wrong.extend(house.examine("leads-of-one").await);
    house.visits("/leads?sort=id&offers=everybody").await;
    wrong.extend(house.examine("leads-everybody-offered").await);
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_offered_without_scripts_where_that_is_asked_for() {
    let world = crowded().await;
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "sven").await;
    house.visits("/leads?sort=id").await;
    house.clicks(".ticked summary").await;
    house.clicks(".ticked noscript a").await;
    house.one("#to option[value='crm:s119']").await;
    house.clicks(".pick").await;
    house.clicks(".ticked summary").await;
    house.clicks_words("Give them").await;
    house.sees("choose to whom the ticked ones go").await;
}
