//! How the options of `attribution` read.

use insight::{
    attribution::{Model, Repeats},
    rules::Weights,
};

/// A model by its name.
pub(super) fn model(text: &str) -> Result<Model, String> {
    Model::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Model::ALL.iter().map(|model| model.key()).collect();
        format!("there is no such model; there are {}", known.join(", "))
    })
}

/// `ours=theirs`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("write it as ours=theirs")?;
    Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
}

/// `first=30,middle=10`; what is left out gets nothing.
pub(super) fn weights(text: &str) -> Result<Weights, String> {
    let mut weights = Weights { first: 0, lead: 0, opportunity: 0, last: 0, middle: 0 };
    for part in text.split(',') {
        let (name, number) = pair(part)?;
        let place = match name.as_str() {
            "first" => &mut weights.first,
            "lead" => &mut weights.lead,
            "opportunity" => &mut weights.opportunity,
            "last" => &mut weights.last,
            "middle" => &mut weights.middle,
            _ => return Err(format!("{name} is none of first, lead, opportunity, last, middle")),
        };
        let number: f64 = number.parse().map_err(|_| format!("{number} is no number"))?;
        if !(0.0..=1_000_000.0).contains(&number) {
            return Err(format!("{number} is not between 0 and 1,000,000"));
        }
        *place = (number * 10.0).round() as u32;
    }
    let whole = [weights.first, weights.lead, weights.opportunity, weights.last, weights.middle];
    if whole.iter().all(|weight| *weight == 0) {
        return Err("nothing gets any weight".to_owned());
    }
    Ok(weights)
}

/// Whether repeated touches count each time.
pub(super) fn repeats(collapsed: bool) -> Repeats {
    if collapsed { Repeats::Collapsed } else { Repeats::Kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_in_any_order_and_need_not_sum_to_a_hundred() {
        let read = weights("middle=10, first=22.5,last=67.5").unwrap();
        assert_eq!((read.first, read.last, read.middle, read.lead), (225, 675, 100, 0));
        for (text, expected) in [
            ("first", "write it as ours=theirs"),
            ("second=10", "second is none of first, lead, opportunity, last, middle"),
            ("first=much", "much is no number"),
            ("first=-1", "-1 is not between 0 and 1,000,000"),
            ("first=0", "nothing gets any weight"),
        ] {
            assert_eq!(weights(text).unwrap_err(), expected);
        }
    }
}
