//! Stories of the firm's days, told through the pages and the API.

mod access;
mod agreement;
mod hostile;
mod imports;
mod leads;
mod ledger;
mod live;
mod opportunities;
mod people;
mod scoreboard;
mod search;
mod today;
