//! One's own sessions and password.

use testkit::World;
use testkit::http::{Request, StatusCode, header};

const OLD: &str = "ein langes Wort ü";
const NEW: &str = "ein anderes Wort ä";

/// Signs in at the door, and gives the secret of the new session.
async fn signs_in(world: &World, short: &str, password: &str) -> Option<String> {
    let email = format!("{short}@millrace.example");
    let fields = [("email", email.as_str()), ("password", password), ("to", "/")];
    let answer = world.posts("nobody", "/sign-in", &fields).await;
    let cookie = answer.header("set-cookie").strip_prefix("ls=")?;
    Some(cookie.split(';').next().unwrap_or_default().to_owned())
}

async fn status_with(world: &World, secret: &str) -> StatusCode {
    let request = Request::get("/leads").header(header::COOKIE, format!("ls={secret}"));
    world.sends(request, "").await.status
}

/// The addresses to which the page's buttons send, each of which ends one session.
async fn ends(world: &World, short: &str) -> Vec<String> {
    let page = world.gets(short, "/account").await.body;
    let parts = page.split("action=\"").skip(1);
    let actions = parts.filter_map(|part| part.split('"').next());
    let one = |action: &&str| action.starts_with("/account/sessions/") && action.ends_with("/end");
    let ends = actions.filter(one).filter(|action| *action != "/account/sessions/end");
    ends.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_listed_and_ended() {
    let world = World::new();
    world.has_password("rep", OLD);
    let phone = signs_in(&world, "rep", OLD).await.expect("the password is right");
    world.at("2026-11-16 10:00");
    let desk = signs_in(&world, "rep", OLD).await.expect("the password is right");
    let page = Request::get("/account").header(header::COOKIE, format!("ls={desk}"));
    let page = world.sends(page, "").await;
    assert!(page.text().contains("Sessions 2 run"), "{}", page.text());
    assert_eq!(page.text().matches("this session").count(), 1, "{}", page.text());
    for secret in [&phone, &desk] {
        assert!(!page.body.contains(secret.as_str()), "a secret stays in its cookie");
    }
    let end = page.body.split("/account/sessions/").nth(1).expect("the other can be ended");
    let end = format!("/account/sessions/{}", end.split('"').next().expect("an address"));
    let request = Request::post(&end)
        .header(header::HOST, "lockstep.example")
        .header(header::ORIGIN, "http://lockstep.example")
        .header(header::COOKIE, format!("ls={desk}"));
    assert_eq!(world.sends(request, "").await.header("location"), "/account");
    assert_eq!(status_with(&world, &phone).await, StatusCode::SEE_OTHER, "led to the door");
    assert_eq!(status_with(&world, &desk).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_a_session_of_somebody_else() {
    let world = World::new();
    world.has_password("sven", OLD);
    world.has_password("rep", OLD);
    signs_in(&world, "sven", OLD).await.expect("the password is right");
    let rep = signs_in(&world, "rep", OLD).await.expect("the password is right");
    assert!(ends(&world, "operations").await.is_empty(), "their only session is this one");
    let request = Request::get("/account").header(header::COOKIE, format!("ls={rep}"));
    let page = world.sends(request, "").await;
    assert_eq!(page.status, StatusCode::OK);
    let handle = world.asks(|engine| {
        let sessions = engine
            .read(|reader| engine::session::running(reader, world.user("rep"), None, world.now()));
        sessions.expect("they can be read").remove(0).handle
    });
    let before = world.everything();
    for short in ["mara", "operations", "leader"] {
        let end = format!("/account/sessions/{handle}/end");
        let answer = world.posts(short, &end, &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{short}");
        assert!(answer.text().contains("This session has ended already"), "{}", answer.text());
    }
    assert_eq!(status_with(&world, &rep).await, StatusCode::OK);
    assert_eq!(status_with(&world, &handle).await, StatusCode::SEE_OTHER, "it opens nothing");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_others_end_at_once() {
    let world = World::new();
    world.has_password("mara", OLD);
    let first = signs_in(&world, "mara", OLD).await.expect("the password is right");
    let request = Request::post("/account/sessions/end")
        .header(header::HOST, "lockstep.example")
        .header(header::ORIGIN, "http://lockstep.example");
    let second = signs_in(&world, "mara", OLD).await.expect("the password is right");
    let rep = world.session("rep").to_owned();
    world.sends(request.header(header::COOKIE, format!("ls={first}")), "").await;
    assert_eq!(status_with(&world, &first).await, StatusCode::OK);
    assert_eq!(status_with(&world, &second).await, StatusCode::SEE_OTHER);
    assert_eq!(status_with(&world, &rep).await, StatusCode::OK, "others' sessions run on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_needs_the_present_one_and_ends_the_other_sessions() {
    let world = World::new();
    let without = world.page("rep", "/account").await;
    assert!(without.contains("You have no password yet"), "{without}");
    world.has_password("rep", OLD);
    let desk = signs_in(&world, "rep", OLD).await.expect("the password is right");
    let phone = signs_in(&world, "rep", OLD).await.expect("the password is right");
    let posts = async |body: &str| {
        let request = Request::post("/account/password")
            .header(header::HOST, "lockstep.example")
            .header(header::ORIGIN, "http://lockstep.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, format!("ls={desk}"));
        world.sends(request, body).await
    };
    let wrong = posts("present=guessed+wrong&new=ein+anderes+Wort+%C3%A4").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("href=\"#present\""), "{}", wrong.body);
    for (new, words) in [
        ("short", "use at least 10 characters"),
        ("iloveyou2026", "close to a password that many people use: take a few words"),
        ("millrace2026", "made of your name, your address or the name of the firm"),
    ] {
        let refused = posts(&format!("present=ein+langes+Wort+%C3%BC&new={new}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(refused.text().contains(words), "{new}: {}", refused.text());
    }
    assert_eq!(status_with(&world, &phone).await, StatusCode::OK, "nothing ended yet");
    let done = posts("present=ein+langes+Wort+%C3%BC&new=ein+anderes+Wort+%C3%A4").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert_eq!(status_with(&world, &desk).await, StatusCode::OK);
    assert_eq!(status_with(&world, &phone).await, StatusCode::SEE_OTHER);
    assert_eq!(signs_in(&world, "rep", OLD).await, None);
    assert!(signs_in(&world, "rep", NEW).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_present_password_is_not_guessed_too_often() {
    let world = World::new();
    world.has_password("rep", OLD);
    let before = world.everything();
    let fields = [("present", "guessed wrong"), ("new", NEW)];
    for _ in 0..10 {
        let answer = world.posts("operations", "/account/password", &fields).await;
        assert!(answer.text().contains("ask for a new link"), "{}", answer.text());
    }
    let answer = world.posts("operations", "/account/password", &fields).await;
    assert!(answer.text().contains("Too many tries"), "{}", answer.text());
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_end_all_sessions_of_somebody() {
    let world = World::new();
    let end = format!("/people/{}/sessions/end", world.user("rep"));
    let page = format!("/people/{}", world.user("rep"));
    assert!(world.page("operations", &page).await.contains("Sessions one runs"));
    for short in ["mara", "sven", "auditor"] {
        assert_eq!(world.posts(short, &end, &[]).await.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(world.gets("rep", "/leads").await.status, StatusCode::OK);
    assert_eq!(world.posts("operations", &end, &[]).await.header("location"), page);
    let out = world.gets("rep", "/account").await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?to=%2Faccount")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_people_ends_one_session_of_somebody() {
    let world = World::new();
    world.has_password("rep", OLD);
    let phone = signs_in(&world, "rep", OLD).await.expect("the password is right");
    world.at("2026-11-16 10:00");
    let desk = signs_in(&world, "rep", OLD).await.expect("the password is right");
    let person = format!("/people/{}", world.user("rep"));
    for (short, may) in [("operations", true), ("leader", true), ("sven", false), ("rep", false)] {
        let page = world.gets(short, &person).await.body;
        assert_eq!(page.contains("/sessions/"), may, "{short}");
    }
    let page = world.gets("operations", &person).await;
    assert!(page.text().contains("Sessions 2 run Signed in Last seen"), "{}", page.text());
    assert!(!page.body.contains(&phone) && !page.body.contains(&desk));
    let sends = format!("action=\"{person}/sessions/");
    let ends = page.body.split(&sends).skip(1);
    let ends: Vec<&str> = ends.filter_map(|rest| rest.split('"').next()).collect();
    let [_, older, "end"] = ends.as_slice() else { panic!("{ends:?}") };
    let end = format!("{person}/sessions/{older}");
    for short in ["sven", "auditor"] {
        assert_eq!(world.posts(short, &end, &[]).await.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(status_with(&world, &phone).await, StatusCode::OK);
    let done = world.posts("operations", &end, &[]).await;
    assert_eq!(done.header("location"), person);
    assert_eq!(done.said().0, "One session of Rita Voss has ended.");
    assert_eq!(status_with(&world, &phone).await, StatusCode::SEE_OTHER, "led to the door");
    assert_eq!(status_with(&world, &desk).await, StatusCode::OK, "the other goes on");
    let again = world.posts("operations", &end, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
}
