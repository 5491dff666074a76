//! What becomes of an opportunity: its way, its clocks, what it reached.

use domain::{
    decided::{ClockStarted, MilestoneReached},
    fact::Fact,
    field::{FieldValue, Fields},
    ids::Subject,
    money::{Currency, Money},
    record::{OpportunityMoved, OpportunityReported},
};
use store::read::Outcome;

use crate::{World, because, clock, fields, minute};

pub fn told(world: &mut World) {
    let money = Money { amount_minor: 1_250_000, currency: Currency::parse("EUR").unwrap() };
    let mut about = fields(&[
        ("name", "Pumps"),
        ("account", "crm:9"),
        ("lead", "crm:1"),
        ("stage", "Proposal"),
        ("outcome", "No Decision"),
        ("opened_on", "2026-11-01"),
        ("closed_on", "2026-11-20T23:30:00-05:00"),
    ]);
    about.insert("amount".to_owned(), FieldValue::Money(money));
    let reported = |fields| {
        Fact::Opportunity(OpportunityReported { opportunity: "crm:o".into(), fields, by: None })
    };
    let moved = |stage: &str| {
        let (opportunity, stage) = ("crm:o".into(), stage.to_owned());
        Fact::OpportunityMoved(OpportunityMoved { opportunity, stage })
    };
    world.tells(minute(130), moved("Negotiation"));
    world.tells(minute(129), reported(about));
    world.tells(minute(128), moved("Proposal"));
    let subject = || Subject::Opportunity("crm:o".into());
    let Fact::ClockStarted(of_a_lead) = clock("k3", "crm:1", minute(200)) else { panic!() };
    let started = ClockStarted { subject: subject(), ..of_a_lead };
    world.tells(minute(131), Fact::ClockStarted(started));
    let milestone = MilestoneReached {
        opportunity: "crm:o".into(),
        milestone: "accepted".to_owned(),
        because: because(&[1]),
    };
    world.tells(minute(132), Fact::MilestoneReached(milestone));
    world.asks(|reader| {
        let clocks = reader.clocks_of_opportunity(&"crm:o".into())?;
        assert_eq!((clocks.len(), &clocks[0].subject), (1, &subject()));
        assert_eq!(reader.clocks_of(&"crm:1".into())?.len(), 2, "a lead's own clocks only");
        let reached = reader.milestones_of(&"crm:o".into())?;
        assert_eq!(reached, reader.milestones()?);
        assert_eq!((reached[0].at, reached[0].milestone.as_str()), (minute(132), "accepted"));
        Ok(())
    });
    world.asks(|reader| {
        let row = reader.opportunity(&"crm:o".into())?.unwrap();
        assert_eq!(row.stage.as_deref(), Some("Negotiation"), "an older report undoes no move");
        assert_eq!((row.outcome, row.amount), (Outcome::NoDecision, Some(money)));
        assert_eq!(row.closed_on.as_deref(), Some("2026-11-20"), "the day as written");
        let way: Vec<_> = reader.stages_of_opportunity(&row.id)?;
        assert_eq!(
            way.iter().map(|row| row.stage.as_str()).collect::<Vec<_>>(),
            ["Proposal", "Negotiation"]
        );
        assert_eq!(reader.opportunity_stages()?.len(), 2);
        assert_eq!(reader.opportunities_of_lead(&"crm:1".into())?.len(), 1);
        assert_eq!(reader.opportunities_of_account(&"crm:9".into())?.len(), 1);
        Ok(())
    });
    let cleared = ["amount", "outcome"].map(|name| (name.to_owned(), FieldValue::Cleared));
    world.tells(minute(131), reported(Fields::from(cleared)));
    let row = world.asks(|reader| reader.opportunities()).remove(0);
    assert_eq!((row.amount, row.outcome), (None, Outcome::Unknown));
    assert_eq!((row.name.as_deref(), row.stage.as_deref()), (Some("Pumps"), Some("Negotiation")));
}
