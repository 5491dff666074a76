//! Data is brought in through the pages: looked at, mended, tried out, taken.

use domain::ids::LeadId;
use engine::correction::Wanted;
use testkit::{Answer, World, http::StatusCode};

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
    assert_eq!(waiting.header("refresh"), "1", "it shows how far it is without a script");
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
    let edited = LeadId::from("file:2");
    world.asks(|engine| {
        let title = Wanted::Field { name: "title".into(), text: "Chair".into() };
        engine.correct_leads(world.actor("operations"), vec![edited], title, world.now()).unwrap();
    });
    let plan = world.page("operations", &undo).await;
    assert!(plan.contains("Undo this import?"), "{plan}");
    place(&world.posts("operations", &undo, &[]).await);
    let again = place(&world.posts("operations", &undo, &[]).await);
    let refused = world.gets("operations", &again).await;
    assert!(refused.text().contains("being undone already"), "{}", refused.text());
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
    let twice = place(&world.posts("operations", &undo, &[]).await);
    let refused = world.gets("operations", &twice).await;
    assert!(refused.text().contains("was undone before"), "{}", refused.text());
}
