//! `lockstep attribution`: which channels conversions are found with, by every model side by side.

mod deal;
mod files;
mod json;
mod ledger;
mod options;
mod words;

use std::{borrow::Cow, collections::BTreeSet, path::PathBuf, thread};

use clap::{Args as ClapArgs, ValueEnum};
use insight::{
    attribution::{Attribution, Model, Terms, attribute, attribute_kept},
    channels::Channels,
    gathering::{Anchor, Eligibility},
    journeys::{self, JourneyRefusal, Journeys, Kept, Origin},
    resampling::{Intervals, intervals},
    rules::Weights,
};
use jiff::Timestamp;

use super::kept::keep;
use crate::{failure::Failure, output::Answer, place::Place};

use deal::DealRead;

/// The name of those channels that are too rare to stand alone.
const OTHER: &str = "(other)";

/// What `attribution` is told.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Paths, one a line: path, conv, value, null
    #[arg(long, value_name = "FILE", conflicts_with_all = ["touches", "deal", "window_days", "exclude"])]
    paths: Option<PathBuf>,
    /// Touches, as CSV or Parquet
    #[arg(long, value_name = "FILE", requires = "outcomes")]
    touches: Option<PathBuf>,
    /// Outcomes, as CSV or Parquet
    #[arg(long, value_name = "FILE", requires = "touches")]
    outcomes: Option<PathBuf>,
    /// Keep the journeys, to be asked again at once
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Ask journeys that were kept
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "paths", "touches", "keep", "column", "window_days", "before", "exclude", "once_within",
        "shared_first", "group_below", "deal", "channel", "with_sales",
    ])]
    kept: Option<PathBuf>,
    /// A column of the files that is called something else
    #[arg(long, value_name = "OURS=THEIRS", value_parser = options::pair)]
    column: Vec<(String, String)>,
    /// Only this model; may be given several times
    #[arg(long, value_name = "MODEL", value_parser = options::model)]
    model: Vec<Model>,
    /// Only touches so many days back
    #[arg(long, value_name = "DAYS")]
    window_days: Option<u32>,
    /// Before what those days lie
    #[arg(long, value_enum, value_name = "WHAT", default_value = "outcome")]
    before: Before,
    /// A channel that does not count; may be given several times
    #[arg(long, value_name = "CHANNEL")]
    exclude: Vec<String>,
    /// Count one person and asset once within so many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    once_within: u32,
    /// Let later outcomes share the first touch and the lead's
    #[arg(long)]
    shared_first: bool,
    /// Call channels with under so many per cent of the touches (other)
    #[arg(long, value_name = "PER CENT", default_value_t = 0.0)]
    group_below: f64,
    /// Time decay: a touch loses half its weight in so many days
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    half_life_days: u32,
    /// Markov: look back over so many touches
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    order: u8,
    /// Markov of order 2 and more: count repeated touches once
    #[arg(long)]
    collapse_repeats: bool,
    /// The weights of the model `custom`
    #[arg(long, value_name = "first=N,lead=N,opportunity=N,last=N,middle=N", value_parser = options::weights)]
    weights: Option<Weights>,
    /// The channel of those who came by themselves
    #[arg(long, value_name = "CHANNEL", default_value = "direct")]
    direct: String,
    /// Share out one deal and say why
    #[arg(long, value_name = "ID")]
    deal: Option<String>,
    /// Draw the journeys so many times again, for 95 % intervals of the shares
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=100_000))]
    intervals: Option<u32>,
    /// What the draws follow from
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// What a channel is, in the ledger
    #[arg(long, value_enum, value_name = "WHAT", default_value = "campaign-type")]
    channel: ledger::Channel,
    /// In the ledger, count what our own people did as well
    #[arg(long)]
    with_sales: bool,
    /// Answer in CSV, a line for each model and channel
    #[arg(long, conflicts_with_all = ["json", "deal"])]
    csv: bool,
}

/// Before what the window lies.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Before {
    /// Before the outcome
    Outcome,
    /// Before the opportunity; touches between that and the outcome count as well
    Opportunity,
}

/// What is asked about, wherever it comes from.
struct Input {
    held: Held,
    /// What is said of the journeys.
    origin: Origin,
    /// The deal that was asked for.
    deal: Option<DealAt>,
}

/// The same, just gathered.
struct Read {
    journeys: Journeys,
    origin: Origin,
    deal: Option<DealAt>,
}

/// Journeys in memory or on disk.
enum Held {
    Memory(Journeys),
    Disk(Kept),
}

impl Held {
    fn attribute(
        &self,
        models: &[Model],
        terms: &Terms,
        threads: usize,
    ) -> Result<Attribution, Failure> {
        Ok(match self {
            Held::Memory(journeys) => attribute(journeys, models, terms, threads),
            Held::Disk(kept) => attribute_kept(kept, models, terms, threads)?,
        })
    }

    fn journeys(&self) -> Result<Cow<'_, Journeys>, Failure> {
        Ok(match self {
            Held::Memory(journeys) => Cow::Borrowed(journeys),
            Held::Disk(kept) => Cow::Owned(kept.read()?),
        })
    }
}

/// Where the deal that was asked for lies, and when its touches were.
struct DealAt {
    key: String,
    journey: usize,
    /// In the smallest parts.
    value: i64,
    touched_at: Vec<Timestamp>,
}

/// The whole answer.
struct Answered {
    input: Input,
    attribution: Attribution,
    intervals: Option<Drawn>,
    deal: Option<DealRead>,
}

/// Intervals, and what they were drawn from.
struct Drawn {
    draws: u32,
    seed: u64,
    of: Vec<Intervals>,
}

/// Answers.
///
/// # Errors
/// When a file or the ledger cannot be read, or what was named is not in it.
pub fn run(args: &Args, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let input = read(args, place, now)?;
    let models = models(args);
    let terms = terms(args, &input);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let attribution = input.held.attribute(&models, &terms, threads)?;
    let intervals = match args.intervals {
        None => None,
        Some(draws) => {
            let journeys = input.held.journeys()?;
            let of = intervals(&journeys, &models, &terms, draws, args.seed, threads);
            Some(Drawn { draws, seed: args.seed, of })
        }
    };
    let deal = match &input.deal {
        None => None,
        Some(at) => Some(DealRead::of(at, &*input.held.journeys()?, &attribution, &terms)),
    };
    let answered = Answered { input, attribution, intervals, deal };
    let json = json::of(&answered);
    let text = if args.csv { words::csv(&answered)? } else { words::of(&answered) };
    Ok(Answer::new(text, json))
}

fn read(args: &Args, place: &Place, now: Timestamp) -> Result<Input, Failure> {
    if let Some(path) = &args.kept {
        let kept = journeys::open(path)?;
        return Ok(Input { origin: kept.origin.clone(), held: Held::Disk(kept), deal: None });
    }
    let mut gathered = match (&args.paths, &args.touches, &args.outcomes) {
        (Some(paths), _, _) => files::paths(paths)?,
        (None, Some(touches), Some(outcomes)) => files::tables(args, touches, outcomes)?,
        _ => ledger::read(args, place, now)?,
    };
    if args.group_below > 0.0 {
        gathered.journeys = gathered.journeys.with_rare_as(OTHER, args.group_below / 100.0)?;
    }
    let Read { journeys, mut origin, deal } = gathered;
    if let Some(path) = &args.keep {
        let bytes = keep(path, |beside| journeys::write(&journeys, &origin, beside))?;
        origin.notes.push(format!("kept in {}, {bytes} bytes", path.display()));
    }
    Ok(Input { held: Held::Memory(journeys), origin, deal })
}

/// The models that were asked for, or all that can be.
fn models(args: &Args) -> Vec<Model> {
    if !args.model.is_empty() {
        return args.model.clone();
    }
    let is_asked = |model: &Model| *model != Model::Custom || args.weights.is_some();
    Model::ALL.into_iter().filter(is_asked).collect()
}

fn terms(args: &Args, input: &Input) -> Terms {
    Terms {
        half_life_days: args.half_life_days,
        order: args.order.into(),
        repeats: options::repeats(args.collapse_repeats),
        custom: args.weights,
        direct: args.direct.clone(),
        eligibility: input.origin.eligibility.clone(),
        ..Terms::default()
    }
}

/// Which touches count, by the channels that there are.
fn eligibility(args: &Args, channels: &Channels) -> Result<Eligibility, Failure> {
    let mut excluded = BTreeSet::new();
    for name in &args.exclude {
        let found = channels.find(name).ok_or_else(|| {
            let has: Vec<String> =
                channels.names().iter().map(|name| format!("\"{name}\"")).collect();
            let has = has.join(", ");
            Failure::not_found(format!("there is no channel `{name}`"))
                .advise(format!("There are: {has}."))
        })?;
        excluded.insert(found);
    }
    Ok(Eligibility {
        window_days: args.window_days,
        before: match args.before {
            Before::Outcome => Anchor::Outcome,
            Before::Opportunity => Anchor::Opportunity,
        },
        excluded,
        once_within_minutes: args.once_within,
        shared_first: args.shared_first,
    })
}

impl From<JourneyRefusal> for Failure {
    fn from(refusal: JourneyRefusal) -> Failure {
        Failure::refused(refusal.to_string())
    }
}

impl From<insight::channels::TooManyChannels> for Failure {
    fn from(refusal: insight::channels::TooManyChannels) -> Failure {
        Failure::refused(refusal.to_string())
    }
}
