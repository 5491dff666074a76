//! One connection to a server of this process, over which one thing is asked after the other.

use std::net::SocketAddr;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1, http::request::Builder};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The connection.
pub struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// A sentence, when there is no connection.
    pub async fn open(address: SocketAddr) -> Result<Client, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Client { sender, host: address.to_string() })
    }

    /// Sends facts with a key.
    ///
    /// # Errors
    /// A sentence, when the connection breaks or the answer is not a success.
    pub async fn post(
        &mut self,
        path: &str,
        key: &str,
        content_type: &str,
        body: &str,
    ) -> Result<(), String> {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", content_type);
        self.send(request, body).await.map(drop)
    }

    /// Opens a page in a session.
    ///
    /// # Errors
    /// A sentence, when the connection breaks or the answer is not a success.
    pub async fn get(&mut self, path: &str, session: &str) -> Result<String, String> {
        let request = Request::get(path).header("cookie", format!("ls={session}"));
        self.send(request, "").await
    }

    async fn send(&mut self, request: Builder, body: &str) -> Result<String, String> {
        let words = |error: hyper::Error| error.to_string();
        let request = request
            .header("host", &self.host)
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|error| error.to_string())?;
        self.sender.ready().await.map_err(words)?;
        let answer = self.sender.send_request(request).await.map_err(words)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(words)?.to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        if status.is_success() { Ok(body) } else { Err(format!("answered {status}: {body}")) }
    }
}
