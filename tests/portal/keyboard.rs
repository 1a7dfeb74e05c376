//! The keyboard alone: whatever one comes to can be seen, and everything that handing in needs can be reached.

use std::fs;

use serde_json::json;

use super::Browser;
use crate::harness::{Served, given::a_pdf};

/// Tab and Enter, as WebDriver writes them.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

#[tokio::test]
async fn a_certificate_is_handed_in_with_the_keyboard_alone() {
    let demo = Served::start();
    let file = tempfile::NamedTempFile::with_suffix(".pdf").expect("a file");
    fs::write(file.path(), a_pdf("certifikat")).expect("a file can be written");
    let mut lisa = Browser::open(&demo).await;
    lisa.goes_to("/sign-in?return_to=/").await;
    tabs_to(&lisa, "Lisa Nordin").await;
    lisa.keys(ENTER).await;
    lisa.sees("Hej Lisa").await;
    tabs_to(&lisa, "Lämna in underlag").await;
    lisa.keys(ENTER).await;
    lisa.sees("Certifikatets nummer").await;
    for (field, typed) in [
        ("Slag", "Certifikat"),
        ("Rubrik", "Certifikat utan mus"),
        ("Standard", "ISO/IEC 27001:2022"),
        ("Utfärdare", "Nordcert Sverige AB"),
        ("Certifikatets nummer", "NC-27001-4712"),
        // The same in every order of day and month.
        ("Gäller från och med", "01012020"),
        ("Gäller till och med", "01012040"),
        ("Älvsunda kommun", " "),
        ("Omfattning, beskrivning och meddelande", " "),
        ("Omfattning", "Drift"),
    ] {
        tabs_to(&lisa, field).await;
        lisa.keys(typed).await;
    }
    tabs_to(&lisa, "Filer").await;
    // What the system's own dialogue does is not ours to try.
    lisa.fills("Filer", &file.path().display().to_string())
        .await;
    tabs_to(&lisa, "Lämna in").await;
    lisa.keys(ENTER).await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    lisa.sees("ISO/IEC 27001:2022").await;
}

/// Presses Tab until the focus is on something by its name; wherever it comes to on the way, one can see where it is.
async fn tabs_to(browser: &Browser, name: &str) {
    for _ in 0..200 {
        browser.keys(TAB).await;
        let focus = browser.script(FOCUS, json!([])).await;
        assert!(
            focus["visible"] == true,
            "where the focus is cannot be seen: {focus}\n{}",
            browser.page().await
        );
        let found = focus["name"].as_str().unwrap_or_default();
        if found == name || found.starts_with(&format!("{name} ")) {
            return;
        }
    }
    panic!(
        "one does not come to {name} by Tab\n{}",
        browser.page().await
    );
}

/// What has the focus, and whether one can see that.
const FOCUS: &str = r#"
const e = document.activeElement;
if (!e || e === document.body) return { name: "", visible: true };
const text = (t) => (t ?? "").replace(/\s+/g, " ").trim();
const box = e.getBoundingClientRect(), style = getComputedStyle(e);
const shown = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
// Within a field for a day, Chromium marks the part that has the focus, or the button of its calendar.
const within = e.matches("input[type=date]:not(:focus)");
const marked = within || e.matches(":focus-visible") && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1);
const top = document.elementFromPoint(Math.min(box.left + box.width / 2, innerWidth - 1), Math.min(box.top + box.height / 2, innerHeight - 1));
const covered = shown && top && !e.contains(top) && !top.contains(e) && !e.labels?.[0]?.contains(top);
return {
  name: text(e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? e.innerText),
  visible: shown && marked && !covered,
  shown, marked, covered, html: e.outerHTML.slice(0, 120),
};
"#;
