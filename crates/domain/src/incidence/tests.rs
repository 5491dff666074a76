use proptest::prelude::*;

use super::*;
use Ending::{Came, Competing, Open};

fn incidence(followed: &[(i64, Ending)]) -> Incidence<usize> {
    let followed = followed.iter().enumerate();
    let followed =
        followed.map(|(row, (after, ending))| Followed { row, after: *after, ending: *ending });
    Incidence::of(SpanUnit::Days, followed)
}

#[test]
fn the_worked_example_comes_out() {
    // domain-vectors.json "cif"; domain.md 1.5: 17/36 after 14 days, not 4/10, 4/6 or 56.3 %.
    let ten = [
        (2, Came),
        (3, Competing),
        (5, Came),
        (5, Open),
        (8, Came),
        (9, Competing),
        (12, Open),
        (14, Came),
        (20, Open),
        (30, Open),
    ];
    let found = incidence(&ten);
    let cases = [
        (0, 0.0),
        (2, 1.0 / 10.0),
        (4, 1.0 / 10.0),
        (5, 1.0 / 5.0),
        (8, 19.0 / 60.0),
        (14, 17.0 / 36.0),
        (30, 17.0 / 36.0),
    ];
    for (wait, expected) in cases {
        let share = found.at(wait).unwrap();
        assert!((share - expected).abs() < 1e-12, "{wait} days: {share}");
    }
    assert_eq!(found.at(31), None, "nobody was followed so long");
}

#[test]
fn nothing_followed_has_no_incidence() {
    assert_eq!(incidence(&[]).at(0), None);
    assert_eq!(incidence(&[(3, Open)]).at(3), Some(0.0));
    assert_eq!(incidence(&[(3, Came)]).at(400), Some(1.0), "nobody is left to wait for");
}

proptest! {
    #[test]
    fn with_nothing_open_it_is_the_plain_share(
        ended in proptest::collection::vec((0_i64..40, any::<bool>()), 1..50)
    ) {
        let ended: Vec<_> = ended
            .into_iter()
            .map(|(after, came)| (after, if came { Came } else { Competing }))
            .collect();
        let came = ended.iter().filter(|(_, ending)| *ending == Came).count();
        let found = incidence(&ended);
        prop_assert!((found.at(40).unwrap() - came as f64 / ended.len() as f64).abs() < 1e-9);
        let listed: u64 = found.steps().iter().map(|s| s.came.n() + s.competing.n()).sum();
        prop_assert_eq!(listed, found.n());
    }
}
