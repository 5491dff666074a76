//! What has been reached of a goal, with the rows that make it up.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    agreement::{Agreement, Goal, Measure},
    attainment::{self, attainment},
    counted::{Part, Total},
    dispute::Contested,
    group::Dimensions,
    handoffs::{self, Answer},
    ids::{DisputeId, LeadId, OpportunityId, UserId},
    money::grouped,
    rate::Share,
    window::Window,
};
use jiff::{Timestamp, civil::Date};
use store::{
    Reader, StoreError,
    read::{ClockRow, HandoffRow, LeadRow, MilestoneRow, Outcome, QualificationRow},
};

use super::credit::LeftOut;
use crate::report::{
    ReportQuestion,
    asked::{end_of, start_of},
    handoffs::answer as counted_answer,
    seen::{Seen, opportunities, opportunity},
    service_levels,
    world::leads_by_id,
};

/// What has been reached: a number that grows, or a share.
pub(super) enum Actual {
    Sum(Total<String>),
    Share(Share<String>),
}

/// The read models that goals count, as far as they lie in the periods of the goals.
pub(super) struct Reading<'a> {
    pub agreement: &'a Agreement,
    pub as_of: Timestamp,
    qualifications: Vec<QualificationRow>,
    leads: BTreeMap<LeadId, LeadRow>,
    handoffs: Vec<HandoffRow>,
    opportunities: Vec<Seen>,
    clocks: Vec<ClockRow>,
    milestones: Vec<MilestoneRow>,
    /// Which rulings say of which opportunities, by goal, that they do not count towards it.
    rulings: BTreeMap<String, BTreeMap<OpportunityId, DisputeId>>,
    /// The ids of those whom goals name, by id or by an address of mail.
    users: BTreeMap<String, BTreeSet<UserId>>,
}

impl<'a> Reading<'a> {
    pub(super) fn read(
        reader: &Reader<'_>,
        agreement: &'a Agreement,
        as_of: Timestamp,
        goals: &[&Goal],
    ) -> Result<Reading<'a>, StoreError> {
        let needs =
            |measures: &[Measure]| goals.iter().any(|goal| measures.contains(&goal.measure));
        let owned =
            goals.iter().any(|goal| goal.measure == Measure::Qualified && goal.user.is_some());
        let needs_handoffs = needs(&[Measure::Accepted, Measure::AcceptanceRate]);
        let period = whole(agreement, goals);
        let mut reading = Reading {
            agreement,
            as_of,
            // Which definition a lead met before it was handed over may lie before the period.
            qualifications: match needs_handoffs && agreement.definitions.len() > 1 {
                true => reader.qualifications()?,
                false => reader.qualifications_in(period)?,
            },
            leads: BTreeMap::new(),
            handoffs: Vec::new(),
            opportunities: Vec::new(),
            clocks: Vec::new(),
            milestones: Vec::new(),
            rulings: rulings(reader, as_of)?,
            users: users(reader, goals)?,
        };
        if owned {
            reading.leads = leads_by_id(reader)?;
        }
        if needs_handoffs {
            reading.handoffs = reader.handoffs_answered_in(period)?;
        }
        if needs(&[Measure::Opened, Measure::Reached, Measure::Won, Measure::Revenue]) {
            reading.read_opportunities(reader)?;
        }
        if needs(&[Measure::Attainment]) {
            reading.clocks = reader.clocks_due_in(period)?;
        }
        if needs(&[Measure::Reached]) {
            reading.milestones = reader.milestones()?;
        }
        Ok(reading)
    }

    /// The same of a single opportunity, for goals that count opportunities.
    pub(super) fn of_opportunity(
        reader: &Reader<'_>,
        agreement: &'a Agreement,
        as_of: Timestamp,
        goals: &[&Goal],
        id: &OpportunityId,
    ) -> Result<Reading<'a>, StoreError> {
        Ok(Reading {
            agreement,
            as_of,
            qualifications: Vec::new(),
            leads: BTreeMap::new(),
            handoffs: Vec::new(),
            opportunities: opportunity(reader, id, &question(agreement, as_of))?,
            clocks: Vec::new(),
            milestones: reader.milestones_of(id)?,
            rulings: rulings(reader, as_of)?,
            users: users(reader, goals)?,
        })
    }

    /// Reads the opportunities, where they are not read yet.
    pub(super) fn read_opportunities(&mut self, reader: &Reader<'_>) -> Result<(), StoreError> {
        if self.opportunities.is_empty() {
            let question = question(self.agreement, self.as_of);
            self.opportunities = opportunities(reader, &question, &mut Vec::new())?;
        }
        Ok(())
    }

    /// The opportunities that were read.
    pub(super) fn opportunities(&self) -> impl Iterator<Item = &Seen> {
        self.opportunities.iter()
    }

    /// What would count towards a goal if no ruling said otherwise, each with the ruling that does.
    pub(super) fn left_out(&self, goal: &Goal) -> Vec<LeftOut> {
        let Some(rulings) = self.rulings.get(&goal.id) else { return Vec::new() };
        let theirs = self.owned(goal).filter(|one| rulings.contains_key(&one.row.id)).collect();
        let Some(total) = self.of_opportunities(goal, theirs) else { return Vec::new() };
        let left_out = total.parts().iter().map(|part| {
            let opportunity = OpportunityId::from(part.row.as_str());
            let dispute = rulings[&opportunity].clone();
            LeftOut { opportunity, dispute, value: part.value }
        });
        left_out.collect()
    }

    /// What opportunities bring to a goal that counts them.
    fn of_opportunities(&self, goal: &Goal, theirs: Vec<&Seen>) -> Option<Total<String>> {
        match goal.measure {
            Measure::Opened => Some(self.opened(goal, theirs)),
            Measure::Reached => Some(self.reached(goal, theirs)),
            Measure::Won | Measure::Revenue => Some(self.won(goal, theirs)),
            _ => None,
        }
    }

    pub(super) fn actual(&self, goal: &Goal, notes: &mut Vec<String>) -> Actual {
        match goal.measure {
            Measure::Qualified => Actual::Sum(self.qualified(goal)),
            Measure::Accepted => Actual::Sum(self.accepted(goal)),
            Measure::AcceptanceRate => Actual::Share(self.acceptance_rate(goal)),
            Measure::Opened => {
                self.note_undated(goal, notes);
                Actual::Sum(self.opened(goal, self.days(goal)))
            }
            Measure::Reached => Actual::Sum(self.reached(goal, self.days(goal))),
            Measure::Won | Measure::Revenue => {
                self.note_unvalued(goal, notes);
                Actual::Sum(self.won(goal, self.days(goal)))
            }
            Measure::Attainment => Actual::Share(self.attainment(goal)),
        }
    }

    fn window(&self, goal: &Goal) -> Window<Timestamp> {
        window(self.agreement, goal)
    }

    fn has(&self, goal: &Goal, at: Timestamp) -> bool {
        at <= self.as_of && self.window(goal).has(at)
    }

    fn is_of_user(&self, goal: &Goal, owner: Option<&UserId>) -> bool {
        let Some(user) = &goal.user else { return true };
        let ids = self.users.get(user);
        owner.is_some_and(|owner| ids.is_some_and(|ids| ids.contains(owner)))
    }

    /// Those whose goal it is; `None` where it is a whole side's.
    pub(super) fn whose(&self, goal: &Goal) -> Option<BTreeSet<UserId>> {
        let user = goal.user.as_ref()?;
        Some(self.users.get(user).cloned().unwrap_or_default())
    }

    fn qualified(&self, goal: &Goal) -> Total<String> {
        let is_in = |row: &&QualificationRow| {
            let owner = self.leads.get(&row.lead).and_then(|lead| lead.owner.as_ref());
            Some(&row.definition) == goal.of.as_ref()
                && self.has(goal, row.at)
                && self.is_of_user(goal, owner)
        };
        let leads: BTreeSet<&LeadId> =
            self.qualifications.iter().filter(is_in).map(|row| &row.lead).collect();
        leads.into_iter().map(|lead| one(lead.to_string())).collect()
    }

    /// The handoffs that the goal is about. Where the Agreement has several definitions, a handoff
    /// belongs to the one that its lead last met before it was handed over.
    fn handoffs(&self, goal: &Goal) -> Vec<&HandoffRow> {
        let several = self.agreement.definitions.len() > 1;
        let mut met_by: BTreeMap<&LeadId, Vec<&QualificationRow>> = BTreeMap::new();
        for met in self.qualifications.iter().filter(|_| several) {
            met_by.entry(&met.lead).or_default().push(met);
        }
        let is_of = |row: &HandoffRow| {
            let until = row.delivered_at.or(row.answered_at).unwrap_or(Timestamp::MAX);
            let met = met_by.get(&row.lead).into_iter().flatten();
            let last = met.filter(|met| met.at <= until).max_by_key(|met| (met.at, met.by_fact));
            last.is_some_and(|last| Some(&last.definition) == goal.of.as_ref())
        };
        let theirs = self.handoffs.iter();
        theirs
            .filter(|row| self.is_of_user(goal, row.owner.as_ref()) && (!several || is_of(row)))
            .collect()
    }

    fn accepted(&self, goal: &Goal) -> Total<String> {
        let rows = self.handoffs(goal).into_iter();
        let accepted = rows.filter(|row| {
            matches!(counted_answer(row), Some(Answer::Accepted | Answer::DeemedAccepted))
                && row.answered_at.is_some_and(|at| self.has(goal, at))
        });
        accepted.map(|row| one(row.id.to_string())).collect()
    }

    fn acceptance_rate(&self, goal: &Goal) -> Share<String> {
        let rows: Vec<handoffs::HandoffRow> = self
            .handoffs(goal)
            .into_iter()
            .filter_map(|row| {
                let answer = counted_answer(row)?;
                if matches!(answer, Answer::Recycled | Answer::Disqualified) {
                    return None;
                }
                Some(handoffs::HandoffRow {
                    id: row.id.clone(),
                    lead: row.lead.clone(),
                    dimensions: Dimensions::new(),
                    delivered_at: row.delivered_at.or(row.answered_at)?,
                    due_at: None,
                    answer: Some(answer),
                    answered_at: row.answered_at,
                    reason: None,
                    debits: false,
                    opened_at: None,
                    won_at: None,
                })
            })
            .collect();
        let figures = handoffs::handoffs(&rows, Some(self.window(goal)), self.as_of, None);
        as_text(&figures.total.decided.acceptance_rate, "nothing was accepted or rejected")
    }

    fn attainment(&self, goal: &Goal) -> Share<String> {
        let is_in = |clock: &&ClockRow| {
            Some(&clock.service_level) == goal.of.as_ref()
                && clock.started_at <= self.as_of
                && self.is_of_user(goal, clock.owner.as_ref())
        };
        let rows: Vec<attainment::ClockRow> = self
            .clocks
            .iter()
            .filter(is_in)
            .map(|clock| service_levels::row(clock, Dimensions::new(), self.as_of))
            .collect();
        let figures = attainment(&rows, self.window(goal), self.as_of, None);
        as_text(&figures.total.attainment, "nothing was due")
    }

    /// The opportunities of whoever has the goal.
    fn owned<'s>(&'s self, goal: &'s Goal) -> impl Iterator<Item = &'s Seen> {
        self.opportunities.iter().filter(|one| self.is_of_user(goal, one.row.owner.as_ref()))
    }

    /// The goal's opportunities, without those of which a ruling says that they do not count.
    fn days<'s>(&'s self, goal: &'s Goal) -> Vec<&'s Seen> {
        let rulings = self.rulings.get(&goal.id);
        let counts = |one: &&Seen| rulings.is_none_or(|rulings| !rulings.contains_key(&one.row.id));
        self.owned(goal).filter(counts).collect()
    }

    fn is_in(&self, goal: &Goal, day: Option<Date>) -> bool {
        let today = self.agreement.zone.to_datetime(self.as_of).date();
        day.is_some_and(|day| goal.from <= day && day <= goal.to && day <= today)
    }

    fn opened(&self, goal: &Goal, theirs: Vec<&Seen>) -> Total<String> {
        let zone = &self.agreement.zone;
        let opened = theirs.into_iter().filter(|one| self.is_in(goal, one.opened_on(zone)));
        opened.map(|seen| one(seen.row.id.to_string())).collect()
    }

    /// The goal's opportunities that reached its milestone in its period.
    fn reached(&self, goal: &Goal, theirs: Vec<&Seen>) -> Total<String> {
        let theirs: BTreeSet<&OpportunityId> = theirs.into_iter().map(|one| &one.row.id).collect();
        let is_in = |row: &&MilestoneRow| {
            Some(&row.milestone) == goal.of.as_ref()
                && self.has(goal, row.at)
                && theirs.contains(&row.opportunity)
        };
        self.milestones.iter().filter(is_in).map(|row| one(row.opportunity.to_string())).collect()
    }

    fn won_in_period<'s>(
        &'s self,
        goal: &'s Goal,
        theirs: Vec<&'s Seen>,
    ) -> impl Iterator<Item = &'s Seen> {
        let zone = &self.agreement.zone;
        let won = theirs.into_iter().filter(|one| one.outcome == Outcome::Won);
        won.filter(move |one| self.is_in(goal, one.closed_on(zone)))
    }

    fn won(&self, goal: &Goal, theirs: Vec<&Seen>) -> Total<String> {
        let brings = |seen: &Seen| {
            let amount = seen.row.amount.filter(|money| money.currency == self.agreement.currency);
            match goal.measure {
                Measure::Revenue => amount.map(|money| money.amount_minor),
                _ => Some(1),
            }
        };
        self.won_in_period(goal, theirs)
            .filter_map(|seen| Some(Part { row: seen.row.id.to_string(), value: brings(seen)? }))
            .collect()
    }

    /// The day on which each row counts, where there may be one that counts towards a goal.
    pub(super) fn counted_on(&self, goal: &Goal) -> BTreeMap<String, Date> {
        let zone = &self.agreement.zone;
        let day = |at: Timestamp| zone.to_datetime(at).date();
        match goal.measure {
            Measure::Qualified => {
                let met = self.qualifications.iter().filter(|row| {
                    Some(&row.definition) == goal.of.as_ref() && self.has(goal, row.at)
                });
                // The first time counts.
                let mut met: Vec<_> = met.map(|row| (row.lead.to_string(), day(row.at))).collect();
                met.sort_by_key(|(_, on)| std::cmp::Reverse(*on));
                met.into_iter().collect()
            }
            Measure::Accepted | Measure::AcceptanceRate => {
                let answered = self.handoffs.iter();
                answered
                    .filter_map(|row| Some((row.id.to_string(), day(row.answered_at?))))
                    .collect()
            }
            Measure::Opened => {
                let opened = self.opportunities.iter();
                opened
                    .filter_map(|one| Some((one.row.id.to_string(), one.opened_on(zone)?)))
                    .collect()
            }
            Measure::Won | Measure::Revenue => {
                let closed = self.opportunities.iter();
                closed
                    .filter_map(|one| Some((one.row.id.to_string(), one.closed_on(zone)?)))
                    .collect()
            }
            Measure::Reached => {
                let reached = self.milestones.iter();
                let of = reached.filter(|row| Some(&row.milestone) == goal.of.as_ref());
                of.map(|row| (row.opportunity.to_string(), day(row.at))).collect()
            }
            Measure::Attainment => {
                self.clocks.iter().map(|clock| (clock.id.to_string(), day(clock.due_at))).collect()
            }
        }
    }

    fn note_undated(&self, goal: &Goal, notes: &mut Vec<String>) {
        let undated = self.days(goal).iter().filter(|one| one.opened.is_none()).count();
        if undated > 0 {
            let (n, id) = (grouped(undated as u64), &goal.id);
            notes.push(format!("{id}: {n} opportunities have no opening date: not counted"));
        }
    }

    fn note_unvalued(&self, goal: &Goal, notes: &mut Vec<String>) {
        let id = &goal.id;
        let theirs = self.days(goal);
        let won = theirs.iter().filter(|one| one.outcome == Outcome::Won);
        let undated = won.filter(|one| one.closed.is_none()).count() as u64;
        if undated > 0 {
            let n = grouped(undated);
            notes.push(format!("{id}: {n} won opportunities have no closing date: not counted"));
        }
        let currency = self.agreement.currency;
        let other = self.won_in_period(goal, theirs).filter(|one| {
            goal.measure == Measure::Revenue
                && one.row.amount.is_none_or(|amount| amount.currency != currency)
        });
        let other = other.count() as u64;
        if other > 0 {
            let n = grouped(other);
            notes.push(format!(
                "{id}: {n} won opportunities have no amount in {currency}: not in the sum"
            ));
        }
    }
}

/// A goal's period, as instants.
pub(super) fn window(agreement: &Agreement, goal: &Goal) -> Window<Timestamp> {
    let zone = &agreement.zone;
    Window { from: start_of(goal.from, zone), before: end_of(goal.to, zone) }
}

/// The period in which those of all goals lie.
fn whole(agreement: &Agreement, goals: &[&Goal]) -> Window<Timestamp> {
    let windows = goals.iter().map(|goal| window(agreement, goal));
    let whole = windows.reduce(|one, other| Window {
        from: one.from.min(other.from),
        before: one.before.max(other.before),
    });
    whole.unwrap_or(Window { from: Timestamp::MIN, before: Timestamp::MIN })
}

/// The question behind every goal: all there is, up to the look.
fn question(agreement: &Agreement, as_of: Timestamp) -> ReportQuestion {
    ReportQuestion {
        by: None,
        from: None,
        to: None,
        horizon_days: None,
        cohorts: None,
        as_of,
        zone: agreement.zone.clone(),
    }
}

/// The rulings by which opportunities do not count towards goals, by goal.
fn rulings(
    reader: &Reader<'_>,
    as_of: Timestamp,
) -> Result<BTreeMap<String, BTreeMap<OpportunityId, DisputeId>>, StoreError> {
    let mut rulings: BTreeMap<String, BTreeMap<OpportunityId, DisputeId>> = BTreeMap::new();
    for row in reader.credits_overturned(as_of)? {
        if let Contested::Credit { opportunity, goal } = row.about {
            rulings.entry(goal).or_default().insert(opportunity, row.id);
        }
    }
    Ok(rulings)
}

fn one(row: String) -> Part<String> {
    Part { row, value: 1 }
}

/// The same share with its rows as text.
fn as_text<I: ToString>(share: &Share<I>, nothing: &'static str) -> Share<String> {
    let hits = share.hits().rows().iter().map(|row| (row.to_string(), true));
    let misses = share.misses().rows().iter().map(|row| (row.to_string(), false));
    Share::split(hits.chain(misses), nothing)
}

fn users(
    reader: &Reader<'_>,
    goals: &[&Goal],
) -> Result<BTreeMap<String, BTreeSet<UserId>>, StoreError> {
    let mut users = BTreeMap::new();
    for user in goals.iter().filter_map(|goal| goal.user.as_ref()) {
        if !user.contains('@') {
            users.insert(user.clone(), BTreeSet::from([UserId(user.clone())]));
            continue;
        }
        let subjects = reader.persons_by_email(user)?;
        let ids = subjects.iter().filter_map(|subject| subject.strip_prefix("user/"));
        users.insert(user.clone(), ids.map(UserId::from).collect());
    }
    Ok(users)
}
