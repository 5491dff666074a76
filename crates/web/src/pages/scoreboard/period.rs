//! The period of a question in words: its days, the zone in which they are read, and up to when
//! anything is known.

use engine::report::ReportQuestion;
use jiff::{civil::Date, tz::TimeZone};

use crate::markup::{Markup, element};

/// `1 Oct 2026 to 31 Dec 2026, known up to 23 Nov 2026, Europe/Berlin`.
pub(super) fn words(question: &ReportQuestion) -> Markup {
    let today = question.zone.to_datetime(question.as_of).date();
    let last = question.to.unwrap_or(today);
    let known = Markup::text(", known up to ").and(day(today));
    let words = match (question.from, question.to) {
        (None, None) => Markup::text("everything up to ").and(day(today)),
        (None, Some(to)) => Markup::text("everything up to ").and(day(to)),
        (Some(from), _) => day(from).and_text(" to ").and(day(last)),
    };
    let words = if last > today { words.and(known) } else { words };
    words.and_text(", ").and_text(zone_name(&question.zone))
}

/// `31 Aug 2026 to 22 Nov 2026, Europe/Berlin`.
pub(super) fn between((from, to): (Date, Date), zone: &TimeZone) -> Markup {
    day(from).and_text(" to ").and(day(to)).and_text(", ").and_text(zone_name(zone))
}

fn day(day: Date) -> Markup {
    let words = day.strftime("%-d %b %Y").to_string();
    element("time").with("datetime", day).holding(words).into()
}

fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("local time")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_says_its_days_its_zone_and_up_to_when_anything_is_known() {
        let question = |from: Option<Date>, to: Option<Date>| ReportQuestion {
            by: None,
            from,
            to,
            horizon_days: None,
            cohorts: None,
            as_of: "2026-11-23T23:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
        };
        let (october, december) = (Some(date(2026, 10, 1)), Some(date(2026, 12, 31)));
        let cases = [
            (None, None, "everything up to 24 Nov 2026, Europe/Berlin"),
            (october, None, "1 Oct 2026 to 24 Nov 2026, Europe/Berlin"),
            (
                october,
                december,
                "1 Oct 2026 to 31 Dec 2026, known up to 24 Nov 2026, Europe/Berlin",
            ),
            (None, october, "everything up to 1 Oct 2026, Europe/Berlin"),
        ];
        for (from, to, expected) in cases {
            let html = words(&question(from, to)).to_string();
            let pieces =
                html.split('<').map(|piece| piece.split_once('>').map_or(piece, |of| of.1));
            assert_eq!(pieces.collect::<String>(), expected);
        }
    }
}
