//! Where facts are kept, and the read models worked out from them.
//!
//! Invariants: facts and seals are never changed or removed; facts are numbered without gaps; when
//! a write has answered, it is on disk; every read model can be rebuilt from the ledger, to the
//! byte, and is the same on both databases. Only this crate knows SQL.
//!
//! A [`Writer`] appends facts inside one transaction; only `engine` asks for one. A [`Reader`] sees
//! committed facts and read models; pages use it. Everything here blocks: call it from a thread
//! that may wait.

mod amendment;
mod behind;
pub mod ceiling;
mod conditions;
mod database;
mod dump;
mod error;
mod fact_page;
mod fold;
mod group_commit;
mod import;
mod ledger;
mod memory;
mod migrate;
mod person;
mod person_key;
mod pool;
pub mod read;
mod reader;
mod rebuild;
mod session;
mod setting;
mod store;
#[cfg(test)]
mod testing;
mod value;
mod verify;
mod view;
mod words;
mod writer;

pub use amendment::Amendment;
pub use database::Location;
pub use error::{DatabaseError, StoreError};
pub use fact_page::FactFilter;
pub use import::{
    ImportFilter, ImportPart, ImportRun, ImportUndo, Judged, LeftRow, RejectedRow, Undecided,
};
pub use ledger::{Head, KEY_BYTES_MAX, NO_SEAL};
pub use migrate::SCHEMA;
pub use person_key::traits_of;
pub use reader::Reader;
pub use session::{ApiKey, Invitation, Session};
pub use store::Store;
pub use verify::{Damage, ExportFault, verify_export};
pub use view::SavedView;
pub use words::Wanted;
pub use writer::{Ahead, Writer, is_keyed_by};
