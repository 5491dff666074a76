//! One table of an import: how its file is read, and what each column is taken for.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use engine::{
    access::Act,
    import::{
        ColumnUse, Object,
        choices::{Choices, TableChoice},
        dock::{Import, State},
        fields_of,
        found::{FoundColumn, FoundTable},
    },
};

use super::{href, open::known_words, rows_words, show::import_of, table_words};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Field, Form, Frame, Place},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show::count,
};

#[derive(Template)]
#[template(path = "pages/imports/table.html")]
struct TablePage {
    frame: Frame,
    name: String,
    says: String,
    back: String,
    here: String,
    form: Form,
    columns: Vec<ColumnRow>,
    notes: Vec<String>,
    reads_text: bool,
}

struct ColumnRow {
    no: usize,
    name: String,
    shows: String,
    examples: String,
    filled: String,
    options: Vec<(String, String, bool)>,
}

/// Shows it.
pub(crate) async fn edit(
    visit: Visit,
    Path((id, no)): Path<(String, usize)>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id).await?;
    let table = table_of(&import, no)?;
    let form = form(&table, &import.choices.of(&table.key));
    Ok(shown(visit, &import.id, no, &table, form))
}

/// The table with a number, while its import can still be changed.
fn table_of(import: &Import, no: usize) -> Result<FoundTable, Failure> {
    let found = import
        .found
        .as_ref()
        .filter(|_| matches!(import.state, State::Open | State::Tried | State::Failed));
    found.and_then(|found| found.tables.get(no)).cloned().ok_or(Failure::Absent)
}

fn shown(visit: Visit, id: &str, no: usize, table: &FoundTable, form: Form) -> Response {
    let mut frame = visit.frame(table_words(&table.key), Place::Imports);
    frame.refused = form.is_refused();
    let was_refused = frame.refused;
    let page = TablePage {
        frame,
        name: table_words(&table.key),
        says: format!("{}, {}", rows_words(table.rows), known_words(table.known_by)),
        back: href(id),
        here: format!("{}/tables/{no}", href(id)),
        form,
        columns: columns(table),
        notes: table.notes.clone(),
        reads_text: table.encoding.is_some(),
    };
    if was_refused { visit.refuse(page) } else { visit.show(page) }
}

/// Every kind of record, in the order of importing.
const OBJECTS: [Object; 12] = [
    Object::Users,
    Object::Products,
    Object::Accounts,
    Object::Campaigns,
    Object::Leads,
    Object::StatusHistory,
    Object::Responses,
    Object::Activities,
    Object::Handoffs,
    Object::Opportunities,
    Object::StageHistory,
    Object::Quotas,
];

fn object_key(object: Object) -> String {
    serde_json::to_value(object)
        .ok()
        .and_then(|it| Some(it.as_str()?.to_owned()))
        .unwrap_or_default()
}

fn object_of(key: &str) -> Option<Object> {
    OBJECTS.into_iter().find(|object| object_key(*object) == key)
}

fn form(table: &FoundTable, choice: &TableChoice) -> Form {
    let mut objects = vec![("none".to_owned(), "nothing: leave the table out".to_owned())];
    objects.extend(OBJECTS.map(|object| (object_key(object), object.words().to_owned())));
    let object = match (table.taken, table.object) {
        (true, Some(object)) => object_key(object),
        (false, Some(object)) if choice.taken.is_none() => object_key(object),
        _ => "none".to_owned(),
    };
    let pairs = |list: &[(&str, &str)]| {
        list.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())).collect::<Vec<_>>()
    };
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let said = |text: Option<String>| text.unwrap_or_default();
    let header = choice.header_line.map(|line| line.to_string());
    Form::of([
        Field::select("object", "What it lists", objects).value(object),
        Field::select("date_order", "Dates such as 03/04/2026", pairs(&ORDERS))
            .value(some(&choice.date_order))
            .optional(),
        Field::select("decimal", "Numbers such as 1,234", pairs(&SIGNS))
            .value(some(&choice.decimal))
            .optional(),
        Field::new("header_line", "Line of the header", crate::layout::Control::Line("number"))
            .value(said(header))
            .hint(format!("Found in line {}.", count(table.header_line)))
            .optional(),
        Field::select("encoding", "Encoding", encodings(table))
            .value(some(&choice.encoding))
            .optional(),
        Field::select("delimiter", "Between cells", delimiters(table))
            .value(choice.delimiter.map(|it| it.to_string()).unwrap_or_default())
            .optional(),
    ])
}

const ORDERS: [(&str, &str); 3] = [
    ("", "as the column shows"),
    ("dmy", "3 April: the day first"),
    ("mdy", "4 March: the month first"),
];

const SIGNS: [(&str, &str); 3] = [
    ("", "as the column shows"),
    ("point", "more than a thousand: decimal point"),
    ("comma", "one and a bit: decimal comma"),
];

fn encodings(table: &FoundTable) -> Vec<(String, String)> {
    let found = table.encoding.clone().unwrap_or_default();
    let mut all = vec![(String::new(), format!("as found: {found}"))];
    let known = ["UTF-8", "windows-1252", "UTF-16LE", "windows-1250", "windows-1251", "macintosh"];
    all.extend(known.map(|name| (name.to_owned(), name.to_owned())));
    all.extend(["Shift_JIS", "GBK"].map(|name| (name.to_owned(), name.to_owned())));
    all
}

fn delimiters(table: &FoundTable) -> Vec<(String, String)> {
    let words = |byte: u8| match byte {
        b'\t' => "a tab".to_owned(),
        other => format!("\"{}\"", char::from(other)),
    };
    let found = table.delimiter.map(words).unwrap_or_default();
    let mut all = vec![(String::new(), format!("as found: {found}"))];
    all.extend([b',', b';', b'\t', b'|'].map(|byte| (byte.to_string(), words(byte))));
    all
}

fn columns(table: &FoundTable) -> Vec<ColumnRow> {
    let fields = table.object.map(fields_of).unwrap_or_default();
    let fields: Vec<String> = fields.into_iter().collect();
    let row = |(no, column): (usize, &FoundColumn)| ColumnRow {
        no,
        name: column.name.clone(),
        shows: column.shows.clone(),
        examples: column.examples.join(" · "),
        filled: count(column.filled),
        options: options(column, &fields),
    };
    table.columns.iter().enumerate().map(row).collect()
}

/// What a column can be taken for: code, words, and whether it is.
fn options(column: &FoundColumn, fields: &[String]) -> Vec<(String, String, bool)> {
    let mut all = vec![
        (ColumnUse::LeftOut, "nothing: left out".to_owned()),
        (ColumnUse::Own, "a field of its own".to_owned()),
        (ColumnUse::Key, "the record's own key".to_owned()),
        (ColumnUse::Private, "private: tells who somebody is".to_owned()),
    ];
    all.extend(
        fields.iter().map(|field| (ColumnUse::Field(field.clone()), field.replace('_', " "))),
    );
    if let ColumnUse::Entered(stage) = &column.used {
        all.push((column.used.clone(), format!("when {stage} was entered")));
    }
    if let ColumnUse::Field(field) = &column.used
        && !fields.contains(field)
    {
        all.push((column.used.clone(), field.replace('_', " ")));
    }
    let shown = |(used, words): (ColumnUse, String)| {
        let is_it = used == column.used;
        (used.code(), words, is_it)
    };
    all.into_iter().map(shown).collect()
}

/// Keeps what was said of it; the files are looked over again.
pub(crate) async fn update(
    visit: Visit,
    Path((id, no)): Path<(String, usize)>,
    Sent(sent): Sent<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = import_of(&visit, id).await?;
    let table = table_of(&import, no)?;
    let before = import.choices.of(&table.key);
    let choice = match read(&table, &before, &sent) {
        Ok(choice) => choice,
        Err((field, words)) => {
            let mut again = form(&table, &before);
            again.keep(sent.iter().map(|(name, text)| (name.as_str(), text)));
            again.refuse(field, words);
            return Ok(shown(visit, &import.id, no, &table, again));
        }
    };
    let mut choices: Choices = import.choices.clone();
    choices.tables.insert(table.key.clone(), choice);
    let (by, id, now) = (visit.signed.0.clone(), import.id.clone(), visit.house.now());
    let keep = move |engine: &engine::Engine| Ok(engine.choose_import(&by, &id, &choices, now)?);
    match visit.house.work(keep).await {
        Ok(()) => {
            let words = format!("{} is looked over again.", table_words(&table.key));
            Ok(visit.go(&href(&import.id), &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            Ok(visit.go(&href(&import.id), &Flash::not_done(words)))
        }
        Err(other) => Err(other),
    }
}

/// What was said of a table; the field that does not read, and why.
fn read(
    table: &FoundTable,
    before: &TableChoice,
    sent: &BTreeMap<String, String>,
) -> Result<TableChoice, (&'static str, String)> {
    let said = |name: &str| sent.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let object = said("object").and_then(object_of);
    let header_line = match said("header_line") {
        None => None,
        Some(text) => Some(text.parse().ok().filter(|line| (1..=1000).contains(line)).ok_or((
            "header_line",
            format!("\"{text}\" is no line: write a number from 1 to 1000"),
        ))?),
    };
    let mut choice = TableChoice {
        taken: Some(object.is_some()),
        encoding: said("encoding").map(str::to_owned),
        delimiter: said("delimiter").and_then(|text| text.parse().ok()),
        header_line,
        date_order: said("date_order").map(str::to_owned),
        decimal: said("decimal").map(str::to_owned),
        object: object.or(before.object),
        columns: BTreeMap::new(),
        mended: before.mended.clone(),
        dropped: before.dropped.clone(),
    };
    let is_read_as_before = choice.encoding == before.encoding
        && choice.delimiter == before.delimiter
        && choice.header_line == before.header_line;
    // Columns of another kind of record, or of another header, are found anew.
    if object.is_some() && object == table.object && is_read_as_before {
        let used = |(no, column): (usize, &FoundColumn)| {
            let code = sent.get(&format!("c{no}"))?;
            Some((column.name.clone(), ColumnUse::parse(code)?))
        };
        choice.columns = table.columns.iter().enumerate().filter_map(used).collect();
    }
    Ok(choice)
}
