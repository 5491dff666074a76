//! Taking the rows of one table, inside transactions that others share.

mod known;

use std::collections::{BTreeMap, BTreeSet};

use connectors::{
    files::table::RowProblem,
    mapping::{ColumnProblem, Draft, Object, Plan},
};
use domain::{
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    ids::{AccountId, qualified},
    person::Person,
    reported::Reported,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{Ahead, Writer};

use super::{
    Counts, EXAMPLES_MAX, Rejected, Table, TableReport,
    facts::{Event, Made, facts_foreseen, facts_of_draft, join},
    join::Joins,
    report::note_words,
};
use crate::{Error, intake};

pub(super) use known::fields_of;
use known::{Known, fields_of_mut, is_older, known_fields, modified_at, same_person};

/// What the rows of one table have come to so far.
pub(super) struct Taking {
    source: String,
    file: String,
    table: String,
    plan: Plan,
    now: Timestamp,
    joins: Joins,
    pub(super) counts: Counts,
    /// Rejected rows that nobody has been told of yet.
    untold: Vec<Rejected>,
    /// The first rejected rows.
    pub(super) rejected: Vec<Rejected>,
    /// What is to be said of rows: by column and reason, how many there are.
    pub(super) notes: BTreeMap<(String, String), u64>,
    /// Records that were made of words, by their kind.
    pub(super) made: BTreeMap<Object, u64>,
    seen: BTreeSet<u64>,
    /// Who people were whom a row has changed, not kept yet.
    persons_before: Vec<(String, Person)>,
    /// Accounts of which there was news.
    accounts: BTreeSet<AccountId>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Became {
    Unchanged,
    Updated,
    Created,
}

pub(super) type Drafted = (u64, Result<Draft, NotTaken>);

/// Why a row is not taken.
pub(super) enum NotTaken {
    /// It cannot be.
    For(Vec<ColumnProblem>),
    /// Somebody left it out.
    ByHand,
}

impl Taking {
    pub(super) fn new(
        writer: &Writer<'_>,
        source: &str,
        table: &Table,
        before: &[TableReport],
        kept: &[(i64, String)],
        now: Timestamp,
    ) -> Result<Taking, Error> {
        Ok(Taking {
            source: source.to_owned(),
            file: table.file.clone(),
            table: table.key.clone(),
            plan: table.plan.clone(),
            now,
            joins: Joins::new(&writer.reader(), source, before, kept)?,
            counts: Counts::default(),
            untold: Vec::new(),
            rejected: Vec::new(),
            notes: BTreeMap::new(),
            made: BTreeMap::new(),
            seen: BTreeSet::new(),
            persons_before: Vec::new(),
            accounts: BTreeSet::new(),
        })
    }

    /// The table, by which choices about it are kept, and what it lists.
    pub(super) fn table(&self) -> (String, Object) {
        (self.table.clone(), self.plan.object)
    }

    /// The rows rejected since this was last asked; only a few are remembered beyond that.
    pub(super) fn take_rejected(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.untold)
    }

    /// The words to look at that the rows since this was last asked have.
    pub(super) fn take_words(&mut self) -> Vec<(i64, String)> {
        self.joins.take_news()
    }

    /// Sees the key of a row that was taken before the import rested.
    pub(super) fn pass_over(&mut self, row: &Result<Drafted, RowProblem>) {
        if let Ok((_, Ok(draft))) = row
            && draft.is("deleted") != Some(true)
        {
            self.seen.extend(short_key(draft));
        }
    }

    /// Who people were before the rows since this was last asked.
    pub(super) fn take_persons_before(&mut self) -> Vec<(String, Person)> {
        std::mem::take(&mut self.persons_before)
    }

    /// Reads at once what the rows will ask for one by one, as far as it can be told before their
    /// words are joined.
    pub(super) fn look_ahead<'r>(
        &self,
        writer: &mut Writer<'_>,
        drafts: impl Iterator<Item = &'r Draft>,
    ) -> Result<(), Error> {
        let mut ahead = Ahead::default();
        for draft in drafts {
            // Records that are made of words.
            for (_, object, word) in &draft.references {
                let noun = match object {
                    Object::Accounts => "account",
                    Object::Products => "product",
                    _ => continue,
                };
                ahead.subjects.insert(format!("{noun}/{}", qualified(&self.source, word)));
            }
            for event in facts_foreseen(&self.plan, &self.source, draft, self.now) {
                let (Event::Record(told) | Event::Once(told)) = &event;
                let person = draft_person(draft).filter(|_| matches!(event, Event::Record(_)));
                ahead.foresee(told, person.as_ref());
            }
        }
        // The key of a record's report is made of how many there are.
        ahead.keys.values_mut().for_each(|keys| keys.retain(|key| !key.is_empty()));
        Ok(writer.look_ahead(&ahead)?)
    }

    /// Leaves what belongs to accounts of which there was news to be decided about.
    pub(super) fn leave_accounts(&mut self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let accounts = std::mem::take(&mut self.accounts);
        Ok(intake::leave_accounts(writer, &accounts)?)
    }

    /// Takes one row, whole or not at all.
    pub(super) fn take(
        &mut self,
        writer: &mut Writer<'_>,
        row: Result<Drafted, RowProblem>,
    ) -> Result<(), Error> {
        self.counts.read += 1;
        let (line, draft) = match row {
            Ok(drafted) => drafted,
            Err(problem) => {
                let reason = problem.fault.to_string();
                self.reject(problem.line, String::new(), reason);
                return Ok(());
            }
        };
        let draft = match draft {
            Ok(draft) => draft,
            Err(NotTaken::ByHand) => {
                self.counts.left_out += 1;
                return Ok(());
            }
            Err(NotTaken::For(problems)) => {
                for ColumnProblem { column, reason } in problems {
                    self.list_rejected(line, column, reason);
                }
                self.counts.rejected += 1;
                return Ok(());
            }
        };
        match self.take_draft(writer, draft)? {
            Ok(Became::Created) => self.counts.created += 1,
            Ok(Became::Updated) => self.counts.updated += 1,
            Ok(Became::Unchanged) => self.counts.unchanged += 1,
            Err(ColumnProblem { column, reason }) => self.reject(line, column, reason),
        }
        Ok(())
    }

    fn reject(&mut self, line: u64, column: String, reason: String) {
        self.counts.rejected += 1;
        self.list_rejected(line, column, reason);
    }

    fn list_rejected(&mut self, line: u64, column: String, reason: String) {
        let (file, table) = (self.file.clone(), self.table.clone());
        let rejected = Rejected { file, table, line, column, reason };
        if self.rejected.len() < EXAMPLES_MAX {
            self.rejected.push(rejected.clone());
        }
        self.untold.push(rejected);
    }

    fn note(&mut self, column: &str, reason: &str) {
        *self.notes.entry((column.to_owned(), reason.to_owned())).or_default() += 1;
    }

    fn take_draft(
        &mut self,
        writer: &mut Writer<'_>,
        mut draft: Draft,
    ) -> Result<Result<Became, ColumnProblem>, Error> {
        if draft.is("deleted") == Some(true) {
            self.note("deleted", DELETED);
            return Ok(Ok(Became::Unchanged));
        }
        self.see(&draft);
        let made = match join(&mut self.joins, writer, &self.plan, &mut draft)? {
            Ok(made) => made,
            Err(problem) => return Ok(Err(problem)),
        };
        for note in std::mem::take(&mut draft.notes) {
            self.note(&note.column, &note.reason);
        }
        if self.plan.object == Object::Responses {
            name_kind(writer, &mut draft)?;
        }
        let facts = match facts_of_draft(&self.plan, &self.source, &draft, self.now) {
            Ok(facts) => facts,
            Err(problem) => return Ok(Err(problem)),
        };
        for Made { object, word, id, told, person } in made {
            if self.put(writer, told, person)? == Became::Created {
                *self.made.entry(object).or_default() += 1;
            }
            self.joins.was_made(object, &word, &id);
        }
        let mut became = Became::Unchanged;
        for (place, event) in facts.into_iter().enumerate() {
            let is_now = match event {
                Event::Record(told) => self.put(writer, told, draft_person(&draft))?,
                Event::Once(told) => self.once(writer, told)?,
            };
            // What a row is about stands first; what else it tells that is new only changes it.
            let most = if place == 0 { Became::Created } else { Became::Updated };
            became = became.max(is_now.min(most));
        }
        if became != Became::Unchanged {
            self.joins.changed(self.plan.object);
        }
        Ok(Ok(became))
    }

    /// Notes a key that came before in the same table.
    fn see(&mut self, draft: &Draft) {
        let Some(short) = short_key(draft) else { return };
        if !self.seen.insert(short) && is_record(self.plan.object) {
            let reason = "is the key of several rows: of what they say differently, the later row \
                          was taken";
            let column = self.plan.key.map_or(String::new(), |key| self.plan.header[key].clone());
            self.note(&column, reason);
        }
    }

    /// A fact that is told once under its key.
    fn once(&mut self, writer: &mut Writer<'_>, told: Told) -> Result<Became, Error> {
        let (entry, already) = intake::take(writer, Reported { told, person: None })?;
        if already {
            return Ok(Became::Unchanged);
        }
        self.leave_undecided(writer, entry.fact())?;
        Ok(Became::Created)
    }

    /// A report of a record: only what differs from what is known is told, as its next version.
    fn put(
        &mut self,
        writer: &mut Writer<'_>,
        told: Told,
        person: Option<Person>,
    ) -> Result<Became, Error> {
        let mut reported = Reported { told, person };
        intake::settle(writer, &mut reported)?;
        let subject = reported.told.fact.subject();
        let Known { fields: known, holding, versions } =
            known_fields(writer, &subject, &reported.told.fact)?;
        if let Some(person) = &reported.person
            && let Some(domain) = person.email_domain()
            && let Fact::Lead(fact) = &mut reported.told.fact
        {
            fact.fields.insert("email_domain".into(), FieldValue::Text(domain));
        }
        let is_stale = is_older(&known, fields_of(&reported.told.fact));
        if let Some(fields) = fields_of_mut(&mut reported.told.fact) {
            fields.retain(|name, value| {
                let differs = known.get(name) != Some(value);
                // What a source never had is not cleared by its having it blank.
                differs && (known.contains_key(name) || *value != FieldValue::Cleared)
            });
        }
        let nothing_new = fields_of(&reported.told.fact).is_none_or(Fields::is_empty);
        let same_person = same_person(writer, &subject, reported.person.as_ref())?;
        if holding > 0 && nothing_new && same_person {
            return Ok(Became::Unchanged);
        }
        if is_stale {
            self.note("", OLDER);
            return Ok(Became::Unchanged);
        }
        if !same_person && let Some(before) = writer.reader().person_of(&subject)? {
            self.persons_before.push((subject.clone(), before));
        }
        if same_person && holding > 0 {
            reported.person = None;
        }
        if holding > 0 {
            reported.told.happened_at = modified_at(&reported.told.fact).unwrap_or(self.now);
        }
        reported.told.key = format!("{subject}@{}", versions + 1);
        let (entry, _) = intake::take(writer, reported)?;
        self.leave_undecided(writer, entry.fact())?;
        Ok(if holding == 0 { Became::Created } else { Became::Updated })
    }

    fn leave_undecided(&mut self, writer: &mut Writer<'_>, fact: &Fact) -> Result<(), Error> {
        if let Some(subject) = fact.decided_about() {
            writer.leave_undecided(&subject.to_string(), self.now)?;
        }
        self.accounts.extend(intake::account_of(fact).cloned());
        Ok(())
    }

    /// The report of the table.
    pub(super) fn finish(self, table: &Table) -> TableReport {
        let mut notes = table.notes.clone();
        notes.extend(
            self.notes.iter().map(|((column, reason), rows)| note_words(column, reason, *rows)),
        );
        let header = |index: &usize| self.plan.header[*index].clone();
        let columns = self.plan.fields.iter().map(|planned| {
            let names: Vec<String> = planned.columns.iter().map(header).collect();
            (planned.field.clone(), names.join(", else "))
        });
        let stages = self
            .plan
            .stages
            .iter()
            .map(|(stage, columns)| (format!("entered {stage}"), header(&columns[0])));
        let periods = self.plan.periods.iter();
        let periods = periods
            .map(|planned| (format!("amount of {}", planned.field), header(&planned.columns[0])));
        let mut columns: BTreeMap<String, String> = columns.chain(stages).chain(periods).collect();
        columns.extend(self.plan.key.map(|key| ("its own key".to_owned(), header(&key))));
        TableReport {
            file: match &table.sheet {
                Some(sheet) => format!("{}, sheet {sheet}", self.file),
                None => self.file.clone(),
            },
            table: self.table,
            object: self.plan.object,
            counts: self.counts,
            columns,
            private: self.plan.private.iter().map(header).collect(),
            ignored: self.plan.ignored.iter().map(header).collect(),
            notes,
            rejected: self.rejected,
            made: self.made,
            joined: self.joins.to_look_at(),
        }
    }
}

/// Eight bytes that stand for the key of a row.
fn short_key(draft: &Draft) -> Option<u64> {
    let digest = Sha256::digest(draft.key.as_ref()?.as_bytes());
    Some(u64::from_be_bytes(digest[..8].try_into().expect("a digest is longer")))
}

/// Why a row that says something else changed nothing: it is gone, or what is known is younger.
pub(super) const DELETED: &str = "rows that the source has deleted were left out";
/// The same of what is older than what is known.
pub(super) const OLDER: &str = "rows older than what is known were left as they are";

/// A response is of the kind of its campaign: an answer to a webcast is a `webcast`.
fn name_kind(writer: &Writer<'_>, draft: &mut Draft) -> Result<(), Error> {
    let Some(campaign) = draft.text("campaign") else { return Ok(()) };
    let campaign = writer.reader().campaign(&campaign.into())?;
    let Some(kind) =
        campaign.and_then(|campaign| campaign.fields.get("type")?.text().map(str::to_owned))
    else {
        return Ok(());
    };
    draft.fields.insert("campaign_type".into(), kind.as_str().into());
    draft.fields.entry("kind".into()).or_insert(FieldValue::Text(kind));
    Ok(())
}

fn is_record(object: Object) -> bool {
    matches!(
        object,
        Object::Users
            | Object::Products
            | Object::Accounts
            | Object::Campaigns
            | Object::Leads
            | Object::Opportunities
    )
}

fn draft_person(draft: &Draft) -> Option<Person> {
    (!draft.person.is_empty()).then(|| draft.person.clone())
}
