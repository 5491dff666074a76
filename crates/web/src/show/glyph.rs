//! Sides and stages: small drawings and short words that mean the same everywhere.

use domain::firm::Side;

use crate::markup::{Markup, element};

/// A drawing from the sprite, 10 px, on the text line. Screen readers skip it: the word is beside.
pub(crate) fn glyph(id: &'static str) -> Markup {
    let drawing = element("use").with("href", format_args!("#g-{id}"));
    element("svg").class("g").with("aria-hidden", "true").holding(drawing).into()
}

/// The glyph of a side in its hue: ◧ marketing, ◨ sales, □ neither.
pub fn side(side: Side) -> Markup {
    let (class, id) = match side {
        Side::Marketing => ("m", "mk"),
        Side::Sales => ("s", "sa"),
        Side::Neutral => ("dim", "ne"),
    };
    element("span").class(class).holding(glyph(id)).into()
}

/// The glyph of what both sides hold together: ■.
pub fn joint() -> Markup {
    glyph("jo")
}

/// A name with the glyph of its side before it, and the side as a word for those who cannot see it.
pub fn side_name(of: Side, name: &str) -> Markup {
    let word = element("span").class("vh").holding(format!(", {}", of.word()));
    element("span").class("side").holding(side(of)).holding(name).holding(word).into()
}

/// A stage of a lead. The four that every firm knows are written short with their meaning behind;
/// a firm's own statuses are shown as they are named, without their underscores.
pub fn stage(key: &str) -> Markup {
    let meaning = match key {
        "mql" => "marketing qualified lead",
        "sal" => "sales accepted lead",
        "sql" => "sales qualified lead",
        "sqo" => "sales qualified opportunity",
        _ => return Markup::text(key.replace('_', " ")),
    };
    element("abbr").with("title", meaning).holding(key.to_uppercase()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_a_glyph_and_a_word() {
        let shown = side_name(Side::Sales, "Jonas <Ebert>").to_string();
        assert!(shown.contains("href=\"#g-sa\"") && shown.contains(", sales"), "{shown}");
        assert!(shown.contains("Jonas &lt;Ebert&gt;"), "{shown}");
    }

    #[test]
    fn known_stages_are_short_and_own_ones_are_words() {
        let cases = [
            ("sql", "<abbr title=\"sales qualified lead\">SQL</abbr>"),
            ("in_discussion", "in discussion"),
            ("a<b", "a&lt;b"),
        ];
        for (key, expected) in cases {
            assert_eq!(stage(key).to_string(), expected);
        }
    }
}
