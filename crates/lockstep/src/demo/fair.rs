//! A file that revenue operations brings in: who had their badge read at a fair. One of them has been
//! a lead for a while under the same address, one stands twice among the visitors, and of one the
//! scanner kept a day that is none.

use std::path::PathBuf;

use connectors::files::table::{ReadOptions, Workbooks};
use domain::person::Person;
use engine::{
    Engine,
    import::{ImportOptions, Listener, Progress, Rejected},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{ZONE, queue::FAIR};

/// What the file is called.
const FILE: &str = "fair-visitors.csv";

/// Nobody watches, and the list of imports has the counts.
struct Unwatched;

impl Listener for Unwatched {
    fn progress(&mut self, _progress: Progress) -> bool {
        true
    }

    fn rejected(&mut self, _rejected: &Rejected, _cells: &[String]) {}
}

/// Brings the file in.
///
/// # Errors
/// When it cannot be written or is refused, which a test would have found.
pub fn bring(engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
    let Some((name, email)) = known(engine, now)? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let path: PathBuf = folder.path().join(FILE);
    let zone = TimeZone::get(ZONE)?;
    let day = zone.to_datetime(now).date();
    let rows = [
        format!("F-101,{name},{email},+49 911 555 0101,Inquiry,{day}"),
        format!(
            "F-102,Ulrike Sandner,u.sandner@sandner-emaille.example,+49 911 555 0102,Inquiry,{day}"
        ),
        format!("F-103,Ulrike Sandner,,+49 911 555 0102,Inquiry,{day}"),
        "F-104,Ilse Bartok,i.bartok@bartok.example,+49 911 555 0104,Inquiry,on Tuesday".to_owned(),
    ];
    std::fs::write(
        &path,
        format!("lead_number,name,email,phone,status,created_at\n{}\n", rows.join("\n")),
    )?;
    let options = ImportOptions {
        source: Some(FAIR.to_owned()),
        zone: Some(zone),
        reading: ReadOptions { workbooks: Workbooks::Here, ..ReadOptions::default() },
        within: Some(folder.path().to_owned()),
        ..ImportOptions::default()
    };
    engine.import(&[path], &options, now, &mut Unwatched)?;
    Ok(())
}

/// The name and address of somebody who became a lead more than two months before.
fn known(engine: &Engine, now: Timestamp) -> anyhow::Result<Option<(String, String)>> {
    let before = now - SignedDuration::from_hours(24 * 70);
    Ok(engine.read(|reader| {
        let leads = reader.leads()?;
        let old = leads.iter().filter(|lead| lead.created_at.is_some_and(|at| at < before));
        for lead in old {
            let person = reader.person_of(&format!("lead/{}", lead.id))?.unwrap_or_default();
            if let Person { name: Some(name), email: Some(email), .. } = person {
                return Ok(Some((name, email)));
            }
        }
        Ok::<_, store::StoreError>(None)
    })?)
}
