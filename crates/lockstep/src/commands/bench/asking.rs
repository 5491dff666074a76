//! Opens pages over a few connections for a while, from a thread of its own, so that what the asking
//! costs is known apart from what the answers cost.

use std::{
    cell::Cell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{net::TcpStream, task::LocalSet};

/// How long it waits before it opens a page again that is still being worked out.
const LOOKS_AGAIN: Duration = Duration::from_millis(200);

/// What to open.
pub struct Asking<'a> {
    /// Of which server.
    pub address: SocketAddr,
    /// In whose session.
    pub session: &'a str,
    /// The addresses, opened in turn.
    pub paths: &'a [String],
    /// Over how many connections.
    pub connections: usize,
    /// For how long.
    pub lasts: Duration,
    /// How many a second over all connections; as many as are answered where it is not given.
    pub rate: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// How long the first answer took.
    pub first: Duration,
    /// How long each of the others took, the shortest first.
    pub took: Vec<Duration>,
    /// From the second question to the last answer.
    pub elapsed: Duration,
    /// Bytes of all bodies but the first, as they came.
    pub bytes: u64,
    /// What the whole process has spent meanwhile but for this thread.
    pub cpu: Duration,
}

impl Asked {
    /// By when so many in a thousand were answered.
    pub fn within(&self, per_mille: usize) -> Duration {
        within(&self.took, per_mille)
    }
}

/// How long so many in a thousand took at most; the times have the shortest first.
pub fn within(times: &[Duration], per_mille: usize) -> Duration {
    let at = times.len().saturating_sub(1) * per_mille / 1000;
    times.get(at).copied().unwrap_or_default()
}

/// Asks, on the thread that calls, until the time is over.
///
/// # Errors
/// A sentence, when a connection breaks or an answer is not a success.
pub fn ask(asking: &Asking<'_>) -> Result<Asked, String> {
    let words = |error: std::io::Error| error.to_string();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(words)?;
    LocalSet::new().block_on(&runtime, all(asking))
}

async fn all(asking: &Asking<'_>) -> Result<Asked, String> {
    let next = Rc::new(Cell::new(0));
    let mut opened = Connection::open(asking, next.clone()).await?;
    let first = opened.first().await?;
    let (spent, start) = (spent_elsewhere(), Instant::now());
    let end = start + asking.lasts;
    let many = asking.connections.max(1) as u32;
    // Each connection asks every so often, one after the other in equal parts of that.
    let pause = asking.rate.map(|rate| Duration::from_secs(1) * many / rate.max(1));
    let mut connections = vec![tokio::task::spawn_local(opened.until(start, pause, end))];
    for nth in 1..many {
        let opened = Connection::open(asking, next.clone()).await?;
        let begins = start + pause.unwrap_or_default() * nth / many;
        connections.push(tokio::task::spawn_local(opened.until(begins, pause, end)));
    }
    let (mut took, mut bytes) = (Vec::new(), 0);
    for connection in connections {
        let (of_one, read) = connection.await.map_err(|error| error.to_string())??;
        took.extend(of_one);
        bytes += read;
    }
    took.sort();
    let cpu = spent_elsewhere().saturating_sub(spent);
    Ok(Asked { first, took, elapsed: start.elapsed(), bytes, cpu })
}

/// What the process has spent on all its threads but this one.
fn spent_elsewhere() -> Duration {
    let of = |clock| {
        let time = clock_gettime(clock);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
    };
    of(ClockId::ProcessCPUTime).saturating_sub(of(ClockId::ThreadCPUTime))
}

/// One connection, which asks again when it is answered.
struct Connection {
    sender: http1::SendRequest<Empty<Bytes>>,
    host: String,
    cookie: String,
    paths: Vec<String>,
    next: Rc<Cell<usize>>,
}

impl Connection {
    async fn open(asking: &Asking<'_>, next: Rc<Cell<usize>>) -> Result<Connection, String> {
        let stream = TcpStream::connect(asking.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::task::spawn_local(connection);
        let (host, cookie) = (asking.address.to_string(), format!("ls={}", asking.session));
        Ok(Connection { sender, host, cookie, paths: asking.paths.to_vec(), next })
    }

    /// Asks until the end, at once when it is answered or every `pause` from `begins` on.
    async fn until(
        mut self,
        begins: Instant,
        pause: Option<Duration>,
        end: Instant,
    ) -> Result<(Vec<Duration>, u64), String> {
        let (mut took, mut bytes, mut at) = (Vec::new(), 0, begins);
        while Instant::now() < end {
            tokio::time::sleep_until(at.into()).await;
            let (one, read, _) = self.answer().await?;
            took.push(one);
            bytes += read;
            at += pause.unwrap_or_default();
        }
        Ok((took, bytes))
    }

    /// How long it took until there was a first answer on which nothing was still being worked out.
    async fn first(&mut self) -> Result<Duration, String> {
        let start = Instant::now();
        while self.answer().await?.2 {
            self.next.set(0);
            tokio::time::sleep(LOOKS_AGAIN).await;
        }
        Ok(start.elapsed())
    }

    /// How long an answer took, how many bytes it had, and whether it asks to be asked for again.
    async fn answer(&mut self) -> Result<(Duration, u64, bool), String> {
        let words = |error: hyper::Error| error.to_string();
        let nth = self.next.get();
        self.next.set(nth + 1);
        let path = self.paths.get(nth % self.paths.len().max(1)).map_or("/", String::as_str);
        let request = Request::get(path)
            .header("host", &self.host)
            .header("cookie", &self.cookie)
            .header("accept-encoding", "gzip")
            .body(Empty::new())
            .map_err(|error| error.to_string())?;
        self.sender.ready().await.map_err(words)?;
        let start = Instant::now();
        let answer = self.sender.send_request(request).await.map_err(words)?;
        let status = answer.status();
        let is_awaited = answer.headers().contains_key("refresh");
        let body = answer.into_body().collect().await.map_err(words)?.to_bytes();
        if !status.is_success() {
            return Err(format!("{path} answered {status}"));
        }
        Ok((start.elapsed(), body.len() as u64, is_awaited))
    }
}
