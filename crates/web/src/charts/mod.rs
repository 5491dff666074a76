//! Charts as SVG made on the server.
//!
//! A drawing is as wide as its place and has no `viewBox`, so text never scales: positions are per
//! cent across and pixels down. Every mark that stands for facts can be a link; every chart has a
//! [`Twin`], the same numbers as a table.

pub mod clock_line;
pub mod interval;
pub mod lever;
pub mod load;
pub mod meter;
pub mod periods;
pub mod strip;
pub mod twin;

use domain::firm::Side;

use crate::markup::{Element, Markup, element};

pub use clock_line::{ClockLine, Closed};
pub use interval::Interval;
pub use lever::LeverChart;
pub use load::Load;
pub use meter::Meter;
pub use periods::{Period, Periods, SCALE_FROM, Was};
pub use strip::Strip;
pub use twin::Twin;

/// Whose hue a mark wears. Hues say who holds it, never whether it is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Marketing's.
    Marketing,
    /// Sales'.
    Sales,
    /// What both hold together.
    #[default]
    Joint,
    /// Grey: what only stands behind.
    Plain,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Marketing => "mk",
            Tone::Sales => "sa",
            Tone::Joint => "jo",
            Tone::Plain => "",
        }
    }
}

impl From<Side> for Tone {
    fn from(side: Side) -> Tone {
        match side {
            Side::Marketing => Tone::Marketing,
            Side::Sales => Tone::Sales,
            Side::Neutral => Tone::Joint,
        }
    }
}

/// What was agreed, as a line through a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Where, in the unit of the chart.
    pub value: f64,
    /// How it is called at the end of the line, such as `goal 90, v3`.
    pub label: String,
    /// The clause that says so.
    pub href: Option<String>,
}

impl Goal {
    /// Its name at the end of its line, as a link to its clause.
    pub(crate) fn named(&self, at: (f64, f64)) -> Markup {
        let label = text("lab", at, Anchor::End, &self.label);
        mark(self.href.as_deref(), "", label.into())
    }
}

/// What stands over a chart or a table: what it is called, its finding as the title, and a line that
/// says unit, period and n.
pub fn caption(name: &str, finding: impl Into<Markup>, says: impl Into<Markup>) -> Markup {
    element("figcaption")
        .holding(element("p").class("kicker").holding(name))
        .holding(element("h2").holding(finding))
        .holding(element("p").holding(says))
        .into()
}

/// A chart under its caption, with its twin.
pub fn figure(caption: Markup, chart: impl Into<Markup>, twin: Twin) -> Markup {
    element("figure").holding(caption).holding(chart).holding(twin).into()
}

/// The drawing itself: a group with a name, since it has links in it.
pub(crate) fn drawing(height: f64, label: &str) -> Element {
    element("svg")
        .class("chart")
        .px("height", height)
        .with("role", "group")
        .with("aria-label", label)
}

pub(crate) fn line(class: &str, from: (f64, f64), to: (f64, f64)) -> Element {
    element("line")
        .class(class)
        .across("x1", from.0)
        .px("y1", from.1)
        .across("x2", to.0)
        .px("y2", to.1)
}

pub(crate) fn rect(class: &str, across: (f64, f64), down: (f64, f64)) -> Element {
    element("rect")
        .class(class.trim_end())
        .across("x", across.0)
        .across("width", (across.1 - across.0).max(0.0))
        .px("y", down.0)
        .px("height", (down.1 - down.0).max(0.0))
}

pub(crate) fn dot(class: &str, at: (f64, f64)) -> Element {
    element("circle").class(class.trim_end()).across("cx", at.0).px("cy", at.1).px("r", 4.0)
}

/// Where a text hangs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

pub(crate) fn text(class: &str, at: (f64, f64), anchor: Anchor, words: &str) -> Element {
    let anchor = match anchor {
        Anchor::Start => None,
        Anchor::Middle => Some("middle"),
        Anchor::End => Some("end"),
    };
    element("text")
        .with_some("class", Some(class).filter(|class| !class.is_empty()))
        .across("x", at.0)
        .px("y", at.1)
        .with_some("text-anchor", anchor)
        .holding(words)
}

/// A mark, as a link if it has an address, with a title for the pointer.
pub(crate) fn mark(href: Option<&str>, title: &str, content: Markup) -> Markup {
    let title = Some(title).filter(|title| !title.is_empty());
    let title = title.map(|title| Markup::from(element("title").holding(title)));
    let content = title.unwrap_or_default().and(content);
    match href {
        Some(href) => element("a").with("href", href).holding(content).into(),
        None => element("g").holding(content).into(),
    }
}

/// What a chart is called and what it shows, for those who do not see it.
pub(crate) fn described(title: &str, description: &str) -> Markup {
    let title = Markup::from(element("title").holding(title));
    if description.is_empty() {
        return title;
    }
    title.and(element("desc").holding(description))
}

/// Makes a chart usable in templates: `{{ chart }}`.
macro_rules! shown_as_markup {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.draw().as_str())
            }
        }
        impl askama::filters::HtmlSafe for $type {}
        impl From<$type> for crate::markup::Markup {
            fn from(chart: $type) -> crate::markup::Markup {
                chart.draw()
            }
        }
        impl From<&$type> for crate::markup::Markup {
            fn from(chart: &$type) -> crate::markup::Markup {
                chart.draw()
            }
        }
    };
}
pub(crate) use shown_as_markup;
