//! What happens by itself as time passes, and what a score is made of meanwhile.

use jiff::Timestamp;

use super::{Given, Scorer};
use crate::{
    agreement::definition::{Component, FloorActs},
    qualification::course::Part,
};

/// Something that happens by itself as time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Passing {
    Settled,
    Lift,
    Silence,
    Judgement,
    /// A version comes into force, or is about to be followed by the next.
    Bound,
}

impl Scorer<'_> {
    /// What happens by itself between the last fact and `until`; at `until` itself only when no
    /// fact of that instant is still to come.
    pub(super) fn passes(&mut self, until: Timestamp, inclusive: bool) {
        self.ahead = None;
        while let Some((at, passing)) = self.next_passing() {
            if at > until || (at == until && !inclusive) {
                self.ahead = Some(at);
                break;
            }
            self.look_for_a_fall(at);
            match passing {
                Passing::Settled => self.settle(),
                Passing::Lift => self.lift(at),
                Passing::Silence => self.silence(at),
                Passing::Judgement => {
                    self.changed = false;
                    self.judge(at);
                }
                Passing::Bound => {}
            }
            self.look_for_a_fall(at);
            self.reached = self.reached.max(Some(at));
        }
        self.look_for_a_fall(until);
        self.reached = Some(until);
    }

    fn next_passing(&self) -> Option<(Timestamp, Passing)> {
        let after = self.reached?;
        let next = [
            (self.latched.get(self.next_latched).map(|next| next.at), Passing::Settled),
            (self.next_lift(after), Passing::Lift),
            (self.silences().map(|(_, at)| at).min(), Passing::Silence),
            (self.next_judgement(after), Passing::Judgement),
            (self.next_bound(after), Passing::Bound),
        ];
        next.into_iter().filter_map(|(at, passing)| Some((at?, passing))).min()
    }

    /// What next happens by itself after the instant that was asked for.
    pub(in crate::qualification) fn ahead(&self) -> Option<Timestamp> {
        self.ahead
    }

    /// What each component is made of at an instant: points of fields stay, given ones may fade.
    pub(in crate::qualification) fn parts(&self, at: Timestamp) -> Vec<Part> {
        let components = self.definition.components.iter().enumerate();
        components.map(|(index, component)| self.part(index, component, at)).collect()
    }

    fn part(&self, index: usize, component: &Component, at: Timestamp) -> Part {
        let counts = |given: &&Given| given.component == index && given.why_not.is_none();
        let given = self.given.iter().filter(counts);
        let floor = component.floor.filter(|floor| floor.acts == FloorActs::AtOnce);
        Part {
            id: component.id.clone(),
            stays: self.sum_of_fields(index, at),
            fading: given.map(|given| (given.at, given.points)).collect(),
            decay: component.decay.clone(),
            floor: floor.map(|floor| floor.points),
            cap: component.cap,
        }
    }
}
