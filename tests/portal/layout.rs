//! Where things stand: nothing moves under a reader while a page comes, and on paper is what one reads, and nothing to click.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Browser, pages::Visitor};
use crate::harness::{
    Served,
    given::{a_forum, a_meeting},
};

/// How far things may move all together, as browsers count it: a tenth is what is called good.
const FURTHEST: f64 = 0.01;

#[tokio::test]
async fn nothing_moves_while_a_page_comes() {
    let demo = Served::start();
    let mut browser = Browser::open(&demo).await;
    // As over a telephone: what comes late would be seen to move what stands there.
    let slow = json!({ "offline": false, "latency": 20, "downloadThroughput": 500_000, "uploadThroughput": 500_000 });
    browser.chromium("Network.enable", json!({})).await;
    browser
        .chromium("Network.emulateNetworkConditions", slow)
        .await;
    browser
        .chromium("Network.setCacheDisabled", json!({ "cacheDisabled": true }))
        .await;
    let (mut seen, mut moved) = (BTreeSet::new(), vec![]);
    for name in ["Anna", "Lisa"] {
        let pages = Visitor::signed_in(&demo, name).await.comes_to(1).await;
        browser.signs_in(name).await;
        for (kind, paths) in pages {
            let Some(path) = paths.first().filter(|_| seen.insert(kind)) else {
                continue;
            };
            for width in [1280, 390] {
                browser.is_wide(width).await;
                browser.goes_to(path).await;
                let shift = browser.script_that_waits(SHIFT, json!([])).await;
                if shift["by"].as_f64().expect("a number") > FURTHEST {
                    moved.push(format!("{path} ({name}, {width}): {shift}"));
                }
            }
        }
    }
    assert!(moved.is_empty(), "{}", moved.join("\n"));
    let pushes = "for (let n = 0; n < 9; n++) document.querySelector('main').prepend(document.createElement('p'), 'late');";
    browser.script(pushes, json!([])).await;
    let shift = browser.script_that_waits(SHIFT, json!([])).await;
    assert!(shift["by"].as_f64() > Some(FURTHEST), "it is seen: {shift}");
}

/// How far what stands on the page has moved since it came, and what.
const SHIFT: &str = r#"
const [done] = arguments;
const seen = [];
new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
// What was seen is told before the next picture but one.
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done({
  by: seen.reduce((sum, { value }) => sum + value, 0),
  what: seen.flatMap(({ sources }) => sources.map(({ node }) => node?.outerHTML?.slice(0, 100))),
}))));
"#;

#[tokio::test]
async fn a_meeting_on_paper_is_its_agenda_and_what_was_said_and_nothing_to_click_on() {
    let demo = Served::start();
    let it_manager = demo.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&it_manager, "STRATEGIC", None, None, &[]).await;
    let meeting = a_meeting(&it_manager, &forum).await;
    let titles: Vec<_> = (1..=12).map(|n| format!("Punkt nummer {n}")).collect();
    for title in &titles {
        let input = json!({ "meetingId": meeting["id"], "title": title });
        let point = it_manager
            .does("addAgendaItem", input, "{ id version }")
            .await;
        let said = json!({ "title": title, "notes": format!("Sagt om {title}") });
        it_manager.moves("updateAgendaItem", &point, said).await;
    }
    let mut anna = Browser::open(&demo).await;
    anna.signs_in("Anna").await;
    anna.goes_to(&format!(
        "/meetings/{}",
        meeting["id"].as_str().expect("an id")
    ))
    .await;
    let seen = "return [...document.querySelectorAll('nav, header, button, input, textarea, select, summary, kbd')]
        .filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 100))";
    assert_ne!(anna.script(seen, json!([])).await, json!([]));
    anna.chromium("Emulation.setEmulatedMedia", json!({ "media": "print" }))
        .await;
    assert_eq!(anna.script(seen, json!([])).await, json!([]));
    let text = anna.text().await;
    for title in &titles {
        assert!(text.contains(title), "{title}: {text}");
        assert!(
            text.contains(&format!("Sagt om {title}")),
            "{title}: {text}"
        );
    }
    let cut = "return [...document.querySelectorAll('.point, .printed')].filter((e) => e.scrollHeight > e.clientHeight + 1).length";
    assert_eq!(anna.script(cut, json!([])).await, 0, "nothing is cut off");
}
