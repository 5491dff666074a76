//! Membership: which one group a row is in, where rules tell rows apart and one may keep several.
//!
//! A row that keeps several rules is in the group of all these together, so that every row is in
//! exactly one group, counts add up to the total, and no rule goes before another.

use crate::condition::Truth;

/// The group of what keeps no rule.
pub const NONE: &str = "none of them";

/// What rules say of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// It keeps these, by their places. Where `may_be_more`, it cannot be said of another.
    Of {
        /// The rules that it keeps, in order; at least one.
        kept: Vec<usize>,
        /// Whether of another rule it cannot be said.
        may_be_more: bool,
    },
    /// It breaks every rule.
    OfNone,
    /// It keeps none, and of one at least it cannot be said.
    Unsaid,
}

impl Membership {
    /// By what each rule says.
    pub fn of(truths: &[Truth]) -> Membership {
        let places = truths.iter().enumerate();
        let kept: Vec<usize> =
            places.filter(|(_, truth)| **truth == Truth::Yes).map(|(place, _)| place).collect();
        let is_unsaid = truths.contains(&Truth::Unknown);
        match (kept.is_empty(), is_unsaid) {
            (false, may_be_more) => Membership::Of { kept, may_be_more },
            (true, true) => Membership::Unsaid,
            (true, false) => Membership::OfNone,
        }
    }

    /// The group: the names of the rules that it keeps, [`NONE`], or nothing where it cannot be said.
    pub fn group(&self, names: &[String]) -> Option<String> {
        match self {
            Membership::Of { kept, .. } => {
                let kept: Vec<&str> = kept.iter().map(|place| names[*place].as_str()).collect();
                // Names have words of their own between their words.
                Some(kept.join(" + "))
            }
            Membership::OfNone => Some(NONE.to_owned()),
            Membership::Unsaid => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Truth::{No, Unknown, Yes};

    #[test]
    fn each_row_is_in_one_group_of_all_rules_that_it_keeps() {
        let names = ["Director", "Buyer"].map(str::to_owned);
        let cases = [
            ([Yes, No], Some("Director"), false),
            ([No, Yes], Some("Buyer"), false),
            ([Yes, Yes], Some("Director + Buyer"), false),
            ([Yes, Unknown], Some("Director"), true),
            ([No, No], Some(NONE), false),
            ([No, Unknown], None, false),
            ([Unknown, Unknown], None, false),
        ];
        for (truths, expected, more) in cases {
            let membership = Membership::of(&truths);
            assert_eq!(membership.group(&names).as_deref(), expected, "{truths:?}");
            let says_more = matches!(membership, Membership::Of { may_be_more: true, .. });
            assert_eq!(says_more, more, "{truths:?}");
        }
    }
}
