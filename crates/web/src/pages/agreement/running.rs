//! What a version that is open for signing makes of clocks that run, beside its signatures.

use std::collections::BTreeMap;

use domain::agreement::{Agreement, ServiceLevel};

use crate::{markup::Markup, show::count};

/// What becomes of the clocks that run: `12 clocks that run would be judged by it from then on, under
/// clause 4.1; the other 34 keep the version that governs them.`
pub(super) fn running(agreement: &Agreement, in_time: &BTreeMap<String, u64>) -> Markup {
    let of = |level: &ServiceLevel| in_time.get(&level.id).copied().unwrap_or(0);
    let clauses: Vec<&str> = agreement.recomputes().map(|level| level.clause.as_str()).collect();
    let follow: u64 = agreement.recomputes().map(of).sum();
    let others = in_time.values().sum::<u64>() - follow;
    let clocks = |n: u64| match n {
        1 => "1 clock that runs".to_owned(),
        n => format!("{} clocks that run", count(n)),
    };
    Markup::text(match (clauses.is_empty(), others) {
        (true, 0) => return Markup::new(),
        (true, others) => {
            format!("{} and not yet late: kept under the version that governs it.", clocks(others))
        }
        (false, others) => format!(
            "{} and not yet late: judged by this version once it is in force, under clause {}; {} \
             more kept under the version that governs it.",
            clocks(follow),
            clauses.join(", "),
            count(others)
        ),
    })
}
