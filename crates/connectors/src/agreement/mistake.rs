//! Mistakes in a text: where, what, and what to write instead.

use serde::Serialize;

/// A mistake in an Agreement's text.
///
/// As text it is `file:line:column: what is wrong. What to do.`, then the line with a caret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file, by its name in the folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to write instead, as a sentence.
    pub instead: Option<String>,
    /// The line as it stands.
    pub source: String,
    /// How many characters of the line it is about; at least 1.
    pub width: usize,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        if let Some(instead) = &self.instead {
            write!(f, " {instead}")?;
        }
        let number = self.line.to_string();
        let blank = " ".repeat(number.len());
        // Tabs stand as one space in both lines, so that the caret is below its word.
        let source = self.source.replace('\t', " ");
        let indent = " ".repeat(self.column - 1);
        let carets = "^".repeat(self.width);
        write!(f, "\n  {number} | {source}\n  {blank} | {indent}{carets}")
    }
}

/// The candidate that was most likely meant by `word`, if one is near.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let small = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&small, &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= (word.chars().count().max(candidate.chars().count()) / 3).max(1)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// `Did you mean "x"?`, or else what there is to choose from.
pub(super) fn guess(word: &str, candidates: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("Did you mean {near:?}?"));
    }
    match candidates.len() {
        0 => None,
        1..=12 => Some(format!("There is {}.", listed(candidates, "and"))),
        _ => Some(format!(
            "There is {}, and {} more.",
            listed(&candidates[..8], ""),
            candidates.len() - 8
        )),
    }
}

/// `"a", "b" or "c"`.
pub(super) fn listed(words: &[&str], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.split_last() {
        Some((end, rest)) if !rest.is_empty() && !last.is_empty() => {
            format!("{} {last} {end}", rest.join(", "))
        }
        _ => quoted.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_shows_its_line_and_a_caret() {
        let mistake = Mistake {
            file: "service-levels.toml".into(),
            line: 12,
            column: 2,
            what: "\"calender\" is not a key here.".into(),
            instead: Some("Did you mean \"calendar\"?".into()),
            source: "\tcalender = \"berlin\"".into(),
            width: 8,
        };
        assert_eq!(
            mistake.to_string(),
            "service-levels.toml:12:2: \"calender\" is not a key here. Did you mean \"calendar\"?\n  \
             12 |  calender = \"berlin\"\n     |  ^^^^^^^^"
        );
    }

    #[test]
    fn a_guess_is_near_or_else_all_there_is() {
        let keys = ["status", "score", "sales"];
        assert_eq!(guess("Stauts", &keys).unwrap(), "Did you mean \"status\"?");
        assert_eq!(
            guess("marketing", &keys).unwrap(),
            "There is \"status\", \"score\" and \"sales\"."
        );
        assert_eq!(guess("x", &[]), None);
    }
}
