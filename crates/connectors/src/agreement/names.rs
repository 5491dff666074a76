//! The names that conditions may ask for, and of which kind each is.

use std::collections::BTreeMap;

use domain::condition::Root;

use super::{
    mistake::{guess, listed, nearest},
    reader::is_name,
};

/// What kind of value a name has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text that is one of these words; with what each of them is called.
    OneOf(Vec<String>, &'static str),
    /// A number, or an amount of money.
    Number,
    /// Yes or no.
    Bool,
    /// A date, as text.
    Date,
    /// An instant in UTC, as text.
    Instant,
}

impl Kind {
    /// The kinds that an author can declare.
    pub const DECLARED: [(&'static str, Kind); 5] = [
        ("text", Kind::Text),
        ("number", Kind::Number),
        ("bool", Kind::Bool),
        ("date", Kind::Date),
        ("instant", Kind::Instant),
    ];

    /// The kind in a sentence.
    pub fn words(&self) -> &'static str {
        match self {
            Kind::Text | Kind::OneOf(..) => "text",
            Kind::Number => "a number",
            Kind::Bool => "true or false",
            Kind::Date => "a date",
            Kind::Instant => "an instant",
        }
    }

    /// Whether `<` means something.
    pub fn has_order(&self) -> bool {
        matches!(self, Kind::Number | Kind::Date | Kind::Instant)
    }

    /// Whether it is text, which can be searched.
    pub fn is_text(&self) -> bool {
        matches!(self, Kind::Text | Kind::OneOf(..))
    }
}

/// Every name that the Agreement knows.
#[derive(Debug, Default)]
pub struct Names {
    /// Of the lead.
    pub lead: BTreeMap<String, Kind>,
    /// Of its account.
    pub account: BTreeMap<String, Kind>,
    /// Of an activity.
    pub activity: BTreeMap<String, Kind>,
    /// Of an opportunity.
    pub opportunity: BTreeMap<String, Kind>,
}

/// What becomes of an opportunity, as the facts write it.
const OUTCOMES: [&str; 5] = ["open", "won", "lost", "no_decision", "unknown"];

/// What may be asked for in a condition, by where it stands.
#[derive(Clone, Copy)]
pub struct Scope<'n> {
    /// Every name.
    pub names: &'n Names,
    /// Where the condition stands, in a sentence: `a rule on fields`.
    pub at: &'static str,
    /// Which roots.
    pub roots: &'n [Root],
    /// Components of the score, and `total`.
    pub score: &'n [String],
}

/// Why a name is not one: what is wrong, and what to do.
pub type Unknown = (String, Option<String>);

/// Whether a name can be declared as a field or an activity: it reads, and nothing else has it.
pub fn is_free_field(name: &str) -> bool {
    let taken = Names::built_in(Vec::new(), Vec::new(), Vec::new());
    is_name(name) && !taken.lead.contains_key(name) && !name.starts_with("days_since_")
}

impl Names {
    /// The names that are always there.
    pub fn built_in(statuses: Vec<String>, activities: Vec<String>, stages: Vec<String>) -> Names {
        let since = |status: &String| {
            (format!("days_since_{}", domain::condition::status_word(status)), Kind::Number)
        };
        let days_since: Vec<(String, Kind)> = statuses.iter().map(since).collect();
        let days_since_stage: Vec<(String, Kind)> = stages.iter().map(since).collect();
        let stage = if stages.is_empty() { Kind::Text } else { Kind::OneOf(stages, "stage") };
        let outcomes = OUTCOMES.map(str::to_owned).to_vec();
        let opportunity = [
            ("stage", stage),
            ("outcome", Kind::OneOf(outcomes, "outcome")),
            ("owner", Kind::Text),
            ("lead", Kind::Text),
            ("product", Kind::Text),
            ("campaign", Kind::Text),
            ("amount", Kind::Number),
            ("age_days", Kind::Number),
            ("opened_on", Kind::Date),
            ("closed_on", Kind::Date),
            ("expected_on", Kind::Date),
        ];
        let status = Kind::OneOf(statuses, "status");
        let lead = [
            ("status", status),
            ("owner", Kind::Text),
            ("times_qualified", Kind::Number),
            ("reason", Kind::Text),
            ("age_days", Kind::Number),
            ("record", Kind::Text),
        ];
        let activity = [
            ("kind", Kind::OneOf(activities, "activity")),
            ("status", Kind::Text),
            ("success", Kind::Bool),
            ("by_owner", Kind::Bool),
            ("campaign", Kind::Text),
            ("by", Kind::Text),
        ];
        let own = |(name, kind): (&str, Kind)| (name.to_owned(), kind);
        Names {
            lead: lead.into_iter().map(own).chain(days_since).collect(),
            account: BTreeMap::new(),
            activity: activity.into_iter().map(own).collect(),
            opportunity: opportunity.into_iter().map(own).chain(days_since_stage).collect(),
        }
    }

    fn of(&self, root: Root) -> &BTreeMap<String, Kind> {
        match root {
            Root::Lead | Root::Previous => &self.lead,
            Root::Account => &self.account,
            Root::Opportunity => &self.opportunity,
            Root::Activity | Root::Score => &self.activity,
        }
    }
}

impl Scope<'_> {
    /// The root of that word, if it may be asked for here.
    pub fn root(&self, word: &str) -> Result<Root, Unknown> {
        let here: Vec<&str> = self.roots.iter().map(|root| root.word()).collect();
        match Root::ALL.iter().find(|(known, _)| *known == word) {
            Some((_, root)) if self.roots.contains(root) => Ok(*root),
            Some(_) => Err((
                format!("{} cannot ask for {word}.", self.at),
                Some(format!("It can ask for {}.", listed(&here, "and"))),
            )),
            None => Err((format!("There is nothing called {word:?}."), self.meant(word, &here))),
        }
    }

    /// What was meant by a word that is no root: a root, or a field without one.
    fn meant(&self, word: &str, here: &[&str]) -> Option<String> {
        let with_field = self.roots.iter().find(|root| match root {
            Root::Score => self.score.iter().any(|id| id == word),
            root => self.names.of(**root).contains_key(word),
        });
        match with_field {
            Some(root) => Some(format!("Did you mean {}.{word}?", root.word())),
            None => guess(word, here),
        }
    }

    /// The kind of a name.
    pub fn kind(&self, root: Root, field: &str) -> Result<Kind, Unknown> {
        if root == Root::Score {
            return match self.score.iter().any(|id| id == field) {
                true => Ok(Kind::Number),
                false => {
                    let parts: Vec<&str> = self.score.iter().map(String::as_str).collect();
                    let what = format!("The score of this definition has no part {field:?}.");
                    Err((what, guess(field, &parts)))
                }
            };
        }
        let fields = self.names.of(root);
        fields.get(field).cloned().ok_or_else(|| {
            let word = root.word();
            let section = if root == Root::Previous { "lead" } else { word };
            let instead = match nearest(field, fields.keys().map(String::as_str)) {
                Some(near) => format!("Did you mean {word}.{near}?"),
                None => format!("Declare it under [fields.{section}]: {field} = \"text\"."),
            };
            (format!("There is no field {word}.{field}."), Some(instead))
        })
    }
}
