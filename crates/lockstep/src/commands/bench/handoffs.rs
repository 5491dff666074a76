//! `lockstep bench handoffs`.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    firm::{Role, Side},
    handoff::Answer as Answered,
    ids::{LeadId, UserId},
};
use engine::{Engine, access::Actor, handoff::Answering, import::ImportOptions, people::NewPerson};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use store::Location;

use super::{
    client::Client,
    import::Bar,
    ingest::{AGREEMENT, signed_up},
    serve,
};
use crate::{
    clock,
    commands::serve::dock_in,
    failure::Failure,
    output::{Answer, Voice, table},
};

const CLAUSES: &str = include_str!("handoffs.toml");

/// The members of the pool.
const REPS: usize = 20;

/// A name that does not come on the page within this time never does.
const NEVER: Duration = Duration::from_secs(30);

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many leads come in one by one
    #[arg(long, default_value_t = 300, value_name = "N")]
    leads: usize,
    /// How many leads are routed in one import
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    imported: usize,
    /// An empty PostgreSQL database to measure in; SQLite otherwise
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

/// What was measured.
struct Measured {
    /// Until the API had answered, for each lead, the shortest first.
    taken: Vec<Duration>,
    /// Until the rep saw the lead.
    seen: Vec<Duration>,
    /// How long the import took.
    imported_in: Duration,
    /// The fewest and the most leads of it that a member of the pool received.
    shares: (u64, u64),
}

/// Measures.
///
/// # Errors
/// When a database or a port cannot be had, an answer is not a success, a lead never comes to its
/// rep's page, or one of the import finds no owner.
pub fn run(args: &Args, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let location = match &args.postgres {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(folder.path().join("lockstep.db")),
    };
    let (engine, key) = signed_up(&location, &text(), now)?;
    let engine = Arc::new(engine);
    let reps = admit(&engine, now)?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::io("start the server's threads", &error))?;
    let dock = dock_in(folder.path())?;
    let app = web::App {
        engine: engine.clone(),
        clock: Arc::new(clock::now),
        firm: "Bench".to_owned(),
        zone: TimeZone::UTC,
        https: false,
        dock,
        demo: None,
        closing: web::Closing::default(),
    };
    let address = runtime.block_on(serve(web::router(app)))?;
    let (taken, seen) = one_by_one(&engine, &runtime, (address, &key), &reps[0], args.leads)?;
    let (imported_in, shares) = imported(&engine, folder.path(), args.imported, voice)?;
    let measured = Measured { taken, seen, imported_in, shares };
    Ok(answer(args, &measured))
}

/// The smallest Agreement, with how a lead changes hands and a pool.
fn text() -> String {
    let member = |nth| format!("{{ user = \"{}\" }}", email(nth));
    let members: Vec<String> = (0..REPS).map(member).collect();
    format!(
        "{AGREEMENT}{CLAUSES}\n[[pool]]\nid = \"desk\"\ncatch_up = false\nonly_in_hours = false\n\
         members = [{}]\n",
        members.join(", ")
    )
}

fn email(nth: usize) -> String {
    format!("rep{nth}@bench.example")
}

fn admit(engine: &Engine, now: Timestamp) -> Result<Vec<Actor>, Failure> {
    let mut reps = Vec::new();
    for nth in 0..REPS {
        let (name, role) = (format!("Rep {nth}"), Role::Rep);
        let person = NewPerson { name, email: email(nth), role, side: None };
        let (user, _) = engine.admit(None, person, now)?;
        reps.push(Actor { user, role, side: Side::Sales });
    }
    Ok(reps)
}

/// Leads one after the other: how long until each was taken in, and until its rep saw it.
fn one_by_one(
    engine: &Engine,
    runtime: &tokio::runtime::Runtime,
    (address, key): (SocketAddr, &str),
    rep: &Actor,
    leads: usize,
) -> Result<(Vec<Duration>, Vec<Duration>), Failure> {
    let session = engine.open_session(&rep.user, clock::now())?;
    let broke = |error: String| Failure::refused(error);
    let mut client = runtime.block_on(Client::open(address)).map_err(broke)?;
    let (mut taken, mut seen) = (Vec::new(), Vec::new());
    for nth in 0..leads {
        let name = format!("Lead number {nth}.");
        let body = body(nth, &name);
        let start = Instant::now();
        runtime
            .block_on(client.post("/api/v1/facts", key, "application/json", &body))
            .map_err(broke)?;
        taken.push(start.elapsed());
        while !runtime.block_on(client.get("/", &session)).map_err(broke)?.contains(&name) {
            if start.elapsed() > NEVER {
                return Err(broke(format!("{name} never came to the page of its rep")));
            }
        }
        seen.push(start.elapsed());
        accept(engine, rep, &LeadId(format!("bench:{nth}")))?;
    }
    taken.sort();
    seen.sort();
    Ok((taken, seen))
}

/// A lead, and what it did so that it qualifies.
fn body(nth: usize, name: &str) -> String {
    let at = clock::now().to_string();
    let lead = nth.to_string();
    json!([
        {"fact": "lead", "id": format!("l{nth}"), "happened_at": at, "lead": lead,
         "fields": {"source": "web"}, "person": {"name": name}},
        {"fact": "lead_moved", "id": format!("m{nth}"), "happened_at": at, "lead": lead,
         "status": "New"},
        {"fact": "activity", "id": format!("a{nth}"), "happened_at": at, "lead": lead,
         "kind": "quote_request"},
    ])
    .to_string()
}

fn accept(engine: &Engine, rep: &Actor, lead: &LeadId) -> Result<(), Failure> {
    let handoffs = engine.read(|reader| reader.handoffs_of(lead))?;
    for handoff in handoffs {
        let (reason, note) = (String::new(), String::new());
        let yes = Answering { answer: Answered::Accepted, reason, until: None, note };
        engine.answer_handoff(rep, &handoff.id, yes, clock::now())?;
    }
    Ok(())
}

/// A file of leads that come to the desk; how long it took, and how evenly they were shared.
fn imported(
    engine: &Engine,
    folder: &Path,
    leads: usize,
    voice: Voice,
) -> Result<(Duration, (u64, u64)), Failure> {
    let file = folder.join("leads.csv");
    let mut rows = String::from("lead_number,name,created_at,status,source\n");
    // Of now: what was handed over long ago would have been taken for accepted since.
    let at = clock::now();
    for nth in 0..leads {
        let _ = writeln!(rows, "F{nth},Filed {nth},{at},Qualified,fair");
    }
    std::fs::write(&file, rows).map_err(|error| Failure::io("write the leads", &error))?;
    let mut bar = Bar(voice.progress("importing"));
    let start = Instant::now();
    engine.import(&[file], &ImportOptions::default(), clock::now(), &mut bar)?;
    let took = start.elapsed();
    bar.0.finish_and_clear();
    let (levels, unrouted) = engine.read(|reader| {
        Ok::<_, store::StoreError>((reader.routing_levels("desk")?, reader.unrouted_count()?))
    })?;
    let received: Vec<u64> =
        levels.iter().map(|(_, level): &(UserId, _)| level.received.unsigned_abs()).collect();
    if received.iter().sum::<u64>() != leads as u64 || unrouted > 0 {
        let words = format!("{} of {leads} leads were routed", received.iter().sum::<u64>());
        return Err(Failure::refused(words));
    }
    let (least, most) = (received.iter().min(), received.iter().max());
    Ok((took, (least.copied().unwrap_or(0), most.copied().unwrap_or(0))))
}

fn ms(all: &[Duration], per_mille: usize) -> f64 {
    let at = all.len().saturating_sub(1) * per_mille / 1000;
    all.get(at).copied().unwrap_or_default().as_secs_f64() * 1000.0
}

fn answer(args: &Args, measured: &Measured) -> Answer {
    let lines = [
        ("taken in, routed and handed over", &measured.taken),
        ("on the rep's page", &measured.seen),
    ];
    let row = |(what, all): &(&str, &Vec<Duration>)| {
        let [p50, p99] = [500, 990].map(|per_mille| format!("{:.2}", ms(all, per_mille)));
        vec![(*what).to_owned(), all.len().to_string(), p50, p99]
    };
    let mut text = table(&["until", "leads", "p50 ms", "p99 ms"], lines.iter().map(row).collect());
    let seconds = measured.imported_in.as_secs_f64();
    let (least, most) = measured.shares;
    text.push_str(&format!(
        "\n{} leads imported and routed to {REPS} in {seconds:.2} s; each received {least} to {most}",
        args.imported
    ));
    let lines = lines.iter().map(|(what, all)| {
        json!({ "until": what, "leads": all.len(), "p50_ms": ms(all, 500), "p99_ms": ms(all, 990) })
    });
    Answer::new(
        text,
        json!({
            "measured": lines.collect::<Vec<_>>(),
            "imported": args.imported,
            "imported_in_seconds": seconds,
            "least": least,
            "most": most,
        }),
    )
}
