//! Where the data is: the directory, and the database in it unless it is elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use engine::Engine;
use jiff::Timestamp;
use store::Location;

use crate::failure::{Failure, Kind};

/// The name of the database in the data directory.
const DATABASE: &str = "lockstep.db";

/// Where the data is.
#[derive(Debug, Clone)]
pub struct Place {
    /// The data directory.
    pub data: PathBuf,
    /// The database.
    pub database: Location,
}

impl Place {
    /// The place that the command line and the environment name.
    pub fn new(data: PathBuf, database: Option<&str>) -> Place {
        let database = match database {
            Some(text) => Location::parse(text),
            None => Location::Sqlite(data.join(DATABASE)),
        };
        Place { data, database }
    }

    /// The database in words, without a password.
    pub fn words(&self) -> String {
        match &self.database {
            Location::Sqlite(path) => path.display().to_string(),
            Location::Postgres(url) => without_password(url),
        }
    }

    /// The database's file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.database {
            Location::Sqlite(path) => Some(path),
            Location::Postgres(_) => None,
        }
    }

    /// Opens a database that is there. A missing one is not made, so that a slip in its name is
    /// not answered by an empty house.
    ///
    /// # Errors
    /// When it is missing or cannot be opened.
    pub fn open(&self, now: Timestamp) -> Result<Engine, Failure> {
        if let Some(path) = self.file()
            && !path.exists()
        {
            let message = format!("there is no database at {}", path.display());
            return Err(Failure::not_found(message).advise(
                "Make one with `lockstep init`, or name another with --data or --database.",
            ));
        }
        Ok(Engine::open(&self.database, now)?)
    }

    /// Opens the database, and makes it and its directory, for their owner alone, where they are
    /// missing.
    ///
    /// # Errors
    /// When they cannot be made or opened.
    pub fn open_or_make(&self, now: Timestamp) -> Result<Engine, Failure> {
        let parent = self.file().and_then(Path::parent).unwrap_or(&self.data);
        for dir in [&self.data, parent] {
            make_private(dir).map_err(|error| {
                let message = format!("could not make the directory {}: {error}", dir.display());
                Failure::new(Kind::Failure, message)
                    .advise("Choose a directory that you may write to, with --data.")
            })?;
        }
        Ok(Engine::open(&self.database, now)?)
    }
}

/// Makes a directory for its owner alone. One that is there stays as it is.
fn make_private(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// `postgres://ann:secret@host/db` as `postgres://ann:…@host/db`.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:…@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_lies_in_the_data_directory_unless_it_is_named() {
        let dir = PathBuf::from("/srv/x");
        assert_eq!(Place::new(dir.clone(), None).words(), "/srv/x/lockstep.db");
        assert_eq!(Place::new(dir.clone(), Some("/y.db")).words(), "/y.db");
        let server = Place::new(dir, Some("postgres://ann:geheim@host/db"));
        assert_eq!(server.words(), "postgres://ann:…@host/db");
    }
}
