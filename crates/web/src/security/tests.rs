use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
    routing,
};
use tower::ServiceExt;

use super::*;
use crate::{static_files, theme};

fn app(https: bool) -> Router {
    let router = Router::new()
        .route("/", routing::get(|| async { "page" }))
        .route("/panic", routing::get(panics))
        .route("/theme", routing::post(theme::create))
        .merge(static_files::routes())
        .fallback(|| async { ErrorPage::absent() });
    protect(router, Site { https })
}

async fn panics() -> &'static str {
    panic!("a secret cause")
}

async fn send(https: bool, request: axum::http::request::Builder, body: &str) -> Response {
    let request = request.body(Body::from(body.to_owned())).unwrap();
    app(https).oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

fn choice(origin: &str) -> axum::http::request::Builder {
    Request::post("/theme")
        .header("host", "lockstep.example")
        .header("origin", origin)
        .header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn every_answer_carries_the_guards() {
    for path in ["/", "/absent", "/panic", static_files::stylesheet()] {
        let response = send(false, Request::get(path), "").await;
        let headers = response.headers();
        for (name, value) in HEADERS {
            assert_eq!(headers[&name], value, "{path}");
        }
        assert!(headers.contains_key("x-request-id"), "{path}");
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
        assert!(!POLICY.contains("unsafe"));
    }
    let secure = send(true, Request::get("/"), "").await;
    assert_eq!(secure.headers()["strict-transport-security"], "max-age=63072000");
}

#[tokio::test]
async fn pages_are_not_kept_and_files_are_kept_for_ever() {
    let kept = "public, max-age=31536000, immutable";
    let cases = [
        ("/", "no-store", ""),
        (static_files::stylesheet(), kept, "text/css; charset=utf-8"),
        (static_files::script(), kept, "text/javascript; charset=utf-8"),
        (static_files::icon(), kept, "image/svg+xml"),
        ("/static/lockstep.css", "no-store", ""),
    ];
    for (path, cache, content_type) in cases {
        let response = send(false, Request::get(path), "").await;
        assert_eq!(response.headers()["cache-control"], cache, "{path}");
        if !content_type.is_empty() {
            assert_eq!(response.headers()["content-type"], content_type, "{path}");
        }
    }
}

#[tokio::test]
async fn a_panic_is_a_page_with_the_request_id_and_without_its_cause() {
    let request = Request::get("/panic").header("cookie", "theme=dark");
    let response = send(false, request, "").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let page = text(response).await;
    assert!(page.contains("data-theme=\"dark\""), "{page}");
    assert!(page.contains(&id) && !page.contains("a secret cause"), "{page}");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let body = "theme=dark&back=%2Fleads";
    let response = send(false, choice("https://evil.example"), body).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(!response.headers().contains_key("set-cookie"));
    assert!(text(response).await.contains("Nothing was changed"));
}

#[tokio::test]
async fn a_theme_is_kept_and_leads_back() {
    let cases = [("%2Fleads%3Fx%3D1", "/leads?x=1"), ("%2F%2Fevil.example", "/")];
    for (back, location) in cases {
        let body = format!("theme=dark&back={back}");
        let response = send(true, choice("http://lockstep.example"), &body).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()["location"], location);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("theme=dark;"), "{cookie}");
        assert!(cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
    }
}

#[test]
fn only_paths_of_this_site_are_local() {
    let cases = [
        ("/leads/1?because=score", "/leads/1?because=score"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ];
    for (path, expected) in cases {
        assert_eq!(local_path(path), expected, "{path}");
    }
}
