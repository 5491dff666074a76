//! The built binary, from its command line to its exit code.

#![allow(clippy::unwrap_used)] // A test that cannot go on ends there.

mod agreement;
mod attribution;
mod backtest;
mod backtest_files;
mod decide;
mod house;
mod leads;
mod ledger;
mod setting_up;
mod usage;
mod workbook;
