//! Figures with the rows behind them.

use std::collections::BTreeMap;

use domain::{
    counted::{Counted, Total},
    money::Currency,
    rate::Share,
};

use crate::{
    charts::{Interval, Twin},
    markup::Markup,
    show::{self, Rate, figure},
};

/// The rows behind one figure.
pub(super) struct Behind {
    pub(super) title: String,
    pub(super) kind: &'static str,
    /// Ids, and what each brings where rows are added up.
    pub(super) rows: Vec<(String, Option<i64>)>,
    pub(super) currency: Option<Currency>,
}

/// One goal as the page shows it.
pub(super) struct Goal {
    pub(super) side: Markup,
    pub(super) says: String,
    pub(super) actual: Markup,
    pub(super) words: String,
    pub(super) clause: String,
}

/// A table with a title and what it says.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) says: String,
    pub(super) table: Markup,
}

/// The page's matter, and the rows behind each of its figures by key.
#[derive(Default)]
pub(super) struct Board {
    pub(super) finding: String,
    pub(super) goals: Vec<Goal>,
    pub(super) chart: Markup,
    pub(super) sections: Vec<Section>,
    pub(super) notes: Vec<String>,
    pub(super) behind: BTreeMap<String, Behind>,
    /// The question, as it follows in addresses.
    pub(super) query: String,
}

impl Board {
    pub(super) fn is_empty(&self) -> bool {
        self.behind.values().all(|behind| behind.rows.is_empty()) && self.goals.is_empty()
    }

    /// Notes the rows behind a figure; the address that lists them.
    pub(super) fn note(&mut self, key: &str, behind: Behind) -> String {
        self.behind.insert(key.to_owned(), behind);
        format!("/scoreboard/rows?figure={}{}", crate::names::encoded(key), self.query)
    }

    /// A count as a door to its rows.
    pub(super) fn counted<I: std::fmt::Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        counted: &Counted<I>,
    ) -> Markup {
        let rows = counted.rows().iter().map(|row| (row.to_string(), None)).collect();
        let behind = Behind { title: title.to_owned(), kind, rows, currency: None };
        let href = self.note(key, behind);
        figure(show::count(counted.n()), &href)
    }

    /// A sum as a door to its rows.
    pub(super) fn total<I: std::fmt::Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        total: &Total<I>,
        currency: Option<Currency>,
    ) -> Markup {
        let parts = total.parts().iter();
        let rows = parts.map(|part| (part.row.to_string(), Some(part.value))).collect();
        let href = self.note(key, Behind { title: title.to_owned(), kind, rows, currency });
        figure(amount(total.total(), currency), &href)
    }

    /// A share with its interval, as a row of dots.
    pub(super) fn share<I: std::fmt::Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        share: &Share<I>,
        goal: Option<f64>,
    ) -> Interval {
        let hits = share.hits().rows().iter().map(|row| (row.to_string(), Some(1)));
        let misses = share.misses().rows().iter().map(|row| (row.to_string(), Some(0)));
        let rows = hits.chain(misses).collect();
        let behind = Behind { title: title.to_owned(), kind, rows, currency: None };
        let href = self.note(key, behind);
        Interval { rate: rate(share), goal, unfinished: false, href: Some(href) }
    }

    /// A share as a door to its rows.
    pub(super) fn share_figure<I: std::fmt::Display>(
        &mut self,
        key: &str,
        title: &str,
        kind: &'static str,
        share: &Share<I>,
    ) -> Markup {
        let interval = self.share(key, title, kind, share, None);
        interval.rate.figure(interval.href.as_deref().unwrap_or("/scoreboard"))
    }

    pub(super) fn section(
        &mut self,
        title: impl Into<String>,
        says: impl Into<String>,
        twin: &Twin,
    ) {
        self.sections.push(Section { title: title.into(), says: says.into(), table: twin.table() });
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
