//! `lockstep key`: keys by which other systems report facts.

use clap::{Args, Subcommand};
use connectors::facts::{self, NotAFact};
use engine::Engine;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::ApiKey;

use crate::{
    failure::Failure,
    output::{Answer, table},
    place::Place,
};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key; its secret is shown once
    #[command(long_about = include_str!("key/add.md"))]
    Add(Add),
    /// List the keys, without their secrets
    #[command(long_about = include_str!("key/list.md"))]
    List,
    /// Take a key back, at once and for good
    #[command(long_about = include_str!("key/revoke.md"))]
    Revoke(Revoke),
}

/// A new key.
#[derive(Debug, Args)]
pub struct Add {
    /// The system that reports with it, such as hubspot; it stands before every id
    #[arg(long, value_name = "NAME")]
    pub source: String,
}

/// A key that is to be taken back.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The key's id, from `lockstep key list`
    pub id: String,
}

/// Runs a command about keys.
///
/// # Errors
/// Why it did not happen.
pub fn run(command: Command, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    match command {
        Command::Add(args) => add(&engine, &args.source, now),
        Command::List => list(&engine),
        Command::Revoke(args) => revoke(&engine, &args.id, now),
    }
}

fn add(engine: &Engine, source: &str, now: Timestamp) -> Result<Answer, Failure> {
    check_source(source)?;
    let before = keys(engine)?;
    let secret = engine.add_key(None, source, now)?;
    let made = keys(engine)?.into_iter().find(|key| !before.contains(key));
    let id = made.map(|key| key.id).unwrap_or_default();
    let text = format!(
        "Key {id} reports for {source}. Its secret is shown this once:\n  {secret}\n\nSend it as \
         `Authorization: Bearer …`. Take it back with `lockstep key revoke {id}`."
    );
    Ok(Answer::new(text, json!({ "id": id, "source": source, "secret": secret })))
}

/// A key whose source could not stand before an id would have every fact refused: the reader of
/// facts is asked what it would say.
fn check_source(source: &str) -> Result<(), Failure> {
    match facts::from_value(json!({}), Some(source)) {
        Err(wrong @ NotAFact::Wrong { key: "source", .. }) => {
            Err(Failure::refused(wrong.to_string()))
        }
        _ => Ok(()),
    }
}

fn list(engine: &Engine) -> Result<Answer, Failure> {
    let keys = keys(engine)?;
    let json = json!({ "keys": keys.iter().map(of).collect::<Vec<_>>() });
    if keys.is_empty() {
        return Ok(Answer::new("There are no keys.\n\nNext: lockstep key add --source crm", json));
    }
    let rows = keys.iter().map(|key| {
        let revoked = key.revoked_at.map_or("-".to_owned(), |at| at.to_string());
        vec![key.id.clone(), key.source.clone(), key.created_at.to_string(), revoked]
    });
    Ok(Answer::new(table(&["id", "source", "made", "taken back"], rows.collect()), json))
}

fn revoke(engine: &Engine, id: &str, now: Timestamp) -> Result<Answer, Failure> {
    let Some(key) = keys(engine)?.into_iter().find(|key| key.id == id) else {
        return Err(Failure::not_found(format!("there is no key {id}"))
            .advise("List the keys with `lockstep key list`."));
    };
    if let Some(at) = key.revoked_at {
        let text = format!("Key {id} was taken back already, at {at}; nothing was changed.");
        return Ok(Answer::new(text, json!({ "key": of(&key) })));
    }
    let source = key.source.clone();
    engine.revoke_key(None, key.clone(), now)?;
    let key = ApiKey { revoked_at: Some(now), ..key };
    let text = format!("Key {id} of {source} is taken back; it does not work any more.");
    Ok(Answer::new(text, json!({ "key": of(&key) })))
}

fn keys(engine: &Engine) -> Result<Vec<ApiKey>, Failure> {
    Ok(engine.read(|reader| reader.api_keys())?)
}

fn of(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "source": key.source,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    })
}
