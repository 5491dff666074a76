//! Signing a version for one's side, and taking one back.

use axum::{extract::Path, response::Response};
use engine::access::Act;
use serde::Deserialize;

use super::{document, version_of};
use crate::{failure::Failure, flash::Flash, pages::sign_in::sentence, sent::Sent, session::Visit};

/// What the form sends: the hash that the signer saw.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    hash: String,
}

/// Signs.
pub(crate) async fn create(
    visit: Visit,
    Path(no): Path<String>,
    Sent(signature): Sent<Signature>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Sign(visit.signed.0.side))?;
    let (version, by, now) = (version_of(&no)?, visit.signed.0.clone(), visit.house.now());
    let hash: String = signature.hash.chars().filter(|letter| !letter.is_whitespace()).collect();
    let side = by.side;
    let done =
        visit.house.work(move |engine| Ok(engine.sign_agreement(&by, version, &hash, now)?)).await;
    let words = format!("Version {version} is signed {}.", crate::session::for_side(&side));
    answer(visit, version, done, words).await
}

/// Takes a version back; its signatures are void.
pub(crate) async fn withdraw(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let (version, by, now) = (version_of(&no)?, visit.signed.0.clone(), visit.house.now());
    let done =
        visit.house.work(move |engine| Ok(engine.withdraw_agreement(&by, version, now)?)).await;
    let words = format!("Version {version} is taken back; its signatures are void.");
    answer(visit, version, done, words).await
}

async fn answer(
    visit: Visit,
    version: domain::ids::Version,
    done: Result<(), Failure>,
    words: String,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(visit.go(&format!("/agreement/{version}"), &Flash::done(words))),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            document(visit, version, |_, form| form.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}
