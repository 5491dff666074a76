//! A lead changes hands: delivered, answered, given back with a reason, contested, ruled.

use domain::handoff::Answer;
use engine::{Engine, handoff::Answering};
use jiff::Timestamp;
use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

/// A lead that asks for a demonstration and is somebody's; by it, it qualifies.
async fn qualifies(world: &World, lead: &str, owner: Option<&str>) {
    let owner = owner.map(|short| world.user(short).to_string());
    let person =
        json!({"name": format!("Person {lead}"), "email": format!("{lead}@kunde.example")});
    let facts = json!([
        {"fact": "lead", "lead": lead, "fields": {"title": "Director"}, "person": person},
        {"fact": "lead_assigned", "lead": lead, "owner": owner},
        {"fact": "lead_moved", "lead": lead, "status": "New"},
        {"fact": "activity", "lead": lead, "kind": "demo"},
    ]);
    let answer = world.reports(facts).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

fn handoff_of(world: &World, lead: &str) -> store::read::HandoffRow {
    let lead = format!("crm:{lead}");
    let rows = world.asks(|engine| engine.read(|reader| reader.handoffs_of(&lead.as_str().into())));
    rows.expect("they are read").pop().expect("it was handed over")
}

fn page_of(world: &World, lead: &str) -> String {
    let id = handoff_of(world, lead).id;
    format!("/handoffs/{}", id.as_str().replace('/', "%2F").replace(':', "%3A"))
}

async fn answers(world: &World, who: &str, lead: &str, fields: &[(&str, &str)]) -> testkit::Answer {
    world.posts(who, &format!("{}/answer", page_of(world, lead)), fields).await
}

fn status_of(world: &World, lead: &str) -> String {
    let lead = format!("crm:{lead}");
    let row = world.asks(|engine| engine.read(|reader| reader.lead(&lead.as_str().into())));
    row.expect("it is read").and_then(|row| row.status).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qualified_lead_is_handed_over_and_accepted_once_into_one_opportunity() {
    let world = World::just_signed_on_handoffs();
    let zone = vec![("firm.zone", "Europe/Berlin".to_owned())];
    world.asks(|engine| engine.keep_settings(zone, Timestamp::UNIX_EPOCH)).unwrap();
    qualifies(&world, "l1", Some("rep")).await;
    let handoff = handoff_of(&world, "l1");
    assert_eq!((handoff.nth, handoff.owner.as_ref()), (Some(1), Some(world.user("rep"))));
    let today = world.page("rep", "/").await;
    assert!(today.contains("Answer the next lead"), "{today}");
    assert!(today.contains("Person l1 Answer by 13:00"), "it stands once, with its clock: {today}");
    assert!(
        world.page("rep", "/leads/crm:l1").await.contains("Handed over, waiting for an answer")
    );
    let page = world.page("rep", &page_of(&world, "l1")).await;
    assert!(page.contains("Answer due Tue 17 Nov, 17:00"), "{page}");
    let accepted = answers(&world, "rep", "l1", &[("answer", "accepted")]).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
    assert_eq!(status_of(&world, "l1"), "SAL");
    let before = world.everything();
    let twice = answers(&world, "rep", "l1", &[("answer", "accepted")]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        twice.text().contains("Rita Voss accepted it on 2026-11-16 09:00 CET"),
        "{}",
        twice.text()
    );
    let typed = [("answer", "rejected/Duplicate"), ("note", "Bo has the same person")];
    let late = answers(&world, "rep", "l1", &typed).await.text();
    assert!(late.contains("This is what you typed, to be copied"), "{late}");
    assert!(late.contains("Bo has the same person") && !late.contains("still below"), "{late}");
    assert_eq!(world.everything(), before);
    let deals = world.asks(|engine| engine.read(|reader| reader.opportunities()));
    assert_eq!(deals.expect("they are read").len(), 1, "accepting twice makes one deal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_who_accept_at_once_make_one_winner_and_clear_answers() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", None).await;
    let (handoff, now) = (handoff_of(&world, "l1").id, world.now());
    let accept = |engine: &Engine, nth: usize| {
        let by = world.actor(if nth.is_multiple_of(2) { "rep" } else { "sven" });
        let (answer, reason, note) = (Answer::Accepted, String::new(), String::new());
        engine.answer_handoff(by, &handoff, Answering { answer, reason, until: None, note }, now)
    };
    let answers: Vec<_> = world.asks(|engine| {
        std::thread::scope(|threads| {
            let one = |n| {
                let accept = &accept;
                threads.spawn(move || accept(engine, n))
            };
            let all: Vec<_> = (0..100).map(one).collect();
            all.into_iter().map(|one| one.join().expect("nobody panics")).collect()
        })
    });
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let told = answers.iter().filter_map(|answer| answer.as_ref().err());
    let clear = told.filter(|told| told.to_string().ends_with("a handoff is answered once"));
    assert_eq!((won, clear.count()), (1, 99));
    let owner = handoff_of(&world, "l1").owner;
    assert!(owner.is_some(), "whoever accepts what is nobody\u{2019}s has it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_has_a_reason_and_lockstep_looks_whether_it_is_so() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("rep")).await;
    let before = world.everything();
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("answer", "rejected")], "Choose a reason"),
        (&[("answer", "rejected/I do not like it")], "is not on the signed list of reasons"),
        (
            &[("answer", "rejected/Does not meet the signed definition")],
            "When it was handed over it met the definition with 40 points under mql, clause 2",
        ),
        (&[("answer", "rejected/Duplicate")], "No other lead has its address"),
        (&[("answer", "recycled/No budget now")], "needs a note"),
    ];
    for (fields, says) in cases {
        let answer = answers(&world, "rep", "l1", fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.text().contains(says), "{says}: {}", answer.text());
    }
    assert_eq!(world.everything(), before, "a refusal changes nothing");
    let short = [
        ("answer", "recycled/No budget now"),
        ("note", "Call after the fair."),
        ("until", "2026-11-20"),
    ];
    let answer = answers(&world, "rep", "l1", &short).await;
    assert!(answer.text().contains("rests until 2026-12-16 at least"), "{}", answer.text());
    assert!(answer.body.contains("Call after the fair."), "what was typed is kept");
    let recycled = answers(&world, "rep", "l1", &short[..2]).await;
    assert_eq!(recycled.status, StatusCode::SEE_OTHER, "{}", recycled.text());
    assert_eq!(status_of(&world, "l1"), "Recycle");
    world.reports(json!({"fact": "lead_moved", "lead": "l1", "status": "MQL"})).await;
    let page = world.page("marketer", "/leads/crm:l1").await;
    assert!(page.contains("Not handed over: it was recycled and rests until 2026-12-16"), "{page}");
    assert!(!world.everything().contains("Call after the fair.\",\"because"), "beside the ledger");
    let verified = world.asks(|engine| engine.store().verify(|_, _| {}));
    assert_eq!(verified, [], "the ledger is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_for_another_and_a_stranger_sees_no_note() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("sven")).await;
    for who in ["rep", "marketer", "mara", "operations", "leader", "reader", "auditor"] {
        let answer = answers(&world, who, "l1", &[("answer", "accepted")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}");
    }
    let note = [("answer", "recycled/No budget now"), ("note", "They asked for March.")];
    assert_eq!(answers(&world, "sven", "l1", &note).await.status, StatusCode::SEE_OTHER);
    assert!(world.page("marketer", &page_of(&world, "l1")).await.contains("They asked for March."));
    assert!(!world.page("reader", &page_of(&world, "l1")).await.contains("They asked for March."));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_leaver_had_not_answered_is_their_successors_and_says_to_whom_it_came() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("rep")).await;
    let leaving = format!("/people/{}/leaving", world.user("rep"));
    let sven = world.user("sven").to_string();
    world.posts("operations", &leaving, &[("successor", &sven)]).await;
    let today = world.page("sven", "/").await;
    assert!(today.contains("Answer the next lead"), "{today}");
    assert!(today.contains("Person l1 Answer by 13:00"), "it stands once, with its clock: {today}");
    let page = world.page("sven", &page_of(&world, "l1")).await;
    assert!(page.contains("to Rita Voss , sales ; now with Sven Arndt , sales"), "{page}");
    let accepted = answers(&world, "sven", "l1", &[("answer", "accepted")]).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_yes_when_the_time_is_over_and_a_late_no_is_taken_off_nothing() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("rep")).await;
    world.at("2026-11-17 17:00").ticks();
    assert!(handoff_of(&world, "l1").answer.is_none(), "at the instant itself it may be answered");
    world.at("2026-11-18 09:00").ticks();
    let handoff = handoff_of(&world, "l1");
    assert!(handoff.deemed);
    assert_eq!(status_of(&world, "l1"), "SAL");
    let page = world.page("mara", &page_of(&world, "l1")).await;
    assert!(page.contains("none in time, so it is deemed accepted, Tue 17 Nov, 17:00"), "{page}");
    let late = [("answer", "rejected/Wrong territory")];
    assert_eq!(answers(&world, "rep", "l1", &late).await.status, StatusCode::SEE_OTHER);
    let page = world.page("mara", &page_of(&world, "l1")).await;
    assert!(page.contains("rejected: Wrong territory; it is taken off nothing"), "{page}");
    let board = world.page("mara", "/scoreboard").await;
    assert!(!board.contains("Taken off"), "{board}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_contested_and_the_ruling_changes_the_number_and_says_why() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("rep")).await;
    let given = [("answer", "rejected/Wrong territory")];
    assert_eq!(answers(&world, "rep", "l1", &given).await.status, StatusCode::SEE_OTHER);
    assert_eq!(status_of(&world, "l1"), "Returned");
    let board = world.page("mara", "/scoreboard").await;
    assert!(board.contains("Taken off"), "{board}");

    let contest = format!("{}/dispute", page_of(&world, "l1"));
    assert_eq!(world.posts("rep", &contest, &[]).await.status, StatusCode::NOT_FOUND);
    let blank = world.posts("marketer", &contest, &[("statement", " ")]).await;
    assert!(blank.text().contains("Write a statement"), "{}", blank.text());
    let statement = [("statement", "Bremen is in Rita\u{2019}s territory since March.")];
    let opened = world.posts("marketer", &contest, &statement).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let dispute = opened.header("location").to_owned();
    let again = world.posts("mara", &contest, &statement).await;
    assert!(again.text().contains("It is contested already"), "{}", again.text());

    let waits = world.page("operations", "/").await;
    assert!(waits.contains("waits for your ruling until"), "{waits}");
    assert!(world.page("rep", "/").await.contains("waits for the words of your side"));
    let own = world.posts("mara", &format!("{dispute}/statement"), &statement).await;
    assert!(own.text().contains("The other side answers"), "{}", own.text());
    let says = [("statement", "The table says Hanover.")];
    let answered = world.posts("rep", &format!("{dispute}/statement"), &says).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());

    let ruling = [("ruling", "overturned"), ("reasons", "The table was changed in March.")];
    let stranger = world.posts("leader", &format!("{dispute}/ruling"), &ruling).await;
    assert!(stranger.text().contains("Olga Petri rules here"), "{}", stranger.text());
    let ruled = world.posts("operations", &format!("{dispute}/ruling"), &ruling).await;
    assert_eq!(ruled.status, StatusCode::SEE_OTHER, "{}", ruled.text());
    assert_eq!(status_of(&world, "l1"), "SAL");
    let board = world.page("mara", "/scoreboard").await;
    assert!(!board.contains("Taken off"), "{board}");
    assert!(
        board.contains("1 refusal was overturned by a ruling and counts as an acceptance"),
        "{board}"
    );
    let page = world.page("rep", &dispute).await;
    for said in ["Bremen is in Rita", "The table says Hanover.", "The table was changed in March."]
    {
        assert!(page.contains(said), "{page}");
    }
    let found = world.page("mara", "/disputes?q=hanover").await;
    assert!(found.contains("Marketing contested 1 on which there was a ruling; 1 was overturned"));
    let found = world.page("mara", "/disputes?q=munich").await;
    assert!(found.contains("There is 1 dispute without the filter."), "{found}");
    let twice = world.posts("operations", &format!("{dispute}/ruling"), &ruling).await;
    assert!(twice.text().contains("Olga Petri has ruled already"), "{}", twice.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn why_leads_came_back_is_counted_by_source_by_campaign_and_by_owner() {
    let world = World::just_signed_on_handoffs();
    for (lead, answer, source) in [
        ("l1", "rejected/Wrong territory", "Fair"),
        ("l2", "rejected/Wrong territory", "Web"),
        ("l3", "recycled/No budget now", "Web"),
    ] {
        let fields = json!({"source": source});
        world.reports(json!({"fact": "lead", "lead": lead, "fields": fields})).await;
        qualifies(&world, lead, Some("rep")).await;
        let given = answers(&world, "rep", lead, &[("answer", answer), ("note", "March.")]).await;
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
    }
    let board = world.page("mara", "/scoreboard").await;
    assert!(board.contains("Wrong territory rejected 2 No budget now recycled 1"), "{board}");
    let board = world.page("mara", "/scoreboard?by=source").await;
    for row in ["Fair: Wrong territory rejected 1", "Web: No budget now recycled 1"] {
        assert!(board.contains(row), "{row}: {board}");
    }
    let fields = json!({"campaign": "Spring mailing"});
    let told = json!({"fact": "handoff", "handoff": "h1", "lead": "l1", "fields": fields});
    world.reports(told).await;
    let refused = json!({"fact": "handoff_answered", "handoff": "h1", "lead": "l1",
                         "answer": "rejected", "reason": "Wrong territory"});
    world.reports(refused).await;
    let board = world.page("mara", "/scoreboard?by=campaign").await;
    assert!(board.contains("Spring mailing: Wrong territory rejected 1"), "{board}");
    assert!(board.contains("clocks are not told apart by campaign"), "{board}");
    let unknown = world.gets("mara", "/scoreboard?by=weather").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let board = world.page("sven", "/scoreboard?by=owner").await;
    assert!(board.contains("Rita Voss: Wrong territory rejected 2"), "{board}");
    let rows = "/scoreboard/rows?figure=reasons.all%2Frejected%2FWrong%20territory";
    let page = world.gets("mara", rows).await.body;
    assert!(page.contains("3 rows") && page.contains("href=\"/handoffs/"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_is_contested_and_a_later_ruling_follows_an_earlier_one() {
    let world = World::just_signed_on_handoffs();
    let form = world.gets("sven", "/disputes/new?version=1&clause=2").await;
    assert_eq!(form.status, StatusCode::OK);
    for nothing in ["/disputes/new", "/disputes/new?version=1", "/disputes/new?opportunity=o"] {
        assert_eq!(world.gets("sven", nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    let fields = [("version", "1"), ("clause", "2"), ("statement", "40 points are too few.")];
    let first = world.posts("sven", "/disputes", &fields).await.header("location").to_owned();
    let gone = [("version", "1"), ("clause", "9"), ("statement", "What of it?")];
    let refused = world.posts("sven", "/disputes", &gone).await;
    assert!(refused.text().contains("Version 1 has no clause 9"), "{}", refused.text());
    let stands = [("ruling", "stands"), ("reasons", "It was signed so.")];
    let ruled = world.posts("operations", &format!("{first}/ruling"), &stands).await;
    assert_eq!(ruled.status, StatusCode::SEE_OTHER, "{}", ruled.text());
    let second = world.posts("mara", "/disputes", &fields).await.header("location").to_owned();
    let follows = [("ruling", "stands"), ("reasons", "As before."), ("follows", "lockstep:d1")];
    let ruled = world.posts("operations", &format!("{second}/ruling"), &follows).await;
    assert_eq!(ruled.status, StatusCode::SEE_OTHER, "{}", ruled.text());
    assert!(world.page("mara", &second).await.contains("following an earlier ruling"));
    assert!(world.page("mara", &first).await.contains("Followed by a later ruling"));
}

/// Somebody is away for a week, and somebody else does their work.
async fn away(world: &World, short: &str, work: &str) {
    let (path, work) =
        (format!("/people/{}/absences", world.user(short)), world.user(work).to_string());
    let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-20"), ("substitute", &*work)];
    let answer = world.posts("operations", &path, &days).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_the_work_of_somebody_away_finds_it_on_today_and_answers_in_their_place() {
    let world = World::just_signed_on_handoffs();
    qualifies(&world, "l1", Some("rep")).await;
    let accepted = [("answer", "accepted")];
    let early = answers(&world, "marketer", "l1", &accepted).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "nobody is away yet");
    away(&world, "rep", "marketer").await;
    let today = world.page("marketer", "/").await;
    assert!(today.contains("For Rita Voss, away until Fri 20 Nov"), "{today}");
    assert!(today.contains("Person l1") && today.contains("Answer the next lead"), "{today}");
    assert!(!world.page("mara", "/").await.contains("For Rita Voss"), "it is nobody else's");
    let own = world.page("rep", "/").await;
    let says = "You are away since Mon 16 Nov , until Fri 20 Nov ; Milo Brandt does your work";
    assert!(own.contains(says), "{own}");

    let done = answers(&world, "marketer", "l1", &accepted).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = world.page("sven", &page_of(&world, "l1")).await;
    assert!(
        page.contains("accepted by Milo Brandt , marketing in the place of Rita Voss"),
        "{page}"
    );
    let row = handoff_of(&world, "l1");
    assert_eq!(row.owner.as_ref(), Some(world.user("rep")), "the lead stays where it is");
    let fact = format!("/facts/{}", row.answer_fact.expect("it was answered"));
    let fact = world.page("auditor", &fact).await;
    assert!(fact.contains("Handoff accepted by Milo Brandt in the place of Rita Voss"), "{fact}");
    let today = world.page("marketer", "/").await;
    assert!(today.contains("Nothing of theirs waits for an answer or runs out today"), "{today}");
    world.at("2026-11-21 09:00");
    assert!(!world.page("marketer", "/").await.contains("For Rita Voss"), "the absence is over");
}
