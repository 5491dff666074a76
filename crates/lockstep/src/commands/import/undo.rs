//! `lockstep import undo`: what an import told holds no more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use engine::import::undo::{UndoCounts, UndoState, undone_so_far};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{ImportUndo, LeftRow};

use crate::{
    failure::Failure,
    output::{Answer, Voice},
    place::Place,
};

/// Records that are listed in words; `--json` has them all.
const SHOWN: usize = 20;

/// Which import is undone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The import, by the id that it told at its end
    #[arg(value_name = "ID")]
    id: String,
    /// Say what it would do and keep nothing
    #[arg(long)]
    dry_run: bool,
}

/// Undoes an import.
///
/// # Errors
/// When it cannot be undone, or the database cannot be written.
pub fn run(args: &Args, place: &Place, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    if args.dry_run {
        let plan = engine.undo_plan(&args.id, usize::MAX, now)?;
        let text = format!("Nothing was undone. It would: {}", words(plan.counts));
        return Ok(Answer::new(text, told(&args.id, true, false, plan.counts, &[])));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let heard = stop.clone();
    // A second handler is refused where one is set; then the default interruption stays.
    let _ = ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst));
    let bar = voice.progress("Undoing");
    let began = Instant::now();
    let clock = || now + SignedDuration::try_from(began.elapsed()).unwrap_or_default();
    let undo = engine.undo_import(&args.id, &clock, &mut |undo: &ImportUndo| {
        bar.set_length(undo.facts);
        bar.set_position(undo.facts_done);
        !stop.load(Ordering::SeqCst)
    })?;
    bar.finish_and_clear();
    let (counts, left) = engine.read(|reader| {
        let left = reader.left_rows(&args.id, "", u32::MAX >> 1)?;
        Ok::<_, engine::Error>((undone_so_far(reader, &undo)?, left))
    })?;
    let is_done = UndoState::of(&undo) == UndoState::Done;
    let mut text = match is_done {
        true => format!("Undone: {}", words(counts)),
        false => format!("It rests; start it again to go on. So far: {}", words(counts)),
    };
    for row in left.iter().take(SHOWN) {
        text.push_str(&format!("\n  left: {}, edited by fact {}", row.subject, row.fact));
    }
    if left.len() > SHOWN {
        text.push_str(&format!("\n  … and {} more (--json lists all)", left.len() - SHOWN));
    }
    let mut answer = Answer::new(text, told(&args.id, false, is_done, counts, &left));
    if !is_done {
        answer.code = 1;
    }
    Ok(answer)
}

fn words(counts: UndoCounts) -> String {
    let UndoCounts { removed, restored, left } = counts;
    format!("{removed} records removed, {restored} restored, {left} edited since and left")
}

fn told(
    id: &str,
    is_dry_run: bool,
    is_done: bool,
    counts: UndoCounts,
    left: &[LeftRow],
) -> serde_json::Value {
    let rows = left.iter().map(|row| json!({ "record": row.subject, "fact": row.fact }));
    json!({
        "import": id,
        "dry_run": is_dry_run,
        "done": is_done,
        "removed": counts.removed,
        "restored": counts.restored,
        "left": counts.left,
        "left_records": rows.collect::<Vec<_>>(),
    })
}
