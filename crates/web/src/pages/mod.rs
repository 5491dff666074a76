//! The pages, one folder each: handlers and their templates side by side.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod agreement;
pub(crate) mod dispute;
pub(crate) mod duplicates;
pub(crate) mod fact;
pub(crate) mod handoff;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod lead;
pub(crate) mod leads;
pub(crate) mod ledger;
pub(crate) mod merging;
pub(crate) mod opportunities;
pub(crate) mod opportunity;
pub(crate) mod palette;
pub(crate) mod people;
pub(crate) mod record;
pub(crate) mod responsibilities;
pub(crate) mod routing;
pub(crate) mod scoreboard;
pub(crate) mod search;
pub(crate) mod sign_in;
pub(crate) mod today;
pub(crate) mod views;
pub(crate) mod welcome;
