//! One deal, shared out by every model: why a channel has its part of it.

use crate::{
    attribution::{Attribution, Model, Reading, Terms},
    cents::apportion,
    channels::ChannelNo,
    journeys::Journey,
    rules::Rule,
};

/// What a channel or a touch has of a deal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The touch, by its place in the journey; `None` where the model only tells channels apart.
    pub touch: Option<usize>,
    /// Its channel.
    pub channel: ChannelNo,
    /// Its share of the deal.
    pub share: f64,
    /// Its part of the value; all parts sum to the deal.
    pub value: i64,
}

/// A model's reading of a deal. It is allocated: summed over all deals, a channel has not quite what
/// models of all journeys at once, such as a Markov chain, give to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DealReading {
    /// Which model.
    pub model: Model,
    /// Its rule, and which touches count.
    pub label: String,
    /// Why the parts are what they are, where the rule alone does not say.
    pub because: Vec<String>,
    /// Who has what; nothing where the model has no answer.
    pub parts: Vec<Part>,
}

/// A share of one as a whole number.
const ONE: f64 = (1_u64 << 40) as f64;

/// How each model that answered shares out one deal. Taking part is no share, so it is not asked.
pub fn read_deal(
    attribution: &Attribution,
    journey: &Journey<'_>,
    value: i64,
    terms: &Terms,
) -> Vec<DealReading> {
    let answered = attribution.readings.iter().filter(|reading| reading.credit.is_ok());
    let read = answered.filter(|reading| reading.model != Model::AnyTouch).map(|reading| {
        let (of, weights) = match reading.model.rule(terms) {
            Some(rule) => by_touch(attribution, rule, journey, terms),
            None => by_channel(reading, journey),
        };
        let whole = weights.iter().sum::<u64>().max(1) as f64;
        let values = apportion(value, &weights);
        let parts = of.into_iter().zip(weights).zip(values);
        let parts = parts.map(|(((touch, channel), weight), value)| Part {
            touch,
            channel,
            share: weight as f64 / whole,
            value,
        });
        DealReading {
            model: reading.model,
            label: reading.label.clone(),
            because: because(attribution, reading, journey),
            parts: parts.collect(),
        }
    });
    read.collect()
}

/// Who can have a part, and with which weights.
type Weighed = (Vec<(Option<usize>, ChannelNo)>, Vec<u64>);

fn by_touch(
    attribution: &Attribution,
    rule: Rule,
    journey: &Journey<'_>,
    terms: &Terms,
) -> Weighed {
    let direct = attribution.channels.find(&terms.direct);
    let touches = journey.touched.iter().enumerate();
    let of = touches.map(|(at, channel)| (Some(at), *channel)).collect();
    (of, rule.shares(journey, direct).unwrap_or_default())
}

/// The channels of a journey, each once, in the order of their first touches, weighed as the model
/// weighs them against each other. Source: domain.md 4.3, reporting per deal.
fn by_channel(reading: &Reading, journey: &Journey<'_>) -> Weighed {
    let distinct = distinct(journey);
    let shares = match reading.model {
        Model::ShapleyCoverage => None,
        _ => reading.shares(),
    };
    let weight = |channel: &ChannelNo| match &shares {
        Some(shares) => (shares[usize::from(*channel)] * ONE).round() as u64,
        None => 1,
    };
    let mut weights: Vec<u64> = distinct.iter().map(weight).collect();
    if weights.iter().all(|weight| *weight == 0) {
        // Channels that the model gives nothing at all still led to this deal between them.
        weights.fill(1);
    }
    (distinct.into_iter().map(|channel| (None, channel)).collect(), weights)
}

fn distinct(journey: &Journey<'_>) -> Vec<ChannelNo> {
    let mut distinct = Vec::new();
    for channel in journey.touched {
        if !distinct.contains(channel) {
            distinct.push(*channel);
        }
    }
    distinct
}

fn because(attribution: &Attribution, reading: &Reading, journey: &Journey<'_>) -> Vec<String> {
    let per_cent = |part: f64| format!("{:.1} %", part * 100.0);
    let name = |channel: &ChannelNo| attribution.channels.name(*channel);
    let Some(shares) = reading.shares() else { return Vec::new() };
    let distinct = distinct(journey);
    let of = |channel: &ChannelNo| shares[usize::from(*channel)];
    let together: f64 = distinct.iter().map(of).sum();
    match (reading.model, &reading.removal) {
        (Model::Markov, Some(removal)) => {
            let effect = |channel: &ChannelNo| {
                format!(
                    "without {}, {} of all conversions are lost; it has {} of all credit, and the \
                     channels of this deal together have {}",
                    name(channel),
                    per_cent(removal.effects[usize::from(*channel)]),
                    per_cent(of(channel)),
                    per_cent(together),
                )
            };
            distinct.iter().map(effect).collect()
        }
        (Model::ShapleyRate, _) => {
            let part = |channel: &ChannelNo| {
                format!(
                    "{} has {} of all credit, and the channels of this deal together have {}",
                    name(channel),
                    per_cent(of(channel)),
                    per_cent(together),
                )
            };
            distinct.iter().map(part).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
