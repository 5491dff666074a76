//! Pages for people, and the frame they stand in.
//!
//! Invariant: nothing reaches a page unescaped. Text goes through askama or through
//! [`markup::Element`]; [`markup::Markup`] is the only type that templates do not escape, and only
//! this crate can make one.

pub mod charts;
pub mod flash;
pub mod layout;
pub mod markup;
pub mod page;
pub mod security;
pub mod show;
pub mod static_files;
pub mod theme;
