//! What no record can have is refused at every gate, in words, and nothing is written.

use serde_json::{Value, json};
use testkit::http::StatusCode;
use testkit::{Answer, World};

async fn reports(world: &World, fact: Value) -> Answer {
    world.reports(fact).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_below_nothing_is_refused_by_the_api() {
    let world = World::new();
    let before = world.everything();
    let owed = json!({"amount_minor": -105_400, "currency": "EUR"});
    for (fact, says) in [
        (
            json!({"fact": "opportunity", "opportunity": "d1", "fields": {"amount": owed}}),
            "`amount` is -1,054.00 EUR, and less than nothing cannot be: write it without a minus",
        ),
        (
            json!({"fact": "quota", "period": "2026-Q4", "fields": {"count": -3}}),
            "`count` is -3, and less than nothing cannot be",
        ),
    ] {
        let refused = reports(&world, fact).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    assert_eq!(world.everything(), before);
    let nothing = json!({"amount_minor": 0, "currency": "EUR"});
    let free = json!({"fact": "opportunity", "opportunity": "d1", "fields": {"amount": nothing}});
    assert!(reports(&world, free).await.status.is_success(), "nothing is an amount");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_an_amount_below_nothing_is_rejected_with_the_reason() {
    let world = World::new();
    let deals: &[u8] =
        b"opportunity_id,name,stage,amount,created_at\n1,Pumps,Won,-1054,2026-01-02\n2,Valves,Won,20,2026-01-02\n";
    let brought = world.brings("operations", &[("opportunities.csv", deals)]).await;
    let import = brought.header("location").to_owned();
    world.works();
    world.posts("operations", &format!("{import}/trial"), &[]).await;
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("1 of 2 rows cannot be taken"), "{tried}");
    assert!(tried.contains("and less than nothing cannot be"), "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_no_list_can_hold_are_refused_with_how_long_they_may_be() {
    let world = World::new();
    let (long, longer) = ("t".repeat(81), "n".repeat(121));
    let before = world.everything();
    let known = [("team", &*long), ("region", &*long), ("manager", ""), ("zone", "Nowhere/At")];
    let page = format!("/people/{}/record", world.user("rep"));
    let refused = world.posts("operations", &page, &known).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, says) in [
        ("team", "The name of the team has 81 letters: use at most 80."),
        ("region", "The name of the region has 81 letters: use at most 80."),
        ("zone", "is no time zone: write it like Europe/Berlin"),
    ] {
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
        assert!(refused.body.contains(&format!("id=\"{field}-wrong\"")), "{field}");
    }
    let user = json!({"fact": "user", "user": "crm:u1", "fields": {"team": long}});
    let refused = reports(&world, user).await;
    assert!(refused.body.contains("`team` has 81 letters: use at most 80"), "{}", refused.body);
    let named = json!({"fact": "user", "user": "crm:u1", "fields": {}, "person": {"name": longer}});
    let refused = reports(&world, named).await;
    assert!(refused.body.contains("`name` has 121 letters: use at most 120"), "{}", refused.body);
    assert_eq!(world.everything(), before);
    let lead = json!({"fact": "lead", "lead": "l1", "fields": {}, "person": {"name": longer}});
    assert!(reports(&world, lead).await.status.is_success(), "what came by a form is kept");
}
