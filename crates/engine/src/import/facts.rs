//! From a row to the facts that it tells.

use connectors::mapping::{ColumnProblem, Draft, Object, Plan, Stamp};
use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    handoff::{Answer, HandoffAnswered, HandoffDelivered, LeadAssigned, LeadMoved},
    ids::{HandoffId, LeadId, OpportunityId, UserId},
    person::Person,
    record::{
        AccountReported, CampaignReported, LeadReported, OpportunityMoved, OpportunityReported,
        ProductReported, QuotaReported, UserReported,
    },
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::Writer;

use super::{
    join::{Joins, Meaning, keep_word, name_and_mail},
    outcome::outcome_of,
};
use crate::Error;

/// A fact of a row.
pub(super) enum Event {
    /// A report of a record, told as far as it is new.
    Record(Told),
    /// Something that happened, told once under its key.
    Once(Told),
}

/// Fields that the row needs only to make other facts of.
const MACHINERY: [&str; 4] = ["deleted", "is_won", "is_closed", "happened_at"];

/// Puts ids in place of the words of references, and gives the records that must be made first; or
/// why a row cannot be taken.
pub(super) fn join(
    joins: &mut Joins,
    writer: &mut Writer<'_>,
    plan: &Plan,
    draft: &mut Draft,
) -> Result<Result<Vec<Made>, ColumnProblem>, Error> {
    let mut made = Vec::new();
    for (field, object, mut word) in std::mem::take(&mut draft.references) {
        if let Some((first, has_others)) = joins.first_of(&writer.reader(), object, &word)? {
            if has_others {
                let reason = format!("names several {}: the first is taken", object.words());
                draft.notes.push(problem(plan, &field, reason));
            }
            word = first;
        }
        match joins.meaning(writer, object, &word)? {
            Meaning::Id(id) => {
                draft.fields.insert(field, FieldValue::Text(id));
            }
            Meaning::Make(id) => {
                made.extend(made_record(writer.now(), object, &id, word));
                draft.fields.insert(field, FieldValue::Text(id));
            }
            // What a lead is called has no place in the ledger.
            Meaning::Nothing if object == Object::Leads => {}
            Meaning::Nothing => keep_word(&mut draft.fields, &field, &word),
            Meaning::Unclear(why) => return Ok(Err(problem(plan, &field, why))),
        }
    }
    Ok(Ok(made))
}

/// A record that is to be made of a word.
pub(super) struct Made {
    pub(super) object: Object,
    pub(super) word: String,
    pub(super) id: String,
    pub(super) told: Told,
    /// The person that it is about.
    pub(super) person: Option<Person>,
}

/// A record that is known by its name alone.
fn made_record(now: Timestamp, object: Object, id: &str, word: String) -> Option<Made> {
    let fields = Fields::from([("name".to_owned(), FieldValue::from(word.as_str()))]);
    let (fact, person) = match object {
        Object::Accounts => {
            (Fact::Account(AccountReported { account: id.into(), fields, by: None }), None)
        }
        Object::Products => (Fact::Product(ProductReported { product: id.into(), fields }), None),
        Object::Users => {
            let (name, email) = match name_and_mail(&word) {
                Some((name, mail)) => (name.to_owned(), Some(mail.to_owned())),
                None => (word.clone(), None),
            };
            let person = Person { name: Some(name), email, ..Person::default() };
            let fields = Fields::new();
            (
                Fact::User(UserReported { user: id.into(), fields, person: None, by: None }),
                Some(person),
            )
        }
        _ => return None,
    };
    let source = id.split_once(':').map_or("file", |(source, _)| source).to_owned();
    let told = Told { source, key: String::new(), happened_at: now, fact };
    Some(Made { object, word, id: id.to_owned(), told, person })
}

/// The facts of a row whose references are ids.
pub(super) fn facts_of_draft(
    plan: &Plan,
    source: &str,
    draft: &Draft,
    now: Timestamp,
) -> Result<Vec<Event>, ColumnProblem> {
    let row = Row { plan, source, draft, now };
    match plan.object {
        Object::Users | Object::Products | Object::Accounts | Object::Campaigns => {
            Ok(vec![row.record()])
        }
        Object::Quotas => row.quotas(),
        Object::Leads => row.lead(),
        Object::StatusHistory => row.status().map(|event| vec![event]),
        Object::Responses | Object::Activities => row.activity().map(|event| vec![event]),
        Object::Handoffs => row.handoff(),
        Object::Opportunities => row.opportunity(),
        Object::StageHistory => row.stage().map(|event| vec![event]),
    }
}

/// The facts of a row whose references are taken for keys of its own source: what it will come to,
/// most often.
pub(super) fn facts_foreseen(
    plan: &Plan,
    source: &str,
    draft: &Draft,
    now: Timestamp,
) -> Vec<Event> {
    let mut draft = draft.clone();
    for (field, _, word) in std::mem::take(&mut draft.references) {
        let id = domain::ids::qualified(source, &word);
        draft.fields.insert(field, FieldValue::Text(id));
    }
    facts_of_draft(plan, source, &draft, now).unwrap_or_default()
}

/// Something about a field of a row, by the column that says it first.
fn problem(plan: &Plan, field: &str, reason: String) -> ColumnProblem {
    let planned = plan.fields.iter().find(|planned| planned.field == field);
    let header = planned.map(|planned| plan.header[planned.columns[0]].clone());
    ColumnProblem { column: header.unwrap_or_else(|| field.into()), reason }
}

struct Row<'a> {
    plan: &'a Plan,
    source: &'a str,
    draft: &'a Draft,
    now: Timestamp,
}

impl Row<'_> {
    fn problem(&self, column: &str, reason: &str) -> ColumnProblem {
        problem(self.plan, column, reason.to_owned())
    }

    /// The record's own key, or one made of the row's content.
    fn key(&self) -> String {
        self.draft.key.clone().unwrap_or_else(|| {
            let mut content = format!("{:?}{:?}", self.draft.fields, self.draft.person);
            content.push_str(&format!("{:?}", self.draft.stages));
            let digest = Sha256::digest(content.as_bytes());
            digest[..12].iter().map(|byte| format!("{byte:02x}")).collect()
        })
    }

    fn id(&self) -> String {
        domain::ids::qualified(self.source, &self.key())
    }

    fn text(&self, field: &str) -> Option<String> {
        self.draft.text(field).map(str::to_owned)
    }

    fn stamp(&self, field: &str) -> Option<Timestamp> {
        self.draft.stamp(field).map(|stamp| stamp.at)
    }

    /// Since when a first report is taken to hold: since the record was made, as far as is known.
    fn since(&self) -> Timestamp {
        let known = self.stamp("created_at").or_else(|| self.stamp("opened_on"));
        known.or_else(|| self.stamp("modified_at")).unwrap_or(self.now)
    }

    fn fields(&self) -> Fields {
        let mut fields = self.draft.fields.clone();
        for field in MACHINERY {
            fields.remove(field);
        }
        fields
    }

    fn told(&self, key: String, happened_at: Timestamp, fact: Fact) -> Told {
        Told { source: self.source.to_owned(), key, happened_at, fact }
    }

    fn record(&self) -> Event {
        let (id, fields) = (self.id(), self.fields());
        let fact = match self.plan.object {
            Object::Users => Fact::User(UserReported {
                user: id.as_str().into(),
                fields,
                person: None,
                by: None,
            }),
            Object::Products => {
                Fact::Product(ProductReported { product: id.as_str().into(), fields })
            }
            Object::Accounts => {
                Fact::Account(AccountReported { account: id.as_str().into(), fields, by: None })
            }
            _ => Fact::Campaign(CampaignReported { campaign: id.as_str().into(), fields }),
        };
        Event::Record(self.told(String::new(), self.since(), fact))
    }

    /// What the row says is to be reached: in its period, or in each that a column is named by.
    fn quotas(&self) -> Result<Vec<Event>, ColumnProblem> {
        let mut fields = self.fields();
        let user = fields.remove("user").and_then(|user| user.text().map(UserId::from));
        let period = fields.remove("period").and_then(|period| match period {
            FieldValue::Text(text) => Some(text),
            FieldValue::Whole(year) => Some(year.to_string()),
            _ => None,
        });
        let quota = |period: String, fields: Fields| {
            let fact = Fact::Quota(QuotaReported { user: user.clone(), period, fields });
            Event::Record(self.told(String::new(), self.since(), fact))
        };
        if !self.plan.periods.is_empty() {
            let in_period = self.draft.amounts.iter().map(|(period, amount)| {
                let mut fields = fields.clone();
                fields.insert("amount".into(), FieldValue::Money(*amount));
                quota(period.clone(), fields)
            });
            return Ok(in_period.collect());
        }
        let missing = "is blank: say which period, such as 2026-Q4";
        let period = period.ok_or_else(|| self.problem("period", missing))?;
        Ok(vec![quota(period, fields)])
    }

    fn lead(&self) -> Result<Vec<Event>, ColumnProblem> {
        let lead = LeadId(self.id());
        let mut fields = self.fields();
        let owner = fields.remove("owner").and_then(|owner| owner.text().map(UserId::from));
        let status = fields.remove("status").and_then(|status| status.text().map(str::to_owned));
        let reason = fields.remove("reason").and_then(|reason| reason.text().map(str::to_owned));
        let fact = Fact::Lead(LeadReported { lead: lead.clone(), fields, person: None, by: None });
        let mut events = vec![Event::Record(self.told(String::new(), self.since(), fact))];
        for (status, at) in self.statuses(status) {
            let key = format!("lead/{lead}/status/{status}/{}", at.as_millisecond());
            let reason = reason.clone().filter(|_| self.text("status").as_ref() == Some(&status));
            let fact = Fact::LeadMoved(LeadMoved { lead: lead.clone(), status, reason, by: None });
            events.push(Event::Once(self.told(key, at, fact)));
        }
        if let Some(owner) = owner {
            let at = self.since();
            let key = format!("lead/{lead}/owner/{owner}/{}", at.as_millisecond());
            let fact = Fact::LeadAssigned(LeadAssigned { lead, owner: Some(owner), by: None });
            events.push(Event::Once(self.told(key, at, fact)));
        }
        Ok(events)
    }

    /// The statuses of a lead that the row dates, and the one that it only states.
    fn statuses(&self, stated: Option<String>) -> Vec<(String, Timestamp)> {
        let mut statuses: Vec<(String, Timestamp)> = self
            .draft
            .stages
            .iter()
            .map(|(status, stamp): &(String, Stamp)| (status.clone(), stamp.at))
            .collect();
        if let Some(first) = &self.plan.first_status {
            statuses.push((first.clone(), self.since()));
        }
        let same = |a: &str, b: &str| {
            connectors::mapping::plain_name(a) == connectors::mapping::plain_name(b)
        };
        if let Some(stated) = stated
            && !statuses.iter().any(|(status, _)| same(status, &stated))
        {
            let at = self.stamp("modified_at").or_else(|| self.stamp("created_at"));
            statuses.push((stated, at.unwrap_or(self.now)));
        }
        statuses
    }

    fn needed_lead(&self) -> Result<LeadId, ColumnProblem> {
        let blank = "is blank, or what several leads are called: a row must say which lead it is \
                     about";
        self.draft.text("lead").map(LeadId::from).ok_or_else(|| self.problem("lead", blank))
    }

    fn status(&self) -> Result<Event, ColumnProblem> {
        let lead = self.needed_lead()?;
        let blank = "is blank: say which status the lead entered";
        let status = self.text("status").ok_or_else(|| self.problem("status", blank))?;
        let undated = "is blank: say when the lead entered the status";
        let at = self.stamp("happened_at").ok_or_else(|| self.problem("happened_at", undated))?;
        let key = format!("lead/{lead}/status/{status}/{}", at.as_millisecond());
        let by = self.draft.text("by").map(UserId::from);
        let fact = Fact::LeadMoved(LeadMoved { lead, status, reason: self.text("reason"), by });
        Ok(Event::Once(self.told(key, at, fact)))
    }

    fn activity(&self) -> Result<Event, ColumnProblem> {
        let lead = self.needed_lead()?;
        let undated = "is blank: say when it happened";
        let at = self.stamp("happened_at").ok_or_else(|| self.problem("happened_at", undated))?;
        let mut fields = self.fields();
        let mut take =
            |field: &str| fields.remove(field).and_then(|value| value.text().map(str::to_owned));
        let (kind, status) = (take("kind"), take("status"));
        let (campaign, account, by) = (take("campaign"), take("account"), take("by"));
        take("lead");
        let is_response = self.plan.object == Object::Responses;
        let kind = match kind {
            Some(kind) => connectors::mapping::field_name(&kind),
            None if is_response => "campaign_response".to_owned(),
            None => {
                let blank = "is blank: say what kind of activity it was";
                return Err(self.problem("kind", blank));
            }
        };
        let key = format!("activity/{}", self.key());
        let fact = Fact::Activity(ActivityRecorded {
            lead,
            kind,
            status,
            campaign: campaign.as_deref().map(Into::into),
            account: account.as_deref().map(Into::into),
            by: by.as_deref().map(UserId::from),
            fields,
        });
        Ok(Event::Once(self.told(key, at, fact)))
    }

    fn handoff(&self) -> Result<Vec<Event>, ColumnProblem> {
        let handoff = HandoffId(self.id());
        let mut fields = self.fields();
        let mut take = |field: &str| {
            fields.remove(field).and_then(|value| match value {
                FieldValue::Text(text) => Some(text),
                FieldValue::Bool(yes) => Some(if yes { "yes" } else { "no" }.to_owned()),
                _ => None,
            })
        };
        let lead = take("lead").map_or_else(|| LeadId(handoff.0.clone()), LeadId);
        let (to, answer, reason) = (take("to").map(UserId), take("answer"), take("reason"));
        let by = take("by").map(UserId);
        for stamp in ["delivered_at", "answered_at", "accepted_at", "rejected_at"] {
            take(stamp);
        }
        let undated = "is blank: say when the lead was handed over";
        let at = self.stamp("delivered_at").ok_or_else(|| self.problem("delivered_at", undated))?;
        let delivered =
            HandoffDelivered { handoff: handoff.clone(), lead: lead.clone(), to, fields };
        let mut events = vec![Event::Once(self.told(
            format!("handoff/{handoff}"),
            at,
            Fact::Handoff(delivered),
        ))];
        if let Some((answer, answered_at)) = self.answer(answer.as_deref())? {
            let key = format!("handoff/{handoff}/{}", answer.word());
            let undated = answered_at.is_none();
            let fact = HandoffAnswered {
                handoff,
                lead,
                answer,
                reason,
                by,
                in_place_of: None,
                until: None,
                note: None,
                undated,
            };
            let at = answered_at.unwrap_or(at);
            events.push(Event::Once(self.told(key, at, Fact::HandoffAnswered(fact))));
        }
        Ok(events)
    }

    /// The answer of a handoff and when it was given, where the row says it.
    fn answer(
        &self,
        word: Option<&str>,
    ) -> Result<Option<(Answer, Option<Timestamp>)>, ColumnProblem> {
        let at = self.stamp("answered_at");
        for (field, answer) in
            [("accepted_at", Answer::Accepted), ("rejected_at", Answer::Rejected)]
        {
            if let Some(at) = self.stamp(field) {
                return Ok(Some((answer, Some(at))));
            }
        }
        let Some(word) = word else { return Ok(None) };
        let answer = match connectors::mapping::plain_name(word).as_str() {
            "accepted" | "accept" | "yes" | "sal" | "approved" | "true" | "qualified" | "1" => {
                Answer::Accepted
            }
            "rejected" | "reject" | "no" | "declined" | "refused" | "false" | "returned" | "0" => {
                Answer::Rejected
            }
            "recycled" | "recycle" | "nurture" | "nurtured" | "later" => Answer::Recycled,
            "disqualified" | "disqualify" | "dq" | "unqualified" | "junk" => Answer::Disqualified,
            "pending" | "open" | "waiting" | "none" | "noanswer" | "noanswer yet" | "new"
            | "noresponse" | "unanswered" | "delivered" => return Ok(None),
            _ => {
                let reason = "is no answer that is known: say in the mapping, under \
                              [table.values.answer], which of accepted, rejected, recycled, \
                              disqualified or pending it means";
                return Err(self.problem("answer", &format!("\"{word}\" {reason}")));
            }
        };
        Ok(Some((answer, at)))
    }

    fn opportunity(&self) -> Result<Vec<Event>, ColumnProblem> {
        let opportunity = OpportunityId(self.id());
        let mut fields = self.fields();
        let outcome = self.outcome();
        if let Some(outcome) = outcome {
            fields.insert("outcome".into(), outcome.into());
        }
        if outcome == Some("open")
            && let Some(closes_on) = fields.remove("closed_on")
        {
            fields.insert("expected_on".into(), closes_on);
        }
        fields.remove("currency");
        let fact = OpportunityReported { opportunity: opportunity.clone(), fields, by: None };
        let fact = Fact::Opportunity(fact);
        let mut events = vec![Event::Record(self.told(String::new(), self.since(), fact))];
        let mut entered: Vec<(String, Timestamp)> =
            self.draft.stages.iter().map(|(stage, stamp)| (stage.clone(), stamp.at)).collect();
        if matches!(outcome, Some("won" | "lost" | "no_decision"))
            && let (Some(stage), Some(at)) = (self.text("stage"), self.stamp("closed_on"))
        {
            entered.push((stage, at));
        }
        for (stage, at) in entered {
            let key = format!("opportunity/{opportunity}/stage/{stage}/{}", at.as_millisecond());
            let fact = OpportunityMoved { opportunity: opportunity.clone(), stage };
            events.push(Event::Once(self.told(key, at, Fact::OpportunityMoved(fact))));
        }
        Ok(events)
    }

    /// Open, won, lost or no decision: as the row says it, or as its stage does.
    fn outcome(&self) -> Option<&'static str> {
        if let Some(word) = self.draft.text("outcome").and_then(outcome_of) {
            return Some(word);
        }
        match (self.draft.is("is_won"), self.draft.is("is_closed")) {
            (Some(true), _) => return Some("won"),
            (Some(false) | None, Some(true)) => return Some("lost"),
            (_, Some(false)) => return Some("open"),
            (Some(false), None) if self.draft.stamp("closed_on").is_some() => {
                return Some("lost");
            }
            (Some(false), None) => return Some("open"),
            (None, None) => {}
        }
        match self.draft.text("stage") {
            Some(stage) => Some(outcome_of(stage).unwrap_or("open")),
            None => self.won_by_its_date(),
        }
    }

    /// A table of deals with a date of winning and no stage lists what was won.
    fn won_by_its_date(&self) -> Option<&'static str> {
        let closed = self.plan.fields.iter().find(|planned| planned.field == "closed_on")?;
        let header = &self.plan.header[closed.columns[0]];
        let says_won = connectors::mapping::plain_name(header).contains("won");
        (says_won && self.draft.stamp("closed_on").is_some()).then_some("won")
    }

    fn stage(&self) -> Result<Event, ColumnProblem> {
        let blank = "is blank: a row must say which opportunity it is about";
        let opportunity = self.draft.text("opportunity").map(OpportunityId::from);
        let opportunity = opportunity.ok_or_else(|| self.problem("opportunity", blank))?;
        let blank = "is blank: say which stage the opportunity entered";
        let stage = self.text("stage").ok_or_else(|| self.problem("stage", blank))?;
        let undated = "is blank: say when the opportunity entered the stage";
        let at = self.stamp("happened_at").ok_or_else(|| self.problem("happened_at", undated))?;
        let key = format!("opportunity/{opportunity}/stage/{stage}/{}", at.as_millisecond());
        let fact = Fact::OpportunityMoved(OpportunityMoved { opportunity, stage });
        Ok(Event::Once(self.told(key, at, fact)))
    }
}
