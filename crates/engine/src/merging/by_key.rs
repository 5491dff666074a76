//! Who acts where a system asks with a key: whoever of the firm it names, as far as they may.

use domain::ids::UserId;
use store::read::UserRow;

use crate::{Engine, Error, access::Actor};

impl Engine {
    /// Somebody of the firm as somebody who asks; `None` where nobody of that id may sign in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn actor_of(&self, user: &UserId) -> Result<Option<Actor>, Error> {
        let row = self.read(|reader| reader.user(user))?;
        Ok(row.as_ref().and_then(actor))
    }
}

/// As whom somebody acts who may sign in.
pub(crate) fn actor(row: &UserRow) -> Option<Actor> {
    let role = row.role.filter(|_| row.active)?;
    Some(Actor { user: row.id.clone(), role, side: row.side.unwrap_or(role.side()) })
}
