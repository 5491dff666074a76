//! A list as a file: every row of the view, with the columns of the page.

use axum::{extract::RawQuery, response::Response};
use engine::{Engine, access::Act};

use super::{
    Asked, Asker,
    listed::{Chosen, Listed, Maker, chosen, standing},
};
use crate::{
    failure::Failure,
    names::Names,
    session::{Signed, Visit},
    sheet::{Cell, FileKind, Sheet, download},
    whom::Whom,
};

/// Rows that are read at once.
const ROWS: u32 = 500;

/// Sends the list as a file: every row of the view, with the columns of the page.
pub(crate) async fn export<L: Listed>(
    visit: Visit,
    kind: FileKind,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visit.signed.may(&L::SEEN_BY)?;
    let asked = Asked::read(L::KNOWN, &query.unwrap_or_default());
    // The page says what is wrong with the question.
    if L::misread(&asked).is_some() {
        return Err(Failure::Absent);
    }
    let (by, time) = (visit.signed.clone(), visit.time());
    let reach = by.can(&Act::SeeReach);
    let (counted, whose, at) = (asked.clone(), by.0.user.clone(), time.clone());
    kind.holds(&visit.house, move |engine, most| {
        let asker = Asker { me: &whose, reach, time: &at, whom: &Whom::default() };
        Ok(engine.read(|reader| L::count(reader, &counted, &asker, most))?)
    })
    .await?;
    Ok(download(&visit.house, kind, L::WORDS.1, move |engine, sheet| {
        let whom = &Whom::default();
        filled::<L>(
            engine,
            sheet,
            (&asked, &by),
            &Asker { me: &by.0.user, reach, time: &time, whom },
        )
    }))
}

fn filled<L: Listed>(
    engine: &Engine,
    sheet: &mut Sheet,
    (asked, signed): (&Asked, &Signed),
    asker: &Asker<'_>,
) -> Result<(), Failure> {
    // Without a choice a file has every standing column.
    let columns = match chosen::<L>(asked, signed) {
        (columns, true) => columns,
        (_, false) => standing::<L>(signed).map(Chosen::Standing).collect(),
    };
    let agreements = engine.agreements()?;
    let in_force = agreements.at(asker.time.now()).map(|version| &*version.agreement);
    let heads = ["id".to_owned(), "name".to_owned()].into_iter();
    let heads: Vec<String> =
        heads.chain(columns.iter().map(Chosen::key).filter(|key| key != "id")).collect();
    let mut goes_on = sheet.head(&heads)?;
    let mut after: Option<String> = None;
    while goes_on {
        let rows = engine.read(|reader| {
            let names = Names::new(reader, asker.reach).with_words_of(in_force);
            let maker = Maker { reader, names: &names, asked, asker };
            let place = after.as_deref().and_then(|place| place.split_once('~'));
            let found = L::rows(&maker, place, ROWS)?;
            after = found.last().map(|last| L::place(asked, last));
            let rows = found.iter().map(|row| cells::<L>(&maker, &columns, row));
            rows.collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = sheet.rows(&rows)? && rows.len() == ROWS as usize;
    }
    Ok(())
}

fn cells<L: Listed>(
    maker: &Maker<'_, '_>,
    columns: &[Chosen],
    row: &L::Row,
) -> Result<Vec<Cell>, Failure> {
    let mut cells = vec![L::id(row).into(), L::name(row).map(str::to_owned).into()];
    for column in columns.iter().filter(|column| column.key() != "id") {
        cells.push(match column {
            Chosen::Standing(column) => L::cell(maker, column.key, row)?,
            Chosen::Field(name) => L::fields(row).get(name).into(),
        });
    }
    Ok(cells)
}
