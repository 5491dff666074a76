//! Files on their way in: written to the dock as they come, however long they are.

use std::{collections::BTreeSet, io::Write, path::Path};

use askama::Template;
use axum::{
    extract::{Multipart, multipart::Field as Part},
    response::Response,
};
use engine::{
    access::Act,
    import::{choices::Choices, dock::Dock, free, made, plain_name, presets},
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
/// So much of a longer one is kept, to stand in its field again.
const TEXT_KEPT: usize = 2_000;
/// What a file's name ends with.
const ENDINGS: [&str; 5] = ["csv", "tsv", "tab", "xlsx", "zip"];

/// The page where files are chosen.
#[derive(Template)]
#[template(path = "pages/imports/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    /// Whether the folded part is open: something in it was chosen, or is refused.
    opens: bool,
}

/// What is refused: the field that it stands beside, and why.
pub(super) type Wrong = Vec<(&'static str, String)>;

/// Shows where files are dropped.
pub(crate) async fn new(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let frame = visit.frame("Bring data in", Place::Imports);
    let form = form(&Choices::default(), FILES_HINT.to_owned());
    Ok(visit.show(NewPage { frame, form, opens: false }))
}

const FILES_HINT: &str = "Drop them here, or choose them. CSV and TSV up to 2 GB, XLSX up to 50 MB, \
    or a ZIP of them; at most 50 tables at once. Leads, accounts, opportunities, activities, \
    campaigns, people: whatever you have, in one go.";

/// The form as it was sent, with what is wrong beside its field.
fn refused(visit: Visit, said: &Choices, wrong: Wrong) -> Response {
    let mut frame = visit.frame("Bring data in", Place::Imports);
    frame.refused = true;
    let again = "Choose the files again: a browser does not keep them.";
    let mut form = form(said, format!("{again} {FILES_HINT}"));
    wrong.into_iter().for_each(|(field, words)| form.refuse(field, words));
    let opens = said.source.is_some() || said.currency.is_some() || said.zone.is_some();
    visit.refuse(NewPage { frame, form, opens })
}

fn form(sent: &Choices, files: String) -> Form {
    let mut systems = vec![(String::new(), "Find out by the columns".to_owned())];
    systems.extend(presets().into_iter().map(|(name, words)| (name.to_owned(), words.to_owned())));
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let accept = ENDINGS.map(|ending| format!(".{ending}")).join(",");
    Form::of([
        Field::new("files", "Files of one system", Control::Files(accept)).hint(files),
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

/// Takes the files in, and looks them over. What is refused leaves nothing behind.
pub(crate) async fn create(visit: Visit, parts: Multipart) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let (by, dock, now) = (visit.signed.0.clone(), visit.house.app.dock.clone(), visit.house.now());
    let at = dock.clone();
    let id = visit.house.work(move |engine| Ok(engine.receive_import(&at, &by, now)?)).await?;
    let mut berth = Berth { dock, id, is_taken: false };
    let mut came = Came { left: BYTES_MAX, ..Came::default() };
    came.take(parts, &berth.dock.folder_of(&berth.id)).await;
    came.wrong.extend(check(&mut came.choices));
    if came.wrong.is_empty()
        && let Some(words) = received(&visit, &berth, &came.choices).await?
    {
        came.wrong.push(("files", words));
    }
    if !came.wrong.is_empty() {
        return Ok(refused(visit, &came.choices, came.wrong));
    }
    berth.is_taken = true;
    Ok(visit.go(&href(&berth.id), &Flash::done("The files are here.")))
}

/// Where files lie on their way. They go unless an import has taken them: also where whoever sends
/// them breaks off.
struct Berth {
    dock: Dock,
    id: String,
    is_taken: bool,
}

impl Drop for Berth {
    fn drop(&mut self) {
        if !self.is_taken {
            self.dock.clear(&self.id);
        }
    }
}

/// Says that the files are here; why not, if they cannot be looked at.
async fn received(
    visit: &Visit,
    berth: &Berth,
    choices: &Choices,
) -> Result<Option<String>, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (dock, id, choices) = (berth.dock.clone(), berth.id.clone(), choices.clone());
    let said =
        visit.house.work(move |engine| Ok(engine.received_import(&dock, &by, &id, &choices, now)?));
    match said.await {
        Ok(()) => Ok(None),
        Err(Failure::Refused(refusal)) => Ok(Some(sentence(&refusal.to_string()))),
        Err(other) => Err(other),
    }
}

/// What came so far.
#[derive(Default)]
struct Came {
    /// What is said beside the files.
    choices: Choices,
    wrong: Wrong,
    names: BTreeSet<String>,
    /// Bytes that may still come.
    left: u64,
}

impl Came {
    /// Writes the files that are sent to a folder, and keeps what is said beside them. What is said
    /// comes after the files, so it is read also where one of them is refused.
    async fn take(&mut self, mut parts: Multipart, folder: &Path) {
        let all = self.take_all(&mut parts, folder).await;
        if let Err(words) = all {
            self.wrong.push(("files", words));
        } else if self.names.is_empty() && self.wrong.is_empty() {
            self.wrong.push(("files", "Choose at least one file.".to_owned()));
        }
    }

    async fn take_all(&mut self, parts: &mut Multipart, folder: &Path) -> Result<(), String> {
        while let Some(part) = parts.next_part().await? {
            let Some(name) = part.file_name().map(plain_name) else {
                self.keep(part).await?;
                continue;
            };
            // A browser sends an empty part where no file was chosen. After a refusal no file counts.
            if name.is_empty() || !self.wrong.is_empty() {
                continue;
            }
            match check_file(&name, self.names.len()) {
                Err(words) => self.wrong.push(("files", words)),
                Ok(()) => {
                    let name = free(name, &self.names);
                    write(part, &folder.join(&name), &mut self.left).await?;
                    self.names.insert(name);
                }
            }
        }
        Ok(())
    }

    /// Keeps what one field says.
    async fn keep(&mut self, mut part: Part<'_>) -> Result<(), String> {
        let name = part.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(some) = part.chunk().await.map_err(|_| broken_off())? {
            bytes.extend_from_slice(&some[..some.len().min(TEXT_KEPT - bytes.len())]);
        }
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        let text = Some(text).filter(|text| !text.is_empty());
        match name.as_str() {
            "preset" => self.choices.preset = text,
            "source" => self.choices.source = text,
            "currency" => self.choices.currency = text,
            "zone" => self.choices.zone = text,
            "history" => self.choices.history = text.as_deref() == Some("yes"),
            _ => {}
        }
        Ok(())
    }
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

/// What is wrong with what is said of all files; a currency is written as its code is.
pub(super) fn check(choices: &mut Choices) -> Wrong {
    let mut wrong = Wrong::new();
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(source) = &choices.source
        && (!source.chars().all(word) || source == "lockstep")
    {
        let words = format!(
            "\"{source}\" cannot stand before ids: write small letters, digits and hyphens."
        );
        wrong.push(("source", words));
    }
    if let Some(code) = &mut choices.currency {
        match domain::money::Currency::parse(&code.to_uppercase()) {
            Ok(known) => *code = known.to_string(),
            Err(_) => {
                let words = format!("\"{code}\" is no currency: write an ISO code such as EUR.");
                wrong.push(("currency", words));
            }
        }
    }
    if let Some(zone) = &choices.zone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        let words = format!("\"{zone}\" is no time zone: write a name such as Europe/Berlin.");
        wrong.push(("zone", words));
    }
    let all =
        [("source", &choices.source), ("currency", &choices.currency), ("zone", &choices.zone)];
    for (field, text) in all {
        let n = text.as_ref().map_or(0, |text| text.chars().count());
        if n > TEXT_MAX {
            wrong.retain(|(name, _)| *name != field);
            wrong.push((
                field,
                format!("This is longer than {TEXT_MAX} letters: write it shorter."),
            ));
        }
    }
    wrong
}

/// Whether a file is taken that comes after `before` others.
fn check_file(name: &str, before: usize) -> Result<(), String> {
    if before == FILES_MAX {
        return Err(format!("At most {FILES_MAX} files come at once: bring the rest afterwards."));
    }
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
