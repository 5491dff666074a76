//! Who leads on what, until when, and what does not go together with it.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{AGREEMENT, PRIORITIES, World};

const BOTH_LEAD: &str = "Clause 7 gives the lead to sales, and clause 7.1 to marketing, for Gateway \
                         in the segment Directors from 1 Oct 2026 to 30 Nov 2026.";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_leads_today_what_ran_out_and_what_contradicts() {
    let world = World::just_signed_with(PRIORITIES);
    let page = world.page("rep", "/agreement/priorities").await;
    let expected = [
        "The priorities do not go together with the rest in 2 places",
        BOTH_LEAD,
        "Clause 7.1 : Marketing leads on Gateway until its launch is over.",
        "What would end it: Name another product or segment",
        "The goal in-time of clause 4 runs from 1 Jan 2026 to 31 Dec 2026, and clause 7 holds",
        "holds, ends on Mon 30 Nov",
        "ran out on Wed 30 Sep",
        "Directors the lead’s title is “Director”",
    ];
    for words in expected {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (ran_out, holds) = (page.find("ran out on").unwrap(), page.find("holds, ends").unwrap());
    assert!(holds < ran_out, "what holds stands first: {page}");
    let deed = world.page("auditor", "/agreement").await;
    assert!(deed.contains(BOTH_LEAD) && deed.contains("marketing leads today"), "{deed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_open_to_leads_and_products_to_opportunities() {
    let world = World::just_signed_with(PRIORITIES);
    let lead = |id: &str, fields| json!({"fact": "lead", "lead": id, "fields": fields});
    let deal =
        |id: &str, fields| json!({"fact": "opportunity", "opportunity": id, "fields": fields});
    let told = json!([
        lead("l1", json!({"title": "Director"})),
        lead("l2", json!({"title": "Buyer"})),
        lead("l3", json!({})),
        {"fact": "product", "product": "p1", "fields": {"name": "Gateway"}},
        {"fact": "product", "product": "p2", "fields": {"name": "Meter"}},
        deal("d1", json!({"product": "p1"})),
        deal("d2", json!({"product": "p2"})),
    ]);
    assert!(world.reports(told).await.status.is_success());
    let page = world.gets("rep", "/agreement/priorities").await;
    assert!(page.text().contains("1 ; of 1 it cannot be said"), "{}", page.text());
    let opened = [
        ("/leads?segment=large", "1 lead of 3", "of the segment “Directors”"),
        ("/leads?segment=large~unsaid", "1 lead of 3", "perhaps of the segment “Directors”"),
        ("/opportunities?product=Gateway", "1 opportunity of 2", "of the product Gateway"),
        ("/opportunities?product=Meter", "1 opportunity of 2", "of the product Meter"),
    ];
    for (href, title, chip) in opened {
        assert!(page.body.contains(&format!("href=\"{href}\"")), "{href} in {}", page.body);
        let list = world.page("rep", href).await;
        assert!(list.contains(title) && list.contains(chip), "{href}: {list}");
    }
    // By the rules of another version there is no list, so its numbers are no doors.
    let changed = AGREEMENT.replace("30 days", "31 days");
    let later = world.proposes(&format!("{changed}\n{PRIORITIES}"));
    let page = world.gets("rep", &format!("/agreement/{later}/priorities")).await.body;
    assert!(!page.contains("/leads?segment=") && page.contains("it cannot be said"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_shown_before_somebody_proposes_and_before_somebody_signs() {
    let world = World::just_signed();
    let version = world.proposes(&format!("{AGREEMENT}\n{PRIORITIES}"));
    for path in ["", "/redline"] {
        let page = world.page("sven", &format!("/agreement/{version}{path}")).await;
        assert!(page.contains(BOTH_LEAD), "{path}: {page}");
    }
    let hash = world.hash(version);
    let signature = format!("/agreement/{version}/signature");
    let signed = world.posts("sven", &signature, &[("hash", &hash)]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "it may be signed: {}", signed.text());

    let form = world.gets("mara", &format!("/agreement/{version}/clauses/words/1")).await;
    let of = form.body.split("name=\"of\" value=\"").nth(1).unwrap();
    let of = of.split('"').next().unwrap();
    let fields = [("of", of), ("v0", "What both want"), ("v1", "The same facts.")];
    let path = format!("/agreement/{version}/clauses/words/1");
    let kept = world.posts("mara", &path, &fields).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let preview = world.page("mara", "/agreement/proposal").await;
    assert!(preview.contains(BOTH_LEAD), "{preview}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_the_other_side_is_told_from_the_people_as_they_are() {
    let world = World::just_signed_with(&PRIORITIES.replace("sven@", "mara@"));
    let page = world.page("rep", "/agreement/1/priorities").await;
    let words = "and mara@millrace.example, who answers for it, is of marketing.";
    assert!(page.contains(words), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_signers_are_told_of_a_priority_that_ends_within_a_fortnight() {
    let world = World::just_signed_with(PRIORITIES);
    for (short, is_told) in [("mara", true), ("sven", true), ("rep", false), ("marketer", false)] {
        let page = world.page(short, "/").await;
        let said = page.contains("The priority of clause 7.1 ends on Mon 30 Nov");
        assert_eq!(said, is_told, "{short}: {page}");
        assert!(!page.contains("The priority of clause 7 "), "{short}: {page}");
    }
    let world = World::just_signed_with(&PRIORITIES.replace("2026-11-30", "2026-12-01"));
    let page = world.page("mara", "/").await;
    assert!(!page.contains("The priority of clause 7.1"), "fifteen days on: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_priorities_says_what_one_is_good_for() {
    let world = World::just_signed();
    let page = world.page("rep", "/agreement/1/priorities").await;
    assert!(page.contains("Agree on who leads, before both do"), "{page}");
    assert_eq!(world.gets("rep", "/agreement/9/priorities").await.status, StatusCode::NOT_FOUND);
}
