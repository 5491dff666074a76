//! What each column of one file is taken for, as a person sees and changes it; and a guess for
//! files that no mapping knows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Headers, Mapping, Object, PRESETS, Plan, TableMapping, has_periods, plain_name, preset,
};

/// What one column is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnUse {
    /// The record's own key.
    Key,
    /// It says a field that we know.
    Field(String),
    /// A field of its own name.
    Own,
    /// It tells who somebody is and stands beside the ledger.
    Private,
    /// When this stage or status was entered.
    Entered(String),
    /// Nothing: it is left out.
    LeftOut,
}

impl ColumnUse {
    /// As a form sends it: `field:amount`.
    pub fn code(&self) -> String {
        match self {
            ColumnUse::Key => "key".to_owned(),
            ColumnUse::Field(field) => format!("field:{field}"),
            ColumnUse::Own => "own".to_owned(),
            ColumnUse::Private => "private".to_owned(),
            ColumnUse::Entered(stage) => format!("entered:{stage}"),
            ColumnUse::LeftOut => "out".to_owned(),
        }
    }

    /// Reads what [`ColumnUse::code`] wrote.
    pub fn parse(code: &str) -> Option<ColumnUse> {
        Some(match code {
            "key" => ColumnUse::Key,
            "own" => ColumnUse::Own,
            "private" => ColumnUse::Private,
            "out" => ColumnUse::LeftOut,
            _ => match code.split_once(':')? {
                ("field", field) if !field.is_empty() => ColumnUse::Field(field.to_owned()),
                ("entered", stage) if !stage.is_empty() => ColumnUse::Entered(stage.to_owned()),
                _ => return None,
            },
        })
    }
}

impl Plan {
    /// What each column is taken for, in the order of the file.
    pub fn uses(&self) -> Vec<ColumnUse> {
        (0..self.header.len()).map(|index| self.use_of(index)).collect()
    }

    fn use_of(&self, index: usize) -> ColumnUse {
        if self.key == Some(index) && !self.key_is_a_name {
            return ColumnUse::Key;
        }
        if self.private.contains(&index) {
            return ColumnUse::Private;
        }
        if let Some((stage, _)) = self.stages.iter().find(|(_, columns)| columns.contains(&index)) {
            return ColumnUse::Entered(stage.clone());
        }
        if self.periods.iter().any(|planned| planned.columns.contains(&index)) {
            return ColumnUse::Own;
        }
        match self.fields.iter().find(|planned| planned.columns.contains(&index)) {
            Some(planned) if planned.kind == super::Kind::Found => ColumnUse::Own,
            Some(planned) => ColumnUse::Field(planned.field.clone()),
            None => ColumnUse::LeftOut,
        }
    }
}

impl TableMapping {
    /// The mapping of one very file: `base` for what a person does not see, such as the words of
    /// the source, and what each column is taken for.
    pub fn chosen(base: &TableMapping, uses: &[(String, ColumnUse)]) -> TableMapping {
        let of = |wanted: &ColumnUse| -> Vec<String> {
            uses.iter().filter(|(_, it)| it == wanted).map(|(header, _)| header.clone()).collect()
        };
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (header, used) in uses {
            match used {
                ColumnUse::Field(field) => {
                    columns.entry(field.clone()).or_default().push(header.clone());
                }
                ColumnUse::Entered(stage) => {
                    stages.entry(stage.clone()).or_default().push(header.clone());
                }
                _ => {}
            }
        }
        for (field, headers) in &mut columns {
            let known = base.columns.get(field).map(Headers::each).unwrap_or_default();
            let place = |header: &String| {
                let name = plain_name(header);
                known.iter().position(|it| plain_name(it) == name).unwrap_or(usize::MAX)
            };
            headers.sort_by_key(place);
        }
        let several = |(name, headers): (String, Vec<String>)| (name, Headers::Several(headers));
        let mut key = of(&ColumnUse::Key);
        if key.is_empty() {
            // Where people are known by their names alone, the name is the key.
            key = base.key.iter().filter(|key| named(&columns, key)).cloned().collect();
        }
        TableMapping {
            files: Vec::new(),
            needs: Vec::new(),
            without: Vec::new(),
            key,
            columns: columns.into_iter().map(several).collect(),
            stages: stages.into_iter().map(several).collect(),
            public: of(&ColumnUse::Own),
            private: of(&ColumnUse::Private),
            ignore: of(&ColumnUse::LeftOut),
            said_in_full: true,
            ..base.clone()
        }
    }

    /// A table of this kind of which nothing is known.
    pub fn blank(object: Object) -> TableMapping {
        TableMapping {
            object,
            files: Vec::new(),
            needs: Vec::new(),
            without: Vec::new(),
            key: Vec::new(),
            set: BTreeMap::new(),
            stage_when_first_seen: BTreeMap::new(),
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
            stages: BTreeMap::new(),
            amounts_by_period: false,
            public: Vec::new(),
            private: Vec::new(),
            ignore: Vec::new(),
            clear: Vec::new(),
            said_in_full: false,
        }
    }
}

/// Whether a column of this name is taken for the name of somebody.
fn named(columns: &BTreeMap<String, Vec<String>>, key: &str) -> bool {
    let name = plain_name(key);
    columns.get("name").is_some_and(|headers| headers.iter().any(|it| plain_name(it) == name))
}

/// Every field that the presets know of a kind of record, by name.
pub fn fields_of(object: Object) -> BTreeSet<String> {
    let presets = PRESETS.iter().filter_map(|(name, _)| preset(name));
    let tables = presets.flat_map(|mapping| mapping.tables);
    tables
        .filter(|table| table.object == object)
        .flat_map(|table| table.columns.into_keys())
        .collect()
}

/// How alike two names must be to be taken for one another.
const ALIKE: f64 = 0.92;

/// What a table most likely lists, and a mapping of its columns, by columns of presets that are
/// named alike; `None` when fewer than two are. Of two that know as many, the one that knows the key.
pub fn guess(header: &[String]) -> Option<TableMapping> {
    let presets: Vec<Mapping> = PRESETS.iter().filter_map(|(name, _)| preset(name)).collect();
    let tables = presets.iter().flat_map(|mapping| &mapping.tables);
    let columns: Vec<String> = header.iter().flat_map(|name| super::names_of(name)).collect();
    // What a file is called may be all that tells quotas from what was sold.
    let unnamed = |table: &TableMapping| TableMapping { files: Vec::new(), ..table.clone() };
    let by_period = tables.clone().filter(|table| table.amounts_by_period && has_periods(header));
    if let Some(table) = by_period.map(unnamed).find(|table| table.fits("", &columns)) {
        return Some(table);
    }
    let mut best: Option<((usize, bool), TableMapping)> = None;
    for table in tables.filter(|table| !table.is_ruled_out(&columns)) {
        let found = alike(table, header);
        let fields: BTreeSet<&str> = found.values().map(String::as_str).collect();
        let has_key = table.key.iter().any(|key| columns.contains(&plain_name(key)));
        let known = (fields.len(), has_key);
        let is_better = best.as_ref().is_none_or(|(so_far, _)| known > *so_far);
        if fields.len() >= 2 && is_better {
            best = Some((known, with_columns(table, &found)));
        }
    }
    best.map(|(_, table)| table)
}

/// The guess for a table whose kind is known.
pub fn guess_as(object: Object, header: &[String]) -> TableMapping {
    let presets: Vec<Mapping> = PRESETS.iter().filter_map(|(name, _)| preset(name)).collect();
    let tables = presets.iter().flat_map(|mapping| &mapping.tables);
    let of_kind = tables.filter(|table| table.object == object);
    let best = of_kind.map(|table| (alike(table, header), table)).max_by_key(|it| it.0.len());
    match best {
        Some((found, table)) => with_columns(table, &found),
        None => TableMapping::blank(object),
    }
}

/// Which column most likely says which field of a table; the key's field is called by its name.
fn alike(table: &TableMapping, header: &[String]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for column in header {
        let name = plain_name(column);
        let near = |known: &String| {
            let known = plain_name(known);
            if known == name { 1.0 } else { strsim::jaro_winkler(&known, &name) }
        };
        let fields = table.columns.iter().filter_map(|(field, headers)| {
            let known = headers.each().iter().chain(std::iter::once(field));
            Some((known.map(near).max_by(f64::total_cmp)?, field))
        });
        if let Some((near, field)) = fields.max_by(|a, b| a.0.total_cmp(&b.0))
            && near >= ALIKE
        {
            found.insert(column.clone(), field.clone());
        }
    }
    found
}

/// A table's mapping with these columns for its fields, and without asking for others.
fn with_columns(table: &TableMapping, found: &BTreeMap<String, String>) -> TableMapping {
    let mut mapping = TableMapping { needs: Vec::new(), files: Vec::new(), ..table.clone() };
    for (column, field) in found {
        let known = mapping.columns.get(field).map(Headers::each).unwrap_or_default();
        let with_this = known.iter().cloned().chain([column.clone()]).collect();
        mapping.columns.insert(field.clone(), Headers::Several(with_this));
    }
    mapping
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        files::table::{Cell, Row},
        mapping::{Profile, plan},
    };

    fn profile(rows: &[&[&str]]) -> Profile {
        let mut profile = Profile::default();
        for (line, row) in (2..).zip(rows) {
            let cells = row.iter().map(|cell| Cell::Text((*cell).to_owned())).collect();
            profile.observe(&Row { line, cells });
        }
        profile
    }

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_a_person_leaves_as_it_was_found_is_planned_as_it_was_found() {
        let mapping = preset("salesforce").unwrap();
        let header = header(&["Id", "Name", "Company", "Email", "Status", "CreatedDate", "Shoe"]);
        let profile =
            profile(&[&["1", "Ann Li", "Acme", "a@x.example", "Open", "2024-01-02", "7"]]);
        let table = mapping.recognise("Lead", &header).expect("a list of leads");
        let found = plan(&mapping, table, &header, &profile);
        let uses: Vec<_> = header.iter().cloned().zip(found.uses()).collect();
        let again = plan(&mapping, &TableMapping::chosen(table, &uses), &header, &profile);
        assert_eq!(again.uses(), found.uses());
        assert_eq!(
            (again.key, again.fields, again.private),
            (found.key, found.fields, found.private)
        );
        assert_eq!((again.stages, again.first_status), (found.stages, found.first_status));
    }

    #[test]
    fn a_choice_is_planned_as_it_is() {
        let header = header(&["no", "who", "mql on", "size", "secret", "junk"]);
        let uses = ["key", "field:name", "entered:MQL", "own", "private", "out"];
        let uses = header.iter().cloned().zip(uses.map(|code| ColumnUse::parse(code).unwrap()));
        let uses: Vec<_> = uses.collect();
        let mapping = preset("plain").unwrap();
        let table = TableMapping::chosen(&TableMapping::blank(Object::Leads), &uses);
        let profile = profile(&[&["1", "Ann", "2024-01-02", "7", "x", "y"]]);
        let plan = plan(&mapping, &table, &header, &profile);
        let codes: Vec<String> = plan.uses().iter().map(ColumnUse::code).collect();
        assert_eq!(codes, ["key", "field:name", "entered:MQL", "own", "private", "out"]);
    }

    #[test]
    fn a_table_that_no_preset_knows_is_guessed_by_its_columns() {
        let leads = guess(&header(&["Lead Id", "E-Mail", "Lead Source", "Owner", "Statuss"]));
        assert_eq!(leads.expect("it is guessed").object, Object::Leads);
        assert_eq!(guess(&header(&["x", "y", "z"])), None);
        let deals = guess_as(Object::Opportunities, &header(&["Amount in total", "Close Date"]));
        assert!(deals.columns["closed_on"].each().iter().any(|it| it == "Close Date"));
    }
}
