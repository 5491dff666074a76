//! Lists that say here what their rows are: how they are read, shown, and given to others.

use std::collections::BTreeSet;

use axum::{
    extract::RawQuery,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    field::{FieldValue, Fields},
    owned::Owned,
};
use engine::{Engine, access::Act};
use store::{Reader, StoreError};

use super::{
    Asked, Asker, Choice, Counted, Head, Known, Shown,
    cell::{Cells, InRow},
    choice,
    offers::Offers,
    page::{ListPage, Row, title},
    say::{Condition, Say},
    ticked::{Sending, Ticked, fields, json},
    viewing::Viewing,
};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{EmptyState, Frame, Place},
    markup::Markup,
    names::Names,
    pages::leads::row::level_words,
    sent::Sent,
    session::{Signed, Visit},
    sheet::Cell,
    show,
    whom::Whom,
};

/// Fields of the rows in sight that are offered as columns.
const FIELDS_MAX: usize = 40;

/// A list: what its rows are, and what can be asked of them.
pub(crate) trait Listed: 'static {
    /// A row as the database has it.
    type Row: Send + 'static;
    /// What can be asked.
    const KNOWN: &'static Known;
    /// Its columns after the name, in their standing order.
    const COLUMNS: &'static [Column];
    /// Its entry in the rail.
    const PLACE: Place;
    /// What one row is called, and several.
    const WORDS: (&'static str, &'static str);
    /// Ready-made views: query and words, all of them first.
    const READY: &'static [(&'static str, &'static str)];
    /// Reported fields that a column shows already.
    const ELSEWHERE: &'static [&'static str];
    /// What somebody must be allowed, to see it.
    const SEEN_BY: Act = Act::SeeLeads;
    /// The head of the names' column.
    const HEAD: &'static str = "Name";
    /// What can be given to another, of an id; nothing where the rows are nobody's.
    const GIVEN: Option<fn(&str) -> Owned> = None;

    /// Up to `limit` rows from the place on that the address names.
    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Self::Row>, StoreError>;
    /// How many rows there are, counted no further than `most`.
    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError>;
    /// A row's place, as the address of the next page names it.
    fn place(asked: &Asked, row: &Self::Row) -> String;
    /// A row's id.
    fn id(row: &Self::Row) -> &str;
    /// What it is called.
    fn name(row: &Self::Row) -> Option<&str>;
    /// Where its page lies.
    fn href(row: &Self::Row) -> String;
    /// What was reported of it.
    fn fields(row: &Self::Row) -> &Fields;
    /// What stands in a column.
    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Self::Row) -> Result<Markup, Failure>;
    /// What is corrected in the cells of a column, where something is: a field, or `owner`.
    fn corrects(column: &str) -> Option<&'static str> {
        (column == "owner").then_some("owner")
    }
    /// Whether a row is as it will stay.
    fn is_settled(_: &Self::Row) -> bool {
        false
    }
    /// The same in a file.
    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Self::Row) -> Result<Cell, Failure>;
    /// What can be asked of it and what is asked of it.
    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure>;
    /// What it is good for, where there is no row at all; `imports` says whether the person may
    /// bring rows in.
    fn nothing_yet(imports: bool) -> EmptyState;

    /// How many rows there are without a condition, where that is known without counting.
    fn all(_: &Reader<'_>) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
    /// What the list is called.
    fn title() -> &'static str {
        Self::PLACE.name()
    }
    /// The page that it belongs to, where the rail has no entry of its own for it: words and address.
    fn above() -> Option<(&'static str, &'static str)> {
        None
    }
    /// Whether a column is for the person.
    fn has(_: &Column, _: &Signed) -> bool {
        true
    }
    /// What is wrong with the question, where a wrong one must not be taken for a wider one.
    fn misread(_: &Asked) -> Option<String> {
        None
    }
    /// A sentence under the title.
    fn under(_: &Maker<'_, '_>) -> Result<Markup, Failure> {
        Ok(Markup::new())
    }
    /// What can be done from the list, as words and an address.
    fn act(_: &Signed) -> Option<(&'static str, &'static str)> {
        None
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// How addresses and files name it.
    pub(crate) key: &'static str,
    /// Its head.
    pub(crate) label: &'static str,
    /// How its cells stand.
    pub(crate) class: &'static str,
    /// The order that its head leads to, and whether the greatest comes first in it.
    pub(crate) sort: Option<(&'static str, bool)>,
    /// Whether the list has it anyway.
    pub(crate) is_usual: bool,
}

/// What the rows of a page or of a file are made with.
pub(crate) struct Maker<'a, 'r> {
    pub(crate) reader: &'a Reader<'r>,
    pub(crate) names: &'a Names<'a, 'r>,
    pub(crate) asked: &'a Asked,
    pub(crate) asker: &'a Asker<'a>,
}

/// A column that is shown: a standing one, or a reported field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    Standing(&'static Column),
    Field(String),
}

impl Chosen {
    pub(super) fn key(&self) -> String {
        match self {
            Chosen::Standing(column) => column.key.to_owned(),
            Chosen::Field(name) => format!("field.{name}"),
        }
    }

    fn label(&self) -> String {
        match self {
            Chosen::Standing(column) => column.label.to_owned(),
            Chosen::Field(name) => level_words(name),
        }
    }

    /// How a cell stands. A column that somebody chose is in sight whatever the width.
    fn class(&self, is_chosen: bool) -> &'static str {
        match self {
            Chosen::Standing(column) if !is_chosen => column.class,
            Chosen::Standing(column) => match column.class {
                "n drop" => "n",
                class if class.contains("drop") => "full any",
                class => class,
            },
            Chosen::Field(_) => "full nw",
        }
    }

    fn head(&self, asked: &Asked, is_chosen: bool) -> Head {
        let sort = if let Chosen::Standing(column) = self { column.sort } else { None };
        let here = sort.filter(|(key, _)| *key == asked.sort());
        let stands = self.class(is_chosen).split(' ').next().unwrap_or_default();
        Head {
            class: ["n", "wideonly"].into_iter().find(|it| *it == stands).unwrap_or_default(),
            label: self.label(),
            href: sort.map(|(key, _)| asked.in_order(key)),
            sorted: here.map(|(_, down)| if down { "descending" } else { "ascending" }),
        }
    }
}

/// The columns that a list has for somebody, in their standing order.
pub(super) fn standing<L: Listed>(signed: &Signed) -> impl Iterator<Item = &'static Column> {
    L::COLUMNS.iter().filter(|column| L::has(column, signed))
}

/// The columns that an address asks for, the usual ones where it names none that there is; and
/// whether they are others than the usual ones.
pub(super) fn chosen<L: Listed>(asked: &Asked, signed: &Signed) -> (Vec<Chosen>, bool) {
    let is_named = |column: &&Column| asked.columns.iter().any(|key| key == column.key);
    let mut found: Vec<Chosen> =
        standing::<L>(signed).filter(is_named).map(Chosen::Standing).collect();
    let fields = asked.columns.iter().filter_map(|key| key.strip_prefix("field."));
    let fields = fields.filter(|name| !name.is_empty());
    found.extend(fields.map(|name| Chosen::Field(name.to_owned())));
    let usual = standing::<L>(signed).filter(|column| column.is_usual);
    let usual: Vec<Chosen> = usual.map(Chosen::Standing).collect();
    match found.is_empty() || found == usual {
        true => (usual, false),
        false => (found, true),
    }
}

/// Every column that can be chosen: the standing ones, and fields of the rows in sight.
fn offered<L: Listed>(signed: &Signed, shown: &[Chosen], rows: &[L::Row]) -> Vec<Choice> {
    let mut all: Vec<Chosen> = standing::<L>(signed).map(Chosen::Standing).collect();
    all.extend(shown.iter().filter(|column| matches!(column, Chosen::Field(_))).cloned());
    let names: BTreeSet<&String> = rows.iter().flat_map(|row| L::fields(row).keys()).collect();
    let fields = names.into_iter().filter(|name| !L::ELSEWHERE.contains(&name.as_str()));
    for name in fields.take(FIELDS_MAX) {
        let column = Chosen::Field(name.clone());
        if !all.contains(&column) {
            all.push(column);
        }
    }
    all.iter()
        .map(|column| choice(&column.key(), &column.label(), shown.contains(column)))
        .collect()
}

fn field(value: Option<&FieldValue>) -> Markup {
    match value {
        None | Some(FieldValue::Cleared) => Markup::new(),
        Some(value) => Markup::text(value),
    }
}

/// Shows the list.
pub(crate) async fn index<L: Listed>(
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visit.signed.may(&L::SEEN_BY)?;
    let asked = Asked::read(L::KNOWN, &query.unwrap_or_default());
    if let Some(why) = L::misread(&asked) {
        let page = made::<L>(&visit, asked, Sending::default()).await?;
        return Ok(again(visit, page, Flash::not_done(why)));
    }
    if asked.is_sent() {
        // A form says its empty fields too, and the columns that the list has anyway.
        let is_chosen = chosen::<L>(&asked, &visit.signed).1;
        let to = if is_chosen { asked.href() } else { asked.usual_columns() };
        return Ok(Redirect::to(&to).into_response());
    }
    let page = made::<L>(&visit, asked, Sending::default()).await?;
    Ok(visit.show(page))
}

/// Gives the ticked rows to another. Where none could be, the list comes back with what was ticked.
pub(crate) async fn give<L: Listed>(
    visit: Visit,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let mut sent = Sending::of(pairs);
    let flash = sent.carry_out(&visit, L::GIVEN.ok_or(Failure::Absent)?).await?;
    let asked = Asked::read(L::KNOWN, &sent.back);
    if !flash.alarm {
        return Ok(visit.go(&asked.here(), &flash.back_to(&asked.back())));
    }
    let page = made::<L>(&visit, asked, sent).await?;
    Ok(again(visit, page, flash))
}

/// The list after an act that was not done, with the reason.
pub(crate) fn again(visit: Visit, mut page: ListPage, why: Flash) -> Response {
    page.frame.flash = Some(why);
    page.frame.refused = true;
    page.frame.back = page.say.asked.here();
    visit.refuse(page)
}

/// A page of the list.
pub(crate) async fn made<L: Listed>(
    visit: &Visit,
    asked: Asked,
    tried: Sending,
) -> Result<ListPage, Failure> {
    let frame = visit.frame(L::title(), L::PLACE);
    let (signed, time) = (visit.signed.clone(), visit.time());
    let make = move |engine: &Engine| {
        let agreements = engine.agreements()?;
        let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
        engine.read(|reader| {
            let reach = signed.can(&Act::SeeReach);
            let names = Names::new(reader, reach).with_words_of(in_force);
            let whom = &Whom::default();
            let asker = Asker { me: &signed.0.user, reach, time: &time, whom };
            let maker = Maker { reader, names: &names, asked: &asked, asker: &asker };
            page_of::<L>(&maker, &signed, frame, tried)
        })
    };
    visit.house.work(make).await
}

fn page_of<L: Listed>(
    maker: &Maker<'_, '_>,
    signed: &Signed,
    frame: Frame,
    tried: Sending,
) -> Result<ListPage, Failure> {
    let (asked, reader, asker) = (maker.asked, maker.reader, maker.asker);
    let (_, rows) = asked.rows();
    let mut found = L::rows(maker, asked.after(), rows + 1)?;
    let more = found.len() > rows as usize;
    found.truncate(rows as usize);
    let after = found.last().filter(|_| more).map(|last| asked.from(&L::place(asked, last)));
    let (columns, is_chosen) = chosen::<L>(asked, signed);
    let cells = L::GIVEN.map(|thing| Cells::of((reader, maker.names), asked, signed, thing));
    let cells = cells.transpose()?;
    let rows =
        found.iter().map(|row| shown::<L>(maker, (&columns, is_chosen), cells.as_ref(), row));
    let rows = rows.collect::<Result<_, Failure>>()?;
    let counted = |asked: &Asked| Counted::of(|most| L::count(reader, asked, asker, most));
    let (all, total) = (counted(&Asked::read(L::KNOWN, ""))?, counted(asked)?);
    let all_words = L::all(reader)?.map_or_else(|| all.words(), show::count);
    let ready = L::READY.iter().map(|(query, words)| match *query {
        "" => Ok(("", *words, all_words.clone())),
        query => Ok((query, *words, counted(&Asked::read(L::KNOWN, query))?.words())),
    });
    let ready = ready.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(ListPage {
        title: title(L::WORDS, asked, (total.n, &total.words()), &all_words),
        under: L::under(maker)?,
        above: L::above(),
        // Where there is nothing yet, the page itself says what to do.
        act: L::act(signed).filter(|_| all.n > 0),
        words: L::WORDS,
        is_empty: all.n == 0,
        all: all_words,
        total: total.exact(),
        viewing: Viewing::of(reader, asked, signed, asker, ready, Vec::new())?,
        ticked: ticked::<L>(maker, signed, &found, tried)?,
        head: L::HEAD,
        heads: columns.iter().map(|column| column.head(asked, is_chosen)).collect(),
        rows,
        after,
        nothing_yet: L::nothing_yet(signed.can(&Act::Import)),
        foot: "",
        say: say::<L>(maker, signed, (&columns, is_chosen), &found)?,
        frame,
    })
}

fn say<L: Listed>(
    maker: &Maker<'_, '_>,
    signed: &Signed,
    (columns, is_chosen): (&[Chosen], bool),
    found: &[L::Row],
) -> Result<Say, Failure> {
    let here = maker.asked.sort();
    let sorts = L::KNOWN.sorts.iter().map(|(key, words)| choice(key, words, *key == here));
    Ok(Say {
        title: L::title().to_owned(),
        path: L::KNOWN.path,
        many: L::WORDS.1,
        asked: maker.asked.clone(),
        conditions: L::conditions(maker)?,
        columns: offered::<L>(signed, columns, found),
        sorts: sorts.collect(),
        is_chosen,
    })
}

/// The form over the rows, for whoever may do something with them.
fn ticked<L: Listed>(
    maker: &Maker<'_, '_>,
    signed: &Signed,
    found: &[L::Row],
    tried: Sending,
) -> Result<Option<Ticked>, Failure> {
    let Some(thing) = L::GIVEN else { return Ok(None) };
    let gives = signed.can(&Act::AssignLeads);
    let fields = fields(&thing(""), signed, maker.asked, &tried);
    if !gives && fields.is_empty() {
        return Ok(None);
    }
    Ok(Some(Ticked {
        path: L::KNOWN.path,
        many: L::WORDS.1,
        rows: found.len(),
        shown: json(found.iter().map(L::id)),
        back: maker.asked.back(),
        gives,
        takers: match gives {
            true => Offers::takers(maker.names, maker.asked, &tried.owner)?,
            false => Offers::none(),
        },
        fields,
        tried,
    }))
}

fn shown<L: Listed>(
    maker: &Maker<'_, '_>,
    (columns, is_chosen): (&[Chosen], bool),
    correcting: Option<&Cells>,
    row: &L::Row,
) -> Result<Row, Failure> {
    let (id, name) = (L::id(row), L::name(row).unwrap_or(L::id(row)));
    let in_row = InRow { id, name, fields: L::fields(row) };
    let correcting = correcting.filter(|_| !L::is_settled(row));
    let cells = columns.iter().map(|column| {
        let value = match column {
            Chosen::Standing(column) => L::shown(maker, column.key, row)?,
            Chosen::Field(name) => field(L::fields(row).get(name)),
        };
        let class = column.class(is_chosen);
        let label = matches!(class, "full nw" | "full any" | "n").then(|| column.label());
        let key = match column {
            Chosen::Standing(column) => L::corrects(column.key),
            Chosen::Field(name) => Some(name.as_str()),
        };
        let shown = Shown { class, label, value };
        Ok(match correcting {
            Some(correcting) => correcting.cell(shown, key, &in_row),
            None => shown,
        })
    });
    Ok(Row {
        id: id.to_owned(),
        href: L::href(row),
        name: name.to_owned(),
        beside: correcting.map(|cells| cells.beside_name(&in_row)).unwrap_or_default(),
        cells: cells.collect::<Result<_, Failure>>()?,
    })
}
