//! What routing asks for: whom the text names, whether they can take a lead now, whose the account
//! is, and what the members of a pool have received.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    absence,
    agreement::{
        History, InForce,
        routing::{FoundBy, Pool},
    },
    calendar::Calendar,
    condition::{Name, View},
    field::FieldValue,
    ids::UserId,
    lead::{Lead, LeadView},
    people::People,
    routed::{AccountSeen, Level, PersonSeen},
    routing::{Ask, Wanted},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{Reader, StoreError, read::AbsenceRow};

use super::account::{Accounts, found};

/// Whom texts name, and who is away. It holds until a fact about users comes.
pub(crate) struct Directory {
    /// Whom a name in a text means.
    names: BTreeMap<String, UserId>,
    /// Who may not sign in any more, or has left.
    deactivated: BTreeSet<UserId>,
    absences: BTreeMap<UserId, Vec<AbsenceRow>>,
}

impl Directory {
    /// What is known of the people whom the versions name.
    pub(crate) fn read(reader: &Reader<'_>, agreements: &History) -> Result<Directory, StoreError> {
        let users = reader.users()?;
        let gone = users.iter().filter(|user| user.is_deactivated());
        let deactivated: BTreeSet<UserId> = gone.map(|user| user.id.clone()).collect();
        let known: BTreeSet<UserId> = users.iter().map(|user| user.id.clone()).collect();
        let routings = agreements.0.iter().filter_map(|v| v.agreement.routing.as_ref());
        let mut names = BTreeMap::new();
        for name in routings.flat_map(|routing| routing.people()) {
            let found = match name.contains('@') {
                false => Some(UserId(name.to_owned())).filter(|user| known.contains(user)),
                true => {
                    let subjects = reader.persons_by_email(name)?;
                    let users = subjects.iter().filter_map(|subject| subject.strip_prefix("user/"));
                    let users: Vec<UserId> = users.map(UserId::from).collect();
                    let able = users.iter().find(|user| !deactivated.contains(user));
                    able.or(users.first()).cloned()
                }
            };
            names.extend(found.map(|user| (name.to_owned(), user)));
        }
        let mut absences: BTreeMap<UserId, Vec<AbsenceRow>> = BTreeMap::new();
        for row in reader.standing_absences()? {
            absences.entry(row.user.clone()).or_default().push(row);
        }
        Ok(Directory { names, deactivated, absences })
    }

    /// Whether somebody may not sign in any more.
    pub(crate) fn is_deactivated(&self, user: &UserId) -> bool {
        self.deactivated.contains(user)
    }

    /// Everybody who may not sign in any more.
    pub(crate) fn deactivated(&self) -> impl Iterator<Item = &UserId> {
        self.deactivated.iter()
    }

    /// Whom a name in a text, or an id, means.
    pub(crate) fn user(&self, who: &str) -> Option<&UserId> {
        self.names.get(who)
    }

    /// Whom names in texts mean.
    pub(super) fn into_names(self) -> BTreeMap<String, UserId> {
        self.names
    }

    /// The last day of an absence that holds at an instant, by the person's own wall.
    pub(super) fn away_until(&self, user: &UserId, zone: &TimeZone, at: Timestamp) -> Option<Date> {
        let wall = zone.to_datetime(at);
        let mut absences = self.absences.get(user)?.iter();
        let holds = |row: &&AbsenceRow| absence::holds((row.first_on, row.last_on), row.half, wall);
        absences.find(holds).map(|row| row.last_on)
    }
}

/// One lead's routing, asked at an instant.
pub(crate) struct Asked<'a> {
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) directory: &'a Directory,
    pub(crate) people: &'a People,
    pub(crate) in_force: &'a InForce,
    pub(crate) lead: &'a Lead,
    pub(crate) at: Timestamp,
}

impl Ask for Asked<'_> {
    type Error = StoreError;

    fn value(&mut self, name: &Name) -> Option<FieldValue> {
        LeadView::of(self.lead, self.at).value(name)
    }

    fn account(&mut self, by: &[FoundBy]) -> Result<Option<AccountSeen>, StoreError> {
        for by in by {
            let found = match by {
                FoundBy::Named => self.named()?,
                FoundBy::Domain => self.accounts().by_domain()?,
                FoundBy::Name => self.accounts().by_name()?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn person(&mut self, who: &str, wanted: Wanted) -> Result<PersonSeen, StoreError> {
        // The owner of an account stands here by id, whom the text need not name.
        let of_account = || who.contains(':').then(|| UserId(who.to_owned()));
        let Some(user) = self.directory.user(who).cloned().or_else(of_account) else {
            return Ok(PersonSeen::default());
        };
        let agreement = &self.in_force.agreement;
        let hours = self.people.hours(&user, self.at);
        let zone = hours.and_then(|hours| hours.zone.as_ref()).unwrap_or(&agreement.zone);
        let deactivated = self.directory.is_deactivated(&user);
        let away_until = self.directory.away_until(&user, zone, self.at);
        let mut seen =
            PersonSeen { user: Some(user.clone()), deactivated, away_until, ..Default::default() };
        if deactivated || away_until.is_some() {
            return Ok(seen);
        }
        if wanted.at_work {
            let own = hours.and_then(|hours| hours.calendar.as_ref());
            let own = own.and_then(|key| agreement.calendars.get(key));
            let calendar = own.or_else(|| agreement.calendars.get(&agreement.default_calendar));
            let open = |calendar: &Calendar| calendar.anywhere().is_open(zone, self.at);
            seen.at_work = Some(calendar.is_none_or(open));
        }
        if let Some(up_to) = wanted.today_up_to {
            let today = self.at.to_zoned(agreement.zone.clone()).start_of_day();
            let since = today.map_or(self.at, |midnight| midnight.timestamp());
            seen.today = Some(self.reader.given_since(&user, since, up_to)?);
        }
        if wanted.open {
            seen.open = Some(self.open_leads(&user)?);
        }
        if let Some(up_to) = wanted.late_up_to {
            seen.late = Some(self.reader.late_leads_of(&user, self.at, up_to)?);
        }
        Ok(seen)
    }

    fn levels(&mut self, pool: &Pool) -> Result<BTreeMap<UserId, Level>, StoreError> {
        let levels = self.reader.routing_levels(&pool.id)?;
        let members: BTreeSet<&UserId> =
            pool.members.iter().filter_map(|member| self.directory.user(&member.user)).collect();
        Ok(levels.into_iter().filter(|(user, _)| members.contains(user)).collect())
    }
}

impl Asked<'_> {
    /// How many leads somebody has that are neither at the end of the way nor off it.
    fn open_leads(&self, user: &UserId) -> Result<u32, StoreError> {
        let agreement = &self.in_force.agreement;
        let is_open = |status: &str| match agreement.status(status) {
            Some(known) => !known.is_final && !known.is_exit,
            None => true,
        };
        let all = self.reader.leads_by_status(user.as_str())?;
        let open: u64 = all.iter().filter(|(status, _)| is_open(status)).map(|(_, n)| n).sum();
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    /// The accounts, looked for by what is told of the lead.
    fn accounts(&self) -> Accounts<'_> {
        Accounts { reader: self.reader, fields: &self.lead.fields }
    }

    /// The account that the lead names.
    fn named(&self) -> Result<Option<AccountSeen>, StoreError> {
        let Some(account) = self.lead.account_id() else { return Ok(None) };
        let Some(row) = self.reader.account(&account)? else { return Ok(None) };
        let (has, id) = (account.0.clone(), row.id.0.clone());
        Ok(Some(found(FoundBy::Named, account, &row.fields, (&has, &id, 1000))))
    }
}
