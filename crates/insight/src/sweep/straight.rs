//! The short way for the commonest shape of a definition: one component that fades by half, to which
//! each kind of activity gives points by one rule at most, as often as it happens; nothing else moves.

use domain::{points::Points, qualification::Crossing};

use super::{pass::SLACK, plan::Plan};
use crate::{fade::Fade, segment::KINDS_MAX};

/// A plan of that shape.
pub(super) struct Straight<'a> {
    plan: &'a Plan,
    /// The component that moves, and how it fades.
    part: usize,
    fade: &'a Fade,
    /// By the code of a kind, what such an activity gives.
    points: [i64; KINDS_MAX],
    /// The same for a bound: what takes points away gives nothing.
    gives: [f64; KINDS_MAX],
    /// How far rounding can be off: half a thousandth for each that gives, none for others.
    rounds: [f64; KINDS_MAX],
    /// Whether a bound from below says as much: nothing takes points away, and more are better.
    only_gives: bool,
    /// From this age on, in seconds, nothing is left.
    life: i64,
    /// Between these the component stays.
    floor: f64,
    cap: f64,
}

/// What activities have given so far, as a running sum without rounding.
struct Sum {
    given: f64,
    /// How far what is exact can be from it, but for what has come to its end since.
    off: f64,
    /// As of when.
    at: u32,
    /// When the first activity in it was.
    since: u32,
    /// Whether it is one that can be off by no more than that.
    is_sure: bool,
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
        let part = part?;
        let fade = Some(&plan.parts[part].fade).filter(|fade| fade.halves())?;
        let gives = points.map(|points| points.max(0) as f64);
        let rounds = points.map(|points| if points == 0 { 0.0 } else { 0.5 });
        let is_fixed = |other: Option<usize>| other.is_some_and(|other| other != part);
        let only_gives = points.iter().all(|points| *points >= 0)
            && plan.needs.iter().all(|need| is_fixed(need.part) || need.least().is_some());
        let life = fade.life.unwrap_or(i64::MAX);
        let floor = plan.parts[part].floor.map_or(f64::MIN, |floor| floor as f64);
        let cap = plan.parts[part].cap.map_or(f64::MAX, |cap| cap as f64);
        Some(Straight { plan, part, fade, points, gives, rounds, only_gives, life, floor, cap })
    }

    /// Goes along a contact's activities, with what its fields give, known from `known_at` on, which
    /// met what is needed of them; calls `found` with each instant at which the definition is met at
    /// a threshold that is a higher multiple of `step` than before, which answers with the threshold
    /// that the next has to be above. `points` is room that can be used again.
    pub(super) fn goes(
        &self,
        stays: &[i64],
        points: &mut Vec<i64>,
        (known_at, step): (u32, i64),
        (at, kinds): (&[u32], &[u8]),
        mut found: impl FnMut(u32, i64) -> i64,
    ) {
        let plan = self.plan;
        points.clear();
        points.extend(stays.iter().enumerate().map(|(part, stays)| plan.within(part, *stays)));
        let others = points.iter().sum::<i64>() - points[self.part];
        let mut above = i64::MIN;
        if let Some(reach) = plan.reached(points, others + points[self.part], above) {
            above = found(known_at, reach);
        }
        // What the moving component has to be at least, and to be above, so that something is found.
        let (least, mut over) = (self.least(others), self.over(points, others, above));
        if above == i64::MAX {
            return;
        }
        let begun = stays[self.part] as f64;
        let mut quiet = self.quiet(least, over);
        let mut sum = self.nothing(at.first().copied().unwrap_or_default());
        for (next, (now, kind)) in at.iter().zip(kinds).enumerate() {
            self.take(&mut sum, *now, usize::from(*kind));
            let most = begun + sum.given + sum.off;
            if most <= quiet {
                continue;
            }
            let most = self.within(most);
            if most < least || most <= over {
                continue;
            }
            let fewest = self.within(begun + sum.given - sum.off);
            let mut reach = None;
            if sum.is_sure && i64::from(now - sum.since) < self.life && fewest >= least {
                // What is exact lies between, and where both come to the same step it is not needed.
                let ends = [fewest as i64 - 1, most as i64 + 1];
                let [low, high] = ends.map(|moving| self.reach(points, others, moving));
                let is_same = low.rem_euclid(step) + (high - low) < step;
                reach = Some(low).filter(|low| is_same && *low > above);
            }
            if reach.is_none() {
                let left = self.left(&at[..=next], &kinds[..=next], &mut sum);
                points[self.part] = plan.within(self.part, stays[self.part] + left);
                reach = plan.reached(points, others + points[self.part], above);
            }
            if let Some(reach) = reach {
                above = found(*now, reach);
                if above == i64::MAX {
                    return;
                }
                over = self.over(points, others, above);
                quiet = self.quiet(least, over);
            }
        }
    }

    /// A bound up to which nothing is found, whatever floor and cap make of it: most activities end
    /// here, with nothing to be worked out but their sum.
    fn quiet(&self, least: f64, over: f64) -> f64 {
        let is_lifted = |bound: &f64| self.floor > *bound;
        let bounds = [over, least.next_down()].into_iter();
        bounds.filter(|bound| !is_lifted(bound)).fold(f64::MIN, f64::max)
    }

    /// The sum before an activity of which all that came earlier, if anything, has come to its end.
    fn nothing(&self, now: u32) -> Sum {
        Sum { given: 0.0, off: SLACK, at: now, since: now, is_sure: self.only_gives }
    }

    /// Takes in an activity.
    fn take(&self, sum: &mut Sum, now: u32, kind: usize) {
        let mut age = i64::from(now - sum.at);
        if age >= self.life {
            (*sum, age) = (self.nothing(now), 0);
        }
        match self.fade.weight(age) {
            Some(share) => sum.given *= share,
            // What is left is less than that.
            None => sum.is_sure = false,
        }
        sum.given += self.gives[kind];
        sum.off += self.rounds[kind];
        sum.at = now;
    }

    /// The threshold up to which the definition is met with so much of the moving component.
    fn reach(&self, points: &[i64], others: i64, moving: i64) -> i64 {
        let Some(raised) = &self.plan.lever else { return Crossing::ALWAYS.0 };
        let of = match raised.part {
            None => others + moving,
            Some(part) if part == self.part => moving,
            Some(part) => points[part],
        };
        raised.lever.passed_by(Points(of)).0
    }

    /// The least of the moving component with which the needs may be met.
    fn least(&self, others: i64) -> f64 {
        let least = self.plan.needs.iter().filter_map(|need| match need.part {
            None => Some(need.least()? - others),
            Some(part) if part == self.part => need.least(),
            // What does not move is settled exactly.
            Some(_) => None,
        });
        least.max().map_or(f64::MIN, |least| least as f64)
    }

    /// What the moving component has to be above, so that a higher threshold than this is met.
    fn over(&self, points: &[i64], others: i64, above: i64) -> f64 {
        let Some(raised) = self.plan.lever.as_ref().filter(|_| above > i64::MIN) else {
            return f64::MIN;
        };
        match raised.part {
            None => (above - others) as f64,
            Some(part) if part == self.part => above as f64,
            Some(part) if points[part] <= above => f64::MAX,
            Some(_) => f64::MIN,
        }
    }

    /// A bound of the moving component's points within its floor and its cap.
    fn within(&self, points: f64) -> f64 {
        points.max(self.floor).min(self.cap)
    }

    /// What is left now, at the last of some activities, of all of them; the sum is made of those
    /// that are left.
    fn left(&self, at: &[u32], kinds: &[u8], sum: &mut Sum) -> i64 {
        let now = at[at.len() - 1];
        let (mut left, mut since, mut count) = (0, now, 0);
        for (then, kind) in at.iter().zip(kinds).rev() {
            let age = i64::from(now - then);
            if age >= self.life {
                break;
            }
            (since, count) = (*then, count + 1);
            left += match self.points[usize::from(*kind)] {
                0 => 0,
                points => self.fade.left(points, age),
            };
        }
        if self.only_gives {
            // Each was rounded once now and will be again.
            let off = SLACK + f64::from(count);
            *sum = Sum { given: left as f64, off, at: now, since, is_sure: true };
        }
        left
    }
}
