//! A lead: one person's way through the agreed stages, replayed from facts.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    agreement::Agreement,
    condition::{Name, Root, View, status_word},
    fact::{Entry, Fact},
    field::{FieldValue, Fields, lay},
    ids::{AccountId, FactNo, LeadId, Subject, UserId},
    merging::joined,
    opportunity::Opportunity,
    window::whole_days,
};

/// A lead as its facts leave it at some instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lead {
    /// What was reported of the lead.
    pub fields: Fields,
    /// What was reported of its account.
    pub account: Fields,
    /// Where each field of the lead comes from.
    pub field_facts: BTreeMap<String, FactNo>,
    /// Where each field of the account comes from.
    pub account_facts: BTreeMap<String, FactNo>,
    /// The status it stands in, as the Agreement names it; unknown to the Agreement, as reported.
    pub status: Option<String>,
    /// Since when.
    pub status_since: Option<Timestamp>,
    /// When it last entered each status, by [`status_word`].
    pub entered: BTreeMap<String, Timestamp>,
    /// The reason given for the status, where one was.
    pub reason: Option<String>,
    /// Who has it.
    pub owner: Option<UserId>,
    /// How often it was given to somebody.
    pub transfers: u32,
    /// How often it met each definition.
    pub times_qualified: BTreeMap<String, u32>,
    /// When it came to be, by its `created_at` or else by its first fact.
    pub created_at: Option<Timestamp>,
    /// When the person last did something.
    pub last_activity_at: Option<Timestamp>,
}

impl Lead {
    /// Takes in one fact about the lead or its account. Statuses are read by the Agreement's words
    /// where one is given.
    pub fn apply(&mut self, entry: &Entry, agreement: Option<&Agreement>) {
        match entry.fact() {
            Fact::Lead(reported) => {
                lay(&mut self.fields, &mut self.field_facts, &reported.fields, entry.no);
                let created = self.fields.get("created_at").and_then(FieldValue::text);
                if let Some(at) = created.and_then(|text| text.parse().ok()) {
                    self.created_at = Some(at);
                }
            }
            Fact::Account(reported) => {
                lay(&mut self.account, &mut self.account_facts, &reported.fields, entry.no);
            }
            Fact::Activity(activity) if activity.by.is_none() => {
                self.last_activity_at = Some(entry.happened_at());
            }
            Fact::LeadMoved(moved) => {
                self.enter(&moved.status, entry.happened_at(), agreement);
                self.reason.clone_from(&moved.reason);
            }
            Fact::LeadAssigned(assigned) => {
                if assigned.owner != self.owner && assigned.owner.is_some() {
                    self.transfers += 1;
                }
                self.owner.clone_from(&assigned.owner);
            }
            Fact::LeadQualified(qualified) => {
                self.times_qualified.insert(qualified.definition.clone(), qualified.times);
                self.enter(&qualified.status, entry.happened_at(), agreement);
            }
            _ => {}
        }
        self.created_at.get_or_insert(entry.happened_at());
    }

    /// Enters a status.
    pub fn enter(&mut self, status: &str, at: Timestamp, agreement: Option<&Agreement>) {
        let known = agreement.and_then(|agreement| agreement.status(status));
        let status = known.map_or_else(|| status.to_owned(), |known| known.key.clone());
        self.entered.insert(status_word(&status), at);
        (self.status, self.status_since, self.reason) = (Some(status), Some(at), None);
    }

    /// The account that the lead is said to belong to.
    pub fn account_id(&self) -> Option<AccountId> {
        self.fields.get("account").and_then(FieldValue::text).map(AccountId::from)
    }

    /// The fact that a name's value comes from, where it comes from one.
    pub fn fact_of(&self, name: &Name) -> Option<FactNo> {
        match name.root {
            Root::Lead => self.field_facts.get(&name.field).copied(),
            Root::Account => self.account_facts.get(&name.field).copied(),
            _ => None,
        }
    }

    fn value(&self, field: &str, now: Timestamp) -> Option<FieldValue> {
        self.built_in(field, now).or_else(|| self.fields.get(field).cloned())
    }

    fn built_in(&self, field: &str, now: Timestamp) -> Option<FieldValue> {
        let whole = |number: i64| Some(FieldValue::Whole(number));
        match field {
            "status" => Some(self.status.as_deref().map_or(FieldValue::Cleared, Into::into)),
            "owner" => {
                let owner = self.owner.as_ref().map(UserId::as_str);
                Some(owner.map_or(FieldValue::Cleared, Into::into))
            }
            "times_qualified" => whole(self.times_qualified.values().copied().map(i64::from).sum()),
            "reason" => Some(self.reason.as_deref().map_or(FieldValue::Cleared, Into::into)),
            "age_days" => self.created_at.and_then(|at| whole(whole_days(at, now))),
            other => {
                let status = other.strip_prefix("days_since_")?;
                self.entered.get(status).and_then(|at| whole(whole_days(*at, now)))
            }
        }
    }
}

/// Puts facts in the order in which things happened; at one instant, in the order of recording.
pub fn in_order(mut entries: Vec<Arc<Entry>>) -> Vec<Arc<Entry>> {
    entries.sort_by_key(|entry| (entry.happened_at(), entry.no));
    entries
}

/// A lead under judgement: what a condition sees of it, of one of its activities, and of its score.
pub struct LeadView<'a> {
    /// The lead.
    pub lead: &'a Lead,
    /// The opportunity, where the judgement is about one; the lead is then the one it came from.
    pub opportunity: Option<&'a Opportunity>,
    /// The lead before the change that is judged.
    pub previous: Option<&'a Lead>,
    /// The fact that is judged, if it is an activity.
    pub activity: Option<&'a Entry>,
    /// Whether that activity was a success of its kind.
    pub success: bool,
    /// Points by component, `total` among them.
    pub score: BTreeMap<String, f64>,
    /// The instant of the judgement.
    pub at: Timestamp,
}

impl<'a> LeadView<'a> {
    /// A view of the lead alone.
    pub fn of(lead: &'a Lead, at: Timestamp) -> LeadView<'a> {
        LeadView {
            lead,
            opportunity: None,
            previous: None,
            activity: None,
            success: false,
            score: BTreeMap::new(),
            at,
        }
    }

    /// The same with a fact under judgement.
    pub fn with_fact(self, entry: &'a Entry, agreement: &Agreement) -> LeadView<'a> {
        let Fact::Activity(activity) = entry.fact() else { return self };
        let kind = agreement.activities.get(&activity.kind);
        let success = kind.is_none_or(|kind| kind.succeeds(activity.status.as_deref()));
        LeadView { activity: Some(entry), success, ..self }
    }
}

impl View for LeadView<'_> {
    fn value(&self, name: &Name) -> Option<FieldValue> {
        match name.root {
            Root::Lead => self.lead.value(&name.field, self.at),
            Root::Account => self.lead.account.get(&name.field).cloned(),
            Root::Previous => self.previous.and_then(|lead| lead.value(&name.field, self.at)),
            Root::Score => self.score.get(&name.field).copied().map(FieldValue::Number),
            Root::Activity => self.activity_value(&name.field),
            Root::Opportunity => self.opportunity?.value(&name.field, self.at),
        }
    }
}

impl LeadView<'_> {
    fn owner(&self) -> Option<&UserId> {
        match self.opportunity {
            Some(opportunity) => opportunity.owner.as_ref(),
            None => self.lead.owner.as_ref(),
        }
    }

    /// The fact that a name's value comes from, where it comes from one.
    pub fn fact_of(&self, name: &Name) -> Option<FactNo> {
        match name.root {
            Root::Opportunity => self.opportunity?.fact_of(&name.field),
            Root::Activity => self.activity.map(|entry| entry.no),
            _ => self.lead.fact_of(name),
        }
    }

    /// Where no activity is judged, `activity.kind` is blank and the rest is unknown.
    fn activity_value(&self, field: &str) -> Option<FieldValue> {
        let text = |text: Option<&str>| Some(text.map_or(FieldValue::Cleared, Into::into));
        let Some(Fact::Activity(activity)) = self.activity.map(Entry::fact) else {
            return match field {
                "kind" => Some(FieldValue::Cleared),
                "success" | "by_owner" => Some(FieldValue::Bool(false)),
                _ => None,
            };
        };
        match field {
            "kind" => text(Some(&activity.kind)),
            "status" => text(activity.status.as_deref()),
            "success" => Some(FieldValue::Bool(self.success)),
            "by" => text(activity.by.as_ref().map(UserId::as_str)),
            "by_owner" => Some(FieldValue::Bool(
                activity.by.is_some() && activity.by.as_ref() == self.owner(),
            )),
            "campaign" => text(activity.campaign.as_ref().map(|campaign| campaign.as_str())),
            other => activity.fields.get(other).cloned(),
        }
    }
}

/// The facts about one lead and its account, in the order in which they happened; where others were
/// merged into it, with what came along.
#[derive(Debug, Clone)]
pub struct LeadHistory {
    /// Which lead.
    pub lead: LeadId,
    entries: Vec<Arc<Entry>>,
    /// What the person had done under another record before the two were merged, and since when.
    earlier: Vec<(Timestamp, Arc<Entry>)>,
    /// When it went on as another lead, and the fact that says so.
    merged: Option<(Timestamp, FactNo)>,
    /// What was told of it only after that, though it had happened before: its clocks hear it, and
    /// the lead that goes on is judged by it.
    told_since: Vec<Arc<Entry>>,
}

impl LeadHistory {
    /// Gathers facts; their order does not matter.
    pub fn new<E: Into<Arc<Entry>>>(
        lead: LeadId,
        entries: impl IntoIterator<Item = E>,
    ) -> LeadHistory {
        let mut entries = in_order(entries.into_iter().map(Into::into).collect());
        let joined = joined(&entries);
        let merged = joined.iter().find(|joined| !joined.survives);
        let mut earlier = Vec::new();
        let mut told_since = Vec::new();
        if let Some(merged) = merged {
            let judges = |fact: &Fact| matches!(fact, Fact::Activity(_) | Fact::Lead(_));
            let is_told_since =
                |entry: &mut Arc<Entry>| entry.no > merged.fact && judges(entry.fact());
            told_since = entries.extract_if(.., is_told_since).collect();
        }
        if !joined.is_empty() {
            entries.retain(|entry| {
                let Fact::Activity(activity) = entry.fact() else { return true };
                let with = joined.iter().find(|joined| joined.with == activity.lead);
                let since = with.map(|joined| joined.at).filter(|at| entry.happened_at() < *at);
                earlier.extend(since.map(|at| (at, entry.clone())));
                since.is_none()
            });
        }
        let merged = merged.map(|joined| (joined.at, joined.fact));
        LeadHistory { lead, entries, earlier, merged, told_since }
    }

    /// Whether a fact was told only after the lead went on as another.
    pub fn is_told_since_merged(&self, entry: &Entry) -> bool {
        self.merged.is_some_and(|(_, merged)| entry.no > merged)
    }

    /// The parts of a span of time in which the lead is judged by the same records.
    pub fn spells(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let until = self.merged.map_or(until, |(at, _)| until.min(at));
        let mut cuts = vec![from, until];
        cuts.extend(self.earlier.iter().map(|(at, _)| *at).filter(|at| from < *at && *at < until));
        cuts.sort();
        cuts.dedup();
        cuts.windows(2).map(|spell| (spell[0], spell[1])).filter(|(a, b)| a < b).collect()
    }

    /// The facts that happened up to and at an instant, as whoever judges from another instant on
    /// sees them: with what the person had done under records that were merged by then.
    pub fn seen(&self, from: Timestamp, at: Timestamp) -> Cow<'_, [Arc<Entry>]> {
        let seen =
            |(since, entry): &&(Timestamp, Arc<Entry>)| *since <= from && entry.happened_at() <= at;
        let mut earlier = self.earlier.iter().filter(seen).peekable();
        if earlier.peek().is_none() {
            return Cow::Borrowed(self.until(at));
        }
        let earlier = earlier.map(|(_, entry)| entry.clone());
        Cow::Owned(in_order(self.until(at).iter().cloned().chain(earlier).collect()))
    }

    /// Adds a fact at its place.
    pub fn add(&mut self, entry: Entry) {
        let place =
            |known: &Arc<Entry>| (known.happened_at(), known.no) <= (entry.happened_at(), entry.no);
        let place = self.entries.partition_point(place);
        self.entries.insert(place, Arc::new(entry));
    }

    /// The lead as what its clocks run on.
    pub fn subject(&self) -> Subject {
        Subject::Lead(self.lead.clone())
    }

    /// The facts that happened up to and at an instant.
    pub fn until(&self, at: Timestamp) -> &[Arc<Entry>] {
        let end = self.entries.partition_point(|entry| entry.happened_at() <= at);
        &self.entries[..end]
    }

    /// When the first of the facts happens that are dated ahead of an instant.
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.entries.get(self.until(at).len()).map(|entry| entry.happened_at())
    }

    /// The facts themselves, in the order in which they happened.
    pub fn into_entries(self) -> Vec<Arc<Entry>> {
        if self.told_since.is_empty() {
            return self.entries;
        }
        in_order(self.entries.into_iter().chain(self.told_since).collect())
    }

    /// The lead as its facts up to an instant leave it.
    pub fn as_of(&self, at: Timestamp, agreement: Option<&Agreement>) -> Lead {
        let mut lead = Lead::default();
        for entry in self.until(at) {
            lead.apply(entry, agreement);
        }
        lead
    }
}
