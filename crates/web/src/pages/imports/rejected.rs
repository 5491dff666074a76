//! The rows that an import did not take, as a file: where, why, and the row as it stands.

use axum::{extract::Path, response::Response};
use engine::access::Act;
use store::RejectedRow;

use super::{show::import_of, table_words};
use crate::{
    failure::Failure,
    session::Visit,
    sheet::{Cell, FileKind, download},
};

/// Rows that are read at once.
const ROWS: u32 = 500;

/// Sends them all.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    import_of(&visit, id.clone()).await?;
    let counted = id.clone();
    kind.holds(&visit.house, move |engine, _| {
        Ok(engine.read(|reader| reader.last_rejected(&counted))?.unsigned_abs())
    })
    .await?;
    Ok(download(&visit.house, kind, "rejected", move |engine, sheet| {
        let mut goes_on = sheet.head(&["table", "line", "column", "reason", "row"])?;
        let mut after = 0;
        while goes_on {
            let rows =
                engine.read(|reader| Ok::<_, Failure>(reader.rejected_rows(&id, after, ROWS)?))?;
            after = rows.last().map_or(after, |row| row.no);
            let cells: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
            goes_on = sheet.rows(&cells)? && rows.len() == ROWS as usize;
        }
        Ok(())
    }))
}

fn cells(row: &RejectedRow) -> Vec<Cell> {
    let found: Vec<String> = serde_json::from_str(&row.cells).unwrap_or_default();
    vec![
        table_words(&row.file).into(),
        Cell::Number { units: i64::try_from(row.line).unwrap_or(i64::MAX), decimals: 0 },
        row.column.as_str().into(),
        row.reason.as_str().into(),
        found.join(" | ").into(),
    ]
}
