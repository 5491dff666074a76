//! Which agreed milestones an opportunity has reached, and by what.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    agreement::{History, InForce},
    condition::Truth,
    decided::SOURCE,
    fact::{Entry, Fact},
    ids::{FactNo, SubjectKind},
    standing::Standing,
};

/// A milestone that was reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Its key.
    pub milestone: String,
    /// Its clause.
    pub clause: String,
    /// The version under which it was reached.
    pub in_force: InForce,
    /// When.
    pub at: Timestamp,
    /// The fact after which it held, and those that its condition went by.
    pub facts: Vec<FactNo>,
}

/// The milestones reached by the end of `entries`, which are an opportunity's facts with those of
/// its lead and account in the order in which they happened. Each is reached at the first fact
/// after which it holds under the version then in force, and never again.
pub fn reached(entries: &[Arc<Entry>], agreements: &History) -> Vec<Reached> {
    let mut standing = Standing::before(SubjectKind::Opportunity, entries);
    let mut all: BTreeMap<String, Reached> = BTreeMap::new();
    for entry in entries {
        let Some(in_force) = agreements.at(entry.happened_at()) else {
            standing.apply(entry, None);
            continue;
        };
        standing.apply(entry, Some(&in_force.agreement));
        if is_own_note(entry) {
            continue;
        }
        let view = standing.view(entry.happened_at()).with_fact(entry, &in_force.agreement);
        for milestone in &in_force.agreement.milestones {
            let is_new = !all.contains_key(&milestone.id);
            if is_new && milestone.reached_when.holds(&view) == Truth::Yes {
                let mut facts = BTreeSet::from([entry.no]);
                milestone.reached_when.names(&mut |name| facts.extend(view.fact_of(name)));
                let reached = Reached {
                    milestone: milestone.id.clone(),
                    clause: milestone.clause.clone(),
                    in_force: in_force.clone(),
                    at: entry.happened_at(),
                    facts: facts.into_iter().collect(),
                };
                all.insert(milestone.id.clone(), reached);
            }
        }
    }
    all.into_values().collect()
}

/// Whether a fact notes what followed from others: when it was looked for must change nothing. That
/// a lead qualified is something that happened to it.
fn is_own_note(entry: &Entry) -> bool {
    entry.told.source == SOURCE && !matches!(entry.fact(), Fact::LeadQualified(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agreement::{Agreement, Milestone, tests::blank},
        condition::{Condition, Literal, Name, Root},
        fact::Told,
        record::{OpportunityMoved, OpportunityReported},
    };

    fn agreement() -> Agreement {
        let name =
            |field: &str| Name { root: Root::Opportunity, field: field.into(), lowered: false };
        let stages = ["Scoping", "Won"].map(|stage| Literal::Text(stage.into()));
        let qualified = Condition::All(vec![
            Condition::In(name("stage"), stages.to_vec()),
            Condition::Has(name("days_since_discovery")),
            Condition::Has(name("next_step")),
        ]);
        Agreement {
            milestones: vec![Milestone {
                id: "qualified".into(),
                clause: "5.2".into(),
                says: String::new(),
                reached_when: qualified,
            }],
            ..blank()
        }
    }

    fn entries(lines: &[&str]) -> Vec<Arc<Entry>> {
        let opportunity = || crate::ids::OpportunityId::from("crm:d1");
        let entry = |(index, line): (usize, &&str)| {
            let fact = match line.split_once(' ').unwrap() {
                ("stage", stage) => Fact::OpportunityMoved(OpportunityMoved {
                    opportunity: opportunity(),
                    stage: stage.into(),
                }),
                (field, value) => Fact::Opportunity(OpportunityReported {
                    opportunity: opportunity(),
                    fields: [(field.to_owned(), value.into())].into(),
                    by: None,
                }),
            };
            let at = Timestamp::from_second(86_400 * (index as i64 + 1)).unwrap();
            let told = Told { source: "crm".into(), key: index.to_string(), happened_at: at, fact };
            Arc::new(Entry { no: FactNo(index as i64 + 1), recorded_at: at, told })
        };
        lines.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn a_milestone_is_reached_once_and_says_by_what() {
        let agreements = History::always(agreement(), "hash".into());
        let facts = |lines: &[&str]| {
            let found = reached(&entries(lines), &agreements);
            found.into_iter().map(|reached| reached.facts).collect::<Vec<_>>()
        };
        let all = [
            "stage Discovery",
            "next_step workshop",
            "stage Scoping",
            "stage Discovery",
            "stage Won",
        ];
        assert_eq!(facts(&all[..2]), Vec::<Vec<FactNo>>::new());
        assert_eq!(facts(&all), [[FactNo(2), FactNo(3)]]);
        // Discovery was passed over, so it was never left.
        assert!(facts(&["next_step workshop", "stage Scoping"]).is_empty());
    }

    #[test]
    fn when_somebody_looked_for_what_followed_reaches_nothing() {
        let agreements = History::always(agreement(), "hash".into());
        let mut facts = entries(&["stage Discovery", "next_step workshop", "stage Scoping"]);
        let followed = Arc::make_mut(&mut facts[2]);
        followed.told.source = SOURCE.into();
        assert!(reached(&facts, &agreements).is_empty());
    }

    #[test]
    fn a_stage_that_is_only_stated_is_an_entry_where_no_move_was_ever_told() {
        let agreements = History::always(agreement(), "hash".into());
        let stated = ["stage Discovery", "next_step workshop", "stage Scoping"];
        assert_eq!(reached(&entries(&stated), &agreements).len(), 1);
        let mut reports = entries(&stated);
        for entry in reports.iter_mut().map(Arc::make_mut) {
            let Fact::OpportunityMoved(moved) = entry.told.fact.clone() else { continue };
            entry.told.fact = Fact::Opportunity(OpportunityReported {
                opportunity: moved.opportunity,
                fields: [("stage".to_owned(), moved.stage.as_str().into())].into(),
                by: None,
            });
        }
        assert_eq!(reached(&reports, &agreements).len(), 1);
        reports.extend(entries(&["stage Discovery"]));
        assert!(reached(&reports, &agreements).is_empty());
    }
}
