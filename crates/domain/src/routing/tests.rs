use std::cell::RefCell;

use super::*;
use crate::{
    agreement::routing::{Pool, Route},
    condition::{Comparison, Literal, Root},
};

/// A firm of people who are known by their names, whose levels move as leads are routed.
#[derive(Default)]
struct Firm {
    people: BTreeMap<String, PersonSeen>,
    levels: BTreeMap<String, BTreeMap<UserId, Level>>,
    values: Fields,
    account: Option<AccountSeen>,
    asked: RefCell<Vec<String>>,
}

impl Ask for Firm {
    type Error = Infallible;

    fn value(&mut self, name: &Name) -> Option<FieldValue> {
        self.values.get(&name.to_string()).cloned()
    }

    fn account(&mut self, _: &[FoundBy]) -> Result<Option<AccountSeen>, Infallible> {
        Ok(self.account.clone())
    }

    fn person(&mut self, who: &str, _: Wanted) -> Result<PersonSeen, Infallible> {
        self.asked.borrow_mut().push(who.to_owned());
        Ok(self.people.get(who).cloned().unwrap_or_default())
    }

    fn levels(&mut self, pool: &Pool) -> Result<BTreeMap<UserId, Level>, Infallible> {
        Ok(self.levels.get(&pool.id).cloned().unwrap_or_default())
    }
}

impl Firm {
    fn of(names: &[&str]) -> Firm {
        let seen = |name: &&str| PersonSeen { user: Some((*name).into()), ..PersonSeen::default() };
        let people = names.iter().map(|name| ((*name).to_owned(), seen(name))).collect();
        Firm { people, ..Firm::default() }
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut PersonSeen)) {
        change(self.people.get_mut(name).unwrap());
    }

    /// Routes a lead, checks that what was seen gives the same again, and folds it.
    fn route(&mut self, routing: &Routing) -> Routed {
        let Ok((routed, seen)) = route(routing, Timestamp::UNIX_EPOCH, self);
        assert_eq!(replay(routing, &seen), routed);
        if let Some(pool) = &routed.pool {
            let levels = self.levels.entry(pool.clone()).or_default();
            for (user, by) in &routed.lifted {
                levels.entry(user.clone()).or_default().lifted += by;
            }
            if let Some(to) = routed.to.clone().filter(|_| routed.counted) {
                levels.entry(to).or_default().received += 1;
            }
        }
        routed
    }

    fn received(&self, pool: &str, user: &str) -> i64 {
        self.levels[pool].get(&user.into()).map_or(0, |level| level.received)
    }
}

fn member(user: &str, weight: u32) -> Member {
    Member { user: user.into(), weight, cap_day: None, cap_open: None, cap_late: None }
}

fn pool(members: Vec<Member>, catch_up: bool) -> Pool {
    Pool { id: "p".into(), members, catch_up, only_in_hours: false }
}

fn to(id: &str, to: To) -> Route {
    Route { id: id.into(), says: String::new(), when: None, to, waits: false }
}

fn routing(pool: Pool, by: By) -> Routing {
    let turn = To::Pool(PoolTurn { pool: pool.id.clone(), by });
    Routing {
        clause: "6".into(),
        says: String::new(),
        on: vec!["MQL".into()],
        from: None,
        not_counted_when: None,
        credited_back_when: None,
        pools: vec![pool],
        routes: vec![to("turns", turn), to("rest", To::CatchAll("zoe".into()))],
    }
}

fn name(field: &str) -> Name {
    Name { root: Root::Lead, field: field.into(), lowered: false }
}

#[test]
fn a_thousand_leads_are_shared_out_evenly_to_one() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let mut firm = Firm::of(&names);
    let members = names.iter().map(|name| member(name, 1)).collect();
    let routing = routing(pool(members, false), By::RoundRobin);
    for _ in 0..1000 {
        assert!(firm.route(&routing).to.is_some());
    }
    let received: Vec<i64> = names.iter().map(|name| firm.received("p", name)).collect();
    assert_eq!(received, [143, 143, 143, 143, 143, 143, 142]);
}

#[test]
fn weights_hold_at_every_step_to_one_lead() {
    let weights = [("a", 5), ("b", 3), ("c", 1)];
    let mut firm = Firm::of(&["a", "b", "c"]);
    let members = weights.iter().map(|(name, weight)| member(name, *weight)).collect();
    let routing = routing(pool(members, true), By::Weighted);
    for n in 1..=450_i64 {
        firm.route(&routing);
        for (name, weight) in weights {
            let (received, weight) = (firm.received("p", name), i64::from(weight));
            let off = received * 9 - n * weight;
            assert!(off.abs() <= 9, "after {n} leads {name} has {received} by weight {weight}");
        }
    }
    assert_eq!(firm.received("p", "a"), 250);
}

#[test]
fn nobody_who_cannot_work_receives_and_each_is_told_why() {
    let names = ["gone", "away", "asleep", "day", "open", "late", "last"];
    let mut firm = Firm::of(&names);
    firm.change("gone", |person| person.deactivated = true);
    firm.change("away", |person| person.away_until = Some("2026-12-01".parse().unwrap()));
    firm.change("asleep", |person| person.at_work = Some(false));
    firm.change("day", |person| (person.at_work, person.today) = (Some(true), Some(3)));
    firm.change("open", |person| (person.at_work, person.open) = (Some(true), Some(9)));
    firm.change("late", |person| (person.at_work, person.late) = (Some(true), Some(2)));
    firm.change("last", |person| {
        (person.at_work, person.today, person.open) = (Some(true), Some(2), Some(8));
        person.late = Some(1);
    });
    let caps = Member { cap_day: Some(3), cap_open: Some(9), cap_late: Some(2), ..member("", 1) };
    let capped = |name: &&str| Member { user: (*name).into(), ..caps.clone() };
    let mut members: Vec<Member> = names.iter().map(capped).collect();
    members.insert(0, capped(&"nobody"));
    let pool = Pool { only_in_hours: true, ..pool(members, false) };
    let routed = firm.route(&routing(pool, By::RoundRobin));
    assert_eq!(routed.to, Some("last".into()));
    let why: Vec<_> = routed.tried[0].passed_over.iter().map(|p| (p.who.as_str(), p.why)).collect();
    let expected = [
        ("nobody", Why::Unknown),
        ("gone", Why::Deactivated),
        ("away", Why::Away),
        ("asleep", Why::OutsideHours),
        ("day", Why::DayFull),
        ("open", Why::OpenFull),
        ("late", Why::Late),
    ];
    assert_eq!(why, expected);
}

#[test]
fn whoever_comes_back_catches_up_only_where_the_text_says_so() {
    for (catch_up, expected) in [(true, [50, 50]), (false, [75, 25])] {
        let mut firm = Firm::of(&["a", "b"]);
        let routing = routing(pool(vec![member("a", 1), member("b", 1)], catch_up), By::RoundRobin);
        firm.route(&routing);
        firm.route(&routing);
        firm.change("b", |person| person.away_until = Some("2026-12-01".parse().unwrap()));
        (0..48).for_each(|_| drop(firm.route(&routing)));
        firm.change("b", |person| person.away_until = None);
        (0..50).for_each(|_| drop(firm.route(&routing)));
        let received = ["a", "b"].map(|name| firm.received("p", name));
        let near = received.iter().zip(expected).all(|(got, wanted)| (got - wanted).abs() <= 1);
        assert!(near, "catch_up = {catch_up}: {received:?}");
    }
}

#[test]
fn whoever_joins_begins_at_the_lowest_level() {
    let mut firm = Firm::of(&["a", "b", "c"]);
    let two = vec![member("a", 2), member("b", 1)];
    let before = routing(pool(two.clone(), true), By::Weighted);
    (0..300).for_each(|_| drop(firm.route(&before)));
    let mut three = two;
    three.push(member("c", 2));
    let after = routing(pool(three, true), By::Weighted);
    (0..50).for_each(|_| drop(firm.route(&after)));
    let received = ["a", "b", "c"].map(|name| firm.received("p", name));
    assert_eq!(received, [220, 110, 20]);
}

#[test]
fn what_is_credited_back_is_made_up_for_next() {
    let mut firm = Firm::of(&["a", "b"]);
    let routing = routing(pool(vec![member("a", 1), member("b", 1)], false), By::RoundRobin);
    let first = firm.route(&routing).to;
    assert_eq!(first, Some("a".into()));
    firm.levels.get_mut("p").unwrap().get_mut(&"a".into()).unwrap().credited_back += 1;
    let got: Vec<_> = (0..3).map(|_| firm.route(&routing).to.unwrap().0).collect();
    assert_eq!(got, ["a", "b", "a"]);
}

#[test]
fn by_load_the_fewest_open_leads_come_first() {
    let mut firm = Firm::of(&["a", "b", "c"]);
    for (name, open) in [("a", 3), ("b", 1), ("c", 1)] {
        firm.change(name, |person| person.open = Some(open));
    }
    let members = ["a", "b", "c"].map(|name| member(name, 1)).to_vec();
    let routed = firm.route(&routing(pool(members, false), By::Load));
    assert_eq!(routed.to, Some("b".into()));
    let why: Vec<Why> = routed.tried[0].passed_over.iter().map(|passed| passed.why).collect();
    assert_eq!(why, [Why::HasMoreOpen, Why::HadMore]);
}

#[test]
fn routes_are_tried_in_order_and_each_says_why_it_was_not_taken() {
    let mut firm = Firm::of(&["ann", "ben", "zoe"]);
    firm.change("ben", |person| person.deactivated = true);
    firm.values.insert("lead.region".into(), "North".into());
    let is = |field: &str, value: &str| {
        Condition::Compare(name(field), Comparison::Equal, Literal::Text(value.into()))
    };
    let mut routing = routing(pool(vec![member("ben", 1)], false), By::RoundRobin);
    let named = |id: &str, when| Route { when: Some(when), ..to(id, To::Named("ann".into())) };
    let table = BTreeMap::from([("South".to_owned(), Target::User("ann".into()))]);
    let first = [
        named("key", is("region", "South")),
        named("unknown", is("country", "DE")),
        to("account", To::AccountOwner(vec![FoundBy::Named])),
        to("land", To::Territory { of: name("region"), table }),
    ];
    routing.routes.splice(0..0, first);
    let routed = firm.route(&routing);
    assert_eq!(routed.to, Some("zoe".into()));
    let outcomes: Vec<Outcome> = routed.tried.iter().map(|tried| tried.outcome).collect();
    use Outcome::*;
    assert_eq!(outcomes, [DoesNotHold, NotKnown, NoAccount, NoTerritory, NobodyCan, Taken]);
    assert_eq!(firm.asked.borrow().iter().filter(|who| *who == "ann").count(), 0);
}

#[test]
fn a_lead_waits_where_the_route_says_so_or_where_even_the_last_cannot_take_it() {
    let mut firm = Firm::of(&["ann", "zoe"]);
    firm.change("ann", |person| person.away_until = Some("2026-12-01".parse().unwrap()));
    let mut routing = routing(pool(vec![member("ann", 1)], false), By::RoundRobin);
    assert_eq!(firm.route(&routing).to, Some("zoe".into()));
    routing.routes[0].waits = true;
    let routed = firm.route(&routing);
    assert_eq!((routed.to, routed.tried.len()), (None, 1));
    assert_eq!(routed.tried[0].outcome, Outcome::Waits);
    routing.routes[0].waits = false;
    firm.change("zoe", |person| person.deactivated = true);
    let routed = firm.route(&routing);
    assert_eq!((routed.to, routed.tried.len()), (None, 2));
}

#[test]
fn a_lead_that_its_owner_brought_counts_for_nobody() {
    let mut firm = Firm::of(&["a", "b"]);
    firm.values.insert("lead.source".into(), "Own contact".into());
    let mut routing = routing(pool(vec![member("a", 1), member("b", 1)], false), By::RoundRobin);
    routing.not_counted_when = Some(Condition::Compare(
        name("source"),
        Comparison::Equal,
        Literal::Text("Own contact".into()),
    ));
    for _ in 0..3 {
        let routed = firm.route(&routing);
        assert_eq!((routed.to, routed.counted), (Some("a".into()), false));
    }
    assert_eq!(firm.received("p", "a"), 0);
}

proptest::proptest! {
    /// Whatever people do, none who cannot work receives, the answer is the same again, and those
    /// who could always work have the same to one, by their weight.
    #[test]
    fn whatever_happens_it_stays_fair(
        weights in proptest::collection::vec(1_u32..5, 2..7),
        steps in proptest::collection::vec((0_usize..7, 0_u8..4), 1..200),
        catch_up in proptest::bool::ANY,
    ) {
        let names: Vec<String> = (0..weights.len()).map(|n| format!("m{n}")).collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut firm = Firm::of(&all);
        let members = names.iter().zip(&weights).map(|(name, weight)| member(name, *weight));
        let routing = routing(pool(members.collect(), catch_up), By::Weighted);
        // The first two always work.
        for (who, what) in steps {
            if who >= 2 && who < names.len() {
                firm.change(&names[who], |person| match what {
                    0 => person.deactivated = true,
                    1 => person.away_until = Some("2026-12-01".parse().unwrap()),
                    _ => (person.deactivated, person.away_until) = (false, None),
                });
            }
            let routed = firm.route(&routing);
            let to = routed.to.expect("two always work");
            proptest::prop_assert_eq!(unable(&firm.people[to.as_str()]), None);
        }
        let level = |n: usize| (firm.received("p", &names[n]), i64::from(weights[n]));
        let ((a, wa), (b, wb)) = (level(0), level(1));
        proptest::prop_assert!((a * wb - b * wa).abs() <= wa.max(wb), "{a}/{wa} {b}/{wb}");
    }
}

#[test]
fn whoever_had_it_and_did_not_answer_is_passed_over_on_every_route() {
    let mut firm = Firm::of(&["ann", "ben", "cat"]);
    let routes = Routing {
        routes: vec![
            to("named", To::Named("ann".into())),
            to("desk", To::Pool(PoolTurn { pool: "p".into(), by: By::RoundRobin })),
            to("rest", To::CatchAll("cat".into())),
        ],
        ..routing(pool(vec![member("ann", 1), member("ben", 1)], false), By::RoundRobin)
    };
    let mut past = |missed: &[&str]| {
        let missed = missed.iter().map(|user| UserId::from(*user)).collect();
        let Ok((routed, seen)) = route_past(&routes, Timestamp::UNIX_EPOCH, missed, &mut firm);
        assert_eq!(replay(&routes, &seen), routed, "the same follows again");
        let why = routed.tried.iter().flat_map(|tried| &tried.passed_over);
        let missed_it = why.filter(|passed| passed.why == Why::MissedIt).count();
        (routed.to.map(|user| user.0), missed_it)
    };
    assert_eq!(past(&[]), (Some("ann".into()), 0));
    assert_eq!(past(&["ann"]), (Some("ben".into()), 2), "on the first route and in the pool");
    assert_eq!(past(&["ann", "ben"]), (Some("cat".into()), 3));
    assert_eq!(past(&["ann", "ben", "cat"]), (None, 4), "nobody else is there");
}
