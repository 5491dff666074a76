//! The pages of leads, in every order and with every filter.

use super::*;

pub(crate) fn pages_of_leads(world: &mut World) {
    // Ids whose order differs between bytes and most collations.
    for (number, id) in ["crm:Z", "crm:a", "crm:_", "crm:Ä", "crm:b", "crm:É"].iter().enumerate()
    {
        let number = number as i64;
        world.tells(minute(140 + number / 2), moved(id, "New"));
        world.tells(minute(150), qualified(id, number / 3, 1));
        if number % 2 == 0 {
            let (lead, owner) = ((*id).into(), Some(UserId::from("crm:ann")));
            world.tells(minute(151), Fact::LeadAssigned(LeadAssigned { lead, owner, by: None }));
        }
    }
    for sort in
        [LeadSort::Id, LeadSort::StatusSince, LeadSort::CreatedAt, LeadSort::Points, LeadSort::Due]
    {
        let filter = LeadFilter::default();
        let all = world.asks(|reader| reader.leads_page(&filter, sort, None, 100));
        assert_eq!(all.len() as u64, world.asks(|reader| reader.leads_count(&filter)));
        let mut paged: Vec<LeadRow> = Vec::new();
        loop {
            let after = paged.last().map(|lead| sort.place_of(lead));
            let page = world.asks(|r| r.leads_page(&filter, sort, after.as_ref(), 3));
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, all, "{} {sort:?}", world.kind);
    }
    let by_id =
        |r: &store::Reader<'_>| r.leads_page(&LeadFilter::default(), LeadSort::Id, None, 99);
    assert_eq!(world.asks(by_id), world.asks(|reader| reader.leads()), "{}", world.kind);
    searches(world);
}

fn searches(world: &World) {
    let ada = Person { name: Some("Ada 100%_Sure".to_owned()), ..Person::default() };
    let kept = world.store.write(at("21 09:00"), move |w| w.keep_person("lead/crm:b", &ada));
    assert_eq!(kept.unwrap().len(), 64);
    let found = |filter: LeadFilter| -> Vec<String> {
        let leads = world.asks(|reader| reader.leads_page(&filter, LeadSort::Id, None, 100));
        leads.into_iter().map(|lead| lead.id.0).collect()
    };
    let text = |text: &str| LeadFilter { search: Some(text.to_owned()), ..LeadFilter::default() };
    for (search, expected) in [
        ("ada 100%_s", vec!["crm:b"]),
        ("sure a%", vec!["crm:b"]),
        ("da", vec![]),
        ("%", vec![]),
        ("ÄPFEL", vec!["crm:1"]),
        ("gmbh grosse", vec!["crm:1"]),
        ("crm:_", vec!["crm:_"]),
        ("unhe", vec!["crm:unheard"]),
        ("Z", vec!["crm:Z"]),
        ("z", vec![]),
        ("web:Z", vec![]),
    ] {
        assert_eq!(found(text(search)), expected, "{} {search}", world.kind);
    }
    let running = LeadFilter { with_running_clock: true, ..LeadFilter::default() };
    assert_eq!(found(running.clone()), ["crm:1"]);
    for (filter, most, expected) in [(running, 9, 1), (text("crm:"), 4, 4), (text("q%"), 4, 0)] {
        assert_eq!(world.asks(|reader| reader.leads_count_up_to(&filter, most)), expected);
    }
    let of_ann = LeadFilter {
        status: vec!["MQL".to_owned(), "never".to_owned()],
        owner: Some("crm:ann".into()),
        ..LeadFilter::default()
    };
    assert_eq!(found(of_ann), ["crm:Z", "crm:_", "crm:b"]);
    conditions(world);
    let by_owner = world.asks(|reader| reader.leads_by_owner("MQL"));
    assert_eq!(by_owner, [("crm:ann".into(), 3)]);
}

/// What a filter should let through.
type Rule = fn(&LeadRow) -> bool;

/// Each condition by itself lets through what it says: some leads, and not all.
fn conditions(world: &World) {
    let span = |from: Option<i64>, before: Option<i64>| Span {
        from: from.map(minute),
        before: before.map(minute),
    };
    let all = LeadFilter::default;
    let of_account = |account: &str| LeadFilter { account: Some(account.to_owned()), ..all() };
    let at_nine: Rule = |lead| lead.account.as_ref().is_some_and(|id| id.as_str() == "crm:9");
    let cases: [(LeadFilter, Rule); 10] = [
        (LeadFilter { without_owner: true, ..all() }, |lead| lead.owner.is_none()),
        (of_account(" crm:9"), at_nine),
        (of_account("grosse äp"), |_| false),
        (of_account("GROẞE  Äp"), at_nine),
        (of_account("Äpfel"), |_| false),
        (LeadFilter { source: Some("web".to_owned()), ..all() }, |lead| {
            lead.source.as_deref() == Some("web")
        }),
        (LeadFilter { points_min: Some(Points::whole(1)), ..all() }, |lead| {
            lead.total_points.is_some_and(|points| points >= Points::whole(1))
        }),
        (LeadFilter { changed: span(Some(141), Some(151)), ..all() }, |lead| {
            lead.status_since.is_some_and(|at| at >= minute(141) && at < minute(151))
        }),
        (LeadFilter { created: span(None, Some(0)), ..all() }, |lead| {
            lead.created_at.is_some_and(|at| at < minute(0))
        }),
        (LeadFilter { due: span(Some(100), Some(121)), ..all() }, |lead| {
            lead.next_due_at.is_some_and(|at| at >= minute(100) && at < minute(121))
        }),
    ];
    let leads = world.asks(|reader| reader.leads());
    for (filter, rule) in cases {
        let expected: Vec<&LeadRow> = leads.iter().filter(|lead| rule(lead)).collect();
        let found = world.asks(|reader| reader.leads_page(&filter, LeadSort::Id, None, 100));
        assert!(found.len() < leads.len(), "{filter:?} leaves some out");
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{} {filter:?}", world.kind);
    }
}
