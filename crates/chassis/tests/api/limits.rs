//! What a server takes and for how long, and how it says that it does not.

use std::time::Duration;

use chassis::{ClientConfig, Peer, ServerConfig};
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;
use prost::bytes::Bytes;
use proto::identity::v1::session_service_client::SessionServiceClient;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::ServiceExt;

use crate::frames::{self, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, SETTINGS, frame};
use crate::support::{Stand, refusal};

#[tokio::test]
async fn more_calls_than_the_limit_are_refused_with_a_time_to_retry_and_health_still_answers() {
    let stand = Stand::tcp(ServerConfig {
        concurrency_limit: Some(2),
        ..ServerConfig::default()
    })
    .await;
    let calls: Vec<_> = (0..2)
        .map(|_| {
            let (mut client, request) = (stand.client(), stand.log_in("wait"));
            tokio::spawn(async move { client.log_in(request).await })
        })
        .collect();
    stand.arrived(2).await;
    let status = stand.client().log_in(stand.log_in("ada")).await.unwrap_err();
    assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
    assert_eq!(
        refusal::<()>(Err(status)),
        (Code::ResourceExhausted, "OVERLOADED".into())
    );
    let mut health = tonic_health::pb::health_client::HealthClient::new(stand.channel());
    health
        .check(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap();
    stand.sessions.gate.add_permits(2);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
}

/// Reads a frame and answers its kind; counts those that answer a call.
async fn answer(stream: &mut TcpStream, answers: &mut u32) -> u8 {
    let kind = frames::read(stream).await;
    assert_ne!(kind, GOAWAY, "after {answers} answers");
    *answers += u32::from(kind == HEADERS);
    kind
}

/// A caller whose messages come after their heads, and some of them after the refusal, is not taken for an attacker.
#[tokio::test]
async fn however_many_calls_are_refused_their_connection_stays() {
    let (rounds, calls) = (10, 400);
    let stand = Stand::tcp(ServerConfig {
        concurrency_limit: Some(0),
        ..ServerConfig::default()
    })
    .await;
    let Peer::Tcp(address) = &stand.peer else {
        panic!("a TCP stand")
    };
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    // POST, http, and a path of one octet (RFC 7541, appendix A).
    let head = [0x83, 0x86, 0x04, 1, b'/'];
    let ping = frame(PING, 0, 0, &[0; 8]);
    let mut refused = 0;
    for round in 0..rounds {
        let streams = || (0..calls).map(|call| 2 * (calls * round + call) + 1);
        let heads: Vec<_> = streams().map(|id| frame(HEADERS, END_HEADERS, id, &head)).collect();
        stream.write_all(&heads.concat()).await.unwrap();
        // Whatever is answered at once has been when the server has answered twice.
        for _ in 0..2 {
            stream.write_all(&ping).await.unwrap();
            while answer(&mut stream, &mut refused).await != PING {}
        }
        let messages = streams().map(|id| [frame(DATA, 0, id, &[0; 5]), frame(DATA, END_STREAM, id, &[])].concat());
        stream.write_all(&messages.collect::<Vec<_>>().concat()).await.unwrap();
        while refused < calls * (round + 1) {
            answer(&mut stream, &mut refused).await;
        }
    }
}

#[tokio::test]
async fn whoever_sends_no_message_takes_nobodys_place() {
    let stand = Stand::memory(ServerConfig {
        concurrency_limit: Some(1),
        ..ServerConfig::default()
    });
    let (metadata, _, _) = stand.log_in("silent").into_parts();
    let silence = StreamBody::new(tokio_stream::pending::<Result<Frame<Bytes>, Status>>());
    let mut request = Request::post("/usher.identity.v1.SessionService/LogIn")
        .body(Body::new(silence))
        .unwrap();
    request.headers_mut().extend(metadata.into_headers());
    let channel = stand.channel();
    let silent = tokio::spawn(channel.clone().oneshot(request));
    for _ in 0..20 {
        SessionServiceClient::new(channel.clone())
            .log_in(stand.log_in("ada"))
            .await
            .unwrap();
    }
    assert!(!silent.is_finished());
}

#[tokio::test]
async fn a_call_that_takes_too_long_exceeds_its_deadline_whoever_set_it() {
    let short = Duration::from_millis(30);
    let patient = Stand::tcp(ServerConfig::default()).await;
    let strict = Stand::tcp(ServerConfig {
        request_timeout: short,
        ..ServerConfig::default()
    })
    .await;
    let expected = (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned());

    let impatient = ClientConfig {
        request_timeout: short,
        ..ClientConfig::default()
    };
    let mut client = SessionServiceClient::new(patient.peer.channel("identity", &impatient).unwrap());
    assert_eq!(
        refusal(client.log_in(patient.log_in("wait")).await),
        expected,
        "the channel's limit"
    );

    let mut request = patient.log_in("wait");
    request.set_timeout(short);
    assert_eq!(
        refusal(patient.client().log_in(request).await),
        expected,
        "the request's limit"
    );

    assert_eq!(
        refusal(strict.client().log_in(strict.log_in("wait")).await),
        expected,
        "the server's limit"
    );
}

#[tokio::test]
async fn a_caller_with_a_timer_of_its_own_gets_the_deadline_from_the_server() {
    let stand = Stand::tcp(ServerConfig {
        request_timeout: Duration::from_millis(30),
        ..ServerConfig::default()
    })
    .await;
    let Peer::Tcp(address) = stand.peer.clone() else {
        panic!("a TCP stand")
    };
    let mut client = SessionServiceClient::connect(address).await.unwrap();
    assert_eq!(
        refusal(client.log_in(stand.log_in("wait")).await),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".into())
    );
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_by_name() {
    let stand = Stand::tcp(ServerConfig {
        max_message_bytes: 1_000,
        ..ServerConfig::default()
    })
    .await;
    let answer = stand.client().log_in(stand.log_in(&"a".repeat(2_000))).await;
    assert_eq!(refusal(answer), (Code::OutOfRange, "MESSAGE_TOO_LARGE".into()));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_next_call_passes() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let status = stand.client().log_in(stand.log_in("panic")).await.unwrap_err();
    assert!(!status.message().contains("on purpose"), "{}", status.message());
    assert_eq!(refusal::<()>(Err(status)), (Code::Internal, "INTERNAL".into()));
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
}

#[tokio::test]
async fn an_answer_without_a_reason_tells_the_caller_nothing() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let status = stand.client().log_in(stand.log_in("bare")).await.unwrap_err();
    assert!(!status.message().contains("table"), "{}", status.message());
    assert_eq!(refusal::<()>(Err(status)), (Code::Internal, "INTERNAL".into()));
    let refused = stand.client().log_in(stand.log_in("refuse")).await;
    assert_eq!(refusal(refused), (Code::NotFound, "USER_NOT_FOUND".into()));
}

#[tokio::test]
async fn an_old_connection_is_replaced_without_losing_a_call() {
    let config = ServerConfig {
        max_connection_age: Duration::from_millis(20),
        ..ServerConfig::default()
    };
    let stand = Stand::tcp(config).await;
    let mut client = stand.client();
    let begin = tokio::time::Instant::now();
    while begin.elapsed() < Duration::from_millis(300) {
        client.log_in(stand.log_in("ada")).await.unwrap();
    }
}

#[tokio::test]
async fn a_serial_caller_over_tcp_is_not_slowed_down_by_delayed_acknowledgements() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let mut client = stand.client();
    client.log_in(stand.log_in("ada")).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..50 {
        let begin = tokio::time::Instant::now();
        client.log_in(stand.log_in("ada")).await.unwrap();
        times.push(begin.elapsed());
    }
    times.sort();
    // Without TCP_NODELAY on both ends each call takes 40 ms; with it some are quick on the busiest machine.
    assert!(times[10] < Duration::from_millis(40), "{times:?}");
}

#[tokio::test]
async fn plaintext_on_an_address_others_can_reach_is_refused() {
    let listener = chassis::Listener::bind("0.0.0.0:0").await.unwrap();
    let config = ServerConfig::default();
    let service = chassis::Service {
        name: "identity",
        config: &config,
        guard: None,
        packages: &[],
        descriptors: &[],
    };
    let answer = chassis::serve(
        service,
        tonic::service::Routes::default(),
        listener,
        chassis::Shutdown::new(),
    )
    .await;
    assert!(matches!(answer, Err(chassis::ServeError::Plaintext(_))), "{answer:?}");
}
