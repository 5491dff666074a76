//! Data is brought in through the pages: looked at, mended, tried out, taken.

use domain::owned::Owned;
use engine::correction::Wanted;
use serde_json::Value;
use testkit::{Answer, DESK, World, http::StatusCode};

const LEADS: &[u8] =
    b"lead_number,name,created_at,status,account\n1,Ann,2026-01-02,New,Acme\n2,Bo,soon,New,Acme\n";

/// Where an answer leads.
fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_looked_at_tried_out_mended_and_taken() {
    let world = World::new();
    let import = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    let waiting = world.gets("operations", &import).await;
    assert!(waiting.text().contains("Looking over the files"), "{}", waiting.text());
    let again = "<noscript><meta http-equiv=\"refresh\" content=\"1\"></noscript>";
    assert!(waiting.body.contains(again), "it shows how far it is without a script");
    assert!(waiting.text().contains("loads itself anew every second"), "{}", waiting.text());
    let found = world.works().page("operations", &import).await;
    assert!(found.contains("1 table, 2 rows Nothing is kept yet"), "{found}");
    assert!(found.contains("leads.csv leads 2 5 of 5 known by its columns"), "{found}");
    let before = world.last_fact();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("1 of 2 rows cannot be taken"), "{tried}");
    assert_eq!(world.last_fact(), before, "nothing is kept");
    let mended = [("m1", "2026-01-03")];
    place(&world.posts("operations", &format!("{import}/mending"), &mended).await);
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("All 2 rows can be taken"), "{tried}");
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    let done = world.works().page("operations", &import).await;
    assert!(done.contains("2 rows taken, 2 of them new or changed"), "{done}");
    assert!(world.last_fact() > before);
    let list = world.page("operations", "/imports").await;
    assert!(list.contains("leads.csv"), "{list}");
    assert!(world.page("operations", "/leads").await.contains("Acme"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_for_all_rows_is_asked_once_and_on_a_page() {
    let world = World::new();
    let leads = b"lead_number,name,created_at,status\n1,Ann,03/04/2026,New\n2,Bo,05/06/2026,New\n";
    let import = place(&world.brings("operations", &[("leads.csv", leads)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let today = world.page("operations", "/").await;
    assert!(today.contains("and is being tried out"), "it reads as under way: {today}");
    let tried = world.works().gets("operations", &import).await;
    let asks = "Open leads.csv and say whether the day or the month comes first";
    assert!(tried.text().contains(asks), "{}", tried.text());
    assert!(!tried.text().contains("--date-order"), "no word of a command: {}", tried.text());
    assert!(tried.body.contains(&format!("<a href=\"{import}/tables/0\">{asks}")));
    assert!(!tried.body.contains("name=\"m1\""), "and no cell after another");
    let fields = [("object", "leads"), ("date_order", "dmy")];
    place(&world.posts("operations", &format!("{import}/tables/0"), &fields).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("All 2 rows can be taken"), "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_column_is_can_be_said() {
    let world = World::new();
    let odd = b"who;since;hue\nx1;02.01.2026;red\n";
    let import = place(&world.brings("operations", &[("odd.csv", odd)]).await);
    let found = world.works().page("operations", &import).await;
    assert!(found.contains("No table is known yet"), "{found}");
    assert!(found.contains("its columns are not known: say what they are"), "{found}");
    let table = format!("{import}/tables/0");
    let fields = [("object", "leads"), ("date_order", "dmy"), ("header_line", "x")];
    let refused = world.posts("operations", &table, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("is no line: write a number from 1 to 1000"),
        "{}",
        refused.text()
    );
    place(&world.posts("operations", &table, &[("object", "leads")]).await);
    world.works();
    let fields = [
        ("object", "leads"),
        ("date_order", "dmy"),
        ("c0", "key"),
        ("c1", "field:created_at"),
        ("c2", "own"),
    ];
    place(&world.posts("operations", &table, &fields).await);
    let found = world.works().page("operations", &import).await;
    assert!(found.contains("1 table, 1 row Nothing"), "{found}");
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    world.works();
    let lead = world.page("operations", "/leads/file:x1").await;
    assert!(lead.contains("2 Jan") || lead.contains("Jan 2026"), "{lead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_table_is_refused_at_the_door_and_leaves_nothing() {
    let world = World::new();
    let cases: [(&str, &[u8], &str); 3] = [
        ("deck.pdf", b"%PDF-1.7", "deck.pdf is not CSV, TSV, XLSX or a ZIP"),
        ("leads", b"a,b\n", "leads is not CSV, TSV, XLSX or a ZIP"),
        ("", b"", "Choose at least one file."),
    ];
    for (name, content, words) in cases {
        let answer = world.brings("operations", &[(name, content)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    let answer = world.brings("operations", &[("all.zip", b"no archive")]).await;
    assert!(answer.text().contains("The file all.zip is no ZIP archive"), "{}", answer.text());
    let import = place(&world.brings("operations", &[("a.xlsx", b"no workbook")]).await);
    let failed = world.works().page("operations", &import).await;
    assert!(failed.contains("This import could not be done"), "{failed}");
    assert!(failed.contains("a.xlsx: "), "it names the file and no folder: {failed}");
    assert!(!failed.contains("/imports/1"), "no folder of ours is told: {failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_exports_is_unpacked() {
    let world = World::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("WE/leads.csv", LEADS), ("WE/readme.txt", b"hello")] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        std::io::Write::write_all(&mut archive, text).expect("its bytes");
    }
    let archive = archive.finish().expect("a ZIP").into_inner();
    let import = place(&world.brings("operations", &[("WE_00D.zip", &archive)]).await);
    let found = world.works().page("operations", &import).await;
    assert!(found.contains("1 table, 2 rows"), "{found}");
    assert!(found.contains("readme.txt passed over: it is no CSV"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_bring_data_sees_imports() {
    let world = World::new();
    let import = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    world.works();
    let before = world.everything();
    for who in ["rep", "marketer", "sven", "auditor", "reader"] {
        for path in ["/imports", "/imports/new", &import, &format!("{import}/rejected.csv")] {
            let answer = world.gets(who, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
        let trial = world.posts(who, &format!("{import}/run"), &[]).await;
        assert_eq!(trial.status, StatusCode::NOT_FOUND, "{who}");
        let brought = world.brings(who, &[("leads.csv", LEADS)]).await;
        assert_eq!(brought.status, StatusCode::NOT_FOUND, "{who}");
    }
    assert_eq!(world.everything(), before, "every denial leaves the database as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_stopped_before_it_begins_and_its_files_go() {
    let world = World::new();
    let import = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/stop"), &[]).await);
    let stopped = world.page("operations", &import).await;
    assert!(stopped.contains("This import was stopped"), "{stopped}");
    let again = world.posts("operations", &format!("{import}/run"), &[]).await;
    let page = world.gets("operations", &place(&again)).await;
    assert!(page.text().contains("This import was stopped"), "it does not start again");
    assert_eq!(world.last_fact(), World::new().last_fact(), "nothing was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_paused_and_goes_on_from_the_very_row() {
    let world = World::new();
    let rows: String = (0..2_500).map(|no| format!("{no},Ann,2026-01-02,New,Acme\n")).collect();
    let leads = format!("lead_number,name,created_at,status,account\n{rows}x,Bo,soon,New,Acme\n");
    let import = place(&world.brings("operations", &[("leads.csv", leads.as_bytes())]).await);
    let before = world.works().last_fact();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let waiting = world.page("operations", &import).await;
    assert!(waiting.contains("Trying it out") && waiting.contains("Pause"), "{waiting}");
    let (runtime, pause) = (tokio::runtime::Handle::current(), format!("{import}/pause"));
    world.works_and_meanwhile(5, || {
        place(&runtime.block_on(world.posts("operations", &pause, &[])));
    });
    let paused = world.works().gets("operations", &import).await;
    assert!(paused.text().contains("Paused Nothing is kept yet."), "{}", paused.text());
    assert!(paused.text().contains("2,000 of 2,501 rows Go on"), "{}", paused.text());
    let list = world.page("operations", "/imports?state=paused").await;
    assert!(list.contains("1 import of 1") && list.contains("leads.csv"), "{list}");
    assert!(paused.body.contains(&format!("action=\"{import}/trial\"")), "it goes on as a trial");
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("1 of 2,501 rows cannot be taken"), "{tried}");
    assert_eq!(world.last_fact(), before, "nothing is kept");
    let (words, _) = world.posts("operations", &pause, &[]).await.said();
    assert!(words.contains("The import was tried out: look at it again"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_undone_and_what_was_edited_since_is_listed_and_left() {
    let world = World::new();
    let leads: &[u8] = b"lead_number,name,title,created_at,status,account\n\
        1,Ann Ahorn,CEO,2026-01-02,New,Acme\n2,Bo Birke,CTO,2026-01-02,New,Acme\n";
    let import = place(&world.brings("operations", &[("leads.csv", leads)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    let done = world.works().page("operations", &import).await;
    assert!(done.contains("Undo this import"), "{done}");
    let undo = format!("{import}/undo");
    let before = world.everything();
    for who in ["rep", "marketer", "sven", "auditor", "reader"] {
        for path in [&undo, &format!("{undo}/pause"), &format!("{undo}/resume")] {
            let answer = world.posts(who, path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
        for path in [&undo, &format!("{import}/left.csv")] {
            assert_eq!(world.gets(who, path).await.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
    }
    assert_eq!(world.everything(), before, "every denial leaves the database as it was");
    let edited = Owned::Lead("file:2".into());
    world.asks(|engine| {
        let title = Wanted::Field { name: "title".into(), text: "Chair".into() };
        engine.correct(world.actor("operations"), vec![edited], title, None, world.now()).unwrap();
    });
    let plan = world.page("operations", &undo).await;
    assert!(plan.contains("Undo this import?"), "{plan}");
    place(&world.posts("operations", &undo, &[]).await);
    let (again, _) = world.posts("operations", &undo, &[]).await.said();
    assert!(again.contains("being undone already"), "{again}");
    let undone = world.works().page("operations", &undo).await;
    assert!(undone.contains("This import was undone"), "{undone}");
    assert!(undone.contains("Bo Birke"), "{undone}");
    let left = world.gets("operations", &format!("{import}/left.csv")).await;
    assert!(left.text().contains("lead,file:2"), "{}", left.text());
    let list = world.page("operations", "/leads").await;
    assert!(list.contains("Bo Birke") && !list.contains("Ann Ahorn"), "{list}");
    assert_eq!(world.gets("operations", "/leads/file:1").await.status, StatusCode::NOT_FOUND);
    let found = world.page("operations", "/search?q=ahorn").await;
    assert!(!found.contains("Ann Ahorn"), "{found}");
    let (twice, _) = world.posts("operations", &undo, &[]).await.said();
    assert!(twice.contains("was undone before"), "{twice}");
}

const HANDING_OVER: &str = r#"
[handoff]
clause = "5"
heading = "How a lead changes hands"
says = "A qualified lead is handed to sales, who answer within one working day. No answer is a yes."
delivers = "MQL"
answer_within = "1 working day"
hours = "office"
silence = "accepted"
accepted = "SAL"
most_handoffs = 3

[[handoff.reason]]
says = "Wrong territory"
answer = "rejected"
charged = "targeting"
"#;

/// Every row of the read models but for the number of the fact that changed it last.
fn shown(world: &World) -> Vec<Value> {
    let mut dump = Vec::new();
    let read = world.asks(|engine| engine.read(|reader| reader.dump(&mut dump)));
    read.expect("the read models can be dumped");
    let lines = dump.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let rows = lines.map(|line| {
        let mut row: Value = serde_json::from_slice(line).expect("a line is JSON");
        row.as_object_mut().map(|row| row.remove("last_fact"));
        row
    });
    rows.collect()
}

async fn takes(world: &World, leads: &[u8]) -> String {
    let import = place(&world.brings("operations", &[("leads.csv", leads)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    let done = world.works().page("operations", &import).await;
    assert!(done.contains("Undo this import"), "{done}");
    import
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_be_the_past_counts_as_known_when_it_happened_once_it_is_in() {
    let world = World::new();
    let until = || {
        world.asks(|engine| engine.read(|reader| reader.setting(engine::backtest::HISTORY_UNTIL)))
    };
    let import = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    world.works();
    let settings = format!("{import}/settings");
    place(&world.posts("operations", &settings, &[("history", "yes")]).await);
    let found = world.works().gets("operations", &import).await;
    assert!(found.body.contains("name=\"history\" value=\"yes\" checked"), "{}", found.text());
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    world.works();
    assert_eq!(until().unwrap(), None, "trying it out keeps nothing");
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    world.works();
    assert_eq!(until().unwrap(), Some(world.now().to_string()));
    let then = world.now();
    world.at("2026-11-18 09:00");
    let import = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    assert!(world.works().page("operations", &import).await.contains("1 row taken"));
    assert_eq!(until().unwrap(), Some(then.to_string()), "what comes in later is no past");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_undone_import_had_routed_and_handed_over_waits_for_nobody_any_more() {
    let world = World::just_signed_with(&format!("{HANDING_OVER}\n{DESK}"));
    let head = "lead_number,name,title,created_at,status\n";
    let first = format!("{head}1,Ann Ahorn,CEO,2026-11-10,New\n");
    takes(&world, first.as_bytes()).await;
    let before = shown(world.at("2026-11-16 10:00").ticks());
    let second = format!(
        "{head}1,Ann Ahorn,CEO,2026-11-10,MQL\n2,Bo Birke,CTO,2026-11-10,MQL\n\
         3,Cy Cohn,CTO,2026-11-10,MQL\n"
    );
    let import = takes(&world, second.as_bytes()).await;
    world.ticks();
    let routing = world.page("sven", "/routing").await;
    assert!(routing.contains("Rita Voss receives weight 1 2 received"), "{routing}");
    world.posts("operations", &format!("{import}/undo"), &[]).await.said();
    let undone = world.works().ticks().page("operations", &format!("{import}/undo")).await;
    assert!(undone.contains("This import was undone"), "{undone}");
    assert_eq!(shown(&world), before, "what was, is again");
    let again = takes(&world, second.as_bytes()).await;
    let owner = world.ticks().page("sven", "/leads/file:1/routing").await;
    assert!(owner.contains("Why "), "what comes again is routed again: {again} {owner}");
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_a_list_whose_numbers_open_and_whose_pages_seek() {
    let world = World::new();
    let done = place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    world.works();
    place(&world.posts("operations", &format!("{done}/run"), &[]).await);
    world.works();
    let report = world.gets("operations", &done).await.body;
    assert!(report.contains("<a class=\"f\" href=\"#rejected-h\">1</a>"), "{report}");
    let id = done.rsplit('/').next().unwrap_or_default();
    for query in [format!("import={id}"), format!("import={id}&kind=lead")] {
        let to = format!("<a class=\"f\" href=\"/ledger?{query}\">1</a>").replace('&', "&amp;");
        assert!(report.contains(&to), "{to}: {report}");
    }
    let facts = world.page("operations", &format!("/ledger?import={id}&kind=lead")).await;
    assert!(facts.contains("1 fact of") && facts.contains("by the import of leads.csv"), "{facts}");
    for _ in 0..51 {
        place(&world.brings("operations", &[("leads.csv", LEADS)]).await);
    }
    let usual = world.gets("operations", "/imports").await;
    assert!(usual.text().contains("52 imports"), "{}", usual.text());
    assert_eq!(usual.body.matches("<tr data-row>").count(), 25);
    let first = world.gets("operations", "/imports?rows=50").await;
    assert_eq!(first.body.matches("<tr data-row>").count(), 50);
    let link = first.body.split("\" rel=\"next\"").next().unwrap_or_default();
    let next = link.rsplit("href=\"").next().expect("a next page").replace("&#38;", "&");
    let second = world.gets("operations", &next).await.body;
    assert_eq!(second.matches("<tr data-row>").count(), 2, "{next}");
    for n in ["2", "1"] {
        let opens = format!("<a class=\"f\" href=\"{done}\">{n}</a>");
        let both = first.body.clone() + &second;
        assert!(both.contains(&opens), "{n} opens its import: {both}");
    }
    let cases = [("state=done", 1), ("state=failed", 0), ("state=under_way", 51), ("source=x", 0)];
    for (query, n) in cases {
        let file = world.gets("operations", &format!("/imports.csv?{query}")).await.body;
        assert_eq!(file.lines().count(), n + 1, "{query}: {file}");
    }
    let chosen = world.page("operations", "/imports?state=done&columns=source,ended").await;
    assert!(chosen.contains("1 import of 52") && chosen.contains("Ended"), "{chosen}");
}

/// Where the first link of a page leads whose words are these.
fn opens<'a>(body: &'a str, from: &str, words: &str) -> &'a str {
    let row = body.split(from).nth(1).unwrap_or_else(|| panic!("no {from}: {body}"));
    let link = row.split(&format!("\">{words}</a>")).next().unwrap_or_default();
    link.rsplit("href=\"").next().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_and_what_changed_nothing_opens_how_it_came_about() {
    let world = World::new();
    let head = "lead_number,name,title,created_at,modified_at\n";
    let eva = "5,Eva,CEO,2026-01-02,2026-01-05\n";
    takes(&world, format!("{head}1,Ann,CEO,2026-01-02,2026-01-05\n{eva}").as_bytes()).await;
    let older = "1,Ann,CTO,2026-01-02,2026-01-03\n";
    let more = format!("{head}{eva}{older}2,Bo,CEO,2026-01-02,\n4,Di,CEO,soon,\n");
    let import = takes(&world, more.as_bytes()).await;
    let report = world.gets("operations", &import).await.body;
    let (all, one) = ("row\" class=\"first\">All", "row\" class=\"first\">leads.csv");
    assert_eq!(opens(&report, all, "4"), format!("{import}?because=read#because"));
    assert_eq!(opens(&report, one, "2"), format!("{import}?because=unchanged-0#because"));
    let read = world.gets("operations", &format!("{import}?because=read-0")).await;
    let words = "4 rows were read because Close Esc What became of each row of leads.csv What, by \
                 which rule Rows Created brought a record, or something that happened, that was \
                 not there 1";
    assert!(read.text().contains(words), "{}", read.text());
    assert!(read.text().contains("under a table are among them 1 Together 4"), "{}", read.text());
    let drawer = read.body.split("<aside").nth(1).expect("a drawer");
    assert!(opens(drawer, "<tbody>", "Created").starts_with("/ledger?import="), "{drawer}");
    assert_eq!(opens(drawer, "<tbody>", "Rejected"), "#rejected-h");
    let unchanged = opens(drawer, "<tbody>", "Unchanged").split('#').next().unwrap_or_default();
    let unchanged = world.page("operations", unchanged).await;
    assert!(unchanged.contains("2 rows changed nothing because"), "{unchanged}");
    let older = "rows older than what is known were left as they are (1 row)";
    assert!(unchanged.contains(older) && unchanged.contains("tells no fact"), "{unchanged}");
    let none = world.gets("operations", &format!("{import}?because=read-7")).await.body;
    assert!(!none.contains("<aside class=\"because\""), "there is no such table");
}

/// What became of files of one import, tried out, as a page.
async fn tried(world: &World, files: &[(&str, &[u8])]) -> String {
    let import = place(&world.brings("operations", files).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().page("operations", &import).await;
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    world.works();
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_calls_without_a_column_of_kinds_is_known_and_keeps_no_number() {
    let world = World::new();
    let leads = b"lead_id,name,email,created_at\nL1,Ann Berg,ann@x.example,2026-01-02\n";
    let log = b"Call ID,Call Start,Direction,From Number,Lead ID,Agent,Duration,Outcome,Notes\n\
        c1,2026-01-05T10:00:00Z,outbound,+49301234,L1,Jo Field,124,Connected,likes blue\n";
    let calls = b"Date,Rep,Contact,Outcome,Duration (min)\n2026-01-06 09:00,Jo Field,Ann Berg,Left word,2\n";
    let files: [(&str, &[u8]); 3] =
        [("leads.csv", leads), ("log.csv", log), ("sales_calls.csv", calls)];
    let words = tried(&world, &files).await;
    assert!(words.contains("log.csv activities 1 1 0 0 0"), "{words}");
    assert!(words.contains("sales_calls.csv activities 1 1 0 0 0"), "{words}");
    let told = world.page("operations", "/ledger?kind=activity").await;
    assert!(told.contains("2 facts of"), "{told}");
    let lead = world.gets("operations", "/leads/file:L1").await.text();
    assert!(lead.contains("Call, connected") && lead.contains("Call, left word"), "{lead}");
    let everything = world.everything();
    assert!(!everything.contains("+49301234") && !everything.contains("likes blue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_with_a_column_for_each_period_are_one_quota_each() {
    let world = World::new();
    let quotas =
        "Rep,Q1 2026,Q2 2026 (USD),Jul 2026\nJo Field,\"1,000.50\",2000,\nSam Hall,500,x,70\n";
    let words = tried(&world, &[("Quotas 2026.csv", quotas.as_bytes())]).await;
    assert!(words.contains("Quotas 2026.csv quotas 2 1 0 0 1"), "{words}");
    assert!(words.contains("Q2 2026 (USD)"), "the cell that does not read is named: {words}");
    let told = world.page("operations", "/ledger?kind=quota").await;
    assert!(told.contains("2 facts of") && told.contains("2026-Q2"), "{told}");
    let other = world.brings("operations", &[("sold.csv", quotas.as_bytes())]).await;
    let guessed = world.works().page("operations", &place(&other)).await;
    assert!(guessed.contains("quotas? not taken"), "what was sold may look so: {guessed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_of_deals_that_are_named_by_their_names_join_where_a_name_is_one_deals() {
    let world = World::new();
    let deals =
        b"Deal ID,Deal Name,Stage,Amount,Create Date\n1,Acme - Renewal,Proposal,10,2026-01-02\n\
        2,Twice,Proposal,10,2026-01-02\n3,twice,Proposal,10,2026-01-02\n";
    let stages = b"Opportunity Name,From Stage,To Stage,Stage Change Date,Amount\n\
        Acme - Renewal,Lead,Prospecting,2026-01-05,10\nTwice,Lead,Prospecting,2026-01-05,10\n\
        No Such Deal,Lead,Prospecting,2026-01-05,10\n";
    let words = tried(&world, &[("stages.csv", stages), ("deals.csv", deals)]).await;
    assert!(words.contains("stages.csv stages of opportunities 3 1 0 0 2"), "{words}");
    let several = "is what 2 opportunities are called: name the opportunity by its key";
    let none = "is what no opportunity that is known is called: name the opportunity by its key";
    assert!(words.contains(several) && words.contains(none), "{words}");
    let deal = world.page("operations", "/opportunities/file:1").await;
    assert!(deal.contains("Prospecting"), "{deal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_any_table_says_is_deleted_is_left_out() {
    let world = World::new();
    let leads = b"lead_number,name,Is Deleted\n1,Ann,yes\n2,Bo,no\n";
    let page = tried(&world, &[("leads.csv", leads)]).await;
    assert!(page.contains("rows that the source has deleted were left out (1 row)"), "{page}");
    assert!(
        page.contains("leads.csv leads 2 1 0 1 0"),
        "one is created, one changes nothing: {page}"
    );
}
