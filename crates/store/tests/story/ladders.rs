//! Who was told of a clock that nobody answers, and until when they see it.

use domain::decided::ClockEscalated;
use store::read::escalation::ToldRow;

use super::*;

fn step(step: u32, told: &[&str], passed_on: bool, next: Option<Timestamp>) -> Fact {
    Fact::ClockEscalated(ClockEscalated {
        clock: "rung".into(),
        subject: Subject::Lead("crm:rung".into()),
        step,
        told: told.iter().map(|user| (*user).into()).collect(),
        reassigned_to: passed_on.then(|| "crm:cover".into()),
        by_route: false,
        kept: None,
        next_step_at: next,
        because: because(&[]),
    })
}

/// What somebody sees of a clock by an instant: its last step, and whether it passed on.
fn seen(world: &World, user: &str, now: Timestamp) -> Vec<(u32, bool)> {
    let rows: Vec<ToldRow> = world.asks(|reader| reader.told_of_clocks(&user.into(), now, 9));
    rows.iter().map(|row| (row.step, row.passed_on)).collect()
}

pub(crate) fn climbed(world: &mut World) {
    let due = |world: &World, now| -> Vec<String> {
        let clocks = world.asks(|reader| reader.clocks_due(now));
        clocks.into_iter().map(|clock| clock.id.0).filter(|id| id == "rung").collect()
    };
    let far = minute(9_000);
    let Fact::ClockStarted(started) = clock("rung", "crm:rung", far) else { unreachable!() };
    let first = Some(minute(1_010));
    world.tells(minute(1_000), Fact::ClockStarted(ClockStarted { next_step_at: first, ..started }));
    assert!(due(world, minute(1_010)).is_empty(), "{}: at the step it may be met", world.kind);
    assert_eq!(due(world, minute(1_010) + 1.millisecond()), ["rung"]);
    let both = ["crm:ann", "crm:bob"];
    world.tells(minute(1_010), step(1, &both, false, Some(minute(1_020))));
    assert!(due(world, minute(1_015)).is_empty());
    assert_eq!(seen(world, "crm:ann", minute(1_011)), [(1, false)]);
    world.tells(minute(1_020), step(2, &["crm:ann"], true, None));
    assert!(due(world, minute(2_000)).is_empty(), "{}: no step is to come", world.kind);
    assert_eq!(seen(world, "crm:ann", minute(1_021)), [(2, true)]);
    assert_eq!(seen(world, "crm:bob", minute(1_021)), [(1, false)]);
    let stopped = ClockStopped {
        clock: "rung".into(),
        subject: Subject::Lead("crm:rung".into()),
        verdict: Verdict::Missed,
        stopped_by: "owner changed".to_owned(),
        working_seconds: 60,
        elapsed_seconds: 60,
        due_at: None,
        because: because(&[]),
    };
    world.tells(minute(1_021), Fact::ClockStopped(stopped));
    assert_eq!(seen(world, "crm:bob", minute(1_021)), [], "{}", world.kind);
    let a_day = minute(1_021) + 24.hours();
    assert_eq!(seen(world, "crm:ann", a_day - 1.millisecond()), [(2, true)]);
    assert_eq!(seen(world, "crm:ann", a_day), []);
    what_has_clocks(world);
}

/// Whatever has a clock that runs comes first, and what has none is there since its clock started.
fn what_has_clocks(world: &World) {
    let since = |from, limit| world.asks(|reader| reader.clocked_since(from, limit));
    let rung = Subject::Lead("crm:rung".into());
    let (before, after) = (since(minute(1_000), 99), since(minute(1_000) + 1.millisecond(), 99));
    assert_eq!(before.last(), Some(&rung), "{}: it has stopped", world.kind);
    assert!(!after.contains(&rung) && after.len() + 1 == before.len(), "{after:?}");
    assert!(after.contains(&Subject::Lead("crm:1".into())), "{}: it runs", world.kind);
    assert_eq!(since(minute(0), 1), before[..1], "{}", world.kind);
    let n = world.asks(|reader| reader.clocks_since_count(minute(1_000)));
    let later = world.asks(|reader| reader.clocks_since_count(minute(1_001)));
    assert_eq!(n, later + 1);
}
