//! From a lead to why it went to whom it did, and to what would have happened.

use serde_json::json;
use testkit::World;

use crate::{exam::clean, house::House};

const ROUTES: &str = r#"
[routing]
clause = "6"
heading = "Who gets a lead"
says = "A qualified lead goes to one of us at once, and both sides can see why it was that one."
on = ["MQL"]

[[pool]]
id = "desk"
catch_up = false
only_in_hours = true
members = [{ user = "rep@millrace.example", cap_day = 20 }, { user = "leader@millrace.example" }]

[[route]]
id = "directors"
says = "Directors wait for the desk, who speak with them within their hours."
when = 'lead.title == "Director"'
pool = "desk"
by = "weighted"
waits = true

[[route]]
id = "known"
says = "Leads of a company that somebody looks after go to whoever does."
account_owner = ["named", "domain", "name"]

[[route]]
id = "rest"
says = "What nobody can take comes to Sven, who watches over it."
catch_all = "sven@millrace.example"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_says_why_it_is_whose_it_is_and_a_preview_what_would_have_been() {
    let world = World::just_signed_with(ROUTES);
    let account = json!({"name": "Opitz Foundry GmbH", "owner": world.user("sven")});
    world.reports(json!({"fact": "account", "account": "a1", "fields": account})).await;
    let people = [("l1", "Director", ""), ("l2", "Director", ""), ("l3", "Buyer", "Opitz Foundry")];
    for (id, title, company) in people {
        let fields = json!({"title": title, "company": company});
        let lead = json!({"fact": "lead", "lead": id, "fields": fields});
        let moved = json!({"fact": "lead_moved", "lead": id, "status": "MQL"});
        world.reports(json!([lead, moved])).await;
    }
    world.at("2026-11-16 20:00");
    let lead = json!({"fact": "lead", "lead": "l4", "fields": {"title": "Director"}});
    let moved = json!({"fact": "lead_moved", "lead": "l4", "status": "MQL"});
    world.reports(json!([lead, moved])).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/leads/crm:l3").await;
    house.clicks_words("Why Sven Arndt?").await;
    house.sees("The routes in the order in which they were tried").await;
    clean(house.examine("lead-routing").await);
    house.visits("/routing").await;
    house.sees("1 lead waits for somebody who can take it").await;
    clean(house.examine("routing").await);
    house.fills("lead", "crm:l3").await;
    house.clicks_words("See what would happen").await;
    house.one("#preview h3").await;
    house.sees("Sven Arndt").await;
    clean(house.examine("routing-preview").await);
}
