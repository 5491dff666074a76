//! The two heads sign, one after the other.

use testkit::{AGREEMENT, World};

use crate::{exam::clean, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn both_heads_sign_and_the_page_says_what_is_missing() {
    let world = World::new();
    world.proposes(AGREEMENT);
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement").await;
    assert_eq!(house.count(".seal.open").await, 2);
    house.clicks_words("Sign for marketing").await;
    house.sees("Version 1 is signed for marketing.").await;
    let open = house.texts(".seal.open").await;
    assert!(open.len() == 1 && open[0].contains("no signature yet"), "{open:?}");
    assert!(open[0].to_lowercase().contains("sales"), "{open:?}");
    clean(house.examine("agreement-half-signed").await);

    house.enters(&world, "sven").await;
    world.at("2026-11-16 09:30");
    house.visits("/agreement").await;
    house.clicks_words("Sign for sales").await;
    house.sees("in force since 16 Nov 2026").await;
    assert_eq!(house.count(".seal.open").await, 0);
    let seals = house.texts(".seal").await.join(" ");
    assert!(seals.contains("Mara Lenz") && seals.contains("Sven Arndt"), "{seals}");
}
