//! The models by name.

use serde::Serialize;

use super::Terms;
use crate::rules::{self, Rule};

/// A model of attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch that is not direct.
    LastNonDirect,
    /// The same to each touch.
    Linear,
    /// By position: 40 first, 40 last, 20 between.
    U,
    /// By milestone: 30 first, 30 lead, 30 opportunity, 10 between.
    W,
    /// By milestone: 22.5 first, lead, opportunity and last, 10 between.
    FullPath,
    /// By position: 20 first, 60 last, 20 between.
    J,
    /// By position: 60 first, 20 last, 20 between.
    InverseJ,
    /// Half as much for each half-life before the outcome.
    TimeDecay,
    /// By weights that were given.
    Custom,
    /// By what a Markov chain loses without each channel.
    Markov,
    /// By Shapley values of what each set of channels covers.
    ShapleyCoverage,
    /// By Shapley values of how well each set of channels converts.
    ShapleyRate,
    /// Every channel that took part, in full: sums to more than everything.
    AnyTouch,
}

impl Model {
    /// Every model.
    pub const ALL: [Model; 15] = [
        Model::First,
        Model::Last,
        Model::LastNonDirect,
        Model::Linear,
        Model::U,
        Model::W,
        Model::FullPath,
        Model::J,
        Model::InverseJ,
        Model::TimeDecay,
        Model::Custom,
        Model::Markov,
        Model::ShapleyCoverage,
        Model::ShapleyRate,
        Model::AnyTouch,
    ];

    /// Its name as it is typed.
    pub fn key(self) -> &'static str {
        match self {
            Model::First => "first",
            Model::Last => "last",
            Model::LastNonDirect => "last-non-direct",
            Model::Linear => "linear",
            Model::U => "u",
            Model::W => "w",
            Model::FullPath => "full-path",
            Model::J => "j",
            Model::InverseJ => "inverse-j",
            Model::TimeDecay => "time-decay",
            Model::Custom => "custom",
            Model::Markov => "markov",
            Model::ShapleyCoverage => "shapley-coverage",
            Model::ShapleyRate => "shapley-rate",
            Model::AnyTouch => "any-touch",
        }
    }

    /// The model of a name.
    pub fn parse(key: &str) -> Option<Model> {
        let key = key.trim().to_lowercase().replace(['_', ' '], "-");
        Model::ALL.into_iter().find(|model| model.key() == key)
    }

    /// The rule by which it shares out each journey by itself, if it does.
    pub fn rule(self, terms: &Terms) -> Option<Rule> {
        Some(match self {
            Model::First => Rule::First,
            Model::Last => Rule::Last,
            Model::LastNonDirect => Rule::LastNonDirect,
            Model::Linear => Rule::Linear,
            Model::U => Rule::Weighted(rules::U),
            Model::W => Rule::Weighted(rules::W),
            Model::FullPath => Rule::Weighted(rules::FULL_PATH),
            Model::J => Rule::Weighted(rules::J),
            Model::InverseJ => Rule::Weighted(rules::INVERSE_J),
            Model::TimeDecay => Rule::TimeDecay { half_life_days: terms.half_life_days },
            Model::Custom => Rule::Weighted(terms.custom?),
            Model::Markov | Model::ShapleyCoverage | Model::ShapleyRate | Model::AnyTouch => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_found_by_its_name() {
        for model in Model::ALL {
            assert_eq!(Model::parse(model.key()), Some(model));
        }
        assert_eq!(Model::parse("Full Path"), Some(Model::FullPath));
        assert_eq!(Model::parse("last_non_direct"), Some(Model::LastNonDirect));
        assert_eq!(Model::parse("magic"), None);
    }
}
