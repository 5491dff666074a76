//! Made-up journeys, the same each time.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use insight::{
    channels::Channels,
    journeys::{Ended, Journey, JourneyRefusal, Journeys},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The file of paths.
pub(super) const PATHS: &str = "paths.csv";

const CHANNELS: [&str; 20] = [
    "organic_search",
    "paid_search",
    "email",
    "direct",
    "referral",
    "network_ads",
    "webinar",
    "syndication",
    "display",
    "partner",
    "event",
    "outbound",
    "review_site",
    "podcast",
    "retargeting",
    "social_ads",
    "direct_mail",
    "community",
    "video",
    "affiliate",
];

/// How often the channel of the touch before is touched again.
const AGAIN: f64 = 0.35;

/// A journey goes on after a touch this often, and has at most so many.
const GOES_ON: f64 = 7.0 / 8.0;
const TOUCHES_MAX: usize = 80;

/// How many journeys convert.
const CONVERTS: f64 = 0.05;

/// The most seconds between two touches.
const GAP_MAX: u32 = 8 * 86_400;

/// The first second of any journey, in seconds since 1970.
const FIRST: u64 = 1_700_006_400;

/// Journeys with at least so many touches in all.
pub(super) fn journeys(touches: usize) -> Result<Journeys, JourneyRefusal> {
    let mut channels = Channels::default();
    for name in CHANNELS {
        channels.number(name)?;
    }
    let mut all = Journeys::new(channels, 100);
    let mut rng = StdRng::seed_from_u64(1);
    let often: Vec<f64> = (1..=CHANNELS.len()).map(|rank| 1.0 / (rank as f64).powf(0.9)).collect();
    let whole: f64 = often.iter().sum();
    let (mut touched, mut ages) = (Vec::new(), Vec::new());
    while all.touches() < touches {
        touched.clear();
        ages.clear();
        let mut age = rng.random_range(1..GAP_MAX);
        loop {
            let again = touched.last().copied().filter(|_| rng.random_bool(AGAIN));
            touched.push(again.unwrap_or_else(|| drawn(&often, rng.random_range(0.0..whole))));
            ages.push(age);
            age += rng.random_range(1..GAP_MAX);
            if touched.len() == TOUCHES_MAX || !rng.random_bool(GOES_ON) {
                break;
            }
        }
        ages.reverse();
        let converts = u32::from(rng.random_bool(CONVERTS));
        let value = u64::from(converts) * rng.random_range(100_000..5_000_000);
        let ended = Ended { conversions: converts, nulls: 1 - converts, value };
        all.push(Journey { touched: &touched, ages: &ages, ended, milestones: None })?;
    }
    Ok(all)
}

/// The place at which the sum reaches a number.
fn drawn(often: &[f64], mut at: f64) -> u16 {
    let last = often.len() - 1;
    let found = often.iter().position(|weight| {
        at -= weight;
        at < 0.0
    });
    found.unwrap_or(last) as u16
}

/// One journey that touches every channel once.
pub(super) fn every_channel(of: &Journeys) -> Journeys {
    let touched: Vec<u16> = (0..of.channels.len() as u16).collect();
    let mut one = Journeys::new(of.channels.clone(), of.parts);
    let ended = Ended { conversions: 1, nulls: 1, value: 1 };
    let journey = Journey { touched: &touched, ages: &[], ended, milestones: None };
    one.push(journey).expect("it has touches, and was seen twice");
    one
}

/// Writes the journeys as touches with outcomes, and as paths.
pub(super) fn write(journeys: &Journeys, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let open = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let (mut touches, mut ends, mut paths) =
        (open("touches.csv")?, open("journeys.csv")?, open(PATHS)?);
    writeln!(touches, "journey_id,ts,channel")?;
    writeln!(ends, "journey_id,converted,conv_ts,value_cents")?;
    writeln!(paths, "path;conv;value;null")?;
    for (number, journey) in journeys.of(0..journeys.len()).enumerate() {
        let Ended { conversions, nulls, value } = journey.ended;
        let end = FIRST + u64::from(journey.ages.first().copied().unwrap_or_default());
        for (place, channel) in journey.touched.iter().enumerate() {
            let name = CHANNELS[usize::from(*channel)];
            let age = journey.ages.get(place).copied().map(u64::from);
            // Of journeys that did not convert only the order is kept.
            let at = age.map_or(FIRST + place as u64, |age| end - age);
            writeln!(touches, "{number},{at},{name}")?;
            write!(paths, "{}{name}", if place == 0 { "" } else { " > " })?;
        }
        let at = if conversions > 0 { end } else { 0 };
        writeln!(ends, "{number},{conversions},{at},{value}")?;
        writeln!(paths, ";{conversions};{}.{:02};{nulls}", value / 100, value % 100)?;
    }
    touches.flush()?;
    ends.flush()?;
    paths.flush()
}

#[cfg(test)]
mod tests {
    use insight::{
        attribution::{Model, Terms, attribute},
        gathering::{Eligibility, gather},
        paths, tables,
    };

    use super::*;

    #[test]
    fn the_files_say_what_the_columns_say() {
        let folder = tempfile::tempdir().unwrap();
        let made = journeys(20_000).unwrap();
        write(&made, folder.path()).unwrap();
        let files = ["touches.csv", "journeys.csv"].map(|name| folder.path().join(name));
        let read = tables::read(&files[0], &files[1], &tables::Called::new()).unwrap();
        let eligibility = Eligibility::default();
        let gathered =
            gather(&read.touches, &read.outcomes, read.channels, tables::PARTS, &eligibility);
        let from_paths = paths::read_file(&folder.path().join(PATHS)).unwrap();
        let credit = |journeys: &Journeys, model: Model| -> Vec<(String, i64)> {
            let found = attribute(journeys, &[model], &Terms::default(), 2);
            let credit = found.readings[0].credit.clone().unwrap();
            let names = found.channels.names().iter().cloned();
            let millionths = credit.iter().map(|credit| (credit.conversions * 1e6).round() as i64);
            let mut all: Vec<(String, i64)> = names.zip(millionths).collect();
            all.sort();
            all
        };
        for model in [Model::Markov, Model::U, Model::ShapleyCoverage] {
            let expected = credit(&made, model);
            assert_eq!(credit(&gathered.as_ref().unwrap().journeys, model), expected);
            assert_eq!(credit(&from_paths, model), expected);
        }
        let decay = |journeys: &Journeys| credit(journeys, Model::TimeDecay);
        assert_eq!(decay(&gathered.unwrap().journeys), decay(&made));
    }
}
