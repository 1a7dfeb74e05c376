//! The log: one line a request, and what happened on the way, for people or for machines.
//!
//! What is never logged: headers, bodies, query strings and concrete paths, for each may carry a
//! credential. A request is known by its method, the route it matched and its id, which the caller
//! may choose (`x-request-id`) and always gets back.

use std::{
    io::{self, IsTerminal},
    panic,
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware,
    response::Response,
};
use http::HeaderMap;
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Span, field::Empty};
use tracing_subscriber::{
    EnvFilter, Layer, fmt, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    config::{Format, Log},
    server::PROBES,
};

const REQUEST_ID: &str = "x-request-id";

/// Sends the log to standard error from now on, panics included.
///
/// # Errors
/// When the filter is not valid, or a log has been started before.
pub fn start(settings: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.filter).context("setting `log.filter`")?;
    tracing_subscriber::registry()
        .with(filter)
        .with(lines(settings.format, io::stderr))
        .try_init()?;
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "panic: {}", panic_text(info.payload()));
    }));
    Ok(())
}

type Lines<S> = Box<dyn Layer<S> + Send + Sync>;

fn lines<S, W>(format: Format, writer: W) -> Lines<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(writer);
    match format {
        Format::Pretty => layer.with_ansi(io::stderr().is_terminal()).boxed(),
        Format::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

/// What a panic says, for the log alone.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Gives every request its id and its line in the log.
pub fn traced(routes: Router) -> Router {
    routes
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(finished)
                .on_body_chunk(())
                .on_eos(())
                .on_failure(()),
        )
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(drop_unfit_request_id))
}

/// The span of a request; probes come every few seconds and have none.
fn span(request: &Request) -> Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str);
    if PROBES.contains(&route) {
        return Span::none();
    }
    tracing::info_span!(
        "request",
        method = %request.method(),
        route,
        request_id = request_id(request.headers()),
        status = Empty,
        latency_ms = Empty,
    )
}

fn finished(response: &Response, latency: Duration, span: &Span) {
    if span.is_none() {
        return;
    }
    let status = response.status();
    span.record("status", status.as_u16());
    span.record(
        "latency_ms",
        u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
    );
    if status.is_server_error() {
        tracing::warn!("failed");
    } else {
        tracing::info!("answered");
    }
}

fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(REQUEST_ID)?.to_str().ok()
}

/// A caller's id is for looking up in logs: what is not shaped like an id is replaced by one.
async fn drop_unfit_request_id(mut request: Request) -> Request {
    if !request_id(request.headers()).is_some_and(is_fit) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

fn is_fit(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{body::Body, routing::get};
    use http::StatusCode;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a whole lock").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Captured {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("a whole lock").clone()).expect("text")
        }
    }

    /// Answers one request, and gives the answer with the log it made.
    async fn log_of(request: Request) -> (Response, String) {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber =
            tracing_subscriber::registry().with(lines(Format::Json, move || writer.clone()));
        let _logging = tracing::subscriber::set_default(subscriber);
        let routes = Router::new()
            .route("/evidence/{key}", get(StatusCode::NO_CONTENT))
            .route("/broken", get(StatusCode::BAD_GATEWAY))
            .route("/healthz", get("ok"));
        let answer = traced(routes).oneshot(request).await.expect("an answer");
        (answer, captured.text())
    }

    fn request(path: &str) -> http::request::Builder {
        Request::get(path)
    }

    fn without_body(request: http::request::Builder) -> Request {
        request.body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn a_request_is_one_line_with_route_status_latency_and_id() {
        let asked = without_body(request("/evidence/7").header(REQUEST_ID, "caller-1.a"));
        let (answer, log) = log_of(asked).await;

        let line: Value = serde_json::from_str(log.trim()).expect("one line of JSON");
        assert_eq!(line["message"], "answered");
        assert_eq!(line["span"]["method"], "GET");
        assert_eq!(line["span"]["route"], "/evidence/{key}");
        assert_eq!(line["span"]["status"], 204);
        assert_eq!(line["span"]["request_id"], "caller-1.a");
        assert!(line["span"]["latency_ms"].is_u64());
        assert_eq!(answer.headers()[REQUEST_ID], "caller-1.a");
    }

    #[tokio::test]
    async fn nothing_secret_of_a_request_is_logged() {
        let asked = request("/evidence/s3cret-path?key=s3cret-query")
            .header("authorization", "Bearer s3cret-token")
            .header("cookie", "session=s3cret-cookie")
            .body(Body::from("s3cret-body"))
            .expect("a request");
        let (_, log) = log_of(asked).await;

        assert!(!log.is_empty());
        assert!(!log.contains("s3cret"), "{log}");
    }

    #[tokio::test]
    async fn an_id_that_is_missing_or_unfit_is_replaced() {
        for id in [None, Some("two words"), Some("x".repeat(65).as_str())] {
            let mut asked = without_body(request("/evidence/7"));
            if let Some(id) = id {
                let id = id.parse().expect("a header value");
                asked.headers_mut().insert(REQUEST_ID, id);
            }
            let (answer, log) = log_of(asked).await;

            let id = answer.headers()[REQUEST_ID].to_str().expect("text");
            assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
            assert!(log.contains(id));
        }
    }

    #[tokio::test]
    async fn failures_warn_and_probes_are_silent() {
        let (_, log) = log_of(without_body(request("/broken"))).await;
        assert!(log.contains(r#""level":"WARN""#), "{log}");

        let (_, log) = log_of(without_body(request("/healthz"))).await;
        assert_eq!(log, "");
    }
}
