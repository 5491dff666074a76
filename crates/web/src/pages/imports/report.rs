//! What would come of an import, or what came of it: counts, words that join to nothing, rows that
//! were not taken.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::Response;
use engine::import::{
    Counts, How, ImportReport, Joined, Object, SAY_DATE_ORDER, SAY_DECIMAL, TableReport,
    dock::{Import, State},
    undo::UndoState,
};
use store::{Judged, RejectedRow};

use super::{
    files_words, href, judged,
    mistake::Mistake,
    open::Tables,
    rejected, rows_words, table_words,
    undone::Undoing,
    without_folder,
    workings::{ALL, Doors, Rows, left_out},
};
use crate::{
    failure::Failure,
    layout::{Because, Frame, Place},
    markup::Markup,
    names::Names,
    session::Visit,
    show::{LocalTime, count, figure},
};

/// Rejected rows on the page; the file has them all.
const ROWS: u32 = 50;
/// Words to look at on the page.
const WORDS: usize = 50;
/// Names that a word can be matched with, as suggestions.
const NAMES: usize = 300;

#[derive(Template)]
#[template(path = "pages/imports/report.html")]
struct ReportPage {
    frame: Frame,
    title: String,
    says: Markup,
    files: String,
    href: String,
    is_trial: bool,
    /// What the button says, where there is something to take.
    run: Option<String>,
    failure: Option<String>,
    tables: Vec<TableRow>,
    total: Option<TableRow>,
    /// What was made beside the rows.
    made: Option<Markup>,
    /// Whether somebody left rows out.
    leaves_out: bool,
    because: Option<Because>,
    words: Vec<WordRow>,
    open_words: bool,
    names: Vec<(&'static str, Vec<String>)>,
    rejected: Vec<RejectedShown>,
    rejected_in_all: u64,
    /// Why none of them stands here, where none does.
    none_kept: Option<&'static str>,
    mistake: Option<Mistake>,
    /// What is to be said once of a table: the way to where, and what.
    to_say: Vec<(String, String)>,
    /// Files that were not taken, and why.
    not_taken: Vec<(String, String)>,
    notes: Vec<(String, Vec<String>)>,
    found: Option<Tables>,
    next: Vec<(&'static str, &'static str)>,
    /// What the way to its undoing says, where there is one.
    undo: Option<&'static str>,
}

struct TableRow {
    name: String,
    lists: String,
    numbers: [Markup; ALL],
}

/// A word that a person should look at.
struct WordRow {
    no: usize,
    list: &'static str,
    object: &'static str,
    word: String,
    rows: String,
    says: String,
    /// What it may mean, where it can be matched; its suggestion.
    suggestion: Option<String>,
    /// What was written of it and not taken.
    written: String,
    /// Why that is refused.
    wrong: Option<Markup>,
}

/// A row that is not taken.
struct RejectedShown {
    no: i64,
    table: String,
    line: String,
    /// The line, as a link to the row as it stands.
    opens: Markup,
    column: String,
    reason: String,
    /// What stands in the cell, where it can be mended.
    value: Option<String>,
    /// Whether somebody would leave it out.
    drops: bool,
    /// Why what was written there is refused.
    wrong: Option<Markup>,
}

/// The page; `mistake` says what was wrong with what was sent, `because` which drawer is open.
pub(super) async fn shown(
    visit: Visit,
    import: Import,
    mistake: Option<Mistake>,
    because: &str,
) -> Result<Response, Failure> {
    let report = import.outcome.report.clone();
    let is_trial = import.state == State::Tried;
    let words = report.as_ref().filter(|_| is_trial).map(to_look_at).unwrap_or_default();
    let (id, objects) = (import.id.clone(), objects_of(&words));
    let line = rejected::line_asked(because);
    let asked = visit.house.work(move |engine| {
        engine.read(|reader| {
            let rejected = reader.rejected_rows(&id, 0, ROWS)?;
            let names = objects.into_iter();
            let names = names.map(|object| Ok((list_of(object), names_of(reader, object)?)));
            let names = names.collect::<Result<Vec<_>, Failure>>()?;
            let undo = Undoing::of(reader, &Names::new(reader, true), &id)?;
            let has_told = !reader.import_facts(&id)?.is_empty();
            let row = line.map(|no| rejected::problems_of(reader, &id, no)).transpose()?;
            Ok::<_, Failure>((rejected, names, undo, has_told, reader.judged(&id)?, row))
        })
    });
    let (rejected, names, undo, has_told, judged, row) = asked.await?;
    let mut frame = visit.frame("Import", Place::Imports);
    frame.refused = mistake.is_some();
    let was_refused = frame.refused;
    let total = report.as_ref().map_or(import.counts, |report| report.total);
    let doors = Doors {
        import: import.id.clone(),
        here: href(&import.id),
        has_told: has_told && !is_trial,
        left_out: left_out(&import.choices),
    };
    let drawer = match row {
        Some(problems) => rejected::row_drawer(&doors.here, &problems),
        None => report.as_ref().and_then(|report| drawer(&doors, report, because)),
    };
    let none_kept = rejected.is_empty().then(|| rejected::none_kept(&import, visit.house.now()));
    let page = ReportPage {
        frame,
        title: title(&import, total, report.as_ref().map_or(0, |report| report.rows_in_all)),
        says: says(&import, undo.as_ref(), &visit.time(), judged, report.as_ref()),
        made: report.as_ref().and_then(|report| doors.made(report)),
        files: files_words(&import.files),
        href: href(&import.id),
        is_trial,
        run: run_words(is_trial, total),
        failure: import.outcome.failure.as_ref().map(|it| without_folder(it, &import.id)),
        tables: report.iter().flat_map(|report| table_rows(&doors, report)).collect(),
        total: report.as_ref().map(|report| TableRow::of(&doors, Rows::all(report), None)),
        leaves_out: total.left_out > 0,
        because: drawer,
        open_words: words.iter().any(can_be_matched),
        words: words.iter().enumerate().map(|it| word_row(it, mistake.as_ref())).collect(),
        names,
        rejected: rejected.iter().map(|row| rejected_row(&import, row, mistake.as_ref())).collect(),
        rejected_in_all: total.rejected,
        none_kept,
        mistake,
        to_say: to_say(&import, &rejected),
        not_taken: not_taken(&import.id, report.as_ref()),
        notes: notes(report.as_ref()),
        found: tables_of(&import),
        next: next(&import, report.as_ref()),
        undo: undo_words(undo.map(|undo| undo.state), has_told)
            .filter(|_| import.state.is_over() && import.by.is_some()),
    };
    Ok(if was_refused { visit.refuse(page) } else { visit.show(page) })
}

/// The tables of an import, while what they are can still be said.
fn tables_of(import: &Import) -> Option<Tables> {
    let can_be_said = matches!(import.state, State::Tried | State::Failed);
    let found = import.found.as_ref().filter(|_| can_be_said);
    found.map(|found| Tables::of(&import.id, found))
}

/// The drawer that is asked for by its key.
fn drawer(doors: &Doors, report: &ImportReport, because: &str) -> Option<Because> {
    match because {
        "judged" if report.dry_run => Some(judged::trial_drawer(doors.here.clone(), report)),
        key => doors.because(report, key),
    }
}

fn title(import: &Import, total: Counts, in_all: u64) -> String {
    let new = total.created + total.updated;
    match import.state {
        State::Tried => tried_title(total),
        State::Done => {
            format!("{} taken, {} of them new or changed", rows_words(total.taken()), count(new))
        }
        State::Failed => "This import could not be done".to_owned(),
        state if !state.is_over() => "The command line takes these rows".to_owned(),
        State::Undone => "This import was undone".to_owned(),
        _ if in_all > total.read => format!(
            "This import was stopped: {} of {} were read",
            count(total.read),
            rows_words(in_all)
        ),
        _ => "This import was stopped".to_owned(),
    }
}

/// How many rows can be taken, and how many were left out by hand.
fn tried_title(total: Counts) -> String {
    let words = match total.rejected {
        0 if total.left_out > 0 => format!("{} can be taken", rows_words(total.taken())),
        0 => format!("All {} can be taken", rows_words(total.read)),
        some => format!("{} of {} cannot be taken", count(some), rows_words(total.read)),
    };
    match total.left_out {
        0 => words,
        some => format!("{words}, {} left out by hand", count(some)),
    }
}

fn says(
    import: &Import,
    undone: Option<&Undoing>,
    time: &LocalTime,
    kept: Option<Judged>,
    report: Option<&ImportReport>,
) -> Markup {
    let says = match import.state {
        State::Tried => "Nothing is kept yet: this is what would come of it.".to_owned(),
        State::Done => "Everything that was taken is in the ledger.".to_owned(),
        State::Failed => "Nothing was lost. What was taken before stays.".to_owned(),
        State::Undone => {
            ": what it had told is withdrawn, but of records that somebody has edited \
                          since. Below is what had come of it."
                .to_owned()
        }
        state if !state.is_over() => format!("{} so far.", rows_words(import.counts.read)),
        _ if import.counts.read == 0 => "Nothing was taken before it was stopped.".to_owned(),
        _ => "What was taken before it was stopped stays.".to_owned(),
    };
    let undone = undone.filter(|_| import.state == State::Undone);
    let undone = undone.map(|undone| Markup::text("Undone ").and(undone.at_and_by(time)));
    let says = undone.unwrap_or_default().and_text(says);
    let judged = match import.state {
        State::Tried => report.and_then(|it| judged::sentence_of_trial(&import.id, it)),
        _ => judged::sentence(&import.id, kept, report),
    };
    match judged {
        Some(judged) => says.and_text(" ").and(judged),
        None => says,
    }
}

fn undo_words(undo: Option<UndoState>, has_told: bool) -> Option<&'static str> {
    match undo {
        Some(UndoState::Done) => Some("This import was undone: see what became of its records"),
        Some(_) => Some("This import is being undone: see how far it is"),
        None => has_told.then_some("Undo this import"),
    }
}

fn run_words(is_trial: bool, total: Counts) -> Option<String> {
    let takes = total.taken();
    (is_trial && takes > 0).then(|| format!("Import {}", rows_words(takes)))
}

/// The tables of an import, each with its numbers.
fn table_rows(doors: &Doors, report: &ImportReport) -> Vec<TableRow> {
    let tables = report.tables.iter().enumerate();
    let row = |(place, table)| TableRow::of(doors, Rows::of(place, table), Some(table));
    tables.map(row).collect()
}

impl TableRow {
    fn of(doors: &Doors, rows: Rows<'_>, table: Option<&TableReport>) -> TableRow {
        TableRow {
            name: table.map_or_else(|| "All".to_owned(), |table| table_words(&table.table)),
            lists: table.map(|table| table.object.words().to_owned()).unwrap_or_default(),
            numbers: doors.numbers(rows),
        }
    }
}

/// The words that a person should look at, those that joined to nothing first; the same list for the
/// page and for what its form sends.
pub(super) fn to_look_at(report: &ImportReport) -> Vec<Joined> {
    let mut all: BTreeMap<(String, Object), Joined> = BTreeMap::new();
    for joined in report.tables.iter().flat_map(|table| &table.joined) {
        let place = (joined.word.clone(), joined.object);
        match all.get_mut(&place) {
            Some(known) => known.rows += joined.rows,
            None => drop(all.insert(place, joined.clone())),
        }
    }
    let mut words: Vec<Joined> = all.into_values().collect();
    words.sort_by_key(|joined| {
        (!is_lost(joined), !can_be_matched(joined), std::cmp::Reverse(joined.rows))
    });
    words.truncate(WORDS);
    words
}

/// Whether a word joined to nothing.
fn is_lost(joined: &Joined) -> bool {
    matches!(joined.how, How::NotFound { .. } | How::Several { .. })
}

/// Whether somebody may say which record a word means: also where one would be made of it, or a key
/// would make one of which nothing else is known.
pub(super) fn can_be_matched(joined: &Joined) -> bool {
    match (joined.object, &joined.how) {
        // Which lead is meant is said by its key: names of leads are not shown to choose from.
        (Object::Leads, _) => false,
        (_, How::Made) | (Object::Users, How::ByKeyAlone) => true,
        _ => is_lost(joined),
    }
}

fn objects_of(words: &[Joined]) -> Vec<Object> {
    let mut objects: Vec<Object> =
        words.iter().filter(|word| can_be_matched(word)).map(|word| word.object).collect();
    objects.sort();
    objects.dedup();
    objects
}

fn list_of(object: Object) -> &'static str {
    match object {
        Object::Accounts => "accounts",
        Object::Products => "products",
        Object::Campaigns => "campaigns",
        Object::Users => "users",
        _ => "others",
    }
}

/// Names of records, the first of them, as suggestions.
fn names_of(reader: &store::Reader<'_>, object: Object) -> Result<Vec<String>, Failure> {
    let names: Vec<Option<String>> = match object {
        Object::Accounts => reader.accounts()?.into_iter().map(|row| row.name).collect(),
        Object::Products => reader.products()?.into_iter().map(|row| row.name).collect(),
        Object::Campaigns => reader.campaigns()?.into_iter().map(|row| row.name).collect(),
        Object::Users => reader.colleagues()?.into_iter().map(|row| row.name).collect(),
        _ => Vec::new(),
    };
    let mut names: Vec<String> = names.into_iter().flatten().take(NAMES).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn word_row((no, joined): (usize, &Joined), mistake: Option<&Mistake>) -> WordRow {
    let says = match &joined.how {
        How::Spelling { name } => format!("taken for \"{name}\", spelt in another way"),
        How::Made => "will be made: no table lists it".to_owned(),
        How::ByKeyAlone => "known by its key alone: no table says more".to_owned(),
        How::Several { records } => format!("the name of {records} records: joined to none"),
        How::NotFound { .. } => "none of them: kept as a word, joined to nothing".to_owned(),
    };
    let nearest = match &joined.how {
        How::NotFound { nearest } => nearest.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let suggestion = can_be_matched(joined).then_some(nearest);
    let control = format!("w{no}");
    let written = mistake.and_then(|mistake| mistake.text(&control));
    WordRow {
        written: written.cloned().unwrap_or_default(),
        wrong: mistake.and_then(|mistake| mistake.beside(&control)),
        no,
        list: list_of(joined.object),
        object: joined.object.words(),
        word: joined.word.clone(),
        rows: count(joined.rows),
        says,
        suggestion,
    }
}

fn rejected_row(import: &Import, row: &RejectedRow, mistake: Option<&Mistake>) -> RejectedShown {
    let control = format!("m{}", row.no);
    let drops = format!("d{}", row.no);
    let written = mistake.and_then(|mistake| mistake.text(&control)).cloned();
    RejectedShown {
        drops: mistake.is_some_and(|mistake| mistake.text(&drops).is_some()),
        wrong: mistake.and_then(|mistake| mistake.beside(&control)),
        no: row.no,
        table: table_words(&row.file),
        line: count(row.line),
        opens: figure(count(row.line), &rejected::line_href(&import.id, row.no)),
        column: row.column.clone(),
        reason: row.reason.clone(),
        value: cell_of(import, row).map(|value| written.unwrap_or(value)),
    }
}

/// What a reason asks for that is said once for a whole table, instead of cell after cell.
fn asked_of_all(reason: &str) -> Option<&'static str> {
    [SAY_DATE_ORDER, SAY_DECIMAL].into_iter().find(|asked| reason.ends_with(asked))
}

/// What is to be said once of a table: the way to where, and what.
fn to_say(import: &Import, rejected: &[RejectedRow]) -> Vec<(String, String)> {
    let Some(found) = import.found.as_ref().filter(|_| import.state == State::Tried) else {
        return Vec::new();
    };
    let asked = |key: &str| {
        let rows = rejected.iter().filter(|row| row.file == key);
        rows.filter_map(|row| asked_of_all(&row.reason)).collect::<BTreeSet<_>>()
    };
    let tables = found.tables.iter().enumerate();
    let ways = tables.flat_map(|(no, table)| {
        let way = format!("{}/tables/{no}", href(&import.id));
        let words = move |say| format!("Open {} and {say}", table_words(&table.key));
        asked(&table.key).into_iter().map(move |say| (way.clone(), words(say)))
    });
    ways.collect()
}

/// What stands in the cell of a rejected row, while it can still be mended.
fn cell_of(import: &Import, row: &RejectedRow) -> Option<String> {
    let is_asked_of_all = asked_of_all(&row.reason).is_some();
    if import.state != State::Tried || row.column.is_empty() || is_asked_of_all {
        return None;
    }
    let mended = import.choices.of(&row.file).mended;
    if let Some(text) = mended.get(&row.line).and_then(|cells| cells.get(&row.column)) {
        return Some(text.clone());
    }
    let found = import.found.as_ref()?;
    let table = found.tables.iter().find(|table| table.key == row.file)?;
    let index = table.columns.iter().position(|column| column.name == row.column)?;
    let cells: Vec<String> = serde_json::from_str(&row.cells).ok()?;
    Some(cells.get(index).cloned().unwrap_or_default())
}

/// The files and tables that were not taken, and why.
fn not_taken(id: &str, report: Option<&ImportReport>) -> Vec<(String, String)> {
    let skipped = report.iter().flat_map(|report| &report.skipped);
    let named = skipped.map(|skipped| {
        let name = skipped.file.rsplit('/').next().unwrap_or_default();
        (name.to_owned(), without_folder(&skipped.reason, id))
    });
    named.collect()
}

fn notes(report: Option<&ImportReport>) -> Vec<(String, Vec<String>)> {
    let tables = report.iter().flat_map(|report| &report.tables);
    let notes = tables.map(|table| {
        let mut notes = table.notes.clone();
        if !table.private.is_empty() {
            let columns = table.private.join(", ");
            notes.push(format!("beside the ledger, for they tell who somebody is: {columns}"));
        }
        (table_words(&table.table), notes)
    });
    notes.filter(|(_, notes)| !notes.is_empty()).collect()
}

/// Where to go on from a finished import.
fn next(import: &Import, report: Option<&ImportReport>) -> Vec<(&'static str, &'static str)> {
    let Some(report) = report.filter(|_| import.state == State::Done) else { return Vec::new() };
    let has = |object| report.tables.iter().any(|table| table.object == object);
    let mut next = vec![("/", "Today")];
    if has(Object::Leads) {
        next.push(("/leads", "The leads"));
    }
    if has(Object::Opportunities) || has(Object::Handoffs) {
        next.push(("/scoreboard", "The scoreboard"));
    }
    next
}
