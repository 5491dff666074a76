//! Cells that are corrected where they stand: the way into one, and the form that stands there
//! instead of its value. The form is the one of the thing's page, and is sent to the same address.

use std::borrow::Cow;

use askama::Template;
use domain::{
    correction::is_correctable_of,
    field::{FieldValue, Fields},
    owned::Owned,
};
use engine::correction::{held, known_fields};
use store::Reader;

use super::{Asked, Shown};
use crate::{
    failure::Failure,
    layout::{Control, Field},
    markup::{Markup, element},
    names::{Names, encoded},
    pages::correct::{What, may_correct, may_give},
    session::Signed,
    show::glyph::glyph,
};

/// The cell that an address opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Editing {
    /// The id of its row.
    pub(crate) row: String,
    pub(crate) what: What,
    /// What was typed, and why it did not go.
    pub(crate) wrong: Option<(String, String)>,
}

impl Editing {
    /// Reads `crm:l1~title`.
    pub(super) fn parse(text: &str) -> Option<Editing> {
        let (row, key) =
            text.rsplit_once('~').filter(|(row, key)| !row.is_empty() && !key.is_empty())?;
        Some(Editing { row: row.to_owned(), what: What::of(key), wrong: None })
    }
}

/// By this an address leads to a row.
pub(crate) fn row_of(id: &str) -> String {
    format!("r-{}", encoded(id))
}

/// What can be corrected in the cells of a list by whoever looks at it.
pub(crate) struct Cells {
    /// Whether they may correct fields, and give things to others.
    fields: bool,
    owners: bool,
    thing: fn(&str) -> Owned,
    /// The address of this very page, but for the cell.
    way: String,
    open: Option<Open>,
    /// Whether the form stands somewhere: two columns may show the same field.
    is_shown: std::cell::Cell<bool>,
}

/// A row as its cells are corrected.
pub(crate) struct InRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) fields: &'a Fields,
}

/// The form in a cell.
#[derive(Template)]
#[template(path = "layout/cell.html")]
struct Open {
    row: String,
    what: What,
    action: String,
    /// The view, to come back to, and its address.
    back: String,
    close: String,
    seen: String,
    field: Field,
}

impl Cells {
    /// The cells of a page of a list. Where none is open nothing is asked.
    pub(crate) fn of(
        (reader, names): (&Reader<'_>, &Names<'_, '_>),
        asked: &Asked,
        signed: &Signed,
        thing: fn(&str) -> Owned,
    ) -> Result<Cells, Failure> {
        let here = asked.here();
        let joint = if here.contains('?') { '&' } else { '?' };
        let (fields, owners) = (may_correct(&thing(""), signed), may_give(&thing(""), signed));
        let way = format!("{here}{joint}edit=");
        let mut cells = Cells { fields, owners, thing, way, open: None, is_shown: false.into() };
        if let Some(editing) = asked.edited().filter(|editing| cells.may(&editing.what)) {
            cells.open = open((reader, names), asked, editing, thing(&editing.row))?;
        }
        Ok(cells)
    }

    /// Whether the person may correct this of anything here.
    fn may(&self, what: &What) -> bool {
        match what {
            What::Owner => self.owners,
            What::Field(_) => self.fields,
        }
    }

    /// Whether this can be corrected of a row.
    fn can(&self, what: &What, row: &InRow<'_>) -> bool {
        let What::Field(name) = what else { return self.owners };
        let thing = (self.thing)(row.id);
        let is_known = match row.fields.get(name) {
            Some(value) => !matches!(value, FieldValue::Bool(_)),
            None => known_fields(&thing).contains(&name.as_str()),
        };
        self.fields && is_known && is_correctable_of(&thing, name)
    }

    /// A cell, with the way to correct what it shows, or with the form of that.
    pub(crate) fn cell(&self, shown: Shown, key: Option<&str>, row: &InRow<'_>) -> Shown {
        let Some(what) = key.map(What::of).filter(|what| self.can(what, row)) else { return shown };
        match self.form(&what, row) {
            Some(form) => Shown { class: "full any", label: None, value: form },
            None => Shown { value: shown.value.and(self.way(&what, row)), ..shown },
        }
    }

    /// What stands after the name of a row whose name can be corrected.
    pub(crate) fn beside_name(&self, row: &InRow<'_>) -> Markup {
        let what = What::of("name");
        match self.can(&what, row) {
            true => self.form(&what, row).unwrap_or_else(|| self.way(&what, row)),
            false => Markup::new(),
        }
    }

    fn form(&self, what: &What, row: &InRow<'_>) -> Option<Markup> {
        let open = self.open.as_ref().filter(|open| open.row == row.id && open.what == *what);
        open.filter(|_| !self.is_shown.replace(true)).map(Markup::of_template)
    }

    fn way(&self, what: &What, row: &InRow<'_>) -> Markup {
        let href = format!("{}{}~{}", self.way, encoded(row.id), encoded(what.key()));
        let words = format!("Correct {} of {}", what.heading().to_lowercase(), row.name);
        let link = element("a").class("ed").with("href", href).with("aria-label", words);
        link.holding(glyph("edit")).into()
    }
}

/// The form of a cell; none where there is nothing to correct.
fn open(
    (reader, names): (&Reader<'_>, &Names<'_, '_>),
    asked: &Asked,
    editing: &Editing,
    thing: Owned,
) -> Result<Option<Open>, Failure> {
    let Some(held) = held(reader, &thing)?.filter(|held| !held.is_closed) else { return Ok(None) };
    let Editing { row, what, wrong } = editing.clone();
    let Some(mut field) = what.field(names, &thing, &held)? else { return Ok(None) };
    if let Some((typed, why)) = wrong {
        field = Field { value: typed, wrong: Some(why), ..field };
    }
    // Another form of the page has a field of this name.
    field.name = Cow::Borrowed("cell");
    Ok(Some(Open {
        action: what.action(&thing),
        back: asked.back(),
        close: format!("{}#{}", asked.here(), row_of(&row)),
        seen: what.seen(&held),
        row,
        what,
        field,
    }))
}
