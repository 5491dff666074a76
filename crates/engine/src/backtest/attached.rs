//! A backtest that is attached to a version, so that both sign with it before them, and what came
//! since the version is in force, beside what it had said. Source: domain.md 3.6.

use domain::{
    backtest::{Backtest, Found, Past, Span, past::worked},
    fact::{Fact, Told},
    firm::{BacktestAttached, Predicted},
    ids::{FactNo, LeadId, Subject, Version},
    rate::Rate,
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Reader,
    read::{AgreementRow, AgreementState},
};

use super::Replay;
use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{AgreementRefusal, cached},
    lead::facts_about,
};

/// After so many days what came is compared.
pub const COMPARED_AFTER_DAYS: [i64; 3] = [30, 60, 90];

/// What came in the first days of a version, beside what a backtest had said.
#[derive(Debug, Clone, PartialEq)]
pub struct Came {
    /// So many days.
    pub days: i64,
    /// When they are over.
    pub until: Timestamp,
    /// Whether they are.
    pub is_over: bool,
    /// How many leads the backtest would have had in as many days.
    pub predicted: f64,
    /// Leads that met the definition for the first time in these days, so far.
    pub leads: Vec<LeadId>,
    /// Of those whose end is known, how many sales took on.
    pub taken_on: Rate,
}

impl Came {
    /// Between which numbers what comes lies 95 times of 100 by chance alone, where the backtest is
    /// right: twice the root of the number to either side.
    pub fn by_chance(&self) -> (f64, f64) {
        let reach = 1.96 * self.predicted.sqrt();
        ((self.predicted - reach).max(0.0), self.predicted + reach)
    }

    /// Whether more, or fewer, came than chance explains.
    pub fn is_off(&self) -> bool {
        let (low, high) = self.by_chance();
        let came = self.leads.len() as f64;
        self.is_over && (came < low || came > high)
    }
}

/// Of the leads with a known end, how many a backtest says that sales takes on.
pub fn predicted_taken_on(predicted: &Predicted) -> Rate {
    let n = predicted.taken_on + predicted.not_taken_on;
    Rate::of(predicted.taken_on, n).expect("some of all")
}

/// The backtests that are attached to a version, by definition the last one, with their facts.
///
/// # Errors
/// When the database cannot be read.
pub fn attached_to(
    reader: &Reader<'_>,
    version: Version,
) -> Result<Vec<(FactNo, BacktestAttached)>, store::StoreError> {
    let mut attached: Vec<(FactNo, BacktestAttached)> = Vec::new();
    for entry in reader.facts_of_kind(&format!("agreement/{version}"), "backtest_attached")? {
        if let Fact::BacktestAttached(fact) = entry.fact() {
            attached.retain(|(_, known)| known.definition != fact.definition);
            attached.push((entry.no, fact.clone()));
        }
    }
    Ok(attached)
}

impl Engine {
    /// Attaches to a version what its definition would have found, at the threshold of its text.
    ///
    /// # Errors
    /// [`AgreementRefusal`] when the version is not open for signing, or the access is refused.
    pub fn attach_backtest(
        &self,
        by: &Actor,
        replay: &Replay,
        span: &Span,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let version = replay.proposed.version.unwrap_or(Version(0));
        let span = Span { threshold: replay.threshold(), ..span.clone() };
        let counted = replay.tally(&span);
        let fact = attached(by, version, replay, &span, &counted);
        let key = format!(
            "agreement/{version}/backtest/{}/{}/{}/{}/{}",
            fact.definition, fact.from, fact.to, fact.within_days, fact.up_to
        );
        self.store.write(now, move |writer| {
            let row = writer.reader().agreement(version)?;
            let refused = |refusal: AgreementRefusal| Error::Refused(refusal.into());
            let row = row.ok_or_else(|| refused(AgreementRefusal::NoSuchVersion(version)))?;
            if row.state != AgreementState::Proposed {
                return Err(refused(AgreementRefusal::NotOpen(version)));
            }
            let source = domain::decided::SOURCE.to_owned();
            let fact = Fact::BacktestAttached(fact);
            writer.append_once(Told { source, key, happened_at: now, fact })?;
            Ok(())
        })
    }

    /// What came since a version is in force, beside what a backtest of it had said; nothing where it
    /// has not been in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn came_since(
        &self,
        attached: &BacktestAttached,
        now: Timestamp,
    ) -> Result<Vec<Came>, Error> {
        self.read(|reader| {
            let row = reader.agreement(attached.version)?;
            let Some((row, from)) = row.and_then(|row| Some((row.clone(), row.in_force_at?)))
            else {
                return Ok(Vec::new());
            };
            let first = reader.first_qualified_under(attached.version, &attached.definition)?;
            let days = COMPARED_AFTER_DAYS.into_iter();
            days.map(|days| self.came(reader, (&row, attached), (from, days), &first, now))
                .collect()
        })
    }

    fn came(
        &self,
        reader: &Reader<'_>,
        (row, attached): (&AgreementRow, &BacktestAttached),
        (from, days): (Timestamp, i64),
        first: &[(LeadId, Timestamp)],
        now: Timestamp,
    ) -> Result<Came, Error> {
        let until = from + SignedDuration::from_hours(24 * days);
        let came = first.iter().filter(|(_, at)| *at < until && *at <= now);
        let leads: Vec<LeadId> = came.map(|(lead, _)| lead.clone()).collect();
        let agreement = cached(&self.versions, row)?;
        let definition = agreement.definitions.iter().find(|known| known.id == attached.definition);
        let (mut yes, mut no) = (0, 0);
        if let Some(definition) = definition {
            let past = Past { agreement: &agreement, definition, loaded_until: now };
            for lead in &leads {
                let entries = facts_about(reader, &Subject::Lead(lead.clone()))?;
                let worked = worked(&entries, &past, attached.target.as_deref());
                yes += u64::from(worked.reached_at.is_some());
                no += u64::from(worked.reached_at.is_none() && worked.ended_at.is_some());
            }
        }
        let replayed = attached.to.since(attached.from).map_or(0, |span| span.get_days()) + 1;
        Ok(Came {
            days,
            until,
            is_over: until <= now,
            predicted: attached.proposed.leads as f64 * days as f64 / f64::from(replayed.max(1)),
            leads,
            taken_on: Rate::of(yes, yes + no).expect("some of all"),
        })
    }
}

fn attached(
    by: &Actor,
    version: Version,
    replay: &Replay,
    span: &Span,
    counted: &Backtest,
) -> BacktestAttached {
    BacktestAttached {
        version,
        hash: replay.proposed.hash.clone(),
        definition: replay.definition.id.clone(),
        from: span.from,
        to: span.to,
        within_days: span.within_days,
        target: replay.target.clone(),
        up_to: replay.up_to,
        proposed: predicted(counted.proposed),
        today: replay.today.as_ref().map(|_| predicted(counted.today)),
        by: Some(by.user.clone()),
    }
}

fn predicted(found: Found) -> Predicted {
    Predicted {
        leads: found.all,
        taken_on: found.taken_on,
        not_taken_on: found.not_taken_on,
        won: found.won,
        lost: found.lost,
    }
}
