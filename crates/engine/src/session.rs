//! One's own sessions: which run, ending them, and the password that ends the others.

use domain::ids::UserId;
use jiff::Timestamp;
use store::{Reader, Session, StoreError};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    secret::{fingerprint, hash_password, password_matches},
    sign_in::{SESSION_IDLES, SESSION_LASTS, SignInRefusal},
};

/// So many letters of a token's hash tell a person's sessions apart, and open nothing.
const HANDLE_CHARS: usize = 16;

/// A session that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningSession {
    /// By what its owner names it. It is neither the secret nor enough to be taken for it.
    pub handle: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, noted no more often than every ten minutes.
    pub last_seen_at: Timestamp,
    /// When it ends if it is not used any more.
    pub ends_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// A session that runs no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why.
    pub why: SessionEnd,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Whoever it is of may not sign in any more.
    NotLetIn,
    /// Their password was changed.
    PasswordChanged,
    /// It was not used for so many days.
    Idle(i64),
    /// It had run for so many days.
    Lifetime(i64),
    /// Somebody ended it: whoever it is of, or who looks after people. Which of them is not kept.
    Ended,
}

/// Why a session that runs no more has ended. What cut it short is told by the instant alone.
fn why_ended(session: &Session, password_at: Option<Timestamp>, is_let_in: bool) -> SessionEnd {
    let cut_short = session.expires_at < session.created_at + SESSION_LASTS;
    match (ends_at(session) == session.expires_at, cut_short) {
        _ if !is_let_in => SessionEnd::NotLetIn,
        (true, true) if password_at == Some(session.expires_at) => SessionEnd::PasswordChanged,
        (true, true) => SessionEnd::Ended,
        (true, false) => SessionEnd::Lifetime(SESSION_LASTS.as_hours() / 24),
        (false, _) => SessionEnd::Idle(SESSION_IDLES.as_hours() / 24),
    }
}

/// Whether a session still opens anything.
pub(crate) fn runs(session: &Session, now: Timestamp) -> bool {
    ends_at(session) > now
}

fn ends_at(session: &Session) -> Timestamp {
    session.expires_at.min(session.last_seen_at + SESSION_IDLES)
}

fn handle(session: &Session) -> &str {
    &session.token_hash[..HANDLE_CHARS.min(session.token_hash.len())]
}

/// A person's sessions that run, the one used last first. `secret` is that of whoever asks.
///
/// # Errors
/// When the database cannot be read.
pub fn running(
    reader: &Reader<'_>,
    user: &UserId,
    secret: Option<&str>,
    now: Timestamp,
) -> Result<Vec<RunningSession>, StoreError> {
    let this = secret.map(fingerprint);
    let sessions = reader.sessions_of(user)?.into_iter().filter(|session| runs(session, now));
    Ok(sessions
        .map(|session| RunningSession {
            handle: handle(&session).to_owned(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            ends_at: ends_at(&session),
            is_this: this.as_ref() == Some(&session.token_hash),
        })
        .collect())
}

impl Engine {
    /// When and why the session with this secret ended. `None` where it runs, or none is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn ended_session(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<EndedSession>, Error> {
        let kept = fingerprint(secret);
        self.store.read(|reader| {
            let Some(session) = reader.session(&kept)? else { return Ok(None) };
            let is_let_in = reader.user(&session.user)?.is_some_and(|user| user.active);
            if is_let_in && runs(&session, now) {
                return Ok(None);
            }
            let why = why_ended(&session, reader.password_changed_at(&session.user)?, is_let_in);
            Ok(Some(EndedSession { ended_at: ends_at(&session).min(now), why }))
        })
    }

    /// Ends one session of somebody. Nobody else's is found by its handle.
    ///
    /// # Errors
    /// [`SignInRefusal::SessionEnded`] when none of theirs has the handle, or the actor may not.
    pub fn end_session(
        &self,
        by: &Actor,
        user: &UserId,
        named: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::EndSessionsOf(user.clone())).map_err(Refusal::from)?;
        let (user, named) = (user.clone(), named.to_owned());
        self.store.write(now, move |writer| {
            let mut sessions = writer.reader().sessions_of(&user)?;
            sessions.retain(|session| runs(session, now));
            let Some(found) = sessions.iter().find(|session| handle(session) == named) else {
                return Err(refused(SignInRefusal::SessionEnded));
            };
            Ok(writer.end_session(&found.token_hash)?)
        })
    }

    /// Ends every session of the actor but the one with this secret.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn end_other_sessions(
        &self,
        by: &Actor,
        secret: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (user, kept) = (by.user.clone(), fingerprint(secret));
        self.store.write(now, move |writer| Ok(writer.end_other_sessions_of(&user, &kept)?))
    }

    /// Ends every session of somebody and says how many ran. `by` is absent on the command line.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn end_sessions_of(
        &self,
        by: Option<&Actor>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<usize, Error> {
        if let Some(actor) = by {
            may(actor, &Act::EndSessionsOf(user.clone())).map_err(Refusal::from)?;
        }
        let user = user.clone();
        self.store.write(now, move |writer| {
            let sessions = writer.reader().sessions_of(&user)?;
            writer.end_sessions_of(&user)?;
            Ok(sessions.iter().filter(|session| runs(session, now)).count())
        })
    }

    /// Sets the actor's password in place of the present one, and ends their other sessions.
    ///
    /// # Errors
    /// What is wrong with the new one, which is looked at first, for it costs least; or
    /// [`SignInRefusal::PresentNotRight`].
    pub fn change_password(
        &self,
        by: &Actor,
        secret: &str,
        present: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let user = by.user.clone();
        let new = self.new_password(&user, new)?;
        let kept = self.store.read(|reader| reader.credential(&user))?;
        if !password_matches(present, kept.as_deref()) {
            return Err(refused(SignInRefusal::PresentNotRight));
        }
        let (hash, session) = (hash_password(&new), fingerprint(secret));
        self.store.write(now, move |writer| {
            if writer.reader().credential(&user)? != kept {
                return Err(refused(SignInRefusal::PresentNotRight));
            }
            writer.keep_credential(&user, &hash)?;
            Ok(writer.end_other_sessions_of(&user, &session)?)
        })
    }
}

fn refused(refusal: SignInRefusal) -> Error {
    Error::Refused(refusal.into())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn why_a_session_ended_is_told_by_when_it_did() {
        let opened: Timestamp = "2026-11-01T08:00:00Z".parse().expect("an instant");
        let at = |days: i64| opened + (24 * days).hours();
        let cases = [
            ("not used for seven days", 3, 30, None, true, SessionEnd::Idle(7)),
            ("used until its last day", 29, 30, None, true, SessionEnd::Lifetime(30)),
            ("ended on the fourth day", 3, 4, None, true, SessionEnd::Ended),
            ("by a new password", 3, 4, Some(4), true, SessionEnd::PasswordChanged),
            ("by an end after a new password", 3, 4, Some(2), true, SessionEnd::Ended),
            ("by being let in no more", 3, 4, Some(4), false, SessionEnd::NotLetIn),
            ("ended after it had idled out", 3, 12, None, true, SessionEnd::Idle(7)),
        ];
        for (shows, seen, ends, password, is_let_in, expected) in cases {
            let session = Session {
                token_hash: "t".to_owned(),
                user: "u1".into(),
                created_at: opened,
                last_seen_at: at(seen),
                expires_at: at(ends),
            };
            assert_eq!(why_ended(&session, password.map(at), is_let_in), expected, "{shows}");
        }
    }
}
