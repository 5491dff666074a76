//! A threshold of a condition over points, such as the 100 in `score.total >= 100`: what two sides
//! argue about, and what can be tried elsewhere.

use crate::{
    condition::{Comparison, Condition, Literal, Root},
    points::Points,
};

/// A threshold of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lever {
    /// What has to reach it: a component's key, or `total`.
    pub score: String,
    /// Where it stands.
    pub at: Points,
    /// Whether the points have to be more than that, and not just as many.
    pub is_strict: bool,
    /// Its place among the comparisons of the condition.
    place: usize,
}

/// The thresholds of a condition, in the order in which they are written. One that stands under a
/// `not` is none: there fewer points are better.
pub fn levers(condition: &Condition) -> Vec<Lever> {
    let (mut found, mut place) = (Vec::new(), 0);
    collect(condition, &mut place, true, &mut found);
    found
}

fn collect(condition: &Condition, place: &mut usize, counts: bool, found: &mut Vec<Lever>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, place, counts, found));
        }
        Condition::Not(part) => collect(part, place, false, found),
        Condition::Compare(name, comparison, Literal::Number(number)) => {
            let is_strict = match comparison {
                Comparison::GreaterOrEqual => Some(false),
                Comparison::Greater => Some(true),
                _ => None,
            };
            if let Some(is_strict) = is_strict.filter(|_| counts && name.root == Root::Score) {
                let at = Points((number * 1000.0).round() as i64);
                let score = name.field.clone();
                found.push(Lever { score, at, is_strict, place: *place });
            }
            *place += 1;
        }
        _ => {}
    }
}

impl Lever {
    /// The condition with this threshold passed, or not passed, whatever the points are.
    pub fn taken_as(&self, passed: bool, condition: &Condition) -> Condition {
        self.replaced(condition, &mut 0, &Condition::Always(passed))
    }

    /// The condition with the threshold elsewhere.
    pub fn moved_to(&self, at: Points, condition: &Condition) -> Condition {
        let name =
            crate::condition::Name { root: Root::Score, field: self.score.clone(), lowered: false };
        let how = if self.is_strict { Comparison::Greater } else { Comparison::GreaterOrEqual };
        let moved = Condition::Compare(name, how, Literal::Number(at.number()));
        self.replaced(condition, &mut 0, &moved)
    }

    /// The highest threshold that points pass.
    pub fn passed_by(&self, points: Points) -> Points {
        if self.is_strict { Points(points.0 - 1) } else { points }
    }

    fn replaced(&self, condition: &Condition, place: &mut usize, by: &Condition) -> Condition {
        match condition {
            Condition::All(parts) => {
                Condition::All(parts.iter().map(|part| self.replaced(part, place, by)).collect())
            }
            Condition::Any(parts) => {
                Condition::Any(parts.iter().map(|part| self.replaced(part, place, by)).collect())
            }
            Condition::Not(part) => Condition::Not(Box::new(self.replaced(part, place, by))),
            Condition::Compare(_, _, Literal::Number(_)) => {
                *place += 1;
                if *place - 1 == self.place { by.clone() } else { condition.clone() }
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Name;

    fn score(field: &str, comparison: Comparison, number: f64) -> Condition {
        let name = Name { root: Root::Score, field: field.into(), lowered: false };
        Condition::Compare(name, comparison, Literal::Number(number))
    }

    #[test]
    fn thresholds_are_found_in_their_order_and_those_under_a_not_are_none() {
        use Comparison::*;
        let employees = Name { root: Root::Account, field: "employees".into(), lowered: false };
        let condition = Condition::All(vec![
            Condition::Compare(employees, GreaterOrEqual, Literal::Number(50.0)),
            score("fit", GreaterOrEqual, 13.0),
            Condition::Not(Box::new(score("engagement", GreaterOrEqual, 200.0))),
            Condition::Any(vec![score("total", Greater, 49.999), score("fit", Less, 9.0)]),
        ]);
        let found = levers(&condition);
        let said: Vec<_> =
            found.iter().map(|lever| (lever.score.as_str(), lever.at.0, lever.is_strict)).collect();
        assert_eq!(said, [("fit", 13_000, false), ("total", 49_999, true)]);
        let moved = found[1].moved_to(Points::whole(60), &condition);
        let again = levers(&moved);
        assert_eq!((again[0].at, again[1].at), (Points::whole(13), Points::whole(60)));
        assert_eq!(found[1].moved_to(Points(49_999), &condition), condition);
        assert_eq!(found[1].passed_by(Points(50_000)), Points(49_999));
    }
}
