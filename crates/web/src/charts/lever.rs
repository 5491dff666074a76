//! Leads by the highest threshold that they reach, over which a threshold can be drawn: how many lie
//! to its right, and how many of them were won.

use super::{Anchor, Twin, described, drawing, line, mark, rect, shown_as_markup, text};
use crate::{
    markup::Markup,
    show::{count, figure},
};

const TOP: f64 = 22.0;
const FOOT: f64 = 158.0;
const HEIGHT: f64 = 176.0;
/// Behind this share of the width a name has no room to its right, and likewise on the left.
const EDGE: f64 = 0.8;
/// As much of the width a name takes on a phone.
const ROOM: f64 = 0.3;

/// One step of thresholds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it begins at, in words: `105`.
    pub from: String,
    /// Leads whose highest threshold lies in it.
    pub leads: u64,
    /// Of them, those that were won.
    pub won: u64,
    /// The leads behind it.
    pub href: String,
}

/// A threshold with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Where it lies, as a share of the width.
    pub at: f64,
    /// What it is called.
    pub words: String,
    /// Where it is set.
    pub href: String,
}

/// Leads by the highest threshold that they reach.
#[derive(Debug, Clone, PartialEq)]
pub struct LeverChart {
    /// The steps, the lowest first.
    pub steps: Vec<Step>,
    /// The threshold in force.
    pub today: Option<Named>,
    /// The proposed one.
    pub proposed: Named,
    /// All leads of the time as a file.
    pub csv: Option<String>,
}

impl LeverChart {
    fn draw(&self) -> Markup {
        let title = "Leads by the highest threshold that they reach";
        let mut parts = described(title, "Dark, and the number below: won.");
        for (place, step) in self.steps.iter().enumerate() {
            parts.push(self.bar(place, step));
        }
        if let Some(Named { at: today, .. }) = &self.today {
            let (from, to) = (today.min(self.proposed.at), today.max(self.proposed.at));
            parts.push(rect("veil", (from * 100.0, to * 100.0), (TOP, FOOT)));
            parts.push(line("goal", (today * 100.0, TOP), (today * 100.0, FOOT)));
        }
        let proposed = self.proposed.at * 100.0;
        parts.push(line("ln", (proposed, TOP), (proposed, FOOT)));
        parts.push(self.names());
        drawing(HEIGHT, title).holding(parts).into()
    }

    fn bar(&self, place: usize, step: &Step) -> Markup {
        let most = self.steps.iter().map(|step| step.leads).max().unwrap_or(0).max(1) as f64;
        let slot = 100.0 / self.steps.len().max(1) as f64;
        let across = (slot * (place as f64 + 0.08), slot * (place as f64 + 0.92));
        let down = |n: u64| FOOT - n as f64 / most * (FOOT - TOP - 4.0);
        let mut content = Markup::from(rect("hit", across, (TOP, FOOT)));
        content.push(rect("bar2", across, (down(step.leads), FOOT)));
        if step.won > 0 {
            content.push(rect("bar1", across, (down(step.won).min(FOOT - 1.0), FOOT)));
        }
        let middle = (across.0 + across.1) / 2.0;
        content.push(text("lab tiny", (middle, FOOT + 14.0), Anchor::Middle, &count(step.won)));
        let noun = if step.leads == 1 { "lead" } else { "leads" };
        let words =
            format!("from {}: {} {noun}, {} won", step.from, count(step.leads), count(step.won));
        mark(Some(&step.href), &words, content)
    }

    /// The names of the two, each on its own side of the other.
    fn names(&self) -> Markup {
        let Named { at: proposed, words, href } = &self.proposed;
        let Some(Named { at: today, words: today_words, href: today_href }) =
            self.today.as_ref().filter(|today| today.at != *proposed)
        else {
            let side = if *proposed < 0.5 { Anchor::Start } else { Anchor::End };
            let name = text("lab", (proposed * 100.0, 14.0), side, words);
            return mark(Some(href), "", name.into());
        };
        let ends = match today <= proposed {
            true => (Anchor::End, Anchor::Start),
            false => (Anchor::Start, Anchor::End),
        };
        // Two that stand close are kept apart by a few pixels to either side; where one would hang
        // out of the drawing both hang inwards, and the other leaves it room.
        let apart = if today <= proposed { 3 } else { -3 };
        let is_inward = *proposed > EDGE || *proposed < 1.0 - EDGE;
        let is_close = (today - proposed).abs() < ROOM;
        let (hung, aside) = match (is_inward, is_close) {
            (false, _) => ((ends.0, ends.1), apart),
            (true, false) => ((ends.0, ends.0), apart),
            (true, true) => ((ends.0, ends.0), apart * 30),
        };
        let today_name = text("", (today * 100.0, 14.0), hung.0, today_words).with("dx", -aside);
        let beside = if is_inward { 0 } else { apart };
        let name = text("lab", (proposed * 100.0, 14.0), hung.1, words).with("dx", beside);
        mark(Some(today_href), "", today_name.into()).and(mark(Some(href), "", name.into()))
    }

    /// The same numbers as a table.
    pub fn twin(&self) -> Twin {
        let twin = Twin::of("Highest threshold, from").number("Leads").number("Won");
        let twin = self.steps.iter().fold(twin, |twin, step| {
            let open = |n: u64| figure(count(n), &step.href);
            twin.row([Markup::text(&step.from), open(step.leads), open(step.won)])
        });
        match &self.csv {
            Some(csv) => twin.with_csv(csv),
            None => twin,
        }
    }
}

shown_as_markup!(LeverChart);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    fn named(at: f64, words: &str) -> Named {
        Named { at, words: words.into(), href: "/agreement/1#c2".into() }
    }

    #[test]
    fn bars_are_in_proportion_and_both_thresholds_are_named() {
        let step = |from: &str, leads, won| {
            let href = format!("/leads?reaches={from}");
            Step { from: from.into(), leads, won, href }
        };
        let chart = LeverChart {
            steps: vec![step("80", 100, 0), step("100", 50, 4)],
            today: Some(named(0.5, "today 100")),
            proposed: named(0.75, "proposed 110"),
            csv: Some("/leads.csv".into()),
        };
        let html = chart.to_string();
        assert_well_formed(&html);
        assert!(
            html.contains("y=\"26\" height=\"132\"") && html.contains("height=\"66\""),
            "{html}"
        );
        assert_eq!(html.matches("bar1").count(), 1, "nothing was won in the first");
        assert!(html.contains("today 100") && html.contains("proposed 110"));
        let name = |chart: &LeverChart, words: &str| {
            let html = chart.to_string();
            let from = html.find(words).map(|end| html[..end].rfind("<text").unwrap_or(0));
            html[from.unwrap()..].split('>').next().unwrap_or_default().to_owned()
        };
        assert!(!name(&chart, "proposed 110<").contains("end"), "there is room to its right");
        let edge = LeverChart { proposed: named(1.0, "proposed 120"), ..chart.clone() };
        assert!(name(&edge, "proposed 120<").contains("text-anchor=\"end\""), "{edge}");
        assert!(name(&edge, "today 100<").contains("dx=\"-3\""), "far enough apart");
        let close = LeverChart { today: Some(named(0.9, "today 118")), ..edge };
        assert!(name(&close, "today 118<").contains("dx=\"-90\""), "{close}");
        assert_well_formed(&chart.twin().to_string());
    }
}
