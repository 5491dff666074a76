//! The hours in which work can be done, as people see them: an owner on holiday, and the weekend on
//! which the clocks on the wall change.

use serde_json::json;
use testkit::{DESK, World};

use crate::{exam::clean, house::House};

async fn qualifies(world: &World, id: &str, owner: Option<&str>) {
    let lead = json!({"fact": "lead", "lead": id, "fields": {"title": "Buyer"},
        "person": {"name": format!("Mirjam {id}")}});
    let assigned =
        owner.map(|owner| json!({"fact": "lead_assigned", "lead": id, "owner": world.user(owner)}));
    let moved = json!({"fact": "lead_moved", "lead": id, "status": "MQL"});
    let facts: Vec<_> = [Some(lead), assigned, Some(moved)].into_iter().flatten().collect();
    let answer = world.reports(json!(facts)).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_owner_is_on_holiday_leads_go_to_who_is_there() {
    let world = World::just_signed_with(DESK);
    qualifies(&world, "Opitz", None).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads/crm:Opitz").await;
    house.sees("Why Rita Voss?").await;
    house.visits(&format!("/people/{}", world.user("rep"))).await;
    house.clicks("#away summary").await;
    house.one("#first_on").await.send_keys("11172026").await.expect("a day can be typed");
    house.one("#last_on").await.send_keys("11192026").await.expect("a day can be typed");
    house.chooses("substitute", world.user("leader").as_str()).await;
    house.clicks_words("Write it down").await;
    house.sees("The absence is written down.").await;
    world.at("2026-11-17 09:00").ticks();
    qualifies(&world, "Abel", None).await;
    qualifies(&world, "Brand", None).await;
    house.enters(&world, "sven").await;
    for lead in ["Abel", "Brand"] {
        house.visits(&format!("/leads/crm:{lead}/routing")).await;
        house.sees("Why Lea Winter?").await;
        house.sees("Rita Voss was away").await;
    }
    let mut wrong = house.examine("routing-holiday").await;
    house.visits("/responsibilities").await;
    house.sees("away until Thu 19 Nov").await;
    wrong.extend(house.examine("responsibilities-holiday").await);
    // Back at work, she does not catch up on what she missed: the text says so.
    world.at("2026-11-20 09:00").ticks();
    qualifies(&world, "Claus", None).await;
    house.enters(&world, "rep").await;
    house.visits("/leads/crm:Claus/routing").await;
    house.sees("Why Rita Voss?").await;
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weekend_on_which_the_clocks_change_costs_nobody_an_hour() {
    let world = World::just_signed_at("2026-10-23 16:40");
    // Four working hours: 20 minutes on Friday, and on Monday until 12:40 on the wall.
    qualifies(&world, "Opitz", Some("rep")).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    house.visits("/leads/crm:Opitz").await;
    house.sees("Mon 26 Oct, 12:40").await;
    let mut wrong = house.examine("lead-before-the-change").await;
    world.at("2026-10-25 12:00").ticks();
    house.visits("/").await;
    house.sees("Sun 25 Oct, 12:00").await;
    // Each second that passes in the browser is one less, so that it is 40 minutes and a little more.
    world.at("2026-10-26 11:59:30").ticks();
    house.visits("/").await;
    house.sees("Mirjam Opitz").await;
    house.sees("40 min left").await;
    wrong.extend(house.examine("today-after-the-change").await);
    world.at("2026-10-26 12:40").ticks();
    house.visits("/leads/crm:Opitz").await;
    assert!(!house.texts("main").await.concat().contains("late"), "at its due instant it is met");
    world.at("2026-10-26 12:45").ticks();
    house.visits("/").await;
    house.sees("late, 5 min").await;
    clean(wrong);
}
