//! Who may do what: every role at every address, and nothing changes where the answer is no.

use serde_json::json;
use testkit::http::{Request, StatusCode};
use testkit::{AGREEMENT, PEOPLE, PERSONAS, World};

const LOOKS: [&str; 72] = [
    "/",
    "/",
    "/leads",
    "/leads?owner=me&clock=running&q=x&sort=points",
    "/leads?status=MQL&created=30&columns=stage,clock&density=compact&show=1",
    "/views",
    "/views.csv",
    "/duplicates.csv",
    "/disputes?stands=waits&side=sales&q=clause&columns=by,arbiter&density=compact&show=1",
    "/disputes.csv?stands=overturned",
    "/imports?state=done&source=crm&begun=7&columns=state,source&show=1",
    "/imports.csv?state=failed",
    "/imports/absent/judged?of=opportunities",
    "/leads?persona=director&segment=none",
    "/accounts?owner=nobody",
    "/opportunities?product=p1",
    "/leads/crm:l1",
    "/leads/crm:l1?because=score-mql",
    "/leads/absent",
    "/leads/crm:l1/what-if?did=demo",
    "/duplicates",
    "/duplicates?after=crm:l1",
    "/leads/crm:l1/merge/crm:absent",
    "/facts/1",
    "/ledger",
    "/ledger?about=lead/crm:l1&kind=lead&recorded_from=2026-01-01",
    "/agreement",
    "/agreement/1",
    "/agreement/1/message",
    "/agreement/1/priorities",
    "/agreement/1/text",
    "/agreement/1/personas",
    "/agreement/1/personas/director",
    "/scoreboard/rows?figure=persona.1.director.matches",
    "/agreement/1/backtest?threshold=20",
    "/agreement/1/backtest/leads?of=leads",
    "/agreement/1/points",
    "/agreement/1/points/leads?of=over",
    "/agreement/1/changes",
    "/agreement/1/changes?from=2026-01-01&level=answer&turn=missed",
    "/responsibilities",
    "/scoreboard",
    "/scoreboard?by=source&from=2026-01-01",
    "/scoreboard/rows?figure=level.answer",
    "/people",
    "/people/new",
    "/people?side=sales&role=rep&standing=active&name=ri&columns=team,zone&show=1",
    "/ledger?recorded=7&columns=says,key&density=compact&show=1",
    "/people/lockstep:p1",
    "/people/lockstep:p1/book",
    "/people?team=North",
    "/account",
    "/search",
    "/search?q=mirjam",
    "/palette",
    "/colleagues",
    "/colleagues?takers=yes",
    "/palette?q=sc",
    "/keys",
    "/accounts/crm:a1",
    "/accounts",
    "/accounts?name=a&columns=leads,id&show=1",
    "/opportunities",
    "/opportunities?outcome=open&owner=me&closes=30&sort=closes",
    "/opportunities?outcome=won&density=compact&show=1",
    "/campaigns/absent",
    "/requests",
    "/requests?asked=me&stands=late&counts=missed&side=sales&columns=by,id&show=1",
    "/requests/new?about=lead/crm:l1",
    "/requests/lockstep:r1",
    "/sign-in",
    "/absent",
];

async fn with_a_lead() -> World {
    let world = World::just_signed_with(PERSONAS);
    let lead = json!([
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director"},
         "person": {"name": "Mirjam Opitz", "email": "mirjam@opitz.example"}},
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    world.reports(lead).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    let world = with_a_lead().await;
    let before = world.everything();
    for (short, ..) in PEOPLE {
        for path in LOOKS {
            let status = world.gets(short, path).await.status;
            assert!(!status.is_server_error(), "{short} {path}: {status}");
        }
    }
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_look_after_the_ledger_look_through_it() {
    let world = with_a_lead().await;
    for (short, ..) in PEOPLE {
        let may = ["operations", "leader", "auditor"].contains(&short);
        for path in ["/ledger", "/ledger?kind=lead", "/ledger?recorded_from=never"] {
            let status = world.gets(short, path).await.status;
            assert_eq!(status != StatusCode::NOT_FOUND, may, "{short} {path}: {status}");
        }
        let links = [("/leads", "href=\"/ledger\""), ("/facts/1", "href=\"/ledger?about=")];
        for (path, link) in links {
            let page = world.gets(short, path).await.body;
            assert_eq!(page.contains(link), may, "{short} {path}: a link that leads nowhere");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_at_every_form() {
    let world = with_a_lead().await;
    let version = world.proposes(&AGREEMENT.replace("30 days", "31 days"));
    let nora = [("name", "N"), ("email", "no address"), ("role", "rep"), ("side", "")];
    let signature = format!("/agreement/{version}/signature");
    let withdrawal = format!("/agreement/{version}/withdrawal");
    let rep = format!("/people/{}", world.user("rep"));
    let link = format!("{rep}/link");
    let wrong_role = [("role", "king"), ("side", "sales")];
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let merging: &[&str] = &["sven", "mara", "operations"];
    let correcting: &[&str] = &["sven", "marketer", "mara", "operations"];
    let cases: [Case<'_>; 17] = [
        ("/people", &nora, &["operations", "leader"]),
        (&rep, &wrong_role, &["operations", "leader"]),
        (&signature, &[("hash", "other")], &["sven", "mara", "leader"]),
        (&link, &[], &["operations", "leader"]),
        (&format!("{link}/withdrawal"), &[], &["operations", "leader"]),
        (&format!("{rep}/record"), &[("zone", "nowhere")], &["operations", "leader"]),
        (&withdrawal, &[], &["sven", "mara", "operations", "leader"]),
        (&format!("{rep}/absences"), &[], &["rep", "operations", "leader"]),
        (&format!("{rep}/absences/1/withdrawal"), &[], &["rep", "operations", "leader"]),
        ("/agreement/substitutes", &[], &["sven", "mara", "leader"]),
        ("/agreement/1/personas/director/evidence", &[], &["rep", "sven", "marketer", "mara"]),
        ("/agreement/1/personas/rep/evidence", &[], &["rep", "sven"]),
        ("/leads/crm:l1/merge/crm:l1", &[], merging),
        ("/leads/crm:l1/apart/crm:l1", &[], merging),
        ("/leads/crm:l1/account", &[("account", "crm:gone")], correcting),
        ("/undo/merges/crm:l1/crm:l1", &[], merging),
        // The last, since whoever's sessions end is at the door from then on.
        (&format!("{rep}/sessions/end"), &[], &["rep", "operations", "leader"]),
    ];
    for (path, fields, allowed) in cases {
        for (short, ..) in PEOPLE.iter().filter(|(short, ..)| !allowed.contains(short)) {
            let before = world.everything();
            let answer = world.posts(short, path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short} {path}");
            assert_eq!(world.everything(), before, "{short} {path}");
        }
        for short in allowed {
            let status = world.posts(short, path, fields).await.status;
            assert_ne!(status, StatusCode::NOT_FOUND, "{short} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_nothing_and_is_led_to_the_door() {
    let world = with_a_lead().await;
    let before = world.everything();
    for path in LOOKS.into_iter().filter(|path| !["/", "/sign-in", "/absent"].contains(path)) {
        let answer = world.gets("nobody", path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/sign-in?to="), "{path}");
    }
    for path in ["/people", "/agreement/1/signature", "/agreement/1/withdrawal"] {
        assert_eq!(world.posts("nobody", path, &[]).await.header("location"), "/sign-in");
    }
    assert_eq!(
        world.posts("nobody", "/demo/sign-in", &[("user", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
    let request = Request::post("/api/v1/facts").header("content-type", "application/json");
    assert_eq!(world.sends(request, "{}").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused() {
    let world = World::new();
    let version = world.proposes(AGREEMENT);
    let before = world.everything();
    for path in [format!("/agreement/{version}/signature"), "/people".into(), "/sign-out".into()] {
        let request = Request::post(&path)
            .header("host", "lockstep.example")
            .header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("ls={}", world.session("mara")));
        let answer = world.sends(request, &format!("hash={}", world.hash(version))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(world.everything(), before);
    assert_eq!(world.gets("mara", "/leads").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_reach_people_does_not_learn_who_they_are() {
    let world = with_a_lead().await;
    for short in ["reader", "auditor"] {
        let paths = ["/leads", "/leads/crm:l1", "/facts/12", "/leads?q=Mirjam", "/ledger"];
        for path in paths.into_iter().filter(|path| (short, *path) != ("reader", "/ledger")) {
            let page = world.page(short, path).await;
            assert!(!page.contains("Mirjam") && !page.contains("mirjam@"), "{short} {path}");
        }
        // Searching for a name finds all leads, so it does not tell whose name it is.
        assert!(world.page(short, "/leads?q=Nobody").await.contains("crm:l1"));
    }
    assert!(world.page("rep", "/leads").await.contains("Mirjam Opitz"));
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_nothing_but_health() {
    let world = World::new();
    for path in ["/healthz", "/readyz"] {
        let answer = world.sends(Request::get(path), "").await;
        assert_eq!((answer.status, answer.json()["status"].clone()), (StatusCode::OK, "ok".into()));
    }
    let api = world.sends(Request::get("/api/v1/openapi.json"), "").await.json();
    assert!(api["paths"]["/api/v1/facts"]["post"]["responses"]["422"].is_object(), "{api}");
}

/// The one action of an empty page is one that the person may take.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_offers_what_the_person_may_do() {
    let world = World::new();
    let proposing = ["sven", "mara", "operations", "leader"];
    let cases: [(&str, &[&str], &str, Option<&str>); 2] = [
        ("/leads", &["operations", "leader"], "Bring leads in", None),
        ("/agreement", &proposing, "Let your data propose one", Some("lockstep agreement propose")),
    ];
    for (path, may, words, command) in cases {
        for (short, ..) in PEOPLE {
            let page = world.gets(short, path).await.body;
            let slate = page.split("class=\"slate\"").nth(1).expect("there is an empty state");
            let link = slate.split("<a class=\"b primary\" href=\"").nth(1).expect("one action");
            let (href, rest) = link.split_once('"').expect("an address");
            assert_eq!(rest.contains(words), may.contains(&short), "{short} {path}");
            let told =
                command.is_some_and(|command| may.contains(&short) && page.contains(command));
            assert_eq!(page.contains("lockstep "), told, "{short} {path}");
            assert_eq!(world.gets(short, href).await.status, StatusCode::OK, "{href}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_quota_is_not_read_as_a_fact_either() {
    let world = with_a_lead().await;
    let fields = json!({"amount": {"amount_minor": 123_456_700, "currency": "EUR"}});
    let quota =
        |user| json!([{"fact": "quota", "user": user, "period": "2026-Q4", "fields": fields}]);
    for (owner, rep) in [("rep", StatusCode::OK), ("sven", StatusCode::NOT_FOUND)] {
        let answer = world.reports(quota(world.user(owner))).await;
        let no = answer.json()["facts"][0]["no"].to_string();
        for (who, expected) in [("rep", rep), ("sven", StatusCode::OK)] {
            let answer = world.gets(who, &format!("/facts/{no}")).await;
            assert_eq!(answer.status, expected, "{who} at {owner}'s: {}", answer.body);
        }
    }
}
