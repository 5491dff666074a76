//! How a goal or a quota stands: in words of which every number opens, and as workings.

use domain::counted::Measure;
use engine::report::{GoalFigures, GoalStanding, QuotaFigures, WorkingDays};
use jiff::civil::Date;

use super::board::{amount, rate};
use crate::{
    charts::{Meter, Tone},
    markup::{Markup, element},
    names::{fact_link, opportunity_href},
    pages::dispute::dispute_href,
    show::{self, figure},
};

/// One step of how a figure is worked out.
pub(super) struct Working {
    pub(super) what: &'static str,
    pub(super) value: String,
    /// From what.
    pub(super) how: Markup,
}

/// Where the numbers of a goal or a quota open.
pub(crate) struct Doors {
    /// The rows behind what was reached.
    pub(crate) rows: String,
}

impl Doors {
    fn worked(&self, value: impl Into<Markup>) -> Markup {
        figure(value, &format!("{}#workings", self.rows))
    }

    /// A drawing that opens the workings.
    fn drawn(&self, meter: Meter) -> Markup {
        let title = meter.words.clone();
        let href = format!("{}#workings", self.rows);
        element("a").class("mark").with("href", href).with("title", title).holding(meter).into()
    }

    fn counted(&self, value: impl Into<Markup>) -> Markup {
        figure(value, &self.rows)
    }
}

/// A number of a goal's unit that may have a fraction: an amount to its cents, a count to a tenth.
fn near(value: f64, currency: Option<domain::money::Currency>) -> String {
    match currency {
        Some(_) => amount(value.round() as i64, currency),
        None if value.fract() == 0.0 => amount(value as i64, None),
        None => format!("{value:.1}"),
    }
}

/// The same in a sentence: an amount in brief.
fn near_in_brief(value: f64, currency: Option<domain::money::Currency>) -> Markup {
    match currency {
        Some(_) => brief_amount(value.round() as i64, currency),
        None => Markup::text(near(value, None)),
    }
}

/// `70 of 120 leads qualified after 14 of 21 working days; 80 expected by now: 87.5 % of it; off
/// since Mon 9 Nov`.
pub(crate) fn goal_words(goal: &GoalFigures, doors: &Doors) -> Markup {
    let words = how_it_stands(goal, doors);
    let Some(since) = goal.off_since else { return words };
    words.and_text("; off since ").and(doors.worked(day_words(since)))
}

fn day_words(day: Date) -> String {
    day.strftime("%a %-d %b").to_string()
}

fn how_it_stands(goal: &GoalFigures, doors: &Doors) -> Markup {
    match &goal.standing {
        GoalStanding::Rate(standing) => {
            let target = show::per_cent(standing.target_per_mille as f64 / 1000.0);
            let (so_far, target) = (rate(&standing.actual), doors.worked(target));
            let words = Markup::text(format!("{}: ", goal.what));
            let words = match so_far.share() {
                None => words.and(so_far.figure(&doors.rows)),
                Some(_) => words.and(doors.counted(so_far.line())),
            };
            words.and_text("; the goal is ").and(target).and_text(match standing.is_reached {
                None => "",
                Some(true) => ": reached so far",
                Some(false) => ": not reached so far",
            })
        }
        GoalStanding::Pace(pace) => {
            let words = doors
                .counted(amount(pace.actual.total(), goal.currency))
                .and_text(" of ")
                .and(doors.worked(amount(pace.target, goal.currency)))
                .and_text(format!(" {} after ", goal.what))
                .and(days_gone(&goal.days, doors));
            match (pace.expected, pace.pace) {
                (Measure::Is(expected), Measure::Is(share)) => words
                    .and_text("; ")
                    .and(doors.worked(near_in_brief(expected, goal.currency)))
                    .and_text(" expected by now: ")
                    .and(doors.worked(show::per_cent(share)))
                    .and_text(" of it"),
                (_, Measure::Cannot(why)) | (Measure::Cannot(why), _) => {
                    words.and_text("; pace ").and(show::not_measurable(why))
                }
            }
        }
    }
}

fn days_gone(days: &WorkingDays, doors: &Doors) -> Markup {
    let gone = format!("{} of {}", show::count(days.elapsed.into()), days.total);
    doors.worked(gone).and_text(" working days")
}

/// How far a goal is on its way, with a tick where a straight line from its first day to its last
/// would be by now. A share has its tick at the target, and no bar while it is too small to be one.
pub(crate) fn goal_meter(goal: &GoalFigures, doors: &Doors) -> Markup {
    match &goal.standing {
        GoalStanding::Pace(pace) => {
            let expected =
                if let Measure::Is(expected) = pace.expected { Some(expected) } else { None };
            let reached = pace.actual.total() as f64;
            on_its_way(reached, pace.target as f64, expected, goal.side.into(), doors)
        }
        GoalStanding::Rate(standing) => {
            let rate = rate(&standing.actual);
            let Some(share) = rate.share().filter(|_| !rate.is_small()) else {
                return Markup::new();
            };
            let target = standing.target_per_mille as f64 / 1000.0;
            let words =
                format!("{}, the goal is {}", show::per_cent(share), show::per_cent(target));
            doors.drawn(Meter { share, tick: Some(target), tone: goal.side.into(), words })
        }
    }
}

/// The same of a quota.
pub(crate) fn quota_meter(quota: &QuotaFigures, doors: &Doors) -> Markup {
    let Some(target) = quota.target else { return Markup::new() };
    let expected = quota.expected_by_now.map(|expected| expected as f64);
    on_its_way(quota.won.total() as f64, target as f64, expected, Tone::Sales, doors)
}

fn on_its_way(
    reached: f64,
    target: f64,
    expected: Option<f64>,
    tone: Tone,
    doors: &Doors,
) -> Markup {
    if target <= 0.0 {
        return Markup::new();
    }
    let (share, tick) = (reached / target, expected.map(|expected| expected / target));
    let mut words = format!("{} of what was agreed", show::per_cent(share));
    if let Some(tick) = tick {
        words.push_str(&format!("; an even pace asks for {} by now", show::per_cent(tick)));
    }
    doors.drawn(Meter { share, tick, tone, words })
}

/// `to go of €30,000; €12,000 won, 40 % of it; an even pace asks for …`, behind the number itself.
pub(crate) fn quota_words(quota: &QuotaFigures, doors: &Doors) -> Markup {
    let brief = |number: i64| brief(number, quota);
    let won = quota.won.total();
    let mut words = match quota.target {
        Some(target) if won < target => Markup::text("to go of ")
            .and(doors.worked(brief(target)))
            .and_text("; ")
            .and(doors.counted(brief(won)))
            .and_text(" won"),
        Some(target) => Markup::text("won of ").and(doors.worked(brief(target))),
        None => Markup::text("won; the quota does not say of how much"),
    };
    if let Measure::Is(share) = quota.attainment {
        words = words.and_text(", ").and(doors.worked(show::per_cent(share))).and_text(" of it");
    }
    if let (Some(days), Some(expected)) = (&quota.days, quota.expected_by_now) {
        words = words
            .and_text("; an even pace asks for ")
            .and(doors.worked(brief(expected)))
            .and_text(" after ")
            .and(days_gone(days, doors));
    }
    words
}

/// The number over a quota's words: what is to go, or what was won where nothing is.
pub(crate) fn quota_number(quota: &QuotaFigures, doors: &Doors) -> Markup {
    let won = quota.won.total();
    match quota.target {
        Some(target) if won < target => doors.worked(brief(target.saturating_sub(won), quota)),
        _ => doors.counted(brief(won, quota)),
    }
}

/// Where a quota stands against an even pace by the end of the week.
pub(crate) struct ThisWeek {
    /// What the pace asks for by then.
    expected: i64,
    /// What lies between that and what was won.
    number: i64,
    /// Whether more was won than that.
    over: bool,
}

/// The week's number of a quota whose pace is known.
pub(crate) fn this_week(quota: &QuotaFigures) -> Option<ThisWeek> {
    let expected = quota.expected_this_week?;
    let to_go = expected.saturating_sub(quota.won.total());
    Some(ThisWeek { expected, number: to_go.saturating_abs(), over: to_go <= 0 })
}

impl ThisWeek {
    /// `€12,500 to go`, or what was won beyond it: `€3,000 ahead`.
    pub(crate) fn shown(&self, quota: &QuotaFigures, doors: &Doors) -> Markup {
        let says = if self.over { " ahead" } else { " to go" };
        doors.worked(brief(self.number, quota)).and_text(says)
    }

    /// `by Sunday, for an even pace of €34,000`.
    pub(crate) fn words(&self, quota: &QuotaFigures, doors: &Doors) -> Markup {
        let says = match self.over {
            true => "of what an even pace asks for by Sunday, ",
            false => "by Sunday, for an even pace of ",
        };
        Markup::text(says).and(doors.worked(brief(self.expected, quota)))
    }
}

/// An amount for a narrow place, with the whole of it for the pointer where it was shortened.
pub(crate) fn brief(number: i64, quota: &QuotaFigures) -> Markup {
    brief_amount(number, quota.currency)
}

/// The same in any currency, or none.
pub(crate) fn brief_amount(number: i64, currency: Option<domain::money::Currency>) -> Markup {
    let whole = amount(number, currency);
    let Some(currency) = currency else { return Markup::text(whole) };
    let money = domain::money::Money { amount_minor: number, currency };
    match show::money_brief(money) {
        short if short == whole => Markup::text(whole),
        short => element("span").with("title", whole).holding(short).into(),
    }
}

/// How the numbers of a goal are worked out.
pub(super) fn of_goal(goal: &GoalFigures, version: &str) -> Vec<Working> {
    let mut all = numbers_of(goal, version);
    all.extend(off(goal));
    all.extend(goal.left_out.iter().map(|left_out| {
        let href = dispute_href(&left_out.dispute);
        let ruling = element("a").with("href", href).holding("a ruling");
        let which = opportunity_href(&left_out.opportunity);
        let which = element("a").with("href", which).holding("the opportunity");
        Working {
            what: "left out by a ruling",
            value: amount(left_out.value, goal.currency),
            how: Markup::text("what ")
                .and(which)
                .and_text(" would bring; it does not count, by ")
                .and(ruling),
        }
    }));
    all
}

fn off(goal: &GoalFigures) -> Option<Working> {
    let how = match &goal.standing {
        GoalStanding::Pace(_) => {
            "the day after the last one at whose end as much was reached as was expected by then"
        }
        GoalStanding::Rate(_) => "the day after the last one at whose end the share was reached",
    };
    let since = day_words(goal.off_since?);
    let how = Markup::text(format!("{how}; by what is known now"));
    Some(Working { what: "off since", value: since, how })
}

fn numbers_of(goal: &GoalFigures, version: &str) -> Vec<Working> {
    let clause = element("a")
        .with("href", format_args!("/agreement/{version}#c{}", goal.clause))
        .holding(format!("clause {}, version {version}", goal.clause));
    let agreed = |value: String| Working {
        what: "agreed",
        value,
        how: Markup::from(clause.clone()).and_text(format!(", from {} to {}", goal.from, goal.to)),
    };
    match &goal.standing {
        GoalStanding::Rate(standing) => {
            let so_far = rate(&standing.actual);
            let reached = Working {
                what: "so far",
                value: so_far.line(),
                how: Markup::text("the rows below; those that count for it bring 1"),
            };
            vec![agreed(show::per_cent(standing.target_per_mille as f64 / 1000.0)), reached]
        }
        GoalStanding::Pace(pace) => {
            let mut all = vec![
                agreed(amount(pace.target, goal.currency)),
                Working {
                    what: "reached",
                    value: amount(pace.actual.total(), goal.currency),
                    how: Markup::text("the rows below, added up"),
                },
                gone(&goal.days),
            ];
            let reckoned = [
                ("expected by now", pace.expected, "agreed · days gone / days"),
                ("projected", pace.projection, "reached · days / days gone"),
                ("to come each day", pace.needed_per_day, "(agreed − reached) / days left"),
            ];
            for (what, measure, how) in reckoned {
                all.push(reckoned_as(what, measure, |value| near(value, goal.currency), how));
            }
            all.push(reckoned_as("pace", pace.pace, show::per_cent, "reached / expected by now"));
            all
        }
    }
}

fn gone(days: &WorkingDays) -> Working {
    Working {
        what: "working days gone",
        value: format!("{} of {}", show::count(days.elapsed.into()), days.total),
        how: Markup::text(format!(
            "days on which the calendar {} opens; one is gone when its last hour has closed",
            days.calendar
        )),
    }
}

fn reckoned_as(
    what: &'static str,
    measure: Measure,
    words: impl Fn(f64) -> String,
    how: &str,
) -> Working {
    match measure {
        Measure::Is(value) => Working { what, value: words(value), how: Markup::text(how) },
        Measure::Cannot(why) => {
            Working { what, value: "not measurable".to_owned(), how: Markup::text(why) }
        }
    }
}

/// How the numbers of a quota are worked out.
pub(super) fn of_quota(quota: &QuotaFigures) -> Vec<Working> {
    let won = quota.won.total();
    let mut all = Vec::new();
    if let Some(target) = quota.target {
        all.push(Working {
            what: "quota",
            value: amount(target, quota.currency),
            how: fact_link(quota.fact).and_text(", imported; nobody signed it"),
        });
    }
    all.push(Working {
        what: "won",
        value: amount(won, quota.currency),
        how: Markup::text("the rows below, added up"),
    });
    if let Some(target) = quota.target {
        let (left, how) = (target.saturating_sub(won).max(0), "quota − won, never below nothing");
        let value = amount(left, quota.currency);
        all.push(Working { what: "to go", value, how: Markup::text(how) });
        all.push(reckoned_as("share", quota.attainment, show::per_cent, "won / quota"));
    }
    if let (Some(days), Some(expected)) = (&quota.days, quota.expected_by_now) {
        all.push(gone(days));
        all.push(Working {
            what: "even pace by now",
            value: amount(expected, quota.currency),
            how: Markup::text("quota · days gone / days"),
        });
    }
    all.extend(this_week(quota).map(|week| Working {
        what: "even pace by the end of the week",
        value: amount(week.expected, quota.currency),
        how: Markup::text("quota · days gone by Sunday / days"),
    }));
    all.extend(this_week(quota).map(|week| Working {
        what: if week.over { "above it" } else { "to go this week" },
        value: amount(week.number, quota.currency),
        how: Markup::text("the difference between that and what was won"),
    }));
    all
}
