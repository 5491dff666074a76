//! Databases for tests: one of each kind, empty, gone afterwards.
//!
//! PostgreSQL takes part when `LOCKSTEP_TEST_POSTGRES` names a server on which databases may be
//! made, such as `postgres://postgres@127.0.0.1:5433`. Included by `tests/story` as well, so it
//! names nothing of the crate.

use std::sync::atomic::{AtomicU32, Ordering};

/// One empty database.
pub struct Database {
    /// What it is, for a failing assertion.
    pub kind: &'static str,
    /// Where it is, as `Location::parse` reads it.
    pub place: String,
    server: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

/// An empty database of each kind that this machine has.
pub fn databases() -> Vec<Database> {
    let mut all = vec![sqlite()];
    match std::env::var("LOCKSTEP_TEST_POSTGRES") {
        Ok(server) => all.push(postgres(server)),
        Err(_) => println!("LOCKSTEP_TEST_POSTGRES is not set: tested on SQLite alone"),
    }
    all
}

/// An empty SQLite database.
pub fn sqlite() -> Database {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let place = folder.path().join("lockstep.db").display().to_string();
    Database { kind: "SQLite", place, server: None, _folder: Some(folder) }
}

fn postgres(server: String) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("lockstep_test_{}_{number}", std::process::id());
    let mut client = connect(&server);
    // A collation unlike SQLite's, so that whoever leans on the database's order is found out.
    let odd =
        format!("create database {name} template template0 locale_provider icu icu_locale 'en'");
    if client.batch_execute(&odd).is_err() {
        client.batch_execute(&format!("create database {name}")).expect("databases may be made");
    }
    let place = format!("{}/{name}", server.trim_end_matches('/'));
    Database { kind: "PostgreSQL", place, server: Some((server, name)), _folder: None }
}

fn connect(server: &str) -> postgres::Client {
    postgres::Client::connect(server, postgres::NoTls).expect("the test server answers")
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let drop = format!("drop database if exists {name} with (force)");
            connect(server).batch_execute(&drop).expect("databases may be dropped");
        }
    }
}
