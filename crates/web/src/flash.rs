//! What the last action did, said once on the page that follows it.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::security::local_path;

const COOKIE: &str = "flash";
/// Longer words than this would not fit a cookie beside others.
const LONGEST: usize = 600;

/// A sentence for the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// The sentence.
    pub words: String,
    /// Whether something did not happen as asked.
    pub alarm: bool,
    /// Where it is undone, by a form that is sent there.
    pub undo: Option<String>,
}

/// Under this lies all that undoes. A cookie that somebody else wrote leads nowhere else.
const UNDO: &str = "/undo/";

impl Flash {
    /// It happened: `Accepted. The first call is due by Fri 20 Nov, 09:12.`
    pub fn done(words: impl Into<String>) -> Flash {
        Flash { words: words.into(), alarm: false, undo: None }
    }

    /// It did not happen, and why.
    pub fn not_done(words: impl Into<String>) -> Flash {
        Flash { words: words.into(), alarm: true, undo: None }
    }

    /// The same, with where it is undone: an address below `/undo/`.
    pub fn with_undo(mut self, path: impl Into<String>) -> Flash {
        self.undo = Some(path.into());
        self
    }

    /// The same, with the view that undoing comes back to, as a query. A cookie holds no long one.
    pub fn back_to(mut self, query: &str) -> Flash {
        const QUERY_MAX: usize = 1_000;
        if let Some(undo) = self.undo.as_mut().filter(|_| (1..QUERY_MAX).contains(&query.len())) {
            undo.push('?');
            undo.push_str(query);
        }
        self
    }

    /// Leaves the sentence for the page that the redirect leads to.
    pub fn leave(&self, jar: CookieJar) -> CookieJar {
        let mark = if self.alarm { '!' } else { '.' };
        let words: String = self.words.chars().take(LONGEST).collect();
        let undo = self.undo.as_deref().map(|path| format!(".{}", to_hex(path)));
        let value = format!("{mark}{}{}", to_hex(&words), undo.unwrap_or_default());
        let cookie =
            Cookie::build((COOKIE, value)).path("/").http_only(true).same_site(SameSite::Lax);
        jar.add(cookie)
    }

    /// Takes the sentence, if one was left, so that it is said only once. The jar must be answered
    /// together with the page.
    pub fn take(jar: CookieJar) -> (Option<Flash>, CookieJar) {
        let Some(cookie) = jar.get(COOKIE) else { return (None, jar) };
        let flash = Flash::read(cookie.value());
        (flash, jar.remove(Cookie::build(COOKIE).path("/")))
    }

    fn read(value: &str) -> Option<Flash> {
        let rest = value.get(1..)?;
        let (words, undo) = rest.split_once('.').map_or((rest, None), |(w, undo)| (w, Some(undo)));
        let undo = match undo {
            Some(path) => Some(from_hex(path)?).filter(|path| local_path(path).starts_with(UNDO)),
            None => None,
        };
        let words = from_hex(words)?;
        match value.chars().next()? {
            '.' => Some(Flash { undo, ..Flash::done(words) }),
            '!' => Some(Flash { undo, ..Flash::not_done(words) }),
            _ => None,
        }
    }
}

/// Hexadecimal, since a cookie holds neither spaces nor umlauts.
fn to_hex(words: &str) -> String {
    words.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<String> {
    let pairs = text.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_once() {
        let undone = Flash::done("Removed.").with_undo("/undo/views/7");
        for flash in [Flash::done("Grüße; “ok”"), Flash::not_done("Not saved"), undone] {
            let jar = flash.leave(CookieJar::new());
            let (taken, jar) = Flash::take(jar);
            assert_eq!(taken, Some(flash));
            assert_eq!(Flash::take(jar).0, None);
        }
    }

    #[test]
    fn an_undo_leads_to_what_undoes_and_nowhere_else() {
        for path in ["/people/1", "//evil.example/undo/", "https://evil.example", "/undo\\x"] {
            let jar = Flash::done("Removed.").with_undo(path).leave(CookieJar::new());
            assert_eq!(Flash::take(jar).0, Some(Flash::done("Removed.")), "{path}");
        }
    }

    #[test]
    fn what_we_did_not_write_is_not_said() {
        for value in ["", ".", "x41", ".4", ".zz", ".ff"] {
            let read = Flash::read(value).map(|flash| flash.words);
            assert!(read.is_none_or(|words| words.is_empty()), "{value}");
        }
    }
}
