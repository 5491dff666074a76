//! What Lockstep answered.

use std::io::Read;

use axum::{
    body::to_bytes,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use flate2::read::GzDecoder;
use serde_json::Value;

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
    /// The body as it was before it was packed.
    pub bytes: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Answer {
        let (parts, body) = response.into_parts();
        let mut bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        if parts.headers.get(header::CONTENT_ENCODING).is_some_and(|how| how == "gzip") {
            let packed = std::mem::take(&mut bytes);
            GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("it is packed whole");
        }
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What the next page will say, and the address at which it is undone; empty without one.
    ///
    /// # Panics
    /// Where the answer is not a redirect.
    pub fn said(&self) -> (String, String) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let cookie = self.header("set-cookie").split(';').next().unwrap_or_default();
        let mut parts = cookie.trim_start_matches("flash=").get(1..).unwrap_or_default().split('.');
        let mut text = || {
            let hex = parts.next().unwrap_or_default().as_bytes();
            let bytes = hex.chunks(2).map(|pair| {
                let pair = std::str::from_utf8(pair).unwrap_or_default();
                u8::from_str_radix(pair, 16).unwrap_or(b'?')
            });
            String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
        };
        (text(), text())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    /// The body's text without its tags, with single spaces.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut in_tag = false;
        for letter in self.body.chars() {
            match letter {
                '<' => {
                    in_tag = true;
                    text.push(' ');
                }
                '>' => in_tag = false,
                letter if !in_tag => text.push(letter),
                _ => {}
            }
        }
        text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
