//! The people of Ostrand, and how they are let in.

use domain::{
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    firm::Role,
    ids::UserId,
    person::Person,
    record::UserReported,
    reported::Reported,
};
use engine::{Engine, access::Actor, people::NewPerson};
use jiff::Timestamp;

use super::{Member, queue::CRM};

/// One of the firm's people.
pub struct Staff {
    /// The key in the firm's records.
    pub key: &'static str,
    /// The name.
    pub name: &'static str,
    /// What may be done.
    pub role: Role,
    /// What is done.
    pub words: &'static str,
    /// The territory, of reps.
    pub region: Option<&'static str>,
    /// The zone.
    pub zone: &'static str,
    /// The calendar in the Agreement.
    pub calendar: &'static str,
}

const fn staff(key: &'static str, name: &'static str, role: Role, words: &'static str) -> Staff {
    let (zone, calendar) = ("Europe/Berlin", "office");
    Staff { key, name, role, words, region: None, zone, calendar }
}

const fn rep(key: &'static str, name: &'static str, region: &'static str) -> Staff {
    Staff { region: Some(region), ..staff(key, name, Role::Rep, "rep") }
}

/// Everybody; the reps stand together, in the order of their territories.
pub const STAFF: [Staff; 14] = [
    staff("u01", "Ines Rademacher", Role::MarketingManager, "head of marketing"),
    staff("u02", "Mara Lindqvist", Role::SalesManager, "head of sales"),
    staff("u03", "Felix Oduya", Role::Marketer, "campaigns"),
    staff("u04", "Noor Haddad", Role::Marketer, "product marketing"),
    staff("u05", "Henning Sattler", Role::Marketer, "web and trade fairs"),
    rep("u06", "Jonas Ebert", "Hesse and the Rhine"),
    rep("u07", "Petra Wolny", "South"),
    rep("u08", "Tomasz Brandt", "East"),
    rep("u09", "Aylin Tekin", "West"),
    Staff {
        zone: "Europe/Vienna",
        calendar: "vienna",
        ..rep("u10", "Lukas Innerhofer", "Austria")
    },
    Staff {
        zone: "Europe/Copenhagen",
        calendar: "aarhus",
        ..rep("u11", "Signe Dahlgaard", "North and Scandinavia")
    },
    staff("u12", "Gesa Thorbecke", Role::Leader, "chief executive"),
    staff("u13", "Kirsten Maas", Role::Operations, "revenue operations"),
    staff("u14", "Ruth Amsel", Role::Auditor, "finance, auditor"),
];

/// Where the reps begin in [`STAFF`].
pub const FIRST_REP: usize = 5;
/// How many reps there are.
pub const REPS: usize = 6;

impl Staff {
    /// The id in the ledger.
    pub fn user(&self) -> UserId {
        UserId(format!("{CRM}:{}", self.key))
    }

    /// The mail address.
    pub fn email(&self) -> String {
        format!("{}@ostrand.example", self.name.to_lowercase().replace(' ', "."))
    }

    /// As somebody who asks.
    pub fn actor(&self) -> Actor {
        Actor { user: self.user(), role: self.role, side: self.role.side() }
    }

    fn manager(&self) -> Option<UserId> {
        match self.role {
            Role::Marketer => Some(STAFF[0].user()),
            Role::Rep => Some(STAFF[1].user()),
            _ => None,
        }
    }

    fn reported(&self, at: Timestamp) -> Reported {
        let mut fields = Fields::from([
            ("title".to_owned(), self.words.into()),
            ("zone".to_owned(), self.zone.into()),
            ("calendar".to_owned(), self.calendar.into()),
        ]);
        let team = match self.role {
            Role::Marketer | Role::MarketingManager => Some("Marketing"),
            Role::Rep | Role::SalesManager => Some("Sales"),
            _ => None,
        };
        let manager = self.manager().map(|user| FieldValue::Text(user.0));
        let more = [
            ("team", team.map(FieldValue::from)),
            ("region", self.region.map(FieldValue::from)),
            ("manager", manager),
        ];
        fields.extend(more.into_iter().filter_map(|(name, v)| Some((name.to_owned(), v?))));
        let person = Person {
            name: Some(self.name.to_owned()),
            email: Some(self.email()),
            ..Person::default()
        };
        let fact = Fact::User(UserReported { user: self.user(), fields, person: None, by: None });
        let key = format!("user/{}", self.key);
        let told = Told { source: CRM.to_owned(), key, happened_at: at, fact };
        Reported { told, person: Some(person) }
    }
}

/// Reports everybody and lets them in: revenue operations first, then the others by them.
///
/// # Errors
/// When the database cannot be written.
pub fn let_in(engine: &Engine, at: Timestamp) -> anyhow::Result<Vec<Member>> {
    engine.take_in(STAFF.iter().map(|staff| staff.reported(at)).collect(), at)?;
    let operator = &STAFF[12];
    let others = STAFF.iter().filter(|staff| staff.key != operator.key);
    let mut by = None;
    for staff in std::iter::once(operator).chain(others) {
        let person = NewPerson {
            name: staff.name.to_owned(),
            email: staff.email(),
            role: staff.role,
            side: None,
        };
        engine.admit(by.as_ref(), person, at)?;
        by.get_or_insert_with(|| operator.actor());
    }
    let member = |staff: &Staff| Member {
        user: staff.user(),
        name: staff.name.to_owned(),
        email: staff.email(),
        role: staff.role,
        words: staff
            .region
            .map_or_else(|| staff.words.to_owned(), |region| format!("{}, {region}", staff.words)),
    };
    Ok(STAFF.iter().map(member).collect())
}
