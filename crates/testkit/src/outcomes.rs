//! Leads of which it is known what became of them.

use engine::backtest::HISTORY_UNTIL;
use serde_json::{Value, json};

use crate::World;

impl World {
    /// A year of leads, said to be history: of each second one something was bought. Four in five of
    /// these had asked for a demonstration, and one in five of the others; titles tell nothing.
    pub async fn with_outcomes() -> World {
        let world = World::just_signed();
        world.sells("a", ["2025-02-03", "2025-02-10", "2025-04-01"], 120).await;
        world.sells("b", ["2025-06-02", "2025-06-09", "2025-08-01"], 120).await;
        world.told_to_be_history().await;
        world
    }

    /// So many leads that came on the first day; opportunities of half of them were opened on the
    /// second and won on the third.
    pub async fn sells(&self, cohort: &str, days: [&str; 3], leads: usize) {
        let mut facts: [Vec<Value>; 3] = Default::default();
        for nth in 0..leads {
            let (lead, buys) = (format!("{cohort}{nth}"), nth % 2 == 0);
            let title = ["Director", "Buyer", "Clerk"][nth % 3];
            let fields = json!({"title": title, "shoe": "40"});
            facts[0].push(json!({"fact": "lead", "lead": lead, "fields": fields}));
            if (nth / 2 % 5 != 0) == buys {
                facts[0].push(json!({"fact": "activity", "lead": lead, "kind": "demo"}));
            }
            let deal = |outcome: &str, more: Value| {
                let mut fields = json!({"outcome": outcome, "lead": lead, "opened_on": days[1]});
                fields["closed_on"] = more;
                json!({"fact": "opportunity", "opportunity": format!("d-{lead}"), "fields": fields})
            };
            if buys {
                facts[1].push(deal("open", Value::Null));
                facts[2].push(deal("won", json!(days[2])));
            }
        }
        for (day, mut facts) in days.into_iter().zip(facts) {
            for fact in &mut facts {
                fact["happened_at"] = json!(format!("{day}T10:00:00Z"));
            }
            let answer = self.reports(Value::Array(facts)).await;
            assert!(answer.status.is_success(), "{}", answer.text());
        }
    }

    /// The next morning; what was told so far was known when it happened, and there is one lead more.
    pub async fn told_to_be_history(&self) {
        let one_more = json!([{"fact": "lead", "lead": "one-more"}]);
        assert!(self.reports(one_more).await.status.is_success());
        let (now, until) = (self.now(), (HISTORY_UNTIL, "2026-11-17T00:00:00Z".to_owned()));
        self.asks(|engine| engine.keep_settings(vec![until], now)).expect("a setting is kept");
        self.at("2026-11-17 09:00");
    }
}
