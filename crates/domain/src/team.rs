//! Who leads whom.

use std::collections::BTreeMap;

use crate::ids::UserId;

/// Who leads each person, where somebody does.
pub type LedBy = BTreeMap<UserId, UserId>;

/// Those who would lead one another in a circle if `manager` led `user`: from the manager up to the
/// user. Nobody where there is no circle; a circle among others is none of this.
pub fn circle(led_by: &LedBy, user: &UserId, manager: &UserId) -> Vec<UserId> {
    let mut way = vec![manager.clone()];
    while way.last() != Some(user) {
        match way.last().and_then(|last| led_by.get(last)) {
            Some(next) if !way.contains(next) => way.push(next.clone()),
            _ => return Vec::new(),
        }
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_led_by_somebody_does_not_lead_them() {
        let pairs = [("rita", "sven"), ("sven", "lea"), ("a", "b"), ("b", "a")];
        let led_by: LedBy = pairs.map(|(who, by)| (who.into(), by.into())).into();
        let cases: [(&str, &str, &[&str]); 6] = [
            ("rita", "rita", &["rita"]),
            ("sven", "rita", &["rita", "sven"]),
            ("lea", "rita", &["rita", "sven", "lea"]),
            ("rita", "lea", &[]),
            ("rita", "stranger", &[]),
            ("rita", "a", &[]),
        ];
        for (user, manager, expected) in cases {
            let found = circle(&led_by, &user.into(), &manager.into());
            let found: Vec<&str> = found.iter().map(UserId::as_str).collect();
            assert_eq!(found, expected, "{manager} leads {user}");
        }
    }
}
