//! What is asked of the points that outcomes suggest: all of it in the address.

use std::{fmt, str::FromStr};

use domain::ids::Version;
use engine::suggestion::{AFTER_DAYS, SuggestionWish, Toward, WITHIN_DAYS};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{kept::of_address, names::encoded};

/// The longest time that can be asked for, in days.
const DAYS_MAX: u16 = 1_000;

/// What the address asks for; what is left empty is as it usually is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The definition's key.
    pub(super) definition: String,
    /// `opened`, or else won.
    pub(super) toward: String,
    /// How many days a lead has for it.
    pub(super) within: String,
    /// After how many days a lead is looked at that nobody took on.
    pub(super) after: String,
    /// Fields and kinds of activities that are not weighed, with commas between them.
    pub(super) without: String,
    /// From how many points a lead is qualified.
    pub(super) threshold: String,
    /// The state that was shown before.
    pub(super) at: String,
    /// Which leads: a [`Behind`].
    pub(super) of: String,
    /// How many of them are on the pages before.
    pub(super) skip: usize,
}

impl Asked {
    /// What is to be worked out.
    ///
    /// # Errors
    /// Words about what does not read.
    pub(super) fn wish(&self) -> Result<SuggestionWish, String> {
        let days = |text: &str, usual: u16| match text.trim() {
            "" => Ok(usual),
            text => {
                let days = text.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
                days.ok_or_else(|| format!("Say how many days, from 1 to {DAYS_MAX}."))
            }
        };
        let threshold = self.threshold.trim();
        if !threshold.is_empty() && self.threshold().is_none() {
            return Err(format!("\"{threshold}\" is not a whole number of points."));
        }
        let without = self.without.split(',').map(|name| name.trim().to_owned());
        Ok(SuggestionWish {
            definition: Some(self.definition.trim().to_owned()).filter(|id| !id.is_empty()),
            toward: if self.toward == "opened" { Toward::Opened } else { Toward::Won },
            within_days: days(&self.within, WITHIN_DAYS)?,
            after_days: days(&self.after, AFTER_DAYS)?,
            without: without.filter(|name| !name.is_empty()).collect(),
        })
    }

    /// The threshold that is asked for.
    pub(super) fn threshold(&self) -> Option<i64> {
        self.threshold.trim().parse().ok()
    }

    /// The state that is asked for.
    pub(super) fn state(&self) -> Option<Timestamp> {
        of_address(&self.at)
    }

    /// The same with the state that was found.
    pub(super) fn at(&self, as_of: Timestamp) -> Asked {
        Asked { at: as_of.as_nanosecond().to_string(), ..self.clone() }
    }

    /// The leads behind a number.
    pub(super) fn leads(&self, version: Version, behind: Behind) -> String {
        let asked = Asked { of: behind.to_string(), skip: 0, ..self.clone() };
        asked.href(version, "/leads")
    }

    /// The address of this view.
    pub(super) fn href(&self, version: Version, what: &str) -> String {
        let skip = if self.skip == 0 { String::new() } else { self.skip.to_string() };
        let pairs = self.pairs().into_iter().chain([("of", &self.of), ("skip", &skip)]);
        let said = pairs.filter(|(_, value)| !value.trim().is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value.trim()))).collect();
        let path = format!("/agreement/{version}/points{what}");
        if said.is_empty() { path } else { format!("{path}?{}", said.join("&")) }
    }

    /// The question, by the names of its fields.
    pub(super) fn pairs(&self) -> [(&'static str, &String); 7] {
        [
            ("definition", &self.definition),
            ("toward", &self.toward),
            ("within", &self.within),
            ("after", &self.after),
            ("without", &self.without),
            ("threshold", &self.threshold),
            ("at", &self.at),
        ]
    }
}

/// The leads behind a number of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// All whose time is over.
    Over,
    /// Those of them that came to it.
    OverHits,
    /// Those whose time is not over.
    Young,
    /// Those that the card is made from.
    Made,
    /// Those of them that came to it.
    MadeHits,
    /// Those that it is tried on.
    Tried,
    /// Of those that it is made from, the ones that show the thing of this rule.
    Shows(usize),
    /// And the others.
    ShowsNot(usize),
    /// Of those that it is tried on, the ones in this band.
    Band(usize),
    /// The ones in this band and those above.
    Captured(usize),
    /// The ones that reach the threshold.
    Through,
    /// The ones that met the rule in force.
    Today,
    /// The ones that sales worked.
    Worked,
    /// And the others.
    Unworked,
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Behind::Over => f.write_str("over"),
            Behind::OverHits => f.write_str("over_hits"),
            Behind::Young => f.write_str("young"),
            Behind::Made => f.write_str("made"),
            Behind::MadeHits => f.write_str("made_hits"),
            Behind::Tried => f.write_str("tried"),
            Behind::Shows(rule) => write!(f, "shows-{rule}"),
            Behind::ShowsNot(rule) => write!(f, "shows_not-{rule}"),
            Behind::Band(band) => write!(f, "band-{band}"),
            Behind::Captured(band) => write!(f, "captured-{band}"),
            Behind::Through => f.write_str("through"),
            Behind::Today => f.write_str("today"),
            Behind::Worked => f.write_str("worked"),
            Behind::Unworked => f.write_str("unworked"),
        }
    }
}

impl FromStr for Behind {
    type Err = ();

    fn from_str(text: &str) -> Result<Behind, ()> {
        let numbered = text.split_once('-').and_then(|(word, no)| Some((word, no.parse().ok()?)));
        Ok(match (text, numbered) {
            ("over", _) => Behind::Over,
            ("over_hits", _) => Behind::OverHits,
            ("young", _) => Behind::Young,
            ("made", _) => Behind::Made,
            ("made_hits", _) => Behind::MadeHits,
            ("tried", _) => Behind::Tried,
            ("through", _) => Behind::Through,
            ("today", _) => Behind::Today,
            ("worked", _) => Behind::Worked,
            ("unworked", _) => Behind::Unworked,
            (_, Some(("shows", rule))) => Behind::Shows(rule),
            (_, Some(("shows_not", rule))) => Behind::ShowsNot(rule),
            (_, Some(("band", band))) => Behind::Band(band),
            (_, Some(("captured", band))) => Behind::Captured(band),
            _ => return Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_is_asked_for() {
        let asked = Asked {
            toward: "opened".into(),
            without: "country, region".into(),
            at: "17".into(),
            ..Asked::default()
        };
        let href = "/agreement/4/points/leads?toward=opened&without=country%2C%20region&at=17&of=shows_not-2";
        assert_eq!(asked.leads(Version(4), Behind::ShowsNot(2)), href);
        assert_eq!(Asked::default().href(Version(4), ""), "/agreement/4/points");
        let wish = asked.wish().unwrap();
        assert_eq!(wish.toward, Toward::Opened);
        assert_eq!(wish.without.len(), 2);
    }

    #[test]
    fn what_does_not_read_is_told() {
        let asked = Asked { within: "0".into(), ..Asked::default() };
        assert_eq!(asked.wish(), Err("Say how many days, from 1 to 1000.".to_owned()));
        let asked = Asked { threshold: "many".into(), ..Asked::default() };
        assert_eq!(asked.wish(), Err("\"many\" is not a whole number of points.".to_owned()));
        for behind in [
            Behind::Over,
            Behind::OverHits,
            Behind::Young,
            Behind::MadeHits,
            Behind::Shows(3),
            Behind::Captured(0),
            Behind::Unworked,
        ] {
            assert_eq!(behind.to_string().parse(), Ok(behind));
        }
        assert_eq!("shows-x".parse::<Behind>(), Err(()));
    }
}
