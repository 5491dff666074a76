//! What can be asked of leads, and each condition that holds in words.

use std::collections::BTreeSet;

use domain::agreement::Agreement;
use domain::points::Points;

use super::filter::{CLOCKS, passed_ways};
use crate::{
    failure::Failure,
    list::{
        Asked, Asker, Choice, Condition, Control, any_of, choice,
        say::{at_account, owned, period},
    },
    names::Names,
    whom::By,
};

/// Every condition, in the order of the sentence. `sources` are those that are offered.
pub(super) fn conditions(
    names: &Names<'_, '_>,
    asked: &Asked,
    asker: &Asker<'_>,
    agreement: Option<&Agreement>,
    sources: BTreeSet<String>,
) -> Result<Vec<Condition>, Failure> {
    let mut all = vec![
        in_stage(asked, agreement),
        owned(names, asked)?,
        with_clock(asked),
        passed_on(asked),
        at_account(names, asked)?,
        from_source(asked, sources),
        with_points(asked),
        period("created", "Created", "created", asked, asker.time),
        period("changed", "Moved to its stage", "moved", asked, asker.time),
    ];
    for by in By::ALL {
        all.extend(like(asked, asker, by));
    }
    if asker.reach {
        let said = asked.one("q");
        all.push(Condition {
            name: "q",
            label: "Name, account or id",
            control: Control::Search(said.to_owned(), "like a name, account or id"),
            says: Some(said).filter(|said| !said.is_empty()).map(|said| format!("like “{said}”")),
        });
    }
    Ok(all)
}

fn in_stage(asked: &Asked, agreement: Option<&Agreement>) -> Condition {
    let statuses = agreement.map(|agreement| agreement.statuses.as_slice()).unwrap_or_default();
    let words = |status: &domain::agreement::Status| match status.label.is_empty() {
        true => status.key.clone(),
        false => status.label.clone(),
    };
    let is_said = |key: &str| asked.all("status").any(|said| said == key);
    let is_known = |key: &str| statuses.iter().any(|status| status.key == key);
    let mut ticks: Vec<Choice> = statuses
        .iter()
        .map(|status| choice(&status.key, &words(status), is_said(&status.key)))
        .collect();
    // Those that are asked for though the Agreement knows none of them.
    let others = asked.all("status").filter(|key| !is_known(key));
    ticks.extend(others.map(|key| choice(key, key, true)));
    let said = asked.all("status").map(|key| {
        let found = statuses.iter().find(|status| status.key == key);
        found.map_or_else(|| key.to_owned(), words)
    });
    let said: Vec<String> = said.collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let says = (!said.is_empty()).then(|| format!("in {}", any_of(&said)));
    Condition { name: "status", label: "In stage", control: Control::Ticks(ticks), says }
}

/// Of whom leads are, where the text in force has a rule for anybody.
fn like(asked: &Asked, asker: &Asker<'_>, by: By) -> Option<Condition> {
    let here = asked.one(by.name());
    let known = asker.whom.known(by);
    if known.is_empty() && here.is_empty() {
        return None;
    }
    let choices = known.iter().map(|(key, words)| choice(key, words, key == here)).collect();
    let told = asker.whom.told(asked).into_iter().find(|told| told.by == by);
    let (label, none) = match by {
        By::Persona => ("Like", "anybody"),
        By::Segment => ("Of the segment", "any"),
    };
    let says = told.map(|told| match (by, told.is_said) {
        (By::Persona, true) => format!("like “{}”", told.words),
        (By::Segment, true) => format!("of the segment “{}”", told.words),
        (By::Persona, false) => format!("perhaps like “{}”", told.words),
        (By::Segment, false) => format!("perhaps of the segment “{}”", told.words),
    });
    let control = Control::Choice(none, choices);
    Some(Condition { name: by.name(), label, control, says })
}

fn with_clock(asked: &Asked) -> Condition {
    let here = asked.one("clock");
    let clocks = CLOCKS.iter().map(|(key, words)| choice(key, words, *key == here)).collect();
    let said = CLOCKS.iter().find(|(key, _)| *key == here);
    Condition {
        name: "clock",
        label: "With",
        control: Control::Choice("any clock or none", clocks),
        says: said.map(|(_, words)| format!("with {words}")),
    }
}

fn passed_on(asked: &Asked) -> Condition {
    let here = asked.one("passed");
    let ways = passed_ways().map(|(key, words)| choice(key, words, key == here)).collect();
    let said = passed_ways().find(|(key, _)| *key == here);
    Condition {
        name: "passed",
        label: "Passed on to their owner",
        control: Control::Choice("or not", ways),
        says: said.map(|(key, words)| match key {
            "any" => "passed on to their owner".to_owned(),
            _ => format!("passed on to their owner {words}"),
        }),
    }
}

fn from_source(asked: &Asked, sources: BTreeSet<String>) -> Condition {
    let said = asked.one("source");
    Condition {
        name: "source",
        label: "From source",
        control: Control::Offered(said.to_owned(), sources),
        says: Some(said).filter(|said| !said.is_empty()).map(|said| format!("from {said}")),
    }
}

fn with_points(asked: &Asked) -> Condition {
    let said = asked.one("points");
    let points = Points::parse(said);
    Condition {
        name: "points",
        label: "With so many points or more",
        control: Control::Number(said.to_owned()),
        says: points.map(|points| format!("with {points} points or more")),
    }
}
