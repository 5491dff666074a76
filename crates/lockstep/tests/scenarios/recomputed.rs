//! A text that clocks that run are to follow: what signers see, and what becomes of the clocks.

use domain::{decided::Verdict, ids::Version};
use serde_json::json;
use store::read::ClockRow;
use testkit::{AGREEMENT, World, http::StatusCode};

async fn moves(world: &World, lead: &str, status: &str) {
    let moved = json!([{"fact": "lead_moved", "lead": lead, "status": status}]);
    assert!(world.reports(moved).await.status.is_success());
}

/// Three leads under four hours, at 14:15: one was answered after three, one waits since 11:00, and one
/// is late since 14:00. The same in so many hours is proposed, for clocks that run too.
async fn before_are_signed(hours: u32) -> World {
    let world = World::just_signed();
    for lead in ["answered", "late"] {
        moves(&world, lead, "MQL").await;
    }
    moves(world.at("2026-11-16 11:00"), "waiting", "MQL").await;
    moves(world.at("2026-11-16 12:00"), "answered", "SAL").await;
    world.at("2026-11-16 14:15").ticks();
    let text = format!("target = \"{hours}h\"\nrunning_clocks = \"follow_this_text\"");
    let text = AGREEMENT.replace("target = \"4h\"", &text);
    assert_eq!(world.proposes(&text).0, 2);
    world
}

async fn both_sign(world: &World) {
    let hash = world.hash(Version(2));
    for who in ["mara", "sven"] {
        let answer = world.posts(who, "/agreement/2/signature", &[("hash", &hash)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
}

fn clock(world: &World, lead: &str) -> ClockRow {
    let clocks = world.asks(|engine| engine.read(|reader| reader.clocks())).expect("they are read");
    let of_lead = |clock: &&ClockRow| clock.subject.to_string().ends_with(lead);
    clocks.iter().find(of_lead).expect("it has a clock").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_sees_which_clocks_will_follow_and_which_keep_their_version() {
    let world = before_are_signed(1).await;
    let before = world.everything();
    let beside = world.page("mara", "/agreement/2").await;
    let says = "1 clock that runs and not yet late: judged by this version once it is in force";
    assert!(beside.contains(says), "{beside}");
    let redline = world.page("sven", "/agreement/2/redline").await;
    assert!(redline.contains("Clocks that run when this comes into force"), "{redline}");
    assert!(redline.contains("are judged by this text from then on"), "{redline}");
    let changes = world.page("sven", "/agreement/2/changes").await;
    let says = "1 of the clocks that run will be judged by it; 1 keep the version";
    assert!(changes.contains(says), "{changes}");
    let follow = world.page("sven", "/agreement/2/changes?turn=follows").await;
    assert!(follow.contains("crm:waiting") && !follow.contains("crm:late"), "{follow}");
    assert!(follow.contains("judged by this version: late, due Mon 16 Nov, 14:15"), "{follow}");
    assert_eq!(world.everything(), before, "looking writes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_is_late_by_a_version_from_its_coming_into_force_on_and_no_sooner() {
    let world = before_are_signed(1).await;
    both_sign(&world).await;
    world.at("2026-11-16 14:16").ticks();
    let waiting = clock(&world, "waiting");
    assert_eq!((waiting.version, waiting.breached), (Version(2), true));
    assert_eq!(waiting.due_at, "2026-11-16T13:15:00Z".parse().unwrap(), "in UTC");
    let late = clock(&world, "late");
    assert_eq!((late.version, late.breached), (Version(1), true), "it was missed before");
    assert_eq!(clock(&world, "answered").version, Version(1), "it had ended");
    let page = world.page("rep", "/leads/crm:waiting").await;
    assert!(page.contains("Recomputed by version 2 when it came into force"), "{page}");
    assert!(page.contains("is judged by version 2 from here on"), "{page}");
    let href =
        format!("/leads/crm:waiting?because=clock-{}", waiting.id.as_str().replace('/', "%2F"));
    let drawer = world.page("rep", &href).await;
    assert!(drawer.contains("recomputed: judged by version 2 from here on"), "{drawer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_time_is_given_to_what_runs_and_rebuilding_says_the_same() {
    let world = before_are_signed(6).await;
    both_sign(&world).await;
    world.at("2026-11-16 15:30").ticks().ticks();
    let waiting = clock(&world, "waiting");
    assert_eq!((waiting.version, waiting.breached), (Version(2), false), "four hours were over");
    moves(&world, "waiting", "SAL").await;
    moves(&world, "late", "SAL").await;
    assert_eq!(clock(&world, "waiting").verdict, Some(Verdict::Met));
    assert_eq!(clock(&world, "late").verdict, Some(Verdict::MetLate));
    let now = world.now();
    let before = world.everything();
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    let after = world.everything();
    let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
    assert_eq!((differs, before.lines().count()), (None, after.lines().count()));
}
