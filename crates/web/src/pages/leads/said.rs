//! The filter as one sentence: each condition in words, with the address without it.

use super::filter::{Asked, CLOCKS, Period, SORTS};
use crate::{failure::Failure, names::Names, show::LocalTime};

/// A condition that holds.
pub(super) struct Chip {
    pub(super) words: String,
    /// The address of the list without it.
    pub(super) without: String,
}

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
        if let Some(words) = self.period(&asked.created) {
            say(format!("created {words}"), |asked| asked.created = Period::default());
        }
        if let Some(words) = self.period(&asked.changed) {
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

    fn period(&self, period: &Period) -> Option<String> {
        if let Some(days) = period.last_days() {
            return Some(format!("in the last {days} days"));
        }
        let day = |day| self.time.day_words(day);
        Some(match (period.first(), period.last()) {
            (None, None) => return None,
            (Some(first), None) => format!("since {}", day(first)),
            (None, Some(last)) => format!("until {}", day(last)),
            (Some(first), Some(last)) if first == last => format!("on {}", day(first)),
            (Some(first), Some(last)) => format!("from {} to {}", day(first), day(last)),
        })
    }
}

/// The order in words.
pub(super) fn sorted_by(asked: &Asked) -> &'static str {
    let (here, _) = asked.sort();
    SORTS.iter().find(|(key, ..)| *key == here).map_or("", |(_, _, words)| words)
}

/// `A`, `A or B`, `A, B or C`.
fn any_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
