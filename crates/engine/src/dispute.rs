//! Disputes: contesting an answer, a clause or a credit, answering for the other side, ruling.

mod arbiter;
mod request;

use domain::{
    agreement::{DisputeTerms, Goal, History, InForce},
    dispute::{Contested, DisputeAnswered, DisputeOpened, DisputeRuled, Said},
    fact::Fact,
    figure::Because,
    firm::Side,
    handoff::{Answer, LeadMoved},
    ids::{DisputeId, FactNo, HandoffId, LeadId, OpportunityId, UserId},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Reader, Writer,
    read::{DisputeRow, HandoffRow},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{Versions, history},
    colleague::{append, name_of},
    handoff::{NOTE_BYTES_MAX, decide, keep_words, terms_of},
    report::credits,
};

pub use arbiter::rulers;
pub use request::{may_contest_request, speaks};

/// Why something is not contested, answered or ruled, in the order in which the reasons are looked
/// for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisputeRefusal {
    /// There is no such dispute.
    #[error("there is no dispute {0}: look at the list")]
    Unknown(DisputeId),
    /// The Agreement says nothing of disputes.
    #[error("the Agreement in force names no arbiter: propose a text with [disputes]")]
    NoArbiter,
    /// The arbiter is not here, or stands on a side.
    #[error(
        "the Agreement names {0} as arbiter, who is not here or stands on a side: propose another one"
    )]
    NoNeutralArbiter(String),
    /// Whoever rules contests nothing.
    #[error("you rule on disputes by the Agreement in force: leave it to one of the sides")]
    OwnCase,
    /// There is nothing to contest.
    #[error("there is no answer to contest: sales has not refused this handoff")]
    NothingToContest,
    /// There is no such clause.
    #[error("version {0} has no clause {1}: look at the Agreement")]
    NoClause(i64, String),
    /// Nothing became of it yet, or nothing that could be overturned.
    #[error("there is nothing to contest: {0}")]
    NothingToOverturn(&'static str),
    /// Whoever rules is at one of its ends.
    #[error(
        "{0} rules by the Agreement in force and stands at one end of the request, or leads who does: \
         propose a text that names somebody else"
    )]
    PartyRules(String),
    /// The opportunity does not count towards it.
    #[error("it does not count towards {0}: look at what the goal counts")]
    NotCredited(String),
    /// It was contested before.
    #[error("it is contested already: read the dispute {0}")]
    Already(DisputeId),
    /// The time to contest is over.
    #[error("it could be contested for {0} days after {1}, and they are over")]
    TooLate(i64, &'static str),
    /// No statement was written.
    #[error("write a statement: whoever rules reads it, and it stays")]
    NoStatement,
    /// The ruling gives no reasons.
    #[error("write your reasons: both sides read them, and they stay")]
    NoReasons,
    /// The statement is too long.
    #[error("the statement is too long: use at most 4,000 bytes")]
    TooLong,
    /// There was a ruling.
    #[error("{0} has ruled already: a ruling stays")]
    RuledAlready(String),
    /// The other side has said theirs.
    #[error("{0} has spoken for this side already")]
    AnsweredAlready(String),
    /// Whoever contested does not answer themselves.
    #[error("the other side answers: {0} contested it")]
    OwnSide(String),
    /// Somebody else rules.
    #[error("{0} rules here, whom the Agreement names")]
    NotTheArbiter(String),
    /// The ruling that it is to follow is none.
    #[error("there is no ruling {0} that this one could follow: choose one of the list, or none")]
    NoPrecedent(DisputeId),
}

/// A ruling as the arbiter gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Whether what was contested is overturned.
    pub overturned: bool,
    /// The reasons.
    pub statement: String,
    /// The earlier ruling that it follows.
    pub follows: Option<DisputeId>,
}

impl Engine {
    /// Contests the answer to a handoff, with a statement.
    ///
    /// # Errors
    /// [`DisputeRefusal`], or the actor may not.
    pub fn contest_handoff(
        &self,
        by: &Actor,
        handoff: &HandoffId,
        statement: &str,
        now: Timestamp,
    ) -> Result<DisputeId, Error> {
        may(by, &Act::ContestHandoffs).map_err(Refusal::from)?;
        let (by, handoff, versions) = (by.clone(), handoff.clone(), self.versions.clone());
        let statement = clean(statement)?;
        self.store.write(now, move |writer| {
            let signed = arbitration(&writer.reader(), &versions, now)?;
            let row = writer.reader().handoff(&handoff)?;
            let row = row.ok_or_else(|| refused(DisputeRefusal::NothingToContest))?;
            contestable(&row, &signed.2, now)?;
            let about = Contested::Handoff { handoff, lead: row.lead.clone() };
            let fact = row.answer_fact;
            open(writer, &by, &signed, about, fact, &statement)
        })
    }

    /// Contests a clause of a version, or how it is read: a definition, a service level, a goal.
    /// While somebody's words about it wait for a ruling, nobody contests it a second time.
    ///
    /// # Errors
    /// [`DisputeRefusal`], or the actor may not.
    pub fn contest_clause(
        &self,
        by: &Actor,
        version: domain::ids::Version,
        clause: &str,
        statement: &str,
        now: Timestamp,
    ) -> Result<DisputeId, Error> {
        may(by, &Act::ContestClauses).map_err(Refusal::from)?;
        let (by, clause, versions) = (by.clone(), clause.to_owned(), self.versions.clone());
        let statement = clean(statement)?;
        self.store.write(now, move |writer| {
            let signed = arbitration(&writer.reader(), &versions, now)?;
            let row = writer.reader().agreement(version)?;
            let no_clause = || refused(DisputeRefusal::NoClause(version.0.into(), clause.clone()));
            let row = row.ok_or_else(no_clause)?;
            let text = crate::agreement::cached(&versions, &row)?;
            if !text.clauses.iter().any(|known| known.no == clause) {
                return Err(no_clause());
            }
            let about = Contested::Clause { version, clause };
            check_first(&writer.reader(), &about)?;
            if let Some(replaced_at) = signed.0.replaced_at(version) {
                check_in_time(replaced_at, "the version was replaced", &signed.2, now)?;
            }
            open(writer, &by, &signed, about, None, &statement)
        })
    }

    /// Contests that an opportunity counts towards a goal of the version in force, once.
    ///
    /// # Errors
    /// [`DisputeRefusal`], or the actor may not.
    pub fn contest_credit(
        &self,
        by: &Actor,
        opportunity: &OpportunityId,
        goal: &str,
        statement: &str,
        now: Timestamp,
    ) -> Result<DisputeId, Error> {
        may(by, &Act::ContestClauses).map_err(Refusal::from)?;
        let (by, opportunity, goal) = (by.clone(), opportunity.clone(), goal.to_owned());
        let (statement, versions) = (clean(statement)?, self.versions.clone());
        self.store.write(now, move |writer| {
            let signed = arbitration(&writer.reader(), &versions, now)?;
            let (_, in_force, terms) = &signed;
            let fact = credited(&writer.reader(), in_force, &opportunity, &goal, now)?;
            let contested = in_force.agreement.goals.iter().find(|known| known.id == goal);
            if let Some(over_at) = contested.and_then(|goal| over_at(goal, in_force)) {
                check_in_time(over_at, "the last day of the goal", terms, now)?;
            }
            let about = Contested::Credit { opportunity, goal };
            open(writer, &by, &signed, about, Some(fact), &statement)
        })
    }

    /// Says what the other side has to say.
    ///
    /// # Errors
    /// [`DisputeRefusal`], or the actor may not.
    pub fn answer_dispute(
        &self,
        by: &Actor,
        dispute: &DisputeId,
        statement: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, dispute, statement) = (by.clone(), dispute.clone(), clean(statement)?);
        let versions = self.versions.clone();
        self.store.write(now, move |writer| {
            let agreements = history(&writer.reader(), &versions)?;
            let row = known(&writer.reader(), &dispute)?;
            let act = request::speaking(&writer.reader(), &agreements, &row.about, now)?;
            may(&by, &act).map_err(Refusal::from)?;
            check_open(&writer.reader(), &row)?;
            if let Some(answered_by) = &row.answered_by {
                let name = name_of(&writer.reader(), answered_by)?;
                return Err(refused(DisputeRefusal::AnsweredAlready(name)));
            }
            if !speaks(&writer.reader(), &agreements, &row, &by, now)? {
                let name = name_of(&writer.reader(), &row.opened_by)?;
                return Err(refused(DisputeRefusal::OwnSide(name)));
            }
            let statement = keep_words(writer, &Said::Answer.of(&dispute), &statement)?;
            let key = format!("dispute/{dispute}/answered");
            let (user, side) = (by.user, by.side);
            let fact = DisputeAnswered { dispute, about: row.about, by: user, side, statement };
            append(writer, key, Fact::DisputeAnswered(fact))
        })
    }

    /// Rules. An overturned refusal counts as an acceptance from then on, and its lead enters the
    /// status of the accepted, unless it has gone on meanwhile. Where a credit is overturned, the
    /// opportunity counts towards the goal no more. A request counts as [`Counts::overturned`] says.
    /// Whoever [`rulers`] names rules.
    ///
    /// [`Counts::overturned`]: domain::collateral_request::Counts::overturned
    ///
    /// # Errors
    /// [`DisputeRefusal`].
    pub fn rule(
        &self,
        by: &Actor,
        dispute: &DisputeId,
        ruling: Ruling,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, dispute, versions) = (by.clone(), dispute.clone(), self.versions.clone());
        if ruling.statement.trim().is_empty() {
            return Err(refused(DisputeRefusal::NoReasons));
        }
        let statement = clean(&ruling.statement)?;
        self.store.write(now, move |writer| {
            let row = known(&writer.reader(), &dispute)?;
            check_open(&writer.reader(), &row)?;
            let agreements = history(&writer.reader(), &versions)?;
            let rulers = rulers(&writer.reader(), &agreements, &row, now)?;
            if !rulers.contains(&by.user) {
                let who = rulers.first().unwrap_or(&row.arbiter);
                let name = name_of(&writer.reader(), who)?;
                return Err(refused(DisputeRefusal::NotTheArbiter(name)));
            }
            check_precedent(&writer.reader(), &ruling)?;
            let statement = keep_words(writer, &Said::Ruling.of(&dispute), &statement)?;
            let key = format!("dispute/{dispute}/ruled");
            let fact = DisputeRuled {
                dispute,
                about: row.about.clone(),
                by: by.user.clone(),
                overturned: ruling.overturned,
                statement,
                follows: ruling.follows,
            };
            append(writer, key, Fact::DisputeRuled(fact))?;
            match &row.about {
                Contested::Handoff { handoff, lead } if ruling.overturned => {
                    carry_out(writer, &versions, &by.user, handoff, lead, now)
                }
                _ => Ok(()),
            }
        })
    }
}

fn clean(statement: &str) -> Result<String, Error> {
    match statement.trim() {
        "" => Err(refused(DisputeRefusal::NoStatement)),
        long if long.len() > NOTE_BYTES_MAX => Err(refused(DisputeRefusal::TooLong)),
        statement => Ok(statement.to_owned()),
    }
}

/// All versions, the one in force and what it says of disputes.
type Arbitration = (History, InForce, DisputeTerms);

fn arbitration(
    reader: &Reader<'_>,
    versions: &Versions,
    now: Timestamp,
) -> Result<Arbitration, Error> {
    let agreements = history(reader, versions)?;
    let no_arbiter = || refused(DisputeRefusal::NoArbiter);
    let in_force = agreements.at(now).ok_or_else(no_arbiter)?.clone();
    let terms = in_force.agreement.disputes.clone().ok_or_else(no_arbiter)?;
    Ok((agreements, in_force, terms))
}

/// What was signed as the time to contest is not over, counted from an instant.
fn check_in_time(
    from: Timestamp,
    what: &'static str,
    terms: &DisputeTerms,
    now: Timestamp,
) -> Result<(), Error> {
    let open_for = SignedDuration::from_hours(24 * terms.contest_days);
    match now.duration_since(from) > open_for {
        true => Err(refused(DisputeRefusal::TooLate(terms.contest_days, what))),
        false => Ok(()),
    }
}

/// That nobody's words about the same wait for a ruling.
fn check_first(reader: &Reader<'_>, about: &Contested) -> Result<(), Error> {
    let waits = |row: &&DisputeRow| row.ruled_at.is_none() && row.about == *about;
    match reader.disputes()?.iter().find(waits) {
        Some(row) => Err(refused(DisputeRefusal::Already(row.id.clone()))),
        None => Ok(()),
    }
}

/// When the last day of a goal ends, in the Agreement's zone.
fn over_at(goal: &Goal, in_force: &InForce) -> Option<Timestamp> {
    let next = goal.to.tomorrow().ok()?;
    Some(next.to_zoned(in_force.agreement.zone.clone()).ok()?.timestamp())
}

/// Refusals may be contested, once, and for as long as was signed.
fn contestable(row: &HandoffRow, terms: &DisputeTerms, now: Timestamp) -> Result<(), Error> {
    let refusal = row.answer.filter(|answer| *answer != Answer::Accepted);
    let (Some(_), Some(answered_at)) = (refusal, row.answered_at) else {
        return Err(refused(DisputeRefusal::NothingToContest));
    };
    if let Some(dispute) = &row.dispute {
        return Err(refused(DisputeRefusal::Already(dispute.clone())));
    }
    check_in_time(answered_at, "the answer", terms, now)
}

/// That an opportunity counts towards a goal and was not contested; the last fact about it.
fn credited(
    reader: &Reader<'_>,
    in_force: &InForce,
    opportunity: &OpportunityId,
    goal: &str,
    now: Timestamp,
) -> Result<FactNo, Error> {
    let disputes = reader.disputes_of_opportunity(opportunity)?;
    let is_same = |row: &&DisputeRow| match &row.about {
        Contested::Credit { goal: contested, .. } => contested == goal,
        _ => false,
    };
    if let Some(dispute) = disputes.iter().find(is_same) {
        return Err(refused(DisputeRefusal::Already(dispute.id.clone())));
    }
    let credits = credits(reader, &in_force.agreement, opportunity, now)?;
    let counts = credits.iter().any(|credit| credit.goal.id == goal);
    let row = reader.opportunity(opportunity)?.filter(|_| counts);
    let row = row.ok_or_else(|| refused(DisputeRefusal::NotCredited(goal.to_owned())))?;
    Ok(row.last_fact)
}

fn open(
    writer: &mut Writer<'_>,
    by: &Actor,
    (agreements, in_force, terms): &Arbitration,
    about: Contested,
    contested: Option<FactNo>,
    statement: &str,
) -> Result<DisputeId, Error> {
    let arbiter = arbiter::named(&writer.reader(), in_force)?;
    let nobody = || refused(DisputeRefusal::NoNeutralArbiter(terms.arbiter.clone()));
    let arbiter = arbiter.ok_or_else(nobody)?;
    if arbiter == by.user {
        return Err(refused(DisputeRefusal::OwnCase));
    }
    let reader = writer.reader();
    let at_its_ends = request::at_its_ends(&reader, agreements, &about, writer.now())?;
    if at_its_ends.contains(&arbiter) {
        return Err(refused(DisputeRefusal::PartyRules(name_of(&reader, &arbiter)?)));
    }
    let nth = writer.reader().disputes()?.len() + 1;
    let dispute = DisputeId(format!("{}:d{nth}", domain::decided::SOURCE));
    let due_at = terms.ruled_within.due_at(&in_force.agreement, writer.now())?;
    let statement = keep_words(writer, &Said::Opening.of(&dispute), statement)?;
    let because = Because {
        version: in_force.version,
        hash: in_force.hash.clone(),
        clause: terms.clause.clone(),
        facts: contested.into_iter().collect(),
    };
    let fact = DisputeOpened {
        dispute: dispute.clone(),
        about,
        by: by.user.clone(),
        side: by.side,
        arbiter,
        due_at,
        statement,
        because,
    };
    append(writer, format!("dispute/{dispute}/opened"), Fact::DisputeOpened(fact))?;
    Ok(dispute)
}

fn known(reader: &Reader<'_>, dispute: &DisputeId) -> Result<DisputeRow, Error> {
    let row = reader.dispute(dispute)?;
    row.ok_or_else(|| refused(DisputeRefusal::Unknown(dispute.clone())))
}

/// That there was no ruling yet.
fn check_open(reader: &Reader<'_>, row: &DisputeRow) -> Result<(), Error> {
    match &row.ruled_by {
        Some(by) => Err(refused(DisputeRefusal::RuledAlready(name_of(reader, by)?))),
        None => Ok(()),
    }
}

fn check_precedent(reader: &Reader<'_>, ruling: &Ruling) -> Result<(), Error> {
    let Some(follows) = &ruling.follows else { return Ok(()) };
    match reader.dispute(follows)?.is_some_and(|row| row.ruled_at.is_some()) {
        true => Ok(()),
        false => Err(refused(DisputeRefusal::NoPrecedent(follows.clone()))),
    }
}

/// Brings the lead of an overturned refusal where an acceptance would have brought it.
fn carry_out(
    writer: &mut Writer<'_>,
    versions: &Versions,
    by: &UserId,
    handoff: &HandoffId,
    lead: &LeadId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(row) = writer.reader().handoff(handoff)? else { return Ok(()) };
    let Ok((agreement, terms)) = terms_of(&writer.reader(), versions, &row) else {
        return Ok(());
    };
    let stands = writer.reader().lead(lead)?.and_then(|lead| lead.status);
    let stands = stands.map(|told| agreement.status(&told).map_or(told, |known| known.key.clone()));
    let refused_into = row.answer.and_then(|answer| terms.status_after(answer));
    if let Some(status) = terms.accepted.clone()
        && stands.as_deref() == refused_into
    {
        let lead = lead.clone();
        let moved = LeadMoved { lead, status, reason: None, by: Some(by.clone()) };
        append(writer, format!("overturned/{handoff}"), Fact::LeadMoved(moved))?;
    }
    decide(writer, versions, lead, now)
}

/// How often the refusals of a side, and what a side contested, were overturned: of so many that
/// were ruled on, so many.
///
/// # Errors
/// When the database cannot be read.
pub fn overturned_by_side(reader: &Reader<'_>) -> Result<Vec<(Side, u64, u64)>, store::StoreError> {
    let rows = reader.disputes()?;
    let of = |side: Side| {
        let ruled = rows.iter().filter(|row| row.opened_side == side && row.ruled_at.is_some());
        let overturned = ruled.clone().filter(|row| row.overturned == Some(true)).count();
        (side, overturned as u64, ruled.count() as u64)
    };
    Ok([Side::Marketing, Side::Sales, Side::Neutral].map(of).into())
}

fn refused(refusal: DisputeRefusal) -> Error {
    Error::Refused(refusal.into())
}
