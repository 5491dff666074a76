//! Mappings: which table is what, and which column says what.
//!
//! A preset is a mapping file that we ship; a firm's own mapping has the same form. It is described
//! in `docs/reference/mapping.md`.

mod columns;
mod draft;
mod period;
mod plan;
mod profile;
mod sums;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use columns::{ColumnUse, fields_of, guess, guess_as};
pub use draft::{ColumnProblem, Draft, Stamp};
pub use plan::{Kind, Plan, Planned, plan};
pub use profile::{Defaults, Profile};
pub use sums::{Sums, Total};

/// What a table lists. The order is that of importing: what is named by others comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// People of the firm.
    Users,
    /// What is sold.
    Products,
    /// Companies.
    Accounts,
    /// Campaigns.
    Campaigns,
    /// Leads and contacts.
    Leads,
    /// When leads entered statuses.
    StatusHistory,
    /// Answers to campaigns.
    Responses,
    /// What contacts did, and calls, mails and meetings with them.
    Activities,
    /// Leads handed over, with their answers.
    Handoffs,
    /// Possible sales.
    Opportunities,
    /// When opportunities entered stages.
    StageHistory,
    /// What is to be reached.
    Quotas,
}

impl Object {
    /// The object as words.
    pub fn words(self) -> &'static str {
        match self {
            Object::Users => "users",
            Object::Products => "products",
            Object::Accounts => "accounts",
            Object::Campaigns => "campaigns",
            Object::Leads => "leads",
            Object::StatusHistory => "statuses of leads",
            Object::Responses => "campaign responses",
            Object::Activities => "activities",
            Object::Handoffs => "handoffs",
            Object::Opportunities => "opportunities",
            Object::StageHistory => "stages of opportunities",
            Object::Quotas => "quotas",
        }
    }

    /// Whether a row is about a person, so that unknown columns may be private.
    pub fn is_about_a_person(self) -> bool {
        matches!(self, Object::Users | Object::Leads)
    }
}

/// A mapping file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The source: a short word that stands before every id.
    pub source: String,
    /// The zone of dates and times that name none, such as `Europe/Berlin`.
    pub zone: Option<String>,
    /// The currency of amounts that name none.
    pub currency: Option<String>,
    /// `dmy` or `mdy`, where a column does not show it.
    pub date_order: Option<String>,
    /// `point` or `comma`, where a column does not show it.
    pub decimal: Option<String>,
    /// What a blank cell does to a known value.
    #[serde(default)]
    pub blank: Blank,
    /// The tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableMapping>,
}

/// What a blank cell does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// It leaves what is known as it is.
    #[default]
    Keep,
    /// It clears what is known.
    Clear,
}

/// How one table is read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// What the table lists.
    pub object: Object,
    /// Names of files or sheets, without their ending; `*` stands for anything. Any when absent.
    #[serde(default)]
    pub files: Vec<String>,
    /// Columns that must be there; each entry may name several with `|`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Columns that must not be there.
    #[serde(default)]
    pub without: Vec<String>,
    /// Columns that may hold the record's own key, best first. Without one, a row is its own key.
    #[serde(default)]
    pub key: Vec<String>,
    /// Fields that every row has.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// By the key's column, the status that a lead of this table has from the start.
    #[serde(default)]
    pub stage_when_first_seen: BTreeMap<String, String>,
    /// Each field with the columns that may say it, best first.
    #[serde(default)]
    pub columns: BTreeMap<String, Headers>,
    /// Per field, the source's words and ours.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Per stage or status, the columns that may say when it was entered.
    #[serde(default)]
    pub stages: BTreeMap<String, Headers>,
    /// Whether each column that is named by a year, a quarter or a month says the amount of that
    /// period; there must be two at least, or one beside a single other column.
    #[serde(default)]
    pub amounts_by_period: bool,
    /// Columns about people that do not tell who they are.
    #[serde(default)]
    pub public: Vec<String>,
    /// Columns that tell who somebody is.
    #[serde(default)]
    pub private: Vec<String>,
    /// Columns that are left out.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Fields that a blank cell clears, whatever the file's `blank` says.
    #[serde(default)]
    pub clear: Vec<String>,
    /// Whether nothing more is looked for than what is said here.
    #[serde(skip)]
    pub said_in_full: bool,
}

/// One column, or several, best first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Headers {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Headers {
    /// The columns.
    pub fn each(&self) -> &[String] {
        match self {
            Headers::One(header) => std::slice::from_ref(header),
            Headers::Several(headers) => headers,
        }
    }
}

/// The presets, by name. Where two know as many tables, the earlier is taken: the one that asks
/// for more columns of its own stands first.
pub const PRESETS: [(&str, &str); 6] = [
    ("salesforce", include_str!("../presets/salesforce.toml")),
    ("zoho", include_str!("../presets/zoho.toml")),
    ("pipedrive", include_str!("../presets/pipedrive.toml")),
    ("hubspot", include_str!("../presets/hubspot.toml")),
    ("mautic", include_str!("../presets/mautic.toml")),
    ("plain", include_str!("../presets/plain.toml")),
];

/// A preset's name in words.
pub fn preset_words(name: &'static str) -> &'static str {
    match name {
        "salesforce" => "Salesforce",
        "zoho" => "Zoho CRM",
        "pipedrive" => "Pipedrive",
        "hubspot" => "HubSpot",
        "mautic" => "Mautic",
        "plain" => "another system",
        other => other,
    }
}

/// A preset by its name.
pub fn preset(name: &str) -> Option<Mapping> {
    let (_, text) = PRESETS.iter().find(|(preset, _)| *preset == name)?;
    Some(read(text).expect("our own presets read"))
}

/// The preset that knows most of these tables, each given by its name and its columns, and among
/// those that know as many the one that knows most columns; the plain one where none knows any.
pub fn best_preset(tables: &[(String, Vec<String>)]) -> (&'static str, Mapping) {
    let known = |(_, mapping): &(&str, Mapping)| {
        let found = tables.iter().filter_map(|(name, header)| {
            mapping.recognise(name, header).map(|table| table.knows(header))
        });
        found.fold((0, 0), |(tables, columns), more| (tables + 1, columns + more))
    };
    let presets = PRESETS.iter().filter_map(|(name, _)| Some((*name, preset(name)?)));
    let best = presets.rev().filter(|preset| known(preset) > (0, 0)).max_by_key(known);
    best.unwrap_or_else(|| ("plain", preset("plain").expect("it is one of ours")))
}

/// Reads a mapping file.
///
/// # Errors
/// The place and the mistake, as a text with a caret.
pub fn read(text: &str) -> Result<Mapping, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// A header or a file's name as it is compared: small letters and digits only.
pub fn plain_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The names by which a column is known: its header as it is compared, and the same without a unit
/// in brackets at its end, `Amount (EUR)`.
fn names_of(header: &str) -> impl Iterator<Item = String> {
    let whole = plain_name(header);
    let bare = unit_of(header).map(|(bare, _)| plain_name(bare));
    std::iter::once(whole).chain(bare.filter(|bare| !bare.is_empty()))
}

/// A header without a unit in brackets at its end, and the unit.
fn unit_of(header: &str) -> Option<(&str, &str)> {
    let (name, unit) = header.trim().strip_suffix([')', ']'])?.rsplit_once(['(', '['])?;
    Some((name, unit.trim()))
}

/// A header as a field's name: `Deal Stage` is `deal_stage`.
pub fn field_name(header: &str) -> String {
    let mut name = String::new();
    let mut last_was_small = false;
    for c in header.trim().chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && last_was_small {
                name.push('_');
            }
            name.extend(c.to_lowercase());
            last_was_small = c.is_lowercase() || c.is_ascii_digit();
        } else {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            last_was_small = false;
        }
    }
    name.trim_end_matches('_').to_owned()
}

impl Mapping {
    /// The table that a file is, by its name and its columns.
    pub fn recognise(&self, file: &str, header: &[String]) -> Option<&TableMapping> {
        let columns: Vec<String> = header.iter().flat_map(|name| names_of(name)).collect();
        self.tables.iter().find(|table| {
            table.fits(file, &columns) && (!table.amounts_by_period || has_periods(header))
        })
    }
}

/// Whether several columns are named by periods, or the only one beside that of the names.
fn has_periods(header: &[String]) -> bool {
    let periods = header.iter().filter_map(|name| period::period_of(name)).count();
    periods > 1 || (periods == 1 && header.len() == 2)
}

impl TableMapping {
    /// How many of these columns it names.
    fn knows(&self, header: &[String]) -> usize {
        let named = self.columns.values().flat_map(Headers::each).chain(&self.key);
        let named: std::collections::BTreeSet<String> =
            named.map(|name| plain_name(name)).collect();
        header.iter().filter(|name| names_of(name).any(|name| named.contains(&name))).count()
    }

    fn fits(&self, file: &str, columns: &[String]) -> bool {
        (self.files.is_empty() || self.files.iter().any(|pattern| matches(pattern, file)))
            && self.needs.iter().all(|alternatives| has(columns, alternatives))
            && !self.is_ruled_out(columns)
    }

    /// Whether a column is there that must not be.
    fn is_ruled_out(&self, columns: &[String]) -> bool {
        self.without.iter().any(|alternatives| has(columns, alternatives))
    }
}

/// Whether one of the alternatives is among the columns.
fn has(columns: &[String], alternatives: &str) -> bool {
    alternatives.split('|').any(|name| columns.contains(&plain_name(name)))
}

/// Whether a name fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let name = plain_name(name);
    let parts: Vec<String> = pattern.split('*').map(plain_name).collect();
    match parts.as_slice() {
        [whole] => *whole == name,
        [first, .., last] => {
            let middle = &parts[1..parts.len() - 1];
            name.len() >= first.len() + last.len()
                && name.starts_with(first.as_str())
                && name.ends_with(last.as_str())
                && middle.iter().all(|part| name.contains(part.as_str()))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests;
