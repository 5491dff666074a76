//! One's own sign-in: the sessions that run, and the password.

use askama::Template;
use axum::{extract::Path, response::Response};
use engine::{
    Refusal,
    session::{RunningSession, running},
    sign_in::SignInRefusal,
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Field, Form, Frame},
    markup::Markup,
    names::encoded,
    pages::{sign_in::sentence, welcome::new_password},
    sent::Sent,
    session::Visit,
    show::{LocalTime, count},
};

/// Where the page lies.
const HERE: &str = "/account";

/// The page.
#[derive(Template)]
#[template(path = "pages/account/index.html")]
struct AccountPage {
    frame: Frame,
    /// Their own page among the people.
    own: String,
    sessions: Vec<Shown>,
    /// The form for a new password; none for who has no password yet.
    form: Option<Form>,
    /// What is wrong.
    wrong: Markup,
}

/// A session as the list shows it.
struct Shown {
    handle: String,
    since: Markup,
    seen: Markup,
    ends: Markup,
    is_this: bool,
}

/// What the form for a new password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changing {
    present: String,
    new: String,
    /// The name by which a password manager keeps it.
    #[serde(default, rename = "username")]
    _username: String,
}

/// Shows one's sessions.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    shown(visit, None).await
}

/// Answers with the page; with what was refused, and of which field, if something was.
async fn shown(visit: Visit, refused: Option<(&str, String)>) -> Result<Response, Failure> {
    let (user, secret, now) = (visit.signed.0.user.clone(), visit.secret(), visit.house.now());
    let found = visit.house.work(move |engine| {
        Ok(engine.read(|reader| {
            let sessions = running(reader, &user, secret.as_deref(), now)?;
            let person = reader.person_of(&format!("user/{user}"))?.unwrap_or_default();
            let has_password = reader.credential(&user)?.is_some();
            Ok::<_, store::StoreError>((sessions, has_password.then_some(person.email)))
        })?)
    });
    let (sessions, email) = found.await?;
    let was_refused = refused.is_some();
    let mut form = email.map(|email| password_form(email.unwrap_or_default()));
    let mut whole = Form::default();
    if let Some((field, words)) = refused {
        form.as_mut().unwrap_or(&mut whole).refuse(field, words);
    }
    let mut frame = visit.frame.clone().titled("Your sign-in");
    frame.refused = was_refused;
    let time = visit.time();
    let template = AccountPage {
        frame,
        own: format!("/people/{}", encoded(visit.signed.0.user.as_str())),
        sessions: sessions.into_iter().map(|session| row(session, &time)).collect(),
        wrong: form.as_ref().unwrap_or(&whole).summary(),
        form,
    };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

fn row(session: RunningSession, time: &LocalTime) -> Shown {
    Shown {
        handle: session.handle,
        since: time.instant(session.created_at),
        seen: time.near(session.last_seen_at),
        ends: time.instant(session.ends_at),
        is_this: session.is_this,
    }
}

fn password_form(email: String) -> Form {
    let present = Field::password("present", "Present password").autocomplete("current-password");
    let new = new_password("new", "New password");
    Form::of([Field::hidden("username", email), present, new])
}

/// Sets a new password; the other sessions end.
pub(crate) async fn password(
    visit: Visit,
    Sent(sent): Sent<Changing>,
) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let bucket = [format!("password {}", by.user)];
    if let Err(seconds) = visit.house.attempts.take(&bucket, now) {
        let minutes = (seconds + 59) / 60;
        let words = format!("Too many tries. Try again in {minutes} min, or ask for a new link.");
        return shown(visit, Some(("present", words))).await;
    }
    let secret = visit.secret().unwrap_or_default();
    let house = visit.house.clone();
    let turn = house.hashing.acquire().await;
    let change = move |engine: &engine::Engine| {
        Ok(engine.change_password(&by, &secret, &sent.present, &sent.new, now)?)
    };
    let changed = visit.house.work(change).await;
    drop(turn);
    match changed {
        Ok(()) => {
            visit.house.attempts.give_back(&bucket);
            let words = "Your password is changed; every other session of yours has ended.";
            Ok(visit.go(HERE, &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            // The present one was not looked at, so nothing was guessed.
            if matches!(refusal, Refusal::Password(_)) {
                visit.house.attempts.give_back(&bucket);
            }
            let present = Refusal::SignIn(SignInRefusal::PresentNotRight);
            let field = if refusal == present { "present" } else { "new" };
            shown(visit, Some((field, sentence(&refusal.to_string())))).await
        }
        Err(other) => Err(other),
    }
}

/// Ends one session of one's own.
pub(crate) async fn end(visit: Visit, Path(handle): Path<String>) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    match visit.house.work(move |engine| Ok(engine.end_session(&by, &by.user, &handle, now)?)).await
    {
        Ok(()) => Ok(visit.go(HERE, &Flash::done("The session has ended."))),
        Err(Failure::Refused(refusal)) => {
            shown(visit, Some(("", sentence(&refusal.to_string())))).await
        }
        Err(other) => Err(other),
    }
}

/// Ends every other session of one's own.
pub(crate) async fn end_others(visit: Visit) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let secret = visit.secret().unwrap_or_default();
    visit.house.work(move |engine| Ok(engine.end_other_sessions(&by, &secret, now)?)).await?;
    Ok(visit.go(HERE, &Flash::done("Every other session of yours has ended.")))
}

impl AccountPage {
    fn others(&self) -> usize {
        self.sessions.iter().filter(|session| !session.is_this).count()
    }

    fn how_many(&self) -> String {
        match self.sessions.len() {
            1 => "one runs, this one".to_owned(),
            n => format!("{} run", count(n as u64)),
        }
    }
}
