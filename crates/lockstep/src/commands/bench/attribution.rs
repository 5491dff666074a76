//! `lockstep bench attribution`.

mod made;

use std::{
    hint::black_box,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use insight::{
    attribution::{Model, Terms, attribute},
    journeys::Journeys,
    paths,
};
use serde_json::{Value, json};

use super::machine::{Of, bytes_a_second, milliseconds, peak_kib, spent};
use crate::{
    failure::Failure,
    output::{Answer, Voice, table},
};

/// How often each is measured; the fastest counts.
const RUNS: u32 = 10;

/// What the exponent of the time may be at most.
const EXPONENT_MAX: f64 = 1.05;

/// How much longer than a chain alone all models may take.
const ALL_OF_CHAIN_MAX: f64 = 1.5;

/// How long Shapley by rate of twenty channels may take.
const RATE_MAX: Duration = Duration::from_millis(100);

const MIB: f64 = 1_048_576.0;

/// The models that are counted in one pass.
const ONE_PASS: [Model; 12] = [
    Model::First,
    Model::Last,
    Model::LastNonDirect,
    Model::Linear,
    Model::U,
    Model::W,
    Model::J,
    Model::InverseJ,
    Model::TimeDecay,
    Model::Markov,
    Model::ShapleyCoverage,
    Model::AnyTouch,
];

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many touches the journeys have; a tenth and three times as many are measured as well
    #[arg(long, default_value_t = 10_000_000, value_name = "N",
          value_parser = clap::value_parser!(u64).range(10_000..=200_000_000))]
    touches: u64,
    /// A folder in which the journeys stay, as CSV
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

/// Journeys of one size, credited.
struct Measured {
    touches: usize,
    journeys: usize,
    bytes: usize,
    chain: Duration,
    all: Duration,
    all_cpu: Duration,
}

/// Measures.
///
/// # Errors
/// When the folder cannot be written.
pub fn run(args: &Args, voice: Voice) -> Result<Answer, Failure> {
    let bar = voice.progress("measuring");
    let (mut measured, mut rate, mut read) = (Vec::new(), Duration::MAX, None);
    for touches in [args.touches / 10, args.touches, 3 * args.touches] {
        let journeys = made::journeys(touches as usize)
            .map_err(|refusal| Failure::refused(refusal.to_string()))?;
        measured.push(credited(&journeys));
        if touches == args.touches {
            // Over one journey the pass costs nothing, so this is the sum over all sets alone.
            rate = best(&made::every_channel(&journeys), &[Model::ShapleyRate]).0;
            if let Some(folder) = &args.files {
                made::write(&journeys, folder).map_err(|error| {
                    Failure::io(&format!("write in {}", folder.display()), &error)
                })?;
                read = Some(from_paths(folder)?);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(answer(&measured, rate, read, bytes_a_second()))
}

fn credited(journeys: &Journeys) -> Measured {
    let chain = best(journeys, &[Model::Markov]).0;
    let (all, all_cpu) = best(journeys, &ONE_PASS);
    let (touches, count) = (journeys.touches(), journeys.len());
    Measured { touches, journeys: count, bytes: journeys.bytes(), chain, all, all_cpu }
}

/// The fastest run, and what a run spends on all cores.
fn best(journeys: &Journeys, models: &[Model]) -> (Duration, Duration) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let terms = Terms { coalition_journeys_min: 1, ..Terms::default() };
    let (mut best, spent) = (Duration::MAX, spent(Of::Itself));
    for _ in 0..RUNS {
        let began = Instant::now();
        black_box(attribute(journeys, models, &terms, threads));
        best = best.min(began.elapsed());
    }
    (best, self::spent(Of::Itself).saturating_sub(spent) / RUNS)
}

/// From a file of paths to the credit of a chain.
fn from_paths(folder: &std::path::Path) -> Result<Duration, Failure> {
    let began = Instant::now();
    let journeys = paths::read_file(&folder.join(made::PATHS))
        .map_err(|trouble| Failure::refused(trouble.to_string()))?;
    black_box(attribute(&journeys, &[Model::Markov], &Terms::default(), 1));
    Ok(began.elapsed())
}

/// By which power of their number the time of the last grows from that of the first.
fn exponent(measured: &[Measured]) -> f64 {
    let (first, last) = (&measured[0], &measured[measured.len() - 1]);
    let times = last.all.as_secs_f64() / first.all.as_secs_f64();
    times.ln() / (last.touches as f64 / first.touches as f64).ln()
}

fn answer(
    measured: &[Measured],
    rate: Duration,
    read: Option<Duration>,
    bytes_a_second: f64,
) -> Answer {
    let limit = |one: &Measured| one.bytes as f64 / bytes_a_second * 1000.0;
    let ratio = |one: &Measured| one.all.as_secs_f64() / one.chain.as_secs_f64();
    let rows = measured.iter().map(|one| {
        vec![
            one.touches.to_string(),
            one.journeys.to_string(),
            format!("{:.1}", one.bytes as f64 / MIB),
            format!("{:.1}", milliseconds(one.chain)),
            format!("{:.1}", milliseconds(one.all)),
            format!("{:.1}", milliseconds(one.all_cpu)),
            format!("{:.2}", ratio(one)),
            format!("{:.1}", milliseconds(one.all) / limit(one)),
        ]
    });
    let heads = [
        "touches",
        "journeys",
        "MiB",
        "chain ms",
        "all ms",
        "CPU ms",
        "all/chain",
        "times the limit",
    ];
    let (exponent, peak_kib) = (exponent(measured), peak_kib("self"));
    let mut text = table(&heads, rows.collect());
    text.push_str(&format!(
        "\n\nThe limit is what two threads read from memory: {:.1} GB/s. The goal for all models is \
         {ALL_OF_CHAIN_MAX} times a chain.\n\
         Time grows with the touches to the power of {exponent:.3} (goal {EXPONENT_MAX}).\n\
         Shapley by rate of twenty channels: {:.1} ms (goal {:.0}).\n\
         The most memory at any time, with what made the journeys: {:.0} MiB.",
        bytes_a_second / 1e9,
        milliseconds(rate),
        milliseconds(RATE_MAX),
        peak_kib as f64 / 1024.0,
    ));
    if let Some(read) = read {
        let ms = milliseconds(read);
        text.push_str(&format!("\nFrom the file of paths to the credit of a chain: {ms:.0} ms."));
    }
    Answer::new(
        text,
        json!({
            "measured": measured.iter().map(|one| of_one(one, limit(one))).collect::<Vec<_>>(),
            "exponent": exponent,
            "all_of_chain": measured.get(1).map(ratio),
            "shapley_rate_ms": milliseconds(rate),
            "paths_ms": read.map(milliseconds),
            "memory_bytes_per_second": bytes_a_second,
            "peak_kib": peak_kib,
        }),
    )
}

fn of_one(one: &Measured, limit_ms: f64) -> Value {
    json!({
        "touches": one.touches,
        "journeys": one.journeys,
        "bytes": one.bytes,
        "chain_ms": milliseconds(one.chain),
        "all_ms": milliseconds(one.all),
        "all_cpu_ms": milliseconds(one.all_cpu),
        "limit_ms": limit_ms,
    })
}
