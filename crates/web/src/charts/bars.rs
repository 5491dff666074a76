//! Counts by period as bars from zero.

use super::{
    Anchor, Goal, Tone, Twin, described, drawing, line, mark, rect, shown_as_markup, text,
};
use crate::markup::Markup;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// How it is called under the line.
    pub label: String,
    /// How high it is.
    pub value: f64,
    /// The value as it is written: `24`, `€12,500`.
    pub words: String,
    /// Whether more may still come: hatched.
    pub unfinished: bool,
    /// The facts behind it.
    pub href: Option<String>,
}

/// Bars from zero, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What the chart is called, for those who do not see it.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// What a bar stands for, such as `Week`.
    pub period: String,
    /// What is counted, such as `Leads qualified`.
    pub counted: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// What was agreed, in the unit of the bars.
    pub goal: Option<Goal>,
    /// Whose bars they are.
    pub tone: Tone,
    /// Small enough for a margin of the Agreement: only the ends are named, only the last is
    /// counted.
    pub small: bool,
}

impl Bars {
    /// Bars, then the goal over them, then the words over both.
    fn draw(&self) -> Markup {
        let mut parts = described(&self.title, &self.description);
        let places = || self.bars.iter().enumerate();
        places().for_each(|(place, bar)| parts.push(self.shape(place, bar)));
        let (wide, foot) = (self.wide(), self.foot());
        parts.push(line("ax0", (0.0, foot), (wide, foot)));
        if let Some(goal) = &self.goal {
            let down = self.down(goal.value);
            parts.push(line("goal", (0.0, down), (wide, down)));
            parts.push(goal.named((100.0, down + 4.0)));
        }
        places().for_each(|(place, bar)| parts.push(self.door(place, bar)));
        parts.push(if self.small { self.ends() } else { self.names() });
        drawing(foot + 16.0, &self.title).holding(parts).into()
    }

    fn foot(&self) -> f64 {
        if self.small { 28.0 } else { 140.0 }
    }

    fn wide(&self) -> f64 {
        match (self.small, &self.goal) {
            (true, _) => 78.0,
            (false, Some(_)) => 88.0,
            (false, None) => 100.0,
        }
    }

    fn down(&self, value: f64) -> f64 {
        let goal = self.goal.as_ref().map_or(0.0, |goal| goal.value);
        let highest = self.bars.iter().map(|bar| bar.value).fold(goal, f64::max);
        let room = if self.small { 2.0 } else { 20.0 };
        let share = if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 };
        self.foot() - share * (self.foot() - room)
    }

    fn span(&self, place: usize) -> (f64, f64) {
        let slot = self.wide() / self.bars.len().max(1) as f64;
        let gap = (slot * 0.16).min(2.0);
        (slot * place as f64 + gap / 2.0, slot * (place as f64 + 1.0) - gap / 2.0)
    }

    fn shape(&self, place: usize, bar: &Bar) -> Markup {
        let (span, down) = (self.span(place), (self.down(bar.value), self.foot()));
        if bar.unfinished {
            return Markup::from(rect("hatch", span, down)).and(rect("hatch-edge", span, down));
        }
        rect(&format!("bar {}", self.tone.class()), span, down).into()
    }

    /// The link over a bar, with its number.
    fn door(&self, place: usize, bar: &Bar) -> Markup {
        let (span, top) = (self.span(place), self.down(bar.value));
        let mut content = Markup::from(rect("hit", span, (0.0, self.foot())));
        if !self.small && (!self.crowded() || place + 1 == self.bars.len()) {
            let middle = (span.0 + span.1) / 2.0;
            content.push(text("lab halo", (middle, top - 6.0), Anchor::Middle, &bar.words));
        }
        mark(bar.href.as_deref(), &self.said(bar), content)
    }

    /// With so many, a word at each would run into the next on a phone.
    fn crowded(&self) -> bool {
        self.bars.len() > 10
    }

    fn names(&self) -> Markup {
        let last = self.bars.len().saturating_sub(1);
        let named = |place: &usize| !self.crowded() || (last - place).is_multiple_of(2);
        let places = self.bars.iter().enumerate().filter(|(place, _)| named(place));
        let names = places.map(|(place, bar)| {
            let (from, to) = self.span(place);
            let at = ((from + to) / 2.0, self.foot() + 16.0);
            Markup::from(text("tick", at, Anchor::Middle, &bar.label))
        });
        names.collect()
    }

    fn ends(&self) -> Markup {
        let (Some(first), Some(last)) = (self.bars.first(), self.bars.last()) else {
            return Markup::new();
        };
        let (wide, down) = (self.wide(), self.foot() + 14.0);
        Markup::from(text("tick", (0.0, down), Anchor::Start, &first.label))
            .and(text("tick", (wide, down), Anchor::End, &last.label))
            .and(text("lab", (wide + 3.0, self.foot() - 1.0), Anchor::Start, &last.words))
    }

    fn said(&self, bar: &Bar) -> String {
        let so_far = if bar.unfinished { ", not over" } else { "" };
        format!("{} {}: {}{so_far}", self.period, bar.label, bar.words)
    }

    /// The same numbers as a table.
    pub fn twin(&self) -> Twin {
        let twin = Twin::of(&self.period).number(&self.counted).words("");
        self.bars.iter().fold(twin, |twin, bar| {
            let so_far = if bar.unfinished { "not over" } else { "" };
            twin.row([bar.label.as_str(), bar.words.as_str(), so_far])
        })
    }
}

shown_as_markup!(Bars);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    fn weeks(small: bool) -> Bars {
        let bar = |label: &str, value: f64, unfinished| Bar {
            label: label.to_owned(),
            value,
            words: value.to_string(),
            unfinished,
            href: Some("/leads".to_owned()),
        };
        Bars {
            title: "Leads qualified a week".to_owned(),
            description: String::new(),
            period: "Week".to_owned(),
            counted: "Leads".to_owned(),
            bars: vec![bar("45", 20.0, false), bar("46", 10.0, false), bar("47", 5.0, true)],
            goal: None,
            tone: Tone::Plain,
            small,
        }
    }

    #[test]
    fn heights_are_in_proportion_from_zero() {
        let html = weeks(false).to_string();
        assert_well_formed(&html);
        assert!(html.contains("y=\"20\" height=\"120\""), "{html}");
        assert!(html.contains("y=\"80\" height=\"60\""), "{html}");
        assert_eq!(html.matches("class=\"hatch\"").count(), 1);
    }

    #[test]
    fn a_small_one_names_only_its_ends() {
        let html = weeks(true).to_string();
        assert_well_formed(&html);
        assert!(html.contains(">45</text>") && !html.contains(">46</text>"), "{html}");
    }

    #[test]
    fn all_zero_divides_by_nothing() {
        let mut none = weeks(false);
        none.bars.iter_mut().for_each(|bar| bar.value = 0.0);
        assert!(!none.to_string().contains("NaN"));
        assert_well_formed(&none.twin().to_string());
    }
}
