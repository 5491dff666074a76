//! The things that leads show, found among what they said.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    draft::seen::FEW,
    rate::Rate,
    shown::{Said, Thing, Trait},
};

use super::{Earns, Looked};

/// Of one field so many words are looked at, the commonest.
const WORDS_MAX: usize = 12;

/// A thing, with the places of the leads that show it.
pub(super) struct Shown {
    pub(super) thing: Thing,
    pub(super) leads: BTreeSet<u32>,
    pub(super) with: Rate,
    pub(super) without: Rate,
}

/// Everything that neither too few nor all but too few show.
pub(super) fn found(traits: &[Trait], leads: &[Looked]) -> Vec<Shown> {
    let mut said: Vec<Vec<(u32, &Said)>> = vec![Vec::new(); traits.len()];
    for (place, lead) in (0..).zip(leads) {
        for (of, what) in &lead.showed {
            said[usize::from(*of)].push((place, what));
        }
    }
    let hits = leads.iter().filter(|lead| lead.hit).count() as u64;
    let things = traits.iter().zip(said).flat_map(|(of, said)| things(of, &said));
    let shown = things.filter_map(|(thing, places)| {
        let (n, all) = (places.len() as u64, leads.len() as u64);
        let here = places.iter().filter(|place| leads[**place as usize].hit).count() as u64;
        let with = Rate::of(here, n).filter(|_| n >= FEW && all - n >= FEW)?;
        let without = Rate::of(hits - here, all - n)?;
        Some(Shown { thing, leads: places, with, without })
    });
    shown.collect()
}

fn things(of: &Trait, said: &[(u32, &Said)]) -> Vec<(Thing, BTreeSet<u32>)> {
    let (root, field) = match of {
        Trait::Did(kind) => {
            let did = said.iter().map(|(place, _)| *place).collect();
            return vec![(Thing::Did(kind.clone()), did)];
        }
        Trait::Field(root, field) => (*root, field),
    };
    let mut found = words(said)
        .into_iter()
        .map(|(word, places)| (Thing::Is(root, field.clone(), word), places))
        .collect::<Vec<_>>();
    let yes: BTreeSet<u32> =
        said.iter().filter(|(_, said)| **said == Said::Yes).map(|(place, _)| *place).collect();
    found.push((Thing::Holds(root, field.clone()), yes));
    found.extend(
        steps(said)
            .into_iter()
            .map(|(from, places)| (Thing::From(root, field.clone(), from), places)),
    );
    found
}

/// The commonest words.
fn words(said: &[(u32, &Said)]) -> Vec<(Arc<str>, BTreeSet<u32>)> {
    let mut by_word: BTreeMap<&Arc<str>, BTreeSet<u32>> = BTreeMap::new();
    for (place, said) in said {
        if let Said::Word(word) = said {
            by_word.entry(word).or_default().insert(*place);
        }
    }
    let mut words: Vec<_> = by_word.into_iter().map(|(word, at)| (word.clone(), at)).collect();
    words.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    words.truncate(WORDS_MAX);
    words
}

/// From the quartiles of the numbers on; those that stand above the least number.
fn steps(said: &[(u32, &Said)]) -> Vec<(i64, BTreeSet<u32>)> {
    let mut numbers: Vec<(f64, u32)> = said
        .iter()
        .filter_map(|(place, said)| match said {
            Said::Number(number) if number.is_finite() => Some((*number, *place)),
            _ => None,
        })
        .collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((least, _)) = numbers.first().copied() else { return Vec::new() };
    let quartile = |nth: usize| numbers[numbers.len() * nth / 4].0.ceil();
    let mut from: Vec<f64> = [1, 2, 3].map(quartile).into();
    from.dedup();
    from.retain(|from| *from > least && from.abs() < 1e15);
    let above = |from: f64| {
        numbers.iter().filter(|(number, _)| *number >= from).map(|(_, place)| *place).collect()
    };
    from.into_iter().map(|from| (from as i64, above(from))).collect()
}

/// Whether a lead shows a thing.
pub(super) fn shows(thing: &Thing, traits: &[Trait], lead: &Looked) -> bool {
    lead.showed.iter().any(|(of, said)| match (thing, &traits[usize::from(*of)], said) {
        (Thing::Is(root, field, word), Trait::Field(of, name), Said::Word(said)) => {
            (root, field, word) == (of, name, said)
        }
        (Thing::Holds(root, field), Trait::Field(of, name), Said::Yes) => {
            (root, field) == (of, name)
        }
        (Thing::From(root, field, from), Trait::Field(of, name), Said::Number(number)) => {
            (root, field) == (of, name) && *number >= *from as f64
        }
        (Thing::Did(kind), Trait::Did(did), _) => kind == did,
        _ => false,
    })
}

/// The most points that one lead can have: of the words of a field it says one.
pub(super) fn most(rules: &[Earns]) -> i64 {
    let (mut words, mut most): (BTreeMap<_, i64>, i64) = (BTreeMap::new(), 0);
    for rule in rules {
        if let Thing::Is(root, field, _) = &rule.thing {
            let best = words.entry((*root, field)).or_default();
            *best = (*best).max(rule.points);
        } else {
            most += rule.points.max(0);
        }
    }
    most + words.values().sum::<i64>()
}
