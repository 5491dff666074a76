use proptest::prelude::*;

use super::*;

fn rate(hits: u64, n: u64) -> Rate {
    Rate::of(hits, n).unwrap()
}

fn near(value: f64, expected: f64, case: &str) {
    assert!((value - expected).abs() < 1e-12, "{case}: {value} is not {expected}");
}

#[test]
fn wilson_gives_the_vectors() {
    // domain-vectors.json "wilson95"; domain.md 8.3.
    let cases = [
        (14, 40, 0.2213452887317629, 0.5049411916274231),
        (7, 20, 0.18119182410108206, 0.5671457233147638),
        (35, 100, 0.26364248243097527, 0.44745556703112027),
        (2, 5, 0.11762077423264783, 0.769275718723987),
        (0, 5, 0.0, 0.43448246478317476),
        (5, 5, 0.5655175352168251, 1.0),
        (8, 12, 0.39062208887279953, 0.8618799089087867),
        (9, 12, 0.46769466506643426, 0.9110583316059453),
    ];
    for (hits, n, low, high) in cases {
        let interval = rate(hits, n).wilson().unwrap();
        near(interval.low, low, &format!("{hits}/{n} low"));
        near(interval.high, high, &format!("{hits}/{n} high"));
    }
    assert_eq!(rate(0, 0).wilson(), None);
}

#[test]
fn newcombe_gives_the_vectors() {
    // domain-vectors.json "newcombe95"; domain.md 8.3: 14/40 to 22/42 is "no clear change".
    let cases = [
        ((22, 42), (14, 40), -0.03948346866635122, 0.3658647655024125),
        ((84, 2000), (62, 2000), -0.0006670847487541317, 0.022816818825187428),
        ((12, 30), (50, 200), -0.016986934496016376, 0.33512965192362965),
    ];
    for (first, second, low, high) in cases {
        let case = format!("{first:?}-{second:?}");
        let found = Difference::newcombe(rate(first.0, first.1), rate(second.0, second.1)).unwrap();
        near(found.low, low, &case);
        near(found.high, high, &case);
        assert!(!found.is_clear(), "{case}");
    }
    assert!(Difference::newcombe(rate(90, 100), rate(10, 100)).unwrap().is_clear());
    assert_eq!(Difference::newcombe(rate(0, 0), rate(1, 2)), None);
}

#[test]
fn a_screen_says_only_what_n_allows() {
    let cases = [
        (0, 0, "not measurable: nothing was answered"),
        (9, 11, "9 of 11"),
        (0, 1, "0 of 1"),
        (19, 19, "19 of 19"),
        (20, 20, "100 % (84–100 %, n 20)"),
        (0, 20, "0 % (0–16 %, n 20)"),
        (135, 212, "64 % (57–70 %, n 212)"),
        (14, 40, "35 % (22–50 %, n 40)"),
        (4_238, 6_711, "63 % (62–64 %, n 6,711)"),
        (1, 1_000, "< 1 % (0–1 %, n 1,000)"),
        (999, 1_000, "> 99 % (99–100 %, n 1,000)"),
        (1, 200, "1 % (0–3 %, n 200)"),
    ];
    for (hits, n, words) in cases {
        assert_eq!(rate(hits, n).words("nothing was answered"), words, "{hits}/{n}");
    }
}

#[test]
fn more_hits_than_tries_are_no_rate() {
    assert_eq!(Rate::of(3, 2), None);
}

#[test]
fn json_has_the_counts_the_share_and_the_interval() {
    let nothing = r#"{"hits":0,"n":0,"share":null,"low":null,"high":null}"#;
    assert_eq!(serde_json::to_string(&rate(0, 0)).unwrap(), nothing);
    let json = serde_json::to_value(rate(5, 5)).unwrap();
    assert_eq!((json["share"].as_f64(), json["high"].as_f64()), (Some(1.0), Some(1.0)));
    let share = Share::split([("a", true), ("b", false)], "nobody came");
    let json = serde_json::to_value(&share).unwrap();
    assert_eq!(json["words"], "1 of 2");
    assert_eq!((json["hits"][0].as_str(), json["misses"][0].as_str()), (Some("a"), Some("b")));
}

proptest! {
    #[test]
    fn wilson_surrounds_the_share(n in 1_u64..5_000, part in 0.0..=1.0) {
        let found = rate((n as f64 * part) as u64, n);
        let (share, interval) = (found.share().unwrap(), found.wilson().unwrap());
        prop_assert!(0.0 <= interval.low && interval.low <= share);
        prop_assert!(share <= interval.high && interval.high <= 1.0);
    }

    #[test]
    fn the_rows_of_a_share_are_its_number(marks in proptest::collection::vec(any::<bool>(), 0..60)) {
        let share = Share::split(marks.iter().copied().enumerate(), "");
        prop_assert_eq!(share.rate().n(), marks.len() as u64);
        prop_assert_eq!(share.rows().count(), marks.len());
        prop_assert_eq!(share.hits().n(), marks.iter().filter(|mark| **mark).count() as u64);
    }
}
