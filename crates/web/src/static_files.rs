//! The files that pages ask for: one stylesheet, one script, one icon, and which pages a browser may
//! fetch before somebody goes there.
//!
//! They are embedded, and their names carry a hash of their bytes, so that a browser may keep them
//! for ever and still never shows an old one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing,
};
use sha2::{Digest, Sha256};

use crate::layout::error_page::ErrorPage;

macro_rules! styles {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../static/css/", $name, ".css")))),*]
    };
}

/// The stylesheet's parts in the order in which they are served.
const STYLES: [(&str, &str); 50] = styles![
    "reset",
    "tokens",
    "base",
    "layout",
    "components/b",
    "components/backtest",
    "components/because",
    "components/board",
    "components/cell",
    "components/chart",
    "components/deed",
    "components/demo",
    "components/door",
    "components/f",
    "components/field",
    "components/figs",
    "components/flash",
    "components/found",
    "components/house",
    "components/keys",
    "components/kv",
    "components/list",
    "components/margin",
    "components/menu",
    "components/meter",
    "components/news",
    "components/pages",
    "components/palette",
    "components/past",
    "components/points",
    "components/pop",
    "components/pre",
    "components/redline",
    "components/said",
    "components/say",
    "components/schedule",
    "components/scroll",
    "components/seek",
    "components/side",
    "components/slate",
    "components/st",
    "components/summary",
    "components/t",
    "components/ticked",
    "components/time",
    "components/twin",
    "components/views",
    "components/words",
    "utilities",
    "print",
];

macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../static/js/", $name, ".js")))),*]
    };
}

/// The script's parts in the order in which they are served.
const SCRIPTS: [(&str, &str); 11] = scripts![
    "page", "theme", "palette", "keys", "ticks", "offers", "states", "clocks", "live", "lever",
    "copy"
];

struct File {
    path: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl File {
    fn new(stem: &str, extension: &str, content_type: &'static str, bytes: Vec<u8>) -> File {
        let hash: String =
            Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        File { path: format!("/static/{stem}.{hash}.{extension}"), content_type, bytes }
    }
}

static STYLESHEET: LazyLock<File> =
    LazyLock::new(|| File::new("lockstep", "css", "text/css; charset=utf-8", style().into_bytes()));

static SCRIPT: LazyLock<File> = LazyLock::new(|| {
    let whole: String = SCRIPTS.iter().map(|(_, text)| *text).collect();
    File::new("lockstep", "js", "text/javascript; charset=utf-8", whole.into_bytes())
});

static ICON: LazyLock<File> = LazyLock::new(|| {
    let bytes = include_bytes!("../static/icon.svg").to_vec();
    File::new("icon", "svg", "image/svg+xml", bytes)
});

/// Pages that a browser may fetch when somebody points at a link to them. Only what is read in no
/// time stands there; no `GET` changes anything anyhow.
static PREFETCH: LazyLock<File> = LazyLock::new(|| {
    let bytes = include_bytes!("../static/prefetch.json").to_vec();
    File::new("prefetch", "json", "application/speculationrules+json", bytes)
});

static FILES: LazyLock<BTreeMap<&'static str, &'static File>> = LazyLock::new(|| {
    let files: [&'static File; 4] = [&STYLESHEET, &SCRIPT, &ICON, &PREFETCH];
    files.into_iter().map(|file| (file.path.as_str(), file)).collect()
});

/// Where the stylesheet lies.
pub fn stylesheet() -> &'static str {
    &STYLESHEET.path
}

/// The stylesheet itself, for a file that stands alone: a page of ours has it by its address.
pub(crate) fn style() -> String {
    STYLES.iter().map(|(_, text)| *text).collect()
}

/// Where the script lies.
pub fn script() -> &'static str {
    &SCRIPT.path
}

/// Where the icon of the browser's tab lies.
pub fn icon() -> &'static str {
    &ICON.path
}

/// Where it stands what may be fetched early, as a header names it.
pub(crate) fn prefetch() -> HeaderValue {
    let quoted = format!("\"{}\"", PREFETCH.path);
    HeaderValue::from_str(&quoted).expect("a path of ours is plain ASCII")
}

/// The addresses of all static files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{name}", routing::get(show))
}

async fn show(Path(name): Path<String>) -> Response {
    let Some(file) = FILES.get(format!("/static/{name}").as_str()) else {
        return ErrorPage::absent().into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, file.bytes.as_slice()).into_response()
}

#[cfg(test)]
mod tests;
