//! An import that is worked on: how far it is, and what can be asked of it meanwhile.

use askama::Template;
use axum::response::Response;
use engine::import::{
    Going,
    dock::{Import, State},
};
use jiff::SignedDuration;

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
    // While its files are looked over again, none of its rows is told.
    let paused = import.outcome.report.as_ref().filter(|report| report.cancelled);
    let tried = told.as_ref().map_or(0, |going| going.progress.rows);
    let done = match is_trial(state) {
        true => tried.max(paused.map_or(0, |report| report.total.read)),
        false => import.counts.read,
    };
    let counted =
        is_trial(state) || matches!(state, State::Running | State::Pausing | State::Paused);
    let rows = total.filter(|total| *total > 0 && counted).map(|total| (done.min(total), total));
    let pace = told.as_ref().and_then(Going::pace);
    let left = match (rows, pace) {
        (Some((done, total)), Some((taken, spent))) if done < total => {
            pace_words(total - done, taken, spent)
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
            None => told.map(|going| going.progress.doing).unwrap_or_default(),
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
        is_safe: safe(state, import.counts.read > 0),
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
        State::Stopping => "Stopping",
        _ => "Importing",
    }
}

/// What becomes of the data if somebody goes away now.
fn safe(state: State, has_taken: bool) -> &'static str {
    match state {
        State::Stopping if has_taken => {
            "The rows in hand are the last: what was taken is kept, the rest is not read, and the \
             files are removed."
        }
        State::Stopping => "Nothing is kept, and the files are removed.",
        State::PausedTrial => "Nothing is kept yet. It goes on from the very row, today or later.",
        State::Trying | State::PausingTrial => {
            "Nothing is kept yet. You may leave this page; it goes on, after a restart too."
        }
        State::Looking => "Nothing is kept yet. You may leave this page; it goes on.",
        State::Paused => "What was taken is kept. It goes on from the very row, today or later.",
        _ => "What was taken is kept. You may leave this page; it goes on, after a restart too.",
    }
}

/// `1,200 rows a second, about 2 min left`; nothing before some rows took some time.
fn pace_words(left: u64, taken: u64, spent: SignedDuration) -> String {
    let millis = u64::try_from(spent.as_millis()).unwrap_or(0);
    let Some(a_second) = (taken * 1000).checked_div(millis).filter(|rows| *rows > 0) else {
        return String::new();
    };
    let left = match left.div_ceil(a_second) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    };
    format!("{} rows a second, about {left} left", count(a_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_that_of_the_rows_that_were_taken_in_the_time_that_they_took() {
        let cases = [
            ((60_000, 0, 0), ""),
            ((60_000, 0, 5_000), ""),
            ((60_000, 2_000, 2_500), "800 rows a second, about 2 min left"),
            ((47_200, 2_000, 2_500), "800 rows a second, about 59 s left"),
            ((47_201, 2_000, 2_500), "800 rows a second, about 1 min left"),
            ((1, 1_000, 1_000), "1,000 rows a second, about 1 s left"),
        ];
        for ((left, taken, millis), words) in cases {
            let spent = SignedDuration::from_millis(millis);
            assert_eq!(pace_words(left, taken, spent), words, "{left} {taken} {millis}");
        }
    }
}
