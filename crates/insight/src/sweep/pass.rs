//! The one pass over a block.

use domain::{limit, points::Points, qualification::Crossing};
use jiff::Timestamp;

use super::{
    found::{Found, Records},
    plan::{Need, Plan},
    straight::Straight,
};
use crate::segment::{Block, KINDS_MAX};

/// What rounding each of some touches adds at most, and what floating point may have lost.
pub(super) const SLACK: f64 = 1.0;

/// Fewer points, in thousandths, than any rules can give.
const NEVER: i64 = i64::MIN / 2;

impl Plan {
    /// When each contact of a block first met the definition.
    pub fn first(&self, block: &Block) -> Found {
        let mut found = Found { first: vec![0; block.contacts()] };
        self.sweep(block, 1, |contact, at, _| {
            found.first[contact] = at + 1;
            i64::MAX
        });
        found
    }

    /// When each contact of a block first met the definition, at every threshold of the plan's
    /// lever that is a multiple of a step, in thousandths: what lies between two of them is looked
    /// at no closer.
    pub fn records(&self, block: &Block, step: i64) -> Records {
        let starts = vec![0; block.contacts() + 1];
        let mut records = Records { starts, step, ..Records::default() };
        self.sweep(block, step, |contact, at, reach| {
            records.starts[contact + 1] += 1;
            records.note(at, reach)
        });
        for contact in 0..block.contacts() {
            records.starts[contact + 1] += records.starts[contact];
        }
        records
    }

    /// Calls `found` whenever a contact meets the definition at a threshold that is a higher multiple
    /// of `step` than before, contact by contact; it answers with the threshold that the next has to
    /// be above.
    fn sweep(&self, block: &Block, step: i64, mut found: impl FnMut(usize, u32, i64) -> i64) {
        let stays = self.stays(block);
        let unknown = (self.stays_unknown(), self.may(&[], None));
        let (most, least, begun) =
            (self.most(), self.least(), self.begun(block.contacts(), &stays));
        let straight = Straight::of(self);
        let mut run = Run::new(self);
        let judges_all = self.applies.is_empty() && self.excludes.is_empty();
        for contact in 0..block.contacts() {
            let (at, kinds) = block.activities(contact);
            let known_at = match block.known_from[contact] {
                0 => at.first().copied(),
                known_from => Some(known_from - 1),
            };
            let Some(known_at) = known_at else { continue };
            let begins_known = at.first().is_none_or(|first| known_at <= *first);
            if begins_known && !most.reaches(kinds, least - begun[contact]) {
                continue;
            }
            for (here, stays) in run.known.iter_mut().zip(&stays) {
                *here = stays[contact];
            }
            let may = judges_all || self.may(&block.cells, Some(contact));
            if begins_known && !may {
                continue;
            }
            if begins_known && let Some(straight) = &straight {
                let found = |at, reach| found(contact, at, reach);
                let known = (known_at, step);
                straight.goes(&run.known, &mut run.points, known, (at, kinds), found);
                continue;
            }
            run.begin();
            let mut above = i64::MIN;
            let mut next = 0;
            let mut judge = |run: &mut Run<'_>, at: u32, above: &mut i64| {
                if let Some(reach) = run.judge(at, *above) {
                    *above = found(contact, at, reach);
                }
            };
            if !begins_known {
                run.stays.clone_from(&unknown.0);
                while next < at.len() && at[next] < known_at && above < i64::MAX {
                    run.take(at[next], kinds[next]);
                    if unknown.1 {
                        judge(&mut run, at[next], &mut above);
                    }
                    next += 1;
                }
            }
            if !may || above == i64::MAX {
                continue;
            }
            run.stays.clone_from(&run.known);
            judge(&mut run, known_at, &mut above);
            while next < at.len() && above < i64::MAX {
                run.take(at[next], kinds[next]);
                judge(&mut run, at[next], &mut above);
                next += 1;
            }
        }
    }

    fn most(&self) -> Most {
        let most = |touches: &Vec<super::plan::Touch>| {
            touches.iter().map(|touch| touch.points.max(0)).sum()
        };
        let mut of = [0; KINDS_MAX];
        self.touches.iter().zip(&mut of).for_each(|(touches, of)| *of = most(touches));
        Most { of, of_any: of.into_iter().max().unwrap_or_default() }
    }

    /// The least total, in thousandths, that the definition asks for.
    fn least(&self) -> i64 {
        let of_total = self.needs.iter().filter(|need| need.part.is_none());
        of_total.filter_map(|need| need.least()).fold(NEVER / 2, i64::max)
    }

    /// The most that each contact's total begins with, in thousandths; [`NEVER`] where what fields
    /// give settles that the definition is not met.
    fn begun(&self, contacts: usize, stays: &[Vec<i64>]) -> Vec<i64> {
        let mut begun = vec![0; contacts];
        for (part, stays) in self.parts.iter().zip(stays) {
            let floor = part.floor.unwrap_or(i64::MIN);
            let each = begun.iter_mut().zip(stays);
            each.for_each(|(begun, stays)| *begun += (*stays).max(floor));
        }
        for need in &self.needs {
            let Some(part) = need.part.filter(|part| !self.parts[*part].moves) else { continue };
            for (begun, stays) in begun.iter_mut().zip(&stays[part]) {
                if !need.meets(self.within(part, *stays)) {
                    *begun = NEVER;
                }
            }
        }
        begun
    }

    /// The threshold up to which components with these points meet the definition, if they do and it is
    /// above another.
    pub(super) fn reached(&self, points: &[i64], total: i64, above: i64) -> Option<i64> {
        let of = |part: Option<usize>| part.map_or(total, |part| points[part]);
        if !self.needs.iter().all(|need| need.meets(of(need.part))) {
            return None;
        }
        let reach = match &self.lever {
            Some(raised) => raised.lever.passed_by(Points(of(raised.part))).0,
            None => Crossing::ALWAYS.0,
        };
        (reach > above).then_some(reach)
    }

    /// A component's points within its floor and its cap.
    pub(super) fn within(&self, part: usize, points: i64) -> i64 {
        let part = &self.parts[part];
        let points = part.floor.map_or(points, |floor| points.max(floor));
        part.cap.map_or(points, |cap| points.min(cap))
    }
}

/// What an activity adds to all components at most.
struct Most {
    /// By the code of its kind.
    of: [i64; KINDS_MAX],
    /// Of any kind.
    of_any: i64,
}

impl Most {
    /// Whether activities of these kinds could give what is lacking if nothing ever faded.
    fn reaches(&self, kinds: &[u8], lacking: i64) -> bool {
        // Most contacts have too few activities, whatever these are.
        let few = kinds.len() as i64 * self.of_any < lacking;
        let given = || kinds.iter().map(|kind| self.of[usize::from(*kind)]).sum::<i64>();
        lacking <= 0 || (!few && given() >= lacking)
    }
}

/// One contact on its way.
struct Run<'a> {
    plan: &'a Plan,
    /// What the contact's fields give, once they are known.
    known: Vec<i64>,
    /// What its fields give now.
    stays: Vec<i64>,
    parts: Vec<Given>,
    /// For each limit, when it counted.
    counted: Vec<Vec<Timestamp>>,
    points: Vec<i64>,
}

/// What activities have given a component.
#[derive(Default)]
struct Given {
    /// Points that stay.
    sum: i64,
    /// Points that fade, with the instants at which they were given.
    fading: Vec<(u32, i64)>,
    /// The first of them of which something may be left.
    alive: usize,
    /// At most so much was left of those at `bound_at`, without rounding.
    bound: f64,
    bound_at: u32,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan) -> Run<'a> {
        let parts = plan.parts.len();
        Run {
            plan,
            known: vec![0; parts],
            stays: vec![0; parts],
            parts: (0..parts).map(|_| Given::default()).collect(),
            counted: vec![Vec::new(); plan.limits.len()],
            points: vec![0; parts],
        }
    }

    fn begin(&mut self) {
        for given in &mut self.parts {
            (given.sum, given.alive, given.bound, given.bound_at) = (0, 0, 0.0, 0);
            given.fading.clear();
        }
        self.counted.iter_mut().for_each(Vec::clear);
    }

    /// Takes in an activity.
    fn take(&mut self, at: u32, kind: u8) {
        for touch in &self.plan.touches[usize::from(kind)] {
            if let Some(limit) = touch.limit {
                let then = instant(self.plan.origin, at);
                if !limit::allows(&self.plan.limits[limit], &self.counted[limit], then) {
                    continue;
                }
                self.counted[limit].push(then);
            }
            let (part, given) = (&self.plan.parts[touch.part], &mut self.parts[touch.part]);
            if part.fade.stays() {
                given.sum += touch.points;
                continue;
            }
            let share = part.fade.share(i64::from(at - given.bound_at));
            given.bound = given.bound * share + touch.points.max(0) as f64;
            given.bound_at = at;
            given.fading.push((at, touch.points));
        }
    }

    /// The threshold up to which the definition is met now, if that is above another.
    fn judge(&mut self, at: u32, above: i64) -> Option<i64> {
        if !self.may_meet(at, above) {
            return None;
        }
        let mut total = 0;
        for part in 0..self.plan.parts.len() {
            let points = self.stays[part] + self.left(part, at);
            self.points[part] = self.plan.within(part, points);
            total += self.points[part];
        }
        self.plan.reached(&self.points, total, above)
    }

    /// Whether bounds leave it open that the definition is met.
    fn may_meet(&self, at: u32, above: i64) -> bool {
        let at_most = |part: Option<usize>| match part {
            Some(part) => self.at_most(part, at),
            None => (0..self.plan.parts.len()).map(|part| self.at_most(part, at)).sum(),
        };
        // What does not move was settled before the first activity, or is settled exactly.
        let moves = |part: Option<usize>| part.is_none_or(|part| self.plan.parts[part].moves);
        let may = |need: &Need| match need.least() {
            Some(least) => !moves(need.part) || at_most(need.part) >= least as f64,
            None => true,
        };
        if let Some(raised) = &self.plan.lever
            && above > i64::MIN
            && at_most(raised.part) <= above as f64
        {
            return false;
        }
        // The total comes last in most texts, and decides most often.
        self.plan.needs.iter().rev().all(may)
    }

    /// At most so many points, in thousandths, a component has now.
    fn at_most(&self, part: usize, at: u32) -> f64 {
        let (rules, given) = (&self.plan.parts[part], &self.parts[part]);
        let mut points = (self.stays[part] + given.sum) as f64;
        if !given.fading.is_empty() {
            let share = rules.fade.share(i64::from(at - given.bound_at));
            points += given.bound * share + given.fading.len() as f64 * 0.5 + SLACK;
        }
        if let Some(floor) = rules.floor {
            points = points.max(floor as f64);
        }
        rules.cap.map_or(points, |cap| points.min(cap as f64))
    }

    /// What is left of what activities have given a component, exactly.
    fn left(&mut self, part: usize, at: u32) -> i64 {
        let (fade, given) = (&self.plan.parts[part].fade, &mut self.parts[part]);
        if let Some(life) = fade.life {
            let is_over = |(then, _): &(u32, i64)| i64::from(at - then) >= life;
            while given.fading.get(given.alive).is_some_and(is_over) {
                given.alive += 1;
            }
        }
        let alive = given.fading[given.alive..].iter();
        given.sum
            + alive.map(|(then, points)| fade.left(*points, i64::from(at - then))).sum::<i64>()
    }
}

fn instant(origin: i64, at: u32) -> Timestamp {
    let at = Timestamp::from_second(origin.saturating_add(i64::from(at)));
    at.unwrap_or(Timestamp::MAX)
}
