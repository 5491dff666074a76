//! `[[service_level]]`: what starts a clock, what stops it, and whose hours count.

use domain::{
    agreement::{
        ServiceLevel,
        service::{Hours, OnTransfer, RunningClocks, Target, Warn, ZonePolicy},
        text::ClauseKind,
    },
    clock::ZeroTime,
    condition::{Name, Root},
    firm::Side,
    ids::SubjectKind,
};
use jiff::SignedDuration;

use super::{
    Document,
    clauses::{Clauses, Ids},
    header::SIDES,
    names::{self, Known},
    steps,
};
use crate::agreement::{mistake::guess, names::Scope, reader::Table};

/// What conditions may ask for; the last is only there while a fact is judged.
const LEAD: [Root; 3] = [Root::Lead, Root::Account, Root::Activity];
const OPPORTUNITY: [Root; 4] = [Root::Opportunity, Root::Account, Root::Lead, Root::Activity];
const KINDS: [(&str, SubjectKind); 2] =
    [("lead", SubjectKind::Lead), ("opportunity", SubjectKind::Opportunity)];
/// A clock is at risk from this share on, unless the Agreement says otherwise. Source: domain.md 2.5.
const WARN_PER_MILLE: i64 = 800;

/// The service levels, in the order of the text; their ids become known.
pub fn service_levels<'t>(
    document: &Document<'t>,
    known: &mut Known,
    clauses: &mut Clauses<'t>,
) -> Vec<ServiceLevel> {
    let mut ids = Ids::new("service level");
    let tables = document.list("service_level", "a service level");
    let levels = tables.iter().map(|table| level(table, known, clauses, &mut ids)).collect();
    known.service_levels = ids.into_vec();
    levels
}

fn level<'t>(
    table: &Table<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
    ids: &mut Ids,
) -> ServiceLevel {
    let id = ids.read(table);
    let (clause, says) = clauses.add(table, ClauseKind::ServiceLevel(id.clone()));
    let side = table.need("side", "side = \"sales\"").and_then(|item| item.choice(&SIDES));
    let (on, seen) = on(table);
    let watched = known.scope(
        match on {
            SubjectKind::Lead => "A service level on leads",
            SubjectKind::Opportunity => "A service level on opportunities",
        },
        seen,
        &[],
    );
    let lasting = &seen[..seen.len() - 1];
    let rest = known.scope("This condition", lasting, &[]);
    let change = known.scope("What renews a clock", lasting, &[]);
    let applies_when = names::optional(table, "applies_when", &watched);
    let starts_when = names::needed(table, "starts_when", &watched);
    let stops_when = names::needed(table, "stops_when", &watched);
    if starts_when == stops_when && table.has("starts_when") && table.has("stops_when") {
        let what = "The clock would stop by what starts it.";
        table.sink().if_whole(table.place, what, None);
    }
    let pauses_when = names::optional(table, "pauses_when", &rest);
    let renews_on = renews_on(table, &change);
    let hours = hours(table, known);
    let share = |key, example| table.get(key, example).and_then(|item| item.share());
    let most_clocks = table.get("most_clocks", "most_clocks = 10");
    let most_clocks = most_clocks.and_then(|item| item.whole(1..=10_000));
    let backup = steps::backup(table);
    let steps = steps::steps(table, on, hours.as_ref(), (backup.as_deref(), known.has_routes));
    let level = ServiceLevel {
        id,
        clause,
        says,
        side: side.unwrap_or(Side::Sales),
        on,
        applies_when,
        starts_when,
        stops_when,
        pauses_when,
        renews_on,
        target: target(table, hours.as_ref()),
        warn: warn(table),
        zone: zone(table, known, hours.as_ref()),
        zero_time: zero_time(table, hours.as_ref()),
        hours: hours.unwrap_or(Hours::Elapsed),
        on_transfer: on_transfer(table),
        running_clocks: running_clocks(table),
        most_clocks: most_clocks.and_then(|most| u32::try_from(most).ok()),
        goal_per_mille: share("goal", "goal = \"90%\""),
        then: then(table),
        backup,
        steps,
    };
    table.finish();
    level
}

/// What its clocks run on, and what its conditions may ask for.
fn on(table: &Table<'_>) -> (SubjectKind, &'static [Root]) {
    let Some(item) = table.get("on", "on = \"opportunity\"") else {
        return (SubjectKind::Lead, &LEAD);
    };
    match item.choice(&KINDS) {
        Some(SubjectKind::Lead) => (SubjectKind::Lead, &LEAD),
        // Whatever was meant, it was not the default.
        Some(SubjectKind::Opportunity) | None => (SubjectKind::Opportunity, &OPPORTUNITY),
    }
}

fn hours(table: &Table<'_>, known: &Known) -> Option<Hours> {
    let example = "hours = \"owner\", hours = \"elapsed\", or the name of a calendar";
    let item = table.need("hours", example)?;
    let text = item.text()?.value;
    let words = known.calendars.keys().map(String::as_str);
    let words: Vec<&str> = words.chain(["owner", "elapsed"]).collect();
    item.one_of(&words);
    match text.as_str() {
        "owner" => Some(Hours::OfOwner),
        "elapsed" => Some(Hours::Elapsed),
        calendar if known.calendars.contains_key(calendar) => Some(Hours::Calendar(text)),
        _ => {
            let what = format!("There is no calendar {text:?}.");
            item.wrong_if_whole(what, guess(&text, &words));
            None
        }
    }
}

/// The names whose change renews a clock.
fn renews_on(table: &Table<'_>, scope: &Scope<'_>) -> Vec<Name> {
    let item = table.get("renews_on", "renews_on = [\"opportunity.stage\"]");
    let parts = item.and_then(|item| item.list()).unwrap_or_default();
    parts.iter().filter_map(|part| names::name(part, scope)).map(|(name, _)| name).collect()
}

fn then(table: &Table<'_>) -> Option<String> {
    let item = table.get("then", "then = \"Its manager is told, and it is closed as lost.\"")?;
    item.text().map(|text| text.value)
}

fn target(table: &Table<'_>, hours: Option<&Hours>) -> Target {
    let nothing = Target::Time(SignedDuration::ZERO);
    let example = "target = \"2h\", or target = \"1 working day\"";
    let Some(item) = table.need("target", example) else { return nothing };
    let in_working_hours = hours.is_some_and(|hours| *hours != Hours::Elapsed);
    if let Some(days) = item.working_days() {
        if !in_working_hours && hours.is_some() {
            let what = "With hours = \"elapsed\" there are no working days.";
            item.wrong(what, "Name a calendar, or write \"24h\".".to_owned());
        }
        return Target::WorkingDays(days);
    }
    let Some(length) = item.length() else { return nothing };
    if length.has_days && in_working_hours {
        item.wrong(
            "A day of working hours can be read in three ways.",
            "Write \"8h\" for so many working hours, \"1 working day\" for the close of the next \
             working day, or hours = \"elapsed\", where a day is 24 hours."
                .to_owned(),
        );
    }
    Target::Time(SignedDuration::from_secs(length.seconds))
}

/// From when on a clock is at risk: a share of the target, or a length of time.
fn warn(table: &Table<'_>) -> Warn {
    let Some(item) = table.get("warn", "warn = \"80%\", or warn = \"45 days\"") else {
        return Warn::Share(WARN_PER_MILLE);
    };
    let warn = match item.is_share() {
        true => item.share().map(Warn::Share),
        false => item.length().map(|time| Warn::After(SignedDuration::from_secs(time.seconds))),
    };
    warn.unwrap_or(Warn::Share(WARN_PER_MILLE))
}

fn zone(table: &Table<'_>, known: &Known, hours: Option<&Hours>) -> ZonePolicy {
    let item = table.get("zone", "zone = \"owner\"");
    if hours == Some(&Hours::Elapsed) {
        if let Some(item) = item {
            let what = "With hours = \"elapsed\" no zone matters.";
            item.wrong(what, "Leave \"zone\" out.".to_owned());
        }
        return ZonePolicy::Calendar;
    }
    let Some(item) = item else {
        table.sink().if_whole(
            table.place,
            "Whose working hours count can be read in three ways.",
            "Write zone = \"owner\" for the clock on the owner's wall, zone = \"calendar\" for the \
             one of the calendar, or zone = \"prospect\" for the lead's own."
                .to_owned(),
        );
        return ZonePolicy::Calendar;
    };
    let policy = item.choice(&[
        ("owner", ZonePolicy::Owner),
        ("calendar", ZonePolicy::Calendar),
        ("prospect", ZonePolicy::Prospect),
    ]);
    if let (Some(Hours::Calendar(key)), Some(policy)) = (hours, &policy) {
        let has_zone = known.calendars.get(key) == Some(&true);
        if has_zone && *policy != ZonePolicy::Calendar {
            let what = format!("The calendar {key:?} has a zone of its own, which goes first.");
            item.wrong(
                what,
                "Write zone = \"calendar\", or take the calendar's zone out.".to_owned(),
            );
        }
        if !has_zone && *policy == ZonePolicy::Calendar {
            let what = format!("The calendar {key:?} has no zone.");
            item.wrong(what, "Give it one, such as zone = \"Europe/Berlin\".".to_owned());
        }
    }
    policy.unwrap_or(ZonePolicy::Calendar)
}

fn zero_time(table: &Table<'_>, hours: Option<&Hours>) -> ZeroTime {
    let item = table.get("zero_time", "zero_time = \"met\"");
    let Some(item) = item else {
        // By the clock on the wall, no time at all means an answer at once.
        if hours.is_some_and(|hours| *hours != Hours::Elapsed) {
            table.sink().if_whole(
                table.place,
                "An answer outside working hours can be read in three ways.",
                "Write zero_time = \"met\", \"not_met\" or \"no_verdict\" for a clock that starts \
                 and stops before any working hour has passed."
                    .to_owned(),
            );
        }
        return ZeroTime::Met;
    };
    let verdict = item.choice(&[
        ("met", ZeroTime::Met),
        ("not_met", ZeroTime::NotMet),
        ("no_verdict", ZeroTime::Ignored),
    ]);
    verdict.unwrap_or(ZeroTime::Met)
}

/// What becomes of clocks that run when the text comes into force; they keep their version unless the
/// text says otherwise.
fn running_clocks(table: &Table<'_>) -> RunningClocks {
    let choice = table.get("running_clocks", "running_clocks = \"follow_this_text\"");
    let choice = choice.and_then(|item| {
        item.choice(&[
            ("keep_their_version", RunningClocks::Keep),
            ("follow_this_text", RunningClocks::Recompute),
        ])
    });
    choice.unwrap_or(RunningClocks::Keep)
}

fn on_transfer(table: &Table<'_>) -> OnTransfer {
    let Some(item) = table.get("on_transfer", "on_transfer = \"restart\"") else {
        table.sink().if_whole(
            table.place,
            "What happens when it is passed on to another owner can be read in three ways.",
            "Write on_transfer = \"restart\" when the new owner gets the whole time, \
             \"restart_answered\" when passing it on also counts as an answer, or \"run_on\" when \
             the clock is that of the lead or opportunity and runs on."
                .to_owned(),
        );
        return OnTransfer::Restart;
    };
    let choice = item.choice(&[
        ("restart", OnTransfer::Restart),
        ("restart_answered", OnTransfer::RestartAnswered),
        ("run_on", OnTransfer::RunOn),
    ]);
    choice.unwrap_or(OnTransfer::Restart)
}
