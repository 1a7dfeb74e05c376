//! A browser, as somebody uses it who knows the pages by what is written on them.

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::driver::{Driver, Element};
use crate::harness::Served;

/// How long one waits for a page, or for something on it.
const PATIENCE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(30);

/// Chromium's own, and nothing that concerns a page.
const NOISE: [&str; 1] = ["Transition was skipped"];

/// Which browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    WithScripts,
    WithoutScripts,
}

/// A browser with a window of its own, until it is dropped.
pub struct Browser {
    driver: Driver,
    session: String,
    base: String,
    /// How often somebody has clicked, or chosen a day, a file or one of several, since they signed in.
    pub steps: usize,
    /// What may stand in the console, since a test has it happen.
    pub expected: Vec<&'static str>,
    _profile: TempDir,
}

impl Browser {
    /// Opens one that scripts run in.
    pub async fn open(demo: &Served) -> Self {
        Self::open_as(demo, Kind::WithScripts).await
    }

    pub async fn open_as(demo: &Served, kind: Kind) -> Self {
        Self::open_at(&demo.announcement.graphql.replace("/graphql", ""), kind).await
    }

    /// Opens one for the service at an address.
    pub async fn open_at(base: &str, kind: Kind) -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let asked = capabilities(profile.path(), kind);
        let opened = driver.tries("POST", "/session", asked).await;
        let opened = opened.expect("Chromium starts");
        let browser = Self {
            session: opened["sessionId"].as_str().expect("an id").to_owned(),
            driver,
            base: base.to_owned(),
            steps: 0,
            expected: vec![],
            _profile: profile,
        };
        // The page that it begins with is Chromium's own.
        browser
            .does("POST", "/url", json!({ "url": "about:blank" }))
            .await;
        for kind in ["browser", "performance"] {
            browser
                .does("POST", "/se/log", json!({ "type": kind }))
                .await;
        }
        browser
    }

    /// Signs somebody in, by the beginning of the name on the page of the demo.
    pub async fn signs_in(&mut self, name: &str) {
        self.goes_to("/sign-in?return_to=/").await;
        self.clicks(name).await;
        let who =
            "return document.querySelector('.whoami strong')?.innerText.startsWith(arguments[0])";
        self.waits_for(&format!("{name}, signed in,"), who, json!([name]))
            .await;
        self.steps = 0;
    }

    /// Goes to a page by its address.
    pub async fn goes_to(&mut self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.does("POST", "/url", json!({ "url": url })).await;
        self.holds_what_always_holds().await;
    }

    /// Clicks on a link, a button, a label or what can be unfolded, by what is written on it or by the beginning of that;
    /// and waits for the page that it leads to.
    pub async fn clicks(&mut self, name: &str) {
        let (element, leads) = self.finds(name).await;
        self.script("window.left = false", json!([])).await;
        self.presses_on(&element, name).await;
        if leads {
            self.waits(
                "the next page",
                "return window.left === undefined && document.readyState === 'complete'",
            )
            .await;
        }
        self.holds_what_always_holds().await;
    }

    /// The same, where one stays on the page.
    pub async fn presses(&mut self, name: &str) {
        let (element, _) = self.finds(name).await;
        self.presses_on(&element, name).await;
    }

    async fn presses_on(&mut self, element: &Element, name: &str) {
        self.steps += 1;
        let mut pressed = self.tries("POST", &element.path("click"), json!({})).await;
        if pressed
            .as_ref()
            .is_err_and(|why| why.contains("intercepted"))
        {
            // Something lies above it, and one scrolls.
            let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
            self.script(scroll, json!([element.argument()])).await;
            pressed = self.tries("POST", &element.path("click"), json!({})).await;
        }
        if let Err(why) = pressed {
            panic!("{name} cannot be clicked: {why}\n{}", self.page().await);
        }
    }

    /// What is to be seen under this name, and whether it leads to another page.
    async fn finds(&self, name: &str) -> (Element, bool) {
        let found = self
            .waits_for(&format!("“{name}” to click on"), FIND, json!([name]))
            .await;
        let element = Element::of(&found["element"]).expect("an element");
        (element, found["leads"] == true)
    }

    /// Whether something can be clicked on now.
    pub async fn can_click(&self, name: &str) -> bool {
        !self.script(FIND, json!([name])).await.is_null()
    }

    /// Fills a field by its label, or by the beginning of that: a text, a day, a choice, or files by their paths.
    pub async fn fills(&mut self, label: &str, value: &str) {
        let found = self
            .waits_for(&format!("the field “{label}”"), FIELD, json!([label]))
            .await;
        let field = Element::of(&found["element"]).expect("an element");
        match found["kind"].as_str() {
            // What its picker does; how a day is typed depends on the language of the system.
            Some("date" | "datetime-local") => {
                let set = "const [field, value] = arguments; field.value = value;
                    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));";
                self.script(set, json!([field.argument(), value])).await;
                self.steps += 1;
            }
            Some("select-one") => {
                let chosen = self.script(CHOOSE, json!([field.argument(), value])).await;
                let option = Element::of(&chosen);
                let option = option.unwrap_or_else(|| panic!("{label} offers no {value}"));
                self.does("POST", &option.path("click"), json!({})).await;
                self.steps += 1;
            }
            Some("file") => {
                self.types_into(&field, value).await;
                self.steps += 1;
            }
            _ => {
                // A file that is shown beside takes the focus when it has come: a person sees that, and types again.
                for _ in 0..3 {
                    self.does("POST", &field.path("clear"), json!({})).await;
                    self.types_into(&field, value).await;
                    let taken = "return document.activeElement?.tagName === 'IFRAME' && arguments[0].value !== arguments[1]";
                    let taken = self.script(taken, json!([field.argument(), value]));
                    if taken.await != true {
                        break;
                    }
                }
            }
        }
    }

    /// Chooses one of several, by the legend around them and by its label.
    pub async fn chooses(&mut self, legend: &str, label: &str) {
        let what = format!("“{label}” of “{legend}”");
        let found = self.waits_for(&what, CHOICE, json!([legend, label])).await;
        let choice = Element::of(&found).expect("an element");
        self.presses_on(&choice, &what).await;
    }

    async fn types_into(&self, field: &Element, text: &str) {
        self.does("POST", &field.path("value"), json!({ "text": text }))
            .await;
    }

    /// Presses keys, wherever the focus is.
    pub async fn keys(&self, keys: &str) {
        let each = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }))
        });
        let actions = json!([{ "type": "key", "id": "keys", "actions": each.collect::<Vec<_>>() }]);
        self.does("POST", "/actions", json!({ "actions": actions }))
            .await;
    }

    /// Presses keys while the ones before them are held, wherever the focus is.
    pub async fn keys_together(&self, keys: &str) {
        let press = |kind: &str, key: char| json!({ "type": kind, "value": key.to_string() });
        let down = keys.chars().map(|key| press("keyDown", key));
        let up = keys.chars().rev().map(|key| press("keyUp", key));
        let actions = down.chain(up).collect::<Vec<_>>();
        let actions = json!([{ "type": "key", "id": "keys", "actions": actions }]);
        self.does("POST", "/actions", json!({ "actions": actions }))
            .await;
    }

    /// Asked whether to leave what is not saved, stays.
    pub async fn stays(&self) {
        self.answers("dismiss").await;
    }

    /// Asked whether to leave what is not saved, leaves.
    pub async fn leaves(&self) {
        self.answers("accept").await;
    }

    async fn answers(&self, how: &str) {
        let begun = Instant::now();
        while let Err(why) = self
            .tries("POST", &format!("/alert/{how}"), json!({}))
            .await
        {
            assert!(begun.elapsed() < PATIENCE, "one is not asked: {why}");
            sleep(MOMENT).await;
        }
    }

    /// Waits until something can be read on the page.
    pub async fn sees(&mut self, text: &str) {
        let reads = "return document.body?.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";
        self.waits_for(&format!("“{text}”"), reads, json!([text]))
            .await;
        self.holds_what_always_holds().await;
    }

    /// What can be read on the page, with single spaces.
    pub async fn text(&self) -> String {
        let text = "return document.body?.innerText.replace(/\\s+/g, ' ') ?? ''";
        let text = self.script(text, json!([])).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The address of the page, below that of the service.
    pub async fn path(&self) -> String {
        let url = self.does("GET", "/url", Value::Null).await;
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str, arguments: Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        // Between two pages there may be none to run it in.
        match self.tries("POST", "/execute/sync", body).await {
            Ok(value) => value,
            Err(why) if is_between_pages(&why) => Value::Null,
            Err(why) => panic!("{script}: {why}"),
        }
    }

    /// Runs a script that answers by its last argument.
    pub async fn script_that_waits(&self, script: &str, arguments: Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.does("POST", "/execute/async", body).await
    }

    /// Waits until a script answers with something.
    pub async fn waits(&self, what: &str, script: &str) -> Value {
        self.waits_for(what, script, json!([])).await
    }

    pub async fn waits_for(&self, what: &str, script: &str, arguments: Value) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.script(script, arguments.clone()).await;
            if value != Value::Null && value != false {
                return value;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{what} does not come: {}",
                self.page().await
            );
            sleep(MOMENT).await;
        }
    }

    /// A command of Chromium's own protocol.
    pub async fn chromium(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.does("POST", "/goog/cdp/execute", body).await
    }

    /// Sets the size of the window.
    pub async fn is_wide(&self, width: u32) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Chooses a language, as `/me` does.
    pub async fn speaks(&self, language: &str) {
        let cookie = json!({ "cookie": { "name": "samsyn-language", "value": language } });
        self.does("POST", "/cookie", cookie).await;
    }

    /// A picture of the whole page.
    pub async fn picture(&self) -> Vec<u8> {
        use base64::Engine as _;
        let wanted = json!({ "captureBeyondViewport": true, "optimizeForSpeed": true });
        let taken = self.chromium("Page.captureScreenshot", wanted).await;
        let picture = taken["data"].as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD
            .decode(picture)
            .expect("base64")
    }

    /// What always holds on a page: see the module above.
    async fn holds_what_always_holds(&mut self) {
        let told = self
            .does("POST", "/se/log", json!({ "type": "performance" }))
            .await;
        let mut documents = vec![];
        for entry in told.as_array().into_iter().flatten() {
            let message = entry["message"].as_str().unwrap_or_default();
            let message: Value = serde_json::from_str(message).unwrap_or_default();
            let (method, told) = (&message["message"]["method"], &message["message"]["params"]);
            let url = match method.as_str() {
                Some("Network.requestWillBeSent") => told["request"]["url"].as_str(),
                Some("Network.webSocketCreated") => told["url"].as_str(),
                _ => continue,
            };
            let url = url.unwrap_or_default();
            if told["type"] == "Document" {
                documents.push(url.to_owned());
            }
            let elsewhere = ["http:", "https:", "ws:", "wss:"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
            let host = self.base.trim_start_matches("http");
            let ours = url
                .trim_start_matches("http")
                .trim_start_matches("ws")
                .starts_with(host);
            assert!(
                ours || !elsewhere,
                "{url} is asked for by {}",
                self.path().await
            );
        }
        let told = self
            .does("POST", "/se/log", json!({ "type": "browser" }))
            .await;
        for entry in told.as_array().into_iter().flatten() {
            let message = entry["message"].as_str().unwrap_or_default();
            // What the service refuses is a page of its own, which the test reads.
            let refused = message.contains("the server responded with a status of 4")
                && documents.iter().any(|url| message.starts_with(url));
            let known = NOISE
                .iter()
                .chain(&self.expected)
                .any(|known| message.contains(known));
            let bad = entry["level"] == "SEVERE" || message.contains("Content Security Policy");
            assert!(
                !bad || refused || known,
                "{} says: {message}",
                self.path().await
            );
        }
    }

    /// What the page is, for whoever reads why a test fails.
    pub async fn page(&self) -> String {
        let fields = "return [...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]
            .map((one) => [one.name, one.value, one.checkValidity(), one === document.activeElement, one.form?.dataset.sent])";
        let fields = self.script(fields, json!([])).await;
        format!("{}\n{}\n{fields}", self.path().await, self.text().await)
    }

    pub async fn does(&self, method: &str, path: &str, body: Value) -> Value {
        let done = self.tries(method, path, body).await;
        done.unwrap_or_else(|why| panic!("{method} {path}: {why}"))
    }

    pub async fn tries(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let path = format!("/session/{}{path}", self.session);
        self.driver.tries(method, &path, body).await
    }
}

fn is_between_pages(why: &str) -> bool {
    [
        "stale element",
        "detached",
        "no such execution context",
        "Cannot find context",
        "aborted by navigation",
    ]
    .iter()
    .any(|sign| why.contains(sign))
}

fn capabilities(profile: &Path, kind: Kind) -> Value {
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(|name| {
            let found = Command::new("sh")
                .args(["-c", &format!("command -v {name}")])
                .output()
                .ok()?;
            found
                .status
                .success()
                .then(|| String::from_utf8_lossy(&found.stdout).trim().to_owned())
        });
    let chromium = chromium.expect("this test needs Chromium: apt-get install chromium");
    let profile = format!("--user-data-dir={}", profile.display());
    let mut preferences = json!({ "intl.accept_languages": "sv" });
    if kind == Kind::WithoutScripts {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        // Whether one leaves what is not saved is asked in sessions of this kind alone, and answered by the test.
        "webSocketUrl": true,
        "unhandledPromptBehavior": { "default": "ignore", "beforeUnload": "ignore" },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        "goog:chromeOptions": {
            "binary": chromium,
            "prefs": preferences,
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--lang=sv",
                "--force-prefers-reduced-motion", "--window-size=1280,900", profile,
            ],
        },
    } } })
}

/// Finds what is clicked on by its name: as a whole before its beginning, and in the page before its frame. What unfolds
/// something comes after what it has unfolded.
const FIND: &str = r#"
const [name] = arguments;
const text = (e) => (e.getAttribute("aria-label") ?? e.innerText ?? "").replace(/\s+/g, " ").trim();
const seen = [...document.querySelectorAll("a[href]:not([href^='#']), button, summary, label")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !(e.matches("summary") && e.parentElement.open));
const main = document.querySelector("main");
const ranks = [
  (e) => main?.contains(e) && text(e) === name, (e) => text(e) === name,
  (e) => main?.contains(e) && text(e).startsWith(name), (e) => text(e).startsWith(name),
];
const element = ranks.map((rank) => seen.find(rank)).find((found) => found);
if (!element) return null;
const leads = element.matches("a") ||
  (element.matches("button:not([type=button])") && element.form !== null);
return { element, leads };
"#;

/// Finds a field by its label.
const FIELD: &str = r#"
const [label] = arguments;
const text = (e) => e.innerText.replace(/\s+/g, " ").trim();
const seen = [...document.querySelectorAll("main label")].filter((e) => e.control?.checkVisibility());
const found = seen.find((e) => text(e) === label) ?? seen.find((e) => text(e).startsWith(label));
return found ? { element: found.control, kind: found.control.type } : null;
"#;

/// Finds an option by the beginning of its text.
const CHOOSE: &str = r#"
const [field, label] = arguments;
const options = [...field.options];
return options.find((o) => o.label.trim() === label) ?? options.find((o) => o.label.trim().startsWith(label)) ?? null;
"#;

/// Finds one of several choices by the legend around them.
const CHOICE: &str = r#"
const [legend, label] = arguments;
const text = (e) => e.innerText.replace(/\s+/g, " ").trim();
const group = [...document.querySelectorAll("main fieldset")]
  .find((e) => e.checkVisibility() && text(e.querySelector("legend")).startsWith(legend));
return [...(group?.querySelectorAll("label") ?? [])].find((e) => text(e).startsWith(label)) ?? null;
"#;
