//! The routing of the Agreement in plain words: the routes in their order, and the pools.

use domain::agreement::{
    Routing,
    routing::{Member, Pool, Route, Target, To},
};

use super::words::Line;

/// A part of a schedule: its title, what else holds for it, and its lines.
type Part = (String, String, Vec<Line>);

/// The routes, and each pool with its members.
pub(super) fn parts(routing: &Routing) -> Vec<Part> {
    let routes = routing.routes.iter().zip(1..).map(|(route, place)| Line {
        says: format!("{place}. {}", route.says),
        gives: leads(&route.to),
        often: where_to(route),
    });
    let mut parts = vec![("Routes".to_owned(), String::new(), routes.collect())];
    for pool in &routing.pools {
        let members = pool.members.iter().map(member);
        parts.push((format!("Pool {}", pool.id), terms_of(pool), members.collect()));
    }
    parts
}

/// Where a route leads, in few words.
pub(crate) fn leads(to: &To) -> String {
    match to {
        To::Named(user) => format!("to {user}"),
        To::CatchAll(user) => format!("to {user}, who watches over it"),
        To::AccountOwner(_) => "to the owner of the account".to_owned(),
        To::Territory { of, .. } => format!("by {}", of.field.replace('_', " ")),
        To::Pool(turn) => format!("pool {}, {}", turn.pool, turn.by.words()),
    }
}

fn where_to(route: &Route) -> String {
    let mut words = match &route.to {
        To::AccountOwner(by) => by.iter().map(|by| by.words().to_owned()).collect(),
        To::Territory { table, .. } => table.iter().map(territory).collect(),
        _ => Vec::new(),
    };
    if route.when.is_some() {
        words.push("where the text says so".to_owned());
    }
    if route.waits {
        words.push("it waits for them".to_owned());
    }
    words.join("; ")
}

fn territory((value, target): (&String, &Target)) -> String {
    match target {
        Target::User(user) => format!("{value} to {user}"),
        Target::Pool(pool) => format!("{value} to pool {pool}"),
    }
}

fn member(member: &Member) -> Line {
    let mut caps = Vec::new();
    caps.extend(member.cap_day.map(|cap| format!("at most {cap} a day")));
    caps.extend(member.cap_open.map(|cap| format!("at most {cap} open")));
    caps.extend(member.cap_late.map(late_words));
    let gives = format!("weight {}", member.weight);
    Line { says: member.user.clone(), gives, often: caps.join(", ") }
}

/// `none while 2 are late`.
pub(crate) fn late_words(cap: u32) -> String {
    format!("none while {cap} {} late", if cap == 1 { "is" } else { "are" })
}

/// What holds for a pool.
pub(crate) fn terms_of(pool: &Pool) -> String {
    let hours = if pool.only_in_hours { "within their own hours only" } else { "at any time" };
    let missed = match pool.catch_up {
        true => "whoever was passed over makes up for it",
        false => "whoever was passed over begins again at the lowest level",
    };
    format!("{hours}; {missed}")
}

/// What else holds, a sentence each.
pub(super) fn terms(routing: &Routing) -> Vec<String> {
    let mut terms = vec![format!(
        "Routed is a lead in {} that nobody able to own it has.",
        routing.on.join(" or ")
    )];
    if let Some(from) = routing.from {
        terms.push(format!("Leads that entered it before {from} are left alone."));
    }
    if routing.not_counted_when.is_some() {
        terms.push("A lead that its owner brought counts for nobody, as the text says.".to_owned());
    }
    if routing.credited_back_when.is_some() {
        let words = "A lead that turns out as the text says is credited back to its receiver.";
        terms.push(words.to_owned());
    }
    terms
}
