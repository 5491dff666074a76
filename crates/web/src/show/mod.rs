//! One way to show each kind of value.
//!
//! Every function here gives words, or [`Markup`](crate::markup::Markup) that a template writes as
//! it is. A page never formats a number, an instant or a side by itself.

pub mod glyph;
pub mod number;
pub mod rate;
pub mod status;
pub mod time;

pub use glyph::{side, side_name, stage};
pub use number::{
    count, figure, money, money_brief, not_measurable, per_cent, points, signed_points,
};
pub use rate::Rate;
pub use status::ClockStatus;
pub use time::{LocalTime, left, working};

/// A space at which no line breaks, between a number and its unit.
pub(crate) const NBSP: char = '\u{a0}';
/// The minus sign.
pub(crate) const MINUS: char = '\u{2212}';
