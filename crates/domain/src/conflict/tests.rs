use jiff::civil::date;

use super::*;
use crate::{
    agreement::{
        Measure, Routing,
        priority::Segment,
        routing::{By, Member, Pool, PoolTurn},
        tests::blank,
    },
    condition::Condition,
};

const TODAY: Date = date(2026, 11, 22);

fn priority(leads: Side) -> Priority {
    Priority {
        product: Some("Gateway".into()),
        segment: None,
        from: Some(date(2026, 10, 1)),
        until: Some(date(2026, 12, 31)),
        leads,
        owner: None,
        goals: vec![],
        routes: vec![],
    }
}

fn goal(side: Side, from: Date, to: Date) -> Goal {
    Goal {
        id: "won".into(),
        clause: "5".into(),
        says: "We win.".into(),
        side,
        measure: Measure::Won,
        of: None,
        from,
        to,
        target: 1,
        user: None,
    }
}

/// An Agreement whose clauses 7, 7.1, … are these priorities.
fn text(priorities: Vec<Priority>, goals: Vec<Goal>) -> Agreement {
    let clauses = priorities.into_iter().enumerate().map(|(nth, priority)| Clause {
        no: if nth == 0 { "7".into() } else { format!("7.{nth}") },
        heading: String::new(),
        says: "Who leads.".into(),
        kind: ClauseKind::Priority(priority),
    });
    Agreement { clauses: clauses.collect(), goals, ..blank() }
}

fn routed(agreement: Agreement, when: Option<Condition>) -> Agreement {
    let member = |user: &str| Member {
        user: user.into(),
        weight: 1,
        cap_day: None,
        cap_open: None,
        cap_late: None,
    };
    let pool = Pool {
        id: "desk".into(),
        members: vec![member("ben@firm.example"), member("mia@firm.example")],
        catch_up: true,
        only_in_hours: false,
    };
    let to = To::Pool(PoolTurn { pool: "desk".into(), by: By::Load });
    let route = Route { id: "large".into(), says: "To the desk.".into(), when, to, waits: false };
    let routing = Routing {
        clause: "3".into(),
        says: "Routed.".into(),
        on: vec![],
        from: None,
        not_counted_when: None,
        credited_back_when: None,
        pools: vec![pool],
        routes: vec![route],
    };
    Agreement { routing: Some(routing), ..agreement }
}

fn people(known: &[(&str, Side, bool)]) -> NamedPeople {
    let named = |(who, side, has_left): &(&str, Side, bool)| {
        ((*who).to_owned(), Named { side: Some(*side), has_left: *has_left })
    };
    known.iter().map(named).collect()
}

fn kinds(agreement: &Agreement, people: &NamedPeople) -> Vec<Kind> {
    conflicts(agreement, people, TODAY).iter().map(|conflict| conflict.kind).collect()
}

#[test]
fn two_sides_lead_at_once_where_product_segment_and_days_meet() {
    let sales = priority(Side::Sales);
    let marketing = || priority(Side::Marketing);
    let cases = [
        (marketing(), true, "the same"),
        (Priority { product: None, ..marketing() }, true, "one is about every product"),
        (Priority { product: Some("Meter".into()), ..marketing() }, false, "another product"),
        (Priority { segment: Some("large".into()), ..marketing() }, true, "one names no segment"),
        (Priority { from: Some(date(2026, 12, 31)), until: None, ..marketing() }, true, "one day"),
        (Priority { from: Some(date(2027, 1, 1)), until: None, ..marketing() }, false, "later"),
        (
            Priority { until: Some(date(2026, 11, 22)), ..marketing() },
            true,
            "the last day is today",
        ),
        (Priority { until: Some(date(2026, 11, 21)), ..marketing() }, false, "that is past"),
        (priority(Side::Sales), false, "the same side"),
    ];
    for (other, contradicts, shows) in cases {
        let agreement = text(vec![sales.clone(), other], vec![]);
        let found = conflicts(&agreement, &NamedPeople::new(), TODAY);
        assert_eq!(!found.is_empty(), contradicts, "{shows}: {found:?}");
    }
    let found = conflicts(&text(vec![sales, marketing()], vec![]), &NamedPeople::new(), TODAY);
    assert_eq!(
        found[0].says,
        "Clause 7 gives the lead to sales, and clause 7.1 to marketing, for Gateway from 1 Oct \
         2026 to 31 Dec 2026."
    );
    let places: Vec<&str> = found[0].quotes.iter().map(|quote| quote.place.as_str()).collect();
    assert_eq!(places, ["Clause 7", "Clause 7.1"]);
}

#[test]
fn a_goal_goes_with_the_side_and_the_days_of_its_priority() {
    let (first, last) = (date(2026, 10, 1), date(2026, 12, 31));
    let named = || Priority { goals: vec!["won".into()], ..priority(Side::Sales) };
    let everything = || Priority { product: None, ..priority(Side::Sales) };
    use Kind::{GoalOfTheOther, GoalOnOtherDays};
    let cases: [(Priority, Goal, &[Kind], &str); 7] = [
        (named(), goal(Side::Sales, first, last), &[], "its own"),
        (named(), goal(Side::Marketing, first, last), &[GoalOfTheOther], "the other's"),
        (named(), goal(Side::Sales, first, date(2027, 1, 1)), &[GoalOnOtherDays], "a day longer"),
        (named(), goal(Side::Sales, date(2026, 9, 30), last), &[GoalOnOtherDays], "a day sooner"),
        (priority(Side::Sales), goal(Side::Marketing, first, last), &[], "of a product, not named"),
        (everything(), goal(Side::Marketing, first, last), &[GoalOfTheOther], "about everything"),
        (
            everything(),
            goal(Side::Marketing, date(2027, 1, 1), date(2027, 3, 31)),
            &[],
            "about everything, and on other days",
        ),
    ];
    for (priority, goal, expected, shows) in cases {
        let agreement = text(vec![priority], vec![goal]);
        assert_eq!(kinds(&agreement, &NamedPeople::new()), expected, "{shows}");
    }
}

#[test]
fn a_route_leads_to_people_of_the_side_that_leads_and_who_are_here() {
    let condition = Condition::Always(true);
    let segment = Segment { id: "large".into(), label: "Large".into(), when: condition.clone() };
    let named = Priority { routes: vec!["large".into()], ..priority(Side::Sales) };
    let of_segment = Priority { segment: Some("large".into()), ..priority(Side::Sales) };
    let plain = priority(Side::Sales);
    use Kind::{RouteToGone, RouteToTheOther};
    let sales = people(&[("ben@firm.example", Side::Sales, false)]);
    let other = people(&[("mia@firm.example", Side::Marketing, false)]);
    let gone = people(&[("mia@firm.example", Side::Marketing, true)]);
    let cases: [(&Priority, &NamedPeople, &[Kind], &str); 6] = [
        (&named, &sales, &[], "all of the side that leads"),
        (&named, &other, &[RouteToTheOther], "somebody of the other"),
        (&named, &gone, &[RouteToGone], "somebody who left is of no side any more"),
        (&named, &NamedPeople::new(), &[], "nobody is known"),
        (&of_segment, &other, &[RouteToTheOther], "the route asks what the segment asks"),
        (&plain, &other, &[], "nothing joins the two"),
    ];
    for (priority, people, expected, shows) in cases {
        let agreement = routed(text(vec![priority.clone()], vec![]), Some(condition.clone()));
        let agreement = Agreement { segments: vec![segment.clone()], ..agreement };
        assert_eq!(kinds(&agreement, people), expected, "{shows}");
    }
}

#[test]
fn what_is_over_and_still_names_something_is_told_once() {
    let over = Priority {
        until: Some(date(2026, 11, 21)),
        goals: vec!["won".into()],
        routes: vec!["large".into()],
        owner: Some("mia@firm.example".into()),
        ..priority(Side::Sales)
    };
    let goal_until = |to| goal(Side::Marketing, date(2026, 10, 1), to);
    let other = people(&[("mia@firm.example", Side::Marketing, false)]);
    let agreement = text(vec![over.clone()], vec![goal_until(TODAY)]);
    let found = conflicts(&routed(agreement, None), &other, TODAY);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].says,
        "Clause 7 held until 21 Nov 2026 and still names: Clause 5, goal won; Clause 3, route large."
    );
    let ended = text(vec![over.clone()], vec![goal_until(date(2026, 11, 21))]);
    assert_eq!(kinds(&ended, &other), [], "the goal is over too");
    let today = Priority { until: Some(TODAY), ..over };
    let agreement = text(vec![today], vec![goal(Side::Sales, date(2026, 10, 1), TODAY)]);
    assert_eq!(kinds(&agreement, &other), [Kind::OwnerElsewhere], "the last day counts");
}

#[test]
fn whoever_answers_for_a_priority_is_of_the_side_that_leads() {
    let with = |side: Side, has_left: bool| {
        let owner = Some("mia@firm.example".to_owned());
        let agreement = text(vec![Priority { owner, ..priority(Side::Sales) }], vec![]);
        conflicts(&agreement, &people(&[("mia@firm.example", side, has_left)]), TODAY)
    };
    assert!(with(Side::Sales, false).is_empty());
    let cases = [
        (Side::Marketing, false, "is of marketing."),
        (Side::Neutral, false, "is of neither side."),
        (Side::Sales, true, "is no more of the firm."),
    ];
    for (side, has_left, ends) in cases {
        let found = with(side, has_left);
        assert!(found.len() == 1 && found[0].says.ends_with(ends), "{found:?}");
    }
}
