//! A made-up past of so many activities: bursts after a contact came to be, a long tail after that,
//! few kinds that are frequent and many that are rare, and deals that follow from both.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use domain::field::FieldValue;
use insight::segment::{Activities, Column, Contacts, Deals, Field, Kind};
use rand::{RngExt, SeedableRng, rngs::StdRng};

pub const KINDS: [&str; 12] = [
    "page_view",
    "email_open",
    "email_click",
    "pricing_view",
    "content_download",
    "webinar_attend",
    "form_submit",
    "demo_request",
    "trial_start",
    "chat",
    "event_scan",
    "call_connected",
];
const SENIORITY: [&str; 6] = ["c_level", "vp", "director", "manager", "staff", "student"];
const SENIORITY_SHARES: [f64; 6] = [0.05, 0.10, 0.15, 0.25, 0.40, 0.05];
const INDUSTRY: [&str; 20] = [
    "software",
    "manufacturing",
    "finance",
    "health",
    "retail",
    "education",
    "government",
    "logistics",
    "energy",
    "media",
    "telecom",
    "construction",
    "legal",
    "travel",
    "agri",
    "pharma",
    "food",
    "auto",
    "nonprofit",
    "other",
];
const COUNTRY: [&str; 15] =
    ["us", "de", "fr", "gb", "nl", "se", "es", "it", "pl", "jp", "in", "br", "au", "ca", "ch"];

const DAY: f64 = 86_400.0;
/// 15 November 2023.
const START: i64 = 1_700_006_400;
const SPAN: f64 = 3.0 * 365.0 * DAY;
const SEED: u64 = 20_261_122;

/// Activities, contacts and deals.
pub struct Past {
    pub activities: Activities,
    pub contacts: Contacts,
    pub deals: Deals,
}

/// Chances, the same each time.
struct Chances(StdRng);

impl Chances {
    fn share(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Of a bell curve around nought. Source: Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        let distance = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        distance * (std::f64::consts::TAU * self.share()).cos()
    }

    fn one_of(&mut self, up_to: &[f64]) -> usize {
        let share = self.share() * up_to[up_to.len() - 1];
        up_to.partition_point(|bound| *bound <= share).min(up_to.len() - 1)
    }
}

/// Shares, each added to those before.
fn summed(shares: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |share: f64| {
        sum += share;
        sum
    };
    shares.into_iter().map(add).collect()
}

/// Shares that fall with the rank. Source: Zipf 1949.
fn ranked(count: usize, steepness: f64) -> Vec<f64> {
    summed((1..=count).map(|rank| (rank as f64).powf(-steepness)))
}

impl Past {
    /// Makes up a past.
    pub fn of(activities: usize) -> Past {
        let mut chances = Chances(StdRng::seed_from_u64(SEED));
        let count = (activities / 10).max(10);
        let created: Vec<i64> =
            (0..count).map(|_| START + (chances.share().powf(0.8) * SPAN) as i64).collect();
        // Some contacts do much and most do little.
        let weights = summed((0..count).map(|_| chances.normal().exp()));
        let mut many = vec![0_u32; count];
        let contact: Vec<u32> = (0..activities)
            .map(|_| {
                let contact = chances.one_of(&weights);
                many[contact] += 1;
                contact as u32
            })
            .collect();
        let at = contact.iter().map(|contact| {
            let after = match chances.share() < 0.5 {
                true => chances.exponential(20.0 * DAY),
                false => chances.share() * 400.0 * DAY,
            };
            created[*contact as usize] + after as i64
        });
        let at: Vec<i64> = at.collect();
        let by_rank = ranked(KINDS.len(), 1.1);
        let kind = (0..activities).map(|_| chances.one_of(&by_rank) as u8).collect();
        let kinds = KINDS.map(|kind| Kind { kind: kind.into(), status: None }).to_vec();
        let (contacts, seniority, industry) = contacts(&mut chances, &created);
        let deals = deals(&mut chances, &created, &many, &seniority, &industry);
        Past { activities: Activities { contact, at, kind, kinds }, contacts, deals }
    }

    /// Writes it as CSV, activities in the order in which they came.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let open = |name: &str, head: &str| -> io::Result<BufWriter<File>> {
            let mut file = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
            writeln!(file, "{head}")?;
            Ok(file)
        };
        let activities = &self.activities;
        let mut rows: Vec<(u64, u8)> = (0..activities.at.len())
            .map(|row| {
                let at = (activities.at[row] - START) as u64;
                (at << 32 | u64::from(activities.contact[row]), activities.kind[row])
            })
            .collect();
        rows.sort_unstable();
        let mut file = open("activities.csv", "contact_id,at,kind")?;
        for (both, kind) in rows {
            let (contact, at) = (both as u32, START + (both >> 32) as i64);
            writeln!(file, "{contact},{at},{}", KINDS[usize::from(kind)])?;
        }
        file.flush()?;
        let head = "contact_id,created_at,seniority,industry,country,employees";
        let mut file = open("contacts.csv", head)?;
        for contact in 0..self.contacts.count {
            write!(file, "{contact},{}", self.contacts.known_from[contact].unwrap_or(START))?;
            for (field, column) in &self.contacts.fields {
                match (column, &field.values) {
                    (Column::Codes(codes), Some(values)) => {
                        write!(file, ",{}", values[codes[contact] as usize])?;
                    }
                    (Column::Numbers(numbers), _) => write!(file, ",{}", numbers[contact] / 1000)?,
                    _ => {}
                }
            }
            writeln!(file)?;
        }
        file.flush()?;
        let mut file = open("deals.csv", "contact_id,closed_at,won,amount_minor")?;
        let deals = &self.deals;
        for row in 0..deals.contact.len() {
            let (contact, closed) = (deals.contact[row], deals.closed_at[row]);
            let won = u8::from(deals.is_won[row]);
            writeln!(file, "{contact},{closed},{won},{}", deals.amount_minor[row])?;
        }
        file.flush()
    }
}

fn contacts(chances: &mut Chances, created: &[i64]) -> (Contacts, Vec<u32>, Vec<u32>) {
    let mut codes = |shares: &[f64]| -> Vec<u32> {
        created.iter().map(|_| chances.one_of(shares) as u32).collect()
    };
    let seniority = codes(&summed(SENIORITY_SHARES));
    let industry = codes(&ranked(INDUSTRY.len(), 0.7));
    let country = codes(&ranked(COUNTRY.len(), 0.9));
    let employees = created.iter().map(|_| {
        let people = (4.6 + 1.6 * chances.normal()).exp().min(400_000.0);
        (people as i64 + 1) * 1000
    });
    let employees = Column::Numbers(employees.collect());
    let coded = |name: &str, values: &[&str], codes: &[u32]| {
        let values = values.iter().map(|value| FieldValue::from(*value)).collect();
        (Field { name: name.into(), values: Some(values) }, Column::Codes(codes.to_vec()))
    };
    let contacts = Contacts {
        count: created.len(),
        known_from: created.iter().copied().map(Some).collect(),
        fields: vec![
            coded("lead.seniority", &SENIORITY, &seniority),
            coded("lead.industry", &INDUSTRY, &industry),
            coded("lead.country", &COUNTRY, &country),
            (Field { name: "lead.employees".into(), values: None }, employees),
        ],
    };
    (contacts, seniority, industry)
}

fn deals(
    chances: &mut Chances,
    created: &[i64],
    many: &[u32],
    seniority: &[u32],
    industry: &[u32],
) -> Deals {
    let mut deals = Deals::default();
    for (contact, created) in created.iter().enumerate() {
        let interest = -4.2
            + 0.06 * f64::from(many[contact].min(40))
            + if seniority[contact] <= 2 { 0.35 } else { 0.0 }
            + if industry[contact] < 3 { 0.3 } else { 0.0 };
        let chance = 1.0 / (1.0 + (-interest).exp());
        if chances.share() >= (3.0 * chance).min(0.9) {
            continue;
        }
        let (one, two) = (chances.exponential(60.0 * DAY), chances.exponential(60.0 * DAY));
        let closed = created + (one + two + DAY) as i64;
        deals.contact.push(contact as u32);
        deals.opened_at.push(closed);
        deals.closed_at.push(closed);
        deals.is_won.push(chances.share() < 0.35);
        deals.amount_minor.push(((9.6 + 0.9 * chances.normal()).exp() * 100.0) as i64);
    }
    deals
}
