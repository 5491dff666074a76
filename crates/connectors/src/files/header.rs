//! Column names: every column gets one, and no two the same.

use std::collections::{BTreeMap, BTreeSet};

use super::table::Note;

/// Trims names, names the nameless `column 3` and tells doubles apart as `name (2)`.
pub(super) fn named(cells: Vec<String>) -> (Vec<String>, Vec<Note>) {
    let given: Vec<String> = cells.iter().map(|name| tidy(name)).collect();
    // Names that stand in the file are taken before any is made up, or `a, a, a (2)` would rename
    // a column that has a good name of its own.
    let mut taken: BTreeSet<String> = given.iter().cloned().collect();
    let (mut seen, mut next) = (BTreeSet::new(), BTreeMap::new());
    let (mut names, mut notes) = (Vec::with_capacity(given.len()), Vec::new());
    for (place, name) in given.into_iter().enumerate() {
        let column = place + 1;
        if name.is_empty() {
            let called = free(&format!("column {column}"), &mut taken, &mut next);
            notes.push(Note::ColumnNamed { column, called: called.clone() });
            names.push(called);
        } else if seen.insert(name.clone()) {
            names.push(name);
        } else {
            let called = free(&name, &mut taken, &mut next);
            notes.push(Note::ColumnRenamed { column, called: called.clone() });
            names.push(called);
        }
    }
    (names, notes)
}

/// One line, no control characters, no stray byte order mark.
fn tidy(name: &str) -> String {
    let spaced: String = name
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && *c != '\u{FEFF}')
        .collect();
    spaced.trim().to_owned()
}

/// The first name of `name`, `name (2)`, … that is free. `next` remembers where each name's search
/// stopped: a header of sixteen thousand equal names would take minutes otherwise.
fn free(name: &str, taken: &mut BTreeSet<String>, next: &mut BTreeMap<String, usize>) -> String {
    let from = next.entry(name.to_owned()).or_insert(1);
    loop {
        let called = if *from == 1 { name.to_owned() } else { format!("{name} ({from})") };
        *from += 1;
        if taken.insert(called.clone()) {
            return called;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_and_double_names_are_told_apart_and_noted() {
        let cells = [" id ", "", "name", "name", "name (2)", "two\nlines", "name"];
        let (names, notes) = named(cells.map(str::to_owned).to_vec());
        assert_eq!(
            names,
            ["id", "column 2", "name", "name (3)", "name (2)", "two lines", "name (4)"]
        );
        assert_eq!(notes.len(), 3);
        assert_eq!(
            notes[0].to_string(),
            "column 2 has no name in the header; it is called \"column 2\" here"
        );
    }
}
