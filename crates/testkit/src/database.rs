//! An empty database, gone afterwards: SQLite, or PostgreSQL where `LOCKSTEP_TEST_POSTGRES` names
//! a server on which databases may be made, such as `postgres://postgres@127.0.0.1:5433`.

use std::sync::atomic::{AtomicU32, Ordering};

use store::Location;

/// Where the world's facts are kept.
pub(crate) struct Database {
    pub(crate) location: Location,
    server: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    pub(crate) fn new() -> Database {
        match std::env::var("LOCKSTEP_TEST_POSTGRES") {
            Ok(server) => Database::on_server(server),
            Err(_) => Database::in_file(),
        }
    }

    fn in_file() -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let location = Location::Sqlite(folder.path().join("lockstep.db"));
        Database { location, server: None, _folder: Some(folder) }
    }

    fn on_server(server: String) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("lockstep_story_{}_{number}", std::process::id());
        tell(&server, format!("create database {name}"));
        let location = Location::parse(&format!("{}/{name}", server.trim_end_matches('/')));
        Database { location, server: Some((server, name)), _folder: None }
    }
}

/// On its own thread: the client would otherwise block inside the tests' runtime.
fn tell(server: &str, statement: String) {
    let server = server.to_owned();
    let told = std::thread::spawn(move || {
        let client = postgres::Client::connect(&server, postgres::NoTls);
        client.and_then(|mut client| client.batch_execute(&statement))
    });
    told.join().expect("the thread ends").expect("databases may be made and dropped");
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            tell(server, format!("drop database if exists {name} with (force)"));
        }
    }
}
