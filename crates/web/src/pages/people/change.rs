//! What those who look after people change: role and side, team and hours, links, sessions.

use std::collections::BTreeSet;

use axum::{extract::Path, response::Response};
use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::{
    Engine, Refusal,
    access::Act,
    colleague::{ColleagueRefusal, Correction},
};
use serde::Deserialize;
use store::{Reader, StoreError, read::UserRow};

use super::{
    linked,
    list::person_href,
    person::{Forms, shown},
    roles, sides, user_of,
};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form},
    names::Names,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};

/// What the form for role and side sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    role: String,
    side: String,
    #[serde(default)]
    active: String,
}

impl Standing {
    /// As they stand now.
    pub(super) fn of(row: &UserRow) -> Standing {
        let side = match row.side.unwrap_or(Side::Neutral) {
            Side::Marketing => "marketing",
            Side::Sales => "sales",
            Side::Neutral => "neutral",
        };
        Standing {
            role: row.role.map_or("", Role::key).to_owned(),
            side: side.to_owned(),
            active: if row.active { "yes" } else { "" }.to_owned(),
        }
    }
}

/// What the form for team and hours sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recording {
    #[serde(default)]
    team: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    calendar: String,
    #[serde(default)]
    zone: String,
}

impl Recording {
    /// As it is known now.
    pub(super) fn of(row: &UserRow) -> Recording {
        let field = |name: &str| row.fields.get(name).and_then(|value| value.text());
        let of = |name: &str| field(name).unwrap_or_default().to_owned();
        Recording {
            team: of("team"),
            manager: of("manager"),
            region: of("region"),
            calendar: of("calendar"),
            zone: of("zone"),
        }
    }
}

/// The form for role and side.
pub(super) fn standing_form(sent: &Standing) -> Form {
    let active = Field::new("active", "May sign in", Control::Check).value(&sent.active).optional();
    Form::of([
        Field::select("role", "Role", roles()).value(&sent.role),
        Field::select("side", "Side", sides()).value(&sent.side),
        active.hint("Whoever may not loses their sessions at once."),
    ])
}

/// The form for team and hours.
pub(super) fn record_form(
    sent: &Recording,
    reader: &Reader<'_>,
    user: &UserId,
    calendars: &BTreeSet<String>,
) -> Result<Form, StoreError> {
    let managers = managers(reader, Some(user))?;
    let mut kept = kept_by(calendars);
    if !sent.calendar.is_empty() && !calendars.contains(&sent.calendar) {
        kept.push((sent.calendar.clone(), format!("{}, not in the Agreement", sent.calendar)));
    }
    let calendar = Field::select("calendar", "Calendar", kept).value(&sent.calendar).optional();
    let zone = Field::line("zone", "Zone").value(&sent.zone).optional();
    Ok(Form::of([
        Field::line("team", "Team").value(&sent.team).optional(),
        Field::select("manager", "Led by", managers).value(&sent.manager).optional(),
        Field::line("region", "Region").value(&sent.region).optional(),
        calendar.hint("One of the Agreement in force. Service levels that run in the owner's hours count in it, from now on: clocks that run keep the hours they began with."),
        zone.hint("Such as Europe/Berlin. Blank for that of the Agreement."),
    ]))
}

/// Who may lead somebody, as ids and names; nobody first.
pub(super) fn managers(
    reader: &Reader<'_>,
    led: Option<&UserId>,
) -> Result<Vec<(String, String)>, StoreError> {
    let names = Names::new(reader, false);
    let mut people = Vec::new();
    for other in reader.users()?.into_iter().filter(|other| Some(&other.id) != led) {
        people.push((names.user_name(&other.id)?, other.id.0));
    }
    people.sort();
    let nobody = (String::new(), "Nobody".to_owned());
    Ok(std::iter::once(nobody).chain(people.into_iter().map(|(name, id)| (id, name))).collect())
}

/// The calendars of the Agreement, its default first.
pub(super) fn kept_by(calendars: &BTreeSet<String>) -> Vec<(String, String)> {
    let default = (String::new(), "The Agreement's default".to_owned());
    let named = calendars.iter().map(|key| (key.clone(), key.clone()));
    std::iter::once(default).chain(named).collect()
}

/// The field that a refusal of what is known of somebody is about.
pub(super) fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Colleague(
            ColleagueRefusal::ManagerUnknown(_)
            | ColleagueRefusal::OwnManager
            | ColleagueRefusal::Circle(_),
        ) => "manager",
        Refusal::Colleague(ColleagueRefusal::TooLong(field, _)) => field,
        Refusal::Colleague(ColleagueRefusal::CalendarUnknown(_)) => "calendar",
        Refusal::Colleague(ColleagueRefusal::ZoneUnknown(_)) => "zone",
        _ => "",
    }
}

/// Changes role and side, and whether they may sign in.
pub(crate) async fn update(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Standing>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let name = let_in(&visit, &user).await?;
    let (Some(role), Some(side)) = (Role::parse(&sent.role), Side::parse(&sent.side)) else {
        return shown(visit, user, |forms| {
            forms.standing.refuse_whole("Choose one of the roles and one of the sides.");
        })
        .await;
    };
    let active = sent.active == "yes";
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let change = move |engine: &Engine| {
        Ok(engine.change_person(Some(&by), &who, role, side, active, now)?)
    };
    let may = if active { "may sign in" } else { "may not sign in" };
    let words = format!("{name} {may} as {}, {}.", role.words(), side.word());
    let done = visit.house.work(change).await;
    answer(visit, user, done, words, |forms, refusal| {
        forms.standing = standing_form(&sent);
        forms.standing.refuse_whole(sentence(&refusal.to_string()));
    })
    .await
}

/// Corrects team, manager, region and hours.
pub(crate) async fn record(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Recording>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let correction = Correction {
        team: sent.team.clone(),
        manager: sent.manager.clone(),
        region: sent.region.clone(),
        calendar: sent.calendar.clone(),
        zone: sent.zone.clone(),
    };
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let correct =
        move |engine: &Engine| Ok(engine.correct_person(Some(&by), &who, correction, now)?);
    let done = visit.house.work(correct).await;
    let words = match done {
        Ok(false) => "Nothing was changed: all of it was known.",
        _ => "Written down by a further fact.",
    };
    answer(visit, user, done.map(drop), words.to_owned(), |forms, refusal| {
        forms.record.keep([
            ("team", &sent.team),
            ("manager", &sent.manager),
            ("region", &sent.region),
            ("calendar", &sent.calendar),
            ("zone", &sent.zone),
        ]);
        for refusal in refusal.clone().each() {
            forms.record.refuse(field_of(&refusal), sentence(&refusal.to_string()));
        }
    })
    .await
}

/// Makes a new one-time link and shows it once.
pub(crate) async fn link(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let name = let_in(&visit, &user).await?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let who = user.clone();
    let invite = move |engine: &Engine| Ok(engine.invite_again(Some(&by), &who, now)?);
    match visit.house.work(invite).await {
        Ok(secret) => Ok(linked(visit, name, &secret)),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            shown(visit, user, |forms| forms.whole.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}

/// Takes a link back.
pub(crate) async fn take_back(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let done =
        visit.house.work(move |engine| Ok(engine.take_back_invitation(Some(&by), &who, now)?));
    let done = done.await;
    let words = "The link is taken back; it opens nothing any more.".to_owned();
    answer(visit, user, done, words, |forms, refusal| {
        forms.whole.refuse_whole(sentence(&refusal.to_string()));
    })
    .await
}

/// Ends all sessions of somebody.
pub(crate) async fn end_sessions(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    visit.signed.may(&Act::EndSessionsOf(user.clone()))?;
    let name = let_in(&visit, &user).await?;
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let ended =
        visit.house.work(move |engine| Ok(engine.end_sessions_of(Some(&by), &who, now)?)).await?;
    let words = match ended {
        0 => format!("No session of {name} ran."),
        1 => format!("The session of {name} has ended."),
        n => format!("{n} sessions of {name} have ended."),
    };
    Ok(visit.go(&person_href(user.as_str()), &Flash::done(words)))
}

/// Ends one session of somebody.
pub(crate) async fn end_session(
    visit: Visit,
    Path((id, handle)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    visit.signed.may(&Act::EndSessionsOf(user.clone()))?;
    let name = let_in(&visit, &user).await?;
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let end = move |engine: &Engine| Ok(engine.end_session(&by, &who, &handle, now)?);
    let done = visit.house.work(end).await;
    let words = format!("One session of {name} has ended.");
    answer(visit, user, done, words, |forms, refusal| {
        forms.whole.refuse_whole(sentence(&refusal.to_string()));
    })
    .await
}

/// The name of somebody who was let in.
async fn let_in(visit: &Visit, user: &UserId) -> Result<String, Failure> {
    let user = user.clone();
    let found = visit.house.work(move |engine| {
        engine.read(|reader| {
            reader.user(&user)?.and_then(|row| row.role).ok_or(Failure::Absent)?;
            Ok(Names::new(reader, false).user_name(&user)?)
        })
    });
    found.await
}

/// Goes back to the person and says what was done, or shows there why it was not.
pub(super) async fn answer(
    visit: Visit,
    user: UserId,
    done: Result<(), Failure>,
    words: String,
    refuse: impl FnOnce(&mut Forms, &Refusal),
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(visit.go(&person_href(user.as_str()), &Flash::done(words))),
        Err(Failure::Refused(refusal)) => shown(visit, user, |forms| refuse(forms, &refusal)).await,
        Err(other) => Err(other),
    }
}
