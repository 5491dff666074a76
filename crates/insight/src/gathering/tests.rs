use super::*;

const DAY: i64 = DAY_SECONDS;

/// Touches `(unit, day, channel)` with days turned into seconds.
fn touches(rows: &[(u32, i64, ChannelNo)]) -> Touches {
    Touches {
        unit: rows.iter().map(|row| row.0).collect(),
        at: rows.iter().map(|row| row.1 * DAY).collect(),
        channel: rows.iter().map(|row| row.2).collect(),
        ..Touches::default()
    }
}

fn channels() -> Channels {
    let mut channels = Channels::default();
    for name in ["ad", "mail", "event", "internal"] {
        channels.number(name).unwrap();
    }
    channels
}

fn won(unit: u32, day: i64) -> Outcome {
    let (at, converted) = (day * DAY, true);
    Outcome { unit, converted, at, lead_at: None, opened_at: None, value: 100 }
}

fn gathered(touches: &Touches, outcomes: &[Outcome], eligibility: &Eligibility) -> Gathered {
    gather(touches, outcomes, channels(), 100, eligibility).unwrap()
}

fn paths(gathered: &Gathered) -> Vec<(Vec<ChannelNo>, u32)> {
    let all = gathered.journeys.of(0..gathered.journeys.len());
    all.map(|journey| (journey.touched.to_vec(), journey.ended.conversions)).collect()
}

#[test]
fn a_journey_is_cut_at_each_conversion_and_what_is_left_has_not_ended() {
    let rows = touches(&[(0, 5, 0), (0, 1, 1), (0, 5, 2), (0, 6, 0), (0, 9, 1), (1, 2, 2)]);
    let found = gathered(&rows, &[won(0, 5), won(0, 7)], &Eligibility::default());
    // Of one second, the first row comes first; a touch at the very second counts before it.
    let expected = [(vec![1, 0, 2], 1), (vec![0], 1), (vec![1], 0), (vec![2], 0)];
    assert_eq!(paths(&found), expected);
    assert_eq!(found.outcomes, [Some(0), Some(1), None, None]);
    assert_eq!(found.rows, [1, 0, 2, 3, 4, 5]);
    assert_eq!(found.left_out.unended, 2);
    assert_eq!(found.journeys.get(0).ages, [4 * DAY as u32, 0, 0]);
}

/// Source: the worked case A2 of a published handbook: from six months before the opportunity was
/// created through to its close date.
#[test]
fn a_window_before_the_opportunity_reaches_to_the_outcome() {
    let rows = touches(&[(0, 10, 0), (0, 40, 1), (0, 230, 2)]);
    let deal = Outcome { opened_at: Some(220 * DAY), ..won(0, 300) };
    let eligibility = Eligibility {
        window_days: Some(183),
        before: Anchor::Opportunity,
        ..Eligibility::default()
    };
    let found = gathered(&rows, &[deal], &eligibility);
    assert_eq!(paths(&found), [(vec![1, 2], 1)]);
    assert_eq!(found.left_out.too_early, 1);
    let from_outcome = Eligibility { before: Anchor::Outcome, ..eligibility };
    assert_eq!(paths(&gathered(&rows, &[deal], &from_outcome)), [(vec![2], 1)]);
}

#[test]
fn what_does_not_count_is_left_out_and_told() {
    let mut rows = touches(&[(0, 1, 3), (0, 2, 0), (0, 2, 0), (0, 2, 0), (1, 1, 3)]);
    rows.at[2] += 600;
    rows.at[3] += 4_000;
    rows.person = vec![0; 5];
    rows.asset = vec![1, 7, 7, 7, 1];
    let eligibility =
        Eligibility { excluded: [3].into(), once_within_minutes: 30, ..Eligibility::default() };
    let found = gathered(&rows, &[won(0, 9), won(1, 9)], &eligibility);
    assert_eq!(found.rows, [1, 3]);
    let left_out = found.left_out;
    assert_eq!((left_out.excluded, left_out.repeated), (2, 1));
    // Its only touch does not count: nobody is credited, and it is said.
    assert_eq!((left_out.untouched, left_out.untouched_value), (1, 100));
}

#[test]
fn milestones_are_the_last_touch_before_them_and_missing_ones_are_missing() {
    let rows = touches(&[(0, 2, 0), (0, 4, 1), (0, 6, 2)]);
    let deal = |lead: i64, opened: i64| Outcome {
        lead_at: Some(lead * DAY),
        opened_at: Some(opened * DAY),
        ..won(0, 9)
    };
    let found = |deal| gathered(&rows, &[deal], &Eligibility::default()).journeys.get(0).milestones;
    let at = |lead, opportunity| Some(Milestones { lead, opportunity });
    assert_eq!(found(deal(4, 5)), at(Some(1), Some(1)));
    assert_eq!(found(deal(1, 7)), at(None, Some(2)));
}

#[test]
fn later_deals_of_an_account_share_its_first_touches_where_asked() {
    let rows = touches(&[(0, 1, 0), (0, 2, 1), (0, 3, 2), (0, 8, 2)]);
    let deal = |day| Outcome { lead_at: Some(2 * DAY), ..won(0, day) };
    let shared = Eligibility { shared_first: true, ..Eligibility::default() };
    let found = gathered(&rows, &[deal(5), deal(9)], &shared);
    assert_eq!(paths(&found), [(vec![0, 1, 2], 1), (vec![0, 1, 2], 1)]);
    assert_eq!(found.rows, [0, 1, 2, 0, 1, 3]);
    assert_eq!(found.journeys.get(1).milestones.unwrap().lead, Some(1));
    let cut = gathered(&rows, &[deal(5), deal(9)], &Eligibility::default());
    assert_eq!(paths(&cut)[1], (vec![2], 1));
}

#[test]
fn which_touches_count_is_said_in_words() {
    let eligibility = Eligibility {
        window_days: Some(90),
        before: Anchor::Outcome,
        excluded: [3].into(),
        once_within_minutes: 30,
        shared_first: false,
    };
    assert_eq!(
        eligibility.words(&channels()),
        "touches in the 90 days before the outcome, without internal, one person and asset once \
         within 30 minutes"
    );
}
