//! Which leads: the conditions of a list, all of which must hold.

use domain::{
    handoff::PassedBy,
    ids::{LeadId, UserId},
    points::Points,
};
use jiff::Timestamp;

use super::columns::name_key;
use crate::conditions::Conditions;

/// Which leads; every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// In one of these statuses; in any where there are none.
    pub status: Vec<String>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// Of nobody.
    pub without_owner: bool,
    /// Of the account with this id, or of one whose name begins so; capitals and small letters of
    /// names are the same.
    pub account: Option<String>,
    /// From this source, in the source's word.
    pub source: Option<String>,
    /// With a clock that runs.
    pub with_running_clock: bool,
    /// Whose first running clock is due then.
    pub due: Span,
    /// Made then, as their source says.
    pub created: Span,
    /// Who entered their status then.
    pub changed: Span,
    /// That came to their owner from another.
    pub passed: bool,
    /// That came by one of these ways.
    pub passed_by: Option<PassedBy>,
    /// That came from this person.
    pub passed_from: Option<UserId>,
    /// With at least these points at their latest qualification.
    pub points_min: Option<Points>,
    /// One of these; few enough to be named in one question.
    pub among: Option<Vec<LeadId>>,
    /// With this in its id, its person's name or address, or its account's name; capitals and
    /// small letters are the same except in ids.
    pub search: Option<String>,
}

/// A span of time, open where an end is not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// At this instant or later.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub before: Option<Timestamp>,
}

/// After every name that begins with a text stands this at the text's end.
pub(super) const LAST_LETTER: char = '\u{10ffff}';

impl LeadFilter {
    /// The one status that is asked for, where it is one.
    pub(super) fn only_status(&self) -> Option<&String> {
        self.status.first().filter(|_| self.status.len() == 1)
    }

    /// Whether leads that are like this are counted beside their rows.
    pub(super) fn is_tallied(&self) -> bool {
        let LeadFilter { status, owner, with_running_clock, .. } = self.clone();
        status.len() <= 1
            && *self == LeadFilter { status, owner, with_running_clock, ..LeadFilter::default() }
    }

    /// Holds every condition but the search.
    pub(super) fn hold(&self, all: &mut Conditions) {
        match self.among.as_deref() {
            None => {}
            Some([]) => all.hold("1 = 0"),
            Some(among) => {
                let list: Vec<String> = among.iter().map(|lead| all.value(lead)).collect();
                all.hold(format!("id in ({})", list.join(", ")));
            }
        }
        if !self.status.is_empty() {
            let list: Vec<String> = self.status.iter().map(|status| all.value(status)).collect();
            all.hold(format!("status in ({})", list.join(", ")));
            if let ([status], None) = (list.as_slice(), &self.owner) {
                // So the index over statuses is gone into; an owner's leads are fewer than those.
                all.hold(format!("substr(status, 1, 200) = substr({status}, 1, 200)"));
            }
        }
        if let Some(owner) = &self.owner {
            let owner = all.value(owner);
            all.hold(format!("owner = {owner}"));
        }
        if self.without_owner {
            all.hold("owner is null");
        }
        if let Some(account) = &self.account {
            hold_account(account, all);
        }
        if let Some(source) = &self.source {
            let source = all.value(source);
            all.hold(format!("source = {source}"));
        }
        if self.with_running_clock {
            // The same as `next_due_at is not null`, as the indexes have it.
            all.hold("coalesce(next_due_at, 9223372036854775807) < 9223372036854775807");
        }
        let spans = [
            ("next_due_at", self.due),
            ("created_at", self.created),
            ("status_since", self.changed),
        ];
        for (column, span) in spans {
            span.hold(column, all);
        }
        if self.passed || self.passed_by.is_some() || self.passed_from.is_some() {
            all.hold("passed_at is not null");
        }
        if let Some(by) = self.passed_by {
            let by = all.value(by.key());
            all.hold(format!("passed_by = {by}"));
        }
        if let Some(from) = &self.passed_from {
            let from = all.value(from);
            all.hold(format!("passed_from = {from}"));
        }
        if let Some(points) = self.points_min {
            let points = all.value(points);
            all.hold(format!("total_points >= {points}"));
        }
    }
}

/// Holds the condition that `account` is the account with an id, or one whose name begins so: by a
/// range of names, which an index of the accounts serves.
pub(super) fn hold_account(account: &str, all: &mut Conditions) {
    let key = name_key(account);
    let (id, from) = (all.value(account.trim()), all.value(&key));
    let to = all.value(format!("{key}{LAST_LETTER}"));
    all.hold(format!(
        "account in (select {id} union all
                     select account.id from account where name_key >= {from} and name_key < {to})"
    ));
}

impl Span {
    fn hold(self, column: &str, all: &mut Conditions) {
        for (sign, end) in [(">=", self.from), ("<", self.before)] {
            if let Some(end) = end {
                let end = all.value(end);
                all.hold(format!("{column} {sign} {end}"));
            }
        }
    }
}
