//! The lists of opportunities and of accounts.

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
