//! Deciding about leads and opportunities inside a transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    agreement::{
        Definition, History,
        definition::{Judged, LooksAt, Rule},
        service::Tells,
    },
    decision,
    fact::{Entry, Fact},
    handoff::{HandoffAnswered, HandoffDeemed},
    ids::{FactNo, HandoffId, LeadId, Subject, UserId},
    merging::{brought_along, joined},
    people::{Away, Colleague, People},
    withdrawal::holding,
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Reader, StoreError, Writer,
    read::{AbsenceRow, UserRow},
};

use crate::{
    Error,
    agreement::{Versions, history, next_to_take_effect, take_effect},
    intake::append_unless_it_stands,
    routing::{self, Directory},
    substitute::user_named,
};

/// What deciding needs beside the facts of the lead: the versions in force and people's hours.
pub(crate) struct Rules {
    agreements: History,
    people: People,
    /// Whom routes name, where a version has any.
    directory: Option<Directory>,
    /// When the next signed version comes into force, which may have been a while ago.
    next_at: Option<Timestamp>,
}

impl Rules {
    /// The rules as this transaction has them, from memory where no fact has changed them.
    pub(crate) fn of(writer: &mut Writer<'_>, versions: &Versions) -> Result<Arc<Rules>, Error> {
        if let Some(rules) = writer.rules() {
            return Ok(rules);
        }
        let reader = writer.reader();
        let agreements = history(&reader, versions)?;
        let routes = agreements.0.iter().any(|version| version.agreement.routing.is_some());
        let directory = routes.then(|| Directory::read(&reader, &agreements)).transpose()?;
        let rules = Arc::new(Rules {
            people: people_under(&reader, &agreements)?,
            agreements,
            directory,
            next_at: next_to_take_effect(&reader)?,
        });
        writer.keep_rules(rules.clone());
        Ok(rules)
    }

    /// Brings into force what both have signed and whose instant has come.
    pub(crate) fn bring_into_force(
        writer: &mut Writer<'_>,
        versions: &Versions,
        now: Timestamp,
    ) -> Result<(), Error> {
        match Rules::of(writer, versions)?.next_at {
            Some(at) if at <= now => take_effect(writer, versions, now),
            _ => Ok(()),
        }
    }

    /// Every version that was ever in force.
    pub(crate) fn agreements(&self) -> &History {
        &self.agreements
    }

    /// Everybody's hours.
    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// Whom routes name; `None` where no version routes.
    pub(crate) fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// Whether no version was ever in force, so that nothing can be decided.
    pub(crate) fn are_silent(&self) -> bool {
        self.agreements.0.is_empty()
    }

    /// Whether any version says something about single opportunities.
    fn watch_opportunities(&self) -> bool {
        self.agreements.0.iter().any(|version| version.agreement.watches_opportunities())
    }

    /// Whether, as time passes alone, a definition in force may be met no more.
    fn let_points_fade(&self) -> bool {
        let latest = self.agreements.0.last();
        latest.is_some_and(|version| version.agreement.definitions.iter().any(fades))
    }

    /// A status by the key that the latest version has for it; unknown to it, as told.
    fn status(&self, told: &str) -> String {
        let known = self.agreements.0.last().and_then(|version| version.agreement.status(told));
        known.map_or(told, |status| &status.key).to_owned()
    }

    /// Whether a definition waits for a time of the day, so that a lead must be looked at again.
    fn wait_for_a_time(&self) -> bool {
        let latest = self.agreements.0.last();
        latest.is_some_and(|version| {
            let definitions = &version.agreement.definitions;
            definitions.iter().any(|definition| definition.judged != Judged::AtEachFact)
        })
    }
}

/// Whether a definition takes points away as time passes, or asks how long something is ago.
fn fades(definition: &Definition) -> bool {
    let decays = definition.components.iter().any(|component| component.decay.is_some());
    let is_silence = |rule: &Rule| matches!(rule.looks_at, LooksAt::Inactivity { .. });
    let mut asks_for_time = false;
    for condition in definition.applies_when.iter().chain([&definition.qualifies_when]) {
        condition.names(&mut |name| {
            asks_for_time |= name.field == "age_days" || name.field.starts_with("days_since_");
        });
    }
    decays || asks_for_time || definition.rules.iter().any(is_silence)
}

/// Everybody's hours, and who stands in for whom, as versions name them.
pub(crate) fn people_under(
    reader: &Reader<'_>,
    agreements: &History,
) -> Result<People, StoreError> {
    with_colleagues(people(reader)?, reader, agreements)
}

/// Everybody's hours, as they were told.
pub(crate) fn people(reader: &Reader<'_>) -> Result<People, StoreError> {
    let told = reader.hours_told()?;
    Ok(People::told(told.iter().map(|row| (row.user.clone(), row.since, &row.fields))))
}

/// The same people with where they stand, where a ladder asks for it.
fn with_colleagues(
    people: People,
    reader: &Reader<'_>,
    agreements: &History,
) -> Result<People, StoreError> {
    let names = named_in_ladders(agreements);
    let levels = agreements.0.iter().flat_map(|version| &version.agreement.service_levels);
    if levels.clone().all(|level| level.steps.is_empty()) {
        return Ok(people);
    }
    let mut away: BTreeMap<UserId, Vec<Away>> = BTreeMap::new();
    for row in reader.standing_absences()? {
        let AbsenceRow { user, first_on, last_on, half, substitute, .. } = row;
        away.entry(user).or_default().push(Away { first_on, last_on, half, substitute });
    }
    let colleague = |row: UserRow| {
        let colleague = Colleague {
            manager: row.manager.clone().map(UserId),
            is_here: row.left_at.is_none(),
            can_own: !row.is_deactivated(),
            away: away.remove(&row.id).unwrap_or_default(),
        };
        (row.id, colleague)
    };
    let colleagues = reader.users()?.into_iter().map(colleague).collect();
    let mut named = Vec::new();
    for name in names {
        let user = user_named(reader, &name)?;
        named.extend(user.map(|user| (name, user)));
    }
    Ok(people.with_colleagues(colleagues, named))
}

/// Whom the ladders of any version name, by mail address or user id.
fn named_in_ladders(agreements: &History) -> BTreeSet<String> {
    let levels = agreements.0.iter().flat_map(|version| &version.agreement.service_levels);
    let named = levels.flat_map(|level| {
        let tells = level.steps.iter().flat_map(|step| &step.tells);
        let told = tells.filter_map(|tells| match tells {
            Tells::Named(name) => Some(name),
            Tells::Owner | Tells::Manager | Tells::Backup => None,
        });
        told.chain(&level.backup)
    });
    named.cloned().collect()
}

/// Appends every decision that follows by `now` about a subject, and about what is seen with it,
/// and says which are new. A lead's opportunities are seen with their lead, so what is new about it
/// may be new about them.
pub(crate) fn decide_about(
    writer: &mut Writer<'_>,
    rules: &Rules,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    if rules.are_silent() {
        return Ok(Vec::new());
    }
    let mut new = decide_about_one(writer, rules, subject, now)?;
    let goes_on = match subject {
        Subject::Lead(lead) => decide_about_merged(writer, rules, lead, now, &mut new)?,
        Subject::Opportunity(_) => true,
    };
    if let Subject::Lead(lead) = subject
        && goes_on
    {
        let routed = routing::follow(writer, rules, lead, now)?;
        let is_given = routed.iter().any(|entry| matches!(entry.fact(), Fact::LeadAssigned(_)));
        new.extend(routed);
        // Whose it is now starts clocks.
        if is_given {
            new.extend(decide_about_one(writer, rules, subject, now)?);
        }
    }
    if let Subject::Lead(lead) = subject
        && rules.watch_opportunities()
    {
        for opportunity in writer.reader().opportunities_of_lead(lead)? {
            let subject = Subject::Opportunity(opportunity.id);
            new.extend(decide_about_one(writer, rules, &subject, now)?);
        }
    }
    Ok(new)
}

/// Decides about those who are of the same person, and says whether the lead goes on by itself:
/// what is told of a lead that does not is told of the one as which it goes on, and the clocks of
/// those that went on as a lead hear what is told of it.
fn decide_about_merged(
    writer: &mut Writer<'_>,
    rules: &Rules,
    lead: &LeadId,
    now: Timestamp,
    new: &mut Vec<Entry>,
) -> Result<bool, Error> {
    let merges = joined(&holding(writer.facts_of(&format!("lead/{lead}"))?));
    for merge in &merges {
        let with = Subject::Lead(merge.with.clone());
        new.extend(match merge.survives {
            true => decide_about_one(writer, rules, &with, now)?,
            false => decide_about(writer, rules, &with, now)?,
        });
    }
    Ok(merges.iter().all(|merge| merge.survives))
}

fn decide_about_one(
    writer: &mut Writer<'_>,
    rules: &Rules,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    if subject.opportunity().is_some() && !rules.watch_opportunities() {
        return Ok(Vec::new());
    }
    let entries = facts_about(subject, |filed| writer.facts_of(filed))?;
    let mut again = Again::default();
    entries.iter().for_each(|entry| again.note(entry, rules, now));
    let mut new = Vec::new();
    decision::decide::<Error>(subject, entries, &rules.agreements, &rules.people, now, |told| {
        // What was decided by facts that were withdrawn may be decided again by others.
        let entry = append_unless_it_stands(writer, told)?;
        new.extend(entry.clone());
        Ok(entry)
    })?;
    new.iter().for_each(|entry| again.note(entry, rules, now));
    if let Some(at) = again.at(rules, subject, now) {
        writer.leave_undecided(&subject.to_string(), at)?;
    }
    Ok(new)
}

/// When a subject must be looked at again with no new fact.
#[derive(Default)]
struct Again {
    /// A fact that is dated ahead comes true.
    ahead: Option<Timestamp>,
    /// When something was last recorded: a definition that waits for a time of the day has judged
    /// whoever rests for longer than a day.
    newest: Option<Timestamp>,
    /// The last fact that put a lead into a status, and the status by the Agreement's key.
    entered: Option<(Timestamp, FactNo, String)>,
    /// The statuses that its points brought it, by definition and count.
    qualified: BTreeMap<(String, u32), String>,
    /// The qualifications that it has come to meet no more.
    fell: BTreeSet<(String, u32)>,
    /// Its handoffs, and until when each is to be answered.
    handed: BTreeMap<HandoffId, Timestamp>,
    /// Those that were answered.
    answered: BTreeSet<HandoffId>,
}

impl Again {
    /// Takes a fact into account; the order does not matter.
    fn note(&mut self, entry: &Entry, rules: &Rules, now: Timestamp) {
        let at = entry.happened_at();
        if at > now {
            self.ahead = Some(self.ahead.map_or(at, |ahead| ahead.min(at)));
        }
        self.newest = self.newest.max(Some(entry.recorded_at));
        match entry.fact() {
            Fact::LeadQualified(fact) => {
                let status = rules.status(&fact.status);
                self.qualified.insert((fact.definition.clone(), fact.times), status.clone());
                self.entered = self.entered.take().max(Some((at, entry.no, status)));
            }
            Fact::LeadFellBelow(fact) => {
                self.fell.insert((fact.definition.clone(), fact.times));
            }
            Fact::HandoffMade(fact) => {
                self.handed.insert(fact.handoff.clone(), fact.due_at);
            }
            Fact::HandoffAnswered(HandoffAnswered { handoff, .. })
            | Fact::HandoffDeemed(HandoffDeemed { handoff, .. }) => {
                self.answered.insert(handoff.clone());
            }
            Fact::LeadMoved(fact) if at <= now => {
                let entered = Some((at, entry.no, rules.status(&fact.status)));
                self.entered = self.entered.take().max(entered);
            }
            _ => {}
        }
    }

    /// Whether the lead stands where its points brought it, and has not fallen since.
    fn stands_by_points(&self) -> bool {
        let Some((.., status)) = &self.entered else { return false };
        let mut not_fallen = self.qualified.iter().filter(|(which, _)| !self.fell.contains(*which));
        not_fallen.any(|(_, brought)| brought == status)
    }

    /// The first of the instants: soon while a definition waits, daily while points may fade.
    /// Only leads are judged by definitions.
    fn at(&self, rules: &Rules, subject: &Subject, now: Timestamp) -> Option<Timestamp> {
        if subject.lead().is_none() {
            return self.ahead;
        }
        let newest = self.newest?;
        let waits = rules.wait_for_a_time() && newest + SignedDuration::from_hours(26) > now;
        let soon = waits.then(|| now + SignedDuration::from_mins(5));
        let may_fall = self.stands_by_points() && rules.let_points_fade();
        let tomorrow = may_fall.then(|| now + SignedDuration::from_hours(24));
        let waits = self.handed.iter().filter(|(handoff, _)| !self.answered.contains(*handoff));
        // At the instant itself it may still be answered.
        let over = waits.map(|(_, due_at)| *due_at + SignedDuration::from_millis(1));
        // What is over and still open stays open: silence was looked at by then.
        let silence = over.filter(|over| *over > now).min();
        self.ahead.into_iter().chain(soon).chain(tomorrow).chain(silence).min()
    }
}

/// The facts about a subject and about what it is seen with: a lead's account, and an opportunity's
/// lead and account, each as last reported; with what comes along from other records of the same
/// person. `facts_of` gives the facts that are filed under a name; those that were withdrawn do not
/// hold.
///
/// # Errors
/// Those of `facts_of`.
pub fn facts_about<E>(
    subject: &Subject,
    mut facts_of: impl FnMut(&str) -> Result<Vec<Arc<Entry>>, E>,
) -> Result<Vec<Arc<Entry>>, E> {
    let mut entries = holding(facts_of(&subject.to_string())?);
    if let Subject::Lead(lead) = subject {
        let mut along = Vec::new();
        for joined in joined(&entries) {
            let theirs = holding(facts_of(&format!("lead/{}", joined.with))?);
            along.extend(brought_along(lead, &entries, &joined, theirs));
        }
        entries.extend(along);
    }
    let seen_with: &[&str] = match subject {
        Subject::Lead(_) => &["account"],
        Subject::Opportunity(_) => &["lead", "account"],
    };
    let named: Vec<String> = seen_with
        .iter()
        .filter_map(|noun| Some(format!("{noun}/{}", last_named(&entries, noun)?)))
        .collect();
    for filed in named {
        entries.extend(holding(facts_of(&filed)?));
    }
    Ok(entries)
}

/// The id that was last reported in a field.
pub(crate) fn last_named(entries: &[Arc<Entry>], field: &str) -> Option<String> {
    let named = |entry: &Arc<Entry>| {
        let fields = match entry.fact() {
            Fact::Lead(reported) => &reported.fields,
            Fact::Opportunity(reported) => &reported.fields,
            _ => return None,
        };
        fields.get(field)?.text().map(str::to_owned)
    };
    entries.iter().rev().find_map(named)
}

#[cfg(test)]
mod tests;
