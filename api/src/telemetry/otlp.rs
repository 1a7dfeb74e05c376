//! Traces, metrics and log by OTLP over HTTP, in batches, from threads of their own.

use std::time::Duration;

use anyhow::Result;
use opentelemetry::{KeyValue, global, trace::TracerProvider as _};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{
    LogExporter, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    metrics::{PeriodicReader, SdkMeterProvider},
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Level, Metadata};
use tracing_subscriber::{Layer, Registry, filter::FilterExt, filter::filter_fn};
use url::Url;

use super::{TRACE, log::filter, version};
use crate::config::{Log, Telemetry};

/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// What carries out telemetry's requests: telling of them would go on for ever.
const OWN: [&str; 5] = ["opentelemetry", "reqwest", "hyper", "h2", "rustls"];

/// What sends to the collector.
pub(super) struct Exporters {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    log: SdkLoggerProvider,
}

impl Exporters {
    /// What sends to the collector that the settings name, if they name one.
    pub(super) fn new(settings: &Telemetry) -> Result<Option<Self>> {
        let Some(endpoint) = &settings.endpoint else {
            return Ok(None);
        };
        // Another provider may have been chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resource = Resource::builder()
            .with_service_name("samsyn")
            .with_attributes([
                KeyValue::new("service.version", version()),
                KeyValue::new("service.instance.id", uuid::Uuid::new_v4().to_string()),
            ])
            .build();
        let spans = at(SpanExporter::builder().with_http(), endpoint, "traces").build()?;
        let metrics = at(MetricExporter::builder().with_http(), endpoint, "metrics").build()?;
        let log = at(LogExporter::builder().with_http(), endpoint, "logs").build()?;
        let exporters = Self {
            traces: SdkTracerProvider::builder()
                // By the trace's id, so that all services decide alike, and no caller decides for us.
                .with_sampler(Sampler::TraceIdRatioBased(settings.traces))
                .with_resource(resource.clone())
                .with_batch_exporter(spans)
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_resource(resource.clone())
                .with_reader(
                    PeriodicReader::builder(metrics)
                        .with_interval(settings.interval)
                        .build(),
                )
                .build(),
            log: SdkLoggerProvider::builder()
                .with_resource(resource)
                .with_batch_exporter(log)
                .build(),
        };
        global::set_text_map_propagator(TraceContextPropagator::new());
        global::set_meter_provider(exporters.metrics.clone());
        Ok(Some(exporters))
    }

    /// Takes the spans of [`TRACE`] and those of the database.
    pub(super) fn traces(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        tracing_opentelemetry::layer()
            .with_tracer(self.traces.tracer("samsyn"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_traced))
            .boxed()
    }

    /// Takes the lines of the log.
    pub(super) fn log(&self, settings: &Log) -> Result<Box<dyn Layer<Registry> + Send + Sync>> {
        let lines = filter_fn(|about| about.is_event() && !is_own(about));
        Ok(OpenTelemetryTracingBridge::new(&self.log)
            .with_filter(lines.and(filter(settings)?))
            .boxed())
    }

    /// Sends what has not been sent yet.
    pub(super) fn stop(self) {
        // What the collector does not take now is lost.
        let _ = self.traces.shutdown();
        let _ = self.metrics.shutdown();
        let _ = self.log.shutdown();
    }
}

fn at<B: WithExportConfig + WithHttpConfig>(builder: B, endpoint: &Url, signal: &str) -> B {
    let endpoint = endpoint.as_str().trim_end_matches('/');
    builder
        .with_endpoint(format!("{endpoint}/v1/{signal}"))
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(PATIENCE)
}

/// Of the database, those that tell a statement without its values; finer ones tell all that they are given.
fn is_traced(about: &Metadata<'_>) -> bool {
    let of_database = about.name().starts_with("sea_orm.") && *about.level() == Level::INFO;
    about.is_span() && (about.target() == TRACE || of_database)
}

fn is_own(about: &Metadata<'_>) -> bool {
    let root = about.target().split("::").next().unwrap_or_default();
    OWN.iter().any(|own| root.starts_with(own))
}
