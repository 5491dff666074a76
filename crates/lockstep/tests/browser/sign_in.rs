//! In and out again, without a mouse.

use thirtyfour::Key;

use crate::{
    exam::clean,
    firm::{self, PASSWORD},
    house::House,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_works_by_keyboard_alone() {
    let world = firm::busy().await;
    world.has_password("rep", PASSWORD);
    let Some(house) = House::open(&world).await else { return };
    house.visits("/leads").await;
    house.tabs_to("#email").await;
    house.presses("rep@millrace.example").await;
    house.tabs_to("#password").await;
    house.presses(PASSWORD).await;
    house.presses(Key::Enter).await;
    house.sees("Running clocks").await;
    house.presses("j").await;
    house.presses("j").await;
    house.presses("k").await;
    assert!(house.has_focus("tbody tr:first-child a").await, "J and K go from row to row");
    house.presses(Key::Enter).await;
    house.tabs_to("a[href*='because=score-']").await;
    house.presses(Key::Enter).await;
    house.one("#because").await;
    house.presses(Key::Tab).await;
    assert!(house.has_focus("#because *").await, "Tab goes on in what was opened");
    house.presses(Key::Escape).await;
    house.misses("#because").await;
    house.tabs_to("button.me").await;
    house.presses(Key::Enter).await;
    house.one("#me:popover-open").await;
    clean(house.examine("menu").await);
    house.tabs_to("[action='/sign-out'] button").await;
    house.presses(Key::Enter).await;
    house.one("#password").await;
    house.visits("/leads").await;
    house.one("#password").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_in_words() {
    let world = testkit::World::new();
    let Some(house) = House::open(&world).await else { return };
    house.visits("/sign-in").await;
    house.fills("email", "rep@millrace.example").await;
    house.fills("password", "wrong").await;
    house.presses(Key::Enter).await;
    house.sees("The address or the password is not right").await;
    assert!(house.has_focus(".summary").await, "what is wrong has the focus");
    clean(house.examine("sign-in-refused").await);
}
