//! What somebody writes on the way of an import stays there, whatever is refused of it.

use testkit::{Answer, World, http::StatusCode};

const LEADS: &[u8] =
    b"lead_number,name,created_at,status,account\n1,Ann,2026-01-02,New,Acme\n2,Bo,soon,New,Acme\n";

/// Files by name and content.
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// Where an answer leads.
fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// What lies at the dock.
fn files(world: &World) -> Vec<String> {
    let inside = std::fs::read_dir(&world.dock().folder).into_iter().flatten().flatten();
    inside.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_at_the_door_comes_back_as_it_was_and_leaves_nothing() {
    let world = World::new();
    let before = world.everything();
    let good: Files<'_> = &[("leads.csv", LEADS)];
    let cases: [(Files<'_>, &str, &str, &[&str]); 5] = [
        (good, "CHF", "Mars/Olympus", &["zone"]),
        (good, "doubloon", "Mars/Olympus", &["currency", "zone"]),
        (&[("deck.pdf", b"%PDF")], "CHF", "Asia/Tokyo", &["files"]),
        (&[("", b"")], "CHF", "Asia/Tokyo", &["files"]),
        (&[("all.zip", b"no archive")], "CHF", "Mars/Olympus", &["zone"]),
    ];
    for (brought, currency, zone, wrong) in cases {
        let said = [("currency", currency), ("zone", zone), ("history", "yes")];
        let answer = world.brings_and_says("operations", brought, &said).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        for field in ["files", "currency", "zone", "source"] {
            let is_wrong = answer.body.contains(&format!("id=\"{field}-wrong\""));
            assert_eq!(is_wrong, wrong.contains(&field), "{field}: {}", answer.body);
            assert_eq!(answer.body.contains(&format!("<a href=\"#{field}\">")), is_wrong);
        }
        for kept in [currency, zone, "history\" value=\"yes\" checked", "more\" open"] {
            assert!(answer.body.contains(kept), "{kept}: {}", answer.body);
        }
        assert!(answer.text().contains("Choose the files again"), "{}", answer.text());
    }
    assert_eq!(world.everything(), before, "every denial leaves the database as it was");
    assert_eq!(files(&world), Vec::<String>::new(), "and no file");
    let list = world.page("operations", "/imports").await;
    assert!(list.contains("See your own numbers within minutes"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_of_all_tables_stands_beside_its_field_with_what_was_written() {
    let world = World::new();
    let said = [("zone", "Asia/Tokyo"), ("currency", "chf")];
    let files: [(&str, &[u8]); 1] = [("leads.csv", LEADS)];
    let import = place(&world.brings_and_says("operations", &files, &said).await);
    let found = world.works().gets("operations", &import).await.body;
    assert!(found.contains("value=\"Asia/Tokyo\"") && found.contains("value=\"CHF\""), "{found}");
    let before = world.everything();
    let fields = [("zone", "Asia/Tokio"), ("currency", "CHF"), ("source", "My CRM")];
    let refused = world.posts("operations", &format!("{import}/settings"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    for stands in
        ["id=\"zone-wrong\"", "id=\"source-wrong\"", "Asia/Tokio", "My CRM", "more\" open"]
    {
        assert!(refused.body.contains(stands), "{stands}: {}", refused.body);
    }
    assert_eq!(world.everything(), before, "every denial leaves the database as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_what_it_made_beside_its_rows_and_once_undone_who_undid_it() {
    let world = World::new();
    let more = b"lead_number,name,created_at,status,account\n1,Ann,2026-01-02,New,Acme\n\
        2,Bo,2026-01-02,New,Bolt\n3,Cy,2026-01-02,New,Acme\n";
    let import = place(&world.brings("operations", &[("leads.csv", more)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().page("operations", &import).await;
    assert!(tried.contains("Beside its rows it would make 2 records of names"), "{tried}");
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    let done = world.works().gets("operations", &import).await;
    assert!(done.text().contains("Beside its rows it made 2 records of names"), "{}", done.text());
    assert!(
        done.body.contains(&format!("<a class=\"f\" href=\"{import}?because=made#because\">2"))
    );
    let made = world.gets("operations", &format!("{import}?because=made")).await;
    assert!(made.text().contains("Accounts of names in leads.csv 2"), "{}", made.text());
    let id = import.rsplit('/').next().unwrap_or_default();
    assert!(made.body.contains(&format!("/ledger?import={id}&amp;kind=account")), "{}", made.body);
    let facts = world.page("operations", &format!("/ledger?import={id}&kind=account")).await;
    assert!(facts.contains("2 facts of"), "{facts}");
    world.posts("operations", &format!("{import}/undo"), &[]).await.said();
    let list = world.page("operations", "/imports").await;
    assert!(list.contains("being undone"), "{list}");
    world.works();
    let name = "Olga Petri";
    let list = world.page("operations", "/imports?state=undone").await;
    assert!(
        list.contains("1 import of 1") && list.contains(&format!("undone 09:00 by {name}")),
        "{list}"
    );
    let file = "/imports.csv?state=undone&columns=state,undone,undone_by";
    let file = world.gets("operations", file).await.body;
    assert!(file.contains("undone,2026-11-16") && file.contains(name), "{file}");
    let none = world.page("operations", "/imports?state=done").await;
    assert!(none.contains("0 imports of 1") || none.contains("No import"), "{none}");
    let undone = world.page("operations", &format!("{import}/undo")).await;
    assert!(undone.contains(&format!("Undone 09:00 by {name}. Each fact")), "{undone}");
    let report = world.page("operations", &import).await;
    assert!(report.contains(&format!("This import was undone Undone 09:00 by {name}")), "{report}");
    assert!(world.page("operations", "/").await.contains("it was undone"), "Today says so too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_says_so_at_once_and_of_how_many_rows() {
    let world = World::new();
    let rows: String = (0..2_500).map(|no| format!("{no},Ann,2026-01-02,New,Acme\n")).collect();
    let leads = format!("lead_number,name,created_at,status,account\n{rows}");
    let import = place(&world.brings("operations", &[("leads.csv", leads.as_bytes())]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    let (runtime, seen) = (tokio::runtime::Handle::current(), std::sync::Mutex::new(String::new()));
    world.works_and_meanwhile(4, || {
        let stop = format!("{import}/stop");
        place(&runtime.block_on(world.posts("operations", &stop, &[])));
        *seen.lock().unwrap() = runtime.block_on(world.page("operations", &import));
    });
    let stopping = seen.into_inner().unwrap();
    let words =
        "Stopping The rows in hand are the last: what was taken is kept, the rest is not read";
    assert!(stopping.contains(words), "{stopping}");
    assert!(!stopping.contains("after a restart"), "{stopping}");
    let stopped = world.works().page("operations", &import).await;
    let words = "This import was stopped: 2,000 of 2,500 rows were read";
    assert!(stopped.contains(words), "{stopped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_of_a_trial_stands_beside_its_cell_with_all_that_was_written() {
    let world = World::new();
    let two =
        b"lead_number,name,created_at,status,account\n1,Ann,soon,New,Acme\n2,Bo,then,New,Bolt\n\
        3,Cy,2026-01-02,New,Acme\n";
    let import = place(&world.brings("operations", &[("leads.csv", two)]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let before = world.works().everything();
    let long = "x".repeat(2_001);
    let sent = [("m1", "2026-01-03"), ("m2", &*long), ("d1", "yes")];
    let refused = world.posts("operations", &format!("{import}/mending"), &sent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "created_at in line 3 is longer than 2000 letters: write it shorter.";
    assert_eq!(refused.text().matches(words).count(), 2, "{}", refused.text());
    for stands in ["<a href=\"#m2\">", "id=\"m2-wrong\"", "value=\"2026-01-03\"", &*long] {
        assert!(refused.body.contains(stands), "{stands}: {}", refused.body);
    }
    assert!(refused.body.contains("name=\"d1\" value=\"yes\" checked"), "{}", refused.body);
    let none = world.posts("operations", &format!("{import}/matches"), &[("w0", " ")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "No name was written: write beside a word what it means, or go on without.";
    assert_eq!(none.text().matches(words).count(), 2, "{}", none.text());
    assert!(none.body.contains("id=\"w0-wrong\""), "{}", none.body);
    assert_eq!(world.everything(), before, "every denial leaves the database as it was");
}
