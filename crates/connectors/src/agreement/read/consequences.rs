//! `[[consequence]]`: what opens by itself at the end of a period that was missed.

use domain::{
    agreement::{
        Goal, ServiceLevel,
        consequence::{Consequence, Every, Looked, Watched},
        text::ClauseKind,
    },
    firm::Side,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    handoff::within,
    header::{SIDES, person},
    names::Known,
};
use crate::agreement::{mistake::guess, reader::Table};

/// The consequences, in the order of the text.
pub fn consequences<'t>(
    document: &Document<'t>,
    known: &Known,
    levels: &[ServiceLevel],
    goals: &[Goal],
    clauses: &mut Clauses<'t>,
) -> Vec<Consequence> {
    let mut ids = Ids::new("consequence");
    let mut consequences = Vec::new();
    for table in document.list("consequence", "a consequence") {
        let id = ids.read(&table);
        let (clause, says) = clauses.add(&table, ClauseKind::Consequence(id.clone()));
        let side = table.need("side", "side = \"sales\"").and_then(|item| item.choice(&SIDES));
        let of = watched(&table, levels, goals);
        let action = table.need("action", "action = \"Bring a written plan to the next meeting.\"");
        let action = action.and_then(|item| item.text()).map(|text| text.value);
        let owner = person(&table, "owner", true).map(|owner| owner.value);
        let due_within = within(&table, "due", known);
        table.finish();
        let (Some(of), Some(action), Some(owner)) = (of, action, owner) else { continue };
        let side = side.unwrap_or(Side::Sales);
        consequences.push(Consequence { id, clause, says, side, of, action, owner, due_within });
    }
    consequences
}

/// What it looks at: a service level with a goal of its own, or a goal.
fn watched(table: &Table<'_>, levels: &[ServiceLevel], goals: &[Goal]) -> Option<Watched> {
    let item = table.need("of", "of = \"first-answer\", a service level or a goal")?;
    let of = item.text()?.value;
    let ids = levels.iter().map(|level| level.id.as_str());
    let ids: Vec<&str> = ids.chain(goals.iter().map(|goal| goal.id.as_str())).collect();
    item.one_of(&ids);
    let period = table.get("period", "period = \"week\"");
    if let Some(goal) = goals.iter().find(|goal| goal.id == of) {
        if let Some(period) = period {
            let what = "A goal has its own period.";
            period.wrong(what, "Leave \"period\" out.".to_owned());
        }
        let every = Every::Days(goal.from, goal.to);
        return Some(Watched { what: Looked::Goal(of), every });
    }
    let Some(level) = levels.iter().find(|level| level.id == of) else {
        let what = format!("There is no service level and no goal {of:?}.");
        item.wrong_if_whole(what, guess(&of, &ids));
        return None;
    };
    let every = match period {
        Some(period) => period.choice(&Every::ALL)?,
        None => {
            table
                .missing("period", "Write period = \"week\", \"month\" or \"quarter\".".to_owned());
            return None;
        }
    };
    let Some(goal_per_mille) = level.goal_per_mille else {
        let what = format!("The service level {of:?} says no share that is to be met.");
        item.wrong_if_whole(what, format!("Write goal = \"90%\" in the service level {of:?}."));
        return None;
    };
    Some(Watched { what: Looked::Level { service_level: of, goal_per_mille }, every })
}
