//! What the command line keeps beside the ledger and `engine` has no function for yet. Nothing here
//! appends a fact.

use engine::{Engine, Error};
use jiff::Timestamp;
use store::ApiKey;

/// Keeps settings by name.
///
/// # Errors
/// When the database cannot be written; then none is kept.
pub fn keep_settings(
    engine: &Engine,
    settings: Vec<(&'static str, String)>,
    now: Timestamp,
) -> Result<(), Error> {
    engine.store().write(now, move |writer| {
        for (name, value) in &settings {
            writer.set(name, Some(value))?;
        }
        Ok(())
    })
}

/// Takes a key back.
///
/// # Errors
/// When the database cannot be written.
pub fn revoke_key(engine: &Engine, key: ApiKey, now: Timestamp) -> Result<(), Error> {
    let revoked = ApiKey { revoked_at: Some(now), ..key };
    engine.store().write(now, move |writer| Ok(writer.keep_api_key(&revoked)?))
}
