//! Actions: the tick opens what follows from a missed period, its owner closes it with a word.

use std::collections::BTreeMap;

use domain::{
    action::{ActionClosed, ActionOpened, MissedGoal, closing_name},
    agreement::{
        Agreement, Goal, InForce, Measure,
        consequence::{Consequence, Ended, Looked, is_missed},
    },
    attainment::attainment,
    fact::{Fact, Told},
    figure::Because,
    ids::{ActionId, ClockId, FactNo, UserId},
    rate::Share,
};
use jiff::{SignedDuration, Timestamp};
use store::{Reader, StoreError, Writer, read::ActionRow};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{Versions, history},
    colleague::{append, name_of},
    handoff::{NOTE_BYTES_MAX, keep_words},
    report::{clock_row, reached},
    substitute::user_named,
};

/// Up to when the ends of periods were looked for.
const LOOKED_UNTIL: &str = "actions.looked_until";
/// It is not written down more often.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// So many facts of clocks that were not met are named.
const FACTS_MAX: usize = 100;

/// Why an action is not closed, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionRefusal {
    /// There is no such action.
    #[error("there is no action {0}: look at the list")]
    Unknown(ActionId),
    /// It is closed.
    #[error("{0} has closed it already: what they said stays")]
    ClosedAlready(String),
    /// Nothing was written.
    #[error("write what was done: both sides read it, and it stays")]
    NoWord,
    /// Too much was written.
    #[error("that is too long: use at most 4,000 bytes")]
    TooLong,
}

impl Engine {
    /// Closes an action with a word on what was done.
    ///
    /// # Errors
    /// [`ActionRefusal`], or the actor may not.
    pub fn close_action(
        &self,
        by: &Actor,
        action: &ActionId,
        words: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, action, words) = (by.clone(), action.clone(), words.trim().to_owned());
        self.store.write(now, move |writer| {
            let row = writer.reader().action(&action)?;
            let row = row.ok_or_else(|| refused(ActionRefusal::Unknown(action.clone())))?;
            may(&by, &Act::CloseActionOf(row.owner)).map_err(Refusal::from)?;
            if let Some(closed_by) = &row.closed_by {
                let name = name_of(&writer.reader(), closed_by)?;
                return Err(refused(ActionRefusal::ClosedAlready(name)));
            }
            if words.is_empty() {
                return Err(refused(ActionRefusal::NoWord));
            }
            if words.len() > NOTE_BYTES_MAX {
                return Err(refused(ActionRefusal::TooLong));
            }
            let words = keep_words(writer, &closing_name(&action), &words)?;
            let key = format!("action/{action}/closed");
            let fact = ActionClosed { action, version: row.version, by: by.user, words };
            append(writer, key, Fact::ActionClosed(fact))
        })
    }
}

/// Opens what follows from each period that ended since the last look and was missed, by the version
/// that was in force at its end. Looking twice opens nothing the second time.
pub(crate) fn open_actions(
    writer: &mut Writer<'_>,
    versions: &Versions,
    now: Timestamp,
) -> Result<(), Error> {
    let reader = writer.reader();
    let kept = reader.setting(LOOKED_UNTIL)?.and_then(|text| text.parse().ok());
    let looked: Option<Timestamp> = kept;
    let agreements = history(&reader, versions)?;
    let mut has_ended = false;
    for (nth, in_force) in agreements.0.iter().enumerate() {
        let until = agreements.0.get(nth + 1).map_or(now, |next| next.from.min(now));
        let since = looked.map_or(in_force.from, |looked| looked.max(in_force.from));
        for consequence in &in_force.agreement.consequences {
            let zone = &in_force.agreement.zone;
            for ended in consequence.of.every.ended(since, until, zone) {
                has_ended = true;
                judge(writer, in_force, consequence, ended)?;
            }
        }
    }
    let is_long_ago = looked.is_none_or(|looked| now.duration_since(looked) >= WRITTEN_EVERY);
    // What was looked at once need not be looked at again in the next minute.
    if (is_long_ago || has_ended) && !agreements.0.is_empty() {
        writer.set(LOOKED_UNTIL, Some(&now.to_string()))?;
    }
    Ok(())
}

/// Opens the action of a consequence where its period was missed.
fn judge(
    writer: &mut Writer<'_>,
    in_force: &InForce,
    consequence: &Consequence,
    ended: Ended,
) -> Result<(), Error> {
    let action =
        ActionId(format!("{}:{}-{}", domain::decided::SOURCE, consequence.id, ended.days.from));
    let reader = writer.reader();
    if reader.action(&action)?.is_some() {
        return Ok(());
    }
    let looked = looked_at(&reader, &in_force.agreement, consequence, ended)?;
    let Some(Missed { goal, hits, n, goal_per_mille, facts }) = looked else { return Ok(()) };
    let due_at = consequence.due_within.due_at(&in_force.agreement, ended.instants.before)?;
    let fact = ActionOpened {
        action: action.clone(),
        consequence: consequence.id.clone(),
        owner: owner(&reader, consequence)?,
        from: ended.days.from,
        to: ended.days.before.yesterday().unwrap_or(ended.days.from),
        goal,
        hits,
        n,
        goal_per_mille,
        due_at,
        because: Because {
            version: in_force.version,
            hash: in_force.hash.clone(),
            clause: consequence.clause.clone(),
            facts,
        },
    };
    let told = Told {
        source: domain::decided::SOURCE.to_owned(),
        key: format!("action/{action}"),
        happened_at: ended.instants.before,
        fact: Fact::ActionOpened(fact),
    };
    writer.append_once(told)?;
    Ok(())
}

/// What was missed in a period.
struct Missed {
    goal: Option<MissedGoal>,
    hits: u64,
    n: u64,
    goal_per_mille: i64,
    facts: Vec<FactNo>,
}

/// What was missed of what a consequence looks at, as seen at the end of the period; nothing where it
/// was reached.
fn looked_at(
    reader: &Reader<'_>,
    agreement: &Agreement,
    consequence: &Consequence,
    ended: Ended,
) -> Result<Option<Missed>, Error> {
    match &consequence.of.what {
        Looked::Level { service_level, goal_per_mille } => {
            let (kept, facts) = kept(reader, service_level, ended)?;
            let (hits, n) = (kept.hits().n(), kept.hits().n() + kept.misses().n());
            let goal_per_mille = *goal_per_mille;
            let missed = Missed { goal: None, hits, n, goal_per_mille, facts };
            Ok(is_missed(hits, n, goal_per_mille).then_some(missed))
        }
        Looked::Goal(key) => {
            let goal = agreement.goals.iter().find(|goal| goal.id == *key);
            goal.map_or(Ok(None), |goal| missed_goal(reader, agreement, goal, ended))
        }
    }
}

fn missed_goal(
    reader: &Reader<'_>,
    agreement: &Agreement,
    goal: &Goal,
    ended: Ended,
) -> Result<Option<Missed>, Error> {
    let seen = reached(reader, agreement, goal, ended.instants.before)?;
    if !seen.is_missed {
        return Ok(None);
    }
    let is_share = matches!(goal.measure, Measure::Attainment | Measure::AcceptanceRate);
    let currency = (goal.measure == Measure::Revenue).then_some(agreement.currency);
    let missed_goal = MissedGoal { measure: goal.measure, currency };
    let facts = seen.rows.iter().take(FACTS_MAX).map(|row| fact_of(reader, goal.measure, row));
    let mut facts: Vec<FactNo> =
        facts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    facts.sort_unstable();
    facts.dedup();
    Ok(Some(Missed {
        goal: (goal.measure != Measure::Attainment).then_some(missed_goal),
        hits: seen.hits,
        n: seen.n,
        goal_per_mille: if is_share { goal.target } else { 1000 },
        facts,
    }))
}

/// The fact behind a row of a goal.
fn fact_of(reader: &Reader<'_>, measure: Measure, row: &str) -> Result<Option<FactNo>, StoreError> {
    Ok(match measure {
        Measure::Qualified => reader.lead(&row.into())?.map(|lead| lead.last_fact),
        Measure::Accepted | Measure::AcceptanceRate => {
            let handoff = reader.handoff(&row.into())?;
            handoff.map(|handoff| handoff.answer_fact.unwrap_or(handoff.last_fact))
        }
        Measure::Opened | Measure::Reached | Measure::Won | Measure::Revenue => {
            reader.opportunity(&row.into())?.map(|opportunity| opportunity.last_fact)
        }
        Measure::Attainment => reader.clock(&row.into())?.map(|clock| clock.start_fact),
    })
}

/// How the clocks were kept that fell due in a period, as seen at its end, and the facts that started
/// those that were not met.
fn kept(
    reader: &Reader<'_>,
    service_level: &str,
    ended: Ended,
) -> Result<(Share<ClockId>, Vec<FactNo>), Error> {
    let Ended { instants, .. } = ended;
    let clocks = reader.clocks_due_within(service_level, instants.from, instants.before)?;
    let started: BTreeMap<ClockId, FactNo> =
        clocks.iter().map(|clock| (clock.id.clone(), clock.start_fact)).collect();
    let rows: Vec<_> =
        clocks.iter().map(|clock| clock_row(clock, BTreeMap::new(), instants.before)).collect();
    let kept = attainment(&rows, instants, instants.before, None).total.attainment;
    let missed = kept.misses().rows().iter();
    let mut facts: Vec<FactNo> = missed.filter_map(|id| started.get(id).copied()).collect();
    facts.sort_unstable();
    facts.truncate(FACTS_MAX);
    Ok((kept, facts))
}

/// Whoever the text names, if they are here.
fn owner(reader: &Reader<'_>, consequence: &Consequence) -> Result<Option<UserId>, Error> {
    let Some(user) = user_named(reader, &consequence.owner)? else { return Ok(None) };
    let row = reader.user(&user)?;
    Ok(row.is_some_and(|row| row.active && row.left_at.is_none()).then_some(user))
}

/// What is to be done by an action, as the text that it follows from says.
///
/// # Errors
/// When the database cannot be read.
pub fn action_of(engine: &Engine, row: &ActionRow) -> Result<String, Error> {
    let (_, agreement) = engine.agreement(row.version)?;
    let found = agreement.consequences.iter().find(|known| known.id == row.consequence);
    Ok(found.map_or_else(|| row.consequence.clone(), |known| known.action.clone()))
}

fn refused(refusal: ActionRefusal) -> Error {
    Error::Refused(refusal.into())
}
