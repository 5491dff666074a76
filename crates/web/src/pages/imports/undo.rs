//! Undoing an import: what that will do, how far it is, and what was left because somebody has
//! edited it since.

use askama::Template;
use axum::{extract::Path, response::Response};
use engine::{
    Engine,
    access::{Act, Actor},
    import::{
        dock::Import,
        undo::{UndoCounts, UndoPlan, UndoState, undone_so_far},
    },
};
use jiff::Timestamp;
use store::{ImportUndo, LeftRow};

use super::{files_words, href, progress::AGAIN, show::import_of, undone::Undoing};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Frame, Place},
    markup::Markup,
    names::{self, Names},
    pages::sign_in::sentence,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::{count, figure},
};

/// Records that are looked at to say what undoing would do.
const LOOKED_AT: usize = 20_000;

/// Records on the page that were left; the file has them all.
const SHOWN: u32 = 50;

/// Records that are read at once for the file.
const ROWS: u32 = 500;

#[derive(Template)]
#[template(path = "pages/imports/undo.html")]
struct UndoPage {
    frame: Frame,
    title: String,
    says: Markup,
    files: String,
    href: String,
    /// Whether the question is still to be answered.
    is_asked: bool,
    /// Facts dealt with of all.
    facts: Option<(u64, u64)>,
    words: String,
    counts: [String; 3],
    may_pause: bool,
    may_go_on: bool,
    left: Vec<LeftShown>,
    left_in_all: u64,
}

/// A record that stays as it is.
struct LeftShown {
    name: String,
    href: Option<String>,
    noun: String,
    fact: Markup,
}

/// Shows what undoing an import would do, how far it is, or what came of it.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id.clone()).await?;
    let now = visit.house.now();
    let found = visit.house.work(move |engine| {
        let undo = engine.read(|reader| reader.import_undo(&id))?;
        match undo {
            None => Ok((None, Some(engine.undo_plan(&id, LOOKED_AT, now)?), Vec::new())),
            Some(undo) => {
                let (counts, left) = engine.read(|reader| {
                    let names = Names::new(reader, true);
                    let rows = reader.left_rows(&id, "", SHOWN)?;
                    let left = rows.iter().map(|row| left_shown(row, &names));
                    let left = left.collect::<Result<Vec<_>, Failure>>()?;
                    let undoing = Undoing::of(reader, &names, &id)?.ok_or(Failure::Absent)?;
                    Ok::<_, Failure>(((undoing, undone_so_far(reader, &undo)?), left))
                })?;
                Ok((Some((undo, counts)), None, left))
            }
        }
    });
    let (begun, plan, left) = match found.await {
        Ok(found) => found,
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            return Ok(visit.go(&href(&import.id), &Flash::not_done(words)));
        }
        Err(other) => return Err(other),
    };
    Ok(match (begun, plan) {
        (Some((undo, counts)), _) => shown_begun(visit, &import, &undo, counts, left),
        (None, plan) => shown_plan(visit, &import, plan.unwrap_or_default()),
    })
}

fn shown_plan(visit: Visit, import: &Import, plan: UndoPlan) -> Response {
    let (says, counts) = plan_words(plan);
    let page = UndoPage {
        frame: visit.frame("Undo an import", Place::Imports),
        title: "Undo this import?".to_owned(),
        says: Markup::text(says),
        files: files_words(&import.files),
        href: href(&import.id),
        is_asked: true,
        facts: None,
        words: String::new(),
        counts,
        may_pause: false,
        may_go_on: false,
        left: Vec::new(),
        left_in_all: 0,
    };
    visit.show(page)
}

/// What undoing would do, in words and numbers: where not all was looked at, both say so.
fn plan_words(plan: UndoPlan) -> (String, [String; 3]) {
    let counts = numbers(plan.counts);
    if plan.is_whole {
        let says = "Nothing is undone yet: this is what it will do. Nothing leaves the ledger.";
        return (says.to_owned(), counts);
    }
    let (all, looked_at) = plan.facts;
    let says = format!(
        "Nothing is undone yet. Looked at are the last {} of its {} facts, about {} records; the \
         others are looked at as it goes, so each number is at least so high. Nothing leaves the \
         ledger.",
        count(looked_at),
        count(all),
        count(LOOKED_AT as u64)
    );
    (says, counts.map(|n| format!("at least {n}")))
}

fn shown_begun(
    visit: Visit,
    import: &Import,
    undo: &ImportUndo,
    (undoing, counts): (Undoing, UndoCounts),
    left: Vec<LeftShown>,
) -> Response {
    let state = UndoState::of(undo);
    let (title, says) = match state {
        UndoState::Waiting => ("Waiting for its turn", GOES_ON),
        UndoState::Running => ("Undoing the import", GOES_ON),
        UndoState::Pausing => ("Pausing after these records", GOES_ON),
        UndoState::Paused => {
            ("Paused", "What is undone stays undone. It goes on from the very record.")
        }
        UndoState::Done => (
            "This import was undone",
            "Each fact of it is in the ledger, with the one that withdrew it.",
        ),
    };
    let is_over = state == UndoState::Done;
    let page = UndoPage {
        frame: Frame {
            again: (!matches!(state, UndoState::Paused | UndoState::Done)).then_some(AGAIN),
            ..visit.frame("Undo an import", Place::Imports)
        },
        title: title.to_owned(),
        says: match undoing.at {
            Some(_) => Markup::text("Undone ")
                .and(undoing.at_and_by(&visit.time()))
                .and_text(format!(". {says}")),
            None => Markup::text(says),
        },
        files: files_words(&import.files),
        href: href(&import.id),
        is_asked: false,
        facts: (!is_over).then_some((undo.facts_done, undo.facts)),
        words: format!("{} of {} facts", count(undo.facts_done), count(undo.facts)),
        counts: numbers(counts),
        may_pause: matches!(state, UndoState::Waiting | UndoState::Running),
        may_go_on: state == UndoState::Paused,
        left,
        left_in_all: counts.left,
    };
    visit.show(page)
}

/// What becomes of it if somebody goes away now.
const GOES_ON: &str = "You may leave this page; it goes on, after a restart too.";

fn numbers(counts: UndoCounts) -> [String; 3] {
    [counts.removed, counts.restored, counts.left].map(count)
}

fn left_shown(row: &LeftRow, names: &Names<'_, '_>) -> Result<LeftShown, Failure> {
    let (noun, id) = row.subject.split_once('/').unwrap_or(("", &row.subject));
    let (name, href) = match noun {
        "lead" => (names.lead(&id.into())?, Some(names::lead_href(&id.into()))),
        "opportunity" => {
            (names.opportunity(&id.into())?, Some(names::opportunity_href(&id.into())))
        }
        "account" => (names.account(&id.into())?, Some(names::account_href(&id.into()))),
        "campaign" => (id.to_owned(), Some(names::campaign_href(&id.into()))),
        "user" => (names.user_name(&id.into())?, None),
        _ => (id.to_owned(), None),
    };
    let fact = figure(count(row.fact.0.unsigned_abs()), &names::fact_href(row.fact));
    Ok(LeftShown { name, href, noun: noun.to_owned(), fact })
}

/// Does one thing about undoing an import, and goes to its page; a refusal is said there.
async fn ask(
    visit: Visit,
    id: String,
    done: &'static str,
    ask: impl FnOnce(&Engine, &Actor, &str, Timestamp) -> Result<(), engine::Error> + Send + 'static,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    import_of(&visit, id.clone()).await?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let to = format!("{}/undo", href(&id));
    let back = href(&id);
    match visit.house.work(move |engine| Ok(ask(engine, &by, &id, now)?)).await {
        Ok(()) => Ok(visit.go(&to, &Flash::done(done))),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            Ok(visit.go(&back, &Flash::not_done(words)))
        }
        Err(other) => Err(other),
    }
}

/// Undoes it.
pub(crate) async fn begin(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It is being undone. You may go on with something else.";
    ask(visit, id, words, |engine, by, id, now| engine.ask_undo(by, id, now)).await
}

/// Lets the undoing rest.
pub(crate) async fn pause(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It pauses after the records that it has in hand.";
    ask(visit, id, words, |engine, by, id, now| engine.pause_undo(by, id, now)).await
}

/// Lets a paused undoing go on.
pub(crate) async fn resume(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let words = "It goes on from the record where it was.";
    ask(visit, id, words, |engine, by, id, now| engine.resume_undo(by, id, now)).await
}

/// Sends the records that were left, as a file.
pub(crate) async fn left(
    visit: Visit,
    kind: FileKind,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    import_of(&visit, id.clone()).await?;
    let counted = id.clone();
    kind.holds(&visit.house, move |engine, _| {
        Ok(engine.read(|reader| reader.left_count(&counted))?)
    })
    .await?;
    Ok(download(&visit.house, kind, "left", move |engine, sheet| {
        let mut goes_on = sheet.head(&["record", "id", "edited by fact"])?;
        let mut after = String::new();
        while goes_on {
            let rows =
                engine.read(|reader| Ok::<_, Failure>(reader.left_rows(&id, &after, ROWS)?))?;
            after = rows.last().map_or(after, |row| row.subject.clone());
            let cells: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
            goes_on = sheet.rows(&cells)? && rows.len() == ROWS as usize;
        }
        Ok(())
    }))
}

fn cells(row: &LeftRow) -> Vec<Cell> {
    let (noun, id) = row.subject.split_once('/').unwrap_or(("", &row.subject));
    vec![noun.into(), id.into(), Cell::Number { units: row.fact.0, decimals: 0 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_was_cut_off_says_so_at_each_of_its_numbers() {
        let counts = UndoCounts { removed: 19_000, restored: 999, left: 1 };
        let plan = UndoPlan { counts, is_whole: false, facts: (61_234, 21_500) };
        let (says, numbers) = plan_words(plan);
        let words = "Looked at are the last 21,500 of its 61,234 facts, about 20,000 records";
        assert!(says.contains(words), "{says}");
        assert_eq!(numbers, ["at least 19,000", "at least 999", "at least 1"]);
        let (says, numbers) = plan_words(UndoPlan { is_whole: true, ..plan });
        assert!(says.contains("this is what it will do"), "{says}");
        assert_eq!(numbers, ["19,000", "999", "1"]);
    }
}
