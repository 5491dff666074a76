//! The one place that looks at the wall clock. Everything else is told what time it is.

use jiff::Timestamp;

/// The instant at which the command runs. Asked once, so that all that a command does happens at
/// one instant.
#[allow(clippy::disallowed_methods)] // Somebody has to look; the binary does, here and nowhere else.
pub fn now() -> Timestamp {
    Timestamp::now()
}
