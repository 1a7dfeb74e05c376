//! A collector that takes OTLP by HTTP, and keeps what it is told.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
};
use prost::Message;

/// A collector at an address of its own.
pub struct Collector {
    pub endpoint: String,
    told: Arc<Mutex<Told>>,
}

/// What it has been told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub spans: Vec<Span>,
    pub log: Vec<Line>,
    pub metrics: Vec<String>,
    /// All of it, as it came.
    pub raw: Vec<Bytes>,
}

#[derive(Clone, Debug)]
pub struct Span {
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub name: String,
    attributes: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    /// The trace that it belongs to, if it does to one.
    pub trace: String,
}

impl Span {
    /// The value of an attribute.
    pub fn has(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        let (_, value) = found.unwrap_or_else(|| panic!("{} tells {name}: {self:#?}", self.name));
        value
    }
}

impl Collector {
    pub async fn start() -> Self {
        let told = Arc::<Mutex<Told>>::default();
        let routes = Router::new()
            .route("/v1/{signal}", post(take))
            .layer(DefaultBodyLimit::disable())
            .with_state(told.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { endpoint, told }
    }

    pub fn told(&self) -> Told {
        self.told.lock().expect("a whole lock").clone()
    }
}

async fn take(State(told): State<Arc<Mutex<Told>>>, Path(signal): Path<String>, body: Bytes) {
    let mut told = told.lock().expect("a whole lock");
    match &*signal {
        "traces" => {
            let sent = ExportTraceServiceRequest::decode(body.clone()).expect("spans");
            let spans = sent.resource_spans.into_iter().flat_map(|of| {
                let resource = of.resource.expect("whose they are");
                assert!(
                    resource
                        .attributes
                        .iter()
                        .any(|about| about.key == "service.version")
                );
                of.scope_spans
            });
            told.spans
                .extend(spans.flat_map(|scope| scope.spans).map(|span| Span {
                    trace: hex::encode(&span.trace_id),
                    id: hex::encode(&span.span_id),
                    parent: hex::encode(&span.parent_span_id),
                    name: span.name,
                    attributes: span.attributes.into_iter().map(attribute).collect(),
                }));
        }
        "metrics" => {
            let sent = ExportMetricsServiceRequest::decode(body.clone()).expect("metrics");
            let metrics = sent
                .resource_metrics
                .into_iter()
                .flat_map(|of| of.scope_metrics);
            let names = metrics
                .flat_map(|scope| scope.metrics)
                .map(|metric| metric.name);
            told.metrics.extend(names);
        }
        "logs" => {
            let sent = ExportLogsServiceRequest::decode(body.clone()).expect("lines");
            let lines = sent.resource_logs.into_iter().flat_map(|of| of.scope_logs);
            told.log
                .extend(lines.flat_map(|scope| scope.log_records).map(|line| Line {
                    trace: hex::encode(&line.trace_id),
                    text: line.body.map(text).unwrap_or_default(),
                }));
        }
        other => panic!("{other} is no signal"),
    }
    told.raw.push(body);
}

fn attribute(about: KeyValue) -> (String, String) {
    (about.key, about.value.map(text).unwrap_or_default())
}

fn text(value: AnyValue) -> String {
    match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(truth)) => truth.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}
