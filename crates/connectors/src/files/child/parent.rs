//! The side that asks: starts the child, reads what it answers, and ends it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use super::{ANSWER_BYTES_MAX, Answer, Ask, Job, Program, Stopped};
use crate::files::guard::{Limits, MIB, Reason};
use crate::files::table::{Row, RowFault, RowProblem};
use crate::files::xlsx::{RowsOf, Sheet, Source, WAITING, Wanted};

/// Asks a child for the sheets of a workbook.
pub(in crate::files) fn sheets(
    program: &Program,
    source: &Source,
    wanted: Wanted,
) -> Result<Vec<Sheet>, Reason> {
    let ask = Ask::Sheets(wanted);
    let mut running = Running::start(program, source, ask).map_err(Reason::Stopped)?;
    match running.answer().map_err(Reason::Stopped)? {
        Answer::Sheets(sheets) => Ok(sheets),
        Answer::Refused(words) => Err(Reason::Told(words)),
        Answer::Rows(..) | Answer::End => Err(Reason::Stopped(Stopped::Ended)),
    }
}

/// Rows parsed by a child of their own. It starts with the first row that is asked for, and ends
/// when nobody asks for more.
pub(in crate::files) struct Rows {
    program: Program,
    source: Source,
    of: RowsOf,
    read: Arc<AtomicU64>,
    state: State,
    ready: VecDeque<Result<Row, RowProblem>>,
}

enum State {
    Waiting,
    Running(Running),
    Done,
}

impl Rows {
    pub(in crate::files) fn new(
        program: Program,
        source: Source,
        of: RowsOf,
        read: Arc<AtomicU64>,
    ) -> Rows {
        Rows { program, source, of, read, state: State::Waiting, ready: VecDeque::new() }
    }

    /// The next batch; `None` after the last.
    fn batch(&mut self) -> Result<Option<VecDeque<Result<Row, RowProblem>>>, Stopped> {
        loop {
            match &mut self.state {
                State::Waiting => {
                    let ask = Ask::Rows(self.of.clone());
                    self.state = State::Running(Running::start(&self.program, &self.source, ask)?);
                }
                State::Running(running) => match running.answer()? {
                    Answer::Rows(read, batch) => {
                        self.read.store(read, Ordering::Relaxed);
                        return Ok(Some(batch.into()));
                    }
                    Answer::End => self.state = State::Done,
                    Answer::Sheets(_) | Answer::Refused(_) => return Err(Stopped::Ended),
                },
                State::Done => return Ok(None),
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            match self.batch() {
                Ok(batch) => self.ready = batch?,
                Err(stopped) => {
                    self.state = State::Done;
                    self.ready.push_back(Err(self.of.ended(RowFault::Stopped(stopped))));
                }
            }
        }
        self.ready.pop_front()
    }
}

/// A child at work. Dropped, it is ended.
struct Running {
    child: Child,
    answers: Receiver<Answer>,
    limits: Limits,
}

impl Running {
    fn start(program: &Program, source: &Source, ask: Ask) -> Result<Running, Stopped> {
        let limits = source.limits.clone();
        let not_started = |error: std::io::Error| Stopped::NotStarted(error.to_string());
        let job = serde_json::to_string(&Job { limits: limits.clone(), ask })
            .map_err(|error| not_started(error.into()))?;
        // What the environment holds, such as the database's password, is nothing for it to know.
        let mut child = Command::new(&program.path)
            .args(&program.args)
            .arg(job)
            .env_clear()
            .envs(program.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        if let Some(mut stdin) = child.stdin.take() {
            let bytes = source.bytes.clone();
            // A child that ends early does not take all of them, and how it ended is told below.
            std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        }
        let (sender, answers) = sync_channel(WAITING);
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || hear(stdout, &sender));
        }
        Ok(Running { child, answers, limits })
    }

    fn answer(&mut self) -> Result<Answer, Stopped> {
        self.answers.recv_timeout(self.limits.child_silence).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                Stopped::Silent { seconds: self.limits.child_silence.as_secs() }
            }
            RecvTimeoutError::Disconnected => self.how_it_ended(),
        })
    }

    fn how_it_ended(&mut self) -> Stopped {
        // One that says nothing more and goes on all the same would be waited for without end.
        let _ = self.child.kill();
        match self.child.wait() {
            Ok(status) => stopped_by(status, &self.limits),
            Err(_) => Stopped::Ended,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; waiting for it leaves no zombie behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hears answers out, and hands them on for as long as somebody takes them.
fn hear(stdout: ChildStdout, answers: &SyncSender<Answer>) {
    let mut stdout = BufReader::with_capacity(64 << 10, stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = stdout.by_ref().take(ANSWER_BYTES_MAX as u64);
        if limited.read_until(b'\n', &mut line).is_err() || !line.ends_with(b"\n") {
            return;
        }
        let Ok(answer) = serde_json::from_slice(&line) else { return };
        if answers.send(answer).is_err() {
            return;
        }
    }
}

#[cfg(unix)]
fn stopped_by(status: ExitStatus, limits: &Limits) -> Stopped {
    use std::os::unix::process::ExitStatusExt;
    // As Linux and macOS number them: a Rust program aborts when it is given no memory, and the
    // system sends the other when the processor time is used up.
    const ABORT: i32 = 6;
    const OUT_OF_TIME: i32 = 24;
    match status.signal() {
        Some(ABORT) => Stopped::Memory { mib: limits.child_bytes / MIB },
        Some(OUT_OF_TIME) => Stopped::Time { seconds: limits.child_seconds },
        _ => Stopped::Ended,
    }
}

#[cfg(not(unix))]
fn stopped_by(_: ExitStatus, _: &Limits) -> Stopped {
    Stopped::Ended
}
