//! When somebody is away, and who stands in.

use axum::{extract::Path, response::Response};
use domain::{
    absence::Half,
    ids::{FactNo, UserId},
};
use engine::{
    Engine, Refusal,
    absence::{AbsenceRefusal, NewAbsence, manager},
    access::{Act, Actor, may},
};
use jiff::civil::Date;
use serde::Deserialize;
use store::{
    Reader, StoreError,
    read::{AbsenceRow, UserRow},
};

use super::{change::answer, list::person_link, user_of};
use crate::{
    failure::Failure,
    layout::{Control, Field, Form},
    markup::Markup,
    names::{Names, fact_link},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show::LocalTime,
};

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    first_on: String,
    #[serde(default)]
    last_on: String,
    #[serde(default)]
    half: String,
    #[serde(default)]
    substitute: String,
    #[serde(default)]
    signs: String,
}

/// Somebody's absences as their page shows them.
#[derive(Default)]
pub(super) struct Away {
    /// Those that last or come, the first first.
    pub(super) next: Vec<Line>,
    /// Those that have passed or were taken back, the latest first.
    pub(super) past: Vec<Line>,
    /// Whether whoever looks may write them down and take them back.
    pub(super) may_write: bool,
}

/// One absence.
pub(super) struct Line {
    pub(super) no: FactNo,
    pub(super) days: Markup,
    pub(super) substitute: Markup,
    /// Who wrote it down, and by which fact; and by which it was taken back.
    pub(super) from: Markup,
}

/// A day in the zone of the page.
pub(crate) fn today(time: &LocalTime) -> Date {
    time.zone().to_datetime(time.now()).date()
}

/// From a first to a last day; one day alone.
pub(crate) fn days(first_on: Date, last_on: Date, time: &LocalTime) -> Markup {
    match first_on == last_on {
        true => time.date(first_on),
        false => time.date(first_on).and_text(" to ").and(time.date(last_on)),
    }
}

/// Somebody's absences.
pub(super) fn of(
    reader: &Reader<'_>,
    row: &UserRow,
    actor: &Actor,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Away, StoreError> {
    let act = Act::EnterAbsenceOf(row.id.clone(), manager(row));
    let mut away = Away { may_write: may(actor, &act).is_ok(), ..Away::default() };
    for absence in reader.absences_of(&row.id)? {
        let is_next = absence.withdrawn_by.is_none() && absence.last_on >= today(time);
        let line = line(&absence, names, time)?;
        if is_next { away.next.push(line) } else { away.past.push(line) }
    }
    away.next.reverse();
    Ok(away)
}

fn line(absence: &AbsenceRow, names: &Names<'_, '_>, time: &LocalTime) -> Result<Line, StoreError> {
    let substitute = match &absence.substitute {
        Some(id) => person_link(id.as_str(), &names.user_name(id)?),
        None => Markup::text("nobody named"),
    };
    let by = names.user_name(&absence.entered_by)?;
    let mut from = Markup::text(format!("{by}, ")).and(fact_link(absence.by_fact));
    if let Some(no) = absence.withdrawn_by {
        from = from.and_text("; taken back, ").and(fact_link(no));
    }
    let days = days(absence.first_on, absence.last_on, time);
    let days = match absence.half {
        Some(half) => days.and_text(", ").and_text(half.words()),
        None => days,
    };
    Ok(Line { no: absence.by_fact, days, substitute, from })
}

/// People who may sign in, by name, but for one; nobody first.
pub(crate) fn others(
    reader: &Reader<'_>,
    but: &UserId,
    takes: impl Fn(&UserRow) -> bool,
) -> Result<Vec<(String, String)>, StoreError> {
    let names = Names::new(reader, false);
    let mut people = Vec::new();
    for row in reader.users()?.into_iter().filter(|row| row.active && row.id != *but) {
        if takes(&row) {
            people.push((names.user_name(&row.id)?, row.id.0));
        }
    }
    people.sort();
    let nobody = (String::new(), "Nobody".to_owned());
    let people = people.into_iter().map(|(name, id)| (id, name));
    Ok(std::iter::once(nobody).chain(people).collect())
}

/// The form; with whom one's signature can be left to, for who signs for a side.
pub(super) fn form(reader: &Reader<'_>, row: &UserRow, signs: bool) -> Result<Form, StoreError> {
    let day = |name, label| Field::new(name, label, Control::Line("date"));
    let substitute = others(reader, &row.id, |_| true)?;
    let substitute = Field::select("substitute", "Who does the work", substitute).optional();
    let mut fields = vec![
        day("first_on", "First day"),
        day("last_on", "Last day").hint("Included."),
        Field::select("half", "Which part of each day", halves()).optional(),
        substitute.hint("Shown to everybody. Leads stay where they are until the book is passed on, and no clock rests."),
    ];
    if signs {
        let of_side = others(reader, &row.id, |other| other.side == row.side)?;
        let signature = Field::select("signs", "Who signs the Agreement in your place", of_side);
        fields.push(signature.optional().hint("A manager or leader of your side, for these days."));
    }
    Ok(Form::of(fields))
}

/// The whole days, or a half of each.
fn halves() -> Vec<(String, String)> {
    let all = (String::new(), "The whole days".to_owned());
    let half = |(key, half): (&str, Half)| {
        let words = half.words();
        (key.to_owned(), words[..1].to_uppercase() + &words[1..])
    };
    std::iter::once(all).chain(Half::ALL.map(half)).collect()
}

/// A day as a form sends it.
///
/// # Errors
/// What to write instead.
pub(crate) fn day_of(text: &str) -> Result<Date, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Choose a day.".to_owned());
    }
    text.parse().map_err(|_| format!("\"{text}\" is no day: write it like 2026-12-01."))
}

/// Writes down that somebody is away.
pub(crate) async fn create(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    may_write(&visit, &user).await?;
    let days = [("first_on", day_of(&sent.first_on)), ("last_on", day_of(&sent.last_on))];
    let [(_, Ok(first_on)), (_, Ok(last_on))] = days else {
        let wrong = days.into_iter().filter_map(|(name, day)| Some((name, day.err()?)));
        return super::person::shown(visit, user, |forms| {
            keep(&mut forms.absence, &sent);
            wrong.for_each(|(name, words)| forms.absence.refuse(name, words));
        })
        .await;
    };
    let named = |id: &str| Some(UserId::from(id)).filter(|id| !id.as_str().is_empty());
    let (substitute, signs) = (named(&sent.substitute), named(&sent.signs));
    let half = Half::ALL.iter().find(|(key, _)| *key == sent.half).map(|(_, half)| *half);
    let told = NewAbsence { first_on, last_on, half, substitute, signs };
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let enter = move |engine: &Engine| Ok(engine.enter_absence(&by, &who, told, now)?);
    let done = visit.house.work(enter).await;
    answer(visit, user, done, "The absence is written down.".to_owned(), |forms, refusal| {
        keep(&mut forms.absence, &sent);
        forms.absence.refuse(field_of(refusal), sentence(&refusal.to_string()));
    })
    .await
}

fn keep(form: &mut Form, sent: &Sending) {
    form.keep([
        ("first_on", &sent.first_on),
        ("last_on", &sent.last_on),
        ("half", &sent.half),
        ("substitute", &sent.substitute),
        ("signs", &sent.signs),
    ]);
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Absence(AbsenceRefusal::Days(_) | AbsenceRefusal::Already(..)) => "first_on",
        Refusal::Absence(
            AbsenceRefusal::OwnSubstitute
            | AbsenceRefusal::SubstituteMayNot(_)
            | AbsenceRefusal::SubstituteAway(..),
        ) => "substitute",
        Refusal::Substitute(_) => "signs",
        _ => "",
    }
}

/// Takes an absence back.
pub(crate) async fn withdraw(
    visit: Visit,
    Path((id, no)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    may_write(&visit, &user).await?;
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let withdraw =
        move |engine: &Engine| Ok(engine.withdraw_absence(&by, &who, FactNo(no), now)?);
    let done = visit.house.work(withdraw).await;
    answer(visit, user, done, "The absence is taken back.".to_owned(), |forms, refusal| {
        forms.whole.refuse_whole(sentence(&refusal.to_string()));
    })
    .await
}

/// Whether whoever asks may write down when somebody is away.
async fn may_write(visit: &Visit, user: &UserId) -> Result<(), Failure> {
    let user = user.clone();
    let row = visit.house.work(move |engine| Ok(engine.read(|reader| reader.user(&user))?)).await?;
    let row = row.ok_or(Failure::Absent)?;
    visit.signed.may(&Act::EnterAbsenceOf(row.id.clone(), manager(&row)))
}
