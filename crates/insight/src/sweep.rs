//! A definition over all of history: when each contact would first have met it, at one threshold or
//! at all of them at once.
//!
//! Whatever cannot be the answer is left out by bounds that are cheap: points that never fade, and
//! a running sum that fades in floating point. Where a bound does not decide, points are worked out
//! in whole thousandths, each touch rounded once, as `domain` does; a property holds the two to the
//! same instants. A definition that columns cannot say is refused, for the code that runs live.

mod fields;
mod found;
mod pass;
mod plan;
mod refusal;
mod straight;

pub use fields::{FieldKind, fields, without_status};
pub use found::{Found, Records};
pub use plan::Plan;
pub use refusal::PlanRefusal;

#[cfg(test)]
mod tests;
