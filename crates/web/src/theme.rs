//! `POST /theme`: light, dark, or as the system has it. Kept in a cookie and written by the server
//! into the page, so that no page flashes in the other one first.

use std::convert::Infallible;

use axum::{
    Form,
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use serde::Deserialize;

use crate::preference::{Keeping, Kept, kept};

const COOKIE: &str = "theme";

/// How a person wants pages to look. Handlers take it as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
    /// As the person's system has it.
    #[default]
    System,
}

impl Theme {
    /// All, in the order of the buttons.
    pub const ALL: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::System];

    /// As the form and the cookie write it.
    pub fn key(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::System => "system",
        }
    }

    /// As the button says it.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Light => "Light",
            Theme::Dark => "Dark",
            Theme::System => "System",
        }
    }

    /// What the page's root says, if it says anything.
    pub fn forced(self) -> Option<&'static str> {
        (self != Theme::System).then(|| self.key())
    }

    /// The theme that a request's cookie asks for.
    pub fn of(headers: &HeaderMap) -> Theme {
        kept(headers, COOKIE).map_or(Theme::System, |word| Theme::parse(&word))
    }

    /// Reads a key; anything else is as the system has it.
    pub fn parse(key: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.key() == key).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Theme {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Theme, Infallible> {
        Ok(Theme::of(&parts.headers))
    }
}

/// What the buttons send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    theme: Theme,
    back: String,
}

/// Keeps the choice and goes back to the page it was made on.
pub async fn create(keeping: Keeping, Form(choice): Form<Choice>) -> Kept {
    keeping.keep(COOKIE, choice.theme.key(), &choice.back)
}
