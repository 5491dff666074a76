//! The first page in the morning: one for each role, with what they need and nothing else.

mod at_hand;
mod away;
pub(crate) mod clocks;
mod deals;
mod escalated;
mod figures;
pub(crate) mod handed;
mod handoffs;
mod health;
pub(crate) mod steps;
mod subjects;
pub(crate) mod waiting;

use askama::Template;
use axum::response::Response;
use domain::{
    agreement::persona::Of as PersonaOf,
    firm::{Role, Side},
};
use engine::{
    Engine,
    access::{Act, Actor, may},
};

use crate::{
    app::House,
    failure::Failure,
    kept::looks_again,
    layout::{Frame, Place},
    list::{
        Asker,
        viewing::{Link, ask_whom, pinned},
    },
    markup::Markup,
    pages::{
        agreement::personas::persona_href, collateral_request::waiting as asked_for, scoreboard,
    },
    session::Visit,
    show::LocalTime,
    whom::{Need, Whom},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/today/index.html")]
struct TodayPage {
    frame: Frame,
    /// `Thursday, week 47`.
    day: String,
    today: Today,
}

/// What stands on it; what is empty says so, and what is `None` is not for this role.
struct Today {
    figures: Option<figures::Figures>,
    /// Each service level by week.
    kept: Option<Kept>,
    own: at_hand::AtHand,
    /// The same of those whose work the person does.
    in_place: Vec<at_hand::InPlace>,
    /// What is best done first: what it is called, and where.
    next: Option<(&'static str, String)>,
    deals: Option<deals::Deals>,
    handed: Option<handed::Handed>,
    waiting: Vec<waiting::Waiting>,
    away: Vec<away::Away>,
    /// How the house itself is, for those who look after the ledger.
    health: Vec<waiting::Waiting>,
    /// The views that are pinned for the person.
    views: Vec<Link>,
    steps: Option<steps::Steps>,
    /// Whether a text was ever put before both sides, and whether they may put one.
    has_text: bool,
    may_propose: bool,
    /// The persona of those who sell, for whoever makes what they use: its card and its name.
    sellers: Option<(String, String)>,
}

/// The share of clocks kept, by week.
struct Kept {
    /// One chart for each service level of which two weeks are known.
    charts: Vec<Markup>,
    /// As of when they are true, where that is not now.
    as_of: Option<Markup>,
}

/// Which parts a role has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Their own.
    Own,
    /// Those of their side.
    Side(Side),
    /// Those of everybody.
    All,
}

impl Of {
    /// Whether a side's are among them.
    fn is_of(self, side: Side) -> bool {
        self == Of::All || self == Of::Side(side)
    }

    fn whose_clocks(actor: &Actor) -> Option<Of> {
        match actor.role {
            Role::Rep => Some(Of::Own),
            Role::SalesManager | Role::MarketingManager => Some(Of::Side(actor.side)),
            Role::Leader => Some(Of::All),
            Role::Marketer | Role::Operations | Role::ReadOnly | Role::Auditor => None,
        }
    }

    fn whose_figures(actor: &Actor) -> Option<Of> {
        match actor.role {
            Role::Rep => Some(Of::Own),
            Role::SalesManager | Role::MarketingManager | Role::Marketer => {
                Some(Of::Side(actor.side))
            }
            Role::Leader | Role::ReadOnly | Role::Auditor => Some(Of::All),
            Role::Operations => None,
        }
    }
}

/// Shows the page.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let reach = visit.signed.can(&Act::SeeReach);
    let day = day_of(&time);
    let house = visit.house.clone();
    let today = visit.house.work(move |_| today(&house, &actor, reach, &time)).await?;
    let frame = visit.frame("Today", Place::Today);
    let is_awaited = today.figures.as_ref().is_some_and(|figures| figures.are_awaited);
    let response = visit.show(TodayPage { frame, day, today });
    Ok(if is_awaited { looks_again(response) } else { response })
}

fn today(house: &House, actor: &Actor, reach: bool, time: &LocalTime) -> Result<Today, Failure> {
    let engine = &*house.app.engine;
    let mut own = at_hand::at_hand(house, actor, Of::whose_clocks(actor), reach, time)?;
    let in_place = at_hand::in_place(house, actor, reach, time)?;
    let figures = Of::whose_figures(actor);
    let figures = figures.map(|of| figures::figures(house, actor, of, time)).transpose()?;
    let kept = match Of::whose_figures(actor) {
        Some(Of::Side(_) | Of::All) => Some(kept_by_week(house, actor, time)?),
        Some(Of::Own) | None => None,
    };
    let kept = kept.filter(|kept| !kept.charts.is_empty());
    let has_deals = actor.role == Role::Rep;
    let deals = has_deals.then(|| deals::deals(engine, actor, reach, time)).transpose()?;
    let handed = hands_over(actor).then(|| handed::handed(house, reach, time)).transpose()?;
    let away = engine.read(|reader| away::away(reader, actor, time))?;
    let health = engine.read(|reader| health::health(reader, actor, time))?;
    let sets_up = may(actor, &Act::ManagePeople).is_ok();
    let steps = if sets_up { steps::steps(engine, time)? } else { None };
    let mut waiting = waiting::waiting(house, actor, time)?;
    let agreements = engine.agreements()?;
    waiting.extend(engine.read(|reader| asked_for(reader, &agreements, actor, time))?);
    waiting.extend(engine.read(|reader| handoffs::disputes(reader, &agreements, actor, time))?);
    waiting.append(&mut own.told);
    let first = waiting.first().map(|waiting| ("Open what waits first", waiting.href.clone()));
    waiting.extend(waiting::beside(house, actor, time)?);
    let views = views(house, actor, reach, time)?;
    let sellers = if hands_over(actor) { sellers(engine, time)? } else { None };
    let theirs = in_place.iter().find_map(|place| place.at.next.clone());
    let next = own.next.take().or(theirs).map(|href| ("Answer the next lead", href)).or(first);
    let is_led = matches!(&steps, Some(steps::Steps::Shown(_)));
    let today = Today {
        figures,
        kept,
        own,
        in_place,
        // The steps have a first one of their own.
        next: next.filter(|_| !is_led),
        deals,
        handed,
        waiting,
        away,
        health,
        views,
        steps,
        has_text: !engine.read(|reader| reader.agreement_heads())?.is_empty(),
        may_propose: may(actor, &Act::Propose).is_ok(),
        sellers,
    };
    Ok(today)
}

/// The views that are pinned for somebody.
fn views(
    house: &House,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Link>, Failure> {
    let engine = &*house.app.engine;
    let need = match engine.read(|reader| ask_whom(reader, actor))? {
        true => Need::Soon,
        false => Need::No,
    };
    let whom = &Whom::of(house, need, time.now())?;
    let asker = Asker { me: &actor.user, reach, time, whom };
    Ok(engine.read(|reader| pinned(reader, actor, &asker))?)
}

/// The card of the first persona of those who sell in the text in force, and its name.
fn sellers(engine: &Engine, time: &LocalTime) -> Result<Option<(String, String)>, Failure> {
    let agreements = engine.agreements()?;
    let Some(in_force) = agreements.at(time.now()) else { return Ok(None) };
    let mut personas = in_force.agreement.personas.iter();
    let found = personas.find(|persona| persona.of == PersonaOf::Sellers);
    Ok(found.map(|found| (persona_href(in_force.version, &found.id), found.name.clone())))
}

fn kept_by_week(house: &House, actor: &Actor, time: &LocalTime) -> Result<Kept, Failure> {
    let Some(found) = scoreboard::everything(house, actor, time)? else {
        return Ok(Kept { charts: Vec::new(), as_of: None });
    };
    let as_of = found.past().map(|past| time.second(past));
    let charts = found.value.by_level.iter().filter(|chart| !chart.as_str().is_empty());
    Ok(Kept { charts: charts.cloned().collect(), as_of })
}

/// Whether somebody hands leads over, and wants to know what became of them.
fn hands_over(actor: &Actor) -> bool {
    matches!(actor.role, Role::Marketer | Role::MarketingManager)
}

/// `Thursday, week 47`.
fn day_of(time: &LocalTime) -> String {
    let today = time.zone().to_datetime(time.now()).date();
    format!("{}, week {}", today.strftime("%A"), today.iso_week_date().week())
}

impl TodayPage {
    /// Whether there is a part for numbers and clocks, which stands before all else.
    fn has_numbers(&self) -> bool {
        let today = &self.today;
        today.figures.is_some()
            || today.own.clocks.is_some()
            || today.handed.is_some()
            || !today.in_place.is_empty()
    }

    /// Whether the figures are more than a column holds, and stand above both.
    fn is_wide(&self) -> bool {
        self.today.figures.as_ref().is_some_and(|figures| figures.all.len() > 2)
    }

    /// Whether anything stands beside it.
    fn has_side(&self) -> bool {
        let today = &self.today;
        matches!(today.steps, Some(steps::Steps::Shown(_)))
            || !today.waiting.is_empty()
            || !today.away.is_empty()
            || today.deals.is_some()
            || !today.health.is_empty()
    }

    /// Whether there is nothing to see at all.
    fn is_quiet(&self) -> bool {
        let today = &self.today;
        today.steps.is_none()
            && today.waiting.is_empty()
            && today.away.is_empty()
            && today.figures.as_ref().is_none_or(|figures| figures.all.is_empty())
            && today.own.is_empty()
            && today.in_place.is_empty()
            && today.deals.as_ref().is_none_or(|deals| deals.is_empty())
            && today.handed.as_ref().is_none_or(|handed| handed.rows.is_empty())
    }
}
