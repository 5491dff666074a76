//! A rep's opportunities: what can still close this week, and what is new.

use std::collections::BTreeMap;

use domain::{
    fact::{Entry, Fact},
    ids::Subject,
    withdrawal::holding,
};
use engine::{Engine, access::Actor};
use jiff::{SignedDuration, ToSpan, civil::Date};
use store::{
    Reader,
    read::{OpportunityRow, Outcome},
};

use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, fact_href, opportunity_href},
    sentence::sentence,
    show::{LocalTime, count, figure, money},
};

/// So much is listed of each.
const ROWS: usize = 8;
/// What is new is at most so old.
const NEW_DAYS: i64 = 7;

/// What a rep has to know of their opportunities.
pub(super) struct Deals {
    pub(super) closing: Vec<Closing>,
    pub(super) news: Vec<News>,
}

/// An opportunity that is expected to close this week, or was to have closed.
pub(super) struct Closing {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) amount: Markup,
    pub(super) when: String,
    pub(super) stage: String,
}

/// Something that happened to an open opportunity.
pub(super) struct News {
    pub(super) at: Markup,
    pub(super) glyph: Markup,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) words: String,
    pub(super) no: Markup,
}

impl Deals {
    pub(super) fn is_empty(&self) -> bool {
        self.closing.is_empty() && self.news.is_empty()
    }
}

pub(super) fn deals(
    engine: &Engine,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<Deals, Failure> {
    engine.read(|reader| {
        let mine = reader.opportunities_of_owner(&actor.user, Outcome::Open)?;
        let names = Names::new(reader, reach);
        let news = news_of(reader, &mine, &names, time)?;
        Ok(Deals { closing: closing(&mine, time), news })
    })
}

/// The open opportunities whose expected day of closing lies in this week or before, the latest
/// first.
fn closing(mine: &[OpportunityRow], time: &LocalTime) -> Vec<Closing> {
    let today = time.zone().to_datetime(time.now()).date();
    let to_sunday = i64::from(6 - today.weekday().to_monday_zero_offset());
    let sunday = today.saturating_add(to_sunday.days());
    let mut due: Vec<(Date, &OpportunityRow)> =
        mine.iter().filter_map(|row| Some((expected(row)?, row))).collect();
    due.retain(|(day, _)| *day <= sunday);
    due.sort_by_key(|(day, row)| (std::cmp::Reverse(*day), row.id.clone()));
    let shown = due.into_iter().take(ROWS).map(|(day, row)| {
        let when = if day < today { "was expected" } else { "expected" };
        Closing {
            name: row.name.clone().unwrap_or_else(|| row.id.0.clone()),
            href: opportunity_href(&row.id),
            amount: row
                .amount
                .map(|amount| figure(money(amount), &opportunity_href(&row.id)))
                .unwrap_or_default(),
            when: format!("{when} {}", day.strftime("%a %-d %b")),
            stage: row.stage.clone().unwrap_or_default(),
        }
    });
    shown.collect()
}

/// When an open opportunity is expected to close, as its source says.
fn expected(row: &OpportunityRow) -> Option<Date> {
    row.closed_on.as_ref()?.parse().ok()
}

/// Whether a fact tells a rep something: a clock that begins or ends in time does not.
fn is_news(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::ClockStarted(_)
            | Fact::ClockStopped(_)
            | Fact::ClockPaused(_)
            | Fact::ClockResumed(_)
            | Fact::ClockPassedOn(_)
            | Fact::ClockRecomputed(_)
    )
}

/// The last things that happened in the last days, at most two to each opportunity.
fn news_of(
    reader: &Reader<'_>,
    mine: &[OpportunityRow],
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<News>, Failure> {
    let since = time.now() - SignedDuration::from_hours(24 * NEW_DAYS);
    let subject = |row: &OpportunityRow| Subject::Opportunity(row.id.clone()).to_string();
    let subjects: Vec<String> = mine.iter().map(subject).collect();
    let mut new: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in holding(reader.facts_between(&subjects, since, time.now())?) {
        if is_news(entry.fact()) {
            new.entry(entry.fact().subject()).or_default().push(entry);
        }
    }
    let mut last: Vec<(&OpportunityRow, Entry)> = Vec::new();
    for (row, subject) in mine.iter().zip(subjects) {
        let mut facts = new.remove(&subject).unwrap_or_default();
        facts.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
        last.extend(facts.into_iter().take(2).map(|entry| (row, entry)));
    }
    last.sort_by_key(|(_, entry)| std::cmp::Reverse((entry.happened_at(), entry.no)));
    last.iter().take(ROWS).map(|(row, entry)| told(entry, row, names, time)).collect()
}

fn told(
    entry: &Entry,
    row: &OpportunityRow,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<News, Failure> {
    let said = sentence(entry, names, time)?;
    Ok(News {
        at: time.near(entry.happened_at()),
        glyph: said.glyph,
        name: row.name.clone().unwrap_or_else(|| row.id.0.clone()),
        href: opportunity_href(&row.id),
        words: said.words,
        no: figure(count(entry.no.0.unsigned_abs()), &fact_href(entry.no)),
    })
}
