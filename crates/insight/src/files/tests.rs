use std::{fmt::Write as _, fs, path::PathBuf, sync::Arc};

use ::parquet::{
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A file of a test, in a folder of its own.
pub(crate) struct Made {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

fn made(name: &str, bytes: &[u8]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Made { _folder: folder, path }
}

fn wanted() -> [Wanted; 3] {
    [
        Wanted::new("contact", Kind::Word),
        Wanted::new("at", Kind::Instant),
        Wanted::new("kind", Kind::Word),
    ]
}

type Rows = Vec<(String, i64, String)>;

fn rows(path: &Path) -> Result<Rows, Trouble> {
    let mut table = read(path, &wanted())?;
    let (contacts, kinds) = (table.words("contact"), table.words("kind"));
    let at = table.numbers("at")?;
    let row = |row: usize| {
        (contacts.names.name(contacts.codes[row]), at[row], kinds.names.name(kinds.codes[row]))
    };
    Ok((0..table.rows()).map(row).collect())
}

fn row(contact: &str, at: i64, kind: &str) -> (String, i64, String) {
    (contact.into(), at, kind.into())
}

#[test]
fn the_same_rows_come_out_however_they_are_written() {
    let expected = vec![row("7", 60, "visit"), row("ab-1", 3_600, ""), row("007", 0, "visit")];
    let cases: [(&str, &[u8]); 6] = [
        ("plain", b"contact,at,kind\n7,60,visit\nab-1,3600,\n007,0,visit\n"),
        ("no end of line at the end", b"contact,at,kind\n7,60,visit\nab-1,3600,\n007,0,visit"),
        ("CR LF", b"contact,at,kind\r\n7,60,visit\r\nab-1,3600,\r\n\r\n007,0,visit\r\n"),
        ("quoted", b"\"contact\",\"at\",\"kind\"\n\"7\",60,visit\nab-1,3600,\"\"\n007,0,\"visit\"\n"),
        ("a mark, semicolons, blank lines", b"\xef\xbb\xbfcontact;at;kind\n7;60;visit\n\nab-1;3600;\n007;0;visit\n"),
        ("other columns between", b"x,kind,at,y,contact,z\n,visit,1970-01-01T00:01:00Z,,7,\n,,1970-01-01T02:00:00.9+01:00,,ab-1,\n9,visit,1970-01-01,9,007,9\n"),
    ];
    for (name, bytes) in cases {
        assert_eq!(rows(&made("touches.csv", bytes).path).unwrap(), expected, "{name}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_do() {
    let cases: [(&[u8], &str); 12] = [
        (b"", "has no header"),
        (b"contact,at\n", "has no column `kind`. It has: contact, at"),
        (b"contact,at,at,kind\n", "two columns `at`"),
        (b"contact,at,kind\n\n7,soon,visit\n", "line 3, column `at`: `soon` is no instant: write"),
        (b"contact,at,kind\n7,1700000000000,visit\n", "looks like thousandths"),
        (b"contact,at,kind\n7,,visit\n", "line 2, column `at` is blank: fill it"),
        (b"contact,at,kind\n\n\"a\nb\",1,visit\n\n7,,visit\n", "line 6, column `at` is blank"),
        (b"contact,at,kind\n7,1,visit\n8,2\n", "line 3: 2 cells under 3 columns"),
        (b"contact,at,kind\n7,1,visit,more\n", "line 2: 4 cells under 3 columns"),
        (b"contact,at,kind\n\"7\",1,visit\n\"8\",2\n", "line 3: 2 cells under 3 columns"),
        (b"contact,at,kind\n\"7\",1,visit\n\"8\",2e9,x\n", "line 3, column `at`: `2e9` is no"),
        (
            b"contact,at,kind\n7,1,vis\xefte\n",
            "column `kind`: `vis\u{fffd}te` is no text: write it in UTF-8",
        ),
    ];
    for (bytes, expected) in cases {
        let said = rows(&made("touches.csv", bytes).path).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    let absent = read(Path::new("/nowhere/touches.csv"), &wanted()).unwrap_err();
    assert!(absent.to_string().contains("see whether it is there"), "{absent}");
    let optional = [Wanted::if_there("campaign", Kind::Word), Wanted::new("at", Kind::Whole)];
    let table = read(&made("touches.csv", b"at\n1\n").path, &optional).unwrap();
    assert!(!table.has("campaign") && table.has("at") && table.rows() == 1);
}

#[test]
fn a_row_without_end_is_refused_before_it_fills_the_memory() {
    for quote in ["", "\""] {
        let endless = format!("contact,at,kind\n{quote}{}", "x".repeat(6 << 20));
        let said = rows(&made("touches.csv", endless.as_bytes()).path).unwrap_err().to_string();
        assert!(said.contains("a row is longer than 1 MiB"), "{said}");
    }
}

#[test]
fn cells_are_read_exactly() {
    use cell::number;
    let cases = [
        (Kind::Whole, " -12 ", Some(-12)),
        (Kind::Whole, "1.0", None),
        (Kind::Whole, "9999999999999999999", None),
        (Kind::Decimal(2), "12.5", Some(1250)),
        (Kind::Decimal(2), "-0.05", Some(-5)),
        (Kind::Decimal(2), ".5", Some(50)),
        (Kind::Decimal(2), "7", Some(700)),
        (Kind::Decimal(2), "1.500", Some(150)),
        (Kind::Decimal(2), "1.005", None),
        (Kind::Decimal(2), "1.-5", None),
        (Kind::Decimal(2), "1,5", None),
        (Kind::Decimal(2), "99999999999999999", None),
        (Kind::Flag, "Yes", Some(1)),
        (Kind::Flag, "0", Some(0)),
        (Kind::Flag, "maybe", None),
        (Kind::Instant, "-1", Some(-1)),
        (Kind::Instant, "1969-12-31T23:59:59.5Z", Some(-1)),
        (Kind::Instant, "2026-02-30", None),
        (Kind::Instant, "04/05/2026", None),
    ];
    for (kind, cell, expected) in cases {
        assert_eq!(number(kind, cell.as_bytes()).ok(), expected, "{kind:?} {cell}");
    }
}

#[test]
fn blocks_keep_the_order_and_a_mistake_far_down_has_its_line() {
    let mut text = String::from("contact,at,kind\n");
    for n in 0..600_000 {
        writeln!(text, "{},{n},k{}", n % 977, n % 5).unwrap();
    }
    let made_long = made("touches.csv", text.as_bytes());
    let read = rows(&made_long.path).unwrap();
    assert_eq!(read.len(), 600_000);
    for (n, (contact, at, kind)) in read.iter().enumerate() {
        assert_eq!(
            (contact, *at, kind),
            (&(n % 977).to_string(), n as i64, &format!("k{}", n % 5))
        );
    }
    text.push_str("1,never,k1\n");
    let said = rows(&made("touches.csv", text.as_bytes()).path).unwrap_err().to_string();
    assert!(said.contains("line 600002, column `at`"), "{said}");
}

#[test]
fn names_are_found_again_in_another_file() {
    let ours = made("a.csv", b"contact,at,kind\n7,1,a\nx,1,b\n16777216,1,b\n8,1,a\n");
    let theirs = made("b.csv", b"contact,at,kind\n8,1,a\n16777216,1,\nx,1,b\n");
    let mut tables = [ours, theirs].map(|file| read(&file.path, &wanted()).unwrap());
    let [ours, theirs] = tables.each_mut().map(|table| table.words("contact"));
    let found: Vec<Option<String>> = ours
        .names
        .found_in(&theirs.names)
        .into_iter()
        .map(|code| code.map(|code| theirs.names.name(code)))
        .collect();
    let mut named: Vec<_> = ours.names.names().zip(found).collect();
    named.sort();
    let expect = |name: &str, is_there: bool| (name.to_owned(), is_there.then(|| name.to_owned()));
    assert_eq!(
        named,
        [expect("16777216", true), expect("7", false), expect("8", true), expect("x", true)]
    );
    assert_eq!(theirs.names.find("y"), None);
    assert_eq!(theirs.names.find("9"), None);
}

type Touch = (i32, Option<i64>, &'static str, f64);

/// A Parquet file of two row groups: numbered contacts, instants in milliseconds that may be
/// absent, kinds, amounts.
fn parquet(groups: &[&[Touch]]) -> Vec<u8> {
    let schema = "message touches { required int32 contact; optional int64 at (TIMESTAMP_MILLIS);
        required binary kind (UTF8); required double amount; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for rows in groups {
        let mut group = writer.next_row_group().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            match column.untyped() {
                ColumnWriter::Int32ColumnWriter(writer) => {
                    let contacts: Vec<i32> = rows.iter().map(|row| row.0).collect();
                    writer.write_batch(&contacts, None, None).unwrap();
                }
                ColumnWriter::Int64ColumnWriter(writer) => {
                    let at: Vec<i64> = rows.iter().filter_map(|row| row.1).collect();
                    let levels: Vec<i16> = rows.iter().map(|r| i16::from(r.1.is_some())).collect();
                    writer.write_batch(&at, Some(&levels), None).unwrap();
                }
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    let kinds: Vec<ByteArray> = rows.iter().map(|row| row.2.into()).collect();
                    writer.write_batch(&kinds, None, None).unwrap();
                }
                ColumnWriter::DoubleColumnWriter(writer) => {
                    let amounts: Vec<f64> = rows.iter().map(|row| row.3).collect();
                    writer.write_batch(&amounts, None, None).unwrap();
                }
                _ => panic!("the schema has no other column"),
            }
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

const FIRST: &[Touch] = &[(7, Some(60_999), "visit", 12.5), (-3, Some(-1), "mail", 0.1)];
const SECOND: &[Touch] = &[(7, None, "visit", 99.999)];

#[test]
fn parquet_gives_the_same_columns_in_the_same_order() {
    let full = made("touches.parquet", &parquet(&[FIRST, &[(7, Some(0), "visit", 1.0)]]));
    let expected = [row("7", 60, "visit"), row("-3", -1, "mail"), row("7", 0, "visit")];
    assert_eq!(rows(&full.path).unwrap(), expected);
    assert_eq!(columns(&full.path).unwrap(), ["contact", "at", "kind", "amount"]);
    let part = made("touches.parquet", &parquet(&[FIRST, SECOND]));
    let amount = Wanted::new("amount", Kind::Decimal(2));
    let at = Wanted::new("at", Kind::Instant);
    let mut table = read(&part.path, &[amount, at]).unwrap();
    assert_eq!(table.numbers("amount").unwrap(), [1250, 10, 10_000]);
    assert_eq!(table.numbers_or_blank("at"), (vec![60, -1, 0], vec![2]));
    let said = rows(&part.path).unwrap_err().to_string();
    assert!(said.contains("row 3, column `at` is blank"), "{said}");
    let kept = read(&part.path, &[Wanted::new("amount", Kind::Word)]).unwrap_err().to_string();
    assert!(kept.contains("holds DOUBLE, which is no text: write it as"), "{kept}");
    let value = read(&part.path, &[Wanted::new("contact", Kind::Flag)]).unwrap_err().to_string();
    assert!(value.contains("row group 1, row 1, column `contact`: `7` is no yes"), "{value}");
}

proptest! {
    #[test]
    fn quotes_change_nothing(
        cells in prop::collection::vec(
            (
                prop::sample::select(vec!["7", "007", "ab-1", "é ;'", "16777216", "123456", ""]),
                any::<i32>(),
                prop::sample::select(vec!["", "visit", "mail"]),
            ),
            0..40,
        ),
    ) {
        let mut texts = [String::from("contact,at,kind\n"), String::from("contact,at,kind\n")];
        for (contact, at, kind) in &cells {
            writeln!(texts[0], "{contact},{at},{kind}").unwrap();
            writeln!(texts[1], "\"{contact}\",\"{at}\",\"{kind}\"").unwrap();
        }
        let [plain, quoted] = texts.map(|text| rows(&made("t.csv", text.as_bytes()).path).unwrap());
        prop_assert_eq!(&plain, &quoted);
        let expected: Rows = cells.iter().map(|(c, at, k)| row(c, i64::from(*at), k)).collect();
        prop_assert_eq!(plain, expected);
    }

    #[test]
    fn damage_is_told_and_nothing_worse(
        cut in 0_usize..2000,
        at in 0_usize..2000,
        byte: u8,
        is_cut: bool,
    ) {
        let mut bytes = parquet(&[FIRST, SECOND]);
        match is_cut {
            true => bytes.truncate(4 + cut % bytes.len()),
            false => {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
        }
        let amount = Wanted::if_there("amount", Kind::Decimal(2));
        let all: Vec<Wanted> = wanted().into_iter().chain([amount]).collect();
        if let Err(trouble) = read(&made("t.parquet", &bytes).path, &all) {
            prop_assert!(trouble.to_string().contains("t.parquet"));
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let with_header = [b"contact,at,kind\n".as_slice(), &bytes].concat();
        for bytes in [bytes, with_header] {
            if let Err(trouble) = rows(&made("t.csv", &bytes).path) {
                prop_assert!(trouble.to_string().contains("t.csv"));
            }
        }
    }
}
