//! Everybody can read the pages and use them: by the rules of WCAG as axe-core tries them, in both languages, light and
//! dark, on a wide window and a narrow one; without scrolling to both sides.
//!
//! Each page leaves pictures below `target/portal-screenshots`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{Browser, in_days, pages::Visitor};
use crate::{
    clients::FOLDER,
    harness::{BINARY, Served, at},
};

/// What is tried: levels A and AA, and good practice.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

const LANGUAGES: [&str; 2] = ["sv", "en"];

const WIDE: u32 = 1280;
const NARROW: u32 = 390;
/// The narrowest window on which nothing is scrolled to both sides (WCAG 1.4.10).
const NARROWEST: u32 = 320;

#[tokio::test]
async fn everybody_can_read_what_suppliers_see() {
    let empty = [
        "/no-such-page",
        "/submissions?q=ingenting",
        "/evidence?q=ingenting",
        "/requests?q=ingenting",
        "/risks?q=ingenting",
        "/action-items?q=ingenting",
        "/meetings?q=ingenting",
    ];
    Reading::of(&["Lisa", "Björn"], &empty).await;
}

#[tokio::test]
async fn everybody_can_read_what_customers_see() {
    Reading::of(&["Anna", "Maria", "Karin"], &[]).await;
}

#[tokio::test]
async fn everybody_can_read_what_administrators_see() {
    Reading::of(&["Peter"], &["/sign-in"]).await;
}

#[tokio::test]
async fn everybody_can_read_what_no_link_leads_to() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let first = async |list: &str, filter: &str| {
        let found = chair.lists(list, filter, "{ id version }").await;
        found.into_iter().next().expect("there is one")
    };
    let signed = first("meetings", "filter: { state: [SIGNED] }").await;
    let forum = first("forums", "filter: { level: [STRATEGIC] }").await;
    // The form of a record that has been changed can be sent as it was before.
    let forum = chair
        .does(
            "updateForum",
            at(&forum, json!({ "name": "Strategiskt forum" })),
            "{ id }",
        )
        .await;
    let id = |record: &Value| record["id"].as_str().expect("an id").to_owned();
    let mut reading = Reading::begins(&demo).await;
    reading.browser.goes_to("/").await;
    reading.reads("nobody", "front", "/").await;

    reading.browser.signs_in("Karin").await;
    let signed = format!("/meetings/{}", id(&signed));
    reading.reads("Karin", "signed", &signed).await;

    let token = "/do/createIntegrationToken";
    let wrong = r#"[aria-invalid="true"]"#;
    reading
        .reads_answer("Peter", "errors", token, "", wrong)
        .await;
    let soon = in_days(30);
    let secret = format!("/do/createProvisioningToken?name=Katalog&expiresAt={soon}T10:00");
    reading
        .reads_answer("Peter", "secret", &secret, "", "code.secret")
        .await;
    let forum = format!("/do/updateForum?id={}", id(&forum));
    let earlier = "form.elements.expectedVersion.value -= 1";
    reading
        .reads_answer("Anna", "conflict", &forum, earlier, "main form .notice")
        .await;
    reading
        .reads_answer("Anna", "kept", &forum, "", r#"a[href="/sign-in"][target]"#)
        .await;
    reading.ends();
}

/// All pages that some people come to, each kind once.
struct Reading {
    browser: Browser,
    pictures: PathBuf,
    /// What is wrong, and where.
    problems: BTreeMap<String, Vec<String>>,
}

impl Reading {
    async fn begins(demo: &Served) -> Self {
        Self {
            browser: with_axe(demo).await,
            pictures: pictures(),
            problems: BTreeMap::new(),
        }
    }

    async fn of(people: &[&str], more: &[&str]) {
        let demo = Served::start();
        let mut reading = Self::begins(&demo).await;
        let mut read: BTreeSet<String> = BTreeSet::new();
        for name in people {
            let pages = Visitor::signed_in(&demo, name).await.comes_to(1).await;
            let pages: BTreeMap<String, String> = pages
                .into_iter()
                .filter(|(kind, _)| read.insert(kind.clone()))
                .filter_map(|(kind, paths)| Some((kind, paths.into_iter().next()?)))
                .collect();
            reading.browser.signs_in(name).await;
            for (kind, path) in pages {
                reading.reads(name, &kind, &path).await;
            }
        }
        for path in more {
            reading.reads("anybody", path, path).await;
        }
        reading.ends();
    }

    fn ends(self) {
        let told = |(problem, places): (String, Vec<String>)| {
            format!("{problem}\n    {} and {} more", places[0], places.len() - 1)
        };
        let problems: Vec<_> = self.problems.into_iter().map(told).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    /// A page in every way that it can look.
    async fn reads(&mut self, name: &str, kind: &str, path: &str) {
        for language in LANGUAGES {
            self.browser.speaks(language).await;
            self.browser.goes_to(path).await;
            self.looks(name, kind, path, language).await;
        }
    }

    /// What is answered to a form that is sent as a script leaves it: a page with such an element. What is kept is what
    /// somebody sends whose session has ended.
    async fn reads_answer(&mut self, name: &str, kind: &str, form: &str, script: &str, has: &str) {
        for language in LANGUAGES {
            self.browser.signs_in(name).await;
            self.browser.speaks(language).await;
            self.browser.goes_to(form).await;
            if kind == "kept" {
                let all = json!({});
                self.browser
                    .chromium("Network.clearBrowserCookies", all)
                    .await;
                self.browser.speaks(language).await;
            }
            let send = format!(
                "window.left = false; const form = document.querySelector('main form[method=post]'); \
                 {script}; form.noValidate = true; form.requestSubmit()"
            );
            self.browser.script(&send, json!([])).await;
            let answered = format!(
                "return window.left === undefined && document.readyState === 'complete' \
                 && document.querySelector('{has}') !== null"
            );
            self.browser.waits(kind, &answered).await;
            self.looks(name, kind, form, language).await;
        }
    }

    /// The page that is shown, light and dark, wide and narrow.
    async fn looks(&mut self, name: &str, kind: &str, path: &str, language: &str) {
        for theme in ["light", "dark"] {
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            self.browser
                .chromium("Emulation.setEmulatedMedia", media)
                .await;
            for width in [WIDE, NARROW] {
                self.browser.is_wide(width).await;
                for problem in problems(&self.browser).await {
                    let place = format!("{path} ({name}, {language}, {theme}, {width})");
                    self.problems.entry(problem).or_default().push(place);
                }
                if (language == "sv") == (width == WIDE) && (theme == "light") == (width == WIDE) {
                    self.keeps_a_picture(name, kind, &format!("{language}-{theme}-{width}"))
                        .await;
                }
            }
        }
        self.browser.is_wide(NARROWEST).await;
        let wide = self.browser.script(TOO_WIDE, json!([])).await;
        for what in wide.as_array().into_iter().flatten() {
            let place = format!("{path} ({name}, {language})");
            let problem = format!("too wide: {what}");
            self.problems.entry(problem).or_default().push(place);
        }
    }

    async fn keeps_a_picture(&self, name: &str, kind: &str, how: &str) {
        let called = match kind.trim_matches('/') {
            "" => "start".to_owned(),
            kind => kind.replace(['/', '?'], "-").replace(['{', '}'], ""),
        };
        let picture = self.browser.picture().await;
        let path = self
            .pictures
            .join(format!("{called}-{}-{how}.png", name.to_lowercase()));
        fs::write(path, picture).expect("a picture can be kept");
    }
}

/// A browser in whose pages axe-core can be called.
async fn with_axe(demo: &Served) -> Browser {
    let browser = Browser::open(demo).await;
    let axe = Path::new(FOLDER).join("node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe).expect("this test needs axe-core: npm ci in tests/clients");
    browser.chromium("Page.enable", json!({})).await;
    browser
        .chromium(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": axe }),
        )
        .await;
    browser
}

/// What axe-core finds.
async fn problems(browser: &Browser) -> Vec<String> {
    let rules = json!({ "type": "tag", "values": RULES });
    let found = browser.script_that_waits(AXE, json!([rules])).await;
    let found = found
        .as_array()
        .unwrap_or_else(|| panic!("axe-core works: {found}"));
    found
        .iter()
        .map(|found| found.as_str().unwrap_or_default().to_owned())
        .collect()
}

fn pictures() -> PathBuf {
    let target = Path::new(BINARY).ancestors().nth(2).expect("a folder");
    let pictures = target.join("portal-screenshots");
    fs::create_dir_all(&pictures).expect("a folder can be made");
    pictures
}

const AXE: &str = r#"
const [runOnly, done] = arguments;
axe.run(document, { runOnly, resultTypes: ["violations"], iframes: false }).then(
  ({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) =>
    `${id}: ${node.html.slice(0, 160)} ${(node.failureSummary ?? "").split("\n")[1] ?? ""}`))),
  (error) => done(String(error)));
"#;

/// What makes a page wider than its window.
const TOO_WIDE: &str = r#"
const room = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= room) return [];
const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
return [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement))
  .slice(0, 3).map((e) => e.outerHTML.slice(0, 160));
"#;
