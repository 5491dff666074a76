//! The list of imports, the newest first.

use domain::field::Fields;
use engine::{
    access::Act,
    import::dock::{Import, State},
};
use jiff::Timestamp;
use store::{ImportFilter, Reader, StoreError};

use super::{
    files_words, href,
    undone::{Undoing, who},
};
use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Column, Condition, Control, Known, Listed, Maker, any_of, anything, choice,
        say::period,
    },
    markup::{Markup, element},
    session::Signed,
    sheet::Cell,
    show::{count, figure},
};

/// Imports as a list.
pub(crate) enum Imports {}

static KNOWN: Known = Known {
    path: "/imports",
    several: &["state"],
    once: &["source"],
    periods: &["begun"],
    sorts: &[("begun", "when they began, the newest first")],
    reads: anything,
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 14] = [
    column("begun", "Begun", "full nw"),
    column("by", "By", "wideonly drop any"),
    column("state", "State", "second"),
    column("read", "Read", "n"),
    column("created", "Created", "n drop"),
    column("updated", "Updated", "n drop"),
    column("unchanged", "Unchanged", "n drop"),
    column("rejected", "Rejected", "n"),
    Column { is_usual: false, ..column("left_out", "Left out", "n") },
    Column { is_usual: false, ..column("source", "Source", "full any") },
    Column { is_usual: false, ..column("ended", "Ended", "full nw") },
    Column { is_usual: false, ..column("undone", "Undone", "full nw") },
    Column { is_usual: false, ..column("undone_by", "Undone by", "full") },
    Column { is_usual: false, ..column("id", "Id", "full any") },
];

/// How an import may stand for whoever looks for it: keys, words, and the states.
const STANDINGS: [(&str, &str, &[State]); 7] = [
    ("waits", "waiting for somebody", &[State::Open, State::Tried]),
    (
        "under_way",
        "under way",
        &[
            State::Looking,
            State::Trying,
            State::PausingTrial,
            State::Waiting,
            State::Running,
            State::Pausing,
            State::Stopping,
        ],
    ),
    ("paused", "paused", &[State::Paused, State::PausedTrial]),
    ("done", "done", &[State::Done]),
    ("stopped", "stopped", &[State::Stopped]),
    ("failed", "not done", &[State::Failed]),
    ("undone", "undone", &[State::Undone]),
];

/// Imports have columns of their own, and no others.
static NO_FIELDS: Fields = Fields::new();

/// An import as the list has it.
pub(crate) struct Row {
    import: Import,
    files: String,
    source: String,
}

fn filter(asked: &Asked, asker: &Asker<'_>) -> ImportFilter {
    let is_asked = |key: &str| asked.all("state").any(|said| said == key);
    let states = STANDINGS.iter().filter(|(key, ..)| is_asked(key)).flat_map(|(.., all)| *all);
    let span = asked.period("begun").span(asker.time);
    ImportFilter {
        states: states.map(|state| state.key().to_owned()).collect(),
        source: Some(asked.one("source").to_owned()).filter(|source| !source.is_empty()),
        from: span.from,
        before: span.before,
    }
}

/// How an import stands, in words: one that is over may be undone meanwhile.
fn standing(maker: &Maker<'_, '_>, import: &Import) -> Result<&'static str, StoreError> {
    let is_being_undone = import.state.is_over()
        && import.state != State::Undone
        && undoing(maker, import)?.is_some();
    Ok(if is_being_undone { "being undone" } else { short(import.state) })
}

fn undoing(maker: &Maker<'_, '_>, import: &Import) -> Result<Option<Undoing>, StoreError> {
    Undoing::of(maker.reader, maker.names, &import.id)
}

/// How an import stands, for a cell of a table.
fn short(state: State) -> &'static str {
    match state {
        State::Looking => "looking over",
        State::Open | State::Tried => "waits for you",
        State::Trying | State::PausingTrial => "trying out",
        State::Waiting => "waits for its turn",
        State::Running | State::Pausing => "under way",
        State::Paused | State::PausedTrial => "paused",
        State::Stopping | State::Stopped => "stopped",
        State::Done => "done",
        State::Failed => "not done",
        State::Undone => "undone",
    }
}

fn number(import: &Import, column: &str) -> u64 {
    let counts = &import.counts;
    match column {
        "read" => counts.read,
        "created" => counts.created,
        "updated" => counts.updated,
        "unchanged" => counts.unchanged,
        "left_out" => counts.left_out,
        _ => counts.rejected,
    }
}

impl Listed for Imports {
    type Row = Row;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Imports;
    const WORDS: (&'static str, &'static str) = ("import", "imports");
    const READY: &'static [(&'static str, &'static str)] =
        &[("", "All"), ("state=waits", "Waiting for somebody"), ("state=failed", "Not done")];
    const ELSEWHERE: &'static [&'static str] = &[];
    const SEEN_BY: Act = Act::Import;
    const HEAD: &'static str = "Files";

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let place = after
            .and_then(|(at, id)| Some((Timestamp::from_millisecond(at.parse().ok()?).ok()?, id)));
        let found = maker.reader.imports_page(&filter(maker.asked, maker.asker), place, limit)?;
        let row = |run: &store::ImportRun| {
            let import = Import::of(run);
            Row { files: files_words(&import.files), source: run.source.clone(), import }
        };
        Ok(found.iter().map(row).collect())
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        reader.imports_count_up_to(&filter(asked, asker), most)
    }

    fn place(_: &Asked, row: &Row) -> String {
        format!("{}~{}", row.import.started_at.as_millisecond(), row.import.id)
    }

    fn id(row: &Row) -> &str {
        &row.import.id
    }

    fn name(row: &Row) -> Option<&str> {
        Some(&row.files)
    }

    fn href(row: &Row) -> String {
        href(&row.import.id)
    }

    fn fields(_: &Row) -> &Fields {
        &NO_FIELDS
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Markup, Failure> {
        let (import, time) = (&row.import, maker.asker.time);
        Ok(match column {
            "begun" => time.near(import.started_at),
            "ended" => import.finished_at.map(|at| time.near(at)).unwrap_or_default(),
            "by" => Markup::text(who(import.by.as_ref(), maker.names)?),
            "state" if import.state == State::Failed => {
                element("b").holding(short(import.state)).into()
            }
            "state" if import.state == State::Undone => match undoing(maker, import)? {
                Some(undoing) => Markup::text("undone ").and(undoing.at_and_by(time)),
                None => Markup::text(short(import.state)),
            },
            "state" => Markup::text(standing(maker, import)?),
            "undone" => {
                let at = undoing(maker, import)?.and_then(|undoing| undoing.at);
                at.map(|at| time.near(at)).unwrap_or_default()
            }
            "undone_by" => {
                Markup::text(undoing(maker, import)?.map(|undoing| undoing.by).unwrap_or_default())
            }
            "source" => Markup::text(&row.source),
            "id" => Markup::text(&import.id),
            _ => figure(count(number(import, column)), &href(&import.id)),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Cell, Failure> {
        let import = &row.import;
        Ok(match column {
            "begun" => import.started_at.into(),
            "ended" => import.finished_at.into(),
            "by" => who(import.by.as_ref(), maker.names)?.into(),
            "state" => standing(maker, import)?.into(),
            "undone" => undoing(maker, import)?.and_then(|undoing| undoing.at).into(),
            "undone_by" => {
                undoing(maker, import)?.map(|undoing| undoing.by).unwrap_or_default().into()
            }
            "source" => row.source.as_str().into(),
            "id" => import.id.as_str().into(),
            _ => Cell::Number {
                units: i64::try_from(number(import, column)).unwrap_or(i64::MAX),
                decimals: 0,
            },
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        let asked = maker.asked;
        let is_said = |key: &str| asked.all("state").any(|said| said == key);
        let said = STANDINGS.iter().filter(|(key, ..)| is_said(key)).map(|(_, words, _)| *words);
        let words = any_of(&said.collect::<Vec<_>>());
        let states = STANDINGS.iter().map(|(key, words, _)| choice(key, words, is_said(key)));
        let source = asked.one("source");
        Ok(vec![
            Condition {
                name: "state",
                label: "That are",
                control: Control::Ticks(states.collect()),
                says: Some(words).filter(|words| !words.is_empty()),
            },
            Condition {
                name: "source",
                label: "From the system",
                control: Control::Text(source.to_owned()),
                says: (!source.is_empty()).then(|| format!("from {source}")),
            },
            period("begun", "Begun", "begun", asked, maker.asker.time),
        ])
    }

    fn nothing_yet(_: bool) -> EmptyState {
        EmptyState {
            title: "See your own numbers within minutes".to_owned(),
            words: "Bring the exports of your systems: leads, accounts, opportunities, \
                    activities. You see what they hold before anything is kept."
                .to_owned(),
            action: Some(("Bring data in".to_owned(), "/imports/new".to_owned())),
            heads: vec!["Files", "State", "Read", "Created", "Rejected"],
            rows: vec![
                vec!["Lead.csv and 7 more", "done", "385", "385", "0"],
                vec!["deals-2025.xlsx", "done", "8,800", "8,794", "6"],
            ],
            ..EmptyState::default()
        }
    }

    fn act(_: &Signed) -> Option<(&'static str, &'static str)> {
        Some(("Bring data in", "/imports/new"))
    }
}
