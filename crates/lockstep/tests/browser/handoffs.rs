//! A lead changes hands on a phone; an answer is contested, and the arbiter rules.

use serde_json::json;
use testkit::World;

use crate::{exam::clean, house::House};

async fn phone(house: &House) {
    let size = json!({"width": 360, "height": 780, "deviceScaleFactor": 1, "mobile": false});
    house.devtools("Emulation.setDeviceMetricsOverride", size).await;
}

async fn qualifies(world: &World, lead: &str, name: &str) {
    let facts = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}},
        {"fact": "lead", "lead": lead, "fields": {"title": "Director", "account": "a1"},
         "person": {"name": name, "email": format!("{lead}@opitz.example")}},
        {"fact": "lead_assigned", "lead": lead, "owner": world.user("rep")},
        {"fact": "lead_moved", "lead": lead, "status": "New"},
        {"fact": "activity", "lead": lead, "kind": "demo"},
    ]);
    let answer = world.reports(facts).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_opens_what_is_to_be_answered_next() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", "Mirjam Opitz").await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/").await;
    house.sees("Answer the next lead").await;
    house.presses("a").await;
    house.one("main form .b.primary").await;
    house.sees("What happened").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_answers_on_a_phone_and_what_was_given_back_is_contested_and_ruled() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", "Mirjam Opitz").await;
    let Some(house) = House::open(&world).await else { return };
    let mut wrong = Vec::new();
    house.enters(&world, "rep").await;
    phone(&house).await;
    house.visits("/").await;
    house.sees("Answer the next lead").await;
    // A second one comes in while the page is open.
    qualifies(&world, "l2", "Piet Aalders").await;
    house.sees("1 new lead").await;
    house.clicks(".news button").await;
    house.sees("Piet Aalders").await;
    wrong.extend(house.examine("today-handoffs").await);
    phone(&house).await;
    house.clicks("main tbody a.b").await;
    house.one(".thumb .b.primary").await;
    wrong.extend(house.examine("handoff-waiting").await);
    phone(&house).await;
    house.clicks(".thumb .b.primary").await;
    house.sees("It is accepted.").await;
    house.visits("/leads/crm:l2").await;
    wrong.extend(house.examine("lead-handed-over").await);
    house.clicks_words("Give back").await;
    house.chooses("answer", "rejected/Does not meet the signed definition").await;
    house.clicks_words("Give it back").await;
    house.sees("met the definition with 40 points").await;
    wrong.extend(house.examine("handoff-refused-reason").await);
    house.chooses("answer", "rejected/Wrong territory").await;
    house.clicks_words("Give it back").await;
    house.sees("It is rejected.").await;

    house.enters(&world, "marketer").await;
    let handoffs = world.asks(|engine| engine.read(|reader| reader.handoffs()));
    let given_back = handoffs.expect("they are read").into_iter().find(|row| row.reason.is_some());
    let id = given_back.expect("one was given back").id.0.replace('/', "%2F");
    house.visits(&format!("/handoffs/{id}")).await;
    house.fills("statement", "Bremen is Rita's since March.").await;
    wrong.extend(house.examine("handoff-contest").await);
    house.clicks_words("Contest it").await;
    house.sees("Contested.").await;

    house.enters(&world, "operations").await;
    house.visits("/").await;
    house.clicks_words("The dispute about Piet Aalders").await;
    wrong.extend(house.examine("dispute-ruling").await);
    house.clicks("#ruling-2").await;
    house.fills("reasons", "The table was changed in March.").await;
    house.clicks_words("Rule").await;
    house.sees("The ruling stands.").await;
    house.visits("/disputes").await;
    house.sees("Marketing contested 1 on which there was a ruling; 1 was overturned").await;
    wrong.extend(house.examine("disputes").await);
    house.visits("/disputes?stands=overturned&columns=by,opened,due,stands,side,arbiter,id").await;
    wrong.extend(house.examine("disputes-columns").await);
    house.visits("/disputes/new?version=1&clause=2").await;
    wrong.extend(house.examine("dispute-new").await);
    house.visits("/scoreboard").await;
    house.sees("overturned by a ruling").await;
    wrong.extend(house.examine("scoreboard-overturned").await);
    house.visits("/agreement").await;
    wrong.extend(house.examine("agreement-handoffs").await);
    clean(wrong);
}
