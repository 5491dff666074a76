//! Which leads a search of their list finds: by the words of the person or of the account, or by
//! the beginning of the id.

use super::word::{Findable, holding};
use crate::{
    conditions::Conditions,
    error::StoreError,
    reader::Reader,
    words::{Wanted, elsewhere},
};

/// Up to so many leads are gathered by their words and then put in order. More than these are met
/// soon enough by whoever walks along the order and looks at each.
const GATHERED_MAX: u32 = 5_000;

/// A search that has been looked at.
pub(super) struct LeadSearch {
    /// The word with the fewest persons first.
    words: Vec<String>,
    ids: Vec<[String; 2]>,
    is_common: bool,
}

impl LeadSearch {
    pub(super) fn of(reader: &Reader<'_>, text: &str) -> Result<LeadSearch, StoreError> {
        let wanted = Wanted::parse(text);
        let words = reader.rarest_first(Findable::Lead, &wanted)?;
        let mut search = LeadSearch {
            words: words.into_iter().map(str::to_owned).collect(),
            ids: reader.id_ranges(Findable::Lead, text)?,
            is_common: false,
        };
        search.is_common = search.is_common(reader)?;
        Ok(search)
    }

    fn is_common(&self, reader: &Reader<'_>) -> Result<bool, StoreError> {
        if self.words.is_empty() {
            return Ok(false);
        }
        for gathering in [LeadSearch::persons, LeadSearch::of_accounts] {
            let mut all = Conditions::default();
            let gathered = gathering(self, &mut all);
            let query = format!(
                "select count(*) from (select 1 as one {gathered} limit {}) as few",
                GATHERED_MAX + 1
            );
            let what = "count what is found";
            let count = reader.find(what, &query, &all.values, |mut row| row.next::<i64>())?;
            if count.unwrap_or(0) > i64::from(GATHERED_MAX) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Where the leads stand whose persons have the words.
    fn persons(&self, all: &mut Conditions) -> String {
        format!("from person_word where {}", holding(all, Findable::Lead, &self.words()))
    }

    /// Where the leads stand whose accounts have the words.
    fn of_accounts(&self, all: &mut Conditions) -> String {
        let holding = holding(all, Findable::Account, &self.words());
        format!("from lead as theirs where account in (select word.id from word where {holding})")
    }

    /// Notes on `lead` that it is found.
    pub(super) fn hold(&self, all: &mut Conditions) {
        let text = if self.is_common { self.each(all) } else { self.gathered(all) };
        all.hold(text);
    }

    fn gathered(&self, all: &mut Conditions) -> String {
        let mut found = Vec::new();
        if !self.words.is_empty() {
            // There are no more than these; said so, PostgreSQL looks each of them up, where it
            // would otherwise rather read the whole table.
            for gathering in [LeadSearch::persons, LeadSearch::of_accounts] {
                let gathered = gathering(self, all);
                found.push(format!(
                    "select id from (select id {gathered} limit {GATHERED_MAX}) as few"
                ));
            }
        }
        for [from, to] in &self.ids {
            let (from, to) = (all.value(from), all.value(to));
            found.push(format!("select id from lead as named where id >= {from} and id < {to}"));
        }
        match found.is_empty() {
            true => "1 = 0".to_owned(),
            false => format!("id in ({})", found.join(" union ")),
        }
    }

    fn each(&self, all: &mut Conditions) -> String {
        let likes: Vec<_> = self
            .words
            .iter()
            .map(|word| format!("search_key like {}", all.value(elsewhere(word))))
            .collect();
        let person = format!(
            "exists (select 1 from person where subject = 'lead/' || lead.id and {})",
            likes.join(" and ")
        );
        let account = holding(all, Findable::Account, &self.words());
        let account = format!("account in (select word.id from word where {account})");
        let mut texts = vec![person, account];
        for [from, to] in &self.ids {
            let (from, to) = (all.value(from), all.value(to));
            texts.push(format!("(id >= {from} and id < {to})"));
        }
        format!("({})", texts.join(" or "))
    }
}
