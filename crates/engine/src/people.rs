//! People who sign in: let in, given a role and a side, shown out.

use domain::{
    bounds::{NAME_CHARS_MAX, OutOfBounds, check_length},
    decided::SOURCE,
    fact::{Fact, Told},
    firm::{Role, Side, UserAdmitted},
    ids::UserId,
    person::Person,
};
use jiff::{SignedDuration, Timestamp};
use store::{Invitation, Writer, read::UserRow};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    colleague::{Correction, check_first, name_of, write_down_first},
    password::{NewPassword, own_words},
    refusals::Refusals,
    secret::{fingerprint, hash_password, new_secret},
};

/// A one-time link lets its holder in for so long.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The name and address of the first person, until they have named themselves with their link.
pub const UNNAMED: (&str, &str) = ("Operator", "operator@localhost");

/// Why a person cannot be let in, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeopleRefusal {
    /// The name is blank.
    #[error("the name is blank: write the name that the others know")]
    NameBlank,
    /// The name is too long for the lists that it stands in.
    #[error("the name of the person {0}")]
    NameTooLong(OutOfBounds),
    /// There is no mail address.
    #[error("the mail address is blank: write it like ann@firm.example")]
    AddressBlank,
    /// The mail address does not read as one.
    #[error("\"{0}\" is no mail address: write it like ann@firm.example")]
    NotAnAddress(String),
    /// Somebody else has the address.
    #[error("somebody with the address {0} is here already: sign in as them, or use another")]
    AddressTaken(String),
    /// There is no such person.
    #[error("there is nobody with the id or address {0}: look at the list of people")]
    Unknown(String),
    /// The link does not work any more.
    #[error("this link has been used, has expired, or never worked: ask for a new one")]
    LinkSpent,
    /// They have left.
    #[error("{0} has left: let them in again first")]
    Left(String),
    /// Nobody could let anybody in any more.
    #[error("this is the last person who can let others in: give somebody else that role first")]
    LastOperator,
}

/// Somebody who is to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// The mail address, with which they sign in.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Where they stand; by their role when absent.
    pub side: Option<Side>,
}

/// What somebody chooses with their one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcomed {
    /// Their password, as typed.
    pub password: String,
    /// Their name and address, where nobody has named them yet.
    pub named: Option<(String, String)>,
}

impl From<&str> for Welcomed {
    /// The password of somebody who has a name already.
    fn from(password: &str) -> Welcomed {
        Welcomed { password: password.to_owned(), named: None }
    }
}

impl Engine {
    /// Lets somebody in and gives the secret of a one-time link with which they set their password.
    /// An imported person with the same mail address is the same person. `by` is absent on the
    /// command line, which already has the database in its hands.
    ///
    /// # Errors
    /// [`PeopleRefusal`], or the actor may not.
    pub fn admit(
        &self,
        by: Option<&Actor>,
        person: NewPerson,
        now: Timestamp,
    ) -> Result<(UserId, String), Error> {
        self.admit_with(by, person, Correction::default(), now)
    }

    /// The same, and writes down at once what else is known of them; what is blank says nothing.
    ///
    /// # Errors
    /// [`PeopleRefusal`] or [`ColleagueRefusal`](crate::colleague::ColleagueRefusal), or the actor
    /// may not; then nobody is let in.
    pub fn admit_with(
        &self,
        by: Option<&Actor>,
        person: NewPerson,
        known: Correction,
        now: Timestamp,
    ) -> Result<(UserId, String), Error> {
        if let Some(actor) = by {
            may(actor, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let mut refusals = Refusals::default();
        let name = refusals.take(clean_name(&person.name))?;
        let email = refusals.take(clean_address(&person.email))?;
        let by = by.map(|actor| actor.user.clone());
        let secret = new_secret();
        let (kept, versions, more) = (fingerprint(&secret), self.versions.clone(), known);
        self.store.write(now, move |writer| {
            let user = email.as_ref().map(|email| refusals.take(user_for(writer, email)));
            let user = user.transpose()?.flatten();
            refusals.take(check_first(&writer.reader(), &versions, user.as_ref(), &more, now))?;
            let (Some(name), Some(email), Some(user)) = (name, email, user) else {
                return Err(refusals.error());
            };
            refusals.done()?;
            let subject = format!("user/{user}");
            let mut known = writer.reader().person_of(&subject)?.unwrap_or_default();
            known.overlay(&Person { name: Some(name), email: Some(email), ..Person::default() });
            let hash = Some(writer.keep_person(&subject, &known)?);
            let (role, side) = (person.role, person.side.unwrap_or(person.role.side()));
            let user_id = user.clone();
            let admitted = UserAdmitted {
                user: user_id,
                role,
                side,
                active: true,
                by: by.clone(),
                person: hash,
            };
            admit(writer, admitted)?;
            write_down_first(writer, &versions, by, user.clone(), more)?;
            writer.keep_invitation(&invitation(kept, &user, now))?;
            Ok((user, secret))
        })
    }

    /// Changes what somebody may do, where they stand, or whether they may sign in at all. Whoever
    /// may not sign in loses their sessions at once.
    ///
    /// # Errors
    /// [`PeopleRefusal`], or the actor may not.
    pub fn change_person(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        role: Role,
        side: Side,
        active: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(actor) = by {
            may(actor, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let (by, user) = (by.map(|actor| actor.user.clone()), user.clone());
        self.store.write(now, move |writer| {
            let users = writer.reader().users()?;
            if !users.iter().any(|known| known.id == user && known.role.is_some()) {
                return Err(refused(PeopleRefusal::Unknown(user.0)));
            }
            let lets_in = |user: &&UserRow| {
                user.active && matches!(user.role, Some(Role::Operations | Role::Leader))
            };
            let operators: Vec<_> = users.iter().filter(lets_in).map(|user| &user.id).collect();
            let still = active && matches!(role, Role::Operations | Role::Leader);
            if operators == [&user] && !still {
                return Err(refused(PeopleRefusal::LastOperator));
            }
            if !active {
                writer.end_sessions_of(&user)?;
            }
            admit(writer, UserAdmitted { user, role, side, active, by, person: None })
        })
    }

    /// A new one-time link for somebody who is here; the secret of it. An earlier link of theirs
    /// works no more.
    ///
    /// # Errors
    /// [`PeopleRefusal`], or the actor may not.
    pub fn invite_again(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<String, Error> {
        if let Some(actor) = by {
            may(actor, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let user = user.clone();
        self.store.write(now, move |writer| {
            writer.delete_invitations_of(&user)?;
            invite(writer, user, now)
        })
    }

    /// A further one-time link for somebody who is here, from whoever runs the program; the secret
    /// of it. Earlier links of theirs work too, until one of them is used.
    ///
    /// # Errors
    /// [`PeopleRefusal::Unknown`].
    pub fn invite_too(&self, user: &UserId, now: Timestamp) -> Result<String, Error> {
        let user = user.clone();
        self.store.write(now, move |writer| invite(writer, user, now))
    }

    /// Takes somebody's link back: from here on it opens nothing.
    ///
    /// # Errors
    /// [`PeopleRefusal::LinkSpent`] when there is none that works, or the actor may not.
    pub fn take_back_invitation(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(actor) = by {
            may(actor, &Act::ManagePeople).map_err(Refusal::from)?;
        }
        let user = user.clone();
        self.store.write(now, move |writer| {
            let known = writer.reader().colleague(&user, now)?;
            if known.is_none_or(|row| row.link_until.is_none()) {
                return Err(refused(PeopleRefusal::LinkSpent));
            }
            Ok(writer.delete_invitations_of(&user)?)
        })
    }

    /// Whose link a secret is, while it works.
    ///
    /// # Errors
    /// [`PeopleRefusal::LinkSpent`].
    pub fn invited(&self, secret: &str, now: Timestamp) -> Result<UserId, Error> {
        let kept = fingerprint(secret);
        self.store.read(|reader| {
            let invitation = reader.invitation(&kept)?;
            let open = invitation.filter(|open| open.used_at.is_none() && open.expires_at > now);
            open.map(|open| open.user).ok_or_else(|| refused(PeopleRefusal::LinkSpent))
        })
    }

    /// Sets a password with a one-time link, which is spent by it; whoever nobody has named yet is
    /// named by it.
    ///
    /// # Errors
    /// [`PeopleRefusal`] or [`PasswordRefusal`](crate::password::PasswordRefusal); what is refused
    /// leaves the link as it was.
    pub fn set_password(
        &self,
        secret: &str,
        welcomed: Welcomed,
        now: Timestamp,
    ) -> Result<UserId, Error> {
        let user = self.invited(secret, now)?;
        let mut refusals = Refusals::default();
        let named = welcomed.named.map(|(name, email)| refusals.take(named(&name, &email)));
        let named = named.transpose()?.flatten();
        let own = self.store.read(|reader| own_words(reader, &user, named.as_ref()))?;
        let password = NewPassword::of(&welcomed.password, &own);
        let Some(password) = refusals.take(password.map_err(|why| Error::Refused(why.into())))?
        else {
            return Err(refusals.error());
        };
        refusals.done()?;
        let (kept, hash) = (fingerprint(secret), hash_password(&password));
        self.store.write(now, move |writer| {
            let open = writer.reader().invitation(&kept)?;
            let Some(open) = open.filter(|open| open.used_at.is_none()) else {
                return Err(refused(PeopleRefusal::LinkSpent));
            };
            if let Some(named) = named {
                name_first(writer, &user, named)?;
            }
            // Of several links one is used.
            writer.delete_invitations_of(&user)?;
            writer.keep_invitation(&Invitation { used_at: Some(now), ..open })?;
            writer.keep_credential(&user, &hash)?;
            writer.end_sessions_of(&user)?;
            Ok(user)
        })
    }

    /// A password that somebody may have from now on.
    pub(crate) fn new_password(&self, user: &UserId, typed: &str) -> Result<NewPassword, Error> {
        let own = self.store.read(|reader| own_words(reader, user, None))?;
        Ok(NewPassword::of(typed, &own).map_err(Refusal::from)?)
    }

    /// Somebody by id or by mail address.
    ///
    /// # Errors
    /// [`PeopleRefusal::Unknown`].
    pub fn find_person(&self, id_or_address: &str) -> Result<UserId, Error> {
        let sought = id_or_address.trim().to_owned();
        self.store.read(|reader| {
            let id = UserId(sought.clone());
            if reader.user(&id)?.is_some() {
                return Ok(id);
            }
            let subjects = reader.persons_by_email(&sought)?;
            let user = subjects.iter().find_map(|subject| subject.strip_prefix("user/"));
            user.map(UserId::from).ok_or_else(|| refused(PeopleRefusal::Unknown(sought)))
        })
    }
}

/// A new link for somebody who is here; the secret of it.
fn invite(writer: &mut Writer<'_>, user: UserId, now: Timestamp) -> Result<String, Error> {
    let secret = new_secret();
    let known = writer.reader().user(&user)?.filter(|known| known.role.is_some());
    match known {
        None => return Err(refused(PeopleRefusal::Unknown(user.0))),
        Some(known) if known.left_at.is_some() => {
            return Err(refused(PeopleRefusal::Left(name_of(&writer.reader(), &user)?)));
        }
        Some(_) => {}
    }
    writer.keep_invitation(&invitation(fingerprint(&secret), &user, now))?;
    Ok(secret)
}

fn invitation(token_hash: String, user: &UserId, now: Timestamp) -> Invitation {
    Invitation { token_hash, user: user.clone(), expires_at: now + LINK_LASTS, used_at: None }
}

/// A name and an address, as they are kept.
fn named(name: &str, email: &str) -> Result<Person, Error> {
    let mut refusals = Refusals::default();
    let name = refusals.take(clean_name(name))?;
    let email = refusals.take(clean_address(email))?;
    refusals.done()?;
    Ok(Person { name, email, ..Person::default() })
}

/// Names somebody whom nobody has named yet; whoever has a name keeps it.
fn name_first(writer: &mut Writer<'_>, user: &UserId, named: Person) -> Result<(), Error> {
    let subject = format!("user/{user}");
    let reader = writer.reader();
    let mut known = reader.person_of(&subject)?.unwrap_or_default();
    if !is_unnamed(&known) {
        return Ok(());
    }
    let email = named.email.clone().unwrap_or_default();
    if reader.persons_by_email(&email)?.iter().any(|taken| taken.starts_with("user/")) {
        return Err(refused(PeopleRefusal::AddressTaken(email)));
    }
    let row = reader.user(user)?.ok_or_else(|| refused(PeopleRefusal::Unknown(user.0.clone())))?;
    let role = row.role.unwrap_or(Role::Operations);
    known.overlay(&named);
    let person = Some(writer.keep_person(&subject, &known)?);
    let (user, side) = (user.clone(), row.side.unwrap_or(role.side()));
    admit(writer, UserAdmitted { user, role, side, active: row.active, by: None, person })
}

/// Whether somebody still has the name and address with which the first person is let in.
pub fn is_unnamed(person: &Person) -> bool {
    person.email.as_deref() == Some(UNNAMED.1)
}

/// The id for a mail address: that of the imported or admitted person who has it, else a new one.
fn user_for(writer: &mut Writer<'_>, email: &str) -> Result<UserId, Error> {
    let subjects = writer.reader().persons_by_email(email)?;
    if let Some(id) = subjects.iter().find_map(|subject| subject.strip_prefix("user/")) {
        let user = UserId::from(id);
        let admitted = writer.reader().user(&user)?.is_some_and(|known| known.role.is_some());
        return match admitted {
            true => Err(refused(PeopleRefusal::AddressTaken(email.to_owned()))),
            false => Ok(user),
        };
    }
    Ok(UserId(format!("{SOURCE}:{}", writer.alias(SOURCE, email)?)))
}

fn admit(writer: &mut Writer<'_>, fact: UserAdmitted) -> Result<(), Error> {
    let nth = writer.reader().facts_of(&format!("user/{}", fact.user))?.len();
    let key = format!("user/{}/admitted/{nth}", fact.user);
    let happened_at = writer.now();
    let fact = Fact::UserAdmitted(fact);
    writer.append_once(Told { source: SOURCE.to_owned(), key, happened_at, fact })?;
    Ok(())
}

fn clean_name(name: &str) -> Result<String, Error> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(refused(PeopleRefusal::NameBlank));
    }
    let fits = check_length(&name, NAME_CHARS_MAX);
    fits.map_err(|why| refused(PeopleRefusal::NameTooLong(why)))?;
    Ok(name)
}

fn clean_address(address: &str) -> Result<String, Error> {
    let address = address.trim().to_lowercase();
    if address.is_empty() {
        return Err(refused(PeopleRefusal::AddressBlank));
    }
    let reads = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if reads
        && address.len() <= 254
        && !address.contains(|c: char| c.is_whitespace() || c.is_control())
    {
        return Ok(address);
    }
    Err(refused(PeopleRefusal::NotAnAddress(address)))
}

fn refused(refusal: PeopleRefusal) -> Error {
    Error::Refused(refusal.into())
}
