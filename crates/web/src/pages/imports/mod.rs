//! Bringing data in: files are dropped, looked at, tried out, and carried out in the background.

pub(crate) mod acts;
pub(crate) mod judged;
pub(crate) mod list;
mod mistake;
pub(crate) mod open;
pub(crate) mod progress;
pub(crate) mod received;
pub(crate) mod rejected;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod table;
pub(crate) mod undo;
mod undone;
mod workings;

use crate::show::count;

/// Where an import's page is.
fn href(id: &str) -> String {
    format!("/imports/{id}")
}

/// `leads.csv and 3 more`.
pub(crate) fn files_words(files: &[String]) -> String {
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
