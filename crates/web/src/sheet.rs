//! Lists as files, CSV or XLSX: one way to say a row, and whichever file somebody asked for. However
//! long a list is, little of it is held, and half a list never looks whole.

mod cell;
mod text;
mod workbook;

use std::{io, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use engine::Engine;
use futures_util::stream;
use jiff::Timestamp;
use tokio::{
    runtime::Handle,
    sync::mpsc::{Sender, channel},
};

use self::{text::Text, workbook::Book};
use crate::{app::Shared, failure::Failure};

pub(crate) use cell::Cell;

/// Bytes that are sent at once.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait for a slow reader; whoever fills the sheet then waits too.
const WAITING: usize = 4;
/// How long a reader may take nothing before the list breaks off.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rows of a workbook's sheet below its header; the format has no more.
const WORKBOOK_ROWS_MAX: u64 = 1_048_575;

/// The file that an address asks for by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Text, for programs and for lists of any length.
    Csv,
    /// A workbook.
    Xlsx,
}

impl FileKind {
    fn ending(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv; charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Sees to it before anything is sent that the file can hold the list: `count` is asked how
    /// many rows there are, and need not count beyond the number that it is given.
    ///
    /// # Errors
    /// [`Failure::TooLong`], or what `count` fails with.
    pub(crate) async fn holds(
        self,
        house: &Shared,
        count: impl FnOnce(&Engine, u64) -> Result<u64, Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        if self == FileKind::Csv {
            return Ok(());
        }
        match house.work(move |engine| count(engine, WORKBOOK_ROWS_MAX + 1)).await? {
            rows if rows > WORKBOOK_ROWS_MAX => Err(Failure::TooLong),
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FileKind {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<FileKind, Failure> {
        let kinds = [FileKind::Csv, FileKind::Xlsx];
        let (_, ending) = parts.uri.path().rsplit_once('.').ok_or(Failure::Absent)?;
        kinds.into_iter().find(|kind| kind.ending() == ending).ok_or(Failure::Absent)
    }
}

/// A sheet that somebody downloads.
pub(crate) struct Sheet {
    file: File,
    pipe: Pipe,
}

/// What the rows are written into.
enum File {
    /// Sent while it is written.
    Csv(Box<Text>),
    /// Kept on disk until it is whole: a workbook's directory stands at its end.
    Xlsx(Box<Book>),
}

impl Sheet {
    fn new(kind: FileKind, pipe: Pipe, now: Timestamp) -> Result<Sheet, Failure> {
        let file = match kind {
            FileKind::Csv => File::Csv(Box::new(Text::new())),
            FileKind::Xlsx => File::Xlsx(Box::new(Book::new(now).map_err(Failure::unwritten)?)),
        };
        Ok(Sheet { file, pipe })
    }

    /// Writes the names of the columns, before any row.
    pub(crate) fn head<C: AsRef<str>>(&mut self, names: &[C]) -> Result<bool, Failure> {
        match &mut self.file {
            File::Csv(text) => {
                let names: Vec<Cell> = names.iter().map(|name| name.as_ref().into()).collect();
                text.row(&names).map_err(Failure::unwritten)?;
            }
            File::Xlsx(book) => book.head(names).map_err(Failure::unwritten)?,
        }
        self.goes_on()
    }

    /// Writes a row; false when nobody reads on.
    ///
    /// # Errors
    /// When it cannot be written; the list then breaks off.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<bool, Failure> {
        match &mut self.file {
            File::Csv(text) => text.row(cells).map_err(Failure::unwritten)?,
            File::Xlsx(book) => book.row(cells).map_err(Failure::unwritten)?,
        }
        self.goes_on()
    }

    /// Writes rows until nobody reads on; whether somebody does.
    pub(crate) fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<bool, Failure> {
        for row in rows {
            if !self.row(row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends what can be sent already.
    fn goes_on(&mut self) -> Result<bool, Failure> {
        Ok(match &mut self.file {
            File::Csv(text) if text.len() < CHUNK => true,
            File::Csv(text) => self.pipe.pass_on(Ok(text.take().map_err(Failure::unwritten)?)),
            File::Xlsx(_) => !self.pipe.to.is_closed(),
        })
    }

    /// Sends the rest of what was filled whole.
    fn end(self, filled: Result<(), Failure>) {
        let Sheet { file, mut pipe } = self;
        let sent = filled.and_then(|()| match file {
            File::Csv(mut text) => Ok(pipe.pass_on(Ok(text.take().map_err(Failure::unwritten)?))),
            File::Xlsx(book) => {
                book.send(CHUNK, |chunk| pipe.pass_on(Ok(chunk))).map_err(Failure::unwritten)
            }
        });
        match sent {
            Ok(whole) => pipe.is_whole = whole,
            Err(failure) => tracing::error!(?failure, "a list could not be sent whole"),
        }
    }
}

/// The way to whoever reads. What is not whole breaks the transfer off, so that half a list is not
/// taken for the whole.
struct Pipe {
    to: Sender<io::Result<Bytes>>,
    is_whole: bool,
}

impl Pipe {
    fn new(to: Sender<io::Result<Bytes>>) -> Pipe {
        Pipe { to, is_whole: false }
    }

    /// Hands on to whoever reads; false when nobody does, or nobody has for a while.
    fn pass_on(&self, chunk: io::Result<Bytes>) -> bool {
        let sent = self.to.send_timeout(chunk, PATIENCE);
        Handle::current().block_on(sent).is_ok()
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if !self.is_whole {
            self.pass_on(Err(io::Error::other("the list broke off")));
        }
    }
}

/// An answer that is downloaded under a name, filled on a thread that may wait.
pub(crate) fn download(
    house: &Shared,
    kind: FileKind,
    name: &str,
    fill: impl FnOnce(&Engine, &mut Sheet) -> Result<(), Failure> + Send + 'static,
) -> Response {
    // What packs the answer asks once more after its end: the channel bears that.
    let (to, mut from) = channel(WAITING);
    let (engine, now) = (house.app.engine.clone(), house.now());
    tokio::task::spawn_blocking(move || send(kind, to, now, |sheet| fill(&engine, sheet)));
    let body = Body::from_stream(stream::poll_fn(move |context| from.poll_recv(context)));
    let disposition = format!("attachment; filename=\"{name}.{}\"", kind.ending());
    let headers = [
        (header::CONTENT_TYPE, kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

fn send(
    kind: FileKind,
    to: Sender<io::Result<Bytes>>,
    now: Timestamp,
    fill: impl FnOnce(&mut Sheet) -> Result<(), Failure>,
) {
    match Sheet::new(kind, Pipe::new(to), now) {
        Ok(mut sheet) => {
            let filled = fill(&mut sheet);
            sheet.end(filled);
        }
        Err(failure) => tracing::error!(?failure, "a list could not be begun"),
    }
}

#[cfg(test)]
mod tests;
