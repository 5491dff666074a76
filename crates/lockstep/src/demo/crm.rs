//! What sales does with a lead that has qualified: the habits of six reps.

use domain::{
    activity::ActivityRecorded,
    fact::Fact,
    field::Fields,
    handoff::{Answer, HandoffAnswered, HandoffDelivered, LeadAssigned, LeadMoved},
    ids::{HandoffId, LeadId, UserId},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    names::{RECYCLED, REJECTED},
    people::{FIRST_REP, STAFF},
    queue::CRM,
    stories::{LeadPlan, Meant, Source},
    world::{World, reps, text},
};

/// Petra Wolny answers within the hour.
const FAST: usize = 1;
/// Tomasz Brandt answers late.
const SLOW: usize = 2;
/// Aylin Tekin thinks little of paid search.
const WARY: usize = 3;

/// When a lead is given, answered and called.
struct Course {
    given: Timestamp,
    answered: Option<(Timestamp, Answer)>,
    called: Option<Timestamp>,
}

impl World {
    /// Reacts to the road's word that a lead has qualified, and to whom it was routed, where it was.
    pub fn react(&mut self, lead: &LeadId, at: Timestamp, routed: Option<&(UserId, Timestamp)>) {
        let Some(mut plan) = self.leads.get(lead).cloned() else { return };
        if let Some((to, _)) = routed {
            plan.rep = reps().position(|rep| rep.user() == *to).unwrap_or(plan.rep);
            self.leads.insert(lead.clone(), plan.clone());
        }
        let given = routed.map(|(_, at)| *at);
        let course = match plan.meant {
            Some(meant) => self.meant(plan.rep, meant),
            None => self.habit(&plan, at, given),
        };
        let owner = STAFF[FIRST_REP + plan.rep].user();
        if given.is_none() {
            let owner = Some(owner.clone());
            let assigned = LeadAssigned { lead: lead.clone(), owner, by: None };
            self.queue.push(CRM, course.given, Fact::LeadAssigned(assigned));
        }
        // From the third text on Lockstep hands over, and the status that follows is the answer.
        let reports = at < self.dates.repaired;
        let handoff = self.hand_over(lead, &plan, &owner, course.given, reports);
        let Some((answered, answer)) = course.answered else { return };
        let reason = self.reason(&plan, answer, answered);
        let fact = HandoffAnswered {
            handoff,
            lead: lead.clone(),
            answer,
            reason: reason.clone(),
            by: Some(owner.clone()),
            in_place_of: None,
            until: None,
            note: None,
            undated: false,
        };
        if reports {
            self.queue.push(CRM, answered, Fact::HandoffAnswered(fact));
        }
        let status = match answer {
            Answer::Accepted => "Accepted",
            Answer::Rejected => "Rejected",
            Answer::Recycled => return self.recycle(lead, answered, reason, &owner),
            Answer::Disqualified => "Disqualified",
        };
        self.enter(lead, answered, status, reason, Some(&owner));
        if let (Answer::Accepted, Some(called)) = (answer, course.called) {
            self.act(lead, called, "call", &owner);
            self.follow(lead, &plan, &owner, called);
        }
    }

    fn meant(&mut self, rep: usize, meant: Meant) -> Course {
        let hours = &self.hours[rep];
        match meant {
            Meant::Unanswered(given) => Course { given, answered: None, called: None },
            Meant::Uncalled(given, answered) => {
                Course { given, answered: Some((answered, Answer::Accepted)), called: None }
            }
            Meant::Done(given) => {
                let answered = hours.after(given, SignedDuration::from_mins(34));
                let called = hours.after(answered, SignedDuration::from_mins(52));
                let answer = Some((answered, Answer::Accepted));
                Course { given, answered: answer, called: Some(called) }
            }
        }
    }

    fn habit(&mut self, plan: &LeadPlan, at: Timestamp, routed: Option<Timestamp>) -> Course {
        let answer = self.answer(plan, at);
        let routing = self.dice.minutes(4, 70);
        let takes = self.takes(plan.rep, at);
        let call_takes = match self.dice.habit(("called in time", plan.rep), 0.84) {
            true => self.dice.minutes(40, 440),
            false => self.dice.minutes(500, 840),
        };
        let hours = &self.hours[plan.rep];
        let given = routed.unwrap_or_else(|| hours.after(hours.opening(at), routing));
        let answered = hours.after(given, takes);
        let called = hours.after(answered, call_takes);
        Course { given, answered: Some((answered, answer)), called: Some(called) }
    }

    /// Working time from handoff to answer.
    fn takes(&mut self, rep: usize, at: Timestamp) -> SignedDuration {
        let late = if rep == SLOW { 0.42 } else { 0.07 };
        let takes = match rep {
            FAST => self.dice.minutes(4, 45),
            _ if self.dice.habit(("late", rep), late) => self.dice.minutes(250, 540),
            SLOW => self.dice.minutes(90, 235),
            _ => self.dice.minutes(15, 225),
        };
        match at {
            at if at < self.dates.disliked => takes * 3,
            at if at < self.dates.repaired => takes * 4 / 3,
            _ => takes,
        }
    }

    fn answer(&mut self, plan: &LeadPlan, at: Timestamp) -> Answer {
        let disliked = at >= self.dates.disliked && at < self.dates.repaired;
        let (habit, accepts) = match plan.source {
            _ if !plan.serious => ("idle", 0.05),
            _ if plan.launched => ("launch", 0.27),
            Source::PaidSearch if plan.rep == WARY => ("wary of search", 0.04),
            _ if disliked => ("disliked", 0.36),
            Source::PaidSearch => ("search", 0.5),
            Source::Referral | Source::TradeFair => ("met", 0.74),
            _ => ("other", 0.66),
        };
        if self.dice.habit((habit, 0), accepts) {
            return Answer::Accepted;
        }
        match self.dice.number(1, 20) {
            1..=3 => Answer::Recycled,
            4 => Answer::Disqualified,
            _ => Answer::Rejected,
        }
    }

    fn reason(&mut self, plan: &LeadPlan, answer: Answer, at: Timestamp) -> Option<String> {
        let disliked = at >= self.dates.disliked && at < self.dates.repaired;
        let reason = match answer {
            Answer::Accepted => return None,
            Answer::Rejected if disliked && self.dice.chance(0.6) => "Does not meet the definition",
            Answer::Rejected if plan.launched && self.dice.chance(0.6) => "A customer already",
            Answer::Rejected => self.dice.word(&REJECTED),
            Answer::Recycled => self.dice.word(&RECYCLED[..2]),
            Answer::Disqualified if plan.serious => "Left the firm",
            Answer::Disqualified => self.dice.word(&["Too small", "Student"]),
        };
        Some(reason.to_owned())
    }

    fn hand_over(
        &mut self,
        lead: &LeadId,
        plan: &LeadPlan,
        owner: &UserId,
        at: Timestamp,
        reports: bool,
    ) -> HandoffId {
        self.numbers += 1;
        let handoff = HandoffId(format!("{CRM}:h{}", self.numbers));
        let region = STAFF[FIRST_REP + plan.rep].region.unwrap_or_default();
        let mut fields = Fields::from([text("source", plan.source.word()), text("region", region)]);
        fields.extend(plan.campaign.as_ref().map(|campaign| text("campaign", campaign.as_str())));
        let fact = HandoffDelivered {
            handoff: handoff.clone(),
            lead: lead.clone(),
            to: Some(owner.clone()),
            fields,
        };
        if reports {
            self.queue.push(CRM, at, Fact::Handoff(fact));
        }
        handoff
    }

    /// Moves a lead.
    pub fn enter(
        &mut self,
        lead: &LeadId,
        at: Timestamp,
        status: &str,
        reason: Option<String>,
        by: Option<&UserId>,
    ) {
        let (lead, status, by) = (lead.clone(), status.to_owned(), by.cloned());
        self.queue.push(CRM, at, Fact::LeadMoved(LeadMoved { lead, status, reason, by }));
    }

    /// Gives a lead back to marketing; some come back after weeks of nurturing.
    pub fn recycle(&mut self, lead: &LeadId, at: Timestamp, reason: Option<String>, by: &UserId) {
        self.enter(lead, at, "Recycled", reason, Some(by));
        let assigned = LeadAssigned { lead: lead.clone(), owner: None, by: None };
        self.queue.push(CRM, at + SignedDuration::from_secs(2), Fact::LeadAssigned(assigned));
        if self.dice.chance(0.4) {
            let back = at + self.dice.days(40, 95);
            self.come_back(lead, back);
        }
    }

    /// Something that a rep does.
    pub fn act(&mut self, lead: &LeadId, at: Timestamp, kind: &str, by: &UserId) {
        let fact = ActivityRecorded {
            lead: lead.clone(),
            kind: kind.to_owned(),
            status: None,
            campaign: None,
            account: None,
            by: Some(by.clone()),
            fields: Fields::new(),
        };
        self.queue.push(CRM, at, Fact::Activity(fact));
    }
}
