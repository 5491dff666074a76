//! What becomes of accepted leads: opportunities, their stages, and how they end.

use domain::{
    fact::Fact,
    field::{FieldValue, Fields},
    ids::{LeadId, OpportunityId, UserId},
    record::{OpportunityMoved, OpportunityReported},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    names::RECYCLED,
    queue::CRM,
    stories::LeadPlan,
    world::{PRODUCTS, World, text},
};

/// The stages on the way.
const STAGES: [&str; 4] = ["Discovery", "Measurement", "Offer", "Contract"];

impl World {
    /// What follows the first call.
    pub fn follow(&mut self, lead: &LeadId, plan: &LeadPlan, owner: &UserId, called: Timestamp) {
        let next = self.working(plan, called, 2, 9);
        if self.dice.chance(0.5) {
            self.act(lead, next, "email", owner);
        }
        let after = self.working(plan, next, 1, 4);
        if self.dice.habit(("opens", 0), 0.58) {
            self.act(lead, after, "meeting", owner);
            let opened = self.working(plan, after, 0, 2);
            self.open_opportunity(lead, plan, owner, opened);
        } else if self.dice.chance(0.6) {
            let at = self.working(plan, after, 6, 14);
            let reason = self.dice.word(&RECYCLED).to_owned();
            self.recycle(lead, at, Some(reason), owner);
        }
    }

    /// Some working days later, within the rep's hours.
    fn working(&mut self, plan: &LeadPlan, from: Timestamp, low: i64, high: i64) -> Timestamp {
        let minutes = self.dice.minutes(low * 480 + 10, high * 480 + 300);
        self.hours[plan.rep].after(from, minutes)
    }

    fn open_opportunity(
        &mut self,
        lead: &LeadId,
        plan: &LeadPlan,
        owner: &UserId,
        opened: Timestamp,
    ) {
        self.enter(lead, opened, "Opportunity", None, Some(owner));
        self.numbers += 1;
        let id = OpportunityId(format!("{CRM}:o{}", self.numbers));
        let product = match plan.launched {
            true => PRODUCTS[1],
            false => *self.dice.pick(&PRODUCTS),
        };
        let amount = product.2 * self.dice.number(90, 330) / 10_000 * 100;
        let days = self.dice.number(30, 85);
        let ends = self.within(plan, opened + SignedDuration::from_hours(24 * days));
        let account = &self.accounts[plan.account];
        let mut fields = Fields::from([
            text("name", &format!("{}, {}", account.name, product.1)),
            ("account".to_owned(), FieldValue::Text(account.id.0.clone())),
            ("lead".to_owned(), FieldValue::Text(lead.0.clone())),
            ("owner".to_owned(), FieldValue::Text(owner.0.clone())),
            text("product", &format!("{CRM}:{}", product.0)),
            text("source", plan.source.word()),
            text("stage", STAGES[0]),
            text("outcome", "open"),
            ("amount".to_owned(), self.euros(amount)),
            text("opened_on", &self.day(opened).to_string()),
            text("closed_on", &self.day(ends).to_string()),
        ]);
        fields.extend(plan.campaign.as_ref().map(|campaign| text("campaign", campaign.as_str())));
        self.report(&id, opened, fields);
        self.move_on(&id, opened, STAGES[0]);
        let length = ends.duration_since(opened);
        for (place, stage) in STAGES.iter().enumerate().skip(1) {
            let at = opened + length * (place as i32 * 2 + 1) / 9;
            let at = self.within(plan, at);
            self.move_on(&id, at, stage);
        }
        self.end(lead, plan, owner, &id, ends);
    }

    /// The first working instant of the rep from `at` on, some minutes later.
    fn within(&mut self, plan: &LeadPlan, at: Timestamp) -> Timestamp {
        let minutes = self.dice.minutes(5, 220);
        let hours = &self.hours[plan.rep];
        hours.after(hours.opening(at), minutes)
    }

    /// How it ends. Half of what the launch sold is signed weeks later than was said.
    fn end(
        &mut self,
        lead: &LeadId,
        plan: &LeadPlan,
        owner: &UserId,
        id: &OpportunityId,
        ends: Timestamp,
    ) {
        let won = match plan.launched {
            true => self.dice.habit(("wins from the launch", 0), 0.6),
            false => self.dice.habit(("wins", 0), 0.34),
        };
        let mut at = ends;
        self.launch_wins += u32::from(plan.launched && won);
        if plan.launched && won && self.launch_wins % 2 == 1 {
            for _ in 0..2 {
                let later = at + self.dice.days(20, 40);
                let fields = Fields::from([text("closed_on", &self.day(later).to_string())]);
                self.report(id, at, fields);
                at = self.within(plan, later);
            }
        }
        let outcome = match self.dice.number(1, 4) {
            _ if won => "won",
            1 => "no_decision",
            _ => "lost",
        };
        let stage = if won { "Won" } else { "Lost" };
        let mut fields = Fields::from([
            text("stage", stage),
            text("outcome", outcome),
            text("closed_on", &self.day(at).to_string()),
        ]);
        if !won {
            let why = ["Price", "Another supplier", "No budget", "Project put off"];
            fields.extend([text("reason", self.dice.word(&why))]);
        }
        self.move_on(id, at, stage);
        self.report(id, at, fields);
        if won {
            self.enter(lead, at, "Customer", None, Some(owner));
        } else {
            self.recycle(lead, at, Some("Lost to the status quo".to_owned()), owner);
        }
    }

    fn report(&mut self, id: &OpportunityId, at: Timestamp, fields: Fields) {
        let fact = OpportunityReported { opportunity: id.clone(), fields, by: None };
        self.queue.push(CRM, at, Fact::Opportunity(fact));
    }

    fn move_on(&mut self, id: &OpportunityId, at: Timestamp, stage: &str) {
        let fact = OpportunityMoved { opportunity: id.clone(), stage: stage.to_owned() };
        self.queue.push(CRM, at, Fact::OpportunityMoved(fact));
    }
}
