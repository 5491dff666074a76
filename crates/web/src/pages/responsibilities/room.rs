//! Room for what is on its way: what pools can take, what people can work, and what is promised.

use domain::{agreement::Measure, structure::Room};
use engine::structure::{RoomAhead, Workload};
use jiff::civil::Date;

use super::person;
use crate::{
    failure::Failure,
    markup::{Markup, element},
    names::{Names, encoded},
    pages::{
        people::schooling::words_of,
        scoreboard::on_the_way::{Counts, OnTheWay},
    },
    show::{LocalTime, count, figure},
};

/// What there is room for against what is on its way.
pub(super) struct RoomShown {
    /// What it is about, for those who do not see the heading.
    pub(super) name: String,
    pub(super) finding: Markup,
    pub(super) lines: Vec<Line>,
}

/// A number with what it is made of.
pub(super) struct Line {
    /// Where the heading finds it.
    pub(super) id: Option<String>,
    pub(super) what: &'static str,
    pub(super) n: Markup,
    pub(super) how: Markup,
}

impl Line {
    fn of(what: &'static str, n: impl Into<Markup>, how: Markup) -> Line {
        Line { id: None, what, n: n.into(), how }
    }

    /// The difference that a heading tells, with the two numbers above that make it.
    fn short(id: &str, said: String, (more, less): (String, String)) -> Line {
        let of = |words: String| element("span").class("terms").holding(words);
        let how = Markup::text("what is on its way, less what there is room for: ");
        Line {
            id: Some(id.to_owned()),
            what: "More than there is room for",
            n: of(said).into(),
            how: how.and(of(format!("{more} − {less}"))),
        }
    }
}

/// Where the page and its people open numbers.
pub(super) struct Doors<'a, 'r> {
    pub(super) names: &'a Names<'a, 'r>,
    /// Where the text says what marketing promised.
    pub(super) goal: &'a str,
    pub(super) time: &'a LocalTime,
}

impl Doors<'_, '_> {
    fn between(&self, (from, to): (Date, Date)) -> Markup {
        self.time.date(from).and_text(" to ").and(self.time.date(to))
    }

    /// A number of leads that marketing's goals promise.
    fn promised(&self, n: u64) -> Markup {
        figure(leads(n), self.goal)
    }
}

fn leads(n: u64) -> String {
    if n == 1 { "1 lead".to_owned() } else { format!("{} leads", count(n)) }
}

pub(super) fn room_shown(ahead: &RoomAhead, doors: &Doors<'_, '_>) -> RoomShown {
    const SHORT: &str = "short-pools";
    let room = ahead.room;
    let finding = match room.short_by() {
        None => Markup::text(
            "How many leads the pools can take is not known: not every member has a cap a day",
        ),
        Some(0) => Markup::text("The pools have room for what is on its way to them"),
        Some(n) => figure(leads(n), &format!("#{SHORT}"))
            .and_text(" more are on their way than the pools can take"),
    };
    let opens = |n: Option<u64>, href: &str, none: &str| match n {
        Some(n) => figure(leads(n), href),
        None => Markup::text(none.to_owned()),
    };
    let came = |counts: Counts| OnTheWay { counts, days: ahead.behind }.href();
    let to_pools = (ahead.behind.0 <= ahead.behind.1).then_some(room.to_pools);
    let promised = doors.between(ahead.ahead).and(match (room.promised, room.came) {
        (None, _) => Markup::new(),
        (Some(_), 0) => Markup::text(": the goals’ part of these days"),
        (Some(promised), n) => Markup::text(": of ")
            .and(doors.promised(promised))
            .and_text(" by the goals’ part of these days, as ")
            .and(figure(count(room.to_pools), &came(Counts::ToPools)))
            .and_text(" of ")
            .and(figure(count(n), &came(Counts::Routed)))
            .and_text(" that came went through pools"),
    });
    let mut lines = vec![
        Line::of(
            "The pools can take",
            opens(room.takes, "/routing", "not known"),
            doors
                .between(ahead.ahead)
                .and_text(": caps a day on the days on which each works and is not away"),
        ),
        Line::of(
            "Promised by marketing’s goals",
            opens(room.promised_to_pools(), doors.goal, "no goal counts leads"),
            promised,
        ),
        Line::of(
            "Came to the pools",
            opens(to_pools, &came(Counts::ToPools), "none yet"),
            match to_pools {
                Some(_) => doors.between(ahead.behind),
                None => Markup::text("routing began today"),
            },
        ),
    ];
    lines.extend(short_of(room, SHORT, leads));
    RoomShown { name: "Room in the pools".to_owned(), finding, lines }
}

/// How the number of a heading is made, where there is one.
fn short_of(room: Room, id: &str, words: fn(u64) -> String) -> Option<Line> {
    let short = room.short_by().filter(|short| *short > 0)?;
    Some(Line::short(id, words(short), (count(room.expected()), count(room.takes?))))
}

fn opportunities(n: u64) -> String {
    if n == 1 { "1 opportunity".to_owned() } else { format!("{} opportunities", count(n)) }
}

fn hours(minutes: u64) -> String {
    let tenths = (minutes + 3) / 6;
    format!("{}.{} hours", count(tenths / 10), tenths % 10)
}

/// What the people of a capacity can work, and the time that they have to call.
pub(super) fn workload_shown(
    load: &Workload,
    doors: &Doors<'_, '_>,
) -> Result<Vec<RoomShown>, Failure> {
    let mut shown = vec![taken_on_shown(load, doors)?];
    shown.extend(load.calling.map(|calling| calling_shown(load, calling, doors)));
    Ok(shown)
}

fn clause_href(load: &Workload) -> String {
    format!("/agreement#c{}", encoded(&load.clause))
}

fn of_clause(load: &Workload) -> Markup {
    figure(format!("clause {}", load.clause), &clause_href(load))
}

fn who_id(load: &Workload) -> String {
    format!("who-{}", load.capacity)
}

/// How many people there are, as a door to their names.
fn people(load: &Workload) -> Markup {
    let words = match load.people.len() {
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    };
    figure(words, &format!("#{}", who_id(load)))
}

/// The names of the people.
fn who(load: &Workload, doors: &Doors<'_, '_>) -> Result<Markup, Failure> {
    let mut all = Markup::new();
    for user in &load.people {
        all.push(element("li").holding(person(doors.names, user)?));
    }
    let summary = element("summary").holding("Who they are");
    let list = element("ul").class("plain").with("id", who_id(load)).holding(all);
    Ok(element("details").class("twin").holding(summary).holding(list).into())
}

/// Leads that marketing delivered, as its goals count them, as a door to them.
fn delivered(load: &Workload) -> Markup {
    let counts = match load.delivers {
        Measure::Accepted => Counts::Accepted,
        _ => Counts::Qualified,
    };
    figure(leads(load.room.came), &OnTheWay { counts, days: load.behind }.href())
}

fn taken_on_shown(load: &Workload, doors: &Doors<'_, '_>) -> Result<RoomShown, Failure> {
    let (room, key) = (load.room, words_of(&load.capacity));
    let short = format!("short-{}", load.capacity);
    let finding = match room.short_by() {
        _ if load.people.is_empty() => {
            Markup::text(format!("Nobody of {} works as {key}", load.side.word()))
        }
        Some(0) => Markup::text(format!("There is room for the opportunities on their way: {key}")),
        n => figure(opportunities(n.unwrap_or_default()), &format!("#{short}"))
            .and_text(format!(" more are on their way than can be taken on: {key}")),
    };
    let opened =
        format!("/opportunities?opened_from={}&opened_to={}", load.behind.0, load.behind.1);
    let opened = figure(opportunities(room.to_pools), &opened);
    let promised = match (room.promised, room.came) {
        (None, _) => Markup::text("no goal counts leads"),
        (Some(promised), 0) => doors
            .between(load.ahead)
            .and_text(": ")
            .and(doors.promised(promised))
            .and_text(" by the goals, each counted as one"),
        (Some(promised), _) => doors
            .between(load.ahead)
            .and_text(": ")
            .and(doors.promised(promised))
            .and_text(" by the goals’ part of these days, as ")
            .and(opened.clone())
            .and_text(" were opened beside ")
            .and(delivered(load)),
    };
    let takes = figure(opportunities(room.takes.unwrap_or_default()), &clause_href(load));
    let ahead = doors.between(load.ahead).and_text(": ").and(people(load)).and_text(", by ");
    let ahead = ahead.and(of_clause(load)).and_text(", less where somebody is away");
    let follow = match room.promised_to_pools() {
        Some(n) => figure(opportunities(n), doors.goal),
        None => Markup::text("not known"),
    };
    let at_a_time = figure(count(load.at_a_time), &clause_href(load));
    let mut lines = vec![
        Line::of("Can be taken on", takes, ahead.and(who(load, doors)?)),
        Line::of("Follow from what marketing promised", follow, promised),
        Line::of("Were opened", opened, doors.between(load.behind)),
        Line::of(
            "Are open now",
            figure(opportunities(load.open), "/opportunities?outcome=open"),
            Markup::text("of ").and(at_a_time).and_text(" that are worked at a time"),
        ),
    ];
    lines.extend(short_of(room, &short, opportunities));
    Ok(RoomShown { name: format!("Room: {key}"), finding, lines })
}

fn calling_shown(load: &Workload, (needs, has): (u64, u64), doors: &Doors<'_, '_>) -> RoomShown {
    let short = format!("short-calling-{}", load.capacity);
    let finding = match needs > has {
        true => Markup::text("Calling what is on its way takes ")
            .and(figure(hours(needs - has), &format!("#{short}")))
            .and_text(" more than there are"),
        false => Markup::text("There is time to call every lead that is on its way"),
    };
    let to_call = match load.room.promised {
        Some(promised) if promised > load.room.came => doors.promised(promised),
        _ => delivered(load),
    };
    let calling = doors
        .between(load.ahead)
        .and_text(": ")
        .and(to_call)
        .and_text(", each called as often as ")
        .and(of_clause(load))
        .and_text(" says");
    let mut lines = vec![
        Line::of("Calling takes", figure(hours(needs), &clause_href(load)), calling),
        Line::of(
            "There is time for",
            figure(hours(has), &clause_href(load)),
            people(load).and_text(", less where somebody is away"),
        ),
    ];
    lines.extend(
        (needs > has).then(|| Line::short(&short, hours(needs - has), (hours(needs), hours(has)))),
    );
    RoomShown { name: format!("Calling: {}", words_of(&load.capacity)), finding, lines }
}
