//! What every page is put to: widths, themes, axe-core, the console, its weight.

use std::{env, fs, path::PathBuf};

use serde_json::json;

use crate::house::House;

/// A phone, a tablet and a desk.
const SIZES: [(u32, u32); 3] = [(360, 780), (820, 1180), (1440, 900)];
const THEMES: [&str; 2] = ["light", "dark"];

/// HTML, CSS and scripts of a page, gzipped, in bytes.
const WEIGHT_MAX: u64 = 60 * 1024;

/// All rules in the light; in the dark the page differs by its colours alone.
const RULES: [&str; 2] = ["{}", "{ runOnly: ['color-contrast'] }"];

const AXE: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { ...RULES, resultTypes: ['violations'] }).then((told) => done(
        told.violations.flatMap((rule) => rule.nodes.map((node) =>
            `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`.replace(/\\s+/g, ' ')))
    ), (error) => done([String(error)]));";

const SIDEWAYS: &str = "const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll('*')].filter((element) =>
        element.getBoundingClientRect().right > root.clientWidth + 0.5);
    const names = wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 90));
    return [`scrolls sideways, ${root.scrollWidth} px: ${names.join(' … ')}`];";

/// A page is judged once it has come to rest: half-way between two themes, no colour is right.
const AT_REST: &str = "const done = arguments[arguments.length - 1];
    requestAnimationFrame(() => requestAnimationFrame(() =>
        Promise.allSettled(document.getAnimations().map((motion) => motion.finished))
            .then(() => done(true))));";

const WEIGHT: &str = "const done = arguments[arguments.length - 1];
    const zipped = async (blob) => (await new Response(
        blob.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()).byteLength;
    const files = performance.getEntriesByType('resource').map((entry) => entry.name)
        .filter((name) => /\\.(css|js)$/.test(name));
    const blobs = files.map((name) => fetch(name).then((answer) => answer.blob()));
    blobs.push(new Blob([document.documentElement.outerHTML]));
    Promise.all(blobs).then((blobs) => Promise.all(blobs.map(zipped)))
        .then((sizes) => done(sizes.reduce((sum, size) => sum + size, 0)), () => done(-1));";

impl House {
    /// Looks at the open page in every size and theme, keeps pictures of it, and tells what is
    /// wrong with it, a line each.
    pub async fn examine(&self, name: &str) -> Vec<String> {
        let mut wrong = self.weighed(name).await;
        let axe = axe_core();
        if let Some(axe) = &axe {
            self.driver.execute(axe.as_str(), Vec::new()).await.expect("axe-core can be read");
        }
        for (width, height) in SIZES {
            self.sized(width, height).await;
            wrong.extend(self.told(SIDEWAYS).await.into_iter().map(|it| format!("{width}: {it}")));
            for (theme, rules) in THEMES.into_iter().zip(RULES) {
                self.wears(theme).await;
                if axe.is_some() {
                    let told = self.told_later(&AXE.replace("RULES", rules)).await;
                    wrong.extend(told.into_iter().map(|it| format!("{width} {theme}: {it}")));
                }
            }
            // A layer stands before the page as it is on the screen; all else is pictured whole.
            if self.count(".because, :popover-open").await == 0 {
                let whole = self.number("return document.documentElement.scrollHeight").await;
                self.sized(width, height.max(whole.min(6000) as u32)).await;
            }
            for theme in THEMES {
                self.wears(theme).await;
                self.pictured(&format!("{name}-{width}-{theme}")).await;
            }
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.devtools("Emulation.setEmulatedMedia", json!({"features": []})).await;
        wrong.extend(self.complaints().await);
        wrong.into_iter().map(|it| format!("{name}: {it}")).collect()
    }

    async fn sized(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// As if the machine were set to a theme, and to little motion.
    async fn wears(&self, theme: &str) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
        self.driver.execute_async(AT_REST, Vec::new()).await.expect("the page comes to rest");
    }

    async fn weighed(&self, name: &str) -> Vec<String> {
        let weight = self.driver.execute_async(WEIGHT, Vec::new()).await.expect("it can be asked");
        println!("{name}: {} bytes gzipped", weight.json());
        match weight.json().as_u64() {
            Some(weight) if weight <= WEIGHT_MAX => Vec::new(),
            _ => vec![format!("weighs {} bytes gzipped, of {WEIGHT_MAX}", weight.json())],
        }
    }

    /// What the console says that should not be there. That a page answers 404 is no complaint
    /// where it is meant to.
    async fn complaints(&self) -> Vec<String> {
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        let answered = format!("with a status of {}", self.number(status).await);
        let said = self.driver.browser_log().await.expect("the console can be read");
        let bad = said.into_iter().filter(|entry| {
            let severe = entry.level == "SEVERE" && !entry.message.contains(&answered);
            severe || entry.message.contains("Content Security Policy")
        });
        bad.map(|entry| format!("console: {}", entry.message)).collect()
    }

    /// Keeps a file beside the pictures, to be looked at.
    pub fn keeps(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(screenshots()).expect("target can be written to");
        fs::write(screenshots().join(name), bytes).expect("target can be written to");
    }

    async fn pictured(&self, name: &str) {
        let folder = screenshots();
        fs::create_dir_all(&folder).expect("target can be written to");
        let png = self.driver.screenshot_as_png().await.expect("a page has a picture");
        fs::write(folder.join(format!("{name}.png")), png).expect("target can be written to");
    }

    async fn told(&self, script: &str) -> Vec<String> {
        let told = self.driver.execute(script, Vec::new()).await.expect("the page can be asked");
        told.convert().expect("a list of texts")
    }

    async fn told_later(&self, script: &str) -> Vec<String> {
        let told = self.driver.execute_async(script, Vec::new()).await;
        told.expect("the page can be asked").convert().expect("a list of texts")
    }

    async fn number(&self, script: &str) -> i64 {
        let told = self.driver.execute(script, Vec::new()).await.expect("the page can be asked");
        told.json().as_f64().map_or(0, |number| number as i64)
    }
}

/// The text of axe-core, where there is one.
fn axe_core() -> Option<String> {
    let Some(file) = env::var_os("AXE_CORE").filter(|file| !file.is_empty()) else {
        println!("AXE_CORE names no file: pages are not put to axe-core");
        return None;
    };
    let text = fs::read_to_string(&file).expect("the file that AXE_CORE names can be read");
    // Read as a script's body, it must leave what it makes on the window.
    Some(format!("{text};window.axe = axe;"))
}

/// Beside what is built, so that `git` and `cargo clean` know what to do with it.
fn screenshots() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target"));
    target.unwrap_or_else(beside).join("screenshots")
}

/// Fails with all that was found, a line each.
pub fn clean(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} found\n  {}", wrong.len(), wrong.join("\n  "));
}
