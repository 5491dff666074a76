//! A clock's status: glyph, word and time, never colour alone.

use super::glyph::glyph;
use super::number::figure;
use super::time::{left, working};
use crate::markup::{Element, Markup, element};
use domain::service_level::Counting;
use jiff::Timestamp;

/// How a clock stands. Seconds are working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStatus {
    /// Running, and there is time.
    OnTime {
        /// Until it is due.
        left_seconds: i64,
    },
    /// Running, and soon due.
    DueSoon {
        /// Until it is due.
        left_seconds: i64,
    },
    /// Running, and past its due time.
    Late {
        /// Since it was due.
        over_seconds: i64,
    },
    /// Standing still, and there is time.
    Resting {
        /// Until it is due, once it runs again.
        left_seconds: i64,
    },
    /// Ended, and nobody is judged by it.
    Ended {
        /// From start to end.
        took_seconds: i64,
    },
    /// Stopped in time.
    Met {
        /// From start to stop.
        took_seconds: i64,
    },
    /// Stopped late.
    Missed {
        /// From start to stop.
        took_seconds: i64,
    },
}

impl ClockStatus {
    /// The status with its time as a door to the workings of the clock.
    pub fn show(&self, workings: &str) -> Markup {
        self.status(workings).into()
    }

    fn status(&self, workings: &str) -> Element {
        let (class, id, word, time) = self.parts();
        let status = element("span").class(format_args!("st {class}")).holding(glyph(id));
        let words = element("span").holding(format!("{word}, ")).holding(figure(time, workings));
        status.holding(words)
    }

    /// The same for a clock that runs, which the browser lets count on: by the working time that
    /// lies ahead as at `now`.
    pub fn counting(&self, workings: &str, counting: &Counting, now: Timestamp) -> Markup {
        let seconds = |at: Timestamp| at.as_second();
        let ahead = counting.ahead.iter();
        let ahead: Vec<String> =
            ahead.map(|(from, to)| format!("{}-{}", seconds(*from), seconds(*to))).collect();
        let (left, at_risk) = (counting.left.as_secs(), counting.at_risk.as_secs());
        let said = format!("{} {left} {at_risk} {}", seconds(now), ahead.join(","));
        self.status(workings).with("data-clock", said).into()
    }

    /// The status in words, for titles and plain text.
    pub fn words(&self) -> String {
        let (_, _, word, time) = self.parts();
        format!("{word}, {time}")
    }

    /// The same after the name of a clock: `is on time, 6 h 08 left`, `came late, after 5 h 00`.
    pub fn said(&self) -> String {
        let verb = match self {
            ClockStatus::OnTime { .. } | ClockStatus::DueSoon { .. } | ClockStatus::Late { .. } => {
                "is "
            }
            ClockStatus::Met { .. } => "was ",
            ClockStatus::Resting { .. }
            | ClockStatus::Ended { .. }
            | ClockStatus::Missed { .. } => "",
        };
        format!("{verb}{}", self.words())
    }

    fn parts(&self) -> (&'static str, &'static str, &'static str, String) {
        match *self {
            ClockStatus::OnTime { left_seconds } => ("on", "on", "on time", left(left_seconds)),
            ClockStatus::DueSoon { left_seconds } => {
                ("soon", "soon", "due soon", left(left_seconds))
            }
            ClockStatus::Late { over_seconds } => ("late", "late", "late", working(over_seconds)),
            ClockStatus::Resting { left_seconds } => ("on", "on", "rests", left(left_seconds)),
            ClockStatus::Ended { took_seconds } => {
                ("done", "on", "ended", format!("after {}", working(took_seconds)))
            }
            ClockStatus::Met { took_seconds } => {
                ("done", "on", "in time", format!("after {}", working(took_seconds)))
            }
            ClockStatus::Missed { took_seconds } => {
                ("late", "late", "came late", format!("after {}", working(took_seconds)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_glyph_word_and_time() {
        let cases = [
            (ClockStatus::OnTime { left_seconds: 22_080 }, "is ", "on time, 6 h 08 left", "#g-on"),
            (
                ClockStatus::DueSoon { left_seconds: 5_280 },
                "is ",
                "due soon, 1 h 28 left",
                "#g-soon",
            ),
            (ClockStatus::Late { over_seconds: 1_920 }, "is ", "late, 32 min", "#g-late"),
            (ClockStatus::Resting { left_seconds: 1_920 }, "", "rests, 32 min left", "#g-on"),
            (ClockStatus::Ended { took_seconds: 7_500 }, "", "ended, after 2 h 05", "#g-on"),
            (ClockStatus::Met { took_seconds: 7_500 }, "was ", "in time, after 2 h 05", "#g-on"),
            (
                ClockStatus::Missed { took_seconds: 36_000 },
                "",
                "came late, after 10 h 00",
                "#g-late",
            ),
        ];
        for (status, verb, words, glyph) in cases {
            assert_eq!(status.words().replace('\u{a0}', " "), words);
            assert_eq!(status.said().replace('\u{a0}', " "), format!("{verb}{words}"));
            assert!(status.show("/x").to_string().contains(glyph), "{status:?}");
        }
    }
}
