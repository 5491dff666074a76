//! The numbers somebody is held to: a rep's own, and elsewhere those of the side.

use domain::{counted::Measure, ids::UserId, money::Money};
use engine::{
    Engine,
    access::Actor,
    report::{GoalFigures, GoalStanding, GoalsReport, QuotaFigures, ReportFailure, ReportQuestion},
};

use super::Of;
use crate::{
    failure::Failure,
    markup::Markup,
    names::encoded,
    show::{self, LocalTime, Rate, figure},
};

/// The figures.
pub(super) struct Figures {
    pub(super) heading: &'static str,
    pub(super) all: Vec<Shown>,
    /// Why there is none, for whoever has none.
    pub(super) none: &'static str,
}

/// One figure.
pub(super) struct Shown {
    pub(super) label: Markup,
    pub(super) number: Markup,
    pub(super) words: String,
    pub(super) clause: Option<String>,
    pub(super) says: String,
}

pub(super) fn figures(
    engine: &Engine,
    actor: &Actor,
    of: Of,
    time: &LocalTime,
) -> Result<Figures, Failure> {
    let today = time.zone().to_datetime(time.now()).date();
    let question = ReportQuestion {
        by: None,
        from: Some(today),
        to: Some(today),
        horizon_days: None,
        as_of: time.now(),
        zone: time.zone().clone(),
    };
    let report = engine.report_goals(&question).map_err(failed)?;
    let all = match of {
        Of::Own => own(&report, &actor.user),
        Of::Side(_) | Of::All => {
            let theirs = |goal: &&GoalFigures| {
                goal.user.is_none() && (of == Of::All || of == Of::Side(goal.side))
            };
            report.goals.iter().filter(theirs).map(|goal| of_goal(goal, None)).collect()
        }
    };
    let (heading, none) = match of {
        Of::Own => ("Your number", "No quota and no goal of yours is known for today."),
        _ => ("What was agreed", "No goal was signed for today."),
    };
    Ok(Figures { heading, all, none })
}

/// The question is the page's own, so it is not refused.
pub(super) fn failed(failure: ReportFailure) -> Failure {
    match failure {
        ReportFailure::Engine(error) => error.into(),
        ReportFailure::Refused(_) => Failure::Absent,
    }
}

/// A person's quotas, and the goals that name them.
fn own(report: &GoalsReport, user: &UserId) -> Vec<Shown> {
    let quotas = report.quotas.iter().filter(|quota| quota.owner.as_ref() == Some(user));
    let goals = report.goals.iter().filter(|goal| goal.user.as_deref() == Some(user.as_str()));
    quotas.map(of_quota).chain(goals.map(|goal| of_goal(goal, Some("yours")))).collect()
}

fn of_quota(quota: &QuotaFigures) -> Shown {
    let amount = |number: i64| match quota.currency {
        Some(currency) => show::money_brief(Money { amount_minor: number, currency }),
        None => show::count(number.unsigned_abs()),
    };
    let owner = quota.owner.as_ref().map_or("", UserId::as_str);
    let key = format!("quota.{owner}.{}", quota.period);
    let href = format!("/scoreboard/rows?figure={}", encoded(&key));
    let won = quota.won.total();
    let (number, mut words) = match quota.target {
        Some(target) if won < target => (
            amount(target.saturating_sub(won)),
            format!("to go of {}; {} won", amount(target), amount(won)),
        ),
        Some(target) => (amount(won), format!("won of {}", amount(target))),
        None => (amount(won), "won; the quota does not say of how much".to_owned()),
    };
    if let Measure::Is(share) = quota.attainment {
        words.push_str(&format!(", {} of it", show::per_cent(share)));
    }
    if let (Some(days), Some(expected)) = (&quota.days, quota.expected_by_now) {
        words.push_str(&format!(
            "; an even pace asks for {} after {} of {} working days",
            amount(expected),
            days.elapsed,
            days.total
        ));
    }
    Shown {
        label: Markup::text(format!("Quota, {}", quota.period)),
        number: figure(number, &href),
        words,
        clause: None,
        says: String::new(),
    }
}

fn of_goal(goal: &GoalFigures, label: Option<&str>) -> Shown {
    let href = format!("/scoreboard/rows?figure={}", encoded(&format!("goal.{}", goal.id)));
    let number = match &goal.standing {
        GoalStanding::Pace(pace) => {
            let number = pace.actual.total();
            match goal.currency {
                Some(currency) => show::money_brief(Money { amount_minor: number, currency }),
                None => show::count(number.unsigned_abs()),
            }
        }
        GoalStanding::Rate(rate) => {
            let rate = rate.actual.rate();
            Rate::of(rate.hits(), rate.n()).headline()
        }
    };
    Shown {
        label: match label {
            Some(label) => Markup::text(label),
            None => show::side_name(goal.side, goal.side.word()),
        },
        number: figure(number, &href),
        words: goal.words.clone(),
        clause: Some(goal.clause.clone()),
        says: goal.says.clone(),
    }
}
