//! `lockstep bench backtest`.

mod past;

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use domain::{lever::levers, points::Points};
use insight::{
    backtest::{Asked, Days, Slider, Source, backtest},
    segment::{self, Opened},
    sweep::Plan,
};
use serde_json::json;

use super::{
    super::agreement::read_folder,
    machine::{Of, bytes_a_second, milliseconds, peak_kib, spent},
};
use crate::{
    failure::Failure,
    output::{Answer, Voice, table},
};
use past::Past;

/// How often a process is started for one measurement; the fastest counts.
const RUNS: u32 = 10;

const YEAR_SECONDS: i64 = 365 * 86_400;
const MIB: f64 = 1_048_576.0;

/// What the exponent of the time may be at most.
const EXPONENT_MAX: f64 = 1.05;

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many activities the past has; a tenth and three times as many are measured as well
    #[arg(long, default_value_t = 10_000_000, value_name = "N",
          value_parser = clap::value_parser!(u64).range(10_000..=200_000_000))]
    activities: u64,
    /// A folder in which the past stays, as CSV too
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

/// One past, asked by processes of their own.
struct Measured {
    activities: u64,
    bytes: u64,
    wall: Duration,
    cpu: Duration,
    peak_kib: u64,
    found: u64,
}

/// Every threshold at once.
struct Slid {
    once: Duration,
    all: Duration,
    slowest_change: Duration,
}

/// Measures backtests over kept columns, the slider, and the machine's memory.
///
/// # Errors
/// When a folder cannot be had, or a process fails.
pub fn run(args: &Args, voice: Voice) -> Result<Answer, Failure> {
    let temporary =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let folder = args.files.clone().unwrap_or_else(|| temporary.path().to_owned());
    let agreement = folder.join("agreement");
    let write = |error| Failure::io(&format!("write in {}", folder.display()), &error);
    fs::create_dir_all(&agreement).map_err(write)?;
    let text = include_str!("backtest/agreement.toml");
    fs::write(agreement.join("agreement.toml"), text).map_err(write)?;
    let bar = voice.progress("measuring");
    let mut measured = Vec::new();
    let mut slid = None;
    for activities in [args.activities / 10, args.activities, 3 * args.activities] {
        let past = Past::of(activities as usize);
        let is_named = activities == args.activities;
        if is_named && args.files.is_some() {
            past.write(&folder).map_err(write)?;
        }
        let path = folder.join(format!("past-{activities}.segment"));
        let Past { activities: rows, contacts, deals } = past;
        let built = segment::build(&contacts, rows, &deals)
            .map_err(|unfit| Failure::refused(unfit.to_string()))?;
        let bytes = segment::write(&built, &path).map_err(write)?;
        drop((built, contacts, deals));
        measured.push(asked_anew(activities, bytes, &agreement, &path)?);
        if is_named {
            slid = Some(slide(&agreement, &path)?);
        }
        if args.files.is_none() || !is_named {
            fs::remove_file(&path).map_err(write)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let slid = slid.expect("one of the pasts is the one that was asked for");
    Ok(answer(&measured, &slid, bytes_a_second()))
}

/// Asks a past from processes of their own.
fn asked_anew(
    activities: u64,
    bytes: u64,
    agreement: &Path,
    path: &Path,
) -> Result<Measured, Failure> {
    let failed = |error| Failure::io("start this program again", &error);
    let start = || -> std::io::Result<Child> {
        Command::new(std::env::current_exe()?)
            .args(["backtest".as_ref(), agreement, "--kept".as_ref(), path])
            .args(["--within", "365", "--json"])
            .stdout(Stdio::piped())
            .spawn()
    };
    let (mut wall, before) = (Duration::MAX, spent(Of::Children));
    let mut found = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        let done = start().and_then(Child::wait_with_output).map_err(failed)?;
        wall = wall.min(began.elapsed());
        let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        found = said["found"]["found"].as_u64().ok_or_else(|| {
            Failure::refused(format!("the process said: {}", String::from_utf8_lossy(&done.stdout)))
        })?;
    }
    let cpu = spent(Of::Children).saturating_sub(before) / RUNS;
    let peak_kib = peak(start().map_err(failed)?);
    Ok(Measured { activities, bytes, wall, cpu, peak_kib, found })
}

/// The most memory that a process ever had, in KiB, as last seen before it ended.
fn peak(mut child: Child) -> u64 {
    let process = child.id().to_string();
    let mut peak = 0;
    while let Ok(None) = child.try_wait() {
        peak = peak.max(peak_kib(&process));
        thread::sleep(Duration::from_micros(200));
    }
    peak
}

/// The definition over kept columns once, at all thresholds, and from one threshold to the next.
fn slide(agreement: &Path, path: &Path) -> Result<Slid, Failure> {
    let refused = |refusal: insight::sweep::PlanRefusal| Failure::refused(refusal.to_string());
    let (_, text) = read_folder(agreement)?;
    let definition = &text.definitions[0];
    let opened: Opened = segment::open(path)?;
    let frame = &opened.frame;
    let asked = Asked {
        within_seconds: YEAR_SECONDS,
        months: Days::months(frame.origin, frame.last, &text.zone),
        weeks: Days::weeks(frame.origin, frame.last, &text.zone),
    };
    let all_levers = levers(&definition.qualifies_when);
    let lever = all_levers.iter().find(|lever| lever.score == "total");
    let plan = Plan::of(&text, definition, frame, None).map_err(refused)?;
    let every = Plan::of(&text, definition, frame, lever).map_err(refused)?;
    let (mut once, mut all) = (Duration::MAX, Duration::MAX);
    let mut slider = None;
    for _ in 0..3 {
        let began = Instant::now();
        black_box(backtest(Source::Disk(&opened), &plan, None, &asked)?);
        once = once.min(began.elapsed());
        // Whoever asks again has let go of the last answer.
        drop(slider.take());
        let began = Instant::now();
        slider = Some(Slider::new(Source::Disk(&opened), &every, Points::whole(1).0)?);
        all = all.min(began.elapsed());
    }
    let slider = slider.expect("it was made three times");
    let mut slowest_change = Duration::ZERO;
    for threshold in 20..=90 {
        let began = Instant::now();
        black_box(slider.at(Points::whole(threshold).0, &asked));
        slowest_change = slowest_change.max(began.elapsed());
    }
    Ok(Slid { once, all, slowest_change })
}

/// By which power of their number the time of the last grows from that of the first.
fn exponent(measured: &[Measured]) -> f64 {
    let (first, last) = (&measured[0], &measured[measured.len() - 1]);
    let times = last.wall.as_secs_f64() / first.wall.as_secs_f64();
    times.ln() / (last.activities as f64 / first.activities as f64).ln()
}

fn answer(measured: &[Measured], slid: &Slid, bytes_a_second: f64) -> Answer {
    let limit = |one: &Measured| one.bytes as f64 / bytes_a_second * 1000.0;
    let rows = measured.iter().map(|one| {
        vec![
            one.activities.to_string(),
            one.found.to_string(),
            format!("{:.1}", one.bytes as f64 / MIB),
            format!("{:.1}", milliseconds(one.wall)),
            format!("{:.1}", milliseconds(one.cpu)),
            format!("{:.1}", one.peak_kib as f64 / 1024.0),
            format!("{:.1}", milliseconds(one.wall) / limit(one)),
        ]
    });
    let heads = ["activities", "found", "MiB", "wall ms", "CPU ms", "peak MiB", "times the limit"];
    let mut text = table(&heads, rows.collect());
    let exponent = exponent(measured);
    let last = &measured[measured.len() - 1];
    let linear = last.wall.as_secs_f64() / measured[1].wall.as_secs_f64() / 3.0;
    text.push_str(&format!(
        "\n\nThe limit is what two threads read from memory: {:.1} GB/s.\n\
         Time grows with the activities to the power of {exponent:.3} (goal {EXPONENT_MAX}); three \
         times as many take {linear:.3} times as long as linear.\n\
         In one process: one threshold {:.1} ms, all thresholds {:.1} ms ({:.2} times; goal 2), the \
         slowest change from one to the next {:.1} ms (goal 100).",
        bytes_a_second / 1e9,
        milliseconds(slid.once),
        milliseconds(slid.all),
        milliseconds(slid.all) / milliseconds(slid.once),
        milliseconds(slid.slowest_change),
    ));
    let lines: Vec<_> = measured
        .iter()
        .map(|one| {
            json!({
                "activities": one.activities,
                "found": one.found,
                "bytes": one.bytes,
                "wall_ms": milliseconds(one.wall),
                "cpu_ms": milliseconds(one.cpu),
                "peak_kib": one.peak_kib,
                "limit_ms": limit(one),
            })
        })
        .collect();
    Answer::new(
        text,
        json!({
            "measured": lines,
            "exponent": exponent,
            "of_linear": linear,
            "memory_bytes_per_second": bytes_a_second,
            "one_threshold_ms": milliseconds(slid.once),
            "all_thresholds_ms": milliseconds(slid.all),
            "slowest_change_ms": milliseconds(slid.slowest_change),
        }),
    )
}
