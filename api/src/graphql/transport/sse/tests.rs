//! What the protocol `graphql-sse` and our own limits promise.

use axum::{Router, body::Body, body::BodyDataStream};
use http::{HeaderMap, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::graphql::{
    limits::Limits,
    testing,
    transport::{Streams, http::routes},
};

const LONG: Duration = Duration::from_secs(30);

fn served(limits: Limits) -> (Router, Streams) {
    let streams = Streams::new(&limits);
    let service = testing::service(limits).keeping(streams.clone());
    (routes(service), streams)
}

fn post(query: &str) -> Request {
    let body = json!({ "query": query }).to_string();
    Request::post("/graphql/stream")
        .header("accept", "text/event-stream")
        .header("content-type", "application/json")
        .header("authorization", "Bearer good")
        .body(body.into())
        .expect("a request")
}

fn changed(mut request: Request, name: &'static str, value: &str) -> Request {
    let value = value.parse().expect("a header value");
    request.headers_mut().insert(name, value);
    request
}

/// An answer whose body is read event by event.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: BodyDataStream,
    come: String,
}

impl Answer {
    async fn to(router: &Router, request: Request) -> Self {
        let response = router.clone().oneshot(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.into_data_stream(),
            come: String::new(),
        }
    }

    /// The next event and its data; nothing when the stream ends.
    async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            let Some((block, rest)) = self.come.split_once("\n\n") else {
                let more = timeout(LONG, self.body.next()).await.expect("no hang")?;
                let more = more.expect("it does not break off");
                self.come += std::str::from_utf8(&more).expect("UTF-8");
                continue;
            };
            let field = |name: &str| {
                let mut lines = block.lines();
                let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                line.map(|value| value.trim_start().to_owned())
            };
            let found = field("event").zip(field("data"));
            self.come = rest.to_owned();
            if let Some((event, data)) = found {
                return Some((event, serde_json::from_str(&data).unwrap_or_default()));
            }
        }
    }

    async fn events(&mut self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        while let Some(event) = self.event().await {
            all.push(event);
        }
        all
    }

    async fn code(self) -> Value {
        let body = axum::body::to_bytes(Body::from_stream(self.body), 1 << 20).await;
        let body: Value = serde_json::from_slice(&body.expect("a body")).expect("JSON");
        assert!(body.get("data").is_none(), "{body}");
        body["errors"][0]["extensions"]["code"].clone()
    }
}

fn next(data: Value) -> (String, Value) {
    ("next".to_owned(), data)
}

fn complete() -> (String, Value) {
    ("complete".to_owned(), Value::Null)
}

/// What was answered, without what it cost.
fn told(mut events: Vec<(String, Value)>) -> Vec<(String, Value)> {
    for (_, data) in &mut events {
        if let Some(data) = data.as_object_mut() {
            data.remove("extensions");
        }
    }
    events
}

#[tokio::test]
async fn every_kind_of_operation_is_served() {
    let (router, _) = served(Limits::default());
    for (query, results) in [
        ("{ caller }", vec![json!({ "caller": "good" })]),
        ("mutation { change(by: 2) }", vec![json!({ "change": 2 })]),
        (
            "subscription { count(to: 2) }",
            vec![json!({ "count": 1 }), json!({ "count": 2 })],
        ),
    ] {
        let mut answer = Answer::to(&router, post(query)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers["x-accel-buffering"], "no");
        let results = results
            .into_iter()
            .map(|data| next(json!({ "data": data })));
        let expected: Vec<_> = results.chain([complete()]).collect();
        assert_eq!(told(answer.events().await), expected, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_go_on_ends_without_complete_so_that_clients_resume_it() {
    let (router, _) = served(Limits::default());
    let mut answer = Answer::to(&router, post("subscription { interrupted }")).await;
    let events = answer.events().await;
    let [(_, first), (name, last)] = &events[..] else {
        panic!("{events:#?}");
    };
    assert_eq!(first["data"], json!({ "interrupted": 1 }));
    assert_eq!(name, "next");
    assert_eq!(last["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(last.get("data").is_none(), "{last}");

    let mut answer = Answer::to(&router, post("subscription { veiled }")).await;
    let events = answer.events().await;
    assert_eq!(
        events.len(),
        4,
        "what is not for the caller does not end it"
    );
    assert_eq!(events[2].1["data"], json!({ "veiled": 3 }));
    assert_eq!(events[3], complete());
}

#[tokio::test]
async fn a_query_may_come_in_the_url() {
    let (router, _) = served(Limits::default());
    let get = |query: &str| {
        Request::get(format!("/graphql/stream?query={query}"))
            .header("accept", "text/event-stream")
            .body(Body::empty())
            .expect("a request")
    };
    let subscription = get("subscription%7Bcount(to:1)%7D");
    let mut answer = Answer::to(&router, subscription).await;
    let expected = [next(json!({ "data": { "count": 1 } })), complete()];
    assert_eq!(told(answer.events().await), expected);

    let answer = Answer::to(&router, get("mutation%7Bchange(by:1)%7D")).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn what_is_wrong_with_the_document_is_told_in_the_stream() {
    let (router, _) = served(Limits::default());
    for (query, code) in [
        (&*"[".repeat(4096), "LIMIT_EXCEEDED"),
        ("{ caller", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ panics }", "INTERNAL"),
        ("subscription { panics }", "INTERNAL"),
    ] {
        let mut answer = Answer::to(&router, post(query)).await;
        assert_eq!(answer.status, 200, "{query}");
        let events = answer.events().await;
        let [(event, data), (end, _)] = &events[..] else {
            panic!("{query}: {events:?}");
        };
        assert_eq!((event.as_str(), end.as_str()), ("next", "complete"));
        assert_eq!(data["errors"][0]["extensions"]["code"], code, "{query}");
        assert!(data.get("data").is_none(), "{query}");
    }
}

#[tokio::test]
async fn errors_of_execution_are_told_as_over_http() {
    let (router, _) = served(Limits::default());
    let mut answer = Answer::to(&router, post("subscription { refused }")).await;
    let (_, data) = answer.event().await.expect("an event");
    assert_eq!(data["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(answer.event().await, Some(complete()));
}

#[tokio::test]
async fn requests_are_refused_with_a_status() {
    let (router, _) = served(Limits {
        body_bytes: 1000,
        ..Limits::default()
    });
    let query = || post("{ caller }");
    let broken = Request::post("/graphql/stream")
        .header("content-type", "application/json")
        .body(Body::from("{"));
    let large = "a".repeat(1001);
    for (request, status) in [
        (changed(query(), "accept", "application/json"), 406),
        (changed(query(), "content-type", "text/plain"), 415),
        (changed(query(), "authorization", "Bearer bad"), 401),
        (changed(query(), "authorization", "good"), 401),
        (changed(query(), "authorization", "Bearer barred"), 403),
        (broken.expect("a request"), 400),
        (post(&large), 413),
    ] {
        let answer = Answer::to(&router, request).await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/json; charset=utf-8"
        );
        let challenged = answer.headers.contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, status == 401);
        assert!(answer.code().await.is_string());
    }
    for method in [Method::PUT, Method::DELETE, Method::HEAD] {
        let mut request = query();
        *request.method_mut() = method.clone();
        let answer = Answer::to(&router, request).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.headers[header::ALLOW], "GET, POST");
    }
}

#[tokio::test]
async fn a_key_that_would_have_no_effect_is_refused() {
    let (router, _) = served(Limits::default());
    let request = changed(post("mutation { change(by: 1) }"), "idempotency-key", "a");
    let answer = Answer::to(&router, request).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.code().await, "INVALID_INPUT");
}

#[tokio::test]
async fn an_organisation_has_its_share_and_gets_it_back() {
    let (router, _) = served(Limits {
        subscriptions_per_organisation: 1,
        ..Limits::default()
    });
    let silence = || post("subscription { silence }");
    let mut first = Answer::to(&router, silence()).await;
    assert!(first.event().await.is_some());
    let second = Answer::to(&router, silence()).await;
    assert_eq!(second.status, 429);
    assert_eq!(second.code().await, "LIMIT_EXCEEDED");
    drop(first);
    comes_in(&router).await;
}

/// Comes to be let in, which takes as long as it takes that somebody's leaving is noticed.
async fn comes_in(router: &Router) {
    let let_in = async {
        while Answer::to(router, post("subscription { silence }"))
            .await
            .status
            != 200
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, let_in).await.expect("a place");
}

#[tokio::test]
async fn who_reads_nothing_gives_its_place_back() {
    let (router, _) = served(Limits {
        subscriptions_per_organisation: 1,
        send_time: Duration::from_millis(50),
        ..Limits::default()
    });
    let deaf = Answer::to(&router, post("subscription { count(to: 1000) }")).await;
    assert_eq!(deaf.status, 200);
    assert_eq!(
        Answer::to(&router, post("subscription { silence }"))
            .await
            .status,
        429
    );
    comes_in(&router).await;

    let told = deaf.body.count().await;
    assert!(told < 10, "it was broken off, after {told} pieces");
}

#[tokio::test]
async fn who_reads_nothing_does_not_hold_up_a_stop() {
    let (router, streams) = served(Limits::default());
    let _deaf = Answer::to(&router, post("subscription { flood }")).await;
    streams.stop();
    timeout(LONG, streams.ended()).await.expect("an end");
}

#[tokio::test]
async fn a_stop_breaks_streams_off() {
    let (router, streams) = served(Limits::default());
    let mut answer = Answer::to(&router, post("subscription { silence }")).await;
    assert!(answer.event().await.is_some());
    streams.stop();
    assert_eq!(
        answer.event().await,
        None,
        "without saying that it is complete"
    );
}
