//! What somebody was trained in and when they were last met, and who writes that down.

use axum::{extract::Path, response::Response};
use domain::{
    agreement::{Agreement, training::CHECKED_IN},
    structure::{checked_in_on, trained_on},
};
use engine::{
    Engine, Refusal,
    absence::manager,
    access::{Act, Actor, may},
    colleague::Record,
    structure::{SchoolingRefusal, Vouched, duties_of},
};
use jiff::civil::Date;
use serde::Deserialize;
use store::{Reader, StoreError, read::UserRow};

use super::{
    absence::{day_of, today},
    change::answer,
    person::{Line, from, shown},
    user_of,
};
use crate::{
    failure::Failure,
    layout::{Control, Field, Form},
    markup::Markup,
    names::Names,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show::LocalTime,
};

/// What stands for a check-in in the form, beside the keys of trainings: no key has a blank in it.
const CHECK_IN: &str = "check in";

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    what: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    takes_back: String,
}

/// Somebody's trainings and check-ins as their page shows them.
#[derive(Default)]
pub(super) struct Schooling {
    pub(super) lines: Vec<Taught>,
    /// Whether whoever looks may write them down.
    pub(super) may_write: bool,
}

/// A training or the last check-in.
pub(super) struct Taught {
    pub(super) line: Line,
    /// By which word it is taken back, where it is written down.
    pub(super) taken_back_as: Option<String>,
}

/// What the text in force asks of somebody, and what is told of them.
pub(super) fn of(
    reader: &Reader<'_>,
    row: &UserRow,
    actor: &Actor,
    agreement: Option<&Agreement>,
    (names, time): (&Names<'_, '_>, &LocalTime),
) -> Result<Schooling, StoreError> {
    let Some(agreement) = agreement else { return Ok(Schooling::default()) };
    let record = Record::of(reader, &row.id)?;
    let duties = duties_of(reader, agreement, &row.id)?;
    let told_by = |field: &str| match record.told(field) {
        Some(entry) => from(entry, names),
        None => Ok(Markup::default()),
    };
    let mut lines = Vec::new();
    for training in &agreement.trainings {
        let is_asked = duties.iter().any(|duty| training.duties.contains(&duty.kind()));
        let day = trained_on(training, &record.fields);
        if !is_asked && day.is_none() {
            continue;
        }
        let value = standing(day, day.and_then(|day| training.holds_until(day)), time);
        let value = if is_asked { value } else { value.and_text(", not asked of them") };
        let label = format!("Training: {}", words_of(&training.id));
        let line = Line { label: label.into(), value, from: told_by(&training.field())? };
        lines.push(Taught { line, taken_back_as: day.map(|_| training.id.clone()) });
    }
    let is_close = row.id == actor.user
        || manager(row).as_ref() == Some(&actor.user)
        || may(actor, &Act::SeeEverybodysFigures).is_ok();
    if let (Some(check_ins), Some(_), true) = (&agreement.check_ins, manager(row), is_close) {
        let day = checked_in_on(&record.fields);
        let value = standing(day, day.map(|day| check_ins.next_by(day)), time);
        let line = Line { label: "Last check-in".into(), value, from: told_by(CHECKED_IN)? };
        lines.push(Taught { line, taken_back_as: day.map(|_| CHECK_IN.to_owned()) });
    }
    let act = Act::VouchFor(row.id.clone(), manager(row));
    let is_asked = !agreement.trainings.is_empty() || agreement.check_ins.is_some();
    Ok(Schooling { lines, may_write: is_asked && may(actor, &act).is_ok() })
}

/// When it was, and until when it holds or held.
fn standing(day: Option<Date>, until: Option<Date>, time: &LocalTime) -> Markup {
    let Some(day) = day else { return Markup::text("none written down") };
    let on = time.date(day);
    match until {
        None => on.and_text(", for good"),
        Some(until) if until < today(time) => on.and_text(", lapsed after ").and(time.date(until)),
        Some(until) => on.and_text(", holds until ").and(time.date(until)),
    }
}

/// A key in words.
pub(crate) fn words_of(key: &str) -> String {
    key.replace('-', " ")
}

/// The form.
pub(super) fn form(agreement: Option<&Agreement>, row: &UserRow) -> Form {
    let mut what = Vec::new();
    if let Some(agreement) = agreement {
        let trainings = agreement.trainings.iter();
        what.extend(
            trainings.map(|training| {
                (training.id.clone(), format!("Trained: {}", words_of(&training.id)))
            }),
        );
        if agreement.check_ins.is_some() && manager(row).is_some() {
            what.push((CHECK_IN.to_owned(), "Met by whoever leads them".to_owned()));
        }
    }
    Form::of([
        Field::select("what", "What", what),
        Field::new("on", "On which day", Control::Line("date")),
    ])
}

/// Writes down a training or a check-in.
pub(crate) async fn create(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    let asked = user.clone();
    let row = visit.house.work(move |engine| Ok(engine.read(|reader| reader.user(&asked))?));
    let row = row.await?.ok_or(Failure::Absent)?;
    visit.signed.may(&Act::VouchFor(user.clone(), manager(&row)))?;
    // Taking back is a button of its own: a day that was forgotten takes nothing back.
    let on = match sent.takes_back == "yes" {
        true => Ok(None),
        false => day_of(&sent.on).map(Some),
    };
    let on = match on {
        Ok(on) => on,
        Err(words) => {
            return shown(visit, user, |forms| {
                keep(&mut forms.schooling, &sent);
                forms.schooling.refuse("on", words);
            })
            .await;
        }
    };
    let vouched = match sent.what.as_str() {
        CHECK_IN => Vouched::CheckIn,
        training => Vouched::Training(training.to_owned()),
    };
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let vouch = move |engine: &Engine| Ok(engine.vouch(&by, &who, vouched, on, now)?);
    let done = visit.house.work(vouch).await;
    let words = match (&done, on) {
        (Ok(false), _) => "Nothing was changed: it was known.",
        (_, None) => "Taken back by a further fact.",
        (_, Some(_)) => "Written down by a further fact, in your name.",
    };
    answer(visit, user, done.map(drop), words.to_owned(), |forms, refusal| {
        keep(&mut forms.schooling, &sent);
        let field = match refusal {
            Refusal::Schooling(SchoolingRefusal::NotYet(_)) => "on",
            Refusal::Schooling(_) => "what",
            _ => "",
        };
        forms.schooling.refuse(field, sentence(&refusal.to_string()));
    })
    .await
}

fn keep(form: &mut Form, sent: &Sending) {
    form.keep([("what", &sent.what), ("on", &sent.on)]);
}
