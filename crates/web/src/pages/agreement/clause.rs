//! A clause with its schedule and its living margin.

use std::collections::BTreeMap;

use domain::{
    agreement::{
        Agreement, Consequence, Definition, Measure, Milestone, Routing, ServiceLevel,
        consequence::{Every, Looked},
        text::{Clause, ClauseKind},
    },
    decided::Verdict,
    ids::Version,
    money::Money,
};
use jiff::Timestamp;
use store::{
    Reader, StoreError,
    read::{ClockCounted, ClockTally, QualificationTally},
};

use engine::proposal::key_of;

use super::{
    actions::ACTIONS,
    handing, message, people, priorities,
    propose::clause_href,
    routes, serving,
    words::{self, Line},
};
use crate::{
    charts::Meter,
    failure::Failure,
    markup::Markup,
    pages::{
        scoreboard::{board::rows_href, elsewhere::Margin as Figure, promised::goal_key},
        suggestion::points_href,
    },
    show::{self, Rate, figure},
};

/// A clause as the page shows it.
pub(super) struct Shown {
    pub(super) no: String,
    pub(super) heading: String,
    pub(super) says: Vec<String>,
    /// What else it says, in a form of its own.
    pub(super) more: Markup,
    pub(super) schedule: Option<Schedule>,
    pub(super) margin: Margin,
    /// Where a change to it is proposed, for whoever may.
    pub(super) propose: Option<String>,
    /// Where points are suggested for it, if it is a definition, for whoever may propose them.
    pub(super) points: Option<String>,
}

/// The rules under a clause.
pub(super) struct Schedule {
    pub(super) title: String,
    pub(super) parts: Vec<(String, String, Vec<Line>)>,
    pub(super) excluded: Vec<String>,
    pub(super) terms: Vec<String>,
    pub(super) service: Vec<(&'static str, String)>,
}

/// What the clause decides today: five lines at most.
#[derive(Default)]
pub(super) struct Margin {
    pub(super) lead: Markup,
    pub(super) meter: Option<Meter>,
    pub(super) lines: Vec<Markup>,
}

/// What margins are filled from: what was counted as it happened.
pub(super) struct Today {
    qualifications: Vec<QualificationTally>,
    clocks: Vec<ClockTally>,
    /// Service levels with how many of their clocks run and are late.
    late: Vec<(String, u64)>,
    /// Milestones with how many opportunities reached them.
    milestones: Vec<(String, u64)>,
    /// How many leads wait for somebody who can take them.
    waiting: u64,
    /// Consequences with how many actions they opened, and how many of them are open.
    actions: BTreeMap<String, (u64, u64)>,
    /// When it is looked at.
    now: Timestamp,
    /// The version that they were counted under.
    version: Version,
    /// Whether it is the one in force, whose goals are counted.
    is_in_force: bool,
    pub(super) has_been_in_force: bool,
}

impl Today {
    /// What a version has decided that has never been in force.
    fn before(version: Version, now: Timestamp) -> Today {
        Today {
            qualifications: Vec::new(),
            clocks: Vec::new(),
            late: Vec::new(),
            milestones: Vec::new(),
            waiting: 0,
            actions: BTreeMap::new(),
            now,
            version,
            is_in_force: false,
            has_been_in_force: false,
        }
    }

    pub(super) fn of(
        reader: &Reader<'_>,
        version: Version,
        has_been_in_force: bool,
        now: Timestamp,
    ) -> Result<Today, Failure> {
        if !has_been_in_force {
            return Ok(Today::before(version, now));
        }
        let of_version = |all: Vec<(Version, String, u64)>| {
            let theirs = all.into_iter().filter(|(of, ..)| *of == version);
            theirs.map(|(_, key, n)| (key, n)).collect()
        };
        let (mut qualifications, mut clocks) =
            (reader.qualification_tallies()?, reader.clock_tallies()?);
        qualifications.retain(|tally| tally.version == version);
        clocks.retain(|tally| tally.version == version);
        let running = clocks.iter().filter(|tally| tally.state == ClockCounted::Running);
        let late = running.map(|tally| {
            let n = reader.clocks_late(version, &tally.service_level, now)?;
            Ok::<_, StoreError>((tally.service_level.clone(), n))
        });
        let late = late.collect::<Result<Vec<_>, StoreError>>()?;
        let milestones = of_version(reader.milestone_tallies()?);
        let is_in_force = reader.version_in_force()? == Some(version);
        Ok(Today {
            qualifications,
            clocks,
            late,
            milestones,
            waiting: reader.unrouted_count()?,
            actions: actions(reader, version)?,
            now,
            version,
            is_in_force,
            has_been_in_force,
        })
    }

    /// How many qualifications there were in all.
    pub(super) fn qualifications(&self) -> u64 {
        self.qualifications.iter().map(|tally| tally.n).sum()
    }

    /// How many clocks there were in all.
    pub(super) fn clocks(&self) -> u64 {
        self.clocks.iter().map(|tally| tally.n).sum()
    }

    /// How many of a service level's clocks are in one of these states.
    fn clocks_in(&self, level: &str, states: &[ClockCounted]) -> u64 {
        let theirs = self.clocks.iter().filter(|tally| tally.service_level == level);
        theirs.filter(|tally| states.contains(&tally.state)).map(|tally| tally.n).sum()
    }
}

/// How many actions each consequence of a version opened, and how many of them are open.
fn actions(reader: &Reader<'_>, version: Version) -> Result<BTreeMap<String, (u64, u64)>, Failure> {
    let mut actions: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in reader.actions()?.into_iter().filter(|row| row.version == version) {
        let counted = actions.entry(row.consequence).or_default();
        counted.0 += 1;
        counted.1 += u64::from(row.closed_at.is_none());
    }
    Ok(actions)
}

/// The number that stands beside a key.
fn number_of(all: &[(String, u64)], key: &str) -> u64 {
    all.iter().find(|(known, _)| known == key).map_or(0, |(_, n)| *n)
}

/// The clauses, in the order of their numbers; with where each is changed, if it can be.
pub(super) fn clauses(agreement: &Agreement, today: &Today, change: bool) -> Vec<Shown> {
    let shown = agreement.clauses.iter().map(|clause| {
        let propose = change.then(|| clause_href(today.version, &key_of(clause)));
        let points = match &clause.kind {
            ClauseKind::Definition(id) if change => Some(points_href(today.version, id)),
            _ => None,
        };
        Shown { propose, points, ..of_text(agreement, clause, today) }
    });
    shown.collect()
}

fn of_text(agreement: &Agreement, clause: &Clause, today: &Today) -> Shown {
    let mut shown = match &clause.kind {
        ClauseKind::Definition(id) => agreement
            .definitions
            .iter()
            .find(|definition| definition.id == *id)
            .map(|definition| of_definition(definition, today)),
        ClauseKind::ServiceLevel(id) => agreement
            .service_levels
            .iter()
            .find(|level| level.id == *id)
            .map(|level| of_level(level, today)),
        ClauseKind::Milestone(id) => agreement
            .milestones
            .iter()
            .find(|milestone| milestone.id == *id)
            .map(|milestone| of_milestone(milestone, today)),
        ClauseKind::Capacity(id) => {
            agreement.capacities.iter().find(|capacity| capacity.id == *id).map(people::of_capacity)
        }
        ClauseKind::Training(id) => {
            agreement.trainings.iter().find(|training| training.id == *id).map(people::of_training)
        }
        ClauseKind::CheckIns => agreement.check_ins.as_ref().map(people::of_check_ins),
        ClauseKind::Routing => agreement.routing.as_ref().map(|routing| of_routing(routing, today)),
        ClauseKind::Goal(id) => agreement
            .goals
            .iter()
            .find(|goal| goal.id == *id)
            .map(|goal| of_goal(agreement, goal, today)),
        ClauseKind::Consequence(id) => agreement
            .consequences
            .iter()
            .find(|consequence| consequence.id == *id)
            .map(|consequence| of_consequence(agreement, consequence, today)),
        ClauseKind::Persona(id) => agreement
            .personas
            .iter()
            .find(|persona| persona.id == *id)
            .map(|persona| serving::of_persona(persona, today.version)),
        ClauseKind::Handoff => agreement.handoff.as_ref().map(handing::of_handoff),
        ClauseKind::Disputes => agreement.disputes.as_ref().map(handing::of_disputes),
        _ => None,
    }
    .unwrap_or_else(|| bare(&clause.no));
    shown.no.clone_from(&clause.no);
    shown.heading.clone_from(&clause.heading);
    if !clause.says.is_empty() && shown.says.first() != Some(&clause.says) {
        shown.says.insert(0, clause.says.clone());
    }
    if let ClauseKind::Message(message) = &clause.kind {
        let day = agreement.zone.to_datetime(today.now).date();
        shown.more = message::deed::deed(message);
        shown.margin = message::deed::margin(message, today.version, &clause.no, day);
    }
    if let ClauseKind::Priority(priority) = &clause.kind {
        let day = agreement.zone.to_datetime(today.now).date();
        let day = today.has_been_in_force.then_some(day);
        shown.margin = priorities::margin(agreement, priority, today.version, day);
    }
    shown
}

pub(super) fn bare(no: &str) -> Shown {
    Shown {
        no: no.to_owned(),
        heading: String::new(),
        says: Vec::new(),
        more: Markup::new(),
        schedule: None,
        margin: Margin::default(),
        propose: None,
        points: None,
    }
}

fn of_definition(definition: &Definition, today: &Today) -> Shown {
    let parts = definition.components.iter().map(|part| {
        let rules = definition.rules.iter().filter(|rule| rule.component == part.id);
        (part.label.clone(), words::component(part), rules.map(words::rule).collect())
    });
    let rules = definition.rules.len();
    Shown {
        says: vec![definition.says.clone()],
        schedule: Some(Schedule {
            title: format!("The rules: {rules} of {}", definition.id.to_uppercase()),
            parts: parts.collect(),
            excluded: definition.exclusions.iter().map(|rule| rule.says.clone()).collect(),
            terms: words::terms(definition),
            service: Vec::new(),
        }),
        margin: qualified(definition, today),
        ..bare(&definition.clause)
    }
}

fn qualified(definition: &Definition, today: &Today) -> Margin {
    if !today.has_been_in_force {
        return Margin { lead: Markup::text("Decides nothing yet"), ..Margin::default() };
    }
    let theirs = today.qualifications.iter().filter(|tally| tally.definition == definition.id);
    let again: u64 = theirs.clone().filter(|tally| tally.is_again).map(|tally| tally.n).sum();
    let n: u64 = theirs.map(|tally| tally.n).sum();
    let door = |n: u64, of: Figure| figure(show::count(n), &of.href(today.version, &definition.id));
    let words = if n == 1 { " time a lead qualified" } else { " times a lead qualified" };
    let count = crate::markup::element("b").holding(door(n, Figure::Qualified));
    let mut margin = Margin { lead: Markup::from(count).and_text(words), ..Margin::default() };
    margin.lines.push(Markup::text("under this version since it came into force"));
    if again > 0 {
        let again = door(again, Figure::Again).and_text(" of them not for the first time");
        margin.lines.push(again);
    }
    margin
}

fn of_level(level: &ServiceLevel, today: &Today) -> Shown {
    let title = match level.steps.len() {
        0 => "The terms".to_owned(),
        1 => "The terms, with one step while nobody answers".to_owned(),
        n => format!("The terms, with {n} steps while nobody answers"),
    };
    Shown {
        says: vec![level.says.clone()],
        schedule: Some(Schedule {
            title,
            parts: Vec::new(),
            excluded: Vec::new(),
            terms: Vec::new(),
            service: words::service(level),
        }),
        margin: attained(level, today),
        ..bare(&level.clause)
    }
}

/// How many were met of those that are judged: ended in time, ended late, or past due.
fn attained(level: &ServiceLevel, today: &Today) -> Margin {
    if !today.has_been_in_force {
        return Margin { lead: Markup::text("Decides nothing yet"), ..Margin::default() };
    }
    use ClockCounted::{Ended, Resting, Running};
    let met = today.clocks_in(&level.id, &[Ended(Verdict::Met)]);
    let missed = today.clocks_in(&level.id, &[Ended(Verdict::MetLate), Ended(Verdict::Missed)]);
    let late = number_of(&today.late, &level.id);
    let judged = met + missed + late;
    let running = today.clocks_in(&level.id, &[Running, Resting]);
    let rate = Rate::of(met, judged);
    let href = |of: Figure| of.href(today.version, &level.id);
    let headline = crate::markup::element("b").holding(rate.figure(&href(Figure::Judged)));
    let goal = level.goal_per_mille.map(|goal| goal as f64 / 1000.0);
    let goal_words =
        goal.map(|goal| format!(", goal {}", show::per_cent(goal))).unwrap_or_default();
    let goal_shown = goal.map(|goal| {
        let agreed = figure(show::per_cent(goal), &format!("#c{}", level.clause));
        Markup::text(", goal ").and(agreed)
    });
    let mut lines = Vec::new();
    if !rate.is_small() {
        lines.push(figure(rate.counts(), &href(Figure::Judged)));
    }
    lines.push(
        Markup::text("now ")
            .and(figure(show::count(running), &href(Figure::Running)))
            .and_text(if running == 1 { " runs, " } else { " run, " })
            .and(figure(show::count(late), &href(Figure::Late)))
            .and_text(" late"),
    );
    Margin {
        lead: Markup::from(headline).and_text(" in time").and(goal_shown.unwrap_or_default()),
        meter: rate.share().filter(|_| !rate.is_small()).map(|share| Meter {
            share,
            tick: goal,
            tone: level.side.into(),
            words: format!("{} in time{goal_words}", rate.headline()),
        }),
        lines,
    }
}

fn of_milestone(milestone: &Milestone, today: &Today) -> Shown {
    let mut margin = Margin { lead: Markup::text("Decides nothing yet"), ..Margin::default() };
    if today.has_been_in_force {
        let n = number_of(&today.milestones, &milestone.id);
        let words = if n == 1 { " opportunity reached it" } else { " opportunities reached it" };
        let href = Figure::Reached.href(today.version, &milestone.id);
        let count = crate::markup::element("b").holding(figure(show::count(n), &href));
        margin.lead = Markup::from(count).and_text(words);
        margin.lines.push(Markup::text("under this version since it came into force"));
    }
    Shown { says: vec![milestone.says.clone()], margin, ..bare(&milestone.clause) }
}

fn of_consequence(agreement: &Agreement, consequence: &Consequence, today: &Today) -> Shown {
    let looks = match consequence.of.every {
        Every::Week => "at the end of each week".to_owned(),
        Every::Month => "at the end of each month".to_owned(),
        Every::Quarter => "at the end of each quarter".to_owned(),
        Every::Days(_, to) => format!("after {to}"),
    };
    let agreed = match &consequence.of.what {
        Looked::Level { goal_per_mille, .. } => {
            let share = show::per_cent(*goal_per_mille as f64 / 1000.0);
            ("Where fewer are in time than", share)
        }
        Looked::Goal(key) => {
            let goal = agreement.goals.iter().find(|goal| goal.id == *key);
            let agreed = goal.map(|goal| target(agreement, goal)).unwrap_or_default();
            ("Where it is less than", agreed)
        }
    };
    let service = vec![
        ("Looks at", format!("{}, {looks}", consequence.of.what.key())),
        agreed,
        ("Then", consequence.action.clone()),
        ("Whose it is", consequence.owner.clone()),
        ("To be done within", super::words::target(consequence.due_within.target)),
    ];
    let mut margin = Margin { lead: Markup::text("Decides nothing yet"), ..Margin::default() };
    if today.has_been_in_force {
        let (n, open) = today.actions.get(&consequence.id).copied().unwrap_or_default();
        let count = crate::markup::element("b").holding(figure(show::count(n), ACTIONS));
        margin.lead = match n {
            0 => Markup::text("No action opened by it yet"),
            1 => Markup::from(count).and_text(" action opened by it"),
            _ => Markup::from(count).and_text(" actions opened by it"),
        };
        margin.lines.extend(match open {
            0 => None,
            open => Some(figure(show::count(open), ACTIONS).and_text(" of them open")),
        });
    }
    let schedule = Schedule {
        title: "The terms".to_owned(),
        parts: Vec::new(),
        excluded: Vec::new(),
        terms: Vec::new(),
        service,
    };
    let says = vec![consequence.says.clone()];
    Shown { says, schedule: Some(schedule), margin, ..bare(&consequence.clause) }
}

/// What the signed text itself says, or what follows from it by the arithmetic beside it.
pub(super) fn terms(words: Markup) -> Markup {
    crate::markup::element("span").class("terms").holding(words).into()
}

fn of_routing(routing: &Routing, today: &Today) -> Shown {
    let mut margin = Margin { lead: Markup::text("Decides nothing yet"), ..Margin::default() };
    if today.has_been_in_force {
        let count = crate::markup::element("b")
            .holding(figure(show::count(today.waiting), "/routing#unrouted"));
        let words = if today.waiting == 1 { " lead waits now" } else { " leads wait now" };
        margin.lead = Markup::from(count).and_text(words);
        margin.lines.push(Markup::text("for somebody who can take them"));
    }
    Shown {
        says: vec![routing.says.clone()],
        schedule: Some(Schedule {
            title: format!("The routes: {} in this order", routing.routes.len()),
            parts: routes::parts(routing),
            excluded: Vec::new(),
            terms: routes::terms(routing),
            service: Vec::new(),
        }),
        margin,
        ..bare(&routing.clause)
    }
}

/// What is to be reached, as pages write it.
fn target(agreement: &Agreement, goal: &domain::agreement::Goal) -> String {
    match goal.measure {
        Measure::Revenue => {
            show::money(Money { amount_minor: goal.target, currency: agreement.currency })
        }
        Measure::AcceptanceRate | Measure::Attainment => {
            show::per_cent(goal.target as f64 / 1000.0)
        }
        _ => show::count(goal.target.unsigned_abs()),
    }
}

fn of_goal(agreement: &Agreement, goal: &domain::agreement::Goal, today: &Today) -> Shown {
    let target = target(agreement, goal);
    let href = match today.is_in_force {
        true => rows_href(&goal_key(&goal.id), "") + "#workings",
        false => format!("#c{}", goal.clause),
    };
    let lead = Markup::from(crate::markup::element("b").holding(figure(target, &href)));
    let lead = lead.and_text(format!(" agreed: {}", goal.measure.words()));
    let span = format!("from {} to {}", goal.from, goal.to);
    Shown {
        says: vec![goal.says.clone()],
        margin: Margin { lead, lines: vec![Markup::text(span)], ..Margin::default() },
        ..bare(&goal.clause)
    }
}
