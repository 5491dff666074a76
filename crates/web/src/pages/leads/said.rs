//! The filter as one sentence: each condition in words, with the address without it.

use super::filter::{Asked, CLOCKS, SORTS};
use crate::{
    failure::Failure,
    list::{Chip, Period, any_of},
    names::Names,
    show::LocalTime,
};

/// What the words of a sentence are made with.
pub(super) struct Speaker<'a, 'r> {
    pub(super) names: &'a Names<'a, 'r>,
    pub(super) time: &'a LocalTime,
    /// Keys and words of the statuses.
    pub(super) statuses: &'a [(String, String)],
}

impl Speaker<'_, '_> {
    /// Every condition that holds, in the order of the sentence.
    pub(super) fn chips(&self, asked: &Asked, may_search: bool) -> Result<Vec<Chip>, Failure> {
        let mut chips = Vec::new();
        let mut say = |words: String, change: fn(&mut Asked)| {
            chips.push(Chip { words, without: asked.but(change) });
        };
        if !asked.status.is_empty() {
            let words: Vec<&str> = asked.status.iter().map(|key| self.status(key)).collect();
            say(format!("in {}", any_of(&words)), |asked| asked.status.clear());
        }
        match asked.owner.as_str() {
            "" => {}
            "me" | "nobody" => say(format!("owned by {}", asked.owner), |a| a.owner.clear()),
            id => {
                let name = self.names.user_name(&id.into())?;
                say(format!("owned by {name}"), |asked| asked.owner.clear());
            }
        }
        if !asked.account.is_empty() {
            say(format!("at {}", self.account(&asked.account)?), |asked| asked.account.clear());
        }
        if !asked.source.is_empty() {
            say(format!("from {}", asked.source), |asked| asked.source.clear());
        }
        if let Some((_, words)) = CLOCKS.iter().find(|(key, _)| *key == asked.clock) {
            say(format!("with {words}"), |asked| asked.clock.clear());
        }
        if let Some(words) = asked.created.words(self.time) {
            say(format!("created {words}"), |asked| asked.created = Period::default());
        }
        if let Some(words) = asked.changed.words(self.time) {
            say(format!("moved {words}"), |asked| asked.changed = Period::default());
        }
        if let Some(points) = asked.points_min() {
            say(format!("with {points} points or more"), |asked| asked.points.clear());
        }
        if may_search && !asked.q.is_empty() {
            say(format!("like “{}”", asked.q), |asked| asked.q.clear());
        }
        Ok(chips)
    }

    fn status<'a>(&'a self, key: &'a str) -> &'a str {
        let found = self.statuses.iter().find(|(known, _)| known == key);
        found.map_or(key, |(_, words)| words)
    }

    /// An account by its name where an id was said, else the words that names begin with.
    fn account(&self, said: &str) -> Result<String, Failure> {
        let name = self.names.account(&said.into())?;
        Ok(if name == said { format!("“{said}…”") } else { name })
    }
}

/// The order in words.
pub(super) fn sorted_by(asked: &Asked) -> &'static str {
    let (here, _) = asked.sort();
    SORTS.iter().find(|(key, ..)| *key == here).map_or("", |(_, _, words)| words)
}
