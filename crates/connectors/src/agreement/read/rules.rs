//! `[[definition.rule]]`: what earns points.

use domain::{
    agreement::definition::{Award, Limit, LooksAt, Rule},
    condition::{Comparison, Condition, Literal, Name, Root},
    points::Points,
};

use super::{
    clauses::Ids,
    limits::limit,
    names::{self, Known},
};
use crate::agreement::{
    condition::value_fits,
    names::{Kind, Scope},
    reader::{Item, Table},
};

const ON: &str = "on = \"fields\", on = \"activity\", on = \"success\", \
                  on = { change = \"lead.grade\" } or on = { silence = \"30 days\" }";

const FIELDS: [Root; 2] = [Root::Lead, Root::Account];
const ACTIVITY: [Root; 3] = [Root::Lead, Root::Account, Root::Activity];
const CHANGE: [Root; 3] = [Root::Lead, Root::Account, Root::Previous];

/// The rules of a definition.
pub fn rules(definition: &Table<'_>, known: &Known, components: &[String]) -> Vec<Rule> {
    let list = definition.get("rule", "[[definition.rule]]");
    let mut ids = Ids::new("rule");
    let tables = list.map_or(Vec::new(), |item| item.tables("a rule"));
    tables.into_iter().map(|table| rule(&table, known, components, &mut ids)).collect()
}

fn rule(table: &Table<'_>, known: &Known, components: &[String], ids: &mut Ids) -> Rule {
    let id = ids.read(table);
    let says = table.need("says", "says = \"A visit of a key page earns 25 points.\"");
    let says = says.and_then(|item| item.text());
    let component = component(table, components);
    let looks_at = table.need("on", ON).and_then(|item| looks_at(&item, known));
    let (at, roots): (_, &[Root]) = match &looks_at {
        Some(LooksAt::Fields) => ("A rule on fields", &FIELDS),
        Some(LooksAt::Inactivity { .. }) => ("A rule on silence", &FIELDS),
        Some(LooksAt::Change(_)) => ("A rule on a change", &CHANGE),
        Some(LooksAt::Activities { .. }) | None => ("A rule on activities", &ACTIVITY),
    };
    let scope = known.scope(at, roots, &[]);
    let award = award(table, &scope);
    // What looks at every activity, or at a field with fixed points, must say at which.
    let is_told_otherwise = table.has("by_value")
        || table.has("by_number")
        || matches!(looks_at, None | Some(LooksAt::Change(_) | LooksAt::Inactivity { .. }));
    let when = if is_told_otherwise {
        names::optional(table, "when", &scope).unwrap_or(Condition::Always(true))
    } else {
        names::needed(table, "when", &scope)
    };
    let limit = if looks_at == Some(LooksAt::Fields) {
        if let Some(item) = table.get("limit", "no limit") {
            item.wrong(
                "A rule on fields counts while it holds, so it has no limit.",
                "Leave \"limit\" out.".to_owned(),
            );
        }
        Limit::Once
    } else {
        limit(table, known).unwrap_or(Limit::EveryTime)
    };
    table.finish();
    Rule {
        id,
        says: says.map_or(String::new(), |says| says.value),
        component: component.unwrap_or_default(),
        looks_at: looks_at.unwrap_or(LooksAt::Fields),
        when,
        award: award.unwrap_or(Award::Empties),
        limit,
    }
}

/// The component that something is about.
pub fn component(table: &Table<'_>, components: &[String]) -> Option<String> {
    let keys: Vec<&str> = components.iter().map(String::as_str).collect();
    let item = table.need("component", "component = \"engagement\"")?;
    names::one_of(&item, "component", &keys)
}

fn looks_at(item: &Item<'_>, known: &Known) -> Option<LooksAt> {
    if item.is_text() {
        return item.choice(&[
            ("fields", LooksAt::Fields),
            ("activity", LooksAt::Activities { only_success: false }),
            ("success", LooksAt::Activities { only_success: true }),
        ]);
    }
    let table = item.table("what a rule looks at")?;
    let scope = known.scope("A change", &[Root::Lead], &[]);
    let change = table.get("change", "change = \"lead.grade\"");
    let change = change.and_then(|item| names::name(&item, &scope));
    let days = table.get("silence", "silence = \"30 days\"").and_then(|item| item.days());
    if table.has("change") == table.has("silence") {
        let what = "A rule looks at one thing: \"change\" or \"silence\".";
        table.wrong(what, format!("Write {ON}."));
    }
    table.finish();
    match (change, days) {
        (Some((name, _)), None) => Some(LooksAt::Change(name.field)),
        (None, Some(days)) => Some(LooksAt::Inactivity { days }),
        _ => None,
    }
}

fn award(table: &Table<'_>, scope: &Scope<'_>) -> Option<Award> {
    let points = table.get("points", "points = 25").map(|item| item.points());
    let by_value = table.get("by_value", "by_value = { of = \"lead.grade\", points = { A = 15 } }");
    let by_value = by_value.map(|item| by_value_award(&item, scope));
    let by_number = table.get(
        "by_number",
        "by_number = { of = \"lead.features\", steps = [{ from = 1, points = 5 }] }",
    );
    let by_number = by_number.map(|item| by_number_award(&item, scope));
    let empties = table.get("empties", "empties = true").map(|item| {
        if item.yes() == Some(false) {
            item.wrong("\"empties\" is true or left out.", None);
        }
        Some(Award::Empties)
    });
    let points = points.map(|points| points.map(Award::Points));
    let mut given = [points, by_value, by_number, empties].into_iter().flatten();
    let (first, more) = (given.next(), given.count());
    if first.is_none() || more > 0 {
        let what = "A rule does one thing: \"points\", \"by_value\", \"by_number\" or \"empties\".";
        table.sink().if_whole(table.place, what, "Write points = 25.".to_owned());
    }
    first?
}

fn by_value_award(item: &Item<'_>, scope: &Scope<'_>) -> Option<Award> {
    let table = item.table("an award by value")?;
    let of = table.need("of", "of = \"lead.grade\"").and_then(|item| names::name(&item, scope));
    let list = table.need("points", "points = { A = 15, B = 7 }");
    let list = list.and_then(|item| item.table("points by value"));
    table.finish();
    let (list, (name, kind)) = (list?, of?);
    let mut points = Vec::new();
    for (value, item) in list.entries("A = 15") {
        let literal = literal(value.value, &kind);
        if let Err((what, instead)) = value_fits(&name, &kind, Comparison::Equal, &literal) {
            list.sink().add(value.place, what, instead);
        }
        points.extend(item.points().map(|points| (literal, points)));
    }
    if points.is_empty() {
        list.wrong("No value earns points here.", "Write points = { A = 15 }.".to_owned());
    }
    Some(Award::ByValue { name, points })
}

/// A key of a table as a value of a kind; as text when it does not fit, which is then said.
fn literal(text: &str, kind: &Kind) -> Literal {
    let parsed = match kind {
        Kind::Number => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Literal::Number),
        Kind::Bool => text.parse().ok().map(Literal::Bool),
        _ => None,
    };
    parsed.unwrap_or_else(|| Literal::Text(text.to_owned()))
}

fn by_number_award(item: &Item<'_>, scope: &Scope<'_>) -> Option<Award> {
    let table = item.table("an award by number")?;
    let of = table.need("of", "of = \"lead.features\"");
    let name = of.and_then(|item| names::name(&item, scope));
    if let (Some((name, kind)), Some(item)) = (&name, of)
        && *kind != Kind::Number
    {
        let what = format!("{name} is {}, not a number.", kind.words());
        item.wrong(what, "Use by_value for words.".to_owned());
    }
    let steps_item = table.need("steps", "steps = [{ from = 1, points = 5 }]");
    let mut steps: Vec<(f64, Points)> = Vec::new();
    for step in steps_item.map_or(Vec::new(), |item| item.tables("a step")) {
        let from = step.need("from", "from = 1").and_then(|item| item.number());
        let points = step.need("points", "points = 5").and_then(|item| item.points());
        if let (Some(from), Some(points)) = (from, points) {
            if steps.last().is_some_and(|(last, _)| *last >= from) {
                step.wrong("The steps go up.", "Put the smallest number first.".to_owned());
            }
            steps.push((from, points));
        }
        step.finish();
    }
    table.finish();
    let name: Name = name?.0;
    Some(Award::ByNumber { name, steps })
}
