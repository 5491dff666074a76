//! The short way for the commonest shape of a definition: one component that fades by half, to which
//! each kind of activity gives points by one rule at most, as often as it happens; nothing else moves.

use super::{pass::SLACK, plan::Plan};
use crate::segment::KINDS_MAX;

/// A plan of that shape.
pub(super) struct Straight<'a> {
    plan: &'a Plan,
    /// The component that moves.
    part: usize,
    /// By the code of a kind, what such an activity gives.
    points: [i64; KINDS_MAX],
    /// The same for a bound: what takes points away gives nothing.
    gives: [f64; KINDS_MAX],
    /// How far rounding can be off: half a thousandth for each that gives, none for others.
    rounds: [f64; KINDS_MAX],
}

/// What a contact's moving component has to be, so that something is found.
struct Bar {
    /// At least this.
    least: f64,
    /// And more than this.
    above: f64,
}

impl<'a> Straight<'a> {
    /// A plan, if it has that shape.
    pub(super) fn of(plan: &'a Plan) -> Option<Straight<'a>> {
        let (mut part, mut points) = (None, [0; KINDS_MAX]);
        for (kind, touches) in plan.touches.iter().enumerate() {
            match touches.as_slice() {
                [] => {}
                [touch] if touch.limit.is_none() => {
                    if *part.get_or_insert(touch.part) != touch.part {
                        return None;
                    }
                    points[kind] = touch.points;
                }
                _ => return None,
            }
        }
        let part = part.filter(|part| plan.parts[*part].fade.halves())?;
        let gives = points.map(|points| points.max(0) as f64);
        let rounds = points.map(|points| if points == 0 { 0.0 } else { 0.5 });
        Some(Straight { plan, part, points, gives, rounds })
    }

    /// Goes along a contact's activities, with what its fields give, known from `known_at` on; calls
    /// `found` with each instant at which the definition is met at a higher threshold than before, which
    /// answers with the threshold that the next has to be above. `points` is room that can be used again.
    pub(super) fn goes(
        &self,
        stays: &[i64],
        points: &mut Vec<i64>,
        known_at: u32,
        (at, kinds): (&[u32], &[u8]),
        mut found: impl FnMut(u32, i64) -> i64,
    ) {
        let (plan, fade) = (self.plan, &self.plan.parts[self.part].fade);
        points.clear();
        points.extend(stays.iter().enumerate().map(|(part, stays)| plan.within(part, *stays)));
        let others = points.iter().sum::<i64>() - points[self.part];
        let mut above = i64::MIN;
        if let Some(reach) = plan.reached(points, others + points[self.part], above) {
            above = found(known_at, reach);
        }
        let mut bar = self.bar(points, others, above);
        let begun = stays[self.part] as f64 + SLACK;
        let (mut bound, mut bound_at, mut rounded) = (0.0_f64, 0, 0.0_f64);
        for (next, (now, kind)) in at.iter().zip(kinds).enumerate() {
            if above == i64::MAX {
                return;
            }
            let kind = usize::from(*kind);
            bound = bound * fade.share(i64::from(now - bound_at)) + self.gives[kind];
            bound_at = *now;
            rounded += self.rounds[kind];
            let most = self.within(begun + bound + rounded);
            if most < bar.least || most <= bar.above {
                continue;
            }
            let left = self.left(&at[..=next], &kinds[..=next]);
            points[self.part] = plan.within(self.part, stays[self.part] + left);
            if let Some(reach) = plan.reached(points, others + points[self.part], above) {
                above = found(*now, reach);
                bar = self.bar(points, others, above);
            }
        }
    }

    fn bar(&self, points: &[i64], others: i64, above: i64) -> Bar {
        let of_part = |part: Option<usize>, number: f64| match part {
            None => number - others as f64,
            Some(part) if part == self.part => number,
            // What does not move is settled exactly.
            Some(_) => f64::MIN,
        };
        let needs = self.plan.needs.iter();
        let least = needs.filter_map(|need| Some(of_part(need.part, need.least()? as f64)));
        let raised = self.plan.lever.as_ref().filter(|_| above > i64::MIN);
        let above = raised.map_or(f64::MIN, |raised| match raised.part {
            Some(part) if part != self.part && points[part] <= above => f64::MAX,
            part => of_part(part, above as f64),
        });
        Bar { least: least.fold(f64::MIN, f64::max), above }
    }

    /// A bound of the moving component's points within its floor and its cap.
    fn within(&self, points: f64) -> f64 {
        let part = &self.plan.parts[self.part];
        let points = part.floor.map_or(points, |floor| points.max(floor as f64));
        part.cap.map_or(points, |cap| points.min(cap as f64))
    }

    /// What is left now, at the last of some activities, of all of them.
    fn left(&self, at: &[u32], kinds: &[u8]) -> i64 {
        let fade = &self.plan.parts[self.part].fade;
        let now = at[at.len() - 1];
        let mut left = 0;
        for (then, kind) in at.iter().zip(kinds).rev() {
            let age = i64::from(now - then);
            if fade.life.is_some_and(|life| age >= life) {
                break;
            }
            left += match self.points[usize::from(*kind)] {
                0 => 0,
                points => fade.left(points, age),
            };
        }
        left
    }
}
