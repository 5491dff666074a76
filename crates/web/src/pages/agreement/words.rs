//! The rules of the Agreement in plain words: the schedule under a clause.

use domain::{
    agreement::{
        Definition, ServiceLevel,
        definition::{Award, Component, FloorActs, Judged, Limit, LooksAt, ResetTo, Rule, Window},
        service::{
            Hours, OnTransfer, PassesTo, RunningClocks, Step, StepAt, Target, Tells, Warn,
            ZonePolicy,
        },
    },
    clock::ZeroTime,
    points::Decay,
};

use crate::show::{points, signed_points, working};

/// A line of a schedule: what, what it gives, and how often.
pub(super) struct Line {
    pub(super) says: String,
    pub(super) gives: String,
    pub(super) often: String,
}

pub(super) fn rule(rule: &Rule) -> Line {
    let success = matches!(rule.looks_at, LooksAt::Activities { only_success: true });
    let often = match &rule.looks_at {
        LooksAt::Fields => "while it holds".to_owned(),
        LooksAt::Inactivity { days } => format!("after {days} days of silence"),
        _ => limit(&rule.limit),
    };
    let only = if success { ", successes only" } else { "" };
    Line { says: rule.says.clone(), gives: award(&rule.award), often: format!("{often}{only}") }
}

fn award(award: &Award) -> String {
    match award {
        Award::Points(given) => signed_points(*given),
        Award::ByValue { name, points: listed } => {
            let all = listed.iter().map(|(_, given)| *given);
            let (least, most) = (all.clone().min(), all.max());
            match (least, most) {
                (Some(least), Some(most)) => {
                    format!("{} to {} by {}", signed_points(least), signed_points(most), name.field)
                }
                _ => format!("by {}", name.field),
            }
        }
        Award::ByNumber { name, steps } => {
            let steps: Vec<String> = steps
                .iter()
                .map(|(from, given)| format!("{} from {from}", signed_points(*given)))
                .collect();
            format!("{} by {}", steps.join(", "), name.field)
        }
        Award::Empties => "empties the part".to_owned(),
    }
}

fn limit(limit: &Limit) -> String {
    match limit {
        Limit::EveryTime => "every time".to_owned(),
        Limit::Once => "once".to_owned(),
        Limit::Times { times, window } => {
            let times = match times {
                1 => "once".to_owned(),
                2 => "twice".to_owned(),
                more => format!("{more} times"),
            };
            format!("{times} {}", within(window))
        }
    }
}

fn within(window: &Window) -> String {
    match window {
        Window::RollingDays(1) => "in 24 hours".to_owned(),
        Window::RollingDays(days) => format!("in {days} days of 24 hours"),
        Window::RollingMonths(months, _) => format!("in {months} months"),
        Window::Day(_) => "a calendar day".to_owned(),
        Window::Week(_) => "a calendar week".to_owned(),
        Window::Month(_) => "a calendar month".to_owned(),
        Window::Quarter(_) => "a calendar quarter".to_owned(),
        Window::Year(_) => "a calendar year".to_owned(),
    }
}

/// What else holds for a part of the score.
pub(super) fn component(part: &Component) -> String {
    let mut words = Vec::new();
    if let Some(cap) = part.cap {
        words.push(format!("at most {} points count", points(cap)));
    }
    if let Some(floor) = part.floor {
        let acts = match floor.acts {
            FloorActs::AtOnce => "at any time",
            FloorActs::Nightly => "from each midnight on",
        };
        words.push(format!("never below {} {acts}", points(floor.points)));
    }
    if let Some(decay) = &part.decay {
        words.push(fading(decay));
    }
    if let Some(stop) = part.stops_above_total {
        words.push(format!("nothing more is earned above {} in all", points(stop)));
    }
    words.join("; ")
}

fn fading(decay: &Decay) -> String {
    let days = |seconds: i64| match seconds % 86_400 {
        0 => format!("{} days", seconds / 86_400),
        _ => working(seconds),
    };
    match decay {
        Decay::HalfLife { seconds, forgotten_after } => {
            let fading = format!("points fade by half every {}", days(*seconds));
            match forgotten_after {
                Some(after) => format!("{fading} and are forgotten after {}", days(*after)),
                None => fading,
            }
        }
        Decay::Linear { seconds } => format!("points fade evenly to nothing in {}", days(*seconds)),
        Decay::Steps(steps) => {
            let steps: Vec<String> = steps
                .iter()
                .map(|step| {
                    let share = step.share_per_mille as f64 / 1000.0;
                    format!("{} up to {}", crate::show::per_cent(share), days(step.up_to_seconds))
                })
                .collect();
            format!("points count {}, then not at all", steps.join(", "))
        }
    }
}

/// What else holds for a definition, a sentence each.
pub(super) fn terms(definition: &Definition) -> Vec<String> {
    let mut terms = vec![format!("Whoever meets it becomes {}.", definition.status)];
    if !definition.from_statuses.is_empty() {
        terms.push(format!(
            "It is met from {} or without a stage.",
            definition.from_statuses.join(", ")
        ));
    }
    terms.push(match &definition.judged {
        Judged::AtEachFact => "It is judged at each fact.".to_owned(),
        Judged::AtTimes { times, otherwise, .. } => {
            let times: Vec<String> =
                times.iter().map(|time| time.strftime("%H:%M").to_string()).collect();
            let zone = otherwise.iana_name().unwrap_or("the Agreement’s zone");
            format!("It is judged daily at {} of the lead’s region, else {zone}.", times.join(", "))
        }
    });
    if let Some(ends) = &definition.ends {
        let field = ends.after.replace('_', " ");
        terms.push(format!("Scoring ends {} days of 24 hours after {field}.", ends.days));
    }
    if definition.stops_when_qualified {
        terms.push("No points are earned after the lead has qualified, until a reset.".to_owned());
    }
    for reset in &definition.resets {
        let to = match &reset.to {
            ResetTo::Zero => "nothing".to_owned(),
            ResetTo::ValueAt(status) => format!("what it was at {status}"),
        };
        let only = if reset.when.is_some() { ", where the text says so" } else { "" };
        terms.push(format!(
            "On entering {} {} goes to {to}{only}.",
            reset.on_status, reset.component
        ));
    }
    terms
}

/// The terms of a service level, as names and words.
pub(super) fn service(level: &ServiceLevel) -> Vec<(&'static str, String)> {
    let hours = match &level.hours {
        Hours::Elapsed => "all hours count, on the wall".to_owned(),
        Hours::OfOwner => "the hours of the owner’s calendar".to_owned(),
        Hours::Calendar(key) => format!("the hours of the calendar {key}"),
    };
    let zone = match level.zone {
        ZonePolicy::Owner => "the owner’s, or the calendar’s where it is not known",
        ZonePolicy::Calendar => "the calendar’s own",
        ZonePolicy::Prospect => "the lead’s, or the calendar’s where it is not known",
    };
    let transfer = match level.on_transfer {
        OnTransfer::Restart => {
            "the clock ends without a verdict unless it was late, and a fresh one starts"
        }
        OnTransfer::RestartAnswered => "the clock ends as answered, and a fresh one starts",
        OnTransfer::RunOn => "the clock runs on",
    };
    let zero = match level.zero_time {
        ZeroTime::Met => "in time",
        ZeroTime::NotMet => "not in time",
        ZeroTime::Ignored => "not judged",
    };
    let mut terms = vec![
        ("Runs on", format!("each {}", level.on.word())),
        ("Target", target(level.target)),
        ("At risk after", at_risk(level)),
        ("Hours", hours),
        ("Zone", zone.to_owned()),
        ("When it passes to another owner", transfer.to_owned()),
        ("Answered before any working time passed", zero.to_owned()),
    ];
    if level.running_clocks == RunningClocks::Recompute {
        let words = "judged by this version from then on, their time reckoned from their start; \
                     none is due before, and what is missed by then stays missed";
        terms.push(("Clocks that run when this comes into force", words.to_owned()));
    }
    if let Some(most) = level.most_clocks {
        terms.push(("Clocks on each", format!("at most {most}")));
    }
    if !level.renews_on.is_empty() {
        let names: Vec<String> =
            level.renews_on.iter().map(|name| name.field.replace('_', " ")).collect();
        let words = format!("when one of these changes: {}", names.join(", "));
        terms.push(("Begins anew", words));
    }
    if let Some(backup) = &level.backup {
        terms.push(("Stands in for an owner", backup.clone()));
    }
    let steps = level.steps.iter().zip(1..);
    let steps = steps.map(|(step, n)| format!("step {n}, {}", self::step(step)));
    terms.extend(steps.map(|words| ("While nobody answers", words)));
    if let Some(then) = &level.then {
        terms.push(("Where it is missed", then.clone()));
    }
    if let Some(goal) = level.goal_per_mille {
        terms.push(("Goal", crate::show::per_cent(goal as f64 / 1000.0)));
    }
    terms
}

/// `at 80 % of the target, the owner and the owner’s manager are told`.
fn step(step: &Step) -> String {
    let at = match step.at {
        StepAt::Share(per_mille) => {
            format!("at {} of the target", crate::show::per_cent(per_mille as f64 / 1000.0))
        }
        StepAt::Late(time) => format!("{} after it was due", working(time.as_secs())),
    };
    let whom: Vec<&str> = step.tells.iter().map(whom).collect();
    let told = match whom.split_last() {
        None => None,
        Some((one, [])) => Some(format!("{one} is told")),
        Some((last, others)) => Some(format!("{} and {last} are told", others.join(", "))),
    };
    let passes = step.reassigns.map(|passes| {
        let to = match passes.to {
            PassesTo::Backup => "passes to the backup",
            PassesTo::Route => "passes on by the routes to somebody else",
        };
        match passes.at_most {
            1 => format!("a lead {to}, once"),
            most => format!("a lead {to}, at most {most} times"),
        }
    });
    let says: Vec<String> = told.into_iter().chain(passes).collect();
    format!("{at}, {}", says.join("; "))
}

fn whom(tells: &Tells) -> &str {
    match tells {
        Tells::Owner => "the owner",
        Tells::Manager => "the owner’s manager",
        Tells::Backup => "the backup",
        Tells::Named(name) => name,
    }
}

pub(super) fn target(target: Target) -> String {
    match target {
        Target::Time(time) => working(time.as_secs()),
        Target::WorkingDays(1) => "the close of the next working day".to_owned(),
        Target::WorkingDays(days) => format!("the close of working day {days} after the start"),
    }
}

fn at_risk(level: &ServiceLevel) -> String {
    match (level.warn, level.target) {
        (Warn::After(time), _) => working(time.as_secs()),
        (warn, Target::Time(time)) => working(warn.within(time).as_secs()),
        (Warn::Share(per_mille), Target::WorkingDays(_)) => {
            let share = crate::show::per_cent(per_mille as f64 / 1000.0);
            format!("{share} of the working time until then")
        }
    }
}
