//! A session ends while somebody works: they are told when and why, and lose nothing of what they typed.

use testkit::http::{Request, StatusCode, header};
use testkit::{Answer, World};

const TYPED: [(&str, &str); 4] = [
    ("wanted", "A page on “foundries”"),
    ("why", "As talked about on Monday"),
    ("needed_on", "2026-11-27"),
    ("asked", ""),
];

async fn asks_late(world: &World) -> Answer {
    world.posts("rep", "/requests", &TYPED).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_comes_after_its_session_is_answered_with_what_was_typed() {
    let world = World::new();
    world.at("2026-11-23 09:00");
    let before = world.everything();
    let late = asks_late(&world).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    let why = "You were signed out on Mon 23 Nov, 09:00 (Europe/Berlin): the session had not been \
               used for 7 days.";
    for words in [why, "Nothing was changed.", "As talked about on Monday", "needed on 2026-11-27"]
    {
        assert!(late.text().contains(words), "{words}: {}", late.text());
    }
    assert!(late.body.contains("<form method=\"post\" action=\"/requests\">"), "{}", late.body);
    for (name, _) in TYPED {
        let field = format!("<input type=\"hidden\" name=\"{name}\"");
        assert!(late.body.contains(&field), "{name} is sent again: {}", late.body);
    }
    assert!(late.body.contains("value=\"A page on “foundries”\""), "{}", late.body);
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_says_when_and_why_a_session_ended() {
    let world = World::new();
    world.at("2026-11-17 14:02");
    let ended = format!("/people/{}/sessions/end", world.user("rep"));
    assert_eq!(world.posts("operations", &ended, &[]).await.status, StatusCode::SEE_OTHER);
    let out = world.page("rep", "/sign-in?to=%2Fleads").await;
    let words = "You were signed out on Tue 17 Nov, 14:02 (Europe/Berlin): the session was ended, by \
                 you elsewhere or by somebody who looks after people.";
    assert!(out.contains(words), "{out}");
    let page = format!("/people/{}", world.user("sven"));
    let fields = [("role", "sales_manager"), ("side", "sales")];
    world.posts("operations", &page, &fields).await;
    let out = world.page("sven", "/sign-in").await;
    assert!(out.contains("you may not sign in any more; ask whoever lets people in"), "{out}");
    assert!(!world.page("nobody", "/sign-in").await.contains("signed out"));
    // A month later it is forgotten, by whoever signs in next.
    world.at("2026-12-17 14:02").has_password("mara", "ein langes Wort");
    assert!(world.page("rep", "/sign-in").await.contains("signed out"));
    let fields = [("email", "mara@millrace.example"), ("password", "ein langes Wort"), ("to", "")];
    assert_eq!(world.posts("nobody", "/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(!world.page("rep", "/sign-in").await.contains("signed out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_an_empty_form_are_never_shown_again() {
    let world = World::new();
    world.posts("rep", "/sign-out", &[]).await;
    let fields = [("present", "the old words"), ("new", "the new words"), ("username", "rep")];
    for fields in [&fields[..], &[("asked", "")]] {
        let late = world.posts("rep", "/account/password", fields).await;
        assert_eq!((late.status, late.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
        assert!(!late.body.contains("words"), "{}", late.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_comes_back_to_the_page_of_the_form_and_nowhere_else() {
    let world = World::new();
    world.posts("rep", "/sign-out", &[]).await;
    let cases = [
        (
            "http://lockstep.example/requests/new?of=sven",
            "/sign-in?to=%2Frequests%2Fnew%3Fof%3Dsven",
        ),
        ("http://evil.example//evil.example/", "/sign-in?to=%2F"),
    ];
    for (from, expected) in cases {
        let request = Request::post("/requests")
            .header(header::HOST, "lockstep.example")
            .header(header::ORIGIN, "http://lockstep.example")
            .header(header::REFERER, from)
            .header(header::COOKIE, format!("ls={}", world.session("rep")))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let late = world.sends(request, "wanted=A+page").await;
        assert_eq!(late.status, StatusCode::FORBIDDEN);
        assert!(late.body.contains(&format!("href=\"{expected}\"")), "{from}: {}", late.body);
    }
}
