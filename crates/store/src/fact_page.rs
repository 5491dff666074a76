//! Facts a page at a time, the newest first: what somebody who audits the ledger looks for.
//!
//! No page reads the ledger through. One index has the facts of each source and kind in the order of
//! pages; a page is merged from the tops of those that are asked for, and there are as many as the
//! firm has systems, however long the ledger is.

use domain::{fact::Entry, ids::FactNo};
use jiff::Timestamp;

use crate::{
    conditions::Conditions,
    error::StoreError,
    import::ImportPart,
    ledger::FACT_COLUMNS,
    reader::{Reader, entry},
    value::{Row, Value, values},
};

/// Which facts; every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactFilter {
    /// About one of these subjects, such as `lead/crm:17`; about anything where there are none.
    pub subjects: Vec<String>,
    /// Of this kind, as `Fact` writes it in JSON.
    pub kind: Option<String>,
    /// Told by this source.
    pub source: Option<String>,
    /// Told by this import.
    pub import: Option<String>,
    /// Decided on account of this import.
    pub followed: Option<String>,
    /// Recorded at this instant or later.
    pub from: Option<Timestamp>,
    /// Recorded before this instant.
    pub before: Option<Timestamp>,
}

/// The place of a fact in the order of pages.
type Place = (Timestamp, FactNo);

/// A source, and a kind of facts that it has told.
type Origin = (String, String);

/// From which place on a page goes, and how far.
#[derive(Clone, Copy)]
struct Span {
    after: Option<Place>,
    limit: u32,
}

/// The newest first.
const ORDER: &str = "order by recorded_at desc, no desc";

/// The questions for the origin that follows an origin, of the same source and of the next. SQLite
/// would not leap over an origin if both were asked in one.
const NEXT_ORIGIN: [&str; 2] = [
    "select source, kind from fact where source = $1 and kind > $2
     order by source, kind limit 1",
    "select source, kind from fact where source > $1 order by source, kind limit 1",
];

impl FactFilter {
    fn has(&self, (source, kind): &Origin) -> bool {
        self.source.as_ref().is_none_or(|wanted| wanted == source)
            && self.kind.as_ref().is_none_or(|wanted| wanted == kind)
    }

    /// Holds what the filter and the span say about when a fact was recorded, and in which import.
    fn hold_time(&self, span: Span, all: &mut Conditions) {
        let parts = [(&self.import, ImportPart::Told), (&self.followed, ImportPart::Decided)];
        for (import, part) in parts {
            if let Some(import) = import {
                let (import, part) = (all.value(import), all.value(part.key()));
                all.hold(is_of(&import, &part));
            }
        }
        if let Some(from) = self.from {
            let from = all.value(from);
            all.hold(format!("recorded_at >= {from}"));
        }
        if let Some(before) = self.before {
            let before = all.value(before);
            all.hold(format!("recorded_at < {before}"));
        }
        if let Some((recorded_at, no)) = span.after {
            let (at, no) = (all.value(recorded_at), all.value(no));
            // The first half says nothing new; the databases go into the index by it.
            all.hold(format!("recorded_at <= {at} and (recorded_at, no) < ({at}, {no})"));
        }
    }

    /// The question for the places of an origin's facts.
    fn of_origin(&self, (source, kind): &Origin, span: Span) -> (String, Vec<Value>) {
        let mut all = Conditions::default();
        let (source, kind) = (all.value(source), all.value(kind));
        all.hold(format!("source = {source} and kind = {kind}"));
        self.hold_time(span, &mut all);
        let (limit, clause) = (all.value(span.limit), all.clause());
        (format!("select recorded_at, no from fact {clause} {ORDER} limit {limit}"), all.values)
    }

    /// The question for the facts about the subjects, which are few. They are taken first and by
    /// themselves: a planner that does not know how few would rather read an origin in its order.
    fn of_subjects(&self, span: Span) -> (String, Vec<Value>) {
        let mut all = Conditions::default();
        let list: Vec<String> = self.subjects.iter().map(|subject| all.value(subject)).collect();
        let about =
            format!("select {FACT_COLUMNS} from fact where subject in ({})", list.join(", "));
        for (column, wanted) in [("kind", &self.kind), ("source", &self.source)] {
            if let Some(wanted) = wanted {
                let wanted = all.value(wanted);
                all.hold(format!("{column} = {wanted}"));
            }
        }
        self.hold_time(span, &mut all);
        let (limit, clause) = (all.value(span.limit), all.clause());
        let query = format!(
            "with about as materialized ({about})
             select {FACT_COLUMNS} from about {clause} {ORDER} limit {limit}"
        );
        (query, all.values)
    }
}

/// That a fact is part of an import. The first half says nothing new: by it the databases go into
/// the index where the import began, and stop where it ended.
fn is_of(import: &str, part: &str) -> String {
    let recorded = |edge: &str| {
        format!(
            "(select recorded_at from fact where no =
                 (select {edge} from import_range where import = {import} and part = {part}))"
        )
    };
    let (first, last) = (recorded("min(first_fact)"), recorded("max(last_fact)"));
    format!(
        "recorded_at >= {first} and recorded_at <= {last} and exists (
             select 1 from import_range
             where import = {import} and part = {part} and first_fact <= no and last_fact >= no)"
    )
}

impl Reader<'_> {
    /// Up to `limit` facts, the one recorded last first, from there or from the one after `after`.
    /// Nothing where there is no fact `after`.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_page(
        &self,
        filter: &FactFilter,
        after: Option<FactNo>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut span = Span { after: None, limit };
        if let Some(no) = after {
            let Some(entry) = self.entry(no)? else { return Ok(Vec::new()) };
            span.after = Some((entry.recorded_at, no));
        }
        if !filter.subjects.is_empty() {
            let (query, values) = filter.of_subjects(span);
            return self.list("read a page of facts", &query, &values, entry);
        }
        let mut places: Vec<Place> = Vec::new();
        for origin in self.origins()?.iter().filter(|origin| filter.has(origin)) {
            let (query, values) = filter.of_origin(origin, span);
            let read = |mut row: Row| Ok((row.next()?, row.next()?));
            places.extend(self.list("find a page of facts", &query, &values, read)?);
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(limit as usize);
        let entries = places.into_iter().map(|(_, no)| self.entry(no));
        entries.filter_map(Result::transpose).collect()
    }

    /// How many facts there are, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn facts_count_up_to(&self, filter: &FactFilter, most: u64) -> Result<u64, StoreError> {
        let limit = u32::try_from(most).unwrap_or(u32::MAX);
        let count = |(query, values): (String, Vec<Value>)| {
            let query = format!("select count(*) from ({query}) found");
            let found = self.find("count facts so far", &query, &values, |mut row| row.next())?;
            Ok::<u64, StoreError>(found.map_or(0, i64::unsigned_abs))
        };
        if !filter.subjects.is_empty() {
            return count(filter.of_subjects(Span { after: None, limit }));
        }
        let mut counted = 0;
        for origin in self.origins()?.iter().filter(|origin| filter.has(origin)) {
            let limit = u32::try_from(most - counted).unwrap_or(u32::MAX);
            counted += count(filter.of_origin(origin, Span { after: None, limit }))?;
            if counted >= most {
                break;
            }
        }
        Ok(counted.min(most))
    }

    /// Who has told facts, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sources(&self) -> Result<Vec<String>, StoreError> {
        let mut sources: Vec<String> =
            self.origins()?.into_iter().map(|(source, _)| source).collect();
        sources.dedup();
        Ok(sources)
    }

    /// Every origin in order, each found from the one before it.
    fn origins(&self) -> Result<Vec<Origin>, StoreError> {
        let mut origins: Vec<Origin> = Vec::new();
        loop {
            let (source, kind) = origins.last().map_or(("", ""), |(s, k)| (s.as_str(), k.as_str()));
            let read = |mut row: Row| Ok((row.next()?, row.next()?));
            let (what, [of_source, of_next]) = ("look for sources", NEXT_ORIGIN);
            let next = match self.find(what, of_source, values![source, kind], read)? {
                None => self.find(what, of_next, values![source], read)?,
                found => found,
            };
            match next {
                Some(origin) => origins.push(origin),
                None => return Ok(origins),
            }
        }
    }
}

#[cfg(test)]
mod tests;
