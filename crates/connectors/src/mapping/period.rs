//! Columns that are named by a period: `Q1 2026`, `Jan 2026`, `2026-04`, `2026`.

use super::unit_of;

/// Months by the first three letters of their names, in English and German.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb"],
    &["mar", "mär", "mrz"],
    &["apr"],
    &["may", "mai"],
    &["jun"],
    &["jul"],
    &["aug"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez"],
];

/// Whole names of months, without which a word that only begins as one would be taken for it.
const NAMES: [&str; 22] = [
    "january",
    "januar",
    "february",
    "februar",
    "march",
    "märz",
    "april",
    "june",
    "juni",
    "july",
    "juli",
    "august",
    "september",
    "sept",
    "october",
    "oktober",
    "november",
    "december",
    "dezember",
    "may",
    "mai",
    "maerz",
];

/// The period that a column is named by, as quotas have it: `2026-Q1`, `2026-04`, `2026`.
pub(super) fn period_of(header: &str) -> Option<String> {
    let bare = unit_of(header).map_or(header, |(bare, _)| bare).to_lowercase();
    let parts: Vec<&str> =
        bare.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let is_year = |part: &&str| part.len() == 4 && part.starts_with("20") && number(part).is_some();
    match parts.as_slice() {
        [year] if is_year(year) => Some((*year).to_owned()),
        [year, part] if is_year(year) => part_of(part).map(|part| format!("{year}-{part}")),
        [part, year] if is_year(year) => part_of(part).map(|part| format!("{year}-{part}")),
        _ => None,
    }
}

/// A quarter or a month of a year.
fn part_of(part: &str) -> Option<String> {
    if let Some(quarter) = part.strip_prefix('q').and_then(number) {
        return (1..=4).contains(&quarter).then(|| format!("Q{quarter}"));
    }
    let named = |starts: &&[&str]| {
        starts
            .iter()
            .any(|start| part == *start || (NAMES.contains(&part) && part.starts_with(start)))
    };
    let month = MONTHS.iter().position(named).map(|place| place + 1);
    let month = month.or_else(|| number(part).filter(|month| (1..=12).contains(month)));
    month.map(|month| format!("{month:02}"))
}

fn number(text: &str) -> Option<usize> {
    text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_by_a_quarter_a_month_or_a_year() {
        let cases = [
            ("Q1 2026", Some("2026-Q1")),
            ("2026-Q4 (EUR)", Some("2026-Q4")),
            ("2026/q2", Some("2026-Q2")),
            ("Jan 2026", Some("2026-01")),
            ("März 2026", Some("2026-03")),
            ("2026-04", Some("2026-04")),
            ("12/2026", Some("2026-12")),
            ("September 2026", Some("2026-09")),
            ("2026", Some("2026")),
            ("Q5 2026", None),
            ("13/2026", None),
            ("Q1", None),
            ("Marketing 2026", None),
            ("Decided 2026", None),
            ("FY 2026", None),
            ("Jan 26", None),
            ("2026-01-05", None),
            ("1998", None),
        ];
        for (header, expected) in cases {
            assert_eq!(period_of(header).as_deref(), expected, "{header}");
        }
    }
}
