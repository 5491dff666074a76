//! Goals and quotas: of what was worked out for everybody, what somebody may see.

use std::collections::BTreeSet;

use domain::{
    counted::Measure,
    ids::{UserId, Version},
};
use engine::{
    access::{Act, Actor, may},
    report::{GoalFigures, GoalStanding, GoalsReport, QuotaFigures, ReportQuestion},
};

use super::{
    board::{Behind, Section, amount, rate, rows_href},
    period,
    standing::{self, Doors, Working},
};
use crate::{
    charts::Twin,
    markup::Markup,
    show::{self, figure},
};

/// One goal as the page shows it.
pub(super) struct Goal {
    pub(super) side: Markup,
    pub(super) says: String,
    pub(super) actual: Markup,
    /// How far it is on its way.
    pub(super) meter: Markup,
    pub(super) words: Markup,
    pub(super) clause: String,
    /// The version that says so.
    pub(super) version: Option<Version>,
}

/// What was promised, as far as somebody may see it.
#[derive(Default)]
pub(super) struct Promised {
    pub(super) goals: Vec<Goal>,
    pub(super) quotas: Option<Section>,
}

impl Promised {
    /// The goals, and the quotas of the period that is asked for; without one those of today.
    pub(super) fn of(
        report: &GoalsReport,
        question: &ReportQuestion,
        actor: &Actor,
        query: &str,
    ) -> Promised {
        let goals = report.goals.iter().filter(|goal| may_see_goal(goal, actor));
        let goals = goals.map(|goal| shown(goal, report.version, query)).collect();
        Promised { goals, quotas: quotas(report, question, actor, query) }
    }
}

fn may_see_goal(goal: &GoalFigures, actor: &Actor) -> bool {
    may_see_goal_of(goal.whose.as_ref(), actor)
}

/// Whether somebody may see how the goal of a person stands, or that of a side. Of whom nobody
/// knows, those know who see everybody's.
pub(crate) fn may_see_goal_of(whose: Option<&BTreeSet<UserId>>, actor: &Actor) -> bool {
    let Some(whose) = whose else { return true };
    may(actor, &Act::SeeEverybodysFigures).is_ok()
        || whose.iter().any(|user| may(actor, &Act::SeeFiguresOf(user.clone())).is_ok())
}

fn may_see_quota(quota: &QuotaFigures, actor: &Actor) -> bool {
    let of = quota.owner.clone().map(Act::SeeFiguresOf);
    of.is_none_or(|act| may(actor, &act).is_ok())
}

/// The key of a goal's figure.
pub(crate) fn goal_key(goal: &str) -> String {
    format!("goal.{goal}")
}

fn quota_key(quota: &QuotaFigures) -> String {
    let owner = quota.owner.as_ref().map_or("", |owner| owner.as_str());
    format!("quota.{owner}.{}", quota.period)
}

/// Whose quota it is, in words.
fn whose(quota: &QuotaFigures) -> String {
    let owner = quota.owner.as_ref().map_or("", |owner| owner.as_str());
    let whose = quota.name.clone().unwrap_or_else(|| owner.to_owned());
    if whose.is_empty() { "the firm".to_owned() } else { whose }
}

fn shown(goal: &GoalFigures, version: Option<Version>, query: &str) -> Goal {
    let href = rows_href(&goal_key(&goal.id), query);
    let doors = Doors { rows: href };
    let actual = match &goal.standing {
        GoalStanding::Pace(pace) => figure(amount(pace.actual.total(), goal.currency), &doors.rows),
        GoalStanding::Rate(standing) => rate(&standing.actual).figure(&doors.rows),
    };
    Goal {
        side: show::side_name(goal.side, goal.side.word()),
        says: goal.says.clone(),
        actual,
        meter: standing::goal_meter(goal, &doors),
        words: standing::goal_words(goal, &doors),
        clause: goal.clause.clone(),
        version,
    }
}

fn quotas(
    report: &GoalsReport,
    question: &ReportQuestion,
    actor: &Actor,
    query: &str,
) -> Option<Section> {
    let today = question.zone.to_datetime(question.as_of).date();
    let has_period = question.from.is_some() || question.to.is_some();
    let is_now = |quota: &QuotaFigures| {
        quota.from.is_some_and(|from| from <= today) && quota.to.is_some_and(|to| today <= to)
    };
    let seen = report.quotas.iter().filter(|quota| may_see_quota(quota, actor));
    let seen: Vec<_> = seen.filter(|quota| has_period || is_now(quota)).collect();
    if seen.is_empty() {
        return None;
    }
    let mut twin = Twin::of("Quota").words("Period").number("Won").number("Of").number("Share");
    for quota in &seen {
        let href = rows_href(&quota_key(quota), query);
        let worked = format!("{href}#workings");
        let target = quota.target.map(|target| figure(amount(target, quota.currency), &worked));
        let share = match quota.attainment {
            Measure::Is(share) => figure(show::per_cent(share), &worked),
            Measure::Cannot(why) => show::not_measurable(why),
        };
        twin = twin.row(vec![
            Markup::text(whose(quota)),
            Markup::text(&quota.period),
            figure(amount(quota.won.total(), quota.currency), &href),
            target.unwrap_or_default(),
            share,
        ]);
    }
    let says = match (question.from, question.to) {
        (None, None) => "won and closed in the period of each quota, of those that hold today; ",
        _ => "won and closed in the period of each quota, of those that touch ",
    };
    let says = Markup::text(says).and(period::words(question));
    Some(Section::of("Quotas", quotas_finding(&seen), says, twin.table()))
}

/// Whether the quotas are reached, without a number that one person would be told by.
fn quotas_finding(seen: &[&QuotaFigures]) -> Markup {
    let is_reached =
        |quota: &&&QuotaFigures| quota.target.is_some_and(|target| quota.won.total() >= target);
    let reached = seen.iter().filter(is_reached).count();
    Markup::text(match (reached, seen.len()) {
        (1, 1) => "The quota is reached",
        (0, 1) => "The quota is not reached so far",
        (0, _) => "No quota is reached so far",
        (reached, all) if reached == all => "All quotas are reached",
        _ => "Some quotas are reached, others not so far",
    })
}

/// A figure of what was promised: its rows, and how its numbers are worked out.
pub(super) type Opened = (Behind, Vec<Working>);

/// The rows behind a goal or a quota, if there is one of this key that somebody may see.
pub(super) fn behind(report: &GoalsReport, actor: &Actor, key: &str) -> Option<Opened> {
    let goal = report.goals.iter().find(|goal| goal_key(&goal.id) == key);
    if let Some(goal) = goal.filter(|goal| may_see_goal(goal, actor)) {
        let behind = match &goal.standing {
            GoalStanding::Pace(pace) => {
                Behind::total(&goal.says, goal.rows_of, &pace.actual, goal.currency)
            }
            GoalStanding::Rate(standing) => {
                Behind::share(&goal.says, goal.rows_of, &standing.actual)
            }
        };
        let version = report.version.map(|version| version.to_string()).unwrap_or_default();
        return Some((behind, standing::of_goal(goal, &version)));
    }
    let quota = report.quotas.iter().find(|quota| quota_key(quota) == key);
    quota.filter(|quota| may_see_quota(quota, actor)).map(behind_quota)
}

/// The rows behind one of somebody's own quotas.
pub(super) fn behind_own(quotas: &[QuotaFigures], key: &str) -> Option<Opened> {
    quotas.iter().find(|quota| quota_key(quota) == key).map(behind_quota)
}

fn behind_quota(quota: &QuotaFigures) -> Opened {
    let title = format!("Won of the quota of {}, {}", whose(quota), quota.period);
    let behind = Behind::total(&title, "opportunity", &quota.won, quota.currency);
    (behind, standing::of_quota(quota))
}
