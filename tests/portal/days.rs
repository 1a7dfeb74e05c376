//! Days at work: what several people do beside the story, by clicking, each on a way of their own.

use serde_json::json;

use super::{Browser, pages::Visitor};
use crate::harness::{Served, given::a_submission};

const ENTER: &str = "\u{e007}";

/// What is read of the first element that a selector finds, with single spaces.
async fn reads(browser: &Browser, selector: &str) -> String {
    let script = "return document.querySelector(arguments[0])?.innerText.replace(/\\s+/g, ' ').trim() ?? null";
    let read = browser.waits_for(selector, script, json!([selector])).await;
    read.as_str().unwrap_or_default().to_owned()
}

/// Waits for a page by a part of its address.
async fn comes_to(browser: &Browser, part: &str) {
    let script =
        "return location.href.includes(arguments[0]) && document.readyState === 'complete'";
    browser.waits_for(part, script, json!([part])).await;
}

#[tokio::test]
async fn anna_finds_her_way_among_the_risks() {
    let demo = Served::start();
    let mut anna = Browser::open(&demo).await;
    anna.signs_in("Anna").await;
    anna.script("document.querySelector('#q').focus()", json!([]))
        .await;
    anna.keys("brandvägg").await;
    anna.keys(ENTER).await;
    anna.sees("träffar").await;
    anna.fills("Slag", "Risk").await;
    anna.sees("En träff").await;
    anna.clicks("Styrsystem för värme nås från kontorsnätet")
        .await;
    anna.sees("Egen zon med brandvägg och hoppserver.").await;

    anna.clicks("Risker").await;
    let all = reads(&anna, "#list .count").await;
    let cell = reads(&anna, "#matrix-now td:not(.corner) a").await;
    anna.clicks(&cell).await;
    let shown = reads(&anna, "#list .count").await;
    assert!(cell.starts_with(&format!("{shown} –")), "{cell}: {shown}");
    anna.clicks("Visa alla rutor").await;
    assert_eq!(reads(&anna, "#list .count").await, all);

    anna.fills("Nivå efter åtgärd", "Hög").await;
    comes_to(&anna, "remaining=HIGH").await;
    let high = reads(&anna, "#list .count").await;
    assert_ne!(high, all);
    anna.presses("Spara den här vyn").await;
    anna.fills("Namn", "Det som återstår").await;
    anna.clicks("Spara").await;
    anna.sees("Vyn är sparad.").await;
    anna.clicks("Risker").await;
    anna.clicks("Det som återstår").await;
    assert_eq!(reads(&anna, "#list .count").await, high);
    anna.clicks("Ta bort vyn Det som återstår").await;
    assert!(!anna.can_click("Det som återstår").await);
}

#[tokio::test]
async fn erik_carries_an_item_down_and_up_and_helena_hears_of_it() {
    const ITEM: &str = "Inför skydd mot överbelastningsattacker – uppföljning";
    let demo = Served::start();
    let mut helena = Browser::open(&demo).await;
    helena.signs_in("Helena").await;
    helena.clicks("Händelser:").await;
    helena.clicks("Markera allt som sett").await;
    helena.sees("Allt är markerat som sett.").await;
    assert!(helena.can_click("Händelser: inget nytt").await);

    let mut erik = Browser::open(&demo).await;
    erik.signs_in("Erik").await;
    erik.clicks("Åtgärder").await;
    erik.clicks(ITEM).await;
    erik.presses("För ned till ett forum").await;
    erik.fills("Till forumet", "Driftmöte nätverk").await;
    erik.fills("Skäl", "Det görs i driften.").await;
    erik.clicks("För ned till ett forum").await;
    erik.sees("Åtgärden har förts ned.").await;
    let now = reads(&erik, "#path [aria-current]").await;
    assert!(now.contains("Driftmöte nätverk"), "{now}");
    erik.presses("Eskalera till forumet ovanför").await;
    erik.fills("Skäl", "Driften har inte tid.").await;
    erik.clicks("Eskalera till forumet ovanför").await;
    erik.sees("Åtgärden är eskalerad.").await;
    let now = reads(&erik, "#path [aria-current]").await;
    assert!(
        now.contains("Taktiskt forum nätverk") && now.contains("Driften har inte tid."),
        "{now}"
    );

    helena.clicks("Händelser: 2 nya").await;
    helena.clicks(ITEM).await;
    helena.sees("Driften har inte tid.").await;
}

#[tokio::test]
async fn karin_reads_in_english_in_the_dark_and_follows_in_her_calendar() {
    let demo = Served::start();
    let mut karin = Browser::open(&demo).await;
    karin.signs_in("Karin").await;
    karin.clicks("Underlag").await;
    karin.clicks("Giltighet").await;
    let bars = "const rows = [...document.querySelectorAll('.timeline tbody tr')];
        const bars = rows.map((row) => row.querySelector('rect')).filter(Boolean);
        return bars.length > 0 && bars.every((bar) => bar.getBoundingClientRect().width > 0)";
    karin.waits("the bars of what has an end", bars).await;
    let first = reads(&karin, ".timeline tbody th a").await;
    karin.clicks(&first).await;
    assert_eq!(reads(&karin, "h1").await, first);

    let colour = "return getComputedStyle(document.body).backgroundColor";
    let light = karin.script(colour, json!([])).await;
    karin.clicks("Karin Holm").await;
    karin.fills("Färger", "Mörkt").await;
    karin.fills("Språk", "English").await;
    karin.clicks("Spara").await;
    karin.sees("Language and colours").await;
    assert_ne!(karin.script(colour, json!([])).await, light);
    karin.clicks("New calendar address").await;
    karin.fills("Name", "My phone").await;
    karin.clicks("New calendar address").await;
    karin.sees("Your calendar address was made").await;
    let address = reads(&karin, "code.secret").await;
    let base = demo.announcement.graphql.replace("/graphql", "");
    let path = address.strip_prefix(&base).expect("it is the service's");
    let calendar = Visitor::nobody(&demo).sees(path).await;
    assert!(calendar.text.starts_with("BEGIN:VCALENDAR"), "{address}");
    karin.clicks("I have kept it").await;
    karin.sees("My phone").await;
}

#[tokio::test]
async fn maria_reviews_with_the_file_beside_and_says_what_she_thinks() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    a_submission(&supplier, ("Älvsunda", "Fjällnära"), "Certifikat att läsa").await;
    let mut maria = Browser::open(&demo).await;
    maria.signs_in("Maria").await;
    maria.clicks("Certifikat att läsa").await;
    maria.clicks("visa här").await;
    let shown = "return performance.getEntriesByType('resource').some((e) => e.name.endsWith('/view') && e.responseStatus === 200)";
    maria.waits("the file beside", shown).await;
    let says = async |maria: &mut Browser, what: &str, to: &str| {
        maria.presses("Kommentera").await;
        maria.fills("Kommentar", what).await;
        maria.fills("Vem ser den", to).await;
        maria.clicks("Kommentera").await;
        maria.sees("Kommentaren är sparad.").await;
        maria.sees(what).await;
    };
    says(&mut maria, "Är bilagan med?", "Alla som deltar").await;
    says(&mut maria, "Jag är osäker.", "Bara vår organisation").await;

    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.clicks("Underlag").await;
    lisa.clicks("Certifikat att läsa").await;
    lisa.sees("Är bilagan med?").await;
    let page = lisa.text().await;
    assert!(!page.contains("Jag är osäker."), "it is the customer's own");
}
