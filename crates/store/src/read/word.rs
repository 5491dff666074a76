//! Read model: the words by which accounts, opportunities and campaigns are found. Those of persons
//! stand beside the ledger, in a table of the same shape, and go when the person is erased.

use crate::{
    behind::Table,
    conditions::Conditions,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, Value, values},
    words::{Wanted, elsewhere, range_of, rows_of, words_of},
};

pub(crate) const COLUMNS: &str = "kind, words, id";

/// Rows of an index that one question looks at, at most.
const LOOKED_AT_MAX: u32 = 15_000;

/// More rows than this for a word are not counted: it is common.
const COUNTED_MAX: u32 = 1_000;

/// Systems whose ids are tried, at most.
const SOURCES_MAX: usize = 8;

/// What can be found by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Findable {
    /// Somebody of the firm.
    User,
    /// An account, by its name.
    Account,
    /// A lead, by the name and address of its person.
    Lead,
    /// An opportunity, by its name.
    Opportunity,
    /// A campaign, by its name.
    Campaign,
}

impl Findable {
    /// As the indexes name it.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Findable::User => "user",
            Findable::Account => "account",
            Findable::Lead => "lead",
            Findable::Opportunity => "opportunity",
            Findable::Campaign => "campaign",
        }
    }

    /// The index that holds its words.
    fn index(self) -> &'static str {
        match self {
            Findable::User | Findable::Lead => "person_word",
            Findable::Account | Findable::Opportunity | Findable::Campaign => "word",
        }
    }

    /// The table that holds it.
    fn table(self) -> &'static str {
        match self {
            Findable::User => "user_record",
            other => other.key(),
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub id: String,
    /// Whether each word of the question is a whole word of its name, or the question its id.
    pub is_whole: bool,
}

/// Keeps the words of a name in place of those of the name before.
pub(super) fn renamed(
    connection: &Connection,
    kind: Findable,
    id: &str,
    before: Option<&str>,
    now: Option<&str>,
) -> Result<(), StoreError> {
    if before == now {
        return Ok(());
    }
    let words = |name: Option<&str>| name.map(words_of).unwrap_or_default();
    replace(connection, kind.index(), kind.key(), id, &words(before), &words(now))
}

/// Rows whose words are kept at a time.
const PAGE: u32 = 2_000;

/// Keeps the words of every name that a row has, where an older schema kept none.
pub(crate) fn index_all_names(connection: &Connection) -> Result<(), StoreError> {
    for kind in [Findable::Account, Findable::Opportunity, Findable::Campaign] {
        let query =
            format!("select id, name from {} where id > $1 order by id limit $2", kind.table());
        let mut after = String::new();
        loop {
            let rows = connection.query("read the names", &query, values![&after, PAGE])?;
            if rows.is_empty() {
                break;
            }
            for mut row in rows {
                after = row.next()?;
                let name: Option<String> = row.next()?;
                renamed(connection, kind, &after, None, name.as_deref())?;
            }
        }
    }
    Ok(())
}

/// Keeps rows of an index for some words in place of those for others.
pub(crate) fn replace(
    connection: &Connection,
    index: &str,
    kind: &str,
    id: &str,
    before: &[String],
    now: &[String],
) -> Result<(), StoreError> {
    if before == now {
        return Ok(());
    }
    let delete = format!("delete from {index} where kind = $1 and words = $2 and id = $3");
    let table = if index == "word" { Table::Word } else { Table::PersonWord };
    for row in rows_of(before) {
        match now.is_empty() {
            // Of those who are forgotten, many are at once.
            true => connection.delete_later(table.name(), "kind, words, id", &[kind, &row, id])?,
            false => {
                connection.execute("forget a word", &delete, values![kind, row, id])?;
            }
        }
    }
    for row in rows_of(now) {
        connection.insert_later(table, values![kind, row, id])?;
    }
    Ok(())
}

/// Rows of an index that hold all words of a question: a condition on `words`, whose first word is
/// looked up and whose others are looked for.
pub(super) fn holding(all: &mut Conditions, kind: Findable, words: &[&str]) -> String {
    let kind = all.value(kind.key());
    let mut texts = vec![format!("kind = {kind}")];
    if let Some((first, others)) = words.split_first() {
        let [from, to] = range_of(first).map(|bound| all.value(bound));
        texts.push(format!("words >= {from} and words < {to}"));
        for other in others {
            texts.push(format!("words like {}", all.value(elsewhere(other))));
        }
    }
    texts.join(" and ")
}

fn read_row(mut row: Row) -> Result<(String, String), StoreError> {
    Ok((row.next()?, row.next()?))
}

impl Reader<'_> {
    /// Up to `limit` of a kind whose names have words that begin as those that are wanted; whole
    /// words come first. Only so many are looked at, so that a question of common words costs no
    /// more than another.
    ///
    /// # Errors
    /// When the database fails.
    pub fn found(
        &self,
        kind: Findable,
        wanted: &Wanted,
        limit: u32,
    ) -> Result<Vec<Hit>, StoreError> {
        let words = self.rarest_first(kind, wanted)?;
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let (index, mut all) = (kind.index(), Conditions::default());
        let held = holding(&mut all, kind, &words);
        all.hold(held);
        if let Some(end) = self.end_of_look(kind, &words)? {
            let end = all.value(end);
            all.hold(format!("words <= {end}"));
        }
        let clause = all.clause();
        // A name of two words that begin so stands there twice.
        let rows = all.value(limit.saturating_mul(3));
        let query =
            format!("select id, words from {index} {clause} order by words, id limit {rows}");
        let rows = self.list("look for words", &query, &all.values, read_row)?;
        let mut hits: Vec<Hit> = Vec::new();
        for (id, words) in rows {
            if hits.len() < limit as usize && !hits.iter().any(|hit| hit.id == id) {
                hits.push(Hit { id, is_whole: wanted.is_whole_in(&words) });
            }
        }
        hits.sort_by_key(|hit| !hit.is_whole);
        Ok(hits)
    }

    /// The row after which nothing is looked at, where a first word is common and others must be
    /// there too.
    fn end_of_look(&self, kind: Findable, words: &[&str]) -> Result<Option<String>, StoreError> {
        if words.len() < 2 {
            return Ok(None);
        }
        let mut all = Conditions::default();
        let held = holding(&mut all, kind, &words[..1]);
        let query = format!(
            "select words from {} where {held} order by words, id limit 1 offset {LOOKED_AT_MAX}",
            kind.index()
        );
        self.find("look how common a word is", &query, &all.values, |mut row| row.next())
    }

    /// The words of a question, the one that the fewest names have first.
    pub(super) fn rarest_first<'w>(
        &self,
        kind: Findable,
        wanted: &'w Wanted,
    ) -> Result<Vec<&'w str>, StoreError> {
        let mut words: Vec<&str> = wanted.words().iter().map(String::as_str).collect();
        if words.len() < 2 {
            return Ok(words);
        }
        let mut counted = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let mut all = Conditions::default();
            let holding = holding(&mut all, kind, &[word]);
            let count = self.count_up_to(COUNTED_MAX, kind.index(), &holding, &all.values)?;
            counted.push((count, std::cmp::Reverse(word.len()), place));
        }
        counted.sort();
        words = counted.into_iter().map(|(_, _, place)| words[place]).collect();
        Ok(words)
    }

    /// How many rows there are, as far as they are counted.
    fn count_up_to(
        &self,
        most: u32,
        table: &str,
        condition: &str,
        values: &[Value],
    ) -> Result<i64, StoreError> {
        let query = format!(
            "select count(*) from (select 1 as one from {table} where {condition} limit {most})
             as few"
        );
        let count = self.find("count rows", &query, values, |mut row| row.next::<i64>())?;
        Ok(count.unwrap_or(0))
    }

    /// Up to `limit` of a kind whose ids begin so, with the source before them or without.
    ///
    /// # Errors
    /// When the database fails.
    pub fn found_by_id(
        &self,
        kind: Findable,
        text: &str,
        limit: u32,
    ) -> Result<Vec<Hit>, StoreError> {
        let mut hits = Vec::new();
        for [from, to] in self.id_ranges(kind, text)? {
            let query = format!(
                "select id from {} where id >= $1 and id < $2 order by id limit $3",
                kind.table()
            );
            let is_whole = |id: &str| id == from;
            let found =
                self.list("look for an id", &query, values![&from, to, limit], |mut row| {
                    let id: String = row.next()?;
                    Ok(Hit { is_whole: is_whole(&id), id })
                })?;
            hits.extend(found);
        }
        hits.truncate(limit as usize);
        Ok(hits)
    }

    /// Where ids of a kind lie that begin with `text`: with a source in it, that alone; without
    /// one, behind each source that there is.
    pub(super) fn id_ranges(
        &self,
        kind: Findable,
        text: &str,
    ) -> Result<Vec<[String; 2]>, StoreError> {
        let text = text.trim();
        if text.is_empty() || text.contains([' ', '\0']) {
            return Ok(Vec::new());
        }
        if text.contains(':') {
            return Ok(vec![range_of(text)]);
        }
        let sources = self.sources_of(kind)?;
        Ok(sources.iter().map(|source| range_of(&format!("{source}:{text}"))).collect())
    }

    /// The sources before the ids of a kind, each found by one step into the index.
    fn sources_of(&self, kind: Findable) -> Result<Vec<String>, StoreError> {
        let query = format!("select id from {} where id >= $1 order by id limit 1", kind.table());
        let (mut sources, mut after) = (Vec::new(), String::new());
        while sources.len() < SOURCES_MAX {
            let what = "look for a source";
            let found = self.find(what, &query, values![&after], |mut row| row.next::<String>())?;
            let Some(id) = found else { break };
            match id.split_once(':') {
                Some((source, _)) => {
                    after = format!("{source};");
                    sources.push(source.to_owned());
                }
                None => after = format!("{id}\u{1}"),
            }
        }
        Ok(sources)
    }
}
