//! What the points given so far come to, and the workings that show it.

use jiff::Timestamp;

use super::{Given, Scorer};
use crate::{
    agreement::definition::{Award, FloorActs, LooksAt, Rule},
    condition::{Condition, Literal, Name, Truth, View},
    field::FieldValue,
    ids::FactNo,
    lead::LeadView,
    points::Points,
    qualification::{Line, WhyNot},
};

impl<'a> Scorer<'a> {
    pub(super) fn total(&self, at: Timestamp) -> Points {
        (0..self.definition.components.len()).map(|index| self.points(index, at)).sum()
    }

    pub(super) fn points(&self, index: usize, at: Timestamp) -> Points {
        let component = &self.definition.components[index];
        let mut points = self.sum(index, at);
        if let Some(floor) = component.floor.filter(|floor| floor.acts == FloorActs::AtOnce) {
            points = points.max(floor.points);
        }
        component.cap.map_or(points, |cap| points.min(cap))
    }

    pub(super) fn sum(&self, index: usize, at: Timestamp) -> Points {
        self.sum_of_fields(index, at) + self.sum_of_given(index, at)
    }

    /// What rules over the lead as it is give a component.
    pub(super) fn sum_of_fields(&self, index: usize, at: Timestamp) -> Points {
        let view = LeadView::of(&self.lead, at);
        let id = &self.definition.components[index].id;
        let rules = self.field_rules().filter(|rule| rule.component == *id);
        let holding = rules.filter(|rule| rule.when.holds(&view) == Truth::Yes);
        holding.map(|rule| award(rule, &view)).sum()
    }

    fn field_rules(&self) -> impl Iterator<Item = &'a Rule> + use<'a> {
        self.definition.rules.iter().filter(|rule| rule.looks_at == LooksAt::Fields)
    }

    pub(super) fn sum_of_given(&self, index: usize, at: Timestamp) -> Points {
        let of_it = self.given.iter().filter(|given| given.component == index);
        of_it.map(|given| self.left(given, at)).sum()
    }

    fn left(&self, given: &Given, at: Timestamp) -> Points {
        if given.why_not.is_some() {
            return Points::ZERO;
        }
        match &self.definition.components[given.component].decay {
            Some(decay) => decay.left_of(given.points, given.at.duration_until(at).as_secs()),
            None => given.points,
        }
    }

    pub(super) fn lines(&self, at: Timestamp) -> Vec<Line> {
        let of_fields = self.field_lines(at);
        let given = self.given.iter().map(|given| {
            let rule = given.rule.map(|index| &self.definition.rules[index]);
            Line {
                rule: rule.map_or_else(|| "floor-or-reset".into(), |rule| rule.id.clone()),
                says: rule.map_or_else(
                    || "what a floor or a reset gave back".into(),
                    |rule| rule.says.clone(),
                ),
                component: self.definition.components[given.component].id.clone(),
                at: Some(given.at),
                facts: given.facts.clone(),
                gave: given.points,
                counts: self.left(given, at),
                why_not: given.why_not.clone(),
            }
        });
        of_fields.chain(given).collect()
    }

    /// Rules over the lead as it is: those that hold, and those that cannot be judged.
    fn field_lines(&self, at: Timestamp) -> impl Iterator<Item = Line> + '_ {
        self.field_rules().filter_map(move |rule| {
            let view = LeadView::of(&self.lead, at);
            let truth = rule.when.holds(&view);
            let points = award(rule, &view);
            if truth == Truth::No || (truth == Truth::Yes && points == Points::ZERO) {
                return None;
            }
            let known = truth == Truth::Yes;
            Some(Line {
                rule: rule.id.clone(),
                says: rule.says.clone(),
                component: rule.component.clone(),
                at: None,
                facts: self.facts_of(rule),
                gave: points,
                counts: if known { points } else { Points::ZERO },
                why_not: (!known)
                    .then(|| WhyNot::Unknown { names: unknown_names(&rule.when, &view) }),
            })
        })
    }

    fn facts_of(&self, rule: &Rule) -> Vec<FactNo> {
        let mut facts = Vec::new();
        rule.when.names(&mut |name| facts.extend(self.lead.fact_of(name)));
        if let Award::ByValue { name, .. } | Award::ByNumber { name, .. } = &rule.award {
            facts.extend(self.lead.fact_of(name));
        }
        facts.sort();
        facts.dedup();
        facts
    }

    pub(super) fn component_of(&self, rule: &Rule) -> usize {
        self.component_index(&rule.component)
    }

    pub(super) fn component_index(&self, id: &str) -> usize {
        let found = self.definition.components.iter().position(|component| component.id == id);
        found.expect("a rule's component was checked when the Agreement was read")
    }
}

pub(super) fn award(rule: &Rule, view: &LeadView<'_>) -> Points {
    match &rule.award {
        Award::Points(points) => *points,
        Award::Empties => Points::ZERO,
        Award::ByValue { name, points } => {
            let Some(value) = view.value(name) else { return Points::ZERO };
            let same = |literal: &Literal| match (literal, &value) {
                (Literal::Text(text), FieldValue::Text(other)) => text == other,
                (Literal::Bool(yes), FieldValue::Bool(other)) => yes == other,
                (Literal::Number(number), other) => other.number() == Some(*number),
                _ => false,
            };
            let found = points.iter().find(|(literal, _)| same(literal));
            found.map_or(Points::ZERO, |(_, points)| *points)
        }
        Award::ByNumber { name, steps } => {
            let Some(number) = view.value(name).and_then(|value| value.number()) else {
                return Points::ZERO;
            };
            let reached = steps.iter().rev().find(|(from, _)| number >= *from);
            reached.map_or(Points::ZERO, |(_, points)| *points)
        }
    }
}

pub(super) fn unknown_names(condition: &Condition, view: &LeadView<'_>) -> Vec<String> {
    let mut names = Vec::new();
    condition.names(&mut |name: &Name| {
        if view.value(name).is_none() {
            names.push(name.to_string());
        }
    });
    names.sort();
    names.dedup();
    names
}
