//! The pages in a real browser: by keyboard alone, without scripts, on a phone and in the dark.
//!
//! Without chromedriver and Chromium these tests say so and pass, except on the build server
//! (`CI=true`) or where they are asked for (`LOCKSTEP_TEST_BROWSER=1`). `CHROMEDRIVER` and
//! `CHROMIUM` may name the programs, `AXE_CORE` the file of axe-core.

mod agreement;
mod ahead;
mod backtest;
mod chromedriver;
mod clocks;
mod exam;
mod firm;
mod first_run;
mod handoffs;
mod hours;
mod house;
mod imports;
mod lead;
mod leads;
mod lists;
mod live;
mod merging;
mod negotiation;
mod no_script;
mod pages;
mod palette;
mod people;
mod phone;
mod routing;
mod scoreboard;
mod sign_in;
mod suggestion;
