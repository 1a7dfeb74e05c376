//! Requests of any kind, through the routes: a panic would end the test, for nothing here catches it.

use std::sync::OnceLock;

use axum::{
    body::Body,
    http::{HeaderValue, Request, Uri},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{prelude::*, sample::select};
use samsyn::{graphql::key, store::range::Selection};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::harness::World;

/// A world that all cases of this process share, and what runs it.
fn world() -> &'static (Runtime, World, String) {
    static WORLD: OnceLock<(Runtime, World, String)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let runtime = Runtime::new().expect("a runtime");
        let world = runtime.block_on(World::open());
        let token = world
            .actor("Fjällnära", "SUPPLIER_CONTRIBUTOR")
            .token
            .clone();
        (runtime, world, token)
    })
}

/// What the routes answer: the status and the JSON, if it is JSON. It is never a fault of the service's own.
fn answered(request: Request<Body>) -> (u16, Value) {
    let (runtime, world, _) = world();
    let (status, body) = runtime.block_on(world.call(request));
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let code = &told["errors"][0]["extensions"]["code"];
    assert!(
        status < 500 || (status == 503 && code == "LIMIT_EXCEEDED"),
        "{status} {told}"
    );
    assert_ne!(code, "INTERNAL", "{told}");
    (status, told)
}

/// A request with headers of which those that HTTP does not allow are left out.
fn request(method: &str, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Request<Body> {
    let (_, _, token) = world();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            request = request.header(name.as_str(), value);
        }
    }
    request.body(Body::from(body)).expect("a request")
}

fn post(body: Vec<u8>) -> Request<Body> {
    let json = ("content-type".to_owned(), "application/json".to_owned());
    request("POST", "/graphql", &[json], body)
}

fn asked(document: &str, variables: &Value) -> (u16, Value) {
    answered(post(
        json!({ "query": document, "variables": variables })
            .to_string()
            .into_bytes(),
    ))
}

/// Headers that routes read, with values that are nearly right.
fn header() -> impl Strategy<Value = (String, String)> {
    let name = select(vec![
        "accept",
        "content-type",
        "content-length",
        "content-encoding",
        "range",
        "if-range",
        "idempotency-key",
        "origin",
        "x-requested-with",
        "graphql-require-preflight",
        "tus-resumable",
        "upload-offset",
        "upload-length",
        "upload-metadata",
        "upload-checksum",
        "upload-defer-length",
        "last-event-id",
        "sec-fetch-site",
    ]);
    let value = prop_oneof![
        "(application/json|\\*/\\*|text/event-stream|application/graphql-response\\+json)(;q=[0-9.]{0,5}|; *charset=[a-z0-9\"-]{0,9})?(, ?[a-z*/;=.]{0,20}){0,4}",
        "bytes=[0-9]{0,21}-[0-9]{0,21}(,[0-9-]{0,9})?",
        "multipart/form-data; ?boundary=[!-~]{0,80}",
        "[0-9]{1,25}|-?[0-9]{1,3}|1\\.0\\.0",
        "(sha1|sha256|md5) [A-Za-z0-9+/=]{0,50}|([a-z]{0,9} [A-Za-z0-9+/=]{0,20},?){0,6}",
        "[ -~]{0,60}",
        any::<String>(),
    ];
    (name.prop_map(str::to_owned), value)
}

/// Bodies of the kinds that `/graphql` takes, whole and in pieces.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "--x\r\n",
        "--x--\r\n",
        "--x",
        "\r\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"operations\"\r\n\r\n",
        "Content-Disposition: form-data; name=\"map\"\r\n\r\n",
        "Content-Disposition: form-data; name=\"0\"; filename=\"a.pdf\"\r\n\r\n",
        "{\"query\":\"mutation($f: Upload!){uploadEvidenceFile(input:{file:$f}){id}}\",\"variables\":{\"f\":null}}",
        "{\"0\":[\"variables.f\"]}",
        "{\"0\":[\"variables.f.0.g\"]}",
        "{\"query\":\"{viewer{name}}\"}",
        "{\"query\":",
        "[",
        "]",
        "{",
        "}",
        ",",
        "null",
        "1e400",
        "\"\\ud800\"",
        "\"variables\":",
        "%PDF-1.4\n",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #[test]
    fn every_request_gets_an_answer_that_is_no_fault_of_the_service(
        method in select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]),
        path in prop_oneof![
            select(vec!["/graphql", "/graphql/stream", "/graphql/ws", "/evidence/files/fil_0", "/evidence/uploads/a", "/schema.graphql"]).prop_map(str::to_owned),
            "/graphql\\?(query|variables|extensions|operationName)=[%A-F0-9a-z{}+&=]{0,40}".prop_filter("a URI", |path| path.parse::<Uri>().is_ok()),
            "/evidence/(files|uploads)/[%A-Fa-z0-9_.-]{0,60}",
        ],
        headers in prop::collection::vec(header(), 0..5),
        body in body(),
    ) {
        if let Ok(uri) = path.parse::<Uri>() {
            answered(request(method, &uri.to_string(), &headers, body));
        }
    }

    #[test]
    fn every_multipart_body_is_read_to_an_answer(body in body(), edge in "x|[!-~]{1,70}") {
        let headers = [
            ("content-type".to_owned(), format!("multipart/form-data; boundary={edge}")),
            ("graphql-require-preflight".to_owned(), "1".to_owned()),
        ];
        let (status, _) = answered(request("POST", "/graphql", &headers, body));
        prop_assert_ne!(status, 403, "it is read");
    }

    #[test]
    fn every_json_body_is_read_to_an_answer(body in body()) {
        answered(post(body));
    }

    #[test]
    fn no_id_is_more_than_not_found(id in "[a-z]{3}_[0-9a-f]{32}|[a-z]{0,3}_?[0-9a-f-]{0,40}|.{0,50}") {
        if let Some((prefix, uuid)) = key::parse(&id) {
            let read = format!("{prefix}_{}", uuid.simple());
            prop_assert_eq!(key::parse(&read), Some((prefix, uuid)));
        }
        let (_, told) = asked("query($id: ID!) { node(id: $id) { id } }", &json!({ "id": id }));
        prop_assert_eq!(&told["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    /// Cursors are not signed: whoever makes one up is refused, or reads on in what is theirs anyway.
    #[test]
    fn no_cursor_is_a_fault(
        by in select(vec!["due_on", "-due_on", "name", "created_at", "position", "starts_at", "id", "title", ""]),
        value in prop_oneof![
            "[+-]?[0-9]{1,6}-[0-9]{2}-[0-9]{2}".prop_map(|date| json!({ "Date": date })),
            "[+-]?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T00:00:00Z".prop_map(|time| json!({ "Time": time })),
            any::<String>().prop_map(|text| json!({ "Text": text })),
            any::<i64>().prop_map(|number| json!({ "Int": number })),
            Just(json!(null)),
        ],
        id in select(vec!["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "nothing"]),
        raw in prop::option::of(".{0,40}"),
    ) {
        let made_up = URL_SAFE_NO_PAD.encode(json!({ "by": by, "value": value, "id": id }).to_string());
        let after = raw.unwrap_or(made_up);
        for list in ["actionItems", "forums", "meetings", "events", "people", "organisations", "evidence"] {
            let document = format!("query($after: String) {{ {list}(first: 1, after: $after) {{ nodes {{ __typename }} }} }}");
            asked(&document, &json!({ "after": after }));
        }
    }

    #[test]
    fn no_search_is_a_fault(text in any::<String>(), times in 1_usize..2000) {
        let document = "query($text: String) { organisations(filter: { nameContains: $text }) { totalCount } }";
        let (status, _) = asked(document, &json!({ "text": text.repeat(times).chars().take(100_000).collect::<String>() }));
        prop_assert_eq!(status, 200);
    }

    #[test]
    fn a_range_lies_inside_the_file(header in "bytes ?= ?[0-9]{0,21} ?- ?[0-9]{0,21}|.{0,40}", size: u64) {
        let selection = Selection::of(Some(&header), size);
        if let Selection::Part(part) = &selection {
            prop_assert!(part.start < part.end && part.end <= size);
        }
        let told = selection.content_range(size);
        prop_assert_eq!(told.is_none(), matches!(selection, Selection::Whole));
    }
}
