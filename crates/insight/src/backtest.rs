//! What a sweep comes to: who entered in which month, how many a week, what became of them, and what
//! another rule would have found. Blocks are counted side by side; what they count adds up.

mod days;
mod run;

use crate::{
    segment::{Block, Deal},
    sweep::Found,
};

pub use days::Days;
pub use run::{Slider, Source, backtest};

/// What is asked of a backtest over columns.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How long after it was found a contact has for coming to something, in seconds.
    pub within_seconds: i64,
    /// The months in which contacts were found.
    pub months: Days,
    /// The weeks.
    pub weeks: Days,
}

/// What became of contacts that were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Became {
    /// How many there were.
    pub found: u64,
    /// Of them, those with a deal won within the time.
    pub won: u64,
    /// Those without one, of whose deals one was lost within the time.
    pub lost: u64,
    /// What the deals won were worth, in minor units.
    pub revenue_minor: i64,
}

impl Became {
    /// Those of whom the files do not say what became of them.
    pub fn unknown(&self) -> u64 {
        self.found - self.won - self.lost
    }

    fn and(&mut self, other: &Became) {
        self.found += other.found;
        self.won += other.won;
        self.lost += other.lost;
        self.revenue_minor = self.revenue_minor.saturating_add(other.revenue_minor);
    }
}

/// What a backtest over columns comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All contacts.
    pub contacts: u64,
    /// Whom the proposed rule found, by month.
    pub months: Vec<Became>,
    /// How many it found, by week.
    pub weeks: Vec<u64>,
    /// Whom both rules found, where there is a present one.
    pub both: Became,
    /// Whom only the present one found.
    pub leave: Became,
    /// Whom only the proposed one found.
    pub enter: Became,
    /// All deals won.
    pub wins: u64,
    /// Of them, those whose contact the proposed rule had found before they were opened.
    pub wins_reached: u64,
    /// The same, by the present one.
    pub wins_reached_present: u64,
}

impl Tally {
    fn of(asked: &Asked) -> Tally {
        let (months, weeks) = (asked.months.len(), asked.weeks.len());
        Tally { months: vec![Became::default(); months], weeks: vec![0; weeks], ..Tally::default() }
    }

    /// Whom the proposed rule found, all in all.
    pub fn proposed(&self) -> Became {
        let mut all = Became::default();
        self.months.iter().for_each(|month| all.and(month));
        all
    }

    /// Counts a block.
    fn take(&mut self, deals: &dyn DealsOf, found: [Option<&Found>; 2], asked: &Asked) {
        let [proposed, present] = found.map(|found| found.map(|found| found.first.as_slice()));
        let contacts = proposed.map_or(0, <[u32]>::len);
        self.contacts += contacts as u64;
        for contact in 0..contacts {
            let first =
                |found: Option<&[u32]>| found.and_then(|found| found[contact].checked_sub(1));
            let (proposed, present_at) = (first(proposed), first(present));
            let deals = deals.deals(contact);
            for deal in deals.iter().filter(|deal| deal.is_won) {
                let is_reached = |at: Option<u32>| u64::from(at.is_some_and(|at| at < deal.opened));
                self.wins += 1;
                self.wins_reached += is_reached(proposed);
                self.wins_reached_present += is_reached(present_at);
            }
            if let Some(at) = proposed {
                let became = became(deals, at, asked.within_seconds);
                self.months[asked.months.place(at)].and(&became);
                self.weeks[asked.weeks.place(at)] += 1;
            }
            if present.is_none() {
                continue;
            }
            let group = match (proposed, present_at) {
                (Some(_), Some(_)) => &mut self.both,
                (None, Some(_)) => &mut self.leave,
                (Some(_), None) => &mut self.enter,
                (None, None) => continue,
            };
            let at = proposed.into_iter().chain(present_at).min().unwrap_or_default();
            group.and(&became(deals, at, asked.within_seconds));
        }
    }

    /// Adds what was counted elsewhere, of the same asked for.
    pub fn and(&mut self, other: &Tally) {
        self.contacts += other.contacts;
        self.months.iter_mut().zip(&other.months).for_each(|(here, there)| here.and(there));
        self.weeks.iter_mut().zip(&other.weeks).for_each(|(here, there)| *here += there);
        self.both.and(&other.both);
        self.leave.and(&other.leave);
        self.enter.and(&other.enter);
        self.wins += other.wins;
        self.wins_reached += other.wins_reached;
        self.wins_reached_present += other.wins_reached_present;
    }
}

/// Where the deals of contacts are found.
trait DealsOf {
    fn deals(&self, contact: usize) -> &[Deal];
}

impl DealsOf for Block {
    fn deals(&self, contact: usize) -> &[Deal] {
        Block::deals(self, contact)
    }
}

fn became(deals: &[Deal], found_at: u32, within_seconds: i64) -> Became {
    let mut became = Became { found: 1, ..Became::default() };
    let is_in = |deal: &&Deal| {
        deal.closed > found_at && i64::from(deal.closed - found_at) <= within_seconds
    };
    for deal in deals.iter().filter(is_in) {
        if deal.is_won {
            became.won = 1;
            became.revenue_minor = became.revenue_minor.saturating_add(deal.amount_minor);
        } else {
            became.lost = 1;
        }
    }
    if became.won == 1 {
        became.lost = 0;
    }
    became
}

#[cfg(test)]
mod tests;
