//! The same numbers as a table, under the chart.

use super::shown_as_markup;
use crate::markup::{Markup, element};

/// A chart's table. The first column names the row; columns marked as numbers stand right.
#[derive(Debug, Clone, Default)]
pub struct Twin {
    heads: Vec<(String, bool)>,
    rows: Vec<Vec<Markup>>,
    last: Option<Vec<Markup>>,
    csv: Option<String>,
}

impl Twin {
    /// A table whose first column is called so.
    pub fn of(first: &str) -> Twin {
        Twin { heads: vec![(first.to_owned(), false)], ..Twin::default() }
    }

    /// One more column, of numbers.
    pub fn number(mut self, head: &str) -> Twin {
        self.heads.push((head.to_owned(), true));
        self
    }

    /// One more column, of words.
    pub fn words(mut self, head: &str) -> Twin {
        self.heads.push((head.to_owned(), false));
        self
    }

    /// One more row, its cells in the order of the columns.
    pub fn row<C: Into<Markup>>(mut self, cells: impl IntoIterator<Item = C>) -> Twin {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// The row under the line: sums and the whole.
    pub fn total<C: Into<Markup>>(mut self, cells: impl IntoIterator<Item = C>) -> Twin {
        self.last = Some(cells.into_iter().map(Into::into).collect());
        self
    }

    /// The same rows as a file.
    pub fn with_csv(mut self, href: &str) -> Twin {
        self.csv = Some(href.to_owned());
        self
    }

    /// The table alone, for pages that show it open.
    pub fn table(&self) -> Markup {
        let heads = self.heads.iter().map(|(words, number)| {
            let head = element("th").with("scope", "col");
            let head = if *number { head.class("n") } else { head };
            Markup::from(head.holding(words.as_str()))
        });
        let rows: Markup = self.rows.iter().map(|cells| self.line(cells)).collect();
        let table = element("table")
            .class("t")
            .holding(element("thead").holding(element("tr").holding(heads.collect::<Markup>())))
            .holding(element("tbody").holding(rows));
        match &self.last {
            Some(cells) => table.holding(element("tfoot").holding(self.line(cells))).into(),
            None => table.into(),
        }
    }

    fn line(&self, cells: &[Markup]) -> Markup {
        let cells = cells.iter().enumerate().map(|(place, cell)| {
            let number = self.heads.get(place).is_some_and(|(_, number)| *number);
            let element = match (place, number) {
                (0, _) => element("th").with("scope", "row"),
                (_, true) => element("td").class("n"),
                (_, false) => element("td"),
            };
            Markup::from(element.holding(cell))
        });
        element("tr").holding(cells.collect::<Markup>()).into()
    }

    fn draw(&self) -> Markup {
        let table = element("div").class("scroll").holding(self.table());
        let summary = element("summary").holding("Show as table");
        let twin = element("details").class("twin").holding(summary).holding(table);
        match &self.csv {
            None => twin.into(),
            Some(href) => {
                let link = element("a").with("href", href).with("download", "");
                let link = link.holding("The rows behind it as CSV");
                twin.holding(element("p").class("meta").holding(link)).into()
            }
        }
    }
}

shown_as_markup!(Twin);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::tests::assert_well_formed;

    #[test]
    fn a_twin_is_a_table_with_scoped_headers() {
        let twin = Twin::of("Week").number("In time").words("Note").row(["46", "24", "a<b"]);
        let html = twin.total(["All", "187", ""]).to_string();
        assert_well_formed(&html);
        for part in [
            "<th scope=\"col\" class=\"n\">In time</th>",
            "<th scope=\"row\">46</th><td class=\"n\">24</td><td>a&lt;b</td>",
            "<tfoot><tr><th scope=\"row\">All</th>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
