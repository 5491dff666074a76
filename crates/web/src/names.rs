//! What people are called, and the addresses of their pages.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    agreement::Agreement,
    firm::Side,
    ids::{AccountId, CampaignId, FactNo, LeadId, OpportunityId, UserId},
    owned::Owned,
    person::Person,
};
use engine::substitute::user_named;
use store::{
    Reader, StoreError,
    read::{AccountHead, Colleague, LeadRow},
};

use crate::markup::Markup;
use crate::show;

/// So many colleagues are asked for one by one.
const FEW: usize = 12;

/// Asks for names once each, within one reading of the database.
pub(crate) struct Names<'a, 'r> {
    reader: &'a Reader<'r>,
    /// Whether the asker may see who leads are and how they can be reached.
    reach: bool,
    users: RefCell<BTreeMap<UserId, (String, Side)>>,
    /// How many colleagues were asked for one by one.
    asked_for: Cell<usize>,
    /// The name of an account, and the last fact about it.
    accounts: RefCell<BTreeMap<AccountId, (String, FactNo)>>,
    /// The names of leads that were asked for at once; `None` for one that has none.
    leads: RefCell<BTreeMap<LeadId, Option<String>>>,
    colleagues: OnceCell<Vec<Colleague>>,
    /// What the Agreement calls each kind of activity.
    activities: BTreeMap<String, String>,
}

impl<'a, 'r> Names<'a, 'r> {
    pub(crate) fn new(reader: &'a Reader<'r>, reach: bool) -> Names<'a, 'r> {
        Names {
            reader,
            reach,
            users: RefCell::default(),
            asked_for: Cell::new(0),
            accounts: RefCell::default(),
            leads: RefCell::default(),
            colleagues: OnceCell::new(),
            activities: BTreeMap::new(),
        }
    }

    /// The same, with the words of an Agreement for activities.
    pub(crate) fn with_words_of(mut self, agreement: Option<&Agreement>) -> Names<'a, 'r> {
        let kinds = agreement.iter().flat_map(|agreement| &agreement.activities);
        self.activities = kinds.map(|(kind, known)| (kind.clone(), known.label.clone())).collect();
        self
    }

    /// What the Agreement calls a kind of activity, where it knows it.
    pub(crate) fn activity(&self, kind: &str) -> Option<&str> {
        self.activities.get(kind).map(String::as_str).filter(|label| !label.is_empty())
    }

    /// What something that somebody looks after is called.
    pub(crate) fn thing(&self, thing: &Owned) -> Result<String, StoreError> {
        match thing {
            Owned::Lead(id) => self.lead(id),
            Owned::Opportunity(id) => self.opportunity(id),
            Owned::Account(id) => self.account(id),
        }
    }

    /// A colleague's name and side; what the source calls them where no name is known.
    pub(crate) fn user(&self, id: &UserId) -> Result<(String, Side), StoreError> {
        if let Some(known) = self.users.borrow().get(id) {
            return Ok(known.clone());
        }
        // A page that names many colleagues asks for all of them at once.
        if self.asked_for.get() >= FEW {
            self.colleagues()?;
        }
        if let Some(Colleague { name, side, .. }) = self.colleague(id) {
            let name = name.clone().unwrap_or_else(|| id.words());
            return Ok((name, side.unwrap_or(Side::Neutral)));
        }
        self.asked_for.set(self.asked_for.get() + 1);
        let person = self.reader.person_of(&format!("user/{id}"))?;
        let side = self.reader.user(id)?.and_then(|user| user.side).unwrap_or(Side::Neutral);
        let name = person.and_then(|person| person.name).unwrap_or_else(|| id.words());
        let known = (name, side);
        self.users.borrow_mut().insert(id.clone(), known.clone());
        Ok(known)
    }

    /// A colleague, where all were asked for.
    fn colleague(&self, id: &UserId) -> Option<&Colleague> {
        let all = self.colleagues.get()?;
        all.binary_search_by(|colleague| colleague.id.cmp(id)).ok().map(|at| &all[at])
    }

    /// How many people of the firm are known.
    pub(crate) fn how_many(&self) -> Result<usize, StoreError> {
        Ok(self.reader.users_by_id()?.len())
    }

    /// Everybody of the firm, by id.
    pub(crate) fn colleagues(&self) -> Result<&[Colleague], StoreError> {
        if let Some(known) = self.colleagues.get() {
            return Ok(known);
        }
        let found = self.reader.colleagues()?;
        Ok(self.colleagues.get_or_init(|| found))
    }

    /// Asks at once for accounts that will be asked for one by one.
    pub(crate) fn expect_accounts<'i>(
        &self,
        accounts: impl IntoIterator<Item = &'i AccountId>,
    ) -> Result<(), StoreError> {
        let accounts: BTreeSet<&AccountId> = accounts.into_iter().collect();
        let accounts: Vec<AccountId> = accounts.into_iter().cloned().collect();
        let heads = self.reader.account_heads(&accounts)?.into_iter();
        let mut known = self.accounts.borrow_mut();
        known.extend(accounts.into_iter().map(|id| (id.clone(), (id.0, FactNo(0)))));
        known.extend(heads.map(|AccountHead { id, name, last_fact }| {
            let name = name.unwrap_or_else(|| id.0.clone());
            (id, (name, last_fact))
        }));
        Ok(())
    }

    /// Asks at once for what the rows of a list will ask for one by one: the names of leads, of
    /// their owners and of their accounts.
    pub(crate) fn expect(&self, leads: &[LeadRow]) -> Result<(), StoreError> {
        self.expect_accounts(leads.iter().filter_map(|lead| lead.account.as_ref()))?;
        self.expect_users(leads.iter().filter_map(|lead| lead.owner.as_ref()))?;
        if self.reach {
            let subjects: Vec<String> =
                leads.iter().map(|lead| format!("lead/{}", lead.id)).collect();
            let mut named: BTreeMap<String, String> =
                self.reader.names_of(&subjects)?.into_iter().collect();
            let leads = leads.iter().zip(subjects);
            let leads = leads.map(|(lead, subject)| (lead.id.clone(), named.remove(&subject)));
            self.leads.borrow_mut().extend(leads);
        }
        Ok(())
    }

    /// Asks at once for colleagues who will be asked for one by one.
    pub(crate) fn expect_users<'i>(
        &self,
        users: impl IntoIterator<Item = &'i UserId>,
    ) -> Result<(), StoreError> {
        let mut users: BTreeSet<&UserId> = users.into_iter().collect();
        users.retain(|user| self.colleague(user).is_none());
        if users.is_empty() {
            return Ok(());
        }
        let subjects: Vec<String> = users.iter().map(|id| format!("user/{id}")).collect();
        let mut named: BTreeMap<String, String> =
            self.reader.names_of(&subjects)?.into_iter().collect();
        let sides = self.reader.users_by_id()?;
        let users = users.into_iter().map(|id| {
            let side = sides.get(id).and_then(|user| user.side).unwrap_or(Side::Neutral);
            let name = named.remove(&format!("user/{id}")).unwrap_or_else(|| id.words());
            (id.clone(), (name, side))
        });
        self.users.borrow_mut().extend(users);
        Ok(())
    }

    /// The name of somebody as the text of an Agreement names them, by address or id.
    pub(crate) fn named(&self, named: &str) -> Result<Option<String>, StoreError> {
        let user = user_named(self.reader, named)?;
        user.map(|user| self.user_name(&user)).transpose()
    }

    /// A colleague's name alone.
    pub(crate) fn user_name(&self, id: &UserId) -> Result<String, StoreError> {
        Ok(self.user(id)?.0)
    }

    /// A colleague with the glyph of their side; a dash's words for nobody.
    pub(crate) fn owner(&self, id: Option<&UserId>) -> Result<Markup, StoreError> {
        let Some(id) = id else { return Ok(Markup::text("nobody yet")) };
        let (name, side) = self.user(id)?;
        Ok(show::side_name(side, &name))
    }

    /// An account's name; the id where none is known.
    pub(crate) fn account(&self, id: &AccountId) -> Result<String, StoreError> {
        Ok(self.account_head(id)?.0)
    }

    /// The last fact about something that somebody looks after.
    pub(crate) fn known_up_to(&self, thing: &Owned) -> Result<FactNo, StoreError> {
        let row = match thing {
            Owned::Account(id) => return Ok(self.account_head(id)?.1),
            Owned::Lead(id) => self.reader.lead(id)?.map(|row| row.last_fact),
            Owned::Opportunity(id) => self.reader.opportunity(id)?.map(|row| row.last_fact),
        };
        Ok(row.unwrap_or(FactNo(0)))
    }

    fn account_head(&self, id: &AccountId) -> Result<(String, FactNo), StoreError> {
        if let Some(known) = self.accounts.borrow().get(id) {
            return Ok(known.clone());
        }
        let head = self.reader.account_heads(std::slice::from_ref(id))?.pop();
        let (name, up_to) = head.map_or((None, FactNo(0)), |head| (head.name, head.last_fact));
        let known = (name.unwrap_or_else(|| id.0.clone()), up_to);
        self.accounts.borrow_mut().insert(id.clone(), known.clone());
        Ok(known)
    }

    /// Who a lead is, where the asker may know it.
    pub(crate) fn lead_person(&self, id: &LeadId) -> Result<Option<Person>, StoreError> {
        if !self.reach {
            return Ok(None);
        }
        self.reader.person_of(&format!("lead/{id}"))
    }

    /// A lead's person by name, where it is known and the asker may know it.
    pub(crate) fn lead_name(&self, id: &LeadId) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.leads.borrow().get(id) {
            return Ok(known.clone());
        }
        Ok(self.lead_person(id)?.and_then(|person| person.name))
    }

    /// What a lead is called: the person's name, else the id.
    pub(crate) fn lead(&self, id: &LeadId) -> Result<String, StoreError> {
        Ok(self.lead_name(id)?.unwrap_or_else(|| id.0.clone()))
    }

    /// What an opportunity is called: its name, else the id.
    pub(crate) fn opportunity(&self, id: &OpportunityId) -> Result<String, StoreError> {
        let row = self.reader.opportunity(id)?;
        Ok(row.and_then(|row| row.name).unwrap_or_else(|| id.0.clone()))
    }
}

/// Where a lead's page lies.
pub(crate) fn lead_href(id: &LeadId) -> String {
    format!("/leads/{}", encoded(id.as_str()))
}

/// Where an opportunity's page lies.
pub(crate) fn opportunity_href(id: &OpportunityId) -> String {
    format!("/opportunities/{}", encoded(id.as_str()))
}

/// Where an account's page lies.
pub(crate) fn account_href(id: &AccountId) -> String {
    format!("/accounts/{}", encoded(id.as_str()))
}

/// Where the page of what somebody looks after lies.
pub(crate) fn thing_href(thing: &Owned) -> String {
    match thing {
        Owned::Lead(id) => lead_href(id),
        Owned::Opportunity(id) => opportunity_href(id),
        Owned::Account(id) => account_href(id),
    }
}

/// Where a campaign's page lies.
pub(crate) fn campaign_href(id: &CampaignId) -> String {
    format!("/campaigns/{}", encoded(id.as_str()))
}

/// Where a fact lies.
pub(crate) fn fact_href(no: FactNo) -> String {
    format!("/facts/{no}")
}

/// A fact's number as a link to it.
pub(crate) fn fact_link(no: FactNo) -> Markup {
    show::figure(format!("fact {no}"), &fact_href(no))
}

/// Text as one segment of a path or one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_a_stroke_stays_one_segment() {
        assert_eq!(lead_href(&"crm:a/b ü".into()), "/leads/crm:a%2Fb%20%C3%BC");
    }
}
