//! A request: its id and its line in the log, its span in a trace, its place among the figures.
//!
//! A request is known by its method, the route it matched and its id, which the caller may choose
//! (`x-request-id`) and always gets back. A trace that a caller began (`traceparent`, W3C Trace Context) goes
//! on; the answer says in `traceresponse` which trace it belongs to, and where that is named we name
//! our own in turn ([`carrier`]).

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    global,
    propagation::{Extractor, Injector},
    trace::TraceContextExt,
};
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Instrument, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{TRACE, meters::METERS};
use crate::server::PROBES;

const REQUEST_ID: &str = "x-request-id";
const TRACE_RESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Gives every request its id and its line in the log.
pub(crate) fn traced(routes: Router) -> Router {
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
        // Around the line of the log, which so belongs to the trace.
        .layer(middleware::from_fn(observed))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(drop_unfit_request_id))
}

fn route(request: &Request) -> &str {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
}

/// The span of a request in the log; probes come every few seconds and have none.
fn span(request: &Request) -> Span {
    let route = route(request);
    if PROBES.contains(&route) {
        return Span::none();
    }
    // Of the highest level, so that what a log of errors alone tells belongs to a request, too.
    tracing::error_span!(
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

/// Measures a request, and makes it a span of its trace.
async fn observed(request: Request, next: Next) -> Response {
    let route = route(&request).to_owned();
    if PROBES.contains(&&*route) {
        return next.run(request).await;
    }
    let method = method(&request);
    let (begun, _under_way) = (Instant::now(), METERS.request_begins());
    let span = tracing::info_span!(
        target: TRACE,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        samsyn.request.id = request_id(request.headers()),
    );
    if !span.is_disabled() {
        let begun_by_caller = global::get_text_map_propagator(|propagator| {
            propagator.extract(&Incoming(request.headers()))
        });
        // It fails when there is no such layer, and then there is no trace to go on with.
        let _ = span.set_parent(begun_by_caller);
    }
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if let Some(trace) = trace_of(&span) {
        response.headers_mut().insert(TRACE_RESPONSE, trace);
    }
    METERS.request(method, &route, status.as_u16(), begun.elapsed());
    response
}

/// A method that HTTP knows; others could be made up without end.
fn method(request: &Request) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let given = request.method().as_str();
    KNOWN
        .into_iter()
        .find(|known| *known == given)
        .unwrap_or("_OTHER")
}

/// The trace that a span belongs to, as `traceresponse` says it.
fn trace_of(span: &Span) -> Option<HeaderValue> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then(|| {
        let (trace, span) = (context.trace_id(), context.span_id());
        let flags = context.trace_flags().to_u8();
        HeaderValue::from_str(&format!("00-{trace}-{span}-{flags:02x}")).ok()
    })?
}

/// The headers by which a request of ours says which trace it belongs to; none when nobody traces.
pub(crate) fn carrier() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let span = Span::current();
    if !span.is_disabled() {
        global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&span.context(), &mut Outgoing(&mut headers));
        });
    }
    headers
}

struct Incoming<'h>(&'h HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Outgoing<'h>(&'h mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
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
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use axum::{body::Body, routing::get};
    use http::StatusCode;
    use serde_json::Value;
    use tower::ServiceExt;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::{config::Format, telemetry::log::lines};

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
