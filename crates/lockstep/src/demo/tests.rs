mod figures;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Instant,
};

use domain::{draft::card::Basis, firm::Side, handoff::Answer, ids::Version};
use engine::first_agreement::DraftWishes;
use store::{
    Location,
    read::{AgreementState, ClockRow, Outcome},
};

use super::{texts::Quarter, *};

/// A Thursday morning.
const NOW: &str = "2026-11-19T08:12:00Z";

struct Filled {
    engine: Arc<Engine>,
    firm: Firm,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

fn filled(now: &str) -> Filled {
    let now: Timestamp = now.parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(&Location::Sqlite(folder.path().join("a.db")), now).unwrap();
    let firm = fill(&engine, now).unwrap();
    Filled { engine: Arc::new(engine), firm, now, _folder: folder }
}

/// One firm for every test that only looks.
fn thursday() -> &'static Filled {
    static FILLED: OnceLock<Filled> = OnceLock::new();
    FILLED.get_or_init(|| filled(NOW))
}

/// The clocks that run on leads.
fn running(filled: &Filled) -> Vec<ClockRow> {
    let mut clocks =
        filled.engine.read(|reader| reader.clocks_due_before(Timestamp::MAX, None, 999)).unwrap();
    clocks.retain(|clock| clock.subject.lead().is_some());
    clocks
}

#[test]
fn everybody_is_let_in_with_name_role_and_territory() {
    let Filled { engine, firm, .. } = thursday();
    assert_eq!(firm.people.len(), 14);
    assert_eq!(firm.people[0].words, "head of marketing");
    let users = engine.read(|reader| reader.users()).unwrap();
    assert_eq!(users.iter().filter(|user| user.active && user.role.is_some()).count(), 14);
    assert_eq!(users.iter().filter(|user| user.region.is_some()).count(), 6);
    let settings = engine.read(|reader| reader.settings()).unwrap();
    assert_eq!(settings["firm.name"], "Ostrand");
}

#[test]
fn three_texts_came_into_force_and_the_fourth_waits_for_sales() {
    let Filled { engine, now, .. } = thursday();
    let rows = engine.read(|reader| reader.agreements()).unwrap();
    let states: Vec<AgreementState> = rows.iter().map(|row| row.state).collect();
    assert_eq!(states[3], AgreementState::Proposed, "{states:?}");
    assert_eq!(rows.len(), 4);
    let days: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.in_force_at)
        .map(|at| at.duration_until(*now).as_hours() / 24)
        .collect();
    assert!(
        days[0] > 540 && (270..280).contains(&days[1]) && (150..156).contains(&days[2]),
        "{days:?}"
    );
    let signed = engine.read(|reader| reader.signatures_of(Version(4))).unwrap();
    assert_eq!(signed.iter().map(|signed| signed.side).collect::<Vec<_>>(), [Side::Marketing]);
    let (_, agreement) = engine.agreement(Version(3)).unwrap();
    let quarter = Quarter::of(now.to_zoned(TimeZone::get(ZONE).unwrap()).date());
    assert!(
        agreement.goals.iter().all(|goal| goal.from == quarter.first && goal.to == quarter.last())
    );
    assert_eq!(agreement.goals.len(), 4);
}

#[test]
fn the_last_quarter_looks_as_the_agreement_hopes_it_might() {
    let Filled { engine, now, .. } = thursday();
    let since = *now - SignedDuration::from_hours(91 * 24);
    let handoffs = engine.read(|reader| reader.handoffs()).unwrap();
    let answers = |from: Timestamp, to: Timestamp| {
        let mut answers: BTreeMap<Answer, usize> = BTreeMap::new();
        for row in &handoffs {
            if let (Some(answer), Some(at)) = (row.answer, row.answered_at)
                && at >= from
                && at < to
            {
                *answers.entry(answer).or_default() += 1;
            }
        }
        answers
    };
    let late = answers(since, *now);
    let rate =
        late[&Answer::Accepted] as f64 / (late[&Answer::Accepted] + late[&Answer::Rejected]) as f64;
    println!("answers in 91 days {late:?}, accepted {rate:.3}");
    assert!((0.6..0.74).contains(&rate), "{rate}");
    let from = *now - SignedDuration::from_hours(260 * 24);
    let disliked = answers(from, *now - SignedDuration::from_hours(160 * 24));
    println!("under the second text {disliked:?}");
    assert!(disliked[&Answer::Rejected] > disliked[&Answer::Accepted] * 3 / 2, "{disliked:?}");
    let clocks = engine.read(|reader| reader.clocks()).unwrap();
    for level in ["first-answer", "first-call"] {
        let due: Vec<&ClockRow> = clocks
            .iter()
            .filter(|clock| {
                clock.service_level == level && clock.due_at >= since && clock.due_at <= *now
            })
            .filter(|clock| clock.verdict.is_some() || clock.breached)
            .collect();
        let met = due.iter().filter(|clock| !clock.breached).count();
        let share = met as f64 / due.len() as f64;
        println!("{level}: {met} of {} in time, {share:.3}", due.len());
        assert!((0.78..0.93).contains(&share), "{level} {share}");
    }
    let qualified = engine.read(|reader| reader.qualifications()).unwrap();
    let a_week = qualified.iter().filter(|row| row.at >= since).count() as f64 / 13.0;
    println!("{} qualified in all, {a_week:.1} a week in 91 days", qualified.len());
    assert!((8.0..14.0).contains(&a_week), "{a_week}");
}

#[test]
fn clocks_run_late_due_soon_and_on_time_whenever_somebody_looks() {
    let times = [
        NOW,
        "2026-11-22T02:30:00Z",
        "2027-01-04T07:01:00Z",
        "2026-08-14T15:59:00Z",
        "2025-12-26T12:00:00Z",
    ];
    for time in times {
        let made;
        let filled = if time == NOW {
            thursday()
        } else {
            made = filled(time);
            &made
        };
        let clocks = running(filled);
        let late = clocks.iter().filter(|clock| clock.due_at <= filled.now).count();
        let soon = clocks
            .iter()
            .filter(|clock| clock.due_at > filled.now && clock.at_risk_at <= filled.now)
            .count();
        assert_eq!((late, soon, clocks.len()), (2, 4, ANSWERS.len() + CALLS.len()), "{time}");
        assert_eq!(clocks.iter().filter(|clock| clock.breached).count(), late, "{time}");
        let rows = filled.engine.read(|reader| reader.handoffs()).unwrap();
        let since = filled.now - SignedDuration::from_hours(91 * 24);
        let given = |answer| {
            let lately = rows.iter().filter(|row| row.answered_at.is_some_and(|at| at >= since));
            lately.filter(|row| row.answer == Some(answer)).count() as f64
        };
        let (accepted, rejected) = (given(Answer::Accepted), given(Answer::Rejected));
        let rate = accepted / (accepted + rejected);
        println!("{time}: {accepted} accepted, {rate:.3}");
        assert!((0.55..0.75).contains(&rate), "{time} {rate}");
    }
}

#[test]
fn people_have_their_habits() {
    let Filled { engine, now, .. } = thursday();
    let clocks = engine.read(|reader| reader.clocks()).unwrap();
    let mut in_time: BTreeMap<UserId, (usize, usize)> = BTreeMap::new();
    for clock in clocks.iter().filter(|clock| clock.service_level == "first-answer") {
        if clock.breached || clock.verdict.is_some() {
            let (met, all) = in_time.entry(clock.owner.clone().unwrap()).or_default();
            *met += usize::from(!clock.breached);
            *all += 1;
        }
        assert!(
            !(clock.breached && clock.verdict == Some(domain::decided::Verdict::Met)),
            "{clock:?}"
        );
    }
    println!("answered in time by rep {in_time:?}");
    let shares: Vec<f64> = in_time.values().map(|(met, all)| *met as f64 / *all as f64).collect();
    assert!(shares[1] > 0.97 && (0.3..0.7).contains(&shares[2]), "{shares:?}");
    let handoffs = engine.read(|reader| reader.handoffs()).unwrap();
    let mut searched: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in &handoffs {
        let lead = engine.read(|reader| reader.lead(&row.lead)).unwrap().unwrap();
        if lead.source.as_deref() == Some("Paid search")
            && let (Some(answer), Some(by)) = (row.answer, &row.answered_by)
        {
            let (accepted, all) = searched.entry(by.0.clone()).or_default();
            *accepted += usize::from(answer == Answer::Accepted);
            *all += 1;
        }
    }
    println!("paid search accepted by rep {searched:?}");
    let (accepted, all) = searched["crm:u09"];
    assert!(accepted * 5 < all, "{searched:?}");
    let mut won: BTreeMap<String, f64> = BTreeMap::new();
    for row in engine.read(|reader| reader.opportunities()).unwrap() {
        let closed: jiff::civil::Date = row.closed_on.unwrap().parse().unwrap();
        if row.outcome == Outcome::Won {
            *won.entry(Quarter::of(closed).key()).or_default() += row.amount.unwrap().major();
        }
    }
    println!("won by quarter {won:?}");
    let mut status: BTreeMap<String, usize> = BTreeMap::new();
    for lead in engine.read(|reader| reader.leads()).unwrap() {
        *status.entry(lead.status.unwrap()).or_default() += 1;
    }
    println!("leads by status {status:?}");
    assert_eq!(status["MQL"], ANSWERS.len(), "at {now} nobody else waits");
}

#[test]
fn a_file_was_brought_a_visitor_was_known_and_an_action_followed() {
    let Filled { engine, now, .. } = thursday();
    let (imports, actions) = engine
        .read(|reader| Ok::<_, store::StoreError>((reader.imports()?, reader.actions()?)))
        .unwrap();
    let counts: Vec<&str> = imports.iter().map(|run| run.counts.as_str()).collect();
    assert_eq!(counts.len(), 1, "{counts:?}");
    assert!(
        counts[0].contains("\"created\":3") && counts[0].contains("\"rejected\":1"),
        "{counts:?}"
    );
    let alike = engine.read(|reader| engine::identity::duplicates(reader, None)).unwrap();
    assert!(alike.found.len() >= 2, "two pairs may be one person each");
    println!("{} actions at {now}", actions.len());
    assert!(!actions.is_empty(), "no month of first calls was missed");
}

#[test]
fn the_launch_brought_many_who_were_not_ready_and_half_of_its_sales_slipped() {
    let Filled { engine, .. } = thursday();
    let (opportunities, slips) = engine
        .read(|reader| {
            let all = reader.opportunities()?;
            let mut slips = Vec::new();
            for row in &all {
                let facts = reader.facts_of(&format!("opportunity/{}", row.id))?;
                let days = facts.iter().filter_map(|entry| match entry.fact() {
                    Fact::Opportunity(fact) => fact.fields.get("closed_on").cloned(),
                    _ => None,
                });
                slips.push(days.count() > 2);
            }
            Ok::<_, store::StoreError>((all, slips))
        })
        .unwrap();
    let launched = |row: &store::read::OpportunityRow| {
        row.campaign.as_ref().is_some_and(|campaign| campaign.as_str() == world::LAUNCH)
    };
    let won: Vec<bool> = opportunities
        .iter()
        .zip(&slips)
        .filter(|(row, _)| launched(row) && row.outcome == Outcome::Won)
        .map(|(_, slipped)| *slipped)
        .collect();
    println!("launch won, slipped: {won:?}");
    assert!(won.len() >= 3 && won.iter().filter(|slipped| **slipped).count() * 2 >= won.len());
    let count = |outcome| opportunities.iter().filter(|row| row.outcome == outcome).count();
    let outcomes = [Outcome::Open, Outcome::Won, Outcome::Lost, Outcome::NoDecision].map(count);
    println!("opportunities open, won, lost, undecided: {outcomes:?}");
    assert!(outcomes.into_iter().all(|count| count >= 5), "{outcomes:?}");
}

#[test]
fn the_ledger_is_whole_and_nothing_waits() {
    let Filled { engine, now, .. } = thursday();
    assert_eq!(engine.store().verify(|_, _| ()), []);
    assert_eq!(engine.tick(*now).unwrap().decisions, 0);
    let leads = engine.read(|reader| reader.leads()).unwrap();
    let head = engine.read(|reader| reader.head()).unwrap();
    println!("{} leads, {} facts, {} seals", leads.len(), head.fact, head.seal);
}

#[test]
fn the_same_instant_gives_the_same_bytes() {
    let dump = |filled: &Filled| {
        let mut bytes = Vec::new();
        filled.engine.read(|reader| reader.dump(&mut bytes)).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let begun = Instant::now();
    let other = filled(NOW);
    println!("filled in {:.2} s", begun.elapsed().as_secs_f64());
    assert!(dump(&other) == dump(thursday()));
}

/// What a draft says of the past can be counted again.
#[test]
fn a_first_agreement_can_be_drafted_from_this_firm() {
    let Filled { engine, now, .. } = thursday();
    let first = engine.draft_agreement(&DraftWishes::default(), *now).unwrap();
    let card = &first.draft.card;
    assert!(matches!(card.basis, Basis::Told(told) if told.hits >= 50), "{:?}", card.basis);
    assert!(card.rules.len() > 1, "{:?}", card.rules);
    let quota = first.draft.deals.goal.unwrap();
    assert_eq!((quota.amount_minor, quota.people), (45_000_000, None));
    let text = first.drafted.text.files().values().cloned().collect::<String>();
    assert!(text.contains("signer = \"ines.rademacher@ostrand.example\""), "{text}");
    let entered = engine.read(|reader| reader.lead_stages()).unwrap();
    let mut accepted: Vec<_> = entered
        .iter()
        .filter(|stage| stage.status == "Accepted")
        .map(|stage| &stage.lead)
        .collect();
    accepted.sort();
    accepted.dedup();
    assert!(
        text.contains(&format!("n = {} leads; most of their owners", accepted.len())),
        "{text}"
    );
    let won = engine.read(|reader| reader.opportunities()).unwrap();
    let won = won.iter().filter(|one| one.outcome == Outcome::Won).count();
    assert!(text.contains(&format!("that closed, {won} of them won")), "{text}");
}

#[test]
fn leads_of_the_last_days_were_routed_and_each_comes_out_the_same_again() {
    let Filled { engine, now, .. } = thursday();
    let all = engine.read(|reader| reader.entries_after(FactNo(0), 1_000_000)).unwrap();
    let routed: Vec<_> = all
        .iter()
        .filter_map(|entry| match entry.fact() {
            Fact::LeadRouted(fact) => Some(fact),
            _ => None,
        })
        .collect();
    assert!(routed.len() >= ANSWERS.len() + CALLS.len(), "{}", routed.len());
    for fact in &routed {
        assert!(engine.replay_routing(fact).unwrap().unwrap().is_same(), "{fact:?}");
    }
    let pooled = routed.iter().filter(|fact| fact.routed.pool.is_some()).count();
    assert!(pooled > 0 && pooled < routed.len(), "{pooled} of {}", routed.len());
    assert_eq!(engine.leads_that_nobody_has(*now).unwrap(), []);
    let pools = engine.routing_fairness(*now).unwrap();
    assert!(pools.iter().flat_map(|pool| &pool.members).all(|member| member.is_reproduced()));
}

#[test]
fn whoever_is_told_of_a_clock_that_nobody_answers_is_there_to_see_it() {
    let Filled { engine, now, .. } = thursday();
    let told = |key: &str| {
        let user = UserId(format!("crm:{key}"));
        let rows = engine.read(|reader| reader.told_of_clocks(&user, *now, 99)).unwrap();
        rows.iter().map(|row| (row.clock.service_level.clone(), row.step)).collect::<Vec<_>>()
    };
    let [answer, call] = ["first-answer", "first-call"].map(str::to_owned);
    assert_eq!(told("u02"), [(answer.clone(), 2), (call.clone(), 2)], "the head of sales");
    assert_eq!(told("u01"), [(call.clone(), 2)], "the head of marketing");
    assert_eq!(told("u12"), [(call, 2)], "the chief executive");
    assert_eq!(told("u08"), [(answer, 2)], "the rep who is late");
}
