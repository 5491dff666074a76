//! A proposed definition over the firm's own past, before anybody signs it. Nothing is written.

pub mod attached;
pub(crate) mod scan;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::{Agreement, Definition, History, InForce, ServiceLevel},
    backtest::{Backtest, Cut, Deal, Span, Tried, Untold, WonAlone, inputs, tally},
    condition::Root,
    ids::{FactNo, LeadId, Version},
    lever::{Lever, levers},
    points::Points,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{OpportunityRow, Outcome},
};

use crate::{Engine, Error, agreement::history, lead::working_hours};
pub use attached::{Came, attached_to};

/// So many days a lead has for coming to something, where nothing else is asked for.
pub const WITHIN_DAYS: i64 = 180;
/// So many months are replayed where nothing else is asked for.
const MONTHS: i32 = 24;

/// The setting that says until when what was recorded is the firm's history, as an instant.
pub const HISTORY_UNTIL: &str = "history.until";

/// Why a text is not replayed, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BacktestRefusal {
    /// The text has no such definition.
    #[error("the text has no definition \"{0}\": it has {1}")]
    NoSuchDefinition(String, String),
    /// The text defines nothing.
    #[error("the text has no [[definition]] of a qualified lead: there is nothing to replay")]
    NoDefinition,
    /// The definition has no threshold that could be moved.
    #[error("the definition \"{0}\" asks for no points to be reached: it has no threshold to try")]
    NoLever(String),
    /// The definition has not so many thresholds.
    #[error("the definition \"{0}\" has no threshold {1}: choose one from 1 to {2}")]
    NoSuchLever(String, usize, usize),
}

/// The text that is tried.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// Its rules.
    pub agreement: Arc<Agreement>,
    /// Its hash.
    pub hash: String,
    /// Its number, where it is before both sides.
    pub version: Option<Version>,
}

/// What is to be replayed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayWish {
    /// The definition; the first one that the text in force says otherwise, where none is named.
    pub definition: Option<String>,
    /// Which of its thresholds can be moved, from 0 on.
    pub lever: usize,
    /// Until when what was recorded counts as the firm's history, known when it happened; where
    /// nothing is said, as it is set ([`HISTORY_UNTIL`]), or until the first Agreement was in force.
    pub loaded_until: Option<Timestamp>,
}

/// Every lead under the definition in force and under the proposed one, at every threshold.
#[derive(Debug)]
pub struct Replay {
    /// The text that was tried.
    pub proposed: Proposed,
    /// The definition, as it is proposed.
    pub definition: Definition,
    /// The same as it is in force, with its version; `None` where there is none of that name.
    pub today: Option<(Version, Definition)>,
    /// The threshold that can be moved.
    pub lever: Option<Lever>,
    /// The status of leads that sales took on, where the text names one.
    pub target: Option<String>,
    /// As of when.
    pub as_of: Timestamp,
    /// The last fact that was looked at.
    pub up_to: FactNo,
    /// Until when what was recorded counts as history.
    pub loaded_until: Timestamp,
    /// The zone of its days.
    pub zone: TimeZone,
    /// Each lead.
    pub rows: Vec<Tried>,
    /// Activities by kind that the definition counts, with the day from which on they were kept;
    /// none where there never was one. Leads name them by their places in this list.
    pub kinds: Vec<(String, Option<Date>)>,
    /// Fields that the definition asks for, in their order. Leads name them by their places in this
    /// list.
    pub fields: Vec<(Root, String)>,
    /// When the last thing happened that was told of any lead.
    pub last_at: Timestamp,
    /// Opportunities that came of no lead, which no rule can find.
    pub without_lead: u64,
    /// Those of them that were won.
    pub alone: Vec<WonAlone>,
}

/// What is not known of a field, in the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldGap<'a> {
    /// Of the lead or of the account.
    pub root: Root,
    /// The field.
    pub field: &'a str,
    /// Leads of which it was told once, after the fact: what it was before is not known, and what it
    /// is now is taken to have been so all along.
    pub without_history: (u64, Cut),
    /// Leads of which it was never told.
    pub unknown: (u64, Cut),
}

impl Replay {
    /// The threshold as it is proposed.
    pub fn threshold(&self) -> Option<Points> {
        self.lever.as_ref().map(|lever| lever.at)
    }

    /// What is counted where nothing else is asked for: 24 months, up to the last day of the last
    /// quarter that is over, or up to the last day of which anything was told, where that is earlier.
    /// What came since is kept apart for checking.
    pub fn usual_span(&self) -> Span {
        let today = self.zone.to_datetime(self.as_of).date();
        let to = last_quarter_end(today).min(self.zone.to_datetime(self.last_at).date());
        let from = to.saturating_sub(MONTHS.months()).saturating_add(1.day());
        let first = self.rows.iter().map(|row| row.created_at).min();
        let first = first.map_or(from, |at| self.zone.to_datetime(at).date());
        let (from, to) = (from.max(first), if to < first { today } else { to });
        Span {
            from: from.min(to),
            to,
            as_of: self.as_of,
            within_days: WITHIN_DAYS,
            zone: self.zone.clone(),
            threshold: self.threshold(),
        }
    }

    /// Counts.
    pub fn tally(&self, span: &Span) -> Backtest {
        let mut counted = tally(&self.rows, span);
        counted.count_alone(&self.alone, span);
        counted
    }

    /// How many a cut counts.
    pub fn counted(&self, cut: Cut, span: &Span) -> u64 {
        self.rows.iter().map(|row| cut.counts(row, span)).sum()
    }

    /// What is not known of the fields that the definition asks for, each with the leads meant.
    pub fn field_gaps(&self, span: &Span) -> Vec<FieldGap<'_>> {
        let counted = |untold: Untold| {
            let cut = Cut::Untold(untold);
            (self.counted(cut, span), cut)
        };
        let gaps = self.fields.iter().enumerate().map(|(place, (root, field))| {
            let place = u16::try_from(place).unwrap_or(u16::MAX);
            FieldGap {
                root: *root,
                field,
                without_history: counted(Untold::Before(place)),
                unknown: counted(Untold::Ever(place)),
            }
        });
        gaps.collect()
    }

    /// The service level at a place of the text that is tried.
    pub fn level(&self, place: u16) -> Option<&ServiceLevel> {
        self.proposed.agreement.service_levels.get(usize::from(place))
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let clocks: usize = self.rows.iter().map(|row| row.clocks.len()).sum();
        let untold: usize = self.rows.iter().map(|row| row.untold.len()).sum();
        self.rows.len() * 368 + clocks * 64 + untold * size_of::<Untold>()
    }
}

/// The last day of the last quarter of the calendar that is over.
fn last_quarter_end(today: Date) -> Date {
    let months_in = (today.month() - 1) % 3;
    let first = today.first_of_month().saturating_sub(i32::from(months_in).months());
    first.saturating_sub(1.day())
}

impl Engine {
    /// Replays a definition of a version over the firm's past, beside the one in force.
    ///
    /// # Errors
    /// [`BacktestRefusal`],
    /// [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal), or when the database
    /// cannot be read.
    pub fn replay_version(
        &self,
        version: Version,
        wish: &ReplayWish,
        as_of: Timestamp,
    ) -> Result<Replay, Error> {
        let (row, agreement) = self.agreement(version)?;
        let proposed = Proposed { agreement, hash: row.hash, version: Some(version) };
        self.replay(proposed, wish, as_of)
    }

    /// Replays a definition of a text that need not be before anybody.
    ///
    /// # Errors
    /// As [`replay_version`](Engine::replay_version).
    pub fn replay(
        &self,
        proposed: Proposed,
        wish: &ReplayWish,
        as_of: Timestamp,
    ) -> Result<Replay, Error> {
        let (agreements, people, head, leads, deals, set) = self.read(|reader| {
            let set = reader.setting(HISTORY_UNTIL)?.and_then(|at| at.parse::<Timestamp>().ok());
            let leads = reader.lead_ids()?;
            let head = reader.head()?.fact;
            let (agreements, people) = (history(reader, &self.versions)?, working_hours(reader)?);
            Ok::<_, Error>((agreements, people, head, leads, deals(reader)?, set))
        })?;
        let in_force = agreements.at(as_of);
        let definition = chosen(&proposed.agreement, in_force, wish)?.clone();
        let of_same_name = |text: &InForce| {
            let known = text.agreement.definitions.iter().find(|known| known.id == definition.id);
            Some((text.version, known?.clone()))
        };
        let today = in_force.and_then(of_same_name);
        let lever = lever(&definition, wish.lever)?;
        let first = agreements.0.first().map_or(as_of, |first| first.from);
        let loaded_until = wish.loaded_until.or(set).unwrap_or(first).min(as_of);
        let zone = proposed.agreement.zone.clone();
        let always = all_along(&proposed);
        let scan = scan::Scan {
            proposed: &always,
            always: &History(vec![always.clone()]),
            people: &people,
            today: today.as_ref().and(in_force),
            definition: &definition,
            today_definition: today.as_ref().map(|(_, definition)| definition),
            lever: lever.as_ref(),
            target: target(&proposed.agreement, &definition),
            loaded_until,
            as_of,
            up_to: head,
            kinds: inputs::kinds(&definition).into_iter().collect(),
            fields: inputs::fields(&definition).into_iter().collect(),
        };
        let mut found = scan.run(self, &leads, &deals.by_lead)?;
        let kinds = found.kept_since(&scan.kinds, &zone);
        Ok(Replay {
            target: scan.target.clone(),
            fields: scan.fields,
            last_at: found.last_at.unwrap_or(as_of),
            kinds,
            rows: found.rows,
            definition,
            today,
            lever,
            as_of,
            up_to: head,
            loaded_until,
            zone,
            proposed,
            without_lead: deals.without_lead,
            alone: deals.alone,
        })
    }
}

/// As if a text had been in force always.
fn all_along(proposed: &Proposed) -> InForce {
    InForce {
        version: proposed.version.unwrap_or(Version(0)),
        hash: proposed.hash.clone(),
        from: Timestamp::MIN,
        agreement: proposed.agreement.clone(),
    }
}

fn chosen<'a>(
    agreement: &'a Agreement,
    in_force: Option<&InForce>,
    wish: &ReplayWish,
) -> Result<&'a Definition, Error> {
    let refused = |refusal: BacktestRefusal| Error::Refused(refusal.into());
    let all = &agreement.definitions;
    if let Some(wished) = &wish.definition {
        let ids: Vec<&str> = all.iter().map(|known| known.id.as_str()).collect();
        let found = all.iter().find(|known| known.id == *wished);
        let no_such = BacktestRefusal::NoSuchDefinition(wished.clone(), ids.join(", "));
        return found.ok_or_else(|| refused(no_such));
    }
    let says_same = |known: &&Definition| {
        in_force.is_some_and(|text| text.agreement.definitions.contains(known))
    };
    let changed = all.iter().find(|known| !says_same(known));
    changed.or_else(|| all.first()).ok_or_else(|| refused(BacktestRefusal::NoDefinition))
}

fn lever(definition: &Definition, wished: usize) -> Result<Option<Lever>, Error> {
    let mut found = levers(&definition.qualifies_when);
    if wished == 0 {
        // The sum is what is argued about, where it has a threshold.
        let total = found.iter().position(|lever| lever.score == "total");
        return Ok((!found.is_empty()).then(|| found.swap_remove(total.unwrap_or(0))));
    }
    let n = found.len();
    if wished > n {
        let id = definition.id.clone();
        let refusal = match n {
            0 => BacktestRefusal::NoLever(id),
            n => BacktestRefusal::NoSuchLever(id, wished, n),
        };
        return Err(Error::Refused(refusal.into()));
    }
    Ok(Some(found.swap_remove(wished - 1)))
}

/// The status of leads that sales took on: the one that the text calls SQL, or else that of the
/// accepted.
fn target(agreement: &Agreement, definition: &Definition) -> Option<String> {
    let sql = agreement.statuses.iter().find(|status| status.key.eq_ignore_ascii_case("sql"));
    let sql = sql.map(|status| status.key.clone()).filter(|key| *key != definition.status);
    sql.or_else(|| agreement.handoff.as_ref()?.accepted.clone())
}

/// The opportunities that came of each lead, and those that came of none.
#[derive(Debug, Default)]
pub(crate) struct Deals {
    pub(crate) by_lead: BTreeMap<LeadId, Vec<Deal>>,
    without_lead: u64,
    alone: Vec<WonAlone>,
}

pub(crate) fn deals(reader: &Reader<'_>) -> Result<Deals, StoreError> {
    let mut deals = Deals::default();
    for row in reader.opportunities()? {
        match row.lead.clone() {
            Some(lead) => {
                let of_lead = deals.by_lead.entry(lead).or_default();
                of_lead.push(deal(row));
            }
            None => {
                deals.without_lead += 1;
                deals.alone.extend(won_alone(&row));
            }
        }
    }
    Ok(deals)
}

/// An opportunity that was won, where it is known when.
fn won_alone(row: &OpportunityRow) -> Option<WonAlone> {
    let closed_on = row.closed_on.as_ref()?.parse().ok()?;
    (row.outcome == Outcome::Won).then_some(WonAlone { closed_on, amount: row.amount })
}

/// An opportunity.
fn deal(row: OpportunityRow) -> Deal {
    let day = |text: Option<String>| text?.parse::<Date>().ok();
    let is_closed = !matches!(row.outcome, Outcome::Open | Outcome::Unknown);
    Deal {
        opened_on: day(row.opened_on),
        closed_on: day(row.closed_on).filter(|_| is_closed),
        is_won: row.outcome == Outcome::Won,
        amount: row.amount,
        opportunity: row.id,
    }
}

#[cfg(test)]
mod tests;
