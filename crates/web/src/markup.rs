//! HTML and SVG that is safe to put on a page as it is.

use std::fmt::{self, Display, Write};

use askama::{Template, filters::HtmlSafe};

/// Finished markup. Templates write it without escaping it once more; it can only be made from
/// [`Element`]s and escaped text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Nothing yet.
    pub fn new() -> Markup {
        Markup::default()
    }

    /// Text, escaped.
    pub fn text(text: impl Display) -> Markup {
        let mut markup = Markup::new();
        markup.say(text);
        markup
    }

    /// Adds text, escaped.
    pub fn say(&mut self, text: impl Display) {
        escape_into(&mut self.0, text);
    }

    /// Adds what is markup already.
    pub fn push(&mut self, more: impl Into<Markup>) {
        self.0.push_str(&more.into().0);
    }

    /// The same, with more markup after it.
    pub fn and(mut self, more: impl Into<Markup>) -> Markup {
        self.push(more);
        self
    }

    /// The same, with text after it.
    pub fn and_text(mut self, text: impl Display) -> Markup {
        self.say(text);
        self
    }

    /// A template of ours, rendered: askama has escaped what it was given.
    pub(crate) fn of_template(template: &impl Template) -> Markup {
        Markup(template.render().expect("rendering into a string cannot fail"))
    }

    /// The bytes as they will stand on the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

impl From<&str> for Markup {
    /// Text, escaped: so that a function that takes `impl Into<Markup>` can be given plain words.
    fn from(text: &str) -> Markup {
        Markup::text(text)
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Markup {
        Markup::text(text)
    }
}

/// Templates hand over their values by reference.
impl From<&&str> for Markup {
    fn from(text: &&str) -> Markup {
        Markup::text(text)
    }
}

impl From<&String> for Markup {
    fn from(text: &String) -> Markup {
        Markup::text(text)
    }
}

impl From<&Markup> for Markup {
    fn from(markup: &Markup) -> Markup {
        markup.clone()
    }
}

impl FromIterator<Markup> for Markup {
    fn from_iter<I: IntoIterator<Item = Markup>>(parts: I) -> Markup {
        let mut whole = Markup::new();
        parts.into_iter().for_each(|part| whole.push(part));
        whole
    }
}

/// One element: its attributes are escaped as they are set, its content as it is put in.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    /// Everything but the closing tag.
    html: String,
    /// Where the opening tag ends, for one more attribute.
    tag_end: usize,
}

/// Begins an element. The name is ours, never a user's.
pub fn element(name: &'static str) -> Element {
    let html = format!("<{name}>");
    Element { name, tag_end: html.len() - 1, html }
}

impl Element {
    /// Sets an attribute.
    pub fn with(mut self, attribute: &'static str, value: impl Display) -> Element {
        let rest = self.html.split_off(self.tag_end);
        self.html.push(' ');
        self.html.push_str(attribute);
        self.html.push_str("=\"");
        escape_into(&mut self.html, value);
        self.html.push('"');
        self.tag_end = self.html.len();
        self.html.push_str(&rest);
        self
    }

    /// Sets an attribute if there is a value for it.
    pub fn with_some(self, attribute: &'static str, value: Option<impl Display>) -> Element {
        match value {
            Some(value) => self.with(attribute, value),
            None => self,
        }
    }

    /// Sets `class`.
    pub fn class(self, class: impl Display) -> Element {
        self.with("class", class)
    }

    /// Sets a place across the drawing, in per cent of its width.
    pub fn across(self, attribute: &'static str, per_cent: f64) -> Element {
        self.with(attribute, format_args!("{}%", trimmed(per_cent)))
    }

    /// Sets a place down the drawing, or a length, in pixels.
    pub fn px(self, attribute: &'static str, pixels: f64) -> Element {
        self.with(attribute, trimmed(pixels))
    }

    /// Puts markup, or words to be escaped, inside.
    pub fn holding(mut self, content: impl Into<Markup>) -> Element {
        self.html.push_str(&content.into().0);
        self
    }
}

impl From<Element> for Markup {
    fn from(element: Element) -> Markup {
        let Element { name, mut html, .. } = element;
        html.push_str("</");
        html.push_str(name);
        html.push('>');
        Markup(html)
    }
}

/// A number with at most two decimals and no needless zeros, so that drawings stay small.
fn trimmed(number: f64) -> String {
    if !number.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escape_into(target: &mut String, text: impl Display) {
    struct Escaping<'a>(&'a mut String);
    impl Write for Escaping<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let mut rest = text;
            while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
                let (plain, special) = rest.split_at(at);
                self.0.push_str(plain);
                self.0.push_str(match special.as_bytes()[0] {
                    b'&' => "&amp;",
                    b'<' => "&lt;",
                    b'>' => "&gt;",
                    b'"' => "&quot;",
                    _ => "&#39;",
                });
                rest = &special[1..];
            }
            self.0.push_str(rest);
            Ok(())
        }
    }
    write!(Escaping(target), "{text}").expect("writing into a string cannot fail");
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Elements that stand alone in HTML.
    const VOID: [&str; 5] = ["meta", "link", "input", "br", "hr"];

    /// Fails unless every element that opens also closes, in order, and nothing is inline style or
    /// script. Written for what this crate writes, not for all of HTML.
    pub(crate) fn assert_well_formed(html: &str) {
        let mut open: Vec<&str> = Vec::new();
        for part in html.split('<').skip(1) {
            let Some((tag, _)) = part.split_once('>') else { panic!("unclosed tag: <{part}") };
            let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or("");
            if tag.starts_with('!') || VOID.contains(&name) || tag.ends_with('/') {
                continue;
            }
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "closes the wrong element in {html}");
            } else {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "never closed: {open:?} in {html}");
        for forbidden in [" style=", "<style", " onclick", "javascript:"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
    }

    #[test]
    fn text_and_attributes_are_escaped() {
        let link = element("a").with("href", "/?a=\"1\"&b=2").holding("<b>'Ä'</b>");
        assert_eq!(
            Markup::from(link).as_str(),
            "<a href=\"/?a=&quot;1&quot;&amp;b=2\">&lt;b&gt;&#39;Ä&#39;&lt;/b&gt;</a>"
        );
    }

    #[test]
    fn places_carry_no_more_digits_than_they_need() {
        let cases = [(33.333_3, "33.33"), (10.0, "10"), (0.5, "0.5"), (-0.001, "0")];
        for (number, expected) in cases {
            assert_eq!(trimmed(number), expected);
        }
        assert_eq!(trimmed(f64::NAN), "0");
    }
}
