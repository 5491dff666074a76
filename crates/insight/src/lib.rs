//! QUESTIONS OVER MANY FACTS AT ONCE. Sorted columns and kernels whose partial results merge.
//!
//! Invariant: what a kernel says is what `domain` says, fact by fact, only sooner; a property proves
//! it for each. Nothing here reads a clock or a database: columns and files come in, figures go out.

pub mod attribution;
pub mod cents;
pub mod channels;
pub mod deal;
mod dice;
pub mod files;
pub mod gathering;
mod half_life;
pub mod journeys;
mod markov;
mod order;
pub mod paths;
pub mod resampling;
pub mod rules;
mod shapley;
mod solve;
pub mod tables;
mod tally;
