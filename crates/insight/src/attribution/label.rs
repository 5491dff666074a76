//! What a model's number means, in one line: its rule, and which touches count. Definitions differ
//! between tools more than anything else does, so no number goes without it.

use super::{Model, Terms};
use crate::{
    order::Repeats,
    rules::{Rule, W},
};

/// The label of a model.
pub fn of(model: Model, terms: &Terms, has_milestones: bool) -> String {
    let rule = match model {
        Model::First => "all to the first touch".to_owned(),
        Model::Last => "all to the last touch".to_owned(),
        Model::LastNonDirect => {
            format!("all to the last touch that is not `{}`, to the last if all are", terms.direct)
        }
        Model::Linear => "the same to each touch".to_owned(),
        Model::TimeDecay => format!(
            "half as much for every {} days before the outcome, in proportion",
            terms.half_life_days
        ),
        Model::Markov => markov(terms),
        Model::ShapleyCoverage => {
            "Shapley by coverage: each conversion evenly among its distinct channels".to_owned()
        }
        Model::ShapleyRate => format!(
            "Shapley by rate: sets of channels by the part of their journeys that converted, of at \
             least {} journeys each, a set that no journey touched exactly as the best within it; \
             what is below nothing is cut, the rest scaled to all conversions",
            terms.coalition_journeys_min
        ),
        Model::AnyTouch => {
            "each channel that took part, in full: sums to more than everything".to_owned()
        }
        Model::U | Model::W | Model::FullPath | Model::J | Model::InverseJ | Model::Custom => {
            weighted(model, terms, has_milestones)
        }
    };
    format!("{rule}; {}", terms.eligibility)
}

fn markov(terms: &Terms) -> String {
    let order = terms.order;
    let repeats = match (order, terms.repeats) {
        (1, _) => "",
        (_, Repeats::Kept) => ", repeated touches kept",
        (_, Repeats::Collapsed) => ", repeated touches counted once",
    };
    format!(
        "Markov of order {order}, solved exactly{repeats}: the part of conversions lost when whoever \
         comes to the channel is lost, scaled to all conversions"
    )
}

fn weighted(model: Model, terms: &Terms, has_milestones: bool) -> String {
    let Some(Rule::Weighted(weights)) = model.rule(terms) else {
        return "no weights were given".to_owned();
    };
    let mut words = weights.words();
    if weights == W && !has_milestones {
        words.push_str(
            "; the input has no milestones: the touch half-way stands for the lead, the last for the \
             opportunity",
        );
    }
    words.push_str("; what has no touch goes to the others in proportion");
    words
}
