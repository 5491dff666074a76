//! `[segments.NAME]` and `[[priority]]`: who leads on which product, in which segment, and until when.

use domain::{
    agreement::{
        Goal, Routing,
        priority::{Priority, Segment},
        text::ClauseKind,
    },
    condition::Root,
};

use super::{
    Document,
    clauses::Clauses,
    header::{SIDES, person},
    message::{days, known},
    names::{Known, needed, one_of},
};
use crate::agreement::{
    reader::{Table, is_id},
    source::Offer,
};

/// What a segment may ask for.
const ROOTS: [Root; 2] = [Root::Lead, Root::Account];

/// The segments, in the order of the text.
pub fn segments(document: &Document<'_>, names: &Known) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for section in document.tables("segments", "the segments") {
        for (key, item) in section.entries("[segments.large] with label and when below it") {
            let Some(table) = item.table("a segment") else { continue };
            if !is_id(key.value) {
                let what = format!("{:?} cannot be the name of a segment.", key.value);
                let instead = "Use small letters, digits and '-', beginning with a letter.";
                section.sink().add(key.place, what, instead.to_owned());
            } else if segments.iter().any(|other| other.id == key.value) {
                let what = format!("There is a segment {:?} already.", key.value);
                section.sink().add(key.place, what, "Join the two.".to_owned());
            }
            let label = table.need("label", "label = \"Large sites\"");
            segments.push(Segment {
                id: key.value.to_owned(),
                label: label.and_then(|item| item.text()).map_or(String::new(), |text| text.value),
                when: needed(&table, "when", &names.scope("a segment", &ROOTS, &[])),
            });
            table.finish();
        }
    }
    segments
}

/// Reads the priorities, each a clause.
pub fn priorities<'t>(
    document: &Document<'t>,
    segments: &[Segment],
    goals: &[Goal],
    routing: Option<&Routing>,
    clauses: &mut Clauses<'t>,
) {
    let goals: Vec<String> = goals.iter().map(|goal| goal.id.clone()).collect();
    let routes = routing.iter().flat_map(|routing| &routing.routes);
    let routes: Vec<String> = routes.map(|route| route.id.clone()).collect();
    for table in document.list("priority", "a priority") {
        let priority = priority(&table, segments, &goals, &routes);
        clauses.add(&table, ClauseKind::Priority(priority));
        table.finish();
    }
}

fn priority(
    table: &Table<'_>,
    segments: &[Segment],
    goals: &[String],
    routes: &[String],
) -> Priority {
    let leads = table.need("leads", "leads = \"sales\"");
    let product = table.get("product", "product = \"Gateway\"");
    let product = product.inspect(|item| item.offers(Offer::Product)).and_then(|item| item.text());
    let keys: Vec<&str> = segments.iter().map(|segment| segment.id.as_str()).collect();
    let segment = table.get("segment", "segment = \"large\"");
    let (from, until) = days(table);
    let listed = |key, example, noun, keys: &[String]| {
        table.get(key, example).map_or(Vec::new(), |item| known(&item, noun, keys))
    };
    Priority {
        product: product.map(|product| product.value),
        segment: segment.and_then(|item| one_of(&item, "segment", &keys)),
        from,
        until,
        leads: leads.and_then(|item| item.choice(&SIDES)).unwrap_or(SIDES[0].1),
        owner: person(table, "owner", false).map(|owner| owner.value),
        goals: listed("goals", "goals = [\"won-large\"]", "goal", goals),
        routes: listed("routes", "routes = [\"large-sites\"]", "route", routes),
    }
}
