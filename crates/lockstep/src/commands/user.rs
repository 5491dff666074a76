//! `lockstep user`: who may sign in, in which role, on which side; what is known of them, and when
//! they are away.

mod absence;
mod record;

use clap::{Args, Subcommand};
use domain::firm::{Role, Side};
use engine::{
    Engine, Error, Refusal,
    book::{Book, BookRefusal},
    people::NewPerson,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    output::{Answer, table},
    person::{self, Known, admitted, called, find, side_key},
    place::Place,
};

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Let somebody in
    #[command(long_about = include_str!("user/add.md"))]
    Add(Add),
    /// List who was let in
    #[command(long_about = include_str!("user/list.md"))]
    List,
    /// Show what is known of somebody
    #[command(long_about = include_str!("user/show.md"))]
    Show(Who),
    /// Correct somebody's team, manager, region or hours
    #[command(long_about = include_str!("user/record.md"))]
    Record(record::Record),
    /// Say who is away, and until when
    #[command(subcommand)]
    Absence(absence::Command),
    /// Change somebody's role, side or standing
    #[command(long_about = include_str!("user/change.md"))]
    Change(Change),
    /// Give somebody a new one-time link
    #[command(long_about = include_str!("user/invite.md"))]
    Invite(Who),
    /// Pass all that is somebody's on to somebody else
    #[command(long_about = include_str!("user/pass_on.md"))]
    PassOn(PassOn),
    /// Somebody leaves, and all that is theirs passes on
    #[command(long_about = include_str!("user/leave.md"))]
    Leave(Leave),
    /// Show somebody out; what they did stays
    #[command(long_about = include_str!("user/remove.md"))]
    Remove(Who),
}

/// Somebody new.
#[derive(Debug, Args)]
pub struct Add {
    /// The name that the others know
    #[arg(long)]
    pub name: String,
    /// The mail address, with which they sign in
    #[arg(long)]
    pub email: String,
    /// rep, sales_manager, marketer, marketing_manager, operations, leader, read_only or auditor
    #[arg(long, value_parser = person::role)]
    pub role: Role,
    /// marketing, sales or neutral; by the role when left out
    #[arg(long, value_parser = person::side)]
    pub side: Option<Side>,
}

/// Somebody who is here.
#[derive(Debug, Args)]
pub struct Who {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
}

/// Whose book passes to whom.
#[derive(Debug, Args)]
pub struct PassOn {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The id or mail address of whoever takes all of it
    #[arg(long, value_name = "ID|EMAIL")]
    pub to: String,
}

/// Who leaves, and who takes over.
#[derive(Debug, Args)]
pub struct Leave {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The id or mail address of whoever takes all that is theirs; needed unless there is nothing
    #[arg(long, value_name = "ID|EMAIL")]
    pub to: Option<String>,
}

/// What is to change about somebody.
#[derive(Debug, Args)]
pub struct Change {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The new role
    #[arg(long, value_parser = person::role)]
    pub role: Option<Role>,
    /// The new side; by the new role when only that is given
    #[arg(long, value_parser = person::side)]
    pub side: Option<Side>,
    /// Whether they may sign in
    #[arg(long, value_name = "true|false")]
    pub active: Option<bool>,
}

/// Runs a command about people.
///
/// # Errors
/// Why it did not happen.
pub fn run(command: Command, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    match command {
        Command::Add(args) => add(&engine, args, now),
        Command::List => list(&engine),
        Command::Show(args) => record::show(&engine, &args, now),
        Command::Record(args) => record::record(&engine, args, now),
        Command::Absence(command) => absence::run(&engine, command, now),
        Command::Change(args) => change(&engine, &args, now),
        Command::Invite(args) => invite(&engine, &args, now),
        Command::PassOn(args) => pass_on(&engine, &args, now),
        Command::Leave(args) => leave(&engine, &args, now),
        Command::Remove(args) => remove(&engine, &args, now),
    }
}

fn add(engine: &Engine, args: Add, now: Timestamp) -> Result<Answer, Failure> {
    let person = NewPerson { name: args.name, email: args.email, role: args.role, side: args.side };
    let (user, secret) = engine.admit(None, person, now)?;
    let known = find(engine, user.as_str())?;
    let link = format!("/welcome/{secret}");
    let text = format!(
        "{} is let in as {} ({}), id {user}.\n\nThey choose a password at this link, once, within \
         seven days:\n  {link}",
        known.words(),
        args.role.words(),
        known.row.side.map_or("", Side::word),
    );
    Ok(Answer::new(text, json!({ "user": of(&known), "link": link })))
}

fn list(engine: &Engine) -> Result<Answer, Failure> {
    let people = admitted(engine)?;
    let json = json!({ "users": people.iter().map(of).collect::<Vec<_>>() });
    if people.is_empty() {
        let text = "Nobody has been let in yet.\n\nNext: lockstep user add --name \"Ann Lee\" \
                    --email ann@firm.example --role operations";
        return Ok(Answer::new(text, json));
    }
    let rows = people.iter().map(|known| {
        vec![
            known.row.id.to_string(),
            known.name.clone().unwrap_or_default(),
            known.email.clone().unwrap_or_default(),
            known.row.role.map_or("", Role::key).to_owned(),
            known.row.side.map_or("", side_key).to_owned(),
            if known.row.active { "yes" } else { "no" }.to_owned(),
        ]
    });
    let heads = ["id", "name", "email", "role", "side", "may sign in"];
    Ok(Answer::new(table(&heads, rows.collect()), json))
}

fn change(engine: &Engine, args: &Change, now: Timestamp) -> Result<Answer, Failure> {
    let before = find(engine, &args.who)?;
    if args.role.is_none() && args.side.is_none() && args.active.is_none() {
        return Err(Failure::usage("nothing was named that is to change")
            .advise("Give --role, --side or --active."));
    }
    let role = args.role.or(before.row.role).unwrap_or(Role::ReadOnly);
    let kept = args.role.is_none().then_some(before.row.side).flatten();
    let side = args.side.or(kept).unwrap_or(role.side());
    let active = args.active.unwrap_or(before.row.active);
    engine.change_person(None, &before.row.id, role, side, active, now)?;
    let after = find(engine, before.row.id.as_str())?;
    let may = if active { "may sign in" } else { "may not sign in" };
    let text = format!("{} is {} ({}) and {may}.", after.words(), role.words(), side.word());
    Ok(Answer::new(text, json!({ "user": of(&after) })))
}

fn invite(engine: &Engine, args: &Who, now: Timestamp) -> Result<Answer, Failure> {
    let known = find(engine, &args.who)?;
    let link = format!("/welcome/{}", engine.invite_again(None, &known.row.id, now)?);
    let mut text = format!(
        "{} chooses a password at this link, once, within seven days:\n  {link}",
        known.words()
    );
    if !known.row.active {
        text.push_str("\nThey may not sign in until `lockstep user change --active true`.");
    }
    Ok(Answer::new(text, json!({ "user": of(&known), "link": link })))
}

fn pass_on(engine: &Engine, args: &PassOn, now: Timestamp) -> Result<Answer, Failure> {
    let (user, taker) = (engine.find_person(&args.who)?, engine.find_person(&args.to)?);
    let book = engine.pass_on(None, &user, &taker, now)?;
    let text = format!("Passed on to {}: {}.", called(engine, &taker)?, book.words());
    Ok(Answer::new(text, json!({ "user": user, "taker": taker, "passed": counted(&book) })))
}

fn leave(engine: &Engine, args: &Leave, now: Timestamp) -> Result<Answer, Failure> {
    let user = engine.find_person(&args.who)?;
    let taker = args.to.as_deref().map(|to| engine.find_person(to)).transpose()?;
    let book = engine.leave(None, &user, taker.as_ref(), now).map_err(|error| match error {
        Error::Refused(Refusal::Book(BookRefusal::NoTaker(_))) => Failure::from(error)
            .advise(format!("Name them: lockstep user leave {} --to ID|EMAIL", args.who)),
        other => other.into(),
    })?;
    let name = called(engine, &user)?;
    let text = match &taker {
        Some(taker) => {
            format!("{name} has left. Passed on to {}: {}.", called(engine, taker)?, book.words())
        }
        None => format!("{name} has left. Nothing was theirs to pass on."),
    };
    Ok(Answer::new(text, json!({ "user": user, "taker": taker, "passed": counted(&book) })))
}

fn counted(book: &Book) -> Value {
    json!({
        "leads": book.leads.len(),
        "opportunities": book.opportunities.len(),
        "accounts": book.accounts.len(),
    })
}

fn remove(engine: &Engine, args: &Who, now: Timestamp) -> Result<Answer, Failure> {
    let known = find(engine, &args.who)?;
    let (role, side) = (known.row.role, known.row.side);
    let (role, side) = (role.unwrap_or(Role::ReadOnly), side.unwrap_or(Side::Neutral));
    let text = match known.row.active {
        true => {
            engine.change_person(None, &known.row.id, role, side, false, now)?;
            format!(
                "{} may not sign in any more, and is signed out everywhere. What they did stays.",
                known.words()
            )
        }
        false => format!("{} could not sign in already; nothing was changed.", known.words()),
    };
    let after = find(engine, known.row.id.as_str())?;
    Ok(Answer::new(text, json!({ "user": of(&after) })))
}

fn of(known: &Known) -> Value {
    json!({
        "id": known.row.id,
        "name": known.name,
        "email": known.email,
        "role": known.row.role,
        "side": known.row.side,
        "active": known.row.active,
    })
}
