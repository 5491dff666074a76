//! A browser fetches the page behind a link as soon as somebody points at it, and nothing else.

use crate::{firm, house::House};

/// How the page that stands there came: `navigational-prefetch`, where it was fetched early.
const CAME: &str = "return performance.getEntriesByType('navigation')[0].deliveryType";

async fn points_at(house: &House, css: &str) {
    let link = house.one(css).await;
    let pointing = house.driver.action_chain().move_to_element_center(&link);
    pointing.perform().await.expect("the mouse can be moved");
}

async fn came(house: &House) -> String {
    let found = house.driver.execute(CAME, Vec::new()).await.expect("the page can be asked");
    found.convert().expect("a word")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_fetched_when_somebody_points_at_its_link_and_stands_there_at_once() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads?sort=id").await;
    assert_eq!(came(&house).await, "", "nobody pointed at anything before");
    assert_eq!(house.fetched_early(), Vec::<String>::new(), "and so nothing is fetched");

    // What is dear to make, and what sends a file, is passed over: the lead comes next and alone.
    points_at(&house, ".nav a[href='/scoreboard']").await;
    points_at(&house, "a[href^='/leads.csv']").await;
    let lead = "tbody a[href='/leads/crm:l1']";
    points_at(&house, lead).await;
    house.awaits_early("/leads/crm:l1").await;
    assert_eq!(house.fetched_early(), ["/leads/crm:l1"]);
    house.clicks(lead).await;
    house.sees("Everything reported").await;
    assert_eq!(came(&house).await, "navigational-prefetch");
    assert_eq!(house.fetched_early(), ["/leads/crm:l1"], "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_said_once_though_the_page_was_fetched_before() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads?sort=id").await;
    points_at(&house, ".nav a[href='/opportunities']").await;
    house.awaits_early("/opportunities").await;
    house.clicks(".pick").await;
    house.clicks(".ticked summary").await;
    house.clicks("#to option[value=nobody]").await;
    house.clicks_words("Give them").await;
    house.sees("1 lead given to nobody.").await;
    house.clicks(".nav a[href='/opportunities']").await;
    house.one(".nav [aria-current][href='/opportunities']").await;
    assert_eq!(house.count(".flash").await, 0, "it was said already");
}
