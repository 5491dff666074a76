//! `[[definition]]`: when a lead is qualified.

use std::collections::BTreeMap;

use domain::{
    agreement::{
        definition::{
            Band, Component, Definition, Ends, Exclusion, Floor, FloorActs, Judged, Reset, ResetTo,
        },
        text::ClauseKind,
    },
    condition::Root,
    points::Points,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    limits,
    names::{self, Known},
    reach::Reach,
    rules::{component, rules},
    statuses::flag,
};
use crate::agreement::{
    names::Kind,
    reader::{Item, Table, is_name},
    source::Place,
};

const LEAD: [Root; 2] = [Root::Lead, Root::Account];
const CHANGED: [Root; 3] = [Root::Lead, Root::Account, Root::Previous];
const SCORED: [Root; 3] = [Root::Lead, Root::Account, Root::Score];

/// The definitions, in the order of the text; their ids become known.
pub fn definitions<'t>(
    document: &Document<'t>,
    known: &mut Known,
    clauses: &mut Clauses<'t>,
) -> Vec<Definition> {
    let mut ids = Ids::new("definition");
    let tables = document.list("definition", "a definition");
    let definitions =
        tables.iter().map(|table| definition(table, known, clauses, &mut ids)).collect();
    if tables.is_empty() {
        let instead = "Write [[definition]] with the points, the threshold and the status.";
        document.missing("There is no definition of a qualified lead.", instead);
    }
    known.definitions = ids.into_vec();
    definitions
}

fn definition<'t>(
    table: &Table<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
    ids: &mut Ids,
) -> Definition {
    let id = ids.read(table);
    let (clause, says) = clauses.add(table, ClauseKind::Definition(id.clone()));
    let lead = known.scope("This condition", &LEAD, &[]);
    let applies_when = names::optional(table, "applies_when", &lead);
    let (components, places): (Vec<Component>, Vec<Place<'_>>) =
        components(table).into_iter().unzip();
    let keys: Vec<String> = components.iter().map(|component| component.id.clone()).collect();
    let rules = rules(table, known, &keys);
    for (component, place) in components.iter().zip(places) {
        if is_component(&component.id) && !rules.iter().any(|rule| rule.component == component.id) {
            let what = format!("Nothing earns points of the component {:?}.", component.id);
            let instead = "Write a rule for it, or leave it out.".to_owned();
            table.sink().if_whole(place, what, instead);
        }
    }
    let exclusions = exclusions(table, known);
    let score: Vec<String> = keys.iter().cloned().chain(["total".to_owned()]).collect();
    let scored = known.scope("The threshold", &SCORED, &score);
    let qualifies_when = names::needed(table, "qualifies_when", &scored);
    let reach = Reach::new(&components, &rules);
    if let Some(item) = table.get("qualifies_when", "")
        && !reach.can_hold(&qualifies_when)
    {
        let what = format!("No lead can ever reach this: the rules give {}.", reach.words());
        item.wrong_if_whole(what, "Lower the threshold, or raise points or caps.".to_owned());
    }
    let status = table.need("status", "status = \"MQL\"").and_then(|item| known.status(&item));
    let status = status.unwrap_or_default();
    let definition = Definition {
        id,
        clause,
        says,
        applies_when,
        exclusions,
        qualifies_when,
        from_statuses: from_statuses(table, known, &status),
        status,
        judged: judged(table, known),
        ends: ends(table, known),
        stops_when_qualified: flag(table, "stops_when_qualified", "stops_when_qualified = true"),
        resets: resets(table, known, &keys),
        bands: bands(table, &keys),
        components,
        rules,
    };
    table.finish();
    definition
}

fn is_component(id: &str) -> bool {
    is_name(id) && id != "total"
}

fn components<'t>(definition: &Table<'t>) -> Vec<(Component, Place<'t>)> {
    let list = definition.need("component", "[[definition.component]] with id = \"fit\"");
    let mut components: Vec<(Component, Place<'t>)> = Vec::new();
    for table in list.map_or(Vec::new(), |item| item.tables("a component")) {
        let id_item = table.need("id", "id = \"engagement\"");
        let id = id_item.and_then(|item| item.text()).map_or(String::new(), |id| id.value);
        if let Some(item) = id_item {
            if !id.is_empty() && !is_component(&id) {
                let what = format!("{id:?} cannot be the name of a component.");
                let instead = "Use small letters, digits and '_', and not the word \"total\".";
                item.wrong(what, instead.to_owned());
            }
            if components.iter().any(|(other, _)| other.id == id) {
                item.wrong(format!("There are two components {id:?}."), None);
            }
        }
        let label = table.need("label", "label = \"Engagement: what they did\"");
        let points = |key, example| table.get(key, example).and_then(|item| item.points());
        let (cap, stops) =
            (points("cap", "cap = 70"), points("stops_above_total", "stops_above_total = 300"));
        let floor = table.get("floor", "floor = { points = 0, acts = \"nightly\" }");
        let floor = floor.and_then(|item| self::floor(&item));
        if let (Some(cap), Some(floor)) = (cap, floor)
            && floor.points > cap
        {
            table.wrong("The floor is above the cap.", None);
        }
        let decay = table.get("decay", "decay = { half_life = \"30 days\" }");
        let component = Component {
            id,
            label: label.and_then(|item| item.text()).map_or(String::new(), |label| label.value),
            cap,
            floor,
            decay: decay.and_then(|item| limits::decay(&item)),
            stops_above_total: stops,
        };
        components.push((component, table.place));
        table.finish();
    }
    components
}

fn floor(item: &Item<'_>) -> Option<Floor> {
    let table = item.table("a floor")?;
    let points = table.need("points", "points = 0").and_then(|item| item.points());
    let acts = table.get("acts", "acts = \"nightly\"");
    if acts.is_none() {
        table.sink().if_whole(
            table.place,
            "A floor can be read in two ways.",
            "Write acts = \"at_once\" when the points are never seen below it, or \
             acts = \"nightly\" when they are lifted at midnight and the lift stays."
                .to_owned(),
        );
    }
    let acts = acts.and_then(|item| {
        item.choice(&[("at_once", FloorActs::AtOnce), ("nightly", FloorActs::Nightly)])
    });
    table.finish();
    Some(Floor { points: points?, acts: acts? })
}

fn exclusions(definition: &Table<'_>, known: &Known) -> Vec<Exclusion> {
    let list = definition.get("exclusion", "[[definition.exclusion]]");
    let mut ids = Ids::new("exclusion");
    let scope = known.scope("An exclusion", &LEAD, &[]);
    let mut exclusions = Vec::new();
    for table in list.map_or(Vec::new(), |item| item.tables("an exclusion")) {
        let id = ids.read(&table);
        let says = table.need("says", "says = \"Competitors never qualify.\"");
        let says = says.and_then(|item| item.text()).map_or(String::new(), |says| says.value);
        let when = names::needed(&table, "when", &scope);
        exclusions.push(Exclusion { id, says, when });
        table.finish();
    }
    exclusions
}

fn from_statuses(definition: &Table<'_>, known: &Known, status: &str) -> Vec<String> {
    let list = definition.need("from_statuses", "from_statuses = [\"Inquiry\", \"Recycle\"]");
    let mut statuses: Vec<String> = Vec::new();
    for item in list.and_then(|item| item.list()).unwrap_or_default() {
        let Some(from) = known.status(&item) else { continue };
        if from == status {
            let what = format!("A lead that stands in {from:?} would qualify again and again.");
            item.wrong(what, "Leave it out.".to_owned());
        } else if known.statuses.get(&from).is_some_and(|from| from.is_final) {
            item.wrong(
                format!("{from:?} is final: nothing follows it."),
                "Leave it out.".to_owned(),
            );
        } else if statuses.contains(&from) {
            item.wrong(format!("{from:?} stands in this list twice."), None);
        } else if known.statuses.get(status).is_some_and(|status| !status.may_follow(&from)) {
            let what = format!("{status:?} cannot be entered from {from:?}, its status says.");
            item.wrong(what, format!("Leave it out, or add it to \"from\" of {status:?}."));
        }
        statuses.push(from);
    }
    statuses
}

fn judged(definition: &Table<'_>, known: &Known) -> Judged {
    let example =
        "judged = \"at_each_fact\" or judged = { at = [\"08:00\"], otherwise = \"Europe/Berlin\" }";
    let Some(item) = definition.get("judged", example) else { return Judged::AtEachFact };
    if item.is_text() {
        item.choice(&[("at_each_fact", ())]);
        return Judged::AtEachFact;
    }
    let Some(table) = item.table("set times of judging") else { return Judged::AtEachFact };
    let at = table.need("at", "at = [\"08:00\", \"14:00\"]").and_then(|item| item.list());
    let mut times: Vec<_> = at.unwrap_or_default().iter().filter_map(Item::time).collect();
    times.sort();
    times.dedup();
    if times.is_empty() && table.has("at") {
        table.wrong("It is judged at no time.", "Write at = [\"08:00\"].".to_owned());
    }
    let scope = known.scope("A region", &LEAD, &[]);
    let region = table.get("region", "region = \"lead.region\"");
    let region = region.and_then(|item| names::name(&item, &scope)).map(|(name, _)| name);
    let zones = table.get("zones", "zones = { EMEA = \"Europe/Berlin\" }");
    if table.has("region") != table.has("zones") {
        let what = "\"region\" and \"zones\" belong together.";
        table.wrong(what, "Give both, or neither.".to_owned());
    }
    let zones = zones.and_then(|item| item.table("zones")).map_or(BTreeMap::new(), |zones| {
        let entries = zones.entries("EMEA = \"Europe/Berlin\"").into_iter();
        entries.filter_map(|(key, item)| Some((key.value.to_owned(), item.zone()?))).collect()
    });
    let otherwise = table.get("otherwise", "otherwise = \"Europe/Berlin\"");
    let otherwise = otherwise.and_then(|item| item.zone()).unwrap_or_else(|| known.zone.clone());
    table.finish();
    Judged::AtTimes { times, region, zones, otherwise }
}

fn ends(definition: &Table<'_>, known: &Known) -> Option<Ends> {
    let item = definition.get("ends", "ends = { after = \"lead.trial_started_at\", days = 40 }")?;
    let table = item.table("the end of scoring")?;
    let days = table.need("days", "days = 40").and_then(|item| item.whole(1..=36_600));
    let scope = known.scope("The end of scoring", &[Root::Lead], &[]);
    let after = table.need("after", "after = \"lead.trial_started_at\"");
    let name = after.and_then(|item| names::name(&item, &scope));
    if let (Some((name, kind)), Some(item)) = (&name, after)
        && !matches!(kind, Kind::Instant | Kind::Date)
    {
        let what =
            format!("{name} is {}, and scoring ends after an instant or a day.", kind.words());
        item.wrong(what, format!("Declare it as {} = \"instant\".", name.field));
    }
    table.finish();
    Some(Ends { days: days?, after: name?.0.field })
}

fn resets(definition: &Table<'_>, known: &Known, components: &[String]) -> Vec<Reset> {
    let list = definition.get("reset", "[[definition.reset]]");
    let scope = known.scope("A reset", &CHANGED, &[]);
    let mut resets = Vec::new();
    for table in list.map_or(Vec::new(), |item| item.tables("a reset")) {
        let on_status = table.need("on_status", "on_status = \"Recycle\"");
        let on_status = on_status.and_then(|item| known.status(&item));
        let when = names::optional(&table, "when", &scope);
        let component = component(&table, components);
        let to = table.need("to", "to = \"zero\" or to = { value_at = \"Inquiry\" }");
        let to = to.and_then(|item| reset_to(&item, known));
        if let (Some(on_status), Some(component), Some(to)) = (on_status, component, to) {
            resets.push(Reset { on_status, when, component, to });
        }
        table.finish();
    }
    resets
}

fn reset_to(item: &Item<'_>, known: &Known) -> Option<ResetTo> {
    if item.is_text() {
        return item.choice(&[("zero", ResetTo::Zero)]);
    }
    let table = item.table("what a reset sets")?;
    let status = table.need("value_at", "value_at = \"Inquiry\"");
    let status = status.and_then(|item| known.status(&item));
    table.finish();
    Some(ResetTo::ValueAt(status?))
}

fn bands(definition: &Table<'_>, components: &[String]) -> BTreeMap<String, Vec<Band>> {
    let example = "bands = { fit = [{ from = 50, mark = \"A\" }, { from = 0, mark = \"B\" }] }";
    let table = definition.get("bands", example).and_then(|item| item.table("bands"));
    let Some(table) = table else { return BTreeMap::new() };
    let keys: Vec<&str> = components.iter().map(String::as_str).collect();
    let mut bands = BTreeMap::new();
    for (component, item) in table.entries(example) {
        if !keys.contains(&component.value) {
            let what = format!("There is no component {:?}.", component.value);
            let instead = crate::agreement::mistake::guess(component.value, &keys);
            table.sink().if_whole(component.place, what, instead);
        }
        let mut of_it: Vec<Band> = Vec::new();
        for band in item.tables("a band") {
            let from = band.need("from", "from = 50").and_then(|item| item.points());
            let mark = band.need("mark", "mark = \"A\"").and_then(|item| item.text());
            if let (Some(from), Some(mark)) = (from, mark) {
                check_band(&band, &of_it, from, &mark.value);
                of_it.push(Band { from, mark: mark.value });
            }
            band.finish();
        }
        bands.insert(component.value.to_owned(), of_it);
    }
    bands
}

fn check_band(band: &Table<'_>, above: &[Band], from: Points, mark: &str) {
    if above.last().is_some_and(|last| last.from <= from) {
        band.wrong("The bands go down.", "Put the one with the most points first.".to_owned());
    }
    if above.iter().any(|other| other.mark == mark) {
        band.wrong(format!("There are two bands {mark:?}."), None);
    }
}
