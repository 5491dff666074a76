//! The bar at the foot of a phone: what has no room there stands under More.

use serde_json::json;
use thirtyfour::Key;

use crate::{exam::clean, firm, house::House};

/// What of the bar is too small for a finger, or out of sight, a line each.
const TOO_SMALL: &str = "const bar = document.querySelector('.nav');
    const shown = [...bar.querySelectorAll('a, button')].filter((it) => it.offsetParent !== null || it.getClientRects().length);
    const wrong = shown.filter((it) => {
        const box = it.getBoundingClientRect();
        return box.height < 44 || box.width < 44 || box.left < 0 || box.right > innerWidth;
    });
    const wide = bar.scrollWidth > bar.clientWidth ? ['the bar scrolls sideways'] : [];
    return [...wide, ...(shown.length > 5 ? [`${shown.length} entries`] : []), ...wrong.map((it) => it.textContent)];";

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_of_a_phone_has_five_entries_and_more_opens_by_keyboard_without_scripts() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    for width in [320, 360] {
        let size = json!({"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": false});
        house.devtools("Emulation.setDeviceMetricsOverride", size).await;
        house.visits("/").await;
        let wrong = house.driver.execute(TOO_SMALL, Vec::new()).await.expect("it can be asked");
        clean(wrong.convert().expect("texts"));
    }
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    house.visits("/").await;
    house.tabs_to(".more-b").await;
    house.presses(Key::Enter).await;
    house.one("#more:popover-open").await;
    house.tabs_to("#more a[href='/people']").await;
    house.presses(Key::Enter).await;
    house.one("h1").await;
    house.one(".more-b[aria-current]").await;
    house.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    house.clicks(".more-b").await;
    house.one("#more [aria-current][href='/people']").await;
    clean(house.examine("people-more").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_names_wrap_and_stretch_no_page() {
    let world = firm::busy().await;
    let (name, team) = ("N".repeat(120), "t".repeat(80));
    let user = json!({
        "fact": "user", "user": "crm:long", "person": {"name": name},
        "fields": {"team": team, "region": team, "manager": "crm:long", "side": "sales"},
    });
    let owned = json!({"fact": "lead_assigned", "lead": "l1", "owner": "crm:long"});
    assert!(world.reports(json!([user, owned])).await.status.is_success());
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "operations").await;
    for (name, path) in [
        ("long-people", "/people"),
        ("long-person", "/people/crm%3Along"),
        ("long-manager", "/people/new"),
        ("long-owners", "/leads"),
        ("long-owner", "/leads/crm:l1"),
    ] {
        house.visits(path).await;
        clean(house.examine(name).await);
    }
}
