//! The list of people: those who may sign in first, then by name.

use std::collections::BTreeMap;

use domain::{
    field::Fields,
    firm::{Role, Side},
    ids::UserId,
};
use engine::access::Act;
use jiff::civil::Date;
use store::{
    Reader, StoreError, Wanted,
    read::{PersonFilter, PersonRow, Standing},
};

use super::absence;
use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Choice, Column, Condition, Control, Known, Listed, Maker, any_of, choice,
        looked_through,
    },
    markup::{Markup, element},
    names::encoded,
    session::Signed,
    sheet::Cell,
    show::{self, LocalTime},
};

/// People as a list.
pub(crate) enum People {}

static KNOWN: Known = Known {
    path: "/people",
    several: &["side", "role", "standing"],
    once: &["team", "name"],
    periods: &[],
    sorts: &[("name", "name, those who may sign in first")],
    reads: |name, value| match name {
        "side" => SIDES.iter().any(|side| side.word() == value),
        "role" => Role::parse(value).is_some(),
        "standing" => STANDINGS.iter().any(|(key, _)| *key == value),
        _ => true,
    },
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 11] = [
    column("role", "Role", "full nw"),
    column("side", "Side", "drop nw"),
    column("team", "Team", "full any"),
    column("manager", "Led by", "drop any"),
    column("away_until", "Away until", "full nw"),
    column("calendar", "Calendar", "wideonly drop nw"),
    column("zone", "Zone", "wideonly drop nw"),
    Column { is_usual: false, ..column("region", "Region", "full any") },
    column("last_seen", "Last seen", "wideonly drop nw"),
    column("signing_in", "Signing in", "second"),
    Column { is_usual: false, ..column("id", "Id", "full any") },
];

/// A person as the list has them.
pub(crate) struct Row {
    person: PersonRow,
    name: String,
    /// The last day on which they are away.
    away: Option<Date>,
}

impl Row {
    fn field(&self, key: &str) -> Option<&str> {
        self.person.user.fields.get(key).and_then(|value| value.text())
    }
}

/// Which people the address asks for.
fn filter(asked: &Asked) -> PersonFilter {
    let sides = SIDES.into_iter().filter(|side| asked.all("side").any(|key| key == side.word()));
    let roles = Role::ALL.into_iter().filter(|role| asked.all("role").any(|key| key == role.key()));
    PersonFilter {
        sides: sides.collect(),
        roles: roles.collect(),
        standings: asked.all("standing").map(str::to_owned).collect(),
        team: Some(asked.one("team").to_owned()).filter(|team| !team.is_empty()),
        words: Wanted::parse(asked.one("name")),
    }
}

/// People that the address asks for, from the first or from the one after somebody. The database
/// finds words of names and addresses alike; only a name is meant here.
fn people(
    reader: &Reader<'_>,
    asked: &Asked,
    time: &LocalTime,
    after: Option<UserId>,
    most: usize,
) -> Result<Vec<PersonRow>, StoreError> {
    let (filter, now) = (filter(asked), time.now());
    if filter.words.is_empty() {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        return reader.people_page(&filter, now, after.as_ref(), most);
    }
    looked_through(
        most,
        after,
        |after, limit| reader.people_page(&filter, now, after, limit),
        |row| row.user.id.clone(),
        |row| Ok(filter.words.found_in(&row.called).is_some()),
    )
}

/// Who is away today, and until when.
fn away(reader: &Reader<'_>, time: &LocalTime) -> Result<BTreeMap<UserId, Date>, StoreError> {
    let today = absence::today(time);
    let lasting = reader.absences_from(today)?.into_iter().filter(|row| row.first_on <= today);
    Ok(lasting.map(|row| (row.user, row.last_on)).collect())
}

impl Listed for People {
    type Row = Row;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::People;
    const WORDS: (&'static str, &'static str) = ("colleague", "colleagues");
    const READY: &'static [(&'static str, &'static str)] =
        &[("", "All"), ("side=marketing", "Marketing"), ("side=sales", "Sales")];
    const ELSEWHERE: &'static [&'static str] =
        &["name", "role", "side", "team", "manager", "region", "calendar", "zone"];
    const SEEN_BY: Act = Act::SeePeople;

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let (time, after) = (maker.asker.time, after.map(|(_, id)| UserId::from(id)));
        let away = away(maker.reader, time)?;
        let found = people(maker.reader, maker.asked, time, after, limit as usize)?;
        let managers: Vec<UserId> = found
            .iter()
            .filter_map(|person| Some(person.user.manager.as_deref()?.into()))
            .collect();
        maker.names.expect_users(found.iter().map(|person| &person.user.id).chain(&managers))?;
        let row = |person: PersonRow| {
            let name = maker.names.user_name(&person.user.id)?;
            Ok(Row { away: away.get(&person.user.id).copied(), name, person })
        };
        found.into_iter().map(row).collect()
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        let filter = filter(asked);
        if filter.words.is_empty() {
            return reader.people_count_up_to(&filter, asker.time.now(), most);
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(people(reader, asked, asker.time, None, most)?.len() as u64)
    }

    fn place(_: &Asked, row: &Row) -> String {
        format!("~{}", row.person.user.id)
    }

    fn id(row: &Row) -> &str {
        row.person.user.id.as_str()
    }

    fn name(row: &Row) -> Option<&str> {
        Some(&row.name)
    }

    fn href(row: &Row) -> String {
        person_href(row.person.user.id.as_str())
    }

    fn fields(row: &Row) -> &Fields {
        &row.person.user.fields
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Markup, Failure> {
        let (user, time) = (&row.person.user, maker.asker.time);
        let field = |key: &str| row.field(key).map(Markup::text).unwrap_or_default();
        Ok(match column {
            "role" => Markup::text(user.role.map_or("", Role::words)),
            "side" => {
                let side = user.side.unwrap_or(Side::Neutral);
                show::side(side).and_text(" ").and_text(side.word())
            }
            "team" => user.team.as_deref().map(team_link).unwrap_or_default(),
            "manager" => match &user.manager {
                Some(id) => person_link(id, &maker.names.user_name(&id.as_str().into())?),
                None => Markup::new(),
            },
            "away_until" => row.away.map(|until| time.date(until)).unwrap_or_default(),
            "last_seen" => row.person.seen_at.map(|at| time.near(at)).unwrap_or_default(),
            "signing_in" => standing_words(row.person.standing, time),
            "id" => Markup::text(&user.id.0),
            field_of => field(field_of),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Cell, Failure> {
        let user = &row.person.user;
        Ok(match column {
            "role" => user.role.map(Role::words).into(),
            "side" => user.side.map(|side| side.word()).into(),
            "team" => user.team.as_deref().into(),
            "manager" => {
                let name = |id: &String| maker.names.user_name(&id.as_str().into());
                user.manager.as_ref().map(name).transpose()?.into()
            }
            "away_until" => row.away.map(|until| until.to_string()).into(),
            "last_seen" => row.person.seen_at.into(),
            "signing_in" => standing_said(row.person.standing).into(),
            "id" => user.id.as_str().into(),
            field_of => row.field(field_of).into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        Ok(conditions(maker)?)
    }

    fn nothing_yet(_: bool) -> EmptyState {
        EmptyState {
            title: "See who is there, on which side, and until when they are away".to_owned(),
            words: "Colleagues come from your systems, or are let in one by one.".to_owned(),
            action: Some(("See what comes first".to_owned(), "/".to_owned())),
            heads: vec!["Name", "Role", "Side"],
            rows: vec![vec!["Jo Field", "rep", "sales"]],
            ..EmptyState::default()
        }
    }

    /// When somebody was last seen is for those who look after people.
    fn has(column: &Column, signed: &Signed) -> bool {
        column.key != "last_seen" || signed.can(&Act::ManagePeople)
    }

    fn act(signed: &Signed) -> Option<(&'static str, &'static str)> {
        signed.can(&Act::ManagePeople).then_some(("Let somebody in", "/people/new"))
    }
}

fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, StoreError> {
    let asked = maker.asked;
    let teams = maker.reader.teams()?;
    let says = |name: &str, words: &dyn Fn(&str) -> String| {
        Some(asked.one(name)).filter(|text| !text.is_empty()).map(words)
    };
    let ticks = |name: &'static str, label: &'static str, all: Vec<(&str, &str)>| {
        let is_said = |key: &str| asked.all(name).any(|said| said == key);
        let said = all.iter().filter(|(key, _)| is_said(key)).map(|(_, words)| *words);
        let words = any_of(&said.collect::<Vec<_>>());
        let says = Some(words).filter(|words| !words.is_empty());
        let choices: Vec<Choice> =
            all.iter().map(|(key, words)| choice(key, words, is_said(key))).collect();
        Condition { name, label, control: Control::Ticks(choices), says }
    };
    let sides = SIDES.map(|side| (side.word(), side.word()));
    let roles = Role::ALL.into_iter().map(|role| (role.key(), role.words())).collect();
    Ok(vec![
        ticks("side", "Of the side", sides.into()),
        ticks("role", "In the role", roles),
        Condition {
            name: "team",
            label: "In the team",
            control: Control::Offered(asked.one("team").to_owned(), teams),
            says: says("team", &|team| format!("in the team {team}")),
        },
        ticks("standing", "Who", STANDINGS.into()),
        Condition {
            name: "name",
            label: "Whose name begins",
            control: Control::Search(asked.one("name").to_owned(), "whose name begins"),
            says: says("name", &|name| format!("“{name}…”")),
        },
    ])
}

const SIDES: [Side; 3] = [Side::Marketing, Side::Sales, Side::Neutral];

/// How somebody may stand: keys, and words.
const STANDINGS: [(&str, &str); 6] = [
    ("active", "active"),
    ("invited", "invited"),
    ("without_link", "no password and no link"),
    ("left", "left"),
    ("may_not", "may not sign in"),
    ("not_let_in", "not let in"),
];

fn standing_said(standing: Standing) -> &'static str {
    let here = standing.key();
    STANDINGS.iter().find(|(key, _)| *key == here).map_or("", |(_, words)| words)
}

/// How somebody stands, in words.
pub(super) fn standing_words(standing: Standing, time: &LocalTime) -> Markup {
    match standing {
        Standing::Invited(until) => {
            Markup::text("invited, the link works until ").and(time.near(until))
        }
        Standing::Left(at) => Markup::text("left ").and(time.instant(at)),
        other => Markup::text(standing_said(other)),
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
