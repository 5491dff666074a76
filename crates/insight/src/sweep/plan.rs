//! A definition as tables: what each kind of activity gives, what each value of a field gives, and
//! what the points have to reach.

use domain::{
    activity::ActivityRecorded,
    agreement::{
        Agreement, Definition,
        definition::{Award, Component, FloorActs, Judged, Limit, LooksAt, Rule},
    },
    condition::{Comparison, Condition, Literal, Name, Root, Truth, View},
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId},
    lead::{Lead, LeadView},
    lever::Lever,
    points::Points,
};
use jiff::Timestamp;

use super::{
    PlanRefusal,
    fields::{Known, Test, compares, thousandths},
};
use crate::{
    fade::Fade,
    segment::{Block, Cells, Frame, Kind},
};

/// More than this, in thousandths, no rule gives: four thousand million of them still add up.
const POINTS_MAX: i64 = 1_000_000_000;

/// A definition that can be swept over the blocks of one segment.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) parts: Vec<Part>,
    pub(super) field_rules: Vec<FieldRule>,
    /// By the code of a kind, what such an activity gives.
    pub(super) touches: Vec<Vec<Touch>>,
    pub(super) limits: Vec<Limit>,
    /// All have to hold.
    pub(super) applies: Vec<Test>,
    /// None may hold.
    pub(super) excludes: Vec<Test>,
    pub(super) needs: Vec<Need>,
    pub(super) lever: Option<Raised>,
    pub(super) origin: i64,
}

/// A component.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) cap: Option<i64>,
    pub(super) floor: Option<i64>,
    pub(super) fade: Fade,
    /// Whether activities give it points.
    pub(super) moves: bool,
}

/// What an activity gives by one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Touch {
    pub(super) part: usize,
    pub(super) points: i64,
    /// Which of the limits it counts against.
    pub(super) limit: Option<usize>,
}

/// What the points are compared with, as whole thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Which component; `None` for the total.
    pub(super) part: Option<usize>,
    from: i64,
    to: i64,
    /// Whether they have to lie from one to the other, or must not.
    is_within: bool,
}

/// The threshold that is tried everywhere.
#[derive(Debug, Clone)]
pub(super) struct Raised {
    pub(super) part: Option<usize>,
    pub(super) lever: Lever,
}

/// A rule over fields.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    pub(super) part: usize,
    test: Option<Test>,
    award: FieldAward,
}

#[derive(Debug, Clone)]
enum FieldAward {
    Points(i64),
    /// By the code of a field's value.
    Coded(usize, Vec<i64>),
    /// By the highest step that a number reaches, ascending; numbers are in thousandths.
    Steps(usize, Vec<(i64, i64)>),
    /// By a number that is just one of these.
    Numbers(usize, Vec<(f64, i64)>),
}

impl Plan {
    /// Reads a definition for the blocks of a segment; with a lever, its threshold is tried
    /// everywhere.
    ///
    /// # Errors
    /// [`PlanRefusal`] where columns cannot say it.
    pub fn of(
        agreement: &Agreement,
        definition: &Definition,
        frame: &Frame,
        lever: Option<&Lever>,
    ) -> Result<Plan, PlanRefusal> {
        if definition.judged != Judged::AtEachFact {
            return Err(PlanRefusal::JudgedAtTimes);
        }
        if definition.ends.is_some() {
            return Err(PlanRefusal::Ends);
        }
        let parts: Result<Vec<Part>, PlanRefusal> =
            definition.components.iter().map(part).collect();
        let mut plan = Plan {
            parts: parts?,
            field_rules: Vec::new(),
            touches: vec![Vec::new(); frame.kinds.len()],
            limits: Vec::new(),
            applies: Vec::new(),
            excludes: Vec::new(),
            needs: Vec::new(),
            lever: None,
            origin: frame.origin,
        };
        for rule in &definition.rules {
            plan.rule(rule, agreement, definition, frame)?;
        }
        for exclusion in &definition.exclusions {
            plan.excludes.push(Test::of(&exclusion.when, frame, &exclusion.id)?);
        }
        if let Some(when) = &definition.applies_when {
            plan.applies.push(Test::of(when, frame, "applies_when")?);
        }
        let qualifies = &definition.qualifies_when;
        let qualifies =
            lever.map_or_else(|| qualifies.clone(), |lever| lever.taken_as(true, qualifies));
        plan.need(&qualifies, definition, frame)?;
        if let Some(lever) = lever {
            let part = score(&lever.score, definition);
            let part = part.ok_or_else(|| PlanRefusal::Lever(lever.score.clone()))?;
            plan.lever = Some(Raised { part, lever: lever.clone() });
        }
        Ok(plan)
    }

    fn rule(
        &mut self,
        rule: &Rule,
        agreement: &Agreement,
        definition: &Definition,
        frame: &Frame,
    ) -> Result<(), PlanRefusal> {
        let part = definition.components.iter().position(|part| part.id == rule.component);
        let part = part.expect("a rule's component was checked when the Agreement was read");
        match rule.looks_at {
            LooksAt::Fields => {
                let award = field_award(rule, frame)?;
                let test = Test::of(&rule.when, frame, &rule.id)?;
                let is_plain = matches!(test, Test::Always(Truth::Yes));
                let test = (!is_plain).then_some(test);
                self.field_rules.push(FieldRule { part, test, award });
            }
            LooksAt::Activities { only_success } => {
                let limit = match rule.limit {
                    Limit::EveryTime => None,
                    _ => {
                        self.limits.push(rule.limit.clone());
                        Some(self.limits.len() - 1)
                    }
                };
                for (code, kind) in frame.kinds.iter().enumerate() {
                    let points = given(rule, only_success, kind, agreement)?;
                    if let Some(points) = points {
                        self.touches[code].push(Touch { part, points, limit });
                        self.parts[part].moves = true;
                    }
                }
            }
            _ => return Err(PlanRefusal::LooksAt(rule.id.clone())),
        }
        Ok(())
    }

    fn need(
        &mut self,
        condition: &Condition,
        definition: &Definition,
        frame: &Frame,
    ) -> Result<(), PlanRefusal> {
        let mut asks_for_points = false;
        condition.names(&mut |name| asks_for_points |= name.root == Root::Score);
        if !asks_for_points {
            self.applies.push(Test::of(condition, frame, "qualifies_when")?);
            return Ok(());
        }
        match condition {
            Condition::All(parts) => {
                parts.iter().try_for_each(|part| self.need(part, definition, frame))
            }
            Condition::Compare(name, comparison, Literal::Number(number)) => {
                let part = score(&name.field, definition).ok_or(PlanRefusal::Condition)?;
                self.needs.push(Need::of(part, *comparison, *number));
                Ok(())
            }
            _ => Err(PlanRefusal::Condition),
        }
    }

    /// What the fields give each contact of a block to each component, component by component.
    pub(super) fn stays(&self, block: &Block) -> Vec<Vec<i64>> {
        let mut stays = vec![vec![0; block.contacts()]; self.parts.len()];
        for rule in &self.field_rules {
            rule.add_to(&mut stays[rule.part], &block.cells);
        }
        stays
    }

    /// The same for a contact of whom no field is known.
    pub(super) fn stays_unknown(&self) -> Vec<i64> {
        let mut stays = vec![0; self.parts.len()];
        for rule in &self.field_rules {
            let holds = rule.test.as_ref().is_none_or(|test| test.truth(&[], None) == Truth::Yes);
            if let (true, FieldAward::Points(points)) = (holds, &rule.award) {
                stays[rule.part] += points;
            }
        }
        stays
    }

    /// Whether a contact is one whom the definition judges at all.
    pub(super) fn may(&self, cells: &[Cells], contact: Option<usize>) -> bool {
        self.applies.iter().all(|test| test.truth(cells, contact) == Truth::Yes)
            && self.excludes.iter().all(|test| test.truth(cells, contact) != Truth::Yes)
    }
}

fn part(component: &Component) -> Result<Part, PlanRefusal> {
    if component.stops_above_total.is_some() {
        return Err(PlanRefusal::StopsAboveTotal(component.id.clone()));
    }
    if component.floor.is_some_and(|floor| floor.acts == FloorActs::Nightly) {
        return Err(PlanRefusal::NightlyFloor(component.id.clone()));
    }
    Ok(Part {
        cap: component.cap.map(|cap| cap.0),
        floor: component.floor.map(|floor| floor.points.0),
        fade: Fade::of(component.decay.as_ref()),
        moves: false,
    })
}

/// The place of a score by name, `None` within for the total.
fn score(name: &str, definition: &Definition) -> Option<Option<usize>> {
    match name {
        "total" => Some(None),
        name => definition.components.iter().position(|part| part.id == name).map(Some),
    }
}

fn bounded(points: Points) -> Result<i64, PlanRefusal> {
    (points.0.abs() <= POINTS_MAX).then_some(points.0).ok_or(PlanRefusal::Points)
}

/// The points beside the value that is just this one.
fn beside(value: &FieldValue, listed: &[(Literal, Points)]) -> Points {
    let same = |literal: &Literal| match (literal, value) {
        (Literal::Text(text), FieldValue::Text(other)) => text == other,
        (Literal::Bool(yes), FieldValue::Bool(other)) => yes == other,
        (Literal::Number(number), other) => other.number() == Some(*number),
        _ => false,
    };
    let found = listed.iter().find(|(literal, _)| same(literal));
    found.map_or(Points::ZERO, |(_, points)| *points)
}

/// The points of the highest step that a number reaches.
fn reached<N: PartialOrd>(number: N, steps: &[(N, i64)]) -> i64 {
    // Looking at all of them costs less than finding out when to stop: there are few.
    steps.iter().fold(0, |so_far, (from, points)| if number >= *from { *points } else { so_far })
}

fn field_award(rule: &Rule, frame: &Frame) -> Result<FieldAward, PlanRefusal> {
    let bounded_steps = |steps: &[(f64, Points)]| -> Result<Vec<(f64, i64)>, PlanRefusal> {
        steps.iter().map(|(from, points)| Ok((*from, bounded(*points)?))).collect()
    };
    let name = match &rule.award {
        Award::Points(points) => return Ok(FieldAward::Points(bounded(*points)?)),
        Award::Empties => return Ok(FieldAward::Points(0)),
        Award::ByValue { name, points } => {
            points.iter().try_for_each(|(_, points)| bounded(*points).map(drop))?;
            name
        }
        Award::ByNumber { name, .. } => name,
    };
    let field = frame.fields.iter().position(|field| field.name == name.to_string());
    let values = field.and_then(|field| frame.fields[field].values.as_ref());
    let of_value = |value: &FieldValue| match &rule.award {
        Award::ByValue { points, .. } => beside(value, points).0,
        Award::ByNumber { steps, .. } => {
            let steps = bounded_steps(steps).unwrap_or_default();
            value.number().map_or(0, |number| reached(number, &steps))
        }
        _ => 0,
    };
    Ok(match (field, values, &rule.award) {
        (None, ..) => {
            let value = Known { field: None }.value(name);
            FieldAward::Points(value.as_ref().map_or(0, of_value))
        }
        (Some(field), Some(values), _) => {
            FieldAward::Coded(field, values.iter().map(of_value).collect())
        }
        (Some(field), None, Award::ByNumber { steps, .. }) => {
            let steps = bounded_steps(steps)?.into_iter();
            let least = |from| least_thousandths(|number| number >= from);
            FieldAward::Steps(field, steps.map(|(from, points)| (least(from), points)).collect())
        }
        (Some(field), None, Award::ByValue { points, .. }) => {
            let numbers = points.iter().filter_map(|(literal, points)| match literal {
                Literal::Number(number) => Some((*number, points.0)),
                _ => None,
            });
            FieldAward::Numbers(field, numbers.collect())
        }
        _ => FieldAward::Points(0),
    })
}

impl FieldRule {
    fn add_to(&self, stays: &mut [i64], cells: &[Cells]) {
        if self.test.is_none() {
            match &self.award {
                FieldAward::Points(points) => stays.iter_mut().for_each(|stays| *stays += points),
                FieldAward::Coded(field, points) if let Cells::Small(codes) = &cells[*field] => {
                    let by_code = |code: &u8| points[usize::from(*code)];
                    stays.iter_mut().zip(codes).for_each(|(stays, code)| *stays += by_code(code));
                }
                FieldAward::Steps(field, steps) if let Cells::Numbers(numbers) = &cells[*field] => {
                    // One that is not known is below all steps.
                    let each = stays.iter_mut().zip(numbers);
                    each.for_each(|(stays, number)| *stays += reached(*number, steps));
                }
                _ => {
                    let each = stays.iter_mut().enumerate();
                    each.for_each(|(contact, stays)| *stays += self.award.of(cells, contact));
                }
            }
            return;
        }
        for (contact, stays) in stays.iter_mut().enumerate() {
            let holds = |test: &Test| test.truth(cells, Some(contact)) == Truth::Yes;
            if self.test.as_ref().is_none_or(holds) {
                *stays += self.award.of(cells, contact);
            }
        }
    }
}

impl FieldAward {
    fn of(&self, cells: &[Cells], contact: usize) -> i64 {
        match self {
            FieldAward::Points(points) => *points,
            FieldAward::Coded(field, points) => points[cells[*field].code(contact)],
            FieldAward::Steps(field, steps) => match &cells[*field] {
                Cells::Numbers(numbers) => reached(numbers[contact], steps),
                _ => 0,
            },
            FieldAward::Numbers(field, listed) => {
                let number = cells[*field].number(contact);
                let found = listed.iter().find(|(value, _)| number == Some(*value));
                found.map_or(0, |(_, points)| *points)
            }
        }
    }
}

/// What of an activity a rule may ask for: all that a kind tells, and what nobody has who has not
/// qualified yet.
fn is_of_activity(name: &Name) -> bool {
    let field = name.field.as_str();
    match name.root {
        Root::Activity => ["kind", "status", "success"].contains(&field),
        Root::Lead => ["status", "times_qualified", "reason"].contains(&field),
        _ => false,
    }
}

/// What an activity of a kind gives by a rule, if the rule counts it.
pub(super) fn given(
    rule: &Rule,
    only_success: bool,
    kind: &Kind,
    agreement: &Agreement,
) -> Result<Option<i64>, PlanRefusal> {
    let mut beyond = None;
    rule.when.names(&mut |name| {
        if !is_of_activity(name) {
            beyond = Some(name);
        }
    });
    if let Award::ByValue { name, .. } | Award::ByNumber { name, .. } = &rule.award
        && !is_of_activity(name)
    {
        beyond = Some(name);
    }
    if let Some(name) = beyond {
        return Err(PlanRefusal::Name { within: rule.id.clone(), name: name.to_string() });
    }
    let entry = activity(kind);
    let lead = Lead::default();
    let view = LeadView::of(&lead, Timestamp::UNIX_EPOCH).with_fact(&entry, agreement);
    if rule.when.holds(&view) != Truth::Yes || (only_success && !view.success) {
        return Ok(None);
    }
    let points = match &rule.award {
        Award::Points(points) => *points,
        Award::ByValue { name, points } => {
            view.value(name).map_or(Points::ZERO, |value| beside(&value, points))
        }
        Award::ByNumber { name, steps } => {
            let number = view.value(name).and_then(|value| value.number());
            let found =
                number.and_then(|number| steps.iter().rev().find(|(from, _)| number >= *from));
            found.map_or(Points::ZERO, |(_, points)| *points)
        }
        Award::Empties => return Err(PlanRefusal::Empties(rule.id.clone())),
    };
    Ok(Some(bounded(points)?))
}

fn activity(kind: &Kind) -> Entry {
    let fact = Fact::Activity(ActivityRecorded {
        lead: LeadId::from("columns:1"),
        kind: kind.kind.clone(),
        status: kind.status.clone(),
        campaign: None,
        account: None,
        by: None,
        fields: Fields::new(),
    });
    let (source, key) = ("columns".to_owned(), "1".to_owned());
    let told = Told { source, key, happened_at: Timestamp::UNIX_EPOCH, fact };
    Entry { no: FactNo(1), recorded_at: Timestamp::UNIX_EPOCH, told }
}

impl Need {
    fn of(part: Option<usize>, comparison: Comparison, number: f64) -> Need {
        let least = |is_so: Comparison| least_thousandths(|points| compares(points, is_so, number));
        let (reached, passed) = (least(Comparison::GreaterOrEqual), least(Comparison::Greater));
        let (from, to, is_within) = match comparison {
            Comparison::GreaterOrEqual => (reached, i64::MAX, true),
            Comparison::Greater => (passed, i64::MAX, true),
            Comparison::Less => (i64::MIN, reached - 1, true),
            Comparison::LessOrEqual => (i64::MIN, passed - 1, true),
            Comparison::Equal => (reached, passed - 1, true),
            Comparison::NotEqual => (reached, passed - 1, false),
        };
        Need { part, from, to, is_within }
    }

    /// Whether points, in thousandths, meet it; as conditions compare them.
    pub(super) fn meets(self, points: i64) -> bool {
        (self.from <= points && points <= self.to) == self.is_within
    }

    /// The fewest points that meet it, where more are better.
    pub(super) fn least(self) -> Option<i64> {
        (self.to == i64::MAX).then_some(self.from)
    }
}

/// The fewest thousandths of which something is so that is so of all above them; more
/// than a blank at any rate.
fn least_thousandths(is_so: impl Fn(f64) -> bool) -> i64 {
    // So far apart that no points lie beyond, and so near that nothing overflows.
    let (mut from, mut to) = (i64::MIN / 4, i64::MAX / 4);
    while from < to {
        let middle = from + (to - from) / 2;
        match is_so(thousandths(middle)) {
            true => to = middle,
            false => from = middle + 1,
        }
    }
    from
}
