//! What marketing brings: how people come across the firm, touch by touch.

use domain::{
    activity::ActivityRecorded,
    fact::Fact,
    field::{FieldValue, Fields},
    handoff::LeadMoved,
    ids::{CampaignId, LeadId},
    person::Person,
    record::LeadReported,
};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{
    dice::Dice,
    names::{FAMILY, GIVEN, TITLES},
    queue::{CRM, HUB},
    texts::midnight,
    world::{LAUNCH, World, slug, text},
};

/// Where a lead comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The firm's own pages.
    Website,
    /// A webinar.
    Webinar,
    /// A trade fair.
    TradeFair,
    /// An advertisement beside search results.
    PaidSearch,
    /// Somebody who knows the firm.
    Referral,
    /// The savings calculator.
    Calculator,
}

/// How often each source comes up, of twenty.
const SOURCES: [Source; 20] = {
    use Source::*;
    [
        Website, Website, Website, Website, Website, Website, Webinar, Webinar, Webinar, Webinar,
        Webinar, TradeFair, TradeFair, TradeFair, PaidSearch, PaidSearch, PaidSearch, PaidSearch,
        Referral, Calculator,
    ]
};

impl Source {
    /// The source in the firm's word.
    pub fn word(self) -> &'static str {
        match self {
            Source::Website => "Website",
            Source::Webinar => "Webinar",
            Source::TradeFair => "Trade fair",
            Source::PaidSearch => "Paid search",
            Source::Referral => "Referral",
            Source::Calculator => "Calculator",
        }
    }

    fn campaign(self) -> Option<&'static str> {
        match self {
            Source::Webinar => Some("webinar"),
            Source::TradeFair => Some("fair"),
            Source::PaidSearch => Some("search"),
            _ => None,
        }
    }

    /// What happens on the way, and what happens at the end. With the fit of a served company it
    /// is the end that makes the lead qualify under the repaired definition.
    fn touches(self) -> (&'static [&'static str], &'static str) {
        match self {
            Source::Website => (&["webinar", "case_study"], "contact_request"),
            Source::Webinar => (&["webinar", "case_study"], "page_view"),
            Source::TradeFair => (&["fair_talk", "newsletter"], "page_view"),
            Source::PaidSearch => (&["page_view", "newsletter"], "contact_request"),
            Source::Referral => (&["webinar"], "contact_request"),
            Source::Calculator => (&["calculator", "case_study"], "page_view"),
        }
    }
}

/// What a lead is meant for, where it is not left to habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// It is given to its rep at an instant and has no answer yet.
    Unanswered(Timestamp),
    /// It is given and accepted at two instants and not called yet.
    Uncalled(Timestamp, Timestamp),
    /// It is given at an instant, and answered and called at once.
    Done(Timestamp),
}

/// What the generator knows of a lead.
#[derive(Debug, Clone)]
pub struct LeadPlan {
    /// Its company, as a place in the list.
    pub account: usize,
    /// Whose territory it lies in.
    pub rep: usize,
    /// Where it comes from.
    pub source: Source,
    /// The campaign that brought it.
    pub campaign: Option<CampaignId>,
    /// Whether somebody is behind it who may buy.
    pub serious: bool,
    /// Whether the launch brought it.
    pub launched: bool,
    /// What it is meant for.
    pub meant: Option<Meant>,
}

impl World {
    /// Every lead that is to come, but for those who come back.
    pub fn plan(&mut self) {
        let day = self.day(self.dates.start);
        let since_monday = i64::from(day.weekday().to_monday_zero_offset());
        let mut day = day.saturating_add((14 - since_monday).days());
        loop {
            let monday = midnight(day, &self.zone);
            if monday >= self.dates.quiet {
                break;
            }
            let (serious, idle) = self.flow(monday);
            for _ in 0..serious {
                let at = self.some_time(monday);
                if at < self.dates.quiet {
                    self.serious_lead(at, None, None, false);
                }
            }
            for _ in 0..idle {
                let at = self.some_time(monday);
                self.idle_lead(at);
            }
            day = day.saturating_add(7.days());
        }
        for _ in 0..44 {
            let at = self.dates.launch + self.dice.days(2, 23);
            self.serious_lead(at, None, None, true);
        }
    }

    /// How many serious and idle leads a week brings.
    fn flow(&mut self, monday: Timestamp) -> (i64, i64) {
        let dates = self.dates;
        match monday {
            at if at < dates.disliked => (self.dice.number(2, 3), self.dice.number(0, 1)),
            at if at < dates.repaired => (self.dice.number(3, 5), self.dice.number(2, 4)),
            at if at < dates.now - SignedDuration::from_hours(70 * 24) => {
                (self.dice.number(6, 9), self.dice.number(0, 2))
            }
            _ => (self.dice.number(8, 11), self.dice.number(0, 2)),
        }
    }

    /// An instant of a week, mostly by day and on working days.
    fn some_time(&mut self, monday: Timestamp) -> Timestamp {
        let day = if self.dice.chance(0.06) {
            5 + self.dice.number(0, 1)
        } else {
            self.dice.number(0, 4)
        };
        let hour =
            if self.dice.chance(0.15) { self.dice.number(18, 21) } else { self.dice.number(8, 16) };
        monday
            + SignedDuration::from_hours(24 * day + hour)
            + SignedDuration::from_secs(self.dice.number(0, 3_599))
    }

    /// Somebody who may buy. The last touch is at `at`.
    pub fn serious_lead(
        &mut self,
        at: Timestamp,
        rep: Option<usize>,
        meant: Option<Meant>,
        launched: bool,
    ) {
        let account = self.company(true, rep);
        let source = *self.dice.pick(&SOURCES);
        let (before, last) = source.touches();
        let mut on_the_way = Vec::new();
        for (place, kind) in before.iter().enumerate() {
            let from_end = (before.len() - place) as i64;
            let back = self.dice.days(from_end * 4 - 3, from_end * 4);
            on_the_way.push((at - back, *kind));
        }
        on_the_way.push((at, last));
        let campaign = match launched {
            true => Some(LAUNCH.into()),
            false => source.campaign().map(|kind| self.campaign(kind, on_the_way[0].0)),
        };
        let level = if self.dice.chance(0.55) { 0 } else { 1 };
        let rep = self.accounts[account].rep;
        let plan = LeadPlan { account, rep, source, campaign, serious: true, launched, meant };
        let lead = self.appear(on_the_way[0].0, level, plan);
        for (at, kind) in &on_the_way {
            self.touch(&lead, *at, kind);
        }
        if meant.is_none() && self.dice.chance(0.2) {
            let later = at + self.dice.days(1, 4);
            self.touch(&lead, later, "page_view");
        }
    }

    /// Somebody who will not buy: too small, a school, a maker of meters, a student.
    fn idle_lead(&mut self, at: Timestamp) {
        let served = self.dice.chance(0.25);
        let account = self.company(served, None);
        let source = *self.dice.pick(&[Source::Website, Source::Website, Source::Webinar]);
        let campaign = source.campaign().map(|kind| self.campaign(kind, at));
        let rep = self.accounts[account].rep;
        let plan = LeadPlan {
            account,
            rep,
            source,
            campaign,
            serious: false,
            launched: false,
            meant: None,
        };
        let lead = self.appear(at, 2, plan);
        let mut at = at;
        for _ in 0..self.dice.number(1, 3) {
            let kind = self.dice.word(&["newsletter", "case_study", "webinar", "newsletter"]);
            self.touch(&lead, at, kind);
            at += self.dice.days(9, 30);
        }
    }

    /// A recycled lead is nurtured and comes back, unless that would be too near to now.
    pub fn come_back(&mut self, lead: &LeadId, at: Timestamp) {
        if at >= self.dates.quiet {
            return;
        }
        let back = self.dice.days(4, 6);
        self.touch(lead, at - back, "webinar");
        let back = self.dice.days(1, 3);
        self.touch(lead, at - back, "case_study");
        self.touch(lead, at, "contact_request");
    }

    /// A company, rather one without leads yet.
    fn company(&mut self, served: bool, rep: Option<usize>) -> usize {
        let fits = |place: &usize| {
            let account = &self.accounts[*place];
            let meant_for = |rep| account.rep == rep && account.looked_after;
            account.served == served && rep.is_none_or(meant_for)
        };
        let fitting: Vec<usize> = (0..self.accounts.len()).filter(fits).collect();
        let mut found = *self.dice.pick(&fitting);
        for _ in 0..3 {
            let other = *self.dice.pick(&fitting);
            if self.accounts[other].leads < self.accounts[found].leads {
                found = other;
            }
        }
        self.accounts[found].leads += 1;
        found
    }

    /// The lead comes into the records, a minute before its first touch.
    fn appear(&mut self, first: Timestamp, level: usize, plan: LeadPlan) -> LeadId {
        let at = first - SignedDuration::from_mins(1);
        let lead = LeadId(format!("{CRM}:l{}", self.leads.len() + 1));
        let account = &self.accounts[plan.account];
        let (word, titles) = TITLES[level];
        let fields = Fields::from([
            ("account".to_owned(), FieldValue::Text(account.id.0.clone())),
            text("record", "lead"),
            text("source", plan.source.word()),
            text("level", word),
            text("title", self.dice.word(&titles)),
            text("country", account.country),
            text("created_at", &at.to_string()),
        ]);
        let person = person(&mut self.dice, &account.domain);
        let fact = Fact::Lead(LeadReported { lead: lead.clone(), fields, person: None, by: None });
        self.queue.push_with(CRM, at, fact, Some(person));
        let moved =
            LeadMoved { lead: lead.clone(), status: "Inquiry".into(), reason: None, by: None };
        self.queue.push(CRM, at, Fact::LeadMoved(moved));
        self.leads.insert(lead.clone(), plan);
        lead
    }

    fn touch(&mut self, lead: &LeadId, at: Timestamp, kind: &str) {
        let plan = self.leads.get(lead);
        let campaign = plan.and_then(|plan| plan.campaign.clone());
        let status = match kind {
            "webinar" => Some("Attended".to_owned()),
            _ => None,
        };
        let page = (kind == "page_view").then(|| text("page", "/prices"));
        let fact = ActivityRecorded {
            lead: lead.clone(),
            kind: kind.to_owned(),
            status,
            campaign,
            account: None,
            by: None,
            fields: page.into_iter().collect(),
        };
        self.queue.push(HUB, at, Fact::Activity(fact));
    }
}

fn person(dice: &mut Dice, domain: &str) -> Person {
    let (given, family) = (dice.word(&GIVEN), dice.word(&FAMILY));
    let letter = slug(&given[..given.chars().next().map_or(0, char::len_utf8)]);
    Person {
        name: Some(format!("{given} {family}")),
        email: Some(format!("{letter}.{}@{domain}", slug(family))),
        phone: Some(format!("+49 {} 555 0{}", dice.number(2_000, 9_999), dice.number(100, 199))),
        ..Person::default()
    }
}
