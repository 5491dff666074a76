//! Bringing data in: files are dropped, looked at, tried out, and carried out in the background.

pub(crate) mod acts;
pub(crate) mod open;
pub(crate) mod progress;
pub(crate) mod received;
pub(crate) mod rejected;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod table;
pub(crate) mod undo;

use askama::Template;
use axum::response::Response;
use engine::{
    access::Act,
    import::{
        dock::{Import, State},
        drop_folder_user,
    },
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Frame, Place},
    markup::Markup,
    names::Names,
    session::Visit,
    show::count,
};

/// The list.
#[derive(Template)]
#[template(path = "pages/imports/index.html")]
struct ImportsPage {
    frame: Frame,
    rows: Vec<Row>,
    empty: EmptyState,
}

/// One import.
struct Row {
    href: Option<String>,
    files: String,
    at: Markup,
    by: String,
    state: &'static str,
    alarm: bool,
    numbers: [String; 5],
}

/// Lists the imports, the newest first.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let time = visit.time();
    let found = visit.house.work(move |engine| {
        engine.read(|reader| {
            let names = Names::new(reader, true);
            let imports = reader.imports()?.iter().map(Import::of).collect::<Vec<_>>();
            let row = |import: Import| {
                let by = match &import.by {
                    Some(user) if *user == drop_folder_user() => "the drop folder".to_owned(),
                    Some(user) => names.user_name(user)?,
                    None => "the command line".to_owned(),
                };
                let counts = import.counts;
                let numbers = [
                    counts.read,
                    counts.created,
                    counts.updated,
                    counts.unchanged,
                    counts.rejected,
                ];
                Ok(Row {
                    href: import.by.as_ref().map(|_| href(&import.id)),
                    files: files_words(&import.files),
                    at: time.near(import.started_at),
                    by,
                    state: short(import.state),
                    alarm: import.state == State::Failed,
                    numbers: numbers.map(count),
                })
            };
            imports.into_iter().map(row).collect::<Result<Vec<_>, Failure>>()
        })
    });
    let rows = found.await?;
    let frame = visit.frame("Imports", Place::Imports);
    Ok(visit.show(ImportsPage { frame, rows, empty: empty() }))
}

/// Where an import's page is.
fn href(id: &str) -> String {
    format!("/imports/{id}")
}

/// `leads.csv and 3 more`.
fn files_words(files: &[String]) -> String {
    match files {
        [] => "no file yet".to_owned(),
        [one] => one.clone(),
        [first, more @ ..] => format!("{first} and {} more", count(more.len() as u64)),
    }
}

/// `1 row`, `2 rows`.
fn rows_words(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{} rows", count(rows)) }
}

/// How an import stands, for a cell of a table.
fn short(state: State) -> &'static str {
    match state {
        State::Receiving => "receiving files",
        State::Looking => "looking over",
        State::Open | State::Tried => "waits for you",
        State::Trying => "trying out",
        State::Waiting => "waits for its turn",
        State::Running | State::Pausing => "under way",
        State::Paused => "paused",
        State::Stopping | State::Stopped => "stopped",
        State::Done => "done",
        State::Failed => "not done",
    }
}

fn empty() -> EmptyState {
    EmptyState {
        title: "See your own numbers within minutes".to_owned(),
        words:
            "Bring the exports of your systems: leads, accounts, opportunities, activities. You \
                see what they hold before anything is kept."
                .to_owned(),
        action: Some(("Bring data in".to_owned(), "/imports/new".to_owned())),
        heads: vec!["Files", "State", "Read", "Created", "Rejected"],
        rows: vec![
            vec!["Lead.csv and 7 more", "done", "385", "385", "0"],
            vec!["deals-2025.xlsx", "done", "8,800", "8,794", "6"],
        ],
        ..EmptyState::default()
    }
}

/// A table's key as people read it: `book.xlsx, sheet Deals`.
fn table_words(key: &str) -> String {
    match key.split_once('#') {
        Some((file, sheet)) => format!("{file}, sheet {sheet}"),
        None => key.to_owned(),
    }
}

/// Text that may name a file by its whole path, with the file's name alone.
fn without_folder(text: &str, id: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        words.push(match word.split_once(&format!("/{id}/")) {
            Some((_, name)) => name,
            None => word,
        });
    }
    words.join(" ")
}
