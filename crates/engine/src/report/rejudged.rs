//! Which clocks another text would judge otherwise, shown before anybody signs it. Nothing is
//! written. A clock that runs keeps the version that governs it, unless the text says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    agreement::{Agreement, History, ServiceLevel},
    firm::Side,
    ids::{Subject, Version},
    people::People,
    rejudged::{Rejudged, Turn, all_along, rejudged},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;
use store::Reader;

use crate::{
    Engine, Error,
    agreement::history,
    lead::{facts_about, working_hours},
};

/// Leads and opportunities that are looked at: those with a clock that runs, and then the ones whose
/// clocks started last.
pub const SUBJECTS_MAX: u32 = 50_000;
/// So many are read at a time, so that no question to the database lasts long.
const AT_ONCE: usize = 200;
/// Clocks that started so many days ago are looked at where nothing else is asked for.
const DAYS: i64 = 90;

/// Which clocks a text would judge otherwise.
///
/// In JSON: `{"version":4,"from":"…","as_of":"…","looked_at":812,"left_out":0,"running":46,
/// "levels":[{"service_level":"first-answer","clause":"4.1","side":"sales","looked_at":600,
/// "missed":12,"missed_no_more":0,"elsewhere":1,"started":3,"stopped":0,"unjudged":0,"follow":46}],"new_levels":[…],"rows":[{…}]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RejudgedReport {
    /// The text.
    pub version: Version,
    /// Clocks that started from here on are looked at, and those that run.
    pub from: Timestamp,
    /// As of when.
    pub as_of: Timestamp,
    /// Clocks that were looked at.
    pub looked_at: u64,
    /// Of them, those that run.
    pub running: u64,
    /// Clocks since then that were not looked at, because there are too many.
    pub left_out: u64,
    /// Each service level that has clocks among them.
    pub levels: Vec<LevelTurns>,
    /// Service levels of the text that have no clock among them.
    pub new_levels: Vec<String>,
    /// The clocks that would be judged otherwise, that would be judged by the text once it is in
    /// force, or of which that cannot be said; the one that started last first.
    pub rows: Vec<Rejudged>,
}

/// What becomes of the clocks of one service level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelTurns {
    /// Its key.
    pub service_level: String,
    /// Its clause in the text, or where it stood last.
    pub clause: String,
    /// Whose duty it is.
    pub side: Side,
    /// Clocks that were looked at.
    pub looked_at: u64,
    /// That would be missed.
    pub missed: u64,
    /// That would be missed no more.
    pub missed_no_more: u64,
    /// That would stand elsewhere.
    pub elsewhere: u64,
    /// That no signed text has started, and this one would have; they are not among those looked at.
    pub started: u64,
    /// That run, and would not.
    pub stopped: u64,
    /// Of which it cannot be said.
    pub unjudged: u64,
    /// That run and would be judged by the text once it is in force.
    pub follow: u64,
}

impl RejudgedReport {
    /// How many clocks take a turn, over all service levels.
    pub fn count(&self, turn: Turn) -> u64 {
        self.levels.iter().map(|level| level.count(turn)).sum()
    }

    /// How many run and would be judged by the text once it is in force.
    pub fn follow(&self) -> u64 {
        self.levels.iter().map(|level| level.follow).sum()
    }

    /// How many would be judged otherwise.
    pub fn otherwise(&self) -> u64 {
        [Turn::Missed, Turn::MissedNoMore, Turn::Elsewhere]
            .map(|turn| self.count(turn))
            .iter()
            .sum()
    }
}

impl LevelTurns {
    /// How many of its clocks take a turn.
    pub fn count(&self, turn: Turn) -> u64 {
        match turn {
            Turn::Same => {
                let others = self.missed + self.missed_no_more + self.elsewhere;
                self.looked_at - others - self.stopped - self.unjudged
            }
            Turn::Started => self.started,
            Turn::Stopped => self.stopped,
            Turn::Missed => self.missed,
            Turn::MissedNoMore => self.missed_no_more,
            Turn::Elsewhere => self.elsewhere,
            Turn::Unjudged => self.unjudged,
        }
    }

    fn take(&mut self, turn: Turn) {
        self.looked_at += u64::from(turn != Turn::Started);
        match turn {
            Turn::Started => self.started += 1,
            Turn::Stopped => self.stopped += 1,
            Turn::Same => {}
            Turn::Missed => self.missed += 1,
            Turn::MissedNoMore => self.missed_no_more += 1,
            Turn::Elsewhere => self.elsewhere += 1,
            Turn::Unjudged => self.unjudged += 1,
        }
    }
}

/// The day from which on clocks are looked at where nothing else is asked for, as an instant.
pub fn usual_from(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let then = (now - SignedDuration::from_hours(24 * DAYS)).to_zoned(zone.clone());
    then.start_of_day().map_or(then.timestamp(), |midnight| midnight.timestamp())
}

impl Engine {
    /// Which clocks a text would judge otherwise, of those that started from an instant on and those
    /// that run.
    ///
    /// # Errors
    /// [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal), or when the database
    /// cannot be read.
    pub fn report_rejudged(
        &self,
        version: Version,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Result<RejudgedReport, Error> {
        let (row, agreement) = self.agreement(version)?;
        let (signed, subjects, all) = self.read(|reader| {
            let mut subjects = reader.clocked_since(from, SUBJECTS_MAX)?;
            // Leads that have no clock may get one.
            let room = SUBJECTS_MAX.saturating_sub(u32::try_from(subjects.len()).unwrap_or(0));
            let seen: BTreeSet<Subject> = subjects.iter().cloned().collect();
            let moved = reader.leads_moved_since(from, room)?.into_iter().map(Subject::Lead);
            subjects.extend(moved.filter(|subject| !seen.contains(subject)));
            let all = reader.clocks_since_count(from)?;
            Ok::<_, Error>((history(reader, &self.versions)?, subjects, all))
        })?;
        let proposed = all_along(&signed, version, row.hash, agreement.clone());
        let mut tally = Tally::new((&signed, &proposed), from, as_of);
        for some in subjects.chunks(AT_ONCE) {
            self.read(|reader| {
                let people = working_hours(reader)?;
                some.iter().try_for_each(|subject| tally.look_at(reader, subject, &people))
            })?;
        }
        let is_bounded = subjects.len() == SUBJECTS_MAX as usize;
        let left_out = if is_bounded { all.saturating_sub(tally.looked_at()) } else { 0 };
        Ok(tally.report(version, &agreement, left_out))
    }
}

/// What was found so far.
struct Tally<'a> {
    texts: (&'a History, &'a History),
    from: Timestamp,
    as_of: Timestamp,
    running: u64,
    levels: BTreeMap<String, LevelTurns>,
    rows: Vec<Rejudged>,
}

impl<'a> Tally<'a> {
    fn new(texts: (&'a History, &'a History), from: Timestamp, as_of: Timestamp) -> Tally<'a> {
        Tally { texts, from, as_of, running: 0, levels: BTreeMap::new(), rows: Vec::new() }
    }

    fn looked_at(&self) -> u64 {
        self.levels.values().map(|level| level.looked_at).sum()
    }

    fn look_at(
        &mut self,
        reader: &Reader<'_>,
        subject: &Subject,
        people: &People,
    ) -> Result<(), Error> {
        let entries = facts_about(reader, subject)?;
        let known = entries.partition_point(|entry| entry.happened_at() <= self.as_of);
        let found = rejudged(subject, &entries[..known], self.texts, people, self.as_of)?;
        for clock in found {
            if clock.started_at < self.from && !clock.runs() {
                continue;
            }
            let turn = clock.turn();
            self.running += u64::from(clock.runs() && turn != Turn::Started);
            let level = self.levels.entry(clock.service_level.clone());
            let level = level.or_insert_with(|| turns(&clock.service_level, self.texts));
            level.take(turn);
            level.follow += u64::from(clock.follows.is_some());
            if turn != Turn::Same || clock.follows.is_some() {
                self.rows.push(clock);
            }
        }
        Ok(())
    }

    fn report(mut self, version: Version, text: &Agreement, left_out: u64) -> RejudgedReport {
        self.rows.sort_by_key(|clock| std::cmp::Reverse((clock.started_at, clock.start_fact)));
        let (from, as_of, running, looked_at) =
            (self.from, self.as_of, self.running, self.looked_at());
        let is_new = |level: &&ServiceLevel| !self.levels.contains_key(&level.id);
        let new_levels = text.service_levels.iter().filter(is_new);
        let new_levels = new_levels.map(|level| level.id.clone()).collect();
        let mut levels: Vec<LevelTurns> = self.levels.into_values().collect();
        levels.sort_by(|a, b| (&a.clause, &a.service_level).cmp(&(&b.clause, &b.service_level)));
        let rows = self.rows;
        RejudgedReport {
            version,
            from,
            as_of,
            looked_at,
            running,
            left_out,
            levels,
            new_levels,
            rows,
        }
    }
}

/// A service level without clocks so far, as the text has it, or the last version that had it.
fn turns(level: &str, (signed, proposed): (&History, &History)) -> LevelTurns {
    let texts = signed.0.iter().chain(&proposed.0).rev();
    let mut levels = texts.flat_map(|text| &text.agreement.service_levels);
    let known = levels.find(|known| known.id == level);
    LevelTurns {
        service_level: level.to_owned(),
        clause: known.map(|known| known.clause.clone()).unwrap_or_default(),
        side: known.map_or(Side::Neutral, |known| known.side),
        looked_at: 0,
        missed: 0,
        missed_no_more: 0,
        elsewhere: 0,
        started: 0,
        stopped: 0,
        unjudged: 0,
        follow: 0,
    }
}
