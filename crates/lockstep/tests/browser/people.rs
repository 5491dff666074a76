//! Somebody is let in; their link works once.

use testkit::World;
use thirtyfour::prelude::*;

use crate::{exam::clean, firm::PASSWORD, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_somebody_in_once() {
    let world = World::new();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/people").await;
    house.fills("name", "Nora Quist").await;
    house.fills("email", "rep@millrace.example").await;
    house.clicks("#admit button").await;
    house.one("#email[aria-invalid]").await;
    clean(house.examine("people-refused").await);
    house.fills("email", "nora@millrace.example").await;
    house.clicks("#admit button").await;
    house.sees("A link for Nora Quist").await;
    let link = house.texts("pre").await.remove(0);
    clean(house.examine("people-link").await);

    house.leaves().await;
    house.visits(&link).await;
    house.sees("Welcome, Nora Quist").await;
    clean(house.examine("welcome").await);
    house.fills("password", PASSWORD).await;
    house.clicks_words("Set password and sign in").await;
    house.sees("Nora Quist").await;
    house.one("button.me").await;

    house.leaves().await;
    house.visits(&link).await;
    house.sees("This link works no more").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_colleague_is_corrected_by_keyboard_alone() {
    let world = World::just_signed();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/people").await;
    house.tabs_to(&format!("tbody a[href='/people/{}']", world.user("rep"))).await;
    house.presses(Key::Enter).await;
    house.tabs_to("#zone").await;
    house.presses("nowhere").await;
    house.presses(Key::Enter).await;
    house.one("#zone[aria-invalid]").await;
    clean(house.examine("person-refused").await);
    house.tabs_to("#team").await;
    house.presses("North Sea").await;
    house.tabs_to("#zone").await;
    house.fills("zone", "Europe/Oslo").await;
    house.presses(Key::Enter).await;
    house.sees("Written down by a further fact.").await;
    house.sees("Europe/Oslo").await;
    clean(house.examine("person-corrected").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ends_ones_other_sessions_and_changes_the_password() {
    let world = World::new();
    world.has_password("rep", PASSWORD);
    let Some(house) = House::open(&world).await else { return };
    house.visits("/account").await;
    house.fills("email", "rep@millrace.example").await;
    house.fills("password", PASSWORD).await;
    house.clicks(".door button").await;
    house.sees("Your sign-in").await;
    house.leaves().await;
    house.visits("/account").await;
    house.fills("email", "rep@millrace.example").await;
    house.fills("password", PASSWORD).await;
    house.clicks(".door button").await;
    house.sees("2 run").await;
    clean(house.examine("account-sessions").await);
    house.tabs_to("tbody form button").await;
    house.presses(Key::Enter).await;
    house.sees("The session has ended.").await;
    house.sees("one runs, this one").await;
    house.fills("present", "not this one").await;
    house.fills("new", "ein anderes Wort").await;
    house.clicks_words("Change the password").await;
    house.one("#present[aria-invalid]").await;
    clean(house.examine("account-refused").await);
    house.fills("present", PASSWORD).await;
    house.fills("new", "ein anderes Wort").await;
    house.clicks_words("Change the password").await;
    house.sees("Your password is changed").await;
}
