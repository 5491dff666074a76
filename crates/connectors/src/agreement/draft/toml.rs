//! Lines of TOML, as somebody would write them by hand.

use super::DraftedClause;

/// A comment is broken after so many characters.
const WIDTH: usize = 96;

/// Lines that become a file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() {
            self.line("");
        }
    }

    /// `key = value`; the value is TOML already.
    pub(super) fn pair(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {value}"));
    }

    /// A comment, broken into lines between words.
    pub(super) fn note(&mut self, words: &str) {
        let mut line = String::from("#");
        for word in words.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    pub(super) fn notes(&mut self, notes: &[String]) {
        notes.iter().for_each(|note| self.note(note));
    }

    /// The number, heading and sentence of a clause.
    pub(super) fn clause(&mut self, clause: &DraftedClause) {
        self.pair("clause", &quoted(&clause.no));
        self.pair("heading", &quoted(&clause.heading));
        self.pair("says", &quoted(&clause.says));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// Text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A condition: in single quotes, as long as it holds none.
pub(super) fn condition(text: &str) -> String {
    match text.contains('\'') || text.contains(char::is_control) {
        true => quoted(text),
        false => format!("'{text}'"),
    }
}

/// Text inside a condition.
pub(super) fn key(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A list of texts.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}
