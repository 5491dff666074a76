//! What left and what entered between two sentences, word by word, and between two texts, line by
//! line: the longest row of pieces that both have in the same order stays.

use serde::Serialize;

/// More pairs than this are not compared: all of the one left, and all of the other entered.
const PAIRS_MAX: usize = 4_000_000;

/// A stretch of a redline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Both have it.
    Same(String),
    /// Only the earlier has it.
    Gone(String),
    /// Only the later has it.
    New(String),
}

/// Compares two sentences word by word.
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (cut(before), cut(after));
    let mut pieces = compared(&old, &new, |a, b| a.trim_end() == b.trim_end());
    // Between two changed words a blank or a sign that stayed would cut the sentence to bits.
    let mut at = 1;
    while at + 1 < pieces.len() {
        let is_scrap = match &pieces[at] {
            Piece::Same(text) => !text.contains(char::is_alphanumeric),
            _ => false,
        };
        if is_scrap
            && !matches!(pieces[at - 1], Piece::Same(_))
            && !matches!(pieces[at + 1], Piece::Same(_))
        {
            let Piece::Same(text) = pieces.remove(at) else { break };
            pieces.splice(at..at, [Piece::Gone(text.clone()), Piece::New(text)]);
        }
        at += 1;
    }
    joined(pieces)
}

/// Compares two texts line by line; each piece is one line.
pub fn lines(before: &str, after: &str) -> Vec<Piece> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    compared(&old, &new, |a, b| a == b)
}

/// A sentence cut before each word, each sign a piece of its own; blanks belong to the piece before.
fn cut(text: &str) -> Vec<&str> {
    let is_sign = |c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '“' | '”' | '?' | '!');
    let mut cuts = vec![0];
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (nth, (at, c)) in letters.iter().enumerate().skip(1) {
        let (before, after) = (letters[nth - 1].1, letters.get(nth + 1).map(|(_, c)| *c));
        let is_inside = |c: char, next: Option<char>| {
            matches!(c, '.' | ',' | ':') && next.is_some_and(char::is_alphanumeric)
        };
        let begins = before.is_whitespace() && !c.is_whitespace();
        let sign = is_sign(*c) && !(before.is_alphanumeric() && is_inside(*c, after));
        let after_sign = is_sign(before)
            && !c.is_whitespace()
            && !(nth >= 2 && letters[nth - 2].1.is_alphanumeric() && is_inside(before, Some(*c)));
        if begins || sign || after_sign {
            cuts.push(*at);
        }
    }
    cuts.push(text.len());
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).filter(|piece| !piece.is_empty()).collect()
}

/// Every piece with what became of it.
fn compared(old: &[&str], new: &[&str], same: impl Fn(&str, &str) -> bool) -> Vec<Piece> {
    let head = old.iter().zip(new).take_while(|(a, b)| same(a, b)).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| same(a, b));
    let tail = tail.count();
    let (old_mid, new_mid) =
        (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut pieces: Vec<Piece> =
        new[..head].iter().map(|text| Piece::Same((*text).to_owned())).collect();
    pieces.extend(middle(old_mid, new_mid, same));
    let last = &new[new.len() - tail..];
    pieces.extend(last.iter().map(|text| Piece::Same((*text).to_owned())));
    pieces
}

/// What lies between the same beginning and the same end.
fn middle(old: &[&str], new: &[&str], same: impl Fn(&str, &str) -> bool) -> Vec<Piece> {
    let gone = |text: &&str| Piece::Gone((*text).to_owned());
    let entered = |text: &&str| Piece::New((*text).to_owned());
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        return old.iter().map(gone).chain(new.iter().map(entered)).collect();
    }
    // longest[a][b]: how many pieces the rests from a and from b have in common.
    let wide = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * wide];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * wide + b] = match same(old[a], new[b]) {
                true => longest[(a + 1) * wide + b + 1] + 1,
                false => longest[(a + 1) * wide + b].max(longest[a * wide + b + 1]),
            };
        }
    }
    let (mut a, mut b, mut pieces) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        if same(old[a], new[b]) {
            pieces.push(Piece::Same(new[b].to_owned()));
            (a, b) = (a + 1, b + 1);
        } else if longest[(a + 1) * wide + b] >= longest[a * wide + b + 1] {
            pieces.push(gone(&old[a]));
            a += 1;
        } else {
            pieces.push(entered(&new[b]));
            b += 1;
        }
    }
    pieces.extend(old[a..].iter().map(gone));
    pieces.extend(new[b..].iter().map(entered));
    pieces
}

/// Neighbours of a kind as one piece; of a stretch that changed, what left stands first.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let (mut whole, mut left, mut entered) = (Vec::new(), String::new(), String::new());
    let mut same = String::new();
    let close = |left: &mut String, entered: &mut String, whole: &mut Vec<Piece>| {
        let (gone, new) = (std::mem::take(left), std::mem::take(entered));
        whole.extend((!gone.is_empty()).then_some(Piece::Gone(gone)));
        whole.extend((!new.is_empty()).then_some(Piece::New(new)));
    };
    for piece in pieces {
        match piece {
            Piece::Same(text) => {
                close(&mut left, &mut entered, &mut whole);
                same.push_str(&text);
                continue;
            }
            Piece::Gone(text) => left.push_str(&text),
            Piece::New(text) => entered.push_str(&text),
        }
        if !same.is_empty() {
            whole.push(Piece::Same(std::mem::take(&mut same)));
        }
    }
    close(&mut left, &mut entered, &mut whole);
    whole.extend((!same.is_empty()).then_some(Piece::Same(same)));
    whole
}
