//! A firm of any size, made in the order of time: what its systems report goes the ordinary road,
//! in batches, and the Agreement decides about each lead as it comes.

use connectors::agreement::AgreementText;
use domain::{
    activity::ActivityRecorded,
    fact::Fact,
    field::{FieldValue, Fields},
    firm::Role,
    handoff::{Answer, HandoffAnswered, HandoffDelivered, LeadAssigned, LeadMoved},
    ids::{HandoffId, LeadId, OpportunityId, UserId},
    money::{Currency, Money},
    person::Person,
    record::{AccountReported, LeadReported, OpportunityMoved, OpportunityReported, QuotaReported},
};
use engine::{Engine, people::NewPerson};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::demo::{
    dice::Dice,
    names::{FAMILY, GIVEN},
    people,
    queue::{CRM, HUB, Queue},
    texts::{Quarter, marketing, midnight, sales, text},
    world::text as field,
};

/// How long the firm has existed.
const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 540);
/// Leads for each account.
pub const LEADS_AN_ACCOUNT: u64 = 8;
/// People who sell, beside those of the demonstration.
pub const REPS: u64 = 300;
/// Leads that come in between two batches.
const LEADS_A_BATCH: u64 = 600;
/// The zone in which the firm's days are read.
const ZONE: &str = "Europe/Berlin";

/// The id of a lead by its number, which begins with 1.
pub fn lead(number: u64) -> LeadId {
    LeadId(format!("{CRM}:l{number}"))
}

/// The id of a rep by their number, which begins with 1.
pub fn rep(number: u64) -> UserId {
    UserId(format!("{CRM}:r{number}"))
}

/// Makes the firm in an empty database, with a history that ends at `now`. `progress` is told how
/// many leads have come in.
///
/// # Errors
/// When the database cannot be written.
pub fn fill(
    engine: &Engine,
    leads: u64,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<()> {
    let now = Timestamp::from_second(now.as_second())?;
    let start = now - HISTORY;
    let zone = TimeZone::get(ZONE)?;
    engine.keep_settings(vec![("firm.zone", ZONE.to_owned())], start)?;
    people::let_in(engine, start)?;
    sign(engine, text(3, now.to_zoned(zone.clone()).date())?, start)?;
    let accounts = leads / LEADS_AN_ACCOUNT + 1;
    let mut firm = Making { dice: Dice::new(leads), queue: Queue::default(), accounts, zone };
    firm.let_reps_in(engine, start)?;
    firm.open_accounts(engine, start)?;
    firm.set_quotas(engine, start, now)?;
    let mut made = 0;
    while made < leads {
        let until = leads.min(made + LEADS_A_BATCH);
        for number in made..until {
            firm.lead(number + 1, instant_of(number, leads, start));
        }
        made = until;
        let end = if made == leads { now } else { instant_of(made, leads, start) };
        engine.take_in(firm.queue.until(end), end)?;
        progress(made);
    }
    engine.tick(now)?;
    Ok(())
}

/// When a lead comes in: evenly, up to the last hour.
fn instant_of(number: u64, leads: u64, start: Timestamp) -> Timestamp {
    let seconds = (HISTORY.as_secs() - 3_600) as i128 * i128::from(number) / i128::from(leads);
    start + SignedDuration::from_secs(seconds as i64)
}

/// Both heads sign a text, and it is in force.
fn sign(engine: &Engine, text: AgreementText, at: Timestamp) -> anyhow::Result<()> {
    let hash = text.hash();
    let version = engine.propose_agreement(Some(&marketing()), text, at)?;
    engine.sign_agreement(&marketing(), version, &hash, at)?;
    engine.sign_agreement(&sales(), version, &hash, at)?;
    Ok(())
}

/// The firm while it is made.
struct Making {
    dice: Dice,
    queue: Queue,
    accounts: u64,
    zone: TimeZone,
}

impl Making {
    fn let_reps_in(&mut self, engine: &Engine, at: Timestamp) -> anyhow::Result<()> {
        for number in 1..=REPS {
            let name = self.name();
            let email = format!("r{number}@ostrand.example");
            let fields = Fields::from([
                field("team", ["North", "South", "East", "West"][number as usize % 4]),
                field("region", ["Rhine", "Alps", "Coast", "Lakes", "Plain"][number as usize % 5]),
                field("zone", ZONE),
                field("calendar", "office"),
            ]);
            let person = Person {
                name: Some(name.clone()),
                email: Some(email.clone()),
                ..Person::default()
            };
            let user = rep(number);
            let fact =
                Fact::User(domain::record::UserReported { user, fields, person: None, by: None });
            self.queue.push_with(CRM, at, fact, Some(person));
            engine.take_in(self.queue.until(at), at)?;
            let new = NewPerson { name, email, role: Role::Rep, side: None };
            engine.admit(None, new, at)?;
        }
        Ok(())
    }

    fn open_accounts(&mut self, engine: &Engine, at: Timestamp) -> anyhow::Result<()> {
        for number in 1..=self.accounts {
            let is_served = is_served(number);
            let industry = if is_served { "foundry" } else { "school" };
            let (low, high) = if is_served { (200, 1_900) } else { (5, 90) };
            let fields = Fields::from([
                field("name", &format!("{} {}", self.dice.word(&FAMILY), number)),
                field("industry", industry),
                field("country", "DE"),
                ("employees".to_owned(), FieldValue::Whole(self.dice.number(low, high))),
            ]);
            let account = domain::ids::AccountId(format!("{CRM}:a{number}"));
            self.queue.push(CRM, at, Fact::Account(AccountReported { account, fields, by: None }));
            if number.is_multiple_of(2_000) {
                engine.take_in(self.queue.until(at), at)?;
            }
        }
        engine.take_in(self.queue.until(at), at)?;
        Ok(())
    }

    fn set_quotas(
        &mut self,
        engine: &Engine,
        start: Timestamp,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let mut quarter = Quarter::of(start.to_zoned(self.zone.clone()).date());
        while midnight(quarter.first, &self.zone) <= now {
            for user in (1..=REPS).map(|number| Some(rep(number))).chain([None]) {
                let each = if user.is_none() { REPS as i64 } else { 1 };
                let fields = Fields::from([("amount".to_owned(), euros(120_000 * each)?)]);
                let period = quarter.key();
                let fact = Fact::Quota(QuotaReported { user, period, fields });
                self.queue.push(CRM, start, fact);
            }
            quarter = quarter.next();
        }
        engine.take_in(self.queue.until(start), start)?;
        Ok(())
    }

    fn name(&mut self) -> String {
        format!("{} {}", self.dice.word(&GIVEN), self.dice.word(&FAMILY))
    }

    /// A lead comes in. One in seven is serious; every third of the others shows some interest.
    fn lead(&mut self, number: u64, at: Timestamp) {
        let is_serious = self.dice.chance(0.14);
        let mut account = self.dice.number(1, self.accounts as i64) as u64;
        if is_serious && !is_served(account) {
            account = account % self.accounts + 1;
        }
        let (id, name) = (lead(number), self.name());
        let given = self.dice.word(&["Website", "Webinar", "Trade fair", "Paid search"]);
        let fields = Fields::from([
            ("account".to_owned(), FieldValue::Text(format!("{CRM}:a{account}"))),
            field("record", "lead"),
            field("source", given),
            field("level", if is_serious { "director" } else { "specialist" }),
            field("title", if is_serious { "Head of the works" } else { "Engineer" }),
            field("country", "DE"),
            field("created_at", &at.to_string()),
        ]);
        let email = format!("p{number}@a{account}.example");
        let person = Person { name: Some(name), email: Some(email), ..Person::default() };
        let fact = Fact::Lead(LeadReported { lead: id.clone(), fields, person: None, by: None });
        self.queue.push_with(CRM, at, fact, Some(person));
        self.enter(&id, at, "Inquiry", None);
        let owner = rep(account % REPS + 1);
        if is_serious {
            self.touch(&id, at + SignedDuration::from_mins(2), "webinar", None);
            let asked = at + self.dice.days(1, 4);
            self.touch(&id, asked, "contact_request", None);
            self.hand_over(number, account, &owner, asked);
            return;
        }
        if self.dice.chance(0.5) {
            let given = at + self.dice.minutes(5, 300);
            self.assign(&id, given, &owner);
        }
        if self.dice.chance(0.33) {
            let later = at + self.dice.minutes(10, 20_000);
            let kind = self.dice.word(&["newsletter", "case_study", "page_view"]);
            self.touch(&id, later, kind, None);
        }
    }

    fn hand_over(&mut self, number: u64, account: u64, owner: &UserId, qualified: Timestamp) {
        let id = lead(number);
        let given = qualified + self.dice.minutes(5, 70);
        self.assign(&id, given, owner);
        let handoff = HandoffId(format!("{CRM}:h{number}"));
        let fact = HandoffDelivered {
            handoff: handoff.clone(),
            lead: id.clone(),
            to: Some(owner.clone()),
            fields: Fields::new(),
        };
        self.queue.push(CRM, given, Fact::Handoff(fact));
        if self.dice.chance(0.004) {
            return;
        }
        let answered = given + self.dice.minutes(10, 700);
        let (answer, status, reason) = match self.dice.number(1, 100) {
            1..=66 => (Answer::Accepted, "Accepted", None),
            67..=88 => (Answer::Rejected, "Rejected", Some("A customer already")),
            89..=97 => (Answer::Recycled, "Recycled", Some("Not now")),
            _ => (Answer::Disqualified, "Disqualified", Some("Student")),
        };
        let reason = reason.map(str::to_owned);
        let fact = HandoffAnswered {
            handoff,
            lead: id.clone(),
            answer,
            reason: reason.clone(),
            by: Some(owner.clone()),
            in_place_of: None,
            until: None,
            note: None,
            undated: false,
        };
        self.queue.push(CRM, answered, Fact::HandoffAnswered(fact));
        self.enter(&id, answered, status, reason);
        if answer != Answer::Accepted || self.dice.chance(0.01) {
            return;
        }
        let called = answered + self.dice.minutes(20, 900);
        self.touch(&id, called, "call", Some(owner));
        if self.dice.chance(0.4) {
            let opened = called + self.dice.days(1, 6);
            self.opportunity(number, account, owner, opened);
        }
    }

    fn opportunity(&mut self, number: u64, account: u64, owner: &UserId, opened: Timestamp) {
        self.enter(&lead(number), opened, "Opportunity", None);
        let id = OpportunityId(format!("{CRM}:o{number}"));
        let closes = opened + self.dice.days(25, 80);
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date().to_string();
        let (opened_on, closed_on) = (day(opened), day(closes));
        let amount = euros(self.dice.number(80, 900) * 100);
        let mut fields = Fields::from([
            field("name", &format!("Metering {number}")),
            ("account".to_owned(), FieldValue::Text(format!("{CRM}:a{account}"))),
            ("lead".to_owned(), FieldValue::Text(lead(number).0)),
            ("owner".to_owned(), FieldValue::Text(owner.0.clone())),
            field("stage", "Discovery"),
            field("outcome", "open"),
            field("opened_on", &opened_on),
            field("closed_on", &closed_on),
        ]);
        fields.extend(amount.map(|amount| ("amount".to_owned(), amount)));
        self.report(&id, opened, fields);
        self.move_on(&id, opened, "Discovery");
        let offered = opened + self.dice.days(5, 20);
        self.move_on(&id, offered, "Offer");
        let is_won = self.dice.chance(0.36);
        let (stage, outcome) = if is_won { ("Won", "won") } else { ("Lost", "lost") };
        self.move_on(&id, closes, stage);
        self.report(&id, closes, Fields::from([field("stage", stage), field("outcome", outcome)]));
        self.enter(&lead(number), closes, if is_won { "Customer" } else { "Recycled" }, None);
    }

    fn report(&mut self, id: &OpportunityId, at: Timestamp, fields: Fields) {
        let fact = OpportunityReported { opportunity: id.clone(), fields, by: None };
        self.queue.push(CRM, at, Fact::Opportunity(fact));
    }

    fn move_on(&mut self, id: &OpportunityId, at: Timestamp, stage: &str) {
        let fact = OpportunityMoved { opportunity: id.clone(), stage: stage.to_owned() };
        self.queue.push(CRM, at, Fact::OpportunityMoved(fact));
    }

    fn enter(&mut self, lead: &LeadId, at: Timestamp, status: &str, reason: Option<String>) {
        let (lead, status) = (lead.clone(), status.to_owned());
        self.queue.push(CRM, at, Fact::LeadMoved(LeadMoved { lead, status, reason, by: None }));
    }

    fn assign(&mut self, lead: &LeadId, at: Timestamp, owner: &UserId) {
        let fact = LeadAssigned { lead: lead.clone(), owner: Some(owner.clone()), by: None };
        self.queue.push(CRM, at, Fact::LeadAssigned(fact));
    }

    fn touch(&mut self, lead: &LeadId, at: Timestamp, kind: &str, by: Option<&UserId>) {
        let source = if by.is_some() { CRM } else { HUB };
        self.queue.push(source, at, Fact::Activity(touch(lead, kind, by)));
    }
}

/// Something that a lead does, or that a rep does to reach it.
pub fn touch(lead: &LeadId, kind: &str, by: Option<&UserId>) -> ActivityRecorded {
    ActivityRecorded {
        lead: lead.clone(),
        kind: kind.to_owned(),
        status: (kind == "webinar").then(|| "Attended".to_owned()),
        campaign: None,
        account: None,
        by: by.cloned(),
        fields: Fields::new(),
    }
}

/// Every other account is of the kind that the firm serves.
fn is_served(account: u64) -> bool {
    account.is_multiple_of(2)
}

fn euros(whole: i64) -> anyhow::Result<FieldValue> {
    let currency = Currency::parse("EUR")?;
    Ok(FieldValue::Money(Money { amount_minor: whole * 100, currency }))
}
