//! `lockstep user show` and `lockstep user record`: what is known of somebody, and correcting it.

use clap::Args;
use domain::{
    field::{FieldValue, Fields},
    firm::{Role, Side},
};
use engine::{Engine, colleague::Correction};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use store::{
    StoreError,
    read::{AbsenceRow, Standing, UserRow},
};

use super::{Who, absence};
use crate::{
    failure::Failure,
    output::{Answer, instant, pairs},
    person::{actor, called, side_key},
};

/// What is to change of somebody's record.
#[derive(Debug, Args)]
pub struct Record {
    /// Their id or mail address
    #[arg(value_name = "ID|EMAIL")]
    pub who: String,
    /// The team
    #[arg(long)]
    pub team: Option<String>,
    /// The id or mail address of whoever leads them; empty for nobody
    #[arg(long, value_name = "ID|EMAIL")]
    pub led_by: Option<String>,
    /// The region
    #[arg(long)]
    pub region: Option<String>,
    /// The calendar, by its key in the Agreement in force; empty for the Agreement's default
    #[arg(long)]
    pub calendar: Option<String>,
    /// The zone, such as Europe/Berlin; empty for that of the Agreement
    #[arg(long)]
    pub zone: Option<String>,
    /// Who says so, by id or mail address; whoever has this machine when left out
    #[arg(long, value_name = "ID|EMAIL")]
    pub by: Option<String>,
}

/// Everything known of a person that their page shows.
struct Known {
    row: UserRow,
    standing: Standing,
    absences: Vec<AbsenceRow>,
}

fn known(engine: &Engine, who: &str, now: Timestamp) -> Result<Known, Failure> {
    let user = engine.find_person(who)?;
    let found = engine.read(|reader| {
        let Some(person) = reader.colleague(&user, now)? else { return Ok(None) };
        let (row, standing) = (person.user, person.standing);
        Ok::<_, StoreError>(Some(Known { row, standing, absences: reader.absences_of(&user)? }))
    })?;
    found.ok_or_else(|| Failure::not_found(format!("nothing is known of {who}")))
}

/// Shows somebody's record.
pub(super) fn show(engine: &Engine, args: &Who, now: Timestamp) -> Result<Answer, Failure> {
    let known = known(engine, &args.who, now)?;
    let (row, zone) = (&known.row, absence::zone(engine, now)?);
    let manager = match &row.manager {
        Some(id) => called(engine, &id.as_str().into())?,
        None => String::new(),
    };
    let mut lines = vec![
        ("id", row.id.to_string()),
        ("name", called(engine, &row.id)?),
        ("role", row.role.map_or("", Role::words).to_owned()),
        ("side", row.side.map_or("", Side::word).to_owned()),
        ("standing", standing_words(known.standing, &zone)),
        ("team", text(&row.fields, "team")),
        ("led by", manager),
        ("region", text(&row.fields, "region")),
        ("calendar", text(&row.fields, "calendar")),
        ("zone", text(&row.fields, "zone")),
    ];
    let standing = known.absences.iter().filter(|absence| absence.withdrawn_by.is_none());
    lines.extend(standing.map(|away| ("away", absence::days(away))));
    Ok(Answer::new(pairs(&lines), json!({ "person": of(&known) })))
}

/// Corrects somebody's record.
pub(super) fn record(engine: &Engine, args: Record, now: Timestamp) -> Result<Answer, Failure> {
    let named = [&args.team, &args.led_by, &args.region, &args.calendar, &args.zone];
    if named.iter().all(|it| it.is_none()) {
        return Err(Failure::usage("nothing was named that is to change")
            .advise("Give --team, --led-by, --region, --calendar or --zone."));
    }
    let before = known(engine, &args.who, now)?;
    let by = args.by.as_deref().map(|by| actor(engine, by)).transpose()?;
    let manager = match args.led_by.as_deref().map(str::trim) {
        Some("") => String::new(),
        Some(who) => engine.find_person(who)?.0,
        None => before.row.manager.clone().unwrap_or_default(),
    };
    let kept =
        |said: Option<String>, name: &str| said.unwrap_or_else(|| text(&before.row.fields, name));
    let correction = Correction {
        team: kept(args.team, "team"),
        manager,
        region: kept(args.region, "region"),
        calendar: kept(args.calendar, "calendar"),
        zone: kept(args.zone, "zone"),
    };
    let changed = engine.correct_person(by.as_ref(), &before.row.id, correction, now)?;
    let after = known(engine, before.row.id.as_str(), now)?;
    let name = called(engine, &after.row.id)?;
    let words = match changed {
        true => format!("What is known of {name} is written down by a further fact."),
        false => "Nothing was changed: all of it was known.".to_owned(),
    };
    Ok(Answer::new(words, json!({ "changed": changed, "person": of(&after) })))
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(FieldValue::text).unwrap_or_default().to_owned()
}

/// How somebody stands, in words.
fn standing_words(standing: Standing, zone: &TimeZone) -> String {
    match standing {
        Standing::Active => "active".to_owned(),
        Standing::Invited(until) => {
            format!("invited, the link works until {}", instant(until, zone))
        }
        Standing::WithoutLink => "no password and no link".to_owned(),
        Standing::Left(at) => format!("left {}", instant(at, zone)),
        Standing::MayNot => "may not sign in".to_owned(),
        Standing::NotLetIn => "not let in".to_owned(),
    }
}

/// A record for machines.
fn of(known: &Known) -> Value {
    let Known { row, absences, .. } = known;
    let field = |name: &str| Some(text(&row.fields, name)).filter(|text| !text.is_empty());
    json!({
        "id": row.id,
        "role": row.role,
        "side": row.side.map(side_key),
        "standing": known.standing.key(),
        "team": field("team"),
        "led_by": row.manager,
        "region": field("region"),
        "calendar": field("calendar"),
        "zone": field("zone"),
        "absences": absences.iter().map(absence::of).collect::<Vec<_>>(),
    })
}
