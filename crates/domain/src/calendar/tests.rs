use jiff::ToSpan;
use proptest::prelude::*;

use super::*;

/// The zone of that name.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// An instant from `2026-10-23T14:40:00Z`, or from a wall time as `2026-10-23T16:40[Europe/Berlin]`.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| text.parse::<jiff::Zoned>().unwrap().timestamp())
}

/// A calendar from the hours of each day, Monday first, as `09:00-12:00 13:00-24:00`.
pub(crate) fn calendar(days: [&str; 7], holidays: &[&str]) -> Calendar {
    let week = days.map(|day| day.split_whitespace().map(hours).collect());
    let holidays = holidays
        .iter()
        .map(|on| Holiday { on: on.parse().unwrap(), name: "holiday".to_owned() })
        .collect();
    Calendar::new("support", None, week, holidays).unwrap()
}

/// Monday to Friday from nine to five.
pub(crate) fn nine_to_five(holidays: &[&str]) -> Calendar {
    let day = "09:00-17:00";
    calendar([day, day, day, day, day, "", ""], holidays)
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn hours(text: &str) -> OpenHours {
    let (opens, closes) = text.split_once('-').unwrap();
    let closes = match closes {
        "24:00" => Closes::EndOfDay,
        time => Closes::At(time.parse().unwrap()),
    };
    OpenHours { opens: opens.parse().unwrap(), closes }
}

fn daily(day: &str) -> Calendar {
    calendar([day; 7], &[])
}

/// Open time between two wall times of a zone.
fn open(calendar: &Calendar, name: &str, from: &str, to: &str) -> SignedDuration {
    let instant = |wall: &str| at(&format!("{wall}[{name}]"));
    calendar.open_between(&zone(name), instant(from), instant(to))
}

#[test]
fn due_instants_are_those_of_the_vectors() {
    // domain-vectors.json "business_time" and domain.md 2.4.
    let cases = [
        ("2026-10-23T14:40:00Z", 60, "2026-10-26T08:40:00Z", "over the end of summer time"),
        ("2026-10-23T14:40:00Z", 48, "2026-10-26T08:28:00Z", "80 % of it"),
        ("2026-12-24T14:00:00Z", 240, "2026-12-28T10:00:00Z", "over Christmas"),
        ("2026-10-24T09:00:00Z", 60, "2026-10-26T09:00:00Z", "started on a Saturday"),
    ];
    let calendar = nine_to_five(&["2026-12-26", "2026-12-25"]);
    for (start, target, due, what) in cases {
        let reached = calendar.after_open(&zone("Europe/Berlin"), at(start), minutes(target));
        assert_eq!(reached, Ok(at(due)), "{what}");
    }
}

#[test]
fn elapsed_time_is_that_of_the_vectors() {
    // domain-vectors.json "business_time": 90,000 s = 25 h.
    let elapsed = open(
        &Calendar::always_open("always"),
        "Europe/Berlin",
        "2026-10-24T12:00",
        "2026-10-25T12:00",
    );
    assert_eq!(elapsed, SignedDuration::from_secs(90_000));
}

#[test]
fn a_day_counts_the_hours_it_has() {
    let cases = [
        ("Europe/Berlin", "2026-03-29", 23 * 60, "put forward"),
        ("Europe/Berlin", "2026-10-25", 25 * 60, "put back"),
        ("America/New_York", "2026-03-08", 23 * 60, "put forward"),
        ("America/New_York", "2026-11-01", 25 * 60, "put back"),
        ("Australia/Lord_Howe", "2026-10-04", 23 * 60 + 30, "put forward by half an hour"),
        ("Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30, "put back by half an hour"),
        ("America/Havana", "2026-03-08", 23 * 60, "there is no midnight"),
        ("America/Havana", "2026-11-01", 25 * 60, "midnight comes twice"),
        ("America/St_Johns", "2010-11-06", 24 * 60, "a minute past midnight, back into it"),
        ("America/St_Johns", "2010-11-07", 25 * 60, "a minute past midnight, out of it"),
        ("Pacific/Apia", "2011-12-30", 0, "skipped"),
        ("Pacific/Apia", "2011-12-31", 24 * 60, "the day after"),
        ("Europe/Berlin", "2028-02-29", 24 * 60, "leap day"),
    ];
    for (name, date, expected, what) in cases {
        let (date, zone) = (date.parse::<Date>().unwrap(), zone(name));
        let midnight = |date: Date| date.to_zoned(zone.clone()).unwrap().timestamp();
        let (from, to) = (midnight(date), midnight(date.tomorrow().unwrap()));
        let whole = Calendar::always_open("always").open_between(&zone, from, to);
        assert_eq!(whole, minutes(expected), "{name} {date}: {what}");
        let halves = daily("00:00-12:00 12:00-24:00").open_between(&zone, from, to);
        assert_eq!(halves, whole, "{name} {date} in two halves");
    }
}

#[test]
fn hours_at_a_change_of_the_clocks_follow_a_clock_never_put_back() {
    let (spring, autumn) = ("2026-03-29", "2026-10-25");
    let cases = [
        (spring, "01:00-04:00", 120, "an hour of it skipped"),
        (spring, "02:30-05:00", 120, "opens at the jump"),
        (spring, "01:00-02:30", 60, "closes at the jump"),
        (spring, "02:15-02:45", 0, "skipped"),
        (spring, "02:00-03:00", 0, "exactly the skipped hour"),
        (spring, "01:00-02:30 02:45-04:00", 120, "the break skipped, nothing counted twice"),
        (autumn, "01:00-04:00", 240, "an hour of it repeated"),
        (autumn, "02:00-03:00", 120, "open through both passings"),
        (autumn, "02:15-02:45", 30, "open at the first passing only"),
        (autumn, "02:30-05:00", 210, "opens at the first passing"),
        (autumn, "01:00-02:30", 90, "closes at the first passing"),
    ];
    for (date, day, expected, what) in cases {
        let from = format!("{date}T00:00");
        let to = format!("{date}T12:00");
        let measured = open(&daily(day), "Europe/Berlin", &from, &to);
        assert_eq!(measured, minutes(expected), "{date} {day}: {what}");
    }
}

#[test]
fn a_skipped_date_has_no_business_hours() {
    // Samoa went from Thursday 2011-12-29 straight to Saturday 2011-12-31.
    let (calendar, apia) = (nine_to_five(&[]), zone("Pacific/Apia"));
    let start = at("2011-12-29T16:30[Pacific/Apia]");
    let due = calendar.after_open(&apia, start, minutes(60));
    assert_eq!(due, Ok(at("2012-01-02T09:30[Pacific/Apia]")));
    assert!(!calendar.is_open(&apia, at("2011-12-31T10:00[Pacific/Apia]")));
}

#[test]
fn opening_hours_hold_the_opening_but_not_the_close() {
    let (calendar, utc) = (daily("09:00-12:00 12:00-13:00 14:00-24:00"), TimeZone::UTC);
    let cases = [
        ("08:59:59.999999999", false, "09:00", "just before the opening"),
        ("09:00", true, "09:00", "exactly the opening"),
        ("12:00", true, "12:00", "one closes as another opens"),
        ("13:00", false, "14:00", "exactly the close"),
        ("23:59:59.999999999", true, "23:59:59.999999999", "just before midnight"),
        ("00:00", false, "09:00", "exactly midnight"),
    ];
    for (time, is_open, next, what) in cases {
        let instant = at(&format!("2026-06-01T{time}[UTC]"));
        assert_eq!(calendar.is_open(&utc, instant), is_open, "{what}");
        let next = at(&format!("2026-06-01T{next}[UTC]"));
        assert_eq!(calendar.next_opening(&utc, instant), Ok(next), "{what}");
    }
}

#[test]
fn a_target_that_ends_with_the_day_ends_at_the_close() {
    let (calendar, utc) = (daily("09:00-12:00 13:00-17:00"), TimeZone::UTC);
    let start = at("2026-06-01T11:00:00Z");
    let cases = [
        (-5, "2026-06-01T11:00:00Z", "less than nothing"),
        (0, "2026-06-01T11:00:00Z", "nothing"),
        (60, "2026-06-01T12:00:00Z", "exactly up to the break"),
        (61, "2026-06-01T13:01:00Z", "a minute more"),
        (300, "2026-06-01T17:00:00Z", "exactly up to the close"),
        (301, "2026-06-02T09:01:00Z", "a minute more"),
    ];
    for (open, reached, what) in cases {
        assert_eq!(calendar.after_open(&utc, start, minutes(open)), Ok(at(reached)), "{what}");
    }
}

#[test]
fn no_time_passes_backwards() {
    let (calendar, utc) = (Calendar::always_open("always"), TimeZone::UTC);
    let (early, late) = (at("2026-06-01T10:00:00Z"), at("2026-06-01T11:00:00Z"));
    assert_eq!(calendar.open_between(&utc, late, early), SignedDuration::ZERO);
    assert_eq!(calendar.open_between(&utc, late, late), SignedDuration::ZERO);
    assert_eq!(calendar.open_between(&utc, early, late), minutes(60));
}

#[test]
fn a_calendar_with_a_zone_goes_by_it() {
    let mut calendar = nine_to_five(&[]);
    let instant = at("2026-06-01T16:30[America/New_York]");
    assert!(!calendar.is_open(&zone("Europe/Berlin"), instant), "22:30 in Berlin");
    calendar.zone = Some(zone("America/New_York"));
    assert!(calendar.is_open(&zone("Europe/Berlin"), instant));
}

#[test]
fn a_calendar_without_hours_never_opens() {
    let (never, utc) = (calendar([""; 7], &[]), TimeZone::UTC);
    let start = at("2026-06-01T00:00:00Z");
    let refusal = NeverOpen { calendar: "support".to_owned() };
    assert_eq!(never.next_opening(&utc, start), Err(refusal.clone()));
    assert_eq!(never.after_open(&utc, start, minutes(1)), Err(refusal.clone()));
    assert_eq!(never.after_open(&utc, start, minutes(0)), Ok(start));
    assert_eq!(never.open_between(&utc, start, Timestamp::MAX), SignedDuration::ZERO);
    assert_eq!(
        Calendar::always_open("support").after_open(&utc, start, SignedDuration::MAX),
        Err(refusal),
        "time as we count it ends with the year 9999"
    );
}

#[test]
fn decades_are_measured_at_once() {
    let calendar = nine_to_five(&[]);
    let (from, to) = (at("1980-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"));
    // 50 years from a Tuesday to a Tuesday: 18,263 days, which are 2,609 weeks.
    let open = calendar.open_between(&TimeZone::UTC, from, to);
    assert_eq!(open, minutes(2_609 * 5 * 8 * 60));
    let until = calendar.after_open(&TimeZone::UTC, from, open).unwrap();
    assert_eq!(until, at("2029-12-31T17:00:00Z"));
}

#[test]
fn hours_that_cannot_be_kept_are_refused() {
    let cases = [
        (
            "17:00-09:00",
            "Tuesday 17:00-09:00 does not close after it opens: write midnight at the end of a \
             day as 24:00, and give the hours of a night shift after midnight to the next day",
        ),
        (
            "09:00:30-09:00:30",
            "Tuesday 09:00:30-09:00:30 does not close after it opens: write midnight at the end \
             of a day as 24:00, and give the hours of a night shift after midnight to the next day",
        ),
        (
            "12:59-24:00 09:00-13:00",
            "Tuesday 09:00-13:00 and 12:59-24:00 overlap: join them, or end the earlier by 12:59",
        ),
        (
            "09:00-17:00 09:00-17:00",
            "Tuesday 09:00-17:00 and 09:00-17:00 overlap: join them, or end the earlier by 09:00",
        ),
    ];
    for (tuesday, sentence) in cases {
        let mut week: [Vec<OpenHours>; 7] = Default::default();
        week[1] = tuesday.split(' ').map(hours).collect();
        let refusal = Calendar::new("support", None, week, Vec::new()).unwrap_err();
        assert_eq!(refusal.to_string(), sentence, "{tuesday}");
    }
}

/// Zones that do odd things, most of them within the years drawn below: changes at midnight, just
/// after or before it, by half an hour, two hours or a day, in Ramadan, or of the zone itself.
const AWKWARD: [&str; 20] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "America/Nuuk",
    "America/Scoresbysund",
    "America/Caracas",
    "America/Asuncion",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham",
];

/// A span to measure, most often one with a change of the clocks in it.
#[derive(Debug, Clone)]
struct Case {
    zone: &'static str,
    calendar: Calendar,
    from: Timestamp,
    minutes: i64,
}

fn cases() -> impl Strategy<Value = Case> {
    // Up to three stretches a day, on a grid of five minutes.
    let day = prop::collection::btree_set(0_i64..=288, 0..=6).prop_map(|times| {
        let times: Vec<i64> = times.into_iter().collect();
        times.chunks_exact(2).map(|ends| hours_from_midnight(ends[0] * 5, ends[1] * 5)).collect()
    });
    let week = prop::collection::vec(day, 7);
    let span = (0_i64..25 * 365 * 24 * 60, 0_i64..=10 * 24 * 60);
    (prop::sample::select(&AWKWARD[..]), week, span, prop::collection::vec(-1_i64..11, 0..3))
        .prop_map(|(name, week, (minute, length), holidays)| {
            let zone = zone(name);
            let drawn = at("2005-01-01T00:00:00Z") + minutes(minute);
            let change = zone.following(drawn).next().map(|change| change.timestamp());
            let from = match change {
                Some(change) if minute % 4 != 0 => change - minutes(minute % (length + 1)),
                _ => drawn,
            };
            // The table of a zone may end within a minute, in 2038.
            let from = from.round(jiff::Unit::Minute).unwrap();
            let today = zone.to_datetime(from).date();
            let holidays = holidays
                .into_iter()
                .map(|days| Holiday { on: today + days.days(), name: String::new() })
                .collect();
            let week = week.try_into().unwrap();
            let calendar = Calendar::new("drawn", None, week, holidays).unwrap();
            Case { zone: name, calendar, from, minutes: length }
        })
}

fn hours_from_midnight(opens: i64, closes: i64) -> OpenHours {
    let time = |minute: i64| Time::midnight() + minutes(minute);
    let closes = if closes == 24 * 60 { Closes::EndOfDay } else { Closes::At(time(closes)) };
    OpenHours { opens: time(opens), closes }
}

/// Whether each minute is open, found by looking at the wall every minute and never letting the
/// clock go back. Two days' run-up is longer than any clock was ever put back for.
fn open_minutes(case: &Case) -> Vec<bool> {
    let (zone, run_up) = (zone(case.zone), 2 * 24 * 60);
    let mut never_put_back = DateTime::MIN;
    let mut open = Vec::new();
    for minute in -run_up..case.minutes {
        let wall = zone.to_datetime(case.from + minutes(minute));
        never_put_back = never_put_back.max(wall);
        if minute >= 0 {
            open.push(shows_open(&case.calendar, never_put_back));
        }
    }
    open
}

fn shows_open(calendar: &Calendar, wall: DateTime) -> bool {
    let (date, time) = (wall.date(), wall.time());
    let works = !calendar.holidays().iter().any(|holiday| holiday.on == date);
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
    works
        && calendar.week()[weekday].iter().any(|hours| {
            hours.opens <= time
                && match hours.closes {
                    Closes::At(closes) => time < closes,
                    Closes::EndOfDay => true,
                }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_time_is_what_counting_minutes_gives(case in cases(), share in 0_i64..=100) {
        let (zone, calendar) = (zone(case.zone), &case.calendar);
        let open = open_minutes(&case);
        let total = open.iter().filter(|open| **open).count() as i64;
        let to = case.from + minutes(case.minutes);
        prop_assert_eq!(calendar.open_between(&zone, case.from, to), minutes(total));

        // The minute after which so much open time has passed; the start for none.
        let wanted = total * share / 100;
        let mut passed = 0;
        let minute = open.iter().position(|open| {
            passed += i64::from(*open);
            passed == wanted && wanted > 0
        });
        let reached = case.from + minutes(minute.map_or(0, |minute| minute as i64 + 1));
        prop_assert_eq!(calendar.after_open(&zone, case.from, minutes(wanted)), Ok(reached));

        if let Some(first) = open.iter().position(|open| *open) {
            let opening = case.from + minutes(first as i64);
            prop_assert_eq!(calendar.next_opening(&zone, case.from), Ok(opening));
        }
        if let Some(first) = open.first() {
            prop_assert_eq!(calendar.is_open(&zone, case.from), *first);
        }
    }

    #[test]
    fn months_are_counted_as_walking_every_date_counts_them(
        opens in 0_i64..1_380,
        lasts in 1_i64..700,
        name in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Pacific/Apia", "America/Sao_Paulo",
            "Africa/Casablanca", "Asia/Tehran", "Australia/Lord_Howe", "Antarctica/Troll", "UTC",
        ]),
        start in 1_200_000_000_i64..1_800_000_000,
        days in 0_i64..900,
        seconds in 0_i64..86_400,
        closed in prop::collection::vec(0_i64..900, 0..4),
    ) {
        let own = zone(name);
        let from = Timestamp::from_second(start).unwrap();
        let to = from + SignedDuration::from_secs(days * 86_400 + seconds);
        let day = hours_from_midnight(opens, (opens + lasts).min(1_440));
        let first = own.to_datetime(from).date();
        let holiday = |days: &i64| Holiday { on: first + days.days(), name: String::new() };
        let mut holidays: Vec<Holiday> = closed.iter().map(holiday).collect();
        holidays.extend(holidays.first().cloned());
        let week = std::array::from_fn(|weekday| if weekday == 6 { vec![] } else { vec![day] });
        let calendar = Calendar::new("any", None, week, holidays).unwrap();
        let counted = calendar.open_between(&own, from, to);
        prop_assert_eq!(counted, calendar.walked(&own, from, to), "{} {} {}", name, from, to);
    }
}
