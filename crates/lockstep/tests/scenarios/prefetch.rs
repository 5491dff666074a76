//! What a browser fetches before anybody went there.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::http::{Request, StatusCode};
use testkit::{PEOPLE, World};

/// The patterns of the addresses that may be fetched early, as the header of a page leads to them.
async fn patterns(world: &World) -> Vec<String> {
    let page = world.gets("rep", "/leads").await;
    let file = page.header("speculation-rules").trim_matches('"').to_owned();
    let rules = world.gets("rep", &file).await;
    assert_eq!(rules.header("content-type"), "application/speculationrules+json");
    let rules = rules.json();
    assert!(rules["prerender"].is_null(), "a page that nobody opened runs no script: {rules}");
    let any = rules["prefetch"][0]["where"]["and"][0]["or"].as_array().cloned();
    let patterns = any.expect("a list").into_iter();
    patterns.filter_map(|it| it["href_matches"].as_str().map(str::to_owned)).collect()
}

/// The addresses on a page to which a pattern leads.
fn links(page: &str, patterns: &[String]) -> BTreeSet<String> {
    let hrefs = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let hrefs = hrefs.map(|href| href.replace("&#38;", "&"));
    let hrefs = hrefs.map(|href| href.split('#').next().unwrap_or_default().to_owned());
    let meant = |href: &String| {
        patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => href.starts_with(start),
            None => href.split('?').next() == Some(pattern),
        })
    };
    hrefs.filter(meant).collect()
}

/// Fetches a page as a browser does that looks ahead.
async fn ahead(world: &World, short: &str, path: &str, cookie: &str) -> testkit::Answer {
    let cookies = format!("ls={}{cookie}", world.session(short));
    let request = Request::get(path).header("cookie", cookies).header("sec-purpose", "prefetch");
    world.sends(request, "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_fetched_early_changes_anything() {
    let world = World::just_signed();
    let facts = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Nordwind"}},
        {"fact": "lead", "lead": "l1", "fields": {"account": "a1"}, "person": {"name": "Mirjam"}},
        {"fact": "lead_moved", "lead": "l1", "status": "MQL"},
    ]);
    world.reports(facts).await;
    let patterns = patterns(&world).await;
    for (short, ..) in PEOPLE {
        let (mut seen, mut next) = (BTreeSet::new(), BTreeSet::from(["/".to_owned()]));
        while let Some(path) = next.pop_first() {
            let before = world.everything();
            let answer = ahead(&world, short, &path, "").await;
            assert_eq!(answer.status, StatusCode::OK, "{short} {path}");
            assert!(answer.header("content-type").starts_with("text/html"), "{short} {path}");
            assert_eq!(answer.header("set-cookie"), "", "{short} {path}");
            assert_eq!(world.everything(), before, "{short} {path}");
            next.extend(links(&answer.body, &patterns));
            seen.insert(path);
            next.retain(|path| !seen.contains(path));
        }
        assert!(seen.len() > 12, "{short} {seen:?}");
        let costly = ["sign-out", "/undo", ".csv", ".xlsx", "/scoreboard"];
        let found = seen.iter().find(|path| costly.iter().any(|word| path.contains(word)));
        assert_eq!(found, None, "{short}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_said_to_whoever_comes_and_not_to_a_browser_that_looks_ahead() {
    let world = World::just_signed();
    let said = "; flash=.4f6b2e";
    let early = ahead(&world, "rep", "/leads", said).await;
    assert!(!early.body.contains("class=\"flash\"") && early.header("set-cookie").is_empty());
    let cookies = format!("ls={}{said}", world.session("rep"));
    let page = world.sends(Request::get("/leads").header("cookie", cookies), "").await;
    assert!(page.text().contains("Ok.") && page.header("set-cookie").starts_with("flash=;"));
}
