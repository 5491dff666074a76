//! Whether a threshold can be reached at all by the points that the rules give.

use std::collections::BTreeMap;

use domain::{
    agreement::definition::{Award, Component, Limit, Rule},
    condition::{Comparison, Condition, Literal, Root},
    points::Points,
};

/// The most points of each component, and of all together as `total`; `None` is without end.
pub struct Reach(BTreeMap<String, Option<Points>>);

impl Reach {
    /// The most that rules can give, by component.
    pub fn new(components: &[Component], rules: &[Rule]) -> Reach {
        let mut most = BTreeMap::new();
        let mut total = Some(Points::ZERO);
        for component in components {
            let of_it = rules.iter().filter(|rule| rule.component == component.id);
            let sum: Option<Points> = of_it.map(most_of).sum();
            let capped = match (sum, component.cap) {
                (Some(sum), Some(cap)) => Some(sum.min(cap)),
                (sum, cap) => sum.or(cap),
            };
            total = total.zip(capped).map(|(total, capped)| total + capped);
            most.insert(component.id.clone(), capped);
        }
        most.insert("total".to_owned(), total);
        Reach(most)
    }

    /// Whether some points make the condition hold, whatever the lead's fields are.
    pub fn can_hold(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Always(yes) => *yes,
            Condition::All(parts) => parts.iter().all(|part| self.can_hold(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.can_hold(part)),
            Condition::Compare(name, comparison, Literal::Number(number))
                if name.root == Root::Score =>
            {
                let most = self.0.get(&name.field).copied().flatten();
                match (comparison, most) {
                    (Comparison::GreaterOrEqual | Comparison::Equal, Some(most)) => {
                        most.number() >= *number
                    }
                    (Comparison::Greater, Some(most)) => most.number() > *number,
                    _ => true,
                }
            }
            _ => true,
        }
    }

    /// `fit at most 70, total at most 100`.
    pub fn words(&self) -> String {
        let parts =
            self.0.iter().filter_map(|(id, most)| Some(format!("{id} at most {}", (*most)?)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// The most that a rule can give in a lead's life; `None` when it may count again and again.
fn most_of(rule: &Rule) -> Option<Points> {
    let most = match &rule.award {
        Award::Points(points) => *points,
        Award::ByValue { points, .. } => points.iter().map(|(_, p)| *p).max().unwrap_or_default(),
        Award::ByNumber { steps, .. } => steps.iter().map(|(_, p)| *p).max().unwrap_or_default(),
        Award::Empties => Points::ZERO,
    };
    if most <= Points::ZERO {
        return Some(Points::ZERO);
    }
    (rule.limit == Limit::Once).then_some(most)
}
