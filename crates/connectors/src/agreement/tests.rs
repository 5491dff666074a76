use std::path::{Path, PathBuf};

use domain::{agreement::Agreement, points::Decay};

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(name: &str) -> AgreementText {
    AgreementText::read_dir(&root().join("samples/agreements").join(name)).unwrap()
}

fn read_sample(name: &str) -> Agreement {
    read(&sample(name)).unwrap_or_else(|mistakes| panic!("{}", shown(&mistakes)))
}

fn shown(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("{mistake}\n")).collect()
}

#[test]
fn the_samples_have_no_mistakes() {
    let small = read_sample("small");
    assert_eq!(small.definitions.len(), 1);
    assert_eq!(small.default_calendar, "workshop");
    let full = read_sample("handbook");
    assert_eq!(full.definitions.len(), 2);
    assert_eq!(full.statuses.len(), 9);
}

#[test]
fn what_fades_by_half_may_be_forgotten_and_what_ends_by_itself_may_not() {
    let with = |decay: &str| {
        let mut files = sample("small").files().clone();
        let text = files.get_mut("agreement.toml").unwrap();
        *text = text.replace("{ steps = [{ up_to = \"30 days\", counts = \"100%\" }] }", decay);
        read(&AgreementText::new(files).unwrap())
    };
    let halves = with("{ half_life = \"30 days\", forgotten_after = \"90 days\" }").unwrap();
    let expected = Decay::HalfLife { seconds: 30 * 86_400, forgotten_after: Some(90 * 86_400) };
    assert_eq!(halves.definitions[0].components[0].decay, Some(expected));
    let mistakes = with("{ linear_over = \"30 days\", forgotten_after = \"9 days\" }").unwrap_err();
    assert!(shown(&mistakes).contains("the others end by themselves"), "{}", shown(&mistakes));
}

#[test]
fn every_mistake_of_a_bad_folder_is_found_in_one_go() {
    let dir = root().join("crates/connectors/src/agreement/tests/bad");
    let text = AgreementText::read_dir(&dir).unwrap();
    let mistakes = read(&text).unwrap_err();
    let found = shown(&mistakes);
    let golden = dir.join("expected.txt");
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&golden).unwrap());
}

#[test]
fn while_a_file_is_not_toml_nothing_is_called_missing() {
    let mut files = sample("handbook").files().clone();
    let statuses = files.get_mut("statuses.toml").unwrap();
    statuses.insert_str(0, "[[status]\nkey = \"Raw\"\n");
    let trial = files.get_mut("definition-trial.toml").unwrap();
    *trial = trial.replace("points = 10", "points = ten").replace("days = 40", "days = \"40\"");
    let mistakes = read(&AgreementText::new(files).unwrap()).unwrap_err();
    let found = shown(&mistakes);
    assert!(
        mistakes.iter().all(|m| !m.what.contains("missing") && !m.what.contains("There is no")),
        "{found}"
    );
    assert!(found.contains("statuses.toml:1:"), "{found}");
    assert!(found.contains("This is not TOML"), "{found}");
    assert!(found.contains("\"days\" must be a whole number"), "{found}");
}

#[test]
fn an_empty_text_says_what_an_agreement_needs() {
    let text = AgreementText::new([("a.toml".to_owned(), String::new())].into()).unwrap();
    let found = shown(&read(&text).unwrap_err());
    for part in
        ["[agreement]", "for marketing", "for sales", "no calendar", "no status", "no definition"]
    {
        assert!(found.contains(part), "{part}: {found}");
    }
}

#[test]
fn sections_can_stand_in_any_file() {
    let one: String = sample("handbook").files().values().map(|f| format!("{f}\n")).collect();
    let text = AgreementText::new([("all.toml".to_owned(), one)].into()).unwrap();
    let one = read(&text).unwrap_or_else(|mistakes| panic!("{}", shown(&mistakes)));
    let many = read_sample("handbook");
    assert_eq!(one.definitions, many.definitions);
    assert_eq!(one.clauses, many.clauses);
}

#[test]
fn an_inline_table_may_run_over_lines() {
    let small = sample("small");
    let text = &small.files()["agreement.toml"];
    let limit = "{ times = 1, per = \"day\", counted = \"calendar\" }";
    let long = limit.replace(", ", ",\n    ").replace(" }", ",\n  }");
    assert!(text.contains(limit));
    let text = [("agreement.toml".to_owned(), text.replace(limit, &long))].into();
    read(&AgreementText::new(text).unwrap())
        .unwrap_or_else(|mistakes| panic!("{}", shown(&mistakes)));
}

#[test]
fn what_is_not_toml_is_shown_where_it_is() {
    let file = "[agreement]\ntitle = \"A\ntitle = 'B'\nzone == 3\n[[party\n";
    let text = AgreementText::new([("a.toml".to_owned(), file.to_owned())].into()).unwrap();
    let found = shown(&read(&text).unwrap_err());
    let lines: Vec<&str> = found.lines().filter(|line| line.starts_with("a.toml")).collect();
    let expected = [
        "a.toml:2:11: This is not TOML: invalid basic string, expected `\"`.",
        "a.toml:3:1: This is not TOML: duplicate key.",
        "a.toml:4:7: This is not TOML: extra `=`, expected nothing.",
        "a.toml:5:8: This is not TOML: unclosed array table, expected `]]`.",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_handbook_means_what_the_firm_published() {
    use domain::{
        agreement::{
            definition::{Award, FloorActs, Limit, LooksAt, ResetTo, Window},
            service::{Hours, OnTransfer, Target, Warn, ZonePolicy},
        },
        ids::SubjectKind,
        points::Points,
    };
    let agreement = read_sample("handbook");
    let main = &agreement.definitions[0];
    assert_eq!(main.id, "mql");
    assert_eq!(main.components[1].cap, Some(Points::whole(70)));
    assert_eq!(main.components[0].stops_above_total, Some(Points::whole(300)));
    assert_eq!(main.components[0].floor.unwrap().acts, FloorActs::Nightly);
    let rule = |id: &str| main.rules.iter().find(|rule| rule.id == id).unwrap();
    let key_page = rule("key-page");
    assert_eq!(key_page.award, Award::Points(Points::whole(25)));
    let week = Window::RollingDays(7);
    assert_eq!(key_page.limit, Limit::Times { times: 1, window: week });
    assert_eq!(rule("silence").looks_at, LooksAt::Inactivity { days: 30 });
    assert_eq!(rule("webcast").looks_at, LooksAt::Activities { only_success: true });
    assert_eq!(rule("propensity").looks_at, LooksAt::Change("propensity".into()));
    assert_eq!(rule("unsubscribed").award, Award::Empties);
    assert_eq!(main.resets[0].to, ResetTo::ValueAt("Inquiry".into()));
    assert_eq!(agreement.definitions[1].ends.as_ref().unwrap().days, 40);
    let level = |id: &str| agreement.service_levels.iter().find(|level| level.id == id).unwrap();
    let first = level("new-mql-lead");
    assert_eq!(first.target, Target::Time(jiff::SignedDuration::from_hours(2)));
    assert_eq!((&first.hours, &first.zone), (&Hours::OfOwner, &ZonePolicy::Owner));
    assert_eq!((first.on_transfer, first.most_clocks), (OnTransfer::Restart, Some(10)));
    assert_eq!(level("contact-us").target, Target::WorkingDays(1));
    let stale = level("stale-small");
    assert_eq!(stale.on, SubjectKind::Opportunity);
    assert_eq!(stale.warn, Warn::After(jiff::SignedDuration::from_hours(7 * 24)));
    assert_eq!(stale.renews_on.len(), 3);
    let status = |word: &str| agreement.status(word).unwrap();
    assert!(status("Inquiry").may_follow("Raw") && !status("Inquiry").may_follow("MQL"));
    assert!(status("Raw").from.as_ref().is_some_and(Vec::is_empty));
    let reasons = &status("Disqualified").reasons;
    assert_eq!(reasons.last().map(|reason| reason.kinds.len()), Some(4));
    assert_eq!(agreement.capacities[0].taken_on_in_30_days(), 10);
    let milestones: Vec<&str> = agreement.milestones.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(milestones, ["accepted", "qualified"]);
    assert_eq!(agreement.stage("1-discovery").unwrap().key, "Discovery");
    let order: Vec<&str> = agreement.clauses.iter().map(|clause| clause.no.as_str()).collect();
    assert_eq!(order[..6], ["1", "2", "3", "3.1", "3.2", "3.3"]);
    assert_eq!(order[order.len() - 6..], ["5.5.2", "5.5.3", "6", "7", "8", "8.1"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]

    /// Cut, doubled and strewn with signs, a text is read or refused, and every mistake can be
    /// shown.
    #[test]
    fn no_text_makes_the_reader_fail(
        edits in proptest::collection::vec(
            (proptest::prelude::any::<proptest::sample::Index>(), 0_usize..40, 0_usize..14), 1..6),
        is_large in proptest::prelude::any::<bool>(),
    ) {
        let signs = ["", "\"", "'", "]", "[", "{", "=", "\n", "\\", "é", "(", "0", "''' ", "&& !"];
        let mut files = sample(if is_large { "handbook" } else { "small" }).files().clone();
        files.retain(|name, _| !name.starts_with("definition-main") || edits.len() > 4);
        for (at, cut, sign) in edits {
            let count = files.len();
            let file = files.values_mut().nth(at.index(count)).unwrap();
            let chars: Vec<char> = file.chars().collect();
            let from = at.index(chars.len() + 1);
            let to = (from + cut).min(chars.len());
            *file = chars[..from].iter().collect::<String>() + signs[sign];
            file.extend(&chars[to..]);
        }
        if let Err(mistakes) = read(&AgreementText::new(files).unwrap()) {
            proptest::prop_assert!(!mistakes.is_empty());
            shown(&mistakes);
        }
    }
}
