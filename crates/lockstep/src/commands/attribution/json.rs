//! Attribution for machines.

use insight::attribution::{NOT_EFFECT, Reading};
use serde_json::{Map, Value, json};

use super::{Answered, Drawn};

/// The whole answer.
pub(super) fn of(answered: &Answered) -> Value {
    let attribution = &answered.attribution;
    let drawn = answered.intervals.as_ref();
    let models = attribution.readings.iter().map(|reading| model(answered, reading, drawn));
    json!({
        "source": answered.input.origin.source,
        "basis": NOT_EFFECT,
        "eligibility": answered.input.origin.eligibility,
        "conversions": attribution.conversions,
        "not_converted": attribution.nulls,
        "value": attribution.value as f64 / f64::from(attribution.parts),
        "channels": attribution.channels.names(),
        "left_out": answered.input.origin.left_out,
        "models": models.collect::<Vec<_>>(),
        "intervals": drawn.map(|drawn| json!({ "draws": drawn.draws, "seed": drawn.seed })),
        "deal": answered.deal.as_ref().map(super::deal::DealRead::json),
        "warnings": attribution.warnings,
        "notes": answered.input.origin.notes,
    })
}

fn model(answered: &Answered, reading: &Reading, drawn: Option<&Drawn>) -> Value {
    let attribution = &answered.attribution;
    let names = attribution.channels.names();
    let shares = reading.shares().unwrap_or_default();
    let of = drawn.and_then(|drawn| drawn.of.iter().find(|of| of.model == reading.model));
    let credit = reading.credit.as_ref().ok().map(|credit| {
        let line = |(channel, credit): (usize, &insight::attribution::Credit)| {
            let interval = of.and_then(|of| of.shares[channel]);
            json!({
                "channel": names[channel],
                "conversions": credit.conversions,
                "value": credit.value / f64::from(attribution.parts),
                "share": shares[channel],
                "interval": interval,
                "took_part": attribution.took_part.as_ref().map(|all| all[channel]),
            })
        };
        credit.iter().enumerate().map(line).collect::<Vec<_>>()
    });
    let removal = reading.removal.as_ref().map(|removal| {
        let effects = names.iter().zip(&removal.effects);
        let effects: Map<String, Value> =
            effects.map(|(name, effect)| (name.clone(), json!(effect))).collect();
        json!({ "converting": removal.converting, "effects": effects })
    });
    json!({
        "model": reading.model,
        "label": reading.label,
        "credit": credit,
        "refused": reading.credit.as_ref().err(),
        "removal": removal,
    })
}
