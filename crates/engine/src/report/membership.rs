//! Rows told apart by whom their leads are: the personas, or the segments, of the Agreement in force.

use std::collections::BTreeMap;

use domain::{
    ids::{LeadId, OpportunityId, Version},
    membership::Membership,
};
use store::{Reader, StoreError, read::LeadRow};

use super::{
    ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Row, bear_the_name, squeeze},
    world::{Of, World},
};
use crate::persona::{By, Judge, Ruled};

/// The lead that a row is, or that it comes of.
pub(super) enum OfLead<'a> {
    Is(&'a LeadRow),
    Of(LeadId),
    /// That of an opportunity.
    Through(OpportunityId),
    /// It says that it comes of none.
    Nobody,
    /// It does not say.
    Unsaid,
}

/// Rules that a question asks for.
pub(super) struct Rules<'a> {
    by: By,
    version: Version,
    rules: Vec<Ruled<'a>>,
}

impl<'a> Rules<'a> {
    /// Those that a name asks for, `persona` or `agreement.persona`; `None` where the Agreement in
    /// force has none, or the name asks for something else.
    pub(super) fn asked(
        sources: &'a Sources<'_>,
        question: &ReportQuestion,
        by: &str,
    ) -> Option<Rules<'a>> {
        let key = squeeze(by);
        let mut all = Rules::all(sources, question).into_iter();
        all.find(|rules| key == rules.by.name() || key == squeeze(&rules.name()))
    }

    /// The names of all that there are.
    pub(super) fn names(sources: &Sources<'_>, question: &ReportQuestion) -> Vec<String> {
        Rules::all(sources, question).iter().map(Rules::name).collect()
    }

    fn all(sources: &'a Sources<'_>, question: &ReportQuestion) -> Vec<Rules<'a>> {
        let Some(in_force) = sources.agreements.at(question.as_of) else { return Vec::new() };
        let version = in_force.version;
        let of = |by: By| Rules { by, version, rules: by.ruled(&in_force.agreement) };
        By::ALL.into_iter().map(of).filter(|rules| !rules.rules.is_empty()).collect()
    }

    /// The full name, which no field of a source bears.
    pub(super) fn name(&self) -> String {
        format!("agreement.{}", self.by.name())
    }

    /// The group of each row, in their order; nothing where it cannot be said.
    pub(super) fn groups<R: Row>(
        self,
        reader: &Reader<'_>,
        rows: &[R],
        notes: &mut Vec<String>,
    ) -> Result<Vec<Option<String>>, ReportFailure> {
        let mut world = World::read(reader)?;
        if R::NAMES.contains(&Of::Lead) {
            world.read_leads(reader)?;
        }
        notes.push(self.says());
        let others = bear_the_name(rows, &world, self.by.name());
        if !others.is_empty() {
            let (by, others) = (self.by.name(), others.join(", "));
            notes.push(format!("{by} is the Agreement’s; there is also {others}: write it out"));
        }
        let mut teller = Teller {
            by: self.by,
            names: names(&self.rules),
            judge: Judge::of(reader, self.rules)?,
            leads: through(reader, rows)?,
            world: &world,
            found: Found::default(),
        };
        let groups = rows.iter().map(|row| teller.group(row.of_lead())).collect();
        notes.extend(teller.notes(R::NOUN, rows.len()));
        Ok(groups)
    }

    fn says(&self) -> String {
        let (by, version) = (self.by.name(), self.version);
        format!(
            "by each {by} of version {version}, leads as they are known now; what fits several is \
             in the group of these together"
        )
    }
}

/// What they are called; where two are called the same, with their keys.
fn names(rules: &[Ruled<'_>]) -> Vec<String> {
    let is_shared =
        |one: &Ruled<'_>| rules.iter().filter(|other| other.words == one.words).count() > 1;
    let name = |rule: &Ruled<'_>| match is_shared(rule) {
        true => format!("{} ({})", rule.words, rule.id),
        false => rule.words.to_owned(),
    };
    rules.iter().map(name).collect()
}

/// The leads of opportunities, where a row comes of its lead through one.
fn through<R: Row>(
    reader: &Reader<'_>,
    rows: &[R],
) -> Result<BTreeMap<OpportunityId, Option<LeadId>>, StoreError> {
    if !rows.iter().any(|row| matches!(row.of_lead(), OfLead::Through(_))) {
        return Ok(BTreeMap::new());
    }
    Ok(reader.opportunities()?.into_iter().map(|row| (row.id, row.lead)).collect())
}

/// Rows of which it is not known, or not known to the end, by why.
#[derive(Default)]
struct Found {
    /// They do not say which lead.
    without: u64,
    /// They name one of which nothing is known.
    missing: u64,
    /// A rule asks for what is not known.
    unsaid: u64,
    /// In a group, and perhaps in another as well.
    may_be_more: u64,
}

struct Teller<'a> {
    by: By,
    names: Vec<String>,
    judge: Judge<'a>,
    leads: BTreeMap<OpportunityId, Option<LeadId>>,
    world: &'a World,
    found: Found,
}

impl Teller<'_> {
    fn group(&mut self, lead: OfLead<'_>) -> Option<String> {
        let named = match lead {
            OfLead::Is(row) => return self.member(row),
            OfLead::Nobody => return Some(String::new()),
            OfLead::Of(id) => Some(id),
            OfLead::Through(id) => self.leads.get(&id).cloned().flatten(),
            OfLead::Unsaid => None,
        };
        let Some(id) = named else {
            self.found.without += 1;
            return None;
        };
        let world = self.world;
        let Some(row) = world.lead(&id) else {
            self.found.missing += 1;
            return None;
        };
        self.member(row)
    }

    fn member(&mut self, lead: &LeadRow) -> Option<String> {
        let membership = Membership::of(&self.judge.judge(lead));
        match membership {
            Membership::Unsaid => self.found.unsaid += 1,
            Membership::Of { may_be_more: true, .. } => self.found.may_be_more += 1,
            _ => {}
        }
        membership.group(&self.names)
    }

    fn notes(&self, [one, many]: [&str; 2], rows: usize) -> Vec<String> {
        let (by, all) = (self.by.name(), count(rows as u64, one, many));
        let found = &self.found;
        let said = [
            (found.without, "do not say which lead they come of: of no known ".to_owned() + by),
            (found.missing, "name a lead of which nothing is known".to_owned()),
            (found.unsaid, format!("of no known {by}: a rule asks for what is not known")),
            (
                found.may_be_more,
                format!("perhaps of another {by} as well: a rule asks for what is not known"),
            ),
        ];
        let said = said.into_iter().filter(|(n, _)| *n > 0);
        said.map(|(n, words)| format!("{} of {all} {words}", domain::money::grouped(n))).collect()
    }
}
