//! The one pass over a lead's facts.

mod fall;
mod going_on;
mod sums;
mod trial;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp, ToSpan};

use fall::Watched;
use sums::{award, unknown_names};
use trial::Trial;

use super::{Assessment, ComponentScore, Qualification, WhyNot};
use crate::{
    agreement::{
        Agreement, Definition, InForce,
        definition::{Award, Component, FloorActs, Judged, Limit, LooksAt, ResetTo, Rule},
    },
    condition::{Truth, View},
    fact::{Entry, Fact},
    field::FieldValue,
    ids::FactNo,
    lead::{Lead, LeadView},
    limit,
    points::Points,
};

/// Points that were given at an instant.
struct Given {
    rule: Option<usize>,
    component: usize,
    at: Timestamp,
    facts: Vec<FactNo>,
    points: Points,
    why_not: Option<WhyNot>,
}

pub(super) struct Scorer<'a> {
    definition: &'a Definition,
    in_force: &'a InForce,
    lead: Lead,
    given: Vec<Given>,
    counted: Vec<Vec<Timestamp>>,
    kept: BTreeMap<(usize, String), Points>,
    latched: Vec<Qualification>,
    next_latched: usize,
    judges: Option<(Timestamp, Timestamp)>,
    qualified: bool,
    /// The qualification that the lead stands by, while it does.
    watched: Option<Watched>,
    /// Up to where time has passed; `None` before the first fact.
    reached: Option<Timestamp>,
    /// Whether anything changed since the last judgement at a set time.
    changed: bool,
    /// What next happens by itself after the instant that was asked for.
    ahead: Option<Timestamp>,
    /// Whether the definition asks what the lead was before a change.
    looks_back: bool,
    /// Where every threshold is tried at once, and the lead never qualifies.
    trial: Option<Trial>,
}

impl<'a> Scorer<'a> {
    /// A scorer that takes `latched` as settled and judges nothing by itself.
    pub(super) fn new(
        definition: &'a Definition,
        in_force: &'a InForce,
        latched: Vec<Qualification>,
    ) -> Scorer<'a> {
        Scorer {
            definition,
            in_force,
            lead: Lead::default(),
            given: Vec::new(),
            counted: vec![Vec::new(); definition.rules.len()],
            kept: BTreeMap::new(),
            latched,
            next_latched: 0,
            judges: None,
            qualified: false,
            watched: None,
            reached: None,
            changed: false,
            ahead: None,
            looks_back: looks_back(definition),
            trial: None,
        }
    }

    /// Judges in `[from, until)`.
    pub(super) fn judges(&mut self, from: Timestamp, until: Timestamp) {
        self.judges = Some((from, until));
    }

    pub(super) fn into_qualifications(self) -> Vec<Qualification> {
        self.latched
    }

    /// Takes in the facts, and what the mere passing of time brings, up to `as_of`.
    pub(super) fn run(&mut self, entries: &[Arc<Entry>], as_of: Timestamp) {
        for entry in entries {
            self.passes(entry.happened_at(), false);
            self.take(entry);
        }
        self.passes(as_of, true);
    }

    fn rules(&self) -> &'a Agreement {
        &self.in_force.agreement
    }

    // ---- time ------------------------------------------------------------------------------

    /// Takes in a qualification that an earlier version has settled.
    fn settle(&mut self) {
        let next = &self.latched[self.next_latched];
        let (status, at, times) = (next.status.clone(), next.at, next.times);
        self.next_latched += 1;
        self.enter_qualified(&status, at, times);
        self.watch(self.next_latched - 1, None);
    }

    fn enter_qualified(&mut self, status: &str, at: Timestamp, times: u32) {
        let known = self.lead.times_qualified.entry(self.definition.id.clone()).or_insert(0);
        *known = times.max(*known);
        self.lead.enter(status, at, Some(self.rules()));
        self.qualified = true;
    }

    /// The midnight at which a nightly floor lifts a component that lies below it.
    fn next_lift(&self, after: Timestamp) -> Option<Timestamp> {
        let below = |(index, component): (usize, &Component)| {
            component.floor.is_some_and(|floor| {
                floor.acts == FloorActs::Nightly && self.sum(index, after) < floor.points
            })
        };
        if !self.definition.components.iter().enumerate().any(below) {
            return None;
        }
        let day = after.to_zoned(self.rules().zone.clone()).date().checked_add(1.day()).ok()?;
        Some(day.to_zoned(self.rules().zone.clone()).ok()?.timestamp())
    }

    fn lift(&mut self, at: Timestamp) {
        for (index, component) in self.definition.components.iter().enumerate() {
            let Some(floor) = component.floor.filter(|floor| floor.acts == FloorActs::Nightly)
            else {
                continue;
            };
            let missing = Points((floor.points.0 - self.sum(index, at).0).max(0));
            if missing > Points::ZERO {
                self.give(None, index, at, Vec::new(), missing, None);
            }
        }
        self.changed = true;
    }

    /// When each rule over silence counts next.
    fn silences(&self) -> impl Iterator<Item = (usize, Timestamp)> + '_ {
        self.definition.rules.iter().enumerate().filter_map(|(index, rule)| {
            let LooksAt::Inactivity { days } = rule.looks_at else { return None };
            let quiet_since = self.lead.last_activity_at.max(self.lead.created_at)?;
            let quiet = SignedDuration::from_hours(24 * days);
            let first = quiet_since.checked_add(quiet).ok()?;
            let again = match self.counted[index].last() {
                None => first,
                Some(&last) if rule.limit == Limit::EveryTime => last.checked_add(quiet).ok()?,
                Some(&last) => limit::free_at(&rule.limit, last)?,
            };
            let at = first.max(again);
            (!self.over(at)).then_some((index, at))
        })
    }

    fn silence(&mut self, at: Timestamp) {
        let due: Vec<usize> =
            self.silences().filter(|(_, due)| *due == at).map(|(index, _)| index).collect();
        for index in due {
            let rule = &self.definition.rules[index];
            let holds = rule.when.holds(&LeadView::of(&self.lead, at)) == Truth::Yes;
            self.counted[index].push(at);
            self.changed = true;
            if holds && let Award::Points(points) = rule.award {
                let component = self.component_of(rule);
                self.give(Some(index), component, at, Vec::new(), points, None);
            }
        }
    }

    /// The next set time of day at which the definition is judged after the facts so far.
    fn next_judgement(&self, after: Timestamp) -> Option<Timestamp> {
        let Judged::AtTimes { times, region, zones, otherwise } = &self.definition.judged else {
            return None;
        };
        let (from, until) = self.judges.filter(|_| self.changed)?;
        let after = after.max(from);
        let view = LeadView::of(&self.lead, after);
        let region = region.as_ref().and_then(|name| view.value(name));
        let zone = region
            .and_then(|region| zones.get(region.text()?).cloned())
            .unwrap_or_else(|| otherwise.clone());
        let today = after.to_zoned(zone.clone()).date();
        let instants = [today, today.checked_add(1.day()).ok()?].into_iter().flat_map(|day| {
            let zone = zone.clone();
            times.iter().filter_map(move |time| {
                Some(day.to_datetime(*time).to_zoned(zone.clone()).ok()?.timestamp())
            })
        });
        instants.filter(|at| *at >= after && *at < until).min()
    }

    // ---- facts -----------------------------------------------------------------------------

    fn take(&mut self, entry: &Entry) {
        let at = entry.happened_at();
        self.changed = true;
        let changes = matches!(
            entry.fact(),
            Fact::Lead(_) | Fact::LeadMoved(_) | Fact::LeadQualified(_) | Fact::LeadAssigned(_)
        );
        let previous = (changes && self.looks_back).then(|| self.lead.clone());
        let previous = previous.as_ref();
        let status_before = self.lead.status.clone();
        self.keep_status_values(entry, at);
        self.lead.apply(entry, Some(self.rules()));
        if let Fact::LeadQualified(qualified) = entry.fact()
            && qualified.definition == self.definition.id
        {
            self.qualified = true;
        }
        if self.lead.status != status_before || matches!(entry.fact(), Fact::LeadMoved(_)) {
            self.reset(at, previous);
        }
        for index in 0..self.definition.rules.len() {
            self.count(index, entry, previous);
        }
        if self.definition.judged == Judged::AtEachFact {
            self.judge(at);
        }
        self.look_for_a_fall(at);
    }

    /// Remembers what each component was when the lead left a status, for resets that return to it.
    fn keep_status_values(&mut self, entry: &Entry, at: Timestamp) {
        if !matches!(entry.fact(), Fact::LeadMoved(_) | Fact::LeadQualified(_)) {
            return;
        }
        let Some(status) = self.lead.status.clone() else { return };
        for index in 0..self.definition.components.len() {
            self.kept.insert((index, status.clone()), self.sum_of_given(index, at));
        }
    }

    fn reset(&mut self, at: Timestamp, previous: Option<&Lead>) {
        let Some(status) = self.lead.status.clone() else { return };
        for reset in self.definition.resets.iter().filter(|reset| reset.on_status == status) {
            let mut view = LeadView::of(&self.lead, at);
            view.previous = previous;
            if reset.when.as_ref().is_some_and(|when| when.holds(&view) != Truth::Yes) {
                continue;
            }
            let component = self.component_index(&reset.component);
            self.empty(component, at);
            if let ResetTo::ValueAt(status) = &reset.to
                && let Some(points) = self.kept.get(&(component, status.clone())).copied()
            {
                self.give(None, component, at, Vec::new(), points, None);
            }
            self.qualified = false;
            break;
        }
    }

    fn empty(&mut self, component: usize, at: Timestamp) {
        let of_it = |given: &&mut Given| given.component == component && given.why_not.is_none();
        for given in self.given.iter_mut().filter(of_it) {
            given.why_not = Some(WhyNot::Reset { at });
        }
    }

    fn count(&mut self, index: usize, entry: &Entry, previous: Option<&Lead>) {
        let rule = &self.definition.rules[index];
        if !looks_at(rule, entry, previous) {
            return;
        }
        let at = entry.happened_at();
        let mut view = LeadView::of(&self.lead, at).with_fact(entry, self.rules());
        view.previous = previous;
        let truth = rule.when.holds(&view);
        if truth == Truth::No {
            return;
        }
        let points = award(rule, &view);
        let only_success = matches!(rule.looks_at, LooksAt::Activities { only_success: true });
        let why_not = if truth == Truth::Unknown {
            Some(WhyNot::Unknown { names: unknown_names(&rule.when, &view) })
        } else if only_success && !view.success {
            Some(WhyNot::NotASuccess)
        } else if !limit::allows(&rule.limit, &self.counted[index], at) {
            let last = *self.counted[index].last().expect("a limit is reached by something");
            Some(WhyNot::LimitReached { free_at: limit::free_at(&rule.limit, last) })
        } else {
            self.closed(rule, at)
        };
        let component = self.component_of(rule);
        if why_not.is_none() {
            self.counted[index].push(at);
            if rule.award == Award::Empties {
                self.empty(component, at);
            }
        }
        self.give(Some(index), component, at, vec![entry.no], points, why_not);
    }

    /// Why nothing is earned at all just now, if so.
    fn closed(&self, rule: &Rule, at: Timestamp) -> Option<WhyNot> {
        if self.over(at) {
            return Some(WhyNot::Ended);
        }
        let component = &self.definition.components[self.component_of(rule)];
        let stop = component.stops_above_total?;
        (self.total(at) > stop).then_some(WhyNot::Stopped)
    }

    fn over(&self, at: Timestamp) -> bool {
        if self.definition.stops_when_qualified && self.qualified {
            return true;
        }
        self.definition.ends.as_ref().is_some_and(|ends| {
            let from = self.lead.fields.get(&ends.after).and_then(FieldValue::text);
            let from = from.and_then(|text| instant(text, self.rules()));
            from.is_some_and(|from| {
                from.duration_until(at) > SignedDuration::from_hours(24 * ends.days)
            })
        })
    }

    fn give(
        &mut self,
        rule: Option<usize>,
        component: usize,
        at: Timestamp,
        facts: Vec<FactNo>,
        points: Points,
        why_not: Option<WhyNot>,
    ) {
        self.given.push(Given { rule, component, at, facts, points, why_not });
    }

    // ---- judgement -------------------------------------------------------------------------

    fn judge(&mut self, at: Timestamp) {
        let Some((from, until)) = self.judges else { return };
        if at < from || at >= until || self.over(at) || !self.may_enter() {
            return;
        }
        if self.trial.is_some() {
            return self.try_thresholds(at);
        }
        let view = self.view(at);
        if !self.meets(&view) || self.exclusions(&view).0.is_some() {
            return;
        }
        let assessment = self.assessment(at);
        let id = &self.definition.id;
        let times = self.lead.times_qualified.get(id).copied().unwrap_or(0) + 1;
        let status = self.definition.status.clone();
        self.enter_qualified(&status, at, times);
        let hash = self.in_force.hash.clone();
        self.latched.push(Qualification { at, times, status, hash, stamp: assessment, fell: None });
        self.next_latched = self.latched.len();
        // A condition on the status or on the count may fail by the very entering; that is no fall.
        let met_at = self.meets(&self.view(at)).then_some(at);
        self.watch(self.next_latched - 1, met_at);
    }

    fn may_enter(&self) -> bool {
        let Some(status) = &self.lead.status else { return true };
        match self.definition.from_statuses.is_empty() {
            true => *status != self.definition.status,
            false => self.definition.from_statuses.contains(status),
        }
    }

    pub(super) fn assessment(&self, at: Timestamp) -> Assessment {
        let score = |(index, component): (usize, &Component)| {
            let points = self.points(index, at);
            let bands = self.definition.bands.get(&component.id);
            let band = bands.and_then(|bands| bands.iter().find(|band| points >= band.from));
            ComponentScore {
                id: component.id.clone(),
                label: component.label.clone(),
                sum: self.sum(index, at),
                points,
                cap: component.cap,
                mark: band.map(|band| band.mark.clone()),
            }
        };
        let components: Vec<ComponentScore> =
            self.definition.components.iter().enumerate().map(score).collect();
        let view = self.view(at);
        let (excluded, unjudged) = self.exclusions(&view);
        Assessment {
            definition: self.definition.id.clone(),
            clause: self.definition.clause.clone(),
            version: self.in_force.version,
            as_of: at,
            meets: self.meets(&view),
            total: components.iter().map(|component| component.points).sum(),
            components,
            lines: self.lines(at),
            excluded,
            unjudged,
        }
    }

    /// The lead with its score, as the definition's condition sees it.
    fn view(&self, at: Timestamp) -> LeadView<'_> {
        let mut view = LeadView::of(&self.lead, at);
        let mut total = Points::ZERO;
        for (index, component) in self.definition.components.iter().enumerate() {
            let points = self.points(index, at);
            view.score.insert(component.id.clone(), points.number());
            total = total + points;
        }
        view.score.insert("total".into(), total.number());
        view
    }

    fn meets(&self, view: &LeadView<'_>) -> bool {
        let applies = self.definition.applies_when.as_ref();
        applies.is_none_or(|when| when.holds(view) == Truth::Yes)
            && self.definition.qualifies_when.holds(view) == Truth::Yes
    }

    fn exclusions(&self, view: &LeadView<'_>) -> (Option<String>, Vec<(String, Vec<String>)>) {
        let (mut excluded, mut unjudged) = (None, Vec::new());
        for exclusion in &self.definition.exclusions {
            match exclusion.when.holds(view) {
                Truth::Yes => excluded = excluded.or_else(|| Some(exclusion.id.clone())),
                Truth::Unknown => {
                    unjudged.push((exclusion.id.clone(), unknown_names(&exclusion.when, view)));
                }
                Truth::No => {}
            }
        }
        (excluded, unjudged)
    }
}

/// Only rules over changes, and resets under a condition, compare a lead with what it was.
fn looks_back(definition: &Definition) -> bool {
    let over_changes = |rule: &Rule| matches!(rule.looks_at, LooksAt::Change(_));
    definition.rules.iter().any(over_changes)
        || definition.resets.iter().any(|reset| reset.when.is_some())
}

fn looks_at(rule: &Rule, entry: &Entry, previous: Option<&Lead>) -> bool {
    match (&rule.looks_at, entry.fact()) {
        (LooksAt::Activities { .. }, Fact::Activity(_)) => true,
        (LooksAt::Change(field), Fact::Lead(reported)) => {
            let before = previous.and_then(|lead| lead.fields.get(field));
            reported.fields.get(field).is_some_and(|value| before != Some(value))
        }
        _ => false,
    }
}

fn instant(text: &str, agreement: &Agreement) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    date.to_zoned(agreement.zone.clone()).ok().map(|zoned| zoned.timestamp())
}
