//! Traces arrive at a collector, which here is itself a service on the chassis.

use std::convert::Infallible;
use std::sync::Arc;

use chassis::{Listener, ServerConfig, Service, Shutdown, TelemetryConfig, telemetry};
use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;

use crate::support::{DEADLINE, Stand};

#[tokio::test(flavor = "multi_thread")]
async fn a_span_of_a_call_arrives_at_the_collector() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let exports = Arc::new(Semaphore::new(0));
    let heard = Arc::clone(&exports);
    let collector = service_fn(move |request: Request<Body>| {
        if request.uri().path().ends_with(".TraceService/Export") {
            heard.add_permits(1);
        }
        async { Ok::<Response<Body>, Infallible>(Status::ok("").into_http()) }
    });
    tokio::spawn(async move {
        let config = ServerConfig::default();
        let service = Service {
            name: "collector",
            config: &config,
            guard: None,
            packages: &[],
            descriptors: &[],
        };
        chassis::serve(service, collector, listener, Shutdown::new()).await
    });
    let config = TelemetryConfig {
        otlp_endpoint: Some(endpoint),
        ..TelemetryConfig::default()
    };
    let guard = telemetry::init("identity", &config).unwrap();
    let stand = Stand::memory(ServerConfig::default());
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
    tokio::task::spawn_blocking(move || drop(guard)).await.unwrap();
    tokio::time::timeout(DEADLINE, exports.acquire())
        .await
        .unwrap()
        .unwrap()
        .forget();
}
