//! What the files of an import show: each table, what it lists, and what to look at.

use askama::Template;
use axum::response::Response;
use engine::import::{
    ColumnUse,
    choices::Choices,
    dock::Import,
    found::{Found, FoundTable, KnownBy},
    presets,
};

use super::{
    files_words, href,
    received::{Wrong, history},
    rows_words, table_words, without_folder,
};
use crate::{
    failure::Failure,
    layout::{Field, Form, Frame, Place},
    session::Visit,
    show::count,
};

#[derive(Template)]
#[template(path = "pages/imports/open.html")]
struct OpenPage {
    frame: Frame,
    title: String,
    files: String,
    href: String,
    tables: Tables,
    form: Form,
    may_try: bool,
}

/// The tables of an import, as a list.
#[derive(Template)]
#[template(path = "pages/imports/tables.html")]
pub(super) struct Tables {
    rows: Vec<TableRow>,
    skipped: Vec<(String, String)>,
}

impl askama::filters::HtmlSafe for Tables {}

struct TableRow {
    href: String,
    name: String,
    lists: String,
    taken: bool,
    known: &'static str,
    rows: String,
    columns: String,
    asks: Vec<String>,
}

impl Tables {
    pub(super) fn of(id: &str, found: &Found) -> Tables {
        let rows = found.tables.iter().enumerate();
        let skipped = found.skipped.iter().map(|skipped| {
            let name = without_folder(&skipped.file, id);
            let name = name.rsplit('/').next().unwrap_or_default().to_owned();
            (name, without_folder(&skipped.reason, id))
        });
        Tables {
            rows: rows.map(|(no, table)| TableRow::of(id, no, table)).collect(),
            skipped: skipped.collect(),
        }
    }
}

impl TableRow {
    fn of(id: &str, no: usize, table: &FoundTable) -> TableRow {
        let used = table.columns.iter().filter(|column| column.used != ColumnUse::LeftOut).count();
        let lists = match (table.object, table.taken) {
            (Some(object), true) => object.words().to_owned(),
            (Some(object), false) => format!("{}? not taken", object.words()),
            (None, _) => "not known".to_owned(),
        };
        TableRow {
            href: format!("{}/tables/{no}", href(id)),
            name: table_words(&table.key),
            lists,
            taken: table.taken,
            known: known_words(table.known_by),
            rows: count(table.rows),
            columns: format!("{} of {}", count(used as u64), count(table.columns.len() as u64)),
            asks: asks(table),
        }
    }
}

pub(super) fn known_words(by: KnownBy) -> &'static str {
    match by {
        KnownBy::Preset => "known by its columns",
        KnownBy::Choice => "as you said",
        KnownBy::Memory => "as was said of such a file before",
        KnownBy::Guess => "guessed by its columns: say whether it is right",
        KnownBy::Nothing => "its columns are not known: say what they are",
    }
}

/// What a person should decide about a table.
fn asks(table: &FoundTable) -> Vec<String> {
    let mut asks = Vec::new();
    if table.asks_date_order && table.date_order.is_none() {
        asks.push("Day or month first? The dates do not show it.".to_owned());
    }
    if table.asks_decimal && table.decimal.is_none() {
        asks.push("Point or comma before decimals? The numbers do not show it.".to_owned());
    }
    asks
}

/// The page.
pub(super) fn shown(visit: Visit, import: Import) -> Result<Response, Failure> {
    let found = import.found.as_ref().ok_or(Failure::Absent)?;
    let form = form(&import.choices, found);
    let frame = visit.frame("Import", Place::Imports);
    Ok(visit.show(page(frame, &import, found, form)))
}

/// The page with what was said of all tables and is refused: what was written stands there still.
pub(super) fn refused(
    visit: Visit,
    import: &Import,
    said: &Choices,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let found = import.found.as_ref().ok_or(Failure::Absent)?;
    let mut form = form(said, found);
    wrong.into_iter().for_each(|(field, words)| form.refuse(field, words));
    let mut frame = visit.frame("Import", Place::Imports);
    frame.refused = true;
    Ok(visit.refuse(page(frame, import, found, form)))
}

fn page(frame: Frame, import: &Import, found: &Found, form: Form) -> OpenPage {
    let taken: Vec<&FoundTable> = found.tables.iter().filter(|table| table.taken).collect();
    let rows: u64 = taken.iter().map(|table| table.rows).sum();
    let title = match taken.len() {
        0 => "No table is known yet".to_owned(),
        1 => format!("1 table, {}", rows_words(rows)),
        some => format!("{some} tables, {}", rows_words(rows)),
    };
    OpenPage {
        frame,
        title,
        files: files_words(&import.files),
        href: href(&import.id),
        tables: Tables::of(&import.id, found),
        form,
        may_try: !taken.is_empty(),
    }
}

/// What holds for all tables.
fn form(choices: &Choices, found: &Found) -> Form {
    let mut systems = vec![(String::new(), "Find out by the columns".to_owned())];
    systems.extend(presets().into_iter().map(|(name, words)| (name.to_owned(), words.to_owned())));
    let or_found = |said: &Option<String>, found: &String| said.as_ref().unwrap_or(found).clone();
    Form::of([
        Field::select("preset", "They come from", systems)
            .value(choices.preset.clone().unwrap_or_default())
            .optional(),
        Field::line("source", "The word before every id")
            .value(or_found(&choices.source, &found.source)),
        Field::line("currency", "The currency of amounts that name none")
            .value(or_found(&choices.currency, &found.currency)),
        Field::line("zone", "The time zone of dates that name none")
            .value(or_found(&choices.zone, &found.zone)),
        history(choices),
    ])
}
