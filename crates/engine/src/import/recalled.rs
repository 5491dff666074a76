//! What somebody decided once: how files with these columns are read, and what a word means.

use connectors::mapping::Object;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Reader, StoreError, Writer};

use super::choices::TableChoice;
use crate::{Engine, Error};

const COLUMNS: &str = "columns";
const WORD: &str = "word";

/// What a word means, where somebody said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The record of this name.
    Named(String),
    /// The record of this id.
    Id(String),
    /// None: it is kept as a word.
    Nothing,
}

fn columns_key(header: &[String]) -> String {
    let digest = Sha256::digest(header.join("\n").as_bytes());
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn word_key(source: &str, object: Object, word: &str) -> String {
    format!("{source}/{}/{word}", object.words())
}

impl Engine {
    /// How files with these columns were read before.
    pub(super) fn recalled_columns(&self, header: &[String]) -> Result<Option<TableChoice>, Error> {
        let key = columns_key(header);
        let kept = self.read(|reader| reader.remembered(COLUMNS, &key))?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Remembers how files with these columns are read.
    pub(super) fn remember_columns(
        &self,
        header: &[String],
        choice: &TableChoice,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = columns_key(header);
        let json = serde_json::to_string(choice).unwrap_or_default();
        self.store.write(now, move |writer| Ok(writer.remember(COLUMNS, &key, Some(&json))?))
    }
}

/// What a word means, if somebody said so.
pub(super) fn meaning_of(
    reader: &Reader<'_>,
    source: &str,
    object: Object,
    word: &str,
) -> Result<Option<Means>, StoreError> {
    let kept = reader.remembered(WORD, &word_key(source, object, word))?;
    Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Remembers what a word means.
pub(super) fn remember_meaning(
    writer: &mut Writer<'_>,
    source: &str,
    object: Object,
    word: &str,
    means: &Means,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(means).unwrap_or_default();
    writer.remember(WORD, &word_key(source, object, word), Some(&json))
}
