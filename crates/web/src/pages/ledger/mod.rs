//! Every fact, the newest first: what somebody who audits looks through.

mod filter;

use domain::{
    fact::{Entry, Fact},
    field::Fields,
    ids::{FactNo, Subject},
};
use engine::{access::Act, import::dock::Import};
use store::{FactFilter, Reader, StoreError};

use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Column, Condition, Control, Known, Listed, Maker, anything, choice,
        say::period,
    },
    markup::{Markup, element},
    names::{encoded, fact_href, fact_link, lead_href, opportunity_href},
    pages::imports::files_words,
    sentence::{kind_of, sentence, show_kind},
    sheet::Cell,
    show::figure,
};
use filter::{KINDS, filter, misread};

/// Facts as a list.
pub(crate) enum Facts {}

pub(crate) static KNOWN: Known = Known {
    path: "/ledger",
    several: &[],
    once: &["kind", "about", "source", "import", "followed"],
    periods: &["recorded"],
    sorts: &[("recorded", "when they were recorded, the newest first")],
    reads: anything,
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 8] = [
    column("no", "No.", "n second"),
    column("says", "What it says", "wideonly drop"),
    column("about", "About", "full any"),
    column("source", "Source", "full nw"),
    Column { is_usual: false, ..column("key", "Key", "full any") },
    column("happened", "Happened", "full nw"),
    column("recorded", "Recorded", "full nw"),
    Column { is_usual: false, ..column("kind", "Kind, as it is sent", "full any") },
];

/// Facts have columns of their own, and no others.
static NO_FIELDS: Fields = Fields::new();

/// A fact as the list has it.
pub(crate) struct Row {
    id: String,
    kind: String,
    entry: Entry,
}

/// The address of all facts about a subject.
pub(crate) fn about_href(subject: &str) -> String {
    format!("/ledger?about={}", encoded(subject))
}

/// The address of what an import told, of one kind or of any.
pub(crate) fn import_href(import: &str, kind: Option<&str>) -> String {
    let kind = kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
    format!("/ledger?import={}{kind}", encoded(import))
}

/// The address of what was decided on account of an import, about a subject or about any.
pub(crate) fn followed_href(import: &str, about: Option<&str>) -> String {
    let about = about.map(|about| format!("&about={}", encoded(about))).unwrap_or_default();
    format!("/ledger?followed={}{about}", encoded(import))
}

/// What a fact is about, as a link to its page, or to all facts about it where it has none.
fn subject(fact: &Fact) -> Markup {
    let subject = fact.subject();
    let href = match (fact.decided_about(), subject.strip_prefix("agreement/")) {
        (Some(Subject::Lead(lead)), _) => lead_href(&lead),
        (Some(Subject::Opportunity(opportunity)), _) => opportunity_href(&opportunity),
        (None, Some(version)) => format!("/agreement/{version}"),
        (None, None) => about_href(&subject),
    };
    element("a").class("f wrap").with("href", href).holding(subject).into()
}

impl Listed for Facts {
    type Row = Row;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Facts;
    const WORDS: (&'static str, &'static str) = ("fact", "facts");
    const READY: &'static [(&'static str, &'static str)] =
        &[("", "All"), ("recorded=7", "Of the last 7 days")];
    const ELSEWHERE: &'static [&'static str] = &[];
    const SEEN_BY: Act = Act::SearchLedger;
    const HEAD: &'static str = "Fact";

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        if misread(maker.asked).is_some() {
            return Ok(Vec::new());
        }
        let after = after.and_then(|(_, no)| no.parse().ok().map(FactNo));
        let filter = filter(maker.asked, maker.asker.time);
        let found = maker.reader.facts_page(&filter, after, limit)?;
        let row = |entry: Entry| {
            let (id, kind) = (entry.no.to_string(), show_kind(&kind_of(entry.fact())));
            Row { id, kind, entry }
        };
        Ok(found.into_iter().map(row).collect())
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        let filter = filter(asked, asker.time);
        match filter == FactFilter::default() {
            true => Ok(reader.head()?.fact.0.unsigned_abs().min(most)),
            false => reader.facts_count_up_to(&filter, most),
        }
    }

    fn place(_: &Asked, row: &Row) -> String {
        format!("~{}", row.id)
    }

    fn id(row: &Row) -> &str {
        &row.id
    }

    fn name(row: &Row) -> Option<&str> {
        Some(&row.kind)
    }

    fn href(row: &Row) -> String {
        fact_href(row.entry.no)
    }

    fn fields(_: &Row) -> &Fields {
        &NO_FIELDS
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Markup, Failure> {
        let (entry, time) = (&row.entry, maker.asker.time);
        Ok(match column {
            "no" => figure(&row.id, &fact_href(entry.no)),
            "says" => {
                let said = sentence(entry, maker.names, time)?;
                let words = element("a").class("q").with("href", fact_href(entry.no));
                said.glyph.and_text(" ").and(words.holding(said.words))
            }
            "about" => subject(entry.fact()),
            "source" => Markup::text(&entry.told.source),
            "key" => Markup::text(&entry.told.key),
            "happened" => time.second(entry.happened_at()),
            "recorded" => time.second(entry.recorded_at),
            _ => Markup::text(kind_of(entry.fact())),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Cell, Failure> {
        let entry = &row.entry;
        Ok(match column {
            "no" => Cell::Number { units: entry.no.0, decimals: 0 },
            "says" => sentence(entry, maker.names, maker.asker.time)?.words.into(),
            "about" => entry.fact().subject().into(),
            "source" => entry.told.source.as_str().into(),
            "key" => entry.told.key.as_str().into(),
            "happened" => entry.happened_at().into(),
            "recorded" => entry.recorded_at.into(),
            _ => kind_of(entry.fact()).into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        let asked = maker.asked;
        let says = |name: &str, words: &dyn Fn(&str) -> String| {
            Some(asked.one(name)).filter(|text| !text.is_empty()).map(words)
        };
        let (kind, source) = (asked.one("kind"), asked.one("source"));
        let kinds = KINDS.map(|key| choice(key, &show_kind(key), key == kind));
        let sources = maker.reader.sources()?;
        let sources = sources.iter().map(|key| choice(key, key, key == source)).collect();
        let (import, followed) = (asked.one("import"), asked.one("followed"));
        let files = |import: &str| {
            let run = maker.reader.import(import)?;
            let files = run.map(|run| files_words(&Import::of(&run).files));
            Ok::<_, StoreError>(files.unwrap_or_else(|| import.to_owned()))
        };
        let (by, after) = (files(import)?, files(followed)?);
        Ok(vec![
            Condition {
                name: "kind",
                label: "Of the kind",
                control: Control::Choice("any kind", kinds.into()),
                says: says("kind", &|kind| format!("of the kind “{}”", show_kind(kind))),
            },
            Condition {
                name: "source",
                label: "From source",
                control: Control::Choice("any source", sources),
                says: says("source", &|source| format!("from {source}")),
            },
            Condition {
                name: "import",
                label: "By import",
                control: Control::Text(import.to_owned()),
                says: says("import", &|_| format!("by the import of {by}")),
            },
            Condition {
                name: "followed",
                label: "Decided on account of import",
                control: Control::Text(followed.to_owned()),
                says: says("followed", &|_| format!("decided on account of the import of {after}")),
            },
            period("recorded", "Recorded", "recorded", asked, maker.asker.time),
            Condition {
                name: "about",
                label: "About",
                control: Control::Search(asked.one("about").to_owned(), "about this id"),
                says: says("about", &|about| format!("about {about}")),
            },
        ])
    }

    fn nothing_yet(_: bool) -> EmptyState {
        EmptyState {
            title: "See everything that ever happened, and who said so".to_owned(),
            words: "The first fact comes with the first person, file or Agreement. No fact is \
                    ever changed or removed."
                .to_owned(),
            action: Some(("See who is there".to_owned(), "/people".to_owned())),
            heads: vec!["Fact", "About", "Source"],
            rows: vec![vec!["Lead moved", "lead/crm:17", "crm"]],
            ..EmptyState::default()
        }
    }

    fn all(reader: &Reader<'_>) -> Result<Option<u64>, StoreError> {
        Ok(Some(reader.head()?.fact.0.unsigned_abs()))
    }

    fn misread(asked: &Asked) -> Option<String> {
        misread(asked)
    }

    fn under(maker: &Maker<'_, '_>) -> Result<Markup, Failure> {
        let head = maker.reader.head()?;
        let time = Markup::text(format!("In the time of {}. ", maker.asker.time.city()));
        if head.seal == 0 {
            return Ok(time.and_text("Nothing is sealed yet."));
        }
        let hash = element("span").class("hash").holding(head.hash.to_string());
        let last = fact_link(head.fact);
        Ok(time.and_text("The seal after ").and(last).and_text(" ends the chain: ").and(hash))
    }
}
