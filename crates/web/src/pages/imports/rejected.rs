//! The rows that an import did not take: one as it stands, in a drawer, and all as a file.

use axum::{extract::Path, response::Response};
use engine::{
    access::Act,
    import::{REJECTED_KEPT, dock::Import},
};
use jiff::Timestamp;
use store::{Reader, RejectedRow, StoreError};

use super::{href, show::known_import, table_words};
use crate::{
    failure::Failure,
    layout::{Because, because::Working},
    markup::Markup,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::count,
};

/// Rows that are read at once.
const ROWS: u32 = 500;

/// Problems of one row that its drawer has, at the most.
const PROBLEMS: i64 = 32;

/// Where a row opens that was not taken, by the number of its problem.
pub(super) fn line_href(import: &str, no: i64) -> String {
    format!("{}?because=line-{no}#because", href(import))
}

/// Which problem the drawer is asked for.
pub(super) fn line_asked(because: &str) -> Option<i64> {
    because.strip_prefix("line-")?.parse().ok()
}

/// All problems of the row that has a problem.
pub(super) fn problems_of(
    reader: &Reader<'_>,
    import: &str,
    no: i64,
) -> Result<Vec<RejectedRow>, StoreError> {
    let near = no.saturating_sub(PROBLEMS).max(0);
    let mut rows = reader.rejected_rows(import, near, PROBLEMS.unsigned_abs() as u32 * 2)?;
    let place = rows.iter().find(|row| row.no == no).map(|row| (row.file.clone(), row.line));
    rows.retain(|row| Some((&row.file, row.line)) == place.as_ref().map(|(f, l)| (f, *l)));
    Ok(rows)
}

/// What is wrong with a row, and the row as it stands in its file.
pub(super) fn row_drawer(here: &str, problems: &[RejectedRow]) -> Option<Because> {
    let row = problems.first()?;
    let counted = problems.iter().map(|problem| Working {
        what: Markup::text(match problem.column.as_str() {
            "" => "The row as a whole",
            column => column,
        }),
        rule: problem.reason.clone(),
        result: count(problem.line),
        ..Working::default()
    });
    Some(Because {
        answer: format!("Line {} of {} was not taken", count(row.line), table_words(&row.file)),
        close: here.to_owned(),
        counted_title: "What is wrong, by its column".to_owned(),
        counted: counted.collect(),
        unit: "Line".to_owned(),
        kept: format!("the row as it stands: {}", as_it_stands(row)),
        ..Because::default()
    })
}

/// Why none of the rows that were not taken is listed.
pub(super) fn none_kept(import: &Import, now: Timestamp) -> &'static str {
    match now.duration_since(import.started_at) > REJECTED_KEPT {
        true => {
            "They are gone from here: rows that were not taken may tell who somebody is, and are \
             kept for 30 days."
        }
        false => {
            "They are not kept here: the command line has written them into a file of its own, as \
             it said at its end."
        }
    }
}

fn as_it_stands(row: &RejectedRow) -> String {
    let found: Vec<String> = serde_json::from_str(&row.cells).unwrap_or_default();
    found.join(" | ")
}

/// Sends them all.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    known_import(&visit, id.clone()).await?;
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
    vec![
        table_words(&row.file).into(),
        Cell::Number { units: i64::try_from(row.line).unwrap_or(i64::MAX), decimals: 0 },
        row.column.as_str().into(),
        row.reason.as_str().into(),
        as_it_stands(row).as_str().into(),
    ]
}
