//! Proposing a change from the page: a clause with a field for each of its sentences and numbers,
//! or as the text that is signed. What somebody changes gathers until they put it before both sides.

pub(crate) mod instead;
pub(crate) mod preview;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::ids::Version;
use engine::{
    Engine, Refusal,
    access::Act,
    first_agreement::Signer,
    proposal::{Asked, Asks, ClauseChanged, ClauseForm, ProposalRefusal, Wrong},
};

use super::{absent, version_of};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    markup::Markup,
    names::encoded,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};

/// Where what somebody changed so far lies.
pub(crate) const SO_FAR: &str = "/agreement/proposal";

/// The page of a clause that is being changed.
#[derive(Template)]
#[template(path = "pages/agreement/propose/clause.html")]
struct ClausePage {
    frame: Frame,
    version: Version,
    title: String,
    href: String,
    changed: usize,
    /// The fields of the clause itself.
    fields: Markup,
    /// The fields of its list items, each item with its words, and whether something is wrong there.
    items: Vec<(String, Markup, bool)>,
    /// The clause as text, where it stands by itself.
    whole: Option<Markup>,
    /// Whether something is wrong with the text.
    is_text: bool,
    hidden: Markup,
    wrong: Markup,
}

/// What was typed, by the names of the fields.
type Typed = BTreeMap<String, String>;

/// Shows a clause with its fields.
pub(crate) async fn show(
    visit: Visit,
    Path((no, key)): Path<(String, String)>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let version = version_of(&no)?;
    clause(visit, version, key, None).await
}

/// Keeps a change with the others.
pub(crate) async fn create(
    visit: Visit,
    Path((no, key)): Path<(String, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let version = version_of(&no)?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (which, sent) = (key.clone(), typed.clone());
    let change = move |engine: &Engine| {
        let form = engine.clause_form(&by, version, &which)?;
        let change = match sent.get("text") {
            Some(text) => ClauseChanged::Text(text.clone()),
            None => ClauseChanged::Values(by_path(&form.asked, &sent)),
        };
        let hash = sent.get("of").cloned().unwrap_or_default();
        Ok(engine.change_clause(&by, version, &which, &hash, change, now)?)
    };
    match visit.house.work(change).await {
        Ok(()) => {
            let words = "Kept with your changes so far. Nobody else sees them yet.";
            Ok(visit.go(SO_FAR, &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => clause(visit, version, key, Some((refusal, typed))).await,
        Err(other) => Err(other),
    }
}

/// What was typed, by the paths of the values.
fn by_path(asked: &[Asked], typed: &Typed) -> BTreeMap<String, String> {
    let found = asked.iter().enumerate().filter_map(|(nth, asked)| {
        let typed = typed.get(&name_of(nth))?;
        Some((asked.path.clone(), typed.clone()))
    });
    found.collect()
}

/// The name of a field; a path may hold signs that a name cannot.
fn name_of(nth: usize) -> String {
    format!("v{nth}")
}

async fn clause(
    visit: Visit,
    version: Version,
    key: String,
    refused: Option<(Refusal, Typed)>,
) -> Result<Response, Failure> {
    let (by, which) = (visit.signed.0.clone(), key.clone());
    let found = visit.house.work(move |engine| {
        let found = engine.clause_form(&by, version, &which);
        match found {
            Err(engine::Error::Refused(Refusal::Proposal(ProposalRefusal::NoClause(_)))) => {
                Err(Failure::Absent)
            }
            found => found.map_err(absent),
        }
    });
    let found = match found.await {
        // Somebody who changes another version is told so where their changes lie.
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            let to = match refusal {
                Refusal::Proposal(ProposalRefusal::OtherBase(_)) => SO_FAR.to_owned(),
                _ => format!("/agreement/{version}"),
            };
            return Ok(visit.go(&to, &Flash::not_done(words)));
        }
        found => found?,
    };
    let mut forms = Forms::of(&found);
    let was_refused = refused.is_some();
    if let Some((refusal, typed)) = refused {
        forms.refuse(&found.asked, refusal, &typed);
    }
    let name = if found.heading.is_empty() { &found.title } else { &found.heading };
    let title = format!("Propose a change: {name}");
    let mut frame = visit.frame(title.clone(), Place::Agreement);
    frame.refused = was_refused;
    let (version, changed) = (found.version, found.changed);
    let href = clause_href(version, &key);
    let template = forms.page(&found, frame, ClauseHead { version, title, href, changed });
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Where a clause is changed.
pub(super) fn clause_href(version: Version, key: &str) -> String {
    let key: Vec<String> = key.split('/').map(encoded).collect();
    format!("/agreement/{version}/clauses/{}", key.join("/"))
}

/// What stands above the forms.
struct ClauseHead {
    version: Version,
    title: String,
    href: String,
    changed: usize,
}

/// The form of fields and the form of the text.
struct Forms {
    fields: Form,
    text: Form,
}

impl Forms {
    fn of(found: &ClauseForm) -> Forms {
        let fields = found.asked.iter().enumerate().map(|(nth, asked)| field(nth, asked, found));
        let text = Field::new("text", "The clause as text", Control::Area).optional();
        let text = text.value(found.text.clone().unwrap_or_default()).hint(
            "The lines that are signed. Leave it empty to take the clause out; write a further \
             clause beneath to put one in.",
        );
        Forms { fields: Form::of(fields), text: Form::of([text]) }
    }

    /// Says what is wrong, beside what was typed.
    fn refuse(&mut self, asked: &[Asked], refusal: Refusal, typed: &Typed) {
        let pairs: Vec<(&str, &String)> =
            typed.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let is_text = typed.contains_key("text");
        let form = if is_text { &mut self.text } else { &mut self.fields };
        form.keep(pairs);
        let Refusal::Proposal(ProposalRefusal::Wrong(wrong)) = refusal else {
            return form.refuse_whole(sentence(&refusal.to_string()));
        };
        if is_text {
            let says: Vec<String> = wrong.into_iter().map(|wrong| wrong.says).collect();
            return form.refuse("text", says.join(" "));
        }
        for Wrong { path, says } in wrong {
            let at = path.and_then(|path| asked.iter().position(|asked| asked.path == path));
            match at {
                Some(nth) => form.refuse(&name_of(nth), says),
                None => form.refuse_whole(says),
            }
        }
    }

    fn page(self, found: &ClauseForm, frame: Frame, head: ClauseHead) -> ClausePage {
        let ClauseHead { version, title, href, changed } = head;
        let Forms { fields, text } = self;
        let mut items: Vec<(String, Markup, bool)> = Vec::new();
        let mut own = Markup::new();
        for (nth, asked) in found.asked.iter().enumerate() {
            let (name, field) = (name_of(nth), fields.field(&name_of(nth)));
            let is_wrong = fields.is_wrong(&name);
            match (&asked.item, items.last_mut()) {
                (None, _) => own.push(field),
                (Some(item), Some(last)) if last.0 == capital(item) => {
                    last.1.push(field);
                    last.2 |= is_wrong;
                }
                (Some(item), _) => items.push((capital(item), field, is_wrong)),
            }
        }
        ClausePage {
            frame,
            version,
            title,
            href,
            changed,
            fields: own,
            items,
            whole: found.text.is_some().then(|| text.all()),
            is_text: text.is_refused(),
            hidden: Form::of([Field::hidden("of", &found.hash)]).all(),
            wrong: fields.summary().and(text.summary()),
        }
    }
}

/// A field for a value.
fn field(nth: usize, asked: &Asked, found: &ClauseForm) -> Field {
    let label = match &asked.item {
        Some(item) => own_label(&asked.label, item),
        None => asked.label.clone(),
    };
    let control = match &asked.asks {
        Asks::Sentence | Asks::Lines => Control::Area,
        Asks::Words => Control::Line("text"),
        Asks::Number => Control::Line("number"),
        Asks::YesNo => Control::Select(vec![
            ("true".to_owned(), "yes".to_owned()),
            ("false".to_owned(), "no".to_owned()),
        ]),
        Asks::OneOf(words) => Control::Select(words.clone()),
        Asks::Somebody => {
            let people = found.people.iter();
            let named = |who: &Signer| (who.named.clone(), who.name.clone().unwrap_or_default());
            Control::Suggest(people.map(named).collect())
        }
        Asks::Product => {
            let products = found.products.iter();
            Control::Suggest(products.map(|name| (name.clone(), String::new())).collect())
        }
    };
    let field = Field::new(name_of(nth), label, control).value(asked.value.trim());
    match asked.asks {
        Asks::Somebody => field.hint("An address of mail, or an id of a system."),
        Asks::Lines => field.optional().hint("One sentence a line."),
        _ => field,
    }
}

/// A label without the item that stands above the field.
fn own_label(label: &str, item: &str) -> String {
    let rest = label.get(item.len()..).unwrap_or(label);
    capital(rest.trim_start_matches([':', ',', ' ']))
}

/// The same with a capital at its beginning.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
