//! Forms that keep what was typed and say what is wrong twice in the same words: in a summary at
//! the top and beside the field (GOV.UK).

use std::borrow::Cow;

use askama::{Template, filters::HtmlSafe};

use crate::{
    markup::{Markup, element},
    show::glyph::glyph,
};

/// What a person can put into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// One line; the kind is the `type` of the input: `text`, `email`, `password`, `number`,
    /// `date`, `time`, `url`.
    Line(&'static str),
    /// One line for which some are known, each as it is written and with what it is.
    Suggest(Vec<(String, String)>),
    /// Several lines.
    Area,
    /// One of a list, as values and words.
    Select(Vec<(String, String)>),
    /// One of a few, all in sight.
    Radio(Vec<(String, String)>),
    /// Yes or no; sent as `yes`.
    Check,
    /// Files, one or more, whose names end like this.
    Files(String),
    /// Sent along and not shown.
    Hidden,
}

/// One field.
#[derive(Debug, Clone, Template)]
#[template(path = "layout/field.html")]
pub struct Field {
    /// The name under which it is sent; its id too.
    pub name: Cow<'static, str>,
    /// What it is called.
    pub label: String,
    /// What to put in.
    pub control: Control,
    /// What is in it. Never kept for a password.
    pub value: String,
    /// A help beneath it.
    pub hint: String,
    /// What the browser may fill in: `username`, `current-password`.
    pub autocomplete: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

impl HtmlSafe for Field {}

impl Field {
    /// A field of a kind.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        control: Control,
    ) -> Field {
        Field {
            name: name.into(),
            label: label.into(),
            control,
            value: String::new(),
            hint: String::new(),
            autocomplete: "off",
            required: true,
            wrong: None,
        }
    }

    /// One line of text.
    pub fn line(name: impl Into<Cow<'static, str>>, label: impl Into<String>) -> Field {
        Field::new(name, label, Control::Line("text"))
    }

    /// An e-mail address.
    pub fn email(name: impl Into<Cow<'static, str>>, label: impl Into<String>) -> Field {
        Field::new(name, label, Control::Line("email"))
    }

    /// A password. What was typed is never sent back.
    pub fn password(name: impl Into<Cow<'static, str>>, label: impl Into<String>) -> Field {
        Field::new(name, label, Control::Line("password"))
    }

    /// One of a list.
    pub fn select(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        of: Vec<(String, String)>,
    ) -> Field {
        Field::new(name, label, Control::Select(of))
    }

    /// One of a few, all in sight.
    pub fn radio(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        of: Vec<(String, String)>,
    ) -> Field {
        Field::new(name, label, Control::Radio(of))
    }

    /// Sent along and not shown.
    pub fn hidden(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Field {
        Field::new(name, "", Control::Hidden).value(value)
    }

    /// The same with this in it.
    pub fn value(mut self, value: impl Into<String>) -> Field {
        if self.control != Control::Line("password") {
            self.value = value.into();
        }
        self
    }

    /// The same with a help beneath.
    pub fn hint(mut self, hint: impl Into<String>) -> Field {
        self.hint = hint.into();
        self
    }

    /// The same, for the browser to fill in.
    pub fn autocomplete(mut self, what: &'static str) -> Field {
        self.autocomplete = what;
        self
    }

    /// The same, and it may stay empty.
    pub fn optional(mut self) -> Field {
        self.required = false;
        self
    }

    fn holds(&self, key: &str) -> bool {
        self.value == key
    }

    /// The control that a link in the summary leads to.
    fn target(&self) -> String {
        match self.control {
            Control::Radio(_) => format!("{}-1", self.name),
            _ => self.name.to_string(),
        }
    }

    /// The attributes that tie hint and error to the control.
    fn described(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let wrong = self.wrong.is_some().then(|| format!("{}-wrong", self.name));
        hint.into_iter().chain(wrong).collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong with a control that stands among rows, to stand beside it under the id
/// `{control}-wrong`.
pub(crate) fn wrong_beside(control: &str, words: &str) -> Markup {
    let error = Markup::from(element("span").class("vh").holding("Error: "));
    let said = glyph("late").and(element("span").holding(error.and_text(words)));
    element("p").class("wrong").with("id", format!("{control}-wrong")).holding(said).into()
}

/// A form's fields, and what is wrong with it as a whole.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "layout/form_summary.html")]
pub struct Form {
    fields: Vec<Field>,
    whole: Vec<String>,
    /// What was typed into a form that is there no more.
    typed: Vec<String>,
}

impl Form {
    /// A form of these fields.
    pub fn of(fields: impl IntoIterator<Item = Field>) -> Form {
        Form { fields: fields.into_iter().collect(), ..Form::default() }
    }

    /// Puts what was typed into the fields of these names.
    pub fn keep<'t>(&mut self, typed: impl IntoIterator<Item = (&'t str, &'t String)>) {
        for (name, value) in typed {
            let found = self.fields.iter_mut().find(|field| field.name == name);
            if let Some(field) = found.filter(|field| field.control != Control::Line("password")) {
                field.value.clone_from(value);
            }
        }
    }

    /// Says what is wrong with a field.
    pub fn refuse(&mut self, name: &str, words: impl Into<String>) {
        let words = words.into();
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.wrong = Some(words),
            None => self.whole.push(words),
        }
    }

    /// Says what is wrong with the whole: a rule's refusal that is no single field's.
    pub fn refuse_whole(&mut self, words: impl Into<String>) {
        self.whole.push(words.into());
    }

    /// Takes the fields away where nothing can be sent any more. What is wrong stays, and so does a
    /// text that somebody typed: the summary has it, to be copied.
    pub fn close(&mut self) {
        for field in std::mem::take(&mut self.fields) {
            self.whole.extend(field.wrong);
            if field.control == Control::Area && !field.value.is_empty() {
                self.typed.push(field.value);
            }
        }
    }

    /// Whether anything is wrong.
    pub fn is_refused(&self) -> bool {
        !self.whole.is_empty() || self.fields.iter().any(|field| field.wrong.is_some())
    }

    /// Whether anything is wrong with a field.
    pub fn is_wrong(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name && field.wrong.is_some())
    }

    /// Whether anything that was typed is shown again.
    fn keeps(&self) -> bool {
        let typed = |field: &Field| field.control != Control::Hidden && !field.value.is_empty();
        self.fields.iter().any(typed)
    }

    fn asks_password(&self) -> bool {
        self.fields.iter().any(|field| field.control == Control::Line("password"))
    }

    /// The summary for the top of the page; nothing if nothing is wrong.
    pub fn summary(&self) -> Markup {
        if !self.is_refused() {
            return Markup::new();
        }
        Markup::of_template(self)
    }

    /// One field, as it is written on the page.
    pub fn field(&self, name: &str) -> Markup {
        let field = self.fields.iter().find(|field| field.name == name);
        debug_assert!(field.is_some(), "the form has no field {name}");
        field.map(Markup::of_template).unwrap_or_default()
    }

    /// All fields in their order.
    pub fn all(&self) -> Markup {
        self.fields.iter().map(Markup::of_template).collect()
    }
}
