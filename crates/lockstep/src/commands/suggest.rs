//! `lockstep suggest`: points that the firm's own outcomes suggest for a definition.

use clap::{Args as ClapArgs, ValueEnum};
use domain::{ids::Version, rate::Rate};
use engine::suggestion::{
    AFTER_DAYS, Suggestion, SuggestionWish, Toward, WITHIN_DAYS,
    card::{Card, DOUBLES, Leads, NoCard, Ranks, WEIGHED_TOGETHER},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::backtest::said;
use crate::{
    failure::Failure,
    output::{Answer, table},
    place::Place,
};

/// For what points are suggested, and how.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The number of a version; the one in force, where it is left out
    version: Option<u32>,
    /// Which definition; the first, where it is left out
    #[arg(long, value_name = "KEY")]
    definition: Option<String>,
    /// What leads are to come to
    #[arg(long, value_enum, default_value_t = ToldToward::Won)]
    toward: ToldToward,
    /// How many days a lead has for it
    #[arg(long, value_name = "DAYS", default_value_t = WITHIN_DAYS,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    within: u16,
    /// Look at a lead that nobody takes on so many days after it came to be
    #[arg(long, value_name = "DAYS", default_value_t = AFTER_DAYS,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    after: u16,
    /// A field, or a kind of activity, that shall not be weighed; may be given several times
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// From how many points a lead is qualified; as many as today's rule let through, where it is
    /// left out
    #[arg(long, value_name = "POINTS")]
    threshold: Option<i64>,
    /// Print the clause as it would stand in the text
    #[arg(long)]
    clause: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ToldToward {
    /// One of its opportunities is won
    Won,
    /// An opportunity is opened
    Opened,
}

/// Suggests.
///
/// # Errors
/// When there is no such version or definition, a clause is asked for and nothing can be suggested, or
/// the database cannot be read.
pub fn run(args: &Args, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    let in_force = || Ok::<_, Failure>(engine.agreements()?.at(now).map(|text| text.version));
    let version = match args.version {
        Some(version) => Version(version),
        None => in_force()?.ok_or_else(|| {
            Failure::refused("no version is in force").advise("Name a version that is proposed.")
        })?,
    };
    let wish = SuggestionWish {
        definition: args.definition.clone(),
        toward: match args.toward {
            ToldToward::Won => Toward::Won,
            ToldToward::Opened => Toward::Opened,
        },
        within_days: args.within,
        after_days: args.after,
        without: args.without.iter().cloned().collect(),
    };
    let found = engine.suggest_points(version, &wish, now)?;
    let card = match &found.card {
        Ok(card) => card,
        Err(none) if args.clause => return Err(Failure::refused(no_card(&found, none))),
        Err(none) => return Ok(Answer::new(no_card(&found, none), json_of_none(&found, none))),
    };
    let threshold = threshold(&found, card, args.threshold)?;
    let clause = engine.suggested_clause(&found, card, threshold)?;
    Ok(match args.clause {
        true => Answer::new(clause.trim_end(), json!({ "clause": clause })),
        false => {
            Answer::new(text(&found, card, threshold), json_of(&found, card, threshold, &clause))
        }
    })
}

fn threshold(found: &Suggestion, card: &Card, wished: Option<i64>) -> Result<i64, Failure> {
    let most = card.most();
    match wished {
        Some(points) if !(1..=most).contains(&points) => {
            Err(Failure::usage(format!("no lead can reach {points} points with this card"))
                .advise(format!("Choose a threshold from 1 to {most}.")))
        }
        wished => Ok(found.threshold(card, wished)),
    }
}

fn reached(found: &Suggestion) -> &'static str {
    match found.wish.toward {
        Toward::Won => "won",
        Toward::Opened => "became an opportunity",
    }
}

fn no_card(found: &Suggestion, none: &NoCard) -> String {
    let reached = reached(found);
    match none {
        NoCard::TooFew { hits, n } => format!(
            "No points are suggested: of the {n} earlier leads whose {} days are over, {hits} {reached} \
             and {} did not. At least 50 of each are needed; fewer tell nothing. Keep the points that \
             you have agreed on{}.",
            found.wish.within_days,
            n - hits,
            match found.wish.toward {
                Toward::Won => ", or try --toward opened, of which there are more",
                Toward::Opened => "",
            }
        ),
        NoCard::NothingTells { things } => format!(
            "No points are suggested: of {} things that leads showed, none tells those that {reached} \
             apart from the others.",
            things.len()
        ),
    }
}

fn text(found: &Suggestion, card: &Card, threshold: i64) -> String {
    let reached = reached(found);
    let leads = |leads: &Leads| {
        let day = |at: Timestamp| found.zone.to_datetime(at).date();
        format!("{} leads from {} to {}", leads.rate.n(), day(leads.from), day(leads.to))
    };
    let rules = card.rules.iter().map(|rule| {
        vec![
            found.words_of(&rule.thing),
            rule.points.to_string(),
            said(rule.with),
            said(rule.without),
        ]
    });
    let bands = card.bands.iter().map(|band| {
        vec![
            band.from.to_string(),
            said(band.rate),
            band.lift.map_or("not measurable".to_owned(), |lift| format!("{lift:.1}")),
            said(band.captured),
        ]
    });
    let heads = ["shows", "points", reached, "of the others"];
    let mut lines = vec![
        found.sentence(card, threshold),
        table(&heads, rules.collect()),
        WEIGHED_TOGETHER.to_owned(),
        format!(
            "{DOUBLES} points more double the odds. Made from {}, tried on {} that it has not seen.",
            leads(&card.made),
            leads(&card.tried)
        ),
        table(&["from points", reached, "times the mean", "of all that did"], bands.collect()),
    ];
    lines.push(tried(card));
    lines.push(gate(card, threshold));
    lines.push(format!(
        "Of the later leads sales worked {}; what the others could have become is not known. {} \
         leads are not looked at, since their {} days are not over. Association, not effect.",
        said(card.worked),
        found.too_young.len(),
        found.wish.within_days
    ));
    lines.extend(left_out(found));
    lines.join("\n\n")
}

fn tried(card: &Card) -> String {
    let ranks = |ranks: Option<Ranks>| match ranks {
        Some(Ranks { auc, low, high }) => format!("{auc:.2} ({low:.2}–{high:.2})"),
        None => "not measurable".to_owned(),
    };
    let mut says = format!(
        "Ranks one that came to it above one that did not with a chance of {}; the rule in force: {}.",
        ranks(card.ranks),
        ranks(card.ranks_today)
    );
    if let Some(calibration) = &card.calibration {
        says.push_str(&format!(
            " It said {:.1} %; {} did.",
            calibration.said * 100.0,
            said(calibration.was)
        ));
        if let Some(slope) = calibration.slope {
            says.push_str(&format!(" Slope {slope:.2}; 1 is as said."));
        }
    }
    says
}

fn gate(card: &Card, threshold: i64) -> String {
    let gate = card.gates.iter().find(|gate| gate.points >= threshold);
    let met = card.met_today.map_or("not measurable".to_owned(), said);
    let through = gate.map_or("none".to_owned(), |gate| said(gate.through));
    let a_week = gate.and_then(|gate| gate.per_week);
    let a_week = a_week.map(|n| format!(", {n:.1} a week")).unwrap_or_default();
    format!(
        "From {threshold} points on, came to it: {through}{a_week}. By the rule in force: {met}."
    )
}

fn left_out(found: &Suggestion) -> Vec<String> {
    let names = |fields: &std::collections::BTreeSet<engine::suggestion::Field>| {
        let names = fields.iter().map(|field| format!("{}.{}", field.root.word(), field.name));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut says = Vec::new();
    if !found.undeclared.is_empty() {
        says.push(format!(
            "Not weighed, since the text does not declare them: {}. Declare those that a definition \
             may ask for.",
            names(&found.undeclared)
        ));
    }
    if !found.not_weighed.is_empty() {
        says.push(format!("Left out: {}.", names(&found.not_weighed)));
    }
    says
}

fn rate(rate: Rate) -> Value {
    serde_json::to_value(rate).unwrap_or_default()
}

fn json_of_none(found: &Suggestion, none: &NoCard) -> Value {
    json!({
        "version": found.version,
        "definition": found.definition.id,
        "why_not": no_card(found, none),
        "over": rate(found.over),
        "not_over": found.too_young.len(),
    })
}

fn json_of(found: &Suggestion, card: &Card, threshold: i64, clause: &str) -> Value {
    let ranks = |ranks: Option<Ranks>| {
        ranks.map(|ranks| json!({ "auc": ranks.auc, "low": ranks.low, "high": ranks.high }))
    };
    let leads =
        |leads: &Leads| json!({ "from": leads.from, "to": leads.to, "reached": rate(leads.rate) });
    let rules = card.rules.iter().map(|rule| {
        json!({
            "shows": found.words_of(&rule.thing),
            "points": rule.points,
            "with": rate(rule.with),
            "without": rate(rule.without),
            "information": rule.information,
        })
    });
    let bands = card.bands.iter().map(|band| {
        json!({
            "from": band.from,
            "reached": rate(band.rate),
            "lift": band.lift,
            "captured": rate(band.captured),
        })
    });
    let gates = card.gates.iter().map(|gate| {
        json!({ "points": gate.points, "through": rate(gate.through), "a_week": gate.per_week })
    });
    json!({
        "version": found.version,
        "definition": found.definition.id,
        "threshold": threshold,
        "says": found.sentence(card, threshold),
        "rules": rules.collect::<Vec<_>>(),
        "points_that_double": DOUBLES,
        "base_log_odds": card.base,
        "made": leads(&card.made),
        "tried": leads(&card.tried),
        "ranks": ranks(card.ranks),
        "ranks_today": ranks(card.ranks_today),
        "calibration": card.calibration.map(|found| json!({
            "said": found.said,
            "was": rate(found.was),
            "slope": found.slope,
            "brier": found.brier,
        })),
        "bands": bands.collect::<Vec<_>>(),
        "gates": gates.collect::<Vec<_>>(),
        "met_today": card.met_today.map(rate),
        "worked": rate(card.worked),
        "not_over": found.too_young.len(),
        "clause": clause,
    })
}
