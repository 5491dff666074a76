//! Figures with the rows behind them.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
};

use domain::{
    counted::{Counted, Total},
    money::Currency,
    rate::Share,
};
use engine::report::ReportRefusal;

use crate::{
    charts::{self, Interval, Twin},
    kept::Keep,
    markup::{Markup, element},
    show::{self, Rate, figure},
};

/// The rows behind one figure.
pub(crate) struct Behind {
    pub(super) title: String,
    pub(super) kind: &'static str,
    pub(super) rows: Rows,
    pub(super) currency: Option<Currency>,
}

/// Ids of rows, and what each brings where rows are added up. A million of them take little more
/// than their letters.
#[derive(Default)]
pub(crate) struct Rows {
    /// Each with [`Rows::END`] behind it.
    ids: String,
    n: u64,
    brings: Brings,
}

/// What rows bring.
#[derive(Default)]
enum Brings {
    #[default]
    Nothing,
    /// So many bring one, and the others nothing.
    Hits(u64),
    Each(Vec<i64>),
}

impl Rows {
    /// No id has it: the ledger takes none that does.
    const END: char = '\0';

    /// Rows that are counted.
    pub(super) fn counted<I: Display>(ids: impl IntoIterator<Item = I>) -> Rows {
        let mut rows = Rows::default();
        ids.into_iter().for_each(|id| rows.push(&id));
        rows
    }

    /// Rows that bring one, and then rows that bring nothing.
    pub(super) fn split<I: Display, J: Display>(
        hits: impl IntoIterator<Item = I>,
        misses: impl IntoIterator<Item = J>,
    ) -> Rows {
        let mut rows = Rows::counted(hits);
        rows.brings = Brings::Hits(rows.n);
        misses.into_iter().for_each(|id| rows.push(&id));
        rows
    }

    /// Rows that bring each their own.
    pub(super) fn summed<I: Display>(parts: impl IntoIterator<Item = (I, i64)>) -> Rows {
        let (mut rows, mut each) = (Rows::default(), Vec::new());
        for (id, value) in parts {
            rows.push(&id);
            each.push(value);
        }
        rows.brings = Brings::Each(each);
        rows
    }

    fn push(&mut self, id: &impl Display) {
        // A text that grows takes everything.
        let _ = write!(self.ids, "{id}{}", Rows::END);
        self.n += 1;
    }

    pub(super) fn n(&self) -> u64 {
        self.n
    }

    /// The ids, each with what it brings.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<i64>)> {
        self.ids.split_terminator(Rows::END).enumerate().map(|(nth, id)| {
            let brings = match &self.brings {
                Brings::Nothing => None,
                Brings::Hits(hits) => Some(i64::from((nth as u64) < *hits)),
                Brings::Each(each) => each.get(nth).copied(),
            };
            (id, brings)
        })
    }

    /// What all bring together; none where rows are counted.
    pub(super) fn sum(&self) -> Option<i64> {
        match &self.brings {
            _ if self.n == 0 => None,
            Brings::Nothing => None,
            Brings::Hits(hits) => i64::try_from(*hits).ok(),
            Brings::Each(each) => Some(each.iter().sum()),
        }
    }

    fn bytes(&self) -> usize {
        let each =
            if let Brings::Each(each) = &self.brings { each.len() * size_of::<i64>() } else { 0 };
        self.ids.capacity() + each
    }
}

impl Behind {
    /// The rows of a sum.
    pub(super) fn total<I: Display>(
        title: &str,
        kind: &'static str,
        total: &Total<I>,
        currency: Option<Currency>,
    ) -> Behind {
        let rows = Rows::summed(total.parts().iter().map(|part| (&part.row, part.value)));
        Behind { title: title.to_owned(), kind, rows, currency }
    }

    /// The rows of a share: those that count for it, then those that do not.
    pub(super) fn share<I: Display>(title: &str, kind: &'static str, share: &Share<I>) -> Behind {
        let rows = Rows::split(share.hits().rows(), share.misses().rows());
        Behind { title: title.to_owned(), kind, rows, currency: None }
    }
}

/// A table under its caption.
pub(super) struct Section {
    /// What it is called, for those who do not see it.
    pub(super) name: String,
    pub(super) caption: Markup,
    pub(super) table: Markup,
}

impl Section {
    /// A table of a name, with its finding as the title; `says` is the line of unit, period and n.
    pub(super) fn of(
        name: impl Into<String>,
        finding: Markup,
        says: Markup,
        table: Markup,
    ) -> Section {
        let name = name.into();
        Section { caption: charts::caption(&name, finding, says), name, table }
    }
}

/// What stands over a table: its finding, what it counts, and of how many of what.
pub(super) struct Told {
    pub(super) finding: Markup,
    pub(super) says: Markup,
    /// `n = 212`, as a door to the rows.
    pub(super) n: Markup,
    pub(super) noun: &'static str,
}

/// What everybody sees, but for whom figures person by person are not, and the rows behind each
/// figure by key.
#[derive(Default)]
pub(crate) struct Board {
    pub(super) finding: Markup,
    pub(super) chart: Markup,
    /// The same chart of each service level.
    pub(crate) by_level: Vec<Markup>,
    pub(super) sections: Vec<Section>,
    pub(super) notes: Vec<String>,
    /// How many rows a note begins with, as a door to them, by the note.
    pub(super) opened: BTreeMap<String, Markup>,
    pub(super) behind: BTreeMap<String, Behind>,
    /// Why sections stand whole that were to be told apart.
    pub(super) whole: Vec<ReportRefusal>,
    /// Whether it tells people apart.
    pub(super) by_person: bool,
    /// The question, as it follows in addresses.
    pub(super) query: String,
    /// Its period, in words.
    pub(super) period: Markup,
}

impl Board {
    /// What is not known; an address that a note ends with is a way to there.
    pub(super) fn told(&self) -> Vec<Markup> {
        let told = |note: &String| {
            if let (Some(n), Some((_, words))) = (self.opened.get(note), note.split_once(' ')) {
                return n.clone().and_text(" ").and_text(words);
            }
            match note.rsplit_once(" see /") {
                Some((words, page)) => {
                    let link = element("a").with("href", format_args!("/{page}")).holding(page);
                    Markup::text(words).and_text(" see ").and(link)
                }
                None => Markup::text(note),
            }
        };
        self.notes.iter().map(told).collect()
    }
}

impl Keep for Board {
    fn bytes(&self) -> usize {
        let of_one = |(key, behind): (&String, &Behind)| {
            key.len() + behind.title.len() + behind.rows.bytes() + size_of::<Behind>()
        };
        let tables = self.sections.iter().flat_map(|one| [&one.caption, &one.table]);
        let drawn = tables.chain([&self.chart]).chain(&self.by_level);
        let drawn: usize = drawn.map(|markup| markup.as_str().len()).sum();
        self.behind.iter().map(of_one).sum::<usize>() + drawn
    }
}

/// The address that lists the rows of a figure.
pub(crate) fn rows_href(key: &str, query: &str) -> String {
    format!("/scoreboard/rows?figure={}{query}", crate::names::encoded(key))
}

impl Board {
    pub(super) fn is_empty(&self) -> bool {
        self.behind.values().all(|behind| behind.rows.n() == 0)
    }

    /// Notes the rows behind a figure; the address that lists them.
    pub(super) fn note(&mut self, key: &str, behind: Behind) -> String {
        self.behind.insert(key.to_owned(), behind);
        rows_href(key, &self.query)
    }

    /// A count as a door to its rows.
    pub(super) fn counted<I: Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        counted: &Counted<I>,
    ) -> Markup {
        let rows = Rows::counted(counted.rows());
        let behind = Behind { title: title.to_owned(), kind, rows, currency: None };
        let href = self.note(key, behind);
        figure(show::count(counted.n()), &href)
    }

    /// A sum as a door to its rows.
    pub(super) fn total<I: Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        total: &Total<I>,
        currency: Option<Currency>,
    ) -> Markup {
        let href = self.note(key, Behind::total(title, kind, total, currency));
        figure(amount(total.total(), currency), &href)
    }

    /// A share with its interval, as a row of dots.
    pub(super) fn share<I: Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        share: &Share<I>,
        goal: Option<f64>,
    ) -> Interval {
        let href = self.note(key, Behind::share(title, kind, share));
        Interval { rate: rate(share), goal, unfinished: false, href: Some(href) }
    }

    /// Where the rows of a figure that was noted are listed.
    pub(super) fn way(&self, key: &str) -> String {
        rows_href(key, &self.query)
    }

    /// One more table: its name, its finding as the title, what it counts, and of how many of what.
    pub(super) fn section(&mut self, name: &str, told: Told, twin: &Twin) {
        let Told { finding, says, n, noun } = told;
        let says = says.and_text("; ").and(self.period.clone()).and_text("; ").and(n);
        let says = says.and_text(" ").and_text(noun);
        self.sections.push(Section::of(name, finding, says, twin.table()));
    }
}

/// A share as pages write rates, with the interval that `domain` works out.
pub(super) fn rate<I>(share: &Share<I>) -> Rate {
    let rate = Rate::of(share.rate().hits(), share.rate().n());
    match share.rate().wilson() {
        Some(interval) => rate.within(interval.low, interval.high),
        None => rate,
    }
}

/// A number of a figure: money where it has a currency.
pub(super) fn amount(number: i64, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => show::money(domain::money::Money { amount_minor: number, currency }),
        None => show::count(number.unsigned_abs()),
    }
}
