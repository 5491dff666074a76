//! Priorities of the version in force that end soon, for those who sign.

use domain::{agreement::Agreement, ids::Version};

use super::{priorities, priorities_href};
use crate::{markup::Markup, pages::agreement::message::day_of, show::LocalTime};

/// What is told of each: what it is, where it is read, and when it ends.
pub(crate) fn ends(
    agreement: &Agreement,
    version: Version,
    time: &LocalTime,
) -> Vec<(String, String, Markup)> {
    let today = day_of(agreement, time);
    let ending = priorities(agreement)
        .filter_map(|(clause, priority)| Some((clause, priority.ends_soon(today)?)));
    ending
        .map(|(clause, until)| {
            let what = format!("The priority of clause {}", clause.no);
            (what, priorities_href(version), Markup::text("ends on ").and(time.date(until)))
        })
        .collect()
}
