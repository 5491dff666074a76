//! Other systems: their bytes to our values.
//!
//! Invariant: pure. Nothing here opens a database or decides anything; a file or a text goes in,
//! facts or a rule book come out, or every mistake in it, each with its place and its remedy.

pub mod facts;
