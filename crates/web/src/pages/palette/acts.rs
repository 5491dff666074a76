//! What can be done, as choices of the palette: each leads to the page or the form where it is done,
//! with the person or thing that was named. Nobody is offered what they may not do.

use domain::{ids::UserId, owned::Owned};
use engine::{
    Engine,
    absence::manager,
    access::Act,
    import::dock::{Import, State},
};
use jiff::Timestamp;
use store::read::Findable;

use super::{Choice, EACH, page};
use crate::{
    failure::Failure,
    find::{Hit, Question},
    keys,
    layout::SIGN_OUT,
    names::encoded,
    pages::{
        correct::{What, may_give},
        imports::files_words,
    },
    session::{Signed, Visit},
    theme::Theme,
};

/// Lists that are to be had as files.
const LISTS: [&str; 10] = [
    "/leads",
    "/opportunities",
    "/accounts",
    "/ledger",
    "/imports",
    "/people",
    "/requests",
    "/disputes",
    "/duplicates",
    "/views",
];

/// An act that is found by other words, too.
fn act(name: &str, what: &str, href: impl Into<String>, also: &'static str) -> Choice {
    Choice { also, ..page(name, what, href) }
}

/// A button of a form that stands on every page.
fn button(name: &str, form: &'static str, value: Option<&'static str>) -> Choice {
    Choice { name: name.to_owned(), form: Some(form), value, ..Choice::default() }
}

/// What somebody may do, wherever they are; `here` is the address of the page they look at.
pub(super) fn acts(visit: &Visit, here: &str) -> Vec<Choice> {
    let signed = &visit.signed;
    let mut acts: Vec<Choice> = this_list(here).into_iter().collect();
    acts.extend(on_records(signed));
    acts.extend(on_people(signed));
    acts.extend(on_the_agreement(visit));
    let themes = Theme::ALL.into_iter().filter(|theme| *theme != visit.frame.theme);
    acts.extend(
        themes.map(|theme| button(&format!("{} theme", theme.word()), "/theme", Some(theme.key()))),
    );
    let (word, value) = if visit.frame.keys { ("off", "off") } else { ("on", "on") };
    acts.push(button(&format!("Turn one-letter keys {word}"), keys::SHEET, Some(value)));
    acts.push(button("Sign out", SIGN_OUT, None));
    acts
}

/// The list that somebody looks at, as a file.
fn this_list(here: &str) -> Option<Choice> {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    LISTS.contains(&path).then(|| {
        let joint = if query.is_empty() { "" } else { "?" };
        let href = format!("{path}.csv{joint}{query}");
        act("Export this list", "all of this view as CSV", href, "download file")
    })
}

fn on_records(signed: &Signed) -> Vec<Choice> {
    let mut acts = Vec::new();
    if signed.can(&Act::Import) {
        acts.push(page("Import a file", "leads, deals and what happened", "/imports/new"));
        acts.push(act("Undo an import", "choose it in the list", "/imports", "take back revert"));
    }
    if signed.can(&Act::AssignLeads) {
        let what = "tick them in the list, or write whose: give Anna Berg";
        acts.push(act("Give leads to somebody", what, "/leads", "hand assign owner reassign"));
    }
    if signed.can(&Act::CorrectLeads) {
        let what = "in its cell of the list, or many at once";
        acts.push(act("Correct a field of leads", what, "/leads", "edit change mend"));
    }
    if signed.can(&Act::MergeLeads) {
        let what = "those that may be the same person";
        acts.push(act("Merge leads", what, "/duplicates", "duplicates join"));
    }
    if signed.can(&Act::SeeLeads) {
        acts.push(page("Download the leads", "export all as CSV", "/leads.csv"));
        acts.push(page("Download the opportunities", "export all as CSV", "/opportunities.csv"));
        acts.push(page("Download the accounts", "export all as CSV", "/accounts.csv"));
    }
    acts
}

fn on_people(signed: &Signed) -> Vec<Choice> {
    let me = &signed.0.user;
    let own = format!("/people/{}", encoded(me.as_str()));
    let mut acts = Vec::new();
    if signed.can(&Act::MakeRequests) {
        acts.push(page("Ask for something", "a request to a colleague", "/requests/new"));
    }
    if signed.can(&Act::EnterAbsenceOf(me.clone(), None)) {
        let href = format!("{own}#away");
        acts.push(act("Write down an absence", "days on which you are away", href, "holiday"));
    }
    if signed.can(&Act::PassOnBookOf(me.clone(), None)) {
        let href = format!("{own}/book");
        acts.push(act("Pass your book on", "leads, deals and accounts", href, "hand over"));
    }
    acts.push(act("End a session", "where you are signed in", "/account", "device revoke"));
    if signed.can(&Act::ManagePeople) {
        acts.push(page("Invite a colleague", "let somebody in", "/people/new"));
        let what = "choose them in the list, or write whose: end session Anna Berg";
        acts.push(act("End somebody's sessions", what, "/people", "sign out revoke"));
    }
    acts
}

fn on_the_agreement(visit: &Visit) -> Vec<Choice> {
    let signed = &visit.signed;
    let mut acts = Vec::new();
    if signed.can(&Act::Propose) {
        let what = "a first text from what has happened";
        let name = "Begin a new draft of the Agreement";
        acts.push(act(name, what, "/agreement/draft", "write propose"));
    }
    let Some(version) = visit.frame.in_force else { return acts };
    if signed.can(&Act::Propose) {
        let what = "clause by clause, from the text in force";
        acts.push(act("Propose a change of the Agreement", what, "/agreement", "amend edit"));
    }
    if signed.can(&Act::ContestClauses) {
        acts.push(act("Contest a clause", "open it first", "/agreement", "dispute raise"));
    }
    let href = format!("/agreement/{version}/backtest");
    acts.push(act("Try the definition on the past", "the backtest", href, "simulate"));
    acts
}

/// What can be asked of imports that are under way.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn of_imports(engine: &Engine, signed: &Signed) -> Result<Vec<Choice>, Failure> {
    const UNDER_WAY: [State; 5] =
        [State::Trying, State::Waiting, State::Running, State::Paused, State::PausedTrial];
    if !signed.can(&Act::Import) {
        return Ok(Vec::new());
    }
    let runs = engine.read(|reader| reader.imports_in(&UNDER_WAY.map(State::key)))?;
    let imports = runs.iter().map(Import::of);
    let choice = |import: Import| {
        let (files, href) = (files_words(&import.files), format!("/imports/{}", import.id));
        match import.state {
            State::Paused | State::PausedTrial => {
                act(&format!("Resume the import of {files}"), "it rests", href, "go on")
            }
            _ => act(&format!("Pause the import of {files}"), "it is under way", href, "stop"),
        }
    };
    Ok(imports.map(choice).collect())
}

/// What can be done with a person or a thing, by the words that people begin with.
const VERBS: [(Verb, &[&str]); 4] = [
    (Verb::Give, &["give", "hand", "assign"]),
    (Verb::Absence, &["absence", "absent", "away"]),
    (Verb::EndSessions, &["end", "session", "sessions"]),
    (Verb::PassOn, &["pass", "book"]),
];

/// Words between what is done and with whom.
const BETWEEN: [&str; 13] = [
    "a", "an", "book", "for", "lead", "leads", "of", "on", "session", "sessions", "the", "to",
    "with",
];

/// Letters by which a verb is known.
const VERB_LETTERS_MIN: usize = 3;

#[derive(Clone, Copy)]
enum Verb {
    Give,
    Absence,
    EndSessions,
    PassOn,
}

/// The verb that a text begins with, and the name after it.
fn verb_of(text: &str) -> Option<(Verb, String)> {
    let text = text.to_lowercase();
    let mut words = text.split_whitespace();
    let first = words.next().filter(|first| first.chars().count() >= VERB_LETTERS_MIN)?;
    let begins = |known: &&str| known.starts_with(first);
    let (verb, _) = VERBS.iter().find(|(_, all)| all.iter().any(&begins))?;
    let name: Vec<&str> = words.skip_while(|word| BETWEEN.contains(word)).collect();
    (!name.is_empty()).then(|| (*verb, name.join(" ")))
}

/// Acts on what is named after a verb: `give Anna Berg`, `absence of Jo`.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn with_what_is_named(
    engine: &Engine,
    signed: &Signed,
    text: &str,
    now: Timestamp,
) -> Result<Vec<Choice>, Failure> {
    let Some((verb, name)) = verb_of(text) else { return Ok(Vec::new()) };
    let mut acts = Vec::new();
    for group in Question::new(signed, &name, EACH).ask(engine, now)? {
        for hit in &group.hits {
            acts.extend(match (verb, group.kind) {
                (Verb::Give, Some(kind)) => giving(signed, kind, hit),
                (_, Some(Findable::User)) => with_somebody(engine, signed, verb, hit)?,
                _ => None,
            });
        }
    }
    acts.truncate(EACH);
    Ok(acts)
}

fn giving(signed: &Signed, kind: Findable, hit: &Hit) -> Option<Choice> {
    let id = hit.id.as_str();
    let thing = match kind {
        Findable::Lead => Owned::Lead(id.into()),
        Findable::Opportunity => Owned::Opportunity(id.into()),
        Findable::Account => Owned::Account(id.into()),
        Findable::User | Findable::Campaign => return None,
    };
    may_give(&thing, signed).then(|| {
        page(format!("Give {} to somebody", hit.name), hit.what.clone(), What::Owner.action(&thing))
    })
}

fn with_somebody(
    engine: &Engine,
    signed: &Signed,
    verb: Verb,
    hit: &Hit,
) -> Result<Option<Choice>, Failure> {
    let user = UserId::from(hit.id.as_str());
    let Some(row) = engine.read(|reader| reader.user(&user))? else { return Ok(None) };
    let own = format!("/people/{}", encoded(user.as_str()));
    let (act, name, href) = match verb {
        Verb::Give => return Ok(None),
        Verb::Absence => (
            Act::EnterAbsenceOf(user, manager(&row)),
            format!("Write down an absence of {}", hit.name),
            format!("{own}#away"),
        ),
        Verb::EndSessions => (
            Act::EndSessionsOf(user),
            format!("End sessions of {}", hit.name),
            format!("{own}#sessions"),
        ),
        Verb::PassOn => (
            Act::PassOnBookOf(user, manager(&row)),
            format!("Pass the book of {} on", hit.name),
            format!("{own}/book"),
        ),
    };
    Ok(signed.can(&act).then(|| page(name, hit.what.clone(), href)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_what_is_done_and_goes_on_with_whom() {
        let name = |text: &str| verb_of(text).map(|(_, name)| name);
        for (text, expected) in [
            ("give Anna Berg", Some("anna berg")),
            ("Hand the lead anna", Some("anna")),
            ("end session of jo", Some("jo")),
            ("abs jo", Some("jo")),
            ("gi anna", None),
            ("give", None),
            ("give leads to", None),
            ("anna give", None),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text}");
        }
    }
}
