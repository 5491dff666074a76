use super::*;

/// A sweep, for one threshold and for all, says of each contact what judging its facts says.
pub(super) fn agrees(definition: &Definition, people: &[Person]) -> Result<(), TestCaseError> {
    let segment = segment(people);
    let agreement = agreement(definition.clone());
    let origin = segment.frame.origin;
    let plan = Plan::of(&agreement, definition, &segment.frame, None).unwrap();
    let lever = levers(&definition.qualifies_when)[0].clone();
    let every = Plan::of(&agreement, definition, &segment.frame, Some(&lever)).unwrap();
    let agreed = History::always(agreement, "hash".into());
    let as_of = Timestamp::from_second(START + 400 * DAY).unwrap();
    let found = plan.first(&segment.blocks[0]);
    let first: Vec<Option<i64>> =
        found.first().map(|at| at.map(|at| origin + i64::from(at))).collect();
    let records = every.records(&segment.blocks[0], 1);
    // Whole points, and steps so short that what rounding adds up to comes to the next.
    let by_steps = [1_000, 20].map(|step| (step, every.records(&segment.blocks[0], step)));
    for (contact, person) in people.iter().enumerate() {
        let history = history(person);
        let expected = history.as_ref().and_then(|history| {
            let found = qualifications(history, &agreed, "mql", as_of);
            found.first().map(|found| seconds(found.at))
        });
        prop_assert_eq!(first[contact], expected, "contact {}", contact);
        let crossed: Vec<(i64, i64)> = history
            .iter()
            .flat_map(|history| crossings(history, &agreed.0[0], "mql", Some(&lever), as_of))
            .map(|crossing| (seconds(crossing.at), crossing.reach.0))
            .collect();
        let swept: Vec<(i64, i64)> =
            records.of(contact).map(|(at, reach)| (origin + i64::from(at), reach)).collect();
        prop_assert_eq!(&swept, &crossed, "records of contact {}", contact);
        for (step, records) in &by_steps {
            let reached = |reach: i64| reach.div_euclid(*step) * step;
            let mut steps: Vec<(i64, i64)> =
                crossed.iter().map(|(at, reach)| (*at, reached(*reach))).collect();
            steps.dedup_by_key(|(_, reach)| *reach);
            let swept: Vec<(i64, i64)> =
                records.of(contact).map(|(at, reach)| (origin + i64::from(at), reach)).collect();
            prop_assert_eq!(swept, steps, "contact {} by steps of {}", contact, step);
        }
    }
    prop_assert_eq!(records.at(lever.at.0), plan.first(&segment.blocks[0]));
    Ok(())
}
