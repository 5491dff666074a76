//! `[[status]]` and `[activities.…]`: the lead's way, and what can happen on it.

use std::collections::BTreeMap;

use domain::agreement::{ActivityKind, Status};

use super::{Document, header::SIDES};
use crate::agreement::{
    reader::{Table, is_name},
    source::Placed,
};

/// The statuses, in the order of the text.
pub fn statuses(document: &Document<'_>) -> Vec<Status> {
    let mut statuses: Vec<Status> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for table in document.list("status", "a status") {
        let key = table.need("key", "key = \"MQL\"").and_then(|item| item.text());
        let label = table.get("label", "label = \"marketing qualified lead\"");
        let owner = table.get("owner", "owner = \"sales\"").and_then(|item| item.choice(&SIDES));
        let also = table.get("also", "also = [\"Marketing Qualified\"]");
        let also = also.map_or(Vec::new(), |item| item.texts());
        let reasons = table.get("reasons", "reasons = [\"No budget\", \"No answer\"]");
        let reasons = reasons.map_or(Vec::new(), |item| item.texts());
        let is_final = flag(&table, "final", "final = true");
        let is_exit = flag(&table, "exit", "exit = true");
        for word in key.iter().chain(&also) {
            let small = word.value.to_lowercase();
            if words.contains(&small) {
                let what = format!("{:?} stands for a status already.", word.value);
                let instead = "Small and capital letters are the same here.".to_owned();
                table.sink().add(word.place, what, instead);
            }
            words.push(small);
        }
        if let Some(key) = key {
            let label = label.and_then(|item| item.text());
            statuses.push(Status {
                label: label.map_or_else(|| key.value.clone(), |label| label.value),
                key: key.value,
                owner,
                also: values(also),
                is_final,
                is_exit,
                reasons: values(reasons),
            });
        }
        table.finish();
    }
    if statuses.is_empty() {
        let instead = "Write [[status]] with key = \"MQL\", one for each step of a lead's way.";
        document.missing("There is no status.", instead);
    }
    statuses
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
