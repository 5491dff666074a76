//! One rate as a dot on its interval: a cell of a table, so that rows can be compared.

use super::{Anchor, dot, drawing, line, mark, rect, shown_as_markup, text};
use crate::markup::{Element, Markup};
use crate::show::Rate;

/// How far across the scale reaches; the number stands behind it.
const TRACK: f64 = 66.0;
const HEIGHT: f64 = 32.0;
const MIDDLE: f64 = 16.0;

/// A rate from 0 to 100 % with its interval and the goal. The dot is open while the window of
/// observation is not over, or when the rate is too small to be a per cent.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// The rate.
    pub rate: Rate,
    /// What was agreed, as a share of one.
    pub goal: Option<f64>,
    /// Whether more may still come: hatched.
    pub unfinished: bool,
    /// The facts behind it.
    pub href: Option<String>,
}

impl Interval {
    fn draw(&self) -> Markup {
        let mut parts = Markup::new();
        if self.unfinished {
            parts.push(rect("veil", (0.0, TRACK), (4.0, HEIGHT - 4.0)));
        }
        parts.push(line("ax", (0.0, MIDDLE), (TRACK, MIDDLE)));
        if let Some(goal) = self.goal {
            parts.push(line("goal", (place(goal), 0.0), (place(goal), HEIGHT)));
        }
        // The whole strip opens, not its dot and its number alone.
        let strip = Markup::from(rect("hit", (0.0, 100.0), (0.0, HEIGHT)));
        let content = strip.and(self.point()).and(self.label());
        parts.push(mark(self.href.as_deref(), &self.words(), content));
        drawing(HEIGHT, &self.words()).holding(parts).into()
    }

    fn point(&self) -> Markup {
        let Some(share) = self.rate.share() else { return Markup::new() };
        let open = self.unfinished || self.rate.is_small();
        self.range().and(dot(if open { "dot open" } else { "dot" }, (place(share), MIDDLE)))
    }

    fn range(&self) -> Markup {
        match self.rate.interval {
            Some((low, high)) => line("ci", (place(low), MIDDLE), (place(high), MIDDLE)).into(),
            None => Markup::new(),
        }
    }

    fn label(&self) -> Element {
        let (class, words) = match self.rate.share() {
            Some(_) => ("lab", self.rate.headline()),
            None => ("", "none yet".to_owned()),
        };
        text(class, (TRACK + 6.0, MIDDLE + 4.0), Anchor::Start, &words)
    }

    /// The cell in words: for its label and for the twin.
    pub fn words(&self) -> String {
        match (self.rate.share(), self.unfinished) {
            (None, false) => "none".to_owned(),
            (None, true) => "none yet".to_owned(),
            (Some(_), true) => format!("{}, not over", self.rate.line()),
            (Some(_), false) => self.rate.line(),
        }
    }
}

fn place(share: f64) -> f64 {
    share.clamp(0.0, 1.0) * TRACK
}

shown_as_markup!(Interval);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    #[test]
    fn the_dot_stands_on_its_interval() {
        let rate = Rate::of(84, 128).within(0.571, 0.733);
        let href = Some("/leads?cohort=2026-06&x=\"".to_owned());
        let html = Interval { rate, goal: Some(0.72), unfinished: false, href }.to_string();
        assert_well_formed(&html);
        for part in [
            "<circle class=\"dot\" cx=\"43.31%\"",
            "<line class=\"ci\" x1=\"37.69%\" y1=\"16\" x2=\"48.38%\"",
            "<line class=\"goal\" x1=\"47.52%\"",
            "<a href=\"/leads?cohort=2026-06&amp;x=&quot;\"",
            "aria-label=\"84\u{a0}of\u{a0}128, 66\u{a0}% (57–73)\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("veil"));
    }

    #[test]
    fn what_is_not_over_or_small_is_open() {
        let cases = [
            (Rate::of(58, 99), true, "dot open", true),
            (Rate::of(2, 13), false, "dot open", false),
            (Rate::of(58, 99), false, "\"dot\"", false),
        ];
        for (rate, unfinished, class, veil) in cases {
            let html = Interval { rate, goal: None, unfinished, href: None }.to_string();
            assert!(html.contains(class), "{html}");
            assert_eq!(html.contains("veil"), veil, "{html}");
        }
    }

    #[test]
    fn nothing_to_divide_by_draws_no_dot() {
        let interval = Interval { rate: Rate::of(0, 0), goal: None, unfinished: true, href: None };
        let html = interval.to_string();
        assert!(!html.contains("circle") && html.contains(">none yet<"), "{html}");
    }
}
