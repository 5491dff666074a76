//! One person: what is known of them and where it comes from, and for those who look after people
//! what can be changed.

use std::{borrow::Cow, collections::BTreeSet};

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    fact::{Entry, Fact},
    field::FieldValue,
    firm::Side,
    ids::UserId,
};
use engine::{
    Engine,
    access::{Act, Actor, may},
    colleague::Record,
    session::running,
};
use store::{
    Reader, StoreError,
    read::{PersonRow, UserRow},
};

use super::{
    absence::{self, Away},
    change::{self, Recording, Standing},
    list::{person_href, person_link, standing_words, team_link},
    schooling::{self, Schooling},
    user_of,
};
use crate::{
    failure::Failure,
    layout::{Form, Frame, Place},
    markup::Markup,
    names::{Names, fact_link},
    session::Visit,
    show::{self, LocalTime, count},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/people/person.html")]
struct PersonPage {
    frame: Frame,
    view: View,
    forms: Forms,
    wrong: Markup,
}

/// What can be changed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Forms {
    pub(super) standing: Form,
    pub(super) record: Form,
    pub(super) absence: Form,
    pub(super) schooling: Form,
    /// What is wrong with something that has no form.
    pub(super) whole: Form,
}

/// What the database says of a person.
pub(super) struct View {
    pub(super) plain: String,
    name: Markup,
    href: String,
    standing: Markup,
    known: Vec<Line>,
    may_manage: bool,
    is_let_in: bool,
    /// Whether they are of the firm no more.
    has_left: bool,
    link_until: Option<Markup>,
    sessions: Vec<SessionShown>,
    away: Away,
    schooling: Schooling,
}

/// Something known, and where it comes from.
pub(super) struct Line {
    pub(super) label: Cow<'static, str>,
    pub(super) value: Markup,
    pub(super) from: Markup,
}

/// A session that runs, for whoever may end it.
pub(super) struct SessionShown {
    handle: String,
    since: Markup,
    seen: Markup,
    ends: Markup,
}

/// Shows the person.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeePeople)?;
    shown(visit, user_of(id), |_| {}).await
}

/// Answers with the page; `refuse` says in the forms what is wrong, if anything is.
pub(super) async fn shown(
    visit: Visit,
    user: UserId,
    refuse: impl FnOnce(&mut Forms),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let found = visit.house.work(move |engine| viewed(engine, &user, &actor, &time)).await;
    let (view, mut forms) = found?;
    refuse(&mut forms);
    let all = [&forms.absence, &forms.schooling, &forms.record, &forms.standing, &forms.whole];
    let was_refused = all.iter().any(|form| form.is_refused());
    let wrong = all.iter().map(|form| form.summary()).collect();
    let mut frame = visit.frame(view.plain.clone(), Place::People);
    frame.refused = was_refused;
    let template = PersonPage { frame, view, forms, wrong };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

fn viewed(
    engine: &Engine,
    user: &UserId,
    actor: &Actor,
    time: &LocalTime,
) -> Result<(View, Forms), Failure> {
    let agreements = engine.agreements()?;
    let in_force = agreements.at(time.now());
    let calendars: BTreeSet<String> =
        in_force.iter().flat_map(|found| found.agreement.calendars.keys().cloned()).collect();
    let text = in_force.map(|found| found.agreement.as_ref());
    let signs = *user == actor.user && engine.is_signer(actor)?;
    engine.read(|reader| {
        let person = reader.colleague(user, time.now())?.ok_or(Failure::Absent)?;
        let (row, names) = (&person.user, Names::new(reader, false));
        let (plain, side) = names.user(user)?;
        let may_manage = may(actor, &Act::ManagePeople).is_ok();
        let forms = Forms {
            standing: change::standing_form(&Standing::of(row)),
            record: change::record_form(&Recording::of(row), reader, user, &calendars)?,
            absence: absence::form(reader, row, signs)?,
            schooling: schooling::form(text, row),
            whole: Form::default(),
        };
        let mut known = known(reader, row, &names)?;
        if may_manage || *user == actor.user {
            known.extend(for_few(reader, &person, time)?);
        }
        let view = View {
            name: show::side_name(side, &plain),
            plain,
            href: person_href(user.as_str()),
            standing: standing(reader, &person, &names, time)?,
            away: absence::of(reader, row, actor, &names, time)?,
            schooling: schooling::of(reader, row, actor, text, (&names, time))?,
            known,
            may_manage,
            is_let_in: row.role.is_some(),
            has_left: row.left_at.is_some(),
            link_until: person.link_until.map(|until| time.instant(until)),
            sessions: running(reader, user, None, time.now())?
                .into_iter()
                .map(|session| SessionShown {
                    handle: session.handle,
                    since: time.instant(session.created_at),
                    seen: time.near(session.last_seen_at),
                    ends: time.instant(session.ends_at),
                })
                .collect(),
        };
        Ok((view, forms))
    })
}

/// How they stand, and until when they are away.
fn standing(
    reader: &Reader<'_>,
    person: &PersonRow,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Markup, StoreError> {
    let mut words = standing_words(person.standing, time);
    let today = absence::today(time);
    let absences = reader.absences_of(&person.user.id)?;
    let mut standing = absences.iter().filter(|absence| absence.withdrawn_by.is_none());
    let lasts = standing.find(|absence| absence.first_on <= today && today <= absence.last_on);
    if let Some(absence) = lasts {
        words = words.and_text(", away until ").and(time.date(absence.last_on));
        if let Some(substitute) = &absence.substitute {
            let link = person_link(substitute.as_str(), &names.user_name(substitute)?);
            words = words.and_text("; ").and(link).and_text(" does their work");
        }
    }
    Ok(words)
}

/// What everybody may know of a colleague.
fn known(
    reader: &Reader<'_>,
    row: &UserRow,
    names: &Names<'_, '_>,
) -> Result<Vec<Line>, StoreError> {
    let record = Record::of(reader, &row.id)?;
    let admitted = record.admitted().map(|entry| from(entry, names)).transpose()?;
    let mut lines = Vec::new();
    if let (Some(role), Some(side)) = (row.role, row.side) {
        let from = admitted.unwrap_or_default();
        lines.push(Line { label: "Role".into(), value: role.words().into(), from: from.clone() });
        lines.push(Line { label: "Side".into(), value: side.word().into(), from });
    } else if let Some(entry) = record.told("side") {
        let side = row.side.map_or("", Side::word);
        lines.push(Line { label: "Side".into(), value: side.into(), from: from(entry, names)? });
    }
    for (field, label) in [
        ("team", "Team"),
        ("manager", "Led by"),
        ("region", "Region"),
        ("calendar", "Calendar"),
        ("zone", "Zone"),
        ("title", "Title"),
    ] {
        let Some(entry) = record.told(field) else { continue };
        let value = match record.fields.get(field) {
            None | Some(FieldValue::Cleared) => Markup::text("nothing"),
            Some(FieldValue::Text(team)) if field == "team" => team_link(team),
            Some(FieldValue::Text(id)) if field == "manager" => {
                person_link(id, &names.user_name(&id.as_str().into())?)
            }
            Some(value) => Markup::text(value),
        };
        lines.push(Line { label: label.into(), value, from: from(entry, names)? });
    }
    let mut led = Markup::new();
    for other in reader.users()? {
        if other.manager.as_deref() == Some(row.id.as_str()) {
            let comma = if led.as_str().is_empty() { "" } else { ", " };
            let link = person_link(other.id.as_str(), &names.user_name(&other.id)?);
            led = led.and_text(comma).and(link);
        }
    }
    if !led.as_str().is_empty() {
        lines.push(Line {
            label: "Leads".into(),
            value: led,
            from: Markup::text("what is known of them"),
        });
    }
    Ok(lines)
}

/// What they themselves and those who look after people know besides.
fn for_few(
    reader: &Reader<'_>,
    row: &PersonRow,
    time: &LocalTime,
) -> Result<Vec<Line>, StoreError> {
    let person = reader.person_of(&format!("user/{}", row.user.id))?.unwrap_or_default();
    let beside = || Markup::text("beside the ledger");
    let mut lines = Vec::new();
    if let Some(email) = person.email {
        lines.push(Line { label: "E-mail".into(), value: Markup::text(email), from: beside() });
    }
    if let Some(at) = row.seen_at {
        lines.push(Line { label: "Last seen".into(), value: time.instant(at), from: beside() });
    }
    Ok(lines)
}

/// Where a value comes from: the source, or whoever wrote it here, and the fact.
pub(super) fn from(entry: &Entry, names: &Names<'_, '_>) -> Result<Markup, StoreError> {
    let by = match entry.fact() {
        Fact::User(told) => told.by.as_ref(),
        Fact::UserAdmitted(told) => told.by.as_ref(),
        _ => None,
    };
    let who = match (by, entry.told.source.as_str()) {
        (Some(by), _) => names.user_name(by)?,
        (None, domain::decided::SOURCE) => "the command line".to_owned(),
        (None, source) => source.to_owned(),
    };
    Ok(Markup::text(format!("{who}, ")).and(fact_link(entry.no)))
}

impl View {
    /// Whether whoever looks may write down what they were trained in: not of who has left.
    fn may_school(&self) -> bool {
        self.schooling.may_write && !self.has_left
    }

    fn sessions_words(&self) -> String {
        match self.sessions.len() {
            0 => "none runs".to_owned(),
            1 => "one runs".to_owned(),
            n => format!("{} run", count(n as u64)),
        }
    }
}
