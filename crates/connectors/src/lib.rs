//! Other systems: their bytes to our values.
//!
//! Invariant: pure, and suspicious. Every reader here is bounded in memory and time, refuses with a
//! sentence that says where and what to do, and never guesses in silence: whatever was detected or
//! assumed is returned, to be shown. Nothing here opens a database or decides anything. The one process
//! that is started here parses a workbook, so that no workbook can end ours.

pub mod agreement;
pub mod facts;
pub mod files;
pub mod mapping;
pub mod values;
