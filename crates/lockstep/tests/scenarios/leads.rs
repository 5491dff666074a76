//! A lead from its first fact to its answer.

use connectors::files::table::{self, Cell};
use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

fn lead(world: &World) -> serde_json::Value {
    json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}},
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director", "account": "a1"},
         "person": {"name": "Mirjam Opitz", "email": "mirjam@opitz.example"}},
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")},
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_qualifies_through_the_api_and_stands_on_the_list_with_its_clock() {
    let world = World::just_signed();
    assert_eq!(world.reports(lead(&world)).await.status, StatusCode::CREATED);
    let answer = world.reports(json!({"fact": "activity", "lead": "l1", "kind": "demo"})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let decided = &answer.json()["facts"][0]["decided"];
    assert_eq!(decided[0]["fact"]["fact"], "lead_qualified", "{decided}");
    assert_eq!(decided[0]["fact"]["total"], 40_000);
    assert_eq!(decided[0]["fact"]["because"]["clause"], "2");
    assert_eq!(decided[1]["fact"]["fact"], "clock_started", "{decided}");

    world.at("2026-11-16 10:30");
    let list = world.page("rep", "/leads?owner=me").await;
    assert!(list.contains("Mirjam Opitz"), "{list}");
    assert!(list.contains("Director, Opitz Foundry"), "{list}");
    assert!(list.contains("on time, 2 h 30 left"), "{list}");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Sales accepts each qualified lead within four working hours."));
    assert!(page.contains("mirjam@opitz.example"), "{page}");
    assert!(page.contains("Qualified as MQL with 40 points"), "{page}");

    world.at("2026-11-16 14:00").ticks();
    let list = world.page("rep", "/leads?clock=running").await;
    assert!(list.contains("late, 1 h 00"), "{list}");
    world.reports(json!({"fact": "lead_moved", "lead": "l1", "status": "SAL"})).await;
    let page = world.gets("rep", "/leads/crm:l1").await;
    assert!(page.text().contains("came late, after 5 h 00"), "{}", page.text());
    let clock = page.body.split("because=clock-").nth(1).expect("the clock opens its workings");
    let clock = clock.split(['"', '#']).next().unwrap_or_default();
    let opened = world.page("rep", &format!("/leads/crm:l1?because=clock-{clock}")).await;
    assert!(opened.contains("Answer came late, after 5 h 00, because"), "{opened}");
    let fact = world.page("auditor", &format!("/facts/{}", world.last_fact())).await;
    assert!(fact.contains("was stopped by SAL after 5 h 00: late"), "{fact}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_opens_its_workings_and_they_end_in_facts() {
    let world = World::just_signed();
    world.reports(lead(&world)).await;
    let price = json!({"fact": "activity", "lead": "l1", "kind": "price"});
    world.reports(json!([price, price])).await;
    let page = world.page("rep", "/leads/crm:l1?because=part-mql.engagement").await;
    assert!(page.contains("Engagement is 10 because"), "{page}");
    assert!(page.contains("Seen and not counted"), "{page}");
    assert!(page.contains("limit reached, free again Tue 17 Nov, 00:00"), "{page}");
    let answer = world.gets("rep", "/leads/crm:l1?because=score-mql").await;
    let links = answer.body.matches("href=\"/facts/").count();
    assert!(links > 5, "{links} links to facts");
    for no in 1..=world.last_fact() {
        assert_eq!(world.gets("rep", &format!("/facts/{no}")).await.status, StatusCode::OK);
    }
    assert_eq!(world.gets("rep", "/facts/99999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_score_is_shown_as_of_a_past_day() {
    let world = World::just_signed();
    world.at("2026-11-16 12:00").reports(lead(&world)).await;
    world.at("2026-11-18 12:00");
    world.reports(json!({"fact": "activity", "lead": "l1", "kind": "price"})).await;
    let before = world.page("rep", "/leads/crm:l1?as_of=2026-11-17").await;
    assert!(before.contains("Score 10 , does not meet"), "{before}");
    let after = world.page("rep", "/leads/crm:l1").await;
    assert!(after.contains("Score 20 , does not meet"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_line_and_nothing_is_taken_in() {
    let world = World::just_signed();
    let before = world.everything();
    let good = r#"{"fact":"lead","lead":"l1","id":"1","happened_at":"2026-11-16T08:00:00Z"}"#;
    let bad = r#"{"fact":"lead","lead":"l2","id":"2"}"#;
    let decided =
        r#"{"fact":"lead_qualified","lead":"l2","id":"3","happened_at":"2026-11-16T08:00:00Z"}"#;
    let body = format!("{good}\n\n{bad}\nno json\n{decided}\n");
    let answer = world.sends_facts("application/x-ndjson", &body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let lines: Vec<i64> = answer.json()["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["line"].as_i64().unwrap())
        .collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(answer.body.contains("`happened_at` is missing"), "{}", answer.body);
    assert_eq!(world.everything(), before);

    assert_eq!(world.sends_facts("application/json", good).await.status, StatusCode::CREATED);
    let again = world.sends_facts("application/json", good).await;
    assert_eq!(
        (again.status, again.json()["facts"][0]["already"].clone()),
        (StatusCode::OK, true.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_refuses_in_words() {
    let world = World::just_signed();
    let before = world.everything();
    let many = format!("[{}]", vec!["{}"; 1_001].join(","));
    let large = format!("\"{}\"", "x".repeat(8 * 1024 * 1024));
    let cases = [
        ("application/json", "{", StatusCode::BAD_REQUEST),
        ("application/json", many.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
        ("application/json", large.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
        ("text/csv", "a,b", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/json", "[7]", StatusCode::UNPROCESSABLE_ENTITY),
    ];
    for (kind, body, status) in cases {
        let answer = world.sends_facts(kind, body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10));
    }
    let request =
        testkit::http::Request::post("/api/v1/facts").header("authorization", "Bearer lsk_no");
    let answer = world.sends(request.header("content-type", "application/json"), "{}").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_instance_says_what_each_page_is_good_for() {
    let world = World::new();
    assert!(world.page("rep", "/leads").await.contains("See every lead"));
    assert!(world.page("rep", "/agreement").await.contains("Write down what each side"));
    world.reports(lead(&world)).await;
    let list = world.page("rep", "/leads?q=nothing").await;
    assert!(list.contains("No lead is like this"), "{list}");
    let list = world.page("rep", "/leads").await;
    assert!(list.contains("until both sides have signed"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_whose_points_fade_falls_below_at_its_second_and_stays_where_it_is() {
    let world = World::just_signed();
    world.reports(lead(&world)).await;
    world.reports(json!({"fact": "activity", "lead": "l1", "kind": "demo"})).await;
    // The points of the demonstration count for thirty days; nobody looks meanwhile.
    world.at("2026-12-16 08:00").ticks();
    let before = world.everything();
    assert!(!before.contains("lead_fell_below"), "{before}");
    world.at("2026-12-18 08:00").ticks().ticks();
    let facts = world.everything();
    assert_eq!(facts.matches(r#""fact":"lead_fell_below""#).count(), 1, "once");
    let lead = world.asks(|engine| engine.read(|reader| reader.lead(&"crm:l1".into())));
    assert_eq!(lead.unwrap().unwrap().status.as_deref(), Some("MQL"), "the status stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_downloaded_whole_as_the_view_says_and_is_no_formula() {
    let world = World::just_signed();
    let lead = |n: usize| {
        let name = if n == 7 { "=cmd()".to_owned() } else { format!("Person {n:03}") };
        json!({"fact": "lead", "lead": format!("l{n:03}"), "fields": {"title": "Director"}, "person": {"name": name}})
    };
    world.reports((0..720).map(lead).collect()).await;
    let answer = world.gets("rep", "/leads.csv?sort=id").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 721, "a header, and every row of several pages");
    assert!(lines[0].starts_with("id,name,title,account,stage,"), "{}", lines[0]);
    assert!(answer.body.contains("crm:l007,'=cmd(),Director"), "{}", lines[8]);
    let narrowed = world.gets("rep", "/leads.csv?q=Person+719").await.body;
    assert_eq!(narrowed.lines().count(), 2, "{narrowed}");
    let without = world.gets("auditor", "/leads.csv?sort=id").await.body;
    assert!(!without.contains("Person"), "names are not for auditors");
    let facts = world.gets("auditor", "/ledger.csv?kind=lead").await;
    assert_eq!(facts.body.lines().count(), 721);
    assert_eq!(world.gets("rep", "/ledger.csv").await.status, StatusCode::NOT_FOUND);
    let page = world.gets("rep", "/leads").await.body;
    assert!(page.contains("href=\"/leads.csv\""), "{page}");
}

/// The rows of a workbook as an import reads them.
fn rows_of(workbook: &[u8]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.xlsx");
    std::fs::write(&path, workbook).expect("it can be written");
    let reading = table::open(&path, &Default::default()).expect("a workbook").remove(0);
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    reading.map(|row| row.expect("a row").cells.iter().map(text).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_a_workbook_too_with_the_same_rows_and_no_formula() {
    let world = World::just_signed();
    let lead = |n: usize| {
        let name = if n == 7 { "=cmd()".to_owned() } else { format!("Person {n:03}") };
        json!({"fact": "lead", "lead": format!("l{n:03}"), "person": {"name": name}})
    };
    world.reports((0..720).map(lead).collect()).await;
    let answer = world.gets("rep", "/leads.xlsx?sort=id").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-disposition").contains("leads.xlsx"));
    let rows = rows_of(&answer.bytes);
    assert_eq!(rows.len(), 720, "every row of several pages");
    assert_eq!(rows[7][..2], ["crm:l007", "=cmd()"]);
    let facts = rows_of(&world.gets("auditor", "/ledger.xlsx?kind=lead").await.bytes);
    assert_eq!(facts.len(), 720);
    for path in ["/ledger.xlsx", "/leads.pdf", "/scoreboard/rows.xlsx?figure=none"] {
        assert_eq!(world.gets("rep", path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = world.gets("rep", "/leads?sort=id").await.body;
    assert!(page.contains("href=\"/leads.xlsx?sort=id\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_narrowed_by_every_condition_and_says_so_in_a_sentence() {
    let world = World::just_signed();
    let lead = |n: usize| {
        let source = ["Web", "Fair"][n % 2];
        let fields = json!({"account": format!("a{}", n % 2), "source": source, "title": "Director",
            "created_at": format!("2026-{:02}-01", 9 + n % 3)});
        json!({"fact": "lead", "lead": format!("l{n}"), "fields": fields})
    };
    world.reports(json!({"fact": "account", "account": "a1", "fields": {"name": "Opitz"}})).await;
    world.reports((0..12).map(lead).collect()).await;
    world.reports(json!({"fact": "lead_moved", "lead": "l3", "status": "SAL"})).await;
    world.reports(json!({"fact": "lead_assigned", "lead": "l4", "owner": world.user("rep")})).await;
    world.reports(json!({"fact": "activity", "lead": "l5", "kind": "demo"})).await;
    let cases = [
        ("status=SAL&status=Lost", "1 lead of 12", "in sales accepted lead or Lost"),
        ("owner=nobody", "11 leads of 12", "owned by nobody"),
        ("account=crm:a1", "6 leads of 12", "at Opitz"),
        ("account=opi", "6 leads of 12", "at “opi…”"),
        ("source=Fair", "6 leads of 12", "from Fair"),
        ("created=30", "4 leads of 12", "created in the last 30 days"),
        ("created_to=2026-09-30", "4 leads of 12", "created until Wed 30 Sep"),
        ("changed=7", "2 leads of 12", "moved in the last 7 days"),
        ("points=10", "1 lead of 12", "with 10 points or more"),
        ("clock=late", "0 leads with a late clock", "with a late clock"),
        ("source=Fair&owner=me", "0 leads of 12", "owned by me × from Fair ×"),
    ];
    for (query, title, chip) in cases {
        let page = world.page("rep", &format!("/leads?{query}")).await;
        assert!(page.contains(title), "{query}: {page}");
        assert!(page.contains(chip), "{query}: {page}");
        let file = world.gets("rep", &format!("/leads.csv?{query}")).await.body;
        let rows = file.lines().count() - 1;
        let said = title.split(' ').next().unwrap();
        assert_eq!(rows.to_string(), said, "{query}: the file has the rows of the page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_columns_of_the_address_are_those_of_the_page_and_the_file() {
    let world = World::just_signed();
    world.reports(lead(&world)).await;
    let fields = json!({"country": "DE", "seats": 40, "=cmd": "x"});
    world.reports(json!({"fact": "lead", "lead": "l1", "fields": fields})).await;
    let query = "columns=score,field.country,field.seats,owner";
    let page = world.page("rep", &format!("/leads?{query}")).await;
    assert!(page.contains("Lead Score Owner Country Seats"), "{page}");
    let file = world.gets("rep", &format!("/leads.csv?{query}")).await.body;
    let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "id,name,points,owner,field.country,field.seats");
    assert!(lines[1].ends_with(",DE,40"), "{file}");
    let formula = world.gets("rep", "/leads.csv?columns=field.%3Dcmd").await.body;
    assert!(formula.contains("field.=cmd"), "{formula}");
    // A form says what holds anyway; the address of the view does not.
    let sent = "/leads?status=&owner=me&columns=stage&columns=owner&sort=due&density=normal&show=1";
    let answer = world.gets("rep", sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/leads?owner=me&columns=stage%2Cowner");
}
