//! What every answer carries and no request may do. Source: OWASP ASVS 5.0, V3 and V16.5.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::{CsrfLayer, ProtectionError},
};

use crate::layout::error_page::ErrorPage;
use crate::static_files;
use crate::theme::Theme;

/// Nothing but our own files; no inline script, no inline style, no frame, no plug-in.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Which pages a browser may fetch early; a header, since the policy forbids scripts in a page.
const SPECULATION_RULES: HeaderName = HeaderName::from_static("speculation-rules");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How this Lockstep is reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site {
    /// Whether browsers come by https, by our own or a proxy's. Turns on HSTS and secure cookies.
    pub https: bool,
}

/// The name of one request, in the log and on the page that says something broke.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The next one. The first half tells this run of the program from others; neither is a
    /// secret.
    fn next() -> RequestId {
        static RUN: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one("run") as u32);
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{:08x}-{count}", *RUN))
    }
}

/// Puts the guards around all routes. Call it last, so that nothing stands outside.
pub fn protect<S: Clone + Send + Sync + 'static>(router: Router<S>, site: Site) -> Router<S> {
    router
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(CsrfLayer::new().with_rejection_response(foreign_form))
        .layer(middleware::from_fn_with_state(site, guard))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
}

async fn guard(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let id = RequestId::next();
    let theme = Theme::of(request.headers());
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(site);
    let mut response = next.run(request).await;
    if let Some(page) = response.extensions_mut().remove::<ErrorPage>() {
        if let Some(cause) = &page.cause {
            tracing::error!(request_id = id.0, "a handler panicked: {cause}");
        }
        response = page.for_request(&id.0).in_theme(theme).into_response();
    }
    add_headers(response.headers_mut(), site, &id);
    response
}

fn add_headers(headers: &mut HeaderMap, site: Site, id: &RequestId) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
        headers.insert(SPECULATION_RULES, static_files::prefetch());
    }
    if site.https {
        let two_years = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
}

fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let cause = text.unwrap_or("without a word").to_owned();
    ErrorPage::broken().because_of(cause).into_response()
}

fn foreign_form(_: ProtectionError) -> Response {
    ErrorPage::foreign().into_response()
}

/// A path of this site to go back to; `/` for anything that could lead elsewhere.
pub fn local_path(path: &str) -> &str {
    let inside = path.starts_with('/') && !path.starts_with("//");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if inside && plain { path } else { "/" }
}

#[cfg(test)]
mod tests;
