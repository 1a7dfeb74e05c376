//! Every mutation as every role of every organisation, and without a token: the outcome stands in a
//! snapshot that an auditor can read, and a mutation without a case fails the test.
//!
//! Nothing is changed by it. A case is made so that whoever gets past the door is stopped by the next
//! check: an outdated version, or an input that is not valid. "Past the door" is therefore CONFLICT,
//! INVALID_INPUT or INVALID_STATE; every case must let somebody through, so that a record that does not
//! exist cannot pass for one that is well guarded.

use std::collections::{BTreeMap, BTreeSet};

use entity::identity_provider;
use samsyn::access::action::TABLE;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::harness::{Answer, World, mutation_document};

/// A version that no record has.
const OUTDATED: i32 = -1;

/// Actions that are routes, not mutations; `evidence` tries them.
const ROUTES: &[&str] = &[
    "ReceiveEvidenceFile",
    "DownloadEvidenceFile",
    "ProvisionPerson",
];

/// Records of Älvsunda and its network supplier, by what they are.
struct Specimens(BTreeMap<&'static str, Value>);

/// Who looks for a specimen.
const NETWORK: (&str, &str) = ("Bältespännar", "SUPPLIER_MANAGER");
const CUSTOMER: (&str, &str) = ("Älvsunda", "IT_MANAGER");

/// Where the specimens are found: by whom, with which document, at which place of its answer.
const FOUND: &[(&str, (&str, &str), &str, &str)] = &[
    (
        "evidence",
        NETWORK,
        "{ submissions(filter: { state: [DRAFT, SUBMITTED, RETURNED], kind: [CERTIFICATE, AUDIT_REPORT, STATEMENT_OF_APPLICABILITY, PENETRATION_TEST, RESTORE_TEST, POLICY, OTHER] }) { nodes { evidence { id } } } }",
        "/submissions/nodes/0/evidence/id",
    ),
    (
        "agreement",
        NETWORK,
        "{ agreements { nodes { id } } }",
        "/agreements/nodes/0/id",
    ),
    (
        "supplier",
        NETWORK,
        "{ viewer { organisation { id } } }",
        "/viewer/organisation/id",
    ),
    (
        "person",
        NETWORK,
        "{ viewer { person { id } } }",
        "/viewer/person/id",
    ),
    (
        "customer",
        CUSTOMER,
        "{ viewer { organisation { id } } }",
        "/viewer/organisation/id",
    ),
    (
        "submission",
        NETWORK,
        "{ submissions(filter: { state: [APPROVED], kind: [CERTIFICATE, AUDIT_REPORT, STATEMENT_OF_APPLICABILITY, PENETRATION_TEST, RESTORE_TEST, POLICY, OTHER] }) { nodes { id } } }",
        "/submissions/nodes/0/id",
    ),
    (
        "replacedFile",
        NETWORK,
        "{ evidence(filter: { titleContains: \"ersatt fil\" }) { nodes { files(includeReplaced: true) { id } } } }",
        "/evidence/nodes/0/files/0/id",
    ),
    (
        "request",
        NETWORK,
        "{ evidenceRequests { nodes { id } } }",
        "/evidenceRequests/nodes/0/id",
    ),
    (
        "analysis",
        NETWORK,
        "{ riskAnalyses(filter: { serviceArea: [NETWORK], state: [SUBMITTED, APPROVED, RETURNED] }) { nodes { id } } }",
        "/riskAnalyses/nodes/0/id",
    ),
    (
        "ownAnalysis",
        NETWORK,
        "{ riskAnalyses(filter: { serviceArea: [NETWORK], state: [SUBMITTED, APPROVED, RETURNED] }) { nodes { id } } }",
        "/riskAnalyses/nodes/0/id",
    ),
    (
        "risk",
        NETWORK,
        "{ riskAnalyses(filter: { serviceArea: [NETWORK], state: [SUBMITTED, APPROVED, RETURNED] }) { nodes { risks { nodes { id } } } } }",
        "/riskAnalyses/nodes/0/risks/nodes/0/id",
    ),
    (
        "acceptance",
        NETWORK,
        "{ riskAcceptances { nodes { id } } }",
        "/riskAcceptances/nodes/0/id",
    ),
    (
        "forum",
        NETWORK,
        "{ forums(filter: { level: [OPERATIONAL] }) { nodes { id } } }",
        "/forums/nodes/0/id",
    ),
    (
        "member",
        NETWORK,
        "{ forums(filter: { level: [OPERATIONAL] }) { nodes { members { id } } } }",
        "/forums/nodes/0/members/0/id",
    ),
    (
        "meeting",
        CUSTOMER,
        "{ meetings(filter: { state: [SIGNED] }) { nodes { id } } }",
        "/meetings/nodes/0/id",
    ),
    (
        "agendaItem",
        CUSTOMER,
        "{ meetings(filter: { state: [SIGNED] }) { nodes { agenda { id } } } }",
        "/meetings/nodes/0/agenda/0/id",
    ),
    (
        "decision",
        CUSTOMER,
        "{ meetings(filter: { state: [SIGNED] }) { nodes { decisions { id } } } }",
        "/meetings/nodes/0/decisions/0/id",
    ),
    (
        "item",
        NETWORK,
        "{ actionItems(filter: { state: [OPEN], serviceArea: [NETWORK] }) { nodes { id } } }",
        "/actionItems/nodes/0/id",
    ),
];

impl Specimens {
    async fn of(world: &World) -> Self {
        replace_a_file(world).await;
        let mut found = BTreeMap::new();
        for (name, (organisation, role), document, place) in FOUND {
            let token = world.actor(organisation, role).token.clone();
            let data = world
                .send(Some(&token), document, json!({}))
                .await
                .data(document);
            let id = data.pointer(place).filter(|id| id.is_string());
            let id = id.unwrap_or_else(|| panic!("the world has a {name}: {data:#}"));
            found.insert(*name, id.clone());
        }
        found.insert("revokedToken", revoked_token(world).await);
        found.insert("revokedSession", revoked_session(world).await);
        found.insert("savedView", saved_view(world).await);
        provider_of_supplier(world).await;
        found.insert("endedLeave", ended_leave(world).await);
        Self(found)
    }
}

/// A token that was made and revoked: whoever may revoke it learns that it is done.
async fn revoked_token(world: &World) -> Value {
    let token = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({ "name": "prov", "scopes": ["EVIDENCE_READ"], "expiresAt": expires });
    let made = world
        .does(&token, "createApiToken", input, "{ apiToken { id } }")
        .await;
    let id = made["apiToken"]["id"].clone();
    world
        .does(&token, "revokeApiToken", json!({ "id": id }), "{ id }")
        .await;
    id
}

/// A session that was revoked, as [`revoked_token`].
async fn revoked_session(world: &World) -> Value {
    let token = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let id = json!(world.signs_in(&token).await);
    world
        .does(&token, "revokeSession", json!({ "id": id }), "{ id }")
        .await;
    id
}

/// A view that the supplier's manager has saved.
async fn saved_view(world: &World) -> Value {
    let token = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let input = json!({ "name": "prov", "page": "risks", "query": "?" });
    let saved = world.does(&token, "saveView", input, "{ id }").await;
    saved["id"].clone()
}

/// Leave for the operator that was given and ended, as [`revoked_token`].
async fn ended_leave(world: &World) -> Value {
    let token = world.actor(NETWORK.0, "ADMINISTRATOR").token.clone();
    let until = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    let input = json!({ "reason": "prov", "expiresAt": until });
    let given = world
        .does(&token, "grantSupportAccess", input, "{ id }")
        .await;
    let id = given["id"].clone();
    world
        .does(&token, "endSupportAccess", json!({ "id": id }), "{ id }")
        .await;
    id
}

/// The supplier of network has a provider to take away.
async fn provider_of_supplier(world: &World) {
    let token = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let actor = world.door.authenticate(&token).await.expect("an actor");
    let now = world.door.clock().now();
    let row = identity_provider::Model {
        id: world.door.clock().id(),
        organisation_id: actor.organisation,
        issuer: "https://login.baltespannar.example".to_owned(),
        client_id: "samsyn".to_owned(),
        client_secret: None,
        takes_access_tokens: false,
        vouches_for_email: false,
        just_in_time: false,
        required_claim: None,
        required_value: None,
        role_claim: None,
        role_mapping: json!([]),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let records = world.folder.records.by_hand().await;
    let set = identity_provider::Entity::insert(row.into_active_model())
        .exec_without_returning(&records)
        .await;
    set.expect("it is set");
}

/// Evidence with a file that was taken out of the working copy again.
async fn replace_a_file(world: &World) {
    let token = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let input = json!({ "kind": "POLICY", "title": "Rutin med ersatt fil" });
    let evidence = world.does(&token, "draftEvidence", input, "{ id }").await;
    let input = json!({ "evidenceId": evidence["id"], "fileName": "rutin.txt" });
    let upload = world
        .does(&token, "createEvidenceUpload", input, "{ url }")
        .await;
    let file = world
        .put(upload["url"].as_str().expect("a URL"), "Rutinen.")
        .await;
    world
        .does(
            &token,
            "removeEvidenceFile",
            json!({ "id": file["file"]["id"] }),
            "{ id }",
        )
        .await;
}

/// The outcome in a letter: past the door, forbidden, not found, unauthenticated.
fn letter(answer: &Answer) -> char {
    match answer.code() {
        Some("CONFLICT" | "INVALID_INPUT" | "INVALID_STATE") => 'x',
        Some("FORBIDDEN") => 'f',
        Some("NOT_FOUND") => '·',
        Some("UNAUTHENTICATED") => 'u',
        other => panic!("a case must not end with {other:?}: {:#}", answer.body),
    }
}

mod cases;

#[tokio::test]
async fn the_matrix_of_what_every_actor_may_do() {
    let world = World::open().await;
    let specimens = Specimens::of(&world).await;
    let mut columns: Vec<(String, Option<String>)> = vec![("anonymous".to_owned(), None)];
    let mut known = BTreeSet::new();
    for actor in &world.actors {
        let roles: Vec<_> = actor.roles.clone();
        let area = if roles == ["SERVICE_AREA_MANAGER"] {
            format!(" ({})", actor.service_areas.join(", "))
        } else {
            String::new()
        };
        let name = format!("{}: {}{area}", actor.organisation, roles.join("+"));
        if known.insert(name.clone()) {
            columns.push((name, Some(actor.token.clone())));
        }
    }
    let mut offers = Offers {
        world: &world,
        of: BTreeMap::new(),
    };
    let mut table = String::new();
    for (index, (name, _)) in columns.iter().enumerate() {
        table += &format!("{index:>2} {name}\n");
    }
    let heads: Vec<_> = (0..columns.len())
        .map(|index| format!("{index:>2}"))
        .collect();
    table += &format!("\n{:26} {}\n", "", heads.join(" "));
    for rule in TABLE.iter().filter(|rule| !ROUTES.contains(&rule.name)) {
        let mutation = camel(rule.name);
        let input = cases::input(&mutation, &specimens.0)
            .unwrap_or_else(|| panic!("{mutation} needs a case: add it to `cases`"));
        let document = mutation_document(&mutation, "{ __typename }");
        let mut row = Vec::new();
        for (_, token) in &columns {
            let answer = world
                .send(token.as_deref(), &document, json!({ "input": input }))
                .await;
            let letter = letter(&answer);
            if let Some(token) = token {
                offers.agree(token, rule.name, &input, letter).await;
            }
            row.push(letter);
        }
        assert!(
            row.contains(&'x'),
            "{mutation}: somebody must get past the door, or the case proves nothing"
        );
        assert_eq!(row[0], 'u', "{mutation} without a token");
        let marks: Vec<_> = row.iter().map(|mark| format!(" {mark}")).collect();
        table += &format!("{mutation:26} {}\n", marks.join(" "));
    }
    insta::assert_snapshot!(table);
}

/// What `allowedActions` says of the records of the cases; nothing where it finds none.
struct Offers<'w> {
    world: &'w World,
    of: BTreeMap<(String, String), Option<Vec<String>>>,
}

impl Offers<'_> {
    /// Whoever gets past the door has been offered the mutation, and nobody else.
    async fn agree(&mut self, token: &str, action: &str, input: &Value, letter: char) {
        let (id, at_home) = match cases::record(input) {
            Some(id) => (id.to_owned(), false),
            None => (self.home(token).await, true),
        };
        let offered = self.on(token, id).await;
        let name = screaming(action);
        let is_offered = offered.as_ref().is_some_and(|all| all.contains(&name));
        let agrees = match letter {
            'x' => is_offered,
            'f' => !is_offered,
            // At home it is what shall be taken away that is not there.
            _ => at_home || offered.is_none(),
        };
        assert!(
            agrees,
            "{action} ends with {letter}, and {offered:?} is offered"
        );
    }

    async fn home(&self, token: &str) -> String {
        let document = "{ viewer { organisation { id } } }";
        let answer = self.world.send(Some(token), document, json!({})).await;
        let data = answer.data(document);
        let id = data["viewer"]["organisation"]["id"].as_str();
        id.expect("an id").to_owned()
    }

    async fn on(&mut self, token: &str, id: String) -> Option<Vec<String>> {
        let asked = (token.to_owned(), id);
        if let Some(known) = self.of.get(&asked) {
            return known.clone();
        }
        let document = "query($id: ID!) { allowedActions(id: $id) }";
        let variables = json!({ "id": asked.1 });
        let answer = self.world.send(Some(token), document, variables).await;
        let offered = match answer.code() {
            Some("NOT_FOUND") => None,
            _ => Some(
                serde_json::from_value(answer.data(document)["allowedActions"].clone())
                    .expect("a list of actions"),
            ),
        };
        self.of.insert(asked, offered.clone());
        offered
    }
}

/// The name as a value of the enum.
fn screaming(pascal: &str) -> String {
    let mut name = String::new();
    for letter in pascal.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// Nobody is told more by what is offered than by the record itself.
#[tokio::test]
async fn what_may_be_done_with_a_foreign_record_is_not_told_apart_from_one_that_never_was() {
    let world = World::open().await;
    let document = "query($id: ID!) { allowedActions(id: $id) }";
    let owner = world.actor(NETWORK.0, NETWORK.1).token.clone();
    let own = "{ evidence { nodes { id } } }";
    let own = world.send(Some(&owner), own, json!({})).await.data(own);
    let id = own["evidence"]["nodes"][0]["id"].clone();
    let variables = json!({ "id": id });
    let offered = world.send(Some(&owner), document, variables.clone()).await;
    let offered = offered.data(document)["allowedActions"].clone();
    assert_eq!(
        offered,
        json!([
            "UPDATE_EVIDENCE",
            "ARCHIVE_EVIDENCE",
            "CREATE_EVIDENCE_UPLOAD",
            "UPLOAD_EVIDENCE_FILE",
            "CREATE_SUBMISSION"
        ])
    );
    // A colleague who only reads sees it and may do nothing with it; the customer does not see the working copy.
    let reader = world.actor(NETWORK.0, "SUPPLIER_READER").token.clone();
    let answer = world.send(Some(&reader), document, variables.clone()).await;
    assert_eq!(answer.data(document)["allowedActions"], json!([]));
    for (organisation, role) in [CUSTOMER, ("Klientverket", "SUPPLIER_MANAGER")] {
        let other = world.actor(organisation, role).token.clone();
        let mut answers = Vec::new();
        for id in [
            id.clone(),
            json!("evd_0192f3a0000070008000000000000000"),
            json!("evd_nonsense"),
            json!("nonsense"),
        ] {
            let answer = world
                .send(Some(&other), document, json!({ "id": id }))
                .await;
            assert_eq!(answer.code(), Some("NOT_FOUND"), "{:#}", answer.body);
            answers.push(answer.body["errors"][0]["message"].clone());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }
    let answer = world.send(None, document, variables).await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
    // A token of an integration, without a person: it may write, but makes no tokens of its own and decides nothing.
    let scope = samsyn::access::TokenScope::AdministrationWrite;
    let machine = world.machine(NETWORK.0, NETWORK.1, scope).await;
    let home = "{ viewer { organisation { id } } }";
    let home = world.send(Some(&machine), home, json!({})).await.data(home);
    let variables = json!({ "id": home["viewer"]["organisation"]["id"] });
    let answer = world.send(Some(&machine), document, variables).await;
    assert_eq!(answer.data(document)["allowedActions"], json!([]));
}

/// What is an event's or a member's is read, and nothing is done with it.
#[tokio::test]
async fn with_a_record_that_no_action_is_done_on_nothing_may_be_done() {
    let world = World::open().await;
    let token = world.actor(CUSTOMER.0, CUSTOMER.1).token.clone();
    let document = "{ events { nodes { event { id } } } }";
    let found = world.send(Some(&token), document, json!({})).await;
    let id = found.data(document)["events"]["nodes"][0]["event"]["id"].clone();
    assert!(id.is_string(), "{id}");
    let document = "query($id: ID!) { allowedActions(id: $id) }";
    let answer = world
        .send(Some(&token), document, json!({ "id": id }))
        .await;
    assert_eq!(answer.data(document)["allowedActions"], json!([]));
}

fn camel(pascal: &str) -> String {
    let mut letters = pascal.chars();
    let head = letters.next().map(|letter| letter.to_ascii_lowercase());
    head.into_iter().chain(letters).collect()
}

#[tokio::test]
async fn every_mutation_is_an_action_and_every_action_a_mutation_or_a_route() {
    let world = World::open().await;
    let answer = world
        .send(
            None,
            "{ __schema { mutationType { fields { name } } } }",
            json!({}),
        )
        .await;
    let fields = answer.data("introspection")["__schema"]["mutationType"]["fields"].clone();
    let mutations: BTreeSet<String> = fields
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|field| field["name"].as_str().map(str::to_owned))
        .collect();
    let actions: BTreeSet<String> = TABLE
        .iter()
        .filter(|rule| !ROUTES.contains(&rule.name))
        .map(|rule| camel(rule.name))
        .collect();
    assert_eq!(mutations, actions);
}
