//! Attribution: every model side by side, from one pass over the journeys.
//!
//! A model says where conversions are found, never what made them: association, not effect.

mod label;
mod model;

use domain::rate::PER_CENT_FROM_N;
use serde::Serialize;

use crate::{
    cents::apportion,
    channels::Channels,
    journeys::{Journeys, Kept},
    kept::Damage,
    order::Chain,
    rules::{self, Rule, Weights},
    shapley::{COALITION_JOURNEYS_MIN, Unseen},
    tally::{Asked, Tally},
};

pub use crate::{
    markov::{MarkovRefusal, Removal},
    order::Repeats,
    shapley::RateRefusal,
    tally::Credit,
};
pub use model::Model;

/// What stands under every answer.
pub const NOT_EFFECT: &str = "Association, not effect: what would have happened without a channel, \
only an experiment can tell.";

/// A share of one as a whole number, fine enough for any sum of money.
const FINE: f64 = (1_u64 << 52) as f64;

/// More channels than this say little about each. Source: domain.md 4.3.
const CHANNELS_MANY: usize = 50;

/// How models are to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How long a touch takes to lose half its weight.
    pub half_life_days: u32,
    /// Over how many touches a Markov chain looks back.
    pub order: usize,
    /// Whether a channel that is touched several times running counts each time.
    pub repeats: Repeats,
    /// The weights of [`Model::Custom`].
    pub custom: Option<Weights>,
    /// The name of the channel of those who came by themselves.
    pub direct: String,
    /// From how many journeys on a set of channels has a rate.
    pub coalition_journeys_min: u64,
    /// Which touches count, in words.
    pub eligibility: String,
}

impl Default for Terms {
    /// Seven days, order 1, each repeat, `direct`, 30 journeys, every touch.
    fn default() -> Terms {
        Terms {
            half_life_days: 7,
            order: 1,
            repeats: Repeats::Kept,
            custom: None,
            direct: "direct".to_owned(),
            coalition_journeys_min: COALITION_JOURNEYS_MIN,
            eligibility: "all touches before the outcome".to_owned(),
        }
    }
}

/// Why a model gives no credit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelRefusal {
    /// Nothing converted.
    #[error("no journey converted, so no channel can be credited: choose a longer period")]
    NoConversions,
    /// The rule asks when things came to be.
    #[error(
        "it asks when leads and opportunities came to be, and the input does not say: give outcomes \
         with those instants"
    )]
    NoMilestones,
    /// The rule asks for ages.
    #[error(
        "it asks how old each touch was, and paths do not say: give touches with their instants"
    )]
    NoTimes,
    /// Nobody said what is to be given to what.
    #[error("no weights were given for it: say what first, lead, opportunity, last and middle get")]
    NoWeights,
    /// A chain cannot be had.
    #[error(transparent)]
    Markov(#[from] MarkovRefusal),
    /// Rates cannot be had.
    #[error(transparent)]
    Rate(#[from] RateRefusal),
}

/// What a model says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Which model.
    pub model: Model,
    /// Its rule, and which touches count.
    pub label: String,
    /// Credit by channel, or why there is none.
    pub credit: Result<Vec<Credit>, ModelRefusal>,
    /// What a chain says, where the model is one.
    pub removal: Option<Removal>,
}

/// The answer of every model that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The channels.
    pub channels: Channels,
    /// How many parts one unit of money has.
    pub parts: u32,
    /// How many journeys converted.
    pub conversions: u64,
    /// How many did not.
    pub nulls: u64,
    /// What those that converted were worth, in the smallest parts.
    pub value: u128,
    /// For each channel, how many conversions it took part in; not counted for a chain alone.
    pub took_part: Option<Vec<u64>>,
    /// One for each model, as asked.
    pub readings: Vec<Reading>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// Asks every model about the same journeys.
pub fn attribute(
    journeys: &Journeys,
    models: &[Model],
    terms: &Terms,
    threads: usize,
) -> Attribution {
    let tally = Tally::of(journeys, &asked(&journeys.channels, models, terms), threads);
    let longer = asks_longer(models, terms)
        .then(|| Ok(Chain::of(journeys, terms.order, terms.repeats, threads)?.removal()?));
    let (channels, has_milestones) = (&journeys.channels, journeys.has_milestones());
    Asking { channels, parts: journeys.parts, has_milestones, tally, longer, terms }.all(models)
}

/// Asks every model about journeys that were kept; what it says is what [`attribute`] says of them.
///
/// # Errors
/// [`Damage`] of the file.
pub fn attribute_kept(
    kept: &Kept,
    models: &[Model],
    terms: &Terms,
    threads: usize,
) -> Result<Attribution, Damage> {
    if asks_longer(models, terms) {
        return Ok(attribute(&kept.read()?, models, terms, threads));
    }
    let (channels, has_milestones) = (&kept.channels, kept.has_milestones);
    let tally = kept.tally(&asked(channels, models, terms), threads)?;
    let asking = Asking { channels, parts: kept.parts, has_milestones, tally, longer: None, terms };
    Ok(asking.all(models))
}

/// Whether a chain is asked for that looks back further than the pass counts.
fn asks_longer(models: &[Model], terms: &Terms) -> bool {
    terms.order != 1 && models.contains(&Model::Markov)
}

fn asked(channels: &Channels, models: &[Model], terms: &Terms) -> Asked {
    let rules = || models.iter().filter_map(|model| model.rule(terms));
    let weights = rules().filter_map(|rule| match rule {
        Rule::Weighted(weights) => Some(weights),
        _ => None,
    });
    let half_lives = rules().filter_map(|rule| match rule {
        Rule::TimeDecay { half_life_days } => Some(half_life_days),
        _ => None,
    });
    Asked {
        transitions_alone: models == [Model::Markov],
        weights: weights.collect(),
        half_lives_days: half_lives.collect(),
        direct: channels.find(&terms.direct),
        coalitions: models.contains(&Model::ShapleyRate),
    }
}

struct Asking<'a> {
    channels: &'a Channels,
    parts: u32,
    has_milestones: bool,
    tally: Tally,
    /// What a chain that looks back further says, if it was asked.
    longer: Option<Result<Removal, ModelRefusal>>,
    terms: &'a Terms,
}

impl Asking<'_> {
    fn all(&self, models: &[Model]) -> Attribution {
        let took_part = || {
            let all = self.tally.coverage().participation();
            all.iter().map(|credit| credit.conversions as u64).collect()
        };
        let is_counted = models != [Model::Markov];
        Attribution {
            channels: self.channels.clone(),
            parts: self.parts,
            conversions: self.tally.total().conversions,
            nulls: self.tally.nulls(),
            value: self.tally.total().value,
            took_part: is_counted.then(took_part),
            readings: models.iter().map(|model| self.reading(*model)).collect(),
            warnings: self.warnings(models),
        }
    }

    fn reading(&self, model: Model) -> Reading {
        let removal = (model == Model::Markov).then(|| self.removal());
        let credit = match (&removal, self.tally.total().conversions) {
            (_, 0) => Err(ModelRefusal::NoConversions),
            (Some(removal), _) => removal.clone().map(|removal| self.shared_out(removal.shares())),
            (None, _) => self.credit(model),
        };
        Reading {
            model,
            label: label::of(model, self.terms, self.has_milestones),
            credit,
            removal: removal.and_then(Result::ok),
        }
    }

    fn removal(&self) -> Result<Removal, ModelRefusal> {
        match &self.longer {
            // Repeats change nothing at order 1, and the pass has counted it already.
            None => Ok(self.tally.transitions().removal()?),
            Some(longer) => longer.clone(),
        }
    }

    fn credit(&self, model: Model) -> Result<Vec<Credit>, ModelRefusal> {
        match model {
            Model::AnyTouch => Ok(self.tally.coverage().participation()),
            Model::ShapleyCoverage => Ok(self.tally.coverage().credit()),
            Model::ShapleyRate => {
                let channels = self.channels.len();
                let sets = self.tally.coalitions().ok_or(RateRefusal::Channels { channels })?;
                let least = self.terms.coalition_journeys_min;
                Ok(self.shared_out(sets.values(least, Unseen::BestWithin)?))
            }
            model => {
                let rule = model.rule(self.terms).ok_or(ModelRefusal::NoWeights)?;
                let may_stand_in = rule == Rule::Weighted(rules::W);
                let is_by_milestones =
                    matches!(rule, Rule::Weighted(weights) if weights.asks_for_milestones());
                if is_by_milestones && !may_stand_in && !self.has_milestones {
                    return Err(ModelRefusal::NoMilestones);
                }
                self.tally.credit(rule).ok_or(ModelRefusal::NoTimes)
            }
        }
    }

    /// All conversions and all value in proportion to what is above nothing.
    fn shared_out(&self, values: Vec<f64>) -> Vec<Credit> {
        let whole: f64 = values.iter().map(|value| value.max(0.0)).sum();
        let total = self.tally.total().credit();
        let credit = values.iter().map(|value| {
            let share = if whole > 0.0 { value.max(0.0) / whole } else { 0.0 };
            Credit { conversions: total.conversions * share, value: total.value * share }
        });
        credit.collect()
    }

    fn warnings(&self, models: &[Model]) -> Vec<String> {
        let conversions = self.tally.total().conversions;
        let mut warnings = Vec::new();
        if (1..PER_CENT_FROM_N).contains(&conversions) {
            warnings.push(format!(
                "only {conversions} converted: one more or less moves every share, so read them one \
                 by one"
            ));
        }
        let channels = self.channels.len();
        if channels > CHANNELS_MANY {
            warnings.push(format!(
                "{channels} channels: beyond {CHANNELS_MANY} each has little behind it, so group the \
                 rare ones"
            ));
        }
        let asks = |model: &Model| matches!(model.rule(self.terms), Some(Rule::Weighted(w)) if w.asks_for_milestones());
        if models.iter().any(asks) && self.has_milestones {
            let (lead, opportunity) = self.tally.lacking();
            for (lacking, what) in [(lead, "lead"), (opportunity, "opportunity")] {
                if lacking > 0 {
                    warnings.push(format!(
                        "{lacking} of {conversions} conversions have no touch before the {what} came \
                         to be: its weight went to the others"
                    ));
                }
            }
        }
        warnings
    }
}

impl Attribution {
    /// What a model gives to each channel in hundredths of a unit of money. They sum to everything,
    /// except where each channel that took part has it in full.
    pub fn cents(&self, reading: &Reading) -> Option<Vec<i64>> {
        let credit = reading.credit.as_ref().ok()?;
        let cents = |value: f64| (value / f64::from(self.parts) * 100.0).round();
        if reading.model == Model::AnyTouch {
            return Some(credit.iter().map(|credit| cents(credit.value) as i64).collect());
        }
        let whole = (self.value as f64).max(1.0);
        let parts = credit.iter().map(|credit| (credit.value / whole * FINE).round() as u64);
        Some(apportion(cents(self.value as f64) as i64, &parts.collect::<Vec<_>>()))
    }
}

impl Reading {
    /// The model's parts of all conversions, by channel.
    pub fn shares(&self) -> Option<Vec<f64>> {
        let credit = self.credit.as_ref().ok()?;
        let whole: f64 = credit.iter().map(|credit| credit.conversions).sum();
        Some(credit.iter().map(|credit| credit.conversions / whole).collect())
    }
}

impl Serialize for ModelRefusal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
