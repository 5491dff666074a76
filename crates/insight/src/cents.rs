//! Money shared out to the cent.

/// Shares an amount out in proportion to `parts`: each is rounded down, and the cents that are left
/// go to the largest fractions, of equal ones to the earliest. They sum to the amount exactly; of no
/// parts at all nobody gets anything.
///
/// Source: domain.md 4.2, the rounding rule (largest remainder).
pub fn apportion(amount: i64, parts: &[u64]) -> Vec<i64> {
    let whole: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let size = u128::from(amount.unsigned_abs());
    // A part is under 2^64 and an amount under 2^63, so their product fits.
    let exact = parts.iter().map(|part| size * u128::from(*part));
    let (mut cents, left): (Vec<u128>, Vec<u128>) =
        exact.map(|exact| (exact / whole, exact % whole)).unzip();
    let missing = size - cents.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(left[*at]), *at));
    for at in order.into_iter().take(missing as usize) {
        cents[at] += 1;
    }
    cents.into_iter().map(|cents| cents as i64 * amount.signum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cents_that_are_left_go_to_the_largest_fraction_then_to_the_earliest() {
        let cases: [(i64, &[u64], &[i64]); 6] = [
            (100, &[1, 1, 1], &[34, 33, 33]),
            (101, &[1, 1, 1], &[34, 34, 33]),
            (10, &[2, 1, 1], &[5, 3, 2]),
            (-100, &[1, 1, 1], &[-34, -33, -33]),
            (5, &[0, 7], &[0, 5]),
            (5, &[0, 0], &[0, 0]),
        ];
        for (amount, parts, expected) in cases {
            assert_eq!(apportion(amount, parts), expected, "{amount} over {parts:?}");
        }
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_none_is_a_cent_away(
            amount in -1_000_000_000_i64..1_000_000_000,
            parts in prop::collection::vec(0_u64..1_000_000, 1..30),
        ) {
            prop_assume!(parts.iter().any(|part| *part > 0));
            let whole: u64 = parts.iter().sum();
            let cents = apportion(amount, &parts);
            prop_assert_eq!(cents.iter().sum::<i64>(), amount);
            for (cents, part) in cents.iter().zip(&parts) {
                let exact = amount as f64 * *part as f64 / whole as f64;
                prop_assert!((*cents as f64 - exact).abs() < 1.0);
            }
        }
    }
}
