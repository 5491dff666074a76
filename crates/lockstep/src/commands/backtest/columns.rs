//! Files of a warehouse as a segment: which columns are read, and which contact a row is about.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use domain::field::FieldValue;
use insight::{
    files::{self, Kind as Cell, Names, Table, Trouble, Wanted, Words, leave_out},
    segment::{Activities, BLANK, Column, Contacts, Deals, Field, KINDS_MAX, Kind, Segment, build},
    sweep::FieldKind,
};

use crate::{commands::warehouse::unread, failure::Failure};

/// The files, and how their columns are named.
pub struct Named<'a> {
    pub activities: &'a Path,
    pub contacts: &'a Path,
    pub deals: Option<&'a PathBuf>,
    /// Our name of a column, and the file's, where they differ.
    pub renamed: &'a [(String, String)],
    /// The fields that are asked for.
    pub fields: &'a BTreeMap<String, FieldKind>,
    /// The digits after the point of an amount.
    pub minor_digits: u32,
}

/// What was read, and the fields of which no file has a column.
pub struct Columns {
    pub segment: Segment,
    pub absent: Vec<String>,
    pub gaps: Gaps,
}

/// Rows that are of no use, or that look like a mistake.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gaps {
    /// Activities whose contact is blank; left out.
    pub activities_of_nobody: usize,
    /// Deals whose contact is; left out.
    pub deals_of_nobody: usize,
    /// Of these, those that were won: no rule can find them.
    pub won_of_nobody: usize,
    /// What they were worth, in minor units.
    pub won_of_nobody_minor: i64,
    /// Rows of contacts of whom a later row stands.
    pub contacts_again: usize,
    /// Contacts whom the other files name and theirs does not; they were added.
    pub strangers: usize,
}

/// Reads the files.
///
/// # Errors
/// What is wrong with a file, with its place.
pub fn columns(named: &Named<'_>) -> Result<Columns, Failure> {
    let mut contacts = named.contacts()?;
    let activities = named.activities(&mut contacts)?;
    let deals = named.deals(&mut contacts)?;
    contacts.gaps.strangers = contacts.added.len();
    let table = contacts.finished();
    let segment =
        build(&table, activities, &deals).map_err(|unfit| Failure::refused(unfit.to_string()))?;
    Ok(Columns { segment, absent: contacts.absent, gaps: contacts.gaps })
}

/// Contacts as they are read, and those whom other files add.
struct Known {
    names: Names,
    known_from: Vec<Option<i64>>,
    fields: Vec<(Field, Column)>,
    /// How many there are with those whom other files add.
    count: usize,
    added: BTreeMap<String, u32>,
    absent: Vec<String>,
    gaps: Gaps,
}

impl Known {
    /// For each code of another file's contacts, ours; those whom we do not have are added.
    /// A blank name is nobody: its rows are to be left out.
    fn numbers(&mut self, names: &Names) -> Vec<u32> {
        let found = names.found_in(&self.names);
        let blanks = names.blanks();
        let mut numbers = Vec::with_capacity(found.len());
        for (code, found) in found.into_iter().enumerate() {
            if blanks.contains(&(code as u32)) {
                numbers.push(0);
                continue;
            }
            numbers.push(found.unwrap_or_else(|| {
                let next = self.count as u32;
                let number = *self.added.entry(names.name(code as u32)).or_insert(next);
                self.count += usize::from(number == next);
                number
            }));
        }
        numbers
    }

    /// The contacts, with blank fields for those who were added.
    fn finished(&mut self) -> Contacts {
        let mut fields = std::mem::take(&mut self.fields);
        for (_, column) in &mut fields {
            match column {
                Column::Codes(codes) => codes.resize(self.count, 0),
                Column::Numbers(numbers) => numbers.resize(self.count, BLANK),
            }
        }
        let known_from = std::mem::take(&mut self.known_from);
        Contacts { count: self.count, known_from, fields }
    }
}

impl Named<'_> {
    /// The file's name of a column of ours.
    fn name<'a>(&'a self, ours: &'a str) -> &'a str {
        self.said(ours).unwrap_or(ours)
    }

    /// The same, if it was said; the last time counts.
    fn said(&self, ours: &str) -> Option<&str> {
        let said = self.renamed.iter().rev().find(|(known, _)| known == ours);
        said.map(|(_, theirs)| theirs.as_str())
    }

    fn unread(&self, trouble: Trouble) -> Failure {
        unread(&trouble, self.renamed)
    }

    /// The file's name of a field: as it was said, or in full, or without what it belongs to.
    fn field_name(&self, field: &str, has: &[String]) -> Option<String> {
        let short = field.split_once('.').map_or(field, |(_, short)| short);
        let said = self.said(field);
        let mut names = said.into_iter().chain([field, self.name(short)]);
        names.find(|name| has.iter().any(|column| column == name)).map(str::to_owned)
    }

    fn read(&self, path: &Path, wanted: &[Wanted]) -> Result<Table, Failure> {
        files::read(path, wanted).map_err(|trouble| self.unread(trouble))
    }

    fn contacts(&self) -> Result<Known, Failure> {
        let has = files::columns(self.contacts).map_err(|trouble| self.unread(trouble))?;
        let (mut there, mut absent) = (Vec::new(), Vec::new());
        for (field, kind) in self.fields {
            match self.field_name(field, &has) {
                Some(column) => there.push((field, *kind, column)),
                None => absent.push(field.clone()),
            }
        }
        let (id, created) = (self.name("contact_id"), self.name("created_at"));
        let mut wanted =
            vec![Wanted::new(id, Cell::Word), Wanted::if_there(created, Cell::Instant)];
        wanted.extend(there.iter().map(|(_, kind, column)| {
            Wanted::new(
                column,
                match kind {
                    FieldKind::Text => Cell::Word,
                    FieldKind::Number => Cell::Decimal(3),
                    FieldKind::Flag => Cell::Flag,
                },
            )
        }));
        let mut table = self.read(self.contacts, &wanted)?;
        let who = table.words(id);
        if let Some(row) = who.blank_rows().first() {
            return Err(self.unread(table.blank(*row, id)));
        }
        let Words { names, codes } = who;
        let count = names.len();
        let gaps = Gaps { contacts_again: table.rows() - count, ..Gaps::default() };
        let mut known_from = Vec::new();
        if table.has(created) {
            let (numbers, blanks) = table.numbers_or_blank(created);
            known_from = vec![None; count];
            laid(&codes, numbers, |code, at| known_from[code] = Some(at));
            blanks.iter().for_each(|row| known_from[codes[*row as usize] as usize] = None);
        }
        let fields = there.iter().map(|(field, kind, column)| {
            let (values, cells) = field_cells(&mut table, column, *kind, &codes, count);
            (Field { name: (*field).clone(), values }, cells)
        });
        let fields = fields.collect();
        Ok(Known { names, known_from, fields, count, added: BTreeMap::new(), absent, gaps })
    }

    fn activities(&self, contacts: &mut Known) -> Result<Activities, Failure> {
        let [id, at, kind, status] = ["contact_id", "at", "kind", "status"].map(|n| self.name(n));
        let wanted = [
            Wanted::new(id, Cell::Word),
            Wanted::new(at, Cell::Instant),
            Wanted::new(kind, Cell::Word),
            Wanted::if_there(status, Cell::Word),
        ];
        let mut table = self.read(self.activities, &wanted)?;
        let who = table.words(id);
        let numbers = contacts.numbers(&who.names);
        let of_nobody = who.blank_rows();
        let mut contact = who.recoded(&numbers);
        let mut at = table.numbers(at).map_err(|trouble| self.unread(trouble))?;
        let kinds = table.words(kind);
        let statuses = table.has(status).then(|| table.words(status));
        let (mut kind, kinds) = coded(&kinds, statuses.as_ref())?;
        leave_out(&mut contact, &of_nobody);
        leave_out(&mut at, &of_nobody);
        leave_out(&mut kind, &of_nobody);
        contacts.gaps.activities_of_nobody = of_nobody.len();
        Ok(Activities { contact, at, kind, kinds })
    }

    fn deals(&self, contacts: &mut Known) -> Result<Deals, Failure> {
        let Some(path) = self.deals else { return Ok(Deals::default()) };
        let ours = ["contact_id", "closed_at", "won", "opened_at", "amount", "amount_minor"];
        let [id, closed, won, opened, amount, minor] = ours.map(|name| self.name(name));
        let wanted = [
            Wanted::new(id, Cell::Word),
            Wanted::new(closed, Cell::Instant),
            Wanted::new(won, Cell::Flag),
            Wanted::if_there(opened, Cell::Instant),
            Wanted::if_there(amount, Cell::Decimal(self.minor_digits as u8)),
            Wanted::if_there(minor, Cell::Whole),
        ];
        let mut table = self.read(path, &wanted)?;
        let rows = table.rows();
        let who = table.words(id);
        let numbers = contacts.numbers(&who.names);
        let of_nobody = who.blank_rows();
        let contact = who.recoded(&numbers);
        // A deal that is still open has not been closed: it is no end.
        let (mut closed_at, open) = table.numbers_or_blank(closed);
        let numbers = |table: &mut Table, column| {
            table.numbers(column).map_err(|trouble| self.unread(trouble))
        };
        let is_won: Vec<bool> = numbers(&mut table, won)?.iter().map(|won| *won == 1).collect();
        let opened_at = match table.has(opened) {
            true => numbers(&mut table, opened)?,
            false => closed_at.clone(),
        };
        let amount_minor = [minor, amount].into_iter().find(|column| table.has(column));
        let amount_minor = match amount_minor {
            Some(column) => table.numbers_or_blank(column).0,
            None => vec![0; rows],
        };
        if let Some(row) = amount_minor.iter().position(|amount| *amount < 0) {
            let (file, place) = (table.file(), table.place(row));
            return Err(Failure::refused(format!(
                "{file}, {place}: a deal is worth nothing or more: leave credit notes out"
            )));
        }
        for row in of_nobody.iter().map(|row| *row as usize).filter(|row| is_won[*row]) {
            let worth = &mut contacts.gaps.won_of_nobody_minor;
            *worth = worth.saturating_add(amount_minor[row]);
            contacts.gaps.won_of_nobody += 1;
        }
        let mut deals = Deals { contact, opened_at, closed_at: Vec::new(), is_won, amount_minor };
        contacts.gaps.deals_of_nobody = of_nobody.len();
        let is_no_end: BTreeSet<u32> = open.into_iter().chain(of_nobody).collect();
        let is_no_end: Vec<u32> = is_no_end.into_iter().collect();
        leave_out(&mut deals.contact, &is_no_end);
        leave_out(&mut deals.opened_at, &is_no_end);
        leave_out(&mut deals.is_won, &is_no_end);
        leave_out(&mut deals.amount_minor, &is_no_end);
        leave_out(&mut closed_at, &is_no_end);
        deals.closed_at = closed_at;
        Ok(deals)
    }
}

/// Hands each row's cell to the contact of the row; the last row of a contact stands.
fn laid(codes: &[u32], cells: Vec<i64>, mut lay: impl FnMut(usize, i64)) {
    codes.iter().zip(cells).for_each(|(code, cell)| lay(*code as usize, cell));
}

/// A field's values, and the cells of the contacts.
fn field_cells(
    table: &mut Table,
    column: &str,
    kind: FieldKind,
    codes: &[u32],
    count: usize,
) -> (Option<Vec<FieldValue>>, Column) {
    if kind == FieldKind::Text {
        let words = table.words(column);
        // The blank is the first, which contacts whom other files add are given too.
        let texts = words.names.names().map(|name| match name.is_empty() {
            true => FieldValue::Cleared,
            false => FieldValue::Text(name),
        });
        let values = std::iter::once(FieldValue::Cleared).chain(texts).collect();
        let mut cells = vec![0; count];
        codes.iter().zip(words.codes).for_each(|(contact, code)| {
            cells[*contact as usize] = code + 1;
        });
        return (Some(values), Column::Codes(cells));
    }
    let (mut numbers, blanks) = table.numbers_or_blank(column);
    if kind == FieldKind::Number {
        blanks.iter().for_each(|row| numbers[*row as usize] = BLANK);
        let mut cells = vec![BLANK; count];
        laid(codes, numbers, |contact, number| cells[contact] = number);
        return (None, Column::Numbers(cells));
    }
    blanks.iter().for_each(|row| numbers[*row as usize] = -1);
    let mut cells = vec![0; count];
    laid(codes, numbers, |contact, flag| cells[contact] = (flag + 1) as u32);
    let values = vec![FieldValue::Cleared, FieldValue::Bool(false), FieldValue::Bool(true)];
    (Some(values), Column::Codes(cells))
}

/// One code for each pair of a kind and a status.
fn coded(kinds: &Words, statuses: Option<&Words>) -> Result<(Vec<u8>, Vec<Kind>), Failure> {
    const NONE: u16 = u16::MAX;
    let too_many = || Failure::refused(insight::segment::Unfit::Kinds.to_string());
    let Some(statuses) = statuses else {
        if kinds.names.len() > KINDS_MAX {
            return Err(too_many());
        }
        let known = kinds.names.names().map(|kind| Kind { kind, status: None });
        return Ok((kinds.codes.iter().map(|code| *code as u8).collect(), known.collect()));
    };
    let width = statuses.names.len().max(1);
    let pairs = kinds.names.len().checked_mul(width).filter(|pairs| *pairs <= 1 << 24);
    let mut places = vec![NONE; pairs.ok_or_else(too_many)?];
    let (mut codes, mut known) = (Vec::with_capacity(kinds.codes.len()), Vec::new());
    for (kind, status) in kinds.codes.iter().zip(&statuses.codes) {
        let place = &mut places[*kind as usize * width + *status as usize];
        if *place == NONE {
            if known.len() >= KINDS_MAX {
                return Err(too_many());
            }
            *place = known.len() as u16;
            let status = Some(statuses.names.name(*status)).filter(|status| !status.is_empty());
            known.push(Kind { kind: kinds.names.name(*kind), status });
        }
        codes.push(*place as u8);
    }
    Ok((codes, known))
}
