//! The connections that readers share.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::{
    database::{Connection, Location},
    error::StoreError,
};

/// Up to a fixed number of connections, each opened when it is first needed.
pub(crate) struct Pool {
    location: Location,
    connections_max: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
}

impl Pool {
    pub(crate) fn new(location: Location, connections_max: usize) -> Pool {
        let state = Mutex::new(State::default());
        Pool { location, connections_max, state, returned: Condvar::new() }
    }

    /// A connection inside a read transaction; waits for one when all are out.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) fn begin(&self) -> Result<Lent<'_>, StoreError> {
        loop {
            let (connection, is_new) = self.take()?;
            let lent = Lent { pool: self, connection: Some(connection) };
            match lent.connection().begin_read() {
                Ok(()) => return Ok(lent),
                // A server that was started anew has closed all that lay idle; a connection
                // opened just now that fails is a failure.
                Err(_) if !is_new && lent.connection().is_closed() => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn take(&self) -> Result<(Connection, bool), StoreError> {
        let mut state = self.state();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok((connection, false));
            }
            if state.open < self.connections_max {
                state.open += 1;
                drop(state);
                let opened = Connection::open(&self.location);
                if opened.is_err() {
                    self.state().open -= 1;
                    self.returned.notify_one();
                }
                return opened.map(|connection| (connection, true));
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, connection: Connection) {
        connection.roll_back();
        let mut state = self.state();
        if connection.is_closed() {
            state.open -= 1;
        } else {
            state.idle.push(connection);
        }
        drop(state);
        self.returned.notify_one();
    }

    /// No code that can panic runs while the state is locked, so it is never half-way.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back to its pool when dropped, also when the reader panics.
pub(crate) struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lent<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.give_back(connection);
        }
    }
}
