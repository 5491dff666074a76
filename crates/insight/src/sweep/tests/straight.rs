use super::*;
use crate::sweep::straight::Straight;

/// Definitions of the commonest shape: what activities give fades by half, and nothing else moves.
fn straight() -> impl Strategy<Value = Definition> {
    let points =
        prop_oneof![Just(0_i64), -30_000..60_000_i64, (-3..6_i64).prop_map(|n| n * 10_000)];
    let half = (1..60_i64, prop::option::of(1..120_i64)).prop_map(|(life, forgotten)| {
        let forgotten_after = forgotten.map(|days| days * DAY);
        Decay::HalfLife { seconds: life * DAY, forgotten_after }
    });
    let edge = prop::option::of((0..8_i64).prop_map(|n| Points(n * 10_000)));
    let needs = prop::collection::vec((0..3_usize, 0..70_u8), 1..3);
    (prop::collection::vec(points, 2), half, edge.clone(), edge, needs).prop_map(
        |(points, half, cap, floor, needs)| {
            let touches = [("form", points[0]), ("visit", points[1])];
            let mut definition = plain(&touches, Some(half));
            definition.components[1].cap = cap;
            definition.components[1].floor =
                floor.map(|points| Floor { points, acts: FloorActs::AtOnce });
            let need = |(of, number): (usize, u8)| {
                let of = ["total", "fit", "engagement"][of];
                score(of, Comparison::GreaterOrEqual, f64::from(number))
            };
            definition.qualifies_when = Condition::All(needs.into_iter().map(need).collect());
            definition
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_short_way_says_what_judging_fact_by_fact_says(
        definition in straight(),
        people in prop::collection::vec(person(), 1..6),
    ) {
        let (agreement, segment) = (agreement(definition.clone()), segment(&people));
        let plan = Plan::of(&agreement, &definition, &segment.frame, None).unwrap();
        prop_assert!(Straight::of(&plan).is_some());
        agreeing::agrees(&definition, &people)?;
    }
}

#[test]
fn only_that_shape_takes_the_short_way() {
    let half = Some(Decay::HalfLife { seconds: 10 * DAY, forgotten_after: None });
    let is_straight = |definition: &Definition| {
        let frame = segment(&[(None, 0, 0, None, vec![(0, 0)])]).frame;
        let plan = Plan::of(&agreement(definition.clone()), definition, &frame, None).unwrap();
        Straight::of(&plan).is_some()
    };
    assert!(is_straight(&plain(&[("form", 1_000)], half.clone())));
    assert!(!is_straight(&plain(&[("form", 1_000)], None)), "what stays is no fading");
    assert!(!is_straight(&plain(&[("form", 1_000), ("form", 2_000)], half.clone())), "two rules");
    let mut once = plain(&[("form", 1_000)], half.clone());
    once.rules[1].limit = Limit::Once;
    assert!(!is_straight(&once), "a limit");
    let mut two = plain(&[("form", 1_000), ("visit", 1_000)], half);
    two.rules[2].component = "fit".into();
    assert!(!is_straight(&two), "two components move");
}

#[test]
fn what_rounding_adds_up_to_is_found() {
    // Three thousandths each, which after 60 hours are 2.52 and are rounded to three: 47 of them are
    // 141, where their sum without rounding is 122.
    let half = Some(Decay::HalfLife { seconds: 10 * DAY, forgotten_after: None });
    let mut definition = plain(&[("form", 3)], half);
    definition.qualifies_when = score("total", Comparison::GreaterOrEqual, 0.141);
    let forms = [(0, 1); 40].into_iter().chain([(60, 1); 7]).collect();
    let people = [(None, 0, 0, None, forms)];
    let segment = segment(&people);
    let plan = Plan::of(&agreement(definition.clone()), &definition, &segment.frame, None).unwrap();
    let found: Vec<_> = plan.first(&segment.blocks[0]).first().collect();
    assert_eq!(found, [Some(60 * 3_600)]);
    agreeing::agrees(&definition, &people).unwrap();
}
