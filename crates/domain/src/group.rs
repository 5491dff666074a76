//! Groups: rows told apart by what is known of one of their dimensions.
//!
//! A row that does not say and a row that says "nothing" are two findings, never one: the first is
//! a gap in the import, the second a field that somebody left empty.

use std::collections::BTreeMap;

use serde::Serialize;

/// What is known of a row, by the name of the dimension: `source`, `rep`, `segment`.
/// An absent name is *not known*; an empty text (or one of spaces only) is *blank*.
pub type Dimensions = BTreeMap<String, String>;

/// The group that a row falls into. Known groups sort by their text, then blank, then not known.
///
/// In JSON: `{"known":"web"}`, `"blank"` or `"unknown"`, so that a source that is really called
/// "not known" is not mixed up with a gap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKey {
    /// The dimension has this value, as the source writes it.
    Known(String),
    /// The source says that the field is empty.
    Blank,
    /// The source does not speak of it.
    Unknown,
}

impl GroupKey {
    /// The group of a value: nothing said is not known, an empty text is blank.
    pub fn of(value: Option<&str>) -> GroupKey {
        match value {
            None => GroupKey::Unknown,
            Some(text) if text.trim().is_empty() => GroupKey::Blank,
            Some(text) => GroupKey::Known(text.to_owned()),
        }
    }

    /// The group of a row in the dimension called `by`.
    pub fn in_dimension(dimensions: &Dimensions, by: &str) -> GroupKey {
        GroupKey::of(dimensions.get(by).map(String::as_str))
    }
}

impl std::fmt::Display for GroupKey {
    /// The text for screens: the value, `(blank)` or `not known`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GroupKey::Known(text) => f.write_str(text),
            GroupKey::Blank => f.write_str("(blank)"),
            GroupKey::Unknown => f.write_str("not known"),
        }
    }
}

/// A row that can be told apart by a dimension.
pub trait Dimensioned {
    /// What is known of the row, by the name of the dimension.
    fn dimensions(&self) -> &Dimensions;
}

impl<R: Dimensioned> Dimensioned for &R {
    fn dimensions(&self) -> &Dimensions {
        (*self).dimensions()
    }
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group<T> {
    /// Which group.
    pub key: GroupKey,
    /// Its figures.
    pub figures: T,
}

/// The figures of all rows, and of each group of them. Every row is in exactly one group, so
/// counts add up to the total's; medians and rates do not.
///
/// In JSON: `{"by":"source","total":{…},"groups":[{"key":{"known":"web"},"figures":{…}}]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grouped<T> {
    /// The dimension that the groups are of; none when nothing was asked to be told apart.
    pub by: Option<String>,
    /// The figures of all rows together.
    pub total: T,
    /// The figures of each group that has a row, in the order of [`GroupKey`].
    pub groups: Vec<Group<T>>,
}

impl<T> Grouped<T> {
    /// Works out `figures` for all `rows`, and for each group of the dimension `by`.
    pub fn of<R: Dimensioned>(
        rows: &[R],
        by: Option<&str>,
        figures: impl Fn(&[&R]) -> T,
    ) -> Grouped<T> {
        let all: Vec<&R> = rows.iter().collect();
        let mut parted: BTreeMap<GroupKey, Vec<&R>> = BTreeMap::new();
        for row in by.map_or(&[][..], |_| &all[..]) {
            let key = GroupKey::in_dimension(row.dimensions(), by.unwrap_or_default());
            parted.entry(key).or_default().push(row);
        }
        let groups =
            parted.into_iter().map(|(key, rows)| Group { key, figures: figures(&rows) }).collect();
        Grouped { by: by.map(str::to_owned), total: figures(&all), groups }
    }

    /// The figures of one group, if any row is in it.
    pub fn group(&self, key: &GroupKey) -> Option<&T> {
        self.groups.iter().find(|group| group.key == *key).map(|group| &group.figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(Dimensions);

    impl Dimensioned for Row {
        fn dimensions(&self) -> &Dimensions {
            &self.0
        }
    }

    fn row(source: Option<&str>) -> Row {
        Row(source.map(|text| ("source".to_owned(), text.to_owned())).into_iter().collect())
    }

    #[test]
    fn not_known_and_blank_are_groups_of_their_own() {
        let rows = [None, Some("web"), Some(""), Some(" "), Some("fair"), Some("not known")];
        let grouped = Grouped::of(&rows.map(row), Some("source"), |rows| rows.len());
        let seen: Vec<_> =
            grouped.groups.iter().map(|group| (group.key.to_string(), group.figures)).collect();
        let expected =
            [("fair", 1), ("not known", 1), ("web", 1), ("(blank)", 2), ("not known", 1)];
        assert_eq!(seen, expected.map(|(key, n)| (key.to_owned(), n)));
        assert_eq!(grouped.total, 6);
        assert_eq!(grouped.group(&GroupKey::Blank), Some(&2));
    }

    #[test]
    fn without_a_dimension_there_is_only_the_total() {
        let grouped = Grouped::of(&[row(Some("web"))], None, |rows| rows.len());
        let json = r#"{"by":null,"total":1,"groups":[]}"#;
        assert_eq!(serde_json::to_string(&grouped).unwrap(), json);
    }
}
