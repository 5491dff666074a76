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
    show::{LocalTime, count, per_cent},
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
        .and_text(format!(
            " leads had their {} days; {} of them {}.",
            found.wish.within_days,
            count(found.over.hits()),
            reached(found)
        ));
    match &found.card {
        Ok(_) => over,
        Err(NoCard::TooFew { hits, n }) => over.and_text(format!(
            " The earlier {} of them would make the card, and {} of these {}: at least {HITS_MIN} are \
             needed that did, and as many that did not. Keep the points that you have agreed on.",
            count(*n),
            count(*hits),
            reached(found),
        )),
        Err(NoCard::NothingTells { things }) => over.and_text(format!(
            " Of {} things that they showed, none tells one from the other.",
            count(*things as u64)
        )),
    }
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

/// How the card did.
pub(super) fn verdict(found: &Suggestion, card: &Card) -> Vec<Markup> {
    let mut says = Vec::new();
    let ranks = |ranks: Ranks| {
        let [auc, low, high] = [ranks.auc, ranks.low, ranks.high].map(per_cent);
        format!("{auc} (95 %: {low} to {high})")
    };
    let of_card = card.ranks.map_or("not measurable".to_owned(), ranks);
    says.push(Markup::text(format!(
        "Of two leads of which one {}, the card gives that one more points in {of_card} of all pairs; \
         a coin does in 50 %.",
        reached(found)
    )));
    if card.ranks.is_some_and(|ranks| ranks.low <= 0.5) {
        says.push(Markup::text(
            "That could be chance: on leads that it has not seen, this card is not shown to tell \
             anything apart.",
        ));
    }
    says.push(Markup::text(match card.ranks_today {
        Some(today) => format!("The points in force: {} on the same leads.", ranks(today)),
        None => "The points in force cannot be compared: they do not judge these leads.".to_owned(),
    }));
    if let Some(calibration) = &card.calibration {
        let slope = calibration.slope.map_or(String::new(), |slope| {
            let reading = match slope {
                slope if slope < 0.8 => "it spreads leads further apart than they were",
                slope if slope > 1.25 => "leads were further apart than it says",
                _ => "it spreads leads about as far apart as they were",
            };
            format!(" Its slope is {slope:.2}: {reading}.")
        });
        says.push(Markup::text(format!(
            "It said {} of them, and {} {}.{slope}",
            per_cent(calibration.said),
            shown_rate(calibration.was).line(),
            reached(found),
        )));
    }
    says
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
    open: &impl Fn(Rate, Behind) -> Markup,
) -> Markup {
    let gate = card.gates.iter().find(|gate| gate.points >= threshold);
    let through = match gate {
        Some(gate) => {
            let a_week = gate.per_week.map_or(String::new(), |n| format!(", {n:.1} leads a week"));
            open(gate.through, Behind::Through).and_text(format!(" {}{a_week}", reached(found)))
        }
        None => Markup::text("no lead reaches it"),
    };
    let not = match wished {
        Some(wished) if wished != threshold => {
            format!("From {} points on is no threshold of this card. ", plain(wished))
        }
        _ => String::new(),
    };
    let from = plain(threshold);
    let says = Markup::text(format!("{not}From {from} points on, of the later leads: "))
        .and(through)
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
                .and_text(format!(
                    ". The other {} count as not {}: what they could have become is not known.",
                    count(n - worked),
                    match found.wish.toward {
                        Toward::Won => "won",
                        Toward::Opened => "opened",
                    }
                )),
        );
        says.push(Markup::text(format!(
            "{} more things were looked at; they tell nothing, or the same as another.",
            count(card.left_out as u64)
        )));
    }
    let days = found.wish.within_days;
    says.push(Markup::text(match found.too_young {
        1 => format!("1 lead is not looked at: its {days} days are not over."),
        n => format!("{} leads are not looked at: their {days} days are not over.", count(n)),
    }));
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
        Behind::Made => "The earlier leads, which made the card".to_owned(),
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
    })
}
