//! The first half hour: from an empty folder to an Agreement that both sides have signed, on a whole
//! export of a real system, through the pages alone. It prints how many clicks and seconds it took.

use std::{
    cell::Cell,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::json;
use testkit::World;

use crate::{exam::clean, house::House};

/// Lockstep as it is installed, with a data directory of its own.
struct Installed {
    serving: Child,
    /// The one-time link that it prints.
    link: String,
    _folder: tempfile::TempDir,
}

impl Installed {
    fn set_up() -> Installed {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let lockstep = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
            command.arg("--data").arg(folder.path()).args(arguments);
            command
        };
        let firm = ["init", "--name", "Orme Pumps", "--zone", "Europe/London", "--currency", "GBP"];
        let first = ["--operator-name", "Ida Falk", "--operator-email", "ida@orme.example"];
        let made = lockstep(&[&firm[..], &first[..]].concat()).output().expect("it can be started");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut serving = lockstep(&["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let said = BufReader::new(serving.stderr.take().expect("it is piped"));
        let mut lines = said.lines().map_while(Result::ok);
        let link = lines.find_map(|line| {
            line.find("http").map(|at| line[at..].to_owned()).filter(|l| l.contains("/welcome/"))
        });
        let link = link.expect("it prints a link for the first person");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let home = link.split("/welcome/").next().expect("a link has a host");
        // What `init` has printed works on.
        let made = String::from_utf8_lossy(&made.stdout).into_owned();
        let path = made.split_whitespace().find(|word| word.starts_with("/welcome/"));
        let link = format!("{home}{}", path.expect("it prints a link too"));
        Installed { serving, link, _folder: folder }
    }

    fn home(&self) -> &str {
        self.link.split("/welcome/").next().unwrap_or_default()
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = self.serving.kill();
        let _ = self.serving.wait();
    }
}

/// A browser whose clicks are counted; a field that is filled in counts as one.
struct Hand<'a> {
    house: &'a House,
    clicks: Cell<u32>,
}

impl Hand<'_> {
    fn count(&self) {
        self.clicks.set(self.clicks.get() + 1);
    }

    async fn goes(&self, address: &str) {
        self.count();
        self.house.driver.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    async fn clicks(&self, words: &str) {
        self.count();
        self.house.clicks_words(words).await;
    }

    async fn fills(&self, name: &str, text: &str) {
        self.count();
        self.house.fills(name, text).await;
    }

    async fn chooses(&self, name: &str, value: &str) {
        self.count();
        self.house.chooses(name, value).await;
    }
}

/// The export; where `LOCKSTEP_DATA` names none, the test is skipped.
fn export() -> Option<Vec<PathBuf>> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from);
    let Some(folder) = root.map(|root| root.join("salesforce-export")).filter(|f| f.is_dir())
    else {
        println!("skipped: LOCKSTEP_DATA names no folder of real exports");
        return None;
    };
    // A browser is given files by their whole paths, without a step back in them.
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.filter_map(|entry| entry.ok()?.path().canonicalize().ok());
    let is_csv = |path: &Path| path.extension().is_some_and(|extension| extension == "csv");
    Some(paths.filter(|path| is_csv(path)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_set_up_signed_and_working_from_an_empty_folder() {
    let Some(files) = export() else { return };
    let Some(house) = House::open(&World::new()).await else { return };
    let began = Instant::now();
    let installed = Installed::set_up();
    let hand = Hand { house: &house, clicks: Cell::new(0) };
    lets_herself_in(&hand, &installed).await;
    brings_data_in(&hand, &files).await;
    let invited = invites_the_other_head(&hand, &installed).await;
    proposes_and_signs(&hand).await;
    signs_for_the_other_side(&hand, &invited).await;
    println!("{} clicks and fields, {} seconds", hand.clicks.get(), began.elapsed().as_secs());
}

async fn lets_herself_in(hand: &Hand<'_>, installed: &Installed) {
    hand.goes(&installed.link).await;
    hand.fills("password", "ein langes Wort").await;
    hand.clicks("Set password and sign in").await;
    hand.house.sees("0 of 6 done").await;
}

async fn brings_data_in(hand: &Hand<'_>, files: &[PathBuf]) {
    hand.clicks("Drop in last year's leads and deals").await;
    let field = hand.house.one("input[type=file]").await;
    hand.count();
    for path in files {
        field.send_keys(path.to_str().expect("a path is text")).await.expect("it takes files");
    }
    hand.clicks("Look at the files").await;
    hand.house.sees("7 tables, 385 rows").await;
    hand.clicks("Try it out").await;
    hand.house.sees("All 385 rows can be taken").await;
    hand.clicks("Import 385 rows").await;
    hand.house.sees("385 rows taken").await;
}

/// She lets the head of sales in, and signs for marketing herself.
async fn invites_the_other_head(hand: &Hand<'_>, installed: &Installed) -> String {
    hand.goes(installed.home()).await;
    hand.house.sees("1 of 6 done").await;
    hand.clicks("Invite the heads of both teams").await;
    hand.fills("name", "Bo Kant").await;
    hand.fills("email", "bo@orme.example").await;
    hand.chooses("role", "sales_manager").await;
    hand.clicks("Let in and make a link").await;
    hand.house.sees("It works once").await;
    let link = hand.house.texts("pre.link").await.concat();
    hand.clicks("People").await;
    hand.count();
    // By name she stands below him.
    hand.house.clicks("main tbody tr:nth-child(2) a[href^='/people/']").await;
    hand.chooses("role", "leader").await;
    hand.chooses("side", "marketing").await;
    hand.house.clicks("form:has([name=role]) button").await;
    hand.count();
    hand.house.sees("may sign in as leader").await;
    link
}

async fn proposes_and_signs(hand: &Hand<'_>) {
    hand.clicks("Today").await;
    hand.house.sees("2 of 6 done").await;
    hand.clicks("Let Lockstep propose an Agreement").await;
    hand.house.sees("It would have let through 35 of 60 leads.").await;
    hand.clicks("Put it before both sides").await;
    hand.house.sees("Version 1 is before both sides").await;
    hand.clicks("Sign for marketing").await;
    hand.house.sees("Version 1 is signed for marketing").await;
}

/// The second person comes with a browser of his own: one that knows nobody.
async fn signs_for_the_other_side(hand: &Hand<'_>, link: &str) {
    hand.house.leaves().await;
    hand.goes(link).await;
    hand.fills("password", "noch ein langes Wort").await;
    hand.clicks("Set password and sign in").await;
    hand.clicks("Version 1 of the Agreement").await;
    hand.clicks("Sign for sales").await;
    hand.house.sees("in force since").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_and_the_draft_are_for_everybody() {
    let world = World::new();
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "leader").await;
    house.visits("/").await;
    let mut wrong = house.examine("first-steps").await;
    house.visits("/agreement/draft").await;
    wrong.extend(house.examine("draft-none").await);
    let lead = |n: u32, source: &str| {
        let fields = json!({"source": source, "created_at": "2026-11-02T08:00:00Z"});
        json!([
            {"fact": "lead", "lead": n.to_string(), "fields": fields},
            {"fact": "lead_moved", "lead": n.to_string(), "status": "New"},
        ])
    };
    for (n, source) in [(1, "Web"), (2, "Trade fair in the north"), (3, "Web")] {
        assert!(world.reports(lead(n, source)).await.status.is_success());
    }
    house.visits("/agreement/draft").await;
    wrong.extend(house.examine("draft").await);
    house.clicks_words("Put it before both sides").await;
    house.sees("Version 1 is before both sides").await;
    clean(wrong);
}
