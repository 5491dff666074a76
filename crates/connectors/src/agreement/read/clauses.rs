//! The clauses as they are read: `[[words]]`, and the clause that every message, persona, priority,
//! definition, service level and goal is.

use domain::agreement::text::{Clause, ClauseKind};

use super::Document;
use crate::agreement::{
    reader::Table,
    source::{Place, Placed},
};

/// Every clause so far, with where its number stands.
#[derive(Default)]
pub struct Clauses<'t> {
    clauses: Vec<(Place<'t>, Clause)>,
}

impl<'t> Clauses<'t> {
    /// Reads the number, heading and sentence of something that is a clause, and keeps it.
    /// Gives the number and the sentence.
    pub fn add(&mut self, table: &Table<'t>, kind: ClauseKind) -> (String, String) {
        let no = table.need("clause", "clause = \"3.2\"").and_then(|item| {
            let no = item.text()?;
            if numbers(&no.value).is_none() {
                let what = format!("{:?} is not the number of a clause.", no.value);
                item.wrong(what, "Write \"3\", \"3.2\" or \"3.2.1\".".to_owned());
                return None;
            }
            Some(no)
        });
        let heading = table.get("heading", "heading = \"When a lead is qualified\"");
        let heading = heading.and_then(|item| item.text());
        let example = "says = \"Sales answers each lead within two working hours.\"";
        let may_be_blank = kind == ClauseKind::Words && table.has("heading");
        let says =
            if may_be_blank { table.get("says", example) } else { table.need("says", example) };
        let text = |text: Option<Placed<'_, String>>| text.map_or(String::new(), |text| text.value);
        let says = text(says.and_then(|item| item.text()));
        let Some(no) = no else { return (String::new(), says) };
        if let Some((first, _)) = self.clauses.iter().find(|(_, clause)| clause.no == no.value) {
            let what = format!("There is a clause {} already, in {}.", no.value, first.source.name);
            table.sink().add(no.place, what, "Give each clause a number of its own.".to_owned());
        }
        let clause =
            Clause { no: no.value.clone(), heading: text(heading), says: says.clone(), kind };
        self.clauses.push((no.place, clause));
        (no.value, says)
    }

    /// The heading of a clause that was kept.
    pub fn heading(&self, no: &str) -> Option<&str> {
        let found = self.clauses.iter().find(|(_, clause)| clause.no == no);
        found.map(|(_, clause)| clause.heading.as_str())
    }

    /// Reads the sections that are clauses and nothing else.
    pub fn read(&mut self, document: &Document<'t>) {
        for table in document.list("words", "a clause of words") {
            self.add(&table, ClauseKind::Words);
            table.finish();
        }
    }

    /// The clauses in the order of their numbers: 3, 3.1, 3.2, 3.10, 4.
    pub fn in_order(self) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = self.clauses.into_iter().map(|(_, clause)| clause).collect();
        clauses.sort_by_key(|clause| numbers(&clause.no));
        clauses
    }
}

/// The parts of a clause's number.
fn numbers(no: &str) -> Option<Vec<u32>> {
    let part = |part: &str| {
        let is_number = part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit());
        part.parse().ok().filter(|number| is_number && *number > 0 && !part.starts_with('0'))
    };
    let parts: Option<Vec<u32>> = no.split('.').map(part).collect();
    parts.filter(|parts| parts.len() <= 3)
}

/// Keys that must be told apart.
pub struct Ids {
    noun: &'static str,
    ids: Vec<String>,
}

impl Ids {
    /// No keys yet, of things called so.
    pub fn new(noun: &'static str) -> Ids {
        Ids { noun, ids: Vec::new() }
    }

    /// Reads `id` of a table; blank when it is missing or wrong.
    pub fn read(&mut self, table: &Table<'_>) -> String {
        let id = table.need("id", "id = \"first-answer\"").and_then(|item| item.id());
        let Some(id) = id else { return String::new() };
        if self.ids.contains(&id.value) {
            let what = format!("There are two with the id {:?}.", id.value);
            let instead = format!("Give each {} an id of its own.", self.noun);
            table.sink().add(id.place, what, instead);
        }
        self.ids.push(id.value.clone());
        id.value
    }

    /// Every key that was read.
    pub fn into_vec(self) -> Vec<String> {
        self.ids
    }
}
