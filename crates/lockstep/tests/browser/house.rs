//! A browser in front of a world, and what somebody does in it.

use std::{path::Path, sync::Mutex, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Served, World};
use thirtyfour::{LoggingPrefsLogLevel, prelude::*};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::chromedriver::{Chromedriver, Programs};

/// Browsers at a time: more of them hinder each other.
static TURNS: Semaphore = Semaphore::const_new(2);

/// How long something may take to appear. It is there at once, except on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(25);

const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "--window-size=1440,900",
];

/// A browser, and the world it looks at. What is dropped first stands first.
pub struct House {
    pub driver: WebDriver,
    _chromedriver: Chromedriver,
    served: Served,
    /// The words that stood there when somebody clicked, until something is seen.
    clicked_at: Mutex<String>,
    _profile: TempDir,
    _turn: SemaphorePermit<'static>,
}

impl House {
    /// Opens a browser; none where there is no browser to open.
    pub async fn open(world: &World) -> Option<House> {
        let programs = Programs::found()?;
        let turn = TURNS.acquire().await.expect("turns are never closed");
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let chromedriver = Chromedriver::started(&programs);
        let driver = browser(&programs.chromium, profile.path(), &chromedriver).await;
        let served = world.serve().await;
        let _chromedriver = chromedriver;
        let clicked_at = Mutex::default();
        Some(House { driver, _chromedriver, served, clicked_at, _profile: profile, _turn: turn })
    }

    /// Looks at another world from now on, as nobody.
    pub async fn moves_to(&mut self, world: &World) {
        self.leaves().await;
        self.served = world.serve().await;
    }

    /// Somebody is signed in from now on.
    pub async fn enters(&self, world: &World, short: &str) {
        self.clicked_at.lock().expect("nobody panics with it").clear();
        self.leaves().await;
        if short != "nobody" {
            let home = self.served.home();
            let cookie = json!({"name": "ls", "value": world.session(short), "url": home});
            self.devtools("Network.setCookie", cookie).await;
        }
    }

    /// Nobody is signed in from now on; the server knows nothing of it.
    pub async fn leaves(&self) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
    }

    /// Asks Chromium itself.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The path of an address of ours, which is whole.
    pub fn path_in(&self, address: &str) -> String {
        let path = address.strip_prefix(self.served.home());
        path.unwrap_or_else(|| panic!("{address} is none of ours")).to_owned()
    }

    /// Opens a page. What a click leads to has to be seen first: going on would overtake it.
    pub async fn visits(&self, path: &str) {
        let waits = !self.clicked_at.lock().expect("nobody panics with it").is_empty();
        assert!(!waits, "{path} is visited before what the click led to is seen");
        let address = format!("{}{path}", self.served.home());
        self.driver.goto(&address).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The addresses of pages that were fetched before anybody went there.
    pub fn fetched_early(&self) -> Vec<String> {
        self.served.early().borrow().clone()
    }

    /// Waits until a page is fetched before anybody went there.
    pub async fn awaits_early(&self, path: &str) {
        let mut early = self.served.early();
        let fetched = early.wait_for(|seen| seen.iter().any(|address| address == path));
        let fetched = tokio::time::timeout(PATIENCE, fetched).await;
        assert!(fetched.is_ok(), "{path} is not fetched early: {:?}", self.fetched_early());
    }

    /// The one element that CSS names; waits for it.
    pub async fn one(&self, css: &str) -> WebElement {
        let found = self.awaits(By::Css(css), css).await;
        self.clicked_at.lock().expect("nobody panics with it").clear();
        found
    }

    /// How many elements CSS names now.
    pub async fn count(&self, css: &str) -> usize {
        self.driver.find_all(By::Css(css)).await.expect("the page can be asked").len()
    }

    /// The texts of all elements that CSS names, with single spaces.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])]\
            .map((e) => e.textContent.replace(/[\\s\\u00a0]+/g, ' ').trim())";
        let found = self.driver.execute(script, vec![json!(css)]).await.expect("it can be asked");
        found.convert().expect("texts")
    }

    /// Waits until the page has words, in any element. After a click they have to be others than stood there
    /// before: what is seen too early lets the next step overtake the answer.
    pub async fn sees(&self, words: &str) {
        let before = std::mem::take(&mut *self.clicked_at.lock().expect("nobody panics with it"));
        assert!(!before.contains(words), "`{words}` stood there before the click");
        // Spaces that do not break are spaces.
        let seen =
            format!("//body[contains(normalize-space(translate(., '\u{a0}', ' ')), \"{words}\")]");
        self.awaits(By::XPath(seen.as_str()), words).await;
    }

    /// Waits until nothing is left that CSS names.
    pub async fn misses(&self, css: &str) {
        let query = self.driver.query(By::Css(css)).wait(PATIENCE, GLANCE);
        assert!(query.not_exists().await.expect("the page can be asked"), "{css} is still there");
        self.clicked_at.lock().expect("nobody panics with it").clear();
    }

    async fn awaits(&self, by: By, what: &str) -> WebElement {
        match self.driver.query(by).wait(PATIENCE, GLANCE).first().await {
            Ok(element) => element,
            Err(_) => panic!("`{what}` is not on the page: {:?}", self.texts("body").await),
        }
    }

    /// Clicks the first element that CSS names.
    pub async fn clicks(&self, css: &str) {
        let element = self.one(css).await;
        self.remembers().await;
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Clicks the button or link with these words.
    pub async fn clicks_words(&self, words: &str) {
        let path = format!("//*[self::a or self::button][normalize-space()=\"{words}\"]");
        let found = self.awaits(By::XPath(path.as_str()), words).await;
        self.remembers().await;
        found.click().await.unwrap_or_else(|error| panic!("{words}: {error}"));
    }

    /// Keeps what stands on the page now.
    async fn remembers(&self) {
        let words = self.texts("body").await.concat();
        *self.clicked_at.lock().expect("nobody panics with it") = words;
    }

    /// Writes into the field of a name.
    pub async fn fills(&self, name: &str, text: &str) {
        let field = self.one(&format!("[name={name}]")).await;
        field.clear().await.expect("a field can be emptied");
        field.send_keys(text).await.expect("a field can be written in");
    }

    /// Chooses from the list of a name.
    pub async fn chooses(&self, name: &str, value: &str) {
        self.clicks(&format!("select[name={name}] option[value='{value}']")).await;
    }

    /// Presses keys, wherever the focus is.
    pub async fn presses(&self, keys: impl Into<TypingData>) {
        let keys = self.driver.action_chain().send_keys(keys);
        keys.perform().await.expect("keys can be pressed");
    }

    /// Presses a letter while Control is held.
    pub async fn controls(&self, letter: char) {
        let keys = self.driver.action_chain().key_down(Key::Control).send_keys(letter.to_string());
        keys.key_up(Key::Control).perform().await.expect("keys can be pressed");
    }

    /// Presses Tab until what CSS names has the focus.
    pub async fn tabs_to(&self, css: &str) {
        self.one(css).await;
        let mut passed = Vec::new();
        for _ in 0..200 {
            self.presses(Key::Tab).await;
            if self.has_focus(css).await {
                return;
            }
            passed.extend(self.texts(":focus").await);
        }
        panic!("Tab does not lead to {css}; it leads past {passed:?}");
    }

    /// Whether what CSS names has the focus.
    pub async fn has_focus(&self, css: &str) -> bool {
        let asked = "return !!document.activeElement?.matches(arguments[0])";
        let answer = self.driver.execute(asked, vec![json!(css)]).await;
        answer.expect("the page can be asked").convert().expect("yes or no")
    }
}

async fn browser(chromium: &Path, profile: &Path, chromedriver: &Chromedriver) -> WebDriver {
    let mut wanted = DesiredCapabilities::chrome();
    let chromium = chromium.to_str().expect("the path of Chromium is text");
    wanted.set_binary(chromium).expect("it is text");
    for argument in ARGUMENTS {
        wanted.add_arg(argument).expect("it is text");
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display())).expect("it is text");
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All).expect("it is text");
    let driver = WebDriver::new(chromedriver.address(), wanted).await.expect("Chromium opens");
    // It begins on a page of its own, which may complain when it is left: that is said before ours.
    driver.goto("about:blank").await.expect("an empty page opens");
    driver.browser_log().await.expect("the console can be read");
    driver
}
