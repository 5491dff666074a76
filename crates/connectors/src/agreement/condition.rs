//! The text of a condition, a small part of the Common Expression Language, into its meaning.
//!
//! Every name and every word is checked against what the Agreement declares. What CEL has and a
//! condition of an Agreement must not have (arithmetic, loops, functions) is a mistake that says
//! what to write instead.

use cel::{
    common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators},
    parser::Parser,
};
use domain::condition::{Comparison, Condition, Literal, Name, Root, Search};

use super::{
    names::{Kind, Scope, Unknown},
    reader::Item,
    source::Place,
};

mod check;

pub use check::value as value_fits;

/// No condition is longer, in characters.
const LENGTH_MAX: usize = 8_000;
/// No condition has more parts.
const NODES_MAX: usize = 2_000;
/// Nothing stands in more brackets.
const DEPTH_MAX: usize = 32;

const COMPARISONS: [(&str, Comparison); 6] = [
    (operators::EQUALS, Comparison::Equal),
    (operators::NOT_EQUALS, Comparison::NotEqual),
    (operators::LESS, Comparison::Less),
    (operators::LESS_EQUALS, Comparison::LessOrEqual),
    (operators::GREATER, Comparison::Greater),
    (operators::GREATER_EQUALS, Comparison::GreaterOrEqual),
];

const SEARCHES: [(&str, Search); 3] = [
    ("contains", Search::Contains),
    ("startsWith", Search::StartsWith),
    ("endsWith", Search::EndsWith),
];

/// A name in a condition, and its kind.
#[derive(Clone)]
struct Asked {
    name: Name,
    kind: Kind,
}

/// A side of a comparison.
enum Side {
    Name(Asked),
    Value(Literal, u64),
}

/// Enough for every condition that is not refused before it is parsed; pages that are not used
/// cost nothing.
const STACK_BYTES: usize = 64 << 20;

/// Does something where the parser of conditions, which calls itself for every part inside
/// another, has room enough.
pub fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = thread.spawn_scoped(scope, work).expect("a thread can be started");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Reads a condition; what is wrong with it goes on the item's list.
pub fn condition(item: &Item<'_>, scope: &Scope<'_>) -> Option<Condition> {
    let text = item.raw_text()?;
    if text.trim().is_empty() {
        item.wrong(
            "The condition is blank.",
            "Write what must hold, or leave the key out.".to_owned(),
        );
        return None;
    }
    if text.chars().count() > LENGTH_MAX {
        let what = format!("The condition is longer than {LENGTH_MAX} characters.");
        item.wrong(what, "Part it into several rules.".to_owned());
        return None;
    }
    if let Some(at) = too_deep(text) {
        let what = format!("More than {DEPTH_MAX} brackets or signs stand inside each other here.");
        item.sink.add(item.place.inside(at, at + 1), what, "Write it flatter.".to_owned());
        return None;
    }
    match Parser::default().parse_with_source_info(text) {
        Ok((tree, info)) => {
            let mut reader = Reader { item, text, info: &info, scope, nodes: 0 };
            reader.condition(&tree, 0)
        }
        Err(errors) => {
            let first = errors.errors.first();
            let at = first.map_or(0, |error| char_at(text, error.pos));
            let message = first.map_or("", |error| error.msg.as_str());
            let (what, instead) = check::syntax(text, message);
            item.sink.add(item.place.inside(at, at + 1), what, instead);
            None
        }
    }
}

/// The character at which brackets, or signs in front of something, stand too deep in each other.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut signs) = (0_usize, 0_usize);
    for (index, c) in text.chars().enumerate() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        signs = match c {
            '!' | '-' => signs + 1,
            c if c.is_whitespace() => signs,
            _ => 0,
        };
        if depth.max(signs) > DEPTH_MAX {
            return Some(index);
        }
    }
    None
}

/// The index of the character at a line, from 1, and a column.
fn char_at(text: &str, (line, column): (isize, isize)) -> usize {
    let lines = usize::try_from(line - 1).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(lines).map(|l| l.chars().count()).sum();
    let at = before + usize::try_from(column - 1).unwrap_or(0);
    at.min(text.chars().count().saturating_sub(1))
}

struct Reader<'a, 't> {
    item: &'a Item<'t>,
    text: &'a str,
    info: &'a SourceInfo,
    scope: &'a Scope<'a>,
    nodes: usize,
}

impl<'t> Reader<'_, 't> {
    fn place(&self, id: u64) -> Place<'t> {
        let Some((start, stop)) = self.info.offset_for(id) else { return self.item.place };
        let index =
            |byte: u32| self.text.char_indices().take_while(|(at, _)| *at < byte as usize).count();
        self.item.place.inside(index(start), index(stop.saturating_add(1)))
    }

    /// The place of a whole name, from its root on; the parser's own is that of its last dot.
    fn place_of(&self, tree: &IdedExpr) -> Place<'t> {
        let mut first = tree;
        loop {
            first = match &first.expr {
                Expr::Select(select) => &select.operand,
                Expr::Call(CallExpr { target: Some(target), .. }) => target,
                _ => break,
            };
        }
        // The parser knows the place of the dot; the field stands behind it, in ASCII.
        let field = match &tree.expr {
            Expr::Select(select) => select.field.len(),
            _ => 0,
        };
        let (start, end) = (self.place(first.id), self.place(tree.id));
        Place { end: (end.end + field).max(start.end), ..start }
    }

    fn wrong(&self, id: u64, what: impl Into<String>, instead: impl Into<Option<String>>) {
        self.item.sink.add(self.place(id), what, instead);
    }

    fn known<T>(&self, tree: &IdedExpr, found: Result<T, Unknown>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err((what, instead)) => {
                self.item.sink.if_whole(self.place_of(tree), what, instead);
                None
            }
        }
    }

    fn is_too_large(&mut self, tree: &IdedExpr, depth: usize) -> bool {
        self.nodes += 1;
        if depth > DEPTH_MAX || self.nodes > NODES_MAX {
            let what = "The condition has too many parts.";
            self.wrong(tree.id, what, "Part it into several rules.".to_owned());
            return true;
        }
        false
    }

    fn condition(&mut self, tree: &IdedExpr, depth: usize) -> Option<Condition> {
        if self.is_too_large(tree, depth) {
            return None;
        }
        match &tree.expr {
            Expr::Literal(LiteralValue::Boolean(yes)) => Some(Condition::Always(*yes.inner())),
            Expr::Select(select) if select.test => {
                let asked = self.field(tree, &select.operand, &select.field)?;
                Some(Condition::Has(asked.name))
            }
            Expr::Call(call) => self.call(tree, call, depth),
            Expr::Select(_) | Expr::Ident(_) => {
                let asked = self.name(tree)?;
                if asked.kind == Kind::Bool {
                    return Some(Condition::IsTrue(asked.name));
                }
                self.stands_alone(tree, &asked);
                None
            }
            other => {
                let (what, instead) = check::foreign(other);
                self.wrong(tree.id, what, instead);
                None
            }
        }
    }

    fn stands_alone(&self, tree: &IdedExpr, asked: &Asked) {
        let (name, kind) = (&asked.name, asked.kind.words());
        let instead = match asked.kind {
            Kind::Number => format!("Compare it: {name} > 0."),
            _ => format!("Compare it: {name} == \"…\", or write has({name})."),
        };
        let place = self.place_of(tree);
        self.item.sink.add(place, format!("{name} is {kind}, not true or false."), instead);
    }

    fn call(&mut self, tree: &IdedExpr, call: &CallExpr, depth: usize) -> Option<Condition> {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, _) => {
                let mut parts = Vec::new();
                let all_read = self.gather(name, tree, depth, &mut parts);
                let join =
                    if name == operators::LOGICAL_AND { Condition::All } else { Condition::Any };
                all_read.then(|| join(parts))
            }
            (operators::LOGICAL_NOT, [part]) => {
                Some(Condition::Not(Box::new(self.condition(part, depth + 1)?)))
            }
            (operators::IN, [name, list]) => self.is_in(name, list),
            (_, [left, right]) if call.target.is_none() => {
                match COMPARISONS.iter().find(|(operator, _)| *operator == name) {
                    Some((_, comparison)) => self.compare(tree.id, left, *comparison, right),
                    None => self.foreign_call(tree, call),
                }
            }
            (_, [text]) => match (SEARCHES.iter().find(|(word, _)| *word == name), &call.target) {
                (Some((_, search)), Some(target)) => self.search(target, *search, text),
                _ => self.foreign_call(tree, call),
            },
            ("lowerAscii", []) => {
                self.name(tree)?;
                let what = "lowerAscii() makes text, not true or false.";
                self.wrong(tree.id, what, "Compare it: ….lowerAscii() == \"…\".".to_owned());
                None
            }
            _ => self.foreign_call(tree, call),
        }
    }

    fn foreign_call<T>(&self, tree: &IdedExpr, call: &CallExpr) -> Option<T> {
        let (what, instead) = check::foreign_call(&call.func_name);
        self.wrong(tree.id, what, instead);
        None
    }

    /// The parts of `a && b && c`, however the parser has bracketed them; whether all were read.
    fn gather(
        &mut self,
        operator: &str,
        tree: &IdedExpr,
        depth: usize,
        parts: &mut Vec<Condition>,
    ) -> bool {
        match &tree.expr {
            Expr::Call(call) if call.func_name == operator => call
                .args
                .iter()
                .map(|part| self.gather(operator, part, depth, parts))
                .fold(true, |all, read| all & read),
            _ => match self.condition(tree, depth + 1) {
                Some(part) => {
                    parts.push(part);
                    true
                }
                None => false,
            },
        }
    }

    fn compare(
        &mut self,
        id: u64,
        left: &IdedExpr,
        comparison: Comparison,
        right: &IdedExpr,
    ) -> Option<Condition> {
        let (left, right) = (self.side(left), self.side(right));
        match (left?, right?) {
            (Side::Name(name), Side::Value(value, at)) => {
                self.checked(&name, comparison, &value, at)?;
                Some(Condition::Compare(name.name, comparison, value))
            }
            (Side::Value(value, at), Side::Name(name)) => {
                let comparison = turned(comparison);
                self.checked(&name, comparison, &value, at)?;
                Some(Condition::Compare(name.name, comparison, value))
            }
            (Side::Name(left), Side::Name(right)) => {
                let found =
                    check::names(&left.name, &left.kind, comparison, &right.name, &right.kind);
                self.accepted(id, found)?;
                Some(Condition::CompareNames(left.name, comparison, right.name))
            }
            (Side::Value(..), Side::Value(..)) => {
                let what = "Two values are compared, so the answer is always the same.";
                self.wrong(id, what, "Compare a field, such as lead.status.".to_owned());
                None
            }
        }
    }

    fn checked(
        &self,
        name: &Asked,
        comparison: Comparison,
        value: &Literal,
        at: u64,
    ) -> Option<()> {
        self.accepted(at, check::value(&name.name, &name.kind, comparison, value))
    }

    fn accepted(&self, id: u64, found: Result<(), Unknown>) -> Option<()> {
        found.map_err(|(what, instead)| self.wrong(id, what, instead)).ok()
    }

    fn is_in(&mut self, name: &IdedExpr, list: &IdedExpr) -> Option<Condition> {
        let asked = self.name(name);
        let Expr::List(list_expr) = &list.expr else {
            let what = "After \"in\" a list of values must stand.";
            let instead = "Write it in square brackets: in [\"a\", \"b\"].".to_owned();
            self.item.sink.add(self.place_of(list), what, instead);
            return None;
        };
        if list_expr.elements.is_empty() {
            let what = "The list is empty, so the condition never holds.";
            self.wrong(list.id, what, "Put values into it.".to_owned());
            return None;
        }
        self.nodes += list_expr.elements.len();
        if self.is_too_large(list, 0) {
            return None;
        }
        let values: Vec<Option<Literal>> = list_expr
            .elements
            .iter()
            .map(|element| {
                let value = self.value(element)?;
                if let Some(asked) = &asked {
                    self.checked(asked, Comparison::Equal, &value, element.id)?;
                }
                Some(value)
            })
            .collect();
        let values: Option<Vec<Literal>> = values.into_iter().collect();
        Some(Condition::In(asked?.name, values?))
    }

    fn search(&mut self, target: &IdedExpr, search: Search, text: &IdedExpr) -> Option<Condition> {
        let asked = self.name(target);
        let value = self.value(text);
        let (asked, value) = (asked?, value?);
        let Literal::Text(searched) = &value else {
            self.wrong(text.id, "What is searched for must be text in quotes.", None);
            return None;
        };
        let found = check::search(&asked.name, &asked.kind, searched);
        self.accepted(text.id, found)?;
        Some(Condition::Search(asked.name, search, searched.clone()))
    }

    fn side(&mut self, tree: &IdedExpr) -> Option<Side> {
        self.nodes += 1;
        match &tree.expr {
            Expr::Select(select) if !select.test => self.name(tree).map(Side::Name),
            Expr::Ident(_) => self.name(tree).map(Side::Name),
            Expr::Call(call) if call.func_name == "lowerAscii" => self.name(tree).map(Side::Name),
            _ => self.value(tree).map(|value| Side::Value(value, tree.id)),
        }
    }

    fn value(&self, tree: &IdedExpr) -> Option<Literal> {
        match &tree.expr {
            Expr::Literal(LiteralValue::Boolean(yes)) => Some(Literal::Bool(*yes.inner())),
            Expr::Literal(LiteralValue::String(text)) => {
                Some(Literal::Text(text.inner().to_owned()))
            }
            Expr::Literal(LiteralValue::Int(number)) => {
                Some(Literal::Number(*number.inner() as f64))
            }
            Expr::Literal(LiteralValue::Double(number)) if number.inner().is_finite() => {
                Some(Literal::Number(*number.inner()))
            }
            Expr::Call(call) if call.func_name == operators::NEGATE => {
                match call.args.first().and_then(|part| self.value(part))? {
                    Literal::Number(number) => Some(Literal::Number(-number)),
                    _ => self.foreign_call(tree, call),
                }
            }
            Expr::Call(call) => self.foreign_call(tree, call),
            Expr::Select(_) | Expr::Ident(_) => {
                let what = "Here a value must stand, and this is a name.";
                self.wrong(tree.id, what, "Put text in quotes: \"DE\".".to_owned());
                None
            }
            other => {
                let (what, instead) = check::foreign(other);
                self.wrong(tree.id, what, instead);
                None
            }
        }
    }

    /// A name: `lead.title`, or `lead.title.lowerAscii()`.
    fn name(&self, tree: &IdedExpr) -> Option<Asked> {
        match &tree.expr {
            Expr::Select(select) if !select.test => {
                self.field(tree, &select.operand, &select.field)
            }
            Expr::Call(call) if call.func_name == "lowerAscii" && call.args.is_empty() => {
                let mut asked = self.name(call.target.as_deref()?)?;
                if !asked.kind.is_text() {
                    let what = format!("{} is {}, not text.", asked.name, asked.kind.words());
                    self.wrong(tree.id, what, "Leave .lowerAscii() out.".to_owned());
                    return None;
                }
                asked.name.lowered = true;
                Some(asked)
            }
            Expr::Ident(word) => {
                let root = self.known(tree, self.scope.root(word))?;
                let what = format!("{:?} by itself is not a value.", root.word());
                let instead = format!("Name one of its fields: {}.….", root.word());
                self.wrong(tree.id, what, instead);
                None
            }
            Expr::Call(call) => self.foreign_call(tree, call),
            _ => {
                let what = "Here a name must stand, such as lead.status.";
                self.wrong(tree.id, what, None);
                None
            }
        }
    }

    fn field(&self, tree: &IdedExpr, operand: &IdedExpr, field: &str) -> Option<Asked> {
        let Expr::Ident(word) = &operand.expr else {
            let what = "A name has two parts, such as lead.status.";
            self.item.sink.add(self.place_of(tree), what, "Write it with one dot.".to_owned());
            return None;
        };
        let root: Root = self.known(operand, self.scope.root(word))?;
        let kind = self.known(tree, self.scope.kind(root, field))?;
        let name = Name { root, field: field.to_owned(), lowered: false };
        Some(Asked { name, kind })
    }
}

/// `5 < x` as `x > 5`.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

#[cfg(test)]
mod tests;
