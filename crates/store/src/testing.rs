//! Databases for this crate's own tests: one of each kind, gone afterwards.
