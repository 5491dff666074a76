//! What the page of suggested points says in words.

use std::collections::BTreeSet;

use domain::rate::Rate;
use engine::suggestion::{
    Field, Suggestion, Toward,
    card::{Card, HITS_MIN, Leads, NoCard, Ranks},
};

use super::{super::backtest::shown_rate, asked::Behind};
use crate::{
    markup::Markup,
    show::{LocalTime, count, figure, per_cent},
};

/// What leads come to, in the past tense.
pub(super) fn reached(found: &Suggestion) -> &'static str {
    match found.wish.toward {
        Toward::Won => "won",
        Toward::Opened => "became an opportunity",
    }
}

pub(super) fn title(found: &Suggestion) -> String {
    let those = match found.wish.toward {
        Toward::Won => "leads that were won",
        Toward::Opened => "leads that became opportunities",
    };
    match &found.card {
        Ok(card) if card.rules.len() == 1 => format!("One thing sets apart {those}"),
        Ok(card) => format!("{} things set apart {those}", card.rules.len()),
        Err(NoCard::TooFew { .. }) => format!("Too few {those} to suggest points from"),
        Err(NoCard::NothingTells { .. }) => format!("Nothing sets apart {those}"),
    }
}

/// What was looked at, or why nothing is suggested.
pub(super) fn head(found: &Suggestion, open: &impl Fn(u64, Behind) -> Markup) -> Markup {
    let over = Markup::from("Definition “")
        .and_text(&found.definition.id)
        .and_text("”. ")
        .and(open(found.over.n(), Behind::Over))
        .and_text(" leads had their ")
        .and(figure(format!("{} days", found.wish.within_days), "#within"))
        .and_text("; ")
        .and(open(found.over.hits(), Behind::OverHits))
        .and_text(format!(" of them {}.", reached(found)));
    match &found.card {
        Ok(_) => over,
        Err(NoCard::TooFew { hits, n }) => over
            .and_text(" The earlier ")
            .and(open(*n, Behind::Made))
            .and_text(" of them would make the card, and ")
            .and(open(*hits, Behind::MadeHits))
            .and_text(format!(
                " of these {}: at least {} are needed that did, and as many that did not. Keep the \
                 points that you have agreed on.",
                reached(found),
                in_words(HITS_MIN),
            )),
        Err(NoCard::NothingTells { things }) => over
            .and_text(" Of ")
            .and(figure(count(things.len() as u64), LEFT_OUT))
            .and_text(" things that they showed, none tells one from the other."),
    }
}

/// Where the things stand that tell nothing.
const LEFT_OUT: &str = "#left-out";

/// The least that is needed is a rule of the house and nobody's figure: it stands in words.
fn in_words(n: u64) -> String {
    if n == 50 { "fifty".to_owned() } else { count(n) }
}

/// The things that were looked at and earn nothing, in their words.
pub(super) fn left_out(found: &Suggestion) -> Vec<String> {
    let things = match &found.card {
        Ok(card) => &card.left_out,
        Err(NoCard::NothingTells { things }) => things,
        Err(NoCard::TooFew { .. }) => return Vec::new(),
    };
    things.iter().map(|thing| found.words_of(thing)).collect()
}

/// `+12`, `−4`.
pub(super) fn signed(points: i64) -> String {
    if points < 0 { format!("−{}", points.unsigned_abs()) } else { format!("+{points}") }
}

/// `12`, `−4`.
pub(super) fn plain(points: i64) -> String {
    if points < 0 { format!("−{}", points.unsigned_abs()) } else { points.to_string() }
}

/// `20 and more`, `4 to 19`, `under 4`.
pub(super) fn from_to(card: &Card, nth: usize) -> String {
    let from = card.bands[nth].from;
    let above = nth.checked_sub(1).and_then(|above| card.bands.get(above));
    match above {
        None => format!("{} and more", plain(from)),
        Some(above) if nth + 1 == card.bands.len() => format!("under {}", plain(above.from)),
        Some(above) => format!("{} to {}", plain(from), plain(above.from - 1)),
    }
}

/// `55 of 240, 23 % (18–29), looked at from 3 Jun 2025 to 18 May`.
pub(super) fn leads(leads: &Leads, rate: &Markup, found: &Suggestion, time: &LocalTime) -> Markup {
    let day = |at| time.date(found.zone.to_datetime(at).date());
    rate.clone()
        .and_text(format!(" {}, looked at from ", reached(found)))
        .and(day(leads.from))
        .and_text(" to ")
        .and(day(leads.to))
}

/// How the card did; each share opens the leads that it was tried on.
pub(super) fn verdict(found: &Suggestion, card: &Card, tried: &str) -> Vec<Markup> {
    let mut says = Vec::new();
    let door = |words: String| figure(words, tried);
    let ranks = |ranks: Ranks| {
        let [auc, low, high] = [ranks.auc, ranks.low, ranks.high].map(per_cent);
        door(format!("{auc} (95 %: {low} to {high})"))
    };
    let of_card = card.ranks.map_or(Markup::text("not measurable"), ranks);
    says.push(
        Markup::text(format!(
            "Of two leads of which one {}, the card gives that one more points in ",
            reached(found)
        ))
        .and(of_card)
        .and_text(" of all pairs; a coin does in half of them."),
    );
    if card.ranks.is_some_and(|ranks| ranks.low <= 0.5) {
        says.push(Markup::text(
            "That could be chance: on leads that it has not seen, this card is not shown to tell \
             anything apart.",
        ));
    }
    says.push(match card.ranks_today {
        Some(today) => {
            Markup::text("The points in force: ").and(ranks(today)).and_text(" on the same leads.")
        }
        None => {
            Markup::text("The points in force cannot be compared: they do not judge these leads.")
        }
    });
    if let Some(calibration) = &card.calibration {
        let said = Markup::text("It said ")
            .and(door(per_cent(calibration.said)))
            .and_text(" of them, and ")
            .and(door(shown_rate(calibration.was).line()))
            .and_text(format!(" {}.", reached(found)));
        says.push(match calibration.slope {
            None => said,
            Some(slope) => said
                .and_text(" Its slope is ")
                .and(door(format!("{slope:.2}")))
                .and_text(format!(": {}.", spread(slope))),
        });
    }
    says
}

/// What a slope says of a card.
fn spread(slope: f64) -> &'static str {
    match slope {
        slope if slope < 0.8 => "it spreads leads further apart than they were",
        slope if slope > 1.25 => "leads were further apart than it says",
        _ => "it spreads leads about as far apart as they were",
    }
}

/// Why it is this threshold.
pub(super) fn why(card: &Card, threshold: i64) -> &'static str {
    match (threshold == card.threshold, card.lets_through_no_more()) {
        (false, _) => "as you asked for",
        (true, true) => {
            "where nothing else is asked for: the lowest one above nothing that lets through no more \
             than the rule in force"
        }
        (true, false) => {
            "where nothing else is asked for: the one that best parts those that came to it from the \
             others. There is none above nothing that lets through no more than the rule in force, or \
             that rule lets nothing through"
        }
    }
}

/// What a threshold lets through, beside the rule in force.
pub(super) fn gate(
    found: &Suggestion,
    card: &Card,
    (threshold, wished): (i64, Option<i64>),
    (open, through): (&impl Fn(Rate, Behind) -> Markup, &str),
) -> Markup {
    let gate = card.gates.iter().find(|gate| gate.points >= threshold);
    let let_through = match gate {
        Some(gate) => {
            let words =
                open(gate.through, Behind::Through).and_text(format!(" {}", reached(found)));
            match gate.per_week {
                None => words,
                Some(n) => {
                    words.and_text(", ").and(figure(format!("{n:.1} leads a week"), through))
                }
            }
        }
        None => Markup::text("no lead reaches it"),
    };
    let at = |points: i64| figure(format!("{} points", plain(points)), "#threshold");
    let not = match wished {
        Some(wished) if wished != threshold => {
            Markup::text("From ").and(at(wished)).and_text(" on is no threshold of this card. ")
        }
        _ => Markup::new(),
    };
    let says = not
        .and_text("From ")
        .and(at(threshold))
        .and_text(" on, of the later leads: ")
        .and(let_through)
        .and_text(". By the rule in force: ");
    match card.met_today {
        Some(met) => says.and(open(met, Behind::Today)).and_text("."),
        None => says.and_text("it does not judge these leads."),
    }
}

/// What cannot be known, and what was left out.
pub(super) fn not_known(found: &Suggestion, open: &impl Fn(u64, Behind) -> Markup) -> Vec<Markup> {
    let mut says = Vec::new();
    if let Ok(card) = &found.card {
        let (worked, n) = (card.worked.hits(), card.worked.n());
        says.push(
            Markup::text("Of the later leads sales worked ")
                .and(open(worked, Behind::Worked))
                .and_text(". The other ")
                .and(open(n - worked, Behind::Unworked))
                .and_text(format!(
                    " count as not {}: what they could have become is not known.",
                    match found.wish.toward {
                        Toward::Won => "won",
                        Toward::Opened => "opened",
                    }
                )),
        );
        says.push(
            figure(count(card.left_out.len() as u64), LEFT_OUT).and_text(
                " more things were looked at; they tell nothing, or the same as another.",
            ),
        );
    }
    let young = found.too_young.len() as u64;
    let (are, their) = match young {
        1 => (" lead is not looked at: its ", " are not over."),
        _ => (" leads are not looked at: their ", " are not over."),
    };
    let days = figure(format!("{} days", found.wish.within_days), "#within");
    says.push(open(young, Behind::Young).and_text(are).and(days).and_text(their));
    let names = |fields: &BTreeSet<Field>| {
        let names = fields.iter().map(|field| format!("{}.{}", field.root.word(), field.name));
        names.collect::<Vec<_>>().join(", ")
    };
    if !found.undeclared.is_empty() {
        says.push(Markup::text(format!(
            "Reported, but not declared in the text, so that no rule could ask for it: {}.",
            names(&found.undeclared)
        )));
    }
    if !found.not_weighed.is_empty() {
        says.push(Markup::text(format!(
            "Declared, and left out: {}. Days are no words, and some names say what nobody’s chances \
             shall rest on.",
            names(&found.not_weighed)
        )));
    }
    says.push(Markup::text(
        "Who was called became more than who was not: this is association, not effect.",
    ));
    says
}

/// The leads behind a number, in words.
pub(super) fn behind(found: &Suggestion, behind: Behind) -> Option<String> {
    let card = found.card.as_ref().ok();
    let rule = |nth: usize| Some(found.words_of(&card?.rules.get(nth)?.thing));
    Some(match behind {
        Behind::Over => "Leads whose time is over".to_owned(),
        Behind::OverHits => format!("Leads whose time is over that {}", reached(found)),
        Behind::Young => "Leads that are not looked at".to_owned(),
        Behind::Made => "The earlier leads, which made the card".to_owned(),
        Behind::MadeHits => format!("The earlier leads that {}", reached(found)),
        Behind::Tried => "The later leads, on which it was tried".to_owned(),
        Behind::Shows(nth) => format!("Earlier leads that show “{}”", rule(nth)?),
        Behind::ShowsNot(nth) => format!("Earlier leads that do not show “{}”", rule(nth)?),
        Behind::Band(nth) => {
            card?.bands.get(nth)?;
            format!("Later leads with points {}", from_to(card?, nth))
        }
        Behind::Captured(nth) => {
            let from = card?.bands.get(nth)?.from;
            format!("Later leads that {} with {} points or more", reached(found), plain(from))
        }
        Behind::Through => "Later leads that reach the threshold".to_owned(),
        Behind::Today => "Later leads that met the rule in force".to_owned(),
        Behind::Worked => "Later leads that sales worked".to_owned(),
        Behind::Unworked => "Later leads that sales did not work".to_owned(),
    })
}
