use super::*;
use crate::{
    agreement::{
        Party,
        handoff::{DisputeTerms, Within},
        routing::{Member, Pool, Route, Routing},
        service::{
            Hours, OnTransfer, RunningClocks, Step, StepAt, Target as Time, Warn, ZonePolicy,
        },
        tests::blank,
    },
    clock::ZeroTime,
    condition::Condition,
    ids::SubjectKind,
};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn route(id: &str, to: To) -> Route {
    Route { id: id.into(), says: format!("The route {id}."), when: None, to, waits: false }
}

#[test]
fn everybody_whom_a_text_names_has_what_it_gives_them() {
    let mut agreement = blank();
    agreement.parties = vec![Party {
        side: Side::Sales,
        name: "Sales".into(),
        signer: "sven@x.example".into(),
        substitute: Some("sol@x.example".into()),
    }];
    agreement.disputes = Some(DisputeTerms {
        clause: "7".into(),
        says: String::new(),
        arbiter: "olga@x.example".into(),
        contest_days: 14,
        ruled_within: Within { target: Time::WorkingDays(3), calendar: None },
    });
    let member = |user: &str| Member {
        user: user.into(),
        weight: 1,
        cap_day: None,
        cap_open: None,
        cap_late: None,
    };
    agreement.routing = Some(Routing {
        clause: "6".into(),
        says: String::new(),
        on: vec!["MQL".into()],
        from: None,
        not_counted_when: None,
        credited_back_when: None,
        pools: vec![Pool {
            id: "desk".into(),
            members: vec![member("rita@x.example"), member("lea@x.example")],
            catch_up: false,
            only_in_hours: false,
        }],
        routes: vec![
            route("big", To::Named("rita@x.example".into())),
            route("rest", To::CatchAll("sven@x.example".into())),
        ],
    });
    let found = responsibilities(&agreement);
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.clause.as_deref().unwrap_or(""), one.duty.clone(), one.who.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("", Duty::Signs(Side::Sales), "sven@x.example"),
            ("", Duty::SignsInPlace(Side::Sales), "sol@x.example"),
            ("7", Duty::Rules, "olga@x.example"),
            ("6", Duty::Takes("The route big.".into()), "rita@x.example"),
            ("6", Duty::WatchesOver, "sven@x.example"),
            ("6", Duty::Receives("desk".into()), "rita@x.example"),
            ("6", Duty::Receives("desk".into()), "lea@x.example"),
        ]
    );
}

#[test]
fn who_stands_in_and_who_is_told_by_name_has_it_from_the_service_level() {
    let mut agreement = blank();
    let told = Tells::Named("mara@x.example".into());
    let step = |tells| Step { at: StepAt::Share(1000), tells, reassigns: None };
    agreement.service_levels = vec![ServiceLevel {
        clause: "3".into(),
        says: "An answer in an hour.".into(),
        backup: Some("lea@x.example".into()),
        steps: vec![step(vec![Tells::Owner, told.clone()]), step(vec![told, Tells::Backup])],
        id: "answer".into(),
        side: Side::Sales,
        on: SubjectKind::Lead,
        applies_when: None,
        starts_when: Condition::All(vec![]),
        stops_when: Condition::Any(vec![]),
        pauses_when: None,
        renews_on: vec![],
        target: Time::WorkingDays(1),
        warn: Warn::Share(800),
        hours: Hours::OfOwner,
        zone: ZonePolicy::Owner,
        on_transfer: OnTransfer::Restart,
        running_clocks: RunningClocks::Keep,
        most_clocks: None,
        zero_time: ZeroTime::Met,
        goal_per_mille: None,
        then: None,
    }];
    let found = responsibilities(&agreement);
    let told: Vec<_> = found.iter().map(|one| (one.duty.clone(), one.who.as_str())).collect();
    let says = || "An answer in an hour.".to_owned();
    let expected =
        [(Duty::BacksUp(says()), "lea@x.example"), (Duty::IsTold(says()), "mara@x.example")];
    assert_eq!(told, expected, "each once, and no owner or manager");
}

#[test]
fn who_is_away_leaves_a_gap_unless_somebody_stands_in_or_others_do_it_too() {
    let until = day("2026-11-20");
    let pool = Duty::Receives("desk".into());
    assert!(Presence::Away(until).is_vacant(&Duty::Rules));
    assert!(!Presence::Away(until).is_vacant(&pool), "the others of the pool receive");
    assert!(!Presence::StoodIn(until).is_vacant(&Duty::Rules));
    for gone in [Presence::Unknown, Presence::Left, Presence::NotAdmitted, Presence::Unfit] {
        assert!(gone.is_vacant(&pool) && gone.is_vacant(&Duty::Rules), "{gone:?}");
    }
    assert!(!Presence::Here.is_vacant(&Duty::Rules));
}

#[test]
fn a_goal_promises_its_part_of_the_days_and_never_less() {
    let quarter = (day("2026-10-01"), day("2026-12-31"));
    let of = |from, to| promised_in(130, quarter, (day(from), day(to)));
    assert_eq!(of("2026-10-01", "2026-12-31"), 130);
    assert_eq!(of("2026-11-01", "2026-11-28"), 40, "28 of 92 days of 130: 39.6");
    assert_eq!(of("2026-12-31", "2027-01-27"), 2, "one day of 92: 1.4");
    assert_eq!(of("2027-01-01", "2027-01-28"), 0);
    assert_eq!(promised_in(-5, quarter, quarter), 0);
}

#[test]
fn room_is_only_known_where_caps_say_it() {
    let room = Room { takes: Some(50), came: 40, to_pools: 40, promised: Some(62) };
    assert_eq!((room.expected(), room.short_by()), (62, Some(12)));
    assert_eq!(Room { came: 80, to_pools: 80, ..room }.short_by(), Some(30), "more came");
    assert_eq!(Room { promised: None, ..room }.short_by(), Some(0));
    assert_eq!(Room { takes: None, ..room }.short_by(), None);
}

#[test]
fn pools_get_of_what_is_promised_the_part_that_they_got_of_what_came() {
    let room = Room { takes: Some(50), came: 42, to_pools: 30, promised: Some(40) };
    assert_eq!(room.promised_to_pools(), Some(29), "28.6 of 40");
    assert_eq!(Room { came: 0, to_pools: 0, ..room }.promised_to_pools(), Some(40));
    assert_eq!(Room { to_pools: 0, ..room }.expected(), 0, "they go elsewhere");
}

fn training(id: &str, duties: &[DutyKind], lasts_days: Option<i64>) -> Training {
    let says = format!("The training {id}.");
    Training { id: id.into(), clause: "9".into(), says, duties: duties.to_vec(), lasts_days }
}

#[test]
fn a_training_is_lacking_until_it_is_told_of_and_after_it_has_lapsed() {
    let trainings = [
        training("how-to-hand-over", &[DutyKind::Receives, DutyKind::Takes], Some(10)),
        training("ruling", &[DutyKind::Rules], None),
    ];
    let receives = Duty::Receives("desk".into());
    let told = |field: &str, value: &str| Fields::from([(field.to_owned(), value.into())]);
    let of = |duty: &Duty, told: &Fields, today: &str| {
        let lacks = untrained(&trainings, duty, told, day(today));
        lacks.into_iter().map(|lack| (lack.training, lack.held_until)).collect::<Vec<_>>()
    };
    let handed = "trained_how_to_hand_over";
    let lacks = |until: Option<&str>| vec![("how-to-hand-over".to_owned(), until.map(day))];
    let cases = [
        ("never", Fields::new(), "2026-11-20", lacks(None)),
        ("on the last day", told(handed, "2026-11-10"), "2026-11-20", vec![]),
        ("a day later", told(handed, "2026-11-10"), "2026-11-21", lacks(Some("2026-11-20"))),
        ("told as an instant", told(handed, "2026-11-10T09:00:00Z"), "2026-11-20", vec![]),
        ("not yet", told(handed, "2026-11-21"), "2026-11-20", lacks(None)),
        ("no day", told(handed, "yes"), "2026-11-20", lacks(None)),
    ];
    for (when, told, today, expected) in cases {
        assert_eq!(of(&receives, &told, today), expected, "{when}");
    }
    let ruling = told("trained_ruling", "2016-01-01");
    assert!(of(&Duty::Rules, &ruling, "2026-11-20").is_empty(), "it holds for good");
    assert!(of(&Duty::WatchesOver, &Fields::new(), "2026-11-20").is_empty(), "nothing is asked");
}

#[test]
fn a_check_in_lapses_the_day_after_the_next_was_due() {
    let check_ins = CheckIns { clause: "9".into(), says: String::new(), every_days: 14 };
    let told = Fields::from([(CHECKED_IN.to_owned(), "2026-11-02".into())]);
    assert_eq!(check_in_lapsed(&check_ins, &told, day("2026-11-16")), None);
    let until = Some(Some(day("2026-11-16")));
    assert_eq!(check_in_lapsed(&check_ins, &told, day("2026-11-17")), until);
    assert_eq!(check_in_lapsed(&check_ins, &Fields::new(), day("2026-11-17")), Some(None));
}
