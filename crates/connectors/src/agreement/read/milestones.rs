//! `[[milestone]]`: what an opportunity can reach.

use domain::{
    agreement::{Milestone, text::ClauseKind},
    condition::Root,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    names::{self, Known},
};

const SEEN: [Root; 4] = [Root::Opportunity, Root::Account, Root::Lead, Root::Activity];

/// The milestones, in the order of the text; their ids become known.
pub fn milestones<'t>(
    document: &Document<'t>,
    known: &mut Known,
    clauses: &mut Clauses<'t>,
) -> Vec<Milestone> {
    let mut ids = Ids::new("milestone");
    let mut milestones = Vec::new();
    for table in document.list("milestone", "a milestone") {
        let id = ids.read(&table);
        let (clause, says) = clauses.add(&table, ClauseKind::Milestone(id.clone()));
        let scope = known.scope("A milestone", &SEEN, &[]);
        let reached_when = names::needed(&table, "reached_when", &scope);
        milestones.push(Milestone { id, clause, says, reached_when });
        table.finish();
    }
    known.milestones = ids.into_vec();
    milestones
}
