//! The clauses about people: how much one can work, what they have learnt, and how often whoever leads
//! them meets them.

use domain::agreement::{Capacity, CheckIns, Training};

use super::clause::{Margin, Shown, bare, terms};
use crate::{
    markup::{Markup, element},
    pages::responsibilities::{CHECK_INS, PLACE},
    show::{self, count, figure},
};

pub(super) fn of_capacity(capacity: &Capacity) -> Shown {
    let a_month = capacity.taken_on_in_30_days();
    let bold = element("b").holding(count(u64::from(a_month)));
    let days = capacity.mean_days().round();
    let mut lines = vec![
        format!("{} at a time, {days} days each on the mean", capacity.at_a_time),
        format!(
            "{} won after {} days, the rest lost after {}",
            show::per_cent(f64::from(capacity.win_rate_per_mille) / 1000.0),
            capacity.days_to_win,
            capacity.days_to_loss
        ),
    ];
    lines.extend(capacity.calling.map(|calling| {
        format!(
            "{} attempts at each lead, {} minutes each, in {} hours a week",
            calling.attempts,
            calling.attempt_minutes,
            f64::from(calling.week_minutes) / 60.0
        )
    }));
    let margin = Margin {
        lead: terms(Markup::from(bold).and_text(" opportunities taken on in 30 days, each person")),
        lines: lines.into_iter().map(|line| terms(Markup::text(line))).collect(),
        ..Margin::default()
    };
    Shown { says: vec![capacity.says.clone()], margin, ..bare(&capacity.clause) }
}

pub(super) fn of_training(training: &Training) -> Shown {
    let lasts = match training.lasts_days {
        Some(days) => format!("Holds for {} days", count(days.unsigned_abs())),
        None => "Holds for good".to_owned(),
    };
    let whoever = training.duties.iter().map(|duty| duty.words()).collect::<Vec<_>>().join(", ");
    let lines =
        vec![terms(Markup::text(format!("for whoever {whoever}"))), figure("who lacks it", PLACE)];
    let margin = Margin { lead: terms(Markup::text(lasts)), lines, ..Margin::default() };
    Shown { says: vec![training.says.clone()], margin, ..bare(&training.clause) }
}

pub(super) fn of_check_ins(check_ins: &CheckIns) -> Shown {
    let days = count(check_ins.every_days.unsigned_abs());
    let lead = terms(Markup::text(format!("At the latest every {days} days")));
    let lines = vec![figure("which have lapsed", CHECK_INS)];
    let margin = Margin { lead, lines, ..Margin::default() };
    Shown { says: vec![check_ins.says.clone()], margin, ..bare(&check_ins.clause) }
}
