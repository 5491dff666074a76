//! Points by component, each rule with what it saw.

use domain::{
    agreement::InForce,
    ids::FactNo,
    points::Points,
    qualification::{Assessment, ComponentScore, Line, WhyNot},
};

use crate::workings::{Known, quiet_link};
use crate::{
    failure::Failure,
    layout::because::{Because, Working},
    markup::Markup,
    names::fact_href,
    sentence::sentence,
    show::{figure, points, signed_points},
};

/// A definition's score as the page shows it.
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) total: Markup,
    pub(super) verdict: String,
    pub(super) clause: String,
    pub(super) clause_href: String,
    pub(super) parts: Vec<Part>,
}

/// One component with its lines.
pub(super) struct Part {
    pub(super) label: String,
    pub(super) points: Markup,
    pub(super) of: String,
    pub(super) lines: Vec<Seen>,
}

/// One rule's line.
pub(super) struct Seen {
    pub(super) says: String,
    pub(super) saw: Markup,
    pub(super) counts: Markup,
    pub(super) nothing: bool,
}

pub(super) fn shown(known: &Known<'_, '_>, score: &Assessment) -> Result<Shown, Failure> {
    let parts = score.components.iter().map(|part| component(known, score, part));
    Ok(Shown {
        title: score.definition.to_uppercase(),
        total: figure(points(score.total), &known.because(&format!("score-{}", score.definition))),
        verdict: verdict(score),
        clause: format!("clause {}, version {}", score.clause, score.version),
        clause_href: format!("/agreement/{}#c{}", score.version, score.clause),
        parts: parts.collect::<Result<_, Failure>>()?,
    })
}

pub(super) fn verdict(score: &Assessment) -> String {
    if let Some(excluded) = &score.excluded {
        return format!("never qualifies: {}", excluded.replace(['-', '_'], " "));
    }
    let words = if score.meets { "meets the definition" } else { "does not meet the definition" };
    match score.unjudged.is_empty() {
        true => words.to_owned(),
        false => {
            let names = score.unjudged.iter().flat_map(|(_, names)| names.iter().cloned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names.dedup();
            format!("{words}; not known: {}", names.join(", "))
        }
    }
}

fn component(
    known: &Known<'_, '_>,
    score: &Assessment,
    part: &ComponentScore,
) -> Result<Part, Failure> {
    let key = format!("part-{}.{}", score.definition, part.id);
    let of = match (&part.cap, &part.mark) {
        (Some(cap), None) => format!("of {}", points(*cap)),
        (Some(cap), Some(mark)) => format!("of {}, {mark}", points(*cap)),
        (None, Some(mark)) => mark.clone(),
        (None, None) => String::new(),
    };
    let lines = score.lines.iter().filter(|line| line.component == part.id);
    let shown = lines.map(|line| self::line(known, &key, line));
    Ok(Part {
        label: part.label.clone(),
        points: figure(points(part.points), &known.because(&key)),
        of,
        lines: shown.collect::<Result<_, Failure>>()?,
    })
}

fn line(known: &Known<'_, '_>, key: &str, line: &Line) -> Result<Seen, Failure> {
    Ok(Seen {
        says: line.says.clone(),
        saw: saw(known, line)?,
        counts: figure(signed_points(line.counts), &known.because(key)),
        nothing: line.counts == Points::ZERO,
    })
}

/// What a line saw: when, and why it does not count if it does not.
fn saw(known: &Known<'_, '_>, line: &Line) -> Result<Markup, Failure> {
    let mut words = Markup::new();
    if let Some(at) = line.at {
        words.push(known.time.near(at));
    }
    if let Some(fact) = line.facts.first() {
        let comma = if words.as_str().is_empty() { "" } else { ", " };
        words = words.and_text(comma).and(quiet_link(&format!("fact {fact}"), &fact_href(*fact)));
    }
    if line.counts != line.gave && line.counts != Points::ZERO {
        words = words.and_text(format!("; gave {}, faded", points(line.gave)));
    }
    if let Some(why) = why_not(known, line) {
        let semicolon = if words.as_str().is_empty() { "" } else { "; " };
        words = words.and_text(semicolon).and_text(why);
    }
    Ok(words)
}

fn why_not(known: &Known<'_, '_>, line: &Line) -> Option<String> {
    let why = line.why_not.as_ref()?;
    Some(match why {
        WhyNot::LimitReached { free_at: Some(at) } => {
            format!("limit reached, free again {}", known.time.instant_words(*at))
        }
        WhyNot::Reset { at } => format!("reset {}", known.time.instant_words(*at)),
        other => other.words(),
    })
}

/// The workings of a component, or of all of them where none is named.
pub(super) fn because(
    known: &Known<'_, '_>,
    in_force: &InForce,
    score: &Assessment,
    part: Option<&str>,
    answer: String,
) -> Result<Because, Failure> {
    let lines: Vec<&Line> =
        score.lines.iter().filter(|line| part.is_none_or(|part| line.component == part)).collect();
    let (mut counted, mut passed_over) = (Vec::new(), Vec::new());
    for line in lines {
        if line.counts != Points::ZERO {
            counted.push(working(known, line)?);
        } else {
            passed_over.push(passed(known, line)?);
        }
    }
    let rules = in_force.agreement.definitions.iter().find(|d| d.id == score.definition);
    let says = rules.map(|rules| rules.says.as_str()).unwrap_or_default();
    let facts = score.facts();
    Ok(Because {
        answer,
        close: known.close(),
        agreed: known.agreed(in_force, &score.clause, says)?,
        counted_title: format!("What counts, as of {}", known.time.instant_words(score.as_of)),
        counted,
        unit: "Points".to_owned(),
        total: Some(total(score, part)),
        passed_over,
        next: None,
        kept: kept(&facts, in_force),
    })
}

/// The sum as it counts, with cap or floor where one acts.
fn total(score: &Assessment, part: Option<&str>) -> String {
    let Some(part) = part.and_then(|part| score.components.iter().find(|c| c.id == part)) else {
        let parts: Vec<String> = score
            .components
            .iter()
            .filter(|part| part.sum != part.points)
            .map(|part| {
                format!("{} counts {} of {}", part.label, points(part.points), points(part.sum))
            })
            .collect();
        let note =
            if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
        return format!("{}{note}", points(score.total));
    };
    match part.sum == part.points {
        true => points(part.points),
        false => format!("{} (of {}, by cap or floor)", points(part.points), points(part.sum)),
    }
}

fn kept(facts: &[FactNo], in_force: &InForce) -> String {
    let numbers: Vec<String> = facts.iter().map(|no| no.to_string()).collect();
    let facts = match numbers.len() {
        0 => "no fact".to_owned(),
        _ => format!("facts {}", numbers.join(", ")),
    };
    format!("{facts} · version {} · {}", in_force.version, in_force.hash)
}

fn working(known: &Known<'_, '_>, line: &Line) -> Result<Working, Failure> {
    let sum =
        if line.gave == line.counts { String::new() } else { format!("of {}", points(line.gave)) };
    Ok(Working { sum, result: points(line.counts), ..seen(known, line, String::new())? })
}

fn passed(known: &Known<'_, '_>, line: &Line) -> Result<Working, Failure> {
    let why = why_not(known, line).unwrap_or_else(|| "faded to nothing".to_owned());
    seen(known, line, why)
}

fn seen(known: &Known<'_, '_>, line: &Line, why: String) -> Result<Working, Failure> {
    let fact = line.facts.first();
    let entry = fact.and_then(|no| known.entries.get(no));
    let what = match entry {
        Some(entry) => sentence(entry, known.names, known.time)?.words,
        None => "Not reported".to_owned(),
    };
    let what = match fact {
        Some(no) => quiet_link(&what, &fact_href(*no)),
        None => Markup::text(what),
    };
    let at = line.at.or(entry.map(|entry| entry.happened_at()));
    let when = at.map(|at| known.time.near(at)).unwrap_or_default();
    let rule = match why.is_empty() {
        true => line.says.clone(),
        false => format!("{} {why}.", line.says),
    };
    Ok(Working { when, what, rule, ..Working::default() })
}
