//! `lockstep demo`: a made-up firm, filled and open, gone when it stops.

use std::{net::SocketAddr, sync::Arc};

use engine::Engine;
use jiff::Timestamp;
use store::Location;
use web::DemoInfo;

use super::serve::{Opened, open};
use crate::{
    demo::fill,
    failure::{Failure, Kind},
    output::Answer,
};

/// How to open the demonstration.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "LOCKSTEP_LISTEN")]
    listen: SocketAddr,
}

/// Makes the firm, opens it, and serves until it is told to stop.
///
/// # Errors
/// When the folder or the address cannot be had.
pub fn run(args: &Args, now: Timestamp) -> Result<Answer, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::io("make a temporary folder", &error))?;
    let engine = Engine::open(&Location::Sqlite(folder.path().join("demo.db")), now)?;
    let firm = fill(&engine, now).map_err(|error| {
        Failure::new(Kind::Failure, format!("could not make the firm: {error:#}"))
    })?;
    let people = firm
        .people
        .iter()
        .map(|person| (person.user.clone(), person.name.clone(), person.words.to_string()));
    let says = format!("{} is made up, and gone when this stops.", firm.name);
    let demo = Some(DemoInfo { people: people.collect(), says });
    let opened = Opened {
        engine: Arc::new(engine),
        data: folder.path().to_owned(),
        drop_folder: None,
        https: false,
        demo,
    };
    open(opened, args.listen, |address| {
        eprintln!("{} is open at http://{address}/", firm.name);
        eprintln!("Sign in as any of its people with one click. Control-C ends it.");
    })
}
