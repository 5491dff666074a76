//! The conditions of a question whose parts may be left out.

use crate::value::Value;

/// Conditions that must all hold, and the values that they name.
#[derive(Default)]
pub(crate) struct Conditions {
    texts: Vec<String>,
    /// In the order of their placeholders.
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// Notes a value; its placeholder.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Notes a condition, in which the values stand as their placeholders.
    pub(crate) fn hold(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// As they stand after the table's name; empty where there are none.
    pub(crate) fn clause(&self) -> String {
        if self.texts.is_empty() {
            return String::new();
        }
        format!("where {}", self.texts.join(" and "))
    }
}
