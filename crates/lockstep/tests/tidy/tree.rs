//! What is in the repository, and how a rule tells what it found.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::rust::Source;

/// Where the repository begins.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of the repository that is text and ours, by its path from the root.
pub fn files() -> Vec<(String, String)> {
    const NOT_OURS: [&str; 6] =
        [".git", "target", "node_modules", "screenshots", "lockstep-data", "Cargo.lock"];
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("our own folders can be read") {
            let path = entry.expect("our own folders can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(root()).expect("it lies below the root");
                let text = fs::read(&path).expect("our own files can be read");
                let text = String::from_utf8(text).unwrap_or_default();
                files.push((below.display().to_string(), text));
            }
        }
    }
    files.sort();
    files
}

/// Every Rust file, with its code, its texts and its tests told apart.
pub fn sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(read_sources);
    &SOURCES
}

fn read_sources() -> Vec<Source> {
    let rust = files().into_iter().filter(|(path, _)| path.ends_with(".rs"));
    let mut sources: Vec<Source> = rust.map(|(path, text)| Source::new(path, &text)).collect();
    let test_files: BTreeSet<String> = sources.iter().flat_map(Source::test_files).collect();
    for source in &mut sources {
        source.is_test |= test_files.contains(&source.path);
    }
    sources
}

/// The crate that a path lies in.
pub fn crate_of(path: &str) -> &str {
    path.strip_prefix("crates/").and_then(|path| path.split('/').next()).unwrap_or_default()
}

/// Fails with every finding on a line of its own.
pub fn none(rule: &str, findings: Vec<String>) {
    let count = findings.len();
    assert!(findings.is_empty(), "{rule}: {count} found\n  {}", findings.join("\n  "));
}

/// The names under one of the tables of dependencies of a manifest; `dev` for those of tests.
pub fn named(manifest: &str, dev: bool) -> Vec<String> {
    let mut names = Vec::new();
    let mut within = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let last = table.rsplit('.').next().unwrap_or_default();
            within = (last.ends_with("dependencies")) && (last == "dev-dependencies") == dev;
        } else if within && !line.starts_with('#') {
            let name: String =
                line.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            names.extend((!name.is_empty()).then_some(name));
        }
    }
    names
}
