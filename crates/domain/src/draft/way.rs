//! The statuses of a lead, in the order of its way, and the side that holds each.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{FEW, SeenLead, in_order, moves, squeezed};
use crate::{condition::status_word, firm::Side};

/// The way of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The statuses, in order; those by which a lead leaves the way stand last.
    pub steps: Vec<Step>,
    /// The status that a lead enters when it qualifies.
    pub qualified: String,
    /// Whether that status is new to the firm.
    pub is_new: bool,
    /// How many moves from one status to another were seen; with none, the words give the order.
    pub moves: u64,
    /// Whether no lead had any status at all.
    pub is_plain: bool,
}

/// A status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As the firm writes it.
    pub key: String,
    /// Other spellings of the same.
    pub also: Vec<String>,
    /// Who works the lead there.
    pub side: Option<Side>,
    /// Whether the owners of the leads there say so; otherwise its place on the way does.
    pub is_by_owners: bool,
    /// Whether the lead leaves the way here.
    pub is_exit: bool,
    /// How many leads entered it.
    pub leads: u64,
}

/// Words of statuses by which a lead leaves the way.
const EXITS: [&str; 13] = [
    "unqualified",
    "disqualified",
    "notconverted",
    "notqualified",
    "ineligible",
    "rejected",
    "junk",
    "dead",
    "lost",
    "donotcontact",
    "recycle",
    "nurtur",
    "bad",
];
/// Those from which marketing takes the lead up again.
const AGAIN: [&str; 2] = ["recycle", "nurtur"];
/// Words of statuses in the order in which firms mostly have them.
const ORDER: [&[&str]; 6] = [
    &["raw", "new", "open", "subscriber", "suspect"],
    &["inquiry", "engaged", "working", "contact", "attempt", "connected", "inprogress"],
    &["mql", "marketingqualified"],
    &["sal", "accepted"],
    &["sql", "salesqualified", "qualif"],
    &["converted", "opportunity", "customer", "won"],
];

impl Way {
    /// The way that leads have gone.
    pub(super) fn of(leads: &[SeenLead]) -> Way {
        let spelt = spellings(leads);
        let same = |way: &SeenLead| -> Vec<String> {
            way.way.iter().map(|word| spelt[&same_word(word)].0.clone()).collect()
        };
        let ways: Vec<Vec<String>> = leads.iter().map(same).collect();
        let moves = moves(ways.iter().map(Vec::as_slice));
        let words: BTreeSet<String> = spelt.values().map(|(key, _)| key.clone()).collect();
        if words.is_empty() {
            return Way::plain();
        }
        let (out, on): (BTreeSet<_>, BTreeSet<_>) = words.into_iter().partition(|key| is_exit(key));
        let mut order = in_order(on, &moves, rank);
        let (qualified, is_new) = qualified(&mut order);
        let at = order.iter().position(|key| *key == qualified).unwrap_or_default();
        let place = |(place, key): (usize, String)| {
            let side = if place < at { Side::Marketing } else { Side::Sales };
            (key, Some(side), false)
        };
        let left = in_order(out, &moves, rank).into_iter().map(|key| {
            let again = AGAIN.iter().any(|word| says(&key, word));
            (key, again.then_some(Side::Marketing), true)
        });
        let on = order.into_iter().enumerate().map(place);
        let steps = on.chain(left).map(|(key, side, is_exit)| {
            let entered = ways.iter().filter(|way| way.contains(&key)).count() as u64;
            let also = spelt.get(&same_word(&key)).map_or(Vec::new(), |(_, also)| also.clone());
            let owners = by_owners(leads, &ways, &key);
            let is_by_owners = owners.is_some() && !is_exit;
            let side = if is_exit { side } else { owners.or(side) };
            Step { key, also, side, is_by_owners, is_exit, leads: entered }
        });
        let moves = moves.values().sum();
        Way { steps: steps.collect(), qualified, is_new, moves, is_plain: false }
    }

    /// The plainest way there is, where no lead shows one.
    fn plain() -> Way {
        let step = |key: &str, side| Step {
            key: key.to_owned(),
            also: Vec::new(),
            side: Some(side),
            is_by_owners: false,
            is_exit: false,
            leads: 0,
        };
        let steps = vec![
            step("New", Side::Marketing),
            step("Qualified", Side::Sales),
            step("Answered", Side::Sales),
        ];
        Way { steps, qualified: "Qualified".to_owned(), is_new: true, moves: 0, is_plain: true }
    }

    /// The statuses from which a lead may qualify: all before it, and those that it comes back from.
    pub fn before(&self) -> Vec<&str> {
        let before = self.steps.iter().take_while(|step| step.key != self.qualified);
        let again = self.steps.iter().filter(|step| step.is_exit && step.side.is_some());
        before.chain(again).map(|step| step.key.as_str()).collect()
    }

    /// The statuses that say that somebody has answered: all after it, and those that end the way.
    pub fn after(&self) -> Vec<&str> {
        let from = self.steps.iter().skip_while(|step| step.key != self.qualified);
        from.skip(1).map(|step| step.key.as_str()).collect()
    }
}

/// Each word with the spelling that most leads have, and the other ones.
fn spellings(leads: &[SeenLead]) -> BTreeMap<String, (String, Vec<String>)> {
    let mut counts: BTreeMap<String, BTreeMap<&String, u64>> = BTreeMap::new();
    for word in leads.iter().flat_map(|lead| &lead.way) {
        *counts.entry(same_word(word)).or_default().entry(word).or_default() += 1;
    }
    let chosen = |spelt: BTreeMap<&String, u64>| {
        let mut spelt: Vec<(&String, u64)> = spelt.into_iter().collect();
        spelt.sort_by_key(|(word, n)| (std::cmp::Reverse(*n), *word));
        let key = spelt[0].0.clone();
        // Small and capital letters are the same to the reader of an Agreement already.
        let other = |word: &&String| word.to_lowercase() != key.to_lowercase();
        let mut also: Vec<String> =
            spelt.iter().skip(1).map(|(word, _)| *word).filter(other).cloned().collect();
        also.dedup_by_key(|word| word.to_lowercase());
        (key, also)
    };
    counts.into_iter().map(|(word, spelt)| (word, chosen(spelt))).collect()
}

/// What two spellings of one status have in common.
fn same_word(status: &str) -> String {
    status_word(&status.to_lowercase())
}

/// Whether a status has a word; short words must stand by themselves, for `sales` has `sal`.
fn says(key: &str, word: &str) -> bool {
    match word.len() {
        0..=4 => key.split(|c: char| !c.is_alphanumeric()).any(|own| own.to_lowercase() == word),
        _ => squeezed(key).contains(word),
    }
}

fn is_exit(key: &str) -> bool {
    EXITS.iter().any(|exit| says(key, exit))
}

/// Where on their way firms mostly have a status of this name.
pub fn rank(key: &str) -> u8 {
    let found = ORDER.iter().position(|known| known.iter().any(|word| says(key, word)));
    match found {
        Some(rank) => u8::try_from(rank).unwrap_or(u8::MAX),
        None => 1,
    }
}

/// The status that a lead enters when it qualifies: the first that says so, else a new one after
/// the first.
fn qualified(order: &mut Vec<String>) -> (String, bool) {
    let says_so = |rank: u8| rank == 2 || rank == 4;
    if let Some(key) = order.iter().find(|key| says_so(rank(key))) {
        return (key.clone(), false);
    }
    order.insert(order.len().min(1), "Qualified".to_owned());
    ("Qualified".to_owned(), true)
}

/// The side of most owners of the leads that stand there, where there are enough to say.
fn by_owners(leads: &[SeenLead], ways: &[Vec<String>], key: &str) -> Option<Side> {
    let stands = |way: &Vec<String>| way.last().is_some_and(|last| last == key);
    let here = leads.iter().zip(ways).filter(|(_, way)| stands(way));
    let sides = here.filter_map(|(lead, _)| lead.held_by);
    let mut counts = [(Side::Marketing, 0), (Side::Sales, 0)];
    for side in sides {
        for (of, n) in &mut counts {
            *n += u64::from(*of == side);
        }
    }
    let all = counts[0].1 + counts[1].1;
    counts.into_iter().find(|(_, n)| all >= FEW && *n * 2 > all).map(|(side, _)| side)
}
