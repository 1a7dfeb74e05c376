//! What is typed into a form is kept: whatever is wrong with it, whoever else has changed the record meanwhile, and when one
//! leaves the page by mistake.

use serde_json::{Value, json};

use super::{Browser, Kind, in_days};
use crate::harness::{
    Client, Served,
    given::{
        a_certificate, a_forum, a_meeting, a_pdf, a_risk, agreement, an_action_item, an_analysis,
    },
};

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
    let told = same["told"].as_str().unwrap_or_default();
    assert!(
        !told.contains("Nu står det"),
        "what is the same is not told"
    );

    bjorn.clicks("Ändra underlaget").await;
    bjorn.sees("Underlaget är ändrat.").await;
    bjorn.sees("Drift, sade Björn").await;
    lisa.goes_to(&form).await;
    assert_eq!(field(&lisa, "Beskrivning").await["value"], "Ny bilaga");
}

#[tokio::test]
async fn who_moves_a_point_on_which_somebody_else_writes_loses_nothing_of_it() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let meeting = a_meeting(&chair, &forum).await;
    let risks = chair
        .lists("risks", "filter: { open: true }", "{ id title }")
        .await;
    let input = json!({ "meetingId": meeting["id"], "title": "Risken", "riskId": risks[0]["id"] });
    let point = chair.does("addAgendaItem", input, "{ id }").await;
    let input = json!({ "meetingId": meeting["id"], "title": "Övrigt" });
    chair.does("addAgendaItem", input, "{ id }").await;

    let page = format!("/meetings/{}", meeting["id"].as_str().expect("an id"));
    let mut anna = Browser::open_as(&demo, Kind::WithoutScripts).await;
    let mut johan = Browser::open_as(&demo, Kind::WithoutScripts).await;
    anna.signs_in("Anna").await;
    johan.signs_in("Johan").await;
    anna.goes_to(&page).await;
    johan.goes_to(&page).await;
    anna.fills("Anteckningar", "Sagt av Anna").await;
    anna.clicks("Spara anteckningarna").await;
    anna.sees("Punkten är ändrad.").await;

    johan.clicks("Flytta ned").await;
    johan
        .sees("Någon annan har ändrat detta medan du skrev.")
        .await;
    johan.sees("Senast ändrat av Anna").await;
    let notes = field(&johan, "Anteckningar").await;
    assert_eq!(
        (&notes["value"], &notes["told"]),
        (&json!("Sagt av Anna"), &json!(""))
    );
    assert_eq!(
        field(&johan, "Gäller risken").await["value"],
        risks[0]["id"]
    );
    johan.clicks("Ändra punkten").await;
    johan.sees("Punkten är ändrad.").await;
    let moved = "... on AgendaItem { position notes risk { id } }";
    assert_eq!(
        chair.reads(&point["id"], moved).await,
        json!({ "position": 2, "notes": "Sagt av Anna", "risk": { "id": risks[0]["id"] } })
    );
}

#[tokio::test]
async fn a_point_keeps_its_risk_though_that_was_closed_and_loses_it_when_one_says_so() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let meeting = a_meeting(&chair, &forum).await;
    let under = agreement(&chair, "Älvsunda", "Fjällnära").await;
    let analysis = an_analysis(&chair, &under, "Brandväggar").await;
    let risk = a_risk(&chair, &analysis, 2, 2).await;
    let input = json!({ "meetingId": meeting["id"], "title": "Risken", "riskId": risk["id"] });
    let point = chair.does("addAgendaItem", input, "{ id }").await;
    chair.moves("closeRisk", &risk, json!({})).await;

    let change = format!(
        "/do/updateAgendaItem?id={}",
        point["id"].as_str().expect("an id")
    );
    let mut anna = Browser::open_as(&demo, Kind::WithoutScripts).await;
    anna.signs_in("Anna").await;
    for (title, picked, kept) in [
        ("Risken som stängdes", None, json!({ "id": risk["id"] })),
        ("Ingen risk", Some("Inget"), Value::Null),
    ] {
        anna.goes_to(&change).await;
        anna.fills("Rubrik", title).await;
        if let Some(picked) = picked {
            anna.fills("Gäller risken", picked).await;
        }
        anna.clicks("Ändra punkten").await;
        anna.sees("Punkten är ändrad.").await;
        assert_eq!(
            chair
                .reads(&point["id"], "... on AgendaItem { title risk { id } }")
                .await,
            json!({ "title": title, "risk": kept })
        );
    }
}

#[tokio::test]
async fn who_decides_on_what_has_changed_meanwhile_sees_what_has_become_of_it() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let item = an_action_item(&chair, &forum, "Älvsunda", 10).await;
    let mut anna = Browser::open_as(&demo, Kind::WithoutScripts).await;
    anna.signs_in("Anna").await;
    let page = format!(
        "/do/cancelActionItem?id={}",
        item["id"].as_str().expect("an id")
    );
    anna.goes_to(&page).await;
    anna.fills("Anmärkning", "Behövs inte längre").await;
    chair.moves("startActionItem", &item, json!({})).await;

    anna.clicks("Avbryt åtgärden").await;
    anna.sees("Läget är nu: Pågår.").await;
    let remark = field(&anna, "Anmärkning").await;
    assert_eq!(
        (&remark["value"], &remark["told"]),
        (&json!("Behövs inte längre"), &json!(""))
    );
    anna.clicks("Avbryt åtgärden").await;
    anna.sees("Åtgärden är avbruten.").await;
}

#[tokio::test]
async fn a_member_of_a_forum_that_was_changed_meanwhile_can_be_taken_out_after_all() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&chair, "STRATEGIC", None, None, &["Fjällnära"]).await;
    let selection = "... on Forum { version members { id organisation { name } } }";
    let seen = chair.reads(&forum["id"], selection).await;
    let members = seen["members"].as_array().expect("members").iter();
    let mut suppliers = members.filter(|one| one["organisation"]["name"] == "Fjällnära Drift AB");
    let member = suppliers.next().expect("the supplier")["id"]
        .as_str()
        .expect("an id");
    let (id, version) = (forum["id"].as_str().expect("an id"), &seen["version"]);
    let input = json!({ "id": id, "expectedVersion": version, "description": "Ny" });
    chair.does("updateForum", input, "{ id }").await;

    let mut anna = Browser::open_as(&demo, Kind::WithoutScripts).await;
    anna.signs_in("Anna").await;
    let page =
        format!("/do/removeForumMember?forumId={id}&memberId={member}&expectedVersion={version}");
    anna.goes_to(&page).await;
    anna.clicks("Ta bort deltagaren").await;
    anna.sees("Någon annan har ändrat detta medan du skrev.")
        .await;
    anna.clicks("Ta bort deltagaren").await;
    let left = chair.reads(&forum["id"], selection).await;
    assert_eq!(left["members"].as_array().map(Vec::len), Some(1), "{left}");
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

/// The customers to whom Lisa's evidence shall go, as the page has them ticked.
async fn ticked(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[name=agreementId]:checked')].map((e) => e.labels[0].innerText.trim())";
    let ticked = browser.script(script, json!([])).await;
    let ticked = ticked.as_array().expect("a list").iter();
    let customer = |label: &Value| {
        label
            .as_str()
            .and_then(|it| it.split_once(" kommun"))
            .map(|(name, _)| name.to_owned())
    };
    ticked.filter_map(customer).collect()
}

#[tokio::test]
async fn a_request_is_answered_with_what_was_handed_in_to_the_one_who_asked() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("policy.pdf");
    std::fs::write(&file, a_pdf("policy")).expect("a file can be written");
    let mut lisa = Browser::open_as(&demo, Kind::WithoutScripts).await;
    lisa.signs_in("Lisa").await;
    // Whichever of the two comes first on the page: each of them asks once.
    for (customer, other) in [("Älvsunda", "Norrvik"), ("Norrvik", "Älvsunda")] {
        let manager = demo.client(customer, "IT_MANAGER");
        let under = agreement(&manager, customer, "Fjällnära").await;
        let input = json!({ "agreementId": under, "kind": "POLICY", "title": "Policy", "dueOn": in_days(30) });
        let request = manager.does("createEvidenceRequest", input, "{ id }").await;
        let id = request["id"].as_str().expect("an id");
        lisa.goes_to(&format!("/evidence/new?request={id}")).await;
        lisa.presses(other).await;
        lisa.fills("Filer", &file.display().to_string()).await;
        lisa.clicks("Lämna in").await;
        lisa.sees("Inlämnat. Kunden ser det nu.").await;

        let answer = "... on EvidenceRequest { state answer { agreement { id } } }";
        assert_eq!(
            manager.reads(&request["id"], answer).await,
            json!({ "state": "ANSWERED", "answer": { "agreement": { "id": under } } }),
            "{customer}"
        );
    }
}

#[tokio::test]
async fn what_was_refused_is_handed_in_anew_to_the_customers_that_were_chosen() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("policy.pdf");
    std::fs::write(&file, a_pdf("policy")).expect("a file can be written");
    let mut lisa = Browser::open_as(&demo, Kind::WithoutScripts).await;
    lisa.signs_in("Lisa").await;
    lisa.clicks("Lämna in underlag").await;
    lisa.fills("Slag", "Policy").await;
    lisa.fills("Rubrik", "Först utan fil").await;
    lisa.presses("Norrviks kommun").await;
    lisa.presses("Älvsunda kommun").await;
    lisa.presses("Omfattning, beskrivning och meddelande").await;
    lisa.fills("Meddelande till kunden", "Gäller oss alla.")
        .await;
    lisa.clicks("Lämna in").await;

    lisa.sees("Inte inlämnat till ").await;
    lisa.sees("Minst en fil ska vara uppladdad.").await;
    let mut both = ticked(&lisa).await;
    both.sort();
    assert_eq!(both, ["Norrviks", "Älvsunda"]);
    let message = field(&lisa, "Meddelande till kunden").await;
    assert_eq!(message["value"], "Gäller oss alla.");

    lisa.fills("Filer", &file.display().to_string()).await;
    lisa.clicks("Ladda upp").await;
    lisa.sees("Filerna är uppladdade.").await;
    assert_eq!(
        ticked(&lisa).await.len(),
        2,
        "what was begun is gone on with"
    );
    lisa.clicks("Lämna in").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    lisa.sees("Det är inlämnat under alla avtal som gäller.")
        .await;
    for customer in ["Älvsunda", "Norrvik"] {
        let manager = demo.client(customer, "IT_MANAGER");
        let filter = r#"{ titleContains: "Först utan fil" }"#;
        assert_eq!(manager.counts("submissions", filter).await, 1, "{customer}");
    }
}

#[tokio::test]
async fn what_is_handed_in_when_the_session_has_ended_is_kept_too() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.clicks("Lämna in underlag").await;
    lisa.fills("Slag", "Policy").await;
    lisa.fills("Rubrik", "Efter lunchen").await;
    ends_the_session(&supplier).await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Du är inte längre inloggad").await;
    lisa.sees("Efter lunchen").await;
    lisa.sees("Filerna följde inte med.").await;
    signs_in_elsewhere(&lisa, &demo, "Lisa").await;
    lisa.clicks("Skicka igen").await;
    lisa.sees("Underlaget är skapat som utkast.").await;
    lisa.sees("Efter lunchen").await;
}
