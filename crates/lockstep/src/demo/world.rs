//! The firm's world: companies, campaigns, products and quotas, and what moves between them.

use std::collections::BTreeMap;

use domain::{
    agreement::Agreement,
    calendar::Calendar,
    fact::Fact,
    field::{FieldValue, Fields},
    ids::{AccountId, CampaignId, LeadId, ProductId},
    money::{Currency, Money},
    record::{AccountReported, CampaignReported, ProductReported, QuotaReported},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    dice::Dice,
    hours::Hours,
    names::{NOT_SERVED, ROOTS, SERVED},
    people::{FIRST_REP, REPS, STAFF, Staff},
    queue::{CRM, HUB, Queue},
    stories::LeadPlan,
    texts::{Quarter, midnight},
};

/// The instants on which the history hangs.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    /// The first day.
    pub start: Timestamp,
    /// The launch that was over-promised.
    pub launch: Timestamp,
    /// The definition that nobody liked came into force.
    pub disliked: Timestamp,
    /// It was repaired.
    pub repaired: Timestamp,
    /// From here on leads are routed by the text; before, the customer records gave them to reps.
    pub routed: Timestamp,
    /// The ordinary flow of leads ends here, so that the clocks that run are those meant to run.
    pub quiet: Timestamp,
    /// The instant at which the firm is looked at.
    pub now: Timestamp,
}

/// A company.
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Where its mail goes.
    pub domain: String,
    /// Whose territory it lies in, as the rep's place among the reps.
    pub rep: usize,
    /// Its country.
    pub country: &'static str,
    /// Whether its rep looks after it already.
    pub looked_after: bool,
    /// Whether it is of the kind that the firm serves.
    pub served: bool,
    /// How many leads it has.
    pub leads: u32,
}

/// Everything that the generator keeps in mind.
pub struct World {
    /// Chance.
    pub dice: Dice,
    /// What will be reported.
    pub queue: Queue,
    /// The instants.
    pub dates: Dates,
    /// The firm's zone.
    pub zone: TimeZone,
    /// Each rep's hours.
    pub hours: Vec<Hours>,
    /// The companies.
    pub accounts: Vec<Account>,
    /// What is known of each lead.
    pub leads: BTreeMap<LeadId, LeadPlan>,
    /// The firm's currency.
    pub currency: Currency,
    /// Numbers for handoffs and opportunities.
    pub numbers: u32,
    /// How many sales the launch has made.
    pub launch_wins: u32,
}

/// Products: key, name, price in whole euros.
pub const PRODUCTS: [(&str, &str, i64); 3] = [
    ("meter-hub", "Meter Hub", 14_000),
    ("gateway", "Gateway 4", 22_000),
    ("insight", "Insight, whole works", 46_000),
];

/// Campaigns of every quarter: key, name, type, cost in whole euros.
const CAMPAIGNS: [(&str, &str, &str, i64); 4] = [
    ("webinar", "Webinars on heat recovery", "Webinar", 9_000),
    ("fair", "Trade fairs", "Trade fair", 38_000),
    ("search", "Paid search", "Paid search", 24_000),
    ("letter", "Newsletter", "Newsletter", 3_000),
];

/// The key of the launch's campaign.
pub const LAUNCH: &str = "hub:gateway-launch";

impl World {
    /// A world with nothing in it yet but the reps' hours.
    ///
    /// # Errors
    /// When a rep's zone or calendar is not known; a test reads them all.
    pub fn new(
        dates: Dates,
        zone: TimeZone,
        agreement: &Agreement,
        seed: u64,
    ) -> anyhow::Result<World> {
        let hours = reps().map(|rep| {
            let calendar = agreement.calendars.get(rep.calendar);
            let calendar =
                calendar.map_or_else(|| Calendar::always_open("all"), Calendar::anywhere);
            Ok(Hours { calendar, zone: TimeZone::get(rep.zone)? })
        });
        let hours = hours.collect::<anyhow::Result<Vec<Hours>>>()?;
        Ok(World {
            dice: Dice::new(seed),
            queue: Queue::default(),
            dates,
            zone,
            hours,
            accounts: Vec::new(),
            leads: BTreeMap::new(),
            currency: Currency::parse("EUR")?,
            numbers: 0,
            launch_wins: 0,
        })
    }

    /// An amount of whole euros.
    pub fn euros(&self, whole: i64) -> FieldValue {
        FieldValue::Money(Money { amount_minor: whole * 100, currency: self.currency })
    }

    /// The day of an instant in the firm's zone.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The campaign of a kind in the quarter of an instant.
    pub fn campaign(&self, kind: &str, at: Timestamp) -> CampaignId {
        let quarter = Quarter::of(self.day(at)).key().to_lowercase();
        CampaignId(format!("{HUB}:{kind}-{quarter}"))
    }

    /// Companies, campaigns, products and quotas.
    pub fn furnish(&mut self) {
        self.open_companies();
        for (key, name, price) in PRODUCTS {
            let fields =
                Fields::from([text("name", name), ("price".to_owned(), self.euros(price))]);
            let product = ProductId(format!("{CRM}:{key}"));
            let fact = Fact::Product(ProductReported { product, fields });
            self.queue.push(CRM, self.dates.start, fact);
        }
        let mut quarter = Quarter::of(self.day(self.dates.start));
        while quarter.first <= self.day(self.dates.now) {
            self.begin_quarter(quarter);
            quarter = quarter.next();
        }
        let fields = Fields::from([
            text("name", "Launch of Gateway 4"),
            text("type", "Launch"),
            ("cost".to_owned(), self.euros(96_000)),
            text("starts_on", &self.day(self.dates.launch).to_string()),
        ]);
        let fact = Fact::Campaign(CampaignReported { campaign: LAUNCH.into(), fields });
        self.queue.push(HUB, self.dates.launch, fact);
    }

    fn begin_quarter(&mut self, quarter: Quarter) {
        let at = midnight(quarter.first, &self.zone).max(self.dates.start);
        for (key, name, kind, cost) in CAMPAIGNS {
            let cost = cost + self.dice.number(-8, 8) * cost / 100;
            let fields = Fields::from([
                text("name", &format!("{name}, {}", quarter.key())),
                text("type", kind),
                ("cost".to_owned(), self.euros(cost)),
                text("starts_on", &quarter.first.to_string()),
                text("ends_on", &quarter.last().to_string()),
            ]);
            let campaign = CampaignId(format!("{HUB}:{key}-{}", quarter.key().to_lowercase()));
            self.queue.push(HUB, at, Fact::Campaign(CampaignReported { campaign, fields }));
        }
        let amount = 75_000;
        let each = reps().map(|rep| (Some(rep.user()), amount));
        for (user, amount) in each.chain([(None, amount * REPS as i64)]).collect::<Vec<_>>() {
            let fields = Fields::from([("amount".to_owned(), self.euros(amount))]);
            let fact = Fact::Quota(QuotaReported { user, period: quarter.key(), fields });
            self.queue.push(CRM, at, fact);
        }
    }

    fn open_companies(&mut self) {
        for (rep, roots) in ROOTS.iter().enumerate() {
            for (place, root) in roots.iter().enumerate() {
                for turn in 0..3 {
                    let (industry, words) = SERVED[(place * 3 + turn * 4 + rep) % SERVED.len()];
                    let name = format!("{root} {}", words[(place + turn) % 3]);
                    let size = match self.dice.number(1, 10) {
                        1 => self.dice.number(2_050, 4_200),
                        _ => self.dice.number(200, 1_900),
                    };
                    self.open_company(rep, name, industry, size, size < 2_000);
                }
                let (industry, words) = NOT_SERVED[place % 3];
                let name = format!("{root} {}", words[(place + rep) % 3]);
                let size = self.dice.number(8, 150);
                self.open_company(rep, name, industry, size, false);
            }
        }
    }

    fn open_company(&mut self, rep: usize, name: String, industry: &str, size: i64, served: bool) {
        let country = match rep {
            4 => "AT",
            5 if name.contains('j') || name.contains('ö') => "SE",
            5 if name.starts_with('I') || name.starts_with('V') || name.starts_with('H') => "DK",
            _ => "DE",
        };
        let id = AccountId(format!("{CRM}:a{}", self.accounts.len() + 1));
        let domain = format!("{}.example", slug(&name));
        let looked_after = self.accounts.len() % 5 < 2;
        let mut fields = Fields::from([
            text("name", &name),
            text("industry", industry),
            text("country", country),
            text("domain", &domain),
            ("employees".to_owned(), FieldValue::Whole(size)),
        ]);
        if looked_after {
            fields.extend([text("owner", STAFF[FIRST_REP + rep].user().as_str())]);
        }
        let fact = Fact::Account(AccountReported { account: id.clone(), fields, by: None });
        self.queue.push(CRM, self.dates.start, fact);
        self.accounts.push(Account {
            id,
            name,
            domain,
            rep,
            country,
            looked_after,
            served,
            leads: 0,
        });
    }
}

/// The reps, in the order of their territories.
pub fn reps() -> impl Iterator<Item = &'static Staff> {
    STAFF[FIRST_REP..FIRST_REP + REPS].iter()
}

/// A field of text.
pub fn text(name: &str, value: &str) -> (String, FieldValue) {
    (name.to_owned(), value.into())
}

/// A name as it can stand in an address of mail.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        match letter {
            'ä' => slug.push_str("ae"),
            'ö' | 'ø' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'å' => slug.push_str("aa"),
            'ß' => slug.push_str("ss"),
            ' ' => slug.push('-'),
            other if other.is_ascii_alphanumeric() => slug.push(other),
            _ => {}
        }
    }
    slug
}
