//! A figure opens to rows that add up to it.

use serde_json::{Value, json};
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

/// As wide as A4 within its margins, upright and across: what is wider than the paper is lost.
const UPRIGHT: u32 = 673;
const ACROSS: u32 = 1001;

/// How many cells and charts are cut off on paper of a width.
async fn cut_off(house: &House, width: u32) -> Value {
    let paper = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    house.devtools("Emulation.setDeviceMetricsOverride", paper).await;
    house.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    let cut_off = "const right = document.documentElement.clientWidth + 1;
        const all = [...document.querySelectorAll('main td, main th, main .chart')];
        return all.filter(it => it.getBoundingClientRect().right > right).length;";
    house.driver.execute(cut_off, Vec::new()).await.expect("it can be asked").json().clone()
}

async fn back_on_screen(house: &House) {
    house.devtools("Emulation.setEmulatedMedia", json!({"media": ""})).await;
    house.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
}

/// The bytes of a file as the browser hands it over, in base 64.
fn decoded(text: &str) -> Vec<u8> {
    let value = |sign: u8| match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let signs: Vec<u8> = text.bytes().filter(|sign| *sign != b'=').map(value).collect();
    let four = |four: &[u8]| {
        let bits = (0..4).fold(0_u32, |bits, no| {
            bits << 6 | u32::from(four.get(no).copied().unwrap_or_default())
        });
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    signs.chunks(4).flat_map(four).collect()
}

/// Whether the first sheet of a page as PDF lies across; by default it stands upright.
async fn lies_across(house: &House) -> bool {
    let asked = json!({"preferCSSPageSize": true, "printBackground": false});
    let printed = house.devtools("Page.printToPDF", asked).await;
    let bytes = decoded(printed["data"].as_str().expect("a file"));
    house.keeps("leads-on-paper.pdf", &bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (_, sheet) = text.split_once("/MediaBox [").expect("a sheet");
    let sides = sheet.split(']').next().unwrap_or_default().split_whitespace();
    let sides: Vec<f64> = sides.filter_map(|side| side.parse().ok()).collect();
    sides[2] > sides[3]
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_stand_whole_on_paper_and_say_when_it_was() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    let pages = ["/scoreboard", "/scoreboard?by=source", "/leads", "/opportunities", "/people"];
    for path in pages.into_iter().chain(["/agreement/1/backtest"]) {
        house.visits(path).await;
        assert_eq!(cut_off(&house, UPRIGHT).await, json!(0), "{path}");
        let words = house.texts(".on-paper").await.join(" ");
        assert!(
            words.contains("printed ") && words.contains("version 1 of the Agreement"),
            "{words}"
        );
        let clicked = "return [...document.querySelectorAll('main .menu, main .b')]
            .filter(it => it.getClientRects().length > 0).length;";
        let clicked = house.driver.execute(clicked, Vec::new()).await.expect("it can be asked");
        assert_eq!(clicked.json(), &json!(0), "{path}: what can only be clicked");
        back_on_screen(&house).await;
    }
}

/// A list as wide as its columns allow, and with fields of its rows besides.
#[tokio::test(flavor = "multi_thread")]
async fn a_wide_list_lies_across_the_paper_and_stands_whole() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    let few = "what,stage,since,score,source,owner,level,clock";
    let ten = format!("{few},created");
    let all = format!("{few},created,times,qualified,id");
    let fields = (0..12).map(|n| format!(",field.of_its_own_{n}")).collect::<String>();
    let cases = [
        (few.to_owned(), false, UPRIGHT),
        (ten, true, ACROSS),
        (all.clone(), true, ACROSS),
        (format!("{all}{fields}"), true, ACROSS),
    ];
    for (columns, is_across, width) in cases {
        house.visits(&format!("/leads?columns={columns}")).await;
        assert_eq!(cut_off(&house, width).await, json!(0), "{columns}");
        back_on_screen(&house).await;
        assert_eq!(lies_across(&house).await, is_across, "{columns}");
    }
}

/// Who rules, and a goal that counts what is opened.
const CREDITS: &str = r#"
[disputes]
clause = "6"
heading = "Where we disagree"
says = "Who contests writes why, the other side answers, and revenue operations rules."
arbiter = "operations@millrace.example"
contest_within = "14 days"
ruled_within = "3 working days"
hours = "office"

[[goal]]
id = "brought-in"
clause = "7.1"
says = "Marketing brings in three opportunities this quarter."
side = "marketing"
measure = "opened"
from = 2026-10-01
to = 2026-12-31
target = 3
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_is_contested_where_it_stands_and_the_figure_says_by_which_ruling() {
    let world = World::just_signed_with(CREDITS);
    let deal = |id: &str| {
        json!({"fact": "opportunity", "opportunity": id, "fields": {
            "name": format!("Pumps for {id}"), "owner": world.user("rep"), "outcome": "open",
            "opened_on": "2026-11-02"}})
    };
    world.reports(json!([deal("north"), deal("south")])).await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "sven").await;
    house.visits("/opportunities/crm:north").await;
    clean(house.examine("opportunity-credits").await);
    house.clicks_words("contest it").await;
    house.sees("Contest the credit to the goal brought-in").await;
    clean(house.examine("dispute-credit-new").await);
    house.fills("statement", "They were a customer before.").await;
    house.clicks_words("Contest it").await;
    house.sees("Contested.").await;
    clean(house.examine("dispute-credit").await);
    house.enters(&world, "operations").await;
    house.visits("/disputes/lockstep:d1").await;
    house.clicks("input[value=overturned]").await;
    house.fills("reasons", "In September they had an order.").await;
    house.clicks_words("Rule").await;
    house.sees("The ruling stands.").await;
    house.visits("/scoreboard/rows?figure=goal.brought-in").await;
    house.sees("left out by a ruling").await;
    clean(house.examine("goal-left-out").await);
}
