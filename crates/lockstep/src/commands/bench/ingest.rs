//! `lockstep bench ingest`.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use connectors::{agreement::AgreementText, facts};
use domain::{
    fact::Told,
    firm::{Role, Side},
};
use engine::{Engine, access::Actor, people::NewPerson};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;
use store::{Location, ceiling::bare_inserts};

use super::{
    load::{Load, send},
    serve,
};
use crate::{
    clock,
    commands::serve::dock_in,
    failure::Failure,
    output::{Answer, table},
};

/// The smallest Agreement.
pub(super) const AGREEMENT: &str =
    include_str!("../../../../../samples/agreements/small/agreement.toml");

/// How many facts go into one request, and one bare commit, where they go by the thousand.
const THOUSAND: usize = 1000;

/// How to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many facts go one by one; five times as many go by the thousand
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    facts: usize,
    /// Over how many connections
    #[arg(long, default_value_t = 64, value_name = "N")]
    connections: usize,
    /// A PostgreSQL database to measure single-row commits in
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// An empty PostgreSQL database for Lockstep to take them in; SQLite otherwise
    #[arg(long, value_name = "URL")]
    into: Option<String>,
}

/// One measured line.
struct Measured {
    what: String,
    facts: usize,
    taken: Duration,
}

impl Measured {
    fn a_second(&self) -> f64 {
        self.facts as f64 / self.taken.as_secs_f64()
    }
}

/// Measures ingest and its ceilings.
///
/// # Errors
/// When a database or a port cannot be had, or an answer is not a success.
pub fn run(args: &Args, now: Timestamp) -> Result<Answer, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::io("start the server's threads", &error))?;
    let singles = bodies("single", args.facts, now);
    let many = bodies("many", args.facts * 5, now);
    let mut measured = runtime.block_on(over_http(args, folder.path(), &singles, &many, now))?;
    let told = |lines: &[String]| -> Vec<Told> {
        let read = lines.iter().filter_map(|line| facts::read(line, Some("bench")).ok());
        read.map(|reported| reported.told).collect()
    };
    let bare = Location::Sqlite(folder.path().join("bare.db"));
    for (what, lines, batch) in [
        ("bare SQLite, one row a commit", &singles[..singles.len().min(5_000)], 1),
        ("bare SQLite, a thousand rows a commit", &many[..], THOUSAND),
    ] {
        let rows = told(lines);
        let taken = bare_inserts(&bare, &rows, batch)?;
        measured.push(Measured { what: what.to_owned(), facts: rows.len(), taken });
    }
    if let Some(url) = &args.postgres {
        let rows = told(&singles[..singles.len().min(5_000)]);
        let taken = bare_inserts(&Location::Postgres(url.clone()), &rows, 1)?;
        let what = "PostgreSQL, one row a commit, one connection".to_owned();
        measured.push(Measured { what, facts: rows.len(), taken });
    }
    Ok(answer(&measured))
}

/// Facts about leads in turn, twenty of them to a lead, a minute apart.
fn bodies(prefix: &str, count: usize, now: Timestamp) -> Vec<String> {
    let fact = |number: usize| {
        let at = now - SignedDuration::from_mins((count - number) as i64);
        let kind = if number.is_multiple_of(20) { "quote_request" } else { "brochure" };
        json!({
            "fact": "activity", "id": format!("{prefix}-{number}"), "happened_at": at.to_string(),
            "lead": format!("{prefix}-lead-{}", number % (count / 20).max(1)), "kind": kind,
        })
        .to_string()
    };
    (0..count).map(fact).collect()
}

async fn over_http(
    args: &Args,
    folder: &Path,
    singles: &[String],
    many: &[String],
    now: Timestamp,
) -> Result<Vec<Measured>, Failure> {
    let (ours, key) = open_ours(args.into.as_deref(), folder, now).await?;
    let parsing = open_parsing().await?;
    let connections = args.connections.max(1);
    let load = |address, path, content_type, bodies| Load {
        address,
        path,
        key: key.clone(),
        content_type,
        bodies,
        connections,
    };
    let by_the_thousand: Vec<String> =
        many.chunks(THOUSAND).map(|lines| lines.join("\n")).collect();
    let runs = [
        (
            format!("Lockstep, one fact a POST, {connections} connections"),
            singles.len(),
            load(ours, "/api/v1/facts", "application/json", singles.to_vec()),
        ),
        (
            "Lockstep, a thousand facts a POST".to_owned(),
            many.len(),
            load(ours, "/api/v1/facts", "application/x-ndjson", by_the_thousand),
        ),
        (
            "the same server, only parsing, one fact a POST".to_owned(),
            singles.len(),
            load(parsing, "/parse", "application/json", singles.to_vec()),
        ),
    ];
    let mut measured = Vec::new();
    for (what, facts, load) in runs {
        let taken =
            send(load).await.map_err(|error| Failure::refused(format!("{what}: {error}")))?;
        measured.push(Measured { what, facts, taken });
    }
    Ok(measured)
}

/// Lockstep in a database, or in a temporary folder, with a signed Agreement in force for ten years.
async fn open_ours(
    into: Option<&str>,
    folder: &Path,
    now: Timestamp,
) -> Result<(SocketAddr, String), Failure> {
    let location = match into {
        Some(url) => Location::Postgres(url.to_owned()),
        None => Location::Sqlite(folder.join("lockstep.db")),
    };
    let opened = tokio::task::spawn_blocking(move || signed_up(&location, AGREEMENT, now)).await;
    let (engine, key) = opened.map_err(|error| Failure::refused(error.to_string()))??;
    let app = web::App {
        engine: Arc::new(engine),
        clock: Arc::new(clock::now),
        firm: "Bench".to_owned(),
        zone: TimeZone::UTC,
        https: false,
        dock: dock_in(folder)?,
        demo: None,
        closing: web::Closing::default(),
    };
    Ok((serve(web::router(app)).await?, key))
}

/// A Lockstep with a text that has been in force for ten years, and a key to it.
pub(super) fn signed_up(
    location: &Location,
    text: &str,
    now: Timestamp,
) -> Result<(Engine, String), Failure> {
    let then = now - SignedDuration::from_hours(24 * 3653);
    let engine = Engine::open(location, then)?;
    let text = AgreementText::new(BTreeMap::from([("agreement.toml".into(), text.into())]))
        .map_err(|error| Failure::refused(error.to_string()))?;
    let hash = text.hash();
    let version = engine.propose_agreement(None, text, then)?;
    for (side, role) in
        [(Side::Marketing, Role::MarketingManager), (Side::Sales, Role::SalesManager)]
    {
        let email = format!("{}@millrace-pumps.example", side.word());
        let person = NewPerson { name: side.word().to_owned(), email, role, side: None };
        let (user, _) = engine.admit(None, person, then)?;
        engine.sign_agreement(&Actor { user, role, side }, version, &hash, then)?;
    }
    let key = engine.add_key(None, "bench", then)?;
    Ok((engine, key))
}

/// A server that reads the same bodies into facts and does nothing with them.
async fn open_parsing() -> Result<SocketAddr, Failure> {
    let parse = |body: Bytes| async move {
        match std::str::from_utf8(&body).ok().map(|text| facts::read(text, Some("bench"))) {
            Some(Ok(_)) => StatusCode::CREATED,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    };
    serve(Router::new().route("/parse", post(parse))).await
}

fn answer(measured: &[Measured]) -> Answer {
    let rows = measured.iter().map(|line| {
        vec![
            line.what.clone(),
            line.facts.to_string(),
            format!("{:.2}", line.taken.as_secs_f64()),
            format!("{:.0}", line.a_second()),
        ]
    });
    let mut text = table(&["what", "facts", "seconds", "facts/s"], rows.collect());
    let rate = |start: &str| {
        measured.iter().find(|line| line.what.starts_with(start)).map(Measured::a_second)
    };
    let mut ratios = Vec::new();
    for (words, ours, ceiling, goal) in [
        ("one a POST, of only parsing", "Lockstep, one", "the same server", 1.0 / 3.0),
        ("one a POST, of PostgreSQL's single-row commits", "Lockstep, one", "PostgreSQL", 1.8),
        ("by the thousand, of bare SQLite", "Lockstep, a thousand", "bare SQLite, a thousand", 0.8),
    ] {
        if let (Some(ours), Some(ceiling)) = (rate(ours), rate(ceiling)) {
            let ratio = ours / ceiling;
            text.push_str(&format!("\n{words}: {ratio:.2} (goal {goal:.2})"));
            ratios.push(json!({ "ratio": ratio, "goal": goal, "of": words }));
        }
    }
    let lines: Vec<_> = measured
        .iter()
        .map(|line| {
            json!({
                "what": line.what,
                "facts": line.facts,
                "seconds": line.taken.as_secs_f64(),
                "facts_per_second": line.a_second(),
            })
        })
        .collect();
    Answer::new(text, json!({ "measured": lines, "ratios": ratios }))
}
