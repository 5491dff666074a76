//! The house rules that neither rustc nor clippy knows. Each test lists all that it finds, with the
//! place and what to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/tree.rs"]
mod tree;

use rust::{Enum, Source};
use tree::{crate_of, files, named, none, root, sources};

/// What each crate may name of ours, the inside first. `testkit` is named by tests alone.
const MAY_NAME: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("connectors", &["domain"]),
    ("insight", &["domain"]),
    ("engine", &["domain", "store", "connectors", "insight"]),
    ("web", &["domain", "store", "engine"]),
    ("lockstep", &["domain", "store", "connectors", "insight", "engine", "web"]),
    ("testkit", &["domain", "store", "connectors", "engine", "web"]),
];

/// Everything that `domain` may name of others.
const DOMAIN_MAY_NAME: [&str; 4] = ["jiff", "serde", "strsim", "thiserror"];

/// Crates of others that have one home, so that what they know stays there.
const HOMES: [(&str, &str); 8] = [
    ("rusqlite", "store"),
    ("postgres", "store"),
    ("askama", "web"),
    ("utoipa", "web"),
    ("rust_xlsxwriter", "web"),
    ("calamine", "connectors"),
    ("cel", "connectors"),
    ("parquet", "insight"),
];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// The fewest words that say what is wrong.
const SENTENCE_WORDS_MIN: usize = 4;

#[test]
fn dependencies_point_inwards() {
    let mut findings = Vec::new();
    let ours: Vec<&str> = MAY_NAME.iter().map(|(name, _)| *name).collect();
    for entry in fs::read_dir(root().join("crates")).expect("our own folders can be read") {
        let name = entry.expect("our own folders can be read").file_name();
        let name = name.to_string_lossy();
        let manifest = fs::read_to_string(root().join("crates").join(&*name).join("Cargo.toml"));
        let manifest = manifest.expect("every crate has a manifest");
        let Some((_, allowed)) = MAY_NAME.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("`{name}` has no place in the order: give it one here"));
            continue;
        };
        for dependency in named(&manifest, false) {
            let dependency = dependency.as_str();
            if ours.contains(&dependency) && !allowed.contains(&dependency) {
                findings
                    .push(format!("`{name}` must not name `{dependency}`: it lies further out"));
            }
            if name == "domain" && !DOMAIN_MAY_NAME.contains(&dependency) {
                findings.push(format!("`domain` must not name `{dependency}`: it only calculates"));
            }
            if let Some((_, home)) = HOMES.iter().find(|(lodger, _)| *lodger == dependency)
                && *home != name
                && name != "testkit"
            {
                findings.push(format!(
                    "`{name}` must not name `{dependency}` outside tests: ask `{home}`"
                ));
            }
        }
        for dependency in named(&manifest, true) {
            let misplaced = ours.contains(&dependency.as_str())
                && dependency != "testkit"
                && !allowed.contains(&dependency.as_str());
            if misplaced {
                findings.push(format!("tests of `{name}` must not name `{dependency}`"));
            }
        }
    }
    none("dependencies point inwards", findings);
}

/// A file of facts knows nothing of `fact.rs`, which groups them: circles between files make every
/// one of them the whole crate to whoever reads it.
#[test]
fn files_of_the_domain_make_no_circle() {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|s| !s.is_test && s.path.starts_with("crates/domain/")) {
        let within = source.path.trim_start_matches("crates/domain/src/").trim_end_matches(".rs");
        let module = within.split('/').next().unwrap_or_default();
        let named = source.modules_named();
        let others = named.into_iter().filter(|named| named != module);
        names.entry(module.to_owned()).or_default().extend(others);
    }
    // Whatever names nothing that is left is no part of a circle.
    while let Some(done) = names.iter().find_map(|(module, named)| {
        let free = !named.iter().any(|named| names.contains_key(named));
        free.then(|| module.clone())
    }) {
        names.remove(&done);
    }
    let left = names.iter().map(|(module, named)| {
        let within: Vec<&str> =
            named.iter().filter(|n| names.contains_key(*n)).map(String::as_str).collect();
        format!("{module} names {}", within.join(", "))
    });
    none("no circle between files (some of these only lead to one)", left.collect());
}

#[test]
fn sql_lives_in_store() {
    const STATEMENTS: [(&str, &str); 9] = [
        ("select ", " from "),
        ("insert into ", ""),
        ("update ", " set "),
        ("delete from ", ""),
        ("create table ", ""),
        ("create index ", ""),
        ("alter table ", ""),
        ("drop ", " if exists"),
        ("pragma ", ""),
    ];
    let mut findings = Vec::new();
    // Tests of the command line damage a database to see that it is told; `testkit` makes databases.
    let exempt =
        |path: &str| matches!(crate_of(path), "store" | "testkit") || path.contains("/tests/cli/");
    for source in sources().iter().filter(|source| !exempt(&source.path)) {
        for (line, literal) in source.literals() {
            let literal = literal.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            let query = STATEMENTS
                .iter()
                .any(|(verb, with)| literal.starts_with(verb) && literal.contains(with));
            if query {
                findings.push(format!("{}:{line}: ask a `Reader`: {literal}", source.path));
            }
        }
    }
    let files = files().into_iter().filter(|(path, _)| path.ends_with(".sql"));
    let outside = files.filter(|(path, _)| crate_of(path) != "store");
    findings.extend(outside.map(|(path, _)| format!("{path}: move it to `store`")));
    none("SQL lives in store", findings);
}

#[test]
fn html_lives_in_web() {
    const ELEMENTS: [&str; 26] = [
        "a", "p", "div", "span", "table", "thead", "tbody", "tr", "td", "th", "ul", "ol", "li",
        "dl", "html", "body", "head", "form", "input", "button", "script", "style", "section",
        "strong", "h1", "h2",
    ];
    let mut findings = Vec::new();
    // Tests look at pages as they are written.
    for source in sources().iter().filter(|s| !s.is_test && crate_of(&s.path) != "web") {
        for (line, literal) in source.literals() {
            let opened = literal.split('<').skip(1).map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
            });
            let closed = literal.contains('>');
            if closed && opened.into_iter().any(|name| ELEMENTS.contains(&name)) {
                findings.push(format!("{}:{line}: build it in `web`: {literal}", source.path));
            }
        }
    }
    for (path, _) in files().iter().filter(|(path, _)| path.ends_with(".html")) {
        if crate_of(path) != "web" {
            findings.push(format!("{path}: move it to `web`"));
        }
    }
    none("HTML lives in web", findings);
}

#[test]
fn names_of_vendors_stand_in_connectors() {
    const VENDORS: [&str; 4] = ["salesforce", "hubspot", "marketo", "pardot"];
    let mut findings = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test && crate_of(&s.path) != "connectors") {
        let words = source.literals().map(|(line, literal)| (line, literal.to_lowercase()));
        let code = source.code.lines().enumerate().map(|(n, line)| (n + 1, line.to_lowercase()));
        for (line, text) in words.chain(code) {
            if let Some(vendor) = VENDORS.iter().find(|vendor| text.contains(*vendor)) {
                let path = &source.path;
                findings.push(format!("{path}:{line}: say `{vendor}` in `connectors` alone"));
            }
        }
    }
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".html")) {
        let text = text.to_lowercase();
        if let Some(vendor) = VENDORS.iter().find(|vendor| text.contains(*vendor)) {
            findings.push(format!("{path}: say it without `{vendor}`"));
        }
    }
    none("names of vendors stand in connectors", findings);
}

#[test]
fn files_and_functions_fit_a_reader() {
    const READ: [&str; 8] = [".rs", ".html", ".css", ".js", ".sql", ".toml", ".md", "scripts/test"];
    let mut findings = Vec::new();
    for (path, text) in files() {
        let lines = text.lines().count();
        if READ.iter().any(|ending| path.ends_with(ending)) && lines > FILE_LINES_MAX {
            findings.push(format!("{path}: {lines} lines; the most is {FILE_LINES_MAX}"));
        }
    }
    for source in sources() {
        for (name, line, lines) in source.functions() {
            if lines > FUNCTION_LINES_MAX {
                let path = &source.path;
                findings.push(format!(
                    "{path}:{line}: `{name}` has {lines} lines; the most is {FUNCTION_LINES_MAX}"
                ));
            }
        }
    }
    none("files and functions fit a reader", findings);
}

#[test]
fn nothing_is_unwrapped_or_left_for_later() {
    let mut findings = Vec::new();
    for source in sources() {
        // A measurement outside `src` may fail loudly, if it says so and why.
        let may_unwrap = source.is_test
            || (!source.path.contains("/src/")
                && source.code.contains("#![allow(clippy::unwrap_used, reason ="));
        for (number, line) in source.code.lines().enumerate() {
            let place = format!("{}:{}", source.path, number + 1);
            if !may_unwrap && line.contains(".unwrap()") {
                findings.push(format!("{place}: say why it cannot fail: `expect(\"…\")`"));
            }
            for later in ["todo!(", "unimplemented!("] {
                if line.contains(later) {
                    findings.push(format!("{place}: `{later}…)`: write it, or leave it out"));
                }
            }
        }
    }
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(*mark)) {
                findings.push(format!("{path}:{}: {mark}: do it, or leave it out", number + 1));
            }
        }
    }
    none("nothing is unwrapped or left for later", findings);
}

#[test]
fn pages_run_no_inline_script_and_carry_no_inline_style() {
    let inline = |text: &str| {
        let handler = text.split_whitespace().any(|word| {
            let name = word.split_once("=\"").map_or("", |(name, _)| name);
            name.starts_with("on") && name.len() > 4 && name.chars().all(|c| c.is_ascii_lowercase())
        });
        let wrong = [" style=", "<style", "<script>", "javascript:"];
        handler || wrong.iter().any(|wrong| text.contains(wrong))
    };
    let mut findings = Vec::new();
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".html")) {
        for (number, line) in text.lines().enumerate() {
            if inline(line) {
                findings.push(format!("{path}:{}: put it into static/", number + 1));
            }
        }
    }
    for source in sources().iter().filter(|s| !s.is_test && crate_of(&s.path) == "web") {
        for (line, literal) in source.literals() {
            if literal == "style" || inline(literal) {
                findings.push(format!("{}:{line}: put it into static/", source.path));
            }
        }
    }
    none("pages run no inline script and carry no inline style", findings);
}

/// A refusal is read by a person: each variant has a sentence of its own, or hands on another's.
#[test]
fn every_refusal_has_a_sentence() {
    let mut findings = Vec::new();
    for source in sources() {
        for Enum { name, line, variants } in source.enums() {
            if !name.ends_with("Refusal") {
                continue;
            }
            for (variant, sentence) in variants {
                let place = format!("{}:{line}: {name}::{variant}", source.path);
                match sentence.as_deref() {
                    None => findings.push(format!("{place} has none: say what to do")),
                    Some("transparent" | "{0}") => {}
                    Some(words) if words.split_whitespace().count() < SENTENCE_WORDS_MIN => {
                        findings.push(format!("{place} says little: {words}"));
                    }
                    Some(words) if words.ends_with(['.', '!']) => {
                        findings.push(format!("{place} ends with a sign: what follows adds it"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    none("every refusal has a sentence", findings);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut findings = Vec::new();
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".rs")) {
        if !rust::is_test_path(path) && !text.starts_with("//!") {
            findings.push(format!("{path}: begin it with `//!` and a sentence"));
        }
    }
    none("every file says what it is for", findings);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |engine: &str| -> Vec<String> {
        let folder = format!("crates/store/migrations/{engine}/");
        let all = files().into_iter().map(|(path, _)| path);
        all.filter_map(|path| path.strip_prefix(&folder).map(str::to_owned)).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert_eq!(sqlite, postgres, "the same numbers and names stand under both");
    for (place, name) in sqlite.iter().enumerate() {
        let number = format!("{:04}_", place + 1);
        assert!(name.starts_with(&number), "{name} should begin with {number}");
    }
}

/// A fact's JSON is a public format, so the page that shows it is complete and true.
#[test]
fn the_reference_shows_every_kind_of_fact() {
    let shown = fs::read_to_string(root().join("docs/reference/facts.md")).unwrap();
    let facts = fs::read_to_string(root().join("crates/domain/src/fact.rs")).unwrap();
    let facts = Source::new("fact.rs".into(), &facts);
    let kinds = facts.enums().into_iter().find(|found| found.name == "Fact").unwrap().variants;
    let mut findings = Vec::new();
    for (kind, _) in &kinds {
        let key = rust::snake_case(kind);
        if !shown.contains(&format!("\"fact\":\"{key}\"")) {
            findings.push(format!("docs/reference/facts.md: show one `{key}`"));
        }
    }
    let tests = fs::read_to_string(root().join("crates/domain/src/fact/tests.rs")).unwrap();
    let tests = Source::new("tests.rs".into(), &tests);
    let examples = tests.literals().filter(|(_, text)| text.starts_with("{\"fact\""));
    let read_whole = examples.filter(|(_, text)| !text.contains("staus"));
    for (_, example) in read_whole.filter(|(_, text)| !shown.contains(*text)) {
        findings.push(format!("docs/reference/facts.md: show it as it is tested: {example}"));
    }
    none("the reference shows every kind of fact", findings);
}

#[test]
fn nothing_names_a_place_outside_the_repository() {
    let machines = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/")];
    let mut findings = Vec::new();
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            let found = machines.iter().find(|machine| {
                line.match_indices(*machine).any(|(at, _)| {
                    // `example.com/home/` is an address, not a place.
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || ".}~".contains(c))
                })
            });
            if let Some(machine) = found {
                findings.push(format!("{path}:{}: {machine} is a machine's own", number + 1));
            }
        }
    }
    for source in sources() {
        for (line, way) in source.ways_out() {
            findings.push(format!("{}:{line}: {way} leaves it", source.path));
        }
    }
    none("nothing names a place outside the repository", findings);
}

/// Pages that are named are there: links, and the pages that comments send their reader to. The
/// field's own handbook, `domain.md`, is no part of the project and stands as a source beside papers.
#[test]
fn every_page_that_is_named_is_there() {
    let all = files();
    let there: BTreeSet<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
    let mut findings = Vec::new();
    for (path, text) in &all {
        let is_page = path.ends_with(".md");
        for (number, line) in text.lines().enumerate() {
            let place = format!("{path}:{}", number + 1);
            for link in line.split("](").skip(1).filter(|_| is_page) {
                let link = link.split([')', '#']).next().unwrap_or_default();
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                if !link.is_empty()
                    && !link.contains("://")
                    && !root().join(folder).join(link).exists()
                {
                    findings.push(format!("{place}: the link leads nowhere: {link}"));
                }
            }
            let comment = path.ends_with(".rs").then(|| line.split_once("//")).flatten();
            let part = |c: char| !(c.is_alphanumeric() || "-_./".contains(c));
            for name in comment.unwrap_or_default().1.split(part) {
                let name = name.trim_end_matches('.');
                let known = there.iter().any(|page| page.ends_with(name));
                if name.len() > 3 && name.ends_with(".md") && name != "domain.md" && !known {
                    findings.push(format!("{place}: {name} is not here: give the source itself"));
                }
            }
        }
    }
    none("every page that is named is there", findings);
}

#[test]
fn nothing_of_others_is_committed() {
    const ENDINGS: [&str; 10] =
        [".min.js", ".min.css", ".map", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".wasm", ".so"];
    let files = files().into_iter().map(|(path, _)| path);
    let others = files.filter(|path| ENDINGS.iter().any(|ending| path.ends_with(ending)));
    none("nothing of others is committed", others.collect());
}
