//! Open pages hear that the ledger has grown, for as long as their session runs.

use http_body_util::BodyExt;
use serde_json::json;
use testkit::World;
use testkit::http::{Request, StatusCode};
use tower::ServiceExt;

type Heard = axum::response::Response;

async fn listens(world: &World, short: &str) -> Heard {
    let request = Request::get("/live").header("cookie", format!("ls={}", world.session(short)));
    let request = request.body(axum::body::Body::empty()).expect("a request");
    world.router().oneshot(request).await.expect("an answer")
}

/// The next event.
async fn next(heard: &mut Heard) -> String {
    let frame = heard.body_mut().frame().await.expect("it is open").expect("it is whole");
    let bytes = frame.into_data().expect("it is data");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_hears_of_new_facts_until_the_session_ends() {
    let world = World::new();
    assert_eq!(world.gets("nobody", "/live").await.status, StatusCode::SEE_OTHER);
    let mut heard = listens(&world, "rep").await;
    assert_eq!(heard.headers()["content-type"], "text/event-stream");
    let head = world.last_fact();
    assert_eq!(next(&mut heard).await, format!("event: head\ndata: {head}\n\n"));
    world.reports(json!({"fact": "lead", "lead": "l1", "fields": {}})).await;
    assert_eq!(next(&mut heard).await, format!("event: head\ndata: {}\n\n", head + 1));
    world.posts("rep", "/sign-out", &[]).await;
    world.reports(json!({"fact": "lead", "lead": "l2", "fields": {}})).await;
    assert_eq!(next(&mut heard).await, "event: ended\ndata: session\n\n");
    assert!(heard.body_mut().frame().await.is_none(), "and it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_listens_only_so_often_at_a_time() {
    let world = World::new();
    let mut open = Vec::new();
    for _ in 0..12 {
        open.push(listens(&world, "rep").await);
    }
    assert!(open.iter().all(|heard| heard.status() == StatusCode::OK));
    let refused = world.gets("rep", "/live").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.body.contains("Too many at once"), "{}", refused.body);
    assert_eq!(listens(&world, "sven").await.status(), StatusCode::OK);
    open.pop();
    assert_eq!(listens(&world, "rep").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_in_this_way_says_so() {
    let world = World::new();
    let answer = world.posts("rep", "/scoreboard", &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.body.contains("Not in this way"), "{}", answer.body);
}
