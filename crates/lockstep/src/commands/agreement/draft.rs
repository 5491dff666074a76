//! `lockstep agreement draft`: a first text, from what the house holds.

use std::path::PathBuf;

use clap::Args;
use connectors::agreement::draft::{Drafted, DraftedClause};
use engine::{Engine, first_agreement::DraftWishes};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::folder;
use crate::{
    failure::Failure,
    output::{Answer, count},
};

/// Where the draft goes, and who signs it.
#[derive(Debug, Args)]
pub struct Draft {
    /// The folder to write; it must not be there yet
    pub dir: PathBuf,
    /// Who signs for marketing, by mail address or id
    #[arg(long, value_name = "EMAIL")]
    pub marketing: Option<String>,
    /// Who signs for sales, by mail address or id
    #[arg(long, value_name = "EMAIL")]
    pub sales: Option<String>,
}

/// Writes a draft.
///
/// # Errors
/// When the folder is there, or cannot be written.
pub fn run(engine: &Engine, args: &Draft, now: Timestamp) -> Result<Answer, Failure> {
    if args.dir.exists() {
        let failure = Failure::refused(format!("{} is there already.", args.dir.display()));
        return Err(failure.advise("Name a folder that is not there yet; a draft replaces none."));
    }
    let wishes = DraftWishes {
        marketing: args.marketing.clone(),
        sales: args.sales.clone(),
        ..DraftWishes::default()
    };
    let first = engine.draft_agreement(&wishes, now)?;
    let text = &first.drafted.text;
    text.write_dir(&args.dir).map_err(|failure| folder(&args.dir, &failure))?;
    let unnamed = [("marketing", &first.head.marketing), ("sales", &first.head.sales)];
    let unnamed: Vec<&str> =
        unnamed.iter().filter(|(_, signer)| signer.is_none()).map(|(side, _)| *side).collect();
    let mut words = format!(
        "Drafted from {} and {}: {} in {}.\n\n{}",
        count(first.draft.leads as usize, "lead"),
        opportunities(first.draft.opportunities),
        count(text.files().len(), "file"),
        args.dir.display(),
        said(&first.drafted)
    );
    if !unnamed.is_empty() {
        words = format!(
            "{words}\n\nNobody is named yet to sign for {}: write their address into agreement.toml.",
            unnamed.join(" and ")
        );
    }
    words = format!("{words}\n\nNext: lockstep agreement check {}", args.dir.display());
    Ok(Answer::new(
        words,
        json!({
            "dir": args.dir.display().to_string(),
            "hash": text.hash(),
            "files": text.files().keys().collect::<Vec<_>>(),
            "leads": first.draft.leads,
            "opportunities": first.draft.opportunities,
            "clauses": first.drafted.clauses.iter().map(clause).collect::<Vec<_>>(),
            "unnamed": unnamed,
        }),
    ))
}

fn opportunities(n: u64) -> String {
    if n == 1 { "1 opportunity".to_owned() } else { format!("{n} opportunities") }
}

/// Each clause and what it rests on.
fn said(drafted: &Drafted) -> String {
    let mut blocks = Vec::new();
    for clause in &drafted.clauses {
        let mut lines = vec![format!("{} {}", clause.no, clause.says).trim().to_owned()];
        lines.extend(clause.parts.iter().map(|(says, rests_on)| format!("  {says} {rests_on}")));
        lines.extend(clause.rests_on.iter().map(|words| format!("  - {words}")));
        blocks.push(lines.join("\n"));
    }
    blocks.join("\n\n")
}

fn clause(clause: &DraftedClause) -> Value {
    let parts = clause.parts.iter();
    json!({
        "clause": clause.no,
        "heading": clause.heading,
        "says": clause.says,
        "parts": parts.map(|(says, rests_on)| json!({ "says": says, "rests_on": rests_on }))
            .collect::<Vec<_>>(),
        "rests_on": clause.rests_on,
    })
}
