//! `[[status]]`, `[[stage]]` and `[activities.…]`: the ways of a lead and of an opportunity, and what
//! can happen on them.

use std::collections::BTreeMap;

use domain::agreement::{ActivityKind, Reason, Stage, Status};

use super::{Document, header::SIDES};
use crate::agreement::{
    mistake::guess,
    reader::{Item, Table, is_name},
    source::Placed,
};

/// The statuses that a status may be entered from, with where each is named.
type From<'t> = Vec<(String, Placed<'t, String>)>;

/// The statuses, in the order of the text.
pub fn statuses(document: &Document<'_>) -> Vec<Status> {
    let mut statuses: Vec<Status> = Vec::new();
    let mut words = Words::default();
    let mut from: From<'_> = Vec::new();
    for table in document.list("status", "a status") {
        let key = table.need("key", "key = \"MQL\"").and_then(|item| item.text());
        let label = table.get("label", "label = \"marketing qualified lead\"");
        let owner = table.get("owner", "owner = \"sales\"").and_then(|item| item.choice(&SIDES));
        let also = table.get("also", "also = [\"Marketing Qualified\"]");
        let also = also.map_or(Vec::new(), |item| item.texts());
        let entered_from = table.get("from", "from = [\"Raw\", \"Inquiry\"]");
        let entered_from = entered_from.map(|item| item.texts());
        let reasons = table.get("reasons", "reasons = [\"No budget\", \"No answer\"]");
        let reasons = reasons.map_or(Vec::new(), |item| self::reasons(&item));
        let is_final = flag(&table, "final", "final = true");
        let is_exit = flag(&table, "exit", "exit = true");
        words.check(&table, key.iter().chain(&also), "status");
        if let Some(key) = key {
            let named = entered_from.iter().flatten().cloned();
            from.extend(named.map(|name| (key.value.clone(), name)));
            let label = label.and_then(|item| item.text());
            statuses.push(Status {
                label: label.map_or_else(|| key.value.clone(), |label| label.value),
                key: key.value,
                owner,
                also: values(also),
                is_final,
                is_exit,
                from: entered_from.map(values),
                reasons,
            });
        }
        table.finish();
    }
    check_from(document, &statuses, &from);
    if statuses.is_empty() {
        let instead = "Write [[status]] with key = \"MQL\", one for each step of a lead's way.";
        document.missing("There is no status.", instead);
    }
    statuses
}

/// Whether each status that another may be entered from is one, and can be left.
fn check_from(document: &Document<'_>, statuses: &[Status], from: &From<'_>) {
    let Some(sink) = document.roots.first().map(Table::sink) else { return };
    let keys: Vec<&str> = statuses.iter().map(|status| status.key.as_str()).collect();
    for (key, name) in from {
        match statuses.iter().find(|status| status.key == name.value) {
            None => {
                let what = format!("There is no status {:?}.", name.value);
                sink.if_whole(name.place, what, guess(&name.value, &keys));
            }
            Some(earlier) if earlier.is_final => {
                let what = format!("{:?} is final, so {key:?} cannot follow it.", name.value);
                sink.add(name.place, what, "Take it out, or take \"final\" away.".to_owned());
            }
            Some(_) => {}
        }
    }
}

/// The reasons of a status: words, and tables of a reason with its kinds.
fn reasons(item: &Item<'_>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for part in item.list().unwrap_or_default() {
        let reason = if part.is_text() {
            part.text().map(|text| Reason { text: text.value, kinds: Vec::new() })
        } else {
            part.table("a reason").and_then(|table| {
                let text = table.need("reason", "reason = \"Bad data\"");
                let kinds = table.need("kinds", "kinds = [\"Spam\", \"Bounced email\"]");
                let kinds = kinds.map_or(Vec::new(), |item| values(item.texts()));
                table.finish();
                Some(Reason { text: text?.text()?.value, kinds })
            })
        };
        let Some(reason) = reason else { continue };
        if reasons.iter().any(|other| other.text == reason.text) {
            part.wrong(format!("{:?} stands in this list twice.", reason.text), None);
        } else {
            reasons.push(reason);
        }
    }
    reasons
}

/// Words that stand for one thing each; small and capital letters are the same.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn check<'a, 't: 'a>(
        &mut self,
        table: &Table<'t>,
        words: impl Iterator<Item = &'a Placed<'t, String>>,
        noun: &str,
    ) {
        for word in words {
            let small = word.value.to_lowercase();
            if self.0.contains(&small) {
                let what = format!("{:?} stands for a {noun} already.", word.value);
                let instead = "Small and capital letters are the same here.".to_owned();
                table.sink().add(word.place, what, instead);
            }
            self.0.push(small);
        }
    }
}

/// The stages of an opportunity, in the order of the text; none where the Agreement leaves them open.
pub fn stages(document: &Document<'_>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut words = Words::default();
    for table in document.list("stage", "a stage") {
        let key = table.need("key", "key = \"Discovery\"").and_then(|item| item.text());
        let label = table.get("label", "label = \"discovery\"").and_then(|item| item.text());
        let also = table.get("also", "also = [\"1-Discovery\"]");
        let also = also.map_or(Vec::new(), |item| item.texts());
        words.check(&table, key.iter().chain(&also), "stage");
        if let Some(key) = key {
            stages.push(Stage {
                label: label.map_or_else(|| key.value.clone(), |label| label.value),
                key: key.value,
                also: values(also),
            });
        }
        table.finish();
    }
    stages
}

/// The activities by key.
pub fn activities(document: &Document<'_>) -> BTreeMap<String, ActivityKind> {
    let mut activities = BTreeMap::new();
    for section in document.tables("activities", "the activities") {
        for (key, item) in section.entries("[activities.webinar]") {
            let Some(table) = item.table("an activity") else { continue };
            let label = table.need("label", "label = \"Webinar\"").and_then(|item| item.text());
            let success = table.get("success", "success = [\"Attended\"]");
            let success = success.map(|item| {
                let words = values(item.texts());
                if words.is_empty() {
                    let what = "No status of this activity would be a success.";
                    item.wrong(what, "Leave \"success\" out when every status is one.".to_owned());
                }
                words
            });
            let meaningful = flag(&table, "meaningful", "meaningful = true");
            table.finish();
            let label = label.map_or(String::new(), |label| label.value);
            let activity = ActivityKind { label, success, meaningful };
            if !is_name(key.value) {
                let what = format!("{:?} cannot be the name of an activity.", key.value);
                let instead = "Use small letters, digits and '_', beginning with a letter.";
                section.sink().add(key.place, what, instead.to_owned());
            } else if activities.insert(key.value.to_owned(), activity).is_some() {
                let what = format!("The activity {:?} is given twice.", key.value);
                section.sink().add(key.place, what, "Join the two.".to_owned());
            }
        }
    }
    activities
}

/// A yes or no that is no when it is left out.
pub fn flag(table: &Table<'_>, key: &'static str, example: &'static str) -> bool {
    table.get(key, example).and_then(|item| item.yes()).unwrap_or(false)
}

fn values(texts: Vec<Placed<'_, String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
