//! What is typed into a form is kept: whatever is wrong with it, whoever else has changed the record meanwhile, and when one
//! leaves the page by mistake.

use serde_json::{Value, json};

use super::{Browser, in_days};
use crate::harness::{Client, Served, given::a_certificate};

/// A field by its label: what it has, and what is said of it.
async fn field(browser: &Browser, label: &str) -> Value {
    let script = r#"
        const [label] = arguments;
        const said = (e) => e?.innerText.replace(/\s+/g, " ").trim();
        const control = [...document.querySelectorAll("main label")].find((e) => said(e).startsWith(label))?.control;
        if (!control) return null;
        const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
        return {
          value: control.value,
          wrong: control.getAttribute("aria-invalid") === "true",
          told: ids.map((id) => said(document.getElementById(id))).join(" "),
          focus: control === document.activeElement,
        };"#;
    browser.script(script, json!([label])).await
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_all_that_was_typed_is_kept() {
    let demo = Served::start();
    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.clicks("Lämna in underlag").await;
    lisa.fills("Slag", "Penetrationstest").await;
    lisa.fills("Rubrik", "Test av externa adresser").await;
    lisa.fills("Utfärdare", "Nordcert Sverige AB").await;
    lisa.fills("Gäller från och med", &in_days(10)).await;
    lisa.fills("Gäller till och med", &in_days(-10)).await;
    lisa.presses("Norrviks kommun").await;
    lisa.clicks("Lämna in").await;

    let wrong = field(&lisa, "Gäller till och med").await;
    assert_eq!(wrong["wrong"], true, "{wrong}\n{}", lisa.page().await);
    let told = wrong["told"].as_str().unwrap_or_default();
    assert!(
        told.contains(&in_days(10)),
        "it says what would be right: {told}"
    );
    assert_eq!(wrong["focus"], true, "one goes on where it is wrong");
    assert_eq!(wrong["value"], in_days(-10));
    for (label, typed) in [
        ("Slag", "PENETRATION_TEST"),
        ("Rubrik", "Test av externa adresser"),
        ("Utfärdare", "Nordcert Sverige AB"),
        ("Gäller från och med", &in_days(10)),
    ] {
        let kept = field(&lisa, label).await;
        assert_eq!(
            (&kept["value"], &kept["wrong"]),
            (&json!(typed), &json!(false)),
            "{label}"
        );
    }
    let ticked = "return [...document.querySelectorAll('[name=agreementId]:checked')].map((e) => e.labels[0].innerText)";
    let ticked = lisa.script(ticked, json!([])).await;
    assert!(
        ticked[0]
            .as_str()
            .is_some_and(|label| label.contains("Norrviks kommun")),
        "{ticked}"
    );
    assert_eq!(ticked[1], Value::Null);
}

#[tokio::test]
async fn who_changes_what_somebody_else_has_changed_sees_both_and_decides() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_certificate(&supplier, "Två om ett certifikat").await;
    let form = format!(
        "/do/updateEvidence?id={}",
        evidence["id"].as_str().expect("an id")
    );
    let mut lisa = Browser::open(&demo).await;
    let mut bjorn = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    bjorn.signs_in("Björn").await;
    lisa.goes_to(&form).await;
    bjorn.goes_to(&form).await;
    lisa.fills("Omfattning", "Drift, sade Lisa").await;
    lisa.clicks("Ändra underlaget").await;
    lisa.sees("Underlaget är ändrat.").await;

    bjorn.fills("Omfattning", "Drift, sade Björn").await;
    bjorn.fills("Beskrivning", "Ny bilaga").await;
    bjorn.clicks("Ändra underlaget").await;
    bjorn
        .sees("Någon annan har ändrat detta medan du skrev.")
        .await;
    let scope = field(&bjorn, "Omfattning").await;
    assert_eq!(scope["value"], "Drift, sade Björn", "what he typed is kept");
    let told = scope["told"].as_str().unwrap_or_default();
    assert!(told.contains("Nu står det: Drift, sade Lisa"), "{told}");
    let same = field(&bjorn, "Certifikatets nummer").await;
    assert_eq!(same["told"], "", "what is the same is not told");

    bjorn.clicks("Ändra underlaget").await;
    bjorn.sees("Underlaget är ändrat.").await;
    bjorn.sees("Drift, sade Björn").await;
    lisa.goes_to(&form).await;
    assert_eq!(field(&lisa, "Beskrivning").await["value"], "Ny bilaga");
}

#[tokio::test]
async fn leaving_what_is_typed_and_not_sent_asks_first() {
    let demo = Served::start();
    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.clicks("Lämna in underlag").await;
    assert!(
        !asks(&lisa).await,
        "where nothing was typed one is not asked"
    );
    lisa.fills("Rubrik", "Halvfärdigt").await;
    assert!(asks(&lisa).await);
    lisa.fills("Slag", "Certifikat").await;
    lisa.presses("Norrviks kommun").await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Halvfärdigt").await;
    assert!(!asks(&lisa).await, "what was sent is not lost");
}

/// Whether the page asks before it is left, as browsers have pages say so.
async fn asks(browser: &Browser) -> bool {
    let script = "return !dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    browser.script(script, json!([])).await == true
}

/// Ends whatever session a person has in a browser.
pub async fn ends_the_session(person: &Client) {
    let open = person
        .lists(
            "sessions",
            "filter: { own: true, revoked: false }",
            "{ id }",
        )
        .await;
    assert!(!open.is_empty(), "nobody is signed in");
    for session in open {
        let input = json!({ "id": session["id"] });
        person.does("revokeSession", input, "{ id }").await;
    }
}

/// Signs somebody in again, as in another tab.
pub async fn signs_in_elsewhere(browser: &Browser, demo: &Served, name: &str) {
    let mut actors = demo.announcement.actors.iter();
    let place = actors.position(|actor| actor.name.starts_with(name));
    let person = place.expect("the demo has this person").to_string();
    let script = "const [path, body] = arguments;
        return fetch(path, { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' }).then((answer) => answer.type)";
    let body = json!({ "person": person, "return_to": "/" });
    browser.script(script, json!(["/sign-in/demo", body])).await;
}

#[tokio::test]
async fn what_was_typed_when_the_session_had_ended_is_sent_after_signing_in_again() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_certificate(&supplier, "Skrivet i sista stund").await;
    let id = evidence["id"].as_str().expect("an id");
    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.goes_to(&format!("/do/updateEvidence?id={id}")).await;
    lisa.fills("Omfattning", "Drift i två hallar").await;
    ends_the_session(&supplier).await;

    lisa.clicks("Ändra underlaget").await;
    lisa.sees("Du är inte längre inloggad").await;
    lisa.sees("Drift i två hallar").await;
    signs_in_elsewhere(&lisa, &demo, "Lisa").await;
    lisa.clicks("Skicka igen").await;
    lisa.sees("Underlaget är ändrat.").await;
    lisa.sees("Drift i två hallar").await;
}
