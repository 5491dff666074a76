//! The columns of the list: those that it has anyway, or those that the address names.

use std::collections::BTreeSet;

use domain::agreement::Agreement;
use store::read::{LeadRow, LeadSort};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// Title and account.
    What,
    Stage,
    Since,
    /// Points of one component of the first definition: its place, its id and its label.
    Part(usize, String, String),
    Score,
    Source,
    Owner,
    /// From whom it came to its owner, by what and when.
    Passed,
    /// The service level, and by when.
    Level,
    Clock,
    Created,
    Times,
    Qualified,
    Id,
    /// What was reported under a name.
    Field(String),
}

/// Parts of a score that have a column unless it is said otherwise.
const PARTS: usize = 3;

/// Fields of the page's leads that are offered as columns.
const FIELDS_MAX: usize = 40;

impl Column {
    /// How the address names it.
    pub(super) fn key(&self) -> String {
        let key = match self {
            Column::What => "what",
            Column::Stage => "stage",
            Column::Since => "since",
            Column::Part(_, id, _) => return format!("part.{id}"),
            Column::Score => "score",
            Column::Source => "source",
            Column::Owner => "owner",
            Column::Passed => "passed",
            Column::Level => "level",
            Column::Clock => "clock",
            Column::Created => "created",
            Column::Times => "times",
            Column::Qualified => "qualified",
            Column::Id => "id",
            Column::Field(name) => return format!("field.{name}"),
        };
        key.to_owned()
    }

    /// Its head.
    pub(super) fn label(&self) -> String {
        let label = match self {
            Column::What => "Role and account",
            Column::Stage => "Stage",
            Column::Since => "In this stage since",
            Column::Part(_, _, label) => return label.clone(),
            Column::Score => "Score",
            Column::Source => "Source",
            Column::Owner => "Owner",
            Column::Passed => "Passed on",
            Column::Level => "Service level",
            Column::Clock => "Clock, working time",
            Column::Created => "Created",
            Column::Times => "Times qualified",
            Column::Qualified => "First qualified",
            Column::Id => "Id",
            Column::Field(name) => return super::row::level_words(name),
        };
        label.to_owned()
    }

    /// The names of its columns in a file.
    pub(super) fn heads(&self) -> Vec<String> {
        let heads: &[&str] = match self {
            Column::What => &["title", "account"],
            Column::Stage => &["stage"],
            Column::Since => &["stage_since"],
            Column::Part(_, id, _) => return vec![format!("points.{id}")],
            Column::Score => &["points"],
            Column::Source => &["source"],
            Column::Owner => &["owner"],
            Column::Passed => &["passed_from", "passed_by", "passed_at"],
            Column::Level => &["service_level"],
            Column::Clock => &["next_due_at"],
            Column::Created => &["created_at"],
            Column::Times => &["times_qualified"],
            Column::Qualified => &["first_qualified_at"],
            Column::Id => &[],
            Column::Field(name) => return vec![format!("field.{name}")],
        };
        heads.iter().map(|head| (*head).to_owned()).collect()
    }

    /// The order that its head leads to.
    pub(super) fn sort(&self) -> Option<LeadSort> {
        match self {
            Column::Stage | Column::Since => Some(LeadSort::StatusSince),
            Column::Score => Some(LeadSort::Points),
            Column::Clock => Some(LeadSort::Due),
            Column::Created => Some(LeadSort::CreatedAt),
            Column::Id => Some(LeadSort::Id),
            _ => None,
        }
    }

    /// Whether this column, of several that lead to an order, is the one that shows it.
    pub(super) fn is_named(&self, sort: &str) -> bool {
        match sort {
            "due" => *self == Column::Clock,
            "points" => *self == Column::Score,
            key => self.key() == key,
        }
    }

    /// What is corrected in its cells, where something is: a field, or `owner`.
    pub(super) fn corrects(&self) -> Option<&str> {
        match self {
            Column::What => Some("title"),
            Column::Source => Some("source"),
            Column::Owner => Some("owner"),
            Column::Field(name) => Some(name),
            _ => None,
        }
    }

    /// Whether its cells hold numbers.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Column::Part(..) | Column::Score | Column::Times)
    }

    /// Whether its cells are worked out from the lead's facts.
    pub(super) fn needs_facts(&self) -> bool {
        matches!(self, Column::Part(..) | Column::Score | Column::Level | Column::Clock)
    }

    /// How a cell stands. A column that somebody chose is in sight whatever the width.
    pub(super) fn class(&self, is_chosen: bool) -> &'static str {
        match self {
            Column::What => "full dim",
            Column::Stage | Column::Since => "nw",
            Column::Part(..) => "n",
            Column::Score if is_chosen => "n",
            Column::Score => "n drop",
            Column::Source | Column::Level if !is_chosen => "wideonly drop nw",
            Column::Owner => "end any",
            Column::Clock => "second",
            Column::Times => "n",
            Column::Id => "full any",
            _ => "full nw",
        }
    }

    /// Whether a cell says on a phone what it is, where there is no head.
    pub(super) fn says_label(&self, is_chosen: bool) -> bool {
        match self {
            Column::What | Column::Owner | Column::Clock => false,
            Column::Score | Column::Source | Column::Level => is_chosen,
            _ => true,
        }
    }
}

/// Every column but those of fields, in their order.
pub(super) fn standing(agreement: Option<&Agreement>) -> Vec<Column> {
    let first = agreement.and_then(|agreement| agreement.definitions.first());
    let components = first.map(|first| first.components.as_slice()).unwrap_or_default();
    let short = |label: &str| label.split(':').next().unwrap_or(label).trim().to_owned();
    let parts = components.iter().enumerate();
    let parts = parts.map(|(place, part)| Column::Part(place, part.id.clone(), short(&part.label)));
    let mut all = vec![Column::What, Column::Stage, Column::Since];
    all.extend(parts);
    all.extend([Column::Score, Column::Source, Column::Owner, Column::Level, Column::Clock]);
    all.extend([Column::Passed, Column::Created, Column::Times, Column::Qualified, Column::Id]);
    all
}

/// Whether the list has a column unless it is said otherwise.
fn is_usual(column: &Column) -> bool {
    match column {
        Column::Part(place, ..) => *place < PARTS,
        Column::Passed => false,
        Column::Since | Column::Created | Column::Times | Column::Qualified | Column::Id => false,
        Column::Field(_) => false,
        _ => true,
    }
}

/// Whether a column of the page is none of those that every file has: its cells are worked out.
pub(super) fn worked_out(column: &Column) -> bool {
    matches!(column, Column::Part(..) | Column::Score | Column::Level)
}

/// The columns that are shown: those that the address names, in their standing order and fields
/// after them; the usual ones where it names none that there is. And whether they are others than
/// the usual ones.
pub(super) fn chosen(standing: &[Column], keys: &[String]) -> (Vec<Column>, bool) {
    let named = |column: &&Column| keys.contains(&column.key());
    let mut found: Vec<Column> = standing.iter().filter(named).cloned().collect();
    let fields = keys.iter().filter_map(|key| key.strip_prefix("field."));
    found.extend(fields.filter(|name| !name.is_empty()).map(|name| Column::Field(name.to_owned())));
    let usual: Vec<Column> = standing.iter().filter(|column| is_usual(column)).cloned().collect();
    match found.is_empty() || found == usual {
        true => (usual, false),
        false => (found, true),
    }
}

/// Every column that can be chosen: the standing ones, those that are shown, and the fields of the
/// leads in sight that no other column shows.
pub(super) fn offered(standing: &[Column], shown: &[Column], leads: &[LeadRow]) -> Vec<Column> {
    let elsewhere = ["title", "account", "source", "created_at", "record", "owner", "status"];
    let names: BTreeSet<&String> = leads.iter().flat_map(|lead| lead.fields.keys()).collect();
    let mut all = standing.to_vec();
    all.extend(shown.iter().filter(|column| !standing.contains(column)).cloned());
    let fields = names.into_iter().filter(|name| !elsewhere.contains(&name.as_str()));
    for name in fields.take(FIELDS_MAX) {
        let column = Column::Field(name.clone());
        if !all.contains(&column) {
            all.push(column);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(columns: &[Column]) -> Vec<String> {
        columns.iter().map(Column::key).collect()
    }

    #[test]
    fn columns_that_are_not_there_are_not_shown_and_none_are_the_usual_ones() {
        let standing = standing(None);
        let usual = ["what", "stage", "score", "source", "owner", "level", "clock"];
        let usual = usual.map(str::to_owned).to_vec();
        let none = ["part.gone", "field."].map(|key| vec![key.to_owned()]);
        for asked in [vec![], usual.clone()].into_iter().chain(none) {
            let (shown, is_chosen) = chosen(&standing, &asked);
            assert_eq!((keys(&shown), is_chosen), (usual.clone(), false), "{asked:?}");
        }
        let asked = ["field.country", "clock", "stage"].map(str::to_owned);
        let (shown, is_chosen) = chosen(&standing, &asked);
        assert_eq!(keys(&shown), ["stage", "clock", "field.country"]);
        assert!(is_chosen);
    }

    #[test]
    fn every_column_is_named_by_one_key() {
        let all = standing(None);
        for column in &all {
            assert_eq!(chosen(&all, &[column.key()]).0, std::slice::from_ref(column), "{column:?}");
        }
    }
}
