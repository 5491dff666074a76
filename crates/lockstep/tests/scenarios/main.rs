//! Stories of the firm's days, told through the pages and the API.

mod absence;
mod access;
mod account;
mod agreement;
mod books;
mod corrections;
mod first_run;
mod handoffs;
mod hostile;
mod imports;
mod judged;
mod leads;
mod ledger;
mod lists;
mod live;
mod opportunities;
mod people;
mod prefetch;
mod record;
mod responsibilities;
mod routing;
mod scoreboard;
mod search;
mod substitute;
mod today;
mod views;
