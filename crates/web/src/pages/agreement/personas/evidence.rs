//! The evidence on a persona's card: what was given, the form that gives more, and taking it back.

use axum::{extract::Path, response::Response};
use domain::{
    agreement::Persona,
    evidence::EvidenceKind,
    ids::{FactNo, Subject, Version},
};
use engine::{
    Engine, Refusal,
    access::{Act, Actor, may},
    evidence::{EvidenceRefusal, Given, act_of, said, why_taken_back},
};
use jiff::civil::Date;
use serde::Deserialize;
use store::{Reader, read::EvidenceRow};

use super::{Asked, persona_href, shown};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form},
    markup::{Markup, element},
    names::{Names, fact_link, lead_href, opportunity_href},
    pages::{agreement::version_of, sign_in::sentence},
    sent::Sent,
    session::Visit,
    show::LocalTime,
};

/// What giving evidence sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Giving {
    kind: String,
    on: String,
    words: String,
    about: String,
}

/// What taking it back sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TakingBack {
    why: String,
}

/// A form that was refused, as it was sent.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    Giving(Giving, Refusal),
    TakingBack(FactNo, TakingBack, Refusal),
}

/// The evidence of a persona.
pub(super) struct Evidence {
    pub(super) pieces: Vec<Piece>,
    /// How many interviews stand, and the day of the last.
    pub(super) interviews: u64,
    pub(super) last_on: Option<Date>,
    /// The form that gives more, for whoever may.
    pub(super) form: Option<Form>,
}

/// One piece.
pub(super) struct Piece {
    pub(super) no: FactNo,
    pub(super) kind: &'static str,
    pub(super) on: Markup,
    pub(super) words: Markup,
    pub(super) by: Markup,
    pub(super) about: Markup,
    pub(super) fact: Markup,
    /// How and why it was taken back.
    pub(super) back: Option<Markup>,
    /// Where it can be taken back, for whoever may.
    pub(super) take_back: Option<String>,
    /// The form with which it is, where that is open.
    pub(super) form: Option<Form>,
}

const KINDS: [(&str, &str); 3] =
    [("interview", "an interview"), ("deal", "a deal"), ("quote", "a quote")];

/// Who looks, at which card.
pub(super) struct Look<'a> {
    pub(super) version: Version,
    pub(super) persona: &'a Persona,
    pub(super) actor: &'a Actor,
    pub(super) asked: &'a Asked,
}

/// The evidence of a persona as somebody sees it: what was said is for those who may know who people
/// are.
pub(super) fn evidence(
    reader: &Reader<'_>,
    look: &Look<'_>,
    time: &LocalTime,
) -> Result<Evidence, Failure> {
    let reach = may(look.actor, &Act::SeeReach).is_ok();
    let names = Names::new(reader, reach);
    let rows = reader.evidence_for(&look.persona.id)?;
    let interviews = rows.iter().filter(|row| row.stands() && row.kind == EvidenceKind::Interview);
    let (n, last_on) = (interviews.clone().count() as u64, interviews.map(|row| row.on).max());
    let mut pieces = Vec::new();
    for row in rows.iter().rev() {
        pieces.push(piece(reader, &names, row, look, (reach, time))?);
    }
    let may_give = may(look.actor, &act_of(look.persona.of)).is_ok();
    let today = time.zone().to_datetime(time.now()).date();
    let form = may_give.then(|| giving(today, &look.asked.about));
    Ok(Evidence { pieces, interviews: n, last_on, form })
}

fn giving(today: Date, about: &str) -> Form {
    let kinds = KINDS.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    Form::of([
        Field::select("kind", "What it is", kinds),
        Field::new("on", "On which day", Control::Line("date")).value(today.to_string()),
        Field::new("words", "What was said or done", Control::Area)
            .hint("Both sides read it. Leave out who it was, unless it matters."),
        Field::line("about", "The lead or opportunity that it rests on")
            .value(about)
            .hint("Its id as its page shows it, such as crm:12. Leave it empty for none.")
            .optional(),
    ])
}

fn piece(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    row: &EvidenceRow,
    look: &Look<'_>,
    (reach, time): (bool, &LocalTime),
) -> Result<Piece, Failure> {
    let words = match (reach, said(reader, row)?) {
        (false, _) => dim("for those who may know who people are"),
        (true, Some(words)) => Markup::text(words),
        (true, None) => dim("erased"),
    };
    let link =
        |href: String, name: String| Markup::from(element("a").with("href", href).holding(name));
    let about = match &row.about {
        Some(Subject::Lead(lead)) => link(lead_href(lead), names.lead(lead)?),
        Some(Subject::Opportunity(id)) => link(opportunity_href(id), names.opportunity(id)?),
        None => Markup::new(),
    };
    let back = match (&row.withdrawn_by, row.withdrawn_at) {
        (Some(by), Some(at)) => {
            let words = Markup::text(format!("taken back by {}, ", names.user_name(by)?));
            let words = words.and(time.instant(at));
            Some(match why_taken_back(reader, row)?.filter(|_| reach) {
                Some(why) => words.and_text(format!(": {why}")),
                None => words,
            })
        }
        _ => None,
    };
    let may_take_back =
        row.stands() && may(look.actor, &Act::TakeBackEvidenceOf(row.user.clone())).is_ok();
    let is_open = may_take_back && look.asked.back == row.by_fact.to_string();
    let href = persona_href(look.version, &look.persona.id);
    let why = Field::new("why", "Why it is taken back", Control::Area);
    Ok(Piece {
        no: row.by_fact,
        kind: row.kind.word(),
        on: time.date(row.on),
        words,
        by: names.owner(Some(&row.user))?,
        about,
        fact: fact_link(row.by_fact),
        back,
        take_back: may_take_back.then(|| match is_open {
            true => format!("{href}/evidence/{}/withdrawal", row.by_fact),
            false => format!("{href}?back={}#evidence", row.by_fact),
        }),
        form: is_open
            .then(|| Form::of([why.hint("Whoever gave it reads it. Both stay in the ledger.")])),
    })
}

fn dim(words: &str) -> Markup {
    element("span").class("dim").holding(words.to_owned()).into()
}

impl Evidence {
    /// Says what is wrong, beside what was typed; the summary over the page.
    pub(super) fn refuse(&mut self, refused: Refused) -> Markup {
        let words = |refusal: &Refusal| sentence(&refusal.to_string());
        match refused {
            Refused::Giving(sent, refusal) => {
                let Some(form) = &mut self.form else { return whole(&refusal) };
                form.keep([
                    ("kind", &sent.kind),
                    ("on", &sent.on),
                    ("words", &sent.words),
                    ("about", &sent.about),
                ]);
                form.refuse(field_of(&refusal), words(&refusal));
                form.summary()
            }
            Refused::TakingBack(no, sent, refusal) => {
                let piece = self.pieces.iter_mut().find(|piece| piece.no == no);
                let Some(form) = piece.and_then(|piece| piece.form.as_mut()) else {
                    return whole(&refusal);
                };
                form.keep([("why", &sent.why)]);
                form.refuse("why", words(&refusal));
                form.summary()
            }
        }
    }
}

fn whole(refusal: &Refusal) -> Markup {
    let mut form = Form::default();
    form.refuse_whole(sentence(&refusal.to_string()));
    form.summary()
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Evidence(EvidenceRefusal::NoKind) => "kind",
        Refusal::Evidence(EvidenceRefusal::NoDay) => "on",
        Refusal::Evidence(EvidenceRefusal::NoSuchRecord(_)) => "about",
        _ => "words",
    }
}

/// Gives evidence.
pub(crate) async fn create(
    visit: Visit,
    Path((no, id)): Path<(String, String)>,
    Sent(sent): Sent<Giving>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = version_of(&no)?;
    let (by, time) = (visit.signed.0.clone(), visit.time());
    let kind = EvidenceKind::ALL.into_iter().find(|(key, _)| *key == sent.kind);
    let given = Given {
        kind: kind.map(|(_, kind)| kind),
        on: sent.on.trim().parse().ok(),
        about: sent.about.clone(),
        words: sent.words.clone(),
    };
    let persona = id.clone();
    let today = time.zone().to_datetime(time.now()).date();
    let give =
        move |engine: &Engine| Ok(engine.give_evidence(&by, &persona, given, today, time.now())?);
    match visit.house.work(give).await {
        Ok(()) => {
            let href = persona_href(version, &id);
            Ok(visit.go(&href, &Flash::done("Kept. It counts from now on.")))
        }
        Err(Failure::Refused(refusal)) => {
            let refused = (!is_absent(&refusal)).then_some(Refused::Giving(sent, refusal));
            let refused = refused.ok_or(Failure::Absent)?;
            shown(visit, (version, id), Asked::default(), Some(refused)).await
        }
        Err(other) => Err(other),
    }
}

/// Takes evidence back.
pub(crate) async fn withdraw(
    visit: Visit,
    Path((no, id, evidence)): Path<(String, String, String)>,
    Sent(sent): Sent<TakingBack>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = version_of(&no)?;
    let evidence = FactNo(evidence.parse().map_err(|_| Failure::Absent)?);
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (persona, why) = (id.clone(), sent.why.clone());
    let take =
        move |engine: &Engine| Ok(engine.take_evidence_back(&by, &persona, evidence, &why, now)?);
    match visit.house.work(take).await {
        Ok(()) => {
            let done = Flash::done("Taken back. It counts no more, and stays readable.");
            Ok(visit.go(&persona_href(version, &id), &done))
        }
        Err(Failure::Refused(refusal)) => {
            let refused =
                (!is_absent(&refusal)).then_some(Refused::TakingBack(evidence, sent, refusal));
            let refused = refused.ok_or(Failure::Absent)?;
            let asked = Asked { back: evidence.to_string(), ..Asked::default() };
            shown(visit, (version, id), asked, Some(refused)).await
        }
        Err(other) => Err(other),
    }
}

/// What is not there is a page that is not there.
fn is_absent(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Evidence(EvidenceRefusal::Unknown(_) | EvidenceRefusal::NoSuchPersona(_))
    )
}
