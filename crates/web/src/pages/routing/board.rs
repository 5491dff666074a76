//! The routes in force, the pools with their levels, the leads that wait, and the try-out.

use std::collections::BTreeMap;

use domain::{
    agreement::{InForce, Routing},
    fact::Fact,
    field::Fields,
    ids::{LeadId, UserId},
    routed::Level,
};
use engine::{
    Engine, Error,
    routing::{MemberReport, PoolReport, Preview, asked_for, value_of},
};
use store::Reader;

use super::workings::{Sees, Shown, shown};
use crate::{
    failure::Failure,
    layout::EmptyState,
    markup::Markup,
    names::{Names, encoded, fact_link, lead_href},
    pages::{agreement::routes, sign_in::sentence},
    show::{LocalTime, count, figure},
    workings::quiet_link,
};

/// Leads that wait, and entries of a level, on one page.
const ROWS_MAX: u32 = 100;

/// The page's matter.
#[derive(Default)]
pub(super) struct Board {
    pub(super) finding: String,
    pub(super) clause: String,
    pub(super) clause_href: String,
    pub(super) says: String,
    pub(super) routes: Vec<RouteShown>,
    pub(super) pools: Vec<PoolShown>,
    pub(super) entries: Option<Entries>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) waiting_in_all: u64,
    pub(super) fields: Vec<(String, String, String)>,
    pub(super) lead: String,
    pub(super) preview: Option<Shown>,
    pub(super) refused: Option<String>,
    /// Where nothing routes.
    pub(super) none: Option<EmptyState>,
}

/// A route as signed.
pub(super) struct RouteShown {
    pub(super) place: usize,
    pub(super) says: String,
    pub(super) leads: String,
}

/// A pool with its members.
pub(super) struct PoolShown {
    pub(super) id: String,
    pub(super) terms: String,
    pub(super) members: Vec<MemberShown>,
    /// Whether every level is the sum of its entries.
    pub(super) reproduced: bool,
}

/// A member of a pool.
pub(super) struct MemberShown {
    pub(super) name: String,
    pub(super) stands: Markup,
    /// Weight and caps, as signed.
    pub(super) agreed: String,
    /// What the level is the sum of.
    pub(super) so_far: Markup,
    pub(super) level: Markup,
}

/// The entries that somebody's level is the sum of.
pub(super) struct Entries {
    pub(super) title: String,
    /// How they make the level.
    pub(super) sum: String,
    pub(super) lines: Vec<(Markup, Markup, &'static str, String)>,
}

/// A lead that waits.
pub(super) struct Waiting {
    pub(super) lead: Markup,
    pub(super) because: String,
    pub(super) since: Markup,
    pub(super) why: String,
}

/// Fills the page.
pub(super) fn of(
    engine: &Engine,
    asked: &BTreeMap<String, String>,
    sees: &Sees,
    time: &LocalTime,
) -> Result<Board, Failure> {
    let agreements = engine.agreements()?;
    let in_force = agreements.at(time.now());
    let routes =
        in_force.and_then(|in_force| Some((in_force, in_force.agreement.routing.as_ref()?)));
    let Some((in_force, routing)) = routes else {
        return Ok(Board { none: Some(nothing()), ..Board::default() });
    };
    let reports = engine.routing_fairness(time.now())?;
    let preview = tried(engine, routing, asked, time)?;
    let people = engine.routing_people()?;
    engine.read(|reader| {
        let names = Names::new(reader, sees.reach);
        let waiting_in_all = reader.unrouted_count()?;
        let mut board = Board {
            finding: finding(waiting_in_all),
            clause: format!("Clause {}, version {}", routing.clause, in_force.version),
            clause_href: format!("/agreement/{}#c{}", in_force.version, routing.clause),
            says: routing.says.clone(),
            routes: routes_shown(&names, routing, &people)?,
            entries: entries(reader, &names, &reports, asked, sees)?,
            waiting: waiting(reader, &names, in_force, time)?,
            waiting_in_all,
            fields: fields(routing, asked),
            lead: asked.get("lead").cloned().unwrap_or_default(),
            ..Board::default()
        };
        for report in &reports {
            board.pools.push(pool(&names, report, sees, time)?);
        }
        match preview {
            None => {}
            Some(Err(refusal)) => board.refused = Some(sentence(&refusal)),
            Some(Ok(tried)) => {
                let came = (&tried.routed, &tried.seen);
                board.preview = Some(shown(&names, &tried.in_force, came, sees, time)?);
            }
        }
        Ok(board)
    })
}

fn nothing() -> EmptyState {
    EmptyState {
        title: "See who gets each lead, and why".to_owned(),
        words: "When the Agreement says by which routes a lead finds its owner, they stand here, \
                with what everybody has received and the leads that wait."
            .to_owned(),
        action: Some(("Read the Agreement".to_owned(), "/agreement".to_owned())),
        ..EmptyState::default()
    }
}

fn finding(waiting: u64) -> String {
    match waiting {
        0 => "Every lead that is to be routed has an owner".to_owned(),
        1 => "1 lead waits for somebody who can take it".to_owned(),
        n => format!("{} leads wait for somebody who can take them", count(n)),
    }
}

/// The routes, with people by their names.
fn routes_shown(
    names: &Names<'_, '_>,
    routing: &Routing,
    people: &BTreeMap<String, UserId>,
) -> Result<Vec<RouteShown>, Failure> {
    let mut shown = Vec::new();
    for (route, place) in routing.routes.iter().zip(1..) {
        let mut leads = routes::leads(&route.to);
        for (who, user) in people {
            leads = leads.replace(who.as_str(), &names.user_name(user)?);
        }
        shown.push(RouteShown { place, says: route.says.clone(), leads });
    }
    Ok(shown)
}

fn pool(
    names: &Names<'_, '_>,
    report: &PoolReport,
    sees: &Sees,
    time: &LocalTime,
) -> Result<PoolShown, Failure> {
    let seen = report.members.iter().filter(|member| sees.level_of(member.user.as_ref()));
    let reproduced = seen.clone().all(MemberReport::is_reproduced);
    let members = seen.map(|member| member_shown(names, &report.pool.id, member, time));
    Ok(PoolShown {
        id: report.pool.id.clone(),
        terms: routes::terms_of(&report.pool),
        members: members.collect::<Result<_, Failure>>()?,
        reproduced,
    })
}

fn member_shown(
    names: &Names<'_, '_>,
    pool: &str,
    member: &MemberReport,
    time: &LocalTime,
) -> Result<MemberShown, Failure> {
    let stands = match (&member.user, member.deactivated, member.away_until) {
        (None, ..) => Markup::text("not known here"),
        (_, true, _) => Markup::text("may not sign in any more"),
        (_, _, Some(day)) => Markup::text("away until ").and(time.date(day)),
        _ => Markup::text("receives"),
    };
    let mut agreed = format!("weight {}", member.weight);
    for (cap, of) in [(member.cap_day, "a day"), (member.cap_open, "open")] {
        agreed.push_str(&cap.map_or(String::new(), |cap| format!(", at most {cap} {of}")));
    }
    if let Some(cap) = member.cap_late {
        agreed.push_str(&format!(", {}", routes::late_words(cap)));
    }
    let level = member.level;
    let opens = |number: String| match &member.user {
        Some(user) => {
            let href = format!("/routing?pool={}&person={}", encoded(pool), encoded(user.as_str()));
            figure(number, &(href + "#entries"))
        }
        None => Markup::text("none"),
    };
    let mut so_far = opens(level.received.to_string()).and_text(" received");
    if level.credited_back != 0 {
        let back = opens(level.credited_back.to_string());
        so_far = so_far.and_text(", ").and(back).and_text(" credited back");
    }
    if level.lifted != 0 {
        so_far = so_far.and_text(", lifted by ").and(opens(level.lifted.to_string()));
    }
    let name = member.user.as_ref().map(|user| names.user_name(user)).transpose()?;
    Ok(MemberShown {
        name: name.unwrap_or_else(|| member.who.clone()),
        stands,
        agreed,
        so_far,
        level: opens(by_weight(level, member.weight)),
    })
}

/// How the entries make the level.
fn sum_of(level: Level, weight: u32) -> String {
    format!(
        "{} received, less {} credited back, lifted by {}: {} count, which by weight {weight} is {}",
        level.received,
        level.credited_back,
        level.lifted,
        level.counts(),
        by_weight(level, weight)
    )
}

/// What counts, by weight, with one decimal.
fn by_weight(level: Level, weight: u32) -> String {
    let tenths = level.counts() * 10 / i64::from(weight.max(1));
    format!("{}.{}", tenths / 10, (tenths % 10).abs())
}

/// The entries of the person that is asked for.
fn entries(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    reports: &[PoolReport],
    asked: &BTreeMap<String, String>,
    sees: &Sees,
) -> Result<Option<Entries>, Failure> {
    let (Some(pool), Some(person)) = (asked.get("pool"), asked.get("person")) else {
        return Ok(None);
    };
    let user = UserId(person.clone());
    if !sees.level_of(Some(&user)) {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for entry in reader.routing_entries(pool, Some(&user), Some(ROWS_MAX))? {
        let lead = quiet_link(&names.lead(&entry.lead)?, &lead_href(&entry.lead));
        lines.push((fact_link(entry.by_fact), lead, entry.what.words(), entry.n.to_string()));
    }
    let title = format!("What {} has received of {pool}", names.user_name(&user)?);
    let report = reports.iter().find(|report| report.pool.id == *pool);
    let members = report.map_or(&[][..], |report| &report.members);
    let member = members.iter().find(|member| member.user.as_ref() == Some(&user));
    let sum = member.map(|member| sum_of(member.from_entries, member.weight));
    Ok(Some(Entries { title, sum: sum.unwrap_or_default(), lines }))
}

/// The leads that wait, the longest first.
fn waiting(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    in_force: &InForce,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let routing = in_force.agreement.routing.as_ref();
    let mut waiting = Vec::new();
    for row in reader.unrouted(ROWS_MAX)? {
        let entry = reader.entry(row.by_fact)?;
        let tried = entry.as_ref().and_then(|entry| match entry.fact() {
            Fact::LeadRouted(fact) => fact.routed.tried.last(),
            _ => None,
        });
        let says = tried.and_then(|tried| {
            let route = routing?.routes.iter().find(|route| route.id == tried.route)?;
            Some(format!("{} {}", route.says, sentence(tried.outcome.words())))
        });
        waiting.push(Waiting {
            lead: quiet_link(&names.lead(&row.lead)?, &lead_href(&row.lead)),
            because: format!("{}/routing", lead_href(&row.lead)),
            since: time.instant(row.since),
            why: says.unwrap_or_else(|| "Nobody can take it now".to_owned()),
        });
    }
    Ok(waiting)
}

/// The fields to try out: name, label, and what was typed.
fn fields(routing: &Routing, asked: &BTreeMap<String, String>) -> Vec<(String, String, String)> {
    let field = |field: String| {
        let name = format!("field.{field}");
        let typed = asked.get(&name).cloned().unwrap_or_default();
        let words = field.replace('_', " ");
        let label = words[..1].to_uppercase() + &words[1..];
        (name, label, typed)
    };
    asked_for(routing).into_iter().map(field).collect()
}

type TriedOut = Option<Result<engine::routing::PreviewOf, String>>;

/// What would happen to what was typed; nothing where nothing was.
fn tried(
    engine: &Engine,
    routing: &Routing,
    asked: &BTreeMap<String, String>,
    time: &LocalTime,
) -> Result<TriedOut, Failure> {
    let typed =
        |name: &str| asked.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let lead = typed("lead").map(|lead| LeadId(lead.to_owned()));
    let fields: Fields = asked_for(routing)
        .into_iter()
        .filter_map(|field| Some((field.clone(), value_of(typed(&format!("field.{field}"))?))))
        .collect();
    if lead.is_none() && fields.is_empty() && !asked.contains_key("try") {
        return Ok(None);
    }
    match engine.preview_routing(&Preview { lead, fields }, time.now()) {
        Ok(tried) => Ok(Some(Ok(tried))),
        Err(Error::Refused(refusal)) => Ok(Some(Err(refusal.to_string()))),
        Err(error) => Err(error.into()),
    }
}
