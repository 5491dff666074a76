//! What somebody writes on the way of an import stays there, whatever is refused of it.

use testkit::{Answer, World, http::StatusCode};

const LEADS: &[u8] =
    b"lead_number,name,created_at,status,account\n1,Ann,2026-01-02,New,Acme\n2,Bo,soon,New,Acme\n";

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
    let good: &[(&str, &[u8])] = &[("leads.csv", LEADS)];
    let cases: [(&[(&str, &[u8])], &str, &str, &[&str]); 5] = [
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
