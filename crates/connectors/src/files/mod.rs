//! Tables in files: CSV of any dialect and XLSX, read row by row.

mod archive;
pub mod child;
mod csv;
mod dialect;
mod encoding;
pub mod guard;
mod header;
#[cfg(test)]
mod made;
pub mod package;
pub mod table;
mod xlsx;
