//! What a draft rests on, in sentences: the comments of the text, and what a page shows beside it.

use domain::{
    draft::{
        Draft,
        answer::AnswerWithin,
        card::{Basis, ENOUGH, End, Gate, Told},
        way::{Step, Way},
    },
    money::{Currency, grouped},
    rate::Rate,
};

use super::{DraftedClause, rules::Written};

/// A goal is a share of so many per cent, rounded down to a number that people say.
const SHARE_STEP: u64 = 5;

/// What a draft rests on.
pub(super) struct Evidence<'a> {
    pub(super) draft: &'a Draft,
    pub(super) currency: Currency,
}

impl Evidence<'_> {
    /// The statuses, which come before the first clause.
    pub(super) fn way(&self) -> DraftedClause {
        let way = &self.draft.way;
        let mut rests_on = vec![match (way.is_plain, way.moves) {
            (true, _) => {
                "No lead has a status yet, so these are the plainest: replace them by the \
                          words of your own system."
                    .to_owned()
            }
            (false, 0) => "No lead was seen in two statuses, so the order is by what the words \
                           mostly mean: look it over."
                .to_owned(),
            (false, moves) => format!(
                "The order is the one in which most leads moved (n = {}).",
                many(moves, "move", "moves")
            ),
        }];
        if way.is_new && !way.is_plain {
            rests_on.push(format!(
                "No status of yours says that a lead is qualified: \"{}\" is new.",
                way.qualified
            ));
        }
        let keys: Vec<&str> = way.steps.iter().map(|step| step.key.as_str()).collect();
        DraftedClause {
            no: String::new(),
            heading: "The way of a lead".to_owned(),
            says: format!("A lead goes through these statuses: {}.", keys.join(", ")),
            parts: way.steps.iter().map(|step| (held(step), step_rests_on(step, way))).collect(),
            rests_on,
        }
    }

    /// When a lead is qualified.
    pub(super) fn definition(&self, rules: &[Written]) -> DraftedClause {
        let card = &self.draft.card;
        let mut rests_on = match card.basis {
            Basis::Told(told) => told_by(told),
            Basis::Same { won, opened } => same(won, opened),
            Basis::Nothing => vec![
                "No lead shows anything that could count yet. This is the plainest definition there \
                 is, and nobody's experience: whoever asks to be contacted is qualified. Draft again \
                 when your data is in."
                    .to_owned(),
            ],
        };
        rests_on.extend(self.threshold());
        let left_out = self.draft.leads - card.judged;
        if left_out > 0 {
            rests_on.push(format!("{} without a status are not judged.", leads(left_out)));
        }
        let parts = card.rules.iter().zip(rules).map(|(rule, written)| {
            let went_on = match card.basis {
                Basis::Told(Told { end: End::Won, .. }) => "were won",
                _ => "became an opportunity",
            };
            let rests_on = match card.basis {
                Basis::Nothing => "n = 0 leads: none was seen.".to_owned(),
                Basis::Same { .. } => format!("n = {}.", leads(rule.with.n())),
                Basis::Told(_) => format!(
                    "n = {}, {} {went_on}: {}. Of the other {} {} did: {}.",
                    leads(rule.with.n()),
                    grouped(rule.with.hits()),
                    rate(rule.with),
                    grouped(rule.without.n()),
                    grouped(rule.without.hits()),
                    rate(rule.without)
                ),
            };
            (written.says.clone(), rests_on)
        });
        DraftedClause {
            no: "1".to_owned(),
            heading: "When a lead is qualified".to_owned(),
            says: format!("A lead is qualified when it has {} points or more.", card.threshold),
            parts: parts.collect(),
            rests_on,
        }
    }

    /// What the threshold would have let through, and why it is this one.
    fn threshold(&self) -> Vec<String> {
        let card = &self.draft.card;
        let why = match card.basis {
            _ if card.threshold != card.proposed => {
                format!(
                    "{} points was chosen by hand; the data's own is {}.",
                    card.threshold, card.proposed
                )
            }
            Basis::Told(_) => format!(
                "{} points part best those that went on from the others, on these same leads, and let \
                 through no more a week than sales was handed until now, where that is known.",
                card.threshold
            ),
            Basis::Same { .. } => format!("{} points: one of these is enough.", card.threshold),
            Basis::Nothing => return Vec::new(),
        };
        let mut words = vec![why];
        words.extend(card.gate().map(|gate| self.let_through(gate)));
        if let (Basis::Told(_), Some(taken)) = (card.basis, card.taken_per_week) {
            words.push(format!("Sales was handed {taken:.1} leads a week."));
        }
        words
    }

    /// What a threshold would have done.
    fn let_through(&self, gate: &Gate) -> String {
        let through = gate.through;
        let (all, went_on) = match self.draft.card.basis {
            Basis::Told(told) => (told.n, format!(", {} of them went on", grouped(through.hits()))),
            _ => (self.draft.card.judged, String::new()),
        };
        let per_week = gate.per_week.map_or(String::new(), |n| format!(", {n:.1} a week"));
        let n = grouped(through.n());
        format!("It would have let through {n} of {}{went_on}{per_week}.", leads(all))
    }

    /// How soon a lead is answered.
    pub(super) fn answer(&self) -> DraftedClause {
        let answer = &self.draft.answer;
        let mut rests_on = match answer.seen {
            Some(seen) => vec![format!(
                "n = {} first answers: half came within {}, three quarters within {}. {} came within \
                 {}.",
                grouped(answer.n),
                working(seen.median),
                working(seen.p75),
                rate(seen.kept),
                super::target(answer.proposed)
            )],
            None => vec![format!(
                "Fewer than 20 first answers were seen whose hour is known (n = {}): one working day \
                 stands here until you know more.",
                answer.n
            )],
        };
        if answer.within != answer.proposed {
            rests_on.push(format!("{} was chosen by hand.", super::target(answer.within)));
        }
        if let Some(goal) = goal_per_cent(self.draft) {
            rests_on
                .push(format!("The goal of {goal} % is what was kept until now, rounded down."));
        }
        let within = match answer.within {
            AnswerWithin::Hours(1) => "within one working hour".to_owned(),
            AnswerWithin::Hours(hours) => format!("within {hours} working hours"),
            AnswerWithin::WorkingDays(1) => "by the close of the next working day".to_owned(),
            AnswerWithin::WorkingDays(days) => {
                format!("by the close of the {} working day", nth(days))
            }
        };
        DraftedClause {
            no: "2".to_owned(),
            heading: "How soon it is answered".to_owned(),
            says: format!("Sales answers each qualified lead {within}."),
            parts: Vec::new(),
            rests_on,
        }
    }

    /// What somebody in sales carries.
    pub(super) fn load(&self) -> Option<DraftedClause> {
        let load = self.draft.deals.load?;
        Some(DraftedClause {
            no: "3".to_owned(),
            heading: "What one person carries".to_owned(),
            says: format!(
                "Somebody in sales works {} opportunities at a time: {} are won, after {}, and the \
                 others end after {}.",
                load.at_a_time,
                per_cent(load.won).replace('%', " %"),
                days(load.days_to_win),
                days(load.days_to_loss)
            ),
            parts: Vec::new(),
            rests_on: vec![format!(
                "n = {} that closed, {} of them won; the days are those of the middle one. {} are open \
                 with {}: the person in the middle has {}.",
                many(load.won.n(), "opportunity", "opportunities"),
                grouped(load.won.hits()),
                grouped(load.open),
                many(load.people, "person", "people"),
                load.at_a_time
            )],
        })
    }

    /// What is to be reached.
    pub(super) fn goal(&self) -> Option<DraftedClause> {
        let goal = self.draft.deals.goal?;
        let no = if self.draft.deals.load.is_some() { "4" } else { "3" };
        let rests_on = match goal.people {
            None => "The quota of the whole firm, as it was brought in.".to_owned(),
            Some(n) => format!("The quotas of {} added up.", many(n, "person", "people")),
        };
        Some(DraftedClause {
            no: no.to_owned(),
            heading: "What is to be reached".to_owned(),
            says: format!(
                "From {} to {} sales wins {} {}.",
                goal.from,
                goal.to,
                self.currency.code(),
                said_amount(goal.amount_minor, self.currency)
            ),
            parts: Vec::new(),
            rests_on: vec![rests_on],
        })
    }
}

fn held(step: &Step) -> String {
    match (step.side, step.is_exit) {
        (Some(side), false) => format!("{}: held by {}.", step.key, side.word()),
        (Some(side), true) => format!("{}: left, and back with {}.", step.key, side.word()),
        (None, _) => format!("{}: left for good.", step.key),
    }
}

fn step_rests_on(step: &Step, way: &Way) -> String {
    let why = match (step.is_by_owners, step.is_exit) {
        (true, _) => "most of their owners are of that side",
        (false, true) => "the word says that leads leave here",
        (false, false) if way.is_plain => "not seen yet",
        (false, false) => "by its place on the way",
    };
    format!("n = {}; {why}.", leads(step.leads))
}

fn told_by(told: Told) -> Vec<String> {
    let (did, ever) = match told.end {
        End::Won => ("were won", "were ever won"),
        End::Opened => ("became an opportunity", "ever became one"),
    };
    vec![
        format!(
            "n = {}, {} {did} within {}; nine of ten of those that {ever} were so quick, and leads \
             that are younger are left out.",
            leads(told.n),
            grouped(told.hits),
            days(told.days)
        ),
        "10 points double the odds. Each thing is weighed by itself, fields as they were last \
         reported, and only leads that somebody worked could go on: read the numbers as a beginning."
            .to_owned(),
    ]
}

fn same(won: u64, opened: u64) -> Vec<String> {
    let (won_words, opened_words) = (grouped(won), grouped(opened));
    let why = match won.max(opened) < ENOUGH {
        true => format!(
            "n = {won_words} of the leads are linked to a won opportunity, {opened_words} to any: with \
             fewer than {ENOUGH} no points are worked out."
        ),
        false => format!(
            "{won_words} leads were won and {opened_words} became an opportunity, but nothing that is \
             known of them tells them clearly from the others."
        ),
    };
    let words = "Everything that a lead shows by itself counts the same, which favours nothing, and \
                 one of it is enough, which is the widest gate.";
    vec![why, words.to_owned()]
}

/// The share of answers that is asked for: what was kept until now, where enough is known.
pub(super) fn goal_per_cent(draft: &Draft) -> Option<u64> {
    let kept = draft.answer.seen?.kept;
    let is_proposed = draft.answer.within == draft.answer.proposed;
    let goal = kept.hits() * 100 / kept.n().max(1) / SHARE_STEP * SHARE_STEP;
    (is_proposed && goal > 0).then_some(goal)
}

/// `2nd`, `5th`; the day after the first is `next` already.
fn nth(n: u32) -> String {
    let end = match (n % 10, n % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

fn rate(rate: Rate) -> String {
    rate.words("there are none")
}

pub(super) fn leads(n: u64) -> String {
    many(n, "lead", "leads")
}

fn many(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { more })
}

/// `1 day`, `57 days`.
pub(super) fn days(n: i64) -> String {
    many(n.unsigned_abs(), "day", "days").replace(',', "")
}

/// Working seconds, as hours with one decimal.
fn working(seconds: f64) -> String {
    let hours = seconds / 3_600.0;
    match hours < 1.0 {
        true => format!("{:.0} working minutes", seconds / 60.0),
        false => format!("{hours:.1} working hours"),
    }
}

/// `63.2%`.
pub(super) fn per_cent(rate: Rate) -> String {
    let tenths = (rate.share().unwrap_or_default() * 1_000.0).round() as u64;
    match tenths % 10 {
        0 => format!("{}%", tenths / 10),
        tenth => format!("{}.{tenth}%", tenths / 10),
    }
}

/// An amount as the text has it: major units, with as many decimals as it needs.
pub(super) fn amount(minor: i64, currency: Currency) -> String {
    let digits = currency.minor_digits();
    let unit = 10_i64.pow(digits);
    match minor % unit {
        0 => (minor / unit).to_string(),
        rest => format!("{}.{rest:0width$}", minor / unit, width = digits as usize),
    }
}

fn said_amount(minor: i64, currency: Currency) -> String {
    let amount = amount(minor, currency);
    let (whole, fraction) = amount.split_once('.').unwrap_or((&amount, ""));
    let whole = grouped(whole.parse().unwrap_or_default());
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}
