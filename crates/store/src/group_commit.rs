//! One thread writes for all. It takes the jobs that have come in while it committed the last
//! batch, runs each in its own savepoint, commits them together and only then answers: the disk is
//! waited for once a batch, not once a job.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    database::{Connection, Location},
    error::{StoreError, doing},
    memory::Memory,
    writer::{Batch, Writer},
};

/// The most jobs that share a commit.
const JOBS_MAX: usize = 512;

/// After this long no further job joins a batch: the first to come should not wait for the 512th.
const GATHERING_MAX: Duration = Duration::from_millis(25);

/// What came of a job: its own word, or that it panicked.
type Outcome<T, E> = Result<Result<T, E>, Box<dyn Any + Send>>;

/// A job as the thread sees it.
trait Job: Send {
    /// Runs it; whether what it wrote is to be kept.
    fn run(&mut self, connection: &Connection, batch: &mut Batch) -> bool;

    /// Notes that what it called done could not be kept.
    fn fail(&mut self, error: StoreError);

    /// Tells its caller what came of it, or why its batch was lost.
    fn answer(self: Box<Self>, committed: &Result<(), StoreError>);
}

struct Waiting<T, E, F> {
    now: Timestamp,
    write: Option<F>,
    outcome: Option<Outcome<T, E>>,
    caller: SyncSender<Outcome<T, E>>,
}

impl<T, E, F> Job for Waiting<T, E, F>
where
    T: Send,
    E: Send + From<StoreError>,
    F: FnOnce(&mut Writer<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, connection: &Connection, batch: &mut Batch) -> bool {
        let Some(write) = self.write.take() else { return false };
        let mut writer = Writer { connection, batch, now: self.now, on_account_of: None };
        // A panic leaves only the batch and the connection behind, and the savepoint takes both
        // back to where they were.
        let outcome = catch_unwind(AssertUnwindSafe(|| write(&mut writer)));
        let keep = matches!(outcome, Ok(Ok(_)));
        self.outcome = Some(outcome);
        keep
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Ok(Err(E::from(error))));
    }

    fn answer(self: Box<Self>, committed: &Result<(), StoreError>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(panic)), _) => Err(panic),
            // A refusal may rest on another job's facts, which are gone with the batch.
            (_, Err(error)) => Ok(Err(E::from(error.clone()))),
            (Some(outcome), Ok(())) => outcome,
            (None, Ok(())) => Ok(Err(E::from(StoreError::Closed))),
        };
        // A caller that is gone needs no answer.
        let _ = self.caller.send(outcome);
    }
}

/// The way to the writing thread.
pub(crate) struct GroupCommit {
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl GroupCommit {
    /// Starts the thread on `connection`; it opens another one at `location` if that one closes.
    pub(crate) fn start(
        location: Location,
        connection: Connection,
    ) -> Result<GroupCommit, StoreError> {
        let (jobs, incoming) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work(&location, Some(connection), &incoming))
            .map_err(doing("start the writing thread"))?;
        Ok(GroupCommit { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `write` on the thread and waits until it is on disk. A panic in `write` goes on in
    /// the caller.
    pub(crate) fn write<T, E>(
        &self,
        now: Timestamp,
        write: impl FnOnce(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (Some(jobs), Some(thread)) = (&self.jobs, &self.thread) else {
            return Err(StoreError::Closed.into());
        };
        if thread.thread().id() == std::thread::current().id() {
            return Err(StoreError::WriteInsideWrite.into());
        }
        let (caller, answer) = sync_channel(1);
        let job = Waiting { now, write: Some(write), outcome: None, caller };
        if jobs.send(Box::new(job)).is_err() {
            return Err(StoreError::Closed.into());
        }
        match answer.recv() {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(StoreError::Closed.into()),
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It cannot have panicked: every job's panic is caught.
            let _ = thread.join();
        }
    }
}

fn work(
    location: &Location,
    mut connection: Option<Connection>,
    incoming: &Receiver<Box<dyn Job>>,
) {
    let mut memory = Memory::default();
    while let Ok(first) = incoming.recv() {
        let mut jobs = vec![first];
        let committed = match usable(location, &mut connection) {
            Ok(connection) => commit_together(connection, &mut memory, incoming, &mut jobs),
            Err(error) => Err(error),
        };
        for job in jobs {
            job.answer(&committed);
        }
    }
}

fn usable<'a>(
    location: &Location,
    connection: &'a mut Option<Connection>,
) -> Result<&'a Connection, StoreError> {
    if connection.as_ref().is_none_or(Connection::is_closed) {
        *connection = None;
        *connection = Some(Connection::open(location)?);
    }
    connection.as_ref().ok_or(StoreError::Closed)
}

/// Runs the first job and all that wait behind it, up to the limits, and commits them. On an error
/// nothing of any of them is kept.
fn commit_together(
    connection: &Connection,
    memory: &mut Memory,
    incoming: &Receiver<Box<dyn Job>>,
    jobs: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    let done = connection.begin_write().and_then(|()| {
        // Taken out, so that a batch that fails leaves nothing to remember.
        let mut batch = Batch::begin(connection, std::mem::take(memory))?;
        let begun = Instant::now();
        loop {
            match jobs.as_mut_slice() {
                [] => {}
                [first] => run_first(connection, &mut batch, first.as_mut())?,
                [.., job] => run_in_savepoint(connection, &mut batch, job.as_mut())?,
            }
            if jobs.len() >= JOBS_MAX || begun.elapsed() >= GATHERING_MAX {
                break;
            }
            match incoming.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        let head = batch.seal(connection)?;
        connection.commit()?;
        *memory = batch.into_memory(head);
        Ok(())
    });
    if done.is_err() {
        connection.roll_back();
    }
    done
}

/// Runs a job that nothing came before. To undo it is to begin anew, so it needs no savepoint, under
/// which SQLite would keep a copy of every page that a large job changes.
fn run_first(
    connection: &Connection,
    batch: &mut Batch,
    job: &mut dyn Job,
) -> Result<(), StoreError> {
    if job.run(connection, batch) {
        match connection.run("end a job", "savepoint job; release savepoint job") {
            Ok(()) => return Ok(()),
            // It kept quiet about a failure of the database, and PostgreSQL did not.
            Err(error) => job.fail(error),
        }
    }
    connection.roll_back();
    connection.begin_write()?;
    batch.begin_anew(connection)
}

fn run_in_savepoint(
    connection: &Connection,
    batch: &mut Batch,
    job: &mut dyn Job,
) -> Result<(), StoreError> {
    let facts_before = batch.len();
    connection.run("begin a job", "savepoint job")?;
    let keep = job.run(connection, batch);
    if keep {
        match connection.run("end a job", "release savepoint job") {
            Ok(()) => return Ok(()),
            // It kept quiet about a failure of the database, and PostgreSQL did not.
            Err(error) => job.fail(error),
        }
    }
    batch.cut(facts_before);
    connection.undo_to("undo a job", "job")
}

#[cfg(test)]
mod tests;
