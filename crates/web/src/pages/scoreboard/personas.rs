//! The rows behind the figures of a persona: leads, and closed opportunities of theirs.

use domain::ids::Version;
use jiff::Timestamp;

use super::board::{Behind, Rows, rows_href};
use crate::{app::House, failure::Failure, kept::in_address, names::encoded};

/// What is counted of a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Leads that are one of them.
    Matches,
    /// Leads of which it cannot be said.
    Unknown,
    /// Closed opportunities of theirs, won and lost.
    Won,
    /// Closed opportunities that came of no known lead.
    WithoutLead,
}

impl Counts {
    const ALL: [(Counts, &'static str); 4] = [
        (Counts::Matches, "matches"),
        (Counts::Unknown, "unknown"),
        (Counts::Won, "won"),
        (Counts::WithoutLead, "without-lead"),
    ];
}

/// A figure on the card of a persona, or on the list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) counts: Counts,
    /// By the rules of which version.
    pub(crate) version: Version,
    /// Of which persona; of none where all of them share it.
    pub(crate) persona: String,
}

impl Figure {
    /// Where its rows are listed, as they were at an instant.
    pub(crate) fn href(
        &self,
        engine: &engine::Engine,
        as_of: Timestamp,
    ) -> Result<String, Failure> {
        let (_, word) =
            Counts::ALL.iter().find(|(counts, _)| *counts == self.counts).expect("all are listed");
        let key = format!("persona.{}.{}.{word}", self.version, self.persona);
        Ok(rows_href(&key, &in_address(engine, as_of)?))
    }

    /// What a key names.
    pub(super) fn of_key(key: &str) -> Option<Figure> {
        let (version, rest) = key.strip_prefix("persona.")?.split_once('.')?;
        let (persona, word) = rest.rsplit_once('.')?;
        let (counts, _) = Counts::ALL.into_iter().find(|(_, known)| *known == word)?;
        let version = Version(version.parse().ok()?);
        Some(Figure { counts, version, persona: persona.to_owned() })
    }

    /// The page that it stands on.
    pub(super) fn page(&self) -> String {
        let list = format!("/agreement/{}/personas", self.version);
        if self.persona.is_empty() { list } else { format!("{list}/{}", encoded(&self.persona)) }
    }

    /// Its rows, and as of when they are true where that is not now.
    pub(super) fn behind(
        &self,
        house: &House,
        as_it_was: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(Behind, Option<Timestamp>), Failure> {
        let (_, agreement) =
            house.app.engine.agreement(self.version).map_err(crate::pages::agreement::absent)?;
        let found = house.personas(self.version, as_it_was, now)?;
        let past = found.past();
        let report = &found.value;
        if self.counts == Counts::WithoutLead {
            let rows = Rows::counted(report.without_lead.rows());
            let title = "Opportunities, won or lost, that came of no known lead".to_owned();
            return Ok((Behind { title, kind: "opportunity", rows, currency: None }, past));
        }
        let named = agreement.personas.iter().find(|persona| persona.id == self.persona);
        let (persona, figures) = named.zip(report.of(&self.persona)).ok_or(Failure::Absent)?;
        let like = format!("like “{}”, by version {}", persona.name, self.version);
        let of_leads = |title, rows| Behind { title, kind: "lead", rows, currency: None };
        let behind = match self.counts {
            Counts::Matches => {
                of_leads(format!("Leads {like}"), Rows::counted(figures.matches.rows()))
            }
            Counts::Unknown => of_leads(
                format!("Leads of which it cannot be said whether they are {like}"),
                Rows::counted(figures.unknown.rows()),
            ),
            Counts::Won | Counts::WithoutLead => {
                let title = format!("Won of the closed opportunities of leads {like}");
                Behind::share(&title, "opportunity", &figures.won)
            }
        };
        Ok((behind, past))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_a_figure_of_a_persona() {
        let figure = Figure::of_key("persona.4.plant-manager.won").unwrap();
        assert_eq!((figure.counts, figure.version), (Counts::Won, Version(4)));
        assert_eq!(figure.page(), "/agreement/4/personas/plant-manager");
        let shared = Figure::of_key("persona.4..without-lead").unwrap();
        assert_eq!(shared.page(), "/agreement/4/personas");
        for key in ["persona.4.a", "persona.x.a.won", "persona.4.a.lost", "agreement.4.late.a"] {
            assert_eq!(Figure::of_key(key), None, "{key}");
        }
    }
}
