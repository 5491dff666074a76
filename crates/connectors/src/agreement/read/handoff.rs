//! `[handoff]` and `[disputes]`: how a lead changes hands, and who rules where the sides disagree.

use domain::{
    agreement::{
        handoff::{AnswerReason, Charged, Check, DisputeTerms, HandoffTerms, Within},
        service::Target,
        text::ClauseKind,
    },
    handoff::Answer,
};
use jiff::SignedDuration;

use super::{Document, clauses::Clauses, names::Known};
use crate::agreement::{mistake::guess, reader::Table, source::Offer};

const ANSWERS: [(&str, Answer); 3] = [
    ("rejected", Answer::Rejected),
    ("recycled", Answer::Recycled),
    ("disqualified", Answer::Disqualified),
];

/// How a lead changes hands, where the text says so.
pub fn handoff<'t>(
    document: &Document<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
) -> Option<HandoffTerms> {
    let table = only(document, "handoff", "the handoff")?;
    let (clause, says) = clauses.add(&table, ClauseKind::Handoff);
    let status = |key, example| table.get(key, example).and_then(|item| known.status(&item));
    let delivers = status("delivers", "delivers = \"MQL\"");
    let accepted = status("accepted", "accepted = \"SAL\"");
    let rejected = status("rejected", "rejected = \"Returned\"");
    let recycled = status("recycled", "recycled = \"Recycle\"");
    let disqualified = status("disqualified", "disqualified = \"Disqualified\"");
    let silence = table.need("silence", "silence = \"accepted\", or silence = \"open\"");
    let silence = silence.and_then(|item| item.choice(&[("accepted", true), ("open", false)]));
    let opens = table.get("opens_opportunity", "opens_opportunity = true");
    let rest = table.get("rest", "rest = \"30 days\"").and_then(|item| item.days());
    let most = table.get("most_handoffs", "most_handoffs = 3");
    let most = most.and_then(|item| item.whole(1..=100));
    let terms = HandoffTerms {
        clause,
        says,
        answer_within: within(&table, "answer_within", known),
        silence_accepts: silence.unwrap_or(false),
        accepted,
        rejected,
        recycled,
        disqualified,
        opens_opportunity: opens.and_then(|item| item.yes()).unwrap_or(false),
        rest_days: rest.unwrap_or(0),
        most_handoffs: most.and_then(|most| u32::try_from(most).ok()),
        reasons: reasons(&table),
        delivers,
    };
    check_statuses(&table, &terms);
    table.finish();
    Some(terms)
}

/// A lead that would be handed over by its own answer would go round for ever.
fn check_statuses(table: &Table<'_>, terms: &HandoffTerms) {
    for answer in [Answer::Accepted, Answer::Rejected, Answer::Recycled, Answer::Disqualified] {
        if terms.delivers.is_some() && terms.status_after(answer) == terms.delivers.as_deref() {
            let what = format!("A lead that is {} would be handed over by it.", answer.word());
            let instead = "Name another status than the one in delivers.".to_owned();
            table.sink().if_whole(table.place, &what, instead);
        }
    }
}

/// Who rules where the sides disagree, where the text says so.
pub fn disputes<'t>(
    document: &Document<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
) -> Option<DisputeTerms> {
    let table = only(document, "disputes", "the part on disputes")?;
    let (clause, says) = clauses.add(&table, ClauseKind::Disputes);
    let arbiter = table.need("arbiter", "arbiter = \"ops@firm.example\"");
    let days = table.need("contest_within", "contest_within = \"14 days\"");
    let terms = DisputeTerms {
        clause,
        says,
        arbiter: arbiter
            .inspect(|item| item.offers(Offer::Somebody))
            .and_then(|item| item.text())
            .map_or(String::new(), |text| text.value),
        contest_days: days.and_then(|item| item.days()).unwrap_or(0),
        ruled_within: within(&table, "ruled_within", known),
    };
    table.finish();
    Some(terms)
}

/// The one table of a name; a second is a mistake.
pub fn only<'t>(
    document: &Document<'t>,
    key: &'static str,
    noun: &'static str,
) -> Option<Table<'t>> {
    let mut tables = document.tables(key, noun).into_iter();
    let first = tables.next()?;
    for more in tables {
        let what = format!("There is a table [{key}] already, in {}.", first.place.source.name);
        more.sink().add(more.place, what, "Keep one of the two.".to_owned());
        more.finish();
    }
    Some(first)
}

/// A length of time with the calendar in whose hours it counts.
pub fn within(table: &Table<'_>, key: &'static str, known: &Known) -> Within {
    let mut within =
        Within { target: Target::Time(SignedDuration::ZERO), calendar: calendar(table, known) };
    let example = match key {
        "ruled_within" => "ruled_within = \"3 working days\"",
        "due" => "due = \"3 working days\"",
        _ => "answer_within = \"2 working days\"",
    };
    let Some(item) = table.need(key, example) else { return within };
    if let Some(days) = item.working_days() {
        if within.calendar.is_none() {
            let what = "With hours = \"elapsed\" there are no working days.";
            item.wrong(what, "Name a calendar, or write \"48h\".".to_owned());
        }
        within.target = Target::WorkingDays(days);
    } else if let Some(length) = item.length() {
        if length.has_days && within.calendar.is_some() {
            item.wrong(
                "A day of working hours can be read in three ways.",
                "Write \"8h\" for so many working hours, \"1 working day\" for the close of the \
                 next working day, or hours = \"elapsed\", where a day is 24 hours."
                    .to_owned(),
            );
        }
        within.target = Target::Time(SignedDuration::from_secs(length.seconds));
    }
    within
}

/// The calendar whose hours count; `None` for all hours.
fn calendar(table: &Table<'_>, known: &Known) -> Option<String> {
    let item = table.need("hours", "hours = \"elapsed\", or the name of a calendar")?;
    let text = item.text()?.value;
    if text != "elapsed" && !known.calendars.contains_key(&text) {
        let words = known.calendars.keys().map(String::as_str);
        let words: Vec<&str> = words.chain(["elapsed"]).collect();
        let what = format!("There is no calendar {text:?}.");
        item.wrong_if_whole(what, guess(&text, &words));
    }
    (text != "elapsed").then_some(text)
}

fn reasons(handoff: &Table<'_>) -> Vec<AnswerReason> {
    let list = handoff.get("reason", "[[handoff.reason]]");
    let mut reasons: Vec<AnswerReason> = Vec::new();
    for table in list.map_or(Vec::new(), |item| item.tables("a reason")) {
        let says = table.need("says", "says = \"Does not meet the signed definition\"");
        let answer = table.need("answer", "answer = \"rejected\"");
        let charged = table.need("charged", "charged = \"scoring\"");
        let check = table.get("check", "check = \"definition\"");
        let note = table.get("note", "note = true");
        let reason = AnswerReason {
            says: says.and_then(|item| item.text()).map_or(String::new(), |text| text.value),
            answer: answer.and_then(|item| item.choice(&ANSWERS)).unwrap_or(Answer::Rejected),
            charged: charged.and_then(|item| item.choice(&Charged::ALL)).unwrap_or(Charged::Nobody),
            check: check.and_then(|item| item.choice(&Check::ALL)),
            needs_note: note.and_then(|item| item.yes()).unwrap_or(false),
        };
        let same = |other: &AnswerReason| {
            other.answer == reason.answer && other.says.eq_ignore_ascii_case(&reason.says)
        };
        if reasons.iter().any(same) {
            let what =
                format!("{:?} is a reason for {} already.", reason.says, reason.answer.word());
            table.sink().if_whole(table.place, &what, "Say each once.".to_owned());
        }
        reasons.push(reason);
        table.finish();
    }
    reasons
}
