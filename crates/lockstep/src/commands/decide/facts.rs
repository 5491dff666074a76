//! Facts from a file: read line by line, settled as the engine settles them, and laid by lead.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read},
    sync::Arc,
};

use connectors::facts;
use domain::{
    fact::{Entry, Fact, Told},
    field::Fields,
    ids::{FactNo, Subject, UserId},
    people::{Colleague, People, of_hours},
    person::Person,
    record::UserReported,
    reported::{Reported, settle_ids},
};
use engine::{intake::tell_domain, lead::gather};
use jiff::Timestamp;

/// The longest line, in bytes: 1 MiB.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A line that is no fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its number, from 1.
    pub line: i64,
    /// What is wrong and what would be right.
    pub what: String,
}

/// The facts of a file. A fact's number is that of its line.
#[derive(Debug, Default)]
pub struct Facts {
    /// By what they are about, as facts are filed: `lead/crm:1`.
    pub about: BTreeMap<String, Vec<Arc<Entry>>>,
    /// When the firm's people work.
    pub people: People,
    /// Lines that are no facts.
    pub bad: Vec<Bad>,
    /// Lines that told again what an earlier one tells.
    pub twice: usize,
    /// Facts about things that decide nothing.
    pub unused: usize,
    /// The number of the last line.
    pub last: i64,
}

impl Facts {
    /// Reads facts, one a line; blank lines are passed over.
    ///
    /// # Errors
    /// When a line cannot be read at all.
    pub fn read(lines: &mut dyn BufRead, as_of: Timestamp) -> io::Result<Facts> {
        let mut taking = Taking { as_of, ..Taking::default() };
        let mut line = Vec::new();
        while let Some(is_whole) = next_line(lines, &mut line)? {
            taking.facts.last += 1;
            let read = match (is_whole, std::str::from_utf8(&line)) {
                (false, _) => Err("it is longer than 1 MiB: a fact is a short JSON object".into()),
                (_, Err(_)) => Err("it is not UTF-8 text: save the file as UTF-8".into()),
                (_, Ok(text)) if text.trim().is_empty() => continue,
                (_, Ok(text)) => facts::read(text, None).map_err(|error| error.to_string()),
            };
            match read {
                Ok(reported) => taking.take(reported),
                Err(what) => {
                    let bad = Bad { line: taking.facts.last, what };
                    taking.facts.bad.push(bad);
                }
            }
        }
        Ok(taking.finish())
    }

    /// The leads and opportunities that the facts are about, by id.
    pub fn subjects(&self) -> Vec<Subject> {
        self.about.keys().filter_map(|filed| Subject::parse(filed)).collect()
    }

    /// The facts about a subject and about what it is seen with, as the engine gathers them.
    pub fn gathered(&self, subject: &Subject) -> Vec<Arc<Entry>> {
        let facts_of = |filed: &str| Ok(self.about.get(filed).cloned().unwrap_or_default());
        gather::<std::convert::Infallible>(subject, facts_of).unwrap_or_else(|never| match never {})
    }

    /// Lays a fact to the others about the same.
    pub fn lay(&mut self, entry: Entry) {
        self.about.entry(entry.fact().subject()).or_default().push(Arc::new(entry));
    }
}

/// Reads the next line without its end. Of a line that is too long only the first part is kept,
/// and the answer is false. `None` after the last.
fn next_line(lines: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    if lines.take(LINE_BYTES_MAX).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(true));
    }
    let mut rest = Vec::new();
    let mut is_whole = true;
    while lines.take(LINE_BYTES_MAX).read_until(b'\n', &mut rest)? > 0 {
        is_whole = false;
        if rest.last() == Some(&b'\n') {
            break;
        }
        rest.clear();
    }
    Ok(Some(is_whole))
}

/// What is known while lines come in.
#[derive(Default)]
struct Taking {
    facts: Facts,
    as_of: Timestamp,
    told: BTreeSet<(String, String)>,
    aliases: BTreeMap<(String, String), String>,
    persons: BTreeMap<String, Person>,
    hours: Vec<(UserId, Timestamp, Fields)>,
    colleagues: BTreeMap<UserId, Colleague>,
}

impl Taking {
    fn take(&mut self, reported: Reported) {
        let Reported { mut told, person } = reported;
        if !self.told.insert((told.source.clone(), told.key.clone())) {
            self.facts.twice += 1;
            return;
        }
        let aliases = &mut self.aliases;
        settle_ids(&mut told, &mut |source, key| {
            let minted = format!("p{}", aliases.len() + 1);
            aliases.entry((source.to_owned(), key.to_owned())).or_insert(minted).clone()
        });
        self.keep_person(&mut told, person);
        told.happened_at = to_the_millisecond(told.happened_at);
        self.lay(Entry { no: FactNo(self.facts.last), recorded_at: self.as_of, told });
    }

    /// As the engine does: what is private goes, and the domain of the address stays.
    fn keep_person(&mut self, told: &mut Told, person: Option<Person>) {
        let Some(person) = person.filter(|person| !person.is_empty()) else { return };
        let known = self.persons.entry(told.fact.subject()).or_default();
        known.overlay(&person);
        if let Fact::Lead(fact) = &mut told.fact {
            tell_domain(known, fact);
        }
    }

    fn lay(&mut self, entry: Entry) {
        match entry.fact() {
            Fact::User(fact) => {
                self.hours.push((fact.user.clone(), entry.happened_at(), of_hours(&fact.fields)));
                self.keep_colleague(fact);
            }
            Fact::Account(_) => self.facts.lay(entry),
            other if other.decided_about().is_some() => self.facts.lay(entry),
            _ => self.facts.unused += 1,
        }
    }

    /// A file knows of nobody who has left or is away: those are told here, and by nobody else.
    fn keep_colleague(&mut self, fact: &UserReported) {
        let fresh = || Colleague { is_here: true, can_own: true, ..Colleague::default() };
        let colleague = self.colleagues.entry(fact.user.clone()).or_insert_with(fresh);
        if let Some(manager) = fact.fields.get("manager") {
            colleague.manager = manager.text().map(UserId::from);
        }
    }

    fn finish(mut self) -> Facts {
        self.hours.sort_by_key(|(_, at, _)| *at);
        let told = self.hours.iter().map(|(user, at, fields)| (user.clone(), *at, fields));
        let named = self.colleagues.keys().filter_map(|user| {
            let person = self.persons.get(&format!("user/{user}"))?;
            Some((person.email.clone()?, user.clone()))
        });
        let named: Vec<(String, UserId)> = named.collect();
        let people = People::told(told).with_colleagues(self.colleagues, named);
        Facts { people, ..self.facts }
    }
}

/// An instant as the ledger would keep it, so that the answer is the same.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_too_long_or_no_text_are_named_and_the_next_is_read() {
        let mut bytes = vec![b'x'; 3 << 20];
        bytes.extend_from_slice(b"\n\xff\n\n{}\n");
        let facts = Facts::read(&mut bytes.as_slice(), Timestamp::UNIX_EPOCH).unwrap();
        let lines: Vec<i64> = facts.bad.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [1, 2, 4]);
        assert!(facts.bad[0].what.contains("longer than 1 MiB"));
        assert!(facts.bad[1].what.contains("UTF-8"));
        assert!(facts.bad[2].what.contains("`source` is missing"));
    }

    #[test]
    fn personal_keys_get_ids_in_order_and_a_fact_told_twice_is_one() {
        let line = |id: &str, lead: &str| {
            format!(
                r#"{{"fact":"lead_moved","source":"crm","id":"{id}","happened_at":"2026-07-01T10:00:00Z","lead":"{lead}","status":"MQL"}}"#
            )
        };
        let lines = [
            line("1", "ann@b.example"),
            line("2", "Bo Kim"),
            line("3", "ann@b.example"),
            line("3", "ann@b.example"),
        ];
        let text = lines.join("\n");
        let facts = Facts::read(&mut text.as_bytes(), Timestamp::UNIX_EPOCH).unwrap();
        let leads: Vec<(&str, usize)> =
            facts.about.iter().map(|(lead, entries)| (lead.as_str(), entries.len())).collect();
        assert_eq!(leads, [("lead/crm:p1", 2), ("lead/crm:p2", 1)]);
        assert_eq!(facts.twice, 1);
    }
}
