//! Fills the page of one handoff.

use domain::{
    agreement::{HandoffTerms, History},
    fact::Fact,
    handing_over::{Delays, delays},
    handoff::{Answer, note_of},
    ids::{HandoffId, UserId},
};
use engine::{
    Engine,
    access::{Act, Actor, may},
    handoff::{act_of_answering, seen, words_of},
    lead::history_of,
};
use jiff::Timestamp;
use store::{Reader, read::HandoffRow};

use crate::{
    failure::Failure,
    layout::{Control, Field, Form},
    markup::Markup,
    names::{Names, fact_link, lead_href},
    pages::dispute::dispute_href,
    show::{LocalTime, working},
};

/// What the database says of a handoff.
pub(super) struct View {
    pub(super) name: String,
    pub(super) lead_href: String,
    /// `Handoff 2`, or `A handoff that another system reports`.
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
    /// How long each part took.
    pub(super) parts: Vec<Part>,
    pub(super) clause: Option<Clause>,
    pub(super) href: String,
    pub(super) may_answer: bool,
    pub(super) is_late: bool,
    pub(super) may_contest: bool,
    pub(super) dispute: Option<String>,
}

/// One line of its life.
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) words: Markup,
    pub(super) fact: Markup,
}

/// A stretch of time, and whose it was.
pub(super) struct Part {
    pub(super) whose: &'static str,
    pub(super) from_to: &'static str,
    pub(super) working: String,
    pub(super) wall: String,
}

/// The words under which it runs.
pub(super) struct Clause {
    pub(super) says: String,
    pub(super) name: String,
    pub(super) href: String,
}

pub(super) fn viewed(
    engine: &Engine,
    handoff: &HandoffId,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<(View, Form, Form), Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let row = reader.handoff(handoff)?.ok_or(Failure::Absent)?;
        let names = Names::new(reader, reach);
        let at = row.delivered_at.unwrap_or(time.now());
        let in_force = agreements.at(at);
        let terms = in_force.and_then(|found| found.agreement.handoff.as_ref());
        let history = history_of(reader, &row.lead)?;
        let parts = match (in_force, terms, row.delivered_at) {
            (Some(found), Some(terms), Some(_)) => {
                let delays = delays(history.until(time.now()), &row.id, time.now());
                delays.map_or(Vec::new(), |delays| parts(&delays, found, terms))
            }
            _ => Vec::new(),
        };
        let mut lines = lines(reader, &row, &names, reach, time)?;
        if let Some(evidence) = evidence(reader, &row, terms, &history, &agreements)? {
            lines.push(evidence);
        }
        let clause = in_force.zip(terms).map(|(found, terms)| Clause {
            says: terms.says.clone(),
            name: format!("clause {} of version {}", terms.clause, found.version),
            href: format!("/agreement/{}#c{}", found.version, terms.clause),
        });
        let waits = row.due_at.is_some() && (row.answer.is_none() || may_still(&row));
        let view = View {
            name: names.lead(&row.lead)?,
            lead_href: lead_href(&row.lead),
            title: match row.nth {
                Some(nth) => format!("Handoff {nth}"),
                None => "A handoff that another system reports".to_owned(),
            },
            lines,
            parts,
            clause,
            href: super::handoff_href(&row.id),
            may_answer: waits && may_answer(reader, &agreements, &row, actor, time.now())?,
            is_late: row.deemed,
            may_contest: may_contest(&row, actor),
            dispute: row.dispute.as_ref().map(dispute_href),
        };
        Ok((view, back(terms), contest()))
    })
}

/// Silence accepted it, and nobody has said anything since.
fn may_still(row: &HandoffRow) -> bool {
    row.deemed && row.late_answer.is_none()
}

/// Whether somebody may answer a handoff.
pub(crate) fn may_answer(
    reader: &Reader<'_>,
    agreements: &History,
    row: &HandoffRow,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool, Failure> {
    Ok(may(actor, &act_of_answering(reader, agreements, row, now)?).is_ok())
}

fn may_contest(row: &HandoffRow, actor: &Actor) -> bool {
    let refused = row.answer.is_some_and(|answer| answer != Answer::Accepted);
    refused && row.dispute.is_none() && may(actor, &Act::ContestHandoffs).is_ok()
}

fn parts(delays: &Delays, found: &domain::agreement::InForce, terms: &HandoffTerms) -> Vec<Part> {
    let part = |whose, from_to, (from, to): (Timestamp, Timestamp)| {
        let open = terms.answer_within.open_between(&found.agreement, from, to);
        Part {
            whose,
            from_to,
            working: working(open.as_secs()),
            wall: working(from.duration_until(to).as_secs()),
        }
    };
    let mut parts = Vec::new();
    if let Some(systems) = delays.systems {
        parts.push(part("systems", "from what the person last did to an owner", systems));
    }
    let words = match delays.is_answered {
        true => "from an owner to the answer",
        false => "from an owner until now",
    };
    parts.extend(delays.people.map(|people| part("sales", words, people)));
    parts
}

fn lines(
    reader: &Reader<'_>,
    row: &HandoffRow,
    names: &Names<'_, '_>,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Line>, Failure> {
    let link = |fact: Option<domain::ids::FactNo>| fact.map(fact_link).unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(at) = row.delivered_at {
        let words = time.instant(at).and_text(" to ").and(receivers(reader, row, names)?);
        lines.push(Line { what: "Delivered", words, fact: link(row.by_fact) });
    }
    if let Some(due_at) = row.due_at {
        let words = time.instant(due_at);
        lines.push(Line { what: "Answer due", words, fact: link(row.by_fact) });
    }
    let Some(answer) = row.answer else {
        let words = Markup::text("none yet");
        lines.push(Line { what: "Answer", words, fact: Markup::new() });
        return Ok(lines);
    };
    let mut words = match row.deemed {
        true => Markup::text("none in time, so it is deemed accepted"),
        false => Markup::text(answer.word()),
    };
    if let Some(by) = &row.answered_by {
        words = words.and_text(" by ").and(names.owner(Some(by))?);
        if let Some(user) = in_place_of(reader, row)? {
            words = words.and_text(" in the place of ").and(names.owner(Some(&user))?);
        }
    }
    if let Some(at) = row.answered_at {
        words = words.and_text(", ").and(time.instant(at));
    }
    lines.push(Line { what: "Answer", words, fact: link(row.answer_fact) });
    if let Some(late) = row.late_answer {
        let reason = row.late_reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
        let words = Markup::text(format!("{}{reason}; it is taken off nothing", late.word()));
        lines.push(Line { what: "Said later", words, fact: fact_link(row.last_fact) });
    }
    if let Some(reason) = &row.reason {
        let words = Markup::text(reason);
        lines.push(Line { what: "Reason", words, fact: link(row.answer_fact) });
    }
    if let Some(until) = row.rests_until {
        let words = time.date(until);
        lines.push(Line { what: "Rests until", words, fact: link(row.answer_fact) });
    }
    if reach && let Some(note) = words_of(reader, &note_of(&row.id))? {
        let words = Markup::text(note);
        lines.push(Line { what: "Note", words, fact: link(row.answer_fact) });
    }
    if let Some(overturned) = row.overturned {
        let words = match overturned {
            true => "overturned: it counts as an acceptance",
            false => "the answer stands",
        };
        lines.push(Line {
            what: "Ruling",
            words: Markup::text(words),
            fact: fact_link(row.last_fact),
        });
    }
    Ok(lines)
}

/// In whose place it was answered: whose it was, while they were away.
fn in_place_of(reader: &Reader<'_>, row: &HandoffRow) -> Result<Option<UserId>, Failure> {
    let answer = row.answer_fact.map(|no| reader.entry(no)).transpose()?.flatten();
    Ok(answer.and_then(|entry| match entry.fact() {
        Fact::HandoffAnswered(answered) => answered.in_place_of.clone(),
        _ => None,
    }))
}

/// `Rita Voss; now with Sven Arndt`: whoever it was delivered to, and whoever has it since then.
fn receivers(
    reader: &Reader<'_>,
    row: &HandoffRow,
    names: &Names<'_, '_>,
) -> Result<Markup, Failure> {
    let delivery = row.by_fact.map(|no| reader.entry(no)).transpose()?.flatten();
    let to = match delivery.as_ref().map(|entry| entry.fact()) {
        Some(Fact::HandoffMade(made)) => &made.to,
        Some(Fact::Handoff(delivered)) => &delivered.to,
        _ => &row.owner,
    };
    let words = names.owner(to.as_ref())?;
    Ok(match *to == row.owner {
        true => words,
        false => words.and_text("; now with ").and(names.owner(row.owner.as_ref())?),
    })
}

/// What Lockstep itself sees of the reason, where the text asks it to look.
fn evidence(
    reader: &Reader<'_>,
    row: &HandoffRow,
    terms: Option<&HandoffTerms>,
    history: &domain::lead::LeadHistory,
    agreements: &History,
) -> Result<Option<Line>, Failure> {
    let given = row.answer.zip(row.reason.as_deref()).zip(terms);
    let Some(((answer, reason), terms)) = given else { return Ok(None) };
    let Some(reason) = terms.reason(answer, reason) else { return Ok(None) };
    let charged = format!("charged to {}", reason.charged.words());
    let Some(check) = reason.check else {
        let words = Markup::text(charged);
        return Ok(Some(Line { what: "Whose", words, fact: Markup::new() }));
    };
    let found = match seen(reader, history, agreements, row, check)? {
        Ok(words) => words,
        Err(words) => format!("not so any more: {words}"),
    };
    let words = Markup::text(format!("{found}; {charged}"));
    Ok(Some(Line { what: "Looked at", words, fact: Markup::new() }))
}

/// The form that gives it back: one list of answers with their reasons.
fn back(terms: Option<&HandoffTerms>) -> Form {
    let mut reasons = vec![(String::new(), "Choose a reason".to_owned())];
    for answer in [Answer::Rejected, Answer::Recycled, Answer::Disqualified] {
        let verb = match answer {
            Answer::Rejected => "Reject",
            Answer::Recycled => "Recycle",
            _ => "Disqualify",
        };
        for reason in terms.into_iter().flat_map(|terms| terms.reasons_for(answer)) {
            let key = format!("{}/{}", answer.word(), reason.says);
            reasons.push((key, format!("{verb}: {}", reason.says)));
        }
    }
    let until = Field::new("until", "Rests until", Control::Line("date")).optional();
    Form::of([
        Field::select("answer", "Why", reasons)
            .hint("Rejecting is for what should not have come; what was worked is recycled or disqualified."),
        until.hint("For a recycled lead. Blank for as long as was signed."),
        Field::new("note", "Note", Control::Area)
            .optional()
            .hint("Both sides and their managers read it. It stands beside the ledger."),
    ])
}

fn contest() -> Form {
    Form::of([Field::new("statement", "What you have to say", Control::Area)
        .hint("The arbiter and sales read it. It stays, with theirs and the ruling.")])
}
