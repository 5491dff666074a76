//! Sign-ins and keys. Only hashes come here; nothing in this file hashes or compares a secret.

use domain::ids::UserId;
use jiff::Timestamp;

use crate::{
    error::StoreError,
    reader::Reader,
    value::{Row, values},
    writer::Writer,
};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of the token in their cookie.
    pub token_hash: String,
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// When they last asked for a page.
    pub last_seen_at: Timestamp,
    /// When they must sign in anew at the latest; when it was ended, once it was.
    pub expires_at: Timestamp,
}

/// A link by which somebody may choose a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The hash of the token in the link.
    pub token_hash: String,
    /// Who.
    pub user: UserId,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used; it works once.
    pub used_at: Option<Timestamp>,
}

/// A key by which another system reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public name.
    pub id: String,
    /// The hash of its secret.
    pub key_hash: String,
    /// The source that its holder's facts are from.
    pub source: String,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

fn session(mut row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: row.next()?,
        user: row.next()?,
        created_at: row.next()?,
        last_seen_at: row.next()?,
        expires_at: row.next()?,
    })
}

fn invitation(mut row: Row) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        token_hash: row.next()?,
        user: row.next()?,
        expires_at: row.next()?,
        used_at: row.next()?,
    })
}

fn api_key(mut row: Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.next()?,
        key_hash: row.next()?,
        source: row.next()?,
        name: row.next()?,
        created_at: row.next()?,
        revoked_at: row.next()?,
    })
}

const API_KEY: &str = "select id, key_hash, source, name, created_at, revoked_at from api_key";

impl Writer<'_> {
    /// Keeps a user's password hash in place of the one before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_credential(&mut self, user: &UserId, hash: &str) -> Result<(), StoreError> {
        let sql = "insert into credential (user_id, password_hash, changed_at)
                   values ($1, $2, $3)
                   on conflict (user_id) do update set
                       password_hash = excluded.password_hash, changed_at = excluded.changed_at";
        self.connection.execute("keep a password", sql, values![user, hash, self.now]).map(drop)
    }

    /// Removes a user's password hash.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_credential(&mut self, user: &UserId) -> Result<(), StoreError> {
        let sql = "delete from credential where user_id = $1";
        self.connection.execute("remove a password", sql, values![user]).map(drop)
    }

    /// Keeps a session; one that is there gets its two later instants anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let sql = "insert into session (token_hash, user_id, created_at, last_seen_at, expires_at)
                   values ($1, $2, $3, $4, $5)
                   on conflict (token_hash) do update set
                       last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at";
        let values = values![
            &session.token_hash,
            &session.user,
            session.created_at,
            session.last_seen_at,
            session.expires_at
        ];
        self.connection.execute("keep a session", sql, values).map(drop)
    }

    /// Ends a session at this transaction's instant. It stays, so that whoever comes with it can be
    /// told when it ended.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_session(&mut self, token_hash: &str) -> Result<(), StoreError> {
        let sql = "update session set expires_at = $2 where token_hash = $1 and expires_at > $2";
        self.connection.execute("end a session", sql, values![token_hash, self.now]).map(drop)
    }

    /// Ends every session of a user.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_sessions_of(&mut self, user: &UserId) -> Result<(), StoreError> {
        let sql = "update session set expires_at = $2 where user_id = $1 and expires_at > $2";
        self.connection.execute("end a user's sessions", sql, values![user, self.now]).map(drop)
    }

    /// Ends every session of a user but the one with this token.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_other_sessions_of(
        &mut self,
        user: &UserId,
        token_hash: &str,
    ) -> Result<(), StoreError> {
        let sql = "update session set expires_at = $3
                   where user_id = $1 and token_hash <> $2 and expires_at > $3";
        let values = values![user, token_hash, self.now];
        self.connection.execute("end other sessions", sql, values).map(drop)
    }

    /// Notes that a user was seen at this transaction's instant. It outlives their sessions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_seen(&mut self, user: &UserId) -> Result<(), StoreError> {
        let sql = "insert into seen (user_id, at) values ($1, $2)
                   on conflict (user_id) do update set at = excluded.at";
        self.connection.execute("note who was seen", sql, values![user, self.now]).map(drop)
    }

    /// Forgets what had run out at an instant: sessions and invitations.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_run_out_at(&mut self, instant: Timestamp) -> Result<(), StoreError> {
        let what = "forget what has run out";
        let sql = "delete from session where expires_at <= $1";
        self.connection.execute(what, sql, values![instant])?;
        let sql = "delete from invitation where expires_at <= $1";
        self.connection.execute(what, sql, values![instant]).map(drop)
    }

    /// Keeps an invitation; one that is there is noted as used or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_invitation(&mut self, invitation: &Invitation) -> Result<(), StoreError> {
        let sql = "insert into invitation (token_hash, user_id, expires_at, used_at)
                   values ($1, $2, $3, $4)
                   on conflict (token_hash) do update set used_at = excluded.used_at";
        let values = values![
            &invitation.token_hash,
            &invitation.user,
            invitation.expires_at,
            invitation.used_at
        ];
        self.connection.execute("keep an invitation", sql, values).map(drop)
    }

    /// Removes a user's invitations.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_invitations_of(&mut self, user: &UserId) -> Result<(), StoreError> {
        let sql = "delete from invitation where user_id = $1";
        self.connection.execute("remove invitations", sql, values![user]).map(drop)
    }

    /// Keeps a key; one that is there gets its name and revocation anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_api_key(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        let sql = "insert into api_key (id, key_hash, source, name, created_at, revoked_at)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (id) do update set
                       name = excluded.name, revoked_at = excluded.revoked_at";
        let values =
            values![&key.id, &key.key_hash, &key.source, &key.name, key.created_at, key.revoked_at];
        self.connection.execute("keep a key", sql, values).map(drop)
    }
}

impl Reader<'_> {
    /// A user's password hash.
    ///
    /// # Errors
    /// When the database fails.
    pub fn credential(&self, user: &UserId) -> Result<Option<String>, StoreError> {
        let query = "select password_hash from credential where user_id = $1";
        self.find("read a password", query, values![user], |mut row| row.next())
    }

    /// When a user's password became what it is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn password_changed_at(&self, user: &UserId) -> Result<Option<Timestamp>, StoreError> {
        let query = "select changed_at from credential where user_id = $1";
        self.find("read when a password changed", query, values![user], |mut row| row.next())
    }

    /// Whether anybody can sign in at all; nobody can in a new house.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_credentials(&self) -> Result<bool, StoreError> {
        let query = "select 1 from credential limit 1";
        Ok(self.find("look for passwords", query, &[], |_| Ok(()))?.is_some())
    }

    /// The session with a token, run out or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let query = "select token_hash, user_id, created_at, last_seen_at, expires_at
                     from session where token_hash = $1";
        self.find("read a session", query, values![token_hash], session)
    }

    /// A user's sessions, the one used last first, run out or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        let query = "select token_hash, user_id, created_at, last_seen_at, expires_at
                     from session where user_id = $1 order by last_seen_at desc, token_hash";
        self.list("read a user's sessions", query, values![user], session)
    }

    /// The invitation with a token, used or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn invitation(&self, token_hash: &str) -> Result<Option<Invitation>, StoreError> {
        let query = "select token_hash, user_id, expires_at, used_at
                     from invitation where token_hash = $1";
        self.find("read an invitation", query, values![token_hash], invitation)
    }

    /// The key with a secret, revoked or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn api_key_by_hash(&self, key_hash: &str) -> Result<Option<ApiKey>, StoreError> {
        let query = format!("{API_KEY} where key_hash = $1");
        self.find("read a key", &query, values![key_hash], api_key)
    }

    /// All keys, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let mut rows = self.list("read the keys", API_KEY, &[], api_key)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
