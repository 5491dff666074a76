use std::path::PathBuf;

use connectors::mapping::{self, Object};

use super::*;
use store::Location;

struct Quiet;

impl Listener for Quiet {
    fn progress(&mut self, _: Progress) -> bool {
        true
    }
    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// An empty Lockstep in a folder of its own.
fn engine() -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(&Location::Sqlite(dir.path().join("lockstep.db")), now()).unwrap();
    (dir, engine)
}

/// A folder of real exports; where `LOCKSTEP_DATA` names none, the test is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from);
    let folder = root.map(|root| root.join(name)).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: LOCKSTEP_DATA names no folder of real exports");
    }
    folder
}

fn import(engine: &Engine, paths: &[PathBuf], options: &ImportOptions) -> ImportReport {
    engine.import(paths, options, now(), &mut Quiet).unwrap()
}

fn of(report: &ImportReport, object: Object) -> &TableReport {
    report.tables.iter().find(|table| table.object == object).unwrap()
}

fn written(dir: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn adds_up(report: &ImportReport) {
    for table in &report.tables {
        let counts = table.counts;
        let sum =
            counts.created + counts.updated + counts.unchanged + counts.rejected + counts.left_out;
        assert_eq!(counts.read, sum, "{}", table.file);
    }
}

#[test]
fn a_crm_of_8800_deals_comes_in_whole_and_twice_is_once() {
    let Some(folder) = data("maven-crm") else { return };
    let (_dir, engine) = engine();
    let report = import(&engine, std::slice::from_ref(&folder), &ImportOptions::default());
    adds_up(&report);
    let deals = of(&report, Object::Opportunities);
    assert_eq!(deals.counts, Counts { read: 8800, created: 8800, ..Counts::default() });
    assert_eq!(of(&report, Object::Accounts).counts.created, 85);
    assert_eq!(of(&report, Object::Products).counts.created, 7);
    assert_eq!(of(&report, Object::Users).counts.created, 35);
    assert_eq!(report.skipped.len(), 1, "the data dictionary is no table of records");
    let spelt = deals.joined.iter().find(|joined| joined.word == "GTXPro").unwrap();
    assert_eq!(spelt.how, join::How::Spelling { name: "GTX Pro".into() });
    let won: Vec<_> = engine
        .read(|reader| reader.opportunities())
        .unwrap()
        .into_iter()
        .filter(|deal| deal.outcome == store::read::Outcome::Won)
        .collect();
    assert_eq!(won.len(), 4238);
    let revenue: i64 = won.iter().filter_map(|deal| deal.amount).map(|m| m.amount_minor).sum();
    assert_eq!(revenue, 1_000_553_400);
    assert!(won.iter().all(|deal| deal.product.is_some() && deal.owner.is_some()));
    let again = import(&engine, &[folder], &ImportOptions::default());
    adds_up(&again);
    assert_eq!(again.total.unchanged, again.total.read, "{:?}", again.total);
}

#[test]
fn an_org_export_comes_in_with_its_traps() {
    let Some(folder) = data("salesforce-export") else { return };
    let (_dir, engine) = engine();
    let report = import(&engine, std::slice::from_ref(&folder), &ImportOptions::default());
    adds_up(&report);
    assert_eq!(report.source, "salesforce");
    assert_eq!((report.total.read, report.total.rejected), (385, 0), "{:?}", report.skipped);
    let leads: u64 = report
        .tables
        .iter()
        .filter(|table| table.object == Object::Leads)
        .map(|table| table.counts.created)
        .sum();
    assert_eq!(leads, 162, "60 leads and 102 contacts");
    let dump = engine.read(|reader| {
        let mut out = Vec::new();
        reader.export_ledger(&mut out)?;
        Ok::<_, Error>(String::from_utf8_lossy(&out).into_owned())
    });
    let dump = dump.unwrap();
    for private in ["Patricia", "patricia.ryan@example.com", "DL2229373694", "Emily Walks"] {
        assert!(!dump.contains(private), "{private} stands in the ledger");
    }
    let again = import(&engine, &[folder], &ImportOptions::default());
    assert_eq!(again.total.unchanged, again.total.read, "{:?}", again.total);
}

#[test]
fn a_dry_run_counts_what_the_real_run_does_and_keeps_nothing() {
    let (dir, engine) = engine();
    let file = written(
        &dir,
        "deals.csv",
        "deal_id,account,owner,stage,amount,close_date\n1,Acme,Ann Lee,Won,1000,2026-01-02\n\
         2,Acme,Ann Lee,Lost,x,2026-01-03\n",
    );
    let options = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let tried = import(&engine, std::slice::from_ref(&file), &options);
    assert_eq!(engine.read(|reader| reader.head()).unwrap().fact.0, 0);
    let done = import(&engine, &[file], &ImportOptions::default());
    assert_eq!(tried.total, done.total);
    assert_eq!(done.total, Counts { read: 2, created: 1, rejected: 1, ..Counts::default() });
    let runs = engine.read(|reader| reader.imports()).unwrap();
    assert_eq!((runs.len(), runs[0].state.as_str()), (1, "done"), "a dry run leaves no trace");
    let rejected = &of(&done, Object::Opportunities).rejected[0];
    assert_eq!((rejected.line, rejected.column.as_str()), (3, "amount"));
}

#[test]
fn a_row_whose_record_is_there_already_creates_nothing() {
    let (dir, engine) = engine();
    let file = written(
        &dir,
        "leads.csv",
        "lead_id,created_at,status\nX0,2026-01-02,New\nX1,2026-01-02,New\n\
         X0,2026-01-02,Working\nX1,2026-01-02,New\n",
    );
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let counts = Counts { read: 4, created: 2, updated: 1, unchanged: 1, ..Counts::default() };
    for options in [dry, ImportOptions::default()] {
        let report = import(&engine, std::slice::from_ref(&file), &options);
        assert_eq!(report.total, counts, "dry run: {}", options.dry_run);
    }
    assert_eq!(engine.read(|reader| reader.leads()).unwrap().len(), 2);
    let file = written(
        &dir,
        "statuses.csv",
        "lead_id,new_status,changed_at\nX0,MQL,2026-01-04\nX0,SQL,2026-01-05\n",
    );
    let report = import(&engine, &[file], &ImportOptions::default());
    assert_eq!(of(&report, Object::StatusHistory).counts.created, 2, "each is one of its own");
}

#[test]
fn of_a_list_of_keys_the_first_is_taken_and_said() {
    let (dir, engine) = engine();
    let leads = written(&dir, "leads.csv", "lead_id,created_at,status\n501,2026-01-02,New\n");
    let deals = written(
        &dir,
        "deals.csv",
        "deal_id,account,lead_id,stage,amount,close_date\n1,Hahn; Sohn,501;502,Won,1,2026-01-02\n\
         2,Acme,501;,Won,1,2026-01-02\n3,Acme,601;501,Won,1,2026-01-02\n",
    );
    let report = import(&engine, &[leads, deals], &ImportOptions::default());
    assert_eq!((report.total.created, report.total.rejected), (4, 0));
    let notes = &of(&report, Object::Opportunities).notes;
    let said = "lead_id names several leads: the first is taken (2 rows)";
    assert!(notes.iter().any(|note| note == said), "{notes:?}");
    let deals = engine.read(|reader| reader.opportunities()).unwrap();
    let leads: Vec<_> = deals.iter().map(|deal| deal.lead.as_ref().unwrap().as_str()).collect();
    assert_eq!(leads, ["file:501", "file:501", "file:601"]);
    let accounts = engine.read(|reader| reader.accounts()).unwrap();
    let names: Vec<_> = accounts.into_iter().filter_map(|account| account.name).collect();
    assert_eq!(names, ["Acme", "Hahn; Sohn"], "a name with a semicolon stays one");
}

#[test]
fn a_lead_is_found_by_its_name_if_only_one_is_called_so() {
    let (dir, engine) = engine();
    let people = "Person - ID,Person - Name,Person - Owner,Person - Labels\n\
                  7,Ann Lee,Jo Field,Hot\n8,Bo Kim,Jo Field,Cold\n9,Bo Kim,Jo Field,Cold\n\
                  10,Ann Lee Smith,Jo Field,Hot\n";
    let people = written(&dir, "people.csv", people);
    let deals = "Deal - ID,Deal - Title,Deal - Stage,Deal - Contact person\n\
                 1,A,Won,Ann Lee\n2,B,Won,Bo Kim\n3,C,Won,Cy Noone\n";
    let deals = written(&dir, "deals.csv", deals);
    let report = import(&engine, &[people, deals], &ImportOptions::default());
    assert_eq!((report.source.as_str(), report.total.created), ("pipedrive", 7));
    let deals = engine.read(|reader| reader.opportunities()).unwrap();
    let leads: Vec<_> = deals.iter().map(|deal| deal.lead.as_ref().map(|id| id.as_str())).collect();
    assert_eq!(leads[..2], [Some("pipedrive:7"), None]);
    assert!(leads[2].is_some_and(|lead| lead.starts_with("pipedrive:p")), "he may come later");
    let several = join::How::Several { records: 2 };
    let joined = &of(&report, Object::Opportunities).joined;
    assert!(joined.iter().any(|it| it.word == "Bo Kim" && it.how == several), "{joined:?}");
    let mut dump = Vec::new();
    engine.read(|reader| reader.export_ledger(&mut dump)).unwrap();
    assert!(!String::from_utf8_lossy(&dump).contains("Bo Kim"), "names stay beside the ledger");
    let lead = engine.read(|reader| reader.lead(&"pipedrive:7".into())).unwrap().unwrap();
    assert_eq!(lead.status, None, "a label is no status");
    assert_eq!(lead.fields["labels"], domain::field::FieldValue::from("Hot"));
}

#[test]
fn an_unmapped_or_blank_column_clears_nothing_unless_the_mapping_says_so() {
    let (dir, engine) = engine();
    let full = written(&dir, "a.csv", "account_id,name,industry,employees\n7,Acme,foundry,20\n");
    import(&engine, &[full], &ImportOptions::default());
    let less = written(&dir, "b.csv", "account_id,name,industry\n7,Acme,\n");
    let report = import(&engine, std::slice::from_ref(&less), &ImportOptions::default());
    assert_eq!(report.total.unchanged, 1);
    let clearing = "source = \"file\"\nblank = \"clear\"\n[[table]]\nobject = \"accounts\"\n\
                    key = [\"account_id\"]\n[table.columns]\nname = \"name\"\n\
                    industry = \"industry\"\n";
    let mapping = Some(mapping::read(clearing).unwrap());
    let report = import(&engine, &[less], &ImportOptions { mapping, ..ImportOptions::default() });
    assert_eq!(report.total.updated, 1);
    let account = engine.read(|reader| reader.account(&"file:7".into())).unwrap().unwrap();
    assert_eq!(account.fields["industry"], domain::field::FieldValue::Cleared);
    assert_eq!(account.fields["employees"], domain::field::FieldValue::Whole(20));
}

#[test]
fn a_handoff_table_comes_in_with_its_answers() {
    let (dir, engine) = engine();
    let file = written(
        &dir,
        "handoffs.csv",
        "handoff_id,lead_id,handed_over_at,rep,decision,decided_at,reason,source\n\
         1,L1,2026-03-02 09:00,Ann Lee,Accepted,2026-03-02 10:00,,Webinar\n\
         2,L2,2026-03-02 09:00,Bo Ek,Rejected,2026-03-03 10:00,Duplicate,Web\n\
         3,L3,2026-03-02 09:00,Bo Ek,,,,Web\n\
         4,L4,2026-03-02 09:00,Bo Ek,Perhaps,2026-03-03 10:00,,Web\n",
    );
    let report = import(&engine, &[file], &ImportOptions::default());
    assert_eq!((report.total.created, report.total.rejected), (3, 1));
    let rows = engine.read(|reader| reader.handoffs()).unwrap();
    let answers: Vec<_> = rows.iter().map(|row| (row.answer, row.reason.clone())).collect();
    use domain::handoff::Answer::{Accepted, Rejected};
    assert_eq!(
        answers,
        [(Some(Accepted), None), (Some(Rejected), Some("Duplicate".into())), (None, None)]
    );
}

#[test]
fn the_rows_of_a_word_are_those_of_all_tables() {
    let (dir, engine) = engine();
    let owner = "Jo Field";
    let deals = format!("deal_id,owner,stage,amount\n1,{owner},Won,5\n");
    let leads =
        format!("lead_id,created_at,status,owner\n1,2026-01-02,New,{owner}\n2,,New,{owner}\n");
    let files = [written(&dir, "deals.csv", &deals), written(&dir, "leads.csv", &leads)];
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
    for options in [dry, ImportOptions::default()] {
        let report = import(&engine, &files, &options);
        let all = report.tables.iter().flat_map(|table| &table.joined);
        let rows: Vec<_> = all.filter(|it| it.word == owner).map(|it| (&it.how, it.rows)).collect();
        assert_eq!(rows, [(&join::How::Made, 2), (&join::How::Made, 1)], "{}", options.dry_run);
    }
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let (dir, engine) = engine();
    let cases = [
        ("x.csv", "a,b\n1,2\n", "was recognised"),
        ("y.csv", "deal_id,stage,amount\n1,\"Won,3\n", "never closed"),
        ("z.csv", "\u{0}\u{0}", "NUL"),
    ];
    for (name, content, expected) in cases {
        let file = written(&dir, name, content);
        let error = engine.import(&[file], &ImportOptions::default(), now(), &mut Quiet);
        let words = error.unwrap_err().to_string();
        assert!(words.contains(expected), "{name}: {words}");
    }
    assert_eq!(engine.read(|reader| reader.head()).unwrap().fact.0, 0);
}

#[test]
fn stages_that_only_have_dates_are_entered_on_them() {
    let (dir, engine) = engine();
    let leads = written(
        &dir,
        "mqls.csv",
        "mql_id,first_contact_date,landing_page_id,origin\na1,2018-02-01,p1,social\na2,2018-02-03,p1,\n",
    );
    let deals = written(
        &dir,
        "closed.csv",
        "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment\na1,s1,d1,r1,2018-03-01 10:30:00,pet\n",
    );
    let report = import(&engine, &[deals, leads], &ImportOptions::default());
    assert_eq!(report.total, Counts { read: 3, created: 3, ..Counts::default() });
    let stages = engine.read(|reader| reader.lead_stages()).unwrap();
    assert_eq!(stages.len(), 2);
    assert!(stages.iter().all(|stage| stage.status == "MQL"));
    let deal = engine.read(|reader| reader.opportunities()).unwrap().remove(0);
    assert_eq!(deal.lead.map(|lead| lead.0).as_deref(), Some("file:a1"));
    assert_eq!(deal.outcome, store::read::Outcome::Won);
}

#[test]
fn a_rejected_row_makes_nobody_and_the_next_row_does() {
    let (dir, engine) = engine();
    let file = written(
        &dir,
        "handoffs.csv",
        "handoff_id,lead_id,handed_over_at,rep,decision\n1,L1,2026-03-02,Bo Ek,Perhaps\n",
    );
    let report = import(&engine, &[file], &ImportOptions::default());
    assert_eq!(report.total.rejected, 1);
    assert_eq!(engine.read(|reader| reader.users()).unwrap(), []);
    let file = written(
        &dir,
        "handoffs.csv",
        "handoff_id,lead_id,handed_over_at,rep,decision\n1,L1,2026-03-02,Bo Ek,Perhaps\n\
         2,L2,2026-03-02,Bo Ek,Accepted\n3,L3,2026-03-02,Bo Ek,Accepted\n",
    );
    let report = import(&engine, &[file], &ImportOptions::default());
    assert_eq!(of(&report, Object::Handoffs).joined[0].how, join::How::Made);
    let users = engine.read(|reader| reader.users()).unwrap();
    let rows = engine.read(|reader| reader.handoffs()).unwrap();
    assert_eq!(users.len(), 1);
    assert!(rows.iter().all(|row| row.owner.as_ref() == Some(&users[0].id)));
}

/// A stand-in for the process that parses a workbook: it tells of a sheet of accounts and of its
/// first row, and breaks off as a program does that is given no more memory.
#[cfg(unix)]
const BREAKS_OFF: &str = r#"case "$0" in
    *Sheets*) echo '{"Sheets":[{"name":"accounts","header":["account_id","name","industry"],"header_line":1,"is_hidden":false}]}' ;;
    *) echo '{"Rows":[9,[{"Ok":{"line":2,"cells":[{"Text":"9"},{"Text":"Gone"},{"Text":"x"}]}}]]}'
       kill -ABRT $$ ;;
esac"#;

#[test]
#[cfg(unix)]
fn a_workbook_that_ends_its_parser_is_refused_whole_and_the_others_go_on() {
    let (dir, engine) = engine();
    let good = written(&dir, "good.csv", "account_id,name,industry\n7,Acme,foundry\n");
    let bad = written(&dir, "bad.xlsx", "PK\u{3}\u{4} and whatever follows");
    let args = vec!["-c".to_owned(), BREAKS_OFF.to_owned()];
    let program =
        connectors::files::child::Program { path: "/bin/sh".into(), args, environment: Vec::new() };
    let workbooks = table::Workbooks::Child(program);
    let reading = ReadOptions { workbooks, ..ReadOptions::default() };
    let options = ImportOptions { reading, ..ImportOptions::default() };
    let report = import(&engine, &[bad.clone(), good], &options);
    adds_up(&report);
    assert_eq!(report.total, Counts { read: 1, created: 1, ..Counts::default() });
    let [skipped] = &report.skipped[..] else { panic!("{:?}", report.skipped) };
    assert_eq!((&skipped.file, skipped.refused), (&bad.display().to_string(), true));
    let said = "needs more memory to parse than the 512 MiB allowed: save it anew as XLSX, or as \
                CSV; nothing after it was read. Nothing was imported from it";
    assert!(skipped.reason.ends_with(said), "{}", skipped.reason);
    let accounts = engine.read(|reader| reader.accounts()).unwrap();
    assert_eq!(
        accounts.into_iter().map(|account| account.name).collect::<Vec<_>>(),
        [Some("Acme".into())]
    );
    let alone = engine.import(&[bad], &options, now(), &mut Quiet).unwrap_err().to_string();
    assert!(alone.contains("bad.xlsx") && alone.ends_with(said), "{alone}");
}

#[test]
fn a_row_that_adds_up_the_others_is_told_and_not_taken() {
    let (dir, engine) = engine();
    let head = "deal_id;account;stage;amount;close_date\n";
    let rows = "1;Acme;Won;1.000,50;2026-01-02\n2;Acme;Lost;2.000,00;2026-01-03\n";
    let cases = [
        (";;;3.000,50;\n", 2, "a blank key and the sum"),
        ("Summe;;;3.000,50;\n", 2, "the word for the key"),
        (";;;3.000,51;\n", 3, "it is no sum"),
        ("Summe;;Won;3.000,50;\n", 3, "it says more than a sum"),
        ("3;Acme;Won;3.000,50;2026-01-04\n", 3, "a deal as large as the others together"),
        (";;;3.000,50;\n3;Acme;Won;1,00;2026-01-04\n", 4, "it is not the last row"),
    ];
    for (last, taken, why) in cases {
        let file = written(&dir, "deals.csv", &format!("{head}{rows}{last}"));
        let options = ImportOptions { dry_run: true, ..ImportOptions::default() };
        let report = import(&engine, &[file], &options);
        adds_up(&report);
        let table = of(&report, Object::Opportunities);
        let left = table.rejected.iter().filter(|row| row.reason.contains("adds up"));
        let lines: Vec<u64> = left.map(|row| row.line).collect();
        let expected = if taken == 2 { vec![4] } else { vec![] };
        assert_eq!(lines, expected, "{why}: {:?}", table.rejected);
        let said = table.notes.iter().any(|note| note.contains("line 4 adds up"));
        assert_eq!(said, taken == 2, "{why}: {:?}", table.notes);
    }
}

mod exports;

#[test]
fn new_companies_are_made_of_their_names_until_a_table_lists_them() {
    let (dir, engine) = engine();
    let deals = |file: &str, rows: &str| {
        written(&dir, file, &format!("deal_id,account,stage,amount,created_date\n{rows}"))
    };
    let how = |report: &ImportReport, word: &str| {
        let joined = &of(report, Object::Opportunities).joined;
        joined.iter().find(|joined| joined.word == word).map(|joined| joined.how.clone())
    };
    let options = ImportOptions::default();
    for (file, word) in [("one.csv", "Orme Pumps"), ("two.csv", "Zeta GmbH")] {
        let rows = format!("{file},{word},Offer,5,2026-03-02\n");
        let report = import(&engine, &[deals(file, &rows)], &options);
        assert_eq!(how(&report, word), Some(join::How::Made), "{file}");
    }
    let again = deals("three.csv", "three,Orme Pumps,Offer,5,2026-03-02\n");
    assert_eq!(how(&import(&engine, &[again], &options), "Orme Pumps"), None);

    let listed = "account,sector,employees\nOrme Pumps,Water,20\nZeta GmbH,Glass,9\n";
    import(&engine, &[written(&dir, "accounts.csv", listed)], &options);
    let unlisted = deals("four.csv", "four,Orme Pump,Offer,5,2026-03-02\n");
    let nearest = Some("Orme Pumps".to_owned());
    let report = import(&engine, &[unlisted], &options);
    assert_eq!(how(&report, "Orme Pump"), Some(join::How::NotFound { nearest }));
    let accounts = engine.read(|reader| reader.accounts()).unwrap();
    assert_eq!(accounts.len(), 2, "{accounts:?}");
}

#[test]
fn quotas_of_several_people_that_come_again_change_nothing() {
    let (dir, engine) = engine();
    let wide = "Rep,2026-Q1,2026-Q2\nAnn Lee,100,200\nBo Ek,150,250\n";
    let long = "Rep,Period,Quota\nAnn Lee,2026-Q3,300\nBo Ek,2026-Q3,350\nAnn Lee,2026-Q4,300\n";
    for (name, content, rows) in [("quota.csv", wide, 2), ("quota_long.csv", long, 3)] {
        let files = [written(&dir, name, content)];
        let counts = |_| {
            let report = import(&engine, &files, &ImportOptions::default());
            adds_up(&report);
            of(&report, Object::Quotas).counts
        };
        let [first, second] = [0, 1].map(counts);
        assert_eq!((first.created, first.updated), (rows, 0), "{name}");
        assert_eq!((second.unchanged, second.updated), (rows, 0), "{name}");
    }
    let changed = written(&dir, "quota.csv", &wide.replace("250", "260"));
    let report = import(&engine, &[changed], &ImportOptions::default());
    let counts = of(&report, Object::Quotas).counts;
    assert_eq!((counts.unchanged, counts.updated), (1, 1));
}

#[test]
fn deals_that_no_column_tells_apart_are_taken_with_a_word_of_doubt() {
    let (dir, engine) = engine();
    let deals = "Company,Stage,Amount,Close date,Owner\nOrme,Offer,5,2026-03-02,Ann Lee\n";
    let report = import(&engine, &[written(&dir, "deals.csv", deals)], &ImportOptions::default());
    let notes = &of(&report, Object::Opportunities).notes;
    assert!(notes.iter().any(|note| note.contains("key")), "{notes:?}");
    let keyed = format!("deal_id,{}", deals.replace("Orme", "7,Orme"));
    let report = import(&engine, &[written(&dir, "k.csv", &keyed)], &ImportOptions::default());
    let notes = &of(&report, Object::Opportunities).notes;
    assert!(!notes.iter().any(|note| note.contains("key")), "{notes:?}");
}
