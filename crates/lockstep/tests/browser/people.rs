//! Somebody is let in; their link works once.

use serde_json::json;
use testkit::{AGREEMENT, World};
use thirtyfour::prelude::*;

use crate::{exam::clean, firm::PASSWORD, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_somebody_in_once() {
    let world = World::new();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/people").await;
    house.clicks_words("Let somebody in").await;
    house.fills("name", "Nora Quist").await;
    house.fills("email", "rep@millrace.example").await;
    house.clicks(".narrow form button").await;
    house.one("#email[aria-invalid]").await;
    clean(house.examine("people-refused").await);
    house.fills("email", "nora@millrace.example").await;
    house.clicks(".narrow form button").await;
    house.sees("A link for Nora Quist").await;
    let whole = house.texts("pre").await.remove(0);
    let link = house.path_in(&whole);
    clean(house.examine("people-link").await);

    house.leaves().await;
    house.visits(&link).await;
    house.sees("Welcome, Nora Quist").await;
    clean(house.examine("welcome").await);
    house.fills("password", PASSWORD).await;
    house.clicks_words("Set password and sign in").await;
    house.sees("Nothing waits for you yet").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_is_written_down_and_a_signature_left_to_somebody_without_scripts() {
    let world = World::new();
    world.proposes(AGREEMENT);
    world.asks(|engine| {
        let (leader, side) = (world.user("leader"), domain::firm::Side::Sales);
        let role = domain::firm::Role::Leader;
        engine.change_person(None, leader, role, side, true, world.now()).expect("they may")
    });
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "sven").await;
    house.visits(&format!("/people/{}", world.user("sven"))).await;
    house.clicks("#away summary").await;
    house.one("#first_on").await.send_keys("11162026").await.expect("a day can be typed");
    house.one("#last_on").await.send_keys("11202026").await.expect("a day can be typed");
    house.chooses("substitute", world.user("rep").as_str()).await;
    house.chooses("signs", world.user("leader").as_str()).await;
    house.clicks_words("Write it down").await;
    house.sees("The absence is written down.").await;
    house.sees("away until Fri 20 Nov").await;
    house.visits("/agreement").await;
    house.sees("Lea Winter signs for sales in the place of Sven Arndt").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    house.visits("/agreement").await;
    clean(house.examine("agreement-substitute").await);
    house.visits(&format!("/people/{}", world.user("sven"))).await;
    house.clicks("#away details:last-of-type summary").await;
    clean(house.examine("person-away").await);
    house.enters(&world, "leader").await;
    house.visits("/").await;
    house.sees("Away today").await;
    clean(house.examine("today-away").await);
}
