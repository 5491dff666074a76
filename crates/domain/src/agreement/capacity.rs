//! Capacity: how many opportunities a person can work, and so how many they can take on; and how long
//! they have to call leads.

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
    /// What a lead asks of whoever calls it, where the text says so.
    pub calling: Option<Calling>,
}

/// What a lead asks of whoever calls it, and what they have for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calling {
    /// How often a lead is tried.
    pub attempts: u32,
    /// How long one attempt takes, in minutes.
    pub attempt_minutes: u32,
    /// What one person has for it in a week, in minutes.
    pub week_minutes: u32,
}

impl Calling {
    /// What so many leads ask for, in minutes. Source: domain.md 2.2.
    pub fn minutes_for(&self, leads: u64) -> u64 {
        leads * u64::from(self.attempts) * u64::from(self.attempt_minutes)
    }
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
        self.taken_on_in(30.0).round() as u32
    }

    /// How many a person can take on in so many days of the calendar.
    pub fn taken_on_in(&self, days: f64) -> f64 {
        f64::from(self.at_a_time) * days / self.mean_days()
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
            calling: None,
        };
        assert!((capacity.mean_days() - 119.7).abs() < 1e-9);
        assert_eq!(capacity.taken_on_in_30_days(), 10);
    }

    // Source: domain.md 2.2, worked.
    #[test]
    fn a_hundred_and_fifteen_leads_called_six_times_for_five_minutes_are_57_and_a_half_hours() {
        let calling = Calling { attempts: 6, attempt_minutes: 5, week_minutes: 600 };
        assert_eq!(calling.minutes_for(115), 57 * 60 + 30);
    }
}
