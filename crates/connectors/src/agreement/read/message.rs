//! `[[message]]`: the value proposition, the house of pillars and proofs, claims, and vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use domain::agreement::{
    message::{Claim, Concept, Message, Pillar, Proof, Standing, words_in},
    text::ClauseKind,
    value_proposition::ValueProposition,
};
use jiff::civil::Date;

use super::{
    Document,
    clauses::{Clauses, Ids},
    header::person,
    names::one_of,
};
use crate::agreement::{
    reader::{Item, Table},
    source::{Place, Placed},
};

/// The message in one line has at most so many words. Source: domain.md 6.
const ONE_LINER_WORDS: usize = 20;
/// What is said in half a minute has at most so many.
const ELEVATOR_WORDS: usize = 75;
/// A paragraph has at most so many.
const BOILERPLATE_WORDS: usize = 100;
/// A slot of the value proposition has at most so many: more are not said in one breath.
const SLOT_WORDS: usize = 25;

/// What must be told apart over all messages.
struct Told<'t> {
    pillars: Ids,
    claims: Ids,
    /// Every form of every word, in small letters.
    forms: BTreeMap<String, Form<'t>>,
}

/// Where a form of a word stands.
struct Form<'t> {
    concept: String,
    list: &'static str,
    place: Place<'t>,
}

/// Reads the messages, each a clause.
pub fn messages<'t>(document: &Document<'t>, clauses: &mut Clauses<'t>) {
    let personas = personas(document);
    let mut told =
        Told { pillars: Ids::new("pillar"), claims: Ids::new("claim"), forms: BTreeMap::new() };
    for table in document.list("message", "a message") {
        let pillars = pillars(&table, &personas, &mut told);
        let message = Message {
            value_proposition: value_proposition(&table),
            one_liner: limited(
                &table,
                "one_liner",
                "one_liner = \"See your energy by machine, the next morning.\"",
                ONE_LINER_WORDS,
            ),
            elevator: limited(
                &table,
                "elevator",
                "elevator = \"what is said in half a minute\"",
                ELEVATOR_WORDS,
            ),
            boilerplate: limited(
                &table,
                "boilerplate",
                "boilerplate = \"what stands at the end of a text\"",
                BOILERPLATE_WORDS,
            ),
            claims: claims(&table, &pillars, &mut told),
            concepts: concepts(&table, &mut told),
            pillars,
        };
        clauses.add(&table, ClauseKind::Message(Box::new(message)));
        table.finish();
    }
}

/// The keys of the personas, wherever they stand.
fn personas(document: &Document<'_>) -> Vec<String> {
    let id = |table: Table<'_>| Some(table.get("id", "id = \"first-answer\"")?.id()?.value);
    let ids = document.list("persona", "a persona").into_iter().filter_map(id);
    ids.collect::<BTreeSet<String>>().into_iter().collect()
}

fn value_proposition(message: &Table<'_>) -> Option<ValueProposition> {
    let example = "[message.value_proposition] with its seven slots below it";
    let table = message.get("value_proposition", example)?.table("a value proposition")?;
    let slot = |key, example| {
        let slot = table.need(key, example)?.text()?;
        within(&table, key, slot, SLOT_WORDS)
    };
    let whom = slot("for", "for = \"factories with 200 to 2,000 people\"");
    let who = slot("who", "who = \"pay for energy by the building\"");
    let product = slot("product", "product = \"Ostrand Line\"");
    let is_a = slot("is_a", "is_a = \"energy meter\"");
    let that = slot("that", "that = \"shows each machine's energy the next morning\"");
    let unlike = slot("unlike", "unlike = \"a bill by the month\"");
    let our = slot("our", "our = \"says which machine it was\"");
    table.finish();
    Some(ValueProposition {
        whom: whom?,
        who: who?,
        product: product?,
        is_a: is_a?,
        that: that?,
        unlike: unlike?,
        our: our?,
    })
}

/// A text of at most so many words.
fn limited(
    table: &Table<'_>,
    key: &'static str,
    example: &'static str,
    words_max: usize,
) -> Option<String> {
    let text = table.get(key, example)?.text()?;
    within(table, key, text, words_max)
}

fn within(
    table: &Table<'_>,
    key: &str,
    text: Placed<'_, String>,
    words_max: usize,
) -> Option<String> {
    let n = words_in(&text.value);
    if n <= words_max {
        return Some(text.value);
    }
    let what = format!("{key:?} has {n} words, and {words_max} are the most.");
    let instead = match n - words_max {
        1 => "Take one out.".to_owned(),
        more => format!("Take {more} out."),
    };
    table.sink().add(text.place, what, instead);
    None
}

fn pillars<'t>(message: &Table<'t>, personas: &[String], told: &mut Told<'t>) -> Vec<Pillar> {
    let Some(list) = message.get("pillar", "[[message.pillar]]") else { return Vec::new() };
    let tables = list.tables("a pillar");
    if !(2..=4).contains(&tables.len()) {
        let n = tables.len();
        let are = if n == 1 { "is 1 pillar".to_owned() } else { format!("are {n} pillars") };
        let place = tables.first().map_or(list.place, |table| table.place);
        let what = format!("There {are}, and a house stands on two to four.");
        let instead = match n {
            0 | 1 => "Write another [[message.pillar]], or say it in the clause itself.",
            _ => "Join those that say nearly the same.",
        };
        message.sink().add(place, what, instead.to_owned());
    }
    let mut pillars = Vec::new();
    for table in tables {
        let id = told.pillars.read(&table);
        let says = table.need("says", "says = \"By machine, not by building.\"");
        let whom = table.get("for", "for = [\"plant-manager\"]");
        let proofs = table.get("proof", "[[message.pillar.proof]]");
        let proofs = proofs.map_or(Vec::new(), |item| item.tables("a proof"));
        pillars.push(Pillar {
            id,
            says: says.and_then(|item| item.text()).map_or(String::new(), |says| says.value),
            personas: whom.map_or(Vec::new(), |item| known(&item, "persona", personas)),
            proofs: proofs.iter().map(proof).collect(),
        });
        table.finish();
    }
    pillars
}

/// A list of keys that must exist, none of them twice.
pub fn known(list: &Item<'_>, noun: &str, keys: &[String]) -> Vec<String> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut known: Vec<String> = Vec::new();
    for part in list.list().unwrap_or_default() {
        let Some(key) = one_of(&part, noun, &keys) else { continue };
        if known.contains(&key) {
            part.wrong(format!("{key:?} stands in this list twice."), None);
            continue;
        }
        known.push(key);
    }
    known
}

fn proof(table: &Table<'_>) -> Proof {
    let text = |key, example| table.need(key, example).and_then(|item| item.text());
    let says = text("says", "says = \"61 installations were metered by the next morning.\"");
    let source = text("source", "source = \"log of installations, May 2026\"");
    let (from, until) = days(table);
    let jurisdiction = table.get("jurisdiction", "jurisdiction = \"DE\"");
    let approved_by = person(table, "approved_by", false);
    let proof = Proof {
        says: says.map_or(String::new(), |says| says.value),
        source: source.map_or(String::new(), |source| source.value),
        from,
        until,
        jurisdiction: jurisdiction.and_then(|item| item.text()).map(|text| text.value),
        approved_by: approved_by.map(|person| person.value),
    };
    table.finish();
    proof
}

/// The first and the last day of something, each of which may be left open.
pub fn days(table: &Table<'_>) -> (Option<Date>, Option<Date>) {
    let from = table.get("from", "from = 2026-10-01").and_then(|item| item.date());
    let until = table.get("until", "until = 2026-12-31").and_then(|item| item.date());
    if let (Some(from), Some(until)) = (&from, &until)
        && until.value < from.value
    {
        let what = format!("It ends on {}, before it begins.", until.value);
        table.sink().add(until.place, what, "\"until\" is its last day.".to_owned());
    }
    (from.map(|from| from.value), until.map(|until| until.value))
}

fn claims(message: &Table<'_>, pillars: &[Pillar], told: &mut Told<'_>) -> Vec<Claim> {
    let list = message.get("claim", "[[message.claim]]");
    let tables = list.map_or(Vec::new(), |item| item.tables("a claim"));
    tables.iter().map(|table| claim(table, pillars, &mut told.claims)).collect()
}

fn claim(table: &Table<'_>, pillars: &[Pillar], ids: &mut Ids) -> Claim {
    let has_id = table.get("id", "id = \"next-morning\"").is_some();
    let text = |key, example| Some(table.get(key, example)?.text()?.value);
    let says = table.need("says", "says = \"Installed in one day.\"");
    let standing = table.need("standing", "standing = \"allowed\"");
    let standing = standing.and_then(|item| item.choice(&Standing::ALL));
    let keys: Vec<&str> = pillars.iter().map(|pillar| pillar.id.as_str()).collect();
    let pillar = table.get("pillar", "pillar = \"by-machine\"");
    let (proof, proof_until) = proof_of_claim(table, standing);
    let claim = Claim {
        id: has_id.then(|| ids.read(table)),
        says: says.and_then(|item| item.text()).map_or(String::new(), |says| says.value),
        standing: standing.unwrap_or(Standing::Banned),
        product: text("product", "product = \"Ostrand Line\""),
        channel: text("channel", "channel = \"slides\""),
        region: text("region", "region = \"DE\""),
        pillar: pillar.and_then(|item| one_of(&item, "pillar", &keys)),
        needs: needs(table, standing),
        proof,
        proof_until,
    };
    table.finish();
    claim
}

fn proof_of_claim(table: &Table<'_>, standing: Option<Standing>) -> (Option<String>, Option<Date>) {
    let proof = table.get("proof", "proof = \"Log of 41 installations, 2026\"");
    let until = table.get("proof_until", "proof_until = 2027-06-30");
    let must_be_proven = matches!(standing, Some(Standing::Required | Standing::Allowed));
    if must_be_proven && proof.is_none() {
        let instead = "Name the proof, or make the claim \"restricted\" or \"banned\".";
        table.missing("proof", instead.to_owned());
    }
    if let (Some(until), None) = (until, proof) {
        until.wrong("There is no proof that could end.", "Write proof = \"…\".".to_owned());
    }
    let proof = proof.and_then(|item| item.text()).map(|proof| proof.value);
    (proof, until.and_then(|item| item.date()).map(|until| until.value))
}

/// Whose consent a claim needs. Only what is restricted names it; texts that were signed before this
/// could be written do not.
fn needs(table: &Table<'_>, standing: Option<Standing>) -> Option<String> {
    let needs = table.get("needs", "needs = \"legal\"");
    if let (Some(needs), Some(Standing::Required | Standing::Allowed | Standing::Banned)) =
        (&needs, standing)
    {
        let what = "Only what is restricted needs somebody's consent.";
        needs.wrong(what, "Leave it out, or write standing = \"restricted\".".to_owned());
    }
    needs.and_then(|item| item.text()).map(|needs| needs.value)
}

fn concepts<'t>(message: &Table<'t>, told: &mut Told<'t>) -> Vec<Concept> {
    let list = message.get("word", "[[message.word]]");
    let mut concepts: Vec<Concept> = Vec::new();
    for table in list.map_or(Vec::new(), |item| item.tables("a word")) {
        let concept = table.need("concept", "concept = \"consumption by machine\"");
        let concept = concept.and_then(|item| item.text());
        if let Some(again) = &concept
            && concepts.iter().any(|other| same(&other.concept, &again.value))
        {
            let what = format!("The concept {:?} stands here twice.", again.value);
            table.sink().add(again.place, what, "Join the two.".to_owned());
        }
        let concept = concept.map_or(String::new(), |concept| concept.value);
        let text = |key, example| Some(table.get(key, example)?.text()?.value);
        let preferred = table.need("preferred", "preferred = \"machine view\"");
        let preferred: Vec<_> = preferred.and_then(|item| item.text()).into_iter().collect();
        let words = |key, example| table.get(key, example).map_or(Vec::new(), |item| item.texts());
        let lists = [
            ("preferred", preferred),
            ("admitted", words("admitted", "admitted = [\"view by machine\"]")),
            ("deprecated", words("deprecated", "deprecated = [\"machine report\"]")),
            ("forbidden", words("forbidden", "forbidden = [\"dashboard\"]")),
        ];
        let [mut preferred, admitted, deprecated, forbidden] =
            lists.map(|(list, words)| told.forms_of(&table, &concept, list, words));
        concepts.push(Concept {
            concept,
            preferred: preferred.pop().unwrap_or_default(),
            admitted,
            deprecated,
            forbidden,
            scope: text("scope", "scope = \"slides and offers\""),
            why: text("why", "why = \"Customers look for a machine.\""),
        });
        table.finish();
    }
    concepts
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

impl<'t> Told<'t> {
    /// Keeps the forms of a list, and says which of them stands elsewhere too.
    fn forms_of(
        &mut self,
        table: &Table<'t>,
        concept: &str,
        list: &'static str,
        words: Vec<Placed<'t, String>>,
    ) -> Vec<String> {
        for word in &words {
            let form = Form { concept: concept.to_owned(), list, place: word.place };
            let Some(other) = self.forms.insert(word.value.to_lowercase(), form) else { continue };
            let what = format!(
                "{:?} is {list} for {concept:?} here, and {} for {:?} in {}:{}.",
                word.value,
                other.list,
                other.concept,
                other.place.source.name,
                other.place.line()
            );
            let instead = "Let each word stand once: take it out of one of the two.";
            table.sink().add(word.place, what, instead.to_owned());
        }
        words.into_iter().map(|word| word.value).collect()
    }
}
