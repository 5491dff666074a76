//! Corrections of leads, one and many, and undoing them.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{Answer, PEOPLE, World};

/// Four leads of the rep, with a title and a number of seats.
async fn firm() -> World {
    let world = World::just_signed();
    for n in 0..4 {
        let fields = json!({"title": "Buyer", "seats": 5, "is_target": true});
        let person = json!({"name": format!("Person {n}")});
        let lead = format!("l{n}");
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": fields, "person": person},
            {"fact": "lead_assigned", "lead": lead, "owner": world.user("rep")},
        ]);
        world.reports(facts).await;
    }
    world
}

async fn acts(world: &World, short: &str, leads: &[&str], fields: &[(&str, &str)]) -> Answer {
    let mut sent: Vec<(&str, &str)> = leads.iter().map(|lead| ("row", *lead)).collect();
    sent.extend(fields);
    world.posts(short, "/leads/corrections", &sent).await
}

async fn gives(world: &World, short: &str, leads: &[&str], to: &str) -> Answer {
    let owner = if to == "nobody" { to } else { world.user(to).as_str() };
    acts(world, short, leads, &[("act", "owner"), ("owner", owner), ("back", "q=Person")]).await
}

/// Why nothing was done, from the list that came back.
fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    answer.text()
}

fn owners(world: &World) -> Vec<String> {
    let leads = world.asks(|engine| engine.read(|reader| reader.leads())).expect("they are read");
    let rep = world.user("rep");
    let short = |owner| if owner == rep { "rep".to_owned() } else { format!("{owner}") };
    leads.iter().map(|lead| lead.owner.as_ref().map_or("nobody".to_owned(), short)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_leads_are_given_to_another_and_it_is_undone() {
    let world = firm().await;
    let answer = gives(&world, "sven", &["crm:l1", "crm:l2", "crm:gone"], "sven").await;
    assert_eq!(answer.header("location"), "/leads?q=Person", "back to the view");
    let (words, undo) = answer.said();
    assert_eq!(words, "2 leads given to Sven Arndt. 1 lead left as it was: crm:gone is not there.");
    let sven = world.user("sven").to_string();
    assert_eq!(owners(&world), ["rep", &sven, &sven, "rep"]);
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Given to Sven Arndt by Sven Arndt"), "{page}");

    let again = gives(&world, "sven", &["crm:l1"], "sven").await;
    assert!(
        refused(&again).contains("Nothing was changed. 1 lead left as it was: Person 1 was so")
    );
    let refused = world.posts("operations", &undo, &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "what somebody else did");
    let undone = world.posts("sven", &undo, &[]).await;
    assert_eq!(undone.said().0, "Undone for 2 leads.");
    assert_eq!(owners(&world), ["rep", "rep", "rep", "rep"]);
    let twice = world.posts("sven", &undo, &[]).await.said().0;
    assert!(twice.starts_with("Nothing was undone. 2 leads left as it was"), "{twice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_leaves_what_somebody_else_changed_since() {
    let world = firm().await;
    let leads = ["crm:l0", "crm:l1", "crm:l2"];
    let (_, undo) = gives(&world, "sven", &leads, "nobody").await.said();
    world.at("2026-11-16 10:00");
    world
        .reports(json!({"fact": "lead_assigned", "lead": "l1", "owner": world.user("sven")}))
        .await;
    let (words, _) = world.posts("sven", &undo, &[]).await.said();
    let expected =
        "Undone for 2 leads. 1 lead left as it was: Person 1 was changed since.".to_owned();
    assert_eq!(words, expected);
    let sven = world.user("sven").to_string();
    assert_eq!(owners(&world), ["rep", &sven, "rep", "rep"]);
    // The read models say the same when they are worked out from the ledger again.
    let before = world.everything();
    let now = world.now();
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_corrected_by_a_further_fact_and_decided_about() {
    let world = firm().await;
    world.reports(json!({"fact": "activity", "lead": "l1", "kind": "demo"})).await;
    let director = [("act", "field"), ("field", "title"), ("value", " Director ")];
    let (words, undo) = acts(&world, "marketer", &["crm:l1", "crm:l2"], &director).await.said();
    assert_eq!(words, "Title of 2 leads is Director now.");
    let page = world.page("marketer", "/leads/crm:l1").await;
    assert!(page.contains("Director"), "{page}");
    assert!(page.contains("The lead was corrected by Milo Brandt: title Director"), "{page}");
    assert!(page.contains("Qualified as MQL"), "what follows from it is decided: {page}");

    world.posts("marketer", &undo, &[]).await.said();
    assert!(world.page("rep", "/leads/crm:l2").await.contains("Buyer"));
    let cases = [
        ("seats", "many", "holds a number or an amount there. Write what it can hold", "value"),
        ("is_target", "no", "holds a number or an amount there. Write what it can hold", "value"),
        ("shoe_size", "44", "has no such field. Choose a field that a source reports", "value"),
        ("owner", "me", "The field owner is kept where it comes from", "field"),
    ];
    for (field, value, words, at) in cases {
        let fields = [("act", "field"), ("field", field), ("value", value)];
        let answer = acts(&world, "marketer", &["crm:l0"], &fields).await;
        let told = refused(&answer);
        assert_eq!(told.matches(words).count(), 2, "above, and beside its control: {told}");
        assert!(answer.body.contains(&format!("id=\"{at}-wrong\"")), "{field}: {}", answer.body);
        assert!(answer.body.contains(&format!("name=\"value\" value=\"{value}\"")), "it stays");
    }
    let cases = [
        ("seats", "7", "Seats of 1 lead is 7 now."),
        ("country", "DE", "Country of 1 lead is DE now."),
        ("country", "", "Country of 1 lead is blank now."),
    ];
    for (field, value, words) in cases {
        let fields = [("act", "field"), ("field", field), ("value", value)];
        assert_eq!(acts(&world, "marketer", &["crm:l0"], &fields).await.said().0, words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lead_is_corrected_on_a_page_of_its_own() {
    let world = firm().await;
    let page = world.gets("operations", "/leads/crm:l1").await.body;
    for link in
        ["/leads/crm:l1/fields/title", "/leads/crm:l1/fields/country", "/leads/crm:l1/owner"]
    {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
        assert_eq!(world.gets("operations", link).await.status, StatusCode::OK, "{link}");
    }
    assert!(!page.contains("/fields/is_target"), "no text stands there");
    let (words, _) =
        world.posts("operations", "/leads/crm:l1/fields/title", &[("value", "CTO")]).await.said();
    assert_eq!(words, "Title of 1 lead is CTO now.");
    let form = world.page("operations", "/leads/crm:l1/owner").await;
    assert!(form.contains("Sven Arndt"), "{form}");
    let to = world.user("sven").as_str();
    world.posts("operations", "/leads/crm:l1/owner", &[("value", to)]).await.said();
    assert_eq!(owners(&world)[1], to);
    let leader = world.user("leader").as_str();
    let answer = world.posts("operations", "/leads/crm:l1/owner", &[("value", leader)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().contains("Nobody here can own anything under the id"),
        "{}",
        answer.text()
    );
    let absent = world.gets("operations", "/leads/crm:l1/fields/account").await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_correct_changes_nothing_and_is_offered_nothing() {
    let world = firm().await;
    let sven = world.user("sven").as_str();
    let owner = [("row", "crm:l1"), ("act", "owner"), ("owner", sven)];
    let field = [("row", "crm:l1"), ("act", "field"), ("field", "title"), ("value", "CTO")];
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let assigns: &[&str] = &["sven", "operations"];
    let corrects: &[&str] = &["sven", "operations", "marketer", "mara"];
    let cases: [Case<'_>; 4] = [
        ("/leads/corrections", &owner, assigns),
        ("/leads/corrections", &field, corrects),
        ("/leads/crm:l1/owner", &[("value", sven)], assigns),
        ("/leads/crm:l1/fields/title", &[("value", "CTO")], corrects),
    ];
    for (path, fields, allowed) in cases {
        for (short, ..) in PEOPLE.iter().filter(|(short, ..)| !allowed.contains(short)) {
            let before = world.everything();
            let answer = world.posts(short, path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short} {path}");
            assert_eq!(world.everything(), before, "{short} {path}");
        }
        for short in allowed {
            assert_ne!(world.posts(short, path, fields).await.status, StatusCode::NOT_FOUND);
        }
    }
    for (short, ..) in PEOPLE {
        let page = world.gets(short, "/leads").await.body;
        assert_eq!(page.contains("class=\"pick\""), corrects.contains(&short), "{short}");
        assert_eq!(page.contains(">Give them<"), assigns.contains(&short), "{short}");
        let lead = world.gets(short, "/leads/crm:l1").await.body;
        assert_eq!(lead.contains("/fields/title"), corrects.contains(&short), "{short}");
    }
    let nothing = refused(&acts(&world, "sven", &[], &[("act", "owner"), ("owner", sven)]).await);
    assert!(nothing.contains("Nothing is ticked: tick what is meant."), "{nothing}");
    let all = json!((0..201).map(|n| format!("crm:x{n}")).collect::<Vec<_>>()).to_string();
    let fields = [("all", "yes"), ("shown", all.as_str()), ("act", "owner"), ("owner", sven)];
    let many = refused(&acts(&world, "sven", &[], &fields).await);
    assert!(many.contains("201 are too many at once"), "{many}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ticked_is_still_ticked_after_a_refusal() {
    let world = firm().await;
    let fields = [("act", "field"), ("field", "seats"), ("value", "many"), ("back", "q=Person")];
    let answer = acts(&world, "marketer", &["crm:l1", "crm:l2"], &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ticked = |page: &str| {
        let rows = page.split("<input class=\"pick\"").skip(1);
        let rows = rows.filter_map(|row| row.split('>').next());
        rows.map(|row| row.contains(" checked")).collect::<Vec<_>>()
    };
    assert_eq!(ticked(&answer.body).iter().filter(|is| **is).count(), 2, "{}", answer.body);
    for part in ["value=\"many\"", "<title>Error: ", "<option value=\"seats\" selected>"] {
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
    let ids = "[\"crm:l0\",\"crm:l3\"]";
    let all = [("all", "yes"), ("shown", ids), ("act", "owner"), ("owner", "nobody")];
    world.posts("sven", "/leads/corrections", &all).await;
    let again = world.posts("sven", "/leads/corrections", &all).await;
    assert_eq!(ticked(&again.body).iter().filter(|is| **is).count(), 2, "{}", again.body);
    assert!(again.body.contains("data-all checked"), "{}", again.body);
    let page = world.page("marketer", "/leads").await;
    assert!(!ticked(&page).contains(&true), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_names_no_account_is_said_to_be_of_the_one_that_fits_and_of_none_again() {
    let world = firm().await;
    let account = json!({"name": "Foundry", "website": "https://www.foundry.example"});
    let named = json!({"name": "Bellows GmbH"});
    world
        .reports(json!([
            {"fact": "account", "account": "a1", "fields": account},
            {"fact": "account", "account": "a2", "fields": named},
            {"fact": "lead", "lead": "l1", "fields": {"email_domain": "foundry.example"}},
            {"fact": "lead", "lead": "l2", "fields": {"company": "Bellows"}},
        ]))
        .await;
    let page = world.page("mara", "/leads/crm:l1").await;
    assert!(page.contains("It names no account, and may be of"), "{page}");
    let says = "because the domain of the mail address is the account\u{2019}s (foundry.example)";
    assert!(page.contains(says) && page.contains("It is of this account"), "{page}");
    assert!(!world.page("rep", "/leads/crm:l1").await.contains("It is of this account"));
    assert!(world.page("mara", "/leads/crm:l2").await.contains("Bellows GmbH"));
    assert!(!world.page("mara", "/leads/crm:l0").await.contains("It names no account"));

    let path = "/leads/crm:l1/account";
    let before = world.everything();
    let rep = world.posts("rep", path, &[("account", "crm:a1")]).await;
    assert_eq!(rep.status, StatusCode::NOT_FOUND, "{}", rep.text());
    world.posts("mara", path, &[("account", "crm:a9")]).await;
    assert_eq!(world.everything(), before);
    let done = world.posts("mara", path, &[("account", "crm:a1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = world.page("mara", "/leads/crm:l1").await;
    assert!(!page.contains("It names no account") && page.contains("Account Foundry"), "{page}");
    assert!(world.page("mara", "/accounts/crm:a1").await.contains("Person 1"));
    let (words, undo) = done.said();
    assert_eq!(words, "1 lead of Foundry now.");
    let undone = world.posts("mara", &undo, &[]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    let page = world.page("mara", "/leads/crm:l1").await;
    assert!(page.contains("It names no account, and may be of"), "{page}");
}
