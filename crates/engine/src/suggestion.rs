//! Points that the firm's own outcomes suggest: a card made from leads whose time is over, as they
//! were known on the day on which sales took each on. Nothing is written; what somebody makes of it
//! goes before both sides like any other change. Source: domain.md 3.5.

mod shown;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connectors::agreement::{Names, declared, draft::points};
use domain::{
    agreement::{Agreement, Definition, InForce},
    backtest::Deal,
    condition::Root,
    ids::{FactNo, LeadId, Version},
    rate::Rate,
    shown::{Thing, Trait},
};
use insight::card::{Card, Looked, NoCard};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    Engine, Error,
    access::Actor,
    agreement::history,
    backtest::{self, BacktestRefusal, HISTORY_UNTIL},
    negotiation::text_of,
    over_leads::over_leads,
    proposal::{ClauseChanged, ProposalRefusal},
};

pub use insight::card;
pub use insight::ranking::{Band, Calibration};
pub use shown::Field;

/// So many days a lead has for coming to something, where nothing else is asked for.
pub const WITHIN_DAYS: u16 = 180;
/// A lead that nobody takes on is looked at so many days after it came to be.
pub const AFTER_DAYS: u16 = 30;

/// What a lead is to come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Toward {
    /// One of its opportunities is won.
    #[default]
    Won,
    /// An opportunity is opened.
    Opened,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestionWish {
    /// The definition; the first where none is named.
    pub definition: Option<String>,
    /// What leads are to come to.
    pub toward: Toward,
    /// Within so many days.
    pub within_days: u16,
    /// A lead that nobody takes on is looked at so many days after it came to be.
    pub after_days: u16,
    /// Fields, and kinds of activities, that shall not be weighed.
    pub without: BTreeSet<String>,
}

impl Default for SuggestionWish {
    fn default() -> SuggestionWish {
        SuggestionWish {
            definition: None,
            toward: Toward::Won,
            within_days: WITHIN_DAYS,
            after_days: AFTER_DAYS,
            without: BTreeSet::new(),
        }
    }
}

/// What the outcomes suggest.
#[derive(Debug)]
pub struct Suggestion {
    /// The version whose definition would be written anew.
    pub version: Version,
    /// Its rules.
    pub agreement: Arc<Agreement>,
    /// The definition as it is.
    pub definition: Definition,
    /// What was asked for.
    pub wish: SuggestionWish,
    /// The card, or why there is none.
    pub card: Result<Card, NoCard>,
    /// The leads whose time is over, and how many of them came to it.
    pub over: Rate,
    /// These leads, in the order of the day on which each is looked at.
    pub leads: Vec<Looked>,
    /// Leads whose time is not over yet, in the same order: what became of them is not looked at.
    pub too_young: Vec<Looked>,
    /// What was weighed.
    pub traits: Vec<Trait>,
    /// What leads or accounts report and the text does not declare: it cannot be asked for.
    pub undeclared: BTreeSet<Field>,
    /// What the text declares and must not, or cannot, be weighed.
    pub not_weighed: BTreeSet<Field>,
    /// Kinds of activities that our own people do too; theirs were not weighed.
    pub by_us: BTreeSet<String>,
    /// As of when.
    pub as_of: Timestamp,
    /// The last fact that was looked at.
    pub up_to: FactNo,
    /// The zone of its days.
    pub zone: TimeZone,
}

impl Suggestion {
    /// A thing in words, by the labels of the text.
    pub fn words_of(&self, thing: &Thing) -> String {
        points::words_of(thing, &self.agreement)
    }

    /// The sentence of the clause.
    pub fn sentence(&self, card: &Card, threshold: i64) -> String {
        let toward = match self.wish.toward {
            Toward::Won => "won",
            Toward::Opened => "became an opportunity",
        };
        format!(
            "A lead is qualified from {threshold} points on. The points follow from {} leads, of \
             which {} {toward} within {} days; {} points more double the odds.",
            card.made.rate.n(),
            card.made.rate.hits(),
            self.wish.within_days,
            insight::card::DOUBLES,
        )
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let all = self.leads.iter().chain(&self.too_young);
        all.map(|lead| 160 + 32 * lead.showed.len()).sum()
    }

    /// The threshold that is wished for, where a lead can reach it; otherwise the card's own.
    pub fn threshold(&self, card: &Card, wished: Option<i64>) -> i64 {
        wished.filter(|points| (1..=card.most()).contains(points)).unwrap_or(card.threshold)
    }
}

impl Engine {
    /// Makes a card for a definition of a version from what became of the firm's leads.
    ///
    /// # Errors
    /// [`BacktestRefusal`] where the version has no such definition,
    /// [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal), or when the database
    /// cannot be read.
    pub fn suggest_points(
        &self,
        version: Version,
        wish: &SuggestionWish,
        as_of: Timestamp,
    ) -> Result<Suggestion, Error> {
        let (row, agreement) = self.agreement(version)?;
        let definition = chosen(&agreement, wish)?.clone();
        let names = declared(&text_of(&row)?);
        let (agreements, head, leads, deals, set) = self.read(|reader| {
            let set = reader.setting(HISTORY_UNTIL)?.and_then(|at| at.parse::<Timestamp>().ok());
            let leads = reader.lead_ids()?;
            let deals = backtest::deals(reader)?.by_lead;
            let head = reader.head()?.fact;
            Ok::<_, Error>((history(reader, &self.versions)?, head, leads, deals, set))
        })?;
        let first = agreements.0.first().map_or(as_of, |first| first.from);
        let zone = agreement.zone.clone();
        let (traits, not_weighed) = traits(&names, &agreement, &wish.without);
        let judges = shown::Judges {
            agreement: &agreement,
            definition: &definition,
            today: agreements.at(as_of).filter(|text| has(text, &definition)),
            loaded_until: set.unwrap_or(first).min(as_of),
            as_of,
            up_to: head,
            wish,
            zone: zone.clone(),
            names: &names,
            traits: &traits,
        };
        let (looked, told) = looked_at(self, &judges, &leads, &deals)?;
        let (leads, too_young) = over(looked, told.last_at.unwrap_or(as_of), wish);
        let hits = leads.iter().filter(|lead| lead.hit).count() as u64;
        let over = Rate::of(hits, leads.len() as u64).expect("hits are among the leads");
        Ok(Suggestion {
            version,
            card: Card::of(&traits, &leads),
            definition,
            wish: wish.clone(),
            over,
            too_young,
            undeclared: told.undeclared,
            not_weighed,
            by_us: told.by_us,
            as_of,
            up_to: head,
            zone,
            traits,
            leads,
            agreement,
        })
    }

    /// The clause with the suggested points, as it would stand in the text.
    ///
    /// # Errors
    /// [`ProposalRefusal`] where the clause cannot be written anew.
    pub fn suggested_clause(
        &self,
        found: &Suggestion,
        card: &Card,
        threshold: i64,
    ) -> Result<String, Error> {
        let (row, _) = self.agreement(found.version)?;
        let new = points::NewPoints {
            rules: card.rules.iter().map(|rule| (rule.thing.clone(), rule.points)).collect(),
            threshold,
            says: found.sentence(card, threshold),
            by_us: found.by_us.clone(),
        };
        let written =
            points::with_points(&text_of(&row)?, &found.agreement, &found.definition, &new);
        written.map_err(|_| Error::Refused(ProposalRefusal::NotAnew.into()))
    }

    /// Keeps the suggested points with somebody's other changes to the version, to be put before both
    /// sides.
    ///
    /// # Errors
    /// [`ProposalRefusal`], or the actor may not.
    pub fn keep_suggestion(
        &self,
        by: &Actor,
        found: &Suggestion,
        card: &Card,
        threshold: i64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let clause = self.suggested_clause(found, card, threshold)?;
        let key = format!("definition/{}", found.definition.id);
        let form = self.clause_form(by, found.version, &key)?;
        self.change_clause(by, found.version, &key, &form.hash, ClauseChanged::Text(clause), now)
    }
}

fn chosen<'a>(agreement: &'a Agreement, wish: &SuggestionWish) -> Result<&'a Definition, Error> {
    let refused = |refusal: BacktestRefusal| Error::Refused(refusal.into());
    let all = &agreement.definitions;
    let Some(wished) = &wish.definition else {
        return all.first().ok_or_else(|| refused(BacktestRefusal::NoDefinition));
    };
    let ids: Vec<&str> = all.iter().map(|known| known.id.as_str()).collect();
    let no_such = BacktestRefusal::NoSuchDefinition(wished.clone(), ids.join(", "));
    all.iter().find(|known| known.id == *wished).ok_or_else(|| refused(no_such))
}

fn has(text: &&InForce, definition: &Definition) -> bool {
    text.agreement.definitions.iter().any(|known| known.id == definition.id)
}

/// What can be weighed, and what is declared and cannot be.
fn traits(
    names: &Names,
    agreement: &Agreement,
    without: &BTreeSet<String>,
) -> (Vec<Trait>, BTreeSet<Field>) {
    let (mut traits, mut not) = (Vec::new(), BTreeSet::new());
    for (root, fields) in [(Root::Lead, &names.lead), (Root::Account, &names.account)] {
        for (name, kind) in fields.iter().filter(|(name, _)| !shown::is_built_in(root, name)) {
            if shown::can_be_weighed(name, kind) && !without.contains(name) {
                traits.push(Trait::Field(root, name.clone()));
            } else {
                not.insert(Field { root, name: name.clone() });
            }
        }
    }
    let kinds = agreement.activities.keys().filter(|kind| !without.contains(*kind));
    traits.extend(kinds.map(|kind| Trait::Did(kind.clone())));
    (traits, not)
}

/// All leads, in the order of the day on which each is looked at.
fn looked_at(
    engine: &Engine,
    judges: &shown::Judges<'_>,
    leads: &[LeadId],
    deals: &BTreeMap<LeadId, Vec<Deal>>,
) -> Result<(Vec<Looked>, shown::Told), Error> {
    let none = Vec::new();
    let parts = over_leads(engine, leads, shown::Found::default, |found, lead, entries| {
        judges.look_at(found, lead, entries, deals.get(lead).unwrap_or(&none));
    })?;
    let (mut looked, mut told) = (Vec::new(), shown::Told::default());
    for part in parts {
        looked.extend(part.leads);
        told.merge(part.told);
    }
    // Of one instant, by id: so the same ledger makes the same card.
    looked.sort_by(|one: &Looked, other| (one.at, &one.lead).cmp(&(other.at, &other.lead)));
    Ok((looked, told))
}

/// Those whose time is over by the last day of which anything is known, and those whose is not.
fn over(
    looked: Vec<Looked>,
    last_at: Timestamp,
    wish: &SuggestionWish,
) -> (Vec<Looked>, Vec<Looked>) {
    let within = SignedDuration::from_hours(24 * i64::from(wish.within_days));
    let is_over = |lead: &Looked| lead.at.checked_add(within).is_ok_and(|over| over <= last_at);
    looked.into_iter().partition(is_over)
}

#[cfg(test)]
mod tests;
