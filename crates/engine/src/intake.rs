//! Taking in what other systems report, and deciding what follows.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    fact::{Entry, Fact, Told},
    field::FieldValue,
    ids::{AccountId, FactNo, Subject},
    person::Person,
    reported::{Reported, settle_ids},
    withdrawal::{key_again, withdrawn_in},
};
use jiff::Timestamp;
use store::{Ahead, StoreError, Writer, is_keyed_by};

use crate::{
    Engine, Error,
    deciding::{Rules, decide_about},
};

pub use connectors::facts::{NotAFact, from_value as read_fact};

/// What became of a reported fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Its place in the ledger, from this time or an earlier one.
    pub no: FactNo,
    /// Whether it was there before: the same source and key is one fact.
    pub already: bool,
    /// What was decided about its lead or opportunity because of this request.
    pub decided: Vec<Entry>,
}

impl Engine {
    /// Takes facts in, in the order given, all in one transaction, and decides about every lead
    /// and opportunity that they touch. Facts are taken in whatever can be done with them.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing was taken in.
    pub fn take_in(&self, reported: Vec<Reported>, now: Timestamp) -> Result<Vec<Taken>, Error> {
        let versions = self.versions.clone();
        self.store.write(now, move |writer| {
            Rules::bring_into_force(writer, &versions, now)?;
            writer.look_ahead(&ahead_of(&reported))?;
            let mut taken = Vec::with_capacity(reported.len());
            let (mut touched, mut accounts) = (BTreeSet::new(), BTreeSet::new());
            for reported in reported {
                let (entry, already) = take(writer, reported)?;
                if !already {
                    touched.extend(entry.fact().decided_about());
                    accounts.extend(account_of(entry.fact()).cloned());
                }
                taken.push((entry, already));
            }
            leave_accounts(writer, &accounts)?;
            let rules = Rules::of(writer, &versions)?;
            let mut decided: Decided = BTreeMap::new();
            for subject in &touched {
                for decision in decide_about(writer, &rules, subject, now)? {
                    let about = decision.fact().decided_about();
                    decided.entry(about).or_default().push(decision);
                }
            }
            Ok(taken
                .into_iter()
                .map(|(entry, already)| told_of(&entry, already, &decided))
                .collect())
        })
    }
}

/// What taking facts in will ask for. One alone asks for itself.
fn ahead_of(reported: &[Reported]) -> Ahead {
    let mut ahead = Ahead::default();
    if reported.len() < 2 {
        return ahead;
    }
    for Reported { told, person } in reported {
        ahead.foresee(told, person.as_ref());
    }
    ahead
}

/// What was decided, by what it is about.
type Decided = BTreeMap<Option<Subject>, Vec<Entry>>;

fn told_of(entry: &Entry, already: bool, decided: &Decided) -> Taken {
    let about = entry.fact().decided_about().filter(|_| !already);
    let of_the_same = about.and_then(|about| decided.get(&Some(about)));
    Taken { no: entry.no, already, decided: of_the_same.cloned().unwrap_or_default() }
}

/// Takes one fact in; says whether it was there before.
pub(crate) fn take(
    writer: &mut Writer<'_>,
    mut reported: Reported,
) -> Result<(Entry, bool), Error> {
    match place_for(writer, &reported.told)? {
        Place::Taken(entry) => return Ok((*entry, true)),
        Place::Under(key) => reported.told.key = key,
    }
    settle(writer, &mut reported)?;
    keep_person(writer, &mut reported)?;
    let entry = writer.append_once(reported.told)?;
    Ok((entry.expect("nobody else writes inside this transaction"), false))
}

/// Where something that is told has its place.
pub(crate) enum Place {
    /// It stands in the ledger.
    Taken(Box<Entry>),
    /// Under this key: its own, or a further one where it was told before and withdrawn.
    Under(String),
}

/// Where something that is told has its place: what was told once holds, unless it was withdrawn.
pub(crate) fn place_for(writer: &mut Writer<'_>, told: &Told) -> Result<Place, StoreError> {
    let (mut key, mut times) = (told.key.clone(), 1);
    let subject = told.fact.subject();
    let about = is_keyed_by(told, &subject).then_some(subject);
    while let Some(entry) = match &about {
        Some(subject) => writer.already_about(subject, &told.source, &key)?,
        None => writer.already(&told.source, &key)?,
    } {
        let withdrawals = writer.reader().withdrawals_of(&entry.fact().subject(), entry.no)?;
        if !withdrawn_in(&withdrawals).contains(&entry.no) {
            return Ok(Place::Taken(Box::new(entry)));
        }
        times += 1;
        key = key_again(&told.key, times);
    }
    Ok(Place::Under(key))
}

/// Appends what is told under a key of our own, again where it was withdrawn; `None` where it stands.
pub(crate) fn append_unless_it_stands(
    writer: &mut Writer<'_>,
    told: Told,
) -> Result<Option<Entry>, StoreError> {
    match place_for(writer, &told)? {
        Place::Under(key) => writer.append_once(Told { key, ..told }),
        Place::Taken(_) => Ok(None),
    }
}

/// Gives ids their source, and exchanges keys that would tell who somebody is.
pub(crate) fn settle(writer: &mut Writer<'_>, reported: &mut Reported) -> Result<(), StoreError> {
    let mut failed = None;
    settle_ids(&mut reported.told, &mut |source, key| match writer.alias(source, key) {
        Ok(alias) => alias,
        Err(error) => {
            failed = Some(error);
            key.to_owned()
        }
    });
    failed.map_or(Ok(()), Err)
}

/// Puts the private part beside the ledger and its hash, and what does not tell the person, into
/// the fact.
fn keep_person(writer: &mut Writer<'_>, reported: &mut Reported) -> Result<(), StoreError> {
    let Some(told_person) = reported.person.take().filter(|person| !person.is_empty()) else {
        return Ok(());
    };
    let subject = reported.told.fact.subject();
    let mut person = writer.reader().person_of(&subject)?.unwrap_or_default();
    person.overlay(&told_person);
    let hash = writer.keep_person(&subject, &person)?;
    match &mut reported.told.fact {
        Fact::Lead(fact) => {
            fact.person = Some(hash);
            tell_domain(&person, fact);
        }
        Fact::User(fact) => fact.person = Some(hash),
        _ => {}
    }
    Ok(())
}

/// Puts the domain of the mail address, which tells the firm and not the person, into the fact.
/// Public, so that `lockstep decide` reads a file of facts as they would be taken in here.
pub fn tell_domain(person: &Person, fact: &mut domain::record::LeadReported) {
    if let Some(domain) = person.email_domain() {
        fact.fields.entry("email_domain".into()).or_insert(FieldValue::Text(domain));
    }
}

/// The account that a fact reports.
pub(crate) fn account_of(fact: &Fact) -> Option<&AccountId> {
    match fact {
        Fact::Account(fact) => Some(&fact.account),
        _ => None,
    }
}

/// Leaves the leads and opportunities of accounts for the tick: there may be thousands.
pub(crate) fn leave_accounts(
    writer: &mut Writer<'_>,
    accounts: &BTreeSet<AccountId>,
) -> Result<(), StoreError> {
    let accounts: Vec<AccountId> = accounts.iter().cloned().collect();
    let subjects = writer.reader().subjects_of_accounts(&accounts)?;
    let now = writer.now();
    for subject in subjects {
        writer.leave_undecided(&subject.to_string(), now)?;
    }
    Ok(())
}
