//! Each fact of the ledger as one sentence, with the glyph of the side that acted.

mod clock;
pub(crate) mod colleague;
mod listed;
mod request;

use colleague::{about_colleagues, in_place_of};
use domain::{
    activity::ActivityRecorded,
    decided::ClockEscalated,
    evidence::EvidenceKind,
    fact::{Entry, Fact},
    field::Fields,
    firm::Side,
    ids::UserId,
};
use listed::listed;
use store::StoreError;

use crate::{
    markup::Markup,
    names::Names,
    pages::agreement::actions::missed,
    show::{self, LocalTime},
};

/// A fact in words.
pub(crate) struct Sentence {
    /// Who acted: the glyph of a side, or of both for what the Agreement decided.
    pub(crate) glyph: Markup,
    /// The sentence, without a full stop.
    pub(crate) words: String,
}

/// Says a fact.
pub(crate) fn sentence(
    entry: &Entry,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Sentence, StoreError> {
    let fact = entry.fact();
    let words = match clock::clock(fact, time).or_else(|| decided(fact)) {
        Some(words) => words,
        None => match reported(fact, names)? {
            Some(words) => words,
            None => with_people(fact, names, time)?,
        },
    };
    Ok(Sentence { glyph: glyph(fact, names)?, words })
}

fn glyph(fact: &Fact, names: &Names<'_, '_>) -> Result<Markup, StoreError> {
    let of = |user: Option<&UserId>| match user {
        Some(user) => Ok::<_, StoreError>(show::side(names.user(user)?.1)),
        None => Ok(show::side(Side::Neutral)),
    };
    Ok(match fact {
        Fact::Activity(activity) if activity.by.is_none() => show::side(Side::Marketing),
        Fact::Activity(activity) => of(activity.by.as_ref())?,
        Fact::LeadMoved(moved) => of(moved.by.as_ref())?,
        Fact::Lead(corrected) if corrected.by.is_some() => of(corrected.by.as_ref())?,
        Fact::LeadAssigned(assigned) => of(assigned.owner.as_ref())?,
        Fact::Handoff(_) => show::side(Side::Marketing),
        Fact::HandoffAnswered(_) => show::side(Side::Sales),
        Fact::AgreementSigned(signed) => show::side(signed.side),
        Fact::LeadQualified(_)
        | Fact::LeadFellBelow(_)
        | Fact::ClockStarted(_)
        | Fact::ClockAtRisk(_)
        | Fact::ClockBreached(_)
        | Fact::ClockEscalated(_)
        | Fact::ClockPaused(_)
        | Fact::ClockResumed(_)
        | Fact::ClockPassedOn(_)
        | Fact::ClockRecomputed(_)
        | Fact::ClockStopped(_)
        | Fact::MilestoneReached(_)
        | Fact::HandoffMade(_)
        | Fact::HandoffDeemed(_)
        | Fact::LeadRouted(_)
        | Fact::RoutingCreditedBack(_)
        | Fact::ActionOpened(_)
        | Fact::AgreementTookEffect(_) => show::glyph::joint(),
        Fact::ClauseCommented(told) => show::side(told.side),
        Fact::ChangeAnswered(told) => show::side(told.side),
        Fact::EvidenceGiven(told) => show::side(told.side),
        Fact::CollateralRequestMade(told) => show::side(told.side),
        Fact::CollateralRequestAnswered(told) => of(Some(&told.by))?,
        Fact::CollateralRequestWithdrawn(told) => of(Some(&told.by))?,
        Fact::DisputeOpened(told) => show::side(told.side),
        Fact::DisputeAnswered(told) => show::side(told.side),
        _ => show::side(Side::Neutral),
    })
}

/// What the Agreement decided.
fn decided(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::LeadQualified(fact) => {
            let again =
                if fact.times > 1 { format!(", time {}", fact.times) } else { String::new() };
            format!(
                "Qualified as {} with {} points{again}, by clause {} of version {}",
                fact.status,
                show::points(fact.total),
                fact.because.clause,
                fact.because.version
            )
        }
        Fact::LeadFellBelow(fact) => format!(
            "Fell below what qualifies, with {} points left, by clause {} of version {}",
            show::points(fact.total),
            fact.because.clause,
            fact.because.version
        ),
        Fact::HandoffDeemed(fact) => format!(
            "Nobody answered in time, so it is deemed accepted by clause {} of version {}",
            fact.because.clause, fact.because.version
        ),
        Fact::MilestoneReached(fact) => format!(
            "Reached {}, by clause {} of version {}",
            level(&fact.milestone),
            fact.because.clause,
            fact.because.version
        ),
        Fact::AgreementTookEffect(fact) => format!("Version {} came into force", fact.version),
        _ => return None,
    })
}

/// A clock reached a step of its ladder.
fn escalated(fact: &ClockEscalated, names: &Names<'_, '_>) -> Result<String, StoreError> {
    let ClockEscalated { step, because, .. } = fact;
    let level = level(fact.clock.as_str());
    let (clause, version) = (&because.clause, because.version);
    let told: Vec<String> =
        fact.told.iter().map(|user| names.user_name(user)).collect::<Result<_, _>>()?;
    let told = match told.split_last() {
        None => "nobody was told".to_owned(),
        Some((one, [])) => format!("{one} was told"),
        Some((last, others)) => format!("{} and {last} were told", others.join(", ")),
    };
    let then = match (&fact.reassigned_to, fact.kept) {
        (Some(to), _) => format!("; the lead passes to {}", names.user_name(to)?),
        (None, None) if fact.by_route => "; the lead passes on by the routes".to_owned(),
        (None, Some(kept)) => format!("; the lead stays: {}", kept.words()),
        (None, None) => String::new(),
    };
    Ok(format!(
        "The clock {level} reached step {step} of its ladder, by clause {clause} of version \
         {version}; {told}{then}"
    ))
}

/// A service level by the name of its clock.
fn level(clock: &str) -> String {
    clock.split('/').next().unwrap_or(clock).replace(['_', '-'], " ")
}

/// What systems reported of records.
fn reported(fact: &Fact, names: &Names<'_, '_>) -> Result<Option<String>, StoreError> {
    let (what, fields) = match fact {
        Fact::Account(fact) if fact.by.is_none() => ("The account", &fact.fields),
        Fact::Lead(fact) if fact.by.is_none() => ("The lead", &fact.fields),
        Fact::Opportunity(fact) if fact.by.is_none() => ("The opportunity", &fact.fields),
        Fact::Campaign(fact) => ("The campaign", &fact.fields),
        Fact::Product(fact) => ("The product", &fact.fields),
        Fact::User(fact) => ("The colleague", &fact.fields),
        Fact::Quota(fact) => ("The quota", &fact.fields),
        _ => return Ok(None),
    };
    Ok(Some(match fields.is_empty() {
        true => format!("{what} was reported"),
        false => format!("{what} was reported: {}", listed(fields, names)?),
    }))
}

/// Whose something is, as it was reported.
fn owner_in(fields: &Fields) -> Option<UserId> {
    fields.get("owner").and_then(|owner| owner.text()).map(UserId::from)
}

/// Who was given something.
fn given(owner: Option<&UserId>, by: &str, names: &Names<'_, '_>) -> Result<String, StoreError> {
    Ok(match owner {
        Some(owner) => format!("Given to {}{by}", names.user_name(owner)?),
        None => format!("Taken from its owner, now nobody's{by}"),
    })
}

/// What a colleague says of what somebody looks after: whose it is, or what holds of it.
fn looked_after(fact: &Fact, names: &Names<'_, '_>) -> Result<Option<String>, StoreError> {
    let (what, by, fields) = match fact {
        Fact::Lead(told) => ("The lead", &told.by, &told.fields),
        Fact::Opportunity(told) => ("The opportunity", &told.by, &told.fields),
        Fact::Account(told) => ("The account", &told.by, &told.fields),
        Fact::LeadAssigned(told) => {
            let by = by_whom(&told.by, names)?;
            return given(told.owner.as_ref(), &by, names).map(Some);
        }
        _ => return Ok(None),
    };
    let by = by_whom(by, names)?;
    Ok(Some(match (fact, fields.contains_key("owner")) {
        (Fact::Opportunity(_) | Fact::Account(_), true) => {
            given(owner_in(fields).as_ref(), &by, names)?
        }
        _ => format!("{what} was corrected{by}: {}", listed(fields, names)?),
    }))
}

/// ` by Ann Lee`; nothing where nobody is known.
fn by_whom(user: &Option<UserId>, names: &Names<'_, '_>) -> Result<String, StoreError> {
    Ok(match user {
        Some(user) => format!(" by {}", names.user_name(user)?),
        None => String::new(),
    })
}

/// What names colleagues.
fn with_people(fact: &Fact, names: &Names<'_, '_>, time: &LocalTime) -> Result<String, StoreError> {
    let by = |user: &Option<UserId>| by_whom(user, names);
    let because = |reason: &Option<String>| match reason {
        Some(reason) => format!(": {reason}"),
        None => String::new(),
    };
    if let Some(words) = looked_after(fact, names)? {
        return Ok(words);
    }
    Ok(match fact {
        Fact::ClockEscalated(fact) => escalated(fact, names)?,
        Fact::Activity(activity) => {
            format!("{}{}", activity_words(activity, names)?, by(&activity.by)?)
        }
        Fact::LeadMoved(fact) => {
            format!("Moved to {}{}{}", fact.status, by(&fact.by)?, because(&fact.reason))
        }
        Fact::Handoff(fact) => match &fact.to {
            Some(to) => format!("Handed over to {}", names.user_name(to)?),
            None => "Handed over, to nobody yet".to_owned(),
        },
        Fact::HandoffAnswered(fact) => {
            let (word, reason) = (fact.answer.word(), because(&fact.reason));
            let place = in_place_of(fact.in_place_of.as_ref(), names)?;
            format!("Handoff {word}{}{place}{reason}", by(&fact.by)?)
        }
        Fact::OpportunityMoved(fact) => format!("The opportunity entered {}", fact.stage),
        Fact::UserAdmitted(fact) => {
            let may = if fact.active { "may sign in" } else { "may not sign in" };
            let (name, role) = (names.user_name(&fact.user)?, fact.role.words());
            format!("{name} {may} as {role}, {}{}", fact.side.word(), by(&fact.by)?)
        }
        Fact::AgreementProposed(fact) => {
            format!("Version {} was put before both sides{}", fact.version, by(&fact.by)?)
        }
        Fact::AgreementWithdrawn(fact) => {
            let instead = fact.instead.map(|next| format!(" for version {next}"));
            let (version, by) = (fact.version, by(&fact.by)?);
            let instead = instead.unwrap_or_default();
            format!("Version {version} was taken back{by}{instead}; its signatures are void")
        }
        Fact::BacktestAttached(fact) => {
            format!("A backtest was attached to version {}{}", fact.version, by(&fact.by)?)
        }
        Fact::AgreementSigned(_)
        | Fact::ClauseCommented(_)
        | Fact::ChangeAnswered(_)
        | Fact::ActionOpened(_)
        | Fact::EvidenceGiven(_)
        | Fact::EvidenceWithdrawn(_)
        | Fact::ActionClosed(_) => about_a_proposal(fact, names)?,
        Fact::HandoffMade(_)
        | Fact::DisputeOpened(_)
        | Fact::DisputeAnswered(_)
        | Fact::DisputeRuled(_)
        | Fact::LeadRouted(_)
        | Fact::RoutingCreditedBack(_) => about_handing_over(fact, names)?,
        Fact::LeadsMerged(_) | Fact::LeadsUnmerged(_) | Fact::LeadsToldApart(_) => {
            about_two_leads(fact, names)?
        }
        other => match request::request(other, names, time)? {
            Some(words) => words,
            None => about_colleagues(other, names)?,
        },
    })
}

/// What both sides say to a proposal, and what follows from a missed period.
fn about_a_proposal(fact: &Fact, names: &Names<'_, '_>) -> Result<String, StoreError> {
    Ok(match fact {
        Fact::AgreementSigned(fact) => {
            let (by, side) = (names.user_name(&fact.by)?, fact.side.word());
            let place = in_place_of(fact.in_place_of.as_ref(), names)?;
            format!("{by} signed version {} for {side}{place}", fact.version)
        }
        Fact::ClauseCommented(fact) => {
            let by = names.user_name(&fact.by)?;
            format!("{by} said something about {} of version {}", fact.part, fact.version)
        }
        Fact::ChangeAnswered(fact) => {
            let (by, side) = (names.user_name(&fact.by)?, fact.side.word());
            let does = if fact.accepts { "takes" } else { "declines" };
            format!(
                "{by} {does} the change of {} in version {} for {side}",
                fact.part, fact.version
            )
        }
        Fact::EvidenceGiven(fact) => {
            let kind = if fact.kind == EvidenceKind::Interview { "an" } else { "a" };
            let by = names.user_name(&fact.by)?;
            format!("{by} gave {kind} {} for the persona {}", fact.kind.word(), fact.persona)
        }
        Fact::EvidenceWithdrawn(fact) => {
            let by = names.user_name(&fact.by)?;
            format!("{by} took evidence for the persona {} back", fact.persona)
        }
        Fact::ActionOpened(fact) => {
            let owner = match &fact.owner {
                Some(owner) => format!(", for {}", names.user_name(owner)?),
                None => String::new(),
            };
            let (was, words) = missed(fact);
            let says = &fact.consequence;
            let because = &fact.because;
            let by = format!("by clause {} of version {}", because.clause, because.version);
            format!("“{says}” follows, since {was} {words}{owner}, {by}")
        }
        Fact::ActionClosed(fact) => {
            let by = names.user_name(&fact.by)?;
            format!("{by} closed what followed by version {}", fact.version)
        }
        _ => String::new(),
    })
}

/// To whom a lead went, and what the sides say of it.
fn about_handing_over(fact: &Fact, names: &Names<'_, '_>) -> Result<String, StoreError> {
    Ok(match fact {
        Fact::HandoffMade(fact) => format!(
            "Handed over to {}, by clause {} of version {}",
            match &fact.to {
                Some(to) => names.user_name(to)?,
                None => "nobody yet".to_owned(),
            },
            fact.because.clause,
            fact.because.version
        ),
        Fact::DisputeOpened(fact) => {
            format!("Contested by {}", names.user_name(&fact.by)?)
        }
        Fact::DisputeAnswered(fact) => {
            format!("{} spoke for the other side", names.user_name(&fact.by)?)
        }
        Fact::DisputeRuled(fact) => format!(
            "{} ruled: {}",
            names.user_name(&fact.by)?,
            if fact.overturned { "it is overturned" } else { "it stands" }
        ),
        Fact::LeadRouted(fact) => {
            let by =
                format!("by clause {} of version {}", fact.because.clause, fact.because.version);
            let route = fact.routed.tried.last().map_or("", |tried| &tried.route);
            let from = fact.after.as_ref().map(|after| match &after.from {
                Some(from) => names.user_name(from),
                None => Ok("nobody".to_owned()),
            });
            match (&fact.routed.to, from.transpose()?) {
                (Some(to), Some(from)) => format!(
                    "Passed on from {from} to {} by {route}, since nobody had answered, {by}",
                    names.user_name(to)?
                ),
                (None, Some(from)) => {
                    format!("Stays with {from}, since nobody else can take it, {by}")
                }
                (Some(to), None) => format!("Routed to {} by {route}, {by}", names.user_name(to)?),
                (None, None) => format!("Waits at {route}, because nobody can take it, {by}"),
            }
        }
        Fact::RoutingCreditedBack(fact) => {
            let user = names.user_name(&fact.user)?;
            format!("Credited back to {user} in {}: the lead counts no more", fact.pool)
        }
        _ => String::new(),
    })
}

/// Whether two leads are one person.
fn about_two_leads(fact: &Fact, names: &Names<'_, '_>) -> Result<String, StoreError> {
    let by = |user: &Option<UserId>| match user {
        Some(user) => Ok::<_, StoreError>(format!(" by {}", names.user_name(user)?)),
        None => Ok(String::new()),
    };
    Ok(match fact {
        Fact::LeadsMerged(fact) => {
            let because = fact.evidence.as_ref().map(|words| format!(": {words}"));
            let (with, by, because) = (&fact.with, by(&fact.by)?, because.unwrap_or_default());
            match fact.survives {
                true => format!("{with} was merged into it{by}{because}"),
                false => format!("Was merged into {with}{by}{because}"),
            }
        }
        Fact::LeadsUnmerged(fact) => {
            let facts: Vec<String> = fact.facts.iter().map(|no| no.to_string()).collect();
            let (noun, hold) = if facts.len() == 1 { ("fact", "holds") } else { ("facts", "hold") };
            let (from, by, facts) = (&fact.from, by(&fact.by)?, facts.join(", "));
            format!("The merge with {from} was undone{by}: {noun} {facts} {hold} no more")
        }
        Fact::LeadsToldApart(fact) => {
            format!("Was told apart from {}{}", fact.from, by(&fact.by)?)
        }
        _ => String::new(),
    })
}

fn activity_words(
    activity: &ActivityRecorded,
    names: &Names<'_, '_>,
) -> Result<String, StoreError> {
    let named = names.activity(&activity.kind).map(str::to_owned);
    let mut words = named.unwrap_or_else(|| show_kind(&activity.kind));
    if let Some(status) = &activity.status {
        words.push_str(&format!(", {}", status.to_lowercase()));
    }
    if !activity.fields.is_empty() {
        words.push_str(&format!(" ({})", listed(&activity.fields, names)?));
    }
    Ok(words)
}

/// A fact's kind, as it stands in its JSON.
pub(crate) fn kind_of(fact: &Fact) -> String {
    let body = serde_json::to_value(fact).unwrap_or_default();
    body.get("fact").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()
}

/// A kind as words: `Page view` for `page_view`.
pub(crate) fn show_kind(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
