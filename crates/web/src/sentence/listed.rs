//! What was reported of something, field by field.

use domain::field::{FieldValue, Fields};
use jiff::civil::Date;
use store::StoreError;

use crate::{names::Names, show::count};

/// Fields that are told; of more, how many there are.
const FIELDS_MAX: usize = 8;

/// Fields as words, the first eight of them: records by their names, days as days are said.
pub(super) fn listed(fields: &Fields, names: &Names<'_, '_>) -> Result<String, StoreError> {
    let is_open = fields.get("outcome").and_then(FieldValue::text) == Some("open");
    let mut words = Vec::new();
    for (name, value) in fields.iter().take(FIELDS_MAX) {
        let called = match name.as_str() {
            "closed_on" if is_open => "expected on".to_owned(),
            name => name.replace('_', " "),
        };
        words.push(format!("{called} {}", said(name, value, names)?));
    }
    if fields.len() > FIELDS_MAX {
        words.push(format!("and {} more", count((fields.len() - FIELDS_MAX) as u64)));
    }
    Ok(words.join(", "))
}

fn said(field: &str, value: &FieldValue, names: &Names<'_, '_>) -> Result<String, StoreError> {
    let Some(text) = value.text() else { return Ok(value.to_string()) };
    Ok(match field {
        "account" => names.account(&text.into())?,
        "lead" => names.lead(&text.into())?,
        "owner" => names.user_name(&text.into())?,
        _ => match text.parse::<Date>() {
            Ok(day) if text.len() == "2026-11-16".len() => day.strftime("%-d %b %Y").to_string(),
            _ => text.to_owned(),
        },
    })
}
