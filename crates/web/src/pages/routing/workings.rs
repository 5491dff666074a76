//! Why a lead went to whom it did, read from the fact alone.

use domain::{
    agreement::{InForce, routing::FoundBy},
    fact::Fact,
    ids::{LeadId, UserId},
    routed::{AccountSeen, Level, PassedOnBy, PersonSeen, Routed, Seen, Tried},
};
use engine::Engine;

use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, account_href, fact_link, lead_href},
    show::{LocalTime, count},
    workings::quiet_link,
};

/// What whoever looks may see.
pub(super) struct Sees {
    /// Who leads are.
    pub(super) reach: bool,
    /// The figures of everybody.
    pub(super) everybody: bool,
    /// Who they are.
    pub(super) me: UserId,
}

impl Sees {
    /// Whether they see how much somebody has received.
    pub(super) fn level_of(&self, user: Option<&UserId>) -> bool {
        self.everybody || user == Some(&self.me)
    }
}

/// The page of one lead's routing.
pub(super) struct OfLead {
    pub(super) title: String,
    pub(super) name: String,
    pub(super) href: String,
    /// Whether it waits now.
    pub(super) waits: bool,
    /// Each routing, the newest first.
    pub(super) routings: Vec<Shown>,
}

/// One routing, or what one would be.
pub(super) struct Shown {
    pub(super) answer: String,
    pub(super) at: Markup,
    pub(super) says: String,
    pub(super) clause: String,
    pub(super) clause_href: String,
    pub(super) tried: Vec<TriedShown>,
    pub(super) values: Vec<(String, String)>,
    pub(super) account: Option<Markup>,
    pub(super) people: Vec<PersonShown>,
    /// The fact, its version's hash, and whether the same follows from it again.
    pub(super) kept: Option<Kept>,
}

/// What a routing was read from.
pub(super) struct Kept {
    pub(super) fact: Markup,
    pub(super) hash: String,
    pub(super) is_same: bool,
}

/// A route as it was tried.
pub(super) struct TriedShown {
    pub(super) place: usize,
    pub(super) says: String,
    pub(super) outcome: String,
    pub(super) taken: bool,
    pub(super) passed_over: Vec<(String, &'static str)>,
}

/// Somebody as they stood.
pub(super) struct PersonShown {
    pub(super) name: String,
    pub(super) stood: String,
    pub(super) level: String,
}

/// Every routing of a lead.
pub(super) fn of_lead(
    engine: &Engine,
    lead: &LeadId,
    sees: &Sees,
    time: &LocalTime,
) -> Result<OfLead, Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let row = reader.lead(lead)?.ok_or(Failure::Absent)?;
        let names = Names::new(reader, sees.reach);
        let waits = reader.unrouted_lead(lead)?.is_some();
        let mut routings = Vec::new();
        for routing in reader.routings_of(lead)?.into_iter().rev() {
            let Some(entry) = reader.entry(routing.by_fact)? else { continue };
            let Fact::LeadRouted(fact) = entry.fact() else { continue };
            let Some(in_force) = agreements.version(fact.because.version) else { continue };
            let mut shown = shown(&names, in_force, (&fact.routed, &fact.seen), sees, time)?;
            let again = engine.replay_routing(fact)?;
            if let Some(after) = &fact.after {
                shown.answer = passed_on(&names, after, &fact.routed)?;
            }
            shown.kept = Some(Kept {
                fact: fact_link(entry.no),
                hash: fact.because.hash.clone(),
                is_same: again.is_some_and(|again| again.is_same()),
            });
            routings.push(shown);
        }
        let owner = row.owner.as_ref().map(|owner| names.user_name(owner)).transpose()?;
        let title = match owner.filter(|_| !waits) {
            Some(owner) => format!("Why {owner}?"),
            None => "Why nobody yet?".to_owned(),
        };
        Ok(OfLead { title, name: names.lead(lead)?, href: lead_href(lead), waits, routings })
    })
}

/// To whom a lead passed after somebody had not answered, or that it stays.
fn passed_on(
    names: &Names<'_, '_>,
    after: &PassedOnBy,
    routed: &Routed,
) -> Result<String, Failure> {
    let from = match &after.from {
        Some(from) => names.user_name(from)?,
        None => "nobody".to_owned(),
    };
    let step = format!("at step {} of the ladder", after.step);
    Ok(match &routed.to {
        Some(to) => format!("{}, passed on from {from} {step}", names.user_name(to)?),
        None => format!("It stays with {from} {step}: nobody else can take it"),
    })
}

/// What came of routing, in words.
pub(super) fn shown(
    names: &Names<'_, '_>,
    in_force: &InForce,
    (routed, seen): (&Routed, &Seen),
    sees: &Sees,
    time: &LocalTime,
) -> Result<Shown, Failure> {
    let routing = in_force.agreement.routing.as_ref();
    let route_says = |id: &str| {
        let route = routing.and_then(|routing| routing.routes.iter().find(|route| route.id == id));
        route.map_or_else(|| id.to_owned(), |route| route.says.clone())
    };
    let mut tried = Vec::new();
    for (of, place) in routed.tried.iter().zip(1..) {
        tried.push(TriedShown {
            place,
            says: route_says(&of.route),
            outcome: of.outcome.words().to_owned(),
            taken: of.outcome == domain::routed::Outcome::Taken,
            passed_over: passed_over(names, of, seen)?,
        });
    }
    let answer = match &routed.to {
        Some(to) => names.user_name(to)?,
        None => "Nobody can take it now, so it waits".to_owned(),
    };
    let mut people = Vec::new();
    for (who, person) in &seen.people {
        people.push(person_shown(names, (who, person), seen, sees, time)?);
    }
    let values = seen.values.iter();
    let values = values.map(|(name, value)| (words_of(name), value.to_string())).collect();
    let (version, clause) = (in_force.version, routing.map_or("", |routing| &routing.clause));
    Ok(Shown {
        answer,
        at: time.instant(seen.at),
        says: routing.map_or_else(String::new, |routing| routing.says.clone()),
        clause: format!("Clause {clause}, version {version}"),
        clause_href: format!("/agreement/{version}#c{clause}"),
        tried,
        values,
        account: seen.account.as_ref().map(|account| account_shown(names, account)).transpose()?,
        people,
        kept: None,
    })
}

/// `lead.email_domain` as people read it.
fn words_of(name: &str) -> String {
    name.strip_prefix("lead.").unwrap_or(name).replace(['_', '.'], " ")
}

/// Whoever a name in the text meant then.
fn called(names: &Names<'_, '_>, who: &str, seen: &Seen) -> Result<String, Failure> {
    match seen.people.get(who).and_then(|person| person.user.as_ref()) {
        Some(user) => Ok(names.user_name(user)?),
        None => Ok(who.to_owned()),
    }
}

fn passed_over(
    names: &Names<'_, '_>,
    tried: &Tried,
    seen: &Seen,
) -> Result<Vec<(String, &'static str)>, Failure> {
    let passed = tried.passed_over.iter();
    passed.map(|passed| Ok((called(names, &passed.who, seen)?, passed.why.words()))).collect()
}

/// `Quarry Ltd, because …`: the account, how it was found, and who has it.
pub(crate) fn account_shown(
    names: &Names<'_, '_>,
    account: &AccountSeen,
) -> Result<Markup, Failure> {
    let how = account.by.words();
    let Some(id) = &account.account else {
        return Ok(Markup::text(format!("several accounts fit: {how}")));
    };
    let alike = match account.alike_per_mille {
        1000 => String::new(),
        alike => format!(", {} alike", crate::show::per_cent(f64::from(alike) / 1000.0)),
    };
    let owner = match &account.owner {
        Some(owner) => format!("; {} has it", names.user_name(owner)?),
        None => "; nobody has it".to_owned(),
    };
    let compared = match (account.by, account.lead_has == account.account_has) {
        (FoundBy::Named, _) => String::new(),
        (_, true) => format!(" ({})", account.lead_has),
        (_, false) => format!(" ({} and {})", account.lead_has, account.account_has),
    };
    let link = quiet_link(&names.account(id)?, &account_href(id));
    Ok(link.and_text(format!(", because {how}{compared}{alike}{owner}")))
}

fn person_shown(
    names: &Names<'_, '_>,
    (who, person): (&str, &PersonSeen),
    seen: &Seen,
    sees: &Sees,
    time: &LocalTime,
) -> Result<PersonShown, Failure> {
    let sees_level = sees.level_of(person.user.as_ref());
    let mut stood: Vec<String> = Vec::new();
    if person.user.is_none() {
        stood.push("not known here".to_owned());
    }
    if person.deactivated {
        stood.push("may not sign in any more".to_owned());
    }
    stood.extend(person.away_until.map(|day| format!("away until {}", time.day_words(day))));
    stood.extend(person.at_work.map(|at_work| match at_work {
        true => "at work".to_owned(),
        false => "not at work at that hour".to_owned(),
    }));
    if sees_level {
        let number = |n: u32| count(u64::from(n));
        stood.extend(person.today.map(|n| format!("{} given that day", number(n))));
        stood.extend(person.open.map(|n| format!("{} open", number(n))));
        stood.extend(person.late.map(|n| format!("{} late", number(n))));
    }
    if stood.is_empty() {
        stood.push("could take it".to_owned());
    }
    let levels = person.user.as_ref().filter(|_| sees_level).map(|user| {
        let of = |(pool, levels): (&String, &std::collections::BTreeMap<UserId, Level>)| {
            levels.get(user).map(|level| format!("{} of {pool}", level_words(*level)))
        };
        seen.levels.iter().filter_map(of).collect::<Vec<_>>().join(", ")
    });
    let (name, level) = (called(names, who, seen)?, levels.unwrap_or_default());
    Ok(PersonShown { name, stood: stood.join(", "), level })
}

/// `31 received, 1 credited back`.
pub(super) fn level_words(level: Level) -> String {
    let mut words = vec![format!("{} received", level.received)];
    if level.credited_back != 0 {
        words.push(format!("{} credited back", level.credited_back));
    }
    if level.lifted != 0 {
        words.push(format!("lifted by {}", level.lifted));
    }
    words.join(", ")
}
