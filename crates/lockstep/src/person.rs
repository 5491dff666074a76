//! People as the command line names them: by id or by mail address.

use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::{Engine, access::Actor};
use store::{StoreError, read::UserRow};

use crate::failure::Failure;

/// Somebody of the firm, with what tells who they are.
#[derive(Debug, Clone)]
pub struct Known {
    /// What the ledger says of them.
    pub row: UserRow,
    /// Their name, where it is known and not erased.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
}

impl Known {
    /// Whom to call them: by name, or else by address or id.
    pub fn words(&self) -> String {
        let named = self.name.clone().or_else(|| self.email.clone());
        named.unwrap_or_else(|| self.row.id.to_string())
    }
}

/// Everybody who was let in.
///
/// # Errors
/// When the database cannot be read.
pub fn admitted(engine: &Engine) -> Result<Vec<Known>, Failure> {
    let known = engine.read(|reader| {
        let users = reader.users()?.into_iter().filter(|user| user.role.is_some());
        users
            .map(|row| {
                let person = reader.person_of(&format!("user/{}", row.id))?.unwrap_or_default();
                Ok(Known { row, name: person.name, email: person.email })
            })
            .collect::<Result<Vec<Known>, StoreError>>()
    })?;
    Ok(known)
}

/// One person who was let in.
///
/// # Errors
/// When there is nobody of that id or address, or they were not let in.
pub fn find(engine: &Engine, id_or_address: &str) -> Result<Known, Failure> {
    let id = engine.find_person(id_or_address)?;
    let found = admitted(engine)?.into_iter().find(|known| known.row.id == id);
    found.ok_or_else(|| {
        Failure::not_found(format!("{id_or_address} is known from imports and was not let in"))
            .advise("Let them in with `lockstep user add`.")
    })
}

/// Somebody who acts.
///
/// # Errors
/// When they are not there, were not let in, or were shown out.
pub fn actor(engine: &Engine, id_or_address: &str) -> Result<Actor, Failure> {
    let Known { row, .. } = find(engine, id_or_address)?;
    match (row.role, row.side) {
        (Some(role), Some(side)) if row.active => Ok(Actor { user: row.id, role, side }),
        _ => Err(Failure::refused(format!("{id_or_address} may not sign in any more"))
            .advise("Let them in again with `lockstep user change --active true`.")),
    }
}

/// Reads a role's key.
///
/// # Errors
/// The list of the keys.
pub fn role(key: &str) -> Result<Role, String> {
    let keys: Vec<&str> = Role::ALL.into_iter().map(Role::key).collect();
    Role::parse(&key.replace('-', "_")).ok_or_else(|| format!("the roles are {}", keys.join(", ")))
}

/// Reads a side's key.
///
/// # Errors
/// The list of the keys.
pub fn side(key: &str) -> Result<Side, String> {
    Side::parse(key).ok_or_else(|| "the sides are marketing, sales, neutral".to_owned())
}

/// A side's key.
pub fn side_key(side: Side) -> &'static str {
    match side {
        Side::Marketing => "marketing",
        Side::Sales => "sales",
        Side::Neutral => "neutral",
    }
}

/// What to call a user: by name where it is known.
pub fn name_of(people: &[Known], user: &UserId) -> String {
    let known = people.iter().find(|known| known.row.id == *user);
    known.map_or_else(|| user.to_string(), Known::words)
}

/// What somebody is called; their id where no name is known.
///
/// # Errors
/// When the database cannot be read.
pub fn called(engine: &Engine, user: &UserId) -> Result<String, Failure> {
    let subject = format!("user/{user}");
    let person = engine.read(|reader| reader.person_of(&subject))?;
    Ok(person.and_then(|person| person.name).unwrap_or_else(|| user.words()))
}
