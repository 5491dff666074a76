use std::fs;

use super::*;

fn told(touches: &str, outcomes: &str, called: &[(&str, &str)]) -> Result<Read, String> {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["touches.csv", "outcomes.csv"].map(|name| folder.path().join(name));
    fs::write(&first, touches).unwrap();
    fs::write(&second, outcomes).unwrap();
    let called = called.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()));
    read(&first, &second, &called.collect()).map_err(|trouble| {
        trouble.to_string().replace(&folder.path().display().to_string(), "here")
    })
}

#[test]
fn two_tables_of_a_warehouse_are_read_by_the_names_they_have() {
    let read = told(
        "journey_id,ts,channel\n7,100,Email\n9,120,Event\n7,130,Email\n",
        "journey_id,converted,conv_ts,value_cents\n7,1,140,1250\n9,0,0,0\n8,1,150,5\n",
        &[],
    );
    let read = read.unwrap();
    assert_eq!(read.touches.unit, [0, 1, 0]);
    assert_eq!(read.touches.channel, [0, 1, 0]);
    assert_eq!(read.channels.names(), ["Email", "Event"]);
    let first =
        Outcome { unit: 0, converted: true, at: 140, lead_at: None, opened_at: None, value: 1_250 };
    assert_eq!(read.outcomes[0], first);
    assert!(!read.outcomes[1].converted);
    // Journey 8 was never touched: it is nobody of the touches.
    assert_eq!(read.outcomes[2].unit, 2);
    assert_eq!(read.deals.key(2), "8");
}

#[test]
fn accounts_with_people_assets_and_deals_are_read_by_any_names() {
    let read = told(
        "Account;Contact;Happened At;utm;Campaign\nA;x;2026-01-02;mail;c1\nA;y;2026-01-03;;c2\n",
        "Account;Closed On;Won;Amount;Opened On;Lead Created At;Deal Id\n\
         A;2026-02-01;yes;12.50;2026-01-05;2026-01-02T09:00:00Z;d1\nA;;no;;;;d2\n",
        &[("channel", "utm")],
    );
    let read = read.unwrap();
    assert_eq!((read.touches.person.len(), read.touches.asset.len()), (2, 2));
    assert_eq!(read.channels.names(), ["mail", "(blank)"]);
    assert_eq!(read.outcomes[0].value, 1_250);
    assert!(read.outcomes[0].lead_at.is_some() && read.outcomes[0].opened_at.is_some());
    assert_eq!((read.outcomes[1].converted, read.outcomes[1].lead_at), (false, None));
    assert_eq!(read.deals.find("d2"), [1]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let touches = "unit,at,channel\n1,5,a\n";
    let cases = [
        ("unit,channel\n1,a\n", "unit,at\n1,9\n", "here/touches.csv has no column `at`"),
        (
            touches,
            "unit,at,won\n1,,1\n",
            "here/outcomes.csv, line 2: it converted, and column `at`",
        ),
        (touches, "unit,at,value\n1,9,-3\n", "here/outcomes.csv, line 2: a conversion is worth"),
    ];
    for (touches, outcomes, expected) in cases {
        let said = told(touches, outcomes, &[]).unwrap_err();
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn rows_of_nobody_are_left_out_and_counted_and_make_no_person() {
    let read = told(
        "contact,ts,source,asset\n7,100,mail,x\n,110,web,y\n ,115,web,y\nab,120,news,z\n,130,web,x\n",
        "contact,ts,won,value,deal\n,140,1,9,d1\n7,150,1,1,d2\nab,160,1,2,d2\nab,170,0,,\nab,180,0,,\n",
        &[("unit", "contact")],
    );
    let read = read.unwrap();
    assert_eq!(read.gaps, Gaps { touches_of_nobody: 3, outcomes_of_nobody: 1, deals_repeated: 1 });
    assert_eq!((&read.touches.at, &read.touches.asset), (&vec![100, 120], &vec![0, 2]));
    let [seven, ab] = [read.touches.unit[0], read.touches.unit[1]];
    let of: Vec<u32> = read.outcomes.iter().map(|outcome| outcome.unit).collect();
    assert_eq!(of, [seven, ab, ab, ab]);
    assert_eq!((read.deals.find("d2"), read.deals.find("d1")), (vec![0, 1], vec![]));
}

#[test]
fn a_file_with_no_touches_of_anybody_says_so() {
    let outcomes = "unit,at\n1,9\n";
    for (touches, expected) in [
        ("unit,at,channel\n", "here/touches.csv has no touches: it has a header alone"),
        ("unit,at,channel\n,1,a\n", "here/touches.csv: column `unit` is blank throughout"),
    ] {
        let said = told(touches, outcomes, &[]).unwrap_err();
        assert!(said.starts_with(expected), "{said}");
    }
}
