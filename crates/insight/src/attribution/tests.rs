use std::{fs::File, io::Read as _, path::PathBuf};

use super::*;
use crate::{
    journeys::tests::{journeys, worked},
    paths,
};

fn credit(attribution: &Attribution, model: Model) -> &[Credit] {
    let reading = attribution.readings.iter().find(|reading| reading.model == model).unwrap();
    reading.credit.as_ref().unwrap()
}

#[test]
fn the_worked_example_is_answered_side_by_side() {
    let terms = Terms { coalition_journeys_min: 1, ..Terms::default() };
    let found = attribute(&worked(), &Model::ALL, &terms, 2);
    let conversions = |model| -> Vec<f64> {
        credit(&found, model).iter().map(|credit| credit.conversions).collect()
    };
    // Source: domain.md 4.3, credits of four conversions.
    for (found, expected) in
        conversions(Model::Markov).iter().zip([1.049_180_327_868_852_5, 2.622_950_819_672_131])
    {
        assert!((found - expected).abs() < 1e-12);
    }
    assert_eq!(conversions(Model::First), [3.0, 1.0, 0.0]);
    assert_eq!(conversions(Model::AnyTouch), [3.0, 4.0, 1.0]);
    assert_eq!((found.conversions, found.nulls, found.value), (4, 8, 400));
    let refused = |model| {
        let reading = found.readings.iter().find(|reading| reading.model == model).unwrap();
        reading.credit.clone().unwrap_err()
    };
    assert_eq!(refused(Model::Custom), ModelRefusal::NoWeights);
    assert_eq!(refused(Model::FullPath), ModelRefusal::NoMilestones);
    assert_eq!(refused(Model::TimeDecay), ModelRefusal::NoTimes);
}

#[test]
fn too_little_data_is_refused_or_warned_of() {
    let found = attribute(&worked(), &[Model::ShapleyRate], &Terms::default(), 1);
    let few = RateRefusal::Journeys { few: 4, all: 4, least: 30 };
    assert_eq!(found.readings[0].credit, Err(few.into()));
    assert!(found.warnings[0].starts_with("only 4 converted"), "{:?}", found.warnings);
    let won = attribute(&journeys(&[("A B", 3, 0, 0)]), &[Model::Markov], &Terms::default(), 1);
    assert_eq!(won.readings[0].credit, Err(MarkovRefusal::NoNulls.into()));
    let none = attribute(&journeys(&[("A B", 0, 3, 0)]), &[Model::Linear], &Terms::default(), 1);
    assert_eq!(none.readings[0].credit, Err(ModelRefusal::NoConversions));
}

#[test]
fn of_no_journeys_every_model_says_that_nothing_converted() {
    let found = attribute(&journeys(&[]), &Model::ALL, &Terms::default(), 2);
    for reading in &found.readings {
        assert_eq!(reading.credit, Err(ModelRefusal::NoConversions), "{:?}", reading.model);
    }
}

#[test]
fn every_model_says_its_rule_and_which_touches_count() {
    let terms = Terms { order: 2, ..Terms::default() };
    let found = attribute(&worked(), &Model::ALL, &terms, 1);
    let label =
        |model: Model| &found.readings.iter().find(|reading| reading.model == model).unwrap().label;
    assert_eq!(
        label(Model::U),
        "40 first touch, 40 last touch, 20 between; what has no touch goes to the others in \
         proportion; all touches before the outcome"
    );
    assert!(label(Model::W).contains("the touch half-way stands for the lead"));
    assert!(
        label(Model::Markov).starts_with("Markov of order 2, solved exactly, repeated touches")
    );
    for reading in &found.readings {
        assert!(reading.label.ends_with("; all touches before the outcome"), "{}", reading.label);
    }
}

#[test]
fn cents_by_channel_sum_to_everything() {
    let found = attribute(&worked(), &Model::ALL, &Terms::default(), 1);
    for reading in found.readings.iter().filter(|reading| reading.credit.is_ok()) {
        let sum: i64 = found.cents(reading).unwrap().iter().sum();
        let expected = if reading.model == Model::AnyTouch { 300 + 400 + 100 } else { 400 };
        assert_eq!(sum, expected, "{:?}", reading.model);
    }
}

/// A published sample of 10,000 paths; where `LOCKSTEP_DATA` names none, the test is skipped.
fn published() -> Option<(PathBuf, Journeys)> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from);
    let folder = root.map(|root| root.join("attribution-paths")).filter(|folder| folder.is_dir());
    let Some(folder) = folder else {
        println!("skipped: LOCKSTEP_DATA names no folder of published paths");
        return None;
    };
    let mut text = String::new();
    let packed = File::open(folder.join("paths.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    Some((folder, paths::read(text.as_bytes()).unwrap()))
}

/// Rows of a file of expected figures: the channel, then its cells by column.
fn expected(file: PathBuf) -> Vec<(String, Vec<(String, f64)>)> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells = heads.iter().zip(&row).skip(1);
        let cells = cells.map(|(head, cell)| (head.clone(), cell.parse().unwrap()));
        (row[0].to_owned(), cells.collect())
    });
    rows.collect()
}

#[test]
fn published_paths_come_out_to_a_millionth() {
    let Some((folder, journeys)) = published() else { return };
    let models =
        [Model::First, Model::Last, Model::Linear, Model::U, Model::AnyTouch, Model::Markov];
    let found = attribute(&journeys, &models, &Terms::default(), 2);
    let near = |found: f64, expected: f64, what: &str| {
        assert!((found - expected).abs() <= 1e-6, "{what}: {found} is not {expected}");
    };
    let model = |column: &str| match column {
        "position40-20-40" => Model::U,
        "any_touch" => Model::AnyTouch,
        "markov1" => Model::Markov,
        other => Model::parse(other).unwrap(),
    };
    let removal = found.readings.last().unwrap().removal.as_ref().unwrap();
    for (file, is_value) in [("expected.csv", false), ("expected-value.csv", true)] {
        let rows = expected(folder.join(file));
        assert_eq!(rows.len(), 12);
        for (channel, cells) in rows {
            let channel = usize::from(journeys.channels.find(&channel).unwrap());
            for (column, expected) in cells {
                if column == "removal_effect" {
                    near(removal.effects[channel], expected, &column);
                    continue;
                }
                let credit = credit(&found, model(&column))[channel];
                let value = credit.value / f64::from(paths::PARTS);
                near(if is_value { value } else { credit.conversions }, expected, &column);
            }
        }
    }
}

#[test]
fn published_paths_convert_as_often_at_every_order() {
    let Some((_, journeys)) = published() else { return };
    for order in 2..=5 {
        let terms = Terms { order, ..Terms::default() };
        let found = attribute(&journeys, &[Model::Markov], &terms, 2);
        let rate = found.conversions as f64 / (found.conversions + found.nulls) as f64;
        let removal = found.readings[0].removal.as_ref().unwrap();
        assert!((removal.converting - rate).abs() < 1e-11, "{order}: {}", removal.converting);
    }
}
