//! Who signs in whose place, for a while: named and taken back by the signer, seen by everybody.

use axum::{extract::Path, response::Response};
use domain::{
    agreement::Agreement,
    firm::Side,
    ids::{FactNo, UserId},
};
use engine::{
    Engine, Refusal,
    access::{Act, Actor, may},
    substitute::{NewSubstitute, SubstituteRefusal, standing},
};
use serde::Deserialize;
use store::{Reader, read::UserRow};

use super::{document, latest};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form},
    markup::Markup,
    names::{Names, fact_link},
    pages::{
        people::absence::{day_of, days, others},
        sign_in::sentence,
    },
    sent::Sent,
    session::Visit,
    show::LocalTime,
};

/// Those who sign in somebody's place now or later, and the form for who may name one.
#[derive(Default)]
pub(super) struct Substitutes {
    pub(super) named: Vec<Named>,
    pub(super) form: Option<Form>,
}

/// Somebody who signs in somebody's place.
pub(super) struct Named {
    pub(super) no: FactNo,
    side: Side,
    pub(super) words: Markup,
    /// `or Lea Winter, Tue 1 Dec to Thu 3 Dec`.
    beside: String,
    pub(super) is_mine: bool,
}

/// What the form sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    substitute: String,
    #[serde(default)]
    first_on: String,
    #[serde(default)]
    last_on: String,
}

impl Substitutes {
    /// What stands beside the place for a side's signature.
    pub(super) fn beside(&self, side: Side) -> String {
        let of_side = self.named.iter().filter(|named| named.side == side);
        of_side.map(|named| named.beside.as_str()).collect()
    }
}

/// The substitutes for the signers of a text.
pub(super) fn substitutes(
    reader: &Reader<'_>,
    agreement: &Agreement,
    actor: &Actor,
    is_signer: bool,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Substitutes, Failure> {
    let today = agreement.zone.to_datetime(time.now()).date();
    let mut named = Vec::new();
    for party in &agreement.parties {
        for row in standing(reader, &party.signer, party.side, today)? {
            let (who, signer) = (names.user_name(&row.substitute)?, names.user_name(&row.signer)?);
            let side = party.side.word();
            let words = Markup::text(format!("{who} signs for {side} in the place of {signer}, "));
            let words = words.and(days(row.first_on, row.last_on, time)).and_text(", ");
            let left = reader.user(&row.substitute)?.and_then(|row| row.left_at);
            let words = match left {
                Some(at) => words
                    .and_text("but left on ")
                    .and(time.instant(at))
                    .and_text(" and signs no more, "),
                None => words,
            };
            named.push(Named {
                no: row.by_fact,
                side: party.side,
                words: words.and(fact_link(row.by_fact)),
                beside: format!(", or {who} until {}", row.last_on.strftime("%-d %b")),
                is_mine: row.signer == actor.user,
            });
        }
    }
    let form = is_signer.then(|| form(reader, actor)).transpose()?;
    Ok(Substitutes { named, form })
}

fn form(reader: &Reader<'_>, actor: &Actor) -> Result<Form, Failure> {
    let signs = |other: &UserRow| {
        let as_actor = |role| Actor { user: other.id.clone(), role, side: actor.side };
        let may_sign = |role| may(&as_actor(role), &Act::Sign(actor.side)).is_ok();
        other.side == Some(actor.side) && other.role.is_some_and(may_sign)
    };
    let may_be = others(reader, &actor.user, signs)?;
    let substitute = Field::select("substitute", "Who signs in your place", may_be);
    let day = |name, label| Field::new(name, label, Control::Line("date"));
    Ok(Form::of([
        substitute.hint(
            "A manager or leader of your side, who does not sign for the other; who is neither is not \
             listed, and operations can change that.",
        ),
        day("first_on", "First day"),
        day("last_on", "Last day").hint("Included."),
    ]))
}

/// Names a substitute.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Sign(visit.signed.0.side))?;
    let (first_on, last_on) = match (day_of(&sent.first_on), day_of(&sent.last_on)) {
        (Ok(first_on), Ok(last_on)) => (first_on, last_on),
        (first, last) => {
            let wrong = [("first_on", first.err()), ("last_on", last.err())];
            return again(visit, &sent, wrong).await;
        }
    };
    let substitute = UserId(sent.substitute.clone());
    let new = NewSubstitute { substitute, first_on, last_on };
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let name = move |engine: &Engine| Ok(engine.name_substitute(&by, new, now)?);
    match visit.house.work(name).await {
        Ok(()) => {
            let words = "Your substitute is named; both sides see it here.";
            Ok(visit.go("/agreement", &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let field = match &refusal {
                Refusal::Substitute(
                    SubstituteRefusal::Days(_) | SubstituteRefusal::Already(..),
                ) => "first_on",
                Refusal::Substitute(SubstituteRefusal::Over(_)) => "last_on",
                Refusal::Substitute(SubstituteRefusal::NotTheSigner) => "",
                _ => "substitute",
            };
            let words = match &refusal {
                Refusal::Substitute(SubstituteRefusal::Unknown(id)) if id.as_str().is_empty() => {
                    "Choose who signs in your place.".to_owned()
                }
                other => sentence(&other.to_string()),
            };
            again(visit, &sent, [(field, Some(words))]).await
        }
        Err(other) => Err(other),
    }
}

/// Shows the form again with what is wrong.
async fn again(
    visit: Visit,
    sent: &Sending,
    wrong: impl IntoIterator<Item = (&'static str, Option<String>)> + Send,
) -> Result<Response, Failure> {
    let version = latest(&visit).await?.ok_or(Failure::Absent)?;
    let wrong: Vec<_> =
        wrong.into_iter().filter_map(|(name, words)| Some((name, words?))).collect();
    document(visit, version, |view, whole| {
        let form = view.substitutes.form.as_mut().unwrap_or(whole);
        form.keep([
            ("substitute", &sent.substitute),
            ("first_on", &sent.first_on),
            ("last_on", &sent.last_on),
        ]);
        wrong.into_iter().for_each(|(name, words)| form.refuse(name, words));
    })
    .await
}

/// Takes a substitute back.
pub(crate) async fn withdraw(visit: Visit, Path(no): Path<i64>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Sign(visit.signed.0.side))?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let withdraw = move |engine: &Engine| Ok(engine.withdraw_substitute(&by, FactNo(no), now)?);
    match visit.house.work(withdraw).await {
        Ok(()) => {
            let words = "Your substitute signs no more; what was signed stands.";
            Ok(visit.go("/agreement", &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let version = latest(&visit).await?.ok_or(Failure::Absent)?;
            let words = sentence(&refusal.to_string());
            document(visit, version, |_, form| form.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}
