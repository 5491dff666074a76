//! `lockstep init`: the data directory, the database, the firm's settings, the first person.

use clap::Args as ClapArgs;
use domain::{firm::Role, money::Currency};
use engine::{
    Engine, Error, Refusal,
    people::{NewPerson, PeopleRefusal},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use crate::{
    failure::Failure,
    output::{Answer, pairs},
    person,
    place::Place,
};

/// What `init` is told.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The firm's name
    #[arg(long, value_name = "FIRM")]
    pub name: Option<String>,
    /// The currency of amounts that name no other, such as EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    pub currency: Option<String>,
    /// The time zone of dates that name no other, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub zone: Option<String>,
    /// The name of the first person, who lets the others in
    #[arg(long, value_name = "NAME", requires = "operator_email")]
    pub operator_name: Option<String>,
    /// Their mail address
    #[arg(long, value_name = "EMAIL", requires = "operator_name")]
    pub operator_email: Option<String>,
}

fn currency(text: &str) -> Result<String, String> {
    let currency = Currency::parse(text).map_err(|error| error.to_string())?;
    Ok(currency.code().to_owned())
}

fn zone(text: &str) -> Result<String, String> {
    let unknown =
        |_| "a time zone is a name of the IANA database, such as Europe/Berlin".to_owned();
    let zone = TimeZone::get(text).map_err(unknown)?;
    Ok(zone.iana_name().unwrap_or(text).to_owned())
}

/// Runs `init`. A second run keeps what is there and adds what is missing.
///
/// # Errors
/// When the place cannot be made, or the operator's name or address does not read.
pub fn run(args: &Args, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let made = place.file().is_none_or(|path| !path.exists());
    let engine = place.open_or_make(now)?;
    let had = engine.read(|reader| reader.settings())?;
    let wanted =
        [("firm.name", &args.name), ("firm.currency", &args.currency), ("firm.zone", &args.zone)];
    let given = |(name, value): &(&'static str, &Option<String>)| {
        value.as_ref().map(|value| (*name, value.clone()))
    };
    let (there, new): (Vec<_>, Vec<_>) =
        wanted.iter().filter_map(given).partition(|(name, _)| had.contains_key(*name));
    let mut notes: Vec<String> = there
        .into_iter()
        .filter(|(name, value)| had[*name] != *value)
        .map(|(name, _)| format!("{name} is {:?} already and stays so.", had[name]))
        .collect();
    engine.keep_settings(new.clone(), now)?;
    let operator = first_operator(&engine, args, now, &mut notes)?;
    let settings = engine.read(|reader| reader.settings())?;
    let is_changed = made && place.file().is_some() || !new.is_empty() || operator.is_some();
    let mut text = match is_changed {
        true => format!("Lockstep is set up in {}.", place.words()),
        false => format!("Lockstep was set up already in {}; nothing was changed.", place.words()),
    };
    let known: Vec<(&str, String)> =
        settings.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    if !known.is_empty() {
        text = format!("{text}\n\n{}", pairs(&known));
    }
    if let Some((_, link)) = &operator {
        text = format!(
            "{text}\n\nThe first person chooses a password at this link, once, within seven days:\n  {link}"
        );
    }
    if !notes.is_empty() {
        text = format!("{text}\n\n{}", notes.join("\n"));
    }
    let next = next(&engine)?;
    text = format!("{text}\n\nNext: {next}");
    let operator = operator.map(|(user, link)| json!({ "user": user, "link": link }));
    Ok(Answer::new(
        text,
        json!({
            "database": place.words(),
            "changed": is_changed,
            "settings": settings,
            "operator": operator,
            "notes": notes,
            "next": next,
        }),
    ))
}

/// Lets the first person in. Somebody who has the address already stays as they are.
fn first_operator(
    engine: &Engine,
    args: &Args,
    now: Timestamp,
    notes: &mut Vec<String>,
) -> Result<Option<(String, String)>, Failure> {
    let (Some(name), Some(email)) = (&args.operator_name, &args.operator_email) else {
        return Ok(None);
    };
    let person =
        NewPerson { name: name.clone(), email: email.clone(), role: Role::Operations, side: None };
    match engine.admit(None, person, now) {
        Ok((user, secret)) => Ok(Some((user.0, format!("/welcome/{secret}")))),
        Err(Error::Refused(Refusal::People(PeopleRefusal::AddressTaken(address)))) => {
            notes.push(format!(
                "{address} was let in already; `lockstep user invite {address}` gives a new link."
            ));
            Ok(None)
        }
        Err(error) => {
            Err(Failure::from(error)
                .changed("The database and its settings stand; nobody was let in."))
        }
    }
}

fn next(engine: &Engine) -> Result<&'static str, Failure> {
    Ok(match person::admitted(engine)?.len() {
        0 => "lockstep serve",
        1 => "lockstep user add --name \"Bo Kim\" --email bo@firm.example --role sales_manager",
        _ => "lockstep agreement check DIR",
    })
}
