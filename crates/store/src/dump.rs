//! The read models and the ledger as JSON lines, the same bytes from both databases.

use std::io::Write;

use crate::{
    error::{StoreError, doing},
    ledger::{FACT_COLUMNS, FactRow, SEAL_COLUMNS, SealRow},
    read::READ_MODELS,
    reader::Reader,
    value::{Value, json},
};

impl Reader<'_> {
    /// Writes every row of every read model as a line of JSON, table by table, the lines of a table
    /// sorted by their bytes: two stores that say the same give the same bytes.
    ///
    /// # Errors
    /// When the database or `out` fails.
    pub fn dump(&self, out: &mut dyn Write) -> Result<(), StoreError> {
        for (table, columns) in READ_MODELS {
            let query = format!("select {columns} from {table}");
            let names: Vec<_> = columns.split(", ").collect();
            let mut lines = self.list("dump a read model", &query, &[], |row| {
                Ok(line_of(table, &names, &row.rest()))
            })?;
            lines.sort();
            for line in lines {
                writeln!(out, "{line}").map_err(doing("write the dump"))?;
            }
        }
        Ok(())
    }

    /// Writes every fact and every seal as a line of JSON, the facts first, each in its order.
    /// Instants are milliseconds since 1970, UTC; `fact` stands as its digest covers it, byte for
    /// byte.
    ///
    /// # Errors
    /// When the database or `out` fails.
    pub fn export_ledger(&self, out: &mut dyn Write) -> Result<(), StoreError> {
        let what = "export the ledger";
        let query = format!("select {FACT_COLUMNS} from fact order by no");
        self.0.query_each(what, &query, &[], |row| {
            let line = fact_line(&FactRow::read(row)?);
            writeln!(out, "{line}").map_err(doing(what))
        })?;
        let query = format!("select {SEAL_COLUMNS} from seal order by no");
        self.0.query_each(what, &query, &[], |row| {
            let line = seal_line(&SealRow::read(row)?);
            writeln!(out, "{line}").map_err(doing(what))
        })
    }
}

fn line_of(table: &str, names: &[&str], values: &[Value]) -> String {
    let mut line = format!(r#"{{"table":"{table}""#);
    for (name, value) in names.iter().zip(values) {
        let value = match value {
            Value::Null => "null".to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => json(text),
            Value::Bytes(bytes) => json(bytes),
        };
        line.push_str(&format!(r#","{name}":{value}"#));
    }
    line.push('}');
    line
}

fn fact_line(row: &FactRow) -> String {
    format!(
        r#"{{"no":{},"recorded_at":{},"happened_at":{},"subject":{},"kind":{},"source":{},"key":{},"fact":{},"digest":{}}}"#,
        row.no,
        row.recorded_at,
        row.happened_at,
        json(&row.subject),
        json(&row.kind),
        json(&row.source),
        json(&row.key),
        row.body,
        json(&row.digest)
    )
}

fn seal_line(row: &SealRow) -> String {
    format!(
        r#"{{"seal":{},"first_fact":{},"last_fact":{},"sealed_at":{},"previous":{},"hash":{}}}"#,
        row.no,
        row.first_fact,
        row.last_fact,
        row.sealed_at,
        json(&row.previous),
        json(&row.hash)
    )
}
