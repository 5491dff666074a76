//! The rows behind what was on its way to people: leads that were delivered, and leads that were
//! routed.

use domain::{handoff::Answer, ids::LeadId, window::Window};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::Reader;

use super::board::{Behind, Rows, rows_href};
use crate::failure::Failure;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Leads that were qualified.
    Qualified,
    /// Handoffs that were accepted.
    Accepted,
    /// Leads that were routed.
    Routed,
    /// Those of them that went to a pool.
    ToPools,
}

impl Counts {
    const ALL: [(Counts, &'static str); 4] = [
        (Counts::Qualified, "qualified"),
        (Counts::Accepted, "accepted"),
        (Counts::Routed, "routed"),
        (Counts::ToPools, "to-pools"),
    ];
}

/// What was on its way in some days of the Agreement's zone, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnTheWay {
    pub(crate) counts: Counts,
    pub(crate) days: (Date, Date),
}

impl OnTheWay {
    /// Where its rows are listed.
    pub(crate) fn href(self) -> String {
        let word = Counts::ALL.iter().find(|(counts, _)| *counts == self.counts);
        let word = word.map_or("", |(_, word)| word);
        rows_href(&format!("on-the-way.{word}.{}.{}", self.days.0, self.days.1), "")
    }

    /// What a key names.
    pub(super) fn of_key(key: &str) -> Option<OnTheWay> {
        let (word, days) = key.strip_prefix("on-the-way.")?.split_once('.')?;
        let (counts, _) = Counts::ALL.into_iter().find(|(_, known)| *known == word)?;
        let (from, to) = days.split_once('.')?;
        Some(OnTheWay { counts, days: (from.parse().ok()?, to.parse().ok()?) })
    }

    /// Its rows.
    pub(super) fn behind(self, reader: &Reader<'_>, zone: &TimeZone) -> Result<Behind, Failure> {
        let (first, last) = self.days;
        let window = Window {
            from: starts(first, zone).unwrap_or(Timestamp::MIN),
            before: starts(last.saturating_add(1.day()), zone).unwrap_or(Timestamp::MAX),
        };
        let (what, kind, rows) = match self.counts {
            Counts::Qualified => {
                let met = reader.qualifications_in(window)?;
                let mut leads: Vec<LeadId> = met.into_iter().map(|row| row.lead).collect();
                leads.sort();
                leads.dedup();
                ("Leads qualified", "lead", Rows::counted(leads))
            }
            Counts::Accepted => {
                let mut answered = reader.handoffs_answered_in(window)?;
                answered.retain(|row| row.answer == Some(Answer::Accepted));
                let rows = Rows::counted(answered.iter().map(|row| &row.id));
                ("Handoffs accepted", "handoff", rows)
            }
            Counts::Routed | Counts::ToPools => {
                let mut leads = reader.leads_routed_in(window.from, window.before)?;
                leads.retain(|(_, to_pool)| self.counts == Counts::Routed || *to_pool);
                let what = match self.counts {
                    Counts::Routed => "Leads routed",
                    _ => "Leads routed to a pool",
                };
                (what, "lead", Rows::counted(leads.into_iter().map(|(lead, _)| lead)))
            }
        };
        let title = format!("{what} from {first} to {last}");
        Ok(Behind { title, kind, rows, currency: None })
    }
}

fn starts(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|day| day.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_key_names_what_was_on_its_way() {
        let figure =
            OnTheWay { counts: Counts::ToPools, days: (date(2026, 10, 26), date(2026, 11, 22)) };
        let href = figure.href();
        let key = href.strip_prefix("/scoreboard/rows?figure=").unwrap();
        assert_eq!(OnTheWay::of_key(key), Some(figure), "{key}");
        for key in
            ["on-the-way.x.2026-10-26.2026-11-22", "on-the-way.routed.2026-10-26", "today.due"]
        {
            assert_eq!(OnTheWay::of_key(key), None, "{key}");
        }
    }
}
