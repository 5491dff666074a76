//! How many leads are whom, and how often they buy, as doors to the rows behind.

use domain::{
    agreement::{Agreement, Persona, persona::Of},
    ids::Version,
};
use engine::persona::PersonaFigures;
use jiff::Timestamp;

use crate::{
    app::House,
    failure::Failure,
    kept::Soon,
    markup::Markup,
    pages::scoreboard::personas::{Counts, Figure},
    show::{self, LocalTime, Rate, figure},
    whom::{self, By},
};

/// The figures of the personas of a version.
#[derive(Default)]
pub(super) struct Counted {
    /// Of each persona that has a rule.
    of: Vec<Shown>,
    /// How many leads there are.
    leads: u64,
    /// As of when they are true, where that is not now.
    pub(super) as_of: Option<Markup>,
    /// Whether they are still being worked out.
    pub(super) is_awaited: bool,
    /// Opportunities that no persona can be told of: how many, and where they are listed.
    pub(super) without_lead: Option<Markup>,
}

/// The figures of one.
struct Shown {
    persona: String,
    matches: (u64, String),
    unknown: (u64, String),
    won: (Rate, String),
}

impl Counted {
    /// Works them out, or says that this is being done. Where no persona has a rule there is nothing
    /// to work out.
    pub(super) fn of(
        house: &House,
        version: Version,
        agreement: &Agreement,
        time: &LocalTime,
    ) -> Result<Counted, Failure> {
        if agreement.personas.iter().all(|persona| persona.matches_when.is_none()) {
            return Ok(Counted::default());
        }
        let Soon::Found(found) = house.personas_soon(version, time.now())? else {
            return Ok(Counted { is_awaited: true, ..Counted::default() });
        };
        let in_force = house.app.engine.agreements()?.at(time.now()).map(|it| it.version);
        let href = |counts, persona: &str| {
            // The list knows the rules in force; by those of another version there are rows.
            match counts {
                Counts::Matches | Counts::Unknown if in_force == Some(version) => {
                    Ok(whom::href(By::Persona, persona, counts == Counts::Matches))
                }
                _ => {
                    let persona = persona.to_owned();
                    Figure { counts, version, persona }.href(&house.app.engine, found.as_of)
                }
            }
        };
        let report = &found.value;
        let shown = report.personas.iter().map(|figures| {
            let of = |counts| href(counts, &figures.persona);
            Ok(Shown {
                persona: figures.persona.clone(),
                matches: (figures.matches.n(), of(Counts::Matches)?),
                unknown: (figures.unknown.n(), of(Counts::Unknown)?),
                won: (rate(figures), of(Counts::Won)?),
            })
        });
        let without_lead = match report.without_lead.n() {
            0 => None,
            n => Some(figure(show::count(n), &href(Counts::WithoutLead, "")?)),
        };
        Ok(Counted {
            of: shown.collect::<Result<_, Failure>>()?,
            leads: report.leads,
            as_of: found.past().map(|past: Timestamp| time.second(past)),
            is_awaited: false,
            without_lead,
        })
    }

    fn find(&self, persona: &Persona) -> Option<&Shown> {
        self.of.iter().find(|shown| shown.persona == persona.id)
    }

    /// How many leads are one of them.
    pub(super) fn matches(&self, persona: &Persona) -> Markup {
        match self.find(persona) {
            Some(shown) => figure(show::count(shown.matches.0), &shown.matches.1),
            None => self.why_not(persona),
        }
    }

    /// `of 4,120 leads; of 212 it cannot be said, since something that the rule asks for is not
    /// known`.
    pub(super) fn beside_matches(&self, persona: &Persona) -> Markup {
        let Some(shown) = self.find(persona) else { return Markup::new() };
        let all = figure(show::count(self.leads), "/leads");
        let words = Markup::text("of ").and(all).and_text(" leads");
        match shown.unknown.0 {
            0 => words.and_text("; of each it can be said"),
            n => words
                .and_text("; of ")
                .and(figure(show::count(n), &shown.unknown.1))
                .and_text(" more it cannot be said: a field that the rule asks for is not known"),
        }
    }

    /// How often they buy: won of all that were won or lost.
    pub(super) fn won(&self, persona: &Persona) -> Markup {
        match self.find(persona) {
            Some(shown) if shown.won.0.n == 0 => show::not_measurable(NOTHING_CLOSED),
            Some(shown) => shown.won.0.figure(&shown.won.1),
            None => self.why_not(persona),
        }
    }

    /// `31 of 88 won or lost; 26–45 % at 95 %`, or that the number is too small for a share.
    pub(super) fn beside_won(&self, persona: &Persona) -> String {
        match self.find(persona) {
            Some(shown) if shown.won.0.n == 0 => String::new(),
            Some(shown) if shown.won.0.is_small() => {
                "of those that were won or lost; under twenty it is a count".to_owned()
            }
            Some(shown) => {
                let interval = shown.won.0.interval_words().unwrap_or_default();
                format!("{} that were won or lost; {interval} at 95 %", shown.won.0.counts())
            }
            None => String::new(),
        }
    }

    fn why_not(&self, persona: &Persona) -> Markup {
        match (persona.of, self.is_awaited) {
            (Of::Sellers, _) => Markup::text("–"),
            (Of::Buyers, true) if persona.matches_when.is_some() => {
                Markup::text("being worked out")
            }
            (Of::Buyers, _) => show::not_measurable("the text has no rule for it"),
        }
    }
}

const NOTHING_CLOSED: &str = "no opportunity of such a lead is won or lost yet";

fn rate(figures: &PersonaFigures) -> Rate {
    let rate = figures.won.rate();
    let shown = Rate::of(rate.hits(), rate.n());
    rate.wilson().map_or(shown, |interval| shown.within(interval.low, interval.high))
}
