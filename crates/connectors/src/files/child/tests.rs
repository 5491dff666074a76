use std::time::Duration;

use super::*;
use crate::files::guard::Limits;
use crate::files::made::{file, sheet, told, workbook};
use crate::files::table::{Cell, ReadOptions, Reading, Row, Workbooks, open};

/// A sheet of one column, with a text in each of `rows` rows below the header.
fn rows(count: u32) -> Vec<u8> {
    let row = |no: u32| format!(r#"<row r="{no}"><c r="A{no}" t="str"><v>x{no}</v></c></row>"#);
    sheet(&(1..=count + 1).map(row).collect::<String>())
}

/// What a child answers to a job, without a process between.
fn answers(ask: Ask, bytes: &[u8]) -> Vec<Answer> {
    let text = serde_json::to_string(&Job { limits: Limits::default(), ask }).unwrap();
    let (job, mut out) = (Job::read(&text).unwrap(), Vec::new());
    job.serve(&mut &*bytes, &mut out).unwrap();
    let lines = out.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn sheet_of(bytes: &[u8]) -> (String, RowsOf) {
    let found = answers(Ask::Sheets(Wanted::default()), bytes);
    let [Answer::Sheets(sheets)] = &found[..] else { panic!("{found:?}") };
    let of = r#"{"sheet":"Sheet1","header_line":1,"width":1}"#;
    (format!("{sheets:?}"), serde_json::from_str(of).unwrap())
}

#[test]
fn a_child_answers_sheets_then_rows_then_an_end() {
    for count in [0, 1, 255, 256, 257, 600] {
        let bytes = rows(count);
        let (sheets, of) = sheet_of(&bytes);
        assert!(sheets.contains("Sheet1") && sheets.contains("x1"), "{sheets}");
        let mut found = answers(Ask::Rows(of), &bytes);
        assert!(matches!(found.pop(), Some(Answer::End)), "{count}");
        let rows = found.into_iter().flat_map(|answer| match answer {
            Answer::Rows(_, batch) => batch,
            other => panic!("{other:?}"),
        });
        let lines: Vec<u64> = rows.map(|row| row.unwrap().line).collect();
        assert_eq!(lines, (2..=u64::from(count) + 1).collect::<Vec<_>>());
    }
}

#[test]
fn a_refusal_is_handed_on_in_its_own_words() {
    let empty = workbook(&[("Sheet1", "visible", "")], "");
    let found = answers(Ask::Sheets(Wanted::default()), &empty);
    let [Answer::Refused(words)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(words, "is empty: export it again with its header and rows");
    let found =
        answers(Ask::Sheets(Wanted { sheet: Some("Deals".into()), header_line: None }), &rows(1));
    let [Answer::Refused(words)] = &found[..] else { panic!("{found:?}") };
    assert!(words.starts_with("has no sheet named \"Deals\""), "{words}");
}

#[test]
fn every_cell_arrives_as_it_was() {
    let at = jiff::civil::date(2024, 1, 23).at(12, 0, 0, 5);
    let text = "ü\u{2028}\u{0}\"\n".to_owned();
    let numbers = [0.1, -0.0, 1e300, f64::INFINITY].map(Cell::Number);
    let mut cells = vec![Cell::Blank, Cell::Text(text), Cell::Bool(true), Cell::DateTime(at)];
    cells.extend(numbers);
    let mut out = Vec::new();
    let row = Row { line: 7, cells };
    say(&mut out, &Answer::Rows(3, vec![Ok(row.clone())])).unwrap();
    let back: Answer = serde_json::from_slice(&out).unwrap();
    let Answer::Rows(3, batch) = back else { panic!("{back:?}") };
    assert_eq!(batch, [Ok(row)]);
    let none: Cell =
        serde_json::from_slice(&serde_json::to_vec(&Cell::Number(f64::NAN)).unwrap()).unwrap();
    assert!(matches!(none, Cell::Number(number) if number.is_nan()));
}

/// Tables of a workbook that a shell stands in for the parser of. It is given the job as `$0`.
fn opened(script: &str) -> Result<Vec<Reading>, String> {
    let made = file("a.xlsx", &rows(3));
    let program = Program {
        path: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        ..Program::default()
    };
    let limits = Limits { child_silence: Duration::from_millis(1_500), ..Limits::default() };
    let workbooks = Workbooks::Child(program);
    let options = ReadOptions { limits, workbooks, ..ReadOptions::default() };
    open(&made.path, &options).map_err(|refusal| refusal.to_string())
}

/// A script that tells of a sheet, and does this when it is asked for rows.
fn then(script: &str) -> String {
    let sheets = r#"{"Sheets":[{"name":"S","header":["a"],"header_line":1,"is_hidden":false}]}"#;
    format!("case \"$0\" in *Sheets*) echo '{sheets}' ;; *) {script} ;; esac")
}

const ROW: &str = r#"echo '{"Rows":[1,[{"Ok":{"line":2,"cells":["Blank"]}}]]}'"#;

#[test]
#[cfg(unix)]
fn a_child_that_does_not_get_so_far_refuses_the_file() {
    let cases = [
        ("exit 0", "a.xlsx: made the process end that parsed it: save it anew"),
        ("echo hello", "a.xlsx: made the process end that parsed it"),
        ("printf '{\"Sheets\":[]}'", "a.xlsx: made the process end that parsed it"),
        ("echo '\"End\"'", "a.xlsx: made the process end that parsed it"),
        ("kill -ABRT $$", "a.xlsx: needs more memory to parse than the 512 MiB allowed"),
        ("kill -XCPU $$", "a.xlsx: takes longer to parse than the 20 seconds allowed"),
        ("while :; do :; done", "a.xlsx: gave no rows for 1 seconds: save it anew"),
        ("exec >&-; while :; do :; done", "a.xlsx: made the process end that parsed it"),
    ];
    for (script, expected) in cases {
        let said = opened(script).expect_err(script);
        assert!(said.starts_with(expected), "{script}: {said}");
    }
    let made = file("a.xlsx", &rows(3));
    let program = Program { path: made.path.clone(), ..Program::default() };
    let workbooks = Workbooks::Child(program);
    let refusal = open(&made.path, &ReadOptions { workbooks, ..ReadOptions::default() });
    let said = refusal.unwrap_err().to_string();
    assert!(said.contains("no process could be started for it"), "{said}");
}

#[test]
#[cfg(unix)]
fn a_child_that_ends_in_the_middle_is_never_half_a_table_in_silence() {
    let cases = [
        ("kill -ABRT $$", "line 1: the workbook needs more memory to parse"),
        ("exit 0", "line 1: the workbook made the process end that parsed it"),
        ("while :; do :; done", "line 1: the workbook gave no rows for 1 seconds"),
        (r#"echo '{"Sheets":[]}'"#, "line 1: the workbook made the process end"),
    ];
    for (script, expected) in cases {
        let mut tables = opened(&then(&format!("{ROW}; {script}"))).unwrap();
        let (rows, problems) = told(tables.remove(0));
        assert_eq!((rows.len(), problems.len()), (1, 1), "{script}: {problems:?}");
        assert!(problems[0].starts_with(expected), "{script}: {problems:?}");
    }
    let mut tables = opened(&then(&format!("{ROW}; echo '\"End\"'"))).unwrap();
    assert_eq!(told(tables.remove(0)).1, Vec::<String>::new());
}

/// The child would write for ever; its pipe is full soon, and it waits until it is ended.
#[test]
#[cfg(unix)]
fn whoever_stops_asking_ends_the_child() {
    let mut tables = opened(&then(&format!("while :; do {ROW}; done"))).unwrap();
    let mut reading = tables.remove(0);
    assert_eq!(reading.next().unwrap().unwrap().line, 2);
    drop(reading);
}
