//! `lockstep bench pages`.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use domain::{
    fact::{Fact, Told},
    ids::UserId,
    reported::Reported,
};
use engine::Engine;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use store::Location;

use super::{
    asking::{Asked, Asking, ask, within},
    firm, serve,
    served::Served,
    visits::{Visitor, kinds},
};
use crate::{
    clock,
    commands::serve::dock_in,
    failure::{Failure, Kind as FailureKind},
    output::{Answer, Voice, table},
};

/// The setting that says how many leads the firm in a folder was made with, once it is whole.
const LEADS: &str = "bench.leads";

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many leads the firm has
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(100..))]
    leads: u64,
    /// For how many seconds each kind of page is opened
    #[arg(long, default_value_t = 3, value_name = "N")]
    seconds: u64,
    /// Over how many connections at once
    #[arg(long, default_value_t = 4, value_name = "N")]
    connections: usize,
    /// How many pages are opened a second; by default each connection asks again when it is answered
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// How many facts come in meanwhile, a second
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(..1_000))]
    facts: u64,
    /// Only the kinds with this in their name
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    /// Keep the firm in this folder, or use the one that is there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// An empty PostgreSQL database to keep the firm in, or one that has it; SQLite otherwise
    #[arg(long, value_name = "URL", conflicts_with = "keep")]
    postgres: Option<String>,
}

/// Makes the firm, serves it, and opens its pages.
///
/// # Errors
/// When a database or a port cannot be had, or an answer is not a success.
pub fn run(args: &Args, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let at = args.keep.as_deref().unwrap_or(folder.path());
    std::fs::create_dir_all(at).map_err(|error| Failure::io("make the folder", &error))?;
    let location = match &args.postgres {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(at.join("bench.db")),
    };
    let (engine, made_in) = firm_in(&location, args.leads, voice, now)?;
    let engine = Arc::new(engine);
    let sessions = sessions(&engine)?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::io("start the server's threads", &error))?;
    let served = Served::default();
    let address = runtime.block_on(serve(served.timing(web::router(app(&engine)?))))?;
    let writing = Writing::start(engine.clone(), args.facts, args.leads);
    let mut measured = Vec::new();
    for kind in kinds(args.leads) {
        if args.only.as_deref().is_some_and(|word| !kind.name.contains(word)) {
            continue;
        }
        let session = sessions.get(&kind.by).map_or("", String::as_str);
        let lasts = Duration::from_secs(args.seconds);
        let (paths, connections, rate) = (&kind.paths[..], args.connections, args.rate);
        let asking = Asking { address, session, paths, connections, lasts, rate };
        let asked = thread::scope(|threads| threads.spawn(|| ask(&asking)).join());
        let asked = asked.unwrap_or_else(|_| Err("the asking broke".to_owned()));
        let name = kind.name;
        let asked = asked.map_err(|error| Failure::refused(format!("{name}: {error}")))?;
        measured.push(Measured { name, asked, served: served.take() });
    }
    writing.end()?;
    Ok(answer(args, made_in, &measured))
}

/// The firm in a database: the one that is there, or a new one, and how long that took to make.
fn firm_in(
    location: &Location,
    leads: u64,
    voice: Voice,
    now: Timestamp,
) -> Result<(Engine, Option<Duration>), Failure> {
    let engine = Engine::open(location, now)?;
    let (known, facts) = engine.read(|reader| {
        Ok::<_, store::StoreError>((reader.setting(LEADS)?, reader.head()?.fact.0))
    })?;
    match known {
        Some(known) if known == leads.to_string() => return Ok((engine, None)),
        Some(known) => {
            let words = format!("the database holds a firm of {known} leads");
            return Err(
                Failure::refused(words).advise("Say so with --leads, or keep yours elsewhere.")
            );
        }
        None if facts > 0 => {
            let words = "the database holds a firm that is not whole";
            return Err(Failure::refused(words).advise("Remove it, or keep the firm elsewhere."));
        }
        None => {}
    }
    let (bar, start) = (voice.progress("making the firm"), Instant::now());
    bar.set_length(leads);
    firm::fill(&engine, leads, now, |done| bar.set_position(done)).map_err(|error| {
        Failure::new(FailureKind::Failure, format!("could not make the firm: {error:#}"))
    })?;
    bar.finish_and_clear();
    engine.keep_settings(vec![(LEADS, leads.to_string())], now)?;
    Ok((engine, Some(start.elapsed())))
}

/// A session for each of those who open pages.
fn sessions(engine: &Engine) -> Result<BTreeMap<Visitor, String>, Failure> {
    let open = |visitor: Visitor| {
        let session = engine.open_session(&UserId::from(visitor.user()), clock::now())?;
        Ok((visitor, session))
    };
    Visitor::ALL.into_iter().map(open).collect()
}

fn app(engine: &Arc<Engine>) -> Result<web::App, Failure> {
    Ok(web::App {
        engine: engine.clone(),
        clock: Arc::new(clock::now),
        firm: "Bench".to_owned(),
        zone: TimeZone::UTC,
        https: false,
        // Nobody brings files here.
        dock: dock_in(&std::env::temp_dir())?,
        demo: None,
        closing: web::Closing::default(),
    })
}

/// Facts that go on coming in, one at a time.
struct Writing {
    is_over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<Result<(), engine::Error>>>,
}

impl Writing {
    fn start(engine: Arc<Engine>, facts_a_second: u64, leads: u64) -> Writing {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = is_over.clone();
        let writes = move || {
            let pause = Duration::from_secs(1) / facts_a_second.max(1) as u32;
            let run = clock::now();
            let mut nth = 0;
            while !ends.load(Ordering::Relaxed) {
                let (now, number) = (clock::now(), nth * 7_919 % leads + 1);
                let fact = Fact::Activity(firm::touch(&firm::lead(number), "newsletter", None));
                let key = format!("{run}/{nth}");
                let told = Told { source: "bench".to_owned(), key, happened_at: now, fact };
                engine.take_in(vec![Reported { told, person: None }], now)?;
                nth += 1;
                thread::sleep(pause);
            }
            Ok(())
        };
        let thread = (facts_a_second > 0).then(|| thread::spawn(writes));
        Writing { is_over, thread }
    }

    fn end(self) -> Result<(), Failure> {
        self.is_over.store(true, Ordering::Relaxed);
        match self.thread.map(thread::JoinHandle::join) {
            Some(Ok(written)) => Ok(written?),
            Some(Err(_)) => Err(Failure::refused("the writing broke")),
            None => Ok(()),
        }
    }
}

/// Milliseconds with two digits.
fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// What was measured of one kind of page.
struct Measured {
    name: &'static str,
    /// By who asked.
    asked: Asked,
    /// How long each answer took inside the server, the shortest first.
    served: Vec<Duration>,
}

fn answer(args: &Args, made_in: Option<Duration>, measured: &[Measured]) -> Answer {
    let each = |sum: Duration, asked: &Asked| sum / asked.took.len().max(1) as u32;
    let rows = measured.iter().map(|Measured { name, asked, served }| {
        vec![
            (*name).to_owned(),
            format!("{:.0}", asked.took.len() as f64 / asked.elapsed.as_secs_f64()),
            ms(asked.within(500)),
            ms(asked.within(990)),
            ms(within(served, 500)),
            ms(within(served, 990)),
            ms(each(asked.cpu, asked)),
            (asked.bytes / asked.took.len().max(1) as u64).to_string(),
            ms(asked.first),
        ]
    });
    let heads = [
        "page",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "server p50",
        "server p99",
        "cpu ms",
        "bytes",
        "first ms",
    ];
    let mut text = table(&heads, rows.collect());
    let (leads, connections, facts) = (args.leads, args.connections, args.facts);
    let rate = match args.rate {
        Some(rate) => format!("{rate} pages a second over"),
        None => "as many pages as are answered over".to_owned(),
    };
    text.push_str(&format!(
        "\n{leads} leads, {rate} {connections} connections, {facts} facts a second meanwhile"
    ));
    if let Some(made_in) = made_in {
        text.push_str(&format!("; made in {:.0} s", made_in.as_secs_f64()));
    }
    let lines: Vec<_> = measured
        .iter()
        .map(|Measured { name, asked, served }| {
            json!({
                "page": name,
                "answers": asked.took.len(),
                "answers_per_second": asked.took.len() as f64 / asked.elapsed.as_secs_f64(),
                "p50_ms": asked.within(500).as_secs_f64() * 1000.0,
                "p99_ms": asked.within(990).as_secs_f64() * 1000.0,
                "server_p50_ms": within(served, 500).as_secs_f64() * 1000.0,
                "server_p99_ms": within(served, 990).as_secs_f64() * 1000.0,
                "cpu_ms": each(asked.cpu, asked).as_secs_f64() * 1000.0,
                "bytes": asked.bytes / asked.took.len().max(1) as u64,
                "first_ms": asked.first.as_secs_f64() * 1000.0,
            })
        })
        .collect();
    let made_in = made_in.map(|made_in| made_in.as_secs_f64());
    Answer::new(text, json!({ "leads": leads, "made_in_seconds": made_in, "measured": lines }))
}
