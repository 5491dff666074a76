//! Conflicts of a text's priorities, as words under what else is said of it.

use domain::conflict::Conflict;

use crate::output::count;

/// Each with both places and what would end it; nothing where there are none.
pub fn words(conflicts: &[Conflict]) -> String {
    if conflicts.is_empty() {
        return String::new();
    }
    let n = count(conflicts.len(), "conflict");
    let mut text = format!("\n\n{n} of the priorities; the text can be signed as it is.");
    for conflict in conflicts {
        text.push_str(&format!("\n\n  {}", conflict.says));
        for quote in &conflict.quotes {
            text.push_str(&format!("\n    {}: {}", quote.place, quote.says));
        }
        text.push_str(&format!("\n    What would end it: {}", conflict.remedy));
    }
    text
}
