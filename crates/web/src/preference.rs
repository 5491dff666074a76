//! How a person wants pages to look and to work, kept in a cookie of their browser for as long as
//! it keeps any: each preference has a cookie of its own, and a form on every page that is sent back
//! to where it stood.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::Redirect,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::security::{Site, local_path};

/// The word that a request's cookie holds.
pub(crate) fn kept(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}

/// What keeping a preference needs. Handlers take it as an argument.
#[derive(Debug)]
pub struct Keeping {
    jar: CookieJar,
    https: bool,
}

/// The answer that keeps a preference: the cookie, and the way back.
pub type Kept = (CookieJar, Redirect);

impl<S: Send + Sync> FromRequestParts<S> for Keeping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Keeping, Infallible> {
        let https = parts.extensions.get::<Site>().is_some_and(|site| site.https);
        Ok(Keeping { jar: CookieJar::from_headers(&parts.headers), https })
    }
}

impl Keeping {
    /// Keeps a word under a name, and goes back to the page on which it was chosen.
    pub(crate) fn keep(self, name: &'static str, word: &'static str, back: &str) -> Kept {
        let cookie = Cookie::build((name, word))
            .path("/")
            .permanent()
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.https);
        (self.jar.add(cookie), Redirect::to(local_path(back)))
    }
}
