//! Capacity: how many opportunities a person can work, and so how many they can take on.

use crate::firm::Side;

/// How much one person of a side can work.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Whose capacity it is.
    pub side: Side,
    /// How many opportunities a person works at a time.
    pub at_a_time: u32,
    /// How long an opportunity that is won is worked, in days.
    pub days_to_win: u32,
    /// How long one that is lost is worked, in days.
    pub days_to_loss: u32,
    /// The share that is won, in thousandths.
    pub win_rate_per_mille: u32,
}

impl Capacity {
    /// How long an opportunity is worked on the mean, in days: won and lost by their shares.
    pub fn mean_days(&self) -> f64 {
        let won = f64::from(self.win_rate_per_mille) / 1000.0;
        won * f64::from(self.days_to_win) + (1.0 - won) * f64::from(self.days_to_loss)
    }

    /// How many opportunities a person can take on in 30 days, rounded to the nearest: what is
    /// worked at a time, by the mean time of each (Little's law).
    pub fn taken_on_in_30_days(&self) -> u32 {
        (f64::from(self.at_a_time) * 30.0 / self.mean_days()).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_at_a_time_for_four_months_are_ten_a_month() {
        let capacity = Capacity {
            id: "account-executives".into(),
            clause: "8".into(),
            says: String::new(),
            side: Side::Sales,
            at_a_time: 40,
            days_to_win: 180,
            days_to_loss: 90,
            win_rate_per_mille: 330,
        };
        assert!((capacity.mean_days() - 119.7).abs() < 1e-9);
        assert_eq!(capacity.taken_on_in_30_days(), 10);
    }
}
