use super::*;

/// One of each kind that other systems may report; `docs/reference/facts.md` shows the same.
const REPORTED: &[&str] = &[
    r#"{"fact":"account","account":"crm:7","fields":{"industry":"foundry","name":"Lauterbach Guss"}}"#,
    r#"{"fact":"lead","lead":"crm:1","fields":{"country":"DE","title":"Technical director"}}"#,
    r#"{"fact":"activity","lead":"crm:1","kind":"webinar","status":"Attended"}"#,
    r#"{"fact":"lead_moved","lead":"crm:1","status":"Recycle","reason":"No Budget"}"#,
    r#"{"fact":"lead_assigned","lead":"crm:1","owner":"crm:u7"}"#,
    r#"{"fact":"handoff","handoff":"crm:h1","lead":"crm:1","to":"crm:u7"}"#,
    r#"{"fact":"handoff_answered","handoff":"crm:h1","lead":"crm:1","answer":"accepted"}"#,
    r#"{"fact":"opportunity","opportunity":"crm:d1","fields":{"amount":{"amount_minor":105400,"currency":"EUR"},"stage":"Won"}}"#,
    r#"{"fact":"opportunity_moved","opportunity":"crm:d1","stage":"Won"}"#,
    r#"{"fact":"campaign","campaign":"crm:c1","fields":{"type":"Webcast"}}"#,
    r#"{"fact":"product","product":"crm:p1","fields":{"name":"GTX Pro"}}"#,
    r#"{"fact":"user","user":"crm:u7","fields":{"region":"Central"}}"#,
    r#"{"fact":"user","user":"crm:u7","fields":{"team":"North"},"by":"crm:u3"}"#,
    r#"{"fact":"quota","user":"crm:u7","period":"2026-Q4","fields":{"count":12}}"#,
];

#[test]
fn every_reported_kind_reads_and_writes_the_same_text() {
    for json in REPORTED {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert!(fact.is_reportable(), "{json}");
        assert_eq!(&serde_json::to_string(&fact).unwrap(), json);
    }
}

/// One of each kind about colleagues that is written here and nowhere else, as the page shows it.
const WRITTEN: &[&str] = &[
    r#"{"fact":"book_passed_on","user":"crm:u7","taker":"crm:u8","leads":12,"opportunities":3,"accounts":5,"by":"crm:u3"}"#,
    r#"{"fact":"user_left","user":"crm:u7","by":"crm:u3"}"#,
    r#"{"fact":"absence_entered","user":"crm:u7","first_on":"2026-12-01","last_on":"2026-12-03","substitute":"crm:u8","by":"crm:u3"}"#,
    r#"{"fact":"absence_entered","user":"crm:u7","first_on":"2026-12-01","last_on":"2026-12-01","half":"afternoon","by":"crm:u7"}"#,
    r#"{"fact":"absence_withdrawn","user":"crm:u7","absence":41,"by":"crm:u7"}"#,
    r#"{"fact":"substitute_named","signer":"crm:u2","side":"sales","substitute":"crm:u8","first_on":"2026-12-01","last_on":"2026-12-03"}"#,
    r#"{"fact":"substitute_withdrawn","signer":"crm:u2","named":42}"#,
];

#[test]
fn what_is_written_here_about_colleagues_is_filed_under_them_and_told_by_nobody_else() {
    for json in WRITTEN {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert!(!fact.is_reportable(), "{json}");
        assert!(fact.subject().starts_with("user/crm:u"), "{json}");
        assert_eq!(&serde_json::to_string(&fact).unwrap(), json);
    }
}

#[test]
fn a_withdrawal_is_filed_under_its_record_and_told_by_nobody_else() {
    let json = r#"{"fact":"facts_withdrawn","subject":"lead/crm:1","facts":[12,14],"import":"crm-1790000000000","by":"crm:u3"}"#;
    let fact: Fact = serde_json::from_str(json).unwrap();
    assert!(!fact.is_reportable());
    assert_eq!(fact.subject(), "lead/crm:1");
    assert_eq!(serde_json::to_string(&fact).unwrap(), json);
}

/// What is told of two leads that may be one person, as the page shows it.
const OF_TWO_LEADS: &[&str] = &[
    r#"{"fact":"leads_merged","lead":"crm:1","with":"crm:2","survives":true,"evidence":"the same address of mail","by":"crm:u3"}"#,
    r#"{"fact":"leads_unmerged","lead":"crm:1","from":"crm:2","facts":[12,14],"by":"crm:u3"}"#,
    r#"{"fact":"leads_told_apart","lead":"crm:1","from":"crm:2","by":"crm:u3"}"#,
];

#[test]
fn what_is_told_of_two_leads_is_filed_under_the_first_and_told_by_nobody_else() {
    for json in OF_TWO_LEADS {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert!(!fact.is_reportable(), "{json}");
        assert_eq!(fact.subject(), "lead/crm:1", "{json}");
        assert_eq!(&serde_json::to_string(&fact).unwrap(), json);
    }
}

#[test]
fn a_signature_of_before_there_were_substitutes_reads_and_writes_the_same_text() {
    let before =
        r#"{"fact":"agreement_signed","version":1,"hash":"h","side":"sales","by":"crm:u2"}"#;
    let fact: Fact = serde_json::from_str(before).unwrap();
    assert_eq!(serde_json::to_string(&fact).unwrap(), before);
    let after = r#"{"fact":"agreement_signed","version":3,"hash":"4be1…","side":"sales","by":"crm:u8","in_place_of":"crm:u7","named_by":42}"#;
    let fact: Fact = serde_json::from_str(after).unwrap();
    assert_eq!(serde_json::to_string(&fact).unwrap(), after);
}

#[test]
fn a_signature_names_the_backtests_that_were_attached() {
    let attached = r#"{"fact":"backtest_attached","version":3,"hash":"4be1…","definition":"mql","from":"2024-10-01","to":"2026-09-30","within_days":180,"target":"SQL","up_to":9412,"proposed":{"leads":2391,"taken_on":1012,"not_taken_on":910,"won":219,"lost":1703},"today":{"leads":2784,"taken_on":1117,"not_taken_on":1256,"won":223,"lost":2150},"by":"lockstep:u1"}"#;
    let signed = r#"{"fact":"agreement_signed","version":3,"hash":"4be1…","side":"sales","by":"crm:u7","backtests":[512]}"#;
    for json in [attached, signed] {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
        assert_eq!(fact.subject(), "agreement/3");
        assert!(!fact.is_reportable());
    }
}

#[test]
fn a_clock_says_what_it_runs_on_by_the_name_of_the_key() {
    let because = r#""because":{"version":1,"hash":"h","clause":"4.1","facts":[2]}"#;
    for (subject, filed) in
        [(r#""lead":"crm:1""#, "lead/crm:1"), (r#""opportunity":"crm:d1""#, "opportunity/crm:d1")]
    {
        let json = format!(r#"{{"fact":"clock_at_risk","clock":"c",{subject},{because}}}"#);
        let fact: Fact = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
        assert_eq!(fact.subject(), filed);
        assert!(!fact.is_reportable());
    }
}

/// What is decided about handoffs, and what is said in disputes, as the page shows it.
const HANDED: &[&str] = &[
    r#"{"fact":"handoff_made","handoff":"lockstep:crm:1/20","lead":"crm:1","to":"crm:u7","nth":1,"due_at":"2026-07-02T10:00:00Z","because":{"version":3,"hash":"4be1…","clause":"4.5","facts":[20]}}"#,
    r#"{"fact":"handoff_deemed","handoff":"lockstep:crm:1/20","lead":"crm:1","because":{"version":3,"hash":"4be1…","clause":"4.5","facts":[21]}}"#,
    r#"{"fact":"dispute_opened","dispute":"lockstep:d1","about":{"handoff":{"handoff":"crm:h1","lead":"crm:1"}},"by":"crm:u4","side":"marketing","arbiter":"crm:u13","due_at":"2026-07-05T15:00:00Z","statement":"9f2c…","because":{"version":3,"hash":"4be1…","clause":"7.2","facts":[22]}}"#,
    r#"{"fact":"dispute_answered","dispute":"lockstep:d1","about":{"handoff":{"handoff":"crm:h1","lead":"crm:1"}},"by":"crm:u7","side":"sales","statement":"b41a…"}"#,
    r#"{"fact":"dispute_ruled","dispute":"lockstep:d1","about":{"clause":{"version":3,"clause":"3.1"}},"by":"crm:u13","overturned":true,"statement":"77d0…","follows":"lockstep:d0"}"#,
];

#[test]
fn handoffs_and_disputes_are_filed_under_what_they_are_about_and_told_by_nobody_else() {
    for json in HANDED {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert!(!fact.is_reportable(), "{json}");
        let is_clause = json.contains("{\"clause\":{");
        let filed = if is_clause { "agreement/3" } else { "lead/crm:1" };
        assert_eq!(fact.subject(), filed, "{json}");
        assert_eq!(fact.lead().is_none(), is_clause, "{json}");
        assert_eq!(&serde_json::to_string(&fact).unwrap(), json);
    }
}

/// What both sides say to a proposal, and what follows from a missed period, as the page shows it.
const NEGOTIATED: [&str; 5] = [
    r#"{"fact":"clause_commented","version":3,"part":"definition/mql","nth":1,"by":"crm:u4","side":"marketing","words":"5c11…"}"#,
    r#"{"fact":"change_answered","version":3,"part":"definition/mql","nth":1,"by":"crm:u7","side":"sales","accepts":false,"reason":"e07b…"}"#,
    r#"{"fact":"action_opened","action":"lockstep:plan-2026-11-09","consequence":"plan","owner":"crm:u7","from":"2026-11-09","to":"2026-11-15","hits":24,"n":31,"goal_per_mille":900,"due_at":"2026-11-18T16:00:00Z","because":{"version":3,"hash":"4be1…","clause":"7.1","facts":[12,14]}}"#,
    r#"{"fact":"action_closed","action":"lockstep:plan-2026-11-09","version":3,"by":"crm:u7","words":"0d3a…"}"#,
    r#"{"fact":"action_opened","action":"lockstep:more-2026-10-01","consequence":"more","owner":"crm:u7","from":"2026-10-01","to":"2026-12-31","goal":{"measure":"revenue","currency":"EUR"},"hits":4500000,"n":5000000,"goal_per_mille":1000,"due_at":"2027-01-08T16:00:00Z","because":{"version":3,"hash":"4be1…","clause":"7.2","facts":[12,14]}}"#,
];

#[test]
fn what_is_said_to_a_proposal_and_what_follows_is_filed_under_its_version_and_told_by_nobody_else()
{
    for json in NEGOTIATED {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(fact.subject(), "agreement/3", "{json}");
        assert!(!fact.is_reportable() && fact.lead().is_none(), "{json}");
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
    }
}

/// What is given for a persona, and taken back.
const EVIDENCE: [&str; 2] = [
    r#"{"fact":"evidence_given","persona":"plant-manager","nth":4,"kind":"interview","on":"2026-11-12","about":{"lead":"crm:1"},"by":"crm:u7","side":"sales","words":"c90e…"}"#,
    r#"{"fact":"evidence_withdrawn","persona":"plant-manager","evidence":812,"by":"crm:u7","words":"41aa…"}"#,
];

#[test]
fn evidence_is_filed_under_its_persona_and_told_by_nobody_else() {
    for json in EVIDENCE {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(fact.subject(), "persona/plant-manager", "{json}");
        assert!(!fact.is_reportable() && fact.lead().is_none(), "{json}");
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
    }
}

/// What somebody asks a colleague for, and what becomes of it, as the page shows it.
const REQUESTED: [&str; 5] = [
    r#"{"fact":"collateral_request_made","request":"lockstep:r1","by":"crm:u7","side":"sales","asked":"crm:u4","asked_side":"marketing","about":{"opportunity":"crm:d1"},"needed_on":"2026-11-20","due_at":"2026-11-20T16:00:00Z","by_calendar":{"version":3,"calendar":"office"},"words":"88b2…"}"#,
    r#"{"fact":"collateral_request_answered","request":"lockstep:r1","answer":"delivered","by":"crm:u4","words":"1f6c…"}"#,
    r#"{"fact":"collateral_request_answered","request":"lockstep:r1","answer":"declined","reason":"no_time","by":"crm:u4","words":"02d9…"}"#,
    r#"{"fact":"collateral_request_withdrawn","request":"lockstep:r1","by":"crm:u7"}"#,
    r#"{"fact":"dispute_opened","dispute":"lockstep:d3","about":{"collateral_request":{"request":"lockstep:r1"}},"by":"crm:u7","side":"sales","arbiter":"crm:u13","due_at":"2026-11-25T16:00:00Z","statement":"64aa…","because":{"version":3,"hash":"4be1…","clause":"7.2","facts":[91]}}"#,
];

#[test]
fn requests_are_filed_under_themselves_and_told_by_nobody_else() {
    for json in REQUESTED {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(fact.subject(), "request/lockstep:r1", "{json}");
        assert!(!fact.is_reportable() && fact.lead().is_none(), "{json}");
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
    }
}

/// What routing decides.
const ROUTED: [&str; 3] = [
    r#"{"fact":"lead_routed","lead":"crm:1","times":1,"to":"crm:u8","pool":"desk","counted":true,"tried":[{"route":"south","outcome":"does_not_hold"},{"route":"desk","outcome":"taken","passed_over":[{"who":"ann@firm.example","why":"away"}]}],"seen":{"at":"2026-07-03T09:00:00Z","values":{"lead.region":"North"},"people":{"ann@firm.example":{"user":"crm:u7","away_until":"2026-07-10"},"crm:u8":{"user":"crm:u8","open":12}},"levels":{"desk":{"crm:u7":{"received":31},"crm:u8":{"received":32,"credited_back":1}}}},"because":{"version":3,"hash":"4be1…","clause":"3.5","facts":[12,14]}}"#,
    r#"{"fact":"lead_routed","lead":"crm:1","times":2,"to":"crm:u8","tried":[{"route":"named","outcome":"nobody_can","passed_over":[{"who":"crm:u7","why":"missed_it"}]},{"route":"rest","outcome":"taken"}],"seen":{"at":"2026-07-03T13:00:00Z","missed_by":["crm:u7"],"people":{"crm:u7":{"user":"crm:u7"},"crm:u8":{"user":"crm:u8"}}},"after":{"escalated":52,"clock":"first-answer/crm:1/20","step":3,"from":"crm:u7"},"because":{"version":3,"hash":"4be1…","clause":"3.5","facts":[12,52]}}"#,
    r#"{"fact":"routing_credited_back","lead":"crm:1","routed":44,"pool":"desk","user":"crm:u8","because":{"version":3,"hash":"4be1…","clause":"3.5","facts":[44,61]}}"#,
];

#[test]
fn what_routing_decides_is_filed_under_its_lead_and_told_by_nobody_else() {
    for json in ROUTED {
        let fact: Fact = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert!(!fact.is_reportable(), "{json}");
        assert_eq!(fact.subject(), "lead/crm:1");
        assert_eq!(&serde_json::to_string(&fact).unwrap(), json);
    }
}

#[test]
fn a_step_of_a_clock_reads_and_writes_the_same_text() {
    let to_backup = r#"{"fact":"clock_escalated","clock":"first-answer/crm:1/20","lead":"crm:1","step":2,"told":["crm:u7","crm:u3"],"reassigned_to":"crm:u8","next_step_at":"2026-07-02T10:00:00Z","because":{"version":3,"hash":"4be1…","clause":"4.1","facts":[20]}}"#;
    let by_route = r#"{"fact":"clock_escalated","clock":"first-answer/crm:1/20","lead":"crm:1","step":3,"told":["crm:u7"],"by_route":true,"because":{"version":3,"hash":"4be1…","clause":"4.1","facts":[20]}}"#;
    for json in [to_backup, by_route] {
        let fact: Fact = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&fact).unwrap(), json);
        assert_eq!(fact.subject(), "lead/crm:1");
        assert!(!fact.is_reportable());
    }
}

#[test]
fn an_unknown_field_is_an_error_that_names_it() {
    let json = r#"{"fact":"activity","lead":"crm:1","kind":"webinar","staus":"Attended"}"#;
    let error = serde_json::from_str::<Fact>(json).unwrap_err().to_string();
    assert!(error.contains("staus"), "{error}");
}

#[test]
fn a_fact_about_a_lead_is_read_with_that_lead() {
    let fact: Fact = serde_json::from_str(REPORTED[4]).unwrap();
    assert_eq!(fact.subject(), "lead/crm:1");
    let opportunity: Fact = serde_json::from_str(REPORTED[8]).unwrap();
    assert_eq!(opportunity.subject(), "opportunity/crm:d1");
}
