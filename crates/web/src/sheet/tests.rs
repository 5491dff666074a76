use std::io::{Cursor, Read};

use domain::points::Points;

use super::{cell::decimal, text::safe, *};

/// What a reader gets of a sheet that is filled so.
async fn read(
    kind: FileKind,
    fill: impl FnOnce(&mut Sheet) -> Result<(), Failure> + Send + 'static,
) -> Vec<io::Result<Bytes>> {
    let (to, mut from) = channel(WAITING);
    let now = "2026-11-16T08:00:00Z".parse().unwrap();
    let filling = tokio::task::spawn_blocking(move || send(kind, to, now, fill));
    let mut got = Vec::new();
    while let Some(chunk) = from.recv().await {
        got.push(chunk);
    }
    // A panic is what one of them is about.
    let _ = filling.await;
    got
}

/// The text of a part of a workbook.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

async fn workbook(rows: Vec<Vec<Cell>>) -> String {
    let names: Vec<String> = (0..rows[0].len()).map(|n| format!("column {n}")).collect();
    let chunks = read(FileKind::Xlsx, move |sheet| {
        sheet.head(&names)?;
        sheet.rows(&rows).map(drop)
    });
    let bytes: Vec<u8> = chunks.await.into_iter().flat_map(Result::unwrap).collect();
    part(&bytes, "xl/worksheets/sheet1.xml")
}

#[tokio::test]
async fn only_a_whole_list_ends_as_one() {
    for kind in [FileKind::Csv, FileKind::Xlsx] {
        let row = ["a".into()];
        let whole = read(kind, |sheet| sheet.row(&["a".into()]).map(drop));
        assert!(whole.await.iter().all(Result::is_ok), "{kind:?}");
        let failed = read(kind, move |sheet| {
            sheet.row(&row)?;
            Err(Failure::Absent)
        });
        assert!(failed.await.last().is_some_and(Result::is_err), "{kind:?}");
        let panicked = read(kind, |sheet| {
            sheet.row(&["a".into()])?;
            panic!("a row cannot be written");
        });
        assert!(panicked.await.last().is_some_and(Result::is_err), "{kind:?}");
    }
}

#[tokio::test]
async fn a_workbook_that_is_too_long_breaks_off() {
    let mut book = Book::new("2026-11-16T08:00:00Z".parse().unwrap()).unwrap();
    book.head(&["id"]).unwrap();
    book.skip_to(WORKBOOK_ROWS_MAX as u32);
    book.row(&["the last that fits".into()]).unwrap();
    assert!(book.row(&["one too many".into()]).is_err());
}

#[tokio::test]
async fn a_workbook_keeps_kinds_and_holds_no_formula() {
    let instant = |text: &str| Cell::At(text.parse().unwrap());
    let sheet = workbook(vec![
        vec!["=cmd()".into(), "=1".into(), instant("2026-11-16T12:00:00Z"), Points(104_500).into()],
        vec![
            Cell::Number { units: -1250, decimals: 2 },
            Cell::Number { units: i64::MAX, decimals: 0 },
            instant("0800-01-01T00:00:00Z"),
            Cell::Blank,
        ],
    ])
    .await;
    let holds = |what: &str| assert!(sheet.contains(what), "{what} in {sheet}");
    assert!(!sheet.contains("<f>"), "{sheet}");
    holds("<t>=cmd()</t>");
    holds("<v>46342.5</v>");
    holds("<v>104.5</v>");
    holds("<v>-12.5</v>");
    holds("<t>9223372036854775807</t>");
    holds("<t>0800-01-01T00:00:00Z</t>");
    holds("state=\"frozen\"");
    holds("<autoFilter ref=\"A1:D3\"/>");
}

#[tokio::test]
async fn a_text_longer_than_a_cell_says_that_it_was_cut() {
    let sheet = workbook(vec![vec!["ä".repeat(40_000).into()]]).await;
    assert!(sheet.contains("ä… (longer than a cell can be: the CSV has all of it)"), "cut");
}

#[test]
fn what_begins_like_a_formula_is_made_text_and_numbers_stay() {
    for cell in ["=1+1", "+49 30 1", "-cmd", "@sum", "\tx", "\r=x"] {
        assert_eq!(safe(cell), format!("'{cell}"));
    }
    for cell in ["", "Ann", "-12.5", "+3", "a=b", "'=x"] {
        assert_eq!(safe(cell), cell);
    }
}

#[test]
fn a_number_has_the_decimals_of_its_currency() {
    for (units, decimals, expected) in
        [(-1250, 2, "-12.50"), (5, 2, "0.05"), (7, 0, "7"), (-5, 3, "-0.005")]
    {
        assert_eq!(decimal(units, decimals), expected);
    }
}
