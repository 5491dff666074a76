//! A first text, drafted from the data that is here: each clause with what it rests on, the few
//! numbers that matter to change, and the way before both sides.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use domain::{
    draft::{Choices, answer::SAID, card::Basis},
    firm::Side,
    ids::Version,
};
use engine::{
    Engine, Refusal,
    access::Act,
    agreement::{AgreementRefusal, OpenVersion, Proposing},
    first_agreement::{DraftWishes, DraftedClause, FirstAgreement, Signer, signers, target},
};
use serde::Deserialize;

use super::propose::instead;
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{EmptyState, Field, Form, Frame, Place},
    markup::element,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/draft.html")]
struct DraftPage {
    frame: Frame,
    form: Form,
    found: Found,
}

/// Before there is anything to draft from.
#[derive(Template)]
#[template(path = "pages/agreement/draft_none.html")]
struct NoDataPage {
    frame: Frame,
    may_import: bool,
}

/// What was drafted, and what it meets.
struct Found {
    leads: u64,
    opportunities: u64,
    clauses: Vec<DraftedClause>,
    gates: Vec<GateRow>,
    /// Whether the gates say how many went on, and how many come in a week.
    tells_went_on: bool,
    tells_weeks: bool,
    /// The version that a proposal would take back.
    open: Option<Version>,
}

/// What a threshold would have let through.
struct GateRow {
    points: i64,
    is_chosen: bool,
    n: String,
    went_on: String,
    per_week: String,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    marketing: Option<String>,
    sales: Option<String>,
    threshold: Option<String>,
    within: Option<String>,
    /// Draws the plainest text where there is no data.
    plain: Option<String>,
    /// `yes` where the open version is to be taken back, and which one that was.
    instead: Option<String>,
    open: Option<String>,
}

/// Shows the draft, with the numbers that were asked for.
pub(crate) async fn show(
    visit: Visit,
    asked: Result<Query<Sending>, QueryRejection>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let Query(sent) = asked.map_err(|_| Failure::Absent)?;
    drafted(visit, sent, Vec::new()).await
}

/// Puts the draft before both sides.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let wrong = wrong(&sent, true);
    if !wrong.is_empty() {
        return drafted(visit, sent, wrong).await;
    }
    let (wishes, by, now) = (wishes(&sent), visit.signed.0.clone(), visit.house.now());
    let said = |said: &Option<String>| said.clone().unwrap_or_default();
    let instead = instead::chosen(&said(&sent.instead), &said(&sent.open));
    let proposed = visit.house.work(move |engine| {
        let first = engine.draft_agreement(&wishes, now)?;
        let proposing = Proposing { instead, ..first.drafted.text.into() };
        Ok(engine.propose_agreement(Some(&by), proposing, now)?)
    });
    match proposed.await {
        Ok(version) => {
            let words =
                format!("Version {version} is before both sides. Each side's signer signs it.");
            Ok(visit.go(&format!("/agreement/{version}"), &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let field = match refusal {
                Refusal::Agreement(AgreementRefusal::Open(_)) => "instead",
                _ => "",
            };
            let wrong = refusals(&refusal).into_iter().map(|words| (field, words)).collect();
            drafted(visit, sent, wrong).await
        }
        Err(other) => Err(other),
    }
}

/// What is wrong with what was sent, by field.
type Wrong = Vec<(&'static str, String)>;

async fn drafted(visit: Visit, sent: Sending, wrong_already: Wrong) -> Result<Response, Failure> {
    let mut wrongs = if wrong_already.is_empty() { wrong(&sent, false) } else { wrong_already };
    let (mut wishes, now) = (wishes(&sent), visit.house.now());
    if !wrongs.is_empty() {
        // What cannot stand in a text is left out of it, and told beside its field.
        wishes = DraftWishes { numbers: wishes.numbers, ..DraftWishes::default() };
    }
    let made = visit.house.work(move |engine| {
        let made = engine.draft_agreement(&wishes, now);
        let first = match made {
            Err(engine::Error::Refused(refusal)) => {
                let plain = DraftWishes { numbers: wishes.numbers, ..DraftWishes::default() };
                return Ok((engine.draft_agreement(&plain, now)?, refusals(&refusal)));
            }
            first => first?,
        };
        Ok((first, Vec::new()))
    });
    let (first, refused) = made.await?;
    wrongs.extend(refused.into_iter().map(|words| ("", words)));
    if first.draft.leads + first.draft.opportunities == 0 && sent.plain.is_none() {
        let may_import = visit.signed.can(&Act::Import);
        let frame = visit.frame("A first Agreement", Place::Agreement);
        return Ok(visit.show(NoDataPage { frame, may_import }));
    }
    let (open, people) = visit.house.work(around).await?;
    let mut form = form(&sent, &first, &people, open);
    let was_refused = !wrongs.is_empty();
    wrongs.into_iter().for_each(|(name, words)| form.refuse(name, words));
    let mut frame = visit.frame("A first Agreement", Place::Agreement);
    frame.refused = was_refused;
    let template = DraftPage { frame, form, found: found(first, open.map(|open| open.version)) };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// The version that is open for signing, and who may sign for each side.
fn around(engine: &Engine) -> Result<(Option<OpenVersion>, [Vec<Signer>; 2]), Failure> {
    let open = engine.open_version()?;
    engine.read(|reader| {
        Ok((open, [signers(reader, Side::Marketing)?, signers(reader, Side::Sales)?]))
    })
}

fn text(sent: &Option<String>) -> Option<&str> {
    sent.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// What the person would rather have; what does not read is what was proposed.
fn wishes(sent: &Sending) -> DraftWishes {
    DraftWishes {
        marketing: text(&sent.marketing).map(str::to_owned),
        sales: text(&sent.sales).map(str::to_owned),
        numbers: Choices {
            threshold: text(&sent.threshold).and_then(|text| text.parse().ok()),
            within: text(&sent.within)
                .and_then(|text| SAID.into_iter().find(|within| target(*within) == text)),
        },
    }
}

/// What does not read.
fn wrong(sent: &Sending, to_propose: bool) -> Wrong {
    let mut wrong = Wrong::new();
    for (name, address) in [("marketing", &sent.marketing), ("sales", &sent.sales)] {
        match text(address) {
            None if to_propose => wrong.push((name, "Write who signs for this side.".to_owned())),
            Some(text) if !text.contains(['@', ':']) || text.contains(char::is_whitespace) => {
                wrong.push((
                    name,
                    format!("\"{text}\" is no mail address: write it like ann@firm.example."),
                ));
            }
            _ => {}
        }
    }
    if text(&sent.threshold).is_some_and(|text| text.parse::<i64>().is_err()) {
        wrong.push(("threshold", "Write a whole number of points.".to_owned()));
    }
    wrong
}

/// A refusal in sentences; the mistakes of a text each with what to write instead.
fn refusals(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Agreement(AgreementRefusal::Mistakes(mistakes)) => mistakes
            .iter()
            .map(|mistake| format!("{} {}", mistake.what, mistake.instead.as_deref().unwrap_or("")))
            .map(|words| words.trim().to_owned())
            .collect(),
        other => vec![sentence(&other.to_string())],
    }
}

fn form(
    sent: &Sending,
    first: &FirstAgreement,
    people: &[Vec<Signer>; 2],
    open: Option<OpenVersion>,
) -> Form {
    let signs = |name: &'static str, side: Side, sent: &Option<String>, known: &Option<String>| {
        let people = &people[usize::from(side == Side::Sales)];
        let label = format!("Who signs for {}", side.word());
        let value = text(sent).or(known.as_deref()).unwrap_or_default();
        Field::line(name, label).value(value).hint(who(side, people))
    };
    let card = &first.draft.card;
    let within = SAID.into_iter().map(|within| (target(within), target(within))).collect();
    let typed = text(&sent.threshold).map_or_else(|| card.threshold.to_string(), str::to_owned);
    let points = Field::new("threshold", "Points from which a lead is qualified", number());
    let asked = [
        points.value(typed).hint(format!(
            "The data's own is {}; a lead that has everything reaches {}.",
            card.proposed,
            card.most()
        )),
        Field::select("within", "Sales answers within", within)
            .value(target(first.draft.answer.within))
            .hint(format!("The data's own is {}.", target(first.draft.answer.proposed))),
        signs("marketing", Side::Marketing, &sent.marketing, &first.head.marketing),
        signs("sales", Side::Sales, &sent.sales, &first.head.sales),
        Field::hidden("plain", sent.plain.clone().unwrap_or_default()),
    ];
    Form::of(asked.into_iter().chain(open.into_iter().flat_map(instead::fields)))
}

fn number() -> crate::layout::Control {
    crate::layout::Control::Line("number")
}

/// Who may sign for a side, in a sentence.
fn who(side: Side, people: &[Signer]) -> String {
    let named: Vec<String> = people
        .iter()
        .map(|signer| match &signer.name {
            Some(name) => format!("{name}, {}", signer.named),
            None => signer.named.clone(),
        })
        .collect();
    match named.as_slice() {
        [] => format!(
            "Nobody here may sign for {side} yet: write the mail address of the head of {side}, and let \
             them in with that address; it is the next step.",
            side = side.word()
        ),
        named => format!("May sign: {}.", named.join("; ")),
    }
}

fn found(first: FirstAgreement, open: Option<Version>) -> Found {
    let card = &first.draft.card;
    let is_told = matches!(card.basis, Basis::Told(_));
    let chosen = card.gate().map(|gate| gate.points);
    let gates = card.gates.iter().map(|gate| GateRow {
        points: gate.points,
        is_chosen: Some(gate.points) == chosen,
        n: show::count(gate.through.n()),
        went_on: if is_told { show::count(gate.through.hits()) } else { String::new() },
        per_week: gate.per_week.map(|n| format!("{n:.1}")).unwrap_or_default(),
    });
    Found {
        leads: first.draft.leads,
        opportunities: first.draft.opportunities,
        gates: gates.collect(),
        tells_went_on: is_told,
        tells_weeks: card.gates.iter().any(|gate| gate.per_week.is_some()),
        clauses: first.drafted.clauses,
        open,
    }
}

impl NoDataPage {
    fn empty(&self) -> EmptyState {
        let (label, href) = match self.may_import {
            true => ("Bring your data in", "/imports/new"),
            false => ("See who can bring data in", "/people"),
        };
        let plain = element("a").with("href", "/agreement/draft?plain=yes");
        let plain = plain.holding("Begin with the plainest text").into();
        EmptyState {
            title: "Let last year's leads propose the first text".to_owned(),
            words: "From leads and opportunities Lockstep counts who went on, how soon they were \
                    answered and what sales can carry, and writes a first Agreement with what each \
                    number rests on beside it."
                .to_owned(),
            action: Some((label.to_owned(), href.to_owned())),
            small: plain,
            heads: vec!["Clause", "What it rests on"],
            rows: vec![
                vec!["1 A lead is qualified from 30 points", "n = 214 leads, 61 went on"],
                vec!["2 Sales answers within 4 working hours", "n = 188 first answers"],
                vec!["3 One person carries 12 opportunities", "n = 93 that closed"],
            ],
            ..EmptyState::default()
        }
    }
}
