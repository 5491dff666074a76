//! What the records of a source are called.

use std::collections::BTreeMap;

use connectors::mapping::{Object, plain_name};
use domain::{field::Fields, ids::qualified};
use store::{Reader, StoreError, read::name_key};

/// Names that a word is compared with to find the nearest, at most.
const COMPARED_MAX: usize = 5_000;

/// From this likeness on a name is near a word. Source: Winkler (1990).
const NEAR: f64 = 0.85;

/// The names of a source's records of one kind. To read them anew for each word that no record has
/// would make an import of twice as many take four times as long.
#[derive(Default)]
pub(super) struct Names {
    /// The id and the name of each.
    all: Vec<(String, String)>,
    /// Their places, by the name without signs, spaces and capitals.
    by_plain: BTreeMap<String, Vec<usize>>,
    /// How many of them a table has listed.
    listed: usize,
}

impl Names {
    /// Those that are known of a source.
    pub(super) fn of(
        reader: &Reader<'_>,
        object: Object,
        source: &str,
    ) -> Result<Names, StoreError> {
        let mut names = Names::default();
        let mut know = |id: String, name: Option<String>, fields: &Fields| {
            let is_ours = id.split_once(':').is_some_and(|(of, _)| of == source);
            let Some(name) = name.filter(|_| is_ours) else { return };
            names.listed += usize::from(is_listed(source, &id, &name, fields));
            names.insert(id, name);
        };
        match object {
            Object::Accounts => {
                reader.accounts()?.into_iter().for_each(|it| know(it.id.0, it.name, &it.fields));
            }
            Object::Products => {
                reader.products()?.into_iter().for_each(|it| know(it.id.0, it.name, &it.fields));
            }
            Object::Campaigns => {
                reader.campaigns()?.into_iter().for_each(|it| know(it.id.0, it.name, &it.fields));
            }
            _ => {}
        }
        Ok(names)
    }

    pub(super) fn insert(&mut self, id: String, name: String) {
        self.by_plain.entry(plain_name(&name)).or_default().push(self.all.len());
        self.all.push((id, name));
    }

    /// Whether a table of the source lists such records: most of those that are known say more than
    /// what they are called. A few may have been corrected by hand.
    pub(super) fn are_listed(&self) -> bool {
        self.listed * 2 > self.all.len()
    }

    /// The only record whose name is a word in another spelling.
    pub(super) fn alike(&self, word: &str) -> Option<&(String, String)> {
        match self.by_plain.get(&plain_name(word))?.as_slice() {
            [place] => self.all.get(*place),
            _ => None,
        }
    }

    /// The name nearest to a word, if it is near enough to be meant.
    pub(super) fn nearest(&self, word: &str) -> Option<String> {
        let key = name_key(word);
        let near = |name: &String| strsim::jaro_winkler(&key, &name_key(name));
        self.all
            .iter()
            .take(COMPARED_MAX)
            .map(|(_, name)| (near(name), name))
            .filter(|(score, _)| *score >= NEAR)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name.clone())
    }
}

/// Whether a record is more than what was made of a word, which is its key and its name.
fn is_listed(source: &str, id: &str, name: &str, fields: &Fields) -> bool {
    id != qualified(source, name) || fields.keys().any(|field| field != "name")
}

/// The name and the address of mail in `Ann Lee (ann@millrace.example)`, as systems write whose
/// something is.
pub(crate) fn name_and_mail(word: &str) -> Option<(&str, &str)> {
    let (name, mail) = match word.strip_suffix(')') {
        Some(rest) => rest.rsplit_once('(')?,
        None => word.strip_suffix('>')?.rsplit_once('<')?,
    };
    let (name, mail) = (name.trim(), mail.trim());
    let is_mail = mail.split_once('@').is_some_and(|(who, at)| {
        let is_plain = |part: &str| !part.is_empty() && !part.contains([' ', '@', ',', ';']);
        is_plain(who) && is_plain(at)
    });
    (is_mail && !name.is_empty()).then_some((name, mail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_address_in_brackets_is_two_things() {
        let ann = Some(("Ann Lee", "ann@x.example"));
        for (word, expected) in [
            ("Ann Lee (ann@x.example)", ann),
            ("Ann Lee <ann@x.example>", ann),
            ("Ann (Annie) Lee ( ann@x.example )", Some(("Ann (Annie) Lee", "ann@x.example"))),
            ("Ann Lee (Sales)", None),
            ("Ann Lee (@x)", None),
            ("(ann@x.example)", None),
            ("ann@x.example", None),
            ("Ann Lee", None),
        ] {
            assert_eq!(name_and_mail(word), expected, "{word}");
        }
    }
}
