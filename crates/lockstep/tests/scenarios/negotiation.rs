//! Two sides before one text: what differs, who changes it, and what each says to it.

use domain::ids::Version;
use testkit::http::StatusCode;
use testkit::{AGREEMENT, World};

/// The same text with another threshold and another time to answer.
fn changed() -> String {
    AGREEMENT
        .replace("reach 40 points", "reach 50 points")
        .replace("score.total >= 40", "score.total >= 50")
        .replace("target = \"4h\"", "target = \"2h\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_says_otherwise_is_shown_by_clause_in_plain_words() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&changed());
    let page = world.page("rep", "/agreement/2/redline").await;
    assert!(page.contains("Version 2 says 2 clauses otherwise than version 1"), "{page}");
    assert!(
        page.contains("together reach taken out: 40 put in: 50 points"),
        "the sentence is marked where it changed: {page}"
    );
    assert!(page.contains("Qualified when all points together at least"), "{page}");
    assert!(page.contains("Target taken out: 4h put in: 2h"), "{page}");
    assert!(page.contains("- target = &quot;4h") && page.contains("+ target = &quot;2h"), "{page}");
    assert!(!page.contains("What we want to reach"), "what stayed is not told: {page}");

    let back = world.page("auditor", "/agreement/1/redline?against=2").await;
    assert!(back.contains("Target taken out: 2h put in: 4h"), "{back}");
    let first = world.page("auditor", "/agreement/1/redline").await;
    assert!(first.contains("Version 1 is the first"), "{first}");
    for absent in
        ["/agreement/9/redline", "/agreement/1/redline?against=9", "/agreement/1/redline?against=x"]
    {
        assert_eq!(world.gets("rep", absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_proposed_who_signed_and_what_took_whose_place() {
    let world = World::just_signed();
    world.at("2026-11-17 10:00").proposes(&changed());
    let withdrawal =
        world.at("2026-11-17 11:00").posts("sven", "/agreement/2/withdrawal", &[]).await;
    assert_eq!(withdrawal.status, StatusCode::SEE_OTHER);
    world.at("2026-11-18 09:00").proposes(&AGREEMENT.replace("\"4h\"", "\"3h\""));
    let hash = world.hash(Version(3));
    for short in ["mara", "sven"] {
        world.posts(short, "/agreement/3/signature", &[("hash", &hash)]).await;
    }
    let page = world.page("reader", "/agreement").await;
    for says in [
        "Put before both sides from the command line, 17 Nov 2026, 10:00:00 Berlin .",
        "Taken back by Sven Arndt, 17 Nov 2026, 11:00:00 Berlin ; its signatures are void.",
        "Signed for sales by Sven Arndt, 18 Nov 2026, 09:00:00 Berlin .",
        "In force from 16 Nov 2026, 09:00:00 Berlin to 18 Nov 2026, 09:00:00 Berlin , when version 3 took its place.",
        "In force from 18 Nov 2026, 09:00:00 Berlin .",
        "What it says otherwise than version 1",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let page = world.page("reader", "/agreement/3/redline").await;
    assert!(page.contains("Version 3 says one clause otherwise than version 1"), "{page}");
}
