//! Lists as CSV files, sent while they are read: however long a list is, little of it is held.

use std::{borrow::Cow, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use engine::Engine;
use tokio::{
    runtime::Handle,
    sync::mpsc::{Receiver, Sender, channel},
};

use crate::{app::Shared, failure::Failure};

/// Bytes that are sent at once.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait for a slow reader; whoever fills the sheet then waits too.
const WAITING: usize = 4;
/// How long a reader may take nothing before the list breaks off.
const PATIENCE: Duration = Duration::from_secs(60);
/// By this a spreadsheet knows UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A sheet that somebody downloads.
pub(crate) struct Sheet {
    rows: csv::Writer<Vec<u8>>,
    to: Sender<io::Result<Bytes>>,
    is_whole: bool,
}

impl Sheet {
    fn new(to: Sender<io::Result<Bytes>>) -> Sheet {
        Sheet { rows: csv::Writer::from_writer(BYTE_ORDER_MARK.into()), to, is_whole: false }
    }

    /// Writes a row; false when nobody reads on.
    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> bool {
        let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| safe(cell.as_ref())).collect();
        let written = self.rows.write_record(cells.iter().map(|cell| cell.as_bytes()));
        written.is_ok() && self.rows.flush().is_ok() && self.send(CHUNK)
    }

    /// Sends what is written, if it is at least so much.
    fn send(&mut self, at_least: usize) -> bool {
        if self.rows.get_ref().len() < at_least {
            return true;
        }
        let full = std::mem::replace(&mut self.rows, csv::Writer::from_writer(Vec::new()));
        let Ok(bytes) = full.into_inner() else { return false };
        self.pass_on(Ok(bytes.into()))
    }

    /// Hands on to whoever reads; false when nobody does, or nobody has for a while.
    fn pass_on(&self, chunk: io::Result<Bytes>) -> bool {
        let sent = self.to.send_timeout(chunk, PATIENCE);
        Handle::current().block_on(sent).is_ok()
    }

    /// Sends the rest of what was filled whole.
    fn end(mut self, filled: Result<(), Failure>) {
        match filled {
            Ok(()) => self.is_whole = self.send(0),
            Err(failure) => tracing::error!(?failure, "a list could not be sent whole"),
        }
    }
}

/// What is not whole breaks the transfer off, so that half a list is not taken for the whole.
impl Drop for Sheet {
    fn drop(&mut self) {
        if !self.is_whole {
            self.pass_on(Err(io::Error::other("the list broke off")));
        }
    }
}

/// A spreadsheet takes what begins like a formula for one. An apostrophe makes it text.
fn safe(cell: &str) -> Cow<'_, str> {
    let looks_like_one = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    match looks_like_one && cell.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// An answer that is downloaded under a name, filled on a thread that may wait.
pub(crate) fn download(
    house: &Shared,
    name: &str,
    fill: impl FnOnce(&Engine, &mut Sheet) -> Result<(), Failure> + Send + 'static,
) -> Response {
    let (to, from) = channel(WAITING);
    let engine = house.app.engine.clone();
    tokio::task::spawn_blocking(move || {
        let mut sheet = Sheet::new(to);
        let filled = fill(&engine, &mut sheet);
        sheet.end(filled);
    });
    let next = |mut from: Receiver<io::Result<Bytes>>| async {
        let chunk = from.recv().await?;
        Some((chunk, from))
    };
    let body = Body::from_stream(futures_util::stream::unfold(from, next));
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader gets of a sheet that is filled so.
    async fn read(fill: impl FnOnce(Sheet) + Send + 'static) -> Vec<io::Result<Bytes>> {
        let (to, mut from) = channel(WAITING);
        let filling = tokio::task::spawn_blocking(move || fill(Sheet::new(to)));
        let mut got = Vec::new();
        while let Some(chunk) = from.recv().await {
            got.push(chunk);
        }
        // A panic is what one of them is about.
        let _ = filling.await;
        got
    }

    #[tokio::test]
    async fn only_a_whole_list_ends_as_one() {
        let whole = read(|mut sheet| {
            sheet.row(&["a"]);
            sheet.end(Ok(()));
        });
        assert!(whole.await.iter().all(Result::is_ok));
        let failed = read(|mut sheet| {
            sheet.row(&["a"]);
            sheet.end(Err(Failure::Absent));
        });
        assert!(failed.await.last().is_some_and(Result::is_err));
        let panicked = read(|mut sheet| {
            sheet.row(&["a"]);
            panic!("a row cannot be written");
        });
        assert!(panicked.await.last().is_some_and(Result::is_err));
    }

    #[test]
    fn what_begins_like_a_formula_is_made_text_and_numbers_stay() {
        for cell in ["=1+1", "+49 30 1", "-cmd", "@sum", "\tx", "\r=x"] {
            assert_eq!(safe(cell), format!("'{cell}"));
        }
        for cell in ["", "Ann", "-12.5", "+3", "a=b", "'=x"] {
            assert_eq!(safe(cell), cell);
        }
    }
}
