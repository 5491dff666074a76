//! Passing somebody's whole book to somebody else, and leaving: one step, one transaction, and
//! nothing stays behind.

use domain::{
    book::{BookPassedOn, UserLeft},
    correction::owner_before,
    fact::Fact,
    firm::{Role, Side},
    ids::{AccountId, FactNo, LeadId, OpportunityId, Subject, UserId},
    owned::Owned,
    withdrawal::holding,
};
use jiff::Timestamp;
use store::{
    Reader, StoreError, Writer,
    read::{Outcome, UserRow},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::Versions,
    colleague::{append, name_of},
    deciding::{Rules, decide_about},
    secret::new_secret,
};

/// Letters of an act's id.
const ID_LETTERS: usize = 16;

/// Why a book does not pass, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookRefusal {
    /// There is no such person.
    #[error("there is nobody with the id {0}: look at the list of people")]
    Unknown(UserId),
    /// They have left before.
    #[error("{0} has left already")]
    LeftAlready(String),
    /// Nobody could let anybody in any more.
    #[error("{0} is the last person who can let others in: give somebody else that role first")]
    LastOperator(String),
    /// The taker is the one whose book it is.
    #[error("the book is theirs already: choose somebody else to take it")]
    OwnTaker,
    /// The taker is not here.
    #[error("{0} cannot take a book: choose somebody of a side who is here")]
    TakerNotHere(String),
    /// The taker works for the other side.
    #[error(
        "{taker} is of {theirs}, and this is a book of {own}: choose somebody of {own}, or change the \
         side of {taker} first"
    )]
    OtherSide {
        /// Who would take it.
        taker: String,
        /// Their side, as a word.
        theirs: &'static str,
        /// The side that the book is of.
        own: &'static str,
    },
    /// There is a book, and nobody takes it.
    #[error("{0}: choose who takes all of it")]
    NoTaker(String),
    /// There is nothing to take back.
    #[error("there is nothing here to take back: it was taken back, or it never passed")]
    NothingToTakeBack,
    /// Whose book it was is not here to have it back.
    #[error("{0} has left: let them in again first, and the book can be taken back")]
    LeftSince(String),
}

/// What is somebody's to look after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// Their leads and contacts.
    pub leads: Vec<LeadId>,
    /// Their opportunities that are open; what is won or lost stays with whoever won or lost it.
    pub opportunities: Vec<OpportunityId>,
    /// Their accounts.
    pub accounts: Vec<AccountId>,
}

impl Book {
    /// Somebody's book as it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(reader: &Reader<'_>, user: &UserId) -> Result<Book, StoreError> {
        let open = reader.opportunities_of_owner(user, Outcome::Open)?;
        Ok(Book {
            leads: reader.leads_of_owner(user)?,
            opportunities: open.into_iter().map(|row| row.id).collect(),
            accounts: reader.accounts_of_owner(user)?,
        })
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Book::default()
    }

    /// What is in it: `3 leads, 1 open opportunity and 2 accounts`.
    pub fn words(&self) -> String {
        words(self.leads.len(), self.opportunities.len(), self.accounts.len())
    }
}

/// Counts of a book as words.
pub fn words(leads: usize, opportunities: usize, accounts: usize) -> String {
    let of = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let leads = of(leads, "lead", "leads");
    let opportunities = of(opportunities, "open opportunity", "open opportunities");
    format!("{leads}, {opportunities} and {}", of(accounts, "account", "accounts"))
}

/// The words of a book, and of the requests that wait for an answer of whoever leaves it.
pub fn with_requests(book: String, waiting: usize) -> String {
    match waiting {
        0 => book,
        1 => format!("{book}, and 1 request that waits for an answer"),
        n => format!("{book}, and {n} requests that wait for an answer"),
    }
}

/// What was taken back, and what others have changed since and so stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// What went back.
    pub done: usize,
    /// What stays where it was given since, as `noun/id`.
    pub left: Vec<String>,
}

/// Who has what was of somebody who left, and is not given on fact by fact: whoever took their book,
/// or who took it from them since. Nobody while they are here.
///
/// # Errors
/// When the database cannot be read.
pub fn successor(reader: &Reader<'_>, user: &UserId) -> Result<Option<UserId>, StoreError> {
    let users = reader.users_by_id()?;
    let taker = |user: &UserId| {
        let left = users.get(user).filter(|row| row.left_at.is_some());
        left.and_then(|row| row.taker.clone())
    };
    let mut all = vec![user.clone()];
    while let Some(next) = taker(&all[all.len() - 1]).filter(|next| !all.contains(next)) {
        all.push(next);
    }
    Ok(all.pop().filter(|last| last != user))
}

impl Engine {
    /// Passes all that is somebody's to somebody else, while they are away or for good: open clocks
    /// go with their leads by the Agreement's own words about passing on.
    ///
    /// # Errors
    /// [`BookRefusal`], or the actor may not.
    pub fn pass_on(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        taker: &UserId,
        now: Timestamp,
    ) -> Result<Book, Error> {
        let (by, versions) = (by.cloned(), self.versions.clone());
        let (user, taker) = (user.clone(), taker.clone());
        self.store.write(now, move |writer| {
            let row = known(&writer.reader(), &user)?;
            if let Some(by) = &by {
                let manager = row.manager.clone().map(UserId);
                may(by, &Act::PassOnBookOf(user.clone(), manager)).map_err(Refusal::from)?;
            }
            let by = by.map(|by| by.user);
            pass(writer, &versions, (&user, 0), &taker, by, now)
        })
    }

    /// Writes down that somebody left: their sessions and links end, and their whole book passes to
    /// `taker` in the same step, and the requests that wait for them with it. Without a taker only an
    /// empty book may be left behind, and nobody who waits for an answer.
    ///
    /// # Errors
    /// [`BookRefusal`], or the actor may not.
    pub fn leave(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        taker: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Book, Error> {
        if let Some(actor) = by {
            may(actor, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let (by, versions) = (by.map(|by| by.user.clone()), self.versions.clone());
        let (user, taker) = (user.clone(), taker.cloned());
        self.store.write(now, move |writer| {
            check_leaving(&writer.reader(), &user)?;
            let book = Book::of(&writer.reader(), &user)?;
            let waiting = writer.reader().collateral_requests_waiting_for(&user)?.len();
            let passed = match (&taker, book.is_empty(), waiting) {
                (Some(taker), ..) => {
                    pass(writer, &versions, (&user, waiting), taker, by.clone(), now)?
                }
                (None, true, 0) => book,
                (None, ..) => {
                    let left = with_requests(book.words(), waiting);
                    return Err(refused(BookRefusal::NoTaker(left)));
                }
            };
            writer.end_sessions_of(&user)?;
            writer.delete_invitations_of(&user)?;
            let nth = writer.reader().facts_of(&format!("user/{user}"))?.len();
            let key = format!("user/{user}/left/{nth}");
            append(writer, key, Fact::UserLeft(UserLeft { user, by }))?;
            Ok(passed)
        })
    }

    /// Takes back what passed by the fact `no`: whatever nobody has given on since goes back to
    /// whose it was.
    ///
    /// # Errors
    /// [`BookRefusal`], or the actor may not.
    pub fn take_book_back(
        &self,
        by: &Actor,
        user: &UserId,
        no: FactNo,
        now: Timestamp,
    ) -> Result<TakenBack, Error> {
        let (by, user, versions) = (by.clone(), user.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            let row = known(&writer.reader(), &user)?;
            let manager = row.manager.clone().map(UserId);
            may(&by, &Act::PassOnBookOf(user.clone(), manager)).map_err(Refusal::from)?;
            let entry = writer.reader().entry(no)?;
            let act = entry.as_ref().and_then(|entry| match entry.fact() {
                Fact::BookPassedOn(fact) if fact.user == user => Some(entry.told.key.clone()),
                _ => None,
            });
            let act = act.ok_or_else(|| refused(BookRefusal::NothingToTakeBack))?;
            if row.left_at.is_some() {
                let name = name_of(&writer.reader(), &user)?;
                return Err(refused(BookRefusal::LeftSince(name)));
            }
            take_back(writer, &versions, &act, by.user, now)
        })
    }
}

fn known(reader: &Reader<'_>, user: &UserId) -> Result<UserRow, Error> {
    reader.user(user)?.ok_or_else(|| refused(BookRefusal::Unknown(user.clone())))
}

/// Somebody leaves once, and never as the last who can let others in.
fn check_leaving(reader: &Reader<'_>, user: &UserId) -> Result<(), Error> {
    if known(reader, user)?.left_at.is_some() {
        return Err(refused(BookRefusal::LeftAlready(name_of(reader, user)?)));
    }
    let lets_in =
        |row: &UserRow| row.active && matches!(row.role, Some(Role::Operations | Role::Leader));
    let mut operators = reader.users()?.into_iter().filter(lets_in).map(|row| row.id);
    match (operators.next(), operators.next()) {
        (Some(last), None) if last == *user => {
            Err(refused(BookRefusal::LastOperator(name_of(reader, user)?)))
        }
        _ => Ok(()),
    }
}

/// The side that somebody works for, where it is one of the two.
fn side_of(row: &UserRow) -> Option<Side> {
    row.side.filter(|side| *side != Side::Neutral)
}

/// Whether a book goes to somebody: to another of a side who has not left and may still sign in, if
/// they ever might, and who is of the side that the book is of, where that is known.
pub fn may_take(of: &UserRow, taker: &UserRow) -> bool {
    let is_side = |side| side_of(of).is_none_or(|own| own == side);
    of.id != taker.id && taker.can_own() && side_of(taker).is_some_and(is_side)
}

fn check_taker(reader: &Reader<'_>, of: &UserRow, taker: &UserId) -> Result<(), Error> {
    if of.id == *taker {
        return Err(refused(BookRefusal::OwnTaker));
    }
    let row = reader.user(taker)?;
    if row.as_ref().is_some_and(|row| may_take(of, row)) {
        return Ok(());
    }
    let name = name_of(reader, taker)?;
    let here = row.filter(UserRow::can_own);
    Err(refused(match here.as_ref().and_then(side_of).zip(side_of(of)) {
        Some((theirs, own)) => {
            BookRefusal::OtherSide { taker: name, theirs: theirs.word(), own: own.word() }
        }
        None => BookRefusal::TakerNotHere(name),
    }))
}

/// Appends what passes a book on: first that it passed, then each thing in it.
fn pass(
    writer: &mut Writer<'_>,
    versions: &Versions,
    (user, requests): (&UserId, usize),
    taker: &UserId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Book, Error> {
    check_taker(&writer.reader(), &known(&writer.reader(), user)?, taker)?;
    Rules::bring_into_force(writer, versions, now)?;
    let book = Book::of(&writer.reader(), user)?;
    let act: String = new_secret().chars().take(ID_LETTERS).collect();
    let counted = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let passed = BookPassedOn {
        user: user.clone(),
        taker: taker.clone(),
        leads: counted(book.leads.len()),
        opportunities: counted(book.opportunities.len()),
        accounts: counted(book.accounts.len()),
        requests: counted(requests),
        by: by.clone(),
    };
    append(writer, format!("book/{act}"), Fact::BookPassedOn(passed))?;
    let owner = Some(taker.clone());
    let leads = book.leads.iter().cloned().map(Owned::Lead);
    let opportunities = book.opportunities.iter().cloned().map(Owned::Opportunity);
    let accounts = book.accounts.iter().cloned().map(Owned::Account);
    for (nth, thing) in accounts.chain(opportunities).chain(leads).enumerate() {
        let fact = thing.given_to(owner.clone(), by.clone());
        append(writer, format!("book/{act}/{nth}"), fact)?;
    }
    decide_about_all(writer, versions, &book, now)?;
    Ok(book)
}

fn decide_about_all(
    writer: &mut Writer<'_>,
    versions: &Versions,
    book: &Book,
    now: Timestamp,
) -> Result<(), Error> {
    let rules = Rules::of(writer, versions)?;
    for lead in &book.leads {
        decide_about(writer, &rules, &Subject::Lead(lead.clone()), now)?;
    }
    for opportunity in &book.opportunities {
        decide_about(writer, &rules, &Subject::Opportunity(opportunity.clone()), now)?;
    }
    Ok(())
}

/// Says of each thing that passed by `act` whose it was before, unless it was given on since.
fn take_back(
    writer: &mut Writer<'_>,
    versions: &Versions,
    act: &str,
    by: UserId,
    now: Timestamp,
) -> Result<TakenBack, Error> {
    if writer.already(domain::decided::SOURCE, &format!("undo/{act}/0"))?.is_some() {
        return Err(refused(BookRefusal::NothingToTakeBack));
    }
    Rules::bring_into_force(writer, versions, now)?;
    let (mut taken, mut back) = (TakenBack::default(), Book::default());
    for nth in 0.. {
        let key = format!("{act}/{nth}");
        let Some(entry) = writer.already(domain::decided::SOURCE, &key)? else { break };
        let filed = entry.fact().subject();
        let facts = holding(writer.facts_of(&filed)?);
        let thing = Owned::of(entry.fact());
        match thing.zip(owner_before(&facts, entry.no).ok()) {
            Some((thing, owner)) => {
                match &thing {
                    Owned::Lead(lead) => back.leads.push(lead.clone()),
                    Owned::Opportunity(id) => back.opportunities.push(id.clone()),
                    Owned::Account(id) => back.accounts.push(id.clone()),
                }
                let fact = thing.given_to(owner, Some(by.clone()));
                append(writer, format!("undo/{act}/{}", taken.done), fact)?;
                taken.done += 1;
            }
            None => taken.left.push(filed),
        }
    }
    decide_about_all(writer, versions, &back, now)?;
    Ok(taken)
}

fn refused(refusal: BookRefusal) -> Error {
    Error::Refused(refusal.into())
}
