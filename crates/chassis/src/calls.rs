//! What is measured of the calls that a server answers: how many, how long, how they ended, how many at once.
//!
//! Names and attributes are those of OpenTelemetry's semantic conventions for RPC where these have any
//! (`rpc.server.call.duration`, `rpc.system.name`, `rpc.method`, `rpc.response.status_code`). What every call measures is bound to
//! its attributes once for each method and code: a call makes no text, and looks for none.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use opentelemetry::metrics::{BoundHistogram, BoundUpDownCounter, Counter, Histogram, UpDownCounter};
use opentelemetry::{KeyValue, global};
use tonic::Code;

/// Seconds, as the conventions advise.
const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// The name of every method that is none of ours: what is called may be anything.
const OTHER: &str = "_OTHER";
/// The attribute that tells how a call ended.
pub(crate) const STATUS_CODE: &str = "rpc.response.status_code";
/// Codes are numbered from 0.
const CODES: usize = 17;

/// The instruments of one server.
pub(crate) struct Calls {
    methods: HashMap<Arc<str>, Arc<Method>>,
    other: Arc<Method>,
}

#[derive(Debug)]
struct Instruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    watches: UpDownCounter<i64>,
    shed: Counter<u64>,
}

/// A method as it is named in metrics and traces, and what is measured of it.
#[derive(Debug)]
pub(crate) struct Method {
    /// `package.Service/Method`.
    pub(crate) name: Arc<str>,
    attributes: [KeyValue; 3],
    instruments: Arc<Instruments>,
    active: OnceLock<BoundUpDownCounter<i64>>,
    durations: [OnceLock<BoundHistogram<f64>>; CODES],
}

/// One call, from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Arc<Method>,
    start: Instant,
}

/// An answer that goes on until somebody ends it; counted for as long as this lives.
#[derive(Debug)]
pub(crate) struct Watching {
    method: Arc<Method>,
}

impl Calls {
    /// Measures the calls of `methods`, each `package.Service/Method`, in the process known as `service`.
    pub(crate) fn new(service: &str, methods: impl IntoIterator<Item = String>) -> Self {
        let (service, instruments) = (Arc::from(service), Arc::new(Instruments::new()));
        let method = |name: Arc<str>| Arc::new(Method::new(&service, name, &instruments));
        let named = methods.into_iter().map(|name| {
            let name: Arc<str> = name.into();
            (Arc::clone(&name), method(name))
        });
        let (methods, other) = (named.collect(), method(OTHER.into()));
        // Before the first one there is a zero to compare with.
        instruments.shed.add(0, &other.attributes);
        instruments.watches.add(0, &other.attributes);
        Self { methods, other }
    }

    /// A call of the method at `path` begins.
    pub(crate) fn begin(&self, path: &str) -> Call {
        let method = Arc::clone(self.method(path));
        method.active().add(1);
        Call {
            method,
            start: Instant::now(),
        }
    }

    /// A call was turned away because there are too many.
    pub(crate) fn shed(&self, path: &str) {
        let method = self.method(path);
        method.instruments.shed.add(1, &method.attributes);
    }

    fn method(&self, path: &str) -> &Arc<Method> {
        self.methods.get(path.trim_start_matches('/')).unwrap_or(&self.other)
    }
}

impl Instruments {
    fn new() -> Self {
        let meter = global::meter("usher");
        Self {
            duration: meter
                .f64_histogram("rpc.server.call.duration")
                .with_unit("s")
                .with_description("How long calls took until their last message; watches until their first.")
                .with_boundaries(BOUNDS.to_vec())
                .build(),
            active: meter
                .i64_up_down_counter("usher.rpc.active_calls")
                .with_unit("{call}")
                .with_description("Calls in progress, without watches.")
                .build(),
            watches: meter
                .i64_up_down_counter("usher.rpc.open_watches")
                .with_unit("{call}")
                .with_description("Watches that are open.")
                .build(),
            shed: meter
                .u64_counter("usher.rpc.shed_calls")
                .with_unit("{call}")
                .with_description("Calls that were turned away because too many were in progress.")
                .build(),
        }
    }
}

impl Method {
    fn new(service: &Arc<str>, name: Arc<str>, instruments: &Arc<Instruments>) -> Self {
        Self {
            attributes: [
                KeyValue::new("rpc.system.name", "grpc"),
                KeyValue::new("rpc.method", Arc::clone(&name)),
                KeyValue::new("usher.service", Arc::clone(service)),
            ],
            instruments: Arc::clone(instruments),
            active: OnceLock::new(),
            durations: std::array::from_fn(|_| OnceLock::new()),
            name,
        }
    }

    fn active(&self) -> &BoundUpDownCounter<i64> {
        self.active
            .get_or_init(|| self.instruments.active.bind(&self.attributes))
    }

    fn duration(&self, code: Code) -> &BoundHistogram<f64> {
        let number = usize::try_from(i32::from(code)).unwrap_or_default();
        self.durations[number.min(CODES - 1)].get_or_init(|| self.instruments.duration.bind(&self.ended_with(code)))
    }

    /// What is told of a call that ended so.
    pub(crate) fn ended_with(&self, code: Code) -> [KeyValue; 4] {
        let [system, method, service] = self.attributes.clone();
        [system, method, service, KeyValue::new(STATUS_CODE, name(code))]
    }
}

impl Call {
    /// It has ended.
    pub(crate) fn end(&self, code: Code) {
        self.method.duration(code).record(self.elapsed().as_secs_f64());
        self.method.active().add(-1);
    }

    /// How long it has taken up to now.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Its answer goes on after its end.
    pub(crate) fn watch(&self) -> Watching {
        let method = Arc::clone(&self.method);
        method.instruments.watches.add(1, &method.attributes);
        Watching { method }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.method.instruments.watches.add(-1, &self.method.attributes);
    }
}

/// A code as the conventions write it.
pub(crate) const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
