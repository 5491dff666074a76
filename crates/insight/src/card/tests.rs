use std::sync::Arc;

use domain::{condition::Root, ids::LeadId};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;

fn traits() -> Vec<Trait> {
    let lead = |name: &str| Trait::Field(Root::Lead, name.to_owned());
    vec![lead("industry"), lead("seats"), lead("is_free_mail"), Trait::Did("demo".to_owned())]
}

/// Leads of which one in ten is won, more of those in banking and with a demo, fewer with free mail.
fn leads(count: u32, seed: u64) -> Vec<Looked> {
    let mut rng = StdRng::seed_from_u64(seed);
    let words: Vec<Arc<str>> = ["Banking", "Retail", "Energy"].map(Arc::from).into();
    (0..count)
        .map(|nth| {
            let (mut showed, mut log_odds) = (Vec::new(), -3.0);
            let word = rng.random_range(0..3_usize);
            showed.push((0, Said::Word(words[word].clone())));
            log_odds += if word == 0 { 1.4 } else { 0.0 };
            showed.push((1, Said::Number(f64::from(rng.random_range(1..200_u32)))));
            if rng.random_bool(0.3) {
                showed.push((2, Said::Yes));
                log_odds -= 1.4;
            }
            if rng.random_bool(0.2) {
                showed.push((3, Said::Yes));
                log_odds += 2.1;
            }
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(i64::from(nth));
            let hit = rng.random_bool(crate::logistic::chance(log_odds));
            Looked {
                lead: LeadId::from(format!("crm:{nth}").as_str()),
                at,
                showed,
                hit,
                worked: nth % 2 == 0,
                today: Some((i64::from(nth % 7), nth % 7 > 5)),
            }
        })
        .collect()
}

#[test]
fn what_tells_earns_and_what_does_not_is_left_out() {
    let card = Card::of(&traits(), &leads(20_000, 1)).unwrap();
    let points: Vec<(Thing, i64)> =
        card.rules.iter().map(|rule| (rule.thing.clone(), rule.points)).collect();
    let of = |thing: &Thing| points.iter().find(|(known, _)| known == thing).map(|(_, p)| *p);
    let demo = of(&Thing::Did("demo".to_owned())).unwrap();
    let banking = of(&Thing::Is(Root::Lead, "industry".to_owned(), "Banking".into())).unwrap();
    let free = of(&Thing::Holds(Root::Lead, "is_free_mail".to_owned())).unwrap();
    // 2.1, 1.4 and -1.4 in logarithms of odds are 30, 20 and -20 points.
    assert!((28..=32).contains(&demo), "{demo}");
    assert!((17..=23).contains(&banking), "{banking}");
    assert!((-24..=-16).contains(&free), "{free}");
    assert!(!points.iter().any(|(thing, _)| matches!(thing, Thing::From(..))), "{points:?}");
    assert!((card.base + 3.0).abs() < 0.2, "{}", card.base);
    assert!(card.ranks.unwrap().low > 0.7 && card.ranks_today.unwrap().high < 0.6);
    let calibration = card.calibration.unwrap();
    assert!((calibration.slope.unwrap() - 1.0).abs() < 0.15, "{calibration:?}");
    assert_eq!(card.made.rate.n() + card.tried.rate.n(), 20_000);
    assert_eq!(card.worked.hits(), 3_000);
}

#[test]
fn the_threshold_lets_through_no_more_than_today() {
    let mut card = Card::of(&traits(), &leads(20_000, 2)).unwrap();
    let gate = card.gates.iter().find(|gate| gate.points == card.threshold).unwrap();
    let met = card.met_today.unwrap();
    assert!(gate.through.n() <= met.n() && gate.through.n() > 0);
    assert!(gate.through.hits() > 2 * met.hits(), "{gate:?} beside {met:?}");
    assert!(card.chance(card.threshold) > card.chance(0));
    assert!(card.most() >= card.threshold);
    assert_eq!(
        card.bands.last().unwrap().captured,
        Rate::of(card.tried.rate.hits(), card.tried.rate.hits()).unwrap()
    );
    assert!(card.lets_through_no_more());
    card.met_today = Rate::of(0, 1);
    assert!(!card.lets_through_no_more(), "more than one lead reaches the threshold");
}

#[test]
fn fifty_wins_are_needed() {
    let few: Vec<Looked> = leads(300, 3);
    assert!(matches!(Card::of(&traits(), &few), Err(NoCard::TooFew { hits, n: 210 }) if hits < 50));
    assert!(matches!(Card::of(&traits(), &[]), Err(NoCard::TooFew { hits: 0, n: 0 })));
    let blind: Vec<Looked> =
        leads(3_000, 4).into_iter().map(|lead| Looked { showed: Vec::new(), ..lead }).collect();
    assert_eq!(Card::of(&traits(), &blind), Err(NoCard::NothingTells { things: Vec::new() }));
}

#[test]
fn of_two_things_that_are_one_the_card_names_one() {
    let mut twice = traits();
    twice.push(Trait::Did("demo_follow_up".to_owned()));
    let leads = leads(10_000, 5).into_iter().map(|mut lead| {
        if lead.showed.iter().any(|(of, _)| *of == 3) {
            lead.showed.push((4, Said::Yes));
        }
        lead
    });
    let card = Card::of(&twice, &leads.collect::<Vec<_>>()).unwrap();
    let demos = card.rules.iter().filter(|rule| matches!(rule.thing, Thing::Did(_))).count();
    assert_eq!(demos, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    /// What becomes of the later leads changes nothing of the card, only how it did.
    #[test]
    fn the_later_leads_make_nothing(seed in 0..1000_u64, flip in any::<bool>()) {
        let before = leads(4_000, seed);
        let mut after = before.clone();
        for lead in &mut after[2_800..] {
            lead.hit = if flip { !lead.hit } else { false };
        }
        let [one, other] = [before, after].map(|leads| Card::of(&traits(), &leads).unwrap());
        prop_assert_eq!(one.rules, other.rules);
        prop_assert_eq!(one.base, other.base);
    }
}
