//! Files on their way in: written to the dock as they come, however long they are.

use std::{collections::BTreeSet, io::Write, path::Path};

use askama::Template;
use axum::{
    extract::{Multipart, multipart::Field as Part},
    response::Response,
};
use engine::{
    access::Act,
    import::{choices::Choices, free, made, plain_name, presets},
};

use super::href;
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    pages::sign_in::sentence,
    session::Visit,
};

/// Files of one import.
const FILES_MAX: usize = 50;
/// Bytes of all of them; each kind of file has narrower limits of its own, said when it is read.
const BYTES_MAX: u64 = 4 << 30;
/// Longest field that is not a file.
const TEXT_MAX: usize = 200;
/// What a file's name ends with.
const ENDINGS: [&str; 5] = ["csv", "tsv", "tab", "xlsx", "zip"];

/// The page where files are chosen.
#[derive(Template)]
#[template(path = "pages/imports/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
}

/// Shows where files are dropped.
pub(crate) async fn new(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let frame = visit.frame("Bring data in", Place::Imports);
    Ok(visit.show(NewPage { frame, form: form(&Choices::default()) }))
}

fn form(sent: &Choices) -> Form {
    let mut systems = vec![(String::new(), "Find out by the columns".to_owned())];
    systems.extend(presets().into_iter().map(|(name, words)| (name.to_owned(), words.to_owned())));
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    Form::of([
        Field::select("preset", "They come from", systems).value(some(&sent.preset)).optional(),
        Field::line("source", "A short word that stands before every id")
            .value(some(&sent.source))
            .hint("Such as crm. Files from one system have one word, always the same.")
            .optional(),
        Field::line("currency", "The currency of amounts that name none")
            .value(some(&sent.currency))
            .hint("The firm's, unless you write another, such as EUR.")
            .optional(),
        Field::line("zone", "The time zone of dates that name none")
            .value(some(&sent.zone))
            .hint("The firm's, unless you write another, such as Europe/Berlin.")
            .optional(),
        history(sent),
    ])
}

/// Whether what the files bring was known when it happened.
pub(super) fn history(choices: &Choices) -> Field {
    Field::new("history", "This is the firm’s past", Control::Check)
        .value(if choices.history { "yes" } else { "" })
        .hint(
            "What it brings then counts as known when it happened, so that a definition can be tried \
             on it. Leave it open for what comes in every day.",
        )
        .optional()
}

/// Takes the files in, and looks them over.
pub(crate) async fn create(visit: Visit, parts: Multipart) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let (by, dock, now) = (visit.signed.0.clone(), visit.house.app.dock.clone(), visit.house.now());
    let id = visit.house.work(move |engine| Ok(engine.receive_import(&dock, &by, now)?)).await?;
    let folder = visit.house.app.dock.folder_of(&id);
    let mut choices = Choices::default();
    let taken = take(parts, &folder, &mut choices).await;
    let refused = match taken {
        Ok(()) => received(&visit, &id, choices.clone()).await?,
        Err(words) => Some(words),
    };
    let Some(words) = refused else {
        return Ok(visit.go(&href(&id), &Flash::done("The files are here.")));
    };
    let (by, dock) = (visit.signed.0.clone(), visit.house.app.dock.clone());
    visit.house.work(move |engine| Ok(engine.stop_import(&dock, &by, &id, now)?)).await?;
    let mut frame = visit.frame("Bring data in", Place::Imports);
    frame.refused = true;
    let mut form = form(&choices);
    form.refuse_whole(words);
    Ok(visit.refuse(NewPage { frame, form }))
}

/// Says that the files are here; why not, if they cannot be looked at.
async fn received(visit: &Visit, id: &str, choices: Choices) -> Result<Option<String>, Failure> {
    let (by, dock, id) = (visit.signed.0.clone(), visit.house.app.dock.clone(), id.to_owned());
    let now = visit.house.now();
    let said =
        visit.house.work(move |engine| Ok(engine.received_import(&dock, &by, &id, choices, now)?));
    match said.await {
        Ok(()) => Ok(None),
        Err(Failure::Refused(refusal)) => Ok(Some(sentence(&refusal.to_string()))),
        Err(other) => Err(other),
    }
}

/// Writes the files that are sent to a folder, and keeps what is said beside them.
async fn take(mut parts: Multipart, folder: &Path, choices: &mut Choices) -> Result<(), String> {
    let mut names = BTreeSet::new();
    let mut left = BYTES_MAX;
    while let Some(part) = parts.next_part().await? {
        let Some(name) = part.file_name().map(plain_name) else {
            keep(part, choices).await?;
            continue;
        };
        // A browser sends an empty part where no file was chosen.
        if name.is_empty() {
            continue;
        }
        if names.len() == FILES_MAX {
            return Err(format!(
                "At most {FILES_MAX} files come at once: bring the rest afterwards."
            ));
        }
        check_ending(&name)?;
        let name = free(name, &names);
        write(part, &folder.join(&name), &mut left).await?;
        names.insert(name);
    }
    if names.is_empty() { Err("Choose at least one file.".to_owned()) } else { Ok(()) }
}

/// A part that a break in the connection may cut off.
trait Parts {
    async fn next_part(&mut self) -> Result<Option<Part<'_>>, String>;
}

impl Parts for Multipart {
    async fn next_part(&mut self) -> Result<Option<Part<'_>>, String> {
        self.next_field().await.map_err(|_| broken_off())
    }
}

fn broken_off() -> String {
    "The files did not come whole: send them again.".to_owned()
}

async fn keep(part: Part<'_>, choices: &mut Choices) -> Result<(), String> {
    let name = part.name().unwrap_or_default().to_owned();
    let text = part.text().await.map_err(|_| broken_off())?;
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.len() > TEXT_MAX) {
        return Err("What stands beside the files is too long.".to_owned());
    }
    match name.as_str() {
        "preset" => choices.preset = text,
        "source" => choices.source = text,
        "currency" => choices.currency = text.map(|code| code.to_uppercase()),
        "zone" => choices.zone = text,
        "history" => choices.history = text.as_deref() == Some("yes"),
        _ => {}
    }
    check(choices)
}

/// Whether what is said of all files reads; the first thing that does not, in words.
pub(super) fn check(choices: &Choices) -> Result<(), String> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(source) = &choices.source
        && (!source.chars().all(word) || source == "lockstep")
    {
        return Err(format!(
            "\"{source}\" cannot stand before ids: write small letters, digits and hyphens."
        ));
    }
    if let Some(code) = &choices.currency
        && domain::money::Currency::parse(code).is_err()
    {
        return Err(format!("\"{code}\" is no currency: write an ISO code such as EUR."));
    }
    if let Some(zone) = &choices.zone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        return Err(format!("\"{zone}\" is no time zone: write a name such as Europe/Berlin."));
    }
    Ok(())
}

fn check_ending(name: &str) -> Result<(), String> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(format!(
        "{name} is not CSV, TSV, XLSX or a ZIP of them: save it as one of them, and bring that."
    ))
}

async fn write(mut part: Part<'_>, path: &Path, left: &mut u64) -> Result<(), String> {
    let full = |error: std::io::Error| format!("The file could not be kept: {error}.");
    let mut file = made(path).map_err(full)?;
    while let Some(bytes) = part.chunk().await.map_err(|_| broken_off())? {
        *left = left.checked_sub(bytes.len() as u64).ok_or("The files are larger than 4 GB.")?;
        // A piece is some kilobytes, and goes to the system's own memory: nobody waits for a disk.
        file.write_all(&bytes).map_err(full)?;
    }
    Ok(())
}
