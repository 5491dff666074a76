//! `lockstep serve`: the pages and the API, and the minute tick beside them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use connectors::files::{child::Program, table::Workbooks};
use domain::firm::Role;
use engine::{
    Engine,
    import::dock::Dock,
    people::{NewPerson, UNNAMED},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use tokio::net::TcpListener;
use web::{App, Closing, DemoInfo};

use crate::{
    clock,
    failure::{Failure, Kind},
    output::Answer,
    place::Place,
};

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "LOCKSTEP_LISTEN")]
    pub listen: SocketAddr,
    /// Import by itself what a nightly export leaves in this folder
    #[arg(long, value_name = "FOLDER", env = "LOCKSTEP_DROP_FOLDER")]
    pub drop_folder: Option<PathBuf>,
    /// Browsers come by https
    #[arg(long, env = "LOCKSTEP_HTTPS")]
    pub https: bool,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the database or the address cannot be had.
pub fn run(args: &Args, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = Arc::new(place.open(now)?);
    let first = first_link(&engine, now)?;
    let opened = Opened {
        engine,
        drop_folder: drop_folder(args)?,
        data: place.data.clone(),
        https: args.https,
        demo: None,
    };
    open(opened, args.listen, |address| {
        eprintln!("Lockstep is open at http://{address}/");
        if let Some(secret) = &first {
            eprintln!(
                "Nobody can sign in yet. Once, and within a week: http://{address}/welcome/{secret}"
            );
        }
        eprintln!("Control-C ends it.");
    })
}

/// What is served.
pub(crate) struct Opened {
    pub(crate) engine: Arc<Engine>,
    /// Where exports are dropped.
    pub(crate) drop_folder: Option<PathBuf>,
    /// Where the data is: the files that people bring lie there too.
    pub(crate) data: PathBuf,
    pub(crate) https: bool,
    pub(crate) demo: Option<DemoInfo>,
}

/// Opens the pages at an address, says where, and serves until it is told to stop.
///
/// # Errors
/// When the address cannot be had.
pub(crate) fn open(
    opened: Opened,
    listen: SocketAddr,
    say: impl FnOnce(SocketAddr),
) -> Result<Answer, Failure> {
    let levels = tracing_subscriber::EnvFilter::try_from_env("LOCKSTEP_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Somebody who embeds this may have set a log up already; then that one stays.
    let _ =
        tracing_subscriber::fmt().with_env_filter(levels).with_writer(std::io::stderr).try_init();
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::io("start the server's threads", &error))?;
    let dock = dock_in(&opened.data)?;
    let app = app(&opened, dock.clone())?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            Failure::io(&format!("listen at {listen}"), &error)
                .advise("Another program may have the port: choose one with --listen.")
        })?;
        let address =
            listener.local_addr().map_err(|error| Failure::io("look at the port", &error))?;
        tokio::spawn(ticks(opened.engine.clone()));
        if let Some(folder) = opened.drop_folder.clone() {
            tokio::spawn(drops(opened.engine.clone(), dock.clone(), folder));
        }
        start_worker(opened.engine.clone(), dock.clone());
        say(address);
        let closing = app.closing.clone();
        let service = web::router(app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service)
            .with_graceful_shutdown(async move {
                told_to_stop().await;
                closing.close();
            })
            .await
            .map_err(|error| Failure::io("serve", &error))
    })?;
    Ok(Answer::new("Lockstep is closed.", json!({ "closed": true })))
}

/// The allocator takes memory from the system as it needs it. By itself it takes a gigabyte at once,
/// before the parser can be held to less; see decision 0021.
const TAKES_AS_NEEDED: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

/// The dock in a data directory.
///
/// # Errors
/// When the program itself cannot be found, which parses workbooks in a process of its own.
pub(crate) fn dock_in(data: &Path) -> Result<Dock, Failure> {
    let workbooks = Workbooks::Child(Program {
        path: std::env::current_exe()
            .map_err(|error| Failure::io("find the program itself", &error))?,
        args: vec!["parse-workbook".to_owned()],
        environment: vec![(TAKES_AS_NEEDED.0.to_owned(), TAKES_AS_NEEDED.1.to_owned())],
    });
    Ok(Dock { folder: data.join("imports"), workbooks })
}

/// Works on imports for as long as the process lives. It may be ended at any instant: what it has
/// in hand is gone on with by the next.
fn start_worker(engine: Arc<Engine>, dock: Dock) {
    const LOOKS_AGAIN: Duration = Duration::from_secs(5);
    const FORGETS_EVERY: Duration = Duration::from_secs(3600);
    std::thread::spawn(move || {
        let mut forgot = None::<std::time::Instant>;
        let held = engine.take_dock(&dock, clock::now());
        if let Err(error) = &held {
            tracing::error!(%error, "what a worker before had in hand waits until it is silent");
        }
        loop {
            match engine.work_on_imports(&dock, &clock::now) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "an import failed; it is tried again"),
            }
            if forgot.is_none_or(|at| at.elapsed() > FORGETS_EVERY) {
                forgot = Some(std::time::Instant::now());
                if let Err(error) = engine.forget_old_imports(&dock, clock::now()) {
                    tracing::error!(%error, "old imports could not be forgotten");
                }
            }
            engine.wait_for_work(LOOKS_AGAIN);
        }
    });
}

fn app(opened: &Opened, dock: Dock) -> Result<App, Failure> {
    let (firm, zone) = opened.engine.read(|reader| {
        Ok::<_, store::StoreError>((reader.setting("firm.name")?, reader.setting("firm.zone")?))
    })?;
    Ok(App {
        engine: opened.engine.clone(),
        clock: Arc::new(clock::now),
        firm: firm.unwrap_or_else(|| "Your firm".to_owned()),
        zone: zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC),
        https: opened.https,
        dock,
        demo: opened.demo.clone(),
        closing: Closing::default(),
    })
}

/// Once a minute, what comes due. A tick that fails is told and tried again a minute later.
async fn ticks(engine: Arc<Engine>) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        let engine = engine.clone();
        match tokio::task::spawn_blocking(move || engine.tick(clock::now())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the tick failed; it is tried again"),
            Err(error) => tracing::error!(%error, "the tick broke; it is tried again"),
        }
    }
}

/// Once a minute, what lies in the drop folder.
async fn drops(engine: Arc<Engine>, dock: Dock, folder: PathBuf) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        let (engine, dock, folder) = (engine.clone(), dock.clone(), folder.clone());
        let take = move || engine.take_dropped(&dock, &folder, clock::now());
        match tokio::task::spawn_blocking(take).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the drop folder could not be taken"),
            Err(error) => tracing::error!(%error, "the drop folder could not be taken"),
        }
    }
}

/// The drop folder, which must be there: one with a slip in its name would stay empty for ever.
fn drop_folder(args: &Args) -> Result<Option<PathBuf>, Failure> {
    match &args.drop_folder {
        Some(folder) if !folder.is_dir() => {
            let message = format!("there is no folder {}", folder.display());
            Err(Failure::not_found(message).advise("Make it, or name another with --drop-folder."))
        }
        folder => Ok(folder.clone()),
    }
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        interrupted.await.unwrap_or_default();
        return;
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}

/// A one-time link for the first person, where nobody can sign in yet: a new one for whoever is
/// let in already, else for a person of revenue operations who names themselves with it.
fn first_link(engine: &Engine, now: Timestamp) -> Result<Option<String>, Failure> {
    let (anybody, operator) = engine.read(|reader| {
        let operator = reader
            .users()?
            .into_iter()
            .find(|user| user.active && user.role == Some(Role::Operations));
        Ok::<_, store::StoreError>((reader.has_credentials()?, operator))
    })?;
    if anybody {
        return Ok(None);
    }
    if let Some(operator) = operator {
        // What `init` printed goes on working: both links are of one person who waits.
        return Ok(Some(engine.invite_too(&operator.id, now)?));
    }
    let first = NewPerson {
        name: UNNAMED.0.to_owned(),
        email: UNNAMED.1.to_owned(),
        role: Role::Operations,
        side: None,
    };
    let (_, secret) = engine.admit(None, first, now).map_err(|error| {
        let failure: Failure = error.into();
        Failure { kind: Kind::Failure, ..failure }
    })?;
    Ok(Some(secret))
}
