//! Who is away today, for those who lead them and those who look after people.

use engine::access::{Act, Actor, may};
use store::Reader;

use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, encoded},
    pages::people::absence::today,
    show::LocalTime,
};

/// Somebody who is away.
pub(super) struct Away {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) words: Markup,
}

/// Those who are away today of whom the actor may write down when they are; not the actor.
pub(super) fn away(
    reader: &Reader<'_>,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Away>, Failure> {
    let (names, today) = (Names::new(reader, false), today(time));
    let mut away = Vec::new();
    for absence in reader.absences_from(today)? {
        let Some(row) = reader.user(&absence.user)? else { continue };
        let act = Act::EnterAbsenceOf(row.id.clone(), engine::absence::manager(&row));
        if absence.first_on > today || row.id == actor.user || may(actor, &act).is_err() {
            continue;
        }
        let mut words = Markup::text("until ").and(time.date(absence.last_on));
        words = match &absence.substitute {
            Some(id) => words.and_text(format!("; {} does the work", names.user_name(id)?)),
            None => words.and_text("; nobody is named to do the work"),
        };
        let href = format!("/people/{}#away", encoded(row.id.as_str()));
        away.push(Away { href, name: names.user_name(&row.id)?, words });
    }
    Ok(away)
}
