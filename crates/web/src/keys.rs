//! What the keyboard does: one list for the sheet of keys, for hints, and for the script. Keys of
//! one letter can be turned off (WCAG 2.1.4); like the theme, that is a preference.

use axum::{Form, http::HeaderMap};
use serde::Deserialize;

use crate::{
    layout::Place,
    preference::{Keeping, Kept, kept},
};

const COOKIE: &str = "keys";

/// Where the sheet of keys lies, and where the switch is sent.
pub const SHEET: &str = "/keys";

/// A key, or keys one after the other, and what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As they are printed on the keys.
    pub keys: &'static [&'static str],
    /// What they do.
    pub does: &'static str,
}

/// Keys that work everywhere and cannot be turned off: none is a letter alone.
pub const ALWAYS: [Key; 2] = [
    Key { keys: &["Ctrl", "K"], does: "Search and commands; ⌘ K on a Mac" },
    Key { keys: &["Esc"], does: "Close what is open" },
];

/// Keys of a page.
pub const PAGE: [Key; 3] = [
    Key { keys: &["A"], does: "What is best done first, where the page has it at its top" },
    Key { keys: &["?"], does: "This sheet" },
    Key { keys: &["/"], does: "Search in the list, or everywhere where there is none" },
];

/// Keys of a list.
pub const LIST: [Key; 7] = [
    Key { keys: &["J"], does: "Next row" },
    Key { keys: &["K"], does: "Row before" },
    Key { keys: &["Enter"], does: "Open the row" },
    Key { keys: &["X"], does: "Select the row, where rows can be selected" },
    Key { keys: &["E"], does: "Edit, where something can be" },
    Key { keys: &["]"], does: "Next page of rows" },
    Key { keys: &["["], does: "Page of rows before" },
];

impl Place {
    /// The letter that goes there, after a G.
    pub fn letter(self) -> &'static str {
        match self {
            Place::Today => "T",
            Place::Leads => "L",
            Place::Opportunities => "O",
            Place::Accounts => "C",
            Place::Facts => "F",
            Place::Imports => "I",
            Place::Agreement => "A",
            Place::Scoreboard => "S",
            Place::Requests => "R",
            Place::People => "P",
        }
    }

    /// The hint beside its link: `G then L`.
    pub fn hint(self) -> String {
        format!("G then {}", self.letter())
    }
}

/// Whether keys of one letter work, as a request's cookie has it.
pub fn letters_work(headers: &HeaderMap) -> bool {
    kept(headers, COOKIE).is_none_or(|word| word != "off")
}

/// Whether letters are to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

/// What the buttons send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    keys: Switch,
    back: String,
}

/// Keeps the choice and goes back to the page it was made on.
pub async fn create(keeping: Keeping, Form(choice): Form<Choice>) -> Kept {
    let word = if choice.keys == Switch::Off { "off" } else { "on" };
    keeping.keep(COOKIE, word, &choice.back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_of_the_rail_has_a_letter_of_its_own() {
        let places = Place::GROUPS.iter().flat_map(|(_, places)| places.iter());
        let letters: Vec<&str> = places.map(|place| place.letter()).collect();
        let different: std::collections::BTreeSet<&&str> = letters.iter().collect();
        assert_eq!(different.len(), letters.len(), "{letters:?}");
    }

    #[test]
    fn letters_work_until_somebody_turns_them_off() {
        for (cookie, expected) in [("", true), ("keys=on", true), ("keys=off", false)] {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookie.parse().unwrap());
            assert_eq!(letters_work(&headers), expected, "{cookie}");
        }
    }
}
