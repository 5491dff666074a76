//! `lockstep ledger verify --export`: a ledger in a file, checked with nothing but the file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
};

use serde_json::json;
use store::{Damage, ExportFault, verify_export};

use super::{damage_of, whole};
use crate::{
    failure::{Failure, Kind},
    output::{Answer, Voice},
};

/// Checks what `lockstep ledger export` wrote.
pub(super) fn verify(file: &str, voice: Voice) -> Result<Answer, Failure> {
    let bar = voice.progress("verifying");
    let mut lines: Box<dyn BufRead> = match file {
        "-" => Box::new(io::stdin().lock()),
        path => {
            let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
            let (bytes, file) =
                opened.map_err(|error| Failure::io(&format!("read {path}"), &error))?;
            bar.set_length(bytes);
            Box::new(BufReader::new(file))
        }
    };
    let checked = verify_export(&mut lines, |done| bar.set_position(done));
    bar.finish_and_clear();
    match checked {
        Ok(head) => Ok(whole("The exported ledger", &head)),
        Err(ExportFault::Damage(damage)) => Err(damaged(&damage)),
        Err(ExportFault::Unreadable(error)) => Err(Failure::io(&format!("read {file}"), &error)),
    }
}

fn damaged(damage: &Damage) -> Failure {
    Failure::new(Kind::Integrity, "the exported ledger is not as it was written")
        .lines(vec![format!("  {damage}")])
        .detail("damages", json!([damage_of(damage)]))
        .advise(
            "Rely on nothing in the file; export the ledger again, and verify the ledger itself \
             with `lockstep ledger verify`.",
        )
}
