//! What can be asked of an import: each a form of its own, answered by the import's page.

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use engine::{
    Engine,
    access::{Act, Actor},
    import::dock::{Dock, Match, Means, State},
};
use jiff::Timestamp;
use store::RejectedRow;

use super::{
    href,
    mistake::Mistake,
    open, received,
    report::{self, can_be_matched, to_look_at},
    show::import_of,
};
use crate::{failure::Failure, flash::Flash, pages::sign_in::sentence, sent::Sent, session::Visit};

/// Longest mended cell or name.
const TEXT_MAX: usize = 2_000;

/// Does one thing about an import, and goes back to its page; a refusal is said there.
async fn ask(
    visit: Visit,
    id: String,
    done: &'static str,
    ask: impl FnOnce(&Engine, &Dock, &Actor, &str, Timestamp) -> Result<(), engine::Error>
    + Send
    + 'static,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    import_of(&visit, id.clone()).await?;
    let (by, dock, now) = (visit.signed.0.clone(), visit.house.app.dock.clone(), visit.house.now());
    let to = href(&id);
    match visit.house.work(move |engine| Ok(ask(engine, &dock, &by, &id, now)?)).await {
        Ok(()) => Ok(visit.go(&to, &Flash::done(done))),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            Ok(visit.go(&to, &Flash::not_done(words)))
        }
        Err(other) => Err(other),
    }
}

/// Tries it out.
pub(crate) async fn trial(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It is being tried out; nothing is kept.";
    ask(visit, id, words, |engine, _, by, id, now| engine.try_import(by, id, now)).await
}

/// Carries it out, or lets it go on.
pub(crate) async fn run(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It runs. You may go on with something else.";
    ask(visit, id, words, |engine, _, by, id, now| engine.start_import(by, id, now)).await
}

/// Lets it rest.
pub(crate) async fn pause(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It pauses after the rows that it has in hand.";
    ask(visit, id, words, |engine, _, by, id, now| engine.pause_import(by, id, now)).await
}

/// Stops it.
pub(crate) async fn stop(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It stops. Its files are removed; what was taken into the ledger stays.";
    ask(visit, id, words, |engine, dock, by, id, now| engine.stop_import(dock, by, id, now)).await
}

/// Looks at the files of an import anew that could not be done.
pub(crate) async fn again(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let choices = import_of(&visit, id.clone()).await?.choices;
    let words = "The files are looked over again.";
    ask(visit, id, words, move |engine, _, by, id, now| engine.choose_import(by, id, &choices, now))
        .await
}

/// Keeps what holds for all tables.
pub(crate) async fn settings(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id.clone()).await?;
    let mut choices = import.choices.clone();
    let said = |name: &str| {
        let text = sent.get(name).map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    choices.preset = said("preset");
    choices.source = said("source");
    choices.currency = said("currency");
    choices.zone = said("zone");
    choices.history = said("history").as_deref() == Some("yes");
    let wrong = received::check(&mut choices);
    if !wrong.is_empty() {
        return open::refused(visit, &import, &choices, wrong);
    }
    let words = "The files are looked over again.";
    ask(visit, id, words, move |engine, _, by, id, now| engine.choose_import(by, id, &choices, now))
        .await
}

/// Keeps mended cells and rows that are left out, and tries again.
pub(crate) async fn mending(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id.clone()).await?;
    if import.state != State::Tried {
        return Err(Failure::Absent);
    }
    let run = id.clone();
    let rejected = visit.house.work(move |engine| {
        engine.read(|reader| Ok::<_, Failure>(reader.rejected_rows(&run, 0, u32::MAX >> 1)?))
    });
    let rejected: BTreeMap<i64, RejectedRow> =
        rejected.await?.into_iter().map(|row| (row.no, row)).collect();
    let mut choices = import.choices.clone();
    for (name, text) in &sent {
        let Some((kind, no)) = name.split_at_checked(1) else { continue };
        let Some(row) = no.parse().ok().and_then(|no| rejected.get(&no)) else { continue };
        if text.chars().count() > TEXT_MAX {
            let words = format!(
                "{} in line {} is longer than {TEXT_MAX} letters: write it shorter.",
                row.column, row.line
            );
            let mistake = Mistake { at: name.clone(), words, sent };
            return report::shown(visit, import, Some(mistake), "").await;
        }
        let table = choices.tables.entry(row.file.clone()).or_default();
        match kind {
            "m" if !row.column.is_empty() => {
                let cells = table.mended.entry(row.line).or_default();
                cells.insert(row.column.clone(), text.clone());
            }
            "d" => drop(table.dropped.insert(row.line)),
            _ => {}
        }
    }
    let words = "It is tried out again with what was mended.";
    ask(visit, id, words, move |engine, _, by, id, now| engine.mend_import(by, id, &choices, now))
        .await
}

/// Remembers what words mean, and tries again.
pub(crate) async fn matches(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id.clone()).await?;
    let Some(told) = import.outcome.report.as_ref().filter(|_| import.state == State::Tried) else {
        return Err(Failure::Absent);
    };
    let source = told.source.clone();
    let words = to_look_at(told);
    let said = words.iter().enumerate().filter_map(|(no, joined)| {
        let name = sent.get(&format!("w{no}"))?.trim();
        let means = Means::Named(name.chars().take(TEXT_MAX).collect());
        let said = Match { object: joined.object, word: joined.word.clone(), means };
        (!name.is_empty()).then_some(said)
    });
    let said: Vec<Match> = said.collect();
    if said.is_empty() {
        let first = words.iter().position(can_be_matched).unwrap_or(0);
        let words = "No name was written: write beside a word what it means, or go on without.";
        let mistake = Mistake { at: format!("w{first}"), words: words.to_owned(), sent };
        return report::shown(visit, import, Some(mistake), "").await;
    }
    let words = "Remembered. It is tried out again.";
    ask(visit, id, words, move |engine, _, by, id, now| {
        engine.match_words(by, id, &source, said, now)
    })
    .await
}
