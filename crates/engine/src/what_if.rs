//! What would follow for one lead with other values, with something more that its contact does, or
//! under another text: by the very function that decides live, and the very one that routes. Nothing
//! is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connectors::agreement::{Kind, Names, declared};
use domain::{
    activity::ActivityRecorded,
    agreement::{Agreement, History, InForce},
    backtest::inputs,
    condition::Root,
    decision,
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId, Subject, Version},
    lead::{Lead, LeadHistory},
    qualification::{Assessment, assess},
    record::{AccountReported, LeadReported},
    routed::Routed,
    routing::route,
};
use jiff::Timestamp;
use store::Reader;

use crate::{
    Engine, Error, Refusal, deciding,
    lead::{gathered, history_of},
    negotiation::text_of,
    routing::{Asked, Directory, asked_for},
};

/// The source of what is only supposed.
const SUPPOSED: &str = "supposed";

/// Why nothing can be tried out, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhatIfRefusal {
    /// There is no such lead.
    #[error("there is no lead {0}: look at the list of leads")]
    NoLead(LeadId),
    /// Nothing is in force, and no version is named.
    #[error("no Agreement is in force: name a version under which to try it")]
    NothingInForce,
    /// The text does not know the field.
    #[error("version {1} declares no field {0}: choose one of {2}")]
    NoField(String, Version, String),
    /// What was typed is no value of the field.
    #[error("\"{1}\" is no value of {0}: it is {2}")]
    NoValue(String, String, String),
    /// The text does not know the activity.
    #[error("version {1} knows no activity \"{0}\": choose one of {2}")]
    NoActivity(String, Version, String),
    /// The lead has no account whose fields could be changed.
    #[error("the lead has no account, so {0} cannot be changed")]
    NoAccount(String),
}

/// What is supposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIfWish {
    /// Of which lead.
    pub lead: LeadId,
    /// Under which version; the one in force where none is named.
    pub under: Option<Version>,
    /// Other values, as typed, by their names as conditions write them: `lead.title`. An empty value
    /// is a blank one.
    pub values: BTreeMap<String, String>,
    /// Kinds of activities that its contact does now, each with success.
    pub did: Vec<String>,
}

/// What would follow.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// The version in force, where there is one.
    pub in_force: Option<InForce>,
    /// The version under which it was tried.
    pub under: InForce,
    /// The points as they are.
    pub before: Vec<Assessment>,
    /// The points as they would be.
    pub after: Vec<Assessment>,
    /// The decisions that would be recorded now and are not without what is supposed.
    pub follows: Vec<Entry>,
    /// Who would get the lead, where it would have to find an owner.
    pub routed: Option<Routed>,
    /// The values that the text asks for, by their names, with what they are now.
    pub asked: Vec<(String, Option<FieldValue>)>,
}

impl Engine {
    /// Tries something out on a lead, as of now.
    ///
    /// # Errors
    /// [`WhatIfRefusal`],
    /// [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal), or when the database
    /// cannot be read.
    pub fn what_if(&self, wish: &WhatIfWish, now: Timestamp) -> Result<WhatIf, Error> {
        let agreements = self.agreements()?;
        let in_force = agreements.at(now).cloned();
        let under = match wish.under {
            Some(version) => {
                let (row, agreement) = self.agreement(version)?;
                InForce { version, hash: row.hash, from: now, agreement }
            }
            None => in_force.clone().ok_or_else(|| refused(WhatIfRefusal::NothingInForce))?,
        };
        let names = declared(&text_of(&self.agreement(under.version)?.0)?);
        let supposed_history = under_another(&agreements, &under, now);
        self.read(|reader| {
            let subject = Subject::Lead(wish.lead.clone());
            if reader.lead(&wish.lead)?.is_none() {
                return Err(refused(WhatIfRefusal::NoLead(wish.lead.clone())));
            }
            let entries = gathered(reader, &subject)?;
            let lead = history_of(reader, &wish.lead)?.as_of(now, Some(&under.agreement));
            let facts = supposed(wish, &lead, &under, &names, now)?;
            let mut with = entries.clone();
            let head = reader.head()?.fact;
            with.extend(facts.into_iter().zip(1..).map(|(fact, nth)| entry(fact, head, nth, now)));
            let people = deciding::people_under(reader, &supposed_history)?;
            let follow = |entries, history: &History| {
                follows(&subject, entries, history, &people, now, head)
            };
            let known: BTreeSet<String> = follow(entries.clone(), &agreements)?
                .into_iter()
                .map(|entry| entry.told.key.clone())
                .collect();
            let mut follows = follow(with.clone(), &supposed_history)?;
            let decided: Vec<Arc<Entry>> = follows.iter().cloned().map(Arc::new).collect();
            follows.retain(|entry| !known.contains(&entry.told.key));
            let before = LeadHistory::new(wish.lead.clone(), entries);
            let after = LeadHistory::new(wish.lead.clone(), with.clone());
            with.extend(decided);
            let left = LeadHistory::new(wish.lead.clone(), with).as_of(now, Some(&under.agreement));
            Ok(WhatIf {
                before: assessed(&before, &agreements, in_force.as_ref(), now),
                after: assessed(&after, &supposed_history, Some(&under), now),
                follows,
                routed: routed(reader, &supposed_history, &under, &left, now)?,
                asked: asked(&under.agreement, &lead),
                in_force,
                under,
            })
        })
    }
}

fn refused(refusal: WhatIfRefusal) -> Error {
    Error::Refused(Refusal::from(refusal))
}

/// The versions as if one came into force now; as they are, if it is in force.
fn under_another(agreements: &History, under: &InForce, now: Timestamp) -> History {
    if agreements.at(now).is_some_and(|known| known.version == under.version) {
        return agreements.clone();
    }
    let before = agreements.0.iter().filter(|known| known.from < now).cloned();
    History(before.chain([under.clone()]).collect())
}

/// What is supposed, as facts.
fn supposed(
    wish: &WhatIfWish,
    lead: &Lead,
    under: &InForce,
    names: &Names,
    now: Timestamp,
) -> Result<Vec<Told>, Error> {
    let (mut of_lead, mut of_account) = (Fields::new(), Fields::new());
    for (name, typed) in &wish.values {
        let (fields, known) = match name.split_once('.') {
            Some(("lead", field)) => (&mut of_lead, names.lead.get_key_value(field)),
            Some(("account", field)) => (&mut of_account, names.account.get_key_value(field)),
            _ => (&mut of_lead, None),
        };
        let Some((field, kind)) = known else {
            let all: Vec<String> =
                asked(&under.agreement, lead).into_iter().map(|(n, _)| n).collect();
            let no_field = WhatIfRefusal::NoField(name.clone(), under.version, all.join(", "));
            return Err(refused(no_field));
        };
        fields.insert(field.clone(), value_of(name, typed, kind)?);
    }
    let mut facts = Vec::new();
    if !of_lead.is_empty() {
        facts.push(Fact::Lead(LeadReported {
            lead: wish.lead.clone(),
            fields: of_lead,
            person: None,
            by: None,
        }));
    }
    if let Some(field) = of_account.keys().next() {
        let account = lead.account_id();
        let no_account = || refused(WhatIfRefusal::NoAccount(format!("account.{field}")));
        let account = account.ok_or_else(no_account)?;
        facts.push(Fact::Account(AccountReported { account, fields: of_account, by: None }));
    }
    for kind in &wish.did {
        facts.push(Fact::Activity(activity(wish, kind, under)?));
    }
    let told = |(nth, fact)| Told {
        source: SUPPOSED.to_owned(),
        key: format!("{}", nth),
        happened_at: now,
        fact,
    };
    Ok((0..).zip(facts).map(told).collect())
}

fn activity(wish: &WhatIfWish, kind: &str, under: &InForce) -> Result<ActivityRecorded, Error> {
    let all = &under.agreement.activities;
    let Some(known) = all.get(kind) else {
        let kinds: Vec<&str> = all.keys().map(String::as_str).collect();
        let kinds = kinds.join(", ");
        return Err(refused(WhatIfRefusal::NoActivity(kind.to_owned(), under.version, kinds)));
    };
    Ok(ActivityRecorded {
        lead: wish.lead.clone(),
        kind: kind.to_owned(),
        status: known.success.as_ref().and_then(|words| words.first().cloned()),
        campaign: None,
        account: None,
        by: None,
        fields: Fields::new(),
    })
}

/// What was typed, as the text declares the field.
fn value_of(name: &str, typed: &str, kind: &Kind) -> Result<FieldValue, Error> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(FieldValue::Cleared);
    }
    let value = match kind {
        Kind::Number => {
            typed.parse().map(FieldValue::Whole).ok().or_else(|| {
                typed.parse().ok().filter(|n: &f64| n.is_finite()).map(FieldValue::Number)
            })
        }
        Kind::Bool => match typed {
            "true" | "yes" => Some(FieldValue::Bool(true)),
            "false" | "no" => Some(FieldValue::Bool(false)),
            _ => None,
        },
        Kind::OneOf(words, _) if !words.iter().any(|word| word == typed) => None,
        Kind::Date => {
            typed.parse::<jiff::civil::Date>().ok().map(|_| FieldValue::Text(typed.into()))
        }
        Kind::Instant => typed.parse::<Timestamp>().ok().map(|_| FieldValue::Text(typed.into())),
        Kind::Text | Kind::OneOf(..) => Some(FieldValue::Text(typed.to_owned())),
    };
    value.ok_or_else(|| {
        let is = match kind {
            Kind::OneOf(words, _) => format!("one of {}", words.join(", ")),
            Kind::Bool => "yes or no".to_owned(),
            kind => kind.words().to_owned(),
        };
        refused(WhatIfRefusal::NoValue(name.to_owned(), typed.to_owned(), is))
    })
}

fn entry(told: Told, head: FactNo, nth: i64, now: Timestamp) -> Arc<Entry> {
    Arc::new(Entry { no: FactNo(head.0 + nth), recorded_at: now, told })
}

/// Every decision that is not among the facts.
fn follows(
    subject: &Subject,
    entries: Vec<Arc<Entry>>,
    agreements: &History,
    people: &domain::people::People,
    now: Timestamp,
    head: FactNo,
) -> Result<Vec<Entry>, Error> {
    let mut no = head.0 + entries.len() as i64;
    let mut found = Vec::new();
    decision::decide(subject, entries, agreements, people, now, |told| {
        no += 1;
        let entry = Entry { no: FactNo(no), recorded_at: now, told };
        found.push(entry.clone());
        Ok::<_, Error>(Some(entry))
    })?;
    Ok(found)
}

fn assessed(
    history: &LeadHistory,
    agreements: &History,
    text: Option<&InForce>,
    now: Timestamp,
) -> Vec<Assessment> {
    let definitions = text.into_iter().flat_map(|text| &text.agreement.definitions);
    definitions.filter_map(|known| assess(history, agreements, &known.id, now)).collect()
}

/// Who would get it, where it stands in a status in which leads are routed.
fn routed(
    reader: &Reader<'_>,
    agreements: &History,
    under: &InForce,
    lead: &Lead,
    now: Timestamp,
) -> Result<Option<Routed>, Error> {
    let Some(routing) = &under.agreement.routing else { return Ok(None) };
    let stands = lead.status.as_ref().is_some_and(|status| routing.on.contains(status));
    if !stands || lead.owner.is_some() {
        return Ok(None);
    }
    let directory = Directory::read(reader, agreements)?;
    let people = crate::lead::working_hours(reader)?;
    let mut asked =
        Asked { reader, directory: &directory, people: &people, in_force: under, lead, at: now };
    Ok(Some(route(routing, now, &mut asked)?.0))
}

/// What definitions and routes ask for, by its name, with what it is now.
fn asked(agreement: &Agreement, lead: &Lead) -> Vec<(String, Option<FieldValue>)> {
    let mut names: BTreeSet<(Root, String)> =
        agreement.definitions.iter().flat_map(inputs::fields).collect();
    if let Some(routing) = &agreement.routing {
        names.extend(asked_for(routing).into_iter().map(|field| (Root::Lead, field)));
    }
    let value = |(root, field): (Root, String)| {
        let fields = if root == Root::Account { &lead.account } else { &lead.fields };
        (format!("{}.{field}", root.word()), fields.get(&field).cloned())
    };
    names.into_iter().map(value).collect()
}
