//! The list of people: those who may sign in first, then by name; of one team, if one is asked for.

use std::collections::BTreeMap;

use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::colleague::{Standing, Standings};
use jiff::civil::Date;
use store::{Reader, StoreError, read::UserRow};

use super::absence;
use crate::{
    markup::{Markup, element},
    names::{Names, encoded},
    show::{self, LocalTime},
};

/// A person as the list shows them.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) name: Markup,
    pub(super) role: &'static str,
    pub(super) side: &'static str,
    pub(super) team: Markup,
    pub(super) manager: Markup,
    pub(super) hours: String,
    /// When they were last seen, for those who look after people.
    pub(super) seen: Markup,
    pub(super) standing: Markup,
    /// Until when they are away.
    pub(super) away: Markup,
    pub(super) may_sign_in: bool,
}

/// The last day of those who are away.
pub(super) type Until = BTreeMap<UserId, Date>;

/// The people of a team, or all where none is named, each with their name, in the order of the list.
pub(super) fn people(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    team: Option<&str>,
) -> Result<Vec<(UserRow, String)>, StoreError> {
    let mut people = Vec::new();
    for user in reader.users()? {
        if team.is_none_or(|team| user.team.as_deref() == Some(team)) {
            let name = names.user_name(&user.id)?;
            people.push((user, name));
        }
    }
    people.sort_by(|(one, a), (other, b)| (!one.active, a).cmp(&(!other.active, b)));
    Ok(people)
}

/// Who is away today, and until when.
pub(super) fn away(reader: &Reader<'_>, time: &LocalTime) -> Result<Until, StoreError> {
    let today = absence::today(time);
    let lasting = reader.absences_from(today)?.into_iter().filter(|row| row.first_on <= today);
    Ok(lasting.map(|row| (row.user, row.last_on)).collect())
}

/// The people of a team, or all where none is named.
pub(super) fn rows(
    reader: &Reader<'_>,
    team: Option<&str>,
    tells_seen: bool,
    time: &LocalTime,
) -> Result<Vec<Row>, StoreError> {
    let names = Names::new(reader, false);
    let (standings, away) = (Standings::now(reader, time.now())?, away(reader, time)?);
    let shown = |(user, name): &(UserRow, String)| {
        let row = row(user, name, &names, &standings, tells_seen, time)?;
        let away = away.get(&user.id).map(|until| time.date(*until)).unwrap_or_default();
        Ok(Row { away, ..row })
    };
    people(reader, &names, team)?.iter().map(shown).collect()
}

fn row(
    user: &UserRow,
    name: &str,
    names: &Names<'_, '_>,
    standings: &Standings,
    tells_seen: bool,
    time: &LocalTime,
) -> Result<Row, StoreError> {
    let field = |key: &str| user.fields.get(key).and_then(|value| value.text()).map(str::to_owned);
    let hours: Vec<String> = field("calendar").into_iter().chain(field("zone")).collect();
    let side = user.side.unwrap_or(Side::Neutral);
    let manager = match &user.manager {
        Some(id) => person_link(id, &names.user_name(&id.as_str().into())?),
        None => Markup::new(),
    };
    let seen = standings.seen.get(&user.id).filter(|_| tells_seen);
    Ok(Row {
        href: person_href(user.id.as_str()),
        name: show::side_name(side, name),
        side: side.word(),
        role: user.role.map_or("", Role::words),
        team: user.team.as_deref().map(team_link).unwrap_or_default(),
        manager,
        hours: hours.join(", "),
        seen: seen.map(|at| time.near(*at)).unwrap_or_default(),
        standing: standing_words(standings.of(user), time),
        away: Markup::new(),
        may_sign_in: user.active,
    })
}

/// How somebody stands, in words.
pub(super) fn standing_words(standing: Standing, time: &LocalTime) -> Markup {
    match standing {
        Standing::Active => Markup::text("active"),
        Standing::Invited(until) => {
            Markup::text("invited, the link works until ").and(time.near(until))
        }
        Standing::WithoutLink => Markup::text("no password and no link"),
        Standing::Left(at) => Markup::text("left ").and(time.instant(at)),
        Standing::MayNot => Markup::text("may not sign in"),
        Standing::NotLetIn => Markup::text("not let in"),
    }
}

/// Where a person's page lies.
pub(super) fn person_href(id: &str) -> String {
    format!("/people/{}", encoded(id))
}

/// A person's name as a door to their page.
pub(super) fn person_link(id: &str, name: &str) -> Markup {
    element("a").with("href", person_href(id)).holding(name.to_owned()).into()
}

/// A team's name as a door to its people.
pub(super) fn team_link(team: &str) -> Markup {
    let href = format!("/people?team={}", encoded(team));
    element("a").with("href", href).holding(team.to_owned()).into()
}
