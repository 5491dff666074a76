//! The people that an address asks for, as a file.

use axum::{extract::Query, response::Response};
use domain::firm::Role;
use engine::{
    access::Act,
    colleague::{Standing, Standings},
};
use store::{Reader, StoreError};

use super::{Asked, list};
use crate::{
    failure::Failure,
    names::Names,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::LocalTime,
};

const HEADER: [&str; 11] = [
    "id",
    "name",
    "role",
    "side",
    "team",
    "manager",
    "away_until",
    "calendar",
    "zone",
    "last_seen",
    "signing_in",
];

/// Sends the people: all of them, or one team. Instants are in UTC; when somebody was last seen
/// stands in it for those who look after people.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeePeople)?;
    let (time, tells_seen) = (visit.time(), visit.signed.can(&Act::ManagePeople));
    let read = move |engine: &engine::Engine| {
        Ok(engine.read(|reader| rows(reader, asked.team().as_deref(), tells_seen, &time))?)
    };
    let rows = visit.house.work(read).await?;
    let n = rows.len() as u64;
    kind.holds(&visit.house, move |_, _| Ok(n)).await?;
    Ok(download(&visit.house, kind, "people", move |_, sheet| {
        if sheet.head(&HEADER)? {
            sheet.rows(&rows)?;
        }
        Ok(())
    }))
}

fn rows(
    reader: &Reader<'_>,
    team: Option<&str>,
    tells_seen: bool,
    time: &LocalTime,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let names = Names::new(reader, false);
    let (standings, away) = (Standings::now(reader, time.now())?, list::away(reader, time)?);
    let mut rows = Vec::new();
    for (user, name) in list::people(reader, &names, team)? {
        let field = |key: &str| user.fields.get(key).and_then(|value| value.text());
        let seen = standings.seen.get(&user.id).copied().filter(|_| tells_seen);
        rows.push(vec![
            user.id.as_str().into(),
            name.into(),
            user.role.map(Role::words).into(),
            user.side.map(|side| side.word()).into(),
            user.team.as_deref().into(),
            user.manager.as_deref().into(),
            away.get(&user.id).map(|until| until.to_string()).into(),
            field("calendar").into(),
            field("zone").into(),
            seen.into(),
            standing(standings.of(&user)).into(),
        ]);
    }
    Ok(rows)
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Invited(_) => "invited",
        Standing::WithoutLink => "no password and no link",
        Standing::Left(_) => "left",
        Standing::MayNot => "may not sign in",
        Standing::NotLetIn => "not let in",
    }
}
