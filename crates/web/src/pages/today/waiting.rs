//! What waits for somebody: signatures, and for those who run the house what wants attention.

use domain::{firm::Side, ids::UserId};
use engine::{
    Engine,
    access::{Act, Actor, may},
    action::action_of,
    import::dock::State,
    report::ReportQuestion,
    substitute::gone,
};
use jiff::{ToSpan, civil::Date};
use store::{ImportRun, read::AgreementState};

use crate::{
    app::House,
    failure::Failure,
    kept::Soon,
    markup::Markup,
    names::{Names, encoded},
    pages::{
        agreement::{actions::action_href, message::ends::ends, priorities},
        responsibilities::{CHECK_INS, PLACE},
        scoreboard::{differences_href, elsewhere::Today},
        today::figures::failed,
    },
    show::{LocalTime, count, figure},
};

/// Where a signer names who signs in their place.
const SUBSTITUTES: &str = "/agreement#substitutes";

/// Differences of so many days are told, today among them.
const DAYS: i64 = 30;

/// Between what the differences are.
const BETWEEN: &str = "between what the sources say of leads and what was decided";

/// One thing that waits.
pub(crate) struct Waiting {
    pub(crate) what: String,
    pub(crate) href: String,
    pub(crate) words: Markup,
}

pub(super) fn waiting(
    house: &House,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    if may(actor, &Act::Propose).is_ok() {
        waiting.extend(signatures(&house.app.engine, actor, Whose::Theirs)?);
    }
    waiting.extend(substitutes_gone(&house.app.engine, actor, time)?);
    waiting.extend(check_ins(&house.app.engine, actor, time)?);
    waiting.extend(proofs(&house.app.engine, actor, time)?);
    waiting.extend(priorities(&house.app.engine, actor, time)?);
    waiting.extend(actions(&house.app.engine, actor, time)?);
    Ok(waiting)
}

/// What somebody is told of and need not answer themselves: what waits for the other side, what is in
/// nobody's hands, and for those who run the house what wants attention.
pub(super) fn beside(
    house: &House,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    if may(actor, &Act::Propose).is_ok() {
        waiting.extend(signatures(&house.app.engine, actor, Whose::Others)?);
        waiting.extend(gaps(&house.app.engine, time)?);
    }
    if may(actor, &Act::Import).is_ok() {
        waiting.extend(the_house(house, time)?);
    }
    Ok(waiting)
}

/// Whoever was to sign in the actor's place and may sign in no more.
fn substitutes_gone(
    engine: &Engine,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    engine.read(|reader| {
        let names = Names::new(reader, false);
        let waiting = gone(reader, &actor.user, today(time))?.into_iter().map(|row| {
            let name = names.user_name(&row.substitute)?;
            let words = Markup::text(format!("was to be {name} until "))
                .and(time.date(row.last_on))
                .and_text(", who may not sign in any more: name somebody else");
            let (what, href) = ("Who signs in your place".to_owned(), SUBSTITUTES.to_owned());
            Ok(Waiting { what, href, words })
        });
        waiting.collect()
    })
}

/// Whose signature is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// That of the person's own side.
    Theirs,
    Others,
}

/// Proofs of the message in force that have ended or end soon: for those of marketing, whose message
/// it is.
fn proofs(engine: &Engine, actor: &Actor, time: &LocalTime) -> Result<Option<Waiting>, Failure> {
    if actor.side != Side::Marketing || may(actor, &Act::SeeAgreement).is_err() {
        return Ok(None);
    }
    let agreements = engine.agreements()?;
    let in_force = agreements.at(time.now());
    let found = in_force.and_then(|found| ends(&found.agreement, found.version, time));
    Ok(found.map(|(href, words)| Waiting { what: "Proofs of the message".to_owned(), href, words }))
}

/// Priorities of the Agreement in force that end soon: for those who sign.
fn priorities(engine: &Engine, actor: &Actor, time: &LocalTime) -> Result<Vec<Waiting>, Failure> {
    let agreements = engine.agreements()?;
    let Some(in_force) = agreements.at(time.now()) else { return Ok(Vec::new()) };
    let ending = priorities::ends::ends(&in_force.agreement, in_force.version, time);
    if ending.is_empty() || !engine.is_signer(actor)? {
        return Ok(Vec::new());
    }
    let waiting = ending.into_iter().map(|(what, href, words)| Waiting { what, href, words });
    Ok(waiting.collect())
}

/// Actions that are open: one's own, and for those who run the house the ones that nobody has.
fn actions(engine: &Engine, actor: &Actor, time: &LocalTime) -> Result<Vec<Waiting>, Failure> {
    let rows = engine.read(|reader| reader.actions())?.into_iter();
    let is_mine = |owner: &Option<UserId>| match owner {
        Some(owner) => *owner == actor.user,
        None => may(actor, &Act::CloseActionOf(None)).is_ok(),
    };
    let mine = rows.filter(|row| row.closed_at.is_none() && is_mine(&row.owner));
    mine.map(|row| {
        let words = Markup::text("is due ").and(time.near(row.due_at));
        Ok(Waiting { what: action_of(engine, &row)?, href: action_href(&row.id), words })
    })
    .collect()
}

/// Texts that are before both sides and not yet signed by one.
fn signatures(engine: &Engine, actor: &Actor, whose: Whose) -> Result<Vec<Waiting>, Failure> {
    let open = engine.read(|reader| {
        let mut open = Vec::new();
        for row in reader.agreement_heads()? {
            if row.state == AgreementState::Proposed {
                let signed: Vec<_> =
                    reader.signatures_of(row.version)?.into_iter().map(|s| s.side).collect();
                open.push((row.version, signed));
            }
        }
        Ok::<_, Failure>(open)
    })?;
    let mut waiting = Vec::new();
    for (version, signed) in open {
        let (_, agreement) = engine.agreement(version)?;
        let missing = agreement.parties.iter().filter(|party| !signed.contains(&party.side));
        let is_asked = |side| (side == actor.side) == (whose == Whose::Theirs);
        for party in missing.filter(|party| is_asked(party.side)) {
            let mine = party.side == actor.side;
            let unanswered = if mine { engine.unanswered(version, party.side)? } else { 0 };
            let what = format!("Version {version} of the Agreement");
            let signs = "waits for the signature of";
            let (href, words) = match (mine, unanswered) {
                (true, 0) => ("", format!("{signs} your side")),
                (true, _) => {
                    ("/redline", format!("{signs} your side, and for your answer to its changes"))
                }
                (false, _) => ("", format!("{signs} {}", party.name)),
            };
            let href = format!("/agreement/{version}{href}");
            waiting.push(Waiting { what, href, words: Markup::text(words) });
        }
    }
    Ok(waiting)
}

/// Responsibilities that are in nobody's hands, or in those of somebody who was not trained for them.
fn gaps(engine: &Engine, time: &LocalTime) -> Result<Vec<Waiting>, Failure> {
    let gaps = engine.gaps(time.now())?;
    let of = |n: usize, hands: &str| {
        let what = if n == 1 { "responsibility" } else { "responsibilities" };
        (n > 0).then(|| Waiting {
            what: format!("{n} {what} {hands}"),
            href: PLACE.to_owned(),
            words: Markup::text(format!("of {} in the Agreement", gaps.all)),
        })
    };
    let untrained = "with somebody who was not trained for it";
    Ok(of(gaps.vacant, "in nobody’s hands")
        .into_iter()
        .chain(of(gaps.untrained, untrained))
        .collect())
}

/// People whom whoever looks leads and has not met in time.
fn check_ins(engine: &Engine, actor: &Actor, time: &LocalTime) -> Result<Option<Waiting>, Failure> {
    let n = engine.lapsed_with(&actor.user, time.now())?.len();
    let what = if n == 1 { "1 check-in".to_owned() } else { format!("{n} check-ins") };
    let has = if n == 1 { "has" } else { "have" };
    Ok((n > 0).then(|| Waiting {
        what,
        href: match may(actor, &Act::SeeEverybodysFigures) {
            Ok(()) => CHECK_INS.to_owned(),
            Err(_) => "/people".to_owned(),
        },
        words: Markup::text(format!("with people whom you lead {has} lapsed")),
    }))
}

/// `1 difference`, `4 differences`.
fn differences_words(n: u64) -> String {
    if n == 1 { "1 difference".to_owned() } else { format!("{} differences", count(n)) }
}

fn today(time: &LocalTime) -> Date {
    time.zone().to_datetime(time.now()).date()
}

/// The first of the days whose differences are told.
fn first_day(time: &LocalTime) -> Date {
    today(time).saturating_sub((DAYS - 1).days())
}

/// Since which day, and in the days of which place.
fn since(time: &LocalTime) -> Markup {
    Markup::text("since ")
        .and(time.date(first_day(time)))
        .and_text(format!(", today included, by the days of {}", time.city()))
}

/// The last days.
fn question(time: &LocalTime) -> ReportQuestion {
    ReportQuestion {
        by: None,
        from: Some(first_day(time)),
        to: Some(today(time)),
        horizon_days: None,
        cohorts: None,
        as_of: time.now(),
        zone: time.zone().clone(),
    }
}

/// How the last import went.
fn last_import(last: &ImportRun, time: &LocalTime) -> Waiting {
    let counts: serde_json::Value = serde_json::from_str(&last.counts).unwrap_or_default();
    let of = |key: &str| counts.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let href = format!("/imports/{}", encoded(&last.id));
    let state = State::parse(&last.state).unwrap_or(State::Failed).words();
    let began = Markup::text("began ").and(time.instant(last.started_at));
    let words = match of("read") {
        // Before its first rows are taken there is nothing to count.
        0 => began.and_text(format!(" and {state}")),
        read => began
            .and_text(": ")
            .and(figure(count(read), &href))
            .and_text(" rows read, ")
            .and(figure(count(of("rejected")), &href))
            .and_text(format!(" rejected; it {state}")),
    };
    let report: serde_json::Value = serde_json::from_str(&last.report).unwrap_or_default();
    let skipped = report.get("skipped").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    let words = match skipped {
        0 => words,
        n => words
            .and_text("; ")
            .and(figure(count(n as u64), &format!("{href}#not-taken-h")))
            .and_text(" of its files and tables not taken"),
    };
    let what = match last.source.as_str() {
        "" => "The last import".to_owned(),
        source => format!("The last import, from {source}"),
    };
    Waiting { what, href, words }
}

/// Imports that did not end well, rows that were rejected, what is not decided yet.
fn the_house(house: &House, time: &LocalTime) -> Result<Vec<Waiting>, Failure> {
    let (imports, undecided) = house.app.engine.read(|reader| {
        Ok::<_, store::StoreError>((reader.imports()?, reader.undecided_count(time.now())?))
    })?;
    let mut waiting = Vec::new();
    waiting
        .extend(imports.iter().max_by_key(|run| run.started_at).map(|run| last_import(run, time)));
    let soon = house.differences(&question(time)).map_err(failed)?;
    if matches!(soon, Soon::Awaited) {
        waiting.push(Waiting {
            what: "Differences".to_owned(),
            href: differences_href(&question(time)),
            words: since(time)
                .and_text(": they are being worked out, for the first time since Lockstep started"),
        });
    }
    if let Soon::Found(found) = soon
        && found.value.0 > 0
    {
        let differences = found.value.0;
        waiting.push(Waiting {
            what: differences_words(differences),
            href: differences_href(&question(time)),
            words: {
                let words = Markup::text(BETWEEN).and_text(", ").and(since(time));
                match found.past() {
                    None => words,
                    Some(past) => words.and_text("; as of ").and(time.second(past)),
                }
            },
        });
    }
    if undecided > 0 {
        waiting.push(Waiting {
            what: format!("{} leads or opportunities", count(undecided)),
            href: Today::Undecided.href(),
            words: Markup::text("wait to be decided about; the next tick does it"),
        });
    }
    Ok(waiting)
}
