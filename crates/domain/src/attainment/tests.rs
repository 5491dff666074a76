use super::*;
use crate::group::GroupKey;

const AS_OF: &str = "2026-07-10T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn july() -> Window<Timestamp> {
    Window { from: at("2026-07-01T00:00:00Z"), before: at("2026-08-01T00:00:00Z") }
}

fn clock(id: &str, due: &str, stopped: Option<&str>) -> ClockRow {
    ClockRow {
        id: id.into(),
        dimensions: Dimensions::from([("owner".to_owned(), id[..1].to_owned())]),
        due_at: Some(at(due)),
        stopped_at: stopped.map(at),
        taken_seconds: stopped.map(|_| 600),
        is_void: false,
    }
}

fn texts(counted: &Counted<ClockId>) -> Vec<&str> {
    counted.rows().iter().map(ClockId::as_str).collect()
}

fn clocks() -> Vec<ClockRow> {
    vec![
        clock("a-met", "2026-07-02T09:00:00Z", Some("2026-07-02T08:00:00Z")),
        clock("a-met-on-the-dot", "2026-07-02T09:00:00Z", Some("2026-07-02T09:00:00Z")),
        clock("a-late", "2026-07-02T09:00:00Z", Some("2026-07-02T09:00:01Z")),
        clock("b-unresolved", "2026-07-03T09:00:00Z", None),
        clock("b-due-now", AS_OF, None),
        clock("b-running", "2026-07-10T12:00:01Z", None),
        clock("b-met-ahead", "2026-07-10T13:00:00Z", Some("2026-07-10T11:00:00Z")),
        clock("b-stopped-later", "2026-07-04T09:00:00Z", Some("2026-07-11T00:00:00Z")),
        ClockRow { is_void: true, ..clock("c-void", "2026-07-02T09:00:00Z", None) },
        ClockRow { due_at: None, ..clock("c-paused", AS_OF, None) },
        clock("c-june", "2026-06-30T23:59:59Z", Some("2026-07-02T09:00:00Z")),
        clock("c-august", "2026-08-01T00:00:00Z", Some("2026-07-02T09:00:00Z")),
    ]
}

#[test]
fn clocks_count_in_the_period_in_which_they_fall_due() {
    let found = attainment(&clocks(), july(), at(AS_OF), None).total;
    assert_eq!(texts(&found.met), ["a-met", "a-met-on-the-dot", "b-met-ahead"]);
    assert_eq!(texts(&found.met_ahead), ["b-met-ahead"]);
    assert_eq!(texts(&found.met_late), ["a-late"]);
    assert_eq!(texts(&found.unresolved), ["b-unresolved", "b-due-now", "b-stopped-later"]);
    assert_eq!(texts(&found.running), ["b-running"]);
    assert_eq!(texts(&found.void), ["c-void"]);
    assert_eq!(found.attainment.words(), "3 of 7");
}

#[test]
fn the_open_are_counted_beside_the_time_to_stop() {
    let mut rows = clocks();
    rows[0].taken_seconds = None;
    let found = attainment(&rows, july(), at(AS_OF), None).total;
    assert_eq!((found.time_to_stop.n(), found.time_to_stop.open().n()), (3, 3));
    assert_eq!(found.time_to_stop.median(), Some(600.0));
    assert_eq!(texts(&found.untimed), ["a-met"]);
}

#[test]
fn groups_add_up_and_an_empty_one_says_so() {
    let found = attainment(&clocks(), july(), at(AS_OF), Some("owner"));
    let n: u64 = found.groups.iter().map(|group| group.figures.attainment.rate().n()).sum();
    assert_eq!(n, found.total.attainment.rate().n());
    let nobody = found.group(&GroupKey::Known("c".to_owned())).unwrap();
    assert_eq!(nobody.attainment.words(), "not measurable: nothing was due");
}
