//! What is counted beside the rows is what counting the rows would give, after all that can change
//! it, and after a rebuild.

use std::collections::BTreeSet;

use domain::decided::{ClockPaused, ClockResumed, MilestoneReached};
use store::{Reader, read::ClockCounted};

use super::*;

/// What has not come up in the story so far: clocks that rest, go on and are judged anew, owners
/// that change, and a version that counts for itself.
pub(crate) fn all_that_changes_them(world: &mut World) {
    for (nth, id) in ["crm:t1", "crm:t2", "crm:t3"].into_iter().enumerate() {
        world.tells(minute(200), activity(id, "webinar"));
        world.tells(minute(201), moved(id, "New"));
        world.tells(minute(202), assigned(id, Some("crm:ann")));
        world.tells(minute(203), clock(&format!("t{nth}"), id, minute(300)));
        world.tells(minute(204), qualified(id, 50, nth as u32 + 1));
    }
    agree(world);
    let clock = || "t0".into();
    let subject = || Subject::Lead("crm:t1".into());
    let rests = ClockPaused { clock: clock(), subject: subject(), because: because(&[]) };
    world.tells(minute(205), Fact::ClockPaused(rests));
    agree(world);
    let goes_on = ClockResumed {
        clock: clock(),
        subject: subject(),
        at_risk_at: minute(310),
        due_at: minute(320),
        next_step_at: None,
        because: because(&[]),
    };
    world.tells(minute(206), Fact::ClockResumed(goes_on));
    for verdict in [Verdict::MetLate, Verdict::Met] {
        let stopped = ClockStopped {
            clock: clock(),
            subject: subject(),
            verdict,
            stopped_by: "Accepted".to_owned(),
            working_seconds: 60,
            elapsed_seconds: 60,
            due_at: None,
            because: because(&[]),
        };
        world.tells(minute(207), Fact::ClockStopped(stopped));
        agree(world);
    }
    world.tells(minute(208), assigned("crm:t1", None));
    world.tells(minute(209), assigned("crm:t2", Some("crm:bob")));
    world.tells(minute(210), moved("crm:t2", &"a status without end ".repeat(400)));
    let reached = MilestoneReached {
        opportunity: "crm:o".into(),
        milestone: "measured".to_owned(),
        because: because(&[]),
    };
    world.tells(minute(211), Fact::MilestoneReached(reached));
    agree(world);
}

fn assigned(lead: &str, owner: Option<&str>) -> Fact {
    let (lead, owner) = (lead.into(), owner.map(UserId::from));
    Fact::LeadAssigned(LeadAssigned { lead, owner, by: None })
}

/// Compares every count with the rows.
pub(crate) fn agree(world: &World) {
    world.asks(|reader| {
        leads_agree(reader, world.kind)?;
        clocks_agree(reader, world.kind)?;
        let of = reader.qualification_tallies()?;
        let rows = reader.qualifications()?;
        assert_eq!(of.iter().map(|of| of.n).sum::<u64>(), rows.len() as u64, "{}", world.kind);
        for of in of {
            let is_counted = |row: &&store::read::QualificationRow| {
                (row.version, &row.definition, row.times > 1)
                    == (of.version, &of.definition, of.is_again)
            };
            assert_eq!(rows.iter().filter(is_counted).count() as u64, of.n, "{of:?}");
        }
        let reached: u64 = reader.milestone_tallies()?.iter().map(|(.., n)| n).sum();
        assert_eq!(reached, reader.milestones()?.len() as u64);
        let handoffs = reader.handoffs()?;
        for answer in [None, Some(Answer::Accepted), Some(Answer::Rejected)] {
            let n = handoffs.iter().filter(|row| row.answer == answer).count() as u64;
            assert_eq!(reader.handoffs_count(answer)?, n, "{} {answer:?}", world.kind);
        }
        Ok(())
    });
}

fn leads_agree(reader: &Reader<'_>, kind: &str) -> Result<(), StoreError> {
    let leads = reader.leads()?;
    let owners: BTreeSet<_> = leads.iter().map(|lead| lead.owner.clone()).collect();
    let statuses: BTreeSet<_> = leads.iter().map(|lead| lead.status.clone()).collect();
    for owner in &owners {
        for status in &statuses {
            for with_running_clock in [false, true] {
                let (owner, status) = (owner.clone(), status.clone());
                let filter = LeadFilter {
                    owner,
                    status: status.clone().into_iter().collect(),
                    with_running_clock,
                    ..LeadFilter::default()
                };
                let is_in = |lead: &&LeadRow| {
                    (filter.owner.is_none() || lead.owner == filter.owner)
                        && (status.is_none() || lead.status == status)
                        && (!with_running_clock || lead.next_due_at.is_some())
                };
                let n = leads.iter().filter(is_in).count();
                assert_eq!(reader.leads_count(&filter)?, n as u64, "{kind} {filter:?}");
                let page = reader.leads_page(&filter, LeadSort::StatusSince, None, 999)?;
                assert_eq!(page.len(), n, "{kind} {filter:?}");
            }
        }
    }
    Ok(())
}

fn clocks_agree(reader: &Reader<'_>, kind: &str) -> Result<(), StoreError> {
    let (tallies, clocks) = (reader.clock_tallies()?, reader.clocks()?);
    assert_eq!(tallies.iter().map(|of| of.n).sum::<u64>(), clocks.len() as u64, "{kind}");
    for of in &tallies {
        let is_counted = |row: &&store::read::ClockRow| {
            let state = match (row.verdict, row.resting) {
                (Some(verdict), _) => ClockCounted::Ended(verdict),
                (None, true) => ClockCounted::Resting,
                (None, false) => ClockCounted::Running,
            };
            (row.version, &row.service_level, state) == (of.version, &of.service_level, of.state)
        };
        assert_eq!(clocks.iter().filter(is_counted).count() as u64, of.n, "{kind} {of:?}");
    }
    let running = |before: Timestamp| {
        let due = |row: &&store::read::ClockRow| {
            row.stopped_at.is_none() && !row.resting && row.due_at < before
        };
        clocks.iter().filter(due).count() as u64
    };
    for before in [minute(100), minute(250), minute(9_000)] {
        let by_owner = reader.clocks_running_by_owner(before)?;
        assert_eq!(by_owner.iter().map(|(_, n)| n).sum::<u64>(), running(before), "{kind}");
        let running_now = tallies.iter().filter(|of| of.state == ClockCounted::Running);
        let late = running_now.map(|of| reader.clocks_late(of.version, &of.service_level, before));
        assert_eq!(late.sum::<Result<u64, _>>()?, running(before), "{kind}");
        let (mut paged, mut after) = (0, None);
        while let Some(last) = reader.clocks_due_before(before, after.as_ref(), 1)?.pop() {
            (paged, after) = (paged + 1, Some(last));
        }
        assert_eq!(paged, running(before), "{kind}");
        for (owner, n) in by_owner {
            let Some(owner) = owner else { continue };
            assert_eq!(reader.clocks_due_of(&owner, before)?.len() as u64, n, "{kind} {owner}");
        }
    }
    Ok(())
}

#[test]
fn what_is_made_of_users_is_made_anew_when_there_is_a_new_fact_about_one() {
    for mut world in World::everywhere() {
        let user = |team: &str| {
            let fields = fields(&[("team", team)]);
            Fact::User(UserReported { user: "crm:ann".into(), fields, person: None, by: None })
        };
        world.tells(minute(0), user("north"));
        let made = std::cell::Cell::new(0);
        let teams = |reader: &Reader<'_>| {
            made.set(made.get() + 1);
            let teams = reader.users()?.into_iter().map(|user| user.team);
            Ok::<_, StoreError>(teams.collect::<Vec<_>>())
        };
        let ask = |world: &World| -> Vec<Option<String>> {
            world.asks(|reader| Ok(reader.of_users(teams)?.to_vec()))
        };
        assert_eq!(ask(&world), [Some("north".to_owned())]);
        world.tells(minute(1), moved("crm:1", "New"));
        assert_eq!(ask(&world), [Some("north".to_owned())]);
        assert_eq!(made.get(), 1, "{}: a lead is nobody of the firm", world.kind);
        world.tells(minute(2), user("south"));
        assert_eq!(ask(&world), [Some("south".to_owned())]);
        assert_eq!(made.get(), 2);
        let told = Told {
            source: "crm".to_owned(),
            key: "undone".to_owned(),
            happened_at: minute(3),
            fact: user("west"),
        };
        let undone = world.store.write(minute(3), |writer| -> Result<(), StoreError> {
            writer.append_once(told)?;
            let teams = writer.reader().of_users(|reader| reader.users())?;
            assert_eq!(teams[0].team.as_deref(), Some("west"));
            Err(StoreError::Closed)
        });
        assert!(undone.is_err());
        world.tells(minute(4), user("east"));
        assert_eq!(ask(&world), [Some("east".to_owned())], "{}: the same number", world.kind);
    }
}
