//! A share as a thin bar with a tick at the goal.

use super::{Tone, shown_as_markup};
use crate::markup::{Markup, element};

/// For the margins of the Agreement: how far, and how far it was agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// How far, as a share of one.
    pub share: f64,
    /// The goal, as a share of one.
    pub tick: Option<f64>,
    /// Whose duty it is.
    pub tone: Tone,
    /// The same in words, for those who do not see it: `88 per cent, goal 90`.
    pub words: String,
}

impl Meter {
    fn draw(&self) -> Markup {
        let part = |class: &str, x: f64, width: f64, y: f64, height: f64| {
            let rect = element("rect").class(class).across("x", x).across("width", width);
            Markup::from(rect.px("y", y).px("height", height))
        };
        let share = self.share.clamp(0.0, 1.0) * 100.0;
        let mut parts = part("track", 0.0, 100.0, 2.5, 1.0);
        parts.push(part(&format!("bar {}", self.tone.class()), 0.0, share, 1.0, 4.0));
        if let Some(tick) = self.tick {
            let tick = tick.clamp(0.0, 1.0) * 100.0;
            parts.push(part("bar jo", (tick - 0.4).clamp(0.0, 99.2), 0.8, -2.0, 10.0));
        }
        let meter = element("svg").class("meter").with("height", 6).with("role", "img");
        meter.with("aria-label", &self.words).holding(parts).into()
    }
}

shown_as_markup!(Meter);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    #[test]
    fn a_meter_stays_in_its_track() {
        let cases = [(0.882, "width=\"88.2%\""), (1.7, "width=\"100%\""), (-1.0, "width=\"0%\"")];
        for (share, expected) in cases {
            let words = "88 per cent, goal 90".to_owned();
            let meter = Meter { share, tick: Some(0.9), tone: Tone::Sales, words };
            let html = meter.to_string();
            assert_well_formed(&html);
            assert!(html.contains(expected) && html.contains("x=\"89.6%\""), "{html}");
        }
    }
}
