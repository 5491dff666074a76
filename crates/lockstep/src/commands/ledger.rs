//! `lockstep ledger`: is it whole, are the read models what it says, and how to take it elsewhere.

mod exported;

use std::io::Write;

use clap::{Args, Subcommand};
use engine::Engine;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Damage, Head, Reader, StoreError};

use crate::{
    failure::{Failure, Kind},
    output::{Answer, Voice, count, pairs},
    place::Place,
    sink::Sink,
};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check every fact and every seal
    #[command(long_about = include_str!("ledger/verify.md"))]
    Verify(Checked),
    /// Work every read model out again, and compare
    #[command(long_about = include_str!("ledger/rebuild.md"))]
    Rebuild,
    /// Write every fact and every seal as JSON lines
    #[command(long_about = include_str!("ledger/export.md"))]
    Export(Target),
    /// Write every row of every read model as JSON lines
    #[command(long_about = include_str!("ledger/dump.md"))]
    Dump(Target),
    /// Say where the ledger ends
    #[command(long_about = include_str!("ledger/head.md"))]
    Head,
}

/// What is checked.
#[derive(Debug, Args)]
pub struct Checked {
    /// What `ledger export` wrote, or - for stdin; it is checked alone, with no database
    #[arg(long, value_name = "FILE|-")]
    pub export: Option<String>,
}

/// Where the lines go.
#[derive(Debug, Args)]
pub struct Target {
    /// A file that is not there yet, or - for stdout
    #[arg(value_name = "FILE|-", default_value = "-")]
    pub target: String,
}

/// Runs a command about the ledger.
///
/// # Errors
/// Why it did not happen, or what is damaged.
pub fn run(
    command: Command,
    place: &Place,
    voice: Voice,
    now: Timestamp,
) -> Result<Answer, Failure> {
    if let Command::Verify(Checked { export: Some(file) }) = &command {
        return exported::verify(file, voice);
    }
    let engine = place.open(now)?;
    match command {
        Command::Verify(_) => verify(&engine, voice),
        Command::Rebuild => rebuild(&engine, voice, now),
        Command::Export(args) => {
            write(&engine, &args.target, voice, |reader, out| reader.export_ledger(out))
        }
        Command::Dump(args) => write(&engine, &args.target, voice, |reader, out| reader.dump(out)),
        Command::Head => head(&engine),
    }
}

fn head(engine: &Engine) -> Result<Answer, Failure> {
    let head = engine.read(|reader| reader.head())?;
    let text = pairs(&[
        ("facts", head.fact.to_string()),
        ("seals", head.seal.to_string()),
        ("hash", head.hash.clone()),
    ]);
    let text = format!("{text}\n\nKept elsewhere, the hash proves that nothing was cut off.");
    Ok(Answer::new(text, json!({ "head": of(&head) })))
}

fn verify(engine: &Engine, voice: Voice) -> Result<Answer, Failure> {
    let bar = voice.progress("verifying");
    let damages = engine.store().verify(|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    if !damages.is_empty() {
        return Err(damaged(&damages));
    }
    let head = engine.read(|reader| reader.head())?;
    Ok(whole("The ledger", &head))
}

/// That `what`, which ends at `head`, is as it was written.
fn whole(what: &str, head: &Head) -> Answer {
    let text = format!(
        "{what} is whole: {} and {} verify.\nHead {}",
        count(usize::try_from(head.fact.0).unwrap_or_default(), "fact"),
        count(usize::try_from(head.seal).unwrap_or_default(), "seal"),
        head.hash
    );
    Answer::new(text, json!({ "whole": true, "head": of(head), "damages": [] }))
}

fn damaged(damages: &[Damage]) -> Failure {
    let found = count(damages.len(), "damage");
    let lines = damages.iter().map(|damage| format!("  {damage}")).collect();
    let json: Vec<Value> = damages.iter().map(damage_of).collect();
    Failure::new(Kind::Integrity, format!("the ledger is not as it was written: {found}"))
        .lines(lines)
        .detail("damages", json.into())
        .advise("Stop Lockstep, keep a copy of the files as they are, and restore a backup.")
}

fn damage_of(damage: &Damage) -> Value {
    let says = damage.to_string();
    match damage {
        Damage::Fact { no, .. } => json!({ "damage": "fact", "no": no, "says": says }),
        Damage::Seal { no, .. } => json!({ "damage": "seal", "no": no, "says": says }),
        Damage::MissingFacts { first, last } => {
            json!({ "damage": "missing_facts", "first": first, "last": last, "says": says })
        }
        Damage::MissingSeals { first, last } => {
            json!({ "damage": "missing_seals", "first": first, "last": last, "says": says })
        }
        Damage::Unsealed { first, last } => {
            json!({ "damage": "unsealed", "first": first, "last": last, "says": says })
        }
        Damage::Person { subject, fact } => {
            json!({ "damage": "person", "subject": subject, "no": fact, "says": says })
        }
        Damage::Line { line, .. } => json!({ "damage": "line", "line": line, "says": says }),
        Damage::Database { .. } => json!({ "damage": "database", "says": says }),
    }
}

fn rebuild(engine: &Engine, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let (head_before, before) = sum_of_dump(engine)?;
    let bar = voice.progress("rebuilding");
    let told = bar.clone();
    engine.store().rebuild(now, move |done, total| {
        told.set_length(total);
        told.set_position(done);
    })?;
    bar.finish_and_clear();
    let (head, after) = sum_of_dump(engine)?;
    let lines = pairs(&[("before", before.clone()), ("after", after.clone())]);
    let compared = head == head_before;
    if compared && before != after {
        return Err(Failure::new(Kind::Integrity, "the read models were not what the ledger says")
            .lines(lines.lines().map(str::to_owned).collect())
            .detail("before", before.into())
            .detail("after", after.into())
            .changed("They were worked out again and are now what the ledger says.")
            .advise("Verify the ledger itself with `lockstep ledger verify`."));
    }
    let said = match compared {
        true => "The read models were worked out again and are the same, to the byte.",
        false => {
            "The read models were worked out again. Facts came in meanwhile, so the two sums \
                  cannot be compared: stop the server and run it again to compare."
        }
    };
    let json = json!({
        "before": before,
        "after": after,
        "compared": compared,
        "same": compared.then_some(before == after),
        "head": of(&head),
    });
    Ok(Answer::new(format!("{said}\n{lines}"), json))
}

/// Where the ledger ends, and the SHA-256 of the dump as of there.
fn sum_of_dump(engine: &Engine) -> Result<(Head, String), Failure> {
    let mut sink = Sink::nowhere();
    let head = engine.read(|reader| {
        reader.dump(&mut sink)?;
        reader.head()
    })?;
    let (_, sum) = sink.finish().map_err(|error| Failure::io("sum up the dump", &error))?;
    Ok((head, sum))
}

fn write(
    engine: &Engine,
    target: &str,
    voice: Voice,
    lines: impl FnOnce(&Reader<'_>, &mut dyn Write) -> Result<(), StoreError>,
) -> Result<Answer, Failure> {
    let to_stdout = target == "-";
    if to_stdout && voice.json {
        return Err(Failure::usage("the lines and the JSON answer both want stdout")
            .advise("Name a file for the lines."));
    }
    let mut sink = Sink::create(target)?;
    let written = engine.read(|reader| {
        lines(reader, &mut sink)?;
        reader.head()
    });
    let head = match written {
        Err(_) if sink.reader_is_gone => return Ok(Answer::new("", Value::Null)),
        Err(error) => {
            return Err(match to_stdout {
                true => Failure::from(error),
                false => Failure::from(error)
                    .changed(format!("{target} holds the first lines only: take it away.")),
            });
        }
        Ok(head) => head,
    };
    let (bytes, sum) =
        sink.finish().map_err(|error| Failure::io(&format!("write {target}"), &error))?;
    let text = format!("{bytes} bytes as of fact {}.\nSHA-256 {sum}", head.fact);
    let json = json!({ "file": target, "bytes": bytes, "sha256": sum, "head": of(&head) });
    let mut answer = Answer::new(text, json);
    answer.stdout_taken = to_stdout;
    Ok(answer)
}

fn of(head: &Head) -> Value {
    json!({ "facts": head.fact, "seals": head.seal, "hash": head.hash })
}
