//! A figure opens to rows that add up to it.

use serde_json::json;
use testkit::World;

use crate::{exam::clean, firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_opens_to_the_rows_that_add_up_to_it() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/scoreboard").await;
    let figure = house.texts("td a[href*='figure=level.answer']").await.remove(0);
    let numbers: Vec<u64> = figure.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers.len() >= 2, "{figure}");
    house.clicks("td a[href*='figure=level.answer']").await;
    house.one("tfoot").await;
    let brings = house.texts("tbody td.n").await;
    let sum: u64 = brings.iter().filter_map(|value| value.parse::<u64>().ok()).sum();
    assert_eq!((sum, brings.len() as u64), (numbers[0], numbers[1]), "{figure}");
    assert_eq!(house.texts("tfoot td").await, [sum.to_string()]);
    house.clicks("tbody th a").await;
    house.one("#because").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restated_week_is_marked() {
    let world = World::just_signed();
    for (week, day, end) in [(0, 16, 20), (1, 23, 24)] {
        for n in 0..8 {
            let lead = format!("l{week}{n}");
            world.at(&format!("2026-11-{day} 09:30"));
            let facts = json!([
                {"fact": "lead", "lead": lead, "fields": {"title": "Director"}},
                {"fact": "lead_moved", "lead": lead, "status": "New"},
                {"fact": "activity", "lead": lead, "kind": "demo"},
            ]);
            world.reports(facts).await;
            if n % 3 > 0 {
                world.at(&format!("2026-11-{day} 11:30"));
                world.reports(json!({"fact": "lead_moved", "lead": lead, "status": "SAL"})).await;
            }
        }
        world.at(&format!("2026-11-{end} 12:00")).ticks().page("leader", "/").await;
    }
    let late = "2026-11-16T10:30:00+01:00";
    let late = json!({"fact": "lead_moved", "lead": "l00", "status": "SAL", "happened_at": late});
    world.reports(late).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "leader").await;
    house.visits("/scoreboard").await;
    house.sees("Week 47 was 5 of 8 when it was over and is 6 of 8").await;
    let mut wrong = house.examine("scoreboard-restated").await;
    house.visits("/").await;
    wrong.extend(house.examine("today-restated").await);
    clean(wrong);
}
