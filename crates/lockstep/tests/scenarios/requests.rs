//! Somebody asks a colleague for something by a day: how it is answered, and how it is contested.

use serde_json::json;
use testkit::{Answer, World, http::StatusCode};

const TEXT: &str = r#"
[disputes]
clause = "6"
heading = "Where we disagree"
says = "Who contests writes why, the other side answers, and revenue operations rules."
arbiter = "operations@millrace.example"
contest_within = "3 days"
ruled_within = "3 working days"
hours = "office"
"#;

const STUDY: &str = "A case study on pumps";
const ON_TIME: &str = "/requests?side=marketing&counts=kept&counts=missed";

/// Somebody asks somebody for the study by a day; nobody may be answered otherwise than with a door.
async fn asks(world: &World, by: &str, of: &str, day: &str) -> Answer {
    let of = world.user(of).to_string();
    let why = "Nordwind decides on Friday.";
    let fields = [("asked", &*of), ("wanted", STUDY), ("why", why), ("needed_on", day)];
    world.posts(by, "/requests", &fields).await
}

/// A request of the rep to the marketer that is due on Wednesday at five.
async fn asked(world: &World) -> String {
    let made = asks(world, "rep", "marketer", "2026-11-18").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    made.header("location").to_owned()
}

async fn answers(world: &World, by: &str, request: &str, answer: &str) -> Answer {
    let fields = [("answer", answer), ("words", "https://files.millrace.example/pumps")];
    world.posts(by, &format!("{request}/answer"), &fields).await
}

async fn contests(world: &World, by: &str, request: &str) -> Answer {
    let statement = [("statement", "It was about valves.")];
    world.posts(by, &format!("{request}/dispute"), &statement).await
}

async fn rules(world: &World, dispute: &str, how: &str) {
    let fields = [("ruling", how), ("reasons", "I read both.")];
    let ruled = world.posts("operations", &format!("{dispute}/ruling"), &fields).await;
    assert_eq!(ruled.status, StatusCode::SEE_OTHER, "{}", ruled.text());
}

fn same_after_a_rebuild(world: &World) {
    let (before, now) = (world.everything(), world.now());
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    let after = world.everything();
    let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
    assert_eq!((differs, before.lines().count()), (None, after.lines().count()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_waits_for_whoever_is_asked_and_is_delivered_on_time() {
    let world = World::just_signed_with(TEXT);
    let request = asked(&world).await;
    let today = world.page("marketer", "/").await;
    assert!(today.contains(STUDY) && today.contains("is asked for by Rita Voss, due Wed 17:00"));
    assert!(!world.page("mara", "/").await.contains(STUDY), "it is nobody else's");
    let page = world.page("marketer", &request).await;
    assert!(page.contains("when Wed 18 Nov ends by the calendar office of version 1"), "{page}");
    assert!(page.contains("Nordwind decides on Friday."), "{page}");
    assert!(world.page("mara", "/requests").await.contains("not measurable, none was due"));

    world.at("2026-11-18 17:00");
    let done = answers(&world, "marketer", &request, "delivered").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = world.gets("rep", &request).await.body;
    assert!(page.contains("href=\"https://files.millrace.example/pumps\""), "{page}");
    assert!(page.contains("delivered on time"), "up to and including due is in time: {page}");
    let list = world.page("rep", "/requests?by=me").await;
    assert!(list.contains("Delivered on time by marketing: 1 of 1"), "{list}");
    assert!(!world.page("marketer", "/").await.contains(STUDY), "it waits no more");
    let before = world.everything();
    let again = answers(&world, "marketer", &request, "declined/no_time").await;
    assert!(again.text().contains("Milo Brandt has delivered it already"), "{}", again.text());
    assert_eq!(world.everything(), before);
    same_after_a_rebuild(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_leaver_was_asked_and_had_asked_for_is_their_successors() {
    let world = World::just_signed_with(TEXT);
    let of_them = asked(&world).await;
    let theirs = asks(&world, "marketer", "rep", "2026-11-18").await.header("location").to_owned();
    let book = format!("/people/{}/book", world.user("marketer"));
    let page = world.page("operations", &book).await;
    assert!(page.contains("Requests that wait for an answer 1"), "{page}");
    let leaving = format!("/people/{}/leaving", world.user("marketer"));
    let nobody = world.posts("operations", &leaving, &[("successor", "")]).await;
    let says = "and 1 request that waits for an answer: choose who takes all of it";
    assert!(nobody.text().contains(says), "{}", nobody.text());

    let mara = world.user("mara").to_string();
    let left = world.posts("operations", &leaving, &[("successor", &mara)]).await;
    let passed = "Written down. Passed on with it: 1 request that waits for an answer.";
    assert_eq!(left.said().0, passed);
    assert!(world.page("mara", "/").await.contains("is asked for by Rita Voss, due Wed 17:00"));
    let page = world.page("rep", &of_them).await;
    let now_with = "who left; now with Mara Lenz , marketing , who took their book";
    assert!(page.contains(now_with), "{page}");
    let page = world.page("operations", &book).await;
    let history = "0 accounts, and 1 request that waits for an answer";
    assert!(page.contains(history), "{page}");
    let last = world.last_fact();
    let fact = world.page("auditor", &format!("/facts/{last}")).await;
    assert!(fact.contains("Milo Brandt left the firm, which Olga Petri wrote down"), "{fact}");
    let fact = world.page("auditor", &format!("/facts/{}", last - 1)).await;
    let says = "The book of Milo Brandt was passed on to Mara Lenz by Olga Petri: 0 leads, 0 open \
                opportunities and 0 accounts, and 1 request that waits for an answer";
    assert!(fact.contains(says), "{fact}");
    let done = answers(&world, "mara", &of_them, "delivered").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(answers(&world, "sven", &theirs, "delivered").await.status, StatusCode::NOT_FOUND);
    let back = world.posts("mara", &format!("{theirs}/withdrawal"), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    same_after_a_rebuild(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_cannot_be_kept_and_a_colleague_who_cannot_answer_are_refused_with_a_way_out() {
    let world = World::just_signed_with(TEXT);
    let before = world.everything();
    for (of, day, says) in [
        ("marketer", "2026-11-13", "2026-11-13 is over where the one who is asked works"),
        ("marketer", "2026-11-21", "choose 2026-11-23 or a later one"),
        ("marketer", "", "Choose a day"),
        ("rep", "2026-11-18", "Nobody asks themselves: choose a colleague"),
        ("reader", "2026-11-18", "Ralf Blume does not work here with others"),
    ] {
        let refused = asks(&world, "rep", of, day).await;
        assert!(refused.text().contains(says), "{of} {day}: {}", refused.text());
        assert!(refused.body.contains(STUDY), "what was typed stays");
    }
    let path = "/requests/new?about=opportunity/crm:gone";
    assert!(world.gets("rep", path).await.body.contains("opportunity/crm:gone"));
    let marketer = world.user("marketer").to_string();
    let fields = [("asked", &*marketer), ("needed_on", "2026-11-18"), ("about", "crm:gone")];
    let fields = [&fields[..], &[("wanted", STUDY)]].concat();
    let refused = world.posts("rep", "/requests", &fields).await;
    assert!(refused.text().contains("crm:gone"), "{}", refused.text());
    assert_eq!(asks(&world, "auditor", "rep", "2026-11-18").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_is_asked_or_stands_in_answers_and_only_whoever_asked_takes_it_back() {
    let world = World::just_signed_with(TEXT);
    let request = asked(&world).await;
    let before = world.everything();
    for short in ["rep", "sven", "mara", "operations", "reader", "auditor"] {
        let answer = answers(&world, short, &request, "delivered").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
    }
    for short in ["marketer", "sven", "reader"] {
        let back = world.posts(short, &format!("{request}/withdrawal"), &[]).await;
        assert_eq!(back.status, StatusCode::NOT_FOUND, "{short}");
    }
    let path = format!("{request}/answer");
    let bare = world.posts("marketer", &path, &[("answer", "declined/x")]).await;
    assert!(bare.text().contains("Choose why it is declined"), "{}", bare.text());
    assert_eq!(world.everything(), before);
    let (mara, path) = (world.user("mara"), format!("/people/{}/absences", world.user("marketer")));
    let days =
        [("first_on", "2026-11-16"), ("last_on", "2026-11-20"), ("substitute", mara.as_str())];
    world.posts("operations", &path, &days).await;
    assert!(world.page("mara", "/").await.contains("is asked for by Rita Voss"));
    let page = world.page("rep", &request).await;
    assert!(page.contains("who is away; Mara Lenz , marketing does their work"), "{page}");
    let done = answers(&world, "mara", &request, "delivered").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let other = asked(&world).await;
    let back = world.posts("rep", &format!("{other}/withdrawal"), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    assert!(world.page("mara", &other).await.contains("taken back by"));
    let nothing = contests(&world, "rep", &other).await;
    assert!(nothing.text().contains("There is nothing to contest: it was taken back in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_request_is_contested_answered_and_overturned_and_the_share_follows() {
    let world = World::just_signed_with(TEXT);
    let request = asked(&world).await;
    answers(&world, "marketer", &request, "declined/no_time").await;
    assert!(world.page("rep", "/requests").await.contains("marketing: not measurable"));
    let before = world.everything();
    let asked = contests(&world, "marketer", &request).await;
    assert!(asked.text().contains("it does not count against whoever was asked"));
    assert_eq!(contests(&world, "mara", &request).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);

    let opened = contests(&world, "rep", &request).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let dispute = opened.header("location").to_owned();
    assert!(world.page("operations", "/").await.contains("waits for your ruling until"));
    let today = world.page("marketer", "/").await;
    assert!(today.contains(&format!("The dispute about “{STUDY}”")), "{today}");
    assert!(!world.page("mara", "/").await.contains("The dispute about"), "she is no end of it");
    let says = [("statement", "I asked for two days more.")];
    for (short, status) in [("rep", 422), ("sven", 404), ("marketer", 303)] {
        let said = world.posts(short, &format!("{dispute}/statement"), &says).await;
        assert_eq!(said.status.as_u16(), status, "{short}: {}", said.text());
    }
    rules(&world, &dispute, "overturned").await;
    let page = world.page("marketer", &request).await;
    assert!(page.contains("declined; by a ruling it counts as not delivered"), "{page}");
    let list = world.page("mara", ON_TIME).await;
    assert!(list.contains("Delivered on time by marketing: 0 of 1"), "{list}");
    assert!(list.contains("1 counted as a ruling says") && list.contains(STUDY), "{list}");
    let found = world.page("rep", "/disputes?q=valves").await;
    assert!(found.contains("Sales contested 1 on which there was a ruling; 1 was overturned"));
    assert!(!world.page("auditor", "/disputes?q=valves").await.contains("what became of"));
    same_after_a_rebuild(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_is_late_for_ever_unless_a_ruling_leaves_it_out() {
    let world = World::just_signed_with(TEXT);
    let request = asked(&world).await;
    world.at("2026-11-18 17:01");
    assert!(world.page("marketer", &request).await.contains("late, not answered yet"));
    assert!(world.page("marketer", "/").await.contains("and was due 17:00"));
    assert!(world.page("mara", ON_TIME).await.contains("marketing: 0 of 1"));
    answers(&world, "marketer", &request, "declined/no_time").await;
    assert!(world.page("mara", ON_TIME).await.contains("declined late"), "it is late all the same");
    let rep = contests(&world, "rep", &request).await;
    assert!(rep.text().contains("it counts as not delivered by the day already"), "{}", rep.text());
    world.at("2026-11-21 17:01");
    let dispute = contests(&world, "marketer", &request).await.header("location").to_owned();
    let read = format!("/api/v1/disputes?by={}", world.user("rep"));
    let told: serde_json::Value =
        serde_json::from_str(&world.reads(&read, true).await.body).expect("JSON");
    let about = json!({"collateral_request": {"request": "lockstep:r1"}});
    assert_eq!(told["disputes"][0]["about"], about, "{told}");
    let again = contests(&world, "marketer", &request).await;
    assert!(again.text().contains("It is contested already"), "{}", again.text());
    rules(&world, &dispute, "overturned").await;
    let page = world.page("rep", &request).await;
    assert!(page.contains("declined late; by a ruling it does not count"), "{page}");
    assert!(world.page("mara", "/requests").await.contains("marketing: not measurable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_it_is_contested_for_as_long_as_was_signed_and_a_ruling_that_stands_stays() {
    let world = World::just_signed_with(TEXT);
    let (one, two) = (asked(&world).await, asked(&world).await);
    for request in [&one, &two] {
        answers(&world, "marketer", request, "delivered").await;
    }
    world.at("2026-11-19 09:00");
    let dispute = contests(&world, "rep", &one).await.header("location").to_owned();
    world.at("2026-11-19 09:01");
    let before = world.everything();
    let late = contests(&world, "rep", &two).await;
    let says = "It could be contested for 3 days after the answer, and they are over";
    assert!(late.text().contains(says), "{}", late.text());
    assert_eq!(world.everything(), before);
    rules(&world, &dispute, "stands").await;
    let list = world.page("mara", ON_TIME).await;
    assert!(list.contains("delivered on time; the ruling lets it stand"), "{list}");
    assert!(list.contains("marketing: 2 of 2") && !list.contains("as a ruling says"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_rules_on_a_request_at_whose_end_they_stand() {
    let world = World::just_signed_with(TEXT);
    let made = asks(&world, "rep", "operations", "2026-11-18").await;
    let request = made.header("location").to_owned();
    answers(&world, "operations", &request, "declined/not_ours").await;
    let before = world.everything();
    let refused = contests(&world, "rep", &request).await;
    assert!(refused.text().contains("stands at one end of the request"), "{}", refused.text());
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_of_one_side_ask_one_another_and_whoever_leads_them_may_contest() {
    let world = World::just_signed_with(TEXT);
    let (rep, sven) = (world.user("rep"), world.user("sven"));
    let led = json!([{"fact": "user", "user": rep, "fields": {"manager": sven}}]);
    world.reports(led).await;
    let request = asks(&world, "marketer", "mara", "2026-11-18").await;
    let request = request.header("location").to_owned();
    answers(&world, "mara", &request, "delivered").await;
    let dispute = contests(&world, "marketer", &request).await.header("location").to_owned();
    let says = [("statement", "It is what was asked for.")];
    let said = world.posts("mara", &format!("{dispute}/statement"), &says).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
    let other = asked(&world).await;
    answers(&world, "marketer", &other, "declined/there_already").await;
    let opened = contests(&world, "sven", &other).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_what_people_write_sees_that_something_is_asked_and_not_what() {
    let world = World::just_signed_with(TEXT);
    let request = asked(&world).await;
    answers(&world, "marketer", &request, "declined/no_time").await;
    contests(&world, "rep", &request).await;
    for short in ["reader", "auditor"] {
        for path in [&*request, "/requests", "/disputes", "/requests.csv"] {
            let page = world.gets(short, path).await;
            assert_eq!(page.status, StatusCode::OK, "{short} {path}");
            let page = page.body;
            for private in ["pumps", "Nordwind", "valves"] {
                assert!(!page.contains(private), "{short} {path} {private}");
            }
        }
        assert!(world.page(short, "/requests").await.contains("Request 1"), "{short}");
    }
    let file = world.gets("rep", "/requests.csv").await.body;
    assert!(file.contains(STUDY) && file.contains("declined; contested"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn material_is_asked_for_from_an_opportunity_and_found_from_there() {
    let world = World::just_signed_with(TEXT);
    let deal = json!([{"fact": "opportunity", "opportunity": "north",
        "fields": {"name": "Pumps for the north", "outcome": "open"}}]);
    world.reports(deal).await;
    let page = world.gets("rep", "/opportunities/crm:north").await.body;
    let door = "/requests/new?about=opportunity/crm:north";
    assert!(page.contains(door), "{page}");
    assert!(!world.gets("reader", "/opportunities/crm:north").await.body.contains(door));
    assert!(world.gets("rep", door).await.body.contains("value=\"opportunity/crm:north\""));
    let marketer = world.user("marketer").to_string();
    let fields = [("wanted", STUDY), ("asked", &*marketer), ("needed_on", "2026-11-18")];
    let fields = [&fields[..], &[("about", "opportunity/crm:north")]].concat();
    assert_eq!(world.posts("rep", "/requests", &fields).await.status, StatusCode::SEE_OTHER);
    let page = world.gets("mara", "/opportunities/crm:north").await.body;
    let found = "/requests?about=opportunity/crm:north";
    assert!(page.contains(found), "{page}");
    assert!(world.page("mara", found).await.contains("Pumps for the north"));
    assert!(world.page("mara", "/requests?stands=late").await.contains("0 requests"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_with_a_request_is_said_at_once_each_beside_its_field() {
    let world = World::just_signed_with(TEXT);
    let before = world.everything();
    let long = "w".repeat(4_001);
    let fields = [
        ("asked", ""),
        ("wanted", " "),
        ("needed_on", "on Friday"),
        ("why", &*long),
        ("about", "crm:gone"),
    ];
    let refused = world.posts("rep", "/requests", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, says) in [
        ("asked", "Choose whom you ask."),
        ("wanted", "Say in one line what is wanted."),
        ("needed_on", "is no day: write it like 2026-12-01."),
        ("why", "That is too long: use at most 4,000 bytes."),
        ("about", "crm:gone"),
    ] {
        assert!(refused.body.contains(&format!("id=\"{field}-wrong\"")), "{field}");
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
    }
    assert_eq!(world.everything(), before);
}
