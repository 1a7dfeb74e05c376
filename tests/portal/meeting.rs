//! The meeting: taken down with the keyboard, notes that are saved with whatever is sent, and what happens when they cannot
//! be saved, or when one is asked whether to leave and stays.

use serde_json::{Value, json};

use super::{
    Browser,
    forms::{ends_the_session, signs_in_elsewhere},
};
use crate::harness::{
    Client, Served,
    given::{a_forum, a_meeting},
};

/// Keys, as WebDriver writes them.
const ESCAPE: &str = "\u{e00c}";
const CONTROL_ENTER: &str = "\u{e009}\u{e007}";

/// A meeting with two points, and the page where it is taken down.
struct Taken {
    demo: Served,
    it_manager: Client,
    meeting: Value,
    page: String,
}

impl Taken {
    async fn begins() -> Self {
        let demo = Served::start();
        let it_manager = demo.client("Älvsunda", "IT_MANAGER");
        let forum = a_forum(&it_manager, "STRATEGIC", None, None, &["Fjällnära"]).await;
        let meeting = a_meeting(&it_manager, &forum).await;
        for title in ["Brandväggar", "Återläsning"] {
            let input = json!({ "meetingId": meeting["id"], "title": title });
            it_manager.does("addAgendaItem", input, "{ id }").await;
        }
        let page = format!("/meetings/{}", meeting["id"].as_str().expect("an id"));
        Self {
            demo,
            it_manager,
            meeting: meeting["id"].clone(),
            page,
        }
    }

    /// Somebody who takes the minutes.
    async fn opens(&self, name: &str) -> Browser {
        let mut browser = Browser::open(&self.demo).await;
        browser.signs_in(name).await;
        browser.goes_to(&self.page).await;
        browser
    }

    /// What stands in the records: the notes of each point, the minutes, and what was decided.
    async fn stands(&self) -> Value {
        let fragment = "... on Meeting { minutes agenda { notes } decisions { text agendaItem { title } } actionItems(first: 9) { nodes { title } } }";
        self.it_manager.reads(&self.meeting, fragment).await
    }
}

/// The heading of the point where one is.
async fn is_at(browser: &Browser, title: &str) {
    let script = "const at = document.activeElement.closest('[data-step]')?.querySelector('h2').innerText ?? ''; return at.includes(arguments[0]) ? at : null";
    browser.waits_for(title, script, json!([title])).await;
}

#[tokio::test]
async fn a_meeting_is_taken_down_with_the_keyboard_alone() {
    let taken = Taken::begins().await;
    let mut anna = taken.opens("Anna").await;
    for (key, point) in [
        ("j", "Brandväggar"),
        ("j", "Återläsning"),
        ("k", "Brandväggar"),
    ] {
        anna.keys(key).await;
        is_at(&anna, point).await;
    }
    anna.keys("n").await;
    anna.keys("jag skriver").await;
    anna.keys(ESCAPE).await;
    anna.keys("b").await;
    anna.keys("De byts.").await;
    anna.keys_together(CONTROL_ENTER).await;
    anna.sees("Beslut 1. De byts.").await;
    is_at(&anna, "Brandväggar").await;

    anna.keys("a").await;
    anna.keys("Byt dem").await;
    anna.fills("Ansvarig organisation", "Fjällnära").await;
    anna.fills("Senast", &super::in_days(30)).await;
    anna.presses("Anteckna åtgärden").await;
    anna.sees("Byt dem").await;
    anna.keys("p").await;
    anna.keys("Nästa möte").await;
    anna.keys_together(CONTROL_ENTER).await;
    anna.sees("Punkten är tillagd på dagordningen.").await;
    anna.keys("m").await;
    anna.keys("Mötet var kort.").await;
    anna.keys_together(CONTROL_ENTER).await;
    anna.sees("Mötet är ändrat.").await;
    let stands = json!({
        "minutes": "Mötet var kort.",
        "agenda": [{ "notes": "jag skriver" }, { "notes": null }, { "notes": null }],
        "decisions": [{ "text": "De byts.", "agendaItem": { "title": "Brandväggar" } }],
        "actionItems": { "nodes": [{ "title": "Byt dem" }] },
    });
    assert_eq!(taken.stands().await, stands);
}

#[tokio::test]
async fn a_decision_waits_until_two_who_take_notes_agree() {
    let taken = Taken::begins().await;
    let mut anna = taken.opens("Anna").await;
    let mut johan = taken.opens("Johan").await;
    // Whoever has not begun to write is shown what the other has saved.
    anna.expected
        .push("the server responded with a status of 409");
    anna.fills("Anteckningar", "Anna: fyra är gamla.").await;
    johan.fills("Anteckningar", "Johan: tre är gamla.").await;
    johan.clicks("Spara anteckningarna").await;
    johan.sees("Punkten är ändrad.").await;

    anna.presses("Beslut").await;
    anna.fills("Beslut", "De byts.").await;
    anna.presses("Anteckna beslutet").await;
    anna.sees("Nu står det: Johan: tre är gamla.").await;
    let typed = "return [...document.querySelector('[data-step]').querySelectorAll('textarea')].slice(0, 2).map((e) => e.value)";
    let both = json!(["Anna: fyra är gamla.", "De byts."]);
    assert_eq!(anna.script(typed, json!([])).await, both);
    assert_eq!(taken.stands().await["decisions"], json!([]));

    johan.fills("Anteckningar", "Johan: fem är gamla.").await;
    anna.clicks("Anteckna beslutet").await;
    anna.sees("Beslut 1. De byts.").await;
    let notes = &taken.stands().await["agenda"][0]["notes"];
    assert_eq!(notes, "Anna: fyra är gamla.");
    johan.clicks("Spara anteckningarna").await;
    johan
        .sees("Någon annan har ändrat detta medan du skrev.")
        .await;
    johan.sees("Nu står det: Anna: fyra är gamla.").await;
    johan.clicks("Ändra punkten").await;
    johan.sees("Punkten är ändrad.").await;
    let notes = &taken.stands().await["agenda"][0]["notes"];
    assert_eq!(notes, "Johan: fem är gamla.");
}

#[tokio::test]
async fn what_is_typed_while_notes_are_saved_is_saved_too() {
    let taken = Taken::begins().await;
    let mut anna = taken.opens("Anna").await;
    anna.fills("Anteckningar", "Fyra är gamla.").await;
    let goes_on = "const notes = document.querySelector('textarea[name=notes]');
        const asks = window.fetch;
        window.fetch = async (...sent) => {
            const answer = await asks(...sent);
            if (String(sent[0]).endsWith('/do/updateAgendaItem') && !notes.value.includes('Två')) notes.value += ' Två byts.';
            return answer;
        };";
    anna.script(goes_on, json!([])).await;
    anna.presses("Beslut").await;
    anna.fills("Beslut", "De byts.").await;
    anna.presses("Anteckna beslutet").await;
    anna.sees("Beslut 1. De byts.").await;
    let notes = &taken.stands().await["agenda"][0]["notes"];
    assert_eq!(notes, "Fyra är gamla. Två byts.");
}

#[tokio::test]
async fn what_is_taken_down_when_a_session_has_ended_is_sent_after_signing_in_again() {
    let taken = Taken::begins().await;
    let mut anna = taken.opens("Anna").await;
    anna.expected
        .push("the server responded with a status of 401");
    anna.fills("Anteckningar", "Fyra är gamla.").await;
    anna.presses("Beslut").await;
    anna.fills("Beslut", "De byts.").await;
    ends_the_session(&taken.it_manager).await;
    anna.presses("Anteckna beslutet").await;
    anna.sees("Du är inte längre inloggad.").await;
    signs_in_elsewhere(&anna, &taken.demo, "Anna").await;
    anna.clicks("Anteckna beslutet").await;
    anna.sees("Beslut 1. De byts.").await;
    let notes = &taken.stands().await["agenda"][0]["notes"];
    assert_eq!(notes, "Fyra är gamla.");
}

#[tokio::test]
async fn whoever_is_asked_and_stays_can_send_again() {
    let taken = Taken::begins().await;
    let mut anna = taken.opens("Anna").await;
    anna.presses("Beslut").await;
    anna.fills("Beslut", "Halvfärdigt").await;
    anna.fills("Rubrik", "En punkt till").await;
    anna.presses("Lägg till en punkt").await;
    anna.stays().await;
    anna.presses("Lägg till en punkt").await;
    anna.leaves().await;
    anna.sees("Punkten är tillagd på dagordningen.").await;
    let points = taken.stands().await["agenda"].clone();
    assert_eq!(points.as_array().map(Vec::len), Some(3));
}
