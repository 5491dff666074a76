//! Conflicts of the priorities, as pages list them wherever somebody proposes or signs.

use askama::Template;
use domain::{conflict::Conflict, ids::Version};

use crate::markup::Markup;

/// The list.
#[derive(Template)]
#[template(path = "pages/agreement/priorities/conflicts.html")]
struct ConflictsList {
    conflicts: Vec<ConflictShown>,
}

/// A conflict with a link to each place.
struct ConflictShown {
    says: String,
    quotes: Vec<(String, String, String)>,
    remedy: &'static str,
}

/// Conflicts of a version, each with both places and what would end it; nothing where there are none.
pub(in crate::pages::agreement) fn listed(version: Version, conflicts: &[Conflict]) -> Markup {
    if conflicts.is_empty() {
        return Markup::new();
    }
    let shown = |conflict: &Conflict| ConflictShown {
        says: conflict.says.clone(),
        quotes: conflict
            .quotes
            .iter()
            .map(|quote| {
                let href = format!("/agreement/{version}#c{}", quote.clause);
                (quote.place.clone(), href, quote.says.clone())
            })
            .collect(),
        remedy: conflict.remedy,
    };
    Markup::of_template(&ConflictsList { conflicts: conflicts.iter().map(shown).collect() })
}

/// `The priorities contradict one another, or what else is agreed, in 2 places`.
pub(in crate::pages::agreement) fn finding(n: usize) -> String {
    match n {
        0 => "The priorities go together with one another, the goals and the routes".to_owned(),
        1 => "The priorities do not go together with the rest in one place".to_owned(),
        n => format!("The priorities do not go together with the rest in {n} places"),
    }
}
