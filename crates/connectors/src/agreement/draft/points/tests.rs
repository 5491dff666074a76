use std::path::Path;

use domain::{condition::Root, points::Points};

use super::*;
use crate::agreement::read;

fn sample(name: &str) -> AgreementText {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name);
    AgreementText::read_dir(&folder).unwrap()
}

fn points(agreement: &Agreement) -> NewPoints {
    let kind = agreement.activities.keys().next().unwrap().clone();
    NewPoints {
        rules: vec![
            (Thing::Did(kind.clone()), 27),
            (Thing::Is(Root::Lead, "source".to_owned(), "a \"web\" form".into()), 10),
            (Thing::Holds(Root::Lead, "is_known".to_owned()), -12),
            (Thing::From(Root::Account, "employees".to_owned(), 200), 7),
        ],
        threshold: 31,
        says: "Qualified from 31 points on.".to_owned(),
        by_us: BTreeSet::from([kind]),
    }
}

/// Declares the fields that the new rules ask for.
fn declared(text: &AgreementText) -> AgreementText {
    let mut files = text.files().clone();
    let fields = "[fields.lead]\nsource = \"text\"\nis_known = \"bool\"\n\n[fields.account]\nemployees = \"number\"\n";
    for content in files.values_mut() {
        let kept = content.split_inclusive('\n').filter(|line| {
            let declared = ["source = \"text\"", "is_known = \"bool\"", "employees = \"number\""];
            !declared.contains(&line.trim_end())
        });
        *content = kept.collect();
    }
    let has_tables = files.values().any(|content| content.contains("[fields.lead]"));
    if has_tables {
        for content in files.values_mut() {
            *content = content
                .replace(
                    "[fields.lead]\n",
                    "[fields.lead]\nsource = \"text\"\nis_known = \"bool\"\n",
                )
                .replace("[fields.account]\n", "[fields.account]\nemployees = \"number\"\n");
        }
    } else {
        files.insert("zz.toml".to_owned(), fields.to_owned());
    }
    let is_account = files.values().any(|content| content.contains("[fields.account]"));
    if !is_account {
        files.insert("zz.toml".to_owned(), "[fields.account]\nemployees = \"number\"\n".to_owned());
    }
    AgreementText::new(files).unwrap()
}

#[test]
fn a_definition_written_anew_reads_and_keeps_the_rest() {
    for name in ["firm/v4", "agreements/small", "agreements/routing"] {
        let text = declared(&sample(name));
        let agreement = read(&text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        let definition = &agreement.definitions[0];
        let points = points(&agreement);
        let written = with_points(&text, &agreement, definition, &points).unwrap();
        let key = format!("definition/{}", definition.id);
        let changed = edit::change_part(&text, &key, &written).unwrap();
        let read = read(&changed).unwrap_or_else(|mistakes| panic!("{written}\n{mistakes:?}"));
        let anew = &read.definitions[0];
        let earned: Vec<i64> = anew
            .rules
            .iter()
            .map(|rule| match rule.award {
                domain::agreement::definition::Award::Points(points) => points.0,
                _ => panic!("{rule:?}"),
            })
            .collect();
        assert_eq!(earned, [27, 10, -12, 7].map(|points| Points::whole(points).0), "{name}");
        assert_eq!(anew.says, points.says);
        assert_eq!(anew.components.len(), 2);
        assert_eq!(
            (&anew.id, &anew.clause, &anew.exclusions, &anew.from_statuses, &anew.applies_when),
            (
                &definition.id,
                &definition.clause,
                &definition.exclusions,
                &definition.from_statuses,
                &definition.applies_when
            )
        );
    }
}

#[test]
fn things_are_said_in_words() {
    let agreement = read(&sample("firm/v4")).unwrap();
    let said = points(&agreement)
        .rules
        .iter()
        .map(|(thing, _)| words_of(thing, &agreement))
        .collect::<Vec<_>>();
    let did = &agreement.activities.values().next().unwrap().label;
    assert_eq!(
        said,
        [did.as_str(), "Came by a \"web\" form", "Is known", "Employees is 200 or more"]
    );
}
