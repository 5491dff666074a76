//! The pages of opportunities and of accounts, in every order and with every condition.

use domain::{
    fact::Fact,
    ids::OpportunityId,
    record::{AccountReported, OpportunityMoved, OpportunityReported},
};
use store::read::{
    AccountFilter, AccountPlace, AccountRow, OpportunityFilter, OpportunityRow, OpportunitySort,
    Outcome,
};

use crate::{World, fields, minute};

pub fn paged(world: &mut World) {
    for (number, id) in ["crm:Z", "crm:a", "crm:_", "crm:Ä", "crm:b"].iter().enumerate() {
        let number = number as i64;
        let mut about = fields(&[
            ("name", ["Öl", "zinc", "Zinc", "alu", "Alu"][number as usize]),
            ("account", if number < 2 { "crm:9" } else { "crm:10" }),
            ("outcome", if number % 2 == 0 { "won" } else { "open" }),
            ("closed_on", if number < 3 { "2026-12-01" } else { "2026-12-0x" }),
        ]);
        if number == 4 {
            about.extend(fields(&[("owner", "crm:ann"), ("product", "crm:p")]));
        }
        let opportunity = OpportunityId::from(*id);
        let report =
            OpportunityReported { opportunity: opportunity.clone(), fields: about, by: None };
        world.tells(minute(170), Fact::Opportunity(report));
        let (at, stage) = (minute(171 + number / 2), "Offer".to_owned());
        world.tells(at, Fact::OpportunityMoved(OpportunityMoved { opportunity, stage }));
        let name = ["Öl", "zinc", "Zinc", "Älv", "~"][number as usize];
        let report =
            AccountReported { account: (*id).into(), fields: fields(&[("name", name)]), by: None };
        world.tells(minute(172), Fact::Account(report));
    }
    opportunities(world);
    accounts(world);
}

fn opportunities(world: &World) {
    let all = OpportunityFilter::default;
    for sort in [OpportunitySort::StageSince, OpportunitySort::Closes, OpportunitySort::Id] {
        let whole = world.asks(|reader| reader.opportunities_page(&all(), sort, None, 100));
        let mut paged: Vec<OpportunityRow> = Vec::new();
        loop {
            let after = paged.last().map(|row| sort.place_of(row));
            let page =
                world.asks(|reader| reader.opportunities_page(&all(), sort, after.as_ref(), 2));
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, whole, "{} {sort:?}", world.kind);
        assert_eq!(whole.len(), 6, "{} {sort:?}", world.kind);
    }
    let day = |text: &str| Some(text.parse().unwrap());
    let cases = [
        (OpportunityFilter { outcome: vec![Outcome::Won], ..all() }, 3),
        (OpportunityFilter { outcome: vec![Outcome::Won, Outcome::Open], ..all() }, 5),
        (OpportunityFilter { account: Some("crm:9".to_owned()), ..all() }, 3),
        (OpportunityFilter { account: Some("große ä".to_owned()), ..all() }, 3),
        (OpportunityFilter { stage: Some("Offer".to_owned()), ..all() }, 5),
        (OpportunityFilter { product: Some("crm:p".to_owned()), ..all() }, 1),
        (OpportunityFilter { product: Some("pumps".to_owned()), ..all() }, 0),
        (OpportunityFilter { owner: Some("crm:ann".into()), ..all() }, 1),
        (OpportunityFilter { without_owner: true, ..all() }, 5),
        (OpportunityFilter { closes_from: day("2026-12-01"), ..all() }, 3),
        (OpportunityFilter { closes_to: day("2026-11-30"), ..all() }, 1),
        (OpportunityFilter { opened_from: day("2026-11-01"), ..all() }, 1),
        (OpportunityFilter { opened_to: day("2026-11-01"), ..all() }, 1),
        (OpportunityFilter { opened_to: day("2026-10-31"), ..all() }, 0),
    ];
    for (filter, expected) in cases {
        let sort = OpportunitySort::Id;
        let rows = world.asks(|reader| reader.opportunities_page(&filter, sort, None, 100));
        assert_eq!(rows.len(), expected, "{} {filter:?}", world.kind);
        let counted = world.asks(|reader| reader.opportunities_count_up_to(&filter, 100));
        assert_eq!(counted, expected as u64, "{} {filter:?}", world.kind);
    }
}

fn accounts(world: &mut World) {
    let all = AccountFilter::default();
    let whole = world.asks(|reader| reader.accounts_page(&all, None, 100));
    let mut paged: Vec<AccountRow> = Vec::new();
    loop {
        let after = paged.last().map(AccountPlace::of);
        let page = world.asks(|reader| reader.accounts_page(&all, after.as_ref(), 2));
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, whole, "{}", world.kind);
    assert_eq!(whole.len() as u64, world.asks(|r| r.accounts_count_up_to(&all, 100)));
    let zinc = AccountFilter { name: Some(" ZI".to_owned()), ..AccountFilter::default() };
    let found = world.asks(|reader| reader.accounts_page(&zinc, None, 100));
    let ids: Vec<&str> = found.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["crm:_", "crm:a"], "{}", world.kind);
    assert_eq!(world.asks(|reader| reader.accounts_count_up_to(&zinc, 1)), 1);
    let given = AccountReported {
        account: "crm:a".into(),
        fields: fields(&[("owner", "crm:u1")]),
        by: Some("crm:u2".into()),
    };
    world.tells(minute(180), Fact::Account(given));
    let owner = AccountFilter { owner: Some("crm:u1".into()), ..AccountFilter::default() };
    let found = world.asks(|reader| reader.accounts_page(&owner, None, 100));
    assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["crm:a"]);
    let nobodys = AccountFilter { without_owner: true, ..AccountFilter::default() };
    let rest = world.asks(|reader| reader.accounts_count_up_to(&nobodys, 100));
    assert_eq!(rest + 1, whole.len() as u64, "{}", world.kind);
}
