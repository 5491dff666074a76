//! A CRM's 8,800 opportunities, which nobody here wrote; see its README for the true figures.

use std::{fs, path::PathBuf};

use domain::group::GroupKey;
use serde_json::{Value, json};

use super::made::{Made, all, by, opportunity};
use crate::report::{FunnelFigures, Subject};

const NOW: &str = "2018-02-01T12:00:00Z";

/// The rows of a table without its header; no cell has a comma in it.
fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from)?;
    let path = root.join("maven-crm").join(name);
    let text = fs::read_to_string(path).ok()?;
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    Some(text.lines().skip(1).map(cells).collect())
}

fn blank(cell: &str) -> Value {
    if cell.is_empty() { Value::Null } else { cell.into() }
}

fn crm() -> Option<Made> {
    let made = Made::new();
    let mut told = Vec::new();
    for row in table("sales_teams.csv")? {
        told.push(json!({"fact": "user", "user": row[0], "person": {"name": row[0]},
            "fields": {"manager": row[1], "region": row[2]}}));
        told.push(json!({"fact": "user", "user": row[1], "person": {"name": row[1]}}));
    }
    for row in table("accounts.csv")? {
        told.push(json!({"fact": "account", "account": row[0], "fields":
            {"name": row[0], "industry": row[1], "country": row[5]}}));
    }
    for row in table("products.csv")? {
        told.push(json!({"fact": "product", "product": row[0], "fields":
            {"name": row[0], "series": row[1]}}));
    }
    for row in table("sales_pipeline.csv")? {
        let outcome = match row[4].as_str() {
            "Won" => "won",
            "Lost" => "lost",
            _ => "open",
        };
        let mut fields = json!({"owner": row[1], "product": row[2], "account": blank(&row[3]),
            "stage": row[4], "outcome": outcome, "opened_on": blank(&row[5]),
            "closed_on": blank(&row[6])});
        if let Ok(amount) = row[7].parse::<i64>() {
            fields["amount"] = json!({"amount_minor": amount * 100, "currency": "USD"});
        }
        told.push(opportunity(&row[0], fields));
    }
    made.tell(NOW, told);
    Some(made)
}

#[test]
fn the_figures_are_those_of_the_firm() {
    let Some(made) = crm() else {
        println!("skipped: there is no folder of real data; set LOCKSTEP_DATA to it");
        return;
    };
    let report = made.engine.report_opportunities(&by(NOW, "regional_office")).unwrap();
    let total = &report.pipeline.total;
    assert_eq!(
        (total.all.n(), total.won.n(), total.lost.n(), total.open.n()),
        (8_800, 4_238, 2_473, 2_089)
    );
    let share = total.win_rate_narrow.share().unwrap();
    assert_eq!((share * 10_000.0).round() as i64, 6_315);
    assert_eq!(total.currencies[0].won.total(), 1_000_553_400);
    assert_eq!(total.cycle_won.days.median(), Some(57.0));
    for (region, closed, won, revenue) in [
        ("Central", 2_604, 1_629, 3_346_293),
        ("East", 1_858, 1_171, 3_090_594),
        ("West", 2_249, 1_438, 3_568_647),
    ] {
        let figures = report.pipeline.group(&GroupKey::Known(region.into())).unwrap();
        let found = (figures.closed.n(), figures.won.n(), figures.currencies[0].won.total());
        assert_eq!(found, (closed, won, revenue * 100), "{region}");
    }
    assert_eq!(report.pipeline.groups.len(), 3);
    let note = "500 of 8,800 opportunities without an opening date: left out of anything timed";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
    products_lose_no_revenue(&made);
    the_funnel_has_what_can_be_known(&made);
}

/// The pipeline says `GTXPro`, the products `GTX Pro`.
fn products_lose_no_revenue(made: &Made) {
    let report = made.engine.report_opportunities(&by(NOW, "series")).unwrap();
    assert_eq!(report.pipeline.group(&GroupKey::Unknown), None);
    let gtx = report.pipeline.group(&GroupKey::Known("GTX".into())).unwrap();
    assert!(gtx.currencies[0].won.total() > 700_000_000);
    let report = made.engine.report_opportunities(&by(NOW, "manager")).unwrap();
    assert!(report.pipeline.group(&GroupKey::Known("Dustin Brinkmann".into())).is_some());
    let report = made.engine.report_opportunities(&by(NOW, "sector")).unwrap();
    assert_eq!(report.pipeline.group(&GroupKey::Blank).unwrap().all.n(), 1_425);
}

fn the_funnel_has_what_can_be_known(made: &Made) {
    let report = made.engine.report_funnel(&all(NOW), Subject::Opportunities).unwrap();
    assert_eq!(report.stages, ["opened", "won"]);
    let FunnelFigures::Opportunities(funnel) = &report.funnel else { panic!() };
    let conversion = &funnel.total.conversions[0];
    assert_eq!(conversion.time.median(), Some(57.0 * 86_400.0));
    assert_eq!(conversion.cohort.rate().n(), 8_800);
}
