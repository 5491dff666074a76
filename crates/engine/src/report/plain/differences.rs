//! Differences as text.

use domain::{difference::Difference, ids::FactNo};

use super::{Plain, PlainTable, n, row};
use crate::report::{DifferencesReport, KindFigures};

/// So many differences are listed; the JSON has them all.
const LISTED: usize = 40;

impl DifferencesReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        let title = "What the sources say of leads, beside what the Agreement decides";
        let mut plain = Plain::of(title, &self.question, &self.notes);
        if self.moves == 0 && self.rows.is_empty() {
            return plain;
        }
        let mut header: Vec<&str> = vec!["group"];
        header.extend(Difference::ALL.map(Difference::words));
        if self.differences.by.is_some() {
            let cells =
                |kinds: &Vec<KindFigures>| kinds.iter().map(|kind| n(&kind.facts)).collect();
            plain = plain.with(PlainTable::grouped("By group", &header, &self.differences, cells));
        }
        let mut kinds = PlainTable::new("By kind", &["difference", "facts"]);
        for kind in &self.differences.total {
            kinds.rows.push(vec![kind.difference.words().to_owned(), n(&kind.facts)]);
        }
        plain.with(kinds).with(self.listed())
    }

    fn listed(&self) -> PlainTable {
        let title = match self.rows.len() {
            more if more > LISTED => format!("The first {LISTED} of {more}"),
            _ => "Each of them".to_owned(),
        };
        let mut table = PlainTable::new(title, &["lead", "at", "from", "to", "difference", "fact"]);
        for told in self.rows.iter().take(LISTED) {
            let found = &told.found;
            let to = match &found.reason {
                Some(reason) => format!("{}: {reason}", found.status),
                None => found.status.clone(),
            };
            let FactNo(fact) = found.fact;
            table.rows.push(row(
                told.lead.to_string(),
                vec![
                    found.at.to_string(),
                    found.before.clone().unwrap_or_else(|| "not known".to_owned()),
                    to,
                    found.difference.words().to_owned(),
                    fact.to_string(),
                ],
            ));
        }
        table
    }
}
