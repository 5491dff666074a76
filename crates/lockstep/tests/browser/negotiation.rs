//! Two heads sit before one text.

use serde_json::json;
use testkit::{AGREEMENT, World};

use crate::{exam::clean, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_says_otherwise_reads_without_colour() {
    let world = World::just_signed();
    let changed = AGREEMENT
        .replace("reach 40 points", "reach 50 points")
        .replace("score.total >= 40", "score.total >= 50")
        .replace("points = 30", "points = 25")
        .replace("target = \"4h\"", "target = \"2h\"");
    world.at("2026-11-17 10:00").proposes(&changed);
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/2").await;
    clean(house.examine("agreement-versions").await);
    house.clicks_words("what it says otherwise").await;
    house.sees("Version 2 says 2 clauses otherwise than version 1").await;
    house.clicks("details.schedule summary").await;
    clean(house.examine("agreement-redline").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_is_changed_from_its_clause_and_put_before_both_sides() {
    let world = World::just_signed();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement").await;
    house.clicks("#c2 .acts a").await;
    house.sees("Propose a change: When a lead is qualified").await;
    clean(house.examine("propose-clause").await);
    house.fills("v1", "A lead is qualified when both together reach 50 points.").await;
    house.fills("v2", "50").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 1 clause").await;
    house.clicks_words("Choose another clause to change").await;
    house.clicks("#c3 .acts a").await;
    house.fills("v2", "2 days").await;
    house.clicks_words("Keep the change").await;
    house.sees("A day of working hours can be read in three ways.").await;
    clean(house.examine("propose-refused").await);
    house.fills("v2", "2h").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 2 clauses").await;
    clean(house.examine("propose-preview").await);
    house.clicks_words("Put it before both sides").await;
    house.sees("Version 2 is before both sides.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_chosen_and_a_text_takes_an_open_ones_place_once_that_is_said() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&AGREEMENT.replace("target = \"4h\"", "target = \"2h\""));
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/1/clauses/service_level/answer").await;
    let transfer = house.one("select:has(option[value=run_on])").await;
    let name = transfer.attr("name").await.expect("it can be asked").expect("it has a name");
    house.chooses(&name, "restart").await;
    clean(house.examine("propose-choices").await);
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 1 clause").await;
    house.clicks_words("Put it before both sides").await;
    house.sees("say that this text takes its place").await;
    clean(house.examine("propose-instead").await);
    house.clicks("[name=instead]").await;
    house.clicks_words("Put it before both sides").await;
    house.sees("Version 2 was taken back for it.").await;
    house.visits("/agreement/1/clauses/party/sales").await;
    clean(house.examine("propose-names").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_heads_negotiate_sign_and_the_clock_makes_it_effective() {
    let world = World::just_signed();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/agreement/1/clauses/definition/mql").await;
    house
        .fills("v1", "A lead is qualified when fit and engagement together reach 50 points.")
        .await;
    house.fills("v2", "50").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 1 clause").await;
    house.visits("/agreement/1/clauses/service_level/answer").await;
    house.fills("v2", "2h").await;
    house.clicks_words("Keep the change").await;
    house.sees("Your changes so far: 2 clauses").await;
    house.one("[name=on]").await.send_keys("11182026").await.expect("a day can be typed");
    house.one("[name=at]").await.send_keys("0800AM").await.expect("a time can be typed");
    house.clicks_words("Put it before both sides").await;
    house.sees("to come into force 18 Nov 2026, 08:00:00 Berlin").await;

    world.at("2026-11-16 11:00");
    house.enters(&world, "sven").await;
    house.visits("/").await;
    house.sees("and for your answer to its changes").await;
    house.visits("/agreement/2/redline").await;
    house.clicks("[aria-label^='What both sides say to Clause 3'] a.b").await;
    house.sees("Answer for your side").await;
    house.clicks("[value=declined]").await;
    house.clicks_words("Answer").await;
    house.sees("Say why your side declines it").await;
    clean(house.examine("talk-refused").await);
    house.fills("reason", "Two hours is less than a lunch with a customer.").await;
    house.clicks_words("Answer").await;
    house.sees("Sales declines 1 change; it signs once it declines none.").await;
    house.visits("/agreement/2/talk/service_level/answer").await;
    house.fills("words", "Three hours would do.").await;
    house.clicks_words("Say it").await;
    house.sees("Three hours would do.").await;
    house.visits("/agreement/2").await;
    assert_eq!(house.count("form[action$='/signature']").await, 0, "sales cannot sign it so");

    world.at("2026-11-16 13:00");
    house.enters(&world, "mara").await;
    house.visits("/agreement/2/redline").await;
    house.sees("Two hours is less than a lunch with a customer.").await;
    clean(house.examine("negotiation").await);
    house.clicks_words("Draw the text without the declined changes").await;
    house.sees("What was declined on the way here, in version 2").await;
    clean(house.examine("negotiation-drawn").await);
    for short in ["mara", "sven"] {
        house.enters(&world, short).await;
        house.visits("/agreement/3").await;
        house.clicks("form[action$='/signature'] button").await;
        house.sees("Version 3 is signed").await;
    }
    house.sees("signed by both sides, to come into force 18 Nov 2026, 08:00:00 Berlin").await;
    world.at("2026-11-18 08:00").ticks();
    house.enters(&world, "rep").await;
    house.visits("/agreement").await;
    house.sees("in force since 18 Nov 2026, 08:00:00 Berlin").await;
    house.visits("/agreement/2/redline").await;
    house.sees("Three hours would do.").await;
}

/// What of the page would stand on paper: nothing wider than it, every rule, and no button.
const ON_PAPER: &str = "const wide = document.documentElement.scrollWidth;
    const seen = (css) => [...document.querySelectorAll(css)].filter((e) => e.checkVisibility()).length;
    return [wide <= 680, seen('.deed form, .deed button'), seen('.deed .schedule .t tr') > 3,
        seen('.seal'), seen('.on-paper'), seen('.rail')];";

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_version_prints_with_its_rules_signers_instants_and_hash() {
    let world = World::just_signed();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/1").await;
    let paper = json!({"width": 680, "height": 960, "deviceScaleFactor": 1, "mobile": false});
    house.devtools("Emulation.setDeviceMetricsOverride", paper).await;
    house.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    let told = house.driver.execute(ON_PAPER, Vec::new()).await.expect("the page can be asked");
    assert_eq!(told.json(), &json!([true, 0, true, 2, 1, 0]));
    house.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    let printed = house.devtools("Page.printToPDF", json!({"preferCSSPageSize": true})).await;
    let bytes = printed["data"].as_str().expect("it is printed");
    assert!(bytes.starts_with("JVBERi0"), "it is a PDF");
    house.keeps("agreement.pdf.base64", bytes.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_opened_by_itself_is_closed_with_a_word() {
    let world = World::new();
    let consequence = "\n[[consequence]]\nid = \"plan\"\nclause = \"5\"\nheading = \"If we miss\"\n\
        says = \"If sales misses a week, its head brings a written plan.\"\nof = \"answer\"\n\
        period = \"week\"\nside = \"sales\"\naction = \"Bring a written plan to the Monday meeting.\"\n\
        owner = \"sven@millrace.example\"\ndue = \"2 working days\"\nhours = \"office\"\n";
    let goal = AGREEMENT.replace("zero_time = \"met\"", "zero_time = \"met\"\ngoal = \"90%\"");
    let version = world.proposes(&format!("{goal}{consequence}"));
    let hash = world.hash(version);
    for short in ["mara", "sven"] {
        world.posts(short, "/agreement/1/signature", &[("hash", &hash)]).await;
    }
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/agreement/actions").await;
    house.sees("What follows from a miss opens here by itself").await;
    clean(house.examine("actions-none").await);
    world.reports(json!([{"fact": "lead_moved", "lead": "waits", "status": "MQL"}])).await;
    world.at("2026-11-22 09:00").ticks();
    house.visits("/").await;
    world.at("2026-11-23 08:00").ticks();
    house.visits("/").await;
    house.clicks_words("Bring a written plan to the Monday meeting.").await;
    house.sees("0 of 1 were in time, agreed 90 %").await;
    clean(house.examine("action").await);
    house.fills("words", "Rita watches the queue at noon.").await;
    house.clicks_words("Close the action").await;
    house.sees("closed by Sven Arndt").await;
    house.visits("/agreement#c5").await;
    house.sees("1 action opened by it").await;
    clean(house.examine("agreement-consequence").await);
}
