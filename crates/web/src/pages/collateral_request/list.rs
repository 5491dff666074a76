//! The list of requests: what somebody asked, what they are asked, and how much came on time.

use domain::{
    collateral_request::{Counts, Ending},
    field::Fields,
    firm::Side,
    ids::{CollateralRequestId, Subject, UserId},
};
use engine::{access::Act, collateral_request::can_be_asked};
use jiff::Timestamp;
use store::{
    Reader, StoreError,
    read::{CollateralRequestFilter, CollateralRequestRow, RequestStands},
};

use super::{
    request_href,
    view::{about, stands, title_of},
};
use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Choice, Column, Condition, Control, Known, Listed, Maker, any_of, choice,
    },
    markup::{Markup, element},
    names::{Names, fact_link},
    pages::dispute::dispute_href,
    session::Signed,
    sheet::Cell,
    show::{Rate, count, figure},
};

/// Requests as a list.
pub(crate) enum Requests {}

static KNOWN: Known = Known {
    path: "/requests",
    several: &["side", "stands", "counts"],
    once: &["asked", "by", "about", "ruled"],
    periods: &[],
    sorts: &[("asked", "when they were asked, the latest first")],
    reads,
};

fn reads(name: &str, value: &str) -> bool {
    match name {
        "about" => Subject::parse(value).is_some(),
        "ruled" => value == "overturned",
        _ => true,
    }
}

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 7] = [
    column("by", "Asked by", "full any"),
    column("asked", "Asked of", "full any"),
    column("about", "For", "drop"),
    column("due", "Due", "full nw"),
    column("stands", "How it stands", "second"),
    Column { is_usual: false, ..column("made", "Asked", "full nw") },
    Column { is_usual: false, ..column("id", "Id", "full any") },
];

/// How requests may stand: keys, and words.
const STANDS: [(&str, &str, RequestStands); 5] = [
    ("open", "open", RequestStands::Waiting),
    ("late", "late and not answered", RequestStands::Late),
    ("delivered", "delivered", RequestStands::Ended(Ending::Delivered)),
    ("declined", "declined", RequestStands::Ended(Ending::Declined)),
    ("withdrawn", "taken back", RequestStands::Ended(Ending::Withdrawn)),
];

/// How they may count: words.
const COUNTS: [(&str, &str, Counts); 3] = [
    ("kept", "as delivered on time", Counts::Kept),
    ("missed", "as not delivered by the day", Counts::Missed),
    ("not", "in neither", Counts::Not),
];

const SIDES: [Side; 3] = [Side::Marketing, Side::Sales, Side::Neutral];

/// A request as the list has it.
pub(crate) struct Row {
    row: CollateralRequestRow,
    name: String,
}

fn filter(asked: &Asked, asker: &Asker<'_>) -> CollateralRequestFilter {
    let user = |name: &str| match asked.one(name) {
        "" => None,
        "me" => Some(asker.me.clone()),
        id => Some(UserId::from(id)),
    };
    let is_said = |name: &str, key: &str| asked.all(name).any(|said| said == key);
    let sides = SIDES.into_iter().filter(|side| is_said("side", side.word()));
    let stands = STANDS.iter().filter(|(key, ..)| is_said("stands", key));
    let counts = COUNTS.iter().filter(|(key, ..)| is_said("counts", key));
    CollateralRequestFilter {
        by: user("by"),
        asked: user("asked"),
        asked_sides: sides.collect(),
        about: Subject::parse(asked.one("about")),
        stands: stands.map(|(.., stands)| *stands).collect(),
        counts: counts.map(|(.., counts)| *counts).collect(),
        overturned: !asked.one("ruled").is_empty(),
    }
}

/// How many requests a filter has, all of them counted.
fn all_of(
    reader: &Reader<'_>,
    filter: &CollateralRequestFilter,
    now: Timestamp,
) -> Result<u64, StoreError> {
    reader.collateral_requests_count_up_to(filter, now, u64::MAX)
}

/// `Delivered on time: marketing 3 of 4, sales not measurable…; 1 counts otherwise by a ruling`: the
/// share of each side that is asked, each number a door to its requests.
fn on_time(reader: &Reader<'_>, now: Timestamp) -> Result<Markup, StoreError> {
    let mut words = Markup::text("Delivered on time by ");
    for (nth, side) in [Side::Marketing, Side::Sales].into_iter().enumerate() {
        let of = |counts: Counts| CollateralRequestFilter {
            asked_sides: vec![side],
            counts: vec![counts],
            ..CollateralRequestFilter::default()
        };
        let hits = all_of(reader, &of(Counts::Kept), now)?;
        let n = hits + all_of(reader, &of(Counts::Missed), now)?;
        let workings = format!("/requests?side={}&counts=kept&counts=missed", side.word());
        let share = match n {
            0 => Markup::text("not measurable, none was due"),
            _ => figure(Rate::of(hits, n).line(), &workings),
        };
        let before = if nth > 0 { "; by " } else { "" };
        words = words.and_text(format!("{before}{}: ", side.word())).and(share);
    }
    let ruled = CollateralRequestFilter { overturned: true, ..CollateralRequestFilter::default() };
    match all_of(reader, &ruled, now)? {
        0 => Ok(words),
        n => Ok(words
            .and_text("; ")
            .and(figure(count(n), "/requests?ruled=overturned"))
            .and_text(" counted as a ruling says")),
    }
}

impl Listed for Requests {
    type Row = Row;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Requests;
    const WORDS: (&'static str, &'static str) = ("request", "requests");
    const READY: &'static [(&'static str, &'static str)] =
        &[("", "All"), ("asked=me", "Asked of me"), ("by=me", "That I asked")];
    const ELSEWHERE: &'static [&'static str] = &[];
    const HEAD: &'static str = "What is wanted";

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let (reader, asker) = (maker.reader, maker.asker);
        let last = after.map(|(_, id)| reader.collateral_request(&CollateralRequestId::from(id)));
        let last = last.transpose()?.flatten().map(|row| row.by_fact);
        let (filter, now) = (filter(maker.asked, asker), asker.time.now());
        let found = reader.collateral_requests_page(&filter, now, last, limit)?;
        let named = found.into_iter().map(|row| {
            let name = title_of(reader, &row.id, asker.reach)?;
            Ok(Row { row, name })
        });
        named.collect()
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        let now = asker.time.now();
        reader.collateral_requests_count_up_to(&filter(asked, asker), now, most)
    }

    fn place(_: &Asked, row: &Row) -> String {
        format!("~{}", row.row.id)
    }

    fn id(row: &Row) -> &str {
        row.row.id.as_str()
    }

    fn name(row: &Row) -> Option<&str> {
        Some(&row.name)
    }

    fn href(row: &Row) -> String {
        request_href(&row.row.id)
    }

    fn fields(_: &Row) -> &Fields {
        static NONE: Fields = Fields::new();
        &NONE
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Markup, Failure> {
        let (row, time) = (&row.row, maker.asker.time);
        Ok(match column {
            "by" => maker.names.owner(Some(&row.by))?,
            "asked" => maker.names.owner(Some(&row.asked))?,
            "about" => match &row.about {
                Some(subject) => about(subject, maker.names)?,
                None => Markup::new(),
            },
            "due" => time.near(row.due_at),
            "stands" => standing(row, time.now()),
            "made" => time.near(row.asked_at).and_text(", ").and(fact_link(row.by_fact)),
            _ => Markup::text(&row.id.0),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Cell, Failure> {
        let (row, names) = (&row.row, maker.names);
        Ok(match column {
            "by" => names.user_name(&row.by)?.into(),
            "asked" => names.user_name(&row.asked)?.into(),
            "about" => row.about.as_ref().map(ToString::to_string).into(),
            "due" => Some(row.due_at).into(),
            "stands" => stands(row, maker.asker.time.now()).into(),
            "made" => Some(row.asked_at).into(),
            _ => row.id.as_str().into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        Ok(conditions(maker)?)
    }

    fn nothing_yet(_: bool) -> EmptyState {
        EmptyState {
            title: "See what each side asks of the other, and whether it came in time".to_owned(),
            words: "Whoever needs material for a deal, or a deal for their material, asks a \
                    colleague by name, with a day. They deliver or decline it, once."
                .to_owned(),
            action: Some(("See who is there".to_owned(), "/people".to_owned())),
            heads: vec!["What is wanted", "Asked of", "How it stands"],
            rows: vec![vec!["A case study on pumps", "Ann Market", "delivered on time"]],
            ..EmptyState::default()
        }
    }

    fn under(maker: &Maker<'_, '_>) -> Result<Markup, Failure> {
        Ok(on_time(maker.reader, maker.asker.time.now())?)
    }

    fn act(signed: &Signed) -> Option<(&'static str, &'static str)> {
        signed.can(&Act::MakeRequests).then_some(("Ask for something", "/requests/new"))
    }
}

/// How a request stands, with the door to its dispute.
fn standing(row: &CollateralRequestRow, now: Timestamp) -> Markup {
    let words = stands(row, now);
    match &row.dispute {
        Some(dispute) => element("a").with("href", dispute_href(dispute)).holding(words).into(),
        None => Markup::text(words),
    }
}

fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, StoreError> {
    let asked = maker.asked;
    let ticks = |name: &'static str, label: &'static str, before: &str, all: Vec<(&str, &str)>| {
        let is_said = |key: &str| asked.all(name).any(|said| said == key);
        let said = all.iter().filter(|(key, _)| is_said(key)).map(|(_, words)| *words);
        let words = any_of(&said.collect::<Vec<_>>());
        let says = Some(words).filter(|words| !words.is_empty());
        let says = says.map(|words| format!("{before}{words}"));
        let choices = all.iter().map(|(key, words)| choice(key, words, is_said(key)));
        Condition { name, label, control: Control::Ticks(choices.collect()), says }
    };
    let sides = SIDES.map(|side| (side.word(), side.word()));
    let stands = STANDS.map(|(key, words, _)| (key, words));
    let counts = COUNTS.map(|(key, words, _)| (key, words));
    let mut all = vec![
        colleague(maker, ("asked", "Asked of", "asked of"))?,
        colleague(maker, ("by", "Asked by", "asked by"))?,
        ticks("side", "Asked of the side", "asked of ", sides.into()),
        ticks("stands", "Which are", "", stands.into()),
        ticks("counts", "Which count", "counting ", counts.into()),
    ];
    let ruled = asked.one("ruled");
    all.push(Condition {
        name: "ruled",
        label: "Ruled on",
        control: Control::Choice(
            "in any way, or not",
            vec![choice("overturned", "overturned", !ruled.is_empty())],
        ),
        says: Some("overturned by a ruling".to_owned()).filter(|_| !ruled.is_empty()),
    });
    if let Some(subject) = Subject::parse(asked.one("about")) {
        let name = match &subject {
            Subject::Lead(lead) => maker.names.lead(lead)?,
            Subject::Opportunity(id) => maker.names.opportunity(id)?,
        };
        let control = Control::Text(asked.one("about").to_owned());
        let says = Some(format!("for {name}"));
        all.push(Condition {
            name: "about", label: "For lead/… or opportunity/…", control, says
        });
    }
    Ok(all)
}

/// Whom it was asked of or by: somebody who works here.
fn colleague(
    maker: &Maker<'_, '_>,
    (name, label, before): (&'static str, &'static str, &str),
) -> Result<Condition, StoreError> {
    let here = maker.asked.one(name);
    let mut people = working(maker.reader, maker.names)?;
    people.insert(0, ("me".to_owned(), "me".to_owned()));
    let all: Vec<Choice> = people.iter().map(|(id, words)| choice(id, words, id == here)).collect();
    let says = match here {
        "" => None,
        "me" => Some(format!("{before} me")),
        id => Some(format!("{before} {}", maker.names.user_name(&id.into())?)),
    };
    Ok(Condition { name, label, control: Control::Choice("anyone", all), says })
}

fn working(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut found = Vec::new();
    for row in reader.users()?.into_iter().filter(can_be_asked) {
        found.push((row.id.0.clone(), names.user_name(&row.id)?));
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}
