//! Requests: asking a colleague for something by a day, answering once, taking it back.

use domain::{
    agreement::History,
    collateral_request::{
        ByCalendar, CollateralAnswer, CollateralRequestAnswered, CollateralRequestMade,
        CollateralRequestWithdrawn, DayRefusal, DeclineReason, Ending, answer_name, due_at,
        wanted_name,
    },
    fact::Fact,
    firm::{Role, Side},
    ids::{CollateralRequestId, UserId},
    person::Person,
};
use jiff::{Timestamp, civil::Date};
use store::{Reader, StoreError, read::CollateralRequestRow};

use crate::{
    Engine, Error, Refusal,
    absence::{manager, substitute_of},
    access::{Act, Actor, may},
    agreement::{Versions, history},
    book::successor,
    colleague::{append, name_of},
    evidence::about,
    handoff::{NOTE_BYTES_MAX, keep_words},
    lead::working_hours,
    refusals::Refusals,
};

/// What is wanted is one line, of so many bytes at most.
const WANTED_BYTES_MAX: usize = 200;

/// Why somebody is not asked or a request not answered, in the order in which the reasons are looked
/// for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CollateralRequestRefusal {
    /// There is no such request.
    #[error("there is no request {0}: look at the list")]
    Unknown(CollateralRequestId),
    /// It ended before.
    #[error("{0} has {1} it already: that stays")]
    EndedAlready(String, &'static str),
    /// Nothing is wanted.
    #[error("say in one line what is wanted")]
    NothingWanted,
    /// The line is too long.
    #[error("that is too long for one line: use at most 200 bytes, and say the rest below")]
    WantedTooLong,
    /// Too much was written.
    #[error("that is too long: use at most 4,000 bytes")]
    TooLong,
    /// Nobody is asked.
    #[error("choose whom you ask")]
    NobodyAsked,
    /// They ask themselves.
    #[error("nobody asks themselves: choose a colleague")]
    Oneself,
    /// Whoever is asked could not answer.
    #[error("{0} does not work here with others' requests: choose somebody else")]
    CannotAnswer(String),
    /// There is no day.
    #[error("choose the day by which you need it")]
    NoDay,
    /// The day is none that can be kept.
    #[error("{0}")]
    Day(#[from] DayRefusal),
    /// It is declined without a reason.
    #[error("choose why it is declined")]
    NoReason,
    /// It is delivered to nowhere.
    #[error("say where it is: a link, or words with which it is found")]
    NoPlace,
    /// Too much was answered.
    #[error("that is too long: use at most 4,000 bytes")]
    AnswerTooLong,
    /// It is declined without a word.
    #[error("write a word on why: whoever asked reads it, and it stays")]
    NoWords,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// Whom they ask.
    pub asked: UserId,
    /// What is wanted, in one line.
    pub wanted: String,
    /// Why, and what else there is to know.
    pub why: String,
    /// The id of the lead or opportunity that it is for; blank for none.
    pub about: String,
    /// By which day it is needed; `None` where what was typed is none.
    pub needed_on: Option<Date>,
}

/// An answer as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// How.
    pub answer: CollateralAnswer,
    /// Why it is declined.
    pub reason: Option<DeclineReason>,
    /// Where it is, or why it is declined.
    pub words: String,
}

/// What somebody wants and why, as it stands beside the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In one line.
    pub wanted: String,
    /// Why, where that was said.
    pub why: Option<String>,
}

/// Who stands at the two ends of a request, the first of each by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Whoever asks, who leads them, and who has their book once they left.
    pub asker: Vec<UserId>,
    /// Whoever is asked, who leads them, and who does their work while they are away or has their
    /// book once they left.
    pub asked: Vec<UserId>,
}

impl Ends {
    /// Those of a request at an instant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(
        reader: &Reader<'_>,
        agreements: &History,
        row: &CollateralRequestRow,
        now: Timestamp,
    ) -> Result<Ends, StoreError> {
        let led = |user: &UserId| -> Result<Vec<UserId>, StoreError> {
            let leads = reader.user(user)?.as_ref().and_then(manager);
            let after = successor(reader, user)?;
            Ok(std::iter::once(user.clone()).chain(leads).chain(after).collect())
        };
        let mut asked = led(&row.asked)?;
        asked.extend(substitute_of(reader, &agreements.zone_at(now), &row.asked, now)?);
        Ok(Ends { asker: led(&row.by)?, asked })
    }

    /// Everybody at either end.
    pub fn all(&self) -> Vec<UserId> {
        self.asker.iter().chain(&self.asked).cloned().collect()
    }
}

impl Engine {
    /// Asks a colleague for something, due at the end of a working day of theirs.
    ///
    /// # Errors
    /// [`CollateralRequestRefusal`], the lead or opportunity is not there, or the actor may not.
    pub fn make_request(
        &self,
        by: &Actor,
        told: NewRequest,
        now: Timestamp,
    ) -> Result<CollateralRequestId, Error> {
        may(by, &Act::MakeRequests).map_err(Refusal::from)?;
        let (by, versions) = (by.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            let (reader, mut refusals) = (writer.reader(), Refusals::default());
            let words = refusals.take(wanted(&told))?;
            let asked_side = refusals.take(askable(&reader, &by, &told.asked))?;
            let day = refusals.take(due(&reader, &versions, &told, now))?;
            refusals.take(check_why(&told))?;
            let about = refusals.take(about(&reader, told.about.trim()))?;
            let found = words.zip(asked_side).zip(about).zip(day);
            let Some((((words, asked_side), about), (needed_on, due_at, by_calendar))) = found
            else {
                return Err(refusals.error());
            };
            refusals.done()?;
            let nth = writer.reader().collateral_requests_made()? + 1;
            let request = CollateralRequestId(format!("{}:r{nth}", domain::decided::SOURCE));
            let words = writer.keep_person(&wanted_name(&request), &words)?;
            let fact = CollateralRequestMade {
                request: request.clone(),
                by: by.user,
                side: by.side,
                asked: told.asked,
                asked_side,
                about,
                needed_on,
                due_at,
                by_calendar,
                words,
            };
            append(writer, format!("request/{request}/made"), Fact::CollateralRequestMade(fact))?;
            Ok(request)
        })
    }

    /// Answers a request, once: it is there, or it will not be made.
    ///
    /// # Errors
    /// [`CollateralRequestRefusal`], or the actor may not.
    pub fn answer_request(
        &self,
        by: &Actor,
        request: &CollateralRequestId,
        told: Answering,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, request, versions) = (by.clone(), request.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            let agreements = history(&writer.reader(), &versions)?;
            let row = known(&writer.reader(), &request)?;
            let ends = Ends::of(&writer.reader(), &agreements, &row, now)?;
            may(&by, &Act::AnswerRequestOf(ends.asked)).map_err(Refusal::from)?;
            check_waiting(&writer.reader(), &row)?;
            let reason = check_answer(&told)?;
            let words = keep_words(writer, &answer_name(&request), told.words.trim())?;
            let key = format!("request/{request}/answered");
            let (by, answer) = (by.user, told.answer);
            let fact = CollateralRequestAnswered { request, answer, reason, by, words };
            append(writer, key, Fact::CollateralRequestAnswered(fact))
        })
    }

    /// Takes back what was asked for, while nobody has answered.
    ///
    /// # Errors
    /// [`CollateralRequestRefusal`], or the actor may not.
    pub fn withdraw_request(
        &self,
        by: &Actor,
        request: &CollateralRequestId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, request) = (by.clone(), request.clone());
        self.store.write(now, move |writer| {
            let row = known(&writer.reader(), &request)?;
            let whose = successor(&writer.reader(), &row.by)?.unwrap_or_else(|| row.by.clone());
            may(&by, &Act::WithdrawRequestOf(whose)).map_err(Refusal::from)?;
            check_waiting(&writer.reader(), &row)?;
            let key = format!("request/{request}/withdrawn");
            let fact = CollateralRequestWithdrawn { request, by: by.user };
            append(writer, key, Fact::CollateralRequestWithdrawn(fact))
        })
    }
}

/// What is wanted and why, as it is kept beside the ledger.
fn wanted(told: &NewRequest) -> Result<Person, Error> {
    let (wanted, why) = (told.wanted.trim(), told.why.trim());
    if wanted.is_empty() {
        return Err(refused(CollateralRequestRefusal::NothingWanted));
    }
    if wanted.len() > WANTED_BYTES_MAX {
        return Err(refused(CollateralRequestRefusal::WantedTooLong));
    }
    let why = Some(why).filter(|why| !why.is_empty()).map(|why| ("why", why));
    let words = std::iter::once(("text", wanted)).chain(why);
    let other = words.map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
    Ok(Person { other, ..Person::default() })
}

fn check_why(told: &NewRequest) -> Result<(), Error> {
    match told.why.trim().len() {
        0..=NOTE_BYTES_MAX => Ok(()),
        _ => Err(refused(CollateralRequestRefusal::TooLong)),
    }
}

/// By which day it is needed, when that is over for whoever is asked, and by which calendar.
fn due(
    reader: &Reader<'_>,
    versions: &Versions,
    told: &NewRequest,
    now: Timestamp,
) -> Result<(Date, Timestamp, Option<ByCalendar>), Error> {
    let needed_on = told.needed_on.ok_or_else(|| refused(CollateralRequestRefusal::NoDay))?;
    let agreements = history(reader, versions)?;
    let in_force = agreements.at(now).map(|found| (found.version, &*found.agreement));
    let people = working_hours(reader)?;
    let due = due_at(in_force, people.hours(&told.asked, now), needed_on, now);
    let (due_at, by_calendar) = due.map_err(|refusal| refused(refusal.into()))?;
    Ok((needed_on, due_at, by_calendar))
}

/// What was wanted; `None` where it was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn wanted_of(
    reader: &Reader<'_>,
    request: &CollateralRequestId,
) -> Result<Option<Wanted>, StoreError> {
    let kept = reader.person_of(&wanted_name(request))?;
    Ok(kept.and_then(|mut kept| {
        let wanted = kept.other.remove("text")?;
        Some(Wanted { wanted, why: kept.other.remove("why") })
    }))
}

/// Whether somebody of the firm can be asked for something: they work here and may sign in.
pub fn can_be_asked(row: &store::read::UserRow) -> bool {
    let works = row.role.is_some_and(|role| !matches!(role, Role::ReadOnly | Role::Auditor));
    works && row.active && row.left_at.is_none()
}

/// The side of whoever is asked, where they can answer.
fn askable(reader: &Reader<'_>, by: &Actor, asked: &UserId) -> Result<Side, Error> {
    if asked.as_str().is_empty() {
        return Err(refused(CollateralRequestRefusal::NobodyAsked));
    }
    if *asked == by.user {
        return Err(refused(CollateralRequestRefusal::Oneself));
    }
    match reader.user(asked)?.filter(can_be_asked) {
        Some(row) => Ok(row.side.unwrap_or(Side::Neutral)),
        None => Err(refused(CollateralRequestRefusal::CannotAnswer(name_of(reader, asked)?))),
    }
}

fn known(
    reader: &Reader<'_>,
    request: &CollateralRequestId,
) -> Result<CollateralRequestRow, Error> {
    let row = reader.collateral_request(request)?;
    row.ok_or_else(|| refused(CollateralRequestRefusal::Unknown(request.clone())))
}

fn check_waiting(reader: &Reader<'_>, row: &CollateralRequestRow) -> Result<(), Error> {
    match (row.ending, &row.ended_by) {
        (Some(ending), Some(by)) => {
            let name = name_of(reader, by)?;
            Err(refused(CollateralRequestRefusal::EndedAlready(name, Ending::word(ending))))
        }
        _ => Ok(()),
    }
}

/// The reason, where it is declined with one; an answer needs words.
fn check_answer(told: &Answering) -> Result<Option<DeclineReason>, Error> {
    let (reason, missing) = match (told.answer, told.reason) {
        (CollateralAnswer::Delivered, _) => (None, CollateralRequestRefusal::NoPlace),
        (CollateralAnswer::Declined, None) => {
            return Err(refused(CollateralRequestRefusal::NoReason));
        }
        (CollateralAnswer::Declined, reason) => (reason, CollateralRequestRefusal::NoWords),
    };
    match told.words.trim() {
        "" => Err(refused(missing)),
        long if long.len() > NOTE_BYTES_MAX => {
            Err(refused(CollateralRequestRefusal::AnswerTooLong))
        }
        _ => Ok(reason),
    }
}

fn refused(refusal: CollateralRequestRefusal) -> Error {
    Error::Refused(refusal.into())
}
