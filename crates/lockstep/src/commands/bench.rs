//! `lockstep bench`: what this machine does, beside what it could do at most.

mod asking;
mod attribution;
mod backtest;
mod client;
mod firm;
mod handoffs;
mod import;
mod ingest;
mod load;
mod machine;
mod pages;
mod served;
mod visits;

use std::net::SocketAddr;

use axum::Router;
use clap::Subcommand;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::{
    failure::Failure,
    output::{Answer, Voice},
};

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Facts taken in, durable and decided, a second
    #[command(long_about = include_str!("bench/ingest.md"))]
    Ingest(ingest::Args),
    /// Contacts imported, durable and without duplicates, a second
    #[command(long_about = include_str!("bench/import.md"))]
    Import(import::Args),
    /// A changed definition over millions of activities, and every threshold at once
    #[command(long_about = include_str!("bench/backtest.md"))]
    Backtest(backtest::Args),
    /// From an event to the page of whoever is to answer, and many leads routed in one import
    #[command(long_about = include_str!("bench/handoffs.md"))]
    Handoffs(handoffs::Args),
    /// Every model of attribution over journeys of any number, beside what memory could give
    #[command(long_about = include_str!("bench/attribution.md"))]
    Attribution(attribution::Args),
    /// Pages of a firm of any size: answers a second, and how long they take
    #[command(long_about = include_str!("bench/pages.md"))]
    Pages(pages::Args),
}

/// Measures.
///
/// # Errors
/// When a database or a port cannot be had.
pub fn run(command: Command, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    match command {
        Command::Ingest(args) => ingest::run(&args, now),
        Command::Import(args) => import::run(&args, voice, now),
        Command::Backtest(args) => backtest::run(&args, voice),
        Command::Handoffs(args) => handoffs::run(&args, voice, now),
        Command::Attribution(args) => attribution::run(&args, voice),
        Command::Pages(args) => pages::run(&args, voice, now),
    }
}

/// Serves at any free port of this machine; where.
async fn serve(router: Router) -> Result<SocketAddr, Failure> {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = TcpListener::bind(any)
        .await
        .map_err(|error| Failure::io("listen on this machine", &error))?;
    let address = listener.local_addr().map_err(|error| Failure::io("look at the port", &error))?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}
