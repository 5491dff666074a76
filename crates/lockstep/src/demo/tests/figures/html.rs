//! Reads a page as far as figures go: its texts with the places that they stand in, and its links.

/// An element that is open: its tag, its attributes as they stand.
#[derive(Debug, Clone)]
struct Open {
    tag: String,
    attributes: String,
}

impl Open {
    fn attribute(&self, name: &str) -> Option<String> {
        let found = self.attributes.split_once(&format!(" {name}=\""))?.1;
        found.split_once('"').map(|(value, _)| plain(value))
    }

    fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
    }

    fn is(&self, place: &str) -> bool {
        match place.strip_prefix('.') {
            Some(class) => self.has_class(class),
            None => self.tag == place,
        }
    }
}

/// Words, and where they stand.
pub(super) struct Text {
    words: String,
    places: Vec<Open>,
}

/// A link whose words have a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Figure {
    pub(super) href: String,
    /// What it says, or what its title says where it is shortened.
    pub(super) text: String,
}

/// A page's matter: what stands in `main` and in the drawer.
#[derive(Default)]
pub(super) struct Page {
    pub(super) texts: Vec<Text>,
    pub(super) figures: Vec<Figure>,
}

/// Tags that are never closed.
const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "hr"];

impl Page {
    pub(super) fn of(html: &str) -> Page {
        let (mut page, mut places): (Page, Vec<Open>) = (Page::default(), Vec::new());
        for piece in html.split('<').skip(1) {
            let (tag, words) = piece.split_once('>').unwrap_or((piece, ""));
            if let Some(closed) = tag.strip_prefix('/') {
                let at = places.iter().rposition(|open| open.tag == closed);
                places.truncate(at.unwrap_or(places.len()));
            } else if !tag.starts_with('!') {
                page.begin(tag, &mut places);
            }
            page.say(words, &places);
        }
        let is_figure = |text: &str| without_names(text).contains(|c: char| c.is_ascii_digit());
        page.figures.retain(|figure| is_figure(&figure.text));
        page
    }

    /// What stands over the page.
    pub(super) fn heading(&self) -> String {
        let heading = self.texts.iter().filter(|text| text.places.iter().any(|open| open.is("h1")));
        heading.map(|text| text.words.as_str()).collect()
    }

    fn begin(&mut self, tag: &str, places: &mut Vec<Open>) {
        let is_closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let open = Open { tag: name.to_owned(), attributes: format!(" {rest}") };
        let in_chart = places.iter().any(|open| open.has_class("chart"));
        let is_matter = places.iter().any(|open| open.tag == "main" || open.is(".because"));
        if name == "a" && is_matter && (open.has_class("f") || in_chart) {
            let href = open.attribute("href").unwrap_or_default();
            self.figures.push(Figure { href, text: String::new() });
        }
        // What is shortened has the whole for the pointer.
        if let Some(title) = open.attribute("title")
            && places.iter().any(|open| open.tag == "a" && open.has_class("f"))
            && let Some(figure) = self.figures.last_mut()
        {
            figure.text = format!("{title}\0");
        }
        if !is_closed && !VOID.contains(&name) {
            places.push(open);
        }
    }

    fn say(&mut self, words: &str, places: &[Open]) {
        let words = plain(words);
        let is_matter = places.iter().any(|open| open.tag == "main" || open.is(".because"));
        if words.trim().is_empty() || !is_matter {
            return;
        }
        let is_title = places.last().is_some_and(|open| open.tag == "title");
        if is_title {
            return;
        }
        let in_chart = places.iter().any(|open| open.has_class("chart"));
        let in_figure = |open: &Open| open.tag == "a" && (open.has_class("f") || in_chart);
        if places.iter().any(in_figure)
            && let Some(figure) = self.figures.last_mut()
            && !figure.text.ends_with('\0')
        {
            figure.text.push_str(&words);
        }
        self.texts.push(Text { words, places: places.to_vec() });
    }
}

impl Figure {
    /// What it says, without the mark of a title.
    pub(super) fn said(&self) -> &str {
        self.text.trim_end_matches('\0').trim()
    }
}

impl Text {
    /// Whether it has digits of a figure and stands in no link.
    pub(super) fn is_loose_figure(&self, but: &[(&str, &str)]) -> bool {
        let digit = |c: char| c.is_ascii_digit();
        if !self.words.contains(digit) || self.places.iter().any(|open| open.tag == "a") {
            return false;
        }
        if self.places.iter().any(|open| but.iter().any(|(place, _)| open.is(place))) {
            return false;
        }
        without_names(&self.words).contains(digit)
    }

    pub(super) fn shown(&self) -> String {
        let place = |open: &Open| match open.attribute("class") {
            Some(class) => format!("{}.{}", open.tag, class.replace(' ', ".")),
            None => open.tag.clone(),
        };
        let places: Vec<String> = self.places.iter().rev().take(4).rev().map(place).collect();
        format!("{:?} in {}", self.words.trim(), places.join(" > "))
    }
}

/// What stands before a number that is a name: `version 3`, `clause 4.2`, `week 47`.
const NAMES: [&str; 8] = ["version", "clause", "week", "fact", "facts", "under", "Quota,", "of"];

/// The same without dates, times, versions and other names that have digits.
fn without_names(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let is_name = |place: usize| {
        let word = words[place].trim_matches(|c: char| !c.is_alphanumeric());
        let before = place.checked_sub(1).map(|before| words[before]).unwrap_or_default();
        let after = words.get(place + 1).copied().unwrap_or_default();
        let is_of = before == "of" && place == 1;
        let is_month = |word: &str| {
            let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
            word.get(..3).is_some_and(|start| months.contains(start))
        };
        let is_date = word.matches('-').count() == 2
            || word.contains(':')
            || word.contains("-Q")
            || word == "UTF-8"
            || is_month(before)
            || is_month(after);
        let is_named = NAMES.iter().any(|name| before.eq_ignore_ascii_case(name));
        is_date || (is_named && before != "of") || is_of
    };
    let kept = (0..words.len()).filter(|place| !is_name(*place)).map(|place| words[place]);
    kept.collect::<Vec<_>>().join(" ")
}

/// Text as it is read.
pub(super) fn plain(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("\u{a0}", " "),
    ];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
