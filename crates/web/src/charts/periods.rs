//! A rate by period: dots, the line between them, and the goal.

use super::{
    Anchor, Goal, Tone, Twin, described, dot, drawing, line, mark, rect, shown_as_markup, text,
};
use crate::markup::{Markup, element};
use crate::show::{Rate, count, figure};

const TOP: f64 = 22.0;
const BOTTOM: f64 = 172.0;
const HEIGHT: f64 = 196.0;
/// How far across the periods reach; the scale stands behind them.
const WIDE: f64 = 86.0;
/// So many restated periods are told of under the chart; more are opened first.
const LINES_MAX: usize = 2;

/// One period of a [`Periods`] chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// How it is called under the line, such as `46`.
    pub label: String,
    /// What happened in it.
    pub rate: Rate,
    /// Whether more may still come: hatched, and not joined to the line.
    pub unfinished: bool,
    /// The facts behind it.
    pub href: Option<String>,
    /// What it was when the period was over, where facts that came late have changed it since.
    pub was: Option<Was>,
}

/// What was shown of a period before facts about it came late.
#[derive(Debug, Clone, PartialEq)]
pub struct Was {
    /// The rate as it was known when the period was over.
    pub rate: Rate,
    /// The facts behind that.
    pub href: String,
    /// How many facts came late, and where they are.
    pub late: (u64, String),
}

/// A rate over time, in per cent.
#[derive(Debug, Clone, PartialEq)]
pub struct Periods {
    /// What the chart is called, for those who do not see it.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// What a period is called, such as `Week`.
    pub period: String,
    /// What the hits are called, such as `In time`.
    pub hits: String,
    /// What they are hits of, such as `Answered`.
    pub of: String,
    /// The periods, oldest first.
    pub periods: Vec<Period>,
    /// What was agreed, in per cent.
    pub goal: Option<Goal>,
    /// Where the rows of all periods together are.
    pub all: Option<String>,
    /// The same rows as a file.
    pub csv: Option<String>,
    /// Whose line it is.
    pub tone: Tone,
    /// Where the scale begins at the highest, in per cent: charts that stand side by side share one.
    pub scale_from: f64,
}

/// A line and not a bar, so the scale need not begin at zero; from here up it never does.
pub const SCALE_FROM: f64 = 60.0;

impl Periods {
    fn draw(&self) -> Markup {
        let mut parts = described(&self.title, &self.description);
        parts.push(self.scale());
        parts.push(self.veils());
        parts.push(self.joined());
        for (place, period) in self.periods.iter().enumerate() {
            parts.push(self.point(place, period));
        }
        drawing(HEIGHT, &self.title).holding(parts).into()
    }

    /// Where the scale begins, in per cent: the highest ten that leaves every point room, at most
    /// [`Periods::scale_from`]. Where it does not begin at zero, words over the scale say so.
    pub fn floor(&self) -> f64 {
        let shares = self.periods.iter().filter_map(|period| period.rate.share());
        let lowest = shares.fold(1.0, f64::min) * 100.0;
        let goal = self.goal.as_ref().map_or(100.0, |goal| goal.value);
        (((lowest.min(goal) - 8.0) / 10.0).floor() * 10.0).clamp(0.0, self.scale_from)
    }

    fn down(&self, per_cent: f64) -> f64 {
        let floor = self.floor();
        BOTTOM - (per_cent.clamp(floor, 100.0) - floor) / (100.0 - floor) * (BOTTOM - TOP)
    }

    fn across(&self, place: usize) -> f64 {
        let width = WIDE / self.periods.len().max(1) as f64;
        width * (place as f64 + 0.5)
    }

    fn scale(&self) -> Markup {
        let floor = self.floor();
        let step = if floor >= 60.0 { 10.0 } else { 20.0 };
        let mut parts = Markup::new();
        if floor > 0.0 {
            let words = format!("axis from {floor:.0}\u{a0}%");
            parts.push(text("tick", (100.0, TOP - 12.0), Anchor::End, &words));
        }
        let mut value = floor;
        while value <= 100.0 {
            let down = self.down(value);
            let class = if value == floor { "ax0" } else { "ax" };
            parts.push(line(class, (0.0, down), (WIDE, down)));
            let near =
                self.goal.as_ref().is_some_and(|goal| (self.down(goal.value) - down).abs() < 14.0);
            if !near {
                let unit = if value == 100.0 { "\u{a0}%" } else { "" };
                let words = format!("{value:.0}{unit}");
                parts.push(text("tick", (100.0, down + 4.0), Anchor::End, &words));
            }
            value += step;
        }
        if let Some(goal) = &self.goal {
            let down = self.down(goal.value);
            parts.push(line("goal", (0.0, down), (WIDE, down)));
            parts.push(goal.named((100.0, down + 4.0)));
        }
        parts
    }

    fn veils(&self) -> Markup {
        let half = WIDE / self.periods.len().max(1) as f64 / 2.0;
        let unfinished = self.periods.iter().enumerate().filter(|(_, period)| period.unfinished);
        unfinished
            .map(|(place, _)| {
                let middle = self.across(place);
                Markup::from(rect("veil", (middle - half, middle + half), (TOP, BOTTOM)))
            })
            .collect()
    }

    /// Whole periods are joined; thinly where one of two is too small to lean on.
    fn joined(&self) -> Markup {
        let whole = |period: &Period| period.rate.share().filter(|_| !period.unfinished);
        let pairs = self.periods.windows(2).enumerate();
        pairs
            .filter_map(|(place, pair)| {
                let (from, to) = (whole(&pair[0])? * 100.0, whole(&pair[1])? * 100.0);
                let is_firm = !pair.iter().any(|period| period.rate.is_small());
                let class = if is_firm { self.tone.class() } else { "thin" };
                let from = (self.across(place), self.down(from));
                let to = (self.across(place + 1), self.down(to));
                Some(Markup::from(line(&format!("ln {class}"), from, to)))
            })
            .collect()
    }

    fn point(&self, place: usize, period: &Period) -> Markup {
        let across = self.across(place);
        let under = self.name(place, period);
        let Some(share) = period.rate.share() else { return under };
        let down = self.down(share * 100.0);
        let open = period.unfinished || period.rate.is_small();
        let class = if open { "dot open".to_owned() } else { format!("dot {}", self.tone.class()) };
        let star = if period.was.is_some() { "*" } else { "" };
        let words = format!("{}/{}{star}", count(period.rate.hits), count(period.rate.n));
        let below = self.goal.as_ref().is_some_and(|goal| share * 100.0 < goal.value);
        let under_dot = below || self.is_valley(place) || down < TOP + 4.0;
        let beside = if under_dot { down + 18.0 } else { down - 9.0 };
        let mut content = self.was(across, down, period).and(dot(&class, (across, down)));
        let on_phones = below || self.is_named(place);
        let class = if on_phones { "halo" } else { "halo notphone" };
        content.push(text(class, (across, beside), Anchor::Middle, &words));
        let was = period.was.as_ref().map(|was| format!(", restated: was {}", was.rate.counts()));
        let was = was.unwrap_or_default();
        let title = format!("{} {}: {}{was}", self.period, period.label, said(period));
        mark(period.href.as_deref(), &title, content).and(under)
    }

    /// Where a restated period stood: a short stroke, led to from where it stands now.
    fn was(&self, across: f64, down: f64, period: &Period) -> Markup {
        let share = period.was.as_ref().and_then(|was| was.rate.share());
        let Some(share) = share else { return Markup::new() };
        let before = self.down(share * 100.0);
        let stroke = line("was", (across - 1.0, before), (across + 1.0, before));
        Markup::from(line("was", (across, before), (across, down))).and(stroke)
    }

    /// What was restated, a line for each period: what it was, what it is, and why.
    pub fn restated(&self) -> Markup {
        let marked = self.periods.iter().filter_map(|period| Some((period, period.was.as_ref()?)));
        let lines: Vec<Markup> = marked.map(|(period, was)| self.told(period, was)).collect();
        let are_many = lines.len() > LINES_MAX;
        let lines: Markup = lines.into_iter().collect();
        if !are_many {
            return lines;
        }
        let words = "* Restated since they were over, as facts came late";
        let summary = element("summary").holding(words);
        element("details").class("twin").holding(summary).holding(lines).into()
    }

    /// One line of them.
    fn told(&self, period: &Period, was: &Was) -> Markup {
        let now = match &period.href {
            Some(href) => figure(period.rate.counts(), href),
            None => Markup::text(period.rate.counts()),
        };
        let (late, facts) = (was.late.0, if was.late.0 == 1 { "fact" } else { "facts" });
        let words = Markup::text(format!("* {} {} was ", self.period, period.label))
            .and(figure(was.rate.counts(), &was.href))
            .and_text(" when it was over and is ")
            .and(now)
            .and_text(", since ")
            .and(figure(format!("{} {facts}", count(late)), &was.late.1))
            .and_text(" came late");
        element("p").class("meta pt").holding(words).into()
    }

    /// Whether the line comes down to a period from both sides, so that words above it would stand
    /// in the line.
    fn is_valley(&self, place: usize) -> bool {
        let share = |place: usize| self.periods.get(place).and_then(|period| period.rate.share());
        let beside = [place.checked_sub(1).and_then(share), share(place + 1)];
        beside.iter().all(|other| other.is_some_and(|other| share(place) < Some(other)))
    }

    /// Whether a period has its name on a phone too: of many every second, since with more the
    /// words would run into one another.
    fn is_named(&self, place: usize) -> bool {
        self.periods.len() <= 8 || (self.periods.len() - 1 - place).is_multiple_of(2)
    }

    fn name(&self, place: usize, period: &Period) -> Markup {
        let at = (self.across(place), BOTTOM + 18.0);
        let class = if self.is_named(place) { "tick" } else { "tick notphone" };
        text(class, at, Anchor::Middle, &period.label).into()
    }

    /// All periods together.
    pub fn total(&self) -> Rate {
        let rates = || self.periods.iter().map(|period| period.rate);
        Rate::of(rates().map(|rate| rate.hits).sum(), rates().map(|rate| rate.n).sum())
    }

    /// The same numbers as a table, with their sums below.
    pub fn twin(&self) -> Twin {
        let mut twin = Twin::of(&self.period).number(&self.hits).number(&self.of).words("Rate");
        let is_restated = self.periods.iter().any(|period| period.was.is_some());
        if is_restated {
            twin = twin.words("When it was over");
        }
        for period in &self.periods {
            let rate = &period.rate;
            let mut cells = vec![Markup::text(&period.label)];
            cells.extend(self.counted(rate, said(period), period.href.as_deref()));
            if is_restated {
                let was = period.was.as_ref();
                let was = was.map(|was| figure(was.rate.counts(), &was.href));
                cells.push(was.unwrap_or_default());
            }
            twin = twin.row(cells);
        }
        let all = self.total();
        let mut cells = vec![Markup::text("All")];
        cells.extend(self.counted(&all, all.line(), self.all.as_deref()));
        cells.extend(is_restated.then(Markup::new));
        let twin = twin.total(cells);
        match &self.csv {
            Some(csv) => twin.with_csv(csv),
            None => twin,
        }
    }

    /// The hits, of how many, and the whole in words: the words open the rows.
    fn counted(&self, rate: &Rate, words: String, href: Option<&str>) -> [Markup; 3] {
        let words = match href {
            Some(href) => figure(words, href),
            None => Markup::text(words),
        };
        let part = |n: u64| {
            let n = element("span").class("part").holding(count(n));
            Markup::from(n)
        };
        [part(rate.hits), part(rate.n), words]
    }
}

fn said(period: &Period) -> String {
    let words = match period.rate.share() {
        Some(_) => period.rate.line(),
        None => "none".to_owned(),
    };
    if period.unfinished { format!("{words}, not over") } else { words }
}

shown_as_markup!(Periods);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    fn weeks() -> Periods {
        let period = |label: &str, hits, n, unfinished| Period {
            label: label.to_owned(),
            rate: Rate::of(hits, n),
            unfinished,
            href: Some(format!("/leads?week={label}")),
            was: None,
        };
        Periods {
            title: "Answers in time by week".to_owned(),
            description: "Share answered within four working hours.".to_owned(),
            period: "Week".to_owned(),
            hits: "In time".to_owned(),
            of: "Answered".to_owned(),
            periods: vec![
                period("44", 28, 30, false),
                period("45", 31, 33, false),
                period("46", 24, 31, false),
                period("47", 13, 15, true),
            ],
            goal: Some(Goal { value: 90.0, label: "goal 90".to_owned(), href: None }),
            all: Some("/leads?week=all".to_owned()),
            csv: Some("/leads.csv?week=all".to_owned()),
            tone: Tone::Sales,
            scale_from: SCALE_FROM,
        }
    }

    #[test]
    fn whole_periods_are_joined_and_the_running_one_is_hatched() {
        let html = weeks().to_string();
        assert_well_formed(&html);
        assert_eq!(html.matches("class=\"ln sa\"").count(), 2);
        assert_eq!(html.matches("dot open").count(), 1);
        assert_eq!(html.matches("class=\"veil\"").count(), 1);
        assert_eq!(html.matches("<a href=").count(), 4);
        assert!(html.contains(">24/31</text>") && html.contains(">goal 90</text>"), "{html}");
    }

    #[test]
    fn the_scale_leaves_room_below_the_lowest_point() {
        assert_eq!(weeks().floor(), 60.0);
        assert!(weeks().to_string().contains(">axis from 60\u{a0}%</text>"));
        let mut low = weeks();
        low.periods[2].rate = Rate::of(3, 30);
        assert_eq!(low.floor(), 0.0);
        assert!(!low.to_string().contains("axis from"));
        let beside = Periods { scale_from: 20.0, ..weeks() };
        assert_eq!(beside.floor(), 20.0, "as the chart beside it needs it");
    }

    #[test]
    fn the_twin_sums_up() {
        let html = weeks().twin().to_string();
        assert_well_formed(&html);
        assert!(
            html.contains(">All</th><td class=\"n\"><span class=\"part\">96</span></td>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"/leads?week=all\">96\u{a0}of\u{a0}109, 88\u{a0}%<"),
            "{html}"
        );
        assert!(html.contains("<a href=\"/leads.csv?week=all\" download"), "{html}");
        assert!(html.contains("not over"), "{html}");
    }

    #[test]
    fn of_many_periods_a_phone_names_every_second_and_counts_what_matters() {
        let mut many = weeks();
        many.periods = (1..=12)
            .map(|week| Period {
                label: format!("w{week}"),
                rate: Rate::of(if week == 5 { 20 } else { 29 }, 30),
                unfinished: false,
                href: None,
                was: None,
            })
            .collect();
        let html = many.to_string();
        let with = |class: &str, words: &str| {
            let texts = html.split("<text ").filter(|text| text.contains(words));
            let found = texts.filter(|text| text.contains(&format!("class=\"{class}\"")));
            found.count()
        };
        assert_eq!((with("tick", ">w12<"), with("tick notphone", ">w11<")), (1, 1), "{html}");
        assert_eq!((with("halo", ">29/30<"), with("halo notphone", ">29/30<")), (6, 5), "{html}");
        assert_eq!((with("halo", ">20/30<"), with("halo notphone", ">20/30<")), (1, 0), "{html}");
    }

    #[test]
    fn a_restated_period_is_marked_with_both_numbers_and_why() {
        let mut weeks = weeks();
        assert_eq!(weeks.restated().as_str(), "");
        let late = (2, "/late".to_owned());
        weeks.periods[1].was = Some(Was { rate: Rate::of(29, 33), href: "/was".to_owned(), late });
        let html = weeks.to_string();
        assert_eq!(html.matches("class=\"was\"").count(), 2, "{html}");
        assert!(html.contains(">31/33*</text>") && html.contains("restated: was 29"), "{html}");
        let told = weeks.restated().to_string();
        for part in ["* Week 45 was ", "href=\"/was\">29", "href=\"/late\">2 facts", ">31\u{a0}of"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert!(weeks.twin().to_string().contains(">When it was over</th>"));
    }

    #[test]
    fn words_stand_outside_of_the_line() {
        let mut weeks = weeks();
        weeks.goal = None;
        let [peak, valley] = [1, 2].map(|place| weeks.is_valley(place));
        assert_eq!(
            (peak, valley, weeks.is_valley(0), weeks.is_valley(3)),
            (false, true, false, false)
        );
    }

    #[test]
    fn small_periods_are_counted_and_joined_thinly() {
        let mut small = weeks();
        small.periods[1].rate = Rate::of(5, 6);
        let html = small.to_string();
        assert_eq!(
            (html.matches("\"ln thin\"").count(), html.matches("\"ln sa\"").count()),
            (2, 0)
        );
        assert_eq!(html.matches("dot open").count(), 2);
        assert!(html.contains(">5/6</text>"), "{html}");
    }

    #[test]
    fn no_period_at_all_still_draws_the_scale() {
        let none = Periods { periods: Vec::new(), ..weeks() };
        assert_well_formed(&none.to_string());
    }
}
