//! What a definition looks at: kinds of activities, and fields of leads and accounts.

use std::collections::BTreeSet;

use crate::{
    agreement::{
        Definition,
        definition::{Award, LooksAt},
    },
    condition::{Comparison, Condition, Literal, Name, Root},
};

/// The kinds of activities that earn points by name. A rule that counts any activity names none.
pub fn kinds(definition: &Definition) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let of_activities = |looks_at: &LooksAt| matches!(looks_at, LooksAt::Activities { .. });
    for rule in definition.rules.iter().filter(|rule| of_activities(&rule.looks_at)) {
        named(&rule.when, &mut found);
        if let Award::ByValue { name, points } = &rule.award
            && is_kind(name)
        {
            found.extend(points.iter().filter_map(|(kind, _)| text(kind)));
        }
    }
    found
}

fn named(condition: &Condition, found: &mut BTreeSet<String>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| named(part, found));
        }
        Condition::Compare(name, Comparison::Equal, kind) if is_kind(name) => {
            found.extend(text(kind));
        }
        Condition::In(name, kinds) if is_kind(name) => found.extend(kinds.iter().filter_map(text)),
        _ => {}
    }
}

fn is_kind(name: &Name) -> bool {
    name.root == Root::Activity && name.field == "kind"
}

fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The fields of leads and of accounts that sources report and that the definition asks for.
pub fn fields(definition: &Definition) -> BTreeSet<(Root, String)> {
    let mut found = BTreeSet::new();
    let mut note = |name: &Name| {
        let follows = matches!(
            name.field.as_str(),
            "status" | "owner" | "times_qualified" | "reason" | "age_days" | "created_at"
        ) || name.field.starts_with("days_since_");
        if matches!(name.root, Root::Lead | Root::Account) && !follows {
            found.insert((name.root, name.field.clone()));
        }
    };
    for rule in &definition.rules {
        rule.when.names(&mut note);
        if let Award::ByValue { name, .. } | Award::ByNumber { name, .. } = &rule.award {
            note(name);
        }
    }
    for exclusion in &definition.exclusions {
        exclusion.when.names(&mut note);
    }
    definition.applies_when.iter().for_each(|when| when.names(&mut note));
    definition.qualifies_when.names(&mut note);
    found
}
