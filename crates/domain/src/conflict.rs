//! Where priorities contradict each other, the goals, the routes, or the people whom a text names.
//!
//! A conflict is no mistake: both sides may sign the text, and see it beside their signatures.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    agreement::{
        Agreement, Goal,
        priority::{Days, Phase, Priority},
        routing::{Route, Target, To},
        text::{Clause, ClauseKind},
    },
    firm::Side,
};

/// How it stands with somebody whom the text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// On which side they stand, where that is known.
    pub side: Option<Side>,
    /// Whether they have left the firm.
    pub has_left: bool,
}

/// The people whom a text names, by their addresses or ids as it writes them. Whoever is not among
/// them is not judged.
pub type NamedPeople = BTreeMap<String, Named>;

/// What contradicts what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Two priorities give the lead to both sides at once.
    TwoLead,
    /// A goal belongs to the side that does not lead.
    GoalOfTheOther,
    /// A goal has other days than the priority that names it.
    GoalOnOtherDays,
    /// A route leads to people of the side that does not lead.
    RouteToTheOther,
    /// A route leads to somebody who has left.
    RouteToGone,
    /// A priority is over, and still names goals or routes.
    Over,
    /// Whoever answers for a priority stands on the other side, or has left.
    OwnerElsewhere,
}

/// A place in the text, and what it says there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// `Clause 7`, `Clause 3.2, route territory`.
    pub place: String,
    /// The clause.
    pub clause: String,
    /// What it says.
    pub says: String,
}

/// Two things of one text that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// What contradicts what.
    pub kind: Kind,
    /// The contradiction, as a sentence.
    pub says: String,
    /// Both places; one where the other is not in the text.
    pub quotes: Vec<Quote>,
    /// What would end it.
    pub remedy: &'static str,
}

/// Every conflict of the priorities of a text as of a day, in the order of the clauses.
pub fn conflicts(agreement: &Agreement, people: &NamedPeople, today: Date) -> Vec<Conflict> {
    let all: Vec<Stated<'_>> = agreement.clauses.iter().filter_map(Stated::of).collect();
    let mut conflicts = Vec::new();
    for (nth, stated) in all.iter().enumerate() {
        let others = all[nth + 1..].iter();
        conflicts.extend(others.filter_map(|other| two_lead(agreement, stated, other, today)));
        if let Phase::Over(until) = stated.priority.phase(today) {
            conflicts.extend(over(agreement, stated, until, today));
            continue;
        }
        conflicts.extend(goals(agreement, stated));
        conflicts.extend(routes(agreement, stated, people));
        conflicts.extend(owner(stated, people));
    }
    conflicts
}

/// A priority with its clause.
#[derive(Clone, Copy)]
struct Stated<'a> {
    clause: &'a Clause,
    priority: &'a Priority,
}

impl<'a> Stated<'a> {
    fn of(clause: &'a Clause) -> Option<Stated<'a>> {
        match &clause.kind {
            ClauseKind::Priority(priority) => Some(Stated { clause, priority }),
            _ => None,
        }
    }

    fn quote(&self) -> Quote {
        let clause = self.clause;
        Quote {
            place: format!("Clause {}", clause.no),
            clause: clause.no.clone(),
            says: clause.says.clone(),
        }
    }

    /// `clause 7 gives the lead to sales`.
    fn gives(&self) -> String {
        format!("Clause {} gives the lead to {}", self.clause.no, self.priority.leads.word())
    }
}

fn two_lead(
    agreement: &Agreement,
    one: &Stated<'_>,
    other: &Stated<'_>,
    today: Date,
) -> Option<Conflict> {
    let (a, b) = (one.priority, other.priority);
    let days = a.days_with(b.from, b.until)?;
    let is_past = days.until.is_some_and(|until| until < today);
    if a.leads == b.leads || !a.meets(b) || is_past {
        return None;
    }
    let product = a.product.as_ref().or(b.product.as_ref());
    let segment = a.segment.as_ref().or(b.segment.as_ref()).map(|id| {
        let known = agreement.segments.iter().find(|known| known.id == *id);
        known.map_or(id, |known| &known.label)
    });
    let about = match (product, segment) {
        (None, None) => "for everything".to_owned(),
        (Some(product), None) => format!("for {product}"),
        (None, Some(segment)) => format!("in the segment {segment}"),
        (Some(product), Some(segment)) => format!("for {product} in the segment {segment}"),
    };
    Some(Conflict {
        kind: Kind::TwoLead,
        says: format!(
            "{}, and clause {} to {}, {about} {days}.",
            one.gives(),
            other.clause.no,
            b.leads.word()
        ),
        quotes: vec![one.quote(), other.quote()],
        remedy: "Name another product or segment in one of them, or let one end before the other \
                 begins.",
    })
}

fn over(agreement: &Agreement, stated: &Stated<'_>, until: Date, today: Date) -> Option<Conflict> {
    let goals = agreement
        .goals
        .iter()
        .filter(|goal| stated.priority.goals.contains(&goal.id) && goal.to >= today);
    let routing = agreement.routing.iter();
    let routes = routing.flat_map(|routing| {
        routing
            .routes
            .iter()
            .filter(|route| stated.priority.routes.contains(&route.id))
            .map(|route| route_quote(&routing.clause, route))
    });
    let others: Vec<Quote> = goals.map(goal_quote).chain(routes).collect();
    if others.is_empty() {
        return None;
    }
    let names: Vec<&str> = others.iter().map(|quote| quote.place.as_str()).collect();
    let until = Days { from: None, until: Some(until) };
    Some(Conflict {
        kind: Kind::Over,
        says: format!(
            "Clause {} held {until} and still names: {}.",
            stated.clause.no,
            names.join("; ")
        ),
        quotes: [stated.quote()].into_iter().chain(others).collect(),
        remedy: "Agree on a priority for the days that follow, or take the clause out.",
    })
}

fn goal_quote(goal: &Goal) -> Quote {
    Quote {
        place: format!("Clause {}, goal {}", goal.clause, goal.id),
        clause: goal.clause.clone(),
        says: goal.says.clone(),
    }
}

fn route_quote(clause: &str, route: &Route) -> Quote {
    Quote {
        place: format!("Clause {clause}, route {}", route.id),
        clause: clause.to_owned(),
        says: route.says.clone(),
    }
}

/// Goals that the priority names, and, where it holds for everything, those of the same days.
fn goals(agreement: &Agreement, stated: &Stated<'_>) -> Vec<Conflict> {
    let priority = stated.priority;
    let mut found = Vec::new();
    for goal in &agreement.goals {
        let is_named = priority.goals.contains(&goal.id);
        let meets = priority.is_about_everything()
            && priority.days_with(Some(goal.from), Some(goal.to)).is_some();
        let quotes = || vec![stated.quote(), goal_quote(goal)];
        if goal.side != priority.leads && (is_named || meets) {
            found.push(Conflict {
                kind: Kind::GoalOfTheOther,
                says: format!(
                    "{}, and {} leads the goal {} of clause {}.",
                    stated.gives(),
                    goal.side.word(),
                    goal.id,
                    goal.clause
                ),
                quotes: quotes(),
                remedy: match is_named {
                    true => "Give the goal to the side that leads, or take it out of the priority.",
                    false => "Say for which product or segment the priority holds.",
                },
            });
        }
        let starts_before = priority.from.is_some_and(|from| goal.from < from);
        let ends_after = priority.until.is_some_and(|until| goal.to > until);
        if is_named && (starts_before || ends_after) {
            let of_goal = Days { from: Some(goal.from), until: Some(goal.to) };
            let own = Days { from: priority.from, until: priority.until };
            found.push(Conflict {
                kind: Kind::GoalOnOtherDays,
                says: format!(
                    "The goal {} of clause {} runs {of_goal}, and clause {} holds {own}.",
                    goal.id, goal.clause, stated.clause.no
                ),
                quotes: quotes(),
                remedy: "Give both the same days, or take the goal out of the priority.",
            });
        }
    }
    found
}

/// Routes that the priority names, and those that take exactly the leads of its segment.
fn routes(agreement: &Agreement, stated: &Stated<'_>, people: &NamedPeople) -> Vec<Conflict> {
    let priority = stated.priority;
    let Some(routing) = &agreement.routing else { return Vec::new() };
    let segment = priority.segment.as_ref();
    let segment = segment.and_then(|id| agreement.segments.iter().find(|other| other.id == *id));
    let takes_segment =
        |route: &Route| segment.is_some_and(|segment| route.when.as_ref() == Some(&segment.when));
    let mut found = Vec::new();
    let theirs = routing.routes.iter();
    for route in theirs.filter(|route| priority.routes.contains(&route.id) || takes_segment(route))
    {
        let led_to = led_to(agreement, route);
        let those = |is: &dyn Fn(&Named) -> bool| -> Vec<&str> {
            let theirs = led_to.iter().copied();
            theirs.filter(|name| people.get(*name).is_some_and(is)).collect()
        };
        let quotes = || vec![stated.quote(), route_quote(&routing.clause, route)];
        let gone = those(&|person| person.has_left);
        if !gone.is_empty() {
            found.push(Conflict {
                kind: Kind::RouteToGone,
                says: format!(
                    "The route {} leads to {}, no more of the firm.",
                    route.id,
                    gone.join(", ")
                ),
                quotes: quotes(),
                remedy: "Name somebody in the route who is here.",
            });
        }
        let others = those(&|person| {
            let is_other = person.side.is_some_and(|side| side != priority.leads);
            is_other && !person.has_left
        });
        if !others.is_empty() {
            found.push(Conflict {
                kind: Kind::RouteToTheOther,
                says: format!(
                    "{}, and the route {} leads to {}, of another side.",
                    stated.gives(),
                    route.id,
                    others.join(", ")
                ),
                quotes: quotes(),
                remedy: "Lead the route to people of the side that leads, or give it the lead.",
            });
        }
    }
    found
}

/// Everybody whom a route can lead to by the text alone.
fn led_to<'a>(agreement: &'a Agreement, route: &'a Route) -> Vec<&'a str> {
    let of_pool = |id: &str| -> Vec<&'a str> {
        let pool = agreement.routing.as_ref().and_then(|routing| routing.pool(id));
        let members = pool.map_or(&[][..], |pool| &pool.members);
        members.iter().map(|member| member.user.as_str()).collect()
    };
    let mut people: Vec<&str> = match &route.to {
        To::Named(user) | To::CatchAll(user) => vec![user],
        To::AccountOwner(_) => Vec::new(),
        To::Pool(turn) => of_pool(&turn.pool),
        To::Territory { table, .. } => {
            let targets = table.values().flat_map(|target| match target {
                Target::User(user) => vec![user.as_str()],
                Target::Pool(pool) => of_pool(pool),
            });
            targets.collect()
        }
    };
    people.sort_unstable();
    people.dedup();
    people
}

fn owner(stated: &Stated<'_>, people: &NamedPeople) -> Option<Conflict> {
    let owner = stated.priority.owner.as_ref()?;
    let named = people.get(owner)?;
    let what = match (named.has_left, named.side) {
        (true, _) => "is no more of the firm".to_owned(),
        (false, Some(side)) if side != stated.priority.leads => format!("is of {}", side.word()),
        _ => return None,
    };
    Some(Conflict {
        kind: Kind::OwnerElsewhere,
        says: format!("{}, and {owner}, who answers for it, {what}.", stated.gives()),
        quotes: vec![stated.quote()],
        remedy: "Name somebody of the side that leads.",
    })
}

#[cfg(test)]
mod tests;
