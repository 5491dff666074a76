//! Which byte parts the cells of a text file, found by what makes its rows alike.

use super::encoding::LineEndCounts;
use super::table::LineEnds;

/// The delimiters that are tried, the likelier first: a draw goes to the earlier.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Text that is looked at, in bytes.
pub(super) const SAMPLE: usize = 1 << 16;

/// What the sample says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// Excel's `sep=;` stands on the first line.
    pub names_its_delimiter: bool,
    /// Rows above the header that only say what the table is.
    pub titles: usize,
}

/// The most rows that may stand above a header without its line being given.
pub(super) const TITLES_MAX: usize = 20;

/// The most rows of titles among which one may fill two cells: `generated; 2026-11-01`. More are a
/// table of two columns, which another one stands below.
const PAIRS_MAX: usize = 6;

/// A row where the header may stand: how many cells it has, how many of them are filled, and whether
/// a blank row stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowShape {
    pub(super) cells: usize,
    pub(super) filled: usize,
    pub(super) after_blank: bool,
}

impl RowShape {
    /// Whether it names groups of the columns that the row below names: it has gaps, and fills less
    /// than half as many cells. A header that is only too short has none.
    fn groups(self, below: RowShape) -> bool {
        self.cells > self.filled && self.filled * 2 < below.filled
    }
}

/// How many rows above the header only say what the table is, with a row below them that names groups
/// of columns. Titles fill one cell; a few that fill two are titles where a blank row parts them from
/// the header. A table of two columns has none: it may be one of names, `Smith, Ann`.
pub(super) fn titles(rows: impl Iterator<Item = RowShape>) -> usize {
    let first: Vec<RowShape> = rows.take(TITLES_MAX + 2).collect();
    let groups = |place: usize| {
        let below = first.get(place + 1);
        below.is_some_and(|below| first[place].filled > 1 && first[place].groups(*below))
    };
    let wide = (0..first.len()).find(|place| first[*place].filled > 2 || groups(*place));
    let Some(wide) = wide.filter(|wide| *wide <= TITLES_MAX) else { return 0 };
    let are_single = first[..wide].iter().all(|row| row.filled == 1);
    let are_parted = first[wide].after_blank && wide <= PAIRS_MAX;
    match are_single || are_parted {
        true => wide + usize::from(groups(wide)),
        false => 0,
    }
}

/// Finds the delimiter of a sample; `whole` says whether the sample is all there is.
pub(super) fn dialect(sample: &str, whole: bool, asked: Option<u8>) -> Dialect {
    let named = named_delimiter(sample);
    let delimiter = asked.or(named).unwrap_or_else(|| likeliest(sample, whole));
    let body = if named.is_some() { sample.split_once('\n').map_or("", |it| it.1) } else { sample };
    let titles = titles(rows(body, whole, delimiter).into_iter());
    Dialect { delimiter, names_its_delimiter: named.is_some(), titles }
}

/// The delimiter that Excel's first line `sep=;` names.
fn named_delimiter(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim_matches([' ', '"']);
    let (word, rest) = line.split_at_checked(4)?;
    let delimiter = *rest.as_bytes().first()?;
    (word.eq_ignore_ascii_case("sep=") && rest.len() == 1 && is_usable(delimiter))
        .then_some(delimiter)
}

/// Whether a byte can part cells: not a quote, a letter, a line end.
pub(super) fn is_usable(delimiter: u8) -> bool {
    delimiter == b'\t'
        || ((delimiter.is_ascii_punctuation() || delimiter == b' ') && delimiter != b'"')
}

fn likeliest(sample: &str, whole: bool) -> u8 {
    let scored = CANDIDATES.map(|candidate| (score(sample, whole, candidate), candidate));
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or_default();
    if best > 0 {
        return scored.iter().find(|(score, _)| *score == best).map_or(b',', |(_, it)| *it);
    }
    // One column only: any delimiter will do that does not occur, and a comma in somebody's
    // "Smith, Ann" does.
    let absent = CANDIDATES.iter().find(|candidate| !sample.as_bytes().contains(candidate));
    *absent.unwrap_or(&b',')
}

/// How well a delimiter explains the sample: rows as wide as the header, per mille, and in a draw
/// the wider table. Zero if the header has one cell.
fn score(sample: &str, whole: bool, delimiter: u8) -> u64 {
    let rows = rows(sample, whole, delimiter);
    let titles = titles(rows.iter().copied());
    let widths: Vec<usize> = rows[titles..].iter().map(|row| row.cells).collect();
    let Some(header) = widths.first().copied().filter(|width| *width > 1) else { return 0 };
    let alike = widths.iter().filter(|width| **width == header).count();
    let per_mille = (alike * 1000 / widths.len()) as u64;
    // A header alone proves nothing; among headers alone the wider wins.
    per_mille * 100_000 + header.min(99_999) as u64
}

/// The rows of the sample; blank ones are left out.
fn rows(sample: &str, whole: bool, delimiter: u8) -> Vec<RowShape> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(sample.as_bytes());
    let mut rows = Vec::new();
    let mut record = ::csv::StringRecord::new();
    let (mut line, mut after_blank) = (reader.position().line(), false);
    while let Ok(true) = reader.read_record(&mut record) {
        let filled = record.iter().filter(|cell| !cell.trim().is_empty()).count();
        let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        // Lines that hold nothing at all are passed over by the reader, which counts them.
        let passed =
            reader.position().line() - std::mem::replace(&mut line, reader.position().line());
        after_blank |= passed > within as u64 + 1;
        if filled > 0 {
            rows.push(RowShape { cells: record.len(), filled, after_blank });
        }
        after_blank = filled == 0;
    }
    if !whole && rows.len() > 1 {
        rows.pop();
    }
    rows
}

/// How the lines of a sample ended before they were all made line feeds.
pub(super) fn line_ends(sample: &str, changed: LineEndCounts) -> LineEnds {
    let all = sample.bytes().filter(|byte| *byte == b'\n').count() as u64;
    match (all.saturating_sub(changed.cr + changed.crlf), changed.crlf, changed.cr) {
        (_, 0, 0) => LineEnds::Lf,
        (0, _, 0) => LineEnds::CrLf,
        (0, 0, _) => LineEnds::Cr,
        _ => LineEnds::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_rows_alike() {
        let cases = [
            ("a,b\n1,2\n", b',', "plain"),
            ("a;b\n1,5;2,5\n3,25;4\n", b';', "decimal commas in a semicolon file"),
            ("a\tb\n\"x,y\"\t1\n", b'\t', "tabs"),
            ("a|b|c\n1|2,3|4\n", b'|', "bars"),
            ("a,b;c\n\"1;2;3\",4\n\"5;6;7\",8\n", b',', "semicolons within quotes"),
            ("name\nSmith, Ann\nLee, Bob\n", b';', "one column with commas in it"),
            ("name\n", b',', "one column"),
            ("sep=|\na,b|c\n", b'|', "named by its first line"),
            ("a;b;c\n", b';', "a header alone"),
            ("Pipeline\n\nMade on 3 May\na;b;c\n1;2;3\n4;5;6\n", b';', "titles above"),
        ];
        for (sample, delimiter, shows) in cases {
            let found = dialect(sample, true, None);
            assert_eq!(found.delimiter as char, delimiter as char, "{shows}");
        }
    }

    #[test]
    fn rows_that_fill_one_cell_above_a_wider_table_are_titles() {
        let cases = [
            ("a;b\n1;2\n", 0, "a header at once"),
            ("Pipeline\n\n3 May\na;b;c\n1;2;3\n", 2, "two, and a blank row"),
            ("Pipeline;;\na;b;c\n1;2;3\n", 1, "as wide as the table"),
            ("sep=;\nPipeline\na;b;c\n", 1, "below the sign"),
            ("name\nAnn\nBob\n", 0, "one column"),
            ("name\nSmith; Ann\n", 0, "too narrow to be sure"),
            ("a;b\n1;2;3\n", 0, "a header that is too short"),
            ("a;b\n1;2;3;4;5\n", 0, "a header that is far too short"),
            (";Person;;;Deal\nid;first;last;mail;sum\n1;2;3;4;5\n", 1, "groups above the names"),
            ("Leads\n;Person;;;\nid;first;last;mail;sum\n", 2, "a title, and groups"),
            ("id;first;;;\n1;2;;;\n", 0, "columns without names or values"),
            ("Report\nmade;3 May\n\na;b;c\n1;2;3\n", 2, "one of two cells, parted by a blank row"),
            (
                "Report;Leads\nmade;3 May\n;;\na;b;c\n1;2;3\n",
                2,
                "two cells each, and a row of none",
            ),
            ("Report\n\nmade;3 May\nby;Ann\n\na;b;c\n", 3, "blank rows between titles"),
            ("made;3 May\n\n;Person;;;Deal\nid;first;last;mail;sum\n", 2, "two cells, and groups"),
            ("made;3 May\na;b;c\n1;2;3\n", 0, "two cells that nothing parts from the rows below"),
            ("\"made\non\";3 May\na;b;c\n1;2;3\n", 0, "a line end within a cell is no blank row"),
            ("a;b\n\n1;2\n3;4\n", 0, "a table of two columns with a blank row"),
            ("a;b\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n\nc;d;e\n", 0, "a table of two above another"),
        ];
        for (sample, titles, shows) in cases {
            assert_eq!(dialect(sample, true, None).titles, titles, "{shows}");
        }
    }

    #[test]
    fn a_first_line_that_only_looks_like_sep_is_a_header() {
        for sample in ["sep=\n", "sep=ab\n", "separator\n", "sep=1\n", "sé=;"] {
            assert_eq!(named_delimiter(sample), None, "{sample}");
        }
        assert_eq!(named_delimiter("\"sep=;\"\na;b"), Some(b';'));
        assert_eq!(named_delimiter("SEP=\t\na"), Some(b'\t'));
    }
}
