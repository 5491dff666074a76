//! Whom both sides serve, counted: which leads are whom and of which segment, and how often they buy.

use std::collections::BTreeMap;

use connectors::agreement::parts::{parts, said};
use domain::{
    agreement::Agreement,
    condition::{Condition, Name, Root, Truth, View},
    counted::Counted,
    field::{FieldValue, Fields},
    ids::{AccountId, LeadId, OpportunityId, Version},
    rate::Share,
};
use store::{
    Reader, StoreError,
    read::{LeadFilter, LeadRow, LeadSort, OpportunityRow, Outcome},
};

use crate::{
    Engine, Error,
    negotiation::{before, text_of},
};

/// So many leads are read at a time: of a million, no more are in memory at once.
const AT_ONCE: u32 = 4_000;

/// Why there may be no win rate.
const NOTHING_CLOSED: &str = "no opportunity of a lead like this is closed as won or lost yet";

/// The leads of one persona, and what became of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonaFigures {
    /// Which.
    pub persona: String,
    /// Leads that are one of them, by id.
    pub matches: Counted<LeadId>,
    /// Leads of which it cannot be said, since something that the rule asks for is not known.
    pub unknown: Counted<LeadId>,
    /// Closed opportunities of leads that are one of them: won, and lost.
    pub won: Share<OpportunityId>,
}

/// The leads of one segment of the priorities.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentFigures {
    /// Which.
    pub segment: String,
    /// Leads of it, by id.
    pub matches: Counted<LeadId>,
    /// Leads of which it cannot be said, since something that it asks for is not known.
    pub unknown: Counted<LeadId>,
}

/// Every persona of a version that has a rule, and every segment, over the leads as they are known
/// now.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonasReport {
    /// The version whose rules were asked.
    pub version: Version,
    /// How many leads were looked at.
    pub leads: u64,
    /// In the order of the text.
    pub personas: Vec<PersonaFigures>,
    /// In the order of the text.
    pub segments: Vec<SegmentFigures>,
    /// Opportunities, won and lost, that came of no lead that is known: they are in no win rate.
    pub without_lead: Counted<OpportunityId>,
}

impl PersonasReport {
    /// The figures of one persona; `None` where the text has no rule for it.
    pub fn of(&self, persona: &str) -> Option<&PersonaFigures> {
        self.personas.iter().find(|figures| figures.persona == persona)
    }

    /// The figures of one segment; `None` where the text has none of this key.
    pub fn of_segment(&self, segment: &str) -> Option<&SegmentFigures> {
        self.segments.iter().find(|figures| figures.segment == segment)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        const ROW: usize = 64;
        let rows = self
            .personas
            .iter()
            .map(|figures| figures.matches.n() + figures.unknown.n() + figures.won.rate().n());
        let segments = self.segments.iter().map(|it| it.matches.n() + it.unknown.n());
        (rows.sum::<u64>() + segments.sum::<u64>() + self.without_lead.n()) as usize * ROW
    }
}

/// What the text says of a persona beside its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonaWords {
    /// The rule in plain words; `None` where there is none.
    pub rule: Option<String>,
    /// Since which version its clause says what it says.
    pub since: Version,
}

/// By what the rules of a text tell leads apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whom they are like.
    Persona,
    /// Which segment of the priorities they are of.
    Segment,
}

/// A persona or a segment with its rule.
#[derive(Debug, Clone, Copy)]
pub struct Ruled<'a> {
    /// Its key.
    pub id: &'a str,
    /// What it is called.
    pub words: &'a str,
    when: &'a Condition,
}

impl By {
    /// Both.
    pub const ALL: [By; 2] = [By::Persona, By::Segment];

    /// Its word, in addresses and questions.
    pub fn name(self) -> &'static str {
        match self {
            By::Persona => "persona",
            By::Segment => "segment",
        }
    }

    /// Everything that a text tells leads apart by, in its order. A persona without a rule tells
    /// nobody apart.
    pub fn ruled(self, agreement: &Agreement) -> Vec<Ruled<'_>> {
        match self {
            By::Persona => {
                let personas = agreement.personas.iter();
                let ruled = personas.filter_map(|it| {
                    Some(Ruled { id: &it.id, words: &it.name, when: it.matches_when.as_ref()? })
                });
                ruled.collect()
            }
            By::Segment => {
                let segments = agreement.segments.iter();
                segments.map(|it| Ruled { id: &it.id, words: &it.label, when: &it.when }).collect()
            }
        }
    }
}

/// Rules, and what they ask for beside the leads.
pub(crate) struct Judge<'a> {
    pub(crate) rules: Vec<Ruled<'a>>,
    accounts: BTreeMap<AccountId, Fields>,
}

impl<'a> Judge<'a> {
    /// Reads the accounts, where a rule asks for what is reported of them.
    pub(crate) fn of(reader: &Reader<'_>, rules: Vec<Ruled<'a>>) -> Result<Judge<'a>, StoreError> {
        let mut asks = false;
        for rule in &rules {
            rule.when.names(&mut |name| asks |= name.root == Root::Account);
        }
        let accounts = if asks { reader.accounts()? } else { Vec::new() };
        let accounts = accounts.into_iter().map(|row| (row.id, row.fields)).collect();
        Ok(Judge { rules, accounts })
    }

    /// What each rule says of a lead as it is known now.
    pub(crate) fn judge(&self, lead: &LeadRow) -> Vec<Truth> {
        let nothing = Fields::new();
        let account = lead.account.as_ref().and_then(|account| self.accounts.get(account));
        let known = Known { lead, account: account.unwrap_or(&nothing) };
        self.rules.iter().map(|rule| rule.when.holds(&known)).collect()
    }
}

/// What is told of each persona and each segment while the leads are looked at.
#[derive(Default)]
struct Counting {
    matches: Vec<LeadId>,
    unknown: Vec<LeadId>,
}

impl Engine {
    /// Which leads are whom by the rules of a version, as they are known now, and how often they
    /// buy. It goes through every lead and every opportunity.
    ///
    /// # Errors
    /// [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal), or when the database
    /// cannot be read.
    pub fn report_personas(&self, version: Version) -> Result<PersonasReport, Error> {
        let (_, agreement) = self.agreement(version)?;
        self.read(|reader| counted(reader, version, &agreement))
    }

    /// The rule of a persona in plain words, and since which version its clause says what it says
    /// in another: the first of those in force one after the other whose words are the same.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn persona_words(&self, version: Version, persona: &str) -> Result<PersonaWords, Error> {
        let clause = format!("persona/{persona}");
        self.read(|reader| {
            let row = reader.agreement(version)?;
            let text = row.as_ref().map(text_of).transpose()?;
            let found = text.and_then(|text| parts(&text).into_iter().find(|p| p.key == clause));
            let rule = found.and_then(|part| Some(part.value("matches_when")?.plain.clone()));
            Ok(PersonaWords { rule, since: since(reader, version, &clause)? })
        })
    }
}

fn counted(
    reader: &Reader<'_>,
    version: Version,
    agreement: &Agreement,
) -> Result<PersonasReport, Error> {
    let (personas, segments) = (By::Persona.ruled(agreement), By::Segment.ruled(agreement));
    let judge = Judge::of(reader, personas.iter().chain(&segments).copied().collect())?;
    let mut all: Vec<Counting> = judge.rules.iter().map(|_| Counting::default()).collect();
    let mut leads = 0;
    let mut after = None;
    while !all.is_empty() {
        let page =
            reader.leads_page(&LeadFilter::default(), LeadSort::Id, after.as_ref(), AT_ONCE)?;
        let Some(last) = page.last() else { break };
        after = Some(LeadSort::Id.place_of(last));
        leads += page.len() as u64;
        page.iter().for_each(|lead| look_at(lead, &judge, &mut all));
    }
    let (merged, opportunities) = (reader.merged_leads()?, reader.opportunities()?);
    let mut closed = Closed::of(&opportunities, &merged);
    let without_lead = closed.without_lead();
    let of_segments = all.split_off(personas.len());
    let segments = segments.iter().zip(of_segments).map(|(segment, counting)| SegmentFigures {
        segment: segment.id.to_owned(),
        matches: counting.matches.into_iter().collect(),
        unknown: counting.unknown.into_iter().collect(),
    });
    let segments = segments.collect();
    let personas = personas.iter().zip(all).map(|(persona, counting)| PersonaFigures {
        persona: persona.id.to_owned(),
        won: closed.of_leads(&counting.matches),
        matches: counting.matches.into_iter().collect(),
        unknown: counting.unknown.into_iter().collect(),
    });
    Ok(PersonasReport { version, leads, personas: personas.collect(), segments, without_lead })
}

fn look_at(lead: &LeadRow, judge: &Judge<'_>, all: &mut [Counting]) {
    for (truth, counting) in judge.judge(lead).into_iter().zip(all) {
        match truth {
            Truth::Yes => counting.matches.push(lead.id.clone()),
            Truth::Unknown => counting.unknown.push(lead.id.clone()),
            Truth::No => {}
        }
    }
}

/// What is known of a lead and its account now. A segment may ask where a lead stands and whose it
/// is, which a persona never does; since when is not known of either.
struct Known<'a> {
    lead: &'a LeadRow,
    account: &'a Fields,
}

impl View for Known<'_> {
    fn value(&self, name: &Name) -> Option<FieldValue> {
        let text = |text: &str| FieldValue::Text(text.to_owned());
        match (name.root, name.field.as_str()) {
            (Root::Lead, "status") => self.lead.status.as_deref().map(text),
            (Root::Lead, "owner") => self.lead.owner.as_ref().map(|owner| text(owner.as_str())),
            (Root::Lead, field) => self.lead.fields.get(field).cloned(),
            (Root::Account, field) => self.account.get(field).cloned(),
            _ => None,
        }
    }
}

/// The opportunities that were won or lost, by the lead that they came of.
struct Closed {
    by_lead: BTreeMap<LeadId, Vec<(OpportunityId, bool)>>,
    without_lead: Vec<OpportunityId>,
}

impl Closed {
    fn of(rows: &[OpportunityRow], merged: &BTreeMap<LeadId, LeadId>) -> Closed {
        let mut closed = Closed { by_lead: BTreeMap::new(), without_lead: Vec::new() };
        for row in rows {
            let is_won = match row.outcome {
                Outcome::Won => true,
                Outcome::Lost => false,
                Outcome::Open | Outcome::NoDecision | Outcome::Unknown => continue,
            };
            let lead = row.lead.as_ref().map(|lead| merged.get(lead).unwrap_or(lead));
            match lead {
                Some(lead) => {
                    let theirs = closed.by_lead.entry(lead.clone()).or_default();
                    theirs.push((row.id.clone(), is_won));
                }
                None => closed.without_lead.push(row.id.clone()),
            }
        }
        closed
    }

    fn without_lead(&mut self) -> Counted<OpportunityId> {
        std::mem::take(&mut self.without_lead).into_iter().collect()
    }

    fn of_leads(&self, leads: &[LeadId]) -> Share<OpportunityId> {
        let theirs = leads.iter().filter_map(|lead| self.by_lead.get(lead)).flatten().cloned();
        Share::split(theirs, NOTHING_CLOSED)
    }
}

fn since(reader: &Reader<'_>, version: Version, clause: &str) -> Result<Version, Error> {
    let heads = reader.agreement_heads()?;
    let said_in = |version: Version| {
        let row = reader.agreement(version)?;
        let text = row.as_ref().map(text_of).transpose()?;
        Ok::<_, Error>(text.and_then(|text| said(&text, clause)))
    };
    let words = said_in(version)?;
    let mut since = version;
    while let Some(head) = heads.iter().find(|head| head.version == since)
        && let Some(earlier) = before(&heads, head)
        && words.is_some()
        && said_in(earlier.version)? == words
    {
        since = earlier.version;
    }
    Ok(since)
}

#[cfg(test)]
mod tests;
