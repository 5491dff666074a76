//! Every page, as it stands in an empty firm, before the signatures, and in a busy week.

use testkit::{AGREEMENT, World};

use crate::{exam::clean, firm, house::House};

/// A page by the name of its pictures, who opens it, and its address.
type Page = (&'static str, &'static str, &'static str);

/// Pages of a firm in which nothing has happened.
const EMPTY: [Page; 7] = [
    ("sign-in", "nobody", "/sign-in"),
    ("welcome-spent", "nobody", "/welcome/spent"),
    ("absent", "rep", "/absent"),
    ("today-none", "rep", "/"),
    ("leads-none", "rep", "/leads"),
    ("agreement-none", "mara", "/agreement"),
    ("scoreboard-none", "mara", "/scoreboard"),
];

/// Pages of a firm that has a text and no signature.
const PROPOSED: [Page; 2] = [
    ("agreement-proposed", "mara", "/agreement"),
    ("agreement-changes-none", "mara", "/agreement/1/changes"),
];

/// Pages of a demonstration.
const DEMONSTRATION: [Page; 2] =
    [("sign-in-demo", "nobody", "/sign-in"), ("leads-demo", "rep", "/leads")];

/// Pages of a firm in a busy week.
const BUSY: [Page; 72] = [
    ("today-rep", "rep", "/"),
    ("today-marketer", "marketer", "/"),
    ("today-leader", "leader", "/"),
    ("today-operations", "operations", "/"),
    ("leads", "rep", "/leads"),
    ("leads-running", "rep", "/leads?clock=running"),
    ("leads-filtered-away", "rep", "/leads?q=nobody-has-this-name"),
    (
        "leads-sentence",
        "mara",
        "/leads?status=SAL&owner=nobody&account=Li&source=Webinar&clock=today&created=30&points=20",
    ),
    (
        "leads-columns",
        "rep",
        "/leads?columns=what,stage,since,score,source,owner,level,clock,created,times,qualified,id",
    ),
    ("leads-persona", "rep", "/leads?persona=director"),
    ("leads-compact", "operations", "/leads?density=compact&sort=points"),
    ("views", "rep", "/views"),
    ("views-none", "auditor", "/views"),
    ("leads-without-names", "auditor", "/leads"),
    ("lead", "rep", "/leads/crm:l1"),
    ("lead-long", "rep", "/leads/crm:l9"),
    ("duplicates", "operations", "/duplicates"),
    ("duplicates-looked", "operations", "/duplicates?because=looked"),
    ("disputes-none", "operations", "/disputes"),
    ("leads-compared", "operations", "/leads/crm:l0/merge/crm:l16"),
    ("lead-score", "rep", "/leads/crm:l1?because=score-mql#because"),
    ("lead-part", "rep", "/leads/crm:l3?because=part-mql.engagement#because"),
    ("lead-what-if", "mara", "/leads/crm:l1/what-if?did=demo&lead.title=Director"),
    ("opportunity", "rep", "/opportunities/crm:d3"),
    ("fact", "rep", "/facts/40"),
    ("fact-of-an-auditor", "auditor", "/facts/40"),
    ("ledger", "auditor", "/ledger"),
    (
        "ledger-of-a-lead",
        "operations",
        "/ledger?about=crm:l1&recorded_from=2026-11-16&recorded_to=2026-11-17",
    ),
    ("ledger-filtered-away", "leader", "/ledger?kind=quota"),
    ("ledger-columns", "operations", "/ledger?recorded=7&columns=no,says,key&density=compact"),
    ("ledger-refused", "auditor", "/ledger?recorded_from=05/04/26"),
    ("agreement", "rep", "/agreement"),
    ("agreement-text", "rep", "/agreement/1/text"),
    ("personas", "mara", "/agreement/1/personas"),
    ("persona", "mara", "/agreement/1/personas/director"),
    ("persona-seller", "rep", "/agreement/1/personas/rep"),
    ("agreement-changes-same", "mara", "/agreement/1/changes"),
    ("backtest", "mara", "/agreement/1/backtest?threshold=60"),
    ("backtest-leads", "mara", "/agreement/1/backtest/leads?of=today"),
    ("points-none", "mara", "/agreement/1/points"),
    ("responsibilities", "operations", "/responsibilities"),
    ("scoreboard", "mara", "/scoreboard"),
    ("scoreboard-by-source", "mara", "/scoreboard?by=source"),
    ("scoreboard-refused", "mara", "/scoreboard?from=2026-11-02&to=2026-11-01"),
    ("scoreboard-rows", "mara", "/scoreboard/rows?figure=level.answer"),
    ("scoreboard-goal", "mara", "/scoreboard/rows?figure=goal.in-time"),
    ("scoreboard-today", "rep", "/scoreboard/rows?figure=today.running"),
    ("scoreboard-margin", "mara", "/scoreboard/rows?figure=agreement.1.judged.answer"),
    ("people", "operations", "/people"),
    ("people-of-a-rep", "rep", "/people"),
    ("people-new", "operations", "/people/new"),
    ("people-columns", "operations", "/people?side=sales&columns=team,zone,region,signing_in,id"),
    ("people-of-a-team", "operations", "/people?team=North"),
    ("person", "operations", "/people/lockstep:p1"),
    ("book", "operations", "/people/lockstep:p1/book"),
    ("person-of-a-rep", "rep", "/people/lockstep:p1"),
    ("own-sessions", "rep", "/account"),
    ("search", "rep", "/search"),
    ("search-found", "rep", "/search?q=opitz"),
    ("search-nothing", "rep", "/search?q=nobody-has-this-name"),
    ("requests", "rep", "/requests"),
    ("requests-of-an-auditor", "auditor", "/requests"),
    (
        "requests-on-time",
        "mara",
        "/requests?side=marketing&counts=kept&counts=missed&columns=by,asked,about,due,stands,made,id",
    ),
    ("requests-new", "rep", "/requests/new?about=opportunity/crm:d3"),
    ("request-waiting", "marketer", "/requests/lockstep:r1"),
    ("request-to-contest", "rep", "/requests/lockstep:r2"),
    ("request-overturned", "rep", "/requests/lockstep:r3"),
    ("dispute-of-a-request", "rep", "/disputes/lockstep:d1"),
    ("account", "rep", "/accounts/crm:a1"),
    ("account-of-an-auditor", "auditor", "/accounts/crm:a1"),
    ("keys", "operations", "/keys"),
    ("absent-in-a-busy-week", "rep", "/leads/absent"),
];

async fn examined(house: &House, world: &World, pages: &[Page]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, short, path) in pages {
        house.enters(world, short).await;
        house.visits(path).await;
        wrong.extend(house.examine(name).await);
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_new_firm_is_fit_for_everybody() {
    let (empty, proposed, demonstration) = (World::new(), World::new(), World::demonstration());
    proposed.proposes(AGREEMENT);
    let Some(mut house) = House::open(&empty).await else { return };
    let mut wrong = examined(&house, &empty, &EMPTY).await;
    house.moves_to(&proposed).await;
    wrong.extend(examined(&house, &proposed, &PROPOSED).await);
    house.moves_to(&demonstration).await;
    wrong.extend(examined(&house, &demonstration, &DEMONSTRATION).await);
    clean(wrong);
}

/// The pages of a busy firm are looked at by several tests, each within a minute: they take the
/// pages in turn, so that none is long however many there are.
const PARTS: usize = 6;

async fn part_is_fit(part: usize) {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    let pages: Vec<Page> = BUSY.into_iter().skip(part).step_by(PARTS).collect();
    clean(examined(&house, &world, &pages).await);
}

/// A test for each part; a part without one does not compile.
macro_rules! parts {
    ($($name:ident)*) => {
        const _: () = assert!([$(stringify!($name)),*].len() == PARTS);
        parts!(@ 0; $($name)*);
    };
    (@ $part:expr; $name:ident $($more:ident)*) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            part_is_fit($part).await;
        }
        parts!(@ $part + 1; $($more)*);
    };
    (@ $part:expr;) => {};
}

parts! {
    pages_of_a_busy_firm_are_fit_for_everybody_a
    pages_of_a_busy_firm_are_fit_for_everybody_b
    pages_of_a_busy_firm_are_fit_for_everybody_c
    pages_of_a_busy_firm_are_fit_for_everybody_d
    pages_of_a_busy_firm_are_fit_for_everybody_e
    pages_of_a_busy_firm_are_fit_for_everybody_f
}

/// An exam that nobody can fail says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_exam_notices_what_is_wrong() {
    let world = World::new();
    let Some(house) = House::open(&world).await else { return };
    house.visits("/sign-in").await;
    let harm = "document.documentElement.removeAttribute('lang');
        document.querySelector('h1').style.cssText = 'width: 2000px';
        console.error('something broke');";
    house.driver.execute(harm, Vec::new()).await.expect("a test may do harm");
    let wrong = house.examine("harmed").await.join("\n");
    let mut expected = vec!["scrolls sideways", "something broke"];
    if std::env::var_os("AXE_CORE").is_some() {
        expected.push("html-has-lang");
    }
    for words in expected {
        assert!(wrong.contains(words), "{words} is not in: {wrong}");
    }
}
