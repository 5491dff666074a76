//! Room for what is on its way: what pools can take, what people can work, and what is promised.

use engine::structure::{RoomAhead, Workload};
use jiff::civil::Date;

use crate::{
    markup::Markup,
    names::encoded,
    pages::people::schooling::words_of,
    show::{LocalTime, count, figure},
};

/// What there is room for against what is on its way.
pub(super) struct RoomShown {
    pub(super) finding: String,
    pub(super) lines: Vec<(&'static str, Markup, Markup)>,
}

fn leads(n: u64) -> String {
    if n == 1 { "1 lead".to_owned() } else { format!("{} leads", count(n)) }
}

pub(super) fn room_shown(ahead: &RoomAhead, goal: &str, time: &LocalTime) -> RoomShown {
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
                opens(room.promised_to_pools(), goal, "no goal counts leads"),
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

fn opportunities(n: u64) -> String {
    if n == 1 { "1 opportunity".to_owned() } else { format!("{} opportunities", count(n)) }
}

fn hours(minutes: u64) -> String {
    let tenths = (minutes + 3) / 6;
    format!("{}.{} hours", count(tenths / 10), tenths % 10)
}

/// What the people of a capacity can work, and the time that they have to call.
pub(super) fn workload_shown(load: &Workload, goal: &str, time: &LocalTime) -> Vec<RoomShown> {
    let mut shown = vec![taken_on_shown(load, goal, time)];
    shown.extend(load.calling.map(|calling| calling_shown(load, calling, time)));
    shown
}

fn between((from, to): (Date, Date), time: &LocalTime) -> Markup {
    time.date(from).and_text(" to ").and(time.date(to))
}

fn clause_href(load: &Workload) -> String {
    format!("/agreement#c{}", encoded(&load.clause))
}

fn of_clause(load: &Workload) -> Markup {
    figure(format!("clause {}", load.clause), &clause_href(load))
}

fn people(load: &Workload) -> String {
    match load.people.len() {
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    }
}

fn taken_on_shown(load: &Workload, goal: &str, time: &LocalTime) -> RoomShown {
    let (room, key) = (load.room, words_of(&load.capacity));
    let finding = match room.short_by() {
        _ if load.people.is_empty() => format!("Nobody of {} works as {key}", load.side.word()),
        Some(0) => format!("There is room for the opportunities on their way: {key}"),
        short => {
            let n = opportunities(short.unwrap_or_default());
            format!("{n} more are on their way than can be taken on: {key}")
        }
    };
    let takes = room.takes.unwrap_or_default();
    let promised = match (room.promised, room.came) {
        (None, _) => Markup::text("no goal counts leads"),
        (Some(promised), 0) => between(load.ahead, time)
            .and_text(format!(": {} by the goals, each counted as one", leads(promised))),
        (Some(promised), came) => between(load.ahead, time).and_text(format!(
            ": {} by the goals’ part of these days, as {} were opened beside {}",
            leads(promised),
            opportunities(room.to_pools),
            leads(came)
        )),
    };
    let ahead = between(load.ahead, time).and_text(format!(": {}, by ", people(load)));
    RoomShown {
        finding,
        lines: vec![
            (
                "Can be taken on",
                figure(opportunities(takes), &clause_href(load)),
                ahead.and(of_clause(load)).and_text(", less where somebody is away"),
            ),
            (
                "Follow from what marketing promised",
                match room.promised_to_pools() {
                    Some(n) => figure(opportunities(n), goal),
                    None => Markup::text("not known"),
                },
                promised,
            ),
            (
                "Were opened",
                figure(
                    opportunities(room.to_pools),
                    &format!(
                        "/opportunities?opened_from={}&opened_to={}",
                        load.behind.0, load.behind.1
                    ),
                ),
                between(load.behind, time),
            ),
            (
                "Are open now",
                figure(opportunities(load.open), "/opportunities?outcome=open"),
                Markup::text(format!("of {} that are worked at a time", count(load.at_a_time))),
            ),
        ],
    }
}

fn calling_shown(load: &Workload, (needs, has): (u64, u64), time: &LocalTime) -> RoomShown {
    let leads_to_call = load.room.came.max(load.room.promised.unwrap_or(0));
    let finding = match needs > has {
        true => {
            format!("Calling what is on its way takes {} more than there are", hours(needs - has))
        }
        false => "There is time to call every lead that is on its way".to_owned(),
    };
    RoomShown {
        finding,
        lines: vec![
            (
                "Calling takes",
                figure(hours(needs), &clause_href(load)),
                between(load.ahead, time)
                    .and_text(format!(": {}, each called as often as ", leads(leads_to_call)))
                    .and(of_clause(load))
                    .and_text(" says"),
            ),
            (
                "There is time for",
                figure(hours(has), &clause_href(load)),
                Markup::text(format!("{}, less where somebody is away", people(load))),
            ),
        ],
    }
}
