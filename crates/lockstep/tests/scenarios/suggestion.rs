//! Points that the firm's own outcomes suggest: from what leads showed then, tried on later ones, and
//! proposed like any other change.

use testkit::{World, http::StatusCode};

const POINTS: &str = "/agreement/1/points";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_won_suggests_points_and_looking_writes_nothing() {
    let world = World::with_outcomes().await;
    let before = world.everything();
    let page = world.page("mara", POINTS).await;
    assert!(page.contains("One thing sets apart leads that were won"), "{page}");
    assert!(page.contains("240 leads had their 180 days ; 120 of them won."), "{page}");
    assert!(page.contains("Asked for a demonstration"), "{page}");
    assert!(page.contains("lead.shoe"), "what the text does not declare is named: {page}");
    let all = world.gets("mara", &format!("{POINTS}/leads.csv?of=over")).await;
    assert_eq!((all.status, all.body.lines().count()), (StatusCode::OK, 241));
    // The earlier seven tenths, which made the card, fall apart into those that show it and the rest.
    let rows = async |of: &str| {
        let file = world.gets("mara", &format!("{POINTS}/leads.csv?of={of}")).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text());
        file.body.lines().count() - 1
    };
    assert_eq!(rows("made").await, 168);
    assert_eq!(rows("shows-0").await + rows("shows_not-0").await, 168);
    assert_eq!(rows("tried").await, 72);
    assert_eq!(rows("shows-9").await, 0);
    assert_eq!((rows("over_hits").await, rows("made_hits").await), (120, 108));
    assert_eq!(rows("worked").await + rows("unworked").await, 72);
    assert_eq!(rows("young").await, 1, "whose time is not over");
    let listed = world.page("mara", &format!("{POINTS}/leads?of=tried")).await;
    assert!(listed.contains("The later leads, on which it was tried"), "{listed}");
    assert_eq!(
        world.gets("mara", &format!("{POINTS}/leads?of=x")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(world.gets("mara", "/agreement/9/points").await.status, StatusCode::NOT_FOUND);
    let wrong = world.gets("mara", &format!("{POINTS}?within=0")).await;
    assert!(wrong.body.contains("Say how many days, from 1 to 1000."), "{}", wrong.body);
    let high = world.page("mara", &format!("{POINTS}?threshold=999")).await;
    assert!(high.contains("From 999 points on is no threshold of this card."), "{high}");
    let none = world.page("mara", &format!("{POINTS}?without=demo,title")).await;
    assert!(none.contains("Nothing sets apart leads that were won"), "{none}");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggested_points_are_a_proposal_like_any_other() {
    let world = World::with_outcomes().await;
    let before = world.everything();
    let denied = world.posts("rep", POINTS, &[]).await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND, "who may not propose keeps nothing");
    assert_eq!(world.everything(), before);
    let kept = world.posts("mara", POINTS, &[("threshold", "5")]).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let page = world.page("mara", "/agreement/proposal").await;
    assert!(page.contains("A lead is qualified from 5 points on"), "{page}");
    assert!(page.contains("Asked for a demonstration"), "{page}");
    let put = world.posts("mara", "/agreement/proposal", &[]).await;
    assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.text());
    let backtest = world.page("sven", "/agreement/2/backtest").await;
    assert!(backtest.contains("Backtest"), "{backtest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_fifty_wins_nothing_is_suggested() {
    let world = World::just_signed();
    world.sells("a", ["2025-02-03", "2025-02-10", "2025-04-01"], 60).await;
    world.told_to_be_history().await;
    let page = world.page("mara", POINTS).await;
    assert!(page.contains("Too few leads that were won to suggest points from"), "{page}");
    assert!(page.contains("at least fifty are needed that did"), "{page}");
    assert!(page.contains("1 lead is not looked at: its 180 days are not over."), "{page}");
    let kept = world.posts("mara", POINTS, &[]).await;
    assert_eq!(kept.status, StatusCode::NOT_FOUND);
}
