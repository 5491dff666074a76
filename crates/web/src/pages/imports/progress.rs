//! An import that is worked on: how far it is, and what can be asked of it meanwhile.

use askama::Template;
use axum::response::Response;
use engine::import::dock::{Import, State};

use super::{files_words, href};
use crate::{
    failure::Failure,
    layout::{Frame, Place},
    session::Visit,
    show::count,
};

/// The page asks for itself anew after so many seconds: no script is needed for it.
pub(super) const AGAIN: u8 = 1;

#[derive(Template)]
#[template(path = "pages/imports/progress.html")]
struct ProgressPage {
    frame: Frame,
    title: &'static str,
    files: String,
    doing: String,
    /// Rows taken of all, where all are known.
    rows: Option<(u64, u64)>,
    words: String,
    left: String,
    href: String,
    may_pause: bool,
    /// What lets it go on, where it rests.
    goes_on: Option<&'static str>,
    may_stop: bool,
    is_safe: &'static str,
}

/// Shows how far it is.
pub(super) async fn shown(visit: Visit, import: Import) -> Result<Response, Failure> {
    let id = import.id.clone();
    let before = visit.house.work(move |engine| Ok(engine.import_before(&id)?)).await?;
    let told = visit.house.app.engine.import_progress(&import.id);
    let state = import.state;
    let total: Option<u64> = import
        .found
        .as_ref()
        .map(|found| found.tables.iter().filter(|table| table.taken).map(|table| table.rows).sum());
    let done = match (&told, is_trial(state)) {
        (Some((_, progress)), true) => progress.rows,
        (None, true) => import.outcome.report.as_ref().map_or(0, |report| report.total.read),
        (_, false) => import.counts.read,
    };
    let counted =
        is_trial(state) || matches!(state, State::Running | State::Pausing | State::Paused);
    let rows = total.filter(|total| *total > 0 && counted).map(|total| (done.min(total), total));
    let since = told.as_ref().map(|(began_at, _)| visit.time().now().duration_since(*began_at));
    let left = match (rows, since.map(|since| since.as_secs())) {
        (Some((done, total)), Some(seconds)) if done > 0 && seconds > 1 && done < total => {
            pace(done, total, seconds)
        }
        _ => String::new(),
    };
    let page = ProgressPage {
        frame: Frame {
            again: goes_on(state).is_none().then_some(AGAIN),
            ..visit.frame("Import", Place::Imports)
        },
        title: if before.is_some() { title(State::Waiting) } else { title(state) },
        files: files_words(&import.files),
        doing: match before {
            Some(before) => format!("Waits for {}", files_words(&before.files)),
            None => told.map(|(_, progress)| progress.doing).unwrap_or_default(),
        },
        rows,
        words: match rows {
            Some((done, total)) => format!("{} of {} rows", count(done), count(total)),
            None => String::new(),
        },
        left,
        href: href(&import.id),
        may_pause: matches!(state, State::Trying | State::Waiting | State::Running),
        goes_on: goes_on(state),
        may_stop: !matches!(state, State::Stopping),
        is_safe: safe(state),
    };
    Ok(visit.show(page))
}

fn is_trial(state: State) -> bool {
    matches!(state, State::Trying | State::PausingTrial | State::PausedTrial)
}

fn goes_on(state: State) -> Option<&'static str> {
    match state {
        State::PausedTrial => Some("trial"),
        State::Paused => Some("run"),
        _ => None,
    }
}

fn title(state: State) -> &'static str {
    match state {
        State::Looking => "Looking over the files",
        State::Trying => "Trying it out",
        State::Waiting => "Waiting for its turn",
        State::Pausing | State::PausingTrial => "Pausing after these rows",
        State::Paused | State::PausedTrial => "Paused",
        State::Stopping => "Stopping after these rows",
        _ => "Importing",
    }
}

/// What becomes of the data if somebody goes away now.
fn safe(state: State) -> &'static str {
    match state {
        State::PausedTrial => "Nothing is kept yet. It goes on from the very row, today or later.",
        State::Trying | State::PausingTrial => {
            "Nothing is kept yet. You may leave this page; it goes on, after a restart too."
        }
        State::Looking => "Nothing is kept yet. You may leave this page; it goes on.",
        State::Paused => "What was taken is kept. It goes on from the very row, today or later.",
        _ => "What was taken is kept. You may leave this page; it goes on, after a restart too.",
    }
}

/// `1,200 rows a second, about 2 min left`.
fn pace(done: u64, total: u64, seconds: i64) -> String {
    let a_second = done / seconds.unsigned_abs().max(1);
    if a_second == 0 {
        return String::new();
    }
    let left = (total - done) / a_second;
    let left = match left {
        0..60 => format!("{left} s"),
        _ => format!("{} min", left.div_ceil(60)),
    };
    format!("{} rows a second, about {left} left", count(a_second))
}
