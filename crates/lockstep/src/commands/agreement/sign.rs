//! Signing a version, and taking one back.

use clap::Args;
use domain::ids::Version;
use engine::Engine;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    failure::Failure,
    output::{Answer, Voice},
    person::{actor, find, side_key},
};

use super::{of, version};

/// A signature.
#[derive(Debug, Args)]
pub struct Sign {
    /// The version's number
    #[arg(value_parser = version)]
    pub version: Version,
    /// The hash of the text that you have read, in full
    #[arg(long)]
    pub hash: String,
    /// Who signs, by id or mail address
    #[arg(long, value_name = "EMAIL")]
    pub by: String,
    /// Sign without being asked once more
    #[arg(long)]
    pub yes: bool,
}

/// A proposal that is to be taken back.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The version's number
    #[arg(value_parser = version)]
    pub version: Version,
    /// Who takes it back, by id or mail address
    #[arg(long, value_name = "EMAIL")]
    pub by: String,
}

/// Signs a version for the side of whoever signs.
///
/// # Errors
/// Why it was not signed.
pub fn sign(engine: &Engine, args: &Sign, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    let signer = actor(engine, &args.by)?;
    let known = find(engine, &args.by)?;
    let (row, agreement) = engine.agreement(args.version)?;
    let (version, side) = (args.version, signer.side.word());
    // With another hash the engine refuses; there is nothing to ask then.
    if !args.yes && args.hash == row.hash {
        let question = format!(
            "{}\nVersion {version}, hash {}\nSign it for {side} as {}?",
            agreement.title,
            row.hash,
            known.words()
        );
        match voice.confirm(&question) {
            Some(true) => {}
            Some(false) => return Err(Failure::refused("it was not signed")),
            None => {
                return Err(Failure::usage("nobody can be asked whether to sign")
                    .advise("Give --yes to sign without being asked."));
            }
        }
    }
    engine.sign_agreement(&signer, version, &args.hash, now)?;
    let (row, _) = engine.agreement(version)?;
    let signed = engine.read(|reader| reader.signatures_of(version))?;
    let waits = agreement.parties.iter().find(|p| signed.iter().all(|s| s.side != p.side));
    let hash = &row.hash;
    let next = match (waits, row.in_force_at, row.effective_at) {
        (Some(party), ..) => {
            format!("Next: lockstep agreement sign {version} --hash {hash} --by {}", party.signer)
        }
        (None, Some(at), _) => format!("Both sides have signed; it is in force since {at:.0}."),
        (None, None, Some(at)) => {
            format!("Both sides have signed; it comes into force at {at:.0}.")
        }
        (None, None, None) => "Both sides have signed.".to_owned(),
    };
    let text = format!(
        "{} has signed version {version} for {side}.\nHash {hash}\n\n{next}",
        known.words()
    );
    let mut json = of(&row, &signed, None);
    json["signed"] = json!({ "side": side_key(signer.side), "user": signer.user });
    Ok(Answer::new(text, json))
}

/// Takes a proposal back; its signatures are void.
///
/// # Errors
/// Why it was not taken back.
pub fn withdraw(engine: &Engine, args: &Withdraw, now: Timestamp) -> Result<Answer, Failure> {
    let by = actor(engine, &args.by)?;
    engine.withdraw_agreement(&by, args.version, now)?;
    let (row, _) = engine.agreement(args.version)?;
    let text = format!("Version {} is taken back, and its signatures are void.", args.version);
    Ok(Answer::new(text, of(&row, &[], None)))
}
