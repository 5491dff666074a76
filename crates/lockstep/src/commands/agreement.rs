//! `lockstep agreement`: the text that both sides sign, from a folder to being in force.

mod changes;
mod conflicts;
mod draft;
mod plan;
mod print;
mod show;
mod sign;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use connectors::agreement::{AgreementText, TextFailure, read};
use domain::{agreement::Agreement, conflict::NamedPeople, ids::Version};
use engine::{
    Engine, Error, Refusal,
    agreement::{AgreementRefusal, Proposing},
    negotiation::successors,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::read::{AgreementRow, AgreementState, SignatureRow};

use crate::{
    failure::{Failure, Kind},
    output::{self, Answer, Voice, count, table},
    person::{actor, admitted, name_of, side_key},
    place::Place,
    when,
};

/// What to do with the Agreement.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a folder and list every mistake in it, or say what it means
    #[command(long_about = include_str!("agreement/check.md"))]
    Check(Folder),
    /// Draft a first text from the data that is here
    #[command(long_about = include_str!("agreement/draft.md"))]
    Draft(draft::Draft),
    /// Show what a folder would change in the Agreement in force, clause by clause
    #[command(long_about = include_str!("agreement/plan.md"))]
    Plan(Folder),
    /// Put the text of a folder before both sides
    #[command(long_about = include_str!("agreement/propose.md"))]
    Propose(Propose),
    /// List the versions
    #[command(long_about = include_str!("agreement/list.md"))]
    List,
    /// Show a version: who signs, what it defines, how far it has come
    #[command(long_about = include_str!("agreement/show.md"))]
    Show(Which),
    /// List the clocks that a version would judge otherwise
    #[command(long_about = include_str!("agreement/changes.md"))]
    Changes(changes::Changes),
    /// Sign a version for one side
    #[command(long_about = include_str!("agreement/sign.md"))]
    Sign(sign::Sign),
    /// Take a proposal back
    #[command(long_about = include_str!("agreement/withdraw.md"))]
    Withdraw(sign::Withdraw),
    /// Write the very text of a version into a folder
    #[command(long_about = include_str!("agreement/export.md"))]
    Export(Export),
    /// Put a version on paper, with its signatures and its hash
    #[command(long_about = include_str!("agreement/print.md"))]
    Print(print::Args),
}

/// A folder of TOML files.
#[derive(Debug, Args)]
pub struct Folder {
    /// The folder with the Agreement's TOML files
    pub dir: PathBuf,
}

/// A text that is to be put before both sides.
#[derive(Debug, Args)]
pub struct Propose {
    /// The folder with the Agreement's TOML files
    pub dir: PathBuf,
    /// When it comes into force, if both have signed by then: `now`, a date or an instant
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub effective: String,
    /// Take the version back that is before both sides
    #[arg(long)]
    pub instead: bool,
    /// Who proposes it, by id or mail address
    #[arg(long, value_name = "EMAIL")]
    pub by: Option<String>,
}

/// A version.
#[derive(Debug, Args)]
pub struct Which {
    /// Its number
    #[arg(value_parser = version)]
    pub version: Version,
}

/// A version and a folder for it.
#[derive(Debug, Args)]
pub struct Export {
    /// Its number
    #[arg(value_parser = version)]
    pub version: Version,
    /// The folder that its files are written into
    pub dir: PathBuf,
}

fn version(text: &str) -> Result<Version, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(Version).ok_or_else(|| "a version is a number from 1".to_owned())
}

/// Runs a command about the Agreement.
///
/// # Errors
/// Why it did not happen.
pub fn run(
    command: Command,
    place: &Place,
    voice: Voice,
    now: Timestamp,
) -> Result<Answer, Failure> {
    match command {
        Command::Check(args) => check(&args.dir, now),
        Command::Draft(args) => draft::run(&place.open(now)?, &args, now),
        Command::Plan(args) => plan::run(&place.open(now)?, &args.dir, now),
        Command::Propose(args) => propose(&place.open(now)?, &args, now),
        Command::List => list(&place.open(now)?),
        Command::Show(args) => show::run(&place.open(now)?, args.version),
        Command::Changes(args) => changes::run(&place.open(now)?, &args, now),
        Command::Sign(args) => sign::sign(&place.open(now)?, &args, voice, now),
        Command::Withdraw(args) => sign::withdraw(&place.open(now)?, &args, now),
        Command::Export(args) => export(&place.open(now)?, &args),
        Command::Print(args) => print::run(&place.open(now)?, &args, now),
    }
}

/// Reads a folder into its text and its meaning.
///
/// # Errors
/// Every mistake in it, or why the folder cannot be read.
pub fn read_folder(dir: &Path) -> Result<(AgreementText, Agreement), Failure> {
    let text = AgreementText::read_dir(dir).map_err(|failure| folder(dir, &failure))?;
    let agreement = read(&text).map_err(|mistakes| output::mistakes(&mistakes))?;
    Ok((text, agreement))
}

pub(super) fn folder(dir: &Path, failure: &TextFailure) -> Failure {
    match failure {
        TextFailure::Io { source, .. } => {
            let kind = match source.kind() {
                std::io::ErrorKind::NotFound => Kind::NotFound,
                _ => Kind::Failure,
            };
            Failure::new(kind, format!("{failure}: {source}"))
                .advise("Name the folder that holds the Agreement's .toml files.")
        }
        _ => Failure::refused(format!("{}: {failure}", dir.display())),
    }
}

fn check(dir: &Path, now: Timestamp) -> Result<Answer, Failure> {
    let (text, agreement) = read_folder(dir)?;
    let summary = show::summary(&agreement);
    let today = agreement.zone.to_datetime(now).date();
    let conflicts = domain::conflict::conflicts(&agreement, &NamedPeople::new(), today);
    let words = format!(
        "{} reads without a mistake.\n\n{}{}\n\nHash {}\n\nNext: lockstep agreement propose {}",
        dir.display(),
        show::words(&agreement),
        conflicts::words(&conflicts),
        text.hash(),
        dir.display(),
    );
    Ok(Answer::new(
        words,
        json!({ "hash": text.hash(), "agreement": summary, "conflicts": conflicts }),
    ))
}

fn propose(engine: &Engine, args: &Propose, now: Timestamp) -> Result<Answer, Failure> {
    let (text, agreement) = read_folder(&args.dir)?;
    let effective = when::effective(&args.effective, &agreement.zone, now)?;
    let by = args.by.as_deref().map(|by| actor(engine, by)).transpose()?;
    let hash = text.hash();
    let open = if args.instead { engine.open_version()? } else { None };
    let (_, redline) = engine.redline_of(&text)?;
    let contradictions = redline.contradictions();
    let instead = open.map(|open| open.version);
    let proposing = Proposing { text, effective, instead };
    let version = engine.propose_agreement(by.as_ref(), proposing, now).map_err(taken)?;
    let effective_at = engine.agreement(version)?.0.effective_at.unwrap_or(now);
    let noted: String = contradictions.iter().map(|hint| format!("\n\nNote: {hint}.")).collect();
    let signers: Vec<&str> = agreement.parties.iter().map(|p| p.signer.as_str()).collect();
    let gone = open.as_ref().map_or(String::new(), |open| {
        format!(" Version {} is taken back, {}.", open.version, open.words())
    });
    let words = format!(
        "Version {version} is before both sides.{gone}\n\nHash       {hash}\nIn force   {}, once both \
         have signed\nTo sign    {}{noted}\n\nNext: lockstep agreement sign {version} --hash {hash} --by {}",
        output::instant(effective_at, &agreement.zone),
        signers.join(", "),
        signers.first().unwrap_or(&"EMAIL"),
    );
    Ok(Answer::new(
        words,
        json!({
            "version": version,
            "hash": hash,
            "effective_at": effective_at,
            "instead_of": open,
            "contradictions": contradictions,
            "signers": agreement.parties.iter().map(|party| {
                json!({ "side": party.side, "signer": party.signer, "substitute": party.substitute })
            }).collect::<Vec<_>>(),
        }),
    ))
}

/// Why a text was not proposed; where another is before both sides, with what to give.
fn taken(error: Error) -> Failure {
    match error {
        Error::Refused(Refusal::Agreement(AgreementRefusal::Open(open))) => Failure::refused(
            open.would_go(),
        )
        .advise("Give --instead to propose this text in its place, or have that one signed first."),
        other => other.into(),
    }
}

fn list(engine: &Engine) -> Result<Answer, Failure> {
    let people = admitted(engine)?;
    let versions = engine.read(|reader| {
        let successors = successors(reader)?;
        let rows = reader.agreements()?.into_iter();
        let next = |row: &AgreementRow| successors.get(&row.version).copied();
        rows.map(|row| Ok((reader.signatures_of(row.version)?, next(&row), row)))
            .collect::<Result<Vec<_>, store::StoreError>>()
    })?;
    let json: Vec<Value> =
        versions.iter().map(|(signed, next, row)| of(row, signed, *next)).collect();
    let json = json!({ "versions": json });
    if versions.is_empty() {
        let text = "No Agreement has been proposed yet.\n\nNext: lockstep agreement check DIR";
        return Ok(Answer::new(text, json));
    }
    let rows = versions.iter().map(|(signed, next, row)| {
        let signed = signed
            .iter()
            .map(|signature| {
                format!("{} ({})", name_of(&people, &signature.user), signature.side.word())
            })
            .collect::<Vec<_>>();
        let at = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| format!("{at:.0}"));
        vec![
            row.version.to_string(),
            state(row.state, *next),
            at(row.effective_at),
            at(row.in_force_at),
            if signed.is_empty() { "-".to_owned() } else { signed.join(", ") },
            row.hash.chars().take(12).collect(),
        ]
    });
    let heads = ["version", "state", "to be in force", "in force since", "signed by", "hash"];
    Ok(Answer::new(table(&heads, rows.collect()), json))
}

fn export(engine: &Engine, args: &Export) -> Result<Answer, Failure> {
    let (row, _) = engine.agreement(args.version)?;
    let text = AgreementText::new(row.text).map_err(|failure| folder(&args.dir, &failure))?;
    text.write_dir(&args.dir).map_err(|failure| folder(&args.dir, &failure))?;
    let words = format!(
        "{} of version {} are in {}. Their hash is {}.",
        count(text.files().len(), "file"),
        args.version,
        args.dir.display(),
        text.hash()
    );
    Ok(Answer::new(
        words,
        json!({
            "version": args.version,
            "hash": text.hash(),
            "dir": args.dir.display().to_string(),
            "files": text.files().keys().collect::<Vec<_>>(),
        }),
    ))
}

/// A state in words on screen, with the version that was proposed in its place.
fn state(state: AgreementState, next: Option<Version>) -> String {
    let words = match state {
        AgreementState::Proposed => "proposed",
        AgreementState::Withdrawn => "withdrawn",
        AgreementState::Signed => "signed",
        AgreementState::InForce => "in force",
        AgreementState::Superseded => "superseded",
    };
    next.map_or_else(|| words.to_owned(), |next| format!("{words} for version {next}"))
}

/// A version as JSON, without its text.
fn of(row: &AgreementRow, signed: &[SignatureRow], next: Option<Version>) -> Value {
    let signatures: Vec<Value> = signed
        .iter()
        .map(|signature| {
            json!({ "side": side_key(signature.side), "user": signature.user, "at": signature.at })
        })
        .collect();
    json!({
        "version": row.version,
        "state": row.state.key(),
        "instead": next,
        "hash": row.hash,
        "effective_at": row.effective_at,
        "in_force_at": row.in_force_at,
        "proposed_at": row.proposed_at,
        "proposed_by": row.proposed_by,
        "signatures": signatures,
    })
}
