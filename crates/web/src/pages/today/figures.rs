//! The numbers somebody is held to: a rep's own, and elsewhere those of the side.

use domain::{firm::Side, ids::UserId};
use engine::{
    access::Actor,
    report::{Brought, GoalFigures, GoalStanding, QuotaFigures, ReportFailure, ReportQuestion},
};
use jiff::Timestamp;

use super::Of;
use crate::{
    app::House,
    failure::Failure,
    kept::{Soon, in_address},
    markup::Markup,
    names::encoded,
    pages::scoreboard::{
        brought,
        standing::{self, Doors},
    },
    show::{self, LocalTime, Rate, figure},
};

/// The figures.
pub(super) struct Figures {
    pub(super) heading: &'static str,
    pub(super) all: Vec<Shown>,
    /// Why there is none, for whoever has none.
    pub(super) none: &'static str,
    /// As of when they are true, where that is not now.
    pub(super) as_of: Option<Markup>,
    /// Whether they are still being worked out.
    pub(super) are_awaited: bool,
}

/// One figure.
pub(super) struct Shown {
    pub(super) label: Markup,
    pub(super) number: Markup,
    /// How far it is on its way.
    pub(super) meter: Markup,
    pub(super) words: Markup,
    pub(super) clause: Option<String>,
    pub(super) says: String,
}

pub(super) fn figures(
    house: &House,
    actor: &Actor,
    of: Of,
    time: &LocalTime,
) -> Result<Figures, Failure> {
    let today = time.zone().to_datetime(time.now()).date();
    let question = ReportQuestion {
        by: None,
        from: None,
        to: None,
        horizon_days: None,
        cohorts: None,
        as_of: time.now(),
        zone: time.zone().clone(),
    };
    let is_now = |goal: &&GoalFigures| goal.from <= today && today <= goal.to;
    let (all, past, are_awaited) = match of {
        Of::Own => own(house, &question, &actor.user, is_now)?,
        Of::Side(_) | Of::All => {
            let soon = house.goals_soon(&question).map_err(failed)?;
            let Soon::Found(found) = soon else { return Ok(awaited()) };
            let theirs = |goal: &&GoalFigures| goal.user.is_none() && of.is_of(goal.side);
            let goals = found.value.goals.iter().filter(theirs).filter(is_now);
            let at = in_address(&house.app.engine, found.as_of)?;
            let goals = goals.map(|goal| (goal.side, of_goal(goal, None, &at)));
            let brought = found.value.brought.iter().filter(|_| of.is_of(Side::Marketing));
            let brought = brought.map(|it| (Side::Marketing, in_value(it, &at, time)));
            let mut all: Vec<(Side, Shown)> = goals.chain(brought).collect();
            all.sort_by_key(|(side, _)| *side);
            (all.into_iter().map(|(_, shown)| shown).collect(), found.past(), false)
        }
    };
    let (heading, none) = match of {
        Of::Own => ("Your number", "No quota and no goal of yours is known for today."),
        _ => ("What was agreed", "No goal was signed for today."),
    };
    let as_of = past.map(|past| time.second(past));
    let none = if are_awaited { awaited().none } else { none };
    Ok(Figures { heading, all, none, as_of, are_awaited })
}

/// What stands there while the figures are worked out for the first time.
fn awaited() -> Figures {
    let none = "How the goals stand is being worked out, for the first time since Lockstep was \
                started. The page looks again by itself.";
    Figures { heading: "What was agreed", all: Vec::new(), none, as_of: None, are_awaited: true }
}

/// The question is the page's own, so it is not refused.
pub(super) fn failed(failure: ReportFailure) -> Failure {
    match failure {
        ReportFailure::Engine(error) => error.into(),
        ReportFailure::Refused(_) => Failure::Absent,
    }
}

/// A person's quotas, and the goals that name them, which only few Agreements do; as of when these
/// are true, and whether they are still being worked out.
fn own(
    house: &House,
    question: &ReportQuestion,
    user: &UserId,
    is_now: impl Fn(&&GoalFigures) -> bool,
) -> Result<(Vec<Shown>, Option<Timestamp>, bool), Failure> {
    let engine = &house.app.engine;
    let today = question.zone.to_datetime(question.as_of).date();
    let of_today = ReportQuestion { from: Some(today), to: Some(today), ..question.clone() };
    let mut quotas = engine.report_quotas_of(&of_today, user).map_err(failed)?;
    quotas.sort_by_key(|quota| quota.to);
    let mut all: Vec<Shown> = quotas.iter().filter_map(of_week).collect();
    // Of quotas of a month and a year the shorter tells of the week.
    all.truncate(1);
    all.extend(quotas.iter().map(of_quota));
    if !engine.has_own_goal(user, question.as_of)? {
        return Ok((all, None, false));
    }
    let Soon::Found(found) = house.goals_soon(question).map_err(failed)? else {
        return Ok((all, None, true));
    };
    let at = in_address(engine, found.as_of)?;
    let theirs =
        |goal: &&GoalFigures| goal.whose.as_ref().is_some_and(|whose| whose.contains(user));
    let goals = found.value.goals.iter().filter(theirs).filter(is_now);
    all.extend(goals.map(|goal| of_goal(goal, Some("yours"), &at)));
    Ok((all, found.past(), false))
}

fn doors_of(quota: &QuotaFigures) -> Doors {
    let owner = quota.owner.as_ref().map_or("", UserId::as_str);
    let key = format!("quota.{owner}.{}", quota.period);
    Doors { rows: format!("/scoreboard/rows?figure={}", encoded(&key)) }
}

/// The week's number: what an even pace of a quota asks for until its end.
fn of_week(quota: &QuotaFigures) -> Option<Shown> {
    let (week, doors) = (standing::this_week(quota)?, doors_of(quota));
    Some(Shown {
        label: Markup::text("This week"),
        number: week.shown(quota, &doors),
        meter: Markup::new(),
        words: week.words(quota, &doors),
        clause: None,
        says: String::new(),
    })
}

fn of_quota(quota: &QuotaFigures) -> Shown {
    let doors = doors_of(quota);
    Shown {
        label: Markup::text(format!("Quota, {}", quota.period)),
        number: standing::quota_number(quota, &doors),
        meter: standing::quota_meter(quota, &doors),
        words: standing::quota_words(quota, &doors),
        clause: None,
        says: String::new(),
    }
}

/// What marketing brought in value, where no goal in value was signed.
fn in_value(value: &Brought, at: &str, time: &LocalTime) -> Shown {
    let side = Side::Marketing;
    Shown {
        label: show::side_name(side, &format!("{}: brought, in value", side.word())),
        number: brought::number(value, at),
        meter: Markup::new(),
        words: brought::words(value, at, time),
        clause: None,
        says: String::new(),
    }
}

/// `at` is the state that the figure was made of, as its address says it.
fn of_goal(goal: &GoalFigures, label: Option<&str>, at: &str) -> Shown {
    let key = encoded(&format!("goal.{}", goal.id));
    let doors = Doors { rows: format!("/scoreboard/rows?figure={key}{at}") };
    let number = match &goal.standing {
        GoalStanding::Pace(pace) => {
            let number = standing::brief_amount(pace.actual.total(), goal.currency);
            figure(number, &doors.rows)
        }
        GoalStanding::Rate(rate) => {
            let rate = rate.actual.rate();
            Rate::of(rate.hits(), rate.n()).figure(&doors.rows)
        }
    };
    Shown {
        label: match label {
            Some(label) => Markup::text(label),
            None => show::side_name(goal.side, &format!("{}: {}", goal.side.word(), goal.what)),
        },
        number,
        meter: standing::goal_meter(goal, &doors),
        words: standing::goal_words(goal, &doors),
        clause: Some(goal.clause.clone()),
        says: goal.says.clone(),
    }
}
