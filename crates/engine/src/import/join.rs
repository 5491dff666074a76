//! Joining: which record a key or a name in another table means.

mod names;
mod words;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use connectors::mapping::Object;
use domain::{
    field::{FieldValue, Fields},
    ids::{AccountId, CampaignId, LeadId, OpportunityId, ProductId, qualified},
};
use serde::{Deserialize, Serialize};
use store::{Reader, StoreError, Writer, read::name_key};

use names::Names;
pub(super) use names::name_and_mail;
use words::Words;

use super::{
    TableReport,
    recalled::{Means, meaning_of},
};

/// A word of the source that needs to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// What it names: accounts, products, ….
    pub object: Object,
    /// The word.
    pub word: String,
    /// How it was joined.
    pub how: How,
    /// How many rows have it.
    pub rows: u64,
}

/// How a word was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum How {
    /// To a record whose name is spelt in another way.
    Spelling {
        /// That name.
        name: String,
    },
    /// A record was made of it, for no table lists them.
    Made,
    /// By its key alone: no table says more about it.
    ByKeyAlone,
    /// To nothing: several records have that name.
    Several {
        /// How many.
        records: usize,
    },
    /// To nothing.
    NotFound {
        /// The nearest name, if one is near.
        nearest: Option<String>,
    },
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The record of this id.
    Id(String),
    /// A record that is to be made, with this key.
    Make(String),
    /// Nothing that is known.
    Nothing,
    /// Nothing that may be taken: why, and what would be right.
    Unclear(String),
}

/// The joins of one table.
pub(super) struct Joins {
    source: String,
    words: Words,
    /// Names of the firm's own people, as they are compared.
    people: BTreeMap<String, String>,
    /// Names of the source's records, read when a word first needs them.
    names: BTreeMap<Object, Names>,
    /// The kinds of records that are being made of their names, for no table lists them.
    made: BTreeSet<Object>,
}

impl Joins {
    /// Those of a table after the tables before it; `kept` are its own words to look at, where the rows
    /// before were taken earlier.
    pub(super) fn new(
        reader: &Reader<'_>,
        source: &str,
        before: &[TableReport],
        kept: &[(i64, String)],
    ) -> Result<Joins, StoreError> {
        let mut people = BTreeMap::new();
        for user in reader.users()? {
            let person = reader.person_of(&format!("user/{}", user.id))?;
            if let Some(name) = person.and_then(|person| person.name) {
                people.insert(name_key(&name), user.id.0);
            }
        }
        let words = Words::after(before, kept);
        let made = words.kinds_made();
        let names = BTreeMap::new();
        Ok(Joins { source: source.to_owned(), words, people, names, made })
    }

    /// What a word in a column of references means. Exact keys come before names, and a name that
    /// several records have means none of them.
    pub(super) fn meaning(
        &mut self,
        writer: &mut Writer<'_>,
        object: Object,
        word: &str,
    ) -> Result<Meaning, StoreError> {
        let place = (object, word.to_owned());
        if let Some(meaning) = self.words.again(&place) {
            return Ok(meaning);
        }
        let (meaning, how) = self.look_up(writer, object, word)?;
        self.words.found(place, meaning.clone(), how);
        Ok(meaning)
    }

    /// The first of a list of keys such as `501;502`, unless the whole is a record of its own, and
    /// whether others follow. Who writes such a list names the main one first.
    pub(super) fn first_of(
        &self,
        reader: &Reader<'_>,
        object: Object,
        word: &str,
    ) -> Result<Option<(String, bool)>, StoreError> {
        let mut parts = word.split(';').map(str::trim).filter(|part| !part.is_empty());
        let Some(first) = parts.next().filter(|first| *first != word) else { return Ok(None) };
        let others: Vec<&str> = parts.collect();
        // Names of firms and people have semicolons too, seldom as they are.
        let are_keys =
            || others.iter().chain([&first]).all(|part| !is_a_name(part) && !part.contains(' '));
        let is_list = !self.is_known(reader, object, word)?
            && (are_keys() || self.is_known(reader, object, first)?);
        Ok(is_list.then(|| (first.to_owned(), !others.is_empty())))
    }

    /// Whether a word is the key or the name of a record, or somebody said what it means.
    fn is_known(
        &self,
        reader: &Reader<'_>,
        object: Object,
        word: &str,
    ) -> Result<bool, StoreError> {
        let id = qualified(&self.source, word);
        Ok(meaning_of(reader, &self.source, object, word)?.is_some()
            || exists(reader, object, &id)?
            || !named(reader, object, &name_key(word))?.is_empty()
            || match object {
                Object::Users => self.people.contains_key(&name_key(word)),
                Object::Leads => reader.alias_of(&self.source, word)?.is_some(),
                _ => false,
            })
    }

    fn look_up(
        &mut self,
        writer: &mut Writer<'_>,
        object: Object,
        word: &str,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        if let Some(means) = meaning_of(&writer.reader(), &self.source, object, word)? {
            return self.as_was_said(&writer.reader(), object, means);
        }
        let id = qualified(&self.source, word);
        match object {
            Object::Users => self.user(writer, word, id),
            Object::Leads => self.by_key(writer, object, word, id),
            Object::Opportunities => self.opportunity(writer, word, id),
            _ => {
                let reader = writer.reader();
                if exists(&reader, object, &id)? {
                    return Ok((Meaning::Id(id), None));
                }
                self.by_name(&reader, object, word, id)
            }
        }
    }

    /// What somebody said that a word means. A name that no record has any more is looked at anew.
    fn as_was_said(
        &self,
        reader: &Reader<'_>,
        object: Object,
        means: Means,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        Ok(match means {
            Means::Id(id) => (Meaning::Id(id), None),
            Means::Nothing => (Meaning::Nothing, None),
            Means::Named(name) if object == Object::Users => {
                match self.people.get(&name_key(&name)) {
                    Some(user) => (Meaning::Id(user.clone()), None),
                    None => (Meaning::Nothing, Some(How::NotFound { nearest: Some(name) })),
                }
            }
            Means::Named(name) => match named(reader, object, &name_key(&name))?.as_slice() {
                [(id, _)] => (Meaning::Id(id.clone()), None),
                [] => (Meaning::Nothing, Some(How::NotFound { nearest: Some(name) })),
                several => (Meaning::Nothing, Some(How::Several { records: several.len() })),
            },
        })
    }

    /// Somebody of the firm: by name, else by key; a name that is new makes a person.
    fn user(
        &mut self,
        writer: &mut Writer<'_>,
        word: &str,
        id: String,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        if let Some(user) = self.people.get(&name_key(word)) {
            return Ok((Meaning::Id(user.clone()), None));
        }
        if let Some((name, mail)) = name_and_mail(word) {
            return Ok((self.user_with_mail(writer, name, mail)?, None));
        }
        if !is_a_name(word) {
            let known = writer.reader().user(&id.as_str().into())?.is_some();
            return Ok((Meaning::Id(id), (!known).then_some(How::ByKeyAlone)));
        }
        let user = format!("{}:{}", self.source, writer.alias(&self.source, word)?);
        Ok((Meaning::Make(user), None))
    }

    /// Somebody whose address of mail stands with their name: whoever has that address; else whoever
    /// is called so and has none; else somebody new, whose key the address is.
    fn user_with_mail(
        &self,
        writer: &mut Writer<'_>,
        name: &str,
        mail: &str,
    ) -> Result<Meaning, StoreError> {
        let of_mail = writer.reader().persons_by_email(mail)?;
        let of_mail: Vec<&str> =
            of_mail.iter().filter_map(|subject| subject.strip_prefix("user/")).collect();
        if let [user] = of_mail.as_slice() {
            return Ok(Meaning::Id((*user).to_owned()));
        }
        if let Some(user) = self.people.get(&name_key(name)) {
            let person = writer.reader().person_of(&format!("user/{user}"))?;
            if person.is_none_or(|person| person.email.is_none()) {
                return Ok(Meaning::Id(user.clone()));
            }
        }
        let user = format!("{}:{}", self.source, writer.alias(&self.source, mail)?);
        Ok(match writer.reader().user(&user.as_str().into())?.is_some() {
            true => Meaning::Id(user),
            false => Meaning::Make(user),
        })
    }

    /// An opportunity: by key, else by what one alone is called. A key may come later; a name that
    /// none has, or several, is refused, as what it means would be a guess.
    fn opportunity(
        &mut self,
        writer: &mut Writer<'_>,
        word: &str,
        id: String,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        if exists(&writer.reader(), Object::Opportunities, &id)? {
            return Ok((Meaning::Id(id), None));
        }
        let named = writer.reader().opportunities_named(&name_key(word))?;
        let unclear = |what: String| {
            let why = format!("\"{word}\" is what {what}: name the opportunity by its key");
            Ok((Meaning::Unclear(why), None))
        };
        match named.as_slice() {
            [one] => Ok((Meaning::Id(one.0.clone()), None)),
            [] if word.contains(char::is_whitespace) => {
                unclear("no opportunity that is known is called".to_owned())
            }
            [] => self.by_key(writer, Object::Opportunities, word, id),
            several => unclear(format!("{} opportunities are called", several.len())),
        }
    }

    /// A lead or an opportunity: by key, whether it is known already or comes later; a lead by its
    /// name too.
    fn by_key(
        &mut self,
        writer: &mut Writer<'_>,
        object: Object,
        word: &str,
        id: String,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        if object == Object::Leads
            && let Some(called) = self.lead_called(&writer.reader(), word)?
        {
            return Ok(called);
        }
        let id = match object == Object::Leads && domain::ids::looks_personal(word) {
            true => format!("{}:{}", self.source, writer.alias(&self.source, word)?),
            false => id,
        };
        if exists(&writer.reader(), object, &id)? {
            return Ok((Meaning::Id(id), None));
        }
        Ok((Meaning::Id(id), Some(How::ByKeyAlone)))
    }

    /// A lead that no key names: the only one of the source that is called so.
    fn lead_called(
        &self,
        reader: &Reader<'_>,
        word: &str,
    ) -> Result<Option<(Meaning, Option<How>)>, StoreError> {
        let is_known = match reader.alias_of(&self.source, word)? {
            Some(alias) => exists(reader, Object::Leads, &format!("{}:{alias}", self.source))?,
            None => exists(reader, Object::Leads, &qualified(&self.source, word))?,
        };
        let may_be_a_name = is_a_name(word) || word.contains(char::is_whitespace);
        if is_known || !may_be_a_name {
            return Ok(None);
        }
        Ok(match reader.leads_called(&self.source, word)?.as_slice() {
            [] => None,
            [lead] => Some((Meaning::Id(lead.0.clone()), None)),
            several => {
                let how = How::Several { records: several.len() };
                Some((Meaning::Nothing, Some(how)))
            }
        })
    }

    fn by_name(
        &mut self,
        reader: &Reader<'_>,
        object: Object,
        word: &str,
        id: String,
    ) -> Result<(Meaning, Option<How>), StoreError> {
        let same = named(reader, object, &name_key(word))?;
        match same.as_slice() {
            [(id, name)] => {
                let how = (name != word).then(|| How::Spelling { name: name.clone() });
                Ok((Meaning::Id(id.clone()), how))
            }
            [] => {
                let makes = self.made.contains(&object);
                let names = self.names_of(reader, object)?;
                if let Some((id, name)) = names.alike(word) {
                    let how = How::Spelling { name: name.clone() };
                    return Ok((Meaning::Id(id.clone()), Some(how)));
                }
                let can_be_made = matches!(object, Object::Accounts | Object::Products);
                if can_be_made && (makes || !names.are_listed()) {
                    return Ok((Meaning::Make(id), None));
                }
                let nearest = names.nearest(word);
                Ok((Meaning::Nothing, Some(How::NotFound { nearest })))
            }
            several => Ok((Meaning::Nothing, Some(How::Several { records: several.len() }))),
        }
    }

    fn names_of(&mut self, reader: &Reader<'_>, object: Object) -> Result<&Names, StoreError> {
        Ok(match self.names.entry(object) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Names::of(reader, object, &self.source)?),
        })
    }

    /// Notes that records of a kind have come or changed, so that their names are read anew.
    pub(super) fn changed(&mut self, object: Object) {
        self.names.remove(&object);
    }

    /// Notes that the record of a word was made: it is there for the rows that follow.
    pub(super) fn was_made(&mut self, object: Object, word: &str, id: &str) {
        self.made.insert(object);
        if let Some(names) = self.names.get_mut(&object) {
            names.insert(id.to_owned(), word.to_owned());
        }
        if object == Object::Users {
            let name = name_and_mail(word).map_or(word, |(name, _)| name);
            self.people.entry(name_key(name)).or_insert_with(|| id.to_owned());
        }
        self.words.was_made((object, word.to_owned()), id);
    }

    /// The words that a person should look at, those of most rows first; also those of which tables
    /// before this one made records.
    pub(super) fn to_look_at(&self) -> Vec<Joined> {
        self.words.to_look_at()
    }

    /// Those of them that have come up since this was last asked, as they are to be kept.
    pub(super) fn take_news(&mut self) -> Vec<(i64, String)> {
        self.words.take_news()
    }
}

/// Whether a word names a person rather than being a key: it has no digit.
fn is_a_name(word: &str) -> bool {
    !word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(char::is_alphabetic)
}

fn exists(reader: &Reader<'_>, object: Object, id: &str) -> Result<bool, StoreError> {
    Ok(match object {
        Object::Accounts => reader.account(&AccountId::from(id))?.is_some(),
        Object::Products => reader.product(&ProductId::from(id))?.is_some(),
        Object::Campaigns => reader.campaign(&CampaignId::from(id))?.is_some(),
        Object::Leads => {
            let lead = LeadId::from(id);
            reader.lead(&lead)?.is_some() || reader.merged_into(&lead)?.is_some()
        }
        Object::Opportunities => reader.opportunity(&OpportunityId::from(id))?.is_some(),
        _ => false,
    })
}

fn named(
    reader: &Reader<'_>,
    object: Object,
    key: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let name = |name: Option<String>| name.unwrap_or_default();
    Ok(match object {
        Object::Accounts => {
            reader.accounts_named(key)?.into_iter().map(|row| (row.id.0, name(row.name))).collect()
        }
        Object::Products => {
            reader.products_named(key)?.into_iter().map(|row| (row.id.0, name(row.name))).collect()
        }
        Object::Campaigns => {
            reader.campaigns_named(key)?.into_iter().map(|row| (row.id.0, name(row.name))).collect()
        }
        _ => Vec::new(),
    })
}

/// Puts a word that joined to nothing into the fields, so that it is not lost.
pub(super) fn keep_word(fields: &mut Fields, field: &str, word: &str) {
    fields.insert(format!("{field}_name"), FieldValue::Text(word.to_owned()));
}
