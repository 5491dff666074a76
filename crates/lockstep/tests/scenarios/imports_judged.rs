//! What an import leaves to be judged opens to each lead and each decision, however the import was
//! brought and whoever judged; and the rows that it did not take open to their reasons.

use engine::{
    Engine,
    import::{ImportOptions, Listener, Progress, Rejected},
};
use jiff::{SignedDuration, Timestamp, ToSpan};
use testkit::{Answer, World, http::StatusCode};

/// Somebody at the command line, who goes away once deciding has begun, or stays.
struct Somebody {
    goes_away: bool,
}

impl Listener for Somebody {
    fn progress(&mut self, progress: Progress) -> bool {
        !(self.goes_away && progress.doing.starts_with("Deciding"))
    }

    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}

const HEAD: &str = "lead_number,name,title,created_at,status\n";

/// So many leads, each of which sales owes an answer.
fn leads(n: u32) -> String {
    let rows = (1..=n).map(|no| format!("{no},Ann Ahorn {no},CEO,2026-11-16T09:30:00Z,MQL\n"));
    HEAD.to_owned() + &rows.collect::<String>()
}

/// A firm whose Agreement has been in force for three hours.
fn at_noon() -> World {
    let world = World::just_signed();
    world.at("2026-11-16 12:00");
    world
}

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// Begins an import by the pages.
async fn begins(world: &World, leads: &str) -> String {
    let import = place(&world.brings("operations", &[("leads.csv", leads.as_bytes())]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    import
}

/// Imports by the command line.
fn commands(world: &World, leads: &str, now: Timestamp, goes_away: bool) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leads.csv");
    std::fs::write(&path, leads).expect("a file");
    let options = ImportOptions::default();
    let import = |engine: &Engine| {
        let mut somebody = Somebody { goes_away };
        engine.import(&[path], &options, now, &mut somebody).expect("it is taken")
    };
    format!("/imports/{}", world.asks(import).id)
}

/// How many leads the page of an import says were judged, and how many decisions followed; each is
/// as many rows as it opens to.
async fn adds_up(world: &World, import: &str) -> (usize, usize) {
    let id = import.trim_start_matches("/imports/");
    let body = world.gets("operations", import).await.body;
    let said = |to: &str| -> usize {
        let link = body.split(&format!("<a class=\"f\" href=\"{to}\">")).nth(1);
        let text = link.map_or("0", |link| link.split('<').next().unwrap_or_default());
        text.replace(',', "").parse().expect("a number")
    };
    let said = (said(&format!("{import}/judged")), said(&format!("/ledger?followed={id}")));
    for (n, file) in
        [(said.0, format!("{import}/judged.csv")), (said.1, format!("/ledger.csv?followed={id}"))]
    {
        let file = world.gets("operations", &file).await;
        let rows = if file.status == StatusCode::OK { file.body.lines().count() - 1 } else { 0 };
        assert_eq!(n, rows, "{body}");
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_had_judged_opens_to_each_lead_and_each_decision_after_its_undoing_too() {
    let world = at_noon();
    let file = format!("{}4,Di Dahl,CTO,2026-11-16T09:30:00Z,New\n", leads(3));
    let import = begins(&world, &file).await;
    let done = world.works().page("operations", &import).await;
    assert!(done.contains("4 leads were judged anew, and"), "{done}");
    let (judged, decisions) = adds_up(&world, &import).await;
    assert!(judged == 4 && decisions >= 3, "{judged} {decisions}");
    let page = world.gets("operations", &format!("{import}/judged")).await;
    assert!(page.text().contains("4 leads were judged anew On account of"), "{}", page.text());
    assert!(page.text().contains("Di Dahl file:4 no decision"), "{}", page.text());
    let fact = page.body.split("<a href=\"/facts/").nth(1).expect("a decision");
    let fact = fact.split('"').next().unwrap_or_default();
    let because = world.page("operations", &format!("/facts/{fact}")).await;
    assert!(because.contains("Decided because of clause 3"), "{because}");
    let id = import.trim_start_matches("/imports/");
    let all = world.page("operations", &format!("/ledger?followed={id}")).await;
    assert!(all.contains("decided on account of the import of leads.csv"), "{all}");
    let before = adds_up(&world, &begins(&world, &file).await).await;
    assert_eq!(before, (0, 0), "what is known is not judged again");
    place(&world.posts("operations", &format!("{import}/undo"), &[]).await);
    world.works().ticks();
    assert_eq!(adds_up(&world, &import).await, (judged, decisions), "it was so");
    let page = world.page("operations", &format!("{import}/judged")).await;
    assert!(page.contains("file:4"), "they are listed though they are gone: {page}");
    for who in ["rep", "marketer", "sven", "auditor", "reader"] {
        for path in [format!("{import}/judged"), format!("{import}/judged.csv")] {
            assert_eq!(world.gets(who, &path).await.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_judges_what_an_import_left_it_is_counted_once_and_with_the_import() {
    let world = at_noon();
    let import = begins(&world, &leads(2_100)).await;
    let (runtime, pause) = (tokio::runtime::Handle::current(), format!("{import}/pause"));
    world.works_and_meanwhile(5, || {
        place(&runtime.block_on(world.posts("operations", &pause, &[])));
    });
    let paused = world.page("operations", &import).await;
    assert!(paused.contains("Paused"), "{paused}");
    // The tick judges what is taken so far.
    world.ticks();
    place(&world.posts("operations", &format!("{import}/run"), &[]).await);
    world.works();
    let (judged, decisions) = adds_up(&world, &import).await;
    assert!(judged == 2_100 && decisions >= 2_100, "{judged} {decisions}");
    let first = world.gets("operations", &format!("{import}/judged")).await.body;
    assert_eq!(first.matches("<tr data-row>").count(), 50);
    let next = first.split("\" rel=\"next\"").next().unwrap_or_default();
    let next = next.rsplit("href=\"").next().expect("a next page").to_owned();
    let second = world.gets("operations", &next).await.body;
    assert_eq!(second.matches("<tr data-row>").count(), 50, "{next}");
    let last = next.split("after=").nth(1).expect("a place");
    let of_last = format!("<a href=\"/leads/{last}\">");
    assert!(first.contains(&of_last) && !second.contains(&of_last), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_line_left_undecided_is_counted_with_it_once_the_tick_has_judged_it() {
    let world = at_noon();
    let import = commands(&world, &leads(700), world.now(), true);
    assert_eq!(adds_up(&world, &import).await.0, 500, "somebody went away in the midst of it");
    world.ticks();
    assert_eq!(adds_up(&world, &import).await.0, 700);
}

/// Leaves files in a drop folder, and takes them once they rest; the address of the import.
fn dropped(world: &World, files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let now = world.now();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let file = std::fs::File::options().write(true).open(&path).expect("the file");
        file.set_modified((now - 1.minute()).into()).expect("it rests");
    }
    let taken = world.asks(|engine| engine.take_dropped(world.dock(), folder.path(), now));
    let import = format!("/imports/{}", taken.expect("it reads").expect("an import"));
    world.works();
    import
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_at_night_says_what_was_judged() {
    let world = at_noon();
    let import = dropped(&world, &[("leads.csv", &leads(3))]);
    assert_eq!(adds_up(&world, &import).await.0, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_beside_known_tables_and_is_not_known_is_named() {
    let world = at_noon();
    let import = dropped(&world, &[("leads.csv", &leads(3)), ("levels.csv", "a,b\n1,2\n")]);
    let page = world.page("operations", &import).await;
    assert!(page.contains("3 rows taken"), "{page}");
    assert!(page.contains("Not taken 1 of the files and tables levels.csv"), "{page}");
    assert!(page.contains("its columns are not known (a, b)"), "{page}");
    let today = world.page("operations", "/").await;
    assert!(today.contains("1 of its files and tables not taken"), "{today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_says_what_would_be_decided_by_its_kind_and_without_an_agreement_nothing_is_judged()
{
    let world = at_noon();
    let file = leads(3);
    let import = place(&world.brings("operations", &[("leads.csv", file.as_bytes())]).await);
    world.works();
    place(&world.posts("operations", &format!("{import}/trial"), &[]).await);
    let tried = world.works().gets("operations", &import).await;
    assert!(tried.text().contains("3 leads were judged anew, and"), "{}", tried.text());
    let opens = format!("<a class=\"f\" href=\"{import}?because=judged#because\">3</a>");
    assert!(tried.body.contains(&opens), "{}", tried.body);
    let noughts = format!("<a class=\"f\" href=\"{import}?because=read-0#because\">0</a>");
    assert_eq!(tried.body.matches(&noughts).count(), 3, "a nought opens how the rows add up");
    let drawer = world.page("operations", &format!("{import}?because=judged")).await;
    assert!(drawer.contains("The decisions by their kind"), "{drawer}");
    assert!(drawer.contains("Clock started 3"), "{drawer}");
    let none = world.gets("operations", &format!("{import}/judged")).await.status;
    assert_eq!(none, StatusCode::NOT_FOUND, "nothing was judged yet");
    let world = World::new();
    let import = commands(&world, &leads(3), world.now(), false);
    world.ticks();
    let page = world.page("operations", &import).await;
    assert!(!page.contains("judged anew"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_command_line_did_not_take_open_to_their_reasons_for_thirty_days() {
    let world = World::new();
    let file = format!("{}5,Ed Eik,CEO,soon,New\n", leads(2));
    let import = commands(&world, &file, world.now() - SignedDuration::from_hours(29 * 24), false);
    let page = world.gets("operations", &import).await;
    let opens = "<a class=\"f\" href=\"#rejected-h\">1</a>";
    assert!(page.body.contains(opens) && page.body.contains("id=\"rejected-h\""), "{}", page.body);
    assert!(page.text().contains("leads.csv 4 created_at"), "{}", page.text());
    let line = world.page("operations", &format!("{import}?because=line-1")).await;
    assert!(line.contains("Line 4 of leads.csv was not taken"), "{line}");
    assert!(line.contains("5 | Ed Eik | CEO | soon | New"), "{line}");
    let file = world.gets("operations", &format!("{import}/rejected.csv")).await;
    assert!(file.text().contains("Ed Eik"), "{}", file.text());
    let forgets = || world.asks(|e| e.forget_old_imports(world.dock(), world.now()));
    forgets().expect("it is written");
    assert!(world.gets("operations", &import).await.text().contains("created_at"), "29 days");
    world.at("2026-11-18 09:00");
    forgets().expect("it is written");
    let gone = world.page("operations", &import).await;
    assert!(gone.contains("They are gone from here"), "{gone}");
    let file = world.gets("operations", &format!("{import}/rejected.csv")).await;
    assert!(!file.text().contains("Ed Eik"), "{}", file.text());
}
