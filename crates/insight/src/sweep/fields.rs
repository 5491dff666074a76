//! Which fields a definition asks for, and how it uses them; conditions over one contact's cells.

use std::collections::BTreeMap;

use domain::{
    agreement::{
        Agreement, Definition,
        definition::{Award, LooksAt, Rule},
    },
    condition::{Comparison, Condition, Literal, Name, Root, Truth, View},
    field::FieldValue,
    lead::{Lead, LeadView},
};
use jiff::Timestamp;

use super::{PlanRefusal, plan::given};
use crate::segment::{BLANK, Cells, Frame};

/// How a definition uses a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// As a word.
    Text,
    /// As a number.
    Number,
    /// As yes or no.
    Flag,
}

/// The fields of contacts that a definition asks for, by name: `lead.seniority`,
/// `account.employees`.
///
/// # Errors
/// [`PlanRefusal`] if one is used in two ways.
pub fn fields(definition: &Definition) -> Result<BTreeMap<String, FieldKind>, PlanRefusal> {
    let mut used = Used::default();
    used.all(definition);
    match used.twice {
        Some(name) => Err(PlanRefusal::TwoKinds(name)),
        None => Ok(used
            .fields
            .into_iter()
            .map(|(name, kind)| (name, kind.unwrap_or(FieldKind::Text)))
            .collect()),
    }
}

/// The rules that ask how far an activity went, where the columns say so of none. Such a rule counts
/// nothing, or what it says of a blank status.
pub fn without_status(
    agreement: &Agreement,
    definition: &Definition,
    frame: &Frame,
) -> Vec<String> {
    if frame.kinds.iter().any(|kind| kind.status.is_some()) {
        return Vec::new();
    }
    let counts = |rule: &Rule, only_success, kind| {
        matches!(given(rule, only_success, kind, agreement), Ok(Some(_)))
    };
    let asks = |rule: &&Rule| {
        let LooksAt::Activities { only_success } = rule.looks_at else { return false };
        let mut is_named = false;
        rule.when.names(&mut |name| {
            is_named |=
                name.root == Root::Activity && (name.field == "status" || name.field == "success");
        });
        let fails = |kind| counts(rule, false, kind) && !counts(rule, true, kind);
        is_named || (only_success && frame.kinds.iter().any(fails))
    };
    definition.rules.iter().filter(asks).map(|rule| rule.id.clone()).collect()
}

#[derive(Default)]
struct Used {
    fields: BTreeMap<String, Option<FieldKind>>,
    twice: Option<String>,
}

impl Used {
    fn all(&mut self, definition: &Definition) {
        for rule in definition.rules.iter().filter(|rule| rule.looks_at == LooksAt::Fields) {
            self.condition(&rule.when);
            match &rule.award {
                Award::ByValue { name, points } => {
                    points.iter().for_each(|(literal, _)| self.field(name, Some(kind(literal))));
                }
                Award::ByNumber { name, .. } => self.field(name, Some(FieldKind::Number)),
                Award::Points(_) | Award::Empties => {}
            }
        }
        let exclusions = definition.exclusions.iter().map(|exclusion| &exclusion.when);
        exclusions.chain(&definition.applies_when).for_each(|when| self.condition(when));
        self.condition(&definition.qualifies_when);
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.condition(part));
            }
            Condition::Not(part) => self.condition(part),
            Condition::IsTrue(name) => self.field(name, Some(FieldKind::Flag)),
            Condition::Compare(name, _, literal) => self.field(name, Some(kind(literal))),
            Condition::In(name, literals) => {
                literals.iter().for_each(|literal| self.field(name, Some(kind(literal))));
            }
            Condition::Search(name, ..) => self.field(name, Some(FieldKind::Text)),
            Condition::Has(name) => self.field(name, None),
            Condition::Always(_) | Condition::CompareNames(..) => {}
        }
    }

    fn field(&mut self, name: &Name, kind: Option<FieldKind>) {
        if !is_field(name) {
            return;
        }
        let known = self.fields.entry(name.to_string()).or_insert(None);
        match (*known, kind) {
            (Some(known), Some(kind)) if known != kind => self.twice = Some(name.to_string()),
            (None, kind) => *known = kind,
            _ => {}
        }
    }
}

fn kind(literal: &Literal) -> FieldKind {
    match literal {
        Literal::Text(_) => FieldKind::Text,
        Literal::Number(_) => FieldKind::Number,
        Literal::Bool(_) => FieldKind::Flag,
    }
}

/// Names of a lead that are no reported fields. None of them has a value before it first qualified,
/// where nothing but activities is known.
const BUILT_IN: [&str; 4] = ["status", "owner", "times_qualified", "reason"];

/// Whether a name stands for a reported field.
fn is_field(name: &Name) -> bool {
    match name.root {
        Root::Lead => !BUILT_IN.contains(&name.field.as_str()),
        Root::Account => true,
        _ => false,
    }
}

/// Whether a name asks how long something is ago.
fn is_of_time(name: &Name) -> bool {
    name.root == Root::Lead && (name.field == "age_days" || name.field.starts_with("days_since_"))
}

/// A contact of which one field is known, or none.
pub(super) struct Known<'a> {
    pub(super) field: Option<(&'a str, &'a FieldValue)>,
}

impl View for Known<'_> {
    fn value(&self, name: &Name) -> Option<FieldValue> {
        if is_field(name) {
            let (field, value) = self.field?;
            return (field == name.to_string()).then(|| value.clone());
        }
        LeadView::of(&Lead::default(), Timestamp::UNIX_EPOCH).value(name)
    }
}

/// A condition over one contact's cells.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Always(Truth),
    /// By the code of a field; and where its fields are not known.
    Coded {
        field: usize,
        truths: Vec<Truth>,
        unknown: Truth,
    },
    /// By a number.
    Number {
        field: usize,
        name: String,
        condition: Condition,
        unknown: Truth,
    },
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

impl Test {
    pub(super) fn of(
        condition: &Condition,
        frame: &Frame,
        within: &str,
    ) -> Result<Test, PlanRefusal> {
        let mut names: Vec<&Name> = Vec::new();
        condition.names(&mut |name| names.push(name));
        let beyond = names
            .iter()
            .find(|name| is_of_time(name) || !matches!(name.root, Root::Lead | Root::Account));
        if let Some(name) = beyond {
            return Err(PlanRefusal::Name { within: within.into(), name: name.to_string() });
        }
        let mut asked: Vec<String> =
            names.iter().filter(|name| is_field(name)).map(|name| name.to_string()).collect();
        asked.sort();
        asked.dedup();
        let place = |name: &String| frame.fields.iter().position(|field| field.name == *name);
        let there: Vec<usize> = asked.iter().filter_map(place).collect();
        let unknown = condition.holds(&Known { field: None });
        let each = |parts: &[Condition]| -> Result<Vec<Test>, PlanRefusal> {
            parts.iter().map(|part| Test::of(part, frame, within)).collect()
        };
        match (there.as_slice(), condition) {
            ([], _) => Ok(Test::Always(unknown)),
            ([field], _) if asked.len() == 1 && frame.fields[*field].values.is_some() => {
                let name = &frame.fields[*field].name;
                let values = frame.fields[*field].values.iter().flatten();
                let truth = |value| condition.holds(&Known { field: Some((name, value)) });
                Ok(Test::Coded { field: *field, truths: values.map(truth).collect(), unknown })
            }
            (_, Condition::All(parts)) => each(parts).map(Test::All),
            (_, Condition::Any(parts)) => each(parts).map(Test::Any),
            (_, Condition::Not(part)) => Ok(Test::Not(Box::new(Test::of(part, frame, within)?))),
            ([field], _) if asked.len() == 1 => {
                let name = frame.fields[*field].name.clone();
                Ok(Test::Number { field: *field, name, condition: condition.clone(), unknown })
            }
            _ => Err(PlanRefusal::Name { within: within.into(), name: asked.join(", ") }),
        }
    }

    /// Whether it holds for a contact of a block; for one whose fields are not known, where none is
    /// said.
    pub(super) fn truth(&self, cells: &[Cells], contact: Option<usize>) -> Truth {
        let each = |parts: &[Test]| -> Vec<Truth> {
            parts.iter().map(|part| part.truth(cells, contact)).collect()
        };
        match (self, contact) {
            (Test::Always(truth), _) => *truth,
            (Test::Coded { unknown, .. } | Test::Number { unknown, .. }, None) => *unknown,
            (Test::Coded { field, truths, .. }, Some(contact)) => {
                truths[cells[*field].code(contact)]
            }
            (Test::Number { field, name, condition, .. }, Some(contact)) => {
                number_truth(cells[*field].number(contact), name, condition)
            }
            (Test::All(parts), _) => each(parts).into_iter().min().unwrap_or(Truth::Yes),
            (Test::Any(parts), _) => each(parts).into_iter().max().unwrap_or(Truth::No),
            (Test::Not(part), _) => match part.truth(cells, contact) {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
            },
        }
    }
}

fn number_truth(number: Option<f64>, name: &str, condition: &Condition) -> Truth {
    if let (Some(number), Condition::Compare(_, comparison, Literal::Number(other))) =
        (number, condition)
    {
        return compares(number, *comparison, *other).into();
    }
    let value = number.map_or(FieldValue::Cleared, FieldValue::Number);
    condition.holds(&Known { field: Some((name, &value)) })
}

/// Whether a number compares so with another; neither is ever not a number.
pub(super) fn compares(number: f64, comparison: Comparison, other: f64) -> bool {
    match comparison {
        Comparison::Equal => number == other,
        Comparison::NotEqual => number != other,
        Comparison::Less => number < other,
        Comparison::LessOrEqual => number <= other,
        Comparison::Greater => number > other,
        Comparison::GreaterOrEqual => number >= other,
    }
}

impl Cells {
    pub(super) fn code(&self, contact: usize) -> usize {
        match self {
            Cells::Small(codes) => usize::from(codes[contact]),
            Cells::Wide(codes) => codes[contact] as usize,
            Cells::Numbers(_) => 0,
        }
    }

    pub(super) fn number(&self, contact: usize) -> Option<f64> {
        match self {
            Cells::Numbers(numbers) => {
                Some(numbers[contact]).filter(|number| *number != BLANK).map(thousandths)
            }
            _ => None,
        }
    }
}

pub(super) fn thousandths(number: i64) -> f64 {
    number as f64 / 1000.0
}
