//! Two rates with their intervals, one over the other.

use super::{Anchor, dot, drawing, line, shown_as_markup, text};
use crate::{
    markup::Markup,
    show::{NBSP, Rate},
};

const HEIGHT: f64 = 46.0;

/// Two rates to be compared, each with what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// The one that is drawn open, above; there may be none.
    pub open: Option<(&'static str, Rate)>,
    /// The one that is drawn filled, below.
    pub filled: (&'static str, Rate),
    /// The shares between which it is drawn, where several strips are to be compared; otherwise those
    /// that it needs.
    pub scale: Option<(f64, f64)>,
}

impl Strip {
    fn draw(&self) -> Markup {
        let rates = self.open.iter().chain([&self.filled]).map(|(_, rate)| rate);
        let Some(needed) = needed(rates) else { return Markup::new() };
        let (low, high) = self.scale.unwrap_or(needed);
        let (low, high) = ((low * 100.0).floor() - 1.0, (high * 100.0).ceil() + 1.0);
        let (low, high) = (low.max(0.0), high.min(100.0).max(low + 2.0));
        let place = |share: f64| ((share * 100.0 - low) / (high - low) * 100.0).clamp(1.5, 98.5);
        let mut parts = Markup::new();
        for (rate, (down, class)) in
            [(self.open.as_ref(), (8.0, "dot open")), (Some(&self.filled), (20.0, "dot"))]
        {
            let Some((share, (low, high))) =
                rate.and_then(|(_, rate)| Some((rate.share()?, ends(rate)?)))
            else {
                continue;
            };
            parts.push(line("ci", (place(low), down), (place(high), down)));
            parts.push(dot(class, (place(share), down)));
        }
        parts.push(line("ax", (0.0, 30.0), (100.0, 30.0)));
        parts.push(text("tick", (0.0, 43.0), Anchor::Start, &format!("{low:.0}")));
        parts.push(text("tick", (100.0, 43.0), Anchor::End, &format!("{high:.0}{NBSP}%")));
        drawing(HEIGHT, &self.words()).holding(parts).into()
    }

    /// The strip in words.
    pub fn words(&self) -> String {
        let said = |(name, rate): &(&str, Rate)| format!("{name} {}", rate.line());
        let said: Vec<String> = self.open.iter().chain([&self.filled]).map(said).collect();
        said.join("; ")
    }
}

/// The ends of a rate's interval, or the rate itself; nothing of nothing.
fn ends(rate: &Rate) -> Option<(f64, f64)> {
    let share = rate.share()?;
    Some(rate.interval.unwrap_or((share, share)))
}

/// The shares between which all of some rates lie with their intervals; nothing where there are none.
pub fn needed<'a>(rates: impl IntoIterator<Item = &'a Rate>) -> Option<(f64, f64)> {
    let known = rates.into_iter().filter_map(ends);
    known.reduce(|(low, high), (from, to)| (low.min(from), high.max(to)))
}

shown_as_markup!(Strip);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    #[test]
    fn both_stand_on_one_scale_and_nothing_of_nothing_is_not_drawn() {
        let strip = Strip {
            open: Some(("today", Rate::of(94, 1000).within(0.083, 0.106))),
            filled: ("proposed", Rate::of(114, 1000).within(0.101, 0.129)),
            scale: None,
        };
        let html = strip.to_string();
        assert_well_formed(&html);
        assert!(html.contains(">7<") && html.contains("14\u{a0}%"), "{html}");
        let none = Strip { open: None, filled: ("proposed", Rate::of(0, 0)), scale: None };
        assert_eq!(none.to_string(), "");
        let wide = Strip { scale: Some((0.0, 0.5)), ..strip }.to_string();
        assert!(wide.contains(">0<") && wide.contains("51\u{a0}%"), "{wide}");
    }
}
