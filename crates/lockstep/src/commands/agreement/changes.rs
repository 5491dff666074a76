//! Which clocks a version would judge otherwise, before anybody signs it.

use clap::Args;
use domain::{
    ids::Version,
    rejudged::{Judged, Rejudged, Turn},
};
use engine::{
    Engine,
    report::{RejudgedReport, usual_from},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    failure::Failure,
    output::{Answer, count, instant, table},
    person::{admitted, name_of},
    when,
};

/// A version, and the time that is looked at.
#[derive(Debug, Args)]
pub struct Changes {
    /// Its number
    #[arg(value_parser = super::version)]
    pub version: Version,
    /// Look at the clocks that started from here on, and at those that run: a date or an instant;
    /// 90 days ago where it is left out
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
}

/// Lists the clocks.
///
/// # Errors
/// When there is no such version, or the instant is none.
pub fn run(engine: &Engine, args: &Changes, now: Timestamp) -> Result<Answer, Failure> {
    let zone = engine.agreement(args.version)?.1.zone.clone();
    let from = match &args.from {
        Some(from) => when::read(from, &zone, now)?,
        None => usual_from(now, &zone),
    };
    let report = engine.report_rejudged(args.version, from, now)?;
    let people = admitted(engine)?;
    let owner = |clock: &Rejudged| match &clock.owner {
        Some(owner) => name_of(&people, owner),
        None => "nobody".to_owned(),
    };
    let mut text = summary(&report, &zone);
    if !report.levels.is_empty() {
        text.push_str("\n\n");
        text.push_str(&levels(&report));
    }
    if !report.rows.is_empty() {
        let rows = report.rows.iter().map(|clock| row(clock, owner(clock), &zone)).collect();
        text.push_str("\n\n");
        let heads = ["clock", "owner", "started", "as signed", "proposed", "once in force"];
        text.push_str(&table(&heads, rows));
    }
    let json = serde_json::to_value(&report)
        .map_err(|failure| Failure::refused(format!("the answer cannot be written: {failure}")))?;
    Ok(Answer::new(text, json))
}

fn summary(report: &RejudgedReport, zone: &TimeZone) -> String {
    let n = |n: u64, noun| count(usize::try_from(n).unwrap_or(usize::MAX), noun);
    let mut text = format!(
        "{} looked at: started since {}, or running. {} would be judged otherwise, {} more \
         would be started, {} that run would not; of {} it cannot be said.",
        n(report.looked_at, "clock"),
        instant(report.from, zone),
        report.otherwise(),
        report.count(Turn::Started),
        report.count(Turn::Stopped),
        report.count(Turn::Unjudged)
    );
    if report.follow() > 0 {
        let (follow, keep) = (report.follow(), report.running - report.follow());
        text.push_str(&format!(
            "\nOnce it is in force, {} that run will be judged by it; {keep} keep their version.",
            n(follow, "clock")
        ));
    }
    if report.left_out > 0 {
        let left_out = n(report.left_out, "clock");
        text.push_str(&format!("\n{left_out} not looked at: name a later --from."));
    }
    text
}

fn levels(report: &RejudgedReport) -> String {
    let row = |level: &engine::report::LevelTurns| {
        let mut row =
            vec![level.clause.clone(), level.service_level.clone(), level.looked_at.to_string()];
        row.extend(Turn::TOLD.map(|(turn, ..)| level.count(turn).to_string()));
        row
    };
    let mut heads = vec!["clause", "service level", "looked at"];
    heads.extend(Turn::TOLD.map(|(_, _, words)| words));
    table(&heads, report.levels.iter().map(row).collect())
}

fn row(clock: &Rejudged, owner: String, zone: &TimeZone) -> Vec<String> {
    let said = |judged: &Judged| match judged.due_at {
        Some(at) => format!("{}, due {}", judged.stands.words(), instant(at, zone)),
        None => judged.stands.words().to_owned(),
    };
    vec![
        clock.clock.to_string(),
        owner,
        instant(clock.started_at, zone),
        clock.signed.as_ref().map_or("no clock".to_owned(), said),
        match &clock.proposed {
            Ok(judged) => said(judged),
            Err(unjudged) => unjudged.words().to_owned(),
        },
        clock.follows.as_ref().map_or(String::new(), said),
    ]
}
