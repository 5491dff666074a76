//! What a definition of a qualified lead would have found, among the leads that there were, beside
//! what the one in force would have found: who enters and who leaves, what became of them, how often
//! that is not known, and how many a week. Source: domain.md 3.6.
//!
//! Both are replayed in the same way ([`past`]), by the very code that judges live. Of a lead that
//! nobody worked it is not known what would have become of it: it is counted as unknown, and the
//! bounds are what the rates would be if none, or all, of these had been won.

pub mod cut;
pub mod implied;
pub mod inputs;
pub mod past;
pub mod tally;
pub mod tried;

pub use cut::Cut;
pub use implied::Implying;
pub use past::{Past, as_then_known};
pub use tally::{Backtest, Clocks, Found, Group, Span, Strip, queue, tally};
pub use tried::{
    Asked, Became, Deal, Goal, Implied, ImpliedClock, Rule, Tried, Untold, WonAlone, Worked,
};

#[cfg(test)]
mod tests;
