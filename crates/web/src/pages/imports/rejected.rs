//! The rows that an import did not take, as a file: where, why, and the row as it stands.

use axum::{extract::Path, response::Response};
use engine::access::Act;

use super::{show::import_of, table_words};
use crate::{failure::Failure, session::Visit, sheet::download};

/// Rows that are read at once.
const ROWS: u32 = 500;

/// Sends them all.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    import_of(&visit, id.clone()).await?;
    Ok(download(&visit.house, "rejected", move |engine, sheet| {
        let mut goes_on = sheet.row(&["table", "line", "column", "reason", "row"]);
        let mut after = 0;
        while goes_on {
            let rows =
                engine.read(|reader| Ok::<_, Failure>(reader.rejected_rows(&id, after, ROWS)?))?;
            after = rows.last().map_or(after, |row| row.no);
            goes_on = rows.len() == ROWS as usize;
            for row in rows {
                let found: Vec<String> = serde_json::from_str(&row.cells).unwrap_or_default();
                let (line, found) = (row.line.to_string(), found.join(" | "));
                let cells = [table_words(&row.file), line, row.column, row.reason, found];
                goes_on &= sheet.row(&cells);
            }
        }
        Ok(())
    }))
}
