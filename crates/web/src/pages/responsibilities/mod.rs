//! Responsibilities: what the Agreement gives people to do, who has it, and where there is nobody, or
//! nobody who was trained for it.

mod room;

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{
    agreement::{Agreement, Measure},
    firm::Side,
    ids::{UserId, Version},
    structure::{Duty, Presence, Untrained},
};
use engine::{
    Engine,
    access::Act,
    structure::{Held, Lapsed, Overload, Structure},
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Frame, Place},
    markup::{Markup, element},
    names::{Names, encoded},
    pages::people::schooling::words_of,
    session::Visit,
    show::{LocalTime, count, figure},
};
use room::{Doors, RoomShown, room_shown, workload_shown};

#[derive(Template)]
#[template(path = "pages/responsibilities/index.html")]
struct ResponsibilitiesPage {
    frame: Frame,
    view: View,
}

/// Where the page is.
pub(crate) const PLACE: &str = "/responsibilities";

/// Where lapsed check-ins stand on it.
pub(crate) const CHECK_INS: &str = "/responsibilities#check-ins";

/// The page's matter.
#[derive(Default)]
struct View {
    finding: String,
    version: u32,
    held: Vec<HeldShown>,
    /// What the text asks those to have learnt who do something by it; blank where it asks nothing.
    trainings: Markup,
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
    check_ins: Option<CheckInsShown>,
    rooms: Vec<RoomShown>,
}

/// Those whose check-ins have lapsed.
struct CheckInsShown {
    finding: String,
    lapsed: Vec<(Markup, Markup, Markup)>,
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
    let (_, agreement) = engine.agreement(structure.version)?;
    engine.read(|reader| {
        let names = Names::new(reader, true);
        let mut held: Vec<&Held> = structure.held.iter().collect();
        held.sort_by_key(|held| (!held.is_vacant, !held.is_untrained()));
        let beside = duties_of(&structure);
        let held = held.into_iter().map(|held| {
            let of = (structure.version.0, &beside);
            held_shown(&names, held, of, time)
        });
        Ok(View {
            finding: finding(&structure),
            version: structure.version.0,
            held: held.collect::<Result<_, Failure>>()?,
            trainings: trainings(&agreement, structure.version),
            people: match sees_people {
                true => {
                    let promised = goal_href(&agreement, structure.version);
                    Some(people_shown(&names, &structure, &promised, time)?)
                }
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
    let vacant = match structure.vacancies() {
        0 if all == 1 => "The one responsibility is in somebody’s hands".to_owned(),
        0 => format!("All {all} responsibilities are in somebody’s hands"),
        1 => format!("1 of {all} responsibilities is in nobody’s hands"),
        n => format!("{n} of {all} responsibilities are in nobody’s hands"),
    };
    match structure.untrained() {
        0 => vacant,
        1 => format!("{vacant}, 1 in untrained hands"),
        n => format!("{vacant}, {n} in untrained hands"),
    }
}

/// Where the text says what marketing promised to deliver.
fn goal_href(agreement: &Agreement, version: Version) -> String {
    let of = |measure: Measure| {
        let mut goals = agreement.goals.iter();
        goals.find(|goal| {
            goal.side == Side::Marketing && goal.measure == measure && goal.user.is_none()
        })
    };
    match of(Measure::Qualified).or_else(|| of(Measure::Accepted)) {
        Some(goal) => format!("/agreement/{version}#c{}", goal.clause),
        None => format!("/agreement/{version}"),
    }
}

/// The trainings of a text, each with its clause.
fn trainings(agreement: &Agreement, version: Version) -> Markup {
    let mut all = Markup::default();
    for (nth, training) in agreement.trainings.iter().enumerate() {
        let clause = &training.clause;
        let comma = if nth == 0 { "" } else { "; " };
        let link = figure(format!("clause {clause}"), &format!("/agreement/{version}#c{clause}"));
        all = all.and_text(format!("{comma}{}, ", words_of(&training.id))).and(link);
    }
    all
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
            let n = figure(count(*n as u64), "#held");
            standing = standing.and_text(" beside ").and(n).and_text(" of their own");
        }
    }
    if !held.is_vacant {
        for lack in &held.untrained {
            standing = standing.and_text(", ").and(lack_words(lack, time));
        }
    }
    if let Some((overload, user)) = held.overload.as_ref().zip(held.user.as_ref()) {
        standing = standing.and_text(", ").and(overload_shown(overload, user));
    }
    Ok(HeldShown {
        what: duty_words(&of.duty),
        clause: of.clause.as_ref().map(|clause| {
            (format!("clause\u{a0}{clause}"), format!("/agreement/{version}#c{clause}"))
        }),
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

/// A training that somebody lacks, in words.
fn lack_words(lack: &Untrained, time: &LocalTime) -> Markup {
    let training = words_of(&lack.training);
    match lack.held_until {
        None => Markup::text(format!("not trained: {training}")),
        Some(until) => {
            Markup::text(format!("training lapsed: {training}, after ")).and(time.date(until))
        }
    }
}

/// What is too much for somebody; how many opens them, and what was agreed stands beside it.
fn overload_shown(overload: &Overload, user: &UserId) -> Markup {
    let owner = encoded(user.as_str());
    let terms = |words: String| element("span").class("terms").holding(words);
    match overload {
        Overload::Opportunities { open, at_a_time } => {
            let href = format!("/opportunities?outcome=open&owner={owner}");
            let agreed = terms(format!(" where {at_a_time} are agreed"));
            Markup::text("with ")
                .and(figure(count(*open), &href))
                .and_text(" open opportunities")
                .and(agreed)
        }
        Overload::Leads { open, cap } => {
            let href = format!("/leads?owner={owner}");
            let agreed = terms(format!(" of {cap} that they may have"));
            Markup::text("full: ")
                .and(figure(count(*open), &href))
                .and_text(" open leads")
                .and(agreed)
        }
    }
}

fn people_shown(
    names: &Names<'_, '_>,
    structure: &Structure,
    promised: &str,
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
        check_ins: structure
            .check_ins
            .as_deref()
            .map(|lapsed| check_ins_shown(names, lapsed, time))
            .transpose()?,
        rooms: rooms(structure, &Doors { names, goal: promised, time })?,
    })
}

fn rooms(structure: &Structure, doors: &Doors<'_, '_>) -> Result<Vec<RoomShown>, Failure> {
    let mut rooms: Vec<RoomShown> =
        structure.room.iter().map(|ahead| room_shown(ahead, doors)).collect();
    for load in &structure.workloads {
        rooms.extend(workload_shown(load, doors)?);
    }
    Ok(rooms)
}

fn check_ins_shown(
    names: &Names<'_, '_>,
    lapsed: &[Lapsed],
    time: &LocalTime,
) -> Result<CheckInsShown, Failure> {
    let finding = match lapsed.len() {
        0 => "Whoever leads people has met each of them in time".to_owned(),
        1 => "1 person was not met in time by whoever leads them".to_owned(),
        n => format!("{n} people were not met in time by whoever leads them"),
    };
    let rows = lapsed.iter().map(|row| {
        let since = match row.held_until {
            None => Markup::text("none written down"),
            Some(until) => Markup::text("lapsed after ").and(time.date(until)),
        };
        Ok((person(names, &row.manager)?, person(names, &row.user)?, since))
    });
    Ok(CheckInsShown { finding, lapsed: rows.collect::<Result<_, Failure>>()? })
}
