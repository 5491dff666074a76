//! Points that the firm's own outcomes suggest for a definition, how they did on leads that they were
//! not made from, and the clause as it would stand in the text. Looking writes nothing.

mod asked;
pub(crate) mod leads;
mod words;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{ids::Version, rate::Rate as DomainRate};
use engine::{
    Engine, Refusal,
    access::Act,
    agreement::AgreementRefusal,
    suggestion::{
        Suggestion, SuggestionWish, Toward,
        card::{Card, WEIGHED_TOGETHER},
    },
};
use jiff::Timestamp;

use super::{
    agreement::{propose::SO_FAR, version_of},
    backtest::{Choice, definitions, shown_rate},
    sign_in::sentence,
};
use crate::{
    app::House,
    charts::{Strip, strip},
    failure::Failure,
    flash::Flash,
    kept::{Found, Soon, looks_again},
    layout::{Form, Frame, Place},
    markup::Markup,
    sent::Sent,
    session::Visit,
    show::{self, LocalTime, Rate, count, figure},
};
pub(crate) use asked::Asked;
use asked::Behind;

/// The page.
#[derive(Template)]
#[template(path = "pages/suggestion/index.html")]
struct SuggestionPage {
    frame: Frame,
    version: Version,
    asked: Asked,
    form: Form,
    definitions: Vec<Choice>,
    view: Option<View>,
    may_propose: bool,
}

/// What was found.
struct View {
    title: String,
    as_of: Option<Markup>,
    head: Markup,
    within: u16,
    after: u16,
    is_opened: bool,
    card: Option<CardView>,
    not_known: Vec<Markup>,
    /// What was looked at and earns nothing.
    left_out: Vec<String>,
    at: String,
}

/// A card.
struct CardView {
    reached: &'static str,
    rules: Vec<RuleView>,
    made: Markup,
    bands: Vec<BandView>,
    tried: Markup,
    verdict: Vec<Markup>,
    /// How the points are to be read.
    together: &'static str,
    threshold: i64,
    /// Why it is that one.
    why: &'static str,
    most: i64,
    gate: Markup,
    says: String,
    clause: String,
}

/// What earns points.
struct RuleView {
    shows: String,
    points: Markup,
    with: Markup,
    without: Markup,
    strip: Strip,
}

/// Later leads from some points on.
struct BandView {
    points: String,
    rate: Markup,
    lift: Markup,
    captured: Markup,
    strip: Strip,
}

impl SuggestionPage {
    /// What a form says besides its own fields: the same question, the same state. The form of the
    /// threshold asks for that itself.
    fn hidden(&self, view: &View, asks_threshold: bool) -> Markup {
        let mut asked = Asked { at: view.at.clone(), ..self.asked.clone() };
        if asks_threshold {
            asked.threshold.clear();
        }
        let said = asked.pairs().into_iter().filter(|(_, value)| !value.trim().is_empty());
        let field = |(name, value): (&'static str, &String)| {
            let field = crate::markup::element("input").with("type", "hidden");
            Markup::from(field.with("name", name).with("value", value))
        };
        said.map(field).collect()
    }
}

impl House {
    /// The suggestion, or that it is still being worked out.
    fn suggestion(
        &self,
        version: Version,
        wish: &SuggestionWish,
        state: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Soon<Suggestion>, engine::Error> {
        let without: Vec<&str> = wish.without.iter().map(String::as_str).collect();
        let name = format!(
            "{version}/{}/{:?}/{}/{}/{}",
            wish.definition.as_deref().unwrap_or_default(),
            wish.toward,
            wish.within_days,
            wish.after_days,
            without.join(","),
        );
        if let Some(found) = state.and_then(|as_of| self.kept.suggestions.as_it_was(&name, as_of)) {
            return Ok(Soon::Found(found));
        }
        let wish = wish.clone();
        let make = move |engine: &Engine, as_of| engine.suggest_points(version, &wish, as_of);
        self.kept.suggestions.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }
}

/// Where points are suggested for a definition.
pub(crate) fn points_href(version: Version, definition: &str) -> String {
    Asked { definition: definition.to_owned(), ..Asked::default() }.href(version, "")
}

/// What an address comes to: a suggestion, words about what is wrong, or nothing yet.
enum Answered {
    Here(Found<Suggestion>),
    Wrong(String),
    Awaited,
}

fn answer(
    house: &House,
    engine: &Engine,
    version: Version,
    asked: &Asked,
    time: &LocalTime,
) -> Result<Answered, Failure> {
    match engine.agreement(version) {
        Err(engine::Error::Refused(Refusal::Agreement(AgreementRefusal::NoSuchVersion(_)))) => {
            return Err(Failure::Absent);
        }
        found => found.map(|_| ())?,
    }
    let wish = match asked.wish() {
        Ok(wish) => wish,
        Err(words) => return Ok(Answered::Wrong(words)),
    };
    match house.suggestion(version, &wish, asked.state(), time.now()) {
        Ok(Soon::Found(found)) => Ok(Answered::Here(found)),
        Ok(Soon::Awaited) => Ok(Answered::Awaited),
        Err(engine::Error::Refused(refusal @ Refusal::Backtest(_))) => {
            Ok(Answered::Wrong(sentence(&refusal.to_string())))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Shows what is suggested.
pub(crate) async fn index(
    visit: Visit,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    document(visit, version_of(&no)?, asked, |_| {}).await
}

/// Keeps the suggested points with somebody's changes to the version.
pub(crate) async fn create(
    visit: Visit,
    Path(no): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    visit.signed.may(&Act::SeeLeads)?;
    let version = version_of(&no)?;
    let (time, house, actor) = (visit.time(), visit.house.clone(), visit.signed.0.clone());
    let wanted = asked.clone();
    let keep = move |engine: &Engine| {
        let Answered::Here(found) = answer(&house, engine, version, &wanted, &time)? else {
            return Err(Failure::Absent);
        };
        let found = &*found.value;
        let Ok(card) = &found.card else { return Err(Failure::Absent) };
        let threshold = found.threshold(card, wanted.threshold());
        Ok(engine.keep_suggestion(&actor, found, card, threshold, time.now())?)
    };
    match visit.house.work(keep).await {
        Ok(()) => {
            let words = "The points are kept with your changes so far. Nobody else sees them yet.";
            Ok(visit.go(SO_FAR, &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            document(visit, version, asked, |form| form.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}

/// The page, with what was refused.
async fn document(
    visit: Visit,
    version: Version,
    asked: Asked,
    refuse: impl FnOnce(&mut Form),
) -> Result<Response, Failure> {
    let may_propose = visit.signed.can(&Act::Propose);
    let (time, house, wanted) = (visit.time(), visit.house.clone(), asked.clone());
    let find = move |engine: &Engine| {
        let answered = answer(&house, engine, version, &wanted, &time)?;
        let here = match &answered {
            Answered::Here(found) => &found.value.definition.id,
            _ => &wanted.definition,
        };
        let definitions = definitions(engine, version, here)?;
        Ok((
            match answered {
                Answered::Here(found) => Ok(Some(view(engine, &found, &wanted, &time)?)),
                Answered::Awaited => Ok(None),
                Answered::Wrong(words) => Err(words),
            },
            definitions,
        ))
    };
    let (found, definitions) = visit.house.work(find).await?;
    let mut form = Form::default();
    refuse(&mut form);
    let view = found.map_err(|words| form.refuse_whole(words)).ok().flatten();
    let mut frame = visit.frame("Suggested points".to_owned(), Place::Agreement);
    frame.refused = form.is_refused();
    let (refused, awaited) = (form.is_refused(), view.is_none());
    let page = SuggestionPage { frame, version, asked, form, definitions, view, may_propose };
    let response = if refused { visit.refuse(page) } else { visit.show(page) };
    Ok(if awaited && !refused { looks_again(response) } else { response })
}

fn view(
    engine: &Engine,
    found: &Found<Suggestion>,
    asked: &Asked,
    time: &LocalTime,
) -> Result<View, Failure> {
    let suggested = &*found.value;
    let here = asked.at(suggested.as_of);
    let open = |n: u64, behind: Behind| figure(count(n), &here.leads(suggested.version, behind));
    let card = suggested.card.as_ref().ok();
    let card = card.map(|card| card_view(engine, suggested, card, &here, time)).transpose()?;
    Ok(View {
        title: words::title(suggested),
        as_of: found.past().map(|past| time.second(past)),
        head: words::head(suggested, &open),
        within: suggested.wish.within_days,
        after: suggested.wish.after_days,
        is_opened: suggested.wish.toward == Toward::Opened,
        card,
        not_known: words::not_known(suggested, &open),
        left_out: words::left_out(suggested),
        at: here.at,
    })
}

/// One scale for all strips of a table.
fn scale(rates: impl Iterator<Item = DomainRate>) -> Option<(f64, f64)> {
    let rates: Vec<Rate> = rates.map(shown_rate).collect();
    strip::needed(&rates)
}

fn card_view(
    engine: &Engine,
    found: &Suggestion,
    card: &Card,
    here: &Asked,
    time: &LocalTime,
) -> Result<CardView, Failure> {
    let way = |behind: Behind| here.leads(found.version, behind);
    let open = |rate: DomainRate, behind: Behind| figure(shown_rate(rate).line(), &way(behind));
    let threshold = found.threshold(card, here.threshold());
    let rules = card.rules.iter().enumerate().map(|(nth, rule)| RuleView {
        shows: found.words_of(&rule.thing),
        points: figure(words::signed(rule.points), &way(Behind::Shows(nth))),
        with: open(rule.with, Behind::Shows(nth)),
        without: open(rule.without, Behind::ShowsNot(nth)),
        strip: Strip {
            open: Some(("the others", shown_rate(rule.without))),
            filled: ("those", shown_rate(rule.with)),
            scale: scale(card.rules.iter().flat_map(|rule| [rule.with, rule.without])),
        },
    });
    let bands = card.bands.iter().enumerate().map(|(nth, band)| BandView {
        points: words::from_to(card, nth),
        rate: open(band.rate, Behind::Band(nth)),
        lift: band.lift.map_or_else(
            || show::not_measurable("nobody came to it"),
            |lift| figure(format!("{lift:.1} times"), &way(Behind::Band(nth))),
        ),
        captured: open(band.captured, Behind::Captured(nth)),
        strip: Strip {
            open: None,
            filled: ("here", shown_rate(band.rate)),
            scale: scale(card.bands.iter().map(|band| band.rate)),
        },
    });
    Ok(CardView {
        reached: words::reached(found),
        rules: rules.collect(),
        made: words::leads(&card.made, &open(card.made.rate, Behind::Made), found, time),
        bands: bands.collect(),
        tried: words::leads(&card.tried, &open(card.tried.rate, Behind::Tried), found, time),
        verdict: words::verdict(found, card, &way(Behind::Tried)),
        together: WEIGHED_TOGETHER,
        threshold,
        why: words::why(card, threshold),
        most: card.most(),
        gate: words::gate(
            found,
            card,
            (threshold, here.threshold()),
            (&open, &way(Behind::Through)),
        ),
        says: found.sentence(card, threshold),
        clause: engine.suggested_clause(found, card, threshold)?,
    })
}
