//! What another text would say of clocks that have run or run now, before anybody signs it. The
//! clocks are found and read by the very code that judges them live; the other text is taken as if it
//! had been in force all along, while qualifications, routings and owners stay as they were. It decides
//! nothing: a clock keeps the version that governs it, unless the other text says that clocks that run
//! follow it; then it is told how they would stand if it came into force now. Source: domain.md,
//! trap 8, and 2.4.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::{
    agreement::{Agreement, History, InForce},
    calendar::NeverOpen,
    clock::ClockState,
    decided::Verdict,
    fact::Entry,
    ids::{ClockId, FactNo, Subject, UserId, Version},
    people::People,
    service_level::{ServiceClock, clocks},
};

/// Where a clock stands, ended or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// It runs, with time in hand.
    Runs,
    /// It rests, and is not past due.
    Rests,
    /// It runs or rests, past due.
    Late,
    /// It ended in time.
    InTime,
    /// It ended after it was due.
    CameLate,
    /// It ended without the answer that was due.
    Missed,
    /// It ended without a verdict.
    NoVerdict,
}

impl Stands {
    /// How a clock stands, in words.
    pub fn words(self) -> &'static str {
        match self {
            Stands::Runs => "runs",
            Stands::Rests => "rests",
            Stands::Late => "late",
            Stands::InTime => Verdict::Met.words(),
            Stands::CameLate => Verdict::MetLate.words(),
            Stands::Missed => Verdict::Missed.words(),
            Stands::NoVerdict => Verdict::NoVerdict.words(),
        }
    }

    /// Whether it was not answered by its due instant.
    pub fn is_miss(self) -> bool {
        matches!(self, Stands::Late | Stands::CameLate | Stands::Missed)
    }
}

/// A clock under one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Where it stands.
    pub stands: Stands,
    /// When it is or was due; none while a rest without an end keeps that away.
    pub due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Why the other text says nothing of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unjudged {
    /// It has no service level of that name.
    LevelGone,
    /// It would not have started a clock by that fact.
    NotStarted,
    /// It counts hours that never come.
    NeverOpen,
}

impl Unjudged {
    /// The cause in words, without an end.
    pub fn words(self) -> &'static str {
        match self {
            Unjudged::LevelGone => "the text has no such service level",
            Unjudged::NotStarted => "the text starts no clock there",
            Unjudged::NeverOpen => "the text counts hours that never come",
        }
    }
}

/// What becomes of a clock's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It stands as it does.
    Same,
    /// It would be missed, and is not.
    Missed,
    /// It would not be missed, and is.
    MissedNoMore,
    /// It would stand elsewhere, missed both times or neither time.
    Elsewhere,
    /// No signed text has started it, and this one would have.
    Started,
    /// It runs, and would not: the text does not start it, or has no such service level.
    Stopped,
    /// It cannot be said.
    Unjudged,
}

impl Turn {
    /// All that are told, each with its key and what it says of a clock.
    pub const TOLD: [(Turn, &'static str, &'static str); 6] = [
        (Turn::Missed, "missed", "would be missed"),
        (Turn::MissedNoMore, "missed_no_more", "would not be missed"),
        (Turn::Elsewhere, "elsewhere", "would stand elsewhere"),
        (Turn::Started, "started", "would be started"),
        (Turn::Stopped, "stopped", "would not run"),
        (Turn::Unjudged, "unjudged", "cannot be judged"),
    ];

    /// The one with a key.
    pub fn of_key(key: &str) -> Option<Turn> {
        Turn::TOLD.iter().find(|(_, known, _)| *known == key).map(|(turn, ..)| *turn)
    }
}

/// A clock under the texts that were signed, and under another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejudged {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// The service level.
    pub service_level: String,
    /// The version that governs it; the other text where no signed one has started it.
    pub version: Version,
    /// Who answers for it.
    pub owner: Option<UserId>,
    /// When it started.
    pub started_at: Timestamp,
    /// The fact that started it.
    pub start_fact: FactNo,
    /// The fact that ended it.
    pub stop_fact: Option<FactNo>,
    /// Under the version that governs it; `None` where no signed text has started it.
    pub signed: Option<Judged>,
    /// Under the other text.
    #[serde(serialize_with = "said")]
    pub proposed: Result<Judged, Unjudged>,
    /// How it would stand right after the other text came into force now, where that text says that
    /// clocks that run follow it; `None` where it keeps the version that governs it.
    pub follows: Option<Judged>,
}

impl Rejudged {
    /// What becomes of its verdict.
    pub fn turn(&self) -> Turn {
        let Some(signed) = self.signed else { return Turn::Started };
        let proposed = match self.proposed {
            Ok(proposed) => proposed.stands,
            Err(Unjudged::LevelGone | Unjudged::NotStarted) if self.runs() => return Turn::Stopped,
            Err(_) => return Turn::Unjudged,
        };
        let signed = signed.stands;
        match (signed.is_miss(), proposed.is_miss()) {
            _ if signed == proposed => Turn::Same,
            (false, true) => Turn::Missed,
            (true, false) => Turn::MissedNoMore,
            _ => Turn::Elsewhere,
        }
    }

    /// Whether it had not ended: as signed, or under the other text where only that starts it.
    pub fn runs(&self) -> bool {
        let judged = self.signed.or(self.proposed.ok());
        judged.is_some_and(|judged| judged.ended_at.is_none())
    }
}

/// Where a clock would stand, or `{"unjudged": "level_gone"}`.
fn said<S: Serializer>(
    proposed: &Result<Judged, Unjudged>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match proposed {
        Ok(judged) => judged.serialize(serializer),
        Err(unjudged) => BTreeMap::from([("unjudged", unjudged)]).serialize(serializer),
    }
}

/// A text as if it had been in force since the first one was.
pub fn all_along(
    signed: &History,
    version: Version,
    hash: String,
    agreement: Arc<Agreement>,
) -> History {
    let from = signed.0.first().map_or(Timestamp::MIN, |first| first.from);
    History(vec![InForce { version, hash, from, agreement }])
}

/// The signed texts and then the other, as if it came into force at an instant; `None` where it was in
/// force before, and where it says of no clocks that they follow it.
pub fn followed_by(signed: &History, proposed: &History, at: Timestamp) -> Option<History> {
    let text = proposed.0.last()?;
    let follows = text.agreement.recomputes().next().is_some();
    if !follows || signed.version(text.version).is_some() {
        return None;
    }
    let coming = InForce { from: at, ..text.clone() };
    Some(History(signed.0.iter().cloned().chain([coming]).collect()))
}

/// At an instant at which it is due a clock may still be answered, so that it is late right after.
const RIGHT_AFTER: SignedDuration = SignedDuration::from_millis(1);

/// How each clock that runs would stand if the other text came into force now.
fn following(
    subject: &Subject,
    entries: &[Arc<Entry>],
    (signed, proposed): (&History, &History),
    people: &People,
    as_of: Timestamp,
) -> Result<BTreeMap<ClockId, Judged>, NeverOpen> {
    let Some(followed) = followed_by(signed, proposed, as_of) else { return Ok(BTreeMap::new()) };
    let version = proposed.0.last().map(|text| text.version);
    let mut all = BTreeMap::new();
    for clock in clocks(subject, entries, &followed, people, as_of)? {
        if clock.judged_from().is_some() && Some(clock.in_force.version) == version {
            all.insert(clock.id.clone(), judged(&clock, as_of + RIGHT_AFTER)?);
        }
    }
    Ok(all)
}

/// Every clock on a subject under the signed texts and under the other, oldest first, and then those
/// that the other alone would have started; `entries` are
/// the facts about it that had happened by `as_of`, in order.
///
/// # Errors
/// [`NeverOpen`] when a signed service level counts hours that never come.
pub fn rejudged(
    subject: &Subject,
    entries: &[Arc<Entry>],
    (signed, proposed): (&History, &History),
    people: &People,
    as_of: Timestamp,
) -> Result<Vec<Rejudged>, NeverOpen> {
    let under_signed = clocks(subject, entries, signed, people, as_of)?;
    let under_proposed = clocks(subject, entries, proposed, people, as_of);
    let others: Result<BTreeMap<&ClockId, &ServiceClock>, NeverOpen> = match &under_proposed {
        Ok(others) => Ok(others.iter().map(|clock| (&clock.id, clock)).collect()),
        Err(never) => Err(never.clone()),
    };
    let knows = |level: &str| {
        let levels = proposed.0.iter().flat_map(|text| &text.agreement.service_levels);
        levels.into_iter().any(|known| known.id == level)
    };
    let judged_by_other = |clock: &ServiceClock| {
        if !knows(&clock.level().id) {
            return Err(Unjudged::LevelGone);
        }
        let others = others.as_ref().map_err(|_| Unjudged::NeverOpen)?;
        let other = others.get(&clock.id).ok_or(Unjudged::NotStarted)?;
        judged(other, as_of).map_err(|_| Unjudged::NeverOpen)
    };
    // Of a text that counts hours that never come it is said where it judges all along.
    let following = following(subject, entries, (signed, proposed), people, as_of);
    let following = following.unwrap_or_default();
    let of = |clock: &ServiceClock, signed, proposed| Rejudged {
        clock: clock.id.clone(),
        subject: subject.clone(),
        service_level: clock.level().id.clone(),
        version: clock.in_force.version,
        owner: clock.answers().cloned(),
        started_at: clock.running.started_at,
        start_fact: clock.start_fact,
        stop_fact: clock.stop_fact,
        signed,
        proposed,
        follows: following.get(&clock.id).copied(),
    };
    let mut all = Vec::new();
    for clock in &under_signed {
        all.push(of(clock, Some(judged(clock, as_of)?), judged_by_other(clock)));
    }
    let known: BTreeSet<&ClockId> = under_signed.iter().map(|clock| &clock.id).collect();
    let new = under_proposed.iter().flatten().filter(|clock| !known.contains(&clock.id));
    all.extend(
        new.map(|clock| of(clock, None, judged(clock, as_of).map_err(|_| Unjudged::NeverOpen))),
    );
    Ok(all)
}

/// Where a clock stands at an instant.
///
/// # Errors
/// [`NeverOpen`] when its calendar has no hours.
pub fn judged(clock: &ServiceClock, as_of: Timestamp) -> Result<Judged, NeverOpen> {
    let end = clock.end(as_of)?;
    let reading = clock.read(end.map_or(as_of, |end| end.at))?;
    let stands = match (end.map(|end| end.verdict), reading.state) {
        (Some(Verdict::Met), _) => Stands::InTime,
        (Some(Verdict::MetLate), _) => Stands::CameLate,
        (Some(Verdict::Missed), _) => Stands::Missed,
        (Some(Verdict::NoVerdict), _) => Stands::NoVerdict,
        (None, ClockState::Breached) => Stands::Late,
        (None, ClockState::Paused) => Stands::Rests,
        (None, _) => Stands::Runs,
    };
    Ok(Judged { stands, due_at: reading.due_at, ended_at: end.map(|end| end.at) })
}
