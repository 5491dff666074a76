//! Rust text, told apart: what is code, what is a text in quotes, what is a test. It counts braces
//! and knows no grammar; that is enough for house rules.

use std::path::Path;

/// One file.
pub struct Source {
    /// Its path from the root.
    pub path: String,
    /// Its code: comments and texts are blank, so that every place is where it was.
    pub code: String,
    /// Whether it is for tests alone.
    pub is_test: bool,
    /// The code with its tests.
    whole: String,
    literals: Vec<(usize, String)>,
    /// Where tests begin and end within it.
    tests: Vec<(usize, usize)>,
    /// Modules that it declares for tests alone.
    test_modules: Vec<String>,
    line_ends: Vec<usize>,
}

/// An enum, and each variant with the sentence in its `#[error(…)]`.
pub struct Enum {
    pub name: String,
    pub line: usize,
    pub variants: Vec<(String, Option<String>)>,
}

/// Whether a path says that its file is for tests.
pub fn is_test_path(path: &str) -> bool {
    let testkit = path.starts_with("crates/testkit/");
    testkit || Path::new(path).iter().any(|part| part == "tests" || part == "tests.rs")
}

/// `LeadMoved` as `lead_moved`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

impl Source {
    pub fn new(path: String, text: &str) -> Source {
        let (code, literals) = told_apart(text);
        let is_test = is_test_path(&path);
        let (tests, test_modules) = (Vec::new(), Vec::new());
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        let whole = code.clone();
        let mut source =
            Source { path, code, is_test, whole, literals, tests, test_modules, line_ends };
        source.tell_tests_apart();
        source
    }

    /// Texts in quotes with their lines; none of tests inside a file that is no test.
    pub fn literals(&self) -> impl Iterator<Item = (usize, &str)> {
        let ours = self.literals.iter().filter(|(at, _)| {
            self.is_test || !self.tests.iter().any(|(from, to)| (from..to).contains(&at))
        });
        ours.map(|(at, text)| (self.line(*at), text.as_str()))
    }

    /// Relative paths that leave the repository. What is included is beside the file; every other
    /// path begins in the crate's folder, `crates/<name>`.
    pub fn ways_out(&self) -> Vec<(usize, &str)> {
        let out = self.literals.iter().filter(|(at, text)| {
            let path = text.trim_start_matches('/');
            let up = path.split('/').take_while(|part| *part == "..").count();
            let before = self.whole[..*at].trim_end();
            let before = before.strip_suffix("concat!(").unwrap_or(before);
            let beside = ["include_str!(", "include_bytes!(", "include!("];
            let is_beside = beside.iter().any(|call| before.ends_with(call));
            up > if is_beside { self.path.matches('/').count() } else { 2 }
        });
        out.map(|(at, text)| (self.line(*at), text.as_str())).collect()
    }

    /// Functions by name, with the line on which they start and how many they have.
    pub fn functions(&self) -> Vec<(String, usize, usize)> {
        let starts = self.words("fn").filter_map(|at| {
            let name = word_at(&self.code[at + 2..]);
            let body = self.body_after(at)?;
            Some((name, self.line(at), self.line(self.closing(body)) - self.line(at) + 1))
        });
        starts.filter(|(name, _, _)| !name.is_empty()).collect()
    }

    /// Enums with their variants.
    pub fn enums(&self) -> Vec<Enum> {
        let enums = self.words("enum").filter_map(|at| {
            let body = self.body_after(at)?;
            let variants = self.variants(body + 1, self.closing(body));
            Some(Enum { name: word_at(&self.code[at + 4..]), line: self.line(at), variants })
        });
        enums.collect()
    }

    /// The modules of its crate that it names after `crate::`.
    pub fn modules_named(&self) -> Vec<String> {
        let mut modules = Vec::new();
        for (at, path) in self.code.match_indices("crate::") {
            let rest = &self.code[at + path.len()..];
            if !rest.starts_with('{') {
                modules.push(word_at(rest));
                continue;
            }
            let open = at + path.len();
            let (mut depth, mut fresh) = (0, true);
            for (here, c) in self.code[open..self.closing(open)].char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => fresh = true,
                    c if fresh && depth == 1 && c.is_alphabetic() => {
                        modules.push(word_at(&self.code[open + here..]));
                        fresh = false;
                    }
                    _ => {}
                }
            }
        }
        modules
    }

    /// Files that are modules for tests alone, as this one declares them.
    pub fn test_files(&self) -> Vec<String> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "lib.rs" | "main.rs" | "mod.rs")) => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        self.test_modules.iter().map(|name| format!("{folder}/{name}.rs")).collect()
    }

    /// Finds what stands under `#[cfg(test)]`, and makes it blank in a file that is no test.
    fn tell_tests_apart(&mut self) {
        const MARK: &str = "#[cfg(test)]";
        let marks: Vec<usize> = self.code.match_indices(MARK).map(|(at, _)| at).collect();
        for from in marks {
            let item = from + MARK.len();
            let to = match self.body_after(item) {
                Some(body) => self.closing(body) + 1,
                None => {
                    let end = item + self.code[item..].find(';').unwrap_or(0);
                    let declared = self.code[item..end].split_once("mod ").map(|(_, name)| name);
                    self.test_modules.extend(declared.map(word_at));
                    end
                }
            };
            self.tests.push((from, to));
        }
        if !self.is_test {
            let mut code = std::mem::take(&mut self.code).into_bytes();
            for (from, to) in &self.tests {
                code[*from..*to].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
            }
            self.code = String::from_utf8(code).expect("whole items were made blank");
        }
    }

    fn variants(&self, from: usize, to: usize) -> Vec<(String, Option<String>)> {
        let mut variants = Vec::new();
        let mut sentence = None;
        let mut at = from;
        while at < to {
            let rest = &self.code[at..to];
            let first = rest.chars().next().expect("it is within the code");
            if first == '#' {
                let end = self.closing(at + rest.find('[').expect("an attribute has brackets"));
                let attribute = &self.code[at..end];
                if attribute.starts_with("#[error(") {
                    let text = self.literals.iter().find(|(place, _)| (at..end).contains(place));
                    let words = attribute.contains("transparent").then(|| "transparent".to_owned());
                    sentence = words.or_else(|| text.map(|(_, text)| text.clone()));
                }
                at = end + 1;
            } else if first.is_alphabetic() {
                variants.push((word_at(rest), sentence.take()));
                at = self.end_of_variant(at, to);
            } else {
                at += first.len_utf8();
            }
        }
        variants
    }

    /// Past the comma that ends a variant.
    fn end_of_variant(&self, mut at: usize, to: usize) -> usize {
        while at < to {
            match self.code.as_bytes()[at] {
                b',' => return at + 1,
                b'{' | b'(' => at = self.closing(at) + 1,
                _ => at += 1,
            }
        }
        to
    }

    /// Places of a word that stands by itself.
    fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            !self.code[..*at].ends_with(part) && self.code[at + word.len()..].starts_with(' ')
        })
    }

    /// The brace that opens the body of the item at `at`; none where it has none.
    fn body_after(&self, at: usize) -> Option<usize> {
        let mut depth = 0_i32;
        for (here, byte) in self.code.bytes().enumerate().skip(at) {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                b';' if depth == 0 => return None,
                b'{' if depth == 0 => return Some(here),
                _ => {}
            }
        }
        None
    }

    /// The bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for (at, byte) in self.code.bytes().enumerate().skip(open) {
            match byte {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        self.code.len()
    }

    fn line(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }
}

/// The word that a text begins with, spaces aside.
fn word_at(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The code with comments and texts blank, and the texts with their places.
fn told_apart(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let raw = raw_quote(text, at);
        let (inside, end) = if rest.starts_with("//") {
            (at..at, at + rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (at..at, at + rest.find("*/").map_or(rest.len(), |found| found + 2))
        } else if let Some(hashes) = raw {
            let open = at + 2 + hashes;
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = open..open + text[open..].find(&close).expect("a text ends");
            (inside.clone(), inside.end + close.len())
        } else if rest.starts_with('"') {
            let end = end_of_text(bytes, at + 1);
            (at + 1..end, end + 1)
        } else if let Some(length) = quoted_char(rest) {
            (at..at, at + length)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if !inside.is_empty() || rest.starts_with('"') {
            literals.push((inside.start, text[inside].to_owned()));
        }
        code[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    (String::from_utf8(code).expect("whole texts were made blank"), literals)
}

/// How many `#` a raw text has that begins at `at`; none where there is no such text.
fn raw_quote(text: &str, at: usize) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let rest = text[at..].strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let begins = rest[hashes..].starts_with('"');
    (begins && !text[..at].trim_end_matches('b').ends_with(part)).then_some(hashes)
}

/// The quote that ends a text.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

/// The length of a character in quotes; none for a lifetime.
fn quoted_char(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if inside.starts_with('\\') {
        return inside[2..].find('\'').map(|end| end + 4);
    }
    let first = inside.chars().next()?;
    inside[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}
