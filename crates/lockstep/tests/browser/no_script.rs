//! The same pages where no script may run.

use serde_json::json;
use testkit::AGREEMENT;

use crate::{
    firm::{self, PASSWORD},
    house::House,
};

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_scripts() {
    let world = firm::busy().await;
    world.has_password("operations", PASSWORD);
    let next = world.proposes(&AGREEMENT.replace("30 days", "31 days"));
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.visits("/people").await;
    assert_eq!(house.count("html[data-script]").await, 0, "no script runs");
    house.fills("email", "operations@millrace.example").await;
    house.fills("password", PASSWORD).await;
    house.clicks(".door button").await;
    house.clicks_words("Let somebody in").await;
    house.fills("name", "Nora Quist").await;
    house.fills("email", "nora@millrace.example").await;
    house.clicks(".narrow form button").await;
    house.sees("A link for Nora Quist").await;
    house.clicks("button.me").await;
    house.clicks("button[value=dark]").await;
    house.one("html[data-theme=dark]").await;

    house.visits("/leads").await;
    house.clicks(".menu summary").await;
    house.clicks("input[name=status][value=MQL]").await;
    house.clicks_words("Show these leads").await;
    house.sees("leads of 60").await;
    house.clicks("tbody th a").await;
    house.clicks("a[href*='because=score-']").await;
    house.one("#because blockquote").await;
    house.clicks("[data-close]").await;
    house.misses("#because").await;

    house.enters(&world, "mara").await;
    house.visits(&format!("/agreement/{next}")).await;
    house.clicks_words("Sign for marketing").await;
    house.sees(&format!("Version {next} is signed for marketing.")).await;
}
