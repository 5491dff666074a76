//! A small world in which a story can be told: a clock that stands still until it is moved, a firm
//! of a few people, a signed Agreement, and browsers that only fetch.

mod answer;
mod bringing;
mod database;
mod outcomes;
mod served;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Request, header, request::Builder},
};
use connectors::{agreement::AgreementText, files::table::Workbooks};
use domain::{
    firm::Role,
    ids::{UserId, Version},
};
use engine::{Engine, access::Actor, agreement::Proposing, import::dock::Dock, people::NewPerson};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde_json::Value;
use tower::ServiceExt;
use web::{App, Closing, DemoInfo};

pub use answer::Answer;
pub use axum::http;
use database::Database;
pub use served::Served;

/// The text of the Agreement that both sides of the world sign.
pub const AGREEMENT: &str = include_str!("agreement.toml");

/// A persona of those who buy, with its rule, and one of those who sell.
pub const PERSONAS: &str = include_str!("personas.toml");

/// A service level of which somebody is told while nobody answers.
pub const LADDERS: &str = include_str!("ladders.toml");

/// Who gets a lead: two of the desk in turn, within their hours, and else Sven.
pub const DESK: &str = include_str!("desk.toml");

/// What both sides say to a customer, with a persona that it is for.
pub const MESSAGE: &str = include_str!("message.toml");

/// What is owed to opportunities.
pub const ON_OPPORTUNITIES: &str = include_str!("opportunities.toml");
/// Who leads on what, with two priorities that do not go together.
pub const PRIORITIES: &str = include_str!("priorities.toml");

const ON_HANDOFFS: &str = include_str!("handoffs.toml");

/// One Lockstep, one firm, one clock.
pub struct World {
    router: Router,
    /// What the pages stand on, for opening them anew.
    app: Option<App>,
    /// There until the world ends.
    engine: Option<Arc<Engine>>,
    now: Arc<Mutex<Timestamp>>,
    people: BTreeMap<&'static str, (Actor, String)>,
    key: String,
    requests: AtomicU32,
    dock: Dock,
    _files: tempfile::TempDir,
    // Last, so that the database goes after everybody who uses it.
    _database: Database,
}

/// The people of the firm: a short name, their whole name, and what they may do.
pub const PEOPLE: [(&str, &str, Role); 8] = [
    ("rep", "Rita Voss", Role::Rep),
    ("sven", "Sven Arndt", Role::SalesManager),
    ("marketer", "Milo Brandt", Role::Marketer),
    ("mara", "Mara Lenz", Role::MarketingManager),
    ("operations", "Olga Petri", Role::Operations),
    ("leader", "Lea Winter", Role::Leader),
    ("reader", "Ralf Blume", Role::ReadOnly),
    ("auditor", "Ada Kern", Role::Auditor),
];

/// When the firm begins, unless it is said otherwise.
const MONDAY: &str = "2026-11-16 09:00";

/// The instant of a time on the wall in Berlin, such as `2026-11-20 16:30`.
fn instant_of(wall_clock: &str) -> Timestamp {
    let text = format!("{}[Europe/Berlin]", wall_clock.replace(' ', "T"));
    let zoned: Zoned = text.parse().expect("a time on the wall");
    zoned.timestamp()
}

impl World {
    /// A firm with people and without an Agreement, on Monday 16 November 2026 at nine in Berlin.
    pub fn new() -> World {
        World::made(false, MONDAY)
    }

    /// The same as a demonstration: whoever comes by may be any of its people.
    pub fn demonstration() -> World {
        World::made(true, MONDAY)
    }

    fn made(is_demo: bool, wall_clock: &str) -> World {
        aside(|| World::opened(is_demo, instant_of(wall_clock)))
    }

    fn opened(is_demo: bool, now: Timestamp) -> World {
        let database = Database::new();
        let now = Arc::new(Mutex::new(now));
        let hands = now.clone();
        let clock = Arc::new(move || *hands.lock().expect("nobody panics with the clock"));
        let engine = Engine::open(&database.location, clock()).expect("the database opens");
        let engine = Arc::new(engine);
        let people = PEOPLE.map(|(short, name, role)| {
            let email = format!("{short}@millrace.example");
            let new = NewPerson { name: name.to_owned(), email, role, side: None };
            let (user, _) = engine.admit(None, new, clock()).expect("everybody may come in");
            let session = engine.open_session(&user, clock()).expect("a session opens");
            (short, (Actor { user, role, side: role.side() }, session))
        });
        let people = BTreeMap::from(people);
        let demo = is_demo.then(|| DemoInfo {
            says: "A made-up firm.".to_owned(),
            people: PEOPLE
                .map(|(short, name, role)| {
                    let user = people[short].0.user.clone();
                    (user, name.to_owned(), role.words().to_owned())
                })
                .into(),
        });
        let key = engine.add_key(None, "crm", clock()).expect("a key is made");
        let files = tempfile::tempdir().expect("a temporary folder can be made");
        let dock = Dock { folder: files.path().join("imports"), workbooks: Workbooks::Here };
        let app = App {
            engine: engine.clone(),
            clock,
            firm: "Millrace Pumps".to_owned(),
            zone: TimeZone::get("Europe/Berlin").expect("the time zone database is there"),
            https: false,
            dock: dock.clone(),
            demo,
            closing: Closing::default(),
        };
        let (router, app) = (web::router(app.clone()), Some(app));
        let requests = AtomicU32::new(0);
        let engine = Some(engine);
        World {
            router,
            app,
            engine,
            now,
            people,
            key,
            requests,
            dock,
            _files: files,
            _database: database,
        }
    }

    /// The same with the Agreement signed by both sides and in force.
    pub fn just_signed() -> World {
        World::just_signed_on(AGREEMENT)
    }

    /// The same with what is owed to opportunities in the text.
    pub fn just_signed_on_opportunities() -> World {
        World::just_signed_with(ON_OPPORTUNITIES)
    }

    /// The same with how a lead changes hands, and who rules where the sides disagree.
    pub fn just_signed_on_handoffs() -> World {
        World::just_signed_on(&format!("{AGREEMENT}\n{ON_HANDOFFS}"))
    }

    /// The same with more clauses in the text.
    pub fn just_signed_with(clauses: &str) -> World {
        World::just_signed_on(&format!("{AGREEMENT}\n{clauses}"))
    }

    /// The same with a service level of which somebody is told while nobody answers.
    pub fn just_signed_on_ladders() -> World {
        World::just_signed_on(&format!("{AGREEMENT}\n{LADDERS}"))
    }

    /// The same with nothing more in the text, signed at another time on the wall in Berlin.
    pub fn just_signed_at(wall_clock: &str) -> World {
        World::made(false, wall_clock).signs(AGREEMENT)
    }

    /// A firm that has just signed this text.
    pub fn just_signed_on(text: &str) -> World {
        World::new().signs(text)
    }

    fn signs(self, text: &str) -> World {
        let version = self.proposes(text);
        let hash = self.hash(version);
        for short in ["mara", "sven"] {
            let (by, now) = (self.actor(short), self.now());
            let signed = self.asks(|engine| engine.sign_agreement(by, version, &hash, now));
            signed.expect("both may sign");
        }
        self
    }

    /// Asks the engine itself what no page can be asked. The engine waits for its database, so it
    /// is asked aside from the runtime of the tests.
    pub fn asks<T: Send>(&self, ask: impl FnOnce(&Engine) -> T + Send) -> T {
        let engine = self.engine.as_ref().expect("it is there until the world ends");
        aside(|| ask(engine))
    }

    /// The number of the last fact.
    pub fn last_fact(&self) -> i64 {
        let head = self.asks(|engine| engine.read(|reader| reader.head()));
        head.expect("the ledger can be read").fact.0
    }

    /// The pages themselves, to be served to a real browser.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Opens the pages to a real browser, for as long as what this gives is kept.
    pub async fn serve(&self) -> Served {
        Served::open(self.router()).await
    }

    /// Gives somebody a password, with which they sign in at the door.
    pub fn has_password(&self, short: &str, password: &str) -> &World {
        let (user, now) = (self.user(short), self.now());
        self.asks(|engine| {
            let secret = engine.invite_again(None, user, now).expect("everybody may have a link");
            engine.set_password(&secret, password.into(), now).expect("it is hard to guess")
        });
        self
    }

    /// The secret of somebody's session.
    pub fn session(&self, short: &str) -> &str {
        &self.people[short].1
    }

    /// Somebody of the firm.
    pub fn actor(&self, short: &str) -> &Actor {
        &self.people[short].0
    }

    /// Somebody's id.
    pub fn user(&self, short: &str) -> &UserId {
        &self.actor(short).user
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        *self.now.lock().expect("nobody panics with the clock")
    }

    /// Moves the clock to a wall-clock time in Berlin, such as `2026-11-20 16:30`.
    pub fn at(&self, wall_clock: &str) -> &World {
        *self.now.lock().expect("nobody panics with the clock") = instant_of(wall_clock);
        self
    }

    /// The minute tick.
    pub fn ticks(&self) -> &World {
        let now = self.now();
        self.asks(|engine| engine.tick(now)).expect("the tick works");
        self
    }

    /// Puts a text before both sides, in the place of one that is open for signing.
    pub fn proposes(&self, text: &str) -> Version {
        let files = BTreeMap::from([("agreement.toml".to_owned(), text.to_owned())]);
        let text = AgreementText::new(files).expect("a text");
        let now = self.now();
        let proposed = self.asks(|engine| {
            let instead = engine.open_version()?.map(|open| open.version);
            engine.propose_agreement(None, Proposing { instead, ..text.into() }, now)
        });
        proposed.expect("the text reads")
    }

    /// The hash of a version, as its signers see it.
    pub fn hash(&self, version: Version) -> String {
        let found = self.asks(|engine| engine.agreement(version));
        found.expect("there is such a version").0.hash
    }

    /// A system reports facts, now where they do not say when; keys are given where they have
    /// none.
    pub async fn reports(&self, facts: Value) -> Answer {
        let facts = match facts {
            Value::Array(facts) => facts,
            one => vec![one],
        };
        let facts: Vec<Value> = facts.into_iter().map(|fact| self.completed(fact)).collect();
        self.sends_facts("application/json", &Value::Array(facts).to_string()).await
    }

    fn completed(&self, mut fact: Value) -> Value {
        let key = self.requests.fetch_add(1, Ordering::Relaxed);
        let object = fact.as_object_mut().expect("a fact is an object");
        object.entry("id").or_insert_with(|| Value::from(format!("story-{key}")));
        object.entry("happened_at").or_insert_with(|| Value::from(self.now().to_string()));
        fact
    }

    /// A system sends a body as it is.
    pub async fn sends_facts(&self, content_type: &str, body: &str) -> Answer {
        let request = Request::post("/api/v1/facts")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, content_type);
        self.sends(request, body).await
    }

    /// A system asks for something at another address of the API, with its key or without.
    pub async fn calls(&self, path: &str, has_key: bool, body: &Value) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.sends(self.keyed(request, has_key), &body.to_string()).await
    }

    /// A system reads an address of the API, with its key or without.
    pub async fn reads(&self, path: &str, has_key: bool) -> Answer {
        self.sends(self.keyed(Request::get(path), has_key), "").await
    }

    fn keyed(&self, request: Builder, has_key: bool) -> Builder {
        match has_key {
            true => request.header(header::AUTHORIZATION, format!("Bearer {}", self.key)),
            false => request,
        }
    }

    /// Anybody sends anything, and takes what is packed, as browsers do.
    pub async fn sends(&self, request: Builder, body: &str) -> Answer {
        let request = request.header(header::ACCEPT_ENCODING, "gzip");
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        Answer::of(self.router.clone().oneshot(request).await.expect("an answer")).await
    }

    /// Somebody opens a page.
    pub async fn gets(&self, short: &str, path: &str) -> Answer {
        self.sends(self.signed(Request::get(path), short), "").await
    }

    /// Somebody opens a page of a Lockstep that was started just now and remembers nothing.
    pub async fn gets_anew(&self, short: &str, path: &str) -> Answer {
        let app = self.app.clone().expect("it is there until the world ends");
        let request = self.signed(Request::get(path), short).body(Body::empty());
        let answer = web::router(app).oneshot(request.expect("a request")).await;
        Answer::of(answer.expect("an answer")).await
    }

    /// The text of a page that somebody opens, without its tags and with single spaces.
    pub async fn page(&self, short: &str, path: &str) -> String {
        let answer = self.gets(short, path).await;
        assert!(answer.status.is_success(), "{path} answered {}: {}", answer.status, answer.body);
        answer.text()
    }

    /// Somebody sends a form.
    pub async fn posts(&self, short: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(header::HOST, "lockstep.example")
            .header(header::ORIGIN, "http://lockstep.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.sends(self.signed(request, short), &encoded(fields)).await
    }

    fn signed(&self, request: Builder, short: &str) -> Builder {
        match short {
            "nobody" => request,
            short => request.header(header::COOKIE, format!("ls={}", self.session(short))),
        }
    }

    /// Everything that the database holds, so that a story can say that nothing changed.
    pub fn everything(&self) -> String {
        let mut dump = Vec::new();
        let written = self.asks(|engine| {
            engine.read(|reader| {
                reader.dump(&mut dump)?;
                reader.export_ledger(&mut dump)
            })
        });
        written.expect("the database can be dumped");
        String::from_utf8_lossy(&dump).into_owned()
    }
}

impl Drop for World {
    /// The last holders of the database's connections let them go aside, since that waits too. A
    /// stream that a browser had open may end a moment later than the browser: whoever lets go last
    /// must not be one that serves others, so it is waited for.
    fn drop(&mut self) {
        const MOMENT: Duration = Duration::from_millis(5);
        const MOMENTS_MAX: u32 = 1_000;
        let (router, engine) = (std::mem::take(&mut self.router), self.engine.take());
        let app = self.app.take();
        aside(move || {
            drop((router, app));
            let Some(engine) = engine else { return };
            let mut moments = 0;
            while Arc::strong_count(&engine) > 1 && moments < MOMENTS_MAX {
                std::thread::sleep(MOMENT);
                moments += 1;
            }
        });
    }
}

/// Does something on a thread of its own, where it may wait.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|threads| threads.spawn(work).join()).expect("the thread ends well")
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

/// A form's fields as a browser sends them.
fn encoded(fields: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        });
        bytes.collect::<String>()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", part(name), part(value))).collect();
    pairs.join("&")
}
