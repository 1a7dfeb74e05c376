//! A bad road to the service: what happens to integrations sooner or later happens here at once.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use http::{StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};

/// How much of the first stream of events comes through.
const BYTES: usize = 4 << 10;

/// What went wrong on the way, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The first request of all was answered 429.
    TooMany,
    /// The answer to `createSubmission` was lost after it was carried out.
    AnswerLost,
    /// `submitSubmission` was sent on a version that somebody else had changed.
    Outdated,
    /// The first stream broke off.
    StreamBroken,
    /// Another stream was asked for, after this position.
    Resumed(i64),
}

/// Between a program and the demo.
#[derive(Clone)]
pub struct Road {
    to: String,
    http: reqwest::Client,
    mishaps: Arc<Mutex<Vec<Mishap>>>,
}

impl Road {
    /// A road to the GraphQL URL of the demo, and its own URL.
    pub async fn to(graphql: &str) -> (Self, String) {
        let to = graphql
            .strip_suffix("/graphql")
            .expect("its path")
            .to_owned();
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let road = Self {
            to,
            http,
            mishaps: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("its address");
        let app = Router::new().fallback(pass).with_state(road.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (road, format!("http://{address}/graphql"))
    }

    pub fn mishaps(&self) -> Vec<Mishap> {
        self.mishaps.lock().expect("nobody panicked").clone()
    }

    /// Whether this has not happened yet; from now on it has.
    fn first(&self, mishap: Mishap) -> bool {
        let mut mishaps = self.mishaps.lock().expect("nobody panicked");
        let first = !mishaps.contains(&mishap);
        if first {
            mishaps.push(mishap);
        }
        first
    }
}

async fn pass(State(road): State<Road>, request: Request) -> Response {
    if road.first(Mishap::TooMany) {
        let error = json!({ "message": "Come back.", "extensions": { "code": "RATE_LIMITED" } });
        let body = Json(json!({ "errors": [error] }));
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")], body).into_response();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20)
        .await
        .expect("the request comes whole");
    let mut sent: Value = serde_json::from_slice(&body).expect("a request is JSON");
    let means = |operation: &str| match sent["operationName"].as_str() {
        Some(name) => name.eq_ignore_ascii_case(operation),
        None => sent["query"]
            .as_str()
            .is_some_and(|query| query.contains(operation)),
    };
    let (creates, submits) = (means("createSubmission"), means("submitSubmission"));
    if submits && road.first(Mishap::Outdated) {
        let version = sent["variables"]["version"].as_i64().expect("a version");
        sent["variables"]["version"] = json!(version - 1);
    }

    let path = parts.uri.path();
    let mut headers = parts.headers;
    headers.remove(http::header::CONTENT_LENGTH);
    headers.remove(http::header::HOST);
    let request = road
        .http
        .post(format!("{}{path}", road.to))
        .headers(headers);
    let answer = request
        .body(sent.to_string())
        .send()
        .await
        .expect("the demo answers");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();

    let pieces = answer
        .bytes_stream()
        .map(|piece| piece.map_err(std::io::Error::other));
    let broken = || stream::iter([Err::<Bytes, _>(std::io::Error::other("the road ends here"))]);
    let body = if path.ends_with("/stream") {
        if road.first(Mishap::StreamBroken) {
            let mut come = 0;
            let begun = pieces.take_while(move |piece| {
                let goes_on = come < BYTES;
                come += piece.as_ref().map_or(0, Bytes::len);
                std::future::ready(goes_on)
            });
            Body::from_stream(begun.chain(broken()))
        } else {
            let after = sent["variables"]["after"].as_i64().expect("a position");
            road.first(Mishap::Resumed(after));
            Body::from_stream(pieces)
        }
    } else if creates && road.first(Mishap::AnswerLost) {
        // It was carried out; nobody gets to know.
        let _carried_out: Vec<_> = pieces.collect().await;
        Body::from_stream(broken())
    } else {
        Body::from_stream(pieces)
    };
    *response.body_mut() = body;
    response
}
