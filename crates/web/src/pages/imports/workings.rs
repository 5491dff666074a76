//! What the numbers of an import are made of: where each opens, how the rows that were read add up, and
//! what an unchanged row is.

use std::collections::BTreeMap;

use engine::import::{Counts, ImportReport, Object, TableReport, choices::Choices};

use super::table_words;
use crate::{
    layout::{Because, because::Working},
    markup::Markup,
    pages::ledger::import_href,
    show::{count, figure},
    workings::quiet_link,
};

/// Where the numbers of an import open.
pub(super) struct Doors {
    /// Its id.
    pub(super) import: String,
    /// Where its page is.
    pub(super) here: String,
    /// Whether it has told facts.
    pub(super) has_told: bool,
    /// The lines that somebody left out by hand, by table.
    pub(super) left_out: BTreeMap<String, Vec<u64>>,
}

/// The lines that somebody left out, by table.
pub(super) fn left_out(choices: &Choices) -> BTreeMap<String, Vec<u64>> {
    let tables = choices.tables.iter();
    tables.map(|(key, table)| (key.clone(), table.dropped.iter().copied().collect())).collect()
}

/// The rows of all tables, or of one.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    counts: Counts,
    /// The table, and its place among those of the import.
    table: Option<(usize, &'a TableReport)>,
}

/// The numbers of an import in words, and what each means.
const NUMBERS: [(&str, &str); 5] = [
    ("Created", "brought a record, or something that happened, that was not there"),
    ("Updated", "said something new of what was there"),
    ("Unchanged", "said what was known"),
    ("Rejected", "were not taken; totals and what stands under a table are among them"),
    ("Left out", "somebody left out by hand"),
];

/// How many numbers an import has: read, and what became of the rows.
pub(super) const ALL: usize = 6;

impl<'a> Rows<'a> {
    pub(super) fn all(report: &ImportReport) -> Rows<'a> {
        Rows { counts: report.total, table: None }
    }

    pub(super) fn of(place: usize, table: &'a TableReport) -> Rows<'a> {
        Rows { counts: table.counts, table: Some((place, table)) }
    }

    /// Read, created, updated, unchanged, rejected and left out.
    fn counts(self) -> [u64; ALL] {
        let Counts { read, created, updated, unchanged, rejected, left_out } = self.counts;
        [read, created, updated, unchanged, rejected, left_out]
    }

    fn object(self) -> Option<Object> {
        self.table.map(|(_, table)| table.object)
    }
}

impl Doors {
    /// All numbers: unchanged and left out open why, what was created or updated the facts that were told,
    /// what was not taken the rows and why. Read opens what became of each row, and so does whatever
    /// has nothing of its own behind it: a nought, and what a trial would tell.
    pub(super) fn numbers(&self, rows: Rows<'_>) -> [Markup; ALL] {
        let (counts, hrefs) = (rows.counts(), self.hrefs(rows));
        let read = self.drawer("read", rows);
        std::array::from_fn(|no| figure(count(counts[no]), hrefs[no].as_ref().unwrap_or(&read)))
    }

    /// The address of a drawer for some rows.
    fn drawer(&self, what: &str, rows: Rows<'_>) -> String {
        let of = rows.table.map(|(place, _)| format!("-{place}")).unwrap_or_default();
        format!("{}?because={what}{of}#because", self.here)
    }

    /// Where each of the numbers has something of its own behind it.
    fn hrefs(&self, rows: Rows<'_>) -> [Option<String>; ALL] {
        let facts = self.has_told.then(|| import_href(&self.import, rows.object().map(kind_of)));
        let rejected = Some("#rejected-h".to_owned());
        let unchanged = Some(self.drawer("unchanged", rows));
        let left_out = Some(self.drawer("left", rows));
        let mut hrefs = [None, facts.clone(), facts, unchanged, rejected, left_out];
        for (href, n) in hrefs.iter_mut().zip(rows.counts()) {
            if n == 0 {
                *href = None;
            }
        }
        hrefs
    }

    /// The drawer of a number: `read`, `unchanged`, `left`, each also of one table, as in `read-0`.
    pub(super) fn because(&self, report: &ImportReport, key: &str) -> Option<Because> {
        let (what, place) = match key.split_once('-') {
            Some((what, place)) => (what, Some(place.parse::<usize>().ok()?)),
            None => (key, None),
        };
        let rows = match place {
            Some(place) => Rows::of(place, report.tables.get(place)?),
            None => Rows::all(report),
        };
        match what {
            "read" => Some(self.read(rows)),
            "unchanged" => Some(self.unchanged(report, rows)),
            "left" => Some(self.left(report, rows)),
            "made" => Some(self.made_beside(report)),
            _ => None,
        }
    }

    /// `Beside its rows it made 12 accounts`, which opens of what; nothing where none was made.
    pub(super) fn made(&self, report: &ImportReport) -> Option<Markup> {
        let n: u64 = made_in(report).map(|(_, _, n)| n).sum();
        let to = format!("{}?because=made#because", self.here);
        let makes = if report.dry_run { "would make" } else { "made" };
        let records = if n == 1 { "record" } else { "records" };
        let words = Markup::text(format!("Beside its rows it {makes} ")).and(figure(count(n), &to));
        (n > 0).then(|| words.and_text(format!(" {records} of names that no table lists.")))
    }

    /// What was made beside the rows, by table and kind.
    fn made_beside(&self, report: &ImportReport) -> Because {
        let counted = made_in(report).map(|(table, object, n)| {
            let words = match object {
                Object::Users => "People",
                Object::Products => "Products",
                _ => "Accounts",
            };
            Working {
                what: match self.has_told {
                    true => quiet_link(words, &import_href(&self.import, Some(kind_of(object)))),
                    false => Markup::text(words),
                },
                rule: format!("of names in {}", table_words(&table.table)),
                result: count(n),
                ..Working::default()
            }
        });
        let n: u64 = made_in(report).map(|(_, _, n)| n).sum();
        let was = if report.dry_run { ["would be", "would be"] } else { ["was", "were"] };
        Because {
            answer: match n {
                1 => format!("1 record {} made beside the rows because", was[0]),
                some => format!("{} records {} made beside the rows because", count(some), was[1]),
            },
            close: self.here.clone(),
            counted_title: "Rows name them and no table lists them".to_owned(),
            counted: counted.collect(),
            unit: "Records".to_owned(),
            total: Some(count(n)),
            next: Some(
                "Each has its name alone until a table says more of it. They are no rows, so they are \
                 in none of the other numbers; whoever undoes the import undoes them too."
                    .to_owned(),
            ),
            ..Because::default()
        }
    }

    /// How the rows that were read add up.
    fn read(&self, rows: Rows<'_>) -> Because {
        let [read, parts @ ..] = rows.counts();
        let [_, hrefs @ ..] = self.hrefs(rows);
        // Nobody asks after rows that were left out where none was.
        let parts = parts.into_iter().enumerate().filter(|(no, n)| *no < ALL - 2 || *n > 0);
        let lines = NUMBERS.iter().zip(parts.map(|(_, n)| n)).zip(hrefs);
        let counted = lines.map(|(((name, rule), n), href)| Working {
            what: match href {
                Some(href) => quiet_link(name, &href),
                None => Markup::text(*name),
            },
            rule: (*rule).to_owned(),
            result: count(n),
            ..Working::default()
        });
        Because {
            answer: format!("{} were read because", super::rows_words(read)),
            close: self.here.clone(),
            counted_title: match rows.table {
                Some((_, table)) => {
                    format!("What became of each row of {}", table_words(&table.table))
                }
                None => "What became of each row".to_owned(),
            },
            counted: counted.collect(),
            unit: "Rows".to_owned(),
            total: Some(count(read)),
            ..Because::default()
        }
    }

    /// Which rows somebody left out, by table.
    fn left(&self, report: &ImportReport, rows: Rows<'_>) -> Because {
        let tables = report.tables.iter().filter(|table| match rows.table {
            Some((_, meant)) => meant.table == table.table,
            None => table.counts.left_out > 0,
        });
        let counted = tables.map(|table| {
            let lines = self.left_out.get(&table.table).map(Vec::as_slice).unwrap_or_default();
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            Working {
                what: Markup::text(table_words(&table.table)),
                rule: format!("in line {}", lines.join(", ")),
                result: count(table.counts.left_out),
                ..Working::default()
            }
        });
        Because {
            answer: match rows.counts.left_out {
                1 => "1 row was left out because".to_owned(),
                some => format!("{} were left out because", super::rows_words(some)),
            },
            close: self.here.clone(),
            counted_title: "Somebody ticked them in the trial".to_owned(),
            counted: counted.collect(),
            unit: "Rows".to_owned(),
            total: Some(count(rows.counts.left_out)),
            ..Because::default()
        }
    }

    /// What it means that rows changed nothing, by table.
    fn unchanged(&self, report: &ImportReport, rows: Rows<'_>) -> Because {
        let tables: Vec<&TableReport> = match rows.table {
            Some((_, table)) => vec![table],
            None => report.tables.iter().collect(),
        };
        let tables = tables.into_iter().filter(|table| table.counts.unchanged > 0);
        let counted = tables.map(|table| Working {
            what: Markup::text(table_words(&table.table)),
            rule: unchanged_words(table),
            result: count(table.counts.unchanged),
            ..Working::default()
        });
        Because {
            answer: format!("{} changed nothing because", super::rows_words(rows.counts.unchanged)),
            close: self.here.clone(),
            counted_title: "What they say was known".to_owned(),
            counted: counted.collect(),
            unit: "Rows".to_owned(),
            total: Some(count(rows.counts.unchanged)),
            next: Some(
                "Such a row tells no fact, so there is none behind it. When its file comes again and \
                 says something else, the row is among the updated."
                    .to_owned(),
            ),
            ..Because::default()
        }
    }
}

/// What was made beside the rows: of each table, of what kind, and how many.
fn made_in(report: &ImportReport) -> impl Iterator<Item = (&TableReport, Object, u64)> {
    let tables = report.tables.iter();
    tables.flat_map(|table| table.made.iter().map(move |(object, n)| (table, *object, *n)))
}

/// What an unchanged row of a table is.
fn unchanged_words(table: &TableReport) -> String {
    let words = match table.object {
        Object::StatusHistory
        | Object::Responses
        | Object::Activities
        | Object::Handoffs
        | Object::StageHistory => "what happened was told before, by an earlier row or import",
        _ => {
            "every cell that is taken says what was known of the record, from an earlier row, \
              import or report"
        }
    };
    let left = table.left_as_it_was().map(|note| format!("; {note}"));
    format!("{}: {words}{}", table.object.words(), left.collect::<String>())
}

/// The kind of fact that a row of a table tells.
fn kind_of(object: Object) -> &'static str {
    match object {
        Object::Users => "user",
        Object::Products => "product",
        Object::Accounts => "account",
        Object::Campaigns => "campaign",
        Object::Leads => "lead",
        Object::StatusHistory => "lead_moved",
        Object::Responses | Object::Activities => "activity",
        Object::Handoffs => "handoff",
        Object::Opportunities => "opportunity",
        Object::StageHistory => "opportunity_moved",
        Object::Quotas => "quota",
    }
}
