use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};

use super::{past::worked, *};
use crate::{
    agreement::{Agreement, Status},
    fact::{Entry, Fact},
    ids::LeadId,
    lead::LeadHistory,
    money::{Currency, Money},
    points::Points,
    qualification::{
        Crossing, crossings,
        tests::{ALL_FIT, agreed, agreement, at, definition, history},
    },
};

fn text() -> Agreement {
    let status = |(key, is_exit): (&str, bool)| Status {
        key: key.into(),
        label: key.into(),
        owner: None,
        also: vec![],
        is_final: false,
        is_exit,
        from: None,
        reasons: vec![],
    };
    let way = [("Inquiry", false), ("MQL", false), ("SAL", false), ("SQL", false), ("Out", true)];
    Agreement { statuses: way.map(status).to_vec(), ..agreement(definition()) }
}

fn past(text: &Agreement) -> Past<'_> {
    Past { agreement: text, definition: &text.definitions[0], loaded_until: at("2026-01-02") }
}

fn known(lines: &[(&str, &str)], late: Option<(usize, &str)>) -> Vec<Arc<Entry>> {
    let mut entries = history(lines).into_entries();
    if let Some((index, recorded)) = late {
        let mut entry = (*entries[index]).clone();
        entry.recorded_at = at(recorded);
        entries[index] = Arc::new(entry);
    }
    as_then_known(entries, &past(&text()))
}

fn found_at(entries: Vec<Arc<Entry>>) -> Option<Timestamp> {
    let history = LeadHistory::new(LeadId::from("crm:1"), entries);
    let found = crossings(&history, &agreed(definition()).0[0], "mql", None, at("2026-12-31"));
    found.first().map(|crossing| crossing.at)
}

const WAY: [(&str, &str); 5] = [
    ("2026-03-01", ALL_FIT),
    ("2026-03-02", "form"),
    ("2026-03-03", "status MQL"),
    ("2026-03-05", "status SAL"),
    ("2026-03-10", "webcast/Attended"),
];

#[test]
fn statuses_that_followed_from_the_rule_in_force_stand_in_no_other_rules_way() {
    // In the status of the accepted no lead qualifies, and this one was there by the other rule.
    assert_eq!(found_at(known(&WAY, None)), Some(at("2026-03-10")));
    let out_before = [WAY[0], ("2026-03-02", "status Out"), WAY[4]];
    assert_eq!(found_at(known(&out_before, None)), None, "nobody was told of this one");
}

#[test]
fn what_was_learnt_late_counts_from_then_and_no_planted_future_changes_the_past() {
    let told_late = known(&WAY, Some((4, "2026-05-04")));
    assert_eq!(found_at(told_late), Some(at("2026-05-04")));
    let loaded =
        Entry { recorded_at: at("2026-01-02"), ..(*history(&WAY).into_entries()[4]).clone() };
    assert!(!past::was_learnt_late(&loaded, at("2026-01-02")), "it came with the history");

    // Whatever is recorded after a day leaves what was known on it as it is, however it is dated.
    let planted = [WAY[0], ("2026-03-01 10:00", "webcast/Attended"), WAY[1]];
    let known_then = known(&planted, Some((1, "2026-06-01")));
    let then = LeadHistory::new(LeadId::from("crm:1"), known_then);
    assert!(then.until(at("2026-05-31")).iter().all(|entry| match entry.fact() {
        Fact::Activity(activity) => activity.kind == "form",
        _ => true,
    }));
}

#[test]
fn what_sales_did_is_read_from_where_the_lead_went() {
    let entries = |lines: &[(&str, &str)]| history(lines).into_entries();
    let text = text();
    let of = |lines: &[(&str, &str)]| worked(&entries(lines), &past(&text), Some("SQL"));
    let taken = of(&[WAY[2], WAY[3], ("2026-04-01", "status SQL")]);
    assert_eq!((taken.since, taken.reached_at), (Some(at("2026-03-05")), Some(at("2026-04-01"))));
    let refused = of(&[WAY[2], ("2026-03-06", "status Out")]);
    assert_eq!((refused.since, refused.ended_at), (Some(at("2026-03-06")), Some(at("2026-03-06"))));
    assert_eq!(of(&[WAY[2]]), Worked::default(), "it waits");
    assert_eq!(of(&[("2026-03-01", "status Out")]), Worked::default(), "before anybody had it");
}

fn tried(no: i64, today: Option<&str>, proposed: Option<(&str, i64)>) -> Tried {
    Tried {
        lead: LeadId(format!("crm:{no}")),
        created_at: at("2026-01-01"),
        proposed: proposed
            .map(|(when, reach)| Crossing { at: at(when), reach: Points::whole(reach) })
            .into_iter()
            .collect(),
        today: today.map(at),
        worked: Worked::default(),
        deals: vec![],
        clocks: BTreeMap::new(),
        gaps: vec![],
        untold: Box::default(),
        late: 0,
    }
}

fn deal(opened: (i16, i8, i8), closed: Option<(i16, i8, i8)>, is_won: bool) -> Deal {
    let day = |(year, month, day)| date(year, month, day);
    Deal {
        opportunity: "crm:d".into(),
        opened_on: Some(day(opened)),
        closed_on: closed.map(day),
        is_won,
        amount: Some(Money { amount_minor: 10_000, currency: Currency::parse("EUR").unwrap() }),
    }
}

fn span(threshold: i64) -> Span {
    Span {
        from: date(2026, 1, 1),
        to: date(2026, 6, 30),
        as_of: at("2026-11-01"),
        within_days: 90,
        zone: TimeZone::UTC,
        threshold: Some(Points::whole(threshold)),
    }
}

/// Where the highest threshold lies parts all leads that reach one in the time, whatever the steps.
#[test]
fn steps_of_thresholds_part_the_leads_that_reach_one() {
    let rows = [
        tried(1, Some("2026-02-02"), Some(("2026-02-10", 120))),
        tried(2, None, Some(("2026-03-02", 105))),
        tried(3, None, Some(("2026-03-09", 110))),
        tried(4, None, Some(("2025-12-31", 130))),
        tried(5, None, None),
    ];
    let counts = |cut: Cut| rows.iter().map(|row| cut.counts(row, &span(110))).sum::<u64>();
    let steps = [
        (Cut::Reaches(Points(0), Some(Points::whole(100))), 0),
        (Cut::Reaches(Points::whole(100), Some(Points::whole(110))), 1),
        (Cut::Reaches(Points::whole(110), None), 2),
    ];
    for (cut, expected) in steps {
        assert_eq!(counts(cut), expected, "{cut:?}");
        assert_eq!(cut.key().parse(), Ok(cut));
    }
    assert_eq!("reaches.much".parse::<Cut>(), Err(cut::NoSuchCut));
}

#[test]
fn a_week_in_which_nobody_came_is_a_week_too() {
    let counted = tally(&[tried(1, Some("2026-02-02"), None)], &span(110));
    let weeks = [date(2026, 2, 2), date(2026, 2, 9)].map(|monday| counted.weeks[&monday]);
    assert_eq!(weeks, [(1, 0), (0, 0)]);
}

#[test]
fn a_win_of_which_nobody_knows_the_opening_is_a_win_that_no_rule_reached() {
    let mut found = tried(1, Some("2026-02-02"), Some(("2026-02-10", 120)));
    found.deals = vec![deal((2026, 2, 20), Some((2026, 4, 1)), true)];
    found.deals[0].opened_on = None;
    let counted = tally(&[found], &span(110));
    assert_eq!(
        (counted.wins, counted.reached_today.wins, counted.reached_today.lead_days),
        (1, 0, None)
    );
    assert_eq!(counted.group(Group::Both).won, 1, "that it was won is known");
}

#[test]
fn what_was_not_told_or_late_opens_to_the_leads_meant() {
    let mut row = tried(1, None, None);
    row.untold = Box::new([Untold::Ever(1), Untold::Before(0)]);
    row.late = 2;
    let rows = [row, tried(2, None, None)];
    let cases = [
        (Cut::Untold(Untold::Ever(1)), 1),
        (Cut::Untold(Untold::Ever(0)), 0),
        (Cut::Untold(Untold::Before(0)), 1),
        (Cut::Late, 2),
    ];
    for (cut, n) in cases {
        let counted: u64 = rows.iter().map(|row| cut.counts(row, &span(110))).sum();
        assert_eq!(counted, n, "{cut:?}");
        assert_eq!(cut.key().parse(), Ok(cut));
    }
}

#[test]
fn the_worked_example_adds_up() {
    let mut both = tried(1, Some("2026-02-02"), Some(("2026-02-10", 120)));
    both.worked.since = Some(at("2026-02-03"));
    both.worked.reached_at = Some(at("2026-02-20"));
    both.deals = vec![deal((2026, 2, 20), Some((2026, 4, 1)), true)];
    let mut leaves = tried(2, Some("2026-03-02"), Some(("2026-03-02", 105)));
    leaves.worked.since = Some(at("2026-03-04"));
    let enters = tried(3, None, Some(("2026-03-09", 130)));
    let mut late = tried(4, None, Some(("2026-05-01", 130)));
    late.deals = vec![deal((2026, 3, 1), Some((2026, 4, 1)), true)];
    late.worked.since = Some(at("2026-03-01"));
    let mut neither = tried(5, None, None);
    neither.gaps = vec![0];
    let rows = [both, leaves, enters, late, neither];

    let counted = tally(&rows, &span(110));
    assert_eq!((counted.leads, counted.not_judged), (5, 1));
    let said = |group: Group| {
        let found = counted.group(group);
        (found.all, found.won, found.lost, found.unknown_won())
    };
    assert_eq!(said(Group::Both), (1, 1, 0, 0));
    assert_eq!(said(Group::Leave), (1, 0, 1, 0), "it was worked, and 90 days are over");
    assert_eq!(
        said(Group::Enter),
        (2, 0, 1, 1),
        "one was won before it was found, one never worked"
    );
    assert_eq!(counted.today.all + counted.enter.all, counted.proposed.all + counted.leave.all);
    assert_eq!(
        (counted.wins, counted.reached_today.wins, counted.reached_proposed.wins),
        (2, 1, 1)
    );
    assert_eq!(counted.reached_today.lead_days, Some(18));
    assert_eq!(counted.reached_proposed.lead_days, Some(10));
    assert_eq!(counted.weeks[&date(2026, 3, 2)], (1, 0));
    let (none, all) = counted.proposed.bounds_won();
    assert_eq!(((none.hits(), none.n()), (all.hits(), all.n())), ((1, 3), (2, 3)));

    let opened = |cut: Cut| rows.iter().map(|row| cut.counts(row, &span(110))).sum::<u64>();
    let said = [
        (Cut::Leads, counted.leads),
        (Cut::NotJudged, counted.not_judged),
        (Cut::Found(Rule::Today), counted.today.all),
        (Cut::Found(Rule::Proposed), counted.proposed.all),
        (Cut::Of(Rule::Proposed, Goal::Won, Became::Yes), counted.proposed.won),
        (Cut::Known(Rule::Proposed, Goal::Won), counted.proposed.rate_won().n()),
        (Cut::Known(Rule::Today, Goal::TakenOn), counted.today.rate_taken_on().n()),
        (Cut::Older(0), rows.iter().filter(|row| row.gaps.contains(&0)).count() as u64),
        (Cut::Group(Group::Enter), counted.enter.all),
        (Cut::Became(Group::Enter, Goal::Won, Became::Unknown), counted.enter.unknown_won()),
        (Cut::Became(Group::Both, Goal::TakenOn, Became::Yes), counted.both.taken_on),
        (Cut::Wins, counted.wins),
        (Cut::WinsFoundBy(Rule::Proposed), counted.reached_proposed.wins),
        (Cut::TakenOn, counted.taken_on),
        (Cut::TakenOnFoundBy(Rule::Today), counted.reached_today.taken_on),
        (Cut::Week(Rule::Today, date(2026, 3, 2)), counted.weeks[&date(2026, 3, 2)].0),
    ];
    for (cut, n) in said {
        assert_eq!(opened(cut), n, "{cut:?}");
        assert_eq!(cut.key().parse(), Ok(cut));
    }
    assert_eq!("both.2026-01-01".parse::<Cut>(), Err(cut::NoSuchCut));

    let lower = tally(&rows, &span(100));
    assert_eq!((lower.both.all, lower.leave.all, lower.enter.all), (2, 0, 2));
    let nobody = tally(&rows, &span(500));
    assert_eq!((nobody.both.all, nobody.leave.all, nobody.enter.all), (0, 2, 0));
    assert_eq!(nobody.proposed.rate_won().share(), None, "nothing of nothing");
}

/// What today's rule found, and what became of it, is the same wherever the threshold is tried; the
/// groups and the other column add up beside it.
#[test]
fn a_tried_threshold_moves_the_column_of_the_proposed_rule_alone() {
    let crossings = |lines: &[(&str, i64)]| {
        let crossing =
            |(when, reach): &(&str, i64)| Crossing { at: at(when), reach: Points::whole(*reach) };
        lines.iter().map(crossing).collect::<Vec<_>>()
    };
    // Found by the lower thresholds before the time, and by the higher ones in it.
    let mut early = tried(1, Some("2026-01-10"), None);
    early.proposed = crossings(&[("2025-11-01", 50), ("2026-01-20", 110)]);
    early.worked.since = Some(at("2026-01-11"));
    early.deals = vec![deal((2026, 1, 12), Some((2026, 3, 30)), true)];
    // Today's rule had it before the time.
    let mut had = tried(2, Some("2025-12-01"), None);
    had.proposed = crossings(&[("2025-11-15", 50), ("2026-02-01", 110)]);
    let mut both = tried(3, Some("2026-02-02"), None);
    both.proposed = crossings(&[("2026-01-02", 50), ("2026-02-10", 110)]);
    both.deals = vec![deal((2026, 2, 20), Some((2026, 4, 20)), true)];
    let rows = [early, had, both, tried(4, Some("2026-03-02"), Some(("2026-04-01", 90)))];
    let counts = |cut: Cut, at: i64| rows.iter().map(|row| cut.counts(row, &span(at))).sum::<u64>();
    let first = tally(&rows, &span(0));
    assert_eq!((first.today.all, first.today.won), (3, 2));
    for threshold in [0, 50, 51, 90, 91, 110, 111] {
        let counted = tally(&rows, &span(threshold));
        assert_eq!(counted.today, first.today, "at {threshold}");
        assert_eq!(counts(Cut::Found(Rule::Today), threshold), 3, "at {threshold}");
        assert_eq!(counts(Cut::Of(Rule::Today, Goal::Won, Became::Yes), threshold), 2);
        let of =
            |groups: [Group; 3]| groups.map(|group| counted.group(group).all).iter().sum::<u64>();
        let today = of([Group::Both, Group::Leave, Group::ProposedBefore]);
        let proposed = of([Group::Both, Group::Enter, Group::TodayBefore]);
        assert_eq!((today, proposed), (counted.today.all, counted.proposed.all), "at {threshold}");
        for group in [Group::ProposedBefore, Group::TodayBefore] {
            assert_eq!(counts(Cut::Group(group), threshold), counted.group(group).all);
            assert_eq!(Cut::Group(group).key().parse(), Ok(Cut::Group(group)));
        }
    }
    let lower = tally(&rows, &span(50));
    assert_eq!((lower.both.all, lower.proposed_before.all, lower.today_before.all), (2, 1, 0));
    let higher = tally(&rows, &span(110));
    assert_eq!((higher.both.all, higher.leave.all, higher.today_before.all), (2, 1, 1));
}

#[test]
fn wins_of_no_lead_are_counted_apart_and_lie_in_all_wins() {
    let mut found = tried(1, Some("2026-02-02"), Some(("2026-02-10", 120)));
    found.deals = vec![deal((2026, 2, 5), Some((2026, 4, 1)), true)];
    let mut counted = tally(&[found], &span(110));
    let amount = deal((2026, 1, 1), None, false).amount;
    let alone = |closed_on| WonAlone { closed_on, amount };
    let all = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)];
    counted.count_alone(&all.map(alone), &span(110));
    assert_eq!((counted.wins, counted.wins_alone), (1, 2), "both days of the time are in it");
    let eur = Currency::parse("EUR").unwrap();
    assert_eq!(counted.wins_alone_minor[&eur], 20_000);
    let of =
        |rule: Rule| (counted.rate_of_all_wins(rule).hits(), counted.rate_of_all_wins(rule).n());
    assert_eq!((of(Rule::Today), of(Rule::Proposed)), ((1, 3), (0, 3)));
}

#[test]
fn clocks_are_counted_by_rule_and_open_to_their_leads() {
    let clock = |implied| ImpliedClock { level: 1, implied };
    let mut both = tried(1, Some("2026-02-02"), Some(("2026-02-10", 120)));
    both.clocks.insert(at("2026-02-10"), vec![clock(Implied::InTime)]);
    both.clocks.insert(at("2026-02-02"), vec![clock(Implied::NotInTime)]);
    let mut enters = tried(2, None, Some(("2026-05-01", 130)));
    enters.clocks.insert(at("2026-05-01"), vec![clock(Implied::NotAsked)]);
    let mut later = tried(3, None, Some(("2026-07-01", 130)));
    later.clocks.insert(at("2026-07-01"), vec![clock(Implied::NotInTime)]);
    let rows = [both, enters, later];
    let counted = tally(&rows, &span(110));
    assert_eq!(counted.clocks(Rule::Proposed).levels().into_iter().collect::<Vec<_>>(), [1]);
    for (rule, implied, n) in [
        (Rule::Proposed, Implied::InTime, 1),
        (Rule::Proposed, Implied::NotAsked, 1),
        (Rule::Proposed, Implied::NotInTime, 0),
        (Rule::Today, Implied::NotInTime, 1),
        (Rule::Today, Implied::NotOver, 0),
    ] {
        let cut = Cut::Clocks(rule, 1, implied);
        let opened: u64 = rows.iter().map(|row| cut.counts(row, &span(110))).sum();
        assert_eq!((counted.clocks(rule).of(1, implied), opened), (n, n), "{cut:?}");
        assert_eq!(cut.key().parse(), Ok(cut));
    }
    for no_such in ["clocks.both.0.in_time", "clocks.today.0", "clocks.today.x.in_time"] {
        assert_eq!(no_such.parse::<Cut>(), Err(cut::NoSuchCut));
    }
}

#[test]
fn leads_wait_where_more_come_than_can_be_taken() {
    assert_eq!(queue([10, 10, 10], 10), (0, 0));
    // Ten are left of the second week; in the third they go first, and five of fifteen wait.
    assert_eq!(queue([5, 30, 15, 0], 20), (1, 10 + 5));
    assert_eq!(queue([40, 20, 0, 0], 20), (1, 20 + 20));
}

#[test]
fn what_is_not_over_is_not_known() {
    let found_at = at("2026-06-01");
    let within = SignedDuration::from_hours(24 * 90);
    let became = |worked: Worked, deals: Vec<Deal>, goal: Goal, as_of: &str| {
        let row = Tried { worked, deals, ..tried(1, None, None) };
        row.became(goal, found_at, within, (at(as_of), &TimeZone::UTC))
    };
    let had = Worked { since: Some(at("2026-06-02")), ..Worked::default() };
    assert_eq!(became(had, vec![], Goal::Won, "2026-08-01"), Became::Unknown);
    assert_eq!(became(had, vec![], Goal::Won, "2026-08-30"), Became::No);
    let lost = || vec![deal((2026, 6, 10), Some((2026, 7, 1)), false)];
    assert_eq!(became(had, lost(), Goal::Won, "2026-08-01"), Became::No, "it is over before");
    let open = || vec![deal((2026, 6, 10), None, false)];
    assert_eq!(became(had, open(), Goal::Won, "2026-08-01"), Became::Unknown);
    assert_eq!(became(Worked::default(), vec![], Goal::TakenOn, "2027-08-01"), Became::Unknown);
}
