//! Clocks count down while a page is open, by the hours that count.

use serde_json::json;
use testkit::World;

use crate::{exam::clean, house::House};

/// A clock that runs, wherever it stands.
const CLOCK: &str = ".st[data-clock]";

/// Two leads of the rep that have been waiting for ten minutes of the four hours that sales has.
async fn waiting() -> World {
    let world = World::just_signed();
    world.at("2026-11-16 09:00");
    for n in 1..3 {
        let lead = format!("l{n}");
        let person = json!({"name": format!("Person {n}")});
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": {"title": "Director"}, "person": person},
            {"fact": "lead_moved", "lead": lead, "status": "New"},
            {"fact": "lead_assigned", "lead": lead, "owner": world.user("rep")},
            {"fact": "activity", "lead": lead, "kind": "demo"},
        ]);
        world.reports(facts).await;
    }
    world.at("2026-11-16 09:10").ticks();
    world
}

/// The device's time goes on, as it does in front of a page that stays open.
async fn passes(house: &House, minutes: i64) {
    let script = "const now = Date.now; const later = arguments[0] * 60000; \
                  Date.now = () => now() + later; \
                  document.dispatchEvent(new Event('visibilitychange'));";
    house.driver.execute(script, vec![json!(minutes)]).await.expect("time passes");
}

/// How the first clock stands: the class of its status, its glyph and its words.
async fn stands(house: &House) -> (String, String, String) {
    let script = "const it = document.querySelector(arguments[0]); return [it.className, \
                  it.querySelector('use').getAttribute('href'), it.textContent];";
    let found = house.driver.execute(script, vec![json!(CLOCK)]).await.expect("it can be asked");
    let (class, glyph, words): (String, String, String) = found.convert().expect("three words");
    (class, glyph, words.replace('\u{a0}', " "))
}

/// Where rows stand, and which element has the focus.
async fn places(house: &House) -> String {
    let script = "return JSON.stringify([...document.querySelectorAll('[data-row]')].map((row) => \
                  row.getBoundingClientRect().top)) + document.activeElement.tagName + document.activeElement.getAttribute('href')";
    let found = house.driver.execute(script, Vec::new()).await.expect("it can be asked");
    found.convert().expect("a text")
}

fn status(class: &str, glyph: &str, words: &str) -> (String, String, String) {
    (class.to_owned(), glyph.to_owned(), words.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_counts_down_where_it_stands_and_turns_late() {
    let world = waiting().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "rep").await;
    for path in ["/leads", "/", "/leads/crm:l1"] {
        house.visits(path).await;
        house.one(CLOCK).await;
        house.presses("j").await;
        let before = places(&house).await;
        // Every second that has passed since is one less, so that ten minutes are a little more.
        let steps = [
            (0, status("st on", "#g-on", "on time, 3 h 49 left")),
            (60, status("st on", "#g-on", "on time, 2 h 49 left")),
            (130, status("st soon", "#g-soon", "due soon, 39 min left")),
            (39, status("st soon", "#g-soon", "due soon, under a minute left")),
            (6, status("st late", "#g-late", "late, 5 min")),
            // The office closes at five; what is late then is as late when it opens again.
            (6 * 60, status("st late", "#g-late", "late, 4 h 00")),
            (12 * 60, status("st late", "#g-late", "late, 4 h 00")),
        ];
        for (minutes, expected) in steps {
            passes(&house, minutes).await;
            assert_eq!(stands(&house).await, expected, "{path} {minutes}");
        }
        assert_eq!(places(&house).await, before, "{path}: no row moves");
        assert_eq!(house.count(&format!("[aria-live] {CLOCK}, [role=status] {CLOCK}")).await, 0);
    }
    clean(house.examine("lead-late").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_clock_says_how_it_stood_when_the_page_was_made() {
    let world = waiting().await;
    let Some(house) = House::open(&world).await else { return };
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.enters(&world, "rep").await;
    house.visits("/leads").await;
    house.sees("on time, 3 h 50 left").await;
}
