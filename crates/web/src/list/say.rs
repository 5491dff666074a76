//! The sentence over a list: each condition that holds with the address without it, and the panels
//! in which conditions, columns and the order are chosen.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};
use store::StoreError;

use super::{Asked, Chip, Choice, PERIODS, Period, ROWS, choice, densities};
use crate::{
    failure::Failure,
    list::offers::{Offers, Others},
    names::Names,
};

/// One condition: how it is asked for, and how it reads where it holds.
pub(crate) struct Condition {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) control: Control,
    /// The condition in words, where it holds.
    pub(crate) says: Option<String>,
}

/// How a condition is asked for.
pub(crate) enum Control {
    /// Some of several.
    Ticks(Vec<Choice>),
    /// One of several; the words of none first.
    Choice(&'static str, Vec<Choice>),
    /// Somebody, as one of several; the others are asked for where there are any.
    Somebody(Vec<Choice>, Option<Others>),
    /// A text.
    Text(String),
    /// A text, with some that are offered.
    Offered(String, BTreeSet<String>),
    /// A number.
    Number(String),
    /// A text that is looked for, in the sentence itself; and what may be looked for.
    Search(String, &'static str),
    /// The last days, or from a day to a day.
    Days(Period),
}

impl Control {
    /// The ready-made periods to choose from.
    fn days(period: &Period) -> Vec<Choice> {
        let words = |days: &str| format!("in the last {days} days");
        PERIODS.iter().map(|key| choice(key, &words(key), *key == period.days)).collect()
    }
}

/// The sentence.
#[derive(Template)]
#[template(path = "layout/say.html")]
pub(crate) struct Say {
    /// What the list is called.
    pub(crate) title: String,
    pub(crate) path: &'static str,
    /// What several rows are called.
    pub(crate) many: &'static str,
    pub(crate) asked: Asked,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) columns: Vec<Choice>,
    pub(crate) sorts: Vec<Choice>,
    /// Whether somebody chose the columns.
    pub(crate) is_chosen: bool,
}

impl HtmlSafe for Say {}

impl Say {
    fn chips(&self) -> Vec<Chip> {
        let says = self.conditions.iter().filter_map(|it| Some((it.name, it.says.clone()?)));
        says.map(|(name, words)| self.asked.chip(name, words)).collect()
    }

    fn densities(&self) -> Vec<Choice> {
        densities(self.asked.density())
    }

    fn rows(&self) -> Vec<Choice> {
        let here = self.asked.rows().0;
        ROWS.iter().map(|(key, _)| choice(key, key, *key == here)).collect()
    }
}

/// Whose rows are asked for.
pub(crate) fn owned(names: &Names<'_, '_>, asked: &Asked) -> Result<Condition, StoreError> {
    let here = asked.one("owner");
    let own = ["me", "nobody"].into_iter();
    let mut all: Vec<Choice> = own.clone().map(|key| choice(key, key, key == here)).collect();
    let Offers { people, others } = Offers::owners(names, asked, here)?;
    let people = people.into_iter();
    all.extend(people.map(|(key, words)| Choice { is_chosen: key == here, key, words }));
    let says = match here {
        "" => None,
        "me" | "nobody" => Some(format!("owned by {here}")),
        id => Some(format!("owned by {}", names.user_name(&id.into())?)),
    };
    let control = Control::Somebody(all, others);
    Ok(Condition { name: "owner", label: "Owned by", control, says })
}

/// At which account: by its name where an id was said, else the words that names begin with.
pub(crate) fn at_account(names: &Names<'_, '_>, asked: &Asked) -> Result<Condition, Failure> {
    let said = asked.one("account");
    let says = match said {
        "" => None,
        said => {
            let name = names.account(&said.into())?;
            Some(if name == said { format!("at “{said}…”") } else { format!("at {name}") })
        }
    };
    Ok(Condition {
        name: "account",
        label: "At an account whose name begins",
        control: Control::Text(said.to_owned()),
        says,
    })
}

/// A period, as the words before it have it: `created in the last 7 days`.
pub(crate) fn period(
    name: &'static str,
    label: &'static str,
    before: &str,
    asked: &Asked,
    time: &crate::show::LocalTime,
) -> Condition {
    let period = asked.period(name);
    let says = period.words(time).map(|words| format!("{before} {words}"));
    Condition { name, label, control: Control::Days(period), says }
}
