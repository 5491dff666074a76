//! What both sides say to a change of a proposal: the change, what was said, and the forms to say
//! more, to take it or to decline it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    firm::Side,
    ids::Version,
    negotiation::{comment_name, reason_name},
};
use engine::{
    Engine, Refusal,
    access::{Act, Actor, may},
    handoff::words_of,
    negotiation::{
        ClauseChange, Redline,
        answers::{NegotiationRefusal, ToChange, declined},
    },
};
use serde::Deserialize;
use store::{
    Reader,
    read::{AgreementRow, AgreementState},
};

use super::{
    absent,
    redline::{Marked, marked},
    version_of,
};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    markup::Markup,
    names::{Names, encoded},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show::{self, LocalTime},
};

/// What was said to one change.
#[derive(Default)]
pub(super) struct Talk {
    /// Where more is said.
    pub(super) href: String,
    /// How each side stands to it.
    pub(super) stands: Vec<Markup>,
    pub(super) said: Vec<Said>,
    /// Whether the person may say something, and whether they may answer for their side.
    pub(super) may_comment: bool,
    pub(super) may_answer: bool,
}

/// What somebody said.
pub(super) struct Said {
    pub(super) who: Markup,
    /// `says`, `takes the change`, `declines the change`.
    pub(super) what: &'static str,
    pub(super) at: Markup,
    pub(super) words: String,
}

/// The page of one change.
#[derive(Template)]
#[template(path = "pages/agreement/talk.html")]
struct TalkPage {
    frame: Frame,
    version: Version,
    title: String,
    redline: Marked,
    talk: Talk,
    /// The clause as it is found again, as part of an address.
    part: String,
    comment: Form,
    answer: Form,
}

/// What a comment sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commenting {
    #[serde(default)]
    words: String,
}

/// What an answer sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    reason: String,
}

/// How a proposal as a whole stands.
pub(super) struct Stand {
    /// `Sales declines 1 change; it signs once it declines none.`
    pub(super) lines: Vec<String>,
    /// Whether the text can be drawn without what was declined.
    pub(super) may_draw: bool,
}

/// What was said to each change of a version, by the clause.
pub(super) fn talks(
    reader: &Reader<'_>,
    row: &AgreementRow,
    redline: &Redline,
    actor: &Actor,
    time: &LocalTime,
) -> Result<BTreeMap<String, Talk>, Failure> {
    let names = Names::new(reader, false);
    let is_open = row.state == AgreementState::Proposed;
    let signed = reader.signatures_of(row.version)?;
    let has_signed = signed.iter().any(|signature| signature.side == actor.side);
    let may_answer = is_open && !has_signed && may(actor, &Act::Sign(actor.side)).is_ok();
    let may_comment = is_open && may(actor, &Act::CommentOnClauses).is_ok();
    let mut talks: BTreeMap<String, Talk> = redline
        .clauses
        .iter()
        .map(|clause| {
            let href = talk_href(row.version, &clause.key);
            (clause.key.clone(), Talk { href, may_comment, may_answer, ..Talk::default() })
        })
        .collect();
    let mut said = Vec::new();
    for comment in reader.comments_on(row.version)? {
        let name = comment_name(row.version, &comment.part, comment.nth);
        let who = (comment.user, comment.side, "says");
        said.push((comment.by_fact, comment.part, who, comment.at, name));
    }
    for answer in reader.answers_to(row.version)? {
        let name = reason_name(row.version, &answer.part, answer.side, answer.nth);
        let what = if answer.accepts { "takes the change" } else { "declines the change" };
        said.push((answer.by_fact, answer.part, (answer.user, answer.side, what), answer.at, name));
    }
    said.sort_by_key(|(by_fact, ..)| *by_fact);
    for (_, part, (user, side, what), at, name) in said {
        let Some(talk) = talks.get_mut(&part) else { continue };
        let who = show::side(side).and_text(" ").and_text(names.user_name(&user)?);
        let words = words_of(reader, &name)?.unwrap_or_default();
        talk.said.push(Said { who, what, at: time.instant(at), words });
    }
    stands(reader, row, &mut talks)?;
    Ok(talks)
}

/// How each side stands to each change.
fn stands(
    reader: &Reader<'_>,
    row: &AgreementRow,
    talks: &mut BTreeMap<String, Talk>,
) -> Result<(), Failure> {
    let answers = engine::negotiation::answers::answers(reader, row.version)?;
    let proposer = row.proposed_by.as_ref().map(|by| reader.user(by)).transpose()?.flatten();
    let proposes = proposer.and_then(|user| user.side);
    for (part, talk) in talks {
        for side in [Side::Marketing, Side::Sales] {
            let words = match answers.get(&(part.clone(), side)) {
                Some(row) if row.accepts => "takes it",
                Some(_) => "declines it",
                None if proposes == Some(side) => "proposes it",
                None => "has not answered",
            };
            let side = show::side(side).and_text(format!(" {} {words}", capital(side.word())));
            talk.stands.push(side);
        }
    }
    Ok(())
}

/// How a proposal stands as a whole.
pub(super) fn stand(
    reader: &Reader<'_>,
    row: &AgreementRow,
    actor: &Actor,
) -> Result<Stand, Failure> {
    let mut lines = Vec::new();
    if row.state != AgreementState::Proposed {
        return Ok(Stand { lines, may_draw: false });
    }
    for side in [Side::Marketing, Side::Sales] {
        let n = declined(reader, row.version, Some(side))?.len();
        let changes = if n == 1 { "1 change".to_owned() } else { format!("{n} changes") };
        if n > 0 {
            let side = capital(side.word());
            lines.push(format!("{side} declines {changes}; it signs once it declines none."));
        }
    }
    let may_draw = !lines.is_empty() && may(actor, &Act::Propose).is_ok();
    Ok(Stand { lines, may_draw })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Where a change is talked about.
pub(super) fn talk_href(version: Version, part: &str) -> String {
    format!("/agreement/{version}/talk/{}", address_of(part))
}

/// A clause as it is found again, as part of an address.
fn address_of(part: &str) -> String {
    part.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// Shows a change and what was said to it.
pub(crate) async fn show(
    visit: Visit,
    Path((no, part)): Path<(String, String)>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    shown(visit, version_of(&no)?, part, |_, _| {}).await
}

async fn shown(
    visit: Visit,
    version: Version,
    part: String,
    refuse: impl FnOnce(&mut Form, &mut Form),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let found = visit.house.work(move |engine| {
        let found = engine.redline(version, None).map_err(absent)?;
        let clause = found.redline.clauses.iter().find(|clause| clause.key == part).cloned();
        let clause = clause.ok_or(Failure::Absent)?;
        let redline = Redline { clauses: vec![clause.clone()], differs: true };
        let talk = engine.read(|reader| talks(reader, &found.version, &redline, &actor, &time))?;
        Ok((redline, clause, talk.into_values().next().unwrap_or_default()))
    });
    let (redline, clause, talk) = found.await?;
    let words = Field::new("words", "What you want to say", Control::Area);
    let mut comment = Form::of([words.hint("The other side reads it. It stays.")]);
    let ways = [("accepted", "We take the change"), ("declined", "We decline it")];
    let ways = ways.map(|(key, words)| (key.to_owned(), words.to_owned())).into();
    let mut answer = Form::of([
        Field::radio("answer", "Your side’s answer", ways),
        Field::new("reason", "Reason", Control::Area)
            .optional()
            .hint("Needed where you decline. The other side reads it. It stays."),
    ]);
    refuse(&mut comment, &mut answer);
    let was_refused = comment.is_refused() || answer.is_refused();
    let title = name_of(&clause);
    let mut frame = visit.frame(title.clone(), Place::Agreement);
    frame.refused = was_refused;
    let redline = marked(&redline, BTreeMap::new());
    let part = address_of(&clause.key);
    let template = TalkPage { frame, version, title, redline, talk, part, comment, answer };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

pub(super) fn name_of(clause: &ClauseChange) -> String {
    match clause.heading.is_empty() {
        true => clause.title.clone(),
        false => format!("{}: {}", clause.title, clause.heading),
    }
}

/// Says something.
pub(crate) async fn comment(
    visit: Visit,
    Path((no, part)): Path<(String, String)>,
    Sent(sent): Sent<Commenting>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::CommentOnClauses)?;
    let version = version_of(&no)?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (of, words) = (part.clone(), sent.words.clone());
    let say = move |engine: &Engine| {
        engine.comment_on_clause(&by, version, &of, &words, now).map_err(absent)
    };
    match visit.house.work(say).await {
        Ok(()) => {
            Ok(visit.go(&talk_href(version, &part), &Flash::done("Said. Both sides read it.")))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            shown(visit, version, part, |comment, _| {
                comment.keep([("words", &sent.words)]);
                comment.refuse(field_of(&refusal), words);
            })
            .await
        }
        Err(other) => Err(other),
    }
}

/// Takes a change or declines it.
pub(crate) async fn answer(
    visit: Visit,
    Path((no, part)): Path<(String, String)>,
    Sent(sent): Sent<Answering>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Sign(visit.signed.0.side))?;
    let version = version_of(&no)?;
    let accepts = match sent.answer.as_str() {
        "accepted" => true,
        "declined" => false,
        _ => {
            let words = "Choose whether your side takes the change.";
            return shown(visit, version, part, |_, answer| {
                answer.keep([("reason", &sent.reason)]);
                answer.refuse("answer", words);
            })
            .await;
        }
    };
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (of, told) = (part.clone(), ToChange { accepts, reason: sent.reason.clone() });
    let say =
        move |engine: &Engine| engine.answer_change(&by, version, &of, told, now).map_err(absent);
    match visit.house.work(say).await {
        Ok(()) => {
            let side = capital(visit.signed.0.side.word());
            let words = if accepts { "takes the change" } else { "declines the change" };
            let to = format!("/agreement/{version}/redline");
            Ok(visit.go(&to, &Flash::done(format!("{side} {words}."))))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            shown(visit, version, part, |_, answer| {
                answer.keep([("answer", &sent.answer), ("reason", &sent.reason)]);
                answer.refuse(if words_missing(&refusal) { "reason" } else { "" }, words);
            })
            .await
        }
        Err(other) => Err(other),
    }
}

fn field_of(refusal: &Refusal) -> &'static str {
    match words_missing(refusal) {
        true => "words",
        false => "",
    }
}

fn words_missing(refusal: &Refusal) -> bool {
    use NegotiationRefusal::{NoReason, NoWords, TooLong};
    matches!(refusal, Refusal::Negotiation(NoWords | TooLong | NoReason))
}

/// Puts what is left without the declined changes before both sides.
pub(crate) async fn draw(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let version = version_of(&no)?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let drawn = visit
        .house
        .work(move |engine| engine.leave_declined_out(&by, version, now).map_err(absent));
    match drawn.await {
        Ok(next) => {
            let words = format!(
                "Version {next} is before both sides, without what was declined. Both sign it anew."
            );
            Ok(visit.go(&format!("/agreement/{next}/redline"), &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            let to = format!("/agreement/{version}/redline");
            Ok(visit.go(&to, &Flash::not_done(words)))
        }
        Err(other) => Err(other),
    }
}
