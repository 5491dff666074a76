//! Stories of the firm's days, told through the pages and the API.

mod access;
mod agreement;
mod first_run;
mod hostile;
mod imports;
mod leads;
mod ledger;
mod opportunities;
mod people;
mod scoreboard;
mod today;
