//! The store: one writing thread, several readers.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    database::{Connection, Location},
    error::StoreError,
    group_commit::GroupCommit,
    migrate::migrate,
    pool::Pool,
    reader::Reader,
    writer::Writer,
};

/// Readers that can ask at the same time; the next waits. SQLite's cost a little memory each,
/// PostgreSQL's a process on the server each.
const READERS_MAX: usize = 8;

/// The database, open. Any number of threads may share it.
pub struct Store {
    writing: GroupCommit,
    reading: Pool,
    pub(crate) location: Location,
}

impl Store {
    /// Opens the database, makes it when it is missing, and applies every migration it lacks;
    /// `now` is noted beside those.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer Lockstep wrote it; otherwise when the file or the
    /// server cannot be used.
    pub fn open(location: &Location, now: Timestamp) -> Result<Store, StoreError> {
        let connection = Connection::open(location)?;
        migrate(&connection, now)?;
        Ok(Store {
            writing: GroupCommit::start(location.clone(), connection)?,
            reading: Pool::new(location.clone(), READERS_MAX),
            location: location.clone(),
        })
    }

    /// Runs `write` in one transaction: all that it writes is kept, or nothing. When this returns
    /// `Ok`, it is on disk. Facts appended carry `now` as the instant of recording.
    ///
    /// An error of `write` undoes what it wrote and nothing else; a panic in it does too, and goes
    /// on in the calling thread. Other callers' writes may share the commit.
    ///
    /// # Errors
    /// What `write` returns; or a [`StoreError`] when the batch could not be committed, in which
    /// case nothing of it was kept and the same call may succeed later.
    pub fn write<T, E>(
        &self,
        now: Timestamp,
        write: impl FnOnce(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writing.write(now, write)
    }

    /// Copies the database as it stands to a file that is not there yet, while others go on using
    /// it; what a server has is copied too. `now` is noted beside the schema where that is new.
    ///
    /// # Errors
    /// When the copy cannot be written, or the database not be read.
    pub fn copy_to(&self, path: &Path, now: Timestamp) -> Result<(), StoreError> {
        Connection::open(&self.location)?.copy_to(path, now)
    }

    /// Runs `read` over what has been committed. All its questions are answered as of one instant.
    ///
    /// # Errors
    /// What `read` returns; or a [`StoreError`] when the database cannot be reached.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let lent = self.reading.begin()?;
        read(&Reader(lent.connection()))
    }
}
