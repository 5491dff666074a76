//! `lockstep bench import`.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    time::{Duration, Instant},
};

use engine::{
    Engine,
    import::{ImportOptions, Listener, Progress, Rejected},
};
use jiff::Timestamp;
use serde_json::json;
use store::{Location, ceiling::bare_upserts};

use crate::{
    failure::Failure,
    output::{Answer, Voice, table},
};

/// Every which contact comes a second time.
const TWICE: usize = 10;

const COLUMNS: [&str; 8] =
    ["lead_number", "name", "email", "company", "title", "country", "status", "created_at"];

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many rows the file has
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    rows: usize,
    /// A PostgreSQL database to measure the same in
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// An empty PostgreSQL database for Lockstep to import into; SQLite otherwise
    #[arg(long, value_name = "URL")]
    into: Option<String>,
}

/// Measures imports and their ceilings.
///
/// # Errors
/// When a database or a folder cannot be had.
pub fn run(args: &Args, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let file = folder.path().join("contacts.csv");
    write_contacts(&file, args.rows).map_err(|error| Failure::io("write the contacts", &error))?;
    let location = match &args.into {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(folder.path().join("lockstep.db")),
    };
    let engine = Engine::open(&location, now)?;
    let (mut measured, mut first) = (Vec::new(), String::new());
    for what in ["Lockstep, the first time", "Lockstep, the same again"] {
        let mut bar = Bar(voice.progress(what));
        let began = Instant::now();
        let paths = std::slice::from_ref(&file);
        let report = engine.import(paths, &ImportOptions::default(), now, &mut bar)?;
        measured.push((what.to_owned(), report.total.read, began.elapsed()));
        if first.is_empty() {
            first = report.id;
        }
        bar.0.finish_and_clear();
    }
    let undone = undone(&engine, &first, now)?;
    let bare = Location::Sqlite(folder.path().join("bare.db"));
    let servers = args.postgres.iter().map(|url| ("PostgreSQL", Location::Postgres(url.clone())));
    for (what, location) in std::iter::once(("bare SQLite", bare)).chain(servers) {
        let taken = bare_upserts(&location, rows_of(&file)?, 1000)?;
        measured.push((format!("{what}, by key, a thousand a commit"), args.rows as u64, taken));
    }
    Ok(answer(&measured, undone))
}

/// Undoes the first import; how long that takes.
fn undone(engine: &Engine, id: &str, now: Timestamp) -> Result<Duration, Failure> {
    let began = Instant::now();
    engine.undo_import(id, &|| now, &mut |_| true)?;
    Ok(began.elapsed())
}

/// The rows of the file, read as they are asked for.
fn rows_of(file: &Path) -> Result<impl Iterator<Item = Vec<String>>, Failure> {
    let unreadable = |error| Failure::refused(format!("the contacts cannot be read: {error}"));
    let reader = csv::Reader::from_path(file).map_err(unreadable)?;
    let rows = reader.into_records().map_while(Result::ok);
    Ok(rows.map(|row| row.iter().map(str::to_owned).collect()))
}

fn write_contacts(path: &Path, rows: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", COLUMNS.join(","))?;
    for row in 0..rows {
        // A second row with the key of an earlier one says another title.
        let (no, again) = match row % TWICE {
            last if last == TWICE - 1 => (row / TWICE, "again"),
            _ => (row, "first"),
        };
        let (day, month) = (no % 28 + 1, no % 12 + 1);
        writeln!(
            file,
            "{no},Person {no},person{no}@firm{}.example,Firm {},Buyer {again},{},New,2026-{month:02}-{day:02}",
            no % 5000,
            no % 5000,
            ["DE", "FR", "PL", "US"][no % 4],
        )?;
    }
    file.flush()
}

pub(super) struct Bar(pub(super) indicatif::ProgressBar);

impl Listener for Bar {
    fn progress(&mut self, progress: Progress) -> bool {
        self.0.set_length(progress.bytes_total);
        self.0.set_position(progress.bytes_read);
        true
    }

    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}

fn answer(measured: &[(String, u64, Duration)], undone: Duration) -> Answer {
    let a_second = |(_, rows, taken): &(String, u64, Duration)| *rows as f64 / taken.as_secs_f64();
    let rows = measured.iter().map(|line| {
        let seconds = format!("{:.2}", line.2.as_secs_f64());
        vec![line.0.clone(), line.1.to_string(), seconds, format!("{:.0}", a_second(line))]
    });
    let mut text = table(&["what", "rows", "seconds", "rows/s"], rows.collect());
    let best = measured[2..].iter().map(a_second).fold(0.0, f64::max);
    let ratio = a_second(&measured[0]) / best;
    text.push_str(&format!("\nthe first time, of the best of the others: {ratio:.3} (goal 2.50)"));
    let seconds = undone.as_secs_f64();
    text.push_str(&format!("\nthe first import undone in {seconds:.2} s (goal 30)"));
    let lines: Vec<_> = measured
        .iter()
        .map(|line| {
            json!({
                "what": line.0,
                "rows": line.1,
                "seconds": line.2.as_secs_f64(),
                "rows_per_second": a_second(line),
            })
        })
        .collect();
    Answer::new(
        text,
        json!({ "measured": lines, "ratio": ratio, "goal": 2.5, "undone_seconds": seconds, "undone_goal": 30 }),
    )
}
