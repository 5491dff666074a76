//! Proofs of the message in force that have ended, or end soon.

use domain::{
    agreement::{Agreement, message::ProofState, text::ClauseKind},
    ids::Version,
};
use jiff::civil::Date;

use super::message_href;
use crate::{
    markup::Markup,
    show::{LocalTime, figure},
};

/// What is told of them: where they are read, and how many there are until when; nothing where none
/// wants attention.
pub(crate) fn ends(
    agreement: &Agreement,
    version: Version,
    time: &LocalTime,
) -> Option<(String, Markup)> {
    let today = super::day_of(agreement, time);
    let states: Vec<(String, ProofState)> = agreement
        .clauses
        .iter()
        .filter_map(|clause| match &clause.kind {
            ClauseKind::Message(message) => Some((clause, message)),
            _ => None,
        })
        .flat_map(|(clause, message)| {
            let states = message.proofs().into_iter().map(|proof| proof.state(today));
            states.map(|state| (clause.no.clone(), state)).collect::<Vec<_>>()
        })
        .filter(|(_, state)| state.wants_attention())
        .collect();
    let (no, _) = states.first()?;
    let href = format!("{}#proofs-{no}", message_href(version));
    let states: Vec<ProofState> = states.iter().map(|(_, state)| *state).collect();
    Some((href.clone(), words(&states, &href, time)))
}

/// `2 have ended; 1 ends, on Tue 15 Dec`.
fn words(states: &[ProofState], href: &str, time: &LocalTime) -> Markup {
    let ended = states.iter().filter(|state| matches!(state, ProofState::Ended(_))).count();
    let soon: Vec<Date> = states
        .iter()
        .filter_map(|state| match state {
            ProofState::EndsSoon(day) => Some(*day),
            _ => None,
        })
        .collect();
    let mut words = Markup::new();
    if ended > 0 {
        words.push(figure(ended.to_string(), href));
        words.say(if ended == 1 { " has ended" } else { " have ended" });
    }
    if let Some(first) = soon.iter().min() {
        words.say(if ended > 0 { "; " } else { "" });
        words.push(figure(soon.len().to_string(), href));
        words.say(if soon.len() == 1 { " ends on " } else { " end soon, the first on " });
        words.push(time.date(*first));
    }
    words
}
