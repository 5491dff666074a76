//! Two rates with their intervals, one over the other, on a scale of their own.

use super::{Anchor, dot, drawing, line, shown_as_markup, text};
use crate::{
    markup::Markup,
    show::{NBSP, Rate},
};

const HEIGHT: f64 = 46.0;

/// A rate as it is, and as it would be. The first is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// As it is; nothing where there is no rule in force.
    pub today: Option<Rate>,
    /// As it would be.
    pub proposed: Rate,
}

impl Strip {
    fn draw(&self) -> Markup {
        let rates: Vec<&Rate> = self.today.iter().chain([&self.proposed]).collect();
        let ends = |rate: &&Rate| {
            let share = rate.share()?;
            Some(rate.interval.unwrap_or((share, share)))
        };
        let known: Vec<(f64, f64)> = rates.iter().filter_map(ends).collect();
        if known.is_empty() {
            return Markup::new();
        }
        let low = known.iter().map(|(low, _)| *low).fold(1.0, f64::min);
        let high = known.iter().map(|(_, high)| *high).fold(0.0, f64::max);
        let (low, high) = ((low * 100.0).floor() - 1.0, (high * 100.0).ceil() + 1.0);
        let (low, high) = (low.max(0.0), high.min(100.0).max(low + 2.0));
        let place = |share: f64| ((share * 100.0 - low) / (high - low) * 100.0).clamp(1.5, 98.5);
        let mut parts = Markup::new();
        for (rate, (down, class)) in
            [(self.today.as_ref(), (8.0, "dot open")), (Some(&self.proposed), (20.0, "dot"))]
        {
            let Some((share, (low, high))) =
                rate.and_then(|rate| Some((rate.share()?, ends(&rate)?)))
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
        let today = self.today.map_or(String::new(), |today| format!("today {}; ", today.line()));
        format!("{today}proposed {}", self.proposed.line())
    }
}

shown_as_markup!(Strip);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    #[test]
    fn both_stand_on_one_scale_and_nothing_of_nothing_is_not_drawn() {
        let strip = Strip {
            today: Some(Rate::of(94, 1000).within(0.083, 0.106)),
            proposed: Rate::of(114, 1000).within(0.101, 0.129),
        };
        let html = strip.to_string();
        assert_well_formed(&html);
        assert!(html.contains(">7<") && html.contains("14\u{a0}%"), "{html}");
        let none = Strip { today: None, proposed: Rate::of(0, 0) };
        assert_eq!(none.to_string(), "");
    }
}
