//! What five processes tell a collector: one trace a request, to the sending of its mail, and nothing about people.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use testkit::{Cluster, OtlpReceiver, eventually};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

use crate::support::{Owner, PATIENCE, World, adding, fresh};

const ADD_USERS: &str = "usher.admin.v1.PeopleService/AddUsers";
const ACCEPT: &str = "usher.identity.v1.InvitationService/AcceptInvitation";
const LOG_IN: &str = "usher.identity.v1.SessionService/LogIn";
/// What the gateway asks of others to add users.
const CALLS: [(&str, &str); 3] = [
    (
        "usher-identity",
        "usher.identity.internal.v1.ChangeService/PrepareChange",
    ),
    (
        "usher-licensing",
        "usher.licensing.internal.v1.ReservationService/ReserveSeats",
    ),
    (
        "usher-identity",
        "usher.identity.internal.v1.ChangeService/CommitChange",
    ),
];
const PROCESSES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];
/// More than is usual: what is written at `debug` must be as discreet.
const LOG: &str = "info,chassis=debug,storage=debug,gateway=debug,identity=debug,licensing=debug,billing=debug,\
                   notification=debug";

/// What the outbox leads to, which belongs to the same trace.
const CONSEQUENCES: [(&str, &str); 4] = [
    ("usher-identity", "outbox deliver"),
    (
        "usher-licensing",
        "usher.licensing.internal.v1.ReservationService/ConfirmReservations",
    ),
    (
        "usher-notification",
        "usher.notification.internal.v1.MailService/EnqueueMails",
    ),
    ("usher-notification", "mail send"),
];

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Kept>);

#[derive(Default)]
struct Kept {
    traces: Mutex<Vec<ExportTraceServiceRequest>>,
    logs: Mutex<Vec<ExportLogsServiceRequest>>,
    metrics: Mutex<Vec<ExportMetricsServiceRequest>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.0.logs.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.0.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

impl Collector {
    /// Listens on a free port; answers the endpoint too.
    fn start() -> (Self, String) {
        let collector = Self::default();
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let endpoint = format!("http://{}", incoming.local_addr().unwrap());
        let server = Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(LogsServiceServer::new(collector.clone()))
            .add_service(MetricsServiceServer::new(collector.clone()));
        tokio::spawn(server.serve_with_incoming(incoming));
        (collector, endpoint)
    }

    /// Every span so far, with the service that it comes from.
    fn spans(&self) -> Vec<(String, Span)> {
        let requests = self.0.traces.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        let spans = resources.flat_map(|resource| {
            let attributes = &resource.resource.as_ref().unwrap().attributes;
            let name = attributes.iter().find(|attribute| attribute.key == "service.name");
            let service = match name.and_then(|name| name.value.as_ref()?.value.as_ref()) {
                Some(Value::StringValue(service)) => service.clone(),
                other => panic!("spans of an unnamed service: {other:?}"),
            };
            let spans = resource.scope_spans.iter().flat_map(|scope| scope.spans.clone());
            spans.map(move |span| (service.clone(), span))
        });
        spans.collect()
    }

    /// The gateway's spans of a method, as soon as there are so many.
    async fn edge(&self, method: &str, count: usize) -> Vec<Span> {
        eventually(PATIENCE, async || {
            let is_it = |service: &str, span: &Span| service == "usher-gateway" && span.name == method;
            let mut spans = self.spans();
            spans.retain(|(service, span)| is_it(service, span));
            if spans.len() == count {
                Ok(spans.into_iter().map(|(_, span)| span).collect())
            } else {
                Err(format!("{} spans of {method}", spans.len()))
            }
        })
        .await
    }

    /// The span of a service in a trace, as soon as it is there.
    async fn span(&self, trace: &[u8], (service, name): (&str, &str)) -> Span {
        eventually(PATIENCE, async || {
            let mut spans = self.spans();
            spans.retain(|(_, span)| span.trace_id == trace);
            let names: Vec<_> = spans
                .iter()
                .map(|(service, span)| (service.clone(), span.name.clone()))
                .collect();
            let found = spans
                .into_iter()
                .find(|(from, span)| from == service && span.name == name);
            found
                .map(|(_, span)| span)
                .ok_or_else(|| format!("no {name} of {service} in {names:?}"))
        })
        .await
    }

    /// Everything there is to read in what was sent: names, attributes, events, resources, labels, texts.
    fn texts(&self) -> [(&'static str, String); 3] {
        let Kept { traces, logs, metrics } = &*self.0;
        [
            ("traces", format!("{:?}", traces.lock().unwrap()).to_lowercase()),
            ("logs", format!("{:?}", logs.lock().unwrap()).to_lowercase()),
            ("metrics", format!("{:?}", metrics.lock().unwrap()).to_lowercase()),
        ]
    }
}

/// A cluster that exports to a collector of ours.
async fn observed() -> (World, Collector) {
    let (collector, endpoint) = Collector::start();
    (exporting(&endpoint).await, collector)
}

/// A cluster that exports there.
async fn exporting(endpoint: &str) -> World {
    let cluster = Cluster::start_with(|_, config| {
        let mut telemetry = toml::Table::new();
        telemetry.insert("otlp_endpoint".into(), endpoint.into());
        telemetry.insert("log".into(), LOG.into());
        config.insert("telemetry".into(), telemetry.into());
    });
    World::of(cluster.await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_through_every_service_it_touches() {
    let (world, collector) = observed().await;
    let owner = world.account().await;

    owner.add(adding(&[&fresh("ada")], &["training"])).await.unwrap();

    let edge = collector.edge(ADD_USERS, 1).await.remove(0);
    assert!(edge.parent_span_id.is_empty(), "{edge:?}");
    for call in CALLS {
        let span = collector.span(&edge.trace_id, call).await;
        assert_eq!(span.parent_span_id, edge.span_id, "{call:?}");
    }
    for consequence in CONSEQUENCES {
        collector.span(&edge.trace_id, consequence).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_ours_sees_one_trace_in_all_processes_mail_included() {
    let receiver = OtlpReceiver::start().await.unwrap();
    let world = exporting(&receiver.endpoint()).await;
    let owner = world.account().await;

    owner.add(adding(&[&fresh("ada")], &["training"])).await.unwrap();

    let edge = ("usher-gateway", ADD_USERS);
    let expected = [edge].into_iter().chain(CALLS).chain(CONSEQUENCES);
    let expected: BTreeSet<_> = expected
        .map(|(service, name)| (service.to_owned(), name.to_owned()))
        .collect();
    eventually(PATIENCE, async || {
        let spans = receiver.spans();
        let added = spans
            .iter()
            .find(|span| (span.service.as_str(), span.name.as_str()) == edge);
        let added = added.ok_or_else(|| format!("no {edge:?} in {spans:?}"))?;
        let of_trace = spans.iter().filter(|span| span.trace_id == added.trace_id);
        let found: BTreeSet<_> = of_trace.map(|span| (span.service.clone(), span.name.clone())).collect();
        let missing: Vec<_> = expected.difference(&found).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("no {missing:?} in {found:?}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_trace_no_metric_and_no_log_tells_of_people_or_their_secrets() {
    let (mut world, collector) = observed().await;
    let owner = world.account().await;
    let email = fresh("canary");
    let mut request = adding(&[&email], &["training"]);
    request.users[0].given_name = "Amaryllis".into();
    request.users[0].family_name = "Quetzalcoatlus".into();
    owner.add(request.clone()).await.unwrap();
    let invitation = world.mail(&email).await.token();
    let guest = Owner::accept(&world, &invitation).await.unwrap();
    // Refusals tend to be told at length.
    request.request_id.clear();
    let refused = owner.add(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused:?}");
    let password = "hippopotomonstrosesquippedalio";
    let refused = Owner::log_in(&world, &email, password).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused:?}");

    collector.edge(ADD_USERS, 2).await;
    collector.edge(ACCEPT, 1).await;
    // The account's owner has logged in before.
    collector.edge(LOG_IN, 2).await;
    for member in PROCESSES {
        let process = world.cluster().member(member).process();
        process.terminate();
        let status = process.exited(PATIENCE).await.unwrap();
        assert!(status.success(), "{member}: {}", process.output());
    }
    let mut texts = collector.texts().to_vec();
    for told in [ADD_USERS, ACCEPT, LOG_IN] {
        assert!(texts[0].1.contains(&told.to_lowercase()), "{told}");
    }
    assert!(texts[1].1.contains("a mail was attempted"), "{:?}", texts[1]);
    assert!(texts[2].1.contains("rpc.server.call.duration"), "{:?}", texts[2]);
    for member in PROCESSES {
        texts.push((member, world.cluster().member(member).process().output().to_lowercase()));
    }
    for (place, text) in &texts {
        for secret in [
            "canary",
            "amaryllis",
            "quetzalcoatlus",
            password,
            &invitation,
            &owner.tokens.access_token,
            &owner.tokens.refresh_token,
            &guest.tokens.access_token,
            &guest.tokens.refresh_token,
        ] {
            let line = text.lines().find(|line| line.contains(&secret.to_lowercase()));
            assert!(line.is_none(), "{place}: {secret} in {line:?}");
        }
    }
}
