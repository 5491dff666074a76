//! Acts on ticked rows, one or many, and undoing them.

use askama::{Template, filters::HtmlSafe};
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use domain::{correction::is_correctable_of, ids::UserId, owned::Owned};
use engine::{
    Engine, Refusal,
    access::Act,
    correction::{Corrected, CorrectionRefusal, Wanted, known_fields},
};
use store::{Reader, StoreError};

use super::{Asked, offers::Offers};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::wrong_beside,
    markup::Markup,
    names::{Names, encoded},
    pages::{correct::may_correct, leads::row::level_words, sign_in::sentence},
    session::{Signed, Visit},
    show,
};

/// Rows that a sentence names; of the others it says how many there are.
const NAMED_MAX: usize = 3;

/// The form over rows that can be ticked.
#[derive(Template)]
#[template(path = "layout/ticked.html")]
pub(crate) struct Ticked {
    pub(crate) path: &'static str,
    /// What several rows are called.
    pub(crate) many: &'static str,
    /// How many rows are in sight, and their ids as JSON.
    pub(crate) rows: usize,
    pub(crate) shown: String,
    /// The query of the page, to come back to.
    pub(crate) back: String,
    /// Whether the person may give the rows to somebody.
    pub(crate) gives: bool,
    /// To whom.
    pub(crate) takers: Offers,
    /// The fields that can be corrected of many rows at once, as keys and words.
    pub(crate) fields: Vec<(String, String)>,
    /// The act that came back: what was ticked and typed stands there again.
    pub(crate) tried: Sending,
}

impl HtmlSafe for Ticked {}

/// The fields that can be corrected of many things of a kind at once, by whoever may: keys and
/// words.
pub(crate) fn fields(
    kind: &Owned,
    signed: &Signed,
    asked: &Asked,
    tried: &Sending,
) -> Vec<(String, String)> {
    if !may_correct(kind, signed) {
        return Vec::new();
    }
    let shown = asked.columns.iter().filter_map(|key| key.strip_prefix("field."));
    let tried = Some(tried.field.as_str()).filter(|name| !name.is_empty());
    // What an opportunity is about to bring is corrected oftener than anything.
    let amount = matches!(kind, Owned::Opportunity(_)).then_some("amount");
    let known = known_fields(kind).iter().copied().chain(amount).chain(shown).chain(tried);
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in known.filter(|name| is_correctable_of(kind, name)) {
        if fields.iter().all(|(known, _)| known != name) {
            fields.push((name.to_owned(), level_words(name)));
        }
    }
    fields
}

/// Ids as JSON.
pub(crate) fn json<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    serde_json::to_string(&ids.collect::<Vec<_>>()).unwrap_or_default()
}

/// What the form sends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    ids: Vec<String>,
    /// Whether all in sight are meant.
    pub(crate) all: bool,
    pub(crate) owner: String,
    pub(crate) field: String,
    pub(crate) value: String,
    /// Which of the two is meant: `owner` or `field`.
    act: String,
    /// The view that it was sent from.
    pub(crate) back: String,
    /// What was not done: the control that it stands beside, and why.
    wrong: Option<(&'static str, String)>,
}

impl Sending {
    /// Reads the pairs of the form. With `all`, the rows are those that were in sight.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Sending {
        let mut sent = Sending::default();
        let mut in_sight = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "row" => sent.ids.push(value),
                "shown" => in_sight = serde_json::from_str(&value).unwrap_or_default(),
                "all" => sent.all = true,
                "owner" => sent.owner = value,
                "field" => sent.field = value,
                "value" => sent.value = value.trim().to_owned(),
                "act" => sent.act = value,
                "back" => sent.back = value,
                _ => {}
            }
        }
        if sent.all {
            sent.ids = in_sight;
        }
        sent.ids.sort();
        sent.ids.dedup();
        sent
    }

    /// Whether a row is among those that were ticked.
    pub(crate) fn ticks(&self, id: &str) -> bool {
        self.ids.iter().any(|ticked| ticked == id)
    }

    fn wanted(&self) -> Wanted {
        match self.act.as_str() {
            "owner" => Wanted::Owner(owner(&self.owner)),
            _ => Wanted::Field { name: self.field.clone(), text: self.value.clone() },
        }
    }

    /// Does it; what is not done is kept to stand beside its control. `thing` makes of an id what it is
    /// of.
    pub(crate) async fn carry_out(
        &mut self,
        visit: &Visit,
        thing: fn(&str) -> Owned,
    ) -> Result<Flash, Failure> {
        let asked = if self.act == "owner" { OWNER } else { VALUE };
        let things = self.ids.iter().map(|id| thing(id)).collect();
        let done = match self.act == "owner" && self.owner.is_empty() {
            true => Ok(Flash::not_done(NO_OWNER.to_owned())),
            false => corrected(visit, things, self.wanted(), None).await,
        };
        let (at, words) = match done {
            Err(Failure::Refused(refusal)) => {
                (control_of(&refusal).unwrap_or(asked), sentence(&refusal.to_string()))
            }
            Ok(flash) if flash.alarm => (asked, flash.words),
            other => return other,
        };
        self.wrong = Some((at, words.clone()));
        Ok(Flash::not_done(words))
    }

    /// Whether a control is refused.
    fn is_wrong(&self, control: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(at, _)| *at == control)
    }

    /// Why a control is refused, to stand beside it.
    fn wrong(&self, control: &str) -> Markup {
        let wrong = self.wrong.as_ref().filter(|(at, _)| *at == control);
        wrong.map(|(_, words)| wrong_beside(control, words)).unwrap_or_default()
    }
}

/// The controls of the form, by their ids: all rows, the owner, a field, and what it holds.
const ALL: &str = "all";
const OWNER: &str = "to";
const FIELD: &str = "field";
const VALUE: &str = "value";

const NO_OWNER: &str = "Nothing was changed: choose to whom the ticked ones go, or nobody.";

/// The control that a refusal is about, where it is not about what was asked for.
fn control_of(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Correction(refusal) = refusal else { return None };
    match refusal {
        CorrectionRefusal::Nothing | CorrectionRefusal::TooMany(_) => Some(ALL),
        CorrectionRefusal::KeptElsewhere(_) => Some(FIELD),
        _ => None,
    }
}

/// The owner that a form names.
pub(crate) fn owner(sent: &str) -> Option<UserId> {
    Some(sent).filter(|owner| !matches!(*owner, "" | "nobody")).map(UserId::from)
}

/// Corrects things that hold what was `seen`, and says what became of it and where it is undone.
pub(crate) async fn corrected(
    visit: &Visit,
    things: Vec<Owned>,
    wanted: Wanted,
    seen: Option<String>,
) -> Result<Flash, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let reach = visit.signed.can(&Act::SeeReach);
    let correct = move |engine: &Engine| {
        let done = engine.correct(&by, things, wanted.clone(), seen, now)?;
        engine.read(|reader| said(reader, &done, &wanted, reach))
    };
    visit.house.work(correct).await
}

fn said(
    reader: &Reader<'_>,
    done: &Corrected,
    wanted: &Wanted,
    reach: bool,
) -> Result<Flash, Failure> {
    let names = Names::new(reader, reach);
    let things = counted(&done.done);
    let words = match wanted {
        _ if done.done.is_empty() => "Nothing was changed.".to_owned(),
        Wanted::Owner(Some(owner)) => format!("{things} given to {}.", names.user_name(owner)?),
        Wanted::Owner(None) => format!("{things} given to nobody."),
        Wanted::Account(account) => format!("{things} of {} now.", names.account(account)?),
        Wanted::Field { name, text } if text.is_empty() => {
            format!("{} of {things} is blank now.", level_words(name))
        }
        Wanted::Field { name, text } => {
            format!("{} of {things} is {text} now.", level_words(name))
        }
    };
    let words = format!("{words}{}", left(&names, done)?);
    let remedy = done.left.first().map_or("", |(_, why)| why.remedy());
    Ok(match done.done.is_empty() {
        true => Flash::not_done(format!("{words} {remedy}")),
        false => Flash::done(words).with_undo(format!("/undo/corrections/{}", encoded(&done.id))),
    })
}

/// Undoes what the person did to rows, and goes back to the view of their list.
pub(crate) async fn undo(
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(view): RawQuery,
) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let reach = visit.signed.can(&Act::SeeReach);
    let undo = move |engine: &Engine| {
        let undone = engine.undo_correction(&by, &id, now)?;
        let mut things = undone.done.iter().chain(undone.left.iter().map(|(thing, _)| thing));
        let to = things.next().map_or("/leads", path);
        engine.read(|reader| {
            let left = left(&Names::new(reader, reach), &undone)?;
            let flash = match undone.done.is_empty() {
                true => Flash::not_done(format!("Nothing was undone.{left}")),
                false => Flash::done(format!("Undone for {}.{left}", counted(&undone.done))),
            };
            Ok((to, flash))
        })
    };
    let (to, flash) = visit.house.work(undo).await?;
    let to = view.map_or_else(|| to.to_owned(), |view| format!("{to}?{view}"));
    Ok(visit.go(&to, &flash))
}

fn path(thing: &Owned) -> &'static str {
    match thing {
        Owned::Lead(_) => "/leads",
        Owned::Opportunity(_) => "/opportunities",
        Owned::Account(_) => "/accounts",
    }
}

/// `3 leads`; an act is about things of one kind.
fn counted(things: &[Owned]) -> String {
    let (one, many) = match things.first() {
        None | Some(Owned::Lead(_)) => ("lead", "leads"),
        Some(Owned::Opportunity(_)) => ("opportunity", "opportunities"),
        Some(Owned::Account(_)) => ("account", "accounts"),
    };
    let n = things.len();
    format!("{} {}", show::count(n as u64), if n == 1 { one } else { many })
}

/// What was left as it is, the first few by name and with the reason.
fn left(names: &Names<'_, '_>, of: &Corrected) -> Result<String, StoreError> {
    if of.left.is_empty() {
        return Ok(String::new());
    }
    let named = of.left.iter().take(NAMED_MAX);
    let named = named.map(|(thing, why)| Ok(format!("{} {}", names.thing(thing)?, why.words())));
    let mut named = named.collect::<Result<Vec<_>, StoreError>>()?;
    if of.left.len() > NAMED_MAX {
        named.push(format!("and {} more", of.left.len() - NAMED_MAX));
    }
    let things: Vec<Owned> = of.left.iter().map(|(thing, _)| thing.clone()).collect();
    Ok(format!(" {} left as it was: {}.", counted(&things), named.join(", ")))
}
