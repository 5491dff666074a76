//! The clock of a lead: when it started, when nobody worked, now, and when it is due.

use jiff::Timestamp;

use super::{Anchor, Tone, described, dot, drawing, line, mark, rect, shown_as_markup, text};
use crate::markup::{Element, Markup};
use crate::show::LocalTime;

const LEVEL: f64 = 26.0;
const HEIGHT: f64 = 56.0;
/// What each closed span takes of the width, however long it is: it does not count.
const CLOSED: f64 = 6.0;
/// What all closed spans may take together.
const CLOSED_MAX: f64 = 36.0;

/// A span that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// What it is: `night`, `weekend`, `paused`.
    pub name: String,
}

/// A clock as a line. Open time is drawn to scale; each closed span is hatched and equally narrow.
#[derive(Debug, Clone)]
pub struct ClockLine {
    /// When it started.
    pub start: Timestamp,
    /// When it is due.
    pub due: Timestamp,
    /// When it stopped; none while it runs.
    pub stopped: Option<Timestamp>,
    /// Spans that do not count, in order, apart from one another.
    pub closed: Vec<Closed>,
    /// Whose turn it is.
    pub tone: Tone,
    /// The same in words: `Four working hours. 1 hour 28 left.`
    pub words: String,
    /// Now, and the zone of the labels.
    pub time: LocalTime,
    /// The workings of the clock, behind its hand.
    pub href: Option<String>,
}

impl ClockLine {
    fn hand(&self) -> Timestamp {
        self.stopped.unwrap_or(self.time.now()).max(self.start)
    }

    fn end(&self) -> Timestamp {
        self.hand().max(self.due)
    }

    /// The closed spans inside the line, cut to it.
    fn gaps(&self) -> Vec<(Timestamp, Timestamp, &str)> {
        let cut = |closed: &'_ Closed| (closed.from.max(self.start), closed.to.min(self.end()));
        let gaps = self.closed.iter().map(|closed| (cut(closed), closed.name.as_str()));
        gaps.filter(|((from, to), _)| from < to)
            .map(|((from, to), name)| (from, to, name))
            .collect()
    }

    /// Where an instant stands, in per cent.
    fn across(&self, at: Timestamp) -> f64 {
        let gaps = self.gaps();
        let closed_width = (CLOSED * gaps.len() as f64).min(CLOSED_MAX);
        let each = if gaps.is_empty() { 0.0 } else { closed_width / gaps.len() as f64 };
        let open_until = |until: Timestamp| {
            let shut: i64 = gaps.iter().map(|gap| between(gap.0, gap.1.min(until))).sum();
            between(self.start, until) - shut
        };
        let all = open_until(self.end()).max(1) as f64;
        let passed = gaps.iter().map(|gap| {
            let whole = between(gap.0, gap.1).max(1) as f64;
            between(gap.0, at.min(gap.1)) as f64 / whole * each
        });
        let open = open_until(at.clamp(self.start, self.end())) as f64;
        open / all * (100.0 - closed_width) + passed.sum::<f64>()
    }

    fn draw(&self) -> Markup {
        let (hand, due) = (self.across(self.hand()), self.across(self.due));
        let mut parts = described(&self.words, "");
        parts.push(line("ax0", (0.0, LEVEL), (100.0, LEVEL)));
        parts.push(self.used((0.0, hand.min(due)), self.tone.class()));
        parts.push(self.used((due, hand), "lt"));
        parts.push(self.nights());
        parts.push(line("goal", (due, LEVEL - 12.0), (due, LEVEL + 12.0)));
        let class = if hand > due { "lt" } else { self.tone.class() };
        let pointer = Markup::from(dot(&format!("dot {class}"), (hand, LEVEL)));
        let pointer = pointer.and(self.hand_label(hand, due));
        parts.push(mark(self.href.as_deref(), &self.words, pointer));
        parts.push(self.labels(due));
        drawing(HEIGHT, &self.words).holding(parts).into()
    }

    /// The part of the line that has run, without the spans that do not count.
    fn used(&self, (from, to): (f64, f64), class: &str) -> Markup {
        let class = format!("bar {class}");
        let mut parts = Markup::new();
        let mut at = from;
        for (shut, open, _) in self.gaps() {
            let (shut, open) = (self.across(shut), self.across(open));
            if open <= at || shut >= to {
                continue;
            }
            if shut > at {
                parts.push(rect(&class, (at, shut), (LEVEL - 1.5, LEVEL + 1.5)));
            }
            at = open;
        }
        if to > at {
            parts.push(rect(&class, (at, to), (LEVEL - 1.5, LEVEL + 1.5)));
        }
        parts
    }

    fn nights(&self) -> Markup {
        let due = self.across(self.due);
        let mut named_until = 26.0;
        let mut parts = Markup::new();
        for (from, to, name) in self.gaps() {
            let (from, to) = (self.across(from), self.across(to));
            let middle = (from + to) / 2.0;
            parts.push(rect("ground", (from, to), (LEVEL - 6.0, LEVEL + 6.0)));
            parts.push(rect("hatch", (from, to), (LEVEL - 6.0, LEVEL + 6.0)));
            let free = middle > named_until && middle < 78.0 && (middle - due).abs() > 20.0;
            if free {
                parts.push(text("tick", (middle, LEVEL + 28.0), Anchor::Middle, name));
                named_until = middle + 16.0;
            }
        }
        parts
    }

    fn labels(&self, due: f64) -> Markup {
        let (start, end) = (self.time.near_words(self.start), self.time.near_words(self.due));
        let end = text("tick", (due, LEVEL + 28.0), hung(due), &format!("due {end}"));
        if due <= 30.0 {
            return end.into();
        }
        Markup::from(text("tick", (0.0, LEVEL + 28.0), Anchor::Start, &start)).and(end)
    }

    fn hand_label(&self, hand: f64, due: f64) -> Element {
        let what = if self.stopped.is_some() { "stopped" } else { "now" };
        let words = format!("{what} {}", self.time.near_words(self.hand()));
        let class = if hand > due { "lab-late" } else { "lab" };
        text(class, (hand, LEVEL - 12.0), hung(hand), &words)
    }
}

/// Words near an end of the line hang inwards, so that they stay in the drawing.
fn hung(at: f64) -> Anchor {
    match at {
        at if at < 14.0 => Anchor::Start,
        at if at > 86.0 => Anchor::End,
        _ => Anchor::Middle,
    }
}

/// Seconds from one instant to another, none if it lies before.
fn between(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0)
}

shown_as_markup!(ClockLine);

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::markup::tests::assert_well_formed;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Wed 15:40 to 17:00, then Thu 08:00 to 10:40: four working hours.
    fn clock(now: &str) -> ClockLine {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        ClockLine {
            start: at("2026-11-18T14:40:00Z"),
            due: at("2026-11-19T09:40:00Z"),
            stopped: None,
            closed: vec![Closed {
                from: at("2026-11-18T16:00:00Z"),
                to: at("2026-11-19T07:00:00Z"),
                name: "night".to_owned(),
            }],
            tone: Tone::Sales,
            words: "Four working hours, 1 h 28 left".to_owned(),
            time: LocalTime::new(at(now), zone),
            href: Some("/leads/7?because=clock".to_owned()),
        }
    }

    #[test]
    fn the_night_is_narrow_and_open_time_is_to_scale() {
        let clock = clock("2026-11-19T08:12:00Z");
        let cases = [
            ("2026-11-18T14:40:00Z", 0.0),
            ("2026-11-18T16:00:00Z", 31.33),
            ("2026-11-19T07:00:00Z", 37.33),
            ("2026-11-19T09:40:00Z", 100.0),
        ];
        for (instant, expected) in cases {
            assert!((clock.across(at(instant)) - expected).abs() < 0.01, "{instant}");
        }
        let html = clock.to_string();
        assert_well_formed(&html);
        for part in [
            ">Wed 15:40<",
            ">now 09:12<",
            ">due 10:40<",
            ">night<",
            "class=\"hatch\"",
            "<a href=\"/leads/7?because=clock\">",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("class=\"bar sa\"").count(), 2);
        assert!(!html.contains("bar lt"), "{html}");
    }

    #[test]
    fn what_runs_past_the_due_time_is_drawn_as_late() {
        let html = clock("2026-11-19T10:40:00Z").to_string();
        assert_well_formed(&html);
        assert!(html.contains("bar lt") && html.contains("dot lt"), "{html}");
    }

    #[test]
    fn a_clock_without_length_divides_by_nothing() {
        let mut clock = clock("2026-11-18T14:40:00Z");
        clock.due = clock.start;
        let html = clock.to_string();
        assert!(!html.contains("NaN"), "{html}");
    }
}
