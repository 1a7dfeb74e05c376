//! What is measured. Names and units follow OpenTelemetry's conventions where they have any; `deploy/grafana` and
//! `deploy/prometheus` read them, and a test compares.

use std::{sync::LazyLock, time::Duration};

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge, Histogram, UpDownCounter},
};

/// How long requests take, in seconds: from a point read to a large upload.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// What operations cost, in points.
const POINTS: [f64; 9] = [1.0, 10.0, 50.0, 100.0, 500.0, 1e3, 5e3, 1e4, 1e5];

/// All there is. They do nothing until a collector is named, which is before the first is used.
pub(crate) static METERS: LazyLock<Meters> = LazyLock::new(Meters::new);

/// See [`METERS`].
pub(crate) struct Meters {
    request_duration: Histogram<f64>,
    active_requests: UpDownCounter<i64>,
    operation_cost: Histogram<u64>,
    refusals: Counter<u64>,
    connections: Gauge<u64>,
    most_connections: Gauge<u64>,
    unsealed: Gauge<u64>,
    unsealed_age: Gauge<f64>,
    upload_size: Counter<u64>,
    uploads: Counter<u64>,
    streams: UpDownCounter<i64>,
    bus_connected: Gauge<u64>,
}

impl Meters {
    fn new() -> Self {
        let meter = global::meter("samsyn");
        Self {
            request_duration: meter
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_description("How long requests took, until their answer began.")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            active_requests: meter
                .i64_up_down_counter("http.server.active_requests")
                .with_unit("{request}")
                .with_description("Requests that wait for their answer.")
                .build(),
            operation_cost: meter
                .u64_histogram("samsyn.operation.cost")
                .with_unit("{point}")
                .with_description("What the operations cost that were let in.")
                .with_boundaries(POINTS.to_vec())
                .build(),
            refusals: meter
                .u64_counter("samsyn.operation.refusals")
                .with_unit("{error}")
                .with_description("Errors that callers were told, by their code.")
                .build(),
            connections: meter
                .u64_gauge("db.client.connection.count")
                .with_unit("{connection}")
                .with_description("Connections to the database, by whether they are used.")
                .build(),
            most_connections: meter
                .u64_gauge("db.client.connection.max")
                .with_unit("{connection}")
                .with_description("How many connections to the database there may be.")
                .build(),
            unsealed: meter
                .u64_gauge("samsyn.ledger.unsealed")
                .with_unit("{event}")
                .with_description("Committed events without a seal.")
                .build(),
            unsealed_age: meter
                .f64_gauge("samsyn.ledger.age")
                .with_unit("s")
                .with_description("How long the oldest committed event has been without a seal.")
                .build(),
            upload_size: meter
                .u64_counter("samsyn.upload.size")
                .with_unit("By")
                .with_description("Bytes of evidence that were taken in.")
                .build(),
            uploads: meter
                .u64_counter("samsyn.uploads")
                .with_unit("{file}")
                .with_description(
                    "Files that were sent: kept, refused, or broken when something failed.",
                )
                .build(),
            streams: meter
                .i64_up_down_counter("samsyn.streams")
                .with_unit("{subscription}")
                .with_description("Subscriptions that are open.")
                .build(),
            bus_connected: meter
                .u64_gauge("samsyn.bus.connected")
                .with_description("1 while Redis answers, 0 while it does not.")
                .build(),
        }
    }

    /// A request begins; the end is told when what is given is dropped.
    pub(crate) fn request_begins(&self) -> UnderWay<'_> {
        UnderWay::new(&self.active_requests)
    }

    /// A request was answered.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let about = [
            KeyValue::new("http.request.method", method.to_owned()),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ];
        self.request_duration.record(took.as_secs_f64(), &about);
    }

    /// An operation was let in.
    pub(crate) fn operation(&self, kind: &'static str, cost: u64) {
        self.operation_cost
            .record(cost, &[KeyValue::new("graphql.operation.type", kind)]);
    }

    /// A caller was told an error.
    pub(crate) fn refused(&self, code: &'static str) {
        self.refusals.add(1, &[KeyValue::new("error.type", code)]);
    }

    /// How the connections to the database stand.
    pub(crate) fn connections(&self, used: u64, idle: u64, most: u64) {
        let state = |state: &'static str| [KeyValue::new("db.client.connection.state", state)];
        self.connections.record(used, &state("used"));
        self.connections.record(idle, &state("idle"));
        self.most_connections.record(most, &[]);
    }

    /// How many events have no seal, and for how long.
    pub(crate) fn unsealed(&self, events: u64, age: Duration) {
        self.unsealed.record(events, &[]);
        self.unsealed_age.record(age.as_secs_f64(), &[]);
    }

    /// A file was taken in, with so many bytes.
    pub(crate) fn upload_kept(&self, size: u64) {
        self.upload_size.add(size, &[]);
        self.upload("kept");
    }

    /// A file was not taken in.
    pub(crate) fn upload_refused(&self) {
        self.upload("refused");
    }

    /// Something failed while a file came.
    pub(crate) fn upload_broken(&self) {
        self.upload("broken");
    }

    fn upload(&self, outcome: &'static str) {
        self.uploads.add(1, &[KeyValue::new("outcome", outcome)]);
    }

    /// A subscription begins; the end is told when what is given is dropped.
    pub(crate) fn stream_begins(&self) -> UnderWay<'_> {
        UnderWay::new(&self.streams)
    }

    /// Whether Redis answers.
    pub(crate) fn bus(&self, connected: bool) {
        self.bus_connected.record(u64::from(connected), &[]);
    }
}

/// Something that is counted for as long as it goes on, however it ends.
#[derive(Debug)]
pub(crate) struct UnderWay<'m>(&'m UpDownCounter<i64>);

impl<'m> UnderWay<'m> {
    fn new(counter: &'m UpDownCounter<i64>) -> Self {
        counter.add(1, &[]);
        Self(counter)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.add(-1, &[]);
    }
}
