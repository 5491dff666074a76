//! Signing in and out, and keys for other systems.

use domain::ids::UserId;
use jiff::{SignedDuration, Timestamp};
use store::{ApiKey, Session};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    secret::{fingerprint, new_secret, password_matches},
};

/// A session ends so long after it was opened.
pub(crate) const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A session ends so long after it was last used.
pub(crate) const SESSION_IDLES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// So long it can be told of a session that it ended, and why.
const RUN_OUT_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Last use is noted no more often than this, so that reading a page does not write.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Why somebody cannot sign in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefusal {
    /// One of the two is wrong; which one is not said.
    #[error("the address or the password is not right: try again, or ask for a new link")]
    NotRight,
    /// Whoever changes their password has typed another than the present one.
    #[error("this is not your present password: type it once more, or ask for a new link")]
    PresentNotRight,
    /// The session is not among those of whoever asks.
    #[error("this session has ended already: the list shows those that run")]
    SessionEnded,
    /// The word cannot be a source.
    #[error(
        "\"{0}\" cannot be a source: write small letters, digits and hyphens, such as crm; lockstep is taken"
    )]
    NotASource(String),
    /// The key of another system does not work.
    #[error("the key is unknown or was withdrawn: make one with `lockstep key add`")]
    KeyUnknown,
}

impl Engine {
    /// Opens a session; its secret goes into the cookie.
    ///
    /// # Errors
    /// [`SignInRefusal::NotRight`], after the same work whether or not the account exists.
    pub fn sign_in(&self, email: &str, password: &str, now: Timestamp) -> Result<String, Error> {
        let email = email.trim().to_lowercase();
        let (user, kept) = self.store.read(|reader| {
            let subjects = reader.persons_by_email(&email)?;
            let users = subjects.iter().filter_map(|subject| subject.strip_prefix("user/"));
            for user in users.map(UserId::from) {
                if let Some(kept) = reader.credential(&user)? {
                    let active = reader.user(&user)?.is_some_and(|known| known.active);
                    return Ok::<_, Error>((active.then_some(user), Some(kept)));
                }
            }
            Ok((None, None))
        })?;
        let right = password_matches(password, kept.as_deref());
        match user.filter(|_| right) {
            Some(user) => self.open_session(&user, now),
            None => Err(Error::Refused(SignInRefusal::NotRight.into())),
        }
    }

    /// Opens a session for somebody who has proved who they are in another way.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn open_session(&self, user: &UserId, now: Timestamp) -> Result<String, Error> {
        let secret = new_secret();
        let (kept, user) = (fingerprint(&secret), user.clone());
        self.store.write(now, move |writer| {
            let session = Session {
                token_hash: kept,
                user,
                created_at: now,
                last_seen_at: now,
                expires_at: now + SESSION_LASTS,
            };
            writer.forget_run_out_at(now - RUN_OUT_KEPT)?;
            writer.note_seen(&session.user)?;
            writer.keep_session(&session)?;
            Ok::<_, Error>(())
        })?;
        Ok(secret)
    }

    /// Who holds a session, if it still runs and they may still sign in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn whose_session(&self, secret: &str, now: Timestamp) -> Result<Option<Actor>, Error> {
        let kept = fingerprint(secret);
        let found = self.store.read(|reader| {
            let Some(session) = reader.session(&kept)? else { return Ok::<_, Error>(None) };
            if !crate::session::runs(&session, now) {
                return Ok(None);
            }
            let user = reader.user(&session.user)?.filter(|user| user.active);
            Ok(user.and_then(|user| {
                let (role, side) = (user.role?, user.side?);
                Some((Actor { user: user.id, role, side }, session))
            }))
        })?;
        let Some((actor, session)) = found else { return Ok(None) };
        if session.last_seen_at + NOTED_EVERY <= now {
            let seen = Session { last_seen_at: now, ..session };
            self.store.write(now, move |writer| {
                writer.note_seen(&seen.user)?;
                // Whoever ended the session in the meantime has ended it.
                match writer.reader().session(&seen.token_hash)? {
                    Some(kept) if crate::session::runs(&kept, now) => {
                        Ok::<_, Error>(writer.keep_session(&seen)?)
                    }
                    _ => Ok(()),
                }
            })?;
        }
        Ok(Some(actor))
    }

    /// Whether a session still runs. Unlike [`Engine::whose_session`], to ask is not to use it: a
    /// page that lies open keeps nobody signed in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn session_runs(&self, secret: &str, now: Timestamp) -> Result<bool, Error> {
        let kept = fingerprint(secret);
        self.store.read(|reader| {
            let Some(session) = reader.session(&kept)? else { return Ok(false) };
            if !crate::session::runs(&session, now) {
                return Ok(false);
            }
            Ok(reader.user(&session.user)?.is_some_and(|user| user.active))
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn sign_out(&self, secret: &str, now: Timestamp) -> Result<(), Error> {
        let kept = fingerprint(secret);
        self.store.write(now, move |writer| Ok(writer.end_session(&kept)?))
    }

    /// A new key with which a system may report facts as `source`; it is shown once.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn add_key(
        &self,
        by: Option<&Actor>,
        source: &str,
        now: Timestamp,
    ) -> Result<String, Error> {
        if let Some(actor) = by {
            may(actor, &Act::Import).map_err(Refusal::from)?;
        }
        if connectors::facts::check_source(source).is_err() {
            return Err(Error::Refused(SignInRefusal::NotASource(source.to_owned()).into()));
        }
        let secret = format!("lsk_{}", new_secret());
        let (kept, source) = (fingerprint(&secret), source.to_owned());
        self.store.write(now, move |writer| {
            let key = ApiKey {
                id: kept[..12].to_owned(),
                key_hash: kept,
                name: source.clone(),
                source,
                created_at: now,
                revoked_at: None,
            };
            Ok::<_, Error>(writer.keep_api_key(&key)?)
        })?;
        Ok(secret)
    }

    /// Takes a key back; from here on it opens nothing.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn revoke_key(&self, by: Option<&Actor>, key: ApiKey, now: Timestamp) -> Result<(), Error> {
        if let Some(actor) = by {
            may(actor, &Act::Import).map_err(Refusal::from)?;
        }
        let revoked = ApiKey { revoked_at: Some(now), ..key };
        self.store.write(now, move |writer| Ok(writer.keep_api_key(&revoked)?))
    }

    /// The source that a key reports for.
    ///
    /// # Errors
    /// [`SignInRefusal::KeyUnknown`].
    pub fn source_of_key(&self, secret: &str) -> Result<String, Error> {
        let kept = fingerprint(secret);
        self.store.read(|reader| {
            let key = reader.api_key_by_hash(&kept)?.filter(|key| key.revoked_at.is_none());
            let unknown = || Error::Refused(SignInRefusal::KeyUnknown.into());
            key.map(|key| key.source).ok_or_else(unknown)
        })
    }
}
