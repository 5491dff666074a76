//! From the text to the meaning: every section in turn, then what must agree between them.

use std::collections::BTreeMap;

use domain::agreement::Agreement;
use toml::{Spanned, de::DeTable};

use super::{
    condition::on_a_large_stack,
    mistake::Mistake,
    names::Names,
    reader::Table,
    source::{Offer, OfferedAt, Place, Sink, Source},
    text::AgreementText,
};

mod calendars;
mod capacities;
mod clauses;
mod consequences;
mod definitions;
mod goals;
mod handoff;
mod header;
mod limits;
mod message;
mod milestones;
mod names;
mod personas;
mod priorities;
mod reach;
mod routing;
mod rules;
mod service_levels;
mod statuses;
mod steps;
mod trainings;

use clauses::Clauses;
use names::Known;

/// Every file of the text, laid side by side. A section may stand in any file, and a section that
/// is a list may go on in another.
pub struct Document<'t> {
    roots: Vec<Table<'t>>,
}

/// Reads a text.
///
/// # Errors
/// Every mistake in it, in the order of files and lines. Where a file is not TOML, mistakes that
/// are only about something missing wait until it is.
pub fn read(text: &AgreementText) -> Result<Agreement, Vec<Mistake>> {
    on_a_large_stack(|| read_here(text))
}

fn read_here(text: &AgreementText) -> Result<Agreement, Vec<Mistake>> {
    let (agreement, sink) = of_document(text, agreement);
    let mistakes = sink.into_mistakes();
    if mistakes.is_empty() { Ok(agreement) } else { Err(mistakes) }
}

/// What may stand at which place of a text, as far as it reads.
pub fn offers(text: &AgreementText) -> BTreeMap<OfferedAt, Offer> {
    on_a_large_stack(|| of_document(text, agreement).1.into_offers())
}

/// The names that a text declares, and those that are always there, with their kinds. Where it has
/// mistakes it is as much as could be read.
pub fn names(text: &AgreementText) -> Names {
    let names = |document: Document<'_>| {
        let header = header::header(&document);
        let calendars = calendars::calendars(&document);
        let statuses = statuses::statuses(&document);
        let activities = statuses::activities(&document);
        let stages = statuses::stages(&document);
        Known::new(&document, &header, &calendars, &statuses, &activities, &stages).names
    };
    on_a_large_stack(|| of_document(text, names).0)
}

fn of_document<T>(text: &AgreementText, meaning: impl FnOnce(Document<'_>) -> T) -> (T, Sink) {
    let sources: Vec<Source<'_>> =
        text.files().iter().map(|(name, text)| Source { name, text }).collect();
    let sink = Sink::default();
    let parsed: Vec<Spanned<DeTable<'_>>> =
        sources.iter().map(|source| parse(source, &sink)).collect();
    let roots = sources
        .iter()
        .zip(&parsed)
        .map(|(source, table)| Table::root(source, table.get_ref(), &sink))
        .collect();
    (meaning(Document { roots }), sink)
}

fn parse<'t>(source: &'t Source<'t>, sink: &Sink) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    for error in errors {
        let end = source.text.len();
        let place = Place::new(source, error.span().unwrap_or(end..end));
        let what = format!("This is not TOML: {}.", error.message());
        sink.syntax(place, what, None);
    }
    table
}

/// The meaning, with blanks where something was wrong: then there are mistakes, and it is not used.
fn agreement(document: Document<'_>) -> Agreement {
    let header = header::header(&document);
    let parties = header::parties(&document);
    let calendars = calendars::calendars(&document);
    let default_calendar = calendars::default(&header, &calendars);
    calendars::check_default(&document, &header, &calendars);
    let statuses = statuses::statuses(&document);
    let activities = statuses::activities(&document);
    let stages = statuses::stages(&document);
    let mut known = Known::new(&document, &header, &calendars, &statuses, &activities, &stages);
    let mut clauses = Clauses::default();
    let definitions = definitions::definitions(&document, &mut known, &mut clauses);
    let milestones = milestones::milestones(&document, &mut known, &mut clauses);
    let service_levels = service_levels::service_levels(&document, &mut known, &mut clauses);
    let handoff = handoff::handoff(&document, &known, &mut clauses);
    let disputes = handoff::disputes(&document, &known, &mut clauses);
    let routing = routing::routing(&document, &known, &mut clauses);
    let capacities = capacities::capacities(&document, &mut clauses);
    let trainings = trainings::trainings(&document, &mut clauses);
    let check_ins = trainings::check_ins(&document, &mut clauses);
    let goals = goals::goals(&document, &known, &mut clauses);
    let consequences =
        consequences::consequences(&document, &known, &service_levels, &goals, &mut clauses);
    let personas = personas::personas(&document, &known, &mut clauses);
    message::messages(&document, &mut clauses);
    let segments = priorities::segments(&document, &known);
    priorities::priorities(&document, &segments, &goals, routing.as_ref(), &mut clauses);
    clauses.read(&document);
    document.finish();
    Agreement {
        title: header.title,
        preamble: header.preamble,
        zone: header.zone,
        currency: header.currency,
        parties,
        calendars: calendars.into_iter().map(|(key, calendar)| (key, calendar.value)).collect(),
        default_calendar,
        statuses,
        activities,
        definitions,
        stages,
        milestones,
        segments,
        service_levels,
        handoff,
        disputes,
        routing,
        capacities,
        trainings,
        check_ins,
        goals,
        consequences,
        personas,
        clauses: clauses.in_order(),
    }
}

impl<'t> Document<'t> {
    /// The tables of a list `[[key]]`, over all files.
    fn list(&self, key: &'static str, noun: &'static str) -> Vec<Table<'t>> {
        let example = "a list of tables with double brackets, such as [[status]]";
        self.roots
            .iter()
            .filter_map(|root| root.get(key, example))
            .flat_map(|item| item.tables(noun))
            .collect()
    }

    /// The tables `[key]`, at most one of each file.
    fn tables(&self, key: &'static str, noun: &'static str) -> Vec<Table<'t>> {
        let example = "a table with single brackets, such as [agreement]";
        let items = self.roots.iter().filter_map(|root| root.get(key, example));
        items.filter_map(|item| item.table(noun)).collect()
    }

    /// Says that a whole section is missing.
    fn missing(&self, what: &str, instead: &str) {
        if let Some(root) = self.roots.first() {
            root.sink().if_whole(root.place, what, instead.to_owned());
        }
    }

    fn finish(&self) {
        self.roots.iter().for_each(Table::finish);
    }
}
