//! Counts a week under two rules as steps, against what can be taken in a week.

use domain::ids::Version;

use super::{Anchor, Twin, described, drawing, line, mark, rect, shown_as_markup, text};
use crate::{
    markup::{Markup, element},
    show::{count, figure},
};

const TOP: f64 = 22.0;
const FOOT: f64 = 168.0;
const HEIGHT: f64 = 190.0;
/// How far across the weeks reach; the names stand behind them.
const WIDE: f64 = 78.0;

/// One week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// How it is called: `12 Oct`.
    pub label: String,
    /// Leads under the rule in force.
    pub today: u64,
    /// Leads under the proposed one.
    pub proposed: u64,
    /// The leads behind the second.
    pub href: String,
    /// The leads behind the first.
    pub today_href: String,
    /// Whether only a part of it is in the time, or it is not over: hatched.
    pub is_partial: bool,
}

/// Leads a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// What came in the weeks before those that are drawn, today and under the proposed rule, the
    /// oldest first.
    pub earlier: Vec<(u64, u64)>,
    /// The weeks that are drawn, the oldest first.
    pub weeks: Vec<Week>,
    /// How many can be taken in a week, where that is known.
    pub takes: Option<u64>,
    /// By which version that is so, and where it says so.
    pub agreed: Option<(Version, String)>,
    /// Whether there is a rule in force.
    pub has_today: bool,
    /// The leads of the proposed rule as a file.
    pub csv: Option<String>,
}

impl Load {
    /// What came in every week, drawn or not, today and under the proposed rule.
    pub fn every_week(&self) -> impl Iterator<Item = (u64, u64)> {
        let drawn = self.weeks.iter().map(|week| (week.today, week.proposed));
        self.earlier.iter().copied().chain(drawn)
    }

    fn draw(&self) -> Markup {
        let title = "Leads a week under both rules";
        let mut parts = described(
            title,
            "Shaded: more than can be taken in a week. Hatched: a part of a week.",
        );
        let middle = self.most() / 2;
        for value in [0, middle, middle * 2] {
            let class = if value == 0 { "ax0" } else { "ax" };
            parts.push(line(class, (0.0, self.down(value)), (WIDE, self.down(value))));
            let near = |takes: u64| (self.down(takes) - self.down(value)).abs() < 16.0;
            if value > 0 && !self.takes.is_some_and(near) {
                let at = (0.0, self.down(value) - 4.0);
                parts.push(text("tick", at, Anchor::Start, &count(value)));
            }
        }
        for (place, week) in self.weeks.iter().enumerate() {
            if week.is_partial {
                let across = (self.across(place), self.across(place + 1));
                parts.push(rect("veil", across, (TOP, FOOT)));
            }
            parts.push(self.week(place, week));
        }
        if self.has_today {
            parts.push(self.steps("ln2", |week| week.today));
        }
        parts.push(self.steps("ln", |week| week.proposed));
        parts.push(self.names());
        drawing(HEIGHT, title).holding(parts).into()
    }

    /// The highest value, rounded up to twice a number that is easily read.
    fn most(&self) -> u64 {
        let of = |week: &Week| week.proposed.max(if self.has_today { week.today } else { 0 });
        let most = self.weeks.iter().map(of).max().unwrap_or(0);
        let most = most.max(self.takes.unwrap_or(0)).max(2);
        let ten = 10_u64.pow(most.ilog10());
        let nice = [1, 2, 4, 6, 8, 10].map(|n| n * ten);
        nice.into_iter().find(|nice| *nice >= most).unwrap_or(most).max(2)
    }

    fn down(&self, value: u64) -> f64 {
        FOOT - value as f64 / self.most() as f64 * (FOOT - TOP)
    }

    fn across(&self, place: usize) -> f64 {
        WIDE * place as f64 / self.weeks.len().max(1) as f64
    }

    /// The link over a week, and what is more than can be taken in it.
    fn week(&self, place: usize, week: &Week) -> Markup {
        let across = (self.across(place), self.across(place + 1));
        let mut content = Markup::from(rect("hit", across, (TOP, FOOT)));
        if let Some(takes) = self.takes.filter(|takes| week.proposed > *takes) {
            content.push(rect("over", across, (self.down(week.proposed), self.down(takes))));
        }
        let words = format!("Week of {}: {} proposed", week.label, count(week.proposed));
        let today = match self.has_today {
            true => format!(", {} today", count(week.today)),
            false => String::new(),
        };
        let part = if week.is_partial { ", a part of the week" } else { "" };
        mark(Some(&week.href), &format!("{words}{today}{part}"), content)
    }

    /// A line of steps. A drawing without a view box has no paths in per cent, so each step is a line.
    fn steps(&self, class: &str, value: impl Fn(&Week) -> u64) -> Markup {
        let mut parts = Markup::new();
        let mut before: Option<f64> = None;
        for (place, week) in self.weeks.iter().enumerate() {
            let (from, to, down) =
                (self.across(place), self.across(place + 1), self.down(value(week)));
            if let Some(before) = before.filter(|before| *before != down) {
                parts.push(line(class, (from, before), (from, down)));
            }
            parts.push(line(class, (from, down), (to, down)));
            before = Some(down);
        }
        element("g").holding(parts).into()
    }

    /// The weeks' names, and at the end of each line its own, one under the other.
    fn names(&self) -> Markup {
        let mut parts = Markup::new();
        let every = self.weeks.len().div_ceil(4).max(1);
        for (place, week) in self.weeks.iter().enumerate().step_by(every) {
            let at = (self.across(place), FOOT + 18.0);
            parts.push(text("tick", at, Anchor::Start, &week.label));
        }
        let Some(last) = self.weeks.last() else { return parts };
        let mut named = vec![(self.down(last.proposed), "lab", "proposal".to_owned())];
        if self.has_today {
            named.push((self.down(last.today), "", "today’s rule".to_owned()));
        }
        if let Some(takes) = self.takes {
            let down = self.down(takes);
            parts.push(line("goal", (0.0, down), (WIDE, down)));
            let by = self.agreed.as_ref().map(|(version, _)| format!(", v{version}"));
            named.push((
                down,
                "",
                format!("{} can be taken{}", count(takes), by.unwrap_or_default()),
            ));
        }
        let href = self.agreed.as_ref().map(|(_, href)| href.as_str());
        named.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = 0.0_f64;
        for (down, class, words) in named {
            let down = (down + 4.0).max(free);
            free = down + 15.0;
            let is_agreed = words.contains("can be taken");
            let name = text(class, (100.0, down), Anchor::End, &words);
            parts.push(mark(href.filter(|_| is_agreed), "", name.into()));
        }
        parts
    }

    /// The same numbers as a table.
    pub fn twin(&self) -> Twin {
        let twin = Twin::of("Week of").number("Today").number("Proposed").words("");
        let twin = self.weeks.iter().fold(twin, |twin, week| {
            let today = match self.has_today {
                true => figure(count(week.today), &week.today_href),
                false => Markup::new(),
            };
            let proposed = figure(count(week.proposed), &week.href);
            let part = if week.is_partial { "a part of the week" } else { "" };
            twin.row([Markup::text(&week.label), today, proposed, Markup::text(part)])
        });
        match &self.csv {
            Some(csv) => twin.with_csv(csv),
            None => twin,
        }
    }
}

shown_as_markup!(Load);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    fn week(label: &str, today: u64, proposed: u64) -> Week {
        let (label, href) = (label.into(), "/x?of=proposed".into());
        let today_href = "/x?of=today".into();
        Week { label, today, proposed, href, today_href, is_partial: today == 34 }
    }

    #[test]
    fn what_cannot_be_taken_is_shaded() {
        let load = Load {
            earlier: vec![(60, 50)],
            weeks: vec![week("5 Jan", 30, 20), week("12 Jan", 34, 31)],
            takes: Some(25),
            agreed: Some((Version(3), "/agreement/3".into())),
            has_today: true,
            csv: Some("/x.csv".into()),
        };
        let html = load.to_string();
        assert_well_formed(&html);
        let every: Vec<(u64, u64)> = load.every_week().collect();
        assert_eq!(every, [(60, 50), (30, 20), (34, 31)], "what is not drawn is told as well");
        assert_eq!(html.matches("class=\"over\"").count(), 1);
        assert!(html.contains(">40<") && html.contains(">20<"), "{html}");
        assert_eq!(html.matches("class=\"veil\"").count(), 1, "a part of a week");
        assert!(
            html.contains("<a href=\"/agreement/3\">") && html.contains("taken, v3<"),
            "{html}"
        );
        assert!(load.twin().to_string().contains("href=\"/x.csv\""));
        assert_eq!(load.twin().to_string().matches("/x?of=today").count(), 2, "each number opens");
        assert_well_formed(&load.twin().to_string());
    }

    #[test]
    fn no_weeks_and_nothing_to_take_divide_by_nothing() {
        let none = Load {
            earlier: vec![],
            weeks: vec![],
            takes: None,
            agreed: None,
            has_today: false,
            csv: None,
        };
        assert!(!none.to_string().contains("NaN"));
        let zero = Load { weeks: vec![week("5 Jan", 0, 0)], takes: Some(0), ..none };
        assert!(!zero.to_string().contains("NaN"));
    }
}
