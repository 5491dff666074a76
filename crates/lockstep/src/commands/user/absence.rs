//! `lockstep user absence`: who is away, and until when.

use clap::{Args, Subcommand};
use domain::{
    absence::Half,
    ids::{FactNo, UserId},
};
use engine::{Engine, absence::NewAbsence, access::Actor};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use store::read::AbsenceRow;

use crate::{
    failure::Failure,
    output::{Answer, table},
    person::{actor, called},
};

/// What to do with absences.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write down that somebody is away
    #[command(long_about = include_str!("absence/add.md"))]
    Add(Add),
    /// List absences that last or come, or all of one person
    #[command(long_about = include_str!("absence/list.md"))]
    List(List),
    /// Take an absence back
    #[command(long_about = include_str!("absence/withdraw.md"))]
    Withdraw(Withdraw),
}

/// Somebody's being away.
#[derive(Debug, Args)]
pub struct Add {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The first day
    #[arg(long, value_name = "DAY")]
    pub from: Date,
    /// The last day, included; the first when left out
    #[arg(long, value_name = "DAY")]
    pub to: Option<Date>,
    /// morning or afternoon, where it is half of each day only
    #[arg(long, value_parser = half)]
    pub half: Option<Half>,
    /// The id or mail address of whoever does the work meanwhile
    #[arg(long, value_name = "ID|EMAIL")]
    pub substitute: Option<String>,
    /// Who writes it down, by id or mail address; they themselves when left out
    #[arg(long, value_name = "ID|EMAIL")]
    pub by: Option<String>,
}

/// Whose absences.
#[derive(Debug, Args)]
pub struct List {
    /// The id or mail address of one person: all of theirs, past ones and those taken back too
    #[arg(value_name = "ID|EMAIL")]
    pub who: Option<String>,
}

/// Which absence is no more.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The fact by which it was written down, as the list names it
    pub fact: i64,
    /// Who takes it back, by id or mail address; they themselves when left out
    #[arg(long, value_name = "ID|EMAIL")]
    pub by: Option<String>,
}

/// Runs a command about absences.
///
/// # Errors
/// Why it did not happen.
pub fn run(engine: &Engine, command: Command, now: Timestamp) -> Result<Answer, Failure> {
    match command {
        Command::Add(args) => add(engine, &args, now),
        Command::List(args) => list(engine, &args, now),
        Command::Withdraw(args) => withdraw(engine, &args, now),
    }
}

/// Whoever acts: who is named, or the one whom it is about.
fn acts(engine: &Engine, by: Option<&str>, who: &str) -> Result<Actor, Failure> {
    actor(engine, by.unwrap_or(who))
}

fn add(engine: &Engine, args: &Add, now: Timestamp) -> Result<Answer, Failure> {
    let user = engine.find_person(&args.who)?;
    let by = acts(engine, args.by.as_deref(), &args.who)?;
    let substitute = args.substitute.as_deref();
    let substitute = substitute.map(|who| engine.find_person(who)).transpose()?;
    let (first_on, last_on) = (args.from, args.to.unwrap_or(args.from));
    let told = NewAbsence { first_on, last_on, half: args.half, substitute, signs: None };
    engine.enter_absence(&by, &user, told, now)?;
    let mut rows = engine.read(|reader| reader.absences_of(&user))?;
    rows.retain(|row| row.withdrawn_by.is_none() && row.first_on == first_on);
    let row = rows.first().ok_or_else(|| Failure::not_found("the absence is not there"))?;
    let text = format!("{} is away {}.", called(engine, &user)?, days(row));
    Ok(Answer::new(text, json!({ "absence": of(row) })))
}

fn list(engine: &Engine, args: &List, now: Timestamp) -> Result<Answer, Failure> {
    let whose = args.who.as_deref().map(|who| engine.find_person(who)).transpose()?;
    let zone = zone(engine, now)?;
    let today = zone.to_datetime(now).date();
    let rows = engine.read(|reader| match &whose {
        Some(user) => reader.absences_of(user),
        None => reader.absences_from(today),
    })?;
    let json = json!({ "absences": rows.iter().map(of).collect::<Vec<_>>() });
    if rows.is_empty() {
        let nobody = match &whose {
            Some(user) => format!("No absence of {} is written down.", called(engine, user)?),
            None => "Nobody is away, today or later.".to_owned(),
        };
        let next = "Next: lockstep user absence add ID|EMAIL --from 2026-12-01 --to 2026-12-05";
        return Ok(Answer::new(format!("{nobody}\n\n{next}"), json));
    }
    let name = |user: &Option<UserId>| match user {
        Some(user) => called(engine, user),
        None => Ok(String::new()),
    };
    let lines = rows.iter().map(|row| {
        Ok(vec![
            row.by_fact.to_string(),
            called(engine, &row.user)?,
            days(row),
            name(&row.substitute)?,
            row.withdrawn_by.map(|no| format!("by fact {no}")).unwrap_or_default(),
        ])
    });
    let lines = lines.collect::<Result<Vec<_>, Failure>>()?;
    let heads = ["fact", "who", "away", "does the work", "taken back"];
    Ok(Answer::new(table(&heads, lines), json))
}

fn withdraw(engine: &Engine, args: &Withdraw, now: Timestamp) -> Result<Answer, Failure> {
    let user = engine.find_person(&args.who)?;
    let by = acts(engine, args.by.as_deref(), &args.who)?;
    let fact = FactNo(args.fact);
    engine.withdraw_absence(&by, &user, fact, now)?;
    let rows = engine.read(|reader| reader.absences_of(&user))?;
    let row = rows.iter().find(|row| row.by_fact == fact);
    let text = format!("The absence of {} is taken back.", called(engine, &user)?);
    Ok(Answer::new(text, json!({ "absence": row.map(of) })))
}

/// The zone in which today is told: that of the Agreement in force.
pub(super) fn zone(engine: &Engine, now: Timestamp) -> Result<TimeZone, Failure> {
    let agreements = engine.agreements()?;
    Ok(agreements.at(now).map_or(TimeZone::UTC, |version| version.agreement.zone.clone()))
}

/// `2026-12-01 to 2026-12-05, mornings only`.
pub(super) fn days(row: &AbsenceRow) -> String {
    let days = match row.first_on == row.last_on {
        true => row.first_on.to_string(),
        false => format!("{} to {}", row.first_on, row.last_on),
    };
    match row.half {
        Some(half) => format!("{days}, {}", half.words()),
        None => days,
    }
}

/// An absence for machines.
pub(super) fn of(row: &AbsenceRow) -> Value {
    json!({
        "fact": row.by_fact,
        "user": row.user,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "half": row.half,
        "substitute": row.substitute,
        "entered_by": row.entered_by,
        "withdrawn_by": row.withdrawn_by,
    })
}

/// Reads a half of a day.
fn half(key: &str) -> Result<Half, String> {
    let found = Half::ALL.iter().find(|(known, _)| *known == key);
    found.map(|(_, half)| *half).ok_or_else(|| "the halves are morning, afternoon".to_owned())
}
