//! Files are dropped, looked at, mended and taken: with a mouse, by keyboard alone, without scripts.

use std::path::PathBuf;

use domain::owned::Owned;
use engine::correction::Wanted;
use serde_json::json;
use tempfile::TempDir;
use testkit::World;
use thirtyfour::prelude::*;

use crate::{exam::clean, house::House};

const LEADS: &str = "lead_number,name,created_at,status,account\n\
    1,Ann Li,2026-01-02,New,Acme\n2,Bo Kant,soon,New,Acme\n3,Cy Berg,2026-02-30,New,Kanone\n";
const ACCOUNTS: &str = "account_id,account,sector\nA1,Acme,steel\nA2,Kan-code,energy\n";
const ODD: &str = "who;since;hue\nx1;02.01.2026;red\n";

struct Files(TempDir);

impl Files {
    fn new() -> Files {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (name, text) in [("leads.csv", LEADS), ("accounts.csv", ACCOUNTS), ("odd.csv", ODD)] {
            std::fs::write(folder.path().join(name), text).expect("it can be written to");
        }
        Files(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Chooses files as the dialogue of the system would.
async fn drops(house: &House, files: &Files, names: &[&str]) {
    let field = house.one("input[type=file]").await;
    for name in names {
        let path = files.path(name);
        field.send_keys(path.to_str().expect("a path is text")).await.expect("it takes files");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_years_data_comes_in_by_a_few_clicks() {
    let (world, files) = (World::new(), Files::new());
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/imports").await;
    let mut wrong = house.examine("imports-none").await;
    house.clicks_words("Bring data in").await;
    wrong.extend(house.examine("imports-new").await);
    drops(&house, &files, &["leads.csv", "accounts.csv", "odd.csv"]).await;
    house.clicks_words("Look at the files").await;
    house.sees("Looking over the files").await;
    world.works();
    house.sees("2 tables, 5 rows").await;
    wrong.extend(house.examine("imports-open").await);
    house.clicks_words("odd.csv").await;
    house.one("#table").await;
    wrong.extend(house.examine("imports-table").await);
    house.clicks("[aria-current=page]").await;
    house.clicks("tbody a").await;
    house.clicks_words("Try it out").await;
    house.sees("Trying it out").await;
    world.works();
    house.sees("2 of 5 rows cannot be taken").await;
    wrong.extend(house.examine("imports-tried").await);
    house.fills("m1", "2026-01-03").await;
    house.fills("m2", "2026-02-28").await;
    house.clicks_words("Keep what was mended, and try again").await;
    house.sees("Trying it out").await;
    world.works();
    house.sees("All 5 rows can be taken").await;
    house.sees("Names to look at").await;
    wrong.extend(house.examine("imports-mended").await);
    house.clicks_words("Import 5 rows").await;
    house.sees("You may leave this page").await;
    world.works();
    house.sees("5 rows taken").await;
    wrong.extend(house.examine("imports-done").await);
    house.visits("/imports").await;
    wrong.extend(house.examine("imports").await);
    house.clicks("tbody a").await;
    house.clicks_words("Undo this import").await;
    house.sees("Undo this import?").await;
    wrong.extend(house.examine("imports-undo").await);
    let title = Wanted::Field { name: "title".into(), text: "Chair".into() };
    world.asks(|engine| {
        let edited = vec![Owned::Lead("file:1".into())];
        engine
            .correct(world.actor("operations"), edited, title, None, world.now())
            .expect("it can be corrected");
    });
    house.clicks("button.primary").await;
    house.sees("Waiting for its turn").await;
    house.clicks_words("Pause").await;
    house.sees("What is undone stays undone").await;
    wrong.extend(house.examine("imports-undo-paused").await);
    house.clicks_words("Go on").await;
    house.sees("Waiting for its turn").await;
    world.works();
    house.sees("This import was undone").await;
    house.sees("Left as they are").await;
    wrong.extend(house.examine("imports-undone").await);
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_judged_anew_and_what_was_not_taken_open_from_the_report() {
    const DUE: &[u8] = b"lead_number,name,title,created_at,status\n\
        1,Ann Li,CEO,2026-11-16T09:30:00Z,MQL\n2,Bo Kant,CEO,2026-11-16T09:30:00Z,New\n\
        3,Cy Berg,Chair of the supervisory board,soon,New\n";
    let world = World::just_signed();
    world.at("2026-11-16 12:00");
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    let import = world.brings("operations", &[("leads.csv", DUE)]).await;
    let import = import.header("location").to_owned();
    world.works();
    world.posts("operations", &format!("{import}/trial"), &[]).await;
    world.works();
    house.visits(&format!("{import}?because=judged")).await;
    let mut wrong = house.examine("imports-judged-trial").await;
    world.posts("operations", &format!("{import}/run"), &[]).await;
    world.works();
    house.visits(&import).await;
    wrong.extend(house.examine("imports-judged-report").await);
    house.clicks("a[href$='/judged']").await;
    house.sees("On account of this import").await;
    wrong.extend(house.examine("imports-judged").await);
    house.visits(&format!("{import}?because=line-1")).await;
    wrong.extend(house.examine("imports-judged-line").await);
    clean(wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_comes_in_without_a_mouse() {
    let (world, files) = (World::new(), Files::new());
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/imports/new").await;
    drops(&house, &files, &["leads.csv"]).await;
    house.tabs_to("main button").await;
    house.presses(Key::Enter).await;
    house.sees("Looking over").await;
    world.works();
    house.sees("1 table, 3 rows").await;
    house.tabs_to(".acts button").await;
    house.presses(Key::Enter).await;
    house.sees("Trying it out").await;
    world.works();
    house.sees("2 of 3 rows cannot be taken").await;
    house.tabs_to("[name=m1]").await;
    house.presses("2026-01-03").await;
    house.presses(Key::Enter).await;
    house.sees("Trying it out").await;
    world.works();
    house.sees("1 of 3 rows cannot be taken").await;
    house.tabs_to(".acts button").await;
    house.presses(Key::Enter).await;
    house.sees("You may leave this page").await;
    world.works();
    house.sees("2 rows taken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_comes_in_without_scripts() {
    let (world, files) = (World::new(), Files::new());
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.visits("/imports/new").await;
    drops(&house, &files, &["odd.csv"]).await;
    house.clicks_words("Look at the files").await;
    house.sees("Looking over").await;
    world.works();
    house.sees("No table is known yet").await;
    house.clicks_words("odd.csv").await;
    house.chooses("object", "leads").await;
    house.clicks_words("Keep, and look again").await;
    house.sees("Looking over").await;
    world.works();
    house.sees("1 table, 1 row").await;
    house.clicks_words("odd.csv").await;
    house.chooses("c0", "key").await;
    house.chooses("c1", "field:created_at").await;
    house.clicks_words("Keep, and look again").await;
    house.sees("Looking over").await;
    world.works();
    house.sees("as you said").await;
    house.clicks_words("Try it out").await;
    house.sees("Trying it out").await;
    world.works();
    house.sees("All 1 row can be taken").await;
    house.clicks_words("Import 1 row").await;
    house.sees("You may leave this page").await;
    world.works();
    house.sees("1 row taken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_import_comes_back_once_the_server_is_back() {
    let (world, files) = (World::new(), Files::new());
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    house.visits("/imports/new").await;
    drops(&house, &files, &["leads.csv", "accounts.csv"]).await;
    house.clicks_words("Look at the files").await;
    house.sees("Looking over the files").await;
    let away = |is_away: bool| json!({"offline": is_away, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    house.devtools("Network.enable", json!({})).await;
    house.devtools("Network.emulateNetworkConditions", away(true)).await;
    house.sees("Lockstep cannot be reached; what you see is from").await;
    world.works();
    house.devtools("Network.emulateNetworkConditions", away(false)).await;
    house.sees("2 tables, 5 rows").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.clicks_words("Try it out").await;
    house.sees("This page loads itself anew every second.").await;
    world.works();
    house.sees("2 of 5 rows cannot be taken").await;
}
