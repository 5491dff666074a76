use super::*;

/// Units with any entries whatever, dated or not, in any order, of any source.
fn any_units() -> impl Strategy<Value = Vec<Unit>> {
    let stage = prop::sample::select(vec!["mql", "sal", "sql", "nurture"]);
    let entries = prop::collection::vec((stage, 0_i64..260), 0..6);
    let source = prop::option::of(prop::sample::select(vec!["", "web", "fair"]));
    prop::collection::vec((entries, source, any::<bool>()), 0..40).prop_map(|units| {
        (0..)
            .zip(units)
            .map(|(id, (entries, source, is_open))| Unit {
                dimensions: source
                    .map(|s| ("source".to_owned(), s.to_owned()))
                    .into_iter()
                    .collect(),
                outcome: (!is_open).then(|| "lost".to_owned()),
                ..unit(id, &entries)
            })
            .collect()
    })
}

/// Units that start at the first stage and go forward, skipping what they like.
fn forward_units() -> impl Strategy<Value = Vec<Unit>> {
    let way = (1_i64..50, 0_i64..50, any::<bool>(), 0_i64..50, any::<bool>());
    prop::collection::vec(way, 1..40).prop_map(|ways| {
        (0..)
            .zip(ways)
            .map(|(id, (mql, to_sal, has_sal, to_sql, has_sql))| {
                let mut entries = vec![("mql", mql)];
                entries.extend(has_sal.then_some(("sal", mql + to_sal)));
                entries.extend(has_sql.then_some(("sql", mql + to_sal + to_sql)));
                unit(id, &entries)
            })
            .collect()
    })
}

fn any_question() -> impl Strategy<Value = FunnelQuestion<Date>> {
    let window = prop::option::of((1_i64..150, 0_i64..150));
    (window, prop::option::of(0_u32..90)).prop_map(|(window, horizon)| {
        asked(window.map(|(from, days)| (from, from + days)), horizon)
    })
}

fn placed(step: &Conversion<u32>) -> Vec<u32> {
    let apart = [&step.immature, &step.truncated, &step.later, &step.undated, &step.backwards];
    let apart = apart.into_iter().flat_map(Counted::rows);
    let mut rows: Vec<u32> = step.cohort.rows().chain(apart).copied().collect();
    rows.sort_unstable();
    rows
}

proptest! {
    #[test]
    fn adjacent_conversions_multiply_over_skips(units in forward_units()) {
        let found = total(&units, &asked(None, None));
        let shares: Vec<_> = found.conversions.iter().map(|c| c.cohort.share()).collect();
        if let [Some(first), Some(second), Some(whole)] = shares[..] {
            prop_assert!((first * second - whole).abs() < 1e-12, "{shares:?}");
        }
    }

    #[test]
    fn each_unit_that_reached_a_stage_is_in_one_place(
        units in any_units(),
        question in any_question(),
    ) {
        let found = total(&units, &question);
        for step in &found.conversions {
            let volume = found.volumes.iter().find(|volume| volume.stage == step.from).unwrap();
            let reached: Vec<_> = volume.reached.rows().iter().map(|entry| entry.unit).collect();
            prop_assert_eq!(placed(step), reached);
            let timed = step.time.n() + step.time.open().n() + step.untimed.n() + step.ended.n();
            prop_assert_eq!(timed, step.cohort.rate().n() + step.immature.n());
        }
        let current: u64 = found.volumes.iter().map(|volume| volume.current.n()).sum();
        let ended: u64 = found.ended.iter().map(|ended| ended.units.n()).sum();
        prop_assert_eq!(current + ended + found.elsewhere.n(), units.len() as u64);
    }

    #[test]
    fn groups_add_up_to_the_total(units in any_units(), question in any_question()) {
        let found = funnel(&units, &question, Some("source"));
        for (place, step) in found.total.conversions.iter().enumerate() {
            let of_groups: Vec<_> =
                found.groups.iter().map(|group| &group.figures.conversions[place]).collect();
            let tries: u64 = of_groups.iter().map(|step| step.cohort.rate().n()).sum();
            let hits: u64 = of_groups.iter().map(|step| step.cohort.rate().hits()).sum();
            prop_assert_eq!((hits, tries), (step.cohort.rate().hits(), step.cohort.rate().n()));
            let snapshot: u64 = of_groups.iter().map(|step| step.snapshot.to.n()).sum();
            prop_assert_eq!(snapshot, step.snapshot.to.n());
        }
    }
}
