//! One deal: what each touch and each channel has of it.

use insight::{
    attribution::{Attribution, Model, Terms},
    deal::{DealReading, read_deal},
    journeys::Journeys,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::DealAt;
use crate::output::{instant, table};

/// A deal, as every model reads it.
pub(super) struct DealRead {
    key: String,
    value: i64,
    parts: u32,
    /// Each touch: when, and by which channel.
    touches: Vec<(Timestamp, String)>,
    readings: Vec<DealReading>,
    names: Vec<String>,
}

impl DealRead {
    /// Reads it.
    pub(super) fn of(
        at: &DealAt,
        journeys: &Journeys,
        attribution: &Attribution,
        terms: &Terms,
    ) -> DealRead {
        let journey = journeys.get(at.journey);
        let names = attribution.channels.names().to_vec();
        let channels = journey.touched.iter().map(|channel| names[usize::from(*channel)].clone());
        DealRead {
            key: at.key.clone(),
            value: at.value,
            parts: attribution.parts,
            touches: at.touched_at.iter().copied().zip(channels).collect(),
            readings: read_deal(attribution, &journey, at.value, terms),
            names,
        }
    }

    fn name(&self, channel: u16) -> &str {
        &self.names[usize::from(channel)]
    }

    fn money(&self, value: i64) -> String {
        super::words::money(value as f64, self.parts)
    }

    /// In words: who has what by each model, and why.
    pub(super) fn words(&self, lines: &mut Vec<String>) {
        lines.push(format!("Deal {}, {}, allocated", self.key, self.money(self.value)));
        let by_touch = |reading: &&DealReading| reading.parts.iter().all(|p| p.touch.is_some());
        let (touches, channels): (Vec<_>, Vec<_>) = self.readings.iter().partition(by_touch);
        if !touches.is_empty() {
            let rows = self.touches.iter().enumerate().map(|(place, (at, channel))| {
                let of = touches.iter().map(|reading| self.money(reading.parts[place].value));
                [instant(*at, &TimeZone::UTC), channel.clone()].into_iter().chain(of).collect()
            });
            let heads = touches.iter().map(|reading| reading.model.key());
            let heads: Vec<&str> = ["touch", "channel"].into_iter().chain(heads).collect();
            lines.push(table(&heads, rows.collect()));
        }
        if let Some(first) = channels.first() {
            lines.push(String::new());
            let rows = first.parts.iter().enumerate().map(|(place, part)| {
                let of = channels.iter().map(|reading| {
                    let part = &reading.parts[place];
                    format!("{} ({:.1} %)", self.money(part.value), part.share * 100.0)
                });
                std::iter::once(self.name(part.channel).to_owned()).chain(of).collect()
            });
            let heads = channels.iter().map(|reading| reading.model.key());
            let heads: Vec<&str> = std::iter::once("channel").chain(heads).collect();
            lines.push(table(&heads, rows.collect()));
        }
        for reading in &self.readings {
            let why = reading.because.iter();
            lines.extend(why.map(|why| format!("Why, by {}: {why}", reading.model.key())));
        }
        lines.push(String::new());
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let reading = |reading: &DealReading| {
            let parts = reading.parts.iter().map(|part| {
                let at = part.touch.map(|touch| self.touches[touch].0);
                json!({ "touch": part.touch, "at": at, "channel": self.name(part.channel),
                        "share": part.share, "value_minor": part.value })
            });
            json!({ "model": reading.model, "label": reading.label, "because": reading.because,
                    "parts": parts.collect::<Vec<_>>() })
        };
        let readings: Vec<Value> = self.readings.iter().map(reading).collect();
        json!({ "deal": self.key, "value_minor": self.value, "basis": "allocated",
                "readings": readings })
    }

    /// Whether a model reads it.
    pub(super) fn has(&self, model: Model) -> bool {
        self.readings.iter().any(|reading| reading.model == model)
    }
}
