//! What others do is told to an open page, and no row moves under whoever is at it.

use serde_json::json;

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn another_ones_facts_are_told_and_the_row_in_use_stays() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads?sort=id").await;
    house.presses("j").await;
    house.presses("j").await;
    let top = "return document.activeElement.getBoundingClientRect().top";
    let place = house.driver.execute(top, Vec::new()).await.unwrap().json().clone();
    let second = "tbody tr:nth-child(2) a[href='/leads/crm:l1']";
    assert!(house.has_focus(second).await);
    let moved = json!({"fact": "lead_moved", "lead": "l2", "status": "Visited the foundry"});
    world.reports(moved).await;
    house.sees("Visited the foundry").await;
    assert_eq!(house.count(".news button").await, 0, "a value changes where it stands");

    let new = json!([
        {"fact": "lead", "lead": "l00", "fields": {}, "person": {"name": "Wanda Newcomb"}},
        {"fact": "lead_moved", "lead": "l00", "status": "New"},
    ]);
    world.reports(new).await;
    house.one(".news button").await;
    assert_eq!(house.texts("h1").await, ["61 leads"], "what stands over the rows follows");
    assert_eq!(house.texts(".news").await, ["1 new lead · show"]);
    assert!(house.has_focus(second).await);
    let still = house.driver.execute(top, Vec::new()).await.unwrap().json().clone();
    assert_eq!(still, place, "the row in use did not move");
    clean(house.examine("leads-news").await);
    house.clicks(".news button").await;
    house.sees("Wanda Newcomb").await;
    assert_eq!(house.count(".news").await, 0);
    assert!(house.has_focus("tbody tr:first-child a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_reaches_nobody_says_from_when_it_is() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads").await;
    let away = |is_away: bool| json!({"offline": is_away, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    house.devtools("Network.enable", json!({})).await;
    house.devtools("Network.emulateNetworkConditions", away(true)).await;
    house.sees("Lockstep cannot be reached; what you see is from").await;
    house.devtools("Network.emulateNetworkConditions", away(false)).await;
    house.misses(".notice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_by_itself_that_its_session_ended_and_keeps_what_was_typed() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/requests/new").await;
    house.fills("wanted", "A case study on pumps").await;
    let ended = format!("/people/{}/sessions/end", world.user("rep"));
    world.posts("operations", &ended, &[]).await;
    // What happens next is a reason to look whether the session still runs.
    world.reports(json!({"fact": "lead", "lead": "l00", "fields": {}})).await;
    house.sees("You were signed out on").await;
    let link = house.one(".notice a").await.attr("href").await.expect("an attribute");
    assert!(link.is_some_and(|to| to.ends_with("/sign-in?to=%2Frequests%2Fnew")));
    clean(house.examine("signed-out-notice").await);
    let typed = house.one("#wanted").await.prop("value").await.expect("a property");
    assert_eq!(typed.as_deref(), Some("A case study on pumps"), "it is still here");

    let send = "document.querySelector('#wanted').form.submit()";
    house.driver.execute(send, Vec::new()).await.expect("the form is sent");
    house.sees("Send it once more").await;
    house.sees("A case study on pumps").await;
    clean(house.examine("signed-out").await);
}
