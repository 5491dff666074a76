//! One question over everything that has a name: colleagues, accounts, leads, opportunities,
//! campaigns, and the clauses of the Agreement in force. Nobody finds what they may not see.

use domain::{
    agreement::{Agreement, InForce},
    ids::{AccountId, CampaignId, LeadId, OpportunityId, UserId},
};
use engine::{Engine, access::Act};
use jiff::Timestamp;
use store::{Reader, StoreError, Wanted, read::Findable};

use crate::{
    failure::Failure,
    names::{Names, account_href, campaign_href, encoded, lead_href, opportunity_href},
    session::Signed,
};

/// Characters of a clause that are shown.
const CLAUSE_CHARS_MAX: usize = 120;

/// What clauses are called where they are found.
const CLAUSES: &str = "Clauses of the Agreement";

/// What was found of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// What they are: `Leads`.
    pub(crate) title: &'static str,
    /// Nothing for clauses.
    pub(crate) kind: Option<Findable>,
    pub(crate) hits: Vec<Hit>,
    /// Whether there are more than these.
    pub(crate) has_more: bool,
    /// Where all of them are, if there is such a place.
    pub(crate) all: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its id; of a clause its number.
    pub(crate) id: String,
    pub(crate) name: String,
    /// What tells it from others of the name.
    pub(crate) what: String,
    pub(crate) href: String,
    is_whole: bool,
}

/// What somebody may ask about, and how much they want to see of each kind.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    text: String,
    wanted: Wanted,
    each: usize,
    reach: bool,
    leads: bool,
    agreement: bool,
    people: bool,
    manages: bool,
}

impl Question {
    pub(crate) fn new(signed: &Signed, text: &str, each: usize) -> Question {
        Question {
            text: text.trim().to_owned(),
            wanted: Wanted::parse(text),
            each,
            reach: signed.can(&Act::SeeReach),
            leads: signed.can(&Act::SeeLeads),
            agreement: signed.can(&Act::SeeAgreement),
            people: signed.can(&Act::SeePeople),
            manages: signed.can(&Act::ManagePeople),
        }
    }

    /// Whether there is too little to look for: nothing, or one letter of an alphabet.
    pub(crate) fn is_too_short(&self) -> bool {
        let letters = self.text.chars().filter(|letter| letter.is_alphanumeric()).count();
        letters == 0 || (letters == 1 && self.text.is_ascii())
    }

    /// The words that are wanted.
    pub(crate) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// What is found, kinds with a name that is met whole first.
    pub(crate) fn ask(&self, engine: &Engine, now: Timestamp) -> Result<Vec<Group>, Failure> {
        if self.is_too_short() {
            return Ok(Vec::new());
        }
        let agreements = engine.agreements()?;
        let mut groups = engine.read(|reader| self.named(reader))?;
        if let Some(in_force) = agreements.at(now).filter(|_| self.agreement) {
            groups.push(self.clauses(in_force));
        }
        groups.retain(|group| !group.hits.is_empty());
        groups.sort_by_key(|group| !group.hits.iter().any(|hit| hit.is_whole));
        Ok(groups)
    }

    fn named(&self, reader: &Reader<'_>) -> Result<Vec<Group>, StoreError> {
        let names = Names::new(reader, self.reach);
        let mut groups = Vec::new();
        if self.people {
            groups.push(self.group(reader, &names, Findable::User)?);
        }
        if self.leads {
            for kind in
                [Findable::Account, Findable::Lead, Findable::Opportunity, Findable::Campaign]
            {
                groups.push(self.group(reader, &names, kind)?);
            }
        }
        Ok(groups)
    }

    fn group(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        kind: Findable,
    ) -> Result<Group, StoreError> {
        // One more than is shown tells whether there are more.
        let limit = self.each as u32 + 1;
        let may_name = kind != Findable::Lead || self.reach;
        let mut found =
            if may_name { reader.found(kind, &self.wanted, limit)? } else { Vec::new() };
        if self.looks_like_an_id() {
            for hit in reader.found_by_id(kind, &self.text, limit)? {
                if !found.iter().any(|other| other.id == hit.id) {
                    found.push(hit);
                }
            }
        }
        let mut hits = Vec::new();
        for hit in found {
            hits.extend(self.hit(reader, names, kind, &hit.id, hit.is_whole)?);
        }
        hits.sort_by(|a, b| (!a.is_whole, &a.name).cmp(&(!b.is_whole, &b.name)));
        let has_more = hits.len() > self.each;
        hits.truncate(self.each);
        let all = format!("/leads?q={}", encoded(&self.text));
        let all = (kind == Findable::Lead && has_more && self.reach).then_some(all);
        Ok(Group { title: title(kind), kind: Some(kind), hits, has_more, all })
    }

    /// A word with a digit or a source before it may be an id.
    fn looks_like_an_id(&self) -> bool {
        let telling = |letter: char| letter.is_ascii_digit() || letter == ':';
        self.text.contains(telling) && !self.text.contains(char::is_whitespace)
    }

    fn hit(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        kind: Findable,
        id: &str,
        is_whole: bool,
    ) -> Result<Option<Hit>, StoreError> {
        let own = id.to_owned();
        let hit =
            |name: String, what: String, href: String| Hit { id: own, name, what, href, is_whole };
        Ok(match kind {
            Findable::User => self.colleague(reader, names, id, is_whole)?,
            Findable::Account => {
                let id = AccountId::from(id);
                Some(hit(names.account(&id)?, id.0.clone(), account_href(&id)))
            }
            Findable::Lead => {
                let id = LeadId::from(id);
                let Some(row) = reader.lead(&id)? else { return Ok(None) };
                let account = row.account.as_ref().map(|id| names.account(id)).transpose()?;
                let what: Vec<String> = row.status.into_iter().chain(account).collect();
                Some(hit(names.lead(&id)?, what.join(", "), lead_href(&id)))
            }
            Findable::Opportunity => {
                let id = OpportunityId::from(id);
                let Some(row) = reader.opportunity(&id)? else { return Ok(None) };
                let account = row.account.as_ref().map(|id| names.account(id)).transpose()?;
                let what: Vec<String> = row.stage.into_iter().chain(account).collect();
                let name = row.name.unwrap_or_else(|| id.0.clone());
                Some(hit(name, what.join(", "), opportunity_href(&id)))
            }
            Findable::Campaign => {
                let id = CampaignId::from(id);
                let Some(row) = reader.campaign(&id)? else { return Ok(None) };
                let name = row.name.unwrap_or_else(|| id.0.clone());
                Some(hit(name, row.kind.unwrap_or_default(), campaign_href(&id)))
            }
        })
    }

    /// A colleague, by more than their address only for those who may see addresses.
    fn colleague(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        id: &str,
        is_whole: bool,
    ) -> Result<Option<Hit>, StoreError> {
        let id = UserId::from(id);
        let Some(row) = reader.user(&id)? else { return Ok(None) };
        let name = names.user_name(&id)?;
        let by_name = self.wanted.found_in(&name).is_some() || id.0.contains(&self.text);
        if !self.reach && !by_name {
            return Ok(None);
        }
        let href = match self.manages && row.role.is_some() {
            true => format!("/people/{}", encoded(id.as_str())),
            false => format!("/leads?owner={}", encoded(id.as_str())),
        };
        let what = row.role.map_or("not let in", |role| role.words()).to_owned();
        Ok(Some(Hit { id: id.0, name, what, href, is_whole }))
    }

    fn clauses(&self, in_force: &InForce) -> Group {
        let agreement: &Agreement = &in_force.agreement;
        let mut hits = Vec::new();
        for clause in &agreement.clauses {
            let text = format!("clause {} {} {}", clause.no, clause.heading, clause.says);
            let Some(is_whole) = self.wanted.found_in(&text) else { continue };
            let (name, what) = match clause.heading.is_empty() {
                true => (format!("Clause {}", clause.no), clipped(&clause.says)),
                false => (format!("{} {}", clause.no, clause.heading), clipped(&clause.says)),
            };
            let (id, href) = (clause.no.clone(), format!("/agreement#c{}", clause.no));
            hits.push(Hit { id, name, what, href, is_whole });
        }
        // Whoever says a number means that clause before one that speaks of so many points.
        let no = self.text.rsplit(' ').next().unwrap_or_default();
        hits.sort_by_key(|hit: &Hit| !hit.href.starts_with(&format!("/agreement#c{no}")));
        let has_more = hits.len() > self.each;
        hits.truncate(self.each);
        Group { title: CLAUSES, kind: None, hits, has_more, all: None }
    }
}

impl Group {
    /// Whether its hits quote what was signed.
    pub(crate) fn quotes(&self) -> bool {
        self.title == CLAUSES
    }
}

fn title(kind: Findable) -> &'static str {
    match kind {
        Findable::User => "Colleagues",
        Findable::Account => "Accounts",
        Findable::Lead => "Leads",
        Findable::Opportunity => "Opportunities",
        Findable::Campaign => "Campaigns",
    }
}

/// The beginning of a sentence.
fn clipped(says: &str) -> String {
    match says.char_indices().nth(CLAUSE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", says[..end].trim_end()),
        None => says.to_owned(),
    }
}
