//! Responsibilities: what the Agreement gives people to do, who has it, and where there is nobody.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{
    ids::UserId,
    structure::{Duty, Presence},
};
use engine::{
    Engine,
    access::Act,
    structure::{Held, RoomAhead, Structure},
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Frame, Place},
    markup::Markup,
    names::{Names, encoded},
    session::Visit,
    show::{LocalTime, count, figure},
};

#[derive(Template)]
#[template(path = "pages/responsibilities/index.html")]
struct ResponsibilitiesPage {
    frame: Frame,
    view: View,
}

/// The page's matter.
#[derive(Default)]
struct View {
    finding: String,
    version: u32,
    held: Vec<HeldShown>,
    /// What only those see who see figures person by person.
    people: Option<PeopleShown>,
    /// Where no Agreement is in force.
    none: Option<EmptyState>,
}

/// A responsibility with whoever has it.
struct HeldShown {
    what: String,
    clause: Option<(String, String)>,
    who: Markup,
    standing: Markup,
    is_vacant: bool,
}

/// What concerns single people.
struct PeopleShown {
    unattended: Vec<(Markup, Markup, Markup)>,
    leaderless: Vec<(Markup, Markup, Markup)>,
    room: Option<RoomShown>,
}

/// The room of those who receive against what is on its way.
struct RoomShown {
    finding: String,
    lines: Vec<(&'static str, Markup, Markup)>,
}

/// Shows who is responsible for what.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let sees_people = visit.signed.can(&Act::SeeEverybodysFigures);
    let time = visit.time();
    let show = move |engine: &Engine| view_of(engine, sees_people, &time);
    let view = visit.house.work(show).await?;
    let frame = visit.frame("Responsibilities", Place::Agreement);
    Ok(visit.show(ResponsibilitiesPage { frame, view }))
}

fn view_of(engine: &Engine, sees_people: bool, time: &LocalTime) -> Result<View, Failure> {
    let Some(structure) = engine.structure(time.now())? else {
        return Ok(View { none: Some(nothing()), ..View::default() });
    };
    engine.read(|reader| {
        let names = Names::new(reader, true);
        let mut held: Vec<&Held> = structure.held.iter().collect();
        held.sort_by_key(|held| !held.is_vacant);
        let beside = duties_of(&structure);
        let held = held.into_iter().map(|held| {
            let of = (structure.version.0, &beside);
            held_shown(&names, held, of, time)
        });
        Ok(View {
            finding: finding(&structure),
            version: structure.version.0,
            held: held.collect::<Result<_, Failure>>()?,
            people: match sees_people {
                true => Some(people_shown(&names, &structure, time)?),
                false => None,
            },
            none: None,
        })
    })
}

fn nothing() -> EmptyState {
    EmptyState {
        title: "See who is responsible for what".to_owned(),
        words:
            "When an Agreement is in force, everything that it gives somebody to do stands here, \
                with how it stands with them."
                .to_owned(),
        action: Some(("Read the Agreement".to_owned(), "/agreement".to_owned())),
        ..EmptyState::default()
    }
}

/// How many responsibilities each person has.
fn duties_of(structure: &Structure) -> BTreeMap<UserId, usize> {
    let mut duties: BTreeMap<UserId, usize> = BTreeMap::new();
    for user in structure.held.iter().filter_map(|held| held.user.as_ref()) {
        *duties.entry(user.clone()).or_default() += 1;
    }
    duties
}

fn finding(structure: &Structure) -> String {
    let all = structure.held.len();
    match structure.vacancies() {
        0 if all == 1 => "The one responsibility is in somebody’s hands".to_owned(),
        0 => format!("All {all} responsibilities are in somebody’s hands"),
        1 => format!("1 of {all} responsibilities is in nobody’s hands"),
        n => format!("{n} of {all} responsibilities are in nobody’s hands"),
    }
}

fn held_shown(
    names: &Names<'_, '_>,
    held: &Held,
    (version, beside): (u32, &BTreeMap<UserId, usize>),
    time: &LocalTime,
) -> Result<HeldShown, Failure> {
    let of = &held.responsibility;
    let mut standing = presence_words(&held.presence, &of.duty, time);
    if let Some(other) = &held.stand_in {
        standing = standing.and_text(", ").and(person(names, other)?).and_text(" stands in");
        if let Some(n) = beside.get(other) {
            standing = standing.and_text(format!(" beside {n} of their own"));
        }
    }
    Ok(HeldShown {
        what: duty_words(&of.duty),
        clause: of
            .clause
            .as_ref()
            .map(|clause| (format!("clause {clause}"), format!("/agreement/{version}#c{clause}"))),
        who: match &held.user {
            Some(user) => person(names, user)?,
            None => Markup::text(of.who.clone()),
        },
        standing,
        is_vacant: held.is_vacant,
    })
}

fn person(names: &Names<'_, '_>, user: &UserId) -> Result<Markup, Failure> {
    let href = format!("/people/{}", encoded(user.as_str()));
    Ok(figure(names.user_name(user)?, &href))
}

/// What somebody is responsible for, in words.
pub(crate) fn duty_words(duty: &Duty) -> String {
    match duty {
        Duty::Signs(side) => format!("Signs for {}", side.word()),
        Duty::SignsInPlace(side) => format!("Signs for {} in the signer’s place", side.word()),
        Duty::Rules => "Rules where the sides disagree".to_owned(),
        Duty::WatchesOver => "Watches over the leads that nobody else can take".to_owned(),
        Duty::Takes(route) => format!("Takes the leads of a route: {route}"),
        Duty::Receives(pool) => format!("Receives leads in the pool {pool}"),
        Duty::BacksUp(says) => format!("Stands in for owners: {says}"),
        Duty::IsTold(says) => format!("Is told while nobody answers: {says}"),
        Duty::Reaches(goal) => format!("Has a goal: {goal}"),
    }
}

fn presence_words(presence: &Presence, duty: &Duty, time: &LocalTime) -> Markup {
    let away = |day| Markup::text("away until ").and(time.date(day));
    match presence {
        Presence::Here => Markup::text("here"),
        Presence::StoodIn(day) => away(*day),
        Presence::Away(day) if duty.is_shared() => away(*day),
        Presence::Away(day) => away(*day).and_text(", nobody stands in"),
        Presence::Unknown => {
            Markup::text("not known here: let them in, or sign a text that names another")
        }
        Presence::Left => Markup::text("has left"),
        Presence::NotAdmitted => Markup::text("may not sign in"),
        Presence::Unfit => Markup::text(match duty {
            Duty::Rules => "stands on a side: who rules is of neither",
            _ => "their role or side may not sign for this side",
        }),
    }
}

fn people_shown(
    names: &Names<'_, '_>,
    structure: &Structure,
    time: &LocalTime,
) -> Result<PeopleShown, Failure> {
    let words = |presence: &Presence| presence_words(presence, &Duty::Rules, time);
    let unattended = structure.unattended.iter().map(|row| {
        let leads = format!("/leads?owner={}", encoded(row.owner.as_str()));
        let n = figure(count(row.leads), &leads);
        Ok((person(names, &row.owner)?, words(&row.presence), n))
    });
    let leaderless = structure.leaderless.iter().map(|row| {
        let mut led = Markup::default();
        for (nth, user) in row.people.iter().enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            led = led.and_text(comma).and(person(names, user)?);
        }
        Ok((person(names, &row.manager)?, words(&row.presence), led))
    });
    Ok(PeopleShown {
        unattended: unattended.collect::<Result<_, Failure>>()?,
        leaderless: leaderless.collect::<Result<_, Failure>>()?,
        room: structure.room.as_ref().map(|ahead| room_shown(ahead, time)),
    })
}

fn leads(n: u64) -> String {
    if n == 1 { "1 lead".to_owned() } else { format!("{} leads", count(n)) }
}

fn room_shown(ahead: &RoomAhead, time: &LocalTime) -> RoomShown {
    let room = ahead.room;
    let finding = match room.short_by() {
        None => "How many leads the pools can take is not known: not every member has a cap a day"
            .to_owned(),
        Some(0) => "The pools have room for what is on its way to them".to_owned(),
        Some(n) => format!("{} more are on their way than the pools can take", leads(n)),
    };
    let between = |(from, to)| time.date(from).and_text(" to ").and(time.date(to));
    let opens = |n: Option<u64>, href: &str, none: &str| match n {
        Some(n) => figure(leads(n), href),
        None => Markup::text(none.to_owned()),
    };
    let came = (ahead.behind.0 <= ahead.behind.1).then_some(room.to_pools);
    let share = format!(
        ": of {} by the goals’ part of these days, as {} of {} that came went through pools",
        leads(room.promised.unwrap_or(0)),
        count(room.to_pools),
        count(room.came)
    );
    let promised = between(ahead.ahead).and_text(match (room.promised, room.came) {
        (None, _) => String::new(),
        (Some(_), 0) => ": the goals’ part of these days".to_owned(),
        (Some(_), _) => share,
    });
    RoomShown {
        finding,
        lines: vec![
            (
                "The pools can take",
                opens(room.takes, "/routing", "not known"),
                between(ahead.ahead)
                    .and_text(": caps a day on the days on which each works and is not away"),
            ),
            (
                "Promised by marketing’s goals",
                opens(room.promised_to_pools(), "/agreement", "no goal counts leads"),
                promised,
            ),
            (
                "Came to the pools",
                opens(came, "/routing", "none yet"),
                match came {
                    Some(_) => between(ahead.behind),
                    None => Markup::text("routing began today"),
                },
            ),
        ],
    }
}
