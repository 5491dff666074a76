//! `lockstep doctor`: is everything as it should be, and if not, what to do.

use std::path::Path;

use engine::Engine;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use store::{SCHEMA, StoreError, read::AgreementState};

use crate::{
    failure::Failure,
    output::{Answer, mark, plain},
    place::Place,
};

/// With less room than this the next import may fill the disk: 1 GiB.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// A clock before this is not set: this version of Lockstep was not yet written.
const WRITTEN_ON: &str = "2026-11-01T00:00:00Z";

/// How far the clock of another node may go ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    /// Its key.
    check: &'static str,
    /// Whether it is as it should be.
    ok: bool,
    /// What was found, as a sentence.
    found: String,
    /// What to do, where something is to be done.
    remedy: Option<String>,
}

fn well(check: &'static str, found: impl Into<String>) -> Check {
    Check { check, ok: true, found: found.into(), remedy: None }
}

fn attention(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Check {
    Check { check, ok: false, found: found.into(), remedy: Some(remedy.into()) }
}

/// Looks at everything; the exit code is 1 when something wants attention.
///
/// # Errors
/// None: whatever is wrong is a line of the answer.
pub fn run(place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let mut checks = Vec::new();
    files(place, &mut checks);
    disk(place, &mut checks);
    match place.open(now) {
        Ok(engine) => {
            checks.push(well("database", format!("{} opens.", place.words())));
            let found = format!("It has schema {SCHEMA}, which this Lockstep writes.");
            checks.push(well("schema", found));
            if let Err(error) = inside(&engine, now, &mut checks) {
                let failure = Failure::from(error);
                checks.push(attention(
                    "database",
                    failure.message,
                    "Run `lockstep ledger verify`.",
                ));
            }
        }
        Err(failure) => {
            let remedy = failure.advice.unwrap_or_else(|| "See that it can be reached.".into());
            checks.push(attention("database", failure.message.to_string(), remedy));
        }
    }
    let ok = checks.iter().all(|check| check.ok);
    let text: Vec<String> = checks.iter().map(line).collect();
    let mut answer = Answer::new(text.join("\n"), json!({ "ok": ok, "checks": checks }));
    answer.code = u8::from(!ok);
    answer.styled = true;
    Ok(answer)
}

fn line(check: &Check) -> String {
    let word = mark(&format!("{:9}", if check.ok { "ok" } else { "attention" }), check.ok);
    let remedy = check.remedy.as_ref().map(|remedy| format!("\n           {}", plain(remedy)));
    format!("{word}  {}: {}{}", check.check, plain(&check.found), remedy.unwrap_or_default())
}

fn files(place: &Place, checks: &mut Vec<Check>) {
    let Some(file) = place.file() else { return };
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new("."));
    if !dir.is_dir() {
        let found = format!("{} is not there.", dir.display());
        checks.push(attention("directory", found, "Make it with `lockstep init`."));
        return;
    }
    checks.push(privacy("directory", dir, "700"));
    if file.exists() {
        checks.push(privacy("file", file, "600"));
    }
}

#[cfg(unix)]
fn privacy(check: &'static str, path: &Path, mode: &str) -> Check {
    use std::os::unix::fs::PermissionsExt;
    let name = path.display();
    match std::fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 == 0 => {
            well(check, format!("{name} is readable by its owner alone."))
        }
        Ok(found) => attention(
            check,
            format!("{name} is open to others (mode {:o}).", found.permissions().mode() & 0o777),
            format!("Run `chmod {mode} {name}`."),
        ),
        Err(error) => attention(check, format!("{name}: {error}."), "See who owns it."),
    }
}

#[cfg(not(unix))]
fn privacy(check: &'static str, path: &Path, _mode: &str) -> Check {
    well(check, format!("{} is there; its rights are for you to check.", path.display()))
}

#[cfg(unix)]
fn disk(place: &Place, checks: &mut Vec<Check>) {
    let Some(dir) = place.file().and_then(Path::parent).filter(|dir| dir.is_dir()) else { return };
    match rustix::fs::statvfs(dir) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let found = format!("{} MiB are free beside the database.", free >> 20);
            checks.push(match free >= FREE_BYTES_MIN {
                true => well("disk", found),
                false => attention("disk", found, "Make room: 1 GiB or more should be free."),
            });
        }
        Err(error) => {
            let found = format!("The free room cannot be told: {error}.");
            checks.push(attention("disk", found, "Look at it with `df`."));
        }
    }
}

#[cfg(not(unix))]
fn disk(_place: &Place, _checks: &mut Vec<Check>) {}

fn inside(engine: &Engine, now: Timestamp, checks: &mut Vec<Check>) -> Result<(), StoreError> {
    engine.read(|reader| {
        let head = reader.head()?;
        let newest = reader.entry(head.fact)?.map(|entry| entry.recorded_at);
        checks.push(clock(newest, now));
        let settings = reader.settings()?;
        let missing: Vec<&str> = ["firm.name", "firm.currency", "firm.zone"]
            .into_iter()
            .filter(|name| !settings.contains_key(*name))
            .collect();
        checks.push(match missing.is_empty() {
            true => well("settings", "The firm's name, currency and zone are set."),
            false => attention(
                "settings",
                format!("{} not set.", missing.join(", ")),
                "Set what is missing with `lockstep init --name … --currency … --zone …`.",
            ),
        });
        let versions = reader.agreements()?;
        let in_force = versions.iter().find(|row| row.state == AgreementState::InForce);
        checks.push(match in_force {
            Some(row) => well("agreement", format!("Version {} is in force.", row.version)),
            None => attention(
                "agreement",
                "No version is in force, so nothing is decided.",
                "Propose one with `lockstep agreement propose DIR`; both sides sign it.",
            ),
        });
        let waiting = reader.undecided_count(now)?;
        checks.push(match waiting {
            0 => well("queue", "Nothing waits to be decided."),
            n => attention(
                "queue",
                format!("{n} leads wait to be decided about."),
                "Run `lockstep tick`, and see that the server ticks once a minute.",
            ),
        });
        checks.push(last_import(reader.imports()?.first()));
        Ok(())
    })
}

fn clock(newest: Option<Timestamp>, now: Timestamp) -> Check {
    let remedy = "Set the machine's clock, by NTP if it can be.";
    if WRITTEN_ON.parse().is_ok_and(|written: Timestamp| now < written) {
        return attention("clock", format!("It says {now:.0}, which is long past."), remedy);
    }
    match newest {
        Some(newest) if newest > now + SKEW => {
            let found =
                format!("It says {now:.0}, and the newest fact was recorded at {newest:.0}.");
            attention("clock", found, remedy)
        }
        _ => well("clock", format!("It says {now:.0}, and no fact was recorded later.")),
    }
}

fn last_import(run: Option<&store::ImportRun>) -> Check {
    let Some(run) = run else { return well("import", "Nothing has been imported yet.") };
    let found =
        format!("The last, of {}, began at {:.0}: {}.", run.source, run.started_at, run.state);
    match run.finished_at {
        Some(_) => well("import", found),
        None => attention("import", found, "If none runs now, start it again: it goes on."),
    }
}
