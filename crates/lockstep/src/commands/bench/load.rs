//! A load of requests from this process to a server on this machine: bounded in number, and over.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::client::Client;

/// What to send.
pub struct Load {
    /// To which server.
    pub address: SocketAddr,
    /// To which path.
    pub path: &'static str,
    /// With which key.
    pub key: String,
    /// Of which type the bodies are.
    pub content_type: &'static str,
    /// The bodies, each sent once.
    pub bodies: Vec<String>,
    /// Over how many connections.
    pub connections: usize,
}

/// Sends everything and waits for every answer.
///
/// # Errors
/// A sentence, when a connection breaks or an answer is not a success.
pub async fn send(load: Load) -> Result<Duration, String> {
    let (load, next) = (Arc::new(load), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    let connections: Vec<_> = (0..load.connections)
        .map(|_| tokio::spawn(one_connection(load.clone(), next.clone())))
        .collect();
    for connection in connections {
        connection.await.map_err(|error| error.to_string())??;
    }
    Ok(start.elapsed())
}

async fn one_connection(load: Arc<Load>, next: Arc<AtomicUsize>) -> Result<(), String> {
    let mut client = Client::open(load.address).await?;
    while let Some(body) = load.bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        client.post(load.path, &load.key, load.content_type, body).await?;
    }
    Ok(())
}
