//! Attribution in words and in CSV.

use domain::money::grouped;
use insight::attribution::{Credit, NOT_EFFECT, Reading};

use super::{Answered, Drawn};
use crate::{
    failure::{Failure, Kind},
    output::table,
};

/// The whole answer.
pub(super) fn of(answered: &Answered) -> String {
    let attribution = &answered.attribution;
    let mut lines = vec![
        format!(
            "{} converted, {} did not; worth {}",
            grouped(attribution.conversions),
            grouped(attribution.nulls),
            money(attribution.value as f64, attribution.parts)
        ),
        NOT_EFFECT.to_owned(),
        String::new(),
    ];
    if let Some(deal) = &answered.deal {
        deal.words(&mut lines);
    } else {
        all(answered, &mut lines);
    }
    let shown = |reading: &&Reading| {
        answered.deal.as_ref().is_none_or(|deal| deal.has(reading.model) || reading.credit.is_err())
    };
    for reading in attribution.readings.iter().filter(shown) {
        let key = reading.model.key();
        lines.push(match &reading.credit {
            Ok(_) => format!("{key}: {}", reading.label),
            Err(refusal) => format!("{key}: no answer: {refusal}"),
        });
    }
    lines.extend(notes(answered));
    lines.join("\n")
}

/// Conversions, value and intervals by channel.
fn all(answered: &Answered, lines: &mut Vec<String>) {
    let attribution = &answered.attribution;
    let read: Vec<&Reading> =
        attribution.readings.iter().filter(|reading| reading.credit.is_ok()).collect();
    if read.is_empty() {
        return;
    }
    let mut part = |title: &str, cell: &dyn Fn(&Reading, usize) -> String| {
        let heads: Vec<&str> =
            std::iter::once(title).chain(read.iter().map(|reading| reading.model.key())).collect();
        let rows = attribution.channels.names().iter().enumerate().map(|(channel, name)| {
            let cells = read.iter().map(|reading| cell(reading, channel));
            std::iter::once(name.clone()).chain(cells).collect()
        });
        lines.push(table(&heads, rows.collect()));
        lines.push(String::new());
    };
    let credit = |reading: &Reading, channel: usize| {
        reading.credit.as_ref().ok().map_or(Credit::default(), |credit| credit[channel])
    };
    part("conversions", &|reading, channel| format!("{:.2}", credit(reading, channel).conversions));
    if attribution.value > 0 {
        part("value", &|reading, channel| {
            let cents = attribution.cents(reading).map_or(0, |cents| cents[channel]);
            money(cents as f64, 100)
        });
    }
    if let Some(drawn) = &answered.intervals {
        part("share in %", &|reading, channel| interval(reading, channel, drawn));
    }
}

fn interval(reading: &Reading, channel: usize, drawn: &Drawn) -> String {
    let share = reading.shares().map_or(0.0, |shares| shares[channel]);
    let of = drawn.of.iter().find(|of| of.model == reading.model);
    match of.and_then(|of| of.shares[channel]) {
        Some(interval) => format!(
            "{:.1} ({:.1} to {:.1})",
            share * 100.0,
            interval.low * 100.0,
            interval.high * 100.0
        ),
        None => format!("{:.1}", share * 100.0),
    }
}

/// What was left out and what to keep in mind.
fn notes(answered: &Answered) -> Vec<String> {
    let mut notes = answered.input.origin.notes.clone();
    notes.extend(answered.attribution.warnings.iter().cloned());
    if let Some(left_out) = &answered.input.origin.left_out {
        let value = money(left_out.untouched_value as f64, answered.attribution.parts);
        let untouched = format!(", worth {value}; nobody is credited for them");
        let told = [
            (left_out.untouched, "conversions with no touch that counts", untouched.as_str()),
            (left_out.too_early, "touches before the window", ""),
            (left_out.excluded, "touches by channels that do not count", ""),
            (left_out.repeated, "touches soon after another of one person and asset", ""),
            (left_out.unended, "journeys that have not ended", "; they count as not converted"),
        ];
        let told = told.iter().filter(|(number, _, _)| *number > 0);
        notes.extend(told.map(|(n, what, then)| format!("{what}: {}{then}", grouped(*n))));
    }
    if let Some(drawn) = &answered.intervals {
        notes.push(format!(
            "95 % of {} draws from seed {} lie within each interval",
            drawn.draws, drawn.seed
        ));
    }
    notes.iter().map(|note| format!("Note: {note}.")).collect()
}

/// A value in whole units, or to the cent where it has cents.
pub(super) fn money(value: f64, parts: u32) -> String {
    let cents = (value / f64::from(parts) * 100.0).round() as i64;
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!("{sign}{}.{:02}", grouped(size / 100), size % 100)
}

/// A line for each model and channel.
pub(super) fn csv(answered: &Answered) -> Result<String, Failure> {
    let attribution = &answered.attribution;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = ["model", "channel", "conversions", "value", "share", "low", "high", "label"];
    let broken = |error: csv::Error| Failure::new(Kind::Failure, error.to_string());
    writer.write_record(heads).map_err(broken)?;
    for reading in &attribution.readings {
        let (Ok(credit), Some(shares)) = (&reading.credit, reading.shares()) else { continue };
        for (channel, name) in attribution.channels.names().iter().enumerate() {
            let drawn = answered.intervals.as_ref();
            let of = drawn.and_then(|drawn| drawn.of.iter().find(|of| of.model == reading.model));
            let interval = of.and_then(|of| of.shares[channel]);
            let end = |end: Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
            let value = credit[channel].value / f64::from(attribution.parts);
            let record = [
                reading.model.key().to_owned(),
                harmless(name),
                credit[channel].conversions.to_string(),
                value.to_string(),
                shares[channel].to_string(),
                end(interval.map(|interval| interval.low)),
                end(interval.map(|interval| interval.high)),
                reading.label.clone(),
            ];
            writer.write_record(record).map_err(broken)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Failure::io("write CSV", error.error()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// A name that a spreadsheet does not run as a formula.
fn harmless(name: &str) -> String {
    let runs = name.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if runs { format!("'{name}") } else { name.to_owned() }
}
