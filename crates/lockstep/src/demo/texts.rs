//! The four texts of the Agreement, and how each came before both sides.

use std::collections::BTreeMap;

use connectors::agreement::AgreementText;
use domain::{
    activity::ActivityRecorded,
    evidence::EvidenceKind,
    fact::{Fact, Told},
    field::Fields,
    handoff::Answer,
    ids::{DisputeId, Version},
    reported::Reported,
};
use engine::{
    Engine,
    access::Actor,
    agreement::{Effective, Proposing},
    dispute::Ruling,
    evidence::Given,
    structure::Vouched,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{fair, people::STAFF, queue::CRM, requests::Asking};

macro_rules! text {
    ($version:literal, $($file:literal),+) => {
        &[$((
            concat!($file, ".toml"),
            include_str!(concat!("../../../../samples/firm/", $version, "/", $file, ".toml")),
        )),+]
    };
}

type Files = &'static [(&'static str, &'static str)];

const V1: Files = text!(
    "v1",
    "activities",
    "agreement",
    "calendars",
    "definition",
    "duties",
    "fields",
    "statuses",
    "words"
);
const V2: Files = text!(
    "v2",
    "activities",
    "agreement",
    "calendars",
    "definition",
    "duties",
    "fields",
    "goals",
    "statuses",
    "words"
);
const V3: Files = text!(
    "v3",
    "activities",
    "agreement",
    "calendars",
    "definition",
    "duties",
    "fields",
    "goals",
    "handoff",
    "message",
    "opportunities",
    "people",
    "priorities",
    "routing",
    "statuses",
    "words"
);
const V4: Files = text!(
    "v4",
    "activities",
    "agreement",
    "calendars",
    "definition",
    "duties",
    "fields",
    "goals",
    "handoff",
    "message",
    "opportunities",
    "people",
    "priorities",
    "routing",
    "statuses",
    "words"
);

/// A version's text. The goals in the files are for the fourth quarter of 2026; here they are for
/// the quarter of `day`, and leads are routed from a while before it. One proof of the message has ended
/// by `day`, and another ends soon.
///
/// # Errors
/// When the files are no text; a test reads them all.
pub fn text(version: u32, day: Date) -> anyhow::Result<AgreementText> {
    let files = [V1, V2, V3, V4][version.clamp(1, 4) as usize - 1];
    let quarter = Quarter::of(day);
    let moved = |name: &str, content: &str| match name {
        "goals.toml" | "priorities.toml" => {
            quarter.moved(content).replace("2026-12-01", &day.saturating_add(9.days()).to_string())
        }
        "message.toml" => content
            .replace("2026-11-05", &day.saturating_sub(17.days()).to_string())
            .replace("2026-12-14", &day.saturating_add(22.days()).to_string()),
        "routing.toml" => content.replace("2026-10-30", &routed_from(day).to_string()),
        _ => content.to_owned(),
    };
    let files: BTreeMap<String, String> =
        files.iter().map(|(name, content)| ((*name).to_owned(), moved(name, content))).collect();
    Ok(AgreementText::new(files)?)
}

/// The day from which on leads are routed, in a text that is looked at on `day`.
pub fn routed_from(day: Date) -> Date {
    day.saturating_sub(jiff::Span::new().days(20))
}

/// Three months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    /// Its first day.
    pub first: Date,
}

impl Quarter {
    /// The quarter of a day.
    pub fn of(day: Date) -> Quarter {
        let month = (day.month() - 1) / 3 * 3 + 1;
        Quarter { first: Date::constant(day.year(), month, 1) }
    }

    /// A text of the fourth quarter of 2026, with its quarter and those beside it, as one of this
    /// quarter.
    fn moved(self, content: &str) -> String {
        let before = Quarter::of(self.first.yesterday().unwrap_or(self.first));
        let next = self.next();
        let moves = [
            ("fourth quarter of 2026", self.words()),
            ("first quarter of 2027", next.words()),
            ("2026-07-01", before.first.to_string()),
            ("2026-09-30", before.last().to_string()),
            ("2026-10-01", self.first.to_string()),
            ("2026-12-31", self.last().to_string()),
            ("2027-01-01", next.first.to_string()),
            ("2027-03-31", next.last().to_string()),
        ];
        // In two steps, so that what was moved is not moved again.
        let mut moved = content.to_owned();
        for (nth, (from, _)) in moves.iter().enumerate() {
            moved = moved.replace(from, &format!("<{nth}>"));
        }
        for (nth, (_, to)) in moves.iter().enumerate() {
            moved = moved.replace(&format!("<{nth}>"), to);
        }
        moved
    }

    fn number(self) -> i8 {
        (self.first.month() - 1) / 3 + 1
    }

    /// The quarter that follows.
    pub fn next(self) -> Quarter {
        let month = jiff::Span::new().months(3);
        Quarter { first: self.first.saturating_add(month) }
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.next().first.yesterday().unwrap_or(self.first)
    }

    /// The quarter as quotas name it: `2026-Q4`.
    pub fn key(self) -> String {
        format!("{}-Q{}", self.first.year(), self.number())
    }

    fn words(self) -> String {
        let number =
            ["first", "second", "third", "fourth"][usize::from(self.number().unsigned_abs()) - 1];
        format!("{number} quarter of {}", self.first.year())
    }
}

/// Midnight of a day.
pub fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// The head of marketing.
pub fn marketing() -> Actor {
    STAFF[0].actor()
}

/// The head of sales.
pub fn sales() -> Actor {
    STAFF[1].actor()
}

/// Revenue operations, which rules where the two disagree.
pub fn operations() -> Actor {
    STAFF[12].actor()
}

/// Contests the last handoff that was rejected in ten days.
fn contest(engine: &Engine, words: &str, now: Timestamp) -> anyhow::Result<()> {
    let since = now - SignedDuration::from_hours(24 * 10);
    let answered = engine.read(|reader| reader.handoffs_answered(since, now, 200))?;
    let rejected = answered.into_iter().find(|row| row.answer == Some(Answer::Rejected));
    if let Some(row) = rejected {
        engine.contest_handoff(&marketing(), &row.id, words, now)?;
    }
    Ok(())
}

/// The owner of the lead whose refusal was overturned calls it.
fn call(engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
    let overturned = engine.read(|reader| {
        let rows = reader.disputes()?;
        let row = rows.iter().find(|row| row.overturned == Some(true));
        let Some(lead) = row.and_then(|row| row.about.lead().cloned()) else { return Ok(None) };
        let owner = reader.lead(&lead)?.and_then(|row| row.owner);
        Ok::<_, store::StoreError>(owner.map(|owner| (lead, owner)))
    })?;
    let Some((lead, owner)) = overturned else { return Ok(()) };
    let fact = Fact::Activity(ActivityRecorded {
        lead,
        kind: "call".to_owned(),
        status: None,
        campaign: None,
        account: None,
        by: Some(owner),
        fields: Fields::new(),
    });
    let key = "after-the-ruling".to_owned();
    let told = Told { source: CRM.to_owned(), key, happened_at: now, fact };
    engine.take_in(vec![Reported { told, person: None }], now)?;
    Ok(())
}

fn open_dispute(engine: &Engine) -> anyhow::Result<Option<DisputeId>> {
    let all = engine.read(|reader| reader.disputes())?;
    Ok(all.into_iter().find(|row| row.ruled_at.is_none()).map(|row| row.id))
}

/// What somebody found out about a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Who, by their place among the firm's people.
    pub by: usize,
    /// For which persona.
    pub persona: &'static str,
    /// Of what kind.
    pub kind: EvidenceKind,
    /// How many days before it was given.
    pub days_before: i32,
    /// What was said.
    pub words: &'static str,
}

impl Finding {
    /// Gives it.
    fn give(self, engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let on = Some(today.saturating_sub(jiff::Span::new().days(self.days_before)));
        let given =
            Given { kind: Some(self.kind), on, about: String::new(), words: self.words.to_owned() };
        engine.give_evidence(&STAFF[self.by].actor(), self.persona, given, today, now)?;
        Ok(())
    }
}

/// What is vouched for of one of the firm's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouching {
    /// By whom, by their place among the firm's people.
    pub by: usize,
    /// Of whom.
    pub of: usize,
    /// In what they were trained; `None` for a check-in.
    pub training: Option<&'static str>,
}

impl Vouching {
    /// Vouches for it, as of the day before.
    fn vouch(self, engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
        let on = now.to_zoned(TimeZone::UTC).date().yesterday()?;
        let what = match self.training {
            Some(training) => Vouched::Training(training.to_owned()),
            None => Vouched::CheckIn,
        };
        engine.vouch(&STAFF[self.by].actor(), &STAFF[self.of].user(), what, Some(on), now)?;
        Ok(())
    }
}

/// Something that happens to a text, or is said about what it decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is put before both sides, to be in force from an instant, and marketing signs.
    Propose {
        /// Which version.
        version: u32,
        /// The day in whose quarter its goals lie.
        day: Date,
        /// From when it is to be in force.
        from: Timestamp,
    },
    /// Sales signs the version.
    Sign(u32),
    /// Its instant has come.
    TakeEffect,
    /// Marketing contests the last rejection, with these words.
    Contest(&'static str),
    /// Sales answers the open dispute.
    Answer(&'static str),
    /// Revenue operations overturns it.
    Overturn(&'static str),
    /// What follows from missed periods is looked for, and sales closes it with these words.
    CloseActions(&'static str),
    /// Somebody gives evidence for a persona.
    Find(Finding),
    /// Somebody vouches for what one of the firm's people was trained in, or that they were met.
    Vouch(Vouching),
    /// Somebody asks a colleague for something, or answers.
    Ask(Asking),
    /// A file is brought in.
    Bring,
    /// Whoever has the lead calls it, since it counts as accepted now.
    Call,
}

impl Step {
    /// Does it.
    ///
    /// # Errors
    /// When it is refused, which a test would have found, or the database cannot be written.
    pub fn take(self, engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
        match self {
            Step::Propose { version, day, from } => {
                let text = text(version, day)?;
                let hash = text.hash();
                let proposing = Proposing { effective: Effective::At(from), ..text.into() };
                let version = engine.propose_agreement(Some(&marketing()), proposing, now)?;
                engine.sign_agreement(&marketing(), version, &hash, now)?;
            }
            Step::Sign(version) => {
                let (row, _) = engine.agreement(Version(version))?;
                engine.sign_agreement(&sales(), Version(version), &row.hash, now)?;
            }
            Step::TakeEffect => {
                engine.tick(now)?;
            }
            Step::Vouch(vouching) => vouching.vouch(engine, now)?,
            Step::Contest(words) => contest(engine, words, now)?,
            Step::Answer(words) => {
                if let Some(dispute) = open_dispute(engine)? {
                    engine.answer_dispute(&sales(), &dispute, words, now)?;
                }
            }
            Step::CloseActions(words) => {
                engine.tick(now)?;
                let actions = engine.read(|reader| reader.actions())?.into_iter();
                for action in actions.filter(|action| action.closed_at.is_none()) {
                    engine.close_action(&sales(), &action.id, words, now)?;
                }
            }
            Step::Find(finding) => finding.give(engine, now)?,
            Step::Ask(asking) => asking.take(engine, now)?,
            Step::Bring => fair::bring(engine, now)?,
            Step::Call => call(engine, now)?,
            Step::Overturn(words) => {
                let (overturned, statement) = (true, words.to_owned());
                if let Some(dispute) = open_dispute(engine)? {
                    let ruling = Ruling { overturned, statement, follows: None };
                    engine.rule(&operations(), &dispute, ruling, now)?;
                }
            }
        }
        Ok(())
    }
}
