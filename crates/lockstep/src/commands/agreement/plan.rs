//! What a folder would change in the Agreement in force; nothing is written.

use std::path::Path;

use domain::{conflict::Conflict, ids::Version};
use engine::{
    Engine,
    agreement::OpenVersion,
    negotiation::{ClauseChange, Piece, Redline, Turn},
};
use jiff::Timestamp;
use serde_json::json;

use super::{conflicts, read_folder};
use crate::{
    failure::Failure,
    output::{Answer, count},
};

/// The exit code when something would change.
const CHANGES: u8 = 2;

/// Shows the redline.
///
/// # Errors
/// Every mistake in the text, or why the folder cannot be read.
pub fn run(engine: &Engine, dir: &Path, now: Timestamp) -> Result<Answer, Failure> {
    let (text, agreement) = read_folder(dir)?;
    let (against, redline) = engine.redline_of(&text)?;
    let conflicts = engine.conflicts(&agreement, now)?;
    let open = engine.open_version()?;
    let words = words(against, &redline, &conflicts, open.as_ref(), dir);
    let json = json!({
        "hash": text.hash(),
        "against": against,
        "differs": redline.differs,
        "clauses": redline.clauses,
        "conflicts": conflicts,
        "open": open,
    });
    let code = if redline.differs { CHANGES } else { 0 };
    Ok(Answer { code, ..Answer::new(words, json) })
}

fn words(
    against: Option<Version>,
    redline: &Redline,
    conflicts: &[Conflict],
    open: Option<&OpenVersion>,
    dir: &Path,
) -> String {
    let against = match against {
        Some(version) => format!("version {version}, which is in force"),
        None => "nothing: no version is in force yet".to_owned(),
    };
    if !redline.differs {
        return format!("The text is that of {against}. Nothing would change.");
    }
    let mut text = format!(
        "Compared with {against}: {} would change. Nothing was written.",
        count(redline.clauses.len(), "clause")
    );
    if redline.clauses.is_empty() {
        text.push_str("\nThe words and numbers are the same; comments, order or blanks differ.");
    }
    for clause in &redline.clauses {
        text.push_str("\n\n");
        text.push_str(&clause_words(clause));
    }
    text.push_str(&conflicts::words(conflicts));
    let instead = match open {
        None => "",
        Some(open) => {
            text.push_str(&format!("\n\nNote: {}.", open.would_go()));
            " --instead"
        }
    };
    text.push_str(&format!("\n\nNext: lockstep agreement propose {}{instead}", dir.display()));
    text
}

/// A clause with its changes, a line each.
fn clause_words(clause: &ClauseChange) -> String {
    let turn = match clause.turn {
        Turn::Added => "added",
        Turn::Removed => "taken out",
        Turn::Changed => "changed",
    };
    let name = match clause.heading.is_empty() {
        true => clause.title.clone(),
        false => format!("{} {}", clause.title, clause.heading),
    };
    let changes = clause.changes.iter().map(|change| {
        let words: String = change.words.iter().map(piece).collect();
        format!("\n  {}: {words}", change.label)
    });
    let mut text = format!("{name}, {turn}{}", changes.collect::<String>());
    for hint in &clause.contradictions {
        text.push_str(&format!("\n  Note: {hint}."));
    }
    text
}

/// What left and what entered, as it reads without colour.
fn piece(piece: &Piece) -> String {
    let (open, text, close) = match piece {
        Piece::Same(text) => return text.clone(),
        Piece::Gone(text) => ("[-", text, "-]"),
        Piece::New(text) => ("{+", text, "+}"),
    };
    let bare = text.trim_end();
    format!("{open}{bare}{close}{}", &text[bare.len()..])
}
