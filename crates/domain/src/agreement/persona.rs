//! Whom both sides serve, and the seller whom marketing serves: what was found out about them, in
//! sentences, and the rule by which a lead is one of them.
//!
//! Source: domain.md 6 (the five rings after Revella, the roles of a buying centre).

use std::collections::BTreeMap;

use crate::{
    condition::{Condition, Name, Root, Truth, View},
    field::{FieldValue, Fields},
};

/// Whom a persona stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// People at companies that may buy.
    Buyers,
    /// Our own people who sell.
    Sellers,
}

/// What is found out about why and how somebody buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ring {
    /// What sets the search going.
    PriorityInitiative,
    /// What they expect of it.
    SuccessFactors,
    /// What holds them back.
    PerceivedBarriers,
    /// Who does what until they buy.
    BuyersJourney,
    /// What they decide by.
    DecisionCriteria,
}

impl Ring {
    /// Every ring with its key.
    pub const ALL: [(&'static str, Ring); 5] = [
        ("priority_initiative", Ring::PriorityInitiative),
        ("success_factors", Ring::SuccessFactors),
        ("perceived_barriers", Ring::PerceivedBarriers),
        ("buyers_journey", Ring::BuyersJourney),
        ("decision_criteria", Ring::DecisionCriteria),
    ];

    /// The ring on screen.
    pub fn words(self) -> &'static str {
        match self {
            Ring::PriorityInitiative => "What sets the search going",
            Ring::SuccessFactors => "What they expect of it",
            Ring::PerceivedBarriers => "What holds them back",
            Ring::BuyersJourney => "How they come to buy",
            Ring::DecisionCriteria => "What they decide by",
        }
    }
}

/// What is found out about somebody who sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SellerTopic {
    /// How their day goes.
    Day,
    /// What makes them act on a lead.
    Triggers,
    /// When they drop an account.
    DropsAccountWhen,
    /// What they say against a lead, or against material.
    Objections,
    /// What they worry about.
    KeepsThemUp,
    /// Why material is not used.
    BarriersToUsingMaterial,
}

impl SellerTopic {
    /// Every topic with its key.
    pub const ALL: [(&'static str, SellerTopic); 6] = [
        ("day", SellerTopic::Day),
        ("triggers", SellerTopic::Triggers),
        ("drops_account_when", SellerTopic::DropsAccountWhen),
        ("objections", SellerTopic::Objections),
        ("keeps_them_up", SellerTopic::KeepsThemUp),
        ("barriers_to_using_material", SellerTopic::BarriersToUsingMaterial),
    ];

    /// The topic on screen.
    pub fn words(self) -> &'static str {
        match self {
            SellerTopic::Day => "The day",
            SellerTopic::Triggers => "What makes them act",
            SellerTopic::DropsAccountWhen => "When they drop an account",
            SellerTopic::Objections => "What they object to",
            SellerTopic::KeepsThemUp => "What keeps them up",
            SellerTopic::BarriersToUsingMaterial => "Why material is not used",
        }
    }
}

/// The part that somebody plays where several decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuyingRole {
    /// Says first that something must be done.
    Initiator,
    /// Works with it afterwards.
    User,
    /// Is asked for an opinion.
    Influencer,
    /// Chooses.
    Decider,
    /// Must agree.
    Approver,
    /// Signs the order.
    Buyer,
    /// Lets others through, or does not.
    Gatekeeper,
    /// Speaks for us inside.
    Champion,
    /// Has the money.
    EconomicBuyer,
}

impl BuyingRole {
    /// Every role with its key.
    pub const ALL: [(&'static str, BuyingRole); 9] = [
        ("initiator", BuyingRole::Initiator),
        ("user", BuyingRole::User),
        ("influencer", BuyingRole::Influencer),
        ("decider", BuyingRole::Decider),
        ("approver", BuyingRole::Approver),
        ("buyer", BuyingRole::Buyer),
        ("gatekeeper", BuyingRole::Gatekeeper),
        ("champion", BuyingRole::Champion),
        ("economic_buyer", BuyingRole::EconomicBuyer),
    ];

    /// The role on screen.
    pub fn words(self) -> &'static str {
        match self {
            BuyingRole::Initiator => "initiator",
            BuyingRole::User => "user",
            BuyingRole::Influencer => "influencer",
            BuyingRole::Decider => "decider",
            BuyingRole::Approver => "approver",
            BuyingRole::Buyer => "buyer",
            BuyingRole::Gatekeeper => "gatekeeper",
            BuyingRole::Champion => "champion",
            BuyingRole::EconomicBuyer => "economic buyer",
        }
    }
}

/// What they say against buying, and what is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// What they say.
    pub says: String,
    /// The answer; `None` while there is none.
    pub answer: Option<String>,
}

/// A persona: what both sides know of somebody whom they serve. What is not known is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Persona {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// What it is called; the heading of its clause, or else its key in words.
    pub name: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Whom it stands for.
    pub of: Of,
    /// How many interviews stood behind it when it was written; 0 is said as such.
    pub interviews: u32,
    /// Which leads are one of them, where the text says so.
    pub matches_when: Option<Condition>,
    /// Why and how they buy.
    pub rings: BTreeMap<Ring, Vec<String>>,
    /// The parts they play.
    pub roles: Vec<BuyingRole>,
    /// What they say against buying.
    pub objections: Vec<Objection>,
    /// Where they are reached.
    pub channels: Vec<String>,
    /// What is known of those who sell.
    pub seller: BTreeMap<SellerTopic, Vec<String>>,
}

/// What is reported of a lead and of its account: who somebody is.
struct Who<'a> {
    lead: &'a Fields,
    account: &'a Fields,
}

impl View for Who<'_> {
    fn value(&self, name: &Name) -> Option<FieldValue> {
        match name.root {
            Root::Lead => self.lead.get(&name.field).cloned(),
            Root::Account => self.account.get(&name.field).cloned(),
            _ => None,
        }
    }
}

impl Persona {
    /// Whether a lead is one of them, by what is reported of it and of its account; `None` where
    /// the text has no rule.
    pub fn is(&self, lead: &Fields, account: &Fields) -> Option<Truth> {
        Some(self.matches_when.as_ref()?.holds(&Who { lead, account }))
    }

    /// The first name in the rule that says where a lead stands. A persona is who somebody is: were
    /// it to follow from what became of the lead, the win rate of it would follow from itself.
    pub fn asks_where_it_stands(&self) -> Option<&Name> {
        let mut found = None;
        self.matches_when.as_ref()?.names(&mut |name| {
            if name.root == Root::Lead && says_where_it_stands(&name.field) {
                found.get_or_insert(name);
            }
        });
        found
    }
}

fn says_where_it_stands(field: &str) -> bool {
    matches!(field, "status" | "owner" | "times_qualified" | "reason" | "age_days")
        || field.starts_with("days_since_")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::condition::{Comparison, Literal, Search};

    /// A persona of buyers of which nothing is known.
    pub(crate) fn bare(id: &str) -> Persona {
        Persona {
            id: id.into(),
            clause: "2".into(),
            name: id.into(),
            says: String::new(),
            of: Of::Buyers,
            interviews: 0,
            matches_when: None,
            rings: BTreeMap::new(),
            roles: vec![],
            objections: vec![],
            channels: vec![],
            seller: BTreeMap::new(),
        }
    }

    fn name(root: Root, field: &str) -> Name {
        Name { root, field: field.into(), lowered: true }
    }

    fn of(rule: Condition) -> Persona {
        Persona { matches_when: Some(rule), ..bare("plant-manager") }
    }

    fn plant_manager() -> Persona {
        of(Condition::All(vec![
            Condition::Search(name(Root::Lead, "title"), Search::Contains, "plant".into()),
            Condition::Compare(
                name(Root::Account, "employees"),
                Comparison::GreaterOrEqual,
                Literal::Number(200.0),
            ),
        ]))
    }

    #[test]
    fn a_lead_is_one_of_them_by_what_is_reported_of_it_and_of_its_account() {
        let title = |title: &str| Fields::from([("title".to_owned(), title.into())]);
        let people = |n: i64| Fields::from([("employees".to_owned(), FieldValue::Whole(n))]);
        let cases = [
            (title("Plant Manager"), people(200), Truth::Yes),
            (title("Plant Manager"), people(199), Truth::No),
            (title("Buyer"), people(500), Truth::No),
            (title("Plant Manager"), Fields::new(), Truth::Unknown),
            (Fields::new(), people(500), Truth::Unknown),
            (Fields::new(), people(5), Truth::No),
        ];
        for (lead, account, expected) in cases {
            assert_eq!(plant_manager().is(&lead, &account), Some(expected), "{lead:?} {account:?}");
        }
        assert_eq!(bare("anybody").is(&Fields::new(), &Fields::new()), None);
    }

    #[test]
    fn a_rule_does_not_ask_where_a_lead_stands() {
        let known = |root, field| of(Condition::Has(name(root, field)));
        for field in ["status", "owner", "times_qualified", "reason", "age_days", "days_since_mql"]
        {
            let persona = known(Root::Lead, field);
            assert_eq!(persona.asks_where_it_stands().map(|n| n.field.as_str()), Some(field));
        }
        for (root, field) in [(Root::Lead, "title"), (Root::Account, "status")] {
            assert_eq!(known(root, field).asks_where_it_stands(), None, "{field}");
        }
    }

    #[test]
    fn keys_are_told_apart() {
        let rings = Ring::ALL.map(|(_, ring)| ring.words());
        let topics = SellerTopic::ALL.map(|(_, topic)| topic.words());
        let roles = BuyingRole::ALL.map(|(key, role)| {
            assert_eq!(role.words(), key.replace('_', " "));
            role.words()
        });
        for words in [&rings[..], &topics[..], &roles[..]] {
            let different: std::collections::BTreeSet<&str> = words.iter().copied().collect();
            assert_eq!(different.len(), words.len(), "{words:?}");
        }
    }
}
