//! Channels by number: every touch carries two bytes in place of a name.

use std::collections::BTreeMap;

use serde::Serialize;

/// More channels than this make tables of transitions that no cache holds, and credit that nobody
/// reads.
pub const CHANNELS_MAX: usize = 1_000;

/// A channel by its place in [`Channels`].
pub type ChannelNo = u16;

/// The names of channels, each with its number, in the order in which they were first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Channels {
    names: Vec<String>,
    #[serde(skip)]
    numbers: BTreeMap<String, ChannelNo>,
}

/// There are more channels than can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there are more than {CHANNELS_MAX} channels: name campaigns by what they have in common, such \
     as their type"
)]
pub struct TooManyChannels;

impl Channels {
    /// The number of a name, a new one if it was never seen.
    ///
    /// # Errors
    /// [`TooManyChannels`].
    pub fn number(&mut self, name: &str) -> Result<ChannelNo, TooManyChannels> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        if self.names.len() == CHANNELS_MAX {
            return Err(TooManyChannels);
        }
        let number = self.names.len() as ChannelNo;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Ok(number)
    }

    /// The number of a name that was seen; capitals do not matter where no name is the very same.
    pub fn find(&self, name: &str) -> Option<ChannelNo> {
        let same = self.numbers.get(name).copied();
        let alike = || self.names.iter().position(|known| known.eq_ignore_ascii_case(name));
        same.or_else(|| alike().map(|place| place as ChannelNo))
    }

    /// The name of a number.
    pub fn name(&self, number: ChannelNo) -> &str {
        self.names.get(usize::from(number)).map_or("", String::as_str)
    }

    /// Every name, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut channels = Channels::default();
        let numbers = ["Email", "Event", "Email"].map(|name| channels.number(name).unwrap());
        assert_eq!(numbers, [0, 1, 0]);
        assert_eq!(channels.find("event"), Some(1));
        assert_eq!(channels.find("webinar"), None);
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let mut channels = Channels::default();
        for number in 0..CHANNELS_MAX {
            channels.number(&number.to_string()).unwrap();
        }
        assert_eq!(channels.number("one more"), Err(TooManyChannels));
        assert!(channels.number("7").is_ok());
    }
}
