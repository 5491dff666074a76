//! `[[service_level.step]]`: what happens while nobody answers, and who stands in for an owner.

use domain::{
    agreement::service::{Hours, PassesTo, Reassigns, Step, StepAt, Tells},
    ids::SubjectKind,
};
use jiff::SignedDuration;

use crate::agreement::{
    mistake::guess,
    reader::{Item, Table},
    source::Offer,
    units,
};

/// So many steps are enough for any ladder.
const STEPS_MAX: usize = 20;
/// How a step that is counted from the due instant is written.
const AFTER_DUE: &str = "after due";
const PASSES: [(&str, PassesTo); 2] = [("backup", PassesTo::Backup), ("route", PassesTo::Route)];
const WHOM: [(&str, Tells); 3] =
    [("owner", Tells::Owner), ("manager", Tells::Manager), ("backup", Tells::Backup)];

/// Who stands in for an owner.
pub fn backup(table: &Table<'_>) -> Option<String> {
    let item = table.get("backup", "backup = \"cover@firm.example\"")?;
    let name = item.text()?.value;
    item.offers(Offer::Somebody);
    names_somebody(&item, &name, &[]).then_some(name)
}

/// The steps, in the order of the text.
pub fn steps(
    level: &Table<'_>,
    on: SubjectKind,
    hours: Option<&Hours>,
    (backup, has_routes): (Option<&str>, bool),
) -> Vec<Step> {
    let list = level.get("step", "[[service_level.step]]");
    let tables = list.as_ref().map_or(Vec::new(), |item| item.tables("a step"));
    if tables.len() > STEPS_MAX {
        let what = format!("A service level has at most {STEPS_MAX} steps.");
        level.wrong(what, "Leave some out.".to_owned());
    }
    let mut steps: Vec<Step> = Vec::new();
    for table in &tables {
        let Some(step) = step(table, hours) else { continue };
        check(table, &step, on, (level.has("backup") || backup.is_some(), has_routes));
        if steps.iter().any(|other| !may_follow(other.at, step.at)) {
            let what = "This step is reached before one that stands above it.";
            let instead = "Write the steps in the order in which they are reached, each once.";
            table.sink().if_whole(table.place, what, instead.to_owned());
        }
        steps.push(step);
    }
    steps
}

fn step(table: &Table<'_>, hours: Option<&Hours>) -> Option<Step> {
    let item = table.need("at", "at = \"80%\", or at = \"2h after due\"");
    let at = item.and_then(|item| at(&item, hours));
    let listed = table.get("tells", "tells = [\"owner\", \"manager\"]");
    let listed = listed.and_then(|item| item.list()).unwrap_or_default();
    let mut tells = Vec::new();
    for part in &listed {
        let Some(whom) = whom(part) else { continue };
        if tells.contains(&whom) {
            part.wrong("This stands in the list twice.", None);
        } else {
            tells.push(whom);
        }
    }
    let passes = table.get("reassigns", "reassigns = \"backup\", or reassigns = \"route\"");
    let passes = passes.and_then(|item| item.choice(&PASSES));
    let most = table.get("at_most", "at_most = 2").and_then(|item| item.whole(1..=100));
    let most = most.and_then(|most| u32::try_from(most).ok());
    let reassigns = passes.zip(most).map(|(to, at_most)| Reassigns { to, at_most });
    table.finish();
    Some(Step { at: at?, tells, reassigns })
}

/// What a step says against itself, or against its service level.
fn check(table: &Table<'_>, step: &Step, on: SubjectKind, (has_backup, has_routes): (bool, bool)) {
    let wrong = |what: &str, instead: &str| {
        table.sink().if_whole(table.place, what, instead.to_owned());
    };
    if !table.has("tells") && !table.has("reassigns") {
        wrong("Nothing happens at this step.", "Write tells = [\"owner\"], or take the step out.");
    }
    if table.has("reassigns") && !table.has("at_most") {
        wrong(
            "How often a lead may be passed on is not said, and it could go on without an end.",
            "Write at_most = 1 for once on a lead, or another number.",
        );
    }
    if table.has("at_most") && !table.has("reassigns") {
        wrong(
            "This step passes nothing on.",
            "Write reassigns = \"backup\" or \"route\", or leave out at_most.",
        );
    }
    if table.has("reassigns") && on == SubjectKind::Opportunity {
        wrong(
            "An opportunity is passed on by people alone.",
            "Leave out reassigns, and write tells = [\"manager\"].",
        );
    }
    let by_route = step.reassigns.is_some_and(|passes| passes.to == PassesTo::Route);
    if by_route && !has_routes {
        wrong(
            "The text has no routes by which the lead could pass on.",
            "Write [routing] with its routes, or reassigns = \"backup\".",
        );
    }
    let to_backup = step.reassigns.is_some_and(|passes| passes.to == PassesTo::Backup);
    let needs = step.tells.contains(&Tells::Backup) || to_backup;
    if needs && !has_backup {
        wrong(
            "The service level names no backup.",
            "Write backup = \"cover@firm.example\" above its steps.",
        );
    }
}

/// Whether a step may stand below another; shares past the whole and lengths are not compared.
fn may_follow(above: StepAt, below: StepAt) -> bool {
    match (above, below) {
        (StepAt::Share(above), StepAt::Share(below)) => above < below,
        (StepAt::Late(above), StepAt::Late(below)) => above < below,
        (StepAt::Late(_), StepAt::Share(below)) => below > 1000,
        (StepAt::Share(_), StepAt::Late(_)) => true,
    }
}

fn at(item: &Item<'_>, hours: Option<&Hours>) -> Option<StepAt> {
    if item.is_share() {
        return item.share_past_the_whole().map(StepAt::Share);
    }
    let text = item.text()?.value;
    let Some(length) = text.strip_suffix(AFTER_DUE).and_then(units::length) else {
        let what = format!("When this step is reached cannot be read from {text:?}.");
        let instead = "Write \"80%\" or \"150%\" for a share of the target, or \"2h after due\" for a \
                       time since the due instant.";
        item.wrong(what, instead.to_owned());
        return None;
    };
    if length.has_days && hours.is_some_and(|hours| *hours != Hours::Elapsed) {
        item.wrong(
            "A day of working hours can be read in two ways.",
            "Write \"8h after due\" for so many working hours, or hours = \"elapsed\", where a day \
             is 24 hours."
                .to_owned(),
        );
    }
    Some(StepAt::Late(SignedDuration::from_secs(length.seconds)))
}

fn whom(item: &Item<'_>) -> Option<Tells> {
    let name = item.text()?.value;
    if let Some((_, whom)) = WHOM.iter().find(|(word, _)| *word == name) {
        return Some(whom.clone());
    }
    let words: Vec<&str> = WHOM.iter().map(|(word, _)| *word).collect();
    names_somebody(item, &name, &words).then_some(Tells::Named(name))
}

/// Whether text can be a mail address or a user id.
fn names_somebody(item: &Item<'_>, name: &str, words: &[&str]) -> bool {
    let is_name = !name.contains(char::is_whitespace) && name.contains(['@', ':']);
    if !is_name {
        let what = format!("{name:?} is neither a mail address nor the id of a user.");
        let instead = guess(name, words)
            .unwrap_or_else(|| "Write an address, such as \"cover@firm.example\".".to_owned());
        item.wrong(what, instead);
    }
    is_name
}
