//! What the word of a stage or an outcome says of the end of an opportunity.

use connectors::mapping::plain_name;

/// What is in the words for what was won: in English, German, French, Spanish.
const WON: [&str; 4] = ["won", "gewonnen", "gagné", "ganad"];

/// The same for what was lost.
const LOST: [&str; 4] = ["lost", "verloren", "perdu", "perdid"];

/// What a word of a stage or an outcome says of the end; nothing for a stage on the way.
pub(super) fn outcome_of(word: &str) -> Option<&'static str> {
    let word = plain_name(word);
    match word.as_str() {
        "nodecision" | "abandoned" | "derailed" | "cancelled" | "canceled" => Some("no_decision"),
        "open" | "pending" | "inprogress" | "offen" => Some("open"),
        "loss" | "lose" => Some("lost"),
        "win" | "customer" | "sold" => Some("won"),
        _ if WON.iter().any(|won| word.contains(won)) => Some("won"),
        _ if LOST.iter().any(|lost| word.contains(lost)) => Some("lost"),
        _ => None,
    }
}
