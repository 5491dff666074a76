use proptest::prelude::*;

use super::*;

fn deal(id: u32, outcome: Outcome, amount: Option<(i64, &str)>) -> OpportunityRow<u32> {
    OpportunityRow {
        id,
        dimensions: Dimensions::new(),
        outcome,
        amount: amount.map(|(amount_minor, code)| Money {
            amount_minor,
            currency: Currency::parse(code).unwrap(),
        }),
        opened_on: None,
        closed_on: None,
        stage: None,
    }
}

fn total(rows: &[OpportunityRow<u32>]) -> Pipeline<u32> {
    pipeline(rows, None).total
}

#[test]
fn win_rates_give_the_worked_example() {
    // domain.md 1.7: W18 L22 ND32, 45.0 % narrow and 25.0 % broad.
    let outcomes = [(Outcome::Won, 18), (Outcome::Lost, 22), (Outcome::NoDecision, 32)];
    let rows: Vec<_> = outcomes
        .into_iter()
        .flat_map(|(outcome, n)| (0..n).map(move |_| outcome))
        .zip(0..)
        .map(|(outcome, id)| deal(id, outcome, None))
        .collect();
    let found = total(&rows);
    assert_eq!(found.win_rate_narrow.share(), Some(0.45));
    assert_eq!(found.win_rate_broad.share(), Some(0.25));
    assert_eq!((found.closed.n(), found.won_without_amount.n()), (72, 18));
    assert_eq!(found.not_won_without_amount.n(), 54);
}

#[test]
fn currencies_are_never_mixed() {
    let rows = [
        deal(1, Outcome::Won, Some((300, "EUR"))),
        deal(2, Outcome::Won, Some((101, "EUR"))),
        deal(3, Outcome::Won, Some((900, "USD"))),
        deal(4, Outcome::Lost, Some((400, "EUR"))),
        deal(5, Outcome::NoDecision, Some((799, "EUR"))),
        deal(6, Outcome::Open, Some((50, "USD"))),
        deal(7, Outcome::Won, None),
        deal(8, Outcome::Open, None),
    ];
    let found = total(&rows);
    let [eur, usd] = &found.currencies[..] else { panic!("two currencies") };
    assert_eq!((eur.won.total(), usd.won.total(), usd.open.total()), (401, 900, 50));
    assert_eq!(eur.average_won.unwrap().to_string(), "2.01 EUR");
    assert_eq!(eur.win_rate_narrow.value(), Some(401.0 / 801.0));
    assert_eq!(eur.win_rate_broad.value(), Some(401.0 / 1600.0));
    assert_eq!(usd.won.parts(), [Part { row: 3, value: 900 }]);
    assert_eq!(found.won_without_amount.rows(), [7]);
    assert_eq!(found.open_without_amount.rows(), [8]);
}

#[test]
fn by_value_nothing_is_won_100_per_cent_for_want_of_amounts() {
    let why = Measure::Cannot("what was not won has no amounts");
    for lost in [None, Some((0, "EUR"))] {
        let rows = [deal(1, Outcome::Won, Some((300, "EUR"))), deal(2, Outcome::Lost, lost)];
        let found = total(&rows);
        assert_eq!(found.currencies[0].win_rate_narrow, why, "{lost:?}");
        assert_eq!(found.currencies[0].win_rate_broad, why, "{lost:?}");
    }
    let undecided = [
        deal(1, Outcome::Won, Some((300, "EUR"))),
        deal(2, Outcome::Lost, Some((100, "EUR"))),
        deal(3, Outcome::NoDecision, None),
    ];
    let found = total(&undecided);
    assert_eq!(found.currencies[0].win_rate_narrow.value(), Some(0.75));
    assert_eq!(found.currencies[0].win_rate_broad, why);
}

#[test]
fn cycles_of_the_won_and_the_lost_are_apart() {
    let dated = |id, outcome, opened: &str, closed: &str| OpportunityRow {
        opened_on: Some(opened.parse().unwrap()),
        closed_on: Some(closed.parse().unwrap()),
        ..deal(id, outcome, None)
    };
    let rows = [
        dated(1, Outcome::Won, "2026-01-01", "2026-01-11"),
        dated(2, Outcome::Won, "2026-01-01", "2026-01-01"),
        dated(3, Outcome::Won, "2026-01-02", "2026-01-01"),
        deal(4, Outcome::Won, None),
        dated(5, Outcome::Lost, "2026-01-01", "2026-03-01"),
        deal(6, Outcome::Open, None),
    ];
    let found = total(&rows);
    assert_eq!(found.cycle_won.days.median(), Some(5.0));
    assert_eq!(found.cycle_won.days.n(), 2);
    assert_eq!(found.cycle_won.days.open().rows(), [6]);
    assert_eq!(found.cycle_won.backwards.rows(), [3]);
    assert_eq!(found.cycle_won.undated.rows(), [4]);
    assert_eq!(found.cycle_lost.days.median(), Some(59.0));
}

#[test]
fn nothing_at_all_is_not_measurable() {
    let found = total(&[]);
    assert_eq!(found.win_rate_narrow.words(), "not measurable: nothing was decided");
    assert!(found.currencies.is_empty() && found.open_by_stage.is_empty());
    assert_eq!(found.cycle_won.days.median(), None);
}

#[test]
fn open_ones_are_counted_by_stage() {
    let mut rows = [1, 2, 3].map(|id| deal(id, Outcome::Open, None));
    rows[0].stage = Some("Engaging".to_owned());
    rows[1].stage = Some(String::new());
    let stages: Vec<_> =
        total(&rows).open_by_stage.iter().map(|entry| entry.stage.to_string()).collect();
    assert_eq!(stages, ["Engaging", "(blank)", "not known"]);
}

proptest! {
    #[test]
    fn groups_add_up_to_the_total(
        deals in proptest::collection::vec((0_u8..4, 0_i64..1_000, 0_u8..3), 0..80)
    ) {
        let outcomes = [Outcome::Open, Outcome::Won, Outcome::Lost, Outcome::NoDecision];
        let rows: Vec<_> = deals.iter().zip(0..).map(|((outcome, amount, region), id)| {
            let mut row = deal(id, outcomes[usize::from(*outcome)], Some((*amount, "EUR")));
            if *region > 0 {
                row.dimensions.insert("region".to_owned(), "x".repeat(usize::from(*region) - 1));
            }
            row
        }).collect();
        let found = pipeline(&rows, Some("region"));
        let revenue = |figures: &Pipeline<u32>| -> i64 {
            figures.currencies.iter().map(|entry| entry.won.total()).sum()
        };
        let groups = || found.groups.iter().map(|group| &group.figures);
        prop_assert_eq!(groups().map(revenue).sum::<i64>(), revenue(&found.total));
        prop_assert_eq!(groups().map(|f| f.won.n()).sum::<u64>(), found.total.won.n());
        prop_assert_eq!(found.total.open.n() + found.total.closed.n(), rows.len() as u64);
        let rated = found.total.win_rate_narrow.rate();
        prop_assert_eq!(rated.n(), found.total.won.n() + found.total.lost.n());
    }
}
