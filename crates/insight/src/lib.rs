//! QUESTIONS OVER MANY FACTS AT ONCE. Sorted columns and kernels whose partial results merge.
//!
//! Invariant: what a kernel says is what `domain` says, fact by fact, only sooner; a property proves
//! it for each. Nothing here reads a clock or a database: columns and files come in, figures go out.

pub mod attribution;
pub mod backtest;
mod bytes;
pub mod card;
pub mod cents;
pub mod channels;
pub mod deal;
mod dice;
mod fade;
pub mod files;
pub mod gathering;
mod half_life;
pub mod journeys;
pub mod kept;
pub mod logistic;
mod markov;
mod order;
pub mod paths;
pub mod ranking;
pub mod resampling;
pub mod rules;
pub mod scale;
pub mod segment;
mod shapley;
mod solve;
pub mod sweep;
pub mod tables;
mod tally;
mod workers;
