//! Who is away today, for those who lead them and those who look after people; and that one is away
//! oneself.

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

/// Those who are away today of whom the actor may write down when they are; the actor, who may end
/// it, before all others.
pub(super) fn away(
    reader: &Reader<'_>,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Away>, Failure> {
    let (names, today) = (Names::new(reader, false), today(time));
    let (mut own, mut away) = (Vec::new(), Vec::new());
    for absence in reader.absences_from(today)? {
        let Some(row) = reader.user(&absence.user)? else { continue };
        let act = Act::EnterAbsenceOf(row.id.clone(), engine::absence::manager(&row));
        if absence.first_on > today || may(actor, &act).is_err() {
            continue;
        }
        let href = format!("/people/{}#away", encoded(row.id.as_str()));
        let substitute = absence.substitute.as_ref().map(|id| names.user_name(id)).transpose()?;
        let until = Markup::text("until ").and(time.date(absence.last_on));
        if row.id == actor.user {
            let words = match substitute {
                Some(name) => format!("; {name} does your work. End it, if you are here"),
                None => "; nobody is named to do your work. End it, if you are here".to_owned(),
            };
            let since = Markup::text("since ").and(time.date(absence.first_on)).and_text(", ");
            let words = since.and(until).and_text(words);
            own.push(Away { href, name: "You are away".to_owned(), words });
            continue;
        }
        let words = match substitute {
            Some(name) => until.and_text(format!("; {name} does the work")),
            None => until.and_text("; nobody is named to do the work"),
        };
        away.push(Away { href, name: names.user_name(&row.id)?, words });
    }
    own.append(&mut away);
    Ok(own)
}
