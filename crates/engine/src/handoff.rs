//! Answering a handoff: sales accepts, rejects for a procedural reason, recycles or disqualifies.
//! What Lockstep can see for itself it looks at before it takes a reason.

use domain::{
    agreement::{
        Agreement, HandoffTerms, History,
        handoff::{AnswerReason, Check},
    },
    decided::SOURCE,
    fact::Fact,
    field::{FieldValue, Fields},
    handoff::{Answer, HandoffAnswered, LeadAssigned, LeadMoved, note_of},
    ids::{HandoffId, LeadId, OpportunityId, Subject, UserId},
    lead::LeadHistory,
    person::Person,
    qualification::{Assessment, assess},
    record::OpportunityReported,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError, Writer,
    read::{HandoffRow, LeadRow, Outcome},
};

use crate::{
    Engine, Error, Refusal,
    absence::{manager, substitute_of},
    access::{Act, Actor, may},
    agreement::{Versions, history},
    colleague::{append, name_of},
    deciding::{Rules, decide_about},
    lead::history_of,
};

/// The longest note or statement, in bytes.
pub const NOTE_BYTES_MAX: usize = 4_000;

/// Why a handoff is not answered, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoffRefusal {
    /// There is no such handoff, or another system reports it.
    #[error("there is no handoff {0} that is answered here: look at the lead")]
    Unknown(HandoffId),
    /// It was answered before.
    #[error("{0}: a handoff is answered once")]
    Answered(String),
    /// No reason was given.
    #[error("choose a reason: what is not accepted goes back with one")]
    NoReason,
    /// The reason is not on the list.
    #[error("{0:?} is not on the signed list of reasons: choose one of it")]
    NotAReason(String),
    /// What Lockstep sees says otherwise.
    #[error("{0}: choose another reason, or accept")]
    NotSo(String),
    /// The reason needs a note.
    #[error("{0:?} needs a note: write what was found")]
    NoNote(String),
    /// The note is too long.
    #[error("the note is too long: use at most 4,000 bytes")]
    TooLong,
    /// The lead would rest too short, or no day was chosen.
    #[error("a recycled lead rests until {0} at least: choose that day or a later one")]
    RestsLonger(Date),
}

/// An answer as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// The answer.
    pub answer: Answer,
    /// The reason, in the words of the signed list; blank for an acceptance.
    pub reason: String,
    /// Until when a recycled lead rests; as signed, where nothing is said.
    pub until: Option<Date>,
    /// A note; it stands beside the ledger.
    pub note: String,
}

impl Engine {
    /// Answers a handoff. Its lead enters the status that the Agreement names for the answer, and
    /// whoever accepts what is nobody's becomes its owner; all in one transaction.
    ///
    /// # Errors
    /// [`HandoffRefusal`], or the actor may not.
    pub fn answer_handoff(
        &self,
        by: &Actor,
        handoff: &HandoffId,
        told: Answering,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, handoff, versions) = (by.clone(), handoff.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            Rules::bring_into_force(writer, &versions, now)?;
            // Silence may have accepted it while nobody looked.
            if let Some(row) = writer.reader().handoff(&handoff)? {
                decide(writer, &versions, &row.lead, now)?;
            }
            let row = answerable(&writer.reader(), &handoff)?;
            let agreements = history(&writer.reader(), &versions)?;
            let act = act_of_answering(&writer.reader(), &agreements, &row, now)?;
            may(&by, &act).map_err(Refusal::from)?;
            let terms = terms_of(&writer.reader(), &versions, &row)?;
            check(writer, &versions, &row, &terms, &told, now)?;
            let substitute = substitute(&writer.reader(), &agreements, &row, now)?;
            let in_place_of = row.owner.clone().filter(|_| substitute.as_ref() == Some(&by.user));
            give(writer, (&by, in_place_of), &row, &terms, told)?;
            decide(writer, &versions, &row.lead, now)
        })
    }
}

/// What it takes to answer a handoff at an instant: to be whoever has it, to lead them, or to do
/// their work while they are away.
///
/// # Errors
/// When the database cannot be read.
pub fn act_of_answering(
    reader: &Reader<'_>,
    agreements: &History,
    row: &HandoffRow,
    now: Timestamp,
) -> Result<Act, StoreError> {
    let owner = row.owner.as_ref().map(|owner| reader.user(owner)).transpose()?.flatten();
    let others = owner.as_ref().and_then(manager).into_iter();
    let others = others.chain(substitute(reader, agreements, row, now)?).collect();
    Ok(Act::AnswerHandoffOf(row.owner.clone(), others))
}

/// Who does the work of whoever has a handoff, while they are away.
fn substitute(
    reader: &Reader<'_>,
    agreements: &History,
    row: &HandoffRow,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let Some(owner) = &row.owner else { return Ok(None) };
    substitute_of(reader, &agreements.zone_at(now), owner, now)
}

/// The terms under which a handoff was made, and the Agreement that they stand in.
type Terms = (std::sync::Arc<Agreement>, HandoffTerms);

/// The terms under which a handoff was made.
pub(crate) fn terms_of(
    reader: &Reader<'_>,
    versions: &Versions,
    row: &HandoffRow,
) -> Result<Terms, Error> {
    let unknown = || refused(HandoffRefusal::Unknown(row.id.clone()));
    let agreements = history(reader, versions)?;
    let delivered_at = row.delivered_at.ok_or_else(unknown)?;
    let in_force = agreements.at(delivered_at).ok_or_else(unknown)?;
    let terms = in_force.agreement.handoff.clone().ok_or_else(unknown)?;
    Ok((in_force.agreement.clone(), terms))
}

/// The handoff, while it waits for an answer. What silence has accepted may still be answered.
fn answerable(reader: &Reader<'_>, handoff: &HandoffId) -> Result<HandoffRow, Error> {
    let row = reader.handoff(handoff)?.filter(|row| row.due_at.is_some());
    let row = row.ok_or_else(|| refused(HandoffRefusal::Unknown(handoff.clone())))?;
    let late = row.deemed && row.late_answer.is_none();
    match (&row.answer, row.answered_at) {
        (Some(answer), Some(at)) if !late => {
            let who = match &row.answered_by {
                Some(by) => name_of(reader, by)?,
                None => "nobody here".to_owned(),
            };
            let given = row.late_answer.unwrap_or(*answer);
            let zone = reader.setting("firm.zone")?.and_then(|name| TimeZone::get(&name).ok());
            let at = at.to_zoned(zone.unwrap_or(TimeZone::UTC));
            let at = at.strftime("%Y-%m-%d %H:%M %Z");
            let words = format!("{who} {} it on {at}", given.word());
            Err(refused(HandoffRefusal::Answered(words)))
        }
        _ => Ok(row),
    }
}

/// Whether the answer may be given so.
fn check(
    writer: &mut Writer<'_>,
    versions: &Versions,
    row: &HandoffRow,
    (agreement, terms): &Terms,
    told: &Answering,
    now: Timestamp,
) -> Result<(), Error> {
    if told.note.len() > NOTE_BYTES_MAX {
        return Err(refused(HandoffRefusal::TooLong));
    }
    if told.answer == Answer::Accepted {
        return Ok(());
    }
    let reason = reason(terms, told)?;
    if reason.needs_note && told.note.trim().is_empty() {
        return Err(refused(HandoffRefusal::NoNote(reason.says.clone())));
    }
    if let Some(check) = reason.check {
        let reader = writer.reader();
        let agreements = history(&reader, versions)?;
        let lead = history_of(&reader, &row.lead)?;
        let seen = seen(&reader, &lead, &agreements, row, check)?;
        if let Err(words) = seen {
            return Err(refused(HandoffRefusal::NotSo(words)));
        }
    }
    if told.answer == Answer::Recycled {
        let today = agreement.zone.to_datetime(now).date();
        let least = today.saturating_add(jiff::Span::new().days(terms.rest_days));
        if told.until.is_some_and(|until| until < least) {
            return Err(refused(HandoffRefusal::RestsLonger(least)));
        }
    }
    Ok(())
}

fn reason<'t>(terms: &'t HandoffTerms, told: &Answering) -> Result<&'t AnswerReason, Error> {
    if told.reason.trim().is_empty() {
        return Err(refused(HandoffRefusal::NoReason));
    }
    let not_one = || refused(HandoffRefusal::NotAReason(told.reason.clone()));
    terms.reason(told.answer, &told.reason).ok_or_else(not_one)
}

/// What Lockstep sees of a reason: the evidence for it, or why it is not so.
///
/// # Errors
/// When the database cannot be read.
pub fn seen(
    reader: &Reader<'_>,
    lead: &LeadHistory,
    agreements: &History,
    row: &HandoffRow,
    check: Check,
) -> Result<Result<String, String>, StoreError> {
    Ok(match check {
        Check::Definition => {
            let at = row.delivered_at.unwrap_or(Timestamp::MAX);
            met_then(lead, agreements, at)
        }
        Check::Duplicate => duplicate(reader, &row.lead)?,
        Check::Contact => contact(reader, &row.lead)?,
        Check::Customer => customer(reader, &row.lead)?,
    })
}

/// Whether the lead met no definition when it was handed over.
fn met_then(lead: &LeadHistory, agreements: &History, at: Timestamp) -> Result<String, String> {
    let Some(in_force) = agreements.at(at) else {
        return Ok("no version was in force".to_owned());
    };
    let definitions = in_force.agreement.definitions.iter();
    let found: Vec<Assessment> =
        definitions.filter_map(|d| assess(lead, agreements, &d.id, at)).collect();
    let points = |found: &Assessment| {
        format!("{} points under {}, clause {}", found.total, found.definition, found.clause)
    };
    match found.iter().find(|found| found.meets && found.excluded.is_none()) {
        Some(met) => {
            Err(format!("when it was handed over it met the definition with {}", points(met)))
        }
        None => {
            let words: Vec<String> = found.iter().map(points).collect();
            Ok(format!("when it was handed over it had {}", words.join(" and ")))
        }
    }
}

fn duplicate(reader: &Reader<'_>, lead: &LeadId) -> Result<Result<String, String>, StoreError> {
    let subject = format!("lead/{lead}");
    let Some(email) = reader.person_of(&subject)?.and_then(|person| person.email) else {
        return Ok(Err("no address of it is known, so no other can have the same".to_owned()));
    };
    let others = reader.persons_by_email(&email)?;
    let mut others = others.iter().filter(|other| **other != subject && other.starts_with("lead/"));
    Ok(match others.next() {
        Some(other) => Ok(format!("{} has the same address", other.replacen('/', " ", 1))),
        None => Err("no other lead has its address".to_owned()),
    })
}

fn contact(reader: &Reader<'_>, lead: &LeadId) -> Result<Result<String, String>, StoreError> {
    let person = reader.person_of(&format!("lead/{lead}"))?.unwrap_or_default();
    Ok(match (person.email, person.phone) {
        (None, None) => Ok("neither an address nor a number is known".to_owned()),
        _ => Err("an address or a number of it is known".to_owned()),
    })
}

fn customer(reader: &Reader<'_>, lead: &LeadId) -> Result<Result<String, String>, StoreError> {
    let account = reader.lead(lead)?.and_then(|row| row.account);
    let Some(account) = account else {
        return Ok(Err("no account of it is known".to_owned()));
    };
    let all = reader.opportunities_of_account(&account)?;
    let has = |outcome| all.iter().any(|row| row.outcome == outcome);
    Ok(match (has(Outcome::Won), has(Outcome::Open)) {
        (true, _) => Ok("its account has bought".to_owned()),
        (false, true) => Ok("an opportunity of its account is open".to_owned()),
        (false, false) => Err("its account has neither bought nor an open opportunity".to_owned()),
    })
}

/// Appends the answer and what goes with it: the answer before the status that follows, so that the
/// status is not taken for one.
fn give(
    writer: &mut Writer<'_>,
    (by, in_place_of): (&Actor, Option<UserId>),
    row: &HandoffRow,
    (_, terms): &Terms,
    told: Answering,
) -> Result<(), Error> {
    let note = match told.note.trim() {
        "" => None,
        note => Some(keep_words(writer, &note_of(&row.id), note)?),
    };
    let reason = Some(told.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let (lead, user) = (row.lead.clone(), Some(by.user.clone()));
    let answered = HandoffAnswered {
        handoff: row.id.clone(),
        lead: lead.clone(),
        answer: told.answer,
        reason: reason.clone(),
        by: user.clone(),
        in_place_of,
        until: told.until.filter(|_| told.answer == Answer::Recycled),
        note,
        undated: false,
    };
    let accepts = told.answer == Answer::Accepted;
    if accepts && row.owner.is_none() {
        let given = LeadAssigned { lead: lead.clone(), owner: user.clone(), by: user.clone() };
        append(writer, format!("answer/{}/owner", row.id), Fact::LeadAssigned(given))?;
    }
    append(writer, format!("answer/{}", row.id), Fact::HandoffAnswered(answered))?;
    if let Some(status) = terms.status_after(told.answer) {
        let status = status.to_owned();
        let moved = LeadMoved { lead: lead.clone(), status, reason, by: user };
        append(writer, format!("answer/{}/status", row.id), Fact::LeadMoved(moved))?;
    }
    if accepts && terms.opens_opportunity {
        open_opportunity(writer, by, row)?;
    }
    Ok(())
}

/// One handoff opens one opportunity: it is named after it.
fn open_opportunity(writer: &mut Writer<'_>, by: &Actor, row: &HandoffRow) -> Result<(), Error> {
    let reader = writer.reader();
    let lead: Option<LeadRow> = reader.lead(&row.lead)?;
    let account = lead.as_ref().and_then(|lead| lead.account.clone());
    let name = match &account {
        Some(account) => reader.account(account)?.and_then(|account| account.name),
        None => None,
    };
    let owner = row.owner.clone().unwrap_or_else(|| by.user.clone());
    let text = |text: String| FieldValue::Text(text);
    let mut fields = Fields::from([
        ("lead".to_owned(), text(row.lead.0.clone())),
        ("owner".to_owned(), text(owner.0)),
        ("outcome".to_owned(), text("open".to_owned())),
        ("opened_on".to_owned(), text(writer.now().to_string())),
    ]);
    fields.extend(account.map(|account| ("account".to_owned(), text(account.0))));
    fields.extend(name.map(|name| ("name".to_owned(), text(name))));
    let id = row.id.as_str().strip_prefix(SOURCE).unwrap_or(row.id.as_str());
    let opportunity = OpportunityId(format!("{SOURCE}{id}"));
    let fact = Fact::Opportunity(OpportunityReported { opportunity, fields, by: None });
    append(writer, format!("answer/{}/opportunity", row.id), fact)
}

/// Keeps words beside the ledger under a name; the hash of them.
pub(crate) fn keep_words(
    writer: &mut Writer<'_>,
    name: &str,
    words: &str,
) -> Result<String, StoreError> {
    let other = [("text".to_owned(), words.to_owned())].into();
    writer.keep_person(name, &Person { other, ..Person::default() })
}

/// Words that stand beside the ledger; `None` where they were erased.
///
/// # Errors
/// When the database cannot be read.
pub fn words_of(reader: &Reader<'_>, name: &str) -> Result<Option<String>, StoreError> {
    Ok(reader.person_of(name)?.and_then(|mut kept| kept.other.remove("text")))
}

pub(crate) fn decide(
    writer: &mut Writer<'_>,
    versions: &Versions,
    lead: &LeadId,
    now: Timestamp,
) -> Result<(), Error> {
    let rules = Rules::of(writer, versions)?;
    decide_about(writer, &rules, &Subject::Lead(lead.clone()), now)?;
    Ok(())
}

fn refused(refusal: HandoffRefusal) -> Error {
    Error::Refused(refusal.into())
}
