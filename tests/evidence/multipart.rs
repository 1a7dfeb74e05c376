//! Small files together with the mutation, after the GraphQL multipart request specification.

use std::time::Duration;

use futures::{StreamExt, stream};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{a_draft, files_of};
use crate::harness::{World, given::a_pdf};

const DOCUMENT: &str = "mutation($input: UploadEvidenceFileInput!) { uploadEvidenceFile(input: $input) { id name sha256 } }";

/// The form of one file for a piece of evidence.
fn form(evidence: &Value, name: &str, bytes: &[u8]) -> Vec<u8> {
    let operations = json!({ "query": DOCUMENT, "variables": { "input": { "evidenceId": evidence["id"], "file": null } } });
    let field = |name: &str, content: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let mut form = field("operations", &operations.to_string());
    form += &field("map", r#"{"0": ["variables.input.file"]}"#);
    form += &format!(
        "--b\r\nContent-Disposition: form-data; name=\"0\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
    );
    [form.as_bytes(), bytes, b"\r\n--b--\r\n"].concat()
}

pub struct Sender<'w> {
    world: &'w World,
    http: reqwest::Client,
}

impl<'w> Sender<'w> {
    pub fn to(world: &'w World) -> Self {
        let http = reqwest::Client::builder().no_proxy().build();
        Self {
            world,
            http: http.expect("a client"),
        }
    }

    fn form(&self, organisation: &str, role: &str, form: Vec<u8>) -> RequestBuilder {
        self.anonymous(form)
            .header("apollo-require-preflight", "true")
            .bearer_auth(&self.world.actor(organisation, role).token)
    }

    /// Sends a file as the contributor, with an idempotency key.
    pub async fn sends(&self, evidence: &Value, bytes: &[u8], key: &str) -> Value {
        let form = form(evidence, "rutin.pdf", bytes);
        let request = self.form(CONTRIBUTOR.0, CONTRIBUTOR.1, form);
        told(request.header("idempotency-key", key)).await.1
    }

    fn anonymous(&self, form: Vec<u8>) -> RequestBuilder {
        self.http
            .post(format!("{}graphql", self.world.base))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(form)
    }
}

async fn told(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("the service answers");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}

const CONTRIBUTOR: (&str, &str) = ("Bältespännar", "SUPPLIER_CONTRIBUTOR");

#[tokio::test]
async fn a_small_file_comes_with_its_mutation() {
    let world = World::open().await;
    let contributor = world.client(CONTRIBUTOR.0, CONTRIBUTOR.1);
    let evidence = a_draft(&contributor).await;
    let bytes = a_pdf("liten");
    let request = Sender::to(&world).form(
        CONTRIBUTOR.0,
        CONTRIBUTOR.1,
        form(&evidence, "rutin å.pdf", &bytes),
    );
    let (status, body) = told(request).await;
    assert_eq!(status, 200, "{body:#}");
    let file = &body["data"]["uploadEvidenceFile"];
    assert_eq!(file["name"], "rutin å.pdf");
    assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)));

    let files = files_of(&contributor, &evidence).await;
    assert_eq!((files.len(), &files[0]["id"]), (1, &file["id"]));
    assert_eq!(
        files[0]["mediaType"], "application/pdf",
        "found by looking at it"
    );
    let news = contributor.news().await;
    let event = news
        .iter()
        .find(|event| event["subject"]["id"] == file["id"]);
    assert_eq!(event.expect("an event")["action"], "evidence_file.uploaded");
}

#[tokio::test]
async fn a_file_is_taken_from_those_alone_who_may_add_it() {
    let world = World::open().await;
    let contributor = world.client(CONTRIBUTOR.0, CONTRIBUTOR.1);
    let evidence = a_draft(&contributor).await;
    let form = || form(&evidence, "rutin.pdf", &a_pdf("x"));
    let sender = Sender::to(&world);
    for (organisation, role, expected) in [
        ("Älvsunda", "IT_MANAGER", "NOT_FOUND"),
        ("Fjällnära", "SUPPLIER_MANAGER", "NOT_FOUND"),
        ("Bältespännar", "SUPPLIER_READER", "FORBIDDEN"),
    ] {
        let (_, body) = told(sender.form(organisation, role, form())).await;
        assert_eq!(code(&body), expected, "{organisation} {role}: {body:#}");
    }
    let anonymous = sender
        .anonymous(form())
        .header("graphql-require-preflight", "1");
    let (status, body) = told(anonymous).await;
    assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"));
    // What a form of a page could send, whoever's token it has.
    let by_a_page = sender
        .anonymous(form())
        .bearer_auth(&world.actor(CONTRIBUTOR.0, CONTRIBUTOR.1).token);
    let (status, body) = told(by_a_page).await;
    assert_eq!((status, code(&body)), (403, "FORBIDDEN"));
    assert!(files_of(&contributor, &evidence).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_file_is_refused_and_leaves_nothing() {
    let world = World::open().await;
    let contributor = world.client(CONTRIBUTOR.0, CONTRIBUTOR.1);
    let evidence = a_draft(&contributor).await;
    let sender = Sender::to(&world);
    for (name, bytes) in [
        ("rutin.pdf", b"\x7fELF\x02\x01\x01".to_vec()),
        ("rutin.exe", a_pdf("x")),
        ("tom.pdf", vec![]),
    ] {
        let (_, body) =
            told(sender.form(CONTRIBUTOR.0, CONTRIBUTOR.1, form(&evidence, name, &bytes))).await;
        assert_eq!(code(&body), "INVALID_INPUT", "{name}: {body:#}");
    }
    let large = form(&evidence, "stor.pdf", &vec![b'a'; 8 << 20]);
    let (status, body) = told(sender.form(CONTRIBUTOR.0, CONTRIBUTOR.1, large)).await;
    assert_eq!((status, code(&body)), (413, "LIMIT_EXCEEDED"));
    let mut broken = form(&evidence, "rutin.pdf", &a_pdf("x"));
    broken.truncate(broken.len() - 10);
    let (status, body) = told(sender.form(CONTRIBUTOR.0, CONTRIBUTOR.1, broken)).await;
    assert_eq!((status, code(&body)), (400, "INVALID_INPUT"));

    let input = json!({ "evidenceId": evidence["id"], "file": "rutin.pdf" });
    let without = contributor
        .tries("uploadEvidenceFile", input, "{ id }")
        .await;
    assert_eq!(without.code(), Some("INVALID_INPUT"));
    assert!(
        without.message().contains("multipart/form-data"),
        "{}",
        without.message()
    );
    assert!(files_of(&contributor, &evidence).await.is_empty());
}

#[tokio::test]
async fn a_repeated_upload_happens_once_and_another_file_is_another_request() {
    let world = World::open().await;
    let contributor = world.client(CONTRIBUTOR.0, CONTRIBUTOR.1);
    let evidence = a_draft(&contributor).await;
    let sender = Sender::to(&world);
    let sends = async |words: &str| sender.sends(&evidence, &a_pdf(words), "k").await;
    let first = sends("en").await;
    assert_eq!(sends("en").await["data"], first["data"]);
    assert_eq!(code(&sends("två").await), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(files_of(&contributor, &evidence).await.len(), 1);
}

#[tokio::test]
async fn nobody_keeps_others_from_sending_files_by_forms_that_do_not_end() {
    let world = World::open().await;
    let sender = Sender::to(&world);
    let endless = || {
        let begun = stream::iter([Ok::<_, std::io::Error>("--b\r\n")]);
        let body = reqwest::Body::wrap_stream(begun.chain(stream::pending()));
        tokio::spawn(
            sender
                .form(CONTRIBUTOR.0, CONTRIBUTOR.1, vec![])
                .body(body)
                .send(),
        )
    };
    let held: Vec<_> = (0..10).map(|_| endless()).collect();
    let own = world.client(CONTRIBUTOR.0, CONTRIBUTOR.1);
    let evidence = a_draft(&own).await;
    let own = || {
        let form = form(&evidence, "rutin.pdf", &a_pdf("en"));
        told(sender.form(CONTRIBUTOR.0, CONTRIBUTOR.1, form))
    };
    while own().await.0 != 429 {}

    let other = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let form = form(&a_draft(&other).await, "rutin.pdf", &a_pdf("två"));
    let (status, body) = told(sender.form("Fjällnära", "SUPPLIER_CONTRIBUTOR", form)).await;
    assert_eq!(status, 200, "{body}");
    assert!(
        body["data"]["uploadEvidenceFile"]["id"].is_string(),
        "{body}"
    );

    for one in &held {
        one.abort();
    }
    while own().await.0 == 429 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
