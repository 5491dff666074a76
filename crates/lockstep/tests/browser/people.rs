//! Somebody is let in; their link works once.

use testkit::World;

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
