//! What a version says otherwise than another: a redline by clause, in plain words, with the lines
//! as they are written folded under each.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use domain::ids::Version;
use engine::{
    Engine,
    access::{Act, Actor},
    negotiation::{
        Change, ClauseChange, Piece, Redline, Turn, VersionRedline, answers::declined_changes,
        before, taken_back_for,
    },
};
use serde::Deserialize;
use store::Reader;

use super::{
    absent,
    priorities::conflicts::listed,
    state_words,
    talk::{Stand, Talk, stand, talks},
    version_of,
};
use crate::{
    failure::Failure,
    layout::{Frame, Place},
    markup::{Markup, element},
    session::Visit,
    show::LocalTime,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/redline.html")]
struct RedlinePage {
    frame: Frame,
    version: Version,
    title: String,
    /// The versions that it can be compared with, each with what became of it, and which it is.
    others: Vec<(Version, &'static str, bool)>,
    redline: Marked,
    /// Where its priorities do not go together with the rest.
    conflicts: Markup,
    /// How the proposal stands, where it is before both sides.
    stand: Stand,
    /// What was declined of the versions that were taken back for this one, the latest first.
    declined: Vec<(Version, Marked)>,
}

/// A redline as pages show it.
#[derive(Template)]
#[template(path = "pages/agreement/redline_clauses.html")]
pub(super) struct Marked {
    clauses: Vec<MarkedClause>,
    /// Whether the texts differ in comments, order and blanks alone.
    only_blanks: bool,
    /// `, in version 2`: what tells its clauses from those of another redline on the page.
    of: String,
}

/// A clause of it.
struct MarkedClause {
    no: String,
    title: String,
    heading: String,
    turn: &'static str,
    /// The sentence, where it is not what it was.
    sentence: Option<Markup>,
    /// The other values, each with its label.
    values: Vec<(String, Markup)>,
    lines: Markup,
    /// Where a sentence of it still says a number that the rule says no more.
    contradictions: Vec<String>,
    talk: Option<Talk>,
}

impl askama::filters::HtmlSafe for Marked {}

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    against: Option<String>,
}

/// Shows the redline.
pub(crate) async fn show(
    visit: Visit,
    Path(no): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = version_of(&no)?;
    let asked = asked.map_err(|_| Failure::Absent)?.0.against.filter(|no| !no.is_empty());
    let against = asked.as_deref().map(version_of).transpose()?;
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let compare = move |engine: &Engine| {
        let found = engine.redline(version, against).map_err(absent)?;
        let (_, agreement) = engine.agreement(version)?;
        let conflicts = listed(version, &engine.conflicts(&agreement, time.now())?);
        engine
            .read(|reader| {
                let heads = reader.agreement_heads()?;
                let head = heads.iter().find(|head| head.version == version);
                let earlier = head.and_then(|head| before(&heads, head)).map(|head| head.version);
                // What was said is about the change from the version whose place it takes.
                let is_its_own = found.against.as_ref().map(|row| row.version) == earlier;
                let said = is_its_own
                    .then(|| talks(reader, &found.version, &found.redline, &actor, &time));
                let stand = stand(reader, &found.version, &actor)?;
                let declined = declined_before(reader, &found, &actor, &time)?;
                Ok::<_, Failure>((heads, said.transpose()?.unwrap_or_default(), stand, declined))
            })
            .map(|(heads, said, stand, declined)| {
                (found, heads, said, (stand, declined, conflicts))
            })
    };
    let (found, heads, said, (stand, declined, conflicts)) = visit.house.work(compare).await?;
    let against = found.against.as_ref().map(|row| row.version);
    let others = heads.iter().rev().filter(|other| other.version != version);
    let others = others
        .map(|other| (other.version, state_words(other.state), against == Some(other.version)))
        .collect();
    let title = title(&found);
    let frame = visit.frame(title.clone(), Place::Agreement);
    let redline = marked(&found.redline, said);
    let page = RedlinePage { frame, version, title, others, redline, conflicts, stand, declined };
    Ok(visit.show(page))
}

/// What was declined of the versions that were taken back for a version, each with who declined it,
/// when and why: a text that was drawn anew shows it no more by itself.
fn declined_before(
    reader: &Reader<'_>,
    found: &VersionRedline,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<(Version, Marked)>, Failure> {
    let mut all = Vec::new();
    for earlier in taken_back_for(reader, found.version.version)? {
        let declined = declined_changes(reader, earlier)?;
        let Some(row) = reader.agreement(earlier)?.filter(|_| !declined.is_empty()) else {
            continue;
        };
        let clauses = declined.into_iter().map(|change| change.clause).collect();
        let redline = Redline { clauses, differs: true };
        let said = talks(reader, &row, &redline, actor, time)?;
        let mut marked = Marked { of: format!(", in version {earlier}"), ..marked(&redline, said) };
        for (shown, clause) in marked.clauses.iter_mut().zip(&redline.clauses) {
            let is_here = found.redline.clauses.iter().any(|here| here.key == clause.key);
            shown.turn =
                if is_here { "declined, and otherwise above" } else { "declined, and left out" };
        }
        all.push((earlier, marked));
    }
    Ok(all)
}

/// The finding.
fn title(found: &VersionRedline) -> String {
    let version = found.version.version;
    let n = found.redline.clauses.len();
    match (&found.against, n) {
        (None, _) => format!("Version {version} is the first"),
        (Some(other), 0) => format!("Version {version} says what version {} says", other.version),
        (Some(other), 1) => {
            format!("Version {version} says one clause otherwise than version {}", other.version)
        }
        (Some(other), n) => {
            format!("Version {version} says {n} clauses otherwise than version {}", other.version)
        }
    }
}

/// A redline made ready for a page.
pub(super) fn marked(redline: &Redline, mut said: BTreeMap<String, Talk>) -> Marked {
    let clauses = redline.clauses.iter();
    Marked {
        clauses: clauses.map(|clause| marked_clause(clause, said.remove(&clause.key))).collect(),
        only_blanks: redline.differs && redline.clauses.is_empty(),
        of: String::new(),
    }
}

fn marked_clause(clause: &ClauseChange, talk: Option<Talk>) -> MarkedClause {
    let is_sentence = |change: &&Change| change.label == "Sentence";
    let sentence = clause.changes.iter().find(is_sentence);
    let others = clause.changes.iter().filter(|change| !is_sentence(change));
    MarkedClause {
        no: clause.no.clone().unwrap_or_default(),
        title: clause.title.clone(),
        heading: clause.heading.clone(),
        turn: turn_words(clause.turn),
        sentence: sentence.map(|change| words(&change.words)),
        values: others.map(|change| (change.label.clone(), words(&change.words))).collect(),
        lines: lines(&clause.lines),
        contradictions: clause.contradictions.clone(),
        talk,
    }
}

pub(super) fn turn_words(turn: Turn) -> &'static str {
    match turn {
        Turn::Added => "added",
        Turn::Removed => "taken out",
        Turn::Changed => "changed",
    }
}

/// Words with what left struck and what entered underlined; whoever hears the page is told.
fn words(pieces: &[Piece]) -> Markup {
    let mut words = Markup::new();
    for (nth, piece) in pieces.iter().enumerate() {
        let (name, heard, text) = match piece {
            Piece::Same(text) => {
                words.say(text);
                continue;
            }
            Piece::Gone(text) => ("del", "taken out: ", text),
            Piece::New(text) => ("ins", "put in: ", text),
        };
        let bare = text.trim_end();
        let heard = element("span").class("vh").holding(heard);
        words.push(element(name).holding(Markup::from(heard).and_text(bare)));
        let is_replaced = name == "del" && matches!(pieces.get(nth + 1), Some(Piece::New(_)));
        words.say(if bare.len() < text.len() || is_replaced { " " } else { "" });
    }
    words
}

/// Lines as they are written, with a sign before each.
fn lines(pieces: &[Piece]) -> Markup {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Same(text) => Markup::text(format!("  {text}\n")),
            Piece::Gone(text) => {
                Markup::from(element("del").holding(format!("- {text}"))).and_text("\n")
            }
            Piece::New(text) => {
                Markup::from(element("ins").holding(format!("+ {text}"))).and_text("\n")
            }
        })
        .collect()
}
