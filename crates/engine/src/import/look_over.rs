//! Before anything is written: which files there are, what each is, and what its columns show.

use std::path::{Path, PathBuf};

use connectors::{
    files::{
        guard::Refusal as FileRefusal,
        table::{self, ReadOptions, Reading},
    },
    mapping::{self, Mapping, Plan, Profile},
};

use super::{
    ImportOptions, ImportRefusal, Listener, Progress, Table,
    report::{ImportReport, Skipped},
};

/// The files named, and those inside the folders named.
pub(super) fn find_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportRefusal> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            if !path.exists() {
                return Err(ImportRefusal::NoSuchFile(path.display().to_string()));
            }
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let inside = std::fs::read_dir(path)
            .map_err(|error| ImportRefusal::File(format!("{}: {error}", path.display())))?;
        let mut inside: Vec<PathBuf> = inside
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|p| is_table(p))
            .collect();
        inside.sort();
        files.extend(inside);
        if files.len() == before {
            return Err(ImportRefusal::NothingInside(path.display().to_string()));
        }
    }
    Ok(files)
}

fn is_table(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    path.is_file() && matches!(ending.to_ascii_lowercase().as_str(), "csv" | "tsv" | "tab" | "xlsx")
}

/// The mapping given, or the preset that knows most of the files.
pub(super) fn choose_mapping(
    options: &ImportOptions,
    files: &[PathBuf],
) -> Result<Mapping, ImportRefusal> {
    if let Some(mapping) = &options.mapping {
        return Ok(mapping.clone());
    }
    let mut headers = Vec::new();
    for path in files {
        let Ok(readings) = table::open(path, &options.reading) else { continue };
        for reading in readings {
            headers.push((table_name(path, &reading), reading.header.clone()));
        }
    }
    Ok(mapping::best_preset(&headers).1)
}

/// By what a table is known: its sheet where the workbook has several, else its file.
fn table_name(path: &Path, reading: &Reading) -> String {
    match &reading.format {
        table::Format::Xlsx { sheet } if !sheet.to_lowercase().starts_with("sheet") => {
            sheet.clone()
        }
        _ => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// Opens every file and looks over its rows, before anything is written.
pub(super) fn look_over(
    files: &[PathBuf],
    mapping: &Mapping,
    options: &ImportOptions,
    report: &mut ImportReport,
    listener: &mut (dyn Listener + Send),
) -> Result<Vec<Table>, ImportRefusal> {
    let mut tables = Vec::new();
    for path in files {
        let readings = match table::open(path, &options.reading) {
            Ok(readings) => readings,
            Err(refusal) if files.len() > 1 => {
                report.skipped.push(skipped(path, &refusal));
                continue;
            }
            Err(refusal) => return Err(ImportRefusal::File(refusal.to_string())),
        };
        for reading in readings {
            let name = table_name(path, &reading);
            let Some(of) = mapping.recognise(&name, &reading.header) else {
                let reason = format!(
                    "its columns are not known ({}): say in a mapping file what they are",
                    shown(&reading.header)
                );
                let file = path.display().to_string();
                report.skipped.push(Skipped { file, reason, refused: false });
                continue;
            };
            match look_over_table(path, name, reading, mapping, of, listener) {
                Ok(Some(table)) => tables.push(table),
                Ok(None) => {
                    report.cancelled = true;
                    return Ok(tables);
                }
                Err(reason) if files.len() > 1 => {
                    let file = path.display().to_string();
                    report.skipped.push(Skipped { file, reason, refused: true });
                }
                Err(reason) => return Err(ImportRefusal::File(reason)),
            }
        }
    }
    tables.sort_by_key(|table| table.plan.object);
    Ok(tables)
}

fn look_over_table(
    path: &Path,
    name: String,
    mut reading: Reading,
    mapping: &Mapping,
    of: &mapping::TableMapping,
    listener: &mut (dyn Listener + Send),
) -> Result<Option<Table>, String> {
    let (format, header) = (reading.format.clone(), reading.header.clone());
    let mut notes: Vec<String> = vec![format_words(&format)];
    notes.extend(reading.notes.iter().map(ToString::to_string));
    let mut profile = Profile::default();
    let hint = reading.count_hint();
    for row in reading.by_ref() {
        match row {
            Ok(row) => profile.observe(&row),
            Err(problem) if problem.ends_reading() => {
                return Err(format!("{}: {problem}. Nothing was imported from it", path.display()));
            }
            Err(_) => {}
        }
        if profile.rows.is_multiple_of(10_000) {
            let going_on = listener.progress(Progress {
                doing: format!("Looking over {name}"),
                bytes_read: hint.bytes_read(),
                bytes_total: hint.bytes_total(),
                rows: 0,
            });
            if !going_on {
                return Ok(None);
            }
        }
    }
    let plan = mapping::plan(mapping, of, &header, &profile);
    notes.extend(suspicions(&plan, &profile));
    let sheet = match format {
        table::Format::Xlsx { sheet } => Some(sheet),
        table::Format::Csv { .. } => None,
    };
    Ok(Some(Table { path: path.to_owned(), name, sheet, plan, profile, notes }))
}

fn format_words(format: &table::Format) -> String {
    match format {
        table::Format::Xlsx { sheet } => format!("a workbook, sheet \"{sheet}\""),
        table::Format::Csv { encoding, delimiter, .. } => {
            let delimiter = match delimiter {
                b'\t' => "tabs".to_owned(),
                other => format!("\"{}\"", char::from(*other)),
            };
            format!("text in {encoding}, cells parted by {delimiter}")
        }
    }
}

/// What a column shows that a person should look at.
fn suspicions(plan: &Plan, profile: &Profile) -> Vec<String> {
    let mut notes = Vec::new();
    for planned in &plan.fields {
        let index = planned.columns[0];
        let column = &plan.header[index];
        if matches!(planned.field.as_str(), "created_at" | "opened_on")
            && let Some((value, count)) = profile.constant(index)
        {
            let filled = profile.filled(index);
            notes.push(format!(
                "{column} is {value} in {count} of {filled} rows: that looks like the day on which \
                 the rows were loaded; if another column has the true date, map it to {}",
                planned.field
            ));
        }
        let style = match planned.kind {
            mapping::Kind::Money => profile.money_style(index, None),
            mapping::Kind::Number => profile.number_style(index, None),
            _ => continue,
        };
        if style.assumed > 0 {
            notes.push(format!("{column}: {style}"));
        }
    }
    notes
}

/// The rows of a table, read anew.
pub(super) fn rows_of(table: &Table, options: &ImportOptions) -> Result<Reading, ImportRefusal> {
    let reading = ReadOptions { sheet: table.sheet.clone(), ..options.reading.clone() };
    let opened = table::open(&table.path, &reading)
        .map_err(|refusal| ImportRefusal::File(refusal.to_string()))?;
    let gone =
        || ImportRefusal::File(format!("{} changed while it was read", table.path.display()));
    opened.into_iter().next().filter(|found| found.header == table.plan.header).ok_or_else(gone)
}

fn skipped(path: &Path, refusal: &FileRefusal) -> Skipped {
    Skipped { file: path.display().to_string(), reason: refusal.to_string(), refused: true }
}

fn shown(header: &[String]) -> String {
    let mut names: Vec<&str> = header.iter().take(8).map(String::as_str).collect();
    if header.len() > 8 {
        names.push("…");
    }
    names.join(", ")
}
