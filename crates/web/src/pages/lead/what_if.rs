//! What would follow for a lead with other values, or under another text. Looking writes nothing.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    field::FieldValue,
    ids::{LeadId, Version},
    points::Points,
    qualification::Assessment,
};
use engine::{
    Engine, Refusal,
    access::Act,
    what_if::{WhatIf, WhatIfRefusal, WhatIfWish},
};
use store::{Reader, StoreError, read::AgreementState};

use super::score::verdict;
use crate::{
    failure::Failure,
    layout::{Form, Frame, Place},
    markup::Markup,
    names::{Names, lead_href},
    pages::sign_in::sentence as capital,
    sentence::sentence,
    session::Visit,
    show::{LocalTime, figure, points, signed_points},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/lead/what_if.html")]
struct WhatIfPage {
    frame: Frame,
    form: Form,
    lead: String,
    back: String,
    here: String,
    view: Option<View>,
}

struct View {
    title: String,
    versions: Vec<(Version, String, bool)>,
    fields: Vec<FieldView>,
    kinds: Vec<(String, String, bool)>,
    scores: Vec<ScoreView>,
    follows: Vec<Markup>,
    routed: Option<String>,
    is_tried: bool,
}

/// A value that the text asks for.
struct FieldView {
    name: String,
    label: String,
    value: String,
    now: String,
    is_changed: bool,
}

/// A definition's points as they are and as they would be.
struct ScoreView {
    title: String,
    now: Option<Markup>,
    then: String,
    verdict_now: String,
    verdict_then: String,
    lines: Vec<LineView>,
}

/// A rule.
struct LineView {
    says: String,
    now: String,
    then: String,
    is_other: bool,
}

/// Shows what would follow.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    visit.signed.may(&Act::SeeAgreement)?;
    let (lead, time, reach) = (LeadId(id), visit.time(), visit.signed.can(&Act::SeeReach));
    let wanted = lead.clone();
    let find = move |engine: &Engine| {
        let name = engine.read(|reader| {
            reader.lead(&wanted)?.map(|_| Names::new(reader, reach).lead(&wanted)).transpose()
        })?;
        let name = name.ok_or(Failure::Absent)?;
        Ok((name, viewed(engine, &wanted, &asked, reach, &time)?))
    };
    let (name, viewed) = visit.house.work(find).await?;
    let mut form = Form::default();
    let view = viewed.map_err(|words| form.refuse_whole(words)).ok();
    let mut frame = visit.frame("What if".to_owned(), Place::Leads);
    frame.refused = form.is_refused();
    let is_refused = form.is_refused();
    let back = lead_href(&lead);
    let here = format!("{back}/what-if");
    let page = WhatIfPage { frame, form, lead: name, back, here, view };
    Ok(if is_refused { visit.refuse(page) } else { visit.show(page) })
}

/// What would follow, or words about what cannot be tried.
fn viewed(
    engine: &Engine,
    lead: &LeadId,
    asked: &BTreeMap<String, String>,
    reach: bool,
    time: &LocalTime,
) -> Result<Result<View, String>, Failure> {
    let under = asked.get("under").and_then(|under| under.trim().parse().ok()).map(Version);
    let nothing =
        WhatIfWish { lead: lead.clone(), under, values: BTreeMap::new(), did: Vec::new() };
    let as_it_is = match told(engine.what_if(&nothing, time.now()))? {
        Ok(found) => found,
        Err(words) => return Ok(Err(words)),
    };
    let mut wish = nothing;
    for (name, now) in &as_it_is.asked {
        let typed = asked.get(name).map(|typed| typed.trim());
        let now = now.as_ref().map(words_of).unwrap_or_default();
        if let Some(typed) = typed.filter(|typed| *typed != now) {
            wish.values.insert(name.clone(), typed.to_owned());
        }
    }
    wish.did.extend(asked.get("did").filter(|kind| !kind.trim().is_empty()).cloned());
    let found = match told(engine.what_if(&wish, time.now()))? {
        Ok(found) => found,
        Err(words) => return Ok(Err(words)),
    };
    Ok(Ok(engine.read(|reader| view(reader, &found, &wish, reach, time))?))
}

/// What was found, or why it cannot be tried.
fn told(found: Result<WhatIf, engine::Error>) -> Result<Result<WhatIf, String>, Failure> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(engine::Error::Refused(Refusal::WhatIf(WhatIfRefusal::NoLead(_)))) => {
            Err(Failure::Absent)
        }
        Err(engine::Error::Refused(refusal)) => Ok(Err(capital(&refusal.to_string()))),
        Err(other) => Err(other.into()),
    }
}

fn view(
    reader: &Reader<'_>,
    found: &WhatIf,
    wish: &WhatIfWish,
    reach: bool,
    time: &LocalTime,
) -> Result<View, StoreError> {
    let names = Names::new(reader, reach);
    let in_force = found.in_force.as_ref().map(|text| text.version);
    let heads = reader.agreement_heads()?.into_iter().rev();
    let open = heads.filter(|head| head.state != AgreementState::Withdrawn);
    let versions = open.map(|head| {
        let is = if Some(head.version) == in_force { ", in force" } else { "" };
        (head.version, format!("version {}{is}", head.version), head.version == found.under.version)
    });
    let kinds = found
        .under
        .agreement
        .activities
        .iter()
        .map(|(kind, known)| (kind.clone(), known.label.clone(), wish.did.contains(kind)));
    let follows = found.follows.iter().map(|entry| {
        let said = sentence(entry, &names, time)?;
        Ok::<_, StoreError>(said.glyph.and_text(" ").and_text(said.words))
    });
    let is_same = wish.values.is_empty() && wish.did.is_empty();
    Ok(View {
        title: match found.under.version {
            version if Some(version) == in_force => format!("Version {version}, in force"),
            version => format!("Version {version}, as if it came into force now"),
        },
        versions: versions.collect(),
        fields: found.asked.iter().map(|(name, now)| field(name, now.as_ref(), wish)).collect(),
        kinds: kinds.collect(),
        scores: found.after.iter().map(|score| score_view(found, &wish.lead, score)).collect(),
        follows: follows.collect::<Result<_, _>>()?,
        routed: routed(found, &names)?,
        is_tried: !is_same || Some(found.under.version) != in_force,
    })
}

fn field(name: &str, now: Option<&FieldValue>, wish: &WhatIfWish) -> FieldView {
    let now = now.map(words_of).unwrap_or_default();
    let typed = wish.values.get(name);
    let label = name.replace("lead.", "").replace("account.", "account: ").replace('_', " ");
    FieldView {
        name: name.to_owned(),
        label,
        value: typed.cloned().unwrap_or_else(|| now.clone()),
        is_changed: typed.is_some(),
        now: if now.is_empty() { "not known".to_owned() } else { now },
    }
}

/// A value as it is typed.
fn words_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Cleared => String::new(),
        FieldValue::Bool(holds) => if *holds { "yes" } else { "no" }.to_owned(),
        FieldValue::Whole(number) => number.to_string(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Money(_) => value.number().map(|n| n.to_string()).unwrap_or_default(),
        FieldValue::Text(text) => text.clone(),
    }
}

fn score_view(found: &WhatIf, lead: &LeadId, after: &Assessment) -> ScoreView {
    let before = found.before.iter().find(|known| known.definition == after.definition);
    let mut by_rule: BTreeMap<(usize, &str), (Points, Points)> = BTreeMap::new();
    // In the order of the text, first as it is.
    let mut order: Vec<&str> = Vec::new();
    for (score, is_after) in before.map(|score| (score, false)).into_iter().chain([(after, true)]) {
        for line in &score.lines {
            let place = order.iter().position(|says| *says == line.says).unwrap_or_else(|| {
                order.push(&line.says);
                order.len() - 1
            });
            let sums = by_rule.entry((place, &line.says)).or_default();
            let sum = if is_after { &mut sums.1 } else { &mut sums.0 };
            *sum = Points(sum.0 + line.counts.0);
        }
    }
    let lines = by_rule.into_iter().filter(|(_, (now, then))| now.0 != 0 || then.0 != 0);
    ScoreView {
        title: after.definition.to_uppercase(),
        now: before.map(|score| {
            let because = format!("{}?because=score-{}", lead_href(lead), score.definition);
            figure(points(score.total), &because)
        }),
        then: points(after.total),
        verdict_now: before.map(verdict).unwrap_or_default(),
        verdict_then: verdict(after),
        lines: lines
            .map(|((_, says), (now, then))| LineView {
                says: says.to_owned(),
                now: signed_points(now).to_string(),
                then: signed_points(then).to_string(),
                is_other: now != then,
            })
            .collect(),
    }
}

fn routed(found: &WhatIf, names: &Names<'_, '_>) -> Result<Option<String>, StoreError> {
    let Some(routed) = &found.routed else { return Ok(None) };
    let route = routed.tried.last().map(|tried| tried.route.as_str()).unwrap_or_default();
    let says = found.under.agreement.routing.as_ref().and_then(|routing| {
        routing.routes.iter().find(|known| known.id == route).map(|known| known.says.clone())
    });
    let because = says.map(|says| format!(" “{says}”")).unwrap_or_default();
    Ok(Some(match &routed.to {
        Some(user) => format!("It would go to {}.{because}", names.user_name(user)?),
        None => format!("Nobody could take it now; it would wait.{because}"),
    }))
}
