//! What the specification of GraphQL over HTTP and our own limits promise, over the router.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{
    Request,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
    request::Builder,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::graphql::{limits::Limits, testing};

const GRAPHQL: &str = "application/graphql-response+json";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        let code = &self.body["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or("no code")
    }
}

async fn sent_within(limits: Limits, request: Request<Body>) -> Answer {
    let router = routes(testing::service(limits));
    let response = router.oneshot(request).await.expect("the router answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

async fn sent(request: Builder, body: impl Into<Body>) -> Answer {
    sent_within(
        Limits::default(),
        request.body(body.into()).expect("a request"),
    )
    .await
}

fn post() -> Builder {
    Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header("accept", GRAPHQL)
}

async fn asked(query: &str) -> Answer {
    sent(post(), json!({ "query": query }).to_string()).await
}

fn get(parameters: &[(&str, &str)]) -> Builder {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    Request::get(format!("/graphql?{}", query.finish())).header("accept", GRAPHQL)
}

#[tokio::test]
async fn executes_queries_and_mutations() {
    let answer = asked("{ caller }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["data"], json!({ "caller": null }));
    assert_eq!(
        answer.headers[CONTENT_TYPE],
        "application/graphql-response+json; charset=utf-8"
    );
    assert_eq!(answer.headers[VARY], "Accept");
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");

    let body = json!({
        "query": "query A { caller } mutation B($by: Int!) { change(by: $by) }",
        "operationName": "B",
        "variables": { "by": 3 },
    });
    let answer = sent(post(), body.to_string()).await;
    assert_eq!(answer.body["data"], json!({ "change": 3 }));
}

#[tokio::test]
async fn admits_by_token() {
    for (authorization, status) in [
        ("Bearer good", StatusCode::OK),
        ("Bearer bad", StatusCode::UNAUTHORIZED),
        ("Basic good", StatusCode::UNAUTHORIZED),
        ("Bearer barred", StatusCode::FORBIDDEN),
    ] {
        let answer = sent(
            post().header("authorization", authorization),
            json!({ "query": "{ caller }" }).to_string(),
        )
        .await;
        assert_eq!(answer.status, status, "{authorization}");
        if status == StatusCode::OK {
            assert_eq!(answer.body["data"]["caller"], "good");
        } else {
            assert!(answer.body.get("data").is_none());
        }
        let challenged = answer.headers.contains_key(WWW_AUTHENTICATE);
        assert_eq!(challenged, status == StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn get_is_for_queries_only() {
    let answer = sent(
        get(&[
            ("query", "query($i: ID!) { item(id: $i) }"),
            ("variables", r#"{"i": "7"}"#),
        ]),
        "",
    )
    .await;
    assert_eq!(answer.body["data"], json!({ "item": 7 }));

    let both = "query A { caller } mutation B { change(by: 1) }";
    let answer = sent(get(&[("query", both), ("operationName", "A")]), "").await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = sent(get(&[("query", both), ("operationName", "B")]), "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers[ALLOW], "POST");
    assert!(answer.body.get("data").is_none());

    for parameters in [
        &[("query", "{ caller }"), ("variables", "{")][..],
        &[("query", "{ caller }"), ("variables", "[]")],
        &[("query", "{ caller }"), ("query", "{ caller }")],
        &[("operationName", "A")],
    ] {
        let answer = sent(get(parameters), "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parameters:?}");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let answer = sent(Request::put("/graphql"), "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers[ALLOW], "GET, HEAD, POST");
    assert_eq!(answer.code(), "INVALID_INPUT");
}

#[tokio::test]
async fn bodies_are_json_of_bounded_size() {
    let body = || json!({ "query": "{ caller }" }).to_string();
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "nonsense",
    ] {
        let request = Request::post("/graphql").header(CONTENT_TYPE, media);
        let answer = sent(request, body()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media}");
        assert_eq!(answer.code(), "INVALID_INPUT");
    }
    let answer = sent(Request::post("/graphql"), body()).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let utf8 =
        Request::post("/graphql").header(CONTENT_TYPE, "Application/JSON; charset=\"UTF-8\"");
    assert_eq!(sent(utf8, body()).await.status, StatusCode::OK);

    let answer = sent(post(), " ".repeat((1 << 20) + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.code(), "LIMIT_EXCEEDED");

    let deep = format!(
        "{{\"query\": \"{{a}}\", \"variables\": {}",
        "[".repeat(1000)
    );
    for body in [
        "",
        "{",
        "[]",
        "[{\"query\": \"{ caller }\"}]",
        "\"{ caller }\"",
        "{\"query\": 1}",
        &deep,
    ] {
        let answer = sent(post(), body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.code(), "INVALID_INPUT");
    }
}

#[tokio::test]
async fn answers_in_a_media_type_that_is_accepted() {
    let request = |accept: &str| {
        Request::post("/graphql")
            .header(CONTENT_TYPE, "application/json")
            .header("accept", accept)
    };
    let answer = sent(
        request("text/html"),
        json!({ "query": "{ caller }" }).to_string(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    let wrong = json!({ "query": "{ nothing }" }).to_string();
    let answer = sent(request("*/*"), wrong.clone()).await;
    assert_eq!(
        answer.headers[CONTENT_TYPE],
        "application/json; charset=utf-8"
    );
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.get("data").is_none());
    assert_eq!(
        sent(request(GRAPHQL), wrong).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn request_errors_have_a_code_and_no_data() {
    let doubling: String = (0..30)
        .map(|i| format!("fragment F{i} on Query{{...F{j} ...F{j}}}", j = i + 1))
        .collect();
    for (query, code) in [
        ("{ caller", "GRAPHQL_PARSE_FAILED"),
        ("{ caller(: }", "GRAPHQL_PARSE_FAILED"),
        ("{}", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($ids: [Unknown!] = [1]) { panics(ids: $ids) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query A { caller } query B { caller }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { count(to: 1) }", "GRAPHQL_VALIDATION_FAILED"),
        (&"[".repeat(4096), "LIMIT_EXCEEDED"),
        (
            &format!("{{ caller(a: {}", "[".repeat(4096)),
            "LIMIT_EXCEEDED",
        ),
        (
            &format!("{{ ...F0 }} {doubling} fragment F30 on Query {{ caller }}"),
            "LIMIT_EXCEEDED",
        ),
    ] {
        let answer = asked(query).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.code(), code, "{query}");
        assert!(answer.body.get("data").is_none(), "{query}");
    }
    let deep = (0..20).fold(json!(1), |inner, _| json!([inner]));
    let body = json!({ "query": "{ caller }", "variables": { "deep": deep } });
    assert_eq!(
        sent(post(), body.to_string()).await.code(),
        "LIMIT_EXCEEDED"
    );
}

#[tokio::test]
async fn errors_of_execution_stand_beside_the_data() {
    let answer = asked("{ caller item(id: \"x\") }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.code(), "NOT_FOUND");
    assert_eq!(answer.body["data"], json!({ "caller": null, "item": null }));

    let answer = asked("{ broken }").await;
    assert_eq!(answer.code(), "INTERNAL");
    assert!(answer.body["errors"][0]["extensions"]["reference"].is_string());
    assert!(!answer.body.to_string().contains("secret"));
}

#[tokio::test]
async fn a_panic_ends_one_request_only() {
    let answer = asked("{ panics }").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.code(), "INTERNAL");
}

#[tokio::test]
async fn requests_end_in_time() {
    let limits = || Limits {
        time: Duration::from_millis(20),
        ..Limits::default()
    };
    let slow = Body::from(json!({ "query": "{ slow }" }).to_string());
    let stuck = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    for body in [slow, stuck] {
        let answer = sent_within(limits(), post().body(body).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.code(), "LIMIT_EXCEEDED");
    }
}

#[tokio::test]
async fn the_introspection_of_common_tools_passes() {
    let answer = asked(include_str!("introspection.graphql")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.get("errors").is_none(), "{}", answer.body);
    assert_eq!(
        answer.body["data"]["__schema"]["queryType"]["name"],
        "Query"
    );
}

#[tokio::test]
async fn so_many_requests_are_under_way_at_a_time_and_no_more() {
    let limits = Limits {
        concurrent_requests: 1,
        ..Limits::default()
    };
    let router = routes(testing::service(limits));
    let send = |query: &str| {
        let body = Body::from(json!({ "query": query }).to_string());
        router
            .clone()
            .oneshot(post().body(body).expect("a request"))
    };
    // Polled once, it is executing; it ends when it is dropped.
    let mut slow = Box::pin(send("{ slow }"));
    assert!(futures::poll!(&mut slow).is_pending());
    let refused = send("{ caller }").await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[RETRY_AFTER], "1");
    let body = to_bytes(refused.into_body(), usize::MAX).await;
    let body: Value = serde_json::from_slice(&body.expect("a body")).expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    drop(slow);
    let served = send("{ caller }").await.expect("an answer");
    assert_eq!(served.status(), StatusCode::OK);
}
