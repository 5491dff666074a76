//! Every number that somebody reads on the made-up firm's pages opens what is behind it, and adds
//! up.
//!
//! A figure is a link of the class `f`, or a link in a chart, whose words have a digit. Digits that
//! stand outside of a link are a finding, unless they stand in a place of [`NO_FIGURES`] or are a
//! date, a version, a clause or another name.

mod html;
mod opens;

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::ids::Subject;
use engine::import::dock::Dock;
use tower::ServiceExt;

use super::*;
use html::Page;

/// Places whose digits are no figures, as a tag or a class, and why.
const NO_FIGURES: &[(&str, &str)] = &[
    ("time", "a date or a time"),
    ("form", "what is asked, not what is answered"),
    ("th", "the name of a row or a column"),
    ("dt", "the name of a value"),
    ("code", "a command"),
    ("pre", "a fact as it is kept"),
    (".hash", "a hash"),
    (".words", "signed words, quoted"),
    ("blockquote", "signed words, quoted"),
    (".body", "the signed text itself"),
    (".signed", "signed words, quoted"),
    (".toc", "headings of the signed text"),
    (".no", "the number of a clause"),
    ("summary", "how many values or rules open right below"),
    ("h1", "a name; over a list its number of rows, which is compared"),
    ("dd", "a value as it was reported; an amount is a link"),
    (".two", "a rule as it was signed, and what it saw"),
    (".time", "a fact in words, beside the link to it"),
    (".part", "the parts of a rate that stands beside them as a link"),
    (".tick", "the scale of a chart"),
    (".pages", "how many rows this page has of the list over it"),
    (".sec-n", "how many rows stand right below"),
    (".terms", "arithmetic with what was signed, written out beside it"),
    (".notes", "what is not known, in words"),
    (".method", "how something is reckoned"),
    (".ghost", "an example of what would stand here"),
];

/// The lists, and what their rows are called.
const LISTS: [(&str, &str); 4] = [
    ("/leads", "leads"),
    ("/opportunities", "opportunities"),
    ("/accounts", "accounts"),
    ("/requests", "requests"),
];

/// The firm, served to its people.
struct House {
    router: Router,
    sessions: BTreeMap<Role, String>,
    runtime: tokio::runtime::Runtime,
    seen: std::cell::RefCell<BTreeMap<(Role, String), (StatusCode, String)>>,
    _files: tempfile::TempDir,
}

impl House {
    fn open(filled: &Filled, roles: &[Role]) -> House {
        let files = tempfile::tempdir().unwrap();
        let (now, engine) = (filled.now, filled.engine.clone());
        let workbooks = connectors::files::table::Workbooks::Here;
        let router = web::router(web::App {
            engine: engine.clone(),
            clock: std::sync::Arc::new(move || now),
            firm: NAME.to_owned(),
            zone: TimeZone::get(ZONE).unwrap(),
            https: false,
            dock: Dock { folder: files.path().to_owned(), workbooks },
            closing: web::Closing::default(),
            demo: None,
        });
        let session = |role: &Role| {
            let who = filled.firm.people.iter().find(|member| member.role == *role).unwrap();
            (*role, engine.open_session(&who.user, now).unwrap())
        };
        let sessions = roles.iter().map(session).collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        House { router, sessions, runtime, seen: Default::default(), _files: files }
    }

    /// What an address answers to somebody; what stands behind `#` is the browser's.
    fn gets(&self, role: Role, address: &str) -> (StatusCode, String) {
        let path = address.split('#').next().unwrap_or_default().to_owned();
        if let Some(seen) = self.seen.borrow().get(&(role, path.clone())) {
            return seen.clone();
        }
        let request = Request::get(&path)
            .header(header::COOKIE, format!("ls={}", self.sessions[&role]))
            .body(Body::empty())
            .unwrap();
        let answer = self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            (parts.status, String::from_utf8_lossy(&body).into_owned())
        });
        self.seen.borrow_mut().insert((role, path), answer.clone());
        answer
    }

    fn page(&self, role: Role, address: &str) -> String {
        let (status, body) = self.gets(role, address);
        assert_eq!(status, StatusCode::OK, "{role:?} {address}");
        body
    }
}

/// A lead with a running clock and one that was accepted, an opportunity with a milestone.
fn records(engine: &Engine) -> Vec<String> {
    let (clocks, handoffs, milestones) = engine
        .read(|reader| {
            Ok::<_, store::StoreError>((
                reader.clocks_due_before(Timestamp::MAX, None, u32::MAX)?,
                reader.handoffs()?,
                reader.milestones()?,
            ))
        })
        .unwrap();
    let running = clocks.iter().find_map(|clock| match &clock.subject {
        Subject::Lead(lead) => Some(lead.as_str()),
        Subject::Opportunity(_) => None,
    });
    let accepted = handoffs.iter().rfind(|row| row.answer == Some(Answer::Accepted)).unwrap();
    let reached = milestones.last().map(|row| row.opportunity.as_str());
    vec![
        format!("/leads/{}", running.unwrap()),
        format!("/leads/{}", accepted.lead),
        format!("/opportunities/{}", reached.unwrap()),
    ]
}

/// What a definition would have found, and what the outcomes suggest for it: of won leads there are
/// too few for a card, of opened ones enough.
const ABOUT_DEFINITIONS: [&str; 3] = [
    "/agreement/4/backtest",
    "/agreement/4/points",
    "/agreement/4/points?toward=opened&within=30&after=10",
];

/// Pages for revenue operations, with what became of the file that was brought, and who was judged
/// anew.
fn of_operations(engine: &Engine) -> Vec<String> {
    let runs = engine.read(|reader| reader.imports()).unwrap();
    let page = format!("/imports/{}", runs[0].id);
    let lists = ["/imports", "/duplicates", "/ledger"].map(str::to_owned);
    lists.into_iter().chain([format!("{page}/judged"), page]).collect()
}

#[test]
fn every_number_on_every_screen_opens_and_adds_up() {
    let filled = thursday();
    let roles = [
        Role::Rep,
        Role::Marketer,
        Role::SalesManager,
        Role::MarketingManager,
        Role::Leader,
        Role::Operations,
    ];
    let house = House::open(filled, &roles);
    let (mut findings, mut walked) = (BTreeSet::new(), BTreeSet::new());
    for role in roles {
        let mut pages: Vec<String> = [
            "/",
            "/scoreboard",
            "/agreement",
            "/agreement/2",
            "/agreement/message",
            "/agreement/priorities",
            "/disputes",
            "/agreement/actions",
            "/responsibilities",
            "/search?q=an",
            "/views",
            "/people",
        ]
        .map(str::to_owned)
        .into();
        pages.extend(LISTS.map(|(path, _)| path.to_owned()));
        pages.extend(records(&filled.engine));
        if matches!(role, Role::SalesManager | Role::Leader) {
            pages.push("/routing".to_owned());
            pages.push("/scoreboard?by=owner".to_owned());
        }
        if role == Role::Marketer {
            pages.push("/scoreboard?by=source".to_owned());
            pages.push("/scoreboard?by=persona".to_owned());
            pages.push("/scoreboard?by=segment".to_owned());
        }
        if role == Role::Leader {
            pages.extend(ABOUT_DEFINITIONS.map(str::to_owned));
        }
        if role == Role::Operations {
            pages.extend(of_operations(&filled.engine));
        }
        for address in pages {
            let page = Page::of(&house.page(role, &address));
            for text in page.texts.iter().filter(|text| text.is_loose_figure(NO_FIGURES)) {
                findings.insert(format!("{address}: no link: {}", text.shown()));
            }
            if let Some((path, words)) = LISTS.iter().find(|(path, _)| *path == address) {
                let n = house.page(role, &format!("{path}.csv")).lines().count() - 1;
                let heading = page.heading();
                assert!(heading.starts_with(&format!("{n} {words}")), "{n}: {heading}");
            }
            for figure in &page.figures {
                walked.insert((figure.href.clone(), figure.text.clone()));
                if let Err(why) = opens::check(&house, role, &address, figure) {
                    findings
                        .insert(format!("{address}: {} at {}: {why}", figure.text, figure.href));
                }
            }
        }
    }
    println!("{} figures were opened", walked.len());
    assert!(walked.len() > 400, "only {} figures were found", walked.len());
    let lines: Vec<String> = findings.into_iter().collect();
    assert!(lines.is_empty(), "{} findings\n{}", lines.len(), lines.join("\n"));
}
