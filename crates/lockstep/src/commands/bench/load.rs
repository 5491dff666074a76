//! A load of requests from this process to a server on this machine: bounded in number, and over.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

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
    let words = |error: hyper::Error| error.to_string();
    let stream = TcpStream::connect(load.address).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(words)?;
    tokio::spawn(connection);
    while let Some(body) = load.bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        let request = Request::post(load.path)
            .header("host", load.address.to_string())
            .header("authorization", format!("Bearer {}", load.key))
            .header("content-type", load.content_type)
            .body(Full::new(Bytes::from(body.clone())))
            .map_err(|error| error.to_string())?;
        sender.ready().await.map_err(words)?;
        let answer = sender.send_request(request).await.map_err(words)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(words)?.to_bytes();
        if !status.is_success() {
            return Err(format!("answered {status}: {}", String::from_utf8_lossy(&body)));
        }
    }
    Ok(())
}
