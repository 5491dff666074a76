//! A rep's opportunities: what can still close this week, and what is new.

use domain::{
    fact::Fact,
    field::FieldValue,
    ids::{FactNo, Subject},
};
use engine::{Engine, access::Actor};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
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
    /// What they are sorted by.
    order: (Timestamp, FactNo),
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
        let mine = reader.opportunities_of_owner(&actor.user, Some(Outcome::Open))?;
        let names = Names::new(reader, reach);
        let mut news: Vec<News> = Vec::new();
        for row in &mine {
            news.extend(news_of(reader, row, &names, time)?);
        }
        news.sort_by_key(|news| std::cmp::Reverse(news.order));
        news.truncate(ROWS);
        Ok(Deals { closing: closing(&mine, &names, time)?, news })
    })
}

/// The open opportunities whose expected day of closing lies in this week or before, the latest
/// first.
fn closing(
    mine: &[OpportunityRow],
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Closing>, Failure> {
    let today = time.zone().to_datetime(time.now()).date();
    let to_sunday = i64::from(6 - today.weekday().to_monday_zero_offset());
    let sunday = today.saturating_add(to_sunday.days());
    let mut due: Vec<(Date, &OpportunityRow)> =
        mine.iter().filter_map(|row| Some((expected(row)?, row))).collect();
    due.retain(|(day, _)| *day <= sunday);
    due.sort_by_key(|(day, row)| (std::cmp::Reverse(*day), row.id.clone()));
    let shown = due.into_iter().take(ROWS).map(|(day, row)| {
        let when = if day < today { "was expected" } else { "expected" };
        Ok(Closing {
            name: names.opportunity(&row.id)?,
            href: opportunity_href(&row.id),
            amount: row
                .amount
                .map(|amount| figure(money(amount), &opportunity_href(&row.id)))
                .unwrap_or_default(),
            when: format!("{when} {}", day.strftime("%a %-d %b")),
            stage: row.stage.clone().unwrap_or_default(),
        })
    });
    shown.collect()
}

/// When an open opportunity is expected to close, as its source says.
fn expected(row: &OpportunityRow) -> Option<Date> {
    let said = row.fields.get("expected_on").and_then(FieldValue::text).map(str::to_owned);
    said.or_else(|| row.closed_on.clone())?.parse().ok()
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
    )
}

/// The last two things that happened to an opportunity in the last days.
fn news_of(
    reader: &Reader<'_>,
    row: &OpportunityRow,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<News>, Failure> {
    let since = time.now() - SignedDuration::from_hours(24 * NEW_DAYS);
    let subject = Subject::Opportunity(row.id.clone()).to_string();
    let mut facts = reader.facts_of(&subject)?;
    facts.retain(|entry| since <= entry.happened_at() && entry.happened_at() <= time.now());
    facts.retain(|entry| is_news(entry.fact()));
    facts.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
    let shown = facts.into_iter().take(2).map(|entry| {
        let said = sentence(&entry, names, time)?;
        Ok(News {
            order: (entry.happened_at(), entry.no),
            at: time.near(entry.happened_at()),
            glyph: said.glyph,
            name: names.opportunity(&row.id)?,
            href: opportunity_href(&row.id),
            words: said.words,
            no: figure(count(entry.no.0.unsigned_abs()), &fact_href(entry.no)),
        })
    });
    shown.collect()
}
