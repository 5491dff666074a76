//! Before anything is written: which files there are, what each is, and what its columns show.

use std::path::{Path, PathBuf};

use connectors::{
    files::{
        guard::Refusal as FileRefusal,
        package::WITHIN,
        table::{self, Cell, Format, ReadOptions, Reading, Row},
    },
    mapping::{self, Defaults, Mapping, Plan, Profile, Sums, TableMapping, Total},
    values::date::DateOrder,
};

use super::{
    ImportOptions, ImportRefusal, Listener, Progress, Table,
    choices::TableChoice,
    found::KnownBy,
    report::{ImportReport, Skipped},
    unpacking::is_archive,
};

/// Rows of which a person sees examples.
const SAMPLE: usize = 20;

/// The files named, and those inside the folders named; and what else lies in the folders.
pub(super) fn find_files(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), ImportRefusal> {
    let (mut files, mut passed_over) = (Vec::new(), Vec::new());
    for path in paths {
        if !path.is_dir() {
            if !path.exists() {
                return Err(ImportRefusal::NoSuchFile(path.display().to_string()));
            }
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        files.extend(tables_in(path)?);
        if files.len() == before {
            return Err(ImportRefusal::NothingInside(path.display().to_string()));
        }
        passed_over.extend(others_in(path)?);
    }
    Ok((files, passed_over))
}

/// The files of a folder that may be tables, by name.
pub(super) fn tables_in(folder: &Path) -> Result<Vec<PathBuf>, ImportRefusal> {
    inside(folder, is_table)
}

/// What else lies in a folder and is neither hidden nor an archive, by name.
pub(super) fn others_in(folder: &Path) -> Result<Vec<PathBuf>, ImportRefusal> {
    inside(folder, |path| {
        let name = file_name(path);
        let is_taken = is_table(path) || (path.is_file() && is_archive(&name));
        !is_taken && !name.starts_with('.')
    })
}

/// What lies in a folder and is meant, by name.
pub(super) fn inside(
    folder: &Path,
    is_meant: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, ImportRefusal> {
    let inside = std::fs::read_dir(folder)
        .map_err(|error| ImportRefusal::File(format!("{}: {error}", folder.display())))?;
    let paths = inside.filter_map(Result::ok).map(|entry| entry.path());
    let mut inside: Vec<PathBuf> = paths.filter(|path| is_meant(path)).collect();
    inside.sort();
    Ok(inside)
}

/// What is said of something that lies in a folder and is not read.
pub(super) fn passed(path: &Path, name: &str) -> Skipped {
    let what = match path {
        folder if folder.is_dir() => "a folder in a folder: name it beside the other",
        _ if name.ends_with(WITHIN) => "an archive in an archive: bring it by itself",
        _ => "no CSV, TSV, XLSX or ZIP file",
    };
    let reason = format!("passed over: it is {what}");
    Skipped { file: name.to_owned(), reason, refused: true }
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
        let choice = options.choices.of(&file_name(path));
        let Ok(readings) = table::open(path, &choice.reading(&options.reading, None)) else {
            continue;
        };
        for reading in readings {
            headers.push((table_name(path, &reading), reading.header.clone()));
        }
    }
    Ok(mapping::best_preset(&headers).1)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// By what a table is known: its sheet where the workbook has several, else its file.
fn table_name(path: &Path, reading: &Reading) -> String {
    match &reading.format {
        Format::Xlsx { sheet } if !sheet.to_lowercase().starts_with("sheet") => sheet.clone(),
        _ => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

fn key_of(path: &Path, format: &Format) -> String {
    match format {
        Format::Xlsx { sheet } => format!("{}#{sheet}", file_name(path)),
        Format::Csv { .. } => file_name(path),
    }
}

/// What was decided earlier about a file with these columns.
pub(super) type Recall<'a> = dyn Fn(&[String]) -> Option<TableChoice> + 'a;

/// Opens every file and looks over its rows, before anything is written.
pub(super) struct LookingOver<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) options: &'a ImportOptions,
    pub(super) defaults: &'a Defaults,
    pub(super) recall: &'a Recall<'a>,
    pub(super) listener: &'a mut (dyn Listener + Send),
}

impl LookingOver<'_> {
    /// Every table of the files, those that will not be taken too. Files that cannot be read are
    /// noted in the report; one alone is refused.
    pub(super) fn all(
        &mut self,
        files: &[PathBuf],
        report: &mut ImportReport,
    ) -> Result<Vec<Table>, ImportRefusal> {
        let is_alone = files.len() == 1;
        let mut tables = Vec::new();
        for path in files {
            let readings = match self.open(path) {
                Ok(readings) => readings,
                Err(refusal) if is_alone => return Err(ImportRefusal::File(refusal.to_string())),
                Err(refusal) => {
                    report.skipped.push(self.skipped(path, refusal.to_string()));
                    continue;
                }
            };
            for (reading, options) in readings {
                match self.one(path, reading, options) {
                    Ok(Some(table)) => tables.push(table),
                    Ok(None) => {
                        report.cancelled = true;
                        return Ok(tables);
                    }
                    Err(reason) if is_alone => return Err(ImportRefusal::File(reason)),
                    Err(reason) => report.skipped.push(self.skipped(path, reason)),
                }
            }
        }
        tables.sort_by_key(|table| table.plan.object);
        Ok(tables)
    }

    fn skipped(&self, path: &Path, reason: String) -> Skipped {
        Skipped { file: self.options.name_of(path), reason, refused: true }
    }

    /// The tables of a file, each opened as somebody decided about it.
    fn open(&self, path: &Path) -> Result<Vec<(Reading, ReadOptions)>, FileRefusal> {
        let whole = self.options.choices.of(&file_name(path));
        let options = whole.reading(&self.options.reading, None);
        let mut opened = Vec::new();
        for reading in table::open(path, &options)? {
            let Format::Xlsx { sheet } = &reading.format else {
                opened.push((reading, options.clone()));
                continue;
            };
            let of_sheet = self.options.choices.of(&key_of(path, &reading.format));
            let options = of_sheet.reading(&options, Some(sheet));
            match of_sheet.header_line {
                Some(_) => {
                    let anew = table::open(path, &options)?;
                    opened.extend(anew.into_iter().map(|reading| (reading, options.clone())));
                }
                None => opened.push((reading, options)),
            }
        }
        Ok(opened)
    }

    /// Looks over one table; `None` when the listener stopped it.
    fn one(
        &mut self,
        path: &Path,
        mut reading: Reading,
        options: ReadOptions,
    ) -> Result<Option<Table>, String> {
        let (format, header) = (reading.format.clone(), reading.header.clone());
        let (key, name) = (key_of(path, &format), table_name(path, &reading));
        let mut notes: Vec<String> = vec![format_words(&format)];
        notes.extend(reading.notes.iter().map(ToString::to_string));
        let Some(mut seen) = self.see(path, &name, &mut reading)? else { return Ok(None) };
        let chosen = self.options.choices.of(&key);
        let (choice, known_by, table) = self.kind(&name, &header, chosen);
        let mut plan = mapping::plan(self.mapping, &table, &header, &seen.profile);
        let foot_line = seen.foot.first().map(|row| row.line);
        if let Some(line) = foot_line {
            notes.push(format!("from line {line} on nothing is a record: it {UNDER}"));
        }
        let total_line = seen.total_line(&plan);
        match (total_line, seen.last.take()) {
            (Some((line, total)), _) => {
                notes.push(format!("line {line} {}: it is left out", total_words(total)));
            }
            (None, Some(last)) => {
                seen.observe(last);
                plan = mapping::plan(self.mapping, &table, &header, &seen.profile);
            }
            (None, None) => {}
        }
        notes.extend(suspicions(&plan, &seen.profile));
        let taken = choice.taken.unwrap_or(!matches!(known_by, KnownBy::Guess | KnownBy::Nothing));
        Ok(Some(Table {
            path: path.to_owned(),
            file: self.options.name_of(path),
            name,
            key,
            header_line: reading.header_line,
            sheet: match &format {
                Format::Xlsx { sheet } => Some(sheet.clone()),
                Format::Csv { .. } => None,
            },
            format,
            plan,
            profile: seen.profile,
            rows: seen.rows,
            total_line,
            foot_line,
            sample: seen.sample,
            notes,
            known_by,
            taken: taken && known_by != KnownBy::Nothing,
            reading: options,
            defaults: Defaults {
                date_order: choice.date_order().or(self.defaults.date_order),
                decimal: choice.decimal().or(self.defaults.decimal),
                ..self.defaults.clone()
            },
            choice,
        }))
    }

    /// What a table lists and how its columns are read: as somebody said, as they said of an
    /// earlier file with these columns, as the mapping knows it, as its columns are named.
    fn kind(
        &self,
        name: &str,
        header: &[String],
        chosen: TableChoice,
    ) -> (TableChoice, KnownBy, TableMapping) {
        let found = self.mapping.recognise(name, header);
        if let Some(table) = chosen.mapping(header, found).filter(|_| chosen.says_columns()) {
            return (chosen, KnownBy::Choice, table);
        }
        if let Some(earlier) = (self.recall)(header)
            && let Some(table) = earlier.mapping(header, found)
        {
            return (earlier.overlaid(chosen), KnownBy::Memory, table);
        }
        if let Some(table) = found {
            return (chosen, KnownBy::Preset, table.clone());
        }
        match mapping::guess(header) {
            Some(table) => (chosen, KnownBy::Guess, table),
            None => {
                let blank = TableMapping::blank(mapping::Object::Leads);
                (chosen, KnownBy::Nothing, blank)
            }
        }
    }

    fn see(
        &mut self,
        path: &Path,
        name: &str,
        reading: &mut Reading,
    ) -> Result<Option<Seen>, String> {
        let mut seen = Seen { width: reading.header.len(), ..Seen::default() };
        let hint = reading.count_hint();
        for row in reading.by_ref() {
            seen.rows += 1;
            match row {
                Ok(row) => seen.take(row),
                Err(problem) if problem.ends_reading() => {
                    let file = self.options.name_of(path);
                    return Err(format!("{file}: {problem}. Nothing was imported from it"));
                }
                // What stands before a row that is not read is not the last one.
                Err(_) => seen.observe_last(),
            }
            if seen.rows.is_multiple_of(10_000) {
                let going_on = self.listener.progress(Progress {
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
        Ok(Some(seen))
    }
}

/// What is said of a row that is no record.
pub(super) fn total_words(total: Total) -> &'static str {
    match total {
        Total::AddsUp => "adds up the rows above it",
        Total::CallsItself => "calls itself a total",
    }
}

/// The same of a row under the table.
pub(super) const UNDER: &str = "stands under the table, after a blank line";

/// What the rows of a table show.
#[derive(Default)]
struct Seen {
    profile: Profile,
    rows: u64,
    sample: Vec<Row>,
    sums: Sums,
    /// The last row, which has not been observed yet: it may add up the others.
    last: Option<Row>,
    /// Rows after it that may stand under the table, which have not been observed either.
    foot: Vec<Row>,
    /// How many columns the table has.
    width: usize,
}

/// More rows than this are no foot of a table.
const FOOT_MAX: usize = 20;

impl Seen {
    fn take(&mut self, row: Row) {
        if self.may_be_foot(&row) {
            self.foot.push(row);
            return;
        }
        self.observe_last();
        self.last = Some(row);
    }

    /// Whether a row may stand under the table, as a report's totals and notes do: after a blank
    /// line, with words in its first cell and nothing else, where rows have several cells.
    fn may_be_foot(&self, row: &Row) -> bool {
        let Some(before) = self.foot.last().or(self.last.as_ref()) else { return false };
        let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Blank);
        let is_words = match (filled.next(), filled.next()) {
            (Some((0, Cell::Text(text))), None) => text.trim().contains(' '),
            _ => false,
        };
        let after_blank = !self.foot.is_empty() || row.line > last_line(before) + 1;
        is_words && after_blank && self.width > 2 && self.foot.len() < FOOT_MAX
    }

    /// What came last is a row like those before it.
    fn observe_last(&mut self) {
        let last = self.last.take().into_iter();
        let rows: Vec<Row> = last.chain(std::mem::take(&mut self.foot)).collect();
        rows.into_iter().for_each(|row| self.observe(row));
    }

    fn observe(&mut self, row: Row) {
        self.profile.observe(&row);
        self.sums.add(&row);
        if self.sample.len() < SAMPLE {
            self.sample.push(row);
        }
    }

    /// The line of the last row, where that is a total.
    fn total_line(&self, plan: &Plan) -> Option<(u64, Total)> {
        let keys_are_full =
            plan.key.is_some_and(|key| self.profile.filled(key) == self.profile.rows);
        let last = self.last.as_ref()?;
        Some((last.line, self.sums.total(last, plan.key, keys_are_full)?))
    }
}

/// The line on which a row ends: its cells may hold several.
fn last_line(row: &Row) -> u64 {
    let lines = |cell: &Cell| match cell {
        Cell::Text(text) => text.matches('\n').count() as u64,
        _ => 0,
    };
    row.line + row.cells.iter().map(lines).sum::<u64>()
}

fn format_words(format: &Format) -> String {
    match format {
        Format::Xlsx { sheet } => format!("a workbook, sheet \"{sheet}\""),
        Format::Csv { encoding, delimiter, .. } => {
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
    let mut notes = Vec::from_iter(plan.doubt_about_key());
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
        if matches!(planned.kind, mapping::Kind::Date | mapping::Kind::Instant)
            && profile.order_shown(index) == DateOrder::Ambiguous
            && let Some((order, shown_by)) = profile.order_of_others()
        {
            let order = if order == DateOrder::MonthFirst { "month" } else { "day" };
            let shown_by = &plan.header[shown_by];
            notes.push(format!("{column} is read with the {order} first, as {shown_by} shows it"));
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
pub(super) fn rows_of(table: &Table) -> Result<Reading, ImportRefusal> {
    let options = ReadOptions { sheet: table.sheet.clone(), ..table.reading.clone() };
    let opened = table::open(&table.path, &options)
        .map_err(|refusal| ImportRefusal::File(refusal.to_string()))?;
    let gone =
        || ImportRefusal::File(format!("{} changed while it was read", table.path.display()));
    opened.into_iter().next().filter(|found| found.header == table.plan.header).ok_or_else(gone)
}

/// Why a table is not taken.
pub(super) fn not_taken(table: &Table) -> Skipped {
    let reason = match table.known_by {
        KnownBy::Guess | KnownBy::Nothing => format!(
            "its columns are not known ({}): say what they are, on the pages or in a mapping file",
            shown(&table.plan.header)
        ),
        _ => "it was left out by hand".to_owned(),
    };
    let file = match &table.sheet {
        Some(sheet) => format!("{}, sheet {sheet}", table.file),
        None => table.file.clone(),
    };
    Skipped { file, reason, refused: false }
}

fn shown(header: &[String]) -> String {
    let mut names: Vec<&str> = header.iter().take(8).map(String::as_str).collect();
    if header.len() > 8 {
        names.push("…");
    }
    names.join(", ")
}
