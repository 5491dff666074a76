//! The choice to take the version back that is before both sides, with what is lost by it.

use domain::ids::Version;
use engine::agreement::OpenVersion;

use crate::layout::{Control, Field};

/// The box that is ticked for it, and the version that was seen.
pub(crate) fn fields(open: OpenVersion) -> [Field; 2] {
    let version = open.version;
    let label = format!("Take version {version} back and propose this instead");
    let lost = format!(
        "Version {version} is before both sides, {}. Taken back, it can be signed no more and its \
         signatures are void; what was said to it stays readable.",
        open.words()
    );
    [
        Field::new("instead", label, Control::Check).optional().hint(lost),
        Field::hidden("open", version.to_string()),
    ]
}

/// The version that is to be taken back, if the box was ticked.
pub(crate) fn chosen(instead: &str, open: &str) -> Option<Version> {
    (instead == "yes").then(|| open.parse().ok().map(Version)).flatten()
}
